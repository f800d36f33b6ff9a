/* Shared by the report*.c only: the small words of a report, and its parts. */
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
/* Which time limits are held against, for programs: people read it in the title. */
void report_measure(struct writer *w, const struct figures_sum *sum);
/* In text only. */
void report_bar(struct writer *w, int64_t a, int64_t b);

/* Nothing happened in the window, and nothing stood here. */
bool report_is_empty(const struct figures_sum *sum);

/* The lines a manager reads first: one of figures, then the findings. */
void report_first(struct writer *w, const struct figures_sum *sum, bool commands);

/* The parts beyond the base figures (report_more.c, report_groups.c). */
void report_losses(struct writer *w, const struct figures_sum *sum);
void report_limits(struct writer *w, const struct figures_sum *sum);
void report_bins(struct writer *w, const struct figures_sum *sum);
void report_lateness(struct writer *w, const struct figures_sum *sum);
void report_lateness_bins(struct writer *w, const struct figures_sum *sum);
void report_repeat(struct writer *w, const struct figures_sum *sum);
void report_ratings(struct writer *w, const struct figures_sum *sum);
void report_funnel(struct writer *w, const struct figures_sum *sum);
void report_heat(struct writer *w, const struct figures_sum *sum);
void report_heat_map(struct writer *w, const struct figures_sum *sum); /* for people */
void report_trust(struct writer *w, const struct figures_sum *sum);
void report_groups(struct writer *w, const struct figures_sum *sum);
void report_compare(struct writer *w, const struct figures_sum *sum);
