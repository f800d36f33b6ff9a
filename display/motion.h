/*
 * From one picture to the next in a few frames (design, "Motion"): the pixels that stood in the rectangles
 * that change, and those that come, mixed by the time that has passed. Frames are made for these rectangles
 * alone, MOTION_FRAME_MS apart, and none when nothing moves. Pure: time comes in. Main thread only.
 */
#pragma once

#include "base/tick.h"

#include <SDL2/SDL.h>
#include <stdbool.h>

#define MOTION_FRAME_MS   67 /* 15 a second: three steps of a fade; each costs as much as a fifth of a page */
#define MOTION_TURN_MS    200
#define MOTION_RISE_MS    240
#define MOTION_CARD_MS    400
#define MOTION_SLOW_MS    30 /* a frame that takes longer: better none */
#define MOTION_PIECES_MAX 64

enum motion_kind {
    MOTION_CUT,
    MOTION_TURN, /* a page turns, a call ends: alpha, linear */
    MOTION_RISE, /* a call comes: alpha and a few pixels upwards, ease-out cubic */
    MOTION_CARD, /* a bright card becomes a normal one: alpha, linear, slower */
};

struct motion;

struct motion *motion_create(void);         /* NULL if memory is out */
void motion_destroy(struct motion *motion); /* takes NULL */

/* Before painting: keeps what stands in `rect`. What finds no memory, or is one too many, is simply cut.
 * Rectangles of one motion do not overlap. Not while one runs. */
void motion_keep(struct motion *motion, const SDL_Surface *surface, SDL_Rect rect);
/* After painting: begins at `now`; draws nothing yet. `rise_px`, `rotate`: how far and which way a rising
 * field comes from below. */
void motion_start(struct motion *motion, enum motion_kind kind, const SDL_Surface *surface, int rise_px,
                  int rotate, struct boot now);

bool motion_runs(const struct motion *motion);
/* When the next frame is due; BOOT_FAR if nothing moves. */
struct boot motion_next(const struct motion *motion);
/* Draws the frame of `now`; the last one is the settled picture, to the pixel, and ends the motion. The first
 * step is seen at once: at its beginning a motion has come as far as one frame. Returns the number of
 * rectangles. */
int motion_draw(struct motion *motion, SDL_Surface *surface, struct boot now,
                SDL_Rect rects[MOTION_PIECES_MAX]);
/* Forgets it: the surface is another, or is painted anew. */
void motion_drop(struct motion *motion);
