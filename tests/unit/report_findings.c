/* What a manager is told to look at: each finding at its threshold and below it, worked out by hand. */
#include "report/findings.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define MIN  60000LL
#define HOUR (60 * MIN)

static struct findings found;

static void look(const struct figures_sum *sum, const char *lang, const struct plan *plan)
{
    findings_make(&found, sum, lang, plan);
}

/* The only finding there is. */
static void one(const struct figures_sum *sum, const char *said, const char *command)
{
    look(sum, "en", NULL);
    assert_int_equal(found.n, 1);
    assert_string_equal(found.row[0].said, said);
    if (command)
        assert_string_equal(found.row[0].look, command);
    else
        assert_null(found.row[0].look);
}

static void none(const struct figures_sum *sum)
{
    look(sum, NULL, NULL);
    assert_int_equal(found.n, 0);
}

static void promises(void **state)
{
    struct figures_sum sum = { 0 };
    (void)state;
    none(&sum);
    sum.lateness.n = 30; /* 3 of 30 are 10 % */
    sum.lateness.late = 3;
    sum.lateness.late_mean_ms = 92 * MIN;
    one(&sum, "Ready later than first promised: 3 of 30 cars (10 %), by 1 h 32 min on average.",
        "pitboard jobs --late");
    sum.lateness.late = 2;
    none(&sum);
}

/* Work is no waiting. Of 1000 h with hours the hold has 50, that is 5 %; elapsed it would be 40 %. */
static void waiting(void **state)
{
    static struct figures_loss losses[] = { { "repair", KIND_WORK, 90, 1200 * HOUR, 930 * HOUR },
                                            { "parts", KIND_HOLD, 7, 800 * HOUR, 50 * HOUR },
                                            { "checkin", KIND_QUEUE, 90, 20 * HOUR, 20 * HOUR } };
    struct figures_sum sum = { .losses = losses, .n_losses = 3, .has_hours = true };
    (void)state;
    one(&sum, "Longest wait: \"parts\", 50 h in all, 5 % of the time until ready (cases: 7).",
        "pitboard report --by stage");
    losses[1].working_ms = 49 * HOUR;
    none(&sum);
    sum.has_hours = false;
    one(&sum, "Longest wait: \"parts\", 800 h in all, 40 % of the time until ready (cases: 7).",
        "pitboard report --by stage");
}

/* The largest share beyond counts, not the largest number: 1 of 5 against 3 of 10. */
static void limits(void **state)
{
    static struct figures_stage stages[] = {
        { .id = "wash", .spread = { .n = 10 }, .limit_ms = 30 * MIN, .over = 1 },
        { .id = "check", .spread = { .n = 5 }, .limit_ms = 20 * MIN, .over = 1 },
    };
    struct figures_sum sum = { .stages = stages, .n_stages = 2 };
    (void)state;
    one(&sum, "\"check\" beyond its limit of 20 min: 1 of 5 times (20 %).", "pitboard report --by stage");
    stages[0].over = 3;
    one(&sum, "\"wash\" beyond its limit of 30 min: 3 of 10 times (30 %).", "pitboard report --by stage");
    static struct figures_stage others[] = {
        { .id = "wash", .spread = { .n = 100 }, .limit_ms = 30 * MIN, .over = 25 },
        { .id = "check", .spread = { .n = 10 }, .limit_ms = 20 * MIN, .over = 4 },
        { .id = "repair", .spread = { .n = 100 }, .limit_ms = HOUR, .over = 39 },
    };
    sum.stages = others; /* a share of 40 % between larger numbers */
    sum.n_stages = 3;
    one(&sum, "\"check\" beyond its limit of 20 min: 4 of 10 times (40 %).", "pitboard report --by stage");
    sum.stages = stages;
    sum.n_stages = 2;
    stages[0].over = 0;
    stages[1].spread.n = 4; /* too few to say anything */
    none(&sum);
}

static void rework_and_repeats(void **state)
{
    struct figures_sum sum = { .jobs = { .ready = 40, .opened = 100 }, .rework_jobs = 2 };
    (void)state;
    one(&sum, "Back to work after a check: 2 of 40 cars (5 %).", "pitboard report --by work");
    sum.jobs.ready = 41;
    none(&sum);
    sum.repeat = (struct figures_repeat){ .days = 30, .visits = 100, .repeats = 3 };
    one(&sum, "Here again within 30 days: 3 of 100 cars (3 %).", NULL);
    sum.repeat.repeats = 2;
    none(&sum);
}

