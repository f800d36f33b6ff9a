/* What a bay box says and when: meaning of a press, repeats, receipts, the question. Time is given. */
#include "bay/session.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define T(ms) ((struct boot){ ms })

static struct session session; /* set up for each test */

static struct bay_view view(const char *job, const char *stage)
{
    struct bay_view v = { .since = { 1772442000000 }, .limit_s = 600, .colour = BAY_GREEN };
    snprintf(v.job, sizeof v.job, "%s", job);
    snprintf(v.stage, sizeof v.stage, "%s", stage);
    return v;
}

static int setup(void **state)
{
    struct bay_view v = view("W-1", "repair");
    (void)state;
    session_start(&session, NULL, T(0));
    session_view(&session, &v);
    return 0;
}

static struct parcel meaning(enum event_type type, const struct parcel *car, const struct parcel *help)
{
    struct parcel out;
    session_parcel(&session, &(struct session_press){ .type = type, .reason = "parts", .job = "W-2" }, car,
                   help, &out);
    return out;
}

static void head(const char *id, enum event_type type, enum parcel_chain chain, int64_t at)
{
    struct parcel p = { .type = type, .chain = chain, .on = -1 };
    snprintf(p.id, sizeof p.id, "%s", id);
    session_queue(&session, &p, T(at));
}

static void up(int64_t at)
{
    session_link(&session, true, T(at));
    session_hub(&session, true, T(at));
}

/* The moment at which it is due next, going on by the deadlines; beats keep the hub there. */
static int64_t next_due(int64_t from, bool beats)
{
    for (int64_t t = from; t < from + 200000; t += 100) {
        if (beats && t % 3000 == 0)
            session_hub(&session, true, T(t));
        if (session_due(&session, T(t)))
            return t - from;
    }
    return -1;
}

static enum session_answer answer(const char *id, const char *reason, bool repeat, const char *job,
                                  const char *stage)
{
    struct parcel_verdict v = { .at = WALL_NONE };
    snprintf(v.id, sizeof v.id, "%s", id);
    snprintf(v.reason, sizeof v.reason, "%s", reason);
    snprintf(v.job, sizeof v.job, "%s", job);
    snprintf(v.stage, sizeof v.stage, "%s", stage);
    return session_receipt(&session, &v, repeat);
}

/* ── meaning ── */

static void a_press_carries_what_was_seen(void **state)
{
    (void)state;
    struct parcel p = meaning(EV_HOLD, NULL, NULL);
    assert_string_equal(p.job, "W-1");
    assert_string_equal(p.from, "repair");
    assert_string_equal(p.reason, "parts");
    assert_int_equal(p.chain, PARCEL_OWN);
    assert_int_equal(p.on, -1);
    session_start(&session, NULL, T(0)); /* nothing was ever heard: the hub knows the car */
    p = meaning(EV_NEXT, NULL, NULL);
    assert_string_equal(p.job, "");
    assert_string_equal(p.from, "");
    struct bay_view v = view("W-5", "wash");
    session_start(&session, &v, T(0)); /* the outbox remembers */
    assert_string_equal(meaning(EV_NEXT, NULL, NULL).job, "W-5");
}

static void a_press_behind_another_follows_it(void **state)
{
    (void)state;
    struct parcel car = meaning(EV_NEXT, NULL, NULL);
    strcpy(car.from, "quality");
    struct parcel p = meaning(EV_NEXT, &car, NULL);
    assert_int_equal(p.chain, PARCEL_FOLLOWS);
    assert_string_equal(p.from, "quality"); /* what the one before was pressed on */
    struct parcel scan = meaning(EV_ASSIGN, &car, NULL);
    assert_int_equal(scan.chain, PARCEL_OWN);
    assert_string_equal(scan.job, "W-2");
    assert_string_equal(scan.from, "");
    p = meaning(EV_NEXT, &scan, NULL);
    assert_string_equal(p.job, "W-2"); /* never the car that stood there before the scan */
    assert_string_equal(p.from, "repair");
    assert_string_equal(meaning(EV_NOTE, &scan, NULL).job, "W-1");
}

