/* Which figures a manager gets, in which order (CONTRACT 7). Knows neither database nor format. Pure but for
 * the writer it is given. */
#pragma once

#include "core/figures.h"
#include "report/writer.h"

enum report_extent {
    REPORT_DATA,  /* every figure, in the order that programs rely on: the base figures first */
    REPORT_BRIEF, /* what a manager acts on, in less than a screen: findings, losses, or the table asked for */
    REPORT_MAIL,  /* the same without commands: whoever reads it has none at hand */
    REPORT_FULL,  /* the same, and every table behind it */
    REPORT_ASKED, /* the tables that were asked for: --by and --compare */
    REPORT_PAGE,  /* the other tables of the page, but for those that its pictures show whole */
};

/* Writes the report as the writer's root. */
void report_write(struct writer *w, const struct figures_sum *sum, enum report_extent extent);

/* What the lines above it say; texts may hold any bytes. */
struct report_about {
    const char *what;  /* "report" */
    const char *title; /* of the workshop, in place of command and database; NULL or "": those */
    struct wall as_of; /* with a title: the window lasts, this is now; WALL_NONE: not told */
    struct wall since, until;
    const char *zone, *database;
    const char *lengths; /* the line on lengths and opening hours, in the reader's language */
    void (*local)(struct wall at, char out[WRITER_TIME_SIZE]);
};
void report_head(struct writer *w, const struct report_about *about);

/* Now, if the window lasts; else WALL_NONE. */
struct wall report_as_of(const struct figures_sum *sum);

/* The end of what is compared with the period before: now, if the window is not over. */
struct wall report_end(const struct figures_sum *sum);

/* "2026-03-01 – 2026-03-31" in the reader's way of dates: whole days, the last one included, or times of day.
 * An open end is said in words. */
struct text;
void report_period(struct text *out, const char *lang, struct wall since, struct wall until,
                   void (*local)(struct wall at, char out[WRITER_TIME_SIZE]));
