#include "app/calendar.h"

#include "sys/clock.h"

#include <stdlib.h>

#define DAY_MS INT64_C(86400000)

/* The moment of a change of offset within (low, high]. */
static int64_t change_within(int64_t low, int64_t high, int64_t before)
{
    while (high - low > 1000) {
        int64_t middle = low + (high - low) / 2;
        if (clock_offset_ms((struct wall){ middle }) == before)
            low = middle;
        else
            high = middle;
    }
    return high - high % 1000;
}

/* The zone's changes, found by asking each day. */
static int find_steps(struct hours_step *step, struct wall from, struct wall to)
{
    int64_t at = from.ms - 3 * DAY_MS, end = to.ms + 3 * DAY_MS;
    int n = 0;
    step[n++] = (struct hours_step){ { at }, clock_offset_ms((struct wall){ at }) };
    for (; at < end && n < HOURS_STEPS_MAX; at += DAY_MS) {
        int64_t before = step[n - 1].offset_ms, after = clock_offset_ms((struct wall){ at + DAY_MS });
        if (after != before)
            step[n++] = (struct hours_step){ { change_within(at, at + DAY_MS, before) }, after };
    }
    return n;
}

static void take_hours(const struct conf *conf, struct hours_setup *setup)
{
    setup->given = conf->hours.given;
    for (int d = 0; d < 7; d++) {
        setup->day[d].n = conf->hours.day[d].n;
        for (int i = 0; i < conf->hours.day[d].n; i++) {
            setup->day[d].span[i].from_min = conf->hours.day[d].span[i].from_min;
            setup->day[d].span[i].to_min = conf->hours.day[d].span[i].to_min;
        }
    }
    for (int i = 0; i < conf->n_holidays; i++, setup->n_holidays++) {
        setup->holiday[i].year = conf->holidays[i].year;
        setup->holiday[i].month = conf->holidays[i].month;
        setup->holiday[i].day = conf->holidays[i].day;
    }
}

struct hours *calendar_make(const struct conf *conf, struct wall from, struct wall to)
{
    struct hours_setup *setup = calloc(1, sizeof *setup);
    struct hours_step *step = calloc(HOURS_STEPS_MAX, sizeof *step);
    struct hours *hours = NULL;
    _Static_assert(HOURS_SPANS_MAX >= CONF_SPANS_MAX && HOURS_HOLIDAYS_MAX >= CONF_HOLIDAYS_MAX, "all fit");
    if (wall_is_none(from) || wall_is_none(to))
        from = to = clock_wall();
    if (setup && step) {
        if (to.ms - from.ms > HOURS_DAYS_MAX * DAY_MS)
            to.ms = from.ms + HOURS_DAYS_MAX * DAY_MS;
        setup->n_steps = find_steps(step, from, to);
        setup->step = step;
        if (conf)
            take_hours(conf, setup);
        hours = hours_create(setup, from, to);
    }
    free(step);
    free(setup);
    return hours;
}
