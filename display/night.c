#include "display/night.h"

#include "display/draw.h"
#include "display/floor.h"
#include "sys/clock.h"

#include <math.h>

#define COLUMNS 4
#define STRIDE  5 /* coprime to the number of places: every place in turn, and far from the last one */

bool night_quiet(const struct night_setup *setup, struct wall now)
{
    struct clock_parts at = clock_local(now);
    int minute = at.hour * 60 + at.minute;
    if (setup->from_min < setup->to_min)
        return minute >= setup->from_min && minute < setup->to_min;
    return setup->from_min != setup->to_min && (minute >= setup->from_min || minute < setup->to_min);
}

bool night_deserted(const struct model *m)
{
    /* Without rows nobody knows whether somebody waits, and whoever sets the screen up needs to see how far it
     * came: the sentence stays. */
    if ((m->trust != TRUST_FRESH && m->trust != TRUST_STALE) || m->n_ready > 0)
        return false;
    if (m->floor && floor_busy(m->floor))
        return false;
    for (int i = 0; i < m->n_cars; i++)
        if (m->cars[i].waiting)
            return false;
    return true;
}

/* How many periods of `minutes` fit before `now`, modulo `of`. */
static int turn(struct wall now, int minutes, int of)
{
    int64_t periods = now.ms / ((int64_t)minutes * 60000) % of;
    return (int)(periods < 0 ? periods + of : periods);
}

struct night night_at(const struct night_setup *setup, bool deserted, struct wall now)
{
    struct night night = { .shade = SHADE_DAY };
    if (night_quiet(setup, now))
        night.shade = deserted ? SHADE_NIGHT : SHADE_DIM;
    if (setup->ring)
        night.step = 1 + turn(now, NIGHT_RING_MIN, NIGHT_RING_STEPS);
    night.place = turn(now, NIGHT_PLACE_MIN, NIGHT_PLACES) * STRIDE % NIGHT_PLACES;
    return night;
}

void night_layout(struct draw *d, int place)
{
    const struct frame *f = d->f;
    char name[FIT_SIZE];
    int l = px(f, 92), high = px(f, 92 + 88);
    draw_own(d, OWNER_NONE, -1);
    draw_fill(d, PART_BACK, (struct box){ 0, 0, f->w, f->h }, 0, SLOT_BG);
    fit_text(d, d->m->name, f->s, false, (f->w - 2 * f->margin) * 2 / 3, name);
    int wide = width(d, name, f->s, false), clock = width(d, d->m->clock, l, true);
    if (clock > wide)
        wide = clock;
    int x = f->margin + place % COLUMNS * (f->w - 2 * f->margin - wide) / (COLUMNS - 1);
    int y = f->margin + place / COLUMNS * (f->h - 2 * f->margin - high) / (NIGHT_PLACES / COLUMNS - 1);
    draw_text(d, PART_CLOCK, x, y + px(f, 72), l, true, SLOT_TEXT2, d->m->clock);
    draw_text(d, PART_NAME, x, y + px(f, 160), f->s, false, SLOT_TEXT2, name);
}

/* An edge moves unless it lies on the edge of the picture: what reaches there goes on reaching there. */
static void move_span(int *at, int *size, int by, int whole)
{
    int from = *at, to = *at + *size;
    from = from <= 0 ? from : from + by;
    to = to >= whole ? to : to + by;
    *at = from;
    *size = to - from;
}

void night_step(struct layout *layout, const struct frame *f, int step)
{
    static const signed char ring[NIGHT_RING_STEPS][2] = { { 1, 0 },  { 1, 1 },   { 0, 1 },  { -1, 1 },
                                                           { -1, 0 }, { -1, -1 }, { 0, -1 }, { 1, -1 } };
    if (step < 1)
        return;
    int by = (int)lround((f->w < f->h ? f->w : f->h) * 4 / 1080.0);
    int dx = ring[(step - 1) % NIGHT_RING_STEPS][0] * by, dy = ring[(step - 1) % NIGHT_RING_STEPS][1] * by;
    for (int i = 0; i < layout->n; i++) {
        struct item *item = &layout->items[i];
        if (item->kind == ITEM_FILL) {
            move_span(&item->box.x, &item->box.w, dx, f->w);
            move_span(&item->box.y, &item->box.h, dy, f->h);
        } else {
            item->box.x += dx;
            item->box.y += dy;
            item->baseline += dy;
        }
    }
}
