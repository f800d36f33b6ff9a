/*
 * What a manager should look at first, said in sentences: the few things in the figures that ask for somebody to act, and
 * the command that shows more of each. The thresholds are those of pitboard(1). Pure.
 */
#pragma once

#include "core/figures.h"
#include "core/plan.h"

#define FINDINGS_MAX  6
#define FINDINGS_SIZE 600

struct finding {
    char said[FINDINGS_SIZE]; /* names in it are as the workshop gave them: any printable UTF-8 */
    const char *look;         /* "pitboard jobs --late"; NULL: nothing more to ask */
};

struct findings {
    struct finding row[FINDINGS_MAX]; /* the most important first */
    int n;
};

/* In `lang` ("en" also for NULL, or "ru"); stages by their names in `plan` (NULL: ids). */
void findings_make(struct findings *out, const struct figures_sum *sum, const char *lang,
                   const struct plan *plan);

/* What people call a doubt about the log, in English. */
const char *findings_doubt(enum figures_doubt doubt);
