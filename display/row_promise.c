/* The right end of a row: what was promised, the first promise, the advice. */
#include "display/row.h"

#include <stdio.h>

static int was_gap(const struct row *r, const struct promise *p)
{
    return px(r->f, p->struck ? 30 : 42);
}

int promise_w(const struct row *r, const struct promise *p)
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
bool promise_fewer_words(const struct row *r, struct promise *p, bool *both)
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
void promise_strike_beside(const struct row *r, struct promise *p)
{
    p->struck = text_copy(p->was, sizeof p->was, r->car->was);
    p->was_w = width(r->d, p->was, r->s, false);
}

void promise_words(const struct row *r, struct promise *p)
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
        promise_strike_beside(r, p);
    }
}

/* The first promise struck through, ending at `right`: two languages have no room for a word in each. */
int row_struck(const struct row *r, int right, int baseline)
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

void row_promise(const struct row *r, const struct promise *p, int baseline)
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
        row_struck(r, before, baseline);
    else if (p->was_w)
        draw_right(d, PART_WAS, before, baseline, r->s, false, SLOT_TEXT2, p->was);
}
