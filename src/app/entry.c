#include "app/entry.h"

#include "app/ask.h"
#include "report/words.h"
#include "wire/msg.h"

#include <stdlib.h>
#include <string.h>

/* The columns of query_story.c's events. */
enum {
    AT_SEQ,
    AT_SOURCE,
    AT_TYPE,
    AT_JOB,
    AT_STAGE,
    AT_AT,
    AT_RECEIVED,
    AT_LATE,
    AT_CLAMPED,
    AT_SYNCED,
    AT_SKIPPED,
    AT_RESULT,
    AT_REASON,
    AT_BY,
    AT_CODE,
    AT_PLATE,
    AT_BODY,
    AT_COUNT,
};

struct entry_reader *entry_reader_create(struct query *q, const char *lang, const char **why)
{
    struct text config = text_grow(CONFIG_BYTES_MAX);
    struct entry_reader *r = calloc(1, sizeof *r);
    struct plan *plan = calloc(1, sizeof *plan);
    int n;
    query_columns(QUERY_LOG, &n);
    *why = n == AT_COUNT ? "out of memory" : "the log has other columns";
    if (!r || !plan || n != AT_COUNT)
        goto out;
    r->lang = lang;
    r->plan = plan;
    r->texts = text_grow(ENTRY_BYTES_MAX);
    r->said = text_grow(ENTRY_BYTES_MAX);
    if (!query_config(q, &config)) {
        *why = query_fault(q);
        goto out;
    }
    if (config.len && !config_decode(config.data, config.len, r->plan))
        plan_clear(r->plan); /* names are then ids */
    text_free(&config);
    return r;
out:
    text_free(&config);
    free(plan);
    free(r);
    return NULL;
}

void entry_reader_destroy(struct entry_reader *r)
{
    if (!r)
        return;
    free(r->plan);
    text_free(&r->texts);
    text_free(&r->said);
    free(r);
}

/* A copy with a NUL, as an offset into r->texts, which may still move; SIZE_MAX for nothing. What stands
 * behind a NUL byte is left out. */
static size_t keep(struct entry_reader *r, const struct query_cell *cell)
{
    size_t at = r->texts.len;
    if (cell->null || !cell->len)
        return SIZE_MAX;
    text_add(&r->texts, cell->text, cell->len);
    text_add(&r->texts, "", 1);
    return at;
}

static void read_texts(struct entry_reader *r, const struct query_cell *cells)
{
    struct entry *e = &r->entry;
    const struct {
        const char **to;
        int from;
    } texts[] = { { &e->source, AT_SOURCE }, { &e->type, AT_TYPE },     { &e->job, AT_JOB },
                  { &e->stage, AT_STAGE },   { &e->reason, AT_REASON }, { &e->by, AT_BY },
                  { &e->code, AT_CODE },     { &e->plate, AT_PLATE } };
    size_t at[sizeof texts / sizeof texts[0]];
    text_clear(&r->texts);
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        at[i] = keep(r, &cells[texts[i].from]);
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        *texts[i].to = at[i] == SIZE_MAX || !r->texts.data ? "" : r->texts.data + at[i];
}

static struct wall wall_of(const struct query_cell *cell)
{
    return cell->null ? WALL_NONE : (struct wall){ cell->number };
}

const struct entry *entry_read(struct entry_reader *r, const struct query_cell *cells)
{
    struct entry *e = &r->entry;
    read_texts(r, cells);
    e->seq = cells[AT_SEQ].number;
    e->at = wall_of(&cells[AT_AT]);
    e->received = wall_of(&cells[AT_RECEIVED]);
    e->late = cells[AT_LATE].number;
    e->clamped = cells[AT_CLAMPED].number;
    e->synced = cells[AT_SYNCED].number;
    e->applied = cells[AT_RESULT].len == 7 && memcmp(cells[AT_RESULT].text, "applied", 7) == 0;
    const struct query_cell *body = &cells[AT_BODY];
    bool readable = !body->null && strcmp(e->type, "config") != 0 &&
                    msg_decode(body->text ? body->text : "", body->len, &r->event) == REASON_NONE &&
                    r->event.fault == REASON_NONE;
    e->event = readable ? &r->event : NULL;
    text_clear(&r->said);
    words_event(&r->said, &(struct words_about){ .lang = r->lang,
                                                 .plan = r->plan,
                                                 .event = e->event,
                                                 .type = e->type,
                                                 .stage = e->stage,
                                                 .refused = !e->applied,
                                                 .local = ask_local });
    e->said = r->said.data ? r->said.data : "";
    return r->said.failed || r->texts.failed ? NULL : e;
}
