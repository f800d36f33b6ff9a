/* Roll-ups: made in the background, thrown away by the database when a row of theirs changes, never needed.
 */
#include "core/figures_pack.h"
#include "store/own.h"
#include "store/query_own.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SETTLED_MS 86400000 /* a week is packed when it has been over for so long */
#define NO_WEEK    1000000  /* beyond the ids of a level */
#define DROP_MS    2000     /* how long a dropper waits for the hub */
#define SUM_EVENTS 20000    /* events that are summed up in one go; a run is always taken whole */

/* ---- packs ---- */

#define PACK_JOBS_MAX 100000 /* of a pack made of packs: a step of the hub stays short */

static int64_t print_of(const struct hours *hours, struct wall low, struct wall high)
{
    return hours ? (int64_t)hours_print(hours, low, high) : 0;
}

static bool put_bytes(sqlite3 *db, const char *sql, int64_t id, const struct text *bytes)
{
    sqlite3_stmt *stmt = NULL;
    bool ok = sqlite3_prepare_v2(db, sql, -1, &stmt, NULL) == SQLITE_OK;
    if (ok) {
        sqlite3_bind_int64(stmt, 1, id);
        sqlite3_bind_blob(stmt, 2, bytes->data ? bytes->data : "", (int)bytes->len, SQLITE_STATIC);
        ok = sqlite3_step(stmt) == SQLITE_DONE;
    }
    sqlite3_finalize(stmt);
    return ok;
}

static bool put_head(sqlite3 *db, const struct pack_head *head)
{
    const int64_t numbers[] = { pack_id(head->level, head->n),
                                FIGURES_PACK_FORMAT,
                                head->jobs,
                                head->low,
                                head->high,
                                head->newest,
                                head->hours,
                                pack_head_sum(head) };
    sqlite3_stmt *stmt = NULL;
    bool ok = sqlite3_prepare_v2(db, "INSERT OR REPLACE INTO pack VALUES (?,?,?,?,?,?,?,?)", -1, &stmt,
                                 NULL) == SQLITE_OK;
    for (int i = 0; ok && i < PACK_COUNT; i++)
        sqlite3_bind_int64(stmt, i + 1, numbers[i]);
    ok = ok && sqlite3_step(stmt) == SQLITE_DONE;
    sqlite3_finalize(stmt);
    return ok;
}

/* What is `above` it (0: itself too), which was made of it. */
static bool drop_from(sqlite3 *db, const struct pack_head *head, int above)
{
    sqlite3_stmt *stmt = NULL;
    bool ok = sqlite3_prepare_v2(db, "DELETE FROM pack WHERE id = ?", -1, &stmt, NULL) == SQLITE_OK;
    for (int level = head->level + above; ok && level < PACK_LEVELS; level++) {
        sqlite3_bind_int64(stmt, 1, pack_id(level, head->week / pack_weeks(level)));
        ok = sqlite3_step(stmt) == SQLITE_DONE;
        sqlite3_reset(stmt);
    }
    sqlite3_finalize(stmt);
    return ok;
}

static bool put_pack(sqlite3 *db, const struct pack_head *head, const struct figures_pack *pack)
{
    int64_t id = pack_id(head->level, head->n);
    return put_head(db, head) && drop_from(db, head, 1) &&
           put_bytes(db, "INSERT OR REPLACE INTO pack_sums VALUES (?,?)", id, &pack->sums) &&
           (head->level > 0 ||
            (put_bytes(db, "INSERT OR REPLACE INTO pack_visits VALUES (?,?)", id, &pack->visits) &&
             put_bytes(db, "INSERT OR REPLACE INTO pack_rows VALUES (?,?)", id, &pack->rows)));
}

