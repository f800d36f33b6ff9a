/* What a board says at a moment, and when it says something else: promises that pass, bays on line. */
#include "tests/display_kit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define PASSES_MS 60000 /* the promised minute belongs to the promise */

/* The board "one" at `now`, its car promised at `promised`; beats come all the time. */
static void make(struct kit *kit, struct wall promised, struct wall now)
{
    struct view *view = kit_read("one");
    assert_non_null(view);
    assert_int_equal(view->n_jobs, 1);
    view->jobs[0].promised = promised;
    view->jobs[0].promised_was = WALL_NONE;
    view->time = now;
    assert_true(kit_make(kit, view, 1280, 720, 6, "en", "", 0, &kit_measure));
    assert_int_equal(kit->model.n_cars, 1);
}

static struct wall at(int hour, int minute, int second)
{
    clock_set_zone("Europe/Minsk");
    return clock_from_local(2026, 11, 21, hour, minute, second);
}

static void a_promise_passes_with_its_minute(void **state)
{
    static const struct {
        int64_t after_ms;
        bool passed;
    } moments[] = {
        { -1, false }, { 0, false }, { PASSES_MS - 1, false }, { PASSES_MS, true }, { PASSES_MS + 1, true }
    };
    (void)state;
    for (size_t i = 0; i < sizeof moments / sizeof moments[0]; i++) {
        struct wall promised = at(14, 30, 0);
        struct kit kit;
        make(&kit, promised, wall_plus(promised, moments[i].after_ms));
        if (kit.model.cars[0].passed != moments[i].passed)
            fail_msg("%d ms after the promise", (int)moments[i].after_ms);
        assert_string_equal(kit.model.cars[0].promise, moments[i].passed ? "" : "14:30");
        kit_free(&kit);
    }
}

/* Promised for 14:30:20 it passes between two minutes of the clock; then the clock alone changes something. */
static void it_wakes_when_a_promise_passes(void **state)
{
    static const struct {
        int64_t now_s, next_s; /* after 14:30 */
    } moments[] = { { 25, 60 }, { 60, 80 }, { 79, 80 }, { 80, 120 }, { 100, 120 }, { 120, 180 } };
    (void)state;
    for (size_t i = 0; i < sizeof moments / sizeof moments[0]; i++) {
        struct wall half = at(14, 30, 0);
        struct kit kit;
        make(&kit, wall_plus(half, 20000), wall_plus(half, moments[i].now_s * 1000));
        assert_int_equal(wall_minus(kit.model.next, half), moments[i].next_s * 1000);
        kit_free(&kit);
    }
}

static void never_more_bays_on_line_than_there_are(void **state)
{
    static const int bays[][3] = { { 6, 0, 0 }, { 6, 5, 5 }, { 6, 6, 6 }, { 6, 7, 6 }, { 0, 3, 0 } };
    (void)state;
    for (size_t i = 0; i < sizeof bays / sizeof bays[0]; i++) {
        struct view *view = kit_read("one");
        struct kit kit;
        assert_non_null(view);
        view->bays_total = bays[i][0];
        view->bays_online = bays[i][1];
        assert_true(kit_make(&kit, view, 1280, 720, 6, "en", "", 0, &kit_measure));
        assert_int_equal(kit.model.bays_total, bays[i][0]);
        assert_int_equal(kit.model.bays_online, bays[i][2]);
        kit_free(&kit);
    }
}

/* Weekdays and months: none of one language where both look. */
static void each_language_has_its_dates(void **state)
{
    struct view *view = kit_read("days");
    struct kit kit;
    (void)state;
    assert_non_null(view);
    assert_true(kit_make(&kit, view, 1920, 1080, 6, "ru", "en", 0, &kit_measure));
    for (int i = 0; i < kit.model.n_cars; i++) {
        const struct model_car *car = &kit.model.cars[i];
        const char *const texts[] = { car->since, car->promise, car->was };
        for (int k = 0; k < 3; k++)
            assert_int_equal(strspn(texts[k], "0123456789.:\xc2\xa0"), strlen(texts[k]));
    }
    assert_string_equal(kit.model.date, "21.11.2026");
    assert_string_equal(kit.model.short_date, "21.11");
    kit_free(&kit);
    view = kit_read("days");
    assert_non_null(view);
    assert_true(kit_make(&kit, view, 1920, 1080, 6, "ru", "en", 86400, &kit_measure));
    assert_string_equal(kit.model.data_at, "21.11");
    assert_string_equal(kit.model.data_in[0], "сб");
    assert_string_equal(kit.model.data_in[1], "Sat");
    kit_free(&kit);
}

/* The board "day" with its three ready cars, ready one, two and three hours ago; negative: never called. */
static void make_called(struct kit *kit, const int called_s_ago[3])
{
    struct view *view = kit_read("day");
    assert_non_null(view);
    for (int i = 0, k = 0; i < view->n_jobs; i++) {
        struct view_job *job = &view->jobs[i];
        if (view->stages[job->stage].kind != KIND_READY)
            continue;
        assert_true(k < 3);
        snprintf(job->label, sizeof job->label, "%d h", k + 1);
        job->ready_at = wall_plus(view->time, -(k + 1) * INT64_C(3600000));
        job->called_at = called_s_ago[k] < 0 ? WALL_NONE : wall_plus(view->time, -called_s_ago[k] * 1000);
        k++;
    }
    assert_true(kit_make(kit, view, 1280, 720, 6, "en", "", 0, &kit_measure));
    assert_int_equal(kit->model.n_ready, 3);
}

/* Who is called stands before all and is the only bright one, beside calls of the last minute and a reminder; then the
 * latest of those calls stays first, and all of the last minute are bright. */
static void the_call_is_on_top_and_alone_bright(void **state)
{
    static const struct {
        int called_s_ago[3];
        const char *order, *bright;
    } moments[] = {
        { { -1, -1, -1 }, "1 h 2 h 3 h ", "" },
        { { 20, 40, 2 }, "3 h 1 h 2 h ", "3 h " },
        { { 40, 20, 2 }, "3 h 2 h 1 h ", "3 h " },
        { { 310, 20, 2 }, "3 h 2 h 1 h ", "3 h " },
        { { 40, 20, 10 }, "3 h 2 h 1 h ", "3 h 2 h 1 h " },
        { { 310, 100, 20 }, "3 h 1 h 2 h ", "3 h 1 h " },
    };
    (void)state;
    for (size_t i = 0; i < sizeof moments / sizeof moments[0]; i++) {
        char buffer[2][64];
        struct text order = text_over(buffer[0], sizeof buffer[0]),
                    bright = text_over(buffer[1], sizeof buffer[1]);
        struct kit kit;
        make_called(&kit, moments[i].called_s_ago);
        for (int k = 0; k < kit.model.n_ready; k++) {
            text_fmt(&order, "%s ", kit.model.ready[k].label);
            if (kit.model.ready[k].bright)
                text_fmt(&bright, "%s ", kit.model.ready[k].label);
        }
        assert_string_equal(buffer[0], moments[i].order);
        assert_string_equal(buffer[1], moments[i].bright);
        kit_free(&kit);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_promise_passes_with_its_minute),
        cmocka_unit_test(it_wakes_when_a_promise_passes),
        cmocka_unit_test(the_call_is_on_top_and_alone_bright),
        cmocka_unit_test(never_more_bays_on_line_than_there_are),
        cmocka_unit_test(each_language_has_its_dates),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
