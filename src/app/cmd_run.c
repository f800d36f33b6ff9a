/*
 * pitboard run: broker, hub, screen and a simulated workshop on this machine, from one command.
 *
 *   port → broker ──listens──► hub ──says online──► screen, workshop ──► watched until Ctrl-C
 *
 * What dies is started again, except a broker or hub that dies at once, or a program that says its
 * configuration is wrong: that ends the run. At the end: workshop, screen, hub, broker, in this order.
 */
#include "app/child.h"
#include "app/cmd.h"
#include "app/nest.h"
#include "app/opts.h"
#include "app/place.h"
#include "app/pump.h"
#include "base/exits.h"
#include "base/stamp.h"
#include "base/text.h"
#include "sys/clock.h"
#include "wire/topic.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { KEY_NO_SIM = 256, KEY_SPEED, KEY_DB, KEY_SEED };
enum { WORKSHOP, SCREEN, HUB, BROKER, CHILDREN }; /* in the order they are ended */

#define DEMO_PORT    18830
#define DEMO_SPEED   "30"
#define DEMO_SEED    "2"
#define POLL_MS      20
#define START_MS     15000 /* for broker and hub to come up */
#define AT_ONCE_MS   3000  /* who lives shorter has a reason that will not go away */
#define AGAIN_MS     300
#define AGAIN_BAD_MS 2000
#define GRACE_MS     3000
#define PORT_TRIES   5

static const struct opts_row rows[] = {
    { "no-sim", KEY_NO_SIM, NULL, "no simulated workshop, and a database that is kept: for real work" },
    { "speed", KEY_SPEED, "N", "simulated workshop: times as fast as life (default " DEMO_SPEED ")" },
    { "seed", KEY_SEED, "N", "simulated workshop: another number, another day (default " DEMO_SEED ")" },
    { "db", KEY_DB, "FILE",
      "database (default: a temporary one; with --no-sim one that is kept under\n"
      "                     $XDG_STATE_HOME/pitboard or ~/.local/state/pitboard)" },
    { 0 },
};

static const struct opts_spec spec = {
    .name = "run",
    .usage = "",
    .about =
        "Starts a private broker, the hub, the screen and a simulated workshop, and says what runs where.\n"
        "Without a display it keeps a picture of the screen up to date instead. Ctrl-C ends all of it.\n"
        "\n"
        "With --no-sim it is a whole installation on one machine. Its broker listens on this machine only. "
        "For\n"
        "buttons and screens on the network set up a broker with accounts (see config/mosquitto), and name "
        "it\n"
        "in the configuration: broker = { host = \"192.168.1.10\"; }; then run starts none of its own.\n",
    .codes = "Exit codes: 0 ended on request, 2 wrong use or configuration, 3 broker or hub do not start.\n",
    .rows = rows,
};

struct run {
    struct opts opts;
    bool no_sim, own_broker, up;
    const char *speed, *seed, *db;
    struct conf *conf;
    char folder[NEST_PATH], conf_path[NEST_PATH + 32], database[CONF_PATH], picture[NEST_PATH + 32];
    bool temporary;
    enum place place;
    int port, tries;
    struct child children[CHILDREN];
    struct loop *loop;
    struct loop_timer *timer;
    struct bus *bus; /* waits for the hub */
    struct pump *pump;
    struct boot limit; /* for what is waited for now */
    bool failing;      /* the loop is about to end */
};

static void again_later(struct run *r, struct child *child, int64_t in_ms);

/* ---- how it can fail ---- */

static void give_up(struct run *r, int code, const char *what)
{
    if (!r->failing)
        opts_fail(&r->opts, code, "%s", what);
    r->failing = true;
    loop_quit(r->loop, code);
}

static void blame(struct run *r, const struct child *child, int code, const char *what)
{
    char tail[600], text[900];
    child_tail(child, tail, sizeof tail);
    snprintf(text, sizeof text, "the %s %s%s%s", child->title, what, tail[0] ? ":" : "", tail);
    give_up(r, code, text);
}

