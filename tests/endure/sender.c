/*
 * The product's own sender (src/app/client) with a simulated workshop behind it, for runs in which hub and
 * broker die: every event is repeated until its receipt.
 *
 *   sender CONFIG PORT SITE SEED EVENTS REPEAT_MS JOURNAL
 *
 * The same seed gives the same events; seed 0 gives notes of the front desk, which wait for nothing: as many
 * under way as the client allows. JOURNAL gets a line per receipt as it comes: source, id, "applied" or
 * "rejected", reason, separated by tabs. Prints events, repeats; ends when the last receipt is there.
 */
#include "app/client.h"
#include "base/stamp.h"
#include "core/sim.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct sender {
    struct loop *loop;
    struct client *client;
    struct sim *sim;
    struct sim_event event;
    bool have;
    long given, goal, answers;
    FILE *journal;
};

static bool next(struct sender *s)
{
    struct sim_event *e = &s->event;
    if (s->sim)
        return sim_next(s->sim, e);
    *e = (struct sim_event){ .role = ROLE_DESK, .source = "front" };
    snprintf(e->id, sizeof e->id, "note-%ld", s->given);
    e->len = (size_t)snprintf(e->payload, sizeof e->payload,
                              "{\"id\":\"%s\",\"type\":\"note\",\"text\":\"number %ld\"}", e->id, s->given);
    return true;
}

static void give(struct sender *s)
{
    while (s->given < s->goal && (s->have || (s->have = next(s)))) {
        const struct sim_event *e = &s->event;
        struct tape_keys keys;
        memcpy(keys.id, e->id, sizeof keys.id);
        memcpy(keys.job, e->job, sizeof keys.job);
        memcpy(keys.bay, e->bay, sizeof keys.bay);
        if (!client_take(s->client, e->role, e->source, &keys, e->payload, e->len))
            return; /* full: `room` comes */
        s->have = false;
        s->given++;
    }
}

static void answer(void *user, const struct client_answer *a)
{
    struct sender *s = user;
    fprintf(s->journal, "%s/%s\t%s\t%s\t%s\n", role_name(a->role), a->source, a->receipt->id,
            a->applied ? "applied" : "rejected", a->receipt->reason);
    if (++s->answers == s->goal)
        loop_quit(s->loop, 0);
}

static void room(void *user)
{
    give(user);
}

static void silent(void *user, const char *why)
{
    (void)user;
    fprintf(stderr, "sender: %s\n", why);
}

static bool set_up(struct sender *s, struct conf *conf, char **argv)
{
    static const struct client_ops ops = { answer, room, silent };
    char port[64], site[64], fault[CONF_FAULT_SIZE];
    const char *settings[] = { port, site };
    snprintf(port, sizeof port, "broker.port=%s", argv[2]);
    snprintf(site, sizeof site, "site=\"%s\"", argv[3]);
    struct client_options o = {
        .conf = conf, .name = "sender", .patience_ms = 30000, .repeat_ms = atoi(argv[6])
    };
    struct sim_options sim = { .seed = strtoull(argv[4], NULL, 10),
                               .run = "endure",
                               .midnight = { stamp_days(2026, 3, 2) * 86400000 },
                               .weekday = 0 };
    s->goal = atol(argv[5]);
    s->journal = fopen(argv[7], "we");
    s->sim = sim.seed ? sim_create(&sim) : NULL;
    s->loop = loop_create();
    if (!s->journal || (sim.seed && !s->sim) || !s->loop || !conf_load(conf, argv[1], settings, 2, fault) ||
        !(s->client = client_create(s->loop, &o, &ops, s, fault, sizeof fault)))
        return false;
    setvbuf(s->journal, NULL, _IOLBF, 0);
    return true;
}

int main(int argc, char **argv)
{
    struct sender s = { .given = 0 };
    struct conf *conf = calloc(1, sizeof *conf);
    int code = 3;
    if (argc != 8) {
        fputs("usage: sender CONFIG PORT SITE SEED EVENTS REPEAT_MS JOURNAL\n", stderr);
        code = 2;
    } else if (conf && set_up(&s, conf, argv)) {
        give(&s);
        code = loop_run(s.loop);
        printf("sender: %ld receipts, %" PRIu64 " repeats\n", s.answers, client_repeats(s.client));
    }
    client_destroy(s.client);
    sim_destroy(s.sim);
    loop_destroy(s.loop);
    if (s.journal)
        fclose(s.journal);
    conf_clear(conf);
    free(conf);
    return code;
}
