/* Button boxes, which are lists within lists: what is taken, each limit, and the exact words of every fault.
 */
#include "tests/conf_kit.h"

#define KEYS(keys) "boxes = ( { bay = \"3\"; inputs = ( { device = \"/dev/a\"; keys = ( " keys " ); } ); } );"

static void test_none(void **state)
{
    (void)state;
    expect_load("buttons = (); boxes = ();");
    assert_int_equal(conf->n_buttons, 0);
    assert_null(conf->buttons);
    assert_int_equal(conf->n_boxes, 0);
    assert_null(conf->boxes);
}

static void test_boxes(void **state)
{
    (void)state;
    expect_load(
        "boxes = ( { bay = \"3\"; },\n"
        "{ bay = \"wash\"; outbox = \"o.db\"; debounce_ms = 0; long_ms = 5000; display = \"line\";\n"
        "inputs = ( { device = \"/dev/a\"; keys = ( { code = \"KEY_F13\"; type = \"next\"; },\n"
        "{ code = \"KEY_F13\"; press = \"long\"; } ); },\n"
        "{ device = \"/dev/b\"; grab = false; keys = ( { code = \"KEY_F13\"; type = \"next\"; } ); },\n"
        "{ device = \"/dev/c\"; scanner = true; } );\n"
        "outputs = ( { driver = \"gpio\"; path = \"/dev/gpiochip0\"; line = 1023; active_low = true; "
        "colour = \"red\"; },\n"
        "{ driver = \"mqtt\"; topic = \"cmnd/x\"; on = \"{colour}\"; off = \"\"; },\n"
        "{ driver = \"file\"; path = \"lamp\"; }, { driver = \"led\"; path = \"/sys/class/leds/a\"; },\n"
        "{ driver = \"keyboard\"; path = \"/dev/a\"; colour = \"green\"; line = 1; } ); } );");
    assert_int_equal(conf->n_boxes, 2);
    const struct conf_box *plain = &conf->boxes[0], *box = &conf->boxes[1];
    assert_string_equal(plain->bay, "3");
    assert_string_equal(plain->username, "");
    assert_string_equal(plain->password_file, "");
    assert_string_equal(plain->outbox, "/var/lib/pitboard/bay-3.db");
    assert_int_equal(plain->debounce_ms, 30);
    assert_int_equal(plain->long_ms, 800);
    assert_string_equal(plain->display, "");
    assert_int_equal(plain->n_inputs + plain->n_outputs, 0);
    assert_string_equal(box->outbox, "o.db");
    assert_int_equal(box->debounce_ms, 0);
    assert_int_equal(box->long_ms, 5000);
    assert_string_equal(box->display, "line");
    assert_int_equal(box->n_inputs, 3);
    assert_true(box->inputs[0].grab && !box->inputs[0].scanner);
    assert_int_equal(box->inputs[0].n_keys, 2);
    assert_string_equal(box->inputs[0].keys[0].code, "KEY_F13");
    assert_false(box->inputs[0].keys[0].long_press);
    assert_true(box->inputs[0].keys[1].long_press);
    assert_int_equal(box->inputs[0].keys[1].act.type, CONF_UNDO);
    assert_false(box->inputs[1].grab);
    assert_true(box->inputs[2].scanner);
    assert_int_equal(box->inputs[2].n_keys, 0);
    assert_int_equal(box->n_outputs, 5);
    const struct conf_output *o = box->outputs;
    assert_true(o[0].driver == CONF_GPIO && o[0].colour == CONF_RED && o[0].line == 1023 && o[0].active_low);
    assert_true(o[1].driver == CONF_MQTT && o[1].colour == CONF_ALL);
    assert_string_equal(o[1].topic, "cmnd/x");
    assert_string_equal(o[1].on, "{colour}");
    assert_string_equal(o[1].off, "");
    assert_true(o[2].driver == CONF_FILE && o[3].driver == CONF_LED && o[4].driver == CONF_KEYBOARD);
    assert_string_equal(o[2].path, "lamp");
    assert_true(o[4].colour == CONF_GREEN && o[4].line == 1 && o[3].line == -1);
}

