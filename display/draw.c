#include "display/draw.h"

#include <math.h>
#include <string.h>

/* Noto Sans: capitals 0.714 em; accents and descenders of common letters stay within 0.76 above and 0.24
 * below. */
#define CAPS_EM  0.714
#define ABOVE_EM 0.76
#define BELOW_EM 0.24
#define FLAT_EM  0.02 /* figures and most capitals: only the round ones' overshoot */

int px(const struct frame *f, double v)
{
    return (int)lround(v * f->s / 67.0);
}

int em_l(const struct frame *f)
{
    return px(f, f->format == FORMAT_COMPACT && f->wide ? 76 : 92);
}

int em_xl(const struct frame *f)
{
    return px(f, f->form == FORM_SIDE ? 124 : 104);
}

int caps(int em)
{
    return (int)lround(em * CAPS_EM);
}

int width(const struct draw *d, const char *text, int em, bool bold)
{
    return text[0] ? d->measure->width(d->measure->user, text, em, bold) : 0;
}

void draw_own(struct draw *d, enum owner owner, int index)
{
    d->owner = owner;
    d->index = index;
}

struct draw_mark draw_mark(const struct draw *d)
{
    return (struct draw_mark){ d->to->n, d->to->text.len };
}

void draw_back(struct draw *d, struct draw_mark mark)
{
    d->to->n = mark.n;
    d->to->text.len = mark.text;
}

static struct item *add(struct draw *d, enum item_kind kind, enum part part, struct box box, enum slot colour)
{
    if (d->to->n == LAYOUT_ITEMS_MAX) {
        d->failed = true;
        return &d->spill;
    }
    struct item *item = &d->to->items[d->to->n++];
    *item = (struct item){ .kind = kind,
                           .part = part,
                           .owner = d->owner,
                           .index = d->index,
                           .box = box,
                           .colour = colour,
                           .second = colour,
                           .third = colour };
    return item;
}

void draw_fill(struct draw *d, enum part part, struct box box, int radius, enum slot colour)
{
    add(d, ITEM_FILL, part, box, colour)->radius = radius;
}

void draw_frame(struct draw *d, enum part part, struct box box, int radius, int line, enum slot colour)
{
    struct item *item = add(d, ITEM_FRAME, part, box, colour);
    item->radius = radius;
    item->line = line;
}

/* Figures, capitals (Д, Ц, Щ reach below) and the signs between them. */
static bool is_flat(int32_t c)
{
    if (c < 0x80)
        return (c >= '0' && c <= ':') || (c >= 'A' && c <= 'Z' && c != 'J' && c != 'Q') || c == ' ' ||
               c == '-' || c == '%';
    if (c >= 0x410 && c <= 0x42f)
        return c != 0x414 && c != 0x426 && c != 0x429;
    return c == 0x401 || c == 0xa0 || c == 0xb7 || c == 0x2013 || c == 0x2026;
}

bool descends(const char *text)
{
    const char *end = text + strlen(text);
    while (text < end)
        if (!is_flat(utf8_next(&text, end)))
            return true;
    return false;
}

int draw_text(struct draw *d, enum part part, int x, int baseline, int em, bool bold, enum slot colour,
              const char *text)
{
    if (!text[0])
        return 0;
    int above = (int)ceil(em * ABOVE_EM), w = width(d, text, em, bold);
    struct box box = { x, baseline - above, w,
                       above + (int)ceil(em * (descends(text) ? BELOW_EM : FLAT_EM)) };
    size_t offset = d->to->text.len;
    if (!text_add(&d->to->text, text, strlen(text) + 1)) {
        d->failed = true;
        return w;
    }
    struct item *item = add(d, ITEM_TEXT, part, box, colour);
    item->baseline = baseline;
    item->em = em;
    item->bold = bold;
    item->text = (uint32_t)offset;
    return w;
}

int draw_right(struct draw *d, enum part part, int right, int baseline, int em, bool bold, enum slot colour,
               const char *text)
{
    return draw_text(d, part, right - width(d, text, em, bold), baseline, em, bold, colour, text);
}

enum slot draw_aged(const struct draw *d, enum slot colour)
{
    return d->old ? SLOT_TEXT2 : colour;
}

enum slot draw_hue(const struct draw *d, enum kind kind)
{
    static const enum slot of_kind[KIND_COUNT] = {
        [KIND_QUEUE] = SLOT_TEXT, [KIND_WORK] = SLOT_WORK,   [KIND_HOLD] = SLOT_HOLD,
        [KIND_CHECK] = SLOT_WORK, [KIND_READY] = SLOT_READY, [KIND_DONE] = SLOT_TEXT2
    };
    return draw_aged(d, of_kind[kind]);
}

void draw_logo(struct draw *d, struct box box)
{
    add(d, ITEM_LOGO, PART_LOGO, box, SLOT_BRAND);
}

void draw_icon(struct draw *d, enum part part, int x, int middle, int size, enum icon icon, enum slot colour)
{
    struct item *item = add(d, ITEM_ICON, part, (struct box){ x, middle - size / 2, size, size }, colour);
    item->icon = icon;
}

void draw_kind(struct draw *d, enum part part, int x, int middle, int size, enum icon icon, enum kind kind)
{
    static const enum outline outlines[KIND_COUNT] = {
        [KIND_QUEUE] = OUTLINE_RING,   [KIND_WORK] = OUTLINE_DISC,  [KIND_HOLD] = OUTLINE_DIAMOND,
        [KIND_CHECK] = OUTLINE_SQUARE, [KIND_READY] = OUTLINE_DISC, [KIND_DONE] = OUTLINE_RING
    };
    struct item *item = add(d, ITEM_ICON, part, (struct box){ x, middle - size / 2, size, size },
                            kind == KIND_QUEUE ? SLOT_TEXT2 : draw_hue(d, kind));
    item->icon = icon;
    item->outline = d->old ? OUTLINE_RING : outlines[kind];
    if (item->outline == OUTLINE_RING) {
        item->second = item->colour;
    } else if (item->outline == OUTLINE_DIAMOND) {
        item->colour = SLOT_HOLD_FILL;
        item->second = SLOT_HOLD_GLYPH;
        item->third = SLOT_HOLD_EDGE;
    } else {
        item->second = SLOT_GLYPH;
    }
}

void draw_step(struct draw *d, int x, int middle, int size, enum icon icon, bool done)
{
    struct item *item =
        add(d, ITEM_ICON, PART_STEP, (struct box){ x, middle - size / 2, size, size }, SLOT_TEXT2);
    item->icon = icon;
    item->outline = done && !d->old ? OUTLINE_DISC : OUTLINE_RING;
    if (item->outline == OUTLINE_DISC)
        item->second = SLOT_GLYPH;
}
