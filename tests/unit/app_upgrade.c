/* An old database, made by the SQL of its time and filled with a simulated fortnight: the hub that opens it keeps every
 * row, makes the roll-ups, and all that is derived equals the log. A reader says what is to be done. */
#include "app/hub.h"
#include "app/into.h"
#include "app/rebuild.h"
#include "base/stamp.h"
#include "store/query.h"
#include "sys/clock.h"
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

#define DAY_MS INT64_C(86400000)
#define DAYS   15

struct scene {
    char dir[40], fresh[64], old[64];
    struct conf conf;
};

static const char *const tables[] = { "event", "job", "span", "stay", "bay", "change", "rejects" };
static const char *const tables_of_3[] = { "button", "delivery", "device", "announced" };

/* `sql` with the name in the place of every @. */
static void put_name(char *out, size_t size, const char *sql, const char *name)
{
    size_t n = 0;
    for (; *sql; sql++)
        n += (size_t)snprintf(out + n, size - n, "%.*s", *sql == '@' ? 64 : 1, *sql == '@' ? name : sql);
    assert_true(n < size);
}

static void run(sqlite3 *db, const char *with, const char *name)
{
    char sql[9000], *message = NULL;
    put_name(sql, sizeof sql, with, name);
    if (sqlite3_exec(db, sql, NULL, NULL, &message) != SQLITE_OK)
        fail_msg("%s: %s", sql, message);
}

static int64_t number(sqlite3 *db, const char *with, const char *name)
{
    char sql[400];
    sqlite3_stmt *stmt;
    put_name(sql, sizeof sql, with, name);
    assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &stmt, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
    int64_t n = sqlite3_column_int64(stmt, 0);
    sqlite3_finalize(stmt);
    return n;
}

static int set_up(void **state)
{
    struct scene *s = calloc(1, sizeof *s);
    struct feed_counts counts = { .receipts = 0 };
    struct sim_options o = {
        .seed = 3, .run = "up", .midnight = { stamp_days(2026, 10, 4) * DAY_MS }, .weekday = 6, .days = DAYS
    };
    char fault[CONF_FAULT_SIZE];
    *state = s;
    snprintf(s->dir, sizeof s->dir, "/tmp/upgrade-XXXXXX");
    assert_non_null(mkdtemp(s->dir));
    snprintf(s->fresh, sizeof s->fresh, "%s/fresh.db", s->dir);
    snprintf(s->old, sizeof s->old, "%s/old.db", s->dir);
    if (!conf_load(&s->conf, "tests/data/hours.cfg", NULL, 0, fault) || !clock_set_zone("Europe/Minsk"))
        fail_msg("%s", fault);
    snprintf(s->conf.store.path, sizeof s->conf.store.path, "%s", s->fresh);
    struct sim *sim = sim_create(&o);
    assert_non_null(sim);
    if (into_database(&s->conf, sim, &counts, fault, sizeof fault) != 0)
        fail_msg("%s", fault);
    sim_destroy(sim);
    return 0;
}

static int tear_down(void **state)
{
    struct scene *s = *state;
    int code = folder_remove(s->dir);
    clock_real();
    free(s);
    return code;
}

/* Of version 2 or 3, with every row of the fresh one that it has a place for. */
static void make_old(struct scene *s, int version)
{
    char schema[8192], command[80];
    sqlite3 *db;
    FILE *f = fopen("tests/data/schema-3.sql", "re");
    assert_non_null(f);
    schema[fread(schema, 1, sizeof schema - 1, f)] = '\0';
    fclose(f);
    snprintf(command, sizeof command, "rm -f %s*", s->old);
    assert_int_equal(system(command), 0);
    assert_int_equal(sqlite3_open(s->old, &db), SQLITE_OK);
    run(db, "PRAGMA synchronous = OFF; PRAGMA journal_mode = WAL", "");
    run(db, schema, "");
    run(db, "ATTACH '@' AS fresh", s->fresh);
    for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++)
        run(db, "INSERT INTO main.@ SELECT * FROM fresh.@", tables[i]);
    for (size_t i = 0; version == 2 && i < sizeof tables_of_3 / sizeof tables_of_3[0]; i++)
        run(db, "DROP TABLE main.@", tables_of_3[i]);
    if (version == 3)
        run(db, "INSERT INTO device VALUES ('zigbee2mqtt/button 1', 40, 80, NULL, 7)", "");
    run(db, version == 2 ? "PRAGMA main.user_version = 2" : "PRAGMA main.user_version = 3", "");
    assert_true(number(db, "SELECT count(*) FROM main.@", "event") > 4000);
    sqlite3_close(db);
}

