/* Doubts about the log on hand-made presses. Seconds after a UTC midnight; the answers are worked out beside them. */
#include "core/presses.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

struct seen {
    struct presses *sum;
    int runs;
    int doubts[100]; /* by number */
};

static bool take_run(void *user, const struct press_run *run)
{
    struct seen *s = user;
    s->runs++;
    return presses_add(s->sum, run);
}

static int64_t at_of[100]; /* ms, of each press that was made */

static bool take_doubt(void *user, const char *job, struct wall at, int doubts)
{
    struct seen *s = user;
    int seq = 1;
    assert_non_null(job);
    while (seq < 99 && at_of[seq] != at.ms)
        seq++;
    s->doubts[seq] |= doubts;
    return true;
}

static struct press_walk *begin(struct seen *s, int64_t low, int64_t high)
{
    static const struct press_ops ops = { .run = take_run, .doubt = take_doubt };
    *s = (struct seen){ .sum = presses_create() };
    assert_non_null(s->sum);
    return press_walk_create(low, high, NULL, &ops, s);
}

static int next_seq;

static void press(struct press_walk *w, const char *source, const char *type, const char *job, int64_t second)
{
    struct press p = { .seq = ++next_seq,
                       .source = source,
                       .type = type,
                       .job = job,
                       .at = { second * 1000 },
                       .received = { second * 1000 },
                       .applied = true,
                       .synced = true };
    at_of[next_seq % 99] = p.at.ms;
    assert_true(press_walk_event(w, &p));
}

static const struct figures_presses *end(struct press_walk *w, struct seen *s)
{
    assert_true(press_walk_end(w));
    press_walk_destroy(w);
    next_seq = 0;
    return presses_finish(s->sum);
}

static void bursts_and_batches(void **state)
{
    (void)state;
    struct seen s;
    struct press_walk *w = begin(&s, INT64_MIN, INT64_MAX);
    press(w, "bay/1", "next", "a", 1000);      /* 1 */
    press(w, "bay/1", "next", "a", 1004);      /* 2: 4 s later, a burst */
    press(w, "bay/2", "next", "b", 1005);      /* 3: another bay */
    press(w, "bay/1", "next", "a", 1009);      /* 4: 5 s later, none; a row of three presses is no batch */
    press(w, "bay/1", "next", "c", 1069);      /* 5: 60 s later, a new row */
    press(w, "bay/1", "next", "d", 1128);      /* 6: 59 s */
    press(w, "bay/1", "hold", "e", 1187);      /* 7 */
    press(w, "desk/front", "next", "f", 1188); /* 8: a desk does not press */
    press(w, "bay/1", "assign", "f", 1190);    /* 9: a scan is no press */
    press(w, "bay/1", "rework", "c", 1240);    /* 10: the fourth, of three cars: 5 6 7 10 are a batch */
    press(w, "bay/2", "next", "b", 2000);      /* 11 */
    press(w, "bay/2", "next", "b", 2010);      /* 12 */
    press(w, "bay/2", "next", "b", 2020);      /* 13 */
    press(w, "bay/2", "next", "g", 2030);      /* 14: four presses of two cars are none */
    const struct figures_presses *p = end(w, &s);
    assert_int_equal(p->presses, 12);
    assert_int_equal(p->events, 14);
    assert_int_equal(p->burst, 1);
    assert_int_equal(p->batch, 4);
    assert_int_equal(s.doubts[2], DOUBT_BIT(DOUBT_BURST));
    assert_int_equal(s.doubts[4], 0);
    assert_int_equal(s.doubts[5], DOUBT_BIT(DOUBT_BATCH));
    assert_int_equal(s.doubts[10], DOUBT_BIT(DOUBT_BATCH));
    assert_int_equal(s.doubts[14], 0);
    presses_destroy(s.sum);
}

/* A window that cuts a row counts its own part of it; a new day knows nothing of the one before. */
static void windows_and_days(void **state)
{
    (void)state;
    struct seen s;
    struct press_walk *w = begin(&s, 2010000, INT64_MAX);
    for (int i = 0; i < 4; i++)
        press(w, "bay/1", "next", i < 2 ? "a" : i == 2 ? "b" : "c", 2000 + 10 * i);
    press(w, "bay/1", "next", "d", 86398);
    press(w, "bay/1", "next", "e", 86401); /* 3 s later, but tomorrow */
    const struct figures_presses *p = end(w, &s);
    assert_int_equal(s.runs, 2);
    assert_int_equal(p->presses, 5);
    assert_int_equal(p->batch, 3); /* of four */
    assert_int_equal(p->burst, 0);
    assert_int_equal(s.doubts[1], 0);
    assert_int_equal(s.doubts[2], DOUBT_BIT(DOUBT_BATCH));
    presses_destroy(s.sum);
}

/* A workshop of UTC+10 whose day begins at 14:00 UTC: midnight of UTC is 10 in its morning and parts nothing. */
static void days_are_the_workshops(void **state)
{
    (void)state;
    static const struct press_ops ops = { .run = take_run, .doubt = take_doubt };
    const struct hours_step step = { { 0 }, 36000000 };
    struct hours *hours = hours_create(&(struct hours_setup){ .step = &step, .n_steps = 1 },
                                       (struct wall){ 0 }, (struct wall){ 3 * INT64_C(86400000) });
    struct seen s = { .sum = presses_create() };
    struct press_walk *w = press_walk_create(INT64_MIN, INT64_MAX, hours, &ops, &s);
    assert_non_null(w);
    press(w, "bay/1", "next", "a", 86398);
    press(w, "bay/1", "next", "b", 86401); /* 3 s later: a burst */
    press(w, "bay/1", "next", "c", 86430);
    press(w, "bay/1", "next", "d", 86460);             /* the fourth: all of them a batch */
    press(w, "bay/1", "next", "e", 86400 + 50398);     /* 13:59:58 UTC */
    press(w, "bay/1", "next", "f", 86400 + 50401);     /* 3 s later, but tomorrow */
    press(w, "bay/1", "next", "g", 2 * 86400 + 50399); /* still that day */
    const struct figures_presses *p = end(w, &s);
    assert_int_equal(s.runs, 2);
    assert_int_equal(p->burst, 1);
    assert_int_equal(p->batch, 4);
    assert_int_equal(p->bay_days, 2);
    presses_destroy(s.sum);
    hours_destroy(hours);
}

