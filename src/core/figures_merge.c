/* Percentiles of lists that are in order, without putting them together: every so many-th value of each tells
 * about where the sought one is, and only what lies thereabouts is looked at. Exact. */
#include "core/figures_own.h"

#include <stdlib.h>

#define STEP   32 /* values for which one is looked at first */
#define MARGIN 16 /* of those, to either side */

static size_t loose_upto(const struct samples *s, int64_t value)
{
    size_t low = 0, high = s->n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (s->ms[middle] <= value)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

size_t column_upto(const struct column *c, int64_t value)
{
    size_t low = 0, high = c->n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (column_value(c, middle) <= value)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static size_t count_upto(const struct samples *s, int64_t value)
{
    size_t n = loose_upto(s, value);
    for (size_t i = 0; i < s->n_packed; i++)
        n += column_upto(&s->packed[i], value);
    return n;
}

/* The k-th by halving alone: needs no memory. */
static int64_t rank_halving(const struct samples *s, size_t k)
{
    int64_t low = s->low, high = s->high;
    while (low < high) {
        int64_t middle = low + (int64_t)(((uint64_t)high - (uint64_t)low) / 2);
        if (count_upto(s, middle) > k)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

/* Into `out`, if not NULL, what lies in (low, high]; returns how many. */
static size_t between(const struct samples *s, int64_t low, int64_t high, int64_t *out)
{
    size_t n = 0, end = loose_upto(s, high);
    for (size_t k = loose_upto(s, low); k < end; k++, n++)
        if (out)
            out[n] = s->ms[k];
    for (size_t i = 0; i < s->n_packed; i++) {
        end = column_upto(&s->packed[i], high);
        for (size_t k = column_upto(&s->packed[i], low); k < end; k++, n++)
            if (out)
                out[n] = column_value(&s->packed[i], k);
    }
    return n;
}

static size_t look(const struct samples *s, int64_t *out)
{
    size_t n = 0;
    for (size_t k = STEP / 2; k < s->n; k += STEP)
        out[n++] = s->ms[k];
    for (size_t i = 0; i < s->n_packed; i++)
        for (size_t k = STEP / 2; k < s->packed[i].n; k += STEP)
            out[n++] = column_value(&s->packed[i], k);
    return n;
}

/* False: not found between these, or memory is out. */
static bool rank_between(const struct samples *s, int64_t low, int64_t high, size_t k, int64_t *out)
{
    size_t below = count_upto(s, low);
    size_t n = k < below ? 0 : between(s, low, high, NULL);
    int64_t *room = n > k - below ? malloc(n * sizeof *room) : NULL;
    if (!room)
        return false;
    between(s, low, high, room);
    *out = samples_rank(room, n, k - below);
    free(room);
    return true;
}

static int64_t rank_one(const struct samples *s, int64_t *seen, size_t n, size_t k)
{
    size_t at = k / STEP;
    int64_t out;
    if (at > MARGIN && at + MARGIN < n &&
        rank_between(s, samples_rank(seen, n, at - MARGIN), samples_rank(seen, n, at + MARGIN), k, &out))
        return out;
    return rank_halving(s, k);
}

static int order(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

void samples_sort(struct samples *s)
{
    if (s->n)
        qsort(s->ms, s->n, sizeof *s->ms, order);
}

void samples_merge(struct samples *s, const int *percent, int n, int64_t *const *out)
{
    size_t count = samples_count(s);
    int64_t *seen = malloc((count / STEP + s->n_packed + 1) * sizeof *seen);
    samples_sort(s);
    size_t n_seen = seen ? look(s, seen) : 0;
    for (int i = 0; i < n; i++)
        *out[i] = rank_one(s, seen, n_seen, samples_rank_of(count, percent[i]) - 1);
    free(seen);
}
