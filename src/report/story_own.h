/* Shared by story*.c only. */
#pragma once

#include "report/story.h"

#define STORY_MOVES_MAX 64 /* promises that are listed */

struct story_sum {
    int64_t work_ms, wait_ms, hold_ms; /* before the last entry into ready (CONTRACT 7: touch, wait, hold) */
    int64_t gap_ms;                    /* from it on */
    int64_t all_ms;
};

struct story {
    struct story_job job;
    struct wall now;
    struct story_span *spans;
    struct story_stay *stays;
    struct story_event *events;
    int n_spans, n_stays, n_events;
    char **texts; /* all copies */
    int n_texts, room_texts;
    bool failed;
    const struct hours *hours;  /* NULL: no opening hours are known */
    struct story_sum sum, open; /* by story_finish: elapsed, and of it in opening hours */
};

/* Whether the event gave the promise another value; `was` is the one before and is brought up to date. */
bool story_moves_promise(const struct story_event *e, struct wall *was);
