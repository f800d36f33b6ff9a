/* pitboard log: what happens, in words. */
#include "app/ask.h"
#include "app/cmd.h"
#include "app/entry.h"
#include "base/exits.h"
#include "report/lang.h"
#include "report/lines.h"
#include "report/words.h"
#include "sys/clock.h"
#include "sys/loop.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define LOOK_MS       250              /* how often it is looked whether the hub has written */
#define CLOCK_SLACK   (24 * 3600000LL) /* how far the hub's clock may have run backwards */
#define WHO_WIDE      20
#define CAR_WIDE      17
#define WHO_MOST      26 /* a longer one is cut on a terminal of LEAST_COLUMNS, later on a wider one */
#define CAR_MOST      18
#define LEAST_COLUMNS 80
#define DAY_CHARS     10
#define LINE_MAX_LEN  (64 * 1024)

enum { OWN_JOB = ASK_OWN, OWN_SOURCE, OWN_FOLLOW };

static const struct opts_row rows[] = {
    ASK_ROW_DB,
    { "since", ASK_SINCE, "T", "from T on (default today; with --job from its opening): 2026-03-01," },
    { "until", ASK_UNTIL, "T", "up to, but without T; or 2026-03-01T12:00, in the workshop's time zone" },
    { "job", OWN_JOB, "ID", "only this work order" },
    { "source", OWN_SOURCE, "ROLE/ID", "only what this source said: bay/3, desk/front" },
    { "follow", OWN_FOLLOW, NULL, "go on with what happens until Ctrl-C" },
    { "format", ASK_FORMAT, "FORMAT", "text (default), or json: one object a line" },
    ASK_ROW_LANG,
    { 0 },
};

static const struct opts_spec spec = {
    .name = "log",
    .usage = "",
    .about =
        "Tells what happens in the workshop, a line an event: when, who, which car, what; refused events\n"
        "with the reason, shift notes among them. It reads beside a running hub.\n",
    .codes = ask_codes,
    .rows = rows,
};

struct telling {
    struct ask ask; /* first: read_own gets it */
    struct entry_reader *entries;
    struct query_filter filter;
    bool follow, following;
    int64_t shown; /* the newest seq of the first reading */
    char day[WRITER_TIME_SIZE];
    struct text line, words;
    int columns;     /* 0: lines are not broken */
    bool failed;     /* memory is out */
    bool read_ok;    /* the database could be read */
    int64_t version; /* of the database, when it was last read */
    struct loop *loop;
    struct loop_timer *timer;
};

static int read_own(struct ask *ask, int key)
{
    struct telling *t = (struct telling *)ask;
    if (key == OWN_JOB)
        t->filter.job = ask->opts.value;
    else if (key == OWN_SOURCE)
        t->filter.source = ask->opts.value;
    else
        t->follow = true;
    return -1;
}

/* Lines. */

static bool put_line(struct telling *t)
{
    bool ok =
        !t->line.failed && !t->words.failed && t->ask.setup.put(t->ask.setup.user, t->line.data, t->line.len);
    t->failed |= t->line.failed || t->words.failed;
    text_clear(&t->line);
    return ok;
}

static void put_day(struct telling *t, const char *at, struct wall wall)
{
    static const char *const days[] = { "Monday", "Tuesday",  "Wednesday", "Thursday",
                                        "Friday", "Saturday", "Sunday" };
    if (strncmp(t->day, at, DAY_CHARS) == 0)
        return;
    memcpy(t->day, at, sizeof t->day);
    char date[DAY_CHARS + 1];
    snprintf(date, sizeof date, "%.*s", DAY_CHARS, at);
    lang_time(&t->line, t->ask.lang, date);
    text_fmt(&t->line, " %s\n", lang_word(t->ask.lang, days[clock_local(wall).weekday]));
}