/* The newest event of the jobs closed in that week. */
static bool newest_of(struct query *q, int64_t week, int64_t *newest)
{
    sqlite3_stmt *stmt =
        query_prepare(q, "SELECT max(last_ms) FROM job WHERE closed_ms >= ?1 AND closed_ms < ?2");
    if (stmt)
        query_bind_window(stmt, (struct wall){ week * WEEK_MS }, (struct wall){ (week + 1) * WEEK_MS });
    int got = stmt ? query_step(q, stmt) : -1;
    *newest = got == 1 ? query_wall(stmt, 0).ms : INT64_MIN;
    sqlite3_finalize(stmt);
    return got == 1;
}

/* What making one takes. `hours`: those that count its working time, and must have counted that of its parts;
 * `check`: made again to be compared, of whatever parts there are. */
struct making {
    struct query *q;
    const struct hours *hours;
    bool check;
    int64_t first; /* the week of the first closing */
    bool spoilt;   /* this part cannot be read */
    struct pack_head part;
    struct pack_head head;
    struct figures_pack pack;
};

/* 1, 0 it cannot be read, -1 failed. */
static int add_part(struct making *m, struct pack_sums *sums, struct figures *f)
{
    m->head.newest = m->part.newest > m->head.newest ? m->part.newest : m->head.newest;
    m->head.jobs += m->part.jobs;
    if (m->part.jobs == 0 || pack_feed_sums(sums, f, &m->part))
        return 1;
    m->spoilt = m->q->bad;
    return m->spoilt ? 0 : -1;
}

/* 1 all parts were there and fed, 0 one is missing or spoilt, -1 failed. Before the first closing there are none. */
static int feed_parts(struct making *m, struct figures *f)
{
    struct pack_head *head = &m->head;
    struct pack_sums sums = { .q = m->q };
    struct pack_walk walk;
    int64_t step = pack_weeks(head->level - 1), n = head->week / step, end = head->end / step;
    int got = pack_walk_begin(&walk, m->q) ? 1 : -1;
    for (; n < end && got == 1; n++) {
        got = pack_look(&walk, head->level - 1, n, &m->part);
        if (got == 1 && !m->check && !pack_counts_with(&m->part, m->hours))
            got = 0;
        else if (got == 1)
            got = add_part(m, &sums, f);
        else if (got == 0 && (n + 1) * step <= m->first)
            got = 1;
        if (head->jobs > PACK_JOBS_MAX)
            got = 0;
    }
    pack_sums_end(&sums);
    pack_walk_end(&walk);
    return got;
}

static int make_of_parts(struct making *m)
{
    struct figures_window always = { WALL_NONE, WALL_NONE, WALL_NONE };
    struct figures *f = figures_create(&always, FIGURES_PACK_ROWS);
    if (!f) {
        query_full(m->q);
        return -1;
    }
    figures_keep_sums(f);
    int made = feed_parts(m, f);
    if (made == 1)
        made = figures_pack(f, &m->pack);
    figures_destroy(f);
    return made;
}

static int make_of_rows(struct making *m)
{
    struct figures *f = query_week(m->q, m->head.n, m->hours);
    if (!f)
        return -1;
    bool made = figures_pack(f, &m->pack);
    figures_destroy(f);
    if (made && !newest_of(m->q, m->head.n, &m->head.newest)) {
        figures_pack_free(&m->pack);
        return -1;
    }
    return made;
}

/* 1 made, 0 it cannot be (something lasts, a part is missing, or there is too much), -1 failed. */
static int make_pack(struct making *m, int level, int64_t n)
{
    m->head = (struct pack_head){ .level = level, .n = n, .newest = INT64_MIN };
    m->head.week = n * pack_weeks(level);
    m->head.end = m->head.week + pack_weeks(level);
    int made = level ? make_of_parts(m) : make_of_rows(m);
    if (made != 1)
        return made;
    bool empty = m->pack.jobs == 0;
    m->head.jobs = m->pack.jobs;
    m->head.low = empty ? m->head.week * WEEK_MS : m->pack.low.ms;
    m->head.high = empty ? m->head.week * WEEK_MS : m->pack.high.ms;
    return 1;
}

