/*
 * Which font shows a character: Noto Sans, then DejaVu Sans, then whatever lies in the system's font folders,
 * those first that carry the script's name. The folders are looked through only when a character is asked for
 * that the first two lack, once for each block of 256 characters: what no font has costs nothing the second time.
 * No fontconfig. Main thread only (SDL_ttf).
 */
#pragma once

#include <SDL2/SDL_ttf.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FONTS_DIRS_MAX    4
#define FONTS_FILES_MAX   1024 /* looked at in all folders together */
#define FONTS_DEPTH_MAX   4    /* of folders */
#define FONTS_FACES_MAX   24   /* used at a time */
#define FONTS_MISSING_MAX 64   /* characters without a font that are named in the log; all are counted */
#define FONTS_LOOKS_MAX   32 /* looks into all files, each for one block of Unicode, until fonts_next_picture */

struct fonts;

/* Looks below `dirs`; NULL and 0: the system's. NULL with a sentence in `fault` if there is no usable font.
 */
struct fonts *fonts_create(const char *const *dirs, int n_dirs, char *fault, size_t fault_size);
void fonts_destroy(struct fonts *fonts); /* takes NULL */

/* The face that has the character, or -1: none has, which is logged once for each; or nobody has looked yet, because
 * there were too many looks for one picture. */
int fonts_face(struct fonts *fonts, int32_t c, bool bold);

/* Whether a look was put off; it may be made from now on. */
bool fonts_next_picture(struct fonts *fonts);

/* The face at a size; NULL if it can no longer be read. Valid until the next call. */
TTF_Font *fonts_open(struct fonts *fonts, int face, bool bold, int em);

/* The file of a face (regular). */
const char *fonts_path(const struct fonts *fonts, int face);

/* How many characters no font has; the first of them in `*first` if it is not NULL. */
int fonts_missing(const struct fonts *fonts, int32_t *first);
