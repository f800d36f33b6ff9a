/* The way of a car through the workshop. */
#include "core/sim_parts.h"

#include <stdio.h>

/* No car is taken to a lift after this time of day. */
#define LAST_START (SIM_CLOSES - 25 * SIM_MINUTE)

static const char *stage_of(const struct car *car)
{
    return sim_place_name(car->stage);
}

void sim_sleep(struct car *car)
{
    car->main_at = car->side_at = car->promise_at = car->call_at = SIM_NEVER;
}

/* ---- when the car will be ready, as the adviser sees it ---- */

static int64_t eta(const struct sim *sim, const struct car *car)
{
    int64_t rest = (SIM_QUALITY_MIN + SIM_WASH_MIN + 8) * SIM_MINUTE;
    int64_t from = sim->now;
    if (car->doing == CAR_HOLDS || car->doing == CAR_WORKS)
        from = car->main_at > sim->now ? car->main_at : sim->now;
    if (car->doing == CAR_QUEUES)
        rest += 20 * SIM_MINUTE;
    if (car->stage == AT_CHECKIN && car->long_route)
        rest += SIM_DIAGNOSIS_MIN * SIM_MINUTE;
    if (car->stage != AT_QUALITY && car->stage != AT_WASH)
        rest += car->work; /* what the current piece of work leaves */
    return sim_after(from, rest);
}

/* A promise that cannot be kept is moved openly, most of the time. */
static void watch_promise(struct sim *sim, struct car *car)
{
    bool hopeless = eta(sim, car) > car->promise + 10 * SIM_MINUTE;
    if (car->promise_at == SIM_NEVER && car->pool == POOL_LIFT && hopeless && sim_chance(sim, 700))
        car->promise_at = sim_after(sim->now, sim_minutes(sim, 1, 6));
}

static const char *move_reason(const struct car *car)
{
    if (car->stage == AT_APPROVAL)
        return "Ждём ответа клиента";
    if (car->stage == AT_PARTS)
        return "Ждём запчасть";
    return car->reworked ? "Доделываем после проверки" : "Работы больше, чем ожидали";
}

void sim_move_promise(struct sim *sim, struct car *car)
{
    int64_t next = sim_quarter(eta(sim, car) + 20 * SIM_MINUTE);
    if (car->doing >= CAR_READY || car->fumbled || next <= car->promise)
        return;
    car->promise = next;
    sim_say(sim, WHO_DESK, EV_UPDATE, car->job, NULL);
    sim_time(sim, "promised", next);
    sim_field(sim, "reason", move_reason(car));
    sim_said(sim, REASON_NONE);
}

/* ---- bays and their queues ---- */

static struct car *first_in_queue(struct sim *sim, enum pool pool)
{
    struct car *best = NULL;
    for (struct car *c = sim->cars; c < sim->cars + SIM_CARS_MAX; c++) {
        if (c->doing != CAR_QUEUES || c->pool != pool)
            continue;
        if (!best || c->rank < best->rank || (c->rank == best->rank && c->queued < best->queued))
            best = c;
    }
    return best;
}

void sim_queue_up(struct sim *sim, struct car *car, enum pool pool, int rank)
{
    car->doing = CAR_QUEUES;
    car->pool = pool;
    car->rank = rank;
    car->queued = sim->now;
    int first = (int)sim_random(sim, 0, SIM_BAYS - 1);
    for (int i = 0; i < SIM_BAYS; i++) {
        struct place_to_work *bay = &sim->bays[(first + i) % SIM_BAYS];
        if (bay->pool == pool && bay->car < 0 && bay->look_at == SIM_NEVER) {
            bay->look_at = sim->now + sim_random(sim, 20000, 150000);
            return;
        }
    }
}

static void leave_bay(struct sim *sim, struct car *car, int64_t next_look)
{
    if (car->bay < 0)
        return;
    sim->bays[car->bay].car = -1;
    sim->bays[car->bay].look_at = sim->now + next_look;
    car->bay = -1;
}

