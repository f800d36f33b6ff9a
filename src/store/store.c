#include "store/store.h"

#include "base/text.h"
#include "store/own.h"
#include "store/schema.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#define CACHE_KIB "1024" /* pages kept in memory; the system keeps the file anyway */

static const char *const sql[ST_COUNT] = {
    [ST_BEGIN] = "BEGIN IMMEDIATE",
    [ST_COMMIT] = "COMMIT",
    [ST_ROLLBACK] = "ROLLBACK",
    [ST_APPEND] =
        "INSERT INTO event (source, id, type, job, at_ms, claimed_ms, received_ms, hub_boot, hub_boot_ms,"
        " synced, late, clamped, result, reason, by, given, body, digest, stage, skipped, sum)"
        " VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
    [ST_DECIDED] =
        "SELECT digest, result, reason, job, stage, given, at_ms FROM event WHERE source = ? AND id = ?",
    [ST_COUNT_REJECT] =
        "INSERT INTO rejects (source, day_ms, rows, dropped) VALUES (?1, ?2, 1, 0)"
        " ON CONFLICT DO UPDATE SET dropped = dropped + (rows >= ?3), rows = min(rows + 1, ?3)"
        " RETURNING dropped",
    [ST_PUT_JOB] =
        "INSERT INTO job VALUES ("
        "?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)"
        " ON CONFLICT DO UPDATE SET code = excluded.code, plate = excluded.plate, plate_key = "
        "excluded.plate_key,"
        " model = excluded.model, work = excluded.work, route = excluded.route, advisor = excluded.advisor,"
        " waiting = excluded.waiting, privacy = excluded.privacy, stage = excluded.stage, bay = excluded.bay,"
        " first_promise_ms = excluded.first_promise_ms, promise_ms = excluded.promise_ms,"
        " promise_moves = excluded.promise_moves, ready_ms = excluded.ready_ms, closed_ms = "
        "excluded.closed_ms,"
        " outcome = excluded.outcome, reworks = excluded.reworks, score = excluded.score, skips = "
        "excluded.skips,"
        " pickup = excluded.pickup, by = excluded.by, anchor = excluded.anchor, calls = excluded.calls,"
        " called_ms = excluded.called_ms, last_ms = excluded.last_ms, ready_boot = excluded.ready_boot,"
        " ready_boot_ms = excluded.ready_boot_ms, changed_ms = excluded.changed_ms,"
        " changed_boot = excluded.changed_boot, changed_boot_ms = excluded.changed_boot_ms,"
        " changed_by = excluded.changed_by, spans = excluded.spans, stays = excluded.stays,"
        " changes = excluded.changes, parked = excluded.parked",
    [ST_PUT_SPAN] =
        "INSERT INTO span VALUES (?,?,?,?,?,?,?,?,?,?,?) ON CONFLICT DO UPDATE SET bay = excluded.bay,"
        " left_ms = excluded.left_ms, elapsed_ms = excluded.elapsed_ms, voided = excluded.voided",
    [ST_PUT_STAY] =
        "INSERT INTO stay VALUES (?,?,?,?,?,?,?,?) ON CONFLICT DO UPDATE SET to_ms = excluded.to_ms,"
        " voided = excluded.voided",
    [ST_PUT_CHANGE] = "INSERT INTO change VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
    [ST_DROP_CHANGE] = "DELETE FROM change WHERE job = ? AND n = ?",
    [ST_PUT_BAY] =
        "INSERT INTO bay VALUES (?,?,?,?,?) ON CONFLICT DO UPDATE SET job = excluded.job,"
        " since_ms = excluded.since_ms, help_ms = excluded.help_ms, help_reason = excluded.help_reason",
    [ST_LOAD_JOB] = "SELECT * FROM job WHERE job = ?",
    [ST_LOAD_OPEN] = "SELECT * FROM job WHERE closed_ms IS NULL ORDER BY opened_seq",
    [ST_OPEN_SPAN] = "SELECT n, stage, entered_ms, entered_boot, entered_boot_ms FROM span"
                     " WHERE job = ?1 AND left_ms IS NULL AND NOT voided",
    [ST_OPEN_STAY] = "SELECT n, bay, from_ms, from_boot, from_boot_ms FROM stay"
                     " WHERE job = ?1 AND to_ms IS NULL AND NOT voided",
    [ST_LOAD_SPAN] =
        "SELECT n, stage, entered_ms, entered_boot, entered_boot_ms FROM span WHERE job = ?1 AND n = ?2",
    [ST_LOAD_STAY] = "SELECT n, bay, from_ms, from_boot, from_boot_ms FROM stay WHERE job = ?1 AND n = ?2",
    [ST_LOAD_CHANGES] = "SELECT * FROM change WHERE job = ? ORDER BY n",
    [ST_LOAD_BAYS] = "SELECT bay, help_ms, help_reason FROM bay",
    [ST_TODAY] = "SELECT"
                 " (SELECT count(*) FROM job WHERE opened_ms >= ?1),"
                 " (SELECT count(*) FROM job WHERE closed_ms >= ?1 AND outcome = 'handed-over'),"
                 " count(*), count(first_promise_ms), sum(ready_ms <= first_promise_ms), sum(reworks > 0)"
                 " FROM job WHERE ready_ms >= ?1",
    [ST_PUT_BUTTON] = "INSERT OR REPLACE INTO button VALUES (?,?,?,?)",
    [ST_PUT_DELIVERY] = "INSERT OR REPLACE INTO delivery VALUES (?,?,?,?)",
    [ST_PUT_DEVICE] = "INSERT OR REPLACE INTO device VALUES (?,?,?,?,?)",
    [ST_PUT_ANNOUNCED] = "INSERT OR IGNORE INTO announced VALUES (?)",
    [ST_DROP_ANNOUNCED] = "DELETE FROM announced WHERE topic = ?",
};

