#include "app/paper.h"

#include "app/ask.h"
#include "app/entry.h"
#include "report/lang.h"
#include "report/lines.h"
#include "sys/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PAPER_LINE 300

/* Notes in a ring, so that the newest are kept. */
struct notes {
    struct entry_reader *entries;
    struct page_note note[PAPER_NOTES_MAX];
    char *texts[PAPER_NOTES_MAX]; /* what the note's texts stand in */
    int n;                        /* ever taken */
    bool failed;
};

/* The parts, each behind the other with its NUL; the note points into it. */
static char *keep(struct page_note *note, const struct entry *e)
{
    const char *const parts[] = { e->source, e->by, e->code[0] || e->plate[0] ? e->plate : e->job,
                                  e->event->text };
    const char **to[] = { &note->source, &note->by, &note->car, &note->text };
    size_t size = 0;
    for (int i = 0; i < 4; i++)
        size += strlen(parts[i]) + 1;
    char *all = malloc(size), *at = all;
    for (int i = 0; all && i < 4; i++) {
        size_t n = strlen(parts[i]) + 1;
        *to[i] = memcpy(at, parts[i], n);
        at += n;
    }
    return all;
}

static bool take(void *user, const struct query_cell *cells)
{
    struct notes *n = user;
    const struct entry *e = entry_read(n->entries, cells);
    int i = n->n % PAPER_NOTES_MAX;
    if (!e)
        n->failed = true;
    if (!e || !e->event)
        return e != NULL; /* its text was taken out */
    free(n->texts[i]);
    n->note[i] = (struct page_note){ .at = e->at };
    n->texts[i] = keep(&n->note[i], e);
    n->failed |= !n->texts[i];
    n->n++;
    return !n->failed;
}

static bool notes_read(struct notes *n, const struct paper *paper, struct wall since, struct wall until)
{
    const char *why;
    struct query_filter filter = { .since = since, .until = until };
    n->entries = entry_reader_create(paper->query, paper->lang, &why);
    return n->entries && query_rows_of(paper->query, QUERY_NOTES, &filter, take, n) && !n->failed;
}

/* In order, the oldest kept one first. */
static int notes_sort(const struct notes *n, struct page_note out[PAPER_NOTES_MAX])
{
    int count = n->n < PAPER_NOTES_MAX ? n->n : PAPER_NOTES_MAX;
    for (int i = 0; i < count; i++)
        out[i] = n->note[(n->n - count + i) % PAPER_NOTES_MAX];
    return count;
}

/* As `pitboard log` takes it. */
static void put_since(struct text *out, const char *option, struct wall at)
{
    char local[WRITER_TIME_SIZE];
    ask_local(at, local);
    if (strcmp(local + 10, " 00:00") == 0)
        local[10] = '\0';
    else
        local[10] = 'T';
    text_fmt(out, " --%s %s", option, local);
}

/* What is not shown, and the command that shows all; "" if all are shown. */
static void notes_more(const struct notes *n, const char *lang, struct wall since, struct wall until,
                       char out[PAPER_LINE])
{
    char number[2][24], command[PAPER_LINE];
    const char *const values[] = { number[0], number[1], command };
    struct text said = text_over(out, PAPER_LINE), all = text_over(command, sizeof command);
    if (n->n <= PAPER_NOTES_MAX)
        return;
    text_put(&all, "pitboard log");
    if (wall_is_none(since))
        text_put(&all, " --since 2000-01-01"); /* else it begins today */
    else
        put_since(&all, "since", since);
    if (!wall_is_none(until))
        put_since(&all, "until", until);
    snprintf(number[0], sizeof number[0], "%d", PAPER_NOTES_MAX);
    snprintf(number[1], sizeof number[1], "%d", n->n);
    lang_say(&said, lang, "The newest {0} of {1} notes; all of them: {2}", values, 3);
}

static void notes_free(struct notes *n)
{
    for (int i = 0; i < PAPER_NOTES_MAX; i++)
        free(n->texts[i]);
    entry_reader_destroy(n->entries);
    free(n);
}

/* The bays of the day, if the window is one. */

struct day {
    struct wall from, to, now; /* what lasts is shown up to `now` */
    struct figures_stretch *stretch;
    int n;
};

static bool take_stretch(void *user, const struct query_cell *c)
{
    struct day *d = user;
    if (d->n == FIGURES_DAY_MAX)
        return false;
    struct figures_stretch *s = &d->stretch[d->n];
    int64_t end = d->now.ms < d->to.ms ? d->now.ms : d->to.ms;
    snprintf(s->bay, sizeof s->bay, "%.*s", (int)c[0].len, c[0].text);
    snprintf(s->job, sizeof s->job, "%.*s", (int)c[1].len, c[1].text);
    snprintf(s->stage, sizeof s->stage, "%.*s", (int)c[2].len, c[2].null ? "" : c[2].text);
    s->lasts = c[4].null;
    s->from.ms = c[3].number > d->from.ms ? c[3].number : d->from.ms;
    s->to.ms = s->lasts ? end : c[4].number < d->to.ms ? c[4].number : d->to.ms;
    d->n += s->to.ms > s->from.ms;
    return true;
}

