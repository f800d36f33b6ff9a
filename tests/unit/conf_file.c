/* The configuration file: defaults, what is taken, and the exact words of every kind of fault. */
#include "base/log.h"
#include "conf/conf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define N(a) (sizeof(a) / sizeof(a)[0])
struct bench {
    struct conf *conf;
    char dir[64], file[96];
    char fault[CONF_FAULT_SIZE];
};

static char logged[LOG_LINE_MAX];
static void keep_line(enum log_level level, const char *tag, const char *line)
{
    (void)level;
    snprintf(logged, sizeof logged, "%s: %.900s", tag, line);
}

static int set_up(void **state)
{
    struct bench *b = calloc(1, sizeof *b);
    b->conf = calloc(1, sizeof *b->conf);
    snprintf(b->dir, sizeof b->dir, "/tmp/conf_file_XXXXXX");
    if (!mkdtemp(b->dir))
        return -1;
    snprintf(b->file, sizeof b->file, "%s/t.cfg", b->dir);
    logged[0] = '\0';
    log_set_sink(keep_line);
    *state = b;
    return 0;
}

static int tear_down(void **state)
{
    struct bench *b = *state;
    unlink(b->file);
    rmdir(b->dir);
    unsetenv("CREDENTIALS_DIRECTORY");
    log_set_sink(NULL);
    conf_clear(b->conf);
    free(b->conf);
    free(b);
    return 0;
}

static void write_bytes(const char *path, const char *bytes, size_t len)
{
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    assert_int_equal(fwrite(bytes, 1, len, f), len);
    assert_int_equal(fclose(f), 0);
}

static bool load(struct bench *b, const char *text)
{
    write_bytes(b->file, text, strlen(text));
    return conf_load(b->conf, b->file, NULL, 0, b->fault);
}

static void expect_load(struct bench *b, const char *text)
{
    if (!load(b, text))
        fail_msg("%s\n%s", text, b->fault);
    assert_string_equal(b->fault, "");
}

/* The fault without the directory of the file. */
static void expect_fault(struct bench *b, const char *text, const char *fault)
{
    if (load(b, text))
        fail_msg("taken, though wrong: %s", text);
    assert_memory_equal(b->fault, b->dir, strlen(b->dir));
    assert_string_equal(b->fault + strlen(b->dir) + 1, fault);
}

/* Found by fuzzing: the value is shown cut, and nowhere in it does a character begin. */
static void test_a_long_value_of_broken_text(void **state)
{
    struct bench *b = *state;
    char text[200] = "broker = { port = \"";
    memset(text + strlen(text), 0x80, 60);
    strcat(text, "\"; };");
    assert_false(load(b, text));
    assert_non_null(strstr(b->fault, "port: \"\\x80\\x80"));
    assert_non_null(strstr(b->fault, "\\x80…\""));
}

static void test_defaults(void **state)
{
    struct bench *b = *state;
    expect_load(b, "");
    struct conf *c = b->conf;
    assert_string_equal(c->site, "");
    assert_string_equal(c->title.in[0].lang, "");
    assert_int_equal(c->privacy, PRIVACY_TAIL);
    assert_string_equal(c->pickup, "");
    assert_int_equal(c->forgotten_h, 72);
    assert_int_equal(c->retention_days, 400);
    assert_string_equal(c->broker.host, "127.0.0.1");
    assert_int_equal(c->broker.port, 1883);
    assert_string_equal(c->broker.username, "");
    assert_string_equal(c->store.path, "/var/lib/pitboard/pitboard.db");
    assert_int_equal(c->events.max_age_h, 168);
    assert_int_equal(c->events.undo_window_s, 600);
    assert_int_equal(c->desk.n, 2);
    assert_string_equal(c->desk.id[0], "front");
    assert_string_equal(c->desk.id[1], "web");
    assert_int_equal(c->dms.n, 0);
    assert_int_equal(c->rate.n, 0);
    assert_int_equal(c->plan.n_stage_order, 9);
    assert_int_equal(c->plan.n_route_order, 2);
    assert_int_equal(c->plan.n_bay_order, 8);
    assert_true(c->plan.zone[0]);
}

