/*
 * The hub's timers under a wall clock that jumps: beats every 3 s and not one more, boards at most 30 a
 * second, a deadline that is always ahead.
 */
#include "app/hub.h"
#include "base/stamp.h"
#include "sys/clock.h"
#include "tests/folder.h"
#include "wire/topic.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define SITE      "shop"
#define BEAT_MS   3000
#define BOARD_GAP 33

struct scene {
    struct conf conf;
    struct hub *hub;
    char dir[64], path[96], plan[96];
    struct boot now;
    struct boot last_beat, last_board;
    int beats, boards;
    bool slow, full;       /* the way to the broker: a board is under way; nothing goes in */
    int64_t rev, beat_rev; /* of the last board and beat */
    char order[64];        /* of what left: receipt, public, staff, flush */
};

static bool crowded(void *user)
{
    return ((struct scene *)user)->slow;
}

static void left(struct scene *s, char what)
{
    size_t n = strlen(s->order);
    if (n < sizeof s->order - 1)
        s->order[n] = what;
}

static void flush(void *user)
{
    left(user, 'f');
}

static int64_t rev_in(const void *payload, size_t len)
{
    char text[4096];
    snprintf(text, sizeof text, "%.*s", (int)(len < 4000 ? len : 4000), (const char *)payload);
    const char *at = strstr(text, "\"rev\":");
    return at ? atoll(at + 6) : -1;
}

static bool publish(void *user, const char *name, const void *payload, size_t len, int qos, bool retain)
{
    struct scene *s = user;
    (void)qos, (void)retain;
    if (s->full)
        return false;
    if (strstr(name, "/hub/beat")) {
        if (s->beats++)
            assert_int_equal(boot_minus(s->now, s->last_beat), BEAT_MS);
        s->last_beat = s->now;
        s->beat_rev = rev_in(payload, len);
    }
    if (strstr(name, "/receipt"))
        left(s, 'r');
    if (strstr(name, "/board/public"))
        left(s, 'p');
    if (strstr(name, "/board/staff")) {
        left(s, 's');
        if (s->boards++)
            assert_true(boot_minus(s->now, s->last_board) >= BOARD_GAP);
        s->last_board = s->now;
        s->rev = rev_in(payload, len);
    }
    return true;
}

static int set_up(void **state)
{
    static const struct hub_ops ops = { .publish = publish, .crowded = crowded, .flush = flush };
    struct scene *s = calloc(1, sizeof *s);
    char fault[CONF_FAULT_SIZE], store[120];
    const char *settings[] = { "site=\"" SITE "\"", store };
    int code;
    if (!s)
        return -1;
    *state = s;
    snprintf(s->dir, sizeof s->dir, "/tmp/time-XXXXXX");
    if (!mkdtemp(s->dir))
        return -1;
    snprintf(s->path, sizeof s->path, "%s/hub.db", s->dir);
    snprintf(s->plan, sizeof s->plan, "%s/empty.cfg", s->dir);
    snprintf(store, sizeof store, "store.path=\"%s\"", s->path);
    FILE *empty = fopen(s->plan, "we"); /* all defaults */
    s->now = (struct boot){ 50000 };
    clock_fake((struct wall){ stamp_days(2026, 3, 2) * 86400000 }, s->now, "boot", true);
    if (!empty || fclose(empty) != 0 || !conf_load(&s->conf, s->plan, settings, 2, fault) ||
        !clock_set_zone("Europe/Berlin") ||
        !(s->hub = hub_create(&s->conf, &ops, s, fault, sizeof fault, &code)))
        return -1;
    hub_connected(s->hub);
    return 0;
}

static int tear_down(void **state)
{
    struct scene *s = *state;
    hub_destroy(s->hub);
    int code = folder_remove(s->dir);
    free(s);
    clock_real();
    return code;
}

static void event(struct scene *s, const char *payload)
{
    char topic[TOPIC_SIZE];
    topic_source(topic, SITE, ROLE_DESK, "front", "event");
    assert_true(hub_message(s->hub, topic, payload, strlen(payload), false));
    assert_true(hub_commit(s->hub));
}

/* As the loop does it: sleeps until the deadline or `until`, whichever is first; true while there was a tick.
 */
static bool sleep_until(struct scene *s, struct boot until, struct wall wall, bool synced)
{
    struct boot next = boot_first(hub_deadline(s->hub), until);
    if (next.ms > s->now.ms)
        s->now = next;
    clock_fake(wall, s->now, "boot", synced);
    if (hub_deadline(s->hub).ms > s->now.ms)
        return false;
    hub_tick(s->hub);
    assert_true(hub_deadline(s->hub).ms > s->now.ms); /* or the loop would spin */
    return true;
}

static const struct {
    int year, month, day;
    int64_t ms;
} walls[] = {
    { 2026, 3, 2, 0 },          { 2026, 3, 2, 3600000 },   { 2026, 3, 1, 3600000 },
    { 1970, 1, 1, 0 },          { 1970, 1, 1, 30000 },     { 2026, 3, 29, 3599000 },
    { 2026, 3, 29, 3601000 },   { 2026, 10, 25, 3599000 }, { 2026, 10, 25, 3601000 },
    { 2038, 1, 19, 11646000 },  { 2038, 1, 19, 11649000 }, { 2106, 2, 7, 23296000 },
    { 2026, 12, 31, 86399000 }, { 2027, 1, 1, 1000 },      { 2026, 3, 2, 0 },
};

