#include "display/screen.h"

#include "base/log.h"

#include <SDL2/SDL_syswm.h>
#include <dirent.h>
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LOG_TAG "screen"

#define DRM_FOLDER "/sys/class/drm"

struct screen {
    struct screen_setup setup;
    SDL_Window *window;
    int w, h;     /* of the surface that was handed out last */
    bool exposed; /* its content was lost */
    bool console; /* KMSDRM */
    int fd;
    char plugged[64]; /* the connector that was chosen, "card1-HDMI-A-1" */
};

struct screen *screen_create(const struct screen_setup *setup)
{
    struct screen *s = calloc(1, sizeof *s);
    if (!s)
        return NULL;
    s->setup = *setup;
    s->fd = -1;
    return s;
}

void screen_destroy(struct screen *s)
{
    if (s)
        screen_close(s);
    free(s);
}

bool screen_is_open(const struct screen *s)
{
    return s->window != NULL;
}

static bool is_connected(const char *connector)
{
    char path[320], state[16] = "";
    snprintf(path, sizeof path, DRM_FOLDER "/%.200s/status", connector);
    FILE *f = fopen(path, "re");
    if (!f)
        return false;
    bool read = fgets(state, sizeof state, f) != NULL;
    fclose(f);
    return read && strcmp(state, "connected\n") == 0;
}

/* The first connector, by name, with something plugged in; empty if there is none. */
static void find_connector(char out[64])
{
    struct dirent **names = NULL;
    out[0] = '\0';
    int n = scandir(DRM_FOLDER, &names, NULL, alphasort);
    for (int i = 0; i < n; i++) {
        const char *name = names[i]->d_name;
        if (!out[0] && strncmp(name, "card", 4) == 0 && strchr(name, '-') && !strstr(name, "Writeback") &&
            is_connected(name))
            snprintf(out, 64, "%.63s", name);
        free(names[i]);
    }
    free(names);
}

/* SDL 2.26 may forget a good card when another one follows it: tell it which card has the cable. */
static void choose_card(struct screen *s)
{
    char index[16];
    find_connector(s->plugged);
    if (!s->plugged[0])
        return;
    snprintf(index, sizeof index, "%d", atoi(s->plugged + 4));
    SDL_SetHint(SDL_HINT_KMSDRM_DEVICE_INDEX, index);
}

/* Drivers that draw into nothing count only when somebody asked for them. */
static bool is_real_driver(const char *name)
{
    const char *asked = SDL_getenv("SDL_VIDEODRIVER");
    return (asked && asked[0]) ||
           (strcmp(name, "dummy") != 0 && strcmp(name, "offscreen") != 0 && strcmp(name, "evdev") != 0);
}

static void set_hints(void)
{
    /* SDL asks D-Bus about screen savers; without a session it would start a bus of its own. */
    SDL_setenv("DBUS_SESSION_BUS_ADDRESS", "disabled:", 0);
    SDL_SetHint(SDL_HINT_NO_SIGNAL_HANDLERS, "1");
    SDL_SetHint(SDL_HINT_VIDEO_ALLOW_SCREENSAVER, "0");
    SDL_SetHint(SDL_HINT_VIDEO_X11_NET_WM_BYPASS_COMPOSITOR, "0");
    SDL_SetHint(SDL_HINT_GRAB_KEYBOARD, "0");
    /* Only what somebody can look at; Wayland's library complains aloud where there is none. $SDL_VIDEODRIVER
     * wins. */
    SDL_SetHint(SDL_HINT_VIDEODRIVER, SDL_getenv("WAYLAND_DISPLAY") ? "x11,wayland,KMSDRM" : "x11,KMSDRM");
}

#ifdef SDL_VIDEO_DRIVER_X11
/* SDL has loaded Xlib; it is asked for by name, so that the program starts without X. */
static void watch_server(int (*died)(Display *))
{
    void *xlib = dlopen("libX11.so.6", RTLD_LAZY | RTLD_NOLOAD);
    void *symbol = xlib ? dlsym(xlib, "XSetIOErrorHandler") : NULL;
    int (*(*set)(int (*)(Display *)))(Display *);
    if (!symbol || !died)
        return;
    memcpy(&set, &symbol, sizeof set);
    set(died);
    dlclose(xlib);
}
#endif

