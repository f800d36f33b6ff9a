/*
 * pitboard-bay: the buttons and lamps of one or more bays (the configuration's `boxes`). The loop brings
 * presses and messages; at the end of each round every bay sends what is due and shows its lamp, then the
 * connections are written.
 */
#include "app/post.h"
#include "base/exits.h"
#include "base/text.h"
#include "sys/clock.h"
#include "sys/notify.h"

#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LOG_TAG "bay"
#include "base/log.h"

#define HOOK_RANK    10 /* before the connections are written */
#define SETTINGS_MAX 64
#define GOODBYE_MS   500

struct bayd {
    struct conf conf;
    const char *only; /* --bay; NULL: all boxes */
    struct loop *loop;
    struct loop_timer *timer;
    struct post *posts[CONF_BOXES_MAX];
    int n;
    struct boot next_watchdog, goodbye;
    int64_t watchdog_ms;
    bool stopping;
    int told_waiting, told_up;
};

/* Rounds. */

static void tell(struct bayd *d)
{
    char text[96];
    int waiting = 0, up = 0;
    for (int i = 0; i < d->n; i++) {
        waiting += post_waiting(d->posts[i]);
        up += post_up(d->posts[i]);
    }
    if (waiting == d->told_waiting && up == d->told_up)
        return;
    d->told_waiting = waiting;
    d->told_up = up;
    snprintf(text, sizeof text, "STATUS=%d of %d bays connected, %d presses wait for the hub", up, d->n,
             waiting);
    notify_send(text);
}

static void round_end(void *user)
{
    struct bayd *d = user;
    struct boot next = boot_first(d->next_watchdog, d->goodbye);
    bool gone = true;
    for (int i = 0; i < d->n; i++) {
        next = boot_first(next, post_round(d->posts[i]));
        gone &= post_gone(d->posts[i]);
    }
    tell(d);
    if (d->stopping && gone)
        next = clock_boot();
    loop_arm(d->timer, next);
}

static void tick(void *user)
{
    struct bayd *d = user;
    struct boot now = clock_boot();
    bool gone = d->stopping;
    for (int i = 0; i < d->n; i++)
        gone &= post_gone(d->posts[i]);
    if (gone || now.ms >= d->goodbye.ms)
        loop_quit(d->loop, EXITS_DONE);
    if (now.ms < d->next_watchdog.ms)
        return;
    notify_send("WATCHDOG=1");
    d->next_watchdog = boot_plus(now, d->watchdog_ms);
}

/* What waits stays in the outboxes. */
static void on_signal(void *user, int signal)
{
    struct bayd *d = user;
    (void)signal;
    if (d->stopping)
        return;
    d->stopping = true;
    notify_send("STOPPING=1");
    for (int i = 0; i < d->n; i++)
        post_stop(d->posts[i]);
    d->goodbye = boot_plus(clock_boot(), GOODBYE_MS);
}

/* Start and stop. */

static bool open_loop(struct bayd *d)
{
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    return (d->loop = loop_create()) && (d->timer = loop_add_timer(d->loop, tick, d)) &&
           loop_signals(d->loop, &signals, on_signal, d) &&
           loop_before_sleep(d->loop, HOOK_RANK, round_end, d);
}

static bool open_posts(struct bayd *d, char fault[CONF_FAULT_SIZE], int *code)
{
    const struct conf *conf = &d->conf;
    for (int i = 0; i < conf->n_boxes; i++) {
        const struct conf_box *place = &conf->boxes[i];
        if (d->only && strcmp(d->only, place->bay) != 0)
            continue;
        if (!(d->posts[d->n] = post_create(d->loop, conf, place, fault, code)))
            return false;
        d->n++;
    }
    *code = EXITS_USAGE;
    if (d->n == 0 && d->only)
        snprintf(fault, CONF_FAULT_SIZE, "boxes: bay \"%s\" has no box; it needs a row of its own", d->only);
    else if (d->n == 0)
        snprintf(fault, CONF_FAULT_SIZE,
                 "boxes: there is none; each bay with buttons needs a row, see "
                 "pitboard.cfg(5)");
    return d->n > 0;
}

