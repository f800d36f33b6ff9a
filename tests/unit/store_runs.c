/* The summed runs of the log against its events. */
#include "store/store.h"
#include "tests/folder.h"
#include "tests/pack_kit.h"

#include <stdlib.h>

static int set_up(void **state)
{
    struct fixture *x = calloc(1, sizeof *x);
    char fault[300];
    bool more = true;
    snprintf(x->dir, sizeof x->dir, "/tmp/store-runs-XXXXXX");
    assert_non_null(mkdtemp(x->dir));
    snprintf(x->path, sizeof x->path, "%s/p.db", x->dir);
    x->seed = 5;
    make_database(x);
    struct store *store = store_open(x->path, false, fault, sizeof fault);
    assert_non_null(store);
    for (int i = 0; more && i < 400; i++)
        assert_true(store_roll_up(store, (struct wall){ LATER }, NULL, &more));
    store_close(store);
    *state = x;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *x = *state;
    int code = folder_remove(x->dir);
    free(x);
    return code;
}

static void expect_state(struct fixture *x, enum store_state state)
{
    char what[300] = "";
    assert_int_equal(store_same_rollups(x->path, NULL, what, sizeof what), state);
    assert_true(state == STORE_SOUND || strstr(what, "presses: "));
}

/* Whatever column it is; what begins a run lies in its day. */
static void a_broken_run_is_told(void **state)
{
    static const char *const columns[] = { "first_seq", "last_seq", "from_ms", "to_ms",    "events",
                                           "presses",   "burst",    "batch",   "unsynced", "late",
                                           "clamped",   "undone",   "skipped", "rejected", "bays" };
    struct fixture *x = *state;
    run(x->path, "DELETE FROM pack; CREATE TABLE kept AS SELECT * FROM presses");
    assert_int_equal(number(x->path, "SELECT count(*) FROM pragma_table_info('presses')"),
                     sizeof columns / sizeof columns[0]);
    expect_state(x, STORE_SOUND);
    for (size_t i = 0; i < sizeof columns / sizeof columns[0]; i++) {
        bool bays = strcmp(columns[i], "bays") == 0;
        run(x->path, "UPDATE presses SET %s = %s WHERE first_seq = (SELECT max(first_seq) FROM presses)",
            columns[i],
            bays     ? "'77'"
            : i == 2 ? "from_ms + 100000000"
            : i == 3 ? "to_ms - 100000000"
                     : "events + last_seq + 1");
        expect_state(x, STORE_DAMAGED);
        run(x->path, "DELETE FROM presses; INSERT INTO presses SELECT * FROM kept");
    }
    run(x->path, "DROP TABLE kept");
    expect_state(x, STORE_SOUND);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_broken_run_is_told, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
