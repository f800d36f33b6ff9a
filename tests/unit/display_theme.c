/* Colours: the figures of the design, and what is refused. */
#include "display/icon.h"
#include "display/theme.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void ratios_of_the_design(void **state)
{
    static const struct {
        uint32_t front, back;
        double ratio;
    } rows[] = { { 0xf4f6f8, 0x0f141b, 17.1 }, { 0xb9c3cf, 0x1b2430, 8.8 },  { 0x8cc8ff, 0x171e28, 9.4 },
                 { 0xffffff, 0x0c4a38, 10.2 }, { 0x08241b, 0x7fe3b4, 10.6 }, { 0x454c55, 0xeae8e1, 7.1 },
                 { 0x000000, 0xffffff, 21.0 }, { 0x777777, 0x777777, 1.0 } };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        double ratio = theme_contrast(rows[i].front, rows[i].back);
        assert_true(ratio > rows[i].ratio - 0.06 && ratio < rows[i].ratio + 0.06);
    }
}

static void both_themes_pass(void **state)
{
    struct theme theme;
    char fault[THEME_FAULT_SIZE];
    (void)state;
    theme_dark(&theme);
    if (!theme_check(&theme, fault))
        fail_msg("dark: %s", fault);
    theme_light(&theme);
    if (!theme_check(&theme, fault))
        fail_msg("light: %s", fault);
}

static void a_bad_pair_is_named_with_its_ratio(void **state)
{
    struct theme theme;
    char fault[THEME_FAULT_SIZE];
    (void)state;
    theme_dark(&theme);
    assert_true(theme_set(&theme, "work", "#4477AA", fault));
    assert_false(theme_check(&theme, fault));
    assert_non_null(strstr(fault, "work #4477AA on bg #0F141B"));
    assert_non_null(strstr(fault, "3.9"));
    theme_dark(&theme);
    assert_true(theme_set(&theme, "step", "#202830", fault));
    assert_false(theme_check(&theme, fault));
    /* The brand carries no text: any colour will do. */
    theme_dark(&theme);
    assert_true(theme_set(&theme, "brand", "#0f141c", fault));
    assert_true(theme_check(&theme, fault));
}

static void bad_settings_are_refused(void **state)
{
    static const char *const bad[][2] = {
        { "work", "red" }, { "work", "#12345" }, { "work", "#12345g" }, { "sky", "#123456" }
    };
    struct theme theme;
    char fault[THEME_FAULT_SIZE];
    (void)state;
    theme_dark(&theme);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_false(theme_set(&theme, bad[i][0], bad[i][1], fault));
    for (int i = 0; i < SLOT_COUNT; i++)
        assert_true(theme_set(&theme, theme_slot_name((enum slot)i), "#0A0b0C", fault));
}

/* Quiet hours take light away, not legibility. */
static void dimmed_themes_can_be_read(void **state)
{
    struct theme theme, dim;
    char fault[THEME_FAULT_SIZE];
    (void)state;
    for (int light = 0; light < 2; light++) {
        (light ? theme_light : theme_dark)(&theme);
        dim = theme_shade(&theme, SHADE_DIM);
        if (!theme_check(&dim, fault))
            fail_msg("%s: %s", light ? "light" : "dark", fault);
        assert_true(dim.rgb[SLOT_BG] < theme.rgb[SLOT_BG]);
        assert_int_equal(dim.rgb[SLOT_CARD] & 0xff, ((theme.rgb[SLOT_CARD] & 0xff) * 70 + 50) / 100);
    }
}

/* ---- eyes that see fewer colours ---- */

enum eye { EYE_USUAL, EYE_DEUTAN, EYE_PROTAN, EYE_COUNT };

/* Machado, Oliveira and Fernandes, "A Physiologically-based Model for Simulation of Color Vision Deficiency",
 * IEEE TVCG 15(6), 2009, table of severity 1.0; on linear RGB. */
static const double eyes[EYE_COUNT][3][3] = {
    { { 1, 0, 0 }, { 0, 1, 0 }, { 0, 0, 1 } },
    { { 0.367322, 0.860646, -0.227968 },
      { 0.280085, 0.672501, 0.047413 },
      { -0.011820, 0.042940, 0.968881 } },
    { { 0.152286, 1.052583, -0.204868 },
      { 0.114503, 0.786281, 0.099216 },
      { -0.003882, -0.048116, 1.051998 } },
};

static double lab_part(double t)
{
    return t > 216.0 / 24389 ? cbrt(t) : (24389.0 / 27 * t + 16) / 116;
}

/* CIE L*a*b*, white point D65, of a colour as the eye sees it. */
static void see(uint32_t rgb, enum eye eye, double lab[3])
{
    static const double xyz[3][3] = { { 0.4124564, 0.3575761, 0.1804375 },
                                      { 0.2126729, 0.7151522, 0.0721750 },
                                      { 0.0193339, 0.1191920, 0.9503041 } };
    double c[3], s[3], f[3];
    for (int i = 0; i < 3; i++) {
        c[i] = (rgb >> (16 - 8 * i) & 255) / 255.0;
        c[i] = c[i] <= 0.04045 ? c[i] / 12.92 : pow((c[i] + 0.055) / 1.055, 2.4);
    }
    for (int i = 0; i < 3; i++) {
        s[i] = eyes[eye][i][0] * c[0] + eyes[eye][i][1] * c[1] + eyes[eye][i][2] * c[2];
        s[i] = s[i] < 0 ? 0 : s[i] > 1 ? 1 : s[i];
    }
    for (int i = 0; i < 3; i++) {
        static const double white[3] = { 0.95047, 1, 1.08883 };
        f[i] = lab_part((xyz[i][0] * s[0] + xyz[i][1] * s[1] + xyz[i][2] * s[2]) / white[i]);
    }
    lab[0] = 116 * f[1] - 16;
    lab[1] = 500 * (f[0] - f[1]);
    lab[2] = 200 * (f[1] - f[2]);
}

