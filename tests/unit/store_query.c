/* Reading a database: made here through the schema and filled with plain SQL. */
#include "store/query.h"
#include "store/schema.h"
#include "tests/folder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

struct fixture {
    char dir[32], path[64], fault[QUERY_FAULT_SIZE];
    sqlite3 *db; /* the writer's side */
    struct query *q;
};

static void run(struct fixture *x, const char *sql)
{
    char *message = NULL;
    if (sqlite3_exec(x->db, sql, NULL, NULL, &message) != SQLITE_OK)
        fail_msg("%s: %s", sql, message);
}

static int setup(void **state)
{
    struct fixture *x = calloc(1, sizeof *x);
    assert_non_null(x);
    strcpy(x->dir, "/tmp/query-XXXXXX");
    assert_non_null(mkdtemp(x->dir));
    snprintf(x->path, sizeof x->path, "%s/a b?c=%%31.db", x->dir); /* a name that is no URI */
    assert_int_equal(sqlite3_open(x->path, &x->db), SQLITE_OK);
    run(x, "PRAGMA journal_mode = WAL");
    assert_true(schema_upgrade(x->db, x->fault, sizeof x->fault));
    x->q = query_open(x->path, x->fault, sizeof x->fault);
    if (!x->q)
        fail_msg("%s", x->fault);
    *state = x;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *x = *state;
    query_close(x->q);
    sqlite3_close(x->db);
    int rc = folder_remove(x->dir);
    free(x);
    return rc;
}

/* A row of zeros and empty texts in every column that must not be NULL, whatever those are by now; then
 * `set`. */
