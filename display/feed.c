#include "display/feed.h"

#include "base/log.h"
#include "base/text.h"
#include "bus/bus.h"
#include "sys/clock.h"
#include "sys/machine.h"
#include "wire/topic.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LOG_TAG "feed"

#define SEARCH_MS 600 /* after the first board: another site's would have come by then */
#define HOOK_RANK 90
/* A look at the connection, due every 2 s, may wait for the hub's next beat, which comes 3 s after the last and wakes
 * the screen anyway; the keepalive of 10 s has 5 s to spare. */
#define BEAT_SLACK_MS 1500
#define SESSION_S     0 /* boards are retained: there is nothing to keep for us */

struct feed {
    struct loop *loop;
    const struct conf *conf;
    struct feed_ops ops;
    void *user;
    struct bus *bus;
    struct loop_fd *source;
    int fd; /* of the source, -1: none */
    struct loop_timer *tick, *search;
    char site[ID_SIZE], id[ID_SIZE];
    bool searching; /* the site is not known yet */
    bool staff;     /* the workshop's board, not the public one */
    bool announce;  /* says whether it is on line */
    bool told_down;
    char password[CONF_TEXT];
};

static void look(struct feed *feed);

/* `screen.id`, else the host's name made into an id with the machine's mark: machines set up from one image have one
 * name. */
static void find_id(struct feed *feed)
{
    char host[256] = "", mark[MACHINE_MARK_SIZE + 1] = "-";
    size_t n = 0;
    machine_mark("", mark + 1);
    if (feed->conf->screen.id[0]) {
        text_copy(feed->id, sizeof feed->id, feed->conf->screen.id);
        return;
    }
    gethostname(host, sizeof host - 1);
    for (const char *p = host; *p && *p != '.' && n < sizeof feed->id - sizeof mark; p++)
        feed->id[n++] = isalnum((unsigned char)*p) && !((unsigned char)*p & 0x80)
                            ? (char)tolower((unsigned char)*p)
                            : '-';
    if (n == 0)
        n = (size_t)snprintf(feed->id, sizeof feed->id, "screen");
    if (mark[1])
        text_copy(feed->id + n, sizeof feed->id - n, mark);
    log_note("this is the screen \"%s\"", feed->id);
}

static void say_status(struct feed *feed, const char *state)
{
    char topic[TOPIC_SIZE], tail[64];
    snprintf(tail, sizeof tail, "screen/%s/status", feed->id);
    topic_build(topic, feed->site, tail);
    bus_publish(feed->bus, topic, state, strlen(state), 1, true, NULL);
}

static void on_up(void *user, bool session_present)
{
    struct feed *feed = user;
    (void)session_present;
    log_note("connected to %s:%d", feed->conf->broker.host, feed->conf->broker.port);
    feed->told_down = false;
    if (feed->announce && !feed->searching)
        say_status(feed, "online");
}

static void on_down(void *user, const char *why)
{
    struct feed *feed = user;
    bool taken = strstr(why, "taken over") != NULL;
    if (!feed->told_down)
        log_warn("no connection to %s:%d: %s; trying again", feed->conf->broker.host, feed->conf->broker.port,
                 why);
    if (taken && !feed->told_down)
        log_warn("another screen is \"%s\" as well; give each a screen.id of its own", feed->id);
    feed->told_down = true;
}

/* While searching: the first site is taken after a moment, unless another one shows up; a third says nothing
 * new. */
static void consider(struct feed *feed, const char *site)
{
    char sentence[256];
    if (!feed->site[0]) {
        text_copy(feed->site, sizeof feed->site, site);
        loop_arm(feed->search, boot_plus(clock_boot(), SEARCH_MS));
    } else if (strcmp(feed->site, site) != 0 && loop_armed(feed->search).ms != BOOT_FAR.ms) {
        snprintf(sentence, sizeof sentence,
                 "the broker has the boards of several sites, \"%s\" and \"%s\" among them; choose one with "
                 "site = "
                 "\"…\" or -o 'site=\"…\"'",
                 feed->site, site);
        loop_arm(feed->search, BOOT_FAR);
        feed->ops.several(feed->user, sentence);
    }
}

