/* Shop time to real time: distances before the zero stay, after it they shrink and nights vanish; never
 * backwards. */
#include "app/course.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define MIN  INT64_C(60000)
#define HOUR (60 * MIN)
#define DAY  (24 * HOUR)

static struct wall at(const struct course *course, int64_t since_midnight)
{
    return wall_plus(course->midnight, since_midnight);
}

static struct course course(double speed)
{
    struct wall midnight = { INT64_C(1772409600000) };
    return (struct course){ midnight, wall_plus(midnight, 11 * HOUR), { INT64_C(1800000000123) }, speed };
}

static void the_past_keeps_its_distance(void **state)
{
    (void)state;
    struct course c = course(30);
    assert_true(course_map(&c, at(&c, 11 * HOUR)).ms == c.real_zero.ms);
    assert_true(course_map(&c, at(&c, 10 * HOUR)).ms == c.real_zero.ms - HOUR);
    assert_true(course_map(&c, at(&c, -13 * HOUR)).ms == c.real_zero.ms - DAY);
}

static void the_future_is_quicker_and_has_no_nights(void **state)
{
    (void)state;
    struct course c = course(30);
    assert_true(course_map(&c, at(&c, 12 * HOUR)).ms == c.real_zero.ms + 2 * MIN);
    int64_t evening = course_map(&c, at(&c, 20 * HOUR + 15 * MIN)).ms;
    assert_true(evening == c.real_zero.ms + (9 * HOUR + 15 * MIN) / 30);
    assert_true(course_map(&c, at(&c, 23 * HOUR)).ms == evening);
    assert_true(course_map(&c, at(&c, DAY + 7 * HOUR)).ms == evening);
    assert_true(course_map(&c, at(&c, DAY + 8 * HOUR + 25 * MIN)).ms == evening + MIN);
}

static void never_backwards(void **state)
{
    (void)state;
    static const double speeds[] = { 0.5, 1, 30, 7777 };
    for (int i = 0; i < 4; i++) {
        struct course c = course(speeds[i]);
        int64_t last = INT64_MIN;
        for (int64_t t = -2 * DAY; t < 5 * DAY; t += 61 * 1000) {
            int64_t real = course_map(&c, at(&c, t)).ms;
            assert_true(real >= last);
            last = real;
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_past_keeps_its_distance),
        cmocka_unit_test(the_future_is_quicker_and_has_no_nights),
        cmocka_unit_test(never_backwards),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
