/*
 * pitboard-hub: the daemon around the hub. Two connections (DESIGN 2): `in` only listens and its PUBACKs
 * leave after the commit; `out` publishes. Everything happens at the end of a round of the loop, in this
 * order: commit → receipts and boards (out) → PUBACKs (in).
 */
#include "app/guard.h"
#include "app/hub.h"
#include "app/identity.h"
#include "app/nightly.h"
#include "app/opts.h"
#include "app/pump.h"
#include "base/exits.h"
#include "base/text.h"
#include "bus/bus.h"
#include "sys/clock.h"
#include "sys/loop.h"
#include "sys/notify.h"
#include "wire/topic.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LOG_TAG "hub"
#include "base/log.h"

#define OUT_WAITING_MAX 4000 /* receipts the broker has not taken: above that, nothing more is read */
#define BOARDS_MAX      8    /* boards on their way at most: two of a kind, and those of a new connection */
#define IN_KEEPALIVE_S                                                                                       \
    60 /* longer than the other: while receipts wait, nothing is read here, answers to pings too */
#define IN_FLIGHT   1000 /* events the broker may send ahead of our PUBACKs */
#define ROUND       512  /* of them in one round: meanwhile the broker gets the next ones ready */
#define SESSION_S   (7 * 86400)
#define PROBE_MS    1000
#define GOODBYE_MS  250
#define SAME_WHY_MS 3600000 /* a broker that stays away is named once an hour, not at each attempt */

struct hubd {
    struct conf *conf;
    char password[256];
    struct loop *loop;
    struct loop_timer *timer;
    struct hub *hub;
    struct bus *out;
    struct pump *pump;
    struct nightly *nightly;
    struct bus *in;
    struct loop_fd *in_fd;
    int in_fd_number;
    bool deaf;     /* the broker refused us the events */
    bool has_read; /* in this round: one reading is what fits into it */
    int board_mids[BOARDS_MAX];
    int n_boards; /* published, and not yet taken by the broker */
    struct boot next_probe, next_watchdog, goodbye;
    int64_t watchdog_ms;
    bool stopping;
    struct why {
        char text[200];
        struct boot next; /* say the same again */
    } in_why, out_why;
};

/* Connections. */

static struct bus_options options(const struct hubd *d, const char *client_id, const char *username)
{
    const struct conf *c = d->conf;
    return (struct bus_options){ .host = c->broker.host,
                                 .port = c->broker.port,
                                 .client_id = client_id,
                                 .username = username[0] ? username : NULL,
                                 .password = d->password[0] ? d->password : NULL,
                                 .ca = c->broker.ca[0] ? c->broker.ca : NULL,
                                 .cert = c->broker.cert[0] ? c->broker.cert : NULL,
                                 .key = c->broker.key[0] ? c->broker.key : NULL };
}

static void in_changed(void *user);

static void say_why(struct hubd *d, struct why *last, const char *who, const char *why)
{
    struct boot now = clock_boot();
    if (d->stopping || (strcmp(last->text, why) == 0 && now.ms < last->next.ms))
        return;
    snprintf(last->text, sizeof last->text, "%s", why);
    last->next = boot_plus(now, SAME_WHY_MS);
    log_warn("%s: %s", who, why);
}

static void in_up(void *user, bool session_present)
{
    struct hubd *d = user;
    d->in_why.text[0] = '\0';
    hub_listening(d->hub, session_present);
    log_note("listening for events%s", session_present ? " (the broker kept what came meanwhile)" : "");
}

static void in_down(void *user, const char *why)
{
    struct hubd *d = user;
    say_why(d, &d->in_why, "events", why);
}

static bool is_own(const char *topic)
{
    return strncmp(topic, "pit/v1/", 7) == 0;
}

static void in_message(void *user, const struct bus_message *m)
{
    struct hubd *d = user;
    if (is_own(m->topic))
        hub_message(d->hub, m->topic, m->payload, m->len, m->retained);
    else
        hub_press(d->hub, m->topic, m->payload, m->len, m->retained, m->packet);
}

static void in_granted(void *user, const char *filter)
{
    if (is_own(filter))
        hub_caught_up(((struct hubd *)user)->hub);
}

/* A button that may not be heard is no reason to hear nobody. */
static void in_refused(void *user, const char *filter, const char *why)
{
    struct hubd *d = user;
    log_error("the broker refused the subscription to %s: %s; check its access rules for the hub", filter,
              why);
    d->deaf |= is_own(filter);
}

static void out_up(void *user, bool session_present)
{
    struct hubd *d = user;
    (void)session_present;
    d->out_why.text[0] = '\0';
    log_note("connected to the broker");
    hub_connected(d->hub);
}

