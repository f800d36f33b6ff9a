/* pitboard simulate: a believable workshop, published as its desk and bays would, or put into a new database.
 */
#include "app/cmd.h"
#include "app/course.h"
#include "app/feed.h"
#include "app/into.h"
#include "app/opts.h"
#include "app/presence.h"
#include "base/exits.h"
#include "base/stamp.h"
#include "core/sim.h"
#include "sys/clock.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { KEY_SEED = 256, KEY_DAYS, KEY_SPEED, KEY_INTO, KEY_START, KEY_WARM, KEY_EPOCH, KEY_BAYS };

#define HOUR_MS     INT64_C(3600000)
#define DAY_MS      (24 * HOUR_MS)
#define PATIENCE_MS 30000
#define INTO_DAYS   30

static const struct opts_row rows[] = {
    { "seed", KEY_SEED, "N", "another number, another history (default 1)" },
    { "days", KEY_DAYS, "N", "days in the workshop (default: no end; with --into 30)" },
    { "speed", KEY_SPEED, "N", "times as fast as life, nights left out (default 1)" },
    { "warm", KEY_WARM, NULL, "begin with the day so far, so that the house is full at once" },
    { "epoch", KEY_EPOCH, "TIME",
      "count from this moment instead of now: the same seed and epoch give the\n"
      "                     same events, so a run that was cut short goes on" },
    { "bays", KEY_BAYS, NULL,
      "say of every bay that it is on line, as its box would; the broker must let\n"
      "                     this account write bay/+/status, which is right for a demo only" },
    { "into", KEY_INTO, "DB", "straight into a new database, without a broker, as fast as it goes" },
    { "start", KEY_START, "DATE", "with --into: the first day (default: so that the last one is yesterday)" },
    { 0 },
};

static const struct opts_spec spec = {
    .name = "simulate",
    .usage = "",
    .about = "Makes up a workshop: customers, bays, holds, rework, promises, handovers, and a few mistakes "
             "that the\n"
             "hub refuses. It needs the usual stages, routes and bays, the desk \"front\" (or the first "
             "configured).\n",
    .codes = "Exit codes: 0 done or ended on request, 2 wrong use, 3 no answer, or the database failed.\n",
    .rows = rows,
};

struct simulate {
    struct opts opts;
    int64_t seed, days;
    double speed;
    const char *into, *start, *epoch;
    bool warm, bays;
    struct conf *conf;
    struct course course;
    struct boot boot_zero; /* of course.real_zero */
    struct sim *sim;
    struct sim_event event;
    struct tape_keys keys;
    struct loop *loop;
    struct feed *feed;
    struct presence *presence;
};

/* Six letters that differ for each seed and beginning: ids of two runs never meet, those of the same run do.
 */
static void make_run(const struct simulate *s, struct wall zero, char out[8])
{
    static const char letters[] = "0123456789abcdefghijklmnopqrstuvwxyz";
    uint64_t hash = hash_bytes(HASH_START, &s->seed, sizeof s->seed);
    hash = hash_bytes(hash, &zero.ms, sizeof zero.ms);
    for (int i = 0; i < 6; i++, hash /= 36)
        out[i] = letters[hash % 36];
    out[6] = '\0';
}

static int make_sim(struct simulate *s, struct wall zero, struct sim_options *o)
{
    char run[8], missing[80];
    if (!sim_fits(&s->conf->plan, missing, sizeof missing))
        return opts_fail(&s->opts, EXITS_USAGE,
                         "the simulated workshop needs the usual plan; this one lacks %s", missing);
    make_run(s, zero, run);
    o->seed = (uint64_t)s->seed;
    o->run = run;
    o->desk = s->conf->desk.n ? s->conf->desk.id[0] : "front";
    o->rate = s->conf->rate.n ? s->conf->rate.id[0] : NULL;
    s->sim = sim_create(o);
    return s->sim ? EXITS_DONE : opts_fail(&s->opts, EXITS_WORLD, "out of memory");
}

/* ---- over MQTT ---- */

