#include "core/parcel.h"

#include <string.h>

static bool same_boot(const struct parcel *parcel, const struct parcel_now *now)
{
    return strcmp(parcel->boot, now->boot) == 0;
}

int64_t parcel_age_ms(const struct parcel *parcel, const struct parcel_now *now)
{
    int64_t age = now->up.ms;
    if (same_boot(parcel, now))
        age = boot_minus(now->up, parcel->up);
    else if (!wall_is_none(parcel->made) && !wall_is_none(now->wall) &&
             wall_minus(now->wall, parcel->made) > age)
        age = wall_minus(now->wall, parcel->made);
    return age > 0 ? age : 0;
}

struct wall parcel_time(const struct parcel *parcel, const struct parcel_now *now)
{
    if (!wall_is_none(parcel->made) || wall_is_none(now->wall) || !same_boot(parcel, now))
        return parcel->made;
    return wall_plus(now->wall, -boot_minus(now->up, parcel->up));
}
