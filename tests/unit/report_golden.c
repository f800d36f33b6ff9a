/* One report, three formats, as exact texts. */
#include "report/report.h"

#include "base/text.h"
#include "report/lang.h"

#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define MIN 60000

static bool collect(void *user, const char *bytes, size_t len)
{
    return text_add(user, bytes, len);
}

static bool refuse(void *user, const char *bytes, size_t len)
{
    (void)bytes;
    (void)len;
    return --*(int *)user >= 0;
}

static void local(struct wall at, char out[WRITER_TIME_SIZE])
{
    snprintf(out, WRITER_TIME_SIZE, "day %d", (int)(at.ms / 86400000));
}

static struct writer *writer_into(struct text *out, enum writer_format format, int columns)
{
    struct writer_setup setup = { .put = collect, .user = out, .local = local, .columns = columns };
    struct writer *w = writer_create(format, &setup);
    assert_non_null(w);
    return w;
}

static void finish(struct writer *w, struct text *out, const char *expected)
{
    assert_true(writer_finish(w));
    writer_destroy(w);
    assert_string_equal(out->data, expected);
    text_free(out);
}

static struct figures *feed(struct wall since, struct wall until)
{
    struct figures_window window = { since, until, wall_is_none(until) ? (struct wall){ 500 * MIN } : until };
    struct figures *f = figures_create(&window, FIGURES_VALUES_MAX);
    struct figures_job job = { .opened = { 0 },
                               .ready = { 100 * MIN },
                               .closed = { 130 * MIN },
                               .first_promise = { 90 * MIN },
                               .outcome = OUTCOME_HANDED_OVER,
                               .reworks = 1,
                               .score = 8 };
    struct figures_quality quality = { 1, 2, 3, 4, 5 };
    figures_stage(f, "checkin", KIND_QUEUE);
    figures_stage(f, "repair", KIND_WORK);
    figures_stage(f, "ready", KIND_READY);
    figures_job(f, &job);
    figures_span(f, &(struct figures_span){ "checkin", KIND_QUEUE, { 0 }, { 10 * MIN }, 10 * MIN });
    figures_span(f,
                 &(struct figures_span){ "repair", KIND_WORK, { 10 * MIN }, { 70 * MIN + 1 }, 60 * MIN + 1 });
    figures_span(f,
                 &(struct figures_span){ "parts", KIND_HOLD, { 70 * MIN + 1 }, { 100 * MIN }, 30 * MIN - 1 });
    figures_span(f, &(struct figures_span){ "ready", KIND_READY, { 100 * MIN }, { 130 * MIN }, 30 * MIN });
    figures_stay(f, "1", (struct wall){ 5 * MIN }, (struct wall){ 100 * MIN });
    job = (struct figures_job){ .opened = { 0 },
                                .ready = { 100 * MIN },
                                .closed = { 101 * MIN },
                                .first_promise = { 100 * MIN },
                                .outcome = OUTCOME_HANDED_OVER,
                                .score = 7 };
    figures_job(f, &job);
    figures_span(f, &(struct figures_span){ "repair", KIND_WORK, { 0 }, { 100 * MIN }, 100 * MIN });
    figures_span(f, &(struct figures_span){ "ready", KIND_READY, { 100 * MIN }, { 101 * MIN }, 10 });
    job = (struct figures_job){ .opened = { 0 },
                                .ready = { 90 * MIN },
                                .closed = WALL_NONE,
                                .first_promise = { 90 * MIN },
                                .promise_moves = 2,
                                .score = -1 };
    figures_job(f, &job);
    figures_set_quality(f, &quality);
    return f;
}

static void put_report(struct writer *w, struct wall since, struct wall until, struct figures *f,
                       enum report_extent extent)
{
    report_head(w, &(struct report_about){ .what = "report",
                                           .since = since,
                                           .until = until,
                                           .zone = "Europe/Minsk",
                                           .database = "/tmp/a.db",
                                           .lengths = lang_word(writer_lang(w), "Times in hours:minutes."),
                                           .local = local });
    report_write(w, figures_finish(f), extent);
}

