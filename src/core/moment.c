#include "core/moment.h"

#include <string.h>

int64_t moment_gap(const struct moment *a, const struct moment *b)
{
    if (a->boot[0] && strcmp(a->boot, b->boot) == 0)
        return boot_minus(b->up, a->up);
    return wall_minus(b->at, a->at);
}

int64_t moment_length(const struct moment *from, const struct moment *to)
{
    int64_t gap = moment_gap(from, to);
    return gap > 0 ? gap : 0;
}
