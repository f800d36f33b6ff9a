/* Values that lie on an edge: of a bin, of a promise, of the days in which a car counts as come back. Fed row by row
 * and from a pack they must count the same. */
#include "tests/figures_kit.h"

#define DAYS 2
#define BACK (DAYS * 24 * 60)

/* In the queue until it is ready, fetched 10 minutes later. */
static void feed_edge_car(struct figures *f, int64_t opened_ms, int queue, int promised, int score)
{
    struct wall opened = { opened_ms }, ready = wall_plus(opened, (int64_t)queue * MIN),
                closed = wall_plus(ready, 10 * MIN);
    feed_job(f, (struct figures_job){ .opened = opened,
                                      .ready = ready,
                                      .closed = closed,
                                      .outcome = OUTCOME_HANDED_OVER,
                                      .first_promise = wall_plus(opened, (int64_t)promised * MIN),
                                      .score = score,
                                      .plate_key = "A1" });
    assert_true(try_span(f, "checkin", KIND_QUEUE, opened, ready));
    assert_true(try_span(f, "ready", KIND_READY, ready, closed));
}

/* 1: ready after exactly 30 minutes, as promised, rated 9. 2: opened at the moment of 1's handover; 60 minutes of waiting,
 * 15 after the promise, rated 6. 3: opened exactly DAYS after 2's handover (40 + 60 + 10 = 110). 4: one millisecond more
 * after 3's (110 + BACK + 20). */
static void feed_edges(struct figures *f)
{
    feed_edge_car(f, at(0).ms, 30, 30, 9);
    feed_edge_car(f, at(40).ms, 60, 45, 6);
    feed_edge_car(f, at(110 + BACK).ms, 10, 40, -1);
    feed_edge_car(f, at(130 + 2 * BACK).ms + 1, 10, 40, -1);
}

/* A stretch has its beginning and not its end; the last moment of DAYS still counts. */
static void expect_edges(struct figures *f)
{
    const struct figures_sum *sum = figures_finish(f);
    assert_non_null(sum);
    assert_int_equal(sum->repeat.visits, 4);
    assert_int_equal(sum->repeat.repeats, 2);
    assert_int_equal(sum->bin[0].n, 2);
    assert_int_equal(sum->bin[1].n, 1);
    assert_int_equal(sum->bin[1].from_ms, 30 * MIN);
    assert_int_equal(sum->bin[2].n, 1);
    assert_int_equal(sum->bin[2].from_ms, 60 * MIN);
    assert_int_equal(sum->promise.kept, 3);
    for (int i = 0; i < sum->lateness.n_bins; i++)
        if (sum->lateness.bin[i].from_ms == 15 * MIN)
            assert_int_equal(sum->lateness.bin[i].n, 1);
    assert_int_equal(sum->ratings.by_wait[WAIT_UNDER_1H].n, 1);
    assert_int_equal(sum->ratings.by_wait[WAIT_UNDER_2H].n, 1);
    assert_int_equal(sum->ratings.all.promoters, 1);
    assert_int_equal(sum->ratings.all.detractors, 1);
    assert_int_equal(sum->ratings.kept.n, 1);
    assert_int_equal(sum->ratings.missed.n, 1);
    figures_destroy(f);
}

/* Closed at once. */
static void feed_short_car(struct figures *f, int minute, enum outcome outcome, const char *plate)
{
    struct figures_job job = job_of(minute, WALL_NONE, at(minute), outcome);
    job.plate_key = plate;
    feed_job(f, job);
}

/* Each line a plate: a visit handed over in the moment of its opening is no repeat of itself (S1), but of one before
 * (S2 twice, 10 minutes apart: 1), of another of the same moment (S3: both are), and others are of it (S4: 1); what was
 * cancelled is nothing to come back to (S5). In all 0 + 1 + 2 + 1 + 0 of 9. */
static void feed_short_visits(struct figures *f)
{
    feed_short_car(f, 0, OUTCOME_HANDED_OVER, "S1");
    feed_short_car(f, 0, OUTCOME_HANDED_OVER, "S2");
    feed_short_car(f, 10, OUTCOME_HANDED_OVER, "S2");
    feed_short_car(f, 20, OUTCOME_HANDED_OVER, "S3");
    feed_short_car(f, 20, OUTCOME_HANDED_OVER, "S3");
    feed_short_car(f, 30, OUTCOME_HANDED_OVER, "S4");
    feed_short_car(f, 30, OUTCOME_CANCELLED, "S4");
    feed_short_car(f, 40, OUTCOME_CANCELLED, "S5");
    feed_short_car(f, 50, OUTCOME_HANDED_OVER, "S5");
}

static void expect_short_visits(struct figures *f)
{
    const struct figures_sum *sum = figures_finish(f);
    assert_non_null(sum);
    assert_int_equal(sum->repeat.visits, 9);
    assert_int_equal(sum->repeat.repeats, 4);
    figures_destroy(f);
}