static enum feed_more next(void *user, struct feed_event *event)
{
    struct simulate *s = user;
    struct sim_event *e = &s->event;
    if (!sim_next(s->sim, e))
        return FEED_END;
    memcpy(s->keys.id, e->id, sizeof s->keys.id);
    memcpy(s->keys.job, e->job, sizeof s->keys.job);
    memcpy(s->keys.bay, e->bay, sizeof s->keys.bay);
    struct boot due = boot_plus(s->boot_zero, wall_minus(e->at, s->course.real_zero));
    *event = (struct feed_event){ due, e->role, e->source, &s->keys, e->payload, e->len };
    return FEED_EVENT;
}

static void silent(void *user, const char *why)
{
    struct simulate *s = user;
    opts_fail(&s->opts, EXITS_WORLD, "%s", why);
    if (feed_counts(s->feed)->receipts == 0)
        loop_quit(s->loop, EXITS_WORLD);
}

static void over(void *user, bool broken)
{
    struct simulate *s = user;
    (void)broken;
    loop_quit(s->loop, EXITS_DONE);
}

static void refused(void *user, const char *why)
{
    struct simulate *s = user;
    opts_fail(&s->opts, EXITS_WORLD, "%s", why); /* said; the cars come all the same */
}

static void stop(void *user, int signal)
{
    struct simulate *s = user;
    (void)signal;
    loop_quit(s->loop, EXITS_DONE);
}

/* Where the simulated day stands at real time `zero`. A warm one is in the middle of a working day, at the
 * true time of day if that is one. */
static void lay_course(struct simulate *s, struct wall zero)
{
    struct clock_parts now = clock_local(zero);
    struct wall midnight = clock_midnight(zero);
    int minute = now.hour * 60 + now.minute;
    int64_t in_day = wall_minus(zero, midnight);
    if (!s->warm)
        in_day = 8 * HOUR_MS;
    else if (minute < 9 * 60 + 45 || minute >= 17 * 60)
        in_day = 11 * HOUR_MS;
    s->course = (struct course){ midnight, wall_plus(midnight, in_day), zero, s->speed };
    s->boot_zero = boot_plus(clock_boot(), wall_minus(zero, clock_wall()));
}

static int set_up(struct simulate *s, struct wall zero)
{
    lay_course(s, zero);
    int before = s->warm ? 1 : 0; /* the day before fills the house */
    struct sim_options o = { .midnight = wall_plus(s->course.midnight, -before * DAY_MS),
                             .weekday = s->warm ? 1 : clock_local(zero).weekday,
                             .days = s->days ? (int)s->days + before : 0,
                             .map = course_map,
                             .map_user = &s->course };
    return make_sim(s, zero, &o);
}

static int talk(struct simulate *s)
{
    static const struct feed_ops ops = { next, silent, over };
    static const struct presence_ops announce = { refused };
    struct client_options o = { .conf = s->conf, .name = "simulate", .patience_ms = PATIENCE_MS };
    char fault[CONF_FAULT_SIZE] = "the system refuses an event loop";
    s->loop = loop_create();
    if (!s->loop || !loop_signals(s->loop, loop_ends, stop, s) ||
        !(s->feed = feed_create(s->loop, &o, &ops, s, fault, sizeof fault)) ||
        (s->bays && !(s->presence = presence_create(s->loop, s->conf, &announce, s, fault, sizeof fault))))
        return opts_fail(&s->opts, EXITS_WORLD, "%s", fault);
    feed_go(s->feed);
    int code = loop_run(s->loop);
    feed_print(feed_counts(s->feed), stdout);
    return code;
}

static int publish(struct simulate *s)
{
    struct wall zero = clock_wall();
    if (s->epoch && !stamp_parse(s->epoch, strlen(s->epoch), &zero))
        return opts_fail(&s->opts, EXITS_USAGE, "--epoch %s: a time like 2026-03-01T09:20:00+03:00 is right",
                         s->epoch);
    int code = set_up(s, zero);
    if (code == EXITS_DONE)
        code = talk(s);
    presence_destroy(s->presence);
    feed_destroy(s->feed);
    loop_destroy(s->loop);
    return code;
}

