/* Shared by query.c and query_rows.c only. */
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
