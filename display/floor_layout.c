/* The workshop view: help strip, a line per bay, holds, figures, what is late (design, "Workshop view"). */
#include "display/draw.h"
#include "display/floor.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Axes of a row from the left edge of the list, for S = 67. In a narrow list a bay's name is short. */
#define AXIS_LAMP        234
#define AXIS_LAMP_NARROW 150
#define LAMP_SIZE        46
#define LAMP_LARGE       58
#define LAMP_TO_LABEL    68
#define LABEL_TO_ICON    173
#define ICON_SIZE        58
#define ICON_TO_WORD     77
#define GAP              24
#define LINE_PITCH       88.8  /* a row of one line */
#define PAIR_PITCH       160   /* of two */
#define ROOMY_PITCH      177.6 /* of two, for a shop of few bays */
#define ROOMY_BAYS       3
#define HOLDS_MIN        2    /* rows that few bays leave for holds */
#define FIGURE_H         175  /* a figure above its word */
#define FIGURE_PITCH     88.8 /* figures in lines, below the rows */

static int least(int a, int b)
{
    return a < b ? a : b;
}

static int most(int a, int b)
{
    return a > b ? a : b;
}

static int count_of(int h, double pitch)
{
    return (int)(h / pitch * 1.01);
}

/* ---- geometry ---- */

/* Width of a figure with its word in one line. */
static int figure_w(const struct draw *d, int i, const char *figure)
{
    int word = width(d, words_get(d->m->language[0], floor_figure_word(i)), d->f->s, false);
    return width(d, figure, d->f->s, true) + px(d->f, 18) + word;
}

/* As wide as it is on a busy day, so that lines do not break elsewhere when a figure grows. */
static int figure_room(const struct draw *d, int i)
{
    int usual = figure_w(d, i, i < 3 ? "88" : "100%");
    int now = d->m->floor ? figure_w(d, i, d->m->floor->figures[i]) : 0;
    return least(most(usual, now), d->f->list.w);
}

/* Where each figure stands when they flow in lines; returns the number of lines. */
static int flow_figures(const struct draw *d, int x[FLOOR_FIGURES], int line[FLOOR_FIGURES])
{
    int at = 0, n = 0;
    for (int i = 0; i < FLOOR_FIGURES; i++) {
        int w = figure_room(d, i);
        if (at && at + w > d->f->list.w) {
            at = 0;
            n++;
        }
        x[i] = at;
        line[i] = n;
        at += w + px(d->f, 40);
    }
    return n + 1;
}

void floor_frame(struct frame *f, const struct layout_setup *setup, const struct model *m)
{
    struct draw d = { .f = f, .m = m, .measure = setup->measure };
    /* Seen from far on a low screen: a column would not hold five figures. */
    if (f->form == FORM_SIDE && f->body.h / FLOOR_FIGURES < px(f, FIGURE_H))
        f->form = FORM_STACK;
    if (f->form == FORM_STACK)
        f->list = (struct box){ f->margin, f->body.y, f->w - 2 * f->margin, f->body.h };
    f->format = FORMAT_COMPACT;
    f->wide = f->list.w >= (int)lround(19.7 * f->s);
    double pitch = px(f, 1000) / 1000.0 * (f->wide ? LINE_PITCH : PAIR_PITCH);
    if (f->form == FORM_STACK) {
        int x[FLOOR_FIGURES], line[FLOOR_FIGURES], each = px(f, FIGURE_PITCH);
        int lines = flow_figures(&d, x, line);
        /* Bays matter more than figures: two rows stay. */
        lines = most(0, least(lines, (f->body.h - px(f, 12) - (int)ceil(2 * pitch)) / each));
        int zone = lines ? lines * each + px(f, 12) : 0;
        f->list.h -= zone;
        f->panel = f->ready = (struct box){ f->margin, f->list.y + f->list.h, f->list.w, zone };
    }
    int roomy = count_of(f->list.h, px(f, 1000) / 1000.0 * ROOMY_PITCH);
    f->units = most(1, least(count_of(f->list.h, pitch), PAGE_ROWS_MAX));
    if (m->floor && m->floor->n_bays <= ROOMY_BAYS && roomy >= m->floor->n_bays + HOLDS_MIN) {
        f->format = FORMAT_NORMAL;
        f->wide = false;
        f->units = roomy;
    }
}