static bool start(struct run *r, struct child *child)
{
    char what[200];
    if (child_start(child, clock_boot()))
        return true;
    snprintf(what, sizeof what, "cannot be started (%.60s: %.60s)", child->args[0], strerror(errno));
    blame(r, child, EXITS_WORLD, what);
    return false;
}

/* ---- children and their arguments ---- */

/* What every program of ours gets: the configuration, the user's settings, and ours over them. */
static void common_args(struct run *r, struct child *child)
{
    char port[32];
    if (r->conf_path[0]) {
        child_arg(child, "-c");
        child_arg(child, "%s", r->conf_path);
    }
    for (int i = 0; i < r->opts.n_settings; i++) {
        child_arg(child, "-o");
        child_arg(child, "%s", r->opts.settings[i]);
    }
    child_setting(child, "site", r->conf->site);
    child_setting(child, "store.path", r->database);
    if (!r->own_broker)
        return;
    snprintf(port, sizeof port, "broker.port=%d", r->port);
    child_setting(child, "broker.host", "127.0.0.1");
    child_arg(child, "-o");
    child_arg(child, "%s", port);
}

static void make_screen(struct run *r)
{
    struct child *screen = &r->children[SCREEN];
    child_init(screen, "screen", "pitboard-screen", r->folder);
    common_args(r, screen);
    if (r->place == PLACE_PICTURE) {
        child_arg(screen, "--keep");
        child_arg(screen, "%s", r->picture);
    } else if (r->place == PLACE_WINDOW && !r->no_sim) { /* to look at, not to fill the monitor */
        child_arg(screen, "--size");
        child_arg(screen, "1280x720");
    }
}

/* The epoch makes a workshop that had to be started again go on where it was. */
static void make_workshop(struct run *r)
{
    struct child *workshop = &r->children[WORKSHOP];
    char epoch[STAMP_SIZE];
    stamp_format(clock_wall(), epoch);
    child_init(workshop, "workshop", "pitboard", r->folder);
    child_arg(workshop, "simulate");
    child_arg(workshop, "--warm");
    child_arg(workshop, "--bays"); /* its broker is ours: no real box is silent behind that */
    child_arg(workshop, "--speed=%s", r->speed);
    child_arg(workshop, "--seed=%s", r->seed);
    child_arg(workshop, "--epoch=%s", epoch);
    common_args(r, workshop);
}

/* ---- the lines ---- */

static void say_broker(const struct run *r)
{
    if (r->own_broker)
        printf("Broker    127.0.0.1:%d, for this machine only\n", r->port);
    else
        printf("Broker    %s:%d, as configured\n", r->conf->broker.host, r->conf->broker.port);
}

static void say_screen(const struct run *r)
{
    static const char *const where[] = { "in a window", "on this console's monitor" };
    if (r->place == PLACE_PICTURE)
        printf("Screen    no display here: the picture %s is kept up to date\n", r->picture);
    else
        printf("Screen    %s\n", where[r->place]);
}

static void say_workshop(const struct run *r)
{
    if (!r->no_sim)
        printf("Workshop  simulated, %s times as fast as life; --no-sim for a real one\n", r->speed);
    else if (r->own_broker)
        printf("Workshop  yours; for instance: pitboard send -o broker.port=%d -o 'site=\"%s\"' "
               "'{\"type\":\"open\",\"job\":\"1\",\"plate\":\"1205 AB-7\"}'\n",
               r->port, r->conf->site);
    else
        printf("Workshop  yours\n");
}

static void say_all(const struct run *r)
{
    say_broker(r);
    printf("Hub       site \"%s\", database %s%s\n", r->conf->site, r->database,
           r->temporary && !r->db ? " (gone at the end; --db FILE keeps one)" : "");
    say_screen(r);
    say_workshop(r);
    printf("Ctrl-C ends all of it. Logs: %s/*.log\n", r->folder);
    fflush(stdout);
}

/* ---- coming up ---- */

