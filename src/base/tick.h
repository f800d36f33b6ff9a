/*
 * Two kinds of time that cannot be mixed: the wall clock (may step) and the boot clock (never steps, starts
 * at boot). Only src/sys/clock reads clocks; everything else gets times as arguments.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* Milliseconds since 1970-01-01 UTC. WALL_NONE means "no time". */
struct wall {
    int64_t ms;
};

/* Milliseconds since this machine booted, sleep included (CLOCK_BOOTTIME). */
struct boot {
    int64_t ms;
};

#define WALL_NONE ((struct wall){ INT64_MIN })
#define BOOT_FAR  ((struct boot){ INT64_MAX }) /* "no deadline" */

static inline bool wall_is_none(struct wall w)
{
    return w.ms == INT64_MIN;
}

/* a - b in ms; both must be real times. */
static inline int64_t wall_minus(struct wall a, struct wall b)
{
    return a.ms - b.ms;
}

static inline struct wall wall_plus(struct wall a, int64_t ms)
{
    return (struct wall){ a.ms + ms };
}

static inline int64_t boot_minus(struct boot a, struct boot b)
{
    return a.ms - b.ms;
}

/* BOOT_FAR stays what it is. */
static inline struct boot boot_plus(struct boot a, int64_t ms)
{
    return (struct boot){ a.ms == INT64_MAX ? a.ms : a.ms + ms };
}

static inline struct boot boot_first(struct boot a, struct boot b)
{
    return a.ms < b.ms ? a : b;
}
