#include "conf/read.h"

#include <stdio.h>
#include <string.h>

#define DAY_MIN 1440

/* The digits of `str` from `from` on as a number; -1 if there are others. */
static int digits(const char *str, int from, int n)
{
    int value = 0;
    for (int i = from; i < from + n; i++) {
        if (str[i] < '0' || str[i] > '9')
            return -1;
        value = value * 10 + str[i] - '0';
    }
    return value;
}

/* "21:00" as minutes of the day, "24:00" included; -1 if it is none. */
static int clock_minutes(const char *str)
{
    if (!str || strlen(str) != 5 || str[2] != ':')
        return -1;
    int hour = digits(str, 0, 2), minute = digits(str, 3, 2);
    if (hour < 0 || minute < 0 || minute > 59 || hour * 60 + minute > DAY_MIN)
        return -1;
    return hour * 60 + minute;
}

static int day_minutes(const char *str)
{
    int minutes = clock_minutes(str);
    return minutes < DAY_MIN ? minutes : -1;
}

static bool read_quiet(struct reading *r, const struct key *key, const config_setting_t *at)
{
    int n = config_setting_length(at), from = 0, to = 0;
    if (!read_is_series(at) || (n != 0 && n != 2))
        return read_fault_type(r, at, key);
    if (n == 2) {
        from = day_minutes(config_setting_get_string_elem(at, 0));
        to = day_minutes(config_setting_get_string_elem(at, 1));
        if (from < 0 || to < 0)
            return read_fault(r, at,
                              "the %s is not a time from \"00:00\" to \"23:59\"; write for instance %s",
                              from < 0 ? "first" : "second", key->example);
        if (from == to)
            return read_fault(r, at, "both times are the same; write [] for no quiet hours");
    }
    r->conf->screen.quiet_from_min = from;
    r->conf->screen.quiet_to_min = to;
    return true;
}

static bool read_time(struct reading *r, void *base, const struct key *key, const config_setting_t *at)
{
    const char *text = config_setting_get_string(at);
    int minutes = day_minutes(text);
    if (!text || (text[0] && minutes < 0))
        return read_fault_type(r, at, key);
    *(int *)read_field(base, key) = minutes;
    return true;
}

/* Time `i` of a day's hours; later than `before`. */
static bool read_hour(struct reading *r, const config_setting_t *at, int i, int before, int *out)
{
    const config_setting_t *elem = config_setting_get_elem(at, (unsigned)i);
    char shown[200];
    read_value_text(elem, shown, sizeof shown);
    *out = clock_minutes(config_setting_get_string(elem));
    if (*out < 0)
        return read_fault(r, at, "%s is not a time from \"00:00\" to \"24:00\"; write for instance \"09:00\"",
                          shown);
    if (*out <= before)
        return read_fault(r, at,
                          "%s does not come after the time before it; what lies past midnight belongs to the "
                          "next day",
                          shown);
    return true;
}

static bool read_hours(struct reading *r, void *base, const struct key *key, const config_setting_t *at)
{
    struct conf_day *day = read_field(base, key);
    int n = config_setting_length(at), before = -1, time = 0;
    if (!read_is_series(at))
        return read_fault_type(r, at, key);
    if (n % 2 || n > 2 * CONF_SPANS_MAX)
        return read_fault(r, at, "%d times are listed; write opening and closing times, at most %d of each",
                          n, CONF_SPANS_MAX);
    *day = (struct conf_day){ .n = n / 2 };
    for (int i = 0; i < n; i++, before = time) {
        if (!read_hour(r, at, i, before, &time))
            return false;
        *(i % 2 ? &day->span[i / 2].to_min : &day->span[i / 2].from_min) = time;
    }
    return true;
}

/* Days of a month; of February 29 if the year does not matter. */
static int month_days(int year, int month)
{
    static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    bool leap = year == 0 || (year % 4 == 0 && (year % 100 != 0 || year % 400 == 0));
    return days[month - 1] + (month == 2 && leap);
}

/* "2027-05-10" or "05-10". */
static bool date_parse(const char *str, struct conf_date *date)
{
    size_t len = str ? strlen(str) : 0;
    *date = (struct conf_date){ 0 };
    if (len != 5 && (len != 10 || str[4] != '-'))
        return false;
    if (len == 10 && (date->year = digits(str, 0, 4)) < 2000)
        return false;
    const char *rest = str + len - 5;
    date->month = digits(rest, 0, 2);
    date->day = digits(rest, 3, 2);
    return rest[2] == '-' && date->month >= 1 && date->month <= 12 && date->day >= 1 &&
           date->day <= month_days(date->year, date->month);
}

static bool read_dates(struct reading *r, void *base, const struct key *key, const config_setting_t *at)
{
    struct conf_date *dates = read_field(base, key);
    if (!read_is_series(at))
        return read_fault_type(r, at, key);
    if (!read_count(r, key, at))
        return false;
    for (int i = 0; i < config_setting_length(at); i++) {
        const config_setting_t *elem = config_setting_get_elem(at, (unsigned)i);
        char shown[200];
        read_value_text(elem, shown, sizeof shown);
        if (!date_parse(config_setting_get_string(elem), &dates[i]))
            return read_fault(
                r, at,
                "%s is not a date since 2000; write for instance \"2027-05-10\", or \"05-10\" for "
                "every year",
                shown);
        for (int j = 0; j < i; j++)
            if (memcmp(&dates[i], &dates[j], sizeof dates[i]) == 0)
                return read_fault(r, at, "%s stands twice; leave one out", shown);
    }
    return read_set_count(base, key, config_setting_length(at));
}

bool read_times(struct reading *r, void *base, const struct key *key, const config_setting_t *at)
{
    switch (key->type) {
    case KEY_QUIET:
        return read_quiet(r, key, at);
    case KEY_HOURS:
        return read_hours(r, base, key, at);
    case KEY_DATES:
        return read_dates(r, base, key, at);
    default:
        return read_time(r, base, key, at);
    }
}
