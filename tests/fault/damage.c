/*
 * Byte flips and truncations of the database and its WAL, after a clean stop and after a kill. Each time the
 * hub starts, takes events and has the whole file checked, as the daemon does it. Then either everything is
 * there, or the damaged files lie aside, a sound database is open and hub/status says so. DAMAGES=n: how
 * many.
 */
#include "app/backup.h"
#include "app/guard.h"
#include "app/hub.h"
#include "app/rebuild.h"
#include "base/log.h"
#include "base/text.h"
#include "sys/clock.h"

#include <dirent.h>
#include <setjmp.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define PREFIX "pit/v1/shop/"

enum { CARS = 5, ROWS_MAX = 400, FILE_MAX = 4 << 20 };

#ifdef PITBOARD_CHECK /* the sanitizers' build is slow */
#define DAMAGES 100
#else
#define DAMAGES 500
#endif

struct bytes {
    unsigned char *data;
    size_t len;
};

/* What lies on the disk when the damage comes. */
struct image {
    struct bytes db, wal, lock;
};

struct rig {
    char folder[64], path[96], backups[96];
    struct conf conf;
    struct hub *hub;
    struct wall wall;
    struct boot boot;
    int serial;
    bool applied, problem; /* the last receipt; the last hub/status */
    char status[600];
    struct image clean, killed;
    uint64_t rows[ROWS_MAX]; /* what each event of the log is */
    int n_rows;
    uint64_t random;
};

struct tally {
    int done, right, mended, in_start, from_backup, shortened, empty;
    char fault[600];
    int faults;
};

static void silent(enum log_level level, const char *tag, const char *line)
{
    (void)level;
    (void)tag;
    (void)line;
}

__attribute__((format(printf, 2, 3))) static void fault(struct tally *t, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    if (t->faults++ == 0)
        vsnprintf(t->fault, sizeof t->fault, format, args);
    va_end(args);
}

static unsigned dice(struct rig *r, unsigned sides)
{
    r->random ^= r->random << 13;
    r->random ^= r->random >> 7;
    r->random ^= r->random << 17;
    return (unsigned)(r->random >> 20) % sides;
}

/* ── the hub ── */

static bool take(void *user, const char *topic, const void *payload, size_t len, int qos, bool retain)
{
    struct rig *r = user;
    (void)qos;
    (void)retain;
    if (strcmp(topic, PREFIX "hub/status") == 0) {
        snprintf(r->status, sizeof r->status, "%.*s", (int)len, (const char *)payload);
        r->problem = strstr(r->status, "\"problem\"");
    } else if (strcmp(topic, PREFIX "desk/front/receipt") == 0) {
        r->applied = memmem(payload, len, "\"applied\"", 9);
    }
    return true;
}

static void pass_time(struct rig *r, int64_t ms)
{
    r->wall = wall_plus(r->wall, ms);
    r->boot = boot_plus(r->boot, ms);
    clock_fake(r->wall, r->boot, "boot", true);
    if (r->hub && hub_deadline(r->hub).ms <= r->boot.ms)
        hub_tick(r->hub);
}

static bool start(struct rig *r, char *why, size_t size)
{
    static const struct hub_ops ops = { .publish = take };
    int code;
    r->hub = hub_create(&r->conf, &ops, r, why, size, &code);
    if (r->hub)
        hub_connected(r->hub);
    return r->hub;
}

static void stop(struct rig *r)
{
    hub_destroy(r->hub);
    r->hub = NULL;
}

/* One round with one event; whether it was applied. */
__attribute__((format(printf, 2, 3))) static bool send(struct rig *r, const char *format, ...)
{
    char body[600], event[700];
    va_list args;
    va_start(args, format);
    vsnprintf(body, sizeof body, format, args);
    va_end(args);
    int n = snprintf(event, sizeof event, "{\"id\":\"e%d\",%s}", ++r->serial, body);
    r->applied = false;
    pass_time(r, 60000);
    hub_message(r->hub, PREFIX "desk/front/event", event, (size_t)n, false);
    return hub_commit(r->hub) && r->applied;
}