/* The users of the broker's files: bay-<id>, without anything said in the box. */
static void test_users_of_boxes(void **state)
{
    char out[64], words[CONF_FAULT_SIZE];
    (void)state;
    expect_load("broker = { username = \"hub\"; password_file = \"p\"; };\n"
                "boxes = ( { bay = \"3\"; }, { bay = \"4\"; username = \"u\"; password_file = \"q\"; } );");
    assert_string_equal(conf->boxes[0].username, "bay-3");
    assert_string_equal(conf->boxes[0].password_file, "p");
    assert_string_equal(conf->boxes[1].username, "u");
    assert_string_equal(conf->boxes[1].password_file, "q");
    assert_false(conf_box_password(&conf->boxes[1], out, sizeof out, words));
    assert_string_equal(words, "password_file of the box of bay 4: q: No such file or directory");
    FILE *f = fopen("q", "w");
    assert_true(fputs("sesame\n", f) > 0);
    assert_int_equal(fclose(f), 0);
    assert_true(conf_box_password(&conf->boxes[1], out, sizeof out, words));
    unlink("q");
    assert_string_equal(out, "sesame");
    expect_load("broker = { username = \"hub\"; }; boxes = ( { bay = \"3\"; } );");
    assert_string_equal(conf->boxes[0].username, "bay-3");
    assert_true(conf_box_password(&conf->boxes[0], out, sizeof out, words) && !out[0]);
    expect_fault("boxes = ( { bay = \"3\";\npassword_file = \"q\"; } );",
                 "t.cfg:2: boxes[1].password_file: a password needs a name; set username");
}

static void test_faults_of_boxes(void **state)
{
    static const struct fault_case cases[] = {
        { "boxes = ( { } );", "t.cfg:1: boxes[1]: bay is missing; write for instance bay = \"3\";" },
        { "boxes = ( { bay = \"9\"; } );",
          "t.cfg:1: boxes[1].bay: there is no bay \"9\"; name the id of one in bays" },
        { "boxes = ( { bay = \"3\"; },\n{ bay = \"4\"; },\n{ bay = \"3\"; } );",
          "t.cfg:3: boxes[3]: the bay \"3\" stands in line 1 already; give each its own" },
        { "boxes = ( { bay = \"3\"; outbox = \"o\"; },\n{ bay = \"4\"; outbox = \"o\"; } );",
          "t.cfg:2: boxes[2]: the outbox \"o\" stands in line 1 already; give each its own" },
        { "boxes = ( { bay = \"3\"; debounce_ms = 1001; } );",
          "t.cfg:1: boxes[1].debounce_ms: 1001 is not between 0 and 1000; 30 is usual" },
        { "boxes = ( { bay = \"3\"; long_ms = 299; } );",
          "t.cfg:1: boxes[1].long_ms: 299 is not between 300 and 5000; 800 is usual" },
        { "boxes = ( { bay = \"3\"; long_ms = 5001; } );",
          "t.cfg:1: boxes[1].long_ms: 5001 is not between 300 and 5000; 800 is usual" },
        { "boxes = ( { bay = \"3\"; input = (); } );",
          "t.cfg:1: boxes[1].input: there is no such key; did you mean inputs?" },
        { "boxes = ( { bay = \"3\"; inputs = { }; } );",
          "t.cfg:1: boxes[1].inputs: a group { … } is not a list ( { device = \"…\"; … }, … ) of at most 8" },
        { "boxes = ( { bay = \"3\"; inputs = (\n{ grab = true; } ); } );",
          "t.cfg:2: boxes[1].inputs[1]: device is missing; write for instance device = "
          "\"/dev/input/by-path/…-event-kbd\";" },
        { "boxes = ( { bay = \"3\"; inputs = ( { device = \"d\"; scanner = 1; } ); } );",
          "t.cfg:1: boxes[1].inputs[1].scanner: 1 is not true or false; false is usual" },
        { "boxes = ( { bay = \"3\"; inputs = (\n{ device = \"d\"; } ); } );",
          "t.cfg:2: boxes[1].inputs[1]: no key is bound; write keys = ( { code = \"KEY_F13\"; type = "
          "\"next\"; } "
          "), or scanner = true" },
        { "boxes = ( { bay = \"3\"; inputs = ( { device = \"d\";\nkeys = (); } ); } );",
          "t.cfg:2: boxes[1].inputs[1].keys: no key is bound; write keys = ( { code = \"KEY_F13\"; type = "
          "\"next\"; } ), or scanner = true" },
        { "boxes = ( { bay = \"3\"; inputs = ( { device = \"d\"; scanner = true; },\n{ device = \"d\"; "
          "scanner = "
          "true; } ); } );",
          "t.cfg:2: boxes[1].inputs[2]: the device \"d\" stands in line 1 already; give each its own" },
        { "boxes = ( { bay = \"3\"; inputs = ( { device = \"d\"; scanner = true; grab = false; } ); },\n"
          "{ bay = \"4\"; inputs = ( { device = \"d\"; scanner = true; } ); } );",
          "t.cfg:2: boxes[2].inputs[1].device: the box of bay 3 reads it too; set grab = false in both, or "
          "give "
          "each its own" },
    };
    (void)state;
    run_cases("", "", cases, N(cases));
    expect_load(
        "boxes = ( { bay = \"3\"; inputs = ( { device = \"d\"; scanner = true; grab = false; } ); },\n"
        "{ bay = \"4\"; inputs = ( { device = \"d\"; scanner = true; grab = false; } ); } );");
}