static void out_down(void *user, const char *why)
{
    struct hubd *d = user;
    say_why(d, &d->out_why, "broker", why);
    d->n_boards = 0; /* they are published again on the next connection */
    hub_disconnected(d->hub);
}

static void out_message(void *user, const struct bus_message *m)
{
    struct hubd *d = user;
    enum topic_kind kind = topic_parse(m->topic).kind;
    if (!is_own(m->topic))
        hub_device(d->hub, m->topic, m->payload, m->len, m->retained);
    else if (kind == TOPIC_STATUS || kind == TOPIC_SCREEN_STATUS)
        hub_message(d->hub, m->topic, m->payload, m->len, m->retained);
}

static void out_refused(void *user, const char *filter, const char *why)
{
    (void)user;
    log_error("the broker refused the subscription to %s: %s; check its access rules for the hub", filter,
              why);
}

static void out_taken(void *user, int mid, bool refused, const char *why)
{
    struct hubd *d = user;
    for (int i = 0; i < d->n_boards; i++)
        if (d->board_mids[i] == mid) {
            d->board_mids[i] = d->board_mids[--d->n_boards];
            break;
        }
    if (refused)
        log_error("the broker refused a publication: %s; check its access rules for the hub", why);
}

static void out_changed(void *user)
{
    pump_look(((struct hubd *)user)->pump);
}

static bool publish(void *user, const char *topic, const void *payload, size_t len, int qos, bool retain)
{
    struct hubd *d = user;
    int mid;
    if (!d->out || !bus_publish(d->out, topic, payload, len, qos, retain, &mid))
        return false;
    enum topic_kind kind = topic_parse(topic).kind;
    if ((kind == TOPIC_BOARD_PUBLIC || kind == TOPIC_BOARD_STAFF) && d->n_boards < BOARDS_MAX)
        d->board_mids[d->n_boards++] = mid;
    return true;
}

static bool crowded(void *user)
{
    return ((struct hubd *)user)->n_boards > 0;
}

static void flush(void *user)
{
    struct hubd *d = user;
    if (d->out && bus_want_write(d->out))
        bus_write(d->out);
}

/* Our own topic, and those of other people's devices. Devices may say what they have said before. */
static bool subscribe(struct hubd *d, struct bus *bus, const char *own, enum hub_side side, char *why,
                      size_t size)
{
    const char *filter = own;
    for (int i = 0; filter; i++) {
        if (!bus_subscribe(bus, filter, 1, side == HUB_DEVICES)) {
            snprintf(why, size, "cannot listen to %.200s", filter);
            return false;
        }
        filter = hub_filter(d->hub, side, i);
    }
    return true;
}

static bool open_in(struct hubd *d, char *why, size_t size)
{
    static const struct bus_ops ops = { .up = in_up,
                                        .down = in_down,
                                        .message = in_message,
                                        .refused = in_refused,
                                        .granted = in_granted,
                                        .changed = in_changed };
    char id[64], user[CONF_TEXT + 4] = "", topic[TOPIC_SIZE], cert[IDENTITY_PATH], key[IDENTITY_PATH];
    snprintf(id, sizeof id, "%s-hub-in", d->conf->site);
    if (d->conf->broker.username[0])
        snprintf(user, sizeof user, "%s-in", d->conf->broker.username);
    struct bus_options o = options(d, id, user);
    if (o.cert && identity_file(o.cert, "in", cert) && identity_file(o.key, "in", key)) {
        o.cert = cert;
        o.key = key;
    }
    o.session_s = SESSION_S;
    o.receive_max = IN_FLIGHT;
    o.keepalive_s = IN_KEEPALIVE_S;
    d->in = bus_create(&o, &ops, d, why, size);
    if (!d->in)
        return false;
    topic_build(topic, d->conf->site, "+/+/event");
    if (!subscribe(d, d->in, topic, HUB_PRESSES, why, size)) {
        bus_destroy(d->in);
        d->in = NULL;
        return false;
    }
    bus_start(d->in, clock_boot());
    return true;
}

