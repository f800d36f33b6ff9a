/*
 * Motion: the pixels of chosen moments, what moves and what never does, and that whatever comes in whatever
 * order leaves, at rest, the picture that painting all of it leaves, with every changed pixel reported.
 */
#include "display/motion.h"
#include "display/show.h"
#include "tests/display_kit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define W 960
#define H 540

static struct boot at(int64_t ms)
{
    return (struct boot){ 1000 + ms };
}

static SDL_Surface *surface(int w, int h)
{
    SDL_Surface *s = SDL_CreateRGBSurfaceWithFormat(0, w, h, 32, SDL_PIXELFORMAT_RGB888);
    assert_non_null(s);
    return s;
}

static uint32_t *pixel(const SDL_Surface *s, int x, int y)
{
    return (uint32_t *)(void *)((char *)s->pixels + (ptrdiff_t)y * s->pitch) + x;
}

/* ---- frames alone ---- */

/* Black becomes 0xff8040 in `rect`; every other row of it when `rows`. */
static struct motion *begin(SDL_Surface *s, enum motion_kind kind, SDL_Rect rect, int rotate)
{
    struct motion *m = motion_create();
    assert_non_null(m);
    SDL_FillRect(s, NULL, 0);
    motion_keep(m, s, rect);
    SDL_FillRect(s, &rect, 0xff8040);
    motion_start(m, kind, s, 16, rotate, at(0));
    return m;
}

static void assert_frame(struct motion *m, SDL_Surface *s, int64_t ms, uint32_t rgb)
{
    SDL_Rect rects[MOTION_PIECES_MAX];
    assert_int_equal(motion_draw(m, s, at(ms), rects), 1);
    assert_int_equal(*pixel(s, 21, 22) & 0xffffff, rgb);
    assert_int_equal(*pixel(s, 19, 22), 0);
}

static void a_turn_is_a_straight_line(void **state)
{
    SDL_Surface *s = surface(64, 64);
    SDL_Rect rect = { 20, 20, 33, 30 }, rects[MOTION_PIECES_MAX];
    struct motion *m = begin(s, MOTION_TURN, rect, 0);
    (void)state;
    assert_true(motion_runs(m));
    assert_int_equal(motion_next(m).ms, at(0).ms);
    assert_frame(m, s, 0, 0x542a15); /* a third of it */
    assert_int_equal(*pixel(s, 52, 22), 0x542a15);
    assert_int_equal(motion_next(m).ms, at(MOTION_FRAME_MS).ms);
    assert_frame(m, s, 67, 0xaa552a);
    assert_true(motion_runs(m));
    assert_frame(m, s, 134, 0xff8040);
    assert_false(motion_runs(m));
    assert_true(motion_next(m).ms == BOOT_FAR.ms);
    assert_int_equal(motion_draw(m, s, at(200), rects), 0);
    motion_destroy(m);
    SDL_FreeSurface(s);
}

static void a_card_takes_longer(void **state)
{
    SDL_Surface *s = surface(64, 64);
    struct motion *m = begin(s, MOTION_CARD, (SDL_Rect){ 20, 20, 30, 30 }, 0);
    (void)state;
    assert_frame(m, s, 133, 0x7f4020);
    assert_frame(m, s, 332, 0xfe7f3f);
    assert_frame(m, s, 333, 0xff8040);
    assert_false(motion_runs(m));
    motion_destroy(m);
    SDL_FreeSurface(s);
}

/* The first frame has come 161 of 256 parts and lies 5 px below its place, whichever way the screen hangs. */
static void a_call_rises(void **state)
{
    static const struct {
        int rotate, in[2], out[2];
    } ways[] = { { 0, { 30, 25 }, { 30, 24 } },
                 { 90, { 44, 30 }, { 45, 30 } },
                 { 180, { 30, 44 }, { 30, 45 } },
                 { 270, { 25, 30 }, { 24, 30 } } };
    (void)state;
    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
        SDL_Surface *s = surface(64, 64);
        SDL_Rect rects[MOTION_PIECES_MAX];
        struct motion *m = begin(s, MOTION_RISE, (SDL_Rect){ 20, 20, 30, 30 }, ways[i].rotate);
        assert_int_equal(motion_draw(m, s, at(0), rects), 1);
        assert_int_equal(*pixel(s, ways[i].in[0], ways[i].in[1]) & 0xffffff, 0xa05028);
        assert_int_equal(*pixel(s, ways[i].out[0], ways[i].out[1]), 0);
        motion_draw(m, s, at(MOTION_RISE_MS), rects);
        assert_int_equal(*pixel(s, 20, 20) & 0xffffff, 0xff8040);
        assert_int_equal(*pixel(s, 49, 49) & 0xffffff, 0xff8040);
        assert_false(motion_runs(m));
        motion_destroy(m);
        SDL_FreeSurface(s);
    }
}

