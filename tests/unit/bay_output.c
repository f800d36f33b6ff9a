/* Each driver of outputs against a stand-in; outputs that fail and come back. */
#include "tests/bay_kit.h"

#include "bay/output.h"

static struct {
    struct outputs *outputs;
    char sent[1024]; /* "topic payload;" */
    bool offline;
} world;

static bool publish(void *user, const char *topic, const char *payload)
{
    size_t len = strlen(world.sent);
    assert_ptr_equal(user, &world);
    if (!world.offline)
        snprintf(world.sent + len, sizeof world.sent - len, "%s %s;", topic, payload);
    return !world.offline;
}

static int start(void **state)
{
    (void)state;
    kit_start();
    memset(&world, 0, sizeof world);
    world.outputs = outputs_create(kit.loop, publish, &world);
    return world.outputs ? 0 : -1;
}

static int stop(void **state)
{
    (void)state;
    outputs_destroy(world.outputs);
    kit_stop();
    return 0;
}

static void add(const struct output_options *options)
{
    char why[200] = "";
    if (!outputs_add(world.outputs, options, why, sizeof why))
        fail_msg("%s", why);
}

static void show(enum lamp_colour colour)
{
    outputs_show(world.outputs, colour, "");
}

/* ---- led ---- */

static void make_led(const char *name, const char *full)
{
    char leaf[64];
    assert_int_equal(mkdir(kit_path(name), 0700), 0);
    snprintf(leaf, sizeof leaf, "%s/brightness", name);
    kit_write(leaf, "7\n");
    snprintf(leaf, sizeof leaf, "%s/trigger", name);
    kit_write(leaf, "none [mmc0] timer\n");
    snprintf(leaf, sizeof leaf, "%s/max_brightness", name);
    if (full)
        kit_write(leaf, full);
}

static void an_led_has_its_trigger_off_and_full_brightness(void **state)
{
    (void)state;
    make_led("red", "255\n");
    add(&(struct output_options){ .driver = "led", .path = kit_path("red"), .colour = LAMP_RED });
    assert_string_equal(kit_read("red/trigger"), "none");
    assert_string_equal(kit_read("red/brightness"), "0");
    show(LAMP_RED);
    assert_string_equal(kit_read("red/brightness"), "255");
    show(LAMP_GREEN);
    assert_string_equal(kit_read("red/brightness"), "0");
    kit_write("red/brightness", "x");
    show(LAMP_AMBER); /* dark it is already: nothing is written */
    assert_string_equal(kit_read("red/brightness"), "x");
}

static void an_led_may_be_upside_down_and_know_no_maximum(void **state)
{
    (void)state;
    make_led("a", NULL);
    make_led("b", "many");
    add(&(struct output_options){ .driver = "led", .path = kit_path("a"), .active_low = true });
    add(&(struct output_options){ .driver = "led", .path = kit_path("b") });
    assert_string_equal(kit_read("a/brightness"), "1");
    assert_string_equal(kit_read("b/brightness"), "0");
    show(LAMP_GREEN);
    assert_string_equal(kit_read("a/brightness"), "0");
    assert_string_equal(kit_read("b/brightness"), "1");
}

static void an_led_that_goes_comes_back_and_hurts_no_other(void **state)
{
    (void)state;
    make_led("a", "255");
    make_led("b", "255");
    add(&(struct output_options){ .driver = "led", .path = kit_path("a") });
    add(&(struct output_options){ .driver = "led", .path = kit_path("b") });
    assert_int_equal(rename(kit_path("a"), kit_path("gone")), 0);
    show(LAMP_GREEN);
    assert_string_equal(kit_read("b/brightness"), "255");
    assert_false(outputs_works(world.outputs, 0));
    assert_true(outputs_works(world.outputs, 1));
    for (int i = 0; i < 10; i++) {
        kit_run(kit.now + OUTPUT_RETRY_MS);
        show(i % 2 ? LAMP_GREEN : LAMP_RED);
    }
    const char *first = strstr(kit.log, "No such file");
    assert_non_null(first);
    assert_null(strstr(first + 1, "No such file"));
    show(LAMP_OFF);
    assert_int_equal(rename(kit_path("gone"), kit_path("a")), 0);
    show(LAMP_GREEN);
    kit_run(kit.now + OUTPUT_RETRY_MS);
    assert_true(outputs_works(world.outputs, 0));
    assert_string_equal(kit_read("a/brightness"), "255");
    assert_non_null(strstr(kit.log, "works"));
}

