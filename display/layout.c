#include "display/draw.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * The floor. Capitals of h = D / 200 (17.2 arc minutes): FAA Human Factors Design Standard, character height
 * 1/200 of the viewing distance; ISO 9241-303 asks for 16' and prefers 20-22'. Noto Sans has capitals of
 * 0.714 em, a 55-inch 16:9 screen a short side of 685 mm: S = D / (200 * 0.714) mm = 1000 * D_m / (200 *
 * 0.714 * 685) of the short side = 0.01022 per metre. Rounded up: never below the floor.
 */
#define LOW_LIST 5 * 88.8 /* height of a list of five lines */
#define WIDE_W   1320     /* of a list whose rows have all on two lines */
#define NEARLY_WIDE_W                                                                                        \
    1005 /* there label, word and time still share a line, and the usual words have a form that fits */
#define FLOOR_PER_M 0.01022

/* The lowest row of two, of three lines. */
#define ROW_WIDE   169
#define ROW_NARROW 237

int layout_floor(int short_px, double distance_m)
{
    return (int)ceil(short_px * FLOOR_PER_M * distance_m);
}

static int least(int a, int b)
{
    return a < b ? a : b;
}

/* Lines of `pitch` that find room; rounding S up costs up to a fiftieth of each in small pictures. */
static int lines_in(int h, double pitch)
{
    return (int)(h / pitch * 1.02);
}

static void side_areas(struct frame *f)
{
    int quarter = least((int)lround(f->w / 4.0), (int)lround(f->h * 4.0 / 9.0));
    int column = quarter > px(f, 476) ? quarter : px(f, 476), inset = px(f, 24);
    int left = f->w - column;
    f->panel = (struct box){ left, 0, column, f->h };
    f->ready = (struct box){ left + inset, f->body.y, column - inset - f->margin + px(f, 8), f->body.h };
    f->list = (struct box){ f->margin, f->body.y, left - 2 * f->margin, f->body.h };
    f->wide = true;
}

/* Height of the cards in a stack: three places where a row of the list still fits below them, else fewer.
 * Groups take one line each where the list is low. */
static int cards_h(struct frame *f, const struct model *m, int head)
{
    static const int narrow[] = { 360, 236,
                                  190 }; /* 3, 2, 1 cards of 112 with 12 between; a group needs 190 */
    int i = 0;
    bool groups = m->n_ready > READY_CARDS_MAX || f->list.w < px(f, WIDE_W);
    f->flat = f->wide && groups && f->body.h - head - px(f, 190 + 28) < px(f, LOW_LIST);
    if (f->wide)
        return px(f, f->flat ? 96 : 190);
    while (i < 2 && f->body.h - head - px(f, narrow[i]) - px(f, 28) < px(f, 251))
        i++;
    return px(f, narrow[i]);
}

static void stack_of(struct frame *f, const struct model *m, bool wide)
{
    int inner = f->w - 2 * f->margin, head = layout_ready_heading_h(f, m);
    f->wide = wide;
    f->list.w = inner;
    int cards = m->n_ready ? cards_h(f, m, head) : 0, gap = px(f, f->flat ? 12 : 28);
    int zone = cards ? head + cards + gap : head + px(f, 14);
    if (m->n_cars + m->n_ready == 0)
        zone = 0;
    f->panel = (struct box){ f->margin, f->body.y, inner, zone };
    f->ready = (struct box){ f->margin, f->body.y, inner, zone - (cards ? gap : 0) };
    f->list = (struct box){ f->margin, f->body.y + zone, inner, f->body.h - zone };
}

static int cars_in(const struct frame *f, enum format format);

/* A picture that is nearly wide enough for rows of two lines has them where more cars are seen by that: on a low
 * screen for far readers the three lines of a narrow row would leave room for one. */
static void stack_areas(struct frame *f, const struct model *m)
{
    int inner = f->w - 2 * f->margin;
    stack_of(f, m, inner >= px(f, WIDE_W));
    if (f->wide || inner < px(f, NEARLY_WIDE_W) || f->w < f->h)
        return;
    int narrow = cars_in(f, FORMAT_NORMAL);
    stack_of(f, m, true);
    if (cars_in(f, FORMAT_NORMAL) <= narrow && narrow > 1)
        stack_of(f, m, false);
}

