/* pitboard replay: recorded events, sent again. */
#include "app/cmd.h"
#include "app/feed.h"
#include "app/opts.h"
#include "base/exits.h"
#include "sys/clock.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { KEY_SPEED = 256, KEY_TIMEOUT };

#define PROGRESS_MS 250

static const struct opts_row rows[] = {
    { "speed", KEY_SPEED, "N", "times as fast as recorded; 0: as fast as receipts allow (default 1)" },
    { "timeout", KEY_TIMEOUT, "S", "seconds without any answer before it gives up (default 30)" },
    { 0 },
};

static const struct opts_spec spec = {
    .name = "replay",
    .usage = "TAPE",
    .about =
        "Sends the events of a tape (see: pitboard record), in their order for each job, bay and source.\n"
        "The last line says how many receipts came. A rejected event has its receipt too and is no error.\n",
    .codes = "Exit codes: 0 every event has its receipt, 1 interrupted, 2 wrong use or tape, 3 no answer.\n",
    .rows = rows,
};

struct replay {
    struct opts opts;
    double speed;
    int64_t timeout_s;
    const char *path;
    FILE *tape;
    int64_t size, read, line_no;
    char *bytes; /* the line, from getline */
    size_t room;
    struct tape_line line;
    bool begun;
    struct wall first;
    struct boot start;
    struct loop *loop;
    struct feed *feed;
    struct loop_timer *progress;
};

/* ---- the tape ---- */

static enum feed_more broken(struct replay *r, const char *why)
{
    opts_fail(&r->opts, EXITS_USAGE, "%s:%lld: %s", r->path, (long long)r->line_no, why);
    return FEED_BROKEN;
}

static struct boot due_at(struct replay *r)
{
    if (r->speed <= 0)
        return (struct boot){ 0 };
    if (!r->begun) {
        r->begun = true;
        r->first = r->line.time;
        r->start = clock_boot();
    }
    return boot_plus(r->start, (int64_t)((double)wall_minus(r->line.time, r->first) / r->speed));
}

static bool blank(const char *line)
{
    return line[strspn(line, " \t\r\n")] == '\0';
}

static enum feed_more next(void *user, struct feed_event *event)
{
    struct replay *r = user;
    char why[160];
    ssize_t len;
    do {
        errno = 0;
        len = getline(&r->bytes, &r->room, r->tape);
        if (len < 0)
            return ferror(r->tape) ? broken(r, strerror(errno)) : FEED_END;
        r->line_no++;
        r->read += len;
    } while (blank(r->bytes));
    if (!tape_read(r->bytes, (size_t)len, &r->line, why, sizeof why))
        return broken(r, why);
    *event = (struct feed_event){ due_at(r),     r->line.role,    r->line.source,
                                  &r->line.keys, r->line.payload, r->line.len };
    return FEED_EVENT;
}

/* ---- the way it goes ---- */

static void show_progress(void *user)
{
    struct replay *r = user;
    unsigned long long n = feed_counts(r->feed)->receipts;
    fprintf(stderr, "\r%llu receipts, %d %% of the tape read ", n,
            r->size > 0 ? (int)(100 * r->read / r->size) : 0);
    loop_arm(r->progress, boot_plus(clock_boot(), PROGRESS_MS));
}

static void end(struct replay *r, int code)
{
    if (r->progress)
        fputs("\r\033[K", stderr);
    loop_quit(r->loop, code);
}

static void silent(void *user, const char *why)
{
    struct replay *r = user;
    end(r, EXITS_WORLD);
    opts_fail(&r->opts, EXITS_WORLD, "%s", why);
}

static void over(void *user, bool was_broken)
{
    end(user, was_broken ? EXITS_USAGE : EXITS_DONE);
}

static void interrupted(void *user, int signal)
{
    struct replay *r = user;
    (void)signal;
    end(r, EXITS_NO);
    opts_fail(&r->opts, EXITS_NO, "interrupted; %d events have no receipt yet", feed_waiting(r->feed));
}

static bool set_up(struct replay *r, const struct conf *conf, char *fault, size_t size)
{
    static const struct feed_ops ops = { next, silent, over };
    struct client_options o = { .conf = conf, .name = "replay", .patience_ms = r->timeout_s * 1000 };
    snprintf(fault, size, "the system refuses an event loop");
    r->loop = loop_create();
    if (!r->loop || !loop_signals(r->loop, loop_ends, interrupted, r))
        return false;
    r->feed = feed_create(r->loop, &o, &ops, r, fault, size);
    if (!r->feed)
        return false;
    r->progress = isatty(STDERR_FILENO) ? loop_add_timer(r->loop, show_progress, r) : NULL;
    if (r->progress)
        loop_arm(r->progress, boot_plus(clock_boot(), PROGRESS_MS));
    return true;
}

static int run(struct replay *r, const struct conf *conf)
{
    char fault[CONF_FAULT_SIZE];
    int code;
    if (set_up(r, conf, fault, sizeof fault)) {
        feed_go(r->feed);
        code = loop_run(r->loop);
        feed_print(feed_counts(r->feed), stdout);
    } else {
        code = opts_fail(&r->opts, EXITS_WORLD, "%s", fault);
    }
    feed_destroy(r->feed);
    loop_remove_timer(r->progress);
    loop_destroy(r->loop);
    return code;
}

static int parse(struct replay *r, int argc, char **argv)
{
    int key;
    while ((key = opts_next(&r->opts, argc, argv)) > 0) {
        if (key == KEY_SPEED && !opts_decimal(&r->opts, "speed", 0, 1e9, &r->speed))
            return EXITS_USAGE;
        if (key == KEY_TIMEOUT && !opts_number(&r->opts, "timeout", 1, 86400, &r->timeout_s))
            return EXITS_USAGE;
    }
    if (key == OPTS_STOP)
        return r->opts.code;
    if (r->opts.n_operands != 1)
        return opts_fail(&r->opts, EXITS_USAGE, "one tape is right; see --help");
    r->path = r->opts.operands[0];
    return -1;
}

int cmd_replay(int argc, char **argv)
{
    struct replay r = { .opts = opts_begin(&spec), .speed = 1, .timeout_s = 30 };
    struct stat stat;
    int code = parse(&r, argc, argv);
    if (code >= 0)
        return code;
    r.tape = fopen(r.path, "re");
    if (!r.tape)
        return opts_fail(&r.opts, EXITS_USAGE, "%s: %s", r.path, strerror(errno));
    r.size = fstat(fileno(r.tape), &stat) == 0 ? stat.st_size : 0;
    struct conf *conf = opts_conf(&r.opts, true);
    code = conf ? run(&r, conf) : EXITS_USAGE;
    conf_clear(conf);
    free(conf);
    free(r.bytes);
    fclose(r.tape);
    return code;
}
