/* What stands above the tables of a report. */
#include "base/text.h"
#include "report/findings.h"
#include "report/lang.h"
#include "report/lines.h"
#include "report/report_own.h"

#include <inttypes.h>
#include <string.h>

#define HEAD_MAX 4096
#define INDENT   2
#define PROSE    80 /* columns: longer lines are hard to read */

/* Wraps a sentence. */
static void put_prose(struct writer *w, struct text *out, const char *text, int at)
{
    int wide = writer_setting(w)->columns;
    lines_wrap(out, text ? text : "", at, wide && wide < PROSE ? wide : PROSE);
}

/* The head. */

static void put_moment(struct text *out, const char *lang, struct wall at, bool midnight_too,
                       void (*local)(struct wall at, char out[WRITER_TIME_SIZE]))
{
    char said[WRITER_TIME_SIZE];
    local(at, said);
    if (!midnight_too && strlen(said) == 16)
        said[10] = '\0';
    lang_time(out, lang, said);
}

static bool is_midnight(struct wall at, void (*local)(struct wall at, char out[WRITER_TIME_SIZE]))
{
    char said[WRITER_TIME_SIZE];
    if (wall_is_none(at))
        return true;
    local(at, said);
    return strlen(said) == 16 && strcmp(said + 10, " 00:00") == 0;
}

void report_period(struct text *out, const char *lang, struct wall since, struct wall until,
                   void (*local)(struct wall at, char out[WRITER_TIME_SIZE]))
{
    bool days = is_midnight(since, local) && is_midnight(until, local);
    size_t from = out->len, to;
    if (wall_is_none(since))
        text_put(out, lang_word(lang, "the first event"));
    else
        put_moment(out, lang, since, !days, local);
    to = out->len;
    text_put(out, " – ");
    size_t second = out->len;
    if (wall_is_none(until))
        text_put(out, lang_word(lang, "the last event"));
    else
        put_moment(out, lang, days ? (struct wall){ until.ms - 1 } : until, !days, local);
    bool one_day = days && out->data && out->len - second == to - from &&
                   memcmp(out->data + from, out->data + second, to - from) == 0;
    if (one_day) { /* a day is said once */
        out->len = to;
        out->data[to] = '\0';
    }
}

void report_head(struct writer *w, const struct report_about *about)
{
    struct text line = text_grow(HEAD_MAX);
    bool titled = about->title && about->title[0];
    if (titled)
        text_safe(&line, about->title, strlen(about->title));
    else
        text_fmt(&line, "pitboard %s", about->what);
    text_put(&line, ": ");
    report_period(&line, writer_lang(w), about->since, about->until, about->local);
    text_put(&line, ", ");
    text_safe(&line, about->zone, strlen(about->zone));
    if (titled && !wall_is_none(about->as_of)) {
        text_fmt(&line, ", %s ", writer_word(w, "as of"));
        put_moment(&line, writer_lang(w), about->as_of, true, about->local);
    }
    text_put(&line, "\n");
    if (!titled) {
        text_safe(&line, about->database, strlen(about->database));
        text_put(&line, "\n");
    }
    struct text lengths = text_grow(HEAD_MAX);
    text_safe(&lengths, about->lengths, strlen(about->lengths));
    put_prose(w, &line, lengths.data, 0);
    text_free(&lengths);
    writer_say(w, line.data ? line.data : "");
    text_free(&line);
}

/* The line of figures. */

static void put_hm(struct text *out, int64_t ms)
{
    int64_t minutes = (ms + 30000) / 60000;
    text_fmt(out, "%" PRId64 ":%02d", minutes / 60, (int)(minutes % 60));
}