static void test_screen_defaults(void **state)
{
    struct bench *b = *state;
    expect_load(b, "");
    struct conf *c = b->conf;
    assert_string_equal(c->screen.id, "");
    assert_false(c->screen.workshop);
    assert_string_equal(c->screen.languages[0], "ru");
    assert_string_equal(c->screen.languages[1], "");
    assert_int_equal(c->screen.ready_keep_min, 30);
    assert_true(c->screen.distance_m == 6.0);
    assert_int_equal(c->screen.rotate, 0);
    assert_true(c->screen.chime);
    assert_false(c->screen.speech);
    assert_int_equal(c->screen.call_delay_s, 10);
    assert_int_equal(c->screen.quiet_from_min, c->screen.quiet_to_min);
    assert_string_equal(c->screen.theme.mode, "dark");
    assert_string_equal(c->screen.theme.brand, "");
    assert_int_equal(c->screen.theme.colours.n, 0);
}

static void test_built_in_defaults(void **state)
{
    struct bench *b = *state;
    memset(b->conf, 0xff, sizeof *b->conf);
    conf_defaults(b->conf);
    assert_int_equal(b->conf->broker.port, 1883);
    assert_int_equal(b->conf->plan.n_stage_order, 9);
    assert_string_equal(b->conf->plan.zone, "UTC");
    assert_string_equal(logged, "");
}

static void test_every_key(void **state)
{
    struct bench *b = *state;
    expect_load(
        b, "\xef\xbb\xbfsite = \"minsk-1\"; title = { ru = \"Сервис\"; en = \"Service\"; };\n"
           "timezone = \"Europe/Minsk\"; privacy = \"plate\"; pickup = \"Касса\"; forgotten_h = 1;\n"
           "retention_days = 0; broker = { host = \"b.lan\"; port = 8883; username = \"hub\";\n"
           "password_file = \"p\"; tls = { ca = \"a\"; cert = \"c\"; key = \"k\"; }; };\n"
           "store = { path = \"x.db\"; }; events = { max_age_h = 0; undo_window_s = 0; };\n"
           "sources = { dms = [ \"d1\", \"d2\" ]; };\n"
           "screen = { id = \"tv\"; view = \"workshop\"; languages = [ \"en\", \"ru\" ]; distance_m = 9;\n"
           "ready_keep_min = 0; rotate = 270; chime = false; speech = true; call_delay_s = 0;\n"
           "quiet = [ \"21:00\", \"08:05\" ]; theme = { mode = \"hours\"; brand = \"#E2574c\";\n"
           "logo = \"l.png\"; name = \"Имя\"; colours = { hold = \"#000000\"; ready = \"#FFFFFF\"; };\n"
           "dark = { text = \"#FFF4E0\"; }; light = { text = \"#2A1E10\"; }; }; };\n");
    struct conf *c = b->conf;
    assert_string_equal(c->site, "minsk-1");
    assert_string_equal(label_in(&c->title, "en", ""), "Service");
    assert_string_equal(c->plan.zone, "Europe/Minsk");
    assert_int_equal(c->privacy, PRIVACY_PLATE);
    assert_string_equal(c->pickup, "Касса");
    assert_string_equal(c->broker.host, "b.lan");
    assert_string_equal(c->broker.ca, "a");
    assert_string_equal(c->broker.key, "k");
    assert_int_equal(c->desk.n, 0); /* sources given: the default desks are gone */
    assert_int_equal(c->dms.n, 2);
    assert_true(c->screen.workshop);
    assert_string_equal(c->screen.languages[1], "ru");
    assert_true(c->screen.distance_m == 9.0); /* a whole number for a real one */
    assert_int_equal(c->screen.rotate, 270);
    assert_true(c->screen.speech);
    assert_int_equal(c->screen.quiet_from_min, 21 * 60);
    assert_int_equal(c->screen.quiet_to_min, 8 * 60 + 5);
    assert_string_equal(c->screen.theme.mode, "hours");
    assert_string_equal(c->screen.theme.brand, "#E2574c");
    assert_int_equal(c->screen.theme.colours.n, 2);
    assert_string_equal(c->screen.theme.colours.of[1].slot, "ready");
    assert_string_equal(c->screen.theme.colours.of[1].value, "#FFFFFF");
    assert_string_equal(c->screen.theme.dark.of[0].value, "#FFF4E0");
    assert_string_equal(c->screen.theme.light.of[0].value, "#2A1E10");
}

