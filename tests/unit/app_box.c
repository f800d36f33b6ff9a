/* A bay's box on a fake clock and without a broker: what it publishes when, what its lamp and display say. */
#include "app/box.h"
#include "store/outbox.h"
#include "sys/clock.h"
#include "tests/folder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <sqlite3.h>

#define LOG_TAG "test"
#include "base/log.h"

#define WALL0 INT64_C(1772442000000) /* 2026-03-02T09:00:00Z at boot time 0 */
#define TOPIC "pit/v1/shop/bay/3/"

static struct scene {
    char dir[32], path[64];
    struct box *box;
    int64_t now;
    bool up, synced;
    int sent, warnings;
    char last[2000], id[80], status[16]; /* of the last event published: body, id */
} * scene;

static void count_warnings(enum log_level level, const char *tag, const char *line)
{
    (void)tag, (void)line;
    scene->warnings += level == LOG_WARN_LEVEL;
}

static bool publish(void *user, const char *topic, const void *payload, size_t len, bool retain)
{
    struct scene *s = user;
    if (!s->up)
        return false;
    if (retain) {
        assert_string_equal(topic, TOPIC "status");
        snprintf(s->status, sizeof s->status, "%.*s", (int)len, (const char *)payload);
        return true;
    }
    assert_string_equal(topic, TOPIC "event");
    snprintf(s->last, sizeof s->last, "%.*s", (int)len, (const char *)payload);
    assert_int_equal(sscanf(s->last, "{\"id\":\"%79[^\"]", s->id), 1);
    s->sent++;
    return true;
}

static void at(int64_t ms)
{
    scene->now = ms;
    clock_fake((struct wall){ WALL0 + ms }, (struct boot){ ms }, "boot", scene->synced);
    if (scene->box && box_deadline(scene->box).ms <= ms)
        box_tick(scene->box);
}

static void open_box(void)
{
    static const struct box_ops ops = { publish };
    struct box_options o = { "shop", "3", scene->path, "en" };
    char fault[BOX_FAULT_SIZE];
    box_destroy(scene->box);
    scene->box = box_create(&o, &ops, scene, fault);
    if (!scene->box)
        fail_msg("%s", fault);
}

static int setup(void **state)
{
    (void)state;
    scene = calloc(1, sizeof *scene);
    assert_non_null(scene);
    strcpy(scene->dir, access("/dev/shm", W_OK) == 0 ? "/dev/shm/box-XXXXXX" : "/tmp/box-XXXXXX");
    assert_non_null(mkdtemp(scene->dir));
    snprintf(scene->path, sizeof scene->path, "%s/box.db", scene->dir);
    log_set_sink(count_warnings);
    scene->synced = true;
    at(1000);
    open_box();
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    box_destroy(scene->box);
    log_set_sink(NULL);
    int rc = folder_remove(scene->dir);
    free(scene);
    clock_real();
    return rc;
}

static void tell(const char *leaf, const char *body, bool retained)
{
    char topic[64];
    snprintf(topic, sizeof topic, "pit/v1/shop/%s", leaf);
    box_message(scene->box, topic, body, strlen(body), retained);
}

static void connect(void)
{
    scene->up = true;
    box_connected(scene->box);
    tell("hub/status", "{\"state\":\"online\"}", true);
    tell("hub/beat", "{}", false);
    tell("bay/3/state",
         "{\"bay\":\"3\",\"job\":\"W-1\",\"code\":\"K47\",\"stage\":\"repair\",\"since\":\"2026-03-02T09:00:"
         "00.000Z\","
         "\"limit_s\":60,\"lamp\":\"green\",\"help\":null}",
         true);
}

static void receipt(const char *more)
{
    char body[300];
    snprintf(body, sizeof body, "{\"id\":\"%s\",%s}", scene->id, more);
    tell("bay/3/receipt", body, false);
}

static bool press(enum event_type type)
{
    return box_press(scene->box, &(struct session_press){ .type = type, .confirm = type == EV_NOTE },
                     (struct boot){ scene->now });
}

static void expect(enum lamp_colour colour, const char *line)
{
    struct lamp_look look = box_look(scene->box);
    assert_string_equal(line, look.line);
    assert_int_equal(colour, look.colour);
}

/* The colours of the next two seconds, one letter each change. */
static const char *colours(void)
{
    static char out[64];
    int n = 0;
    for (int i = 0; i < 200 && n < 60; i++) {
        char c = "-gar"[box_look(scene->box).colour];
        if (n == 0 || out[n - 1] != c)
            out[n++] = c;
        at(scene->now + 10);
    }
    out[n] = '\0';
    return out;
}

