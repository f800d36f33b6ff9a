/* The figures of a window with all that the configuration knows: opening hours, repeat visits, the period before.
 * One thread. */
#pragma once

#include "conf/conf.h"
#include "store/query.h"

struct sums_ask {
    struct query *query;
    const struct query_plan *plan;
    const struct conf *conf; /* NULL: no opening hours, usual settings */
    struct wall since, until;
    enum figures_by by;
    bool compare; /* with the period before; both ends are then given */
};

struct sums {
    const struct figures_sum *sum; /* NULL: query_fault, or memory is out */
    struct figures *figures, *before;
    struct hours *hours;
};

struct sums sums_make(const struct sums_ask *ask);
void sums_destroy(struct sums *sums);
