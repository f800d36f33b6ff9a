/* Lists of lengths and their exact percentiles; texts kept once. */
#include "core/figures_own.h"

#include "base/text.h"

#include <stdlib.h>
#include <string.h>

#define BUCKETS     4096 /* of the first pass over a long list */
#define LONG_ENOUGH 2000 /* lengths from which that pays */

bool figures_grow(void **data, size_t *room, size_t n, size_t max, size_t each)
{
    if (n < *room)
        return true;
    if (n >= max)
        return false;
    size_t want = *room ? *room * 2 : 64;
    while (want <= n)
        want *= 2;
    if (want > max)
        want = max;
    void *more = realloc(*data, want * each);
    if (!more)
        return false;
    *data = more;
    *room = want;
    return true;
}

size_t samples_count(const struct samples *s)
{
    return s->n + s->in_packed;
}

static void widen(struct samples *s, int64_t low, int64_t high)
{
    bool none = samples_count(s) == 0;
    s->low = none || low < s->low ? low : s->low;
    s->high = none || high > s->high ? high : s->high;
}

bool samples_add(struct samples *s, size_t max, int64_t ms)
{
    void *data = s->ms;
    if (!figures_grow(&data, &s->room, s->n, max, sizeof *s->ms))
        return false;
    s->ms = data;
    widen(s, ms, ms);
    s->ms[s->n++] = ms;
    s->total_ms += ms;
    return true;
}

bool samples_add_packed(struct samples *s, size_t max, const struct column *list, int64_t total_ms)
{
    void *data = s->packed;
    if (list->n == 0)
        return true;
    if (list->n > max - samples_count(s) ||
        !figures_grow(&data, &s->packed_room, s->n_packed, max, sizeof *s->packed))
        return false;
    s->packed = data;
    widen(s, column_value(list, 0), column_value(list, list->n - 1));
    s->packed[s->n_packed++] = (struct packed){ .list = *list };
    s->in_packed += list->n;
    s->total_ms += total_ms;
    return true;
}

int64_t samples_over(const struct samples *s, int64_t limit_ms)
{
    int64_t over = 0;
    for (size_t i = 0; i < s->n; i++)
        over += s->ms[i] > limit_ms;
    for (size_t i = 0; i < s->n_packed; i++)
        over += (int64_t)(s->packed[i].list.n - column_upto(&s->packed[i].list, limit_ms));
    return over;
}

void samples_free(struct samples *s)
{
    free(s->ms);
    free(s->packed);
    *s = (struct samples){ 0 };
}

/* Percentiles. */

static void swap(int64_t *a, int64_t *b)
{
    int64_t t = *a;
    *a = *b;
    *b = t;
}

/* The middle of three: sorted input, which is what time series look like, stays cheap. */
static int64_t pivot_of(const int64_t *v, int64_t low, int64_t high)
{
    int64_t a = v[low], b = v[low + (high - low) / 2], c = v[high];
    if ((a <= b && b <= c) || (c <= b && b <= a))
        return b;
    return (b <= a && a <= c) || (c <= a && a <= b) ? a : c;
}

/* The k-th smallest value, k from 0 (Hoare's selection): percentiles need no full sort. */
static int64_t select_nth(int64_t *v, int64_t n, int64_t k)
{
    int64_t low = 0, high = n - 1;
    while (low < high) {
        int64_t pivot = pivot_of(v, low, high), i = low, j = high;
        while (i <= j) {
            while (v[i] < pivot)
                i++;
            while (v[j] > pivot)
                j--;
            if (i <= j)
                swap(&v[i++], &v[j--]);
        }
        if (k <= j)
            high = j;
        else if (k >= i)
            low = i;
        else
            break; /* between the halves everything equals the pivot */
    }
    return v[k];
}

size_t samples_rank_of(size_t n, int p)
{
    return (n / 100) * (size_t)p + ((n % 100) * (size_t)p + 99) / 100;
}

int64_t figures_rank(int64_t *values, size_t n, int p)
{
    return select_nth(values, (int64_t)n, (int64_t)samples_rank_of(n, p) - 1);
}

int64_t figures_ratio(int64_t a, int64_t b)
{
    int64_t whole = a / b, rest = a % b;
    if (rest < 0)
        return whole - (-rest >= b - -rest);
    return whole + (rest >= b - rest);
}

/* A long list is first counted by the upper bits of its values: what is of rank k is then sought in one
 * bucket alone. */
struct sieve {
    int64_t low;
    int shift;
    uint32_t count[BUCKETS];
    uint8_t which[BUCKETS]; /* part that takes the values of this bucket; PARTS: none */
};

#define PARTS 3 /* percentiles */

/* The values of one bucket, and which of them is sought. */
struct part {
    int64_t *values;
    size_t n, k;
};

static void sieve_fill(struct sieve *s, const int64_t *v, size_t n, int64_t low, int64_t high)
{
    memset(s->count, 0, sizeof s->count);
    s->low = low;
    s->shift = 0;
    while ((((uint64_t)high - (uint64_t)low) >> s->shift) >= BUCKETS)
        s->shift++;
    for (size_t i = 0; i < n; i++)
        s->count[((uint64_t)v[i] - (uint64_t)low) >> s->shift]++;
}

