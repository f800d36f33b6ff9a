/* Thirty simulated days through the decoder and the fold: everything is applied but the marked mistakes, and
 * those are refused for the reason the simulation names. */
#include "core/board.h"
#include "core/sim.h"
#include "wire/msg.h"

#include "base/stamp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define DAYS 30

static const struct rules rules = { .max_age_ms = 168 * INT64_C(3600000), .undo_window_ms = 600000 };

struct shop {
    struct board *board;
    int64_t seq;
    int applied, refused, opened, clamped;
};

static void set_up(struct shop *shop)
{
    struct plan *plan = malloc(sizeof *plan);
    char missing[64];
    plan_clear(plan);
    assert_true(plan_defaults(plan));
    if (!sim_fits(plan, missing, sizeof missing))
        fail_msg("the default plan lacks %s", missing);
    *shop = (struct shop){ .board = board_create(plan) };
    assert_non_null(shop->board);
    free(plan);
}

static struct receipt_info arrival(const struct sim_event *e)
{
    return (struct receipt_info){ .role = e->role,
                                  .id = e->source,
                                  .known = true,
                                  .received = e->at,
                                  .up = { e->at.ms },
                                  .boot = "b",
                                  .synced = true };
}

static void feed(struct shop *shop, const struct sim_event *e)
{
    static struct event event;
    struct receipt_info info = arrival(e);
    struct verdict verdict;
    struct changes changes;
    char what[200];
    unsigned char random[32];
    for (int i = 0; i < 32; i++)
        random[i] = (unsigned char)(shop->seq >> (i % 4 * 8) ^ i * 37);
    if (msg_decode(e->payload, e->len, &event) != REASON_NONE)
        fail_msg("not decoded: %s", e->payload);
    board_judge(shop->board, &event, &info, &rules, random, &verdict);
    if (verdict.reason != e->expect) {
        char reason[REASON_SIZE], expected[REASON_SIZE];
        reason_text(verdict.reason, verdict.field, reason);
        reason_text(e->expect, "…", expected);
        fail_msg("%s/%s %s: \"%s\" instead of \"%s\"", role_name(e->role), e->source, e->payload, reason,
                 expected);
    }
    shop->seq++;
    if (verdict.reason != REASON_NONE) {
        shop->refused++;
        return;
    }
    board_apply(shop->board, &event, &info, &verdict, shop->seq, &changes);
    if (!board_check(shop->board, what, sizeof what))
        fail_msg("after %s: %s", e->payload, what);
    shop->applied++;
    shop->opened += e->type == EV_OPEN;
    shop->clamped += verdict.clamped;
}

/* Late events are told apart by the compressed clock as well as by the true one. */
static struct wall compressed(void *user, struct wall at)
{
    const struct wall *zero = user;
    return wall_plus(*zero, wall_minus(at, *zero) / 60);
}

static void month(uint64_t seed, bool quick)
{
    struct shop shop;
    struct sim_options o = {
        .seed = seed, .run = "month", .midnight = { stamp_days(2026, 3, 2) * 86400000 }, .days = DAYS
    };
    struct wall zero = o.midnight;
    struct sim_event e;
    if (quick) {
        o.map = compressed;
        o.map_user = &zero;
    }
    struct sim *sim = sim_create(&o);
    assert_non_null(sim);
    set_up(&shop);
    while (sim_next(sim, &e))
        feed(&shop, &e);
    assert_int_equal(board_open_count(shop.board), sim_in_house(sim));
    assert_true(shop.opened > DAYS * 20 && shop.applied > DAYS * 250 && shop.refused >= DAYS);
    assert_int_equal(shop.clamped, 0);
    board_destroy(shop.board);
    sim_destroy(sim);
}

static void true_time(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 4; seed++)
        month(seed, false);
}

static void compressed_time(void **state)
{
    (void)state;
    for (uint64_t seed = 11; seed <= 14; seed++)
        month(seed, true);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(true_time), cmocka_unit_test(compressed_time) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
