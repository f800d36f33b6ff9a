/* What a report says beyond the base figures (core/figures_more.h). */
#include "base/text.h"
#include "report/findings.h"
#include "report/report_own.h"

#include <inttypes.h>
#include <stdio.h>

void report_start(struct writer *w, enum writer_shape shape, const char *name, const char *title)
{
    writer_start(w, shape, &(struct tag){ name, title });
}

void report_count(struct writer *w, const char *name, const char *title, int64_t n)
{
    writer_attr(w, &(struct tag){ name, title }, datum_int(n));
}

void report_length(struct writer *w, const char *name, const char *title, int64_t ms)
{
    writer_attr(w, &(struct tag){ name, title }, datum_length(ms));
}

void report_text(struct writer *w, const char *name, const char *title, const char *text)
{
    writer_attr(w, &(struct tag){ name, title }, datum_text(text));
}

void report_name(struct writer *w, const char *name, const char *title, enum datum_name kind,
                 const char *text)
{
    struct datum value = datum_text(text);
    value.name = kind;
    writer_attr(w, &(struct tag){ name, title }, value);
}

void report_share(struct writer *w, const char *name, const char *title, enum datum_type type, int64_t a,
                  int64_t b)
{
    if (b)
        writer_attr(w, &(struct tag){ name, title },
                    (struct datum){ .type = type, .number = figures_ratio(a * 1000, b) });
}

void report_measure(struct writer *w, const struct figures_sum *sum)
{
    if (!writer_is_for_people(w))
        report_text(w, "measure", NULL, sum->has_hours ? "working" : "elapsed");
}

void report_bar(struct writer *w, int64_t a, int64_t b)
{
    if (b > 0)
        writer_attr(w, &(struct tag){ NULL, "" },
                    (struct datum){ .type = DATUM_BAR, .number = figures_ratio(a * 1000, b) });
}

/* Net promoter score in thousandths: promoters less detractors. */
static void nps(struct writer *w, const struct figures_score *s)
{
    if (s->n)
        writer_attr(w, &(struct tag){ "nps", "NPS" },
                    (struct datum){ .type = DATUM_POINTS,
                                    .number = figures_ratio((s->promoters - s->detractors) * 1000, s->n) });
}

/* The groups. */

static bool is_loss(const struct figures_loss *l)
{
    return l->kind == KIND_QUEUE || l->kind == KIND_HOLD;
}

static void write_loss(struct writer *w, const struct figures_sum *sum, int i, int64_t most, int64_t total)
{
    const struct figures_loss *l = &sum->losses[i];
    int64_t ms = sum->has_hours ? l->working_ms : l->total_ms;
    report_start(w, WRITER_ROW, NULL, NULL);
    report_name(w, "stage", "stage", NAME_STAGE, l->id);
    report_name(w, "kind", "kind", NAME_WORD, kind_name(l->kind));
    report_count(w, "n", "times", l->n);
    report_length(w, "total_s", "total", l->total_ms);
    if (sum->has_hours)
        report_length(w, "working_s", "open hours", l->working_ms);
    report_share(w, "share", "share", DATUM_SHARE, ms, total);
    report_bar(w, ms, most);
    writer_end(w);
}

void report_losses(struct writer *w, const struct figures_sum *sum)
{
    int64_t total = 0, most = 0;
    for (int i = 0; i < sum->n_losses; i++) {
        int64_t ms = sum->has_hours ? sum->losses[i].working_ms : sum->losses[i].total_ms;
        total += ms;
        most = ms > most ? ms : most;
    }
    report_start(w, WRITER_LIST, "losses", "Where the time went");
    for (int work = 0; work < 2; work++) /* people read the losses first */
        for (int i = 0; i < sum->n_losses; i++)
            if (!writer_is_for_people(w) ? !work : is_loss(&sum->losses[i]) != work)
                write_loss(w, sum, i, most, total);
    writer_end(w);
}

/* A bound of a bin as people say it. */
static void put_edge(struct text *out, int64_t ms)
{
    int64_t minutes = ms / 60000;
    if (minutes % 60 == 0 && minutes)
        text_fmt(out, "%" PRId64 " h", minutes / 60);
    else
        text_fmt(out, "%" PRId64 " min", minutes);
}

static void name_bin(struct text *out, int64_t from, int64_t to)
{
    text_put(out, to == INT64_MAX ? "over " : "up to ");
    put_edge(out, to == INT64_MAX ? from : to);
}

static void name_length(struct text *out, const struct figures_bin *b)
{
    name_bin(out, b->from_ms, b->to_ms);
}

/* On the minute is kept: the bin before it ends at 1. */
static void name_late(struct text *out, const struct figures_bin *b)
{
    bool early = b->to_ms <= 1;
    if (early)
        name_bin(out, -b->to_ms, b->from_ms == INT64_MIN ? INT64_MAX : -b->from_ms);
    else
        name_bin(out, b->from_ms, b->to_ms);
    text_put(out, early ? " early" : " late");
}

