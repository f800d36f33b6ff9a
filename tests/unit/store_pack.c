/* Roll-ups under change: random visits are packed, changed in every way a hub changes them, packed again; figures from
 * packs, from rows and from both must be the same, percentiles included. */
#include "base/text.h"
#include "store/query.h"
#include "store/store.h"
#include "tests/folder.h"
#include "tests/pack_kit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <sqlite3.h>

/* At most that many steps; were these enough? */
static bool roll_some(struct fixture *x, int steps)
{
    char fault[300];
    bool more = true;
    struct store *store = store_open(x->path, false, fault, sizeof fault);
    assert_non_null(store);
    for (int i = 0; more && i < steps; i++)
        assert_true(store_roll_up(store, (struct wall){ LATER }, x->hours, &more));
    store_close(store);
    return !more;
}

static void roll_up(struct fixture *x)
{
    assert_true(roll_some(x, 400));
}

/* UTC+10, +11 from so many days after the start: until then other hours have other days. */
static struct hours *make_hours(int holidays, int change)
{
    const struct hours_step step[] = { { { 0 }, 10 * HOUR }, { { START + change * DAY }, 11 * HOUR } };
    struct hours_setup setup = { .step = step, .n_steps = 2, .given = true, .n_holidays = holidays };
    for (int d = 0; d < 6; d++) {
        setup.day[d].span[0].from_min = 480;
        setup.day[d].span[0].to_min = 1200;
        setup.day[d].n = 1;
    }
    for (int i = 0; i < holidays; i++) { /* 2027-11-11 on, a Thursday: a pack's week */
        setup.holiday[i].year = 2027;
        setup.holiday[i].month = 11;
        setup.holiday[i].day = 11 + i;
    }
    return hours_create(&setup, (struct wall){ START }, (struct wall){ LATER + 300 * DAY });
}

static int set_up(void **state)
{
    struct fixture *x = calloc(1, sizeof *x);
    snprintf(x->dir, sizeof x->dir, "/tmp/store-pack-XXXXXX");
    assert_non_null(mkdtemp(x->dir));
    snprintf(x->path, sizeof x->path, "%s/p.db", x->dir);
    snprintf(x->bare, sizeof x->bare, "%s/bare.db", x->dir);
    x->seed = 11;
    x->hours = make_hours(0, 10);
    x->other = make_hours(7, 17);
    make_database(x);
    roll_up(x);
    *state = x;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *x = *state;
    hours_destroy(x->hours);
    hours_destroy(x->other);
    int code = folder_remove(x->dir);
    free(x);
    return code;
}

static struct text ask(struct fixture *x, const char *path, struct query_ask what)
{
    char fault[QUERY_FAULT_SIZE];
    struct query_plan plan = { .n_stages = 3,
                               .stages = { { "checkin", KIND_QUEUE, 0 },
                                           { "repair", KIND_WORK, HOUR },
                                           { "ready", KIND_READY, 3 * HOUR } } };
    struct text out = text_grow(1 << 20);
    struct query *q = query_open(path, fault, sizeof fault);
    assert_non_null(q);
    what.plan = &plan;
    what.hours = x->hours;
    what.now.ms = INT64_MAX;
    struct figures *f = query_figures(q, &what);
    const struct figures_sum *sum = f ? figures_finish(f) : NULL;
    if (!sum)
        fail_msg("%s", query_fault(q));
    describe(sum, &out);
    assert_false(out.failed);
    x->unread += query_unread(q) != NULL;
    figures_destroy(f);
    query_close(q);
    return out;
}

/* The database without a single roll-up. */
static void strip(struct fixture *x)
{
    char sql[200];
    unlink(x->bare);
    snprintf(sql, sizeof sql, "VACUUM INTO '%s'", x->bare);
    run(x->path, "%s", sql);
    run(x->bare, "DELETE FROM pack; DELETE FROM pack_sums; DELETE FROM pack_visits; DELETE FROM pack_rows;"
                 " DELETE FROM presses");
}

static int64_t latest_of_a_pack(struct fixture *x)
{
    char sql[120];
    snprintf(sql, sizeof sql,
             "SELECT coalesce((SELECT high_ms FROM pack WHERE jobs > 0 ORDER BY id LIMIT 1 OFFSET %d), 0)",
             (int)pick(x, WEEKS));
    return number(x->path, sql);
}

