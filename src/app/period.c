#include "app/period.h"

#include "base/stamp.h"
#include "sys/clock.h"

#include <stdio.h>
#include <string.h>

#define DAY_MS INT64_C(86400000)

enum unit { UNIT_DAY, UNIT_WEEK, UNIT_MONTH, UNIT_YEAR };

/* Local midnight of a day by number; a day that does not begin at midnight begins when it does. */
static struct wall start_of(int64_t day)
{
    int year;
    unsigned month, in_month;
    stamp_date(day, &year, &month, &in_month);
    return clock_midnight(clock_from_local(year, (int)month, (int)in_month, 12, 0, 0));
}

static int64_t day_of(struct wall at)
{
    struct clock_parts p = clock_local(at);
    return stamp_days(p.year, (unsigned)p.month, (unsigned)p.day);
}

/* `n` units after the one that contains `day`. */
static int64_t unit_start(int64_t day, enum unit unit, int n)
{
    int year;
    unsigned month, in_month;
    stamp_date(day, &year, &month, &in_month);
    if (unit == UNIT_DAY)
        return day + n;
    if (unit == UNIT_WEEK)
        return day - ((day + 3) % 7 + 7) % 7 + 7 * n;
    if (unit == UNIT_YEAR)
        return stamp_days(year + n, 1, 1);
    int64_t months = (int64_t)year * 12 + (int)month - 1 + n;
    return stamp_days(months / 12, (unsigned)(months % 12) + 1, 1);
}

static struct period unit_at(int64_t day, enum unit unit, int n)
{
    return (struct period){ start_of(unit_start(day, unit, n)), start_of(unit_start(day, unit, n + 1)) };
}

static bool parse_word(const char *text, struct wall now, struct period *out)
{
    static const struct {
        const char *word;
        enum unit unit;
        int n;
    } words[] = {
        { "today", UNIT_DAY, 0 },       { "yesterday", UNIT_DAY, -1 },   { "this-week", UNIT_WEEK, 0 },
        { "last-week", UNIT_WEEK, -1 }, { "this-month", UNIT_MONTH, 0 }, { "last-month", UNIT_MONTH, -1 },
        { "this-year", UNIT_YEAR, 0 },  { "last-year", UNIT_YEAR, -1 },
    };
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (strcmp(words[i].word, text) == 0) {
            *out = unit_at(day_of(now), words[i].unit, words[i].n);
            return true;
        }
    return false;
}

static bool is_shape(const char *text, const char *shape)
{
    if (strlen(text) != strlen(shape))
        return false;
    for (; *text; text++, shape++)
        if (*shape == '0' ? *text < '0' || *text > '9' : *text != *shape)
            return false;
    return true;
}

/* A year has a week 53 if its first of January or its last of December is a Thursday. */
static bool parse_week(int year, int week, struct period *out)
{
    int64_t first = unit_start(stamp_days(year, 1, 4), UNIT_WEEK, 0),
            next = unit_start(stamp_days(year + 1, 1, 4), UNIT_WEEK, 0);
    int64_t monday = first + 7 * (week - 1);
    if (week < 1 || monday >= next)
        return false;
    *out = unit_at(monday, UNIT_WEEK, 0);
    return true;
}

static bool parse_date(int year, int month, int day, enum unit unit, struct period *out)
{
    int y;
    unsigned m, d;
    if (month < 1 || month > 12 || day < 1 || year < 1)
        return false;
    int64_t number = stamp_days(year, (unsigned)month, (unsigned)day);
    stamp_date(number, &y, &m, &d);
    if (y != year || (int)m != month || (int)d != day)
        return false;
    *out = unit_at(number, unit, 0);
    return true;
}

bool period_parse(const char *text, struct wall now, struct period *out)
{
    int year = 0, month = 1, day = 1;
    if (parse_word(text, now, out))
        return true;
    if (is_shape(text, "0000"))
        return sscanf(text, "%4d", &year) == 1 && parse_date(year, 1, 1, UNIT_YEAR, out);
    if (is_shape(text, "0000-W00"))
        return sscanf(text, "%4d-W%2d", &year, &month) == 2 && year > 0 && parse_week(year, month, out);
    if (is_shape(text, "0000-00"))
        return sscanf(text, "%4d-%2d", &year, &month) == 2 && parse_date(year, month, 1, UNIT_MONTH, out);
    if (is_shape(text, "0000-00-00"))
        return sscanf(text, "%4d-%2d-%2d", &year, &month, &day) == 3 &&
               parse_date(year, month, day, UNIT_DAY, out);
    return false;
}

static bool is_unit(struct period p, enum unit unit)
{
    struct period whole = unit_at(day_of(p.from), unit, 0);
    return whole.from.ms == p.from.ms && whole.to.ms == p.to.ms;
}

struct period period_before(struct period p)
{
    int64_t first = day_of(p.from), last = day_of(p.to);
    if (is_unit(p, UNIT_MONTH))
        return unit_at(first, UNIT_MONTH, -1);
    if (is_unit(p, UNIT_YEAR))
        return unit_at(first, UNIT_YEAR, -1);
    if (start_of(first).ms == p.from.ms && start_of(last).ms == p.to.ms)
        return (struct period){ start_of(first - (last - first)), p.from };
    return (struct period){ wall_plus(p.from, -wall_minus(p.to, p.from)), p.from };
}

/* What a clock on the wall shows, as if it were UTC. */
static int64_t shown_at(struct wall at)
{
    return at.ms + clock_offset_ms(at);
}

static struct wall when_shown(int64_t ms)
{
    int year;
    unsigned month, day;
    int64_t number = ms / DAY_MS - (ms % DAY_MS < 0), of_day = ms - number * DAY_MS;
    int second = (int)(of_day / 1000);
    stamp_date(number, &year, &month, &day);
    return wall_plus(
        clock_from_local(year, (int)month, (int)day, second / 3600, second / 60 % 60, second % 60),
        of_day % 1000);
}

struct period period_so_far(struct period other, struct period p, struct wall now)
{
    if (now.ms <= p.from.ms || now.ms >= p.to.ms)
        return other;
    struct wall to = when_shown(shown_at(other.from) + shown_at(now) - shown_at(p.from));
    return (struct period){ other.from, to.ms < other.to.ms ? to : other.to };
}
