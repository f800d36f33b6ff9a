/* What one visit counts for, wherever it was read from. */
#include "core/figures_own.h"

#include "base/text.h"

#include <stdlib.h>
#include <string.h>

#define HOUR_MS INT64_C(3600000)
#define MINUTE  INT64_C(60000)

static bool add_cycle(struct figures *f, const struct visit *v, enum figures_cycle which)
{
    return samples_add(&f->cycle_samples[which], f->values_max, v->length[which]) &&
           (!f->sum.has_hours || samples_add(&f->working_samples[which], f->values_max, v->working[which]));
}

/* Promises. */

static const int64_t late_edges[] = { -240 * MINUTE, -120 * MINUTE, -60 * MINUTE,
                                      -30 * MINUTE,  -15 * MINUTE,  1,
                                      15 * MINUTE,   30 * MINUTE,   60 * MINUTE,
                                      120 * MINUTE,  240 * MINUTE };
enum { LATE_EDGES = sizeof late_edges / sizeof late_edges[0] };

static bool count_promise(struct figures *f, const struct visit *v)
{
    struct figures_lateness *l = &f->sum.lateness;
    int64_t by_ms = v->ready - v->first_promise;
    int bin = 0;
    f->sum.promise.n++;
    f->sum.promise.kept += by_ms <= 0;
    f->sum.promise.moved += v->moves > 0;
    l->n++;
    l->moves += v->moves;
    l->late += by_ms > 0;
    l->early += by_ms <= 0;
    *(by_ms > 0 ? &f->late_ms : &f->early_ms) += by_ms > 0 ? by_ms : -by_ms;
    while (bin < LATE_EDGES && by_ms >= late_edges[bin])
        bin++;
    l->bin[bin].n++;
    return samples_add(&f->late_samples, f->values_max, by_ms);
}

static void finish_lateness(struct figures *f)
{
    struct figures_lateness *l = &f->sum.lateness;
    l->n_bins = LATE_EDGES + 1;
    for (int i = 0; i < l->n_bins; i++) {
        l->bin[i].from_ms = i ? late_edges[i - 1] : INT64_MIN;
        l->bin[i].to_ms = i < LATE_EDGES ? late_edges[i] : INT64_MAX;
    }
    if (l->n == 0)
        return;
    struct figures_spread spread = samples_spread(&f->late_samples);
    l->mean_ms = figures_ratio(spread.total_ms, l->n);
    l->p50_ms = spread.p50_ms;
    l->p80_ms = spread.p80_ms;
    l->p90_ms = spread.p90_ms;
    l->max_ms = spread.max_ms;
    l->early_mean_ms = l->early ? figures_ratio(f->early_ms, l->early) : 0;
    l->late_mean_ms = l->late ? figures_ratio(f->late_ms, l->late) : 0;
}

/* How long it took. */

static const int64_t bin_edges[] = { 30 * MINUTE,  1 * HOUR_MS,  90 * MINUTE, 2 * HOUR_MS, 150 * MINUTE,
                                     3 * HOUR_MS,  4 * HOUR_MS,  5 * HOUR_MS, 6 * HOUR_MS, 8 * HOUR_MS,
                                     12 * HOUR_MS, 24 * HOUR_MS, 48 * HOUR_MS };
enum { BIN_EDGES = sizeof bin_edges / sizeof bin_edges[0] };

static void count_bin(struct figures *f, const struct visit *v)
{
    int64_t ms = (f->sum.has_hours ? v->working : v->length)[CYCLE_TO_READY];
    int bin = 0;
    while (bin < BIN_EDGES && ms >= bin_edges[bin])
        bin++;
    f->sum.bin[bin].n++;
}

static void finish_bins(struct figures *f)
{
    f->sum.n_bins = BIN_EDGES + 1;
    for (int i = 0; i <= BIN_EDGES; i++) {
        f->sum.bin[i].from_ms = i ? bin_edges[i - 1] : 0;
        f->sum.bin[i].to_ms = i < BIN_EDGES ? bin_edges[i] : INT64_MAX;
    }
}

static bool count_ready(struct figures *f, const struct visit *v)
{
    f->sum.jobs.ready++;
    f->sum.rework_jobs += v->reworks > 0;
    count_bin(f, v);
    return (v->first_promise == WALL_NONE.ms || count_promise(f, v)) && add_cycle(f, v, CYCLE_TO_READY) &&
           add_cycle(f, v, CYCLE_TOUCH) && add_cycle(f, v, CYCLE_WAIT) && add_cycle(f, v, CYCLE_HOLD);
}

/* What the customer says. */

static void add_score(struct figures_score *s, int64_t score)
{
    s->n++;
    s->total += score;
    s->promoters += score >= 9;
    s->detractors += score <= 6;
}

static enum figures_wait_band band_of(const struct figures *f, const struct visit *v)
{
    const int64_t *length = f->sum.has_hours ? v->working : v->length;
    int64_t ms = length[CYCLE_WAIT] + length[CYCLE_HOLD];
    return ms < HOUR_MS       ? WAIT_UNDER_1H
           : ms < 2 * HOUR_MS ? WAIT_UNDER_2H
           : ms < 4 * HOUR_MS ? WAIT_UNDER_4H
                              : WAIT_OVER_4H;
}

static void count_score(struct figures *f, const struct visit *v)
{
    struct figures_ratings *r = &f->sum.ratings;
    f->sum.rating.n++;
    f->sum.rating.total += v->score;
    add_score(&r->all, v->score);
    if (v->ready == WALL_NONE.ms)
        return;
    add_score(&r->by_wait[band_of(f, v)], v->score);
    if (v->first_promise != WALL_NONE.ms)
        add_score(v->ready <= v->first_promise ? &r->kept : &r->missed, v->score);
}

