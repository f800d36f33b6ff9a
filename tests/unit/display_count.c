/* Calls that follow each other: which of how many is shown, and which comes first. */
#include "tests/calls_kit.h"

/* Half a second between them: the first call says already that there are two. */
static void one_that_follows_soon_is_counted_from_the_first(void **state)
{
    (void)state;
    take(0);
    ready("a", 1);
    take(0);
    ready("b", 2);
    take(500);
    assert_string_equal(count(DELAY), "1/2");
    assert_string_equal(count(DELAY + 5999), "1/2");
    assert_string_equal(count(DELAY + 6500), "2/2");
    ready("c", 3)->calls = 1; /* the desk: it grows while the last is shown */
    take(DELAY + 7000);
    assert_string_equal(count(DELAY + 7000), "2/3");
    assert_string_equal(count(DELAY + 13000), "3/3");
    assert_string_equal(count(DELAY + 21000), "");
    ready("d", 4)->calls = 1;
    take(DELAY + 21000); /* in the gap behind the last one: nobody said that it would follow */
    assert_string_equal(count(DELAY + 21500), "1/1");
}

/* Each is due before the one before it is over, the last long after the first: all are counted from the first. Who
 * comes later than that is a run of its own. */
static void a_run_is_counted_whole(void **state)
{
    (void)state;
    take(0);
    ready("a", 1);
    take(0);
    ready("b", 2);
    take(5000);
    ready("c", 3);
    take(9900);
    assert_string_equal(count(10000), "1/3");
    assert_string_equal(count(16500), "2/3");
    ready("d", 4);
    take(21200);
    assert_string_equal(count(23000), "3/3");
    assert_string_equal(count(30999), "3/3");
    looked = at(31300); /* late */
    assert_string_equal(count(31800), "1/1");
}

/* Handed over while it is called: the room has seen that call begin. Handed over in the queue: nobody waits for it. */
static void a_count_follows_those_that_leave(void **state)
{
    (void)state;
    take(0);
    ready("c", 3);
    ready("b", 2);
    ready("a", 1);
    take(0);
    assert_string_equal(count(DELAY), "1/3");
    assert_string_equal(shown(DELAY), "c");
    view->n_jobs = 0;
    ready("b", 2);
    ready("a", 1);
    take(DELAY + 1000);
    assert_string_equal(count(DELAY + 1500), "2/3");
    view->n_jobs = 1;
    take(DELAY + 2000);
    assert_string_equal(count(DELAY + 2000), "2/2");
    assert_string_equal(count(DELAY + 9500), "");
    ready("d", 4)->calls = 1;
    take(DELAY + 10000);
    assert_string_equal(count(DELAY + 10000), "1/1");
}

/* An outage drops the run, between two calls as well as within one: what is called then is counted anew. */
static void an_outage_begins_the_count_anew(void **state)
{
    (void)state;
    for (int within = 0; within < 2; within++) {
        int64_t from = within * 1000000, cut = from + DELAY + 6500 + 6000 + (within ? 1000 : 250);
        view->n_jobs = 0;
        take(from);
        for (int i = 0; i < 4; i++)
            ready((const char *[]){ "a", "b", "c", "d" }[i], 1 + within);
        take(from);
        assert_string_equal(count(from + DELAY), "1/4");
        assert_string_equal(count(from + DELAY + 6000), "");
        assert_string_equal(count(from + DELAY + 6500), "2/4");
        assert_string_equal(count(from + DELAY + 6500 + 6000), "");
        if (within)
            assert_string_equal(count(from + DELAY + 6500 + 6500), "3/4");
        calls_tick(&calls, false, at(cut));
        looked = at(cut + 100000);
        assert_string_equal(count(cut + 100000), "1/2");
        assert_string_equal(count(cut + 106000), "");
        assert_string_equal(count(cut + 106500), "2/2");
    }
}

/* The order of the list: who is called now, then who was called last. */
static void the_latest_call_comes_first(void **state)
{
    (void)state;
    take(0);
    struct view_job *a = ready("a", 1);
    ready("b", 2);
    take(0);
    assert_string_equal(shown(DELAY), "a");
    shown(DELAY + 6000);
    assert_string_equal(shown(DELAY + 6500), "b");
    assert_true(calls_last(&calls, "a", at(DELAY + 6500)).ms < calls_last(&calls, "b", at(DELAY + 6500)).ms);
    shown(DELAY + 14500);
    assert_true(calls_last(&calls, "a", at(DELAY + 14500)).ms <
                calls_last(&calls, "b", at(DELAY + 14500)).ms);
    a->calls = 1;
    take(DELAY + 20000);
    assert_string_equal(shown(DELAY + 20000), "a");
    assert_true(calls_last(&calls, "a", at(DELAY + 20000)).ms >
                calls_last(&calls, "b", at(DELAY + 20000)).ms);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(one_that_follows_soon_is_counted_from_the_first),
        CASE(a_run_is_counted_whole),
        CASE(a_count_follows_those_that_leave),
        CASE(an_outage_begins_the_count_anew),
        CASE(the_latest_call_comes_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
