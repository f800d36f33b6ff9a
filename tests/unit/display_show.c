/* The picture as a whole over time: the light of the hour, and the workshop's pages. */
#include "display/show.h"
#include "tests/display_kit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define START_MS 1000000

struct rig {
    struct show *show;
    SDL_Surface *surface;
    struct boot now;
    int64_t rev;
    struct wall time;
};

static void start_view(struct rig *rig, struct view *view, int hour, int minute)
{
    struct show_setup setup = { .distance_m = 6, .hours = true };
    char fault[300];
    *rig = (struct rig){ .now = { START_MS } };
    kit_setup(&setup.model, "ru", "");
    setup.model.workshop = view->staff;
    theme_dark(&setup.theme);
    theme_light(&setup.light);
    rig->show = show_create(&setup, 4 << 20, rig->now, fault, sizeof fault);
    rig->surface = SDL_CreateRGBSurfaceWithFormat(0, 1280, 720, 32, SDL_PIXELFORMAT_RGB888);
    assert_non_null(rig->show);
    assert_non_null(rig->surface);
    clock_set_zone(view->zone);
    rig->time = clock_from_local(2026, 11, 21, hour, minute, 0);
    rig->rev = view->rev;
    view->time = rig->time;
    show_board(rig->show, view, rig->now);
}

static void start(struct rig *rig, const char *board, int hour, int minute)
{
    struct view *view = kit_read(board);
    assert_non_null(view);
    start_view(rig, view, hour, minute);
}

static void stop(struct rig *rig)
{
    show_destroy(rig->show);
    SDL_FreeSurface(rig->surface);
}

/* Beats go on for `ms`, then the picture is drawn. */
static void draw_after(struct rig *rig, int64_t ms)
{
    SDL_Rect rects[PAINT_RECTS_MAX];
    rig->now = boot_plus(rig->now, ms);
    rig->time = wall_plus(rig->time, ms);
    show_beat(rig->show, rig->rev, rig->time, rig->now);
    assert_true(show_draw(rig->show, rig->surface, rig->time, rig->now, rects) >= 0);
}

static uint32_t corner(const struct rig *rig)
{
    return *(const uint32_t *)rig->surface->pixels & 0xffffff;
}

static void light_follows_the_hour(void **state)
{
    struct theme dark, light;
    struct rig rig;
    (void)state;
    theme_dark(&dark);
    theme_light(&light);
    start(&rig, "few", 7, 59);
    draw_after(&rig, 0);
    assert_int_equal(corner(&rig), dark.rgb[SLOT_BG]);
    draw_after(&rig, 60000);
    assert_int_equal(corner(&rig), light.rgb[SLOT_BG]);
    stop(&rig);
    start(&rig, "few", 17, 59);
    draw_after(&rig, 0);
    assert_int_equal(corner(&rig), light.rgb[SLOT_BG]);
    draw_after(&rig, 60000);
    assert_int_equal(corner(&rig), dark.rgb[SLOT_BG]);
    stop(&rig);
}

/* 20 bays are two pages of ten, 16 s each: at 08:00 the first has been read for 4 s. */
static void light_changes_with_the_page(void **state)
{
    struct theme dark, light;
    struct rig rig;
    (void)state;
    theme_dark(&dark);
    theme_light(&light);
    start(&rig, "floor-20", 7, 59);
    draw_after(&rig, 56000);
    draw_after(&rig, 5000);
    assert_int_equal(corner(&rig), dark.rgb[SLOT_BG]);
    draw_after(&rig, 12000);
    assert_int_equal(corner(&rig), light.rgb[SLOT_BG]);
    stop(&rig);
}

/* The screen wakes for the turn of a page, and no car of the workshop is ever called. */
static void the_workshop_turns_and_calls_nobody(void **state)
{
    struct rig rig;
    (void)state;
    start(&rig, "floor-20", 12, 0);
    draw_after(&rig, 0);
    assert_int_equal(boot_minus(show_deadline(rig.show), rig.now), 10000); /* silence */
    draw_after(&rig, 9000);
    assert_int_equal(boot_minus(show_deadline(rig.show), rig.now), 7000);
    draw_after(&rig, 7000);
    assert_int_equal(boot_minus(show_deadline(rig.show), rig.now), 10000);
    stop(&rig);
}

