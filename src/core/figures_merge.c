/* Lists that are in order. Their percentiles are found without putting them together: what the sought value can
 * be is halved, and of each list only the stretch is kept that can still hold it. Exact, and needs no memory. */
#include "core/figures_own.h"

#include <stdlib.h>
#include <string.h>

static size_t loose_upto(const int64_t *v, size_t low, size_t high, int64_t value)
{
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (v[middle] <= value)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static size_t upto_within(const struct column *c, size_t low, size_t high, int64_t value)
{
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (column_value(c, middle) <= value)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

size_t column_upto(const struct column *c, int64_t value)
{
    return upto_within(c, 0, c->n, value);
}

/* How many values there are up to this one; notes where each list parts. */
static size_t part(struct samples *s, int64_t value)
{
    size_t n = s->loose.parts = loose_upto(s->ms, s->loose.low, s->loose.high, value);
    for (size_t i = 0; i < s->n_packed; i++) {
        struct packed *p = &s->packed[i];
        n += p->at.parts = upto_within(&p->list, p->at.low, p->at.high, value);
    }
    return n;
}

static void keep_half(struct samples *s, bool lower)
{
    *(lower ? &s->loose.high : &s->loose.low) = s->loose.parts;
    for (size_t i = 0; i < s->n_packed; i++) {
        struct places *at = &s->packed[i].at;
        *(lower ? &at->high : &at->low) = at->parts;
    }
}

static int64_t rank_one(struct samples *s, size_t k)
{
    int64_t low = s->low, high = s->high;
    s->loose = (struct places){ 0, s->n, 0 };
    for (size_t i = 0; i < s->n_packed; i++)
        s->packed[i].at = (struct places){ 0, s->packed[i].list.n, 0 };
    while (low < high) {
        int64_t middle = low + (int64_t)(((uint64_t)high - (uint64_t)low) / 2);
        bool lower = part(s, middle) > k;
        keep_half(s, lower);
        if (lower)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

void samples_ranks(struct samples *s, const int *percent, int n, int64_t *const *out)
{
    size_t count = samples_count(s);
    samples_sort(s);
    for (int i = 0; i < n; i++)
        *out[i] = rank_one(s, samples_rank_of(count, percent[i]) - 1);
}

/* ---- in order ---- */

#define DIGIT_BITS  8
#define DIGITS      ((size_t)1 << DIGIT_BITS)
#define LONG_ENOUGH 256 /* values from which sorting by digits pays */

static int order(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static void sort_by_digit(const int64_t *from, int64_t *to, size_t n, int64_t low, int shift)
{
    size_t place[DIGITS] = { 0 }, sum = 0;
    for (size_t i = 0; i < n; i++)
        place[((uint64_t)from[i] - (uint64_t)low) >> shift & (DIGITS - 1)]++;
    for (size_t d = 0; d < DIGITS; d++) {
        size_t count = place[d];
        place[d] = sum;
        sum += count;
    }
    for (size_t i = 0; i < n; i++)
        to[place[((uint64_t)from[i] - (uint64_t)low) >> shift & (DIGITS - 1)]++] = from[i];
}

void samples_sort(struct samples *s)
{
    uint64_t most = (uint64_t)s->high - (uint64_t)s->low;
    int64_t *room = s->n < LONG_ENOUGH ? NULL : malloc(s->n * sizeof *room);
    if (!room) {
        if (s->n)
            qsort(s->ms, s->n, sizeof *s->ms, order);
        return;
    }
    int64_t *from = s->ms, *to = room;
    for (int shift = 0; shift < 64 && most >> shift; shift += DIGIT_BITS) {
        sort_by_digit(from, to, s->n, s->low, shift);
        int64_t *swap = from;
        from = to;
        to = swap;
    }
    if (from == room)
        memcpy(s->ms, room, s->n * sizeof *room);
    free(room);
}

bool samples_flatten(struct samples *s)
{
    void *data = s->ms;
    if (s->in_packed && !figures_grow(&data, &s->room, samples_count(s) - 1, SIZE_MAX, sizeof *s->ms))
        return false;
    s->ms = data;
    for (size_t i = 0; i < s->n_packed; i++) {
        column_get(&s->packed[i].list, s->ms + s->n);
        s->n += s->packed[i].list.n;
    }
    s->n_packed = s->in_packed = 0;
    samples_sort(s);
    return true;
}
