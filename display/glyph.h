/*
 * Text to pixels, each character in the first font that has it (fonts.h); a dot stands for one that none has.
 * Runs are cached with a byte limit, least recently used first out. Main thread only (SDL_ttf).
 */
#pragma once

#include "display/mask.h"

#include <stdbool.h>
#include <stddef.h>

struct glyphs;

/* NULL with a sentence in `fault` if there is no usable font. */
struct glyphs *glyphs_create(size_t cache_bytes, char *fault, size_t fault_size);
void glyphs_destroy(struct glyphs *glyphs); /* takes NULL */

/* Advance width in px; `user` is the struct glyphs (it fits struct measure). */
int glyphs_width(void *user, const char *text, int em, bool bold);

/* The run's coverage, valid until the next call; false if it has no visible pixel or memory is out. */
bool glyphs_mask(struct glyphs *glyphs, const char *text, int em, bool bold, struct mask *out);

/* Bytes the cache holds at the moment. */
size_t glyphs_cached(const struct glyphs *glyphs);

/* Whether a dot stands for something that may have a font, because the picture had too many scripts (fonts.h). The next
 * one goes on looking; what is cached is dropped for that. */
bool glyphs_next_picture(struct glyphs *glyphs);

/* How many characters no font has so far, and the first of them. */
int glyphs_missing(const struct glyphs *glyphs, int32_t *first);
