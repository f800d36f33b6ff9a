/*
 * What the hub remembers of other people's devices and of Home Assistant. Not derived from the log and not
 * part of it: without these tables presses may be taken for new that are repeats, no more. Same rules as
 * store.h; the puts belong into a transaction of the caller's.
 */
#pragma once

#include "store/store.h"

/* An input's last mark, or a row's last press. */
struct store_button {
    const char *name;
    const char *mark; /* "" : none */
    const char *boot; /* "" : none; else when it was pressed last */
    struct boot up;
};
bool store_put_button(struct store *store, const struct store_button *button);
bool store_load_buttons(struct store *store, void (*each)(void *user, const struct store_button *button),
                        void *user);

/* The deliveries that were committed, numbered by the caller; the newest STORE_DELIVERIES_MAX of them stay.
 */
#define STORE_DELIVERIES_MAX 1000
bool store_put_delivery(struct store *store, int64_t n, int packet, uint64_t hash);
bool store_drop_deliveries(struct store *store);
bool store_load_deliveries(struct store *store,
                           void (*each)(void *user, int64_t n, int packet, uint64_t hash), void *user);

struct store_device {
    const char *name;
    int battery, link;       /* -1: unknown */
    struct wall low, silent; /* since then; WALL_NONE: it is not */
};
bool store_put_device(struct store *store, const struct store_device *device);
bool store_load_devices(struct store *store, void (*each)(void *user, const struct store_device *device),
                        void *user);

/* Topics that Home Assistant was told of and that are to be taken back one day. */
bool store_put_announced(struct store *store, const char *topic);
bool store_drop_announced(struct store *store, const char *topic);
bool store_load_announced(struct store *store, void (*each)(void *user, const char *topic), void *user);
