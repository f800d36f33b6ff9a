/*
 * pitboard-screen: wires feed, picture and display into the loop. It draws when something changed or a
 * deadline passed, and sleeps otherwise.
 */
#include "base/exits.h"
#include "base/log.h"
#include "base/text.h"
#include "display/board_file.h"
#include "display/check.h"
#include "display/feed.h"
#include "display/logo.h"
#include "display/options.h"
#include "display/png.h"
#include "display/screen.h"
#include "display/show.h"
#include "display/voice.h"
#include "sys/clock.h"
#include "sys/notify.h"

#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LOG_TAG "screen"

#define RETRY_MS          2000  /* while there is no display */
#define RETRY_SOON_MS     250   /* the same, at first: its server is being started */
#define SOON_MS           10000 /* how long that is */
#define KEEP_MS           1000  /* between two writings of --keep */
#define SNAPSHOT_MS       15000 /* how long a snapshot waits for a beat */
#define GOODBYE_MS        500
#define KEPT_BYTES        (4 << 20) /* free memory that is kept */
#define LOGO_RATIO        1.5       /* contrast to the background below which a mark is hardly seen */
#define DEFAULT_W         1920
#define DEFAULT_H         1080
#define CACHE_BYTES(w, h) ((size_t)(w) * (size_t)(h)*2)

struct app {
    struct options options;
    struct conf *conf;
    struct loop *loop;
    struct logo *logo;      /* NULL: none */
    struct words *words[2]; /* second NULL: one language */
    struct show *show;
    struct feed *feed;
    struct screen *screen; /* NULL: a file instead of a display */
    SDL_Surface *surface;  /* of the file */
    struct voice *voice;   /* NULL: nothing is to be heard */
    struct loop_timer *draw, *retry, *watchdog;
    struct loop_fd *events;
    bool dirty; /* to be drawn at the end of the round */
    bool told_no_display, told_too_small;
    struct boot missed;  /* since when there has been no display */
    int told_missing;    /* characters without a font, as far as the service's status says */
    struct boot written; /* when the file was written last */
    int64_t watchdog_ms;
};

static int complain(int code, const char *sentence)
{
    fprintf(stderr, "pitboard-screen: %s\n", sentence);
    return code;
}

/* ---- set-up ---- */

static bool load_conf(struct app *app)
{
    char fault[CONF_FAULT_SIZE];
    app->conf = calloc(1, sizeof *app->conf);
    if (app->conf &&
        conf_load(app->conf, app->options.config, app->options.settings, app->options.n_settings, fault)) {
        app->conf->screen.workshop =
            app->options.workshop || (app->conf->screen.workshop && !app->options.lounge);
        return true;
    }
    complain(EXITS_USAGE, app->conf ? fault : "memory is out");
    return false;
}

static bool make_theme(const struct conf *conf, bool light, struct theme *theme)
{
    char fault[THEME_FAULT_SIZE], sentence[THEME_FAULT_SIZE + 64];
    if (theme_make(theme, conf, light, fault))
        return true;
    snprintf(sentence, sizeof sentence, "screen.theme, mode %s: %s", light ? "light" : "dark", fault);
    complain(EXITS_USAGE, sentence);
    return false;
}

/* The directory of the running program, for the catalogues beside it. */
static bool own_dir(char *out, size_t size)
{
    ssize_t n = readlink("/proc/self/exe", out, size - 1);
    out[n > 0 ? n : 0] = '\0';
    char *slash = strrchr(out, '/');
    if (slash)
        *slash = '\0';
    return slash != NULL;
}

static bool open_words(struct app *app)
{
    char own[400] = "", beside[420], shared[420], fault[600], sentence[640];
    const char *dirs[] = { beside, shared };
    own_dir(own, sizeof own);
    snprintf(beside, sizeof beside, "%s/locale", own);
    snprintf(shared, sizeof shared, "%s/../share/locale", own);
    for (int i = 0; i < 2; i++) {
        const char *lang =
            app->options.languages[0][0] ? app->options.languages[i] : app->conf->screen.languages[i];
        if (!lang[0])
            continue;
        app->words[i] = words_open(lang, dirs, 2, fault, sizeof fault);
        if (app->words[i] && fault[0])
            log_warn("%s", fault);
        if (app->words[i])
            continue;
        snprintf(sentence, sizeof sentence, "screen.languages: %s", fault);
        complain(EXITS_USAGE, sentence);
        return false;
    }
    return true;
}

