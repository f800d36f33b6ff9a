/*
 * The fold: the state of the workshop as a function of its events (CONTRACT 3).
 *
 *   board_judge   decides once whether an event is applied, and when it counts as having happened
 *   board_apply   folds what was decided; it never refuses and never judges again
 *
 * Live runs both, a rebuild only folds. No clock, no file, no randomness in here: time comes in with the
 * event, what the hub makes up comes in as `given`. The board holds the open jobs; closed ones are put back
 * by the caller (from the database) while an event needs them: see board_adopt and board_forget_closed.
 *
 * Not thread-safe; one board per thread.
 */
#pragma once

#include "core/event.h"
#include "core/moment.h"
#include "core/plan.h"

#define BOARD_JOBS_MAX  2000 /* open jobs; one more `open` is refused with REASON_STORAGE */
#define JOB_CHANGES_MAX 16   /* how far undo walks back; older changes can no longer be taken back */
#define BOARD_NOTES_MAX 10
#define SOURCE_SIZE     (ID_SIZE + 8) /* "<role>/<id>" and NUL */
#define CODE_SIZE       6             /* a letter of UTF-8, two digits, NUL; room to spare */
#define KEY_SIZE        13
#define TOKEN_SIZE      27

enum outcome { OUTCOME_OPEN, OUTCOME_HANDED_OVER, OUTCOME_CANCELLED };

/* One uninterrupted time in a stage. */
struct span {
    int32_t n;     /* from 1, never reused within the job */
    uint8_t stage; /* plan index */
    uint8_t bay;   /* at leaving; NO_INDEX if none or still open */
    bool voided;   /* then left and elapsed_ms mean nothing */
    bool left_set; /* false: it lasts */
    struct moment entered, left;
    int64_t elapsed_ms;
};

/* One uninterrupted time in a bay. */
struct stay {
    int32_t n;
    uint8_t bay;
    bool voided;
    bool to_set;
    struct moment from;
    struct wall to;
};

/* A standing change of stage or bay, and what undo needs to take it back. */
struct change {
    int32_t n; /* from 1 within the job, never reused */
    enum event_type type;
    char source[SOURCE_SIZE];
    struct moment at;
    struct moment prev; /* the change (or opening) that stood before this one, and its source */
    char prev_source[SOURCE_SIZE];
    /* Stage part; valid if stage_changed. */
    bool stage_changed, closes, reworks, skips;
    uint8_t stage, anchor_stage; /* before; plan indexes */
    struct span opened_span;     /* n = 0 if it opened none (handover, cancel) */
    struct span ended_span;
    bool ready_set; /* before */
    struct moment ready;
    int32_t calls;
    struct wall called;
    /* Bay part. */
    struct stay opened_stay;       /* n = 0 if none */
    struct stay ended_stay;        /* this car's, n = 0 if none */
    char displaced[EVENT_ID_SIZE]; /* job that lost the bay, empty if none */
    struct stay displaced_stay;
};

struct job {
    char id[EVENT_ID_SIZE];
    char code[CODE_SIZE], key[KEY_SIZE], token[TOKEN_SIZE];
    char plate[PLATE_SIZE], plate_key[PLATE_SIZE];
    char model[NAME_SIZE], advisor[NAME_SIZE], pickup[NAME_SIZE], by[NAME_SIZE];
    char work[ID_SIZE];
    uint8_t route[ROUTE_STAGES_MAX], n_route; /* kept from opening, whatever the configuration says later */
    uint8_t anchor;                           /* position in route of the last on-route stage */
    uint8_t stage;                            /* plan index */
    uint8_t bay;                              /* plan index or NO_INDEX */
    bool waiting, has_privacy;
    enum privacy privacy; /* valid if has_privacy, else the site's */
    struct moment opened;
    struct wall first_promise, promise; /* WALL_NONE: none */
    int32_t promise_moves;
    bool ready_set;
    struct moment ready; /* last entry into ready */
    struct wall called;  /* last `call` since then, or WALL_NONE */
    int32_t calls;
    struct wall closed; /* WALL_NONE: open */
    enum outcome outcome;
    int32_t reworks, skips;
    int32_t score;                 /* -1: none */
    struct wall last;              /* newest `at` of an applied event */
    int64_t order;                 /* seq of its `open`: the order of opening */
    struct span span;              /* the current one; n = 0 if closed */
    struct stay stay;              /* the current one; n = 0 if in no bay */
    int32_t spans, stays, changes; /* highest n given so far */
    int32_t parked;                /* stay that another car's arrival ended and that may go on; 0: none */
    struct change ring[JOB_CHANGES_MAX]; /* standing changes, oldest first */
    int32_t n_ring;
    struct moment changed;        /* last standing change, or the opening */
    char changed_by[SOURCE_SIZE]; /* its source; empty for the opening */
    /* Owned by the board: */
    bool dirty;
    struct job *next_hash, *prev, *next;
};

/* A working place, by its index in the plan. */
struct bay {
    struct job *job;
    struct wall since; /* of the job in it */
    struct wall help;  /* WALL_NONE: nobody calls */
    char help_reason[CHARS_SIZE(200)];
    bool dirty;
};

