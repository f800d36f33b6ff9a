/* One car's story for people. Everything that came from outside goes through text_safe. */
#include "report/lang.h"
#include "report/lines.h"
#include "report/story_own.h"
#include "report/words.h"

#include <inttypes.h>
#include <limits.h>
#include <string.h>

#define LINE_MAX_BYTES (64 * 1024)
#define DAY_CHARS      10 /* "2026-03-01" of what setup->local writes */
#define LABEL_WIDE     12 /* "Handed over " */
#define NAME_AT        20 /* behind a time */
#define NAME_WIDE      22
#define LENGTH_WIDE    7
#define OPEN_WIDE      15 /* the column of opening hours */
#define BAR_AT         (NAME_AT + NAME_WIDE + LENGTH_WIDE + 2)
#define BAR_WIDE       16
#define BAR_LEAST      6
#define REST_WIDE      21 /* what is kept for bay, opening hours and that it lasts, behind two blanks */
#define LENGTH_CHARS   32

struct page {
    const struct story *s;
    const struct writer_setup *setup;
    const char *lang;
    int bar_wide; /* of a stage */
    struct text line, cell;
    bool failed;
};

static void end_line(struct page *p)
{
    p->failed |= p->line.failed || p->cell.failed;
    if (!p->failed && p->line.len)
        p->failed = !p->setup->put(p->setup->user, p->line.data, p->line.len);
    text_clear(&p->line);
}

static const char *word(const struct page *p, const char *english)
{
    return lang_word(p->lang, english);
}

/* The text, safe for a terminal; lives until the next call. */
static const char *safe(struct page *p, const char *text)
{
    text_clear(&p->cell);
    text_safe(&p->cell, text, strlen(text));
    return p->cell.data ? p->cell.data : "";
}

static void write_hours(char out[LENGTH_CHARS], int64_t ms)
{
    struct text t = text_over(out, LENGTH_CHARS);
    int64_t minutes = (ms + 30000) / 60000;
    if (ms > 0 && minutes == 0)
        text_put(&t, "<0:01");
    else
        text_fmt(&t, "%" PRId64 ":%02d", minutes / 60, (int)(minutes % 60));
}

static void put_right(struct text *out, const char *text, int width)
{
    lines_blank(out, width - lines_width(text));
    text_put(out, text);
}

static void put_hours_right(struct text *out, int64_t ms, int width)
{
    char digits[LENGTH_CHARS];
    write_hours(digits, ms);
    put_right(out, digits, width);
}

static void write_time(struct page *p, struct wall at, char out[WRITER_TIME_SIZE])
{
    char local[WRITER_TIME_SIZE];
    struct text t = text_over(out, WRITER_TIME_SIZE);
    p->setup->local(at, local);
    lang_time(&t, p->lang, local);
}

static void put_time(struct page *p, struct text *to, struct wall at)
{
    char local[WRITER_TIME_SIZE];
    write_time(p, at, local);
    text_put(to, local);
}

/* Into the cell: the phrase with the value in it, behind `before` unless it is the first. */
static void add(struct page *p, const char *before, const char *english, const char *value)
{
    if (!value[0])
        return;
    text_put(&p->cell, p->cell.len ? before : "");
    lang_say(&p->cell, p->lang, english, &value, 1);
}

static void add_word(struct page *p, const char *before, const char *english)
{
    add(p, before, "{0}", word(p, english));
}

static void add_hours(struct page *p, const char *before, const char *english, int64_t ms)
{
    char digits[LENGTH_CHARS];
    write_hours(digits, ms);
    add(p, before, english, digits);
}

/* Wraps the cell behind what the line has, which is `at` wide, and ends the line. */
static void put_cell(struct page *p, int at)
{
    lines_wrap(&p->line, p->cell.data ? p->cell.data : "", at, p->setup->columns);
    end_line(p);
    text_clear(&p->cell);
}

/* The head. */

