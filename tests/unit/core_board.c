/*
 * The fold against itself: thousands of random days. After every event the board's invariants hold; at the
 * end a board folded from the log alone is the same as the one that judged, and so is one that was taken down
 * and put up again.
 */
#include "core/board.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define DAYS   400
#define EVENTS 120
#define JOBS   5

struct entry {
    struct event event;
    struct receipt_info info;
    struct verdict verdict;
};

static uint64_t seed;

static unsigned pick(unsigned n)
{
    seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (unsigned)(seed >> 33) % n;
}

static void give(struct event *e, enum field field)
{
    e->given |= 1u << field;
}

static const char *const holds[] = { "approval", "parts" };
static const char *const stages[] = { "checkin", "diagnosis", "approval", "repair",
                                      "quality", "wash",      "ready",    "handover" };
static const char *const bays[] = { "1", "2", "wash" };

static void random_fields(struct event *e, enum role role)
{
    if (e->type == EV_HOLD) {
        snprintf(e->reason, sizeof e->reason, "%s", holds[pick(2)]);
        give(e, FIELD_REASON);
    }
    if (e->type == EV_STAGE) {
        snprintf(e->stage, sizeof e->stage, "%s", stages[pick(8)]);
        snprintf(e->reason, sizeof e->reason, "because");
        e->force = pick(3) > 0;
        e->given |= 1u << FIELD_STAGE | 1u << FIELD_FORCE | (pick(2) ? 1u << FIELD_REASON : 0);
    }
    if ((e->type == EV_ASSIGN || e->type == EV_UPDATE || e->type == EV_OPEN) && role != ROLE_BAY) {
        if (pick(4) == 0 && e->type != EV_OPEN)
            e->cleared |= 1u << FIELD_BAY;
        else if (pick(2) || e->type == EV_ASSIGN) {
            snprintf(e->bay, sizeof e->bay, "%s", bays[pick(3)]);
            give(e, FIELD_BAY);
        }
    }
    if (e->type == EV_UPDATE && pick(2)) {
        snprintf(e->work, sizeof e->work, "%s", pick(2) ? "repair" : "maintenance");
        give(e, FIELD_WORK);
    }
    if ((e->type == EV_UPDATE || e->type == EV_OPEN) && pick(2)) {
        e->promised.ms = 1000000 + pick(5) * 1000;
        give(e, FIELD_PROMISED);
    }
}

static void random_event(struct entry *x, int64_t now)
{
    static const enum event_type types[] = { EV_OPEN, EV_UPDATE, EV_ASSIGN, EV_ASSIGN, EV_NEXT,
                                             EV_NEXT, EV_NEXT,   EV_HOLD,   EV_REWORK, EV_STAGE,
                                             EV_UNDO, EV_UNDO,   EV_CALL,   EV_CANCEL };
    memset(x, 0, sizeof *x);
    x->event.type = types[pick(sizeof types / sizeof types[0])];
    x->event.claimed = pick(3) ? WALL_NONE : (struct wall){ now - pick(400000) };
    x->event.age_ms = pick(3) ? -1 : (int64_t)pick(300000);
    x->event.promised = WALL_NONE;
    snprintf(x->event.job, sizeof x->event.job, "J%u", pick(JOBS));
    snprintf(x->event.plate, sizeof x->event.plate, "A%uBC", pick(3));
    x->event.given = 1u << FIELD_JOB | 1u << FIELD_PLATE;
    bool bay = pick(3) == 0 && event_allowed(ROLE_BAY, x->event.type);
    x->info = (struct receipt_info){ .role = bay ? ROLE_BAY : ROLE_DESK,
                                     .id = bay ? bays[pick(3)] : "front",
                                     .known = true,
                                     .received = { now },
                                     .up = { now / 2 },
                                     .synced = pick(4) > 0 };
    snprintf(x->info.boot, sizeof x->info.boot, "boot%lld", (long long)now / 4000000);
    random_fields(&x->event, x->info.role);
}

static struct board *new_board(void)
{
    struct plan *plan = calloc(1, sizeof *plan);
    plan_defaults(plan);
    struct board *board = board_create(plan);
    free(plan);
    return board;
}

/* Everything but the board's own pointers and flags. */
static void assert_same_job(const struct job *a, const struct job *b)
{
    struct job *x = malloc(2 * sizeof *x), *y = x + 1;
    memcpy(x, a, sizeof *x);
    memcpy(y, b, sizeof *y);
    x->dirty = y->dirty = false;
    x->next_hash = y->next_hash = x->prev = y->prev = x->next = y->next = NULL;
    for (int i = x->n_ring; i < JOB_CHANGES_MAX; i++)
        x->ring[i] = y->ring[i] = (struct change){ 0 }; /* taken back: no state */
    assert_string_equal(x->code, y->code);
    assert_int_equal(x->stage, y->stage);
    assert_int_equal(x->bay, y->bay);
    assert_int_equal(x->span.n, y->span.n);
    assert_int_equal(x->span.entered.at.ms, y->span.entered.at.ms);
    assert_int_equal(x->n_ring, y->n_ring);
    assert_int_equal(x->changed.at.ms, y->changed.at.ms);
    assert_int_equal(x->closed.ms, y->closed.ms);
    assert_int_equal(x->reworks, y->reworks);
    assert_int_equal(x->skips, y->skips);
    assert_int_equal(x->promise_moves, y->promise_moves);
    assert_int_equal(x->anchor, y->anchor);
    free(x);
}

