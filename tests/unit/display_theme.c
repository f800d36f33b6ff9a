/* Colours: the figures of the design, and what is refused. */
#include "display/theme.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ratios_of_the_design),
        cmocka_unit_test(both_themes_pass),
        cmocka_unit_test(a_bad_pair_is_named_with_its_ratio),
        cmocka_unit_test(bad_settings_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
