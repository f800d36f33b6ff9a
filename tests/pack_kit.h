/* A database of random visits of one workshop, written by hand into its tables, for tests of roll-ups and reports. */
#pragma once

#include "base/text.h"
#include "core/figures.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <sqlite3.h>

#define HOUR  INT64_C(3600000)
#define DAY   (24 * HOUR)
#define START INT64_C(1772323200000) /* 2026-03-01 */
#define WEEKS 150                    /* two packs of 64 and a part of one */
#define JOBS  1000
#define LATER (START + (WEEKS + 8) * 7 * DAY) /* the hub's clock when it packs */

struct fixture {
    char dir[64], path[96], bare[96];
    uint64_t seed;
    struct hours *hours, *other; /* other: closed for a week */
    int unread;                  /* reports that could not read a roll-up */
};

static inline int64_t pick(struct fixture *x, int64_t n)
{
    x->seed = x->seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (int64_t)(x->seed >> 20) % n;
}

static inline void run(const char *path, const char *format, ...) __attribute__((format(printf, 2, 3)));
static inline void run(const char *path, const char *format, ...)
{
    char sql[1000], *message = NULL;
    va_list args;
    sqlite3 *db;
    va_start(args, format);
    vsnprintf(sql, sizeof sql, format, args);
    va_end(args);
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    if (sqlite3_exec(db, sql, NULL, NULL, &message) != SQLITE_OK)
        fail_msg("%s: %s", sql, message);
    sqlite3_close(db);
}

static inline int64_t number(const char *path, const char *sql)
{
    sqlite3 *db;
    sqlite3_stmt *stmt;
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &stmt, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
    int64_t n = sqlite3_column_int64(stmt, 0);
    sqlite3_finalize(stmt);
    sqlite3_close(db);
    return n;
}

/* checkin, repair (and parts), ready, out; some stand for weeks, some are cancelled, some are still here, some left in the
 * moment they came. */
static inline void add_job(struct fixture *x, sqlite3 *db, int i)
{
    static const char *const stages[] = { "checkin", "repair", "parts", "repair", "ready" };
    static const char *const kinds[] = { "queue", "work", "hold", "work", "ready" };
    int64_t at = START + pick(x, WEEKS * 7 * DAY), opened = at, ready = 0, end = 0;
    int spans = pick(x, 10) == 0 ? 2 : 5;
    bool stays = pick(x, 12) == 0;
    char sql[1500];
    struct text t = text_over(sql, sizeof sql);
    for (int n = 0; n < spans; n++) {
        int64_t length = pick(x, pick(x, 15) == 0 ? 20 * DAY : 5 * HOUR) * (i % 37 != 0);
        bool lasts = stays && n == spans - 1;
        ready = strcmp(stages[n], "ready") == 0 ? at : ready;
        end = at + length;
        text_fmt(&t, "INSERT INTO span VALUES ('J%d',%d,'%s','%s','%d',%lld,", i, n + 1, stages[n], kinds[n],
                 (int)pick(x, 4), (long long)at);
        if (lasts)
            text_put(&t, "NULL,NULL,0,NULL,NULL);");
        else
            text_fmt(&t, "%lld,%lld,0,NULL,NULL);", (long long)end,
                     (long long)(length + (pick(x, 9) == 0) * 77));
        at = end;
    }
    text_fmt(&t, "INSERT INTO stay VALUES ('J%d',1,'%d',%lld,", i, (int)pick(x, 4),
             (long long)(opened + HOUR / 4));
    if (stays)
        text_put(&t, "NULL,0,NULL,NULL);");
    else
        text_fmt(&t, "%lld,0,NULL,NULL);",
                 (long long)(at > opened + HOUR ? at - HOUR / 2 : opened + HOUR / 4));
    text_fmt(&t,
             "INSERT INTO job (job, code, key, token, plate, plate_key, work, route, advisor, waiting, "
             "stage, opened_ms,"
             " first_promise_ms, promise_moves, reworks, skips, anchor, calls, last_ms, opened_seq, "
             "changed_ms, spans,"
             " stays, changes, parked, ready_ms, closed_ms, outcome, score) VALUES "
             "('J%d','A01','k','t','P%d','P%d','%s',"
             "'r','A%d',0,'repair',%lld,%lld,%d,%d,0,0,0,%lld,%d,0,0,0,0,0,",
             i, i % 90, i % 90, i % 3 ? "maintenance" : "repair", i % 5, (long long)opened,
             (long long)(opened + 6 * HOUR), (int)pick(x, 3), (int)pick(x, 2), (long long)at, i + 1);
    text_fmt(&t, ready ? "%lld," : "NULL,", (long long)ready);
    if (stays)
        text_put(&t, "NULL,NULL,NULL);");
    else
        text_fmt(&t, "%lld,'%s',%d);", (long long)end, ready ? "handed-over" : "cancelled", (int)pick(x, 11));
    assert_false(t.failed);
    assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
}

