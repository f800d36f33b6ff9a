#include "core/figures.h"

#include "base/text.h"

#include <stdlib.h>
#include <string.h>

/* Lengths of one sort, kept for their percentiles. */
struct samples {
    int64_t *ms;
    size_t n, room;
    int64_t total_ms;
};

/* A stretch of wall time in which somebody worked on the car. */
struct stretch {
    int64_t from, to;
};

struct figures {
    struct figures_sum sum;
    int64_t low, high; /* [since, until) in ms, the ends of time where not given */
    int64_t now;       /* what still lasts counts up to here */
    size_t values_max;

    struct figures_stage stages[FIGURES_STAGES_MAX];
    struct samples stage_samples[FIGURES_STAGES_MAX];
    struct figures_bay bays[FIGURES_BAYS_MAX];
    int64_t bay_job[FIGURES_BAYS_MAX]; /* number of the last job counted there */
    struct figures_hold holds[FIGURES_HOLDS_MAX];
    struct samples cycle_samples[CYCLE_COUNT];

    /* The job that is being fed. */
    bool has_job;
    int64_t job_number;
    struct figures_job job;
    int64_t lead_ms, kind_ms[KIND_COUNT];              /* all standing spans so far */
    int64_t to_ready_ms, kind_to_ready_ms[KIND_COUNT]; /* those before the last ready span so far */
    struct stretch *work;
    size_t n_work, work_room;
};

/* Growing lists. */

static bool grow(void **data, size_t *room, size_t n, size_t max, size_t each)
{
    if (n < *room)
        return true;
    if (n >= max)
        return false;
    size_t want = *room ? *room * 2 : 64;
    if (want > max)
        want = max;
    void *more = realloc(*data, want * each);
    if (!more)
        return false;
    *data = more;
    *room = want;
    return true;
}

