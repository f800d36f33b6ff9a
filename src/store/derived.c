/* The derived tables as a whole: compared and replaced after a rebuild, and relieved of personal data in
 * time. */
#include "store/own.h"

#include <stdio.h>
#include <string.h>

static const char *const tables[] = { "job", "span", "stay", "bay", "change" };
enum { TABLES = sizeof tables / sizeof tables[0] };

/* Rows of `bay` without car and call mean the same as no row. `change` only lives while undo can need it. */
static const char *filter(const char *table)
{
    return strcmp(table, "bay") == 0 ? " WHERE job IS NOT NULL OR help_ms IS NOT NULL" : "";
}

static bool attach(sqlite3 *db, const char *path)
{
    sqlite3_stmt *stmt = NULL;
    bool ok = sqlite3_prepare_v2(db, "ATTACH ? AS other", -1, &stmt, NULL) == SQLITE_OK &&
              sqlite3_bind_text(stmt, 1, path, -1, SQLITE_STATIC) == SQLITE_OK &&
              sqlite3_step(stmt) == SQLITE_DONE;
    sqlite3_finalize(stmt);
    return ok;
}

/* First row of `a` that `b` has not: its columns into `what`. SOUND: there is none. */
static enum store_state first_missing(sqlite3 *db, const char *table, const char *a, const char *b,
                                      char *what, size_t size)
{
    char query[400];
    snprintf(query, sizeof query, "SELECT * FROM %s.%s%s EXCEPT SELECT * FROM %s.%s%s LIMIT 1", a, table,
             filter(table), b, table, filter(table));
    sqlite3_stmt *stmt = NULL;
    enum store_state state = STORE_SOUND;
    int rc = sqlite3_prepare_v2(db, query, -1, &stmt, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_step(stmt);
    if (rc == SQLITE_ROW) {
        state = STORE_DAMAGED;
        int len =
            snprintf(what, size, "%s: only in the %s:", table, strcmp(a, "main") == 0 ? "database" : "fold");
        for (int i = 0; i < sqlite3_column_count(stmt) && len > 0 && (size_t)len < size; i++) {
            const char *text = (const char *)sqlite3_column_text(stmt, i);
            len += snprintf(what + len, size - (size_t)len, " %s=%s", sqlite3_column_name(stmt, i),
                            text ? text : "NULL");
        }
    }
    if (rc != SQLITE_ROW && rc != SQLITE_DONE)
        state = store_blame(db, what, size);
    sqlite3_finalize(stmt);
    return state;
}

enum store_state store_same_derived(const char *path, const char *other, char *what, size_t size)
{
    sqlite3 *db = NULL;
    enum store_state state = STORE_SOUND;
    if (sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL) != SQLITE_OK || !attach(db, other))
        state = store_blame(db, what, size);
    for (int i = 0; i < TABLES - 1 && state == STORE_SOUND; i++) {
        state = first_missing(db, tables[i], "main", "other", what, size);
        if (state == STORE_SOUND)
            state = first_missing(db, tables[i], "other", "main", what, size);
    }
    sqlite3_close(db);
    return state;
}

bool store_take_derived(struct store *store, const char *other)
{
    if (!attach(store->db, other))
        return store_fail(store, "attach the rebuilt tables");
    bool ok = store_begin(store);
    for (int i = 0; i < TABLES && ok; i++) {
        char query[200];
        snprintf(query, sizeof query, "DELETE FROM main.%s; INSERT INTO main.%s SELECT * FROM other.%s",
                 tables[i], tables[i], tables[i]);
        ok = sqlite3_exec(store->db, query, NULL, NULL, NULL) == SQLITE_OK ||
             store_fail(store, "replace tables");
    }
    ok = ok && (sqlite3_exec(store->db,
                             "DELETE FROM pack; DELETE FROM pack_sums; DELETE FROM pack_visits;"
                             " DELETE FROM pack_rows; DELETE FROM presses",
                             NULL, NULL, NULL) == SQLITE_OK ||
                store_fail(store, "throw away roll-ups")); /* the hub makes them again */
    ok = ok && store_commit(store);
    if (!ok)
        store_rollback(store);
    sqlite3_exec(store->db, "DETACH other", NULL, NULL, NULL);
    return ok;
}

/* The next row of a reading; *ok turns false if it ended in a failure and not at its end. */
static bool next_row(sqlite3_stmt *stmt, bool *ok)
{
    int rc = sqlite3_step(stmt);
    *ok = rc == SQLITE_ROW || rc == SQLITE_DONE;
    return rc == SQLITE_ROW;
}

