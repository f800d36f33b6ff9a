/* Rows and columns of bars. */
#include "report/plot.h"

#include "base/text.h"
#include "report/lang.h"
#include "report/svg.h"

#include <inttypes.h>
#include <string.h>

#define HOUR_MS      3600000
#define NAME_WIDE    168 /* px, of the names left of the bars */
#define SAID_WIDE    150 /* of the words right of them */
#define ROW_HIGH     26
#define BAR_HIGH     16
#define COLUMNS_HIGH 170 /* of the bars of a distribution */
#define MARKS_HIGH   30  /* of the words above them */

void plot_hours(struct text *out, int64_t ms)
{
    int64_t minutes = (ms + 30000) / 60000;
    if (ms > 0 && minutes == 0)
        text_put(out, "<0:01");
    else
        text_fmt(out, "%" PRId64 ":%02d", minutes / 60, (int)(minutes % 60));
}

const char *plot_stage(const struct plot *p, const char *id)
{
    uint8_t i = p->plan ? plan_any_stage(p->plan, id) : NO_INDEX;
    return i == NO_INDEX ? id : label_in(&p->plan->stages[i].label, p->lang, id);
}

const char *plot_bay(const struct plot *p, const char *id)
{
    uint8_t i = p->plan ? plan_any_bay(p->plan, id) : NO_INDEX;
    return i == NO_INDEX ? id : label_in(&p->plan->bays[i].label, p->lang, id);
}

static const char *word(const struct plot *p, const char *english)
{
    return lang_word(p->lang, english);
}

/* As much of the name as fits left of the bars. */
static void put_name(const struct plot *p, double y, const char *name)
{
    char cut[LABEL_SIZE + 4];
    struct text t = text_over(cut, sizeof cut);
    const char *at = name, *end = name + strlen(name);
    for (int n = 0; at < end && n < 25; n++)
        utf8_next(&at, end);
    text_add(&t, name, (size_t)(at - name));
    text_put(&t, at < end ? "…" : "");
    svg_text(p->out, "name", SVG_RIGHT, NAME_WIDE - 10, y + 12.5, cut);
}

/* A coloured square and what it means; returns where the next one can stand. */
static double put_key(const struct plot *p, double x, double y, const char *class_name, const char *english)
{
    svg_rect(p->out, class_name, x, y, 11, 11);
    svg_text(p->out, "small", SVG_LEFT, x + 16, y + 9.5, word(p, english));
    return x + 16 + svg_width(word(p, english), 12) + 22;
}

/* Where did the time go. */

static int64_t loss_ms(const struct figures_sum *sum, int i)
{
    return sum->has_hours ? sum->losses[i].working_ms : sum->losses[i].total_ms;
}

static bool is_loss(enum kind kind)
{
    return kind == KIND_QUEUE || kind == KIND_HOLD;
}

static void put_loss(const struct plot *p, const struct figures_sum *sum, int i, int row, int64_t most,
                     int64_t all)
{
    char said[96];
    struct text t = text_over(said, sizeof said);
    double y = 28 + row * ROW_HIGH, room = PLOT_WIDE - NAME_WIDE - SAID_WIDE;
    double wide = most ? (double)loss_ms(sum, i) / (double)most * room : 0;
    put_name(p, y, plot_stage(p, sum->losses[i].id));
    svg_rect(p->out, is_loss(sum->losses[i].kind) ? "lost" : "good", NAME_WIDE, y, wide, BAR_HIGH);
    plot_hours(&t, loss_ms(sum, i));
    text_fmt(&t, "  ·  %d %%", all ? (int)((loss_ms(sum, i) * 100 + all / 2) / all) : 0);
    svg_text(p->out, "said", SVG_LEFT, NAME_WIDE + wide + 8, y + 12.5, said);
}

