/* The score of the log: 100 less what each doubt costs. A doubt costs its points in full when a tenth of what
 * it is about is doubtful, less in proportion below that. */
#include "core/figures_own.h"

#define FULL_SHARE 10 /* one in so many costs all points */

static const int points[DOUBT_COUNT] = {
    [DOUBT_BURST] = 15, [DOUBT_BATCH] = 20,   [DOUBT_RUSHED] = 15,   [DOUBT_SILENT] = 15,
    [DOUBT_LATE] = 10,  [DOUBT_CLAMPED] = 10, [DOUBT_UNSYNCED] = 10, [DOUBT_UNDONE] = 5,
};

const char *figures_doubt_name(enum figures_doubt doubt)
{
    static const char *const names[DOUBT_COUNT] = {
        [DOUBT_BURST] = "burst",       [DOUBT_BATCH] = "batch",   [DOUBT_RUSHED] = "rushed",
        [DOUBT_SILENT] = "silent",     [DOUBT_LATE] = "late",     [DOUBT_CLAMPED] = "clamped",
        [DOUBT_UNSYNCED] = "unsynced", [DOUBT_UNDONE] = "undone",
    };
    return names[doubt];
}

static void set_part(struct figures_trust *t, enum figures_doubt which, int64_t bad, int64_t of)
{
    t->part[which].bad = bad;
    t->part[which].of = of;
    t->part[which].points = points[which];
    if (of <= 0)
        return;
    int64_t full = points[which] * INT64_C(1000), lost = figures_ratio(full * FULL_SHARE * bad, of);
    t->part[which].lost = (int)(lost < full ? lost : full);
}

void figures_finish_trust(struct figures *f)
{
    struct figures_trust *t = &f->sum.trust;
    const struct figures_presses *p = &f->presses;
    int64_t lost = 0;
    if (!t->known)
        return;
    set_part(t, DOUBT_BURST, p->burst, p->presses);
    set_part(t, DOUBT_BATCH, p->batch, p->presses);
    set_part(t, DOUBT_RUSHED, f->rushed, f->handed);
    set_part(t, DOUBT_SILENT, p->silent, p->bay_days);
    set_part(t, DOUBT_LATE, p->late, p->events);
    set_part(t, DOUBT_CLAMPED, p->clamped, p->events);
    set_part(t, DOUBT_UNSYNCED, p->unsynced, p->events);
    set_part(t, DOUBT_UNDONE, p->undone, p->events);
    for (int i = 0; i < DOUBT_COUNT; i++)
        lost += t->part[i].lost;
    t->score = (int)figures_ratio(100000 - lost, 1000);
}