/* Cars a page of this format holds, counting two (three) lines for each. */
static int cars_in(const struct frame *f, enum format format)
{
    if (format == FORMAT_ROOMY)
        return lines_in(f->list.h, f->wide ? px(f, 296) : px(f, 380));
    /* A strip of two lines makes rows a little lower rather than fewer. */
    if (f->wide)
        return lines_in(f->list.h, px(f, f->strip_lines > 1 ? ROW_WIDE : 177.6));
    return lines_in(f->list.h, px(f, f->strip_lines > 1 ? ROW_NARROW : 250.4));
}

/* The roomiest format that needs no more than three pages; two languages have no shorter one. */
static void choose_format(struct frame *f, const struct model *m)
{
    int roomy = cars_in(f, FORMAT_ROOMY), normal = cars_in(f, FORMAT_NORMAL);
    if (m->n_cars <= least(roomy, 3) && roomy > 0) {
        f->format = FORMAT_ROOMY;
        f->units = roomy < 3 ? roomy : 3;
    } else if (normal > 0 && (m->n_cars <= 3 * normal || m->languages == 2)) {
        f->format = FORMAT_NORMAL;
        f->units = normal * (f->wide ? 2 : 3);
    } else {
        f->format = FORMAT_COMPACT;
        f->units = lines_in(f->list.h, f->wide ? px(f, 88.8) : px(f, 83.5));
    }
    if (f->units < 1)
        f->units = 1;
    if (f->units > PAGE_ROWS_MAX)
        f->units = PAGE_ROWS_MAX;
}

static void areas(struct frame *f, const struct model *m, int strip_lines)
{
    f->strip_lines = strip_lines;
    f->body = (struct box){ 0, px(f, 100), f->w, f->h - px(f, 100) - px(f, 92 + (strip_lines - 1) * 74) };
    if (f->form == FORM_SIDE)
        side_areas(f);
    else
        stack_areas(f, m);
}

bool layout_frame(struct frame *f, const struct layout_setup *setup, const struct model *m)
{
    int small = least(setup->w, setup->h);
    *f = (struct frame){ .w = setup->w, .h = setup->h };
    if (small < LAYOUT_SIDE_MIN || setup->w > LAYOUT_SIDE_MAX || setup->h > LAYOUT_SIDE_MAX ||
        setup->distance_m < 3 || setup->distance_m > 9)
        return false;
    f->s = layout_floor(small, setup->distance_m);
    f->margin = (int)lround(small * 48 / 1080.0);
    f->form = setup->w >= 26 * f->s && setup->w >= 1.45 * setup->h ? FORM_SIDE : FORM_STACK;
    struct draw d = { .f = f, .m = m, .measure = setup->measure };
    areas(f, m, 1);
    if (!m->workshop && !layout_strip_fits(&d)) {
        areas(f, m, 2);
        int rows = cars_in(f, FORMAT_NORMAL);
        if (rows < 2) { /* a car matters more */
            areas(f, m, 1);
            if (rows == 1 && cars_in(f, FORMAT_NORMAL) < 2)
                areas(f, m, 2);
        }
    }
    if (m->workshop)
        floor_frame(f, setup, m);
    else
        choose_format(f, m);
    return true;
}

static int wanted_units(const struct draw *d, int index)
{
    const struct frame *f = d->f;
    const struct model_car *car = &d->m->cars[index];
    if (f->format == FORMAT_ROOMY)
        return 1;
    if (f->format == FORMAT_NORMAL)
        return f->wide ? 2 : 3;
    if (!f->wide)
        return car->was[0] || car->passed || !layout_row_fits_two(d, index) ? 3 : 2;
    return model_exceptional(car) || width(d, car->label, f->s, true) > px(f, 204) ? 2 : 1;
}

int layout_units(const struct frame *f, const struct layout_setup *setup, const struct model *m, int car)
{
    struct draw d = { .f = f, .m = m, .measure = setup->measure };
    return least(wanted_units(&d, car), f->units);
}