static void a_press_is_sent_and_accepted(void **state)
{
    (void)state;
    connect();
    assert_string_equal(scene->status, "online");
    expect(LAMP_GREEN, "K47");
    at(2000);
    assert_true(press(EV_NEXT));
    assert_int_equal(scene->sent, 1);
    assert_non_null(strstr(scene->last,
                           "\"type\":\"next\",\"time\":\"2026-03-02T09:00:02.000Z\",\"age_ms\":0,"
                           "\"job\":\"W-1\",\"from\":\"repair\"}"));
    assert_string_equal(box_look(scene->box).line, "Saved, waiting: 1");
    at(2010);
    receipt("\"result\":\"applied\",\"job\":\"W-1\",\"stage\":\"quality\"");
    assert_int_equal(box_waiting(scene->box), 0);
    assert_string_equal(colours(), "-g-g"); /* dark, a second of green, dark, the bay's state */
    box_goodbye(scene->box);
    assert_string_equal(scene->status, "offline");
}

static void a_refusal_is_red_and_says_why(void **state)
{
    (void)state;
    connect();
    press(EV_NEXT);
    receipt("\"result\":\"duplicate\",\"reason\":\"at-ready\",\"job\":\"W-1\",\"stage\":\"ready\"");
    assert_string_equal(box_look(scene->box).line, "Ready: the desk goes on");
    assert_string_equal(colours(), "r-r-g");
    press(EV_NEXT);
    receipt("\"result\":\"rejected\",\"reason\":\"bad-field:from\"");
    assert_string_equal(box_look(scene->box).line, "Bad data");
    press(EV_NEXT);
    receipt("\"result\":\"rejected\",\"reason\":\"brand-new\"");
    assert_string_equal(box_look(scene->box).line, "brand-new");
    press(EV_NEXT);
    receipt("\"result\":\"rejected\""); /* without a reason it is no less refused */
    assert_string_equal(box_look(scene->box).line, "rejected");
    assert_string_equal(colours(), "-r-r-g");
}

static void a_code_that_was_misread_is_red(void **state)
{
    (void)state;
    connect();
    expect(LAMP_GREEN, "K47");
    box_misread(scene->box, "a pause within the code");
    assert_string_equal(box_look(scene->box).line, "Code not read, scan again");
    assert_string_equal(colours(), "-r-r-g");
    assert_int_equal(box_waiting(scene->box), 0);
    assert_int_equal(scene->sent, 0);
}

static void storage_means_later(void **state)
{
    (void)state;
    connect();
    press(EV_NEXT);
    receipt("\"result\":\"rejected\",\"reason\":\"storage\"");
    assert_int_equal(box_waiting(scene->box), 1);
    assert_string_equal(colours(), "g-g-"); /* saved, blinking */
    at(3001);
    assert_int_equal(scene->sent, 2);
    receipt("\"result\":\"applied\",\"job\":\"W-1\",\"stage\":\"quality\"");
    assert_int_equal(box_waiting(scene->box), 0);
}

static void ages_are_of_each_sending(void **state)
{
    (void)state;
    scene->synced = false;
    at(1000);
    connect();
    scene->up = false;
    box_disconnected(scene->box);
    press(EV_NEXT);
    press(EV_HOLD);
    assert_int_equal(scene->sent, 0); /* nothing at all while off line */
    at(500000);
    assert_int_equal(scene->sent, 0);
    connect();
    assert_int_equal(scene->sent, 1);
    assert_non_null(strstr(scene->last, "\"type\":\"next\",\"age_ms\":499000,"));
    scene->synced = true; /* now the time can be told */
    at(505000);
    assert_int_equal(scene->sent, 2);
    assert_non_null(strstr(scene->last, "\"time\":\"2026-03-02T09:00:01.000Z\",\"age_ms\":504000,"));
    receipt("\"result\":\"applied\",\"job\":\"W-1\",\"stage\":\"quality\"");
    assert_int_equal(scene->sent, 3);
    assert_non_null(
        strstr(scene->last, "\"type\":\"hold\"")); /* in order, and from where the first one led */
    assert_non_null(strstr(scene->last, "\"from\":\"quality\""));
}

