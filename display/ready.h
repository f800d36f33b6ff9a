/*
 * The parts of the zone of ready cars. Only ready*.c include this.
 *
 *   ready.c        heading, which cars stand as cards, what they leave for groups
 *   ready_card.c   one card
 *   ready_group.c  groups by place, and their pages
 */
#pragma once

#include "display/draw.h"

#define READY_GAP 17 /* between cards in column 4, and between groups */

struct card_colours {
    enum slot back, text, mark;
    bool outlined;
};

struct card_colours ready_colours(const struct draw *d, bool bright);
void ready_back(struct draw *d, struct box box, struct card_colours colours);
/* An arrow at `x` and, `text_indent` behind it, the place, with an ellipsis where it would pass `right`. */
void ready_place(struct draw *d, int x, int baseline, int text_indent, int right, struct card_colours colours,
                 const char *place);
void ready_card(struct draw *d, int index, struct box box);

/* Pages of the cars that are not `taken` (one per ready car), grouped by place in `box`; draws page `turn`, counted on
 * over rounds, or none if that is negative. Returns how many there are, 0 if memory is out. */
int ready_groups(struct draw *d, struct box box, const bool *taken, int turn);
