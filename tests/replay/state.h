/* "Nothing else changed": what the tables and boards were at a mark. */
#pragma once

#include "tests/replay/drive.h"

struct state_mark {
    char *tables; /* rows of job, span, stay, bay */
    json_int_t rev;
    int64_t boards; /* publications of both boards and all bay states */
};

void state_mark(struct drive *d, struct state_mark *mark);
void state_unchanged(struct drive *d, const struct state_mark *mark);
void state_revised(struct drive *d, const struct state_mark *mark);
void state_forget(struct state_mark *mark);
