/* Who is called, when and how often. */
#include "base/text.h"
#include "display/calls.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define DELAY 10000

static struct view *view;
static struct calls calls;

static struct boot at(int64_t ms)
{
    return (struct boot){ ms };
}

static int start(void **state)
{
    (void)state;
    view = calloc(1, sizeof *view);
    view->jobs = calloc(8, sizeof *view->jobs);
    view->n_stages = 2;
    view->stages[0].kind = KIND_WORK;
    view->stages[1].kind = KIND_READY;
    calls_start(&calls);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    view_destroy(view);
    calls_free(&calls);
    return 0;
}

/* Adds a ready car; `ready_at` tells one entry into ready from another. */
static struct view_job *ready(const char *key, int64_t ready_at)
{
    struct view_job *job = &view->jobs[view->n_jobs++];
    text_copy(job->key, sizeof job->key, key);
    job->stage = 1;
    job->ready_at = (struct wall){ ready_at };
    job->called_at = WALL_NONE;
    return job;
}

static void take(int64_t ms)
{
    assert_true(calls_board(&calls, view, true, DELAY, at(ms)));
    calls_tick(&calls, true, at(ms));
}

static const char *shown(int64_t ms)
{
    int number, of;
    calls_tick(&calls, true, at(ms));
    const char *key = calls_current(&calls, &number, &of);
    return key ? key : "";
}

static void ready_before_the_start_is_never_called(void **state)
{
    (void)state;
    ready("a", 1);
    take(0);
    assert_string_equal(shown(DELAY), "");
    assert_string_equal(shown(1000000), "");
    assert_true(calls_deadline(&calls, at(0)).ms == BOOT_FAR.ms);
    assert_false(calls_bright(&calls, "a", at(DELAY)));
}

static void a_call_waits_and_lasts(void **state)
{
    (void)state;
    take(0);
    ready("a", 1);
    take(1000);
    assert_int_equal(calls_deadline(&calls, at(1000)).ms, 11000);
    assert_string_equal(shown(10999), "");
    assert_string_equal(shown(11000), "a");
    assert_true(calls_bright(&calls, "a", at(11000)));
    assert_int_equal(calls_deadline(&calls, at(11000)).ms, 19000);
    assert_string_equal(shown(18999), "a");
    assert_string_equal(shown(19000), "");
    assert_true(calls_bright(&calls, "a", at(19000 + 59999)));
    assert_false(calls_bright(&calls, "a", at(19000 + 60000)));
    assert_true(calls_bright(&calls, "a", at(19000 + 300000)));
    assert_false(calls_bright(&calls, "a", at(19000 + 306000)));
    assert_true(calls_bright(&calls, "a", at(19000 + 900000)));
    assert_int_equal(calls_deadline(&calls, at(19000)).ms, 79000);
    take(20000);
    assert_string_equal(shown(2000000), "");
}

static void taken_back_in_time_is_not_called(void **state)
{
    (void)state;
    take(0);
    ready("a", 1);
    take(1000);
    view->n_jobs = 0;
    take(5000);
    assert_string_equal(shown(11000), "");
    ready("a", 2);
    take(12000);
    assert_string_equal(shown(21999), "");
    assert_string_equal(shown(22000), "a");
    view->n_jobs = 0;
    take(23000);
    assert_string_equal(shown(23000), "");
}

static void two_queue(void **state)
{
    int number, of;
    (void)state;
    take(0);
    ready("a", 1);
    ready("b", 2);
    take(0);
    assert_string_equal(shown(10000), "a");
    assert_non_null(calls_current(&calls, &number, &of));
    assert_int_equal(number, 1);
    assert_int_equal(of, 2);
    assert_string_equal(shown(15999), "a");
    assert_string_equal(shown(16000), "");
    assert_string_equal(shown(16500), "b");
    assert_non_null(calls_current(&calls, &number, &of));
    assert_int_equal(number, 2);
    assert_int_equal(of, 2);
    assert_string_equal(shown(24499), "b");
    assert_string_equal(shown(24500), "");
}

static void the_desk_calls_again(void **state)
{
    (void)state;
    struct view_job *job = ready("a", 1);
    take(0);
    job->calls = 1;
    take(50000);
    assert_string_equal(shown(50000), "a");
    assert_string_equal(shown(58000), "");
    take(60000);
    assert_string_equal(shown(61000), "");
}

static void an_old_picture_calls_nobody(void **state)
{
    (void)state;
    take(0);
    ready("a", 1);
    take(0);
    calls_tick(&calls, false, at(10000));
    assert_int_equal(calls.current, -1);
    assert_string_equal(shown(20000), "a");
    calls_tick(&calls, false, at(21000));
    assert_int_equal(calls.current, -1);
    assert_string_equal(shown(22000), "");
}

static void an_untrusted_board_is_not_the_start(void **state)
{
    (void)state;
    ready("a", 1);
    assert_true(calls_board(&calls, view, false, DELAY, at(0)));
    ready("b", 2);
    assert_true(calls_board(&calls, view, false, DELAY, at(1000)));
    calls_tick(&calls, true, at(2000));
    assert_string_equal(shown(30000), "");
    ready("c", 3);
    take(30000);
    assert_string_equal(shown(40000), "c");
}

int main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, start, stop)
    const struct CMUnitTest tests[] = {
        CASE(ready_before_the_start_is_never_called),
        CASE(a_call_waits_and_lasts),
        CASE(taken_back_in_time_is_not_called),
        CASE(two_queue),
        CASE(the_desk_calls_again),
        CASE(an_old_picture_calls_nobody),
        CASE(an_untrusted_board_is_not_the_start),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
