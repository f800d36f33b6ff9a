/* The board as JSON: board/public, board/staff, bay states (CONTRACT 2 and 3). Pure. */
#pragma once

#include "base/text.h"
#include "core/board.h"

#define SNAPSHOT_BYTES_MAX    (4 * 1024 * 1024)
#define SNAPSHOT_PROBLEMS_MAX 16

struct snapshot_problem {
    char code[32], text[400];
    struct wall since;
};

/* What the board itself does not know. */
struct snapshot_info {
    const char *site;
    const struct label *title;
    enum privacy privacy; /* of the site */
    const char *pickup;   /* of the site; empty: none */
    int64_t forgotten_ms; /* a job untouched for longer is not public any more */
    struct moment now;
    int64_t rev;
    struct {
        bool seen, online;
        int battery;                         /* per cent, -1 unknown */
        int link;                            /* of its radio, as the device counts it; -1 unknown */
        struct wall silent_since, low_since; /* low_since: a battery is low */
    } bays[PLAN_BAYS_MAX];                   /* by plan index */
    struct snapshot_problem problems[SNAPSHOT_PROBLEMS_MAX];
    int n_problems;
    struct {
        int64_t opened, ready, handed_over, promised, kept, reworked;
    } today;
};

/* Both boards without their changing head; hash it to see whether anything changed. */
void snapshot_body(const struct board *board, const struct snapshot_info *info, bool staff, struct text *out);
/* The message: head with rev and time, then the body. */
void snapshot_message(const struct snapshot_info *info, const struct text *body, struct text *out);

void snapshot_bay(const struct board *board, uint8_t bay, const struct moment *now, struct text *out);
void snapshot_problems(const struct snapshot_info *info, struct text *out); /* a JSON array */

/* The next wall time (by `now` onwards) at which a body or a bay state changes by itself: a promise passes, a
 * limit is reached, a job is forgotten. WALL_NONE: never. */
struct wall snapshot_next(const struct board *board, const struct snapshot_info *info);
