/* Writing a picture as PNG. The only file that knows zlib. */
#pragma once

#include <SDL2/SDL.h>
#include <stdbool.h>

/* Writes an XRGB8888 surface to `path`: beside it first, then renamed, so that a reader never sees half a
 * picture. False with errno set. */
bool png_write(const char *path, const SDL_Surface *surface);
