#include "report/page.h"

#include "base/exits.h"
#include "base/text.h"
#include "report/findings.h"
#include "report/lang.h"
#include "report/plot.h"
#include "report/report.h"

#include <inttypes.h>
#include <string.h>

#define PIECE_MAX (1024 * 1024)
#define FEW_NOTES 10

struct page {
    const struct page_setup *setup;
    const struct figures_sum *sum;
    struct text out;
    bool failed;
};

static const char *word(const struct page *p, const char *english)
{
    return lang_word(p->setup->lang, english);
}

static void flush(struct page *p)
{
    p->failed |= p->out.failed;
    if (!p->failed && p->out.len)
        p->failed = !p->setup->put(p->setup->user, p->out.data, p->out.len);
    text_clear(&p->out);
}

static void put_xml(struct page *p, const char *text)
{
    text_xml(&p->out, text, strlen(text));
}

static void put_window(struct page *p, struct wall since, struct wall until)
{
    struct text said = text_grow(256);
    report_period(&said, p->setup->lang, since, until, p->setup->local);
    put_xml(p, said.data ? said.data : "");
    text_free(&said);
}

static void put_moment(struct page *p, struct wall at)
{
    char local[WRITER_TIME_SIZE], said[WRITER_TIME_SIZE];
    struct text t = text_over(said, sizeof said);
    p->setup->local(at, local);
    lang_time(&t, p->setup->lang, local);
    put_xml(p, said);
}

/* The head. */

static void put_head(struct page *p)
{
    const struct page_setup *s = p->setup;
    const char *title = s->title[0] ? s->title : word(p, "Workshop report");
    text_fmt(&p->out,
             "<!DOCTYPE html>\n<html xmlns=\"http://www.w3.org/1999/xhtml\" lang=\"%s\"><head>"
             "<meta charset=\"utf-8\"/>\n"
             "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
             "style-src 'unsafe-inline'\"/>\n"
             "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n<title>",
             s->lang);
    put_xml(p, title);
    text_put(&p->out, ", ");
    put_window(p, p->sum->window.since, p->sum->window.until);
    text_fmt(&p->out, "</title>\n<style>\n%s</style></head>\n<body>\n<h1>", page_style);
    put_xml(p, title);
    text_put(&p->out, "</h1>\n<p class=\"about\">");
    put_xml(p, s->title[0] ? word(p, "Workshop report") : "");
    text_put(&p->out, s->title[0] ? " · " : "");
    put_window(p, p->sum->window.since, report_end(p->sum));
    if (p->sum->before) {
        text_fmt(&p->out, " · %s ", word(p, "compared with"));
        put_window(p, p->sum->before->window.since, p->sum->before->window.until);
    }
    struct wall now = p->sum->before ? WALL_NONE : report_as_of(p->sum); /* else the end says it */
    if (!wall_is_none(now)) {
        text_fmt(&p->out, " · %s ", word(p, "as of"));
        put_moment(p, now);
    }
    text_fmt(&p->out, " · %s ", word(p, "times in"));
    put_xml(p, s->zone);
    text_put(&p->out, "<br/>");
    put_xml(p, s->lengths);
    text_put(&p->out, "</p>\n");
    flush(p);
}

/* The few numbers that say most. */

static void put_tile(struct page *p, const char *value, const char *english)
{
    text_fmt(&p->out, "<div><b>%s</b><span>%s</span></div>\n", value, word(p, english));
}

static void put_share(struct page *p, int64_t a, int64_t b, const char *english)
{
    char value[32] = "–";
    struct text t = text_over(value, sizeof value);
    if (b)
        text_fmt(&t, "%" PRId64 " %%", (a * 100 + b / 2) / b);
    put_tile(p, b ? value : "–", english);
}

static void put_ratings(struct page *p)
{
    const struct figures_score *all = &p->sum->ratings.all;
    char value[32];
    struct text t = text_over(value, sizeof value);
    if (all->n) {
        int64_t nps = figures_ratio((all->promoters - all->detractors) * 100, all->n);
        text_fmt(&t, "%s%" PRId64, nps < 0 ? "−" : nps ? "+" : "", nps < 0 ? -nps : nps);
        put_tile(p, value, "recommend (NPS)");
    } else if (p->sum->rating.n) {
        int64_t tenths = figures_ratio(p->sum->rating.total * 10, p->sum->rating.n);
        text_fmt(&t, "%" PRId64 "%s%d", tenths / 10, lang_point(p->setup->lang), (int)(tenths % 10));
        put_tile(p, value, "rating of 10");
    }
}

