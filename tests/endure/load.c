/*
 * Loads on a hub; each run is one speaker's process.
 *
 *   load flood PORT SITE RATE SECONDS      bay 1 sends RATE events a second and waits for nothing: a third of
 * them new, a third repeats, a third refused. Prints: sent. load work PORT SITE SECONDS            bays 2 to
 * 8 work at 5 events a second each, on one connection. Prints: sent, receipts, and of the times to these p50,
 * p99 and the highest in ms. load backlog PORT SITE BAY EVENTS      the bay was away for a day: EVENTS at
 * once with their ages, by the product's client. Prints: receipts, ms until the last, how many applied.
 *
 * The jobs J1 to J8 are there, each in the bay of its number.
 */
#include "app/client.h"
#include "app/pump.h"
#include "bus/bus.h"
#include "sys/clock.h"
#include "wire/topic.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define BAYS        8
#define WORK_MS     200 /* between two events of a bay that works */
#define TICK_MS     5
#define PATIENCE_MS 60000
#define SAMPLES_MAX 20000
#define DAY_MS      INT64_C(86400000)

struct speaker {
    char id[4];
    int sent;
    struct boot next;
    int64_t under_way_us; /* when the last was sent; 0: it has its receipt */
};

struct load {
    struct loop *loop;
    struct loop_timer *timer;
    struct bus *bus;
    struct pump *pump;
    struct client *client;
    const char *site;
    struct speaker bays[BAYS + 1]; /* [0] is none */
    int rate, seconds, bay;
    struct boot began, end;
    long sent, receipts, applied, goal;
    double sample[SAMPLES_MAX];
};

static int64_t now_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static bool send(struct load *l, const char *bay, const char *payload)
{
    char topic[TOPIC_SIZE];
    topic_source(topic, l->site, ROLE_BAY, bay, "event");
    return bus_publish(l->bus, topic, payload, strlen(payload), 1, false, NULL);
}

/* The car goes into a hold and out of it, again and again. */
static const char *work_of(int n)
{
    return n % 2 ? "\"type\":\"next\",\"from\":\"parts\"" : "\"type\":\"hold\",\"reason\":\"parts\"";
}

/* ---- flood and work ---- */

static void flood_one(struct load *l)
{
    char payload[200];
    long n = l->sent++;
    if (n % 3 == 2)
        snprintf(payload, sizeof payload, "{\"id\":\"f%ld\",\"type\":\"next\",\"job\":\"none\"}", n);
    else
        snprintf(payload, sizeof payload, "{\"id\":\"f%ld\",\"type\":\"note\",\"text\":\"flood\"}",
                 n - n % 3);
    if (!send(l, "1", payload))
        l->sent--; /* the queue is full: not sent */
}

static void work_one(struct load *l, struct speaker *bay, struct boot now)
{
    char payload[200];
    if (now.ms < bay->next.ms || bay->under_way_us)
        return;
    snprintf(payload, sizeof payload, "{\"id\":\"w%d\",%s,\"job\":\"J%s\"}", bay->sent, work_of(bay->sent),
             bay->id);
    if (!send(l, bay->id, payload))
        return;
    bay->next = boot_plus(bay->next.ms ? bay->next : now, WORK_MS);
    bay->sent++;
    l->sent++;
    bay->under_way_us = now_us();
}

static bool is_over(const struct load *l, struct boot now)
{
    if (now.ms < l->end.ms)
        return false;
    bool answered = l->rate ? bus_unconfirmed(l->bus) == 0 : l->receipts == l->sent;
    return answered || boot_minus(now, l->end) > PATIENCE_MS;
}

static void tick(void *user)
{
    struct load *l = user;
    struct boot now = clock_boot();
    loop_arm(l->timer, boot_plus(now, TICK_MS));
    if (is_over(l, now))
        loop_quit(l->loop, 0);
    if (now.ms >= l->end.ms)
        return;
    for (long due = (long)(boot_minus(now, l->began) * l->rate / 1000); due > l->sent; due--)
        flood_one(l);
    for (int i = 2; i <= BAYS && !l->rate; i++)
        work_one(l, &l->bays[i], now);
}

static void message(void *user, const struct bus_message *m)
{
    struct load *l = user;
    struct topic topic = topic_parse(m->topic);
    struct receipt r;
    int number = atoi(topic.id);
    if (l->rate || number < 2 || number > BAYS || !receipt_decode(m->payload, m->len, &r))
        return;
    struct speaker *bay = &l->bays[number];
    if (!bay->under_way_us || atoi(r.id + 1) != bay->sent - 1)
        return;
    if (l->receipts < SAMPLES_MAX)
        l->sample[l->receipts] = (double)(now_us() - bay->under_way_us) / 1000;
    l->receipts++;
    l->applied += r.result == MSG_APPLIED;
    bay->under_way_us = 0;
}

static void up(void *user, bool session_present)
{
    struct load *l = user;
    (void)session_present;
    l->began = clock_boot();
    l->end = boot_plus(l->began, l->seconds * INT64_C(1000));
    loop_arm(l->timer, l->began);
}

static void down(void *user, const char *why)
{
    fprintf(stderr, "load: %s\n", why);
    loop_quit(((struct load *)user)->loop, 3);
}

static void changed(void *user)
{
    pump_look(((struct load *)user)->pump);
}

