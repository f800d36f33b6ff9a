/* Spans whose figures are doubtful (core/presses.h), with the reasons. */
#include "store/query_own.h"

#include "base/text.h"

#include <stdlib.h>
#include <string.h>

#define SUSPECTS_MAX ((size_t)1 << 22)
#define RUSHED       64 /* beside the bits of enum press_doubt */
#define CELLS        9

struct suspect {
    int64_t at;
    int doubts;
    char job[65];
};

struct suspects {
    struct suspect *list;
    size_t n, room;
};

static bool add(struct suspects *s, const char *job, int64_t at, int doubts)
{
    if (s->n == s->room) {
        size_t room = s->room ? s->room * 2 : 64;
        struct suspect *more = room <= SUSPECTS_MAX ? realloc(s->list, room * sizeof *more) : NULL;
        if (!more)
            return false;
        s->list = more;
        s->room = room;
    }
    struct suspect *to = &s->list[s->n++];
    *to = (struct suspect){ .at = at, .doubts = doubts };
    return text_copy(to->job, sizeof to->job, job);
}

static bool doubt(void *user, const char *job, struct wall at, int64_t seq, int doubts)
{
    (void)seq;
    return !job[0] || add(user, job, at.ms, doubts);
}

/* The numbers of the events that can matter: whole runs of the days of the window, and what is not summed up. */
static bool find_events(struct query *q, int64_t low, int64_t high, int64_t *first, int64_t *last)
{
    sqlite3_stmt *stmt = query_prepare(
        q, "SELECT coalesce(min(first_seq) FILTER (WHERE to_ms > ?1 AND from_ms < ?2), max(last_seq) + 1, 1),"
           " CASE WHEN max(from_ms) >= ?2 THEN max(last_seq) FILTER (WHERE from_ms < ?2) END FROM presses");
    if (!stmt)
        return false;
    sqlite3_bind_int64(stmt, 1, low == INT64_MIN ? low : low - RUNS_LEAD_MS);
    sqlite3_bind_int64(stmt, 2, high == INT64_MAX ? high : high + RUNS_LEAD_MS);
    int got = query_step(q, stmt);
    *first = got == 1 ? sqlite3_column_int64(stmt, 0) : 1;
    *last =
        got == 1 && sqlite3_column_type(stmt, 1) != SQLITE_NULL ? sqlite3_column_int64(stmt, 1) : INT64_MAX;
    sqlite3_finalize(stmt);
    return got == 1;
}

static bool find_doubts(struct query *q, struct suspects *s, int64_t low, int64_t high,
                        const struct hours *hours)
{
    static const struct press_ops ops = { .doubt = doubt };
    struct press_walk *walk = press_walk_create(low, high, hours, &ops, s);
    int64_t first, last;
    bool ok = (walk || query_full(q)) && find_events(q, low, high, &first, &last) &&
              query_walk(q, walk, first, last) && (press_walk_end(walk) || query_full(q));
    press_walk_destroy(walk);
    return ok;
}

static bool find_rushed(struct query *q, struct suspects *s, int64_t low, int64_t high)
{
    sqlite3_stmt *stmt =
        query_prepare(q, "SELECT job, closed_ms FROM job WHERE closed_ms >= ?1 AND closed_ms < ?2"
                         " AND outcome = 'handed-over' AND closed_ms - ready_ms < ?3");
    if (!stmt)
        return false;
    query_bind_window(stmt, (struct wall){ low }, (struct wall){ high });
    sqlite3_bind_int64(stmt, 3, FIGURES_RUSHED_MS);
    int got;
    while ((got = query_step(q, stmt)) == 1)
        if (!add(s, query_text(stmt, 0), sqlite3_column_int64(stmt, 1), RUSHED)) {
            query_full(q);
            got = -1;
            break;
        }
    sqlite3_finalize(stmt);
    return got == 0;
}

/* By time and job, so that the reasons of one event come together. */
static int by_event(const void *a, const void *b)
{
    const struct suspect *x = a, *y = b;
    int order = x->at < y->at ? -1 : x->at > y->at;
    return order ? order : strcmp(x->job, y->job);
}

