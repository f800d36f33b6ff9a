/*
 * The pictures of the page, each drawn from the figures alone. Each adds one <svg> to `out`, or nothing if
 * there is nothing to show (false then). Pure.
 */
#pragma once

#include "core/figures.h"
#include "core/plan.h"
#include "report/writer.h"

#define PLOT_WIDE 720 /* px, of every picture */

struct plot {
    struct text *out;
    const char *lang;                                          /* "en" or "ru" */
    const struct plan *plan;                                   /* names of stages and bays; NULL: ids */
    void (*local)(struct wall at, char out[WRITER_TIME_SIZE]); /* "2026-03-01 09:20" */
    const struct figures_day *day;                             /* for plot_day; may be NULL */
};

bool plot_losses(const struct plot *p, const struct figures_sum *sum);
bool plot_cycle(const struct plot *p, const struct figures_sum *sum);
bool plot_promise(const struct plot *p, const struct figures_sum *sum);
bool plot_funnel(const struct plot *p, const struct figures_sum *sum);
bool plot_heat(const struct plot *p, const struct figures_sum *sum);
bool plot_day(const struct plot *p, const struct figures_sum *sum);

/* "3:07"; less than half a minute is "<0:01". */
void plot_hours(struct text *out, int64_t ms);
/* The stage's, the bay's name in the plan, else the id. */
const char *plot_stage(const struct plot *p, const char *id);
const char *plot_bay(const struct plot *p, const char *id);
