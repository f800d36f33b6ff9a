/* The table of other people's buttons: filters, rows that do not fit, limits, what memory that is out means.
 * Payloads and what becomes of them are in tests/replay/buttons.case. */
#include "wire/buttons.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct button general(const char *topic, const char *pointer, const char *value)
{
    return (struct button){ BUTTON_GENERAL, topic, pointer, value, "1", EV_NEXT, "", "", -1, 0 };
}

static struct buttons *make(const struct button *rows, int n)
{
    char fault[400];
    int row;
    struct buttons *b = buttons_create(rows, n, &row, fault, sizeof fault);
    if (!b)
        print_error("row %d: %s\n", row, fault);
    assert_non_null(b);
    return b;
}

static void filters_match_cover_and_overlap(void **state)
{
    static const struct {
        const char *a, *b;
        bool covers, overlaps;
    } cases[] = {
        { "a/b", "a/b", true, true },      { "a/b", "a/c", false, false },   { "a/+", "a/b", true, true },
        { "a/+", "a/b/c", false, false },  { "a/#", "a/b/c", true, true },   { "a/#", "a", true, true },
        { "a/+/c", "a/b/+", false, true }, { "a/b", "a/+", false, true },    { "a/+", "a/#", false, true },
        { "a/+", "a/+", true, true },      { "a//b", "a/+/b", false, true }, { "a/+/b", "a//b", true, true },
        { "a/b/", "a/b", false, false },   { "+/b", "a/b", true, true },     { "a/bb", "a/b", false, false },
        { "a", "a/b", false, false },      { "#", "a/b", true, true },
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        if (filter_covers(cases[i].a, cases[i].b) != cases[i].covers ||
            filter_overlaps(cases[i].a, cases[i].b) != cases[i].overlaps ||
            filter_overlaps(cases[i].b, cases[i].a) != cases[i].overlaps)
            fail_msg("%s and %s", cases[i].a, cases[i].b);
    }
    assert_true(filter_matches("a/+/#", "a/b/c/d"));
    assert_false(filter_matches("a/+", "a/+")); /* no name of a topic */
}

static void a_row_that_does_not_fit_is_named(void **state)
{
    static const struct {
        enum button_profile profile;
        const char *topic, *cure;
    } cases[] = {
        { BUTTON_ZIGBEE2MQTT, "bay3", "zigbee2mqtt/bay3" },
        { BUTTON_ZIGBEE2MQTT, "zigbee2mqtt/bay3/availability", "zigbee2mqtt/bay3" },
        { BUTTON_ZIGBEE2MQTT, "zigbee2mqtt/+", "in full" },
        { BUTTON_TASMOTA, "stat/bay3/POWER", "stat/NAME/RESULT" },
        { BUTTON_TASMOTA, "cmnd/bay3/RESULT", "stat/NAME/RESULT" },
        { BUTTON_TASMOTA, "stat/RESULT", "stat/NAME/RESULT" },
        { BUTTON_SHELLY1, "shellies/x/relay/0", "shellies/ID/input_event/0" },
        { BUTTON_SHELLY2, "shellyplus-x/rpc", "events/rpc" },
        { BUTTON_ESPHOME, "node/sensor/x/state", "NODE/event/NAME/state" },
        { BUTTON_GENERAL, "#", "begin with" },
        { BUTTON_GENERAL, "+/x", "begin with" },
        { BUTTON_GENERAL, "$SYS/x", "begin with" },
    };
    char fault[400];
    int row;
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct button rows[] = { general("fine", "", "1"), general(cases[i].topic, "", "1") };
        rows[1].profile = cases[i].profile;
        assert_null(buttons_create(rows, 2, &row, fault, sizeof fault));
        assert_int_equal(row, 1);
        if (!strstr(fault, cases[i].cure))
            fail_msg("%s: %s", cases[i].topic, fault);
    }
}

static void filters_that_would_bring_a_press_twice_are_refused(void **state)
{
    char fault[400];
    int row;
    struct button rows[] = { general("a/+/c", "", "1"), general("a/b/+", "", "1") };
    (void)state;
    assert_null(buttons_create(rows, 2, &row, fault, sizeof fault));
    assert_int_equal(row, 1);
    assert_non_null(strstr(fault, "twice"));
}

