/* The ready cars: up to three as cards, more (or older ones) grouped by place (design, "Order and pages"). */
#include "display/draw.h"

#include <stdlib.h>
#include <string.h>

#define CARDS_MAX  3
#define GROUPS_MAX 64 /* cars on one page of groups */
#define LINE_H     95.4
#define GROUP_GAP  17
#define COLUMN_W   196 /* of labels in a group */
#define GROUP_EM   70
#define GROUP_PAD  28

int layout_ready_heading_h(const struct frame *f, const struct model *m)
{
    return px(f, f->form == FORM_SIDE && m->languages == 2 ? 164 : 90);
}

void layout_ready_heading(struct draw *d)
{
    const struct frame *f = d->f;
    const char *first = words_get(d->m->words[0], WORD_READY_LIST);
    int x = f->ready.x, y = f->body.y, size = px(f, 60), text = x + px(f, f->form == FORM_SIDE ? 83 : 88);
    bool any = d->m->n_ready > 0;
    draw_own(d, OWNER_NONE, -1);
    draw_kind(d, PART_HEADING, x, y + px(f, 45), size, ICON_READY, any ? KIND_READY : KIND_QUEUE);
    enum slot colour = any ? draw_aged(d, SLOT_TEXT) : SLOT_TEXT2;
    int w = draw_text(d, PART_HEADING, text, y + px(f, 69), f->s, true, colour, first);
    if (d->m->languages < 2)
        return;
    const char *second = words_get(d->m->words[1], WORD_READY_LIST);
    if (f->form == FORM_SIDE)
        draw_text(d, PART_HEADING, text, y + px(f, 143), f->s, false, colour, second);
    else
        draw_text(d, PART_HEADING, text + w + px(f, 24), y + px(f, 69), f->s, false, colour, second);
}

/* Where the cards stand: below the heading, `free` px above the strip in column 4. */
static struct box cards_box(const struct draw *d)
{
    const struct frame *f = d->f;
    int head = layout_ready_heading_h(f, d->m), foot = f->form == FORM_SIDE ? px(f, 17) : 0;
    return (struct box){ f->ready.x, f->ready.y + head, f->ready.w, f->ready.h - head - foot };
}

/* Height of one of `n` cards in column 4. */
static int side_card_h(const struct draw *d, struct box all, int n)
{
    return (all.h - (n - 1) * px(d->f, GROUP_GAP)) / n;
}

/* How many cards find a place: three, or fewer where the picture is low for its distance. */
static int places(const struct draw *d, struct box all)
{
    int n = CARDS_MAX, fit = (all.h + px(d->f, 12)) / px(d->f, 123);
    if (d->f->form == FORM_STACK)
        return d->f->wide || fit > n ? n : fit;
    while (n > 1 && side_card_h(d, all, n) < px(d->f, 170))
        n--;
    return n;
}

/* The place of the i-th card; they never move. */
static struct box card_place(const struct draw *d, struct box all, int i)
{
    const struct frame *f = d->f;
    int gap = px(f, f->form == FORM_SIDE ? GROUP_GAP : 12), h = px(f, 112);
    if (f->form == FORM_STACK && f->wide) {
        int w = (all.w - 2 * px(f, 16)) / 3;
        return (struct box){ all.x + i * (w + px(f, 16)), all.y, w, all.h };
    }
    if (f->form == FORM_SIDE)
        h = side_card_h(d, all, places(d, all));
    return (struct box){ all.x, all.y + i * (h + gap), all.w, h };
}

struct card_colours {
    enum slot back, text, mark;
    bool outlined;
};

static struct card_colours card_colours(const struct draw *d, bool bright)
{
    if (d->old)
        return (struct card_colours){ SLOT_TEXT2, SLOT_TEXT2, SLOT_TEXT2, true };
    if (bright)
        return (struct card_colours){ SLOT_CALL, SLOT_CALL_TEXT, SLOT_CALL_TEXT, false };
    return (struct card_colours){ SLOT_CARD, SLOT_CARD_TEXT, SLOT_CARD_MARK, false };
}

static void card_back(struct draw *d, struct box box, struct card_colours c)
{
    if (c.outlined)
        draw_frame(d, PART_CARD, box, px(d->f, 14), px(d->f, 3), c.back);
    else
        draw_fill(d, PART_CARD, box, px(d->f, 14), c.back);
}