sqlite3_stmt *store_statement(struct store *store, enum statement which)
{
    sqlite3_stmt **stmt = &store->statements[which];
    if (!*stmt &&
        sqlite3_prepare_v3(store->db, sql[which], -1, SQLITE_PREPARE_PERSISTENT, stmt, NULL) != SQLITE_OK) {
        store_fail(store, "prepare");
        store->damaged |= sqlite3_errcode(store->db) == SQLITE_ERROR; /* our tables are not there */
        return NULL;
    }
    sqlite3_reset(*stmt);
    return *stmt;
}

bool store_fail(struct store *store, const char *doing)
{
    int code = sqlite3_errcode(store->db) & 0xff;
    store->damaged |= code == SQLITE_CORRUPT || code == SQLITE_NOTADB;
    snprintf(store->error, sizeof store->error, "%s: %s", doing, sqlite3_errmsg(store->db));
    return false;
}

bool store_run(struct store *store, sqlite3_stmt *stmt)
{
    if (!stmt)
        return false;
    int rc = sqlite3_step(stmt);
    bool ok = rc == SQLITE_DONE || rc == SQLITE_ROW;
    if (!ok)
        store_fail(store, "write");
    sqlite3_reset(stmt);
    return ok;
}

void bind_text(struct binder *b, const char *text)
{
    if (text && text[0])
        sqlite3_bind_text(b->stmt, b->at++, text, -1, SQLITE_STATIC);
    else
        bind_null(b);
}

void bind_int(struct binder *b, int64_t value)
{
    sqlite3_bind_int64(b->stmt, b->at++, value);
}

void bind_wall(struct binder *b, struct wall at)
{
    if (wall_is_none(at))
        bind_null(b);
    else
        bind_int(b, at.ms);
}

void bind_null(struct binder *b)
{
    sqlite3_bind_null(b->stmt, b->at++);
}

void bind_moment(struct binder *b, const struct moment *m, bool set)
{
    bind_wall(b, set ? m->at : WALL_NONE);
    bind_text(b, set ? m->boot : NULL);
    if (set && m->boot[0])
        bind_int(b, m->up.ms);
    else
        bind_null(b);
}

/* Opening. */

