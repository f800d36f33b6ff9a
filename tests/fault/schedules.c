/*
 * A bay's box with a real hub, on one fake clock, through what a workshop does to them: the broker goes and
 * comes, with or without its memory; the hub is killed in mid-round; the box is killed, or loses its power in
 * mid-write; messages and receipts get lost and come twice; the desk is quicker. In 1,000 random schedules
 * (80 with sanitizers; SCHEDULES=n for another number): every press that was saved is in the hub's log
 * exactly once, in the order of pressing, at its true time, and what the box took for decided is what the hub
 * decided.
 */
#include "sys/clock.h"
#include "tests/fault/disk.h"
#include "tests/fault/heap.h"
#include "tests/fault/yard.h"

#include <setjmp.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define LOG_TAG "schedules"
#include "base/log.h"

#ifdef PITBOARD_CHECK
enum { SCHEDULES = 80 };
#else
enum { SCHEDULES = 1000 };
#endif
enum { STEPS = 50, A_HUB = 25 };
#define BEAT_MS 2500

static char folder[64], box_path[80], hub_path[80];

static void watch_box(struct yard *w)
{
    if (disk_is_cut())
        yard_power_cut(w);
    if (!w->box && yard_chance(40))
        yard_start_box(w);
    if (w->box && !w->linked && w->broker && yard_chance(50))
        yard_link(w, true);
}

static sqlite3 *reader(const char *path)
{
    sqlite3 *db = NULL;
    heap_exempt(true);
    if (sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE, NULL) != SQLITE_OK)
        abort(); /* the test's own */
    return db;
}

static void close_reader(sqlite3 *db)
{
    sqlite3_close(db);
    heap_exempt(false);
}

/* Its newest row is the press that was just saved. */
static void note_saved(struct yard *w)
{
    sqlite3_stmt *stmt;
    sqlite3 *db = reader(box_path);
    struct saved *s = &w->saved[w->n_saved++];
    *s = (struct saved){ .at = w->now, .dated = w->synced };
    if (sqlite3_prepare_v2(db, "SELECT id FROM press ORDER BY seq DESC LIMIT 1", -1, &stmt, NULL) ==
            SQLITE_OK &&
        sqlite3_step(stmt) == SQLITE_ROW)
        snprintf(s->id, sizeof s->id, "%s", (const char *)sqlite3_column_text(stmt, 0));
    else
        yard_fault(w, &w->lost, "a press that was just saved is not there");
    sqlite3_finalize(stmt);
    close_reader(db);
}

/* What the box took for decided. */
static void note_decided(struct yard *w)
{
    sqlite3_stmt *stmt;
    if (!w->box || disk_is_cut() || !w->heard)
        return;
    w->heard = false;
    sqlite3 *db = reader(box_path);
    if (sqlite3_prepare_v2(db, "SELECT id, result FROM press WHERE result IS NOT NULL", -1, &stmt, NULL) !=
        SQLITE_OK)
        yard_fault(w, &w->wrong, "the outbox cannot be read: %s", sqlite3_errmsg(db));
    while (sqlite3_step(stmt) == SQLITE_ROW)
        for (int i = 0; i < w->n_saved; i++)
            if (strcmp(w->saved[i].id, (const char *)sqlite3_column_text(stmt, 0)) == 0)
                snprintf(w->saved[i].result, sizeof w->saved[i].result, "%s",
                         (const char *)sqlite3_column_text(stmt, 1));
    sqlite3_finalize(stmt);
    close_reader(db);
}

static void press_key(struct yard *w)
{
    static const struct session_press kinds[] = {
        { .type = EV_NEXT },
        { .type = EV_NEXT },
        { .type = EV_NEXT },
        { .type = EV_HOLD, .reason = "parts" },
        { .type = EV_REWORK },
        { .type = EV_UNDO },
        { .type = EV_UNDO },
        { .type = EV_HELP },
        { .type = EV_NOTE, .confirm = true },
        { .type = EV_ASSIGN },
        { .type = EV_ASSIGN },
    };
    struct session_press what = kinds[disk_random(sizeof kinds / sizeof kinds[0])];
    char job[32];
    if (!w->box || w->n_saved == PRESSES_MAX)
        return;
    snprintf(job, sizeof job, "W%d-%d", w->schedule, (int)disk_random(4)); /* the last of them is not there */
    if (what.type == EV_ASSIGN)
        what.job = job;
    if (yard_chance(20))
        disk_cut_at(1 + (int)disk_random(6), false);
    yard_at_box(w);
    w->presses++;
    if (box_press(w->box, &what, clock_boot()) && !disk_is_cut())
        note_saved(w);
    else
        w->unsaved++, w->may_be_there++; /* with the power gone nobody saw a lamp */
}

