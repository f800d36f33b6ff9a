/* Presses on devices, through the real loop on a clock that stands: FIFOs, and FIFOs that answer as event
 * devices. */
#include "tests/bay_inputs.h"

/* ---- presses ---- */

static void a_fifo_serves_as_keypad(void **state)
{
    (void)state;
    int fd = make_fifo("pad");
    add(kit_path("pad"), false);
    key(fd, F14, 1);
    kit_run(1000000);
    assert_string_equal(world.told, "");
    kit_run(1000030);
    assert_string_equal(world.told, "0:3@0;");
    kit_run(1000100);
    key(fd, F14, 0);
    key(fd, KEY_A, 1); /* not bound */
    kit_run(1000200);
    key(fd, F13, 1);
    kit_run(1000300);
    key(fd, F13, 0);
    kit_run(1000400);
    assert_string_equal(world.told, "0:3@0;0:1@200;");
    close(fd);
}

static void autorepeat_is_no_press(void **state)
{
    (void)state;
    int fd = make_fifo("pad");
    add(kit_path("pad"), false);
    key(fd, F13, 1);
    key(fd, F14, 1);
    for (int ms = 0; ms < 60000; ms += 250) {
        kit_run(1000000 + ms);
        key(fd, F13, 2);
        key(fd, F14, 2);
    }
    kit_run(1060000);
    key(fd, F13, 0);
    key(fd, F14, 0);
    kit_run(1061000);
    assert_string_equal(world.told, "0:3@0;0:2@0;"); /* held for a minute: one each */
    close(fd);
}

static void events_in_pieces_are_joined(void **state)
{
    (void)state;
    int fd = make_fifo("pad");
    struct input_event e[3] = { event(EV_KEY, F14, 1, 1000000), event(EV_SYN, SYN_REPORT, 0, 1000000),
                                event(EV_KEY, F14, 0, 1000100) };
    add(kit_path("pad"), false);
    for (size_t i = 0; i < sizeof e; i++) {
        assert_int_equal(write(fd, (const char *)e + i, 1), 1);
        kit_run(1000110);
    }
    kit_run(1000200);
    assert_string_equal(world.told, "0:3@0;");
    close(fd);
}

static void two_identical_keypads_are_two_devices(void **state)
{
    (void)state;
    int a = make_fifo("usb-0:1.1-event-kbd"), b = make_fifo("usb-0:1.2-event-kbd");
    add(kit_path("usb-0:1.1-event-kbd"), false);
    add(kit_path("usb-0:1.2-event-kbd"), false);
    key(a, F14, 1);
    key(b, F14, 1);
    kit_run(1000000);
    kit_run(1000050);
    key(a, F14, 0);
    kit_run(1000060);
    key(b, F14, 0);
    kit_run(1000200);
    assert_string_equal(world.told, "0:3@0;1:3@0;");
    close(a);
    close(b);
}

/* ---- time stamps ---- */

static void stamps_of_a_stand_in_are_believed_for_a_minute(void **state)
{
    (void)state;
    int fd = make_fifo("pad");
    add(kit_path("pad"), false);
    put(fd, EV_KEY, F14, 1, 1000000 - PAST); /* too old, and from the future: the time of reading */
    kit_run(1000000);
    kit_run(1000100);
    put(fd, EV_KEY, F14, 0, 1000100 + 5000);
    kit_run(1000100);
    kit_run(1000500);
    assert_string_equal(world.told, "0:3@0;");
    put(fd, EV_KEY, F14, 1, 1000400); /* both lie in the FIFO, pressed and let go within the last 100 ms */
    put(fd, EV_KEY, F14, 0, 1000480);
    kit_run(1000500);
    assert_string_equal(world.told, "0:3@0;0:3@400;");
    close(fd);
}

static void the_kernel_is_asked_for_the_boot_clock(void **state)
{
    (void)state;
    int master = plug("pad");
    add(kit_path("pad"), false);
    assert_int_equal(kernel.clock, CLOCK_BOOTTIME);
    assert_int_equal(kernel.grabs, 1);
    put(master, EV_KEY, F14, 1, 1000000 - PAST); /* slept over, and true */
    put(master, EV_KEY, F14, 0, 1000100 - PAST);
    kit_run(1000000);
    assert_string_equal(world.told, "0:3@-100000;");
    close(master);
}

static void without_it_the_time_of_reading_counts(void **state)
{
    (void)state;
    kernel.no_clock = true;
    int master = plug("pad");
    add(kit_path("pad"), false);
    put(master, EV_KEY, F14, 1, INT64_C(1800000000000)); /* the wall clock */
    kit_run(1000000);
    kit_run(1000040);
    assert_string_equal(world.told, "0:3@0;");
    close(master);
}

