/* One car's story whole, worked by hand, in both languages and on the narrowest terminal. */
#include "report/lines.h"
#include "report/story.h"
#include "report/words.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define HOUR_MS   3600000LL
#define MINUTE_MS 60000LL
#define NARROW    80

static void local(struct wall at, char out[WRITER_TIME_SIZE])
{
    snprintf(out, WRITER_TIME_SIZE, "2026-03-%02d %02d:%02d", (int)(at.ms / (24 * HOUR_MS)) + 1,
             (int)(at.ms / HOUR_MS % 24), (int)(at.ms / MINUTE_MS % 60));
}

/* 1 or 2 March. */
static struct wall on(int day, int hour, int minute)
{
    return (struct wall){ ((day - 1) * 24 + hour) * HOUR_MS + minute * MINUTE_MS };
}

static bool collect(void *user, const char *bytes, size_t len)
{
    return text_add(user, bytes, len);
}

/* What is said of an event is said by report/words, as the tools do it. */
struct telling {
    const char *lang;
    struct plan plan;
    struct story *story;
    int64_t seq;
};

static void happens(struct telling *t, struct wall at, const char *by, const char *stage, const char *refused,
                    struct event e)
{
    char said[2048];
    struct text out = text_over(said, sizeof said);
    words_event(&out, &(struct words_about){ .lang = t->lang,
                                             .plan = &t->plan,
                                             .event = &e,
                                             .type = event_type_name(e.type),
                                             .stage = stage,
                                             .refused = refused != NULL,
                                             .local = local });
    assert_true(story_event(
        t->story,
        &(struct story_event){ .seq = ++t->seq,
                               .source = e.type == EV_OPEN || e.type == EV_UPDATE ? "desk/front" : "bay/3",
                               .by = by,
                               .type = event_type_name(e.type),
                               .stage = stage,
                               .said = said,
                               .reason = refused ? refused : "",
                               .sort = e.type,
                               .at = at,
                               .promises = event_has(&e, FIELD_PROMISED),
                               .promised = event_has(&e, FIELD_PROMISED) ? e.promised : WALL_NONE,
                               .why = e.reason,
                               .applied = !refused,
                               .synced = true }));
}

static void stage(struct telling *t, const char *id, enum kind kind, struct wall from, struct wall to,
                  bool voided)
{
    assert_true(story_span(t->story, &(struct story_span){ .stage = id,
                                                           .name = words_stage(&t->plan, t->lang, id),
                                                           .kind = kind,
                                                           .bay = "3",
                                                           .entered = from,
                                                           .left = to,
                                                           .elapsed_ms = voided ? 0 : wall_minus(to, from),
                                                           .voided = voided }));
}

/* In at 17:00, in work from 17:10, one step too far taken back, from 19:00 on hold over the night until 09:00, work, check,
 * rework, check, ready at 11:20, fetched at 12:00; promised for 10:00, then 11:30. Open from 08:00 to 20:00. */
static void fill(struct telling *t)
{
    stage(t, "checkin", KIND_QUEUE, on(1, 17, 0), on(1, 17, 10), false);
    stage(t, "repair", KIND_WORK, on(1, 17, 10), on(1, 19, 0), false);
    stage(t, "quality", KIND_CHECK, on(1, 18, 0), WALL_NONE, true);
    stage(t, "parts", KIND_HOLD, on(1, 19, 0), on(2, 9, 0), false);
    stage(t, "repair", KIND_WORK, on(2, 9, 0), on(2, 10, 0), false);
    stage(t, "quality", KIND_CHECK, on(2, 10, 0), on(2, 10, 10), false);
    stage(t, "repair", KIND_WORK, on(2, 10, 10), on(2, 11, 10), false);
    stage(t, "quality", KIND_CHECK, on(2, 11, 10), on(2, 11, 20), false);
    stage(t, "ready", KIND_READY, on(2, 11, 20), on(2, 12, 0), false);
    assert_true(
        story_stay(t->story, &(struct story_stay){ .bay = "3", .from = on(1, 17, 10), .to = on(2, 12, 0) }));
    happens(t, on(1, 17, 0), "Анна", "checkin", NULL,
            (struct event){ .type = EV_OPEN,
                            .given = 1u << FIELD_PLATE | 1u << FIELD_WORK | 1u << FIELD_PROMISED,
                            .plate = "А123ВС777",
                            .work = "repair",
                            .promised = on(2, 10, 0) });
    happens(t, on(1, 17, 10), "", "repair", NULL, (struct event){ .type = EV_NEXT });
    happens(t, on(1, 18, 0), "Иван", "quality", NULL, (struct event){ .type = EV_NEXT });
    happens(t, on(1, 18, 1), "Иван", "repair", NULL, (struct event){ .type = EV_UNDO });
    happens(t, on(1, 19, 0), "", "parts", NULL,
            (struct event){ .type = EV_HOLD, .given = 1u << FIELD_REASON, .reason = "parts" });
    happens(t, on(2, 8, 30), "Анна", "parts", NULL,
            (struct event){ .type = EV_UPDATE,
                            .given = 1u << FIELD_PROMISED | 1u << FIELD_REASON,
                            .promised = on(2, 11, 30),
                            .reason = "Ждём запчасть" });
    happens(t, on(2, 9, 0), "", "repair", NULL, (struct event){ .type = EV_NEXT });
    happens(t, on(2, 10, 0), "", "quality", NULL, (struct event){ .type = EV_NEXT });
    happens(t, on(2, 10, 10), "", "repair", NULL,
            (struct event){ .type = EV_REWORK, .given = 1u << FIELD_REASON, .reason = "Стук" });
    happens(t, on(2, 11, 10), "", "quality", NULL, (struct event){ .type = EV_NEXT });
    happens(t, on(2, 11, 20), "", "ready", NULL, (struct event){ .type = EV_NEXT });
    happens(t, on(2, 11, 21), "", "ready", "at-ready", (struct event){ .type = EV_NEXT });
    happens(t, on(2, 12, 0), "Анна", "handover", NULL, (struct event){ .type = EV_NEXT });
}

