/* Scanners that type: the US layout, whole codes, broken codes. And the names of keys. */
#include "bay/keys.h"
#include "bay/scan.h"

#include <linux/input-event-codes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* The rows of a US keyboard; the kernel numbers the keys of a row one after another. */
static const struct {
    int first;
    const char *plain, *shifted;
} rows[] = { { KEY_1, "1234567890-=", "!@#$%^&*()_+" },
             { KEY_Q, "qwertyuiop[]", "QWERTYUIOP{}" },
             { KEY_A, "asdfghjkl;'`", "ASDFGHJKL:\"~" },
             { KEY_BACKSLASH, "\\zxcvbnm,./", "|ZXCVBNM<>?" },
             { KEY_SPACE, " ", "" } };

struct typist {
    struct scan scan;
    int64_t now;
    char told[1024]; /* "[code]" and "(why)" */
};

static int start(void **state)
{
    struct typist *t = calloc(1, sizeof *t);
    if (t)
        t->now = 10000;
    *state = t;
    return t ? 0 : -1;
}

static int stop(void **state)
{
    free(*state);
    return 0;
}

static void take(struct typist *t, enum scan_result result)
{
    size_t len = strlen(t->told);
    if (result != SCAN_MORE)
        snprintf(t->told + len, sizeof t->told - len, result == SCAN_CODE ? "[%s]" : "(%s)",
                 result == SCAN_CODE ? t->scan.text : t->scan.why);
}

static void wait(struct typist *t, int64_t ms)
{
    t->now += ms;
    take(t, scan_tick(&t->scan, (struct boot){ t->now }));
}

static void key(struct typist *t, int code, int value)
{
    wait(t, 2);
    take(t, scan_key(&t->scan, code, value, (struct boot){ t->now }));
}

static void hit(struct typist *t, int code)
{
    key(t, code, 1);
    key(t, code, 0);
}

static void type_char(struct typist *t, char c)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const char *plain = strchr(rows[i].plain, c), *shifted = strchr(rows[i].shifted, c);
        if (plain) {
            hit(t, rows[i].first + (int)(plain - rows[i].plain));
            return;
        }
        if (shifted) {
            key(t, KEY_LEFTSHIFT, 1);
            hit(t, rows[i].first + (int)(shifted - rows[i].shifted));
            key(t, KEY_LEFTSHIFT, 0);
            return;
        }
    }
    fail();
}

static void type(struct typist *t, const char *text)
{
    for (; *text; text++) {
        if (*text == '\n')
            hit(t, KEY_ENTER);
        else
            type_char(t, *text);
    }
}

static void whole_codes_are_read(void **state)
{
    struct typist *t = *state;
    type(t, "2026-0412\n");
    type(t, "WO/77 b_c:9\n");
    assert_string_equal(t->told, "[2026-0412][WO/77 b_c:9]");
    assert_int_equal(scan_deadline(&t->scan).ms, BOOT_FAR.ms);
}

static void every_printable_character_can_be_typed(void **state)
{
    struct typist *t = *state;
    for (char c = ' '; c < 0x7f; c++) {
        char want[8];
        t->told[0] = '\0';
        type_char(t, c);
        hit(t, KEY_KPENTER);
        snprintf(want, sizeof want, "[%c]", c);
        assert_string_equal(t->told, want);
    }
}

static void both_shifts_and_the_keypad(void **state)
{
    static const int keypad[] = { KEY_KP0,   KEY_KP1,     KEY_KP2,    KEY_KP3,        KEY_KP4,
                                  KEY_KP5,   KEY_KP6,     KEY_KP7,    KEY_KP8,        KEY_KP9,
                                  KEY_KPDOT, KEY_KPMINUS, KEY_KPPLUS, KEY_KPASTERISK, KEY_KPSLASH };
    struct typist *t = *state;
    key(t, KEY_RIGHTSHIFT, 1);
    key(t, KEY_LEFTSHIFT, 1);
    key(t, KEY_LEFTSHIFT, 0);
    hit(t, KEY_A);
    key(t, KEY_RIGHTSHIFT, 0);
    for (size_t i = 0; i < sizeof keypad / sizeof *keypad; i++)
        hit(t, keypad[i]);
    type(t, "\n");
    assert_string_equal(t->told, "[A0123456789.-+*/]");
}

static void autorepeat_and_releases_type_nothing(void **state)
{
    struct typist *t = *state;
    key(t, KEY_ENTER, 0);
    key(t, KEY_7, 1);
    for (int i = 0; i < 20; i++)
        key(t, KEY_7, 2);
    key(t, KEY_7, 0);
    type(t, "\n\n\n");
    assert_string_equal(t->told, "[7]");
}

static void a_key_without_a_character_breaks_the_code(void **state)
{
    static const int strange[] = {
        KEY_F1, KEY_LEFTALT, KEY_LEFTCTRL, KEY_TAB, KEY_UP, KEY_CAPSLOCK, KEY_MAX
    };
    struct typist *t = *state;
    for (size_t i = 0; i < sizeof strange / sizeof *strange; i++) {
        t->told[0] = '\0';
        type(t, "20");
        hit(t, strange[i]);
        type(t, "26\n");
        assert_string_equal(t->told, "(a key that is no character of the US layout)");
        type(t, "77\n");
        assert_non_null(strstr(t->told, ")[77]"));
    }
}

