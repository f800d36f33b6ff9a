/* Boards and beats from bytes: what is read, what is left alone, what is refused. */
#include "wire/view.h"

#include "base/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define HEAD                                                                                                 \
    "{\"v\":1,\"site\":\"s\",\"title\":{\"ru\":\"Т\",\"en\":\"T\"},\"rev\":7,\"time\":\"2026-11-21T11:32:"  \
    "00.000Z\",\"zone\":\"Europe/"                                                                           \
    "Minsk\",\"stages\":{\"repair\":{\"kind\":\"work\",\"ru\":\"В ремонте\",\"en\":\"In "            \
    "repair\"},\"ready\":{\"kind\":\"ready\"}}"

static struct view *decode(const char *text, char fault[200])
{
    fault[0] = '\0';
    return view_decode(text, strlen(text), fault, 200);
}

static void a_public_board(void **state)
{
    char fault[200];
    (void)state;
    struct view *v = decode(HEAD ",\"later\":[1],\"bays\":{\"total\":6,\"online\":5},\"jobs\":[{\"key\":"
                                 "\"k\",\"label\":\"1205\",\"model\":\"Kia\","
                                 "\"stage\":\"repair\",\"kind\":\"work\",\"since\":\"2026-11-21T10:00:00Z\","
                                 "\"route\":[\"repair\",\"ready\"],"
                                 "\"step\":1,\"steps\":2,\"waiting\":true,\"promised\":\"2026-11-21T15:00:00+"
                                 "03:00\",\"promised_was\":null,"
                                 "\"calls\":2,\"pickup\":\"Касса\"}]}",
                            fault);
    if (!v)
        fail_msg("%s", fault);
    assert_int_equal(v->rev, 7);
    assert_string_equal(label_in(&v->title, "en", ""), "T");
    assert_int_equal(v->n_stages, 2);
    assert_int_equal(v->bays_total, 6);
    assert_int_equal(v->bays_online, 5);
    assert_int_equal(v->n_jobs, 1);
    const struct view_job *job = &v->jobs[0];
    assert_string_equal(job->label, "1205");
    assert_int_equal(v->stages[job->stage].kind, KIND_WORK);
    assert_int_equal(job->n_route, 2);
    assert_true(job->waiting);
    assert_int_equal(job->promised.ms - job->since.ms, 2 * 3600 * 1000);
    assert_true(wall_is_none(job->promised_was) && wall_is_none(job->ready_at));
    assert_int_equal(job->calls, 2);
    assert_false(v->staff);
    view_destroy(v);
}

static void a_staff_board(void **state)
{
    char fault[200];
    (void)state;
    struct view *v = decode(
        HEAD ",\"jobs\":[{\"key\":\"k\",\"stage\":\"repair\",\"job\":\"ЗН-1\",\"plate\":\"1205 "
             "AB-7\",\"late_by_s\":-60,\"limit_s\":3600,"
             "\"reworks\":1}],\"baylist\":[{\"bay\":\"1\",\"label\":{\"ru\":\"Пост "
             "1\"},\"stage\":\"repair\",\"lamp\":\"amber\",\"help\":{"
             "\"since\":\"2026-11-21T11:26:00Z\",\"reason\":\"x\"},\"online\":true,\"battery\":9,\"battery_"
             "low\":true},{\"bay\":\"2\",\"help\":"
             "null}],"
             "\"today\":{\"opened\":14,\"on_time\":0.86},\"problems\":[{\"code\":\"c\",\"text\":\"t\"}]}",
        fault);
    if (!v)
        fail_msg("%s", fault);
    assert_true(v->staff);
    assert_string_equal(v->jobs[0].plate, "1205 AB-7");
    assert_int_equal(v->jobs[0].late_by_s, -60);
    assert_int_equal(v->n_bays, 2);
    assert_string_equal(v->bays[0].lamp, "amber");
    assert_false(wall_is_none(v->bays[0].help));
    assert_int_equal(v->bays[0].online, 1);
    assert_int_equal(v->bays[1].online, -1);
    assert_true(v->bays[0].battery == 9 && v->bays[0].low);
    assert_true(v->bays[1].battery == -1 && !v->bays[1].low);
    assert_int_equal(v->bays[1].stage, -1);
    assert_true(wall_is_none(v->bays[1].help));
    assert_int_equal(v->opened, 14);
    assert_int_equal(v->ready, -1);
    assert_true(v->on_time > 0.85 && v->right_first_time < 0);
    assert_int_equal(v->n_problems, 1);
    view_destroy(v);
}

