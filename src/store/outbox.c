#include "store/outbox.h"

#include "base/text.h"
#include "store/own.h"
#include "store/schema.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* As in schema.c: numbered by their place, never edited once released. */
static const char *const steps[] = {
    /* 1 */
    "CREATE TABLE press ("
    " seq INTEGER PRIMARY KEY AUTOINCREMENT," /* the order of pressing */
    " id TEXT NOT NULL UNIQUE,"
    " type TEXT NOT NULL,"
    " chain INTEGER NOT NULL," /* enum parcel_chain */
    " job TEXT, stage TEXT,"   /* stage: `from` */
    " by TEXT, reason TEXT, text TEXT,"
    " on_ INTEGER," /* help: 1 or 0 */
    " boot TEXT NOT NULL, up_ms INTEGER NOT NULL,"
    " made_ms INTEGER," /* NULL: no synced clock has told */
    " sum INTEGER NOT NULL,"
    " result TEXT," /* NULL: waits; applied | rejected */
    " why TEXT, at_ms INTEGER"
    ") STRICT;"
    "CREATE INDEX press_waiting ON press(seq) WHERE result IS NULL;"
    "CREATE TABLE counter (next INTEGER NOT NULL) STRICT;"
    "CREATE TABLE seen (one INTEGER PRIMARY KEY CHECK (one = 1), job TEXT, stage TEXT, help INTEGER NOT NULL)"
    " STRICT;",
};

enum { STEPS = sizeof steps / sizeof steps[0] };

enum query {
    Q_COUNT,
    Q_TAKE,
    Q_ADD,
    Q_FIRST,
    Q_LAST_CAR,
    Q_LAST_OF,
    Q_SETTLE,
    Q_FOLLOWER,
    Q_LEAD,
    Q_CLEAN,
    Q_DATE,
    Q_ALL,
    Q_SEE,
    Q_SEEN,
    QUERIES
};

#define WAITS "SELECT * FROM press WHERE result IS NULL "

static const char *const sql[QUERIES] = {
    [Q_COUNT] = "SELECT count(*) FROM press WHERE result IS NULL",
    [Q_TAKE] = "UPDATE counter SET next = next + 1 RETURNING next - 1",
    [Q_ADD] = "INSERT OR IGNORE INTO press (id, type, chain, job, stage, by, reason, text, on_, boot, up_ms, "
              "made_ms,"
              " sum) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)",
    [Q_FIRST] = WAITS "ORDER BY seq LIMIT 1",
    [Q_LAST_CAR] = WAITS "AND chain > 0 ORDER BY seq DESC LIMIT 1",
    [Q_LAST_OF] = WAITS "AND type = ? ORDER BY seq DESC LIMIT 1",
    [Q_SETTLE] = "UPDATE press SET result = ?2, why = ?3, at_ms = ?4 WHERE id = ?1 AND result IS NULL",
    [Q_FOLLOWER] = WAITS "AND chain > 0 ORDER BY seq LIMIT 1",
    [Q_LEAD] = "UPDATE press SET job = ?2, stage = ?3, sum = ?4 WHERE id = ?1",
    [Q_CLEAN] = "DELETE FROM press WHERE result IS NOT NULL AND seq <= (SELECT seq FROM press"
                " WHERE result IS NOT NULL ORDER BY seq DESC LIMIT 1 OFFSET ?)",
    [Q_DATE] = "UPDATE press SET made_ms = ?3, sum = ?4 WHERE id = ?1 AND boot = ?2",
    [Q_SEE] = "INSERT INTO seen VALUES (1, ?, ?, ?) ON CONFLICT DO UPDATE SET job = excluded.job,"
              " stage = excluded.stage, help = excluded.help",
    [Q_SEEN] = "SELECT job, stage, help FROM seen",
    [Q_ALL] = "SELECT * FROM press NOT INDEXED WHERE result IS NULL ORDER BY seq",
};

struct outbox {
    struct store *store; /* handle, lock, error and damage are the same as of the hub's */
    sqlite3_stmt *statements[QUERIES];
    int waiting;
};

/* Statements. */

