/*
 * A bay's box and a hub with a broker between them, all in this process and on one fake clock: each machine
 * has its own clocks, the box a disk of tests/fault/disk. Messages get lost, expire and come twice; every
 * part can be killed and started again.
 */
#pragma once

#include "app/box.h"
#include "app/hub.h"
#include "wire/topic.h"

enum { QUEUE = 128, PRESSES_MAX = 80, BOOTS_MAX = 32, BODY = 1500 };
#define WALL0     INT64_C(1772442000000)
#define EXPIRY_MS 10000 /* as pitboard-bay sets it: so long the broker keeps an event for the hub */

struct message {
    char topic[TOPIC_SIZE], body[BODY];
    size_t len;
    bool retained;
    int64_t expires; /* 0: never */
};

struct queue {
    struct message list[QUEUE];
    int n;
};

/* A press that the lamp called saved. */
struct saved {
    char id[EVENT_ID_SIZE], result[16];
    int64_t at; /* world time */
    bool dated; /* the box's clock was synced */
};

struct yard {
    struct conf conf;
    const char *box_path; /* of its outbox */
    struct hub *hub;
    struct box *box;
    int64_t now;              /* ms since the beginning of the world, which is the hub's boot too */
    bool broker, linked;      /* the broker runs; the box is connected */
    bool synced;              /* the box's clock */
    int64_t boots[BOOTS_MAX]; /* when the box booted */
    int n_boots, schedule;
    struct queue to_hub, to_box;
    char status[200], state[BODY]; /* retained */
    struct saved saved[PRESSES_MAX];
    int n_saved, desk_ids, may_be_there;
    bool heard; /* the box got messages since its outbox was last looked at */

    int64_t presses, unsaved, applied, refused, cuts, kills, hub_kills, broker_downs, lost_messages, twice,
        late;
    int lost, doubled, disordered, wrong;
    char fault[400];
};

/* Counts a fault and keeps the text of the first. */
void yard_fault(struct yard *w, int *counter, const char *format, ...) __attribute__((format(printf, 3, 4)));
bool yard_chance(int percent); /* of the disk's sequence */

/* Whose clocks sys/clock shows from here on. */
void yard_at_hub(const struct yard *w);
void yard_at_box(const struct yard *w);

void yard_broker(struct yard *w, bool up);
void yard_link(struct yard *w, bool up); /* the box's connection */

void yard_start_hub(struct yard *w);
void yard_kill_hub(struct yard *w);
/* A round of what the broker has for it; some rounds it does not survive, then the broker brings them again. */
void yard_serve(struct yard *w);
/* An event of the desk, the rest of its JSON after the id; nothing happens without hub or broker. */
void yard_desk(struct yard *w, const char *format, ...) __attribute__((format(printf, 2, 3)));

void yard_start_box(struct yard *w);
void yard_end_box(struct yard *w); /* as SIGKILL does: only the disk knows */
/* Off and on again: another boot, a clock that knows nothing yet. The box is not started. */
void yard_power_cut(struct yard *w);
/* What the broker has for the box, and its timers. */
void yard_hear(struct yard *w);
