#include "sys/whole.h"

#include "base/text.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MARK     ".pitboard-part-"
#define NAME_CUT 200 /* of a name's 255 bytes: the mark and a pid still fit */

struct whole {
    char path[WHOLE_PATH];      /* links followed */
    char part[WHOLE_PATH + 32]; /* where it is written; empty: not there */
    FILE *file;
    enum whole_wish wish;
    bool replaces; /* a file that looked like `before` */
    struct stat before;
};

/* Faults. */

static const char *sentence_of(int fault)
{
    static const struct {
        int fault;
        const char *says;
    } table[] = {
        { ENOENT, "its folder is not there; make it, or name another place" },
        { ENOTDIR, "what should be its folder is a file; name another place" },
        { EACCES, "no right to write in its folder; grant it, or name another place" },
        { EPERM, "no right to write in its folder; grant it, or name another place" },
        { EROFS, "its disk is read-only; name another place" },
        { ENOSPC, "the disk is full; make room, or name another place" },
        { EDQUOT, "the disk quota is used up; make room, or name another place" },
        { EISDIR, "it is a folder; name a file in it" },
        { ENXIO, "it is a device, a pipe or an open file by its number; name a file" },
        { ENOLINK, "it is a link that points to nothing; remove it, or make the file it names" },
        { ELOOP, "it is a link that points to itself; remove it, or name another place" },
        { ENAMETOOLONG, "the name is too long; name a shorter one" },
    };
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
        if (table[i].fault == fault)
            return table[i].says;
    return strerror(fault);
}

static bool say(char fault[WHOLE_FAULT], const char *path, int why)
{
    snprintf(fault, WHOLE_FAULT, "%.400s: %s", path, sentence_of(why));
    errno = why;
    return false;
}

/* Names. */

static void folder_of(const char *path, char out[WHOLE_PATH])
{
    const char *slash = strrchr(path, '/');
    snprintf(out, WHOLE_PATH, "%.*s", slash ? (int)(slash - path) + (slash == path) : 1, slash ? path : ".");
}

static const char *name_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

/* As much of a name as leaves room for the mark; whole signs of UTF-8. */
static int cut_of(const char *name)
{
    int n = (int)strnlen(name, NAME_CUT + 1);
    if (n <= NAME_CUT)
        return n;
    for (n = NAME_CUT; n > 1 && ((unsigned char)name[n] & 0xC0) == 0x80;)
        n--;
    return n;
}

static bool is_left(const char *name, const char *stem)
{
    static const char *const tails[] = { "", "-wal", "-shm", "-journal", ".lock" };
    const char *mark = NULL;
    char digits[16];
    int64_t pid;
    if (strncmp(name, stem, strlen(stem)) != 0)
        return false;
    for (const char *p = name; (p = strstr(p, MARK)); mark = p)
        p += strlen(MARK);
    if (!mark)
        return false;
    size_t n = strspn(mark, "0123456789");
    bool ours = false;
    for (size_t i = 0; i < sizeof tails / sizeof tails[0]; i++)
        ours |= strcmp(mark + n, tails[i]) == 0;
    snprintf(digits, sizeof digits, "%.*s", (int)(n < sizeof digits ? n : 0), mark);
    return ours && text_int(digits, 1, INT32_MAX, &pid) && kill((pid_t)pid, 0) != 0 && errno == ESRCH;
}

void whole_sweep(const char *folder, const char *stem)
{
    DIR *d = opendir(folder);
    for (struct dirent *e; d && (e = readdir(d));)
        if (is_left(e->d_name, stem))
            unlinkat(dirfd(d), e->d_name, 0);
    if (d)
        closedir(d);
}

/* The target. */

static bool is_open_file(const char *path)
{
    char target[64];
    ssize_t n = readlink(path, target, sizeof target - 1);
    target[n < 0 ? 0 : n] = '\0';
    return strncmp(path, "/proc/", 6) == 0 || strncmp(path, "/dev/fd/", 8) == 0 ||
           strncmp(target, "/proc/", 6) == 0;
}

bool whole_is_stream(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && !S_ISDIR(st.st_mode) && (!S_ISREG(st.st_mode) || is_open_file(path));
}

bool whole_is_same(const char *a, const char *b)
{
    struct stat one, other;
    return stat(a, &one) == 0 && stat(b, &other) == 0 && one.st_dev == other.st_dev &&
           one.st_ino == other.st_ino;
}

/* The system follows the link, so that its rule for links in /tmp holds here too. False: errno. */
static bool follow(const char *path, char out[WHOLE_PATH], struct stat *st)
{
    char handle[40];
    int fd = open(path, O_PATH | O_CLOEXEC);
    if (fd < 0) {
        errno = errno == ENOENT ? ENOLINK : errno;
        return false;
    }
    snprintf(handle, sizeof handle, "/proc/self/fd/%d", fd);
    ssize_t n = readlink(handle, out, WHOLE_PATH);
    bool ok = n > 0 && fstat(fd, st) == 0;
    int fault = n == WHOLE_PATH ? ENAMETOOLONG : errno;
    close(fd);
    out[ok && n < WHOLE_PATH ? n : 0] = '\0';
    errno = fault;
    return out[0] != '\0';
}