/* One event without its `by` and with another body (NULL: none), its checksum made anew. */
static bool rewrite(sqlite3_stmt *write, struct store_event *event, const char *body)
{
    event->by = NULL;
    event->body = body;
    event->body_len = body ? strlen(body) : 0;
    event->body_is_text = body;
    sqlite3_bind_int64(write, 1, event->seq);
    if (body)
        sqlite3_bind_text(write, 2, body, -1, SQLITE_STATIC);
    else
        sqlite3_bind_null(write, 2);
    sqlite3_bind_int64(write, 3, store_event_sum(event));
    bool ok = sqlite3_step(write) == SQLITE_DONE;
    sqlite3_reset(write);
    return ok;
}

/* Bodies of one job's events, through `redact`. */
static bool redact_bodies(struct store *store, const char *job,
                          bool (*redact)(const void *body, size_t len, char *out, size_t size))
{
    sqlite3_stmt *read = NULL, *write = NULL;
    bool ok =
        sqlite3_prepare_v2(store->db, "SELECT * FROM event WHERE job = ?", -1, &read, NULL) == SQLITE_OK &&
        sqlite3_prepare_v2(store->db, "UPDATE event SET body = ?2, by = NULL, sum = ?3 WHERE seq = ?1", -1,
                           &write, NULL) == SQLITE_OK;
    if (ok)
        sqlite3_bind_text(read, 1, job, -1, SQLITE_STATIC);
    while (ok && next_row(read, &ok)) {
        char body[STORE_BODY_MAX + 1];
        struct store_event event;
        /* A damaged row keeps its wrong checksum, so that it is not made to look right. */
        if (store_read_event(read, &event))
            ok = rewrite(write, &event, redact(event.body, event.body_len, body, sizeof body) ? body : NULL);
    }
    sqlite3_finalize(read);
    sqlite3_finalize(write);
    return ok || store_fail(store, "forget a job's texts");
}

/* What was refused has no visit to belong to (its job may be unknown, or a typing mistake): its bytes go by
 * age. */
static bool redact_refused(struct store *store, struct wall before, int limit)
{
    sqlite3_stmt *read = NULL, *write = NULL;
    bool ok = sqlite3_prepare_v2(store->db,
                                 "SELECT * FROM event WHERE result = 'rejected' AND received_ms < ?"
                                 " AND body IS NOT NULL LIMIT ?",
                                 -1, &read, NULL) == SQLITE_OK &&
              sqlite3_prepare_v2(store->db, "UPDATE event SET body = ?2, by = NULL, sum = ?3 WHERE seq = ?1",
                                 -1, &write, NULL) == SQLITE_OK;
    if (ok) {
        sqlite3_bind_int64(read, 1, before.ms);
        sqlite3_bind_int(read, 2, limit);
    }
    while (ok && next_row(read, &ok)) {
        struct store_event event;
        if (store_read_event(read, &event))
            ok = rewrite(write, &event, NULL);
    }
    sqlite3_finalize(read);
    sqlite3_finalize(write);
    return ok || store_fail(store, "forget what was refused");
}

bool store_forget(struct store *store, struct wall before, int limit,
                  bool (*redact)(const void *body, size_t len, char *out, size_t size), int *done)
{
    sqlite3_stmt *jobs = NULL, *strip = NULL;
    *done = 0;
    if (!store_begin(store))
        return false;
    bool ok =
        sqlite3_prepare_v2(store->db,
                           "SELECT job FROM job WHERE closed_ms < ? AND (plate IS NOT NULL OR by IS NOT NULL)"
                           " ORDER BY closed_ms LIMIT ?",
                           -1, &jobs, NULL) == SQLITE_OK &&
        sqlite3_prepare_v2(store->db,
                           "UPDATE job SET plate = NULL, plate_key = NULL, by = NULL WHERE job = ?", -1,
                           &strip, NULL) == SQLITE_OK;
    if (ok) {
        sqlite3_bind_int64(jobs, 1, before.ms);
        sqlite3_bind_int(jobs, 2, limit);
    }
    while (ok && next_row(jobs, &ok)) {
        const char *job = (const char *)sqlite3_column_text(jobs, 0);
        sqlite3_bind_text(strip, 1, job, -1, SQLITE_TRANSIENT);
        ok = redact_bodies(store, job, redact) && sqlite3_step(strip) == SQLITE_DONE;
        sqlite3_reset(strip);
        ++*done;
    }
    if (!ok)
        store_fail(store, "forget old jobs");
    sqlite3_finalize(jobs);
    sqlite3_finalize(strip);
    ok = ok && redact_refused(store, before, limit) && store_commit(store);
    if (!ok)
        store_rollback(store);
    return ok;
}
