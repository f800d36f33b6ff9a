#include "core/sim_parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Customers of an ordinary weekday by hour from 08:00, in tenths. */
static const int customers[12] = { 62, 64, 50, 42, 33, 32, 36, 36, 30, 26, 12, 3 };

int64_t sim_random(struct sim *sim, int64_t low, int64_t high)
{
    /* SplitMix64 (Steele, Lea, Flood). */
    uint64_t z = (sim->random += UINT64_C(0x9e3779b97f4a7c15));
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    z ^= z >> 31;
    return low + (int64_t)(z % (uint64_t)(high - low + 1));
}

bool sim_chance(struct sim *sim, int per_mille)
{
    return sim_random(sim, 0, 999) < per_mille;
}

/* A time around the median, skewed to the long side as work is: the product of three even spreads is close to
 * a log-normal one, without floating point. */
int64_t sim_spread(struct sim *sim, int median_min)
{
    int64_t ms = median_min * SIM_MINUTE;
    for (int i = 0; i < 3; i++)
        ms = ms * sim_random(sim, 700, 1380) / 1000;
    return ms;
}

int64_t sim_minutes(struct sim *sim, int low, int high)
{
    return sim_random(sim, low * SIM_MINUTE, high * SIM_MINUTE);
}

int64_t sim_day(int64_t at)
{
    return at / SIM_DAY;
}

bool sim_is_open(int64_t at)
{
    return at % SIM_DAY >= SIM_OPENS && at % SIM_DAY < SIM_CLOSES;
}

/* `work` ms of opening hours after `at`. */
int64_t sim_after(int64_t at, int64_t work)
{
    if (at % SIM_DAY < SIM_OPENS)
        at = sim_day(at) * SIM_DAY + SIM_OPENS;
    if (at % SIM_DAY >= SIM_CLOSES)
        at = (sim_day(at) + 1) * SIM_DAY + SIM_OPENS;
    int64_t room = SIM_CLOSES - at % SIM_DAY;
    while (work >= room) {
        work -= room;
        room = SIM_CLOSES - SIM_OPENS;
        at = (sim_day(at) + 1) * SIM_DAY + SIM_OPENS;
    }
    return at + work;
}

/* The next full quarter of an hour in opening hours. */
int64_t sim_quarter(int64_t at)
{
    int64_t up = (at + 15 * SIM_MINUTE - 1) / (15 * SIM_MINUTE) * (15 * SIM_MINUTE);
    return up % SIM_DAY > SIM_CLOSES || up % SIM_DAY < SIM_OPENS ? sim_after(up, 120 * SIM_MINUTE) : up;
}

/* ---- customers come ---- */

static struct car *free_place(struct sim *sim)
{
    for (struct car *c = sim->cars; c < sim->cars + SIM_CARS_MAX; c++)
        if (c->doing == CAR_ABSENT)
            return c;
    return NULL;
}

static int64_t first_promise(struct sim *sim, struct car *car)
{
    int64_t queue = 0;
    for (struct car *c = sim->cars; c < sim->cars + SIM_CARS_MAX; c++)
        queue += c->doing == CAR_QUEUES && c->pool == POOL_LIFT ? 8 * SIM_MINUTE : 0;
    int need = car->long_route ? SIM_DIAGNOSIS_MIN + SIM_REPAIR_MIN + 95 : SIM_MAINTENANCE_MIN + 55;
    return sim_quarter(
        sim_after(sim->now, queue + need * SIM_MINUTE + (car->waiting ? 0 : sim_minutes(sim, 0, 60))));
}

static void say_open(struct sim *sim, const struct car *car)
{
    char plate[PLATE_SIZE];
    sim_plate(sim, plate);
    sim_say(sim, WHO_DESK, EV_OPEN, car->job, NULL);
    sim_field(sim, "plate", plate);
    sim_field(sim, "model", sim_model(sim));
    sim_field(sim, "work", car->long_route ? "repair" : "maintenance");
    sim_field(sim, "advisor", sim_adviser(sim));
    sim_time(sim, "promised", car->promise);
    sim_flag(sim, "waiting", car->waiting);
    if (sim_chance(sim, 30))
        sim_field(sim, "privacy", "code");
    sim_said(sim, REASON_NONE);
}

