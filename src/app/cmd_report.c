/* pitboard report: the wait-time figures. */
#include "app/ask.h"
#include "app/cmd.h"
#include "app/paper.h"
#include "app/sums.h"
#include "base/exits.h"
#include "report/report.h"
#include "sys/clock.h"

#include <string.h>

enum { OPT_BY = ASK_OWN, OPT_COMPARE, OPT_FULL };

static const struct opts_row rows[] = {
    ASK_ROWS_WINDOW,
    { "by", OPT_BY, "WHAT", "rows by stage, bay, advisor, work, weekday, hour, day, week or month" },
    { "compare", OPT_COMPARE, NULL, "beside the period before: the month before a month, else one as long" },
    { "full", OPT_FULL, NULL, "every table, not only what a manager acts on; other formats always have all" },
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

struct report {
    struct ask ask; /* first: `own` gets it */
    enum figures_by by;
    bool compare, full;
};

static bool write_report(struct report *r, const struct figures_sum *sum)
{
    struct ask *ask = &r->ask;
    struct paper paper = { .query = ask->query,
                           .setup = &ask->setup,
                           .lang = ask->lang,
                           .title = ask_title(ask),
                           .zone = ask->plan.zone,
                           .lengths = ask_lengths(ask, ask->lang) };
    if (ask->format == WRITER_HTML)
        return paper_write(&paper, sum);
    report_write(ask->writer, sum,
                 ask->format != WRITER_TEXT ? REPORT_DATA
                 : r->full                  ? REPORT_FULL
                                            : REPORT_BRIEF);
    if (!r->full)
        writer_say(ask->writer,
                   writer_word(ask->writer, "All tables: --full; as a page with pictures: --format "
                                            "html -O FILE.html"));
    return true;
}

static int own(struct ask *ask, int key)
{
    struct report *r = (struct report *)ask;
    if (key == OPT_FULL) {
        r->full = true;
        return -1;
    }
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
    if (!wall_is_none(ask->since) && ask->since.ms > clock_wall().ms)
        opts_fail(&ask->opts, 0, "that period has not begun yet");
    struct sums_ask what = { ask->query, &ask->plan, ask->conf, ask->since, ask->until, r.by, r.compare };
    struct sums sums = sums_make(&what);
    ask_warn(ask);
    bool ok = sums.sum && write_report(&r, sums.sum);
    code = ask_end(ask, ok);
    sums_destroy(&sums);
    return code;
}