static void one_piece_too_many_is_cut(void **state)
{
    SDL_Surface *s = surface(256, 256);
    SDL_Rect rects[MOTION_PIECES_MAX];
    struct motion *m = motion_create();
    (void)state;
    for (int i = 0; i <= MOTION_PIECES_MAX; i++)
        motion_keep(m, s, (SDL_Rect){ i % 16 * 16, i / 16 * 16, 8, 8 });
    motion_start(m, MOTION_TURN, s, 0, 0, at(0));
    assert_int_equal(motion_draw(m, s, at(0), rects), MOTION_PIECES_MAX);
    motion_drop(m);
    assert_int_equal(motion_draw(m, s, at(40), rects), 0);
    motion_start(m, MOTION_TURN, s, 0, 0, at(100));
    assert_false(motion_runs(m)); /* nothing was kept: nothing moves */
    motion_destroy(m);
    SDL_FreeSurface(s);
}

/* ---- in the picture ---- */

struct rig {
    struct show *show;
    SDL_Surface *drawn, *seen; /* `seen` takes the reported rectangles alone */
    struct boot now;
    struct wall time;
    int64_t rev;
};

static bool pages_fade = true;

static void start(struct rig *rig, bool motion, struct wall time)
{
    struct show_setup setup = {
        .distance_m = 6, .call_delay_ms = 10000, .motion = motion, .fade_pages = pages_fade
    };
    char fault[300];
    *rig = (struct rig){ .now = { 5000000 }, .time = time, .rev = 1 };
    kit_setup(&setup.model, "ru", "");
    theme_dark(&setup.theme);
    rig->show = show_create(&setup, 4 << 20, rig->now, fault, sizeof fault);
    assert_non_null(rig->show);
    rig->drawn = surface(W, H);
    rig->seen = surface(W, H);
}

static void stop(struct rig *rig)
{
    show_destroy(rig->show);
    SDL_FreeSurface(rig->drawn);
    SDL_FreeSurface(rig->seen);
}

static void give(struct rig *rig, struct view *view)
{
    view->rev = ++rig->rev;
    show_beat(rig->show, rig->rev, rig->time, rig->now);
    show_board(rig->show, view, rig->now);
}

static int draw(struct rig *rig)
{
    SDL_Rect rects[PAINT_RECTS_MAX];
    int n = show_draw(rig->show, rig->drawn, rig->time, rig->now, rects);
    assert_in_range(n, 0, PAINT_RECTS_MAX);
    for (int i = 0; i < n; i++)
        SDL_BlitSurface(rig->drawn, &rects[i], rig->seen, &rects[i]);
    return n;
}

static int draw_after(struct rig *rig, int64_t ms, bool beat)
{
    rig->now = boot_plus(rig->now, ms);
    rig->time = wall_plus(rig->time, ms);
    if (beat)
        show_beat(rig->show, rig->rev, rig->time, rig->now);
    return draw(rig);
}

static int64_t due(const struct rig *rig)
{
    return boot_minus(show_deadline(rig->show), rig->now);
}

static bool same(const SDL_Surface *a, const SDL_Surface *b, SDL_Rect rect)
{
    for (int y = rect.y; y < rect.y + rect.h; y++)
        if (memcmp(pixel(a, rect.x, y), pixel(b, rect.x, y), (size_t)rect.w * 4) != 0)
            return false;
    return true;
}

static const SDL_Rect all = { 0, 0, W, H }, list = { 0, 50, W * 3 / 4, H - 96 }, header = { 0, 0, W, 49 },
                      strip = { 0, H - 45, W, 45 };

static void keep(SDL_Surface *to, const struct rig *rig)
{
    SDL_BlitSurface(rig->drawn, NULL, to, NULL);
}