static struct hours *open_hours(void)
{
    struct hours_setup days = { .given = true };
    for (int d = 0; d < 7; d++) {
        days.day[d].n = 1;
        days.day[d].span[0].from_min = 8 * 60;
        days.day[d].span[0].to_min = 20 * 60;
    }
    return hours_create(&days, on(1, 0, 0), on(3, 0, 0));
}

/* Every line of it within the terminal. */
static void fits(const char *text, int columns)
{
    char line[1024];
    for (const char *at = text; *at; at += strcspn(at, "\n") + 1) {
        snprintf(line, sizeof line, "%.*s", (int)strcspn(at, "\n"), at);
        if (lines_width(line) > columns)
            print_error("%d: %s\n", lines_width(line), line);
        assert_true(lines_width(line) <= columns);
    }
}

static struct telling begin(const char *lang, const struct story_job *job)
{
    struct telling t = { .lang = lang };
    plan_clear(&t.plan);
    assert_true(plan_defaults(&t.plan));
    t.story = story_create(job, on(2, 13, 0));
    assert_non_null(t.story);
    return t;
}

static void tells(struct telling *t, struct text *out)
{
    story_finish(t->story);
    struct writer_setup setup = {
        .put = collect, .user = out, .local = local, .columns = NARROW, .lang = t->lang, .plan = &t->plan
    };
    assert_true(story_text(t->story, &setup));
    fits(out->data, NARROW);
}

static void whole(const char *lang, const char *work, const char *expected)
{
    static const struct story_job job = { .job = "2026-7",
                                          .code = "К07",
                                          .plate = "А123ВС777",
                                          .model = "Kia Rio",
                                          .work = "repair",
                                          .advisor = "Анна",
                                          .stage = "handover",
                                          .bay = "",
                                          .outcome = "handed-over",
                                          .work_name = "",
                                          .promise_moves = 1,
                                          .reworks = 1,
                                          .score = 9,
                                          .waiting = true };
    struct story_job at = job;
    struct hours *hours = open_hours();
    struct text out = text_grow(65536);
    at.work_name = work;
    at.opened = on(1, 17, 0);
    at.first_promise = on(2, 10, 0);
    at.promise = on(2, 11, 30);
    at.ready = on(2, 11, 20);
    at.closed = on(2, 12, 0);
    struct telling t = begin(lang, &at);
    story_set_hours(t.story, hours);
    fill(&t);
    tells(&t, &out);
    assert_string_equal(out.data, expected);
    text_free(&out);
    story_destroy(t.story);
    hours_destroy(hours);
}

/* By hand: repair 1:50 + 1:00 + 1:00 and checks 2 x 0:10 are 4:10 of work; the hold of 14:00 has 1:00 before 20:00 and 1:00 from
 * 08:00 on; 19:00 in all, of which 3:00 and 4:00 are open. Bars: eighths of 6 (stages, of 14:00) and 16 (sums, of 7:00) blocks. */
