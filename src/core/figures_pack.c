#include "core/figures_pack.h"

#include "core/figures_column.h"
#include "core/figures_pack_own.h"

#include <stdlib.h>
#include <string.h>

#define ANY_DAYS 36500 /* whenever they come back */

void figures_keep_sums(struct figures *f)
{
    f->sum.repeat.days = ANY_DAYS;
}

void figures_keep(struct figures *f)
{
    f->keep = true;
    figures_keep_sums(f);
}

/* Times of a visit are told from its opening, so that a missing one needs no number of its own size: 0 none,
 * odd after it, even before it. */
static int64_t told(int64_t opened, int64_t at)
{
    if (at == WALL_NONE.ms)
        return 0;
    int64_t after = at - opened;
    return after >= 0 ? 2 * after + 1 : -2 * after;
}

static int64_t member(const struct visit *v, int column)
{
    switch (column) {
    case COL_OPENED:
        return v->opened;
    case COL_READY:
        return told(v->opened, v->ready);
    case COL_CLOSED:
        return told(v->opened, v->closed);
    case COL_PROMISE:
        return told(v->opened, v->first_promise);
    case COL_PLATE:
        return (int64_t)v->plate;
    case COL_REACHED:
        return (int64_t)v->reached;
    case COL_OUTCOME:
        return v->outcome;
    case COL_MOVES:
        return v->moves;
    case COL_REWORKS:
        return v->reworks;
    case COL_SCORE:
        return v->score;
    case COL_ADVISOR:
        return v->advisor;
    case COL_WORK:
        return v->work;
    case COL_STAGE:
        return v->stage;
    default:
        return column < COL_WORKING ? v->length[column - COL_LENGTH] : v->working[column - COL_WORKING];
    }
}

static void put_names(const struct figures *f, struct text *out)
{
    column_number(out, (int64_t)f->names.n);
    for (size_t i = 0; i < f->names.n; i++)
        column_text(out, f->names.text[i]);
}

static void put_stages(const struct figures *f, struct text *out)
{
    column_number(out, f->sum.n_stages);
    for (int i = 0; i < f->sum.n_stages; i++) {
        column_text(out, f->stages[i].id);
        column_byte(out, (uint8_t)f->stages[i].kind);
    }
}

static void put_visits(const struct figures *f, struct text *out, int64_t *room)
{
    column_byte(out, FIGURES_PACK_FORMAT);
    column_number(out, (int64_t)f->n_visits);
    put_names(f, out);
    put_stages(f, out);
    for (int c = 0; c < COLUMNS; c++) {
        for (size_t i = 0; i < f->n_visits; i++)
            room[i] = member(&f->visits[i], c);
        column_put(out, room, f->n_visits);
    }
}

static void add_counters(int64_t **out, int *n, int64_t *first, size_t count)
{
    for (size_t i = 0; i < count; i++)
        out[(*n)++] = first + i;
}

static void add_score(int64_t **out, int *n, struct figures_score *s)
{
    out[(*n)++] = &s->n;
    out[(*n)++] = &s->total;
    out[(*n)++] = &s->promoters;
    out[(*n)++] = &s->detractors;
}

int figures_pack_counters(struct figures *f, int64_t *out[COUNTERS_MAX])
{
    struct figures_sum *sum = &f->sum;
    int64_t *const single[] = { &sum->jobs.opened,    &sum->jobs.ready,     &sum->jobs.closed,
                                &sum->jobs.cancelled, &sum->promise.n,      &sum->promise.kept,
                                &sum->promise.moved,  &sum->rework_jobs,    &sum->rating.n,
                                &sum->rating.total,   &sum->lateness.n,     &sum->lateness.early,
                                &sum->lateness.late,  &sum->lateness.moves, &f->early_ms,
                                &f->late_ms,          &f->handed,           &f->rushed,
                                &f->handed_over,      &sum->repeat.visits };
    int n = 0;
    for (size_t i = 0; i < sizeof single / sizeof single[0]; i++)
        out[n++] = single[i];
    for (int i = 0; i < FIGURES_BINS; i++) {
        out[n++] = &sum->lateness.bin[i].n;
        out[n++] = &sum->bin[i].n;
    }
    add_score(out, &n, &sum->ratings.all);
    add_score(out, &n, &sum->ratings.kept);
    add_score(out, &n, &sum->ratings.missed);
    for (int i = 0; i < WAIT_BANDS; i++)
        add_score(out, &n, &sum->ratings.by_wait[i]);
    for (int day = 0; day < 7; day++) {
        add_counters(out, &n, sum->heat.opened[day], 24);
        add_counters(out, &n, sum->heat.ready[day], 24);
        add_counters(out, &n, sum->heat.closed[day], 24);
    }
    return n;
}

struct samples *figures_pack_list(struct figures *f, int i)
{
    return i < CYCLE_COUNT        ? &f->cycle_samples[i]
           : i < 2 * CYCLE_COUNT  ? &f->working_samples[i - CYCLE_COUNT]
           : i == 2 * CYCLE_COUNT ? &f->late_samples
                                  : &f->gaps;
}

static void put_samples(struct text *out, struct samples *s)
{
    out->failed |= !samples_flatten(s);
    column_number(out, (int64_t)s->n);
    column_number(out, s->total_ms);
    column_put_ordered(out, s->ms, s->n);
}

