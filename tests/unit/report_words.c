/* Events in words, lines that wrap, mails, and a car's story at its limits. */
#include "report/lines.h"
#include "report/mail.h"
#include "report/story.h"
#include "report/words.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void local(struct wall at, char out[WRITER_TIME_SIZE])
{
    snprintf(out, WRITER_TIME_SIZE, "2026-03-%02d %02d:%02d", (int)(at.ms / 86400000) + 1,
             (int)(at.ms / 3600000 % 24), (int)(at.ms / 60000 % 60));
}

static void give(struct event *e, enum field field, char *to, const char *text)
{
    e->given |= 1u << field;
    strcpy(to, text);
}

static void says_in(const char *lang, const struct event *e, const char *stage, bool refused,
                    const char *expected)
{
    static struct plan plan;
    char said[1024];
    struct text out = text_over(said, sizeof said);
    plan_clear(&plan);
    assert_true(plan_defaults(&plan));
    words_event(&out, &(struct words_about){ .lang = lang,
                                             .plan = &plan,
                                             .event = e,
                                             .type = event_type_name(e->type),
                                             .stage = stage,
                                             .refused = refused,
                                             .local = local });
    assert_string_equal(said, expected);
}

static void says(const struct event *e, const char *stage, bool refused, const char *expected)
{
    says_in("en", e, stage, refused, expected);
}

static void every_type_has_words(void **state)
{
    static struct event e;
    (void)state;
    e = (struct event){ .type = EV_OPEN };
    give(&e, FIELD_PLATE, e.plate, "A 1");
    give(&e, FIELD_MODEL, e.model, "Kia\x1b[2J");
    e.given |= 1u << FIELD_PROMISED;
    e.promised = (struct wall){ 36000000 };
    says(&e, "checkin", false, "job opened, A 1, Kia\\x1b[2J, promised for 2026-03-01 10:00");
    e = (struct event){ .type = EV_UPDATE, .cleared = 1u << FIELD_PROMISED };
    says(&e, "checkin", false, "changed, no promise any more");
    e = (struct event){ .type = EV_ASSIGN, .cleared = 1u << FIELD_BAY };
    says(&e, "repair", false, "out of the bay");
    e = (struct event){ .type = EV_ASSIGN };
    give(&e, FIELD_BAY, e.bay, "4");
    says(&e, "repair", false, "into bay 4");
    e = (struct event){ .type = EV_NEXT };
    says(&e, "repair", false, "on to In repair");
    says(&e, "handover", false, "Handed over");
    says(&e, "gone-stage", false, "on to gone-stage");
    says(&e, "repair", true, "next step");
    e = (struct event){ .type = EV_HOLD };
    give(&e, FIELD_REASON, e.reason, "parts");
    says(&e, "parts", false, "on hold: Waiting for parts");
    e.type = EV_REWORK;
    says(&e, "repair", false, "rework, back to In repair: parts");
    e = (struct event){ .type = EV_STAGE, .given = 1u << FIELD_FORCE, .force = true };
    give(&e, FIELD_STAGE, e.stage, "wash");
    says(&e, "wash", false, "put (forced) into Wash");
    e = (struct event){ .type = EV_UNDO };
    says(&e, "wash", false, "took the last step back, again in Wash");
    e = (struct event){ .type = EV_HELP, .given = 1u << FIELD_ON, .on = false };
    says(&e, "", false, "help has come");
    e = (struct event){ .type = EV_CALL };
    says(&e, "ready", false, "called the customer again");
    e = (struct event){ .type = EV_CANCEL };
    says(&e, "repair", false, "cancelled");
    e = (struct event){ .type = EV_RATE, .score = 7 };
    says(&e, "handover", false, "the customer gives 7 of 10");
    e = (struct event){ .type = EV_NOTE };
    give(&e, FIELD_TEXT, e.text, "day off");
    says(&e, "", false, "note: day off");
    e = (struct event){ .type = EV_CONFIG };
    says(&e, "", false, "the configuration of stages, routes and bays changed");
}

