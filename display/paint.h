/*
 * A layout → pixels of a 32-bit surface, in software, and only where it differs from the last one. Turning
 * the picture by 90, 180 or 270 degrees is a matter of strides. Decides nothing. Main thread only.
 */
#pragma once

#include "display/glyph.h"
#include "display/icon.h"
#include "display/logo.h"
#include "display/theme.h"

#include <SDL2/SDL.h>

#define PAINT_RECTS_MAX 64

struct paint;

/* Both must outlive it. NULL if memory is out. */
struct paint *paint_create(struct glyphs *glyphs, struct icons *icons);
void paint_destroy(struct paint *paint); /* takes NULL */

/* The mark for ITEM_LOGO; it must outlive `paint`. NULL: none. */
void paint_logo(struct paint *paint, struct logo *logo);

/* The next paint_update draws everything: another surface, size or theme. */
void paint_forget(struct paint *paint);

/*
 * Finds what changed since the last picture on `surface` (XRGB8888 or ARGB8888; `rotate` clockwise: 0 90 180
 * 270; its size, turned, is that of the layout). Returns the number of rectangles, none of which overlap, in
 * the surface's pixels, in `rects`. Nothing is drawn yet.
 */
int paint_changes(struct paint *paint, const SDL_Surface *surface, const struct layout *layout,
                  const struct theme *theme, int rotate, SDL_Rect rects[PAINT_RECTS_MAX]);
/* Draws what paint_changes found, from the same layout onto the same surface. */
void paint_draw(struct paint *paint, SDL_Surface *surface, const struct layout *layout, int rotate);

/* Both at once. */
int paint_update(struct paint *paint, SDL_Surface *surface, const struct layout *layout,
                 const struct theme *theme, int rotate, SDL_Rect rects[PAINT_RECTS_MAX]);

/* Where a box of the layout lies on the surface. */
SDL_Rect paint_rect(const SDL_Surface *surface, int rotate, struct box box);
