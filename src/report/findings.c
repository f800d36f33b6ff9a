#include "report/findings.h"

#include "base/text.h"
#include "report/lang.h"

#include <inttypes.h>
#include <string.h>

#define MINUTE_MS  60000
#define VALUES_MAX 6
#define VALUE_SIZE 256

#define TRUST_LEAST   80 /* of 100: below, nothing else is sure */
#define FEW           5  /* cases from which on a share says something */
#define LONG_PICKUP   (60 * MINUTE_MS)
#define SHARE_LATE    100 /* thousandths from which on it is told */
#define SHARE_LOSS    50
#define SHARE_OVER    200
#define SHARE_REWORK  50
#define SHARE_REPEAT  30
#define SHARE_CANCEL  20
#define SHARE_UNHAPPY 200

struct teller {
    struct findings *out;
    const struct figures_sum *sum;
    const char *lang;
    const struct plan *plan;
    char value[VALUES_MAX][VALUE_SIZE]; /* {0} … of the sentence */
    int n;
};

/* Values, in the order of their numbers in the sentence. */

static struct text next_value(struct teller *t)
{
    return text_over(t->value[t->n++], VALUE_SIZE);
}

static void add_number(struct teller *t, int64_t n)
{
    struct text value = next_value(t);
    text_fmt(&value, "%" PRId64, n);
}

static void add_share(struct teller *t, int64_t a, int64_t b)
{
    struct text value = next_value(t);
    text_fmt(&value, "%" PRId64 " %%", figures_ratio(a * 100, b));
}

/* "20 min", "1 h 32 min", "319 h". */
static void add_length(struct teller *t, int64_t ms)
{
    struct text value = next_value(t);
    int64_t minutes = (ms + MINUTE_MS / 2) / MINUTE_MS;
    if (minutes >= 600)
        text_fmt(&value, "%" PRId64 " %s", (minutes + 30) / 60, lang_word(t->lang, "h"));
    else if (minutes % 60 == 0 && minutes)
        text_fmt(&value, "%" PRId64 " %s", minutes / 60, lang_word(t->lang, "h"));
    else if (minutes > 60)
        text_fmt(&value, "%" PRId64 " %s %d %s", minutes / 60, lang_word(t->lang, "h"), (int)(minutes % 60),
                 lang_word(t->lang, "min"));
    else
        text_fmt(&value, "%" PRId64 " %s", minutes, lang_word(t->lang, "min"));
}

static void add_stage(struct teller *t, const char *id)
{
    struct text value = next_value(t);
    uint8_t i = t->plan ? plan_any_stage(t->plan, id) : NO_INDEX;
    text_put(&value, i == NO_INDEX ? id : label_in(&t->plan->stages[i].label, t->lang, id));
}

static void add_word(struct teller *t, const char *english)
{
    struct text value = next_value(t);
    text_put(&value, lang_word(t->lang, english));
}

/* The sentence in the reader's language with the values in their places; forgets the values. */
static void tell(struct teller *t, const char *english, const char *look)
{
    const char *values[VALUES_MAX];
    int n = t->n;
    t->n = 0;
    if (t->out->n == FINDINGS_MAX)
        return;
    struct finding *f = &t->out->row[t->out->n++];
    struct text said = text_over(f->said, sizeof f->said);
    f->look = look;
    for (int i = 0; i < n; i++)
        values[i] = t->value[i];
    lang_say(&said, t->lang, english, values, n);
}

/* Whether a of b is enough to be told; `least` in thousandths. */
static bool is_much(int64_t a, int64_t b, int64_t least)
{
    return b > 0 && a > 0 && a * 1000 >= b * least;
}

const char *findings_doubt(enum figures_doubt doubt)
{
    static const char *const titles[DOUBT_COUNT] = {
        [DOUBT_BURST] = "bursts",
        [DOUBT_BATCH] = "batches",
        [DOUBT_RUSHED] = "ready at handover",
        [DOUBT_SILENT] = "silent bays",
        [DOUBT_LATE] = "told late",
        [DOUBT_CLAMPED] = "time corrected",
        [DOUBT_UNSYNCED] = "clock unsynced",
        [DOUBT_UNDONE] = "undone",
    };
    return titles[doubt];
}

/* What is looked at, the most important first. */

static void look_at_trust(struct teller *t)
{
    const struct figures_trust *trust = &t->sum->trust;
    int worst = 0;
    if (!trust->known || trust->score >= TRUST_LEAST)
        return;
    for (int i = 1; i < DOUBT_COUNT; i++)
        worst = trust->part[i].lost > trust->part[worst].lost ? i : worst;
    add_number(t, trust->score);
    add_word(t, findings_doubt(worst));
    tell(t, "Do not rely on these figures: the log is worth {0} of 100, most of all because of: {1}.",
         "pitboard spans --suspect");
}

static void look_at_promises(struct teller *t)
{
    const struct figures_lateness *l = &t->sum->lateness;
    if (!is_much(l->late, l->n, SHARE_LATE))
        return;
    add_number(t, l->late);
    add_number(t, l->n);
    add_share(t, l->late, l->n);
    add_length(t, l->late_mean_ms);
    tell(t, "Ready later than first promised: {0} of {1} cars ({2}), by {3} on average.",
         "pitboard jobs --late");
}

static int64_t loss_ms(const struct figures_sum *sum, int i)
{
    return sum->has_hours ? sum->losses[i].working_ms : sum->losses[i].total_ms;
}

