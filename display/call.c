/* The call (design, "The call"): one bright field, the label as large as it fits. */
#include "display/draw.h"

#include <stdio.h>

#define FULL_H                                                                                               \
    871 /* of the field in a picture of 1080; in a lower one everything but the label shrinks with it */

struct call {
    struct draw *d;
    const struct model_ready *car;
    struct box field;
    int left, right, text; /* axes */
};

/* Pixels of the field: `v` at its full height. */
static int field_px(const struct call *c, double v)
{
    int whole = px(c->d->f, FULL_H);
    return px(c->d->f, c->field.h < whole ? v * c->field.h / whole : v);
}

static int field_em(const struct call *c, double v)
{
    int em = field_px(c, v);
    return em > c->d->f->s ? em : c->d->f->s;
}

/* Where to go, at the foot of the field: one line, or two smaller ones, three in a high field. Returns the top of the block. */
static int call_place(const struct call *c)
{
    struct draw *d = c->d;
    char lines[3][FIT_SIZE];
    int most = c->field.h > c->field.w ? 3 : 2;
    int em = fit_em(d, c->car->place_long, field_em(c, 132), field_em(c, 92), true, c->right - c->text);
    int n = fit_lines(d, c->car->place_long, em, true, c->right - c->text, most, lines);
    int pitch = em * 5 / 4, last = c->field.y + c->field.h - field_px(c, 78), first = last - (n - 1) * pitch;
    int size = c->text - c->left;
    draw_icon(d, PART_PLACE, c->left - size / 8, first - caps(em) / 2, size, ICON_ARROW, SLOT_CALL_TEXT);
    for (int i = 0; i < n; i++)
        draw_text(d, PART_PLACE, c->text, first + i * pitch, em, true, SLOT_CALL_TEXT, lines[i]);
    return first - caps(em);
}

/* "Готов", in the second language beside it. Returns where it ends. */
static int call_word(const struct call *c, int baseline)
{
    struct draw *d = c->d;
    const char *first = words_get(d->m->words[0], WORD_READY);
    const char *second = d->m->languages == 2 ? words_get(d->m->words[1], WORD_READY) : "";
    int em = field_em(c, 112), gap = second[0] ? em / 4 : 0, room = c->right - c->text - gap;
    while (em > d->f->s && width(d, first, em, true) + width(d, second, em, false) > room)
        em--;
    int x = c->text + draw_text(d, PART_CALL, c->text, baseline, em, true, SLOT_CALL_TEXT, first) + gap;
    return x + draw_text(d, PART_CALL, x, baseline, em, false, SLOT_CALL_TEXT, second);
}

/* The word, the model and, when several are called, which of them: below the model, or beside it. Returns the bottom
 * of the line. */
static int call_head(const struct call *c, bool *below)
{
    struct draw *d = c->d;
    char text[WORDS_SIZE], model[FIT_SIZE], number[16], of[16];
    int s = d->f->s, baseline = c->field.y + field_px(c, 70) + caps(field_em(c, 112)),
        size = c->text - c->left;
    size = size * 104 / 140;
    draw_kind(d, PART_CALL, c->left, baseline - caps(field_em(c, 112)) / 2, size, ICON_READY, KIND_READY);
    if (d->to->n > 0) {
        d->to->items[d->to->n - 1].colour = SLOT_CALL_TEXT;
        d->to->items[d->to->n - 1].second = SLOT_CALL;
    }
    int end = call_word(c, baseline), right = c->right, room = right - end - px(d->f, 40);
    bool several = d->m->call_of > 1, beside = false;
    snprintf(number, sizeof number, "%d", d->m->call_number);
    snprintf(of, sizeof of, "%d", d->m->call_of);
    if (d->m->languages == 2)
        snprintf(text, sizeof text, "%d/%d", d->m->call_number, d->m->call_of);
    else
        words_fill(d->m->words[0], WORD_OF, number, of, text);
    if (several) { /* a low field has its height for the label */
        int both = width(d, c->car->model, s, false) + px(d->f, 56) + width(d, text, s, false);
        beside = c->field.h < px(d->f, FULL_H) && both <= room;
    }
    if (beside)
        right -= draw_right(d, PART_CALL, right, baseline, s, false, SLOT_CALL_TEXT, text) + px(d->f, 56);
    fit_model(d, c->car->model, s, beside ? right - end - px(d->f, 40) : room, model);
    draw_right(d, PART_MODEL, right, baseline, s, false, SLOT_CALL_TEXT, model);
    *below = several && !beside;
    if (!*below)
        return baseline;
    /* Below the descenders of the word. */
    int down = px(d->f, 76), least = field_em(c, 112) * 24 / 100 + s * 76 / 100 + 3;
    baseline += down > least ? down : least;
    draw_right(d, PART_CALL, c->right, baseline, s, false, SLOT_CALL_TEXT, text);
    return baseline;
}

void layout_call(struct draw *d, struct box field)
{
    const struct frame *f = d->f;
    struct call c = { .d = d, .car = &d->m->ready[d->m->call], .field = field };
    char text[FIT_SIZE];
    c.left = field.x + px(f, 64);
    c.right = field.x + field.w - px(f, 64);
    c.text = c.left + field_px(&c, 140);
    draw_own(d, OWNER_READY, d->m->call);
    draw_fill(d, PART_CARD, field, px(f, 20), SLOT_CALL);
    int rule = call_place(&c) - field_px(&c, 64);
    /* Below the descenders of the head, and the label reaches a little above its capitals. */
    bool below;
    int top = call_head(&c, &below), bottom = rule - field_px(&c, 60);
    int head = field_px(&c, below ? 40 : 64), least = f->s / 4 + (int)(7.2 * f->s * 0.05) + 2;
    top += head > least ? head : least;
    draw_fill(d, PART_RULE, (struct box){ c.left, rule, c.right - c.left, px(f, 4) }, 0, SLOT_CALL_TEXT);
    int high = (int)(7.2 * f->s), by_height = (int)((bottom - top) / 0.72), room = c.right - c.left;
    if (descends(c.car->label)) /* or it would stand on the rule */
        by_height = (int)((rule - px(f, 8) - top) / 0.98);
    if (high > by_height)
        high = by_height;
    int em = fit_em(d, c.car->label, high, f->s, true, room);
    fit_label(d, c.car->label, em, room, text);
    /* At this size the white before a figure shows: its ink stands at the edge. */
    int baseline = descends(c.car->label) ? top + caps(em) : top + (bottom - top + caps(em)) / 2;
    draw_text(d, PART_LABEL, c.left - em / 20, baseline, em, true, SLOT_CALL_TEXT, text);
}
