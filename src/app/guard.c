#include "app/guard.h"

#include "app/aside.h"
#include "app/backup.h"
#include "app/rebuild.h"
#include "base/text.h"
#include "store/check.h"
#include "store/store.h"
#include "sys/clock.h"
#include "sys/notify.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define LOG_TAG "hub"
#include "base/log.h"

#define NAME ASIDE_PATH

/* Everything about one mending. */
struct mend {
    const char *db, *why;
    char fresh[NAME];        /* the sound database that is made */
    char stamp[ASIDE_STAMP]; /* of the names set aside */
    int lock;
    int64_t tally;     /* events there were once; 0: not known */
    int64_t events;    /* events in the fresh one */
    struct wall saved; /* when the backup was made; WALL_NONE: it is the database itself */
    bool empty;
};

static void with(const char *db, const char *tail, char out[NAME])
{
    snprintf(out, NAME, "%.4000s%s", db, tail);
}

static bool there(const char *path)
{
    return access(path, F_OK) == 0;
}

/* Small files beside the database. */

static bool write_file(const char *path, const char *text)
{
    size_t len = strlen(text);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);
    bool ok = fd >= 0 && write(fd, text, len) == (ssize_t)len && fsync(fd) == 0;
    if (fd >= 0)
        close(fd);
    return ok;
}

void guard_mark(const char *db, const char *why)
{
    char path[NAME];
    with(db, ".damaged", path);
    log_error("the database is damaged: %s; ending, so that the next start mends it", why);
    if (!write_file(path, why))
        log_error("%s: %s", path, strerror(errno));
}

bool guard_marked(const char *db)
{
    char path[NAME];
    with(db, ".damaged", path);
    return there(path);
}

bool guard_notice(const char *db, char text[GUARD_TEXT], struct wall *since)
{
    char path[NAME], line[GUARD_TEXT + 64] = "";
    long long ms;
    int at = 0;
    with(db, ".notice", path);
    FILE *f = fopen(path, "re");
    if (!f)
        return false;
    bool ok = fgets(line, sizeof line, f) && sscanf(line, "%lld %n", &ms, &at) == 1 && at > 0;
    fclose(f);
    if (!ok)
        return false;
    line[strcspn(line, "\n")] = '\0';
    since->ms = ms;
    return text_copy(text, GUARD_TEXT, line + at) && utf8_plain(text, strlen(text));
}

/* A fresh database. */

static void remove_fresh(const struct mend *m)
{
    static const char *const tails[] = { "", "-wal", "-shm", "-journal", ".lock" };
    char path[NAME];
    for (size_t i = 0; i < sizeof tails / sizeof tails[0]; i++) {
        with(m->fresh, tails[i], path);
        unlink(path);
    }
}

/* A copy whose log is sound; its tables are made to fit. */
static enum store_state try(struct mend *m, const char *from, char *what, size_t size)
{
    remove_fresh(m);
    enum store_state state = store_copy(from, m->fresh, what, size);
    if (state == STORE_SOUND)
        state = store_check(m->fresh, &m->events, what, size);
    if (state == STORE_SOUND && m->events > 0 &&
        rebuild_run(m->fresh, true, NULL, what, size) == REBUILD_FAILED)
        state = STORE_UNREADABLE;
    return state;
}

/* The newest sound backup. False: the disk failed (not: there is none). */
static bool find_backup(struct mend *m, const char *dir, char path[BACKUP_PATH], int64_t *events, char *what,
                        size_t size)
{
    char than[BACKUP_PATH];
    path[0] = '\0';
    for (const char *last = NULL; backup_before(dir, m->db, last, path); last = than) {
        snprintf(than, sizeof than, "%s", path);
        enum store_state state = store_check(path, events, what, size);
        if (state == STORE_SOUND)
            return true;
        log_error("the backup %s cannot be used: %s", path, what);
        if (state == STORE_UNREADABLE && errno == ENOMEM)
            return false;
        path[0] = '\0';
    }
    return true;
}

/* The one with the most events: the damaged file's own log if it can be read to its end, else a backup. */
static bool make_fresh(struct mend *m, const char *dir, char *fault, size_t size)
{
    char backup[BACKUP_PATH], what[400] = "";
    int64_t saved = 0;
    enum store_state state = there(m->db) ? try(m, m->db, what, sizeof what) : STORE_DAMAGED;
    m->saved = WALL_NONE;
    if (state == STORE_UNREADABLE) {
        snprintf(fault, size, "the database is damaged and cannot be mended: %s", what);
        return false;
    }
    if (!find_backup(m, dir, backup, &saved, fault, size))
        return false;
    if (state == STORE_SOUND && m->events > 0 && m->events >= saved)
        return true;
    m->empty = !backup[0];
    m->events = 0;
    if (m->empty)
        return remove_fresh(m), true;
    m->saved = backup_time(backup);
    if (try(m, backup, what, sizeof what) == STORE_SOUND)
        return true;
    snprintf(fault, size, "the backup %s cannot be opened: %s", backup, what);
    return false;
}

