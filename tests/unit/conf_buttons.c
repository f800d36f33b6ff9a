/* Other people's buttons: what is taken, and the exact words of every fault. */
#include "tests/conf_kit.h"

static void test_buttons(void **state)
{
    (void)state;
    expect_load(
        "buttons = (\n"
        "{ profile = \"shelly2\"; topic = \"a/+/b/#\"; value = \"v\"; bay = \"3\"; type = \"next\"; },\n"
        "{ topic = \"x\"; pointer = \"/a/0/~1~0\"; value = \"2\"; bay = \"wash\"; type = \"hold\";\n"
        "reason = \"parts\"; gap_ms = 60000; },\n"
        "{ topic = \"+\"; value = \"2\"; bay = \"1\"; type = \"help\"; on = \"off\"; reason = \"Масло\"; },\n"
        "{ topic = \"x\"; value = \"2\"; bay = \"1\"; type = \"note\"; text = \"Кнопка\"; gap_ms = 0; } );");
    assert_int_equal(conf->n_buttons, 4);
    const struct conf_button *b = conf->buttons;
    assert_int_equal(b[0].profile, CONF_SHELLY2);
    assert_string_equal(b[0].topic, "a/+/b/#");
    assert_string_equal(b[0].pointer, "");
    assert_string_equal(b[0].value, "v");
    assert_string_equal(b[0].bay, "3");
    assert_int_equal(b[0].act.type, CONF_NEXT);
    assert_string_equal(b[0].act.reason, "");
    assert_int_equal(b[0].on, CONF_TOGGLE);
    assert_int_equal(b[0].gap_ms, 500);
    assert_int_equal(b[1].profile, CONF_GENERAL);
    assert_string_equal(b[1].pointer, "/a/0/~1~0");
    assert_int_equal(b[1].act.type, CONF_HOLD);
    assert_string_equal(b[1].act.reason, "parts");
    assert_int_equal(b[1].gap_ms, 60000);
    assert_int_equal(b[2].act.type, CONF_HELP);
    assert_string_equal(b[2].act.reason, "Масло");
    assert_int_equal(b[2].on, CONF_OFF);
    assert_int_equal(b[3].act.type, CONF_NOTE);
    assert_string_equal(b[3].act.text, "Кнопка");
    assert_int_equal(b[3].gap_ms, 0);
}

static void test_profiles_and_types(void **state)
{
    static const char *const profiles[] = { "", "zigbee2mqtt", "tasmota", "shelly1", "shelly2", "esphome" };
    static const char *const types[] = { "next", "hold", "rework", "undo", "help", "note", "confirm" };
    static const enum event_type events[] = {
        EV_NEXT, EV_HOLD, EV_REWORK, EV_UNDO, EV_HELP, EV_NOTE, EV_NOTE
    };
    (void)state;
    for (size_t i = 0; i < N(profiles); i++) {
        char text[256];
        snprintf(text, sizeof text,
                 "buttons = ( { profile = \"%s\"; topic = \"x\"; value = \"v\"; bay = \"3\"; type = "
                 "\"next\"; } );",
                 profiles[i]);
        expect_load(text);
        assert_int_equal(conf->buttons[0].profile, (enum conf_profile)i);
    }
    for (size_t i = 0; i < N(types); i++) {
        char text[256];
        snprintf(text, sizeof text,
                 "boxes = ( { bay = \"3\"; inputs = ( { device = \"d\"; scanner = true; keys = ( { code = "
                 "\"BTN_0\"; type = \"%s\"; %s } ); } ); } );",
                 types[i],
                 i == CONF_HOLD   ? "reason = \"approval\";"
                 : i == CONF_NOTE ? "text = \"t\";"
                                  : "");
        expect_load(text);
        assert_int_equal(conf->boxes[0].inputs[0].keys[0].act.type, (enum conf_type)i);
        assert_int_equal(conf_type_event((enum conf_type)i), events[i]);
        assert_true(event_allowed(ROLE_BAY, events[i]));
    }
}

