/* Hours, holidays, mail and the other groups of the reports, and the examples in comments of the shipped
 * file. */
#include "tests/conf_bare.h"

/* As a setting of the command line: the fault then begins with it. */
static void expect(const char *setting, const char *wrong)
{
    char words[CONF_FAULT_SIZE];
    bool taken = conf_load(conf, "tests/data/repair-shop.cfg", &setting, 1, fault);
    if (taken != !wrong)
        fail_msg("%s: %s", setting, taken ? "taken, though wrong" : fault);
    if (!wrong)
        return;
    snprintf(words, sizeof words, "-o %s: %s", setting, wrong);
    assert_string_equal(fault, words);
}

static void test_defaults(void **state)
{
    (void)state;
    expect("site=\"x\"", NULL);
    assert_false(conf->hours.given);
    assert_int_equal(conf->n_holidays, 0);
    assert_int_equal(conf->mail.n_to, 0);
    assert_string_equal(conf->mail.from, "");
    assert_string_equal(conf->mail.program, "/usr/sbin/sendmail");
    assert_string_equal(conf->daily.dir, "");
    assert_int_equal(conf->daily.at_min, -1);
    assert_false(conf->homeassistant.discovery);
    assert_string_equal(conf->homeassistant.prefix, "homeassistant");
    assert_int_equal(conf->report.repeat_days, 30);
}

static void test_hours(void **state)
{
    const char *const settings[] = {
        "hours={ mon = [ \"00:00\", \"09:00\", \"12:30\", \"13:00\", \"23:59\", \"24:00\" ];"
        " sun = (); sat = ( \"10:00\", \"17:00\" ); }",
        "hours.sat=[ \"11:00\", \"16:00\" ]"
    };
    (void)state;
    assert_true(conf_load(conf, "tests/data/repair-shop.cfg", settings, 2, fault));
    assert_true(conf->hours.given);
    const struct conf_day *mon = &conf->hours.day[0], *sat = &conf->hours.day[5];
    assert_int_equal(mon->n, 3);
    assert_int_equal(mon->span[0].from_min, 0);
    assert_int_equal(mon->span[0].to_min, 540);
    assert_int_equal(mon->span[1].from_min, 750);
    assert_int_equal(mon->span[2].from_min, 1439);
    assert_int_equal(mon->span[2].to_min, 1440);
    assert_int_equal(conf->hours.day[1].n, 0); /* not named: closed */
    assert_int_equal(conf->hours.day[6].n, 0);
    assert_int_equal(sat->n, 1);
    assert_int_equal(sat->span[0].from_min, 660); /* the last one wins */
    assert_int_equal(sat->span[0].to_min, 960);
}

static void test_faults_of_hours(void **state)
{
    static const struct {
        const char *setting, *wrong;
    } cases[] = {
        { "hours.mon=\"09:00\"",
          "\"09:00\" is not an array of up to three pairs \"HH:MM\", \"HH:MM\"; write for "
          "instance [ \"09:00\", \"18:00\" ]" },
        { "hours.mon=[ \"09:00\" ]",
          "1 times are listed; write opening and closing times, at most 3 of each" },
        { "hours.mon=[\"01:00\",\"02:00\",\"03:00\",\"04:00\",\"05:00\",\"06:00\",\"07:00\",\"08:00\"]",
          "8 times are listed; write opening and closing times, at most 3 of each" },
        { "hours.mon=[ \"9:00\", \"18:00\" ]",
          "\"9:00\" is not a time from \"00:00\" to \"24:00\"; write for instance \"09:00\"" },
        { "hours.mon=[ \"09:00\", \"24:01\" ]",
          "\"24:01\" is not a time from \"00:00\" to \"24:00\"; write for instance \"09:00\"" },
        { "hours.mon=[ \"09:00\", \"18:60\" ]",
          "\"18:60\" is not a time from \"00:00\" to \"24:00\"; write for instance \"09:00\"" },
        { "hours.mon=[ 9, 18 ]",
          "9 is not a time from \"00:00\" to \"24:00\"; write for instance \"09:00\"" },
        { "hours.mon=[ \"+9:00\", \"18:00\" ]",
          "\"+9:00\" is not a time from \"00:00\" to \"24:00\"; write for instance \"09:00\"" },
        { "hours.fri=[ \"22:00\", \"06:00\" ]", "\"06:00\" does not come after the time before it; what lies "
                                                "past midnight belongs to the next day" },
        { "hours.fri=[ \"09:00\", \"12:00\", \"12:00\", \"13:00\" ]",
          "\"12:00\" does not come after the time before it; what lies past midnight belongs to the next "
          "day" },
        { "hours={ }", "no day has opening hours; name them, or leave hours out for always open" },
        { "hours={ mon = []; }", "no day has opening hours; name them, or leave hours out for always open" },
        { "hours={ mo = []; }", "hours.mo: there is no such key; did you mean hours.mon?" },
        { "hours=[]", "an array [ … ] is not a group; write { key = value; … }" },
    };
    (void)state;
    for (size_t i = 0; i < N(cases); i++)
        expect(cases[i].setting, cases[i].wrong);
}

