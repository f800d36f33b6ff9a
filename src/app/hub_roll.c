/* Roll-ups for reports over years, made while nothing else is to be done. */
#include "app/calendar.h"
#include "app/hub_own.h"
#include "sys/clock.h"

#define LOG_TAG "hub"
#include "base/log.h"

#define AFTER_START_MS 60000 /* the boards first */
#define NEXT_MS        1000
#define AGAIN_MS       3600000

bool hub_roll_up(struct hub *hub, bool *more)
{
    struct wall first, newest;
    *more = false;
    if (!store_extent(hub->store, &first, &newest))
        return false;
    struct hours *hours = calendar_make(hub->conf, first, newest);
    bool done = hours && store_roll_up(hub->store, clock_wall(), hours, more);
    hours_destroy(hours);
    hub_look_after(hub);
    return done;
}

/* One step of some ten milliseconds at a time. A failure costs reports their speed and nothing else. */
void hub_roll_tick(struct hub *hub, struct boot now)
{
    bool more;
    if (hub->next_roll.ms == 0)
        hub->next_roll = boot_plus(now, AFTER_START_MS);
    if (hub->sick || now.ms < hub->next_roll.ms)
        return;
    if (!hub_roll_up(hub, &more)) {
        log_error("the roll-ups for reports could not be made: %s", store_error(hub->store));
        more = false;
    }
    hub->next_roll = boot_plus(now, more ? NEXT_MS : AGAIN_MS);
}
