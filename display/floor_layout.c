/* The workshop view: geometry, pages, help strip, figures, what is late (design, "Workshop view"). */
#include "display/draw.h"
#include "display/floor.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define LINE_PITCH   88.8  /* a row of one line */
#define PAIR_PITCH   160   /* of two */
#define ROOMY_PITCH  177.6 /* of two, for a shop of few bays */
#define ROOMY_BAYS   3
#define HOLDS_MIN    2    /* rows that few bays leave for holds */
#define FIGURE_H     175  /* a figure above its word */
#define FIGURE_PITCH 88.8 /* figures in lines, below the rows */

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
    return (int)(h / pitch * 1.02);
}

/* ---- geometry ---- */

/* Width of a figure with its word in one line. */
static int figure_w(const struct draw *d, int i, const char *figure)
{
    int word = width(d, words_get(d->m->words[0], floor_figure_word(i)), d->f->s, false);
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

static void rows(struct draw *d, const struct page *page)
{
    const struct floor *floor = d->m->floor;
    struct share s = share_lines(d->f, floor);
    int now = page->number - 1, b = now % s.bay_pages, h = now % s.hold_pages;
    int from = first_of(floor->n_bays, s.bay_pages, b), end = first_of(floor->n_bays, s.bay_pages, b + 1);
    for (int i = from; i < end; i++)
        floor_bay_row(d, i, i - from);
    from = first_of(floor->n_holds, s.hold_pages, h);
    end = first_of(floor->n_holds, s.hold_pages, h + 1);
    for (int i = from; i < end; i++)
        floor_hold_row(d, i, s.bays + i - from);
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
    const struct words *w = d->m->words[0];
    char since[WORDS_SIZE], buf[FIT_SIZE], out[FIT_SIZE], more[24] = "";
    int s = d->f->s, room = right - x, length = 0, others = 0;
    bool fits = false;
    struct text t = text_over(buf, sizeof buf);
    words_fill(w, WORD_SINCE, help->since, NULL, since);
    if (floor->n_help > 1)
        snprintf(more, sizeof more, " +%d", floor->n_help - 1);
    others = width(d, more, s, true);
    for (int i = 0; i < 6 && !fits; i++) {
        text_clear(&t);
        text_fmt(&t, "%s: %s", i < 4 ? help->name : help->bay, words_get(w, WORD_HELP));
        if (i < 2)
            text_fmt(&t, " %s", since);
        length = i % 2 ? 0 : width(d, help->length, s, false) + px(d->f, 40);
        fits = width(d, t.data, s, true) + others + length <= room;
    }
    if (fits) {
        add_others(d, &t, room - length);
    } else {
        /* The name of the bay is cut; the triangle says what it is about where the word finds no room at all. */
        const char *const names[] = { help->name, help->bay };
        const char *name = fit_form(d, names, 2, s, true, room);
        text_clear(&t);
        fit_text(d, help->bay, s, true, room - width(d, words_get(w, WORD_HELP), s, true) - s, out);
        if (out[0] && width(d, name, s, true) > room)
            text_fmt(&t, "%s: %s", out, words_get(w, WORD_HELP));
        else
            text_put(&t, name);
    }
    fit_text(d, t.data, s, true, room - length, out);
    draw_text(d, PART_HELP, x, baseline, s, true, colour, out);
    if (length)
        draw_right(d, PART_HELP, right, baseline, s, false, colour, help->length);
}

static void header(struct draw *d)
{
    const struct frame *f = d->f;
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
        right -= draw_right(d, PART_CLOCK, right, px(f, 84), px(f, 92), true, colour, d->m->clock);
    if (called) {
        right -= side ? 0 : px(f, 40);
        colour = draw_aged(d, SLOT_STRIP_TEXT);
        draw_icon(d, PART_HELP, f->margin, px(f, 50), px(f, 68), ICON_HELP, colour);
        draw_help(d, f->margin + px(f, 88), right, baseline, colour);
        return;
    }
    layout_name(d, right, baseline);
}

static void figure_word(const struct draw *d, int figure, int room, char out[FIT_SIZE])
{
    const struct words *w = d->m->words[0];
    fit_word(d, w, words_get(w, floor_figure_word(figure)), d->f->s, false, room, out);
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
        figure_word(d, i, f->ready.w, text);
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
        figure_word(d, i, right - left, text);
        draw_text(d, PART_FIGURE, left, baseline, f->s, false, SLOT_TEXT2, text);
    }
}

/* Labels between two words, the latest car first, as many as fit; then " +2". False if not even the first does. */
static bool late_labels(const struct draw *d, const char *before, const char *after, int room,
                        char out[FIT_SIZE])
{
    const struct floor *floor = d->m->floor;
    struct text t = text_over(out, FIT_SIZE);
    text_fmt(&t, "%s%s", before, floor->late[0].label);
    for (int i = 1; i < floor->n_late; i++) {
        size_t len = t.len;
        text_fmt(&t, ", %s", floor->late[i].label);
        size_t end = t.len;
        if (i + 1 < floor->n_late)
            text_fmt(&t, " +%d", floor->n_late - i - 1);
        text_put(&t, after);
        bool good = !t.failed && width(d, out, d->f->s, true) <= room;
        keep_first(&t, good ? end : len);
        if (good)
            continue;
        text_fmt(&t, " +%d", floor->n_late - i);
        break;
    }
    text_put(&t, after);
    return !t.failed && width(d, out, d->f->s, true) <= room;
}

/* "Опаздывает 6120: на 12 мин"; "Опаздывают 6120, 447 +2"; the same with a shorter word; the labels alone beside
 * the clock, in the colour of what is late. */
static void late_words(const struct draw *d, int room, char out[FIT_SIZE])
{
    const struct floor *floor = d->m->floor;
    const struct words *w = d->m->words[0];
    const enum word forms[] = { floor->n_late > 1 ? WORD_LATE_MANY : WORD_LATE, WORD_LATE_SHORT };
    char length[WORDS_SIZE], before[WORDS_SIZE], after[WORDS_SIZE];
    if (floor->n_late == 1) {
        floor_length(w, floor->late[0].minutes, length);
        words_fill(w, WORD_LATE_BY, floor->late[0].label, length, before);
        text_copy(out, FIT_SIZE, before);
        if (width(d, out, d->f->s, true) <= room)
            return;
    }
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        words_around(w, forms[i], before, after);
        if (late_labels(d, before, after, room, out))
            return;
    }
    late_labels(d, "", "", room, out);
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
        layout_strip_stale(d);
        return;
    }
    snprintf(number, sizeof number, "%d/%d", page->number, page->of);
    const char *tail = pages ? number : d->m->date;
    if (side && !pages && width(d, tail, f->s, false) > f->ready.w)
        tail = d->m->short_date;
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
