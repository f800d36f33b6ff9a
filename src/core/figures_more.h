/*
 * What a report says beyond the base figures (CONTRACT 7): results only. figures.h says how they are made;
 * all are owned by the figures they come from. Lengths are ms, shares are left to the reader (a of n).
 *
 * Working time is that part of a length which lies within the opening hours; without hours there is none
 * (figures_sum.has_hours false, all working members 0).
 */
#pragma once

#include "base/tick.h"
#include "core/plan.h"

#include <stddef.h>

#define FIGURES_NAME_SIZE  LABEL_SIZE
#define FIGURES_GROUPS_MAX 4000
#define FIGURES_DAY_MAX    5000 /* stretches in the timeline of a day */
#define FIGURES_BINS       24

/* Where the time went: each stage of a kind but `ready` that cars were in, longest first: by working time if
 * there are hours, else by elapsed time; equals by id. Waiting (queue) and holds are losses, work and check
 * are not. */
struct figures_loss {
    char id[ID_SIZE];
    enum kind kind;
    int64_t n, total_ms, working_ms;
};

/* How many cars lie in [from, to). An end that is open is INT64_MIN or INT64_MAX. */
struct figures_bin {
    int64_t from_ms, to_ms, n;
};

/* Ready against the first promise: of the ready jobs that had one. Negative is early. */
struct figures_lateness {
    int64_t n, early, late; /* late: after the promise; early = n - late (on the minute is kept) */
    int64_t moves;          /* moved promises of all of them together */
    int64_t mean_ms, p50_ms, p80_ms, p90_ms, max_ms; /* of ready - promise; max = the latest */
    int64_t early_mean_ms, late_mean_ms;             /* each ≥ 0 */
    struct figures_bin bin[FIGURES_BINS];            /* the first and the last one are open */
    int n_bins;
};

/* A repeat visit: a visit that was opened at most `days` days after a handover of the same plate. Of the
 * visits opened in the window whose plate is known (retention takes plates away). */
struct figures_repeat {
    int days;
    int64_t visits, repeats;
};

/* Of the jobs opened in the window: how far they came. In configured order of the stages, `done` as the last
 * one. */
struct figures_funnel {
    char id[ID_SIZE];
    enum kind kind;
    int64_t reached;   /* were in this stage at least once (done: handed over) */
    int64_t cancelled; /* ended here without handover */
    int64_t here;      /* stand here now */
};

/* Answers 0-10 of jobs closed in the window. 9 and 10 promote, 0 to 6 detract. */
struct figures_score {
    int64_t n, total, promoters, detractors;
};

enum figures_wait_band { /* by waiting and hold before ready: elapsed, or working time if there are hours */
                         WAIT_UNDER_1H,
                         WAIT_UNDER_2H,
                         WAIT_UNDER_4H,
                         WAIT_OVER_4H,
                         WAIT_BANDS,
};

struct figures_ratings {
    struct figures_score all;
    struct figures_score kept, missed; /* first promise kept, and not; jobs without one are in neither */
    struct figures_score by_wait[WAIT_BANDS]; /* those that became ready */
};

/* Weekday (0 Monday) and local hour: cars that came in, became ready and were handed over then. */
struct figures_heat {
    int64_t opened[7][24], ready[7][24], closed[7][24];
};

enum figures_by { /* how rows are grouped; the order of the table of names */
                  BY_NONE,
                  BY_STAGE,
                  BY_BAY,
                  BY_ADVISOR,
                  BY_WORK,
                  BY_WEEKDAY,
                  BY_HOUR,
                  BY_DAY,
                  BY_WEEK,
                  BY_MONTH,
                  BY_COUNT,
};

/* Spread of one sort; the members after total_ms mean nothing when n is 0. */
struct figures_spread {
    int64_t n, total_ms;
    int64_t p50_ms, p80_ms, p90_ms, max_ms;
};

/*
 * One row of --by. A job counts in the row of its opening, ready or closing time as in the window; by adviser
 * and work in the row of its own. By stage and bay only name, dwell (spans or stays), working_ms and, as of the
 * stage, over and limit_ms have a meaning.
 */
struct figures_group {
    char name[FIGURES_NAME_SIZE]; /* id, adviser ("" none), "mon".."sun", "00".."23", "2026-03-01",
                                     "2026-W12", "2026-03" */
    int64_t key; /* rows are in order of it: place in the week, hour, day …; advisers by name */
    int64_t opened, ready, closed, cancelled;
    struct figures_spread lead, to_ready; /* elapsed */
    int64_t working_lead_ms, working_to_ready_ms;
    int64_t touch_ms, wait_ms, hold_ms; /* of the ready ones, elapsed */
    int64_t working_wait_ms, working_hold_ms;
    int64_t promised, kept, moved, reworks;
    struct figures_score rating;
    struct figures_spread dwell;
    int64_t working_ms, limit_ms, over;
};

/* How far the log can be believed. Each part is `bad` of `of`; its points are those of 100 that it can cost.
 */
enum figures_doubt {
    DOUBT_BURST,  /* presses of one bay less than 5 s apart */
    DOUBT_BATCH,  /* four presses or more of a bay for three cars or more, each less than 60 s after the one
                       before */
    DOUBT_RUSHED, /* ready less than 2 minutes before the handover */
    DOUBT_SILENT, /* days on which others pressed and this bay did not, from its first press to its last; to the
                       newest of the others if the workshop still has it and that are days enough */
    DOUBT_LATE,   /* received more than 60 s after it happened */
    DOUBT_CLAMPED,  /* moved up to the change before */
    DOUBT_UNSYNCED, /* the hub's clock was not synced */
    DOUBT_UNDONE,   /* taken back */
    DOUBT_COUNT,
};
#define DOUBT_BIT(doubt) (1 << (doubt))

/* "burst" "batch" "rushed" "silent" "late" "clamped" "unsynced" "undone". */
const char *figures_doubt_name(enum figures_doubt doubt);

struct figures_trust {
    bool known; /* it was asked for */
    int score;  /* 0 to 100; 100 if there was nothing to doubt */
    struct {
        int64_t bad, of;
        int points; /* most it can cost */
        int lost;   /* thousandths of a point that it costs */
    } part[DOUBT_COUNT];
};

/* Who was where on one day, for a picture: stays, and work within them. By bay, then by time. Not made here:
 * app/paper.c reads it for a window of one local day. */
struct figures_stretch {
    char bay[ID_SIZE], job[65];
    char stage[ID_SIZE];  /* empty: only in the bay, in no stage of kind work or check */
    struct wall from, to; /* clipped to the day */
    bool lasts;
};
struct figures_day {
    struct wall from, to; /* of the day */
    const struct figures_stretch *stretch;
    int n;
};