static bool make_setup(struct app *app, struct show_setup *setup)
{
    const struct conf *c = app->conf;
    *setup = (struct show_setup){ .distance_m = c->screen.distance_m,
                                  .rotate = c->screen.rotate,
                                  .fade_pages = c->screen.fade_pages,
                                  .motion = !app->options.snapshot && !app->options.keep,
                                  .call_delay_ms = (int64_t)c->screen.call_delay_s * 1000 };
    setup->night = (struct night_setup){ .from_min = c->screen.quiet_from_min,
                                         .to_min = c->screen.quiet_to_min,
                                         .ring = !app->options.snapshot };
    setup->model.workshop = c->screen.workshop;
    setup->model.ready_keep_ms = (int64_t)c->screen.ready_keep_min * 60000;
    text_copy(setup->model.name, sizeof setup->model.name, c->screen.theme.name);
    if (!open_words(app))
        return false;
    memcpy(setup->model.words, app->words, sizeof setup->model.words);
    setup->hours = strcmp(c->screen.theme.mode, "hours") == 0;
    return make_theme(c, strcmp(c->screen.theme.mode, "light") == 0, &setup->theme) &&
           (!setup->hours || make_theme(c, true, &setup->light));
}

/* A screen on the wall goes on without its mark; who set it finds the reason in the log and the service's
 * status. */
static void open_logo(struct app *app, const struct theme *theme)
{
    char fault[600], status[700];
    const char *path = app->conf->screen.theme.logo;
    if (!path[0])
        return;
    app->logo = logo_open(path, fault, sizeof fault);
    if (app->logo && logo_contrast(app->logo, theme->rgb[SLOT_BG]) < LOGO_RATIO)
        log_warn("screen.theme.logo: %s is hard to see on #%06X; take one for this background", path,
                 (unsigned)theme->rgb[SLOT_BG]);
    if (app->logo)
        return;
    log_warn("screen.theme.logo: %s; shown without it", fault);
    snprintf(status, sizeof status, "STATUS=without the logo: %s", fault);
    notify_send(status);
}

static int make_show(struct app *app)
{
    struct show_setup setup;
    char fault[300];
    int w = app->options.w ? app->options.w : DEFAULT_W, h = app->options.h ? app->options.h : DEFAULT_H;
    if (!make_setup(app, &setup))
        return EXITS_USAGE;
    open_logo(app, &setup.theme);
    setup.logo = app->logo;
    app->show = show_create(&setup, CACHE_BYTES(w, h), clock_boot(), fault, sizeof fault);
    return app->show ? EXITS_DONE : complain(EXITS_WORLD, fault);
}

static bool make_surface(struct app *app)
{
    int w = app->options.w ? app->options.w : DEFAULT_W, h = app->options.h ? app->options.h : DEFAULT_H;
    app->surface = SDL_CreateRGBSurfaceWithFormat(0, w, h, 32, SDL_PIXELFORMAT_RGB888);
    if (!app->surface)
        complain(EXITS_WORLD, SDL_GetError());
    return app->surface != NULL;
}

/* ---- a board from a file ---- */

/* The file's time is the last beat, --at is now; this machine's boot clock carries both. */
static int take_file(struct app *app)
{
    char sentence[600];
    struct view *view = board_file_read(app->options.board, sentence, sizeof sentence);
    if (!view)
        return complain(EXITS_USAGE, sentence);
    if (app->conf->screen.workshop && !view->staff) {
        view_destroy(view);
        return complain(EXITS_USAGE,
                        "this is a public board; the workshop view needs the staff's (board/staff)");
    }
    struct wall time = view->time, at = wall_is_none(app->options.at) ? time : app->options.at;
    if (at.ms < time.ms) {
        view_destroy(view);
        return complain(EXITS_USAGE, "--at lies before the board's time; a board cannot come from later");
    }
    int64_t rev = view->rev, age = wall_minus(at, time);
    struct boot now = clock_boot();
    show_beat(app->show, rev, time, boot_plus(now, -age));
    show_board(app->show, view, now);
    show_picture(app->show, at, now);
    return EXITS_DONE;
}