static void sixty_four_characters_are_the_most(void **state)
{
    struct typist *t = *state;
    char text[64 + 2], want[64 + 3];
    memset(text, 'x', sizeof text);
    text[64] = '\n';
    text[64 + 1] = '\0';
    type(t, text);
    snprintf(want, sizeof want, "[%.*s]", 64, text);
    assert_string_equal(t->told, want);
    t->told[0] = '\0';
    text[64] = 'y';
    type(t, text);
    type(t, "zzz\n");
    assert_string_equal(t->told, "(more than 64 characters)");
}

/* The tail of a broken code is no code of its own. */
static void a_pause_breaks_the_code_and_its_tail(void **state)
{
    struct typist *t = *state;
    type(t, "2026");
    assert_int_equal(scan_deadline(&t->scan).ms, t->now - 2 + 500 + 1); /* the key went up 2 ms later */
    wait(t, 500 - 4);
    assert_string_equal(t->told, "");
    type(t, "-04");
    wait(t, 500);
    assert_string_equal(t->told, "(a pause within the code)");
    type(t, "12\n");
    assert_string_equal(t->told, "(a pause within the code)");
    type(t, "2026-0412\n");
    assert_string_equal(t->told, "(a pause within the code)[2026-0412]");
}

/* A half code that no Enter ended is forgotten. */
static void after_a_rest_the_next_code_counts(void **state)
{
    struct typist *t = *state;
    type(t, "2026");
    wait(t, 500 + 1);
    assert_int_equal(scan_deadline(&t->scan).ms, t->now - 500 - 3 + 2000);
    wait(t, 2000 - 500);
    assert_int_equal(scan_deadline(&t->scan).ms, BOOT_FAR.ms);
    type(t, "77\n");
    assert_string_equal(t->told, "(a pause within the code)[77]");
    type(t, "1");
    wait(t, 2000 + 1); /* late: the pause and the rest at once */
    type(t, "2\n");
    assert_string_equal(t->told, "(a pause within the code)[77](a pause within the code)[2]");
}

static void lost_keys_break_the_code(void **state)
{
    struct typist *t = *state;
    key(t, KEY_LEFTSHIFT, 1);
    take(t, scan_lost(&t->scan, (struct boot){ t->now }));
    type(t, "26\n");
    take(t, scan_lost(&t->scan, (struct boot){ t->now }));
    type(t, "\nab\n");
    assert_string_equal(t->told, "(keys of the code were lost)(keys of the code were lost)[ab]");
}

/* ---- names ---- */

static void names_are_the_kernel_s(void **state)
{
    FILE *f = fopen("/usr/include/linux/input-event-codes.h", "re");
    char line[512], name[64], value[64];
    int known = 0, newer = 0;
    (void)state;
    assert_non_null(f);
    while (fgets(line, sizeof line, f)) {
        if (sscanf(line, "#define %63s %63s", name, value) != 2 ||
            (strncmp(name, "KEY_", 4) != 0 && strncmp(name, "BTN_", 4) != 0) ||
            strcmp(name, "KEY_MAX") == 0 || strcmp(name, "KEY_CNT") == 0 ||
            strcmp(name, "KEY_MIN_INTERESTING") == 0)
            continue;
        char *end;
        long code = strtol(value, &end, 0);
        if (keys_find(name) < 0)
            newer++;
        else if (*end == '\0')
            assert_int_equal(keys_find(name), code);
        else
            assert_int_equal(keys_find(name), keys_find(value)); /* another name of the same key */
        known += keys_find(name) >= 0;
    }
    fclose(f);
    assert_true(known >= 632);
    assert_true(newer <= 60); /* of later kernels */
}

static void codes_and_names_are_found(void **state)
{
    (void)state;
    assert_int_equal(keys_find("KEY_F13"), 183);
    assert_int_equal(keys_find("BTN_TRIGGER_HAPPY1"), 0x2c0);
    assert_int_equal(keys_find("183"), 183);
    assert_int_equal(keys_find("767"), KEY_MAX);
    assert_int_equal(keys_find("768"), -1);
    assert_int_equal(keys_find("-1"), -1);
    assert_int_equal(keys_find(""), -1);
    assert_int_equal(keys_find("key_f13"), -1);
    assert_int_equal(keys_find("KEY_MAX"), -1);
    assert_string_equal(keys_name(183), "KEY_F13");
    assert_null(keys_name(KEY_MAX));
    assert_null(keys_name(-1));
}

static void power_keys_are_refused(void **state)
{
    static const char *const bad[] = { "KEY_POWER",   "KEY_POWER2",  "KEY_SLEEP",
                                       "KEY_SUSPEND", "KEY_RESTART", "116" };
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_non_null(keys_refused(keys_find(bad[i])));
    assert_null(keys_refused(keys_find("KEY_F13")));
    assert_null(keys_refused(keys_find("KEY_KP1")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(whole_codes_are_read, start, stop),
        cmocka_unit_test_setup_teardown(every_printable_character_can_be_typed, start, stop),
        cmocka_unit_test_setup_teardown(both_shifts_and_the_keypad, start, stop),
        cmocka_unit_test_setup_teardown(autorepeat_and_releases_type_nothing, start, stop),
        cmocka_unit_test_setup_teardown(a_key_without_a_character_breaks_the_code, start, stop),
        cmocka_unit_test_setup_teardown(sixty_four_characters_are_the_most, start, stop),
        cmocka_unit_test_setup_teardown(a_pause_breaks_the_code_and_its_tail, start, stop),
        cmocka_unit_test_setup_teardown(after_a_rest_the_next_code_counts, start, stop),
        cmocka_unit_test_setup_teardown(lost_keys_break_the_code, start, stop),
        cmocka_unit_test(names_are_the_kernel_s),
        cmocka_unit_test(codes_and_names_are_found),
        cmocka_unit_test(power_keys_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