static void test_repair_shop(void **state)
{
    struct bench *b = *state;
    if (!conf_load(b->conf, "tests/data/repair-shop.cfg", NULL, 0, b->fault))
        fail_msg("%s", b->fault);
    struct plan *p = &b->conf->plan;
    assert_string_equal(b->conf->site, "repair-shop");
    assert_string_equal(p->zone, "Etc/GMT-1");
    assert_int_equal(p->n_stage_order, 9);
    assert_int_equal(p->n_route_order, 1);
    assert_int_equal(p->n_bay_order, 12);
    const struct stage *test = &p->stages[plan_stage(p, "test")];
    assert_int_equal(test->kind, KIND_CHECK);
    assert_int_equal(test->limit_min, 15);
    assert_string_equal(label_in(&test->label, "ru", ""), "Проверка");
    assert_int_equal(p->routes[0].n, 9);
    assert_int_equal(p->routes[0].stage[8], plan_stage(p, "handover"));
    assert_true(conf_knows_source(b->conf, ROLE_BAY, "solverc3"));
    assert_true(conf_knows_source(b->conf, ROLE_DESK, "front"));
    assert_false(conf_knows_source(b->conf, ROLE_DESK, "web"));
    assert_false(conf_knows_source(b->conf, ROLE_BAY, "front"));
    assert_false(conf_knows_source(b->conf, ROLE_DMS, "front"));
    assert_false(conf_knows_source(b->conf, ROLE_RATE, "front"));
    assert_false(conf_knows_source(b->conf, ROLE_HUB, "config"));
    assert_false(conf_knows_source(b->conf, ROLE_NONE, "front"));
}

static void test_example(void **state)
{
    struct bench *b = *state;
    if (!conf_load(b->conf, "config/pitboard.cfg", NULL, 0, b->fault))
        fail_msg("%s", b->fault);
    assert_int_equal(b->conf->plan.n_stage_order, 9);
    assert_string_equal(logged, "");
}

struct fault_case {
    const char *text, *fault;
};

static void run_cases(struct bench *b, const struct fault_case *cases, size_t n)
{
    for (size_t i = 0; i < n; i++)
        expect_fault(b, cases[i].text, cases[i].fault);
}

