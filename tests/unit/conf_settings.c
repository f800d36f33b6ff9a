/* Settings of the command line: laid over the file, the value written as in the file. */
#include "tests/conf_bare.h"

#include <unistd.h>

static bool set(const char *setting)
{
    return conf_load(conf, "tests/data/repair-shop.cfg", &setting, 1, fault);
}

static void expect_set(const char *setting)
{
    if (!set(setting))
        fail_msg("%s", fault);
}

static void expect_fault(const char *setting, const char *words)
{
    if (set(setting))
        fail_msg("taken, though wrong: %s", setting);
    assert_string_equal(fault, words);
}

static void test_overlay(void **state)
{
    (void)state;
    const char *const settings[] = { "broker.port=18830", "site=\"x\"", "screen.distance_m = 4",
                                     "broker.tls.ca=\"ca.pem\" // why", "broker.port=18831" };
    if (!conf_load(conf, "tests/data/repair-shop.cfg", settings, 5, fault))
        fail_msg("%s", fault);
    assert_string_equal(conf->site, "x");
    assert_int_equal(conf->broker.port, 18831); /* the last one wins */
    assert_string_equal(conf->broker.ca, "ca.pem");
    assert_true(conf->screen.distance_m == 4.0);
    assert_string_equal(conf->store.path, "repair-shop.db"); /* the file's */
    assert_string_equal(conf->broker.host, "127.0.0.1");
}

static void test_lists_replace(void **state)
{
    (void)state;
    expect_set("bays=( { id = \"7\"; }, { id = \"8\"; } )");
    assert_int_equal(conf->plan.n_bay_order, 2);
    assert_int_not_equal(plan_bay(&conf->plan, "8"), NO_INDEX);
    assert_int_equal(plan_bay(&conf->plan, "tester1"), NO_INDEX);
    expect_set("sources.desk=[ \"a\" ]");
    assert_int_equal(conf->desk.n, 1);
    assert_true(conf_knows_source(conf, ROLE_DESK, "a"));
    expect_set("screen.quiet=[ \"20:00\", \"07:30\" ]");
    assert_int_equal(conf->screen.quiet_to_min, 450);
}

static void test_groups_merge(void **state)
{
    (void)state;
    const char *const settings[] = { "title={ ru = \"А\"; en = \"A\"; }", "title.ru=\"Б\"",
                                     "broker={ port = 2; }" };
    if (!conf_load(conf, "tests/data/repair-shop.cfg", settings, 3, fault))
        fail_msg("%s", fault);
    assert_string_equal(label_in(&conf->title, "ru", ""), "Б");
    assert_string_equal(label_in(&conf->title, "en", ""), "A");
    assert_int_equal(conf->broker.port, 2);
    assert_string_equal(conf->broker.host, "127.0.0.1");
}

static void test_other_sources_stay(void **state)
{
    (void)state;
    const char *const settings[] = { "sources.dms=[ \"dms\" ]" };
    if (!conf_load(conf, "tests/data/repair-shop.cfg", settings, 1, fault))
        fail_msg("%s", fault);
    assert_int_equal(conf->desk.n, 1);
    assert_int_equal(conf->dms.n, 1);
}

static void test_faults(void **state)
{
    (void)state;
    expect_fault("broker.port=99999",
                 "-o broker.port=99999: 99999 is not between 1 and 65535; 1883 is usual");
    expect_fault("broker.port", "-o broker.port: there is no value; write for instance -o broker.port=1883");
    expect_fault("broker.prot=1", "-o broker.prot=1: there is no such key; did you mean broker.port?");
    expect_fault("brokr.port=1", "-o brokr.port=1: brokr: there is no such key; did you mean broker?");
    expect_fault(
        "=1", "-o =1: there is no such key; a list is set whole, for instance -o 'bays=( { id=\"1\"; } )'");
    expect_fault("bays[0].id=\"1\"",
                 "-o bays[0].id=\"1\": there is no such key; a list is set whole, for instance -o "
                 "'bays=( { id=\"1\"; } )'");
    expect_fault("a.b.c.d.e.f.g.h.i=1",
                 "-o a.b.c.d.e.f.g.h.i=1: there is no such key; a list is set whole, for "
                 "instance -o 'bays=( { id=\"1\"; } )'");
    expect_fault("site=x",
                 "-o site=x: syntax error; write the value as in the file, texts in quotes: -o 'site=\"x\"'");
    expect_fault("site=",
                 "-o site=: syntax error; write the value as in the file, texts in quotes: -o 'site=\"x\"'");
    expect_fault("broker.port=1; host=\"h\"",
                 "-o broker.port=1; host=\"h\": more than one value; give each its own -o");
    expect_fault("broker.port=1;}; site=\"h\"; x={ a=1",
                 "-o broker.port=1;}; site=\"h\"; x={ a=1: more than one value; give each its own -o");
    expect_fault("forgotten_h=4294967297",
                 "-o forgotten_h=4294967297: the number 4294967297 is too large; no key takes "
                 "such a one");
    expect_fault("stages=( { id=\"a\"; kind=\"w\"; } )",
                 "-o stages=( { id=\"a\"; kind=\"w\"; } ): stages[a].kind: \"w\" is not queue, work, hold, "
                 "check, ready "
                 "or done; write for instance \"work\"");
    expect_fault("broker.password_file=\"p\"",
                 "-o broker.password_file=\"p\": a password needs a name; set broker.username");
}

static void test_long_setting(void **state)
{
    (void)state;
    char text[4200];
    memset(text, ' ', sizeof text);
    memcpy(text, "site=\"x\"", 8);
    text[4095] = '\0';
    expect_set(text);
    text[4095] = ' ';
    text[4096] = '\0';
    assert_false(set(text));
    assert_non_null(strstr(fault, "it is longer than 4095 bytes; write it into the file"));
}

static void test_without_a_file(void **state)
{
    (void)state;
    const char *const settings[] = { "sources.rate=[ \"lounge\" ]", "site=\"x\"" };
    if (access(CONF_DEFAULT_PATH, F_OK) == 0)
        skip(); /* an installed configuration is used then */
    if (!conf_load(conf, NULL, settings, 2, fault))
        fail_msg("%s", fault);
    assert_string_equal(conf->site, "x");
    assert_int_equal(conf->desk.n, 0);
    assert_int_equal(conf->rate.n, 1);
    assert_int_equal(conf->plan.n_stage_order, 9);
}

int main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, make_conf, drop_conf)
    const struct CMUnitTest tests[] = {
        CASE(test_overlay),        CASE(test_lists_replace),
        CASE(test_groups_merge),   CASE(test_other_sources_stay),
        CASE(test_faults),         CASE(test_long_setting),
        CASE(test_without_a_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
