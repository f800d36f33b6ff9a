/* Members of a JSON object that is being written. Pure; what does not fit shows in `out`. */
#pragma once

#include "base/stamp.h"
#include "base/text.h"
#include "core/plan.h"

/* ,"name":"value" and ,"name":"RFC 3339": with a comma before, nothing at all for "" and WALL_NONE. `name` is plain. */
void member_text(struct text *out, const char *name, const char *value);
void member_time(struct text *out, const char *name, struct wall at);

/* "ru":"…","en":"…": the label's languages, without braces and comma before. False: it has none, nothing is written. */
bool member_label(struct text *out, const struct label *label);
