/*
 * How far the picture can be trusted (CONTRACT 2): a board proves nothing about age, only the beat does, and
 * only while it carries the board's rev. All limits run on the boot clock. Pure.
 */
#pragma once

#include "base/tick.h"

#include <stdbool.h>
#include <stdint.h>

#define TRUST_SILENCE_MS  10000  /* without a beat */
#define TRUST_MISMATCH_MS 3000   /* beats with another rev than the board's */
#define TRUST_LOST_MS     600000 /* after this no row is shown */

enum trust_state {
    TRUST_CONNECTING, /* the first seconds */
    TRUST_NEVER,      /* no board came so far */
    TRUST_FRESH,
    TRUST_STALE, /* old, and said so */
    TRUST_LOST,  /* too old to be shown */
};

struct trust {
    struct boot started;
    bool board, beat; /* one came */
    bool ancient;     /* the board was too old to be shown when it came, by this computer's clock */
    int64_t board_rev, beat_rev;
    struct wall board_time; /* the board's own time */
    struct boot beat_at;
    struct wall beat_time; /* on the hub's clock */
    bool matched;          /* some beat fitted the board */
    struct boot good_at;   /* when the last such beat came */
    struct wall good_time; /* the same on the hub's clock */
    bool differs;          /* the last beat named a rev that has not come */
    struct boot differs_since;
};

void trust_start(struct trust *trust, struct boot now);
void trust_board(struct trust *trust, int64_t rev, struct wall time);
void trust_beat(struct trust *trust, int64_t rev, struct wall time, struct boot now);
/* As long as no beat has come: what this computer's clock says about the age of the board. A clock that is behind
 * proves nothing; one that is right or ahead keeps last week's board from standing there for ten minutes. */
void trust_clock(struct trust *trust, struct wall now);

enum trust_state trust_state(const struct trust *trust, struct boot now);
/* When the state changes next if nothing comes; BOOT_FAR if it does not. */
struct boot trust_deadline(const struct trust *trust, struct boot now);
/* The age of the data on the hub's clock; WALL_NONE if there is no board. */
struct wall trust_since(const struct trust *trust);
