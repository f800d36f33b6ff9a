#include "core/figures_own.h"

#include "base/text.h"

#include <stdlib.h>
#include <string.h>

/* The window. */

bool figures_within(const struct figures *f, int64_t ms)
{
    return ms != WALL_NONE.ms && ms >= f->low && ms < f->high;
}

/* Length of [from, to) ∩ the window, never negative. */
static int64_t clipped(const struct figures *f, int64_t from, int64_t to)
{
    if (from < f->low)
        from = f->low;
    if (to > f->high)
        to = f->high;
    return to > from ? to - from : 0;
}

static int64_t end_of(const struct figures *f, struct wall end)
{
    return wall_is_none(end) ? f->now : end.ms;
}

struct figures *figures_create(const struct figures_window *window, size_t values_max)
{
    struct figures *f = calloc(1, sizeof *f);
    if (!f)
        return NULL;
    f->sum.window = *window;
    f->low = wall_is_none(window->since) ? INT64_MIN : window->since.ms;
    f->high = wall_is_none(window->until) ? INT64_MAX : window->until.ms;
    f->now = window->now.ms;
    f->kept_low = INT64_MAX;
    f->kept_high = INT64_MIN;
    f->values_max = values_max < FIGURES_VALUES_MAX ? values_max : FIGURES_VALUES_MAX;
    return f;
}

void figures_destroy(struct figures *f)
{
    if (!f)
        return;
    for (int i = 0; i < FIGURES_STAGES_MAX; i++) {
        samples_free(&f->stage_samples[i]);
        samples_free(&f->shut_elapsed[i]);
        samples_free(&f->shut_working[i]);
    }
    for (int i = 0; i < CYCLE_COUNT; i++) {
        samples_free(&f->cycle_samples[i]);
        samples_free(&f->working_samples[i]);
    }
    samples_free(&f->late_samples);
    samples_free(&f->gaps);
    for (size_t i = 0; i < f->n_groups; i++) {
        samples_free(&f->groups[i].lead);
        samples_free(&f->groups[i].to_ready);
    }
    names_free(&f->names);
    free(f->groups);
    free(f->group_rows);
    free(f->group_slot);
    free(f->handovers);
    free(f->openings);
    free(f->trails);
    for (size_t i = 0; i < f->n_blobs; i++)
        free(f->blobs[i]);
    free(f->blobs);
    free(f->visits);
    free(f->kept_spans);
    free(f->kept_stays);
    free(f->work);
    free(f);
}

void figures_set_hours(struct figures *f, const struct hours *hours)
{
    f->hours = hours;
    f->sum.has_hours = hours && hours_given(hours);
}

void figures_set_by(struct figures *f, enum figures_by by)
{
    f->sum.by = by;
}

void figures_set_repeat(struct figures *f, int days)
{
    f->sum.repeat.days = days;
}

void figures_set_limit(struct figures *f, const char *stage, int64_t limit_ms)
{
    for (int i = 0; i < f->sum.n_stages; i++)
        if (strcmp(f->stages[i].id, stage) == 0)
            f->stages[i].limit_ms = limit_ms;
}

void figures_set_quality(struct figures *f, const struct figures_quality *quality)
{
    f->sum.quality = *quality;
}

void figures_set_before(struct figures *f, const struct figures_sum *before)
{
    f->sum.before = before;
}

void figures_set_presses(struct figures *f, const struct figures_presses *presses)
{
    f->presses = *presses;
    f->sum.trust.known = true;
}

/* Stages, bays and losses are few: a linear search finds them. */

int figures_find_stage(struct figures *f, const char *id, enum kind kind, bool retired)
{
    int n = f->sum.n_stages;
    for (int i = 0; i < n; i++)
        if (strcmp(f->stages[i].id, id) == 0) {
            if (f->stages[i].retired &&
                f->stages[i].kind == KIND_DONE) /* a job named it before its spans did */
                f->stages[i].kind = kind;
            return i;
        }
    if (n == FIGURES_STAGES_MAX || !text_copy(f->stages[n].id, ID_SIZE, id))
        return -1;
    f->stages[n].kind = kind;
    f->stages[n].retired = retired;
    return f->sum.n_stages++;
}

int figures_find_bay(struct figures *f, const char *id)
{
    int n = f->sum.n_bays;
    for (int i = 0; i < n; i++)
        if (strcmp(f->bays[i].id, id) == 0)
            return i;
    if (n == FIGURES_BAYS_MAX || !text_copy(f->bays[n].id, ID_SIZE, id))
        return -1;
    return f->sum.n_bays++;
}

