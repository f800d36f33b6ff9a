#include "app/nest.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#define PORTS 100

/* ---- folders ---- */

bool nest_temporary(char *path, size_t size)
{
    const char *tmp = getenv("TMPDIR");
    int n = snprintf(path, size, "%s/pitboard-XXXXXX", tmp && *tmp == '/' ? tmp : "/tmp");
    errno = ENAMETOOLONG;
    return n > 0 && (size_t)n < size && mkdtemp(path) != NULL;
}

void nest_remove(const char *path)
{
    DIR *folder = opendir(path);
    if (!folder)
        return;
    for (struct dirent *e = readdir(folder); e; e = readdir(folder))
        if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0)
            unlinkat(dirfd(folder), e->d_name, 0);
    closedir(folder);
    rmdir(path);
}

static bool make_folders(char *path)
{
    for (char *p = strchr(path + 1, '/');; p = strchr(p + 1, '/')) {
        if (p)
            *p = '\0';
        bool made = mkdir(path, 0700) == 0 || errno == EEXIST;
        if (p)
            *p = '/';
        if (!made || !p)
            return made;
    }
}

bool nest_kept(char *path, size_t size)
{
    const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
    const struct passwd *user = home && *home == '/' ? NULL : getpwuid(getuid());
    int n;
    if (user)
        home = user->pw_dir;
    errno = ENOENT;
    if (state && *state == '/')
        n = snprintf(path, size, "%s/pitboard", state);
    else if (home && *home == '/')
        n = snprintf(path, size, "%s/.local/state/pitboard", home);
    else
        return false;
    errno = ENAMETOOLONG;
    return (size_t)n < size && make_folders(path);
}

/* ---- files ---- */

static FILE *create(const char *folder, const char *name, char *path, size_t size)
{
    int n = snprintf(path, size, "%s/%s", folder, name);
    errno = ENAMETOOLONG;
    return (size_t)n < size ? fopen(path, "we") : NULL;
}

static bool finish(FILE *file)
{
    bool good = !ferror(file);
    return fclose(file) == 0 && good;
}

/* The machine's time zone by name, "Europe/Minsk"; empty if it has none. */
static void own_zone(char *out, size_t size)
{
    static const char mark[] = "/zoneinfo/";
    char target[256];
    const char *tz = getenv("TZ");
    ssize_t n = readlink("/etc/localtime", target, sizeof target - 1);
    out[0] = '\0';
    if (tz && strchr(tz, '/') && *tz != '/' && *tz != ':') {
        snprintf(out, size, "%s", tz);
        return;
    }
    target[n > 0 ? n : 0] = '\0';
    const char *name = strstr(target, mark);
    if (name && strlen(name) - strlen(mark) < size)
        snprintf(out, size, "%s", name + strlen(mark));
}

bool nest_write_conf(const char *folder, char *path, size_t size)
{
    char zone[64];
    FILE *file = create(folder, "pitboard.cfg", path, size);
    if (!file)
        return false;
    own_zone(zone, sizeof zone);
    fputs("site = \"workshop\";\n"
          "title = { ru = \"Автосервис\"; en = \"Workshop\"; };\n"
          "pickup = \"Касса\";\n",
          file);
    if (zone[0] &&
        zone[strspn(zone, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_+-/")] == '\0')
        fprintf(file, "timezone = \"%s\";\n", zone);
    return finish(file);
}

bool nest_write_broker(const char *folder, int port, bool kept, char *path, size_t size)
{
    FILE *file = create(folder, "broker.conf", path, size);
    if (!file)
        return false;
    fprintf(file,
            "listener %d 127.0.0.1\n"
            "allow_anonymous true\n"
            "set_tcp_nodelay true\n"
            "max_inflight_messages 1000\n"
            "max_queued_messages 100000\n"
            "message_size_limit 4194304\n"
            "log_type error\n"
            "log_type warning\n",
            port);
    if (kept)
        fprintf(file, "persistence true\npersistence_location %s/\nautosave_interval 300\n", folder);
    else
        fputs("persistence false\n", file);
    if (geteuid() == 0) /* or it changes to a user who may not read this folder */
        fputs("user root\n", file);
    return finish(file);
}

/* ---- ports ---- */

static struct sockaddr_in loopback(int port)
{
    return (struct sockaddr_in){ .sin_family = AF_INET,
                                 .sin_port = htons((uint16_t)port),
                                 .sin_addr = { htonl(INADDR_LOOPBACK) } };
}

static bool may_bind(int port)
{
    struct sockaddr_in address = loopback(port);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;
    if (fd < 0)
        return false;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    bool done = bind(fd, (struct sockaddr *)&address, sizeof address) == 0 && listen(fd, 1) == 0;
    close(fd);
    return done;
}

int nest_free_port(int first)
{
    for (int port = first; port < first + PORTS && port <= 65535; port++)
        if (may_bind(port))
            return port;
    return 0;
}

/* The kernel's number of the socket that listens there; 0: none. */
static unsigned long listening_socket(int port)
{
    char line[256];
    unsigned long found = 0, inode;
    FILE *file = fopen("/proc/net/tcp", "re");
    if (!file)
        return 0;
    while (!found && fgets(line, sizeof line, file)) {
        unsigned address, local_port, state;
        if (sscanf(line, " %*d: %8X:%4X %*8X:%*4X %2X %*s %*s %*s %*d %*d %lu", &address, &local_port, &state,
                   &inode) == 4 &&
            state == TCP_LISTEN && (int)local_port == port && address == htonl(INADDR_LOOPBACK))
            found = inode;
    }
    fclose(file);
    return found;
}

bool nest_listens(pid_t pid, int port)
{
    char path[40], target[64], expected[64];
    unsigned long inode = listening_socket(port);
    snprintf(path, sizeof path, "/proc/%d/fd", (int)pid);
    snprintf(expected, sizeof expected, "socket:[%lu]", inode);
    DIR *folder = inode ? opendir(path) : NULL;
    bool found = false;
    if (!folder)
        return false;
    for (struct dirent *e = readdir(folder); e && !found; e = readdir(folder)) {
        ssize_t n = readlinkat(dirfd(folder), e->d_name, target, sizeof target - 1);
        target[n > 0 ? n : 0] = '\0';
        found = strcmp(target, expected) == 0;
    }
    closedir(folder);
    return found;
}

bool nest_is_loopback(const char *host)
{
    return strncmp(host, "127.", 4) == 0 || strcmp(host, "localhost") == 0 || strcmp(host, "::1") == 0;
}