/* The list moves, header and strip do not, and between two turns nothing is drawn. */
static void a_page_turns(void **state)
{
    struct rig rig;
    struct view *view = kit_read("day");
    SDL_Surface *before = surface(W, H), *middle = surface(W, H), *after = surface(W, H);
    (void)state;
    clock_set_zone(view->zone);
    start(&rig, true, view->time);
    give(&rig, view);
    draw(&rig);
    assert_true(due(&rig) > MOTION_FRAME_MS);
    keep(before, &rig);
    assert_true(draw_after(&rig, 10000, true) > 0);
    assert_int_equal(due(&rig), MOTION_FRAME_MS);
    draw_after(&rig, 80, false);
    keep(middle, &rig);
    assert_false(same(before, middle, list));
    for (int ms = 120; ms < MOTION_TURN_MS; ms += MOTION_FRAME_MS)
        draw_after(&rig, MOTION_FRAME_MS, false);
    keep(after, &rig);
    assert_false(same(middle, after, list));
    assert_true(same(middle, after, header) && same(middle, after, strip));
    assert_true(due(&rig) > 5000);
    /* The round comes back to where it was: three pages of 8 s. */
    for (int i = 0; i < 2; i++) {
        draw_after(&rig, PAGER_LEAST_MS - MOTION_TURN_MS, true);
        draw_after(&rig, MOTION_TURN_MS, true);
        draw_after(&rig, MOTION_TURN_MS, false);
    }
    assert_true(same(before, rig.drawn, list));
    stop(&rig);
    SDL_FreeSurface(before);
    SDL_FreeSurface(middle);
    SDL_FreeSurface(after);
}

/* As it is set up without asking for more: one picture a turn. */
static void a_page_is_cut(void **state)
{
    struct rig rig;
    struct view *view = kit_read("day");
    (void)state;
    clock_set_zone(view->zone);
    pages_fade = false;
    start(&rig, true, view->time);
    pages_fade = true;
    give(&rig, view);
    draw(&rig);
    assert_true(draw_after(&rig, 10000, true) > 0);
    assert_true(due(&rig) > 5000);
    stop(&rig);
}

static void make_ready(struct view *view, int job, struct wall time)
{
    for (int i = 0; i < view->n_stages; i++)
        if (view->stages[i].kind == KIND_READY)
            view->jobs[job].stage = (uint8_t)i;
    view->jobs[job].ready_at = time;
}

static int job_in_work(const struct view *view)
{
    int i = 0;
    while (view->stages[view->jobs[i].stage].kind == KIND_READY)
        i++;
    return i;
}

static int frames(struct rig *rig)
{
    int n = 0;
    for (; due(rig) <= MOTION_FRAME_MS; n++)
        draw_after(rig, due(rig), false);
    return n;
}

static int steps(int64_t lasts_ms)
{
    return (int)((lasts_ms + MOTION_FRAME_MS - 1) / MOTION_FRAME_MS);
}

/* The field comes in four steps, the list returns in three, and a minute later the card is normal in six. */
static void a_call_comes_and_goes(void **state)
{
    struct rig rig;
    struct view *view = kit_read("few");
    (void)state;
    clock_set_zone(view->zone);
    start(&rig, true, wall_plus(view->time, 1000));
    give(&rig, view);
    draw(&rig);
    view = kit_read("few");
    make_ready(view, job_in_work(view), rig.time);
    give(&rig, view);
    draw(&rig);
    assert_true(due(&rig) > MOTION_FRAME_MS); /* the row has changed at once */
    draw_after(&rig, 5000, true);
    draw_after(&rig, 5000, true);
    assert_int_equal(frames(&rig), steps(MOTION_RISE_MS) - 1);
    draw_after(&rig, CALLS_LONG_MS - 201, true);
    assert_int_equal(frames(&rig), steps(MOTION_TURN_MS) - 1);
    for (int64_t ms = CALLS_BRIGHT_MS - 134; ms > 0; ms -= 5000)
        draw_after(&rig, ms < 5000 ? ms : 5000, true);
    assert_int_equal(frames(&rig), steps(MOTION_CARD_MS) - 1);
    stop(&rig);
}

/* Old and fresh again: each in one frame, and then every pixel is what it was. */
static void back_without_a_flash(void **state)
{
    struct rig rig;
    struct view *view = kit_read("few");
    SDL_Surface *before = surface(W, H), *old = surface(W, H);
    (void)state;
    clock_set_zone(view->zone);
    start(&rig, true, view->time);
    give(&rig, view);
    draw(&rig);
    keep(before, &rig);
    draw_after(&rig, TRUST_SILENCE_MS, false);
    assert_true(due(&rig) > MOTION_FRAME_MS);
    keep(old, &rig);
    assert_false(same(before, old, strip));
    draw_after(&rig, 3000, true);
    assert_true(due(&rig) > MOTION_FRAME_MS);
    assert_true(same(before, rig.drawn, all));
    stop(&rig);
    SDL_FreeSurface(before);
    SDL_FreeSurface(old);
}