static bool publish(void *user, const char *topic, const void *payload, size_t len, int qos, bool retain)
{
    (void)user, (void)topic, (void)payload, (void)len, (void)qos, (void)retain;
    return true;
}

static void open_with_the_hub(struct scene *s)
{
    static const struct hub_ops ops = { .publish = publish };
    char fault[300];
    int code = 0, steps = 0;
    bool more = true;
    snprintf(s->conf.store.path, sizeof s->conf.store.path, "%s", s->old);
    clock_fake((struct wall){ stamp_days(2026, 10, 4 + DAYS + 8) * DAY_MS }, (struct boot){ 1000 }, "later",
               true);
    struct hub *hub = hub_create(&s->conf, &ops, NULL, fault, sizeof fault, &code);
    if (!hub)
        fail_msg("%s", fault);
    for (; more; steps++)
        assert_true(steps < 100 && hub_roll_up(hub, &more));
    hub_destroy(hub);
}

static void expect_all_rows(struct scene *s, int version)
{
    sqlite3 *db;
    assert_int_equal(sqlite3_open(s->old, &db), SQLITE_OK);
    run(db, "ATTACH '@' AS fresh", s->fresh);
    assert_int_equal(number(db, "PRAGMA @", "main.user_version"),
                     number(db, "PRAGMA @", "fresh.user_version"));
    for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++)
        if (number(db,
                   "SELECT (SELECT count(*) FROM (SELECT * FROM fresh.@ EXCEPT SELECT * FROM main.@)) +"
                   " abs((SELECT count(*) FROM main.@) - (SELECT count(*) FROM fresh.@))",
                   tables[i]) != 0)
            fail_msg("version %d: %s has other rows than before", version, tables[i]);
    for (size_t i = 0; i < sizeof tables_of_3 / sizeof tables_of_3[0]; i++)
        assert_int_equal(number(db, "SELECT count(*) FROM main.@", tables_of_3[i]), version == 3 && i == 2);
    assert_true(number(db, "SELECT count(*) FROM main.@", "pack") >= 2);
    assert_true(number(db, "SELECT sum(jobs) FROM main.@", "pack") > 300);
    assert_true(number(db, "SELECT count(*) FROM main.@", "presses") >= DAYS - 1);
    sqlite3_close(db);
}

static void old_ones_are_raised(void **state)
{
    struct scene *s = *state;
    char what[400];
    for (int version = 2; version <= 3; version++) {
        make_old(s, version);
        /* A reader changes nothing and names both versions. */
        assert_null(query_open(s->old, what, sizeof what));
        snprintf(what + 200, 100, "has version %d, this program reads version", version);
        if (!strstr(what, what + 200))
            fail_msg("%s", what);
        open_with_the_hub(s);
        expect_all_rows(s, version);
        if (!rebuild_check(s->old, what, sizeof what))
            fail_msg("version %d: %s", version, what);
    }
}

/* Step 4 makes what is not there: a file whose step fails half-way stays the old one. */
static void a_failed_step_leaves_the_old_one(void **state)
{
    static const struct hub_ops ops = { .publish = publish };
    struct scene *s = *state;
    char fault[300];
    int code = 0;
    sqlite3 *db;
    make_old(s, 3);
    assert_int_equal(sqlite3_open(s->old, &db), SQLITE_OK);
    run(db, "CREATE TABLE presses (mine TEXT)", "");
    snprintf(s->conf.store.path, sizeof s->conf.store.path, "%s", s->old);
    assert_null(hub_create(&s->conf, &ops, NULL, fault, sizeof fault, &code));
    assert_non_null(strstr(fault, "presses"));
    assert_int_equal(number(db, "PRAGMA @", "user_version"), 3);
    assert_int_equal(number(db, "SELECT count(*) FROM sqlite_schema WHERE name LIKE '@%'", "pack"), 0);
    assert_true(number(db, "SELECT count(*) FROM @", "event") > 4000);
    sqlite3_close(db);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(old_ones_are_raised),
        cmocka_unit_test(a_failed_step_leaves_the_old_one),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
