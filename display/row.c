/* One car in the list (design, "A car in the list"). */
#include "display/draw.h"

#include <stdio.h>
#include <string.h>

#define AXIS_ICON 252
#define AXIS_TEXT 338
#define LABEL_W   204
#define STEPS_GAP 14 /* at least, between steps and icon */

struct row {
    struct draw *d;
    const struct frame *f;
    const struct model_car *car;
    struct box box;
    int right; /* right edge */
    int s;
    bool two; /* two languages */
};

/* The right block of a row: "было 15:30  до 17:00", or the advice once the promise has passed. */
struct promise {
    char by[2 * WORDS_SIZE + 8], after[WORDS_SIZE]; /* the words before and behind the time */
    char was[WORDS_SIZE];
    const char *time;
    int by_w, time_w, after_w, was_w; /* 0: not there */
    const char *ask;
    bool struck; /* `was` is a bare time, struck through */
};

static int was_gap(const struct row *r, const struct promise *p)
{
    return px(r->f, p->struck ? 30 : 42);
}

static int block_w(const struct row *r, const struct promise *p)
{
    int w = p->ask ? width(r->d, p->ask, r->s, true) : p->by_w + p->time_w + p->after_w;
    return w + (p->was_w ? p->was_w + was_gap(r, p) : 0);
}

/* Two languages side by side have one heading over all times, where there is room for one. */
static void words_of_time(const struct row *r, struct promise *p)
{
    const struct words *const *w = r->d->m->words;
    char bare[2][WORDS_SIZE];
    if (!r->two) {
        words_around(w[0], WORD_BY, p->by, p->after);
    } else if (r->f->form == FORM_STACK) {
        words_bare(w[0], WORD_BY, bare[0]);
        words_bare(w[1], WORD_BY, bare[1]);
        snprintf(p->by, sizeof p->by, "%s · %s\xc2\xa0", bare[0], bare[1]);
    }
    p->by_w = width(r->d, p->by, r->s, false);
    p->after_w = width(r->d, p->after, r->s, false);
}

/* The words around the time give way: those of the second language, then all. False if none are left. */
static bool fewer_words(const struct row *r, struct promise *p, bool *both)
{
    if (p->by_w + p->after_w == 0)
        return false;
    if (*both)
        words_around(r->d->m->words[0], WORD_BY, p->by, p->after);
    else
        p->by[0] = p->after[0] = '\0';
    *both = false;
    p->by_w = width(r->d, p->by, r->s, false);
    p->after_w = width(r->d, p->after, r->s, false);
    return true;
}

/* The struck first promise stands directly before the new one. */
static void strike_beside(const struct row *r, struct promise *p)
{
    p->struck = text_copy(p->was, sizeof p->was, r->car->was);
    p->was_w = width(r->d, p->was, r->s, false);
}

static void promise_words(const struct row *r, struct promise *p)
{
    const struct words *w = r->d->m->words[0];
    *p = (struct promise){ .time = r->car->promise };
    if (r->car->passed) {
        p->ask = words_get(w, r->two ? WORD_ASK_SHORT : WORD_ASK);
        return;
    }
    if (!r->car->promise[0])
        return;
    words_of_time(r, p);
    p->time_w = width(r->d, p->time, r->s, true);
    if (r->car->was[0] && !r->two) {
        words_fill(w, WORD_WAS, r->car->was, NULL, p->was);
        p->was_w = width(r->d, p->was, r->s, false);
    } else if (r->car->was[0] && !r->f->wide) {
        strike_beside(r, p);
    }
}

/* The first promise struck through, ending at `right`: two languages have no room for a word in each. */
static int draw_struck(const struct row *r, int right, int baseline)
{
    struct draw *d = r->d;
    if (!r->car->was[0] || r->car->passed)
        return 0;
    int w = draw_right(d, PART_WAS, right, baseline, r->s, false, SLOT_TEXT2, r->car->was), out = px(r->f, 6);
    draw_fill(
        d, PART_STRIKE,
        (struct box){ right - w - out, baseline - caps(r->s) / 2 - px(r->f, 2), w + 2 * out, px(r->f, 4) }, 0,
        SLOT_TEXT2);
    return w + px(r->f, 30);
}