static void wait_for(struct run *r)
{
    r->limit = boot_plus(clock_boot(), START_MS);
    loop_arm(r->timer, boot_plus(clock_boot(), POLL_MS));
}

static void hub_is_up(struct run *r)
{
    r->up = true;
    bus_stop(r->bus);
    pump_look(r->pump);
    make_screen(r);
    if (!start(r, &r->children[SCREEN]))
        return;
    if (!r->no_sim) {
        make_workshop(r);
        if (!start(r, &r->children[WORKSHOP]))
            return;
    }
    say_all(r);
}

static void on_message(void *user, const struct bus_message *m)
{
    static const char online[] = "\"online\"";
    struct run *r = user;
    if (!r->up && memmem(m->payload, m->len, online, sizeof online - 1))
        hub_is_up(r);
}

static void on_up(void *user, bool session_present)
{
    (void)user;
    (void)session_present;
}

static void on_down(void *user, const char *why)
{
    (void)user;
    (void)why; /* the bus keeps trying, and the time limit speaks */
}

static void on_changed(void *user)
{
    pump_look(((struct run *)user)->pump);
}

static bool listen_for_hub(struct run *r)
{
    static const struct bus_ops ops = {
        .up = on_up, .down = on_down, .message = on_message, .changed = on_changed
    };
    char id[96], topic[TOPIC_SIZE], password[CONF_TEXT], why[CONF_FAULT_SIZE];
    const struct conf *c = r->conf;
    snprintf(id, sizeof id, "%s-run-%d", c->site, (int)getpid());
    if (!conf_password(c, password, sizeof password, why)) {
        give_up(r, EXITS_USAGE, why);
        return false;
    }
    bool own = r->own_broker;
    struct bus_options o = { .host = own ? "127.0.0.1" : c->broker.host,
                             .port = own ? r->port : c->broker.port,
                             .client_id = id,
                             .username = !own && c->broker.username[0] ? c->broker.username : NULL,
                             .password = !own && password[0] ? password : NULL,
                             .ca = !own && c->broker.ca[0] ? c->broker.ca : NULL,
                             .cert = !own && c->broker.cert[0] ? c->broker.cert : NULL,
                             .key = !own && c->broker.key[0] ? c->broker.key : NULL };
    topic_build(topic, c->site, "hub/status");
    r->bus = bus_create(&o, &ops, r, why, sizeof why);
    if (!r->bus || !bus_subscribe(r->bus, topic, 1, true) || !(r->pump = pump_create(r->loop, r->bus))) {
        give_up(r, EXITS_WORLD, r->bus ? "out of memory" : why);
        return false;
    }
    bus_start(r->bus, clock_boot());
    pump_look(r->pump);
    return true;
}

static void broker_is_up(struct run *r)
{
    struct child *hub = &r->children[HUB];
    child_init(hub, "hub", "pitboard-hub", r->folder);
    common_args(r, hub);
    if (start(r, hub) && listen_for_hub(r))
        wait_for(r);
}

static void start_broker(struct run *r)
{
    char path[NEST_PATH + 32], what[NEST_PATH + 100];
    struct child *broker = &r->children[BROKER];
    r->port = nest_free_port(r->port);
    if (!r->port) {
        give_up(r, EXITS_WORLD, "no free port for the broker; name another with -o broker.port=N");
        return;
    }
    if (!nest_write_broker(r->folder, r->port, r->no_sim, path, sizeof path)) {
        snprintf(what, sizeof what, "%s: %s", r->folder, strerror(errno));
        give_up(r, EXITS_WORLD, what);
        return;
    }
    child_free(broker);
    child_init(broker, "broker", "mosquitto", r->folder);
    child_arg(broker, "-c");
    child_arg(broker, "%s", path);
    if (start(r, broker))
        wait_for(r);
}

/* ---- watching ---- */

