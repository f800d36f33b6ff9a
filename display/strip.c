/*
 * The trust strip below the body (design, "Trust, emptiness, night"): age of the data, bays on line, the page or
 * the date; a filled field once the data are old. Where one line does not hold all that in every language that
 * is shown, there are two.
 */
#include "display/draw.h"

#include <stdio.h>
#include <string.h>

#define LINE_PITCH 74
#define FORM_SIZE  (2 * WORDS_SIZE + 32)

/* Each from the longest form to the shortest; two languages: both, the first. */
struct strip_words {
    char data[3][FORM_SIZE], bays[2][FORM_SIZE]; /* bays: empty if unknown */
};

/* With `shorter` the longest form of one language is left out: to inflect it takes a while. */
static void strip_words(const struct model *m, const char *data_at, int online, bool shorter,
                        struct strip_words *t)
{
    const struct words *a = m->words[0], *b = m->words[1];
    *t = (struct strip_words){ 0 };
    snprintf(t->data[1], FORM_SIZE, "%s %s", words_get(a, WORD_DATA), data_at);
    snprintf(t->data[2], FORM_SIZE, "%s", data_at);
    snprintf(t->bays[1], FORM_SIZE, "%s %d/%d", words_get(a, WORD_BAYS), online, m->bays_total);
    if (m->languages == 2) {
        snprintf(t->data[0], FORM_SIZE, "%s · %s", words_get(a, WORD_DATA), words_get(b, WORD_DATA));
        snprintf(t->data[0] + strlen(t->data[0]), 16, " %s", data_at);
        snprintf(t->bays[0], FORM_SIZE, "%s · %s %d/%d", words_get(a, WORD_BAYS), words_get(b, WORD_BAYS),
                 online, m->bays_total);
    } else if (!shorter) {
        words_fill(a, WORD_DATA_AT, data_at, NULL, t->data[0]);
        words_bays(a, online, m->bays_total, t->bays[0]);
    }
    if (m->bays_total < 0)
        t->bays[0][0] = t->bays[1][0] = '\0';
}

static int strip_right(const struct frame *f)
{
    return f->form == FORM_SIDE ? f->list.x + f->list.w : f->w - f->margin;
}

/* Room for the sentence of the strip once the data are old. */
static int stale_room(const struct frame *f)
{
    return f->w - 2 * f->margin - px(f, 88);
}

/* "Нет связи · No link 14:32" */
static void shortest_stale(const struct model *m, const char *data_at, char out[FORM_SIZE])
{
    snprintf(out, FORM_SIZE, "%s%s%s %s", words_get(m->words[0], WORD_OFFLINE),
             m->languages == 2 ? " · " : "", m->languages == 2 ? words_get(m->words[1], WORD_OFFLINE) : "",
             data_at);
}

/* It depends on languages, size and the number of bays alone: the strip does not change its height by the
 * minute. */
bool layout_strip_fits(const struct draw *d)
{
    const struct frame *f = d->f;
    struct strip_words t;
    char stale[FORM_SIZE];
    bool both = d->m->languages == 2;
    int s = f->s, room = strip_right(f) - f->margin, gap = px(f, both ? 40 : 20);
    strip_words(d->m, "00:00", d->m->bays_total, true, &t);
    shortest_stale(d->m, "00:00", stale);
    const char *data = t.data[!both], *bays = t.bays[!both];
    int needs = width(d, data, s, false) + (bays[0] ? gap + width(d, bays, s, false) : 0);
    if (f->form == FORM_STACK)
        needs += gap + width(d, "0/0", s, true);
    return needs <= room && width(d, stale, s, true) <= stale_room(f);
}

/* Data and bays side by side as long as they fit: words go first, then the gap, then bays, then the data's
 * words. */
void layout_strip_data(struct draw *d, int x, int room, int baseline, bool to_the_right)
{
    static const signed char tries[][3] = { { 0, 0, 40 }, { 0, 1, 40 }, { 1, 1, 40 },
                                            { 1, 1, 16 }, { 0, -1, 0 }, { 1, -1, 0 } };
    struct strip_words t;
    int s = d->f->s;
    strip_words(d->m, d->m->data_at, d->m->bays_online, false, &t);
    for (size_t i = 0; i < sizeof tries / sizeof tries[0]; i++) {
        const char *data = t.data[tries[i][0]], *bays = tries[i][1] < 0 ? "" : t.bays[tries[i][1]];
        int data_w = width(d, data, s, false), bays_w = width(d, bays, s, false);
        if (data_w + (bays_w ? bays_w + px(d->f, tries[i][2]) : 0) > room)
            continue;
        draw_text(d, PART_DATA, x, baseline, s, false, SLOT_TEXT2, data);
        int free = room - data_w - bays_w, most = px(d->f, 60);
        draw_text(d, PART_BAYS,
                  x + data_w +
                      (to_the_right      ? free
                       : free / 2 < most ? free / 2
                                         : most),
                  baseline, s, false, SLOT_TEXT2, bays);
        return;
    }
    draw_text(d, PART_DATA, x, baseline, s, false, SLOT_TEXT2, t.data[2]);
}

