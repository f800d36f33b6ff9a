/*
 * Spans whose figures are doubtful (core/presses.h), with the reasons: those of the window that an event with a doubt
 * began or ended, and those that an undo of the window took back or let go on. Events are told by when they happened:
 * what a box sends in the morning is of the day before.
 */
#include "store/query_own.h"

#include "base/text.h"

#include <stdlib.h>
#include <string.h>

#define SUSPECTS_MAX ((size_t)1 << 22)
#define UNDOABLE_MAX 1024 /* changes of one job that its undos are looked for among */
#define LATE_MS      60000
#define CELLS        9

/* A moment of a job; then a span of it, n is 0 before. */
struct suspect {
    int64_t at;
    int doubts, n;
    char job[65];
};

struct suspects {
    struct suspect *list;
    size_t n, room;
};

static bool add(struct suspects *s, const struct suspect *one)
{
    if (s->n == s->room) {
        size_t room = s->room ? s->room * 2 : 64;
        struct suspect *more = room <= SUSPECTS_MAX ? realloc(s->list, room * sizeof *more) : NULL;
        if (!more)
            return false;
        s->list = more;
        s->room = room;
    }
    s->list[s->n++] = *one;
    return true;
}

static bool add_moment(struct suspects *s, const char *job, int64_t at, int doubts)
{
    struct suspect one = { .at = at, .doubts = doubts };
    return text_copy(one.job, sizeof one.job, job) && add(s, &one);
}

static int by_job(const void *a, const void *b)
{
    const struct suspect *x = a, *y = b;
    int order = strcmp(x->job, y->job);
    return order ? order : x->n != y->n ? x->n - y->n : x->at < y->at ? -1 : x->at > y->at;
}

static int by_time(const void *a, const void *b)
{
    const struct suspect *x = a, *y = b;
    return x->at != y->at ? (x->at < y->at ? -1 : 1) : by_job(a, b);
}

static bool is_same(const struct suspect *a, const struct suspect *b)
{
    return a->n == b->n && (a->n || a->at == b->at) && strcmp(a->job, b->job) == 0;
}

/* In order of job, so that the reasons of one moment, or of one span, come together. */
static void merge(struct suspects *s)
{
    size_t n = 0;
    if (s->n)
        qsort(s->list, s->n, sizeof *s->list, by_job);
    for (size_t i = 0; i < s->n; i++) {
        if (n && is_same(&s->list[n - 1], &s->list[i]))
            s->list[n - 1].doubts |= s->list[i].doubts;
        else
            s->list[n++] = s->list[i];
    }
    s->n = n;
}

struct looking {
    struct query *q;
    const struct hours *hours;
    int64_t low, high;              /* the window; the ends of time where not given */
    struct suspects moments, found; /* events with doubts; spans */
    struct suspects undos;          /* in order of the log */
};

/* ---- moments ---- */

/* All are kept: what began a span of the window may lie before it. */
static bool doubt(void *user, const char *job, struct wall at, int doubts)
{
    struct looking *l = user;
    int others = doubts & ~DOUBT_BIT(DOUBT_UNDONE);
    bool undo = others != doubts && at.ms >= l->low && at.ms < l->high;
    return !job[0] || ((!others || add_moment(&l->moments, job, at.ms, others)) &&
                       (!undo || add_moment(&l->undos, job, at.ms, DOUBT_BIT(DOUBT_UNDONE))));
}

/* Two, so that each is found by the index. */
#define SPANS                                                                                                \
    "(SELECT job, n, entered_ms, left_ms FROM span WHERE NOT voided AND left_ms >= ?1 AND left_ms < ?2"      \
    " UNION ALL SELECT job, n, entered_ms, left_ms FROM span WHERE NOT voided AND left_ms IS NULL AND "      \
    "entered_ms < ?2)"

/* A number, or `none`. */
static bool read_one(struct query *q, const char *sql, int64_t low, int64_t high, int64_t none, int64_t *out)
{
    sqlite3_stmt *stmt = query_prepare(q, sql);
    if (!stmt)
        return false;
    query_bind_window(stmt, (struct wall){ low }, (struct wall){ high });
    int got = query_step(q, stmt);
    *out = got == 1 && sqlite3_column_type(stmt, 0) != SQLITE_NULL ? sqlite3_column_int64(stmt, 0) : none;
    sqlite3_finalize(stmt);
    return got == 1;
}

/* The numbers of the events that can matter: whole runs, from the day on which the first span of the window began. What
 * happened in the window and was received after it is late, and those are found by an index. */
