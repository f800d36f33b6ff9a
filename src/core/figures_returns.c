/*
 * Repeat visits. A pack knows of each of its openings how long the last handover of the same plate in the pack
 * was ago; one in an earlier pack would only be longer ago. So only the openings that came back to none of their
 * own pack, and only as far as a handover before the pack may still count, are looked up here: among the
 * handovers of days that can matter to them.
 */
#include "core/figures_own.h"

#include <stdlib.h>
#include <string.h>

bool figures_note_opening(struct figures *f, const struct visit *v)
{
    void *data = f->openings;
    if (v->plate == 0 || f->sum.repeat.days == 0)
        return true;
    if (!figures_grow(&data, &f->openings_room, f->n_openings, f->values_max, sizeof *f->openings))
        return false;
    f->openings = data;
    f->openings[f->n_openings++] =
        (struct handover){ v->plate, v->opened, v->outcome == OUTCOME_HANDED_OVER && v->closed == v->opened };
    f->sum.repeat.visits++;
    return true;
}

static bool add_handover(struct figures *f, uint64_t plate, int64_t at)
{
    void *data = f->handovers;
    if (!figures_grow(&data, &f->handovers_room, f->n_handovers, f->values_max, sizeof *f->handovers))
        return false;
    f->handovers = data;
    f->handovers[f->n_handovers++] = (struct handover){ .plate = plate, .at = at };
    return true;
}

bool figures_note_handover(struct figures *f, uint64_t plate, int64_t closed, bool handed_over)
{
    return plate == 0 || f->sum.repeat.days == 0 || !handed_over || closed == WALL_NONE.ms ||
           add_handover(f, plate, closed);
}

bool figures_note_trail(struct figures *f, const struct trail *trail)
{
    void *data = f->trails;
    if (!figures_grow(&data, &f->trails_room, f->n_trails, f->values_max, sizeof *f->trails))
        return false;
    f->trails = data;
    f->trails[f->n_trails++] = *trail;
    return true;
}

/* ---- the days that matter ---- */

#define RING ((size_t)1 << 13) /* days, modulo: one too many does no harm */

static int64_t day_of(int64_t at)
{
    return at / DAY_MS - (at % DAY_MS < 0);
}

static size_t place_of(int64_t day)
{
    return (uint64_t)day & (RING - 1);
}

/* A byte for each day: is there an opening on it, or on one of the `back` days after it? */
static unsigned char *wanted_days(const struct figures *f, int64_t back)
{
    unsigned char *wanted = calloc(RING, 1);
    int64_t since = back;
    for (size_t i = 0; wanted && i < f->n_openings; i++)
        wanted[place_of(day_of(f->openings[i].at))] = 1;
    for (size_t i = 2 * RING; wanted && i-- > 0;) { /* twice: the ring has no end to begin at */
        since = wanted[i % RING] == 1 ? 0 : since + 1;
        if (since > 0 && since <= back)
            wanted[i % RING] = 2;
    }
    return wanted;
}

static bool take_between(struct figures *f, const struct trail *trail, size_t from, size_t to)
{
    for (; from < to; from++)
        if (!add_handover(f, (uint64_t)column_value(&trail->plate, from), column_value(&trail->at, from)))
            return false;
    return true;
}

static bool take_trail(struct figures *f, const struct trail *trail, const unsigned char *wanted)
{
    size_t n = trail->at.n, from = 0;
    while (from < n) {
        int64_t day = day_of(column_value(&trail->at, from));
        bool want = wanted[place_of(day)];
        int64_t last = day_of(column_value(&trail->at, n - 1));
        while (day < last && (wanted[place_of(day + 1)] != 0) == want)
            day++;
        size_t to = column_upto(&trail->at, (day + 1) * DAY_MS - 1);
        if (want && !take_between(f, trail, from, to))
            return false;
        from = to;
    }
    return true;
}

static bool take_wanted(struct figures *f)
{
    unsigned char *wanted = f->n_trails ? wanted_days(f, f->sum.repeat.days) : NULL;
    bool ok = wanted || f->n_trails == 0;
    for (size_t i = 0; ok && i < f->n_trails; i++)
        ok = take_trail(f, &f->trails[i], wanted);
    free(wanted);
    return ok;
}

/* ---- for a pack ---- */

static int by_time(const void *a, const void *b)
{
    const struct handover *x = a, *y = b;
    return x->at != y->at ? (x->at < y->at ? -1 : 1) : (x->plate > y->plate) - (x->plate < y->plate);
}

/* What is made of packs comes in order of time, or nearly so. */
static void sort(struct handover *list, size_t n)
{
    for (size_t i = 1; i < n; i++)
        if (by_time(&list[i - 1], &list[i]) > 0) {
            qsort(list, n, sizeof *list, by_time);
            return;
        }
}

/* The last two handovers of each plate so far: open addressing by plate, 0 is none. */
struct two {
    uint64_t plate;
    int64_t at, before; /* INT64_MIN: none */
};

struct last {
    struct two *slot;
    size_t slots;
};

static struct two *last_of(const struct last *last, uint64_t plate)
{
    size_t at = (size_t)(plate ^ plate >> 32) & (last->slots - 1);
    while (last->slot[at].plate && last->slot[at].plate != plate)
        at = (at + 1) & (last->slots - 1);
    return &last->slot[at];
}

static void hand_over(const struct last *last, const struct handover *h)
{
    struct two *two = last_of(last, h->plate);
    *two = (struct two){ h->plate, h->at, two->plate ? two->at : INT64_MIN };
}