static void test_faults_of_buttons(void **state)
{
    static const struct fault_case whole[] = {
        { "buttons = [ 1 ];",
          "t.cfg:1: buttons: an array [ … ] is not a list ( { topic = \"…\"; … }, … ) of at most 256" },
        { "buttons = (\n1 );", "t.cfg:2: buttons[1]: is not a group; write { topic = \"…\"; … }" },
        { "buttons = (\n{ value = \"v\"; bay = \"3\"; type = \"next\"; } );",
          "t.cfg:2: buttons[1]: topic is missing; write for instance topic = \"zigbee2mqtt/bay3\";" },
        { "buttons = ( { topic = \"x\"; bay = \"3\"; type = \"next\"; } );",
          "t.cfg:1: buttons[1]: value is missing; write for instance value = \"single\";" },
        { "buttons = ( { topic = \"x\"; value = \"v\"; type = \"next\"; } );",
          "t.cfg:1: buttons[1]: bay is missing; write for instance bay = \"3\";" },
        { "buttons = ( { topic = \"x\"; value = \"v\"; bay = \"3\"; } );",
          "t.cfg:1: buttons[1]: type is missing; write for instance type = \"next\";" },
        { "buttons = ( { topic = \"x\"; value = \"v\"; bay = \"3\";\ntype = \"nxt\"; } );",
          "t.cfg:2: buttons[1].type: \"nxt\" is not next, hold, rework, undo, help or note; write for "
          "instance "
          "\"next\"" },
        { "buttons = ( { topic = \"x\"; value = \"v\"; bay = \"3\"; type = \"confirm\"; } );",
          "t.cfg:1: buttons[1].type: \"confirm\" is not next, hold, rework, undo, help or note; write for "
          "instance \"next\"" },
        { "buttons = ( { topic = \"x\"; value = \"v\"; bay = \"33\"; type = \"next\"; } );",
          "t.cfg:1: buttons[1].bay: there is no bay \"33\"; name the id of one in bays" },
        { "bays = ( { id = \"a\"; } ); buttons = ( { topic = \"x\"; value = \"v\"; bay = \"3\"; type = "
          "\"next\"; "
          "} );",
          "t.cfg:1: buttons[1].bay: there is no bay \"3\"; name the id of one in bays" },
        { "stages = ( { id = \"checkin\"; kind = \"queue\"; }, { id = \"out\"; kind = \"done\"; } );\n"
          "routes = ( { id = \"r\"; stages = [ \"checkin\", \"out\" ]; } );\n"
          "buttons = ( { topic = \"x\"; value = \"v\"; bay = \"3\"; type = \"hold\"; reason = \"parts\"; } "
          ");",
          "t.cfg:3: buttons[1].type: no stage is of kind hold; add one to stages" },
    };
    static const struct fault_case rest[] = {
        { "type = \"next\"; profil = \"tasmota\";",
          "t.cfg:2: buttons[2].profil: there is no such key; did you mean profile?" },
        { "type = \"next\"; host = \"x\";",
          "t.cfg:2: buttons[2].host: there is no such key; pitboard.cfg(5) lists them all" },
        { "type = \"next\"; profile = \"sonoff\";",
          "t.cfg:2: buttons[2].profile: \"sonoff\" is not empty, zigbee2mqtt, tasmota, shelly1, shelly2 or "
          "esphome; write for instance \"zigbee2mqtt\"" },
        { "type = \"next\"; profile = \"tasmota\"; pointer = \"/a\";",
          "t.cfg:2: buttons[2].pointer: the profile knows where the value is; leave out pointer or profile" },
        { "type = \"next\"; gap_ms = 60001;",
          "t.cfg:2: buttons[2].gap_ms: 60001 is not between 0 and 60000; 500 is usual" },
        { "type = \"next\"; gap_ms = -1;",
          "t.cfg:2: buttons[2].gap_ms: -1 is not between 0 and 60000; 500 is usual" },
        { "type = \"next\"; on = \"on\";", "t.cfg:2: buttons[2].on: is for type help alone; leave it out" },
        { "type = \"help\"; on = true;",
          "t.cfg:2: buttons[2].on: true is not toggle, on or off; \"toggle\" is usual" },
        { "type = \"hold\";",
          "t.cfg:2: buttons[2]: reason is missing, which type hold needs; name a hold stage: "
          "approval, parts" },
        { "type = \"hold\"; reason = \"repair\";",
          "t.cfg:2: buttons[2].reason: there is no hold stage \"repair\"; name one of: approval, parts" },
        { "type = \"hold\"; reason = \"a\\x07b\";",
          "t.cfg:2: buttons[2].reason: the text is not plain UTF-8; save the file as UTF-8, without control "
          "characters" },
        { "type = \"note\";",
          "t.cfg:2: buttons[2]: text is missing, which type note needs; write for instance "
          "text = \"Масло заканчивается\";" },
        { "type = \"next\"; text = \"x\";",
          "t.cfg:2: buttons[2].text: only a note has a text; leave it out, or choose type note" },
    };
    (void)state;
    run_cases("", "", whole, N(whole));
    run_cases("buttons = ( { topic = \"x\"; value = \"v\"; bay = \"3\"; type = \"next\"; },\n"
              "{ topic = \"x\"; value = \"v\"; bay = \"3\"; ",
              " } );", rest, N(rest));
}