/* The broker brings a message once per filter that matches. */
static void only_filters_that_cover_the_others_are_listened_to(void **state)
{
    struct button rows[] = { general("a/b", "", "1"), general("a/+", "", "1"), general("a/c", "", "2"),
                             general("x/y", "", "1"), general("x/y", "/p", "1") };
    struct button_actions found;
    struct buttons *b = make(rows, 5);
    (void)state;
    assert_string_equal(buttons_filter(b, 0), "a/+");
    assert_string_equal(buttons_filter(b, 1), "x/y");
    assert_null(buttons_filter(b, 2));
    assert_true(buttons_read(b, "a/b", "1", 1, &found));
    assert_int_equal(found.n, 1);
    assert_int_equal(found.at[0].n_rows, 2); /* the narrow row and the wide one */
    assert_true(buttons_read(b, "a/c", "2", 1, &found));
    assert_int_equal(found.at[0].row[0], 2);
    assert_true(buttons_read(b, "x/y", "{\"p\":1}", 7, &found));
    assert_int_equal(found.n, 1);
    assert_int_equal(found.at[0].row[0], 4);
    buttons_destroy(b);
}

static void rows_up_to_the_limit(void **state)
{
    static struct button rows[BUTTONS_MAX + 1];
    static char topics[BUTTONS_MAX + 1][40];
    char fault[400];
    int row;
    (void)state;
    for (int i = 0; i <= BUTTONS_MAX; i++) {
        snprintf(topics[i], sizeof topics[i], "shellies/s%d/input_event/0", i);
        rows[i] = general(topics[i], "", "S");
        rows[i].profile = BUTTON_SHELLY1;
    }
    struct buttons *b = make(rows, BUTTONS_MAX);
    assert_string_equal(buttons_filter(b, BUTTONS_MAX - 1), topics[BUTTONS_MAX - 1]);
    assert_non_null(buttons_feed(b, 2 * BUTTONS_MAX - 1));
    assert_null(buttons_feed(b, 2 * BUTTONS_MAX));
    buttons_destroy(b);
    assert_null(buttons_create(rows, BUTTONS_MAX + 1, &row, fault, sizeof fault));
    assert_int_equal(row, BUTTONS_MAX);
}

static void actions_and_rows_of_one_message_up_to_the_limit(void **state)
{
    struct button rows[BUTTON_ROWS_MAX + 1];
    struct button_actions found;
    char payload[2000];
    struct text t = text_over(payload, sizeof payload);
    (void)state;
    for (int i = 0; i <= BUTTON_ROWS_MAX; i++) {
        rows[i] = general("s/events/rpc", "", "single_push");
        rows[i].profile = BUTTON_SHELLY2;
    }
    struct buttons *b = make(rows, BUTTON_ROWS_MAX + 1);
    text_put(&t, "{\"method\":\"NotifyEvent\",\"params\":{\"events\":[");
    for (int i = 0; i <= BUTTON_ACTIONS_MAX; i++)
        text_fmt(&t, "%s{\"component\":\"input:%d\",\"event\":\"single_push\"}", i ? "," : "", i);
    text_put(&t, "]}}");
    assert_true(buttons_read(b, "s/events/rpc", t.data, t.len, &found));
    assert_int_equal(found.n, BUTTON_ACTIONS_MAX);
    for (int i = 0; i < found.n; i++)
        assert_int_equal(found.at[i].n_rows, BUTTON_ROWS_MAX);
    assert_string_equal(found.at[7].input, "s/events/rpc#input:7");
    buttons_destroy(b);
}

static void payloads_up_to_the_limit(void **state)
{
    struct button row = general("x", "/a", "1");
    struct button_actions found;
    char *payload = calloc(1, BUTTONS_PAYLOAD_MAX + 1);
    struct buttons *b = make(&row, 1);
    (void)state;
    memset(payload, ' ', BUTTONS_PAYLOAD_MAX + 1);
    memcpy(payload, "{\"a\":1}", 7);
    assert_true(buttons_read(b, "x", payload, BUTTONS_PAYLOAD_MAX, &found));
    assert_int_equal(found.n, 1);
    assert_true(buttons_read(b, "x", payload, BUTTONS_PAYLOAD_MAX + 1, &found));
    assert_int_equal(found.n, 0);
    memset(payload, '[', BUTTONS_PAYLOAD_MAX);
    assert_true(buttons_read(b, "x", payload, BUTTONS_PAYLOAD_MAX, &found));
    assert_int_equal(found.n, 0);
    buttons_destroy(b);
    free(payload);
}

