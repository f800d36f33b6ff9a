/* pitboard daily: the report of one day, into a folder and by mail. */
#include "app/ask.h"
#include "app/backup.h"
#include "app/cmd.h"
#include "app/outfile.h"
#include "app/paper.h"
#include "app/sums.h"
#include "base/exits.h"
#include "base/stamp.h"
#include "base/text.h"
#include "report/lang.h"
#include "report/mail.h"
#include "report/report.h"
#include "sys/clock.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define REPORT_MAX (16 * 1024 * 1024)
#define MAIL_MAX   (48 * 1024 * 1024)
#define DATE_SIZE  11
#define FILE_SIZE  1024
#define COLUMNS    100
#define NOON_MIN   720
#define DAY_MS     86400000

enum { OWN_DATE = ASK_OWN, OWN_DUE };

static const struct opts_row rows[] = {
    ASK_ROW_DB,
    { "date", OWN_DATE, "DATE", "of this day, 2026-03-01 (default today)" },
    { "due", OWN_DUE, NULL, "that of the last daily.at, if it is not made and mailed yet" },
    ASK_ROW_LANG,
    { 0 },
};

static const struct opts_spec spec = {
    .name = "daily",
    .usage = "",
    .about = "Writes the report of one day with the notes of the shift into daily.dir, as DATE.html and "
             "DATE.txt,\n"
             "and sends both to mail.to if that is configured. --due makes it once after each daily.at, and "
             "again\n"
             "until the mail went out; what was made before daily.at does not count.\n",
    .codes = "Exit codes: 0 done, or nothing was due; 2 wrong use or configuration; 3 the database cannot be "
             "read,\n"
             "or a file or the mail did not go out.\n",
    .rows = rows,
};

struct daily {
    struct ask ask; /* first: read_own gets it */
    const char *date_text;
    bool due;
    struct wall now;
    struct wall closing;  /* the last daily.at */
    char last[DATE_SIZE]; /* the day that it closed */
    char date[DATE_SIZE]; /* the day to tell of, "2026-03-01" */
    struct wall from, to;
    char dir[BACKUP_PATH];
    struct text html, text;
};

static int read_own(struct ask *ask, int key)
{
    struct daily *d = (struct daily *)ask;
    if (key == OWN_DATE)
        d->date_text = ask->opts.value;
    else
        d->due = true;
    return -1;
}

static bool collect(void *user, const char *bytes, size_t len)
{
    return text_add(user, bytes, len);
}

static int fail(const struct daily *d, const char *sentence)
{
    return opts_fail(&d->ask.opts, EXITS_WORLD, "%s", sentence);
}

/* Which day. */

static void put_date(struct wall at, char out[DATE_SIZE])
{
    struct clock_parts p = clock_local(at);
    snprintf(out, DATE_SIZE, "%04d-%02d-%02d", p.year % 10000, p.month % 100, p.day % 100);
}

/* The last daily.at, and the day it closed: before noon that is the day before. */
static void find_last(struct daily *d)
{
    int at_min = d->ask.conf->daily.at_min;
    struct clock_parts p = clock_local(d->now);
    d->closing = clock_from_local(p.year, p.month, p.day, at_min / 60, at_min % 60, 0);
    if (d->closing.ms > d->now.ms)
        d->closing = clock_from_local(p.year, p.month, p.day - 1, at_min / 60, at_min % 60, 0);
    put_date(at_min < NOON_MIN ? wall_plus(clock_midnight(d->closing), -1) : d->closing, d->last);
}

static int choose_day(struct daily *d)
{
    const char *text = d->due ? d->last : d->date_text;
    struct wall day = d->now;
    if (text && (strlen(text) != DATE_SIZE - 1 || !ask_time(text, &day)))
        return opts_fail(&d->ask.opts, EXITS_USAGE, "--date %s: no such day; 2026-03-01 would be one", text);
    if (day.ms > d->now.ms)
        return opts_fail(&d->ask.opts, EXITS_USAGE, "--date %s has not begun yet", text);
    put_date(day, d->date);
    d->from = clock_midnight(day);
    d->to = clock_next_midnight(day);
    return -1;
}

static void path_of(const struct daily *d, const char *ending, char out[FILE_SIZE])
{
    snprintf(out, FILE_SIZE, "%.900s/%s.%s", d->dir, d->date, ending);
}

