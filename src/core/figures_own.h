/* Shared by figures.c and the figures_*.c only. */
#pragma once

#include "core/figures.h"
#include "core/figures_column.h"

#define NAMES_MAX  4096
#define FUNNEL_MAX 64 /* stages that a set of bits holds; retired ones beyond that are in no funnel */
#define LOSSES_MAX 400
#define NO_NAME    (-1)
#define DAY_MS     INT64_C(86400000)

/* The stretch of a list that can still hold a sought value, and where a tried one parts it. */
struct places {
    size_t low, high, parts;
};

struct packed {
    struct column list;
    struct places at;
};

/* Lengths of one sort, kept for their percentiles: loose ones and packed lists, each in ascending order, that
 * stay where they lie. */
struct samples {
    int64_t *ms;
    size_t n, room; /* loose ones */
    struct packed *packed;
    size_t n_packed, packed_room, in_packed;
    struct places loose;         /* while a value is sought, as in packed lists */
    int64_t total_ms, low, high; /* of all; low and high mean nothing when there are none */
};

bool figures_grow(void **data, size_t *room, size_t n, size_t max, size_t each);
bool samples_add(struct samples *s, size_t max, int64_t ms);
bool samples_add_packed(struct samples *s, size_t max, const struct column *list, int64_t total_ms);
/* How many there are, and how many are longer. */
size_t samples_count(const struct samples *s);
int64_t samples_over(const struct samples *s, int64_t limit_ms);
struct figures_spread samples_spread(struct samples *s);
/* The percentiles of packed lists and loose ones (figures_merge.c). */
void samples_ranks(struct samples *s, const int *percent, int n, int64_t *const *out);
size_t samples_rank_of(size_t n, int percent);
void samples_sort(struct samples *s); /* the loose ones, ascending */
/* Makes all of them loose ones, ascending. False: memory is out. */
bool samples_flatten(struct samples *s);
/* Values of a column in ascending order up to `value`. */
size_t column_upto(const struct column *c, int64_t value);
void samples_free(struct samples *s);

/* Advisers, kinds of work: each text once. */
struct names {
    char **text;
    size_t n, room;
    uint32_t *slot; /* open addressing: place + 1 */
    size_t slots;
};

/* NO_NAME if memory is out or there are too many; NULL is the empty text. */
int names_find(struct names *n, const char *text);
void names_free(struct names *n);

/* A stretch of wall time in which somebody worked on the car. */
struct stretch {
    int64_t from, to;
};

/* What is known of a visit once all of its rows were seen. Missing times are INT64_MIN. */
struct visit {
    int64_t opened, ready, closed, first_promise;
    int64_t length[CYCLE_COUNT], working[CYCLE_COUNT];
    uint64_t plate;   /* hash of the plate key; 0: not known */
    uint64_t reached; /* bits of stages */
    int64_t outcome, moves, reworks, score;
    int64_t advisor, work;    /* names */
    int64_t stage;            /* where it stands or was cancelled */
    int32_t n_spans, n_stays; /* kept ones */
};

/* A span and a stay as a pack keeps them; times from the visit's opening. */
enum { KEPT_STAGE, KEPT_KIND, KEPT_ENTERED, KEPT_LENGTH, KEPT_EXTRA, KEPT_COLUMNS };
enum { KEPT_BAY, KEPT_FROM, KEPT_STAYED, KEPT_STAY_COLUMNS };
struct kept_span {
    int64_t column[KEPT_COLUMNS];
};
struct kept_stay {
    int64_t column[KEPT_STAY_COLUMNS];
};

/* A handover, or an opening that looks for one. */
struct handover {
    uint64_t plate;
    int64_t at;
    bool own; /* of an opening: the visit was handed over at this very moment, which is no other visit */
};

/* The handovers of a pack where they lie, in order of time. */
struct trail {
    struct column at, plate, own;
};

struct group {
    struct figures_group row;
    struct samples lead, to_ready;
};

struct figures {
    struct figures_sum sum;
    int64_t low, high; /* [since, until) in ms, the ends of time where not given */
    int64_t now;       /* what still lasts counts up to here */
    size_t values_max;
    const struct hours *hours; /* may be NULL */

