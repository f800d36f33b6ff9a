/* A ready car as a card: label and place, one above or beside the other. */
#include "display/ready.h"

struct card_colours ready_colours(const struct draw *d, bool bright)
{
    if (d->old)
        return (struct card_colours){ SLOT_TEXT2, SLOT_TEXT2, SLOT_TEXT2, true };
    if (bright)
        return (struct card_colours){ SLOT_CALL, SLOT_CALL_TEXT, SLOT_CALL_TEXT, false };
    return (struct card_colours){ SLOT_CARD, SLOT_CARD_TEXT, SLOT_CARD_MARK, false };
}

void ready_back(struct draw *d, struct box box, struct card_colours c)
{
    if (c.outlined)
        draw_frame(d, PART_CARD, box, px(d->f, 14), px(d->f, 3), c.back);
    else
        draw_fill(d, PART_CARD, box, px(d->f, 14), c.back);
}

void ready_place(struct draw *d, int x, int baseline, int text_indent, int right, struct card_colours c,
                 const char *place)
{
    char text[FIT_SIZE];
    int s = d->f->s;
    draw_icon(d, PART_PLACE, x, baseline - caps(s) / 2, px(d->f, 60), ICON_ARROW, c.mark);
    fit_text(d, place, s, false, right - x - text_indent, text);
    draw_text(d, PART_PLACE, x + text_indent, baseline, s, false, c.text, text);
}

/* XL, and more on a card that is taller than the design's because the room is near. */
static int tall_em(const struct frame *f, struct box box)
{
    int usual = px(f, 249);
    return box.h > usual * 11 / 10 ? em_xl(f) * box.h / usual : em_xl(f);
}

/* A card of label above place, from its edges: what stands on its lines, and how large. */
struct tall {
    char label[2][FIT_SIZE], place[2][FIT_SIZE];
    int n_label, n_place;
    int em, pad, room; /* of the label; its left edge and width */
    int gap, foot;     /* from its last baseline to the capitals of the place; least white below that */
    bool arrow;        /* before the place */
};

#define PLACE_PITCH 74

/* The size of the label above a place of so many lines. */
static int label_em(const struct draw *d, const char *label, struct box box, int n_place,
                    const struct tall *t)
{
    const struct frame *f = d->f;
    int s = f->s, em = tall_em(f, box);
    int more = n_place > 1 ? px(f, PLACE_PITCH + 18) : 0; /* a line, and white above the label */
    int most = (box.h - caps(s) - more - t->foot - t->gap) * 100 / 76;
    int descending = px(f, t->gap < px(f, 40) ? 100 : 106); /* or its descender would touch the arrow */
    em = most < em ? most : em;
    if (descends(label) && em > descending)
        em = descending;
    return fit_em(d, label, em > s ? em : s, s, true, t->room);
}

/* A place that is too wide takes two lines where the label is long and small already, else it stands without its
 * arrow, else it is cut: first of all the label is large. */
static void fill_place(const struct draw *d, const struct model_ready *r, struct box box, struct tall *t)
{
    int s = d->f->s, room = box.w - px(d->f, 26 + 82 + 12), em = label_em(d, r->label, box, 1, t);
    bool fits = width(d, r->place, s, false) <= room;
    bool low = box.h < 2 * caps(s) + t->gap + px(d->f, PLACE_PITCH + 18) + t->foot;
    t->em = em;
    if (!fits && !low && em * 100 <= s * 115 && label_em(d, r->label, box, 2, t) * 100 >= em * 95) {
        t->n_place = fit_lines(d, r->place, s, false, room, 2, t->place);
        return;
    }
    t->arrow = fits || width(d, r->place, s, false) > t->room;
    fit_text(d, r->place, s, false, t->arrow ? room : t->room, t->place[0]);
}

