/* Which configuration answers a question, and what is said of it. */
#include "app/which.h"

#include "base/text.h"
#include "conf/conf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct opts_spec spec = { .name = "test" };

static struct which read_of(const char *path, const char *setting)
{
    struct opts opts = {
        .spec = &spec, .path = path, .settings = { setting }, .n_settings = setting ? 1 : 0
    };
    struct which which;
    assert_true(which_read(&which, &opts, true));
    return which;
}

static void says(const struct which *which, const char *lang, const char *wanted)
{
    char room[800];
    struct text said = text_over(room, sizeof room);
    which_say(which, lang, &said);
    assert_string_equal(room, wanted);
}

static void one_that_is_named(void **state)
{
    struct which which = read_of("tests/data/hours.cfg", NULL);
    (void)state;
    assert_int_equal(which.state, WHICH_HOURS);
    says(&which, "en", "Times in hours:minutes; opening hours as tests/data/hours.cfg has them.");
    /* It counts whatever the log is like. */
    which_fit(&which, &(struct query_plan){ .zone = "Asia/Tokyo" });
    assert_non_null(which.conf);
    which_drop(&which);
    which = read_of("tests/data/repair-shop.cfg", NULL);
    assert_int_equal(which.state, WHICH_NO_HOURS);
    says(
        &which, "ru",
        "Время в часах:минутах, вместе с ночами: в файле tests/data/repair-shop.cfg нет часов работы (группа "
        "hours).");
    which_drop(&which);
    struct opts opts = { .spec = &spec, .path = "tests/data/none.cfg" };
    assert_false(which_read(&which, &opts, true));
}

static void settings_alone(void **state)
{
    struct which which = read_of(NULL, "hours={ mon=[\"08:00\",\"20:00\"]; }");
    (void)state;
    assert_int_equal(which.state, WHICH_HOURS);
    which_drop(&which);
}

/* One that was not asked for, beside logs that differ in one thing each. */
static void one_that_is_just_there(void **state)
{
    static struct query_plan log;
    (void)state;
    for (int differs = 0; differs < 5; differs++) {
        struct which which = read_of("tests/data/hours.cfg", NULL);
        const struct plan *plan = &which.conf->plan;
        which.free_choice = true;
        log = (struct query_plan){ .n_stages = plan->n_stage_order };
        strcpy(log.zone, differs == 1 ? "Asia/Tokyo" : differs == 4 ? "" : "Europe/Minsk");
        for (int i = 0; i < log.n_stages; i++)
            strcpy(log.stages[i].id, plan->stages[plan->stage_order[i]].id);
        if (differs == 2)
            strcpy(log.stages[3].id, "painting");
        log.n_stages -= differs == 3;
        which_fit(&which, &log);
        bool fits = differs == 0 || differs == 4; /* an old log has no zone */
        assert_int_equal(which.state, fits ? WHICH_HOURS : WHICH_OTHER);
        assert_true(fits == (which.conf != NULL));
        if (!fits)
            says(
                &which, "en",
                "Times in hours:minutes, nights included: tests/data/hours.cfg belongs to another log (other "
                "stages or time zone); -c FILE names the one with the opening hours.");
        which_drop(&which);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_that_is_named),
        cmocka_unit_test(settings_alone),
        cmocka_unit_test(one_that_is_just_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
