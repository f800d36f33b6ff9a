/* Pages in time: every car once a round, whatever comes and goes; rows stay where they are between turns. */
#include "tests/display_kit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static struct pager pager;
static struct kit kit;

static int start(void **state)
{
    (void)state;
    pager_start(&pager);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    pager_free(&pager);
    kit_free(&kit);
    return 0;
}

static void load(const char *board)
{
    kit_free(&kit);
    assert_true(kit_make(&kit, kit_read(board), 1920, 1080, 6, "ru", "", 0, &kit_measure));
}

/* The model anew, after the view was changed. */
static void again(void)
{
    struct model_setup setup;
    struct model_input in = {
        .view = kit.view, .trust = &kit.trust, .calls = &kit.calls, .now = kit.now, .up = kit.up
    };
    kit_setup(&setup, "ru", "");
    assert_true(model_make(&kit.model, &setup, &in));
    assert_true(layout_frame(&kit.frame, &kit.setup, &kit.model));
}

static struct page at(int64_t ms)
{
    struct page page;
    assert_true(pager_page(&pager, &kit.frame, &kit.setup, &kit.model, (struct boot){ ms }, &page));
    return page;
}

static void every_car_once_a_round(void **state)
{
    (void)state;
    load("cars-200");
    int *seen = calloc((size_t)kit.model.n_cars, sizeof *seen);
    struct page page = at(0);
    int pages = page.of;
    for (int i = 1; i <= pages; i++, page = at(pager.turn_at.ms)) {
        assert_int_equal(page.number, i);
        assert_int_equal(page.of, pages);
        for (int k = 0; k < page.n; k++)
            seen[page.row[k].car]++;
    }
    assert_int_equal(page.number, 1);
    for (int i = 0; i < kit.model.n_cars; i++)
        assert_int_equal(seen[i], 1);
    free(seen);
}

static void pages_are_even_and_turn_in_time(void **state)
{
    (void)state;
    load("day");
    struct page page = at(0);
    assert_int_equal(page.n, 5);
    assert_int_equal(page.of, 2);
    assert_int_equal(pager.turn_at.ms, 10000);
    assert_int_equal(at(9999).number, 1);
    page = at(10000);
    assert_int_equal(page.number, 2);
    assert_int_equal(page.n, 4);
    assert_int_equal(pager.turn_at.ms, 20000);
    assert_int_equal(at(20000).number, 1);
}

static struct view_job *find(const char *label)
{
    for (int i = 0; i < kit.view->n_jobs; i++)
        if (strcmp(kit.view->jobs[i].label, label) == 0)
            return &kit.view->jobs[i];
    return NULL;
}

static int ready_stage(void)
{
    for (int i = 0; i < kit.view->n_stages; i++)
        if (kit.view->stages[i].kind == KIND_READY)
            return i;
    return -1;
}

static void a_car_that_leaves_leaves_a_gap(void **state)
{
    (void)state;
    load("day");
    struct page page = at(0);
    assert_string_equal(kit.model.cars[page.row[1].car].label, "7702");
    find("7702")->stage = (uint8_t)ready_stage();
    find("123")->promised = wall_plus(kit.now, 3600000 * 8); /* the order changes at the turn, not now */
    again();
    page = at(1000);
    assert_int_equal(page.n, 5);
    assert_int_equal(page.row[1].car, -1);
    assert_string_equal(kit.model.cars[page.row[3].car].label, "123");
    page = at(10000);
    assert_int_equal(page.number, 2);
    for (int i = 0; i < page.n; i++)
        assert_string_not_equal(kit.model.cars[page.row[i].car].label, "123");
}

/* Cars that nobody has seen come with every turn, so that the round never ends. */
static void what_is_gone_is_forgotten(void **state)
{
    (void)state;
    load("day");
    for (int turn = 0; turn < 1000; turn++) {
        at(turn ? pager.turn_at.ms : 0);
        for (int i = 0; i < kit.view->n_jobs; i++)
            snprintf(kit.view->jobs[i].key, sizeof kit.view->jobs[i].key, "%d-%d", turn, i);
        again();
    }
    assert_in_range(pager.n_shown, 0, kit.view->n_jobs + PAGE_ROWS_MAX);
    assert_in_range(pager.room, 0, 2 * (kit.view->n_jobs + PAGE_ROWS_MAX));
}

static void a_call_holds_the_page(void **state)
{
    (void)state;
    load("day");
    at(0);
    kit.model.call = 0;
    at(9000);
    assert_int_equal(at(16999).number, 1);
    kit.model.call = -1;
    assert_int_equal(at(17000).number, 1);
    assert_int_equal(pager.turn_at.ms, 18000);
    assert_int_equal(at(18000).number, 2);
}

static void a_single_page_follows_at_once(void **state)
{
    (void)state;
    load("few");
    assert_int_equal(at(0).n, 3);
    assert_true(pager.turn_at.ms == BOOT_FAR.ms);
    find("123")->stage = (uint8_t)ready_stage();
    again();
    struct page page = at(5);
    assert_int_equal(page.n, 2);
    assert_true(page.row[0].car >= 0 && page.row[1].car >= 0);
    load("empty");
    assert_int_equal(at(10).n, 0);
    load("cars-40");
    assert_true(at(20).of > 1);
}

int main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, start, stop)
    const struct CMUnitTest tests[] = {
        CASE(every_car_once_a_round),         CASE(pages_are_even_and_turn_in_time),
        CASE(a_car_that_leaves_leaves_a_gap), CASE(what_is_gone_is_forgotten),
        CASE(a_call_holds_the_page),          CASE(a_single_page_follows_at_once)
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