static void add_job(struct fixture *x, const char *id, int64_t opened, const char *set)
{
    static const char columns[] = "SELECT 'INSERT INTO job(' || group_concat(name) || ') VALUES('"
                                  " || group_concat(CASE type WHEN 'TEXT' THEN quote('') ELSE '0' END) || ')'"
                                  " FROM pragma_table_info('job') WHERE \"notnull\" OR pk";
    sqlite3_stmt *stmt;
    char sql[512];
    assert_int_equal(sqlite3_prepare_v2(x->db, columns, -1, &stmt, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
    run(x, (const char *)sqlite3_column_text(stmt, 0));
    sqlite3_finalize(stmt);
    snprintf(sql, sizeof sql,
             "UPDATE job SET job = '%s', opened_ms = %lld, last_ms = %lld,"
             " opened_seq = (SELECT count(*) FROM job)%s WHERE job = ''",
             id, (long long)opened, (long long)opened, set);
    run(x, sql);
}

static void add_span(struct fixture *x, const char *values)
{
    char sql[512];
    snprintf(sql, sizeof sql,
             "INSERT INTO span(job, n, stage, kind, entered_ms, left_ms, elapsed_ms, voided) VALUES%s",
             values);
    run(x, sql);
}

static void add_event(struct fixture *x, int seq, const char *columns, const char *values)
{
    char sql[2048];
    snprintf(sql, sizeof sql,
             "INSERT INTO event(seq, source, id, hub_boot, hub_boot_ms, synced, digest%s)"
             " VALUES(%d, 'desk/front', 'e%d', 'b', 0, 1, 0%s)",
             columns, seq, seq, values);
    run(x, sql);
}

static struct wall ms(int64_t n)
{
    return (struct wall){ n };
}

static struct figures *figures_at(struct fixture *x, struct wall since, struct wall until, struct wall now)
{
    struct query_plan plan;
    assert_true(query_plan(x->q, &plan));
    struct figures *f =
        query_figures(x->q, &(struct query_ask){ .since = since, .until = until, .plan = &plan, .now = now });
    if (!f)
        fail_msg("%s", query_fault(x->q));
    return f;
}

static struct figures *figures_of(struct fixture *x, struct wall since, struct wall until)
{
    return figures_at(x, since, until, ms(INT64_MAX));
}

/* Opening. */

static void no_database_is_said(void **state)
{
    struct fixture *x = *state;
    char fault[QUERY_FAULT_SIZE];
    assert_null(query_open("/nowhere/pitboard.db", fault, sizeof fault));
    assert_non_null(strstr(fault, "there is no database"));
    assert_null(query_open(x->dir, fault, sizeof fault));
    assert_non_null(strstr(fault, "this is no file"));
    query_close(NULL);
}

static void foreign_files_are_refused(void **state)
{
    struct fixture *x = *state;
    char path[80], fault[QUERY_FAULT_SIZE];
    snprintf(path, sizeof path, "%s/text", x->dir);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    for (int i = 0; i < 100; i++)
        fputs("no database, but long enough to look at\n", file);
    fclose(file);
    assert_null(query_open(path, fault, sizeof fault));
    assert_non_null(strstr(fault, "not a database"));
    snprintf(path, sizeof path, "%s/other", x->dir);
    sqlite3 *other;
    assert_int_equal(sqlite3_open(path, &other), SQLITE_OK);
    sqlite3_exec(other, "CREATE TABLE t(x)", NULL, NULL, NULL);
    sqlite3_close(other);
    assert_null(query_open(path, fault, sizeof fault));
    assert_non_null(strstr(fault, "no pitboard database"));
    run(x, "PRAGMA user_version = 999");
    assert_null(query_open(x->path, fault, sizeof fault));
    assert_non_null(strstr(fault, "version 999"));
}

static void readers_never_write(void **state)
{
    struct fixture *x = *state;
    /* A writer gets through at once: no read transaction is left open between calls. */
    add_job(x, "A", 10, "");
    figures_destroy(figures_of(x, WALL_NONE, WALL_NONE));
    run(x, "BEGIN EXCLUSIVE");
    add_job(x, "B", 20, "");
    run(x, "COMMIT");
    int log = -1, done = -1;
    assert_int_equal(sqlite3_wal_checkpoint_v2(x->db, NULL, SQLITE_CHECKPOINT_TRUNCATE, &log, &done),
                     SQLITE_OK);
    struct figures *f = figures_of(x, WALL_NONE, WALL_NONE);
    assert_int_equal(figures_finish(f)->jobs.opened, 2);
    figures_destroy(f);
}

/* The plan. */

static void plan_is_empty_without_config(void **state)
{
    struct fixture *x = *state;
    struct query_plan plan;
    assert_true(query_plan(x->q, &plan));
    assert_string_equal(plan.zone, "");
    assert_int_equal(plan.n_stages, 0);
}

#define CONFIG_COLUMNS ", type, at_ms, received_ms, late, clamped, result, body"

static void plan_is_the_last_applied_one(void **state)
{
    struct fixture *x = *state;
    struct query_plan plan;
    add_event(x, 1, CONFIG_COLUMNS,
              ", 'config', 1, 1, 0, 0, 'applied', "
              "'{\"zone\":\"Asia/Tokyo\",\"stages\":[{\"id\":\"old\",\"kind\":\"work\"}]}'");
    add_event(x, 2, CONFIG_COLUMNS,
              ", 'config', 2, 2, 0, 0, 'applied', '{\"zone\":\"Europe/Minsk\",\"stages\":["
              "{\"id\":\"z\",\"kind\":\"queue\",\"limit_min\":15,\"labels\":{\"ru\":\"Я\"}},"
              "{\"id\":\"a\",\"kind\":\"hold\"},{\"id\":\"m\",\"kind\":\"done\"}]}'");
    add_event(x, 3, CONFIG_COLUMNS, ", 'note', 3, 3, 0, 0, 'applied', '{\"zone\":\"no\"}'");
    add_event(x, 4, CONFIG_COLUMNS, ", 'config', 4, 4, 0, 0, 'rejected', '{\"zone\":\"no\"}'");
    add_event(x, 5, CONFIG_COLUMNS, ", 'config', 5, 5, 0, 0, 'applied', 'broken'");
    assert_true(query_plan(x->q, &plan));
    assert_string_equal(plan.zone, "Europe/Minsk");
    assert_int_equal(plan.n_stages, 3);
    assert_string_equal(plan.stages[0].id, "z");
    assert_int_equal(plan.stages[0].kind, KIND_QUEUE);
    assert_string_equal(plan.stages[1].id, "a");
    assert_int_equal(plan.stages[1].kind, KIND_HOLD);
    assert_string_equal(plan.stages[2].id, "m");
    add_event(x, 6, CONFIG_COLUMNS,
              ", 'config', 6, 6, 0, 0, 'applied', "
              "'{\"zone\":\"UTC\",\"stages\":[{\"id\":\"x\",\"kind\":\"nap\"}]}'");
    assert_false(query_plan(x->q, &plan));
    assert_non_null(strstr(query_fault(x->q), "cannot be understood"));
}

/* Figures. */

static void voided_rows_never_count(void **state)
{
    struct fixture *x = *state;
    add_job(x, "A", 0, ", ready_ms = 50, closed_ms = 60, outcome = 'handed-over'");
    run(x, "UPDATE job SET last_ms = 100"); /* what lasts would count up to here */
    add_span(x, "('A', 1, 'repair', 'work', 0, 50, 50, 0), ('A', 2, 'wash', 'work', 20, NULL, NULL, 1),"
                "('A', 3, 'ready', 'ready', 50, 60, 10, 0)");
    run(x, "INSERT INTO stay(job, n, bay, from_ms, to_ms, voided)"
           " VALUES('A', 1, '1', 0, 40, 0), ('A', 2, '2', 10, NULL, 1)");
    struct figures *f = figures_of(x, WALL_NONE, WALL_NONE);
    const struct figures_sum *sum = figures_finish(f);
    assert_int_equal(sum->cycle[CYCLE_LEAD].total_ms, 60);
    assert_int_equal(sum->cycle[CYCLE_TO_READY].total_ms, 50);
    assert_int_equal(sum->cycle[CYCLE_PICKUP_GAP].total_ms, 10);
    assert_int_equal(sum->n_stages, 2);
    assert_int_equal(sum->n_bays, 1);
    assert_int_equal(sum->bays[0].working_ms, 40);
    figures_destroy(f);
}

/* Opened before, within and after [100, 200), closed before, within, after and never. */
static void window_takes_who_was_there(void **state)
{
    struct fixture *x = *state;
    add_job(x, "before", 10, ", closed_ms = 99, outcome = 'handed-over'");
    add_job(x, "at-since", 20, ", closed_ms = 100, outcome = 'cancelled'");
    add_job(x, "within", 150, ", closed_ms = 199, outcome = 'handed-over', score = 7");
    add_job(x, "at-until", 150, ", closed_ms = 200, outcome = 'handed-over'");
    add_job(x, "open", 160, "");
    add_job(x, "later", 200, "");
    struct figures *f = figures_of(x, ms(100), ms(200));
    const struct figures_sum *sum = figures_finish(f);
    assert_int_equal(sum->jobs.opened, 3);
    assert_int_equal(sum->jobs.closed, 1);
    assert_int_equal(sum->jobs.cancelled, 1);
    assert_int_equal(sum->jobs.open, 2); /* at-until, open */
    assert_int_equal(sum->rating.n, 1);
    assert_int_equal(sum->rating.total, 7);
    figures_destroy(f);
}

/* In bay 1 since 100, the newest event at 900, the clock at 1000. To an end that is over by then, else to the newest event if
 * no end is given, and never into what is still to come. */
static void lasting_stay_ends_with_the_end_the_newest_event_or_now(void **state)
{
    struct fixture *x = *state;
    add_job(x, "A", 0, "");
    add_job(x, "B", 0, ", closed_ms = 5, outcome = 'cancelled'");
    run(x, "UPDATE job SET last_ms = 900 WHERE job = 'B'"); /* rated later */
    run(x, "INSERT INTO stay(job, n, bay, from_ms, to_ms, voided) VALUES('A', 1, '1', 100, NULL, 0)");
    struct figures *f = figures_of(x, ms(50), WALL_NONE);
    assert_int_equal(figures_finish(f)->bays[0].occupied_ms, 800);
    figures_destroy(f);
    static const int64_t ends[][2] = {
        { 300, 200 }, { 950, 850 }, { 1000, 900 }, { 1001, 900 }, { 5000, 900 }
    };
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        f = figures_at(x, ms(50), ms(ends[i][0]), ms(1000));
        assert_int_equal(figures_finish(f)->bays[0].occupied_ms, ends[i][1]);
        figures_destroy(f);
    }
}

#define EVENT_COLUMNS ", type, at_ms, received_ms, late, clamped, result, skipped"

/* By receipt, [100, 200); what was refused is rejected and nothing else; days that were full add what they
 * dropped. */
static void quality_counts_by_receipt(void **state)
{
    struct fixture *x = *state;
    add_event(x, 1, EVENT_COLUMNS, ", 'next', 150, 99, 1, 1, 'applied', 1");
    add_event(x, 2, EVENT_COLUMNS, ", 'next', 10, 100, 1, 0, 'applied', 0");
    add_event(x, 3, EVENT_COLUMNS, ", 'stage', 10, 150, 1, 1, 'applied', 1");
    add_event(x, 4, EVENT_COLUMNS, ", 'undo', 10, 160, 0, 0, 'applied', 0");
    add_event(x, 5, EVENT_COLUMNS, ", 'undo', 10, 170, 1, 0, 'rejected', 0");
    add_event(x, 6, EVENT_COLUMNS, ", 'undo', 150, 200, 0, 0, 'applied', 0");
    add_event(x, 7, EVENT_COLUMNS, ", 'next', 150, 180, 0, 0, 'applied', 0");
    run(x, "INSERT INTO rejects VALUES('a', 99, 1000, 50), ('a', 100, 1000, 5), ('b', 199, 1000, 2)");
    struct figures *f = figures_of(x, ms(100), ms(200));
    const struct figures_quality *quality = &figures_finish(f)->quality;
    assert_int_equal(quality->late, 2);
    assert_int_equal(quality->clamped, 1);
    assert_int_equal(quality->rejected, 1 + 5 + 2);
    assert_int_equal(quality->undone, 1);
    assert_int_equal(quality->skipped, 1);
    figures_destroy(f);
}

/* Rows. */

struct seen {
    int n, stop_at;
    int64_t number; /* of the first INT column of the last row */
    char first[70], last[70];
    struct fixture *x;
};

static bool see(void *user, const struct query_cell *cells)
{
    struct seen *s = user;
    char *to = s->n == 0 ? s->first : s->last;
    snprintf(to, sizeof s->last, "%.*s", (int)cells[0].len, cells[0].text ? cells[0].text : "");
    s->number = cells[1].number;
    s->n++;
    return s->n != s->stop_at;
}

static void jobs_come_page_by_page(void **state)
{
    struct fixture *x = *state;
    char id[32];
    int total = QUERY_PAGE_ROWS * 2 + 1;
    run(x, "BEGIN");
    for (int i = 0; i < total; i++) {
        snprintf(id, sizeof id, "J%05d", i);
        add_job(x, id, 1000 + i / 700, ""); /* many opened in the same millisecond */
    }
    run(x, "COMMIT");
    struct seen s = { .x = x };
    assert_true(query_rows(x->q, QUERY_JOBS, WALL_NONE, WALL_NONE, see, &s));
    assert_int_equal(s.n, total);
    assert_string_equal(s.first, "J00000");
    assert_string_equal(s.last, "J01000");
    s = (struct seen){ .stop_at = 3 };
    assert_true(query_rows(x->q, QUERY_JOBS, WALL_NONE, WALL_NONE, see, &s));
    assert_int_equal(s.n, 3);
    s = (struct seen){ 0 };
    assert_true(query_rows(x->q, QUERY_JOBS, WALL_NONE, ms(1001), see, &s));
    assert_int_equal(s.n, 700);
    s = (struct seen){ 0 };
    run(x, "UPDATE job SET closed_ms = 2000, outcome = 'cancelled' WHERE job < 'J00700'");
    assert_true(query_rows(x->q, QUERY_JOBS, ms(2000), WALL_NONE, see, &s));
    assert_int_equal(s.n, total);
    s = (struct seen){ 0 };
    assert_true(query_rows(x->q, QUERY_JOBS, ms(2001), WALL_NONE, see, &s));
    assert_int_equal(s.n, total - 700);
    assert_string_equal(s.first, "J00700");
}

static void spans_left_within_then_lasting(void **state)
{
    struct fixture *x = *state;
    add_span(x, "('B', 1, 's', 'work', 0, 100, 100, 0), ('A', 1, 's', 'work', 0, 200, 200, 0),"
                "('A', 2, 's', 'work', 0, 99, 99, 0), ('A', 3, 's', 'work', 50, NULL, NULL, 1),"
                "('A', 4, 's', 'work', 60, NULL, NULL, 0), ('C', 1, 's', 'work', 199, 199, 0, 0),"
                "('C', 2, 's', 'work', 200, NULL, NULL, 0)");
    struct seen s = { 0 };
    assert_true(query_rows(x->q, QUERY_SPANS, ms(100), ms(200), see, &s));
    assert_int_equal(s.n, 3); /* B 1, C 1, and A 4 that lasts */
    assert_string_equal(s.first, "B");
    assert_string_equal(s.last, "A");
    assert_int_equal(s.number, 4);
    run(x, "BEGIN");
    for (int i = 0; i < 2 * QUERY_PAGE_ROWS; i++) {
        char values[96];
        snprintf(values, sizeof values, "('L%04d', 1, 's', 'work', 100, %s, 0, 0)", i,
                 i % 2 ? "NULL" : "150");
        add_span(x, values);
    }
    run(x, "COMMIT");
    s = (struct seen){ 0 };
    assert_true(query_rows(x->q, QUERY_SPANS, ms(100), ms(200), see, &s));
    assert_int_equal(s.n, 3 + 2 * QUERY_PAGE_ROWS);
}

static bool see_event(void *user, const struct query_cell *cells)
{
    struct seen *s = user;
    int n;
    const struct query_column *columns = query_columns(QUERY_EVENTS, &n);
    s->n++;
    s->number = cells[0].number;
    for (int i = 0; i < n; i++) {
        assert_string_not_equal(columns[i].name, "given"); /* it holds the customer's token */
        if (strcmp(columns[i].name, "body") == 0 && !cells[i].null) {
            assert_true(cells[i].len < sizeof s->last);
            memcpy(s->last, cells[i].text, cells[i].len);
            s->last[cells[i].len] = '\0';
        }
    }
    return true;
}

static void events_keep_every_byte(void **state)
{
    struct fixture *x = *state;
    add_event(x, 3, EVENT_COLUMNS ", body", ", 'next', 99, 150, 0, 0, 'applied', 0, 'early'");
    add_event(x, 7, EVENT_COLUMNS ", body", ", NULL, 100, 500, 0, 0, 'rejected', 0, x'7bff0041'");
    add_event(x, 9, EVENT_COLUMNS ", body", ", 'next', 200, 150, 0, 0, 'applied', 0, 'late'");
    struct seen s = { 0 };
    assert_true(query_rows(x->q, QUERY_EVENTS, ms(100), ms(200), see_event, &s));
    assert_int_equal(s.n, 1);
    assert_int_equal(s.number, 7);
    assert_memory_equal(s.last, "{\xff\0A", 5);
}

/* The callback may take for ever: while it runs, the writer can even truncate its log. */
static bool write_meanwhile(void *user, const struct query_cell *cells)
{
    struct fixture *x = ((struct seen *)user)->x;
    (void)cells;
    int log = -1, done = -1;
    run(x, "UPDATE job SET reworks = reworks + 1 WHERE job = 'J0'");
    assert_int_equal(sqlite3_wal_checkpoint_v2(x->db, NULL, SQLITE_CHECKPOINT_TRUNCATE, &log, &done),
                     SQLITE_OK);
    return ++((struct seen *)user)->n < 3;
}

static void slow_output_holds_nothing(void **state)
{
    struct fixture *x = *state;
    for (int i = 0; i < 5; i++)
        add_job(x, (char[]){ 'J', (char)('0' + i), '\0' }, i, "");
    struct seen s = { .x = x };
    assert_true(query_rows(x->q, QUERY_JOBS, WALL_NONE, WALL_NONE, write_meanwhile, &s));
    assert_int_equal(s.n, 3);
}

static void a_broken_database_is_a_fault(void **state)
{
    struct fixture *x = *state;
    struct query_plan plan;
    struct seen s = { 0 };
    assert_true(query_plan(x->q, &plan));
    run(x, "DROP TABLE span");
    add_job(x, "A", 0, "");
    assert_null(
        query_figures(x->q, &(struct query_ask){ .since = WALL_NONE, .until = WALL_NONE, .plan = &plan }));
    assert_non_null(strstr(query_fault(x->q), "no such table"));
    assert_false(query_rows(x->q, QUERY_SPANS, WALL_NONE, WALL_NONE, see, &s));
    assert_true(query_rows(x->q, QUERY_JOBS, WALL_NONE, WALL_NONE, see, &s)); /* the handle goes on */
}

/* A job's cells by their names, the same in every table of jobs; what a table adds stands behind them. */
static bool see_job(void *user, const struct query_cell *c)
{
    int *seen = user;
    assert_memory_equal(c[JOB_JOB].text, "J", 1);
    assert_memory_equal(c[JOB_STAGE].text, "wash", 4);
    assert_int_equal(c[JOB_OPENED].number, 1000);
    assert_int_equal(c[JOB_FIRST_PROMISE].number, 1100);
    assert_int_equal(c[JOB_PROMISE].number, 1200);
    assert_int_equal(c[JOB_PROMISE_MOVES].number, 3);
    assert_int_equal(c[JOB_READY].number, 1300);
    assert_int_equal(c[JOB_REWORKS].number, 4);
    assert_int_equal(c[JOB_SCORE].number, 9);
    ++*seen;
    return true;
}

static void a_job_is_told_in_one_order(void **state)
{
    static const char *const names[] = {
        [JOB_JOB] = "job",       [JOB_ADVISOR] = "advisor", [JOB_WAITING] = "waiting",
        [JOB_CLOSED] = "closed", [JOB_SCORE] = "score",     [JOB_CELLS] = NULL
    };
    static const struct {
        enum query_table table;
        const char *own; /* the cell behind those of the job */
    } tables[] = {
        { QUERY_JOBS, NULL }, { QUERY_FOUND, "pickup" }, { QUERY_JOB, "pickup" }, { QUERY_LATE, "late_s" }
    };
    struct fixture *x = *state;
    struct query_filter filter = { .since = WALL_NONE, .until = WALL_NONE, .job = "J" };
    int seen = 0;
    add_job(x, "J", 1000,
            ", stage = 'wash', first_promise_ms = 1100, promise_ms = 1200, promise_moves = 3,"
            " ready_ms = 1300, reworks = 4, score = 9");
    for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++) {
        int n;
        const struct query_column *columns = query_columns(tables[i].table, &n);
        assert_int_equal(n, JOB_CELLS + (tables[i].own != NULL));
        for (int j = 0; j < JOB_CELLS; j++)
            if (names[j])
                assert_string_equal(columns[j].name, names[j]);
        if (tables[i].own)
            assert_string_equal(columns[JOB_CELLS].name, tables[i].own);
        assert_true(query_rows_of(x->q, tables[i].table, &filter, see_job, &seen));
        assert_int_equal(seen, i + 1);
    }
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_job_is_told_in_one_order),
        TEST(no_database_is_said),
        TEST(foreign_files_are_refused),
        TEST(readers_never_write),
        TEST(plan_is_empty_without_config),
        TEST(plan_is_the_last_applied_one),
        TEST(voided_rows_never_count),
        TEST(window_takes_who_was_there),
        TEST(lasting_stay_ends_with_the_end_the_newest_event_or_now),
        TEST(quality_counts_by_receipt),
        TEST(jobs_come_page_by_page),
        TEST(spans_left_within_then_lasting),
        TEST(events_keep_every_byte),
        TEST(slow_output_holds_nothing),
        TEST(a_broken_database_is_a_fault),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