struct figures_loss *figures_find_loss(struct figures *f, const char *id, enum kind kind)
{
    int n = f->n_losses;
    for (int i = 0; i < n; i++)
        if (f->losses[i].kind == kind && strcmp(f->losses[i].id, id) == 0)
            return &f->losses[i];
    if (n == LOSSES_MAX || !text_copy(f->losses[n].id, ID_SIZE, id))
        return NULL;
    f->losses[n].kind = kind;
    f->n_losses++;
    return &f->losses[n];
}

bool figures_stage(struct figures *f, const char *id, enum kind kind)
{
    if (kind != KIND_DONE)
        return figures_find_stage(f, id, kind, false) >= 0;
    text_copy(f->done_id, ID_SIZE, id);
    return true;
}

/* Jobs. */

static uint64_t plate_hash(const char *key)
{
    uint64_t hash = key && key[0] ? hash_bytes(HASH_START, key, strlen(key)) : 0;
    return hash || !key || !key[0] ? hash : 1;
}

bool figures_handover(struct figures *f, const char *plate_key, struct wall closed)
{
    return figures_note_handover(f, plate_hash(plate_key), closed.ms, true);
}

/* The visit's own sums, once its last span was seen. */
static void close_sums(struct figures *f)
{
    struct visit *v = &f->visit;
    v->length[CYCLE_LEAD] = f->lead_ms;
    v->working[CYCLE_LEAD] = f->working_lead_ms;
    v->length[CYCLE_PICKUP_GAP] = f->lead_ms - v->length[CYCLE_TO_READY];
    v->working[CYCLE_PICKUP_GAP] = f->working_lead_ms - v->working[CYCLE_TO_READY];
}

/* Keeping for a pack. */

static void keep_time(struct figures *f, int64_t ms)
{
    if (ms == WALL_NONE.ms)
        return;
    if (ms < f->kept_low)
        f->kept_low = ms;
    if (ms > f->kept_high)
        f->kept_high = ms;
}

static bool keep_span(struct figures *f, const struct figures_span *span, int stage)
{
    void *data = f->kept_spans;
    f->lasts |= wall_is_none(span->left);
    if (f->lasts)
        return true;
    if (!figures_grow(&data, &f->kept_spans_room, f->n_kept_spans, f->values_max, sizeof *f->kept_spans))
        return false;
    f->kept_spans = data;
    int64_t length = wall_minus(span->left, span->entered);
    f->kept_spans[f->n_kept_spans++] =
        (struct kept_span){ { stage, span->kind, span->entered.ms - f->visit.opened, length,
                              span->elapsed_ms - length } };
    f->visit.n_spans++;
    keep_time(f, span->entered.ms);
    keep_time(f, span->left.ms);
    return true;
}

static bool keep_stay(struct figures *f, int bay, struct wall from, struct wall to)
{
    void *data = f->kept_stays;
    f->lasts |= wall_is_none(to);
    if (f->lasts)
        return true;
    if (!figures_grow(&data, &f->kept_stays_room, f->n_kept_stays, f->values_max, sizeof *f->kept_stays))
        return false;
    f->kept_stays = data;
    f->kept_stays[f->n_kept_stays++] =
        (struct kept_stay){ { bay, from.ms - f->visit.opened, wall_minus(to, from) } };
    f->visit.n_stays++;
    keep_time(f, from.ms);
    keep_time(f, to.ms);
    return true;
}

static bool keep_visit(struct figures *f)
{
    void *data = f->visits;
    if (!figures_grow(&data, &f->visits_room, f->n_visits, f->values_max, sizeof *f->visits))
        return false;
    f->visits = data;
    f->visits[f->n_visits++] = f->visit;
    f->lasts |= f->visit.closed == WALL_NONE.ms || f->visit.closed < f->visit.opened;
    keep_time(f, f->visit.opened);
    keep_time(f, f->visit.ready);
    keep_time(f, f->visit.closed);
    return true;
}

bool figures_end_job(struct figures *f)
{
    if (!f->has_job)
        return true;
    f->has_job = false;
    close_sums(f);
    return (!f->keep || keep_visit(f)) && figures_count_visit(f, &f->visit);
}

bool figures_job(struct figures *f, const struct figures_job *job)
{
    int advisor = names_find(&f->names, job->advisor), work = names_find(&f->names, job->work);
    int stage = job->stage ? figures_find_stage(f, job->stage, KIND_DONE, true) : -1;
    if (advisor < 0 || work < 0)
        return false;
    struct visit v = { .opened = job->opened.ms,
                       .ready = job->ready.ms,
                       .closed = job->closed.ms,
                       .first_promise = job->first_promise.ms,
                       .plate = plate_hash(job->plate_key),
                       .outcome = job->outcome,
                       .moves = job->promise_moves,
                       .reworks = job->reworks,
                       .score = job->score,
                       .advisor = advisor,
                       .work = work,
                       .stage = stage };
    return figures_begin_visit(f, &v);
}