/* The same in brief and at the head of the whole. */
#define FIRST_PAGE                                                                                           \
    "2 handed over, 1 still open; half ready within 1:40; 67 % on time; NPS 0\n"                             \
    "\n"                                                                                                     \
    "What to look at\n"                                                                                      \
    "- Ready later than first promised: 1 of 3 cars (33 %), by 10 min on average.\n"                         \
    "  (pitboard jobs --late)\n"                                                                             \
    "- Longest wait: \"parts\", 30 min in all, 15 % of the time until ready (cases: 1).\n"                   \
    "  (pitboard report --by stage)\n"                                                                       \
    "- Back to work after a check: 1 of 3 cars (33 %). (pitboard report --by work)\n"                        \
    "\n"                                                                                                     \
    "Where the time went  kind   times  total   share\n"                                                     \
    "parts                hold       1   0:30  15.0 %  ███\n"                                          \
    "checkin              queue      1   0:10   5.0 %  █\n"                                                \
    "repair               work       2   2:40  80.0 %  ████████████████\n"   \
    "\n"                                                                                                     \
    "Per car         cars  mean  median  80 %  90 %  longest\n"                                              \
    "in to out          2  1:55    1:40  2:10  2:10     2:10\n"                                              \
    "in to ready        3  1:07    1:40  1:40  1:40     1:40\n"                                              \
    "ready to out       2  0:15   <0:01  0:30  0:30     0:30\n"                                              \
    "worked on          3  0:53    1:00  1:40  1:40     1:40\n"                                              \
    "waited for us      3  0:03    0:00  0:10  0:10     0:10\n"                                              \
    "on hold            3  0:10    0:00  0:30  0:30     0:30\n"                                              \
    "\n"                                                                                                     \
    "Jobs            opened  ready  handed over  cancelled  still open\n"                                    \
    "                     3      3            2          0           1\n"

static void golden(enum report_extent extent, struct wall since, struct wall until, struct figures *f,
                   const char *expected)
{
    struct text out = text_grow(65536);
    struct writer *w = writer_into(&out, WRITER_TEXT, 80);
    put_report(w, since, until, f, extent);
    finish(w, &out, expected);
    figures_destroy(f);
}

/* The base figures come first and stay as they are; what follows them is in report_as_text. */
static void golden_base(enum writer_format format, struct figures *f, const char *expected)
{
    struct text out = text_grow(65536);
    struct writer *w = writer_into(&out, format, 80);
    size_t len = strlen(expected) - (format == WRITER_JSON ? 2 : 0); /* the brace that closes it */
    report_write(w, figures_finish(f), REPORT_DATA);
    assert_true(writer_finish(w));
    writer_destroy(w);
    assert_true(out.len > len);
    if (strncmp(out.data, expected, len) != 0)
        assert_string_equal(out.data, expected);
    text_free(&out);
    figures_destroy(f);
}

static const struct wall since = { 0 }, until = { 864000000 };

