/* The workshop's calendar on hand-made cases. Berlin: +1 h, +2 h from 2026-03-29 01:00 UTC to 2026-10-25 01:00 UTC. */
#include "core/hours.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#define HOUR INT64_C(3600000)
#define DAY  (24 * HOUR)

static const int64_t march = INT64_C(1772323200000); /* 2026-03-01 00:00 UTC, a Sunday */

static struct wall utc(int day, int hour, int minute) /* day of March 2026, may go on into later months */
{
    return (struct wall){ march + (day - 1) * DAY + hour * HOUR + minute * (HOUR / 60) };
}

static struct hours_step berlin[] = {
    { { INT64_C(1700000000000) }, 1 * HOUR },
    { { INT64_C(1774746000000) }, 2 * HOUR }, /* 2026-03-29 01:00 UTC */
    { { INT64_C(1792890000000) }, 1 * HOUR }, /* 2026-10-25 01:00 UTC */
};

static struct hours_setup setup_of(int from_min, int to_min)
{
    struct hours_setup s = { .step = berlin, .n_steps = 3, .given = true };
    for (int d = 0; d < 7; d++) {
        s.day[d].span[0].from_min = from_min;
        s.day[d].span[0].to_min = to_min;
        s.day[d].n = 1;
    }
    return s;
}

static struct hours *make(struct hours_setup s)
{
    struct hours *h = hours_create(&s, utc(1, 0, 0), utc(300, 0, 0));
    assert_non_null(h);
    return h;
}

static void between(const struct hours *h, struct wall from, struct wall to, int minutes)
{
    assert_int_equal(hours_between(h, from, to) / (HOUR / 60), minutes);
}

static void counts_open_hours_only(void **state)
{
    (void)state;
    struct hours_setup s = setup_of(8 * 60, 20 * 60);
    s.day[6].n = 0;                    /* Sundays closed */
    s.day[4].span[0].to_min = 13 * 60; /* Fridays 8-13 and 14-20 */
    s.day[4].span[1].from_min = 14 * 60;
    s.day[4].span[1].to_min = 20 * 60;
    s.day[4].n = 2;
    s.holiday[0].month = 3;
    s.holiday[0].day = 10; /* every 10th of March, a Tuesday in 2026 */
    s.holiday[1].year = 2025;
    s.holiday[1].month = 3;
    s.holiday[1].day = 11; /* another year's: an ordinary Wednesday now */
    s.n_holidays = 2;
    struct hours *h = make(s);
    /* Local time is UTC + 1. Monday the 2nd, 10:00 to 12:30 local: all of it. */
    between(h, utc(2, 9, 0), utc(2, 11, 30), 150);
    /* Monday 19:00 to Tuesday 09:00: one hour in the evening, one in the morning. */
    between(h, utc(2, 18, 0), utc(3, 8, 0), 120);
    /* Friday the 6th 12:00 to 15:00: without the break. */
    between(h, utc(6, 11, 0), utc(6, 14, 0), 120);
    /* Saturday 19:00 to Monday 09:00: Sunday has none. */
    between(h, utc(7, 18, 0), utc(9, 8, 0), 120);
    /* Monday the 9th 19:00 to Wednesday the 11th 09:00: the 10th is a holiday, the 11th is not. */
    between(h, utc(9, 18, 0), utc(11, 8, 0), 120);
    /* At night, and the wrong way round. */
    between(h, utc(3, 20, 0), utc(4, 6, 0), 0);
    between(h, utc(3, 12, 0), utc(3, 11, 0), 0);
    /* A whole week: five days of 12 hours, one of them with a break of one, and a Saturday of 12. */
    between(h, utc(16, 0, 0), utc(23, 0, 0), (6 * 12 - 1) * 60);
    hours_destroy(h);
}

