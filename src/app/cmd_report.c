/* pitboard report: the wait-time figures. */
#include "app/ask.h"
#include "app/cmd.h"
#include "app/paper.h"
#include "app/sums.h"
#include "base/exits.h"
#include "report/report.h"

#include <string.h>

enum { OPT_BY = ASK_OWN, OPT_COMPARE };

static const struct opts_row rows[] = {
    ASK_ROWS_WINDOW,
    { "by", OPT_BY, "WHAT", "rows by stage, bay, advisor, work, weekday, hour, day, week or month" },
    { "compare", OPT_COMPARE, NULL, "beside the period before: the month before a month, else one as long" },
    { 0 },
};

static const struct opts_spec spec = {
    .name = "report",
    .usage = "",
    .about = "Says where the time went: how long cars were here, worked on, waiting and on hold, per\n"
             "stage and bay, whether promises were kept, and how far the log can be believed.\n",
    .codes = ask_codes,
    .rows = rows,
};

static bool write_report(struct ask *ask, const struct figures_sum *sum)
{
    struct paper paper = { .query = ask->query,
                           .setup = &ask->setup,
                           .lang = ask->lang,
                           .title = ask_title(ask),
                           .zone = ask->plan.zone };
    if (ask->format == WRITER_HTML)
        return paper_write(&paper, sum);
    report_write(ask->writer, sum);
    return true;
}

struct report {
    struct ask ask;
    enum figures_by by;
    bool compare;
};

static int own(struct ask *ask, int key)
{
    struct report *r = (struct report *)ask; /* its first member */
    if (key == OPT_COMPARE) {
        r->compare = ask->closed = true;
        return -1;
    }
    r->by = figures_by_find(ask->opts.value);
    if (r->by != BY_NONE)
        return -1;
    return opts_fail(&ask->opts, EXITS_USAGE,
                     "--by %s: there are stage, bay, advisor, work, weekday, hour, day, week and month",
                     ask->opts.value);
}

int cmd_report(int argc, char **argv)
{
    struct report r = { .ask = { .own = own } };
    struct ask *ask = &r.ask;
    int code = ask_begin(ask, &spec, argc, argv);
    if (code >= 0)
        return code;
    struct sums_ask what = { ask->query, &ask->plan, ask->conf, ask->since, ask->until, r.by, r.compare };
    struct sums sums = sums_make(&what);
    bool ok = sums.sum && write_report(ask, sums.sum);
    code = ask_end(ask, ok);
    sums_destroy(&sums);
    return code;
}
