/*
 * How far the log can be believed: what its events say about the way they were made. Walks events in order of
 * the log and sums them up in runs: a run is a stretch of consecutive events that were received on one day of the
 * workshop. What is known of a bay's last press begins anew with each run, so a run's sums depend on its own
 * events alone and hold for as long as that day is one.
 *
 * A press is an applied next, hold or rework of a bay. Pure; one thread per walk.
 */
#pragma once

#include "base/tick.h"
#include "core/figures_more.h"
#include "core/hours.h"
#include "core/plan.h"

#include <stddef.h>

#define PRESSES_BURST_MS   5000  /* presses of one bay less than this apart: a burst */
#define PRESSES_BATCH_MS   60000 /* presses of one bay, each less than this after the one before, … */
#define PRESSES_BATCH_N    4     /* … so many of them, … */
#define PRESSES_BATCH_CARS 3     /* … for so many cars: pressed later from memory */
#define PRESSES_BAYS_MAX   128   /* of one run */
#define PRESSES_SILENT_DAYS                                                                                  \
    1 /* days of others after a bay's last press that are nothing yet: today is not over */

struct press {
    int64_t seq;
    const char *source, *type, *job; /* type and job may be NULL */
    struct wall at, received;
    bool applied, synced, late, clamped, skipped;
};

struct press_run {
    int64_t first_seq, last_seq;
    struct hours_day day;
    int64_t events; /* applied ones of sources, the hub's own not counted */
    int64_t presses, burst, batch;
    int64_t unsynced, late, clamped, undone, skipped, rejected;
    char bay[PRESSES_BAYS_MAX][ID_SIZE]; /* that pressed, in order of the first press */
    int n_bays;
};

struct press_ops {
    bool (*run)(void *user, const struct press_run *run); /* a finished one */
    /* An applied event with doubts, bits of DOUBT_BIT; may be NULL. Those of a batch are told (again) when it is known to
     * be one. */
    bool (*doubt)(void *user, const char *job, struct wall at, int doubts);
    /* The day of a run that begins with this event; NULL: as the calendar has it. */
    struct hours_day (*day)(void *user, const struct press *p);
};

struct press_walk;

/* Only events received in [low, high) are counted and told; the others lead up to them. `hours` is the calendar, NULL
 * that of UTC, and outlives the walk. NULL if memory is out. */
struct press_walk *press_walk_create(int64_t low, int64_t high, const struct hours *hours,
                                     const struct press_ops *ops, void *user);
void press_walk_destroy(struct press_walk *w); /* takes NULL */
/* The next event of the log. False if a callback said so or memory is out. */
bool press_walk_event(struct press_walk *w, const struct press *p);
/* Ends the last run. */
bool press_walk_end(struct press_walk *w);

/* Sums over many runs, in any order. */
struct figures_presses {
    int64_t events, presses, burst, batch, unsynced, late, clamped, undone, skipped, rejected;
    int64_t bay_days, silent; /* see figures_more.h */
};

struct presses;
struct presses *presses_create(void);    /* NULL if memory is out */
void presses_destroy(struct presses *p); /* takes NULL */
bool presses_add(struct presses *p, const struct press_run *run);
/* A bay that the workshop has now: once it pressed, silence up to the newest press of the others counts. Others were
 * taken out of use. */
void presses_expect(struct presses *p, const char *bay);
const struct figures_presses *presses_finish(struct presses *p);