/* Ends at the right edge, if that leaves `least`; returns what is left of `room`. */
static int tail(struct draw *d, enum part part, int room, int least, int baseline, const char *text)
{
    bool bold = part == PART_PAGE;
    int left = room - width(d, text, d->f->s, bold) - px(d->f, 40);
    if (!text[0] || left < least)
        return room;
    draw_right(d, part, d->f->margin + room, baseline, d->f->s, bold, SLOT_TEXT2, text);
    return left;
}

/* Column 4: the page, which two languages leave no room for in the header, and the date. */
static void column(struct draw *d, const char *number, int baseline)
{
    const struct frame *f = d->f;
    const char *const dates[] = { d->m->date, d->m->short_date };
    const char *date = fit_form(d, dates, 2, f->s, false, f->ready.w);
    if (number[0]) {
        draw_text(d, PART_PAGE, f->ready.x, baseline, f->s, true, SLOT_TEXT2, number);
        baseline += px(f, LINE_PITCH);
    }
    if ((!number[0] || f->strip_lines > 1) && width(d, date, f->s, false) <= f->ready.w)
        draw_text(d, PART_DATE, f->ready.x, baseline, f->s, false, SLOT_TEXT2, date);
}

/* Data · page / bays · date. */
static void two_lines(struct draw *d, const char *number, int baseline)
{
    const struct frame *f = d->f;
    struct strip_words t;
    int room = strip_right(f) - f->margin, below = baseline + px(f, LINE_PITCH), s = f->s;
    bool stack = f->form == FORM_STACK;
    strip_words(d->m, d->m->data_at, d->m->bays_online, false, &t);
    const char *const data[] = { t.data[0], t.data[1], t.data[2] };
    const char *const bays[] = { t.bays[0], t.bays[1] }, *const dates[] = { d->m->date, d->m->short_date };
    int first = stack ? tail(d, PART_PAGE, room, 0, baseline, number) : room;
    draw_text(d, PART_DATA, f->margin, baseline, s, false, SLOT_TEXT2, fit_form(d, data, 3, s, false, first));
    const char *words = fit_form(d, bays, 2, s, false, room);
    draw_text(d, PART_BAYS, f->margin, below, s, false, SLOT_TEXT2, words);
    int taken = width(d, words, s, false);
    if (stack)
        tail(d, PART_DATE, room, taken, below, fit_form(d, dates, 2, s, false, room - taken - px(f, 40)));
}

static void one_line(struct draw *d, const char *number, int baseline)
{
    const struct frame *f = d->f;
    bool data = d->m->data_at[0] && layout_has_rows(d);
    if (!data) /* the date alone stands where it stands beside data */
        baseline += (f->strip_lines - 1) * px(f, LINE_PITCH);
    int room = strip_right(f) - f->margin;
    if (f->form == FORM_STACK) {
        /* The date is the first to go where everything shares one line. */
        const char *text = number[0] ? number : d->m->date;
        room = tail(d, number[0] ? PART_PAGE : PART_DATE, room, number[0] || !data ? 0 : px(f, 720), baseline,
                    text);
    }
    if (data)
        layout_strip_data(d, f->margin, room, baseline, f->form == FORM_SIDE);
}

static void fresh(struct draw *d, const struct page *page)
{
    const struct frame *f = d->f;
    bool side = f->form == FORM_SIDE, in_header = side && d->m->languages == 1;
    int top = f->body.y + f->body.h, baseline = top + px(f, 63);
    char number[16] = "";
    if (page->of > 1 && !in_header && layout_has_rows(d) && d->m->call < 0)
        snprintf(number, sizeof number, "%d/%d", page->number, page->of);
    layout_rule(d, f->margin, top, strip_right(f) - f->margin);
    if (side) {
        layout_rule(d, f->ready.x, top, f->ready.w);
        column(d, number, baseline);
    }
    if (f->strip_lines > 1 && d->m->data_at[0] && layout_has_rows(d))
        two_lines(d, number, baseline);
    else
        one_line(d, number, baseline);
}

