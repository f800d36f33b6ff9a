/*
 * What the hour does to the picture (design, "Trust, emptiness, night"): darker in quiet hours, black with
 * nothing but a clock when nobody is there to read it, and a few pixels to the side every three minutes, so
 * that nothing burns in. Pure; everything changes with the minute, so it never wakes anybody by itself.
 */
#pragma once

#include "base/tick.h"
#include "display/theme.h"

#define NIGHT_RING_STEPS 8
#define NIGHT_RING_MIN   3
#define NIGHT_PLACES     12
#define NIGHT_PLACE_MIN  5

struct model;
struct draw;
struct layout;
struct frame;

struct night_setup {
    int from_min, to_min; /* quiet hours in minutes of the day; equal: none */
    bool ring;            /* the picture steps aside; single pictures stand still */
};

struct night {
    enum shade shade;
    int step;  /* of the ring, 1 … NIGHT_RING_STEPS; 0: not moved */
    int place; /* of the clock in a black picture */
};

/* Whether `now` lies in the quiet hours, by the process's zone. */
bool night_quiet(const struct night_setup *setup, struct wall now);

/* Whether there is nobody to read the lounge's picture: nothing ready, nobody who waits; never without rows. */
bool night_deserted(const struct model *model);

struct night night_at(const struct night_setup *setup, bool deserted, struct wall now);

/* For the layout: the black picture, and the step aside of everything that was laid out. */
void night_layout(struct draw *d, int place);
void night_step(struct layout *layout, const struct frame *frame, int step);