static void draw_promise(const struct row *r, const struct promise *p, int baseline)
{
    struct draw *d = r->d;
    enum slot strong = draw_aged(d, SLOT_TEXT);
    if (p->ask) {
        draw_right(d, PART_ASK, r->right, baseline, r->s, true, strong, p->ask);
        return;
    }
    draw_right(d, PART_PROMISE, r->right, baseline, r->s, false, SLOT_TEXT2, p->after);
    draw_right(d, PART_PROMISE, r->right - p->after_w, baseline, r->s, true, strong, p->time);
    draw_right(d, PART_PROMISE, r->right - p->after_w - p->time_w, baseline, r->s, false, SLOT_TEXT2, p->by);
    int before = r->right - p->after_w - p->time_w - p->by_w - was_gap(r, p);
    if (p->was_w && p->struck)
        draw_struck(r, before, baseline);
    else if (p->was_w)
        draw_right(d, PART_WAS, before, baseline, r->s, false, SLOT_TEXT2, p->was);
}

/* Label, shrunk from `em` towards S if `room` asks for it. Returns where the next thing may begin. */
static int draw_label(const struct row *r, int baseline, int em, int room)
{
    char text[FIT_SIZE];
    /* Below a label an icon may stand: a descender must not reach it. */
    if (descends(r->car->label) && em > px(r->f, 72))
        em = px(r->f, 72);
    em = fit_em(r->d, r->car->label, em, r->s, true, room);
    fit_label(r->d, r->car->label, em, room, text);
    if (!text[0]) /* nothing of it fits: the row still has a beginning */
        text_copy(text, sizeof text, "…");
    int w = draw_text(r->d, PART_LABEL, r->box.x, baseline, em, true, draw_aged(r->d, SLOT_TEXT), text);
    int next = w + px(r->f, 24), axis = px(r->f, AXIS_ICON);
    return r->box.x + (next > axis ? next : axis);
}

static void draw_chair(const struct row *r, int x, int baseline)
{
    draw_icon(r->d, PART_WAITING, x, baseline - caps(r->s) / 2, px(r->f, 64), ICON_CHAIR,
              draw_aged(r->d, SLOT_TEXT));
}

/* Width that label (at S, but no more than a long plate's), chair and promise need side by side. */
static int line_one_needs(const struct row *r, const struct promise *p, int seat)
{
    int label = width(r->d, r->car->label, r->s, true) + px(r->f, 24), axis = px(r->f, AXIS_ICON);
    int long_plate = 5 * r->s, block = block_w(r, p);
    if (label < axis)
        label = axis;
    if (label > long_plate && r->box.w < 13 * r->s)
        label = long_plate;
    return label + seat + block + (block ? px(r->f, 40) : 0);
}

/* What gives way where line one is too narrow, in this order: of two languages the second's words before the
 * time, the first promise (it moves to another line), the length of the advice, all words before the time,
 * the chair. Returns whether the first promise moved. */
static bool give_way(const struct row *r, struct promise *p, int *seat)
{
    bool both = r->two;
    if (p->struck && line_one_needs(r, p, *seat) > r->box.w)
        fewer_words(r, p, &both);
    bool moved = p->was_w && line_one_needs(r, p, *seat) > r->box.w;
    if (moved)
        p->was_w = 0;
    if (p->ask && line_one_needs(r, p, *seat) > r->box.w)
        p->ask = words_get(r->d->m->words[0], WORD_ASK_SHORT);
    while (line_one_needs(r, p, *seat) > r->box.w && fewer_words(r, p, &both))
        ;
    if (*seat && line_one_needs(r, p, *seat) > r->box.w)
        *seat = 0;
    return moved;
}

