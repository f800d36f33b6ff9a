/* Tape lines: the payload comes out byte for byte; what is no line says why. */
#include "wire/tape.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static bool take(const char *text, struct tape_line *line, char fault[128])
{
    fault[0] = '\0';
    return tape_read(text, strlen(text), line, fault, 128);
}

static void payload_as_it_stands(void **state)
{
    (void)state;
    static const struct {
        const char *line, *payload;
    } rows[] = {
        { "{\"time\":\"2026-01-01T06:36:00.000+01:00\",\"topic\":\"desk/front/"
          "event\",\"payload\":{\"id\":\"1\"}}\n",
          "{\"id\":\"1\"}" },
        { " { \"payload\" : { \"id\": \"1\", \"x\":[ 1,{\"}\":\"\\\"}]\"} ] } , \"topic\": "
          "\"desk/front/event\" ,"
          " \"time\" :\"2026-01-01T05:36:00Z\" } ",
          "{ \"id\": \"1\", \"x\":[ 1,{\"}\":\"\\\"}]\"} ] }" },
        { "{\"a\":{\"payload\":{}},\"b\":[\"payload\",null,-1.5e3],\"c\":true,\"time\":\"2026-01-01T05:36:"
          "00Z\","
          "\"topic\":\"desk/front/event\",\"payload\":{\"id\":\"1\",\"text\":\"№ \\u00e9\"}}",
          "{\"id\":\"1\",\"text\":\"№ \\u00e9\"}" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct tape_line line;
        char fault[128];
        if (!take(rows[i].line, &line, fault))
            fail_msg("row %zu: %s", i, fault);
        assert_int_equal(line.len, strlen(rows[i].payload));
        assert_memory_equal(line.payload, rows[i].payload, line.len);
        assert_true(line.payload > rows[i].line && line.payload < rows[i].line + strlen(rows[i].line));
        assert_true(line.time.ms == INT64_C(1767245760000));
        assert_int_equal(line.role, ROLE_DESK);
        assert_string_equal(line.source, "front");
        assert_string_equal(line.keys.id, "1");
    }
}

static void keys_of_a_payload(void **state)
{
    (void)state;
    char fault[128];
    struct tape_keys keys;
    static const char full[] = "{\"bay\":\"3\",\"job\":\"ЗН-1\",\"id\":\"a\"}";
    assert_true(tape_keys(full, sizeof full - 1, &keys, fault, sizeof fault));
    assert_string_equal(keys.id, "a");
    assert_string_equal(keys.job, "ЗН-1");
    assert_string_equal(keys.bay, "3");
    static const char odd[] = "{\"bay\":null,\"job\":17,\"id\":\"a\\u0000b\"}";
    if (tape_keys(odd, sizeof odd - 1, &keys, fault, sizeof fault)) /* NUL: refused or no key */
        assert_string_equal(keys.id, "");
    static const char long_id[] =
        "{\"id\":\"0123456789012345678901234567890123456789012345678901234567890123x\"}";
    assert_true(tape_keys(long_id, sizeof long_id - 1, &keys, fault, sizeof fault));
    assert_string_equal(keys.id, "");
    assert_string_equal(keys.bay, "");
    assert_false(tape_keys("[1]", 3, &keys, fault, sizeof fault));
    assert_string_equal(fault, "not a JSON object");
}

static void what_is_no_line(void **state)
{
    (void)state;
    static const struct {
        const char *line, *fault;
    } rows[] = {
        { "", "not JSON" },
        { "{", "not JSON" },
        { "7", "not JSON" },
        { "[]", "not a JSON object" },
        { "{\"time\":\"2026-01-01\",\"topic\":\"desk/front/event\",\"payload\":{}}", "no \"time\"" },
        { "{\"topic\":\"desk/front/event\",\"payload\":{}}", "no \"time\"" },
        { "{\"time\":\"2026-01-01T05:36:00Z\",\"payload\":{}}", "no \"topic\"" },
        { "{\"time\":\"2026-01-01T05:36:00Z\",\"topic\":\"desk/front\",\"payload\":{}}", "no \"topic\"" },
        { "{\"time\":\"2026-01-01T05:36:00Z\",\"topic\":\"hub/config/event\",\"payload\":{}}",
          "no \"topic\"" },
        { "{\"time\":\"2026-01-01T05:36:00Z\",\"topic\":\"desk/Front/event\",\"payload\":{}}",
          "no \"topic\"" },
        { "{\"time\":\"2026-01-01T05:36:00Z\",\"topic\":\"desk/a/event/b\",\"payload\":{}}", "no \"topic\"" },
        { "{\"time\":\"2026-01-01T05:36:00Z\",\"topic\":\"desk/front/event\",\"payload\":[]}",
          "no \"payload\"" },
        { "{\"time\":\"2026-01-01T05:36:00Z\",\"topic\":\"desk/front/event\"}", "no \"payload\"" },
        { "{\"time\":\"2026-01-01T05:36:00Z\",\"topic\":\"desk/front/event\",\"payl\\u006fad\":{}}",
          "escapes" },
        { "{\"time\":\"2026-01-01T05:36:00Z\",\"topic\":\"desk/front/event\",\"payload\":{\"a\":1,\"a\":1}}",
          "not JSON" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct tape_line line;
        char fault[128];
        if (take(rows[i].line, &line, fault) || !strstr(fault, rows[i].fault))
            fail_msg("row %zu: %s", i, fault);
    }
}

static void the_longest_line(void **state)
{
    (void)state;
    char *bytes = malloc(TAPE_LINE_MAX + 2), fault[128];
    struct tape_line line;
    int n =
        snprintf(bytes, TAPE_LINE_MAX,
                 "{\"time\":\"2026-01-01T05:36:00Z\",\"topic\":\"bay/1/event\",\"payload\":{\"id\":\"1\"}}");
    memset(bytes + n, ' ', (size_t)(TAPE_LINE_MAX + 1 - n));
    assert_true(tape_read(bytes, TAPE_LINE_MAX, &line, fault, sizeof fault));
    assert_int_equal(line.role, ROLE_BAY);
    assert_false(tape_read(bytes, TAPE_LINE_MAX + 1, &line, fault, sizeof fault));
    free(bytes);
}

static void written_and_read_again(void **state)
{
    (void)state;
    struct text out = text_grow(TAPE_LINE_MAX + 1);
    static const char payload[] = "{\n \"id\": \"7\",\r\n \"text\": \"a\\nb\"\n}";
    struct tape_line line;
    char fault[128];
    assert_true(
        tape_write(&out, (struct wall){ 1767245760123 }, ROLE_BAY, "wash", payload, sizeof payload - 1));
    assert_ptr_equal(strchr(out.data, '\n'), out.data + out.len - 1);
    assert_true(tape_read(out.data, out.len, &line, fault, sizeof fault));
    assert_true(line.time.ms == INT64_C(1767245760123));
    assert_string_equal(line.source, "wash");
    assert_string_equal(line.keys.id, "7");
    assert_int_equal(line.len, sizeof payload - 1);
    text_clear(&out);
    assert_false(tape_write(&out, (struct wall){ 0 }, ROLE_BAY, "wash", "{\"a\":1,\"a\":2}", 13));
    assert_false(tape_write(&out, (struct wall){ 0 }, ROLE_BAY, "wash", "nonsense", 8));
    assert_int_equal(out.len, 0);
    text_free(&out);
}

static void an_id_is_put_in(void **state)
{
    (void)state;
    static const char payload[] = "{\"type\":\"next\",\"job\":\"ЗН\",\"n\":12345678901234567}";
    char *text = tape_with_id(payload, sizeof payload - 1, "made-1");
    assert_string_equal(text, "{\"type\":\"next\",\"job\":\"ЗН\",\"n\":12345678901234567,\"id\":\"made-1\"}");
    free(text);
    assert_null(tape_with_id("[]", 2, "x"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(payload_as_it_stands),   cmocka_unit_test(keys_of_a_payload),
        cmocka_unit_test(what_is_no_line),        cmocka_unit_test(the_longest_line),
        cmocka_unit_test(written_and_read_again), cmocka_unit_test(an_id_is_put_in),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
