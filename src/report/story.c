#include "report/story_own.h"

#include <stdlib.h>
#include <string.h>

/* A copy that lives as long as the story; "" when memory is out, and then the story has failed. */
static const char *keep(struct story *s, const char *text)
{
    if (!text || !text[0])
        return "";
    if (s->n_texts == s->room_texts) {
        int room = s->room_texts ? s->room_texts * 2 : 64;
        char **grown = realloc(s->texts, (size_t)room * sizeof *grown);
        if (!grown) {
            s->failed = true;
            return "";
        }
        s->texts = grown;
        s->room_texts = room;
    }
    char *copy = strdup(text);
    if (!copy) {
        s->failed = true;
        return "";
    }
    s->texts[s->n_texts++] = copy;
    return copy;
}

struct story *story_create(const struct story_job *job, struct wall now)
{
    struct story *s = calloc(1, sizeof *s);
    if (!s)
        return NULL;
    s->job = *job;
    s->now = now;
    const char **texts[] = {
        &s->job.job,     &s->job.code,  &s->job.plate, &s->job.model,   &s->job.work,
        &s->job.advisor, &s->job.stage, &s->job.bay,   &s->job.outcome, &s->job.work_name
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        *texts[i] = keep(s, *texts[i]);
    if (!s->failed)
        return s;
    story_destroy(s);
    return NULL;
}

void story_destroy(struct story *s)
{
    if (!s)
        return;
    for (int i = 0; i < s->n_texts; i++)
        free(s->texts[i]);
    free(s->texts);
    free(s->spans);
    free(s->stays);
    free(s->events);
    free(s);
}

/* Room for one more row in an array of `n`; grows at powers of two. */
static bool grow(struct story *s, void **rows, int n, size_t size)
{
    if (n == STORY_ROWS_MAX)
        s->failed = true;
    if (s->failed || (n & (n - 1)) != 0)
        return !s->failed;
    void *grown = realloc(*rows, (n ? (size_t)n * 2 : 1) * size);
    if (!grown) {
        s->failed = true;
        return false;
    }
    *rows = grown;
    return true;
}

void story_set_hours(struct story *s, const struct hours *hours)
{
    s->hours = hours && hours_given(hours) ? hours : NULL;
}

bool story_span(struct story *s, const struct story_span *span)
{
    if (!grow(s, (void **)&s->spans, s->n_spans, sizeof *span))
        return false;
    struct story_span *to = &s->spans[s->n_spans++];
    *to = *span;
    to->stage = keep(s, span->stage);
    to->name = keep(s, span->name);
    to->bay = keep(s, span->bay);
    if (!to->voided && wall_is_none(to->left))
        to->elapsed_ms = s->now.ms > to->entered.ms ? s->now.ms - to->entered.ms : 0;
    if (!to->voided && s->hours) {
        int64_t open = hours_between(s->hours, to->entered, wall_is_none(to->left) ? s->now : to->left);
        to->open_ms = open < to->elapsed_ms ? open : to->elapsed_ms; /* clocks may have stepped */
    }
    return !s->failed;
}

bool story_stay(struct story *s, const struct story_stay *stay)
{
    if (!grow(s, (void **)&s->stays, s->n_stays, sizeof *stay))
        return false;
    struct story_stay *to = &s->stays[s->n_stays++];
    *to = *stay;
    to->bay = keep(s, stay->bay);
    return !s->failed;
}

bool story_event(struct story *s, const struct story_event *event)
{
    if (!grow(s, (void **)&s->events, s->n_events, sizeof *event))
        return false;
    struct story_event *to = &s->events[s->n_events++];
    *to = *event;
    const char **texts[] = { &to->source, &to->by, &to->type, &to->stage, &to->said, &to->reason, &to->why };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        *texts[i] = keep(s, *texts[i]);
    return !s->failed;
}

/* What was undone. */

static bool is_in_a_bay(const struct story *s, struct wall at)
{
    for (int i = 0; i < s->n_stays; i++) {
        const struct story_stay *stay = &s->stays[i];
        if (stay->from.ms <= at.ms && (wall_is_none(stay->to) || stay->to.ms >= at.ms))
            return true;
    }
    return false;
}

static bool begins_a_stay(const struct story *s, struct wall at)
{
    for (int i = 0; i < s->n_stays; i++)
        if (s->stays[i].from.ms == at.ms)
            return true;
    return false;
}

/* Whether it is a change that undo can take back: an `assign` to where the car is already is none. */
static bool is_change(const struct story *s, const struct story_event *e)
{
    if (!e->applied)
        return false;
    if (e->sort == EV_ASSIGN)
        return e->out_of_bay ? is_in_a_bay(s, e->at) : begins_a_stay(s, e->at);
    return e->sort == EV_NEXT || e->sort == EV_HOLD || e->sort == EV_REWORK || e->sort == EV_STAGE ||
           e->sort == EV_CANCEL;
}

/* The newest change before `i` that stands. */
static int newest_change(const struct story *s, int i)
{
    while (--i >= 0)
        if (!s->events[i].undone && is_change(s, &s->events[i]))
            return i;
    return -1;
}

static void find_undone(struct story *s)
{
    for (int i = 0; i < s->n_events; i++) {
        int taken = s->events[i].applied && s->events[i].sort == EV_UNDO ? newest_change(s, i) : -1;
        if (taken >= 0)
            s->events[taken].undone = true;
    }
}

bool story_moves_promise(const struct story_event *e, struct wall *was)
{
    if (!e->applied || !e->promises || e->promised.ms == was->ms)
        return false;
    *was = e->promised;
    return true;
}

/* Sums. */

/* The first span that does not count for the time to ready any more. */
static int spans_before_ready(const struct story *s)
{
    for (int i = s->n_spans; i > 0 && !wall_is_none(s->job.ready); i--)
        if (!s->spans[i - 1].voided && s->spans[i - 1].kind == KIND_READY)
            return i - 1;
    return s->n_spans;
}

static void add(struct story_sum *sum, const struct story_span *span, bool ready, int64_t ms)
{
    sum->all_ms += ms;
    if (ready)
        sum->gap_ms += ms;
    else if (span->kind == KIND_WORK || span->kind == KIND_CHECK)
        sum->work_ms += ms;
    else if (span->kind == KIND_QUEUE)
        sum->wait_ms += ms;
    else if (span->kind == KIND_HOLD)
        sum->hold_ms += ms;
}

static void add_up(struct story *s)
{
    int ready = spans_before_ready(s);
    for (int i = 0; i < s->n_spans; i++) {
        const struct story_span *span = &s->spans[i];
        if (span->voided)
            continue;
        add(&s->sum, span, i >= ready, span->elapsed_ms);
        add(&s->open, span, i >= ready, span->open_ms);
    }
}

void story_finish(struct story *s)
{
    find_undone(s);
    add_up(s);
}

/* As data. */

static void put(struct writer *w, const char *name, struct datum value)
{
    writer_attr(w, &(struct tag){ name, name }, value);
}

static void put_text(struct writer *w, const char *name, const char *text)
{
    if (text[0])
        put(w, name, datum_text(text));
}

static void put_flag(struct writer *w, const char *name, bool set)
{
    if (set)
        put(w, name, datum_flag(true));
}

static void start(struct writer *w, enum writer_shape shape, const char *name)
{
    writer_start(w, shape, &(struct tag){ name, name });
}

static void write_job(const struct story_job *j, struct writer *w)
{
    start(w, WRITER_GROUP, "visit");
    put_text(w, "job", j->job);
    put_text(w, "code", j->code);
    put_text(w, "plate", j->plate);
    put_text(w, "model", j->model);
    put_text(w, "work", j->work);
    put_text(w, "advisor", j->advisor);
    put_flag(w, "waiting", j->waiting);
    put_text(w, "stage", j->stage);
    put_text(w, "bay", j->bay);
    put_text(w, "outcome", j->outcome);
    put(w, "opened", datum_time(j->opened));
    put(w, "ready", datum_time(j->ready));
    put(w, "closed", datum_time(j->closed));
    put(w, "first_promise", datum_time(j->first_promise));
    put(w, "promise", datum_time(j->promise));
    put(w, "promise_moves", datum_int(j->promise_moves));
    put(w, "reworks", datum_int(j->reworks));
    if (j->score >= 0)
        put(w, "score", datum_int(j->score));
    writer_end(w);
}

static void write_sum(struct writer *w, const char *name, const struct story_sum *sum)
{
    start(w, WRITER_GROUP, name);
    put(w, "touch_s", datum_length(sum->work_ms));
    put(w, "wait_s", datum_length(sum->wait_ms));
    put(w, "hold_s", datum_length(sum->hold_ms));
    put(w, "pickup_gap_s", datum_length(sum->gap_ms));
    put(w, "all_s", datum_length(sum->all_ms));
    writer_end(w);
}

static void write_totals(const struct story *s, struct writer *w)
{
    write_sum(w, "totals", &s->sum);
    if (s->hours)
        write_sum(w, "working", &s->open);
}

static void write_spans(const struct story *s, struct writer *w)
{
    start(w, WRITER_LIST, "stages");
    for (int i = 0; i < s->n_spans; i++) {
        const struct story_span *span = &s->spans[i];
        writer_start(w, WRITER_ROW, &(struct tag){ NULL, NULL });
        put_text(w, "stage", span->stage);
        put(w, "n", datum_int(span->n));
        put_text(w, "kind", kind_name(span->kind));
        put_text(w, "bay", span->bay);
        put(w, "entered", datum_time(span->entered));
        put(w, "left", datum_time(span->left));
        if (!span->voided)
            put(w, "elapsed_s", datum_length(span->elapsed_ms));
        if (!span->voided && s->hours)
            put(w, "working_s", datum_length(span->open_ms));
        put_flag(w, "undone", span->voided);
        writer_end(w);
    }
    writer_end(w);
}

static void write_stays(const struct story *s, struct writer *w)
{
    start(w, WRITER_LIST, "bays");
    for (int i = 0; i < s->n_stays; i++) {
        const struct story_stay *stay = &s->stays[i];
        writer_start(w, WRITER_ROW, &(struct tag){ NULL, NULL });
        put_text(w, "bay", stay->bay);
        put(w, "n", datum_int(stay->n));
        put(w, "from", datum_time(stay->from));
        put(w, "to", datum_time(stay->to));
        put_flag(w, "undone", stay->voided);
        writer_end(w);
    }
    writer_end(w);
}

static void write_promises(const struct story *s, struct writer *w)
{
    struct wall was = WALL_NONE;
    start(w, WRITER_LIST, "promises");
    for (int i = 0; i < s->n_events; i++) {
        const struct story_event *e = &s->events[i];
        if (!story_moves_promise(e, &was))
            continue;
        writer_start(w, WRITER_ROW, &(struct tag){ NULL, NULL });
        put_text(w, "source", e->source);
        put_text(w, "by", e->by);
        put(w, "at", datum_time(e->at));
        put(w, "promised", datum_time(e->promised));
        put_text(w, "reason", e->why);
        writer_end(w);
    }
    writer_end(w);
}

static void write_events(const struct story *s, struct writer *w)
{
    start(w, WRITER_LIST, "events");
    for (int i = 0; i < s->n_events; i++) {
        const struct story_event *e = &s->events[i];
        writer_start(w, WRITER_ROW, &(struct tag){ NULL, NULL });
        put_text(w, "source", e->source);
        put(w, "seq", datum_int(e->seq));
        put(w, "at", datum_time(e->at));
        put_text(w, "by", e->by);
        put_text(w, "type", e->type);
        put_text(w, "stage", e->stage);
        put_text(w, "said", e->said);
        put_text(w, "result", e->applied ? "applied" : "rejected");
        put_text(w, "reason", e->reason);
        put_flag(w, "late", e->late);
        put_flag(w, "clamped", e->clamped);
        put_flag(w, "undone", e->undone);
        writer_end(w);
    }
    writer_end(w);
}

void story_write(const struct story *s, struct writer *w)
{
    start(w, WRITER_GROUP, "job");
    write_job(&s->job, w);
    write_totals(s, w);
    write_spans(s, w);
    write_stays(s, w);
    write_promises(s, w);
    write_events(s, w);
    writer_end(w);
}