static void arrive(struct sim *sim)
{
    struct car *car = free_place(sim);
    if (!car)
        return;
    memset(car, 0, sizeof(*car));
    sim_sleep(car);
    snprintf(car->job, sizeof(car->job), "%s-%04u", sim->run, ++sim->jobs);
    car->bay = -1;
    car->long_route = sim_chance(sim, 390);
    car->waiting = sim_chance(sim, car->long_route ? 100 : 480);
    car->needs_approval = car->long_route && sim_chance(sim, 380);
    car->needs_parts = sim_chance(sim, car->long_route ? 220 : 25);
    car->work = sim_spread(sim, car->long_route ? SIM_REPAIR_MIN : SIM_MAINTENANCE_MIN);
    if (car->waiting) /* who waits, waits for something short */
        car->work = car->work * 3 / 4;
    car->promise = first_promise(sim, car);
    say_open(sim, car);
    sim_queue_up(sim, car, POOL_LIFT, car->waiting ? 1 : 2);
    if (sim_chance(sim, 18))
        car->side_at = sim->now + sim_minutes(sim, 8, 40);
}

static int64_t next_arrival(struct sim *sim)
{
    int64_t at = sim->now / SIM_MINUTE * SIM_MINUTE + SIM_MINUTE;
    for (;; at += SIM_MINUTE) {
        if (!sim_is_open(at)) {
            at = sim_after(at, 0) - SIM_MINUTE;
            continue;
        }
        int weekday = (int)((sim->weekday + sim_day(at)) % 7);
        int share = sim->busy * (weekday == 6 ? 40 : weekday == 5 ? 62 : 100) / 100;
        int per_minute = customers[(at % SIM_DAY - SIM_OPENS) / (60 * SIM_MINUTE)] * share; /* in 60,000 */
        if (sim_random(sim, 0, 59999) < per_minute)
            return at + sim_random(sim, 0, 59999);
    }
}

/* ---- the day around it ---- */

static void open_shop(struct sim *sim)
{
    sim->busy = (int)sim_random(sim, 88, 112);
    sim->open_at += SIM_DAY;
    for (int i = 0; i < SIM_BAYS; i++)
        if (sim->bays[i].car < 0)
            sim->bays[i].look_at = sim->now + sim_random(sim, 0, 12 * SIM_MINUTE);
}

static void help(struct sim *sim, int index)
{
    struct place_to_work *bay = &sim->bays[index];
    bay->help = !bay->help;
    sim_say(sim, index, EV_HELP, NULL, NULL);
    sim_flag(sim, "on", bay->help);
    if (bay->help)
        sim_field(sim, "reason", sim_words(sim, WORDS_HELP));
    sim_said(sim, REASON_NONE);
    bay->help_at =
        bay->help ? sim->now + sim_minutes(sim, 2, 9) : sim_after(sim->now, sim_minutes(sim, 480, 2900));
}

static struct car *any_car(struct sim *sim)
{
    int first = (int)sim_random(sim, 0, SIM_CARS_MAX - 1);
    for (int i = 0; i < SIM_CARS_MAX; i++) {
        struct car *c = &sim->cars[(first + i) % SIM_CARS_MAX];
        if (c->doing != CAR_ABSENT && c->doing != CAR_LEFT)
            return c;
    }
    return NULL;
}

/* A note in the shift log, a word to the adviser, a corrected entry. */
static void talk(struct sim *sim)
{
    sim->talk_at = sim_after(sim->now, sim_minutes(sim, 40, 260));
    struct car *car = any_car(sim);
    if (!car || sim_chance(sim, 300)) {
        sim_say(sim, WHO_DESK, EV_NOTE, NULL, NULL);
        sim_field(sim, "text", sim_words(sim, WORDS_DESK_NOTE));
    } else if (sim_chance(sim, 300)) {
        sim_say(sim, WHO_DESK, EV_UPDATE, car->job, NULL);
        sim_field(sim, "advisor", sim_adviser(sim));
    } else {
        sim_say(sim, car->bay >= 0 ? car->bay : (int)sim_random(sim, 0, 5), EV_NOTE, car->job, NULL);
        sim_field(sim, "text", sim_words(sim, WORDS_BAY_NOTE));
    }
    sim_said(sim, REASON_NONE);
}

static void slip(struct sim *sim)
{
    sim->mistake_at = sim_after(sim->now, sim_minutes(sim, 70, 420));
    sim_slip(sim);
}

static void new_customer(struct sim *sim)
{
    arrive(sim);
    sim->arrive_at = next_arrival(sim);
}

static void place_bays(struct sim *sim)
{
    for (int i = 0; i < SIM_BAYS; i++) {
        struct place_to_work *bay = &sim->bays[i];
        bay->pool = i < 6 ? POOL_LIFT : i == 6 ? POOL_QUALITY : POOL_WASH;
        bay->car = -1;
        bay->look_at = SIM_NEVER;
        bay->help_at = sim_after(0, sim_minutes(sim, 30, 2600));
    }
}