static const char russian[] =
    "Заказ-наряд 2026-7 · К07 · А123ВС777 · Kia Rio\n"
    "Ремонт · приёмщик Анна · клиент ждёт здесь · доработка\n"
    "\n"
    "Открыто     01.03.2026 17:00\n"
    "Готово      02.03.2026 11:20\n"
    "Выдано      02.03.2026 12:00\n"
    "Оценка      9 из 10\n"
    "Обещано     02.03.2026 10:00 (сказано 01.03.2026 17:00, desk/front Анна)\n"
    " перенос на 02.03.2026 11:30 (сказано 02.03.2026 08:30, desk/front Анна): Ждём\n"
    "            запчасть\n"
    "            на 1:20 позже первого обещания\n"
    "\n"
    "Что было\n"
    "  01.03.2026\n"
    "  17:00  desk/front Анна       открыт заказ-наряд, А123ВС777, Ремонт, обещано к\n"
    "                               02.03.2026 10:00\n"
    "  17:10  bay/3                 далее: В ремонте\n"
    "  18:00  bay/3 Иван            далее: Контроль качества (отозвано)\n"
    "  18:01  bay/3 Иван            последний шаг отозван, снова «В ремонте»\n"
    "  19:00  bay/3                 простой: Ожидание запчастей\n"
    "  02.03.2026\n"
    "  08:30  desk/front Анна       изменено, обещано к 02.03.2026 11:30: Ждём\n"
    "                               запчасть\n"
    "  09:00  bay/3                 далее: В ремонте\n"
    "  10:00  bay/3                 далее: Контроль качества\n"
    "  10:10  bay/3                 доработка, снова «В ремонте»: Стук\n"
    "  11:10  bay/3                 далее: Контроль качества\n"
    "  11:20  bay/3                 далее: Готов к выдаче\n"
    "  11:21  bay/3                 следующий шаг; отклонено (at-ready): готовую\n"
    "                               машину пост не выдаёт\n"
    "  12:00  bay/3 Анна            Выдан\n"
    "\n"
    "Этапы\n"
    "  01.03.2026 17:00  Приёмка                  0:10  ▏       пост 3\n"
    "  01.03.2026 17:10  В ремонте                1:50  ▊       пост 3\n"
    "  01.03.2026 18:00  Контроль качества      отозвано\n"
    "  01.03.2026 19:00  Ожидание запчастей      14:00  ██████  пост 3  (2:00 в\n"
    "                                                           рабочее время)\n"
    "  02.03.2026 09:00  В ремонте                1:00  ▍       пост 3\n"
    "  02.03.2026 10:00  Контроль качества        0:10  ▏       пост 3\n"
    "  02.03.2026 10:10  В ремонте                1:00  ▍       пост 3\n"
    "  02.03.2026 11:10  Контроль качества        0:10  ▏       пост 3\n"
    "  02.03.2026 11:20  Готов к выдаче           0:40  ▎       пост 3\n"
    "\n"
    "Посты\n"
    "  01.03.2026 17:10  3                       18:50  до 02.03.2026 12:00\n"
    "\n"
    "Итого                    прошло  рабочее время\n"
    "  работа с машиной         4:10           4:10  █████████▌\n"
    "  ждала нас                0:10           0:10  ▍\n"
    "  в простое               14:00           2:00  ████▋\n"
    "  готова, не забрана       0:40           0:40  █▌\n"
    "  вместе                  19:00           7:00  ████████████████\n";