static void coming_up(struct run *r, struct boot now)
{
    struct child *hub = &r->children[HUB], *broker = &r->children[BROKER];
    if (boot_minus(r->limit, now) <= 0)
        blame(r, hub->pid ? hub : broker, EXITS_WORLD, "did not come up in time");
    else if (r->own_broker && !r->bus && broker->pid && nest_listens(broker->pid, r->port))
        broker_is_up(r);
    loop_arm(r->timer, boot_plus(now, POLL_MS));
}

static void on_timer(void *user)
{
    struct run *r = user;
    struct boot now = clock_boot();
    if (r->failing) /* in the same round as the end of a child */
        return;
    if (!r->up) {
        coming_up(r, now);
        return;
    }
    struct boot next = BOOT_FAR;
    for (int i = 0; i < CHILDREN; i++) {
        struct child *child = &r->children[i];
        if (boot_minus(child->again_at, now) <= 0 && !child_start(child, now))
            again_later(r, child, AGAIN_BAD_MS);
        next = boot_first(next, child->again_at);
    }
    loop_arm(r->timer, next);
}

static void again_later(struct run *r, struct child *child, int64_t in_ms)
{
    child->again_at = boot_plus(clock_boot(), in_ms);
    loop_arm(r->timer, boot_first(loop_armed(r->timer), child->again_at));
}

static void ended(struct run *r, int which, int status)
{
    struct child *child = &r->children[which];
    bool at_once = boot_minus(clock_boot(), child->started) < AT_ONCE_MS,
         vital = which == HUB || which == BROKER;
    char way[40], what[80];
    child_way(status, way, sizeof way);
    snprintf(what, sizeof what, "ended %s", way);
    if (which == BROKER && !r->bus && ++r->tries < PORT_TRIES) {
        r->port++; /* somebody took it between the look and the start */
        start_broker(r);
    } else if (which == SCREEN && !r->no_sim && WIFEXITED(status) && WEXITSTATUS(status) == EXITS_DONE) {
        loop_quit(r->loop, EXITS_DONE); /* somebody closed the window of the demo */
    } else if (WIFEXITED(status) && WEXITSTATUS(status) == EXITS_USAGE) {
        blame(r, child, EXITS_USAGE, what);
    } else if (vital && (at_once || !r->up)) {
        blame(r, child, EXITS_WORLD, what);
    } else {
        fprintf(stderr, "pitboard run: the %s %s; it is started again\n", child->title, what);
        again_later(r, child, at_once ? AGAIN_BAD_MS : AGAIN_MS);
    }
}

static void on_signal(void *user, int signal)
{
    struct run *r = user;
    int status;
    if (signal != SIGCHLD) {
        loop_quit(r->loop, EXITS_DONE);
        return;
    }
    for (int i = 0; i < CHILDREN && !r->failing; i++)
        if (child_ended(&r->children[i], &status))
            ended(r, i, status);
}

static void stop_all(struct run *r)
{
    for (int i = 0; i < CHILDREN; i++) {
        child_stop(&r->children[i], GRACE_MS);
        child_free(&r->children[i]);
    }
}

static int watch(struct run *r)
{
    static const int signals[] = { SIGINT, SIGTERM, SIGHUP, SIGCHLD, 0 };
    r->loop = loop_create();
    r->timer = r->loop ? loop_add_timer(r->loop, on_timer, r) : NULL;
    int code = EXITS_WORLD;
    if (!r->timer || !loop_signals(r->loop, signals, on_signal, r)) {
        opts_fail(&r->opts, code, "the system refuses an event loop");
    } else {
        if (r->own_broker)
            start_broker(r);
        else
            broker_is_up(r);
        code = loop_run(r->loop);
    }
    stop_all(r);
    pump_destroy(r->pump);
    r->pump = NULL;
    bus_destroy(r->bus);
    loop_remove_timer(r->timer);
    loop_destroy(r->loop);
    return code;
}

/* ---- before anything runs ---- */

static bool make_folder(struct run *r)
{
    r->temporary = !r->no_sim;
    bool made =
        r->temporary ? nest_temporary(r->folder, sizeof r->folder) : nest_kept(r->folder, sizeof r->folder);
    if (made)
        snprintf(r->picture, sizeof r->picture, "%s/screen.png", r->folder);
    else
        opts_fail(&r->opts, EXITS_WORLD, "no folder for its files (%s): %s", r->folder, strerror(errno));
    return made;
}

