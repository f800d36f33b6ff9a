#include "store/query_own.h"

#include "base/text.h"
#include "store/schema.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

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

struct wall query_wall(sqlite3_stmt *stmt, int i)
{
    return sqlite3_column_type(stmt, i) == SQLITE_NULL ? WALL_NONE
                                                       : (struct wall){ sqlite3_column_int64(stmt, i) };
}

const char *query_text(sqlite3_stmt *stmt, int i)
{
    const char *text = (const char *)sqlite3_column_text(stmt, i);
    return text ? text : "";
}

/* Opening. */

/* Better words than SQLite's where the path is at fault. Not asked before: SQLite finds files where stat does
 * not. */
static void blame_path(const char *path, char *fault, size_t size)
{
    struct stat st;
    errno = 0;
    if (stat(path, &st) == 0 && S_ISREG(st.st_mode))
        return;
    if (errno == ENOENT)
        snprintf(fault, size, "there is no database yet; the hub makes it when it first runs");
    else
        snprintf(fault, size, "%s", errno ? strerror(errno) : "this is no file");
}

/* SQLite's words, and the cure where there is one. */
static void blame_database(sqlite3 *db, const char *path, char *fault, size_t size)
{
    int code = sqlite3_errcode(db) & 0xff;
    const char *cure = "";
    if (code == SQLITE_CORRUPT || code == SQLITE_NOTADB)
        cure =
            "; pitboard backup --check looks at the whole of it, pitboard(1) says how to go back to a copy";
    else if (code == SQLITE_CANTOPEN && path && access(path, R_OK) != 0)
        cure = "; this user may not read it: run it as a member of the hub's group";
    else if (code == SQLITE_CANTOPEN || code == SQLITE_READONLY)
        cure = "; a reader needs the files beside it too: run it as a member of the hub's group";
    snprintf(fault, size, "%s%s", sqlite3_errmsg(db), cure);
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
    blame_database(db, NULL, fault, size);
    return false;
}

/* SQLite reads on in a file that was moved away, and sees nothing new in it. */
static void remember(struct query *q, const char *path)
{
    struct stat st;
    q->path = strdup(path);
    if (!q->path || stat(path, &st) != 0)
        return;
    q->dev = st.st_dev;
    q->ino = st.st_ino;
}

bool query_is_there(struct query *q)
{
    struct stat st;
    if (!q->ino || (stat(q->path, &st) == 0 && st.st_dev == q->dev && st.st_ino == q->ino))
        return true;
    snprintf(q->fault, sizeof q->fault,
             "the database that was read is no longer there: moved away, or another has taken its place; "
             "begin again to read that one");
    return false;
}

struct query *query_open(const char *path, char *fault, size_t size)
{
    struct query *q = calloc(1, sizeof *q);
    if (!q) {
        snprintf(fault, size, "out of memory");
        return NULL;
    }
    int rc = sqlite3_open_v2(path, &q->db, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, NULL);
    if (rc == SQLITE_OK && prepare_reading(q->db, fault, size)) {
        remember(q, path);
        return q;
    }
    if (!q->db)
        snprintf(fault, size, "out of memory");
    else if (rc != SQLITE_OK)
        blame_database(q->db, path, fault, size);
    query_close(q);
    blame_path(path, fault, size);
    return NULL;
}

void query_close(struct query *q)
{
    if (!q)
        return;
    sqlite3_close(q->db);
    free(q->path);
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
        text_copy(plan->zone, sizeof plan->zone, query_text(stmt, 0));
    sqlite3_finalize(stmt);
    return got >= 0;
}

static bool add_stage(struct query_plan *plan, const char *id, int kind, int64_t limit_min)
{
    if (kind < 0 || plan->n_stages == CONFIG_STAGES_MAX ||
        !text_copy(plan->stages[plan->n_stages].id, ID_SIZE, id))
        return false;
    plan->stages[plan->n_stages].limit_ms = limit_min * 60000;
    plan->stages[plan->n_stages++].kind = (enum kind)kind;
    return true;
}

static bool read_stages(struct query *q, struct query_plan *plan)
{
    sqlite3_stmt *stmt =
        query_prepare(q, "SELECT json_extract(s.value, '$.id'), json_extract(s.value, '$.kind'),"
                         " coalesce(json_extract(s.value, '$.limit_min'), 0)"
                         " FROM " LAST_CONFIG " AS c, json_each(c.body, '$.stages') AS s ORDER BY s.key");
    if (!stmt)
        return false;
    int got;
    while ((got = query_step(q, stmt)) == 1)
        if (!add_stage(plan, query_text(stmt, 0), kind_find(query_text(stmt, 1)),
                       sqlite3_column_int64(stmt, 2))) {
            snprintf(q->fault, sizeof q->fault, "the logged configuration cannot be understood");
            got = -1;
            break;
        }
    sqlite3_finalize(stmt);
    return got == 0;
}

static bool read_bays(struct query *q, struct query_plan *plan)
{
    sqlite3_stmt *stmt = query_prepare(q, "SELECT json_extract(b.value, '$.id') FROM " LAST_CONFIG
                                          " AS c, json_each(c.body, '$.bays') AS b");
    int got = stmt ? 0 : -1;
    while (stmt && plan->n_bays < CONFIG_BAYS_MAX && (got = query_step(q, stmt)) == 1)
        plan->n_bays += text_copy(plan->bays[plan->n_bays], ID_SIZE, query_text(stmt, 0));
    sqlite3_finalize(stmt);
    return got >= 0;
}

bool query_plan(struct query *q, struct query_plan *plan)
{
    memset(plan, 0, sizeof *plan);
    if (!query_run(q, "BEGIN"))
        return false;
    bool ok = read_zone(q, plan) && read_stages(q, plan) && read_bays(q, plan);
    return query_end(q) && ok;
}
