/* Icons, drawn by ourselves from strokes and shapes on a grid of 24, with soft edges. No image files. */
#pragma once

#include "display/layout.h"
#include "display/mask.h"

struct icons;

struct icons *icons_create(void);        /* NULL if memory is out */
void icons_destroy(struct icons *icons); /* takes NULL */

/* The picture itself; valid until the next call of either function. False if memory is out. */
bool icons_glyph(struct icons *icons, enum icon icon, int size, struct mask *out);
/* What stands behind it. `inset`: without its edge. */
bool icons_outline(struct icons *icons, enum outline outline, bool inset, int size, struct mask *out);