/* Label · chair · model · promise. True if the first promise found no place and must stand elsewhere. */
static bool line_one(const struct row *r, int baseline, int em, bool model, bool chair)
{
    struct promise p;
    char text[FIT_SIZE];
    int gap = px(r->f, 40), seat = chair ? px(r->f, AXIS_TEXT - AXIS_ICON) : 0;
    promise_words(r, &p);
    bool moved = give_way(r, &p, &seat);
    int block = block_w(r, &p), x_end = r->right - block - (block ? gap : 0);
    int x = draw_label(r, baseline, em, x_end - r->box.x - (seat ? seat + px(r->f, 24) : 0));
    if (seat)
        draw_chair(r, x, baseline);
    x += px(r->f, AXIS_TEXT - AXIS_ICON);
    if (model && x_end > x) {
        fit_model(r->d, r->car->model, r->s, x_end - x, text);
        draw_text(r->d, PART_MODEL, x, baseline, r->s, false, SLOT_TEXT2, text);
    }
    draw_promise(r, &p, baseline);
    return moved;
}

/* A hold says what it waits for and since when: there the time never gives way. */
static bool is_hold(const struct row *r)
{
    return r->car->kind == KIND_HOLD;
}

/* "с 13:10", or the time behind a clock; returns its width. With `x` < 0 it is only measured. */
static int draw_since(const struct row *r, int x, int baseline)
{
    char text[WORDS_SIZE];
    struct draw *d = r->d;
    int icon = r->two ? px(r->f, 46) + px(r->f, 18) : 0;
    if (!r->car->since[0])
        return 0;
    if (r->two)
        snprintf(text, sizeof text, "%s", r->car->since);
    else
        words_fill(d->m->words[0], WORD_SINCE, r->car->since, NULL, text);
    if (x < 0)
        return icon + width(d, text, r->s, false);
    enum slot colour = draw_aged(d, SLOT_TEXT);
    if (icon)
        draw_icon(d, PART_SINCE, x, baseline - caps(r->s) / 2, px(r->f, 46), ICON_CLOCK, colour);
    return icon + draw_text(d, PART_SINCE, x + icon, baseline, r->s, false, colour, text);
}

/* Icon and word of the stage within `room` from `x_icon`; returns the width from the icon. */
static int draw_stage(const struct row *r, int x_icon, int baseline, int room)
{
    char text[FIT_SIZE];
    int indent = px(r->f, AXIS_TEXT - AXIS_ICON);
    draw_kind(r->d, PART_STAGE, x_icon, baseline - caps(r->s) / 2, px(r->f, 64), r->car->icon, r->car->kind);
    fit_text(r->d, r->car->stage[0], r->s, true, room - indent, text);
    return indent + draw_text(r->d, PART_STAGE, x_icon + indent, baseline, r->s, true,
                              draw_hue(r->d, r->car->kind), text);
}

/* Stage and since up to `right`. Since goes when the stage would lose more than a third of its word, but never that
 * of a hold; before a letter of it goes, both move towards the steps. */
static void stage_and_since(const struct row *r, int x, int baseline, int right, bool since_first)
{
    int gap = px(r->f, 24), since = draw_since(r, -1, 0), room = right - x;
    int word = px(r->f, AXIS_TEXT - AXIS_ICON) + width(r->d, r->car->stage[0], r->s, true);
    /* A few pixels are no reason to cut a word: whole font sizes make it a little wider at 720p than at
     * 1080p. */
    if (since && word + gap + since > room && word + gap / 2 + since <= room)
        gap = room - word - since;
    int lacks = word + gap / 2 + since - room;
    if (since_first && since && lacks > 0 && lacks <= px(r->f, AXIS_ICON - LABEL_W - STEPS_GAP)) {
        x -= lacks;
        room += lacks;
        gap /= 2;
    }
    bool both = since && word + gap + since <= room;
    if (since_first && since && !both)
        both = (room - gap - since) * 3 >= word * 2;
    both = both || (since && is_hold(r));
    int used = draw_stage(r, x, baseline, both ? room - gap - since : room);
    if (both)
        draw_since(r, x + used + gap, baseline);
}

