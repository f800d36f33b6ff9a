/* The page for managers and its pictures, from figures made by hand. */
#include "report/page.h"
#include "report/plot.h"

#include "base/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define MIN  60000LL
#define HOUR 3600000LL

static bool collect(void *user, const char *bytes, size_t len)
{
    return text_add(user, bytes, len);
}

/* Days and hours of UTC in March 2026, whose first day is 20513 days after 1970. */
static void local(struct wall at, char out[WRITER_TIME_SIZE])
{
    snprintf(out, WRITER_TIME_SIZE, "2026-03-%02d %02d:%02d", (int)(at.ms / 86400000 - 20512),
             (int)(at.ms / HOUR % 24), (int)(at.ms / MIN % 60));
}

static struct wall day(int hour, int minute)
{
    return (struct wall){ (20513 + 16) * 86400000LL + hour * HOUR + minute * MIN };
}

static struct figures_loss losses[] = {
    { "parts", KIND_HOLD, 74, 334 * HOUR, 120 * HOUR },
    { "repair", KIND_WORK, 866, 792 * HOUR, 700 * HOUR },
    { "quality", KIND_CHECK, 783, 397 * HOUR, 300 * HOUR },
    { "checkin", KIND_QUEUE, 756, 151 * HOUR, 90 * HOUR },
    { "<script>", KIND_HOLD, 1, 20000, 20000 },
};
static struct figures_funnel funnel[] = { { "checkin", KIND_QUEUE, 100, 2, 1 },
                                          { "repair", KIND_WORK, 96, 1, 4 },
                                          { "ready", KIND_READY, 90, 0, 3 },
                                          { "handover", KIND_DONE, 87, 0, 0 } };
static struct figures_stretch stretches[12];

static struct figures_day drawn;

static void fill_day(void)
{
    static const char *const bays[] = { "1", "2", "quality" };
    int n = 0;
    for (int b = 0; b < 3; b++)
        for (int i = 0; i < 2; i++) {
            struct figures_stretch *s = &stretches[n++];
            snprintf(s->bay, sizeof s->bay, "%s", bays[b]);
            snprintf(s->job, sizeof s->job, "2026-%d\"><script>", b * 2 + i);
            s->from = day(8 + 4 * i + b, 10);
            s->to = day(11 + 4 * i + b, 0);
            stretches[n] = *s;
            snprintf(stretches[n].stage, ID_SIZE, "repair");
            stretches[n].to = day(10 + 4 * i + b, 20);
            n++;
        }
    drawn = (struct figures_day){ day(0, 0), day(24, 0), stretches, n };
}

static void fill_bins(struct figures_sum *sum)
{
    static const int cars[12] = { 2, 31, 96, 141, 120, 84, 61, 40, 22, 13, 7, 19 };
    static const int off[10] = { 6, 40, 120, 210, 170, 66, 41, 20, 9, 4 };
    static const int edge[9] = { -240, -120, -60, -30, 0, 30, 60, 120, 240 };
    sum->n_bins = 12;
    for (int i = 0; i < 12; i++)
        sum->bin[i] = (struct figures_bin){ i * HOUR / 2, i < 11 ? (i + 1) * HOUR / 2 : INT64_MAX, cars[i] };
    sum->lateness.n = 686;
    sum->lateness.n_bins = 10;
    for (int i = 0; i < 10; i++) {
        sum->lateness.bin[i].from_ms = i ? edge[i - 1] * MIN : INT64_MIN;
        sum->lateness.bin[i].to_ms = i < 9 ? edge[i] * MIN : INT64_MAX;
        sum->lateness.bin[i].n = off[i];
    }
}

