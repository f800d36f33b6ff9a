/* Shared by bus.c (states, reading, writing) and bus_heard.c (what the library calls) only. */
#pragma once

#include "bus/bus.h"
#include "bus/dial.h"

#define BUS_WHY_SIZE 320

/*
 *           bus_start          attempt            CONNACK
 *   IDLE ────────────► WAITING ───────► CONNECTING ───────► UP
 *    ▲                 ▲  ▲  ▲   │          │ ▲              │
 *    │                 │  │  │   ▼ name     │ │ found        │
 *    │                 │  │  └ LOOKING ─────┼─┘              │
 *    │                 │  └─────────────────┴── lost ────────┘
 *    └── LEAVING ◄── bus_stop (from UP; from elsewhere straight to IDLE)
 */
enum state { IDLE, WAITING, LOOKING, CONNECTING, UP, LEAVING };

struct subscription {
    char *filter;
    int qos;
    bool retained_too;
    int mid; /* of the SUBSCRIBE last sent */
};

struct bus {
    struct bus_ops ops;
    void *user;
    struct dial *dial;
    struct mosquitto *m;
    bool tls;
    int64_t beat_ms; /* between two looks at the keepalive */
    uint64_t seed;   /* of the jitter: differs by client, needs no randomness */
    struct subscription subscriptions[BUS_SUBSCRIPTIONS_MAX];
    int subscription_count;

    enum state state;
    struct boot since; /* entry into the state; .ms < 0 until a tick has told the time */
    struct boot beat_at;
    int64_t wait_ms; /* in WAITING */
    int failures;

    /* What the library's callbacks noted; acted on after its call returned (settle). */
    bool connack, session_present, lost;
    char why[BUS_WHY_SIZE];
    unsigned events;
    int delivered, limit;

    bool inside;    /* within a call into the library */
    bool unread;    /* the last read ended at its limit */
    bool try_write; /* TLS handshake: something may have become writable */
    int told_fd;
    bool told_want;

    int unconfirmed, unwritten; /* QoS 1 not taken yet; QoS 0 not written yet */
    size_t unconfirmed_bytes, unwritten_bytes;
    size_t packet_max;              /* the broker's limit; 0: none */
    uint32_t sizes[UINT16_MAX + 1]; /* by packet id: bytes << 1 | (QoS 1); 0: nothing under way */
};

/* Registers the callbacks. They only note what happened; bus.c acts on it after the library's call returned. */
void bus_hear(struct bus *bus);

/* Notes that the connection is lost, and why; the first reason stays. */
void bus_lose(struct bus *bus, const char *format, ...) __attribute__((format(printf, 2, 3)));
