/* Ready cars grouped by place, and the pages they take (design, "Order and pages"). */
#include "display/ready.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#define LINE_H    95.4
#define SMALL_S   60  /* rounding it up makes a difference */
#define COLUMN_W  196 /* of labels in a group */
#define GROUP_EM  70
#define GROUP_PAD 28
#define CHIP_OUT  12 /* a bright label in a group has a field of its own */
#define CHIP_HIGH 18

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
    int car[READY_GROUPS_MAX], n;
    int columns, column, inner; /* of a group: how many, their width, of all */
    int line_h, gap, head;      /* heights: a line, between groups, lines without labels */
    struct box box;
    const struct stand *stand;
    struct {
        int place;
        struct flow flow; /* behind its last label */
    } group[READY_GROUPS_MAX];
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
    g->gap = px(d->f, READY_GAP);
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

/* A page with one more car. */
struct addition {
    int group;        /* n_groups: a new one */
    struct flow flow; /* of it, then */
    int h;
};

/* False if the page would become higher than `room`. */
static bool groups_fit(const struct groups *g, int car, double room, struct addition *a)
{
    const struct stand *s = &g->stand[car];
    if (g->n == READY_GROUPS_MAX)
        return false;
    *a = (struct addition){ .h = g->h };
    while (a->group < g->n_groups && g->group[a->group].place != s->place)
        a->group++;
    bool known = a->group < g->n_groups;
    a->flow = known ? g->group[a->group].flow : (struct flow){ 0, s->first, s->first };
    int line = a->flow.line;
    flow_next(&a->flow, s->span, g->columns);
    a->h += (a->flow.line - line) * g->line_h;
    a->h += known ? 0 : g->head + g->line_h + (a->group > 0 ? g->gap : 0);
    a->flow.column += s->span;
    return a->h <= room + 1;
}

/* Adds a car to the group of its place; false, and nothing changes, if it does not fit. */
static bool groups_push(struct groups *g, int car, double room)
{
    struct addition a;
    if (!groups_fit(g, car, room, &a))
        return false;
    g->group[a.group].place = g->stand[car].place;
    g->group[a.group].flow = a.flow;
    g->n_groups += a.group == g->n_groups;
    g->h = a.h;
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
    struct card_colours c = ready_colours(d, r->bright);
    if (r->bright) {
        int out = px(f, CHIP_OUT), high = caps(em) + 2 * px(f, CHIP_HIGH);
        ready_back(d,
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
    struct card_colours c = ready_colours(d, false);
    int car = g->group[group].place, first = g->group[group].flow.first;
    struct flow flow = { 0, first, first };
    int right = g->box.x + g->box.w - px(f, 12);
    if (f->flat) {
        int labels = g->box.x + px(f, GROUP_PAD) + first * g->column - px(f, 20);
        right = labels < right ? labels : right;
    }
    draw_own(d, OWNER_NONE, -1);
    ready_back(d, (struct box){ g->box.x, y, g->box.w, group_h(g, group) }, c);
    ready_place(d, g->box.x + px(f, 26), y + px(f, f->flat ? 72 : 70), px(f, 82), right, c,
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

#define TAKEN INT_MAX

/* Who has stood where while the pages of a round are filled, one after the other. */
struct round {
    struct box box;
    struct stand *stand;
    int *page; /* of each car the last one it stands on, -1: none yet; TAKEN: it is no matter of groups */
};

/* The first car that has not been on a page yet; -1: they all have. */
static int round_next(const struct draw *d, const struct round *r)
{
    for (int i = 0; i < d->m->n_ready; i++)
        if (r->page[i] < 0)
            return i;
    return -1;
}

/* The young ones, as far as they leave room for `next`, whose turn it is. At most READY_GROUPS_MAX are tried. */
static void push_young(const struct draw *d, const struct round *r, int number, int next, struct groups *page)
{
    struct addition a;
    for (int i = 0, tries = 0; i < d->m->n_ready && tries < READY_GROUPS_MAX; i++) {
        const struct model_ready *car = &d->m->ready[i];
        struct groups with = *page;
        if (r->page[i] == TAKEN || (!car->fresh && !car->called))
            continue;
        tries++;
        if (!groups_push(&with, i, r->box.h) ||
            (next >= 0 && next != i && !groups_fit(&with, next, r->box.h, &a)))
            continue;
        *page = with;
        r->page[i] = number;
        if (i == next)
            next = -1;
    }
}

/* Every page shows somebody new, and a young car is missing only where it does not fit beside the other young ones and
 * one whose turn it is. */
static void fill_page(const struct draw *d, const struct round *r, int number, int next, struct groups *page)
{
    struct addition a;
    groups_start(d, page, r->box, r->stand);
    if (!groups_fit(page, next, r->box.h,
                    &a)) { /* a zone lower than one group: it stands there all the same, alone */
        groups_push(page, next, INT_MAX - 1);
        r->page[next] = number;
        return;
    }
    push_young(d, r, number, next, page);
    for (int i = next; i < d->m->n_ready; i++)
        if (r->page[i] < 0 && groups_push(page, i, r->box.h))
            r->page[i] = number;
}

/* Fills pages until every car has been on one, or page `want` is in `page`; returns how many that took. */
static int fill_round(const struct draw *d, const struct round *r, int want, struct groups *page)
{
    int n = 0;
    for (int i = 0; i < d->m->n_ready; i++)
        r->page[i] = r->page[i] == TAKEN ? TAKEN : -1;
    for (int next = round_next(d, r); next >= 0 && n != want + 1; next = round_next(d, r))
        fill_page(d, r, n++, next, page);
    return n;
}

int ready_groups(struct draw *d, struct box box, const bool *taken, int turn)
{
    size_t room = (size_t)d->m->n_ready + 1;
    struct round r = { box, calloc(room, sizeof *r.stand), calloc(room, sizeof *r.page) };
    struct groups page;
    int pages = 0;
    if (r.stand && r.page) {
        for (int i = 0; i < d->m->n_ready; i++)
            r.page[i] = taken[i] ? TAKEN : -1;
        fill_stands(d, box, r.stand);
        pages = fill_round(d, &r, -2, &page);
        if (turn >= 0 && pages > 0) {
            fill_round(d, &r, turn % pages, &page);
            groups_draw(d, &page);
        }
    }
    free(r.page);
    free(r.stand);
    return pages;
}
