/* pitboard jobs, spans, events: the rows behind the figures. */
#include "app/ask.h"
#include "app/calendar.h"
#include "app/cmd.h"
#include "base/text.h"

#include <stdio.h>
#include <string.h>

struct listing {
    struct ask *ask;
    struct writer *writer;
    const struct query_column *columns;
    struct tag tags[QUERY_COLUMNS_MAX];
    int n;
    bool suspect; /* the last column is why */
    bool failed;
};

/* What people read by its name. */
static enum datum_name name_of(const struct query_column *column)
{
    static const struct {
        const char *column;
        enum datum_name name;
    } names[] = {
        { "stage", NAME_STAGE },
        { "bay", NAME_BAY },
        { "work", NAME_ROUTE },
        { "kind", NAME_WORD },
    };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strcmp(names[i].column, column->name) == 0)
            return names[i].name;
    return NAME_NONE;
}

static struct datum datum_of(const struct query_column *column, const struct query_cell *cell)
{
    static const enum datum_type types[] = {
        [QUERY_TEXT] = DATUM_TEXT, [QUERY_INT] = DATUM_INT,       [QUERY_FLAG] = DATUM_FLAG,
        [QUERY_TIME] = DATUM_TIME, [QUERY_LENGTH] = DATUM_LENGTH,
    };
    return (struct datum){ .type = cell->null ? DATUM_NONE : types[column->type],
                           .name = name_of(column),
                           .number = cell->number,
                           .text = cell->text,
                           .len = cell->len };
}

static bool put_span(void *user, const struct query_cell *cells)
{
    struct listing *l = user;
    int n;
    const struct query_column *columns = query_columns(QUERY_JOB_SPANS, &n);
    if (cells[n - 1].number) /* voided */
        return true;
    writer_start(l->writer, WRITER_ROW, &(struct tag){ NULL, NULL });
    for (int i = 0; i < n - 1; i++)
        writer_attr(l->writer, &(struct tag){ columns[i].name, NULL }, datum_of(&columns[i], &cells[i]));
    writer_end(l->writer);
    return writer_is_well(l->writer);
}

/* The standing spans of the job in the first cell, as a list inside its row. */
static bool put_spans(struct listing *l, const struct query_cell *cells)
{
    char job[EVENT_ID_SIZE];
    snprintf(job, sizeof job, "%.*s", (int)cells[JOB_JOB].len, cells[JOB_JOB].text);
    struct query_filter filter = { .since = WALL_NONE, .until = WALL_NONE, .job = job };
    writer_start(l->writer, WRITER_LIST, &(struct tag){ "spans", NULL });
    bool ok = query_rows_of(l->ask->query, QUERY_JOB_SPANS, &filter, put_span, l);
    writer_end(l->writer);
    return ok;
}

/* "burst late" in the reader's words, "подряд, сообщено поздно". */
static void say_reasons(const struct listing *l, const struct query_cell *cell, struct text *out)
{
    char word[24];
    for (const char *at = cell->text; *at;) {
        size_t len = strcspn(at, " ");
        snprintf(word, sizeof word, "%.*s", (int)len, at);
        text_put(out, out->len ? ", " : "");
        text_put(out, writer_word(l->writer, word));
        at += len + (at[len] == ' ');
    }
}

static bool put_row(void *user, const struct query_cell *cells)
{
    struct listing *l = user;
    static const struct tag row = { NULL, NULL };
    writer_start(l->writer, WRITER_ROW, &row);
    for (int i = 0; i < l->n - l->suspect; i++)
        writer_attr(l->writer, &l->tags[i], datum_of(&l->columns[i], &cells[i]));
    if (l->suspect) {
        char said[300];
        struct text reasons = text_over(said, sizeof said);
        bool people = writer_is_for_people(l->writer);
        if (people)
            say_reasons(l, &cells[l->n - 1], &reasons);
        writer_attr(l->writer, &l->tags[l->n - 1], datum_text(people ? said : cells[l->n - 1].text));
    }
    if (l->ask->format == WRITER_XES)
        l->failed |= !put_spans(l, cells);
    writer_end(l->writer);
    return writer_is_well(l->writer) && !l->failed;
}