static void put_tiles(struct page *p)
{
    const struct figures_sum *s = p->sum;
    const struct figures_spread *ready =
        s->has_hours ? &s->working[CYCLE_TO_READY] : &s->cycle[CYCLE_TO_READY];
    int64_t touch = s->cycle[CYCLE_TOUCH].total_ms;
    int64_t all = touch + s->cycle[CYCLE_WAIT].total_ms + s->cycle[CYCLE_HOLD].total_ms;
    char value[64] = "–";
    struct text t = text_over(value, sizeof value);
    text_put(&p->out, "<div class=\"tiles\">\n");
    text_fmt(&t, "%" PRId64, s->jobs.closed);
    put_tile(p, value, "handed over");
    text_clear(&t);
    plot_hours(&t, ready->p50_ms);
    put_tile(p, ready->n ? value : "–", "median to ready");
    put_share(p, touch, all, "of the time worked on");
    put_share(p, s->promise.kept, s->promise.n, "first promises kept");
    if (s->jobs.ready)
        put_share(p, s->rework_jobs, s->jobs.ready, "rework");
    put_ratings(p);
    if (s->trust.known)
        put_share(p, s->trust.score, 100, "trust in the log");
    text_put(&p->out, "</div>\n");
    flush(p);
}

/* What to look at. */

static void put_findings(struct page *p)
{
    struct findings findings;
    findings_make(&findings, p->sum, p->setup->lang, p->setup->plan);
    if (!findings.n)
        return;
    text_fmt(&p->out, "<h2>%s</h2>\n<ul class=\"findings\">\n", word(p, "What to look at"));
    for (int i = 0; i < findings.n; i++) {
        text_put(&p->out, "<li>");
        put_xml(p, findings.row[i].said);
        text_put(&p->out, "</li>\n");
    }
    text_put(&p->out, "</ul>\n");
    flush(p);
}

/* The pictures. */

static void put_pictures(struct page *p)
{
    static const struct {
        const char *head;
        bool (*draw)(const struct plot *plot, const struct figures_sum *sum);
    } pictures[] = {
        { "The bays through the day", plot_day },
        { "Where did the time go", plot_losses },
        { "How long from check-in to ready", plot_cycle },
        { "Ready against the first promise", plot_promise },
        { "How far the visits came", plot_funnel },
        { "When cars came and went", plot_heat },
    };
    struct text drawn = text_grow(PIECE_MAX);
    struct plot plot = { &drawn, p->setup->lang, p->setup->plan, p->setup->local, p->setup->day };
    for (size_t i = 0; i < sizeof pictures / sizeof pictures[0]; i++) {
        text_clear(&drawn);
        if (!pictures[i].draw(&plot, p->sum))
            continue;
        text_fmt(&p->out, "<figure>\n<h2>%s</h2>\n", word(p, pictures[i].head));
        text_add(&p->out, drawn.data, drawn.len);
        text_put(&p->out, "</figure>\n");
        p->failed |= drawn.failed;
        flush(p);
    }
    text_free(&drawn);
}

static void put_notes(struct page *p)
{
    const struct page_setup *s = p->setup;
    if (!s->n_notes)
        return;
    text_fmt(&p->out, "<h2>%s</h2>\n<ol class=\"notes%s\">\n", word(p, "Shift notes"),
             s->n_notes > FEW_NOTES ? " many" : "");
    for (int i = 0; i < s->n_notes; i++) {
        const struct page_note *n = &s->notes[i];
        text_put(&p->out, "<li><span>");
        put_moment(p, n->at);
        text_put(&p->out, " · ");
        put_xml(p, n->source);
        text_put(&p->out, n->by[0] ? " " : "");
        put_xml(p, n->by);
        text_put(&p->out, n->car[0] ? " · " : "");
        put_xml(p, n->car);
        text_put(&p->out, "</span><b>");
        put_xml(p, n->text);
        text_put(&p->out, "</b></li>\n");
        flush(p);
    }
    text_put(&p->out, "</ol>\n");
    if (s->notes_more[0]) {
        text_put(&p->out, "<p class=\"about\">");
        put_xml(p, s->notes_more);
        text_put(&p->out, "</p>\n");
    }
}

static void put_tables(struct page *p, enum report_extent extent)
{
    const struct page_setup *s = p->setup;
    struct writer_setup setup = {
        .put = s->put, .user = s->user, .local = s->local, .lang = s->lang, .plan = s->plan
    };
    flush(p);
    struct writer *w = p->failed ? NULL : writer_create(WRITER_HTML, &setup);
    if (w)
        report_write(w, p->sum, extent);
    p->failed |= !w || !writer_finish(w);
    writer_destroy(w);
}

bool page_write(const struct page_setup *setup, const struct figures_sum *sum)
{
    struct page p = { .setup = setup, .sum = sum, .out = text_grow(PIECE_MAX) };
    put_head(&p);
    put_tiles(&p);
    put_findings(&p);
    if (setup->n_notes <= FEW_NOTES) /* a day's come first, a month's last */
        put_notes(&p);
    if (sum->by != BY_NONE || sum->before) { /* what was asked for stands above the rest */
        text_fmt(&p.out, "<h2>%s</h2>\n", word(&p, "As asked for"));
        put_tables(&p, REPORT_ASKED);
    }
    put_pictures(&p);
    text_fmt(&p.out, "<h2>%s</h2>\n", word(&p, "All figures"));
    put_tables(&p, REPORT_PAGE);
    if (setup->n_notes > FEW_NOTES)
        put_notes(&p);
    text_put(&p.out, "<p class=\"about\">pitboard " PITBOARD_VERSION "</p>\n</body></html>\n");
    flush(&p);
    text_free(&p.out);
    return !p.failed;
}
