/* The outbox: order, ids, what a receipt changes, limits, damage. */
#include "store/outbox.h"
#include "tests/folder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <sqlite3.h>

#define BOOT  "0123456789abcdef"
#define FIRST INT64_C(1000)

struct fixture {
    char dir[32], path[64], fault[512];
    struct outbox *box;
};

static struct outbox *reopen(struct fixture *x, int64_t first)
{
    bool damaged;
    outbox_close(x->box);
    x->box = outbox_open(x->path, first, &damaged, x->fault, sizeof x->fault);
    if (!x->box)
        fail_msg("%s", x->fault);
    return x->box;
}

static int setup(void **state)
{
    struct fixture *x = calloc(1, sizeof *x);
    assert_non_null(x);
    /* Ten thousand syncs: in memory where that can be had. */
    strcpy(x->dir, access("/dev/shm", W_OK) == 0 ? "/dev/shm/outbox-XXXXXX" : "/tmp/outbox-XXXXXX");
    assert_non_null(mkdtemp(x->dir));
    snprintf(x->path, sizeof x->path, "%s/box.db", x->dir);
    reopen(x, FIRST);
    *state = x;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *x = *state;
    outbox_close(x->box);
    int rc = folder_remove(x->dir);
    free(x);
    return rc;
}

static struct parcel parcel(enum event_type type, enum parcel_chain chain, const char *job, const char *from)
{
    struct parcel p = {
        .type = type, .chain = chain, .on = -1, .boot = BOOT, .up = { 5000 }, .made = WALL_NONE
    };
    snprintf(p.job, sizeof p.job, "%s", job);
    snprintf(p.from, sizeof p.from, "%s", from);
    return p;
}

static void add(struct fixture *x, struct parcel p)
{
    assert_int_equal(outbox_add(x->box, &p), OUTBOX_OK);
}

static struct parcel first(struct fixture *x)
{
    struct parcel p;
    assert_int_equal(outbox_first(x->box, &p), OUTBOX_OK);
    return p;
}

static struct parcel_verdict verdict(const struct parcel *p, bool applied, const char *job, const char *stage)
{
    struct parcel_verdict v = { .applied = applied, .at = WALL_NONE };
    memcpy(v.id, p->id, sizeof v.id);
    snprintf(v.job, sizeof v.job, "%s", job);
    snprintf(v.stage, sizeof v.stage, "%s", stage);
    snprintf(v.reason, sizeof v.reason, "%s", applied ? "" : "moved-on");
    return v;
}

static void settle(struct fixture *x, bool applied, const char *job, const char *stage)
{
    struct parcel p = first(x);
    struct parcel_verdict v = verdict(&p, applied, job, stage);
    assert_int_equal(outbox_settle(x->box, &v), OUTBOX_OK);
}

static void whole_parcels_come_back_in_order(void **state)
{
    struct fixture *x = *state;
    struct parcel p = parcel(EV_HELP, PARCEL_APART, "W-1", "repair"), got;
    strcpy(p.by, "Иван");
    strcpy(p.reason, "lift");
    strcpy(p.text, "…");
    p.on = 0;
    p.made.ms = 1772442000123;
    assert_int_equal(outbox_first(x->box, &got), OUTBOX_NONE);
    assert_int_equal(outbox_add(x->box, &p), OUTBOX_OK);
    assert_string_equal(p.id, BOOT "-1000");
    add(x, parcel(EV_NEXT, PARCEL_OWN, "W-1", "repair"));
    reopen(x, 77);
    assert_int_equal(outbox_waiting(x->box), 2);
    got = first(x);
    assert_string_equal(got.id, p.id);
    assert_string_equal(got.by, p.by);
    assert_string_equal(got.reason, p.reason);
    assert_string_equal(got.text, p.text);
    assert_string_equal(got.boot, BOOT);
    assert_int_equal(got.type, EV_HELP);
    assert_int_equal(got.chain, PARCEL_APART);
    assert_int_equal(got.on, 0);
    assert_int_equal(got.up.ms, 5000);
    assert_int_equal(got.made.ms, p.made.ms);
    settle(x, true, "", "");
    got = first(x);
    assert_int_equal(got.type, EV_NEXT);
    assert_int_equal(got.on, -1);
    assert_true(wall_is_none(got.made));
}

static void ids_never_repeat(void **state)
{
    struct fixture *x = *state;
    char last[EVENT_ID_SIZE] = "";
    for (int i = 0; i < 30; i++) {
        add(x, parcel(EV_NEXT, PARCEL_OWN, "W-1", "repair"));
        struct parcel p = first(x);
        assert_true(strcmp(p.id, last) > 0); /* the same length here: the numbers grow */
        memcpy(last, p.id, sizeof last);
        settle(x, true, "W-1", "wash"); /* and the rows go, but for the last few */
        if (i % 7 == 0)
            reopen(x, FIRST);
    }
    assert_string_equal(last, BOOT "-1029");
}

