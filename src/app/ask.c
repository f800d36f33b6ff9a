#include "app/ask.h"

#include "base/exits.h"
#include "base/stamp.h"
#include "base/text.h"
#include "report/report.h"
#include "sys/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define COLUMNS_USUAL 120
#define COLUMNS_LEAST 80
#define DAY_MS        86400000

enum { KEY_DB = 256, KEY_SINCE, KEY_UNTIL, KEY_FORMAT };

const struct opts_row ask_rows[] = {
    { "db", KEY_DB, "FILE", "the database (default store.path of the configuration)" },
    { "since", KEY_SINCE, "T", "from T on: 2026-03-01 or 2026-03-01T12:00, in the workshop's time zone," },
    { "until", KEY_UNTIL, "T", "up to, but without T; or with offset, 2026-03-01T12:00:00+03:00" },
    { "format", KEY_FORMAT, "FORMAT", "text (default), json or csv" },
    { 0 },
};

const char ask_codes[] = "Exit codes: 0 done, 2 wrong use or configuration, 3 the database cannot be read.\n";

/* Times. */

void ask_local(struct wall at, char out[WRITER_TIME_SIZE])
{
    struct clock_parts p = clock_local(at);
    snprintf(out, WRITER_TIME_SIZE, "%04d-%02d-%02d %02d:%02d", p.year, p.month, p.day, p.hour, p.minute);
}

/* A local date and time of day, as if it were UTC: "2026-03-01" and then what `rest` lacks is added. */
static bool parse_bare(const char *text, struct wall *out)
{
    static const char *const rest[] = { "T00:00:00Z", ":00Z", "Z" };
    for (size_t i = 0; i < sizeof rest / sizeof rest[0]; i++) {
        char full[64];
        int n = snprintf(full, sizeof full, "%s%s", text, rest[i]);
        if (n > 0 && n < (int)sizeof full && stamp_parse(full, (size_t)n, out))
            return true;
    }
    return false;
}

bool ask_time(const char *text, struct wall *out)
{
    struct wall bare;
    if (stamp_parse(text, strlen(text), out))
        return true;
    if (!parse_bare(text, &bare))
        return false;
    int year;
    unsigned month, day;
    stamp_date(bare.ms / DAY_MS, &year, &month, &day);
    int second = (int)(bare.ms % DAY_MS / 1000);
    *out = clock_from_local(year, (int)month, (int)day, second / 3600, second / 60 % 60, second % 60);
    return true;
}

static bool read_time(const struct ask *ask, const char *option, const char *text, struct wall *out)
{
    *out = WALL_NONE;
    if (!text || ask_time(text, out))
        return true;
    opts_fail(&ask->opts, EXITS_USAGE, "--%s %s: no such time; 2026-03-01 or 2026-03-01T12:00 would be one",
              option, text);
    return false;
}

static bool read_window(struct ask *ask)
{
    if (!read_time(ask, "since", ask->since_text, &ask->since) ||
        !read_time(ask, "until", ask->until_text, &ask->until))
        return false;
    if (wall_is_none(ask->since) || wall_is_none(ask->until) || ask->since.ms < ask->until.ms)
        return true;
    opts_fail(&ask->opts, EXITS_USAGE, "--until %s is not after --since %s", ask->until_text,
              ask->since_text);
    return false;
}

/* The command line. */

static int read_format(struct ask *ask)
{
    int format = writer_format_find(ask->opts.value);
    if (format < 0)
        return opts_fail(&ask->opts, EXITS_USAGE, "--format %s: there are text, json and csv",
                         ask->opts.value);
    ask->format = (enum writer_format)format;
    return -1;
}

static int read_options(struct ask *ask, int argc, char **argv)
{
    int key, code = -1;
    while (code < 0 && (key = opts_next(&ask->opts, argc, argv)) >= 0) {
        if (key == KEY_DB)
            ask->path = ask->opts.value;
        else if (key == KEY_SINCE)
            ask->since_text = ask->opts.value;
        else if (key == KEY_UNTIL)
            ask->until_text = ask->opts.value;
        else
            code = read_format(ask);
    }
    if (code >= 0 || key == OPTS_STOP)
        return code >= 0 ? code : ask->opts.code;
    if (ask->opts.n_operands)
        return opts_fail(&ask->opts, EXITS_USAGE, "\"%s\" is not expected here", ask->opts.operands[0]);
    return -1;
}

