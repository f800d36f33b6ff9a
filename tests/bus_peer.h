/* A bus with a memory, and a poll loop that drives some of them until something is true. For tests of the
 * bus. */
#pragma once

#include "bus/bus.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define PEER_LOG        64
#define PEER_TIMEOUT_MS 60000

struct peer {
    struct bus *bus;
    bool hold;         /* does not write by itself */
    const char *greet; /* published to topic "r" in `up` */
    int ups, downs, refusals, taken, taken_refused, messages, changes;
    int ups_at_first_message;
    bool session_present;
    char why[400], taken_why[64], refused_filter[128];
    struct {
        char topic[128], text[128];
        bool retained;
        int qos;
    } log[PEER_LOG]; /* the first PEER_LOG messages */
};

static inline int64_t peer_real_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_BOOTTIME, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static inline void peer_on_up(void *user, bool session_present)
{
    struct peer *peer = user;
    peer->ups++;
    peer->session_present = session_present;
    if (peer->greet)
        bus_publish(peer->bus, "r", peer->greet, strlen(peer->greet), 1, false, NULL);
}

static inline void peer_on_down(void *user, const char *why)
{
    struct peer *peer = user;
    peer->downs++;
    snprintf(peer->why, sizeof peer->why, "%s", why);
}

static inline void peer_on_message(void *user, const struct bus_message *message)
{
    struct peer *peer = user;
    int n = peer->messages++;
    if (n == 0)
        peer->ups_at_first_message = peer->ups;
    if (n >= PEER_LOG)
        return;
    snprintf(peer->log[n].topic, sizeof peer->log[n].topic, "%s", message->topic);
    snprintf(peer->log[n].text, sizeof peer->log[n].text, "%.*s", (int)message->len,
             message->len ? (const char *)message->payload : "");
    peer->log[n].retained = message->retained;
    peer->log[n].qos = message->qos;
}

static inline void peer_on_taken(void *user, int mid, bool refused, const char *why)
{
    struct peer *peer = user;
    (void)mid;
    peer->taken++;
    peer->taken_refused += refused;
    if (refused)
        snprintf(peer->taken_why, sizeof peer->taken_why, "%s", why);
}

static inline void peer_on_refused(void *user, const char *filter, const char *why)
{
    struct peer *peer = user;
    peer->refusals++;
    snprintf(peer->refused_filter, sizeof peer->refused_filter, "%s", filter);
    snprintf(peer->why, sizeof peer->why, "%s", why);
}

static inline void peer_on_changed(void *user)
{
    ((struct peer *)user)->changes++;
}

static inline struct bus_ops peer_ops(void)
{
    return (struct bus_ops){ .up = peer_on_up,
                             .down = peer_on_down,
                             .message = peer_on_message,
                             .taken = peer_on_taken,
                             .refused = peer_on_refused,
                             .changed = peer_on_changed };
}

static inline bool peer_make(struct peer *peer, const struct bus_options *options)
{
    struct bus_ops ops = peer_ops();
    memset(peer, 0, sizeof *peer);
    peer->bus = bus_create(options, &ops, peer, peer->why, sizeof peer->why);
    return peer->bus != NULL;
}

static inline void peer_step(struct peer *peer, short ready, struct boot now)
{
    if (ready & (POLLIN | POLLERR | POLLHUP))
        bus_read(peer->bus, 0);
    if (!peer->hold && bus_want_write(peer->bus) && (ready & POLLOUT))
        bus_write(peer->bus);
    if (bus_deadline(peer->bus).ms <= now.ms)
        bus_tick(peer->bus, now);
}

/* One round of polling in real time; `shift_ms` moves the time the buses are told. */
static inline void peer_round(struct peer *const *peers, int n, int64_t shift_ms, int wait_ms)
{
    struct pollfd fds[8];
    for (int i = 0; i < n; i++) {
        bool write = !peers[i]->hold && bus_want_write(peers[i]->bus);
        fds[i] =
            (struct pollfd){ .fd = bus_fd(peers[i]->bus), .events = (short)(POLLIN | (write ? POLLOUT : 0)) };
    }
    poll(fds, (nfds_t)n, wait_ms);
    for (int i = 0; i < n; i++)
        peer_step(peers[i], fds[i].fd < 0 ? 0 : fds[i].revents, (struct boot){ peer_real_ms() + shift_ms });
}

/* Drives `n` peers until `*counter` is at least `goal`; false if that takes too long. */
static inline bool peers_until(struct peer *const *peers, int n, const int *counter, int goal)
{
    for (int64_t end = peer_real_ms() + PEER_TIMEOUT_MS; peer_real_ms() < end;) {
        if (*counter >= goal)
            return true;
        peer_round(peers, n, 0, 10);
    }
    return *counter >= goal;
}

static inline bool peer_until(struct peer *peer, const int *counter, int goal)
{
    return peers_until((struct peer *const[]){ peer }, 1, counter, goal);
}

/* Publishes with QoS 1 and waits until the broker has it. */
static inline bool peer_publish(struct peer *peer, const char *topic, const char *text, bool retain)
{
    int before = peer->taken;
    return bus_publish(peer->bus, topic, text, strlen(text), 1, retain, NULL) &&
           peer_until(peer, &peer->taken, before + 1);
}

/* Starts it and drives it until it is up and its subscriptions stand (the broker does things in order). */
static inline bool peer_connect(struct peer *peer)
{
    bus_start(peer->bus, (struct boot){ peer_real_ms() });
    return peer_until(peer, &peer->ups, peer->ups + 1) && peer_publish(peer, "peer/ready", "", false);
}

/* A clean goodbye, written out. */
static inline bool peer_leave(struct peer *peer)
{
    bus_stop(peer->bus);
    for (int64_t end = peer_real_ms() + PEER_TIMEOUT_MS; bus_fd(peer->bus) >= 0 && peer_real_ms() < end;)
        peer_round((struct peer *const[]){ peer }, 1, 0, 10);
    return bus_fd(peer->bus) < 0;
}
