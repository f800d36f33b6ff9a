/* Order of events under way: one at a time per job and per bay, and nobody overtakes. */
#include "app/lanes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static bool take(struct lanes *lanes, enum role role, const char *source, const char *id, const char *job,
                 const char *bay)
{
    struct tape_keys keys = { "", "", "" };
    snprintf(keys.id, sizeof keys.id, "%s", id);
    snprintf(keys.job, sizeof keys.job, "%s", job);
    snprintf(keys.bay, sizeof keys.bay, "%s", bay);
    return lanes_take(lanes, role, source, &keys, id, strlen(id));
}

/* Sends all that is ready; their ids, in order. */
static const char *sent(struct lanes *lanes)
{
    static char ids[512];
    struct letter *l;
    ids[0] = '\0';
    while ((l = lanes_ready(lanes))) {
        strcat(ids, l->id[0] ? l->id : "-");
        strcat(ids, " ");
        lanes_sent(lanes, l);
    }
    return ids;
}

static void done(struct lanes *lanes, enum role role, const char *source, const char *id)
{
    struct letter *l = lanes_find(lanes, role, source, id);
    assert_non_null(l);
    lanes_done(lanes, l);
}

static void one_at_a_time_per_job(void **state)
{
    (void)state;
    struct lanes *lanes = lanes_create(10);
    take(lanes, ROLE_DESK, "front", "1", "A", "");
    take(lanes, ROLE_DESK, "front", "2", "B", "");
    take(lanes, ROLE_DMS, "dms", "3", "A", "");
    take(lanes, ROLE_DMS, "dms", "4", "A", "");
    assert_string_equal(sent(lanes), "1 2 ");
    assert_int_equal(lanes_under_way(lanes), 2);
    done(lanes, ROLE_DESK, "front", "2");
    assert_string_equal(sent(lanes), "");
    done(lanes, ROLE_DESK, "front", "1");
    assert_string_equal(sent(lanes), "3 ");
    done(lanes, ROLE_DMS, "dms", "3");
    assert_string_equal(sent(lanes), "4 ");
    done(lanes, ROLE_DMS, "dms", "4");
    assert_int_equal(lanes_count(lanes), 0);
    lanes_destroy(lanes);
}

static void one_at_a_time_per_bay(void **state)
{
    (void)state;
    struct lanes *lanes = lanes_create(10);
    take(lanes, ROLE_BAY, "1", "1", "A", "");
    take(lanes, ROLE_DESK, "front", "2", "B", "1"); /* the desk speaks of the bay */
    take(lanes, ROLE_BAY, "1", "3", "", "");        /* the car in it */
    take(lanes, ROLE_BAY, "2", "4", "C", "");
    assert_string_equal(sent(lanes), "1 ");
    done(lanes, ROLE_BAY, "1", "1");
    assert_string_equal(sent(lanes), "2 ");
    done(lanes, ROLE_DESK, "front", "2");
    assert_string_equal(sent(lanes), "3 4 ");
    lanes_destroy(lanes);
}

static void nobody_overtakes(void **state)
{
    (void)state;
    struct lanes *lanes = lanes_create(10);
    take(lanes, ROLE_BAY, "1", "1", "A", "");
    take(lanes, ROLE_DESK, "front", "2", "A", "");
    take(lanes, ROLE_DESK, "front", "3", "B", ""); /* leaves after 2, though nothing is under way for B */
    take(lanes, ROLE_DESK, "front", "4", "C", "");
    take(lanes, ROLE_DESK, "web", "5", "D", "");
    assert_string_equal(sent(lanes), "1 ");
    done(lanes, ROLE_BAY, "1", "1");
    assert_string_equal(sent(lanes), "2 3 4 5 ");
    lanes_destroy(lanes);
}

static void same_job_and_bay_become_free_together(void **state)
{
    (void)state;
    struct lanes *lanes = lanes_create(10);
    for (char id[] = "1"; id[0] <= '5'; id[0]++)
        take(lanes, ROLE_BAY, "1", id, "A", "");
    for (char id[] = "1"; id[0] <= '5'; id[0]++) {
        char expected[4] = { id[0], ' ' };
        assert_string_equal(sent(lanes), expected);
        done(lanes, ROLE_BAY, "1", id);
    }
    assert_int_equal(lanes_count(lanes), 0);
    lanes_destroy(lanes);
}

