/*
 * Where shop time lies in real time for `pitboard simulate`: what was before the zero keeps its distance,
 * what comes after runs `speed` times as fast with the nights left out. Pure; both directions never decrease.
 */
#pragma once

#include "base/tick.h"

struct course {
    struct wall midnight;  /* start of a shop day */
    struct wall shop_zero; /* this shop time … */
    struct wall real_zero; /* … is this real time */
    double speed;          /* above 0 */
};

/* For struct sim_options.map: `user` is a struct course. */
struct wall course_map(void *user, struct wall shop);
