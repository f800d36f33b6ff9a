#include "store/query_own.h"

#include <stdlib.h>
#include <string.h>

/*
 * Rows are read page by page, each page in its own transaction, and handed out after it. A page begins behind
 * the key of the last row of the one before: the last `n_keys` columns, compared with ?3 ?4 ?5; ?6 is the
 * page's size; ?7 ?8 ?9 are the filter's job, source and plate key. The first page's key is that of `start`,
 * or lower than every row. Parts are read one after the other.
 */
#define AMONG_JOBS(cell, name, sql, type, jobs, found, late) { name, QUERY_##type, jobs },
static const struct query_column job_columns[] = { QUERY_OF_JOB(AMONG_JOBS) };

static const struct query_column span_columns[] = {
    { "job", QUERY_TEXT, "job" },     { "n", QUERY_INT, "n" },
    { "stage", QUERY_TEXT, "stage" }, { "kind", QUERY_TEXT, "kind" },
    { "bay", QUERY_TEXT, "bay" },     { "entered", QUERY_TIME, "from" },
    { "left", QUERY_TIME, "until" },  { "elapsed_s", QUERY_LENGTH, "time" },
};

/* Not `given`: it holds the customer's token. */
static const struct query_column event_columns[] = {
    { "seq", QUERY_INT, "seq" },        { "source", QUERY_TEXT, "source" }, { "id", QUERY_TEXT, NULL },
    { "type", QUERY_TEXT, "type" },     { "job", QUERY_TEXT, "job" },       { "stage", QUERY_TEXT, "stage" },
    { "at", QUERY_TIME, "at" },         { "claimed", QUERY_TIME, NULL },    { "received", QUERY_TIME, NULL },
    { "hub_boot", QUERY_TEXT, NULL },   { "hub_boot_ms", QUERY_INT, NULL }, { "synced", QUERY_FLAG, NULL },
    { "late", QUERY_FLAG, NULL },       { "clamped", QUERY_FLAG, NULL },    { "skipped", QUERY_FLAG, NULL },
    { "result", QUERY_TEXT, "result" }, { "reason", QUERY_TEXT, "reason" }, { "by", QUERY_TEXT, NULL },
    { "body", QUERY_TEXT, NULL },
};

#define SPAN_SELECT "SELECT job, n, stage, kind, bay, entered_ms, left_ms, elapsed_ms"

static const struct query_source tables[] = {
    [QUERY_JOBS] = { job_columns,
                     COUNT(job_columns),
                     { { "SELECT min(opened_ms) FROM (SELECT opened_ms FROM job WHERE closed_ms IS NULL"
                         " UNION ALL SELECT opened_ms FROM job WHERE closed_ms >= ?1)",
                         SELECT_OF_JOB
                         "opened_ms, opened_seq FROM job"
                         " WHERE (opened_ms, opened_seq) > (?3, ?4) AND opened_ms < ?2"
                         " AND (closed_ms IS NULL OR closed_ms >= ?1) ORDER BY opened_ms, opened_seq LIMIT "
                         "?6",
                         2 } } },
    [QUERY_SPANS] = { span_columns,
                      COUNT(span_columns),
                      { { NULL,
                          SPAN_SELECT ", left_ms, job, n FROM span WHERE NOT voided AND left_ms >= ?1"
                                      " AND left_ms < ?2 AND (left_ms, job, n) > (?3, ?4, ?5)"
                                      " ORDER BY left_ms, job, n LIMIT ?6",
                          3 },
                        { NULL,
                          SPAN_SELECT ", 0, job, n FROM span WHERE NOT voided AND left_ms IS NULL"
                                      " AND entered_ms < ?2 AND (0, job, n) > (?3, ?4, ?5)"
                                      " ORDER BY job, n LIMIT ?6",
                          3 } } },
    [QUERY_EVENTS] = { event_columns,
                       COUNT(event_columns),
                       { { NULL,
                           "SELECT seq, source, id, type, job, stage, at_ms, claimed_ms, received_ms, "
                           "hub_boot,"
                           " hub_boot_ms, synced, late, clamped, skipped, result, reason, by, body, seq"
                           " FROM event WHERE seq > ?3 AND at_ms >= ?1 AND at_ms < ?2 ORDER BY seq LIMIT ?6",
                           1 } } },
};

/* A row in memory: its cells, then the bytes of its texts. */
struct page {
    struct query_cell *row[QUERY_PAGE_ROWS];
    int n;
};

struct reader {
    struct query *q;
    const struct query_source *table;
    const struct query_part *part;
    const struct query_filter *filter;
    sqlite3_value *key[KEYS_MAX];
    struct page page;
    bool stopped; /* by the callback */
};

static const struct query_source *source_of(enum query_table table)
{
    return table < QUERY_FOUND ? &tables[table] : query_story_source(table);
}

const struct query_column *query_columns(enum query_table table, int *n)
{
    *n = source_of(table)->n_columns;
    return source_of(table)->columns;
}

static void page_clear(struct page *page)
{
    for (int i = 0; i < page->n; i++)
        free(page->row[i]);
    page->n = 0;
}

static void keys_clear(struct reader *r)
{
    for (int i = 0; i < KEYS_MAX; i++) {
        sqlite3_value_free(r->key[i]);
        r->key[i] = NULL;
    }
}

