/*
 * A row of the log as `job` and `log` tell it: its texts, its body decoded, and what it says in words. Valid
 * until the next one is read. One thread.
 */
#pragma once

#include "base/text.h"
#include "core/event.h"
#include "core/plan.h"
#include "store/query.h"

#define ENTRY_BYTES_MAX (64 * 1024)

struct entry {
    int64_t seq;
    struct wall at, received;
    bool late, clamped, synced, applied;
    const char *source, *type, *job, *stage, *reason, *by, *code, *plate; /* "" if none */
    const char *said;
    const struct event *event; /* NULL: the body cannot be read */
};

struct entry_reader {
    const char *lang;  /* of what is said: "en" or "ru" */
    struct plan *plan; /* of the last `config`; empty if there was none */
    struct event event;
    struct text texts, said;
    struct entry entry;
};

/* `lang` outlives it. NULL, and *why says it, if memory is out or the database cannot be read. */
struct entry_reader *entry_reader_create(struct query *q, const char *lang, const char **why);
void entry_reader_destroy(struct entry_reader *r); /* takes NULL */

/* A row of QUERY_LOG or QUERY_JOB_EVENTS. NULL: memory is out. */
const struct entry *entry_read(struct entry_reader *r, const struct query_cell *cells);
