/*
 * Messages a second through one connection, QoS 1: the bus against bare libmosquitto, on a broker of its own.
 *
 *   receive: N messages wait in the session; read in rounds of at most ROUND, PUBACKs written after each
 * round (bare: mosquitto_loop, which acknowledges before it delivers). publish: N messages, as many under way
 * as the queue takes, until the last is taken.
 *
 * bus_rate [N [RUNS]]; prints one line a run.
 */
#include "bus/bus.h"

#include "tests/broker.h"

#include <mosquitto.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#define ROUND 1024
#define PAYLOAD                                                                                              \
    "{\"id\":\"b3-1234567890\",\"type\":\"next\",\"time\":\"2026-03-01T06:20:00.500Z\",\"age_ms\":12}"
#define TOPIC "pit/v1/minsk-1/bay/3/event"

static int received, taken;
static bool up;

static double now_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static double cpu_s(void)
{
    struct rusage r;
    getrusage(RUSAGE_SELF, &r);
    return (double)(r.ru_utime.tv_sec + r.ru_stime.tv_sec) +
           (double)(r.ru_utime.tv_usec + r.ru_stime.tv_usec) / 1e6;
}

static struct boot boot_now(void)
{
    return (struct boot){ (int64_t)(now_s() * 1000) };
}

static void on_up(void *user, bool session_present)
{
    (void)user, (void)session_present;
    up = true;
}

static void on_down(void *user, const char *why)
{
    (void)user;
    fprintf(stderr, "down: %s\n", why);
    up = false;
}

static void on_message(void *user, const struct bus_message *message)
{
    (void)user, (void)message;
    received++;
}

static void on_taken(void *user, int mid, bool refused, const char *why)
{
    (void)user, (void)mid, (void)refused, (void)why;
    taken++;
}

static struct bus *make_bus(const struct broker *broker, const char *id, uint32_t session_s)
{
    static const struct bus_ops ops = {
        .up = on_up, .down = on_down, .message = on_message, .taken = on_taken
    };
    struct bus_options o = { .host = "127.0.0.1",
                             .port = broker_port(broker),
                             .client_id = id,
                             .session_s = session_s,
                             .receive_max = 2000,
                             .send_max = 1000 };
    up = false;
    return bus_create(&o, &ops, NULL, NULL, 0);
}

/* One round as the hub makes it: read, (commit,) write. */
static void bus_round(struct bus *bus)
{
    struct pollfd fd = { .fd = bus_fd(bus), .events = (short)(POLLIN | (bus_want_write(bus) ? POLLOUT : 0)) };
    poll(&fd, 1, 100);
    bus_read(bus, ROUND);
    bus_write(bus);
    if (bus_deadline(bus).ms <= boot_now().ms)
        bus_tick(bus, boot_now());
}

static void connect_bus(struct bus *bus)
{
    bus_start(bus, boot_now());
    while (!up)
        bus_round(bus);
}

static double publish_bus(const struct broker *broker, int n)
{
    struct bus *bus = make_bus(broker, "publisher", 0);
    connect_bus(bus);
    taken = 0;
    double from = now_s();
    for (int sent = 0; taken < n;) {
        while (sent < n && bus_unconfirmed(bus) < 2000 &&
               bus_publish(bus, TOPIC, PAYLOAD, sizeof PAYLOAD - 1, 1, false, NULL))
            sent++;
        bus_round(bus);
    }
    double took = now_s() - from;
    bus_destroy(bus);
    return n / took;
}

/* Makes the session, so that the messages wait for it. */
static void subscribe(const struct broker *broker, const char *id)
{
    struct bus *bus = make_bus(broker, id, 3600);
    bus_subscribe(bus, TOPIC, 1, false);
    connect_bus(bus);
    taken = 0;
    bus_publish(bus, "ready", "", 0, 1, false, NULL);
    while (taken < 1)
        bus_round(bus);
    bus_destroy(bus);
}