static void timers_never_jump(void **state)
{
    struct scene *s = *state;
    event(s, "{\"id\":\"1\",\"type\":\"open\",\"job\":\"A\",\"plate\":\"X 1\",\"bay\":\"1\"}");
    int turns = 0, ticks = 0;
    struct boot began = s->now;
    for (int round = 0; round < 40; round++)
        for (size_t i = 0; i < sizeof walls / sizeof walls[0]; i++, turns++) {
            char payload[160];
            struct wall wall = { stamp_days(walls[i].year, (unsigned)walls[i].month, (unsigned)walls[i].day) *
                                     86400000 +
                                 walls[i].ms };
            struct boot until = boot_plus(s->now, 700);
            while (s->now.ms < until.ms)
                ticks += sleep_until(s, until, wall, (turns + round) % 3 != 0);
            snprintf(payload, sizeof payload, "{\"id\":\"n%d\",\"type\":\"%s\",\"job\":\"A\"%s}", turns,
                     turns % 2 ? "next" : "hold", turns % 2 ? "" : ",\"reason\":\"parts\"");
            event(s, payload);
        }
    int64_t passed = boot_minus(s->now, began);
    assert_in_range(s->beats, passed / BEAT_MS, passed / BEAT_MS + 1);
    assert_true(s->boards > turns / 2);
    /* A tick does something: a beat, a board, a lamp; nothing spins. */
    assert_true(ticks <= s->beats + 2 * s->boards);
}

static void run_for(struct scene *s, int64_t ms)
{
    struct wall start = clock_wall();
    struct boot from = s->now, until = boot_plus(s->now, ms);
    while (s->now.ms < until.ms)
        sleep_until(s, until, wall_plus(start, boot_minus(s->now, from)), true);
}

/* A slow link: while a board is under way the next ones wait, beats go on with the number of the last
 * published board, and what comes then is the newest. A link that takes nothing: tried again until it does.
 */
static void a_slow_link_gets_the_newest_board(void **state)
{
    struct scene *s = *state;
    event(s, "{\"id\":\"1\",\"type\":\"open\",\"job\":\"A\",\"plate\":\"X 1\"}");
    run_for(s, 100);
    int boards = s->boards;
    int64_t rev = s->rev;
    s->slow = true;
    for (int i = 0; i < 50; i++) {
        char payload[80];
        snprintf(payload, sizeof payload,
                 "{\"id\":\"u%d\",\"type\":\"update\",\"job\":\"A\",\"model\":\"M%d\"}", i, i);
        event(s, payload);
        run_for(s, 200);
    }
    assert_int_equal(s->boards, boards);
    assert_int_equal(s->beat_rev, rev);
    s->slow = false;
    run_for(s, 100);
    assert_int_equal(s->boards, boards + 1);
    run_for(s, BEAT_MS);
    assert_int_equal(s->beat_rev, s->rev);
    s->full = true;
    event(s, "{\"id\":\"2\",\"type\":\"next\",\"job\":\"A\"}");
    run_for(s, 1500);
    assert_int_equal(s->boards, boards + 1);
    s->full = false;
    s->beats = 0; /* those in between were not taken */
    run_for(s, 1500);
    assert_int_equal(s->boards, boards + 2);
}

static int64_t log_size(const struct scene *s)
{
    char name[128];
    struct stat file;
    snprintf(name, sizeof name, "%s-wal", s->path);
    return stat(name, &file) == 0 ? file.st_size : -1;
}

/* The board that people look at is on its way before the staff's is made; the database's upkeep waits until
 * nothing came for a moment, and comes then once. */
static void what_is_waited_for_goes_first(void **state)
{
    struct scene *s = *state;
    run_for(s, 1000);
    memset(s->order, 0, sizeof s->order);
    event(s, "{\"id\":\"1\",\"type\":\"open\",\"job\":\"A\",\"plate\":\"X 1\"}");
    assert_string_equal(s->order, "rpfs");
    int64_t size = log_size(s);
    for (int i = 0; i < 3; i++) {
        char payload[80];
        snprintf(payload, sizeof payload,
                 "{\"id\":\"u%d\",\"type\":\"update\",\"job\":\"A\",\"model\":\"M%d\"}", i, i);
        run_for(s, 40);
        event(s, payload);
    }
    assert_true(log_size(s) < size + 200000);
    run_for(s, 100);
    assert_true(log_size(s) > size + 500000);
    assert_int_equal(boot_minus(hub_deadline(s->hub), s->last_beat), BEAT_MS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_slow_link_gets_the_newest_board, set_up, tear_down),
        cmocka_unit_test_setup_teardown(timers_never_jump, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_waited_for_goes_first, set_up, tear_down),
    };
    return cmocka_run_group_tests_name("app_time", tests, NULL, NULL);
}