static void help_is_said_outright(void **state)
{
    (void)state;
    struct parcel help = meaning(EV_HELP, NULL, NULL);
    assert_int_equal(help.on, 1);
    assert_int_equal(help.chain, PARCEL_APART);
    assert_int_equal(meaning(EV_HELP, NULL, &help).on, 0); /* the second press, before any receipt */
    session.view.help = true;
    assert_int_equal(meaning(EV_HELP, NULL, NULL).on, 0);
    session_start(&session, NULL, T(0));
    assert_int_equal(meaning(EV_HELP, NULL, NULL).on, -1);
}

/* ── sending ── */

static void repeats_double_to_a_minute(void **state)
{
    static const int64_t waits[] = { 2000, 4000, 8000, 16000, 32000, 60000, 60000 };
    int64_t t = 30000;
    (void)state;
    up(t);
    head("b-1", EV_NEXT, PARCEL_OWN, t);
    assert_true(session_due(&session, T(t)));
    session_sent(&session, T(t));
    for (size_t i = 0; i < sizeof waits / sizeof waits[0]; i++) {
        assert_int_equal(next_due(t, true), waits[i]);
        t += waits[i];
        session_sent(&session, T(t));
    }
    head("b-2", EV_NEXT, PARCEL_OWN, t); /* the next one begins anew */
    session_hub(&session, true, T(t));
    assert_true(session_due(&session, T(t)));
}

static void nothing_is_sent_without_a_connection(void **state)
{
    (void)state;
    head("b-1", EV_NEXT, PARCEL_OWN, 0);
    assert_int_equal(next_due(0, true), -1);
    assert_int_equal(session_deadline(&session, &(struct parcel_now){ "b", T(0), WALL_NONE }).ms, INT64_MAX);
    up(300000);
    assert_true(session_due(&session, T(300000)));
    session_sent(&session, T(300000));
    session_link(&session, false, T(300100));
    assert_int_equal(next_due(300100, false), -1);
    up(600000); /* at once on reconnect */
    assert_true(session_due(&session, T(600000)));
}

static void a_silent_hub_gets_a_try_a_minute(void **state)
{
    (void)state;
    up(0);
    head("b-1", EV_NEXT, PARCEL_OWN, 0);
    session_sent(&session, T(0));
    session_hub(&session, false, T(1000));
    assert_int_equal(next_due(0, false), 60000);
    session_sent(&session, T(60000));
    assert_int_equal(next_due(60000, false), 60000);
    session_hub(&session, true, T(90000)); /* it is back: at once */
    assert_true(session_due(&session, T(90000)));
    session_sent(&session, T(90000));
    assert_true(session_hub_there(&session, T(90000 + SESSION_SILENCE_MS - 1)));
    assert_false(session_hub_there(&session, T(90000 + SESSION_SILENCE_MS))); /* no beat for so long */
}

static void an_empty_outbox_sends_nothing(void **state)
{
    (void)state;
    up(0);
    assert_int_equal(next_due(0, true), -1);
    head("b-1", EV_NEXT, PARCEL_OWN, 0);
    session_queue(&session, NULL, T(0));
    assert_int_equal(next_due(0, true), -1);
    assert_int_equal(answer("b-1", "", false, "W-1", "wash"), SESSION_OTHER);
}

/* ── receipts ── */