/* The bucket of the k-th smallest; *k is then its place in there. */
static size_t sieve_bucket(const struct sieve *s, size_t *k)
{
    size_t bucket = 0;
    while (*k >= s->count[bucket])
        *k -= s->count[bucket++];
    return bucket;
}

/* Percentiles of one bucket share its part. */
static int64_t *sieve_take(struct sieve *s, const size_t bucket[PARTS], struct part part[PARTS],
                           const int64_t *v, size_t n)
{
    int64_t *to[PARTS + 1], *room = malloc((n + 1 + PARTS) * sizeof *room), *end = room;
    if (!room)
        return NULL;
    memset(s->which, PARTS, sizeof s->which);
    for (int i = 0; i < PARTS; i++) {
        if (s->which[bucket[i]] == PARTS) {
            s->which[bucket[i]] = (uint8_t)i;
            part[i].values = to[i] = end;
            end += s->count[bucket[i]];
        }
        part[i].values = part[s->which[bucket[i]]].values;
        part[i].n = s->count[bucket[i]];
    }
    to[PARTS] = end;
    for (size_t i = 0; i < n; i++) {
        uint8_t which = s->which[((uint64_t)v[i] - (uint64_t)s->low) >> s->shift];
        *to[which] = v[i]; /* what nobody seeks is written over: no branch to guess */
        to[which] += which != PARTS;
    }
    return room;
}

static void rank_long(struct samples *s, struct figures_spread *spread)
{
    static const int p[PARTS] = { 50, 80, 90 };
    int64_t *const out[PARTS] = { &spread->p50_ms, &spread->p80_ms, &spread->p90_ms };
    struct part part[PARTS];
    size_t bucket[PARTS];
    struct sieve sieve;
    sieve_fill(&sieve, s->ms, s->n, s->low, s->high);
    for (int i = 0; i < PARTS; i++) {
        part[i].k = samples_rank_of(s->n, p[i]) - 1;
        bucket[i] = sieve_bucket(&sieve, &part[i].k);
    }
    int64_t *room = sieve_take(&sieve, bucket, part, s->ms, s->n);
    for (int i = 0; i < PARTS; i++)
        *out[i] = room ? select_nth(part[i].values, (int64_t)part[i].n, (int64_t)part[i].k)
                       : figures_rank(s->ms, s->n, p[i]);
    free(room);
}

static void rank_short(struct samples *s, struct figures_spread *spread)
{
    spread->p50_ms = figures_rank(s->ms, s->n, 50);
    spread->p80_ms = figures_rank(s->ms, s->n, 80);
    spread->p90_ms = figures_rank(s->ms, s->n, 90);
}

static void rank_packed(struct samples *s, struct figures_spread *spread)
{
    static const int percent[PARTS] = { 50, 80, 90 };
    int64_t *const out[PARTS] = { &spread->p50_ms, &spread->p80_ms, &spread->p90_ms };
    samples_ranks(s, percent, PARTS, out);
}

struct figures_spread samples_spread(struct samples *s)
{
    struct figures_spread spread = { .n = (int64_t)samples_count(s), .total_ms = s->total_ms };
    if (spread.n == 0)
        return spread;
    spread.max_ms = s->high;
    if (s->n_packed)
        rank_packed(s, &spread);
    else if (s->n >= LONG_ENOUGH && s->n < UINT32_MAX)
        rank_long(s, &spread);
    else
        rank_short(s, &spread);
    return spread;
}

/* Names. */

static bool names_widen(struct names *n)
{
    size_t slots = n->slots ? n->slots * 2 : 64;
    uint32_t *slot = calloc(slots, sizeof *slot);
    if (!slot)
        return false;
    for (size_t i = 0; i < n->n; i++) {
        size_t at = hash_bytes(HASH_START, n->text[i], strlen(n->text[i])) & (slots - 1);
        while (slot[at])
            at = (at + 1) & (slots - 1);
        slot[at] = (uint32_t)i + 1;
    }
    free(n->slot);
    n->slot = slot;
    n->slots = slots;
    return true;
}

int names_find(struct names *n, const char *text)
{
    void *data = n->text;
    if (!text)
        text = "";
    if (n->n * 2 >= n->slots && !names_widen(n))
        return NO_NAME;
    size_t at = hash_bytes(HASH_START, text, strlen(text)) & (n->slots - 1);
    for (; n->slot[at]; at = (at + 1) & (n->slots - 1))
        if (strcmp(n->text[n->slot[at] - 1], text) == 0)
            return (int)n->slot[at] - 1;
    if (!figures_grow(&data, &n->room, n->n, NAMES_MAX, sizeof *n->text))
        return NO_NAME;
    n->text = data;
    if (!(n->text[n->n] = strdup(text)))
        return NO_NAME;
    n->slot[at] = (uint32_t)++n->n;
    return (int)n->n - 1;
}

void names_free(struct names *n)
{
    for (size_t i = 0; i < n->n; i++)
        free(n->text[i]);
    free(n->text);
    free(n->slot);
}