int store_lock(const char *path, char *fault, size_t size)
{
    char name[4200];
    snprintf(name, sizeof name, "%s.lock", path);
    int fd = open(name, O_RDWR | O_CREAT | O_CLOEXEC, 0640);
    if (fd < 0) {
        snprintf(fault, size, "%s: %s; is the folder there, and may this user write to it?", name,
                 strerror(errno));
        return -1;
    }
    if (flock(fd, LOCK_EX | LOCK_NB) == 0)
        return fd;
    snprintf(fault, size, "%s: another program has this database open; stop it first", path);
    close(fd);
    return -1;
}

/* "version seq checksum", of one length, so that a write in place is all of it. */
static void tally_line(char line[64], int version, int64_t seq)
{
    int n = snprintf(line, 64, "%06d %019lld ", version, (long long)seq);
    snprintf(line + n, 64 - (size_t)n, "%016llx\n",
             (unsigned long long)hash_bytes(HASH_START, line, (size_t)n));
}

/* Both 0 if there is none, or only half of one. */
static void read_tally(int lock_fd, int *version, int64_t *seq)
{
    char line[64] = "", right[64];
    int v;
    long long n;
    *version = 0;
    *seq = 0;
    if (pread(lock_fd, line, sizeof line - 1, 0) <= 0 || sscanf(line, "%6d %19lld ", &v, &n) != 2)
        return;
    tally_line(right, v, n);
    if (strcmp(line, right) != 0)
        return;
    *version = v;
    *seq = n;
}

int64_t store_read_tally(int lock_fd)
{
    int version;
    int64_t seq;
    read_tally(lock_fd, &version, &seq);
    return seq;
}

void store_write_tally(int lock_fd, int64_t seq)
{
    char line[64];
    tally_line(line, schema_newest(), seq);
    (void)!pwrite(lock_fd, line, strlen(line), 0); /* without it a loss is only noticed later */
}

int64_t store_tally(const struct store *store)
{
    return store->tally.seq;
}

void store_keep_tally(struct store *store, int64_t seq)
{
    if (store->lock_fd >= 0 && seq != store->tally.seq)
        store_write_tally(store->lock_fd, seq);
    store->tally.seq = seq;
}

/* WAL so that readers never block the hub; FULL so that a commit is on the card; the WAL file stays after
 * closing, so that users who may only read can still open the database. EXTRA until then: it syncs the folder
 * when the rollback journal of a new database goes. A journal that a power cut brings back later would undo
 * everything since. */
bool store_set_durable(sqlite3 *db)
{
    int keep = 1;
    if (sqlite3_exec(db,
                     "PRAGMA synchronous = EXTRA; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
                     "PRAGMA journal_size_limit = 16777216; PRAGMA busy_timeout = 2000;"
                     "PRAGMA cache_size = -" CACHE_KIB ";",
                     NULL, NULL, NULL) != SQLITE_OK)
        return false;
    sqlite3_file_control(db, "main", SQLITE_FCNTL_PERSIST_WAL, &keep);
    return true;
}

static bool set_pragmas(struct store *store, bool scratch, char *fault, size_t size)
{
    if (scratch ? sqlite3_exec(store->db, "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;", NULL, NULL,
                               NULL) == SQLITE_OK
                : store_set_durable(store->db)) {
        if (!scratch)
            store_watch_log(store);
        return true;
    }
    store_fail(store, "open");
    snprintf(fault, size, "%s", sqlite3_errmsg(store->db));
    return false;
}

/* A version that is not the one the hub left behind: the header of the file was changed by something else. A
 * newer program leaves both. */
static bool version_fits(struct store *store)
{
    int version = schema_version(store->db), left = store->tally.version;
    return left == 0 || version == left || (version == schema_newest() && left < version);
}