static bool find_events(struct looking *l, int64_t *first, int64_t *last)
{
    int64_t from = l->low, high = l->high, end;
    if (!read_one(l->q, "SELECT min(entered_ms) FROM " SPANS, l->low, high, l->low, &from))
        return false;
    from = from < l->low ? from : l->low;
    if (!read_one(
            l->q,
            "SELECT coalesce(min(first_seq) FILTER (WHERE to_ms > ?1), max(last_seq) + 1, 1) FROM presses",
            from == INT64_MIN ? from : from - RUNS_LEAD_MS, 0, 1, first))
        return false;
    *last = INT64_MAX;
    if (high == INT64_MAX)
        return true;
    if (!read_one(l->q,
                  "SELECT max(last_seq) FROM presses WHERE from_ms < ?2 AND (SELECT max(from_ms) FROM "
                  "presses) >= ?2",
                  0, high + RUNS_LEAD_MS, INT64_MAX, last) ||
        !read_one(l->q,
                  "SELECT max(+seq) FROM event WHERE received_ms >= ?1 AND at_ms < ?2 AND late"
                  " AND (late OR clamped OR skipped OR result = 'rejected' OR type = 'undo')",
                  high + LATE_MS, high, 0, &end))
        return false;
    *last = end > *last ? end : *last;
    return true;
}

static bool walk_events(struct looking *l)
{
    static const struct press_ops ops = { .doubt = doubt };
    struct press_walk *walk = press_walk_create(INT64_MIN, INT64_MAX, l->hours, &ops, l);
    int64_t first, last;
    bool ok = (walk || query_full(l->q)) && find_events(l, &first, &last) &&
              query_walk(l->q, walk, first, last) && (press_walk_end(walk) || query_full(l->q));
    press_walk_destroy(walk);
    return ok;
}

static bool find_rushed(struct looking *l)
{
    sqlite3_stmt *stmt =
        query_prepare(l->q, "SELECT job, closed_ms FROM job WHERE closed_ms >= ?1 AND closed_ms < ?2"
                            " AND outcome = 'handed-over' AND closed_ms - ready_ms < ?3");
    if (!stmt)
        return false;
    query_bind_window(stmt, (struct wall){ l->low }, (struct wall){ l->high });
    sqlite3_bind_int64(stmt, 3, FIGURES_RUSHED_MS);
    int got;
    while ((got = query_step(l->q, stmt)) == 1)
        if (!add_moment(&l->moments, query_text(stmt, 0), sqlite3_column_int64(stmt, 1),
                        DOUBT_BIT(DOUBT_RUSHED))) {
            query_full(l->q);
            got = -1;
            break;
        }
    sqlite3_finalize(stmt);
    return got == 0;
}

/* ---- the spans of the window ---- */

static int doubts_at(const struct looking *l, struct suspect *key, int64_t at)
{
    key->at = at;
    const struct suspect *found =
        l->moments.n ? bsearch(key, l->moments.list, l->moments.n, sizeof *key, by_job) : NULL;
    return found ? found->doubts : 0;
}

/* Of one span; it stands in the order of its first doubtful end. */
static bool look_at_span(struct looking *l, sqlite3_stmt *stmt)
{
    struct suspect one = { 0 };
    struct wall entered = query_wall(stmt, 2), left = query_wall(stmt, 3);
    if (!text_copy(one.job, sizeof one.job, query_text(stmt, 0)))
        return true;
    int ended = wall_is_none(left) ? 0 : doubts_at(l, &one, left.ms);
    int begun = doubts_at(l, &one, entered.ms) & ~DOUBT_BIT(DOUBT_RUSHED);
    one.at = begun ? entered.ms : left.ms;
    one.doubts = begun | ended;
    one.n = sqlite3_column_int(stmt, 1);
    return !one.doubts || add(&l->found, &one) || query_full(l->q);
}

static bool look_at_spans(struct looking *l)
{
    sqlite3_stmt *stmt = query_prepare(l->q, "SELECT job, n, entered_ms, left_ms FROM " SPANS);
    if (!stmt)
        return false;
    query_bind_window(stmt, (struct wall){ l->low }, (struct wall){ l->high });
    int got;
    while ((got = query_step(l->q, stmt)) == 1)
        if (!look_at_span(l, stmt)) {
            got = -1;
            break;
        }
    sqlite3_finalize(stmt);
    return got == 0;
}

/* ---- what was taken back ---- */

struct changed {
    int64_t at;
    bool stage; /* into another, not only another bay */
    char to[ID_SIZE];
};

/* A job's changes as they stood at the moment of an undo: its events before that, without what they took back. An assign
 * to the bay in which it is changes nothing. 1 and the change, 0 none, -1 a fault. */
