#include "store/schema.h"

#include <stdio.h>

/*
 * Steps are numbered by their place and never edited once released: a new version appends one. Each runs in
 * one transaction together with the new user_version. `event` is the truth; all other tables can be made
 * again from it.
 */
static const char *const steps[] = {
    /* 1 */
    "CREATE TABLE event ("
    " seq INTEGER PRIMARY KEY,"
    " source TEXT NOT NULL," /* <role>/<id> */
    " id TEXT,"              /* NULL: the message had none (bad-json, too-large) */
    " type TEXT,"
    " job TEXT,"
    " at_ms INTEGER NOT NULL,"
    " claimed_ms INTEGER,"
    " received_ms INTEGER NOT NULL,"
    " hub_boot TEXT NOT NULL,"
    " hub_boot_ms INTEGER NOT NULL,"
    " synced INTEGER NOT NULL,"
    " late INTEGER NOT NULL,"
    " clamped INTEGER NOT NULL,"
    " result TEXT NOT NULL," /* applied | rejected */
    " reason TEXT,"
    " by TEXT,"
    " given TEXT," /* JSON: what the hub made up */
    " body ANY,"   /* TEXT, or BLOB if it is no valid UTF-8; at most 8 KiB */
    " digest INTEGER NOT NULL,"
    " stage TEXT," /* of the job, after the decision */
    " skipped INTEGER NOT NULL DEFAULT 0"
    ") STRICT;"
    "CREATE UNIQUE INDEX event_id ON event(source, id) WHERE id IS NOT NULL;"
    "CREATE INDEX event_job ON event(job, seq) WHERE job IS NOT NULL;"
    /* OR, not IN: SQLite would build a set of the three for every insert. */
    "CREATE INDEX event_rare ON event(type, seq) WHERE type = 'config' OR type = 'note' OR type = 'rate';"
    "CREATE INDEX event_quality ON event(received_ms)"
    " WHERE late OR clamped OR skipped OR result = 'rejected' OR type = 'undo';"
    "CREATE TABLE job ("
    " job TEXT PRIMARY KEY,"
    " code TEXT NOT NULL, key TEXT NOT NULL, token TEXT NOT NULL,"
    " plate TEXT, plate_key TEXT, model TEXT,"
    " work TEXT NOT NULL,"
    " route TEXT NOT NULL," /* stage ids with a space between them */
    " advisor TEXT,"
    " waiting INTEGER NOT NULL,"
    " privacy TEXT," /* NULL: the site's */
    " stage TEXT NOT NULL,"
    " bay TEXT,"
    " opened_ms INTEGER NOT NULL,"
    " first_promise_ms INTEGER, promise_ms INTEGER, promise_moves INTEGER NOT NULL,"
    " ready_ms INTEGER, closed_ms INTEGER,"
    " outcome TEXT,"
    " reworks INTEGER NOT NULL,"
    " score INTEGER,"
    " skips INTEGER NOT NULL, pickup TEXT, by TEXT, anchor INTEGER NOT NULL,"
    " calls INTEGER NOT NULL, called_ms INTEGER, last_ms INTEGER NOT NULL,"
    " opened_seq INTEGER NOT NULL,"
    " opened_boot TEXT, opened_boot_ms INTEGER, ready_boot TEXT, ready_boot_ms INTEGER,"
    " changed_ms INTEGER NOT NULL, changed_boot TEXT, changed_boot_ms INTEGER, changed_by TEXT,"
    " spans INTEGER NOT NULL, stays INTEGER NOT NULL, changes INTEGER NOT NULL, parked INTEGER NOT NULL"
    ") STRICT;"
    "CREATE INDEX job_open ON job(opened_seq) WHERE closed_ms IS NULL;"
    "CREATE INDEX job_opened ON job(opened_ms);"
    "CREATE INDEX job_ready ON job(ready_ms) WHERE ready_ms IS NOT NULL;"
    "CREATE INDEX job_closed ON job(closed_ms) WHERE closed_ms IS NOT NULL;"
    "CREATE TABLE span ("
    " job TEXT NOT NULL, n INTEGER NOT NULL, stage TEXT NOT NULL, kind TEXT NOT NULL, bay TEXT,"
    " entered_ms INTEGER NOT NULL, left_ms INTEGER, elapsed_ms INTEGER, voided INTEGER NOT NULL,"
    " entered_boot TEXT, entered_boot_ms INTEGER,"
    " PRIMARY KEY (job, n)"
    ") STRICT, WITHOUT ROWID;"
    "CREATE INDEX span_left ON span(left_ms) WHERE NOT voided;"
    "CREATE TABLE stay ("
    " job TEXT NOT NULL, n INTEGER NOT NULL, bay TEXT NOT NULL,"
    " from_ms INTEGER NOT NULL, to_ms INTEGER, voided INTEGER NOT NULL,"
    " from_boot TEXT, from_boot_ms INTEGER,"
    " PRIMARY KEY (job, n)"
    ") STRICT, WITHOUT ROWID;"
    "CREATE INDEX stay_to ON stay(to_ms) WHERE NOT voided;"
    "CREATE TABLE bay ("
    " bay TEXT PRIMARY KEY, job TEXT, since_ms INTEGER, help_ms INTEGER, help_reason TEXT"
    ") STRICT, WITHOUT ROWID;"
    /* The standing changes that undo can still take back (struct change), newest last. */
    "CREATE TABLE change ("
    " job TEXT NOT NULL, n INTEGER NOT NULL, type TEXT NOT NULL, source TEXT NOT NULL,"
    " at_ms INTEGER NOT NULL, at_boot TEXT, at_boot_ms INTEGER,"
    " prev_ms INTEGER NOT NULL, prev_boot TEXT, prev_boot_ms INTEGER, prev_source TEXT NOT NULL,"
    " stage_changed INTEGER NOT NULL, closes INTEGER NOT NULL, reworks INTEGER NOT NULL, skips INTEGER NOT "
    "NULL,"
    " stage TEXT NOT NULL, anchor_stage TEXT NOT NULL, opened_span INTEGER, ended_span INTEGER,"
    " ready_ms INTEGER, ready_boot TEXT, ready_boot_ms INTEGER, calls INTEGER NOT NULL, called_ms INTEGER,"
    " opened_stay INTEGER, ended_stay INTEGER, displaced TEXT, displaced_stay INTEGER,"
    " PRIMARY KEY (job, n)"
    ") STRICT, WITHOUT ROWID;"
    /* Per source and UTC day: rejected events kept as rows, and those only counted because the day was full.
     */
    "CREATE TABLE rejects ("
    " source TEXT NOT NULL, day_ms INTEGER NOT NULL, rows INTEGER NOT NULL, dropped INTEGER NOT NULL,"
    " PRIMARY KEY (source, day_ms)"
    ") STRICT, WITHOUT ROWID;",
    /* 2: a checksum over the row, for what SQLite itself does not notice: a changed byte inside a value. */
    "ALTER TABLE event ADD COLUMN sum INTEGER;",
    /* 3: what is remembered of other people's devices and of Home Assistant (store/devices.h). */
    "CREATE TABLE button ("
    " name TEXT PRIMARY KEY," /* an input, or a row of the configuration */
    " mark TEXT,"
    " boot TEXT, boot_ms INTEGER"
    ") STRICT, WITHOUT ROWID;"
    "CREATE TABLE delivery ("
    " slot INTEGER PRIMARY KEY, n INTEGER NOT NULL, packet INTEGER NOT NULL, hash INTEGER NOT NULL) STRICT;"
    "CREATE TABLE device ("
    " name TEXT PRIMARY KEY," /* the topic that tells of it */
    " battery INTEGER, link INTEGER, low_ms INTEGER, silent_ms INTEGER"
    ") STRICT, WITHOUT ROWID;"
    "CREATE TABLE announced (topic TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;",
    /* 4: roll-ups for reports over years; a reader needs none of them. `pack` and `pack_rows`: the jobs
     * closed in one week of 604,800 s since 1970, in columns (core/figures_pack.h), thrown away when one of
     * the jobs changes. `presses`: a run of events received on one UTC day, summed up (core/presses.h); its
     * events never change. */
    "CREATE TABLE pack ("
    " week INTEGER PRIMARY KEY, jobs INTEGER NOT NULL, low_ms INTEGER NOT NULL, high_ms INTEGER NOT NULL,"
    " newest_ms INTEGER NOT NULL, hours INTEGER NOT NULL,"
    " sums BLOB NOT NULL, visits BLOB NOT NULL"
    ") STRICT;"
    "CREATE TABLE pack_rows (week INTEGER PRIMARY KEY, rows BLOB NOT NULL) STRICT;"
    "CREATE TRIGGER pack_stale AFTER UPDATE ON job WHEN old.closed_ms IS NOT NULL OR new.closed_ms IS NOT "
    "NULL BEGIN"
    " DELETE FROM pack WHERE week = old.closed_ms / 604800000 OR week = new.closed_ms / 604800000;"
    "END;"
    "CREATE TABLE presses ("
    " first_seq INTEGER PRIMARY KEY, last_seq INTEGER NOT NULL, day INTEGER NOT NULL, events INTEGER NOT "
    "NULL,"
    " presses INTEGER NOT NULL, burst INTEGER NOT NULL, batch INTEGER NOT NULL, unsynced INTEGER NOT NULL,"
    " late INTEGER NOT NULL, clamped INTEGER NOT NULL, undone INTEGER NOT NULL, skipped INTEGER NOT NULL,"
    " rejected INTEGER NOT NULL, bays TEXT NOT NULL"
    ") STRICT;",
    /* 5: packs tell their format, those of another are as none; the newest event is found without them. */
    "DROP TABLE pack;"
    "DELETE FROM pack_rows;"
    "CREATE TABLE pack ("
    " week INTEGER PRIMARY KEY, format INTEGER NOT NULL, jobs INTEGER NOT NULL, low_ms INTEGER NOT NULL,"
    " high_ms INTEGER NOT NULL, newest_ms INTEGER NOT NULL, hours INTEGER NOT NULL,"
    " sums BLOB NOT NULL, visits BLOB NOT NULL"
    ") STRICT;"
    "CREATE INDEX pack_newest ON pack (week, format, newest_ms);",
    /* 6: packs of eight weeks and of sixty-four beside those of one, of the same make: id is a million times the
     * level, and which one it is of its level. What a pack says of itself lies apart from what is in it, so that it
     * is cheap to look at and to throw away; what is left over is written over by the next one. */
    "DROP TRIGGER pack_stale;"
    "DROP TABLE pack;"
    "DROP TABLE pack_rows;"
    "CREATE TABLE pack ("
    " id INTEGER PRIMARY KEY, format INTEGER NOT NULL, jobs INTEGER NOT NULL, low_ms INTEGER NOT NULL,"
    " high_ms INTEGER NOT NULL, newest_ms INTEGER NOT NULL, hours INTEGER NOT NULL"
    ") STRICT;"
    "CREATE TABLE pack_sums (id INTEGER PRIMARY KEY, bytes BLOB NOT NULL) STRICT;"
    "CREATE TABLE pack_visits (id INTEGER PRIMARY KEY, bytes BLOB NOT NULL) STRICT;"
    "CREATE TABLE pack_rows (id INTEGER PRIMARY KEY, bytes BLOB NOT NULL) STRICT;"
    "CREATE TRIGGER pack_stale AFTER UPDATE ON job WHEN old.closed_ms IS NOT NULL OR new.closed_ms IS NOT "
    "NULL BEGIN"
    " DELETE FROM pack WHERE id = old.closed_ms / 604800000 OR id = new.closed_ms / 604800000"
    " OR id = 1000000 + old.closed_ms / 4838400000 OR id = 1000000 + new.closed_ms / 4838400000"
    " OR id = 2000000 + old.closed_ms / 38707200000 OR id = 2000000 + new.closed_ms / 38707200000;"
    "END;"
    "CREATE INDEX presses_day ON presses (day);",
    /* 7: what a pack says of itself has a sum, as what is in it always had. */
    "DELETE FROM pack;"
    "ALTER TABLE pack ADD COLUMN sum INTEGER NOT NULL DEFAULT 0;",
    /* 8: runs are those of the workshop's own days, [from_ms, to_ms), which they tell: other clocks than those they
     * were made with have other days. */
    "DROP TABLE presses;"
    "CREATE TABLE presses ("
    " first_seq INTEGER PRIMARY KEY, last_seq INTEGER NOT NULL, from_ms INTEGER NOT NULL, to_ms INTEGER NOT "
    "NULL,"
    " events INTEGER NOT NULL, presses INTEGER NOT NULL, burst INTEGER NOT NULL, batch INTEGER NOT NULL,"
    " unsynced INTEGER NOT NULL, late INTEGER NOT NULL, clamped INTEGER NOT NULL, undone INTEGER NOT NULL,"
    " skipped INTEGER NOT NULL, rejected INTEGER NOT NULL, bays TEXT NOT NULL"
    ") STRICT;"
    "CREATE INDEX presses_from ON presses (from_ms);",
};

