/*
 * The manager's figures (CONTRACT 7): fed with rows, it says where the time went. Pure; exact nearest-rank
 * percentiles. What belongs into the window is decided in here, so the caller may feed more than needed, but
 * never less than every job that was in the shop within the window.
 *
 *   figures_create → figures_stage … → { figures_job → its figures_span … by n → its figures_stay … } … →
 *   figures_finish → figures_destroy
 *
 * Lengths are ms, shares 0…1. Not thread-safe. A feeding function returns false when memory is out or a limit
 * is reached; the figures are then incomplete and must be thrown away.
 */
#pragma once

#include "base/tick.h"
#include "core/board.h"
#include "core/figures_more.h"
#include "core/hours.h"
#include "core/presses.h"

#include <stddef.h>

#define FIGURES_STAGES_MAX 400
#define FIGURES_BAYS_MAX   400
#define FIGURES_HOLDS_MAX  400
#define FIGURES_SPANS_MAX  20000             /* work and check spans of one job */
#define FIGURES_RUSHED_MS  120000            /* ready for less than this before the handover: pressed late */
#define FIGURES_VALUES_MAX ((size_t)1 << 27) /* lengths kept for one percentile list */

struct figures_window {
    struct wall since, until; /* WALL_NONE: not given */
    struct wall now;          /* what still lasts counts up to here */
};

enum figures_cycle {
    CYCLE_LEAD,
    CYCLE_TO_READY,
    CYCLE_PICKUP_GAP,
    CYCLE_TOUCH,
    CYCLE_WAIT,
    CYCLE_HOLD,
    CYCLE_COUNT,
};

struct figures_stage {
    char id[ID_SIZE];
    enum kind kind;
    bool retired; /* not in the configuration, but there were spans */
    struct figures_spread spread;
    int64_t working_ms;
    int64_t limit_ms,
        over; /* 0: no limit; over: spans that took longer, in working time if there are hours */
};

struct figures_bay {
    char id[ID_SIZE];
    int64_t jobs, occupied_ms, working_ms;
};

struct figures_hold {
    char id[ID_SIZE];
    int64_t n, total_ms;
};

/* Counted by the database, by time of receipt. */
struct figures_quality {
    int64_t late, clamped, rejected, undone, skipped;
};

struct figures_sum {
    struct figures_window window;
    struct {
        int64_t opened, ready, closed, cancelled, open;
    } jobs;
    struct figures_spread cycle[CYCLE_COUNT];
    const struct figures_stage *stages; /* configured order, then retired ones by id; without `done` */
    int n_stages;
    const struct figures_bay *bays; /* by id; those with a stay in the window */
    int n_bays;
    const struct figures_hold *holds; /* longest total first, equals by id */
    int n_holds;
    struct {
        int64_t n, kept, moved;
    } promise;
    int64_t rework_jobs;
    struct {
        int64_t n, total;
    } rating;
    struct figures_quality quality;

    /* Beyond the base figures. */
    bool has_hours;
    struct figures_spread working[CYCLE_COUNT]; /* `cycle` in working time */
    const struct figures_loss *losses;
    int n_losses;
    struct figures_lateness lateness;
    struct figures_repeat repeat;
    const struct figures_funnel *funnel;
    int n_funnel;
    struct figures_ratings ratings;
    struct figures_bin bin[FIGURES_BINS]; /* from in to ready: working time if there are hours */
    int n_bins;
    struct figures_heat heat;
    enum figures_by by;
    const struct figures_group *groups; /* of `by`, in order */
    int n_groups;
    struct figures_trust trust;
    const struct figures_sum *before; /* --compare: the period before; NULL if not asked for */
};

/* Texts may be NULL; they are copied. */
struct figures_job {
    struct wall opened, ready, closed, first_promise; /* WALL_NONE: not there */
    enum outcome outcome;
    int64_t promise_moves, reworks;
    int score; /* -1: none */
    const char *plate_key, *advisor, *work, *stage;
};

struct figures_span {
    const char *stage;
    enum kind kind;
    struct wall entered, left; /* left WALL_NONE: it lasts */
    int64_t elapsed_ms;        /* means nothing while it lasts */
};

struct figures;

/* At most `values_max` lengths in each list of percentiles (FIGURES_VALUES_MAX if it is more). NULL if memory
 * is out. */
struct figures *figures_create(const struct figures_window *window, size_t values_max);
void figures_destroy(struct figures *f); /* takes NULL */

/* The configured stages, in order, before the first job. */
bool figures_stage(struct figures *f, const char *id, enum kind kind);

/* What is wanted beyond the base figures, before the first job. The calendar must outlive the figures and
 * cover every time that is fed; without one there is no working time, and local time is UTC. */
void figures_set_hours(struct figures *f, const struct hours *hours);
void figures_set_by(struct figures *f, enum figures_by by);
void figures_set_repeat(struct figures *f, int days); /* 0: repeat visits are not counted */
/* The limit of a configured stage. */
void figures_set_limit(struct figures *f, const char *stage, int64_t limit_ms);
/* A handover before the window: repeat visits are counted from those too. */
bool figures_handover(struct figures *f, const char *plate_key, struct wall closed);

/* "stage" "bay" …, BY_NONE if there is no such one; the name of one. */
enum figures_by figures_by_find(const char *name);
const char *figures_by_name(enum figures_by by);
bool figures_by_visit(enum figures_by by); /* are its rows made of visits, not of stages or bays? */

/* The next job; what follows is about it. */
bool figures_job(struct figures *f, const struct figures_job *job);
/* A standing span (never a voided one), in order of n. */
bool figures_span(struct figures *f, const struct figures_span *span);
/* A standing stay, after all spans of the job; `to` WALL_NONE: it lasts. */
bool figures_stay(struct figures *f, const char *bay, struct wall from, struct wall to);

void figures_set_quality(struct figures *f, const struct figures_quality *quality);
/* What the walk over the log's events says (core/presses.h): without it there is no score. */
void figures_set_presses(struct figures *f, const struct figures_presses *presses);

/* The period before, to be told beside this one; outlives the figures. NULL: none. */
void figures_set_before(struct figures *f, const struct figures_sum *before);

/* The figures; owned by `f`, valid until it is destroyed. Nothing may be fed after it. */
const struct figures_sum *figures_finish(struct figures *f);

/* Nearest rank: the smallest value with at least p % of all at or below it. Reorders `values`; n ≥ 1, p
 * 1…100. */
int64_t figures_rank(int64_t *values, size_t n, int p);

/* a / b to the nearest integer, halves away from zero; b > 0. */
int64_t figures_ratio(int64_t a, int64_t b);
