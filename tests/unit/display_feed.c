/* Which messages the screen believes, and how it finds its site, with a bus that hands it what a test wants. */
#include "base/log.h"
#include "base/text.h"
#include "bus/bus.h"
#include "display/feed.h"
#include "sys/clock.h"
#include "sys/machine.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define FILTERS_MAX  4
#define SEARCH_MS    600
#define NOON_MS      INT64_C(1795262400000)
#define LIVE         false
#define RETAINED     true
#define BEAT(number) "{\"rev\":" number ",\"time\":\"2026-11-21T12:00:00.000Z\"}"

/* ---- the bus: the linker takes these functions, not those of the archive ---- */

struct bus {
    struct bus_ops ops;
    void *user;
    char filters[FILTERS_MAX][96];
    bool kept_too[FILTERS_MAX];
    int n;
};

static struct bus *bus; /* the connection there is at the moment */
static int connections;
static char client[128], will[96], published[96], host[64];

/* The machine's name and mark, as a test wants them. */
int gethostname(char *name, size_t size)
{
    return text_copy(name, size, host) ? 0 : -1;
}

static const char *mark_now;

void machine_mark(const char *root, char out[MACHINE_MARK_SIZE])
{
    assert_string_equal(root, "");
    text_copy(out, MACHINE_MARK_SIZE, mark_now);
}

struct bus *bus_create(const struct bus_options *options, const struct bus_ops *ops, void *user, char *why,
                       size_t why_size)
{
    (void)why, (void)why_size;
    assert_null(bus);
    text_copy(client, sizeof client, options->client_id);
    text_copy(will, sizeof will, options->will_topic ? options->will_topic : "");
    bus = calloc(1, sizeof *bus);
    assert_non_null(bus);
    bus->ops = *ops;
    bus->user = user;
    connections++;
    return bus;
}

void bus_destroy(struct bus *old)
{
    free(old);
    bus = NULL;
}

bool bus_subscribe(struct bus *b, const char *filter, int qos, bool retained_too)
{
    (void)qos;
    assert_true(b->n < FILTERS_MAX);
    b->kept_too[b->n] = retained_too;
    return text_copy(b->filters[b->n++], sizeof b->filters[0], filter);
}

bool bus_publish(struct bus *b, const char *topic, const void *payload, size_t len, int qos, bool retain,
                 int *mid)
{
    (void)b, (void)payload, (void)len, (void)qos, (void)retain, (void)mid;
    return text_copy(published, sizeof published, topic);
}

void bus_start(struct bus *b, struct boot now)
{
    (void)now;
    b->ops.up(b->user, false);
}

void bus_stop(struct bus *b)
{
    (void)b;
}

bool bus_up(const struct bus *b)
{
    return b != NULL;
}

int bus_fd(const struct bus *b)
{
    (void)b;
    return -1;
}

bool bus_want_write(const struct bus *b)
{
    (void)b;
    return false;
}

int bus_read(struct bus *b, int limit)
{
    (void)b, (void)limit;
    return 0;
}

void bus_write(struct bus *b)
{
    (void)b;
}

void bus_tick(struct bus *b, struct boot now)
{
    (void)b, (void)now;
}

struct boot bus_deadline(const struct bus *b)
{
    (void)b;
    return BOOT_FAR;
}

int bus_unconfirmed(const struct bus *b)
{
    (void)b;
    return 0;
}

/* ---- the screen: what reached it ---- */

static struct conf *conf;
static struct loop *loop;
static struct feed *feed;
static struct boot now;
static struct {
    int boards, beats, several;
    int64_t rev, time_ms;
    char site[ID_SIZE], sentence[256];
} got;

static void on_board(void *user, struct view *view)
{
    (void)user;
    got.boards++;
    text_copy(got.site, sizeof got.site, view->site);
    view_destroy(view);
}

static void on_beat(void *user, int64_t rev, struct wall time)
{
    (void)user;
    got.beats++;
    got.rev = rev;
    got.time_ms = time.ms;
}

static void on_several(void *user, const char *sentence)
{
    (void)user;
    got.several++;
    text_copy(got.sentence, sizeof got.sentence, sentence);
}

