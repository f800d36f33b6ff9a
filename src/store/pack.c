/* Roll-ups: made in the background, thrown away by the database when a row of theirs changes, never needed.
 */
#include "core/figures_pack.h"
#include "store/own.h"
#include "store/query_own.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SETTLED_MS 86400000 /* a week is packed when it has been over for so long */
#define DROP_MS    2000     /* how long a dropper waits for the hub */
#define SUM_EVENTS 20000    /* events that are summed up in one go; a run is always taken whole */

static int64_t print_of(const struct hours *hours, struct wall low, struct wall high)
{
    return hours ? (int64_t)hours_print(hours, low, high) : 0;
}

/* ---- packs ---- */

static void bind_bytes(sqlite3_stmt *stmt, int i, const struct text *bytes)
{
    sqlite3_bind_blob(stmt, i, bytes->data ? bytes->data : "", (int)bytes->len, SQLITE_STATIC);
}

static bool put_pack(sqlite3 *db, int64_t week, const struct figures_pack *pack, const struct hours *hours)
{
    sqlite3_stmt *head = NULL, *rows = NULL;
    bool ok =
        sqlite3_prepare_v2(
            db,
            "INSERT OR REPLACE INTO pack VALUES (?1, ?8, ?2, ?3, ?4, (SELECT coalesce(max(last_ms), "
            "-9223372036854775808) FROM job "
            "WHERE closed_ms >= ?1 * 604800000 AND closed_ms < (?1 + 1) * 604800000), ?5, ?6, ?7)",
            -1, &head, NULL) == SQLITE_OK &&
        sqlite3_prepare_v2(db, "INSERT OR REPLACE INTO pack_rows VALUES (?,?)", -1, &rows, NULL) == SQLITE_OK;
    if (ok) {
        bool empty = pack->jobs == 0;
        sqlite3_bind_int64(head, 1, week);
        sqlite3_bind_int64(head, 2, pack->jobs);
        sqlite3_bind_int64(head, 3, empty ? week * WEEK_MS : pack->low.ms);
        sqlite3_bind_int64(head, 4, empty ? week * WEEK_MS : pack->high.ms);
        sqlite3_bind_int64(head, 5, empty ? 0 : print_of(hours, pack->low, pack->high));
        bind_bytes(head, 6, &pack->sums);
        bind_bytes(head, 7, &pack->visits);
        sqlite3_bind_int(head, 8, FIGURES_PACK_FORMAT);
        sqlite3_bind_int64(rows, 1, week);
        bind_bytes(rows, 2, &pack->rows);
        ok = sqlite3_step(head) == SQLITE_DONE && sqlite3_step(rows) == SQLITE_DONE;
    }
    sqlite3_finalize(head);
    sqlite3_finalize(rows);
    return ok;
}

/* 1 packed, 0 it cannot be (something lasts, or there is too much), -1 failed. */
static int make_pack(struct query *q, int64_t week, const struct hours *hours, struct figures_pack *pack)
{
    struct figures *f = query_week(q, week, hours);
    if (!f)
        return -1;
    bool made = figures_pack(f, pack);
    figures_destroy(f);
    return made;
}

static bool pack_week(struct store *store, int64_t week, const struct hours *hours)
{
    struct query q = { .db = store->db };
    struct figures_pack pack;
    if (!store_begin(store))
        return false;
    int made = make_pack(&q, week, hours, &pack);
    bool ok = made == 0 || (made > 0 && put_pack(store->db, week, &pack, hours));
    if (made > 0)
        figures_pack_free(&pack);
    if (!ok)
        store_fail(store, "pack a week");
    ok = ok && store_commit(store);
    if (!ok)
        store_rollback(store);
    return ok;
}

/* Is there a pack of that week, of this format and counted with these hours? 1, 0, or -1. */
static int has_pack(struct store *store, int64_t week, const struct hours *hours)
{
    sqlite3_stmt *stmt = NULL;
    int has = -1;
    if (sqlite3_prepare_v2(store->db,
                           "SELECT jobs, low_ms, high_ms, hours FROM pack WHERE week = ? AND format = ?", -1,
                           &stmt, NULL) == SQLITE_OK) {
        sqlite3_bind_int64(stmt, 1, week);
        sqlite3_bind_int(stmt, 2, FIGURES_PACK_FORMAT);
        int rc = sqlite3_step(stmt);
        if (rc == SQLITE_ROW) {
            struct wall low = { sqlite3_column_int64(stmt, 1) }, high = { sqlite3_column_int64(stmt, 2) };
            has = sqlite3_column_int64(stmt, 0) == 0 ||
                  print_of(hours, low, high) == sqlite3_column_int64(stmt, 3);
        } else if (rc == SQLITE_DONE) {
            has = 0;
        }
    }
    sqlite3_finalize(stmt);
    if (has < 0)
        store_fail(store, "look for a pack");
    return has;
}

