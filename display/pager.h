/*
 * Which cars stand on the page that is shown, and when it turns (design, "Order and pages"). Pages are split
 * evenly by lines. In a round every car of the list is shown exactly once: each turn fills the next page from
 * what has not been shown yet. Between turns rows keep their places; a car that leaves leaves a gap. Pure:
 * time comes in.
 */
#pragma once

#include "display/layout.h"

#define PAGER_ROW_MS   2000
#define PAGER_LEAST_MS 8000
#define PAGER_MOST_MS  16000

struct pager {
    char (*shown)[32]; /* keys shown on earlier pages of this round */
    int n_shown, room;
    char keys[PAGE_ROWS_MAX][32]; /* of the page that is shown */
    int units[PAGE_ROWS_MAX];
    int n;
    int number, of, turn;
    int64_t dwell_ms;    /* of every page of the round */
    struct boot turn_at; /* BOOT_FAR: there is nothing to turn to */
    struct boot held;    /* since when a call holds the page; BOOT_FAR: it does not */
    bool began;
    int format; /* of the round: format and capacity */
};

void pager_start(struct pager *pager);
void pager_free(struct pager *pager);

/* The page to show at `now`. False if memory is out. */
bool pager_page(struct pager *pager, const struct frame *frame, const struct layout_setup *setup,
                const struct model *model, struct boot now, struct page *page);

/* Page `index` (from 0) of a round that begins now; for single pictures and tests. Returns the number of
 * pages; `page` is valid for an index below it. */
int pager_split(const struct frame *frame, const struct layout_setup *setup, const struct model *model,
                int index, struct page *page);
