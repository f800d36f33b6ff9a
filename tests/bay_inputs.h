/*
 * Inputs of a bay under test: what is told, as text, and devices that a test plays. Uses tests/bay_kit.h.
 */
#pragma once

#include "tests/bay_kit.h"

#include "bay/input.h"

#define F13  KEY_F13
#define F14  KEY_F14
#define PAST 100000 /* ms before now: not believed of a stand-in */

struct world {
    struct inputs *inputs;
    char told[1024]; /* "input:action@ms;", "input:[code]", "input:(why)" */
    int pty[INPUT_DEVICES_MAX];
};
static struct world world;

static inline void tell(const char *format, ...) __attribute__((format(printf, 1, 2)));
static inline void tell(const char *format, ...)
{
    size_t len = strlen(world.told);
    va_list list;
    va_start(list, format);
    vsnprintf(world.told + len, sizeof world.told - len, format, list);
    va_end(list);
}

static inline void pressed(void *user, int input, int action, struct boot at)
{
    assert_ptr_equal(user, &world);
    tell("%d:%d@%lld;", input, action, (long long)(at.ms - 1000000));
}

static inline void scanned(void *user, int input, const char *code, struct boot at)
{
    (void)user, (void)at;
    tell("%d:[%s]", input, code);
}

static inline void misread(void *user, int input, const char *why, struct boot at)
{
    (void)user, (void)at;
    tell("%d:(%s)", input, why);
}

static inline int start(void **state)
{
    static const struct input_ops ops = { pressed, scanned, misread };
    (void)state;
    kit_start();
    memset(&world, 0, sizeof world);
    world.inputs = inputs_create(kit.loop, 30, 800, &ops, &world);
    return world.inputs ? 0 : -1;
}

static inline int stop(void **state)
{
    (void)state;
    inputs_destroy(world.inputs);
    kit_stop();
    return 0;
}

/* Action 1: F13 short, 2: F13 long, 3: F14 short. */
static const struct input_bind map[] = { { F13, false, 1 }, { F13, true, 2 }, { F14, false, 3 } };

static inline void add(const char *device, bool scanner)
{
    struct input_options options = {
        .device = device, .scanner = scanner, .grab = true, .binds = map, .n_binds = 3
    };
    char why[200] = "";
    if (!inputs_add(world.inputs, &options, why, sizeof why))
        fail_msg("%s", why);
}

/* ---- writing as a device ---- */

static inline struct input_event event(int type, int code, int value, int64_t stamp_ms)
{
    struct input_event e;
    memset(&e, 0, sizeof e);
    e.input_event_sec = stamp_ms / 1000;
    e.input_event_usec = stamp_ms % 1000 * 1000;
    e.type = (unsigned short)type;
    e.code = (unsigned short)code;
    e.value = value;
    return e;
}

static inline void put(int fd, int type, int code, int value, int64_t stamp_ms)
{
    struct input_event e = event(type, code, value, stamp_ms);
    assert_int_equal(write(fd, &e, sizeof e), sizeof e);
}

/* As a keyboard says it: a scan code, the key, the end. */
static inline void key(int fd, int code, int value)
{
    put(fd, EV_MSC, MSC_SCAN, 0x70068, kit.now);
    put(fd, EV_KEY, code, value, kit.now);
    put(fd, EV_SYN, SYN_REPORT, 0, kit.now);
}

static inline int make_fifo(const char *name)
{
    assert_int_equal(mkfifo(kit_path(name), 0600), 0);
    return open(kit_path(name), O_RDWR | O_NONBLOCK | O_CLOEXEC);
}

/* A FIFO that answers as an event device: closing it is pulling the plug. */
static inline int plug(const char *name)
{
    kernel.evdev = true;
    return make_fifo(name);
}

static inline void pull(int fd, const char *name)
{
    assert_int_equal(unlink(kit_path(name)), 0);
    close(fd);
}

static inline void set_down(int code, bool down)
{
    unsigned char bit = (unsigned char)(1u << (code % 8));
    kernel.keys[code / 8] =
        (unsigned char)(down ? kernel.keys[code / 8] | bit : kernel.keys[code / 8] & ~bit);
}