/* ---- drawing ---- */

static bool write_file(const struct app *app, const char *path, enum whole_wish wish)
{
    char fault[WHOLE_FAULT];
    if (png_write(path, app->surface, wish, fault))
        return true;
    complain(EXITS_WORLD, fault);
    return false;
}

static int snapshot(struct app *app)
{
    SDL_Rect rects[PAINT_RECTS_MAX];
    if (!app->surface && !make_surface(app))
        return EXITS_WORLD;
    if (show_draw(app->show, app->surface, clock_wall(), clock_boot(), rects) < 0)
        return complain(EXITS_WORLD, "nothing could be drawn: memory is out");
    return write_file(app, app->options.snapshot, WHOLE_DURABLE) ? EXITS_DONE : EXITS_WORLD;
}

static void listen_to_screen(struct app *app);

static void lose_screen(struct app *app)
{
    show_lost(app->show);
    loop_remove_fd(app->events);
    app->events = NULL;
    loop_arm(app->retry, boot_plus(clock_boot(), RETRY_MS));
}

/* A call sounds when its picture stands on the screen. */
static void hear(struct app *app)
{
    const char *label, *place;
    enum call_cue cue = show_cue(app->show, &label, &place);
    if (app->voice && cue != CUE_NONE)
        voice_cue(app->voice, cue, label, place);
}

static void tell_too_small(struct app *app, const SDL_Surface *surface)
{
    if (app->told_too_small)
        return;
    app->told_too_small = true;
    log_warn("%dx%d: nothing is drawn; a picture has %d to %d pixels each way", surface->w, surface->h,
             LAYOUT_SIDE_MIN, LAYOUT_SIDE_MAX);
}

/* False: nothing could be drawn. */
static bool draw_screen(struct app *app)
{
    SDL_Rect rects[PAINT_RECTS_MAX];
    struct boot began = clock_boot();
    bool fresh = false;
    SDL_Surface *surface = screen_surface(app->screen, &fresh);
    if (!surface) {
        lose_screen(app);
        return false;
    }
    if (fresh)
        show_forget(app->show);
    int n = show_draw(app->show, surface, clock_wall(), clock_boot(), rects);
    if (n < 0)
        tell_too_small(app, surface);
    else if (!screen_show(app->screen, rects, n))
        lose_screen(app);
    else
        hear(app);
    show_took(app->show, boot_minus(clock_boot(), began));
    return n >= 0;
}

static bool draw_file(struct app *app)
{
    SDL_Rect rects[PAINT_RECTS_MAX];
    struct boot now = clock_boot(), allowed = boot_plus(app->written, KEEP_MS);
    if (boot_minus(now, allowed) < 0) {
        loop_arm(app->draw, allowed);
        return true;
    }
    int n = show_draw(app->show, app->surface, clock_wall(), now, rects);
    bool good = n == 0 || (n > 0 && write_file(app, app->options.keep, WHOLE_QUICK));
    if (!good)
        show_forget(app->show);
    app->written = clock_boot();
    return good;
}

static void tell_missing(struct app *app)
{
    char status[160];
    int32_t first;
    int n = show_missing(app->show, &first);
    if (n == app->told_missing)
        return;
    app->told_missing = n;
    snprintf(status, sizeof status, "STATUS=no font has %d characters of the board, U+%04X first", n,
             (unsigned)first);
    notify_send(status);
}

static void on_round_end(void *user)
{
    struct app *app = user;
    if (!app->dirty)
        return;
    app->dirty = false;
    loop_arm(app->draw, BOOT_FAR);
    if (app->options.snapshot) {
        if (show_fresh(app->show, clock_boot()))
            loop_quit(app->loop, snapshot(app));
        return;
    }
    /* Without a display nothing is drawn and nothing is due; the retry timer runs. */
    if (app->screen && !screen_is_open(app->screen))
        return;
    bool good = app->screen ? draw_screen(app) : draw_file(app);
    tell_missing(app);
    if (loop_armed(app->draw).ms == BOOT_FAR.ms)
        loop_arm(app->draw, good ? show_deadline(app->show) : boot_plus(clock_boot(), RETRY_MS));
}

