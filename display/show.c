#include "display/show.h"

#include "base/log.h"
#include "display/motion.h"
#include "display/pager.h"
#include "sys/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LOG_TAG "show"

#define LIGHT_FROM_H   8
#define LIGHT_TO_H     18
#define CLOCK_SLACK_MS 500  /* a beat's way through the broker; less than this is no other time */
#define RISE_PX        16   /* of a picture of 1080 */
#define LOOK_MS        1000 /* until the next picture looks for fonts that the last had too many scripts for */
#define STILL_MS       600000 /* without motion after a frame that took too long */
#define ROUND_LONG_MS  120000 /* who looks up at the wrong moment waits for that long */
#define ROWS_FEW       2      /* a page of fewer cars is a slide show */

struct moment {
    bool fresh, light, call, turns; /* there are pages to turn */
    int turn, n_bright, n_ready;
    enum shade shade;
};

struct show {
    struct show_setup setup;
    struct glyphs *glyphs;
    struct icons *icons;
    struct paint *paint;
    struct motion *motion;
    struct layout *layout;
    struct frame frame; /* of the layout */
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
    bool news;               /* since the last show_draw something came */
    bool frame_only;         /* that was the frame of a motion */
    struct boot still_until; /* this computer is too slow to move */
    struct moment before;    /* what the picture showed, as far as motion goes by it */
    bool told_round;         /* that a round is long */
    bool light;              /* it is the theme of the day */
    int light_turn;          /* of the pager, when that was decided */
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
    s->motion = motion_create();
    s->still_until = now;
    if (!s->paint || !s->motion) {
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
    motion_destroy(s->motion);
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
    s->news = true;
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
    bool news = moved || !s->drawn || before != TRUST_FRESH || trust_state(&s->trust, now) != TRUST_FRESH ||
                since.ms / 60000 != trust_since(&s->trust).ms / 60000;
    s->news = s->news || news;
    return news;
}

void show_picture(struct show *s, struct wall at, struct boot now)
{
    s->has_offset = s->news = true;
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

/* Whoever sets the screen up learns once what to change. */
static void tell_long_round(struct show *s)
{
    const struct pager *p = &s->pager;
    int cars = s->model.n_cars, pages = p->of;
    int64_t round_ms = pages * p->dwell_ms;
    if (s->told_round || pages < 2 || (cars >= ROWS_FEW * pages && round_ms <= ROUND_LONG_MS))
        return;
    s->told_round = true;
    log_warn(
        "%d cars take %d pages, a round of %d s; for more on a page lower screen.distance_m (now %.1f; for a "
        "screen of d inches it is the true one * 55 / d), show one language, or hang the screen upright",
        cars, pages, (int)(round_ms / 1000), s->setup.distance_m);
}

static bool arrange(struct show *s, const SDL_Surface *surface, struct wall hub, struct boot now)
{
    struct layout_setup setup = layout_size(s, surface);
    struct page page = { 0 };
    setup.night = night_at(&s->setup.night, !s->setup.model.workshop && night_deserted(&s->model), hub);
    if (!layout_frame(&s->frame, &setup, &s->model) ||
        (setup.night.shade != SHADE_NIGHT &&
         !pager_page(&s->pager, &s->frame, &setup, &s->model, now, &page)))
        return false;
    if (!s->setup.model.workshop)
        tell_long_round(s);
    return layout_make(s->layout, &s->frame, &setup, &s->model, &page);
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

/* What the picture that was just arranged shows. */
static struct moment moment_of(const struct show *s)
{
    const struct model *m = &s->model;
    struct moment moment = { .fresh = m->trust == TRUST_FRESH,
                             .light = s->light,
                             .call = m->call >= 0,
                             .turns = s->pager.turn_at.ms != BOOT_FAR.ms,
                             .turn = s->pager.turn,
                             .n_ready = m->n_ready,
                             .shade = s->layout->shade };
    for (int i = 0; i < m->n_ready; i++)
        moment.n_bright += m->ready[i].bright;
    return moment;
}

/* A change of trust or light is no event to look at. */
static enum motion_kind motion_between(const struct moment *a, const struct moment *b, bool fade_pages)
{
    if (!a->fresh || !b->fresh || a->light != b->light || a->shade != b->shade || b->shade == SHADE_NIGHT)
        return MOTION_CUT;
    if (a->call != b->call)
        return b->call ? MOTION_RISE : MOTION_TURN;
    if (fade_pages && a->turns && b->turns && a->turn != b->turn)
        return MOTION_TURN;
    return b->n_bright < a->n_bright && b->n_ready == a->n_ready ? MOTION_CARD : MOTION_CUT;
}

/* The part of the picture that moves; the rest changes at once. Header and strip never move. */
static struct box moving_box(const struct show *s, enum motion_kind kind)
{
    const struct frame *f = &s->frame;
    struct box box = f->body;
    if (kind == MOTION_CARD || (kind == MOTION_RISE && f->form == FORM_SIDE)) {
        box.x = kind == MOTION_CARD ? f->panel.x : 0;
        box.w = kind == MOTION_CARD ? f->panel.w : f->panel.x;
    }
    return box;
}

static int rise_px(const struct show *s)
{
    int small = s->frame.w < s->frame.h ? s->frame.w : s->frame.h;
    return small * RISE_PX / 1080;
}

static SDL_Rect join_all(const SDL_Rect *rects, int n, SDL_Rect with)
{
    for (int i = 0; i < n; i++)
        SDL_UnionRect(&with, &rects[i], &with);
    return with;
}

/* Everything that is seen at once: what was painted outside the part that moves, and its first frame. */
static int begin_motion(struct show *s, SDL_Surface *surface, enum motion_kind kind, struct boot now,
                        SDL_Rect rects[PAINT_RECTS_MAX], int n)
{
    struct box box = moving_box(s, kind);
    SDL_Rect area = paint_rect(surface, s->setup.rotate, box), frames[MOTION_PIECES_MAX], part;
    if (kind == MOTION_RISE)
        motion_keep(s->motion, surface, area);
    for (int i = 0; i < n && kind != MOTION_RISE; i++)
        if (SDL_IntersectRect(&rects[i], &area, &part))
            motion_keep(s->motion, surface, part);
    paint_draw(s->paint, surface, s->layout, s->setup.rotate);
    motion_start(s->motion, kind, surface, rise_px(s), s->setup.rotate, now);
    motion_draw(s->motion, surface, now, frames);
    if (kind != MOTION_RISE)
        return n;
    rects[0] = join_all(rects, n, area);
    return 1;
}

static int draw_picture(struct show *s, SDL_Surface *surface, const struct theme *theme, struct boot now,
                        SDL_Rect rects[PAINT_RECTS_MAX])
{
    struct moment moment = moment_of(s);
    bool may = s->setup.motion && s->drawn && boot_minus(now, s->still_until) >= 0;
    enum motion_kind kind = may ? motion_between(&s->before, &moment, s->setup.fade_pages) : MOTION_CUT;
    int n = paint_changes(s->paint, surface, s->layout, theme, s->setup.rotate, rects);
    s->before = moment;
    s->drawn = true;
    s->news = false;
    if (kind != MOTION_CUT)
        return begin_motion(s, surface, kind, now, rects, n);
    paint_draw(s->paint, surface, s->layout, s->setup.rotate);
    return n;
}

/* What does not come from the frames of a motion. */
static struct boot rest_deadline(const struct show *s)
{
    return boot_first(s->rest,
                      boot_first(trust_deadline(&s->trust, s->up), calls_deadline(&s->calls, s->up)));
}

static int draw_anew(struct show *s, SDL_Surface *surface, struct wall wall, struct boot now,
                     SDL_Rect rects[PAINT_RECTS_MAX])
{
    struct wall hub = s->has_offset ? (struct wall){ now.ms + s->offset_ms } : wall;
    if (!s->has_offset)
        trust_clock(&s->trust, wall);
    calls_tick(&s->calls, trust_state(&s->trust, now) == TRUST_FRESH, now);
    struct model_input in = {
        .view = s->view, .trust = &s->trust, .calls = &s->calls, .now = hub, .up = now
    };
    if (!model_make(&s->model, &s->setup.model, &in) || !arrange(s, surface, hub, now))
        return -1;
    const struct theme *hour = theme_of_hour(s, hub);
    s->up = now;
    s->rest = boot_plus(now, wall_minus(s->model.next, hub));
    if (s->model.call < 0 && s->layout->shade != SHADE_NIGHT)
        s->rest = boot_first(s->rest, s->pager.turn_at);
    struct theme theme = theme_shade(hour, s->layout->shade);
    int n = draw_picture(s, surface, &theme, now, rects);
    if (glyphs_next_picture(s->glyphs)) {
        paint_forget(s->paint);
        s->rest = boot_first(s->rest, boot_plus(now, LOOK_MS));
    }
    return n;
}

int show_draw(struct show *s, SDL_Surface *surface, struct wall wall, struct boot now,
              SDL_Rect rects[PAINT_RECTS_MAX])
{
    SDL_Rect settled[MOTION_PIECES_MAX];
    int n_settled = 0;
    s->frame_only =
        motion_runs(s->motion) && !s->news && boot_minus(rest_deadline(s), now) > 0 && now.ms >= s->up.ms;
    if (s->frame_only)
        return motion_draw(s->motion, surface, now, rects);
    /* Something else comes: what still moves comes to rest first. */
    if (motion_runs(s->motion))
        n_settled = motion_draw(s->motion, surface, boot_plus(now, MOTION_CARD_MS), settled);
    int n = draw_anew(s, surface, wall, now, rects);
    if (n < 0)
        paint_forget(s->paint); /* what came to rest was not shown */
    if (n_settled == 0 || n < 0)
        return n;
    rects[0] = join_all(rects, n, join_all(settled, n_settled, settled[0]));
    return 1;
}

/* Whether a car that is reminded of stands on this page; a sound without its picture explains nothing. */
static bool reminder_is_seen(const struct show *s)
{
    for (int i = 0; i < s->layout->n; i++) {
        const struct item *item = &s->layout->items[i];
        if (item->owner == OWNER_READY && item->part == PART_LABEL && s->model.ready[item->index].bright &&
            !s->model.ready[item->index].called)
            return true;
    }
    return false;
}

enum call_cue show_cue(struct show *s, const char **label, const char **place)
{
    enum call_cue cue = calls_cue(&s->calls);
    if (s->layout->shade != SHADE_DAY || s->setup.model.workshop || (cue == CUE_CALL && s->model.call < 0) ||
        (cue == CUE_REMINDER && !reminder_is_seen(s)))
        return CUE_NONE;
    *label = cue == CUE_CALL ? s->model.ready[s->model.call].label : "";
    *place = cue == CUE_CALL ? s->model.ready[s->model.call].place_long : "";
    return cue;
}

struct boot show_deadline(const struct show *s)
{
    return boot_first(rest_deadline(s), motion_next(s->motion));
}

void show_took(struct show *s, int64_t ms)
{
    if (!s->frame_only || ms <= MOTION_SLOW_MS)
        return;
    log_note("a frame took %d ms: for a while nothing moves", (int)ms);
    s->still_until = boot_plus(s->up, STILL_MS);
    s->news = true;
}

int show_missing(const struct show *s, int32_t *first)
{
    return glyphs_missing(s->glyphs, first);
}

void show_lost(struct show *s)
{
    calls_cut(&s->calls);
}

void show_forget(struct show *s)
{
    motion_drop(s->motion);
    paint_forget(s->paint);
}