static bool start(struct bayd *d, char fault[CONF_FAULT_SIZE], int *code)
{
    *code = EXITS_WORLD;
    snprintf(fault, CONF_FAULT_SIZE, "the system refuses an event loop");
    if (!open_loop(d) || !open_posts(d, fault, code))
        return false;
    d->watchdog_ms = notify_watchdog_ms();
    d->next_watchdog = d->watchdog_ms ? clock_boot() : BOOT_FAR;
    return true;
}

static int run(struct bayd *d)
{
    char fault[CONF_FAULT_SIZE];
    int code;
    if (!start(d, fault, &code)) {
        fprintf(stderr, "pitboard-bay: %s\n", fault);
    } else {
        notify_send("READY=1");
        log_note("site %s, %d %s", d->conf.site, d->n, d->n == 1 ? "bay" : "bays");
        loop_arm(d->timer, clock_boot());
        code = loop_run(d->loop);
    }
    for (int i = 0; i < d->n; i++)
        post_destroy(d->posts[i]);
    loop_remove_timer(d->timer);
    loop_destroy(d->loop);
    return code;
}

static void usage(FILE *to)
{
    fputs("Usage: pitboard-bay [-c FILE] [-o KEY=VALUE]... [--bay BAY]\n"
          "The buttons, scanners and lamps of the bays: keeps each press on disk, sends it to the hub, shows "
          "what became of it.\n\n"
          "  -c FILE        configuration (default " CONF_DEFAULT_PATH "); its `boxes` say what is where\n"
          "  -o KEY=VALUE   set one key after the file, e.g. -o broker.port=18830; may be repeated\n"
          "  --bay BAY      only the box of this bay\n"
          "  -v             say more in the log\n"
          "  --help, --version\n\n"
          "Exit codes: 0 ended on request, 2 wrong use or configuration, 3 the disk or a lock failed.\n"
          "See pitboard-bay(8) and pitboard.cfg(5).\n",
          to);
}

static int parse(int argc, char **argv, struct bayd *d, const char **file, const char **settings, int *n)
{
    static const struct option longs[] = {
        { "bay", 1, 0, 'b' }, { "help", 0, 0, 'h' }, { "version", 0, 0, 'V' }, { 0 }
    };
    int c;
    while ((c = getopt_long(argc, argv, "c:o:v", longs, NULL)) != -1) {
        if (c == 'c')
            *file = optarg;
        else if (c == 'o' && *n < SETTINGS_MAX)
            settings[(*n)++] = optarg;
        else if (c == 'b')
            d->only = optarg;
        else if (c == 'v')
            log_set_level(LOG_DEBUG_LEVEL);
        else if (c == 'h')
            return usage(stdout), EXITS_DONE;
        else if (c == 'V')
            return puts("pitboard-bay " PITBOARD_VERSION), EXITS_DONE;
        else
            return usage(stderr), EXITS_USAGE;
    }
    if (optind < argc)
        return usage(stderr), EXITS_USAGE;
    return -1;
}

int main(int argc, char **argv)
{
    const char *file = NULL, *settings[SETTINGS_MAX];
    char fault[CONF_FAULT_SIZE];
    struct bayd *d = calloc(1, sizeof *d);
    int n = 0;
    if (!d)
        return EXITS_WORLD;
    d->goodbye = BOOT_FAR;
    int code = parse(argc, argv, d, &file, settings, &n);
    if (code >= 0) {
        free(d);
        return code;
    }
    code = EXITS_USAGE;
    if (!conf_load(&d->conf, file, settings, n, fault)) {
        fprintf(stderr, "%s\n", fault);
    } else if (!d->conf.site[0]) {
        fprintf(stderr, "%s: site: is not set; give this workshop a short name, e.g. site = \"minsk-1\";\n",
                file ? file : CONF_DEFAULT_PATH);
    } else {
        clock_set_zone(d->conf.plan.zone);
        code = run(d);
    }
    conf_clear(&d->conf);
    free(d);
    return code;
}
