/*
 * From edges to presses: the keys of one device, debounced. Pure: time comes in with each edge (boot clock).
 *
 * A level counts once it has stood for debounce_ms: contact bounce, drop-outs of a worn contact and spikes
 * from a motor next door are shorter. So a press is told debounce_ms after the last down edge, with the time
 * of that edge.
 *
 * What a press means hangs on what is bound to its key:
 *
 *   short only   told while the key goes down. How long it is held does not matter.
 *   long only    told when it has been held for long_ms, the key still down. A tap says nothing.
 *   both         short is told when the key is let go before long_ms, else long at long_ms. Never both.
 *
 * With both, acting on the way down and taking it back at long_ms would be quicker and wrong: the hub would
 * have moved the car and called its customer meanwhile, and the undo would take back this very press, never
 * the mistake before it, for which the mechanic holds the key. And only a key with a long binding of its own
 * has one: a glove that leans on "next" shall not undo.
 *
 *        down          stands debounce_ms, settled              up, settled
 *   UP ─────────▶ (unsettled) ──────────────────▶ DOWN ──────────────────────▶ UP
 *                  short only: told here           │            both, not yet told: short or long by the
 *                                                  └ at long_ms: long told    time held
 */
#pragma once

#include "base/tick.h"

#include <stdbool.h>

#define PRESS_KEYS_MAX     64    /* keys with a binding on one device */
#define PRESS_DEBOUNCE_MAX 1000  /* ms */
#define PRESS_LONG_MAX     60000 /* ms */

enum { PRESS_SHORT = 1, PRESS_LONG = 2 };

struct press_key {
    int code;
    unsigned bound; /* PRESS_ bits */
    bool down;      /* the level of the last edge … */
    struct boot since;
    bool settled; /* … and the level that counts */
    struct boot pressed;
    bool told; /* this press: nothing more to tell */
};

/* Plain data, to be placed anywhere. */
struct press {
    int debounce_ms, long_ms;
    struct boot now; /* of the latest edge, or of what was due last: earlier edges count as of then */
    struct press_key keys[PRESS_KEYS_MAX];
    int n;
};

struct press_event {
    int code;
    bool is_long;
    struct boot at; /* the down edge */
};

/* 0 <= debounce_ms <= PRESS_DEBOUNCE_MAX, 1 <= long_ms <= PRESS_LONG_MAX; anything else is cut to that. */
void press_init(struct press *press, int debounce_ms, int long_ms);
/* Adds PRESS_ bits to a key; false if PRESS_KEYS_MAX keys are bound already. */
bool press_bind(struct press *press, int code, unsigned bits);

/* Takes what is due by `at`, in the order of time, one event a call: call it until it is false, before each
 * press_edge with the edge's time, and when press_deadline has come. */
bool press_next(struct press *press, struct boot at, struct press_event *event);
/* The key went down or up at `at`. Unbound keys and edges to the level it has are ignored. */
void press_edge(struct press *press, int code, bool down, struct boot at);
/* BOOT_FAR: nothing to wait for. */
struct boot press_deadline(const struct press *press);

/* The key was down when the device was opened: no press, until it was let go. */
void press_held(struct press *press, int code);
/* It is not known what the key did: it is up. What was told stays told, a press that was not is dropped. */
void press_forget(struct press *press, int code);
/* The same for all keys: the device is gone. */
void press_lost(struct press *press);
