/* pitboard job: one car's whole story. */
#include "app/ask.h"
#include "app/calendar.h"
#include "app/cmd.h"
#include "app/entry.h"
#include "base/exits.h"
#include "core/plate.h"
#include "report/lang.h"
#include "report/story.h"
#include "report/words.h"
#include "sys/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FOUND_MAX    50  /* jobs that are listed */
#define COLUMNS_FILE 120 /* a story is prose, and is broken in files too */

static const struct opts_row rows[] = {
    ASK_ROW_DB, { "format", ASK_FORMAT, "FORMAT", "text (default) or json" }, ASK_ROW_LANG, ASK_ROW_OUTPUT,
    { 0 },
};

static const struct opts_spec spec = {
    .name = "job",
    .usage = "ID",
    .about =
        "Tells the whole story of one car: when it came and went, every step and who said so, promises and\n"
        "their moves, what was undone, its stages, bays and sums, in opening hours too if they are known.\n"
        "ID is a work order, a code or a plate (spaces, hyphens, small letters and Cyrillic look-alikes do\n"
        "not matter); if several visits fit, they are listed, newest first.\n",
    .codes = "Exit codes: 0 done, 1 there is no such job or several, 2 wrong use or configuration, 3 the "
             "database\n"
             "cannot be read.\n",
    .rows = rows,
};

/* What is found of one name. */
struct found {
    struct ask *ask;
    char job[EVENT_ID_SIZE]; /* of the first */
    int n;
    bool exact; /* the first one's id is the name itself */
    struct text list;
};

static void put_cell(struct text *out, const struct query_cell *cell, const char *after)
{
    text_safe(out, cell->null ? "" : cell->text, cell->null ? 0 : cell->len);
    text_put(out, after);
}

static void list_job(struct found *f, const struct query_cell *c)
{
    char opened[WRITER_TIME_SIZE], name[ID_SIZE];
    const struct ask *ask = f->ask;
    ask_local((struct wall){ c[JOB_OPENED].number }, opened);
    text_put(&f->list, "  ");
    lang_time(&f->list, ask->lang, opened);
    text_put(&f->list, "  ");
    put_cell(&f->list, &c[JOB_JOB], "  ");
    put_cell(&f->list, &c[JOB_CODE], "  ");
    put_cell(&f->list, &c[JOB_PLATE], "  ");
    put_cell(&f->list, &c[JOB_MODEL], "  ");
    const struct query_cell *state = c[JOB_OUTCOME].null ? &c[JOB_STAGE] : &c[JOB_OUTCOME];
    snprintf(name, sizeof name, "%.*s", (int)state->len, state->text);
    const char *said =
        c[JOB_OUTCOME].null ? words_stage(ask->names, ask->lang, name) : lang_word(ask->lang, name);
    text_safe(&f->list, said, strlen(said));
    text_put(&f->list, "\n");
}

static bool take_found(void *user, const struct query_cell *cells)
{
    struct found *f = user;
    char id[EVENT_ID_SIZE];
    snprintf(id, sizeof id, "%.*s", (int)cells[JOB_JOB].len, cells[JOB_JOB].text);
    bool exact = strcmp(id, f->ask->opts.operands[0]) == 0;
    if (!f->exact && (exact || f->n == 0))
        memcpy(f->job, id, sizeof id);
    f->exact |= exact;
    if (f->n < FOUND_MAX)
        list_job(f, cells);
    f->n++;
    return !exact;
}

/* The name as the hub writes codes: capitals, Cyrillic where Latin letters look the same. */
static void code_of(const char *key, char out[PLATE_SIZE])
{
    static const char latin[] = "ABEKMHOPCTYX", cyrillic[] = "АВЕКМНОРСТУХ";
    struct text t = text_over(out, PLATE_SIZE);
    const char *at = key[0] ? strchr(latin, key[0]) : NULL;
    if (at)
        text_add(&t, cyrillic + 2 * (at - latin), 2);
    text_put(&t, at ? key + 1 : key);
}

/* The id is looked for first: it is unique, and a work order may look like a plate. */
static bool find(struct found *f)
{
    char key[PLATE_SIZE] = "", code[PLATE_SIZE] = "";
    const char *name = f->ask->opts.operands[0];
    if (utf8_length(name, strlen(name)) <= 16)
        plate_key(name, key);
    code_of(key, code);
    struct query_filter filter = {
        .since = WALL_NONE, .until = WALL_NONE, .job = name, .source = code, .plate_key = key[0] ? key : NULL
    };
    f->list = text_grow(64 * 1024);
    if (!query_rows_of(f->ask->query, QUERY_JOB, &filter, take_found, f))
        return false;
    return f->exact || query_rows_of(f->ask->query, QUERY_FOUND, &filter, take_found, f);
}

/* The story. */

struct telling {
    struct ask *ask;
    struct entry_reader *entries;
    struct story *story;
    struct hours *hours;
    char text[JOB_CELLS][CHARS_SIZE(500)]; /* the job's row as texts */
};

static const char *text_of(struct telling *t, const struct query_cell *cells, int i)
{
    if (cells[i].null)
        return "";
    snprintf(t->text[i], sizeof t->text[i], "%.*s", (int)cells[i].len, cells[i].text);
    return t->text[i];
}

static struct wall time_of(const struct query_cell *cell)
{
    return cell->null ? WALL_NONE : (struct wall){ cell->number };
}

