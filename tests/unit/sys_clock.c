#include "sys/clock.h"

#include "base/stamp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

static struct wall at(const char *stamp)
{
    struct wall w;
    assert_true(stamp_parse(stamp, strlen(stamp), &w));
    return w;
}

static void assert_at(struct wall w, const char *expected)
{
    char text[STAMP_SIZE];
    stamp_format(w, text);
    assert_string_equal(text, expected);
}

static void fake_clock_stands_where_it_is_put(void **state)
{
    (void)state;
    clock_fake((struct wall){ 12345 }, (struct boot){ 678 }, "boot-of-the-test-which-is-long", false);
    assert_int_equal(clock_wall().ms, 12345);
    assert_int_equal(clock_boot().ms, 678);
    assert_string_equal(clock_boot_id(), "boot-of-the-test");
    assert_false(clock_synced());
    clock_fake((struct wall){ 1 }, (struct boot){ 679 }, "b", true);
    assert_int_equal(clock_wall().ms, 1);
    assert_true(clock_synced());
    clock_real();
}

static void real_clocks_run(void **state)
{
    struct timespec t;
    (void)state;
    clock_gettime(CLOCK_BOOTTIME, &t);
    int64_t before = (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
    assert_in_range(clock_boot().ms - before, 0, 10000);
    assert_in_range(clock_wall().ms / 1000 - time(NULL) + 10, 0, 20);
    size_t n = strlen(clock_boot_id());
    assert_in_range(n, 1, 16);
    assert_null(strchr(clock_boot_id(), '-'));
    assert_ptr_equal(clock_boot_id(), clock_boot_id());
}

static void sync_state_can_be_given(void **state)
{
    (void)state;
    setenv("PITBOARD_CLOCK_SYNCED", "1", 1);
    assert_true(clock_synced());
    setenv("PITBOARD_CLOCK_SYNCED", "0", 1);
    assert_false(clock_synced());
    unsetenv("PITBOARD_CLOCK_SYNCED");
    clock_synced(); /* the kernel's answer depends on the machine */
}

static void random_bytes_differ(void **state)
{
    unsigned char a[64] = { 0 }, b[64] = { 0 };
    (void)state;
    assert_true(clock_random(a, sizeof a));
    assert_true(clock_random(b, sizeof b));
    assert_memory_not_equal(a, b, sizeof a);
    assert_true(clock_random(a, 0));
}

static void zones_are_checked(void **state)
{
    static const char *const bad[] = { "",
                                       "Europe/Atlantis",
                                       "/etc/localtime",
                                       "/usr/share/zoneinfo/UTC",
                                       "..",
                                       "Europe/../UTC",
                                       "zone1970.tab",
                                       "Europe",
                                       ":UTC",
                                       "UTC0",
                                       "Europe/Minsk\n",
                                       "../zoneinfo/UTC",
                                       "UTC UTC" };
    (void)state;
    assert_true(clock_set_zone("Europe/Minsk"));
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(clock_set_zone(bad[i]));
    assert_at(clock_from_local(2026, 3, 1, 9, 20, 0), "2026-03-01T06:20:00.000Z"); /* still Minsk */
    assert_true(clock_set_zone("America/Argentina/Buenos_Aires"));
    assert_true(clock_set_zone("Etc/GMT+3"));
    assert_true(clock_set_zone("UTC"));
}

static void parts_of_a_local_time(void **state)
{
    (void)state;
    assert_true(clock_set_zone("Europe/Minsk"));
    struct clock_parts p = clock_local(at("2026-03-01T21:30:05.999Z"));
    assert_int_equal(p.year, 2026);
    assert_int_equal(p.month, 3);
    assert_int_equal(p.day, 2);
    assert_int_equal(p.weekday, 0); /* a Monday */
    assert_int_equal(p.hour, 0);
    assert_int_equal(p.minute, 30);
    assert_int_equal(p.second, 5);
    assert_int_equal(clock_local(at("2026-03-01T12:00:00Z")).weekday, 6);
    assert_int_equal(clock_local((struct wall){ -1 }).second, 59); /* rounds down before 1970 too */
}

static void local_times_carry_over(void **state)
{
    (void)state;
    assert_true(clock_set_zone("Europe/Minsk"));
    assert_at(clock_from_local(2026, 12, 32, 0, 0, 0), "2026-12-31T21:00:00.000Z");
    assert_at(clock_from_local(2026, 3, 1, 24, 0, 0), "2026-03-01T21:00:00.000Z");
    assert_at(clock_from_local(2026, 3, 0, 12, 0, 0), "2026-02-28T09:00:00.000Z");
}

/* The local day around `when` in `zone` starts and ends there, seen from any second of it. */
static void assert_day(const char *zone, const char *when, const char *start, const char *end)
{
    assert_true(clock_set_zone(zone));
    assert_at(clock_midnight(at(when)), start);
    assert_at(clock_next_midnight(at(when)), end);
    assert_at(clock_midnight(at(start)), start);
    assert_at(clock_next_midnight(at(start)), end);
    assert_at(clock_midnight(wall_plus(at(end), -1)), start);
    assert_at(clock_next_midnight(wall_plus(at(end), -1)), end);
}

static void days_begin_at_local_midnight(void **state)
{
    (void)state;
    assert_day("Europe/Minsk", "2026-03-01T12:00:00Z", "2026-02-28T21:00:00.000Z",
               "2026-03-01T21:00:00.000Z");
    assert_day("UTC", "2026-12-31T23:59:59Z", "2026-12-31T00:00:00.000Z", "2027-01-01T00:00:00.000Z");
    /* 23 and 25 hours */
    assert_day("Europe/Berlin", "2026-03-29T12:00:00Z", "2026-03-28T23:00:00.000Z",
               "2026-03-29T22:00:00.000Z");
    assert_day("Europe/Berlin", "2026-10-25T12:00:00Z", "2026-10-24T22:00:00.000Z",
               "2026-10-25T23:00:00.000Z");
    /* the clocks change at midnight: the day starts at one, and the night before had 23 o'clock twice */
    assert_day("America/Sao_Paulo", "2018-11-04T12:00:00Z", "2018-11-04T03:00:00.000Z",
               "2018-11-05T02:00:00.000Z");
    assert_day("America/Sao_Paulo", "2018-02-17T12:00:00Z", "2018-02-17T02:00:00.000Z",
               "2018-02-18T03:00:00.000Z");
    /* back from one to midnight: it comes twice, and the first counts */
    assert_day("America/Havana", "2026-11-01T12:00:00Z", "2026-11-01T04:00:00.000Z",
               "2026-11-02T05:00:00.000Z");
    /* Samoa had no 30 December 2011 */
    assert_day("Pacific/Apia", "2011-12-29T20:00:00Z", "2011-12-29T10:00:00.000Z",
               "2011-12-30T10:00:00.000Z");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fake_clock_stands_where_it_is_put),
        cmocka_unit_test(real_clocks_run),
        cmocka_unit_test(sync_state_can_be_given),
        cmocka_unit_test(random_bytes_differ),
        cmocka_unit_test(zones_are_checked),
        cmocka_unit_test(parts_of_a_local_time),
        cmocka_unit_test(local_times_carry_over),
        cmocka_unit_test(days_begin_at_local_midnight),
    };
    return cmocka_run_group_tests_name("sys_clock", tests, NULL, NULL);
}
