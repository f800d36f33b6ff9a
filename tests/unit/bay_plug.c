/* Devices that come and go, files, scanners, and what cannot be an input. */
#include "tests/bay_inputs.h"

/* ---- coming and going ---- */

static void a_device_pulled_out_in_mid_press(void **state)
{
    (void)state;
    int master = plug("pad");
    add(kit_path("pad"), false);
    key(master, F14, 1);
    key(master, F13, 1);
    kit_run(1000000);
    kit_run(1000100);
    pull(master, "pad");
    kit_run(1000200);
    assert_false(inputs_present(world.inputs, 0));
    kit_run(1003000);
    kit_run(1006000);
    assert_string_equal(world.told, "0:3@0;"); /* what acted stays, the long press is dropped */
    assert_non_null(strstr(kit.log, "pad: gone"));
    master = plug("pad");
    kit_run(1008000);
    assert_true(inputs_present(world.inputs, 0));
    assert_non_null(strstr(kit.log, "pad: there"));
    assert_int_equal(kernel.grabs, 2);
    key(master, F14, 1);
    kit_run(1008000);
    kit_run(1008100);
    assert_string_equal(world.told, "0:3@0;0:3@8000;"); /* no stuck key */
    close(master);
}

static void a_device_that_comes_is_seen_at_once(void **state)
{
    (void)state;
    add(kit_path("pad"), false);
    add(kit_path("by-path/pad"), false); /* its folder is not there yet */
    assert_int_equal(inputs_count(world.inputs), 2);
    kit_run(1000000);
    assert_false(inputs_present(world.inputs, 0));
    int a = make_fifo("pad"), b;
    kit_run(1000001); /* by the folder, not by the clock */
    assert_true(inputs_present(world.inputs, 0));
    assert_int_equal(mkdir(kit_path("by-path"), 0700), 0);
    b = make_fifo("by-path/pad");
    assert_false(inputs_present(world.inputs, 1));
    kit_run(1000000 + INPUT_RETRY_MS);
    assert_true(inputs_present(world.inputs, 1));
    close(a);
    close(b);
}

static void waiting_costs_a_look_in_two_seconds(void **state)
{
    (void)state;
    add(kit_path("pad"), false);
    kit_run(1000000);
    for (int i = 0; i < 100; i++)
        kit_run(1000000 + i * INPUT_RETRY_MS);
    const char *first = strstr(kit.log, "No such file");
    assert_non_null(first);
    assert_null(strstr(first + 1, "No such file")); /* said once */
}

static void a_fifo_s_next_writer_is_served(void **state)
{
    (void)state;
    int fd = make_fifo("pad");
    add(kit_path("pad"), false);
    for (int i = 0; i < 5; i++) {
        key(fd, F13, 1);
        kit_run(kit.now + 100);
        close(fd); /* in mid-press */
        kit_run(kit.now + 900);
        assert_true(inputs_present(world.inputs, 0));
        fd = open(kit_path("pad"), O_WRONLY | O_NONBLOCK | O_CLOEXEC);
        assert_true(fd >= 0);
    }
    key(fd, F14, 1);
    kit_run(kit.now + 100);
    assert_string_equal(world.told, "0:3@5000;");
    close(fd);
}

/* A terminal whose other end closes gives an error, as an event device does. */
static void a_device_whose_reading_fails_is_gone(void **state)
{
    char slave[64];
    (void)state;
    int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    assert_true(master >= 0 && grantpt(master) == 0 && unlockpt(master) == 0);
    assert_int_equal(ptsname_r(master, slave, sizeof slave), 0);
    kernel.evdev = true;
    add(slave, false);
    assert_true(inputs_present(world.inputs, 0));
    close(master);
    for (int i = 0; i < 20 && inputs_present(world.inputs, 0); i++)
        assert_true(loop_once(kit.loop, 1000));
    assert_false(inputs_present(world.inputs, 0));
    assert_non_null(strstr(kit.log, "trying again"));
}

static void a_file_serves_as_device_and_may_grow(void **state)
{
    (void)state;
    int fd = open(kit_path("pad"), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    put(fd, EV_KEY, F14, 1, 999000);
    put(fd, EV_KEY, F14, 0, 999100);
    put(fd, EV_KEY, F14, 1, 999300);
    put(fd, EV_KEY, F14, 0, 999400);
    add(kit_path("pad"), false);
    kit_run(1000000);
    assert_string_equal(world.told, "0:3@-1000;0:3@-700;");
    put(fd, EV_KEY, F14, 1, 1000000);
    put(fd, EV_KEY, F14, 0, 1000100);
    kit_run(1000200);
    assert_string_equal(world.told, "0:3@-1000;0:3@-700;0:3@0;");
    assert_int_equal(unlink(kit_path("pad")), 0);
    kit_run(1003000);
    assert_false(inputs_present(world.inputs, 0));
    close(fd);
}

static void what_is_no_input_is_said_and_left(void **state)
{
    (void)state;
    kernel.evdev = false;
    assert_int_equal(symlink("/dev/null", kit_path("null")), 0);
    add(kit_path("null"), false);
    add(kit.folder, false);
    assert_false(inputs_present(world.inputs, 0));
    assert_non_null(strstr(kit.log, "Inappropriate ioctl"));
    kit_run(1000000 + INPUT_RETRY_MS);
}

static void a_grab_that_is_refused_is_said(void **state)
{
    (void)state;
    kernel.grabbed_elsewhere = true;
    int master = plug("pad");
    add(kit_path("pad"), false);
    assert_true(inputs_present(world.inputs, 0));
    assert_non_null(strstr(kit.log, "cannot be had alone"));
    close(master);
}

/* ---- scanners ---- */

static void type(int fd, const int *codes, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        key(fd, codes[i], 1);
        key(fd, codes[i], 0);
    }
}

