/* What people read, in Russian; English is what the code says. One row a phrase. Pure. */
#pragma once

#include <stdbool.h>

/* The text in `lang`, as far as it is known there; else as it is. */
const char *lang_word(const char *lang, const char *english);

/* Adds the sentence in `lang`, what stands in it as {0} … {9} replaced by the `n` values, each made safe for terminals. */
struct text;
void lang_say(struct text *out, const char *lang, const char *english, const char *const values[], int n);

/* What stands between whole and parts of a number. */
const char *lang_point(const char *lang);

/* Adds a time given as "2026-03-01", "2026-03-01 09:20" or with seconds as people write it: in Russian "01.03.2026
 * 09:20". Any other text as it is. */
void lang_time(struct text *out, const char *lang, const char *local);

/* Whether it can be spoken here. */
bool lang_known(const char *lang);
