/*
 * The n-th call fails, for n = 1, 2, … until a scenario passes without (by
 * default not every n: POINTS=all): reads, writes, syncs and openings of
 * the database's files, and every allocation; once, or from there on until the trouble is over. Never a crash
 * or a leak, never a receipt for what is not in the database; afterwards the hub recovers by itself.
 */
#include "app/rebuild.h"
#include "tests/fault/disk.h"
#include "tests/fault/heap.h"
#include "tests/fault/shop.h"

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
enum { SLOWER = 6 }; /* the sanitizers' build */
#else
enum { SLOWER = 1 };
#endif
enum { ROUNDS = 14, POINTS_MAX = 100000, REBUILD_EVERY = 10 };

static char folder[] = "/tmp/failing-XXXXXX";
static char path[sizeof folder + 16];

/* One kind of trouble; `calls` 0: memory. */
struct trouble {
    const char *name;
    unsigned calls;
    int code;
    bool on; /* until it is over */
};

struct tally {
    int points, no_start, sick_rounds;
    int64_t receipts, refused;
};

static void arm(const struct trouble *t, int n)
{
    if (t->calls)
        disk_fail_at(t->calls, n, t->on, t->code);
    else
        heap_fail_at(n, t->on);
}

/* Ends it; whether it came. */
static bool disarm(const struct trouble *t)
{
    bool came = t->calls ? disk_failed() : heap_failed();
    disk_fail_at(0, 0, false, 0);
    heap_fail_at(0, false);
    return came;
}

/* A round, and what is told after one that was lost: already then the board shows what the database holds. While
 * trouble goes on the database cannot be asked. */
static void round_under(struct shop *shop, const struct trouble *t)
{
    if (!shop_round(shop) && !t->on && shop->staff) {
        shop_verify(shop);
        shop_verify_board(shop);
    }
}

/* The hub of a workshop under way starts again, works, and is asked for its boards. */
static bool scenario(struct shop *shop, const struct trouble *t, int n)
{
    char why[600] = "";
    arm(t, n);
    if (shop_open(shop, why, sizeof why))
        for (int i = 0; i < ROUNDS; i++)
            round_under(shop, t);
    bool came = disarm(t);
    if (!shop->hub && (!came || !why[0]))
        shop_fault(shop, &shop->wrong, "the hub does not start: '%s'", why);
    return came;
}

/* Trouble is over: within a few rounds everything is acknowledged, and all that was said is true. */
static void recover(struct shop *shop, struct tally *tally, int n)
{
    char why[600];
    if (!shop->hub) {
        tally->no_start++;
        if (!shop_open(shop, why, sizeof why)) {
            shop_fault(shop, &shop->wrong, "the hub does not start again: %s", why);
            return;
        }
    }
    if (!shop_settle(shop))
        shop_fault(shop, &shop->wrong, "events stay without a receipt");
    shop_tick(shop);
    shop_verify(shop);
    shop_verify_board(shop);
    shop_close(shop);
    if (n % REBUILD_EVERY == 0 && !rebuild_check(path, why, sizeof why))
        shop_fault(shop, &shop->wrong, "rebuild --check: %s", why);
    if (!shop_open(shop, why, sizeof why))
        shop_fault(shop, &shop->wrong, "the hub does not start once more: %s", why);
    shop_verify(shop);
    shop_verify_board(shop);
    shop_close(shop);
}

/* A workshop under way; `fresh`: none yet, the database is made under trouble. */
static void prepare(struct shop *shop, bool fresh)
{
    char why[600];
    disk_format(7);
    shop_forget(shop);
    if (!fresh && !shop_open(shop, why, sizeof why))
        shop_fault(shop, &shop->wrong, "%s", why);
    for (int i = 0; i < ROUNDS && shop->hub; i++)
        shop_round(shop);
    if (shop->hub && !shop_settle(shop))
        shop_fault(shop, &shop->wrong, "no trouble yet, and events stay without a receipt");
    shop_close(shop);
    shop_keep(shop);
}

/* Every point takes minutes: POINTS=all. Else every so-manieth. */
static int stride(const struct trouble *t)
{
    const char *text = getenv("POINTS");
    if (text && strcmp(text, "all") == 0)
        return 1;
    return (t->calls == 0 ? 23 : t->calls == DISK_WRITE ? 5 : 1) * SLOWER;
}

static void fail_each(const struct trouble *t, bool fresh)
{
    struct tally tally = { 0 };
    struct shop *shop = shop_create(path);
    assert_non_null(shop);
    bool came = true;
    prepare(shop, fresh);
    for (int n = 1, step = stride(t); n < POINTS_MAX && came && !shop->fault[0]; n += step) {
        shop_put_back(shop);
        came = scenario(shop, t, n);
        tally.points += came;
        recover(shop, &tally, n);
        if (shop->fault[0])
            print_message("%s %d: %s\n", t->name, n, shop->fault);
    }
    print_message("%s, %s%s: %d points, hub not started at %d, %d rounds waited, %lld receipts of which %lld "
                  "'storage'; %d lost, %d doubled, %d other faults\n",
                  t->name, t->on ? "on and on" : "once", fresh ? ", new database" : "", tally.points,
                  tally.no_start, shop->sick_rounds, (long long)shop->receipts, (long long)shop->refused,
                  shop->lost, shop->doubled, shop->wrong);
    assert_int_equal(shop->lost + shop->doubled + shop->wrong, 0);
    assert_true(tally.points > 0);
    shop_destroy(shop);
}

static void both_ways(const char *name, unsigned calls, int code)
{
    for (int way = 0; way < 4; way++)
        fail_each(&(struct trouble){ name, calls, code, way & 1 }, way & 2);
}

static void writes(void **state)
{
    (void)state;
    both_ways("write", DISK_WRITE, SQLITE_IOERR_WRITE);
}

static void full(void **state)
{
    (void)state;
    both_ways("disk full", DISK_WRITE, SQLITE_FULL);
}

static void syncs(void **state)
{
    (void)state;
    both_ways("sync", DISK_SYNC, SQLITE_IOERR_FSYNC);
}

static void reads(void **state)
{
    (void)state;
    both_ways("read", DISK_READ, SQLITE_IOERR_READ);
}

static void openings(void **state)
{
    (void)state;
    both_ways("open", DISK_OPEN, SQLITE_CANTOPEN);
}

static void allocations(void **state)
{
    (void)state;
    both_ways("allocation", 0, 0);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(writes),   cmocka_unit_test(full),
                                        cmocka_unit_test(syncs),    cmocka_unit_test(reads),
                                        cmocka_unit_test(openings), cmocka_unit_test(allocations) };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    if (!heap_register() || !mkdtemp(folder))
        return 1;
    snprintf(path, sizeof path, "%s/hub.db", folder);
    if (!disk_register(path))
        return 1;
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    disk_format(0);
    snprintf(path, sizeof path, "%s/hub.db.lock", folder);
    unlink(path);
    rmdir(folder);
    return failed;
}
