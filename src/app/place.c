#include "app/place.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* DRM_IOCTL_SET_MASTER of the kernel's interface: works if nobody else draws on the device. */
#define SET_MASTER _IO('d', 0x1e)

/* `abstract`: the name is one of Linux's that are no files. */
static bool answers(const char *name, bool abstract)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    size_t len = strlen(name);
    if (len + 2 > sizeof address.sun_path)
        return false;
    memcpy(address.sun_path + abstract, name, len);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return false;
    socklen_t size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + abstract + len + !abstract);
    bool done = connect(fd, (struct sockaddr *)&address, size) == 0;
    close(fd);
    return done;
}

static bool has_wayland(void)
{
    const char *name = getenv("WAYLAND_DISPLAY"), *folder = getenv("XDG_RUNTIME_DIR");
    char path[256];
    if (!name || !*name)
        return false;
    if (*name == '/')
        return answers(name, false);
    snprintf(path, sizeof path, "%s/%s", folder ? folder : "", name);
    return folder && answers(path, false);
}

/* ":0", "unix:0.0"; another host's is taken at its word. */
static bool has_x11(void)
{
    const char *name = getenv("DISPLAY");
    const char *colon = name ? strrchr(name, ':') : NULL;
    char path[64];
    if (!colon)
        return false;
    if (colon != name && strncmp(name, "unix:", 5) != 0)
        return true;
    snprintf(path, sizeof path, "/tmp/.X11-unix/X%d", atoi(colon + 1));
    return answers(path, false) || answers(path, true);
}

static bool reads_connected(const char *connector)
{
    char path[300], state[16] = "";
    snprintf(path, sizeof path, "/sys/class/drm/%.255s/status", connector);
    FILE *file = fopen(path, "re");
    if (!file)
        return false;
    bool done = fgets(state, sizeof state, file) && strcmp(state, "connected\n") == 0;
    fclose(file);
    return done;
}

static bool is_free(const char *card)
{
    char path[64];
    snprintf(path, sizeof path, "/dev/dri/%.*s", (int)strcspn(card, "-"), card);
    int fd = open(path, O_RDWR | O_CLOEXEC);
    if (fd < 0)
        return false;
    bool done = ioctl(fd, SET_MASTER, 0) == 0;
    close(fd);
    return done;
}

/* Connectors are called card0-HDMI-A-1 and the like. */
static bool has_console(void)
{
    DIR *folder = opendir("/sys/class/drm");
    bool done = false;
    if (!folder)
        return false;
    for (struct dirent *e = readdir(folder); e && !done; e = readdir(folder))
        done = strncmp(e->d_name, "card", 4) == 0 && strchr(e->d_name, '-') && reads_connected(e->d_name) &&
               is_free(e->d_name);
    closedir(folder);
    return done;
}

enum place place_find(void)
{
    if (has_wayland() || has_x11())
        return PLACE_WINDOW;
    return has_console() ? PLACE_CONSOLE : PLACE_PICTURE;
}