static void fill(struct figures_sum *sum)
{
    *sum = (struct figures_sum){ .window = { day(0, 0), day(24, 0), WALL_NONE }, .has_hours = true };
    sum->jobs.opened = 756;
    sum->jobs.ready = 743;
    sum->jobs.closed = 741;
    for (int i = 0; i < CYCLE_COUNT; i++)
        sum->cycle[i] = sum->working[i] =
            (struct figures_spread){ 743, 743 * (i + 1) * HOUR, 121 * MIN, 211 * MIN, 293 * MIN, 27 * HOUR };
    sum->promise.n = 743;
    sum->promise.kept = 546;
    sum->rework_jobs = 49;
    sum->ratings.all = (struct figures_score){ 211, 1774, 130, 25 };
    sum->trust.known = true;
    sum->trust.score = 93;
    sum->losses = losses;
    sum->n_losses = 5;
    sum->funnel = funnel;
    sum->n_funnel = 4;
    fill_bins(sum);
    fill_day();
    for (int d = 0; d < 6; d++)
        for (int h = 8; h < 20; h++) {
            sum->heat.opened[d][h] = (h < 12 ? 30 - 5 * (h - 8) : 6) + d;
            sum->heat.ready[d][h] = h > 9 ? (h - 9) * 2 + d : 0;
            sum->heat.closed[d][h] = h > 14 ? 12 + (h - 15) * 4 : h - 8;
        }
}

static struct text page_of(const struct figures_sum *sum, const char *lang, const char *title)
{
    static struct plan plan;
    static const struct page_note notes[] = {
        { { 20529 * 86400000LL + 9 * HOUR },
          "bay/2",
          "Андрей",
          "А123ВС777",
          "Подъёмник скрипит & <b>ждёт</b>" },
        { { 20529 * 86400000LL + 11 * HOUR }, "desk/front", "", "", "=cmd|' /C calc'!A0\x1b[2J" },
    };
    struct text out = text_grow(1 << 20);
    plan_clear(&plan);
    assert_true(plan_defaults(&plan));
    struct page_setup setup = { .put = collect,
                                .user = &out,
                                .local = local,
                                .lang = lang,
                                .plan = &plan,
                                .day = &drawn,
                                .title = title,
                                .zone = "Europe/Minsk",
                                .lengths = "Время <в> часах",
                                .notes = notes,
                                .n_notes = 2,
                                .notes_more = strcmp(lang, "en") == 0 ? "2 <of> 9" : "" };
    assert_true(page_write(&setup, sum));
    return out;
}

static int times(const char *text, const char *what)
{
    int n = 0;
    for (const char *at = strstr(text, what); at; at = strstr(at + 1, what))
        n++;
    return n;
}

/* $PITBOARD_PAGE names a file that the page is kept in, for looking at it. */
static void keep(const struct text *page)
{
    FILE *f = getenv("PITBOARD_PAGE") ? fopen(getenv("PITBOARD_PAGE"), "w") : NULL;
    if (!f)
        return;
    fwrite(page->data, 1, page->len, f);
    fclose(f);
}

static void page_holds_every_picture(void **state)
{
    static struct figures_sum sum;
    (void)state;
    fill(&sum);
    struct text page = page_of(&sum, "ru", "Автосервис на Притыцкого");
    keep(&page);
    assert_int_equal(times(page.data, "<svg "), 6);
    assert_int_equal(times(page.data, "</svg>"), 6);
    assert_non_null(strstr(page.data, "<b>741</b><span>выдано</span>"));
    assert_non_null(strstr(page.data, "<b>73 %</b><span>первых обещаний сдержано</span>"));
    assert_non_null(strstr(page.data, "<b>+50</b>")); /* (130 - 25) / 211 */
    assert_non_null(strstr(page.data, "<b>2:01</b>"));
    assert_non_null(strstr(page.data, " · 17.03.2026 · "));
    text_free(&page);
}

