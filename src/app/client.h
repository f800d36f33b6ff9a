/*
 * Publishes events for one or more sources and follows each to its receipt (CONTRACT 3). Used by send, replay
 * and simulate.
 *
 * Order is kept per job, per bay and per source: an event waits until the one before it about the same job or
 * bay has its receipt, and leaves after those of its source. Everything else is under way at the same time.
 * An event without a receipt is sent again after 2 s, doubling to 60 s, and at once on reconnect; so is one
 * that the hub could not store.
 *
 * One thread, driven by the loop it was given. Destroy it only after the loop has run for the last time.
 */
#pragma once

#include "conf/conf.h"
#include "sys/loop.h"
#include "wire/msg.h"
#include "wire/tape.h"

#define CLIENT_EVENTS_MAX 4096 /* taken and without a receipt */
#define CLIENT_WINDOW     1000 /* of these, under way */

struct client_options {
    const struct conf *conf; /* site and broker; outlives the client */
    const char *name;        /* becomes a part of the MQTT client id */
    enum role role;          /* receipts of this one source only … */
    const char *source;      /* … or of all, if NULL */
    int64_t patience_ms;     /* 0: without end */
    int64_t repeat_ms;       /* first repeat; 0: after 2 s, as CONTRACT 3 says. Less is for tests */
};

struct client_answer {
    enum role role;
    const char *source;
    const struct receipt *receipt;
    bool applied;      /* or a duplicate of an applied one */
    bool repeat;       /* the hub knew the event before this client sent it */
    const void *bytes; /* the receipt as it came; valid during the callback */
    size_t len;
};

struct client_ops {
    void (*answer)(void *user, const struct client_answer *answer);
    /* There is room for more events, or all of them have their receipts. May be NULL. */
    void (*room)(void *user);
    /* Nothing was answered for patience_ms though something waits; `why` is a sentence. Called again after as
     * long. */
    void (*silent)(void *user, const char *why);
};

struct client;

/* NULL, and a sentence in `fault`, if memory is out or password or TLS files cannot be read. It connects at
 * once. */
struct client *client_create(struct loop *loop, const struct client_options *options,
                             const struct client_ops *ops, void *user, char *fault, size_t fault_size);
void client_destroy(struct client *client); /* takes NULL */

/* Takes an event (copied). False if there are CLIENT_EVENTS_MAX, or memory is out: come again at `room`. */
bool client_take(struct client *client, enum role role, const char *source, const struct tape_keys *keys,
                 const void *payload, size_t len);

/* Events taken and without a receipt. */
int client_waiting(const struct client *client);
/* Times an event was sent again. */
uint64_t client_repeats(const struct client *client);