/* ---- into a database ---- */

static bool first_day(const struct simulate *s, int64_t days, struct wall *midnight)
{
    struct wall noon;
    char stamp[40];
    if (!s->start) {
        *midnight = clock_midnight(wall_plus(clock_midnight(clock_wall()), -days * DAY_MS + HOUR_MS * 12));
        return true;
    }
    snprintf(stamp, sizeof stamp, "%.16sT12:00:00Z", s->start);
    if (!stamp_parse(stamp, strlen(stamp), &noon))
        return false;
    *midnight = clock_from_local(atoi(s->start), atoi(s->start + 5), atoi(s->start + 8), 0, 0, 0);
    return true;
}

static int fill(struct simulate *s)
{
    int64_t days = s->days ? s->days : INTO_DAYS;
    struct wall midnight;
    char fault[CONF_FAULT_SIZE];
    if (access(s->into, F_OK) == 0)
        return opts_fail(&s->opts, EXITS_USAGE, "%s is there already; a new file is right", s->into);
    if (!text_copy(s->conf->store.path, sizeof s->conf->store.path, s->into))
        return opts_fail(&s->opts, EXITS_USAGE, "--into: the name is too long");
    if (!first_day(s, days, &midnight))
        return opts_fail(&s->opts, EXITS_USAGE, "--start %s: a date like 2026-03-02 is right", s->start);
    struct sim_options o = { .midnight = midnight,
                             .weekday = clock_local(midnight).weekday,
                             .days = (int)days };
    int code = make_sim(s, midnight, &o);
    if (code != EXITS_DONE)
        return code;
    struct feed_counts counts = { .receipts = 0 };
    code = into_database(s->conf, s->sim, &counts, fault, sizeof fault);
    if (code != EXITS_DONE)
        return opts_fail(&s->opts, code, "%s", fault);
    feed_print(&counts, stdout);
    return EXITS_DONE;
}

/* ---- command line ---- */

static bool take(struct simulate *s, int key)
{
    const char *value = s->opts.value;
    if (key == KEY_SEED)
        return opts_number(&s->opts, "seed", 0, INT64_MAX, &s->seed);
    if (key == KEY_DAYS)
        return opts_number(&s->opts, "days", 1, 3650, &s->days);
    if (key == KEY_SPEED)
        return opts_decimal(&s->opts, "speed", 0.01, 100000, &s->speed);
    if (key == KEY_INTO)
        s->into = value;
    else if (key == KEY_START)
        s->start = value;
    else if (key == KEY_EPOCH)
        s->epoch = value;
    else if (key == KEY_BAYS)
        s->bays = true;
    else
        s->warm = true;
    return true;
}

static int parse(struct simulate *s, int argc, char **argv)
{
    int key;
    while ((key = opts_next(&s->opts, argc, argv)) > 0)
        if (!take(s, key))
            return EXITS_USAGE;
    if (key == OPTS_STOP)
        return s->opts.code;
    if (s->opts.n_operands)
        return opts_fail(&s->opts, EXITS_USAGE, "\"%s\" is too much; see --help", s->opts.operands[0]);
    if (s->into && (s->warm || s->epoch || s->bays))
        return opts_fail(&s->opts, EXITS_USAGE, "--warm, --epoch and --bays do not go with --into");
    return -1;
}

int cmd_simulate(int argc, char **argv)
{
    struct simulate *s = calloc(1, sizeof *s);
    if (!s)
        return EXITS_WORLD;
    s->opts = opts_begin(&spec);
    s->seed = 1;
    s->speed = 1;
    int code = parse(s, argc, argv);
    if (code < 0) {
        s->conf = opts_conf(&s->opts, !s->into);
        if (!s->conf)
            code = EXITS_USAGE;
        else
            code = s->into ? fill(s) : publish(s);
    }
    sim_destroy(s->sim);
    conf_clear(s->conf);
    free(s->conf);
    free(s);
    return code;
}