/* Lines and pages of bays and of holds. All bays stand on one page if they can; holds keep a line at least.
 */
struct share {
    int bays, holds; /* lines of a page */
    int bay_pages, hold_pages;
};

static int pages_of(int n, int lines)
{
    return n > 0 && lines > 0 ? (n + lines - 1) / lines : 1;
}

static struct share share_lines(const struct frame *f, const struct floor *floor)
{
    struct share s = { 0 };
    int room = most(1, f->units - (floor->n_holds > 0));
    s.bay_pages = pages_of(floor->n_bays, room);
    s.bays = pages_of(floor->n_bays, s.bay_pages); /* even pages */
    if (floor->n_bays == 0)
        s.bays = 0;
    s.holds = least(floor->n_holds, f->units - s.bays);
    s.hold_pages = pages_of(floor->n_holds, s.holds);
    return s;
}

int floor_pages(const struct frame *f, const struct model *m)
{
    if (!m->floor)
        return 1;
    struct share s = share_lines(f, m->floor);
    return most(s.bay_pages, s.hold_pages);
}

/* The first of `n` things on page `page` of `pages`; earlier pages hold the odd ones. */
static int first_of(int n, int pages, int page)
{
    return (n * page + pages - 1) / pages;
}

/* ---- rows ---- */

struct line {
    struct draw *d;
    const struct frame *f;
    struct box box;
    int right, s;
    int em;       /* of label and time */
    int one, two; /* baselines; the same where a row is one line */
    int lamp;     /* axis */
};

static struct line line_of(struct draw *d, int row)
{
    const struct frame *f = d->f;
    double pitch = (double)f->list.h / f->units;
    int top = f->list.y + (int)lround(row * pitch), end = f->list.y + (int)lround((row + 1) * pitch);
    struct line l = { .d = d, .f = f, .box = { f->list.x, top, f->list.w, end - top }, .s = f->s };
    l.em = f->format == FORMAT_NORMAL ? px(f, 92) : f->s;
    int block = caps(l.em) + (f->wide ? 0 : px(f, 26) + caps(f->s));
    l.right = f->list.x + f->list.w;
    l.one = top + (end - top - block) / 2 + caps(l.em) - px(f, f->wide ? 6 : 5);
    l.two = l.one + block - caps(l.em);
    l.lamp = l.box.x + px(f, f->list.w < 12 * f->s ? AXIS_LAMP_NARROW : AXIS_LAMP);
    return l;
}

static enum slot lamp_slot(const struct draw *d, enum lamp lamp)
{
    static const enum slot slots[] = {
        [LAMP_OFF] = SLOT_TEXT2, [LAMP_GREEN] = SLOT_READY, [LAMP_AMBER] = SLOT_HOLD, [LAMP_RED] = SLOT_LATE
    };
    return draw_aged(d, slots[lamp]);
}

/* "4". Who calls from there gets the field of the strip; beside the name of a bay whose box is silent stands
 * that, as far as there is room. */
static void draw_bay(const struct line *l, const struct floor_bay *bay)
{
    char name[FIT_SIZE];
    const struct frame *f = l->f;
    int room = l->lamp - px(f, 14) - l->box.x, middle = l->one - caps(l->s) / 2, out = px(f, 16);
    bool field = bay->help && !l->d->old, bold = bay->help && width(l->d, bay->name, l->s, true) <= room;
    fit_text(l->d, bay->name, l->s, bold, room, name);
    int w = width(l->d, name, l->s, bold);
    int cell_w = least(w + 2 * out, l->lamp - px(f, 6) - l->box.x + out);
    struct box cell = { l->box.x - out, middle - px(f, 35), cell_w, px(f, 70) };
    if (field)
        draw_fill(l->d, PART_HELP, cell, px(f, 14), SLOT_STRIP);
    else if (bay->help)
        draw_frame(l->d, PART_HELP, cell, px(f, 14), most(2, px(f, 4)), SLOT_TEXT2);
    draw_text(l->d, PART_BAY, l->box.x, l->one, l->s, bold, field ? SLOT_STRIP_TEXT : SLOT_TEXT2, name);
    if (bay->silent && !bay->help && w + px(f, 14 + LAMP_SIZE) <= room)
        draw_icon(l->d, PART_BAY, l->box.x + w + px(f, 14), middle, px(f, LAMP_SIZE), ICON_OFFLINE,
                  SLOT_TEXT2);
}

