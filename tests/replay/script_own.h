/* Inside of the script runner: what its two files share. */
#pragma once

#include "tests/replay/checks.h"
#include "tests/replay/state.h"

#include <stdio.h>

#define LINE_SIZE 16384
#define ROUND_MAX 64

struct script {
    struct drive *d;
    FILE *file;
    const char *path, *shop;
    char line[LINE_SIZE], title[256];
    int number;
    char *last_bytes; /* the last event, for `repeat` */
    size_t last_len;
    char last_source[80], last_id[200];
    int ids;
    int packet; /* of the last press */
    bool round;
    struct expect pending[ROUND_MAX];
    int n_pending;
    struct state_mark mark;
    bool failed;
};

/* A step of the table in script.h; `words` are its line, split. */
struct step {
    const char *name;
    int least; /* words after the name */
    bool needs_hub;
    void (*run)(struct script *s, struct words *w, struct expect *expect);
};

bool script_read_line(struct script *s);

/* steps.c: clocks, life, rows, boards; ended by a nameless one. */
extern const struct step STEPS[];
