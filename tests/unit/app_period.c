/* Periods by name, seen from moments worked out by hand, in a zone with summer time. Zone: Europe/Berlin, UTC+1, in 2026
 * UTC+2 from 29 March 01:00Z to 25 October 01:00Z. */
#include "app/period.h"
#include "base/stamp.h"
#include "sys/clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct wall utc(const char *text)
{
    struct wall at;
    assert_true(stamp_parse(text, strlen(text), &at));
    return at;
}

static void expect(const char *now, const char *word, const char *from, const char *to)
{
    struct period p;
    if (!period_parse(word, utc(now), &p))
        fail_msg("%s: no period", word);
    if (p.from.ms != utc(from).ms || p.to.ms != utc(to).ms)
        fail_msg("%s at %s: %lld to %lld", word, now, (long long)p.from.ms, (long long)p.to.ms);
}

/* Thursday 12 March 2026, a time without surprises. */
static void words(void **state)
{
    static const char now[] = "2026-03-12T15:00:00Z";
    (void)state;
    expect(now, "today", "2026-03-11T23:00:00Z", "2026-03-12T23:00:00Z");
    expect(now, "yesterday", "2026-03-10T23:00:00Z", "2026-03-11T23:00:00Z");
    expect(now, "this-week", "2026-03-08T23:00:00Z", "2026-03-15T23:00:00Z");
    expect(now, "last-week", "2026-03-01T23:00:00Z", "2026-03-08T23:00:00Z");
    expect(now, "this-month", "2026-02-28T23:00:00Z", "2026-03-31T22:00:00Z"); /* ends in summer time */
    expect(now, "last-month", "2026-01-31T23:00:00Z", "2026-02-28T23:00:00Z");
    expect(now, "this-year", "2025-12-31T23:00:00Z", "2026-12-31T23:00:00Z");
    expect(now, "last-year", "2024-12-31T23:00:00Z", "2025-12-31T23:00:00Z");
}

/* What day it is, is asked of the zone: 22:30Z on Wednesday 31 December 2025 is still 2025, 23:30Z is not; Sunday
 * 22:30Z in summer is Monday. In January last month is of the year before. */
static void now_is_local(void **state)
{
    (void)state;
    expect("2025-12-31T22:30:00Z", "this-year", "2024-12-31T23:00:00Z", "2025-12-31T23:00:00Z");
    expect("2025-12-31T23:30:00Z", "this-year", "2025-12-31T23:00:00Z", "2026-12-31T23:00:00Z");
    expect("2025-12-31T23:30:00Z", "last-month", "2025-11-30T23:00:00Z", "2025-12-31T23:00:00Z");
    expect("2026-07-05T21:30:00Z", "this-week", "2026-06-28T22:00:00Z", "2026-07-05T22:00:00Z");
    expect("2026-07-05T22:30:00Z", "this-week", "2026-07-05T22:00:00Z", "2026-07-12T22:00:00Z");
    expect("2026-07-05T22:30:00Z", "yesterday", "2026-07-04T22:00:00Z", "2026-07-05T22:00:00Z");
}

/* A day of 23 hours, one of 25, and the weeks around them. */
static void summer_time(void **state)
{
    (void)state;
    expect("2026-03-29T12:00:00Z", "today", "2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z");
    expect("2026-10-25T00:30:00Z", "today", "2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z");
    expect("2026-10-25T01:30:00Z", "today", "2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z"); /* 2:30 again */
    expect("2026-10-26T12:00:00Z", "yesterday", "2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z");
    expect("2026-03-30T12:00:00Z", "last-week", "2026-03-22T23:00:00Z", "2026-03-29T22:00:00Z");
}

/* ISO 8601: week 1 has the 4th of January. 2026 begins on a Thursday, so it has 53 weeks and the first began on 29
 * December; 2025 and 2027 have 52. 2020 (a leap year that began on a Wednesday) has 53, 2021 begins in it. */
static void written_out(void **state)
{
    static const char now[] = "1999-01-01T00:00:00Z"; /* is of no matter */
    (void)state;
    expect(now, "2026", "2025-12-31T23:00:00Z", "2026-12-31T23:00:00Z");
    expect(now, "2026-03", "2026-02-28T23:00:00Z", "2026-03-31T22:00:00Z");
    expect(now, "2026-12", "2026-11-30T23:00:00Z", "2026-12-31T23:00:00Z");
    expect(now, "2024-02-29", "2024-02-28T23:00:00Z", "2024-02-29T23:00:00Z");
    expect(now, "2026-W01", "2025-12-28T23:00:00Z", "2026-01-04T23:00:00Z");
    expect(now, "2026-W12", "2026-03-15T23:00:00Z", "2026-03-22T23:00:00Z");
    expect(now, "2026-W53", "2026-12-27T23:00:00Z", "2027-01-03T23:00:00Z");
    expect(now, "2027-W01", "2027-01-03T23:00:00Z", "2027-01-10T23:00:00Z");
    expect(now, "2020-W53", "2020-12-27T23:00:00Z", "2021-01-03T23:00:00Z");
    expect(now, "2025-W52", "2025-12-21T23:00:00Z", "2025-12-28T23:00:00Z");
}