static void every_type_has_russian_words(void **state)
{
    static struct event e;
    (void)state;
    e = (struct event){ .type = EV_OPEN,
                        .given = 1u << FIELD_PROMISED | 1u << FIELD_WAITING,
                        .waiting = true };
    e.promised = (struct wall){ 36000000 };
    give(&e, FIELD_PLATE, e.plate, "А 1");
    give(&e, FIELD_MODEL, e.model, "{0}\x1b[2J");
    give(&e, FIELD_ADVISOR, e.advisor, "Анна");
    says_in(
        "ru", &e, "checkin", false,
        "открыт заказ-наряд, А 1, {0}\\x1b[2J, обещано к 01.03.2026 10:00, приёмщик Анна, клиент ждёт здесь");
    e = (struct event){ .type = EV_UPDATE, .cleared = 1u << FIELD_PROMISED };
    says_in("ru", &e, "checkin", false, "изменено, больше не обещано");
    e = (struct event){ .type = EV_ASSIGN };
    give(&e, FIELD_BAY, e.bay, "4");
    says_in("ru", &e, "repair", false, "заезд на пост 4");
    e = (struct event){ .type = EV_NEXT };
    says_in("ru", &e, "repair", false, "далее: В ремонте");
    says_in("ru", &e, "gone-stage", false, "далее: gone-stage");
    says_in("ru", &e, "repair", true, "следующий шаг");
    e = (struct event){ .type = EV_REWORK };
    give(&e, FIELD_REASON, e.reason, "стук");
    says_in("ru", &e, "repair", false, "доработка, снова «В ремонте»: стук");
    e = (struct event){ .type = EV_UNDO };
    says_in("ru", &e, "wash", false, "последний шаг отозван, снова «Мойка»");
    e = (struct event){ .type = EV_RATE, .score = 7 };
    says_in("ru", &e, "handover", false, "оценка клиента: 7 из 10");
}

/* No phrase of the log is left in English: whatever is said of any type, with all fields and none. */
static void no_word_is_left_in_english(void **state)
{
    static struct event e;
    (void)state;
    for (int type = 0; type < EV_UNKNOWN; type++)
        for (int form = 0; form < 8; form++) {
            char said[1024];
            struct text out = text_over(said, sizeof said);
            e = (struct event){
                .type = type, .given = form & 1 ? ~0u : 0, .on = form & 2, .waiting = form & 2
            };
            e.cleared = form & 2 ? ~0u : 0;
            e.force = form & 4;
            words_event(&out, &(struct words_about){ .lang = "ru",
                                                     .event = form == 7 ? NULL : &e,
                                                     .type = event_type_name(type),
                                                     .stage = form & 4 ? "" : NULL,
                                                     .refused = form & 2,
                                                     .local = local });
            for (int letter = 'a'; letter <= 'z'; letter++)
                assert_null(strchr(said, letter));
            assert_true(out.len > 0);
        }
    for (int reason = 1; reason <= REASON_STORAGE; reason++) {
        char id[REASON_SIZE], said[256];
        struct text out = text_over(said, sizeof said);
        reason_text(reason, "plate", id);
        words_refusal(&out, "ru", id);
        assert_true(strncmp(said, "отклонено (", strlen("отклонено (")) == 0);
        const char *why = strstr(said, "): ");
        assert_non_null(why);
        for (int letter = 'a'; letter <= 'z'; letter++)
            assert_null(strchr(why, letter));
    }
}

static void refusals_and_marks(void **state)
{
    char said[256];
    struct text out = text_over(said, sizeof said);
    (void)state;
    words_refusal(&out, "en", "moved-on");
    assert_string_equal(said, "refused (moved-on): the car had moved on by then");
    text_clear(&out);
    words_refusal(&out, "en", "bad-field:plate");
    assert_string_equal(said, "refused (bad-field:plate): one of its fields is wrong");
    text_clear(&out);
    words_marks(&out,
                &(struct words_marks){ .lang = "en", .refused = "closed", .late = true, .unsynced = true });
    assert_string_equal(said, "; refused (closed): the job was closed by then (told late) (clock not set)");
    text_clear(&out);
    words_marks(&out, &(struct words_marks){ .lang = "ru", .refused = "", .undone = true, .clamped = true });
    assert_string_equal(said, "; отклонено (причина неизвестна) (отозвано) (время исправлено)");
}

static void wraps(const char *text, int at, int columns, const char *expected)
{
    char said[512];
    struct text out = text_over(said, sizeof said);
    lines_wrap(&out, text, at, columns);
    assert_string_equal(said, expected);
}

static void lines_break_at_words(void **state)
{
    (void)state;
    wraps("one two three four five six", 4, 24, "one two three four\n    five six\n");
    wraps("никогданикогданикогдатакое", 2, 22, "никогданикогданикогд\n  атакое\n");
    wraps("as long as it likes to be, without any end", 4, 0, "as long as it likes to be, without any end\n");
    wraps("narrow terminals keep twenty characters", 70, 72,
          "narrow terminals\n"
          "                                                                      keep twenty\n"
          "                                                                      characters\n");
    wraps("", 4, 24, "\n");
    wraps("\u4e2d\u6587\u4e2d\u6587\u4e2d\u6587\u4e2d\u6587\u4e2d\u6587\u4e2d", 0, 21,
          "\u4e2d\u6587\u4e2d\u6587\u4e2d\u6587\u4e2d\u6587\u4e2d\u6587\n\u4e2d\n");
}