static bool put_next(struct store *store, int level, int64_t n, int64_t first, const struct hours *hours)
{
    struct query q = { .db = store->db };
    struct making m = { .q = &q, .hours = hours, .first = first };
    if (!store_begin(store))
        return false;
    int made = make_pack(&m, level, n);
    if (made == 1) {
        m.head.hours = m.head.jobs ? print_of(hours, m.pack.low, m.pack.high) : 0;
        made = put_pack(store->db, &m.head, &m.pack) ? 1 : -1;
        figures_pack_free(&m.pack);
    }
    if (m.spoilt) { /* it is made again, from the first week on */
        made = drop_from(store->db, &m.part, 0) ? 0 : -1;
        store->rolling = false;
    }
    if (made >= 0 ? store_commit(store) : !store_fail(store, "pack weeks"))
        return made >= 0;
    store_rollback(store);
    return false;
}

/* The week of the first closing; one that never comes if there is none. */
static bool first_week(struct store *store, int64_t *week)
{
    sqlite3_stmt *stmt = NULL;
    bool ok = sqlite3_prepare_v2(store->db, "SELECT min(closed_ms) FROM job WHERE closed_ms IS NOT NULL", -1,
                                 &stmt, NULL) == SQLITE_OK &&
              sqlite3_step(stmt) == SQLITE_ROW;
    bool none = ok && sqlite3_column_type(stmt, 0) == SQLITE_NULL;
    *week = none ? NO_WEEK : ok ? sqlite3_column_int64(stmt, 0) / WEEK_MS : 0;
    sqlite3_finalize(stmt);
    return ok || store_fail(store, "look for the first job");
}

/* Goes on to the next pack that can be: each week's, and after the last week of a larger one that one's. */
static bool roll_on(struct store *store, struct wall now, int *level, int64_t *n)
{
    while ((store->roll_week + 1) * WEEK_MS + SETTLED_MS <= now.ms) {
        int64_t weeks = pack_weeks(store->roll_level);
        *level = store->roll_level;
        *n = store->roll_week / weeks;
        bool ends = (store->roll_week + 1) % weeks == 0;
        store->roll_level = ends ? (store->roll_level + 1) % PACK_LEVELS : 0;
        store->roll_week += store->roll_level == 0;
        if (ends)
            return true;
    }
    return false;
}

/* Finds the next one that is not there in this format and counted with these hours: 1, 0 none, -1. */
static int find_due(struct store *store, struct wall now, const struct hours *hours, int *level, int64_t *n)
{
    struct query q = { .db = store->db };
    struct pack_walk walk;
    struct pack_head head;
    int due = pack_walk_begin(&walk, &q) ? 0 : -1;
    while (due == 0 && roll_on(store, now, level, n)) {
        int got = pack_look(&walk, *level, *n, &head);
        due = got < 0 ? -1 : got == 0 || !pack_counts_with(&head, hours);
    }
    pack_walk_end(&walk);
    return due;
}

/* Makes the next pack that is needed. *more stays false when all are there. */
static bool roll_packs(struct store *store, struct wall now, const struct hours *hours, bool *more)
{
    int64_t first, n;
    int level;
    if (!first_week(store, &first))
        return false;
    if (!store->rolling) {
        store->roll_week = first;
        store->roll_level = 0;
        store->rolling = true;
    }
    int due = find_due(store, now, hours, &level, &n);
    if (due < 0)
        return store_fail(store, "look for a pack");
    *more = due;
    if (due)
        return put_next(store, level, n, first, hours);
    store->rolling = false;
    return true;
}

/* ---- runs of the log ---- */

struct summing {
    sqlite3 *db;
    sqlite3_stmt *put;
    int64_t first;
    bool enough, failed;
};

#define RUN_NUMBERS 14

