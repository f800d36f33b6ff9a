#include "base/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static void builder_stops_at_its_limit(void **state)
{
    char room[8];
    struct text t = text_over(room, sizeof room);
    (void)state;
    assert_true(text_put(&t, "1234567"));
    assert_false(t.failed);
    assert_false(text_put(&t, "8"));
    assert_string_equal(room, "1234567");
    assert_false(text_put(&t, "")); /* stays failed until cleared */
    text_clear(&t);
    assert_true(text_fmt(&t, "%d", 42));
    assert_string_equal(room, "42");
}

static void growing_builder_has_a_limit_too(void **state)
{
    struct text t = text_grow(1000);
    (void)state;
    int n = 0;
    while (text_put(&t, "x"))
        n++;
    assert_int_equal(n, 999);
    assert_int_equal(strlen(t.data), 999);
    text_free(&t);
    assert_null(t.data);
}

static void json_escapes_what_json_demands(void **state)
{
    char room[128];
    struct text t = text_over(room, sizeof room);
    (void)state;
    text_json(&t, "a\"b\\c\n\x01\x7f é\0z", 13);
    assert_string_equal(room, "\"a\\\"b\\\\c\\u000a\\u0001\\u007f é\\u0000z\"");
}

static void safe_text_has_no_control_byte(void **state)
{
    char room[128];
    struct text t = text_over(room, sizeof room);
    static const char hostile[] = "ok\x1b[31m\xc2\x9b\xff\xe2\x80\xaeрус";
    (void)state;
    text_safe(&t, hostile, sizeof hostile - 1);
    assert_string_equal(room, "ok\\x1b[31m\\xc2\\x9b\\xff\\xe2\\x80\\xaeрус");
}

static void utf8_is_strict(void **state)
{
    (void)state;
    assert_int_equal(utf8_length("Škoda К47 €𐍈", strlen("Škoda К47 €𐍈")), 12);
    assert_int_equal(utf8_length("\xc0\xaf", 2), SIZE_MAX);         /* overlong */
    assert_int_equal(utf8_length("\xe0\x80\xaf", 3), SIZE_MAX);     /* overlong */
    assert_int_equal(utf8_length("\xed\xa0\x80", 3), SIZE_MAX);     /* surrogate */
    assert_int_equal(utf8_length("\xf4\x90\x80\x80", 4), SIZE_MAX); /* > U+10FFFF */
    assert_int_equal(utf8_length("\xe2\x82", 2), SIZE_MAX);         /* cut */
    assert_int_equal(utf8_columns("К47 €e\u0301", strlen("К47 €e\u0301")), 6);
    assert_int_equal(utf8_columns("\u200b\u4e2d\U0001f697\uff1d", strlen("\u200b\u4e2d\U0001f697\uff1d")), 6);
    assert_int_equal(utf8_columns("\xe2\x82", 2), SIZE_MAX);
    static const int32_t marks[] = { 0x300,  0x36f,  0x489,  0x5c7,  0x64b,   0x93c,  0x94d,  0x9be,
                                     0xbcd,  0xe31,  0xe34,  0xe3a,  0xe49,   0x1160, 0x11ff, 0x17b4,
                                     0x200d, 0x20d0, 0x3099, 0xfe0f, 0x1f3fb, 0xe01ef };
    static const int32_t others[] = { 0,      'a',    0x2ff,  0x370,   0x48a,   0x5be,    0x904,  0x93d,
                                      0x966,  0xe01,  0xe32,  0xe3f,   0xe4f,   0x1100,   0x115f, 0x1200,
                                      0x200c, 0x3042, 0xac00, 0x1f400, 0xe01f0, 0x10ffff, -1 };
    for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++)
        assert_true(utf8_is_mark(marks[i]));
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        assert_false(utf8_is_mark(others[i]));
    assert_true(utf8_plain("А123ВС", strlen("А123ВС")));
    assert_false(utf8_plain("a\tb", 3));
    assert_false(utf8_plain("\xe2\x80\xa8", 3)); /* line separator */
}

static void numbers_are_whole(void **state)
{
    int64_t n;
    (void)state;
    assert_true(text_int("-9223372036854775807", INT64_MIN, INT64_MAX, &n));
    assert_true(text_int("65535", 1, 65535, &n));
    assert_false(text_int("65536", 1, 65535, &n));
    assert_false(text_int("9223372036854775808", INT64_MIN, INT64_MAX, &n));
    assert_false(text_int("", 0, 9, &n));
    assert_false(text_int("-", -9, 9, &n));
    assert_false(text_int(" 1", 0, 9, &n));
    assert_false(text_int("1x", 0, 9, &n));
}

static void ids_are_for_topics(void **state)
{
    (void)state;
    assert_true(text_is_id("bay-3"));
    assert_true(text_is_id("abcdefghijklmnopqrstuvwxyz012345"));
    assert_false(text_is_id("abcdefghijklmnopqrstuvwxyz0123456"));
    assert_false(text_is_id(""));
    assert_false(text_is_id("Bay"));
    assert_false(text_is_id("a/b"));
    assert_false(text_is_id("+"));
}

static void addresses_are_for_headers(void **state)
{
    static const char *const bad[] = { "",          "a",     "@b",     "a@",          "a@b\nBcc: c@d",
                                       "a@b,c@d",   "a b@c", "<a@b>",  "a@b@c",       "a@b@",
                                       "-oX/etc@b", "ä@b",   "ы@x.ru", "a@b\xc2\xa0", "\"a\"@b",
                                       "a@b\x7f" };
    char longest[256];
    (void)state;
    assert_true(text_is_address("o'neil+x@work.example"));
    assert_true(text_is_address("root@localhost"));
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_false(text_is_address(bad[i]));
    memset(longest, 'a', sizeof longest);
    longest[1] = '@';
    longest[254] = '\0';
    assert_true(text_is_address(longest));
    longest[254] = 'a';
    longest[255] = '\0';
    assert_false(text_is_address(longest));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(builder_stops_at_its_limit),
        cmocka_unit_test(growing_builder_has_a_limit_too),
        cmocka_unit_test(json_escapes_what_json_demands),
        cmocka_unit_test(safe_text_has_no_control_byte),
        cmocka_unit_test(utf8_is_strict),
        cmocka_unit_test(numbers_are_whole),
        cmocka_unit_test(ids_are_for_topics),
        cmocka_unit_test(addresses_are_for_headers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