static void draw_lamp(const struct line *l, enum lamp lamp, int beside)
{
    static const enum icon icons[] = { [LAMP_OFF] = ICON_LAMP_OFF,
                                       [LAMP_GREEN] = ICON_LAMP_GREEN,
                                       [LAMP_AMBER] = ICON_LAMP_AMBER,
                                       [LAMP_RED] = ICON_LAMP_RED };
    int size = px(l->f, l->em > l->s ? LAMP_LARGE : LAMP_SIZE),
        x = l->lamp - (size - px(l->f, LAMP_SIZE)) / 2;
    draw_icon(l->d, PART_LAMP, x, l->one - caps(beside) / 2, size, l->d->old ? ICON_LAMP_OFF : icons[lamp],
              lamp_slot(l->d, lamp));
}

/* A descender must not reach what stands below. */
static int em_of(const struct line *l, const char *text)
{
    return descends(text) ? least(l->em, px(l->f, 72)) : l->em;
}

/* "0:52 из 2:00" at the right edge: the limit goes if `room` is too small for both. Returns the width. */
static int draw_time(const struct line *l, const struct floor_bay *bay, int room)
{
    char limit[2 * WORDS_SIZE] = "";
    struct draw *d = l->d;
    int em = em_of(l, bay->spent), spent = width(d, bay->spent, em, true), right = l->right, more = 0;
    if (!spent)
        return 0;
    if (bay->limit[0]) {
        snprintf(limit, sizeof limit, "%s\xc2\xa0%s", words_get(d->m->language[0], WORD_OF), bay->limit);
        more = width(d, limit, l->s, false) + px(l->f, 20);
    }
    if (more && spent + more <= room) {
        draw_right(d, PART_LIMIT, right, l->one, l->s, false, SLOT_TEXT2, limit);
        right -= more;
    }
    bool plain = bay->lamp == LAMP_OFF || bay->lamp == LAMP_GREEN;
    draw_right(d, PART_SPENT, right, l->one, em, true,
               plain ? draw_aged(d, SLOT_TEXT) : lamp_slot(d, bay->lamp), bay->spent);
    return l->right - right + spent;
}

/* Label of the car up to `room`; returns where it ends. */
static int draw_car(const struct line *l, const char *label, int x, int room)
{
    char text[FIT_SIZE];
    int em = fit_em(l->d, label, em_of(l, label), l->s, true, room);
    fit_label(l->d, label, em, room, text);
    return x + draw_text(l->d, PART_LABEL, x, l->one, em, true, draw_aged(l->d, SLOT_TEXT), text);
}

static void draw_stage_of(const struct line *l, const struct floor_bay *bay, int x, int right)
{
    char text[FIT_SIZE];
    draw_kind(l->d, PART_STAGE, x, l->two - caps(l->s) / 2, px(l->f, ICON_SIZE), bay->icon, bay->kind);
    x += px(l->f, ICON_TO_WORD);
    fit_text(l->d, bay->stage, l->s, false, right - x, text);
    draw_text(l->d, PART_STAGE, x, l->two, l->s, false, draw_aged(l->d, SLOT_TEXT), text);
}

/* Label · stage · time in one line. */
static void car_in_line(const struct line *l, const struct floor_bay *bay)
{
    const struct frame *f = l->f;
    int x = l->lamp + px(f, LAMP_TO_LABEL), gap = px(f, GAP);
    int end = draw_car(l, bay->label, x, 5 * l->s) + px(f, 16);
    int icon = most(x + px(f, LABEL_TO_ICON), end), word = icon + px(f, ICON_TO_WORD);
    int time = draw_time(l, bay, l->right - word - gap - width(l->d, bay->stage, l->s, false));
    draw_stage_of(l, bay, icon, l->right - (time ? time + gap : 0));
}