static bool subscribe(struct load *l)
{
    char topic[TOPIC_SIZE];
    bool done = true;
    for (int i = l->rate ? 1 : 2; i <= (l->rate ? 1 : BAYS); i++) {
        topic_source(topic, l->site, ROLE_BAY, l->bays[i].id, "receipt");
        done = done && bus_subscribe(l->bus, topic, 1, false);
    }
    return done;
}

static int talk(struct load *l, int port)
{
    static const struct bus_ops ops = { .up = up, .down = down, .message = message, .changed = changed };
    struct bus_options o = { .host = "127.0.0.1",
                             .port = port,
                             .client_id = l->rate ? "load-flood" : "load-work",
                             .send_max = 1000,
                             .receive_max = 1000 };
    l->bus = bus_create(&o, &ops, l, NULL, 0);
    if (!l->bus || !subscribe(l) || !(l->pump = pump_create(l->loop, l->bus)))
        return 3;
    bus_start(l->bus, clock_boot());
    pump_look(l->pump);
    return loop_run(l->loop);
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void print_times(struct load *l)
{
    long n = l->receipts < SAMPLES_MAX ? l->receipts : SAMPLES_MAX;
    qsort(l->sample, (size_t)n, sizeof l->sample[0], compare);
    if (l->rate)
        printf("%ld\n", l->sent);
    else if (n)
        printf("%ld %ld %.1f %.1f %.1f\n", l->sent, l->applied, l->sample[n / 2], l->sample[n * 99 / 100],
               l->sample[n - 1]);
}

/* ---- backlog ---- */

static void give(struct load *l)
{
    const char *id = l->bays[l->bay].id;
    for (; l->sent < l->goal; l->sent++) {
        struct tape_keys keys = { .bay = "" };
        char payload[200];
        snprintf(keys.id, sizeof keys.id, "b%05ld", l->sent);
        snprintf(keys.job, sizeof keys.job, "J%s", id);
        int n = snprintf(payload, sizeof payload, "{\"id\":\"%s\",%s,\"job\":\"%s\",\"age_ms\":%" PRId64 "}",
                         keys.id, work_of((int)l->sent), keys.job, DAY_MS - DAY_MS / l->goal * l->sent);
        if (!client_take(l->client, ROLE_BAY, id, &keys, payload, (size_t)n))
            return;
    }
}

static void answer(void *user, const struct client_answer *a)
{
    struct load *l = user;
    l->applied += a->applied;
    if (++l->receipts == l->goal)
        loop_quit(l->loop, 0);
}

static void room(void *user)
{
    give(user);
}

static void silent(void *user, const char *why)
{
    (void)user;
    fprintf(stderr, "load: %s\n", why);
}

static int come_back(struct load *l, const struct conf *conf)
{
    static const struct client_ops ops = { answer, room, silent };
    char fault[CONF_FAULT_SIZE];
    struct client_options o = { .conf = conf,
                                .name = "load",
                                .role = ROLE_BAY,
                                .source = l->bays[l->bay].id,
                                .patience_ms = PATIENCE_MS };
    struct boot began = clock_boot();
    l->client = client_create(l->loop, &o, &ops, l, fault, sizeof fault);
    if (!l->client)
        return 3;
    give(l);
    int code = loop_run(l->loop);
    printf("%ld %" PRId64 " %ld\n", l->receipts, boot_minus(clock_boot(), began), l->applied);
    return code;
}

/* ---- both ---- */

static int run(struct load *l, struct conf *conf, char **argv)
{
    int port = atoi(argv[2]);
    snprintf(conf->site, sizeof conf->site, "%s", argv[3]);
    snprintf(conf->broker.host, sizeof conf->broker.host, "127.0.0.1");
    conf->broker.port = port;
    l->site = conf->site;
    for (int i = 1; i <= BAYS; i++)
        snprintf(l->bays[i].id, sizeof l->bays[i].id, "%d", i % 100);
    if (strcmp(argv[1], "backlog") == 0) {
        l->bay = atoi(argv[4]);
        l->goal = atol(argv[5]);
        return come_back(l, conf);
    }
    bool flood = strcmp(argv[1], "flood") == 0;
    l->rate = flood ? atoi(argv[4]) : 0;
    l->seconds = atoi(argv[flood ? 5 : 4]);
    int code = talk(l, port);
    print_times(l);
    return code;
}

int main(int argc, char **argv)
{
    struct load *l = calloc(1, sizeof *l);
    struct conf *conf = calloc(1, sizeof *conf);
    int code = 2;
    bool known = (argc == 5 && strcmp(argv[1], "work") == 0) ||
                 (argc == 6 && (strcmp(argv[1], "flood") == 0 || strcmp(argv[1], "backlog") == 0));
    if (!known)
        fputs("usage: load flood|work|backlog PORT SITE …\n", stderr);
    else if (l && conf && (l->loop = loop_create()) && (l->timer = loop_add_timer(l->loop, tick, l)))
        code = run(l, conf, argv);
    if (l) {
        pump_destroy(l->pump);
        bus_destroy(l->bus);
        client_destroy(l->client);
        loop_remove_timer(l->timer);
        loop_destroy(l->loop);
    }
    free(l);
    conf_clear(conf);
    free(conf);
    return code;
}