/* CIE 1976 difference; 2.3 is just noticeable, at 20 nobody takes one word for the other, at 15 one area. */
static double difference(uint32_t a, uint32_t b, enum eye eye)
{
    double x[3], y[3];
    see(a, eye, x);
    see(b, eye, y);
    return sqrt((x[0] - y[0]) * (x[0] - y[0]) + (x[1] - y[1]) * (x[1] - y[1]) +
                (x[2] - y[2]) * (x[2] - y[2]));
}

static void the_simulation_is_sound(void **state)
{
    (void)state;
    assert_true(difference(0x808080, 0x808080, EYE_DEUTAN) < 0.001);
    for (int eye = 0; eye < EYE_COUNT; eye++) /* greys stay as they are */
        assert_true(difference(0x000000, 0xffffff, (enum eye)eye) > 99.5);
    /* The example everybody knows: a red and a green of the same lightness. */
    assert_true(difference(0xc06000, 0x808000, EYE_USUAL) > 30);
    assert_true(difference(0xc06000, 0x808000, EYE_DEUTAN) < 20);
}

/* Words in the colour of their stage, cards and strips: told apart by colour alone, even without their words
 * and outlines. Lamps differ by outline (disc, triangle, square with a mark) and are the second table's. */
static void states_stay_apart_for_every_eye(void **state)
{
    static const struct {
        unsigned char a, b;
        double least;
    } pairs[] = {
        { SLOT_WORK, SLOT_HOLD, 20 }, { SLOT_WORK, SLOT_TEXT, 20 },  { SLOT_HOLD, SLOT_TEXT, 20 },
        { SLOT_WORK, SLOT_LATE, 20 }, { SLOT_TEXT2, SLOT_STEP, 20 }, { SLOT_CARD, SLOT_PANEL, 15 },
        { SLOT_CARD, SLOT_BG, 15 },   { SLOT_CALL, SLOT_BG, 20 },    { SLOT_CALL, SLOT_PANEL, 20 },
        { SLOT_STRIP, SLOT_BG, 20 },  { SLOT_STRIP, SLOT_CARD, 20 }, { SLOT_CALL, SLOT_STRIP, 20 },
    };
    (void)state;
    for (int light = 0; light < 2; light++) {
        struct theme t;
        (light ? theme_light : theme_dark)(&t);
        for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++)
            for (int eye = 0; eye < EYE_COUNT; eye++) {
                double d = difference(t.rgb[pairs[i].a], t.rgb[pairs[i].b], (enum eye)eye);
                if (getenv("SHOW"))
                    print_message("%s %s/%s eye %d: %.1f\n", light ? "light" : "dark",
                                  theme_slot_name(pairs[i].a), theme_slot_name(pairs[i].b), eye, d);
                if (d < pairs[i].least)
                    fail_msg("%s: %s and %s are %.1f apart for eye %d", light ? "light" : "dark",
                             theme_slot_name(pairs[i].a), theme_slot_name(pairs[i].b), d, eye);
            }
    }
}

/* Share of the pixels of either shape that are not in both. */
static double unlike(const struct mask *a, const uint8_t *b)
{
    int both = 0, differ = 0;
    for (int i = 0; i < a->w * a->h; i++) {
        both += a->cover[i] > 127 || b[i] > 127;
        differ += (a->cover[i] > 127) != (b[i] > 127);
    }
    return both ? (double)differ / both : 0;
}

#define SIZE 46 /* of a lamp at 1920 x 1080 */

static void draw_shape(struct icons *icons, int shape, struct mask *out)
{
    static const enum icon lamps[] = { ICON_LAMP_OFF, ICON_LAMP_GREEN, ICON_LAMP_AMBER, ICON_LAMP_RED };
    static const enum outline outlines[] = { OUTLINE_RING, OUTLINE_DISC, OUTLINE_SQUARE, OUTLINE_DIAMOND };
    assert_true(shape < 4 ? icons_glyph(icons, lamps[shape], SIZE, out)
                          : icons_outline(icons, outlines[shape - 4], false, SIZE, out));
    assert_true(out->w == SIZE && out->h == SIZE);
}

/* Green and red lamps are near to each other for a deuteranope: the four lamps, and the four kinds of stage,
 * differ by outline. */
static void lamps_and_kinds_differ_by_outline(void **state)
{
    static uint8_t first[SIZE * SIZE];
    struct icons *icons = icons_create();
    (void)state;
    assert_non_null(icons);
    for (int group = 0; group < 8; group += 4)
        for (int i = 0; i < 4; i++)
            for (int k = i + 1; k < 4; k++) {
                struct mask mask;
                draw_shape(icons, group + i, &mask);
                memcpy(first, mask.cover, sizeof first);
                draw_shape(icons, group + k, &mask);
                if (unlike(&mask, first) < 0.1)
                    fail_msg("shapes %d and %d differ by %.0f %%", group + i, group + k,
                             unlike(&mask, first) * 100);
            }
    icons_destroy(icons);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ratios_of_the_design),
        cmocka_unit_test(both_themes_pass),
        cmocka_unit_test(a_bad_pair_is_named_with_its_ratio),
        cmocka_unit_test(bad_settings_are_refused),
        cmocka_unit_test(dimmed_themes_can_be_read),
        cmocka_unit_test(the_simulation_is_sound),
        cmocka_unit_test(states_stay_apart_for_every_eye),
        cmocka_unit_test(lamps_and_kinds_differ_by_outline),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
