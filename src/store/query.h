/*
 * Reads a pitboard database for people who ask: figures and the rows behind them. Read-only; the hub may
 * write meanwhile. Every call is one short read transaction that is over before a callback runs, so a slow
 * reader of the output never holds the hub's log. One thread per handle. Times are wall times, lengths ms.
 * Functions that fail return false and leave a sentence in query_fault.
 */
#pragma once

#include "base/tick.h"
#include "core/figures.h"

#include <stdbool.h>
#include <stddef.h>

#define QUERY_FAULT_SIZE  256
#define QUERY_COLUMNS_MAX 32
#define QUERY_UNREAD_MAX  16
#define QUERY_PAGE_ROWS   500 /* rows read in one transaction */

struct query;

/* NULL with a sentence in `fault` if there is no such database or it is not ours to read. */
struct query *query_open(const char *path, char *fault, size_t size);
void query_close(struct query *q); /* takes NULL */

/* Whether its path still leads to it; false, with a fault, once another file was put there or none is. */
bool query_is_there(struct query *q);

/* What went wrong last; valid until the next call. */
const char *query_fault(const struct query *q);

/* The workshop as its log last described it; empty zone and no stages if no `config` was logged. */
struct query_plan {
    char zone[65];
    struct {
        char id[ID_SIZE];
        enum kind kind;
        int64_t limit_ms;        /* 0: none */
    } stages[CONFIG_STAGES_MAX]; /* in configured order */
    int n_stages;
    char bays[CONFIG_BAYS_MAX][ID_SIZE];
    int n_bays;
};
bool query_plan(struct query *q, struct query_plan *plan);

/* What figures are asked for. */
struct query_ask {
    struct wall since, until; /* WALL_NONE: that end is open */
    const struct query_plan *plan;
    const struct hours *hours; /* covers query_extent; NULL: UTC and no working time. Outlives the figures */
    enum figures_by by;
    int repeat_days; /* 0: repeat visits are not counted */
    struct wall
        now; /* the clock: what still lasts counts up to `until`, but not beyond this; without an `until`, up to
                        the newest event of a job */
};

/* Everything that was in the shop in the window, fed and ready for figures_finish; the caller destroys it.
 * NULL: query_fault says why. */
struct figures *query_figures(struct query *q, const struct query_ask *ask);

/* What of the roll-ups could not be read by query_figures, so that it was counted without them: a sentence with the
 * cure, valid until the next call. NULL: all could. */
const char *query_unread(struct query *q);

/* When the first job was opened and the newest event of a job happened; WALL_NONE if there is none. */
bool query_extent(struct query *q, struct wall *first, struct wall *newest);

/* Rows. */

enum query_table {
    QUERY_JOBS,   /* in the shop within the window, by opening */
    QUERY_SPANS,  /* standing ones, left within the window or lasting; by leaving, lasting ones last */
    QUERY_EVENTS, /* happened (`at`) within the window, in order of the log */
    /* By query_rows_of, but for QUERY_LATE; the window means nothing to the first five. */
    QUERY_FOUND,      /* jobs whose id, code or plate is `job`, newest first */
    QUERY_JOB,        /* the job `job` */
    QUERY_JOB_SPANS,  /* its spans by n, voided ones too */
    QUERY_JOB_STAYS,  /* its stays by n, voided ones too */
    QUERY_JOB_EVENTS, /* its events in order of the log */
    QUERY_DAY,        /* standing stays that touch the window, and the work and checks within them; by job */
    QUERY_NOTES,      /* applied notes that happened within the window, in order of the log */
    QUERY_LATE,       /* jobs ready within the window after their first promise, the latest first */
    QUERY_LOG,        /* events after `after` within the window, perhaps of one source, in order of the log */
};

/* What is told of a job by QUERY_JOBS, QUERY_FOUND, QUERY_JOB and QUERY_LATE, in this order: the cell, its name, its SQL,
 * its type, and its title among QUERY_JOBS, QUERY_FOUND and QUERY_LATE. The last three add a cell of their own behind. */
