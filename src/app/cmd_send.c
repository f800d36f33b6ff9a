/* pitboard send: publish events and wait for the receipts. */
#include "app/client.h"
#include "app/cmd.h"
#include "app/opts.h"
#include "base/exits.h"
#include "sys/clock.h"
#include "wire/tape.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { KEY_ROLE = 256, KEY_SOURCE, KEY_TIMEOUT };

static const struct opts_row rows[] = {
    { "role", KEY_ROLE, "ROLE", "bay, desk, dms or rate (default desk)" },
    { "source", KEY_SOURCE, "ID", "who speaks (default front)" },
    { "timeout", KEY_TIMEOUT, "S", "seconds to wait for a receipt (default 10)" },
    { 0 },
};

static const struct opts_spec spec = {
    .name = "send",
    .usage = "JSON...",
    .about = "Publishes each event, waits for its receipt and prints it. An event without \"id\" gets one.\n"
             "Example: pitboard send -o 'site=\"minsk-1\"' "
             "'{\"type\":\"open\",\"job\":\"17\",\"plate\":\"1205 AB-7\"}'\n",
    .codes = "Exit codes: 0 applied (now or before), 1 rejected, 2 wrong use, 3 no answer.\n",
    .rows = rows,
};

struct send {
    struct opts opts;
    struct loop *loop;
    struct client *client;
    enum role role;
    const char *source;
    int64_t timeout_s;
    bool rejected;
};

static void answer(void *user, const struct client_answer *a)
{
    struct send *send = user;
    printf("%.*s\n", (int)a->len, (const char *)a->bytes);
    fflush(stdout);
    if (!a->applied)
        send->rejected = true;
}

static void room(void *user)
{
    struct send *send = user;
    if (client_waiting(send->client) == 0)
        loop_quit(send->loop, send->rejected ? EXITS_NO : EXITS_DONE);
}

static void silent(void *user, const char *why)
{
    struct send *send = user;
    loop_quit(send->loop, opts_fail(&send->opts, EXITS_WORLD, "%s", why));
}

/* An id nobody used before: 96 random bits. */
static bool make_id(char out[EVENT_ID_SIZE])
{
    unsigned char random[12];
    if (!clock_random(random, sizeof random))
        return false;
    for (size_t i = 0; i < sizeof random; i++)
        snprintf(out + 2 * i, 3, "%02x", random[i]);
    return true;
}

static bool take_new(struct send *send, const char *json, struct tape_keys *keys)
{
    if (!make_id(keys->id))
        return false;
    char *full = tape_with_id(json, strlen(json), keys->id);
    if (!full)
        return false;
    fprintf(stderr, "id %s\n", keys->id);
    bool taken = client_take(send->client, send->role, send->source, keys, full, strlen(full));
    free(full);
    return taken;
}

static int take(struct send *send, const char *json)
{
    struct tape_keys keys;
    char fault[160];
    if (!tape_keys(json, strlen(json), &keys, fault, sizeof fault))
        return opts_fail(&send->opts, EXITS_USAGE, "%s: %s", json, fault);
    bool taken = keys.id[0] ? client_take(send->client, send->role, send->source, &keys, json, strlen(json))
                            : take_new(send, json, &keys);
    return taken ? EXITS_DONE : opts_fail(&send->opts, EXITS_WORLD, "out of memory");
}

static int take_all(struct send *send)
{
    int code = EXITS_DONE;
    for (int i = 0; i < send->opts.n_operands && code == EXITS_DONE; i++)
        code = take(send, send->opts.operands[i]);
    return code;
}

static int run(struct send *send, const struct conf *conf)
{
    static const struct client_ops ops = { answer, room, silent };
    struct client_options o = { .conf = conf,
                                .name = "send",
                                .role = send->role,
                                .source = send->source,
                                .patience_ms = send->timeout_s * 1000 };
    char fault[CONF_FAULT_SIZE];
    int code = EXITS_WORLD;
    send->loop = loop_create();
    if (!send->loop)
        return opts_fail(&send->opts, code, "the system refuses an event loop");
    send->client = client_create(send->loop, &o, &ops, send, fault, sizeof fault);
    if (!send->client)
        code = opts_fail(&send->opts, EXITS_USAGE, "%s", fault);
    else if ((code = take_all(send)) == EXITS_DONE)
        code = loop_run(send->loop);
    client_destroy(send->client);
    loop_destroy(send->loop);
    return code;
}

static int parse(struct send *send, int argc, char **argv)
{
    int key;
    while ((key = opts_next(&send->opts, argc, argv)) > 0) {
        const char *value = send->opts.value;
        if (key == KEY_ROLE && (send->role = role_find(value, strlen(value))) >= ROLE_HUB)
            return opts_fail(&send->opts, EXITS_USAGE, "--role %s: bay, desk, dms or rate is right", value);
        if (key == KEY_SOURCE && !text_is_id(send->source = value))
            return opts_fail(&send->opts, EXITS_USAGE, "--source %s: small letters, digits and - are right",
                             value);
        if (key == KEY_TIMEOUT && !opts_number(&send->opts, "timeout", 1, 86400, &send->timeout_s))
            return EXITS_USAGE;
    }
    if (key == OPTS_STOP)
        return send->opts.code;
    if (!send->opts.n_operands || send->opts.n_operands > CLIENT_EVENTS_MAX)
        return opts_fail(&send->opts, EXITS_USAGE, "one to %d events are right; see --help",
                         CLIENT_EVENTS_MAX);
    return -1;
}

int cmd_send(int argc, char **argv)
{
    struct send send = { .opts = opts_begin(&spec), .role = ROLE_DESK, .source = "front", .timeout_s = 10 };
    int code = parse(&send, argc, argv);
    if (code >= 0)
        return code;
    struct conf *conf = opts_conf(&send.opts, true);
    if (!conf)
        return EXITS_USAGE;
    code = run(&send, conf);
    conf_clear(conf);
    free(conf);
    return code;
}