static bool samples_add(struct figures *f, struct samples *s, int64_t ms)
{
    void *data = s->ms;
    if (!grow(&data, &s->room, s->n, f->values_max, sizeof *s->ms))
        return false;
    s->ms = data;
    s->ms[s->n++] = ms;
    s->total_ms += ms;
    return true;
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

int64_t figures_rank(int64_t *values, size_t n, int p)
{
    size_t rank = (n / 100) * (size_t)p + ((n % 100) * (size_t)p + 99) / 100;
    return select_nth(values, (int64_t)n, (int64_t)rank - 1);
}

int64_t figures_ratio(int64_t a, int64_t b)
{
    int64_t whole = a / b, rest = a % b;
    if (rest < 0)
        return whole - (-rest >= b - -rest);
    return whole + (rest >= b - rest);
}

static struct figures_spread spread_of(struct samples *s)
{
    struct figures_spread spread = { .n = (int64_t)s->n, .total_ms = s->total_ms };
    if (s->n == 0)
        return spread;
    spread.p50_ms = figures_rank(s->ms, s->n, 50);
    spread.p80_ms = figures_rank(s->ms, s->n, 80);
    spread.p90_ms = figures_rank(s->ms, s->n, 90);
    spread.max_ms = figures_rank(s->ms, s->n, 100);
    return spread;
}

/* The window. */

static bool within(const struct figures *f, struct wall at)
{
    return !wall_is_none(at) && at.ms >= f->low && at.ms < f->high;
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
    f->now = wall_is_none(window->until) ? window->newest.ms : window->until.ms;
    f->values_max = values_max < FIGURES_VALUES_MAX ? values_max : FIGURES_VALUES_MAX;
    return f;
}

void figures_destroy(struct figures *f)
{
    if (!f)
        return;
    for (int i = 0; i < FIGURES_STAGES_MAX; i++)
        free(f->stage_samples[i].ms);
    for (int i = 0; i < CYCLE_COUNT; i++)
        free(f->cycle_samples[i].ms);
    free(f->work);
    free(f);
}

/* Stages, bays and holds are few: a linear search finds them. */

static int find_stage(struct figures *f, const char *id, enum kind kind, bool retired)
{
    int n = f->sum.n_stages;
    for (int i = 0; i < n; i++)
        if (strcmp(f->stages[i].id, id) == 0)
            return i;
    if (n == FIGURES_STAGES_MAX || !text_copy(f->stages[n].id, ID_SIZE, id))
        return -1;
    f->stages[n].kind = kind;
    f->stages[n].retired = retired;
    return f->sum.n_stages++;
}

static struct figures_hold *find_hold(struct figures *f, const char *id)
{
    int n = f->sum.n_holds;
    for (int i = 0; i < n; i++)
        if (strcmp(f->holds[i].id, id) == 0)
            return &f->holds[i];
    if (n == FIGURES_HOLDS_MAX || !text_copy(f->holds[n].id, ID_SIZE, id))
        return NULL;
    f->sum.n_holds++;
    return &f->holds[n];
}

static int find_bay(struct figures *f, const char *id)
{
    int n = f->sum.n_bays;
    for (int i = 0; i < n; i++)
        if (strcmp(f->bays[i].id, id) == 0)
            return i;
    if (n == FIGURES_BAYS_MAX || !text_copy(f->bays[n].id, ID_SIZE, id))
        return -1;
    return f->sum.n_bays++;
}

bool figures_stage(struct figures *f, const char *id, enum kind kind)
{
    return kind == KIND_DONE || find_stage(f, id, kind, false) >= 0;
}

/* Jobs. */

static bool add_cycle(struct figures *f, enum figures_cycle which, int64_t ms)
{
    return samples_add(f, &f->cycle_samples[which], ms);
}

/* A job that was ready within the window. */
static bool count_ready(struct figures *f)
{
    const struct figures_job *job = &f->job;
    const int64_t *kind = f->kind_to_ready_ms;
    f->sum.jobs.ready++;
    f->sum.rework_jobs += job->reworks > 0;
    if (!wall_is_none(job->first_promise)) {
        f->sum.promise.n++;
        f->sum.promise.kept += job->ready.ms <= job->first_promise.ms;
        f->sum.promise.moved += job->promise_moves > 0;
    }
    return add_cycle(f, CYCLE_TO_READY, f->to_ready_ms) &&
           add_cycle(f, CYCLE_TOUCH, kind[KIND_WORK] + kind[KIND_CHECK]) &&
           add_cycle(f, CYCLE_WAIT, kind[KIND_QUEUE]) && add_cycle(f, CYCLE_HOLD, kind[KIND_HOLD]);
}

/* A job that was closed within the window. Only a handed over one has a lead time and was picked up. */
static bool count_closed(struct figures *f)
{
    const struct figures_job *job = &f->job;
    if (job->score >= 0) {
        f->sum.rating.n++;
        f->sum.rating.total += job->score;
    }
    if (job->outcome == OUTCOME_CANCELLED) {
        f->sum.jobs.cancelled++;
        return true;
    }
    f->sum.jobs.closed++;
    return add_cycle(f, CYCLE_LEAD, f->lead_ms) &&
           (wall_is_none(job->ready) || add_cycle(f, CYCLE_PICKUP_GAP, f->lead_ms - f->to_ready_ms));
}

static bool end_job(struct figures *f)
{
    if (!f->has_job)
        return true;
    const struct figures_job *job = &f->job;
    f->has_job = false;
    f->sum.jobs.opened += within(f, job->opened);
    f->sum.jobs.open += job->opened.ms < f->high && (wall_is_none(job->closed) || job->closed.ms >= f->high);
    return (!within(f, job->ready) || count_ready(f)) && (!within(f, job->closed) || count_closed(f));
}

bool figures_job(struct figures *f, const struct figures_job *job)
{
    if (!end_job(f))
        return false;
    f->has_job = true;
    f->job_number++;
    f->job = *job;
    f->lead_ms = f->to_ready_ms = 0;
    memset(f->kind_ms, 0, sizeof f->kind_ms);
    memset(f->kind_to_ready_ms, 0, sizeof f->kind_to_ready_ms);
    f->n_work = 0;
    return true;
}

/* Keeps when somebody worked on the car, for the bays; what still lasts too. */
static bool keep_work(struct figures *f, const struct figures_span *span)
{
    void *data = f->work;
    if (span->kind != KIND_WORK && span->kind != KIND_CHECK)
        return true;
    if (!grow(&data, &f->work_room, f->n_work, FIGURES_SPANS_MAX, sizeof *f->work))
        return false;
    f->work = data;
    f->work[f->n_work++] = (struct stretch){ span->entered.ms, end_of(f, span->left) };
    return true;
}

static bool count_span(struct figures *f, const struct figures_span *span)
{
    if (!within(f, span->left))
        return true;
    int stage = find_stage(f, span->stage, span->kind, true);
    if (stage < 0 || !samples_add(f, &f->stage_samples[stage], span->elapsed_ms))
        return false;
    if (span->kind != KIND_HOLD)
        return true;
    struct figures_hold *hold = find_hold(f, span->stage);
    if (!hold)
        return false;
    hold->n++;
    hold->total_ms += span->elapsed_ms;
    return true;
}

bool figures_span(struct figures *f, const struct figures_span *span)
{
    if (span->kind == KIND_READY) { /* the last entry into ready decides */
        f->to_ready_ms = f->lead_ms;
        memcpy(f->kind_to_ready_ms, f->kind_ms, sizeof f->kind_ms);
    }
    if (!wall_is_none(span->left)) {
        f->lead_ms += span->elapsed_ms;
        f->kind_ms[span->kind] += span->elapsed_ms;
    }
    return keep_work(f, span) && count_span(f, span);
}

bool figures_stay(struct figures *f, const char *id, struct wall from, struct wall to)
{
    int64_t end = end_of(f, to);
    bool empty_inside =
        from.ms >= f->low && from.ms < f->high; /* counts as a visit even if it took no time */
    if (clipped(f, from.ms, end) == 0 && !empty_inside)
        return true;
    int found = find_bay(f, id);
    if (found < 0)
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

void figures_set_quality(struct figures *f, const struct figures_quality *quality)
{
    f->sum.quality = *quality;
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

const struct figures_sum *figures_finish(struct figures *f)
{
    if (!end_job(f))
        return NULL;
    struct figures_sum *sum = &f->sum;
    int configured = 0;
    for (int i = 0; i < sum->n_stages; i++) {
        f->stages[i].spread = spread_of(&f->stage_samples[i]);
        configured += !f->stages[i].retired;
    }
    for (int i = 0; i < CYCLE_COUNT; i++)
        sum->cycle[i] = spread_of(&f->cycle_samples[i]);
    qsort(f->stages + configured, (size_t)(sum->n_stages - configured), sizeof f->stages[0], stage_order);
    qsort(f->bays, (size_t)sum->n_bays, sizeof f->bays[0], bay_order);
    qsort(f->holds, (size_t)sum->n_holds, sizeof f->holds[0], hold_order);
    sum->stages = f->stages;
    sum->bays = f->bays;
    sum->holds = f->holds;
    return sum;
}