static void strangers_are_not_believed(void **state)
{
    (void)state;
    connect();
    press(EV_NEXT);
    char body[200];
    snprintf(body, sizeof body, "{\"id\":\"%s\",\"result\":\"applied\"}", scene->id);
    tell("bay/4/receipt", body, false);
    tell("desk/3/receipt", body, false);
    tell("bay/3/receipt", body, true); /* retained: of another time */
    /* of another button of this bay */
    tell("bay/3/receipt", "{\"id\":\"button-7\",\"result\":\"applied\",\"job\":\"W-1\",\"stage\":\"wash\"}",
         false);
    tell("bay/3/receipt", "{\"id\":\"button-8\",\"result\":\"rejected\",\"reason\":\"at-ready\"}", false);
    tell("bay/3/receipt", "nonsense", false);
    tell("bay/3/state", "nonsense", false);
    tell("hub/status", "nonsense", false);
    box_message(scene->box, "pit/v1/other/bay/3/receipt", body, strlen(body), false);
    assert_int_equal(box_waiting(scene->box), 1);
    assert_string_equal(box_look(scene->box).line, "Saved, waiting: 1");
    assert_string_equal(colours(), "g-g-"); /* neither accepted nor refused */
    assert_non_null(strstr(scene->last, "\"from\":\"repair\""));
}

/* What the broker had kept may be of a hub that is long gone. */
static void a_retained_state_has_no_colour_until_the_hub_speaks(void **state)
{
    (void)state;
    connect();
    expect(LAMP_GREEN, "K47");
    box_disconnected(scene->box);
    box_connected(scene->box);
    tell("hub/status", "{\"state\":\"online\"}", true);
    expect(LAMP_OFF, "K47");
    press(EV_NEXT);
    assert_int_equal(scene->sent, 1); /* but it is tried */
    receipt("\"result\":\"applied\",\"job\":\"W-1\",\"stage\":\"repair\"");
    at(scene->now + 3000);
    expect(LAMP_OFF, "K47");
    tell("hub/status", "{\"state\":\"online\"}", false);
    expect(LAMP_GREEN, "K47");
}

static void a_silent_hub_darkens_the_lamp(void **state)
{
    (void)state;
    connect();
    expect(LAMP_GREEN, "K47");
    at(10999);
    expect(LAMP_GREEN, "K47");
    at(11000);
    expect(LAMP_OFF, "K47");
    tell("hub/beat", "{}", false);
    expect(LAMP_GREEN, "K47");
}

static void it_asks_and_is_answered(void **state)
{
    (void)state;
    connect();
    at(59999);
    tell("hub/beat", "{}", false);
    assert_string_equal(box_look(scene->box).line, "K47");
    at(60000);
    assert_string_equal(box_look(scene->box).line, "Still working?");
    assert_int_equal(colours()[0], 'a');
    press(EV_NOTE);
    assert_non_null(strstr(scene->last, "\"type\":\"note\""));
    assert_non_null(strstr(scene->last, "Still working"));
    receipt("\"result\":\"applied\",\"job\":\"W-1\",\"stage\":\"repair\"");
    at(scene->now + 9000);
    assert_string_equal(box_look(scene->box).line, "K47");
    at(scene->now + 60000);
    assert_string_equal(box_look(scene->box).line, "Still working?");
}

static void what_was_seen_outlives_a_restart(void **state)
{
    (void)state;
    connect();
    scene->up = false;
    open_box();
    press(EV_NEXT);
    connect();
    assert_non_null(strstr(scene->last, "\"job\":\"W-1\",\"from\":\"repair\""));
}

static void a_full_outbox_refuses_in_red(void **state)
{
    struct parcel note = { .type = EV_NOTE, .text = "x", .on = -1, .boot = "boot", .made = WALL_NONE };
    char fault[300];
    bool damaged;
    (void)state;
    box_destroy(scene->box);
    scene->box = NULL;
    struct outbox *outbox = outbox_open(scene->path, 1, &damaged, fault, sizeof fault);
    assert_non_null(outbox);
    for (int i = 0; i < OUTBOX_ALARM - 1; i++)
        assert_int_equal(outbox_add(outbox, &note), OUTBOX_OK);
    outbox_close(outbox);
    open_box();
    assert_int_equal(scene->warnings, 0);
    press(EV_NEXT);
    assert_int_equal(scene->warnings, 1); /* it fills: said once, and as long as it does */
    assert_string_equal(box_look(scene->box).line, "Memory nearly full, waiting: 9000");
    while (box_waiting(scene->box) < OUTBOX_MAX)
        assert_true(press(EV_NEXT));
    assert_int_equal(scene->warnings, 1);
    assert_false(press(EV_NEXT));
    assert_string_equal(box_look(scene->box).line, "NOT saved: memory full");
    assert_string_equal(colours(), "-r-r-g-");
    assert_int_equal(box_waiting(scene->box), OUTBOX_MAX);
}