static void merge(struct suspects *s)
{
    size_t n = 0;
    if (s->n)
        qsort(s->list, s->n, sizeof *s->list, by_event);
    for (size_t i = 0; i < s->n; i++) {
        if (n && by_event(&s->list[n - 1], &s->list[i]) == 0)
            s->list[n - 1].doubts |= s->list[i].doubts;
        else
            s->list[n++] = s->list[i];
    }
    s->n = n;
}

static void name_doubts(int doubts, char *out, size_t size)
{
    static const struct {
        int bit;
        const char *name;
    } names[] = {
        { PRESS_BURST, "burst" }, { PRESS_BATCH, "batch" },     { RUSHED, "rushed" },
        { PRESS_LATE, "late" },   { PRESS_CLAMPED, "clamped" }, { PRESS_UNSYNCED, "unsynced" },
        { PRESS_UNDO, "undone" },
    };
    struct text t = text_over(out, size);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (doubts & names[i].bit)
            text_fmt(&t, "%s%s", t.len ? " " : "", names[i].name);
}

/* The span that ended with the event; without one, that which began with it or, of an undo, the last voided before. */
#define SPAN_OF                                                                                              \
    "SELECT job, n, stage, kind, bay, entered_ms, left_ms, elapsed_ms FROM span WHERE job = ?1"              \
    " AND (left_ms = ?2 OR entered_ms = ?2 OR (?3 AND voided AND entered_ms <= ?2))"                         \
    " ORDER BY left_ms = ?2 DESC, (?3 AND voided) DESC, entered_ms DESC, n LIMIT 1"

static bool tell(sqlite3_stmt *stmt, const struct suspect *s,
                 bool (*row)(void *user, const struct query_cell *cells), void *user)
{
    struct query_cell cells[CELLS] = { { 0 } };
    char reasons[80];
    for (int i = 0; i < CELLS - 1; i++) {
        cells[i].null = sqlite3_column_type(stmt, i) == SQLITE_NULL;
        if (i == 0 || (i >= 2 && i <= 4)) {
            cells[i].text = query_text(stmt, i);
            cells[i].len = strlen(cells[i].text);
        } else {
            cells[i].number = sqlite3_column_int64(stmt, i);
        }
    }
    name_doubts(s->doubts, reasons, sizeof reasons);
    cells[CELLS - 1].text = reasons;
    cells[CELLS - 1].len = strlen(reasons);
    return row(user, cells);
}

static bool tell_all(struct query *q, const struct suspects *s,
                     bool (*row)(void *user, const struct query_cell *cells), void *user)
{
    sqlite3_stmt *stmt = query_prepare(q, SPAN_OF);
    bool ok = stmt, more = true;
    for (size_t i = 0; ok && more && i < s->n; i++) {
        sqlite3_bind_text(stmt, 1, s->list[i].job, -1, SQLITE_STATIC);
        sqlite3_bind_int64(stmt, 2, s->list[i].at);
        sqlite3_bind_int(stmt, 3, (s->list[i].doubts & PRESS_UNDO) != 0);
        int got = query_step(q, stmt);
        ok = got >= 0;
        if (got == 1)
            more = tell(stmt, &s->list[i], row, user);
        sqlite3_reset(stmt);
    }
    sqlite3_finalize(stmt);
    return ok;
}

bool query_suspects(struct query *q, struct wall since, struct wall until, const struct hours *hours,
                    bool (*row)(void *user, const struct query_cell *cells), void *user)
{
    int64_t low = wall_is_none(since) ? INT64_MIN : since.ms,
            high = wall_is_none(until) ? INT64_MAX : until.ms;
    struct suspects s = { 0 };
    if (!query_run(q, "BEGIN"))
        return false;
    bool ok = find_doubts(q, &s, low, high, hours) && find_rushed(q, &s, low, high);
    ok = query_end(q) && ok;
    if (ok) {
        merge(&s);
        ok = tell_all(q, &s, row, user);
    }
    free(s.list);
    return ok;
}
