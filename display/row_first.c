/* The first line of a row: label · chair · model · promise. */
#include "display/row.h"

/* Label, shrunk from `em` towards S if `room` asks for it. Returns where the next thing may begin. */
int row_label(const struct row *r, int baseline, int em, int room)
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

void row_chair(const struct row *r, int x, int baseline)
{
    draw_icon(r->d, PART_WAITING, x, baseline - caps(r->s) / 2, px(r->f, 64), ICON_CHAIR,
              draw_aged(r->d, SLOT_TEXT));
}

/* Width that label (at S, but no more than a long plate's), chair and promise need side by side. */
static int line_one_needs(const struct row *r, const struct promise *p, int seat)
{
    int label = width(r->d, r->car->label, r->s, true) + px(r->f, 24), axis = px(r->f, AXIS_ICON);
    int long_plate = 5 * r->s, block = promise_w(r, p);
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
        promise_fewer_words(r, p, &both);
    bool moved = p->was_w && line_one_needs(r, p, *seat) > r->box.w;
    if (moved)
        p->was_w = 0;
    if (p->ask && line_one_needs(r, p, *seat) > r->box.w)
        p->ask = words_get(r->d->m->words[0], WORD_ASK_SHORT);
    while (line_one_needs(r, p, *seat) > r->box.w && promise_fewer_words(r, p, &both))
        ;
    if (*seat && line_one_needs(r, p, *seat) > r->box.w)
        *seat = 0;
    return moved;
}

/* Label · chair · model · promise. True if the first promise found no place and must stand elsewhere. */
bool row_first_line(const struct row *r, int baseline, int em, bool model, bool chair)
{
    struct promise p;
    char text[FIT_SIZE];
    int gap = px(r->f, 40), seat = chair ? px(r->f, AXIS_TEXT - AXIS_ICON) : 0;
    promise_words(r, &p);
    bool moved = give_way(r, &p, &seat);
    int block = promise_w(r, &p), x_end = r->right - block - (block ? gap : 0);
    int x = row_label(r, baseline, em, x_end - r->box.x - (seat ? seat + px(r->f, 24) : 0));
    if (seat)
        row_chair(r, x, baseline);
    x += px(r->f, AXIS_TEXT - AXIS_ICON);
    if (model && x_end > x) {
        fit_model(r->d, r->car->model, r->s, x_end - x, text);
        draw_text(r->d, PART_MODEL, x, baseline, r->s, false, SLOT_TEXT2, text);
    }
    row_promise(r, &p, baseline);
    return moved;
}
