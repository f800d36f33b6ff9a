#include "display/show.h"

#include "base/log.h"
#include "display/pager.h"
#include "sys/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LOG_TAG "show"

#define LIGHT_FROM_H   8
#define LIGHT_TO_H     18
#define CLOCK_SLACK_MS 500 /* a beat's way through the broker; less than this is no other time */

struct show {
    struct show_setup setup;
    struct glyphs *glyphs;
    struct icons *icons;
    struct paint *paint;
    struct layout *layout;
    struct measure measure;
    struct view *view;
    struct trust trust;
    struct calls calls;
    struct pager pager;
    struct model model;
    char zone[65];
    bool has_offset;
    int64_t offset_ms; /* the hub's wall clock minus our boot clock */
    struct boot rest;  /* the next change for any other reason than silence or a call */
    struct boot up;    /* of the last show_draw */
    bool drawn;
    bool light;     /* it is the theme of the day */
    int light_turn; /* of the pager, when that was decided */
};

struct show *show_create(const struct show_setup *setup, size_t cache_bytes, struct boot now, char *fault,
                         size_t fault_size)
{
    struct show *s = calloc(1, sizeof *s);
    snprintf(fault, fault_size, "memory is out");
    if (!s)
        return NULL;
    s->setup = *setup;
    s->rest = BOOT_FAR;
    trust_start(&s->trust, now);
    calls_start(&s->calls);
    pager_start(&s->pager);
    model_free(&s->model);
    s->icons = icons_create();
    s->layout = layout_create();
    s->glyphs = s->icons && s->layout ? glyphs_create(cache_bytes, fault, fault_size) : NULL;
    s->paint = s->glyphs ? paint_create(s->glyphs, s->icons) : NULL;
    if (!s->paint) {
        show_destroy(s);
        return NULL;
    }
    paint_logo(s->paint, setup->logo);
    s->measure = (struct measure){ .width = glyphs_width, .user = s->glyphs };
    return s;
}

void show_destroy(struct show *s)
{
    if (!s)
        return;
    paint_destroy(s->paint);
    glyphs_destroy(s->glyphs);
    layout_destroy(s->layout);
    icons_destroy(s->icons);
    model_free(&s->model);
    pager_free(&s->pager);
    calls_free(&s->calls);
    view_destroy(s->view);
    free(s);
}

static void follow_zone(struct show *s)
{
    if (!s->view->zone[0] || strcmp(s->zone, s->view->zone) == 0)
        return;
    memcpy(s->zone, s->view->zone, sizeof s->zone);
    if (!clock_set_zone(s->zone))
        log_warn("this machine does not know the time zone \"%s\"; install tzdata", s->zone);
}

void show_board(struct show *s, struct view *view, struct boot now)
{
    view_destroy(s->view);
    s->view = view;
    follow_zone(s);
    trust_board(&s->trust, view->rev, view->time);
    if (s->setup.model.workshop)
        return; /* calls are the lounge's */
    if (!calls_board(&s->calls, view, trust_state(&s->trust, now) == TRUST_FRESH, s->setup.call_delay_ms,
                     now))
        log_warn("memory is out; no call is made for this board");
}

bool show_beat(struct show *s, int64_t rev, struct wall time, struct boot now)
{
    int64_t offset = time.ms - now.ms, off_by = offset - s->offset_ms;
    bool moved = !s->has_offset || off_by > CLOCK_SLACK_MS || off_by < -CLOCK_SLACK_MS;
    enum trust_state before = trust_state(&s->trust, now);
    struct wall since = trust_since(&s->trust);
    if (moved)
        s->offset_ms = offset;
    s->has_offset = true;
    trust_beat(&s->trust, rev, time, now);
    return moved || !s->drawn || before != TRUST_FRESH || trust_state(&s->trust, now) != TRUST_FRESH ||
           since.ms / 60000 != trust_since(&s->trust).ms / 60000;
}

void show_picture(struct show *s, struct wall at, struct boot now)
{
    s->has_offset = true;
    s->offset_ms = at.ms - now.ms;
    if (s->view && !s->setup.model.workshop)
        calls_picture(&s->calls, s->view, s->setup.call_delay_ms, at, now);
}