static void test_holidays(void **state)
{
    static const char *const wrong[] = { "2027-02-29",  "02-30",      "13-01",      "00-10",
                                         "01-00",       "01-32",      "04-31",      "2027-1-01",
                                         "1-1",         "",           "2027",       "2027/01/01",
                                         "0000-01-01",  "1999-01-01", "2100-02-29", "-1-01",
                                         "2027-05-10 ", "a1-01" };
    (void)state;
    expect("holidays=[ \"01-01\", \"2027-05-10\", \"02-29\", \"2028-02-29\", \"12-31\" ]", NULL);
    assert_int_equal(conf->n_holidays, 5);
    const struct conf_date *d = conf->holidays;
    assert_true(d[0].year == 0 && d[0].month == 1 && d[0].day == 1);
    assert_true(d[1].year == 2027 && d[1].month == 5 && d[1].day == 10);
    assert_true(d[4].year == 0 && d[4].month == 12 && d[4].day == 31);
    for (size_t i = 0; i < N(wrong); i++) {
        char setting[128], words[256];
        snprintf(setting, sizeof setting, "holidays=[ \"01-01\", \"%s\" ]", wrong[i]);
        snprintf(
            words, sizeof words,
            "\"%s\" is not a date since 2000; write for instance \"2027-05-10\", or \"05-10\" for every year",
            wrong[i]);
        expect(setting, words);
    }
    expect("holidays=[ 101 ]",
           "101 is not a date since 2000; write for instance \"2027-05-10\", or \"05-10\" for every year");
    expect("holidays=[ \"05-01\", \"05-01\" ]", "\"05-01\" stands twice; leave one out");
    expect("holidays=\"05-01\"", "\"05-01\" is not an array of at most 128 dates; write for instance "
                                 "[ \"2027-05-10\", \"01-01\" ]");
}

static void test_limit_of_holidays(void **state)
{
    char setting[4096] = "holidays=[ \"2000-01-01\"";
    (void)state;
    for (int i = 1; i < CONF_HOLIDAYS_MAX; i++)
        snprintf(setting + strlen(setting), 32, ", \"%d-01-01\"", 2000 + i);
    size_t len = strlen(setting);
    strcpy(setting + len, " ]");
    expect(setting, NULL);
    assert_int_equal(conf->n_holidays, 128);
    assert_int_equal(conf->holidays[127].year, 2127);
    strcpy(setting + len, ", \"01-01\" ]");
    const char *one = setting;
    assert_false(conf_load(conf, "tests/data/repair-shop.cfg", &one, 1, fault));
    assert_non_null(strstr(fault, ": 129 are listed; from 0 to 128 are possible"));
}

#define NO_ADDRESS                                                                                           \
    " is not a bare mail address; write for instance chief@example.com, with one @ and Latin letters, "      \
    "without name, spaces and commas"

static void test_mail(void **state)
{
    static const char *const wrong[] = { "-oQ/tmp", "a b",    "a,b",   "A <a@b>", "a@b;c",
                                         " ",       "ы@x.ru", "a@b@c", "root" };
    (void)state;
    expect(
        "mail={ to = [ \"a@b.by\", \"root@localhost\" ]; from = \"pitboard@b.by\"; program = \"/bin/x\"; }",
        NULL);
    assert_int_equal(conf->mail.n_to, 2);
    assert_string_equal(conf->mail.to[0], "a@b.by");
    assert_string_equal(conf->mail.to[1], "root@localhost");
    assert_string_equal(conf->mail.from, "pitboard@b.by");
    assert_string_equal(conf->mail.program, "/bin/x");
    for (size_t i = 0; i < N(wrong); i++) {
        char setting[128], words[256];
        snprintf(words, sizeof words, "mail.to[1]: \"%s\"" NO_ADDRESS, wrong[i]);
        snprintf(setting, sizeof setting, "mail.to=[ \"%s\" ]", wrong[i]);
        expect(setting, words);
        snprintf(words, sizeof words, "\"%s\"" NO_ADDRESS, wrong[i]);
        snprintf(setting, sizeof setting, "mail.from=\"%s\"", wrong[i]);
        expect(setting, words);
    }
    expect("mail.from=\"a\\x0ab\"",
           "the text is not plain UTF-8; save the file as UTF-8, without control characters");
    expect("mail.to=[ \"a\\x0aBcc: b\" ]",
           "mail.to[1]: the text is not plain UTF-8; save the file as UTF-8, without control characters");
    expect("mail.to=[ \"\" ]", "\"\" is not a text; write for instance [ \"chief@example.com\" ]");
    expect("mail.to=[ 5 ]", "5 is not a text; write for instance [ \"chief@example.com\" ]");
    expect("mail.to=[ \"a@b\", \"a@b\" ]", "\"a@b\" stands twice; leave one out");
    expect("mail.to=\"a\"",
           "\"a\" is not an array of at most 8 texts; write for instance [ \"chief@example.com\" ]");
    expect("mail.program=\"\"", "the text is empty; at least 1 character is needed");
    expect("mail.to=[\"1@b\",\"2@b\",\"3@b\",\"4@b\",\"5@b\",\"6@b\",\"7@b\",\"8@b\"]", NULL);
    expect("mail.to=[\"1@b\",\"2@b\",\"3@b\",\"4@b\",\"5@b\",\"6@b\",\"7@b\",\"8@b\",\"9@b\"]",
           "9 are listed; from 0 to 8 are possible");
}

