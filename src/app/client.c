#include "app/client.h"

#include "app/lanes.h"
#include "app/pump.h"
#include "bus/bus.h"
#include "sys/clock.h"
#include "wire/topic.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define REPEAT_MIN_MS 2000
#define REPEAT_MAX_MS 60000
#define WHY_SIZE      400

struct client {
    struct client_options options;
    struct client_ops ops;
    void *user;
    struct loop *loop;
    struct bus *bus;
    struct pump *pump;
    struct loop_timer *timer;
    struct lanes *lanes;
    struct boot progress; /* the last receipt, or the first event after a pause */
    uint64_t repeats;
    bool was_full, answered, storage;
    char down[WHY_SIZE]; /* why the broker is not reached */
    char password[CONF_TEXT];
};

/* ---- sending ---- */

static bool publish(struct client *client, struct letter *letter)
{
    char topic[TOPIC_SIZE];
    topic_source(topic, client->options.conf->site, letter->role, letter->source, "event");
    return bus_publish(client->bus, topic, letter->payload, letter->len, 1, false, NULL);
}

static void wake_at(struct client *client, struct boot at)
{
    loop_arm(client->timer, boot_first(loop_armed(client->timer), at));
}

static void send_ready(struct client *client)
{
    if (!bus_up(client->bus))
        return;
    struct boot now = clock_boot();
    struct letter *letter;
    while (lanes_under_way(client->lanes) < CLIENT_WINDOW && (letter = lanes_ready(client->lanes))) {
        if (!publish(client, letter))
            break;
        letter->wait_ms = client->options.repeat_ms;
        letter->repeat_at = boot_plus(now, letter->wait_ms);
        lanes_sent(client->lanes, letter);
        wake_at(client, letter->repeat_at);
    }
}

static void repeat(struct client *client, struct letter *letter, struct boot now)
{
    if (!publish(client, letter))
        return;
    client->repeats++;
    letter->tries++;
    letter->wait_ms = letter->wait_ms * 2 < REPEAT_MAX_MS ? letter->wait_ms * 2 : REPEAT_MAX_MS;
    letter->repeat_at = boot_plus(now, letter->wait_ms);
}

/* Sends again what is due; everything if `all`. Returns when to look again. */
static struct boot repeat_due(struct client *client, struct boot now, bool all)
{
    struct boot next = BOOT_FAR;
    for (struct letter *l = lanes_first_sent(client->lanes); l; l = l->next) {
        if (all || boot_minus(l->repeat_at, now) <= 0)
            repeat(client, l, now);
        next = boot_first(next, l->repeat_at);
    }
    return boot_minus(next, now) > 0 ? next : boot_plus(now, client->options.repeat_ms);
}

static void say_silent(struct client *client)
{
    const struct conf *conf = client->options.conf;
    char why[1024];
    if (!bus_up(client->bus))
        snprintf(why, sizeof why, "no connection to the broker %s:%d%s%s", conf->broker.host,
                 conf->broker.port, client->down[0] ? ": " : "", client->down);
    else if (client->storage)
        snprintf(why, sizeof why,
                 "the hub of site \"%s\" cannot store events at the moment; look at its log and disk",
                 conf->site);
    else
        snprintf(why, sizeof why,
                 "the hub of site \"%s\" does not answer; is pitboard-hub running with this site and "
                 "this broker (%s:%d)?",
                 conf->site, conf->broker.host, conf->broker.port);
    client->ops.silent(client->user, why);
}

static void watch_patience(struct client *client, struct boot now)
{
    if (client->options.patience_ms <= 0 || lanes_count(client->lanes) == 0)
        return;
    struct boot end = boot_plus(client->progress, client->options.patience_ms);
    if (boot_minus(end, now) <= 0) {
        client->progress = now;
        end = boot_plus(now, client->options.patience_ms);
        say_silent(client);
    }
    wake_at(client, end);
}

static void due(void *user)
{
    struct client *client = user;
    struct boot now = clock_boot();
    loop_arm(client->timer, BOOT_FAR);
    if (lanes_first_sent(client->lanes))
        wake_at(client, repeat_due(client, now, false));
    watch_patience(client, now);
}

/* ---- the bus ---- */

static void up(void *user, bool session_present)
{
    struct client *client = user;
    (void)session_present;
    client->down[0] = '\0';
    if (lanes_first_sent(client->lanes))
        wake_at(client, repeat_due(client, clock_boot(), true));
    send_ready(client);
}

static void down(void *user, const char *why)
{
    struct client *client = user;
    snprintf(client->down, sizeof client->down, "%s", why);
}

static void changed(void *user)
{
    struct client *client = user;
    pump_look(client->pump);
}

static void settle(struct client *client, struct letter *letter, struct client_answer *answer)
{
    const struct receipt *r = answer->receipt;
    if (r->result == MSG_REJECTED && strcmp(r->reason, "storage") == 0) {
        client->storage = true; /* not recorded: stays, and is sent again when its time comes */
        return;
    }
    client->storage = false;
    client->progress = clock_boot();
    answer->applied = r->result == MSG_APPLIED || (r->result == MSG_DUPLICATE && !r->reason[0]);
    answer->repeat = r->result == MSG_DUPLICATE && letter->tries == 0;
    lanes_done(client->lanes, letter);
    client->answered = true;
    client->ops.answer(client->user, answer);
}

