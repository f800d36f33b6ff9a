/* Who is called, when and how often. */
#include "tests/calls_kit.h"

static void ready_before_the_start_is_never_called(void **state)
{
    (void)state;
    ready("a", 1);
    take(0);
    assert_string_equal(shown(DELAY), "");
    assert_string_equal(shown(1000000), "");
    assert_true(calls_deadline(&calls, at(0)).ms == BOOT_FAR.ms);
    assert_false(bright("a", DELAY));
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
    assert_true(bright("a", 11000));
    assert_int_equal(calls_deadline(&calls, at(11000)).ms, 19000);
    assert_string_equal(shown(18999), "a");
    assert_string_equal(shown(19000), "");
    assert_true(bright("a", 19000 + 59999));
    assert_false(bright("a", 19000 + 60000));
    assert_false(calls_reminds(&calls, "a", at(19000 + 299999)));
    assert_true(calls_reminds(&calls, "a", at(19000 + 300000)));
    assert_false(bright("a", 19000 + 300000));
    assert_false(calls_reminds(&calls, "a", at(19000 + 306000)));
    assert_true(calls_reminds(&calls, "a", at(19000 + 900000)));
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

/* Nobody is called, and nobody wakes for it. */
static void an_old_picture_calls_nobody(void **state)
{
    (void)state;
    take(0);
    ready("a", 1);
    take(0);
    calls_tick(&calls, false, at(10000));
    assert_int_equal(calls.current, -1);
    assert_true(calls_deadline(&calls, at(10000)).ms == BOOT_FAR.ms);
    assert_int_equal(calls_cue(&calls), CUE_NONE);
    assert_string_equal(shown(20000), "a");
}

/* Cut off a moment before its end, it is made again from its beginning, before those that wait behind it; shown
 * for its whole length it is not. */
static void a_call_that_was_cut_off_is_made_again(void **state)
{
    int number, of;
    (void)state;
    take(0);
    ready("a", 1);
    ready("b", 2);
    take(0);
    assert_string_equal(shown(10000), "a");
    assert_int_equal(calls_cue(&calls), CUE_CALL);
    calls_tick(&calls, false, at(15999));
    assert_null(calls_current(&calls, &number, &of));
    assert_false(bright("a", 15999));
    assert_true(calls_deadline(&calls, at(15999)).ms == BOOT_FAR.ms);
    assert_true(calls_board(&calls, view, false, DELAY, at(17000)));
    calls_tick(&calls, false, at(17000));
    assert_int_equal(calls_cue(&calls), CUE_NONE);
    take(500000);
    assert_string_equal(shown(500000), "a");
    assert_int_equal(calls_cue(&calls), CUE_CALL);
    assert_non_null(calls_current(&calls, &number, &of));
    assert_int_equal(number * 10 + of, 12);
    assert_string_equal(shown(505999), "a");
    assert_string_equal(shown(506000), "");
    assert_string_equal(shown(506500), "b");
    assert_int_equal(calls_cue(&calls), CUE_CALL);
    calls_tick(&calls, false, at(514500)); /* its last moment */
    assert_string_equal(shown(520000), "");
    assert_string_equal(shown(600000), "");
    assert_int_equal(calls_cue(&calls), CUE_NONE);
    assert_true(calls_reminds(&calls, "a", at(506000 + CALLS_REMIND_1_MS))); /* counted from the whole call */
}

/* The same where the display went; and a car that has left meanwhile is not called. */
static void what_nobody_saw_is_called_again_if_it_is_there(void **state)
{
    (void)state;
    take(0);
    ready("a", 1);
    ready("b", 2);
    take(0);
    assert_string_equal(shown(10000), "a");
    calls_cut(&calls);
    assert_string_equal(shown(100000), "a");
    calls_cut(&calls);
    calls_cut(&calls);
    view->n_jobs = 0;
    ready("b", 2);
    take(200000);
    assert_string_equal(shown(200500), "b");
    assert_string_equal(shown(209000), "");
    view->n_jobs = 0;
    ready("a", 1); /* the handover was a mistake, and it was never called to the end */
    take(300000);
    assert_string_equal(shown(310000), "a");
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

/* The program starts anew: whatever was ready, called or waited for its call at that time stays silent, only
 * the desk's `call` and cars that become ready from now on are called. */
static void a_restart_never_calls_again(void **state)
{
    (void)state;
    take(0);
    struct view_job *called = ready("a", 1);
    ready("b", 2);
    take(1000);
    assert_string_equal(shown(11000), "a");
    calls_free(&calls);
    called->called_at = (struct wall){ 5000 };
    called->calls = 1;
    assert_true(calls_board(&calls, view, false, DELAY, at(12000)));
    take(12500);
    assert_string_equal(shown(12500), "");
    assert_string_equal(shown(400000), "");
    assert_int_equal(calls_cue(&calls), CUE_NONE);
    assert_true(calls_deadline(&calls, at(12500)).ms == BOOT_FAR.ms);
    called->calls = 2;
    take(500000);
    assert_string_equal(shown(500000), "a");
}

/* Handed over by mistake, taken back, and called by the desk before the next board came: that press is a new call. */
static void a_press_while_it_was_away_is_heard(void **state)
{
    (void)state;
    take(0);
    struct view_job *job = ready("a", 1);
    take(0);
    assert_string_equal(shown(10000), "a");
    shown(20000);
    view->n_jobs = 0;
    take(30000);
    view->n_jobs = 1;
    take(40000);
    assert_string_equal(shown(60000), "");
    view->n_jobs = 0;
    take(70000);
    view->n_jobs = 1;
    job->calls = 1;
    take(80000);
    assert_string_equal(shown(80000), "a");
}

/* The hub goes away, comes back and publishes what it published before. */
static void a_restart_of_the_hub_calls_nobody(void **state)
{
    (void)state;
    take(0);
    ready("a", 1);
    take(0);
    assert_string_equal(shown(10000), "a");
    assert_string_equal(shown(18000), "");
    assert_int_equal(calls_cue(&calls), CUE_CALL);
    calls_tick(&calls, false, at(30000));
    assert_true(calls_board(&calls, view, false, DELAY, at(40000)));
    take(41000);
    assert_string_equal(shown(60000), "");
    assert_int_equal(calls_cue(&calls), CUE_NONE);
}

/* Taken back at the very last moment, also when the program has not looked in between. */
static void taken_back_at_the_last_moment(void **state)
{
    (void)state;
    take(0);
    ready("a", 1);
    take(0);
    view->n_jobs = 0;
    take(DELAY);
    assert_string_equal(shown(DELAY), "");
    assert_int_equal(calls_cue(&calls), CUE_NONE);
    assert_true(calls_deadline(&calls, at(DELAY)).ms == BOOT_FAR.ms);
}

static enum call_cue heard(int64_t ms)
{
    calls_tick(&calls, true, at(ms));
    return calls_cue(&calls);
}

static void each_call_and_reminder_is_heard_once(void **state)
{
    (void)state;
    take(0);
    struct view_job *job = ready("a", 1);
    take(0);
    assert_int_equal(heard(9999), CUE_NONE);
    assert_int_equal(heard(10000), CUE_CALL);
    assert_int_equal(heard(10001), CUE_NONE);
    assert_int_equal(heard(18000), CUE_NONE);
    assert_int_equal(heard(18000 + 299999), CUE_NONE);
    assert_int_equal(heard(18000 + 300000), CUE_REMINDER);
    take(18000 + 301000);
    assert_int_equal(heard(18000 + 302000), CUE_NONE);
    assert_int_equal(heard(18000 + 900000), CUE_REMINDER);
    assert_int_equal(heard(18000 + 905999), CUE_NONE);
    assert_int_equal(heard(18000 + 5000000), CUE_NONE);
    job->calls = 1;
    take(6000000);
    assert_int_equal(heard(6000000), CUE_CALL);
    assert_int_equal(heard(6008000), CUE_NONE);
    assert_int_equal(heard(6008000 + 300000), CUE_REMINDER);
}

/* Handed over: no reminder. Not trusted, or looked at too late: none either. */
static void reminders_end(void **state)
{
    (void)state;
    take(0);
    ready("a", 1);
    take(0);
    assert_int_equal(heard(10000), CUE_CALL);
    assert_int_equal(heard(18000), CUE_NONE);
    calls_tick(&calls, false, at(318000));
    assert_int_equal(calls_cue(&calls), CUE_NONE);
    assert_int_equal(heard(324000), CUE_NONE);
    view->n_jobs = 0;
    take(500000);
    assert_int_equal(heard(918000), CUE_NONE);
}

static void of_two_the_call_is_heard(void **state)
{
    (void)state;
    take(0);
    ready("a", 1);
    take(0);
    assert_int_equal(heard(10000), CUE_CALL);
    assert_int_equal(heard(18000), CUE_NONE);
    ready("b", 2);
    take(308000);
    assert_int_equal(heard(318000), CUE_CALL);
}

/* Three at once: each has its field, its chime and its turn, and a board in between changes nothing. */
static void all_of_three_are_seen_and_heard(void **state)
{
    static const char *const keys[] = { "a", "b", "c" };
    int64_t now = DELAY;
    (void)state;
    take(0);
    for (int i = 0; i < 3; i++)
        ready(keys[i], 1 + i);
    take(0);
    for (int i = 0; i < 3; i++, now += CALLS_GAP_MS) {
        int number, of;
        assert_string_equal(shown(now), keys[i]);
        assert_int_equal(calls_cue(&calls), CUE_CALL);
        assert_non_null(calls_current(&calls, &number, &of));
        assert_int_equal(number, i + 1);
        assert_int_equal(of, 3);
        take(now + 1000);
        now += i < 2 ? CALLS_SHORT_MS : CALLS_LONG_MS;
        assert_string_equal(shown(now - 1), keys[i]);
        assert_string_equal(shown(now), "");
        assert_int_equal(calls_cue(&calls), CUE_NONE);
    }
    assert_string_equal(shown(now + 1000), "");
    for (int i = 0; i < 3; i++)
        assert_true(bright(keys[i], now)); /* the last calls stay visible */
}

/* The desk does not wait for the delay, and does not call twice by that; what is being called is not called
 * again after itself. */
static void the_desk_calls_at_once_and_once(void **state)
{
    (void)state;
    take(0);
    struct view_job *job = ready("a", 1);
    take(0);
    job->calls = 1;
    take(3000);
    assert_string_equal(shown(3000), "a");
    assert_int_equal(calls_cue(&calls), CUE_CALL);
    job->calls = 2;
    take(5000);
    assert_string_equal(shown(11000), "");
    assert_string_equal(shown(30000), "");
    assert_int_equal(calls_cue(&calls), CUE_NONE);
}

/* Handed over while its call waits in the queue: nobody is called to a car that is gone. */
static void who_is_gone_leaves_the_queue(void **state)
{
    (void)state;
    take(0);
    ready("a", 1);
    ready("b", 2);
    take(0);
    assert_string_equal(shown(DELAY), "a");
    view->n_jobs = 1;
    take(DELAY + 3000);
    assert_int_equal(calls_cue(&calls), CUE_CALL);
    assert_string_equal(shown(DELAY + CALLS_LONG_MS), "");
    assert_string_equal(shown(DELAY + 60000), "");
    assert_int_equal(calls_cue(&calls), CUE_NONE);
}

/* A handover that was pressed by mistake is taken back: the car was called for this readiness. */
static void a_handover_taken_back_is_not_called_again(void **state)
{
    (void)state;
    take(0);
    ready("a", 1);
    take(1000);
    assert_string_equal(shown(11000), "a");
    assert_string_equal(shown(19000), "");
    view->n_jobs = 0; /* handed over … */
    take(20000);
    ready("a", 1); /* … and not */
    take(30000);
    assert_string_equal(shown(40000), "");
    assert_string_equal(shown(60000), "");
    view->jobs[0].calls = 1; /* the desk may */
    take(70000);
    assert_string_equal(shown(70000), "a");
    assert_string_equal(shown(78000), "");
    view->n_jobs = 0;
    take(80000);
    ready("a", 1)->calls = 1; /* called by the desk for this one too */
    take(90000);
    assert_string_equal(shown(100000), "");
    view->n_jobs = 0;
    take(110000);
    ready("a", 2)->calls = 0; /* ready anew after more work */
    take(120000);
    assert_string_equal(shown(130000), "a");
}

/* The same for what was ready before the start, as often as the mistake is made; work done anew is called. */
static void what_was_ready_before_stays_silent_when_it_is_back(void **state)
{
    (void)state;
    ready("a", 1);
    take(0);
    for (int i = 1; i <= 3; i++) {
        view->n_jobs = 0;
        take(i * 100000);
        ready("a", 1);
        take(i * 100000 + 1000);
        assert_string_equal(shown(i * 100000 + 1000 + DELAY), "");
    }
    view->jobs[0].calls = 1; /* the desk may */
    take(400000);
    assert_string_equal(shown(400000), "a");
    view->n_jobs = 0;
    take(500000);
    ready("a", 2)->calls = 0;
    take(501000);
    assert_string_equal(shown(501000 + DELAY), "a");
}

/* Who left longest ago is forgotten first; nothing grows. */
static void only_the_newest_that_left_are_known(void **state)
{
    (void)state;
    take(0);
    for (int i = 0; i <= CALLS_LEFT_MAX; i++) {
        char key[8];
        snprintf(key, sizeof key, "c%d", i);
        view->n_jobs = 0;
        ready(key, 1);
        take(i * 100000 + 1000);
        assert_string_equal(shown(i * 100000 + 11000), key);
        assert_string_equal(shown(i * 100000 + 19000), "");
    }
    view->n_jobs = 0;
    take(10000000);
    ready("c1", 1);
    take(10001000);
    assert_string_equal(shown(10020000), "");
    view->n_jobs = 0;
    take(10030000);
    ready("c0", 1);
    take(10040000);
    assert_string_equal(shown(10050000), "c0");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(ready_before_the_start_is_never_called),
        CASE(a_call_waits_and_lasts),
        CASE(taken_back_in_time_is_not_called),
        CASE(two_queue),
        CASE(the_desk_calls_again),
        CASE(an_old_picture_calls_nobody),
        CASE(a_call_that_was_cut_off_is_made_again),
        CASE(what_nobody_saw_is_called_again_if_it_is_there),
        CASE(an_untrusted_board_is_not_the_start),
        CASE(a_restart_never_calls_again),
        CASE(a_restart_of_the_hub_calls_nobody),
        CASE(a_press_while_it_was_away_is_heard),
        CASE(taken_back_at_the_last_moment),
        CASE(each_call_and_reminder_is_heard_once),
        CASE(reminders_end),
        CASE(of_two_the_call_is_heard),
        CASE(all_of_three_are_seen_and_heard),
        CASE(the_desk_calls_at_once_and_once),
        CASE(who_is_gone_leaves_the_queue),
        CASE(a_handover_taken_back_is_not_called_again),
        CASE(what_was_ready_before_stays_silent_when_it_is_back),
        CASE(only_the_newest_that_left_are_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
