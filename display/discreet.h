/*
 * Model and place are typed freely. What must not stand on a public board even if somebody types it there: a
 * telephone number, a number plate. Pure.
 */
#pragma once

#include <stdbool.h>

/*
 * Whether `text` holds one: seven figures or more with hyphens or brackets between, or behind a plus; nine or more
 * with spaces too; a plate of Belarus (1205 AB-7) or Russia (А123ВС 77, 777), with or without its spaces; or the
 * figures of `label`, three or more, which are most of the plate it stands for.
 */
bool discreet_tells(const char *text, const char *label);