/* ── time ── */

static void pass(struct yard *w, int64_t ms)
{
    while (ms > 0) {
        int64_t step = ms < BEAT_MS || !w->hub || !w->broker ? ms : BEAT_MS;
        w->now += step;
        ms -= step;
        yard_serve(w);
        yard_hear(w);
        note_decided(w);
        watch_box(w);
    }
}

static void disturb(struct yard *w)
{
    uint32_t what = disk_random(100);
    if (what < 14) {
        yard_broker(w, !w->broker);
    } else if (what < 24) {
        if (w->hub)
            yard_kill_hub(w);
        else
            yard_start_hub(w);
    } else if (what < 31 && w->box) {
        yard_end_box(w); /* SIGKILL: only the disk knows */
        w->kills++;
    } else if (what < 36) {
        yard_power_cut(w);
    } else if (what < 42) {
        yard_link(w, !w->linked);
    } else if (what < 46) {
        w->synced = true;
    } else if (what < 52) {
        yard_desk(w, "\"type\":\"next\",\"job\":\"W%d-0\"}", w->schedule);
    } else if (what < 56) {
        yard_desk(
            w, "\"type\":\"stage\",\"job\":\"W%d-%d\",\"stage\":\"repair\",\"force\":true,\"reason\":\"x\"}",
            w->schedule, (int)disk_random(3));
    } else if (what < 59) {
        yard_desk(w, "\"type\":\"assign\",\"job\":\"W%d-%d\",\"bay\":null}", w->schedule,
                  (int)disk_random(3));
    }
}

/* ── the end: against the hub's log ── */

static void check_time(struct yard *w, const struct saved *s, int64_t at, int64_t received, bool clamped)
{
    bool rebooted = false;
    for (int i = 0; i < w->n_boots; i++)
        rebooted |= w->boots[i] > s->at && w->boots[i] <= received - WALL0;
    if (at < WALL0 + s->at - 1 || at > received)
        yard_fault(w, &w->wrong, "%s: pressed at %lld, logged at %lld, received at %lld", s->id,
                   (long long)s->at, (long long)(at - WALL0), (long long)(received - WALL0));
    if (clamped)
        return;
    if (s->dated && at != WALL0 + s->at)
        yard_fault(w, &w->wrong, "%s: pressed at %lld by a synced clock, logged at %lld", s->id,
                   (long long)s->at, (long long)(at - WALL0));
    if (!rebooted && at > WALL0 + s->at + EXPIRY_MS + BEAT_MS)
        yard_fault(w, &w->wrong, "%s: pressed at %lld in the same boot, logged at %lld", s->id,
                   (long long)s->at, (long long)(at - WALL0));
}

static void check_row(struct yard *w, sqlite3_stmt *row, int *last)
{
    const char *id = (const char *)sqlite3_column_text(row, 0),
               *result = (const char *)sqlite3_column_text(row, 1);
    int at = 0;
    while (at < w->n_saved && strcmp(w->saved[at].id, id) != 0)
        at++;
    if (at == w->n_saved) { /* its power went before the lamp could say saved */
        if (--w->may_be_there < 0)
            yard_fault(w, &w->doubled, "%s was never pressed", id);
        return;
    }
    if (strcmp(w->saved[at].result, "logged") == 0)
        yard_fault(w, &w->doubled, "%s has two rows", id);
    else if (at <= *last)
        yard_fault(w, &w->disordered, "%s came after a later press", id);
    *last = at;
    check_time(w, &w->saved[at], sqlite3_column_int64(row, 2), sqlite3_column_int64(row, 3),
               sqlite3_column_int(row, 4));
    if (w->saved[at].result[0] && strcmp(w->saved[at].result, result) != 0)
        yard_fault(w, &w->wrong, "%s: the lamp said %s, the log %s", id, w->saved[at].result, result);
    w->applied += result[0] == 'a';
    w->refused += result[0] == 'r';
    w->late += sqlite3_column_int(row, 5);
    if (!w->saved[at].result[0])
        yard_fault(w, &w->wrong, "%s was never told as decided", id);
    snprintf(w->saved[at].result, sizeof w->saved[at].result, "logged");
}