static void receipts_find_their_event(void **state)
{
    (void)state;
    struct lanes *lanes = lanes_create(10);
    take(lanes, ROLE_DESK, "front", "x", "A", "");
    take(lanes, ROLE_DESK, "web", "x", "B", "");
    take(lanes, ROLE_DESK, "front", "x", "C", ""); /* the same id again: the older one is meant first */
    assert_null(lanes_find(lanes, ROLE_DESK, "front", "x")); /* not sent */
    sent(lanes);
    assert_null(lanes_find(lanes, ROLE_DMS, "front", "x"));
    assert_null(lanes_find(lanes, ROLE_DESK, "front", "y"));
    struct letter *first = lanes_find(lanes, ROLE_DESK, "front", "x");
    lanes_done(lanes, first);
    struct letter *second = lanes_find(lanes, ROLE_DESK, "front", "x");
    assert_non_null(second);
    lanes_done(lanes, second);
    assert_null(lanes_find(lanes, ROLE_DESK, "front", "x"));
    assert_int_equal(lanes_count(lanes), 1);
    lanes_destroy(lanes);
}

static void events_without_id_one_by_one(void **state)
{
    (void)state;
    struct lanes *lanes = lanes_create(10);
    take(lanes, ROLE_DESK, "front", "", "A", "");
    take(lanes, ROLE_DESK, "front", "", "B", "");
    take(lanes, ROLE_DESK, "web", "", "B", "");
    assert_string_equal(sent(lanes), "- ");
    done(lanes, ROLE_DESK, "front", "");
    assert_string_equal(sent(lanes), "- - ");
    lanes_destroy(lanes);
}

static void full(void **state)
{
    (void)state;
    struct lanes *lanes = lanes_create(3);
    for (int round = 0; round < 5; round++) { /* what is done makes place again */
        assert_true(take(lanes, ROLE_BAY, "1", "1", "A", ""));
        assert_true(take(lanes, ROLE_BAY, "2", "2", "B", ""));
        assert_true(take(lanes, ROLE_BAY, "3", "3", "C", ""));
        assert_false(take(lanes, ROLE_BAY, "4", "4", "D", ""));
        assert_string_equal(sent(lanes), "1 2 3 ");
        assert_false(take(lanes, ROLE_BAY, "4", "4", "D", ""));
        done(lanes, ROLE_BAY, "1", "1");
        done(lanes, ROLE_BAY, "3", "3");
        done(lanes, ROLE_BAY, "2", "2");
        assert_null(lanes_first_sent(lanes));
    }
    lanes_destroy(lanes);
    lanes_destroy(NULL);
}

/* Many events in random lanes, receipts in random order: all leave, and never two of one job or bay at a
 * time. */
static void disorder(void **state)
{
    (void)state;
    enum { N = 3000 };
    struct lanes *lanes = lanes_create(64);
    int taken = 0, finished = 0, last_of_job[7] = { 0 };
    srand(5);
    while (finished < N) {
        char id[12], job[8], bay[8];
        for (; taken < N; taken++) {
            snprintf(id, sizeof id, "%d", taken + 1);
            snprintf(job, sizeof job, "%d", (taken * 31 + taken / 7) % 7);
            snprintf(bay, sizeof bay, "b%d", (taken * 17 + taken / 5) % 5);
            if (!take(lanes, ROLE_BAY, bay, id, job, ""))
                break;
        }
        struct letter *l;
        while ((l = lanes_ready(lanes)))
            lanes_sent(lanes, l);
        bool jobs[7] = { false };
        int under_way = 0, pick = rand() % lanes_under_way(lanes);
        struct letter *chosen = NULL;
        for (l = lanes_first_sent(lanes); l; l = l->next) {
            int n = atoi(l->id) - 1, j = (n * 31 + n / 7) % 7;
            assert_false(jobs[j]);
            jobs[j] = true;
            if (under_way++ == pick)
                chosen = l;
        }
        int n = atoi(chosen->id), j = ((n - 1) * 31 + (n - 1) / 7) % 7;
        assert_true(n > last_of_job[j]);
        last_of_job[j] = n;
        lanes_done(lanes, chosen);
        finished++;
    }
    assert_int_equal(lanes_count(lanes), 0);
    lanes_destroy(lanes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_at_a_time_per_job),
        cmocka_unit_test(one_at_a_time_per_bay),
        cmocka_unit_test(nobody_overtakes),
        cmocka_unit_test(same_job_and_bay_become_free_together),
        cmocka_unit_test(receipts_find_their_event),
        cmocka_unit_test(events_without_id_one_by_one),
        cmocka_unit_test(full),
        cmocka_unit_test(disorder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
