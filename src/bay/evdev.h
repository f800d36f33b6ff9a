/*
 * The byte stream of an evdev device: struct input_event, in pieces of any size (a FIFO may split one). Pure;
 * what is no key is left out, and what follows SYN_DROPPED up to the next SYN_REPORT too.
 */
#pragma once

#include "base/tick.h"

#include <linux/input.h>
#include <stdbool.h>
#include <stddef.h>

struct evdev {
    union {
        struct input_event event;
        char bytes[sizeof(struct input_event)];
    } part; /* an event that has not come whole */
    size_t have;
    bool dropping;
};

enum evdev_result {
    EVDEV_MORE, /* all bytes are used up */
    EVDEV_KEY,  /* *key is set */
    EVDEV_LOST, /* events were lost: the state of the keys has to be asked for */
};

struct evdev_key {
    int code, value;   /* 0 up, 1 down, 2 autorepeat */
    struct boot stamp; /* as the event says, BOOT_FAR: nonsense; by which clock, its reader knows */
};

/* Takes bytes from *data on, at most up to the next thing to tell. */
enum evdev_result evdev_take(struct evdev *evdev, const char **data, size_t *len, struct evdev_key *key);