void sim_look_for_car(struct sim *sim, int index)
{
    struct place_to_work *bay = &sim->bays[index];
    struct car *car = first_in_queue(sim, bay->pool);
    bool late = bay->pool == POOL_LIFT && sim->now % SIM_DAY > LAST_START;
    if (bay->car >= 0 || !car || late || !sim_is_open(sim->now))
        return;
    sim_say(sim, index, EV_ASSIGN, car->job, stage_of(car));
    sim_said(sim, REASON_NONE);
    bay->car = (int)(car - sim->cars);
    car->bay = index;
    car->doing = CAR_SETTLES;
    car->side_at = SIM_NEVER;
    car->main_at = sim->now + sim_random(sim, 20000, 90000);
}

/* ---- the way of a car ---- */

static void press_next(struct sim *sim, int who, struct car *car, enum place to)
{
    sim_say(sim, who, EV_NEXT, car->job, stage_of(car));
    sim_said(sim, REASON_NONE);
    car->stage = to;
}

static void begin_work(struct sim *sim, struct car *car)
{
    int64_t work = car->work;
    if (car->stage == AT_DIAGNOSIS)
        work = sim_spread(sim, SIM_DIAGNOSIS_MIN);
    else if (car->stage == AT_QUALITY)
        work = sim_spread(sim, SIM_QUALITY_MIN);
    else if (car->stage == AT_WASH)
        work = sim_spread(sim, SIM_WASH_MIN);
    else if (car->needs_parts)
        work = car->work * sim_random(sim, 15, 50) / 100; /* then they see what is missing */
    if (car->stage == AT_REPAIR)
        car->work -= work;
    car->doing = CAR_WORKS;
    car->main_at = sim_after(sim->now, work);
    if (car->pool == POOL_LIFT && work > 8 * SIM_MINUTE && sim_chance(sim, 22))
        car->side_at = sim->now + work / 2;
    watch_promise(sim, car);
}

static void force_stage(struct sim *sim, struct car *car, enum place to, const char *reason)
{
    sim_say(sim, WHO_DESK, EV_STAGE, car->job, stage_of(car));
    sim_field(sim, "stage", sim_place_name(to));
    sim_flag(sim, "force", true);
    sim_field(sim, "reason", reason);
    sim_said(sim, REASON_NONE);
    car->stage = to;
}

static void start(struct sim *sim, struct car *car)
{
    if (car->stage == AT_CHECKIN && car->long_route && sim_chance(sim, 40))
        force_stage(sim, car, AT_REPAIR, sim_words(sim, WORDS_KNOWN));
    else if (car->stage == AT_CHECKIN)
        press_next(sim, car->bay, car, car->long_route ? AT_DIAGNOSIS : AT_REPAIR);
    else if (car->stage == AT_PARTS)
        press_next(sim, car->bay, car, AT_REPAIR);
    else if (car->stage == AT_APPROVAL)
        press_next(sim, car->bay, car, AT_DIAGNOSIS);
    if (car->stage == AT_DIAGNOSIS && car->before == AT_APPROVAL) { /* approved: nothing left to find out */
        car->doing = CAR_WORKS;
        car->main_at = sim->now + sim_random(sim, 15000, 60000);
        car->before = AT_CHECKIN;
        return;
    }
    begin_work(sim, car);
}

static void begin_hold(struct sim *sim, struct car *car, enum place hold)
{
    sim_say(sim, car->bay, EV_HOLD, car->job, stage_of(car));
    sim_field(sim, "reason", sim_place_name(hold));
    sim_said(sim, REASON_NONE);
    car->stage = hold;
    car->doing = CAR_HOLDS;
    car->needs_approval = car->needs_approval && hold != AT_APPROVAL;
    car->needs_parts = car->needs_parts && hold != AT_PARTS;
    car->before = hold;
    int64_t length =
        hold == AT_APPROVAL ? sim_spread(sim, 30) : sim_spread(sim, sim_chance(sim, 200) ? 420 : 75);
    car->main_at = sim_after(sim->now, length);
    if (length > 35 * SIM_MINUTE) /* the lift is needed for others */
        car->side_at = sim->now + sim_minutes(sim, 3, 9);
    watch_promise(sim, car);
}

