/* A call is heard with its picture, in quiet hours and in the workshop not at all. */
#include "display/show.h"
#include "tests/display_kit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define DELAY_MS 10000

struct rig {
    struct show *show;
    SDL_Surface *surface;
    struct boot now;
    struct wall time;
    const char *label, *place;
};

/* Hands a board over in which the first `ready` cars that were in work are ready. */
static void board(struct rig *rig, int ready)
{
    struct view *view = kit_read("day");
    assert_non_null(view);
    int stage = 0;
    while (view->stages[stage].kind != KIND_READY)
        stage++;
    view->rev += ready;
    for (int i = 0; i < view->n_jobs && ready > 0; i++)
        if (view->stages[view->jobs[i].stage].kind != KIND_READY) {
            view->jobs[i].stage = (uint8_t)stage;
            view->jobs[i].ready_at = rig->time;
            text_copy(view->jobs[i].label, sizeof view->jobs[i].label, "4711");
            text_copy(view->jobs[i].pickup, sizeof view->jobs[i].pickup, "Касса");
            ready--;
        }
    int64_t rev = view->rev;
    show_beat(rig->show, rev, rig->time, rig->now);
    show_board(rig->show, view, rig->now);
}

static enum call_cue cue_after(struct rig *rig, int64_t ms, int64_t rev)
{
    SDL_Rect rects[PAINT_RECTS_MAX];
    rig->now = boot_plus(rig->now, ms);
    rig->time = wall_plus(rig->time, ms);
    show_beat(rig->show, rev, rig->time, rig->now);
    assert_true(show_draw(rig->show, rig->surface, rig->time, rig->now, rects) >= 0);
    return show_cue(rig->show, &rig->label, &rig->place);
}

/* The cues of a ready car: before its call, at its call, after it, at its first reminder. */
static void cues(struct rig *rig, struct night_setup night, bool workshop, enum call_cue out[4])
{
    struct show_setup setup = { .distance_m = 6, .call_delay_ms = DELAY_MS, .night = night };
    char fault[300];
    *rig = (struct rig){ .now = { 1000000 }, .label = "", .place = "" };
    kit_setup(&setup.model, "ru", "");
    setup.model.workshop = workshop;
    theme_dark(&setup.theme);
    theme_light(&setup.light);
    rig->show = show_create(&setup, 4 << 20, rig->now, fault, sizeof fault);
    rig->surface = SDL_CreateRGBSurfaceWithFormat(0, 640, 360, 32, SDL_PIXELFORMAT_RGB888);
    assert_true(rig->show && rig->surface);
    struct view *view = kit_read("day");
    int64_t rev = view->rev;
    clock_set_zone(view->zone);
    view_destroy(view);
    rig->time = clock_from_local(2026, 11, 21, 14, 32, 0);
    board(rig, 0);
    assert_int_equal(cue_after(rig, 1000, rev), CUE_NONE);
    board(rig, 1);
    out[0] = cue_after(rig, DELAY_MS - 1, rev + 1);
    out[1] = cue_after(rig, 1, rev + 1);
    if (out[1] == CUE_CALL) {
        assert_string_equal(rig->label, "4711");
        assert_string_equal(rig->place, "Касса");
    }
    out[2] = cue_after(rig, CALLS_LONG_MS, rev + 1);
    out[3] = cue_after(rig, CALLS_REMIND_1_MS, rev + 1);
    show_destroy(rig->show);
    SDL_FreeSurface(rig->surface);
}

static void check(struct night_setup night, bool workshop, enum call_cue call, enum call_cue reminder)
{
    struct rig rig;
    enum call_cue got[4];
    cues(&rig, night, workshop, got);
    assert_int_equal(got[0], CUE_NONE);
    assert_int_equal(got[1], call);
    assert_int_equal(got[2], CUE_NONE);
    assert_int_equal(got[3], reminder);
}

static void heard_with_its_picture(void **state)
{
    (void)state;
    check((struct night_setup){ 0 }, false, CUE_CALL, CUE_REMINDER);
    check((struct night_setup){ 21 * 60, 8 * 60, true }, false, CUE_CALL, CUE_REMINDER);
}

static void quiet_hours_and_the_workshop_are_mute(void **state)
{
    (void)state;
    check((struct night_setup){ 14 * 60, 16 * 60, true }, false, CUE_NONE, CUE_NONE);
    check((struct night_setup){ 0 }, true, CUE_NONE, CUE_NONE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(heard_with_its_picture),
        cmocka_unit_test(quiet_hours_and_the_workshop_are_mute),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