/* ---- what happens ---- */

static void on_board(void *user, struct view *view)
{
    struct app *app = user;
    show_board(app->show, view, clock_boot());
    app->dirty = true;
}

static void on_beat(void *user, int64_t rev, struct wall time)
{
    struct app *app = user;
    if (show_beat(app->show, rev, time, clock_boot()) || app->options.snapshot)
        app->dirty = true;
    else if (!app->dirty && !app->options.keep && (!app->screen || screen_is_open(app->screen)))
        loop_arm(app->draw, show_deadline(app->show));
}

static void on_several(void *user, const char *sentence)
{
    struct app *app = user;
    loop_quit(app->loop, complain(EXITS_USAGE, sentence));
}

static void on_draw(void *user)
{
    ((struct app *)user)->dirty = true;
}

static void on_news(struct app *app)
{
    struct screen_news news = screen_poll(app->screen);
    if (news.quit)
        loop_quit(app->loop, EXITS_DONE);
    app->dirty = app->dirty || news.redraw;
}

static void on_screen_fd(void *user, unsigned ready)
{
    (void)ready;
    on_news(user);
}

static void miss_display(struct app *app, const char *why)
{
    struct boot now = clock_boot();
    if (!app->told_no_display) {
        log_warn("%s; trying again every %d s", why, RETRY_MS / 1000);
        app->missed = now;
    }
    app->told_no_display = true;
    loop_arm(app->retry, boot_plus(now, boot_minus(now, app->missed) < SOON_MS ? RETRY_SOON_MS : RETRY_MS));
}

/* Tries to open the display; once it is there, looks after it as far as nobody tells of its events. */
static void on_retry(void *user)
{
    struct app *app = user;
    char why[300];
    if (screen_unplugged(app->screen)) {
        log_note("the cable was changed");
        show_lost(app->show);
        screen_close(app->screen);
    }
    if (!screen_is_open(app->screen)) {
        if (!screen_open(app->screen, why, sizeof why)) {
            miss_display(app, why);
            return;
        }
        app->told_no_display = false;
        app->dirty = true;
        listen_to_screen(app);
    }
    on_news(app);
    if (!app->events)
        loop_arm(app->retry, boot_plus(clock_boot(), screen_look_ms(app->screen)));
}

static void listen_to_screen(struct app *app)
{
    int fd = screen_fd(app->screen);
    loop_remove_fd(app->events);
    app->events = fd >= 0 ? loop_add_fd(app->loop, fd, LOOP_READ, on_screen_fd, app) : NULL;
}

/* Xlib ends the process after this in any case; the supervisor needs to see why. */
static int on_server_died(struct _XDisplay *display)
{
    (void)display;
    static const char sentence[] = "pitboard-screen: the X server is gone\n";
    if (write(STDERR_FILENO, sentence, sizeof sentence - 1) < 0)
        _exit(EXITS_WORLD);
    _exit(EXITS_WORLD);
}

static void on_signal(void *user, int signal)
{
    struct app *app = user;
    (void)signal;
    loop_quit(app->loop, EXITS_DONE);
}

static void on_watchdog(void *user)
{
    struct app *app = user;
    notify_send("WATCHDOG=1");
    loop_arm(app->watchdog, boot_plus(clock_boot(), app->watchdog_ms));
}

static void on_no_beat(void *user)
{
    struct app *app = user;
    loop_quit(app->loop,
              complain(EXITS_WORLD, "no beat of a hub came within 15 s; is the hub running, and the broker "
                                    "the right one?"));
}

/* ---- running ---- */

static bool make_loop(struct app *app)
{
    static const int set[] = { SIGTERM, SIGINT, SIGHUP, 0 };
    app->loop = loop_create();
    if (!app->loop || !loop_signals(app->loop, set, on_signal, app))
        return false;
    app->draw = loop_add_timer(app->loop, on_draw, app);
    app->retry = loop_add_timer(app->loop, app->options.snapshot ? on_no_beat : on_retry, app);
    app->watchdog = loop_add_timer(app->loop, on_watchdog, app);
    return app->draw && app->retry && app->watchdog && loop_before_sleep(app->loop, 10, on_round_end, app);
}