static int64_t fullest(const struct figures_bin *bin, int n)
{
    int64_t most = 0;
    for (int i = 0; i < n; i++)
        most = bin[i].n > most ? bin[i].n : most;
    return most;
}

static void write_bin(struct writer *w, const struct figures_bin *b, int64_t most,
                      void (*name)(struct text *out, const struct figures_bin *b))
{
    char said[48];
    struct text t = text_over(said, sizeof said);
    name(&t, b);
    report_start(w, WRITER_ROW, NULL, NULL);
    report_name(w, "bin", "", NAME_WORD, said);
    if (b->from_ms != INT64_MIN)
        report_length(w, "from_s", NULL, b->from_ms);
    if (b->to_ms != INT64_MAX)
        report_length(w, "to_s", NULL, b->to_ms);
    report_count(w, "n", "cars", b->n);
    report_bar(w, b->n, most);
    writer_end(w);
}

void report_lateness(struct writer *w, const struct figures_sum *sum)
{
    const struct figures_lateness *l = &sum->lateness;
    report_start(w, WRITER_GROUP, "lateness", "Ready vs promise");
    report_count(w, "n", "promised", l->n);
    if (l->n) {
        report_count(w, "early", "earlier", l->early);
        report_count(w, "late", "later", l->late);
        report_count(w, "moves", "moves", l->moves);
        report_length(w, "mean_s", "mean", l->mean_ms);
        report_length(w, "p50_s", "median", l->p50_ms);
        report_length(w, "p80_s", NULL, l->p80_ms);
        report_length(w, "p90_s", "90 %", l->p90_ms);
        report_length(w, "max_s", "latest", l->max_ms);
        report_length(w, "early_mean_s", NULL, l->early_mean_ms);
        report_length(w, "late_mean_s", NULL, l->late_mean_ms);
    }
    writer_end(w);
}

void report_lateness_bins(struct writer *w, const struct figures_sum *sum)
{
    const struct figures_lateness *l = &sum->lateness;
    if (l->n == 0)
        return;
    report_start(w, WRITER_LIST, "lateness_bins", "Early and late");
    for (int i = 0; i < l->n_bins; i++)
        write_bin(w, &l->bin[i], fullest(l->bin, l->n_bins), name_late);
    writer_end(w);
}

void report_bins(struct writer *w, const struct figures_sum *sum)
{
    int64_t most = fullest(sum->bin, sum->n_bins);
    if (most == 0)
        return;
    report_start(w, WRITER_LIST, "to_ready_bins",
                 sum->has_hours ? "In to ready, opening hours" : "In to ready");
    for (int i = 0; i < sum->n_bins; i++)
        write_bin(w, &sum->bin[i], most, name_length);
    writer_end(w);
}

void report_repeat(struct writer *w, const struct figures_sum *sum)
{
    const struct figures_repeat *r = &sum->repeat;
    if (r->days == 0)
        return;
    report_start(w, WRITER_GROUP, "repeat", "Came back");
    report_count(w, "days", "within, days", r->days);
    report_count(w, "visits", "visits", r->visits);
    report_count(w, "repeats", "repeats", r->repeats);
    report_share(w, "share", "share", DATUM_SHARE, r->repeats, r->visits);
    writer_end(w);
}

void report_funnel(struct writer *w, const struct figures_sum *sum)
{
    report_start(w, WRITER_LIST, "funnel", "How far");
    for (int i = 0; i < sum->n_funnel; i++) {
        const struct figures_funnel *f = &sum->funnel[i];
        report_start(w, WRITER_ROW, NULL, NULL);
        report_name(w, "stage", "stage", NAME_STAGE, f->id);
        report_count(w, "reached", "reached", f->reached);
        report_count(w, "cancelled", "cancelled", f->cancelled);
        report_count(w, "here", "here now", f->here);
        report_share(w, "share", "of opened", DATUM_SHARE, f->reached, sum->jobs.opened);
        report_bar(w, f->reached, sum->jobs.opened);
        writer_end(w);
    }
    writer_end(w);
}

static void write_score(struct writer *w, const char *name, const char *title, const struct figures_score *s)
{
    report_start(w, WRITER_GROUP, name, title);
    report_count(w, "n", "answers", s->n);
    if (s->n) {
        report_count(w, "promoters", "9-10", s->promoters);
        report_count(w, "detractors", "0-6", s->detractors);
        report_share(w, "mean", "mean", DATUM_MEAN, s->total, s->n);
    }
    nps(w, s);
    writer_end(w);
}