static void place_line(struct draw *d, int x, int baseline, int text_indent, int right, struct card_colours c,
                       const char *place)
{
    char text[FIT_SIZE];
    int s = d->f->s;
    draw_icon(d, PART_PLACE, x, baseline - caps(s) / 2, px(d->f, 60), ICON_ARROW, c.mark);
    fit_text(d, place, s, false, right - x - text_indent, text);
    draw_text(d, PART_PLACE, x + text_indent, baseline, s, false, c.text, text);
}

/* Label above its place. A label too wide at S takes two lines. */
static void tall_card(struct draw *d, const struct model_ready *r, struct box box)
{
    const struct frame *f = d->f;
    char lines[2][FIT_SIZE];
    struct card_colours c = card_colours(d, r->bright);
    int pad = px(f, 32), room = box.w - pad - px(f, 20), s = f->s;
    int foot = s * 26 / 100 + 1, most = (box.h - caps(s) - foot - px(f, 32)) * 100 / 76,
        em = most < em_xl(f) ? most : em_xl(f);
    if (descends(r->label) && em > px(f, 106)) /* or its descender would touch the arrow */
        em = px(f, 106);
    em = fit_em(d, r->label, em > s ? em : s, s, true, room);
    bool low = box.h < px(f, 215); /* no room for two lines of label */
    int n = low ? 1 : fit_label_lines(d, r->label, em, room, lines);
    if (low)
        fit_label(d, r->label, em, room, lines[0]);
    int gap = px(f, n > 1                ? 28
                    : box.h < px(f, 200) ? 32
                                         : 40),
        block = n * caps(em) + (n - 1) * px(f, 26) + gap + caps(s);
    int pad_y = (box.h - block) / 2, low_y = pad_y > foot ? pad_y : foot, y = box.y + box.h - low_y - block;
    card_back(d, box, c);
    for (int i = 0; i < n; i++)
        draw_text(d, PART_LABEL, box.x + pad, y + caps(em) + i * (caps(em) + px(f, 26)), em, true, c.text,
                  lines[i]);
    place_line(d, box.x + px(f, 26), box.y + box.h - low_y, px(f, 82), box.x + box.w - px(f, 12), c,
               r->place);
}

/* Label left, place at the text axis. */
static void flat_card(struct draw *d, const struct model_ready *r, struct box box)
{
    const struct frame *f = d->f;
    char text[FIT_SIZE];
    struct card_colours c = card_colours(d, r->bright);
    int x = box.x + px(f, 30), axis = box.x + px(f, 332), s = f->s, em = em_xl(f);
    if (x + width(d, r->label, em, true) + px(f, 24) > axis)
        em = fit_em(d, r->label, em, s, true, axis - px(f, 24) - x);
    fit_label(d, r->label, em, box.w * 2 / 3, text);
    if (descends(text) && em > box.h * 4 / 5)
        em = box.h * 4 / 5;
    card_back(d, box, c);
    int w = draw_text(d, PART_LABEL, x, box.y + (box.h + caps(em)) / 2, em, true, c.text, text);
    if (x + w + px(f, 24) > axis)
        axis = x + w + px(f, 24);
    place_line(d, axis, box.y + (box.h + caps(s)) / 2, px(f, 85), box.x + box.w - px(f, 20), c, r->place);
}

static void card(struct draw *d, int index, struct box box)
{
    draw_own(d, OWNER_READY, index);
    if (d->f->form == FORM_STACK && !d->f->wide)
        flat_card(d, &d->m->ready[index], box);
    else
        tall_card(d, &d->m->ready[index], box);
}

/* Columns a label takes in a group, and the em at which it does. */
static int label_span(const struct draw *d, const char *label, int columns, int inner, int *em)
{
    int column = px(d->f, COLUMN_W), gap = px(d->f, 24);
    *em = px(d->f, GROUP_EM);
    int w = width(d, label, *em, true), span = (w + gap + column - 1) / column;
    if (span <= columns)
        return span;
    *em = fit_em(d, label, *em, d->f->s, true, inner);
    return columns;
}

/* A page of groups while it is filled. */
struct groups {
    int car[GROUPS_MAX], n;
    int columns, inner; /* of a group */
    struct box box;
};