static void cuts(const char *text, int width, const char *expected, int columns)
{
    char said[64];
    struct text out = text_over(said, sizeof said);
    assert_int_equal(lines_cut(&out, text, width, "~"), columns);
    assert_string_equal(said, expected);
}

static void long_texts_are_cut_by_columns(void **state)
{
    (void)state;
    cuts("Иванов", 6, "Иванов", 6);
    cuts("Иванов", 5, "Иван~", 5);
    cuts("\u4e2d\u6587\u4e2d", 6, "\u4e2d\u6587\u4e2d", 6);
    cuts("\u4e2d\u6587\u4e2d", 5, "\u4e2d\u6587~", 5);
    cuts("\u4e2d\u6587\u4e2d", 4, "\u4e2d~", 3); /* half of one is none */
    cuts("e\u0301e\u0301e\u0301", 2, "e\u0301~", 2);
}

/* Mail. */

static void a_mail_is_what_sendmail_takes(void **state)
{
    struct text out = text_grow(65536);
    struct mail mail = { .from = "a@b.example",
                         .to = { "c@d.example", "e@f.example" },
                         .n_to = 2,
                         .subject = "Отчёт\r\nBcc: x@y.example",
                         .date = "Sat, 21 Nov 2026 19:00:00 +0000",
                         .id = "2026-11-21.1",
                         .body = { "text\n", 5 },
                         .attachment = { "<p>", 3 },
                         .file = "2026-11-21.html" };
    (void)state;
    assert_true(mail_compose(&out, &mail));
    assert_string_equal(
        out.data, "From: a@b.example\nTo: c@d.example,\n e@f.example\n"
                  "Subject: =?UTF-8?B?0J7RgtGH0ZHRgg0KQmNjOiB4QHkuZXhhbXBsZQ==?=\n"
                  "Date: Sat, 21 Nov 2026 19:00:00 +0000\nMessage-ID: <2026-11-21.1@pitboard.invalid>\n"
                  "MIME-Version: 1.0\nAuto-Submitted: auto-generated\n"
                  "Content-Type: multipart/mixed; boundary=\"=_pitboard_report\"\n\n"
                  "--=_pitboard_report\nContent-Type: text/plain; charset=utf-8\n"
                  "Content-Transfer-Encoding: base64\n\ndGV4dAo=\n"
                  "--=_pitboard_report\nContent-Type: text/html; charset=utf-8; name=\"2026-11-21.html\"\n"
                  "Content-Disposition: attachment; filename=\"2026-11-21.html\"\n"
                  "Content-Transfer-Encoding: base64\n\nPHA+\n--=_pitboard_report--\n");
    text_free(&out);
}

static void addresses_that_are_none(void **state)
{
    static const char *const bad[] = { "", "a@b\nBcc: c@d", "a@b@c", "ä@b" }; /* more: base_text */
    struct text out = text_grow(4096);
    struct mail mail = { .from = "", .n_to = 1, .subject = "", .date = "", .id = "" };
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        mail.to[0] = bad[i];
        assert_false(mail_compose(&out, &mail));
        text_clear(&out);
    }
    mail.n_to = 0;
    assert_false(mail_compose(&out, &mail));
    text_free(&out);
}

/* A story. */

static bool collect(void *user, const char *bytes, size_t len)
{
    return text_add(user, bytes, len);
}

static struct story *story_at(struct wall now)
{
    static const struct story_job job = { .job = "J",
                                          .code = "",
                                          .plate = "",
                                          .model = "",
                                          .work = "",
                                          .advisor = "",
                                          .stage = "repair",
                                          .bay = "",
                                          .outcome = "",
                                          .work_name = "",
                                          .opened = { 0 },
                                          .first_promise = { INT64_MIN },
                                          .promise = { INT64_MIN },
                                          .ready = { INT64_MIN },
                                          .closed = { INT64_MIN },
                                          .score = -1 };
    struct story *s = story_create(&job, now);
    assert_non_null(s);
    return s;
}

static struct story *story_of(void)
{
    return story_at((struct wall){ 7200000 });
}

static int times(const char *text, const char *what)
{
    int n = 0;
    for (const char *at = strstr(text, what); at; at = strstr(at + 1, what))
        n++;
    return n;
}

static void more_rows_than_a_story_holds(void **state)
{
    struct story *s = story_of();
    struct story_span span = { .stage = "repair", .name = "In repair", .kind = KIND_WORK, .bay = "" };
    (void)state;
    for (int i = 0; i < STORY_ROWS_MAX; i++)
        assert_true(story_span(s, &span));
    assert_false(story_span(s, &span));
    story_destroy(s);
    story_destroy(NULL);
}

/* An `assign` to where the car stands already is no change: the undo takes the step before it. What lasts counts
 * up to now: repair since 1:00, now is 2:00. */
