#include "base/stamp.h"

/* Gregorian day numbers counted from 1 March, so that the leap day is the last day of a "year" (Howard
 * Hinnant's days_from_civil gives the derivation). */
int64_t stamp_days(int64_t year, unsigned month, unsigned day)
{
    year -= month <= 2;
    int64_t era = (year >= 0 ? year : year - 399) / 400;
    unsigned yoe = (unsigned)(year - era * 400);
    unsigned doy = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
    unsigned doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
    return era * 146097 + (int64_t)doe - 719468;
}

void stamp_date(int64_t days, int *year, unsigned *month, unsigned *day)
{
    days += 719468;
    int64_t era = (days >= 0 ? days : days - 146096) / 146097;
    unsigned doe = (unsigned)(days - era * 146097);
    unsigned yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    unsigned doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    unsigned mp = (5 * doy + 2) / 153;
    *day = doy - (153 * mp + 2) / 5 + 1;
    *month = mp < 10 ? mp + 3 : mp - 9;
    *year = (int)((int64_t)yoe + era * 400 + (*month <= 2));
}

static unsigned month_days(int year, unsigned month)
{
    static const unsigned char days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return days[month - 1] + (month == 2 && leap);
}

/* Reads exactly n digits. */
static bool digits(const char **p, const char *end, int n, unsigned *out)
{
    *out = 0;
    for (; n > 0; n--, (*p)++) {
        if (*p == end || **p < '0' || **p > '9')
            return false;
        *out = *out * 10 + (unsigned)(**p - '0');
    }
    return true;
}

static bool mark(const char **p, const char *end, char a, char b)
{
    if (*p == end || (**p != a && **p != b))
        return false;
    (*p)++;
    return true;
}

static bool offset_minutes(const char **p, const char *end, int *out)
{
    *out = 0;
    if (mark(p, end, 'Z', 'z'))
        return true;
    int sign = *p < end && **p == '-' ? -1 : 1;
    unsigned h, m;
    if (!mark(p, end, '+', '-') || !digits(p, end, 2, &h) || !mark(p, end, ':', ':') ||
        !digits(p, end, 2, &m))
        return false;
    *out = sign * (int)(h * 60 + m);
    return h < 24 && m < 60;
}

bool stamp_parse(const char *text, size_t len, struct wall *out)
{
    const char *p = text, *end = text + len;
    unsigned y, mo, d, h, mi, s, ms = 0;
    int offset;
    if (!digits(&p, end, 4, &y) || !mark(&p, end, '-', '-') || !digits(&p, end, 2, &mo) ||
        !mark(&p, end, '-', '-') || !digits(&p, end, 2, &d) || !mark(&p, end, 'T', 't') ||
        !digits(&p, end, 2, &h) || !mark(&p, end, ':', ':') || !digits(&p, end, 2, &mi) ||
        !mark(&p, end, ':', ':') || !digits(&p, end, 2, &s))
        return false;
    if (mark(&p, end, '.', '.')) {
        unsigned scale = 100, digit;
        if (!digits(&p, end, 1, &digit))
            return false;
        do {
            ms += digit * scale;
            scale /= 10;
        } while (digits(&p, end, 1, &digit));
    }
    if (!offset_minutes(&p, end, &offset) || p != end)
        return false;
    if (y < 1970 || mo < 1 || mo > 12 || d < 1 || d > month_days((int)y, mo) || h > 23 || mi > 59 || s > 60)
        return false;
    if (s == 60) {
        s = 59;
        ms = 999;
    }
    int64_t seconds = stamp_days(y, mo, d) * 86400 + h * 3600 + mi * 60 + s - offset * 60;
    if (seconds < 0)
        return false;
    out->ms = seconds * 1000 + ms;
    return true;
}

/* By hand: each receipt carries one, and snprintf costs ten times as much. */
static char *put_number(char *to, unsigned value, int digits, char end)
{
    for (int i = digits; i-- > 0; value /= 10)
        to[i] = (char)('0' + value % 10);
    to[digits] = end;
    return to + digits + 1;
}

void stamp_format(struct wall at, char out[STAMP_SIZE])
{
    int64_t days = at.ms / 86400000, rest = at.ms % 86400000;
    if (rest < 0) {
        rest += 86400000;
        days--;
    }
    int year;
    unsigned month, day;
    stamp_date(days, &year, &month, &day);
    out = put_number(out, (unsigned)((year % 10000 + 10000) % 10000), 4, '-');
    out = put_number(out, month, 2, '-');
    out = put_number(out, day, 2, 'T');
    out = put_number(out, (unsigned)(rest / 3600000), 2, ':');
    out = put_number(out, (unsigned)(rest / 60000 % 60), 2, ':');
    out = put_number(out, (unsigned)(rest / 1000 % 60), 2, '.');
    out = put_number(out, (unsigned)(rest % 1000), 3, 'Z');
    *out = '\0';
}