static bool open_file(struct store *store, const char *path, bool scratch, char *why, size_t size)
{
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
    if (sqlite3_open_v2(path, &store->db, flags, NULL) != SQLITE_OK) {
        if (store->db)
            snprintf(why, size, "%s", sqlite3_errmsg(store->db));
        return false;
    }
    sqlite3_extended_result_codes(store->db, 1);
    if (!set_pragmas(store, scratch, why, size))
        return false;
    if (sqlite3_db_readonly(store->db, "main") == 1 && access(path, W_OK) == 0) {
        snprintf(why, size, "the head of the file says that nobody may write to it");
        store->damaged = true;
        return false;
    }
    if (!version_fits(store) && store->tally.seq > 0) {
        store_fail(store, "read the version");
        snprintf(why, size, "the database has version %d where the hub left %d", schema_version(store->db),
                 store->tally.version);
        store->damaged |= schema_version(store->db) >= 0;
        return false;
    }
    return schema_upgrade(store->db, why, size) || store_fail(store, "bring the schema up to date");
}

struct store *store_open_telling(const char *path, bool scratch, bool *damaged, char *fault,
                                 size_t fault_size)
{
    struct store *store = calloc(1, sizeof *store);
    char why[256] = "out of memory";
    *damaged = false;
    if (!store) {
        snprintf(fault, fault_size, "%s", why);
        return NULL;
    }
    store->lock_fd = -1;
    if (!scratch) {
        store->lock_fd = store_lock(path, fault, fault_size);
        if (store->lock_fd < 0) {
            store_close(store);
            return NULL;
        }
        read_tally(store->lock_fd, &store->tally.version, &store->tally.seq);
    }
    if (open_file(store, path, scratch, why, sizeof why))
        return store;
    *damaged = store->damaged;
    snprintf(fault, fault_size, "%s: %s", path, why);
    store_close(store);
    return NULL;
}

struct store *store_open(const char *path, bool scratch, char *fault, size_t fault_size)
{
    bool damaged;
    return store_open_telling(path, scratch, &damaged, fault, fault_size);
}

struct store *store_open_reader(const char *path, char *fault, size_t fault_size)
{
    struct store *store = calloc(1, sizeof *store);
    char why[256] = "out of memory";
    if (store) {
        store->lock_fd = -1;
        if (sqlite3_open_v2(path, &store->db, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, NULL) ==
            SQLITE_OK) {
            sqlite3_busy_timeout(store->db, 2000);
            if (schema_check(store->db, why, sizeof why))
                return store;
        } else if (store->db) {
            snprintf(why, sizeof why, "%s", sqlite3_errmsg(store->db));
        }
    }
    snprintf(fault, fault_size, "%s: %s", path, why);
    store_close(store);
    return NULL;
}

void store_close(struct store *store)
{
    if (!store)
        return;
    for (int i = 0; i < ST_COUNT; i++)
        sqlite3_finalize(store->statements[i]);
    sqlite3_close(store->db);
    if (store->lock_fd >= 0)
        close(store->lock_fd);
    free(store);
}

const char *store_error(const struct store *store)
{
    return store->error;
}

bool store_damaged(const struct store *store)
{
    return store->damaged;
}

/* Transactions. */

bool store_begin(struct store *store)
{
    /* The way back first: when memory is out it could not be had any more. */
    return store_statement(store, ST_ROLLBACK) && store_run(store, store_statement(store, ST_BEGIN));
}

bool store_commit(struct store *store)
{
    return store_run(store, store_statement(store, ST_COMMIT));
}

void store_rollback(struct store *store)
{
    if (store_in_transaction(store))
        store_run(store, store_statement(store, ST_ROLLBACK));
}

bool store_in_transaction(const struct store *store)
{
    return !sqlite3_get_autocommit(store->db);
}

bool store_probe(struct store *store)
{
    char pragma[64];
    store_rollback(store);
    if (store_in_transaction(store))
        return false;
    snprintf(pragma, sizeof pragma, "PRAGMA user_version = %d", schema_newest());
    return sqlite3_exec(store->db, pragma, NULL, NULL, NULL) == SQLITE_OK || store_fail(store, "probe");
}

/* The log. */