/* The parts that are there, a blank between them, in a cell. */
static void put_pair(struct telling *t, const char *one, const char *other, int width, int most)
{
    text_clear(&t->words);
    text_safe(&t->words, one, strlen(one));
    text_put(&t->words, one[0] && other[0] ? " " : "");
    text_safe(&t->words, other, strlen(other));
    most = t->columns ? most + (t->columns - LEAST_COLUMNS) / 2 : INT_MAX;
    int wide = lines_cut(&t->line, t->words.data ? t->words.data : "", most, t->ask.setup.ascii ? "~" : "…");
    lines_blank(&t->line, wide < width ? width - wide + 1 : 2);
}

static bool say(struct telling *t, const struct entry *e)
{
    char at[WRITER_TIME_SIZE];
    ask_local_seconds(e->at, at);
    put_day(t, at, e->at);
    size_t from = t->line.len;
    text_fmt(&t->line, "  %s  ", at + DAY_CHARS + 1);
    put_pair(t, e->source, e->by, WHO_WIDE, WHO_MOST);
    put_pair(t, e->code, e->plate[0] || e->code[0] ? e->plate : e->job, CAR_WIDE, CAR_MOST);
    text_clear(&t->words);
    text_put(&t->words, e->said);
    words_marks(&t->words, &(struct words_marks){ .lang = t->ask.lang,
                                                  .refused = e->applied ? NULL : e->reason,
                                                  .late = e->late,
                                                  .clamped = e->clamped,
                                                  .unsynced = !e->synced });
    int begun = t->line.data ? lines_width(t->line.data + from) : 0;
    lines_wrap(&t->line, t->words.data ? t->words.data : "", begun, t->columns);
    return put_line(t);
}

static void put_text(struct writer *w, const char *name, const char *text)
{
    if (text[0])
        writer_attr(w, &(struct tag){ name, NULL }, datum_text(text));
}

static bool write_row(struct writer *w, const struct entry *e)
{
    writer_start(w, WRITER_ROW, &(struct tag){ NULL, NULL });
    writer_attr(w, &(struct tag){ "seq", NULL }, datum_int(e->seq));
    writer_attr(w, &(struct tag){ "at", NULL }, datum_time(e->at));
    put_text(w, "source", e->source);
    put_text(w, "by", e->by);
    put_text(w, "type", e->type);
    put_text(w, "job", e->job);
    put_text(w, "code", e->code);
    put_text(w, "plate", e->plate);
    put_text(w, "stage", e->stage);
    put_text(w, "said", e->said);
    put_text(w, "result", e->applied ? "applied" : "rejected");
    put_text(w, "reason", e->reason);
    if (e->late)
        writer_attr(w, &(struct tag){ "late", NULL }, datum_flag(true));
    writer_end(w);
    return writer_is_well(w);
}

static bool take(void *user, const struct query_cell *cells)
{
    struct telling *t = user;
    const struct entry *e = entry_read(t->entries, cells);
    if (!e) {
        t->failed = true;
        return false;
    }
    struct wall since = t->ask.since;
    bool told = t->following && e->seq <= t->shown && (wall_is_none(since) || e->at.ms >= since.ms);
    t->filter.after = t->following ? e->seq : t->filter.after;
    if (!t->following)
        t->shown = e->seq;
    if (told)
        return true;
    return t->ask.format == WRITER_TEXT ? say(t, e) : write_row(t->ask.writer, e);
}

/* Reading. */

static bool read_log(struct telling *t)
{
    enum query_table table = t->filter.job ? QUERY_JOB_EVENTS : QUERY_LOG;
    t->read_ok = query_rows_of(t->ask.query, table, &t->filter, take, t);
    return t->read_ok && !t->failed && outfile_flush(&t->ask.out);
}

