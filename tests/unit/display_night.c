/* Quiet hours, the black picture and the step aside. */
#include "tests/display_kit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define MIN_MS 60000

/* A time of day in the zone of the tests. */
static struct wall at(int hour, int minute)
{
    clock_set_zone("Europe/Minsk");
    return clock_from_local(2026, 11, 21, hour, minute, 0);
}

static void quiet_hours_begin_and_end_on_the_minute(void **state)
{
    const struct night_setup evening = { 21 * 60, 8 * 60, false }, noon = { 12 * 60, 13 * 60 + 30, false },
                             never = { 0 };
    (void)state;
    assert_false(night_quiet(&evening, at(20, 59)));
    assert_true(night_quiet(&evening, at(21, 0)));
    assert_true(night_quiet(&evening, at(0, 0)));
    assert_true(night_quiet(&evening, at(7, 59)));
    assert_false(night_quiet(&evening, at(8, 0)));
    assert_false(night_quiet(&noon, at(11, 59)));
    assert_true(night_quiet(&noon, at(12, 0)));
    assert_false(night_quiet(&noon, at(13, 30)));
    for (int h = 0; h < 24; h++)
        assert_false(night_quiet(&never, at(h, 0)));
}

static enum shade shade_of(const char *board, int age_s, struct wall now, bool waiting)
{
    const struct night_setup setup = { 21 * 60, 8 * 60, false };
    struct kit kit;
    assert_true(kit_make(&kit, kit_read(board), 1920, 1080, 6, "ru", "", age_s, &kit_measure));
    if (waiting)
        kit.model.cars[0].waiting = true;
    enum shade shade = night_at(&setup, night_deserted(&kit.model), now).shade;
    kit_free(&kit);
    return shade;
}

static void whoever_is_there_keeps_the_picture(void **state)
{
    static const enum trust_state rowless[] = { TRUST_CONNECTING, TRUST_NEVER, TRUST_LOST };
    (void)state;
    assert_int_equal(shade_of("empty", 0, at(12, 0), false), SHADE_DAY);
    assert_int_equal(shade_of("empty", 0, at(23, 0), false), SHADE_NIGHT);
    assert_int_equal(shade_of("one", 0, at(23, 0), true), SHADE_DIM);
    assert_int_equal(shade_of("one-ready", 0, at(23, 0), false), SHADE_DIM);
    assert_int_equal(shade_of("empty", 30, at(23, 0), false), SHADE_NIGHT);
    assert_int_equal(shade_of("day", 700, at(23, 0), false), SHADE_DIM);
    for (size_t i = 0; i < sizeof rowless / sizeof rowless[0]; i++)
        assert_false(night_deserted(&(struct model){ .trust = rowless[i] }));
}

static void the_picture_steps_round_a_ring(void **state)
{
    const struct night_setup setup = { .ring = true }, still = { 0 };
    struct wall start = at(12, 0);
    int seen = 0;
    (void)state;
    for (int minute = 0; minute < NIGHT_RING_MIN * NIGHT_RING_STEPS; minute++) {
        struct wall now = wall_plus(start, (int64_t)minute * MIN_MS);
        int step = night_at(&setup, false, now).step;
        assert_in_range(step, 1, NIGHT_RING_STEPS);
        assert_int_equal(step, night_at(&setup, false, wall_plus(now, MIN_MS - 1)).step);
        assert_int_equal(night_at(&still, false, now).step, 0);
        seen |= 1 << step;
    }
    assert_int_equal(seen, 0x1fe);
}

/* All places, and none twice in a row. */
static void the_clock_wanders(void **state)
{
    const struct night_setup setup = { 0, 1439, false };
    int seen = 0, last = -1;
    (void)state;
    for (int i = 0; i < NIGHT_PLACES; i++) {
        struct night night =
            night_at(&setup, true, wall_plus(at(1, 0), (int64_t)i * NIGHT_PLACE_MIN * MIN_MS));
        assert_int_equal(night.shade, SHADE_NIGHT);
        assert_int_not_equal(night.place, last);
        last = night.place;
        seen |= 1 << night.place;
    }
    assert_int_equal(seen, 0xfff);
}