static void find_fd(struct screen *s)
{
    SDL_SysWMinfo info;
    SDL_VERSION(&info.version);
    s->fd = -1;
    if (!SDL_GetWindowWMInfo(s->window, &info))
        return;
#ifdef SDL_VIDEO_DRIVER_X11
    if (info.subsystem == SDL_SYSWM_X11) {
        s->fd = ConnectionNumber(info.info.x11.display);
        watch_server(s->setup.server_died);
    }
#endif
}

static bool make_window(struct screen *s)
{
    bool whole = s->console || s->setup.w == 0;
    Uint32 flags = whole ? SDL_WINDOW_FULLSCREEN_DESKTOP : SDL_WINDOW_RESIZABLE;
    int w = s->setup.w ? s->setup.w : 1920, h = s->setup.h ? s->setup.h : 1080;
    /* A software surface where there is one: GL on the processor costs 14 ms and 90 MiB more. KMSDRM has GL
     * only. */
    SDL_SetHint(SDL_HINT_FRAMEBUFFER_ACCELERATION, s->console ? "1" : "0");
    s->window = SDL_CreateWindow(s->setup.title, SDL_WINDOWPOS_CENTERED, SDL_WINDOWPOS_CENTERED, w, h, flags);
    if (!s->window)
        return false;
    if (whole)
        SDL_ShowCursor(SDL_DISABLE);
    return true;
}

bool screen_open(struct screen *s, char *why, size_t why_size)
{
    set_hints();
    choose_card(s);
    if (SDL_InitSubSystem(SDL_INIT_VIDEO) != 0) {
        snprintf(why, why_size, "there is no display: %s", SDL_GetError());
        return false;
    }
    const char *driver = SDL_GetCurrentVideoDriver();
    s->console = SDL_strcasecmp(driver, "kmsdrm") == 0;
    if (!is_real_driver(driver) || !make_window(s)) {
        snprintf(why, why_size, "there is no display: %s", is_real_driver(driver) ? SDL_GetError() : driver);
        screen_close(s);
        SDL_QuitSubSystem(SDL_INIT_VIDEO);
        return false;
    }
    find_fd(s);
    s->w = s->h = 0;
    log_note("display opened by %s", driver);
    return true;
}

void screen_close(struct screen *s)
{
    if (!s->window)
        return;
    SDL_DestroyWindow(s->window);
    s->window = NULL;
    s->fd = -1;
    SDL_QuitSubSystem(SDL_INIT_VIDEO);
}

SDL_Surface *screen_surface(struct screen *s, bool *fresh)
{
    SDL_Surface *surface = s->window ? SDL_GetWindowSurface(s->window) : NULL;
    bool usable = surface && surface->format->BytesPerPixel == 4 && surface->format->Rmask == 0xff0000;
    if (s->window && !usable) {
        log_warn("the display gives no surface to draw on: %s",
                 surface ? "not 32 bits a pixel" : SDL_GetError());
        screen_close(s);
    }
    if (!usable)
        return NULL;
    *fresh = surface->w != s->w || surface->h != s->h || s->exposed;
    s->w = surface->w;
    s->h = surface->h;
    s->exposed = false;
    return surface;
}

bool screen_show(struct screen *s, const SDL_Rect *rects, int n)
{
    if (n == 0 || SDL_UpdateWindowSurfaceRects(s->window, rects, n) == 0)
        return true;
    log_warn("the display is lost: %s", SDL_GetError());
    screen_close(s);
    return false;
}

int screen_fd(const struct screen *s)
{
    return s->fd;
}

struct screen_news screen_poll(struct screen *s)
{
    struct screen_news news = { false, false };
    SDL_Event e;
    while (s->window && SDL_PollEvent(&e)) {
        if (e.type == SDL_QUIT)
            news.quit = true;
        else if (e.type == SDL_KEYDOWN && (e.key.keysym.sym == SDLK_ESCAPE || e.key.keysym.sym == SDLK_q))
            news.quit = news.quit || s->setup.w > 0; /* a kiosk has no way out */
        else if (e.type == SDL_WINDOWEVENT && (e.window.event == SDL_WINDOWEVENT_EXPOSED ||
                                               e.window.event == SDL_WINDOWEVENT_SIZE_CHANGED))
            news.redraw = true;
    }
    s->exposed = s->exposed || news.redraw;
    return news;
}

bool screen_unplugged(struct screen *s)
{
    char now[64];
    if (!s->console || !s->window)
        return false;
    find_connector(now);
    return strcmp(now, s->plugged) != 0;
}
