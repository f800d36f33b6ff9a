/*
 * pitboard-bay: the buttons and lamps of one or more bays (the configuration's `boxes`). The loop brings
 * presses and messages; at the end of each round every bay sends what is due and shows its lamp, then the
 * connections are written.
 */
#include "app/opts.h"
#include "app/post.h"
#include "base/exits.h"
#include "base/text.h"
#include "sys/clock.h"
#include "sys/notify.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LOG_TAG "bay"
#include "base/log.h"

#define HOOK_RANK  10 /* before the connections are written */
#define GOODBYE_MS 500

struct bayd {
    struct conf *conf;
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
    return (d->loop = loop_create()) && (d->timer = loop_add_timer(d->loop, tick, d)) &&
           loop_signals(d->loop, loop_ends, on_signal, d) &&
           loop_before_sleep(d->loop, HOOK_RANK, round_end, d);
}

static bool open_posts(struct bayd *d, char fault[CONF_FAULT_SIZE], int *code)
{
    const struct conf *conf = d->conf;
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
        log_note("site %s, %d %s", d->conf->site, d->n, d->n == 1 ? "bay" : "bays");
        loop_arm(d->timer, clock_boot());
        code = loop_run(d->loop);
    }
    for (int i = 0; i < d->n; i++)
        post_destroy(d->posts[i]);
    loop_remove_timer(d->timer);
    loop_destroy(d->loop);
    return code;
}

enum { KEY_BAY = 256 };

static const struct opts_row rows[] = { { "bay", KEY_BAY, "BAY", "only the box of this bay" }, { 0 } };

static const struct opts_spec spec = {
    .name = "bay",
    .daemon = true,
    .usage = "",
    .about =
        "The buttons, scanners and lamps of the bays (the configuration's `boxes`): keeps each press on\n"
        "disk, sends it to the hub, shows what became of it.\n",
    .codes = "Exit codes: 0 ended on request, 2 wrong use or configuration, 3 the disk or a lock failed.\n"
             "See pitboard-bay(8) and pitboard.cfg(5).\n",
    .rows = rows,
};

int main(int argc, char **argv)
{
    const char *only = NULL;
    struct opts opts = opts_begin(&spec);
    int key;
    while ((key = opts_next(&opts, argc, argv)) != OPTS_END) {
        if (key == OPTS_STOP)
            return opts.code;
        only = opts.value;
    }
    if (opts.n_operands)
        return opts_fail(&opts, EXITS_USAGE, "\"%s\" is not expected here", opts.operands[0]);
    struct bayd *d = calloc(1, sizeof *d);
    if (!d)
        return EXITS_WORLD;
    d->goodbye = BOOT_FAR;
    d->only = only;
    d->conf = opts_conf(&opts, true);
    int code = d->conf ? run(d) : EXITS_USAGE;
    conf_clear(d->conf);
    free(d->conf);
    free(d);
    return code;
}
