/* The figures on hand-made cases; the answers are worked out beside them. Times are minutes after an
 * arbitrary start. */
#include "tests/figures_kit.h"

static void span(struct figures *f, const char *stage, enum kind kind, int entered, int left)
{
    assert_true(try_span(f, stage, kind, at(entered), at(left)));
}

static void spread_is(const struct figures_spread *s, int64_t n, int total, int p50, int p80, int p90,
                      int max)
{
    assert_int_equal(s->n, n);
    assert_int_equal(s->total_ms, (int64_t)total * MIN);
    assert_int_equal(s->p50_ms, (int64_t)p50 * MIN);
    assert_int_equal(s->p80_ms, (int64_t)p80 * MIN);
    assert_int_equal(s->p90_ms, (int64_t)p90 * MIN);
    assert_int_equal(s->max_ms, (int64_t)max * MIN);
}

static const struct figures_stage *stage_of(const struct figures_sum *sum, const char *id)
{
    for (int i = 0; i < sum->n_stages; i++)
        if (strcmp(sum->stages[i].id, id) == 0)
            return &sum->stages[i];
    fail_msg("no stage %s", id);
    return NULL;
}

/* Ranks. */

static int64_t rank_of(const int64_t *values, size_t n, int p)
{
    int64_t copy[256];
    memcpy(copy, values, n * sizeof *values);
    return figures_rank(copy, n, p);
}

static void ranks_at_the_edges(void **state)
{
    (void)state;
    static const int64_t one[] = { 7 };
    assert_int_equal(rank_of(one, 1, 1), 7);
    assert_int_equal(rank_of(one, 1, 100), 7);
    /* Five values: 50 % of 5 is 2.5, so the 3rd; 80 % is exactly 4, the 4th; 81 % and 90 % need the 5th. */
    static const int64_t five[] = { 50, 10, 40, 20, 30 };
    assert_int_equal(rank_of(five, 5, 20), 10);
    assert_int_equal(rank_of(five, 5, 21), 20);
    assert_int_equal(rank_of(five, 5, 50), 30);
    assert_int_equal(rank_of(five, 5, 80), 40);
    assert_int_equal(rank_of(five, 5, 81), 50);
    assert_int_equal(rank_of(five, 5, 90), 50);
    /* Two values: half of them are at or below the first. */
    static const int64_t two[] = { 2, 1 };
    assert_int_equal(rank_of(two, 2, 50), 1);
    assert_int_equal(rank_of(two, 2, 51), 2);
    /* Ties: 1 1 1 1 9: four of five are 1, so up to 80 % it is 1. */
    static const int64_t ties[] = { 1, 9, 1, 1, 1 };
    assert_int_equal(rank_of(ties, 5, 80), 1);
    assert_int_equal(rank_of(ties, 5, 90), 9);
}

/* 1 … n in some order: the p-th percentile is the rank itself, ⌈p n / 100⌉. */
static void ranks_of_a_row(void **state)
{
    (void)state;
    int64_t values[256];
    for (int n = 1; n <= 250; n++)
        for (int p = 1; p <= 100; p++) {
            for (int i = 0; i < n; i++)
                values[i] = n % 3 == 0 ? i + 1 : n % 3 == 1 ? n - i : (i * 7919) % n + 1;
            assert_int_equal(figures_rank(values, (size_t)n, p), (p * n + 99) / 100);
        }
}

