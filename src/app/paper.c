#include "app/paper.h"

#include "app/entry.h"
#include "report/lines.h"

#include <stdlib.h>
#include <string.h>

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

static bool notes_read(struct notes *n, struct query *q, struct wall since, struct wall until)
{
    const char *why;
    struct query_filter filter = { .since = since, .until = until };
    n->entries = entry_reader_create(q, &why);
    return n->entries && query_rows_of(q, QUERY_NOTES, &filter, take, n) && !n->failed;
}

/* In order, the oldest kept one first. */
static int notes_sort(const struct notes *n, struct page_note out[PAPER_NOTES_MAX])
{
    int count = n->n < PAPER_NOTES_MAX ? n->n : PAPER_NOTES_MAX;
    for (int i = 0; i < count; i++)
        out[i] = n->note[(n->n - count + i) % PAPER_NOTES_MAX];
    return count;
}

static void notes_free(struct notes *n)
{
    for (int i = 0; i < PAPER_NOTES_MAX; i++)
        free(n->texts[i]);
    entry_reader_destroy(n->entries);
    free(n);
}

bool paper_write(const struct paper *paper, const struct figures_sum *sum)
{
    struct page_note sorted[PAPER_NOTES_MAX];
    struct notes *notes = calloc(1, sizeof *notes);
    if (!notes)
        return false;
    bool ok = notes_read(notes, paper->query, sum->window.since, sum->window.until);
    struct page_setup setup = { .put = paper->setup->put,
                                .user = paper->setup->user,
                                .local = paper->setup->local,
                                .lang = paper->lang,
                                .title = paper->title,
                                .zone = paper->zone,
                                .notes = sorted };
    if (ok) {
        setup.plan = notes->entries->plan;
        setup.n_notes = notes_sort(notes, sorted);
        ok = page_write(&setup, sum);
    }
    notes_free(notes);
    return ok;
}

static bool put_note(const struct paper *paper, struct text *line, const struct page_note *note)
{
    char local[WRITER_TIME_SIZE];
    const char *const parts[] = { note->source, note->by, note->car };
    text_clear(line);
    paper->setup->local(note->at, local);
    text_fmt(line, "  %s", local);
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
    struct text line = text_grow(16384);
    struct notes *notes = calloc(1, sizeof *notes);
    if (!notes)
        return false;
    bool ok = notes_read(notes, paper->query, since, until);
    int n = ok ? notes_sort(notes, sorted) : 0;
    if (n)
        ok = paper->setup->put(paper->setup->user, "Shift notes\n", 12);
    for (int i = 0; ok && i < n; i++)
        ok = put_note(paper, &line, &sorted[i]);
    text_free(&line);
    notes_free(notes);
    return ok;
}