static bool take_job(void *user, const struct query_cell *c)
{
    struct telling *t = user;
    struct story_job job = { .job = text_of(t, c, JOB_JOB),
                             .code = text_of(t, c, JOB_CODE),
                             .plate = text_of(t, c, JOB_PLATE),
                             .model = text_of(t, c, JOB_MODEL),
                             .work = text_of(t, c, JOB_WORK),
                             .work_name =
                                 words_route(t->entries->plan, t->ask->lang, text_of(t, c, JOB_WORK)),
                             .advisor = text_of(t, c, JOB_ADVISOR),
                             .stage = text_of(t, c, JOB_STAGE),
                             .bay = text_of(t, c, JOB_BAY),
                             .outcome = text_of(t, c, JOB_OUTCOME),
                             .waiting = c[JOB_WAITING].number,
                             .opened = time_of(&c[JOB_OPENED]),
                             .first_promise = time_of(&c[JOB_FIRST_PROMISE]),
                             .promise = time_of(&c[JOB_PROMISE]),
                             .promise_moves = c[JOB_PROMISE_MOVES].number,
                             .ready = time_of(&c[JOB_READY]),
                             .closed = time_of(&c[JOB_CLOSED]),
                             .reworks = c[JOB_REWORKS].number,
                             .score = c[JOB_SCORE].null ? -1 : (int)c[JOB_SCORE].number };
    struct wall now = clock_wall();
    t->hours = calendar_make(t->ask->conf, job.opened, now);
    t->story = t->hours ? story_create(&job, now) : NULL;
    if (t->story)
        story_set_hours(t->story, t->hours);
    return false;
}

static bool take_span(void *user, const struct query_cell *c)
{
    struct telling *t = user;
    int kind = kind_find(text_of(t, c, 2));
    return story_span(
        t->story, &(struct story_span){ .n = c[0].number,
                                        .stage = text_of(t, c, 1),
                                        .name = words_stage(t->entries->plan, t->ask->lang, text_of(t, c, 1)),
                                        .kind = kind < 0 ? KIND_QUEUE : (enum kind)kind,
                                        .bay = text_of(t, c, 3),
                                        .entered = time_of(&c[4]),
                                        .left = time_of(&c[5]),
                                        .elapsed_ms = c[6].number,
                                        .voided = c[7].number });
}

static bool take_stay(void *user, const struct query_cell *c)
{
    struct telling *t = user;
    return story_stay(t->story, &(struct story_stay){ .n = c[0].number,
                                                      .bay = text_of(t, c, 1),
                                                      .from = time_of(&c[2]),
                                                      .to = time_of(&c[3]),
                                                      .voided = c[4].number });
}

static bool take_event(void *user, const struct query_cell *cells)
{
    struct telling *t = user;
    const struct entry *e = entry_read(t->entries, cells);
    if (!e)
        return false;
    const struct event *event = e->event;
    bool promises = event && (event_has(event, FIELD_PROMISED) || event_clears(event, FIELD_PROMISED));
    return story_event(
        t->story, &(struct story_event){
                      .seq = e->seq,
                      .source = e->source,
                      .by = e->by,
                      .type = e->type,
                      .stage = e->stage,
                      .said = e->said,
                      .reason = e->reason,
                      .sort = event_type_find(e->type),
                      .out_of_bay = event && event_clears(event, FIELD_BAY),
                      .at = e->at,
                      .promises = promises,
                      .promised = event && event_has(event, FIELD_PROMISED) ? event->promised : WALL_NONE,
                      .why = event && event_has(event, FIELD_REASON) ? event->reason : "",
                      .applied = e->applied,
                      .late = e->late,
                      .clamped = e->clamped,
                      .synced = e->synced });
}

/* Reads all of it; false: query_fault says why, or memory is out. */
static bool gather(struct telling *t, const char *job)
{
    struct query *q = t->ask->query;
    struct query_filter filter = { .since = WALL_NONE, .until = WALL_NONE, .job = job };
    return query_rows_of(q, QUERY_JOB, &filter, take_job, t) && t->story &&
           query_rows_of(q, QUERY_JOB_SPANS, &filter, take_span, t) &&
           query_rows_of(q, QUERY_JOB_STAYS, &filter, take_stay, t) &&
           query_rows_of(q, QUERY_JOB_EVENTS, &filter, take_event, t);
}

static bool tell(struct ask *ask, const char *job)
{
    const char *why;
    struct telling *t = calloc(1, sizeof *t);
    bool ok = false;
    if (!t)
        return false;
    t->ask = ask;
    t->entries = entry_reader_create(ask->query, ask->lang, &why);
    ok = t->entries && gather(t, job);
    if (ok) {
        story_finish(t->story);
        if (!ask->setup.columns)
            ask->setup.columns = COLUMNS_FILE;
        if (ask->format == WRITER_TEXT)
            ok = story_text(t->story, &ask->setup);
        else
            story_write(t->story, ask->writer);
    }
    entry_reader_destroy(t->entries);
    story_destroy(t->story);
    hours_destroy(t->hours);
    free(t);
    return ok;
}

int cmd_job(int argc, char **argv)
{
    struct ask ask = { .matter = ASK_STORY, .operands = 1 };
    struct found found = { .ask = &ask };
    int code = ask_begin(&ask, &spec, argc, argv);
    if (code >= 0)
        return code;
    bool ok = find(&found);
    if (ok && !found.exact && found.n != 1) {
        opts_fail(&ask.opts, EXITS_NO,
                  found.n ? "%s: %d visits, newest first; name one of them" : "%s: no such job",
                  ask.opts.operands[0], found.n);
        if (ask.format == WRITER_TEXT && found.n)
            ok = ask.setup.put(ask.setup.user, found.list.data, found.list.len);
        code = EXITS_NO;
    } else if (ok) {
        ok = tell(&ask, found.job);
    }
    text_free(&found.list);
    int end = ask_end(&ask, ok);
    return end ? end : code > 0 ? code : EXITS_DONE;
}
