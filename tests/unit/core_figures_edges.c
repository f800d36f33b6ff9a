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

static void edges_of_rows(void **state)
{
    (void)state;
    struct figures *f = begin_all();
    figures_set_repeat(f, DAYS);
    feed_edges(f);
    expect_edges(f);
}

static void edges_of_a_pack(void **state)
{
    (void)state;
    struct figures_pack pack;
    struct figures *f = begin(WALL_NONE, WALL_NONE, WALL_NONE);
    figures_keep(f);
    feed_edges(f);
    assert_true(figures_pack(f, &pack));
    figures_destroy(f);
    f = begin_all();
    figures_set_repeat(f, DAYS);
    void *room = figures_room(f, pack.sums.len);
    assert_non_null(room);
    memcpy(room, pack.sums.data, pack.sums.len);
    assert_true(figures_feed_sums(f, at(0), (struct figures_bytes){ room, pack.sums.len }));
    figures_pack_free(&pack);
    expect_edges(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(edges_of_rows),
        cmocka_unit_test(edges_of_a_pack),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