bool figures_begin_visit(struct figures *f, const struct visit *v)
{
    if (!figures_end_job(f))
        return false;
    f->has_job = true;
    f->job_number++;
    f->visit = *v;
    f->visit.reached = 0; /* its spans say so again */
    f->lead_ms = f->working_lead_ms = 0;
    memset(f->kind_ms, 0, sizeof f->kind_ms);
    memset(f->working_kind_ms, 0, sizeof f->working_kind_ms);
    f->n_work = 0;
    return true;
}

/* Keeps when somebody worked on the car, for the bays; what still lasts too. */
static bool keep_work(struct figures *f, const struct figures_span *span)
{
    void *data = f->work;
    if (span->kind != KIND_WORK && span->kind != KIND_CHECK)
        return true;
    if (!figures_grow(&data, &f->work_room, f->n_work, FIGURES_SPANS_MAX, sizeof *f->work))
        return false;
    f->work = data;
    f->work[f->n_work++] = (struct stretch){ span->entered.ms, end_of(f, span->left) };
    return true;
}

static bool count_span(struct figures *f, const struct figures_span *span, int stage, int64_t working_ms)
{
    if (wall_is_none(span->left) || !figures_within(f, span->left.ms))
        return true;
    struct figures_loss *loss = figures_find_loss(f, span->stage, span->kind);
    bool shut = f->sum.has_hours && working_ms != span->elapsed_ms;
    if (!loss || !samples_add(&f->stage_samples[stage], f->values_max, span->elapsed_ms))
        return false;
    if (shut && (!samples_add(&f->shut_elapsed[stage], f->values_max, span->elapsed_ms) ||
                 !samples_add(&f->shut_working[stage], f->values_max, working_ms)))
        return false;
    f->stages[stage].working_ms += working_ms;
    loss->n++;
    loss->total_ms += span->elapsed_ms;
    loss->working_ms += working_ms;
    return true;
}

/* What lies before the last entry into ready: that entry closes the sums so far. */
static void mark_ready(struct figures *f)
{
    struct visit *v = &f->visit;
    v->length[CYCLE_TO_READY] = f->lead_ms;
    v->length[CYCLE_TOUCH] = f->kind_ms[KIND_WORK] + f->kind_ms[KIND_CHECK];
    v->length[CYCLE_WAIT] = f->kind_ms[KIND_QUEUE];
    v->length[CYCLE_HOLD] = f->kind_ms[KIND_HOLD];
    v->working[CYCLE_TO_READY] = f->working_lead_ms;
    v->working[CYCLE_TOUCH] = f->working_kind_ms[KIND_WORK] + f->working_kind_ms[KIND_CHECK];
    v->working[CYCLE_WAIT] = f->working_kind_ms[KIND_QUEUE];
    v->working[CYCLE_HOLD] = f->working_kind_ms[KIND_HOLD];
}

bool figures_span(struct figures *f, const struct figures_span *span)
{
    int64_t working_ms = 0;
    int stage = figures_find_stage(f, span->stage, span->kind, true);
    if (stage < 0)
        return false;
    if (stage < FUNNEL_MAX)
        f->visit.reached |= UINT64_C(1) << stage;
    if (span->kind == KIND_READY)
        mark_ready(f);
    if (!wall_is_none(span->left)) {
        if (f->sum.has_hours)
            working_ms = hours_between(f->hours, span->entered, span->left);
        if (working_ms > span->elapsed_ms) /* a clock was put forward meanwhile */
            working_ms = span->elapsed_ms;
        f->lead_ms += span->elapsed_ms;
        f->kind_ms[span->kind] += span->elapsed_ms;
        f->working_lead_ms += working_ms;
        f->working_kind_ms[span->kind] += working_ms;
    }
    return (!f->keep || keep_span(f, span, stage)) && keep_work(f, span) &&
           count_span(f, span, stage, working_ms);
}