static void work(struct rig *r, int from)
{
    for (int i = from; i < from + CARS; i++) {
        assert_true(
            send(r, "\"type\":\"open\",\"job\":\"W-%d\",\"plate\":\"A 12%d BC\",\"by\":\"Anna\"", i, i));
        assert_true(send(r, "\"type\":\"assign\",\"job\":\"W-%d\",\"bay\":\"%d\"", i, 1 + i % 6));
        assert_true(send(r, "\"type\":\"next\",\"job\":\"W-%d\"", i));
        assert_true(send(r, "\"type\":\"hold\",\"job\":\"W-%d\",\"reason\":\"parts\"", i));
        assert_true(send(r, "\"type\":\"note\",\"text\":\"the part for %d comes tomorrow\"", i));
        assert_false(send(r, "\"type\":\"next\",\"job\":\"nobody\""));
        assert_true(send(r, "\"type\":\"next\",\"job\":\"W-%d\"", i));
    }
    for (int i = from; i < from + 2; i++)
        for (int step = 0; step < 4; step++)
            assert_true(send(r, "\"type\":\"next\",\"job\":\"W-%d\"", i));
}

/* ── files ── */

static struct bytes read_file(const char *path)
{
    struct bytes b = { NULL, 0 };
    FILE *f = fopen(path, "rb");
    if (!f)
        return b;
    b.data = malloc(FILE_MAX);
    b.len = fread(b.data, 1, FILE_MAX, f);
    fclose(f);
    return b;
}

static void write_file(const char *path, const struct bytes *b)
{
    unlink(path);
    if (!b->data)
        return;
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(b->data, 1, b->len, f), b->len);
    fclose(f);
}

static const char *beside(const struct rig *r, const char *tail)
{
    static char path[128];
    snprintf(path, sizeof path, "%s%s", r->path, tail);
    return path;
}

static struct image take_image(const struct rig *r)
{
    return (struct image){ read_file(r->path), read_file(beside(r, "-wal")), read_file(beside(r, ".lock")) };
}

static void free_image(struct image *i)
{
    free(i->db.data);
    free(i->wal.data);
    free(i->lock.data);
}

/* All files of the folder but the backups are gone; how many were set aside. */
static int sweep(const struct rig *r)
{
    int aside = 0;
    DIR *d = opendir(r->folder);
    for (struct dirent *e; d && (e = readdir(d));) {
        aside += strstr(e->d_name, ".aside-") && !strstr(e->d_name, "-wal") && !strstr(e->d_name, "-shm");
        if (strncmp(e->d_name, "hub.db", 6) == 0)
            unlinkat(dirfd(d), e->d_name, 0);
    }
    if (d)
        closedir(d);
    return aside;
}

static int count_aside(const struct rig *r)
{
    int aside = 0;
    DIR *d = opendir(r->folder);
    for (struct dirent *e; d && (e = readdir(d));)
        aside += strstr(e->d_name, ".aside-") != NULL;
    if (d)
        closedir(d);
    return aside;
}

static void put_image(const struct rig *r, const struct image *i)
{
    sweep(r);
    write_file(r->path, &i->db);
    write_file(beside(r, "-wal"), &i->wal);
    write_file(beside(r, ".lock"), &i->lock);
}

/* ── the log, row by row ── */

static int read_rows(const char *path, uint64_t rows[ROWS_MAX], char *why, size_t size)
{
    sqlite3 *db = NULL;
    sqlite3_stmt *stmt = NULL;
    int n = 0;
    sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL);
    sqlite3_prepare_v2(db, "SELECT * FROM event ORDER BY seq", -1, &stmt, NULL);
    while (sqlite3_step(stmt) == SQLITE_ROW && n < ROWS_MAX) {
        uint64_t hash = HASH_START;
        for (int i = 0; i < sqlite3_column_count(stmt); i++) {
            int len = sqlite3_column_bytes(stmt, i);
            hash = hash_bytes(hash, &len, sizeof len);
            if (len > 0)
                hash = hash_bytes(hash, sqlite3_column_blob(stmt, i), (size_t)len);
        }
        rows[n++] = hash;
    }
    bool ok = sqlite3_finalize(stmt) == SQLITE_OK;
    snprintf(why, size, "%s", sqlite3_errmsg(db));
    sqlite3_close(db);
    return ok ? n : -1;
}

