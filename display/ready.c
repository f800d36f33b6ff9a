/* The ready cars: up to three as cards, more (or older ones) grouped by place (design, "Order and pages"). */
#include "display/draw.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#define CARDS_MAX  READY_CARDS_MAX
#define GROUPS_MAX 64 /* cars on one page of groups */
#define LINE_H     95.4
#define GROUP_GAP  17
#define SMALL_S    60  /* rounding it up makes a difference */
#define COLUMN_W   196 /* of labels in a group */
#define GROUP_EM   70
#define GROUP_PAD  28
#define CHIP_OUT   12 /* a bright label in a group has a field of its own */
#define CHIP_HIGH  18

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
    if (d->f->flat) /* no room for a card of two lines */
        return 0;
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
    struct card_colours c = card_colours(d, r->bright);
    fill_tall(d, r, box, &t);
    int line = caps(t.em) + px(f, 26), down = (t.n_place - 1) * px(f, PLACE_PITCH);
    int block = t.n_label * line - px(f, 26) + t.gap + caps(f->s) + down, space = (box.h - block) / 2;
    int last = box.y + box.h - (space > t.foot ? space : t.foot), y = last - block;
    card_back(d, box, c);
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
    struct card_colours c = card_colours(d, r->bright);
    int x = box.x + px(f, 30), axis = box.x + px(f, 332), s = f->s, em = em_xl(f);
    if (x + width(d, r->label, em, true) + px(f, 24) > axis)
        em = fit_em(d, r->label, em, s, true, axis - px(f, 24) - x);
    fit_label(d, r->label, em, box.w * 2 / 3, text);
    if (descends(text) && em > box.h * 4 / 5)
        em = box.h * 4 / 5;
    card_back(d, box, c);
    int w = draw_text(d, PART_LABEL, x, box.y + (box.h + caps(em)) / 2, em, true, c.text, text);
    int least = x + w + px(f, 24), right = box.x + box.w - px(f, 20);
    int whole = right - px(f, 85) - width(d, r->place, s, false); /* where all of the place fits */
    axis = whole < axis ? whole : axis;
    axis = axis < least ? least : axis;
    place_line(d, axis, box.y + (box.h + caps(s)) / 2, px(f, 85), right, c, r->place);
}

static void card(struct draw *d, int index, struct box box)
{
    draw_own(d, OWNER_READY, index);
    if (d->f->form == FORM_STACK && !d->f->wide)
        flat_card(d, &d->m->ready[index], box);
    else
        tall_card(d, &d->m->ready[index], box);
}

struct flow {
    int line, column;
    int first; /* column, of every line */
};

/* What a ready car needs in a group; asked for again and again while pages are filled. */
struct stand {
    int place; /* the first car with the same one */
    int first; /* column in which labels of that place begin */
    int span;  /* columns of its label */
};

/* A page of groups while it is filled. */
struct groups {
    int car[GROUPS_MAX], n;
    int columns, column, inner; /* of a group: how many, their width, of all */
    int line_h, gap, head;      /* heights: a line, between groups, lines without labels */
    struct box box;
    const struct stand *stand;
    struct {
        int place;
        struct flow flow; /* behind its last label */
    } group[GROUPS_MAX];
    int n_groups, h;
};

/* Columns a label takes in a group whose lines begin at `first`, and the em at which it does. */
static int label_span(const struct draw *d, const struct groups *g, const char *label, int first, int *em)
{
    int column = g->column, gap = px(d->f, 24), columns = g->columns - first,
        inner = g->inner - first * column;
    *em = px(d->f, GROUP_EM);
    int w = width(d, label, *em, true), span = (w + gap + column - 1) / column;
    if (span <= columns)
        return span;
    *em = fit_em(d, label, *em, d->f->s, true, inner);
    return columns;
}

static void groups_start(const struct draw *d, struct groups *g, struct box box, const struct stand *stand)
{
    *g = (struct groups){ .stand = stand, .box = box, .inner = box.w - 2 * px(d->f, GROUP_PAD) };
    /* Rounding S up must not cost a column in small pictures: they may be a fiftieth narrower. */
    int room = g->inner + px(d->f, 32);
    g->column = px(d->f, COLUMN_W);
    g->columns = room * 51 / 50 / g->column;
    if (g->columns < 1)
        g->columns = 1;
    if (g->columns * g->column > room && g->columns > 1)
        g->column = room / g->columns;
    g->line_h = px(d->f, LINE_H) - (d->f->s < SMALL_S); /* nor a line */
    g->gap = px(d->f, GROUP_GAP);
    g->head = d->f->flat ? 0 : g->line_h;
}