/* Label · time / stage. */
static void car_in_pair(const struct line *l, const struct floor_bay *bay)
{
    const struct frame *f = l->f;
    int x = l->lamp + px(f, LAMP_TO_LABEL), gap = px(f, GAP);
    int label = width(l->d, bay->label, em_of(l, bay->label), true);
    int time = draw_time(l, bay, l->right - x - gap - label);
    draw_car(l, bay->label, x, l->right - x - (time ? time + gap : 0));
    draw_stage_of(l, bay, x - px(f, ICON_TO_WORD), l->right);
}

/* How much of the limit is used; a time line is right here: the staff set the limit. */
static void draw_used(const struct line *l, const struct floor_bay *bay)
{
    int y = l->box.y + l->box.h, h = most(2, px(l->f, 7)), w = (int)((int64_t)l->box.w * bay->share / 1000);
    layout_rule(l->d, l->box.x, y, l->box.w);
    if (bay->share >= 0)
        draw_fill(l->d, PART_SHARE, (struct box){ l->box.x, y - h, most(w, h), h }, 0,
                  l->d->old ? SLOT_STEP : lamp_slot(l->d, bay->lamp));
}

static void bay_row(struct draw *d, int index, int row)
{
    const struct floor_bay *bay = &d->m->floor->bays[index];
    struct line l = line_of(d, row);
    draw_used(&l, bay);
    draw_own(d, OWNER_BAY, index);
    draw_bay(&l, bay);
    draw_lamp(&l, bay->lamp, bay->free ? l.s : l.em);
    if (bay->free)
        draw_text(d, PART_FREE, l.lamp + px(l.f, LAMP_TO_LABEL), l.one, l.s, false, SLOT_TEXT2,
                  words_get(d->m->language[0], WORD_FREE));
    else if (l.f->wide)
        car_in_line(&l, bay);
    else
        car_in_pair(&l, bay);
}

/* The reason within `room`, and since when if at least two thirds of the reason stay. */
static void draw_reason(const struct line *l, const struct floor_hold *hold, int x, bool with_since)
{
    char since[2 * WORDS_SIZE] = "", text[FIT_SIZE];
    struct draw *d = l->d;
    int word = x + px(l->f, 77), room = l->right - word, w = 0;
    if (hold->since[0])
        snprintf(since, sizeof since, "%s\xc2\xa0%s", words_get(d->m->language[0], WORD_SINCE), hold->since);
    if (with_since && since[0]) {
        w = width(d, since, l->s, false) + px(l->f, GAP);
        if ((room - w) * 3 < width(d, hold->stage, l->s, true) * 2)
            w = 0;
    }
    draw_kind(d, PART_STAGE, x, l->two - caps(l->s) / 2, px(l->f, 64), hold->icon, KIND_HOLD);
    fit_text(d, hold->stage, l->s, true, room - w, text);
    draw_text(d, PART_STAGE, word, l->two, l->s, true, draw_hue(d, KIND_HOLD), text);
    if (w)
        draw_right(d, PART_SINCE, l->right, l->two, l->s, false, draw_aged(d, SLOT_TEXT), since);
}

static void hold_row(struct draw *d, int index, int row)
{
    const struct floor_hold *hold = &d->m->floor->holds[index];
    struct line l = line_of(d, row);
    const struct frame *f = d->f;
    char since[2 * WORDS_SIZE] = "";
    int axis = l.lamp + px(f, LAMP_TO_LABEL - 77), w = 0;
    draw_own(d, OWNER_HOLD, index);
    if (f->wide) {
        int end = draw_car(&l, hold->label, l.box.x, 5 * l.s);
        draw_reason(&l, hold, most(axis, end + px(f, 20)), true);
        return;
    }
    if (hold->since[0]) {
        snprintf(since, sizeof since, "%s\xc2\xa0%s", words_get(d->m->language[0], WORD_SINCE), hold->since);
        w = draw_right(d, PART_SINCE, l.right, l.one, l.s, false, draw_aged(d, SLOT_TEXT), since) +
            px(f, GAP);
    }
    draw_car(&l, hold->label, l.box.x, l.box.w - w);
    draw_reason(&l, hold, d->f->format == FORMAT_NORMAL ? axis : l.box.x, false);
}