static bool open_out(struct hubd *d, char *why, size_t size)
{
    static const struct bus_ops ops = { .up = out_up,
                                        .down = out_down,
                                        .message = out_message,
                                        .taken = out_taken,
                                        .refused = out_refused,
                                        .changed = out_changed };
    char id[64], will_topic[TOPIC_SIZE], will[64], topic[TOPIC_SIZE];
    snprintf(id, sizeof id, "%s-hub", d->conf->site);
    hub_will(d->hub, will_topic, sizeof will_topic, will, sizeof will);
    struct bus_options o = options(d, id, d->conf->broker.username);
    o.send_max = IN_FLIGHT;
    o.will_topic = will_topic;
    o.will = will;
    d->out = bus_create(&o, &ops, d, why, size);
    if (!d->out)
        return false;
    if (!(d->pump = pump_create(d->loop, d->out))) {
        snprintf(why, size, "out of memory");
        return false;
    }
    topic_build(topic, d->conf->site, "+/+/status"); /* of boxes and screens */
    if (!subscribe(d, d->out, topic, HUB_DEVICES, why, size))
        return false;
    bus_start(d->out, clock_boot());
    pump_look(d->pump);
    return true;
}

/* The incoming socket: read only while the receipts find their way out. */

static void read_in(struct hubd *d)
{
    if (!d->has_read)
        bus_read(d->in, ROUND);
    d->has_read = true;
}

static void in_ready(void *user, unsigned what)
{
    struct hubd *d = user;
    if (d->in && what & LOOP_READ)
        read_in(d);
}

static bool may_read(const struct hubd *d)
{
    return !bus_up(d->in) || (bus_up(d->out) && bus_unconfirmed(d->out) < OUT_WAITING_MAX);
}

static void look_in(struct hubd *d)
{
    int fd = d->in ? bus_fd(d->in) : -1;
    if (fd != d->in_fd_number || (fd >= 0 && !d->in_fd)) {
        loop_remove_fd(d->in_fd);
        d->in_fd = fd >= 0 ? loop_add_fd(d->loop, fd, LOOP_READ, in_ready, d) : NULL;
        d->in_fd_number = fd;
    }
    if (d->in_fd)
        loop_want(d->in_fd, (may_read(d) ? (unsigned)LOOP_READ : 0u) |
                                (bus_want_write(d->in) ? (unsigned)LOOP_WRITE : 0u));
}

static void in_changed(void *user)
{
    look_in(user);
}

/* Closing without writing is what leaves the lost round unacknowledged: the broker brings it again. */
static void drop_in(struct hubd *d)
{
    loop_remove_fd(d->in_fd);
    d->in_fd = NULL;
    d->in_fd_number = -1;
    bus_destroy(d->in);
    d->in = NULL;
    d->next_probe = boot_plus(clock_boot(), PROBE_MS);
}

static void try_again(struct hubd *d)
{
    char why[256];
    if (d->in || clock_boot().ms < d->next_probe.ms)
        return;
    d->next_probe = boot_plus(clock_boot(), PROBE_MS);
    if (hub_writable(d->hub) && !open_in(d, why, sizeof why))
        log_error("%s", why);
}

/* Rounds. */

static void arm(struct hubd *d)
{
    struct boot next = boot_first(hub_deadline(d->hub), d->next_watchdog);
    next = boot_first(next, d->in ? bus_deadline(d->in) : d->next_probe);
    if (d->in && bus_unread(d->in) && may_read(d))
        next = clock_boot();
    next = boot_first(next, nightly_deadline(d->nightly));
    loop_arm(d->timer, boot_first(next, d->goodbye));
}

/* What cannot be trusted is not served on: the next start mends it. Nothing more is acknowledged. */
static void end_damaged(struct hubd *d, const char *why)
{
    guard_mark(d->conf->store.path, why);
    if (d->in)
        drop_in(d);
    d->stopping = true;
    loop_quit(d->loop, EXITS_WORLD);
}

static void round_end(void *user)
{
    struct hubd *d = user;
    d->has_read = false;
    if ((!hub_commit(d->hub) || d->deaf) && d->in)
        drop_in(d);
    d->deaf = false;
    if (hub_damaged(d->hub) && !d->stopping)
        end_damaged(d, "SQLite found it while the hub ran");
    if (clock_boot().ms >= hub_deadline(d->hub).ms)
        hub_tick(d->hub); /* only here: between rounds the board is what the database holds */
    if (d->in && bus_want_write(d->in))
        bus_write(d->in);
    look_in(d);
    arm(d);
}

static void tick(void *user)
{
    struct hubd *d = user;
    struct boot now = clock_boot();
    if (now.ms >= d->goodbye.ms || (d->stopping && bus_unconfirmed(d->out) == 0 && !bus_up(d->out))) {
        loop_quit(d->loop, EXITS_DONE);
        return;
    }
    if (d->in) {
        bus_tick(d->in, now);
        if (bus_unread(d->in) && may_read(d))
            read_in(d);
    } else if (!d->stopping) {
        try_again(d);
    }
    if (!d->stopping)
        nightly_tick(d->nightly, now);
    if (now.ms >= d->next_watchdog.ms) {
        notify_send("WATCHDOG=1");
        d->next_watchdog = boot_plus(now, d->watchdog_ms);
    }
}

