#include "app/ask.h"

#include "app/child.h"
#include "app/period.h"
#include "base/exits.h"
#include "base/stamp.h"
#include "base/text.h"
#include "report/lang.h"
#include "report/report.h"
#include "sys/clock.h"
#include "wire/msg.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define COLUMNS_USUAL 120
#define COLUMNS_LEAST 80
#define DAY_MS        86400000

const struct opts_row ask_rows[] = { ASK_ROWS_WINDOW, { 0 } };

const char ask_codes[] = "Exit codes: 0 done, 2 wrong use or configuration, 3 the database cannot be read.\n";

/* Times. */

void ask_local(struct wall at, char out[WRITER_TIME_SIZE])
{
    struct clock_parts p = clock_local(at);
    snprintf(out, WRITER_TIME_SIZE, "%04d-%02d-%02d %02d:%02d", p.year, p.month, p.day, p.hour, p.minute);
}

void ask_local_seconds(struct wall at, char out[WRITER_TIME_SIZE])
{
    struct clock_parts p = clock_local(at);
    snprintf(out, WRITER_TIME_SIZE, "%04d-%02d-%02d %02d:%02d:%02d", p.year, p.month, p.day, p.hour, p.minute,
             p.second);
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

/* A period named here means its beginning. */
static bool read_time(const struct ask *ask, const char *option, const char *text, struct wall *out)
{
    struct period period;
    *out = WALL_NONE;
    if (!text || ask_time(text, out))
        return true;
    if (period_parse(text, clock_wall(), &period)) {
        *out = period.from;
        return true;
    }
    opts_fail(
        &ask->opts, EXITS_USAGE,
        "--%s %s: no such time; 2026-03-01, 2026-03-01T12:00, or the beginning of one of: " PERIOD_WORDS,
        option, text);
    return false;
}

static bool read_period(struct ask *ask)
{
    struct period period;
    if (ask->since_text || ask->until_text) {
        opts_fail(&ask->opts, EXITS_USAGE, "--period says both ends; leave out --since and --until");
        return false;
    }
    if (!period_parse(ask->period_text, clock_wall(), &period)) {
        opts_fail(&ask->opts, EXITS_USAGE, "--period %s: there are " PERIOD_WORDS, ask->period_text);
        return false;
    }
    ask->since = period.from;
    ask->until = period.to;
    return true;
}

static bool read_window(struct ask *ask)
{
    if (ask->period_text)
        return read_period(ask);
    if (!read_time(ask, "since", ask->since_text, &ask->since) ||
        !read_time(ask, "until", ask->until_text, &ask->until))
        return false;
    if (ask->closed && (wall_is_none(ask->since) || wall_is_none(ask->until))) {
        opts_fail(&ask->opts, EXITS_USAGE,
                  "to compare, a period needs both ends: --since and --until, or --period");
        return false;
    }
    if (wall_is_none(ask->since) || wall_is_none(ask->until) || ask->since.ms < ask->until.ms)
        return true;
    opts_fail(&ask->opts, EXITS_USAGE, "--until %s is not after --since %s", ask->until_text,
              ask->since_text);
    return false;
}

/* The command line. */

static const struct {
    const char *name;
    enum writer_format format;
    bool xlsx;
    unsigned matter; /* what it can hold: bits 1 << enum ask_matter */
} formats[] = {
    { "text", WRITER_TEXT, false,
      1 << ASK_FIGURES | 1 << ASK_ROWS | 1 << ASK_JOBS | 1 << ASK_STORY | 1 << ASK_LOG },
    { "json", WRITER_JSON, false, 1 << ASK_FIGURES | 1 << ASK_ROWS | 1 << ASK_JOBS | 1 << ASK_STORY },
    { "json", WRITER_JSONL, false, 1 << ASK_LOG },
    { "jsonl", WRITER_JSONL, false, 1 << ASK_ROWS | 1 << ASK_JOBS | 1 << ASK_LOG },
    { "csv", WRITER_CSV, false, 1 << ASK_FIGURES | 1 << ASK_ROWS | 1 << ASK_JOBS },
    { "xes", WRITER_XES, false, 1 << ASK_JOBS },
    { "html", WRITER_HTML, false, 1 << ASK_FIGURES },
    { "xlsx", WRITER_JSON, true, 1 << ASK_FIGURES | 1 << ASK_ROWS | 1 << ASK_JOBS },
};

#define FORMATS (sizeof formats / sizeof formats[0])

static int read_format(struct ask *ask)
{
    char names[128];
    struct text list = text_over(names, sizeof names);
    for (size_t i = 0; i < FORMATS; i++) {
        if (!(formats[i].matter & 1u << ask->matter))
            continue;
        text_fmt(&list, "%s%s", list.len ? ", " : "", formats[i].name);
        if (strcmp(formats[i].name, ask->opts.value) != 0)
            continue;
        ask->format = formats[i].format;
        ask->xlsx = formats[i].xlsx;
        return -1;
    }
    return opts_fail(&ask->opts, EXITS_USAGE, "--format %s: there are %s", ask->opts.value, names);
}

static int check_format(struct ask *ask)
{
    if (ask->excel && ask->format != WRITER_CSV && ask->format != WRITER_TEXT)
        return opts_fail(&ask->opts, EXITS_USAGE, "--excel is a form of --format csv");
    if (ask->excel)
        ask->format = WRITER_CSV_EXCEL;
    if (ask->lang && !lang_known(ask->lang))
        return opts_fail(&ask->opts, EXITS_USAGE, "--lang %s: there are en and ru", ask->lang);
    if (ask->xlsx && !ask->output)
        return opts_fail(&ask->opts, EXITS_USAGE, "--format xlsx is no text: name a file with -O FILE.xlsx");
    return -1;
}

static int read_options(struct ask *ask, int argc, char **argv)
{
    int key, code = -1;
    while (code < 0 && (key = opts_next(&ask->opts, argc, argv)) >= 0) {
        if (key == ASK_DB)
            ask->path = ask->opts.value;
        else if (key == ASK_SINCE)
            ask->since_text = ask->opts.value;
        else if (key == ASK_UNTIL)
            ask->until_text = ask->opts.value;
        else if (key == ASK_PERIOD)
            ask->period_text = ask->opts.value;
        else if (key == ASK_EXCEL)
            ask->excel = true;
        else if (key == ASK_LANG)
            ask->lang = ask->opts.value;
        else if (key == ASK_OUTPUT)
            ask->output = ask->opts.value;
        else if (key == ASK_FORMAT)
            code = read_format(ask);
        else
            code = ask->own ? ask->own(ask, key) : EXITS_USAGE;
    }
    if (code >= 0 || key == OPTS_STOP)
        return code >= 0 ? code : ask->opts.code;
    if (ask->opts.n_operands > ask->operands)
        return opts_fail(&ask->opts, EXITS_USAGE, "\"%s\" is not expected here",
                         ask->opts.operands[ask->operands]);
    if (ask->opts.n_operands < ask->operands)
        return opts_fail(&ask->opts, EXITS_USAGE, "%s is missing", ask->opts.spec->usage);
    return check_format(ask);
}

/* Opening. */

static int read_conf(struct ask *ask)
{
    if (!which_read(&ask->which, &ask->opts, ask->path && !ask->needs_conf))
        return EXITS_USAGE;
    ask->conf = ask->which.conf;
    if (!ask->path)
        ask->path = ask->conf->store.path;
    return -1;
}

/* The workshop's own names of stages, bays and routes, as its log last had them. */
static bool read_names(struct ask *ask)
{
    struct text config = text_grow(CONFIG_BYTES_MAX);
    bool ok = (ask->names = calloc(1, sizeof *ask->names)) && query_config(ask->query, &config);
    if (ok && config.len && !config_decode(config.data, config.len, ask->names))
        plan_clear(ask->names); /* names are then ids */
    text_free(&config);
    return ok;
}

static int open_database(struct ask *ask)
{
    char fault[QUERY_FAULT_SIZE];
    ask->query = query_open(ask->path, fault, sizeof fault);
    if (!ask->query)
        return opts_fail(&ask->opts, EXITS_WORLD,
                         "%s: %s. --db FILE, or store.path in the configuration, names another", ask->path,
                         fault);
    bool people = ask->format == WRITER_TEXT || ask->format == WRITER_HTML || ask->xlsx;
    if (!query_plan(ask->query, &ask->plan) || (people && !read_names(ask)))
        return opts_fail(&ask->opts, EXITS_WORLD, "%s: %s", ask->path, query_fault(ask->query));
    which_fit(&ask->which, &ask->plan);
    ask->conf = ask->which.conf;
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

/* What the locale says in one matter; NULL or "": nothing. */
static const char *locale_of(const char *category)
{
    const char *const names[] = { "LC_ALL", category, "LANG" };
    const char *locale = NULL;
    for (int i = 0; i < 3 && (!locale || !*locale); i++)
        locale = getenv(names[i]);
    return locale;
}

/* A file, or a setting that says so; defaults that nobody chose do not count. */
static bool names_languages(const struct ask *ask)
{
    bool set = ask->which.state != WHICH_NONE;
    for (int i = 0; i < ask->opts.n_settings; i++)
        set |= strncmp(ask->opts.settings[i], "screen.languages", strlen("screen.languages")) == 0;
    return set && ask->conf;
}

/* --lang, else the first language of the screens that is known here, else the locale's, else English. */
static void set_lang(struct ask *ask)
{
    const char *locale = locale_of("LC_MESSAGES");
    int n =
        names_languages(ask) ? sizeof ask->conf->screen.languages / sizeof ask->conf->screen.languages[0] : 0;
    for (int i = 0; i < n && !ask->lang; i++)
        if (lang_known(ask->conf->screen.languages[i]))
            ask->lang = ask->conf->screen.languages[i];
    if (!ask->lang)
        ask->lang =
            locale && strncmp(locale, "ru", 2) == 0 && !isalpha((unsigned char)locale[2]) ? "ru" : "en";
}

const char *ask_title(const struct ask *ask)
{
    return ask->conf ? label_in(&ask->conf->title, ask->lang, ask->conf->site) : "";
}

/* `file`: what a file or a program gets. */
static int terminal_columns(int file)
{
    struct winsize size;
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0)
        return file;
    if (size.ws_col == 0)
        return COLUMNS_USUAL;
    return size.ws_col < COLUMNS_LEAST ? COLUMNS_LEAST : size.ws_col;
}

/* What the locale says of the signs that can be shown. */
static bool is_ascii(void)
{
    const char *locale = locale_of("LC_CTYPE");
    return !locale || (!strcasestr(locale, "utf-8") && !strcasestr(locale, "utf8"));
}

static bool put(void *user, const char *bytes, size_t len)
{
    return outfile_write(user, bytes, len);
}

static int open_output(struct ask *ask)
{
    char program[CHILD_PATH * 2];
    if (ask->output && whole_is_same(ask->output, ask->path))
        return opts_fail(&ask->opts, EXITS_USAGE, "%s is the database itself; -O names another file",
                         ask->output);
    child_find("pitboard-xlsx", program, sizeof program);
    const char *const argv[] = { program,        "-O",     ask->output,          "--zone",
                                 ask->plan.zone, "--name", ask->opts.spec->name, "--lang",
                                 ask->lang,      NULL };
    if (ask->xlsx ? outfile_start(&ask->out, argv) : outfile_open(&ask->out, ask->output))
        return -1;
    return opts_fail(&ask->opts, EXITS_WORLD, "%s", ask->out.fault);
}

const char *ask_lengths(struct ask *ask, const char *lang)
{
    struct text line = text_over(ask->lengths, sizeof ask->lengths);
    if (ask->matter == ASK_ROWS || ask->matter == ASK_JOBS)
        text_put(&line, lang_word(lang, "Times in hours:minutes."));
    else
        which_say(&ask->which, lang, &line);
    return ask->lengths;
}

static void put_head(struct ask *ask)
{
    report_head(ask->writer, &(struct report_about){ .what = ask->opts.spec->name,
                                                     .since = ask->since,
                                                     .until = ask->until,
                                                     .zone = ask->plan.zone,
                                                     .database = ask->path,
                                                     .lengths = ask_lengths(ask, writer_lang(ask->writer)),
                                                     .local = ask_local });
}

static int open_writer(struct ask *ask)
{
    int code = open_output(ask);
    if (code >= 0)
        return code;
    int file =
        ask->matter < ASK_STORY ? 0 : COLUMNS_USUAL; /* tables are not cut there, stories are wrapped */
    ask->setup = (struct writer_setup){ .put = put,
                                        .user = &ask->out,
                                        .local = ask_local,
                                        .lang = ask->lang,
                                        .plan = ask->names,
                                        .ascii = is_ascii(),
                                        .said = ask->xlsx && strcmp(ask->lang, "en") != 0,
                                        .columns = ask->output ? file : terminal_columns(file) };
    ask->writer = writer_create(ask->format, &ask->setup);
    if (!ask->writer)
        return opts_fail(&ask->opts, EXITS_WORLD, "out of memory");
    if (ask->matter < ASK_STORY)
        put_head(ask);
    return -1;
}

void ask_drop(struct ask *ask)
{
    writer_destroy(ask->writer);
    query_close(ask->query);
    which_drop(&ask->which);
    free(ask->names);
    ask->names = NULL;
    ask->writer = NULL;
    ask->query = NULL;
    ask->conf = NULL;
    if (ask->out.file) {
        int ignored;
        outfile_close(&ask->out, false, &ignored);
    }
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
        set_lang(ask);
        code = read_window(ask) ? open_writer(ask) : EXITS_USAGE;
    }
    if (code >= 0)
        ask_drop(ask);
    return code;
}

void ask_warn(struct ask *ask)
{
    const char *unread = query_unread(ask->query);
    if (unread)
        opts_fail(&ask->opts, EXITS_DONE, "%s: %s", ask->path, unread);
}

static int end_output(struct ask *ask)
{
    int child;
    bool written = writer_finish(ask->writer);
    if (outfile_close(&ask->out, written, &child) && written)
        return EXITS_DONE;
    if (child > 0)
        return child; /* it has said why */
    return opts_fail(&ask->opts, EXITS_WORLD, "%s", ask->out.fault[0] ? ask->out.fault : "out of memory");
}

int ask_end(struct ask *ask, bool ok)
{
    int code = EXITS_DONE;
    if (!ok && !ask->out.error) {
        const char *fault = query_fault(ask->query);
        code = opts_fail(&ask->opts, EXITS_WORLD, "%s: %s", ask->path, fault[0] ? fault : "out of memory");
    } else {
        code = end_output(ask);
    }
    ask_drop(ask);
    return code;
}
