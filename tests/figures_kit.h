/* Figures fed by hand. Times are minutes after an arbitrary start. */
#pragma once

#include "core/figures_pack.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define MIN   60000
#define START INT64_C(1772000000000)

static inline struct wall at(int minute)
{
    return (struct wall){ START + (int64_t)minute * MIN };
}

static inline struct figures *begin(struct wall since, struct wall until, struct wall newest)
{
    struct figures_window window = { since, until, wall_is_none(until) ? newest : until };
    struct figures *f = figures_create(&window, FIGURES_VALUES_MAX);
    assert_non_null(f);
    assert_true(figures_stage(f, "checkin", KIND_QUEUE));
    assert_true(figures_stage(f, "parts", KIND_HOLD));
    assert_true(figures_stage(f, "repair", KIND_WORK));
    assert_true(figures_stage(f, "quality", KIND_CHECK));
    assert_true(figures_stage(f, "ready", KIND_READY));
    assert_true(figures_stage(f, "handover", KIND_DONE));
    return f;
}

static inline struct figures *begin_all(void)
{
    return begin(WALL_NONE, WALL_NONE, at(1000));
}

static inline struct figures_job job_of(int opened, struct wall ready, struct wall closed,
                                        enum outcome outcome)
{
    return (struct figures_job){ .opened = at(opened),
                                 .ready = ready,
                                 .closed = closed,
                                 .outcome = outcome,
                                 .first_promise = WALL_NONE,
                                 .score = -1 };
}

static inline void feed_job(struct figures *f, struct figures_job job)
{
    assert_true(figures_job(f, &job));
}

static inline bool try_span(struct figures *f, const char *stage, enum kind kind, struct wall entered,
                            struct wall left)
{
    int64_t elapsed = wall_is_none(left) ? 0 : wall_minus(left, entered);
    return figures_span(f, &(struct figures_span){ stage, kind, entered, left, elapsed });
}