/* Either somebody says so, or the next car simply takes the place. */
static void drive_out(struct sim *sim, struct car *car)
{
    if (sim_chance(sim, 500)) {
        sim_say(sim, car->bay, EV_ASSIGN, car->job, stage_of(car));
        sim_field(sim, "bay", NULL);
        sim_said(sim, REASON_NONE);
    }
    leave_bay(sim, car, sim_minutes(sim, 1, 3));
}

static void leave(struct sim *sim, struct car *car, bool rates)
{
    leave_bay(sim, car, sim_minutes(sim, 2, 6));
    sim_sleep(car);
    car->doing = CAR_LEFT;
    car->stage = AT_HANDOVER;
    car->rates = rates;
    car->main_at = sim->now + sim_minutes(sim, 1, 12);
}

static void cancel(struct sim *sim, struct car *car)
{
    sim_say(sim, WHO_DESK, EV_CANCEL, car->job, NULL);
    sim_field(sim, "reason", sim_words(sim, WORDS_CANCEL));
    sim_said(sim, REASON_NONE);
    leave(sim, car, false);
}

static void end_hold(struct sim *sim, struct car *car)
{
    car->side_at = SIM_NEVER;
    if (car->stage == AT_APPROVAL && sim_chance(sim, 70))
        cancel(sim, car);
    else if (car->bay >= 0)
        start(sim, car);
    else
        sim_queue_up(sim, car, POOL_LIFT, 1);
}

static void become_ready(struct sim *sim, struct car *car)
{
    press_next(sim, car->bay, car, AT_READY);
    leave_bay(sim, car, sim_random(sim, 60000, 180000));
    sim_sleep(car);
    car->doing = CAR_READY;
    if (car->waiting)
        car->main_at = sim->now + sim_minutes(sim, 2, 9);
    else if (sim_chance(sim, 60)) /* they come tomorrow */
        car->main_at = sim_after((sim_day(sim->now) + 1) * SIM_DAY, sim_spread(sim, 60));
    else
        car->main_at = sim_after(sim->now, sim_spread(sim, 70));
    int64_t wait = car->main_at - sim->now;
    if (wait > 6 * SIM_MINUTE && sim_chance(sim, car->waiting ? 900 : 280))
        car->call_at = sim->now + (car->waiting ? 6 * SIM_MINUTE : sim_minutes(sim, 15, 50));
}

void sim_call(struct sim *sim, struct car *car)
{
    if (car->doing != CAR_READY || !sim_is_open(sim->now))
        return;
    sim_say(sim, WHO_DESK, EV_CALL, car->job, NULL);
    sim_said(sim, REASON_NONE);
    if (sim_chance(sim, 350))
        car->call_at = sim->now + sim_minutes(sim, 4, 15);
}

static void hand_over(struct sim *sim, struct car *car)
{
    press_next(sim, WHO_DESK, car, AT_HANDOVER);
    leave(sim, car, sim_chance(sim, 300));
    if (sim_chance(sim, 8)) { /* the wrong row: taken back at once */
        car->main_at = SIM_NEVER;
        car->side_at = sim->now + sim_random(sim, 8000, 50000);
    }
}

static void take_back_handover(struct sim *sim, struct car *car)
{
    sim_say(sim, WHO_DESK, EV_UNDO, car->job, NULL);
    sim_said(sim, REASON_NONE);
    car->doing = CAR_READY;
    car->stage = AT_READY;
    car->main_at = sim_after(sim->now, sim_minutes(sim, 4, 25));
}

static void rework(struct sim *sim, struct car *car)
{
    sim_say(sim, car->bay, EV_REWORK, car->job, stage_of(car));
    sim_field(sim, "reason", sim_words(sim, WORDS_REWORK));
    sim_said(sim, REASON_NONE);
    leave_bay(sim, car, sim_minutes(sim, 1, 4));
    car->stage = AT_REPAIR;
    car->reworked = true;
    car->work = sim_spread(sim, SIM_REWORK_MIN);
    sim_queue_up(sim, car, POOL_LIFT, 0);
    watch_promise(sim, car);
}

