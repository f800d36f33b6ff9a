/* What is said after the chime. */
#include "display/speech.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char *said(const char *lang, const char *label, const char *place)
{
    static char out[SPEECH_SIZE];
    speech_text(lang, label, place, out);
    return out;
}

static void figures_by_pairs_in_russian(void **state)
{
    (void)state;
    assert_string_equal(said("ru", "1205", "Касса"), "Автомобиль 12 05 готов. Касса.");
    assert_string_equal(said("ru", "447", "Касса"), "Автомобиль 4 47 готов. Касса.");
    assert_string_equal(said("ru", "7", "Касса"), "Автомобиль 7 готов. Касса.");
    assert_string_equal(said("ru", "12345", "Касса"), "Автомобиль 1 23 45 готов. Касса.");
}

static void figures_one_by_one_otherwise(void **state)
{
    (void)state;
    assert_string_equal(said("en", "1205", "Касса"), "Car 1 2 0 5 is ready. Касса.");
    assert_string_equal(said("en", "447", "Desk 12"), "Car 4 4 7 is ready. Desk 12.");
}

static void letters_by_their_names(void **state)
{
    (void)state;
    assert_string_equal(said("ru", "К47", "Касса"), "Автомобиль ка 47 готов. Касса.");
    assert_string_equal(said("en", "K47", "Desk"), "Car kay 4 7 is ready. Desk.");
    assert_string_equal(said("en", "К47", "Desk"), "Car kah 4 7 is ready. Desk.");
    assert_string_equal(said("ru", "1205 · К47", "Касса"), "Автомобиль 12 05 ка 47 готов. Касса.");
    assert_string_equal(said("ru", "7702 AB-7", "Касса"), "Автомобиль 77 02 а бэ 7 готов. Касса.");
    assert_string_equal(said("ru", "с065мк", "Касса"), "Автомобиль эс 0 65 эм ка готов. Касса.");
    assert_string_equal(said("ru", "123 ქ", "Касса"), "Автомобиль 1 23 ქ готов. Касса.");
}

static void a_place_is_said_without_orders(void **state)
{
    (void)state;
    assert_string_equal(said("ru", "12", ""), "Автомобиль 12 готов.");
    assert_string_equal(said("ru", "12", "  --"), "Автомобиль 12 готов.");
    assert_string_equal(said("ru", "12", "Касса 2, 1-й этаж"), "Автомобиль 12 готов. Касса 2, 1-й этаж.");
    assert_string_equal(said("en", "12", "[[a:]] <b>Desk</b>; `x` $(y)"),
                        "Car 1 2 is ready. a b Desk b x y.");
    assert_string_equal(said("en", "-12", "-f /etc/passwd"), "Car 1 2 is ready. f etc passwd.");
}

static void the_longest_label_and_place_fit(void **state)
{
    char label[64], place[160];
    (void)state;
    memset(label, 'W', sizeof label - 1);
    label[sizeof label - 1] = '\0';
    memset(place, 'x', sizeof place - 1);
    place[sizeof place - 1] = '\0';
    assert_true(strlen(said("ru", label, place)) < SPEECH_SIZE);
    assert_memory_equal(said("en", "", place), "Car is ready. xxx", 17);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(figures_by_pairs_in_russian),     cmocka_unit_test(figures_one_by_one_otherwise),
        cmocka_unit_test(letters_by_their_names),          cmocka_unit_test(a_place_is_said_without_orders),
        cmocka_unit_test(the_longest_label_and_place_fit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
