#include "app/pump.h"

#include "sys/clock.h"

#include <stdlib.h>

#define HOOK_RANK 90 /* after whoever publishes */

struct pump {
    struct loop *loop;
    struct bus *bus;
    struct loop_fd *source;
    struct loop_timer *timer;
    int fd; /* of the source, -1 none */
};

static void ready(void *user, unsigned what)
{
    struct pump *pump = user;
    if (what & LOOP_READ)
        bus_read(pump->bus, 0);
    if (what & LOOP_WRITE)
        bus_write(pump->bus);
    pump_look(pump);
}

static void due(void *user)
{
    struct pump *pump = user;
    bus_tick(pump->bus, clock_boot());
    pump_look(pump);
}

static void round_ends(void *user)
{
    struct pump *pump = user;
    if (bus_want_write(pump->bus))
        bus_write(pump->bus);
    pump_look(pump);
}

static void follow_socket(struct pump *pump, int fd)
{
    loop_remove_fd(pump->source);
    pump->source = fd >= 0 ? loop_add_fd(pump->loop, fd, LOOP_READ, ready, pump) : NULL;
    pump->fd = pump->source ? fd : -1;
}

void pump_look(struct pump *pump)
{
    if (!pump)
        return;
    int fd = bus_fd(pump->bus);
    if (fd != pump->fd)
        follow_socket(pump, fd);
    if (pump->source)
        loop_want(pump->source, LOOP_READ | (bus_want_write(pump->bus) ? (unsigned)LOOP_WRITE : 0u));
    loop_arm(pump->timer, bus_deadline(pump->bus));
}

struct pump *pump_create(struct loop *loop, struct bus *bus)
{
    struct pump *pump = calloc(1, sizeof *pump);
    if (!pump)
        return NULL;
    *pump = (struct pump){ .loop = loop, .bus = bus, .fd = -1 };
    pump->timer = loop_add_timer(loop, due, pump);
    if (!pump->timer || !loop_before_sleep(loop, HOOK_RANK, round_ends, pump)) {
        loop_remove_timer(pump->timer);
        free(pump);
        return NULL;
    }
    return pump;
}

void pump_switch(struct pump *pump, struct bus *bus)
{
    follow_socket(pump, -1);
    pump->bus = bus;
    pump_look(pump);
}

void pump_destroy(struct pump *pump)
{
    if (!pump)
        return;
    loop_remove_fd(pump->source);
    loop_remove_timer(pump->timer);
    free(pump);
}
