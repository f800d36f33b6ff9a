#include "report/report.h"

#include "base/text.h"

#include <string.h>

#define HEAD_MAX 4096

static struct datum datum_id(const char *id)
{
    return (struct datum){ .type = DATUM_TEXT, .text = id, .len = strlen(id) };
}

static struct datum datum_thousandths(enum datum_type type, int64_t a, int64_t b)
{
    return (struct datum){ .type = type, .number = figures_ratio(a * 1000, b) };
}

static void count(struct writer *w, const char *name, const char *title, int64_t n)
{
    writer_attr(w, &(struct tag){ name, title }, datum_int(n));
}

static void length(struct writer *w, const char *name, const char *title, int64_t ms)
{
    writer_attr(w, &(struct tag){ name, title }, datum_length(ms));
}

static void start(struct writer *w, enum writer_shape shape, const char *name, const char *title)
{
    writer_start(w, shape, &(struct tag){ name, title });
}

static void write_jobs(struct writer *w, const struct figures_sum *sum)
{
    start(w, WRITER_GROUP, "jobs", "Jobs");
    count(w, "opened", "opened", sum->jobs.opened);
    count(w, "ready", "ready", sum->jobs.ready);
    count(w, "closed", "handed over", sum->jobs.closed);
    count(w, "cancelled", "cancelled", sum->jobs.cancelled);
    count(w, "open", "still open", sum->jobs.open);
    writer_end(w);
}

static void write_cycle(struct writer *w, const struct figures_sum *sum)
{
    static const struct tag rows[CYCLE_COUNT] = {
        [CYCLE_LEAD] = { "lead", "in to out" },
        [CYCLE_TO_READY] = { "to_ready", "in to ready" },
        [CYCLE_PICKUP_GAP] = { "pickup_gap", "ready to out" },
        [CYCLE_TOUCH] = { "touch", "worked on" },
        [CYCLE_WAIT] = { "wait", "waited for us" },
        [CYCLE_HOLD] = { "hold", "on hold" },
    };
    start(w, WRITER_GROUP, "cycle", "Per car");
    for (int i = 0; i < CYCLE_COUNT; i++) {
        const struct figures_spread *s = &sum->cycle[i];
        writer_start(w, WRITER_GROUP, &rows[i]);
        count(w, "n", "cars", s->n);
        if (s->n) {
            length(w, "mean_s", "mean", figures_ratio(s->total_ms, s->n));
            length(w, "p50_s", "median", s->p50_ms);
            length(w, "p80_s", "80 %", s->p80_ms);
            length(w, "p90_s", "90 %", s->p90_ms);
            length(w, "max_s", "longest", s->max_ms);
        }
        writer_end(w);
    }
    writer_end(w);
}

static void write_stages(struct writer *w, const struct figures_sum *sum)
{
    start(w, WRITER_LIST, "stages", "Stages");
    for (int i = 0; i < sum->n_stages; i++) {
        const struct figures_spread *s = &sum->stages[i].spread;
        start(w, WRITER_ROW, NULL, NULL);
        writer_attr(w, &(struct tag){ "stage", "stage" }, datum_id(sum->stages[i].id));
        writer_attr(w, &(struct tag){ "kind", "kind" }, datum_id(kind_name(sum->stages[i].kind)));
        count(w, "n", "times", s->n);
        if (s->n) {
            length(w, "total_s", "total", s->total_ms);
            length(w, "mean_s", "mean", figures_ratio(s->total_ms, s->n));
            length(w, "p50_s", "median", s->p50_ms);
            length(w, "p90_s", "90 %", s->p90_ms);
            length(w, "max_s", "longest", s->max_ms);
        }
        writer_end(w);
    }
    writer_end(w);
}