/* Waited for exactly 2 hours and a moment less, for exactly 4 and a moment less: a band has its beginning, not its end. */
static void feed_bands(struct figures *f)
{
    static const int64_t waited[] = { 120 * MIN, 120 * MIN - 1, 240 * MIN, 240 * MIN - 1, 60 * MIN - 1 };
    for (int i = 0; i < 5; i++) {
        struct wall ready = wall_plus(at(0), waited[i]);
        struct figures_job job = job_of(0, ready, ready, OUTCOME_HANDED_OVER);
        job.score = 5;
        feed_job(f, job);
        assert_true(try_span(f, "checkin", KIND_QUEUE, at(0), wall_plus(at(0), 30 * MIN)));
        assert_true(try_span(f, "parts", KIND_HOLD, wall_plus(at(0), 30 * MIN), ready));
        assert_true(try_span(f, "ready", KIND_READY, ready, ready));
    }
}

static void expect_bands(struct figures *f)
{
    static const int64_t expected[WAIT_BANDS] = { 1, 1, 2, 1 };
    const struct figures_sum *sum = figures_finish(f);
    assert_non_null(sum);
    for (int i = 0; i < WAIT_BANDS; i++)
        assert_int_equal(sum->ratings.by_wait[i].n, expected[i]);
    figures_destroy(f);
}

static const struct {
    void (*feed)(struct figures *f);
    void (*expect)(struct figures *f);
} cases[] = { { feed_edges, expect_edges },
              { feed_short_visits, expect_short_visits },
              { feed_bands, expect_bands } };

#define CASES (sizeof cases / sizeof cases[0])

static void edges_of_rows(void **state)
{
    (void)state;
    for (size_t i = 0; i < CASES; i++) {
        struct figures *f = begin_all();
        figures_set_repeat(f, DAYS);
        cases[i].feed(f);
        cases[i].expect(f);
    }
}

static struct figures_pack pack_of(void (*feed)(struct figures *f), const struct hours *hours)
{
    struct figures_pack pack;
    struct figures *f = begin(WALL_NONE, WALL_NONE, WALL_NONE);
    figures_keep(f);
    figures_set_hours(f, hours);
    feed(f);
    assert_true(figures_pack(f, &pack));
    figures_destroy(f);
    return pack;
}

/* Frees it. */
static void feed_pack(struct figures *f, struct figures_pack *pack)
{
    void *room = figures_room(f, pack->sums.len);
    assert_non_null(room);
    memcpy(room, pack->sums.data, pack->sums.len);
    assert_true(figures_feed_sums(f, at(0), (struct figures_bytes){ room, pack->sums.len }));
    figures_pack_free(pack);
}

static void edges_of_a_pack(void **state)
{
    (void)state;
    for (size_t i = 0; i < CASES; i++) {
        struct figures_pack pack = pack_of(cases[i].feed, NULL);
        struct figures *f = begin_all();
        figures_set_repeat(f, DAYS);
        feed_pack(f, &pack);
        cases[i].expect(f);
    }
}

/* Open for the first 60 minutes of a day; the limit is 30. 40 minutes all open: over. 30: not. 0:20 before closing and 8
 * hours after: 20 of working time, not over; 31 before closing: over. Without hours three are over. */
static void feed_nights(struct figures *f)
{
    static const int stays[][2] = { { 10, 50 }, { 0, 30 }, { 40, 540 }, { 29, 540 } };
    int64_t midnight = (START / 86400000 + 1) * 86400000;
    for (int i = 0; i < 4; i++) {
        struct wall from = { midnight + (int64_t)stays[i][0] * MIN },
                    to = { midnight + (int64_t)stays[i][1] * MIN };
        feed_job(f, (struct figures_job){ .opened = from,
                                          .ready = WALL_NONE,
                                          .closed = to,
                                          .first_promise = WALL_NONE,
                                          .outcome = OUTCOME_HANDED_OVER,
                                          .score = -1 });
        assert_true(try_span(f, "repair", KIND_WORK, from, to));
    }
}

static void expect_over(struct figures *f, int64_t over)
{
    figures_set_limit(f, "repair", 30 * MIN);
    figures_set_by(f, BY_STAGE);
    const struct figures_sum *sum = figures_finish(f);
    assert_non_null(sum);
    assert_string_equal(sum->stages[2].id, "repair");
    assert_int_equal(sum->stages[2].over, over);
    assert_string_equal(sum->groups[2].name, "repair");
    assert_int_equal(sum->groups[2].over, over);
    assert_int_equal(sum->groups[2].dwell.n, 4);
    figures_destroy(f);
}

static void nights_are_not_beyond_a_limit(void **state)
{
    (void)state;
    struct hours_setup setup = { .given = true };
    for (int d = 0; d < 7; d++) {
        setup.day[d].span[0].to_min = 60;
        setup.day[d].n = 1;
    }
    struct hours *hours = hours_create(&setup, at(0), at(4000));
    for (int open = 0; open < 2; open++) {
        struct figures *f = begin_all();
        figures_set_hours(f, open ? hours : NULL);
        feed_nights(f);
        expect_over(f, open ? 2 : 3);
        struct figures_pack pack = pack_of(feed_nights, open ? hours : NULL);
        f = begin_all();
        figures_set_hours(f, open ? hours : NULL);
        feed_pack(f, &pack);
        expect_over(f, open ? 2 : 3);
    }
    hours_destroy(hours);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(edges_of_rows),
        cmocka_unit_test(edges_of_a_pack),
        cmocka_unit_test(nights_are_not_beyond_a_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
