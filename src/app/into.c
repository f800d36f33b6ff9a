#include "app/into.h"

#include "app/hub.h"
#include "base/exits.h"
#include "sys/clock.h"
#include "wire/topic.h"

#include <stdio.h>
#include <unistd.h>

#define ROUND       256 /* events in one transaction */
#define PROGRESS_OF 2048

struct into {
    const struct conf *conf;
    struct hub *hub;
    struct feed_counts *counts;
    struct wall first;
    uint64_t events, mistakes;
};

/* Nobody listens but the counter of receipts. */
static bool publish(void *user, const char *topic, const void *payload, size_t len, int qos, bool retain)
{
    struct into *into = user;
    struct receipt receipt;
    (void)qos;
    (void)retain;
    if (topic_parse(topic).kind != TOPIC_RECEIPT || !receipt_decode(payload, len, &receipt))
        return true;
    struct client_answer answer = { .receipt = &receipt, .applied = receipt.result == MSG_APPLIED };
    feed_count(into->counts, &answer);
    return true;
}

static void move_clock(const struct into *into, struct wall at)
{
    clock_fake(at, (struct boot){ wall_minus(at, into->first) + 1000 }, "simulated", true);
}

static bool feed_one(struct into *into, const struct sim_event *e)
{
    char topic[TOPIC_SIZE];
    topic_source(topic, into->conf->site, e->role, e->source, "event");
    move_clock(into, e->at);
    into->mistakes += e->expect != REASON_NONE;
    if (!hub_message(into->hub, topic, e->payload, e->len, false))
        return false;
    return ++into->events % ROUND != 0 || hub_commit(into->hub);
}

static bool feed_all(struct into *into, struct sim *sim)
{
    struct sim_event e;
    bool terminal = isatty(STDERR_FILENO), done = true;
    while (done && sim_next(sim, &e)) {
        done = feed_one(into, &e);
        if (terminal && into->events % PROGRESS_OF == 0)
            fprintf(stderr, "\r%llu events ", (unsigned long long)into->events);
    }
    if (terminal)
        fputs("\r\033[K", stderr);
    return hub_commit(into->hub) && done;
}

static int check(const struct into *into, char *fault, size_t size)
{
    if (into->counts->receipts == into->events && into->counts->rejected == into->mistakes)
        return EXITS_DONE;
    snprintf(fault, size,
             "%llu events, of which %llu must be refused, got %llu receipts, %llu of them refusals",
             (unsigned long long)into->events, (unsigned long long)into->mistakes,
             (unsigned long long)into->counts->receipts, (unsigned long long)into->counts->rejected);
    return EXITS_WORLD;
}

static bool roll_up(struct into *into)
{
    bool more = true, done = true;
    while (done && more)
        done = hub_roll_up(into->hub, &more);
    return done;
}

int into_database(struct conf *conf, struct sim *sim, struct feed_counts *counts, char *fault,
                  size_t fault_size)
{
    static const struct hub_ops ops = { .publish = publish };
    struct into into = { .conf = conf, .counts = counts };
    struct sim_event first;
    int code = EXITS_WORLD;
    if (!conf->site[0])
        text_copy(conf->site, sizeof conf->site, "workshop");
    if (!sim_next(sim, &first))
        return EXITS_DONE;
    into.first = first.at;
    move_clock(&into, first.at);
    into.hub = hub_create(conf, &ops, &into, fault, fault_size, &code);
    if (!into.hub)
        goto out;
    code = EXITS_WORLD;
    if (feed_one(&into, &first) && feed_all(&into, sim) && roll_up(&into))
        code = check(&into, fault, fault_size);
    else
        snprintf(fault, fault_size, "%s: writing failed", conf->store.path);
out:
    hub_destroy(into.hub);
    clock_real();
    return code;
}
