/* Shared by the report*.c only: the small words of a report. */
#pragma once

#include "report/report.h"

void report_start(struct writer *w, enum writer_shape shape, const char *name, const char *title);
void report_count(struct writer *w, const char *name, const char *title, int64_t n);
void report_length(struct writer *w, const char *name, const char *title, int64_t ms);
void report_text(struct writer *w, const char *name, const char *title, const char *text);
/* A text that people read by its name. */
void report_name(struct writer *w, const char *name, const char *title, enum datum_name kind,
                 const char *text);
/* a of b in thousandths; nothing if b is 0. */
void report_share(struct writer *w, const char *name, const char *title, enum datum_type type, int64_t a,
                  int64_t b);
/* In text only. */
void report_bar(struct writer *w, int64_t a, int64_t b);

/* The line a manager reads first; before the root. */
void report_summary(struct writer *w, const struct figures_sum *sum);
/* All beyond the base figures, within the root. */
void report_more(struct writer *w, const struct figures_sum *sum);
/* The rows of --by, and both periods side by side. */
void report_groups(struct writer *w, const struct figures_sum *sum);
void report_compare(struct writer *w, const struct figures_sum *sum);