static double receive_bus(const struct broker *broker, int n)
{
    struct bus *bus = make_bus(broker, "subscriber", 3600);
    received = 0;
    double from = now_s();
    bus_start(bus, boot_now());
    while (received < n)
        bus_round(bus);
    while (bus_want_write(bus))
        bus_write(bus);
    double took = now_s() - from;
    bus_stop(bus);
    while (bus_fd(bus) >= 0)
        bus_write(bus);
    bus_destroy(bus);
    return n / took;
}

static void on_bare_message(struct mosquitto *m, void *user, const struct mosquitto_message *message)
{
    (void)m, (void)user, (void)message;
    received++;
}

static double receive_bare(const struct broker *broker, int n)
{
    struct mosquitto *m = mosquitto_new("bare", false, NULL);
    mosquitto_int_option(m, MOSQ_OPT_RECEIVE_MAXIMUM, 2000);
    mosquitto_int_option(m, MOSQ_OPT_PROTOCOL_VERSION, MQTT_PROTOCOL_V5);
    mosquitto_int_option(m, MOSQ_OPT_TCP_NODELAY, 1);
    mosquitto_message_callback_set(m, on_bare_message);
    received = 0;
    double from = now_s();
    mosquitto_connect(m, "127.0.0.1", broker_port(broker), 60);
    while (received < n)
        mosquitto_loop(m, 100, 1);
    double took = now_s() - from;
    mosquitto_destroy(m);
    return n / took;
}

static void on_bare_publish(struct mosquitto *m, void *user, int mid)
{
    (void)m, (void)user, (void)mid;
    taken++;
}

static double publish_bare(const struct broker *broker, int n)
{
    struct mosquitto *m = mosquitto_new("bare-pub", true, NULL);
    mosquitto_int_option(m, MOSQ_OPT_SEND_MAXIMUM, 1000);
    mosquitto_int_option(m, MOSQ_OPT_PROTOCOL_VERSION, MQTT_PROTOCOL_V5);
    mosquitto_int_option(m, MOSQ_OPT_TCP_NODELAY, 1);
    mosquitto_publish_callback_set(m, on_bare_publish);
    taken = 0;
    mosquitto_connect(m, "127.0.0.1", broker_port(broker), 60);
    for (int i = 0; i < 5; i++)
        mosquitto_loop(m, 20, 1);
    double from = now_s();
    for (int sent = 0; taken < n;) {
        while (sent < n && sent - taken < 2000) {
            mosquitto_publish(m, NULL, TOPIC, sizeof PAYLOAD - 1, PAYLOAD, 1, false);
            sent++;
        }
        mosquitto_loop(m, 100, 1);
    }
    double took = now_s() - from;
    mosquitto_destroy(m);
    return n / took;
}

static bool run(int n)
{
    struct broker *broker = broker_start("max_queued_bytes 0\n");
    if (!broker)
        return false;
    mosquitto_lib_init();
    subscribe(broker, "subscriber");
    subscribe(broker, "bare");
    double cpu = cpu_s(), publish = publish_bus(broker, n), publish_cpu = cpu_s() - cpu;
    cpu = cpu_s();
    double receive = receive_bus(broker, n), receive_cpu = cpu_s() - cpu;
    cpu = cpu_s();
    double bare = receive_bare(broker, n), bare_cpu = cpu_s() - cpu;
    double bare_publish = publish_bare(broker, n);
    printf("receive: bus %.0f/s (%.1f us CPU each), bare %.0f/s (%.1f us) | "
           "publish: bus %.0f/s (%.1f us), bare %.0f/s\n",
           receive, receive_cpu / n * 1e6, bare, bare_cpu / n * 1e6, publish, publish_cpu / n * 1e6,
           bare_publish);
    broker_stop(broker);
    return true;
}

int main(int argc, char **argv)
{
    int n = argc > 1 ? atoi(argv[1]) : 50000, runs = argc > 2 ? atoi(argv[2]) : 3;
    for (int i = 0; i < runs; i++)
        if (!run(n))
            return 3;
    return 0;
}