static void test_faults_of_keys(void **state)
{
    static const struct fault_case cases[] = {
        { KEYS("{ type = \"next\"; }"), "t.cfg:1: boxes[1].inputs[1].keys[1]: code is missing; write for "
                                        "instance code = \"KEY_F13\";" },
        { KEYS("{ code = \"KEY_A\"; type = \"next\"; },\n{ cod = \"KEY_B\"; }"),
          "t.cfg:2: boxes[1].inputs[1].keys[2].cod: there is no such key; did you mean code?" },
        { KEYS("{ code = \"KEY_POWER\"; type = \"next\"; }"),
          "t.cfg:1: boxes[1].inputs[1].keys[1].code: \"KEY_POWER\" would switch the machine off with each "
          "press; "
          "it is what the gpio-key overlay sends if it is not told another key: set its keycode= parameter, "
          "for "
          "instance keycode=183, and write KEY_F13" },
        { KEYS("{ code = \"KEY_A\"; press = \"long\"; },\n{ code = \"KEY_A\"; }"),
          "t.cfg:2: boxes[1].inputs[1].keys[2]: type is missing; write for instance type = \"next\";" },
        { KEYS("{ code = \"KEY_A\"; press = \"double\"; type = \"next\"; }"),
          "t.cfg:1: boxes[1].inputs[1].keys[1].press: \"double\" is not short or long; \"short\" is usual" },
        { KEYS("{ code = \"KEY_A\"; type = \"nxt\"; }"),
          "t.cfg:1: boxes[1].inputs[1].keys[1].type: \"nxt\" is not next, hold, rework, undo, help, note "
          "or confirm; write for instance \"next\"" },
        { KEYS("{ code = \"KEY_A\"; type = \"next\"; },\n{ code = \"KEY_B\"; type = \"next\"; },\n"
               "{ code = \"KEY_A\"; press = \"short\"; type = \"undo\"; }"),
          "t.cfg:3: boxes[1].inputs[1].keys[3]: the short press of KEY_A is bound in line 1 already; leave "
          "one "
          "out" },
        { KEYS("{ code = \"KEY_A\"; press = \"long\"; type = \"next\"; },\n"
               "{ code = \"KEY_A\"; press = \"long\"; type = \"undo\"; }"),
          "t.cfg:2: boxes[1].inputs[1].keys[2]: the long press of KEY_A is bound in line 1 already; leave "
          "one "
          "out" },
        { KEYS("{ code = \"KEY_A\"; type = \"hold\"; }"),
          "t.cfg:1: boxes[1].inputs[1].keys[1]: reason is missing, which type hold needs; name a hold stage: "
          "approval, parts" },
        { KEYS("{ code = \"KEY_A\"; type = \"note\"; }"),
          "t.cfg:1: boxes[1].inputs[1].keys[1]: text is missing, which type note needs; write for instance "
          "text "
          "= \"Масло заканчивается\";" },
        { KEYS("{ code = \"KEY_A\"; type = \"assign\"; }"),
          "t.cfg:1: boxes[1].inputs[1].keys[1].type: \"assign\" is not next, hold, rework, undo, help, note "
          "or confirm; write for instance \"next\"" },
    };
    static const char *const names[] = { "F13",   "KEY_",     "key_F13", "KEY_f13",
                                         "BTN-0", "KEY_F13 ", "KEY_Я",   "REL_X" };
    (void)state;
    run_cases("", "", cases, N(cases));
    for (size_t i = 0; i < N(names); i++) {
        char text[256], words[CONF_FAULT_SIZE];
        snprintf(text, sizeof text, KEYS("{ code = \"%s\"; type = \"next\"; }"), names[i]);
        snprintf(
            words, sizeof words,
            "t.cfg:1: boxes[1].inputs[1].keys[1].code: \"%s\" is not the name of a key; write KEY_ or BTN_ "
            "and capitals as linux/input-event-codes.h does, for instance KEY_F13",
            names[i]);
        expect_fault(text, words);
    }
    expect_load(KEYS("{ code = \"BTN_TRIGGER_HAPPY40\"; type = \"confirm\"; text = \"t\"; }"));
    expect_load(KEYS("{ code = \"KEY_POWERSAVE_5678901234567890_2\"; type = \"next\"; }"));
}