static void no_periods(void **state)
{
    static const char *const bad[] = {
        "",           "tomorrow",   "Today",      "last week", "last-",      "lastweek",   "26",
        "02026",      "0000",       "2026-00",    "2026-13",   "2026-3",     "2026-W00",   "2025-W53",
        "2026-W54",   "2027-W53",   "2026-w12",   "2026-W1",   "2026-W123",  "2026-02-29", "2026-2-1",
        "2026-04-31", "2026-03-00", "2026-03-32", "-2026",     "2026-03-1x", " 2026",      "2026 ",
        "2026/03",    "today ",     "0000-W01",
    };
    struct period p;
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        if (period_parse(bad[i], utc("2026-03-12T15:00:00Z"), &p))
            fail_msg("\"%s\" is a period", bad[i]);
}

static void expect_before(const char *from, const char *to, const char *before_from)
{
    struct period p = period_before((struct period){ utc(from), utc(to) });
    if (p.from.ms != utc(before_from).ms || p.to.ms != utc(from).ms)
        fail_msg("before %s: %lld to %lld", from, (long long)p.from.ms, (long long)p.to.ms);
}

static void periods_before(void **state)
{
    (void)state;
    /* March: February, shorter by three days; January: December of the year before; 2025: the leap year 2024. */
    expect_before("2026-02-28T23:00:00Z", "2026-03-31T22:00:00Z", "2026-01-31T23:00:00Z");
    expect_before("2025-12-31T23:00:00Z", "2026-01-31T23:00:00Z", "2025-11-30T23:00:00Z");
    expect_before("2024-12-31T23:00:00Z", "2025-12-31T23:00:00Z", "2023-12-31T23:00:00Z");
    /* Whole days are days, not hours: the week after the clocks went forward, the day after the one of 25 hours. */
    expect_before("2026-03-29T22:00:00Z", "2026-04-05T22:00:00Z", "2026-03-22T23:00:00Z");
    expect_before("2026-10-25T23:00:00Z", "2026-10-26T23:00:00Z", "2026-10-24T22:00:00Z");
    /* Two months are as many days, 59, and no months: from 1 March 59 back is 1 January. */
    expect_before("2026-02-28T23:00:00Z", "2026-04-28T22:00:00Z", "2025-12-31T23:00:00Z");
    /* Anything else: as many milliseconds. */
    expect_before("2026-03-29T08:00:00Z", "2026-03-29T16:30:00Z", "2026-03-28T23:30:00Z");
}

static void expect_so_far(const char *from, const char *to, const char *now, const char *expected)
{
    struct period p = { utc(from), utc(to) }, other = period_before(p),
                  part = period_so_far(other, p, utc(now));
    if (part.from.ms != other.from.ms || part.to.ms != utc(expected).ms)
        fail_msg("%s at %s: up to %lld", from, now, (long long)part.to.ms);
}

/* Berlin: UTC+1, from 2026-03-29 to 2026-10-25 UTC+2. */
static void as_much_of_the_period_before(void **state)
{
    (void)state;
    /* The 10th of March at 14:00: February up to the 10th, 14:00. */
    expect_so_far("2026-02-28T23:00:00Z", "2026-03-31T22:00:00Z", "2026-03-10T13:00:00.250Z",
                  "2026-02-10T13:00:00.250Z");
    /* The 31st: all of February. */
    expect_so_far("2026-02-28T23:00:00Z", "2026-03-31T22:00:00Z", "2026-03-31T12:00:00Z",
                  "2026-02-28T23:00:00Z");
    /* The 10th of April at 14:00 in summer time: March up to the 10th, 14:00 in winter time. */
    expect_so_far("2026-03-31T22:00:00Z", "2026-04-30T22:00:00Z", "2026-04-10T12:00:00Z",
                  "2026-03-10T13:00:00Z");
    /* Today at 12:00, the day of the change: yesterday up to 12:00, and back. */
    expect_so_far("2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z", "2026-03-29T10:00:00Z",
                  "2026-03-28T11:00:00Z");
    expect_so_far("2026-03-29T22:00:00Z", "2026-03-30T22:00:00Z", "2026-03-30T10:00:00Z",
                  "2026-03-29T10:00:00Z");
    /* No period: an hour of two is as an hour of the two before. */
    expect_so_far("2026-03-10T08:00:00Z", "2026-03-10T10:00:00Z", "2026-03-10T09:00:00Z",
                  "2026-03-10T07:00:00Z");
    /* Over, just over, and not begun: all of it. */
    expect_so_far("2026-02-28T23:00:00Z", "2026-03-31T22:00:00Z", "2026-05-01T00:00:00Z",
                  "2026-02-28T23:00:00Z");
    expect_so_far("2026-03-10T08:00:00Z", "2026-03-10T10:00:00Z", "2026-03-10T10:00:00Z",
                  "2026-03-10T08:00:00Z");
    expect_so_far("2026-03-10T08:00:00Z", "2026-03-10T10:00:00Z", "2026-03-10T08:00:00Z",
                  "2026-03-10T08:00:00Z");
}

static int set_up(void **state)
{
    (void)state;
    return clock_set_zone("Europe/Berlin") ? 0 : -1;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words),
        cmocka_unit_test(now_is_local),
        cmocka_unit_test(summer_time),
        cmocka_unit_test(written_out),
        cmocka_unit_test(no_periods),
        cmocka_unit_test(periods_before),
        cmocka_unit_test(as_much_of_the_period_before),
    };
    return cmocka_run_group_tests(tests, set_up, NULL);
}