/* A computer that is too slow for frames gets cuts, and is asked again later. */
static void a_slow_frame_ends_motion(void **state)
{
    struct rig rig;
    struct view *view = kit_read("day");
    (void)state;
    clock_set_zone(view->zone);
    start(&rig, true, view->time);
    give(&rig, view);
    draw(&rig);
    show_took(rig.show, 1000); /* a whole picture may take its time */
    draw_after(&rig, 10000, true);
    assert_int_equal(due(&rig), MOTION_FRAME_MS);
    draw_after(&rig, MOTION_FRAME_MS, false);
    show_took(rig.show, MOTION_SLOW_MS + 1);
    draw_after(&rig, MOTION_FRAME_MS, false);
    assert_true(due(&rig) > MOTION_FRAME_MS);
    for (int i = 0; i < 40; i++) {
        draw_after(&rig, due(&rig) < 3000 ? due(&rig) : 3000, true);
        assert_true(due(&rig) > MOTION_FRAME_MS);
    }
    draw_after(&rig, 600000, true);
    draw_after(&rig, 16000, true);
    assert_int_equal(due(&rig), MOTION_FRAME_MS);
    stop(&rig);
}

/* ---- anything in any order ---- */

static uint64_t seed;

static unsigned any(unsigned below)
{
    seed = seed * 6364136223846793005 + 1442695040888963407;
    return (unsigned)(seed >> 33) % below;
}

static struct view *any_board(struct wall time)
{
    static const char *const boards[] = { "day",  "cars-40", "call",    "few", "empty", "hostile",
                                          "late", "ready-5", "cars-80", "one", "plain", "call-two" };
    struct view *view = kit_read(boards[any(sizeof boards / sizeof boards[0])]);
    assert_non_null(view);
    for (unsigned i = any(4); i > 0 && view->n_jobs > 0; i--) {
        int job = (int)any((unsigned)view->n_jobs);
        if (any(3) == 0)
            make_ready(view, job, time);
        else
            view->jobs[job].stage = (uint8_t)any((unsigned)view->n_stages);
        view->jobs[job].waiting = any(4) == 0;
    }
    return view;
}

/* The same for both; true if a board came. */
static void step(struct rig *a, struct rig *b)
{
    static const int steps_ms[] = { 0, 7, 40, 40, 100, 600, 3000, 9000, 12000, 61000 };
    int64_t ms = steps_ms[any(10)];
    uint64_t before = seed;
    for (struct rig *r = a; r; r = r == a ? b : NULL) {
        seed = before;
        r->now = boot_plus(r->now, ms);
        r->time = wall_plus(r->time, ms);
        if (any(5) > 0)
            show_beat(r->show, r->rev, r->time, r->now);
        if (any(3) == 0)
            give(r, any_board(r->time));
        if (any(50) == 0)
            show_forget(r->show);
    }
    show_forget(b->show);
    draw(a);
    draw(b);
}

static void any_sequence_leaves_the_whole_picture(void **state)
{
    struct rig moving, whole;
    struct view *view = kit_read("day");
    struct wall time = wall_plus(view->time, 5000);
    int steps = getenv("PITBOARD_LONG") ? 20000 : 300, rested = 0;
    (void)state;
    seed = 2026;
    clock_set_zone(view->zone);
    view_destroy(view);
    start(&moving, true, time);
    start(&whole, false, time);
    for (int i = 0; i < steps; i++) {
        step(&moving, &whole);
        if (!same(moving.drawn, moving.seen, all))
            fail_msg("step %d: a pixel changed and was not reported", i);
        bool rests = due(&moving) > MOTION_FRAME_MS;
        rested += rests;
        if (rests && !same(moving.drawn, whole.drawn, all))
            fail_msg("step %d: at rest the picture is not what painting all of it gives", i);
    }
    assert_in_range(rested, steps / 4, steps);
    stop(&moving);
    stop(&whole);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_turn_is_a_straight_line),
        cmocka_unit_test(a_card_takes_longer),
        cmocka_unit_test(a_call_rises),
        cmocka_unit_test(one_piece_too_many_is_cut),
        cmocka_unit_test(a_page_turns),
        cmocka_unit_test(a_page_is_cut),

        cmocka_unit_test(a_call_comes_and_goes),
        cmocka_unit_test(back_without_a_flash),
        cmocka_unit_test(a_slow_frame_ends_motion),
        cmocka_unit_test(any_sequence_leaves_the_whole_picture),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
