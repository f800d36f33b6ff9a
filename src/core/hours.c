#include "core/hours.h"

#include "base/stamp.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

#define DAY_MS    INT64_C(86400000)
#define MINUTE_MS INT64_C(60000)

/* One local day: when it begins, and its opening times. */
struct day {
    int64_t start, offset; /* offset at its start */
    int64_t worked;        /* working ms of all days before */
    struct {
        int64_t from, to;
    } open[HOURS_SPANS_MAX];
    int8_t n;
    bool changes; /* the offset changes within it */
};

struct hours {
    struct hours_setup setup;
    struct hours_step step[HOURS_STEPS_MAX + 1];
    int n_steps;
    int64_t first; /* number of day[0] */
    int64_t n;
    struct day day[]; /* n of them and one more, which is never asked for its opening times */
};

static int64_t floor_days(int64_t ms)
{
    return ms / DAY_MS - (ms % DAY_MS < 0);
}

/* The step in force at `ms`. */
static int step_at(const struct hours *h, int64_t ms)
{
    int low = 0, high = h->n_steps - 1;
    while (low < high) {
        int middle = (low + high + 1) / 2;
        if (h->step[middle].from.ms <= ms)
            low = middle;
        else
            high = middle - 1;
    }
    return low;
}

/* A local time, counted as if it were UTC, as a moment: the first that shows it, or that of the change that
 * leaves it out. */
static int64_t moment_of(const struct hours *h, int64_t local)
{
    int k = step_at(h, local - 2 * DAY_MS);
    for (;; k++) {
        int64_t at = local - h->step[k].offset_ms;
        if (k > 0 && at < h->step[k].from.ms)
            return h->step[k].from.ms;
        if (k == h->n_steps - 1 || at < h->step[k + 1].from.ms)
            return at;
    }
}

static int weekday_of(int64_t day)
{
    return (int)(((day + 3) % 7 + 7) % 7); /* 1970-01-01 was a Thursday */
}

static bool is_holiday(const struct hours *h, int64_t number)
{
    int year;
    unsigned month, day;
    stamp_date(number, &year, &month, &day);
    for (int i = 0; i < h->setup.n_holidays; i++)
        if (h->setup.holiday[i].month == (int)month && h->setup.holiday[i].day == (int)day &&
            (h->setup.holiday[i].year == 0 || h->setup.holiday[i].year == year))
            return true;
    return false;
}

static void lay_day(struct hours *h, int64_t i)
{
    struct day *day = &h->day[i];
    int64_t number = h->first + i;
    int weekday = weekday_of(number);
    day->start = moment_of(h, number * DAY_MS);
    day->offset = h->step[step_at(h, day->start)].offset_ms;
    if (!h->setup.given || is_holiday(h, number))
        return;
    for (int k = 0; k < h->setup.day[weekday].n; k++) {
        day->open[k].from =
            moment_of(h, number * DAY_MS + h->setup.day[weekday].span[k].from_min * MINUTE_MS);
        day->open[k].to = moment_of(h, number * DAY_MS + h->setup.day[weekday].span[k].to_min * MINUTE_MS);
        day->n++;
    }
}

static void lay_days(struct hours *h)
{
    for (int64_t i = 0; i <= h->n; i++) {
        lay_day(h, i);
        if (i == 0)
            continue;
        struct day *before = &h->day[i - 1];
        h->day[i].worked = before->worked;
        for (int k = 0; k < before->n; k++)
            h->day[i].worked += before->open[k].to - before->open[k].from;
        before->changes = step_at(h, before->start) != step_at(h, h->day[i].start - 1);
    }
}

struct hours *hours_create(const struct hours_setup *setup, struct wall from, struct wall to)
{
    int64_t first = floor_days(from.ms) - 2, n = floor_days(to.ms) - first + 3;
    if (n < 4)
        n = 4;
    if (n > HOURS_DAYS_MAX)
        n = HOURS_DAYS_MAX;
    struct hours *h = calloc(1, sizeof *h + (size_t)(n + 1) * sizeof h->day[0]);
    if (!h)
        return NULL;
    h->setup = *setup;
    h->n_steps = setup->n_steps < HOURS_STEPS_MAX ? setup->n_steps : HOURS_STEPS_MAX;
    if (h->n_steps > 0)
        memcpy(h->step, setup->step, (size_t)h->n_steps * sizeof h->step[0]);
    else
        h->n_steps = 1; /* UTC */
    h->setup.step = NULL;
    h->first = first;
    h->n = n;
    lay_days(h);
    return h;
}

void hours_destroy(struct hours *h)
{
    free(h);
}

bool hours_given(const struct hours *h)
{
    return h->setup.given;
}

/* The place of the day that contains `ms`, the first or last one for what lies outside. */
static int64_t find_day(const struct hours *h, int64_t ms)
{
    if (ms < h->day[0].start)
        return 0;
    if (ms >= h->day[h->n].start)
        return h->n - 1;
    int64_t i = floor_days(ms) - h->first - 1; /* a zone is less than a day away from UTC */
    if (i < 0)
        i = 0;
    while (i < h->n - 1 && h->day[i + 1].start <= ms)
        i++;
    return i;
}

int64_t hours_upto(const struct hours *h, struct wall at)
{
    const struct day *day = &h->day[find_day(h, at.ms)];
    int64_t worked = day->worked;
    for (int k = 0; k < day->n && day->open[k].from < at.ms; k++)
        worked += (at.ms < day->open[k].to ? at.ms : day->open[k].to) - day->open[k].from;
    return worked;
}

int64_t hours_between(const struct hours *h, struct wall from, struct wall to)
{
    return h->setup.given && to.ms > from.ms ? hours_upto(h, to) - hours_upto(h, from) : 0;
}

struct hours_local hours_local(const struct hours *h, struct wall at)
{
    const struct day *day = &h->day[find_day(h, at.ms)];
    int64_t offset = day->changes ? h->step[step_at(h, at.ms)].offset_ms : day->offset;
    int64_t local = at.ms + offset, number = floor_days(local);
    return (struct hours_local){ .day = number,
                                 .weekday = weekday_of(number),
                                 .hour = (int)((local - number * DAY_MS) / 3600000),
                                 .ms_of_day = local - number * DAY_MS };
}

struct hours_day hours_day(const struct hours *h, struct wall at)
{
    int64_t i = h ? find_day(h, at.ms) : 0;
    if (h && at.ms >= h->day[i].start && at.ms < h->day[i + 1].start)
        return (struct hours_day){ { h->day[i].start }, { h->day[i + 1].start } };
    int64_t offset = h ? h->day[i].offset : 0, start = floor_days(at.ms + offset) * DAY_MS - offset;
    return (struct hours_day){ { start }, { start + DAY_MS } };
}

uint64_t hours_print(const struct hours *h, struct wall from, struct wall to)
{
    uint64_t hash = hash_bytes(HASH_START, &h->setup.given, sizeof h->setup.given);
    bool plain = !h->setup.given;
    for (int64_t i = find_day(h, from.ms), last = find_day(h, to.ms); i <= last; i++) {
        const struct day *day = &h->day[i];
        plain = plain && day->offset == 0 && !day->changes;
        hash = hash_bytes(hash, &day->offset, sizeof day->offset);
        hash = hash_bytes(hash, day->open, (size_t)day->n * sizeof day->open[0]);
        if (day->changes)
            hash = hash_bytes(hash, &h->step[step_at(h, day->start) + 1].from, sizeof h->step[0].from);
    }
    return plain ? 0 : hash;
}