/* Steps as segments: done, current (in the colour of the kind), ahead. `middle` is their axis. */
static void draw_segments(const struct row *r, int x, int middle, int w)
{
    int n = r->car->steps, gap = px(r->f, 7);
    if (n < 1)
        return;
    if (gap > w / n / 3)
        gap = w / n / 3;
    for (int i = 0; i < n; i++) {
        int from = x + (w + gap) * i / n, to = x + (w + gap) * (i + 1) / n - gap;
        bool done = i + 1 < r->car->step, now = i + 1 == r->car->step;
        int h = px(r->f, now ? 26 : done ? 14 : 6);
        enum slot colour = now ? draw_hue(r->d, r->car->kind) : done ? SLOT_TEXT2 : SLOT_STEP;
        if (now && r->car->kind == KIND_QUEUE)
            colour = draw_aged(r->d, SLOT_TEXT);
        draw_fill(r->d, PART_STEP, (struct box){ from, middle - h / 2, to - from, h },
                  px(r->f, done || now ? 4 : 2), colour);
    }
}

/* Steps as a line with an icon for each: done filled grey, the current one large in its shape, ahead as
 * rings. */
static void draw_step_icons(const struct row *r, int x, int middle, int w)
{
    int n = r->car->steps, size = px(r->f, 60), big = px(r->f, 76);
    if (n < 2 || (w - big) / (n - 1) < big + px(r->f, 16)) {
        draw_segments(r, x, middle, w);
        return;
    }
    for (int i = 0; i < n; i++) {
        int c = x + big / 2 + (w - big) * i / (n - 1);
        bool done = i + 1 < r->car->step, now = i + 1 == r->car->step;
        if (i + 1 < n) {
            int next = x + big / 2 + (w - big) * (i + 1) / (n - 1), h = px(r->f, done ? 5 : 3);
            int from = c + (now ? big : size) / 2 + px(r->f, done ? 0 : 6);
            int to = next - (i + 2 == r->car->step ? big : size) / 2 - px(r->f, done ? 6 : 4);
            draw_fill(r->d, PART_STEP, (struct box){ from, middle - h / 2, to - from, h }, 0,
                      done ? SLOT_TEXT2 : SLOT_STEP);
        }
        if (now)
            draw_kind(r->d, PART_STEP, c - big / 2, middle, big, r->car->icon, r->car->kind);
        else
            draw_step(r->d, c - size / 2, middle, size, r->car->step_icon[i], done);
    }
}

/* The advice or the struck first promise at the end of the second line; returns its width and the gap. */
static int second_right(const struct row *r, int baseline, bool struck)
{
    struct draw *d = r->d;
    if (!r->car->passed)
        return struck ? draw_struck(r, r->right, baseline) : 0;
    return draw_right(d, PART_ASK, r->right, baseline, r->s, false, draw_aged(d, SLOT_TEXT),
                      words_get(d->m->words[1], WORD_ASK_SHORT)) +
           px(r->f, 40);
}

/* What of the second line that takes. */
static int second_takes(const struct row *r, bool struck)
{
    if (r->car->passed)
        return width(r->d, words_get(r->d->m->words[1], WORD_ASK_SHORT), r->s, false) + px(r->f, 40);
    return struck && r->car->was[0] ? width(r->d, r->car->was, r->s, false) + px(r->f, 30) : 0;
}

/* Whether next to nothing would be left of a hold's second word beside since and what else stands there. */
static bool hold_is_cramped(const struct row *r, int text, bool struck)
{
    int word = width(r->d, r->car->stage[1], r->s, false), letters = 3 * r->s;
    int room = r->right - text - px(r->f, 24) - draw_since(r, -1, 0) - second_takes(r, struck);
    return is_hold(r) && r->car->since[0] && room < (word < letters ? word : letters);
}

/* The second language's word for the stage, and the time since. The struck promise goes where it would leave
 * a hold less than a few letters. */
