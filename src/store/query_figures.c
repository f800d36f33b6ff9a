/* The figures of a window: packed weeks where there are any and the rows elsewhere, summed runs of the log
 * and its events elsewhere. Without any pack or run the answer is the same, only later. */
#include "store/query_own.h"

#include "core/figures_pack.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DAY_MS INT64_C(86400000)

bool query_full(struct query *q)
{
    snprintf(q->fault, sizeof q->fault, "out of memory, or more rows than can be counted");
    return false;
}

/* ---- rows ---- */

static bool feed_spans(struct query_feed *feed, const char *job)
{
    sqlite3_stmt *stmt = feed->spans;
    sqlite3_bind_text(stmt, 1, job, -1, SQLITE_STATIC);
    int got;
    while ((got = query_step(feed->q, stmt)) == 1) {
        int kind = kind_find(query_text(stmt, 1));
        struct figures_span span = { .stage = query_text(stmt, 0),
                                     .kind = kind < 0 ? KIND_QUEUE : (enum kind)kind,
                                     .entered = query_wall(stmt, 2),
                                     .left = query_wall(stmt, 3),
                                     .elapsed_ms = sqlite3_column_int64(stmt, 4) };
        if (!figures_span(feed->f, &span)) {
            got = -1;
            query_full(feed->q);
            break;
        }
    }
    sqlite3_reset(stmt);
    return got == 0;
}

static bool feed_stays(struct query_feed *feed, const char *job)
{
    sqlite3_stmt *stmt = feed->stays;
    sqlite3_bind_text(stmt, 1, job, -1, SQLITE_STATIC);
    int got;
    while ((got = query_step(feed->q, stmt)) == 1)
        if (!figures_stay(feed->f, query_text(stmt, 0), query_wall(stmt, 1), query_wall(stmt, 2))) {
            got = -1;
            query_full(feed->q);
            break;
        }
    sqlite3_reset(stmt);
    return got == 0;
}

static bool feed_job(struct query_feed *feed, sqlite3_stmt *stmt)
{
    bool cancelled = strcmp(query_text(stmt, 5), "cancelled") == 0;
    struct figures_job job = { .opened = query_wall(stmt, 1),
                               .ready = query_wall(stmt, 2),
                               .closed = query_wall(stmt, 3),
                               .first_promise = query_wall(stmt, 4),
                               .promise_moves = sqlite3_column_int64(stmt, 6),
                               .reworks = sqlite3_column_int64(stmt, 7),
                               .score = -1,
                               .plate_key = query_text(stmt, 9),
                               .advisor = query_text(stmt, 10),
                               .work = query_text(stmt, 11),
                               .stage = query_text(stmt, 12) };
    if (!wall_is_none(job.closed))
        job.outcome = cancelled ? OUTCOME_CANCELLED : OUTCOME_HANDED_OVER;
    if (sqlite3_column_type(stmt, 8) != SQLITE_NULL)
        job.score = sqlite3_column_int(stmt, 8);
    const char *id = query_text(stmt, 0);
    if (!figures_job(feed->f, &job))
        return query_full(feed->q);
    return feed_spans(feed, id) && feed_stays(feed, id);
}

#define JOB_SELECT                                                                                           \
    "SELECT job, opened_ms, ready_ms, closed_ms, first_promise_ms, outcome, promise_moves, reworks, score,"  \
    " plate_key, advisor, work, stage FROM job"

bool query_feed_begin(struct query_feed *feed, struct query *q, struct figures *f)
{
    *feed = (struct query_feed){ .q = q, .f = f };
    feed->closed = query_prepare(q, JOB_SELECT " WHERE closed_ms >= ?1 AND closed_ms < ?2 AND +opened_ms < ?3"
                                               " ORDER BY closed_ms");
    feed->open = query_prepare(q, JOB_SELECT " WHERE closed_ms IS NULL AND +opened_ms < ?3");
    feed->spans = query_prepare(q, "SELECT stage, kind, entered_ms, left_ms, elapsed_ms FROM span"
                                   " WHERE job = ? AND NOT voided ORDER BY n");
    feed->stays =
        query_prepare(q, "SELECT bay, from_ms, to_ms FROM stay WHERE job = ? AND NOT voided ORDER BY n");
    if (feed->closed && feed->open && feed->spans && feed->stays)
        return true;
    query_feed_end(feed);
    return false;
}

void query_feed_end(struct query_feed *feed)
{
    sqlite3_finalize(feed->closed);
    sqlite3_finalize(feed->open);
    sqlite3_finalize(feed->spans);
    sqlite3_finalize(feed->stays);
    *feed = (struct query_feed){ 0 };
}