/* How many of the first rows are what they were. */
static int rows_kept(const struct rig *r, char *why, size_t size)
{
    uint64_t rows[ROWS_MAX];
    int n = read_rows(r->path, rows, why, size), same = 0;
    while (same < n && same < r->n_rows && rows[same] == r->rows[same])
        same++;
    return same;
}

/* ── damage ── */

static void hurt(struct rig *r, const struct image *image, bool wal, char *what, size_t size)
{
    const struct bytes *whole = wal ? &image->wal : &image->db;
    struct bytes b = { malloc(whole->len + 1), whole->len };
    size_t at = (size_t)dice(r, (unsigned)whole->len);
    memcpy(b.data, whole->data, whole->len);
    if (dice(r, 4) == 0) {
        b.len = at;
        snprintf(what, size, "%s cut to %zu of %zu", wal ? "wal" : "db", at, whole->len);
    } else {
        /* Half of the flips where they hurt: headers of the file and of its pages. */
        if (dice(r, 4) == 0)
            at = (at / 4096 * 4096 + dice(r, 100)) % whole->len;
        unsigned bit = 1 + dice(r, 255);
        b.data[at] ^= (unsigned char)bit;
        snprintf(what, size, "%s byte %zu xor %02x", wal ? "wal" : "db", at, bit);
    }
    write_file(wal ? beside(r, "-wal") : r->path, &b);
    free(b.data);
}

/* As the daemon: start, some rounds, the check of the whole file; damage found by either ends it, with a
 * mark. False: it ended. */
static bool live(struct rig *r, struct tally *t, const char *what)
{
    char why[600], made[BACKUP_PATH];
    if (!start(r, why, sizeof why)) {
        fault(t, "%s: the hub does not start: %s", what, why);
        return true;
    }
    for (int i = 0; i < 3; i++)
        send(r, "\"type\":\"note\",\"text\":\"round %d\"", i);
    send(r, "\"type\":\"next\",\"job\":\"W-%d\"", 1 + (int)dice(r, CARS));
    pass_time(r, 3000);
    enum backup_result checked = backup_make(r->path, NULL, made, why, sizeof why);
    if (!hub_damaged(r->hub) && checked == BACKUP_DONE)
        return true;
    if (!hub_damaged(r->hub) && checked == BACKUP_FAILED)
        fault(t, "%s: the check fails: %s", what, why);
    stop(r);
    guard_mark(r->path, why);
    return false;
}

static void judge(struct rig *r, struct tally *t, const char *what)
{
    char why[600] = "", status[sizeof r->status];
    snprintf(status, sizeof status, "%s", r->status);
    int kept = rows_kept(r, why, sizeof why);
    if (!rebuild_check(r->path, why, sizeof why))
        fault(t, "%s: in the end the tables are wrong: %s", what, why);
    if (!r->problem) {
        t->right++;
        if (kept != r->n_rows)
            fault(t, "%s: silently %d of %d events: %s", what, kept, r->n_rows, why);
        return;
    }
    t->mended++;
    if (count_aside(r) == 0 && !strstr(status, "no backup"))
        fault(t, "%s: nothing was set aside", what);
    if (strstr(status, "nothing lost") ? kept != r->n_rows : kept > r->n_rows)
        fault(t, "%s: kept %d of %d, but said %s", what, kept, r->n_rows, status);
    const char *said = strstr(status, "damaged, ");
    int lost;
    if (said && sscanf(said, "damaged, %d events lost", &lost) == 1) {
        t->shortened++;
        if (kept > r->n_rows - lost || kept < r->n_rows - lost - 4)
            fault(t, "%s: kept %d of %d, but said %s", what, kept, r->n_rows, status);
    }
    t->from_backup += strstr(status, "backup of") != NULL;
    t->empty += strstr(status, "no backup") != NULL;
}

