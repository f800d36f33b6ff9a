#include "display/check.h"

#include "display/glyph.h"
#include "display/model.h"

#include <stdio.h>

#define LABEL_EM 64
#define LABEL_MOST_S                                                                                         \
    11.35 /* widths of S that a row has for the word of its stage (design, "A car in the list") */

static void warn_of_label(struct glyphs *glyphs, const struct stage *stage, const char *lang)
{
    char label[LABEL_SIZE];
    model_clean(label, sizeof label, label_in(&stage->label, lang, stage->id));
    double wide = (double)glyphs_width(glyphs, label, LABEL_EM, true) / LABEL_EM;
    if (wide > LABEL_MOST_S)
        fprintf(
            stderr,
            "stages: %s: the label \"%s\" (%s) will be cut: it is %.0f %% too wide for a row of the screen\n",
            stage->id, label, lang, (wide / LABEL_MOST_S - 1) * 100);
}

void check_labels(const struct plan *plan, struct words *const words[2])
{
    char fault[300];
    struct glyphs *glyphs = glyphs_create(1 << 20, fault, sizeof fault);
    if (!glyphs)
        fprintf(stderr, "%s\n", fault);
    for (int i = 0; glyphs && i < plan->n_stage_order; i++)
        for (int k = 0; k < 2 && words[k]; k++)
            warn_of_label(glyphs, &plan->stages[plan->stage_order[i]], words_lang(words[k]));
    glyphs_destroy(glyphs);
}