static int ascending(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static void ranks_against_sorting(void **state)
{
    (void)state;
    unsigned seed = 1;
    for (int round = 0; round < 3000; round++) {
        int64_t values[200], sorted[200];
        seed = seed * 1664525u + 1013904223u;
        size_t n = 1 + (seed >> 8) % 200, range = 1 + (seed >> 20) % 50; /* small ranges: many equal values */
        for (size_t i = 0; i < n; i++) {
            seed = seed * 1664525u + 1013904223u;
            values[i] = sorted[i] = (int64_t)((seed >> 10) % range);
        }
        qsort(sorted, n, sizeof sorted[0], ascending);
        int p = 1 + (int)(seed >> 5) % 100;
        assert_int_equal(figures_rank(values, n, p), sorted[(n * (size_t)p + 99) / 100 - 1]);
    }
}

static void ratios_round_to_nearest(void **state)
{
    (void)state;
    assert_int_equal(figures_ratio(10, 4), 3); /* 2.5 */
    assert_int_equal(figures_ratio(9, 4), 2);
    assert_int_equal(figures_ratio(11, 4), 3);
    assert_int_equal(figures_ratio(1, 3), 0);
    assert_int_equal(figures_ratio(2, 3), 1);
    assert_int_equal(figures_ratio(0, 5), 0);
}

/* Cases. */

static void nothing_at_all(void **state)
{
    (void)state;
    struct figures *f = begin(WALL_NONE, WALL_NONE, WALL_NONE);
    const struct figures_sum *sum = figures_finish(f);
    assert_int_equal(sum->jobs.opened + sum->jobs.ready + sum->jobs.closed + sum->jobs.open, 0);
    for (int i = 0; i < CYCLE_COUNT; i++)
        spread_is(&sum->cycle[i], 0, 0, 0, 0, 0, 0);
    assert_int_equal(sum->n_stages, 5); /* every stage but done, though nothing was there */
    assert_string_equal(sum->stages[0].id, "checkin");
    assert_string_equal(sum->stages[4].id, "ready");
    assert_int_equal(sum->n_bays, 0);
    assert_int_equal(sum->n_holds, 0);
    assert_int_equal(sum->promise.n, 0);
    assert_int_equal(sum->rating.n, 0);
    figures_destroy(f);
    figures_destroy(NULL);
}

/*
 * One car: checkin 0-10, repair 10-40, parts 40-100, repair 100-120, quality 120-125, ready 125-155, handed
 * over. lead 155, to ready 125, pickup gap 30; touch 30 + 20 + 5 = 55, wait 10, hold 60.
 */
static void feed_plain_car(struct figures *f)
{
    struct figures_job job = job_of(0, at(125), at(155), OUTCOME_HANDED_OVER);
    job.first_promise = at(125); /* ready exactly then: kept */
    job.promise_moves = 1;
    job.score = 9;
    feed_job(f, job);
    span(f, "checkin", KIND_QUEUE, 0, 10);
    span(f, "repair", KIND_WORK, 10, 40);
    span(f, "parts", KIND_HOLD, 40, 100);
    span(f, "repair", KIND_WORK, 100, 120);
    span(f, "quality", KIND_CHECK, 120, 125);
    span(f, "ready", KIND_READY, 125, 155);
}

static void one_plain_car(void **state)
{
    (void)state;
    struct figures *f = begin_all();
    feed_plain_car(f);
    assert_true(figures_stay(f, "1", at(5), at(130)));
    struct figures_quality quality = { 1, 2, 3, 4, 5 };
    figures_set_quality(f, &quality);
    const struct figures_sum *sum = figures_finish(f);
    assert_int_equal(sum->jobs.opened, 1);
    assert_int_equal(sum->jobs.ready, 1);
    assert_int_equal(sum->jobs.closed, 1);
    assert_int_equal(sum->jobs.cancelled, 0);
    assert_int_equal(sum->jobs.open, 0);
    spread_is(&sum->cycle[CYCLE_LEAD], 1, 155, 155, 155, 155, 155);
    spread_is(&sum->cycle[CYCLE_TO_READY], 1, 125, 125, 125, 125, 125);
    spread_is(&sum->cycle[CYCLE_PICKUP_GAP], 1, 30, 30, 30, 30, 30);
    spread_is(&sum->cycle[CYCLE_TOUCH], 1, 55, 55, 55, 55, 55);
    spread_is(&sum->cycle[CYCLE_WAIT], 1, 10, 10, 10, 10, 10);
    spread_is(&sum->cycle[CYCLE_HOLD], 1, 60, 60, 60, 60, 60);
    /* repair twice, 30 and 20: half of two are at or below 20. */
    spread_is(&stage_of(sum, "repair")->spread, 2, 50, 20, 30, 30, 30);
    assert_int_equal(sum->n_holds, 1);
    assert_string_equal(sum->holds[0].id, "parts");
    assert_int_equal(sum->holds[0].total_ms, 60 * MIN);
    /* In bay 1 from 5 to 130; worked on 10-40, 100-120, 120-125 = 55. */
    assert_int_equal(sum->n_bays, 1);
    assert_int_equal(sum->bays[0].jobs, 1);
    assert_int_equal(sum->bays[0].occupied_ms, 125 * MIN);
    assert_int_equal(sum->bays[0].working_ms, 55 * MIN);
    assert_int_equal(sum->promise.n, 1);
    assert_int_equal(sum->promise.kept, 1);
    assert_int_equal(sum->promise.moved, 1);
    assert_int_equal(sum->rating.n, 1);
    assert_int_equal(sum->rating.total, 9);
    assert_int_equal(sum->quality.late, 1);
    assert_int_equal(sum->quality.skipped, 5);
    figures_destroy(f);
}

/* Ready 20-30, back to repair 30-50, ready again 50, still there. The second entry decides:
 *   to ready 20 + 10 + 20 = 50, touch 20 + 20 = 40; no lead, no pickup gap yet; first promise 25 was missed.
 */
static void ready_twice(void **state)
{
    (void)state;
    struct figures *f = begin_all();
    struct figures_job job = job_of(0, at(50), WALL_NONE, OUTCOME_OPEN);
    job.reworks = 2;
    job.first_promise = at(25);
    feed_job(f, job);
    span(f, "repair", KIND_WORK, 0, 20);
    span(f, "ready", KIND_READY, 20, 30);
    span(f, "repair", KIND_WORK, 30, 50);
    assert_true(try_span(f, "ready", KIND_READY, at(50), WALL_NONE));
    const struct figures_sum *sum = figures_finish(f);
    assert_int_equal(sum->jobs.ready, 1);
    assert_int_equal(sum->jobs.open, 1);
    spread_is(&sum->cycle[CYCLE_TO_READY], 1, 50, 50, 50, 50, 50);
    spread_is(&sum->cycle[CYCLE_TOUCH], 1, 40, 40, 40, 40, 40);
    spread_is(&sum->cycle[CYCLE_WAIT], 1, 0, 0, 0, 0, 0); /* zeros included */
    assert_int_equal(sum->cycle[CYCLE_LEAD].n, 0);
    assert_int_equal(sum->cycle[CYCLE_PICKUP_GAP].n, 0);
    assert_int_equal(stage_of(sum, "ready")->spread.n, 1); /* the one that lasts has no leaving time */
    assert_int_equal(sum->rework_jobs, 1);                 /* jobs, not reworks */
    assert_int_equal(sum->promise.n, 1);
    assert_int_equal(sum->promise.kept, 0);
    figures_destroy(f);
}

/* Cancelled while ready counts as ready, but was not picked up; its spans count, its lead does not. */
static void cancelled_while_ready(void **state)
{
    (void)state;
    struct figures *f = begin_all();
    struct figures_job job = job_of(0, at(20), at(35), OUTCOME_CANCELLED);
    job.score = 0;
    feed_job(f, job);
    span(f, "repair", KIND_WORK, 0, 20);
    span(f, "ready", KIND_READY, 20, 35);
    const struct figures_sum *sum = figures_finish(f);
    assert_int_equal(sum->jobs.cancelled, 1);
    assert_int_equal(sum->jobs.closed, 0);
    assert_int_equal(sum->jobs.ready, 1);
    assert_int_equal(sum->cycle[CYCLE_TO_READY].n, 1);
    assert_int_equal(sum->cycle[CYCLE_LEAD].n, 0);
    assert_int_equal(sum->cycle[CYCLE_PICKUP_GAP].n, 0);
    assert_int_equal(stage_of(sum, "repair")->spread.total_ms, 20 * MIN);
    assert_int_equal(sum->rating.n, 1); /* a zero is an answer */
    figures_destroy(f);
}

static void handed_over_without_ready(void **state)
{
    (void)state;
    struct figures *f = begin_all();
    feed_job(f, job_of(0, WALL_NONE, at(20), OUTCOME_HANDED_OVER));
    span(f, "repair", KIND_WORK, 0, 20);
    const struct figures_sum *sum = figures_finish(f);
    spread_is(&sum->cycle[CYCLE_LEAD], 1, 20, 20, 20, 20, 20);
    for (int i = CYCLE_TO_READY; i < CYCLE_COUNT; i++)
        assert_int_equal(sum->cycle[i].n, 0);
    assert_int_equal(sum->jobs.ready, 0);
    figures_destroy(f);
}

/* Elapsed times are used, not wall times: the wall clock was set back 40 minutes within the repair. */
static void a_stepping_clock_does_no_harm(void **state)
{
    (void)state;
    struct figures *f = begin_all();
    feed_job(f, job_of(0, at(30), WALL_NONE, OUTCOME_OPEN));
    assert_true(figures_span(f, &(struct figures_span){ "repair", KIND_WORK, at(0), at(30), 70 * MIN }));
    assert_true(try_span(f, "ready", KIND_READY, at(30), WALL_NONE));
    const struct figures_sum *sum = figures_finish(f);
    spread_is(&sum->cycle[CYCLE_TOUCH], 1, 70, 70, 70, 70, 70);
    figures_destroy(f);
}

/* [10, 125): the plain car was opened before it (0), left repair within (40, 120) and again quality at 125,
 * which is outside, as is its ready time; checkin left at 10 counts. It is open at 125, since it closed at
 * 155. */
static void window_has_its_start_and_not_its_end(void **state)
{
    (void)state;
    struct figures *f = begin(at(10), at(125), WALL_NONE);
    feed_plain_car(f);
    assert_true(figures_stay(f, "1", at(5), at(130)));
    const struct figures_sum *sum = figures_finish(f);
    assert_int_equal(sum->jobs.opened, 0);
    assert_int_equal(sum->jobs.ready, 0);
    assert_int_equal(sum->jobs.closed, 0);
    assert_int_equal(sum->jobs.open, 1);
    assert_int_equal(stage_of(sum, "checkin")->spread.n, 1);
    assert_int_equal(stage_of(sum, "checkin")->spread.total_ms, 10 * MIN); /* whole, though it began before */
    assert_int_equal(stage_of(sum, "repair")->spread.n, 2);
    assert_int_equal(stage_of(sum, "quality")->spread.n, 0);
    assert_int_equal(sum->rating.n, 0);
    assert_int_equal(sum->promise.n, 0);
    /* The stay is clipped to 10-125 = 115, work within it 30 + 20 + 5 = 55. */
    assert_int_equal(sum->bays[0].occupied_ms, 115 * MIN);
    assert_int_equal(sum->bays[0].working_ms, 55 * MIN);
    figures_destroy(f);
}

/* The wall clock was put 50 minutes forward within a span of 10: it was worked on for 10, though open all the time. */
static void working_time_is_never_longer_than_the_time(void **state)
{
    (void)state;
    struct hours_setup setup = { .given = true };
    for (int d = 0; d < 7; d++) {
        setup.day[d].span[0].to_min = 1440;
        setup.day[d].n = 1;
    }
    struct hours *hours = hours_create(&setup, at(0), at(1000));
    struct figures *f = begin_all();
    figures_set_hours(f, hours);
    feed_job(f, job_of(0, WALL_NONE, at(60), OUTCOME_HANDED_OVER));
    assert_true(figures_span(f, &(struct figures_span){ "repair", KIND_WORK, at(0), at(60), 10 * MIN }));
    const struct figures_sum *sum = figures_finish(f);
    assert_int_equal(sum->working[CYCLE_LEAD].max_ms, 10 * MIN);
    assert_int_equal(stage_of(sum, "repair")->working_ms, 10 * MIN);
    figures_destroy(f);
    hours_destroy(hours);
}

/* Ready is at 125 and closing at 155: a window from 125 counts the first, a window up to 155 not the second.
 */
static void window_between_ready_and_handover(void **state)
{
    (void)state;
    struct figures *f = begin(at(125), at(155), WALL_NONE);
    feed_plain_car(f);
    const struct figures_sum *sum = figures_finish(f);
    assert_int_equal(sum->jobs.ready, 1);
    assert_int_equal(sum->jobs.closed, 0);
    assert_int_equal(sum->jobs.open, 1);
    spread_is(&sum->cycle[CYCLE_TO_READY], 1, 125, 125, 125, 125, 125);
    assert_int_equal(sum->cycle[CYCLE_LEAD].n, 0);
    figures_destroy(f);
}

/* In bay 2 since 100, in repair since 110. Up to the newest event (1000): occupied 900, working 890. With an
 * end at 200: 100 and 90. From 150 on: 50 and 50. An end after the newest event counts too. */
static void what_lasts_counts_up_to_the_end(void **state)
{
    (void)state;
    static const struct {
        int since, until, occupied, working;
    } cases[] = { { -1, -1, 900, 890 },
                  { -1, 200, 100, 90 },
                  { 150, 200, 50, 50 },
                  { 150, -1, 850, 850 },
                  { -1, 1200, 1100, 1090 } };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct wall since = cases[i].since < 0 ? WALL_NONE : at(cases[i].since);
        struct wall until = cases[i].until < 0 ? WALL_NONE : at(cases[i].until);
        struct figures *f = begin(since, until, at(1000));
        feed_job(f, job_of(90, WALL_NONE, WALL_NONE, OUTCOME_OPEN));
        span(f, "checkin", KIND_QUEUE, 90, 110);
        assert_true(try_span(f, "repair", KIND_WORK, at(110), WALL_NONE));
        assert_true(figures_stay(f, "2", at(100), WALL_NONE));
        const struct figures_sum *sum = figures_finish(f);
        assert_int_equal(sum->bays[0].occupied_ms, (int64_t)cases[i].occupied * MIN);
        assert_int_equal(sum->bays[0].working_ms, (int64_t)cases[i].working * MIN);
        assert_int_equal(stage_of(sum, "repair")->spread.n, 0);
        figures_destroy(f);
    }
}