/* "reports" beside the database. */
static void find_dir(struct daily *d)
{
    if (d->ask.conf->daily.dir[0]) {
        snprintf(d->dir, sizeof d->dir, "%s", d->ask.conf->daily.dir);
        return;
    }
    const char *slash = strrchr(d->ask.path, '/');
    snprintf(d->dir, sizeof d->dir, "%.*s/reports", slash ? (int)(slash - d->ask.path) : 1,
             slash ? d->ask.path : ".");
}

/* The moment the last one was made that was of the day last closed, and mailed. A try-out before the closing is none, nor
 * what a clock made that was ahead. */

static void done_path(const struct daily *d, char out[FILE_SIZE])
{
    snprintf(out, FILE_SIZE, "%.900s/.done", d->dir);
}

static bool is_done(const struct daily *d)
{
    char path[FILE_SIZE], text[STAMP_SIZE] = "";
    struct wall made;
    done_path(d, path);
    FILE *f = fopen(path, "re");
    size_t n = f ? fread(text, 1, sizeof text - 1, f) : 0;
    if (f)
        fclose(f);
    return stamp_parse(text, n, &made) && made.ms >= d->closing.ms && made.ms <= d->now.ms;
}

static int keep_done(struct daily *d)
{
    char path[FILE_SIZE], made[STAMP_SIZE], fault[WHOLE_FAULT];
    if (d->ask.conf->daily.at_min < 0 || strcmp(d->date, d->last) != 0)
        return -1;
    done_path(d, path);
    stamp_format(d->now, made);
    return whole_put(path, made, strlen(made), WHOLE_DURABLE, fault) ? -1 : fail(d, fault);
}

/* The report. */

static bool write_both(struct daily *d, const struct figures_sum *sum)
{
    struct writer_setup setup = { .put = collect,
                                  .user = &d->html,
                                  .local = ask_local,
                                  .columns = COLUMNS,
                                  .lang = d->ask.lang,
                                  .plan = d->ask.names };
    struct paper paper = { .query = d->ask.query,
                           .setup = &setup,
                           .lang = d->ask.lang,
                           .title = ask_title(&d->ask),
                           .zone = d->ask.plan.zone,
                           .lengths = ask_lengths(&d->ask, d->ask.lang) };
    if (!paper_write(&paper, sum))
        return false;
    setup.user = &d->text;
    struct writer *w = writer_create(WRITER_TEXT, &setup);
    if (!w)
        return false;
    report_head(w, &(struct report_about){ .what = "daily",
                                           .title = paper.title,
                                           .as_of = report_as_of(sum),
                                           .since = d->from,
                                           .until = d->to,
                                           .zone = d->ask.plan.zone,
                                           .database = d->ask.path,
                                           .lengths = paper.lengths,
                                           .local = ask_local });
    report_write(w, sum, REPORT_MAIL);
    bool ok = writer_finish(w);
    writer_destroy(w);
    return ok && paper_notes_text(&paper, d->from, d->to) && !d->html.failed && !d->text.failed;
}

static bool make(struct daily *d)
{
    struct sums sums = sums_make(&(struct sums_ask){
        .query = d->ask.query, .plan = &d->ask.plan, .conf = d->ask.conf, .since = d->from, .until = d->to });
    ask_warn(&d->ask);
    bool ok = sums.sum && write_both(d, sums.sum);
    sums_destroy(&sums);
    return ok;
}

static int save(struct daily *d)
{
    char path[FILE_SIZE], fault[WHOLE_FAULT];
    if (mkdir(d->dir, 0750) != 0 && errno != EEXIST)
        return opts_fail(&d->ask.opts, EXITS_WORLD, "%s: %s", d->dir, strerror(errno));
    path_of(d, "txt", path);
    if (!whole_put(path, d->text.data, d->text.len, WHOLE_DURABLE, fault))
        return fail(d, fault);
    path_of(d, "html", path);
    if (!whole_put(path, d->html.data, d->html.len, WHOLE_DURABLE, fault))
        return fail(d, fault);
    printf("%s\n", path);
    return -1;
}

/* The mail. */

