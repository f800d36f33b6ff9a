#include "tests/fault/heap.h"

#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

static struct {
    int fail_in, exempt;
    bool on, failed;
    sqlite3_mem_methods sqlite;
} heap;

void *__real_malloc(size_t size);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *old, size_t size);
char *__real_strdup(const char *text);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *old, size_t size);
char *__wrap_strdup(const char *text);

static bool is_out(void)
{
    if (heap.exempt || heap.fail_in == 0 || --heap.fail_in > 0)
        return false;
    heap.failed = true;
    heap.fail_in = heap.on;
    return true;
}

void *__wrap_malloc(size_t size)
{
    return is_out() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t n, size_t size)
{
    return is_out() ? NULL : __real_calloc(n, size);
}

void *__wrap_realloc(void *old, size_t size)
{
    return is_out() ? NULL : __real_realloc(old, size);
}

char *__wrap_strdup(const char *text)
{
    return is_out() ? NULL : __real_strdup(text);
}

static void *sqlite_malloc(int size)
{
    return is_out() ? NULL : heap.sqlite.xMalloc(size);
}

static void *sqlite_realloc(void *old, int size)
{
    return is_out() ? NULL : heap.sqlite.xRealloc(old, size);
}

bool heap_register(void)
{
    /* Without its pool of small blocks each allocation of SQLite is one of ours. */
    if (sqlite3_config(SQLITE_CONFIG_GETMALLOC, &heap.sqlite) != SQLITE_OK ||
        sqlite3_config(SQLITE_CONFIG_LOOKASIDE, 0, 0) != SQLITE_OK)
        return false;
    sqlite3_mem_methods ours = heap.sqlite;
    ours.xMalloc = sqlite_malloc;
    ours.xRealloc = sqlite_realloc;
    return sqlite3_config(SQLITE_CONFIG_MALLOC, &ours) == SQLITE_OK && sqlite3_initialize() == SQLITE_OK;
}

void heap_fail_at(int n, bool on)
{
    heap.fail_in = n;
    heap.on = on;
    heap.failed = false;
}

bool heap_failed(void)
{
    return heap.failed;
}

void heap_exempt(bool exempt)
{
    heap.exempt += exempt ? 1 : -1;
}