static void a_scanner_reads_work_orders(void **state)
{
    static const int good[] = { KEY_2, KEY_6, KEY_MINUS, KEY_7, KEY_ENTER };
    static const int broken[] = { KEY_2, KEY_6, KEY_F5, KEY_7, KEY_ENTER };
    static const int half[] = { KEY_2, KEY_6 };
    (void)state;
    int fd = make_fifo("scanner");
    add(kit_path("scanner"), true);
    type(fd, good, 5);
    kit_run(1000000);
    assert_string_equal(world.told, "0:[26-7]");
    world.told[0] = '\0';
    type(fd, broken, 5);
    type(fd, good, 5);
    kit_run(1001000);
    assert_string_equal(world.told, "0:(a key that is no character of the US layout)0:[26-7]");
    world.told[0] = '\0';
    type(fd, half, 2);
    kit_run(1002000);
    kit_run(1003001);
    assert_string_equal(world.told, "0:(a pause within the code)"); /* told without another key */
    world.told[0] = '\0';
    key(fd, F14, 1); /* bound: a button, not a character */
    kit_run(1004000);
    kit_run(1004100);
    key(fd, F14, 0);
    kit_run(1004200);
    assert_string_equal(world.told, "0:3@3001;");
    close(fd);
}

static void a_scanner_pulled_out_within_a_code(void **state)
{
    static const int half[] = { KEY_2, KEY_6 }, rest[] = { KEY_7, KEY_ENTER };
    (void)state;
    int master = plug("scanner");
    add(kit_path("scanner"), true);
    type(master, half, 2);
    kit_run(1000000);
    pull(master, "scanner");
    kit_run(1000100);
    assert_string_equal(world.told, "0:(keys of the code were lost)");
    master = plug("scanner");
    kit_run(1003000);
    type(master, rest, 2);
    kit_run(1003100);
    assert_string_equal(world.told, "0:(keys of the code were lost)0:[7]");
    put(master, EV_KEY, KEY_1, 1, kit.now);
    put(master, EV_SYN, SYN_DROPPED, 0, kit.now);
    put(master, EV_SYN, SYN_REPORT, 0, kit.now);
    type(master, rest, 2);
    kit_run(1003200);
    assert_string_equal(world.told, "0:(keys of the code were lost)0:[7]0:(keys of the code were lost)");
    close(master);
}

/* ---- the table ---- */

static void refused(const struct input_options *options, const char *part)
{
    char why[200] = "";
    assert_false(inputs_add(world.inputs, options, why, sizeof why));
    if (!strstr(why, part))
        fail_msg("\"%s\" does not say \"%s\"", why, part);
    assert_false(inputs_add(world.inputs, options, NULL, 0));
}

static void what_cannot_be_is_refused(void **state)
{
    static const struct input_bind power[] = { { KEY_POWER, false, 1 } },
                                   wrong[] = { { KEY_MAX + 1, false, 1 } },
                                   twice[] = { { F13, false, 1 }, { F13, true, 2 }, { F13, false, 3 } };
    static struct input_bind many[PRESS_KEYS_MAX + 1];
    char path[INPUT_PATH_SIZE + 1];
    (void)state;
    for (int i = 0; i <= PRESS_KEYS_MAX; i++)
        many[i] = (struct input_bind){ 0x200 + i, false, i };
    memset(path, 'x', sizeof path);
    path[INPUT_PATH_SIZE] = '\0';
    refused(&(struct input_options){ .device = "" }, "empty");
    refused(&(struct input_options){ .device = path }, "too long");
    refused(&(struct input_options){ .device = "x", .binds = power, .n_binds = 1 }, "switches off");
    refused(&(struct input_options){ .device = "x", .binds = wrong, .n_binds = 1 }, "no such key");
    refused(&(struct input_options){ .device = "x", .binds = twice, .n_binds = 3 }, "two rows");
    refused(&(struct input_options){ .device = "x", .binds = many, .n_binds = PRESS_KEYS_MAX + 1 },
            "more keys");
    for (int i = 0; i < INPUT_DEVICES_MAX; i++)
        add(kit_path("none"), false);
    refused(&(struct input_options){ .device = "x" }, "more devices");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_device_pulled_out_in_mid_press, start, stop),
        cmocka_unit_test_setup_teardown(a_device_that_comes_is_seen_at_once, start, stop),
        cmocka_unit_test_setup_teardown(waiting_costs_a_look_in_two_seconds, start, stop),
        cmocka_unit_test_setup_teardown(a_fifo_s_next_writer_is_served, start, stop),
        cmocka_unit_test_setup_teardown(a_device_whose_reading_fails_is_gone, start, stop),
        cmocka_unit_test_setup_teardown(a_file_serves_as_device_and_may_grow, start, stop),
        cmocka_unit_test_setup_teardown(what_is_no_input_is_said_and_left, start, stop),
        cmocka_unit_test_setup_teardown(a_grab_that_is_refused_is_said, start, stop),
        cmocka_unit_test_setup_teardown(a_scanner_reads_work_orders, start, stop),
        cmocka_unit_test_setup_teardown(a_scanner_pulled_out_within_a_code, start, stop),
        cmocka_unit_test_setup_teardown(what_cannot_be_is_refused, start, stop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
