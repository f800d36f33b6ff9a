/*
 * A believable workshop, made up: the stages, routes and bays of CONTRACT 1 between 08:00 and 20:00, seven
 * days a week. The same options give the same events, on every machine (integers only, own random numbers).
 *
 * Pure: no clock, no I/O; one allocation in sim_create. The simulation knows the stage of each of its cars,
 * so every event is one the hub applies, but for a few deliberate mistakes, which say how they will be
 * refused. Not thread-safe; one thread per simulation. Times are in ms.
 */
#pragma once

#include "base/tick.h"
#include "core/event.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SIM_CARS_MAX    64 /* in house, or just left; further customers are turned away */
#define SIM_PAYLOAD_MAX 1024
#define SIM_RUN_SIZE    25
#define SIM_BAYS        8 /* 1 … 6, quality, wash */

struct sim_options {
    uint64_t seed;
    const char *run; /* [a-z0-9-]{1,24}: begins every job and event id, so that runs never collide; copied */
    struct wall midnight; /* start of the first local day; each day is 24 h long */
    int weekday;          /* of that day: 0 Monday … 6 Sunday */
    int days;             /* 0: without end */
    const char *desk;     /* source id of the front desk; NULL: "front"; copied */
    const char *rate;     /* source id of the rating terminal; NULL: the desk notes the answers; copied */
    /* What a shop time is called in `time` and `promised`; never decreasing. NULL: as it is. */
    struct wall (*map)(void *user, struct wall shop);
    void *map_user;
};

struct sim_event {
    struct wall at;   /* mapped, as in the payload; never earlier than the event before */
    struct wall shop; /* not mapped */
    enum role role;
    char source[ID_SIZE];
    enum event_type type;
    enum reason expect; /* REASON_NONE: it will be applied; else a deliberate mistake and how it is refused */
    char id[EVENT_ID_SIZE];
    char job[EVENT_ID_SIZE]; /* empty: none */
    char bay[ID_SIZE];       /* the bay it comes from or speaks of; empty: none */
    char payload[SIM_PAYLOAD_MAX];
    size_t len;
};

struct sim;

/* NULL when memory is out, or `run`, `desk` or `rate` is not an id of the allowed length. */
struct sim *sim_create(const struct sim_options *options);
void sim_destroy(struct sim *sim); /* takes NULL */

/* The next event in time order; false when the days are over. */
bool sim_next(struct sim *sim, struct sim_event *out);

/* Cars opened and not handed over or cancelled, after the last event given. */
int sim_in_house(const struct sim *sim);

/* Whether a plan has every stage, route and bay the simulation uses; else names the first that is missing. */
struct plan;
bool sim_fits(const struct plan *plan, char *missing, size_t size);
