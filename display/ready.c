/* The ready cars: up to three as cards, more (or older ones) grouped by place (design, "Order and pages"). */
#include "display/ready.h"

#include <stdlib.h>

#define CARDS_MAX READY_CARDS_MAX

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
    return (all.h - (n - 1) * px(d->f, READY_GAP)) / n;
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
    int gap = px(f, f->form == FORM_SIDE ? READY_GAP : 12), h = px(f, 112);
    if (f->form == FORM_STACK && f->wide) {
        int w = (all.w - 2 * px(f, 16)) / 3;
        return (struct box){ all.x + i * (w + px(f, 16)), all.y, w, all.h };
    }
    if (f->form == FORM_SIDE)
        h = side_card_h(d, all, places(d, all));
    return (struct box){ all.x, all.y + i * (h + gap), all.w, h };
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
    int gap = px(d->f, READY_GAP), right = last.x + last.w + gap, below = last.y + last.h + gap;
    if (n == 0)
        return all;
    if (d->f->form == FORM_STACK && d->f->wide)
        return (struct box){ right, all.y, all.x + all.w - right, all.h };
    return (struct box){ all.x, below, all.w, all.y + all.h - below };
}

/* Returns the number of pages, and draws page `turn` of them; negative: none. */
static int arrange(struct draw *d, int turn)
{
    const struct model *m = d->m;
    struct box all = cards_box(d);
    int cards[CARDS_MAX], pages = 1;
    bool *taken = calloc((size_t)m->n_ready + 1, sizeof *taken);
    int n = taken ? choose_cards(d, places(d, all), taken, cards) : 0;
    for (int i = 0; i < n && turn >= 0; i++)
        ready_card(d, cards[i], card_place(d, all, i));
    if (n < m->n_ready)
        pages = taken ? ready_groups(d, beside_cards(d, all, n), taken, turn) : 0;
    d->failed = d->failed || pages == 0;
    free(taken);
    return pages > 0 ? pages : 1;
}

void layout_ready(struct draw *d, int turn)
{
    layout_ready_heading(d);
    if (d->m->n_ready > 0)
        arrange(d, turn);
}

int layout_ready_pages(const struct frame *f, const struct layout_setup *setup, const struct model *m)
{
    struct draw d = { .f = f, .m = m, .measure = setup->measure, .old = m->trust != TRUST_FRESH };
    return m->n_ready > 0 ? arrange(&d, -1) : 1;
}