static struct binder use(struct outbox *box, enum query which)
{
    sqlite3_stmt **stmt = &box->statements[which];
    if (!*stmt && sqlite3_prepare_v3(box->store->db, sql[which], -1, SQLITE_PREPARE_PERSISTENT, stmt, NULL) !=
                      SQLITE_OK) {
        store_fail(box->store, "prepare");
        box->store->damaged |= sqlite3_errcode(box->store->db) == SQLITE_ERROR; /* our tables are not there */
        return (struct binder){ NULL, 1 };
    }
    sqlite3_reset(*stmt);
    return (struct binder){ *stmt, 1 };
}

/* Ends a row's reading: OUTBOX_OK with a row, OUTBOX_NONE without, OUTBOX_FAILED if SQLite says so. */
static enum outbox_result close_row(struct outbox *box, struct binder b, bool row)
{
    if (sqlite3_reset(b.stmt) != SQLITE_OK) {
        store_fail(box->store, "read");
        return OUTBOX_FAILED;
    }
    return row ? OUTBOX_OK : OUTBOX_NONE;
}

/* Rows. */

static int64_t sum_of(const struct parcel *p)
{
    const char *const texts[] = {
        p->id, event_type_name(p->type), p->job, p->from, p->by, p->reason, p->text, p->boot
    };
    const int64_t numbers[] = { p->chain, p->on, p->up.ms, p->made.ms };
    uint64_t hash = HASH_START;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        hash = hash_bytes(hash, texts[i], strlen(texts[i]) + 1);
    return (int64_t)hash_bytes(hash, numbers, sizeof numbers);
}

static bool column_text(sqlite3_stmt *stmt, int column, char *out, size_t size)
{
    const char *text = (const char *)sqlite3_column_text(stmt, column);
    return text_copy(out, size, text ? text : "");
}

static struct wall column_wall(sqlite3_stmt *stmt, int column)
{
    return sqlite3_column_type(stmt, column) == SQLITE_NULL
               ? WALL_NONE
               : (struct wall){ sqlite3_column_int64(stmt, column) };
}

/* A row of `SELECT *`; false if its checksum is wrong. */
static bool read_press(sqlite3_stmt *s, struct parcel *p)
{
    char type[16];
    *p = (struct parcel){ .on = -1 };
    bool fits = column_text(s, 1, p->id, sizeof p->id) && column_text(s, 2, type, sizeof type) &&
                column_text(s, 4, p->job, sizeof p->job) && column_text(s, 5, p->from, sizeof p->from) &&
                column_text(s, 6, p->by, sizeof p->by) && column_text(s, 7, p->reason, sizeof p->reason) &&
                column_text(s, 8, p->text, sizeof p->text) && column_text(s, 10, p->boot, sizeof p->boot);
    p->type = event_type_find(type);
    p->chain = (enum parcel_chain)sqlite3_column_int(s, 3);
    if (sqlite3_column_type(s, 9) != SQLITE_NULL)
        p->on = sqlite3_column_int(s, 9);
    p->up.ms = sqlite3_column_int64(s, 11);
    p->made = column_wall(s, 12);
    return fits && sqlite3_column_int64(s, 13) == sum_of(p);
}

static enum outbox_result fetch(struct outbox *box, struct binder b, struct parcel *out)
{
    if (!b.stmt)
        return OUTBOX_FAILED;
    int rc = sqlite3_step(b.stmt);
    bool row = rc == SQLITE_ROW, right = row && read_press(b.stmt, out);
    enum outbox_result result = close_row(box, b, row);
    if (result == OUTBOX_OK && !right) {
        snprintf(box->store->error, sizeof box->store->error, "a row is damaged: its checksum is wrong");
        box->store->damaged = true;
        return OUTBOX_FAILED;
    }
    return result;
}

enum outbox_result outbox_first(struct outbox *box, struct parcel *out)
{
    return fetch(box, use(box, Q_FIRST), out);
}

enum outbox_result outbox_last_car(struct outbox *box, struct parcel *out)
{
    return fetch(box, use(box, Q_LAST_CAR), out);
}

enum outbox_result outbox_last_of(struct outbox *box, enum event_type type, struct parcel *out)
{
    struct binder b = use(box, Q_LAST_OF);
    if (b.stmt)
        bind_text(&b, event_type_name(type));
    return fetch(box, b, out);
}

/* Writing. */