static void write_bays(struct writer *w, const struct figures_sum *sum)
{
    start(w, WRITER_LIST, "bays", "Bays");
    for (int i = 0; i < sum->n_bays; i++) {
        start(w, WRITER_ROW, NULL, NULL);
        writer_attr(w, &(struct tag){ "bay", "bay" }, datum_id(sum->bays[i].id));
        count(w, "jobs", "jobs", sum->bays[i].jobs);
        length(w, "occupied_s", "occupied", sum->bays[i].occupied_ms);
        length(w, "working_s", "working", sum->bays[i].working_ms);
        writer_end(w);
    }
    writer_end(w);
}

static void write_holds(struct writer *w, const struct figures_sum *sum)
{
    start(w, WRITER_LIST, "holds", "Holds");
    for (int i = 0; i < sum->n_holds; i++) {
        start(w, WRITER_ROW, NULL, NULL);
        writer_attr(w, &(struct tag){ "reason", "reason" }, datum_id(sum->holds[i].id));
        count(w, "n", "times", sum->holds[i].n);
        length(w, "total_s", "total", sum->holds[i].total_ms);
        writer_end(w);
    }
    writer_end(w);
}

static void share(struct writer *w, const char *name, const char *title, enum datum_type type, int64_t a,
                  int64_t b)
{
    if (b)
        writer_attr(w, &(struct tag){ name, title }, datum_thousandths(type, a, b));
}

static void write_outcome(struct writer *w, const struct figures_sum *sum)
{
    start(w, WRITER_GROUP, "promise", "First promise");
    count(w, "n", "promised", sum->promise.n);
    if (sum->promise.n) {
        count(w, "kept", "kept", sum->promise.kept);
        count(w, "moved", "moved", sum->promise.moved);
        share(w, "kept_share", "share kept", DATUM_SHARE, sum->promise.kept, sum->promise.n);
    }
    writer_end(w);
    start(w, WRITER_GROUP, "rework", "Rework");
    count(w, "jobs", "jobs", sum->rework_jobs);
    share(w, "share", "share of ready", DATUM_SHARE, sum->rework_jobs, sum->jobs.ready);
    writer_end(w);
    start(w, WRITER_GROUP, "rating", "Rating");
    count(w, "n", "answers", sum->rating.n);
    share(w, "mean", "mean of 0-10", DATUM_MEAN, sum->rating.total, sum->rating.n);
    writer_end(w);
}

static void write_quality(struct writer *w, const struct figures_quality *quality)
{
    start(w, WRITER_GROUP, "quality", "Log quality");
    count(w, "late", "late", quality->late);
    count(w, "clamped", "clamped", quality->clamped);
    count(w, "rejected", "rejected", quality->rejected);
    count(w, "undone", "undone", quality->undone);
    count(w, "skipped", "checks skipped", quality->skipped);
    writer_end(w);
}

void report_write(struct writer *w, const struct figures_sum *sum)
{
    start(w, WRITER_GROUP, "report", NULL);
    writer_attr(w, &(struct tag){ "since", NULL }, datum_time(sum->window.since));
    writer_attr(w, &(struct tag){ "until", NULL }, datum_time(sum->window.until));
    write_jobs(w, sum);
    write_cycle(w, sum);
    write_stages(w, sum);
    write_bays(w, sum);
    write_holds(w, sum);
    write_outcome(w, sum);
    write_quality(w, &sum->quality);
    writer_end(w);
}

void report_head(struct writer *w, const char *what, struct wall since, struct wall until, const char *zone,
                 const char *database, void (*local)(struct wall at, char out[WRITER_TIME_SIZE]))
{
    char from[WRITER_TIME_SIZE] = "the first event", to[WRITER_TIME_SIZE] = "the last event";
    struct text line = text_grow(HEAD_MAX);
    if (!wall_is_none(since))
        local(since, from);
    if (!wall_is_none(until))
        local(until, to);
    text_fmt(&line, "pitboard %s: %s to %s, ", what, from, to);
    text_safe(&line, zone, strlen(zone));
    text_put(&line, "\n");
    text_safe(&line, database, strlen(database));
    text_put(&line, "\nTimes in hours:minutes.\n");
    writer_say(w, line.data ? line.data : "");
    text_free(&line);
}