/* The column in which the labels of a group begin: below its place the first one, or beside it. */
static int first_column(const struct draw *d, const struct groups *g, const char *place)
{
    if (!d->f->flat)
        return 0;
    int w = px(d->f, 82 + 40) + width(d, place, d->f->s, false), column = g->column;
    int span = (w + column - 1) / column, most = g->columns * 2 / 3;
    return span < most ? span : most;
}

/* Moves to where a label of this span stands. */
static void flow_next(struct flow *flow, int span, int columns)
{
    if (flow->column + span > columns) {
        flow->line++;
        flow->column = flow->first;
    }
}

static int group_h(const struct groups *g, int group)
{
    return g->head + (g->group[group].flow.line + 1) * g->line_h;
}

/* Adds a car to the group of its place; false, and nothing changes, if the page would become higher than
 * `room`. */
static bool groups_push(struct groups *g, int car, double room)
{
    const struct stand *s = &g->stand[car];
    int k = 0, h = g->h;
    if (g->n == GROUPS_MAX)
        return false;
    while (k < g->n_groups && g->group[k].place != s->place)
        k++;
    bool known = k < g->n_groups;
    struct flow before = known ? g->group[k].flow : (struct flow){ 0, s->first, s->first }, after = before;
    flow_next(&after, s->span, g->columns);
    h += (after.line - before.line) * g->line_h;
    h += known ? 0 : g->head + g->line_h + (k > 0 ? g->gap : 0);
    if (h > room + 1)
        return false;
    after.column += s->span;
    g->group[k].place = s->place;
    g->group[k].flow = after;
    g->n_groups += !known;
    g->h = h;
    g->car[g->n++] = car;
    return true;
}

static void group_label(struct draw *d, const struct groups *g, int car, int y, struct flow *flow)
{
    char text[FIT_SIZE];
    const struct frame *f = d->f;
    const struct model_ready *r = &d->m->ready[car];
    int em, span = label_span(d, g, r->label, flow->first, &em);
    flow_next(flow, span, g->columns);
    int x = g->box.x + px(f, GROUP_PAD) + flow->column * g->column;
    int right = g->box.x + g->box.w - px(f, 16),
        baseline = y + px(f, f->flat ? 72 : 158) + flow->line * g->line_h;
    fit_label(d, r->label, em, right - x, text);
    draw_own(d, OWNER_READY, car);
    struct card_colours c = card_colours(d, r->bright);
    if (r->bright) {
        int out = px(f, CHIP_OUT), high = caps(em) + 2 * px(f, CHIP_HIGH);
        card_back(d,
                  (struct box){ x - out, baseline - caps(em) - px(f, CHIP_HIGH),
                                width(d, text, em, true) + 2 * out, high },
                  c);
    }
    draw_text(d, PART_LABEL, x, baseline, em, true, c.text, text);
    flow->column += span;
}

static void group(struct draw *d, const struct groups *g, int group, int y)
{
    const struct frame *f = d->f;
    struct card_colours c = card_colours(d, false);
    int car = g->group[group].place, first = g->group[group].flow.first;
    struct flow flow = { 0, first, first };
    int right = g->box.x + g->box.w - px(f, 12);
    if (f->flat) {
        int labels = g->box.x + px(f, GROUP_PAD) + first * g->column - px(f, 20);
        right = labels < right ? labels : right;
    }
    draw_own(d, OWNER_NONE, -1);
    card_back(d, (struct box){ g->box.x, y, g->box.w, group_h(g, group) }, c);
    place_line(d, g->box.x + px(f, 26), y + px(f, f->flat ? 72 : 70), px(f, 82), right, c,
               d->m->ready[car].place);
    for (int k = 0; k < g->n; k++)
        if (g->stand[g->car[k]].place == car)
            group_label(d, g, g->car[k], y, &flow);
}

static void groups_draw(struct draw *d, const struct groups *g)
{
    int y = g->box.y;
    for (int i = 0; i < g->n_groups; i++) {
        group(d, g, i, y);
        y += group_h(g, i) + g->gap;
    }
}