static void test_faults_of_outputs(void **state)
{
    static const struct fault_case cases[] = {
        { "", "t.cfg:2: boxes[1].outputs[1]: driver is missing; write for instance driver = \"led\";" },
        { "driver = \"lamp\";",
          "t.cfg:2: boxes[1].outputs[1].driver: \"lamp\" is not led, gpio, mqtt, keyboard or "
          "file; write for instance \"led\"" },
        { "driver = \"led\";",
          "t.cfg:2: boxes[1].outputs[1]: path is missing, which driver led needs; write for "
          "instance path = \"/sys/class/leds/red\";" },
        { "driver = \"led\"; path = \"red\";",
          "t.cfg:2: boxes[1].outputs[1].path: driver led needs the whole path, from / on" },
        { "driver = \"led\"; path = \"\";",
          "t.cfg:2: boxes[1].outputs[1].path: the text is empty; at least 1 character is needed" },
        { "driver = \"led\"; path = \"/l\"; line = 1;",
          "t.cfg:2: boxes[1].outputs[1].line: driver led has no use for it; leave it out" },
        { "driver = \"led\"; path = \"/l\"; colour = \"pink\";",
          "t.cfg:2: boxes[1].outputs[1].colour: \"pink\" is not red, amber, green or all; "
          "\"all\" is usual" },
        { "driver = \"gpio\"; path = \"/dev/gpiochip0\";",
          "t.cfg:2: boxes[1].outputs[1]: line is missing, which driver gpio needs; write for instance line = "
          "17;" },
        { "driver = \"gpio\"; path = \"/dev/gpiochip0\"; line = 1024;",
          "t.cfg:2: boxes[1].outputs[1].line: 1024 is not between 0 and 1023; write for instance 17" },
        { "driver = \"gpio\"; path = \"/dev/gpiochip0\"; line = 1; topic = \"x\";",
          "t.cfg:2: boxes[1].outputs[1].topic: driver gpio has no use for it; leave it out" },
        { "driver = \"mqtt\"; topic = \"x\"; on = \"1\";",
          "t.cfg:2: boxes[1].outputs[1]: off is missing, which driver mqtt needs; write for instance off = "
          "\"OFF\";" },
        { "driver = \"mqtt\"; topic = \"x/#\"; on = \"1\"; off = \"0\";",
          "t.cfg:2: boxes[1].outputs[1].topic: \"x/#\" is not a topic: + and # are for filters; write the "
          "topic "
          "out" },
        { "driver = \"mqtt\"; topic = \"pit/v1/x\"; on = \"1\"; off = \"0\";",
          "t.cfg:2: boxes[1].outputs[1].topic: \"pit/v1/x\" lies below pit/v1/, where pitboard's own topics "
          "are; "
          "choose another" },
        { "driver = \"mqtt\"; topic = \"x//y\"; on = \"1\"; off = \"0\";",
          "t.cfg:2: boxes[1].outputs[1].topic: \"x//y\" has an empty level; leave out the / at its ends, and "
          "write one / between levels" },
        { "driver = \"file\"; path = \"p\"; active_low = false;",
          "t.cfg:2: boxes[1].outputs[1].active_low: driver file has no use for it; leave it out" },
        { "driver = \"keyboard\"; path = \"event3\";",
          "t.cfg:2: boxes[1].outputs[1].path: driver keyboard needs the whole path, from / on" },
    };
    (void)state;
    run_cases("boxes = ( { bay = \"3\"; outputs = (\n{ ", " } ); } );", cases, N(cases));
}

