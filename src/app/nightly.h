/*
 * The hub's helper process: `pitboard backup`, which reads the whole database beside the hub at the lowest
 * priority. Soon after every start it checks; every day at backup.at (or soon after the start that follows a
 * missed one) it also keeps a copy. The hub's loop never waits for it. One thread.
 */
#pragma once

#include "base/tick.h"
#include "conf/conf.h"
#include "sys/loop.h"

#include <stdbool.h>

struct nightly;

struct nightly_ops {
    void (*backed_up)(void *user, const char *why); /* NULL: it was made */
    void (*damaged)(void *user);                    /* the database is damaged */
};

/* NULL when memory is out. `loop`, `conf` and `ops` must outlive it. */
struct nightly *nightly_create(struct loop *loop, const struct conf *conf, const struct nightly_ops *ops,
                               void *user);
void nightly_destroy(struct nightly *nightly); /* takes NULL; ends the child */

void nightly_tick(struct nightly *nightly, struct boot now);
struct boot nightly_deadline(const struct nightly *nightly);