/* A label too wide at S gets a narrower margin, then two lines, where there is room for two. */
static void fill_tall(const struct draw *d, const struct model_ready *r, struct box box, struct tall *t)
{
    const struct frame *f = d->f;
    int s = f->s, least = width(d, r->label, s, true);
    bool low = box.h < px(f, 222);
    *t = (struct tall){
        .n_label = 1, .n_place = 1, .arrow = true, .pad = px(f, 32), .foot = s * 26 / 100 + 1
    };
    t->room = box.w - t->pad - px(f, 20);
    t->gap = px(f, box.h < px(f, 200) ? 32 : 40);
    if (least > t->room) {
        t->pad = px(f, 14);
        t->room = box.w - 2 * t->pad;
    }
    bool wide = least > t->room;
    fill_place(d, r, box, t);
    if (low || !wide) {
        fit_label(d, r->label, t->em, t->room, t->label[0]);
        return;
    }
    fit_text(d, r->place, s, false, box.w - px(f, 26 + 82 + 12), t->place[0]);
    t->n_place = 1;
    t->arrow = true;
    t->n_label = fit_label_lines(d, r->label, t->em, t->room, t->label);
    t->gap = px(f, t->n_label > 1 ? 28 : 40);
}

/* Label above its place. */
static void tall_card(struct draw *d, const struct model_ready *r, struct box box)
{
    const struct frame *f = d->f;
    struct tall t;
    struct card_colours c = ready_colours(d, r->bright);
    fill_tall(d, r, box, &t);
    int line = caps(t.em) + px(f, 26), down = (t.n_place - 1) * px(f, PLACE_PITCH);
    int block = t.n_label * line - px(f, 26) + t.gap + caps(f->s) + down, space = (box.h - block) / 2;
    int last = box.y + box.h - (space > t.foot ? space : t.foot), y = last - block;
    ready_back(d, box, c);
    for (int i = 0; i < t.n_label; i++)
        draw_text(d, PART_LABEL, box.x + t.pad, y + caps(t.em) + i * line, t.em, true, c.text, t.label[i]);
    if (t.arrow)
        draw_icon(d, PART_PLACE, box.x + px(f, 26), last - down - caps(f->s) / 2, px(f, 60), ICON_ARROW,
                  c.mark);
    for (int i = 0; i < t.n_place; i++)
        draw_text(d, PART_PLACE, box.x + (t.arrow ? px(f, 26 + 82) : t.pad),
                  last - down + i * px(f, PLACE_PITCH), f->s, false, c.text, t.place[i]);
}

/* Label left, place at the text axis. */
static void flat_card(struct draw *d, const struct model_ready *r, struct box box)
{
    const struct frame *f = d->f;
    char text[FIT_SIZE];
    struct card_colours c = ready_colours(d, r->bright);
    int x = box.x + px(f, 30), axis = box.x + px(f, 332), s = f->s, em = em_xl(f);
    if (x + width(d, r->label, em, true) + px(f, 24) > axis)
        em = fit_em(d, r->label, em, s, true, axis - px(f, 24) - x);
    fit_label(d, r->label, em, box.w * 2 / 3, text);
    if (descends(text) && em > box.h * 4 / 5)
        em = box.h * 4 / 5;
    ready_back(d, box, c);
    int w = draw_text(d, PART_LABEL, x, box.y + (box.h + caps(em)) / 2, em, true, c.text, text);
    int least = x + w + px(f, 24), right = box.x + box.w - px(f, 20);
    int whole = right - px(f, 85) - width(d, r->place, s, false); /* where all of the place fits */
    axis = whole < axis ? whole : axis;
    axis = axis < least ? least : axis;
    ready_place(d, axis, box.y + (box.h + caps(s)) / 2, px(f, 85), right, c, r->place);
}

void ready_card(struct draw *d, int index, struct box box)
{
    draw_own(d, OWNER_READY, index);
    if (d->f->form == FORM_STACK && !d->f->wide)
        flat_card(d, &d->m->ready[index], box);
    else
        tall_card(d, &d->m->ready[index], box);
}
