/*
 * Stretches of time as people name them: "today" "yesterday" "this-week" "last-week" "this-month" "last-month"
 * "this-year" "last-year", "2026", "2026-03", "2026-W12", "2026-03-01". In the process's time zone; weeks begin on
 * Monday, ISO 8601.
 */
#pragma once

#include "base/tick.h"

#define PERIOD_WORDS                                                                                         \
    "today, yesterday, this-week, last-week, this-month, last-month, 2026, 2026-03, 2026-W12, 2026-03-01"

struct period {
    struct wall from, to; /* [from, to) */
};

/* False: no such stretch. */
bool period_parse(const char *text, struct wall now, struct period *out);

/* The stretch before of the same length: the month before a calendar month, the year before a year, as many days
 * before whole days, and as many ms before anything else. */
struct period period_before(struct period p);

/* As much of `other` as has passed of `p` by the workshop's clocks: on the 10th at 14:00, the month before up to its 10th
 * at 14:00, and no further than its end. All of it if `p` is over or has not begun. */
struct period period_so_far(struct period other, struct period p, struct wall now);
