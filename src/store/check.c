#include "store/check.h"

#include "store/own.h"
#include "store/schema.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

/* SQL that should work and does not, for a reason of the file; the rest is the world's. */
enum store_state store_blame(sqlite3 *db, char *what, size_t size)
{
    int code = sqlite3_errcode(db) & 0xff;
    snprintf(what, size, "%s", db ? sqlite3_errmsg(db) : "out of memory");
    bool file = code == SQLITE_CORRUPT || code == SQLITE_NOTADB || code == SQLITE_ERROR ||
                code == SQLITE_CONSTRAINT || code == SQLITE_TOOBIG || code == SQLITE_FORMAT;
    return db && file ? STORE_DAMAGED : STORE_UNREADABLE;
}

static enum store_state open_reader(const char *path, sqlite3 **db, char *what, size_t size)
{
    if (access(path, F_OK) != 0) {
        snprintf(what, size, "%s", strerror(errno));
        *db = NULL;
        return STORE_UNREADABLE;
    }
    if (sqlite3_open_v2(path, db, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK)
        return store_blame(*db, what, size);
    sqlite3_busy_timeout(*db, 2000);
    return STORE_SOUND;
}

static enum store_state check_structure(sqlite3 *db, char *what, size_t size)
{
    sqlite3_stmt *stmt = NULL;
    enum store_state state = STORE_SOUND;
    if (sqlite3_prepare_v2(db, "PRAGMA integrity_check(1)", -1, &stmt, NULL) != SQLITE_OK ||
        sqlite3_step(stmt) != SQLITE_ROW) {
        state = store_blame(db, what, size);
    } else if (strcmp((const char *)sqlite3_column_text(stmt, 0), "ok") != 0) {
        snprintf(what, size, "%s", (const char *)sqlite3_column_text(stmt, 0));
        for (char *p = what; (p = strchr(p, '\n'));)
            *p = ' ';
        state = STORE_DAMAGED;
    }
    sqlite3_finalize(stmt);
    return state;
}

static const char *const layout =
    "SELECT group_concat(type || char(1) || name || char(1) || tbl_name || char(1) || coalesce(sql, ''), "
    "char(2))"
    " FROM (SELECT * FROM sqlite_schema WHERE name NOT LIKE 'sqlite_stat%' ORDER BY name)";

/* The tables are those that the steps make: compared with a new database in memory. */
static enum store_state check_schema(sqlite3 *db, char *what, size_t size)
{
    sqlite3 *fresh = NULL;
    sqlite3_stmt *want = NULL, *have = NULL;
    enum store_state state = STORE_UNREADABLE;
    snprintf(what, size, "out of memory");
    if (sqlite3_open_v2(":memory:", &fresh, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK ||
        !schema_upgrade(fresh, what, size) ||
        sqlite3_prepare_v2(fresh, layout, -1, &want, NULL) != SQLITE_OK || sqlite3_step(want) != SQLITE_ROW)
        goto out;
    if (sqlite3_prepare_v2(db, layout, -1, &have, NULL) != SQLITE_OK || sqlite3_step(have) != SQLITE_ROW) {
        state = store_blame(db, what, size);
        goto out;
    }
    const char *a = (const char *)sqlite3_column_text(want, 0),
               *b = (const char *)sqlite3_column_text(have, 0);
    state = a && b && strcmp(a, b) == 0 && schema_check(db, what, size) ? STORE_SOUND : STORE_DAMAGED;
    if (state == STORE_DAMAGED && (!a || !b || strcmp(a, b) != 0))
        snprintf(what, size, "its tables are not those of this program");
out:
    sqlite3_finalize(want);
    sqlite3_finalize(have);
    sqlite3_close(fresh);
    return state;
}

static enum store_state check_events(sqlite3 *db, int64_t *events, char *what, size_t size)
{
    sqlite3_stmt *stmt = NULL;
    enum store_state state = STORE_SOUND;
    struct store_event event;
    int rc = SQLITE_DONE;
    if (sqlite3_prepare_v2(db, "SELECT * FROM event ORDER BY seq", -1, &stmt, NULL) != SQLITE_OK)
        state = store_blame(db, what, size);
    while (state == STORE_SOUND && (rc = sqlite3_step(stmt)) == SQLITE_ROW) {
        bool right = store_read_event(stmt, &event);
        if (right && event.seq == ++*events)
            continue;
        snprintf(what, size, right ? "event %lld is missing" : "event %lld has a wrong checksum",
                 (long long)(right ? *events : event.seq));
        state = STORE_DAMAGED;
    }
    if (state == STORE_SOUND && rc != SQLITE_DONE)
        state = store_blame(db, what, size);
    sqlite3_finalize(stmt);
    return state;
}

enum store_state store_check(const char *path, int64_t *events, char *what, size_t size)
{
    sqlite3 *db = NULL;
    *events = 0;
    enum store_state state = open_reader(path, &db, what, size);
    /* One snapshot for all of it: the hub goes on writing. */
    if (state == STORE_SOUND && sqlite3_exec(db, "BEGIN", NULL, NULL, NULL) != SQLITE_OK)
        state = store_blame(db, what, size);
    if (state == STORE_SOUND)
        state = check_schema(db, what, size);
    if (state == STORE_SOUND)
        state = check_structure(db, what, size);
    if (state == STORE_SOUND)
        state = check_events(db, events, what, size);
    if (state != STORE_SOUND)
        *events = 0;
    sqlite3_close(db);
    return state;
}

static bool sync_file(const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    bool ok = fd >= 0 && fsync(fd) == 0;
    if (fd >= 0)
        close(fd);
    return ok;
}

/* A damaged file can also claim more than there is: "full" with room enough on the disk. */
static bool has_room(const char *path, const char *to)
{
    struct statfs fs;
    struct stat st;
    char dir[4200];
    snprintf(dir, sizeof dir, "%s", to);
    char *slash = strrchr(dir, '/');
    if (slash)
        slash[1] = '\0';
    return stat(path, &st) == 0 && statfs(slash ? dir : ".", &fs) == 0 &&
           (uint64_t)fs.f_bavail * (uint64_t)fs.f_bsize > 4 * (uint64_t)st.st_size + (1 << 20);
}

enum store_state store_copy(const char *path, const char *to, char *what, size_t size)
{
    sqlite3 *db = NULL;
    sqlite3_stmt *stmt = NULL;
    enum store_state state = open_reader(path, &db, what, size);
    if (state == STORE_SOUND) {
        if (sqlite3_prepare_v2(db, "VACUUM INTO ?", -1, &stmt, NULL) != SQLITE_OK ||
            sqlite3_bind_text(stmt, 1, to, -1, SQLITE_STATIC) != SQLITE_OK ||
            sqlite3_step(stmt) != SQLITE_DONE)
            state = store_blame(db, what, size);
        if (state == STORE_UNREADABLE && (sqlite3_errcode(db) & 0xff) == SQLITE_FULL && has_room(path, to))
            state = STORE_DAMAGED;
        sqlite3_finalize(stmt);
    }
    sqlite3_close(db);
    if (state == STORE_SOUND && !sync_file(to)) {
        snprintf(what, size, "%s: %s", to, strerror(errno));
        state = STORE_UNREADABLE;
    }
    if (state != STORE_SOUND)
        unlink(to);
    return state;
}

int64_t store_first(const char *path)
{
    sqlite3 *db = NULL;
    sqlite3_stmt *stmt = NULL;
    int64_t first = 0;
    char what[200];
    if (open_reader(path, &db, what, sizeof what) == STORE_SOUND &&
        sqlite3_prepare_v2(db, "SELECT received_ms FROM event ORDER BY seq LIMIT 1", -1, &stmt, NULL) ==
            SQLITE_OK &&
        sqlite3_step(stmt) == SQLITE_ROW)
        first = sqlite3_column_int64(stmt, 0);
    sqlite3_finalize(stmt);
    sqlite3_close(db);
    return first;
}