static const char english[] = "Job 2026-7 · К07 · А123ВС777 · Kia Rio\n"
                              "Repair · adviser Анна · the customer waits here · rework\n"
                              "\n"
                              "Opened      2026-03-01 17:00\n"
                              "Ready       2026-03-02 11:20\n"
                              "Handed over 2026-03-02 12:00\n"
                              "Rated       9 of 10\n"
                              "Promised    2026-03-02 10:00 (said 2026-03-01 17:00, desk/front Анна)\n"
                              "   moved to 2026-03-02 11:30 (said 2026-03-02 08:30, desk/front Анна): Ждём\n"
                              "            запчасть\n"
                              "            1:20 after the first promise\n"
                              "\n"
                              "What happened\n"
                              "  2026-03-01\n"
                              "  17:00  desk/front Анна       job opened, А123ВС777, Repair, promised for\n"
                              "                               2026-03-02 10:00\n"
                              "  17:10  bay/3                 on to In repair\n"
                              "  18:00  bay/3 Иван            on to Quality check (undone)\n"
                              "  18:01  bay/3 Иван            took the last step back, again in In repair\n"
                              "  19:00  bay/3                 on hold: Waiting for parts\n"
                              "  2026-03-02\n"
                              "  08:30  desk/front Анна       changed, promised for 2026-03-02 11:30: Ждём\n"
                              "                               запчасть\n"
                              "  09:00  bay/3                 on to In repair\n"
                              "  10:00  bay/3                 on to Quality check\n"
                              "  10:10  bay/3                 rework, back to In repair: Стук\n"
                              "  11:10  bay/3                 on to Quality check\n"
                              "  11:20  bay/3                 on to Ready\n"
                              "  11:21  bay/3                 next step; refused (at-ready): a bay does not\n"
                              "                               hand out a ready car\n"
                              "  12:00  bay/3 Анна            Handed over\n"
                              "\n"
                              "Stages\n"
                              "  2026-03-01 17:00  Check-in                 0:10  ▏       bay 3\n"
                              "  2026-03-01 17:10  In repair                1:50  ▊       bay 3\n"
                              "  2026-03-01 18:00  Quality check          undone\n"
                              "  2026-03-01 19:00  Waiting for parts       14:00  ██████  bay 3  (2:00 in\n"
                              "                                                           opening hours)\n"
                              "  2026-03-02 09:00  In repair                1:00  ▍       bay 3\n"
                              "  2026-03-02 10:00  Quality check            0:10  ▏       bay 3\n"
                              "  2026-03-02 10:10  In repair                1:00  ▍       bay 3\n"
                              "  2026-03-02 11:10  Quality check            0:10  ▏       bay 3\n"
                              "  2026-03-02 11:20  Ready                    0:40  ▎       bay 3\n"
                              "\n"
                              "Bays\n"
                              "  2026-03-01 17:10  3                       18:50  to 2026-03-02 12:00\n"
                              "\n"
                              "In all                  elapsed  opening hours\n"
                              "  worked on                4:10           4:10  █████████▌\n"
                              "  waited for us            0:10           0:10  ▍\n"
                              "  on hold                 14:00           2:00  ████▋\n"
                              "  ready, not fetched       0:40           0:40  █▌\n"
                              "  together                19:00           7:00  ████████████████\n";

static void in_russian(void **state)
{
    (void)state;
    whole("ru", "Ремонт", russian);
}

static void in_english(void **state)
{
    (void)state;
    whole("en", "Repair", english);
}

/* All fields as long as they may be, of letters, of one word, and of signs that do harm. */
static void whatever_is_in_it(void **state)
{
    static const char *const fillings[] = { "Ёлкина-Заречная Александра Константиновна, смена ", "щ",
                                            "\x1b[2J{0}\xe2\x80\xae\r\n%s\xff" };
    (void)state;
    for (int i = 0; i < 6; i++) {
        char long_text[CHARS_SIZE(64)] = "";
        struct text t = text_over(long_text, sizeof long_text), out = text_grow(1 << 20);
        while (lines_width(long_text) < 60 && !t.failed)
            text_put(&t, fillings[i / 2]);
        struct story_job job = { .job = "J",
                                 .code = long_text,
                                 .plate = long_text,
                                 .model = long_text,
                                 .work = long_text,
                                 .advisor = long_text,
                                 .stage = "repair",
                                 .bay = long_text,
                                 .outcome = "",
                                 .work_name = long_text,
                                 .score = -1 };
        job.opened = job.first_promise = job.promise = job.ready = job.closed = WALL_NONE;
        job.opened = on(1, 9, 0);
        struct telling all = begin(i % 2 ? "ru" : "en", &job);
        assert_true(story_span(all.story, &(struct story_span){ .stage = "x",
                                                                .name = long_text,
                                                                .kind = KIND_WORK,
                                                                .bay = long_text,
                                                                .entered = on(1, 9, 0),
                                                                .left = WALL_NONE }));
        assert_true(story_stay(
            all.story, &(struct story_stay){ .bay = long_text, .from = on(1, 9, 0), .to = WALL_NONE }));
        struct event e = { .type = EV_UPDATE,
                           .given = ~0u & ~(1u << FIELD_PRIVACY),
                           .promised = on(1, 18, 0) };
        memcpy(e.by, long_text, sizeof long_text);
        memcpy(e.plate, long_text, sizeof e.plate - 1);
        memcpy(e.model, long_text, sizeof e.model);
        memcpy(e.advisor, long_text, sizeof e.advisor);
        memcpy(e.pickup, long_text, sizeof e.pickup);
        memcpy(e.reason, long_text, sizeof long_text);
        happens(&all, on(1, 9, 30), long_text, "repair", NULL, e);
        happens(&all, on(1, 9, 30), long_text, "repair", long_text, (struct event){ .type = EV_NEXT });
        tells(&all, &out);
        assert_null(strpbrk(out.data, "\x1b\r"));
        assert_null(strstr(out.data, "\xe2\x80\xae"));
        assert_true(utf8_length(out.data, out.len) != SIZE_MAX);
        text_free(&out);
        story_destroy(all.story);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(in_russian),
        cmocka_unit_test(in_english),
        cmocka_unit_test(whatever_is_in_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
