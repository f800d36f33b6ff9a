/* The words of the page for managers in Russian; English is what the code says. Pure. */
#pragma once

#include <stdbool.h>

/* The text in `lang`, as far as it is known there; else as it is. */
const char *lang_word(const char *lang, const char *english);

/* The place of a language the page can speak; false for any other. */
bool lang_known(const char *lang);
