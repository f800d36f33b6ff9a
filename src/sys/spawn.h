/* Child processes: own process group, parent-death signal, no inherited descriptors but 0-2. */
#pragma once

#include "base/tick.h"

#include <stdbool.h>
#include <sys/types.h>

struct spawn {
    const char *const *argv; /* argv[0] is searched in PATH unless it has a slash */
    const char *const *env;  /* "NAME=value" added to the environment; NULL: none */
    const char *output;      /* stdout and stderr go to this file (appended); NULL: inherited */
    bool keep_output;        /* with output NULL and this false, both go to /dev/null */
    int input;               /* becomes stdin; stays the caller's to close. 0: inherited */
};

/* Starts it; -1 with errno if it cannot be (a program that is not there included). The child gets SIGTERM
 * when this process dies. */
pid_t spawn_start(const struct spawn *what);

/* SIGTERM to the child, SIGKILL after `grace_ms`, and reaps it. Returns its wait status. */
int spawn_stop(pid_t pid, int64_t grace_ms);