static void make_voice(struct app *app)
{
    struct voice_setup setup = { .chime = app->conf->screen.chime, .speech = app->conf->screen.speech };
    memcpy(setup.lang,
           app->options.languages[0][0] ? app->options.languages[0] : app->conf->screen.languages[0],
           sizeof setup.lang);
    if (app->conf->screen.workshop || (!setup.chime && !setup.speech))
        return;
    app->voice = voice_create(app->loop, &setup);
    if (!app->voice)
        log_warn("calls are seen and not heard: memory is out");
}

static bool make_output(struct app *app)
{
    struct screen_setup setup = {
        .w = app->options.w, .h = app->options.h, .title = "pitboard", .server_died = on_server_died
    };
    if (app->options.snapshot) {
        loop_arm(app->retry, boot_plus(clock_boot(), SNAPSHOT_MS));
        return true;
    }
    if (app->options.keep)
        return make_surface(app);
    make_voice(app);
    app->screen = screen_create(&setup);
    if (app->screen)
        on_retry(app);
    return app->screen != NULL;
}

static int run(struct app *app)
{
    static const struct feed_ops ops = { .board = on_board, .beat = on_beat, .several = on_several };
    char fault[CONF_FAULT_SIZE];
    if (!make_loop(app) || !make_output(app))
        return complain(EXITS_WORLD, "the event loop does not start");
    if (!app->options.board) {
        app->feed = feed_create(app->loop, app->conf, !app->options.snapshot, &ops, app, fault, sizeof fault);
        if (!app->feed)
            return complain(EXITS_USAGE, fault);
    }
    app->written = boot_plus(clock_boot(), -KEEP_MS);
    loop_arm(app->draw, clock_boot()); /* the first picture waits for nothing */
    app->watchdog_ms = notify_watchdog_ms();
    notify_send("READY=1");
    if (app->watchdog_ms > 0)
        on_watchdog(app);
    int code = loop_run(app->loop);
    notify_send("STOPPING=1");
    if (app->feed)
        feed_goodbye(app->feed, GOODBYE_MS);
    return code;
}

static void clean_up(struct app *app)
{
    feed_destroy(app->feed);
    bool quiet = voice_destroy(app->voice);
    if (app->loop) {
        loop_remove_fd(app->events);
        loop_remove_timer(app->draw);
        loop_remove_timer(app->retry);
        loop_remove_timer(app->watchdog);
    }
    screen_destroy(app->screen);
    show_destroy(app->show);
    logo_destroy(app->logo);
    words_close(app->words[0]);
    words_close(app->words[1]);
    SDL_FreeSurface(app->surface);
    loop_destroy(app->loop);
    conf_clear(app->conf);
    free(app->conf);
    if (quiet)
        SDL_Quit();
}

/* --check: what keeps the screen from starting, and what it would show badly. */
static int check(struct app *app)
{
    struct show_setup setup;
    if (!make_setup(app, &setup))
        return EXITS_USAGE;
    check_labels(&app->conf->plan, app->words);
    return EXITS_DONE;
}

static int serve(struct app *app)
{
    if (!load_conf(app))
        return EXITS_USAGE;
    if (app->options.check)
        return check(app);
    if (app->conf->plan.zone[0])
        clock_set_zone(app->conf->plan.zone);
    int code = make_show(app);
    if (code == EXITS_DONE && app->options.board)
        code = take_file(app);
    if (code != EXITS_DONE)
        return code;
    return app->options.board && app->options.snapshot ? snapshot(app) : run(app);
}

int main(int argc, char **argv)
{
    struct app app = { 0 };
    char fault[256];
    if (!options_read(&app.options, argc, argv, fault, sizeof fault))
        return complain(EXITS_USAGE, fault);
    if (app.options.help) {
        fputs(options_help, stdout);
        return EXITS_DONE;
    }
    if (app.options.version) {
        puts("pitboard-screen " PITBOARD_VERSION);
        return EXITS_DONE;
    }
    /* What one page turn needed the next one needs again: giving it back costs more than the turn. */
    mallopt(M_MMAP_THRESHOLD, KEPT_BYTES);
    mallopt(M_TRIM_THRESHOLD, KEPT_BYTES);
    SDL_SetMainReady();
    int code = serve(&app);
    clean_up(&app);
    return code;
}
