/* Shared by the .c files of this folder only. */
#pragma once

#include "store/check.h"
#include "store/store.h"

#include <sqlite3.h>

enum statement {
    ST_BEGIN,
    ST_COMMIT,
    ST_ROLLBACK,
    ST_APPEND,
    ST_DECIDED,
    ST_COUNT_REJECT,
    ST_PUT_JOB,
    ST_PUT_SPAN,
    ST_PUT_STAY,
    ST_PUT_CHANGE,
    ST_DROP_CHANGE,
    ST_PUT_BAY,
    ST_LOAD_JOB,
    ST_LOAD_OPEN,
    ST_OPEN_SPAN,
    ST_OPEN_STAY,
    ST_LOAD_SPAN,
    ST_LOAD_STAY,
    ST_LOAD_CHANGES,
    ST_LOAD_BAYS,
    ST_TODAY,
    ST_PUT_BUTTON,
    ST_PUT_DELIVERY,
    ST_PUT_DEVICE,
    ST_PUT_ANNOUNCED,
    ST_DROP_ANNOUNCED,
    ST_COUNT,
};

struct store {
    sqlite3 *db;
    sqlite3_stmt *statements[ST_COUNT];
    int lock_fd;
    int64_t roll_week; /* the next week to look at, if rolling; else the first one */
    int roll_level;
    bool rolling;
    int log_pages; /* in the write-ahead log after the last commit */
    int log_kept;  /* the same, when store_keep_up last ran */
    bool damaged;
    struct {
        int version;
        int64_t seq;
    } tally; /* what the lock file said at the start */
    char error[256];
};

/* The settings of a connection whose commits outlive a power cut. */
bool store_set_durable(sqlite3 *db);

/* Begins to count the pages of the write-ahead log; from now on it goes into the database by store_keep_up
 * alone. */
void store_watch_log(struct store *store);

/* SQL that should work and does not: whether the file is at fault, and SQLite's words. */
enum store_state store_blame(sqlite3 *db, char *what, size_t size);

/* One row of `SELECT * FROM event`; its texts live until the next step. False: its checksum is wrong. */
bool store_read_event(sqlite3_stmt *stmt, struct store_event *event);
/* The checksum of a row but for its seq. */
int64_t store_event_sum(const struct store_event *event);

/* The prepared statement, reset and ready to bind; NULL on failure (store_error). */
sqlite3_stmt *store_statement(struct store *store, enum statement which);
/* Runs a statement that returns no rows, and resets it. */
bool store_run(struct store *store, sqlite3_stmt *stmt);
/* Notes SQLite's message; false for `return`. */
bool store_fail(struct store *store, const char *doing);

/* Binding by running position: struct with statement and next index. Empty texts and absent times become
 * NULL. */
struct binder {
    sqlite3_stmt *stmt;
    int at;
};
void bind_text(struct binder *b, const char *text);
void bind_int(struct binder *b, int64_t value);
void bind_wall(struct binder *b, struct wall at);
void bind_null(struct binder *b);
/* Three columns: ms, boot, boot_ms. `set` false: three NULLs. */
void bind_moment(struct binder *b, const struct moment *m, bool set);
