/*
 * Where an answer goes: standard output, a file that appears only when it is whole, or the standard input of
 * a program that makes the file. One thread.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/types.h>

#define OUTFILE_PATH 1024

struct outfile {
    FILE *file;              /* to write to; NULL: not open */
    char path[OUTFILE_PATH]; /* empty: standard output */
    char temporary[OUTFILE_PATH + 8];
    pid_t pid; /* of the program; 0: none */
};

/* Opens `path` (NULL: standard output) under a temporary name beside it. False: errno. */
bool outfile_open(struct outfile *out, const char *path);

/* Starts argv[0] with a pipe as its standard input. False: errno. */
bool outfile_start(struct outfile *out, const char *const *argv);

/* Ends the writing. A file is synced and gets its name if `keep`, else it is gone; a program is waited for,
 * and if not `keep`, killed. False: it is not there as it should be; *code is the program's exit code (-1:
 * killed), 0 otherwise, and errno says why. */
bool outfile_close(struct outfile *out, bool keep, int *code);

/* A whole file at once, under its name only when it is on the disk. False: errno. */
bool outfile_put(const char *path, const char *bytes, size_t len);
