/*
 * The report as an HTML page, with the names of the logged configuration and the notes of the shift, as
 * `report --format html` and `daily` write it. One thread.
 */
#pragma once

#include "core/figures.h"
#include "report/page.h"
#include "store/query.h"

#define PAPER_NOTES_MAX 100 /* the newest of the window */

struct paper {
    struct query *query;
    const struct writer_setup *setup;          /* where to */
    const char *lang, *title, *zone, *lengths; /* as in page_setup */
};

/* False: query_fault, or memory is out, or it could not be written. */
bool paper_write(const struct paper *paper, const struct figures_sum *sum);

/* The notes of the window as lines of text; "" if there are none. False as above. */
bool paper_notes_text(const struct paper *paper, struct wall since, struct wall until);