static void put_returns(struct text *out, const struct handover *list, size_t n, int64_t *room)
{
    column_number(out, (int64_t)n);
    for (size_t i = 0; i < n; i++)
        room[i] = list[i].own;
    column_put(out, room, n);
    for (size_t i = 0; i < n; i++)
        room[i] = list[i].at;
    column_put(out, room, n);
    for (size_t i = 0; i < n; i++)
        room[i] = (int64_t)list[i].plate;
    column_put(out, room, n);
}

static void put_counters(struct figures *f, struct text *out, int64_t *room)
{
    int64_t *counter[COUNTERS_MAX];
    int n = figures_pack_counters(f, counter);
    for (int i = 0; i < n; i++)
        room[i] = *counter[i];
    column_put(out, room, (size_t)n);
}

static void put_sums(struct figures *f, struct text *out, int64_t *room)
{
    column_byte(out, FIGURES_PACK_FORMAT);
    column_number(out, f->kept_low);
    column_number(out, f->kept_high);
    put_stages(f, out);
    put_counters(f, out, room);
    for (int i = 0; i < LISTS; i++)
        put_samples(out, figures_pack_list(f, i));
    for (int i = 0; i < f->sum.n_stages; i++) {
        put_samples(out, &f->stage_samples[i]);
        put_samples(out, &f->shut_elapsed[i]);
        put_samples(out, &f->shut_working[i]);
        column_number(out, f->stages[i].working_ms);
        column_number(out, i < FUNNEL_MAX ? f->reached[i] : 0);
        column_number(out, f->cancelled[i]);
    }
    column_number(out, f->n_losses);
    for (int i = 0; i < f->n_losses; i++) {
        column_text(out, f->losses[i].id);
        column_byte(out, (uint8_t)f->losses[i].kind);
        column_number(out, f->losses[i].n);
        column_number(out, f->losses[i].total_ms);
        column_number(out, f->losses[i].working_ms);
    }
    column_number(out, f->sum.n_bays);
    for (int i = 0; i < f->sum.n_bays; i++) {
        column_text(out, f->bays[i].id);
        column_number(out, f->bays[i].jobs);
        column_number(out, f->bays[i].occupied_ms);
        column_number(out, f->bays[i].working_ms);
    }
    put_returns(out, f->openings, f->n_openings, room);
    put_returns(out, f->handovers, f->n_handovers, room);
}

static void put_rows(const struct figures *f, struct text *out, int64_t *room)
{
    column_number(out, f->sum.n_bays);
    for (int i = 0; i < f->sum.n_bays; i++)
        column_text(out, f->bays[i].id);
    column_number(out, (int64_t)f->n_kept_spans);
    column_number(out, (int64_t)f->n_kept_stays);
    for (size_t i = 0; i < f->n_visits; i++)
        room[i] = f->visits[i].n_spans;
    column_put(out, room, f->n_visits);
    for (size_t i = 0; i < f->n_visits; i++)
        room[i] = f->visits[i].n_stays;
    column_put(out, room, f->n_visits);
    for (int c = 0; c < KEPT_COLUMNS; c++) {
        for (size_t i = 0; i < f->n_kept_spans; i++)
            room[i] = f->kept_spans[i].column[c];
        column_put(out, room, f->n_kept_spans);
    }
    for (int c = 0; c < KEPT_STAY_COLUMNS; c++) {
        for (size_t i = 0; i < f->n_kept_stays; i++)
            room[i] = f->kept_stays[i].column[c];
        column_put(out, room, f->n_kept_stays);
    }
}

static size_t most_of(const struct figures *f)
{
    const size_t all[] = { COUNTERS_MAX,    f->n_visits,   f->n_kept_spans,
                           f->n_kept_stays, f->n_openings, f->n_handovers };
    size_t most = 0;
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        most = all[i] > most ? all[i] : most;
    return most;
}

static void put_pack(struct figures *f, struct figures_pack *pack, int64_t *room)
{
    pack->visits = text_grow(FIGURES_PACK_MAX);
    pack->sums = text_grow(FIGURES_PACK_MAX);
    pack->rows = text_grow(FIGURES_PACK_MAX);
    put_sums(f, &pack->sums, room);
    column_seal(&pack->sums);
    if (f->keep) {
        put_visits(f, &pack->visits, room);
        put_rows(f, &pack->rows, room);
        column_seal(&pack->visits);
        column_seal(&pack->rows);
    }
    pack->jobs = f->sum.jobs.closed + f->sum.jobs.cancelled;
    pack->low.ms = f->kept_low;
    pack->high.ms = f->kept_high;
}

bool figures_pack(struct figures *f, struct figures_pack *pack)
{
    memset(pack, 0, sizeof *pack);
    if (!figures_end_job(f) || f->lasts || !figures_settle_returns(f) || most_of(f) > FIGURES_PACK_ROWS)
        return false;
    int64_t *room = malloc((most_of(f) + 1) * sizeof *room);
    if (!room)
        return false;
    put_pack(f, pack, room);
    free(room);
    if (!pack->visits.failed && !pack->sums.failed && !pack->rows.failed)
        return true;
    figures_pack_free(pack);
    return false;
}

void figures_pack_free(struct figures_pack *pack)
{
    text_free(&pack->visits);
    text_free(&pack->sums);
    text_free(&pack->rows);
}