static void receipts_are_told_apart(void **state)
{
    (void)state;
    up(0);
    head("b-1", EV_NEXT, PARCEL_OWN, 0);
    assert_int_equal(answer("b-0", "", false, "W-1", "wash"), SESSION_OTHER);
    assert_int_equal(answer("", "bad-json", false, "", ""), SESSION_OTHER);
    assert_int_equal(answer("b-1", "storage", false, "", ""), SESSION_LATER);
    assert_int_equal(answer("b-1", "moved-on", false, "W-1", "wash"), SESSION_REFUSED);
    assert_int_equal(answer("b-1", "moved-on", true, "W-1", "wash"), SESSION_REFUSED);
    assert_string_equal(session.view.stage, "repair");
    assert_int_equal(answer("b-1", "", true, "W-1", "wash"), SESSION_APPLIED);
    assert_string_equal(session.view.stage, "repair"); /* an old decision: the state knows better */
    assert_int_equal(answer("b-1", "", false, "W-1", "wash"), SESSION_APPLIED);
    assert_string_equal(session.view.stage, "wash"); /* the next press is about that */
    assert_int_equal(answer("b-1", "", false, "W-3", "parts"), SESSION_APPLIED);
    assert_string_equal(session.view.job, "W-1"); /* another car than the one in the bay */
    head("b-2", EV_ASSIGN, PARCEL_OWN, 0);
    answer("b-2", "", false, "W-3", "parts");
    assert_string_equal(session.view.job, "W-3");
    assert_string_equal(session.view.stage, "parts");
}

/* ── still working? ── */

static bool asks(int64_t up_ms, int64_t wall_ms)
{
    struct parcel_now now = { "b", T(up_ms), wall_ms ? (struct wall){ 1772442000000 + wall_ms } : WALL_NONE };
    return session_asks(&session, &now);
}

static void the_question_comes_at_the_limit_and_again(void **state)
{
    (void)state;
    struct bay_view v = view("W-1", "repair");
    assert_false(asks(1000, 599999));
    assert_true(asks(1001, 600000)); /* by the box's own clock, without a hub */
    assert_false(asks(1001, 0));     /* it cannot know */
    v.colour = BAY_RED;
    session_view(&session, &v);
    assert_true(asks(1001, 0)); /* the hub told */
    session_confirmed(&session, T(2000));
    assert_false(asks(2000, 0));
    assert_false(asks(601999, 0));
    assert_true(asks(602000, 0));
    struct parcel_now now = { "b", T(2000), WALL_NONE };
    assert_int_equal(session_deadline(&session, &now).ms, 602000);
    strcpy(v.stage, "quality"); /* the answer was for another stage */
    session_view(&session, &v);
    assert_true(asks(2001, 0));
    v.limit_s = 0;
    session_view(&session, &v);
    assert_false(asks(2001, 0));
    v = view("", "");
    session_view(&session, &v);
    assert_false(asks(2001, 999999));
}

/* ── ages ── */

static void ages_are_honest(void **state)
{
    (void)state;
    struct parcel p = { .boot = "one", .up = T(5000), .made = WALL_NONE };
    struct parcel_now now = { "one", T(9000), WALL_NONE };
    assert_int_equal(parcel_age_ms(&p, &now), 4000);
    assert_true(wall_is_none(parcel_time(&p, &now)));
    now.wall.ms = 1772442004000; /* synced since: the time can be told */
    assert_int_equal(parcel_time(&p, &now).ms, 1772442000000);
    now = (struct parcel_now){ "two", T(700), { 1772442004000 } }; /* and is lost with a reboot */
    assert_int_equal(parcel_age_ms(&p, &now), 700);
    assert_true(wall_is_none(parcel_time(&p, &now)));
    p.made.ms = 1772442000000;
    assert_int_equal(parcel_age_ms(&p, &now), 4000);
    assert_int_equal(parcel_time(&p, &now).ms, 1772442000000);
    now.wall = WALL_NONE;
    assert_int_equal(parcel_age_ms(&p, &now), 700);
    assert_int_equal(parcel_time(&p, &now).ms, 1772442000000);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, setup)
    const struct CMUnitTest tests[] = {
        TEST(a_press_carries_what_was_seen),
        TEST(a_press_behind_another_follows_it),
        TEST(help_is_said_outright),
        TEST(repeats_double_to_a_minute),
        TEST(nothing_is_sent_without_a_connection),
        TEST(a_silent_hub_gets_a_try_a_minute),
        TEST(an_empty_outbox_sends_nothing),
        TEST(receipts_are_told_apart),
        TEST(the_question_comes_at_the_limit_and_again),
        TEST(ages_are_honest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
