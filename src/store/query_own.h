/* Shared by the query*.c only. */
#pragma once

#include "store/query.h"

#include <sqlite3.h>

struct query {
    sqlite3 *db;
    char fault[QUERY_FAULT_SIZE];
};

/* Keeps the database's own words as the fault; returns false. */
bool query_fail(struct query *q);
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