static void test_faults_of_values(void **state)
{
    static const struct fault_case cases[] = {
        { "\nbroker = {\n  port = 99999;\n};",
          "t.cfg:3: broker.port: 99999 is not between 1 and 65535; 1883 is usual" },
        { "broker = { port = 0; };", "t.cfg:1: broker.port: 0 is not between 1 and 65535; 1883 is usual" },
        { "broker = { port = \"1883\"; };",
          "t.cfg:1: broker.port: \"1883\" is not a whole number from 1 to 65535; 1883 is usual" },
        { "broker = { port = 1883.0; };",
          "t.cfg:1: broker.port: 1883 is not a whole number from 1 to 65535; 1883 is usual" },
        { "forgotten_h = 4294967297;",
          "t.cfg:1: the number 4294967297 is too large; no key takes such a one" },
        { "# 4294967297\nforgotten_h = 4294967297L;",
          "t.cfg:2: forgotten_h: 4294967297 is not between 1 and 8760; 72 is usual" },
        { "broker = { host = 5; };",
          "t.cfg:1: broker.host: 5 is not a text of at most 253 characters; \"127.0.0.1\" is usual" },
        { "broker = { host = \"\"; };",
          "t.cfg:1: broker.host: the text is empty; at least 1 character is needed" },
        { "broker = \"localhost\";",
          "t.cfg:1: broker: \"localhost\" is not a group; write { key = value; … }" },
        { "site = \"Minsk 1\";", "t.cfg:1: site: \"Minsk 1\" is not an id of 1 to 32 letters a-z, digits and "
                                 "-; write for instance \"minsk-1\"" },
        { "site = \"\";", "t.cfg:1: site: \"\" is not an id of 1 to 32 letters a-z, digits and -; write for "
                          "instance \"minsk-1\"" },
        { "privacy = \"full\";", "t.cfg:1: privacy: \"full\" is not tail, code or plate; \"tail\" is usual" },
        { "timezone = \"Europe/Mars\";", "t.cfg:1: timezone: \"Europe/Mars\" is not a time zone below "
                                         "/usr/share/zoneinfo; write for instance \"Europe/Minsk\"" },
        { "timezone = \"../../../etc/passwd\";",
          "t.cfg:1: timezone: \"../../../etc/passwd\" is not a time zone below "
          "/usr/share/zoneinfo; write for instance \"Europe/Minsk\"" },
        { "timezone = \"/usr/share/zoneinfo/UTC\";", "t.cfg:1: timezone: \"/usr/share/zoneinfo/UTC\" is not "
                                                     "a time zone below /usr/share/zoneinfo; write for "
                                                     "instance \"Europe/Minsk\"" },
        { "timezone = \"Europe\";",
          "t.cfg:1: timezone: \"Europe\" is not a time zone below /usr/share/zoneinfo; write "
          "for instance \"Europe/Minsk\"" },
        { "pickup = \"a\\x07b\";", "t.cfg:1: pickup: the text is not plain UTF-8; save the file as UTF-8, "
                                   "without control characters" },
        { "pickup = \"\xcf\xf0\";", "t.cfg:1: pickup: the text is not plain UTF-8; save the file as UTF-8, "
                                    "without control characters" },
        { "pickup = \"яяяяяяяяяяяяяяяяяяяяяяяяяяяяяяяяяяяяяяяяяяяяяяяяяяяяяяяяяяяяяяяяя\";",
          "t.cfg:1: pickup: the text has 65 characters; at most 64 fit" },
    };
    run_cases(*state, cases, N(cases));
}

static void test_faults_of_the_screen(void **state)
{
    static const struct fault_case cases[] = {
        { "screen = { view = \"lobby\"; };",
          "t.cfg:1: screen.view: \"lobby\" is not lounge or workshop; \"lounge\" is usual" },
        { "screen = { chime = 1; };", "t.cfg:1: screen.chime: 1 is not true or false; true is usual" },
        { "screen = { rotate = 45; };", "t.cfg:1: screen.rotate: 45 is not 0, 90, 180 or 270; 0 is usual" },
        { "screen = { distance_m = 12.5; };", "t.cfg:1: screen.distance_m: 12.5 is not between 3 and 9: "
                                              "letters must be distance / 200 tall, so farther away "
                                              "too few cars fit on a page, and nearer than 3 m nobody sees "
                                              "the whole screen; for another diagonal than 55 "
                                              "inches set true distance * 55 / diagonal; 6.0 is usual" },
        { "screen = { quiet = [ \"21:00\" ]; };", "t.cfg:1: screen.quiet: an array [ … ] is not an array [ "
                                                  "\"HH:MM\", \"HH:MM\" ]; write for instance "
                                                  "[ \"21:00\", \"08:00\" ]" },
        { "screen = { quiet = [ \"21:00\", \"24:00\" ]; };",
          "t.cfg:1: screen.quiet: the second is not a time from \"00:00\" to \"23:59\"; write for instance "
          "[ \"21:00\", \"08:00\" ]" },
        { "screen = { quiet = [ \"9:00\", \"08:00\" ]; };",
          "t.cfg:1: screen.quiet: the first is not a time from \"00:00\" to \"23:59\"; write for instance "
          "[ \"21:00\", \"08:00\" ]" },
        { "screen = { quiet = [ \"08:00\", \"08:00\" ]; };",
          "t.cfg:1: screen.quiet: both times are the same; write [] for no quiet hours" },
        { "screen = { languages = []; };", "t.cfg:1: screen.languages: an array [ … ] is not an array of one "
                                           "or two language codes; [ \"ru\" ] is usual" },
        { "screen = { languages = [ \"rus\" ]; };",
          "t.cfg:1: screen.languages: rus is not a language; use two letters, for instance \"ru\"" },
        { "screen = { languages = [ \"ru\", \"ru\" ]; };",
          "t.cfg:1: screen.languages: ru stands twice; leave one out" },
        { "screen = { theme = { mode = \"blue\"; }; };",
          "t.cfg:1: screen.theme.mode: \"blue\" is not dark, light or hours; \"dark\" is usual" },
        { "screen = { theme = { brand = \"red\"; }; };",
          "t.cfg:1: screen.theme.brand: \"red\" is not a colour \"#RRGGBB\"; write for instance "
          "\"#E2574C\"" },
        { "screen = { theme = { colours = { hold = \"#12345\"; }; }; };",
          "t.cfg:1: screen.theme.colours.hold: \"#12345\" is not a colour; write for instance \"#FFC04A\"" },
        { "screen = { theme = { colours = { abcdefghijklmnop = \"#123456\"; }; }; };",
          "t.cfg:1: screen.theme.colours.abcdefghijklmnop: there is no such colour; pitboard.cfg(5) lists "
          "them" },
    };
    run_cases(*state, cases, N(cases));
}

