/* Puts a simulation straight into a new database: the hub with a clock that is moved along. */
#pragma once

#include "app/feed.h"
#include "core/sim.h"

/* Runs `sim` to its end (it must have one) into conf->store.path. Returns an exit code, with a sentence in
 * `fault` unless it is EXITS_DONE. The process's clock is a fake one meanwhile. An empty site becomes
 * "workshop". */
int into_database(struct conf *conf, struct sim *sim, struct feed_counts *counts, char *fault,
                  size_t fault_size);
