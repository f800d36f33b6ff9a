/*
 * The input devices of a bay: keypads, pedals, gpio-key overlays, scanners. Raw evdev read(), opened by path,
 * several at once, each coming and going while the loop runs (looked for when something changes in its
 * folder, and every INPUT_RETRY_MS). What each key means is a table row.
 *
 * A FIFO or a file of struct input_event serves as device, too: there the end of the file is the device being
 * pulled out (a FIFO's last writer gone), or, for a file, the wait for more. Time stamps are the kernel's by
 * the boot clock; where they cannot be (FIFO, file), a stamp within the last INPUT_BELIEF_MS is believed,
 * else the time of reading counts.
 *
 * A device pulled out in mid-press: what was told stays told, a press that was not yet told is dropped, no
 * key stays down. A key that is held while the device is opened is no press. When the kernel says that it
 * dropped events, the keys' state is asked for and compared; a press that began and ended in the gap is lost,
 * none is made up.
 *
 * One thread; callbacks come from the loop, and must not destroy the inputs. Faults of devices are logged
 * once each time they change.
 */
#pragma once

#include "bay/press.h"

#include <stddef.h>

#define INPUT_DEVICES_MAX 16 /* of one bay */
#define INPUT_PATH_SIZE   512
#define INPUT_RETRY_MS    2000
#define INPUT_BELIEF_MS   60000

struct loop;
struct inputs;

/* One row of the key map. */
struct input_bind {
    int code;
    bool is_long; /* false: a short press */
    int action;   /* the caller's number of this row, told with the press; any */
};

struct input_options {
    const char *device; /* copied */
    bool scanner;       /* types codes: its keys are text, but those that are bound; needs no binds */
    bool grab;          /* nobody else gets its keys (EVIOCGRAB) */
    const struct input_bind *binds;
    int n_binds;
};

struct input_ops {
    /* `input` counts the inputs_add calls from 0. `at` is never in the future. */
    void (*pressed)(void *user, int input, int action, struct boot at);
    /* A scanner read this text: 1 to SCAN_CHARS_MAX printable ASCII characters. May be NULL without scanners.
     */
    void (*scanned)(void *user, int input, const char *code, struct boot at);
    /* A scan was refused; `why` is a short sentence. May be NULL. */
    void (*misread)(void *user, int input, const char *why, struct boot at);
};

/* NULL when memory or the system refuses. */
struct inputs *inputs_create(struct loop *loop, int debounce_ms, int long_ms, const struct input_ops *ops,
                             void *user);
/* Closes all devices. Takes NULL. */
void inputs_destroy(struct inputs *inputs);

/* Opens the device, or waits for it. False, with a sentence in `why` (NULL: not wanted): too many devices or
 * keys, two rows for the same press, a path that is too long, a key that is refused. */
bool inputs_add(struct inputs *inputs, const struct input_options *options, char *why, size_t why_size);

int inputs_count(const struct inputs *inputs);
bool inputs_present(const struct inputs *inputs, int input);