static void groups_start(const struct draw *d, struct groups *g, struct box box)
{
    *g = (struct groups){ .box = box, .inner = box.w - 2 * px(d->f, GROUP_PAD) };
    g->columns = (g->inner + px(d->f, 32)) / px(d->f, COLUMN_W);
    if (g->columns < 1)
        g->columns = 1;
}

static bool first_of_place(const struct draw *d, const struct groups *g, int i)
{
    for (int k = 0; k < i; k++)
        if (strcmp(d->m->ready[g->car[k]].place, d->m->ready[g->car[i]].place) == 0)
            return false;
    return true;
}

struct flow {
    int line, column;
};

/* Moves to where a label of this span stands. */
static void flow_next(struct flow *flow, int span, int columns)
{
    if (flow->column + span > columns) {
        flow->line++;
        flow->column = 0;
    }
}

/* Lines of labels of the group that begins at `i`. */
static int group_lines(const struct draw *d, const struct groups *g, int i)
{
    struct flow flow = { 0 };
    for (int k = i; k < g->n; k++) {
        int em;
        if (strcmp(d->m->ready[g->car[k]].place, d->m->ready[g->car[i]].place) != 0)
            continue;
        int span = label_span(d, d->m->ready[g->car[k]].label, g->columns, g->inner, &em);
        flow_next(&flow, span, g->columns);
        flow.column += span;
    }
    return flow.line + 1;
}

static double groups_h(const struct draw *d, const struct groups *g)
{
    double h = 0;
    for (int i = 0; i < g->n; i++)
        if (first_of_place(d, g, i))
            h += (h > 0 ? px(d->f, GROUP_GAP) : 0) + (group_lines(d, g, i) + 1) * px(d->f, LINE_H);
    return h;
}

static bool groups_push(const struct draw *d, struct groups *g, int car, double room)
{
    if (g->n == GROUPS_MAX)
        return false;
    g->car[g->n++] = car;
    if (groups_h(d, g) <= room + 1)
        return true;
    g->n--;
    return false;
}

static void group_label(struct draw *d, const struct groups *g, int car, int y, struct flow *flow)
{
    char text[FIT_SIZE];
    const struct frame *f = d->f;
    const struct model_ready *r = &d->m->ready[car];
    int em, span = label_span(d, r->label, g->columns, g->inner, &em);
    flow_next(flow, span, g->columns);
    int x = g->box.x + px(f, GROUP_PAD) + flow->column * px(f, COLUMN_W);
    int right = g->box.x + g->box.w - px(f, 16), baseline = y + px(f, 158) + flow->line * px(f, LINE_H);
    fit_label(d, r->label, em, right - x, text);
    draw_own(d, OWNER_READY, car);
    draw_text(d, PART_LABEL, x, baseline, em, true, card_colours(d, false).text, text);
    flow->column += span;
}

static int group(struct draw *d, const struct groups *g, int first, int y)
{
    const struct frame *f = d->f;
    struct card_colours c = card_colours(d, false);
    struct flow flow = { 0 };
    const char *place = d->m->ready[g->car[first]].place;
    int h = (group_lines(d, g, first) + 1) * px(f, LINE_H);
    draw_own(d, OWNER_NONE, -1);
    card_back(d, (struct box){ g->box.x, y, g->box.w, h }, c);
    place_line(d, g->box.x + px(f, 26), y + px(f, 70), px(f, 82), g->box.x + g->box.w - px(f, 12), c, place);
    for (int k = first; k < g->n; k++)
        if (strcmp(d->m->ready[g->car[k]].place, place) == 0)
            group_label(d, g, g->car[k], y, &flow);
    return h;
}

static void groups_draw(struct draw *d, const struct groups *g)
{
    int y = g->box.y;
    for (int i = 0; i < g->n; i++)
        if (first_of_place(d, g, i))
            y += group(d, g, i, y) + px(d->f, GROUP_GAP);
}

/* Adds every car that is not `taken` and still fits, in their order; what fits is marked in `shown`. */
static int groups_fill(const struct draw *d, struct groups *g, const bool *taken, bool *shown,
                       bool fresh_only, double room)
{
    int n = 0;
    for (int i = 0; i < d->m->n_ready; i++)
        if (!taken[i] && !shown[i] && (!fresh_only || d->m->ready[i].fresh) && groups_push(d, g, i, room)) {
            shown[i] = true;
            n++;
        }
    return n;
}

static int missing(const struct draw *d, const bool *taken, const bool *shown)
{
    for (int i = 0; i < d->m->n_ready; i++)
        if (!taken[i] && !shown[i])
            return i;
    return -1;
}

