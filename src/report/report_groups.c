/* The rows of --by, and two periods side by side. */
#include "base/text.h"
#include "report/report_own.h"

static void write_dwell(struct writer *w, const struct figures_sum *sum, const struct figures_group *g)
{
    const struct figures_spread *s = &g->dwell;
    bool stage = sum->by == BY_STAGE;
    report_count(w, "n", stage ? "times" : "jobs", s->n);
    report_length(w, stage ? "total_s" : "occupied_s", stage ? "total" : "occupied", s->total_ms);
    if (!stage || sum->has_hours)
        report_length(w, "working_s", stage ? "open hours" : "work", g->working_ms);
    if (!stage) {
        report_share(w, "share", "share of work", DATUM_SHARE, g->working_ms, s->total_ms);
        report_bar(w, g->working_ms, s->total_ms);
        return;
    }
    if (s->n) {
        report_length(w, "mean_s", "mean", figures_ratio(s->total_ms, s->n));
        report_length(w, "p50_s", "median", s->p50_ms);
        report_length(w, "p80_s", NULL, s->p80_ms);
        report_length(w, "p90_s", "90 %", s->p90_ms);
        report_length(w, "max_s", "longest", s->max_ms);
    }
    if (g->limit_ms) {
        report_length(w, "limit_s", "limit", g->limit_ms);
        report_count(w, "over", "over", g->over);
        report_measure(w, sum);
    }
}

static void mean(struct writer *w, const char *name, const char *title, int64_t total_ms, int64_t n)
{
    if (n)
        report_length(w, name, title, figures_ratio(total_ms, n));
}

static void write_visits(struct writer *w, const struct figures_sum *sum, const struct figures_group *g)
{
    report_count(w, "opened", "in", g->opened);
    report_count(w, "ready", NULL, g->ready);
    report_count(w, "closed", "out", g->closed);
    report_count(w, "cancelled", NULL, g->cancelled);
    mean(w, "lead_mean_s", NULL, g->lead.total_ms, g->lead.n);
    if (g->lead.n) {
        report_length(w, "lead_p50_s", NULL, g->lead.p50_ms);
        report_length(w, "lead_p80_s", NULL, g->lead.p80_ms);
    }
    mean(w, "to_ready_mean_s", sum->has_hours ? NULL : "to ready", g->to_ready.total_ms, g->to_ready.n);
    if (g->to_ready.n) {
        report_length(w, "to_ready_p50_s", NULL, g->to_ready.p50_ms);
        report_length(w, "to_ready_p80_s", NULL, g->to_ready.p80_ms);
    }
    mean(w, "touch_mean_s", NULL, g->touch_ms, g->ready);
    mean(w, "wait_mean_s", sum->has_hours ? NULL : "waited", g->wait_ms, g->ready);
    mean(w, "hold_mean_s", sum->has_hours ? NULL : "on hold", g->hold_ms, g->ready);
    if (sum->has_hours) {
        mean(w, "working_lead_mean_s", NULL, g->working_lead_ms, g->closed);
        mean(w, "working_to_ready_mean_s", "to ready", g->working_to_ready_ms, g->ready);
        mean(w, "working_wait_mean_s", "waited", g->working_wait_ms, g->ready);
        mean(w, "working_hold_mean_s", "on hold", g->working_hold_ms, g->ready);
    }
    report_count(w, "promised", NULL, g->promised);
    report_count(w, "kept", NULL, g->kept);
    report_count(w, "moved", NULL, g->moved);
    report_share(w, "kept_share", "on time", DATUM_SHARE, g->kept, g->promised);
    report_count(w, "reworks", "rework", g->reworks);
    report_count(w, "answers", NULL, g->rating.n);
    report_share(w, "rating_mean", "rating", DATUM_MEAN, g->rating.total, g->rating.n);
}

/* What the lengths in it are. */
static void put_title(struct writer *w, const struct figures_sum *sum, const char *title, struct text *out)
{
    text_put(out, writer_word(w, title));
    if (figures_by_visit(sum->by))
        text_fmt(out, " (%s)", writer_word(w, sum->has_hours ? "means, in opening hours" : "means"));
    else if (sum->by == BY_STAGE && sum->has_hours)
        text_fmt(out, " (%s)", writer_word(w, "over: in opening hours"));
}