static void take_board(struct feed *feed, const struct bus_message *m)
{
    char fault[200];
    struct view *view = view_decode(m->payload, m->len, fault, sizeof fault);
    if (view)
        feed->ops.board(feed->user, view);
    else
        log_warn("a board could not be read: %s", fault);
}

static void on_message(void *user, const struct bus_message *m)
{
    struct feed *feed = user;
    struct topic topic = topic_parse(m->topic);
    int64_t rev;
    struct wall time;
    bool board = topic.kind == (feed->staff ? TOPIC_BOARD_STAFF : TOPIC_BOARD_PUBLIC);
    if (feed->searching) {
        if (board && m->len > 0)
            consider(feed, topic.site);
        return;
    }
    if (strcmp(topic.site, feed->site) != 0)
        return;
    if (board && m->len > 0)
        take_board(feed, m);
    /* A retained beat proves nothing; the hub sends none. */
    else if (topic.kind == TOPIC_HUB_BEAT && !m->retained && view_beat(m->payload, m->len, &rev, &time))
        feed->ops.beat(feed->user, rev, time);
}

static void on_changed(void *user)
{
    look(user);
}

static void on_ready(void *user, unsigned what)
{
    struct feed *feed = user;
    if (what & LOOP_READ)
        bus_read(feed->bus, 0);
    if (bus_up(feed->bus))
        bus_tick(feed->bus, clock_boot());
    if (what & LOOP_WRITE)
        bus_write(feed->bus);
    look(feed);
}

static void on_tick(void *user)
{
    struct feed *feed = user;
    bus_tick(feed->bus, clock_boot());
    look(feed);
}

static void on_round_end(void *user)
{
    struct feed *feed = user;
    if (feed->bus && bus_want_write(feed->bus))
        bus_write(feed->bus);
    look(feed);
}

/* Follows the socket of the bus and its wishes. */
static void look(struct feed *feed)
{
    if (!feed->bus)
        return;
    int fd = bus_fd(feed->bus);
    if (fd != feed->fd) {
        loop_remove_fd(feed->source);
        feed->source = fd >= 0 ? loop_add_fd(feed->loop, fd, LOOP_READ, on_ready, feed) : NULL;
        feed->fd = feed->source ? fd : -1;
    }
    if (feed->source)
        loop_want(feed->source, LOOP_READ | (bus_want_write(feed->bus) ? (unsigned)LOOP_WRITE : 0U));
    struct boot at = bus_deadline(feed->bus);
    loop_arm(feed->tick, bus_up(feed->bus) ? boot_plus(at, BEAT_SLACK_MS) : at);
}

static bool subscribe(struct feed *feed)
{
    char topic[TOPIC_SIZE];
    const char *board = feed->staff ? "board/staff" : "board/public";
    if (feed->searching) {
        snprintf(topic, sizeof topic, "pit/v1/+/%s", board);
        return bus_subscribe(feed->bus, topic, 1, true);
    }
    topic_build(topic, feed->site, board);
    if (!bus_subscribe(feed->bus, topic, 1, true))
        return false;
    topic_build(topic, feed->site, "hub/beat");
    return bus_subscribe(feed->bus, topic, 0, false);
}