    struct figures_stage stages[FIGURES_STAGES_MAX];
    struct samples stage_samples[FIGURES_STAGES_MAX];
    /* Of the spans that closed hours made longer, which are few: what they took, and in working time. */
    struct samples shut_elapsed[FIGURES_STAGES_MAX], shut_working[FIGURES_STAGES_MAX];
    int64_t reached[FUNNEL_MAX], cancelled[FIGURES_STAGES_MAX], here[FIGURES_STAGES_MAX], handed_over;
    char done_id[ID_SIZE]; /* the configured stage of kind done */
    struct figures_funnel funnel[FIGURES_STAGES_MAX + 1];
    struct figures_bay bays[FIGURES_BAYS_MAX];
    int64_t bay_job[FIGURES_BAYS_MAX]; /* number of the last job counted there */
    struct figures_loss losses[LOSSES_MAX];
    int n_losses;
    struct figures_hold holds[FIGURES_HOLDS_MAX];
    struct samples cycle_samples[CYCLE_COUNT], working_samples[CYCLE_COUNT];
    struct samples late_samples;
    void **blobs; /* the packed lists lie in them */
    size_t n_blobs, blobs_room;
    size_t blob_used, blob_size; /* of the newest */
    int64_t early_ms, late_ms;
    int64_t handed, rushed; /* handed over, were ready before; and hardly so */
    struct figures_presses presses;

    struct names names;
    struct handover *handovers; /* in no order */
    size_t n_handovers, handovers_room;
    struct handover *openings; /* within the window; of a pack's those that came back to none of it */
    size_t n_openings, openings_room;
    struct samples gaps; /* of packs: from the last handover to the opening */
    struct trail *trails;
    size_t n_trails, trails_room;

    struct group *groups;
    size_t n_groups, groups_room;
    struct figures_group *group_rows;
    uint32_t *group_slot; /* of a key, place + 1 */
    size_t group_slots;

    /* The job that is being fed. */
    bool has_job;
    int64_t job_number;
    struct visit visit;
    int64_t lead_ms, kind_ms[KIND_COUNT]; /* all standing spans so far */
    int64_t working_lead_ms, working_kind_ms[KIND_COUNT];
    struct stretch *work;
    size_t n_work, work_room;

    /* Every visit, if they are to be packed. */
    bool keep;
    bool lasts; /* something does, or a visit ends before it begins: no pack can be made */
    struct visit *visits;
    size_t n_visits, visits_room;
    struct kept_span *kept_spans;
    size_t n_kept_spans, kept_spans_room;
    struct kept_stay *kept_stays;
    size_t n_kept_stays, kept_stays_room;
    int64_t kept_low, kept_high;
};

bool figures_within(const struct figures *f, int64_t ms);
int figures_find_stage(struct figures *f, const char *id, enum kind kind, bool retired);
int figures_find_bay(struct figures *f, const char *id);
struct figures_loss *figures_find_loss(struct figures *f, const char *id, enum kind kind);

bool figures_end_job(struct figures *f);
/* The next job, as figures_job, of what a visit knows before its rows. */
bool figures_begin_visit(struct figures *f, const struct visit *v);

/* Repeat visits (figures_returns.c). */
bool figures_note_opening(struct figures *f, const struct visit *v);
bool figures_note_handover(struct figures *f, uint64_t plate, int64_t closed, bool handed_over);
bool figures_note_trail(struct figures *f, const struct trail *trail);
/* For a pack: the openings that came back to a handover of it become gaps; what is left is in order of time. */
bool figures_settle_returns(struct figures *f);
bool figures_finish_repeat(struct figures *f);

/* Counts a visit in everything that is about visits. */
bool figures_count_visit(struct figures *f, const struct visit *v);
/* Its part in the rows of --by. */
bool figures_group_visit(struct figures *f, const struct visit *v);

struct hours_local figures_local(const struct figures *f, int64_t at);

void figures_finish_trust(struct figures *f);
void figures_finish_visits(struct figures *f);
bool figures_finish_groups(struct figures *f);