static void damage_while_it_runs_is_mended(void **state)
{
    sqlite3 *db;
    (void)state;
    connect();
    scene->up = false;
    box_disconnected(scene->box);
    for (int i = 0; i < 3; i++)
        press(EV_NEXT);
    assert_int_equal(sqlite3_open(scene->path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, "UPDATE press SET stage = 'wash' WHERE seq = 3", NULL, NULL, NULL),
                     SQLITE_OK);
    sqlite3_close(db);
    assert_true(press(EV_HOLD)); /* kept, in the new file */
    assert_int_equal(box_waiting(scene->box), 2 + 1 + 1);
    open_box();
    assert_int_equal(box_waiting(scene->box),
                     2 + 1 + 1); /* two that are right, the note for the staff, this one */
}

/* ── any byte of the file ── */

static bool set_aside(void)
{
    char command[120];
    snprintf(command, sizeof command, "ls %s/box.db.aside-* >%s/list 2>&1", scene->dir, scene->dir);
    return system(command) == 0;
}

static void remove_files(void)
{
    char command[120];
    box_destroy(scene->box);
    scene->box = NULL;
    snprintf(command, sizeof command, "rm -f %s/box.db*", scene->dir);
    assert_int_equal(system(command), 0);
}

/* Four presses, all in the main file. */
static void fill(void)
{
    sqlite3 *db;
    remove_files();
    open_box();
    for (int i = 0; i < 4; i++)
        assert_true(press(EV_NEXT));
    box_destroy(scene->box);
    scene->box = NULL;
    assert_int_equal(sqlite3_open(scene->path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, "PRAGMA wal_checkpoint(TRUNCATE)", NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
}

static void flip(unsigned *seed)
{
    FILE *f = fopen(scene->path, "r+");
    assert_non_null(f);
    fseek(f, 0, SEEK_END);
    long size = ftell(f), where = rand_r(seed) % 4 ? rand_r(seed) % size : rand_r(seed) % 120;
    if (rand_r(seed) % 10 == 0) {
        assert_int_equal(ftruncate(fileno(f), where + 1), 0); /* a file of no bytes is a new one */
    } else {
        fseek(f, where, SEEK_SET);
        int c = fgetc(f);
        fseek(f, where, SEEK_SET);
        fputc(c ^ 1 << rand_r(seed) % 8, f);
    }
    fclose(f);
}

/* All presses are there, or the file is set aside and the box goes on; it never ends or stops taking presses. */
static void any_damage_is_survived(void **state)
{
    const char *wanted = getenv("DAMAGES");
    int n = wanted ? atoi(wanted) : 150, aside = 0, saved = 0;
    unsigned seed = 7;
    (void)state;
    for (int i = 0; i < n; i++) {
        fill();
        flip(&seed);
        open_box();
        int waiting = box_waiting(scene->box);
        bool damaged = set_aside();
        if (!damaged && waiting != 4)
            fail_msg("damage %d: %d presses wait, and nothing was set aside", i, waiting);
        assert_true(press(EV_NEXT));
        aside += damaged;
        saved += damaged ? waiting - 1 : 0;
    }
    print_message("%d damages: %d set aside, %d presses of them saved\n", n, aside, saved);
    assert_true(aside > 0 && aside < n && saved > 0);
}

static void a_locked_outbox_is_no_damage(void **state)
{
    static const struct box_ops ops = { publish };
    struct box_options o = { "shop", "3", scene->path, "en" };
    char fault[BOX_FAULT_SIZE];
    (void)state;
    assert_null(box_create(&o, &ops, scene, fault));
    assert_non_null(strstr(fault, "another program"));
    assert_true(press(EV_NEXT));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(a_press_is_sent_and_accepted),
        TEST(a_refusal_is_red_and_says_why),
        TEST(a_code_that_was_misread_is_red),
        TEST(storage_means_later),
        TEST(ages_are_of_each_sending),
        TEST(strangers_are_not_believed),
        TEST(a_retained_state_has_no_colour_until_the_hub_speaks),
        TEST(a_silent_hub_darkens_the_lamp),
        TEST(it_asks_and_is_answered),
        TEST(what_was_seen_outlives_a_restart),
        TEST(a_full_outbox_refuses_in_red),
        TEST(damage_while_it_runs_is_mended),
        TEST(any_damage_is_survived),
        TEST(a_locked_outbox_is_no_damage),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