/* Bay 1 presses on days 0, 1, 3; bay 2 on days 1, 2, 3; day 4 nobody. Bay 1 was silent on day 2: 4 + 3 bay days. */
static void silent_bays(void **state)
{
    (void)state;
    struct seen s;
    struct press_walk *w = begin(&s, INT64_MIN, INT64_MAX);
    press(w, "bay/1", "next", "a", 100);
    press(w, "bay/1", "next", "a", 86400 + 100);
    press(w, "bay/2", "next", "b", 86400 + 200);
    press(w, "bay/2", "next", "b", 2 * 86400 + 100);
    press(w, "bay/2", "next", "b", 3 * 86400 + 100);
    press(w, "bay/1", "next", "a", 3 * 86400 + 300);
    press(w, "desk/front", "open", "z", 4 * 86400 + 300);
    const struct figures_presses *p = end(w, &s);
    assert_int_equal(p->bay_days, 7);
    assert_int_equal(p->silent, 1);
    presses_destroy(s.sum);
}

/* Bays 1 and 2 press on day 0, bay 3 on each; nobody on day 2. To the end of what the others pressed counts what the
 * workshop still has, from the second day on. */
static void bays_that_stay_silent(void **state)
{
    (void)state;
    static const int silent[] = { 0, 0, 2, 3 }; /* with so many days after day 0 */
    for (int days = 0; days < 4; days++) {
        struct seen s;
        struct press_walk *w = begin(&s, INT64_MIN, INT64_MAX);
        press(w, "bay/1", "next", "a", 100);
        press(w, "bay/2", "next", "b", 200);
        for (int day = 0; day <= days; day++)
            press(w, "bay/3", "next", "c", (day + (day > 1)) * 86400 + 300);
        presses_expect(s.sum, "1");
        presses_expect(s.sum, "3");
        presses_expect(s.sum, "4"); /* never pressed: it has no button */
        const struct figures_presses *p = end(w, &s);
        assert_int_equal(p->silent, silent[days]);
        assert_int_equal(p->bay_days, 2 + silent[days] + days + 1);
        presses_destroy(s.sum);
    }
}

static void marks(void **state)
{
    (void)state;
    struct seen s;
    struct press_walk *w = begin(&s, INT64_MIN, INT64_MAX);
    struct press p = { .seq = 1,
                       .source = "bay/1",
                       .type = "undo",
                       .job = "a",
                       .at = { 5 },
                       .received = { 5 },
                       .applied = true };
    at_of[1] = 5;
    at_of[2] = 6;
    p.late = p.clamped = p.skipped = true; /* and the clock is not synced */
    assert_true(press_walk_event(w, &p));
    p.seq = 2;
    p.at.ms = 6;
    p.applied = false; /* what was refused distorts nothing */
    assert_true(press_walk_event(w, &p));
    p.seq = 3;
    p.applied = true;
    p.source = "hub/config"; /* the hub's own is no event of the workshop */
    p.type = "config";
    p.late = p.clamped = p.skipped = false;
    assert_true(press_walk_event(w, &p));
    const struct figures_presses *sum = end(w, &s);
    assert_int_equal(sum->events, 1);
    assert_int_equal(sum->late, 1);
    assert_int_equal(sum->clamped, 1);
    assert_int_equal(sum->skipped, 1);
    assert_int_equal(sum->unsynced, 1);
    assert_int_equal(sum->undone, 1);
    assert_int_equal(sum->rejected, 1);
    assert_int_equal(s.doubts[1], DOUBT_BIT(DOUBT_LATE) | DOUBT_BIT(DOUBT_CLAMPED) |
                                      DOUBT_BIT(DOUBT_UNSYNCED) | DOUBT_BIT(DOUBT_UNDONE));
    assert_int_equal(s.doubts[2], 0);
    presses_destroy(s.sum);
}

/* One bay more than a run holds is not listed; nothing breaks. */
static void bays_have_a_limit(void **state)
{
    (void)state;
    struct seen s;
    struct press_walk *w = begin(&s, INT64_MIN, INT64_MAX);
    next_seq = 0;
    for (int i = 0; i <= PRESSES_BAYS_MAX; i++) {
        char bay[16];
        snprintf(bay, sizeof bay, "bay/%d", i);
        struct press p = {
            .seq = 1, .source = bay, .type = "next", .job = "a", .applied = true, .synced = true
        };
        assert_true(press_walk_event(w, &p));
    }
    const struct figures_presses *p = end(w, &s);
    assert_int_equal(p->presses, PRESSES_BAYS_MAX + 1);
    assert_int_equal(p->bay_days, PRESSES_BAYS_MAX);
    presses_destroy(s.sum);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bursts_and_batches),     cmocka_unit_test(windows_and_days),
        cmocka_unit_test(days_are_the_workshops), cmocka_unit_test(silent_bays),
        cmocka_unit_test(bays_that_stay_silent),  cmocka_unit_test(marks),
        cmocka_unit_test(bays_have_a_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