/* The week of the first closing; 0 if there is none. */
static bool first_week(struct store *store, int64_t *week)
{
    sqlite3_stmt *stmt = NULL;
    bool ok = sqlite3_prepare_v2(store->db, "SELECT min(closed_ms) FROM job WHERE closed_ms IS NOT NULL", -1,
                                 &stmt, NULL) == SQLITE_OK &&
              sqlite3_step(stmt) == SQLITE_ROW;
    *week = ok ? sqlite3_column_int64(stmt, 0) / WEEK_MS : 0;
    sqlite3_finalize(stmt);
    return ok || store_fail(store, "look for the first job");
}

/* Packs the next week that needs it. *more stays false when all are packed. */
static bool pack_next(struct store *store, struct wall now, const struct hours *hours, bool *more)
{
    if (store->roll_week == 0 && !first_week(store, &store->roll_week))
        return false;
    while (store->roll_week > 0 && (store->roll_week + 1) * WEEK_MS + SETTLED_MS <= now.ms) {
        int64_t week = store->roll_week++;
        int has = has_pack(store, week, hours);
        if (has < 0)
            return false;
        if (has == 0) {
            *more = true;
            return pack_week(store, week, hours);
        }
    }
    store->roll_week = 0;
    return true;
}

/* ---- runs of the log ---- */

struct summing {
    sqlite3 *db;
    sqlite3_stmt *put;
    int64_t first;
    bool enough, failed;
};

static bool put_run(void *user, const struct press_run *run)
{
    struct summing *s = user;
    const int64_t numbers[] = { run->first_seq, run->last_seq, run->day,      run->events, run->presses,
                                run->burst,     run->batch,    run->unsynced, run->late,   run->clamped,
                                run->undone,    run->skipped,  run->rejected };
    char bays[PRESSES_BAYS_MAX * ID_SIZE];
    struct text list = text_over(bays, sizeof bays);
    for (int i = 0; i < run->n_bays; i++)
        text_fmt(&list, "%s%s", i ? " " : "", run->bay[i]);
    for (int i = 0; i < 13; i++)
        sqlite3_bind_int64(s->put, i + 1, numbers[i]);
    sqlite3_bind_text(s->put, 14, bays, -1, SQLITE_STATIC);
    s->failed |= sqlite3_step(s->put) != SQLITE_DONE;
    sqlite3_reset(s->put);
    s->enough = run->last_seq - s->first >= SUM_EVENTS;
    return !s->enough && !s->failed;
}

static bool last_summed(struct store *store, int64_t *last)
{
    sqlite3_stmt *stmt = NULL;
    bool ok = sqlite3_prepare_v2(store->db, "SELECT last_seq FROM presses ORDER BY first_seq DESC LIMIT 1",
                                 -1, &stmt, NULL) == SQLITE_OK;
    int rc = ok ? sqlite3_step(stmt) : SQLITE_ERROR;
    *last = rc == SQLITE_ROW ? sqlite3_column_int64(stmt, 0) : 0;
    sqlite3_finalize(stmt);
    return rc == SQLITE_ROW || rc == SQLITE_DONE || store_fail(store, "look for a sum");
}

/* The run that is going on stays out: press_walk_end, which would end it, is not called. */
static bool sum_events(struct store *store, int64_t last, bool *enough)
{
    static const struct press_ops ops = { .run = put_run };
    struct query q = { .db = store->db };
    struct summing s = { .db = store->db, .first = last };
    struct press_walk *walk = press_walk_create(INT64_MIN, INT64_MAX, &ops, &s);
    bool ok =
        walk && sqlite3_prepare_v2(store->db, "INSERT INTO presses VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?)", -1,
                                   &s.put, NULL) == SQLITE_OK;
    if (ok)
        ok = (query_walk(&q, walk, last + 1, INT64_MAX) || s.enough) && !s.failed;
    sqlite3_finalize(s.put);
    press_walk_destroy(walk);
    *enough = s.enough;
    return ok || store_fail(store, "sum up the log");
}

static bool sum_next(struct store *store, bool *more)
{
    int64_t last;
    if (!last_summed(store, &last) || !store_begin(store))
        return false;
    if (sum_events(store, last, more) && store_commit(store))
        return true;
    store_rollback(store);
    return false;
}

bool store_roll_up(struct store *store, struct wall now, const struct hours *hours, bool *more)
{
    *more = false;
    return pack_next(store, now, hours, more) && (*more || sum_next(store, more));
}

bool store_extent(struct store *store, struct wall *first, struct wall *newest)
{
    struct query q = { .db = store->db };
    return query_extent(&q, first, newest) || store_fail(store, "look for the first job");
}

/* ---- comparing ---- */

static bool same_bytes(sqlite3_stmt *stmt, int column, const struct text *bytes)
{
    size_t len = (size_t)sqlite3_column_bytes(stmt, column);
    return len == bytes->len &&
           (len == 0 || memcmp(sqlite3_column_blob(stmt, column), bytes->data, len) == 0);
}