static void second_language(const struct row *r, int x, int baseline, bool struck, bool since_too)
{
    char text[FIT_SIZE];
    struct draw *d = r->d;
    int gap = px(r->f, 24), since = since_too ? draw_since(r, -1, 0) : 0, right = r->right;
    int word = width(d, r->car->stage[1], r->s, false);
    struck = struck && !(since && hold_is_cramped(r, x, true));
    right -= second_right(r, baseline, struck);
    bool both = since && (is_hold(r) || word + gap + since <= right - x);
    fit_text(d, r->car->stage[1], r->s, false, right - x - (both ? gap + since : 0), text);
    int w = draw_text(d, PART_STAGE, x, baseline, r->s, false, draw_hue(d, r->car->kind), text);
    if (both)
        draw_since(r, w ? x + w + gap : x, baseline);
}

/* Where label and word of the stage leave room for the promise; its words give way before a letter of the
 * stage does. */
static void wide_give_way(const struct row *r, struct promise *p)
{
    bool both = true;
    int label = width(r->d, r->car->label, r->s, true) + px(r->f, 24), axis = px(r->f, AXIS_ICON);
    int word = px(r->f, AXIS_TEXT - AXIS_ICON + 40) + width(r->d, r->car->stage[0], r->s, true);
    while ((label > axis ? label : axis) + word + block_w(r, p) > r->box.w && fewer_words(r, p, &both))
        ;
}

/* Whether the time since of a hold stands beside the stage, because beside its translation that would be cut
 * and before `end` there is room. */
static bool since_moves_up(const struct row *r, int text, int end, bool struck)
{
    int gap = px(r->f, 24) + draw_since(r, -1, 0);
    int one = width(r->d, r->car->stage[0], r->s, true), two = width(r->d, r->car->stage[1], r->s, false);
    return is_hold(r) && text + two + gap + second_takes(r, struck) > r->right && text + one + gap <= end;
}

/* Where the second line has no room for it, the struck first promise stands on the first, if that has. */
static bool strike_moves_up(const struct row *r, int text, struct promise *p)
{
    struct promise with = *p;
    int second = width(r->d, r->car->stage[1], r->s, false) + px(r->f, 24) + draw_since(r, -1, 0);
    int first = width(r->d, r->car->stage[0], r->s, true) + px(r->f, 40);
    bool pushed = width(r->d, r->car->label, r->s, true) > px(r->f, LABEL_W);
    if (!r->car->was[0] || r->car->passed || pushed || text + second + second_takes(r, true) <= r->right)
        return false;
    strike_beside(r, &with);
    for (bool both = true; text + first + block_w(r, &with) > r->right;)
        if (!fewer_words(r, &with, &both))
            return false;
    *p = with;
    return true;
}

static void wide_two_languages(const struct row *r, int one, int two, int em)
{
    struct promise p;
    int indent = px(r->f, AXIS_TEXT - AXIS_ICON), axis = r->box.x + px(r->f, AXIS_ICON);
    promise_words(r, &p);
    wide_give_way(r, &p);
    bool struck = !strike_moves_up(r, axis + indent, &p);
    int block = block_w(r, &p), end = r->right - (block ? block + px(r->f, 40) : 0);
    int x = draw_label(r, one, em, (r->box.w - block) / 2);
    bool up = since_moves_up(r, x + indent, end, struck);
    if (up)
        stage_and_since(r, x, one, end, false);
    else
        draw_stage(r, x, one, end - x);
    draw_promise(r, &p, one);
    if (!up && hold_is_cramped(r, x + indent, struck))
        x = axis; /* a long label pushes the first line only */
    if (r->car->waiting)
        draw_chair(r, x, two);
    second_language(r, x + indent, two, struck, !up);
    if (r->f->format != FORMAT_ROOMY)
        draw_segments(r, r->box.x, two - caps(r->s) / 2, px(r->f, LABEL_W));
}

static int draw_was(const struct row *r, int baseline)
{
    char words[WORDS_SIZE];
    words_fill(r->d->m->words[0], WORD_WAS, r->car->was, NULL, words);
    return draw_right(r->d, PART_WAS, r->right, baseline, r->s, false, SLOT_TEXT2, words) + px(r->f, 40);
}

