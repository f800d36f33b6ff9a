/*
 * Which configuration answers a question, and whether it has opening hours. -c FILE always counts, and its faults are
 * errors. The usual file counts if it is there; when another database was named (--db), only if it is sound and belongs to
 * that log. One thread; sets the process's time zone when it reads one.
 */
#pragma once

#include "app/opts.h"
#include "store/query.h"

enum which_state {
    WHICH_HOURS,    /* it has opening hours */
    WHICH_NO_HOURS, /* it has none */
    WHICH_NONE,     /* there is no file: built-in defaults, or nothing */
    WHICH_BROKEN,   /* it cannot be read, which is said on standard error */
    WHICH_OTHER,    /* it is another workshop's */
};

struct which {
    enum which_state state;
    struct conf *conf; /* NULL: none is used; which_drop frees it */
    const char *path;
    bool free_choice;
};

/* `free_choice`: do without if the usual file will not do. False: a fault was told, and the command must end. */
bool which_read(struct which *which, const struct opts *opts, bool free_choice);
/* Lets go of a freely chosen one that does not fit the log. */
void which_fit(struct which *which, const struct query_plan *log);
void which_drop(struct which *which);

/* The line on lengths and opening hours, in `lang`. */
struct text;
void which_say(const struct which *which, const char *lang, struct text *out);
