/* Shared by the query*.c and pack.c only. */
#pragma once

#include "core/figures_pack.h"
#include "store/query.h"

#include <sqlite3.h>
#include <sys/types.h>

struct query {
    sqlite3 *db;
    char *path;
    dev_t dev;
    ino_t ino; /* 0: not known */
    char fault[QUERY_FAULT_SIZE];
    bool bad; /* the fault is a pack that is not as it was made */
    int64_t unread[QUERY_UNREAD_MAX];
    int n_unread; /* packs, by id, that were passed over for that, each once */
    bool more_unread;
    char told[QUERY_UNREAD_MAX * 30 + 200];
};

/* Keeps the database's own words as the fault; returns false. */
bool query_fail(struct query *q);
bool query_full(struct query *q); /* memory is out or a limit reached */
bool query_run(struct query *q, const char *sql);
/* Ends a read transaction; keeps an earlier fault. */
bool query_end(struct query *q);
/* NULL: query_fault says why. */
sqlite3_stmt *query_prepare(struct query *q, const char *sql);
/* 1 a row, 0 no more, -1 a fault. */
int query_step(struct query *q, sqlite3_stmt *stmt);
/* ?1 = since, ?2 = until. */
void query_bind_window(sqlite3_stmt *stmt, struct wall since, struct wall until);

#define KEYS_MAX     3
#define COUNT(array) ((int)(sizeof(array) / sizeof(array)[0]))

/* QUERY_OF_JOB as a list to select, with a comma behind. */
#define SQL_OF_JOB(cell, name, sql, ...) sql ", "
#define SELECT_OF_JOB                    "SELECT " QUERY_OF_JOB(SQL_OF_JOB)

/* How the rows of a table are read; see query_rows.c. */
struct query_part {
    const char *start, *sql;
    int n_keys;
};

struct query_source {
    const struct query_column *columns;
    int n_columns;
    struct query_part parts[2];
};

/* Those about one job, and the log: from QUERY_FOUND on. */
const struct query_source *query_story_source(enum query_table table);

const char *query_text(sqlite3_stmt *stmt, int i); /* "" for NULL */
struct wall query_wall(sqlite3_stmt *stmt, int i);

/* Rows of jobs with their spans and stays, into figures. */
struct query_feed {
    struct query *q;
    struct figures *f;
    sqlite3_stmt *closed, *open, *spans, *stays;
};
bool query_feed_begin(struct query_feed *feed, struct query *q, struct figures *f);
void query_feed_end(struct query_feed *feed);
/* Those closed in [from, to) and opened before `until`. */
bool query_feed_closed(struct query_feed *feed, int64_t from, int64_t to, int64_t until);
/* Those not closed and opened before `until`. */
bool query_feed_open(struct query_feed *feed, int64_t until);

/* Runs are taken from so long before a window: whatever days they are of, one begins there with a new day. */
#define RUNS_LEAD_MS INT64_C(259200000)

/* Are these two columns, of the table of runs, a day of this calendar? */
bool query_is_day(const struct hours *hours, sqlite3_stmt *stmt, int from);

/* Feeds the doubts about the events received in [low, high). */
bool query_presses(struct query *q, const struct query_ask *ask, struct figures *f);

/* Walks the log's events of these numbers. */
bool query_walk(struct query *q, struct press_walk *walk, int64_t first_seq, int64_t last_seq);

/* ---- packs (packs.c) ----
 * A pack holds the jobs closed in a stretch of weeks, counted from 1970-01-01 UTC: one week on level 0, eight
 * packs of the level below on each other one. A larger pack is always what the smaller ones in it come to: where
 * one of these goes, it goes too. */
#define WEEK_MS     INT64_C(604800000)
#define PACK_LEVELS 3
#define PACK_HEAD   "id, format, jobs, low_ms, high_ms, newest_ms, hours, sum"
#define PACK_COUNT  8 /* columns of it */

struct pack_head {
    int level;
    int64_t n;         /* of its level */
    int64_t week, end; /* [week, end) */
    int64_t jobs, low, high, newest, hours;
};

int64_t pack_weeks(int level);
int64_t pack_id(int level, int64_t n);
/* A row of PACK_HEAD. False: it is not as it was put there. */
bool pack_head_at(sqlite3_stmt *stmt, struct pack_head *head);
int64_t pack_head_sum(const struct pack_head *head);
/* Was its working time counted with these hours (NULL: none)? */
bool pack_counts_with(const struct pack_head *head, const struct hours *hours);

struct pack_walk {
    struct query *q;
    sqlite3_stmt *head;
    int64_t week, end;
};
bool pack_walk_begin(struct pack_walk *walk, struct query *q); /* pack_walk_end in any case */
void pack_walk_end(struct pack_walk *walk);
/* A pack by its place; 1, 0 it is not there (or not as it was put there), -1 a fault. */
int pack_look(struct pack_walk *walk, int level, int64_t n, struct pack_head *head);
bool pack_walk_from(struct pack_walk *walk, int64_t week);
/* The next pack, the largest that `fits` (NULL: all do), or one of these; 1, 0 no more, -1 a fault. Weeks between
 * them are in no pack. */
int pack_next(struct pack_walk *walk, struct pack_head *head,
              bool (*fits)(void *user, const struct pack_head *head), void *user);

/* Sums of packs, read into the room of figures. */
struct pack_sums {
    struct query *q;
    sqlite3_blob *blob;
};
bool pack_feed_sums(struct pack_sums *sums, struct figures *f, const struct pack_head *head);
void pack_sums_end(struct pack_sums *sums);
/* Why a pack could not be fed, and false: it is not as it was made; or, if it is, there was too much. */
bool pack_bad(struct query *q);
bool pack_failed(struct query *q, bool sound);
/* Keeps that this one could not be read, for query_unread. */
void pack_unread(struct query *q, const struct pack_head *head);

/* A figures that keeps all jobs closed in that week, fed from the rows; NULL with a fault. The caller packs
 * it. */
struct figures *query_week(struct query *q, int64_t week, const struct hours *hours);