static int start(void **state)
{
    (void)state;
    memset(&got, 0, sizeof got);
    connections = 0;
    published[0] = '\0';
    mark_now = "3fa90c";
    text_copy(host, sizeof host, "tv");
    now = (struct boot){ 1000000 };
    clock_fake((struct wall){ NOON_MS }, now, "boot", true);
    conf = calloc(1, sizeof *conf);
    loop = loop_create();
    if (!conf || !loop)
        return -1;
    conf_defaults(conf);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    feed_destroy(feed);
    feed = NULL;
    loop_destroy(loop);
    conf_clear(conf);
    free(conf);
    clock_real();
    return 0;
}

static bool announce;

/* `site` empty: to be found. */
static void follow(const char *site)
{
    static const struct feed_ops ops = { .board = on_board, .beat = on_beat, .several = on_several };
    char fault[CONF_FAULT_SIZE];
    text_copy(conf->site, sizeof conf->site, site);
    feed = feed_create(loop, conf, announce, &ops, NULL, fault, sizeof fault);
    announce = false;
    assert_non_null(feed);
}

static void say(const char *topic, const char *text, bool retained)
{
    struct bus_message m = { .topic = topic, .payload = text, .len = strlen(text), .retained = retained };
    bus->ops.message(bus->user, &m);
}

/* A board as it is kept at the broker. */
static void keep_board(const char *site)
{
    char topic[96], text[512];
    snprintf(topic, sizeof topic, "pit/v1/%s/board/public", site);
    snprintf(text, sizeof text,
             "{\"v\":1,\"site\":\"%s\",\"rev\":7,\"time\":\"2026-11-21T12:00:00.000Z\",\"zone\":\"UTC\","
             "\"stages\":{},\"jobs\":[]}",
             site);
    say(topic, text, RETAINED);
}

static void pass(int64_t ms)
{
    now = boot_plus(now, ms);
    clock_fake((struct wall){ NOON_MS }, now, "boot", true);
    assert_true(loop_once(loop, 0));
}

/* Of beats (NULL: none are asked for) those that come from now on, not what the broker kept. */
static void listens_to(const char *board, const char *beat)
{
    assert_non_null(bus);
    assert_int_equal(bus->n, 1 + (beat != NULL));
    assert_string_equal(bus->filters[0], board);
    assert_true(bus->kept_too[0]);
    if (!beat)
        return;
    assert_string_equal(bus->filters[1], beat);
    assert_false(bus->kept_too[1]);
}

/* ---- tests ---- */

/* The broker may keep one since last week: as a sign of life it would make any board look new. */
static void a_kept_beat_is_no_beat(void **state)
{
    (void)state;
    follow("s1");
    keep_board("s1");
    assert_int_equal(got.boards, 1);
    say("pit/v1/s1/hub/beat", BEAT("7"), RETAINED);
    assert_int_equal(got.beats, 0);
    say("pit/v1/s1/hub/beat", BEAT("8"), LIVE);
    assert_int_equal(got.beats, 1);
    assert_int_equal(got.rev, 8);
    assert_int_equal(got.time_ms, NOON_MS);
    say("pit/v1/s1/hub/beat", BEAT("9"), RETAINED);
    say("pit/v1/s1/hub/beat", "{\"rev\":9}", LIVE);
    assert_int_equal(got.beats, 1);
}

static void hears_only(const char *site)
{
    char beat[96];
    snprintf(beat, sizeof beat, "pit/v1/%s/hub/beat", site);
    keep_board("other");
    say("pit/v1/other/hub/beat", BEAT("7"), LIVE);
    assert_int_equal(got.boards, 0);
    assert_int_equal(got.beats, 0);
    assert_int_equal(got.several, 0);
    keep_board(site);
    say(beat, BEAT("7"), LIVE);
    assert_int_equal(got.boards, 1);
    assert_string_equal(got.site, site);
    assert_int_equal(got.beats, 1);
}

