/*
 * Presses that have no ids, from a broker that keeps a session: it sends each until its PUBACK has arrived, with the
 * same packet id, in order. The power goes, calls on the disk and allocations fail, connections break before and after
 * the commit, in random schedules; each press is in the database once. SCHEDULES=n for another number than 150.
 */
#include "app/hub.h"
#include "sys/clock.h"
#include "tests/fault/disk.h"
#include "tests/fault/heap.h"

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

#ifdef PITBOARD_CHECK
enum { SCHEDULES = 30 };
#else
enum { SCHEDULES = 150 };
#endif
enum { STEPS = 60, MESSAGES_MAX = 400, FIRST_ID_MAX = 65535 };

static char folder[] = "/tmp/presses-XXXXXX";
static char path[sizeof folder + 16], file[sizeof folder + 16];

/* What waits at the broker: [acked, n), of which [acked, sent) came on this connection. */
struct session {
    int count[MESSAGES_MAX]; /* event_cnt of a Shelly; 0: a zigbee press */
    int n, acked, sent, first_id;
};

struct scene {
    struct conf conf;
    struct hub *hub;
    struct session s;
    int shelly, repeats; /* last event_cnt; messages that repeat one */
    int cuts, broken, failed, starts;
    struct wall wall;
    struct boot boot;
};

static bool publish(void *user, const char *topic, const void *payload, size_t len, int qos, bool retain)
{
    (void)user, (void)topic, (void)payload, (void)len, (void)qos, (void)retain;
    return true;
}

static void pass(struct scene *x, int64_t ms)
{
    x->wall = wall_plus(x->wall, ms);
    x->boot = boot_plus(x->boot, ms);
    char id[16];
    snprintf(id, sizeof id, "boot-%d", x->starts % 1000);
    clock_fake(x->wall, x->boot, id, true);
}

static void press(struct scene *x)
{
    if (x->s.n == MESSAGES_MAX)
        return;
    int count = 0;
    if (disk_random(3) == 0) { /* a Shelly, which says each press again */
        bool again = x->shelly > 0 && disk_random(2);
        count = again ? x->shelly : ++x->shelly;
        x->repeats += again;
    }
    x->s.count[x->s.n++] = count;
}

static bool deliver(struct scene *x, int i)
{
    char payload[64];
    int id = (x->s.first_id + i) % FIRST_ID_MAX + 1, count = x->s.count[i];
    if (count == 0)
        return hub_press(x->hub, "zigbee2mqtt/z", "{\"action\":\"single\"}", 19, false, id);
    int len = snprintf(payload, sizeof payload, "{\"event\":\"S\",\"event_cnt\":%d}", count);
    return hub_press(x->hub, "shellies/s/input_event/0", payload, (size_t)len, false, id);
}

static void connect(struct scene *x)
{
    x->s.sent = x->s.acked;
    hub_listening(x->hub, true);
}

/* The machine starts again, with all faults over. */
static void start(struct scene *x)
{
    static const struct hub_ops ops = { .publish = publish };
    char why[600];
    int code;
    hub_destroy(x->hub);
    disk_fail_at(0, 0, false, 0);
    heap_fail_at(0, false);
    if (disk_is_cut())
        disk_power_on();
    x->starts++;
    x->boot = (struct boot){ 20000 };
    pass(x, 5000);
    x->hub = hub_create(&x->conf, &ops, x, why, sizeof why, &code);
    if (!x->hub)
        fail_msg("the hub does not start: %s", why);
    hub_connected(x->hub);
    connect(x);
}

/* One round; what was committed gets its PUBACKs unless the connection breaks first. */
static void round_of(struct scene *x, bool breaks)
{
    bool ok = true;
    for (int n = 1 + (int)disk_random(4); n > 0 && ok && x->s.sent < x->s.n; n--)
        ok = deliver(x, x->s.sent++);
    if (!hub_commit(x->hub) || disk_is_cut()) {
        x->failed++;
        for (int i = 0; i < 4 && !disk_is_cut() && !hub_writable(x->hub); i++)
            pass(x, 1000);
        if (disk_is_cut() || !hub_writable(x->hub))
            start(x);
        else
            connect(x);
    } else if (breaks) {
        x->broken++;
        connect(x);
    } else {
        x->s.acked = x->s.sent;
    }
}

static void trouble(struct scene *x)
{
    switch (disk_random(6)) {
    case 0:
        disk_cut_at(1 + (int)disk_random(12), false);
        x->cuts++;
        break;
    case 1:
        disk_fail_at(DISK_WRITE | DISK_SYNC, 1 + (int)disk_random(8), disk_random(2), SQLITE_IOERR_WRITE);
        break;
    case 2:
        heap_fail_at(1 + (int)disk_random(60), false);
        break;
    case 3:
        start(x); /* killed between two rounds, or with one open */
        break;
    case 4:
        for (int i = 0; i < 3 && x->s.sent < x->s.n; i++)
            (void)deliver(x, x->s.sent++);
        start(x); /* killed with a round open */
        break;
    default:
        disk_fail_at(0, 0, false, 0);
        heap_fail_at(0, false);
    }
}

