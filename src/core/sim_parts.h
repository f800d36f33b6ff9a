/* Inside of the simulation: sim.c is the day around the cars, sim_car.c the way of a car,
 * sim_slips.c refused presses, sim_say.c how an event is said, sim_words.c with what. */
#pragma once

#include "base/text.h"
#include "core/sim.h"

#define SIM_NEVER   INT64_MAX
#define SIM_OUT_MAX 4 /* events one action makes */
#define SIM_MINUTE  INT64_C(60000)
#define SIM_DAY     (24 * 60 * SIM_MINUTE)
#define SIM_OPENS   (8 * 60 * SIM_MINUTE)
#define SIM_CLOSES  (20 * 60 * SIM_MINUTE)

/* What the jobs need, in minutes: median of the work. */
enum {
    SIM_MAINTENANCE_MIN = 36,
    SIM_DIAGNOSIS_MIN = 22,
    SIM_REPAIR_MIN = 68,
    SIM_REWORK_MIN = 18,
    SIM_QUALITY_MIN = 8,
    SIM_WASH_MIN = 10,
};

enum place {
    AT_CHECKIN,
    AT_DIAGNOSIS,
    AT_REPAIR,
    AT_QUALITY,
    AT_WASH,
    AT_READY,
    AT_HANDOVER,
    AT_APPROVAL,
    AT_PARTS,
};

enum pool { POOL_LIFT, POOL_QUALITY, POOL_WASH };

enum doing {
    CAR_ABSENT,  /* free place in the table */
    CAR_QUEUES,  /* for a bay of its pool */
    CAR_SETTLES, /* in the bay, work has not begun */
    CAR_WORKS,
    CAR_HOLDS,
    CAR_READY,
    CAR_LEFT, /* closed; perhaps the customer still answers */
};

/* Speakers that are not a bay's index. */
enum { WHO_DESK = -1, WHO_RATE = -2 };

struct car {
    enum doing doing;
    enum place stage; /* as the hub knows it */
    char job[EVENT_ID_SIZE];
    bool long_route; /* `repair`, not `maintenance` */
    bool waiting;    /* customer in the lounge */
    bool needs_approval, needs_parts, reworked, fumbled, rates;
    enum place before; /* the fumbled press: where it was */
    enum pool pool;
    int rank;       /* in the queue: lower first */
    int64_t queued; /* since when */
    int bay;        /* index, -1 none */
    int64_t work;   /* left of the repair */
    int64_t promise;
    /* When something is due; SIM_NEVER if nothing is. */
    int64_t main_at, side_at, promise_at, call_at;
};

struct place_to_work {
    enum pool pool;
    int car;         /* index, -1 empty */
    int64_t look_at; /* somebody looks for the next car */
    int64_t help_at;
    bool help;
};

struct sim {
    uint64_t random;
    char run[SIM_RUN_SIZE], desk[ID_SIZE], rate[ID_SIZE];
    struct wall midnight;
    int weekday;
    int64_t end;
    struct wall (*map)(void *user, struct wall shop);
    void *map_user;

    int64_t now; /* since midnight of the first day */
    int64_t arrive_at, open_at, talk_at, mistake_at;
    int busy; /* today's share of customers, in per cent */
    unsigned jobs, events;
    struct car cars[SIM_CARS_MAX];
    struct place_to_work bays[SIM_BAYS];

    struct sim_event out[SIM_OUT_MAX];
    int n_out, given;
    struct text text; /* the payload being written */
};

/* Random numbers. Bounds included. */
int64_t sim_random(struct sim *sim, int64_t low, int64_t high);
bool sim_chance(struct sim *sim, int per_mille);

/* A time around the median, skewed to the long side as work is. */
int64_t sim_spread(struct sim *sim, int median_min);
int64_t sim_minutes(struct sim *sim, int low, int high);

int64_t sim_day(int64_t at);
bool sim_is_open(int64_t at);
int64_t sim_after(int64_t at, int64_t work); /* `work` ms of opening hours after `at` */
int64_t sim_quarter(int64_t at);             /* the next full quarter of an hour in opening hours */

/* sim_car.c: what becomes due for a car or a bay. */
void sim_sleep(struct car *car);
void sim_queue_up(struct sim *sim, struct car *car, enum pool pool, int rank);
void sim_look_for_car(struct sim *sim, int bay);
void sim_main_due(struct sim *sim, struct car *car);
void sim_side_due(struct sim *sim, struct car *car);
void sim_move_promise(struct sim *sim, struct car *car);
void sim_call(struct sim *sim, struct car *car);

/* sim_say.c: one event = sim_say, fields, sim_said. `job` and `from` may be NULL. */
void sim_say(struct sim *sim, int who, enum event_type type, const char *job, const char *from);
void sim_field(struct sim *sim, const char *name, const char *value); /* NULL: null */
void sim_flag(struct sim *sim, const char *name, bool value);
void sim_number(struct sim *sim, const char *name, int value);
void sim_time(struct sim *sim, const char *name, int64_t at);
void sim_bay(struct sim *sim, const char *bay); /* field `bay` of a desk's event; NULL: null */
void sim_said(struct sim *sim, enum reason expect);

/* sim_words.c */
const char *sim_place_name(enum place place);
const char *sim_bay_name(int bay);
void sim_plate(struct sim *sim, char out[PLATE_SIZE]);
const char *sim_model(struct sim *sim);
const char *sim_adviser(struct sim *sim);
const char *sim_mechanic(int bay);

enum words {
    WORDS_REWORK,
    WORDS_CANCEL,
    WORDS_HELP,
    WORDS_DESK_NOTE,
    WORDS_BAY_NOTE,
    WORDS_COMMENT,
    WORDS_KNOWN
};
const char *sim_words(struct sim *sim, enum words what);

/* sim_slips.c: a wrong press that the hub refuses. */
void sim_slip(struct sim *sim);
