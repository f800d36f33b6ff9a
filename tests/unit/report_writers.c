/* The writers on hostile, long and wrongly nested input. */
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

/* Rows. */

static const struct tag columns[] = { { "job", "job" }, { "n", "number" }, { "at", "at" }, { "body", NULL } };

static void put_row(struct writer *w, struct datum job, struct datum n, struct datum at, struct datum body)
{
    writer_start(w, WRITER_ROW, &(struct tag){ NULL, NULL });
    writer_attr(w, &columns[0], job);
    writer_attr(w, &columns[1], n);
    writer_attr(w, &columns[2], at);
    writer_attr(w, &columns[3], body);
    writer_end(w);
}

static void begin_rows(struct writer *w)
{
    writer_start(w, WRITER_LIST, &(struct tag){ "jobs", NULL });
    writer_columns(w, columns, 4);
}

static void rows_in(enum writer_format format, int width, const char *expected)
{
    struct datum none = { 0 };
    struct text out = text_grow(65536);
    struct writer *w = writer_into(&out, format, width);
    begin_rows(w);
    put_row(w, datum_text("A-17"), datum_int(5), datum_time((struct wall){ 86400000 }), datum_text("plain"));
    put_row(w, datum_text("Заказ-наряд 12"), datum_int(-12345), none, datum_text("a,\"b\"\r\nc"));
    put_row(w, none, none, none, none);
    put_row(w, datum_text("=cmd|' /C calc'!A0"), datum_int(0), none, datum_text("-1+1"));
    put_row(w, datum_text("\x1b[2J\xc2\x9b\xe2\x80\xae"), none, none, datum_text("\t@SUM(A1)"));
    put_row(w, datum_text("broken \xff"), none, none,
            (struct datum){ .type = DATUM_TEXT, .text = "a\0b", .len = 3 });
    writer_end(w);
    finish(w, &out, expected);
}

static void rows_as_text(void **state)
{
    (void)state;
    rows_in(WRITER_TEXT, 80,
            "job                          number  at\n"
            "A-17                              5  day 1\n"
            "Заказ-наряд 12               -12345\n"
            "\n"
            "=cmd|' /C calc'!A0                0\n"
            "\\x1b[2J\\xc2\\x9b\\xe2\\x80\\xae\n"
            "broken \\xff\n");
    rows_in(WRITER_TEXT, 30,
            "job              number  at\n"
            "A-17                  5  day 1\n"
            "Заказ-наряд 12   -12345\n"
            "\n"
            "=cmd|' /C calc…       0\n"
            "\\x1b[2J\\xc2\\x9…\n"
            "broken \\xff\n");
}

static void rows_as_json(void **state)
{
    (void)state;
    rows_in(WRITER_JSON, 80,
            "[\n"
            "{\"job\":\"A-17\",\"n\":5,\"at\":\"1970-01-02T00:00:00.000Z\",\"body\":\"plain\"},\n"
            "{\"job\":\"Заказ-наряд 12\",\"n\":-12345,\"body\":\"a,\\\"b\\\"\\u000d\\u000ac\"},\n"
            "{},\n"
            "{\"job\":\"=cmd|' /C calc'!A0\",\"n\":0,\"body\":\"-1+1\"},\n"
            "{\"job\":\"\\u001b[2J\\u009b"
            "\xe2\x80\xae"
            "\",\"body\":\"\\u0009@SUM(A1)\"},\n"
            "{\"job\":\"broken \\\\xff\",\"body\":\"a\\u0000b\"}\n"
            "]\n");
}

static void rows_as_csv(void **state)
{
    (void)state;
    rows_in(WRITER_CSV, 80,
            "job,n,at,body\r\n"
            "A-17,5,1970-01-02T00:00:00.000Z,plain\r\n"
            "Заказ-наряд 12,-12345,,\"a,\"\"b\"\"\r\n"
            "c\"\r\n"
            ",,,\r\n"
            "'=cmd|' /C calc'!A0,0,,'-1+1\r\n"
            "\\x1b[2J\\xc2\\x9b\\xe2\\x80\\xae,,,'\t@SUM(A1)\r\n"
            "broken \\xff,,,a\\x00b\r\n");
}

/* Each sort of cell that must be quoted or neutralised, alone. */
static void cells_in_csv(void **state)
{
    (void)state;
    static const char *const cells[][2] = {
        { "=1", "'=1" },      { "+1", "'+1" },       { "-1", "'-1" },         { "@a", "'@a" },
        { "\ta", "'\ta" },    { "\ra", "\"'\ra\"" }, { "a\rb", "\"a\rb\"" },  { "a\nb", "\"a\nb\"" },
        { "a,b", "\"a,b\"" }, { "\"", "\"\"\"\"" },  { "=a,b", "\"'=a,b\"" }, { "a=1", "a=1" },
        { "", "" },           { " =1", " =1" },
    };
    for (size_t i = 0; i < sizeof cells / sizeof cells[0]; i++) {
        struct text out = text_grow(4096);
        char expected[64];
        struct writer *w = writer_into(&out, WRITER_CSV, 80);
        begin_rows(w);
        put_row(w, datum_text(cells[i][0]), (struct datum){ 0 }, (struct datum){ 0 }, (struct datum){ 0 });
        writer_end(w);
        snprintf(expected, sizeof expected, "job,n,at,body\r\n%s,,,\r\n", cells[i][1]);
        finish(w, &out, expected);
    }
}

