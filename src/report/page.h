/*
 * The report as one HTML page: no script, nothing fetched, well-formed XML, made for A4 and for mail.
 * Findings and pictures first, then the tables of the text report; notes of a month last. Pure but for the writing.
 */
#pragma once

#include "core/figures.h"
#include "core/plan.h"
#include "report/writer.h"

struct page_note {
    struct wall at;
    const char *source, *by, *car, *text; /* "" if none */
};

struct page_setup {
    bool (*put)(void *user, const char *bytes, size_t len); /* false: cannot be written */
    void *user;
    void (*local)(struct wall at, char out[WRITER_TIME_SIZE]); /* "2026-03-01 09:20" */
    const char *lang;                                          /* "en" or "ru" */
    const struct plan *plan;                                   /* names of stages and bays; NULL: ids */
    const char *title;                                         /* of the workshop; "" if none */
    const char *zone;
    const char *lengths;           /* the line on lengths and opening hours, in `lang` */
    const struct figures_day *day; /* whose bays are drawn; NULL or n 0: the window is no local day */
    const struct page_note *notes; /* of the shift, in order */
    int n_notes;
    const char *notes_more; /* that there are more, in `lang`; "": these are all */
};

/* False: something could not be written, or memory ran out. */
bool page_write(const struct page_setup *setup, const struct figures_sum *sum);

/* The page's style sheet. */
extern const char page_style[];
