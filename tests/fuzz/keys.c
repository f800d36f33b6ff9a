/* Bytes of an event device: taken whole and byte by byte they say the same; never more presses than keys that
 * went down, never a code that no key was typed for. The first byte says whether the rest are raw bytes or
 * short words for events. */
#include "bay/evdev.h"
#include "bay/press.h"
#include "bay/scan.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define EVENTS_MAX 512

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct device {
    struct evdev evdev;
    struct press press;
    struct scan scan;
    struct boot now;
    int downs, presses, typed, codes, broken, keys;
    uint64_t told; /* of all that was told */
};

static void mix(struct device *d, uint64_t value)
{
    d->told = d->told * 1099511628211u + value;
}

static void take_scan(struct device *d, enum scan_result result)
{
    size_t len = strlen(d->scan.text);
    d->codes += result == SCAN_CODE;
    d->broken += result == SCAN_BROKEN;
    if (result == SCAN_CODE && (len == 0 || len > SCAN_CHARS_MAX || strspn(d->scan.text, "\n\t") > 0))
        abort();
    if (result == SCAN_BROKEN && !d->scan.why)
        abort();
    mix(d, (uint64_t)result);
}

static void due(struct device *d)
{
    struct press_event event;
    while (press_next(&d->press, d->now, &event)) {
        d->presses++;
        if (event.at.ms > d->now.ms)
            abort();
        mix(d, (uint64_t)event.code * 2 + event.is_long);
    }
    take_scan(d, scan_tick(&d->scan, d->now));
}

static void take_key(struct device *d, const struct evdev_key *key)
{
    if (key->stamp.ms > d->now.ms && key->stamp.ms < d->now.ms + 100000)
        d->now = key->stamp;
    due(d);
    d->keys++;
    d->downs += key->value == 1;
    take_scan(d, scan_key(&d->scan, key->code, key->value, d->now));
    if (key->value == 0 || key->value == 1)
        press_edge(&d->press, key->code, key->value, d->now);
}

static void feed(struct device *d, const char *bytes, size_t len, size_t piece)
{
    press_init(&d->press, 30, 800);
    for (int code = 0; code < 16; code++)
        press_bind(&d->press, code, 1 + (unsigned)code % 3);
    for (size_t at = 0; at < len; at += piece) {
        const char *p = bytes + at;
        size_t n = len - at < piece ? len - at : piece;
        struct evdev_key key;
        for (enum evdev_result r; (r = evdev_take(&d->evdev, &p, &n, &key)) != EVDEV_MORE;) {
            if (r == EVDEV_KEY) {
                take_key(d, &key);
            } else {
                press_lost(&d->press);
                take_scan(d, scan_lost(&d->scan, d->now));
            }
        }
        if (n != 0)
            abort();
    }
    for (int i = 0; i < 200 && press_deadline(&d->press).ms != BOOT_FAR.ms; i++) {
        d->now = press_deadline(&d->press);
        due(d);
    }
    if (press_deadline(&d->press).ms != BOOT_FAR.ms || d->presses > d->downs ||
        d->codes + d->broken > 2 * d->keys + 512)
        abort();
}

/* Three bytes: which event, by how much later, which key. */
static size_t spell(const uint8_t *data, size_t size, struct input_event *events)
{
    size_t n = 0;
    int64_t ms = 1000;
    for (; size >= 3 && n < EVENTS_MAX; data += 3, size -= 3) {
        ms += data[1] * 8;
        events[n] = (struct input_event){ .type = EV_KEY, .code = data[2] % 64, .value = data[0] % 4 };
        if (data[0] >= 224)
            events[n] =
                (struct input_event){ .type = EV_SYN, .code = data[0] >= 240 ? SYN_DROPPED : SYN_REPORT };
        events[n].input_event_sec = ms / 1000;
        events[n++].input_event_usec = ms % 1000 * 1000;
    }
    return n * sizeof *events;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct input_event events[EVENTS_MAX];
    static struct device whole, split;
    if (size == 0)
        return 0;
    const char *bytes = (const char *)data + 1;
    size_t len = size - 1;
    if (data[0] % 2) {
        len = spell(data + 1, size - 1, events);
        bytes = (const char *)events;
    }
    memset(&whole, 0, sizeof whole);
    memset(&split, 0, sizeof split);
    feed(&whole, bytes, len, len ? len : 1);
    feed(&split, bytes, len, 1 + data[0] / 2 % 40);
    if (whole.told != split.told || whole.presses != split.presses || whole.codes != split.codes)
        abort();
    return 0;
}