/* Bay 7: car A twice, car B once, car C's stay ended when the window began: two jobs. Bay 10 sorts before 7.
 */
static void bays_count_jobs_once(void **state)
{
    (void)state;
    struct figures *f = begin(at(50), WALL_NONE, at(1000));
    feed_job(f, job_of(0, WALL_NONE, WALL_NONE, OUTCOME_OPEN));
    assert_true(figures_stay(f, "7", at(60), at(70)));
    assert_true(figures_stay(f, "10", at(70), at(70))); /* took no time, but was there */
    assert_true(figures_stay(f, "7", at(70), at(75)));
    feed_job(f, job_of(0, WALL_NONE, WALL_NONE, OUTCOME_OPEN));
    assert_true(figures_stay(f, "7", at(45), at(55)));
    feed_job(f, job_of(0, WALL_NONE, WALL_NONE, OUTCOME_OPEN));
    assert_true(figures_stay(f, "7", at(40), at(50)));
    assert_true(figures_stay(f, "8", at(40), at(45)));
    const struct figures_sum *sum = figures_finish(f);
    assert_int_equal(sum->n_bays, 2);
    assert_string_equal(sum->bays[0].id, "10");
    assert_int_equal(sum->bays[0].jobs, 1);
    assert_int_equal(sum->bays[0].occupied_ms, 0);
    assert_string_equal(sum->bays[1].id, "7");
    assert_int_equal(sum->bays[1].jobs, 2);
    assert_int_equal(sum->bays[1].occupied_ms, (10 + 5 + 5) * MIN);
    figures_destroy(f);
}

