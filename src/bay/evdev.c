#include "bay/evdev.h"

#include <string.h>

/* Moves bytes into the event that is being put together; true: it is whole. */
static bool gather(struct evdev *evdev, const char **data, size_t *len)
{
    size_t missing = sizeof evdev->part - evdev->have, n = *len < missing ? *len : missing;
    memcpy(evdev->part.bytes + evdev->have, *data, n);
    *data += n;
    *len -= n;
    evdev->have += n;
    if (evdev->have < sizeof evdev->part)
        return false;
    evdev->have = 0;
    return true;
}

/* Seconds beyond what milliseconds can hold come from no clock. */
static struct boot stamp_of(const struct input_event *event)
{
    int64_t s = (int64_t)event->input_event_sec, us = (int64_t)event->input_event_usec;
    if (s < 0 || s > INT64_MAX / 2000 || us < 0 || us >= 1000000)
        return BOOT_FAR;
    return (struct boot){ s * 1000 + us / 1000 };
}

enum evdev_result evdev_take(struct evdev *evdev, const char **data, size_t *len, struct evdev_key *key)
{
    while (*len > 0 && gather(evdev, data, len)) {
        const struct input_event *event = &evdev->part.event;
        if (event->type == EV_SYN && event->code == SYN_DROPPED) {
            evdev->dropping = true;
        } else if (evdev->dropping) {
            if (event->type != EV_SYN || event->code != SYN_REPORT)
                continue;
            evdev->dropping = false;
            return EVDEV_LOST;
        } else if (event->type == EV_KEY) {
            *key = (struct evdev_key){ event->code, event->value, stamp_of(event) };
            return EVDEV_KEY;
        }
    }
    return EVDEV_MORE;
}
