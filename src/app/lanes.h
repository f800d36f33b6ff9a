/*
 * The order of events under way: which may leave, which is meant by a receipt. Pure; no sending in here.
 *
 * An event stands in up to three lanes: its job's, its bay's, and the one line of all. It is ready when it is
 * the first in all of them. Sending takes it out of the line, its receipt out of the other two: so events
 * leave in the order they were taken, whoever sent them. (A car that gives way to another is in neither of
 * the arrival's lanes: only the line keeps its own next event from overtaking.)
 */
#pragma once

#include "base/tick.h"
#include "core/event.h"
#include "wire/tape.h"

struct lane;

struct letter {
    struct letter *prev,
        *next; /* among the sent ones, in order of sending; or the free ones, the ready ones */
    struct letter *next_match;
    struct letter *behind[3]; /* in its lanes */
    struct lane *lane[3];     /* job, bay, line; NULL: in none (any more) */
    enum role role;
    char source[ID_SIZE], id[EVENT_ID_SIZE];
    char *payload;
    size_t len;
    struct boot repeat_at; /* the sender's */
    int64_t wait_ms;
    int tries;
};

struct lanes;

struct lanes *lanes_create(int max); /* NULL: memory */
void lanes_destroy(struct lanes *lanes);

/* Takes an event in (copied); false if there are `max`, or memory is out. */
bool lanes_take(struct lanes *lanes, enum role role, const char *source, const struct tape_keys *keys,
                const void *payload, size_t len);

/* The first that may be sent now; NULL if there is none. The same one until lanes_sent. */
struct letter *lanes_ready(const struct lanes *lanes);
void lanes_sent(struct lanes *lanes, struct letter *letter);

/* The oldest one sent with this source and id; an id that cannot be used ("") means the source's event
 * without one. */
struct letter *lanes_find(const struct lanes *lanes, enum role role, const char *source, const char *id);
/* It has its receipt: what stood behind it may become ready. `letter` is free after that. */
void lanes_done(struct lanes *lanes, struct letter *letter);

struct letter *lanes_first_sent(const struct lanes *lanes); /* then letter->next */
int lanes_under_way(const struct lanes *lanes);             /* sent, without a receipt */
int lanes_count(const struct lanes *lanes);                 /* all */