static bool keys_keep(struct reader *r, sqlite3_stmt *stmt)
{
    keys_clear(r);
    for (int i = 0; i < r->part->n_keys; i++) {
        r->key[i] = sqlite3_value_dup(sqlite3_column_value(stmt, r->table->n_columns + i));
        if (!r->key[i])
            return query_fail(r->q);
    }
    return true;
}

static struct query_cell *copy_row(const struct query_source *table, sqlite3_stmt *stmt)
{
    size_t n = (size_t)table->n_columns, bytes = 0;
    for (int i = 0; i < table->n_columns; i++)
        bytes += table->columns[i].type == QUERY_TEXT ? (size_t)sqlite3_column_bytes(stmt, i) : 0;
    struct query_cell *cells = calloc(1, n * sizeof *cells + bytes);
    char *text = cells ? (char *)(cells + n) : NULL;
    for (int i = 0; cells && i < table->n_columns; i++) {
        cells[i].null = sqlite3_column_type(stmt, i) == SQLITE_NULL;
        if (table->columns[i].type != QUERY_TEXT) {
            cells[i].number = sqlite3_column_int64(stmt, i);
            continue;
        }
        cells[i].len = (size_t)sqlite3_column_bytes(stmt, i);
        cells[i].text = text;
        if (cells[i].len)
            memcpy(text, sqlite3_column_blob(stmt, i), cells[i].len);
        text += cells[i].len;
    }
    return cells;
}

static bool read_rows(struct reader *r, sqlite3_stmt *stmt)
{
    int got;
    while ((got = query_step(r->q, stmt)) == 1) {
        struct query_cell *cells = copy_row(r->table, stmt);
        if (!cells)
            return query_fail(r->q);
        r->page.row[r->page.n++] = cells;
        if (r->page.n == QUERY_PAGE_ROWS)
            return keys_keep(r, stmt);
    }
    return got == 0;
}

/* The key that is lower than every row's: numbers below all, no text. */
static void bind_first_key(const struct reader *r, sqlite3_stmt *stmt)
{
    sqlite3_bind_int64(stmt, 3, r->filter->after ? r->filter->after : INT64_MIN);
    sqlite3_bind_int64(stmt, 4, INT64_MIN);
    sqlite3_bind_int64(stmt, 5, INT64_MIN);
}

static bool bind_start(struct reader *r, sqlite3_stmt *stmt)
{
    sqlite3_stmt *start = query_prepare(r->q, r->part->start);
    if (!start)
        return false;
    query_bind_window(start, r->filter->since, r->filter->until);
    int got = query_step(r->q, start);
    if (got == 1 && sqlite3_column_type(start, 0) != SQLITE_NULL)
        sqlite3_bind_value(stmt, 3, sqlite3_column_value(start, 0));
    sqlite3_finalize(start);
    return got == 1;
}

static bool bind_key(struct reader *r, sqlite3_stmt *stmt)
{
    bind_first_key(r, stmt);
    if (!r->key[0])
        return !r->part->start || bind_start(r, stmt);
    for (int i = 0; i < r->part->n_keys; i++)
        sqlite3_bind_value(stmt, 3 + i, r->key[i]);
    return true;
}

static void bind_filter(const struct query_filter *filter, sqlite3_stmt *stmt)
{
    query_bind_window(stmt, filter->since, filter->until);
    sqlite3_bind_int(stmt, 6, QUERY_PAGE_ROWS);
    sqlite3_bind_text(stmt, 7, filter->job, -1, SQLITE_STATIC);
    sqlite3_bind_text(stmt, 8, filter->source, -1, SQLITE_STATIC);
    sqlite3_bind_text(stmt, 9, filter->plate_key, -1, SQLITE_STATIC);
}

static bool read_page(struct reader *r)
{
    sqlite3_stmt *stmt = NULL;
    if (!query_run(r->q, "BEGIN"))
        return false;
    stmt = query_prepare(r->q, r->part->sql);
    bool ok = stmt && bind_key(r, stmt);
    if (ok) {
        bind_filter(r->filter, stmt);
        ok = read_rows(r, stmt);
    }
    sqlite3_finalize(stmt);
    return query_end(r->q) && ok;
}

static bool read_part(struct reader *r, bool (*row)(void *user, const struct query_cell *cells), void *user)
{
    bool more = true, ok = true;
    while (ok && more && !r->stopped) {
        ok = read_page(r);
        more = r->page.n == QUERY_PAGE_ROWS;
        for (int i = 0; ok && i < r->page.n && !r->stopped; i++)
            r->stopped = !row(user, r->page.row[i]);
        page_clear(&r->page);
    }
    keys_clear(r);
    return ok;
}

bool query_rows(struct query *q, enum query_table table, struct wall since, struct wall until,
                bool (*row)(void *user, const struct query_cell *cells), void *user)
{
    return query_rows_of(q, table, &(struct query_filter){ .since = since, .until = until }, row, user);
}

bool query_rows_of(struct query *q, enum query_table table, const struct query_filter *filter,
                   bool (*row)(void *user, const struct query_cell *cells), void *user)
{
    struct reader *r = calloc(1, sizeof *r);
    if (!r) {
        memcpy(q->fault, "out of memory", sizeof "out of memory");
        return false;
    }
    *r = (struct reader){ .q = q, .table = source_of(table), .filter = filter };
    bool ok = true;
    for (int i = 0; ok && !r->stopped && i < 2 && r->table->parts[i].sql; i++) {
        r->part = &r->table->parts[i];
        ok = read_part(r, row, user);
    }
    free(r);
    return ok;
}