static void message(void *user, const struct bus_message *m)
{
    struct client *client = user;
    struct topic topic = topic_parse(m->topic);
    struct receipt receipt;
    if (topic.kind != TOPIC_RECEIPT || !receipt_decode(m->payload, m->len, &receipt))
        return;
    struct letter *letter = lanes_find(client->lanes, topic.role, topic.id, receipt.id);
    if (!letter)
        return; /* somebody else's, or the second receipt of a repeat */
    struct client_answer answer = {
        .role = topic.role, .source = topic.id, .receipt = &receipt, .bytes = m->payload, .len = m->len
    };
    settle(client, letter, &answer);
}

/* At the end of a round: receipts made place for others. */
static void round_ends(void *user)
{
    struct client *client = user;
    if (!client->answered)
        return;
    client->answered = false;
    send_ready(client);
    int count = lanes_count(client->lanes);
    if (!client->ops.room || (count > 0 && !(client->was_full && count <= CLIENT_EVENTS_MAX / 2)))
        return;
    client->was_full = false;
    client->ops.room(client->user);
    send_ready(client);
}

/* ---- life ---- */

static void make_client_id(char out[96], const struct client_options *o)
{
    unsigned char random[4] = { 0 };
    clock_random(random, sizeof random);
    snprintf(out, 96, "%s-%s-%02x%02x%02x%02x", o->conf->site, o->name, random[0], random[1], random[2],
             random[3]);
}

static const char *or_null(const char *text)
{
    return text[0] ? text : NULL;
}

static struct bus *make_bus(struct client *client, char *fault, size_t size)
{
    static const struct bus_ops ops = { .up = up, .down = down, .message = message, .changed = changed };
    const struct conf *conf = client->options.conf;
    char id[96];
    make_client_id(id, &client->options);
    struct bus_options o = {
        .host = conf->broker.host,
        .port = conf->broker.port,
        .client_id = id,
        .username = or_null(conf->broker.username),
        .password = or_null(client->password),
        .ca = or_null(conf->broker.ca),
        .cert = or_null(conf->broker.cert),
        .key = or_null(conf->broker.key),
        .receive_max = 2 * CLIENT_WINDOW,
        .send_max = 2 * CLIENT_WINDOW,
    };
    return bus_create(&o, &ops, client, fault, size);
}

static bool subscribe(struct client *client)
{
    char filter[TOPIC_SIZE];
    const struct client_options *o = &client->options;
    if (o->source)
        topic_source(filter, o->conf->site, o->role, o->source, "receipt");
    else
        topic_build(filter, o->conf->site, "+/+/receipt");
    return bus_subscribe(client->bus, filter, 1, false);
}

static bool set_up(struct client *client, char *fault, size_t size)
{
    char why[CONF_FAULT_SIZE];
    snprintf(fault, size, "out of memory");
    if (!conf_password(client->options.conf, client->password, sizeof client->password, why)) {
        snprintf(fault, size, "%s", why);
        return false;
    }
    client->lanes = lanes_create(CLIENT_EVENTS_MAX);
    client->timer = loop_add_timer(client->loop, due, client);
    client->bus = client->lanes && client->timer ? make_bus(client, fault, size) : NULL;
    if (!client->bus || !subscribe(client) || !loop_before_sleep(client->loop, 50, round_ends, client))
        return false;
    client->pump = pump_create(client->loop, client->bus);
    return client->pump != NULL;
}

struct client *client_create(struct loop *loop, const struct client_options *options,
                             const struct client_ops *ops, void *user, char *fault, size_t fault_size)
{
    struct client *client = calloc(1, sizeof *client);
    if (!client) {
        snprintf(fault, fault_size, "out of memory");
        return NULL;
    }
    client->loop = loop;
    client->options = *options;
    if (client->options.repeat_ms <= 0)
        client->options.repeat_ms = REPEAT_MIN_MS;
    client->ops = *ops;
    client->user = user;
    if (!set_up(client, fault, fault_size)) {
        client_destroy(client);
        return NULL;
    }
    bus_start(client->bus, clock_boot());
    pump_look(client->pump);
    return client;
}

void client_destroy(struct client *client)
{
    if (!client)
        return;
    pump_destroy(client->pump);
    client->pump = NULL;
    bus_destroy(client->bus);
    loop_remove_timer(client->timer);
    lanes_destroy(client->lanes);
    memset(client->password, 0, sizeof client->password);
    free(client);
}

bool client_take(struct client *client, enum role role, const char *source, const struct tape_keys *keys,
                 const void *payload, size_t len)
{
    if (lanes_count(client->lanes) == 0) {
        client->progress = clock_boot();
        if (client->options.patience_ms > 0)
            wake_at(client, boot_plus(client->progress, client->options.patience_ms));
    }
    if (!lanes_take(client->lanes, role, source, keys, payload, len)) {
        client->was_full = true;
        return false;
    }
    client->was_full = client->was_full || lanes_count(client->lanes) == CLIENT_EVENTS_MAX;
    send_ready(client);
    return true;
}

int client_waiting(const struct client *client)
{
    return lanes_count(client->lanes);
}

uint64_t client_repeats(const struct client *client)
{
    return client->repeats;
}