static bool feed_all(struct query_feed *feed, sqlite3_stmt *stmt)
{
    int got;
    while ((got = query_step(feed->q, stmt)) == 1)
        if (!feed_job(feed, stmt)) {
            got = -1;
            break;
        }
    sqlite3_reset(stmt);
    return got == 0;
}

bool query_feed_closed(struct query_feed *feed, int64_t from, int64_t to, int64_t until)
{
    if (from >= to)
        return true;
    query_bind_window(feed->closed, (struct wall){ from }, (struct wall){ to });
    sqlite3_bind_int64(feed->closed, 3, until);
    return feed_all(feed, feed->closed);
}

bool query_feed_open(struct query_feed *feed, int64_t until)
{
    sqlite3_bind_int64(feed->open, 3, until);
    return feed_all(feed, feed->open);
}

struct figures *query_week(struct query *q, int64_t week, const struct hours *hours)
{
    struct figures_window always = { WALL_NONE, WALL_NONE, WALL_NONE };
    struct query_feed feed;
    struct figures *f = figures_create(&always, FIGURES_PACK_ROWS);
    if (!f) {
        query_full(q);
        return NULL;
    }
    figures_keep(f);
    figures_set_hours(f, hours);
    bool ok = query_feed_begin(&feed, q, f) &&
              query_feed_closed(&feed, week * WEEK_MS, (week + 1) * WEEK_MS, INT64_MAX);
    query_feed_end(&feed);
    if (ok)
        return f;
    figures_destroy(f);
    return NULL;
}

/* ---- packs ---- */

struct answer {
    struct query *q;
    const struct query_ask *ask;
    bool careful; /* a pack is looked at as a whole before any of it is fed */
    struct figures *f;
    int64_t low, high;   /* the window; the ends of time where not given */
    int64_t plates_from; /* handovers from here on matter for repeat visits */
    struct query_feed feed;
    struct pack_sums sums;
    sqlite3_stmt *rows, *visits; /* of a pack; of packs */
};

static struct figures_bytes bytes_of(sqlite3_stmt *stmt, int i)
{
    const void *data = sqlite3_column_blob(stmt, i);
    return (struct figures_bytes){ data ? data : "", (size_t)sqlite3_column_bytes(stmt, i) };
}

static bool feed_pack_rows(struct answer *a, const struct pack_head *head)
{
    sqlite3_bind_int64(a->rows, 1, head->week);
    int got = query_step(a->q, a->rows);
    struct figures_bytes visits = bytes_of(a->rows, 0), rows = bytes_of(a->rows, 1);
    bool ok = (got == 1 && figures_feed_rows(a->f, visits, rows)) ||
              pack_failed(a->q, got == 1 && figures_pack_sound(visits) && figures_pack_sound(rows));
    sqlite3_reset(a->rows);
    return ok;
}

static bool feed_visits_of(struct answer *a, struct figures_bytes visits,
                           bool (*feed)(struct figures *f, struct figures_bytes visits))
{
    return feed ? feed(a->f, visits) || pack_failed(a->q, figures_pack_sound(visits))
                : figures_pack_sound(visits) || pack_bad(a->q);
}

/* What the visits of all weeks of a pack say, through `feed`; without it they are only looked at. */
static bool feed_visits(struct answer *a, const struct pack_head *head,
                        bool (*feed)(struct figures *f, struct figures_bytes visits))
{
    int64_t jobs = 0;
    bool ok = true;
    sqlite3_bind_int64(a->visits, 1, head->week);
    sqlite3_bind_int64(a->visits, 2, head->end);
    int got;
    while (ok && (got = query_step(a->q, a->visits)) == 1) {
        jobs += sqlite3_column_int64(a->visits, 1);
        ok = feed_visits_of(a, bytes_of(a->visits, 0), feed);
    }
    sqlite3_reset(a->visits);
    return ok && ((got == 0 && jobs == head->jobs) || pack_bad(a->q));
}

static bool is_outside(const struct answer *a, const struct pack_head *head)
{
    return head->jobs == 0 || head->low >= a->high || (head->high < a->low && head->high < a->plates_from);
}

/* The sums hold if all of it lies in the window and the workshop's clocks and hours are the same. */
static bool is_whole(const struct answer *a, const struct pack_head *head)
{
    return head->low >= a->low && head->high < a->high && pack_counts_with(head, a->ask->hours);
}

static bool part_is_sound(struct answer *a, const char *sql, const struct pack_head *head)
{
    sqlite3_stmt *stmt = query_prepare(a->q, sql);
    bool sound = false;
    if (stmt) {
        sqlite3_bind_int64(stmt, 1, pack_id(head->level, head->n));
        sound = query_step(a->q, stmt) == 1 && figures_pack_sound(bytes_of(stmt, 0));
    }
    sqlite3_finalize(stmt);
    return sound;
}