static bool insert(struct outbox *box, const struct parcel *p)
{
    struct binder b = use(box, Q_ADD);
    if (!b.stmt)
        return false;
    bind_text(&b, p->id);
    bind_text(&b, event_type_name(p->type));
    bind_int(&b, p->chain);
    bind_text(&b, p->job);
    bind_text(&b, p->from);
    bind_text(&b, p->by);
    bind_text(&b, p->reason);
    bind_text(&b, p->text);
    if (p->on >= 0)
        bind_int(&b, p->on);
    else
        bind_null(&b);
    bind_text(&b, p->boot);
    bind_int(&b, p->up.ms);
    bind_wall(&b, p->made);
    bind_int(&b, sum_of(p));
    return store_run(box->store, b.stmt);
}

static bool take_number(struct outbox *box, int64_t *out)
{
    struct binder b = use(box, Q_TAKE);
    if (!b.stmt)
        return false;
    bool row = sqlite3_step(b.stmt) == SQLITE_ROW;
    if (row) {
        *out = sqlite3_column_int64(b.stmt, 0);
        sqlite3_step(b.stmt);
    }
    enum outbox_result result = close_row(box, b, row);
    box->store->damaged |= result == OUTBOX_NONE;
    return result == OUTBOX_OK;
}

/* Commits what `done` says is complete, or takes it back. */
static enum outbox_result finish(struct outbox *box, bool done)
{
    if (done && store_commit(box->store))
        return OUTBOX_OK;
    store_rollback(box->store);
    return OUTBOX_FAILED;
}

enum outbox_result outbox_add(struct outbox *box, struct parcel *press)
{
    int64_t number;
    if (box->waiting >= OUTBOX_MAX)
        return OUTBOX_FULL;
    if (!store_begin(box->store))
        return OUTBOX_FAILED;
    bool done = take_number(box, &number);
    if (done) {
        snprintf(press->id, sizeof press->id, "%s-%" PRId64, press->boot, number);
        done = insert(box, press) && sqlite3_changes(box->store->db) == 1;
    }
    enum outbox_result result = finish(box, done);
    box->waiting += result == OUTBOX_OK;
    return result;
}

static bool mark(struct outbox *box, const struct parcel_verdict *v)
{
    struct binder b = use(box, Q_SETTLE);
    if (!b.stmt)
        return false;
    bind_text(&b, v->id);
    bind_text(&b, v->applied ? "applied" : "rejected");
    bind_text(&b, v->reason);
    bind_wall(&b, v->at);
    return store_run(box->store, b.stmt);
}

/* The next press about a car learns where the car is now. */
static bool lead(struct outbox *box, const struct parcel_verdict *v)
{
    struct parcel next;
    enum outbox_result found = fetch(box, use(box, Q_FOLLOWER), &next);
    if (found == OUTBOX_NONE || (found == OUTBOX_OK && next.chain != PARCEL_FOLLOWS))
        return true;
    struct binder b = use(box, Q_LEAD);
    if (found != OUTBOX_OK || !b.stmt)
        return false;
    snprintf(next.job, sizeof next.job, "%s", v->job);
    snprintf(next.from, sizeof next.from, "%s", v->stage);
    bind_text(&b, next.id);
    bind_text(&b, next.job);
    bind_text(&b, next.from);
    bind_int(&b, sum_of(&next));
    return store_run(box->store, b.stmt);
}

static bool clean(struct outbox *box)
{
    struct binder b = use(box, Q_CLEAN);
    if (!b.stmt)
        return false;
    bind_int(&b, OUTBOX_RECENT);
    return store_run(box->store, b.stmt);
}

enum outbox_result outbox_settle(struct outbox *box, const struct parcel_verdict *verdict)
{
    struct parcel first;
    enum outbox_result result = outbox_first(box, &first);
    if (result != OUTBOX_OK)
        return result;
    if (strcmp(first.id, verdict->id) != 0)
        return OUTBOX_NONE;
    if (!store_begin(box->store))
        return OUTBOX_FAILED;
    bool leads = verdict->applied && first.chain != PARCEL_APART && verdict->job[0];
    result = finish(box, mark(box, verdict) && (!leads || lead(box, verdict)) && clean(box));
    box->waiting -= result == OUTBOX_OK;
    return result;
}

