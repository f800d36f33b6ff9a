/*
 * A parcel: a press in a bay as its outbox keeps it until the hub has decided (CONTRACT 3); and the bay as
 * its box last heard of it. Plain data; pure.
 */
#pragma once

#include "core/event.h"

#define PARCEL_BOOT_SIZE 17

/* How a press gets its car when others wait before it. */
enum parcel_chain {
    PARCEL_APART,   /* about the bay (help, note): neither takes nor gives */
    PARCEL_OWN,     /* its own job and stage: nothing waited before it, or it names the job (assign) */
    PARCEL_FOLLOWS, /* takes job and stage from the receipt of the one before it */
};

struct parcel {
    char id[EVENT_ID_SIZE]; /* "<boot>-<counter>", given by the outbox */
    enum event_type type;
    enum parcel_chain chain;
    char job[EVENT_ID_SIZE], from[ID_SIZE]; /* empty: left out */
    char by[NAME_SIZE], reason[CHARS_SIZE(200)], text[CHARS_SIZE(500)];
    int on;                      /* of help: 1 or 0; -1: left out */
    char boot[PARCEL_BOOT_SIZE]; /* in this boot of the box … */
    struct boot up;              /* … at this time by its boot clock */
    struct wall made;            /* the same by the wall clock while that was synced; WALL_NONE: unknown */
};

/* The clocks of the box. */
struct parcel_now {
    const char *boot;
    struct boot up;
    struct wall wall; /* WALL_NONE: not synced */
};

/*
 * What a sending says of the time. In the boot in which it was made the age is exact. After a reboot it is
 * what the wall clocks say if both were synced; else the time since this boot, which is the least it can be.
 */
int64_t parcel_age_ms(const struct parcel *parcel, const struct parcel_now *now);
/* When it happened; WALL_NONE as long as no synced clock has told. */
struct wall parcel_time(const struct parcel *parcel, const struct parcel_now *now);

/* What the hub said of it. */
struct parcel_verdict {
    char id[EVENT_ID_SIZE];
    enum event_type type; /* when reading */
    bool applied;
    char reason[REASON_SIZE];
    char job[EVENT_ID_SIZE], stage[ID_SIZE]; /* of the car after it; empty: unknown */
    struct wall at;                          /* WALL_NONE: unknown */
};

/* `bay/<id>/state` */
enum bay_colour { BAY_OFF, BAY_GREEN, BAY_AMBER, BAY_RED };
struct bay_view {
    char job[EVENT_ID_SIZE], code[8], stage[ID_SIZE]; /* empty: no car */
    struct wall since;                                /* WALL_NONE: no car */
    int64_t limit_s;                                  /* 0: none */
    enum bay_colour colour;
    bool help;
};