static void put_head(struct page *p)
{
    const struct story_job *j = &p->s->job;
    text_clear(&p->cell);
    add(p, "", "Job {0}", j->job);
    add(p, " · ", "{0}", j->code);
    add(p, " · ", "{0}", j->plate);
    add(p, " · ", "{0}", j->model);
    put_cell(p, 0);
    add(p, "", "{0}", j->work_name);
    add(p, " · ", "adviser {0}", j->advisor);
    if (j->waiting)
        add_word(p, " · ", "the customer waits here");
    if (j->reworks)
        add_word(p, " · ", "rework");
    put_cell(p, 0);
    text_put(&p->line, "\n");
    end_line(p);
}

static void put_label(struct page *p, const char *english)
{
    text_clear(&p->cell);
    lines_cell(&p->line, word(p, english), LABEL_WIDE);
}

static void put_labelled_time(struct page *p, const char *english, struct wall at)
{
    put_label(p, english);
    put_time(p, &p->line, at);
    text_put(&p->line, "\n");
    end_line(p);
}

static void put_course(struct page *p)
{
    const struct story_job *j = &p->s->job;
    put_labelled_time(p, "Opened", j->opened);
    if (!wall_is_none(j->ready))
        put_labelled_time(p, "Ready", j->ready);
    if (!wall_is_none(j->closed)) {
        put_labelled_time(p, strcmp(j->outcome, "cancelled") == 0 ? "Cancelled" : "Handed over", j->closed);
    } else {
        put_label(p, "Now in");
        add(p, "", "{0}", p->s->n_spans ? p->s->spans[p->s->n_spans - 1].name : j->stage);
        add(p, ", ", "bay {0}", j->bay);
        put_cell(p, LABEL_WIDE);
    }
    if (j->score >= 0) {
        char score[16];
        struct text t = text_over(score, sizeof score);
        text_fmt(&t, "%d", j->score);
        put_label(p, "Rated");
        add(p, "", "{0} of 10", score);
        put_cell(p, LABEL_WIDE);
    }
}

static void put_verdict(struct page *p)
{
    const struct story_job *j = &p->s->job;
    if (wall_is_none(j->first_promise) || wall_is_none(j->ready))
        return;
    int64_t late = wall_minus(j->ready, j->first_promise);
    put_label(p, "");
    if (late > 0)
        add_hours(p, "", "{0} after the first promise", late);
    else
        add_hours(p, "", "the first promise was kept, {0} before", -late);
    put_cell(p, LABEL_WIDE);
}

static void put_promise(struct page *p, const struct story_event *e, bool first)
{
    char said[WRITER_TIME_SIZE];
    bool none = wall_is_none(e->promised);
    if (first)
        put_label(p, "Promised");
    else
        put_right(&p->line, word(p, none ? "withdrawn" : "moved to"), LABEL_WIDE - 1);
    text_put(&p->line, first ? "" : " ");
    text_clear(&p->cell);
    if (!none)
        put_time(p, &p->cell, e->promised);
    write_time(p, e->at, said);
    text_put(&p->cell, none ? "(" : " (");
    lang_say(&p->cell, p->lang, "said {0}", &(const char *){ said }, 1);
    add(p, ", ", "{0}", e->source);
    add(p, " ", "{0}", e->by);
    text_put(&p->cell, ")");
    add(p, ": ", "{0}", e->why);
    put_cell(p, LABEL_WIDE);
}

static void put_promises(struct page *p)
{
    struct wall was = WALL_NONE;
    for (int i = 0, n = 0; i < p->s->n_events; i++)
        if (story_moves_promise(&p->s->events[i], &was))
            put_promise(p, &p->s->events[i], n++ == 0);
    put_verdict(p);
}

/* The stages. */

static int64_t longest(const struct story *s)
{
    int64_t most = 0;
    for (int i = 0; i < s->n_spans; i++)
        if (!s->spans[i].voided && s->spans[i].elapsed_ms > most)
            most = s->spans[i].elapsed_ms;
    return most;
}