int64_t store_append(struct store *store, const struct store_event *e)
{
    struct binder b = { store_statement(store, ST_APPEND), 1 };
    if (!b.stmt)
        return -1;
    bind_text(&b, e->source);
    bind_text(&b, e->id);
    bind_text(&b, e->type);
    bind_text(&b, e->job);
    bind_wall(&b, e->at);
    bind_wall(&b, e->claimed);
    bind_wall(&b, e->received);
    bind_text(&b, e->boot);
    bind_int(&b, e->up.ms);
    bind_int(&b, e->synced);
    bind_int(&b, e->late);
    bind_int(&b, e->clamped);
    bind_text(&b, e->applied ? "applied" : "rejected");
    bind_text(&b, e->reason);
    bind_text(&b, e->by);
    bind_text(&b, e->given);
    int len = (int)e->body_len;
    if (e->body_is_text)
        sqlite3_bind_text(b.stmt, b.at++, e->body, len, SQLITE_STATIC);
    else
        sqlite3_bind_blob(b.stmt, b.at++, e->body, len, SQLITE_STATIC);
    bind_int(&b, (int64_t)e->digest);
    bind_text(&b, e->stage);
    bind_int(&b, e->skipped);
    bind_int(&b, store_event_sum(e));
    return store_run(store, b.stmt) ? sqlite3_last_insert_rowid(store->db) : -1;
}

/* Empty, too, when memory is out: the reset of the statement tells. */
static void column_text(sqlite3_stmt *stmt, int column, char *out, size_t size)
{
    const char *text = (const char *)sqlite3_column_text(stmt, column);
    snprintf(out, size, "%s", text ? text : "");
}

bool store_decided(struct store *store, const char *source, const char *id, struct store_decision *out)
{
    struct binder b = { store_statement(store, ST_DECIDED), 1 };
    out->found = false;
    if (!b.stmt)
        return false;
    bind_text(&b, source);
    bind_text(&b, id);
    if (sqlite3_step(b.stmt) == SQLITE_ROW) {
        out->found = true;
        out->digest = (uint64_t)sqlite3_column_int64(b.stmt, 0);
        char result[16];
        column_text(b.stmt, 1, result, sizeof result);
        out->applied = strcmp(result, "applied") == 0;
        column_text(b.stmt, 2, out->reason, sizeof out->reason);
        column_text(b.stmt, 3, out->job, sizeof out->job);
        column_text(b.stmt, 4, out->stage, sizeof out->stage);
        column_text(b.stmt, 5, out->given, sizeof out->given);
        out->at.ms = sqlite3_column_int64(b.stmt, 6);
    }
    return sqlite3_reset(b.stmt) == SQLITE_OK || store_fail(store, "look up an event");
}

bool store_count_reject(struct store *store, const char *source, struct wall received, bool *keep)
{
    struct binder b = { store_statement(store, ST_COUNT_REJECT), 1 };
    if (!b.stmt)
        return false;
    bind_text(&b, source);
    bind_int(&b, received.ms - received.ms % 86400000);
    bind_int(&b, STORE_REJECTS_A_DAY);
    int rc = sqlite3_step(b.stmt);
    if (rc == SQLITE_ROW) {
        /* `dropped` grows only once the day's rows are full. */
        *keep = sqlite3_column_int64(b.stmt, 0) == 0;
        rc = sqlite3_step(b.stmt);
    }
    sqlite3_reset(b.stmt);
    return rc == SQLITE_DONE || store_fail(store, "count a refused event");
}

bool store_today(struct store *store, struct wall since, struct store_today *out)
{
    struct binder b = { store_statement(store, ST_TODAY), 1 };
    if (!b.stmt)
        return false;
    bind_int(&b, since.ms);
    if (sqlite3_step(b.stmt) != SQLITE_ROW)
        return store_fail(store, "count today");
    out->opened = sqlite3_column_int64(b.stmt, 0);
    out->handed_over = sqlite3_column_int64(b.stmt, 1);
    out->ready = sqlite3_column_int64(b.stmt, 2);
    out->promised = sqlite3_column_int64(b.stmt, 3);
    out->kept = sqlite3_column_int64(b.stmt, 4);
    out->reworked = sqlite3_column_int64(b.stmt, 5);
    sqlite3_reset(b.stmt);
    return true;
}