/* Adds every car that is not `taken` and still fits, in their order; what fits is marked in `shown`. */
static int groups_fill(const struct draw *d, struct groups *g, const bool *taken, bool *shown,
                       bool fresh_only, double room)
{
    int n = 0;
    for (int i = 0; i < d->m->n_ready; i++)
        if (!taken[i] && !shown[i] && (!fresh_only || d->m->ready[i].fresh || d->m->ready[i].called) &&
            groups_push(g, i, room)) {
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
    const struct stand *stand;
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
            groups_push(&page, left, INT_MAX);
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
    groups_start(d, &pinned, q->box, q->stand);
    memset(q->shown, 0, size);
    int pages = groups_turns(d, q, &pinned);
    if (pages <= 1)
        return pages;
    memset(q->shown, 0, size);
    groups_fill(d, &pinned, q->taken, q->shown, true, q->box.h / 2.0);
    pages = groups_turns(d, q, &pinned);
    if (pages >= 0)
        return pages;
    groups_start(d, &pinned, q->box, q->stand);
    memset(q->shown, 0, size);
    return groups_turns(d, q, &pinned);
}

/* Whether a group finds room beside or below one card. */
static bool card_and_group(const struct frame *f, int places)
{
    if (f->form == FORM_SIDE)
        return places > 1;
    return f->wide ? !f->flat : places == CARDS_MAX;
}

/* Which cars stand as cards: all while they are few and new, else the one that was called. */
static int choose_cards(const struct draw *d, int most, bool *taken, int cards[CARDS_MAX])
{
    const struct model *m = d->m;
    bool stack = d->f->form == FORM_STACK, few = m->n_ready <= most, one = card_and_group(d->f, most);
    int n = 0;
    for (int i = 0; i < m->n_ready; i++) {
        bool here =
            few ? m->ready[i].fresh || m->ready[i].called || stack : m->ready[i].called && n == 0 && one;
        taken[i] = here && n < most;
        if (taken[i])
            cards[n++] = i;
    }
    return n;
}

/* What `n` cards leave of the zone. */
static struct box beside_cards(const struct draw *d, struct box all, int n)
{
    struct box last = card_place(d, all, n - 1);
    int gap = px(d->f, GROUP_GAP), right = last.x + last.w + gap, below = last.y + last.h + gap;
    if (n == 0)
        return all;
    if (d->f->form == FORM_STACK && d->f->wide)
        return (struct box){ right, all.y, all.x + all.w - right, all.h };
    return (struct box){ all.x, below, all.w, all.y + all.h - below };
}

static void fill_stands(const struct draw *d, struct box box, struct stand *stand)
{
    struct groups g;
    groups_start(d, &g, box, stand);
    for (int i = 0; i < d->m->n_ready; i++) {
        const struct model_ready *r = &d->m->ready[i];
        int em, k = 0;
        while (k < i && strcmp(d->m->ready[k].place, r->place) != 0)
            k++;
        stand[i].place = k;
        stand[i].first = k < i ? stand[k].first : first_column(d, &g, r->place);
        stand[i].span = label_span(d, &g, r->label, stand[i].first, &em);
    }
}

/* Returns the number of pages, and draws page `turn` if `drawing`. */
static int arrange(struct draw *d, int turn, bool drawing)
{
    const struct model *m = d->m;
    struct box all = cards_box(d), rest;
    struct groups g;
    int cards[CARDS_MAX], pages;
    size_t room = (size_t)m->n_ready + 1;
    bool *taken = calloc(2 * room, sizeof *taken);
    struct stand *stand = calloc(room, sizeof *stand);
    if (!taken || !stand) {
        free(taken);
        free(stand);
        d->failed = true;
        return 1;
    }
    int n = choose_cards(d, places(d, all), taken, cards);
    for (int i = 0; i < n && drawing; i++)
        card(d, cards[i], card_place(d, all, i));
    if (n == m->n_ready) {
        free(stand);
        free(taken);
        return 1;
    }
    rest = beside_cards(d, all, n);
    struct distribution q = {
        .box = rest, .stand = stand, .taken = taken, .shown = taken + room, .want = -1, .out = &g
    };
    fill_stands(d, rest, stand);
    pages = groups_pages(d, &q);
    if (drawing) {
        q.want = turn % pages;
        groups_pages(d, &q);
        groups_draw(d, &g);
    }
    free(stand);
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
