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
#include "report/mail.h"
#include "report/report.h"
#include "sys/clock.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define REPORT_MAX  (16 * 1024 * 1024)
#define MAIL_MAX    (48 * 1024 * 1024)
#define DATE_SIZE   11
#define FILE_SIZE   1024
#define COLUMNS     100
#define HALF_DAY_MS 43200000
#define DAY_MS      86400000

enum { OWN_DATE = ASK_OWN, OWN_DUE };

static const struct opts_row rows[] = {
    ASK_ROW_DB,
    { "date", OWN_DATE, "DATE", "of this day, 2026-03-01 (default today)" },
    { "due", OWN_DUE, NULL, "only if daily.at has passed and the report is not there yet" },
    ASK_ROW_LANG,
    { 0 },
};

static const struct opts_spec spec = {
    .name = "daily",
    .usage = "",
    .about =
        "Writes the report of one day with the notes of the shift into daily.dir, as DATE.html and "
        "DATE.txt,\n"
        "and sends both to mail.to if that is configured. A mail that could not be sent is tried again by\n"
        "--due for as long as the day is the last one due.\n",
    .codes = "Exit codes: 0 done, or nothing was due; 2 wrong use or configuration; 3 the database cannot be "
             "read,\n"
             "or a file or the mail did not go out.\n",
    .rows = rows,
};

struct daily {
    struct ask ask; /* first: read_own gets it */
    const char *date_text;
    bool due;
    char date[DATE_SIZE]; /* "2026-03-01" */
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

static void set_day(struct daily *d, struct wall within)
{
    struct clock_parts p = clock_local(within);
    snprintf(d->date, sizeof d->date, "%04d-%02d-%02d", p.year % 10000, p.month % 100, p.day % 100);
    d->from = clock_midnight(within);
    d->to = clock_next_midnight(within);
}

static int choose_day(struct daily *d)
{
    struct wall now = clock_wall(), day = now;
    if (d->date_text && (strlen(d->date_text) != DATE_SIZE - 1 || !ask_time(d->date_text, &day)))
        return opts_fail(&d->ask.opts, EXITS_USAGE, "--date %s: no such day; 2026-03-01 would be one",
                         d->date_text);
    set_day(d, day);
    int at_min = d->ask.conf->daily.at_min;
    struct clock_parts p = clock_local(now);
    if (d->due && !d->date_text && p.hour * 60 + p.minute < at_min)
        set_day(d, wall_plus(d->from, -HALF_DAY_MS)); /* yesterday's, if that was missed */
    return -1;
}

static void path_of(const struct daily *d, const char *ending, char out[FILE_SIZE])
{
    snprintf(out, FILE_SIZE, "%.900s/%s.%s", d->dir, d->date, ending);
}

static bool is_there(const struct daily *d, const char *ending)
{
    char path[FILE_SIZE];
    path_of(d, ending, path);
    return access(path, F_OK) == 0;
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
    report_head(w, &(struct report_about){ .what = "report",
                                           .since = d->from,
                                           .until = d->to,
                                           .zone = d->ask.plan.zone,
                                           .database = d->ask.path,
                                           .lengths = paper.lengths,
                                           .local = ask_local });
    report_write(w, sum, REPORT_BRIEF);
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

static void mail_date(char out[64])
{
    static const char *const days[] = { "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun" };
    static const char *const months[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                          "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
    int64_t now = clock_wall().ms, days_gone = now / DAY_MS, second = now % DAY_MS / 1000;
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
    bool written = fwrite(message->data, 1, message->len, out.file) == message->len;
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
    mail_date(date);
    snprintf(file, sizeof file, "%s.html", d->date);
    snprintf(id, sizeof id, "%s.%llx", d->date,
             (unsigned long long)hash_bytes(HASH_START, random, sizeof random));
    snprintf(subject, sizeof subject, "%s: %s", ask_title(&d->ask), d->date);
    struct text message = text_grow(MAIL_MAX);
    int code;
    if (mail_compose(&message, &mail))
        code = hand_over(d, &message);
    else
        code = opts_fail(&d->ask.opts, EXITS_WORLD,
                         "the mail cannot be written: is every address of mail.to like "
                         "name@example.org?");
    text_free(&message);
    return code;
}

/* A marker beside the report says that its mail still has to go out. */
static int mail_out(struct daily *d)
{
    char marker[FILE_SIZE], fault[WHOLE_FAULT];
    if (!d->ask.conf->mail.n_to)
        return -1;
    path_of(d, "unsent", marker);
    if (!whole_put(marker, "", 0, WHOLE_DURABLE, fault))
        return fail(d, fault);
    int code = send_mail(d);
    if (code < 0)
        unlink(marker);
    return code;
}

static int work(struct daily *d)
{
    int code = choose_day(d);
    if (code >= 0)
        return code;
    find_dir(d);
    if (d->due && (d->ask.conf->daily.at_min < 0 || (is_there(d, "html") && !is_there(d, "unsent"))))
        return EXITS_DONE;
    if (!make(d)) {
        const char *fault = query_fault(d->ask.query);
        return opts_fail(&d->ask.opts, EXITS_WORLD, "%s: %s", d->ask.path,
                         fault[0] ? fault : "out of memory");
    }
    code = save(d);
    if (code < 0)
        code = mail_out(d);
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