/* A name in its column; a longer one takes more, but where lines have an end at most `most`. Returns what it took. */
static int put_name(struct page *p, const char *name, int most)
{
    const char *mark = p->setup->ascii ? "~" : "…";
    int wide = lines_cut(&p->line, name, p->setup->columns ? most : INT_MAX, mark);
    int blank = wide < NAME_WIDE ? NAME_WIDE - wide : 1;
    lines_blank(&p->line, blank);
    return wide + blank;
}

/* Since when, and where: the first two columns. */
static void put_where(struct page *p, struct wall from, const char *name)
{
    text_put(&p->line, "  ");
    put_time(p, &p->line, from);
    text_put(&p->line, "  ");
    put_name(p, safe(p, name), NAME_WIDE - 1);
}

static void put_line_of(struct page *p, const char *text)
{
    text_fmt(&p->line, "%s\n", text);
    end_line(p);
}

/* What else is to be said of it, and the bar before it. */
static void put_rest(struct page *p, const struct story_span *span, int64_t most)
{
    char bar[4 * BAR_WIDE + 1];
    struct text t = text_over(bar, sizeof bar);
    text_clear(&p->cell);
    add(p, "", "bay {0}", span->bay);
    if (wall_is_none(span->left)) {
        text_put(&p->cell, p->cell.len ? "  (" : "(");
        text_fmt(&p->cell, "%s)", word(p, "lasts"));
    }
    if (p->s->hours && span->open_ms < span->elapsed_ms) {
        text_put(&p->cell, p->cell.len ? "  (" : "(");
        add_hours(p, "", "{0} in opening hours", span->open_ms);
        text_put(&p->cell, ")");
    }
    lines_bar(&t, span->elapsed_ms, most, p->bar_wide);
    text_fmt(&p->line, "  %s", bar);
    if (!p->cell.len) {
        put_line_of(p, "");
        return;
    }
    lines_blank(&p->line, p->bar_wide + 2 - lines_width(bar));
    put_cell(p, BAR_AT + p->bar_wide + 2);
}

static void put_span(struct page *p, const struct story_span *span, int64_t most)
{
    put_where(p, span->entered, span->name);
    if (span->voided) {
        text_put(&p->line, " ");
        put_line_of(p, word(p, "undone"));
        return;
    }
    put_hours_right(&p->line, span->elapsed_ms, LENGTH_WIDE);
    put_rest(p, span, most);
}

static void put_stages(struct page *p)
{
    int64_t most = longest(p->s);
    text_put(&p->line, "\n");
    put_line_of(p, word(p, "Stages"));
    for (int i = 0; i < p->s->n_spans; i++)
        put_span(p, &p->s->spans[i], most);
}

static void put_stay(struct page *p, const struct story_stay *stay)
{
    char to[WRITER_TIME_SIZE];
    put_where(p, stay->from, stay->bay);
    text_clear(&p->cell);
    if (stay->voided) {
        text_fmt(&p->line, " %s", word(p, "undone"));
    } else if (wall_is_none(stay->to)) {
        lines_blank(&p->line, LENGTH_WIDE + 2);
        text_fmt(&p->line, "(%s)", word(p, "lasts"));
    } else {
        put_hours_right(&p->line, stay->to.ms > stay->from.ms ? wall_minus(stay->to, stay->from) : 0,
                        LENGTH_WIDE);
        write_time(p, stay->to, to);
        add(p, "", "to {0}", to);
        text_put(&p->line, "  ");
    }
    put_cell(p, BAR_AT);
}

static void put_bays(struct page *p)
{
    if (!p->s->n_stays)
        return;
    text_put(&p->line, "\n");
    put_line_of(p, word(p, "Bays"));
    for (int i = 0; i < p->s->n_stays; i++)
        put_stay(p, &p->s->stays[i]);
}

/* The bar is of opening hours, if they are known. */
static void put_total(struct page *p, const char *name, int64_t ms, int64_t open_ms)
{
    const struct story *s = p->s;
    text_put(&p->line, "  ");
    lines_cell(&p->line, word(p, name), NAME_WIDE);
    put_hours_right(&p->line, ms, LENGTH_WIDE);
    if (s->hours)
        put_hours_right(&p->line, open_ms, OPEN_WIDE);
    text_put(&p->line, "  ");
    lines_bar(&p->line, s->hours ? open_ms : ms, s->hours ? s->open.all_ms : s->sum.all_ms, BAR_WIDE);
    put_line_of(p, "");
}

