/* One car's story for people. Everything that came from outside goes through text_safe. */
#include "report/lines.h"
#include "report/story_own.h"
#include "report/words.h"

#include <inttypes.h>
#include <limits.h>
#include <string.h>

#define LINE_MAX_BYTES (64 * 1024)
#define DAY_CHARS      10 /* "2026-03-01" of what setup->local writes */
#define OPEN_WIDE      15 /* the column of opening hours */
#define BAR_WIDE       16
#define NAME_WIDE      22

struct page {
    const struct story *s;
    const struct writer_setup *setup;
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

/* The text, safe for a terminal; lives until the next call. */
static const char *safe(struct page *p, const char *text)
{
    text_clear(&p->cell);
    text_safe(&p->cell, text, strlen(text));
    return p->cell.data ? p->cell.data : "";
}

static void put_hours(struct text *out, int64_t ms)
{
    int64_t minutes = (ms + 30000) / 60000;
    if (ms > 0 && minutes == 0)
        text_put(out, "<0:01");
    else
        text_fmt(out, "%" PRId64 ":%02d", minutes / 60, (int)(minutes % 60));
}

static void put_hours_right(struct text *out, int64_t ms, int width)
{
    char digits[32];
    struct text t = text_over(digits, sizeof digits);
    put_hours(&t, ms);
    lines_blank(out, width - (int)t.len);
    text_put(out, digits);
}

static void put_time(struct page *p, struct wall at)
{
    char local[WRITER_TIME_SIZE];
    p->setup->local(at, local);
    text_put(&p->line, local);
}

static void put_word(struct page *p, const char *before, const char *text)
{
    if (text[0])
        text_fmt(&p->line, "%s%s", before, safe(p, text));
}

/* The head. */

static void put_head(struct page *p)
{
    const struct story_job *j = &p->s->job;
    put_word(p, "Job ", j->job);
    put_word(p, " · ", j->code);
    put_word(p, " · ", j->plate);
    put_word(p, " · ", j->model);
    text_put(&p->line, "\n");
    put_word(p, "", j->work);
    put_word(p, " · adviser ", j->advisor);
    text_put(&p->line, j->waiting ? " · the customer waits here" : "");
    text_fmt(&p->line, "%s\n\n", j->reworks ? " · rework" : "");
    end_line(p);
}

static void put_course(struct page *p)
{
    const struct story_job *j = &p->s->job;
    text_put(&p->line, "Opened      ");
    put_time(p, j->opened);
    text_put(&p->line, "\n");
    if (!wall_is_none(j->ready)) {
        text_put(&p->line, "Ready       ");
        put_time(p, j->ready);
        text_put(&p->line, "\n");
    }
    if (!wall_is_none(j->closed)) {
        text_put(&p->line, strcmp(j->outcome, "cancelled") == 0 ? "Cancelled   " : "Handed over ");
        put_time(p, j->closed);
    } else {
        text_put(&p->line, "Now in      ");
        text_put(&p->line, safe(p, p->s->n_spans ? p->s->spans[p->s->n_spans - 1].name : j->stage));
        put_word(p, ", bay ", j->bay);
    }
    text_put(&p->line, "\n");
    if (j->score >= 0)
        text_fmt(&p->line, "Rating      %d of 10\n", j->score);
    end_line(p);
}

static void put_verdict(struct page *p)
{
    const struct story_job *j = &p->s->job;
    if (wall_is_none(j->first_promise) || wall_is_none(j->ready))
        return;
    int64_t late = wall_minus(j->ready, j->first_promise);
    text_put(&p->line, "            ");
    if (late > 0) {
        put_hours(&p->line, late);
        text_put(&p->line, " after the first promise\n");
    } else {
        text_put(&p->line, "the first promise was kept, ");
        put_hours(&p->line, -late);
        text_put(&p->line, " before\n");
    }
    end_line(p);
}

static void put_promises(struct page *p)
{
    struct wall was = WALL_NONE;
    for (int i = 0, n = 0; i < p->s->n_events; i++) {
        const struct story_event *e = &p->s->events[i];
        if (!story_moves_promise(e, &was))
            continue;
        text_put(&p->line, n++ ? "   moved to " : "Promised    ");
        if (wall_is_none(e->promised))
            text_put(&p->line, "nothing any more");
        else
            put_time(p, e->promised);
        text_put(&p->line, " (said ");
        put_time(p, e->at);
        put_word(p, ", ", e->source);
        put_word(p, " ", e->by);
        text_put(&p->line, ")");
        put_word(p, ": ", e->why);
        text_put(&p->line, "\n");
        end_line(p);
    }
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

static void put_span(struct page *p, const struct story_span *span, int64_t most)
{
    text_put(&p->line, "  ");
    put_time(p, span->entered);
    text_put(&p->line, "  ");
    lines_cell(&p->line, safe(p, span->name), NAME_WIDE);
    if (span->voided) {
        text_put(&p->line, " undone");
    } else {
        put_hours_right(&p->line, span->elapsed_ms, 7);
        text_put(&p->line, "  ");
        text_clear(&p->cell);
        lines_bar(&p->cell, span->elapsed_ms, most, BAR_WIDE);
        if (span->bay[0])
            lines_cell(&p->line, p->cell.data ? p->cell.data : "", BAR_WIDE + 1);
        else
            text_put(&p->line, p->cell.data ? p->cell.data : "");
        put_word(p, span->bay[0] ? " bay " : "", span->bay);
        text_put(&p->line, wall_is_none(span->left) ? "  (lasts)" : "");
        if (p->s->hours && span->open_ms < span->elapsed_ms) {
            text_put(&p->line, "  (");
            put_hours(&p->line, span->open_ms);
            text_put(&p->line, " in opening hours)");
        }
    }
    text_put(&p->line, "\n");
    end_line(p);
}

static void put_stages(struct page *p)
{
    int64_t most = longest(p->s);
    text_put(&p->line, "\nStages\n");
    end_line(p);
    for (int i = 0; i < p->s->n_spans; i++)
        put_span(p, &p->s->spans[i], most);
}

static void put_bays(struct page *p)
{
    if (p->s->n_stays)
        text_put(&p->line, "\nBays\n");
    for (int i = 0; i < p->s->n_stays; i++) {
        const struct story_stay *stay = &p->s->stays[i];
        text_put(&p->line, "  ");
        put_time(p, stay->from);
        text_put(&p->line, "  ");
        lines_cell(&p->line, safe(p, stay->bay), NAME_WIDE);
        if (stay->voided) {
            text_put(&p->line, " undone");
        } else if (!wall_is_none(stay->to)) {
            put_hours_right(&p->line, stay->to.ms > stay->from.ms ? wall_minus(stay->to, stay->from) : 0, 7);
            text_put(&p->line, "  to ");
            put_time(p, stay->to);
        } else {
            text_put(&p->line, "         (lasts)");
        }
        text_put(&p->line, "\n");
        end_line(p);
    }
}

/* The bar is of opening hours, if they are known. */
static void put_total(struct page *p, const char *name, int64_t ms, int64_t open_ms)
{
    const struct story *s = p->s;
    text_put(&p->line, "  ");
    lines_cell(&p->line, name, NAME_WIDE);
    put_hours_right(&p->line, ms, 7);
    if (s->hours)
        put_hours_right(&p->line, open_ms, OPEN_WIDE);
    text_put(&p->line, "  ");
    lines_bar(&p->line, s->hours ? open_ms : ms, s->hours ? s->open.all_ms : s->sum.all_ms, BAR_WIDE);
    text_put(&p->line, "\n");
    end_line(p);
}

static void put_totals(struct page *p)
{
    const struct story_sum *sum = &p->s->sum, *open = &p->s->open;
    text_put(&p->line, "\n");
    if (p->s->hours) {
        lines_cell(&p->line, "In all", NAME_WIDE + 2);
        text_put(&p->line, "elapsed  opening hours\n");
    } else {
        text_put(&p->line, "In all\n");
    }
    put_total(p, "worked on", sum->work_ms, open->work_ms);
    put_total(p, "waited for us", sum->wait_ms, open->wait_ms);
    put_total(p, "on hold", sum->hold_ms, open->hold_ms);
    if (!wall_is_none(p->s->job.ready))
        put_total(p, "ready, not fetched", sum->gap_ms, open->gap_ms);
    put_total(p, "together", sum->all_ms, open->all_ms);
}

/* What happened. */

static void put_event(struct page *p, const struct story_event *e, char day[WRITER_TIME_SIZE])
{
    char at[WRITER_TIME_SIZE], who[256];
    struct text name = text_over(who, sizeof who);
    p->setup->local(e->at, at);
    if (strncmp(at, day, DAY_CHARS) != 0)
        text_fmt(&p->line, "  %.*s\n", DAY_CHARS, at);
    memcpy(day, at, WRITER_TIME_SIZE);
    text_fmt(&p->line, "  %s  ", strlen(at) > DAY_CHARS ? at + DAY_CHARS + 1 : at);
    text_safe(&name, e->source, strlen(e->source));
    if (e->by[0]) {
        text_put(&name, " ");
        text_safe(&name, e->by, strlen(e->by));
    }
    int wide = lines_cut(&p->line, who, p->setup->columns ? p->setup->columns / 2 : INT_MAX,
                         p->setup->ascii ? "~" : "…");
    lines_blank(&p->line, wide < NAME_WIDE ? NAME_WIDE - wide : 1);
    text_clear(&p->cell);
    text_put(&p->cell, e->said);
    words_marks(&p->cell, &(struct words_marks){ .refused = e->applied ? NULL : e->reason,
                                                 .undone = e->undone,
                                                 .late = e->late,
                                                 .clamped = e->clamped,
                                                 .unsynced = !e->synced });
    int begun = 9 + (wide < NAME_WIDE ? NAME_WIDE : wide + 1);
    lines_wrap(&p->line, p->cell.data ? p->cell.data : "", begun, p->setup->columns);
    end_line(p);
}

static void put_events(struct page *p)
{
    char day[WRITER_TIME_SIZE] = "";
    text_put(&p->line, "\nWhat happened\n");
    for (int i = 0; i < p->s->n_events; i++)
        put_event(p, &p->s->events[i], day);
}

bool story_text(const struct story *s, const struct writer_setup *setup)
{
    struct page p = { .s = s, .setup = setup };
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