static void the_next_one_follows_the_car(void **state)
{
    struct fixture *x = *state;
    add(x, parcel(EV_NEXT, PARCEL_OWN, "W-1", "repair"));
    add(x, parcel(EV_HELP, PARCEL_APART, "W-1", "repair"));
    add(x, parcel(EV_NEXT, PARCEL_FOLLOWS, "W-1", "repair"));
    add(x, parcel(EV_NEXT, PARCEL_FOLLOWS, "W-1", "repair"));
    settle(x, true, "W-1", "quality");
    assert_string_equal(first(x).from, "repair"); /* the call for help is about the bay */
    settle(x, true, "W-9", "parts");              /* and gives nothing on */
    assert_string_equal(first(x).from, "quality");
    assert_string_equal(first(x).job, "W-1");
    reopen(x, FIRST);
    assert_string_equal(first(x).from, "quality");
    settle(x, false, "W-1", "parts"); /* refused: the next keeps what was seen, to be refused as well */
    assert_string_equal(first(x).from, "repair");
    struct parcel assign = parcel(EV_ASSIGN, PARCEL_OWN, "W-2", "");
    add(x, assign);
    settle(x, true, "W-1", "wash");
    assert_string_equal(first(x).job, "W-2"); /* a scanned work order stays what it is */
    assert_string_equal(first(x).from, "");
}

static void only_the_oldest_is_settled(void **state)
{
    struct fixture *x = *state;
    struct parcel a = parcel(EV_NEXT, PARCEL_OWN, "W-1", "repair"), b = a;
    assert_int_equal(outbox_add(x->box, &a), OUTBOX_OK);
    assert_int_equal(outbox_add(x->box, &b), OUTBOX_OK);
    struct parcel_verdict v = verdict(&b, true, "W-1", "wash");
    assert_int_equal(outbox_settle(x->box, &v), OUTBOX_NONE);
    v = verdict(&a, true, "W-1", "wash");
    assert_int_equal(outbox_settle(x->box, &v), OUTBOX_OK);
    assert_int_equal(outbox_settle(x->box, &v), OUTBOX_NONE);
    assert_int_equal(outbox_waiting(x->box), 1);
}

/* For who looks into the file: the ten newest, with what came of them. */
static void the_last_decisions_are_kept(void **state)
{
    struct fixture *x = *state;
    sqlite3 *db;
    sqlite3_stmt *stmt;
    for (int i = 0; i < 2 * OUTBOX_RECENT; i++) {
        add(x, parcel(i % 2 ? EV_HOLD : EV_NEXT, PARCEL_OWN, "W-1", "repair"));
        settle(x, i % 2, "W-1", "wash");
    }
    assert_int_equal(sqlite3_open(x->path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db,
                                        "SELECT id || ' ' || type || ' ' || result || ' ' || coalesce(why, "
                                        "'') FROM press ORDER BY seq DESC",
                                        -1, &stmt, NULL),
                     SQLITE_OK);
    assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
    assert_string_equal((const char *)sqlite3_column_text(stmt, 0), BOOT "-1019 hold applied ");
    assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
    assert_string_equal((const char *)sqlite3_column_text(stmt, 0), BOOT "-1018 next rejected moved-on");
    int n = 2;
    while (sqlite3_step(stmt) == SQLITE_ROW)
        n++;
    assert_int_equal(n, OUTBOX_RECENT);
    sqlite3_finalize(stmt);
    sqlite3_close(db);
}

static void the_newest_of_a_kind_is_found(void **state)
{
    struct fixture *x = *state;
    struct parcel p;
    assert_int_equal(outbox_last_car(x->box, &p), OUTBOX_NONE);
    add(x, parcel(EV_NEXT, PARCEL_OWN, "W-1", "repair"));
    add(x, parcel(EV_ASSIGN, PARCEL_OWN, "W-2", ""));
    p = parcel(EV_HELP, PARCEL_APART, "W-1", "repair");
    p.on = 1;
    add(x, p);
    add(x, parcel(EV_NOTE, PARCEL_APART, "W-1", "repair"));
    assert_int_equal(outbox_last_car(x->box, &p), OUTBOX_OK);
    assert_string_equal(p.job, "W-2");
    assert_int_equal(outbox_last_of(x->box, EV_HELP, &p), OUTBOX_OK);
    assert_int_equal(p.on, 1);
    assert_int_equal(outbox_last_of(x->box, EV_HOLD, &p), OUTBOX_NONE);
}

static void a_synced_clock_dates_this_boot(void **state)
{
    struct fixture *x = *state;
    struct parcel old = parcel(EV_NEXT, PARCEL_OWN, "W-1", "repair");
    strcpy(old.boot, "another");
    add(x, old);
    add(x, parcel(EV_NEXT, PARCEL_FOLLOWS, "W-1", "repair"));
    struct parcel_now now = { BOOT, { 65000 }, { 1772442060000 } };
    assert_int_equal(outbox_date(x->box, &now), OUTBOX_OK);
    reopen(x, FIRST);
    assert_true(wall_is_none(first(x).made)); /* nobody knows when that boot was */
    settle(x, true, "W-1", "wash");
    assert_int_equal(first(x).made.ms, 1772442000000);
}