#define NO_FILTER                                                                                            \
    " is not an MQTT filter: + stands for one whole level, # for all that follow; write for instance "       \
    "zigbee2mqtt/bay3 or shellies/+/input_event/0"
#define OWN                                                                                                  \
    " matches pitboard's own topics below pit/v1/; begin it with the name that the button's topics begin "   \
    "with"

static void expect_topic(const char *topic, const char *wrong)
{
    char text[1024], words[CONF_FAULT_SIZE];
    snprintf(text, sizeof text,
             "buttons = ( { topic = \"%s\"; value = \"v\"; bay = \"3\"; type = \"next\"; } );", topic);
    snprintf(words, sizeof words, "t.cfg:1: buttons[1].topic: \"%s\"%s", topic, wrong ? wrong : "");
    if (wrong)
        expect_fault(text, words);
    else
        expect_load(text);
}

static void test_filters(void **state)
{
    static const char *const right[] = { "a",         "a/b",          "a/#",      "+/a",     "+/a/+", "/a",
                                         "a//b",      "+/events/rpc", "pit/v2/a", "pit/v1",  "+/+",   "pit/+",
                                         "pitx/v1/#", "pi/v1/#",      "Кнопка/1", "pit/V1/#" };
    static const char *const bad[] = { "a#", "#a", "a/#/b", "a+", "a/b+/c", "+a", "##", "++", "a/#b", "#/" };
    static const char *const own[] = { "#",      "+/#",      "+/+/#",
                                       "pit/#",  "pit/v1/#", "pit/+/a",
                                       "+/v1/a", "pit/v1/",  "pit/v1/+/bay/3/event",
                                       "+/+/+" };
    (void)state;
    for (size_t i = 0; i < N(right); i++)
        expect_topic(right[i], NULL);
    for (size_t i = 0; i < N(bad); i++)
        expect_topic(bad[i], NO_FILTER);
    for (size_t i = 0; i < N(own); i++)
        expect_topic(own[i], OWN);
    expect_topic("$SYS/a", " begins with $, as the broker's own topics do; name what the button sends");
    expect_fault("buttons = ( { topic = \"\"; } );",
                 "t.cfg:1: buttons[1].topic: the text is empty; at least 1 character is needed");
}

static void test_pointers(void **state)
{
    static const char *const right[] = { "", "/", "/a", "/a/0", "/~0~1", "//", "/ /б" };
    static const char *const wrong[] = { "a", "a/b", "/~", "/~2", "/a~", "#/a" };
    (void)state;
    for (size_t i = 0; i < N(right) + N(wrong); i++) {
        const char *pointer = i < N(right) ? right[i] : wrong[i - N(right)];
        char text[256], words[CONF_FAULT_SIZE];
        snprintf(text, sizeof text,
                 "buttons = ( { topic = \"x\"; pointer = \"%s\"; value = \"v\"; bay = \"3\"; type = "
                 "\"next\"; } );",
                 pointer);
        snprintf(
            words, sizeof words,
            "t.cfg:1: buttons[1].pointer: \"%s\" is not a JSON pointer: it begins with / and names one step "
            "after the other, with ~1 for / and ~0 for ~ in a name; write for instance "
            "/params/events/0/event",
            pointer);
        if (i < N(right))
            expect_load(text);
        else
            expect_fault(text, words);
    }
}

int main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        CASE(test_buttons), CASE(test_profiles_and_types), CASE(test_faults_of_buttons),
        CASE(test_filters), CASE(test_pointers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