/* Columns: week, jobs, low_ms, high_ms, hours, visits, sums, rows. */
static bool same_pack(struct query *q, sqlite3_stmt *stmt, const struct hours *hours, char *what, size_t size)
{
    struct figures_pack pack;
    int64_t week = sqlite3_column_int64(stmt, 0);
    int made = make_pack(q, week, hours, &pack);
    if (made <= 0) {
        snprintf(what, size, "pack: week %lld cannot be made again", (long long)week);
        return false;
    }
    bool same = sqlite3_column_int64(stmt, 1) == pack.jobs && same_bytes(stmt, 7, &pack.rows);
    if (same && pack.jobs && print_of(hours, pack.low, pack.high) == sqlite3_column_int64(stmt, 4))
        same = sqlite3_column_int64(stmt, 2) == pack.low.ms &&
               sqlite3_column_int64(stmt, 3) == pack.high.ms && same_bytes(stmt, 5, &pack.visits) &&
               same_bytes(stmt, 6, &pack.sums);
    figures_pack_free(&pack);
    if (!same)
        snprintf(what, size, "pack: week %lld is not what its jobs say", (long long)week);
    return same;
}

static bool same_packs(struct query *q, const struct hours *hours, char *what, size_t size)
{
    sqlite3_stmt *stmt =
        query_prepare(q, "SELECT p.week, jobs, low_ms, high_ms, hours, visits, sums, r.rows FROM pack p"
                         " LEFT JOIN pack_rows r ON r.week = p.week WHERE format = ? ORDER BY p.week");
    if (stmt)
        sqlite3_bind_int(stmt, 1, FIGURES_PACK_FORMAT);
    int got = stmt ? 0 : -1;
    bool same = true;
    while (stmt && same && (got = query_step(q, stmt)) == 1)
        same = same_pack(q, stmt, hours, what, size);
    sqlite3_finalize(stmt);
    return same && got == 0;
}

struct comparing {
    struct query *q;
    sqlite3_stmt *have;
    int64_t last; /* of the runs that are kept */
    char *what;
    size_t size;
    bool differs;
};

static bool same_run(void *user, const struct press_run *run)
{
    struct comparing *c = user;
    const int64_t numbers[] = { run->first_seq, run->last_seq, run->day,      run->events, run->presses,
                                run->burst,     run->batch,    run->unsynced, run->late,   run->clamped,
                                run->undone,    run->skipped,  run->rejected };
    if (run->first_seq > c->last)
        return true;
    bool same = query_step(c->q, c->have) == 1;
    for (int i = 0; i < 13 && same; i++)
        same = sqlite3_column_int64(c->have, i) == numbers[i];
    if (!same) {
        snprintf(c->what, c->size, "presses: the sums from event %lld on are not what the log says",
                 (long long)run->first_seq);
        c->differs = true;
    }
    return same;
}

/* False without a fault of the query's: they differ. */
static bool same_presses(struct query *q, char *what, size_t size)
{
    static const struct press_ops ops = { .run = same_run };
    struct comparing c = { .q = q, .what = what, .size = size };
    struct press_walk *walk = press_walk_create(INT64_MIN, INT64_MAX, &ops, &c);
    sqlite3_stmt *last = query_prepare(q, "SELECT coalesce(max(last_seq), 0) FROM presses");
    c.have = query_prepare(q, "SELECT * FROM presses ORDER BY first_seq");
    bool ok = walk && last && c.have && query_step(q, last) == 1;
    if (ok) {
        c.last = sqlite3_column_int64(last, 0);
        ok = query_walk(q, walk, 1, c.last) && press_walk_end(walk);
    }
    if (c.differs) /* the walk was ended, it did not fail */
        q->fault[0] = '\0';
    else if (!ok && !q->fault[0])
        query_full(q);
    sqlite3_finalize(last);
    sqlite3_finalize(c.have);
    press_walk_destroy(walk);
    return ok;
}

enum store_state store_same_rollups(const char *path, const struct hours *hours, char *what, size_t size)
{
    struct query *q = query_open(path, what, size);
    if (!q)
        return STORE_UNREADABLE;
    bool same = query_run(q, "BEGIN") && same_packs(q, hours, what, size) && same_presses(q, what, size);
    bool failed = q->fault[0];
    if (failed)
        snprintf(what, size, "%s", q->fault);
    query_end(q);
    query_close(q);
    return same ? STORE_SOUND : failed ? STORE_UNREADABLE : STORE_DAMAGED;
}

/* ---- dropping ---- */

bool store_drop_rollups(const char *path, char *what, size_t size)
{
    static const char *const steps[] = {
        "DELETE FROM presses",
        "DELETE FROM pack WHERE week IN (SELECT week FROM pack LIMIT 8)",
        "DELETE FROM pack_rows WHERE week IN (SELECT week FROM pack_rows LIMIT 8)",
    };
    sqlite3 *db = NULL;
    bool ok = sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL) == SQLITE_OK &&
              sqlite3_busy_timeout(db, DROP_MS) == SQLITE_OK;
    for (size_t i = 0; ok && i < sizeof steps / sizeof steps[0]; i++)
        do
            ok = sqlite3_exec(db, steps[i], NULL, NULL, NULL) == SQLITE_OK;
        while (ok && sqlite3_changes(db) > 0);
    if (!ok)
        snprintf(what, size, "%s", db ? sqlite3_errmsg(db) : "out of memory");
    sqlite3_close(db);
    return ok;
}