static int rows(const char *query)
{
    sqlite3 *db = NULL;
    sqlite3_stmt *stmt = NULL;
    int n = -1;
    if (sqlite3_open(path, &db) == SQLITE_OK && sqlite3_prepare_v2(db, query, -1, &stmt, NULL) == SQLITE_OK &&
        sqlite3_step(stmt) == SQLITE_ROW)
        n = sqlite3_column_int(stmt, 0);
    sqlite3_finalize(stmt);
    sqlite3_close(db);
    return n;
}

static void forget_lock(void)
{
    char name[sizeof path + 8];
    snprintf(name, sizeof name, "%s.lock", path);
    unlink(name);
}

static void schedule(struct scene *x, int seed, int *presses)
{
    disk_format((unsigned)seed);
    forget_lock();
    x->s = (struct session){ .first_id = (int)disk_random(FIRST_ID_MAX) };
    x->shelly = x->repeats = 0;
    x->hub = NULL;
    start(x);
    x->s.count[x->s.n++] = ++x->shelly; /* sets the base, and is no press */
    for (int i = 0; i < STEPS; i++) {
        pass(x, 50 + disk_random(2000));
        for (int n = (int)disk_random(3); n > 0; n--)
            press(x);
        if (disk_random(4) == 0)
            trouble(x);
        round_of(x, disk_random(5) == 0);
        hub_tick(x->hub);
    }
    disk_cut_at(0, false);
    start(x);
    while (x->s.acked < x->s.n)
        round_of(x, false);
    hub_destroy(x->hub);
    int zigbee = rows("SELECT count(*) FROM event WHERE source = 'bay/1'");
    int shelly = rows("SELECT count(*) FROM event WHERE source = 'bay/2'");
    if (zigbee != x->s.n - x->shelly - x->repeats || shelly != x->shelly - 1)
        fail_msg("schedule %d: %d of %d zigbee presses, %d of %d of a Shelly", seed, zigbee,
                 x->s.n - x->shelly - x->repeats, shelly, x->shelly - 1);
    *presses += zigbee + shelly;
}

static void each_press_counts_once(void **state)
{
    struct scene *x = calloc(1, sizeof *x);
    char fault[CONF_FAULT_SIZE], store[sizeof path + 16];
    const char *settings[] = { "site=\"shop\"", store };
    const char *text = getenv("SCHEDULES");
    int n = text && atoi(text) > 0 ? atoi(text) : SCHEDULES, presses = 0;
    (void)state;
    assert_non_null(x);
    snprintf(store, sizeof store, "store.path=\"%s\"", path);
    if (!conf_load(&x->conf, file, settings, 2, fault))
        fail_msg("%s", fault);
    x->wall = (struct wall){ INT64_C(1772442000000) };
    for (int seed = 1; seed <= n; seed++)
        schedule(x, seed, &presses);
    print_message(
        "%d schedules, %d presses: %d cuts armed, %d starts, %d rounds failed, %d connections broken before "
        "the PUBACK; 0 lost, 0 doubled\n",
        n, presses, x->cuts, x->starts, x->failed, x->broken);
    assert_true(x->cuts > n && x->failed > n && x->broken > n);
    conf_clear(&x->conf);
    free(x);
    clock_real();
}

static bool write_config(void)
{
    FILE *f = fopen(file, "we");
    if (!f)
        return false;
    fputs("buttons = (\n"
          "  { profile = \"zigbee2mqtt\"; topic = \"zigbee2mqtt/z\"; value = \"single\"; bay = \"1\"; type = "
          "\"note\";\n"
          "    text = \"z\"; gap_ms = 0; },\n"
          "  { profile = \"shelly1\"; topic = \"shellies/s/input_event/0\"; value = \"S\"; bay = \"2\"; type "
          "= \"note\";\n"
          "    text = \"s\"; gap_ms = 0; }\n);\n",
          f);
    return fclose(f) == 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(each_press_counts_once) };
    if (!heap_register() || !mkdtemp(folder))
        return 1;
    snprintf(path, sizeof path, "%s/hub.db", folder);
    snprintf(file, sizeof file, "%s/shop.cfg", folder);
    if (!disk_register(path) || !write_config())
        return 1;
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    disk_format(0);
    forget_lock();
    unlink(file);
    rmdir(folder);
    return failed;
}