static void compare(struct fixture *x, int windows)
{
    static const enum figures_by by[] = { BY_NONE, BY_ADVISOR, BY_DAY, BY_HOUR, BY_STAGE, BY_MONTH };
    static const int days[] = { 0, 1, 30, 90, 365 };
    strip(x);
    for (int i = 0; i < windows; i++) {
        int64_t a = START - DAY + pick(x, (WEEKS + 3) * 7 * DAY),
                b = pick(x, 4) == 0 ? a + pick(x, 90 * DAY) : START - DAY + pick(x, (WEEKS + 3) * 7 * DAY);
        if (pick(x, 5) == 0) /* up to there, without it or with it */
            b = latest_of_a_pack(x) - pick(x, 2);
        struct query_ask what = { .since = { a < b ? a : b }, .until = { (a < b ? b : a) + 1 } };
        if (pick(x, 6) == 0)
            what.since = WALL_NONE;
        if (pick(x, 6) == 0)
            what.until = WALL_NONE;
        what.by = by[pick(x, 6)];
        what.repeat_days = days[pick(x, 5)];
        struct text ours = ask(x, x->path, what), theirs = ask(x, x->bare, what);
        size_t at = 0;
        while (ours.data[at] && ours.data[at] == theirs.data[at])
            at++;
        if (strcmp(ours.data, theirs.data) != 0)
            fail_msg("window %lld to %lld, by %d, %d days: …%.300s\n… is not …%.300s",
                     (long long)what.since.ms, (long long)what.until.ms, (int)what.by, what.repeat_days,
                     ours.data + (at < 100 ? 0 : at - 100), theirs.data + (at < 100 ? 0 : at - 100));
        text_free(&ours);
        text_free(&theirs);
    }
}

static int64_t packs_of(struct fixture *x, int level)
{
    char sql[100];
    snprintf(sql, sizeof sql, "SELECT count(*) FROM pack WHERE id / 1000000 = %d", level);
    return number(x->path, sql);
}

static void expect_same(struct fixture *x)
{
    char what[300];
    if (store_same_rollups(x->path, x->hours, what, sizeof what) != STORE_SOUND)
        fail_msg("%s", what);
}

static void packs_count_as_rows_do(void **state)
{
    struct fixture *x = *state;
    assert_true(packs_of(x, 0) == WEEKS + 7 ||
                packs_of(x, 0) == WEEKS + 8); /* the last one is not over for a day; some are empty */
    assert_int_equal(packs_of(x, 1), (LATER - DAY) / (56 * DAY) - START / (56 * DAY));
    assert_int_equal(packs_of(x, 2), (LATER - DAY) / (448 * DAY) - START / (448 * DAY));
    assert_int_equal(number(x->path, "SELECT sum(jobs) FROM pack WHERE id < 1000000"),
                     number(x->path, "SELECT count(*) FROM job WHERE closed_ms IS NOT NULL"));
    assert_true(number(x->path, "SELECT count(*) FROM presses") > 20);
    compare(x, 80);
    expect_same(x);
}

/* Twenty presses of a bay, 3 s apart, about a moment; the hub's clock had gone back to it. */
static void press_about(struct fixture *x, int64_t at)
{
    for (int i = 0; i < 20; i++)
        run(x->path,
            "INSERT INTO event (seq, source, id, type, job, at_ms, received_ms, hub_boot, hub_boot_ms, "
            "synced, late, clamped,"
            " result, digest) SELECT max(seq) + 1, 'bay/1', 'p' || max(seq), 'next', 'J1', %lld, %lld, 'b', "
            "0, 1, 0, 0,"
            " 'applied', 0 FROM event",
            (long long)(at + (i - 10) * 3000), (long long)(at + (i - 10) * 3000));
}

/* The hub's clocks had another zone: its runs are of other days, so they count for nothing until it made them again. */
static void runs_of_other_days_are_made_again(void **state)
{
    struct fixture *x = *state;
    struct hours *before = x->hours;
    static const char runs[] = "SELECT count(*) FROM presses",
                      other[] = "SELECT count(*) FROM presses WHERE to_ms - from_ms != 86400000"
                                " OR from_ms % 86400000 NOT IN (46800000, 50400000)";
    press_about(x, START + 12 * DAY + 13 * HOUR); /* midnight of one, not of the other */
    press_about(x, START + 60 * DAY);
    roll_up(x);
    int64_t n = number(x->path, runs);
    assert_true(n > 20);
    assert_int_equal(number(x->path, other), 1); /* the day of the change */
    x->hours = x->other;
    compare(x, 20);
    roll_up(x);
    assert_true(llabs(number(x->path, runs) - n) < 3);
    assert_int_equal(number(x->path, "SELECT min(from_ms) FROM presses WHERE from_ms % 86400000 = 46800000"),
                     START + 17 * DAY + 13 * HOUR);
    compare(x, 20);
    expect_same(x);
    run(x->path, "DELETE FROM presses WHERE first_seq %% 3 = 1"); /* some are not there */
    compare(x, 20);
    run(x->path, "DELETE FROM presses");
    x->hours = before;
    roll_up(x);
    expect_same(x);
}