static void verify(struct yard *w)
{
    sqlite3_stmt *stmt;
    sqlite3 *db = reader(hub_path);
    char prefix[32];
    int last = -1;
    snprintf(prefix, sizeof prefix, "box%d-%%", w->schedule);
    sqlite3_prepare_v2(db,
                       "SELECT id, result, at_ms, received_ms, clamped, late FROM event"
                       " WHERE source = 'bay/3' AND id LIKE ? ORDER BY seq",
                       -1, &stmt, NULL);
    sqlite3_bind_text(stmt, 1, prefix, -1, SQLITE_STATIC);
    while (sqlite3_step(stmt) == SQLITE_ROW)
        check_row(w, stmt, &last);
    if (sqlite3_finalize(stmt) != SQLITE_OK)
        yard_fault(w, &w->wrong, "the log cannot be read: %s", sqlite3_errmsg(db));
    close_reader(db);
    for (int i = 0; i < w->n_saved; i++)
        if (strcmp(w->saved[i].result, "logged") != 0)
            yard_fault(w, &w->lost, "%s was saved and is not in the log", w->saved[i].id);
}

static void calm_down(struct yard *w)
{
    disk_cut_at(0, false);
    if (disk_is_cut())
        yard_power_cut(w);
    yard_broker(w, true);
    yard_start_hub(w);
    if (!w->box)
        yard_start_box(w);
    yard_link(w, true);
}

static bool settle(struct yard *w)
{
    for (int i = 0; i < 2000; i++) {
        calm_down(w);
        if (w->box && box_waiting(w->box) == 0)
            return true;
        pass(w, 1500);
    }
    return false;
}

/* ── one schedule ── */

static void set_scene(struct yard *w)
{
    yard_end_box(w);
    disk_format((unsigned)w->schedule + 1);
    w->n_saved = w->desk_ids = w->may_be_there = 0;
    w->to_hub.n = w->to_box.n = 0;
    w->n_boots = 1;
    w->boots[0] = w->now;
    w->synced = yard_chance(70);
    yard_broker(w, true);
    yard_start_hub(w);
    for (int i = 0; i < 3; i++)
        yard_desk(w, "\"type\":\"open\",\"job\":\"W%d-%d\",\"plate\":\"%d AB-7\"}", w->schedule, i, 1000 + i);
    yard_desk(w, "\"type\":\"assign\",\"job\":\"W%d-0\",\"bay\":\"3\"}", w->schedule);
    yard_start_box(w);
    yard_link(w, true);
    pass(w, 1000);
}

static void run_schedule(struct yard *w)
{
    static const int pauses[] = { 20, 20, 20, 100, 100, 300, 300, 700, 700, 2500, 9000, 61000 };
    set_scene(w);
    for (int i = 0; i < STEPS && !w->fault[0]; i++) {
        if (yard_chance(45))
            press_key(w);
        if (yard_chance(35))
            disturb(w);
        pass(w, pauses[disk_random(sizeof pauses / sizeof pauses[0])]);
        disk_cut_at(0, false);
    }
    if (!settle(w))
        yard_fault(w, &w->wrong, "%d presses still wait", w->box ? box_waiting(w->box) : -1);
    note_decided(w);
    verify(w);
}

/* ── all of them ── */

static void remove_hub(void)
{
    static const char *const tails[] = { "", "-wal", "-shm", ".lock" };
    char name[100];
    for (size_t i = 0; i < sizeof tails / sizeof tails[0]; i++) {
        snprintf(name, sizeof name, "%s%s", hub_path, tails[i]);
        unlink(name);
    }
}

