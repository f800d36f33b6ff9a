/* pitboard report: the wait-time figures. */
#include "app/ask.h"
#include "app/cmd.h"
#include "app/paper.h"
#include "report/report.h"

static const struct opts_spec spec = {
    .name = "report",
    .usage = "",
    .about = "Says where the time went: how long cars were here, worked on, waiting and on hold, per\n"
             "stage and bay, and whether promises were kept.\n",
    .codes = ask_codes,
    .rows = ask_rows,
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

int cmd_report(int argc, char **argv)
{
    struct ask ask = { 0 };
    int code = ask_begin(&ask, &spec, argc, argv);
    if (code >= 0)
        return code;
    struct figures *figures = query_figures(
        ask.query, &(struct query_ask){ .since = ask.since, .until = ask.until, .plan = &ask.plan });
    const struct figures_sum *sum = figures ? figures_finish(figures) : NULL;
    bool ok = sum && write_report(&ask, sum);
    code = ask_end(&ask, ok);
    figures_destroy(figures);
    return code;
}