/* The hub's clock is set: the next beat changes the picture, forwards and back; its way through the broker does not. */
static void the_clock_follows_the_hub(void **state)
{
    static const struct {
        int64_t step_ms;
        bool news;
    } steps[] = { { 0, false },     { 400, false },     { -400, false },  { 30000, true },
                  { -30000, true }, { -3600000, true }, { 3600000, true } };
    struct rig rig;
    (void)state;
    start(&rig, "few", 12, 0);
    draw_after(&rig, 30000);
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        draw_after(&rig, 0);
        bool news = show_beat(rig.show, rig.rev, wall_plus(rig.time, steps[i].step_ms), rig.now);
        if (news != steps[i].news)
            fail_msg("a step of %lld ms is %s", (long long)steps[i].step_ms, news ? "news" : "none");
    }
    stop(&rig);
}

/* What a broker kept since last week is not shown for ten minutes more; what may be of today stays, as old. */
static void last_weeks_board_stays_away(void **state)
{
    static const struct {
        int64_t age_ms;
        enum slot below;
    } boards[] = { { 5 * 60000, SLOT_STRIP }, { 7 * INT64_C(86400000), SLOT_BG }, { -60000, SLOT_STRIP } };
    SDL_Rect rects[PAINT_RECTS_MAX];
    struct theme dark;
    (void)state;
    theme_dark(&dark);
    for (size_t i = 0; i < sizeof boards / sizeof boards[0]; i++) {
        struct rig rig;
        start(&rig, "few", 20, 0);
        struct wall wall = wall_plus(rig.time, boards[i].age_ms);
        assert_true(show_draw(rig.show, rig.surface, wall, boot_plus(rig.now, 10000), rects) >= 0);
        const uint8_t *last =
            (const uint8_t *)rig.surface->pixels + (rig.surface->h - 1) * rig.surface->pitch;
        assert_int_equal(*(const uint32_t *)(const void *)last & 0xffffff, dark.rgb[boards[i].below]);
        stop(&rig);
    }
}

/* The board "few" as it is now, with one more car ready. */
static void one_more_is_ready(struct rig *rig)
{
    struct view *view = kit_read("few");
    int work = 0;
    assert_non_null(view);
    while (view->stages[view->jobs[work].stage].kind == KIND_READY)
        work++;
    for (int i = 0; i < view->n_stages; i++)
        if (view->stages[i].kind == KIND_READY)
            view->jobs[work].stage = (uint8_t)i;
    view->jobs[work].ready_at = view->time = rig->time;
    show_board(rig->show, view, rig->now);
}

static void draw_unheard(struct rig *rig, int64_t ms)
{
    SDL_Rect rects[PAINT_RECTS_MAX];
    rig->now = boot_plus(rig->now, ms);
    rig->time = wall_plus(rig->time, ms);
    assert_true(show_draw(rig->show, rig->surface, rig->time, rig->now, rects) >= 0);
}

/* No beat comes for longer than a call lasts: the call is made when one has come. */
static void a_call_waits_for_fresh_data(void **state)
{
    const char *label, *place;
    struct rig rig;
    (void)state;
    start(&rig, "few", 12, 0);
    draw_after(&rig, 0);
    draw_unheard(&rig, TRUST_SILENCE_MS);
    one_more_is_ready(&rig);
    for (int i = 0; i < 3; i++) {
        draw_unheard(&rig, 10000);
        assert_int_equal(show_cue(rig.show, &label, &place), CUE_NONE);
    }
    draw_after(&rig, 10000);
    assert_int_equal(show_cue(rig.show, &label, &place), CUE_CALL);
    assert_int_equal(boot_minus(show_deadline(rig.show), rig.now), CALLS_LONG_MS);
    stop(&rig);
}

/* Promised for 14:30:20: the screen wakes at 14:31:20, not with the minute, and draws another picture. */
static void it_wakes_when_a_promise_passes(void **state)
{
    struct view *view = kit_read("one");
    SDL_Rect rects[PAINT_RECTS_MAX];
    struct rig rig;
    (void)state;
    assert_non_null(view);
    clock_set_zone(view->zone);
    view->jobs[0].promised = clock_from_local(2026, 11, 21, 14, 30, 20);
    start_view(&rig, view, 14, 31);
    draw_after(&rig, 12000);
    assert_int_equal(boot_minus(show_deadline(rig.show), rig.now), 8000);
    draw_after(&rig, 7999);
    rig.now = show_deadline(rig.show);
    assert_true(show_draw(rig.show, rig.surface, wall_plus(rig.time, 1), rig.now, rects) > 0);
    stop(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(light_follows_the_hour),
        cmocka_unit_test(light_changes_with_the_page),
        cmocka_unit_test(the_workshop_turns_and_calls_nobody),
        cmocka_unit_test(the_clock_follows_the_hub),
        cmocka_unit_test(last_weeks_board_stays_away),
        cmocka_unit_test(a_call_waits_for_fresh_data),
        cmocka_unit_test(it_wakes_when_a_promise_passes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