/* ---- gpio ---- */

static void a_line_of_a_chip_is_set(void **state)
{
    (void)state;
    kernel.chip = "pinctrl-rp1";
    kit_write("chip", "");
    add(&(struct output_options){
        .driver = "gpio", .path = kit_path("chip"), .line = 17, .active_low = true });
    assert_int_equal(kernel.request.num_lines, 1);
    assert_int_equal(kernel.request.offsets[0], 17);
    assert_true(kernel.request.config.flags == (GPIO_V2_LINE_FLAG_OUTPUT | GPIO_V2_LINE_FLAG_ACTIVE_LOW));
    assert_string_equal(kernel.request.consumer, "pitboard-bay");
    assert_int_equal(kernel.value, 0);
    show(LAMP_AMBER);
    assert_int_equal(kernel.value, 1); /* the kernel turns it round */
    show(LAMP_OFF);
    assert_int_equal(kernel.value, 0);
}

static void a_line_that_is_taken_is_asked_for_again(void **state)
{
    (void)state;
    kernel.chip = "pinctrl-rp1";
    kernel.gpio_fault = EBUSY;
    kit_write("chip", "");
    add(&(struct output_options){ .driver = "gpio", .path = kit_path("chip"), .line = 17 });
    assert_false(outputs_works(world.outputs, 0));
    assert_non_null(strstr(kit.log, "busy"));
    show(LAMP_RED);
    kernel.gpio_fault = 0;
    kit_run(kit.now + OUTPUT_RETRY_MS);
    assert_int_equal(kernel.value, 1);
    kernel.gpio_fault = ENODEV; /* the expander was pulled out */
    show(LAMP_OFF);
    assert_false(outputs_works(world.outputs, 0));
    kernel.gpio_fault = 0;
    kit_run(kit.now + OUTPUT_RETRY_MS);
    assert_int_equal(kernel.value, 0);
}

static void what_is_no_chip_is_said(void **state)
{
    (void)state;
    kit_write("chip", "");
    add(&(struct output_options){ .driver = "gpio", .path = kit_path("chip") });
    add(&(struct output_options){ .driver = "gpio", .path = "no-such-label" });
    assert_false(outputs_works(world.outputs, 0));
    assert_false(outputs_works(world.outputs, 1));
    assert_non_null(strstr(kit.log, "Inappropriate ioctl"));
    assert_non_null(strstr(kit.log, "no-such-label: No such device"));
}

/* ---- keyboard ---- */

static void an_led_of_a_keyboard_is_an_event(void **state)
{
    struct input_event e[4];
    (void)state;
    kit_write("kbd", "");
    add(&(struct output_options){ .driver = "keyboard", .path = kit_path("kbd"), .line = -1 });
    show(LAMP_RED);
    FILE *f = fopen(kit_path("kbd"), "re");
    assert_non_null(f);
    assert_int_equal(fread(e, sizeof e[0], 4, f), 4);
    fclose(f);
    for (int i = 0; i < 4; i += 2) {
        assert_int_equal(e[i].type, EV_LED);
        assert_int_equal(e[i].code, LED_SCROLLL);
        assert_int_equal(e[i].value, i / 2);
        assert_int_equal(e[i + 1].type, EV_SYN);
        assert_int_equal(e[i + 1].code, SYN_REPORT);
    }
}

static void a_keyboard_without_the_led_is_said(void **state)
{
    (void)state;
    kit_write("kbd", "");
    kernel.evdev = true;
    kernel.leds[0] = 1 << LED_NUML;
    add(&(struct output_options){ .driver = "keyboard", .path = kit_path("kbd"), .line = LED_CAPSL });
    add(&(struct output_options){ .driver = "keyboard", .path = kit_path("kbd"), .line = LED_NUML });
    assert_false(outputs_works(world.outputs, 0));
    assert_true(outputs_works(world.outputs, 1));
}

/* ---- mqtt ---- */

