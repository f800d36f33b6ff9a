#include "store/query_own.h"

#include "base/text.h"
#include "store/schema.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define BUSY_MS 3000 /* only recovery after a crash ever keeps a reader waiting */

bool query_fail(struct query *q)
{
    snprintf(q->fault, sizeof q->fault, "the database cannot be read: %s", sqlite3_errmsg(q->db));
    return false;
}

bool query_run(struct query *q, const char *sql)
{
    return sqlite3_exec(q->db, sql, NULL, NULL, NULL) == SQLITE_OK || query_fail(q);
}

sqlite3_stmt *query_prepare(struct query *q, const char *sql)
{
    sqlite3_stmt *stmt = NULL;
    if (sqlite3_prepare_v2(q->db, sql, -1, &stmt, NULL) != SQLITE_OK)
        query_fail(q);
    return stmt;
}

int query_step(struct query *q, sqlite3_stmt *stmt)
{
    int rc = sqlite3_step(stmt);
    if (rc == SQLITE_ROW || rc == SQLITE_DONE)
        return rc == SQLITE_ROW;
    query_fail(q);
    return -1;
}

bool query_end(struct query *q)
{
    return sqlite3_exec(q->db, "COMMIT", NULL, NULL, NULL) == SQLITE_OK;
}

void query_bind_window(sqlite3_stmt *stmt, struct wall since, struct wall until)
{
    sqlite3_bind_int64(stmt, 1, wall_is_none(since) ? INT64_MIN : since.ms);
    sqlite3_bind_int64(stmt, 2, wall_is_none(until) ? INT64_MAX : until.ms);
}

static struct wall wall_column(sqlite3_stmt *stmt, int i)
{
    return sqlite3_column_type(stmt, i) == SQLITE_NULL ? WALL_NONE
                                                       : (struct wall){ sqlite3_column_int64(stmt, i) };
}

static const char *text_column(sqlite3_stmt *stmt, int i)
{
    const char *text = (const char *)sqlite3_column_text(stmt, i);
    return text ? text : "";
}

/* Opening. */

static bool is_there(const char *path, char *fault, size_t size)
{
    struct stat st;
    if (stat(path, &st) == 0 && S_ISREG(st.st_mode))
        return true;
    if (errno == ENOENT)
        snprintf(fault, size, "there is no database yet; the hub makes it when it first runs");
    else
        snprintf(fault, size, "%s", errno ? strerror(errno) : "this is no file");
    return false;
}