/* Opens the connection for the search, or for the site with its will. */
static bool connect_bus(struct feed *feed, char *fault, size_t fault_size)
{
    static const struct bus_ops ops = {
        .up = on_up, .down = on_down, .message = on_message, .changed = on_changed
    };
    const struct conf *c = feed->conf;
    char client[128], mark[MACHINE_MARK_SIZE], will[TOPIC_SIZE], tail[64];
    bool with_will = feed->announce && !feed->searching;
    /* No session is kept, so the name may change: two programs on one machine, or of one `screen.id` on two, must not
     * throw each other out. */
    machine_mark("", mark);
    snprintf(client, sizeof client, "%s-screen-%s-%s-%d", feed->searching ? "search" : feed->site, feed->id,
             mark, (int)getpid());
    snprintf(tail, sizeof tail, "screen/%s/status", feed->id);
    topic_build(will, feed->site, tail);
    struct bus_options options = { .host = c->broker.host,
                                   .port = c->broker.port,
                                   .client_id = client,
                                   .username = c->broker.username[0] ? c->broker.username : NULL,
                                   .password = feed->password[0] ? feed->password : NULL,
                                   .ca = c->broker.ca[0] ? c->broker.ca : NULL,
                                   .cert = c->broker.cert[0] ? c->broker.cert : NULL,
                                   .key = c->broker.key[0] ? c->broker.key : NULL,
                                   .will_topic = with_will ? will : NULL,
                                   .will = with_will ? "offline" : NULL,
                                   .session_s = SESSION_S };
    feed->bus = bus_create(&options, &ops, feed, fault, fault_size);
    if (!feed->bus)
        return false;
    if (!subscribe(feed)) {
        snprintf(fault, fault_size, "the broker's client library refuses the subscriptions");
        return false;
    }
    bus_start(feed->bus, clock_boot());
    look(feed);
    return true;
}

static void close_bus(struct feed *feed)
{
    loop_remove_fd(feed->source);
    feed->source = NULL;
    feed->fd = -1;
    bus_destroy(feed->bus);
    feed->bus = NULL;
}

static void on_found(void *user)
{
    struct feed *feed = user;
    char fault[200];
    log_note("the only site is \"%s\"", feed->site);
    close_bus(feed);
    feed->searching = false;
    if (!connect_bus(feed, fault, sizeof fault))
        log_error("%s", fault);
}

struct feed *feed_create(struct loop *loop, const struct conf *conf, bool announce,
                         const struct feed_ops *ops, void *user, char *fault, size_t fault_size)
{
    struct feed *feed = calloc(1, sizeof *feed);
    char why[CONF_FAULT_SIZE];
    snprintf(fault, fault_size, "memory is out");
    if (!feed)
        return NULL;
    *feed = (struct feed){ .loop = loop,
                           .conf = conf,
                           .ops = *ops,
                           .user = user,
                           .fd = -1,
                           .searching = !conf->site[0],
                           .staff = conf->screen.workshop,
                           .announce = announce };
    text_copy(feed->site, sizeof feed->site, conf->site);
    find_id(feed);
    feed->tick = loop_add_timer(loop, on_tick, feed);
    feed->search = loop_add_timer(loop, on_found, feed);
    if (!conf_password(conf, feed->password, sizeof feed->password, why)) {
        snprintf(fault, fault_size, "%s", why);
        feed_destroy(feed);
        return NULL;
    }
    if (!feed->tick || !feed->search || !loop_before_sleep(loop, HOOK_RANK, on_round_end, feed) ||
        !connect_bus(feed, fault, fault_size)) {
        feed_destroy(feed);
        return NULL;
    }
    return feed;
}

void feed_destroy(struct feed *feed)
{
    if (!feed)
        return;
    close_bus(feed);
    loop_remove_timer(feed->tick);
    loop_remove_timer(feed->search);
    free(feed);
}

void feed_goodbye(struct feed *feed, int64_t ms)
{
    struct boot end = boot_plus(clock_boot(), ms);
    if (!feed->bus || !bus_up(feed->bus))
        return;
    if (feed->announce && !feed->searching)
        say_status(feed, "offline");
    while (bus_up(feed->bus) && bus_unconfirmed(feed->bus) > 0 && boot_minus(end, clock_boot()) > 0)
        loop_once(feed->loop, (int)boot_minus(end, clock_boot()));
    bus_stop(feed->bus);
    bus_write(feed->bus);
}
