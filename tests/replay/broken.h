/* Broken payloads: each gets its reason, is kept with its first 8 KiB, and changes nothing else. */
#pragma once

#include "tests/replay/script.h"

/* Each payload counts as one case. */
void broken_run(const char *shop, struct tally *tally);