void layout_rule(struct draw *d, int x, int y, int w)
{
    draw_own(d, OWNER_NONE, -1);
    int line = d->f->s >= 50 ? 2 : 1;
    draw_fill(d, PART_RULE, (struct box){ x, y - line / 2, w, line }, 0, SLOT_RULE);
}

bool layout_has_rows(const struct draw *d)
{
    return d->m->trust == TRUST_FRESH || d->m->trust == TRUST_STALE;
}

static bool has_cars(const struct draw *d)
{
    return layout_has_rows(d) && d->m->n_cars + d->m->n_ready > 0;
}

static void back(struct draw *d)
{
    const struct frame *f = d->f;
    draw_own(d, OWNER_NONE, -1);
    draw_fill(d, PART_BACK, (struct box){ 0, 0, f->w, f->h }, 0, SLOT_BG);
    if (f->form == FORM_SIDE && has_cars(d))
        draw_fill(d, PART_PANEL, f->panel, 0, SLOT_PANEL);
}

/* "2/3", or what stands over the times when there are two languages. Returns its width. */
static int header_right(struct draw *d, const struct page *page, int baseline)
{
    const struct frame *f = d->f;
    int right = f->list.x + f->list.w;
    char text[2 * WORDS_SIZE + 8], by[2][WORDS_SIZE];
    if (f->form == FORM_STACK)
        return draw_right(d, PART_CLOCK, f->w - f->margin, px(f, 84), px(f, 92), true, SLOT_TEXT,
                          d->m->clock);
    draw_text(d, PART_CLOCK, f->ready.x, px(f, 84), px(f, 92), true, SLOT_TEXT, d->m->clock);
    if (d->m->languages == 2 && d->m->n_cars > 0 && d->m->call < 0 && layout_has_rows(d)) {
        words_bare(d->m->words[0], WORD_BY, by[0]);
        words_bare(d->m->words[1], WORD_BY, by[1]);
        snprintf(text, sizeof text, "%s · %s", by[0], by[1]);
        return draw_right(d, PART_COLUMN, right, baseline, f->s, false, SLOT_TEXT2, text);
    }
    if (page->of < 2 || d->m->call >= 0)
        return 0;
    snprintf(text, sizeof text, "%d/%d", page->number, page->of);
    return draw_right(d, PART_PAGE, right, baseline, f->s, true, SLOT_TEXT2, text);
}

/* The mark: 64 high, up to 320 wide and no more than a third of the room, never distorted. Returns its width.
 */
static int mark(struct draw *d, int room)
{
    const struct frame *f = d->f;
    int w = least(px(f, 320), room / 3), h = px(f, 64);
    if (d->logo_w < 1 || d->logo_h < 1)
        return 0;
    if ((int64_t)w * d->logo_h > (int64_t)h * d->logo_w)
        w = (int)lround((double)h * d->logo_w / d->logo_h);
    else
        h = (int)lround((double)w * d->logo_h / d->logo_w);
    if (w < 1 || h < 1)
        return 0;
    draw_logo(d, (struct box){ f->margin, px(f, 52) - h / 2, w, h });
    return w;
}

void layout_name(struct draw *d, int right, int baseline)
{
    const struct frame *f = d->f;
    char name[FIT_SIZE];
    int logo = mark(d, right - f->margin), x = f->margin + logo, s = f->s;
    int gap = px(f, logo ? 24 : 0), end = px(f, 40);
    /* A name that is nearly narrow enough stands a little nearer to its neighbours. */
    if (width(d, d->m->name, s, false) > right - x - gap - end) {
        gap = px(f, logo ? 14 : 0);
        end = px(f, 16);
    }
    fit_name(d, d->m->name, s, right - x - gap - end, name);
    draw_text(d, PART_NAME, x + gap, baseline, s, false, SLOT_TEXT, name);
}

