#include "app/backup.h"

#include "app/rebuild.h"
#include "base/stamp.h"
#include "base/text.h"
#include "store/check.h"
#include "store/store.h"
#include "sys/clock.h"
#include "sys/whole.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define LOG_TAG "backup"
#include "base/log.h"

#define STAMP_LEN 16 /* 20260301T030000Z */

/* "pitboard" of "/var/lib/pitboard/pitboard.db". */
static void stem_of(const char *db, char out[256])
{
    const char *slash = strrchr(db, '/');
    snprintf(out, 256, "%s", slash ? slash + 1 : db);
    char *dot = strrchr(out, '.');
    if (dot && strcmp(dot, ".db") == 0)
        *dot = '\0';
}

static void folder_of(const char *path, char out[BACKUP_PATH])
{
    const char *slash = strrchr(path, '/');
    snprintf(out, BACKUP_PATH, "%.*s", slash ? (int)(slash - path) + (slash == path) : 1, slash ? path : ".");
}

void backup_dir(const char *db, const char *dir, char out[BACKUP_PATH])
{
    char beside[BACKUP_PATH];
    if (dir[0]) {
        snprintf(out, BACKUP_PATH, "%s", dir);
        return;
    }
    folder_of(db, beside);
    snprintf(out, BACKUP_PATH, "%.*s/backup", BACKUP_PATH - 16, beside);
}

bool backup_folder(const char *dir)
{
    struct stat st;
    return mkdir(dir, 0750) == 0 || (errno == EEXIST && stat(dir, &st) == 0 && S_ISDIR(st.st_mode));
}

/* Names. */

static void name_stamp(struct wall at, char out[STAMP_LEN + 1])
{
    char full[STAMP_SIZE];
    size_t n = 0;
    stamp_format(at, full); /* 2026-03-01T03:00:00.000Z */
    for (const char *p = full; *p && *p != '.' && n < STAMP_LEN - 1; p++)
        if (*p != '-' && *p != ':')
            out[n++] = *p;
    out[n++] = 'Z';
    out[n] = '\0';
}

/* Whether `name` is "<stem>-<stamp>.db"; its time. */
static bool name_parse(const char *name, const char *stem, struct wall *at)
{
    char full[STAMP_SIZE];
    size_t n = strlen(stem);
    if (strncmp(name, stem, n) != 0 || name[n] != '-' || strlen(name + n) != 1 + STAMP_LEN + 3 ||
        strcmp(name + n + 1 + STAMP_LEN, ".db") != 0)
        return false;
    const char *s = name + n + 1;
    snprintf(full, sizeof full, "%.4s-%.2s-%.2s%.3s:%.2s:%.3s", s, s + 4, s + 6, s + 8, s + 11, s + 13);
    return stamp_parse(full, strlen(full), at);
}

struct wall backup_time(const char *path)
{
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
    size_t len = strlen(name);
    char stem[256];
    struct wall at;
    if (len <= STAMP_LEN + 4)
        return WALL_NONE;
    snprintf(stem, sizeof stem, "%.*s", (int)(len - STAMP_LEN - 4), name);
    return name_parse(name, stem, &at) ? at : WALL_NONE;
}

static int newer_first(const void *a, const void *b)
{
    return strcmp(*(char *const *)b, *(char *const *)a);
}

/* The copies of `db`, newest first, as names to be freed; how many. */
static int list(const char *dir, const char *db, char *names[BACKUPS_MAX])
{
    char stem[256];
    struct wall at;
    int n = 0;
    DIR *d = opendir(dir);
    stem_of(db, stem);
    for (struct dirent *e; d && n < BACKUPS_MAX && (e = readdir(d));)
        if (name_parse(e->d_name, stem, &at) && (names[n] = strdup(e->d_name)))
            n++;
    if (d)
        closedir(d);
    qsort(names, (size_t)n, sizeof names[0], newer_first);
    return n;
}

bool backup_before(const char *dir, const char *db, const char *than, char path[BACKUP_PATH])
{
    char **names = calloc(BACKUPS_MAX, sizeof *names);
    int n = names ? list(dir, db, names) : 0;
    const char *slash = than ? strrchr(than, '/') : NULL;
    bool found = false;
    if (slash)
        than = slash + 1;
    for (int i = 0; i < n; i++) {
        if (!found && (!than || strcmp(names[i], than) < 0)) {
            snprintf(path, BACKUP_PATH, "%s/%s", dir, names[i]);
            found = true;
        }
        free(names[i]);
    }
    free(names);
    return found;
}