static void check_inside(const struct kit *kit)
{
    const struct box *back = &kit->layout->items[0].box;
    assert_true(back->x == 0 && back->y == 0 && back->w == kit->frame.w && back->h == kit->frame.h);
    for (int i = 0; i < kit->layout->n; i++) {
        const struct box *b = &kit->layout->items[i].box;
        assert_true(b->x >= 0 && b->y >= 0 && b->x + b->w <= kit->frame.w && b->y + b->h <= kit->frame.h);
        assert_true(b->w > 0 && b->h > 0);
    }
}

static const int sizes[][2] = {
    { 1920, 1080 }, { 1080, 1920 }, { 1440, 1080 }, { 2560, 1080 }, { 640, 360 }
};

static void nothing_leaves_the_picture(void **state)
{
    static const char *const boards[] = { "day", "call", "empty", "hostile" };
    (void)state;
    for (size_t s = 0; s < sizeof sizes / sizeof sizes[0]; s++)
        for (size_t i = 0; i < 8; i++) {
            struct kit kit;
            struct page page;
            assert_true(kit_make(&kit, kit_read(boards[i / 2]), sizes[s][0], sizes[s][1], 6, "ru", "",
                                 i % 2 ? 120 : 0, &kit_measure));
            for (int step = 0; step <= NIGHT_RING_STEPS; step++) {
                kit.setup.night.step = step;
                assert_true(kit_page(&kit, 0, &page) > 0);
                check_inside(&kit);
            }
            kit_free(&kit);
        }
}

static void the_night_holds_a_clock_and_a_name(void **state)
{
    (void)state;
    for (size_t s = 0; s < sizeof sizes / sizeof sizes[0]; s++)
        for (int place = 0; place < NIGHT_PLACES; place++) {
            struct kit kit;
            struct page page;
            assert_true(
                kit_make(&kit, kit_read("day"), sizes[s][0], sizes[s][1], 6, "ru", "", 0, &kit_measure));
            kit.setup.night = (struct night){ SHADE_NIGHT, 1 + place % NIGHT_RING_STEPS, place };
            assert_true(kit_page(&kit, 0, &page) > 0);
            assert_int_equal(kit.layout->n, 3);
            assert_int_equal(kit.layout->items[1].part, PART_CLOCK);
            assert_int_equal(kit.layout->items[2].part, PART_NAME);
            check_inside(&kit);
            kit_free(&kit);
        }
}

static void colours_follow_the_hour(void **state)
{
    struct theme dark, light;
    (void)state;
    theme_dark(&dark);
    theme_light(&light);
    struct theme dim = theme_shade(&dark, SHADE_DIM), night = theme_shade(&light, SHADE_NIGHT);
    assert_int_equal(dim.rgb[SLOT_TEXT], 0xabacae);      /* with 30 % black over it */
    assert_int_equal(dim.rgb[SLOT_CARD_TEXT], 0xbababa); /* that would be b3b3b3, with 6.5:1 on the card */
    assert_int_equal(dim.rgb[SLOT_BG], 0x0b0e13);
    assert_int_equal(theme_shade(&dark, SHADE_DAY).rgb[SLOT_TEXT], dark.rgb[SLOT_TEXT]);
    assert_int_equal(night.rgb[SLOT_BG], 0);
    assert_true(theme_contrast(night.rgb[SLOT_TEXT2], 0) >= 7);
    assert_int_equal(theme_shade(&dark, SHADE_NIGHT).rgb[SLOT_TEXT2], dark.rgb[SLOT_TEXT2]);
    for (int i = 0; i < 2; i++) {
        struct theme t = theme_shade(i ? &light : &dark, SHADE_DIM);
        /* Dimmed it still reads as the day does. */
        assert_true(theme_contrast(t.rgb[SLOT_TEXT], t.rgb[SLOT_BG]) >= 7);
        assert_true(theme_contrast(t.rgb[SLOT_TEXT2], t.rgb[SLOT_RAISED]) >= 7);
        assert_true(theme_contrast(t.rgb[SLOT_CARD_TEXT], t.rgb[SLOT_CARD]) >= 7);
        assert_true(theme_contrast(t.rgb[SLOT_CALL_TEXT], t.rgb[SLOT_CALL]) >= 7);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(quiet_hours_begin_and_end_on_the_minute),
        cmocka_unit_test(whoever_is_there_keeps_the_picture),
        cmocka_unit_test(the_picture_steps_round_a_ring),
        cmocka_unit_test(the_clock_wanders),
        cmocka_unit_test(nothing_leaves_the_picture),
        cmocka_unit_test(the_night_holds_a_clock_and_a_name),
        cmocka_unit_test(colours_follow_the_hour),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
