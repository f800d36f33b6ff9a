/*
 * What `report`, `jobs`, `spans` and `events` have in common: options, the database, the window in the site's
 * time zone, and the writer on standard output. One thread; sets the process's time zone.
 */
#pragma once

#include "app/opts.h"
#include "app/outfile.h"
#include "app/which.h"
#include "report/writer.h"
#include "store/query.h"

extern const struct opts_row ask_rows[]; /* --db --since --until --period --format --excel -O */

/* Keys of the options that ask_begin reads; a command with rows of its own may list any of them. */
enum {
    ASK_DB = 256,
    ASK_SINCE,
    ASK_UNTIL,
    ASK_FORMAT,
    ASK_EXCEL,
    ASK_LANG,
    ASK_PERIOD,
    ASK_OUTPUT = 'O',
    ASK_OWN = 300
};
#define ASK_ROW_DB                                                                                           \
    {                                                                                                        \
        "db", ASK_DB, "FILE", "the database (default store.path of the configuration)"                       \
    }
#define ASK_ROW_PERIOD                                                                                       \
    {                                                                                                        \
        "period", ASK_PERIOD, "P",                                                                           \
            "all of it: today, yesterday, this-week, last-month, 2026, 2026-03, 2026-W12 …"                \
    }
#define ASK_ROW_LANG                                                                                         \
    {                                                                                                        \
        "lang", ASK_LANG, "LANG", "en or ru (default: the screen's, see pitboard(1), LANGUAGE)"              \
    }
#define ASK_ROW_OUTPUT                                                                                       \
    {                                                                                                        \
        "output", ASK_OUTPUT, "FILE", "into this file, which appears only when it is whole"                  \
    }
/* The rows of ask_rows, for commands that have more. */
#define ASK_ROWS_WINDOW                                                                                      \
    ASK_ROW_DB,                                                                                              \
        { "since", ASK_SINCE, "T",                                                                           \
          "from T on: 2026-03-01 or 2026-03-01T12:00, in the workshop's time zone," },                       \
        { "until", ASK_UNTIL, "T", "up to, but without T; or with offset, 2026-03-01T12:00:00+03:00" },      \
        ASK_ROW_PERIOD,                                                                                      \
        { "format", ASK_FORMAT, "FORMAT",                                                                    \
          "text (default), json, csv, xlsx; report also html, rows jsonl, jobs xes" },                       \
        { "excel", ASK_EXCEL, NULL, "CSV for a spreadsheet that reads semicolons and decimal commas" },      \
        ASK_ROW_LANG, ASK_ROW_OUTPUT
extern const char ask_codes[];

/* What a command has to tell; not every format can hold all of it. */
enum ask_matter {
    ASK_FIGURES, /* groups of figures and lists of them */
    ASK_ROWS,    /* one table */
    ASK_JOBS,    /* one table of jobs; they can be told with their spans */
    ASK_STORY,   /* words without a head; as data, groups of figures and lists of them */
    ASK_LOG,     /* words without a head; as data, a line an event */
};

struct ask {
    /* Set before ask_begin: */
    enum ask_matter matter;
    bool needs_conf; /* also with --db */
    int operands;    /* how many the command takes */
    int (*own)(struct ask *ask,
               int key); /* an option of its own; its value in opts.value. -1, or how to end */

    bool closed; /* the window must have both ends; `own` may set it too */

    struct opts opts;
    enum writer_format format;
    bool excel;
    bool xlsx;          /* pitboard-xlsx makes it of the JSON */
    const char *output; /* NULL: standard output */
    const char *lang;   /* of what people read: --lang, the configuration's, the locale's; filled in */
    struct outfile out;
    const char *path; /* of the database */
    const char *since_text, *until_text, *period_text;
    struct wall since, until; /* WALL_NONE: not given */
    struct which which;
    struct conf *conf;  /* that of `which`; NULL: none */
    struct plan *names; /* of the log, for formats that people read */
    char lengths[CONF_PATH + 400];
    struct query *query;
    struct query_plan plan; /* the zone is filled in */
    struct writer_setup setup;
    struct writer *writer;
};

/* Reads the command line and opens everything into an `ask` that is zeroed but for its first members. -1: go
 * on, then ask_end; else the exit code, and nothing is left open. */
int ask_begin(struct ask *ask, const struct opts_spec *spec, int argc, char **argv);

/* Says on standard error what the figures had to do without, if anything. */
void ask_warn(struct ask *ask);

/* Writes what is held back, closes everything, and says what failed. `ok`: the reading went well. The exit
 * code. */
int ask_end(struct ask *ask, bool ok);

/* Closes everything; what is held back is lost. */
void ask_drop(struct ask *ask);

/* The workshop's name in the reader's language; "" without a configuration. */
const char *ask_title(const struct ask *ask);

/* The line on lengths and opening hours; valid until the next call. */
const char *ask_lengths(struct ask *ask, const char *lang);

/* A time in the process's zone, "2026-03-01 09:20". */
void ask_local(struct wall at, char out[WRITER_TIME_SIZE]);

/* The same with seconds. */
void ask_local_seconds(struct wall at, char out[WRITER_TIME_SIZE]);

/* A time as --since and --until take it: RFC 3339 with offset, or "2026-03-01", "2026-03-01T12:00",
 * "2026-03-01T12:00:30" in the process's zone. */
bool ask_time(const char *text, struct wall *out);