bool plot_losses(const struct plot *p, const struct figures_sum *sum)
{
    int64_t most = 0, all = 0;
    for (int i = 0; i < sum->n_losses; i++) {
        most = loss_ms(sum, i) > most ? loss_ms(sum, i) : most;
        all += loss_ms(sum, i);
    }
    if (!all)
        return false;
    svg_begin(p->out, PLOT_WIDE, 28 + sum->n_losses * ROW_HIGH, word(p, "Where did the time go"));
    double x = put_key(p, NAME_WIDE, 4, "lost", "waiting: for us, on hold");
    x = put_key(p, x, 4, "good", "work and checks");
    svg_text(p->out, "small", SVG_RIGHT, PLOT_WIDE, 13.5,
             word(p, sum->has_hours ? "opening hours" : "elapsed time, nights included"));
    for (int lost = 1, row = 0; lost >= 0; lost--) /* losses above, the rest below */
        for (int i = 0; i < sum->n_losses; i++)
            if (is_loss(sum->losses[i].kind) == lost)
                put_loss(p, sum, i, row++, most, all);
    svg_end(p->out);
    return true;
}

/* How far they came. */

static void put_step(const struct plot *p, const struct figures_funnel *f, int i, int64_t most)
{
    char said[128];
    struct text t = text_over(said, sizeof said);
    double y = 2 + i * ROW_HIGH, room = PLOT_WIDE - NAME_WIDE - SAID_WIDE - 90;
    double wide = (double)f->reached / (double)most * room;
    put_name(p, y, plot_stage(p, f->id));
    svg_rect(p->out, "good", NAME_WIDE, y, wide, BAR_HIGH);
    text_fmt(&t, "%" PRId64, f->reached);
    if (f->cancelled)
        text_fmt(&t, "  ·  %s %" PRId64, word(p, "cancelled"), f->cancelled);
    if (f->here)
        text_fmt(&t, "  ·  %s %" PRId64, word(p, "here now"), f->here);
    svg_text(p->out, "said", SVG_LEFT, NAME_WIDE + wide + 8, y + 12.5, said);
}

bool plot_funnel(const struct plot *p, const struct figures_sum *sum)
{
    int64_t most = 0;
    for (int i = 0; i < sum->n_funnel; i++)
        most = sum->funnel[i].reached > most ? sum->funnel[i].reached : most;
    if (!most)
        return false;
    svg_begin(p->out, PLOT_WIDE, sum->n_funnel * ROW_HIGH, word(p, "How far the visits came"));
    for (int i = 0; i < sum->n_funnel; i++)
        put_step(p, &sum->funnel[i], i, most);
    svg_end(p->out);
    return true;
}

/* Distributions: columns over edges in hours. */

struct columns {
    int n;
    int64_t most;
    double wide; /* of a column, its gap included */
    double high; /* of the highest */
};

static struct columns columns_of(int n, int64_t most)
{
    return (struct columns){ n, most, n ? (double)(PLOT_WIDE - 20) / n : 0, COLUMNS_HIGH };
}

static void put_column(const struct plot *p, const struct columns *c, int i, int64_t count,
                       const char *class_name)
{
    char number[32];
    double high = c->most ? (double)count / (double)c->most * c->high : 0;
    double x = 10 + i * c->wide, y = 18 + COLUMNS_HIGH - high;
    if (!count)
        return;
    svg_rect(p->out, class_name, x + 1.5, y, c->wide - 3, high);
    struct text t = text_over(number, sizeof number);
    text_fmt(&t, "%" PRId64, count);
    svg_text(p->out, "small", SVG_MIDDLE, x + c->wide / 2, y - 4, number);
}

/* "2" for whole hours, "1:30" else; the last column has no end: "5+". */
static void put_edge(const struct plot *p, const struct columns *c, int i, int64_t ms, bool open)
{
    char edge[32];
    struct text t = text_over(edge, sizeof edge);
    int64_t size = (ms < 0 ? -ms : ms) / 60000 * 60000; /* a promise is kept up to the ms before the edge */
    text_put(&t, ms < 0 ? "−" : "");
    if (size % HOUR_MS == 0)
        text_fmt(&t, "%" PRId64, size / HOUR_MS);
    else
        plot_hours(&t, size);
    text_put(&t, open ? "+" : "");
    double x = 10 + i * c->wide;
    svg_line(p->out, "axis", x, 18 + COLUMNS_HIGH, x, 22 + COLUMNS_HIGH);
    svg_text(p->out, "small", SVG_MIDDLE, x, 35 + COLUMNS_HIGH, edge);
}