#define QUERY_OF_JOB(X)                                                                                      \
    X(JOB, "job", "job", TEXT, "job", "job", "job")                                                          \
    X(CODE, "code", "code", TEXT, NULL, "code", NULL)                                                        \
    X(PLATE, "plate", "plate", TEXT, "plate", "plate", "plate")                                              \
    X(MODEL, "model", "model", TEXT, NULL, "model", NULL)                                                    \
    X(WORK, "work", "work", TEXT, "work", NULL, "work")                                                      \
    X(ROUTE, "route", "route", TEXT, NULL, NULL, NULL)                                                       \
    X(ADVISOR, "advisor", "advisor", TEXT, NULL, NULL, "adviser")                                            \
    X(WAITING, "waiting", "waiting", FLAG, NULL, NULL, NULL)                                                 \
    X(STAGE, "stage", "stage", TEXT, "stage", "stage", NULL)                                                 \
    X(BAY, "bay", "bay", TEXT, "bay", NULL, NULL)                                                            \
    X(OPENED, "opened", "opened_ms", TIME, "opened", "opened", NULL)                                         \
    X(FIRST_PROMISE, "first_promise", "first_promise_ms", TIME, NULL, NULL, "first promise")                 \
    X(PROMISE, "promise", "promise_ms", TIME, NULL, NULL, NULL)                                              \
    X(PROMISE_MOVES, "promise_moves", "promise_moves", INT, NULL, NULL, "moved")                             \
    X(READY, "ready", "ready_ms", TIME, "ready", NULL, "ready")                                              \
    X(CLOSED, "closed", "closed_ms", TIME, "closed", "closed", NULL)                                         \
    X(OUTCOME, "outcome", "outcome", TEXT, NULL, NULL, NULL)                                                 \
    X(REWORKS, "reworks", "reworks", INT, "reworks", NULL, NULL)                                             \
    X(SCORE, "score", "score", INT, NULL, NULL, NULL)
#define QUERY_CELL_OF_JOB(cell, ...) JOB_##cell,
enum query_job_cell { QUERY_OF_JOB(QUERY_CELL_OF_JOB) JOB_CELLS };

enum query_type { QUERY_TEXT, QUERY_INT, QUERY_FLAG, QUERY_TIME, QUERY_LENGTH };

struct query_column {
    const char *name;
    enum query_type type;
    const char *title; /* for people; NULL: only programs want it */
};
const struct query_column *query_columns(enum query_table table, int *n);

struct query_cell {
    bool null;
    int64_t number; /* INT, FLAG 0 or 1, TIME and LENGTH in ms */
    const char *text;
    size_t len; /* TEXT: bytes; may hold any byte */
};

/* Calls back for each span whose figures are doubtful (core/presses.h): those of QUERY_SPANS of the window that an event
 * with a doubt began or ended, and those that an undo of the window took back or let go on, whenever these events were
 * received. `hours` as in query_ask. The cells of QUERY_SPANS, and the reasons (figures_doubt_name) with a space between
 * them. By the time of the first such event. */
bool query_suspects(struct query *q, struct wall since, struct wall until, const struct hours *hours,
                    bool (*row)(void *user, const struct query_cell *cells), void *user);

/* Calls back for each row, its cells in the order of query_columns, valid during the call. The callback
 * returns false to end the reading (which is no fault). */
bool query_rows(struct query *q, enum query_table table, struct wall since, struct wall until,
                bool (*row)(void *user, const struct query_cell *cells), void *user);

struct query_filter {
    struct wall since, until; /* WALL_NONE: open */
    const char *job;          /* NULL: any */
    const char *plate_key;    /* QUERY_FOUND: what is looked for as a plate key */
    const char *source;       /* NULL: any; QUERY_FOUND: what is looked for as a code */
    int64_t after;            /* QUERY_LOG: the seq behind which to begin; 0: from the start */
};
bool query_rows_of(struct query *q, enum query_table table, const struct query_filter *filter,
                   bool (*row)(void *user, const struct query_cell *cells), void *user);

/* A number that changes whenever somebody else has written to the database; false: query_fault. Cheap: it
 * reads shared memory. */
bool query_version(struct query *q, int64_t *version);

/* The newest seq of the log, 0 if it is empty. */
bool query_newest(struct query *q, int64_t *seq);

/* The seq behind which all events lie that were received at `at` or later, as far as the hub's clock ran
 * forward: found by halving, so it costs nothing however long the log is. */
bool query_seek(struct query *q, struct wall at, int64_t *seq);

/* The body of the last `config` event, into `out` (left empty if there is none). */
struct text;
bool query_config(struct query *q, struct text *out);
