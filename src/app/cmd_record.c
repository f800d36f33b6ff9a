/* pitboard record: the events on the broker, written to a tape. */
#include "app/cmd.h"
#include "app/opts.h"
#include "app/pump.h"
#include "base/exits.h"
#include "sys/clock.h"
#include "wire/tape.h"
#include "wire/topic.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct opts_spec spec = {
    .name = "record",
    .usage = "TAPE",
    .about = "Writes every event of the site to the end of a tape, one JSON line each, until Ctrl-C. The "
             "tape can be\n"
             "sent again with: pitboard replay TAPE\n",
    .codes = "Exit codes: 0 ended on request, 2 wrong use, 3 the tape cannot be written.\n",
};

struct record {
    struct opts opts;
    const struct conf *conf;
    const char *path;
    int fd;
    char password[CONF_TEXT];
    struct loop *loop;
    struct bus *bus;
    struct pump *pump;
    struct text lines; /* of this round, not yet written */
    unsigned long long written, skipped;
};

static bool write_all(int fd, const char *bytes, size_t len)
{
    while (len > 0) {
        ssize_t n = write(fd, bytes, len);
        if (n < 0 && errno != EINTR)
            return false;
        bytes += n > 0 ? n : 0;
        len -= n > 0 ? (size_t)n : 0;
    }
    return true;
}

static void flush(void *user)
{
    struct record *r = user;
    if (r->lines.len && !write_all(r->fd, r->lines.data, r->lines.len))
        loop_quit(r->loop, opts_fail(&r->opts, EXITS_WORLD, "%s: %s", r->path, strerror(errno)));
    text_clear(&r->lines);
}

static void message(void *user, const struct bus_message *m)
{
    struct record *r = user;
    struct topic topic = topic_parse(m->topic);
    if (topic.kind != TOPIC_EVENT || m->retained) /* an old press is no event */
        return;
    size_t before = r->lines.len;
    if (r->lines.max - before < TAPE_LINE_MAX) {
        flush(r);
        before = 0;
    }
    if (tape_write(&r->lines, clock_wall(), topic.role, topic.id, m->payload, m->len)) {
        r->written++;
        return;
    }
    r->lines.failed = false;
    r->lines.len = before;
    r->skipped++;
}

static void up(void *user, bool session_present)
{
    struct record *r = user;
    (void)session_present;
    fprintf(stderr, "recording the events of site \"%s\"; Ctrl-C ends it\n", r->conf->site);
}

static void down(void *user, const char *why)
{
    struct record *r = user;
    opts_fail(&r->opts, EXITS_WORLD, "broker %s:%d: %s; trying again", r->conf->broker.host,
              r->conf->broker.port, why);
}

static void changed(void *user)
{
    struct record *r = user;
    pump_look(r->pump);
}

static void stop(void *user, int signal)
{
    struct record *r = user;
    (void)signal;
    loop_quit(r->loop, EXITS_DONE);
}

static const char *or_null(const char *text)
{
    return text[0] ? text : NULL;
}

static bool open_bus(struct record *r, char *fault, size_t size)
{
    static const struct bus_ops ops = { .up = up, .down = down, .message = message, .changed = changed };
    const struct conf *c = r->conf;
    char id[96], filter[TOPIC_SIZE];
    snprintf(id, sizeof id, "%s-record-%d", c->site, (int)getpid());
    struct bus_options o = { .host = c->broker.host,
                             .port = c->broker.port,
                             .client_id = id,
                             .username = or_null(c->broker.username),
                             .password = or_null(r->password),
                             .ca = or_null(c->broker.ca),
                             .cert = or_null(c->broker.cert),
                             .key = or_null(c->broker.key),
                             .receive_max = 1000 };
    topic_build(filter, c->site, "+/+/event");
    r->bus = bus_create(&o, &ops, r, fault, size);
    return r->bus && bus_subscribe(r->bus, filter, 1, false) && (r->pump = pump_create(r->loop, r->bus));
}

static bool set_up(struct record *r, char *fault, size_t size)
{
    snprintf(fault, size, "the system refuses an event loop");
    r->loop = loop_create();
    return r->loop && loop_signals(r->loop, loop_ends, stop, r) && loop_before_sleep(r->loop, 10, flush, r) &&
           open_bus(r, fault, size);
}

static int run(struct record *r)
{
    char fault[CONF_FAULT_SIZE];
    int code = EXITS_WORLD;
    if (!conf_password(r->conf, r->password, sizeof r->password, fault) || !set_up(r, fault, sizeof fault)) {
        opts_fail(&r->opts, code, "%s", fault);
    } else {
        bus_start(r->bus, clock_boot());
        pump_look(r->pump);
        code = loop_run(r->loop);
        flush(r);
        if (fsync(r->fd) != 0 && errno != EINVAL && errno != EROFS)
            code = opts_fail(&r->opts, EXITS_WORLD, "%s: %s", r->path, strerror(errno));
        printf("%llu events written\n", r->written);
        if (r->skipped)
            printf("%llu were no JSON objects and are left out\n", r->skipped);
    }
    pump_destroy(r->pump);
    r->pump = NULL;
    bus_destroy(r->bus);
    loop_destroy(r->loop);
    return code;
}

int cmd_record(int argc, char **argv)
{
    struct record r = { .opts = opts_begin(&spec) };
    if (opts_next(&r.opts, argc, argv) == OPTS_STOP)
        return r.opts.code;
    if (r.opts.n_operands != 1)
        return opts_fail(&r.opts, EXITS_USAGE, "one tape is right; see --help");
    r.path = r.opts.operands[0];
    struct conf *conf = opts_conf(&r.opts, true);
    if (!conf)
        return EXITS_USAGE;
    r.conf = conf;
    r.fd = open(r.path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644);
    r.lines = text_grow(1024 * 1024);
    int code = r.fd >= 0 ? run(&r) : opts_fail(&r.opts, EXITS_WORLD, "%s: %s", r.path, strerror(errno));
    if (r.fd >= 0)
        close(r.fd);
    text_free(&r.lines);
    conf_clear(conf);
    free(conf);
    return code;
}
