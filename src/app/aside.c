#include "app/aside.h"

#include "sys/clock.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

void aside_name(const char *db, const char *stamp, const char *tail, char out[ASIDE_PATH])
{
    snprintf(out, ASIDE_PATH, "%.4000s.%s%s", db, stamp, tail);
}

void aside_stamp(const char *db, char stamp[ASIDE_STAMP])
{
    char path[ASIDE_PATH];
    struct clock_parts p = clock_local(clock_wall());
    int n = 0;
    do {
        char more[8] = "";
        if (n > 0)
            snprintf(more, sizeof more, "-%d", n % 1000);
        snprintf(stamp, ASIDE_STAMP, "aside-%04d%02d%02d%s", p.year % 10000, p.month % 100, p.day % 100,
                 more);
        aside_name(db, stamp, "", path);
    } while (access(path, F_OK) == 0 && ++n < 1000);
}

bool aside_move(const char *db, const char *stamp, const char *tail, bool keep)
{
    char from[ASIDE_PATH], to[ASIDE_PATH];
    snprintf(from, sizeof from, "%.4000s%s", db, tail);
    aside_name(db, stamp, tail, to);
    if (access(from, F_OK) != 0)
        return true;
    /* Not every file system has links. */
    return (keep && link(from, to) == 0) || rename(from, to) == 0;
}

void aside_sync(const char *db)
{
    char dir[ASIDE_PATH];
    snprintf(dir, sizeof dir, "%.4000s", db);
    char *slash = strrchr(dir, '/');
    snprintf(slash ? slash + (slash == dir) : dir, 2, "%s", slash ? "" : ".");
    int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0) {
        fsync(fd);
        close(fd);
    }
}
