/* Widths of the fonts that a screen has, for tests of what fits in truth. */
#pragma once

#include "display/glyph.h"
#include "display/layout.h"

static struct glyphs *glyphs;
static struct measure real;

static int open_fonts(void **state)
{
    char fault[300];
    (void)state;
    glyphs = glyphs_create(8 << 20, fault, sizeof fault);
    real = (struct measure){ .width = glyphs_width, .user = glyphs };
    return glyphs ? 0 : -1;
}

static int close_fonts(void **state)
{
    (void)state;
    glyphs_destroy(glyphs);
    return 0;
}
