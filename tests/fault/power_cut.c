/*
 * The power goes while events come in, again and again. What the hub acknowledged must be in the database
 * when it comes back, once. The same rig with synchronous NORMAL loses some: that proves that it can tell.
 * CUTS=n in the environment for another number than 2,000 (200 with sanitizers).
 */
#include "app/rebuild.h"
#include "tests/fault/disk.h"
#include "tests/fault/heap.h"
#include "tests/fault/shop.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#ifdef PITBOARD_CHECK
enum { CUTS = 200 };
#else
enum { CUTS = 2000 };
#endif
enum { CUTS_A_DISK = 40, ROUNDS_MAX = 40, CHECKPOINT_ROUNDS_MAX = 200, REBUILD_EVERY = 20 };

static char folder[] = "/tmp/power-cut-XXXXXX";
static char path[sizeof folder + 16];

struct tally {
    int cuts, in_start, in_checkpoint, rebuilds;
    int64_t receipts, unsynced, lost_bytes;
};

/* One life of the hub from a running state to the cut. */
static void live(struct shop *shop, struct tally *t)
{
    char why[600];
    bool checkpoint = disk_random(4) == 0;
    int rounds = checkpoint ? CHECKPOINT_ROUNDS_MAX : ROUNDS_MAX;
    if (disk_random(4) == 0)
        shop_close(shop);
    int calls = checkpoint ? 20 : shop->hub ? 120 : 30;
    disk_cut_at(1 + (int)disk_random((uint32_t)calls), checkpoint);
    if (!shop->hub && !shop_open(shop, why, sizeof why) && !disk_is_cut())
        shop_fault(shop, &shop->wrong, "the hub does not start: %s", why);
    t->in_start += disk_is_cut();
    for (int i = 0; i < rounds && shop->hub && !disk_is_cut(); i++)
        shop_round(shop);
    t->in_checkpoint += checkpoint && disk_is_cut();
    disk_cut();
    shop_close(shop);
    disk_power_on();
    t->cuts++;
}

static void cut_once(struct shop *shop, struct tally *t)
{
    char why[600];
    int64_t unsynced, lost;
    if (t->cuts % CUTS_A_DISK == 0 || !shop->hub) {
        shop_close(shop);
        disk_format((unsigned)t->cuts + 1);
        shop_forget(shop);
        shop->pace_ms = 5; /* a board for every seventh round is enough */
    }
    live(shop, t);
    disk_last_cut(&unsynced, &lost);
    t->unsynced += unsynced;
    t->lost_bytes += lost;
    if (!shop_open(shop, why, sizeof why)) {
        shop_fault(shop, &shop->wrong, "after cut %d the hub does not start: %s", t->cuts, why);
        return;
    }
    if (!shop_verify(shop))
        shop_close(shop); /* what is lost now stays lost: NORMAL goes on with a new disk */
    else if (t->cuts % REBUILD_EVERY == 0 && !rebuild_check(path, why, sizeof why))
        shop_fault(shop, &shop->wrong, "after cut %d rebuild --check: %s", t->cuts, why);
    t->rebuilds += t->cuts % REBUILD_EVERY == 0;
}

static void print(const char *name, const struct tally *t, const struct shop *shop)
{
    print_message(
        "%s: %d cuts (%d while starting, %d while checkpointing), %lld receipts, %lld KiB unsynced of "
        "which %lld lost; %d acknowledged events lost, %d doubled, %d other faults, %d rebuilds checked\n",
        name, t->cuts, t->in_start, t->in_checkpoint, (long long)shop->receipts,
        (long long)t->unsynced / 1024, (long long)t->lost_bytes / 1024, shop->lost, shop->doubled,
        shop->wrong, t->rebuilds);
    if (shop->fault[0])
        print_message("%s: first: %s\n", name, shop->fault);
}

static int cuts_wanted(void)
{
    const char *text = getenv("CUTS");
    return text && atoi(text) > 0 ? atoi(text) : CUTS;
}

static void full_loses_nothing(void **state)
{
    (void)state;
    struct tally t = { 0 };
    struct shop *shop = shop_create(path);
    assert_non_null(shop);
    disk_weaken(false);
    for (int i = 0, n = cuts_wanted(); i < n && !shop->fault[0]; i++)
        cut_once(shop, &t);
    print("FULL", &t, shop);
    assert_int_equal(shop->lost, 0);
    assert_int_equal(shop->doubled, 0);
    assert_int_equal(shop->wrong, 0);
    assert_true(t.in_start > 0 && t.in_checkpoint > 0 && t.lost_bytes > 0);
    shop_destroy(shop);
}

static void normal_loses_some(void **state)
{
    (void)state;
    struct tally t = { 0 };
    struct shop *shop = shop_create(path);
    assert_non_null(shop);
    disk_weaken(true);
    for (int i = 0; i < 60; i++)
        cut_once(shop, &t);
    disk_weaken(false);
    print("NORMAL", &t, shop);
    assert_true(shop->lost > 0);
    shop_destroy(shop);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(full_loses_nothing),
                                        cmocka_unit_test(normal_loses_some) };
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