static bool load_conf(struct conf *conf)
{
    char store[120], empty[100], why[CONF_FAULT_SIZE] = "";
    snprintf(store, sizeof store, "store.path=\"%s\"", hub_path);
    snprintf(empty, sizeof empty, "%s/empty.cfg", folder);
    const char *settings[] = { "site=\"shop\"", "timezone=\"Etc/UTC\"", store };
    FILE *f = fopen(empty, "w");
    bool ok = f && fclose(f) == 0 && conf_load(conf, empty, settings, 3, why);
    if (!ok)
        print_message("%s\n", why);
    unlink(empty);
    return ok;
}

static void quiet(enum log_level level, const char *tag, const char *line)
{
    if (getenv("LOUD"))
        print_message("%d %s: %s\n", level, tag, line);
}

static int schedules_wanted(void)
{
    const char *text = getenv("SCHEDULES");
    return text && atoi(text) > 0 ? atoi(text) : SCHEDULES;
}

static void print(const struct yard *w, int n)
{
    print_message(
        "%d schedules, %lld presses (%lld not saved), %lld applied, %lld refused, %lld late; %lld power "
        "cuts, "
        "%lld kills of the box, %lld of the hub, %lld of the broker, %lld messages lost, %lld twice\n",
        n, (long long)w->presses, (long long)w->unsaved, (long long)w->applied, (long long)w->refused,
        (long long)w->late, (long long)w->cuts, (long long)w->kills, (long long)w->hub_kills,
        (long long)w->broker_downs, (long long)w->lost_messages, (long long)w->twice);
    print_message("%d lost, %d doubled, %d out of order, %d other faults\n", w->lost, w->doubled,
                  w->disordered, w->wrong);
    if (w->fault[0])
        print_message("first: %s\n", w->fault);
}

static struct yard *create_world(void)
{
    struct yard *w = calloc(1, sizeof *w);
    log_set_sink(quiet);
    assert_non_null(w);
    assert_true(load_conf(&w->conf));
    w->box_path = box_path;
    w->now = 20000;
    return w;
}

static void destroy_world(struct yard *w)
{
    yard_end_box(w);
    yard_at_hub(w);
    hub_destroy(w->hub);
    conf_clear(&w->conf);
    free(w);
}

/* Up to the first fault; the number of schedules done. */
static int run_all(struct yard *w, int n)
{
    int done = 0;
    for (; done < n && !w->fault[0]; done++) {
        w->schedule = done;
        if (done % A_HUB == 0) {
            yard_kill_hub(w);
            remove_hub();
        }
        run_schedule(w);
    }
    print(w, done);
    return done;
}

static void saved_presses_arrive_once_and_in_order(void **state)
{
    struct yard *w = create_world();
    (void)state;
    run_all(w, schedules_wanted());
    assert_int_equal(w->lost + w->doubled + w->disordered + w->wrong, 0);
    assert_true(w->applied > 0 && w->refused > 0 && w->late > 0 && w->unsaved > 0 && w->twice > 0);
    destroy_world(w);
}

/* With synchronous NORMAL a power cut takes presses along: this test can tell. */
static void a_weaker_disk_loses_some(void **state)
{
    struct yard *w = create_world();
    (void)state;
    disk_weaken(true);
    run_all(w, 40);
    disk_weaken(false);
    assert_true(w->lost > 0);
    destroy_world(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(saved_presses_arrive_once_and_in_order),
                                        cmocka_unit_test(a_weaker_disk_loses_some) };
    /* The hub's disk is no matter here: in memory where that can be had. */
    snprintf(folder, sizeof folder, "%s/schedules-XXXXXX",
             access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
    if (!heap_register() || !mkdtemp(folder))
        return 1;
    snprintf(box_path, sizeof box_path, "%s/box.db", folder);
    snprintf(hub_path, sizeof hub_path, "%s/hub.db", folder);
    if (!disk_register(box_path))
        return 1;
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    disk_format(0);
    remove_hub();
    char lock[100];
    snprintf(lock, sizeof lock, "%s.lock", box_path);
    unlink(lock);
    rmdir(folder);
    return failed;
}
