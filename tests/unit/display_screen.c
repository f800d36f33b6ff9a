/* A display that comes without a descriptor: how often it is looked after. SDL draws into nothing here, under the name
 * of the driver that is asked for. */
#include "display/screen.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

static const char *driver;

/* Instead of SDL's own. */
const char *SDL_GetCurrentVideoDriver(void)
{
    return driver;
}

static void the_console_is_looked_at_seldom(void **state)
{
    static const struct {
        const char *driver;
        int least_ms, most_ms;
    } displays[] = { { "dummy", 50, 500 }, { "KMSDRM", 2000, 10000 } };
    (void)state;
    assert_int_equal(setenv("SDL_VIDEODRIVER", "dummy", 1), 0);
    for (size_t i = 0; i < sizeof displays / sizeof displays[0]; i++) {
        struct screen_setup setup = { .title = "test" };
        struct screen *screen = screen_create(&setup);
        char why[300] = "";
        bool fresh = false;
        assert_non_null(screen);
        driver = displays[i].driver;
        if (!screen_open(screen, why, sizeof why))
            fail_msg("%s", why);
        assert_non_null(screen_surface(screen, &fresh));
        assert_true(fresh);
        assert_int_equal(screen_fd(screen), -1);
        assert_false(screen_unplugged(screen));
        assert_in_range(screen_look_ms(screen), displays[i].least_ms, displays[i].most_ms);
        screen_close(screen);
        assert_false(screen_is_open(screen));
        screen_destroy(screen);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(the_console_is_looked_at_seldom) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
