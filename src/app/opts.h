/*
 * Options of the sub-commands and the daemons: -c, -o, --help, --version for all, -v for daemons, and a table of their
 * own. Messages go to stderr, help to stdout. One command line per process.
 */
#pragma once

#include "conf/conf.h"

#define OPTS_SETTINGS_MAX 64
#define OPTS_ROWS_MAX     16

struct opts_row {
    const char *name; /* without the dashes */
    int key;          /* what opts_next returns: above 255, or the letter of its short form */
    const char *arg;  /* name of its value for the help; NULL: a switch */
    const char *help;
};

struct opts_spec {
    const char *name;            /* "send" */
    bool daemon;                 /* a program of its own, pitboard-NAME, with -v */
    const char *usage;           /* what follows the options: "JSON…" */
    const char *about;           /* sentences, each line ended by \n */
    const char *codes;           /* exit codes and what else stands at the end, likewise */
    const struct opts_row *rows; /* up to OPTS_ROWS_MAX, ended by name NULL; may be NULL */
};

struct opts {
    const struct opts_spec *spec;
    const char *path;
    const char *settings[OPTS_SETTINGS_MAX];
    int n_settings;
    const char *value; /* of the option just returned */
    char **operands;   /* after OPTS_END: what is left, n_operands of them */
    int n_operands;
    int code; /* after OPTS_STOP: how to end */
};

enum { OPTS_END = -1, OPTS_STOP = -2 };

struct opts opts_begin(const struct opts_spec *spec);
/* The next option's key, OPTS_END, or OPTS_STOP (help was asked for, or something is wrong and was said). */
int opts_next(struct opts *opts, int argc, char **argv);

/* The value as a whole number (opts_number) or a decimal one within bounds; false, and it was said, if it is
 * none. */
bool opts_number(struct opts *opts, const char *name, int64_t low, int64_t high, int64_t *out);
bool opts_decimal(struct opts *opts, const char *name, double low, double high, double *out);

/* Says "pitboard NAME: …" or "pitboard-NAME: …" on stderr and returns `code`. */
int opts_fail(const struct opts *opts, int code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Loads the configuration and sets the zone; NULL, and it was said, on a fault. With `site`: it must be set.
 * The caller clears and frees it. */
struct conf *opts_conf(const struct opts *opts, bool site);