static void stamps_that_no_clock_gives_do_no_harm(void **state)
{
    (void)state;
    int fd = make_fifo("pad");
    add(kit_path("pad"), false);
    struct input_event e = event(EV_KEY, F14, 1, 0);
    e.input_event_sec = INT64_MAX;
    e.input_event_usec = -1;
    assert_int_equal(write(fd, &e, sizeof e), sizeof e);
    kit_run(1000000);
    kit_run(1000040);
    assert_string_equal(world.told, "0:3@0;");
    close(fd);
}

/* ---- lost events, held keys ---- */

static void lost_events_are_read_again(void **state)
{
    (void)state;
    int master = plug("pad");
    add(kit_path("pad"), false);
    key(master, F13, 1);
    kit_run(1000000);
    kit_run(1000100); /* stands, and waits whether it turns long */
    put(master, EV_SYN, SYN_DROPPED, 0, kit.now);
    put(master, EV_KEY, F13, 0, kit.now); /* of a frame that is not whole */
    put(master, EV_KEY, KEY_A, 1, kit.now);
    set_down(F13, true);
    set_down(F14, true); /* went down in the gap */
    put(master, EV_SYN, SYN_REPORT, 0, kit.now);
    kit_run(1000100);
    kit_run(1000200);
    assert_string_equal(world.told, "0:3@100;");
    kit_run(1000800);
    assert_string_equal(world.told, "0:3@100;0:2@0;"); /* F13 was down all the time */
    assert_non_null(strstr(kit.log, "dropped events"));
    close(master);
}

static void a_release_in_the_gap_leaves_no_key_stuck(void **state)
{
    (void)state;
    int master = plug("pad");
    add(kit_path("pad"), false);
    key(master, F13, 1);
    key(master, F14, 1);
    kit_run(1000000);
    kit_run(1000100);
    put(master, EV_SYN, SYN_DROPPED, 0, kit.now);
    put(master, EV_SYN, SYN_REPORT, 0, kit.now);
    kit_run(1000100);
    kit_run(1005000);
    assert_string_equal(world.told, "0:3@0;"); /* F14 was told; what F13 was to be, nobody knows */
    key(master, F14, 1);
    kit_run(1005000);
    kit_run(1005100);
    assert_string_equal(world.told, "0:3@0;0:3@5000;");
    close(master);
}

static void a_stand_in_that_lost_events_has_all_keys_up(void **state)
{
    (void)state;
    int fd = make_fifo("pad");
    add(kit_path("pad"), false);
    key(fd, F13, 1);
    kit_run(1000000);
    put(fd, EV_SYN, SYN_DROPPED, 0, kit.now);
    put(fd, EV_SYN, SYN_REPORT, 0, kit.now);
    kit_run(1000050);
    kit_run(1005000);
    assert_string_equal(world.told, "");
    close(fd);
}

static void a_key_held_while_opened_is_no_press(void **state)
{
    (void)state;
    set_down(F13, true);
    int master = plug("pad");
    add(kit_path("pad"), false);
    kit_run(1005000);
    put(master, EV_SYN, SYN_DROPPED, 0, kit.now); /* still down: still none */
    put(master, EV_SYN, SYN_REPORT, 0, kit.now);
    kit_run(1006000);
    key(master, F13, 0);
    kit_run(1007000);
    kit_run(1007100);
    assert_string_equal(world.told, "");
    key(master, F13, 1);
    kit_run(1008000);
    kit_run(1008900);
    assert_string_equal(world.told, "0:2@7100;"); /* the event's own stamp */
    close(master);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_fifo_serves_as_keypad, start, stop),
        cmocka_unit_test_setup_teardown(autorepeat_is_no_press, start, stop),
        cmocka_unit_test_setup_teardown(events_in_pieces_are_joined, start, stop),
        cmocka_unit_test_setup_teardown(two_identical_keypads_are_two_devices, start, stop),
        cmocka_unit_test_setup_teardown(stamps_of_a_stand_in_are_believed_for_a_minute, start, stop),
        cmocka_unit_test_setup_teardown(the_kernel_is_asked_for_the_boot_clock, start, stop),
        cmocka_unit_test_setup_teardown(without_it_the_time_of_reading_counts, start, stop),
        cmocka_unit_test_setup_teardown(stamps_that_no_clock_gives_do_no_harm, start, stop),
        cmocka_unit_test_setup_teardown(lost_events_are_read_again, start, stop),
        cmocka_unit_test_setup_teardown(a_release_in_the_gap_leaves_no_key_stuck, start, stop),
        cmocka_unit_test_setup_teardown(a_stand_in_that_lost_events_has_all_keys_up, start, stop),
        cmocka_unit_test_setup_teardown(a_key_held_while_opened_is_no_press, start, stop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
