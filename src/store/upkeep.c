/*
 * Work on the write-ahead log that commits leave for a quiet moment. SQLite by itself moves the log into the
 * database inside of whichever commit makes it long, and lets the file grow with each: a commit that changes
 * a file's size waits for the file system's journal, and with it for what all other programs write. So room
 * is written ahead of the commits, once in a database's life; the log stays when it is closed.
 */
#include "store/own.h"

#define FRAME      (4096 + 24) /* SQLite's file format: a page and its head, after a head of the file */
#define FILE_HEAD  32
#define PAGES      1000 /* from here on the log goes into the database, as by SQLite's own choice */
#define PAGES_MUCH 3000 /* from here on at once; well below journal_size_limit */
#define AHEAD      128  /* pages for a dozen events */
#define ROOM       ((sqlite3_int64)FILE_HEAD + (sqlite3_int64)(PAGES + 2 * AHEAD) * FRAME)
#define STEP       (AHEAD * 2 * FRAME)

static int on_commit(void *user, sqlite3 *db, const char *name, int pages)
{
    struct store *store = user;
    (void)db, (void)name;
    store->log_pages = pages;
    return SQLITE_OK;
}

void store_watch_log(struct store *store)
{
    sqlite3_wal_hook(store->db, on_commit, store);
}

/* The log's file; NULL if there is none yet. */
static sqlite3_file *log_file(const struct store *store)
{
    sqlite3_file *file = NULL;
    if (sqlite3_file_control(store->db, "main", SQLITE_FCNTL_JOURNAL_POINTER, &file) != SQLITE_OK)
        return NULL;
    return file && file->pMethods ? file : NULL;
}

/* How far the file is to be written ahead; 0: it is far enough. */
static sqlite3_int64 wanted(const struct store *store, sqlite3_file *file, sqlite3_int64 *size)
{
    sqlite3_int64 used = FILE_HEAD + (sqlite3_int64)store->log_pages * FRAME;
    if (file->pMethods->xFileSize(file, size) != SQLITE_OK || *size >= ROOM ||
        *size >= used + (sqlite3_int64)AHEAD * FRAME)
        return 0;
    return *size + STEP < ROOM ? *size + STEP : ROOM;
}

/* Zeros are no frame: whoever reads the log ends there. A disk that is full is no fault here: the log grows
 * as it did. */
static void write_ahead(sqlite3_file *file, sqlite3_int64 from, sqlite3_int64 to)
{
    static const char zeros[16384];
    bool good = true;
    while (good && from < to) {
        int n = to - from < (sqlite3_int64)sizeof zeros ? (int)(to - from) : (int)sizeof zeros;
        good = file->pMethods->xWrite(file, zeros, n, from) == SQLITE_OK;
        from += n;
    }
    file->pMethods->xSync(file, SQLITE_SYNC_NORMAL);
}

enum store_upkeep store_upkeep(const struct store *store)
{
    sqlite3_int64 size;
    if (store->log_pages == store->log_kept)
        return STORE_UPKEEP_NONE;
    if (store->log_pages >= PAGES_MUCH)
        return STORE_UPKEEP_NOW;
    sqlite3_file *file = log_file(store);
    return store->log_pages >= PAGES || (file && wanted(store, file, &size)) ? STORE_UPKEEP_QUIET
                                                                             : STORE_UPKEEP_NONE;
}

void store_keep_up(struct store *store)
{
    sqlite3_int64 size, to;
    sqlite3_file *file = log_file(store);
    if (store_in_transaction(store))
        return;
    store->log_kept = store->log_pages; /* what fails now has its next turn after the next commit */
    if (store->log_pages >= PAGES &&
        sqlite3_wal_checkpoint_v2(store->db, "main", SQLITE_CHECKPOINT_PASSIVE, NULL, NULL) == SQLITE_OK)
        store->log_kept = store->log_pages =
            0; /* the next commit begins the log anew, unless somebody reads */
    else if (file && (to = wanted(store, file, &size)) > 0)
        write_ahead(file, size, to);
}
