/* Devices through the real loop, on a clock that stands: FIFOs, files, and a terminal that passes for evdev.
 */
#include "tests/bay_kit.h"

#include "bay/input.h"

#define F13  KEY_F13
#define F14  KEY_F14
#define PAST 100000 /* ms before now: not believed of a stand-in */

struct world {
    struct inputs *inputs;
    char told[1024]; /* "input:action@ms;", "input:[code]", "input:(why)" */
    int pty[INPUT_DEVICES_MAX];
};
static struct world world;

static void tell(const char *format, ...) __attribute__((format(printf, 1, 2)));
static void tell(const char *format, ...)
{
    size_t len = strlen(world.told);
    va_list list;
    va_start(list, format);
    vsnprintf(world.told + len, sizeof world.told - len, format, list);
    va_end(list);
}

static void pressed(void *user, int input, int action, struct boot at)
{
    assert_ptr_equal(user, &world);
    tell("%d:%d@%lld;", input, action, (long long)(at.ms - 1000000));
}

static void scanned(void *user, int input, const char *code, struct boot at)
{
    (void)user, (void)at;
    tell("%d:[%s]", input, code);
}

static void misread(void *user, int input, const char *why, struct boot at)
{
    (void)user, (void)at;
    tell("%d:(%s)", input, why);
}

static int start(void **state)
{
    static const struct input_ops ops = { pressed, scanned, misread };
    (void)state;
    kit_start();
    memset(&world, 0, sizeof world);
    world.inputs = inputs_create(kit.loop, 30, 800, &ops, &world);
    return world.inputs ? 0 : -1;
}

static int stop(void **state)
{
    (void)state;
    inputs_destroy(world.inputs);
    kit_stop();
    return 0;
}

/* Action 1: F13 short, 2: F13 long, 3: F14 short. */
static const struct input_bind map[] = { { F13, false, 1 }, { F13, true, 2 }, { F14, false, 3 } };

static void add(const char *device, bool scanner)
{
    struct input_options options = {
        .device = device, .scanner = scanner, .grab = true, .binds = map, .n_binds = 3
    };
    char why[200] = "";
    if (!inputs_add(world.inputs, &options, why, sizeof why))
        fail_msg("%s", why);
}

/* ---- writing as a device ---- */

static struct input_event event(int type, int code, int value, int64_t stamp_ms)
{
    struct input_event e;
    memset(&e, 0, sizeof e);
    e.input_event_sec = stamp_ms / 1000;
    e.input_event_usec = stamp_ms % 1000 * 1000;
    e.type = (unsigned short)type;
    e.code = (unsigned short)code;
    e.value = value;
    return e;
}

static void put(int fd, int type, int code, int value, int64_t stamp_ms)
{
    struct input_event e = event(type, code, value, stamp_ms);
    assert_int_equal(write(fd, &e, sizeof e), sizeof e);
}

/* As a keyboard says it: a scan code, the key, the end. */
static void key(int fd, int code, int value)
{
    put(fd, EV_MSC, MSC_SCAN, 0x70068, kit.now);
    put(fd, EV_KEY, code, value, kit.now);
    put(fd, EV_SYN, SYN_REPORT, 0, kit.now);
}

static int make_fifo(const char *name)
{
    assert_int_equal(mkfifo(kit_path(name), 0600), 0);
    return open(kit_path(name), O_RDWR | O_NONBLOCK | O_CLOEXEC);
}

/* A FIFO that answers as an event device: closing it is pulling the plug. */
static int plug(const char *name)
{
    kernel.evdev = true;
    return make_fifo(name);
}

static void pull(int fd, const char *name)
{
    assert_int_equal(unlink(kit_path(name)), 0);
    close(fd);
}

static void set_down(int code, bool down)
{
    unsigned char bit = (unsigned char)(1u << (code % 8));
    kernel.keys[code / 8] =
        (unsigned char)(down ? kernel.keys[code / 8] | bit : kernel.keys[code / 8] & ~bit);
}

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
    put(fd, EV_KEY, F14, 1, 999900); /* both lie in the FIFO, pressed and let go within the last 100 ms */
    put(fd, EV_KEY, F14, 0, 999980);
    kit_run(1000000);
    assert_string_equal(world.told, "0:3@-100;");
    kit_run(1000100);
    put(fd, EV_KEY, F14, 1, 1000100 - PAST); /* too old, and from the future: the time of reading */
    kit_run(1000100);
    kit_run(1000200);
    put(fd, EV_KEY, F14, 0, 1000200 + 5000);
    kit_run(1000200);
    kit_run(1000400);
    assert_string_equal(world.told, "0:3@-100;0:3@100;");
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