/* The first promise, struck through or left out where its word and the time since do not share a line. */
static int was_beside_since(const struct row *r, int text, int baseline)
{
    char words[WORDS_SIZE];
    int room = r->right - text - draw_since(r, -1, 0);
    if (!r->car->was[0] || r->car->passed)
        return 0;
    words_fill(r->d->m->words[0], WORD_WAS, r->car->was, NULL, words);
    if (!is_hold(r) || width(r->d, words, r->s, false) + px(r->f, 40) <= room)
        return draw_was(r, baseline);
    if (width(r->d, r->car->was, r->s, false) + px(r->f, 30) <= room)
        return draw_struck(r, r->right, baseline);
    return 0;
}

/* The first promise on the line of the stage, which begins at `x`. */
static int was_beside_stage(const struct row *r, int x, int baseline)
{
    int word = width(r->d, r->car->stage[0], r->s, true), letters = 3 * r->s;
    x += px(r->f, AXIS_TEXT - AXIS_ICON + 24) + (word < letters ? word : letters);
    return was_beside_since(r, x, baseline);
}

/* Two lines: label · chair · model · promise / steps · icon · stage · since. */
static void wide_row(const struct row *r)
{
    int em = em_l(r->f), s = r->s, below = px(r->f, 16), roomy = r->f->format == FORMAT_ROOMY;
    int block = caps(em) + px(r->f, 26) + caps(s) + below;
    int top = roomy ? px(r->f, 25) + (r->box.h - px(r->f, 296)) / 3 : (r->box.h - block) / 2 + px(r->f, 4);
    int one = r->box.y + top + caps(em), two = one + px(r->f, 26) + caps(s),
        x = r->box.x + px(r->f, AXIS_ICON);
    if (r->two) {
        wide_two_languages(r, one, two, em);
    } else {
        bool moved = line_one(r, one, em, true, r->car->waiting);
        int right = r->right;
        if (moved)
            right -= was_beside_stage(r, x, two);
        stage_and_since(r, x, two, right, true);
        if (!roomy)
            draw_segments(r, r->box.x, two - caps(s) / 2, px(r->f, LABEL_W));
    }
    if (roomy)
        draw_step_icons(r, x - px(r->f, 6), two + px(r->f, 70), r->right - x + px(r->f, 6));
}

/* One line: label · icon · stage · since if it fits whole · promise. */
static void single_row(const struct row *r)
{
    struct promise p;
    int baseline = r->box.y + (r->box.h - caps(em_l(r->f))) / 2 + caps(em_l(r->f)) - px(r->f, 3);
    promise_words(r, &p);
    p.was_w = 0;
    int block = block_w(r, &p), end = r->right - (block ? block + px(r->f, 40) : 0);
    int em = fit_em(r->d, r->car->label, em_l(r->f), r->s, true, px(r->f, LABEL_W));
    int x = draw_label(r, baseline, em, (end - r->box.x) / 2);
    stage_and_since(r, x, baseline, end, false);
    draw_promise(r, &p, baseline);
}

/* Since · steps · first promise. */
static void third_line(const struct row *r, int text, int baseline)
{
    int was = was_beside_since(r, text, baseline);
    int steps = r->box.x + px(r->f, AXIS_TEXT), end = text;
    if (text + draw_since(r, -1, 0) <= r->right - was)
        end = text + draw_since(r, text, baseline) + px(r->f, 24);
    if (end > steps)
        steps = end;
    int room = r->right - was - steps, most = px(r->f, 250);
    if (r->f->format != FORMAT_ROOMY && room >= px(r->f, 120))
        draw_segments(r, steps, baseline - caps(r->s) / 2, room < most ? room : most);
}

/* Icon · stage / its translation · since · struck first promise. */
static void narrow_two_languages(const struct row *r, int two, int three, bool struck)
{
    int text = r->box.x + px(r->f, AXIS_TEXT - AXIS_ICON);
    bool up = since_moves_up(r, text, r->right, struck) || hold_is_cramped(r, text, struck);
    if (up)
        stage_and_since(r, r->box.x, two, r->right, false);
    else
        draw_stage(r, r->box.x, two, r->box.w);
    second_language(r, text, three, struck, !up);
}