static bool read_first(struct telling *t, int64_t *newest)
{
    struct wall since = t->ask.since;
    if (!query_version(t->ask.query, &t->version) || !query_newest(t->ask.query, newest))
        return t->read_ok = false;
    t->filter.since = since;
    t->filter.until = t->ask.until;
    if (!wall_is_none(since) && !query_seek(t->ask.query, wall_plus(since, -CLOCK_SLACK), &t->filter.after))
        return t->read_ok = false;
    return read_log(t);
}

/* Whatever comes is told, also what happened earlier and was told late. */
static void look(void *user)
{
    struct telling *t = user;
    int64_t version = t->version;
    bool ok = query_is_there(t->ask.query) && query_version(t->ask.query, &version);
    t->read_ok = ok;
    if (ok && version != t->version) {
        t->version = version;
        ok = read_log(t);
    }
    if (ok)
        loop_arm(t->timer, boot_plus(clock_boot(), LOOK_MS));
    else
        loop_quit(t->loop, 0);
}

static void stop(void *user, int signal)
{
    struct telling *t = user;
    (void)signal;
    loop_quit(t->loop, 0);
}

/* Whoever read the output is gone. */
static void hang_up(void *user, unsigned ready)
{
    struct telling *t = user;
    (void)ready;
    loop_quit(t->loop, 0);
}

static void follow(struct telling *t, int64_t newest)
{
    signal(SIGPIPE, SIG_IGN); /* it shows as a failed write, and as a hang-up */
    t->following = true;
    t->filter.since = t->filter.until = WALL_NONE;
    t->filter.after = newest;
    t->loop = loop_create();
    t->timer = t->loop ? loop_add_timer(t->loop, look, t) : NULL;
    t->failed |= !t->timer || !loop_signals(t->loop, loop_ends, stop, t);
    struct stat st;
    bool pipe = fstat(STDOUT_FILENO, &st) == 0 && S_ISFIFO(st.st_mode); /* there is never anything to read */
    struct loop_fd *out = t->loop && pipe ? loop_add_fd(t->loop, STDOUT_FILENO, LOOP_READ, hang_up, t) : NULL;
    if (!t->failed) {
        loop_arm(t->timer, clock_boot());
        loop_run(t->loop);
    }
    loop_remove_fd(out);
    loop_remove_timer(t->timer);
    loop_destroy(t->loop);
}

static bool tell(struct telling *t)
{
    const char *why;
    int64_t newest;
    t->entries = entry_reader_create(t->ask.query, t->ask.lang, &why);
    if (!t->entries)
        return false;
    t->line = text_grow(LINE_MAX_LEN);
    t->words = text_grow(LINE_MAX_LEN);
    t->columns = isatty(STDOUT_FILENO) ? t->ask.setup.columns : 0;
    if (wall_is_none(t->ask.since) && !t->filter.job)
        t->ask.since = clock_midnight(clock_wall());
    writer_start(t->ask.writer, WRITER_LIST, &(struct tag){ "log", NULL });
    bool go_on = read_first(t, &newest);
    if (go_on && t->follow)
        follow(t, newest);
    else if (go_on && !t->shown && !t->ask.since_text && t->ask.format == WRITER_TEXT)
        opts_fail(&t->ask.opts, 0, "nothing happened today; --since says from when");
    writer_end(t->ask.writer);
    text_free(&t->line);
    text_free(&t->words);
    entry_reader_destroy(t->entries);
    return t->read_ok && !t->failed;
}

int cmd_log(int argc, char **argv)
{
    struct telling *t = calloc(1, sizeof *t);
    if (!t)
        return EXITS_WORLD;
    t->ask.matter = ASK_LOG;
    t->ask.own = read_own;
    int code = ask_begin(&t->ask, &spec, argc, argv);
    if (code < 0) {
        bool ok = tell(t), gone = t->follow && t->ask.out.error == EPIPE;
        if (ok && gone) /* whoever read it wants no more */
            ask_drop(&t->ask);
        code = ok && gone ? EXITS_DONE : ask_end(&t->ask, ok);
    }
    free(t);
    return code;
}