struct note {
    struct wall at;
    char source[SOURCE_SIZE], job[EVENT_ID_SIZE], by[NAME_SIZE], text[CHARS_SIZE(500)];
};

/* How and when an event reached the hub. */
struct receipt_info {
    enum role role;
    const char *id; /* source id, the second part of "<role>/<id>"; must outlive the call only */
    bool known;     /* the source is configured */
    struct wall received;
    struct boot up;
    char boot[BOOT_ID_SIZE];
    bool synced; /* the hub's own clock is synced */
};

struct rules {
    int64_t max_age_ms; /* 0: any */
    int64_t undo_window_ms;
};

/* What the hub makes up: for `open` all three, for an `undo` that reopens a job whose code was given away the
 * code. */
struct given {
    char code[CODE_SIZE], key[KEY_SIZE], token[TOKEN_SIZE];
};

struct verdict {
    enum reason reason; /* REASON_NONE: applied */
    char field[24];     /* for REASON_BAD_FIELD */
    struct moment at;   /* effective time, clamped if `clamped` */
    bool late, clamped;
    bool skips;              /* a quality check was skipped */
    char job[EVENT_ID_SIZE]; /* the job it is about, as far as known; empty if none */
    struct given given;
};

/* Rows of span, stay and change that one board_apply wrote; jobs and bays are marked dirty instead. */
struct changes {
    struct {
        struct job *job;
        struct span span;
    } spans[4];
    struct {
        struct job *job;
        struct stay stay;
    } stays[6];
    struct {
        struct job *job;
        struct change change; /* pushed, or (gone) taken back or fallen out of the ring */
        bool gone;
    } undo[2];
    int n_spans, n_stays, n_undo;
    bool plan_changed;
};

struct board;

/* An empty board with `plan` (copied). NULL if memory is out. */
struct board *board_create(const struct plan *plan);
void board_destroy(struct board *board);

const struct plan *board_plan(const struct board *board);
/* Takes over a new configuration, as a `config` event does. False if the plan's tables are full. */
bool board_set_plan(struct board *board, const struct plan *next);

/* The job if the board holds it (open, or adopted); NULL otherwise. */
struct job *board_job(struct board *board, const char *id);
/* Open jobs in order of opening: first, then next until NULL. Adopted closed jobs are skipped. */
struct job *board_first(const struct board *board);
struct job *board_next(const struct job *job);
int board_open_count(const struct board *board);
/* The bay at a plan index. */
struct bay *board_bay(struct board *board, uint8_t index);
const struct bay *board_bay_const(const struct board *board, uint8_t index);
/* Notes, newest first; NULL from `i` on that does not exist. */
const struct note *board_note(const struct board *board, int i);

/* A zeroed job with its empty times set, not yet on the board; board_adopt takes ownership (false: memory out
 * or the id is there; the job is then freed). An open job with a bay takes its place in it. */
struct job *job_create(void);
bool board_adopt(struct board *board, struct job *job);
/* Puts back a note, a help call; oldest notes first. */
void board_add_note(struct board *board, const struct note *note);

/* Frees the closed jobs the board holds. Their rows must have been written (board_flush). */
void board_forget_closed(struct board *board);

/*
 * Decides. `event->job` must be adopted if it exists anywhere (closed jobs too). `random` seeds what the hub
 * makes up; use 32 fresh random bytes. The board is not changed. A source's event without `job` from a bay
 * means the car in it.
 */
void board_judge(struct board *board, const struct event *event, const struct receipt_info *info,
                 const struct rules *rules, const unsigned char random[32], struct verdict *verdict);

/* What the log says of an applied event; board_recall makes the verdict of it again without judging. */
struct logged {
    const char *job; /* column `job`, "" if none */
    struct wall at;
    bool late, clamped;
    struct given given;
};
void board_recall(struct board *board, const struct event *event, const struct receipt_info *info,
                  const struct logged *logged, struct verdict *verdict);

/* Folds an applied verdict. `seq` is the event's place in the log. What must be written is in `changes`.
 * Memory is only needed for `open`: without it there is no such job afterwards. */
void board_apply(struct board *board, const struct event *event, const struct receipt_info *info,
                 const struct verdict *verdict, int64_t seq, struct changes *changes);

/* Calls back for each job (closed ones too) and bay that changed since the last flush, then marks them clean.
 * Stops and returns false when a callback does; what was not written stays dirty. */
struct board_sink {
    bool (*job)(void *user, const struct job *job);
    bool (*bay)(void *user, uint8_t index, const struct bay *bay);
};
bool board_flush(struct board *board, const struct board_sink *sink, void *user);

/* Verifies the invariants (a car in one bay, a bay with one car, stage and span agree, codes unique, …);
 * names the first broken one in `what`. For tests and debug builds. */
bool board_check(const struct board *board, char *what, size_t size);

/* The stage where the car of this job stands in its route: 1 … steps. */
int job_step(const struct job *job);
int job_steps(const struct job *job, const struct plan *plan);
