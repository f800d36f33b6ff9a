/* The client against a real broker and a hub that answers as told. The boot clock is a fake one: repeats and
 * patience are tested without waiting. */
#include "app/client.h"
#include "app/pump.h"
#include "sys/clock.h"
#include "tests/broker.h"
#include "wire/topic.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#define SEEN_MAX 25000
#define LIMIT_S  60 /* a hang, not a measurement */

struct scene {
    struct broker *broker;
    struct conf *conf;
    struct loop *loop;
    struct client *client;
    struct boot now;
    /* The hub. */
    struct bus *hub;
    struct pump *pump;
    const char *reply; /* members of the receipt after the id; NULL: silence */
    int seen;
    char last[64]; /* id of the event seen last */
    char ids[400]; /* of the events seen, while they fit */
    /* What the client said. */
    int answers, applied, repeats, rooms, silences;
    char why[300];
};

static void set_clock(struct scene *s, int64_t later_ms)
{
    s->now = boot_plus(s->now, later_ms);
    clock_fake((struct wall){ 1767225600000 + s->now.ms }, s->now, "boot", true);
}

/* Rounds until it is true. The fake clock stands still unless `step_ms` moves it each round. */
#define UNTIL(scene, condition, step_ms)                                                                     \
    do {                                                                                                     \
        time_t end_ = time(NULL) + LIMIT_S;                                                                  \
        while (!(condition)) {                                                                               \
            if (time(NULL) > end_)                                                                           \
                fail_msg("not within %d s: %s", LIMIT_S, #condition);                                        \
            loop_once((scene)->loop, 5);                                                                     \
            set_clock(scene, step_ms);                                                                       \
        }                                                                                                    \
    } while (0)

/* ---- the hub ---- */

static void reply(struct scene *s, const struct topic *topic, const char *id, const char *members)
{
    char name[TOPIC_SIZE], receipt[300];
    topic_source(name, topic->site, topic->role, topic->id, "receipt");
    int n = snprintf(receipt, sizeof receipt, "{%s%s%s%s}", id[0] ? "\"id\":\"" : "", id, id[0] ? "\"," : "",
                     members);
    assert_true(bus_publish(s->hub, name, receipt, (size_t)n, 1, false, NULL));
}

static void hub_message(void *user, const struct bus_message *m)
{
    struct scene *s = user;
    struct topic topic = topic_parse(m->topic);
    struct tape_keys keys;
    char fault[100];
    assert_int_equal(topic.kind, TOPIC_EVENT);
    if (!tape_keys(m->payload, m->len, &keys, fault, sizeof fault))
        fail_msg("%s", fault);
    s->seen++;
    snprintf(s->last, sizeof s->last, "%s", keys.id);
    if (strlen(s->ids) + strlen(keys.id) + 2 < sizeof s->ids)
        strcat(strcat(s->ids, keys.id), " ");
    if (s->reply)
        reply(s, &topic, keys.id, s->reply);
}

static void hub_up(void *user, bool session_present)
{
    (void)user;
    (void)session_present;
}

static void hub_down(void *user, const char *why)
{
    (void)user;
    (void)why;
}

static void hub_changed(void *user)
{
    pump_look(((struct scene *)user)->pump);
}

static void start_hub(struct scene *s)
{
    static const struct bus_ops ops = {
        .up = hub_up, .down = hub_down, .message = hub_message, .changed = hub_changed
    };
    struct bus_options o = {
        .host = "127.0.0.1", .port = s->conf->broker.port, .client_id = "hub", .receive_max = 1000
    };
    char why[200];
    s->hub = bus_create(&o, &ops, s, why, sizeof why);
    assert_non_null(s->hub);
    assert_true(bus_subscribe(s->hub, "pit/v1/test/+/+/event", 1, false));
    s->pump = pump_create(s->loop, s->hub);
    assert_non_null(s->pump);
    bus_start(s->hub, s->now);
    pump_look(s->pump);
    UNTIL(s, bus_up(s->hub), 1);
    for (int i = 0; i < 5; i++) /* the subscription leaves */
        loop_once(s->loop, 5);
}

/* ---- the client ---- */

static void on_answer(void *user, const struct client_answer *answer)
{
    struct scene *s = user;
    s->answers++;
    s->applied += answer->applied;
    s->repeats += answer->repeat;
}

static void on_room(void *user)
{
    ((struct scene *)user)->rooms++;
}

static void on_silent(void *user, const char *why)
{
    struct scene *s = user;
    s->silences++;
    snprintf(s->why, sizeof s->why, "%s", why);
}

static void start_client(struct scene *s, int64_t patience_ms)
{
    static const struct client_ops ops = { on_answer, on_room, on_silent };
    struct client_options o = { .conf = s->conf, .name = "t", .patience_ms = patience_ms };
    char fault[200];
    s->client = client_create(s->loop, &o, &ops, s, fault, sizeof fault);
    if (!s->client)
        fail_msg("%s", fault);
}

static bool take(struct scene *s, const char *source, const char *id, const char *job)
{
    struct tape_keys keys = { "", "", "" };
    char payload[200];
    snprintf(keys.id, sizeof keys.id, "%s", id);
    snprintf(keys.job, sizeof keys.job, "%s", job);
    int n = snprintf(payload, sizeof payload, id[0] ? "{\"job\":\"%s\",\"id\":\"%s\"}" : "{\"job\":\"%s\"%s}",
                     job, id);
    return client_take(s->client, ROLE_DESK, source, &keys, payload, (size_t)n);
}

/* Nothing more comes for a while. */
static void settle(struct scene *s)
{
    for (int i = 0; i < 20; i++)
        loop_once(s->loop, 5);
}

static void set_up(struct scene *s, const char *answer)
{
    *s = (struct scene){ .now = { 1000000 }, .reply = answer };
    set_clock(s, 0);
    s->broker =
        broker_start("set_tcp_nodelay true\nmax_inflight_messages 1000\nmax_queued_messages 100000\n");
    assert_non_null(s->broker);
    s->conf = calloc(1, sizeof *s->conf);
    conf_defaults(s->conf);
    snprintf(s->conf->site, sizeof s->conf->site, "test");
    snprintf(s->conf->broker.host, sizeof s->conf->broker.host, "127.0.0.1");
    s->conf->broker.port = broker_port(s->broker);
    s->loop = loop_create();
    assert_non_null(s->loop);
}

static void tear_down(struct scene *s)
{
    client_destroy(s->client);
    pump_destroy(s->pump);
    s->pump = NULL;
    bus_destroy(s->hub);
    loop_destroy(s->loop);
    conf_clear(s->conf);
    free(s->conf);
    broker_stop(s->broker);
    clock_real();
}

static const struct topic desk = { .kind = TOPIC_EVENT, .site = "test", .role = ROLE_DESK, .id = "front" };

#define APPLIED   "\"result\":\"applied\",\"time\":\"2026-01-01T00:00:00.000Z\""
#define DUPLICATE "\"result\":\"duplicate\",\"time\":\"2026-01-01T00:00:00.000Z\""
#define STORAGE   "\"result\":\"rejected\",\"reason\":\"storage\",\"time\":\"2026-01-01T00:00:00.000Z\""
#define REFUSED   "\"result\":\"rejected\",\"reason\":\"moved-on\",\"time\":\"2026-01-01T00:00:00.000Z\""

/* ---- cases ---- */

static void one_without_receipt_per_job(void **state)
{
    (void)state;
    struct scene s;
    set_up(&s, NULL);
    start_hub(&s);
    start_client(&s, 0);
    take(&s, "front", "a1", "A");
    take(&s, "front", "b1", "B");
    take(&s, "front", "a2", "A");
    take(&s, "front", "c1", "C"); /* behind a2 of the same source */
    UNTIL(&s, s.seen == 2, 0);
    settle(&s);
    assert_string_equal(s.ids, "a1 b1 ");
    reply(&s, &desk, "a1", APPLIED);
    UNTIL(&s, s.seen == 4, 0);
    assert_string_equal(s.ids, "a1 b1 a2 c1 ");
    assert_int_equal(s.answers, 1);
    reply(&s, &desk, "b1", REFUSED);
    reply(&s, &desk, "b1", REFUSED); /* the second means nothing */
    reply(&s, &desk, "c1", APPLIED);
    reply(&s, &desk, "zz", APPLIED); /* somebody else's */
    reply(&s, &desk, "a2", DUPLICATE);
    UNTIL(&s, client_waiting(s.client) == 0, 0);
    settle(&s);
    assert_int_equal(s.answers, 4);
    assert_int_equal(s.applied, 3);
    assert_int_equal(s.repeats, 1); /* sent once, and known to the hub before */
    assert_int_equal(s.rooms, 1);
    tear_down(&s);
}

static void sent_again_after_2_4_8_to_60_s(void **state)
{
    (void)state;
    static const int waits_s[] = { 2, 4, 8, 16, 32, 60, 60 };
    struct scene s;
    set_up(&s, NULL);
    start_hub(&s);
    start_client(&s, 0);
    take(&s, "front", "x", "A");
    UNTIL(&s, s.seen == 1, 0);
    for (int i = 0; i < 7; i++) {
        set_clock(&s, waits_s[i] * 1000 - 1);
        settle(&s);
        assert_int_equal(s.seen, i + 1);
        set_clock(&s, 1);
        UNTIL(&s, s.seen == i + 2, 0);
        assert_string_equal(s.last, "x");
    }
    assert_int_equal(client_repeats(s.client), 7);
    reply(&s, &desk, "x", DUPLICATE);
    UNTIL(&s, s.answers == 1, 0);
    assert_int_equal(s.applied, 1);
    assert_int_equal(s.repeats, 0); /* our own repeat is no news */
    tear_down(&s);
}

static void what_was_not_stored_is_sent_again(void **state)
{
    (void)state;
    struct scene s;
    set_up(&s, STORAGE);
    start_hub(&s);
    start_client(&s, 10000);
    take(&s, "front", "x", "A");
    UNTIL(&s, s.seen == 1 && bus_unconfirmed(s.hub) == 0, 0); /* the receipt lies in the client's socket */
    settle(&s);
    assert_int_equal(s.answers, 0);
    assert_int_equal(client_waiting(s.client), 1);
    set_clock(&s, 2000);
    UNTIL(&s, s.seen == 2, 0);
    set_clock(&s, 8000);
    UNTIL(&s, s.silences == 1, 0);
    assert_non_null(strstr(s.why, "cannot store"));
    s.reply = APPLIED;
    UNTIL(&s, s.answers == 1, 100);
    assert_int_equal(s.applied, 1);
    tear_down(&s);
}

static void at_once_on_reconnect(void **state)
{
    (void)state;
    struct scene s;
    set_up(&s, NULL);
    start_hub(&s);
    start_client(&s, 0);
    take(&s, "front", "x", "A");
    UNTIL(&s, s.seen == 1, 0);
    broker_kill(s.broker);
    UNTIL(&s, !bus_up(s.hub), 0);
    s.seen = 0;
    s.reply = APPLIED;
    assert_true(broker_again(s.broker));
    take(&s, "front", "y", "B"); /* taken while there is no connection */
    UNTIL(&s, s.answers == 2, 20);
    assert_int_equal(s.applied, 2);
    assert_int_equal(client_waiting(s.client), 0);
    tear_down(&s);
}

static void says_who_is_silent(void **state)
{
    (void)state;
    struct scene s;
    set_up(&s, NULL);
    start_hub(&s);
    start_client(&s, 10000);
    s.reply = APPLIED;
    take(&s, "front", "w", "A");
    UNTIL(&s, s.answers == 1, 0); /* it is connected */
    s.reply = NULL;
    set_clock(&s, 60000); /* nothing waits: silence is no wonder */
    settle(&s);
    assert_int_equal(s.silences, 0);
    take(&s, "front", "x", "A");
    UNTIL(&s, s.seen >= 2, 0);
    set_clock(&s, 9999);
    settle(&s);
    assert_int_equal(s.silences, 0);
    set_clock(&s, 1);
    UNTIL(&s, s.silences == 1, 0);
    assert_non_null(strstr(s.why, "site \"test\" does not answer"));
    broker_kill(s.broker);
    set_clock(&s, 10000);
    UNTIL(&s, s.silences == 2, 1);
    tear_down(&s);
}

static void no_broker(void **state)
{
    (void)state;
    struct scene s;
    set_up(&s, NULL);
    s.conf->broker.port = broker_free_port();
    start_client(&s, 10000);
    take(&s, "front", "x", "A");
    UNTIL(&s, s.silences == 1, 20);
    char expected[64];
    snprintf(expected, sizeof expected, "no connection to the broker 127.0.0.1:%d", s.conf->broker.port);
    assert_memory_equal(s.why, expected, strlen(expected));
    tear_down(&s);
}

static void full_and_room_again(void **state)
{
    (void)state;
    struct scene s;
    char id[16];
    set_up(&s, NULL);
    start_client(&s, 0); /* no hub yet: all wait */
    for (int i = 0; i < CLIENT_EVENTS_MAX; i++) {
        snprintf(id, sizeof id, "%d", i);
        assert_true(take(&s, "front", id, id));
    }
    assert_false(take(&s, "front", "more", "more"));
    assert_int_equal(client_waiting(s.client), CLIENT_EVENTS_MAX);
    s.reply = APPLIED;
    start_hub(&s);
    UNTIL(&s, s.rooms > 0, 200); /* what was sent before the hub was there is sent again */
    assert_true(client_waiting(s.client) <= CLIENT_EVENTS_MAX / 2);
    assert_true(take(&s, "front", "more", "more"));
    UNTIL(&s, client_waiting(s.client) == 0, 200);
    assert_int_equal(s.answers, CLIENT_EVENTS_MAX + 1);
    tear_down(&s);
}

static void thousands_under_way(void **state)
{
    (void)state;
    enum { N = 20000 };
    struct scene s;
    char id[16], source[16];
    struct timespec from, to;
    set_up(&s, APPLIED);
    start_hub(&s);
    start_client(&s, 0);
    clock_gettime(CLOCK_MONOTONIC, &from);
    for (int i = 0; i < N;) {
        snprintf(id, sizeof id, "%d", i);
        snprintf(source, sizeof source, "s%d", i % 7);
        if (take(&s, source, id, id))
            i++;
        else
            loop_once(s.loop, 5);
    }
    UNTIL(&s, s.answers == N, 0);
    clock_gettime(CLOCK_MONOTONIC, &to);
    double seconds = (double)(to.tv_sec - from.tv_sec) + (double)(to.tv_nsec - from.tv_nsec) / 1e9;
    print_message("%d receipts, client and hub in one process: %.0f/s\n", N, N / seconds);
    assert_int_equal(s.applied, N);
    assert_int_equal(s.seen, N);
    tear_down(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_without_receipt_per_job),
        cmocka_unit_test(sent_again_after_2_4_8_to_60_s),
        cmocka_unit_test(what_was_not_stored_is_sent_again),
        cmocka_unit_test(at_once_on_reconnect),
        cmocka_unit_test(says_who_is_silent),
        cmocka_unit_test(no_broker),
        cmocka_unit_test(full_and_room_again),
        cmocka_unit_test(thousands_under_way),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
