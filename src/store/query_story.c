#include "store/query_own.h"

#include "base/text.h"

#include <stdio.h>

#define AMONG_FOUND(cell, name, sql, type, jobs, found, late) { name, QUERY_##type, found },
static const struct query_column found_columns[] = { QUERY_OF_JOB(AMONG_FOUND){ "pickup", QUERY_TEXT,
                                                                                NULL } };

/* And by how much the first promise was missed. */
#define AMONG_LATE(cell, name, sql, type, jobs, found, late) { name, QUERY_##type, late },
static const struct query_column late_columns[] = { QUERY_OF_JOB(AMONG_LATE){ "late_s", QUERY_LENGTH,
                                                                              "late by" } };

static const struct query_column span_columns[] = {
    { "n", QUERY_INT, NULL },
    { "stage", QUERY_TEXT, NULL },
    { "kind", QUERY_TEXT, NULL },
    { "bay", QUERY_TEXT, NULL },
    { "entered", QUERY_TIME, NULL },
    { "left", QUERY_TIME, NULL },
    { "elapsed_s", QUERY_LENGTH, NULL },
    { "voided", QUERY_FLAG, NULL },
};

static const struct query_column stay_columns[] = {
    { "n", QUERY_INT, NULL },   { "bay", QUERY_TEXT, NULL },    { "from", QUERY_TIME, NULL },
    { "to", QUERY_TIME, NULL }, { "voided", QUERY_FLAG, NULL },
};

/* Not `given`: it holds the customer's token. */
static const struct query_column event_columns[] = {
    { "seq", QUERY_INT, NULL },       { "source", QUERY_TEXT, NULL },  { "type", QUERY_TEXT, NULL },
    { "job", QUERY_TEXT, NULL },      { "stage", QUERY_TEXT, NULL },   { "at", QUERY_TIME, NULL },
    { "received", QUERY_TIME, NULL }, { "late", QUERY_FLAG, NULL },    { "clamped", QUERY_FLAG, NULL },
    { "synced", QUERY_FLAG, NULL },   { "skipped", QUERY_FLAG, NULL }, { "result", QUERY_TEXT, NULL },
    { "reason", QUERY_TEXT, NULL },   { "by", QUERY_TEXT, NULL },      { "code", QUERY_TEXT, NULL },
    { "plate", QUERY_TEXT, NULL },    { "body", QUERY_TEXT, NULL },
};
#define EVENT_SELECT                                                                                         \
    "SELECT e.seq, e.source, e.type, e.job, e.stage, e.at_ms, e.received_ms, e.late, e.clamped, e.synced,"   \
    " e.skipped, e.result, e.reason, e.by, j.code, j.plate, e.body, e.seq"                                   \
    " FROM event AS e LEFT JOIN job AS j ON j.job = e.job WHERE e.seq > ?3"

static const struct query_column day_columns[] = {
    { "bay", QUERY_TEXT, NULL },  { "job", QUERY_TEXT, NULL }, { "stage", QUERY_TEXT, NULL },
    { "from", QUERY_TIME, NULL }, { "to", QUERY_TIME, NULL },
};
#define DAY_TOUCHES " AND y.from_ms < ?2 AND (y.to_ms > ?1 OR y.to_ms IS NULL)"
#define DAY_STAYS                                                                                            \
    "SELECT y.bay, y.job, NULL, y.from_ms, y.to_ms, y.job, y.n FROM stay AS y WHERE NOT "                    \
    "y.voided" DAY_TOUCHES " AND (y.job, y.n) > (?3, ?4) ORDER BY y.job, y.n LIMIT ?6"
#define DAY_WORK                                                                                             \
    "SELECT y.bay, y.job, s.stage, max(y.from_ms, s.entered_ms), CASE WHEN y.to_ms IS NULL THEN s.left_ms"   \
    " WHEN s.left_ms IS NULL THEN y.to_ms ELSE min(y.to_ms, s.left_ms) END, y.job, y.n, s.n"                 \
    " FROM stay AS y JOIN span AS s ON s.job = y.job WHERE NOT y.voided" DAY_TOUCHES                         \
    " AND NOT s.voided AND s.kind IN ('work', 'check') AND (y.to_ms IS NULL OR s.entered_ms < y.to_ms)"      \
    " AND (s.left_ms IS NULL OR s.left_ms > y.from_ms) AND (y.job, y.n, s.n) > (?3, ?4, ?5)"                 \
    " ORDER BY y.job, y.n, s.n LIMIT ?6"