static bool run(sqlite3 *db, const char *sql, char *fault, size_t size)
{
    char *message = NULL;
    if (sqlite3_exec(db, sql, NULL, NULL, &message) == SQLITE_OK)
        return true;
    snprintf(fault, size, "%s", message ? message : "out of memory");
    sqlite3_free(message);
    return false;
}

int schema_version(sqlite3 *db)
{
    sqlite3_stmt *stmt = NULL;
    int version = -1;
    if (sqlite3_prepare_v2(db, "PRAGMA user_version", -1, &stmt, NULL) == SQLITE_OK &&
        sqlite3_step(stmt) == SQLITE_ROW)
        version = sqlite3_column_int(stmt, 0);
    sqlite3_finalize(stmt);
    return version;
}

int schema_newest(void)
{
    return (int)(sizeof steps / sizeof steps[0]);
}

bool schema_check(sqlite3 *db, char *fault, size_t size)
{
    int version = schema_version(db);
    if (version == schema_newest())
        return true;
    if (version < 0)
        snprintf(fault, size, "this is no readable SQLite database");
    else if (version == 0)
        snprintf(fault, size, "this is no pitboard database");
    else
        snprintf(fault, size, "the database has version %d, this program reads version %d%s", version,
                 schema_newest(), version < schema_newest() ? ": start its hub on it once" : "");
    return false;
}

bool schema_raise(sqlite3 *db, const char *const *list, int n, char *fault, size_t size)
{
    int version = schema_version(db);
    if (version < 0) {
        snprintf(fault, size, "this is no readable SQLite database");
        return false;
    }
    if (version > n) {
        snprintf(fault, size, "the database has version %d, this program reads version %d", version, n);
        return false;
    }
    for (; version < n; version++) {
        char pragma[48];
        snprintf(pragma, sizeof pragma, "PRAGMA user_version = %d; COMMIT", version + 1);
        if (!run(db, "BEGIN IMMEDIATE", fault, size))
            return false;
        if (!run(db, list[version], fault, size) || !run(db, pragma, fault, size)) {
            sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);
            return false;
        }
    }
    return true;
}

bool schema_upgrade(sqlite3 *db, char *fault, size_t size)
{
    return schema_raise(db, steps, schema_newest(), fault, size);
}
