#include "app/sums.h"

#include "app/calendar.h"
#include "app/period.h"
#include "sys/clock.h"

#define REPEAT_DAYS 30 /* as report.repeat_days */

static struct figures *make(const struct sums_ask *ask, const struct sums *sums, struct period of,
                            struct wall now)
{
    struct query_ask what = { .since = of.from,
                              .until = of.to,
                              .now = now,
                              .plan = ask->plan,
                              .hours = sums->hours,
                              .by = ask->by,
                              .repeat_days = ask->conf ? ask->conf->report.repeat_days : REPEAT_DAYS };
    return query_figures(ask->query, &what);
}

/* NULL too if there is none to compare with. What runs is compared with as much of the period before. */
static const struct figures_sum *make_before(const struct sums_ask *ask, struct sums *sums, struct period of,
                                             struct wall now)
{
    sums->before = make(ask, sums, period_so_far(period_before(of), of, now), now);
    return sums->before ? figures_finish(sums->before) : NULL;
}

struct sums sums_make(const struct sums_ask *ask)
{
    struct sums sums = { 0 };
    struct wall first, newest, now = clock_wall();
    struct period of = { ask->since, ask->until };
    if (!query_extent(ask->query, &first, &newest) || !(sums.hours = calendar_make(ask->conf, first, newest)))
        return sums;
    sums.figures = make(ask, &sums, of, now);
    const struct figures_sum *before = sums.figures && ask->compare ? make_before(ask, &sums, of, now) : NULL;
    if (!sums.figures || (ask->compare && !before))
        return sums;
    figures_set_before(sums.figures, before);
    sums.sum = figures_finish(sums.figures);
    return sums;
}

void sums_destroy(struct sums *sums)
{
    figures_destroy(sums->figures);
    figures_destroy(sums->before);
    hours_destroy(sums->hours);
    *sums = (struct sums){ 0 };
}