/* ---- old data ---- */

#define STALE_FORMS 4

/* The sentence in one language, from its longest form to its shortest. */
static void stale_form(const struct words *w, int form, const char *data_at, char *out)
{
    char words[WORDS_SIZE];
    words_fill(w, form ? WORD_NO_DATA : WORD_NO_LINK, data_at, NULL, words);
    if (form == 1)
        snprintf(out, FORM_SIZE, "%s · %s", words, words_get(w, WORD_ASK_SHORT));
    else if (form + 1 < STALE_FORMS)
        snprintf(out, FORM_SIZE, "%s", words);
    else
        snprintf(out, FORM_SIZE, "%s %s", words_get(w, WORD_OFFLINE), data_at);
}

static bool fits_line(const struct draw *d, const char *text, bool bold)
{
    return width(d, text, d->f->s, bold) <= stale_room(d->f);
}

/* Breaks a sentence at a space into two lines; false if it has to lose something for that. */
static bool break_in_two(const struct draw *d, const char *text, char lines[2][FIT_SIZE])
{
    char both[2 * FIT_SIZE];
    lines[1][0] = '\0';
    int n = fit_lines(d, text, d->f->s, true, stale_room(d->f), 2, lines);
    snprintf(both, sizeof both, "%s%s%s", lines[0], n > 1 ? " " : "", n > 1 ? lines[1] : "");
    return strcmp(both, text) == 0;
}

/* One sentence in each language: side by side, or one below the other. The longest that fit. */
static void stale_both(const struct draw *d, char lines[2][FIT_SIZE])
{
    const struct model *m = d->m;
    char a[FORM_SIZE], b[FORM_SIZE];
    bool two = d->f->strip_lines > 1, fits = false;
    lines[1][0] = '\0';
    for (int form = 0; form < STALE_FORMS && !fits; form++) {
        if (form == 1 && !two) /* four parts with dots between would be a riddle */
            continue;
        stale_form(m->words[0], form, m->data_in[0], a);
        stale_form(m->words[1], form, m->data_in[1], b);
        snprintf(lines[0], FIT_SIZE, two ? "%s" : "%s · %s", a, b);
        if (form + 1 == STALE_FORMS && !two)
            shortest_stale(m, m->data_at, lines[0]);
        if (two)
            snprintf(lines[1], FIT_SIZE, "%s", b);
        fits = fits_line(d, lines[0], true) && fits_line(d, lines[1], false);
    }
    if (!fits && !two) /* a low picture for a far reader */
        stale_form(m->words[0], STALE_FORMS - 1, m->data_in[0], lines[0]);
}

static void stale_one(const struct draw *d, char lines[2][FIT_SIZE])
{
    char text[FORM_SIZE];
    bool fits = false;
    for (int form = 0; form < STALE_FORMS && !fits; form++) {
        stale_form(d->m->words[0], form, d->m->data_in[0], text);
        snprintf(lines[0], FIT_SIZE, "%s", text);
        lines[1][0] = '\0';
        fits = fits_line(d, text, true) || (d->f->strip_lines > 1 && break_in_two(d, text, lines));
    }
}

void layout_strip_stale(struct draw *d)
{
    const struct frame *f = d->f;
    char lines[2][FIT_SIZE], text[FIT_SIZE];
    int top = f->body.y + f->body.h, x = f->margin + px(f, 88);
    if (d->m->languages == 2)
        stale_both(d, lines);
    else
        stale_one(d, lines);
    draw_fill(d, PART_STRIP, (struct box){ 0, top, f->w, f->h - top }, 0, SLOT_STRIP);
    int middle = lines[1][0] ? 46 : 46 + (f->strip_lines - 1) * LINE_PITCH / 2;
    draw_icon(d, PART_STRIP, f->margin, top + px(f, middle), px(f, 64), ICON_OFFLINE, SLOT_STRIP_TEXT);
    for (int i = 0; i < 2; i++) {
        bool bold = i == 0 || d->m->languages == 1;
        fit_text(d, lines[i], f->s, bold, stale_room(f), text);
        draw_text(d, PART_DATA, x, top + px(f, middle + 22 + i * LINE_PITCH), f->s, bold, SLOT_STRIP_TEXT,
                  text);
    }
}

void layout_strip(struct draw *d, const struct page *page)
{
    draw_own(d, OWNER_NONE, -1);
    if (d->m->trust == TRUST_STALE)
        layout_strip_stale(d);
    else
        fresh(d, page);
}
