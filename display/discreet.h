/*
 * Model and place are typed freely. What must not stand on a public board even if somebody types it there: a
 * telephone number, an address for mail, a number plate, a VIN. Pure.
 */
#pragma once

#include <stdbool.h>

/*
 * Whether `text` holds one: seven figures or more with hyphens or brackets between, or behind a plus; nine or more
 * with spaces, dots or slashes too (but the dot of "1.6"); an "@"; a plate of Belarus (1205 AB-7, AB 1205-7), Russia (А123ВС 77, 777), Kazakhstan (123 ABC 02)
 * or Ukraine (AA 1234 BB), with or without its spaces; 17 letters and figures like a VIN's; or the figures of `label`, three or more, which are most of the plate it stands for.
 */
bool discreet_tells(const char *text, const char *label);
