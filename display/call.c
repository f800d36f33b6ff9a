/* The call (design, "The call"): one bright field, the label as large as it fits. */
#include "display/draw.h"

#include <stdio.h>

/* Where to go, at the foot of the field: one line, or two smaller ones. Returns the top of the block. */
static int call_place(struct draw *d, const struct model_ready *r, struct box field)
{
    const struct frame *f = d->f;
    char lines[2][FIT_SIZE];
    int x = field.x + px(f, 204), room = field.x + field.w - px(f, 64) - x;
    int em = fit_em(d, r->place, px(f, 132), px(f, 92), true, room);
    int n = fit_lines(d, r->place, em, true, room, 2, lines);
    int pitch = em * 5 / 4, last = field.y + field.h - px(f, 78), first = last - (n - 1) * pitch;
    draw_icon(d, PART_PLACE, field.x + px(f, 60), first - caps(em) / 2, px(f, 112), ICON_ARROW,
              SLOT_CALL_TEXT);
    for (int i = 0; i < n; i++)
        draw_text(d, PART_PLACE, x, first + i * pitch, em, true, SLOT_CALL_TEXT, lines[i]);
    return first - caps(em);
}

/* "Готов", the model and, when several are called, which of them. Returns the bottom of the line. */
static int call_head(struct draw *d, const struct model_ready *r, struct box field)
{
    const struct frame *f = d->f;
    char text[2 * WORDS_SIZE], fitted[FIT_SIZE];
    int x = field.x + px(f, 204), right = field.x + field.w - px(f, 64), baseline = field.y + px(f, 150);
    int em = px(f, 112), bottom = baseline;
    draw_kind(d, PART_CALL, field.x + px(f, 64), baseline - caps(em) / 2, px(f, 104), ICON_READY, KIND_READY);
    struct item *tick = &d->to->items[d->to->n - 1];
    tick->colour = SLOT_CALL_TEXT;
    tick->second = SLOT_CALL;
    snprintf(text, sizeof text, "%s", words_get(d->m->language[0], WORD_READY));
    if (d->m->languages == 2)
        snprintf(text, sizeof text, "%s · %s", words_get(d->m->language[0], WORD_READY),
                 words_get(d->m->language[1], WORD_READY));
    em = fit_em(d, text, em, f->s, true, right - x);
    int w = draw_text(d, PART_CALL, x, baseline, em, true, SLOT_CALL_TEXT, text);
    fit_model(d, r->model, f->s, right - x - w - px(f, 60), fitted);
    draw_right(d, PART_MODEL, right, baseline, f->s, false, SLOT_CALL_TEXT, fitted);
    if (d->m->call_of > 1) {
        bottom += px(f, 76);
        snprintf(text, sizeof text, "%d %s\xc2\xa0%d", d->m->call_number,
                 words_get(d->m->language[0], WORD_OF), d->m->call_of);
        draw_right(d, PART_CALL, right, bottom, f->s, false, SLOT_CALL_TEXT, text);
    }
    return bottom;
}

void layout_call(struct draw *d, struct box field)
{
    const struct frame *f = d->f;
    const struct model_ready *r = &d->m->ready[d->m->call];
    char text[FIT_SIZE];
    draw_own(d, OWNER_READY, d->m->call);
    draw_fill(d, PART_CARD, field, px(f, 20), SLOT_CALL);
    int rule = call_place(d, r, field) - px(f, 64), left = field.x + px(f, 64), inner = field.w - px(f, 128);
    int top = call_head(d, r, field) + px(f, d->m->call_of > 1 ? 40 : 64), bottom = rule - px(f, 60);
    draw_fill(d, PART_RULE, (struct box){ left, rule, inner, px(f, 4) }, 0, SLOT_CALL_TEXT);
    int high = (int)(7.2 * f->s), by_height = (int)((bottom - top) / 0.72);
    if (high > by_height)
        high = by_height;
    int em = fit_em(d, r->label, high, f->s, true, inner);
    fit_text(d, r->label, em, true, inner, text);
    draw_text(d, PART_LABEL, left, top + (bottom - top + caps(em)) / 2, em, true, SLOT_CALL_TEXT, text);
}