static void test_unknown_keys(void **state)
{
    static const struct fault_case cases[] = {
        { "brokr = { };", "t.cfg:1: brokr: there is no such key; did you mean broker?" },
        { "broker = {\n prot = 1; };",
          "t.cfg:2: broker.prot: there is no such key; did you mean broker.port?" },
        { "port = 1883;", "t.cfg:1: port: there is no such key; did you mean broker.port?" },
        { "Site = \"x\";", "t.cfg:1: Site: there is no such key; did you mean site?" },
        { "colour = \"x\";", "t.cfg:1: colour: there is no such key; pitboard.cfg(5) lists them all" },
        { "broker = { tls = { crt = \"x\"; }; };",
          "t.cfg:1: broker.tls.crt: there is no such key; did you mean broker.tls.cert?" },
        { "sources = { bay = [ \"1\" ]; };",
          "t.cfg:1: sources.bay: there is no such key; pitboard.cfg(5) lists them all" },
        { "bays = ( { id = \"1\"; lable = { ru = \"x\"; }; } );",
          "t.cfg:1: bays[1].lable: there is no such key; did you mean label?" },
    };
    run_cases(*state, cases, N(cases));
}

static void test_faults_of_labels(void **state)
{
    static const struct fault_case cases[] = {
        { "title = \"x\";", "t.cfg:1: title: \"x\" is not a group { ru = \"…\"; en = \"…\"; }" },
        { "title = { rus = \"x\"; };",
          "t.cfg:1: title.rus: is not a language; use two letters, for instance ru or en" },
        { "title = { ru = 1; };", "t.cfg:1: title.ru: the value is not a text; write it in quotes" },
        { "title = { ru = \"\"; };", "t.cfg:1: title.ru: the text is empty; at least 1 character is needed" },
        { "title = { ru = \"a\"; en = \"a\"; de = \"a\"; fr = \"a\"; pl = \"a\"; };",
          "t.cfg:1: title.pl: more than 4 languages; leave one out" },
    };
    run_cases(*state, cases, N(cases));
}

