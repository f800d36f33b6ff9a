/* Text for terminals: words that wrap under each other. Pure. */
#pragma once

#include "base/text.h"

/* Width in columns of a terminal. */
int lines_width(const char *text);

/* Adds `n` blanks. */
void lines_blank(struct text *out, int n);

/* Adds the text and blanks up to `width`; a text that is too wide keeps one blank behind it. */
void lines_cell(struct text *out, const char *text, int width);

/* Adds what fits of `text` into `width` columns; a longer text ends in `mark`, which is one column wide.
 * Returns the columns it took. */
int lines_cut(struct text *out, const char *text, int width, const char *mark);

/* Adds `text`, its line being filled up to `at` already, and a line end. Lines are broken at blanks (in the
 * midst of a word that is longer than a line) so that none is wider than `columns`, and go on at `at`.
 * `columns` 0: nothing is broken. */
void lines_wrap(struct text *out, const char *text, int at, int columns);

/* A bar of eighths of a character, `width` characters at the most, for part / whole; nothing for 0. */
void lines_bar(struct text *out, int64_t part, int64_t whole, int width);
