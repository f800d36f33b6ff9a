/*
 * One car's whole story: what the log and the tables say of one job, put together once and written as text
 * for people or through a writer. Owns copies of all texts. Pure; one thread. Times are wall times, lengths
 * ms.
 *
 *   story_create → story_span …, story_stay …, story_event … (each in order) → story_finish →
 *   story_text or story_write → story_destroy
 *
 * What was undone is found by walking the log: an undo takes back the newest change that stands.
 */
#pragma once

#include "core/board.h"
#include "core/hours.h"
#include "report/writer.h"

#define STORY_ROWS_MAX 20000 /* spans, stays, events: each */

struct story_job {
    const char *job, *code, *plate, *model, *work, *advisor, *stage, *bay, *outcome; /* "" if none */
    const char *work_name;                                                           /* for people */
    bool waiting;
    struct wall opened, first_promise, promise, ready, closed; /* WALL_NONE: none */
    int64_t promise_moves, reworks;
    int score; /* -1: none */
};

struct story_span {
    int64_t n;
    const char *stage; /* id */
    const char *name;  /* for people */
    enum kind kind;
    const char *bay;           /* "" if none */
    struct wall entered, left; /* left WALL_NONE: it lasts, or it was undone */
    int64_t elapsed_ms;        /* if it lasts: up to `now` */
    int64_t open_ms;           /* of it within opening hours; the story finds it out */
    bool voided;
};

struct story_stay {
    int64_t n;
    const char *bay;
    struct wall from, to;
    bool voided;
};

struct story_event {
    int64_t seq;
    const char *source, *by, *type, *stage, *said, *reason; /* "" if none; `said` in words */
    enum event_type sort;
    bool out_of_bay;          /* an `assign` that names no bay to go to */
    struct wall at, promised; /* promised WALL_NONE: not in it, or taken away */
    bool promises;            /* it says something about the promise */
    const char *why;          /* the `reason` its sender gave */
    bool applied, late, clamped, synced;
    bool undone; /* found out by story_finish */
};

struct story;

/* `now`: what lasts is counted up to it. NULL: memory is out. */
struct story *story_create(const struct story_job *job, struct wall now);
void story_destroy(struct story *s); /* takes NULL */

/* The opening hours, before the first span; they outlive the story. NULL or hours that are not given: none are known. */
void story_set_hours(struct story *s, const struct hours *hours);

/* False: memory is out, or there are more than STORY_ROWS_MAX. */
bool story_span(struct story *s, const struct story_span *span);
bool story_stay(struct story *s, const struct story_stay *stay);
bool story_event(struct story *s, const struct story_event *event);
void story_finish(struct story *s);

/* As data: one group of figures and lists. */
void story_write(const struct story *s, struct writer *w);

/* For people in setup->lang, at most `setup->columns` (from 80 on; 0: any) wide, texts wrap; the names and what was said
 * must be in that language already. setup->local must write "2026-03-01 09:20…". False if it could not be written. */
bool story_text(const struct story *s, const struct writer_setup *setup);
