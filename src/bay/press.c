#include "bay/press.h"

#include <stddef.h>

static int clamp(int value, int low, int high)
{
    return value < low ? low : value > high ? high : value;
}

void press_init(struct press *press, int debounce_ms, int long_ms)
{
    *press = (struct press){ .debounce_ms = clamp(debounce_ms, 0, PRESS_DEBOUNCE_MAX) };
    press->long_ms = clamp(long_ms, 1, PRESS_LONG_MAX);
}

static struct press_key *find(struct press *press, int code)
{
    for (int i = 0; i < press->n; i++)
        if (press->keys[i].code == code)
            return &press->keys[i];
    return NULL;
}

bool press_bind(struct press *press, int code, unsigned bits)
{
    struct press_key *key = find(press, code);
    if (!key) {
        if (press->n >= PRESS_KEYS_MAX)
            return false;
        key = &press->keys[press->n++];
        *key = (struct press_key){ .code = code };
    }
    key->bound |= bits;
    return true;
}

/* When something is due for a key: its level settles, or its press becomes a long one. A level that stands
 * cannot become unsettled again, so only one of the two is ahead. */
static struct boot due(const struct press *press, const struct press_key *key)
{
    struct boot settles = boot_plus(key->since, press->debounce_ms);
    if (key->down != key->settled)
        return settles;
    if (!key->settled || key->told || !(key->bound & PRESS_LONG))
        return BOOT_FAR;
    struct boot turns_long = boot_plus(key->pressed, press->long_ms);
    return turns_long.ms > settles.ms ? turns_long : settles;
}

static struct press_key *first_due(struct press *press)
{
    struct press_key *first = NULL;
    struct boot at = BOOT_FAR;
    for (int i = 0; i < press->n; i++) {
        struct boot its = due(press, &press->keys[i]);
        if (its.ms < at.ms) {
            at = its;
            first = &press->keys[i];
        }
    }
    return first;
}

static bool tell(struct press_key *key, bool is_long, struct press_event *event)
{
    key->told = true;
    *event = (struct press_event){ key->code, is_long, key->pressed };
    return true;
}

static bool settle_down(struct press_key *key, struct press_event *event)
{
    key->settled = true;
    key->pressed = key->since;
    key->told = false;
    return key->bound == PRESS_SHORT && tell(key, false, event);
}

static bool settle_up(const struct press *press, struct press_key *key, struct press_event *event)
{
    key->settled = false;
    bool is_long = boot_minus(key->since, key->pressed) >= press->long_ms;
    return !key->told && key->bound & (is_long ? PRESS_LONG : PRESS_SHORT) && tell(key, is_long, event);
}

/* What was due for a key; true: it was a press. */
static bool step(const struct press *press, struct press_key *key, struct press_event *event)
{
    if (key->down == key->settled)
        return tell(key, true, event);
    return key->down ? settle_down(key, event) : settle_up(press, key, event);
}

bool press_next(struct press *press, struct boot at, struct press_event *event)
{
    for (;;) {
        struct press_key *key = first_due(press);
        struct boot its = key ? due(press, key) : BOOT_FAR;
        if (its.ms > at.ms || its.ms == BOOT_FAR.ms)
            return false;
        if (its.ms > press->now.ms)
            press->now = its;
        if (step(press, key, event))
            return true;
    }
}

void press_edge(struct press *press, int code, bool down, struct boot at)
{
    struct press_key *key = find(press, code);
    if (at.ms > press->now.ms)
        press->now = at;
    if (!key || key->down == down)
        return;
    key->down = down;
    key->since = press->now;
}

struct boot press_deadline(const struct press *press)
{
    struct boot first = BOOT_FAR;
    for (int i = 0; i < press->n; i++)
        first = boot_first(first, due(press, &press->keys[i]));
    return first;
}

void press_held(struct press *press, int code)
{
    struct press_key *key = find(press, code);
    if (!key)
        return;
    key->down = key->settled = key->told = true;
    key->since = key->pressed = press->now;
}

static void forget(struct press_key *key)
{
    *key = (struct press_key){ .code = key->code, .bound = key->bound };
}

void press_forget(struct press *press, int code)
{
    struct press_key *key = find(press, code);
    if (key)
        forget(key);
}

void press_lost(struct press *press)
{
    for (int i = 0; i < press->n; i++)
        forget(&press->keys[i]);
}