/* The swap. */

static void local_text(struct wall at, char out[32])
{
    struct clock_parts p = clock_local(at);
    snprintf(out, 32, "%04d-%02d-%02d %02d:%02d", p.year, p.month, p.day, p.hour, p.minute);
}

/* One line: when, and what the staff must know. */
static bool write_notice(const struct mend *m)
{
    char path[NAME], text[GUARD_TEXT + 64], saved[32];
    int n = snprintf(text, sizeof text, "%lld ", (long long)clock_wall().ms);
    char *at = text + n;
    size_t room = sizeof text - (size_t)n;
    local_text(wall_is_none(m->saved) ? clock_wall() : m->saved, saved);
    if (m->empty)
        snprintf(at, room,
                 "База повреждена, копий нет: начата пустая · Database damaged, no backup: started empty");
    else if (!wall_is_none(m->saved))
        snprintf(
            at, room,
            "База повреждена, открыта копия от %s; что было позже, потеряно · Database damaged, opened the "
            "backup of %s; what came later is lost",
            saved, saved);
    else if (m->tally > m->events)
        snprintf(at, room, "База повреждена, потеряно событий: %lld · Database damaged, %lld events lost",
                 (long long)(m->tally - m->events), (long long)(m->tally - m->events));
    else
        snprintf(at, room,
                 "База была повреждена и исправлена, ничего не потеряно · Database damaged and mended, "
                 "nothing lost");
    log_error("%s (%s); the damaged files are %s.%s*; remove %s.notice when this was dealt with", at, m->why,
              m->db, m->stamp, m->db);
    with(m->db, ".notice", path);
    return write_file(path, text);
}

static bool swap(const struct mend *m)
{
    char mark[NAME];
    /* The main file last, and replaced in one step: there is no moment without a database. */
    if (!aside_move(m->db, m->stamp, "-wal", false) || !aside_move(m->db, m->stamp, "-shm", false) ||
        !aside_move(m->db, m->stamp, "", !m->empty))
        return false;
    if (!m->empty && rename(m->fresh, m->db) != 0)
        return false;
    store_write_tally(m->lock, m->events);
    with(m->db, ".damaged", mark);
    unlink(mark);
    aside_sync(m->db);
    return true;
}

/* A full check where damage is only suspected. UNREADABLE also for want of memory: then nothing is set aside.
 */
static enum store_state look(const char *db, char *fault, size_t size)
{
    int64_t events;
    enum store_state state = store_check(db, &events, fault, size);
    if (state != STORE_SOUND || events == 0)
        return state;
    switch (rebuild_run(db, false, NULL, fault, size)) {
    case REBUILD_SAME:
    case REBUILD_ROLLUPS: /* the next check drops them */
        return STORE_SOUND;
    case REBUILD_DIFFERS:
        return STORE_DAMAGED;
    default:
        return STORE_UNREADABLE;
    }
}

enum guard_result guard_mend(const struct conf *conf, bool sure, const char *why, char *fault, size_t size)
{
    struct mend m = { .db = conf->store.path, .why = why };
    char dir[BACKUP_PATH];
    enum guard_result result = GUARD_FAILED;
    m.lock = store_lock(m.db, fault, size);
    if (m.lock < 0)
        return GUARD_FAILED;
    /* As long as it takes, not as long as a start may take. */
    notify_send("EXTEND_TIMEOUT_USEC=3600000000\nSTATUS=mending a damaged database");
    m.tally = store_read_tally(m.lock);
    with(m.db, ".mend", m.fresh);
    backup_dir(m.db, conf->backup.dir, dir);
    enum store_state state = sure ? STORE_DAMAGED : look(m.db, fault, size);
    if (state != STORE_DAMAGED) {
        result = state == STORE_SOUND ? GUARD_SOUND : GUARD_FAILED;
        goto out;
    }
    aside_stamp(m.db, m.stamp);
    if (!make_fresh(&m, dir, fault, size))
        goto out;
    if (write_notice(&m) && swap(&m))
        result = GUARD_MENDED;
    else
        snprintf(fault, size, "%s: the damaged files cannot be set aside: %s", m.db, strerror(errno));
out:
    remove_fresh(&m);
    close(m.lock);
    return result;
}