/* With other hours than the packs were made with, in one week: before, while and after they are made again. */
static void hours_that_change_are_never_missed(void **state)
{
    struct fixture *x = *state;
    struct hours *before = x->hours;
    int64_t packs = number(x->path, "SELECT count(*) FROM pack");
    x->hours = x->other;
    compare(x, 12);
    assert_false(roll_some(x, 2));
    assert_true(number(x->path, "SELECT count(*) FROM pack") < packs);
    compare(x, 12);
    expect_same(x);
    roll_up(x);
    assert_int_equal(number(x->path, "SELECT count(*) FROM pack"), packs);
    compare(x, 12);
    expect_same(x);
    x->hours = before;
    roll_up(x);
    expect_same(x);
}

/* The hours change between two steps: a larger pack is not made of smaller ones counted with others. */
static void hours_that_change_meanwhile_are_not_mixed(void **state)
{
    struct fixture *x = *state;
    struct hours *before = x->hours;
    char what[300], reached[100];
    bool more = true;
    snprintf(reached, sizeof reached, "SELECT count(*) FROM pack WHERE id = %lld",
             (long long)((START + 620 * DAY) / (7 * DAY))); /* 2027-11-11 */
    assert_true(store_drop_rollups(x->path, what, sizeof what));
    struct store *store = store_open(x->path, false, what, sizeof what);
    assert_non_null(store);
    for (int i = 0; number(x->path, reached) == 0; i++)
        assert_true(i < 400 && store_roll_up(store, (struct wall){ LATER }, x->hours, &more) && more);
    for (int i = 0; more; i++)
        assert_true(i < 400 && store_roll_up(store, (struct wall){ LATER }, x->other, &more));
    store_close(store);
    x->hours = x->other;
    compare(x, 12);
    expect_same(x);
    x->hours = before;
    roll_up(x);
    compare(x, 4);
}

/* What lies whole in the window is read from the largest pack: that the ones below it cannot be read any more is not
 * noticed. */
static void the_largest_packs_are_read(void **state)
{
    struct fixture *x = *state;
    static const char *const spoilt[] = {
        "id < 1000000 AND id / 64 IN (SELECT id - 2000000 FROM pack)",
        "id BETWEEN 1000000 AND 1999999 AND (id - 1000000) / 8 IN (SELECT id - 2000000 FROM pack)",
        "id = (SELECT max(id) FROM pack)",
    };
    char what[300];
    struct query_plan plan = { .n_stages = 0 };
    struct query_ask all = { WALL_NONE, WALL_NONE, &plan, x->hours, BY_NONE, 30, { INT64_MAX } };
    roll_up(x);
    for (int level = 0; level < 3; level++) {
        run(x->path, "UPDATE pack_sums SET bytes = zeroblob(9) WHERE %s", spoilt[level]);
        struct query *q = query_open(x->path, what, sizeof what);
        struct figures *f = query_figures(q, &all);
        assert_non_null(f);
        assert_int_equal(query_unread(q) != NULL, level == 2);
        assert_true(level < 2 || strstr(query_unread(q), " to 20"));
        figures_destroy(f);
        query_close(q);
    }
    assert_true(store_drop_rollups(x->path, what, sizeof what));
    roll_up(x);
}

