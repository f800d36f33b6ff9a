/*
 * Says of every bay of the plan that it is on line, as the box of a real one does (CONTRACT 2): a connection of
 * its own that leaves `online`, retained, and the will `offline`. For a simulated workshop: there are no boxes
 * that would say so.
 *
 * One thread, driven by the loop it was given; the configuration outlives it. Destroy it only after the loop has
 * run for the last time: the connections then break, and the broker says `offline` for each.
 */
#pragma once

#include "conf/conf.h"
#include "sys/loop.h"

struct presence_ops {
    /* The broker does not let this account speak for the bays; `why` is a sentence. Called once. */
    void (*refused)(void *user, const char *why);
};

struct presence;

/* NULL, and a sentence in `fault`, if memory is out or password or TLS files cannot be read. It connects at once,
 * and again whenever a connection is lost. */
struct presence *presence_create(struct loop *loop, const struct conf *conf, const struct presence_ops *ops,
                                 void *user, char *fault, size_t fault_size);
void presence_destroy(struct presence *presence); /* takes NULL */