/* All rows that wait, each to `each`; false at the first that cannot be read, or when `each` says so. */
static bool each_waiting(struct outbox *box,
                         bool (*each)(struct outbox *box, struct parcel *press, const void *more),
                         const void *more)
{
    struct binder b = use(box, Q_ALL);
    struct parcel press;
    bool ok = b.stmt;
    int rc = SQLITE_DONE;
    while (ok && (rc = sqlite3_step(b.stmt)) == SQLITE_ROW) {
        if (read_press(b.stmt, &press)) {
            ok = each(box, &press, more);
            continue;
        }
        snprintf(box->store->error, sizeof box->store->error, "a row is damaged: its checksum is wrong");
        box->store->damaged = true;
        ok = false;
    }
    if (ok && rc != SQLITE_DONE)
        ok = store_fail(box->store, "read");
    if (b.stmt)
        sqlite3_reset(b.stmt);
    return ok;
}

static bool date_one(struct outbox *box, struct parcel *press, const void *more)
{
    const struct parcel_now *now = more;
    struct wall time = parcel_time(press, now);
    if (!wall_is_none(press->made) || wall_is_none(time))
        return true;
    struct binder b = use(box, Q_DATE);
    if (!b.stmt)
        return false;
    press->made = time;
    bind_text(&b, press->id);
    bind_text(&b, press->boot);
    bind_wall(&b, time);
    bind_int(&b, sum_of(press));
    return store_run(box->store, b.stmt);
}

enum outbox_result outbox_date(struct outbox *box, const struct parcel_now *now)
{
    if (box->waiting == 0)
        return OUTBOX_OK;
    return store_begin(box->store) ? finish(box, each_waiting(box, date_one, now)) : OUTBOX_FAILED;
}

bool outbox_seen(struct outbox *box, struct bay_view *view)
{
    struct binder b = use(box, Q_SEEN);
    *view = (struct bay_view){ .since = WALL_NONE };
    if (!b.stmt)
        return false;
    bool row = sqlite3_step(b.stmt) == SQLITE_ROW;
    if (row) {
        column_text(b.stmt, 0, view->job, sizeof view->job);
        column_text(b.stmt, 1, view->stage, sizeof view->stage);
        view->help = sqlite3_column_int(b.stmt, 2);
    }
    return close_row(box, b, row) == OUTBOX_OK;
}

bool outbox_see(struct outbox *box, const struct bay_view *view)
{
    struct bay_view old;
    if (outbox_seen(box, &old) && strcmp(old.job, view->job) == 0 && strcmp(old.stage, view->stage) == 0 &&
        old.help == view->help)
        return true;
    struct binder b = use(box, Q_SEE);
    if (!b.stmt)
        return false;
    bind_text(&b, view->job);
    bind_text(&b, view->stage);
    bind_int(&b, view->help);
    return store_run(box->store, b.stmt);
}

/* Opening. */

static bool nothing(struct outbox *box, struct parcel *press, const void *more)
{
    (void)box, (void)press, (void)more;
    return true;
}

static bool count(struct outbox *box)
{
    struct binder b = use(box, Q_COUNT);
    if (!b.stmt)
        return false;
    bool row = sqlite3_step(b.stmt) == SQLITE_ROW;
    if (row)
        box->waiting = sqlite3_column_int(b.stmt, 0);
    return close_row(box, b, row) == OUTBOX_OK;
}

/* A file of at most OUTBOX_MAX rows is read whole in some ten milliseconds. */
static bool is_sound(struct outbox *box)
{
    sqlite3_stmt *stmt = NULL;
    bool ok = sqlite3_prepare_v2(box->store->db, "PRAGMA integrity_check(1)", -1, &stmt, NULL) == SQLITE_OK &&
              sqlite3_step(stmt) == SQLITE_ROW;
    if (!ok) {
        store_fail(box->store, "check");
    } else if (strcmp((const char *)sqlite3_column_text(stmt, 0), "ok") != 0) {
        snprintf(box->store->error, sizeof box->store->error, "%.200s",
                 (const char *)sqlite3_column_text(stmt, 0));
        box->store->damaged = true;
        ok = false;
    }
    sqlite3_finalize(stmt);
    return ok && each_waiting(box, nothing, NULL);
}

