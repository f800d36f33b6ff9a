/*
 * One event of the log in words, as people of the workshop say it: "into bay 3", "on to In repair", "promised
 * for 2026-03-01 16:30". Pure; in the reader's language (report/lang), with the workshop's own names of stages and routes.
 */
#pragma once

#include "base/text.h"
#include "core/event.h"
#include "core/plan.h"
#include "report/writer.h"

struct words_about {
    const char *lang;          /* "en" or "ru" */
    const struct plan *plan;   /* for the names of stages; NULL: ids */
    const struct event *event; /* NULL: its body cannot be read any more */
    const char *type;          /* as logged; NULL: none */
    const char *stage;         /* of the job after the decision; NULL: unknown */
    bool refused;              /* what was wanted, not what came of it */
    void (*local)(struct wall at, char out[WRITER_TIME_SIZE]); /* writes "2026-03-01 16:30" */
};

/* What the event says, made safe for terminals; never empty. */
void words_event(struct text *out, const struct words_about *about);

/* Why it was refused: "refused (moved-on): the car had moved on by then". */
void words_refusal(struct text *out, const char *lang, const char *reason);

/* What else is to be known of the event, each part after a blank or semicolon: why it was refused, that it
 * was undone, told late, corrected. Nothing for an event as it should be. */
struct words_marks {
    const char *lang;    /* "en" or "ru" */
    const char *refused; /* the reason; NULL: it was applied */
    bool undone, late, clamped, unsynced;
};
void words_marks(struct text *out, const struct words_marks *marks);

/* The name in the plan, in the language if it has one there; its id, if the plan (NULL: none) does not know it. */
const char *words_stage(const struct plan *plan, const char *lang, const char *id);
const char *words_route(const struct plan *plan, const char *lang, const char *id);
