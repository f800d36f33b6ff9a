/* RFC 3339 date-times to and from the wall clock. Pure arithmetic, no time zone data. */
#pragma once

#include "base/tick.h"

#include <stddef.h>

#define STAMP_SIZE 32 /* room for any text stamp_format makes, NUL included */

/* Parses an RFC 3339 date-time with offset ("2026-03-01T09:20:00.5+03:00", "…Z"); fractions are cut to ms.
 * The leap second :60 counts as :59.999. Years 1970-9999. False if it is anything else. */
bool stamp_parse(const char *text, size_t len, struct wall *out);

/* Writes UTC with milliseconds: "2026-03-01T06:20:00.500Z". */
void stamp_format(struct wall at, char out[STAMP_SIZE]);

/* Days since 1970-01-01 of a date of the proleptic Gregorian calendar; month 1-12, day 1-31. */
int64_t stamp_days(int64_t year, unsigned month, unsigned day);

/* The reverse of stamp_days. */
void stamp_date(int64_t days, int *year, unsigned *month, unsigned *day);
