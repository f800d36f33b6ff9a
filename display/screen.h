/*
 * The window or the bare console: opened when there is a display, closed when it is lost, and a surface to
 * draw on. Main thread only. SDL's signal handlers are off.
 */
#pragma once

#include "base/tick.h"

#include <SDL2/SDL.h>
#include <stdbool.h>

struct screen;
struct _XDisplay;

struct screen_setup {
    int w, h; /* of a window; 0: the whole display */
    const char *title;
    /* Called from inside Xlib when the X server has died; Xlib ends the process when this returns. May be
     * NULL. */
    int (*server_died)(struct _XDisplay *display);
};

struct screen *screen_create(const struct screen_setup *setup); /* NULL if memory is out */
void screen_destroy(struct screen *screen);                     /* takes NULL */

/* Opens the display; false with a sentence in `why` if there is none at the moment. */
bool screen_open(struct screen *screen, char *why, size_t why_size);
void screen_close(struct screen *screen);
bool screen_is_open(const struct screen *screen);

/* The surface to draw on, NULL if the display is lost (then it is closed). `*fresh`: its content is not what
 * was drawn last. Valid until the next call of any function here. */
SDL_Surface *screen_surface(struct screen *screen, bool *fresh);
/* Shows the changed rectangles; false if the display is lost (then it is closed). */
bool screen_show(struct screen *screen, const SDL_Rect *rects, int n);

/* Readable when screen_poll has something to do; -1: there is no such descriptor, look every screen_look_ms. */
int screen_fd(const struct screen *screen);
/* Windows lose their content; the bare console has nothing to tell but a cable. */
int64_t screen_look_ms(const struct screen *screen);
/* Handles what came from the display. */
struct screen_news {
    bool quit;   /* somebody closed the window */
    bool redraw; /* size or content was lost */
};
struct screen_news screen_poll(struct screen *screen);

/* On the bare console nobody tells of a cable: true if what is plugged in is no longer what was opened. */
bool screen_unplugged(struct screen *screen);