static int by_bay(const void *one, const void *other)
{
    const struct figures_stretch *a = one, *b = other;
    int order = strcmp(a->bay, b->bay);
    return order ? order : (a->from.ms > b->from.ms) - (a->from.ms < b->from.ms);
}

/* Nothing is read, and that is well, if the window is longer than a local day. */
static bool day_read(struct day *d, struct query *q, const struct figures_window *w)
{
    if (wall_is_none(w->since) || clock_midnight(w->since).ms != w->since.ms)
        return true;
    *d = (struct day){ .from = w->since, .to = clock_next_midnight(w->since), .now = w->now };
    if (wall_is_none(w->until) ? wall_is_none(w->now) || w->now.ms >= d->to.ms : w->until.ms != d->to.ms)
        return true;
    d->stretch = calloc(FIGURES_DAY_MAX, sizeof *d->stretch);
    struct query_filter filter = { .since = d->from, .until = d->to };
    if (!d->stretch || !query_rows_of(q, QUERY_DAY, &filter, take_stretch, d))
        return false;
    qsort(d->stretch, (size_t)d->n, sizeof *d->stretch, by_bay);
    return true;
}

bool paper_write(const struct paper *paper, const struct figures_sum *sum)
{
    struct page_note sorted[PAPER_NOTES_MAX];
    char more[PAPER_LINE];
    struct notes *notes = calloc(1, sizeof *notes);
    if (!notes)
        return false;
    struct day day = { 0 };
    bool ok = notes_read(notes, paper, sum->window.since, sum->window.until) &&
              day_read(&day, paper->query, &sum->window);
    struct figures_day shown = { day.from, day.to, day.stretch, day.n };
    struct page_setup setup = { .put = paper->setup->put,
                                .user = paper->setup->user,
                                .local = paper->setup->local,
                                .lang = paper->lang,
                                .title = paper->title,
                                .zone = paper->zone,
                                .lengths = paper->lengths,
                                .day = &shown,
                                .notes = sorted,
                                .notes_more = more };
    if (ok) {
        setup.plan = notes->entries->plan;
        setup.n_notes = notes_sort(notes, sorted);
        notes_more(notes, paper->lang, sum->window.since, sum->window.until, more);
        ok = page_write(&setup, sum);
    }
    free(day.stretch);
    notes_free(notes);
    return ok;
}

static bool put_note(const struct paper *paper, struct text *line, const struct page_note *note)
{
    char local[WRITER_TIME_SIZE];
    const char *const parts[] = { note->source, note->by, note->car };
    text_clear(line);
    paper->setup->local(note->at, local);
    text_put(line, "  ");
    lang_time(line, paper->lang, local);
    for (int i = 0; i < 3; i++) {
        text_put(line, parts[i][0] ? "  " : "");
        text_safe(line, parts[i], strlen(parts[i]));
    }
    text_put(line, "\n      ");
    struct text safe = text_grow(8192);
    text_safe(&safe, note->text, strlen(note->text));
    lines_wrap(line, safe.data ? safe.data : "", 6, paper->setup->columns);
    bool ok = !safe.failed && !line->failed && paper->setup->put(paper->setup->user, line->data, line->len);
    text_free(&safe);
    return ok;
}

bool paper_notes_text(const struct paper *paper, struct wall since, struct wall until)
{
    struct page_note sorted[PAPER_NOTES_MAX];
    char more[PAPER_LINE];
    struct text line = text_grow(16384);
    struct notes *notes = calloc(1, sizeof *notes);
    if (!notes)
        return false;
    bool ok = notes_read(notes, paper, since, until);
    int n = ok ? notes_sort(notes, sorted) : 0;
    if (n) {
        text_fmt(&line, "%s\n", lang_word(paper->lang, "Shift notes"));
        ok = paper->setup->put(paper->setup->user, line.data, line.len);
    }
    for (int i = 0; ok && i < n; i++)
        ok = put_note(paper, &line, &sorted[i]);
    notes_more(notes, paper->lang, since, until, more);
    text_clear(&line);
    text_fmt(&line, more[0] ? "  %s\n" : "%s", more);
    ok = ok && (!line.len || paper->setup->put(paper->setup->user, line.data, line.len));
    text_free(&line);
    notes_free(notes);
    return ok;
}
