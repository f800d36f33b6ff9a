/*
 * The picture as a whole: what came from the bus (or a file), what it says at a moment, and its pixels.
 * Newest board wins; nothing queues. Needs a surface to draw on and somebody who asks it at its deadline.
 * Main thread only.
 */
#pragma once

#include "display/model.h"
#include "display/paint.h"

struct show;

struct show_setup {
    struct model_setup model;
    struct theme theme, light; /* `light` from 08:00 to 18:00 if it goes by `hours` */
    bool hours;
    double distance_m;
    int rotate; /* 0 90 180 270 */
    int64_t call_delay_ms;
    struct night_setup night;
    struct logo *logo; /* outlives the show; NULL: none */
    bool motion;       /* false: every change is a cut */
    bool fade_pages;   /* else page turns are cuts */
};

/* NULL if memory is out or (then `fault` says so) there is no font. `cache_bytes` bounds the cached texts. */
struct show *show_create(const struct show_setup *setup, size_t cache_bytes, struct boot now, char *fault,
                         size_t fault_size);
void show_destroy(struct show *show); /* takes NULL */

/* Takes the board over (it is freed here). Sets the process's zone to the board's. */
void show_board(struct show *show, struct view *view, struct boot now);
/* False if the picture stays as it is and only show_deadline moved. */
bool show_beat(struct show *show, int64_t rev, struct wall time, struct boot now);
/* For a board from a file: as if the screen had run all the time, and `now` were `at` on the hub's clock. */
void show_picture(struct show *show, struct wall at, struct boot now);

/* Whether there is a picture to be trusted at `now`. */
bool show_fresh(const struct show *show, struct boot now);

/* Draws what changed, or the next frame of what moves, onto the surface; `wall` is this machine's clock, used
 * until a beat tells the hub's. Returns the number of changed rectangles, -1 if the surface is too small or
 * memory is out. Says once in the log when too few cars find room on a page. */
int show_draw(struct show *show, SDL_Surface *surface, struct wall wall, struct boot now,
              SDL_Rect rects[PAINT_RECTS_MAX]);
/* What is to be heard with the picture that was drawn last, once: nothing in quiet hours and in the workshop,
 * no reminder of a car on another page.
 * Of a call also whose and where, valid until the next show_draw. */
enum call_cue show_cue(struct show *show, const char **label, const char **place);
/* When the picture changes by itself; valid after show_draw. */
struct boot show_deadline(const struct show *show);

/* How many characters no font has so far, and the first of them. */
int show_missing(const struct show *show, int32_t *first);

/* How long the last show_draw took until it was seen. Where a frame of a motion takes too long, changes are
 * cuts for a while. */
void show_took(struct show *show, int64_t ms);

/* There is no display any more: what it showed of a call was not seen to the end. */
void show_lost(struct show *show);
/* Another surface, or its content is lost: the next show_draw draws all of it, at rest. */
void show_forget(struct show *show);