/* What an interrupted backup left. */
static void remove_left(const char *dir, const char *db)
{
    char stem[256];
    stem_of(db, stem);
    whole_sweep(dir, stem);
}

void backup_prune(const char *dir, const char *db, int keep)
{
    char **names = calloc(BACKUPS_MAX, sizeof *names), path[BACKUP_PATH + 256];
    int n = names ? list(dir, db, names) : 0;
    for (int i = 0; i < n; i++) {
        snprintf(path, sizeof path, "%s/%s", dir, names[i]);
        if (i >= keep)
            unlink(path);
        free(names[i]);
    }
    free(names);
    remove_left(dir, db);
}

/* Making one. */

static enum backup_result result_of(enum store_state state)
{
    return state == STORE_SOUND ? BACKUP_DONE : state == STORE_DAMAGED ? BACKUP_DAMAGED : BACKUP_FAILED;
}

/* Roll-ups only save reports time. They go from the database too, whose hub makes them again. */
static enum backup_result drop_rollups(const char *db, const char *copy, char *what, size_t size)
{
    char why[300];
    log_note("%s: the roll-ups for reports are made again: %s", db, what);
    if (!store_drop_rollups(db, why, sizeof why))
        log_error("%s: the roll-ups cannot be dropped: %s", db, why);
    return store_drop_rollups(copy, what, size) ? BACKUP_DONE : BACKUP_FAILED;
}

/* The copy is sound, has everything the database had before, and its tables are what its log says. */
static enum backup_result verify(const char *db, const char *copy, int64_t events, char *what, size_t size)
{
    int64_t have;
    enum store_state state = store_check(copy, &have, what, size);
    if (state != STORE_SOUND)
        return BACKUP_FAILED; /* the original was sound a moment ago: it is the new file that is not */
    if (have < events) {
        snprintf(what, size, "the copy has %lld of %lld events", (long long)have, (long long)events);
        return BACKUP_FAILED;
    }
    switch (have == 0 ? REBUILD_SAME : rebuild_run(copy, false, NULL, what, size)) {
    case REBUILD_SAME:
        return BACKUP_DONE;
    case REBUILD_ROLLUPS:
        return drop_rollups(db, copy, what, size);
    case REBUILD_DIFFERS:
        return BACKUP_DAMAGED; /* the copy has what the database has */
    default:
        return BACKUP_FAILED;
    }
}

static enum backup_result copy_verified(const char *db, const char *part, char *what, size_t size)
{
    int64_t events;
    enum store_state state = store_check(db, &events, what, size);
    if (state == STORE_SOUND)
        state = store_copy(db, part, what, size);
    return state == STORE_SOUND ? verify(db, part, events, what, size) : result_of(state);
}

/* The part's name begins with the database's, so that what a power cut leaves is found again. */
enum backup_result backup_make(const char *db, const char *to, char made[BACKUP_PATH], char *what,
                               size_t size)
{
    char dir[BACKUP_PATH], stem[256], stamp[STAMP_LEN + 1], fault[WHOLE_FAULT];
    struct stat st;
    made[0] = '\0';
    stem_of(db, stem);
    name_stamp(clock_wall(), stamp);
    if (to && stat(to, &st) == 0 && S_ISDIR(st.st_mode))
        snprintf(made, BACKUP_PATH, "%.600s/%s-%s.db", to, stem, stamp);
    else
        snprintf(made, BACKUP_PATH, "%s", to ? to : db);
    if (to && whole_is_same(made, db)) {
        snprintf(what, size, "%.400s is the database itself; name another file", made);
        return BACKUP_FAILED;
    }
    folder_of(made, dir);
    remove_left(dir, db);
    struct whole *part = whole_open(made, WHOLE_DURABLE, fault);
    if (!part)
        goto failed;
    enum backup_result result = copy_verified(db, whole_part(part), what, size);
    if (result != BACKUP_DONE || !to)
        whole_drop(part);
    else if (!whole_keep(part, fault))
        goto failed;
    return result;
failed:
    snprintf(what, size, "%s", fault);
    return BACKUP_FAILED;
}