static inline void add_events(struct fixture *x, sqlite3 *db, int first, int n, int64_t from)
{
    char sql[700];
    int64_t at = from;
    for (int i = first; i < first + n; i++, at += pick(x, 40) * 60000 + pick(x, 20000)) {
        snprintf(
            sql, sizeof sql,
            "INSERT INTO event (seq, source, id, type, job, at_ms, received_ms, hub_boot, hub_boot_ms, "
            "synced, late,"
            " clamped, result, digest) VALUES (%d,'bay/%d','e%d','%s','J%d',%lld,%lld,'b',0,%d,%d,%d,'%s',0)",
            i, (int)pick(x, 3), i, pick(x, 9) ? "next" : "undo", (int)pick(x, JOBS), (long long)at,
            (long long)at, pick(x, 50) != 0, pick(x, 30) == 0, pick(x, 40) == 0,
            pick(x, 20) ? "applied" : "rejected");
        assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    }
}

static inline void make_database(struct fixture *x)
{
    char fault[300];
    sqlite3 *db;
    struct store *store = store_open(x->path, false, fault, sizeof fault);
    assert_non_null(store);
    store_close(store);
    assert_int_equal(sqlite3_open(x->path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, "PRAGMA synchronous = OFF; BEGIN", NULL, NULL, NULL), SQLITE_OK);
    for (int i = 0; i < JOBS; i++)
        add_job(x, db, i);
    add_events(x, db, 1, 2000, START);
    assert_int_equal(sqlite3_exec(db, "COMMIT", NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
}

static inline void put_spread(struct text *out, const char *name, const struct figures_spread *s)
{
    text_fmt(out, "%s %lld", name, (long long)s->n);
    if (s->n)
        text_fmt(out, " %lld %lld %lld %lld %lld", (long long)s->total_ms, (long long)s->p50_ms,
                 (long long)s->p80_ms, (long long)s->p90_ms, (long long)s->max_ms);
    text_put(out, "\n");
}

/* Everything that is not about a single number in one text. */
static inline void describe(const struct figures_sum *sum, struct text *out)
{
    const struct figures_repeat *r = &sum->repeat;
    const struct figures_score *score = &sum->ratings.all;
    text_fmt(out,
             "jobs %lld %lld %lld %lld %lld promise %lld %lld %lld rework %lld rating %lld %lld repeat %lld "
             "%lld\n",
             (long long)sum->jobs.opened, (long long)sum->jobs.ready, (long long)sum->jobs.closed,
             (long long)sum->jobs.cancelled, (long long)sum->jobs.open, (long long)sum->promise.n,
             (long long)sum->promise.kept, (long long)sum->promise.moved, (long long)sum->rework_jobs,
             (long long)sum->rating.n, (long long)sum->rating.total, (long long)r->visits,
             (long long)r->repeats);
    for (int i = 0; i < CYCLE_COUNT; i++) {
        put_spread(out, "cycle", &sum->cycle[i]);
        put_spread(out, "working", &sum->working[i]);
    }
    for (int i = 0; i < sum->n_stages; i++) {
        put_spread(out, sum->stages[i].id, &sum->stages[i].spread);
        text_fmt(out, "%lld %lld\n", (long long)sum->stages[i].working_ms, (long long)sum->stages[i].over);
    }
    for (int i = 0; i < sum->n_bays; i++)
        text_fmt(out, "bay %s %lld %lld %lld\n", sum->bays[i].id, (long long)sum->bays[i].jobs,
                 (long long)sum->bays[i].occupied_ms, (long long)sum->bays[i].working_ms);
    for (int i = 0; i < sum->n_losses; i++)
        text_fmt(out, "loss %s %lld %lld %lld\n", sum->losses[i].id, (long long)sum->losses[i].n,
                 (long long)sum->losses[i].total_ms, (long long)sum->losses[i].working_ms);
    for (int i = 0; i < sum->n_funnel; i++)
        text_fmt(out, "funnel %s %lld %lld %lld\n", sum->funnel[i].id, (long long)sum->funnel[i].reached,
                 (long long)sum->funnel[i].cancelled, (long long)sum->funnel[i].here);
    for (int i = 0; i < sum->n_groups; i++) {
        put_spread(out, sum->groups[i].name, &sum->groups[i].to_ready);
        text_fmt(out, "%lld %lld\n", (long long)sum->groups[i].opened,
                 (long long)sum->groups[i].working_wait_ms);
    }
    for (int i = 0; i < DOUBT_COUNT; i++)
        text_fmt(out, "doubt %lld %lld\n", (long long)sum->trust.part[i].bad,
                 (long long)sum->trust.part[i].of);
    text_fmt(out, "score %lld %lld late %lld %lld heat %lld\n", (long long)score->promoters,
             (long long)score->detractors, (long long)sum->lateness.p80_ms,
             (long long)sum->lateness.early_mean_ms, (long long)sum->heat.opened[2][9]);
}