/* Whether the time since and `ask` share a line from `text` on. */
static bool ask_fits(const struct row *r, int text, const char *ask)
{
    return text + draw_since(r, -1, 0) + px(r->f, 30) + width(r->d, ask, r->s, true) <= r->right;
}

/* Icon · stage / since · advice. For a hold the advice gets shorter, then since moves up, rather than go. */
static void narrow_advice(const struct row *r, int two, int three)
{
    int text = r->box.x + px(r->f, AXIS_TEXT - AXIS_ICON);
    const char *ask = words_get(r->d->m->words[0], WORD_ASK);
    if (is_hold(r) && !ask_fits(r, text, ask))
        ask = words_get(r->d->m->words[0], WORD_ASK_SHORT);
    bool beside = ask_fits(r, text, ask);
    if (is_hold(r) && !beside)
        stage_and_since(r, r->box.x, two, r->right, false);
    else
        draw_stage(r, r->box.x, two, r->box.w);
    if (beside)
        draw_since(r, text, three);
    draw_right(r->d, PART_ASK, r->right, three, r->s, true, draw_aged(r->d, SLOT_TEXT), ask);
}

/* Three lines: label · chair · model · promise / icon · stage / since · steps · first promise. The advice is
 * nearly as wide as the screen and takes the third. Compact drops that line where nothing needs it. */
static void narrow_row(const struct row *r, int units)
{
    bool compact = r->f->format == FORMAT_COMPACT, roomy = r->f->format == FORMAT_ROOMY;
    int em = px(r->f, compact ? 76 : 92), s = r->s, lines = compact ? units : 3,
        pitch = px(r->f, 26) + caps(s);
    int block = caps(em) + (lines - 1) * pitch + px(r->f, 16) + (roomy ? px(r->f, 116) : 0);
    int one = r->box.y + (r->box.h - block) / 2 + px(r->f, 4) + caps(em), two = one + pitch,
        three = two + pitch;
    int text = r->box.x + px(r->f, AXIS_TEXT - AXIS_ICON);
    bool advice = r->car->passed && lines == 3 && !r->two;
    struct model_car car = *r->car;
    struct row first = *r;
    first.car = &car;
    if (!r->two && lines == 3)
        car.was[0] = '\0';
    car.passed = car.passed && !advice;
    bool moved = line_one(&first, one, em, !r->two, car.waiting);
    if (lines < 3) {
        stage_and_since(r, r->box.x, two,
                        r->right - (moved && !r->two ? was_beside_stage(r, r->box.x, two) : 0), false);
        return;
    }
    if (r->two) {
        narrow_two_languages(r, two, three, moved);
    } else if (advice) {
        narrow_advice(r, two, three);
    } else {
        draw_stage(r, r->box.x, two, r->box.w);
        third_line(r, text, three);
    }
    if (roomy)
        draw_step_icons(r, r->box.x - px(r->f, 6), three + px(r->f, 76), r->box.w + px(r->f, 6));
}

bool layout_row_fits_two(const struct draw *d, int car)
{
    struct row r = { .d = (struct draw *)d, .f = d->f, .car = &d->m->cars[car], .s = d->f->s };
    int since = draw_since(&r, -1, 0);
    return !is_hold(&r) ||
           px(d->f, AXIS_TEXT - AXIS_ICON) + width(d, r.car->stage[0], r.s, true) + px(d->f, 12) + since <=
               d->f->list.w;
}

void layout_row(struct draw *d, int car, struct box box, int units)
{
    struct row r = { .d = d,
                     .f = d->f,
                     .car = &d->m->cars[car],
                     .box = box,
                     .right = box.x + box.w,
                     .s = d->f->s,
                     .two = d->m->languages == 2 };
    draw_own(d, OWNER_CAR, car);
    if (!d->f->wide)
        narrow_row(&r, units);
    else if (d->f->format == FORMAT_COMPACT && units == 1)
        single_row(&r);
    else
        wide_row(&r);
}
