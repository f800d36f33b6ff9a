/* What holds of every publication, whatever the case: CONTRACT 2, checked as it comes. */
#pragma once

#include "tests/replay/drive.h"

void rules_publication(struct drive *d, const char *name, const json_t *body, int qos, bool retain);

/* After a round: both boards carry one `rev`. */
void rules_boards(struct drive *d);
