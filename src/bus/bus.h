/*
 * One MQTT connection for an own event loop. The only folder that knows libmosquitto.
 *
 * libmosquitto runs in its threaded mode without a thread: nothing leaves before bus_write. So the holder of
 * a connection may read a batch, commit it, and only then let the PUBACKs go (DESIGN 2). MQTT 5, QoS 1 in and
 * out.
 *
 * The bus connects by itself, with back-off and jitter (0.2 s doubling to 30 s), never blocks (name look-up
 * included), gives up a connection whose CONNACK does not come within 10 s, and subscribes again on every
 * connect. One thread. Callbacks come from bus_read, bus_write and bus_tick (and `changed` from any call);
 * they must not destroy the bus, and bus_read, bus_write and bus_tick do nothing when called from one. Look
 * at bus_deadline again after every call. A process that creates a bus ignores SIGPIPE from then on
 * (libmosquitto does that).
 */
#pragma once

#include "base/tick.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BUS_SUBSCRIPTIONS_MAX 1100
#define BUS_TOPIC_MAX         512
#define BUS_QUEUE_MAX         16384    /* messages published and not yet taken (QoS 1) or written (QoS 0) */
#define BUS_QUEUE_BYTES_MAX   33554432 /* their topics and payloads */

struct bus_options {
    const char *host; /* name or address; copied, as are all texts here */
    int port;
    const char *client_id;
    const char *username;        /* NULL: none */
    const char *password;        /* NULL: none */
    const char *ca, *cert, *key; /* TLS if `ca` is set; file names */
    const char *will_topic;      /* NULL: no will; QoS 1, retained */
    const char *will;
    uint32_t session_s; /* session expiry; 0: a clean session every time */
    int receive_max;    /* messages in flight towards us; 0: library's default */
    int send_max;       /* messages in flight from us; 0: library's default */
    int keepalive_s;    /* 0: 10 s */
    uint32_t expiry_s;  /* the broker drops a message with QoS 1, not retained, that nobody took for so long;
                           0: never */
};

struct bus_message {
    const char *topic;
    const void *payload; /* valid during the callback only */
    size_t len;
    bool retained; /* delivered from the broker's store */
    int qos;
    int packet; /* its packet id; 0 with QoS 0. The same one comes again until its PUBACK has arrived */
};

struct bus_ops {
    void (*up)(void *user, bool session_present);
    /* Connection lost, refused or not reached; `why` is a sentence for the log. Called once for each attempt
     * that fails and each connection that ends, but not after bus_stop. */
    void (*down)(void *user, const char *why);
    void (*message)(void *user, const struct bus_message *message);
    /* The broker has taken a published message (`refused`: with an error code, then `why` names it). May be
     * NULL. */
    void (*taken)(void *user, int mid, bool refused, const char *why);
    /* A subscription was refused. May be NULL: then it counts as a lost connection. */
    void (*refused)(void *user, const char *filter, const char *why);
    /* A subscription was granted. A broker that kept the session sends what waited in it first. May be NULL. */
    void (*granted)(void *user, const char *filter);
    /* The socket or the wish to write changed: look at bus_fd and bus_want_write again. */
    void (*changed)(void *user);
};

struct bus;

/* Nothing is connected yet. NULL with errno EINVAL if the TLS files cannot be used, anything else if memory
 * or sockets are out, which may pass; `why`, if given, says so. */
struct bus *bus_create(const struct bus_options *options, const struct bus_ops *ops, void *user, char *why,
                       size_t why_size);
/* Closes the socket without writing anything more: what was not acknowledged stays unacknowledged. Takes
 * NULL. */
void bus_destroy(struct bus *bus);

/* Kept, and sent on every connect. `retained_too`: the broker's stored messages come as well ("send at
 * subscribe"); otherwise never. False if there are BUS_SUBSCRIPTIONS_MAX. */
bool bus_subscribe(struct bus *bus, const char *filter, int qos, bool retained_too);

/* Begins to connect; from here on bus_tick keeps trying. */
void bus_start(struct bus *bus, struct boot now);
/* A clean goodbye: sends DISCONNECT when written out. bus_up is false from here on. */
void bus_stop(struct bus *bus);

bool bus_up(const struct bus *bus);
int bus_fd(const struct bus *bus); /* -1: none at the moment */
bool bus_want_write(const struct bus *bus);

/* Reads until the socket is dry or `limit` messages were delivered (0: no limit). Returns the number
 * delivered. */
int bus_read(struct bus *bus, int limit);
/* The last bus_read ended at its limit: call it again without waiting for the socket (with TLS, what was
 * received may lie in the library already). */
bool bus_unread(const struct bus *bus);
/* Writes what is queued, as far as the socket takes it. */
void bus_write(struct bus *bus);
/* Keepalive, reconnecting, time-outs; call at the time bus_deadline names, or later. */
void bus_tick(struct bus *bus, struct boot now);
struct boot bus_deadline(const struct bus *bus);

/* Queues a message (QoS 0 or 1); false (and nothing is queued) while the bus is not up, if the queue is full,
 * or if the topic or the size is beyond what bus or broker take. QoS 1 messages that were queued survive a
 * lost connection: they are sent again, before newer ones. */
bool bus_publish(struct bus *bus, const char *topic, const void *payload, size_t len, int qos, bool retain,
                 int *mid);
/* Published with QoS 1 and not yet taken by the broker. */
int bus_unconfirmed(const struct bus *bus);