static void damage_once(struct rig *r, struct tally *t)
{
    const struct image *image = t->done % 2 ? &r->killed : &r->clean;
    bool wal = image->wal.len > 0 && dice(r, 2);
    char what[128], why[600];
    put_image(r, image);
    hurt(r, image, wal, what, sizeof what);
    r->problem = false;
    t->done++;
    for (int starts = 1; !live(r, t, what); starts++)
        if (starts == 3) {
            fault(t, "%s: it is still damaged after %d starts", what, starts);
            break;
        }
    t->in_start += r->problem && r->hub != NULL;
    if (r->hub) {
        if (!send(r, "\"type\":\"note\",\"text\":\"and on\""))
            fault(t, "%s: in the end nothing is recorded", what);
        stop(r);
        judge(r, t, what);
        /* The next start has nothing more to mend, and still tells. */
        int aside = count_aside(r);
        if (!start(r, why, sizeof why) || count_aside(r) != aside)
            fault(t, "%s: the start after that: %s", what, why);
    }
    stop(r);
}

static void load_conf(struct rig *r)
{
    char fault_text[CONF_FAULT_SIZE], path[160], dir[160];
    snprintf(path, sizeof path, "store.path=\"%s\"", r->path);
    snprintf(dir, sizeof dir, "backup.dir=\"%s\"", r->backups);
    const char *const settings[] = { "site=\"shop\"", path, dir };
    assert_true(conf_load(&r->conf, "/dev/null", settings, 3, fault_text) ||
                conf_load(&r->conf, NULL, settings, 3, fault_text));
}

static struct rig *begin(void)
{
    static struct rig room;
    struct rig *r = &room;
    char why[600];
    memset(r, 0, sizeof *r);
    r->random = 88172645463325252u;
    r->wall = (struct wall){ INT64_C(1772442000000) };
    r->boot = (struct boot){ 20000 };
    snprintf(r->folder, sizeof r->folder, "%s/damage-XXXXXX",
             access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
    assert_non_null(mkdtemp(r->folder));
    snprintf(r->path, sizeof r->path, "%s/hub.db", r->folder);
    snprintf(r->backups, sizeof r->backups, "%s/backups", r->folder);
    assert_true(backup_folder(r->backups));
    load_conf(r);
    pass_time(r, 1000);
    assert_true(start(r, why, sizeof why));
    return r;
}

static void end(struct rig *r)
{
    char path[BACKUP_PATH];
    sweep(r);
    while (backup_before(r->backups, r->path, NULL, path))
        unlink(path);
    rmdir(r->backups);
    rmdir(r->folder);
    free_image(&r->clean);
    free_image(&r->killed);
    clock_real();
}

static void either_right_or_announced(void **state)
{
    struct tally t = { 0 };
    struct rig *r = begin();
    char made[BACKUP_PATH], why[600];
    const char *wanted = getenv("DAMAGES");
    (void)state;
    work(r, 1);
    assert_int_equal(backup_make(r->path, r->backups, made, why, sizeof why), BACKUP_DONE);
    pass_time(r, 3600000);
    work(r, 1 + CARS);
    stop(r);
    assert_true(start(r, why, sizeof why));
    for (int i = 0; i < 10; i++)
        assert_true(send(r, "\"type\":\"%s\",\"job\":\"W-5\",\"text\":\"%d\"", i % 3 ? "note" : "next", i));
    r->killed = take_image(r); /* as a kill leaves it: the newest events are in the WAL alone */
    stop(r);
    r->clean = take_image(r);
    r->n_rows = read_rows(r->path, r->rows, why, sizeof why);
    assert_true(r->n_rows > 60 && r->killed.wal.len > 40000);
    for (int i = 0, n = wanted ? atoi(wanted) : DAMAGES; i < n; i++)
        damage_once(r, &t);
    print_message(
        "damage: %d flips and truncations (database %zu, WAL %zu bytes, %d events): %d right, %d mended "
        "and announced (%d from the backup, %d with the end of the log lost, %d empty), 0 crashes, %d "
        "faults\n",
        t.done, r->clean.db.len, r->killed.wal.len, r->n_rows, t.right, t.mended, t.from_backup, t.shortened,
        t.empty, t.faults);
    if (t.fault[0])
        print_message("first: %s\n", t.fault);
    assert_int_equal(t.faults, 0);
    assert_true(t.right > 0 && t.from_backup > 0);
    end(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(either_right_or_announced) };
    log_set_sink(silent);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