void report_ratings(struct writer *w, const struct figures_sum *sum)
{
    static const struct tag bands[WAIT_BANDS] = {
        [WAIT_UNDER_1H] = { "waited_under_1h", "waited under 1 h" },
        [WAIT_UNDER_2H] = { "waited_under_2h", "1 to 2 h" },
        [WAIT_UNDER_4H] = { "waited_under_4h", "2 to 4 h" },
        [WAIT_OVER_4H] = { "waited_over_4h", "4 h and more" },
    };
    if (sum->ratings.all.n == 0)
        return;
    report_start(w, WRITER_GROUP, "ratings", "What they say");
    write_score(w, "all", "all", &sum->ratings.all);
    write_score(w, "kept", "promise kept", &sum->ratings.kept);
    write_score(w, "missed", "promise missed", &sum->ratings.missed);
    for (int i = 0; i < WAIT_BANDS; i++)
        write_score(w, bands[i].name, bands[i].title, &sum->ratings.by_wait[i]);
    writer_end(w);
}

static const char *const weekdays[] = { "mon", "tue", "wed", "thu", "fri", "sat", "sun" };

static int64_t busiest(const int64_t table[7][24])
{
    int64_t most = 0;
    for (int i = 0; i < 7 * 24; i++)
        most = table[i / 24][i % 24] > most ? table[i / 24][i % 24] : most;
    return most;
}

/* A sign for each hour. */
void report_heat_map(struct writer *w, const struct figures_sum *sum)
{
    const struct figures_heat *h = &sum->heat;
    static const char signs[] = " .:-=+*#%@";
    int64_t most = busiest(h->opened);
    if (most == 0)
        return;
    report_start(w, WRITER_LIST, NULL, "Cars came in");
    for (int day = 0; day < 7; day++) {
        char line[25] = "";
        for (int hour = 0; hour < 24; hour++)
            line[hour] = signs[(h->opened[day][hour] * 9 + most - 1) / most];
        for (int end = 24; end > 0 && line[end - 1] == ' '; end--)
            line[end - 1] = '\0';
        report_start(w, WRITER_ROW, NULL, NULL);
        report_name(w, NULL, "", NAME_WORD, weekdays[day]);
        report_text(w, NULL, "0     6     12    18", line);
        writer_end(w);
    }
    writer_end(w);
}

/* For programs: a row for each hour in which something happened. */
void report_heat(struct writer *w, const struct figures_sum *sum)
{
    const struct figures_heat *h = &sum->heat;
    if (busiest(h->opened) + busiest(h->ready) + busiest(h->closed) == 0)
        return;
    report_start(w, WRITER_LIST, "heat", NULL);
    for (int i = 0; i < 7 * 24; i++) {
        int day = i / 24, hour = i % 24;
        if (!h->opened[day][hour] && !h->ready[day][hour] && !h->closed[day][hour])
            continue;
        char name[16];
        snprintf(name, sizeof name, "%s-%02d", weekdays[day], hour);
        report_start(w, WRITER_ROW, NULL, NULL);
        report_text(w, "hour", NULL, name);
        report_count(w, "opened", NULL, h->opened[day][hour]);
        report_count(w, "ready", NULL, h->ready[day][hour]);
        report_count(w, "closed", NULL, h->closed[day][hour]);
        writer_end(w);
    }
    writer_end(w);
}

void report_trust(struct writer *w, const struct figures_sum *sum)
{
    const struct figures_trust *t = &sum->trust;
    if (!t->known)
        return;
    report_start(w, WRITER_GROUP, "trust", "Trust in the log (by receipt)");
    report_start(w, WRITER_GROUP, "log", "score of 100");
    report_count(w, "score", "score", t->score);
    writer_end(w);
    for (int i = 0; i < DOUBT_COUNT; i++) {
        report_start(w, WRITER_GROUP, figures_doubt_name(i), findings_doubt(i));
        report_count(w, "bad", "doubtful", t->part[i].bad);
        report_count(w, "of", "of", t->part[i].of);
        report_share(w, "points", NULL, DATUM_MEAN, t->part[i].points, 1);
        report_share(w, "lost", "points lost", DATUM_MEAN, t->part[i].lost, 1000);
        writer_end(w);
    }
    writer_end(w);
}

void report_limits(struct writer *w, const struct figures_sum *sum)
{
    bool any = false;
    for (int i = 0; i < sum->n_stages; i++)
        any |= sum->stages[i].limit_ms && sum->stages[i].spread.n;
    if (!any)
        return;
    report_start(w, WRITER_LIST, "limits",
                 sum->has_hours ? "Against limits, in opening hours" : "Against limits");
    for (int i = 0; i < sum->n_stages; i++) {
        const struct figures_stage *s = &sum->stages[i];
        if (!s->limit_ms || !s->spread.n)
            continue;
        report_start(w, WRITER_ROW, NULL, NULL);
        report_name(w, "stage", "stage", NAME_STAGE, s->id);
        report_count(w, "n", "times", s->spread.n);
        report_length(w, "limit_s", "limit", s->limit_ms);
        report_count(w, "over", "over it", s->over);
        report_share(w, "share", "share", DATUM_SHARE, s->over, s->spread.n);
        report_measure(w, sum);
        report_bar(w, s->over, s->spread.n);
        writer_end(w);
    }
    writer_end(w);
}