/* The stage in which cars waited longest, for us or for others. */
static void look_at_waiting(struct teller *t)
{
    const struct figures_sum *sum = t->sum;
    int64_t all = 0;
    int worst = -1;
    for (int i = 0; i < sum->n_losses; i++) {
        bool waits = sum->losses[i].kind == KIND_QUEUE || sum->losses[i].kind == KIND_HOLD;
        all += loss_ms(sum, i);
        if (waits && (worst < 0 || loss_ms(sum, i) > loss_ms(sum, worst)))
            worst = i;
    }
    if (worst < 0 || !is_much(loss_ms(sum, worst), all, SHARE_LOSS))
        return;
    add_stage(t, sum->losses[worst].id);
    add_length(t, loss_ms(sum, worst));
    add_share(t, loss_ms(sum, worst), all);
    add_number(t, sum->losses[worst].n);
    tell(t, "Longest wait: \"{0}\", {1} in all, {2} of the time until ready (cases: {3}).",
         "pitboard report --by stage");
}

static void look_at_limits(struct teller *t)
{
    const struct figures_stage *worst = NULL;
    for (int i = 0; i < t->sum->n_stages; i++) {
        const struct figures_stage *s = &t->sum->stages[i];
        bool counts = s->limit_ms && s->spread.n >= FEW && is_much(s->over, s->spread.n, SHARE_OVER);
        if (counts && (!worst || s->over * worst->spread.n > worst->over * s->spread.n))
            worst = s;
    }
    if (!worst)
        return;
    add_stage(t, worst->id);
    add_length(t, worst->limit_ms);
    add_number(t, worst->over);
    add_number(t, worst->spread.n);
    add_share(t, worst->over, worst->spread.n);
    tell(t,
         t->sum->has_hours ? "\"{0}\" beyond its limit of {1} in opening hours: {2} of {3} times ({4})."
                           : "\"{0}\" beyond its limit of {1}: {2} of {3} times ({4}).",
         "pitboard report --by stage");
}

static void look_at_rework(struct teller *t)
{
    const struct figures_sum *sum = t->sum;
    if (!is_much(sum->rework_jobs, sum->jobs.ready, SHARE_REWORK))
        return;
    add_number(t, sum->rework_jobs);
    add_number(t, sum->jobs.ready);
    add_share(t, sum->rework_jobs, sum->jobs.ready);
    tell(t, "Back to work after a check: {0} of {1} cars ({2}).", "pitboard report --by work");
}

static void look_at_repeats(struct teller *t)
{
    const struct figures_repeat *r = &t->sum->repeat;
    if (!r->days || !is_much(r->repeats, r->visits, SHARE_REPEAT))
        return;
    add_number(t, r->repeats);
    add_number(t, r->visits);
    add_share(t, r->repeats, r->visits);
    add_number(t, r->days);
    tell(t, "Here again within {3} days: {0} of {1} cars ({2}).", NULL);
}

static void look_at_ratings(struct teller *t)
{
    const struct figures_score *all = &t->sum->ratings.all;
    if (all->n < FEW || !is_much(all->detractors, all->n, SHARE_UNHAPPY))
        return;
    add_number(t, all->detractors);
    add_number(t, all->n);
    add_share(t, all->detractors, all->n);
    tell(t, "Rated 6 or less: {0} of {1} answers ({2}).", NULL);
}

/* Where cars were cancelled is known of those opened in the window; those cancelled in it may be others. */
static void look_at_cancelled(struct teller *t)
{
    const struct figures_sum *sum = t->sum;
    const struct figures_funnel *most = NULL;
    int64_t all = 0;
    bool alone = false; /* no other stage has as many */
    for (int i = 0; i < sum->n_funnel; i++) {
        const struct figures_funnel *f = &sum->funnel[i];
        all += f->cancelled;
        if (!f->cancelled || (most && f->cancelled < most->cancelled))
            continue;
        alone = !most || f->cancelled > most->cancelled;
        most = f;
    }
    if (is_much(all, sum->jobs.opened, SHARE_CANCEL)) {
        add_number(t, all);
        add_number(t, sum->jobs.opened);
        add_share(t, all, sum->jobs.opened);
        if (alone)
            add_stage(t, most->id);
        tell(t,
             alone ? "Cancelled of the cars opened: {0} of {1} ({2}), most often in \"{3}\"."
                   : "Cancelled of the cars opened: {0} of {1} ({2}).",
             NULL);
    } else if (is_much(sum->jobs.cancelled, sum->jobs.opened, SHARE_CANCEL)) {
        add_number(t, sum->jobs.cancelled);
        tell(t, "Cancelled: {0}.", NULL);
    }
}

static void look_at_pickup(struct teller *t)
{
    const struct figures_spread *gap =
        t->sum->has_hours ? &t->sum->working[CYCLE_PICKUP_GAP] : &t->sum->cycle[CYCLE_PICKUP_GAP];
    if (gap->n < FEW || gap->p50_ms < LONG_PICKUP)
        return;
    add_length(t, gap->p50_ms);
    tell(t, "Ready and not fetched: half of the cars for longer than {0}.", NULL);
}

void findings_make(struct findings *out, const struct figures_sum *sum, const char *lang,
                   const struct plan *plan)
{
    struct teller t = { .out = out, .sum = sum, .lang = lang ? lang : "en", .plan = plan };
    out->n = 0;
    look_at_trust(&t);
    look_at_promises(&t);
    look_at_waiting(&t);
    look_at_limits(&t);
    look_at_rework(&t);
    look_at_repeats(&t);
    look_at_ratings(&t);
    look_at_cancelled(&t);
    look_at_pickup(&t);
}
