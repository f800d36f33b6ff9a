/* The write-ahead log between commits: room ahead of them, into the database when it is long, and nothing lost if the
 * power goes while it has room. */
#include "base/text.h"
#include "store/store.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define ROOM_MAX 5300000 /* bytes: 1,256 pages */

struct fixture {
    char dir[64], path[96], log[112];
    struct store *store;
    int64_t events;
};

static int set_up(void **state)
{
    struct fixture *x = calloc(1, sizeof *x);
    char fault[300];
    assert_non_null(x);
    snprintf(x->dir, sizeof x->dir, "/tmp/upkeep-XXXXXX");
    assert_non_null(mkdtemp(x->dir));
    snprintf(x->path, sizeof x->path, "%s/shop.db", x->dir);
    snprintf(x->log, sizeof x->log, "%s-wal", x->path);
    x->store = store_open(x->path, false, fault, sizeof fault);
    if (!x->store)
        fail_msg("%s", fault);
    *state = x;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *x = *state;
    char command[128];
    store_close(x->store);
    snprintf(command, sizeof command, "rm -rf %s", x->dir);
    int failed = system(command);
    free(x);
    return failed;
}

static int64_t bytes(const char *path)
{
    struct stat s;
    return stat(path, &s) == 0 ? s.st_size : -1;
}

/* A commit of some pages. */
static void commit_one(struct fixture *x)
{
    static const char body[STORE_BODY_MAX];
    char id[32];
    snprintf(id, sizeof id, "e%lld", (long long)x->events);
    struct store_event e = { .source = "desk/front",
                             .id = id,
                             .type = "note",
                             .at = { 1000 },
                             .claimed = WALL_NONE,
                             .received = { 1000 },
                             .boot = "b",
                             .applied = true,
                             .body = body,
                             .body_len = sizeof body };
    assert_true(store_begin(x->store));
    assert_int_equal(store_append(x->store, &e), ++x->events);
    assert_true(store_commit(x->store));
}

static void the_log_grows_ahead_of_commits(void **state)
{
    struct fixture *x = *state;
    commit_one(x);
    assert_int_equal(store_upkeep(x->store), STORE_UPKEEP_QUIET);
    store_keep_up(x->store);
    assert_int_equal(store_upkeep(x->store), STORE_UPKEEP_NONE);
    int64_t room = bytes(x->log);
    assert_true(room > 500000);
    for (int i = 0; i < 5; i++)
        commit_one(x);
    assert_int_equal(bytes(x->log), room);
    assert_int_equal(store_upkeep(x->store), STORE_UPKEEP_NONE);
}

static void a_long_log_goes_into_the_database(void **state)
{
    struct fixture *x = *state;
    int turns = 0;
    int64_t before = bytes(x->path), most = 0;
    for (int i = 0; i < 600; i++) {
        int64_t database = bytes(x->path);
        commit_one(x);
        assert_int_equal(bytes(x->path), database); /* never within a commit */
        assert_int_not_equal(store_upkeep(x->store), STORE_UPKEEP_NOW);
        store_keep_up(x->store);
        turns += bytes(x->path) > database;
        most = bytes(x->log) > most ? bytes(x->log) : most;
    }
    assert_true(turns >= 1);
    assert_true(bytes(x->path) > before);
    assert_true(most < ROOM_MAX);
}

static void without_a_quiet_moment_it_is_asked_for(void **state)
{
    struct fixture *x = *state;
    int n = 0;
    do
        commit_one(x);
    while (store_upkeep(x->store) != STORE_UPKEEP_NOW && ++n < 5000);
    assert_int_equal(store_upkeep(x->store), STORE_UPKEEP_NOW);
    assert_true(bytes(x->log) < 16777216);
    store_keep_up(x->store);
    assert_int_equal(store_upkeep(x->store), STORE_UPKEEP_NONE);
    commit_one(x);
    assert_int_not_equal(store_upkeep(x->store), STORE_UPKEEP_NOW);
}

static void not_within_a_transaction(void **state)
{
    struct fixture *x = *state;
    commit_one(x);
    int64_t size = bytes(x->log);
    assert_true(store_begin(x->store));
    store_keep_up(x->store);
    assert_int_equal(bytes(x->log), size);
    assert_true(store_commit(x->store));
    store_keep_up(x->store);
    assert_true(bytes(x->log) > size);
}

/* Both files as a power cut leaves them. */
static void zeros_behind_the_last_page_end_the_log(void **state)
{
    struct fixture *x = *state;
    char command[400], copy[128], fault[300];
    int64_t newest = 0;
    struct wall received;
    for (int i = 0; i < 20; i++) {
        commit_one(x);
        store_keep_up(x->store);
    }
    commit_one(x);
    snprintf(copy, sizeof copy, "%s/copy.db", x->dir);
    snprintf(command, sizeof command, "cp %s %s && cp %s %s-wal", x->path, copy, x->log, copy);
    assert_int_equal(system(command), 0);
    assert_true(bytes(x->log) > 500000);
    struct store *after = store_open(copy, false, fault, sizeof fault);
    if (!after)
        fail_msg("%s", fault);
    assert_true(store_newest(after, &newest, &received));
    store_close(after);
    assert_int_equal(newest, x->events);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_log_grows_ahead_of_commits, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_long_log_goes_into_the_database, set_up, tear_down),
        cmocka_unit_test_setup_teardown(without_a_quiet_moment_it_is_asked_for, set_up, tear_down),
        cmocka_unit_test_setup_teardown(not_within_a_transaction, set_up, tear_down),
        cmocka_unit_test_setup_teardown(zeros_behind_the_last_page_end_the_log, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