static void a_smart_lamp_gets_its_command(void **state)
{
    (void)state;
    add(&(struct output_options){
        .driver = "mqtt", .topic = "wled/bay3/col", .on = "#{rgb}", .off = "#000000" });
    add(&(struct output_options){ .driver = "mqtt",
                                  .topic = "t",
                                  .colour = LAMP_RED,
                                  .on = "{\"c\":\"{colour}\"}",
                                  .off = "OFF {x} {" });
    assert_string_equal(world.sent, "wled/bay3/col #000000;t OFF {x} {;");
    world.sent[0] = '\0';
    show(LAMP_AMBER);
    show(LAMP_AMBER);
    show(LAMP_RED);
    show(LAMP_GREEN);
    assert_string_equal(world.sent,
                        "wled/bay3/col #FF9000;wled/bay3/col #FF0000;t {\"c\":\"red\"};wled/bay3/col "
                        "#00FF00;t OFF {x} {;");
}

static void a_smart_lamp_is_told_again_when_the_broker_is_back(void **state)
{
    (void)state;
    world.offline = true;
    make_led("a", "1");
    add(&(struct output_options){ .driver = "mqtt", .topic = "t", .on = "on {colour}", .off = "off" });
    add(&(struct output_options){ .driver = "led", .path = kit_path("a") });
    show(LAMP_GREEN);
    assert_true(outputs_works(world.outputs, 0)); /* no fault of the lamp */
    world.offline = false;
    kit_write("a/brightness", "x");
    outputs_again(world.outputs);
    assert_string_equal(world.sent, "t on green;");
    assert_string_equal(kit_read("a/brightness"), "x"); /* an LED does not forget */
}

static void without_a_broker_at_all_nothing_happens(void **state)
{
    (void)state;
    struct outputs *outputs = outputs_create(kit.loop, NULL, NULL);
    assert_true(outputs_add(
        outputs, &(struct output_options){ .driver = "mqtt", .topic = "t", .on = "1", .off = "0" }, NULL, 0));
    outputs_show(outputs, LAMP_RED, "");
    outputs_destroy(outputs);
}

/* ---- file, display ---- */

static void a_file_has_a_line_per_change(void **state)
{
    (void)state;
    add(&(struct output_options){ .driver = "file", .path = kit_path("lamp") });
    show(LAMP_OFF);
    kit_time(1000250);
    show(LAMP_GREEN);
    show(LAMP_GREEN);
    kit_time(1000750);
    show(LAMP_RED);
    assert_string_equal(kit_read("lamp"), "1000000 off\n1000250 green\n1000750 red\n");
    outputs_destroy(world.outputs); /* puts it out */
    world.outputs = NULL;
    assert_string_equal(kit_read("lamp"), "1000000 off\n1000250 green\n1000750 red\n1000750 off\n");
}

static void the_display_shows_the_line(void **state)
{
    (void)state;
    kit_write("lcd", "rubbish that is longer than the line\n");
    add(&(struct output_options){ .driver = "display", .path = kit_path("lcd") });
    outputs_show(world.outputs, LAMP_RED, "Уже в мойке\033[2J");
    assert_string_equal(kit_read("lcd"), "Уже в мойке\\x1b[2J\n");
    kit_write("lcd", "x");
    outputs_show(world.outputs, LAMP_OFF, "Уже в мойке\033[2J"); /* a colour is nothing to it */
    assert_string_equal(kit_read("lcd"), "x");
    outputs_show(world.outputs, LAMP_OFF, "");
    assert_string_equal(kit_read("lcd"), "\n");
}

static void a_terminal_is_cleared_first(void **state)
{
    char slave[64], text[64] = "";
    size_t len = 0;
    (void)state;
    int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    assert_true(master >= 0 && grantpt(master) == 0 && unlockpt(master) == 0);
    assert_int_equal(ptsname_r(master, slave, sizeof slave), 0);
    int keep = open(slave, O_RDWR | O_NOCTTY | O_CLOEXEC); /* or the text is gone with its writer */
    add(&(struct output_options){ .driver = "display", .path = slave });
    outputs_show(world.outputs, LAMP_OFF, "K47");
    while (len < 17) {
        ssize_t n = read(master, text + len, sizeof text - 1 - len);
        assert_true(n > 0);
        len += (size_t)n;
    }
    assert_string_equal(text, "\033[H\033[2J\033[H\033[2JK47");
    close(keep);
    close(master);
}

