/* The workshop's calendar of the configuration, in the process's time zone. */
#pragma once

#include "conf/conf.h"
#include "core/hours.h"

/* For moments in [from, to] (WALL_NONE, either: today alone). `conf` NULL: no opening hours are known. The
 * caller destroys it; NULL if memory is out. */
struct hours *calendar_make(const struct conf *conf, struct wall from, struct wall to);