static void test_limits(void **state)
{
    static const char *const buttons[] = { "buttons = ( ", "{ topic = \"x",
                                           "\"; value = \"v\"; bay = \"3\"; type = \"next\"; }", " );" };
    static const char *const inputs[] = { "boxes = ( { bay = \"3\"; inputs = ( ", "{ device = \"",
                                          "\"; scanner = true; }", " ); } );" };
    static const char *const keys[] = { "boxes = ( { bay = \"3\"; inputs = ( { device = \"d\"; keys = ( ",
                                        "{ code = \"KEY_X", "\"; type = \"next\"; }", " ); } ); } );" };
    static const char *const outputs[] = { "boxes = ( { bay = \"3\"; outputs = ( ",
                                           "{ driver = \"file\"; path = \"", "\"; }", " ); } );" };
    static const char *const boxes[] = { "boxes = ( ", "{ bay = \"", "\"; }", " );" };
    (void)state;
    check_limit(buttons, CONF_BUTTONS_MAX, "t.cfg:1: buttons: 257 are listed; from 0 to 256 are possible");
    assert_int_equal(conf->n_buttons, 0);
    check_limit(inputs, CONF_INPUTS_MAX, "t.cfg:1: boxes[1].inputs: 9 are listed; from 0 to 8 are possible");
    check_limit(keys, CONF_KEYS_MAX,
                "t.cfg:1: boxes[1].inputs[1].keys: 65 are listed; from 0 to 64 are possible");
    check_limit(outputs, CONF_OUTPUTS_MAX,
                "t.cfg:1: boxes[1].outputs: 9 are listed; from 0 to 8 are possible");
    char *text = repeated(boxes, CONF_BOXES_MAX + 1);
    expect_fault(text, "t.cfg:1: boxes: 65 are listed; from 0 to 64 are possible");
    free(text);
}