static void clocks_that_change(void **state)
{
    (void)state;
    struct hours *h = make(setup_of(0, 24 * 60));
    /* Sunday the 29th lasts 23 hours: 23:00 UTC on the 28th to 22:00 UTC on the 29th. */
    between(h, utc(28, 23, 0), utc(29, 22, 0), 23 * 60);
    hours_destroy(h);
    /* 02:00-03:00 does not exist on that day: none of it is worked; 01:30-03:30 has one hour less. */
    h = make(setup_of(120, 180));
    between(h, utc(28, 20, 0), utc(29, 20, 0), 0);
    between(h, utc(27, 20, 0), utc(28, 20, 0), 60);
    hours_destroy(h);
    h = make(setup_of(90, 210));
    between(h, utc(28, 20, 0), utc(29, 20, 0), 60);
    /* On 2026-10-25 (day 239 from March 1st) 02:00-03:00 comes twice; opening is at the first 01:30, closing at 03:30:
     * three hours. */
    between(h, utc(238, 20, 0), utc(239, 20, 0), 180);
    hours_destroy(h);
    /* A working day around it is as long as ever. */
    h = make(setup_of(8 * 60, 20 * 60));
    between(h, utc(28, 20, 0), utc(29, 22, 0), 12 * 60);
    between(h, utc(238, 20, 0), utc(239, 23, 0), 12 * 60);
    hours_destroy(h);
}

static void tells_local_time(void **state)
{
    (void)state;
    struct hours *h = make(setup_of(8 * 60, 20 * 60));
    struct hours_local a = hours_local(h, utc(28, 23, 30)), b = hours_local(h, utc(29, 0, 59)),
                       c = hours_local(h, utc(29, 1, 0));
    assert_int_equal(a.day, 20541); /* 00:30 on Sunday the 29th */
    assert_int_equal(a.weekday, 6);
    assert_int_equal(a.hour, 0);
    assert_int_equal(b.hour, 1); /* 01:59, */
    assert_int_equal(c.hour, 3); /* then 03:00 */
    assert_int_equal(c.ms_of_day, 3 * HOUR);
    hours_destroy(h);
    struct hours_setup plain = { .given = false };
    h = make(plain);
    assert_int_equal(hours_local(h, utc(2, 5, 0)).hour, 5);
    assert_false(hours_given(h));
    between(h, utc(2, 0, 0), utc(9, 0, 0), 0);
    hours_destroy(h);
}

/* What lies outside of the calendar counts as its ends do; sums are consistent at every minute. */
static void holds_at_the_ends(void **state)
{
    (void)state;
    struct hours *h = make(setup_of(8 * 60, 20 * 60));
    int64_t all = hours_between(h, (struct wall){ 0 }, (struct wall){ INT64_C(1) << 45 });
    assert_true(all >= 300 * 12 * HOUR && all <= 305 * 12 * HOUR);
    int64_t last = hours_upto(h, (struct wall){ march });
    for (int64_t t = march; t < march + 60 * DAY; t += 7 * HOUR / 60) {
        int64_t now = hours_upto(h, (struct wall){ t });
        assert_true(now >= last && now - last <= 7 * HOUR / 60);
        last = now;
    }
    hours_destroy(h);
}

static void prints_differ_where_it_matters(void **state)
{
    (void)state;
    struct hours_setup s = setup_of(8 * 60, 20 * 60);
    struct hours *a = make(s);
    s.holiday[0].month = 6;
    s.holiday[0].day = 1;
    s.n_holidays = 1;
    struct hours *b = make(s);
    assert_true(hours_print(a, utc(1, 0, 0), utc(60, 0, 0)) == hours_print(b, utc(1, 0, 0), utc(60, 0, 0)));
    assert_true(hours_print(a, utc(1, 0, 0), utc(100, 0, 0)) != hours_print(b, utc(1, 0, 0), utc(100, 0, 0)));
    struct hours_setup none = { .given = false };
    struct hours *c = make(none);
    assert_true(hours_print(c, utc(1, 0, 0), utc(100, 0, 0)) == 0);
    hours_destroy(a);
    hours_destroy(b);
    hours_destroy(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_open_hours_only),
        cmocka_unit_test(clocks_that_change),
        cmocka_unit_test(tells_local_time),
        cmocka_unit_test(holds_at_the_ends),
        cmocka_unit_test(prints_differ_where_it_matters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