static void no_rows_have_a_head(void **state)
{
    (void)state;
    static const struct {
        enum writer_format format;
        const char *expected;
    } cases[] = { { WRITER_TEXT, "job  number  at\n" },
                  { WRITER_JSON, "[\n]\n" },
                  { WRITER_CSV, "job,n,at,body\r\n" } };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct text out = text_grow(65536);
        struct writer *w = writer_into(&out, cases[i].format, 80);
        begin_rows(w);
        writer_end(w);
        finish(w, &out, cases[i].expected);
    }
}

/* More rows than are aligned at once: one head, every row, no line wider than the terminal. */
static void long_tables_stream(void **state)
{
    (void)state;
    struct text out = text_grow(1 << 20);
    struct writer *w = writer_into(&out, WRITER_TEXT, 40);
    char name[128];
    int total = WRITER_BLOCK_ROWS * 2 + 1, lines = 0, heads = 0;
    begin_rows(w);
    for (int i = 0; i < total; i++) {
        snprintf(name, sizeof name, "%0*d", 1 + i % 60, i);
        put_row(w, datum_text(name), datum_int(i), (struct datum){ 0 }, datum_text(""));
        assert_true(i < WRITER_BLOCK_ROWS || out.len > 0); /* the first block is out by now */
    }
    writer_end(w);
    assert_true(writer_finish(w));
    writer_destroy(w);
    for (char *line = strtok(out.data, "\n"); line; line = strtok(NULL, "\n")) {
        lines++;
        heads += strncmp(line, "job ", 4) == 0;
        assert_true(utf8_length(line, strlen(line)) <= 40);
    }
    assert_int_equal(heads, 1);
    assert_int_equal(lines, total + 1);
    text_free(&out);
}

/* Numbers. */

static void values(enum writer_format format, struct datum value, const char *expected)
{
    struct text out = text_grow(4096);
    struct writer *w = writer_into(&out, format, 80);
    static const struct tag column = { "v", "v" };
    writer_start(w, WRITER_LIST, &column);
    if (format == WRITER_TEXT)
        writer_columns(w, &column, 1);
    writer_start(w, WRITER_ROW, &(struct tag){ NULL, NULL });
    writer_attr(w, &column, value);
    writer_end(w);
    writer_end(w);
    assert_true(writer_finish(w));
    assert_non_null(strstr(out.data, expected));
    writer_destroy(w);
    text_free(&out);
}

static void numbers_for_programs_and_people(void **state)
{
    (void)state;
    static const struct {
        enum datum_type type;
        int64_t n;
        const char *json, *text;
    } cases[] = {
        { DATUM_LENGTH, 0, ":0}", "\n0:00\n" },
        { DATUM_LENGTH, 1, ":0.001}", "\n<0:01\n" },
        { DATUM_LENGTH, 10, ":0.01}", "\n<0:01\n" },
        { DATUM_LENGTH, 29999, ":29.999}", "\n<0:01\n" },
        { DATUM_LENGTH, 30000, ":30}", "\n0:01\n" },
        { DATUM_LENGTH, 3599999, ":3599.999}", "\n1:00\n" },
        { DATUM_LENGTH, 3995340, ":3995.34}", "\n1:07\n" },
        { DATUM_LENGTH, INT64_C(360000000000), ":360000000}", "\n100000:00\n" },
        { DATUM_SHARE, 0, ":0}", "\n0.0 %\n" },
        { DATUM_SHARE, 667, ":0.667}", "\n66.7 %\n" },
        { DATUM_SHARE, 1000, ":1}", "\n100.0 %\n" },
        { DATUM_MEAN, 8335, ":8.335}", "\n8.34\n" },
        { DATUM_INT, INT64_MIN, ":-9223372036854775808}", "\n-9223372036854775808\n" },
        { DATUM_FLAG, 1, ":true}", "\nyes\n" },
        { DATUM_FLAG, 0, ":false}", "v\n" },
        { DATUM_TIME, 86400000, ":\"1970-01-02T00:00:00.000Z\"}", "\nday 1\n" },
        { DATUM_NONE, 0, "{}", "v\n" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct datum value = { .type = cases[i].type, .number = cases[i].n };
        values(WRITER_JSON, value, cases[i].json);
        values(WRITER_TEXT, value, cases[i].text);
    }
}

/* Faults. */

static void wrong_nesting_is_told(void **state)
{
    (void)state;
    struct text out = text_grow(4096);
    struct writer *w = writer_into(&out, WRITER_JSON, 80);
    writer_end(w);
    assert_false(writer_is_well(w));
    assert_false(writer_finish(w));
    writer_destroy(w);
    w = writer_into(&out, WRITER_JSON, 80);
    for (int i = 0; i < WRITER_DEPTH_MAX; i++)
        writer_start(w, WRITER_GROUP, &columns[0]);
    assert_true(writer_is_well(w));
    writer_start(w, WRITER_GROUP, &columns[0]);
    assert_false(writer_is_well(w));
    writer_destroy(w);
    w = writer_into(&out, WRITER_CSV, 80);
    writer_start(w, WRITER_LIST, &columns[0]);
    writer_columns(w, columns, WRITER_COLUMNS_MAX + 1);
    assert_false(writer_finish(w));
    writer_destroy(w);
    writer_destroy(NULL);
    text_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_as_text),
        cmocka_unit_test(rows_as_json),
        cmocka_unit_test(rows_as_csv),
        cmocka_unit_test(cells_in_csv),
        cmocka_unit_test(no_rows_have_a_head),
        cmocka_unit_test(long_tables_stream),
        cmocka_unit_test(numbers_for_programs_and_people),
        cmocka_unit_test(wrong_nesting_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