static void report_as_text(void **state)
{
    (void)state;
    golden(REPORT_FULL, since, until, feed(since, until),

           "pitboard report: day 0 – day 10, Europe/Minsk\n"
           "/tmp/a.db\n"
           "Times in hours:minutes.\n"
           "\n" FIRST_PAGE "\n"
           "First promise   promised  kept  moved  share kept\n"
           "                       3     2      1      66.7 %\n"
           "\n"
           "Rework          jobs  share of ready\n"
           "                   1          33.3 %\n"
           "\n"
           "Rating          answers  mean of 0-10\n"
           "                      2          7.50\n"
           "\n"
           "Ready vs promise  promised  earlier  later  moves  mean  median  90 %  latest\n"
           "                         3        2      1      2  0:03    0:00  0:10    0:10\n"
           "\n"
           "Early and late      cars\n"
           "over 4 h early         0\n"
           "up to 4 h early        0\n"
           "up to 2 h early        0\n"
           "up to 1 h early        0\n"
           "up to 30 min early     0\n"
           "up to 15 min early     2  ████████████████\n"
           "up to 15 min late      1  ████████\n"
           "up to 30 min late      0\n"
           "up to 1 h late         0\n"
           "up to 2 h late         0\n"
           "up to 4 h late         0\n"
           "over 4 h late          0\n"
           "\n"
           "Stages          kind   times  total  mean  median  90 %  longest\n"
           "checkin         queue      1   0:10  0:10    0:10  0:10     0:10\n"
           "repair          work       2   2:40  1:20    1:00  1:40     1:40\n"
           "ready           ready      2   0:30  0:15   <0:01  0:30     0:30\n"
           "parts           hold       1   0:30  0:30    0:30  0:30     0:30\n"
           "\n"
           "Bays            jobs  occupied  work\n"
           "1                  1      1:35  1:00\n"
           "\n"
           "Holds           times  total\n"
           "parts               1   0:30\n"
           "\n"
           "In to ready     cars\n"
           "up to 30 min       1  ████████\n"
           "up to 1 h          0\n"
           "up to 90 min       0\n"
           "up to 2 h          2  ████████████████\n"
           "up to 150 min      0\n"
           "up to 3 h          0\n"
           "up to 4 h          0\n"
           "up to 5 h          0\n"
           "up to 6 h          0\n"
           "up to 8 h          0\n"
           "up to 12 h         0\n"
           "up to 24 h         0\n"
           "up to 48 h         0\n"
           "over 48 h          0\n"
           "\n"
           "What they say     answers  9-10  0-6  mean  NPS\n"
           "all                     2     0    0  7.50  0.0\n"
           "promise kept            1     0    0  7.00  0.0\n"
           "promise missed          1     0    0  8.00  0.0\n"
           "waited under 1 h        2     0    0  7.50  0.0\n"
           "1 to 2 h                0\n"
           "2 to 4 h                0\n"
           "4 h and more            0\n"
           "\n"
           "How far         reached  cancelled  here now  of opened\n"
           "checkin               1          0         0     33.3 %  █████▍\n"
           "repair                2          0         0     66.7 %  ██████████▋\n"
           "ready                 2          0         0     66.7 %  ██████████▋\n"
           "parts                 1          0         0     33.3 %  █████▍\n"
           "\n"
           "Cars came in    0     6     12    18\n"
           "mon\n"
           "tue\n"
           "wed\n"
           "thu             @\n"
           "fri\n"
           "sat\n"
           "sun\n"
           "\n"
           "Log quality     told late  time corrected  rejected  undone  checks skipped\n"
           "                        1               2         3       4               5\n"
           "\n");
}

