/*
 * Pictures as SVG text inside a page. Coordinates are px from the top left; all texts are escaped here.
 * Classes are the page's (page_style.c): colours and type live there alone. Pure.
 */
#pragma once

#include "base/text.h"

enum svg_anchor { SVG_LEFT, SVG_MIDDLE, SVG_RIGHT };

void svg_begin(struct text *out, double width, double height, const char *title);
void svg_end(struct text *out);
void svg_rect(struct text *out, const char *class_name, double x, double y, double width, double height);
void svg_line(struct text *out, const char *class_name, double x1, double y1, double x2, double y2);
void svg_text(struct text *out, const char *class_name, enum svg_anchor anchor, double x, double y,
              const char *text);
/* Rough width of a text of this size, for whether it fits. */
double svg_width(const char *text, double size);
