/*
 * Where an answer goes: standard output, a file that appears only when it is whole (sys/whole.h), or the standard input
 * of a program that makes the file. One thread.
 */
#pragma once

#include "sys/whole.h"

#include <stdbool.h>
#include <stdio.h>
#include <sys/types.h>

struct outfile {
    FILE *file;              /* what outfile_write writes to; NULL: not open */
    struct whole *whole;     /* the file; NULL: something else */
    pid_t pid;               /* of the program; 0: none */
    int error;               /* errno of the first write that failed; 0: none did */
    char fault[WHOLE_FAULT]; /* a sentence after a false */
};

/* Opens `path`: NULL is standard output; a device or a pipe is written to as it is. */
bool outfile_open(struct outfile *out, const char *path);

/* Starts argv[0] with a pipe as its standard input. */
bool outfile_start(struct outfile *out, const char *const *argv);

/* False: `error` says why. What is written may wait for outfile_flush. */
bool outfile_write(struct outfile *out, const char *bytes, size_t len);
bool outfile_flush(struct outfile *out);

/* Ends the writing. A file is on the disk and gets its name if `keep`, else it is gone; a program is waited for, and
 * if not `keep`, killed. False: it is not there as it should be; *code is the program's exit code (-1: killed), 0
 * otherwise. */
bool outfile_close(struct outfile *out, bool keep, int *code);
