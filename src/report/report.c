#include "report/report.h"

#include "base/text.h"
#include "report/report_own.h"

#include <string.h>

#define HEAD_MAX 4096

static void write_jobs(struct writer *w, const struct figures_sum *sum)
{
    report_start(w, WRITER_GROUP, "jobs", "Jobs");
    report_count(w, "opened", "opened", sum->jobs.opened);
    report_count(w, "ready", "ready", sum->jobs.ready);
    report_count(w, "closed", "handed over", sum->jobs.closed);
    report_count(w, "cancelled", "cancelled", sum->jobs.cancelled);
    report_count(w, "open", "still open", sum->jobs.open);
    writer_end(w);
}

static void write_cycle(struct writer *w, const char *name, const char *title,
                        const struct figures_spread cycle[CYCLE_COUNT])
{
    static const struct tag rows[CYCLE_COUNT] = {
        [CYCLE_LEAD] = { "lead", "in to out" },
        [CYCLE_TO_READY] = { "to_ready", "in to ready" },
        [CYCLE_PICKUP_GAP] = { "pickup_gap", "ready to out" },
        [CYCLE_TOUCH] = { "touch", "worked on" },
        [CYCLE_WAIT] = { "wait", "waited for us" },
        [CYCLE_HOLD] = { "hold", "on hold" },
    };
    report_start(w, WRITER_GROUP, name, title);
    for (int i = 0; i < CYCLE_COUNT; i++) {
        const struct figures_spread *s = &cycle[i];
        writer_start(w, WRITER_GROUP, &rows[i]);
        report_count(w, "n", "cars", s->n);
        if (s->n) {
            report_length(w, "mean_s", "mean", figures_ratio(s->total_ms, s->n));
            report_length(w, "p50_s", "median", s->p50_ms);
            report_length(w, "p80_s", "80 %", s->p80_ms);
            report_length(w, "p90_s", "90 %", s->p90_ms);
            report_length(w, "max_s", "longest", s->max_ms);
        }
        writer_end(w);
    }
    writer_end(w);
}

static void write_stages(struct writer *w, const struct figures_sum *sum)
{
    report_start(w, WRITER_LIST, "stages", "Stages");
    for (int i = 0; i < sum->n_stages; i++) {
        const struct figures_spread *s = &sum->stages[i].spread;
        report_start(w, WRITER_ROW, NULL, NULL);
        report_name(w, "stage", "stage", NAME_STAGE, sum->stages[i].id);
        report_name(w, "kind", "kind", NAME_WORD, kind_name(sum->stages[i].kind));
        report_count(w, "n", "times", s->n);
        if (s->n) {
            report_length(w, "total_s", "total", s->total_ms);
            report_length(w, "mean_s", "mean", figures_ratio(s->total_ms, s->n));
            report_length(w, "p50_s", "median", s->p50_ms);
            report_length(w, "p90_s", "90 %", s->p90_ms);
            report_length(w, "max_s", "longest", s->max_ms);
        }
        writer_end(w);
    }
    writer_end(w);
}

static void write_bays(struct writer *w, const struct figures_sum *sum)
{
    report_start(w, WRITER_LIST, "bays", "Bays");
    for (int i = 0; i < sum->n_bays; i++) {
        report_start(w, WRITER_ROW, NULL, NULL);
        report_name(w, "bay", "bay", NAME_BAY, sum->bays[i].id);
        report_count(w, "jobs", "jobs", sum->bays[i].jobs);
        report_length(w, "occupied_s", "occupied", sum->bays[i].occupied_ms);
        report_length(w, "working_s", "working", sum->bays[i].working_ms);
        writer_end(w);
    }
    writer_end(w);
}

static void write_holds(struct writer *w, const struct figures_sum *sum)
{
    report_start(w, WRITER_LIST, "holds", "Holds");
    for (int i = 0; i < sum->n_holds; i++) {
        report_start(w, WRITER_ROW, NULL, NULL);
        report_name(w, "reason", "reason", NAME_STAGE, sum->holds[i].id);
        report_count(w, "n", "times", sum->holds[i].n);
        report_length(w, "total_s", "total", sum->holds[i].total_ms);
        writer_end(w);
    }
    writer_end(w);
}

static void write_outcome(struct writer *w, const struct figures_sum *sum)
{
    report_start(w, WRITER_GROUP, "promise", "First promise");
    report_count(w, "n", "promised", sum->promise.n);
    if (sum->promise.n) {
        report_count(w, "kept", "kept", sum->promise.kept);
        report_count(w, "moved", "moved", sum->promise.moved);
        report_share(w, "kept_share", "share kept", DATUM_SHARE, sum->promise.kept, sum->promise.n);
    }
    writer_end(w);
    report_start(w, WRITER_GROUP, "rework", "Rework");
    report_count(w, "jobs", "jobs", sum->rework_jobs);
    report_share(w, "share", "share of ready", DATUM_SHARE, sum->rework_jobs, sum->jobs.ready);
    writer_end(w);
    report_start(w, WRITER_GROUP, "rating", "Rating");
    report_count(w, "n", "answers", sum->rating.n);
    report_share(w, "mean", "mean of 0-10", DATUM_MEAN, sum->rating.total, sum->rating.n);
    writer_end(w);
}

static void write_quality(struct writer *w, const struct figures_quality *quality)
{
    report_start(w, WRITER_GROUP, "quality", "Log quality");
    report_count(w, "late", "late", quality->late);
    report_count(w, "clamped", "clamped", quality->clamped);
    report_count(w, "rejected", "rejected", quality->rejected);
    report_count(w, "undone", "undone", quality->undone);
    report_count(w, "skipped", "checks skipped", quality->skipped);
    writer_end(w);
}

void report_write(struct writer *w, const struct figures_sum *sum)
{
    report_summary(w, sum);
    report_start(w, WRITER_GROUP, "report", NULL);
    writer_attr(w, &(struct tag){ "since", NULL }, datum_time(sum->window.since));
    writer_attr(w, &(struct tag){ "until", NULL }, datum_time(sum->window.until));
    write_jobs(w, sum);
    write_cycle(w, "cycle", "Per car", sum->cycle);
    write_stages(w, sum);
    write_bays(w, sum);
    write_holds(w, sum);
    write_outcome(w, sum);
    write_quality(w, &sum->quality);
    if (sum->has_hours)
        write_cycle(w, "working", "In working time", sum->working);
    report_more(w, sum);
    writer_end(w);
}

void report_head(struct writer *w, const char *what, struct wall since, struct wall until, const char *zone,
                 const char *database, void (*local)(struct wall at, char out[WRITER_TIME_SIZE]))
{
    char from[WRITER_TIME_SIZE * 2], to[WRITER_TIME_SIZE * 2];
    struct text line = text_grow(HEAD_MAX);
    text_copy(from, sizeof from, writer_word(w, "the first event"));
    text_copy(to, sizeof to, writer_word(w, "the last event"));
    if (!wall_is_none(since))
        local(since, from);
    if (!wall_is_none(until))
        local(until, to);
    text_fmt(&line, "pitboard %s: %s %s %s, ", what, from, writer_word(w, "to"), to);
    text_safe(&line, zone, strlen(zone));
    text_put(&line, "\n");
    text_safe(&line, database, strlen(database));
    text_fmt(&line, "\n%s\n", writer_word(w, "Times in hours:minutes."));
    writer_say(w, line.data ? line.data : "");
    text_free(&line);
}