static struct board *fold_again(const struct entry *log, int n)
{
    struct board *board = new_board();
    struct changes changes;
    for (int i = 0; i < n; i++) {
        struct logged logged = { .job = log[i].verdict.job,
                                 .at = log[i].verdict.at.at,
                                 .late = log[i].verdict.late,
                                 .clamped = log[i].verdict.clamped,
                                 .given = log[i].verdict.given };
        struct verdict verdict;
        board_recall(board, &log[i].event, &log[i].info, &logged, &verdict);
        board_apply(board, &log[i].event, &log[i].info, &verdict, i + 1, &changes);
    }
    return board;
}

static void random_days(void **state)
{
    static const struct rules rules = { 0, 600000 };
    struct entry *log = malloc(EVENTS * sizeof *log);
    int applied = 0, undone = 0;
    (void)state;
    for (int day = 0; day < DAYS; day++) {
        struct board *board = new_board();
        struct changes changes;
        int64_t now = 2000000;
        int n = 0;
        seed = (uint64_t)day * 7919 + 1;
        for (int i = 0; i < EVENTS; i++) {
            unsigned char random[32];
            char what[160] = "";
            for (size_t k = 0; k < sizeof random; k++)
                random[k] = (unsigned char)pick(256);
            now += pick(120000);
            random_event(&log[n], now);
            board_judge(board, &log[n].event, &log[n].info, &rules, random, &log[n].verdict);
            if (log[n].verdict.reason != REASON_NONE)
                continue;
            board_apply(board, &log[n].event, &log[n].info, &log[n].verdict, n + 1, &changes);
            for (int k = 0; k < changes.n_spans; k++)
                assert_true(changes.spans[k].span.elapsed_ms >= 0);
            for (int k = 0; k < changes.n_stays; k++)
                assert_true(!changes.stays[k].stay.to_set ||
                            changes.stays[k].stay.to.ms >= changes.stays[k].stay.from.at.ms);
            if (!board_check(board, what, sizeof what))
                fail_msg("day %d, event %d (%s): %s", day, i, event_type_name(log[n].event.type), what);
            undone += log[n].event.type == EV_UNDO;
            n++;
        }
        struct board *again = fold_again(log, n);
        for (int k = 0; k < JOBS; k++) {
            char id[8];
            snprintf(id, sizeof id, "J%d", k);
            assert_true(!board_job(board, id) == !board_job(again, id));
            if (board_job(board, id))
                assert_same_job(board_job(board, id), board_job(again, id));
        }
        applied += n;
        board_destroy(again);
        board_destroy(board);
    }
    print_message("%d applied, %d undone\n", applied, undone);
    assert_true(applied > DAYS * 20 && undone > DAYS); /* the days were not empty */
    free(log);
}

static void open_one(struct board *board, int i, enum reason expected)
{
    static const struct rules rules = { 0, 600000 };
    struct entry x;
    struct changes changes;
    seed = (uint64_t)i;
    random_event(&x, 5000000);
    x.event.type = EV_OPEN;
    x.event.given = 1u << FIELD_JOB | 1u << FIELD_PLATE;
    x.event.cleared = 0;
    x.info.role = ROLE_DESK;
    snprintf(x.event.job, sizeof x.event.job, "M%d", i);
    board_judge(board, &x.event, &x.info, &rules,
                (unsigned char[32]){ (unsigned char)i, (unsigned char)(i >> 3) }, &x.verdict);
    assert_int_equal(x.verdict.reason, expected);
    if (expected == REASON_NONE)
        board_apply(board, &x.event, &x.info, &x.verdict, i + 1, &changes);
}

/* Codes stay unique up to the limit, and the limit is an answer, not a crash. */
static void as_many_jobs_as_there_is_room_for(void **state)
{
    struct board *board = new_board();
    char what[160] = "";
    (void)state;
    for (int i = 0; i < BOARD_JOBS_MAX; i++)
        open_one(board, i, REASON_NONE);
    assert_true(board_check(board, what, sizeof what));
    open_one(board, BOARD_JOBS_MAX, REASON_STORAGE);
    assert_int_equal(board_open_count(board), BOARD_JOBS_MAX);
    board_destroy(board);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(random_days),
                                        cmocka_unit_test(as_many_jobs_as_there_is_room_for) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