static void rows(struct draw *d, const struct page *page)
{
    const struct floor *floor = d->m->floor;
    struct share s = share_lines(d->f, floor);
    int now = page->number - 1, b = now % s.bay_pages, h = now % s.hold_pages;
    int from = first_of(floor->n_bays, s.bay_pages, b), end = first_of(floor->n_bays, s.bay_pages, b + 1);
    for (int i = from; i < end; i++)
        bay_row(d, i, i - from);
    from = first_of(floor->n_holds, s.hold_pages, h);
    end = first_of(floor->n_holds, s.hold_pages, h + 1);
    for (int i = from; i < end; i++)
        hold_row(d, i, s.bays + i - from);
}

/* ---- what stands around the rows ---- */

static void keep_first(struct text *t, size_t len)
{
    t->len = len;
    t->data[len] = '\0';
    t->failed = false;
}

/* The others that call, behind the oldest: " · 7 · ОТК", as many as fit; then " +2". */
static void add_others(const struct draw *d, struct text *t, int room)
{
    const struct floor *floor = d->m->floor;
    for (int i = 1; i < floor->n_help; i++) {
        size_t len = t->len;
        text_fmt(t, " · %s", floor->help[i].bay);
        size_t end = t->len;
        if (i + 1 < floor->n_help)
            text_fmt(t, " +%d", floor->n_help - i - 1);
        bool good = !t->failed && width(d, t->data, d->f->s, true) <= room;
        keep_first(t, good ? end : len);
        if (good)
            continue;
        text_fmt(t, " +%d", floor->n_help - i);
        return;
    }
}

/* The oldest call for help, and room for the number of others: whole, or without how long it lasts, or
 * without since when. In the last resort the others are left to their rows. */
static void draw_help(struct draw *d, int x, int right, int baseline, enum slot colour)
{
    const struct floor *floor = d->m->floor;
    const struct floor_help *help = &floor->help[0];
    const char *lang = d->m->language[0];
    char buf[FIT_SIZE], out[FIT_SIZE], more[24] = "";
    int s = d->f->s, room = right - x, length = 0, others = 0;
    bool fits = false;
    struct text t = text_over(buf, sizeof buf);
    if (floor->n_help > 1)
        snprintf(more, sizeof more, " +%d", floor->n_help - 1);
    others = width(d, more, s, true);
    for (int i = 0; i < 4 && !fits; i++) {
        text_clear(&t);
        text_fmt(&t, "%s: %s", help->name, words_get(lang, WORD_HELP));
        if (i < 2)
            text_fmt(&t, " %s\xc2\xa0%s", words_get(lang, WORD_SINCE), help->since);
        length = i % 2 ? 0 : width(d, help->length, s, false) + px(d->f, 40);
        fits = width(d, t.data, s, true) + others + length <= room;
    }
    if (fits) {
        add_others(d, &t, room - length);
    } else {
        /* What it is about stays; the name of the bay gives way. */
        text_clear(&t);
        fit_text(d, help->name, s, true, room - width(d, words_get(lang, WORD_HELP), s, true) - s, out);
        text_fmt(&t, "%s: %s", out, words_get(lang, WORD_HELP));
    }
    fit_text(d, t.data, s, true, room - length, out);
    draw_text(d, PART_HELP, x, baseline, s, true, colour, out);
    if (length)
        draw_right(d, PART_HELP, right, baseline, s, false, colour, help->length);
}

