/* Comparisons of a case with what the hub did. Each writes what differs as a fault of the drive. */
#pragma once

#include "tests/replay/words.h"

/* What a line says behind "=>". */
struct expect {
    char source[80];    /* "desk/front" */
    char id[200];       /* of the event; empty: the receipt must have none */
    struct words words; /* result[:reason] [job [stage]] [name=value…] […], or "none" */
    char line[1024];    /* what `words` point into */
};

/* Looks for the receipt from place *next on and moves it behind. */
void check_receipt(struct drive *d, struct expect *expect, int *next);

/* Each word from `from` on is "column=value" of the one row that `sql` selects, with the columns put in for
 * %s. */
void check_row(struct drive *d, const char *table, const char *where, const char *arg, struct words *words,
               int from);

/* public|staff|state|beat|hub: words[at] is a path where the topic holds a list or object, then
 * "member=value", "members a b c", "n=…", "order=A,B", "has=TEXT", "lacks=TEXT". */
void check_board(struct drive *d, const char *topic, const char *path, struct words *words, int from);

/* The job's `code` (from its row) or `token` (from the staff board); the caller frees it. */
char *check_given(struct drive *d, const char *what, const char *job);