static int changed_last(struct query *q, sqlite3_stmt *stmt, const struct suspect *undo, struct changed *last)
{
    struct changed *standing = calloc(UNDOABLE_MAX, sizeof *standing);
    int n = 0, got = standing ? 0 : -1;
    char bay[ID_SIZE] = "";
    sqlite3_bind_text(stmt, 1, undo->job, -1, SQLITE_STATIC);
    bool over = false;
    while (standing && !over && (got = query_step(q, stmt)) == 1) {
        const char *type = query_text(stmt, 0);
        struct changed c = { .at = sqlite3_column_int64(stmt, 1), .stage = strcmp(type, "assign") != 0 };
        text_copy(c.to, sizeof c.to, query_text(stmt, c.stage ? 2 : 3));
        bool undone = strcmp(type, "undo") == 0, same = !c.stage && strcmp(c.to, bay) == 0;
        over = undone && c.at == undo->at;
        if (undone && !over && n > 0)
            bay[0] = standing[--n].stage ? bay[0] : '\0'; /* where it was before is not known */
        else if (!undone && !same && n < UNDOABLE_MAX)
            standing[n++] = c;
        if (!undone && !c.stage)
            text_copy(bay, sizeof bay, c.to);
    }
    sqlite3_reset(stmt);
    if (n > 0)
        *last = standing[n - 1];
    free(standing);
    return got < 0 ? -1 : over && n > 0;
}

#define CHANGES_OF                                                                                           \
    "SELECT type, at_ms, stage, CASE WHEN NOT json_valid(body) THEN NULL WHEN json_type(body, '$.bay') IS "  \
    "NOT NULL THEN json_extract(body, "                                                                      \
    "'$.bay')"                                                                                               \
    " WHEN source LIKE 'bay/%' THEN substr(source, 5) END FROM event WHERE job = ? AND result = 'applied'"   \
    " AND type IN ('next', 'hold', 'rework', 'stage', 'assign', 'cancel', 'undo') ORDER BY seq"

/* The span that the change began, which is voided; without one, as handover, cancel and assign begin none, that which it
 * was made in and that goes on. */
#define SPAN_OF                                                                                              \
    "SELECT n FROM span WHERE job = ?1 AND entered_ms <= ?2 AND (voided OR left_ms IS NULL OR left_ms >= "   \
    "?2)"                                                                                                    \
    " ORDER BY ?3 AND voided AND entered_ms = ?2 AND stage = ?4 DESC, voided, entered_ms DESC, n DESC "      \
    "LIMIT 1"

static bool find_undone(struct looking *l, sqlite3_stmt *changes, sqlite3_stmt *span, struct suspect *undo)
{
    struct changed last;
    int got = changed_last(l->q, changes, undo, &last);
    if (got != 1)
        return got == 0;
    sqlite3_bind_text(span, 1, undo->job, -1, SQLITE_STATIC);
    sqlite3_bind_int64(span, 2, last.at);
    sqlite3_bind_int(span, 3, last.stage);
    sqlite3_bind_text(span, 4, last.to, -1, SQLITE_STATIC);
    got = query_step(l->q, span);
    undo->n = got == 1 ? sqlite3_column_int(span, 0) : 0;
    sqlite3_reset(span);
    return got == 0 || (got == 1 && (add(&l->found, undo) || query_full(l->q)));
}

static bool look_at_undos(struct looking *l)
{
    sqlite3_stmt *changes = query_prepare(l->q, CHANGES_OF), *span = query_prepare(l->q, SPAN_OF);
    bool ok = changes && span;
    for (size_t i = 0; ok && i < l->undos.n; i++)
        ok = find_undone(l, changes, span, &l->undos.list[i]);
    sqlite3_finalize(changes);
    sqlite3_finalize(span);
    return ok;
}

/* ---- telling ---- */

static void name_doubts(int doubts, char *out, size_t size)
{
    struct text t = text_over(out, size);
    for (int i = 0; i < DOUBT_COUNT; i++)
        if (doubts & DOUBT_BIT(i))
            text_fmt(&t, "%s%s", t.len ? " " : "", figures_doubt_name(i));
}

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
    sqlite3_stmt *stmt = query_prepare(q, "SELECT job, n, stage, kind, bay, entered_ms, left_ms, elapsed_ms"
                                          " FROM span WHERE job = ? AND n = ?");
    bool ok = stmt, more = true;
    for (size_t i = 0; ok && more && i < s->n; i++) {
        sqlite3_bind_text(stmt, 1, s->list[i].job, -1, SQLITE_STATIC);
        sqlite3_bind_int(stmt, 2, s->list[i].n);
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
    struct looking l = { .q = q,
                         .hours = hours,
                         .low = wall_is_none(since) ? INT64_MIN : since.ms,
                         .high = wall_is_none(until) ? INT64_MAX : until.ms };
    bool ok = query_run(q, "BEGIN");
    if (!ok)
        return false;
    ok = walk_events(&l) && find_rushed(&l);
    merge(&l.moments);
    ok = ok && look_at_spans(&l) && look_at_undos(&l);
    ok = query_end(q) && ok;
    merge(&l.found);
    if (l.found.n)
        qsort(l.found.list, l.found.n, sizeof *l.found.list, by_time);
    ok = ok && tell_all(q, &l.found, row, user);
    free(l.moments.list);
    free(l.undos.list);
    free(l.found.list);
    return ok;
}
