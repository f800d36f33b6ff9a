/*
 * When something counts as having happened (CONTRACT 3, "Effective time"): a wall time and, where it was
 * derived from the hub's receipt, the same instant on the hub's boot clock, so that a stepping wall clock
 * does no harm.
 */
#pragma once

#include "base/tick.h"

#define BOOT_ID_SIZE 17 /* a short id of one boot of the hub's machine, NUL included */

struct moment {
    struct wall at;
    struct boot up;          /* valid only if boot[0] */
    char boot[BOOT_ID_SIZE]; /* empty: `at` was claimed by the sender */
};

/* b - a in ms, by the boot clock where both have one of the same boot, else by the wall clock. May be
 * negative. */
int64_t moment_gap(const struct moment *a, const struct moment *b);

/* moment_gap, but never negative: the length of a span. */
int64_t moment_length(const struct moment *from, const struct moment *to);