static void test_faults_of_stages(void **state)
{
    static const struct fault_case cases[] = {
        { "stages = [ \"a\" ];",
          "t.cfg:1: stages: an array [ … ] is not a list ( { id = \"…\"; … }, … ) of at most 40" },
        { "stages = ();", "t.cfg:1: stages: 0 are listed; from 1 to 40 are possible" },
        { "stages = ( \"a\" );", "t.cfg:1: stages[1]: is not a group; write { id = \"…\"; … }" },
        { "stages = ( { kind = \"work\"; } );",
          "t.cfg:1: stages[1]: id is missing; write for instance id = \"repair\";" },
        { "stages = ( { id = \"a\"; } );",
          "t.cfg:1: stages[a]: kind is missing; write for instance kind = \"work\";" },
        { "stages = ( { id = \"a\"; kind = \"wrk\"; } );",
          "t.cfg:1: stages[a].kind: \"wrk\" is not queue, work, hold, check, ready or done; write for "
          "instance \"work\"" },
        { "stages = ( { id = \"a\"; kind = \"work\"; limit_min = -1; } );",
          "t.cfg:1: stages[a].limit_min: -1 is not between 0 and 43200; 0 is usual" },
        { "stages = ( { id = \"a\"; kind = \"work\"; },\n{ id = \"b\"; kind = \"work\"; },\n"
          "{ id = \"a\"; kind = \"hold\"; } );",
          "t.cfg:3: stages[a]: the id \"a\" stands in line 1 already; give each its own" },
        { "site = \"x\";\nstages = ( { id = \"a\"; kind = \"work\"; } );",
          "t.cfg:2: stages: the default routes do not fit these stages; write routes = ( … ) made of them" },
    };
    run_cases(*state, cases, N(cases));
}

#define ROUTE(list) "routes = ( { id = \"r\";\n stages = [ " list " ]; } );"

static void test_faults_of_routes(void **state)
{
    static const struct fault_case cases[] = {
        { ROUTE("\"checkin\", \"paint\", \"handover\""),
          "t.cfg:2: routes[r].stages: there is no stage \"paint\"; name the id of one in stages" },
        { ROUTE("\"checkin\", \"parts\", \"handover\""),
          "t.cfg:2: routes[r].stages: \"parts\" is a hold, and holds belong to no route; a car goes there "
          "from any "
          "stage" },
        { ROUTE("\"checkin\", \"repair\", \"checkin\", \"handover\""),
          "t.cfg:2: routes[r].stages: \"checkin\" stands twice; a route has each stage once" },
        { ROUTE("\"checkin\", \"handover\", \"repair\""),
          "t.cfg:2: routes[r].stages: \"handover\" is of kind done and must be the last of the route" },
        { ROUTE("\"checkin\", \"repair\""),
          "t.cfg:2: routes[r].stages: \"repair\" is the last of the route, which must be of kind done" },
        { ROUTE("\"handover\""), "t.cfg:2: routes[r].stages: 1 are listed; from 2 to 24 are possible" },
        { "routes = ( { id = \"r\"; stages = \"checkin\"; } );",
          "t.cfg:1: routes[r].stages: \"checkin\" is not an array of at most 24 ids; write for instance "
          "[ \"checkin\", \"repair\", \"handover\" ]" },
        { "routes = ( { id = \"r\"; } );", "t.cfg:1: routes[r]: stages is missing; write for instance stages "
                                           "= [ \"checkin\", \"repair\", \"handover\" ];" },
    };
    run_cases(*state, cases, N(cases));
}

static void test_faults_of_sources(void **state)
{
    static const struct fault_case cases[] = {
        { "sources = { desk = \"front\"; };",
          "t.cfg:1: sources.desk: \"front\" is not an array of at most 32 ids; "
          "[ \"front\", \"web\" ] is usual" },
        { "sources = { desk = [ \"Front\" ]; };",
          "t.cfg:1: sources.desk: \"Front\" is not an id of 1 to 32 letters a-z, digits and -" },
        { "sources = { rate = [ \"a\", \"b\", \"a\" ]; };",
          "t.cfg:1: sources.rate: \"a\" stands twice; leave one out" },
    };
    run_cases(*state, cases, N(cases));
}