static void report_as_json(void **state)
{
    (void)state;
    golden_base(
        WRITER_JSON, feed(since, until),
        "{\"since\":\"1970-01-01T00:00:00.000Z\",\"until\":\"1970-01-11T00:00:00.000Z\","
        "\"jobs\":{\"opened\":3,\"ready\":3,\"closed\":2,\"cancelled\":0,\"open\":1},"
        "\"cycle\":{\"lead\":{\"n\":2,\"mean_s\":6900.005,\"p50_s\":6000.01,\"p80_s\":7800,"
        "\"p90_s\":7800,\"max_s\":7800},\"to_ready\":{\"n\":3,\"mean_s\":4000,\"p50_s\":6000,"
        "\"p80_s\":6000,\"p90_s\":6000,\"max_s\":6000},\"pickup_gap\":{\"n\":2,\"mean_s\":900.005,"
        "\"p50_s\":0.01,\"p80_s\":1800,\"p90_s\":1800,\"max_s\":1800},\"touch\":{\"n\":3,\"mean_s\":3200,"
        "\"p50_s\":3600.001,\"p80_s\":6000,\"p90_s\":6000,\"max_s\":6000},\"wait\":{\"n\":3,"
        "\"mean_s\":200,\"p50_s\":0,\"p80_s\":600,\"p90_s\":600,\"max_s\":600},\"hold\":{\"n\":3,"
        "\"mean_s\":600,\"p50_s\":0,\"p80_s\":1799.999,\"p90_s\":1799.999,\"max_s\":1799.999}},"
        "\"stages\":[{\"stage\":\"checkin\",\"kind\":\"queue\",\"n\":1,\"total_s\":600,\"mean_s\":600,"
        "\"p50_s\":600,\"p90_s\":600,\"max_s\":600},{\"stage\":\"repair\",\"kind\":\"work\",\"n\":2,"
        "\"total_s\":9600.001,\"mean_s\":4800.001,\"p50_s\":3600.001,\"p90_s\":6000,\"max_s\":6000},"
        "{\"stage\":\"ready\",\"kind\":\"ready\",\"n\":2,\"total_s\":1800.01,\"mean_s\":900.005,"
        "\"p50_s\":0.01,\"p90_s\":1800,\"max_s\":1800},{\"stage\":\"parts\",\"kind\":\"hold\",\"n\":1,"
        "\"total_s\":1799.999,\"mean_s\":1799.999,\"p50_s\":1799.999,\"p90_s\":1799.999,"
        "\"max_s\":1799.999}],\"bays\":[{\"bay\":\"1\",\"jobs\":1,\"occupied_s\":5700,"
        "\"working_s\":3600.001}],\"holds\":[{\"reason\":\"parts\",\"n\":1,\"total_s\":1799.999}],"
        "\"promise\":{\"n\":3,\"kept\":2,\"moved\":1,\"kept_share\":0.667},\"rework\":{\"jobs\":1,"
        "\"share\":0.333},\"rating\":{\"n\":2,\"mean\":7.5},\"quality\":{\"late\":1,\"clamped\":2,"
        "\"rejected\":3,\"undone\":4,\"skipped\":5}}\n");
}

