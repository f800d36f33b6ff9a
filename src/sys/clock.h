/*
 * The only reader of clocks, of randomness and of the time zone. Tests put the clock where they want it.
 */
#pragma once

#include "base/tick.h"

#include <stddef.h>

struct wall clock_wall(void);
struct boot clock_boot(void);
/* A short id of this boot of the machine: $PITBOARD_BOOT_ID, else the kernel's boot id; 16 characters at
 * most. Lives as long as the process. */
const char *clock_boot_id(void);
/* The kernel says that the wall clock is synchronised (adjtimex without STA_UNSYNC). $PITBOARD_CLOCK_SYNCED=0
 * or 1 overrides it (containers and tests). */
bool clock_synced(void);

/* From here on clocks show these times until clock_real; both may move at will. For tests. */
void clock_fake(struct wall wall, struct boot boot, const char *boot_id, bool synced);
void clock_real(void);

/* Fills `out` with random bytes from the kernel. Ends the process only if the kernel has none, which Linux
 * rules out after start-up; returns false then. */
bool clock_random(void *out, size_t len);

/* A date and time of day in the process's zone. */
struct clock_parts {
    int year, month, day; /* month 1-12, day 1-31 */
    int weekday;          /* 0 Monday … 6 Sunday */
    int hour, minute, second;
};

/* Sets the process's time zone by IANA name; false if the system has no such zone. Call before threads start.
 */
bool clock_set_zone(const char *zone);
struct clock_parts clock_local(struct wall at);
/* Local time less UTC at that moment. */
int64_t clock_offset_ms(struct wall at);
/* The wall time of a local date and time of day; out-of-range days and hours carry over as in mktime. */
struct wall clock_from_local(int year, int month, int day, int hour, int minute, int second);
/* Start of the local day that contains `at`, and of the one after it. */
struct wall clock_midnight(struct wall at);
struct wall clock_next_midnight(struct wall at);