/* All that feed_pack reads of it. */
static bool is_sound(struct answer *a, const struct pack_head *head)
{
    if (is_outside(a, head))
        return true;
    bool before = head->high < a->low, whole = !before && is_whole(a, head);
    return (!whole || part_is_sound(a, "SELECT bytes FROM pack_sums WHERE id = ?", head)) &&
           (before || whole || part_is_sound(a, "SELECT bytes FROM pack_rows WHERE id = ?", head)) &&
           ((whole && !figures_by_visit(a->ask->by)) || feed_visits(a, head, NULL));
}

/* Of those that the window cuts through, the weeks are read. */
static bool fits(void *user, const struct pack_head *head)
{
    struct answer *a = user;
    if (head->level > 0 && !is_outside(a, head) && !is_whole(a, head))
        return false;
    if (!a->careful || is_sound(a, head))
        return true;
    pack_unread(a->q, head);
    return false;
}

static bool feed_pack(struct answer *a, const struct pack_head *head)
{
    if (is_outside(a, head))
        return true;
    if (head->high < a->low)
        return feed_visits(a, head, figures_feed_handovers);
    if (!is_whole(a, head))
        return feed_pack_rows(a, head);
    return pack_feed_sums(&a->sums, a->f, head) &&
           (!figures_by_visit(a->ask->by) || feed_visits(a, head, figures_feed_groups));
}

