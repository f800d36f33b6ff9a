/*
 * The bare limit of the disk: rows into SQLite in the hub's mode (WAL, synchronous FULL) and nothing else.
 *
 *   commit DATABASE ROWS BATCH BYTES
 *
 * Prints the seconds it took.
 */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static void run(sqlite3 *db, const char *sql)
{
    char *why = NULL;
    if (sqlite3_exec(db, sql, NULL, NULL, &why) == SQLITE_OK)
        return;
    fprintf(stderr, "commit: %s\n", why);
    exit(1);
}

static void write_batch(sqlite3 *db, sqlite3_stmt *insert, const char *body, int bytes, long rows)
{
    run(db, "BEGIN IMMEDIATE");
    for (long i = 0; i < rows; i++) {
        sqlite3_bind_text(insert, 1, body, bytes, SQLITE_STATIC);
        if (sqlite3_step(insert) != SQLITE_DONE)
            exit(1);
        sqlite3_reset(insert);
    }
    run(db, "COMMIT");
}

int main(int argc, char **argv)
{
    sqlite3 *db;
    sqlite3_stmt *insert;
    if (argc != 5 || sqlite3_open(argv[1], &db) != SQLITE_OK)
        return 2;
    long rows = atol(argv[2]), batch = atol(argv[3]);
    int bytes = atoi(argv[4]);
    char *body = malloc((size_t)bytes + 1);
    if (!body || batch < 1)
        return 2;
    memset(body, 'x', (size_t)bytes);
    run(db, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL");
    run(db, "CREATE TABLE row (seq INTEGER PRIMARY KEY, body TEXT)");
    if (sqlite3_prepare_v2(db, "INSERT INTO row (body) VALUES (?)", -1, &insert, NULL) != SQLITE_OK)
        exit(1);
    struct timespec from, to;
    clock_gettime(CLOCK_MONOTONIC, &from);
    for (long done = 0; done < rows; done += batch)
        write_batch(db, insert, body, bytes, rows - done < batch ? rows - done : batch);
    clock_gettime(CLOCK_MONOTONIC, &to);
    printf("%.6f\n", (double)(to.tv_sec - from.tv_sec) + (double)(to.tv_nsec - from.tv_nsec) / 1e9);
    sqlite3_finalize(insert);
    sqlite3_close(db);
    free(body);
    return 0;
}