/* Longest total first, equals by name; a retired stage comes after the configured ones, by name. */
static void orders(void **state)
{
    (void)state;
    struct figures *f = begin_all();
    feed_job(f, job_of(0, WALL_NONE, WALL_NONE, OUTCOME_OPEN));
    span(f, "zinc", KIND_HOLD, 0, 10);
    span(f, "parts", KIND_HOLD, 10, 15);
    span(f, "parts", KIND_HOLD, 15, 20);
    span(f, "approval", KIND_HOLD, 20, 40);
    const struct figures_sum *sum = figures_finish(f);
    assert_int_equal(sum->n_holds, 3);
    assert_string_equal(sum->holds[0].id, "approval");
    assert_string_equal(sum->holds[1].id, "parts");
    assert_int_equal(sum->holds[1].n, 2);
    assert_string_equal(sum->holds[2].id, "zinc");
    assert_int_equal(sum->n_stages, 7);
    assert_string_equal(sum->stages[5].id, "approval");
    assert_true(sum->stages[5].retired);
    assert_string_equal(sum->stages[6].id, "zinc");
    figures_destroy(f);
}

/* Limits. */

static void values_have_a_limit(void **state)
{
    (void)state;
    struct figures_window window = { WALL_NONE, WALL_NONE, at(1000) };
    struct figures *f = figures_create(&window, 2);
    feed_job(f, job_of(0, WALL_NONE, WALL_NONE, OUTCOME_OPEN));
    span(f, "repair", KIND_WORK, 0, 1);
    span(f, "repair", KIND_WORK, 1, 2);
    assert_false(try_span(f, "repair", KIND_WORK, at(2), at(3)));
    figures_destroy(f);
}