static int64_t greater(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

/* Handovers before the window, of jobs that are not packed: closed in [from, to). */
static bool feed_plates(struct answer *a, int64_t from, int64_t to)
{
    from = greater(from, a->plates_from);
    to = to < a->low ? to : a->low;
    if (from >= to || a->ask->repeat_days == 0)
        return true;
    sqlite3_stmt *stmt =
        query_prepare(a->q, "SELECT plate_key, closed_ms FROM job WHERE closed_ms >= ?1 AND"
                            " closed_ms < ?2 AND +outcome = 'handed-over' AND plate_key IS NOT NULL");
    if (!stmt)
        return false;
    query_bind_window(stmt, (struct wall){ from }, (struct wall){ to });
    int got;
    while ((got = query_step(a->q, stmt)) == 1)
        if (!figures_handover(a->f, query_text(stmt, 0), query_wall(stmt, 1))) {
            query_full(a->q);
            got = -1;
            break;
        }
    sqlite3_finalize(stmt);
    return got == 0;
}

/* Jobs closed in [from, to), of which no pack tells. */
static bool feed_gap(struct answer *a, int64_t from, int64_t to)
{
    return from >= to ||
           (feed_plates(a, from, to) && query_feed_closed(&a->feed, greater(from, a->low), to, a->high));
}

static bool feed_packs(struct answer *a, struct pack_walk *walk)
{
    int64_t at = INT64_MIN;
    struct pack_head head;
    int got;
    while ((got = pack_next(walk, &head, fits, a)) == 1) {
        if (!feed_gap(a, at, head.week * WEEK_MS) || !feed_pack(a, &head))
            return false;
        at = head.end * WEEK_MS;
    }
    return got == 0 && feed_gap(a, at, INT64_MAX);
}

static bool feed_closed(struct answer *a)
{
    struct pack_walk walk;
    int64_t from = greater(a->low < a->plates_from ? a->low : a->plates_from, 0) / WEEK_MS;
    a->sums.q = a->q;
    a->rows = query_prepare(a->q, "SELECT v.bytes, r.bytes FROM pack_visits v, pack_rows r"
                                  " WHERE v.id = ?1 AND r.id = ?1");
    a->visits = query_prepare(a->q, "SELECT v.bytes, jobs FROM pack p JOIN pack_visits v ON v.id = p.id"
                                    " WHERE p.id >= ?1 AND p.id < ?2 AND jobs > 0");
    bool ok = pack_walk_begin(&walk, a->q) && a->rows && a->visits && pack_walk_from(&walk, from) &&
              feed_packs(a, &walk);
    pack_walk_end(&walk);
    sqlite3_finalize(a->rows);
    sqlite3_finalize(a->visits);
    pack_sums_end(&a->sums);
    return ok;
}

static bool feed_jobs(struct answer *a)
{
    bool ok = query_feed_begin(&a->feed, a->q, a->f) && feed_closed(a) && query_feed_open(&a->feed, a->high);
    query_feed_end(&a->feed);
    return ok;
}

/* ---- all of it ---- */

/* The newest event of the jobs that are not packed: closed in [from, to). */
static bool newest_in_gap(struct query *q, sqlite3_stmt *stmt, int64_t from, int64_t to, int64_t *newest)
{
    if (from >= to)
        return true;
    query_bind_window(stmt, (struct wall){ from }, (struct wall){ to });
    int got = query_step(q, stmt);
    if (got == 1)
        *newest = greater(*newest, query_wall(stmt, 0).ms);
    sqlite3_reset(stmt);
    return got == 1;
}

static bool newest_of_packs(struct query *q, sqlite3_stmt *gap, struct pack_walk *walk, int64_t *newest)
{
    struct pack_head head;
    int64_t at = INT64_MIN;
    int got;
    while ((got = pack_next(walk, &head, NULL, NULL)) == 1) {
        if (!newest_in_gap(q, gap, at, head.week * WEEK_MS, newest))
            return false;
        *newest = greater(*newest, head.newest);
        at = head.end * WEEK_MS;
    }
    return got == 0 && newest_in_gap(q, gap, at, INT64_MAX, newest);
}

/* The newest `at` of an applied job event: of the open jobs, of the packs, and of what lies between these. */
static bool read_newest(struct query *q, struct wall *newest)
{
    struct pack_walk walk;
    sqlite3_stmt *open = query_prepare(q, "SELECT max(last_ms) FROM job WHERE closed_ms IS NULL");
    sqlite3_stmt *gap =
        query_prepare(q, "SELECT max(last_ms) FROM job WHERE closed_ms >= ?1 AND closed_ms < ?2");
    bool ok = pack_walk_begin(&walk, q) && open && gap && query_step(q, open) == 1;
    if (ok)
        *newest = query_wall(open, 0); /* none is INT64_MIN, as WALL_NONE is */
    ok = ok && pack_walk_from(&walk, 0) && newest_of_packs(q, gap, &walk, &newest->ms);
    sqlite3_finalize(open);
    sqlite3_finalize(gap);
    pack_walk_end(&walk);
    return ok;
}

bool query_extent(struct query *q, struct wall *first, struct wall *newest)
{
    sqlite3_stmt *stmt = query_prepare(q, "SELECT min(opened_ms) FROM job");
    int got = stmt ? query_step(q, stmt) : -1;
    *first = got == 1 ? query_wall(stmt, 0) : WALL_NONE;
    sqlite3_finalize(stmt);
    return got == 1 && read_newest(q, newest);
}

static bool feed_stages(struct query *q, const struct query_plan *plan, struct figures *f)
{
    for (int i = 0; i < plan->n_stages; i++) {
        if (!figures_stage(f, plan->stages[i].id, plan->stages[i].kind))
            return query_full(q);
        figures_set_limit(f, plan->stages[i].id, plan->stages[i].limit_ms);
    }
    return true;
}

static bool feed_answer(struct answer *a)
{
    figures_set_hours(a->f, a->ask->hours);
    figures_set_by(a->f, a->ask->by);
    figures_set_repeat(a->f, a->ask->repeat_days);
    a->plates_from =
        a->ask->repeat_days && a->low != INT64_MIN ? a->low - a->ask->repeat_days * DAY_MS : a->low;
    return feed_stages(a->q, a->ask->plan, a->f) && feed_jobs(a) && query_presses(a->q, a->ask, a->f);
}

static bool feed_new(struct answer *a, const struct figures_window *window)
{
    figures_destroy(a->f);
    a->f = figures_create(window, FIGURES_VALUES_MAX);
    return a->f ? feed_answer(a) : query_full(a->q);
}

/* What a damaged pack was half fed to is thrown away: then each is looked at first, and its rows are read instead. */
static bool feed_again(struct answer *a, const struct figures_window *window)
{
    a->q->bad = false;
    bool ok = feed_new(a, window);
    if (ok || !a->q->bad)
        return ok;
    a->careful = true;
    ok = feed_new(a, window);
    if (ok)
        a->q->fault[0] = '\0';
    return ok;
}

struct figures *query_figures(struct query *q, const struct query_ask *ask)
{
    struct figures_window window = { ask->since, ask->until,
                                     ask->until.ms < ask->now.ms ? ask->until : ask->now };
    struct answer a = { .q = q,
                        .ask = ask,
                        .low = wall_is_none(ask->since) ? INT64_MIN : ask->since.ms,
                        .high = wall_is_none(ask->until) ? INT64_MAX : ask->until.ms };
    if (!query_run(q, "BEGIN"))
        return NULL;
    bool ok = (!wall_is_none(ask->until) || read_newest(q, &window.now)) && feed_again(&a, &window);
    if (!query_end(q) || !ok) {
        figures_destroy(a.f);
        return NULL;
    }
    return a.f;
}
