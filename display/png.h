/* Writing a picture as PNG. The only file that knows zlib. */
#pragma once

#include "sys/whole.h"

#include <SDL2/SDL.h>
#include <stdbool.h>

/* Writes an XRGB8888 surface to `path`, so that a reader never sees half a picture (sys/whole.h); `wish`: whether it has
 * to outlast a power cut. False: `fault` is a sentence. */
bool png_write(const char *path, const SDL_Surface *surface, enum whole_wish wish, char fault[WHOLE_FAULT]);
