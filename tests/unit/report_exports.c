/* JSON lines, CSV for Excel and XES as exact texts, hostile texts among them. */
#include "report/writer.h"

#include "base/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static bool collect(void *user, const char *bytes, size_t len)
{
    return text_add(user, bytes, len);
}

static void local(struct wall at, char out[WRITER_TIME_SIZE])
{
    snprintf(out, WRITER_TIME_SIZE, "2026-03-%02d 09:20", (int)(at.ms / 86400000));
}

static struct writer *begin(struct text *out, enum writer_format format)
{
    struct writer_setup setup = { .put = collect, .user = out, .local = local, .columns = 80 };
    *out = text_grow(65536);
    struct writer *w = writer_create(format, &setup);
    assert_non_null(w);
    return w;
}

static void attr(struct writer *w, const char *name, struct datum value)
{
    writer_attr(w, &(struct tag){ name, name }, value);
}

static void row_begin(struct writer *w)
{
    writer_start(w, WRITER_ROW, &(struct tag){ NULL, NULL });
}

static void span(struct writer *w, const char *stage, int64_t from, int64_t to)
{
    row_begin(w);
    attr(w, "n", datum_int(1));
    attr(w, "stage", datum_text(stage));
    attr(w, "bay", datum_text("3"));
    attr(w, "entered", datum_time((struct wall){ from }));
    attr(w, "left", datum_time(to ? (struct wall){ to } : WALL_NONE));
    if (to)
        attr(w, "elapsed_s", datum_length(to - from));
    writer_end(w);
}

static void table(struct writer *w, bool nested)
{
    static const struct tag columns[] = { { "job", "job" }, { "spent_s", "spent" }, { "at", "at" } };
    writer_start(w, WRITER_LIST, &(struct tag){ "jobs", NULL });
    writer_columns(w, columns, 3);
    row_begin(w);
    attr(w, "job", datum_text("a<b>\"&'\x01"));
    attr(w, "spent_s", datum_length(1500));
    attr(w, "at", datum_time((struct wall){ 86400000 }));
    if (nested) {
        writer_start(w, WRITER_LIST, &(struct tag){ "spans", NULL });
        span(w, "repair", 1000, 2500);
        span(w, "wash", 2500, 0);
        writer_end(w);
    }
    writer_end(w);
    row_begin(w);
    attr(w, "job", datum_text("=1+1;2"));
    attr(w, "spent_s", datum_length(-3000));
    attr(w, "at", datum_time(WALL_NONE));
    writer_end(w);
    writer_end(w);
}

static void expect(struct writer *w, struct text *out, const char *expected)
{
    assert_true(writer_finish(w));
    writer_destroy(w);
    assert_string_equal(out->data, expected);
    text_free(out);
}

static void json_lines(void **state)
{
    struct text out;
    (void)state;
    struct writer *w = begin(&out, WRITER_JSONL);
    table(w, false);
    expect(w, &out,
           "{\"job\":\"a<b>\\\"&'\\u0001\",\"spent_s\":1.5,\"at\":\"1970-01-02T00:00:00.000Z\"}\n"
           "{\"job\":\"=1+1;2\",\"spent_s\":-3}\n");
}

static void csv_for_excel(void **state)
{
    struct text out;
    (void)state;
    struct writer *w = begin(&out, WRITER_CSV_EXCEL);
    table(w, false);
    expect(w, &out,
           "\ufeffjob;spent_s;at\r\n\"a<b>\"\"&'\\x01\";1,5;2026-03-01 09:20\r\n\"'=1+1;2\";-3;\r\n");
}

/* What a spreadsheet takes for a formula, in both forms. */
static void formulas_are_neutral(void **state)
{
    static const char *const live[] = { "=1",   "+1",      "-1",      "@a",      "\t=1",   "\r=1",
                                        "\n=1", "\uff1d1", "\uff0b1", "\uff0d1", "\uff20a" };
    (void)state;
    for (int excel = 0; excel < 2; excel++)
        for (size_t i = 0; i < sizeof live / sizeof live[0]; i++) {
            static const struct tag column = { "t", "t" };
            struct text out;
            struct writer *w = begin(&out, excel ? WRITER_CSV_EXCEL : WRITER_CSV);
            writer_start(w, WRITER_LIST, &(struct tag){ "x", NULL });
            writer_columns(w, &column, 1);
            row_begin(w);
            attr(w, "t", datum_text(live[i]));
            writer_end(w);
            writer_end(w);
            assert_true(writer_finish(w));
            const char *cell = strstr(out.data, "\r\n") + 2;
            assert_int_equal(cell[cell[0] == '"'], '\'');
            writer_destroy(w);
            text_free(&out);
        }
}

static void xes(void **state)
{
    struct text out;
    (void)state;
    struct writer *w = begin(&out, WRITER_XES);
    table(w, true);
    assert_true(writer_finish(w));
    const char *first = strstr(out.data, "<trace>");
    assert_non_null(first);
    assert_string_equal(
        first, "<trace>\n"
               "<string key=\"concept:name\" value=\"a&lt;b&gt;&quot;&amp;&#39;\\x01\"/>\n"
               "<float key=\"spent_s\" value=\"1.5\"/>\n"
               "<date key=\"at\" value=\"1970-01-02T00:00:00.000Z\"/>\n"
               "<event><string key=\"lifecycle:transition\" value=\"start\"/>"
               "<date key=\"time:timestamp\" value=\"1970-01-01T00:00:01.000Z\"/>"
               "<string key=\"concept:instance\" value=\"1\"/><string key=\"concept:name\" value=\"repair\"/>"
               "<string key=\"org:resource\" value=\"3\"/><float key=\"elapsed_s\" value=\"1.5\"/></event>\n"
               "<event><string key=\"lifecycle:transition\" value=\"complete\"/>"
               "<date key=\"time:timestamp\" value=\"1970-01-01T00:00:02.500Z\"/>"
               "<string key=\"concept:instance\" value=\"1\"/><string key=\"concept:name\" value=\"repair\"/>"
               "<string key=\"org:resource\" value=\"3\"/><float key=\"elapsed_s\" value=\"1.5\"/></event>\n"
               "<event><string key=\"lifecycle:transition\" value=\"start\"/>"
               "<date key=\"time:timestamp\" value=\"1970-01-01T00:00:02.500Z\"/>"
               "<string key=\"concept:instance\" value=\"1\"/><string key=\"concept:name\" value=\"wash\"/>"
               "<string key=\"org:resource\" value=\"3\"/></event>\n"
               "</trace>\n"
               "<trace>\n<string key=\"concept:name\" value=\"=1+1;2\"/>\n<float key=\"spent_s\" "
               "value=\"-3\"/>\n</trace>\n"
               "</log>\n");
    writer_destroy(w);
    text_free(&out);
}

/* A report is no event log, and bare rows are no page. */
static void what_a_format_cannot_hold(void **state)
{
    struct text out;
    (void)state;
    struct writer *w = begin(&out, WRITER_XES);
    writer_start(w, WRITER_GROUP, &(struct tag){ "report", NULL });
    writer_end(w);
    assert_false(writer_finish(w));
    writer_destroy(w);
    text_free(&out);
    w = begin(&out, WRITER_HTML);
    table(w, false);
    assert_false(writer_finish(w));
    writer_destroy(w);
    text_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(json_lines),
        cmocka_unit_test(csv_for_excel),
        cmocka_unit_test(formulas_are_neutral),
        cmocka_unit_test(xes),
        cmocka_unit_test(what_a_format_cannot_hold),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
