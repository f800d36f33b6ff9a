/* What the tests of calls share: a board of ready cars, and what is called at a moment. */
#pragma once

#include "base/text.h"
#include "display/calls.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define DELAY 10000

static struct view *view;
static struct calls calls;
static struct boot looked; /* the last time, as far as a test goes by deadlines */

static inline struct boot at(int64_t ms)
{
    return (struct boot){ ms };
}

static inline int start(void **state)
{
    (void)state;
    view = calloc(1, sizeof *view);
    view->jobs = calloc(8, sizeof *view->jobs);
    view->n_stages = 2;
    view->stages = calloc(2, sizeof *view->stages);
    view->stages[0].kind = KIND_WORK;
    view->stages[1].kind = KIND_READY;
    calls_start(&calls);
    looked = at(0);
    return 0;
}

static inline int stop(void **state)
{
    (void)state;
    view_destroy(view);
    calls_free(&calls);
    return 0;
}

/* Adds a ready car; `ready_at` tells one entry into ready from another. */
static inline struct view_job *ready(const char *key, int64_t ready_at)
{
    struct view_job *job = &view->jobs[view->n_jobs++];
    text_copy(job->key, sizeof job->key, key);
    job->stage = 1;
    job->ready_at = (struct wall){ ready_at };
    job->called_at = WALL_NONE;
    return job;
}

static inline void take(int64_t ms)
{
    assert_true(calls_board(&calls, view, true, DELAY, at(ms)));
    calls_tick(&calls, true, at(ms));
    looked = at(ms);
}

static inline const char *shown(int64_t ms)
{
    int number, of;
    calls_tick(&calls, true, at(ms));
    const char *key = calls_current(&calls, &number, &of);
    return key ? key : "";
}

/* Wakes at every deadline from the last look on; then the number and count of the call that is shown, "2/3", or
 * nothing. */
static inline const char *count(int64_t ms)
{
    static char out[32];
    int number, of;
    out[0] = '\0';
    for (struct boot now = looked; now.ms < ms; now = calls_deadline(&calls, now))
        calls_tick(&calls, true, now);
    calls_tick(&calls, true, at(ms));
    looked = at(ms);
    if (calls_current(&calls, &number, &of))
        snprintf(out, sizeof out, "%d/%d", number, of);
    return out;
}

static inline bool bright(const char *key, int64_t ms)
{
    return calls_last(&calls, key, at(ms)).ms != BOOT_FAR.ms;
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, start, stop)