static void pointers_as_in_rfc_6901(void **state)
{
    static const char json[] =
        "{\"foo\":[\"bar\",\"baz\"],\"\":0,\"a/b\":1,\"c%d\":2,\"m~n\":8,\"t\":true,\"r\":0.5,"
        "\"x\":null,\"o\":{\"foo\":{\"7\":\"k\"}}}";
    static const struct {
        const char *pointer, *value;
        bool found;
    } cases[] = {
        { "/foo/0", "bar", true },    { "/foo/1", "baz", true },  { "/foo/2", "baz", false },
        { "/foo/01", "baz", false },  { "/foo/-", "baz", false }, { "/", "0", true },
        { "/a~1b", "1", true },       { "/c%d", "2", true },      { "/m~0n", "8", true },
        { "/t", "true", true },       { "/r", "0.5", true },      { "/x", "null", false },
        { "/o/foo/7", "k", true },    { "/o/foo", "k", false },   { "/foo", "bar", false },
        { "/o/foo/7/x", "k", false }, { "/a~1", "1", false },
    };
    struct button_actions found;
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct button row = general("x", cases[i].pointer, cases[i].value);
        struct buttons *b = make(&row, 1);
        assert_true(buttons_read(b, "x", json, sizeof json - 1, &found));
        if ((found.n == 1) != cases[i].found)
            fail_msg("%s", cases[i].pointer);
        buttons_destroy(b);
    }
}

static void marks_tell_repeats(void **state)
{
    (void)state;
    assert_true(button_mark_new(MARK_NONE, "", "x"));
    assert_false(button_mark_new(MARK_CHANGE, "1", NULL));
    assert_false(button_mark_new(MARK_CHANGE, "1", "1"));
    assert_true(button_mark_new(MARK_CHANGE, "1", "2")); /* the device began anew */
    assert_true(button_mark_new(MARK_LEVEL, "ON", NULL));
    assert_false(button_mark_new(MARK_LEVEL, "ON", "ON"));
    assert_true(button_mark_new(MARK_TIME, "1000", NULL));
    assert_true(button_mark_new(MARK_TIME, "1001", "1000"));
    assert_false(button_mark_new(MARK_TIME, "1000", "1000"));
    assert_false(button_mark_new(MARK_TIME, "1000", "86400999"));
    assert_true(button_mark_new(MARK_TIME, "1000", "86401000")); /* it lost its clock */
    assert_true(button_mark_new(MARK_TIME, "-1", "86400000"));
}

static void rights_of_a_device_end_at_its_own_topics(void **state)
{
    static const struct {
        enum button_profile profile;
        const char *topic, *user, *filter[4];
    } cases[] = {
        { BUTTON_ZIGBEE2MQTT, "zigbee2mqtt/hall/bay3", "zigbee2mqtt", { "zigbee2mqtt/#" } },
        { BUTTON_TASMOTA, "stat/bay3/RESULT", "bay3", { "stat/bay3/#", "tele/bay3/#", "cmnd/bay3/#" } },
        { BUTTON_TASMOTA, "tasmota/bay3/stat/RESULT", "bay3", { "tasmota/bay3/#" } },
        { BUTTON_SHELLY1, "shellies/x-1/input_event/0", "x-1", { "shellies/x-1/#" } },
        { BUTTON_SHELLY2, "x-2/events/rpc", "x-2", { "x-2/#" } },
        { BUTTON_ESPHOME, "node/event/b/state", "node", { "node/#" } },
        { BUTTON_GENERAL, "a/b", NULL, { NULL } },
    };
    char user[BUTTON_TOPIC_SIZE], filter[BUTTON_TOPIC_SIZE];
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct button row = general(cases[i].topic, "", "1");
        row.profile = cases[i].profile;
        int n = 0;
        for (; cases[i].filter[n]; n++) {
            assert_true(button_rights(&row, n, user, filter));
            assert_string_equal(user, cases[i].user);
            assert_string_equal(filter, cases[i].filter[n]);
        }
        assert_false(button_rights(&row, n, user, filter));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(filters_match_cover_and_overlap),
        cmocka_unit_test(a_row_that_does_not_fit_is_named),
        cmocka_unit_test(filters_that_would_bring_a_press_twice_are_refused),
        cmocka_unit_test(only_filters_that_cover_the_others_are_listened_to),
        cmocka_unit_test(rows_up_to_the_limit),
        cmocka_unit_test(actions_and_rows_of_one_message_up_to_the_limit),
        cmocka_unit_test(payloads_up_to_the_limit),
        cmocka_unit_test(pointers_as_in_rfc_6901),
        cmocka_unit_test(marks_tell_repeats),
        cmocka_unit_test(rights_of_a_device_end_at_its_own_topics),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