static void test_keys_that_belong_together(void **state)
{
    static const struct fault_case cases[] = {
        { "broker = { tls = { ca = \"a\"; cert = \"c\"; }; };",
          "t.cfg:1: broker.tls.cert: the other one of cert and key is missing; give both or none" },
        { "broker = { tls = { key = \"k\"; }; };",
          "t.cfg:1: broker.tls.key: the other one of cert and key is missing; give both or none" },
        { "broker = { tls = { cert = \"c\"; key = \"k\"; }; };",
          "t.cfg:1: broker.tls.cert: ca is missing; TLS needs broker.tls.ca" },
        { "broker = { password_file = \"p\"; };",
          "t.cfg:1: broker.password_file: a password needs a name; set broker.username" },
    };
    run_cases(*state, cases, N(cases));
}

static void test_syntax(void **state)
{
    static const struct fault_case cases[] = {
        { "site = \"x\";\nbroker = {\n  port = ;\n};",
          "t.cfg:3: syntax error; look also at the end of the line before: a missing ; or bracket, or a text "
          "without "
          "quotes" },
        { "site = \"x\";\nsite = \"y\";",
          "t.cfg:2: duplicate setting name; the key stands twice in its group" },
    };
    run_cases(*state, cases, N(cases));
}

static void test_files(void **state)
{
    struct bench *b = *state;
    assert_false(conf_load(b->conf, "/nowhere/t.cfg", NULL, 0, b->fault));
    assert_string_equal(b->fault, "/nowhere/t.cfg: No such file or directory");
    assert_false(conf_load(b->conf, "/tmp", NULL, 0, b->fault));
    assert_string_equal(b->fault, "/tmp: is not a file");
    write_bytes(b->file, "site = \"x\";\0junk", 16);
    assert_false(conf_load(b->conf, b->file, NULL, 0, b->fault));
    assert_string_equal(b->fault + strlen(b->dir) + 1,
                        "t.cfg: holds a NUL byte, so it is no text; restore it from a copy");
    char *big = malloc((1 << 20) + 1);
    memset(big, '\n', (1 << 20) + 1);
    write_bytes(b->file, big, 1 << 20);
    assert_true(conf_load(b->conf, b->file, NULL, 0, b->fault));
    write_bytes(b->file, big, (1 << 20) + 1);
    assert_false(conf_load(b->conf, b->file, NULL, 0, b->fault));
    assert_string_equal(b->fault + strlen(b->dir) + 1,
                        "t.cfg: is larger than 1 MiB, so it is no configuration");
    free(big);
}

/* "<head>" and then `n` times the format with a running number, and "<tail>". */
static char *repeated(const char *head, const char *before, const char *after, int n, const char *tail)
{
    char *text = malloc(64 * (size_t)n + 4096), *p = text;
    p += sprintf(p, "%s", head);
    for (int i = 0; i < n; i++)
        p += sprintf(p, "%s%s%d%s", i ? ",\n" : "", before, i, after);
    sprintf(p, "%s", tail);
    return text;
}

/* Loads with `most` elements and refuses one more in the words of `fault`. */
static void check_limit(struct bench *b, const char *const part[4], int most, const char *fault)
{
    char *text = repeated(part[0], part[1], part[2], most, part[3]);
    expect_load(b, text);
    free(text);
    text = repeated(part[0], part[1], part[2], most + 1, part[3]);
    expect_fault(b, text, fault);
    free(text);
}

static void test_limits(void **state)
{
    struct bench *b = *state;
    static const char *const bays[] = { "bays = ( ", "{ id = \"b", "\"; }", " );" };
    check_limit(b, bays, CONFIG_BAYS_MAX, "t.cfg:1: bays: 65 are listed; from 1 to 64 are possible");
    assert_true(load(b, "") && plan_bay(&b->conf->plan, "b1") == NO_INDEX);
    static const char *const stages[] = { "stages = ( { id = \"end\"; kind = \"done\"; }, ", "{ id = \"s",
                                          "\"; kind = \"work\"; }",
                                          " ); routes = ( { id = \"r\"; stages = [ \"s1\", \"end\" ]; } );" };
    check_limit(b, stages, CONFIG_STAGES_MAX - 1,
                "t.cfg:1: stages: 41 are listed; from 1 to 40 are possible");
    static const char *const routes[] = { "routes = ( ", "{ id = \"r",
                                          "\"; stages = [ \"checkin\", \"handover\" ]; }", " );" };
    check_limit(b, routes, CONFIG_ROUTES_MAX, "t.cfg:1: routes: 33 are listed; from 1 to 32 are possible");
    static const char *const desks[] = { "sources = { desk = [ ", "\"d", "\"", " ]; };" };
    check_limit(b, desks, CONF_SOURCES_MAX, "t.cfg:1: sources.desk: 33 ids are listed; at most 32 fit");
    assert_true(load(b, "sources = { desk = [ \"d31\" ]; };") &&
                conf_knows_source(b->conf, ROLE_DESK, "d31"));
}