/* Turns one bit of a part of a pack, anywhere in it; the second time, back. */
static void turn_bit(struct fixture *x, const char *part, int64_t id, int64_t place)
{
    unsigned char byte;
    sqlite3 *db;
    sqlite3_blob *blob = NULL;
    assert_int_equal(sqlite3_open(x->path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_blob_open(db, "main", part, "bytes", id, 1, &blob), SQLITE_OK);
    int at = (int)(place / 8 % sqlite3_blob_bytes(blob));
    assert_int_equal(sqlite3_blob_read(blob, &byte, 1, at), SQLITE_OK);
    byte ^= (unsigned char)(1 << place % 8);
    assert_int_equal(sqlite3_blob_write(blob, &byte, 1, at), SQLITE_OK);
    sqlite3_blob_close(blob);
    sqlite3_close(db);
}

/* Damages a pack in one way or another: a bit of a part, a part that is gone, what it says of itself. */
static void damage(struct fixture *x, int64_t id)
{
    static const char *const parts[] = { "pack_sums", "pack_visits", "pack_rows" };
    static const char *const columns[] = { "jobs", "low_ms", "high_ms", "newest_ms", "hours", "sum" };
    const char *part = parts[id < 1000000 ? pick(x, 3) : 0];
    int kind = (int)pick(x, 4);
    if (kind == 0)
        run(x->path, "DELETE FROM %s WHERE id = %lld", part, (long long)id);
    else if (kind == 1)
        run(x->path, "UPDATE pack SET %s = %lld WHERE id = %lld", columns[pick(x, 6)],
            (long long)pick(x, LATER), (long long)id);
    else
        turn_bit(x, part, id, pick(x, 1 << 20));
}

static int64_t any_pack(struct fixture *x, int level)
{
    char sql[120];
    snprintf(sql, sizeof sql,
             "SELECT id FROM pack WHERE jobs > 0 AND id / 1000000 = %d ORDER BY id * %d %% 1009", level,
             1 + (int)pick(x, 1000));
    return number(x->path, sql);
}

/* Whatever is damaged, a report counts what the rows say and tells that it had to. */
static void damage_changes_no_figure(void **state)
{
    struct fixture *x = *state;
    roll_up(x);
    x->unread = 0;
    for (int turn = 0; turn < 21; turn++) {
        for (int level = 0; level <= turn % 3; level++) {
            int64_t id = any_pack(x, level);
            damage(x, id);
            run(x->path, "CREATE TABLE IF NOT EXISTS hurt (id); INSERT INTO hurt VALUES (%lld)",
                (long long)id);
        }
        compare(x, 6);
        run(x->path, "DELETE FROM pack WHERE id IN (SELECT id FROM hurt) OR id >= 1000000; DROP TABLE hurt");
        roll_up(x);
    }
    assert_true(x->unread > 30);
    expect_same(x);
}

/* Every one of them, in every part: each window's figures are still those of the rows. */
static void nothing_but_damage(void **state)
{
    struct fixture *x = *state;
    char what[300];
    run(x->path, "DELETE FROM pack_visits; UPDATE pack_sums SET bytes = zeroblob(40)");
    compare(x, 6);
    run(x->path, "DELETE FROM pack_sums; DELETE FROM pack_rows");
    compare(x, 6);
    run(x->path, "UPDATE pack SET sum = 0");
    compare(x, 6);
    assert_true(store_drop_rollups(x->path, what, sizeof what));
    roll_up(x);
    compare(x, 2);
}

/* As if so many jobs had been closed in that week. */
static void pretend_jobs(struct fixture *x, int64_t week, int64_t jobs)
{
    static const char *const columns[] = { "low_ms", "high_ms", "newest_ms", "hours" };
    int64_t all[6] = { week, jobs };
    char sql[100];
    for (int i = 0; i < 4; i++) {
        snprintf(sql, sizeof sql, "SELECT %s FROM pack WHERE id = %lld", columns[i], (long long)week);
        all[2 + i] = number(x->path, sql);
    }
    run(x->path, "UPDATE pack SET jobs = %lld, sum = %lld WHERE id = %lld", (long long)jobs,
        (long long)(int64_t)hash_bytes(HASH_START, all, sizeof all), (long long)week);
}

/* A larger pack has at most 100,000 jobs: what it takes to make it stays short. */
static void larger_packs_have_a_limit(void **state)
{
    struct fixture *x = *state;
    char sql[200], what[300];
    roll_up(x);
    int64_t eights = packs_of(x, 1), week = number(x->path, "SELECT min(id) FROM pack WHERE jobs > 3");
    snprintf(sql, sizeof sql,
             "SELECT sum(jobs) FROM pack WHERE id / 8 = %lld / 8 AND id != %lld AND id < 1000000",
             (long long)week, (long long)week);
    int64_t others = number(x->path, sql);
    for (int over = 1; over >= 0; over--) {
        run(x->path, "DELETE FROM pack WHERE id >= 1000000");
        pretend_jobs(x, week, 100000 + over - others);
        roll_up(x);
        assert_int_equal(packs_of(x, 1), eights - over);
    }
    assert_true(store_drop_rollups(x->path, what, sizeof what));
    roll_up(x);
}

/* The hub comes upon it while it makes a larger one: it makes the smaller one again first. */
static void the_hub_mends_what_it_comes_upon(void **state)
{
    struct fixture *x = *state;
    roll_up(x);
    int64_t week = number(x->path, "SELECT min(id) FROM pack WHERE jobs > 3");
    turn_bit(x, "pack_sums", week, 500);
    run(x->path, "DELETE FROM pack WHERE id >= 1000000");
    roll_up(x);
    expect_same(x);
    int64_t eight = number(x->path, "SELECT min(id) FROM pack WHERE jobs > 3 AND id >= 1000000");
    run(x->path, "DELETE FROM pack_sums WHERE id = %lld; DELETE FROM pack WHERE id >= 2000000",
        (long long)eight);
    roll_up(x);
    expect_same(x);
}

/* A job reopened by an undo, rated late, closed late in an old week, stripped of its plate. */
static void change(struct fixture *x, int kind, int job)
{
    if (kind == 0)
        run(x->path,
            "UPDATE span SET left_ms = NULL, elapsed_ms = NULL WHERE job = 'J%d' AND n = 5;"
            "UPDATE job SET closed_ms = NULL, outcome = NULL, stage = 'ready' WHERE job = 'J%d'",
            job, job);
    else if (kind == 1)
        run(x->path, "UPDATE job SET score = 3, last_ms = last_ms + 5 WHERE job = 'J%d'", job);
    else if (kind == 2)
        run(x->path, "UPDATE job SET plate = NULL, plate_key = NULL WHERE job = 'J%d'", job);
    else
        run(x->path,
            "UPDATE span SET left_ms = %lld, elapsed_ms = 9 WHERE job = 'J%d' AND left_ms IS NULL;"
            "UPDATE stay SET to_ms = %lld WHERE job = 'J%d' AND to_ms IS NULL;"
            "UPDATE job SET closed_ms = opened_ms + 90000, outcome = 'cancelled' WHERE job = 'J%d'"
            " AND closed_ms IS NULL",
            (long long)(START + WEEKS * 4 * DAY), job, (long long)(START + WEEKS * 4 * DAY), job, job);
}

static void changes_are_never_missed(void **state)
{
    struct fixture *x = *state;
    sqlite3 *db;
    for (int turn = 0; turn < 12; turn++) {
        for (int i = 0; i < 3; i++)
            change(x, (int)pick(x, 4), (int)pick(x, JOBS));
        assert_int_equal(sqlite3_open(x->path, &db), SQLITE_OK);
        add_events(x, db, (int)number(x->path, "SELECT max(seq) + 1 FROM event"), 5,
                   START + pick(x, WEEKS * 7) * DAY); /* the hub's clock may have gone back */
        sqlite3_close(db);
        compare(x, 8);
        if (turn % 3 == 2)
            roll_up(x);
        expect_same(x);
    }
}

static void a_change_throws_its_packs_away(void **state)
{
    struct fixture *x = *state;
    static const char packed[] = "WITH first (week) AS (SELECT min(closed_ms) / 604800000 FROM job) SELECT "
                                 "count(*) FROM pack p, first WHERE"
                                 " p.id IN (week, 1000000 + week / 8, 2000000 + week / 64)";
    roll_up(x);
    int64_t before = number(x->path, "SELECT count(*) FROM pack");
    assert_int_equal(number(x->path, packed), 3);
    run(x->path, "UPDATE job SET score = 1 WHERE closed_ms = (SELECT min(closed_ms) FROM job)");
    assert_int_equal(number(x->path, packed), 0);
    assert_int_equal(number(x->path, "SELECT count(*) FROM pack"), before - 3);
    roll_up(x);
    assert_int_equal(number(x->path, packed), 3);
    /* What an open job does throws nothing away. */
    run(x->path, "UPDATE job SET model = 'x' WHERE closed_ms IS NULL");
    assert_int_equal(number(x->path, "SELECT count(*) FROM pack"), before);
}

static void a_broken_pack_is_told(void **state)
{
    struct fixture *x = *state;
    char what[300];
    run(x->path, "UPDATE pack_sums SET bytes = zeroblob(40) WHERE id = (SELECT max(id) FROM pack WHERE id < "
                 "1000000 AND jobs > 0)");
    assert_int_equal(store_same_rollups(x->path, x->hours, what, sizeof what), STORE_DAMAGED);
    assert_non_null(strstr(what, "pack: week "));
    run(x->path, "UPDATE pack SET newest_ms = newest_ms + 1 WHERE id = (SELECT max(id) FROM pack);"
                 "DELETE FROM pack WHERE id < 1000000 AND id = (SELECT max(id) FROM pack WHERE id < 1000000 "
                 "AND jobs > 0)");
    assert_int_equal(store_same_rollups(x->path, x->hours, what, sizeof what), STORE_DAMAGED);
    assert_non_null(strstr(what, "pack: weeks "));
}

/* As a program of another version leaves them: not read, not called wrong, made again. */
static void packs_of_another_format_are_made_again(void **state)
{
    struct fixture *x = *state;
    char what[300];
    struct query_plan plan = { .n_stages = 0 };
    struct query_ask all = { WALL_NONE, WALL_NONE, &plan, x->hours, BY_NONE, 0, { INT64_MAX } };
    roll_up(x);
    int64_t packs = number(x->path, "SELECT count(*) FROM pack");
    run(x->path, "UPDATE pack SET format = format + 1; UPDATE pack_sums SET bytes = zeroblob(40);"
                 " UPDATE pack_visits SET bytes = zeroblob(40)");
    assert_int_equal(store_same_rollups(x->path, x->hours, what, sizeof what), STORE_SOUND);
    struct query *q = query_open(x->path, what, sizeof what);
    struct figures *f = query_figures(q, &all);
    assert_non_null(f);
    figures_destroy(f);
    query_close(q);
    roll_up(x);
    assert_int_equal(number(x->path, "SELECT count(*) FROM pack_sums WHERE length(bytes) > 40"), packs);
    assert_int_equal(number(x->path, "SELECT count(DISTINCT format) FROM pack"), 1);
    assert_int_equal(store_same_rollups(x->path, x->hours, what, sizeof what), STORE_SOUND);
    run(x->path, "UPDATE pack_sums SET bytes = zeroblob(40)");
    assert_true(store_drop_rollups(x->path, what, sizeof what));
    assert_int_equal(number(x->path,
                            "SELECT (SELECT count(*) FROM pack) + (SELECT count(*) FROM pack_rows)"
                            " + (SELECT count(*) FROM pack_sums) + (SELECT count(*) FROM pack_visits)"
                            " + (SELECT count(*) FROM presses)"),
                     0);
    roll_up(x);
    assert_int_equal(number(x->path, "SELECT count(*) FROM pack"), packs);
}

/* One closing while the hub's clock stood at its beginning; and none at all. */
static void packs_begin_in_1970_or_not_at_all(void **state)
{
    struct fixture *x = *state;
    run(x->path, "UPDATE job SET closed_ms = NULL; DELETE FROM pack");
    assert_true(roll_some(x, 400));
    assert_int_equal(number(x->path, "SELECT count(*) FROM pack"), 0);
    run(x->path, "UPDATE span SET left_ms = 3000, entered_ms = 2000 WHERE job = 'J1';"
                 "UPDATE stay SET to_ms = 3000, from_ms = 2000 WHERE job = 'J1';"
                 "UPDATE job SET opened_ms = 2000, closed_ms = 3000 WHERE job = 'J1'");
    assert_false(roll_some(x, 2));
    assert_int_equal(number(x->path, "SELECT jobs FROM pack WHERE id = 0"), 1);
    assert_int_equal(number(x->path, "SELECT count(*) FROM pack"), 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(packs_count_as_rows_do),
        cmocka_unit_test(runs_of_other_days_are_made_again),
        cmocka_unit_test(changes_are_never_missed),
        cmocka_unit_test(a_change_throws_its_packs_away),
        cmocka_unit_test(hours_that_change_are_never_missed),
        cmocka_unit_test(hours_that_change_meanwhile_are_not_mixed),
        cmocka_unit_test(the_largest_packs_are_read),
        cmocka_unit_test(packs_of_another_format_are_made_again),
        cmocka_unit_test(damage_changes_no_figure),
        cmocka_unit_test(nothing_but_damage),
        cmocka_unit_test(the_hub_mends_what_it_comes_upon),
        cmocka_unit_test(larger_packs_have_a_limit),
        cmocka_unit_test(a_broken_pack_is_told),
        cmocka_unit_test(packs_begin_in_1970_or_not_at_all),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
