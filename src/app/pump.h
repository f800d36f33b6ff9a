/*
 * Lets a loop drive a bus: its socket, its timer, and what is to be written at the end of each round.
 * One thread. The bus belongs to the caller. `changed` of the bus's operations must call pump_look.
 * Destroy a pump only after the loop has run for the last time (a hook at the end of each round cannot be
 * removed).
 */
#pragma once

#include "bus/bus.h"
#include "sys/loop.h"

struct pump;

struct pump *pump_create(struct loop *loop, struct bus *bus); /* NULL: memory or the loop's limits */
void pump_destroy(struct pump *pump);                         /* takes NULL */
void pump_look(struct pump *pump);                            /* takes NULL */
/* Drives another bus from here on; call it before the old one is destroyed. */
void pump_switch(struct pump *pump, struct bus *bus);