/* Opening. */

/* With --db alone the log says everything, so that a broken or foreign configuration does no harm. */
static int read_conf(struct ask *ask)
{
    if (ask->path && !ask->opts.path && !ask->opts.n_settings)
        return -1;
    ask->conf = opts_conf(&ask->opts, false);
    if (!ask->conf)
        return EXITS_USAGE;
    if (!ask->path)
        ask->path = ask->conf->store.path;
    return -1;
}

static int open_database(struct ask *ask)
{
    char fault[QUERY_FAULT_SIZE];
    ask->query = query_open(ask->path, fault, sizeof fault);
    if (!ask->query)
        return opts_fail(&ask->opts, EXITS_WORLD,
                         "%s: %s. --db FILE, or store.path in the configuration, names another", ask->path,
                         fault);
    if (!query_plan(ask->query, &ask->plan))
        return opts_fail(&ask->opts, EXITS_WORLD, "%s: %s", ask->path, query_fault(ask->query));
    return -1;
}

/* The log's zone, else the configuration's, else UTC. */
static void set_zone(struct ask *ask)
{
    char *zone = ask->plan.zone;
    if (!zone[0] && ask->conf)
        text_copy(zone, sizeof ask->plan.zone, ask->conf->plan.zone);
    if (zone[0] && clock_set_zone(zone))
        return;
    if (zone[0])
        opts_fail(&ask->opts, 0, "this machine does not know the time zone %s; times are in UTC", zone);
    text_copy(zone, sizeof ask->plan.zone, "UTC");
    clock_set_zone("UTC");
}

static int terminal_columns(void)
{
    struct winsize size;
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0)
        return COLUMNS_USUAL;
    return size.ws_col < COLUMNS_LEAST ? COLUMNS_LEAST : size.ws_col;
}

static bool put(void *user, const char *bytes, size_t len)
{
    return fwrite(bytes, 1, len, user) == len;
}

static int open_writer(struct ask *ask)
{
    struct writer_setup setup = {
        .put = put, .user = stdout, .local = ask_local, .columns = terminal_columns()
    };
    ask->writer = writer_create(ask->format, &setup);
    if (!ask->writer)
        return opts_fail(&ask->opts, EXITS_WORLD, "out of memory");
    report_head(ask->writer, ask->opts.spec->name, ask->since, ask->until, ask->plan.zone, ask->path,
                ask_local);
    return -1;
}

static void close_all(struct ask *ask)
{
    writer_destroy(ask->writer);
    query_close(ask->query);
    conf_clear(ask->conf);
    free(ask->conf);
    ask->writer = NULL;
    ask->query = NULL;
    ask->conf = NULL;
}

int ask_begin(struct ask *ask, const struct opts_spec *spec, int argc, char **argv)
{
    ask->opts = opts_begin(spec);
    int code = read_options(ask, argc, argv);
    if (code < 0 &&
        !read_window(ask)) /* a slip is told before anything is opened; the zone does not matter yet */
        code = EXITS_USAGE;
    if (code < 0)
        code = read_conf(ask);
    if (code < 0)
        code = open_database(ask);
    if (code < 0) {
        set_zone(ask);
        code = read_window(ask) ? open_writer(ask) : EXITS_USAGE;
    }
    if (code >= 0)
        close_all(ask);
    return code;
}

int ask_end(struct ask *ask, bool ok)
{
    int code = EXITS_DONE;
    if (!ok) {
        const char *fault = query_fault(ask->query);
        code = opts_fail(&ask->opts, EXITS_WORLD, "%s: %s", ask->path, fault[0] ? fault : "out of memory");
    } else if (!writer_finish(ask->writer) || fflush(stdout) != 0) {
        code = opts_fail(&ask->opts, EXITS_WORLD, "the answer could not be written");
    }
    close_all(ask);
    return code;
}