/* Both in order of time. */
static bool settle(struct figures *f, const struct last *last)
{
    size_t left = 0, seen = 0;
    for (size_t i = 0; i < f->n_openings; i++) {
        const struct handover opening = f->openings[i];
        for (; seen < f->n_handovers && f->handovers[seen].at <= opening.at; seen++)
            hand_over(last, &f->handovers[seen]);
        const struct two *two = last_of(last, opening.plate);
        int64_t at = !two->plate ? INT64_MIN : opening.own ? two->before : two->at;
        if (at == INT64_MIN)
            f->openings[left++] = opening;
        else if (!samples_add(&f->gaps, f->values_max, opening.at - at))
            return false;
    }
    f->n_openings = left;
    return true;
}

bool figures_settle_returns(struct figures *f)
{
    struct last last = { .slots = 64 };
    for (size_t i = 0; i < f->n_trails; i++) /* all of them: later packs may want them */
        if (!take_between(f, &f->trails[i], 0, f->trails[i].at.n))
            return false;
    while (last.slots < 2 * f->n_handovers)
        last.slots *= 2;
    last.slot = calloc(last.slots, sizeof *last.slot);
    sort(f->openings, f->n_openings);
    sort(f->handovers, f->n_handovers);
    bool ok = last.slot && settle(f, &last);
    free(last.slot);
    return ok;
}

/* ---- looking up ---- */

/* Chains of the handovers of a plate and a stretch of time as long as is looked back, in a table
 * of places. Neighbours in time are neighbours in the table, as they are in the lists. */

#define NONE UINT32_MAX

struct returns {
    const struct handover *handovers;
    uint32_t *first, *next;
    unsigned char *taken; /* eight bits for each place: most cars did not come back, and one look tells */
    size_t slots, per;    /* per: places of one stretch; both are powers of two */
    int64_t base, width;
};

static uint64_t stretch_of(const struct returns *r, int64_t at)
{
    return ((uint64_t)at - (uint64_t)r->base) / (uint64_t)r->width;
}

static size_t slot_of(const struct returns *r, uint64_t plate, uint64_t stretch)
{
    return (size_t)(stretch * r->per + ((plate ^ plate >> 32) & (r->per - 1))) & (r->slots - 1);
}

static size_t bit_of(const struct returns *r, uint64_t plate, uint64_t stretch)
{
    size_t per = r->per * 8;
    return (size_t)(stretch * per + ((plate ^ plate >> 32) & (per - 1))) & (r->slots * 8 - 1);
}

static bool came_in(const struct returns *r, const struct handover *o, uint64_t stretch)
{
    size_t bit = bit_of(r, o->plate, stretch);
    bool own = o->own;
    if (!(r->taken[bit / 8] >> bit % 8 & 1))
        return false;
    for (uint32_t i = r->first[slot_of(r, o->plate, stretch)]; i != NONE; i = r->next[i]) {
        const struct handover *h = &r->handovers[i];
        if (h->plate != o->plate || h->at > o->at || h->at < o->at - r->width)
            continue;
        if (!own || h->at != o->at)
            return true;
        own = false; /* one of that moment is its own */
    }
    return false;
}

static bool came_back(const struct returns *r, const struct handover *o)
{
    if (o->at < r->base)
        return false;
    uint64_t stretch = stretch_of(r, o->at);
    return came_in(r, o, stretch) || (stretch > 0 && came_in(r, o, stretch - 1));
}

static void chain(struct returns *r, size_t n)
{
    int64_t last = r->handovers[0].at;
    r->base = last;
    for (size_t i = 1; i < n; i++) {
        r->base = r->handovers[i].at < r->base ? r->handovers[i].at : r->base;
        last = r->handovers[i].at > last ? r->handovers[i].at : last;
    }
    while (r->per > 1 && r->slots / r->per <= stretch_of(r, last))
        r->per /= 2;
    memset(r->first, 0xff, r->slots * sizeof *r->first);
    for (size_t i = 0; i < n; i++) {
        const struct handover *h = &r->handovers[i];
        uint64_t stretch = stretch_of(r, h->at);
        uint32_t *slot = &r->first[slot_of(r, h->plate, stretch)];
        size_t bit = bit_of(r, h->plate, stretch);
        r->taken[bit / 8] |= (unsigned char)(1 << bit % 8);
        r->next[i] = *slot;
        *slot = (uint32_t)i;
    }
}

static bool count_repeats(struct figures *f)
{
    struct returns r = { .handovers = f->handovers, .slots = 64, .width = f->sum.repeat.days * DAY_MS };
    if (f->n_openings == 0 || f->n_handovers == 0)
        return true;
    if (f->n_handovers >= NONE)
        return false;
    while (r.slots < f->n_handovers)
        r.slots *= 2;
    r.per = r.slots;
    r.first = malloc(r.slots * sizeof *r.first);
    r.next = malloc(f->n_handovers * sizeof *r.next);
    r.taken = calloc(r.slots, 1);
    bool ok = r.first && r.next && r.taken;
    if (ok)
        chain(&r, f->n_handovers);
    for (size_t i = 0; ok && i < f->n_openings; i++)
        f->sum.repeat.repeats += came_back(&r, &f->openings[i]);
    free(r.first);
    free(r.next);
    free(r.taken);
    return ok;
}

bool figures_finish_repeat(struct figures *f)
{
    struct figures_repeat *repeat = &f->sum.repeat;
    if (repeat->days == 0) {
        repeat->visits = 0; /* packs tell of them all the same */
        return true;
    }
    repeat->repeats = (int64_t)samples_count(&f->gaps) - samples_over(&f->gaps, repeat->days * DAY_MS);
    return take_wanted(f) && count_repeats(f);
}
