/* What the log's events say about the way they were made: summed runs where there are any, and its events elsewhere. */
#include "store/query_own.h"

#include <stdlib.h>
#include <string.h>

/* The window; the ends of time where not given. */
struct reading {
    struct query *q;
    const struct hours *hours;
    int64_t low, high;
};

bool query_walk(struct query *q, struct press_walk *walk, int64_t first_seq, int64_t last_seq)
{
    sqlite3_stmt *stmt =
        query_prepare(q, "SELECT seq, source, type, job, at_ms, received_ms, result = 'applied',"
                         " synced, late, clamped, skipped FROM event WHERE seq BETWEEN ?1 AND ?2"
                         " ORDER BY seq");
    if (!stmt)
        return false;
    sqlite3_bind_int64(stmt, 1, first_seq);
    sqlite3_bind_int64(stmt, 2, last_seq);
    int got;
    while ((got = query_step(q, stmt)) == 1) {
        struct press p = { .seq = sqlite3_column_int64(stmt, 0),
                           .source = query_text(stmt, 1),
                           .type = query_text(stmt, 2),
                           .job = query_text(stmt, 3),
                           .at = query_wall(stmt, 4),
                           .received = query_wall(stmt, 5),
                           .applied = sqlite3_column_int(stmt, 6),
                           .synced = sqlite3_column_int(stmt, 7),
                           .late = sqlite3_column_int(stmt, 8),
                           .clamped = sqlite3_column_int(stmt, 9),
                           .skipped = sqlite3_column_int(stmt, 10) };
        if (!press_walk_event(walk, &p)) {
            query_full(q);
            got = -1;
            break;
        }
    }
    sqlite3_finalize(stmt);
    return got == 0;
}

static bool add_run(void *user, const struct press_run *run)
{
    return presses_add(user, run);
}

static bool walk_events(struct reading *r, struct presses *sum, int64_t first_seq, int64_t last_seq)
{
    static const struct press_ops ops = { .run = add_run };
    struct press_walk *walk = press_walk_create(r->low, r->high, r->hours, &ops, sum);
    bool ok = (walk || query_full(r->q)) && query_walk(r->q, walk, first_seq, last_seq) &&
              (press_walk_end(walk) || query_full(r->q));
    press_walk_destroy(walk);
    return ok;
}

static void read_bays(struct press_run *run, const char *text)
{
    while (*text && run->n_bays < PRESSES_BAYS_MAX) {
        size_t len = strcspn(text, " ");
        size_t fits = len < ID_SIZE ? len : ID_SIZE - 1;
        memcpy(run->bay[run->n_bays], text, fits);
        run->bay[run->n_bays++][fits] = '\0';
        text += len + (text[len] == ' ');
    }
}

/* Columns: first_seq, last_seq, from_ms, to_ms, events, presses, burst, batch, unsynced, late, clamped, undone, skipped,
 * rejected, bays. A run that the window cuts through is walked again. */
static bool feed_run(struct reading *r, struct presses *sum, struct press_run *run, sqlite3_stmt *stmt)
{
    int64_t *const numbers[] = { &run->events, &run->presses, &run->burst,  &run->batch,   &run->unsynced,
                                 &run->late,   &run->clamped, &run->undone, &run->skipped, &run->rejected };
    int64_t from = sqlite3_column_int64(stmt, 2), to = sqlite3_column_int64(stmt, 3);
    if (from >= r->high || to <= r->low)
        return true;
    if (from < r->low || to > r->high)
        return walk_events(r, sum, sqlite3_column_int64(stmt, 0), sqlite3_column_int64(stmt, 1));
    run->day = (struct hours_day){ { from }, { to } };
    run->n_bays = 0;
    for (int i = 0; i < 10; i++)
        *numbers[i] = sqlite3_column_int64(stmt, 4 + i);
    read_bays(run, query_text(stmt, 14));
    return presses_add(sum, run) || query_full(r->q);
}

bool query_is_day(const struct hours *hours, sqlite3_stmt *stmt, int from)
{
    int64_t start = sqlite3_column_int64(stmt, from);
    struct hours_day day = hours_day(hours, (struct wall){ start });
    return day.from.ms == start && day.to.ms == sqlite3_column_int64(stmt, from + 1);
}

