/*
 * The bare limit: a libmosquitto subscriber without state and storage, connected as the hub is (MQTT 5, QoS
 * 1, 1,000 in flight).
 *
 *   count PORT SITE MESSAGES [echo]
 *
 * Prints "ready", then the time of the last message (monotonic ns). With `echo` it answers each with a
 * message as long as a receipt: what MQTT alone costs a hub.
 */
#include <mosquitto.h>
#include <mqtt_protocol.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define ANSWER                                                                                               \
    "{\"id\":\"e00001\",\"result\":\"applied\",\"job\":\"R-0001\",\"stage\":\"diagnosis\",\"time\":\"2026-"  \
    "01-01T"                                                                                                 \
    "06:36:00.000Z\"}"

struct count {
    const char *site;
    long seen, goal, answered;
    bool echo, done;
};

static void on_connect(struct mosquitto *m, void *user, int code, int flags, const mosquitto_property *p)
{
    struct count *c = user;
    char filter[128];
    (void)flags, (void)p;
    snprintf(filter, sizeof filter, "pit/v1/%s/+/+/event", c->site);
    if (code || mosquitto_subscribe(m, NULL, filter, 1))
        exit(1);
}

static void on_subscribe(struct mosquitto *m, void *user, int mid, int n, const int *granted)
{
    (void)m, (void)user, (void)mid, (void)n, (void)granted;
    puts("ready");
    fflush(stdout);
}

static void answer(struct mosquitto *m, const char *to)
{
    char topic[256];
    snprintf(topic, sizeof topic, "%.*sreceipt", (int)strlen(to) - 5, to);
    if (mosquitto_publish(m, NULL, topic, sizeof ANSWER - 1, ANSWER, 1, false))
        exit(1);
}

static void on_message(struct mosquitto *m, void *user, const struct mosquitto_message *message)
{
    struct count *c = user;
    if (c->echo)
        answer(m, message->topic);
    if (++c->seen < c->goal)
        return;
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    printf("%lld\n", (long long)t.tv_sec * 1000000000 + t.tv_nsec);
    fflush(stdout);
    c->done = !c->echo;
}

static void on_publish(struct mosquitto *m, void *user, int mid)
{
    struct count *c = user;
    (void)m, (void)mid;
    c->done |= ++c->answered == c->goal;
}

int main(int argc, char **argv)
{
    struct count c = { .site = argc > 2 ? argv[2] : "",
                       .goal = argc > 3 ? atol(argv[3]) : 0,
                       .echo = argc > 4 };
    if (argc < 4)
        return 2;
    mosquitto_lib_init();
    struct mosquitto *m = mosquitto_new("count", true, &c);
    mosquitto_int_option(m, MOSQ_OPT_PROTOCOL_VERSION, MQTT_PROTOCOL_V5);
    mosquitto_int_option(m, MOSQ_OPT_RECEIVE_MAXIMUM, 1000);
    mosquitto_int_option(m, MOSQ_OPT_SEND_MAXIMUM, 1000);
    mosquitto_int_option(m, MOSQ_OPT_TCP_NODELAY, 1);
    mosquitto_connect_v5_callback_set(m, on_connect);
    mosquitto_subscribe_callback_set(m, on_subscribe);
    mosquitto_message_callback_set(m, on_message);
    mosquitto_publish_callback_set(m, on_publish);
    if (mosquitto_connect(m, "127.0.0.1", atoi(argv[1]), 60))
        return 1;
    while (!c.done)
        if (mosquitto_loop(m, 1000, 1))
            return 1;
    mosquitto_destroy(m);
    mosquitto_lib_cleanup();
    return 0;
}