bool figures_stay(struct figures *f, const char *id, struct wall from, struct wall to)
{
    int64_t end = end_of(f, to);
    bool empty_inside =
        from.ms >= f->low && from.ms < f->high; /* counts as a visit even if it took no time */
    if (clipped(f, from.ms, end) == 0 && !empty_inside)
        return true;
    int found = figures_find_bay(f, id);
    if (found < 0 || (f->keep && !keep_stay(f, found, from, to)))
        return false;
    struct figures_bay *bay = &f->bays[found];
    bay->jobs += f->bay_job[found] != f->job_number; /* one job may come to a bay twice */
    f->bay_job[found] = f->job_number;
    bay->occupied_ms += clipped(f, from.ms, end);
    for (size_t i = 0; i < f->n_work; i++) {
        const struct stretch *w = &f->work[i];
        bay->working_ms += clipped(f, w->from > from.ms ? w->from : from.ms, w->to < end ? w->to : end);
    }
    return true;
}

/* The end. */

static int stage_order(const void *a, const void *b)
{
    return strcmp(((const struct figures_stage *)a)->id, ((const struct figures_stage *)b)->id);
}

static int bay_order(const void *a, const void *b)
{
    return strcmp(((const struct figures_bay *)a)->id, ((const struct figures_bay *)b)->id);
}

static int hold_order(const void *a, const void *b)
{
    const struct figures_hold *x = a, *y = b;
    if (x->total_ms != y->total_ms)
        return x->total_ms < y->total_ms ? 1 : -1;
    return strcmp(x->id, y->id);
}

static int by_total(const struct figures_loss *a, const struct figures_loss *b)
{
    if (a->total_ms != b->total_ms)
        return a->total_ms < b->total_ms ? 1 : -1;
    int order = strcmp(a->id, b->id);
    return order ? order : (int)a->kind - (int)b->kind;
}

static int loss_order(const void *a, const void *b)
{
    const struct figures_loss *x = a, *y = b;
    return x->working_ms != y->working_ms ? (x->working_ms < y->working_ms ? 1 : -1) : by_total(x, y);
}

static void finish_losses(struct figures *f)
{
    struct figures_sum *sum = &f->sum;
    int n = 0;
    for (int i = 0; i < f->n_losses; i++) {
        struct figures_loss *loss = &f->losses[i];
        if (loss->kind == KIND_HOLD && sum->n_holds < FIGURES_HOLDS_MAX) {
            struct figures_hold *hold = &f->holds[sum->n_holds++];
            text_copy(hold->id, ID_SIZE, loss->id);
            hold->n = loss->n;
            hold->total_ms = loss->total_ms;
        }
        if (loss->kind != KIND_READY)
            f->losses[n++] = *loss;
    }
    qsort(f->losses, (size_t)n, sizeof f->losses[0], loss_order);
    qsort(f->holds, (size_t)sum->n_holds, sizeof f->holds[0], hold_order);
    sum->losses = f->losses;
    sum->n_losses = n;
    sum->holds = f->holds;
}

/* Longer than the limit: those whose time all counts, and of the others those that still are. */
static int64_t count_over(const struct figures *f, int stage)
{
    int64_t limit_ms = f->stages[stage].limit_ms;
    return limit_ms ? samples_over(&f->stage_samples[stage], limit_ms) -
                          samples_over(&f->shut_elapsed[stage], limit_ms) +
                          samples_over(&f->shut_working[stage], limit_ms)
                    : 0;
}

static void measure_stages(struct figures *f)
{
    for (int i = 0; i < f->sum.n_stages; i++) {
        f->stages[i].spread = samples_spread(&f->stage_samples[i]);
        f->stages[i].over = count_over(f, i);
    }
}

/* A retired stage that no span of the window left only served the funnel. */
static void finish_stages(struct figures *f)
{
    struct figures_sum *sum = &f->sum;
    int configured = 0, n = 0;
    for (int i = 0; i < sum->n_stages; i++) {
        configured += !f->stages[i].retired;
        if (!f->stages[i].retired || f->stages[i].spread.n)
            f->stages[n++] = f->stages[i];
    }
    sum->n_stages = n;
    qsort(f->stages + configured, (size_t)(n - configured), sizeof f->stages[0], stage_order);
    sum->stages = f->stages;
}

const struct figures_sum *figures_finish(struct figures *f)
{
    struct figures_sum *sum = &f->sum;
    if (!figures_end_job(f) || !figures_finish_repeat(f))
        return NULL;
    measure_stages(f);
    if (!figures_finish_groups(f))
        return NULL;
    figures_finish_visits(f);
    finish_stages(f);
    finish_losses(f);
    for (int i = 0; i < CYCLE_COUNT; i++) {
        sum->cycle[i] = samples_spread(&f->cycle_samples[i]);
        if (sum->has_hours)
            sum->working[i] = samples_spread(&f->working_samples[i]);
    }
    qsort(f->bays, (size_t)sum->n_bays, sizeof f->bays[0], bay_order);
    sum->bays = f->bays;
    return sum;
}
