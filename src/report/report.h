/* Which figures a manager gets, in which order (CONTRACT 7). Knows neither database nor format. Pure but for
 * the writer it is given. */
#pragma once

#include "core/figures.h"
#include "report/writer.h"

/* Writes the whole report as the writer's root. */
void report_write(struct writer *w, const struct figures_sum *sum);

/* The line that says what the report is about: window, zone and database. */
void report_head(struct writer *w, const char *what, struct wall since, struct wall until, const char *zone,
                 const char *database, void (*local)(struct wall at, char out[WRITER_TIME_SIZE]));
