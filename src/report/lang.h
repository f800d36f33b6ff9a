/* The words of the page for managers in Russian; English is what the code says. Pure. */
#pragma once

#include <stdbool.h>

/* The text in `lang`, as far as it is known there; else as it is. */
const char *lang_word(const char *lang, const char *english);

/* What stands between whole and parts of a number. */
const char *lang_point(const char *lang);

/* Adds a time given as "2026-03-01", "2026-03-01 09:20" or with seconds as people write it: in Russian "01.03.2026
 * 09:20". Any other text as it is. */
struct text;
void lang_time(struct text *out, const char *lang, const char *local);

/* The place of a language the page can speak; false for any other. */
bool lang_known(const char *lang);
