/*
 * The dealership's mark at the top left (theme.logo): a PNG or an SVG, scaled to the pixel and never
 * distorted. Decoded by SDL2_image, which is loaded only while a logo is decoded: without one it costs
 * nothing. Main thread only.
 */
#pragma once

#include <SDL2/SDL.h>
#include <stdbool.h>
#include <stddef.h>

struct logo;

/* NULL with a sentence in `fault` (it names the file and the cure) if the file is no picture that can be
 * shown. */
struct logo *logo_open(const char *path, char *fault, size_t fault_size);
void logo_destroy(struct logo *logo); /* takes NULL */

/* Its proportions. */
int logo_w(const struct logo *logo);
int logo_h(const struct logo *logo);

/* Contrast (WCAG 2) of the mean of its visible pixels to a colour 0xRRGGBB. */
double logo_contrast(const struct logo *logo, unsigned rgb);

/* The picture at w x h pixels (one more or less for an SVG), ARGB8888 with the colours multiplied by their
 * alpha; owned by the logo and valid until the next call. NULL if memory is out. */
const SDL_Surface *logo_at(struct logo *logo, int w, int h);
