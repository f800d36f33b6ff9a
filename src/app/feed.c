#include "app/feed.h"

#include "sys/clock.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

struct feed {
    struct feed_ops ops;
    void *user;
    struct client *client;
    struct loop_timer *timer;
    struct feed_event event; /* asked for and not yet taken */
    bool have, ended, broken, told;
    struct feed_counts counts;
};

/* ---- counting ---- */

static void count_reason(struct feed_counts *counts, const char *reason)
{
    int i = 0;
    while (i < counts->n_reasons && strcmp(counts->reasons[i].reason, reason) != 0)
        i++;
    if (i == FEED_REASONS_MAX)
        return;
    if (i == counts->n_reasons) {
        text_copy(counts->reasons[i].reason, sizeof counts->reasons[i].reason, reason);
        counts->n_reasons++;
    }
    counts->reasons[i].n++;
}

void feed_count(struct feed_counts *counts, const struct client_answer *answer)
{
    counts->receipts++;
    if (answer->repeat) {
        counts->duplicate++;
    } else if (answer->applied) {
        counts->applied++;
    } else {
        counts->rejected++;
        count_reason(counts, answer->receipt->reason);
    }
}

void feed_print(const struct feed_counts *counts, FILE *to)
{
    fprintf(to, "%" PRIu64 " receipts: %" PRIu64 " applied, %" PRIu64 " rejected", counts->receipts,
            counts->applied, counts->rejected);
    for (int i = 0; i < counts->n_reasons; i++)
        fprintf(to, "%s%" PRIu64 " %s", i ? ", " : " (", counts->reasons[i].n, counts->reasons[i].reason);
    fprintf(to, "%s, %" PRIu64 " duplicate\n", counts->n_reasons ? ")" : "", counts->duplicate);
}

/* ---- feeding ---- */

/* False: nothing to give at the moment. */
static bool ask(struct feed *feed)
{
    if (feed->have || feed->ended)
        return feed->have;
    enum feed_more more = feed->ops.next(feed->user, &feed->event);
    feed->have = more == FEED_EVENT;
    feed->ended = more != FEED_EVENT;
    feed->broken = more == FEED_BROKEN;
    return feed->have;
}

static void give(struct feed *feed)
{
    struct boot now = clock_boot();
    while (ask(feed)) {
        const struct feed_event *e = &feed->event;
        if (e->due.ms > now.ms && e->due.ms > (now = clock_boot()).ms) {
            loop_arm(feed->timer, e->due);
            return;
        }
        if (!client_take(feed->client, e->role, e->source, e->keys, e->payload, e->len))
            return; /* full: `room` comes */
        feed->have = false;
    }
    if (feed->ended && !feed->told && client_waiting(feed->client) == 0) {
        feed->told = true;
        feed->ops.over(feed->user, feed->broken);
    }
}

static void due(void *user)
{
    give(user);
}

static void answer(void *user, const struct client_answer *a)
{
    struct feed *feed = user;
    feed_count(&feed->counts, a);
}

static void room(void *user)
{
    give(user);
}

static void silent(void *user, const char *why)
{
    struct feed *feed = user;
    feed->ops.silent(feed->user, why);
}

struct feed *feed_create(struct loop *loop, const struct client_options *options, const struct feed_ops *ops,
                         void *user, char *fault, size_t fault_size)
{
    static const struct client_ops client_ops = { answer, room, silent };
    struct feed *feed = calloc(1, sizeof *feed);
    if (!feed) {
        snprintf(fault, fault_size, "out of memory");
        return NULL;
    }
    feed->ops = *ops;
    feed->user = user;
    feed->client = client_create(loop, options, &client_ops, feed, fault, fault_size);
    feed->timer = feed->client ? loop_add_timer(loop, due, feed) : NULL;
    if (!feed->timer) {
        feed_destroy(feed);
        return NULL;
    }
    return feed;
}

void feed_destroy(struct feed *feed)
{
    if (!feed)
        return;
    loop_remove_timer(feed->timer);
    client_destroy(feed->client);
    free(feed);
}

void feed_go(struct feed *feed)
{
    loop_arm(feed->timer, clock_boot());
}

const struct feed_counts *feed_counts(const struct feed *feed)
{
    return &feed->counts;
}

int feed_waiting(const struct feed *feed)
{
    return client_waiting(feed->client);
}