/* The clean goodbye: what is in the round is committed and acknowledged, then both connections are closed. */
static void on_signal(void *user, int signal)
{
    struct hubd *d = user;
    (void)signal;
    if (d->stopping)
        return;
    d->stopping = true;
    notify_send("STOPPING=1");
    if (hub_commit(d->hub) && d->in)
        bus_write(d->in);
    hub_goodbye(d->hub);
    if (d->in)
        bus_stop(d->in);
    bus_stop(d->out);
    d->goodbye = boot_plus(clock_boot(), bus_fd(d->out) < 0 ? 0 : GOODBYE_MS);
}

/* Start and stop. */

static void backed_up(void *user, const char *why)
{
    hub_backup_failed(((struct hubd *)user)->hub, why);
}

static void found_damage(void *user)
{
    end_damaged(user, "the check of the whole file found it");
}

static bool start(struct hubd *d, char *why, size_t size, int *code)
{
    static const struct hub_ops ops = { publish, crowded, flush };
    static const struct nightly_ops nightly = { backed_up, found_damage };
    *code = EXITS_WORLD;
    if (!(d->loop = loop_create()) || !(d->timer = loop_add_timer(d->loop, tick, d)) ||
        !loop_signals(d->loop, loop_ends, on_signal, d) || !loop_before_sleep(d->loop, 10, round_end, d)) {
        snprintf(why, size, "the system refuses an event loop");
        return false;
    }
    d->hub = hub_create(d->conf, &ops, d, why, size, code);
    if (!d->hub)
        return false;
    *code = EXITS_WORLD;
    snprintf(why, size, "out of memory");
    if (!(d->nightly = nightly_create(d->loop, d->conf, &nightly, d)))
        return false;
    errno = 0;
    if (!open_out(d, why, size) || !open_in(d, why, size)) {
        /* Files named in the configuration wait for somebody; memory and sockets may be there at the next
         * start. */
        *code = errno == EINVAL ? EXITS_USAGE : EXITS_WORLD;
        return false;
    }
    d->watchdog_ms = notify_watchdog_ms();
    d->next_watchdog = d->watchdog_ms ? clock_boot() : BOOT_FAR;
    return true;
}

static void stop(struct hubd *d)
{
    loop_remove_fd(d->in_fd);
    nightly_destroy(d->nightly);
    bus_destroy(d->in);
    pump_destroy(d->pump);
    bus_destroy(d->out);
    hub_destroy(d->hub);
    loop_remove_timer(d->timer);
    loop_destroy(d->loop);
}

static int run(struct hubd *d)
{
    char why[CONF_FAULT_SIZE];
    int code;
    if (!start(d, why, sizeof why, &code)) {
        fprintf(stderr, "pitboard-hub: %s\n", why);
    } else {
        notify_send("READY=1");
        log_note("site %s, database %s", d->conf->site, d->conf->store.path);
        arm(d);
        code = loop_run(d->loop);
    }
    stop(d);
    return code;
}

static const struct opts_spec spec = {
    .name = "hub",
    .daemon = true,
    .usage = "",
    .about = "The workshop's hub: takes events over MQTT, keeps every one of them in SQLite, publishes the\n"
             "boards.\n",
    .codes = "Exit codes: 0 ended on request, 2 wrong use or configuration, 3 the disk or the lock failed.\n"
             "See pitboard-hub(8) and pitboard.cfg(5).\n",
};

static int configure(struct hubd *d, const struct opts *opts)
{
    char fault[CONF_FAULT_SIZE];
    if (!(d->conf = opts_conf(opts, true)))
        return EXITS_USAGE;
    if (conf_password(d->conf, d->password, sizeof d->password, fault))
        return run(d);
    fprintf(stderr, "%s\n", fault);
    return EXITS_USAGE;
}

int main(int argc, char **argv)
{
    struct opts opts = opts_begin(&spec);
    if (opts_next(&opts, argc, argv) == OPTS_STOP)
        return opts.code;
    if (opts.n_operands)
        return opts_fail(&opts, EXITS_USAGE, "\"%s\" is not expected here", opts.operands[0]);
    struct hubd *d = calloc(1, sizeof *d);
    if (!d)
        return EXITS_WORLD;
    d->in_fd_number = -1;
    d->goodbye = BOOT_FAR;
    int code = configure(d, &opts);
    conf_clear(d->conf);
    free(d->conf);
    free(d);
    return code;
}