static void broken_boards_are_refused(void **state)
{
    static const char *const rows[] = {
        "",
        "[]",
        "null",
        "{\"v\":1}",
        "{\"v\":2,\"rev\":1,\"time\":\"2026-11-21T11:32:00Z\",\"stages\":{},\"jobs\":[]}",
        "{\"v\":1,\"v\":1,\"rev\":1,\"time\":\"2026-11-21T11:32:00Z\",\"stages\":{},\"jobs\":[]}",
        "{\"v\":1,\"time\":\"2026-11-21T11:32:00Z\",\"stages\":{},\"jobs\":[]}",
        "{\"v\":1,\"rev\":-1,\"time\":\"2026-11-21T11:32:00Z\",\"stages\":{},\"jobs\":[]}",
        "{\"v\":1,\"rev\":1,\"stages\":{},\"jobs\":[]}",
        "{\"v\":1,\"rev\":1,\"time\":\"noon\",\"stages\":{},\"jobs\":[]}",
        "{\"v\":1,\"rev\":1,\"time\":\"2026-11-21T11:32:00Z\",\"stages\":{\"a\":{\"kind\":\"rest\"}},"
        "\"jobs\":[]}",
        "{\"v\":1,\"rev\":1,\"time\":\"2026-11-21T11:32:00Z\",\"stages\":{\"A "
        "b\":{\"kind\":\"work\"}},\"jobs\":[]}",
        HEAD "}",
        HEAD ",\"jobs\":{}}",
        HEAD ",\"jobs\":[1]}",
        HEAD ",\"jobs\":[{\"stage\":\"repair\"}]}",
        HEAD ",\"jobs\":[{\"key\":\"k\"}]}",
        HEAD ",\"jobs\":[{\"key\":\"k\",\"stage\":\"wash\"}]}",
        HEAD ",\"jobs\":[{\"key\":\"k\",\"stage\":\"repair\",\"route\":[\"wash\"]}]}",
        HEAD ",\"jobs\":[{\"key\":\"k\",\"stage\":\"repair\",\"label\":5}]}",
        HEAD ",\"jobs\":[{\"key\":\"k\",\"stage\":\"repair\",\"label\":\"a\\u0000b\"}]}",
        HEAD ",\"jobs\":[{\"key\":\"k\",\"stage\":\"repair\",\"since\":\"x\"}]}",
        HEAD ",\"jobs\":[{\"key\":\"k\",\"stage\":\"repair\",\"step\":-1}]}",
        HEAD ",\"jobs\":[{\"key\":\"k\",\"stage\":\"repair\",\"calls\":1.5}]}",
        HEAD ",\"jobs\":[]} x",
        HEAD ",\"jobs\":[{\"key\":\"k\",\"stage\":\"repair\",\"model\":\"\xff\"}]}",
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char fault[200];
        struct view *v = decode(rows[i], fault);
        if (v || !fault[0])
            fail_msg("row %zu was taken, or without a word: %s", i, rows[i]);
    }
}

static struct text many(int n)
{
    struct text t = text_grow(8 * 1024 * 1024);
    text_put(&t, HEAD ",\"jobs\":[");
    for (int i = 0; i < n; i++)
        text_fmt(&t, "%s{\"key\":\"k%d\",\"stage\":\"repair\"}", i ? "," : "", i);
    text_put(&t, "]}");
    return t;
}

static void limits(void **state)
{
    char fault[200];
    (void)state;
    struct text most = many(VIEW_JOBS_MAX), more = many(VIEW_JOBS_MAX + 1);
    struct view *v = view_decode(most.data, most.len, fault, sizeof fault);
    assert_non_null(v);
    assert_int_equal(v->n_jobs, VIEW_JOBS_MAX);
    view_destroy(v);
    assert_null(view_decode(more.data, more.len, fault, sizeof fault));
    text_free(&most);
    text_free(&more);
    char *big = malloc(VIEW_BYTES_MAX + 1);
    memset(big, ' ', VIEW_BYTES_MAX + 1);
    assert_null(view_decode(big, VIEW_BYTES_MAX + 1, fault, sizeof fault));
    assert_string_equal(fault, "larger than a board may be");
    free(big);
    view_destroy(NULL);
}

static void beats(void **state)
{
    static const char good[] =
        "{\"time\":\"2026-11-21T11:32:03.000Z\",\"rev\":9,\"problems\":[],\"counters\":{}}";
    static const char *const bad[] = { "",
                                       "{}",
                                       "{\"rev\":9}",
                                       "{\"time\":\"2026-11-21T11:32:03Z\"}",
                                       "{\"time\":\"2026-11-21T11:32:03Z\",\"rev\":\"9\"}",
                                       "{\"time\":9,\"rev\":9}",
                                       "[]" };
    int64_t rev;
    struct wall time;
    (void)state;
    assert_true(view_beat(good, sizeof good - 1, &rev, &time));
    assert_int_equal(rev, 9);
    assert_true(time.ms > 0);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_false(view_beat(bad[i], strlen(bad[i]), &rev, &time));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_public_board),
        cmocka_unit_test(a_staff_board),
        cmocka_unit_test(broken_boards_are_refused),
        cmocka_unit_test(limits),
        cmocka_unit_test(beats),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
