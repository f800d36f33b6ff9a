/* What a configuration would show badly, told before a screen hangs on a wall. */
#pragma once

#include "core/plan.h"
#include "display/words.h"

/* Warns on stderr of labels of stages that are too wide for a row, in each language; NULL: there is none. Opens fonts. */
void check_labels(const struct plan *plan, struct words *const words[2]);
