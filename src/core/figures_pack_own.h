/* Shared by figures_pack.c and figures_unpack.c only. */
#pragma once

#include "core/figures_own.h"

#define COUNTERS_MAX 1024

/* The columns of a visit, in order. A column is got into and taken from an array of one number a visit. */
enum {
    COL_OPENED,
    COL_READY,
    COL_CLOSED,
    COL_PROMISE,
    COL_PLATE,
    COL_REACHED,
    COL_OUTCOME,
    COL_MOVES,
    COL_REWORKS,
    COL_SCORE,
    COL_ADVISOR,
    COL_WORK,
    COL_STAGE,
    COL_LENGTH,
    COL_WORKING = COL_LENGTH + CYCLE_COUNT,
    COLUMNS = COL_WORKING + CYCLE_COUNT,
};

/* The lists that percentiles are taken of, but for those by stage. */
enum { LISTS = 2 * CYCLE_COUNT + 2 };

/* Every counter that is simply added, in the order of a pack; how many there are. */
int figures_pack_counters(struct figures *f, int64_t *out[COUNTERS_MAX]);
struct samples *figures_pack_list(struct figures *f, int i);