static void ratings_cancelled_and_pickup(void **state)
{
    static struct figures_funnel funnel[] = { { "checkin", KIND_QUEUE, 50, 1, 0 },
                                              { "approval", KIND_HOLD, 9, 2, 0 } };
    struct figures_sum sum = { .ratings.all = { .n = 5, .detractors = 1 } };
    (void)state;
    one(&sum, "Rated 6 or less: 1 of 5 answers (20 %).", NULL);
    sum.ratings.all = (struct figures_score){ .n = 6, .detractors = 1 };
    none(&sum);
    sum.jobs.opened = 150;
    sum.jobs.cancelled = 3;
    one(&sum, "Cancelled: 3.", NULL);
    sum.funnel = funnel;
    sum.n_funnel = 2;
    one(&sum, "Cancelled of the cars opened: 3 of 150 (2 %), most often in \"approval\".", NULL);
    funnel[0].cancelled = 2;
    one(&sum, "Cancelled of the cars opened: 4 of 150 (3 %).",
        NULL); /* in none more often than in the other */
    funnel[0].cancelled = 0;
    one(&sum, "Cancelled: 3.", NULL); /* of cars that came earlier, nobody knows where */
    sum.jobs.cancelled = 2;
    none(&sum);
    sum.cycle[CYCLE_PICKUP_GAP] = (struct figures_spread){ .n = 5, .p50_ms = HOUR };
    one(&sum, "Ready and not fetched: half of the cars for longer than 1 h.", NULL);
    sum.has_hours = true; /* nights do not count then */
    sum.working[CYCLE_PICKUP_GAP] = (struct figures_spread){ .n = 5, .p50_ms = HOUR - 1 };
    none(&sum);
}

/* A log that cannot be believed comes before all else. */
static void trust_first(void **state)
{
    struct figures_sum sum = { .lateness = { .n = 1, .late = 1, .late_mean_ms = 30 * MIN } };
    (void)state;
    sum.trust.known = true;
    sum.trust.score = 79;
    sum.trust.part[DOUBT_BATCH].lost = 20000;
    sum.trust.part[DOUBT_LATE].lost = 1000;
    look(&sum, "en", NULL);
    assert_int_equal(found.n, 2);
    assert_string_equal(
        found.row[0].said,
        "Do not rely on these figures: the log is worth 79 of 100, most of all because of: batches.");
    assert_string_equal(found.row[0].look, "pitboard spans --suspect");
    sum.trust.score = 80;
    look(&sum, "en", NULL);
    assert_int_equal(found.n, 1);
}

static void everything_at_once(struct figures_sum *sum)
{
    static struct figures_loss losses[] = { { "parts", KIND_HOLD, 7, 30 * HOUR, 0 } };
    static struct figures_stage stages[] = {
        { .id = "repair", .spread = { .n = 9 }, .limit_ms = 2 * HOUR, .over = 9 }
    };
    *sum = (struct figures_sum){ .losses = losses,
                                 .n_losses = 1,
                                 .stages = stages,
                                 .n_stages = 1,
                                 .jobs = { .opened = 9, .ready = 9, .cancelled = 9 },
                                 .rework_jobs = 9,
                                 .lateness = { .n = 9, .late = 9, .late_mean_ms = 10 * HOUR },
                                 .repeat = { 30, 9, 9 },
                                 .ratings.all = { .n = 9, .detractors = 9 } };
    sum->cycle[CYCLE_PICKUP_GAP] = (struct figures_spread){ .n = 9, .p50_ms = 20 * HOUR };
    sum->trust.known = true;
}

/* Six at the most; in Russian no English is left, and stages have their names. */
static void as_many_as_there_is_room_for(void **state)
{
    static struct plan plan;
    struct figures_sum sum;
    (void)state;
    plan_clear(&plan);
    assert_true(plan_defaults(&plan));
    everything_at_once(&sum);
    look(&sum, "ru", &plan);
    assert_int_equal(found.n, FINDINGS_MAX);
    assert_string_equal(found.row[1].said,
                        "Позже первого обещания готовы: 9 из 9 (100 %), в среднем на 10 ч.");
    assert_non_null(strstr(found.row[2].said, "«Ожидание запчастей»"));
    for (int i = 0; i < found.n; i++)
        for (const char *c = found.row[i].said; *c; c++)
            assert_false((*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') || *c == '{');
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(promises),
        cmocka_unit_test(waiting),
        cmocka_unit_test(limits),
        cmocka_unit_test(rework_and_repeats),
        cmocka_unit_test(ratings_cancelled_and_pickup),
        cmocka_unit_test(trust_first),
        cmocka_unit_test(as_many_as_there_is_room_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