static void end_repair(struct sim *sim, struct car *car)
{
    int rank = car->waiting ? 0 : 1;
    if (sim_chance(sim, 9)) {
        force_stage(sim, car, AT_WASH, "Проверено на стенде");
        leave_bay(sim, car, sim_minutes(sim, 1, 4));
        sim_queue_up(sim, car, POOL_WASH, rank);
        return;
    }
    press_next(sim, car->bay, car, AT_QUALITY);
    leave_bay(sim, car, sim_minutes(sim, 1, 4));
    sim_queue_up(sim, car, POOL_QUALITY, rank);
}

static void end_work(struct sim *sim, struct car *car)
{
    car->side_at = SIM_NEVER;
    if (car->stage == AT_DIAGNOSIS && car->needs_approval) {
        begin_hold(sim, car, AT_APPROVAL);
    } else if (car->stage == AT_DIAGNOSIS) {
        press_next(sim, car->bay, car, AT_REPAIR);
        begin_work(sim, car);
    } else if (car->stage == AT_REPAIR && car->needs_parts) {
        begin_hold(sim, car, AT_PARTS);
    } else if (car->stage == AT_REPAIR) {
        end_repair(sim, car);
    } else if (car->stage == AT_QUALITY && sim_chance(sim, 62)) {
        rework(sim, car);
    } else if (car->stage == AT_QUALITY) {
        press_next(sim, car->bay, car, AT_WASH);
        leave_bay(sim, car, sim_minutes(sim, 1, 3));
        sim_queue_up(sim, car, POOL_WASH, car->waiting ? 0 : 1);
    } else {
        become_ready(sim, car);
    }
}

/* A press by mistake, and its undo. */
static void fumble(struct sim *sim, struct car *car)
{
    bool hold = sim_chance(sim, 400);
    sim_say(sim, car->bay, hold ? EV_HOLD : EV_NEXT, car->job, stage_of(car));
    if (hold)
        sim_field(sim, "reason", "parts");
    sim_said(sim, REASON_NONE);
    car->before = car->stage;
    car->stage = hold ? AT_PARTS : car->stage + 1;
    car->fumbled = true;
    car->side_at = sim->now + sim_random(sim, 6000, 60000);
    if (car->main_at < car->side_at + SIM_MINUTE)
        car->main_at = car->side_at + SIM_MINUTE;
}

static void take_back(struct sim *sim, struct car *car)
{
    sim_say(sim, car->bay, EV_UNDO, car->job, stage_of(car));
    sim_said(sim, REASON_NONE);
    car->stage = car->before;
    car->before = AT_CHECKIN;
    car->fumbled = false;
}

static void rate(struct sim *sim, struct car *car)
{
    if (car->rates) {
        int score = sim_chance(sim, 750) ? (int)sim_random(sim, 9, 10) : (int)sim_random(sim, 2, 8);
        sim_say(sim, WHO_RATE, EV_RATE, car->job, NULL);
        sim_number(sim, "score", score);
        if (sim_chance(sim, 250))
            sim_field(sim, "comment", sim_words(sim, WORDS_COMMENT));
        sim_said(sim, REASON_NONE);
    }
    car->doing = CAR_ABSENT;
}

void sim_main_due(struct sim *sim, struct car *car)
{
    switch (car->doing) {
    case CAR_SETTLES:
        start(sim, car);
        break;
    case CAR_WORKS:
        end_work(sim, car);
        break;
    case CAR_HOLDS:
        end_hold(sim, car);
        break;
    case CAR_READY:
        hand_over(sim, car);
        break;
    case CAR_LEFT:
        rate(sim, car);
        break;
    case CAR_ABSENT:
    case CAR_QUEUES:
        break;
    }
}

void sim_side_due(struct sim *sim, struct car *car)
{
    if (car->doing == CAR_WORKS)
        (car->fumbled ? take_back : fumble)(sim, car);
    else if (car->doing == CAR_HOLDS && car->bay >= 0)
        drive_out(sim, car);
    else if (car->doing == CAR_QUEUES && car->stage == AT_CHECKIN)
        cancel(sim, car);
    else if (car->doing == CAR_LEFT)
        take_back_handover(sim, car);
}
