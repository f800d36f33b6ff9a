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
    f->sum.jobs.opened++;
    count_heat(f, f->sum.heat.opened, v->opened);
    count_funnel(f, v);
    return figures_note_opening(f, v);
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
           (!closed || count_closed(f, v)) && figures_group_visit(f, v);
}

void figures_finish_visits(struct figures *f)
{
    finish_lateness(f);
    finish_bins(f);
    finish_funnel(f);
    figures_finish_trust(f);
}