static void header(struct draw *d)
{
    const struct frame *f = d->f;
    char name[FIT_SIZE];
    bool side = f->form == FORM_SIDE, called = d->m->floor && d->m->floor->n_help > 0;
    int baseline = px(f, 75), right = side ? f->list.x + f->list.w : f->w - f->margin;
    enum slot colour = called && !d->old ? SLOT_STRIP_TEXT : SLOT_TEXT;
    draw_own(d, OWNER_NONE, -1);
    if (!called || d->old)
        layout_rule(d, f->margin, f->body.y, right - f->margin);
    else
        draw_fill(d, PART_STRIP, (struct box){ 0, 0, side ? f->panel.x : f->w, f->body.y }, 0, SLOT_STRIP);
    if (side)
        draw_text(d, PART_CLOCK, f->ready.x, px(f, 84), px(f, 92), true, SLOT_TEXT, d->m->clock);
    else
        right -=
            draw_right(d, PART_CLOCK, right, px(f, 84), px(f, 92), true, colour, d->m->clock) + px(f, 40);
    if (called) {
        colour = draw_aged(d, SLOT_STRIP_TEXT);
        draw_icon(d, PART_HELP, f->margin, px(f, 50), px(f, 68), ICON_HELP, colour);
        draw_help(d, f->margin + px(f, 88), right, baseline, colour);
        return;
    }
    fit_text(d, d->m->name, f->s, false, right - f->margin, name);
    draw_text(d, PART_NAME, f->margin, baseline, f->s, false, SLOT_TEXT, name);
}

static const char *figure_word(const struct draw *d, int figure, int room)
{
    enum word word = floor_figure_word(figure);
    const char *text = words_get(d->m->language[0], word);
    if (word == WORD_RIGHT_FIRST && width(d, text, d->f->s, false) > room)
        text = words_get(d->m->language[0], WORD_RIGHT_FIRST_SHORT);
    return text;
}

/* Column 4: a figure above its word, five times. */
static void figures_column(struct draw *d)
{
    const struct frame *f = d->f;
    char text[FIT_SIZE];
    for (int i = 0; i < FLOOR_FIGURES; i++) {
        const char *figure = d->m->floor->figures[i];
        int top = f->body.y + f->body.h * i / FLOOR_FIGURES;
        int em = fit_em(d, figure, px(f, 108), f->s, true, f->ready.w);
        layout_rule(d, f->ready.x, top, f->ready.w);
        fit_text(d, figure, em, true, f->ready.w, text);
        draw_text(d, PART_FIGURE, f->ready.x, top + px(f, 93), em, true, draw_aged(d, SLOT_TEXT), text);
        fit_text(d, figure_word(d, i, f->ready.w), f->s, false, f->ready.w, text);
        draw_text(d, PART_FIGURE, f->ready.x, top + px(f, 157), f->s, false, SLOT_TEXT2, text);
    }
}

/* The same below the rows, as many lines as there is room for. */
static void figures_lines(struct draw *d)
{
    const struct frame *f = d->f;
    char text[FIT_SIZE];
    int x[FLOOR_FIGURES], line[FLOOR_FIGURES], each = px(f, FIGURE_PITCH);
    flow_figures(d, x, line);
    if (f->panel.h)
        layout_rule(d, f->panel.x, f->panel.y + px(f, 6), f->panel.w);
    for (int i = 0; i < FLOOR_FIGURES && (line[i] + 1) * each <= f->panel.h; i++) {
        int left = f->panel.x + x[i], right = f->panel.x + f->panel.w;
        int baseline = f->panel.y + px(f, 8) + line[i] * each + px(f, 65);
        fit_text(d, d->m->floor->figures[i], f->s, true, right - left, text);
        left +=
            draw_text(d, PART_FIGURE, left, baseline, f->s, true, draw_aged(d, SLOT_TEXT), text) + px(f, 18);
        fit_text(d, figure_word(d, i, right - left), f->s, false, right - left, text);
        draw_text(d, PART_FIGURE, left, baseline, f->s, false, SLOT_TEXT2, text);
    }
}

