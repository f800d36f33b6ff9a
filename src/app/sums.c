#include "app/sums.h"

#include "app/calendar.h"
#include "app/period.h"

#define REPEAT_DAYS 30 /* as report.repeat_days */

static struct figures *make(const struct sums_ask *ask, const struct sums *sums, struct wall since,
                            struct wall until)
{
    struct query_ask what = { .since = since,
                              .until = until,
                              .plan = ask->plan,
                              .hours = sums->hours,
                              .by = ask->by,
                              .repeat_days = ask->conf ? ask->conf->report.repeat_days : REPEAT_DAYS };
    return query_figures(ask->query, &what);
}

/* NULL too if there is none to compare with. */
static const struct figures_sum *make_before(const struct sums_ask *ask, struct sums *sums)
{
    struct period before = period_before((struct period){ ask->since, ask->until });
    sums->before = make(ask, sums, before.from, before.to);
    return sums->before ? figures_finish(sums->before) : NULL;
}

struct sums sums_make(const struct sums_ask *ask)
{
    struct sums sums = { 0 };
    struct wall first, newest;
    if (!query_extent(ask->query, &first, &newest) || !(sums.hours = calendar_make(ask->conf, first, newest)))
        return sums;
    sums.figures = make(ask, &sums, ask->since, ask->until);
    const struct figures_sum *before = sums.figures && ask->compare ? make_before(ask, &sums) : NULL;
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
