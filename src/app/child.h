/* A program that `pitboard run` starts, watches and ends. */
#pragma once

#include "base/tick.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define CHILD_ARGS_MAX 160
#define CHILD_PATH     512

struct child {
    const char *title; /* "hub" */
    char *args[CHILD_ARGS_MAX + 1];
    int n_args;
    bool bad_args;             /* too many, or memory was out */
    char log[CHILD_PATH + 32]; /* its stdout and stderr */
    pid_t pid;                 /* 0: does not run */
    struct boot started;
    struct boot again_at; /* to be started then; BOOT_FAR: not */
};

/* Where `program` is: beside this program, else in PATH, else in the sbin folders; else its bare name. */
void child_find(const char *program, char *out, size_t size);

/* `program` is looked for by child_find. */
void child_init(struct child *child, const char *title, const char *program, const char *log_folder);
void child_free(struct child *child);

void child_arg(struct child *child, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* "-o" and "key=\"value\"", with what libconfig wants escaped. */
void child_setting(struct child *child, const char *key, const char *value);

bool child_start(struct child *child, struct boot now); /* false: errno */
void child_stop(struct child *child, int64_t grace_ms); /* nothing if it does not run */
/* Whether it ended since the last question, and how. */
bool child_ended(struct child *child, int *status);

/* The last lines of its log, made safe for a terminal; empty if there are none. */
void child_tail(const struct child *child, char *out, size_t size);
/* "with code 3", "by signal 9" */
void child_way(int status, char *out, size_t size);