static void what_was_seen_is_remembered(void **state)
{
    struct fixture *x = *state;
    struct bay_view view = { .job = "W-1", .stage = "repair", .help = true, .since = WALL_NONE }, got;
    assert_false(outbox_seen(x->box, &got));
    assert_true(outbox_see(x->box, &view));
    strcpy(view.stage, "wash");
    assert_true(outbox_see(x->box, &view));
    reopen(x, FIRST);
    assert_true(outbox_seen(x->box, &got));
    assert_string_equal(got.job, "W-1");
    assert_string_equal(got.stage, "wash");
    assert_true(got.help);
}

static void it_is_full_at_its_limit(void **state)
{
    struct fixture *x = *state;
    struct parcel p = parcel(EV_NOTE, PARCEL_APART, "", "");
    while (outbox_waiting(x->box) < OUTBOX_MAX)
        assert_int_equal(outbox_add(x->box, &p), OUTBOX_OK);
    assert_int_equal(outbox_add(x->box, &p), OUTBOX_FULL);
    assert_int_equal(outbox_waiting(x->box), OUTBOX_MAX);
    settle(x, true, "", "");
    assert_int_equal(outbox_add(x->box, &p), OUTBOX_OK);
    assert_int_equal(outbox_add(x->box, &p), OUTBOX_FULL);
}

static void a_second_process_is_kept_out(void **state)
{
    struct fixture *x = *state;
    bool damaged = true;
    assert_null(outbox_open(x->path, FIRST, &damaged, x->fault, sizeof x->fault));
    assert_false(damaged);
    assert_non_null(strstr(x->fault, "another program"));
}

/* ── damage ── */

static void overwrite(const char *path, long at, const char *bytes, size_t len)
{
    FILE *f = fopen(path, "r+");
    assert_non_null(f);
    assert_int_equal(fseek(f, at, at < 0 ? SEEK_END : SEEK_SET), 0);
    assert_int_equal(fwrite(bytes, 1, len, f), len);
    fclose(f);
}

/* All in the main file, none in the log beside it. */
static void close_merged(struct fixture *x)
{
    sqlite3 *db;
    outbox_close(x->box);
    x->box = NULL;
    assert_int_equal(sqlite3_open(x->path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, "PRAGMA wal_checkpoint(TRUNCATE)", NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
}

static void expect_damage(struct fixture *x)
{
    bool damaged = false;
    x->box = outbox_open(x->path, FIRST, &damaged, x->fault, sizeof x->fault);
    assert_null(x->box);
    assert_true(damaged);
}

static void a_file_that_is_none_is_damage(void **state)
{
    struct fixture *x = *state;
    close_merged(x);
    overwrite(x->path, 0, "no database at all, really", 26);
    expect_damage(x);
}

static void a_newer_version_is_set_aside_too(void **state)
{
    struct fixture *x = *state;
    sqlite3 *db;
    close_merged(x);
    assert_int_equal(sqlite3_open(x->path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, "PRAGMA user_version = 99", NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
    expect_damage(x);
    assert_non_null(strstr(x->fault, "version is 99"));
}

static void a_changed_row_is_damage_and_the_others_are_saved(void **state)
{
    struct fixture *x = *state;
    char other[80];
    sqlite3 *db;
    for (int i = 0; i < 5; i++)
        add(x, parcel(EV_NEXT, i ? PARCEL_FOLLOWS : PARCEL_OWN, "W-1", "repair"));
    settle(x, true, "W-1", "quality"); /* decided: not to be sent again */
    close_merged(x);
    assert_int_equal(sqlite3_open(x->path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, "UPDATE press SET job = 'W-7' WHERE seq = 3", NULL, NULL, NULL),
                     SQLITE_OK);
    sqlite3_close(db);
    expect_damage(x);
    snprintf(other, sizeof other, "%s/fresh.db", x->dir);
    bool damaged;
    x->box = outbox_open(other, 900, &damaged, x->fault, sizeof x->fault);
    assert_non_null(x->box);
    assert_int_equal(outbox_salvage(x->box, x->path), 3);
    assert_int_equal(outbox_waiting(x->box), 3);
    add(x, parcel(EV_UNDO, PARCEL_FOLLOWS, "W-1", "repair")); /* behind them, though its number is smaller */
    static const char *const ids[] = { BOOT "-1001", BOOT "-1003", BOOT "-1004", BOOT "-900" };
    for (int i = 0; i < 4; i++) {
        assert_string_equal(first(x).id, ids[i]);
        settle(x, false, "", "");
    }
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(whole_parcels_come_back_in_order),
        TEST(ids_never_repeat),
        TEST(the_next_one_follows_the_car),
        TEST(only_the_oldest_is_settled),
        TEST(the_last_decisions_are_kept),
        TEST(the_newest_of_a_kind_is_found),
        TEST(a_synced_clock_dates_this_boot),
        TEST(what_was_seen_is_remembered),
        TEST(it_is_full_at_its_limit),
        TEST(a_second_process_is_kept_out),
        TEST(a_file_that_is_none_is_damage),
        TEST(a_newer_version_is_set_aside_too),
        TEST(a_changed_row_is_damage_and_the_others_are_saved),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