bool show_fresh(const struct show *s, struct boot now)
{
    return trust_state(&s->trust, now) == TRUST_FRESH;
}

/* Size of the picture as it is read, whichever way the screen hangs. */
static struct layout_setup layout_size(const struct show *s, const SDL_Surface *surface)
{
    bool upright = s->setup.rotate == 0 || s->setup.rotate == 180;
    return (struct layout_setup){ .w = upright ? surface->w : surface->h,
                                  .h = upright ? surface->h : surface->w,
                                  .distance_m = s->setup.distance_m,
                                  .measure = &s->measure,
                                  .logo_w = s->setup.logo ? logo_w(s->setup.logo) : 0,
                                  .logo_h = s->setup.logo ? logo_h(s->setup.logo) : 0 };
}

static bool arrange(struct show *s, const SDL_Surface *surface, struct wall hub, struct boot now)
{
    struct layout_setup setup = layout_size(s, surface);
    struct frame frame;
    struct page page = { 0 };
    setup.night = night_at(&s->setup.night, !s->setup.model.workshop && night_deserted(&s->model), hub);
    if (!layout_frame(&frame, &setup, &s->model) ||
        (setup.night.shade != SHADE_NIGHT && !pager_page(&s->pager, &frame, &setup, &s->model, now, &page)))
        return false;
    return layout_make(s->layout, &frame, &setup, &s->model, &page);
}

/* It changes with the page, so that a page is read in one light. */
static const struct theme *theme_of_hour(struct show *s, struct wall hub)
{
    int hour = clock_local(hub).hour;
    if (!s->drawn || s->pager.turn_at.ms == BOOT_FAR.ms || s->pager.turn != s->light_turn)
        s->light = s->setup.hours && hour >= LIGHT_FROM_H && hour < LIGHT_TO_H;
    s->light_turn = s->pager.turn;
    return s->light ? &s->setup.light : &s->setup.theme;
}

int show_draw(struct show *s, SDL_Surface *surface, struct wall wall, struct boot now,
              SDL_Rect rects[PAINT_RECTS_MAX])
{
    struct wall hub = s->has_offset ? (struct wall){ now.ms + s->offset_ms } : wall;
    calls_tick(&s->calls, trust_state(&s->trust, now) == TRUST_FRESH, now);
    struct model_input in = {
        .view = s->view, .trust = &s->trust, .calls = &s->calls, .now = hub, .up = now
    };
    if (!model_make(&s->model, &s->setup.model, &in) || !arrange(s, surface, hub, now))
        return -1;
    const struct theme *hour = theme_of_hour(s, hub);
    s->drawn = true;
    s->up = now;
    s->rest = boot_plus(now, wall_minus(s->model.next, hub));
    if (s->model.call < 0 && s->layout->shade != SHADE_NIGHT)
        s->rest = boot_first(s->rest, s->pager.turn_at);
    struct theme theme = theme_shade(hour, s->layout->shade);
    return paint_update(s->paint, surface, s->layout, &theme, s->setup.rotate, rects);
}

enum call_cue show_cue(struct show *s, const char **label, const char **place)
{
    enum call_cue cue = calls_cue(&s->calls);
    if (s->layout->shade != SHADE_DAY || s->setup.model.workshop || (cue == CUE_CALL && s->model.call < 0))
        return CUE_NONE;
    *label = cue == CUE_CALL ? s->model.ready[s->model.call].label : "";
    *place = cue == CUE_CALL ? s->model.ready[s->model.call].place_long : "";
    return cue;
}

struct boot show_deadline(const struct show *s)
{
    return boot_first(s->rest,
                      boot_first(trust_deadline(&s->trust, s->up), calls_deadline(&s->calls, s->up)));
}

int show_missing(const struct show *s, int32_t *first)
{
    return glyphs_missing(s->glyphs, first);
}

void show_forget(struct show *s)
{
    paint_forget(s->paint);
}