static void what_was_undone(void **state)
{
    struct story *s = story_of();
    struct text out = text_grow(65536);
    struct writer_setup setup = { .put = collect, .user = &out, .local = local, .columns = 100 };
    struct story_event e = { .source = "bay/1",
                             .by = "",
                             .type = "assign",
                             .stage = "repair",
                             .said = "assign one",
                             .reason = "",
                             .sort = EV_ASSIGN,
                             .promised = WALL_NONE,
                             .why = "",
                             .applied = true,
                             .synced = true };
    (void)state;
    story_stay(s, &(struct story_stay){ .n = 1, .bay = "1", .from = { 60000 }, .to = WALL_NONE });
    story_span(s, &(struct story_span){ .n = 1,
                                        .stage = "repair",
                                        .name = "In repair",
                                        .kind = KIND_WORK,
                                        .bay = "",
                                        .entered = { 3600000 },
                                        .left = WALL_NONE });
    e.at = (struct wall){ 60000 };
    story_event(s, &e);
    e = (struct story_event){ .source = "bay/1",
                              .by = "",
                              .type = "next",
                              .stage = "x",
                              .said = "a step",
                              .reason = "",
                              .sort = EV_NEXT,
                              .at = { 120000 },
                              .promised = WALL_NONE,
                              .why = "",
                              .applied = true,
                              .synced = true };
    story_event(s, &e);
    e.sort = EV_ASSIGN;
    e.said = "assign again";
    e.at = (struct wall){ 180000 };
    story_event(s, &e);
    e.sort = EV_UNDO;
    e.said = "undo";
    story_event(s, &e);
    story_finish(s);
    assert_true(story_text(s, &setup));
    assert_non_null(strstr(out.data, "a step (undone)\n"));
    assert_null(strstr(out.data, "assign one (undone)"));
    assert_null(strstr(out.data, "assign again (undone)"));
    assert_non_null(strstr(out.data, "   1:00  ████████████████"));
    assert_non_null(strstr(out.data, "(lasts)"));
    text_free(&out);
    story_destroy(s);
}

/* Open from 08:00 to 20:00. In repair from 19:00 to 09:00: 14 h, of which 1 + 1 are open; on hold from 09:00 and
 * still at 11:00, all of it open. */
static void a_night_is_told_apart(void **state)
{
    struct hours_setup days = { .given = true };
    struct text out = text_grow(65536);
    struct writer_setup setup = { .put = collect, .user = &out, .local = local, .columns = 100 };
    const int64_t hour = 3600000;
    (void)state;
    for (int d = 0; d < 7; d++) {
        days.day[d].n = 1;
        days.day[d].span[0].from_min = 8 * 60;
        days.day[d].span[0].to_min = 20 * 60;
    }
    struct hours *hours = hours_create(&days, (struct wall){ 0 }, (struct wall){ 48 * hour });
    struct story *s = story_at((struct wall){ 35 * hour });
    story_set_hours(s, hours);
    story_span(s, &(struct story_span){ .n = 1,
                                        .stage = "repair",
                                        .name = "In repair",
                                        .kind = KIND_WORK,
                                        .bay = "3",
                                        .entered = { 19 * hour },
                                        .left = { 33 * hour },
                                        .elapsed_ms = 14 * hour });
    story_span(s, &(struct story_span){ .n = 2,
                                        .stage = "parts",
                                        .name = "Waiting for parts",
                                        .kind = KIND_HOLD,
                                        .bay = "",
                                        .entered = { 33 * hour },
                                        .left = WALL_NONE });
    story_finish(s);
    assert_true(story_text(s, &setup));
    assert_non_null(strstr(out.data, "  14:00  ████████████████  bay 3  (2:00 in opening hours)\n"));
    assert_int_equal(times(out.data, "in opening hours)"), 1);
    assert_non_null(strstr(out.data, "In all                  elapsed  opening hours\n"
                                     "  worked on               14:00           2:00  ████████\n"
                                     "  waited for us            0:00           0:00  \n"
                                     "  on hold                  2:00           2:00  ████████\n"
                                     "  together                16:00           4:00  ████████████████\n"));
    text_free(&out);
    story_destroy(s);
    hours_destroy(hours);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_type_has_words),
        cmocka_unit_test(every_type_has_russian_words),
        cmocka_unit_test(no_word_is_left_in_english),
        cmocka_unit_test(long_texts_are_cut_by_columns),
        cmocka_unit_test(refusals_and_marks),
        cmocka_unit_test(lines_break_at_words),
        cmocka_unit_test(a_mail_is_what_sendmail_takes),
        cmocka_unit_test(addresses_that_are_none),
        cmocka_unit_test(more_rows_than_a_story_holds),
        cmocka_unit_test(what_was_undone),
        cmocka_unit_test(a_night_is_told_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