/* The columns of the spans, and the reasons. */
static void add_reasons(struct listing *l, struct query_column columns[QUERY_COLUMNS_MAX])
{
    memcpy(columns, l->columns, (size_t)l->n * sizeof *columns);
    columns[l->n++] = (struct query_column){ "reasons", QUERY_TEXT, "doubtful" };
    l->columns = columns;
}

/* Which presses go together is a matter of the workshop's own days. */
static bool put_suspects(struct listing *l)
{
    struct ask *ask = l->ask;
    struct wall first, newest;
    if (!query_extent(ask->query, &first, &newest))
        return false;
    struct hours *hours = calendar_make(ask->conf, first, newest);
    bool ok = hours && query_suspects(ask->query, ask->since, ask->until, hours, put_row, l);
    hours_destroy(hours);
    return ok;
}

static int rows_of(struct ask *ask, enum query_table table, bool suspect)
{
    struct listing l = { .ask = ask, .writer = ask->writer, .suspect = suspect };
    struct query_column columns[QUERY_COLUMNS_MAX];
    l.columns = query_columns(table, &l.n);
    if (suspect)
        add_reasons(&l, columns);
    for (int i = 0; i < l.n; i++)
        l.tags[i] = (struct tag){ l.columns[i].name, l.columns[i].title };
    writer_start(l.writer, WRITER_LIST, &(struct tag){ ask->opts.spec->name, NULL });
    writer_columns(l.writer, l.tags, l.n);
    bool ok = suspect ? put_suspects(&l) : query_rows(ask->query, table, ask->since, ask->until, put_row, &l);
    writer_end(l.writer);
    return ask_end(ask, ok && !l.failed);
}

enum { OPT_ONLY = ASK_OWN };

/* Rows, or only those that --late or --suspect means. */
struct some {
    struct ask ask; /* first: `own` gets it */
    bool only;
};

static int own_only(struct ask *ask, int key)
{
    (void)key;
    ((struct some *)ask)->only = true;
    return -1;
}

static const struct opts_row job_rows[] = {
    ASK_ROWS_WINDOW,
    { "late", OPT_ONLY, NULL, "only those that were ready after their first promise, the latest first" },
    { 0 },
};

static const struct opts_spec job_spec = {
    .name = "jobs",
    .usage = "",
    .about = "Lists the jobs that were in the shop within the window, by opening; with --late those that\n"
             "became ready within it.\n",
    .codes = ask_codes,
    .rows = job_rows,
};

int cmd_jobs(int argc, char **argv)
{
    struct some jobs = { .ask = { .matter = ASK_JOBS, .own = own_only } };
    int code = ask_begin(&jobs.ask, &job_spec, argc, argv);
    return code >= 0 ? code : rows_of(&jobs.ask, jobs.only ? QUERY_LATE : QUERY_JOBS, false);
}

static const struct opts_row span_rows[] = {
    ASK_ROWS_WINDOW,
    { "suspect", OPT_ONLY, NULL, "only those that the log may be wrong about, and why" },
    { 0 },
};

static const struct opts_spec span_spec = {
    .name = "spans",
    .usage = "",
    .about = "Lists each time of a job in a stage that ended within the window, by its end, then those\n"
             "that still last. What was undone is left out.\n",
    .codes = ask_codes,
    .rows = span_rows,
};

int cmd_spans(int argc, char **argv)
{
    struct some spans = { .ask = { .matter = ASK_ROWS, .own = own_only } };
    int code = ask_begin(&spans.ask, &span_spec, argc, argv);
    return code >= 0 ? code : rows_of(&spans.ask, QUERY_SPANS, spans.only);
}

int cmd_events(int argc, char **argv)
{
    static const struct opts_spec spec = {
        .name = "events",
        .usage = "",
        .about = "Lists the events that happened within the window, refused ones too, in order of the log.\n",
        .codes = ask_codes,
        .rows = ask_rows,
    };
    struct ask ask = { .matter = ASK_ROWS };
    int code = ask_begin(&ask, &spec, argc, argv);
    return code >= 0 ? code : rows_of(&ask, QUERY_EVENTS, false);
}