/* The demo does not depend on the machine's configuration, unless one is named. */
static bool choose_conf(struct run *r)
{
    if (r->opts.path)
        snprintf(r->conf_path, sizeof r->conf_path, "%s", r->opts.path);
    else if (!r->no_sim && !nest_write_conf(r->folder, r->conf_path, sizeof r->conf_path)) {
        opts_fail(&r->opts, EXITS_WORLD, "%s: %s", r->folder, strerror(errno));
        return false;
    }
    if (r->conf_path[0])
        r->opts.path = r->conf_path;
    return true;
}

static bool choose_database_and_port(struct run *r)
{
    struct conf *usual = malloc(sizeof *usual);
    if (!usual)
        return false;
    conf_defaults(usual);
    bool configured = strcmp(usual->store.path, r->conf->store.path) != 0 && r->no_sim;
    bool usual_port = usual->broker.port == r->conf->broker.port;
    r->port =
        usual_port && !r->no_sim ? DEMO_PORT : r->conf->broker.port; /* the demo leaves the usual one alone */
    free(usual);
    int n = r->db        ? snprintf(r->database, sizeof r->database, "%s", r->db)
            : configured ? snprintf(r->database, sizeof r->database, "%s", r->conf->store.path)
                         : snprintf(r->database, sizeof r->database, "%s/pitboard.db", r->folder);
    if ((size_t)n < sizeof r->database)
        return true;
    opts_fail(&r->opts, EXITS_USAGE, "the name of the database is too long");
    return false;
}

static int prepare_and_watch(struct run *r)
{
    if (!choose_conf(r))
        return EXITS_WORLD;
    r->conf = opts_conf(&r->opts, false);
    if (!r->conf)
        return EXITS_USAGE;
    if (!r->conf->site[0])
        text_copy(r->conf->site, sizeof r->conf->site, "workshop");
    if (!choose_database_and_port(r))
        return EXITS_USAGE;
    r->own_broker = !r->no_sim || nest_is_loopback(r->conf->broker.host);
    r->place = place_find();
    return watch(r);
}

static int parse(struct run *r, int argc, char **argv)
{
    int key;
    double speed;
    int64_t seed;
    while ((key = opts_next(&r->opts, argc, argv)) > 0) {
        const char *value = r->opts.value;
        if (key == KEY_NO_SIM)
            r->no_sim = true;
        else if (key == KEY_DB)
            r->db = value;
        else if (key == KEY_SPEED && opts_decimal(&r->opts, "speed", 0.01, 100000, &speed))
            r->speed = value;
        else if (key == KEY_SEED && opts_number(&r->opts, "seed", 0, INT64_MAX, &seed))
            r->seed = value;
        else
            return EXITS_USAGE;
    }
    if (key == OPTS_STOP)
        return r->opts.code;
    if (r->opts.n_operands)
        return opts_fail(&r->opts, EXITS_USAGE, "\"%s\" is too much; see --help", r->opts.operands[0]);
    return -1;
}

int cmd_run(int argc, char **argv)
{
    struct run *r = calloc(1, sizeof *r);
    if (!r)
        return EXITS_WORLD;
    r->opts = opts_begin(&spec);
    r->speed = DEMO_SPEED;
    r->seed = DEMO_SEED;
    for (int i = 0; i < CHILDREN; i++)
        r->children[i].again_at = BOOT_FAR;
    int code = parse(r, argc, argv);
    if (code < 0) {
        code = make_folder(r) ? prepare_and_watch(r) : EXITS_WORLD;
        if (r->temporary && code == EXITS_DONE)
            nest_remove(r->folder);
        else if (r->temporary && r->folder[0])
            fprintf(stderr, "pitboard run: its files are left in %s\n", r->folder);
    }
    conf_clear(r->conf);
    free(r->conf);
    free(r);
    return code;
}