static void put_base(const struct plot *p, const char *left, const char *right)
{
    svg_line(p->out, "axis", 10, 18 + COLUMNS_HIGH, PLOT_WIDE - 10, 18 + COLUMNS_HIGH);
    svg_text(p->out, "small", SVG_LEFT, 10, 51 + COLUMNS_HIGH, left);
    svg_text(p->out, "small", SVG_RIGHT, PLOT_WIDE - 10, 51 + COLUMNS_HIGH, right);
}

/* Where a length lies on the columns. */
static double place_of(const struct figures_sum *sum, const struct columns *c, int64_t ms)
{
    for (int i = 0; i < sum->n_bins; i++) {
        const struct figures_bin *b = &sum->bin[i];
        bool open = b->to_ms == INT64_MAX;
        if (ms < b->to_ms)
            return 10 +
                   (i + (open ? 0.5 : (double)(ms - b->from_ms) / (double)(b->to_ms - b->from_ms))) * c->wide;
    }
    return PLOT_WIDE - 10;
}

static void put_mark(const struct plot *p, double x, double y, enum svg_anchor anchor, const char *english,
                     int64_t ms)
{
    char said[64];
    struct text t = text_over(said, sizeof said);
    text_fmt(&t, "%s ", word(p, english));
    plot_hours(&t, ms);
    svg_line(p->out, "mark", x, y - 9, x, 18 + COLUMNS_HIGH);
    svg_text(p->out, "strong", anchor, anchor == SVG_LEFT ? x + 5 : x - 5, y, said);
}

bool plot_cycle(const struct plot *p, const struct figures_sum *sum)
{
    int64_t most = 0;
    for (int i = 0; i < sum->n_bins; i++)
        most = sum->bin[i].n > most ? sum->bin[i].n : most;
    if (!most)
        return false;
    struct columns c = columns_of(sum->n_bins, most);
    c.high -= MARKS_HIGH;
    const struct figures_spread *spread =
        sum->has_hours ? &sum->working[CYCLE_TO_READY] : &sum->cycle[CYCLE_TO_READY];
    svg_begin(p->out, PLOT_WIDE, COLUMNS_HIGH + 56, word(p, "How long from check-in to ready"));
    for (int i = 0; i < sum->n_bins; i++) {
        put_column(p, &c, i, sum->bin[i].n, "good");
        put_edge(p, &c, i, sum->bin[i].from_ms, sum->bin[i].to_ms == INT64_MAX);
    }
    put_base(p, word(p, "hours"),
             word(p, sum->has_hours ? "opening hours" : "elapsed time, nights included"));
    if (spread->n) {
        double middle = place_of(sum, &c, spread->p50_ms), far = place_of(sum, &c, spread->p80_ms);
        put_mark(p, middle, 12, middle > PLOT_WIDE / 2.0 ? SVG_RIGHT : SVG_LEFT, "median", spread->p50_ms);
        put_mark(p, far, 28, far > PLOT_WIDE * 0.75 ? SVG_RIGHT : SVG_LEFT, "80 %", spread->p80_ms);
    }
    svg_end(p->out);
    return true;
}

bool plot_promise(const struct plot *p, const struct figures_sum *sum)
{
    const struct figures_lateness *l = &sum->lateness;
    int64_t most = 0;
    for (int i = 0; i < l->n_bins; i++)
        most = l->bin[i].n > most ? l->bin[i].n : most;
    if (!most)
        return false;
    struct columns c = columns_of(l->n_bins, most);
    svg_begin(p->out, PLOT_WIDE, COLUMNS_HIGH + 56, word(p, "Ready against the first promise"));
    double zero = -1;
    for (int i = 0; i < l->n_bins; i++) {
        bool late = l->bin[i].from_ms >= 0;
        put_column(p, &c, i, l->bin[i].n, late ? "lost" : "good");
        if (l->bin[i].from_ms != INT64_MIN)
            put_edge(p, &c, i, l->bin[i].from_ms, l->bin[i].to_ms == INT64_MAX);
        if (late && zero < 0)
            zero = 10 + i * c.wide;
    }
    put_base(p, word(p, "earlier, hours"), word(p, "later, hours"));
    if (zero >= 0) {
        svg_line(p->out, "mark", zero, 4, zero, 18 + COLUMNS_HIGH);
        svg_text(p->out, "strong", SVG_MIDDLE, zero, 51 + COLUMNS_HIGH, word(p, "promised"));
    }
    svg_end(p->out);
    return true;
}
