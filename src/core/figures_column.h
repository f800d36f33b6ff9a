/* Columns of numbers in bytes (figures_pack.h says how). Shared by the figures_*.c only. */
#pragma once

#include "base/text.h"

#include <stddef.h>

void column_byte(struct text *out, uint8_t value);
void column_number(struct text *out, int64_t value);
void column_text(struct text *out, const char *value); /* up to 65535 bytes */
void column_put(struct text *out, const int64_t *values, size_t n);
/* One in ascending order, in blocks each of a width of its own: neighbours differ little. */
void column_put_ordered(struct text *out, const int64_t *values, size_t n);

/* Ends `out` with a sum of all that is in it. One wrong bit anywhere changes the sum. */
void column_seal(struct text *out);

/* What is left to read; `failed` once something was not there. */
struct column_reader {
    const unsigned char *at, *end;
    bool failed;
};

/* Over bytes that column_seal ended; failed if the sum is not theirs. Of no bytes at all there is nothing to read. */
struct column_reader column_open(const void *bytes, size_t len);

uint8_t column_take_byte(struct column_reader *r);
int64_t column_take_number(struct column_reader *r);
bool column_take_text(struct column_reader *r, char *out, size_t size);
bool column_take(struct column_reader *r, int64_t *values, size_t n);

/* A column where it lies. */
struct column {
    const unsigned char *at, *heads; /* heads: of the blocks of an ordered one, else NULL */
    size_t n;
    int64_t low; /* these two of one without blocks */
    int width;
};

bool column_see(struct column_reader *r, struct column *column, size_t n);
bool column_see_ordered(struct column_reader *r, struct column *column, size_t n);
void column_get(const struct column *column, int64_t *values); /* all of it */
int64_t column_value(const struct column *column, size_t i);