static void report_as_csv(void **state)
{
    (void)state;
    golden_base(WRITER_CSV, feed(since, until),
                "group,row,figure,value\r\n"
                ",,since,1970-01-01T00:00:00.000Z\r\n"
                ",,until,1970-01-11T00:00:00.000Z\r\n"
                "jobs,,opened,3\r\n"
                "jobs,,ready,3\r\n"
                "jobs,,closed,2\r\n"
                "jobs,,cancelled,0\r\n"
                "jobs,,open,1\r\n"
                "cycle,lead,n,2\r\n"
                "cycle,lead,mean_s,6900.005\r\n"
                "cycle,lead,p50_s,6000.01\r\n"
                "cycle,lead,p80_s,7800\r\n"
                "cycle,lead,p90_s,7800\r\n"
                "cycle,lead,max_s,7800\r\n"
                "cycle,to_ready,n,3\r\n"
                "cycle,to_ready,mean_s,4000\r\n"
                "cycle,to_ready,p50_s,6000\r\n"
                "cycle,to_ready,p80_s,6000\r\n"
                "cycle,to_ready,p90_s,6000\r\n"
                "cycle,to_ready,max_s,6000\r\n"
                "cycle,pickup_gap,n,2\r\n"
                "cycle,pickup_gap,mean_s,900.005\r\n"
                "cycle,pickup_gap,p50_s,0.01\r\n"
                "cycle,pickup_gap,p80_s,1800\r\n"
                "cycle,pickup_gap,p90_s,1800\r\n"
                "cycle,pickup_gap,max_s,1800\r\n"
                "cycle,touch,n,3\r\n"
                "cycle,touch,mean_s,3200\r\n"
                "cycle,touch,p50_s,3600.001\r\n"
                "cycle,touch,p80_s,6000\r\n"
                "cycle,touch,p90_s,6000\r\n"
                "cycle,touch,max_s,6000\r\n"
                "cycle,wait,n,3\r\n"
                "cycle,wait,mean_s,200\r\n"
                "cycle,wait,p50_s,0\r\n"
                "cycle,wait,p80_s,600\r\n"
                "cycle,wait,p90_s,600\r\n"
                "cycle,wait,max_s,600\r\n"
                "cycle,hold,n,3\r\n"
                "cycle,hold,mean_s,600\r\n"
                "cycle,hold,p50_s,0\r\n"
                "cycle,hold,p80_s,1799.999\r\n"
                "cycle,hold,p90_s,1799.999\r\n"
                "cycle,hold,max_s,1799.999\r\n"
                "stages,checkin,kind,queue\r\n"
                "stages,checkin,n,1\r\n"
                "stages,checkin,total_s,600\r\n"
                "stages,checkin,mean_s,600\r\n"
                "stages,checkin,p50_s,600\r\n"
                "stages,checkin,p90_s,600\r\n"
                "stages,checkin,max_s,600\r\n"
                "stages,repair,kind,work\r\n"
                "stages,repair,n,2\r\n"
                "stages,repair,total_s,9600.001\r\n"
                "stages,repair,mean_s,4800.001\r\n"
                "stages,repair,p50_s,3600.001\r\n"
                "stages,repair,p90_s,6000\r\n"
                "stages,repair,max_s,6000\r\n"
                "stages,ready,kind,ready\r\n"
                "stages,ready,n,2\r\n"
                "stages,ready,total_s,1800.01\r\n"
                "stages,ready,mean_s,900.005\r\n"
                "stages,ready,p50_s,0.01\r\n"
                "stages,ready,p90_s,1800\r\n"
                "stages,ready,max_s,1800\r\n"
                "stages,parts,kind,hold\r\n"
                "stages,parts,n,1\r\n"
                "stages,parts,total_s,1799.999\r\n"
                "stages,parts,mean_s,1799.999\r\n"
                "stages,parts,p50_s,1799.999\r\n"
                "stages,parts,p90_s,1799.999\r\n"
                "stages,parts,max_s,1799.999\r\n"
                "bays,1,jobs,1\r\n"
                "bays,1,occupied_s,5700\r\n"
                "bays,1,working_s,3600.001\r\n"
                "holds,parts,n,1\r\n"
                "holds,parts,total_s,1799.999\r\n"
                "promise,,n,3\r\n"
                "promise,,kept,2\r\n"
                "promise,,moved,1\r\n"
                "promise,,kept_share,0.667\r\n"
                "rework,,jobs,1\r\n"
                "rework,,share,0.333\r\n"
                "rating,,n,2\r\n"
                "rating,,mean,7.5\r\n"
                "quality,,late,1\r\n"
                "quality,,clamped,2\r\n"
                "quality,,rejected,3\r\n"
                "quality,,undone,4\r\n"
                "quality,,skipped,5\r\n");
}

static struct figures *nothing(void)
{
    struct figures_window window = { WALL_NONE, WALL_NONE, WALL_NONE };
    return figures_create(&window, FIGURES_VALUES_MAX);
}

/* Without rows the other members of each group are left out, and so is a window that was not given. */
static void empty_reports(void **state)
{
    (void)state;
    golden_base(WRITER_JSON, nothing(),
                "{\"jobs\":{\"opened\":0,\"ready\":0,\"closed\":0,\"cancelled\":0,\"open\":0},"
                "\"cycle\":{\"lead\":{\"n\":0},\"to_ready\":{\"n\":0},\"pickup_gap\":{\"n\":0},"
                "\"touch\":{\"n\":0},\"wait\":{\"n\":0},\"hold\":{\"n\":0}},\"stages\":[],\"bays\":[],"
                "\"holds\":[],\"promise\":{\"n\":0},\"rework\":{\"jobs\":0},\"rating\":{\"n\":0},"
                "\"quality\":{\"late\":0,\"clamped\":0,\"rejected\":0,\"undone\":0,\"skipped\":0}}\n");
    golden(REPORT_FULL, WALL_NONE, WALL_NONE, nothing(),

           "pitboard report: the first event – the last event, Europe/Minsk\n"
           "/tmp/a.db\n"
           "Times in hours:minutes.\n"
           "\n"
           "No car was here in this period.\n"
           "\n"
           "Where the time went\n"
           "  none\n"
           "\n"
           "Per car         cars\n"
           "in to out          0\n"
           "in to ready        0\n"
           "ready to out       0\n"
           "worked on          0\n"
           "waited for us      0\n"
           "on hold            0\n"
           "\n"
           "Jobs            opened  ready  handed over  cancelled  still open\n"
           "                     0      0            0          0           0\n"
           "\n"
           "First promise   promised\n"
           "                       0\n"
           "\n"
           "Rework          jobs\n"
           "                   0\n"
           "\n"
           "Rating          answers\n"
           "                      0\n"
           "\n"
           "Ready vs promise  promised\n"
           "                         0\n"
           "\n"
           "Stages\n"
           "  none\n"
           "\n"
           "Bays\n"
           "  none\n"
           "\n"
           "Holds\n"
           "  none\n"
           "\n"
           "How far\n"
           "  none\n"
           "\n"
           "Log quality     told late  time corrected  rejected  undone  checks skipped\n"
           "                        0               0         0       0               0\n"
           "\n");
}

