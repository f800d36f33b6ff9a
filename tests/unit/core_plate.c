#include "core/plate.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

/* Plate, key, tail (CONTRACT 3). */
static void keys_and_tails(void **state)
{
    static const char *const rows[][3] = {
        { "А123ВС777", "A123BC777", "123" },
        { "а 123 вс-777", "A123BC777", "123" },
        { "0018 AB-7", "0018AB7", "0018" },
        { "1205 ab-7", "1205AB7", "1205" },
        { "АВЕКМНОРСТУХІ", "ABEKMHOPCTYXI", "" },
        { "авекмнорстухі", "ABEKMHOPCTYXI", "" },
        { "12AB34", "12AB34", "12" },
        { "ЖЮ777", "ЖЮ777", "777" },
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char key[PLATE_SIZE], tail[PLATE_SIZE];
        plate_key(rows[i][0], key);
        plate_tail(key, tail);
        assert_string_equal(key, rows[i][1]);
        assert_string_equal(tail, rows[i][2]);
    }
}

/* The same car typed with Cyrillic, Latin, small letters and hyphens is the same car. */
static void look_alikes_meet(void **state)
{
    char a[PLATE_SIZE], b[PLATE_SIZE];
    (void)state;
    plate_key("О777ОО 77", a);
    plate_key("o777oo-77", b);
    assert_string_equal(a, b);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(keys_and_tails),
                                        cmocka_unit_test(look_alikes_meet) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