/* As many boxes and inputs as may be, with as many keys as a file of 1 MiB has room for. */
static void test_all_full(void **state)
{
    char *text = malloc(1 << 20), *p = text;
    (void)state;
    p += sprintf(p, "bays = ( ");
    for (int i = 0; i < CONF_BOXES_MAX; i++)
        p += sprintf(p, "%s{ id = \"%d\"; }", i ? ", " : "", i);
    p += sprintf(p, " ); boxes = ( ");
    for (int i = 0; i < CONF_BOXES_MAX; i++) {
        p += sprintf(p, "%s{bay=\"%d\";inputs=(", i ? "," : "", i);
        for (int k = 0; k < CONF_INPUTS_MAX; k++) {
            p += sprintf(p, "%s{device=\"%d.%d\";keys=(", k ? "," : "", i, k);
            for (int m = 0; m < CONF_KEYS_MAX / 2; m++)
                p += sprintf(p, "%s{code=\"KEY_%d\";type=\"next\";}", m ? "," : "", m);
            p += sprintf(p, ");}");
        }
        p += sprintf(p, ");}");
    }
    p += sprintf(p, " );\n");
    assert_true(p - text < 1 << 20);
    expect_load(text);
    assert_int_equal(conf->n_boxes, CONF_BOXES_MAX);
    assert_int_equal(conf->boxes[63].n_inputs, 8);
    assert_string_equal(conf->boxes[63].inputs[7].device, "63.7");
    assert_string_equal(conf->boxes[63].inputs[7].keys[31].code, "KEY_31");
    free(text);
}

static void test_long_texts(void **state)
{
    char text[2048], a[300];
    (void)state;
    memset(a, 'a', sizeof a);
    for (int n = 256; n <= 257; n++) {
        snprintf(text, sizeof text,
                 "buttons = ( { topic = \"%.*s\"; value = \"v\"; bay = \"3\"; type = \"next\"; } );", n, a);
        if (n == 256)
            expect_load(text);
        else
            expect_fault(text, "t.cfg:1: buttons[1].topic: the text has 257 characters; at most 256 fit");
    }
    for (int n = 200; n <= 201; n++) {
        snprintf(text, sizeof text, KEYS("{ code = \"KEY_A\"; type = \"note\"; text = \"%.*s\"; }"), n, a);
        if (n == 200)
            expect_load(text);
        else
            expect_fault(
                text,
                "t.cfg:1: boxes[1].inputs[1].keys[1].text: the text has 201 characters; at most 200 fit");
    }
    snprintf(text, sizeof text, KEYS("{ code = \"KEY_%.*s\"; type = \"next\"; }"), 29, a);
    expect_fault(text,
                 "t.cfg:1: boxes[1].inputs[1].keys[1].code: the text has 33 characters; at most 32 fit");
}

/* The list of the command line stands for the whole of the file's. */
static void test_settings(void **state)
{
    const char *const settings[] = {
        "buttons=( { topic = \"y\"; value = \"v\"; bay = \"4\"; type = \"undo\"; } )", "boxes=()"
    };
    const char *const wrong = "boxes=( { bay = \"3\"; inputs = ( { device = \"d\"; keys = ( 5 ); } ); } )";
    (void)state;
    expect_load(
        "buttons = ( { topic = \"x\"; value = \"v\"; bay = \"3\"; type = \"next\"; },\n"
        "{ topic = \"x\"; value = \"v\"; bay = \"3\"; type = \"next\"; } ); boxes = ( { bay = \"3\"; } );");
    assert_int_equal(conf->n_buttons + conf->n_boxes, 3);
    conf_clear(conf);
    assert_null(conf->blocks);
    if (!conf_load(conf, FILE_NAME, settings, 2, fault))
        fail_msg("%s", fault);
    assert_int_equal(conf->n_buttons, 1);
    assert_int_equal(conf->n_boxes, 0);
    assert_string_equal(conf->buttons[0].topic, "y");
    conf_clear(conf);
    assert_false(conf_load(conf, FILE_NAME, &wrong, 1, fault));
    assert_string_equal(fault,
                        "-o boxes=( { bay = \"3\"; inputs = ( { device = \"d\"; keys = ( 5 ); } ); } ): "
                        "boxes[1].inputs[1].keys[1]: is not a group; write { code = \"…\"; … }");
    conf_clear(NULL);
}

int main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        CASE(test_none),           CASE(test_boxes),
        CASE(test_users_of_boxes), CASE(test_faults_of_boxes),
        CASE(test_faults_of_keys), CASE(test_faults_of_outputs),
        CASE(test_limits),         CASE(test_all_full),
        CASE(test_long_texts),     CASE(test_settings),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