static void a_configured_site_is_the_only_one(void **state)
{
    (void)state;
    follow("s1");
    listens_to("pit/v1/s1/board/public", "pit/v1/s1/hub/beat");
    hears_only("s1");
    pass(SEARCH_MS);
    assert_int_equal(connections, 1);
}

/* Found by its boards; those that come while it is sought show nothing yet. */
static void a_found_site_is_the_only_one(void **state)
{
    (void)state;
    follow("");
    listens_to("pit/v1/+/board/public", NULL);
    pass(10 * SEARCH_MS);
    say("pit/v1/gone/board/public", "", RETAINED);
    keep_board("s1");
    pass(SEARCH_MS - 1);
    keep_board("s1"); /* its next one is no other site */
    assert_int_equal(connections, 1);
    pass(SEARCH_MS);
    assert_int_equal(got.boards + got.several, 0);
    assert_int_equal(connections, 2);
    listens_to("pit/v1/s1/board/public", "pit/v1/s1/hub/beat");
    hears_only("s1");
}

/* Said once, with names, and none of them is chosen. */
static void of_several_sites_none_is_taken(void **state)
{
    (void)state;
    follow("");
    keep_board("s1");
    pass(SEARCH_MS - 1);
    assert_int_equal(got.several, 0);
    keep_board("s2");
    assert_int_equal(got.several, 1);
    assert_non_null(strstr(got.sentence, "\"s1\" and \"s2\""));
    keep_board("s3");
    keep_board("s1");
    pass(10 * SEARCH_MS);
    assert_int_equal(got.several, 1);
    assert_int_equal(connections, 1);
    assert_int_equal(got.boards, 0);
}

static int warnings;

static void count_twins(enum log_level level, const char *tag, const char *line)
{
    (void)tag;
    warnings += level <= LOG_WARN_LEVEL && strstr(line, "another screen is \"") != NULL;
}

/* Machines set up from one image have one name; broker and staff must tell them apart all the same. */
static void each_machine_has_its_id(void **state)
{
    static const struct {
        const char *id, *host, *mark, *status;
    } rows[] = {
        { "", "TV-Lounge.local", "3fa90c", "pit/v1/s1/screen/tv-lounge-3fa90c/status" },
        { "", "TV-Lounge.local", "3fa90d", "pit/v1/s1/screen/tv-lounge-3fa90d/status" },
        { "", "a_host-of-more-than-thirty-two-signs", "3fa90c",
          "pit/v1/s1/screen/a-host-of-more-than-thirt-3fa90c/status" },
        { "", "", "3fa90c", "pit/v1/s1/screen/screen-3fa90c/status" },
        { "", "pi", "", "pit/v1/s1/screen/pi/status" },
        { "lounge", "pi", "3fa90c", "pit/v1/s1/screen/lounge/status" },
    };
    char first[sizeof client] = "";
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        text_copy(conf->screen.id, sizeof conf->screen.id, rows[i].id);
        text_copy(host, sizeof host, rows[i].host);
        mark_now = rows[i].mark;
        announce = true;
        follow("s1");
        assert_string_equal(published, rows[i].status);
        assert_string_equal(will, rows[i].status);
        assert_string_not_equal(client, first); /* the process is the same */
        text_copy(first, sizeof first, client);
        feed_destroy(feed);
        feed = NULL;
    }
    /* Nor does one screen.id on two machines throw them out of the broker. */
    text_copy(conf->screen.id, sizeof conf->screen.id, "lounge");
    mark_now = "3fa90d";
    follow("s1");
    assert_string_not_equal(client, first);
    log_set_sink(count_twins);
    bus->ops.down(bus->user, "the broker ended the connection: Session taken over");
    bus->ops.down(bus->user, "the broker ended the connection: Session taken over");
    log_set_sink(NULL);
    assert_int_equal(warnings, 1);
}

int main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, start, stop)
    const struct CMUnitTest tests[] = {
        CASE(a_kept_beat_is_no_beat),       CASE(a_configured_site_is_the_only_one),
        CASE(a_found_site_is_the_only_one), CASE(of_several_sites_none_is_taken),
        CASE(each_machine_has_its_id),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