static void spans_of_a_job_have_a_limit(void **state)
{
    (void)state;
    struct figures *f = begin_all();
    feed_job(f, job_of(0, WALL_NONE, WALL_NONE, OUTCOME_OPEN));
    for (int i = 0; i < FIGURES_SPANS_MAX; i++)
        span(f, "repair", KIND_WORK, i, i + 1);
    assert_false(try_span(f, "repair", KIND_WORK, at(0), at(1)));
    figures_destroy(f);
}

static void names_have_limits(void **state)
{
    (void)state;
    struct figures *f = begin_all();
    char id[ID_SIZE];
    feed_job(f, job_of(0, WALL_NONE, WALL_NONE, OUTCOME_OPEN));
    for (int i = 0; i < FIGURES_BAYS_MAX; i++) {
        snprintf(id, sizeof id, "b%d", i);
        assert_true(figures_stay(f, id, at(0), at(1)));
    }
    assert_true(figures_stay(f, "b0", at(1), at(2)));
    assert_false(figures_stay(f, "more", at(0), at(1)));
    for (int i = 5; i < FIGURES_STAGES_MAX; i++) {
        snprintf(id, sizeof id, "s%d", i);
        span(f, id, KIND_QUEUE, 0, 1);
    }
    assert_false(try_span(f, "more", KIND_QUEUE, at(0), at(1)));
    assert_false(figures_stay(f, "an-id-that-is-longer-than-32-characters", at(0), at(1)));
    figures_destroy(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ranks_at_the_edges),
        cmocka_unit_test(ranks_of_a_row),
        cmocka_unit_test(ranks_against_sorting),
        cmocka_unit_test(ratios_round_to_nearest),
        cmocka_unit_test(nothing_at_all),
        cmocka_unit_test(one_plain_car),
        cmocka_unit_test(ready_twice),
        cmocka_unit_test(cancelled_while_ready),
        cmocka_unit_test(handed_over_without_ready),
        cmocka_unit_test(a_stepping_clock_does_no_harm),
        cmocka_unit_test(window_has_its_start_and_not_its_end),
        cmocka_unit_test(working_time_is_never_longer_than_the_time),
        cmocka_unit_test(window_between_ready_and_handover),
        cmocka_unit_test(what_lasts_counts_up_to_the_end),
        cmocka_unit_test(bays_count_jobs_once),
        cmocka_unit_test(orders),
        cmocka_unit_test(values_have_a_limit),
        cmocka_unit_test(spans_of_a_job_have_a_limit),
        cmocka_unit_test(names_have_limits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
