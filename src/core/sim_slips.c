/* Presses and entries that the hub refuses, as they happen in every workshop. */
#include "core/sim_parts.h"

#include <stdio.h>

static bool is_ready(const struct car *car)
{
    return car->doing == CAR_READY;
}

static bool is_repaired(const struct car *car)
{
    return car->doing == CAR_WORKS && car->stage == AT_REPAIR && !car->fumbled;
}

static bool is_finished(const struct car *car)
{
    return car->doing == CAR_WORKS && (car->stage == AT_QUALITY || car->stage == AT_WASH);
}

static bool is_gone(const struct car *car)
{
    return car->doing == CAR_LEFT && car->side_at == SIM_NEVER;
}

static struct car *find(struct sim *sim, bool (*fits)(const struct car *))
{
    int first = (int)sim_random(sim, 0, SIM_CARS_MAX - 1);
    for (int i = 0; i < SIM_CARS_MAX; i++) {
        struct car *c = &sim->cars[(first + i) % SIM_CARS_MAX];
        if (fits(c))
            return c;
    }
    return NULL;
}

static bool next_at_ready(struct sim *sim)
{
    struct car *car = find(sim, is_ready);
    if (!car)
        return false;
    sim_say(sim, SIM_BAYS - 1, EV_NEXT, car->job, "ready");
    sim_said(sim, REASON_AT_READY);
    return true;
}

static bool stale_press(struct sim *sim)
{
    struct car *car = find(sim, is_repaired);
    if (!car)
        return false;
    sim_say(sim, car->bay, EV_NEXT, car->job, "checkin");
    sim_said(sim, REASON_MOVED_ON);
    return true;
}

static bool mistyped_job(struct sim *sim)
{
    char job[EVENT_ID_SIZE];
    snprintf(job, sizeof(job), "%s-%04dx", sim->run, (int)sim_random(sim, 1, 9999));
    sim_say(sim, WHO_DESK, EV_NEXT, job, NULL);
    sim_said(sim, REASON_UNKNOWN_JOB);
    return true;
}

static bool opened_twice(struct sim *sim)
{
    struct car *car = find(sim, is_repaired);
    if (!car)
        return false;
    char plate[PLATE_SIZE];
    sim_plate(sim, plate);
    sim_say(sim, WHO_DESK, EV_OPEN, car->job, NULL);
    sim_field(sim, "plate", plate);
    sim_said(sim, REASON_JOB_EXISTS);
    return true;
}

static bool called_too_early(struct sim *sim)
{
    struct car *car = find(sim, is_finished);
    if (!car)
        return false;
    sim_say(sim, WHO_DESK, EV_CALL, car->job, NULL);
    sim_said(sim, REASON_ILLEGAL_STEP);
    return true;
}

static bool held_when_ready(struct sim *sim)
{
    struct car *car = find(sim, is_ready);
    if (!car)
        return false;
    sim_say(sim, WHO_DESK, EV_HOLD, car->job, NULL);
    sim_field(sim, "reason", "parts");
    sim_said(sim, REASON_ILLEGAL_STEP);
    return true;
}

static bool moved_after_handover(struct sim *sim)
{
    struct car *car = find(sim, is_gone);
    if (!car)
        return false;
    sim_say(sim, WHO_DESK, EV_NEXT, car->job, NULL);
    sim_said(sim, REASON_CLOSED);
    return true;
}

static bool bay_not_there(struct sim *sim)
{
    struct car *car = find(sim, is_repaired);
    if (!car)
        return false;
    sim_say(sim, WHO_DESK, EV_ASSIGN, car->job, NULL);
    sim_bay(sim, "17");
    sim_said(sim, REASON_UNKNOWN_BAY);
    return true;
}

static bool others_press_undone(struct sim *sim)
{
    struct car *car = find(sim, is_finished);
    if (!car)
        return false;
    sim_say(sim, (int)sim_random(sim, 0, 5), EV_UNDO, car->job, sim_place_name(car->stage));
    sim_said(sim, REASON_NOTHING_TO_UNDO);
    return true;
}

static bool no_such_hold(struct sim *sim)
{
    struct car *car = find(sim, is_repaired);
    if (!car)
        return false;
    sim_say(sim, car->bay, EV_HOLD, car->job, sim_place_name(car->stage));
    sim_field(sim, "reason", "lunch");
    sim_said(sim, REASON_UNKNOWN_STAGE);
    return true;
}

static bool score_of_eleven(struct sim *sim)
{
    struct car *car = find(sim, is_gone);
    if (!car)
        return false;
    sim_say(sim, WHO_RATE, EV_RATE, car->job, NULL);
    sim_number(sim, "score", 11);
    sim_said(sim, REASON_BAD_FIELD);
    return true;
}

void sim_slip(struct sim *sim)
{
    static bool (*const slips[])(struct sim *) = {
        next_at_ready,       next_at_ready,    stale_press,     stale_press,          mistyped_job,
        opened_twice,        called_too_early, held_when_ready, moved_after_handover, bay_not_there,
        others_press_undone, no_such_hold,     score_of_eleven,
    };
    if (!slips[sim_random(sim, 0, (int)(sizeof(slips) / sizeof(slips[0])) - 1)](sim))
        mistyped_job(sim);
}
