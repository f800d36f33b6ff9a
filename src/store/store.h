/*
 * The hub's database (CONTRACT 5): append the log, write what the fold says, read it back at start. The one
 * writer; a lock file beside the database keeps a second one out. One thread, one transaction at a time.
 *
 * Functions return false (or -1) when SQLite fails; store_error then says why. After a failure inside a
 * transaction the caller rolls back.
 */
#pragma once

#include "core/board.h"
#include "core/hours.h"
#include "store/check.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define STORE_BODY_MAX      EVENT_BYTES_MAX /* bytes of a message that are kept; the caller cuts */
#define STORE_REJECTS_A_DAY 1000 /* rejected rows kept per source and UTC day; the rest is counted */

struct store;

/* Opens or makes the database, takes the lock (waits for nobody), brings the schema up to date. NULL with a
 * sentence in `fault`. `without_lock` is for scratch files of a rebuild: no lock, no durability. */
struct store *store_open(const char *path, bool scratch, char *fault, size_t fault_size);
/* The same; *damaged tells whether it failed because of what is in the file, and not because of the world. */
struct store *store_open_telling(const char *path, bool scratch, bool *damaged, char *fault,
                                 size_t fault_size);
/* The same for reading only: no lock, nothing is written, the schema must be the newest. */
struct store *store_open_reader(const char *path, char *fault, size_t fault_size);
void store_close(struct store *store); /* rolls back what is open; takes NULL */
const char *store_error(const struct store *store);
/* Some failure so far was damage of the file: nothing that is read from it can be trusted. */
bool store_damaged(const struct store *store);

/* The tally, kept in the lock file: the newest seq that was ever committed. It is written after each commit
 * and not synced, so it may lag behind the log after a power cut, but the log never ends before it, unless
 * events were lost. 0: none was kept. */
int64_t store_tally(const struct store *store);
void store_keep_tally(struct store *store, int64_t seq);
/* Only the lock, for a time without an open database: a descriptor to close, or -1 with `fault`. */
int store_lock(const char *path, char *fault, size_t fault_size);
int64_t store_read_tally(int lock_fd);
void store_write_tally(int lock_fd, int64_t seq);

bool store_begin(struct store *store);
bool store_commit(struct store *store); /* durable when it returns true */
void store_rollback(struct store *store);
bool store_in_transaction(const struct store *store);
/* A write that changes nothing, durably: does the disk take it again? */
bool store_probe(struct store *store);

/* What commits have left to do on the files: something for a quiet moment, or something that should wait no
 * longer. It takes some ten milliseconds and must not be done within a transaction. What cannot be done is no
 * failure: it is wanted again after the next commit. */
enum store_upkeep { STORE_UPKEEP_NONE, STORE_UPKEEP_QUIET, STORE_UPKEEP_NOW };
enum store_upkeep store_upkeep(const struct store *store);
void store_keep_up(struct store *store);

/* One row of `event`. Texts may be NULL where the column may. */
struct store_event {
    int64_t seq;
    const char *source, *id, *type, *job;
    struct wall at, claimed, received; /* claimed may be WALL_NONE */
    const char *boot;
    struct boot up;
    bool synced, late, clamped, applied, skipped;
    const char *reason, *by, *given, *stage;
    const void *body;
    size_t body_len;
    bool body_is_text;
    uint64_t digest;
};

/* Appends it; its seq, or -1. */
int64_t store_append(struct store *store, const struct store_event *event);

/* What was decided on (source, id) before. */
struct store_decision {
    bool found, applied;
    uint64_t digest;
    char reason[REASON_SIZE], job[EVENT_ID_SIZE], stage[ID_SIZE], given[160];
    struct wall at;
};
bool store_decided(struct store *store, const char *source, const char *id, struct store_decision *out);

/* Counts one more rejected event of this source and day; `keep` says whether it still gets a row. */
bool store_count_reject(struct store *store, const char *source, struct wall received, bool *keep);

bool store_put_job(struct store *store, const struct plan *plan, const struct job *job);
bool store_put_bay(struct store *store, const struct plan *plan, uint8_t index, const struct bay *bay);
bool store_put_changes(struct store *store, const struct plan *plan, const struct changes *changes);

/* A job from its row, with its current span and stay and what undo needs; NULL in *out if there is none. */
bool store_load_job(struct store *store, const struct plan *plan, const char *id, struct job **out);
/* All open jobs in order of opening; each given to the callback, which takes ownership. */
bool store_load_open(struct store *store, const struct plan *plan, bool (*job)(void *user, struct job *job),
                     void *user);
/* Help calls of the bays. */
bool store_load_bays(struct store *store, const struct plan *plan,
                     void (*bay)(void *user, uint8_t index, struct wall help, const char *reason),
                     void *user);

/* Rows of the log, oldest first: all of them, only type `config`, or the newest `limit` notes. The row's
 * texts live for the call. Stops when the callback returns false; false then too. */
enum store_which { STORE_ALL, STORE_CONFIGS, STORE_NOTES };
bool store_each(struct store *store, enum store_which which, int limit,
                bool (*event)(void *user, const struct store_event *event), void *user);
/* Newest seq (0: empty log) and when that event was received (WALL_NONE: empty). */
bool store_newest(struct store *store, int64_t *seq, struct wall *received);

/* Figures of the day that began at `since`, over the job table. */
struct store_today {
    int64_t opened, ready, handed_over;
    int64_t promised, kept; /* of those that became ready today: had a promise, kept the first one */
    int64_t reworked;       /* of those that became ready today */
};
bool store_today(struct store *store, struct wall since, struct store_today *out);

/* Takes plate, `by` and free texts out of jobs closed before `before`, and their bodies through `redact` (new
 * body into `out`, false: nothing to take out); at most `limit` jobs a call. *done counts them. Not within a
 * transaction. */
bool store_forget(struct store *store, struct wall before, int limit,
                  bool (*redact)(const void *body, size_t len, char *out, size_t size), int *done);

/* Roll-ups for reports over years: packs one week of closed jobs, puts smaller packs together, or sums up a
 * stretch of the log, in a transaction of its own that takes some ten milliseconds (64 weeks of 50,000 jobs: some
 * sixty). `hours` counts the working time (NULL: none) and covers the jobs. *more: call again. Not within a
 * transaction. */
bool store_roll_up(struct store *store, struct wall now, const struct hours *hours, bool *more);
/* When the first job was opened and the newest event of a job happened; WALL_NONE if there is none. */
bool store_extent(struct store *store, struct wall *first, struct wall *newest);
/* Makes every roll-up of a database again and compares: STORE_DAMAGED names the first difference. Working time
 * is compared where it was counted with the same hours. */
enum store_state store_same_rollups(const char *path, const struct hours *hours, char *what, size_t size);
/* Throws every roll-up of a database away, beside a hub that runs on it and makes them again. Some weeks at a
 * time, so that the hub never waits long. */
bool store_drop_rollups(const char *path, char *what, size_t size);

/* Compares the derived tables of two database files: STORE_DAMAGED names the first difference, or what cannot
 * be read, in `what`. */
enum store_state store_same_derived(const char *path, const char *other, char *what, size_t size);
/* Replaces the derived tables of the open store by those of another file, in one transaction. */
bool store_take_derived(struct store *store, const char *other);