static bool take_names(struct sim *sim, const struct sim_options *o)
{
    const char *desk = o->desk ? o->desk : "front", *rate = o->rate ? o->rate : "";
    return text_is_id(o->run) && text_copy(sim->run, sizeof(sim->run), o->run) && text_is_id(desk) &&
           text_copy(sim->desk, sizeof(sim->desk), desk) && (!rate[0] || text_is_id(rate)) &&
           text_copy(sim->rate, sizeof(sim->rate), rate);
}

struct sim *sim_create(const struct sim_options *o)
{
    struct sim *sim = calloc(1, sizeof(*sim));
    if (!sim || !take_names(sim, o)) {
        free(sim);
        return NULL;
    }
    sim->random = o->seed;
    sim->midnight = o->midnight;
    sim->weekday = o->weekday;
    sim->end = o->days > 0 ? o->days * SIM_DAY : SIM_NEVER;
    sim->map = o->map;
    sim->map_user = o->map_user;
    sim->busy = 100;
    sim->open_at = SIM_OPENS;
    place_bays(sim);
    sim->arrive_at = next_arrival(sim);
    sim->talk_at = sim_after(0, sim_minutes(sim, 20, 120));
    sim->mistake_at = sim_after(0, sim_minutes(sim, 60, 240));
    return sim;
}

void sim_destroy(struct sim *sim)
{
    free(sim);
}

/* ---- the clockwork: the earliest thing due, of a fixed number of them ---- */

struct due {
    int64_t *at;
    struct car *car;
    int bay;
    enum {
        DUE_ARRIVE,
        DUE_OPEN,
        DUE_TALK,
        DUE_SLIP,
        DUE_LOOK,
        DUE_HELP,
        DUE_MAIN,
        DUE_SIDE,
        DUE_PROMISE,
        DUE_CALL
    } what;
};

static void earlier(struct due *due, int64_t *at, int what, struct car *car, int bay)
{
    if (*at < *due->at)
        *due = (struct due){ at, car, bay, what };
}

static struct due first_due(struct sim *sim)
{
    struct due due = { &sim->arrive_at, NULL, -1, DUE_ARRIVE };
    earlier(&due, &sim->open_at, DUE_OPEN, NULL, -1);
    earlier(&due, &sim->talk_at, DUE_TALK, NULL, -1);
    earlier(&due, &sim->mistake_at, DUE_SLIP, NULL, -1);
    for (int i = 0; i < SIM_BAYS; i++) {
        earlier(&due, &sim->bays[i].look_at, DUE_LOOK, NULL, i);
        earlier(&due, &sim->bays[i].help_at, DUE_HELP, NULL, i);
    }
    for (struct car *c = sim->cars; c < sim->cars + SIM_CARS_MAX; c++) {
        if (c->doing == CAR_ABSENT)
            continue;
        earlier(&due, &c->main_at, DUE_MAIN, c, -1);
        earlier(&due, &c->side_at, DUE_SIDE, c, -1);
        earlier(&due, &c->promise_at, DUE_PROMISE, c, -1);
        earlier(&due, &c->call_at, DUE_CALL, c, -1);
    }
    return due;
}

static void happen_day(struct sim *sim, const struct due *due)
{
    if (due->what == DUE_ARRIVE)
        new_customer(sim);
    else if (due->what == DUE_OPEN)
        open_shop(sim);
    else if (due->what == DUE_TALK)
        talk(sim);
    else
        slip(sim);
}

static void happen(struct sim *sim, const struct due *due)
{
    int64_t at = *due->at;
    sim->now = at;
    if (due->what <= DUE_SLIP) {
        happen_day(sim, due);
        return;
    }
    *due->at = SIM_NEVER;
    if (due->what == DUE_LOOK)
        sim_look_for_car(sim, due->bay);
    else if (due->what == DUE_HELP)
        help(sim, due->bay);
    else if (due->what == DUE_MAIN)
        sim_main_due(sim, due->car);
    else if (due->what == DUE_SIDE)
        sim_side_due(sim, due->car);
    else if (due->what == DUE_PROMISE)
        sim_move_promise(sim, due->car);
    else
        sim_call(sim, due->car);
}

bool sim_next(struct sim *sim, struct sim_event *out)
{
    while (sim->given == sim->n_out) {
        sim->given = sim->n_out = 0;
        struct due due = first_due(sim);
        if (*due.at >= sim->end)
            return false;
        happen(sim, &due);
    }
    *out = sim->out[sim->given++];
    return true;
}

int sim_in_house(const struct sim *sim)
{
    int n = 0;
    for (const struct car *c = sim->cars; c < sim->cars + SIM_CARS_MAX; c++)
        n += c->doing != CAR_ABSENT && c->doing != CAR_LEFT;
    return n;
}