static void mail_date(struct wall at, char out[64])
{
    static const char *const days[] = { "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun" };
    static const char *const months[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                          "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
    int64_t days_gone = at.ms / DAY_MS, second = at.ms % DAY_MS / 1000;
    int year;
    unsigned month, day;
    stamp_date(days_gone, &year, &month, &day);
    snprintf(out, 64, "%s, %u %s %04d %02d:%02d:%02d +0000", days[(days_gone + 3) % 7], day,
             months[month - 1], year, (int)(second / 3600), (int)(second / 60 % 60), (int)(second % 60));
}

static int hand_over(struct daily *d, const struct text *message)
{
    const char *const argv[] = { d->ask.conf->mail.program, "-t", NULL };
    struct outfile out;
    int code;
    if (!outfile_start(&out, argv))
        return fail(d, out.fault);
    bool written = outfile_write(&out, message->data, message->len);
    if (outfile_close(&out, true, &code) && written)
        return -1;
    if (code)
        return opts_fail(&d->ask.opts, EXITS_WORLD, "%s ended with code %d: the mail did not go out", argv[0],
                         code);
    return fail(d, out.fault);
}

static int send_mail(struct daily *d)
{
    const struct conf *conf = d->ask.conf;
    char date[64], id[80], file[DATE_SIZE + 5], subject[512];
    unsigned char random[8] = { 0 };
    struct mail mail = { .from = conf->mail.from,
                         .subject = subject,
                         .date = date,
                         .id = id,
                         .file = file,
                         .body = { d->text.data, d->text.len },
                         .attachment = { d->html.data, d->html.len } };
    for (; mail.n_to < conf->mail.n_to && mail.n_to < MAIL_TO_MAX; mail.n_to++)
        mail.to[mail.n_to] = conf->mail.to[mail.n_to];
    clock_random(random, sizeof random);
    mail_date(d->now, date);
    snprintf(file, sizeof file, "%s.html", d->date);
    snprintf(id, sizeof id, "%s.%llx", d->date,
             (unsigned long long)hash_bytes(HASH_START, random, sizeof random));
    struct text line = text_over(subject, sizeof subject);
    text_fmt(&line, "%s: ", ask_title(&d->ask));
    lang_time(&line, d->ask.lang, d->date);
    struct text message = text_grow(MAIL_MAX);
    int code;
    if (mail_compose(&message, &mail))
        code = hand_over(d, &message);
    else
        code = opts_fail(&d->ask.opts, EXITS_WORLD,
                         "the mail cannot be written: it is too long, or an address of mail.to is none");
    text_free(&message);
    return code;
}

static int work(struct daily *d)
{
    const struct conf *conf = d->ask.conf;
    if (d->due && d->date_text)
        return opts_fail(&d->ask.opts, EXITS_USAGE, "--due chooses the day; leave out --date, or --due");
    if (d->due && conf->daily.at_min < 0)
        return EXITS_DONE;
    d->now = clock_wall();
    if (conf->daily.at_min >= 0)
        find_last(d);
    find_dir(d);
    int code = choose_day(d);
    if (code >= 0)
        return code;
    if (d->due && is_done(d))
        return EXITS_DONE;
    if (!make(d)) {
        const char *fault = query_fault(d->ask.query);
        return opts_fail(&d->ask.opts, EXITS_WORLD, "%s: %s", d->ask.path,
                         fault[0] ? fault : "out of memory");
    }
    code = save(d);
    if (code < 0 && conf->mail.n_to)
        code = send_mail(d);
    if (code < 0)
        code = keep_done(d); /* after the mail: a power cut may send it twice, never not at all */
    return code < 0 ? EXITS_DONE : code;
}

int cmd_daily(int argc, char **argv)
{
    struct daily *d = calloc(1, sizeof *d);
    if (!d)
        return EXITS_WORLD;
    d->ask.matter = ASK_STORY;
    d->ask.own = read_own;
    d->ask.needs_conf = true;
    d->html = text_grow(REPORT_MAX);
    d->text = text_grow(REPORT_MAX);
    int code = ask_begin(&d->ask, &spec, argc, argv);
    if (code < 0) {
        code = work(d);
        ask_drop(&d->ask);
    }
    text_free(&d->html);
    text_free(&d->text);
    free(d);
    return code;
}