/* Visits without an adviser are a row too: programs get the empty name. */
static void name_row(struct writer *w, const struct figures_sum *sum, enum datum_name kind, const char *name)
{
    bool nobody = !name[0] && writer_is_for_people(w);
    report_name(w, figures_by_name(sum->by), "", nobody ? NAME_WORD : kind, nobody ? "(no adviser)" : name);
}

void report_groups(struct writer *w, const struct figures_sum *sum)
{
    if (sum->by == BY_NONE)
        return;
    static const char *const titles[BY_COUNT] = {
        [BY_STAGE] = "By stage", [BY_BAY] = "By bay",         [BY_ADVISOR] = "By adviser",
        [BY_WORK] = "By work",   [BY_WEEKDAY] = "By weekday", [BY_HOUR] = "By hour",
        [BY_DAY] = "By day",     [BY_WEEK] = "By week",       [BY_MONTH] = "By month",
    };
    static const enum datum_name kinds[BY_COUNT] = {
        [BY_STAGE] = NAME_STAGE, [BY_BAY] = NAME_BAY, [BY_WORK] = NAME_ROUTE, [BY_WEEKDAY] = NAME_WORD
    };
    char title[200];
    struct text said = text_over(title, sizeof title);
    put_title(w, sum, titles[sum->by], &said);
    report_start(w, WRITER_LIST, "by", title);
    for (int i = 0; i < sum->n_groups; i++) {
        const struct figures_group *g = &sum->groups[i];
        report_start(w, WRITER_ROW, NULL, NULL);
        name_row(w, sum, kinds[sum->by], g->name);
        if (sum->by == BY_STAGE || sum->by == BY_BAY)
            write_dwell(w, sum, g);
        else
            write_visits(w, sum, g);
        writer_end(w);
    }
    writer_end(w);
}

/* One figure of both periods; `n` 0: it is not known then. */
struct pair {
    const char *name, *title;
    enum datum_type type;
    int64_t now, before, now_n, before_n;
};

static void write_pair(struct writer *w, const struct pair *p)
{
    report_start(w, WRITER_ROW, NULL, NULL);
    report_text(w, "figure", NULL, p->name);
    report_name(w, NULL, "", NAME_WORD, p->title);
    if (p->now_n)
        writer_attr(w, &(struct tag){ "now", "now" }, (struct datum){ .type = p->type, .number = p->now });
    if (p->before_n)
        writer_attr(w, &(struct tag){ "before", "before" },
                    (struct datum){ .type = p->type, .number = p->before });
    if (p->now_n && p->before_n)
        writer_attr(w, &(struct tag){ "change", "change" },
                    (struct datum){ .type = p->type == DATUM_SHARE ? DATUM_POINTS : p->type,
                                    .number = p->now - p->before });
    writer_end(w);
}

static int64_t share(int64_t a, int64_t b)
{
    return b ? figures_ratio(a * 1000, b) : 0;
}

static int64_t mean_of(const struct figures_spread *s)
{
    return s->n ? figures_ratio(s->total_ms, s->n) : 0;
}

struct wall report_as_of(const struct figures_sum *sum)
{
    const struct figures_window *window = &sum->window;
    bool lasts = window->now.ms < window->until.ms && window->now.ms > window->since.ms;
    return lasts && !wall_is_none(window->now) && !wall_is_none(window->until) ? window->now : WALL_NONE;
}

struct wall report_end(const struct figures_sum *sum)
{
    struct wall now = report_as_of(sum);
    return sum->before && !wall_is_none(now) ? now : sum->window.until;
}

/* For programs; people have read it above. */
static void write_windows(struct writer *w, const struct figures_sum *sum)
{
    if (writer_is_for_people(w))
        return;
    report_start(w, WRITER_GROUP, "compared", NULL);
    writer_attr(w, &(struct tag){ "since", NULL }, datum_time(sum->window.since));
    writer_attr(w, &(struct tag){ "until", NULL }, datum_time(report_end(sum)));
    writer_attr(w, &(struct tag){ "before_since", NULL }, datum_time(sum->before->window.since));
    writer_attr(w, &(struct tag){ "before_until", NULL }, datum_time(sum->before->window.until));
    writer_end(w);
}