/* Less than a screen: no table but those that tell where the time went, or the one that was asked for. */
static void brief_report(void **state)
{
    (void)state;
    golden(REPORT_BRIEF, since, until, feed(since, until),
           "pitboard report: day 0 – day 10, Europe/Minsk\n"
           "/tmp/a.db\n"
           "Times in hours:minutes.\n"
           "\n" FIRST_PAGE "\n");
    golden(REPORT_BRIEF, WALL_NONE, WALL_NONE, nothing(),
           "pitboard report: the first event – the last event, Europe/Minsk\n"
           "/tmp/a.db\n"
           "Times in hours:minutes.\n"
           "\n"
           "No car was here in this period.\n"
           "\n");
}

static void full_disks_are_told(void **state)
{
    (void)state;
    for (enum writer_format format = WRITER_TEXT; format <= WRITER_CSV; format++) {
        bool done = false;
        for (int pieces = 0; !done; pieces++) {
            int left = pieces;
            struct writer_setup setup = { .put = refuse, .user = &left, .local = local, .columns = 80 };
            struct writer *w = writer_create(format, &setup);
            struct figures *f = feed(since, until);
            report_write(w, figures_finish(f), REPORT_FULL);
            done = writer_finish(w);
            assert_int_equal(done, left >= 0); /* it went well if, and only if, nothing was refused */
            writer_destroy(w);
            figures_destroy(f);
            assert_true(pieces < 2000);
        }
    }
}

/* In Russian no English word is left: titles, names of rows, and stages and bays by their labels. */
static void report_in_russian(void **state)
{
    static const char *const kept[] = { "NPS", "pitboard", "report", "Europe", "Minsk", "tmp", "a",
                                        "db",  "jobs",     "late",   "by",     "stage", "work" };
    static struct plan plan;
    struct text out = text_grow(65536);
    (void)state;
    assert_true(plan_defaults(&plan));
    struct writer_setup setup = {
        .put = collect, .user = &out, .local = local, .columns = 80, .lang = "ru", .plan = &plan
    };
    struct writer *w = writer_create(WRITER_TEXT, &setup);
    struct figures *f = feed(WALL_NONE, WALL_NONE);
    put_report(w, WALL_NONE, WALL_NONE, f, REPORT_FULL);
    assert_true(writer_finish(w));
    writer_destroy(w);
    figures_destroy(f);
    assert_non_null(strstr(out.data, "В ремонте"));
    for (char *word = strtok(out.data, "/ :,;.()-\n0123456789"); word;
         word = strtok(NULL, "/ :,;.()-\n0123456789")) {
        bool known = !isalpha((unsigned char)word[0]);
        for (size_t i = 0; i < sizeof kept / sizeof kept[0]; i++)
            known |= strcmp(word, kept[i]) == 0;
        if (!known)
            fail_msg("\"%s\" has no Russian word", word);
    }
    text_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(report_in_russian),   cmocka_unit_test(report_as_text),
        cmocka_unit_test(report_as_json),      cmocka_unit_test(report_as_csv),
        cmocka_unit_test(brief_report),        cmocka_unit_test(empty_reports),
        cmocka_unit_test(full_disks_are_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
