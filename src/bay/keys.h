/* Key names and codes of <linux/input-event-codes.h>: "KEY_F13" ↔ 183. All KEY_ and BTN_ names up to KEY_MAX.
 * Pure; texts live as long as the process. */
#pragma once

/* The code of a name, -1 if there is none. A plain decimal number ("183", at most KEY_MAX) names itself: an
 * overlay may send a code that has no name. */
int keys_find(const char *name);

/* A name of the code; NULL if it has none. Where the kernel has several, the one its header lists first. */
const char *keys_name(int code);

/* Why a code cannot be a button: power, sleep and restart keys, on which logind (logind.conf(5)) acts too,
 * the gpio-key overlay's default among them. NULL: it can. */
const char *keys_refused(int code);