static void put_figures(struct writer *w, struct text *line, const struct figures_sum *sum)
{
    const struct figures_spread *ready = &sum->cycle[CYCLE_TO_READY];
    const struct figures_score *all = &sum->ratings.all;
    text_fmt(line, "%" PRId64 " %s", sum->jobs.closed, writer_word(w, "handed over"));
    if (sum->jobs.open)
        text_fmt(line, ", %" PRId64 " %s", sum->jobs.open, writer_word(w, "still open"));
    if (ready->n) {
        text_fmt(line, "; %s ", writer_word(w, "half ready within"));
        put_hm(line, ready->p50_ms);
        if (sum->has_hours) {
            text_put(line, " (");
            put_hm(line, sum->working[CYCLE_TO_READY].p50_ms);
            text_fmt(line, " %s)", writer_word(w, "in opening hours"));
        }
    }
    if (sum->promise.n)
        text_fmt(line, "; %" PRId64 " %% %s", figures_ratio(sum->promise.kept * 100, sum->promise.n),
                 writer_word(w, "on time"));
    if (all->n)
        text_fmt(line, "; NPS %" PRId64, figures_ratio((all->promoters - all->detractors) * 100, all->n));
    if (sum->trust.known)
        text_fmt(line, "; %s %d/100", writer_word(w, "log"), sum->trust.score);
}

bool report_is_empty(const struct figures_sum *sum)
{
    return sum->jobs.opened + sum->jobs.ready + sum->jobs.closed + sum->jobs.cancelled + sum->jobs.open == 0;
}

/* The command stays whole: on a line of its own if the sentence leaves no room for it. */
static void put_finding(struct writer *w, struct text *out, const struct finding *finding, bool commands)
{
    struct text said = text_grow(2 * FINDINGS_SIZE), look = text_grow(FINDINGS_SIZE);
    text_safe(&said, finding->said, strlen(finding->said));
    if (finding->look && commands)
        text_fmt(&look, "(%s)", finding->look);
    bool fits = said.data && INDENT + lines_width(said.data) + 1 + (int)look.len <= PROSE;
    if (fits && look.len)
        text_fmt(&said, " %s", look.data);
    text_put(out, "- ");
    put_prose(w, out, said.data, INDENT);
    if (!fits && look.len)
        text_fmt(out, "  %s\n", look.data);
    text_free(&said);
    text_free(&look);
}

static void put_findings(struct writer *w, struct text *out, const struct figures_sum *sum, bool commands)
{
    struct findings findings;
    findings_make(&findings, sum, writer_lang(w), writer_setting(w)->plan);
    if (!findings.n && !sum->jobs.ready && !sum->jobs.closed)
        return; /* too early to praise */
    text_fmt(out, "%s\n", writer_word(w, findings.n ? "What to look at" : "Nothing stands out."));
    for (int i = 0; i < findings.n; i++)
        put_finding(w, out, &findings.row[i], commands);
}

void report_first(struct writer *w, const struct figures_sum *sum, bool commands)
{
    struct text line = text_grow(1024);
    if (report_is_empty(sum)) {
        text_fmt(&line, "%s\n", writer_word(w, "No car was here in this period."));
        writer_say(w, line.data ? line.data : "");
        text_free(&line);
        return;
    }
    struct text out = text_grow(16 * 1024);
    if (sum->before) {
        struct wall end = report_end(sum);
        if (end.ms != sum->window.until.ms) {
            report_period(&line, writer_lang(w), sum->window.since, end, writer_setting(w)->local);
            text_put(&line, " ");
        }
        text_fmt(&line, "%s ", writer_word(w, line.len ? "compared with" : "Compared with"));
        report_period(&line, writer_lang(w), sum->before->window.since, sum->before->window.until,
                      writer_setting(w)->local);
        text_put(&line, ". ");
    }
    put_figures(w, &line, sum);
    put_prose(w, &out, line.data, 0);
    writer_say(w, out.data ? out.data : "");
    text_clear(&out);
    put_findings(w, &out, sum, commands);
    if (out.len)
        writer_say(w, out.data);
    text_free(&line);
    text_free(&out);
}
