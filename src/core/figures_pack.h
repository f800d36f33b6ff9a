/*
 * Closed visits, packed: what the figures need of their rows, in columns, so that a reader of years need not
 * go through rows. A pack is made by the figures themselves, from the rows or from the sums of packs, and
 * counts exactly as the rows would:
 *
 *   sums    counters, lengths by stage and of the cycle (for exact percentiles), losses, bays, who came back;
 *           holds only for a window in which all of the pack lies
 *   visits  a column for each member of a visit: times, sums until ready and until handover, promise, score, names
 *   rows    the spans and stays themselves, for a window that cuts through
 *
 * A pack made of packs has sums only. A column is one byte for the width of a value (0 1 2 4 8), eight for the
 * lowest value, then what each is above it. All numbers are little endian. A list that percentiles are taken of
 * is in ascending order, in blocks that are each as narrow as they can be (figures_column.c), so that it is read
 * where it lies. Working time is that of the calendar the packer had. Each part ends with a sum of its bytes, so that a
 * damaged one is refused and not counted.
 *
 * Who came back: the gap between a handover and the next opening of the same plate, where both are in the pack;
 * and, in order of time, the openings before which the pack has no handover of their plate, and all handovers.
 */
#pragma once

#include "base/text.h"
#include "core/figures.h"

#define FIGURES_PACK_FORMAT 6 /* changes whenever a pack of the same jobs does: older ones are made again */
#define FIGURES_PACK_MAX    ((size_t)64 << 20) /* bytes of each part */
#define FIGURES_PACK_ROWS   ((size_t)1 << 20)  /* visits, spans or stays of one pack */

struct figures_pack {
    struct text visits, sums, rows; /* bytes; freed by figures_pack_free */
    int64_t jobs;
    struct wall low, high; /* the earliest and the latest time in it */
};

struct figures_bytes {
    const void *data;
    size_t len;
};

/* Keeps what a pack needs, before the first job; the window must be open at both ends. figures_keep: fed with the
 * rows of closed jobs. figures_keep_sums: fed with the sums of packs, in order of time. */
void figures_keep(struct figures *f);
void figures_keep_sums(struct figures *f);
/* Makes the pack; in place of figures_finish. False: memory is out, there is too much, or something lasts or ends
 * before it begins. */
bool figures_pack(struct figures *f, struct figures_pack *pack);
void figures_pack_free(struct figures_pack *pack);

/* Is this part of a pack as it was made? What feeds one finds out too, but then the figures are incomplete. */
bool figures_pack_sound(struct figures_bytes part);

/* Room of the figures' own for `len` bytes of sums, which stay where they lie. NULL: memory is out. */
void *figures_room(struct figures *f, size_t len);
/* Feeds a pack of which everything lies within the window, made with a calendar of the same hours_print; `sums`
 * are in figures_room. Its jobs were closed from `from` on, and all that is fed besides before that, or after the
 * last of them was opened. False, here and below: it cannot be read, memory is out, or a limit is reached; the
 * figures are then incomplete. */
bool figures_feed_sums(struct figures *f, struct wall from, struct figures_bytes sums);
/* Feeds the part of its visits in the rows by group: what the sums do not tell. */
bool figures_feed_groups(struct figures *f, struct figures_bytes visits);
/* Feeds its visits one by one: any window, any calendar. */
bool figures_feed_rows(struct figures *f, struct figures_bytes visits, struct figures_bytes rows);
/* Only the handovers, as figures_handover does. */
bool figures_feed_handovers(struct figures *f, struct figures_bytes visits);
