/*
 * What a frame costs: the whole lounge, one word of it, a page turn, each from the board's change to the
 * pixels of a surface in memory.
 *
 *   frame BOARD.json whole|word|turn COUNT
 *
 * Prints the milliseconds of each. Everything that is measured happens below frame_measured, so that
 * callgrind can be told to collect there alone.
 */
#include "display/show.h"
#include "sys/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define W         1920
#define H         1080
#define WARM      4
#define CACHE     ((size_t)W * H * 2) /* as pitboard-screen has it */
#define DWELL_MS  16001
#define BEFORE_MS 1

struct bench {
    struct show *show;
    SDL_Surface *surface;
    struct boot now;
    struct wall wall;
    int64_t rev;
};

void frame_measured(struct bench *b); /* not static: a name callgrind can find */

static double now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static struct view *read_board(const char *path)
{
    static char bytes[VIEW_BYTES_MAX];
    char fault[200];
    FILE *f = fopen(path, "rb");
    size_t len = f ? fread(bytes, 1, sizeof bytes, f) : 0;
    if (f)
        fclose(f);
    struct view *view = view_decode(bytes, len, fault, sizeof fault);
    if (!view)
        exit(1);
    return view;
}

/* The board with the stage of the car that is promised first changed each time, or as it is. */
static void change(struct bench *b, const char *path, int turn)
{
    struct view *view = read_board(path);
    int first = -1;
    for (int i = 0; i < view->n_jobs; i++) {
        const struct view_job *job = &view->jobs[i];
        enum kind kind = view->stages[job->stage].kind;
        if (kind != KIND_READY && !wall_is_none(job->promised) &&
            (first < 0 || job->promised.ms < view->jobs[first].promised.ms))
            first = i;
    }
    for (int s = 0, k = 0; first >= 0 && s < view->n_stages && turn >= 0; s++)
        if (view->stages[s].kind == KIND_WORK && k++ == turn % 2)
            view->jobs[first].stage = (uint8_t)s;
    view->rev = ++b->rev;
    view->time = b->wall;
    show_beat(b->show, b->rev, b->wall, b->now);
    show_board(b->show, view, b->now);
}

static void draw(struct bench *b)
{
    SDL_Rect rects[PAINT_RECTS_MAX];
    if (show_draw(b->show, b->surface, b->wall, b->now, rects) < 0)
        exit(1);
}

__attribute__((noinline)) void frame_measured(struct bench *b)
{
    draw(b);
}

static void pass(struct bench *b, int64_t ms)
{
    b->now = boot_plus(b->now, ms);
    b->wall = wall_plus(b->wall, ms);
}

static void one(struct bench *b, const char *path, const char *what, int turn)
{
    pass(b, strcmp(what, "turn") == 0 ? DWELL_MS : BEFORE_MS);
    if (strcmp(what, "whole") == 0)
        show_forget(b->show);
    if (strcmp(what, "word") == 0)
        change(b, path, turn);
    show_beat(b->show, b->rev, b->wall, b->now);
    double from = now_ms();
    if (turn < WARM) {
        draw(b);
        return;
    }
    frame_measured(b);
    printf("%.3f\n", now_ms() - from);
}

int main(int argc, char **argv)
{
    struct show_setup setup = { .distance_m = 6 };
    struct bench b = { .now = { 1000000 } };
    char fault[300];
    if (argc != 4)
        return 2;
    struct words *words = words_open("ru", NULL, 0, fault, sizeof fault);
    if (!words)
        return 1;
    setup.model.words[0] = words;
    setup.model.ready_keep_ms = 30 * 60000;
    theme_dark(&setup.theme);
    struct view *view = read_board(argv[1]);
    b.wall = view->time;
    clock_set_zone(view->zone);
    view_destroy(view);
    b.show = show_create(&setup, CACHE, b.now, fault, sizeof fault);
    b.surface = SDL_CreateRGBSurfaceWithFormat(0, W, H, 32, SDL_PIXELFORMAT_RGB888);
    if (!b.show || !b.surface)
        return 1;
    change(&b, argv[1], -1);
    for (int i = 0; i < atoi(argv[3]) + WARM; i++)
        one(&b, argv[1], argv[2], i);
    show_destroy(b.show);
    words_close(words);
    SDL_FreeSurface(b.surface);
    return 0;
}