/* ---- the table ---- */

static void refused(const struct output_options *options, const char *part)
{
    char why[200] = "";
    assert_false(output_check(options, why, sizeof why));
    assert_false(outputs_add(world.outputs, options, why, sizeof why));
    if (!strstr(why, part))
        fail_msg("\"%s\" does not say \"%s\"", why, part);
    assert_false(output_check(options, NULL, 0));
}

static void what_cannot_be_is_refused(void **state)
{
    char path[OUTPUT_PATH_SIZE + 1], text[OUTPUT_PAYLOAD_SIZE + 1], why[200];
    (void)state;
    memset(path, 'x', sizeof path);
    path[OUTPUT_PATH_SIZE] = '\0';
    memset(text, 'x', sizeof text);
    text[OUTPUT_PAYLOAD_SIZE] = '\0';
    refused(&(struct output_options){ .driver = "lamp", .path = "x" }, OUTPUT_DRIVERS);
    refused(&(struct output_options){ .path = "x" }, "no such driver");
    refused(&(struct output_options){ .driver = "led" }, "path");
    refused(&(struct output_options){ .driver = "led", .path = path }, "path");
    refused(&(struct output_options){ .driver = "led", .path = "x", .line = 1 }, "line");
    refused(&(struct output_options){ .driver = "gpio", .path = "x", .line = -1 }, "line");
    refused(&(struct output_options){ .driver = "gpio", .path = "x", .line = 1024 }, "line");
    refused(&(struct output_options){ .driver = "keyboard", .path = "x", .line = LED_MAX + 1 }, "line");
    refused(&(struct output_options){ .driver = "mqtt", .on = "1", .off = "0" }, "topic");
    refused(&(struct output_options){ .driver = "mqtt", .topic = "a/#", .on = "1", .off = "0" }, "topic");
    refused(&(struct output_options){ .driver = "mqtt", .topic = "a", .on = "1" }, "off");
    refused(&(struct output_options){ .driver = "mqtt", .topic = "a", .on = text, .off = "0" }, "longer");
    memcpy(text + OUTPUT_PAYLOAD_SIZE - 6, "{rgb}", 6); /* 511 bytes, and 512 filled in */
    refused(&(struct output_options){ .driver = "mqtt", .topic = "a", .on = text, .off = "0" }, "longer");
    for (int i = 0; i < OUTPUT_MAX; i++)
        add(&(struct output_options){ .driver = "file", .path = kit_path("lamp") });
    assert_int_equal(outputs_count(world.outputs), OUTPUT_MAX);
    assert_false(outputs_add(world.outputs, &(struct output_options){ .driver = "file", .path = "x" }, why,
                             sizeof why));
    assert_non_null(strstr(why, "more outputs"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(an_led_has_its_trigger_off_and_full_brightness, start, stop),
        cmocka_unit_test_setup_teardown(an_led_may_be_upside_down_and_know_no_maximum, start, stop),
        cmocka_unit_test_setup_teardown(an_led_that_goes_comes_back_and_hurts_no_other, start, stop),
        cmocka_unit_test_setup_teardown(a_line_of_a_chip_is_set, start, stop),
        cmocka_unit_test_setup_teardown(a_line_that_is_taken_is_asked_for_again, start, stop),
        cmocka_unit_test_setup_teardown(what_is_no_chip_is_said, start, stop),
        cmocka_unit_test_setup_teardown(an_led_of_a_keyboard_is_an_event, start, stop),
        cmocka_unit_test_setup_teardown(a_keyboard_without_the_led_is_said, start, stop),
        cmocka_unit_test_setup_teardown(a_smart_lamp_gets_its_command, start, stop),
        cmocka_unit_test_setup_teardown(a_smart_lamp_is_told_again_when_the_broker_is_back, start, stop),
        cmocka_unit_test_setup_teardown(without_a_broker_at_all_nothing_happens, start, stop),
        cmocka_unit_test_setup_teardown(a_file_has_a_line_per_change, start, stop),
        cmocka_unit_test_setup_teardown(the_display_shows_the_line, start, stop),
        cmocka_unit_test_setup_teardown(a_terminal_is_cleared_first, start, stop),
        cmocka_unit_test_setup_teardown(what_cannot_be_is_refused, start, stop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