/* What is asked of groups_pages. */
struct distribution {
    struct box box;
    const bool *taken; /* cars that stand elsewhere */
    bool *shown;       /* room to work in, one per ready car */
    int want;          /* page to put into `out` */
    struct groups *out;
};

/* One page after the other until every car has been shown; -1 if nothing fits beside the pinned ones. */
static int groups_turns(const struct draw *d, const struct distribution *q, const struct groups *pinned)
{
    int pages = 0;
    for (int left = missing(d, q->taken, q->shown); left >= 0;
         left = missing(d, q->taken, q->shown), pages++) {
        struct groups page = *pinned;
        bool filled = groups_fill(d, &page, q->taken, q->shown, false, q->box.h) > 0;
        if (!filled && pinned->n > 0)
            return -1;
        if (!filled) { /* a zone lower than one group: it stands there all the same, alone */
            page.car[page.n++] = left;
            q->shown[left] = true;
        }
        if (pages == q->want)
            *q->out = page;
    }
    return pages;
}

/*
 * Distributes the cars that are not `taken` over pages of groups and returns how many pages there are. When
 * not all fit on one, the newest stay on every page, but on no more than half of it.
 */
static int groups_pages(const struct draw *d, const struct distribution *q)
{
    struct groups pinned;
    size_t size = (size_t)d->m->n_ready * sizeof *q->shown;
    groups_start(d, &pinned, q->box);
    memset(q->shown, 0, size);
    int pages = groups_turns(d, q, &pinned);
    if (pages <= 1)
        return pages;
    memset(q->shown, 0, size);
    groups_fill(d, &pinned, q->taken, q->shown, true, q->box.h / 2.0);
    pages = groups_turns(d, q, &pinned);
    if (pages >= 0)
        return pages;
    groups_start(d, &pinned, q->box);
    memset(q->shown, 0, size);
    return groups_turns(d, q, &pinned);
}

/* Which cars stand as cards: all while they are few and new, else the bright one. */
static int choose_cards(const struct draw *d, int most, bool *taken, int cards[CARDS_MAX])
{
    const struct model *m = d->m;
    bool flat = d->f->form == FORM_STACK, few = m->n_ready <= most;
    int n = 0;
    for (int i = 0; i < m->n_ready; i++) {
        bool here =
            few ? m->ready[i].fresh || m->ready[i].bright || flat : m->ready[i].bright && n == 0 && !flat;
        taken[i] = here && n < most;
        if (taken[i])
            cards[n++] = i;
    }
    return n;
}

/* Returns the number of pages, and draws page `turn` if `drawing`. */
static int arrange(struct draw *d, int turn, bool drawing)
{
    const struct model *m = d->m;
    struct box all = cards_box(d), rest = all;
    struct groups g;
    int cards[CARDS_MAX], pages;
    bool *taken = calloc(2 * ((size_t)m->n_ready + 1), sizeof *taken);
    if (!taken) {
        d->failed = true;
        return 1;
    }
    int n = choose_cards(d, places(d, all), taken, cards);
    for (int i = 0; i < n && drawing; i++)
        card(d, cards[i], card_place(d, all, i));
    if (n == m->n_ready) {
        free(taken);
        return 1;
    }
    if (n > 0) {
        int used = card_place(d, all, n - 1).y + card_place(d, all, n - 1).h + px(d->f, GROUP_GAP) - all.y;
        rest = (struct box){ all.x, all.y + used, all.w, all.h - used };
    }
    struct distribution q = {
        .box = rest, .taken = taken, .shown = taken + m->n_ready + 1, .want = -1, .out = &g
    };
    pages = groups_pages(d, &q);
    if (drawing) {
        q.want = turn % pages;
        groups_pages(d, &q);
        groups_draw(d, &g);
    }
    free(taken);
    return pages;
}

void layout_ready(struct draw *d, int turn)
{
    layout_ready_heading(d);
    if (d->m->n_ready > 0)
        arrange(d, turn, true);
}

int layout_ready_pages(const struct frame *f, const struct layout_setup *setup, const struct model *m)
{
    struct draw d = { .f = f, .m = m, .measure = setup->measure, .old = m->trust != TRUST_FRESH };
    return m->n_ready > 0 ? arrange(&d, 0, false) : 1;
}
