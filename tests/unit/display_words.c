/* Words: Russian plurals, dates and times as people read them. */
#include "display/words.h"
#include "sys/clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define NB "\xc2\xa0"

static struct wall local(int day, int hour, int minute)
{
    return clock_from_local(2026, 11, day, hour, minute, 0);
}

static void russian_plurals(void **state)
{
    static const struct {
        int n, form;
    } rows[] = { { 0, 2 },  { 1, 0 },  { 2, 1 },  { 4, 1 },  { 5, 2 },   { 11, 2 },  { 12, 2 },
                 { 14, 2 }, { 21, 0 }, { 22, 1 }, { 25, 2 }, { 101, 0 }, { 111, 2 }, { 112, 2 } };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        assert_int_equal(words_plural_ru(rows[i].n), rows[i].form);
}

static void bays_inflect(void **state)
{
    char out[WORDS_SIZE];
    (void)state;
    words_bays("ru", 6, 6, out);
    assert_string_equal(out, "На" NB "связи 6 из" NB "6 постов");
    words_bays("ru", 1, 21, out);
    assert_string_equal(out, "На" NB "связи 1 из" NB "21 поста");
    words_bays("ru", 2, 2, out);
    assert_string_equal(out, "На" NB "связи 2 из" NB "2 постов");
    words_bays("en", 0, 1, out);
    assert_string_equal(out, "0 of 1 bay on line");
}

static void promises_name_their_day(void **state)
{
    struct wall now = local(21, 14, 32); /* a Saturday */
    char out[WORDS_SIZE];
    (void)state;
    words_promise("ru", local(21, 16, 30), now, out);
    assert_string_equal(out, "16:30");
    words_promise("ru", local(23, 12, 0), now, out);
    assert_string_equal(out, "пн" NB "12:00");
    words_promise("en", local(27, 9, 5), now, out);
    assert_string_equal(out, "Fri" NB "09:05");
    words_promise("en", local(28, 9, 5), now, out);
    assert_string_equal(out, "28" NB "Nov");
    words_promise("ru", local(22, 0, 0), local(21, 23, 59), out);
    assert_string_equal(out, "вс" NB "00:00");
}

static void beginnings_name_their_day(void **state)
{
    struct wall now = local(21, 14, 32);
    char out[WORDS_SIZE];
    (void)state;
    words_begin("ru", local(21, 0, 0), now, out);
    assert_string_equal(out, "00:00");
    words_begin("ru", local(20, 23, 59), now, out);
    assert_string_equal(out, "пт");
    words_begin("ru", local(14, 10, 0), now, out);
    assert_string_equal(out, "14" NB "ноя");
    words_date("ru", now, out);
    assert_string_equal(out, "21" NB "ноября");
    words_date("xx", now, out);
    assert_string_equal(out, "21" NB "November");
}

static void every_word_is_there(void **state)
{
    char out[WORDS_SIZE];
    (void)state;
    assert_true(words_known("ru") && words_known("en"));
    assert_false(words_known("de"));
    for (int w = 0; w < WORD_COUNT; w++) {
        assert_true(strlen(words_get("ru", (enum word)w)) > 0);
        assert_true(strlen(words_get("en", (enum word)w)) > 0);
    }
    words_since("ru", WORD_NO_LINK, "14:32", out);
    assert_string_equal(out, "Нет связи с" NB "14:32. Уточните у" NB "мастера");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(russian_plurals),         cmocka_unit_test(bays_inflect),
        cmocka_unit_test(promises_name_their_day), cmocka_unit_test(beginnings_name_their_day),
        cmocka_unit_test(every_word_is_there),
    };
    clock_set_zone("Europe/Minsk");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