/* A row of `presses`: what is written and what is compared. */
struct run_row {
    int64_t number[RUN_NUMBERS]; /* in the order of the table */
    char bays[PRESSES_BAYS_MAX * ID_SIZE];
};

static void row_of(const struct press_run *run, struct run_row *row)
{
    const int64_t numbers[RUN_NUMBERS] = { run->first_seq, run->last_seq, run->day.from.ms, run->day.to.ms,
                                           run->events,    run->presses,  run->burst,       run->batch,
                                           run->unsynced,  run->late,     run->clamped,     run->undone,
                                           run->skipped,   run->rejected };
    struct text list = text_over(row->bays, sizeof row->bays);
    memcpy(row->number, numbers, sizeof numbers);
    for (int i = 0; i < run->n_bays; i++)
        text_fmt(&list, "%s%s", i ? " " : "", run->bay[i]);
}

static bool put_run(void *user, const struct press_run *run)
{
    struct summing *s = user;
    struct run_row row;
    row_of(run, &row);
    for (int i = 0; i < RUN_NUMBERS; i++)
        sqlite3_bind_int64(s->put, i + 1, row.number[i]);
    sqlite3_bind_text(s->put, RUN_NUMBERS + 1, row.bays, -1, SQLITE_STATIC);
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
static bool sum_events(struct store *store, const struct hours *hours, int64_t last, bool *enough)
{
    static const struct press_ops ops = { .run = put_run };
    struct query q = { .db = store->db };
    struct summing s = { .db = store->db, .first = last };
    struct press_walk *walk = press_walk_create(INT64_MIN, INT64_MAX, hours, &ops, &s);
    bool ok =
        walk && sqlite3_prepare_v2(store->db, "INSERT INTO presses VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
                                   -1, &s.put, NULL) == SQLITE_OK;
    if (ok)
        ok = (query_walk(&q, walk, last + 1, INT64_MAX) || s.enough) && !s.failed;
    sqlite3_finalize(s.put);
    press_walk_destroy(walk);
    *enough = s.enough;
    return ok || store_fail(store, "sum up the log");
}

/* The first run of a day that is none by this calendar, and all after it. */
static bool drop_runs(struct store *store, const struct hours *hours)
{
    sqlite3_stmt *stmt = NULL;
    char sql[80] = "";
    bool ok =
        sqlite3_prepare_v2(store->db, "SELECT first_seq, from_ms, to_ms FROM presses ORDER BY first_seq", -1,
                           &stmt, NULL) == SQLITE_OK;
    int rc = SQLITE_DONE;
    while (ok && !sql[0] && (rc = sqlite3_step(stmt)) == SQLITE_ROW)
        if (!query_is_day(hours, stmt, 1))
            snprintf(sql, sizeof sql, "DELETE FROM presses WHERE first_seq >= %lld",
                     (long long)sqlite3_column_int64(stmt, 0));
    ok = ok && (rc == SQLITE_ROW || rc == SQLITE_DONE);
    sqlite3_finalize(stmt);
    ok = ok && (!sql[0] || sqlite3_exec(store->db, sql, NULL, NULL, NULL) == SQLITE_OK);
    return ok || store_fail(store, "look at the days of the sums");
}

static bool sum_next(struct store *store, const struct hours *hours, bool *more)
{
    int64_t last;
    if (!store_begin(store))
        return false;
    if (drop_runs(store, hours) && last_summed(store, &last) && sum_events(store, hours, last, more) &&
        store_commit(store))
        return true;
    store_rollback(store);
    return false;
}

bool store_roll_up(struct store *store, struct wall now, const struct hours *hours, bool *more)
{
    *more = false;
    return roll_packs(store, now, hours, more) && (*more || sum_next(store, hours, more));
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

/* Columns: PACK_HEAD, sums, visits, rows. Working time is in sums and visits. */
static bool same_pack(struct making *m, sqlite3_stmt *stmt)
{
    struct pack_head had;
    bool sound = pack_head_at(stmt, &had);
    if (make_pack(m, had.level, had.n) != 1)
        return false;
    bool same = sound && had.jobs == m->head.jobs && had.newest == m->head.newest &&
                same_bytes(stmt, PACK_COUNT + 2, &m->pack.rows);
    if (same && had.jobs && (had.level > 0 || pack_counts_with(&had, m->hours)))
        same = had.low == m->head.low && had.high == m->head.high &&
               same_bytes(stmt, PACK_COUNT, &m->pack.sums) &&
               same_bytes(stmt, PACK_COUNT + 1, &m->pack.visits);
    figures_pack_free(&m->pack);
    return same;
}

/* Not the query's fault: the pack's. */
static void tell_pack(struct query *q, const struct pack_head *head, char *what, size_t size)
{
    q->fault[0] = '\0';
    if (head->level == 0)
        snprintf(what, size, "pack: week %lld is not what its jobs say", (long long)head->week);
    else
        snprintf(what, size, "pack: weeks %lld to %lld are not what the smaller packs say",
                 (long long)head->week, (long long)head->end - 1);
}

static bool same_packs(struct query *q, const struct hours *hours, char *what, size_t size)
{
    struct making m = { .q = q, .hours = hours, .check = true, .first = INT64_MAX };
    sqlite3_stmt *stmt =
        query_prepare(q, "SELECT " PACK_HEAD ", s.bytes, v.bytes, r.bytes FROM pack"
                         " LEFT JOIN pack_sums s USING (id) LEFT JOIN pack_visits v USING (id)"
                         " LEFT JOIN pack_rows r USING (id) WHERE format = ? ORDER BY id");
    if (stmt)
        sqlite3_bind_int(stmt, 1, FIGURES_PACK_FORMAT);
    int got = stmt ? 0 : -1;
    bool same = true;
    while (stmt && same && (got = query_step(q, stmt)) == 1)
        same = same_pack(&m, stmt);
    if (!same)
        tell_pack(q, &m.head, what, size);
    sqlite3_finalize(stmt);
    return same && got == 0;
}

struct comparing {
    struct query *q;
    sqlite3_stmt *have;
    int64_t last; /* of the runs that are kept */
    bool same;    /* the event that a run begins with lies in the day that is kept of it */
    char *what;
    size_t size;
    bool differs;
};

/* Whatever calendar they were made with: each tells its day. */
static struct hours_day kept_day(void *user, const struct press *p)
{
    struct comparing *c = user;
    c->same = query_step(c->q, c->have) == 1;
    struct hours_day day = { query_wall(c->have, 2), query_wall(c->have, 3) };
    c->same = c->same && p->received.ms >= day.from.ms && p->received.ms < day.to.ms;
    return day;
}

static bool same_run(void *user, const struct press_run *run)
{
    struct comparing *c = user;
    struct run_row row;
    row_of(run, &row);
    size_t len = strlen(row.bays);
    bool same = c->same && (size_t)sqlite3_column_bytes(c->have, RUN_NUMBERS) == len &&
                (len == 0 || memcmp(sqlite3_column_text(c->have, RUN_NUMBERS), row.bays, len) == 0);
    for (int i = 0; i < RUN_NUMBERS && same; i++)
        same = sqlite3_column_int64(c->have, i) == row.number[i];
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
    static const struct press_ops ops = { .run = same_run, .day = kept_day };
    struct comparing c = { .q = q, .what = what, .size = size };
    struct press_walk *walk = press_walk_create(INT64_MIN, INT64_MAX, NULL, &ops, &c);
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
        "DELETE FROM pack",
        "DELETE FROM pack_sums WHERE id IN (SELECT id FROM pack_sums LIMIT 8)",
        "DELETE FROM pack_visits WHERE id IN (SELECT id FROM pack_visits LIMIT 8)",
        "DELETE FROM pack_rows WHERE id IN (SELECT id FROM pack_rows LIMIT 8)",
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