/* Days are not quite in order of the log: the clock may have gone back. */
#define RUNS_OF "FROM presses WHERE from_ms BETWEEN ?1 AND ?2"
#define RUNS_SELECT                                                                                          \
    "SELECT first_seq, last_seq, from_ms, to_ms, events, presses, burst, batch, unsynced, late, clamped,"    \
    " undone, skipped, rejected, bays, (SELECT last_seq FROM presses WHERE first_seq < (SELECT "             \
    "min(first_seq) " RUNS_OF ") ORDER BY first_seq DESC LIMIT 1) FROM presses WHERE first_seq BETWEEN"      \
    " (SELECT min(first_seq) " RUNS_OF ") AND (SELECT max(first_seq) " RUNS_OF ") ORDER BY first_seq"

/* The runs about the window, `last` of them the last; `next` is the event behind the last one that holds. What lies
 * between two that hold, of which there is no run or one of a day that is none by this calendar, is walked. */
static bool feed_runs(struct reading *r, struct presses *sum, int64_t *next, int64_t *last)
{
    struct press_run *run = calloc(1, sizeof *run);
    sqlite3_stmt *stmt = run ? query_prepare(r->q, RUNS_SELECT) : NULL;
    int got = stmt ? 0 : -1;
    if (stmt) {
        sqlite3_bind_int64(stmt, 1, r->low == INT64_MIN ? r->low : r->low - RUNS_LEAD_MS);
        sqlite3_bind_int64(stmt, 2, r->high == INT64_MAX ? r->high : r->high + RUNS_LEAD_MS);
    }
    bool ok = true;
    while (stmt && ok && (got = query_step(r->q, stmt)) == 1) {
        int64_t first = sqlite3_column_int64(stmt, 0);
        *next = *last ? *next : sqlite3_column_int64(stmt, 15) + 1;
        *last = sqlite3_column_int64(stmt, 1);
        if (!query_is_day(r->hours, stmt, 2))
            continue;
        ok = (first <= *next || walk_events(r, sum, *next, first - 1)) && feed_run(r, sum, run, stmt);
        *next = *last + 1;
    }
    sqlite3_finalize(stmt);
    free(run);
    return ok && got == 0;
}

/* Runs, and the events that are in none yet. */
static bool feed_events(struct reading *r, struct presses *sum)
{
    sqlite3_stmt *stmt = query_prepare(r->q, "SELECT last_seq FROM presses ORDER BY first_seq DESC LIMIT 1");
    int got = stmt ? query_step(r->q, stmt) : -1;
    int64_t newest = got == 1 ? sqlite3_column_int64(stmt, 0) : 0, next = 1, last = 0;
    sqlite3_finalize(stmt);
    if (got < 0 || !feed_runs(r, sum, &next, &last))
        return false;
    if (last == newest)
        return walk_events(r, sum, next, INT64_MAX);
    return (next > last || walk_events(r, sum, next, last)) && walk_events(r, sum, newest + 1, INT64_MAX);
}

/* Refused events of which no row was kept: they are counted by day of receipt. */
static bool count_dropped(struct reading *r, int64_t *dropped)
{
    sqlite3_stmt *stmt = query_prepare(
        r->q, "SELECT coalesce(sum(dropped), 0) FROM rejects WHERE day_ms >= ?1 AND day_ms < ?2");
    if (!stmt)
        return false;
    query_bind_window(stmt, (struct wall){ r->low }, (struct wall){ r->high });
    int got = query_step(r->q, stmt);
    *dropped = got == 1 ? sqlite3_column_int64(stmt, 0) : 0;
    sqlite3_finalize(stmt);
    return got == 1;
}

bool query_presses(struct query *q, const struct query_ask *ask, struct figures *f)
{
    struct reading r = { q, ask->hours, wall_is_none(ask->since) ? INT64_MIN : ask->since.ms,
                         wall_is_none(ask->until) ? INT64_MAX : ask->until.ms };
    struct presses *sum = presses_create();
    int64_t dropped = 0;
    bool ok = (sum || query_full(q)) && feed_events(&r, sum) && count_dropped(&r, &dropped);
    if (ok) {
        for (int i = 0; i < ask->plan->n_bays; i++)
            presses_expect(sum, ask->plan->bays[i]);
        const struct figures_presses *p = presses_finish(sum);
        struct figures_quality quality = { p->late, p->clamped, p->rejected + dropped, p->undone,
                                           p->skipped };
        figures_set_presses(f, p);
        figures_set_quality(f, &quality);
    }
    presses_destroy(sum);
    return ok;
}
