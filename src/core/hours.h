/*
 * The workshop's calendar: what its clocks show, and which time counts as working time. Pure data in, pure
 * functions out; everything is laid out once for a stretch of time, so a question costs a look-up.
 *
 * Local times that do not exist (clocks go forward) count from the moment of the change, those that exist
 * twice (clocks go back) from their first time: a day of 08:00-20:00 has 12 working hours, one of 00:00-24:00
 * has 23 or 25 then. Never written to after hours_create: may be shared.
 */
#pragma once

#include "base/tick.h"

#include <stddef.h>
#include <stdint.h>

#define HOURS_SPANS_MAX    3 /* of one weekday */
#define HOURS_HOLIDAYS_MAX 128
#define HOURS_STEPS_MAX    512 /* changes of the zone's offset */
#define HOURS_DAYS_MAX     40000

/* From `from` on (the first: since ever) local time is UTC + `offset_ms`. Ascending. */
struct hours_step {
    struct wall from;
    int64_t offset_ms;
};

struct hours_setup {
    const struct hours_step *step;
    int n_steps; /* 0: UTC */
    bool given;  /* false: no opening hours are known, hours_working is 0 everywhere */
    struct {
        struct {
            int from_min, to_min; /* minutes of the day, 0 to 1440; ascending, apart */
        } span[HOURS_SPANS_MAX];
        int n; /* 0: closed */
    } day[7];  /* Monday first */
    struct {
        int year, month, day; /* year 0: every year */
    } holiday[HOURS_HOLIDAYS_MAX];
    int n_holidays;
};

/* A moment as the workshop's clocks show it. `day` counts local days from 1970-01-01. */
struct hours_local {
    int64_t day;
    int weekday; /* 0 Monday */
    int hour;
    int64_t ms_of_day;
};

/* The local day of a moment: [from, to). */
struct hours_day {
    struct wall from, to;
};

struct hours;

/* For moments in [from, to]; earlier and later ones count as if they were at the ends, at most HOURS_DAYS_MAX
 * days after `from`. NULL if memory is out. */
struct hours *hours_create(const struct hours_setup *setup, struct wall from, struct wall to);
void hours_destroy(struct hours *h); /* takes NULL */

bool hours_given(const struct hours *h);
/* Working ms in [from, to); 0 if to is not after from. */
int64_t hours_between(const struct hours *h, struct wall from, struct wall to);
/* Working ms from the calendar's start up to `at`: hours_between is the difference of two. */
int64_t hours_upto(const struct hours *h, struct wall at);

struct hours_local hours_local(const struct hours *h, struct wall at);
struct hours_day hours_day(const struct hours *h, struct wall at); /* NULL: days of UTC */

/* Equal if neither local nor working time differs in [from, to]; 0: UTC without opening hours. */
uint64_t hours_print(const struct hours *h, struct wall from, struct wall to);