/* Newest first means a falling seq: its negative is the key. */
static const struct query_source sources[] = {
    [QUERY_FOUND -
     QUERY_FOUND] = { found_columns,
                      COUNT(found_columns),
                      { { NULL,
                          SELECT_OF_JOB "pickup, -opened_seq FROM job WHERE (job = ?7 OR code = ?8"
                                        " OR plate_key = ?9) AND -opened_seq > ?3"
                                        " ORDER BY opened_seq DESC LIMIT ?6",
                          1 } } },
    [QUERY_JOB -
        QUERY_FOUND] = { found_columns,
                         COUNT(found_columns),
                         { { NULL,
                             SELECT_OF_JOB "pickup, opened_seq FROM job WHERE job = ?7 AND opened_seq > ?3"
                                           " LIMIT ?6",
                             1 } } },
    [QUERY_JOB_SPANS -
        QUERY_FOUND] = { span_columns,
                         COUNT(span_columns),
                         { { NULL,
                             "SELECT n, stage, kind, bay, entered_ms, left_ms, elapsed_ms,"
                             " voided, n FROM span WHERE job = ?7 AND n > ?3 ORDER BY n LIMIT ?6",
                             1 } } },
    [QUERY_JOB_STAYS - QUERY_FOUND] = { stay_columns,
                                        COUNT(stay_columns),
                                        { { NULL,
                                            "SELECT n, bay, from_ms, to_ms, voided, n FROM stay"
                                            " WHERE job = ?7 AND n > ?3 ORDER BY n LIMIT ?6",
                                            1 } } },
    [QUERY_JOB_EVENTS - QUERY_FOUND] = { event_columns,
                                         COUNT(event_columns),
                                         { { NULL,
                                             EVENT_SELECT " AND e.job = ?7 AND e.at_ms >= ?1 AND e.at_ms < ?2"
                                                          " AND (?8 IS NULL OR e.source = ?8)"
                                                          " ORDER BY e.seq LIMIT ?6",
                                             1 } } },
    [QUERY_DAY -
        QUERY_FOUND] = { day_columns, COUNT(day_columns), { { NULL, DAY_STAYS, 2 }, { NULL, DAY_WORK, 3 } } },
    [QUERY_NOTES -
        QUERY_FOUND] = { event_columns,
                         COUNT(event_columns),
                         { { NULL,
                             EVENT_SELECT " AND e.type = 'note' AND e.result = 'applied'"
                                          " AND e.at_ms >= ?1 AND e.at_ms < ?2 ORDER BY e.seq LIMIT ?6",
                             1 } } },
    [QUERY_LATE -
        QUERY_FOUND] = { late_columns,
                         COUNT(late_columns),
                         { { NULL,
                             SELECT_OF_JOB
                             "ready_ms - first_promise_ms, first_promise_ms - ready_ms, opened_seq FROM job"
                             " WHERE ready_ms >= ?1 AND ready_ms < ?2 AND ready_ms > first_promise_ms"
                             " AND (first_promise_ms - ready_ms, opened_seq) > (?3, ?4)"
                             " ORDER BY first_promise_ms - ready_ms, opened_seq LIMIT ?6",
                             2 } } },
    [QUERY_LOG -
        QUERY_FOUND] = { event_columns,
                         COUNT(event_columns),
                         { { NULL,
                             EVENT_SELECT " AND e.at_ms >= ?1 AND e.at_ms < ?2"
                                          " AND (?8 IS NULL OR e.source = ?8) ORDER BY e.seq LIMIT ?6",
                             1 } } },
};

const struct query_source *query_story_source(enum query_table table)
{
    return &sources[table - QUERY_FOUND];
}

/* One number, 0 if there is none. */
static bool read_number(struct query *q, const char *sql, int64_t bound, int64_t *out)
{
    sqlite3_stmt *stmt = query_prepare(q, sql);
    if (!stmt)
        return false;
    if (sqlite3_bind_parameter_count(stmt))
        sqlite3_bind_int64(stmt, 1, bound);
    int got = query_step(q, stmt);
    *out = got == 1 ? sqlite3_column_int64(stmt, 0) : 0;
    sqlite3_finalize(stmt);
    return got >= 0;
}

bool query_version(struct query *q, int64_t *version)
{
    return read_number(q, "PRAGMA data_version", 0, version);
}

bool query_newest(struct query *q, int64_t *seq)
{
    return read_number(q, "SELECT max(seq) FROM event", 0, seq);
}

bool query_seek(struct query *q, struct wall at, int64_t *seq)
{
    int64_t low = 0, high, received; /* all up to `low` came earlier, all behind `high` not */
    if (!query_newest(q, &high))
        return false;
    while (low < high) {
        int64_t middle = low + (high - low + 1) / 2;
        if (!read_number(q, "SELECT received_ms FROM event WHERE seq >= ? ORDER BY seq LIMIT 1", middle,
                         &received))
            return false;
        if (received < at.ms)
            low = middle;
        else
            high = middle - 1;
    }
    *seq = low;
    return true;
}

bool query_config(struct query *q, struct text *out)
{
    sqlite3_stmt *stmt =
        query_prepare(q, "SELECT body FROM event WHERE type = 'config' AND result = 'applied'"
                         " AND json_valid(body) ORDER BY seq DESC LIMIT 1");
    if (!stmt)
        return false;
    int got = query_step(q, stmt);
    if (got == 1)
        text_add(out, (const char *)sqlite3_column_blob(stmt, 0), (size_t)sqlite3_column_bytes(stmt, 0));
    sqlite3_finalize(stmt);
    return got >= 0 && !out->failed;
}