static void test_groups(void **state)
{
    (void)state;
    const char *const settings[] = { "daily={ dir = \"d\"; at = \"19:30\"; }",
                                     "homeassistant={ discovery = true; prefix = \"ha/x\"; }",
                                     "report.repeat_days=365" };
    assert_true(conf_load(conf, "tests/data/repair-shop.cfg", settings, 3, fault));
    assert_string_equal(conf->daily.dir, "d");
    assert_int_equal(conf->daily.at_min, 19 * 60 + 30);
    assert_true(conf->homeassistant.discovery);
    assert_string_equal(conf->homeassistant.prefix, "ha/x");
    assert_int_equal(conf->report.repeat_days, 365);
    expect("daily.at=\"24:00\"",
           "\"24:00\" is not a time of day \"HH:MM\", or empty; write for instance \"19:00\"");
    expect("report.repeat_days=0", "0 is not between 1 and 365; 30 is usual");
    expect("report.repeat_days=366", "366 is not between 1 and 365; 30 is usual");
    expect("homeassistant=true", "true is not a group; write { key = value; … }");
    expect("homeassistant.prefix=\"\"", "the text is empty; at least 1 character is needed");
    expect("homeassistant.prefix=\"a/\"",
           "\"a/\" has an empty level; leave out the / at its ends, and write one / "
           "between levels");
    expect("homeassistant.prefix=\"+\"",
           "\"+\" is not a topic: + and # are for filters; write the topic out");
    expect("homeassistant.prefix=\"$x\"",
           "\"$x\" begins with $, as the broker's own topics do; choose another");
    expect("homeassistant.prefix=\"pit/v1/x\"",
           "\"pit/v1/x\" lies below pit/v1/, where pitboard's own topics are; choose another");
}

/* A commented example as a setting: its lines up to the one that ends it, without the marks. */
static void example(const char *text, const char *name, char *out, size_t size)
{
    char head[64];
    snprintf(head, sizeof head, "\n// %s = ", name);
    const char *p = strstr(text, head);
    if (!p)
        fail_msg("no example of %s", name);
    size_t len = 0;
    for (bool last = false; !last;) {
        p += strlen("\n// ");
        size_t n = strcspn(p, "\n");
        last = n >= 1 && p[n - 1] == ';' && (len == 0 || *p == ')' || *p == '}');
        assert_true(len + n + 2 < size);
        memcpy(out + len, p, n);
        out[len + n] = '\n';
        len += n + 1;
        p += n;
    }
    out[len - 2] = '\0'; /* the last ";" belongs to the file */
}

static void test_examples_are_right(void **state)
{
    static const char *const names[] = { "hours", "holidays", "boxes", "buttons" };
    static char text[65536], taken[N(names)][4096];
    const char *settings[N(names)];
    (void)state;
    FILE *f = fopen("config/pitboard.cfg", "r");
    assert_non_null(f);
    text[fread(text, 1, sizeof text - 1, f)] = '\0';
    fclose(f);
    for (size_t i = 0; i < N(names); i++) {
        example(text, names[i], taken[i], sizeof taken[i]);
        settings[i] = taken[i];
    }
    if (!conf_load(conf, "config/pitboard.cfg", settings, N(names), fault))
        fail_msg("%s", fault);
    assert_int_equal(conf->n_boxes, 1);
    assert_int_equal(conf->boxes[0].n_outputs, 3);
    assert_int_equal(conf->boxes[0].inputs[0].n_keys, 6);
    assert_int_equal(conf->n_buttons, 5);
    assert_int_equal(conf->hours.day[0].n, 2);
    assert_int_equal(conf->n_holidays, 9);
}

int main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, make_conf, drop_conf)
    const struct CMUnitTest tests[] = {
        CASE(test_defaults),
        CASE(test_hours),
        CASE(test_faults_of_hours),
        CASE(test_holidays),
        CASE(test_limit_of_holidays),
        CASE(test_mail),
        CASE(test_groups),
        CASE(test_examples_are_right),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
