/*
 * The bare limit of a screen: an SDL window whose rectangle takes the colour a message names. No text, no
 * state, no hub.
 *
 *   rectangle WxH PORT TOPIC X Y     the message is RRGGBB
 *   rectangle WxH                    a blank window
 */
#include <SDL2/SDL.h>
#include <mosquitto.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#define SIDE 64

struct window {
    SDL_Window *window;
    SDL_Rect rect;
    const char *topic;
};

static void fill(struct window *w, const SDL_Rect *rect, Uint32 rgb)
{
    SDL_Surface *surface = SDL_GetWindowSurface(w->window);
    if (!surface || SDL_FillRect(surface, rect, rgb) || SDL_UpdateWindowSurfaceRects(w->window, rect, 1))
        exit(1);
}

static void on_connect(struct mosquitto *m, void *user, int code)
{
    if (code || mosquitto_subscribe(m, NULL, ((struct window *)user)->topic, 1))
        exit(1);
}

static void on_message(struct mosquitto *m, void *user, const struct mosquitto_message *message)
{
    struct window *w = user;
    (void)m;
    fill(w, &w->rect, (Uint32)strtoul(message->payload, NULL, 16));
}

static bool open_window(struct window *w, const char *size)
{
    SDL_Rect all = { 0 };
    if (sscanf(size, "%dx%d", &all.w, &all.h) != 2)
        return false;
    SDL_SetHint(SDL_HINT_FRAMEBUFFER_ACCELERATION, "0");
    SDL_SetHint(SDL_HINT_NO_SIGNAL_HANDLERS, "1");
    if (SDL_Init(SDL_INIT_VIDEO))
        return false;
    w->window = SDL_CreateWindow("rectangle", 0, 0, all.w, all.h, SDL_WINDOW_BORDERLESS);
    if (w->window)
        fill(w, &all, 0x101010);
    return w->window != NULL;
}

static void listen_to(struct window *w, int port)
{
    mosquitto_lib_init();
    struct mosquitto *m = mosquitto_new("rectangle", true, w);
    mosquitto_int_option(m, MOSQ_OPT_TCP_NODELAY, 1);
    mosquitto_connect_callback_set(m, on_connect);
    mosquitto_message_callback_set(m, on_message);
    if (mosquitto_connect(m, "127.0.0.1", port, 60))
        exit(1);
    while (mosquitto_loop(m, 1000, 1) == MOSQ_ERR_SUCCESS)
        SDL_PumpEvents();
}

int main(int argc, char **argv)
{
    struct window w = { .rect = { 0, 0, SIDE, SIDE } };
    if (argc < 2 || !open_window(&w, argv[1]))
        return 1;
    if (argc < 6) {
        for (SDL_Event e; SDL_WaitEvent(&e) && e.type != SDL_QUIT;)
            continue;
        return 0;
    }
    w.topic = argv[3];
    w.rect.x = atoi(argv[4]);
    w.rect.y = atoi(argv[5]);
    listen_to(&w, atoi(argv[2]));
    return 1;
}
