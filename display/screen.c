#include "display/screen.h"

#include "base/log.h"
#include "display/card.h"

#include <SDL2/SDL_syswm.h>
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LOG_TAG "screen"

/*
 * How a surface comes to the display, tried in turn. A window: drawn by the processor, as GL there costs 14
 * ms and 90 MiB more, else by GL, which is all that Wayland has. KMSDRM has GL only: the graphics
 * processor's, else Mesa's own on the processor.
 */
struct way {
    const char *acceleration; /* SDL's hint */
    bool mesa_alone;
};

#define WAYS 2

#define WINDOW_MS 250
#define CABLE_MS  5000

#define DEFAULT_W 1920 /* asked for; it becomes what the display has */
#define DEFAULT_H 1080

static const struct way in_window[WAYS] = { { "0", false }, { "1", false } },
                        on_console[WAYS] = { { "1", false }, { "1", true } };

struct screen {
    struct screen_setup setup;
    SDL_Window *window;
    int w, h;     /* of the surface that was handed out last */
    bool exposed; /* its content was lost */
    bool console; /* KMSDRM */
    int fd;
    char plugged[CARD_NAME_MAX]; /* the connector that was chosen, "card1-HDMI-A-1" */
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

static void choose_card(struct screen *s)
{
    char number[16], found[CARD_NAME_MAX];
    card_find(CARD_FOLDER, s->plugged, found);
    memcpy(s->plugged, found, sizeof found);
    if (!s->plugged[0])
        return;
    snprintf(number, sizeof number, "%d", card_number(s->plugged));
    SDL_SetHint(SDL_HINT_KMSDRM_DEVICE_INDEX, number);
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
    /* Nobody types here: Xlib need not read how characters are composed. */
    SDL_setenv("XCOMPOSEFILE", "/dev/null", 0);
    SDL_SetHint(SDL_HINT_NO_SIGNAL_HANDLERS, "1");
    SDL_SetHint(SDL_HINT_VIDEO_ALLOW_SCREENSAVER, "0");
    SDL_SetHint(SDL_HINT_VIDEO_X11_NET_WM_BYPASS_COMPOSITOR, "0");
    SDL_SetHint(SDL_HINT_GRAB_KEYBOARD, "0");
    /* Only what somebody can look at; Wayland's library complains aloud where there is none. $SDL_VIDEODRIVER
     * wins. */
    SDL_SetHint(SDL_HINT_VIDEODRIVER, SDL_getenv("WAYLAND_DISPLAY") ? "x11,wayland,KMSDRM" : "x11,KMSDRM");
}

#ifdef SDL_VIDEO_DRIVER_X11

#define ATOM_TYPE ((Atom)4) /* XA_ATOM of Xatom.h */

/* SDL has loaded Xlib; it is asked for by name, so that the program starts without X. */
static bool xlib_symbol(const char *name, void *function)
{
    void *xlib = dlopen("libX11.so.6", RTLD_LAZY | RTLD_NOLOAD);
    void *symbol = xlib ? dlsym(xlib, name) : NULL;
    if (xlib)
        dlclose(xlib);
    memcpy(function, &symbol, sizeof symbol);
    return symbol != NULL;
}

static void watch_server(int (*died)(Display *))
{
    int (*(*set)(int (*)(Display *)))(Display *);
    if (died && xlib_symbol("XSetIOErrorHandler", &set))
        set(died);
}

/* Asks the window manager, if there is one or comes later, for the whole display: EWMH's way for a window
 * that is not shown yet. */
static void ask_for_whole(const SDL_SysWMinfo *info)
{
    Atom (*intern)(Display *, const char *, Bool);
    int (*change)(Display *, Window, Atom, Atom, int, int, const unsigned char *, int);
    Display *display = info->info.x11.display;
    if (!xlib_symbol("XInternAtom", &intern) || !xlib_symbol("XChangeProperty", &change))
        return;
    Atom state = intern(display, "_NET_WM_STATE", False),
         whole = intern(display, "_NET_WM_STATE_FULLSCREEN", False);
    change(display, info->info.x11.window, state, ATOM_TYPE, 32, PropModeReplace,
           (const unsigned char *)&whole, 1);
}

#endif

/* False: not a window of X. */
static bool x11_window(const struct screen *s, SDL_SysWMinfo *info)
{
    SDL_VERSION(&info->version);
    return s->window && SDL_GetWindowWMInfo(s->window, info) && info->subsystem == SDL_SYSWM_X11;
}

static void find_fd(struct screen *s)
{
    SDL_SysWMinfo info;
    s->fd = -1;
    if (!x11_window(s, &info))
        return;
#ifdef SDL_VIDEO_DRIVER_X11
    s->fd = ConnectionNumber(info.info.x11.display);
    watch_server(s->setup.server_died);
#endif
}

/* SDL's way to the whole display waits 100 ms for a window manager, which a kiosk does not have. */
static SDL_Window *whole_x11(struct screen *s)
{
    SDL_SysWMinfo info;
    SDL_Rect all;
    if (SDL_GetDisplayBounds(0, &all) != 0)
        return NULL;
    s->window = SDL_CreateWindow(s->setup.title, all.x, all.y, all.w, all.h,
                                 SDL_WINDOW_BORDERLESS | SDL_WINDOW_HIDDEN);
#ifdef SDL_VIDEO_DRIVER_X11
    if (x11_window(s, &info))
        ask_for_whole(&info);
#endif
    if (s->window)
        SDL_ShowWindow(s->window);
    return s->window;
}

static SDL_Window *whole_display(struct screen *s)
{
    if (SDL_strcasecmp(SDL_GetCurrentVideoDriver(), "x11") == 0)
        return whole_x11(s);
    return SDL_CreateWindow(s->setup.title, SDL_WINDOWPOS_CENTERED, SDL_WINDOWPOS_CENTERED, DEFAULT_W,
                            DEFAULT_H, SDL_WINDOW_FULLSCREEN_DESKTOP);
}

static bool make_window(struct screen *s)
{
    bool whole = s->console || s->setup.w == 0;
    s->window = whole ? whole_display(s)
                      : SDL_CreateWindow(s->setup.title, SDL_WINDOWPOS_CENTERED, SDL_WINDOWPOS_CENTERED,
                                         s->setup.w, s->setup.h, SDL_WINDOW_RESIZABLE);
    if (s->window && whole)
        SDL_ShowCursor(SDL_DISABLE);
    return s->window != NULL;
}

/* What can be drawn on, or NULL with the reason in `why`. */
static SDL_Surface *usable_surface(struct screen *s, char *why, size_t why_size)
{
    SDL_Surface *surface = SDL_GetWindowSurface(s->window);
    if (surface && surface->format->BytesPerPixel == 4 && surface->format->Rmask == 0xff0000)
        return surface;
    snprintf(why, why_size, "the display gives no surface to draw on: %s",
             surface ? "not 32 bits a pixel" : SDL_GetError());
    return NULL;
}

enum opened { OPENED, OPENED_NO_DISPLAY, OPENED_NO_SURFACE };

static enum opened open_way(struct screen *s, int way, char *why, size_t why_size)
{
    if (SDL_InitSubSystem(SDL_INIT_VIDEO) != 0) {
        snprintf(why, why_size, "there is no display: %s", SDL_GetError());
        return OPENED_NO_DISPLAY;
    }
    const char *driver = SDL_GetCurrentVideoDriver();
    s->console = SDL_strcasecmp(driver, "kmsdrm") == 0;
    const struct way *how = s->console ? &on_console[way] : &in_window[way];
    SDL_SetHint(SDL_HINT_FRAMEBUFFER_ACCELERATION, how->acceleration);
    if (how->mesa_alone)
        SDL_setenv("LIBGL_ALWAYS_SOFTWARE", "1", 1);
    snprintf(why, why_size, "there is no display: %s", driver);
    bool real = is_real_driver(driver);
    if (real && !make_window(s))
        snprintf(why, why_size, "the display takes no window: %s%s", SDL_GetError(),
                 s->console ? " (the console needs libegl1, libgles2 and libgl1-mesa-dri)" : "");
    if (s->window && usable_surface(s, why, why_size)) {
        find_fd(s);
        s->w = s->h = 0;
        log_note("display opened by %s%s", driver, way ? ", the second way" : "");
        return OPENED;
    }
    if (s->window)
        screen_close(s);
    else
        SDL_QuitSubSystem(SDL_INIT_VIDEO);
    return real ? OPENED_NO_SURFACE : OPENED_NO_DISPLAY;
}

bool screen_open(struct screen *s, char *why, size_t why_size)
{
    enum opened opened = OPENED_NO_SURFACE;
    set_hints();
    choose_card(s);
    for (int way = 0; way < WAYS && opened == OPENED_NO_SURFACE; way++)
        opened = open_way(s, way, why, why_size);
    return opened == OPENED;
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
    char why[300];
    SDL_Surface *surface = s->window ? usable_surface(s, why, sizeof why) : NULL;
    if (s->window && !surface) {
        log_warn("%s", why);
        screen_close(s);
    }
    if (!surface)
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

int64_t screen_look_ms(const struct screen *s)
{
    return s->console ? CABLE_MS : WINDOW_MS;
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
    char now[CARD_NAME_MAX];
    if (!s->console || !s->window)
        return false;
    card_find(CARD_FOLDER, s->plugged, now);
    return strcmp(now, s->plugged) != 0;
}