static void put_totals(struct page *p)
{
    const struct story_sum *sum = &p->s->sum, *open = &p->s->open;
    text_put(&p->line, "\n");
    if (p->s->hours) {
        lines_cell(&p->line, word(p, "In all"), NAME_WIDE + 2);
        put_right(&p->line, word(p, "elapsed"), LENGTH_WIDE);
        put_right(&p->line, word(p, "opening hours"), OPEN_WIDE);
    } else {
        text_put(&p->line, word(p, "In all"));
    }
    put_line_of(p, "");
    put_total(p, "worked on", sum->work_ms, open->work_ms);
    put_total(p, "waited for us", sum->wait_ms, open->wait_ms);
    put_total(p, "on hold", sum->hold_ms, open->hold_ms);
    if (!wall_is_none(p->s->job.ready))
        put_total(p, "ready, not fetched", sum->gap_ms, open->gap_ms);
    put_total(p, "together", sum->all_ms, open->all_ms);
}

/* What happened. */

static void put_day(struct page *p, const char *at)
{
    char date[DAY_CHARS + 1];
    struct text t = text_over(date, sizeof date);
    text_fmt(&t, "%.*s", DAY_CHARS, at);
    text_put(&p->line, "  ");
    lang_time(&p->line, p->lang, date);
    text_put(&p->line, "\n");
}

static void put_event(struct page *p, const struct story_event *e, char day[WRITER_TIME_SIZE])
{
    char at[WRITER_TIME_SIZE];
    p->setup->local(e->at, at);
    if (strncmp(at, day, DAY_CHARS) != 0)
        put_day(p, at);
    memcpy(day, at, WRITER_TIME_SIZE);
    int begun = lines_width(at) - DAY_CHARS + 3;
    text_fmt(&p->line, "  %s  ", strlen(at) > DAY_CHARS ? at + DAY_CHARS + 1 : at);
    text_clear(&p->cell);
    add(p, "", "{0}", e->source);
    add(p, " ", "{0}", e->by);
    begun += put_name(p, p->cell.data ? p->cell.data : "", p->setup->columns / 2);
    text_clear(&p->cell);
    text_put(&p->cell, e->said);
    words_marks(&p->cell, &(struct words_marks){ .lang = p->lang,
                                                 .refused = e->applied ? NULL : e->reason,
                                                 .undone = e->undone,
                                                 .late = e->late,
                                                 .clamped = e->clamped,
                                                 .unsynced = !e->synced });
    put_cell(p, begun);
}

static void put_events(struct page *p)
{
    char day[WRITER_TIME_SIZE] = "";
    text_put(&p->line, "\n");
    put_line_of(p, word(p, "What happened"));
    for (int i = 0; i < p->s->n_events; i++)
        put_event(p, &p->s->events[i], day);
}

/* Bars of stages give way to a narrow terminal. */
static int bar_wide(int columns)
{
    int room = columns - BAR_AT - 2 - REST_WIDE;
    return !columns || room > BAR_WIDE ? BAR_WIDE : room < BAR_LEAST ? BAR_LEAST : room;
}

bool story_text(const struct story *s, const struct writer_setup *setup)
{
    struct page p = { .s = s, .setup = setup, .lang = setup->lang ? setup->lang : "en" };
    p.bar_wide = bar_wide(setup->columns);
    p.line = text_grow(LINE_MAX_BYTES);
    p.cell = text_grow(LINE_MAX_BYTES);
    put_head(&p);
    put_course(&p);
    put_promises(&p);
    put_events(&p);
    put_stages(&p);
    put_bays(&p);
    put_totals(&p);
    text_free(&p.line);
    text_free(&p.cell);
    return !p.failed && !s->failed;
}