static bool begin_counter(struct outbox *box, int64_t first)
{
    char text[128];
    snprintf(text, sizeof text,
             "INSERT INTO counter SELECT %" PRId64 " WHERE NOT EXISTS (SELECT 1 FROM counter)", first);
    return sqlite3_exec(box->store->db, text, NULL, NULL, NULL) == SQLITE_OK ||
           store_fail(box->store, "begin");
}

/* A version from the future is set aside as well: it may be a changed byte, and nothing is deleted. So may be
 * none at all beside tables. */
static bool version_fits(sqlite3 *db)
{
    int version = schema_version(db);
    return version > 0
               ? version <= STEPS
               : version == 0 && sqlite3_exec(db, "SELECT seq FROM press", NULL, NULL, NULL) != SQLITE_OK;
}

static bool open_file(struct outbox *box, const char *path, int64_t first)
{
    struct store *s = box->store;
    char *error = s->error;
    if (sqlite3_open_v2(path, &s->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX,
                        NULL) != SQLITE_OK)
        return store_fail(s, "open");
    sqlite3_extended_result_codes(s->db, 1);
    if (!store_set_durable(s->db)) {
        store_fail(s, "open");
        s->damaged |= (sqlite3_errcode(s->db) & 0xff) == SQLITE_ERROR; /* a format that is none */
        return false;
    }
    if (sqlite3_db_readonly(s->db, "main") == 1 && access(path, W_OK) == 0) {
        snprintf(s->error, sizeof s->error, "the head of the file says that nobody may write to it");
        s->damaged = true;
        return false;
    }
    if (!version_fits(s->db)) {
        store_fail(s, "open");
        snprintf(error, sizeof s->error, "its version is %d where %d would be right", schema_version(s->db),
                 STEPS);
        int code = sqlite3_errcode(s->db) & 0xff;
        s->damaged |= schema_version(s->db) >= 0 || code == SQLITE_ERROR;
        return false;
    }
    if (!schema_raise(s->db, steps, STEPS, error, sizeof s->error))
        return false;
    return is_sound(box) && begin_counter(box, first) && count(box);
}

struct outbox *outbox_open(const char *path, int64_t first, bool *damaged, char *fault, size_t fault_size)
{
    struct outbox *box = calloc(1, sizeof *box);
    *damaged = false;
    snprintf(fault, fault_size, "%s: out of memory", path);
    if (!box || !(box->store = calloc(1, sizeof *box->store)))
        goto failed;
    box->store->lock_fd = store_lock(path, fault, fault_size);
    if (box->store->lock_fd < 0)
        goto failed;
    if (open_file(box, path, first))
        return box;
    *damaged = box->store->damaged;
    snprintf(fault, fault_size, "%s: %s", path, box->store->error);
failed:
    outbox_close(box);
    return NULL;
}

void outbox_close(struct outbox *box)
{
    if (!box)
        return;
    for (int i = 0; i < QUERIES; i++)
        sqlite3_finalize(box->statements[i]);
    store_close(box->store);
    free(box);
}

const char *outbox_error(const struct outbox *box)
{
    return box->store->error;
}

bool outbox_damaged(const struct outbox *box)
{
    return box->store->damaged;
}

int outbox_waiting(const struct outbox *box)
{
    return box->waiting;
}

/* Salvage: with a handle of its own, as far as the rows can be read. */

int outbox_salvage(struct outbox *box, const char *damaged_path)
{
    sqlite3 *db = NULL;
    sqlite3_stmt *stmt = NULL;
    struct parcel press;
    int n = 0;
    bool ok = store_begin(box->store);
    if (sqlite3_open_v2(damaged_path, &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL) == SQLITE_OK &&
        sqlite3_prepare_v2(db, sql[Q_ALL], -1, &stmt, NULL) == SQLITE_OK)
        while (ok && box->waiting + n < OUTBOX_MAX && sqlite3_step(stmt) == SQLITE_ROW)
            if (read_press(stmt, &press)) {
                ok = insert(box, &press);
                n += ok && sqlite3_changes(box->store->db) == 1;
            }
    sqlite3_finalize(stmt);
    sqlite3_close(db);
    if (finish(box, ok) != OUTBOX_OK)
        return -1;
    box->waiting += n;
    return n;
}