static void header(struct draw *d, const struct page *page)
{
    const struct frame *f = d->f;
    int baseline = px(f, 75), end = f->form == FORM_SIDE ? f->list.x + f->list.w : f->w - f->margin;
    draw_own(d, OWNER_NONE, -1);
    int taken = header_right(d, page, baseline);
    layout_name(d, end - taken, baseline);
    layout_rule(d, f->margin, f->body.y, end - f->margin);
    if (f->form == FORM_SIDE)
        layout_rule(d, f->ready.x, f->body.y, f->ready.w);
}

static struct box row_box(const struct frame *f, int unit, int units)
{
    /* Each edge is rounded by itself, so that rules stand at the same places on every page. */
    double pitch = (double)f->list.h / f->units;
    int top = f->list.y + (int)lround(unit * pitch), end = f->list.y + (int)lround((unit + units) * pitch);
    return (struct box){ f->list.x, top, f->list.w, end - top };
}

/* The raised field under the rows of those whose owner waits; they stand first. */
static void waiters_field(struct draw *d, const struct page *page)
{
    int units = 0;
    for (int i = 0; i < page->n && page->row[i].car >= 0 && d->m->cars[page->row[i].car].waiting; i++)
        units += page->row[i].units;
    if (!units)
        return;
    struct box box = row_box(d->f, 0, units);
    int out = px(d->f, 24) < d->f->margin ? px(d->f, 24) : d->f->margin;
    draw_own(d, OWNER_NONE, -1);
    draw_fill(d, PART_FIELD, (struct box){ box.x - out, box.y + 1, box.w + 2 * out, box.h - 1 }, px(d->f, 14),
              SLOT_RAISED);
}

static void rows(struct draw *d, const struct page *page)
{
    int unit = 0;
    waiters_field(d, page);
    for (int i = 0; i < page->n; unit += page->row[i].units, i++) {
        struct box box = row_box(d->f, unit, page->row[i].units);
        bool last = unit + page->row[i].units >= d->f->units;
        if (page->row[i].car >= 0)
            layout_row(d, page->row[i].car, box, page->row[i].units);
        if (!last)
            layout_rule(d, box.x, box.y + box.h, box.w);
    }
    if (d->f->form == FORM_STACK && d->m->n_cars > 0)
        layout_rule(d, d->f->list.x, d->f->list.y, d->f->list.w);
}

static void content(struct draw *d, const struct page *page)
{
    const struct frame *f = d->f;
    if (!has_cars(d)) {
        struct box all = { f->margin, f->body.y, f->w - 2 * f->margin, f->body.h };
        layout_message(d, all);
        return;
    }
    bool called = d->m->call >= 0, low = f->list.h < px(f, 520);
    if (called) {
        /* Where the list is low the call takes the place of the cards as well. */
        int top = low ? f->body.y : f->list.y;
        layout_call(d, (struct box){ f->list.x, top, f->list.w, f->list.y + f->list.h - top - px(f, 17) });
    }
    if (!called || !low)
        layout_ready(d, page->turn);
    if (called)
        return;
    if (d->m->n_cars == 0)
        layout_message(d, f->list);
    else
        rows(d, page);
}

struct layout *layout_create(void)
{
    struct layout *layout = calloc(1, sizeof *layout);
    if (layout)
        layout->text = text_grow(LAYOUT_TEXT_MAX);
    return layout;
}

void layout_destroy(struct layout *layout)
{
    if (layout)
        text_free(&layout->text);
    free(layout);
}

bool layout_make(struct layout *layout, const struct frame *frame, const struct layout_setup *setup,
                 const struct model *model, const struct page *page)
{
    struct draw d = {
        .to = layout,
        .f = frame,
        .m = model,
        .measure = setup->measure,
        .old = model->trust != TRUST_FRESH,
        .logo_w = setup->logo_w,
        .logo_h = setup->logo_h,
    };
    layout->n = 0;
    text_clear(&layout->text);
    layout->shade = setup->night.shade;
    if (layout->shade == SHADE_NIGHT) {
        night_layout(&d, setup->night.place);
    } else if (model->workshop) {
        floor_draw(&d, page);
    } else {
        back(&d);
        content(&d, page);
        header(&d, page);
        layout_strip(&d, page);
    }
    night_step(layout, frame, setup->night.step);
    return !d.failed;
}
