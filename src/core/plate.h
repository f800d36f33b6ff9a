/* Number plates: one canonical key and the public tail (CONTRACT 3, "Plate"). */
#pragma once

#include "core/event.h"

/* Upper case (Latin and Russian Cyrillic), spaces and hyphens dropped, look-alike Cyrillic folded to Latin.
 * `plate` is valid UTF-8 of at most 16 characters. */
void plate_key(const char *plate, char key[PLATE_SIZE]);

/* The longest run of digits of a key, the first of equals; empty if it has no digit. */
void plate_tail(const char *key, char tail[PLATE_SIZE]);
