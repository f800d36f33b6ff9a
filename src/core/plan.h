/*
 * The workshop's plan: stages, routes and bays (CONTRACT 1), and the questions the transition rules ask about
 * a route.
 *
 * A plan is plain data, copied by assignment. In the plan of a running board an index into `stages`, `routes`
 * or `bays` never changes its meaning: plan_merge keeps what a new configuration no longer lists as
 * `retired`.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define ID_SIZE           33  /* [a-z0-9-]{1,32} and NUL */
#define LABEL_SIZE        257 /* 64 characters of UTF-8 and NUL */
#define LABEL_LANGS       4
#define PLAN_STAGES_MAX   200 /* retired ones included; a configuration may list CONFIG_STAGES_MAX */
#define PLAN_ROUTES_MAX   100
#define PLAN_BAYS_MAX     200
#define CONFIG_STAGES_MAX 40
#define CONFIG_ROUTES_MAX 32
#define CONFIG_BAYS_MAX   64
#define ROUTE_STAGES_MAX  24
#define NO_INDEX          0xff

enum kind { KIND_QUEUE, KIND_WORK, KIND_HOLD, KIND_CHECK, KIND_READY, KIND_DONE };
#define KIND_COUNT 6

/* A text in up to LABEL_LANGS languages; unused places have an empty lang. */
struct label {
    struct {
        char lang[4]; /* "ru", "en", … */
        char text[LABEL_SIZE];
    } in[LABEL_LANGS];
};

struct stage {
    char id[ID_SIZE];
    enum kind kind;
    struct label label;
    int32_t limit_min; /* 0: no limit */
    bool retired;
};

struct route {
    char id[ID_SIZE];
    struct label label;
    uint8_t stage[ROUTE_STAGES_MAX]; /* indexes into plan.stages */
    uint8_t n;
    bool retired;
};

struct bay_def {
    char id[ID_SIZE];
    struct label label;
    bool retired;
};

struct plan {
    struct stage stages[PLAN_STAGES_MAX];
    struct route routes[PLAN_ROUTES_MAX];
    struct bay_def bays[PLAN_BAYS_MAX];
    uint8_t n_stages, n_routes, n_bays;
    /* Configured order: indexes of what is not retired. */
    uint8_t stage_order[CONFIG_STAGES_MAX], route_order[CONFIG_ROUTES_MAX], bay_order[CONFIG_BAYS_MAX];
    uint8_t n_stage_order, n_route_order, n_bay_order;
    char zone[65]; /* IANA name, "Europe/Minsk" */
};

/* "queue" … "done", and back (-1 if there is no such kind). */
const char *kind_name(enum kind kind);
int kind_find(const char *name);

/* The label in `lang`, else in the first language it has, else `fallback`. */
const char *label_in(const struct label *label, const char *lang, const char *fallback);
/* Sets or replaces one language; false if all places are taken or a text does not fit. */
bool label_set(struct label *label, const char *lang, const char *text);

/* Empty plan; then the add functions, in configured order. They return the new index, or NO_INDEX when the
 * place is full or (a caller's bug) the id is already there. */
void plan_clear(struct plan *plan);
uint8_t plan_add_stage(struct plan *plan, const char *id, enum kind kind, const struct label *label,
                       int32_t limit_min);
uint8_t plan_add_route(struct plan *plan, const char *id, const struct label *label);
bool plan_route_push(struct plan *plan, uint8_t route, uint8_t stage);
uint8_t plan_add_bay(struct plan *plan, const char *id, const struct label *label);

/* The stages, routes and bays of CONTRACT 1, each only if the plan has none of its sort yet (so call it after
 * the configured ones were added). Zone stays. False if the default routes name stages the plan does not
 * have. */
bool plan_defaults(struct plan *plan);

/* Index by id among what is not retired; NO_INDEX if there is none. */
uint8_t plan_stage(const struct plan *plan, const char *id);
uint8_t plan_route(const struct plan *plan, const char *id);
uint8_t plan_bay(const struct plan *plan, const char *id);
/* The same, retired ones included. */
uint8_t plan_any_stage(const struct plan *plan, const char *id);
uint8_t plan_any_bay(const struct plan *plan, const char *id);

/* The route of work that is not named: `maintenance` if there is one, else the first. */
uint8_t plan_default_route(const struct plan *plan);

/* Takes over `next` as the new configuration: indexes of `plan` keep their meaning, what `next` does not list
 * is retired. False, and `plan` unchanged, if a table is full. */
bool plan_merge(struct plan *plan, const struct plan *next);

/* Same configured stages, routes, bays and zone (retired ones do not count). */
bool plan_same(const struct plan *a, const struct plan *b);

/* Names the first thing wrong with a configured plan in `what` (route without a first stage, hold in a route,
 * `done` not last, …) or returns true. */
bool plan_check(const struct plan *plan, char *what, unsigned size);
