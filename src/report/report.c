#include "report/report.h"

#include "report/report_own.h"

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
        report_length(w, "working_s", "work", sum->bays[i].working_ms);
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

static void write_quality(struct writer *w, const struct figures_sum *sum)
{
    const struct figures_quality *quality = &sum->quality;
    report_start(w, WRITER_GROUP, "quality", "Log quality");
    report_count(w, "late", "told late", quality->late);
    report_count(w, "clamped", "time corrected", quality->clamped);
    report_count(w, "rejected", "rejected", quality->rejected);
    report_count(w, "undone", "undone", quality->undone);
    report_count(w, "skipped", "checks skipped", quality->skipped);
    writer_end(w);
}

static void write_working(struct writer *w, const struct figures_sum *sum)
{
    if (sum->has_hours)
        write_cycle(w, "working", "In opening hours", sum->working);
}

static void write_elapsed(struct writer *w, const struct figures_sum *sum)
{
    write_cycle(w, "cycle", "Per car", sum->cycle);
}

/* Those that nights do not spoil, if they are known. */
static void write_cycles(struct writer *w, const struct figures_sum *sum)
{
    if (sum->has_hours)
        write_working(w, sum);
    else
        write_elapsed(w, sum);
}

/* What tells most of one period. */
static void write_core(struct writer *w, const struct figures_sum *sum)
{
    if (sum->by != BY_NONE || sum->before || report_is_empty(sum))
        return; /* something else was asked for, or there is nothing to tell */
    if (sum->n_losses)
        report_losses(w, sum);
    if (sum->jobs.ready || sum->jobs.closed)
        write_cycles(w, sum);
    write_jobs(w, sum);
}

/* Each sort of report as the order of its parts. */

#define PARTS_MAX 24

void report_write(struct writer *w, const struct figures_sum *sum, enum report_extent extent)
{
    static void (*const parts[][PARTS_MAX])(struct writer *, const struct figures_sum *) = {
        [REPORT_DATA] = { write_jobs,     write_elapsed, write_stages,    write_bays,           write_holds,
                          write_outcome,  write_quality, write_working,   report_compare,       report_losses,
                          report_limits,  report_bins,   report_lateness, report_lateness_bins, report_repeat,
                          report_ratings, report_funnel, report_heat,     report_groups,        report_trust },
        [REPORT_BRIEF] = { report_compare, report_groups, write_core },
        [REPORT_MAIL] = { write_core },
        [REPORT_FULL] = { report_compare, report_groups, report_losses,   write_working,        write_elapsed,
                          write_jobs,     write_outcome, report_lateness, report_lateness_bins, report_limits,
                          write_stages,   write_bays,    write_holds,     report_bins,          report_repeat,
                          report_ratings, report_funnel, report_heat_map, write_quality,        report_trust },
        [REPORT_ASKED] = { report_compare, report_groups },
        [REPORT_PAGE] = { write_working, write_elapsed, write_jobs, write_outcome, report_lateness,
                          report_losses, report_limits, write_stages, write_bays, write_holds, report_repeat,
                          report_ratings, report_funnel, write_quality, report_trust },
    };
    report_start(w, WRITER_GROUP, "report", NULL);
    writer_attr(w, &(struct tag){ "since", NULL }, datum_time(sum->window.since));
    writer_attr(w, &(struct tag){ "until", NULL }, datum_time(sum->window.until));
    if (extent == REPORT_BRIEF || extent == REPORT_MAIL || extent == REPORT_FULL)
        report_first(w, sum, extent != REPORT_MAIL);
    for (int i = 0; i < PARTS_MAX && parts[extent][i]; i++)
        parts[extent][i](w, sum);
    writer_end(w);
}