/* "Опаздывает 6120: на 12 мин"; several: their labels, the latest first, then " +2". */
static void late_words(const struct draw *d, int room, char out[FIT_SIZE])
{
    const struct floor *floor = d->m->floor;
    const char *lang = d->m->language[0];
    char length[WORDS_SIZE];
    struct text t = text_over(out, FIT_SIZE);
    if (floor->n_late == 1) {
        floor_length(lang, floor->late[0].minutes, length);
        text_fmt(&t, "%s %s: %s\xc2\xa0%s", words_get(lang, WORD_LATE), floor->late[0].label,
                 words_get(lang, WORD_LATE_BY), length);
        if (!t.failed && width(d, out, d->f->s, true) <= room)
            return;
        text_clear(&t);
    }
    text_fmt(&t, "%s %s", words_get(lang, floor->n_late > 1 ? WORD_LATE_MANY : WORD_LATE),
             floor->late[0].label);
    for (int i = 1; i < floor->n_late; i++) {
        size_t len = t.len;
        text_fmt(&t, ", %s", floor->late[i].label);
        size_t end = t.len;
        if (i + 1 < floor->n_late)
            text_fmt(&t, " +%d", floor->n_late - i - 1);
        bool good = !t.failed && width(d, out, d->f->s, true) <= room;
        keep_first(&t, good ? end : len);
        if (good)
            continue;
        text_fmt(&t, " +%d", floor->n_late - i);
        return;
    }
}

static void draw_late(struct draw *d, int top, int right)
{
    const struct frame *f = d->f;
    char words[FIT_SIZE], text[FIT_SIZE];
    int x = f->margin + px(f, 88);
    late_words(d, right - x, words);
    fit_text(d, words, f->s, true, right - x, text);
    draw_icon(d, PART_LATE, f->margin, top + px(f, 63) - caps(f->s) / 2, px(f, 52), ICON_CLOCK, SLOT_LATE);
    draw_text(d, PART_LATE, x, top + px(f, 63), f->s, true, SLOT_LATE, text);
}

static void strip(struct draw *d, const struct page *page)
{
    const struct frame *f = d->f;
    bool side = f->form == FORM_SIDE, late = d->m->floor && d->m->floor->n_late > 0, pages = page->of > 1;
    int top = f->h - px(f, 92), right = side ? f->list.x + f->list.w : f->w - f->margin;
    char number[16];
    draw_own(d, OWNER_NONE, -1);
    if (d->m->trust == TRUST_STALE) {
        layout_strip_stale(d, top);
        return;
    }
    snprintf(number, sizeof number, "%d/%d", page->number, page->of);
    const char *tail = pages ? number : d->m->date;
    int w = width(d, tail, f->s, pages), baseline = top + px(f, 63);
    enum part part = pages ? PART_PAGE : PART_DATE;
    if (late)
        draw_fill(d, PART_PANEL, (struct box){ 0, top, side ? f->panel.x : f->w, f->h - top }, 0, SLOT_PANEL);
    else
        layout_rule(d, f->margin, top, right - f->margin);
    if (side && d->m->floor)
        layout_rule(d, f->ready.x, top, f->ready.w);
    if (side && w <= f->ready.w) {
        draw_text(d, part, f->ready.x, baseline, f->s, pages, SLOT_TEXT2, tail);
    } else if (!side && (pages || (!late && w + px(f, 760) < right - f->margin))) {
        draw_right(d, part, right, baseline, f->s, pages, SLOT_TEXT2, tail);
        right -= w + px(f, 40);
    }
    if (late)
        draw_late(d, top, right);
    else if (d->m->floor && d->m->data_at[0])
        layout_strip_data(d, f->margin, right - f->margin, baseline, side);
}

void floor_draw(struct draw *d, const struct page *page)
{
    const struct frame *f = d->f;
    const struct floor *floor = d->m->floor;
    bool side = f->form == FORM_SIDE;
    draw_own(d, OWNER_NONE, -1);
    draw_fill(d, PART_BACK, (struct box){ 0, 0, f->w, f->h }, 0, SLOT_BG);
    if (side && floor)
        draw_fill(d, PART_PANEL, f->panel, 0, SLOT_PANEL);
    if (!floor)
        layout_message(d, (struct box){ f->margin, f->body.y, f->w - 2 * f->margin, f->body.h });
    else if (floor->n_bays + floor->n_holds == 0)
        layout_message(d, f->list);
    else
        rows(d, page);
    header(d);
    if (floor) {
        draw_own(d, OWNER_NONE, -1);
        if (side)
            figures_column(d);
        else
            figures_lines(d);
    }
    strip(d, page);
}
