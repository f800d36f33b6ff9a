#include "sys/clock.h"

#include "base/stamp.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/timex.h>
#include <time.h>
#include <unistd.h>

#define BOOT_ID_SIZE 17
#define ZONES        "/usr/share/zoneinfo/"

/* What tests put in place of the machine's clocks: the one seam of this module, hence its one state. */
static struct {
    bool on;
    bool synced;
    struct wall wall;
    struct boot boot;
    char boot_id[BOOT_ID_SIZE];
} fake;

static int64_t read_ms(clockid_t id)
{
    struct timespec t;
    clock_gettime(id, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

struct wall clock_wall(void)
{
    return fake.on ? fake.wall : (struct wall){ read_ms(CLOCK_REALTIME) };
}

struct boot clock_boot(void)
{
    return fake.on ? fake.boot : (struct boot){ read_ms(CLOCK_BOOTTIME) };
}

/* The kernel's id without its hyphens, as much of it as fits. */
static void read_boot_id(char id[BOOT_ID_SIZE])
{
    char raw[64] = "";
    int fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
    if (fd >= 0) {
        if (read(fd, raw, sizeof raw - 1) < 0)
            raw[0] = '\0';
        close(fd);
    }
    size_t n = 0;
    for (const char *p = raw; *p && *p != '\n' && n < BOOT_ID_SIZE - 1; p++)
        if (*p != '-')
            id[n++] = *p;
    id[n] = '\0';
    if (n == 0)
        snprintf(id, BOOT_ID_SIZE, "unknown");
}

const char *clock_boot_id(void)
{
    static char id[BOOT_ID_SIZE];
    if (fake.on)
        return fake.boot_id;
    if (!id[0]) {
        const char *given = getenv("PITBOARD_BOOT_ID");
        if (given && *given)
            snprintf(id, sizeof id, "%.16s", given);
        else
            read_boot_id(id);
    }
    return id;
}

bool clock_synced(void)
{
    if (fake.on)
        return fake.synced;
    const char *given = getenv("PITBOARD_CLOCK_SYNCED");
    if (given && (strcmp(given, "0") == 0 || strcmp(given, "1") == 0))
        return given[0] == '1';
    struct timex state = { .modes = 0 };
    return adjtimex(&state) >= 0 && !(state.status & STA_UNSYNC);
}

void clock_fake(struct wall wall, struct boot boot, const char *boot_id, bool synced)
{
    fake.on = true;
    fake.wall = wall;
    fake.boot = boot;
    fake.synced = synced;
    snprintf(fake.boot_id, sizeof fake.boot_id, "%.16s", boot_id);
}

void clock_real(void)
{
    fake.on = false;
}

bool clock_random(void *out, size_t len)
{
    unsigned char *to = out;
    while (len > 0) {
        ssize_t n = getrandom(to, len, 0);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        to += n;
        len -= (size_t)n;
    }
    return true;
}

/* A name that stays below the zone directory and has a compiled zone behind it (not one of the tables beside
 * them). */
static bool zone_exists(const char *zone)
{
    char path[256], magic[4] = "";
    if (!*zone || *zone == '/' || strstr(zone, "..") ||
        strspn(zone, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_+-/.") != strlen(zone))
        return false;
    if (snprintf(path, sizeof path, ZONES "%s", zone) >= (int)sizeof path)
        return false;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    bool is_zone = read(fd, magic, sizeof magic) == (ssize_t)sizeof magic && memcmp(magic, "TZif", 4) == 0;
    close(fd);
    return is_zone;
}

bool clock_set_zone(const char *zone)
{
    if (!zone_exists(zone) || setenv("TZ", zone, 1) != 0)
        return false;
    tzset();
    return true;
}

static int64_t seconds_of(struct wall at)
{
    return at.ms / 1000 - (at.ms % 1000 < 0);
}

static struct tm local_tm(int64_t seconds)
{
    time_t t = (time_t)seconds;
    struct tm tm;
    memset(&tm, 0, sizeof tm);
    localtime_r(&t, &tm);
    return tm;
}

struct clock_parts clock_local(struct wall at)
{
    struct tm tm = local_tm(seconds_of(at));
    return (struct clock_parts){ .year = tm.tm_year + 1900,
                                 .month = tm.tm_mon + 1,
                                 .day = tm.tm_mday,
                                 .weekday = (tm.tm_wday + 6) % 7,
                                 .hour = tm.tm_hour,
                                 .minute = tm.tm_min,
                                 .second = tm.tm_sec };
}

int64_t clock_offset_ms(struct wall at)
{
    return (int64_t)local_tm(seconds_of(at)).tm_gmtoff * 1000;
}

struct wall clock_from_local(int year, int month, int day, int hour, int minute, int second)
{
    struct tm tm = { .tm_year = year - 1900,
                     .tm_mon = month - 1,
                     .tm_mday = day,
                     .tm_hour = hour,
                     .tm_min = minute,
                     .tm_sec = second,
                     .tm_isdst = -1 };
    return (struct wall){ (int64_t)mktime(&tm) * 1000 };
}

static int64_t local_day(int64_t seconds)
{
    struct tm tm = local_tm(seconds);
    return stamp_days(tm.tm_year + 1900, (unsigned)tm.tm_mon + 1, (unsigned)tm.tm_mday);
}

/* The first second after `before` of local day `day` or a later one; `within` is such a second. A search, as
 * mktime has no good answer where the clocks change at midnight: then the day starts at one o'clock, or
 * twice. */
static struct wall day_start(int64_t day, int64_t before, int64_t within)
{
    while (within - before > 1) {
        int64_t middle = before + (within - before) / 2;
        if (local_day(middle) >= day)
            within = middle;
        else
            before = middle;
    }
    return (struct wall){ within * 1000 };
}

#define TWO_DAYS_S (50 * 3600) /* longer than a day and a change of zone */

struct wall clock_midnight(struct wall at)
{
    int64_t seconds = seconds_of(at);
    return day_start(local_day(seconds), seconds - TWO_DAYS_S, seconds);
}

struct wall clock_next_midnight(struct wall at)
{
    int64_t seconds = seconds_of(at);
    return day_start(local_day(seconds) + 1, seconds, seconds + TWO_DAYS_S);
}