static bool prepare_reading(sqlite3 *db, char *fault, size_t size)
{
    sqlite3_busy_timeout(db, BUSY_MS);
    sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    sqlite3_db_config(db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    if (sqlite3_exec(db, "PRAGMA query_only = 1; PRAGMA temp_store = MEMORY", NULL, NULL, NULL) ==
            SQLITE_OK &&
        sqlite3_exec(db, "SELECT 1 FROM sqlite_schema LIMIT 1", NULL, NULL, NULL) == SQLITE_OK)
        return schema_check(db, fault, size);
    if (sqlite3_errcode(db) == SQLITE_CANTOPEN || sqlite3_errcode(db) == SQLITE_READONLY)
        snprintf(fault, size,
                 "%s; a reader needs the files beside it too: run it as a member of the hub's group",
                 sqlite3_errmsg(db));
    else
        snprintf(fault, size, "%s", sqlite3_errmsg(db));
    return false;
}

struct query *query_open(const char *path, char *fault, size_t size)
{
    errno = 0;
    if (!is_there(path, fault, size))
        return NULL;
    struct query *q = calloc(1, sizeof *q);
    if (!q) {
        snprintf(fault, size, "out of memory");
        return NULL;
    }
    if (sqlite3_open_v2(path, &q->db, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK) {
        snprintf(fault, size, "%s", q->db ? sqlite3_errmsg(q->db) : "out of memory");
        goto out;
    }
    if (prepare_reading(q->db, fault, size))
        return q;
out:
    query_close(q);
    return NULL;
}

void query_close(struct query *q)
{
    if (!q)
        return;
    sqlite3_close(q->db);
    free(q);
}

const char *query_fault(const struct query *q)
{
    return q->fault;
}

/* The plan, from the JSON that the hub logged. */

#define LAST_CONFIG                                                                                          \
    "(SELECT body FROM event WHERE type = 'config'"                                                          \
    " AND result = 'applied' AND json_valid(body) ORDER BY seq DESC LIMIT 1)"

static bool read_zone(struct query *q, struct query_plan *plan)
{
    sqlite3_stmt *stmt = query_prepare(q, "SELECT json_extract(body, '$.zone') FROM " LAST_CONFIG);
    if (!stmt)
        return false;
    int got = query_step(q, stmt);
    if (got == 1)
        text_copy(plan->zone, sizeof plan->zone, text_column(stmt, 0));
    sqlite3_finalize(stmt);
    return got >= 0;
}

static bool add_stage(struct query_plan *plan, const char *id, int kind)
{
    if (kind < 0 || plan->n_stages == CONFIG_STAGES_MAX ||
        !text_copy(plan->stages[plan->n_stages].id, ID_SIZE, id))
        return false;
    plan->stages[plan->n_stages++].kind = (enum kind)kind;
    return true;
}

static bool read_stages(struct query *q, struct query_plan *plan)
{
    sqlite3_stmt *stmt =
        query_prepare(q, "SELECT json_extract(s.value, '$.id'), json_extract(s.value, '$.kind')"
                         " FROM " LAST_CONFIG " AS c, json_each(c.body, '$.stages') AS s ORDER BY s.key");
    if (!stmt)
        return false;
    int got;
    while ((got = query_step(q, stmt)) == 1)
        if (!add_stage(plan, text_column(stmt, 0), kind_find(text_column(stmt, 1)))) {
            snprintf(q->fault, sizeof q->fault, "the logged configuration cannot be understood");
            got = -1;
            break;
        }
    sqlite3_finalize(stmt);
    return got == 0;
}

bool query_plan(struct query *q, struct query_plan *plan)
{
    memset(plan, 0, sizeof *plan);
    if (!query_run(q, "BEGIN"))
        return false;
    bool ok = read_zone(q, plan) && read_stages(q, plan);
    return query_end(q) && ok;
}

/* Figures. */

struct feed {
    struct query *q;
    struct figures *f;
    sqlite3_stmt *jobs, *spans, *stays;
};

#define JOB_COLUMNS                                                                                          \
    "job, opened_ms, ready_ms, closed_ms, first_promise_ms, outcome, promise_moves, reworks, score"

static bool feed_full(struct query *q)
{
    snprintf(q->fault, sizeof q->fault, "out of memory, or more rows than can be counted");
    return false;
}

static bool feed_spans(struct feed *feed, const char *job)
{
    sqlite3_stmt *stmt = feed->spans;
    sqlite3_bind_text(stmt, 1, job, -1, SQLITE_STATIC);
    int got;
    while ((got = query_step(feed->q, stmt)) == 1) {
        int kind = kind_find(text_column(stmt, 1));
        struct figures_span span = { .stage = text_column(stmt, 0),
                                     .kind = kind < 0 ? KIND_QUEUE : (enum kind)kind,
                                     .entered = wall_column(stmt, 2),
                                     .left = wall_column(stmt, 3),
                                     .elapsed_ms = sqlite3_column_int64(stmt, 4) };
        if (!figures_span(feed->f, &span)) {
            got = -1;
            feed_full(feed->q);
            break;
        }
    }
    sqlite3_reset(stmt);
    return got == 0;
}

static bool feed_stays(struct feed *feed, const char *job)
{
    sqlite3_stmt *stmt = feed->stays;
    sqlite3_bind_text(stmt, 1, job, -1, SQLITE_STATIC);
    int got;
    while ((got = query_step(feed->q, stmt)) == 1)
        if (!figures_stay(feed->f, text_column(stmt, 0), wall_column(stmt, 1), wall_column(stmt, 2))) {
            got = -1;
            feed_full(feed->q);
            break;
        }
    sqlite3_reset(stmt);
    return got == 0;
}

static bool feed_job(struct feed *feed)
{
    sqlite3_stmt *stmt = feed->jobs;
    bool cancelled = strcmp(text_column(stmt, 5), "cancelled") == 0;
    struct figures_job job = { .opened = wall_column(stmt, 1),
                               .ready = wall_column(stmt, 2),
                               .closed = wall_column(stmt, 3),
                               .first_promise = wall_column(stmt, 4),
                               .promise_moves = sqlite3_column_int64(stmt, 6),
                               .reworks = sqlite3_column_int64(stmt, 7),
                               .score = -1 };
    if (!wall_is_none(job.closed))
        job.outcome = cancelled ? OUTCOME_CANCELLED : OUTCOME_HANDED_OVER;
    if (sqlite3_column_type(stmt, 8) != SQLITE_NULL)
        job.score = sqlite3_column_int(stmt, 8);
    const char *id = text_column(stmt, 0);
    if (!figures_job(feed->f, &job))
        return feed_full(feed->q);
    return feed_spans(feed, id) && feed_stays(feed, id);
}

/* Every job that was in the shop: nothing else can have a span, a stay or an end in the window. */
static bool feed_jobs(struct query *q, const struct figures_window *window, struct figures *f)
{
    struct feed feed = { .q = q, .f = f };
    int got = -1;
    feed.jobs = query_prepare(q, "SELECT " JOB_COLUMNS " FROM job WHERE closed_ms IS NULL AND +opened_ms < ?2"
                                 " UNION ALL "
                                 "SELECT " JOB_COLUMNS " FROM job WHERE closed_ms >= ?1 AND +opened_ms < ?2");
    feed.spans = query_prepare(q, "SELECT stage, kind, entered_ms, left_ms, elapsed_ms FROM span"
                                  " WHERE job = ? AND NOT voided ORDER BY n");
    feed.stays =
        query_prepare(q, "SELECT bay, from_ms, to_ms FROM stay WHERE job = ? AND NOT voided ORDER BY n");
    if (!feed.jobs || !feed.spans || !feed.stays)
        goto out;
    query_bind_window(feed.jobs, window->since, window->until);
    while ((got = query_step(q, feed.jobs)) == 1)
        if (!feed_job(&feed)) {
            got = -1;
            break;
        }
out:
    sqlite3_finalize(feed.jobs);
    sqlite3_finalize(feed.spans);
    sqlite3_finalize(feed.stays);
    return got == 0;
}

/* The condition is the partial index's, word by word, or SQLite would not use it. A refused event distorts no
 * figure, so it counts as rejected and as nothing else. */
static bool feed_quality(struct query *q, const struct figures_window *window, struct figures *f)
{
    sqlite3_stmt *stmt = query_prepare(
        q, "SELECT count(*) FILTER (WHERE late AND result = 'applied'),"
           " count(*) FILTER (WHERE clamped AND result = 'applied'),"
           " count(*) FILTER (WHERE result = 'rejected') + (SELECT coalesce(sum(dropped), 0) FROM rejects"
           "  WHERE day_ms >= ?1 AND day_ms < ?2),"
           " count(*) FILTER (WHERE type = 'undo' AND result = 'applied'),"
           " count(*) FILTER (WHERE skipped AND result = 'applied')"
           " FROM event WHERE (late OR clamped OR skipped OR result = 'rejected' OR type = 'undo')"
           " AND received_ms >= ?1 AND received_ms < ?2");
    if (!stmt)
        return false;
    query_bind_window(stmt, window->since, window->until);
    int got = query_step(q, stmt);
    if (got == 1) {
        struct figures_quality quality = { sqlite3_column_int64(stmt, 0), sqlite3_column_int64(stmt, 1),
                                           sqlite3_column_int64(stmt, 2), sqlite3_column_int64(stmt, 3),
                                           sqlite3_column_int64(stmt, 4) };
        figures_set_quality(f, &quality);
    }
    sqlite3_finalize(stmt);
    return got == 1;
}

/* The newest `at` of an applied job event; asked only when what lasts needs an end. */
static bool read_newest(struct query *q, struct wall *newest)
{
    sqlite3_stmt *stmt = query_prepare(q, "SELECT max(last_ms) FROM job");
    if (!stmt)
        return false;
    int got = query_step(q, stmt);
    *newest = got == 1 ? wall_column(stmt, 0) : WALL_NONE;
    sqlite3_finalize(stmt);
    return got == 1;
}

static bool feed_stages(struct query *q, const struct query_plan *plan, struct figures *f)
{
    for (int i = 0; i < plan->n_stages; i++)
        if (!figures_stage(f, plan->stages[i].id, plan->stages[i].kind))
            return feed_full(q);
    return true;
}

struct figures *query_figures(struct query *q, struct wall since, struct wall until,
                              const struct query_plan *plan)
{
    struct figures_window window = { since, until, until };
    struct figures *f = NULL;
    bool ok = false;
    if (!query_run(q, "BEGIN"))
        return NULL;
    if (wall_is_none(until) && !read_newest(q, &window.newest))
        goto out;
    f = figures_create(&window, FIGURES_VALUES_MAX);
    if (!f) {
        feed_full(q);
        goto out;
    }
    ok = feed_stages(q, plan, f) && feed_jobs(q, &window, f) && feed_quality(q, &window, f);
out:
    if (!query_end(q) || !ok) {
        figures_destroy(f);
        return NULL;
    }
    return f;
}
