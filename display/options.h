/* The command line of pitboard-screen (CONTRACT 6). */
#pragma once

#include "base/tick.h"

#include <stdbool.h>

#define OPTIONS_SETTINGS_MAX 64

struct options {
    const char *config;                         /* -c; NULL: the default place */
    const char *settings[OPTIONS_SETTINGS_MAX]; /* -o */
    int n_settings;
    const char *board;     /* --board */
    const char *snapshot;  /* --snapshot */
    const char *keep;      /* --keep */
    int w, h;              /* --size; 0: not given */
    char languages[2][4];  /* --lang; first empty: not given */
    struct wall at;        /* --at; WALL_NONE: not given */
    bool workshop, lounge; /* --view */
    bool check;            /* --check */
    bool help, version;
};

/* False with a sentence in `fault` that names the option and the cure. Texts point into argv. */
bool options_read(struct options *options, int argc, char **argv, char *fault, unsigned size);

/* The text of --help. */
extern const char options_help[];