static void texts_are_inert(void **state)
{
    static struct figures_sum sum;
    (void)state;
    fill(&sum);
    struct text page = page_of(&sum, "en", "<script>alert(1)</script>\" onload=\"x");
    assert_int_equal(times(page.data, "<script"), 0);
    assert_int_equal(times(page.data, "<b>ждёт"), 0);
    assert_int_equal(times(page.data, "\x1b"), 0);
    assert_null(strstr(page.data, "\" onload="));
    assert_non_null(strstr(page.data, "&lt;script&gt;alert(1)"));
    assert_non_null(strstr(page.data, "\\x1b[2J"));
    assert_non_null(strstr(page.data, "</ol>\n<p class=\"about\">2 &lt;of&gt; 9</p>")); /* not all notes */
    text_free(&page);
}

/* Nothing known: no picture, no division by nothing, a page all the same. */
static void nothing_to_show(void **state)
{
    static struct figures_sum sum;
    (void)state;
    drawn.n = 0;
    sum = (struct figures_sum){ .window = { WALL_NONE, WALL_NONE, WALL_NONE } };
    struct text page = page_of(&sum, "en", "");
    assert_int_equal(times(page.data, "<svg "), 0);
    assert_non_null(strstr(page.data, "<h1>Workshop report</h1>"));
    assert_non_null(strstr(page.data, "the first event – the last event"));
    assert_null(strstr(page.data, "nan"));
    text_free(&page);
}

static bool refuse(void *user, const char *bytes, size_t len)
{
    (void)bytes;
    (void)len;
    return --*(int *)user >= 0;
}

static void a_full_disk_is_told(void **state)
{
    static struct figures_sum sum;
    (void)state;
    fill(&sum);
    for (int room = 0; room < 8; room++) {
        int left = room;
        struct page_setup setup = { .put = refuse,
                                    .user = &left,
                                    .local = local,
                                    .lang = "en",
                                    .title = "",
                                    .zone = "UTC",
                                    .lengths = "" };
        assert_false(page_write(&setup, &sum));
    }
}

/* A bay too many is left out of the picture, not written past. */
static void more_bays_than_lanes(void **state)
{
    static struct figures_stretch many[70];
    static struct figures_sum sum;
    (void)state;
    sum = (struct figures_sum){ .window = { day(0, 0), day(24, 0), WALL_NONE } };
    for (int i = 0; i < 70; i++) {
        snprintf(many[i].bay, sizeof many[i].bay, "bay-%d", i);
        many[i].from = day(9, 0);
        many[i].to = day(9, 30);
    }
    struct figures_day of = { day(0, 0), day(24, 0), many, 70 };
    struct text out = text_grow(1 << 20);
    struct plot plot = { &out, "en", NULL, local, &of };
    assert_true(plot_day(&plot, &sum));
    assert_non_null(strstr(out.data, "bay-63"));
    assert_null(strstr(out.data, "bay-64"));
    text_free(&out);
}

/* What stood here all night is clipped to the hours in which something happened: 9:30 to 11:10, so 9 to 12. */
static void a_night_does_not_stretch_the_day(void **state)
{
    static struct figures_stretch two[] = { { .bay = "1", .job = "all-night" },
                                            { .bay = "2", .job = "short" } };
    static struct figures_sum sum;
    struct text out = text_grow(1 << 20);
    struct figures_day of = { day(0, 0), day(24, 0), two, 2 };
    struct plot plot = { &out, "en", NULL, local, &of };
    (void)state;
    two[0].from = day(0, 0);
    two[0].to = day(24, 0);
    two[1].from = day(9, 30);
    two[1].to = day(11, 10);
    assert_true(plot_day(&plot, &sum));
    assert_non_null(strstr(out.data, ">09:00<"));
    assert_non_null(strstr(out.data, ">12:00<"));
    assert_null(strstr(out.data, ">08:00<"));
    assert_null(strstr(out.data, ">13:00<"));
    text_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(page_holds_every_picture), cmocka_unit_test(texts_are_inert),
        cmocka_unit_test(nothing_to_show),          cmocka_unit_test(a_full_disk_is_told),
        cmocka_unit_test(more_bays_than_lanes),     cmocka_unit_test(a_night_does_not_stretch_the_day),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