static void test_limit_of_colours(void **state)
{
    char text[2048] = "screen = { theme = { colours = {";
    for (int i = 0; i < 24; i++)
        sprintf(text + strlen(text), " c%d = \"#00000%x\";", i, i % 16);
    char *end = strcpy(text + strlen(text), " }; }; };");
    expect_load(*state, text);
    strcpy(end, " c24 = \"#000000\"; }; }; };");
    expect_fault(
        *state, text,
        "t.cfg:1: screen.theme.colours.c24: more than 24 colours; leave out those you do not change");
}

static void test_later_keys(void **state)
{
    expect_load(*state, "web = { port = 8080; }; metrics = {};");
    assert_string_equal(logged, "conf: web, metrics: accepted, but this version does not use it");
}

static void test_password(void **state)
{
    struct bench *b = *state;
    char out[64], path[128], text[256];
    snprintf(path, sizeof path, "%s/secret", b->dir);
    snprintf(text, sizeof text, "broker = { username = \"hub\"; password_file = \"%s\"; };", path);
    expect_load(b, text);
    assert_false(conf_password(b->conf, out, sizeof out, b->fault));
    assert_non_null(strstr(b->fault, "/secret: No such file or directory"));
    write_bytes(path, "", 0);
    assert_false(conf_password(b->conf, out, sizeof out, b->fault));
    assert_non_null(strstr(b->fault, "is empty; its first line is the password"));
    write_bytes(path, "\nx\n", 3);
    assert_false(conf_password(b->conf, out, sizeof out, b->fault));
    assert_non_null(strstr(b->fault, "its first line is empty; that line is the password"));
    write_bytes(path, "open sesame\r\nnote\n", 18);
    assert_true(conf_password(b->conf, out, sizeof out, b->fault));
    assert_string_equal(out, "open sesame");
    assert_false(conf_password(b->conf, out, 11, b->fault));
    assert_non_null(strstr(b->fault, "its first line is too long for a password"));
    expect_load(b, "broker = { username = \"hub\"; password_file = \"secret\"; };");
    setenv("CREDENTIALS_DIRECTORY", b->dir, 1);
    assert_true(conf_password(b->conf, out, sizeof out, b->fault));
    assert_string_equal(out, "open sesame");
    unlink(path);
    expect_load(b, "");
    assert_true(conf_password(b->conf, out, sizeof out, b->fault) && !out[0]);
}

int main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
    const struct CMUnitTest tests[] = { CASE(test_defaults),
                                        CASE(test_a_long_value_of_broken_text),
                                        CASE(test_screen_defaults),
                                        CASE(test_built_in_defaults),
                                        CASE(test_every_key),
                                        CASE(test_repair_shop),
                                        CASE(test_example),
                                        CASE(test_faults_of_values),
                                        CASE(test_faults_of_the_screen),
                                        CASE(test_unknown_keys),
                                        CASE(test_faults_of_labels),
                                        CASE(test_faults_of_stages),
                                        CASE(test_faults_of_routes),
                                        CASE(test_faults_of_sources),
                                        CASE(test_keys_that_belong_together),
                                        CASE(test_syntax),
                                        CASE(test_files),
                                        CASE(test_limits),
                                        CASE(test_limit_of_colours),
                                        CASE(test_later_keys),
                                        CASE(test_password) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
