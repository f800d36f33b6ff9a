/* When a picture is old (CONTRACT 2). */
#include "display/trust.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static struct boot at(int64_t ms)
{
    return (struct boot){ ms };
}

static const struct wall noon = { INT64_C(1795262400000) };

static void a_retained_board_proves_nothing(void **state)
{
    struct trust t;
    (void)state;
    trust_start(&t, at(0));
    trust_board(&t, 5, noon);
    assert_int_equal(trust_state(&t, at(9999)), TRUST_CONNECTING);
    assert_int_equal(trust_deadline(&t, at(9999)).ms, 10000);
    assert_int_equal(trust_state(&t, at(10000)), TRUST_STALE);
    assert_int_equal(trust_since(&t).ms, noon.ms);
    assert_int_equal(trust_state(&t, at(600000)), TRUST_LOST);
}

/* Ten minutes old by the clock of this computer: not one row of it is shown; the first beat that fits changes that. */
static void a_board_of_last_week(void **state)
{
    struct trust t;
    (void)state;
    trust_start(&t, at(0));
    trust_clock(&t, wall_plus(noon, 7 * 86400000));
    trust_board(&t, 5, noon);
    trust_clock(&t, wall_plus(noon, 599999));
    assert_int_equal(trust_state(&t, at(10000)), TRUST_STALE);
    trust_clock(&t, wall_plus(noon, 600000));
    assert_int_equal(trust_state(&t, at(9999)), TRUST_CONNECTING);
    assert_int_equal(trust_state(&t, at(10000)), TRUST_LOST);
    assert_int_equal(trust_since(&t).ms, noon.ms);
    trust_clock(&t, wall_plus(noon, -86400000)); /* a computer without a battery */
    assert_int_equal(trust_state(&t, at(10000)), TRUST_STALE);
    trust_clock(&t, wall_plus(noon, 600000));
    trust_beat(&t, 5, noon, at(20000));
    assert_int_equal(trust_state(&t, at(20000)), TRUST_FRESH);
}

/* A board that goes back behind the beat is no answer to it. */
static void an_older_board_ends_no_doubt(void **state)
{
    struct trust t;
    (void)state;
    trust_start(&t, at(0));
    trust_board(&t, 5, noon);
    trust_beat(&t, 5, noon, at(0));
    trust_beat(&t, 7, noon, at(3000));
    trust_board(&t, 3, noon);
    assert_int_equal(trust_state(&t, at(5999)), TRUST_FRESH);
    assert_int_equal(trust_state(&t, at(6000)), TRUST_STALE);
    trust_board(&t, 7, noon);
    assert_int_equal(trust_state(&t, at(6001)), TRUST_FRESH);
}

static void no_board_at_all(void **state)
{
    struct trust t;
    (void)state;
    trust_start(&t, at(0));
    trust_beat(&t, 5, noon, at(100));
    assert_int_equal(trust_state(&t, at(200)), TRUST_CONNECTING);
    assert_int_equal(trust_state(&t, at(10000)), TRUST_NEVER);
    assert_true(trust_deadline(&t, at(10000)).ms == BOOT_FAR.ms);
    assert_true(wall_is_none(trust_since(&t)));
    trust_board(&t, 5, noon);
    assert_int_equal(trust_state(&t, at(10050)), TRUST_FRESH);
}

static void silence_makes_it_old_and_then_lost(void **state)
{
    struct trust t;
    (void)state;
    trust_start(&t, at(0));
    trust_board(&t, 5, noon);
    trust_beat(&t, 5, wall_plus(noon, 1000), at(1000));
    assert_int_equal(trust_state(&t, at(10999)), TRUST_FRESH);
    assert_int_equal(trust_deadline(&t, at(5000)).ms, 11000);
    assert_int_equal(trust_state(&t, at(11000)), TRUST_STALE);
    assert_int_equal(trust_deadline(&t, at(11000)).ms, 601000);
    assert_int_equal(trust_state(&t, at(601000)), TRUST_LOST);
    trust_beat(&t, 5, wall_plus(noon, 700000), at(700000));
    assert_int_equal(trust_state(&t, at(700000)), TRUST_FRESH);
}

static void another_rev_is_old_after_three_seconds(void **state)
{
    struct trust t;
    (void)state;
    trust_start(&t, at(0));
    trust_board(&t, 5, noon);
    trust_beat(&t, 5, wall_plus(noon, 1000), at(1000));
    trust_beat(&t, 6, wall_plus(noon, 4000), at(4000));
    assert_int_equal(trust_deadline(&t, at(4000)).ms, 7000);
    assert_int_equal(trust_state(&t, at(6999)), TRUST_FRESH);
    trust_beat(&t, 6, wall_plus(noon, 7000), at(7000));
    assert_int_equal(trust_state(&t, at(7000)), TRUST_STALE);
    assert_int_equal(trust_since(&t).ms, noon.ms + 1000);
    trust_board(&t, 6, wall_plus(noon, 3900));
    assert_int_equal(trust_state(&t, at(7100)), TRUST_FRESH);
}

static void a_newer_board_waits_for_its_beat(void **state)
{
    struct trust t;
    (void)state;
    trust_start(&t, at(0));
    trust_board(&t, 5, noon);
    trust_beat(&t, 5, noon, at(1000));
    trust_board(&t, 6, wall_plus(noon, 100));
    assert_int_equal(trust_state(&t, at(4500)), TRUST_FRESH);
    /* The hub began anew with a lower number: the board is another one until a beat names it. */
    trust_beat(&t, 3, noon, at(5000));
    assert_int_equal(trust_state(&t, at(8000)), TRUST_STALE);
    trust_board(&t, 3, noon);
    assert_int_equal(trust_state(&t, at(8100)), TRUST_FRESH);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_retained_board_proves_nothing),
        cmocka_unit_test(a_board_of_last_week),
        cmocka_unit_test(an_older_board_ends_no_doubt),
        cmocka_unit_test(no_board_at_all),
        cmocka_unit_test(silence_makes_it_old_and_then_lost),
        cmocka_unit_test(another_rev_is_old_after_three_seconds),
        cmocka_unit_test(a_newer_board_waits_for_its_beat),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