/* Only a handed over one has a lead time and was picked up. */
static bool count_closed(struct figures *f, const struct visit *v)
{
    if (v->score >= 0)
        count_score(f, v);
    if (v->outcome == OUTCOME_CANCELLED) {
        f->sum.jobs.cancelled++;
        return true;
    }
    f->sum.jobs.closed++;
    f->handed += v->ready != WALL_NONE.ms;
    f->rushed += v->ready != WALL_NONE.ms && v->closed - v->ready < FIGURES_RUSHED_MS;
    return add_cycle(f, v, CYCLE_LEAD) && (v->ready == WALL_NONE.ms || add_cycle(f, v, CYCLE_PICKUP_GAP));
}

/* How far they came. */

static void count_funnel(struct figures *f, const struct visit *v)
{
    for (uint64_t left = v->reached; left; left &= left - 1)
        f->reached[__builtin_ctzll(left)]++;
    if (v->closed == WALL_NONE.ms && v->stage >= 0)
        f->here[v->stage]++;
    else if (v->outcome == OUTCOME_CANCELLED && v->stage >= 0)
        f->cancelled[v->stage]++;
    else if (v->closed != WALL_NONE.ms && v->outcome != OUTCOME_CANCELLED)
        f->handed_over++;
}

static void finish_funnel(struct figures *f)
{
    int n = 0;
    for (int i = 0; i < f->sum.n_stages; i++) {
        int64_t reached = i < FUNNEL_MAX ? f->reached[i] : 0;
        if (f->stages[i].retired && !reached)
            continue;
        struct figures_funnel *row = &f->funnel[n++];
        text_copy(row->id, ID_SIZE, f->stages[i].id);
        row->kind = f->stages[i].kind;
        row->reached = reached;
        row->cancelled = f->cancelled[i];
        row->here = f->here[i];
    }
    if (f->done_id[0]) {
        text_copy(f->funnel[n].id, ID_SIZE, f->done_id);
        f->funnel[n].kind = KIND_DONE;
        f->funnel[n++].reached = f->handed_over;
    }
    f->sum.funnel = f->funnel;
    f->sum.n_funnel = n;
}

struct hours_local figures_local(const struct figures *f, int64_t at)
{
    if (f->hours)
        return hours_local(f->hours, (struct wall){ at });
    int64_t day = at / DAY_MS - (at % DAY_MS < 0), ms = at - day * DAY_MS;
    return (struct hours_local){ day, (int)(((day + 3) % 7 + 7) % 7), (int)(ms / HOUR_MS), ms };
}

static void count_heat(const struct figures *f, int64_t heat[7][24], int64_t at)
{
    struct hours_local local = figures_local(f, at);
    heat[local.weekday][local.hour]++;
}

static bool count_opened(struct figures *f, const struct visit *v)
{
    void *data = f->openings;
    f->sum.jobs.opened++;
    count_heat(f, f->sum.heat.opened, v->opened);
    count_funnel(f, v);
    if (v->plate == 0 || f->sum.repeat.days == 0)
        return true;
    if (!figures_grow(&data, &f->openings_room, f->n_openings, f->values_max, sizeof *f->openings))
        return false;
    f->openings = data;
    f->openings[f->n_openings++] = (struct handover){ v->plate, v->opened };
    return true;
}

bool figures_note_handover(struct figures *f, uint64_t plate, int64_t closed, bool handed_over)
{
    void *data = f->handovers;
    if (plate == 0 || f->sum.repeat.days == 0 || !handed_over || closed == WALL_NONE.ms)
        return true;
    if (!figures_grow(&data, &f->handovers_room, f->n_handovers, f->values_max, sizeof *f->handovers))
        return false;
    f->handovers = data;
    f->handovers[f->n_handovers++] = (struct handover){ plate, closed };
    return true;
}

bool figures_count_visit(struct figures *f, const struct visit *v)
{
    bool opened = figures_within(f, v->opened), ready = figures_within(f, v->ready),
         closed = figures_within(f, v->closed);
    f->sum.jobs.open += v->opened < f->high && (v->closed == WALL_NONE.ms || v->closed >= f->high);
    if (ready)
        count_heat(f, f->sum.heat.ready, v->ready);
    if (closed && v->outcome != OUTCOME_CANCELLED)
        count_heat(f, f->sum.heat.closed, v->closed);
    return figures_note_handover(f, v->plate, v->closed, v->outcome == OUTCOME_HANDED_OVER) &&
           (!opened || count_opened(f, v)) && (!ready || count_ready(f, v)) &&
           (!closed || count_closed(f, v)) && (f->sum.by == BY_NONE || figures_group_visit(f, v));
}

void figures_finish_visits(struct figures *f)
{
    finish_lateness(f);
    finish_bins(f);
    finish_funnel(f);
    figures_finish_trust(f);
}

/* Repeat visits: chains of the handovers of a plate and a stretch of time as long as is looked back, in a table
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
    if (!(r->taken[bit / 8] >> bit % 8 & 1))
        return false;
    for (uint32_t i = r->first[slot_of(r, o->plate, stretch)]; i != NONE; i = r->next[i]) {
        const struct handover *h = &r->handovers[i];
        if (h->plate == o->plate && h->at <= o->at && h->at >= o->at - r->width)
            return true;
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

bool figures_finish_repeat(struct figures *f)
{
    struct returns r = { .handovers = f->handovers, .slots = 64, .width = f->sum.repeat.days * DAY_MS };
    f->sum.repeat.visits = (int64_t)f->n_openings;
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