void report_compare(struct writer *w, const struct figures_sum *sum)
{
    const struct figures_sum *was = sum->before;
    if (!was)
        return;
    const struct figures_spread *ready = &sum->cycle[CYCLE_TO_READY],
                                *ready_was = &was->cycle[CYCLE_TO_READY];
    const struct figures_spread *lead = &sum->cycle[CYCLE_LEAD], *lead_was = &was->cycle[CYCLE_LEAD];
    const struct figures_spread *now_of = sum->has_hours ? sum->working : sum->cycle,
                                *was_of = sum->has_hours ? was->working : was->cycle;
    const struct figures_score *all = &sum->ratings.all, *all_was = &was->ratings.all;
    const struct pair pairs[] = {
        { "opened", "came in", DATUM_INT, sum->jobs.opened, was->jobs.opened, 1, 1 },
        { "closed", "handed over", DATUM_INT, sum->jobs.closed, was->jobs.closed, 1, 1 },
        { "cancelled", "cancelled", DATUM_INT, sum->jobs.cancelled, was->jobs.cancelled, 1, 1 },
        { "lead_p50_s", sum->has_hours ? "in to out, elapsed, median" : "in to out, median", DATUM_LENGTH,
          lead->p50_ms, lead_was->p50_ms, lead->n, lead_was->n },
        { "to_ready_p50_s", sum->has_hours ? "in to ready, elapsed, median" : "in to ready, median",
          DATUM_LENGTH, ready->p50_ms, ready_was->p50_ms, ready->n, ready_was->n },
        { "to_ready_p80_s", sum->has_hours ? "in to ready, elapsed, 80 %" : "in to ready, 80 %", DATUM_LENGTH,
          ready->p80_ms, ready_was->p80_ms, ready->n, ready_was->n },
        { sum->has_hours ? "working_to_ready_mean_s" : "to_ready_mean_s",
          sum->has_hours ? "in to ready, opening hours, mean" : "in to ready, mean", DATUM_LENGTH,
          mean_of(&now_of[CYCLE_TO_READY]), mean_of(&was_of[CYCLE_TO_READY]), ready->n, ready_was->n },
        { sum->has_hours ? "working_wait_mean_s" : "wait_mean_s",
          sum->has_hours ? "waited for us, opening hours, mean" : "waited for us, mean", DATUM_LENGTH,
          mean_of(&now_of[CYCLE_WAIT]), mean_of(&was_of[CYCLE_WAIT]), ready->n, ready_was->n },
        { sum->has_hours ? "working_hold_mean_s" : "hold_mean_s",
          sum->has_hours ? "on hold, opening hours, mean" : "on hold, mean", DATUM_LENGTH,
          mean_of(&now_of[CYCLE_HOLD]), mean_of(&was_of[CYCLE_HOLD]), ready->n, ready_was->n },
        { "kept_share", "first promise kept", DATUM_SHARE, share(sum->promise.kept, sum->promise.n),
          share(was->promise.kept, was->promise.n), sum->promise.n, was->promise.n },
        { "rework_share", "rework", DATUM_SHARE, share(sum->rework_jobs, sum->jobs.ready),
          share(was->rework_jobs, was->jobs.ready), sum->jobs.ready, was->jobs.ready },
        { "repeat_share", "came back", DATUM_SHARE, share(sum->repeat.repeats, sum->repeat.visits),
          share(was->repeat.repeats, was->repeat.visits), sum->repeat.visits, was->repeat.visits },
        { "nps", "NPS", DATUM_POINTS, share(all->promoters - all->detractors, all->n),
          share(all_was->promoters - all_was->detractors, all_was->n), all->n, all_was->n },
        { "trust", "trust in the log", DATUM_INT, sum->trust.score, was->trust.score,
          sum->trust.part[DOUBT_LATE].of, was->trust.part[DOUBT_LATE].of },
    };
    write_windows(w, sum);
    report_start(w, WRITER_LIST, "compare", "Compared");
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++)
        write_pair(w, &pairs[i]);
    writer_end(w);
}