/* Fills in path, replaces and before. The reason why not, or 0. */
static int find_target(struct whole *w, const char *path)
{
    if (strlen(path) >= sizeof w->path)
        return ENAMETOOLONG;
    if (!name_of(path)[0])
        return path[0] ? EISDIR : ENOENT;
    if (whole_is_stream(path))
        return ENXIO;
    memcpy(w->path, path, strlen(path) + 1);
    if (lstat(path, &w->before) != 0)
        return errno == ENOENT ? 0 : errno;
    if (S_ISLNK(w->before.st_mode) && !follow(path, w->path, &w->before))
        return errno;
    w->replaces = true;
    return S_ISDIR(w->before.st_mode) ? EISDIR : S_ISREG(w->before.st_mode) ? 0 : ENXIO;
}

/* Nobody reads in the part what may not be read in the file. */
static int open_part(struct whole *w)
{
    char folder[WHOLE_PATH], stem[NAME_CUT + 1];
    const char *name = name_of(w->path);
    mode_t mode = w->replaces ? 0600 : 0666;
    folder_of(w->path, folder);
    snprintf(stem, sizeof stem, "%.*s", cut_of(name), name);
    whole_sweep(folder, stem);
    int n = snprintf(w->part, sizeof w->part, "%.*s%s" MARK "%d", (int)(name - w->path), w->path, stem,
                     (int)getpid());
    if (n < 0 || (size_t)n >= sizeof w->part)
        return ENAMETOOLONG;
    int fd = open(w->part, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, mode);
    if (fd < 0 && errno == EEXIST && unlink(w->part) == 0) /* of a process that had our number */
        fd = open(w->part, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, mode);
    if (fd >= 0 && (w->file = fdopen(fd, "wb")))
        return 0;
    int fault = errno;
    if (fd >= 0)
        close(fd);
    else
        w->part[0] = '\0'; /* not ours */
    return fault;
}

struct whole *whole_open(const char *path, enum whole_wish wish, char fault[WHOLE_FAULT])
{
    struct whole *w = calloc(1, sizeof *w);
    if (!w) {
        say(fault, path, ENOMEM);
        return NULL;
    }
    w->wish = wish;
    int why = find_target(w, path);
    if (!why)
        why = open_part(w);
    if (!why)
        return w;
    whole_drop(w);
    say(fault, path, why);
    return NULL;
}

FILE *whole_stream(struct whole *w)
{
    return w->file;
}

const char *whole_part(const struct whole *w)
{
    return w->part;
}

/* The end. */

/* Not every file system has owners and modes: then it has what it has. */
static void dress(const struct whole *w, int fd)
{
    if (!w->replaces)
        return;
    if (fchown(fd, w->before.st_uid, w->before.st_gid) != 0 && fchown(fd, (uid_t)-1, w->before.st_gid) != 0)
        errno = 0;
    if (fchmod(fd, w->before.st_mode & 07777) != 0)
        errno = 0;
}

/* A folder that cannot be read, or of a file system that has no such thing, is as good as it gets. */
static int sync_folder(const char *path)
{
    char folder[WHOLE_PATH];
    folder_of(path, folder);
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC), why = 0;
    if (fd < 0)
        return errno == EACCES ? 0 : errno;
    if (fsync(fd) != 0 && errno != EINVAL)
        why = errno;
    close(fd);
    return why;
}

/* The reason why not, or 0. */
static int finish(struct whole *w)
{
    int why = 0, last = errno; /* of a write that failed before */
    if (fflush(w->file) != 0)
        why = errno;
    else if (ferror(w->file))
        why = last ? last : EIO;
    dress(w, fileno(w->file));
    if (!why && w->wish == WHOLE_DURABLE && fsync(fileno(w->file)) != 0)
        why = errno;
    if (fclose(w->file) != 0 && !why)
        why = errno;
    w->file = NULL;
    if (!why && rename(w->part, w->path) != 0)
        why = errno;
    if (!why)
        w->part[0] = '\0';
    return !why && w->wish == WHOLE_DURABLE ? sync_folder(w->path) : why;
}

bool whole_keep(struct whole *w, char fault[WHOLE_FAULT])
{
    int why = finish(w);
    if (why)
        say(fault, w->path, why);
    whole_drop(w);
    return why == 0;
}

void whole_drop(struct whole *w)
{
    int saved = errno;
    if (!w)
        return;
    if (w->file)
        fclose(w->file);
    if (w->part[0])
        unlink(w->part);
    free(w);
    errno = saved;
}

bool whole_put(const char *path, const char *bytes, size_t len, enum whole_wish wish, char fault[WHOLE_FAULT])
{
    struct whole *w = whole_open(path, wish, fault);
    if (!w)
        return false;
    fwrite(bytes, 1, len, w->file); /* whole_keep sees whether it could */
    return whole_keep(w, fault);
}
