#include "base/stamp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static int64_t parse(const char *text)
{
    struct wall at;
    return stamp_parse(text, strlen(text), &at) ? at.ms : -1;
}

/* Reference values: `date -u -d TEXT +%s`. */
static void reads_rfc3339(void **state)
{
    (void)state;
    assert_int_equal(parse("1970-01-01T00:00:00Z"), 0);
    assert_int_equal(parse("2026-11-21T14:32:05.25+03:00"), 1795260725250);
    assert_int_equal(parse("2026-11-21t14:32:05.25z"), 1795271525250);
    assert_int_equal(parse("2024-02-29T23:59:59.999999Z"), 1709251199999);
    assert_int_equal(parse("2038-01-19T03:14:08Z"), 2147483648000);
    assert_int_equal(parse("2016-12-31T23:59:60Z"), 1483228799999);
    assert_int_equal(parse("2026-03-01T00:30:00-11:30"), 1772366400000);
}

static void refuses_everything_else(void **state)
{
    static const char *const bad[] = {
        "",
        "2026-11-21",
        "2026-11-21T14:32:05",
        "2026-11-21 14:32:05Z",
        "2026-13-01T00:00:00Z",
        "2026-02-29T00:00:00Z",
        "2100-02-29T00:00:00Z",
        "2026-11-21T24:00:00Z",
        "2026-11-21T14:60:00Z",
        "2026-11-21T14:32:61Z",
        "2026-11-21T14:32:05.Z",
        "2026-11-21T14:32:05+3:00",
        "2026-11-21T14:32:05+24:00",
        "2026-11-21T14:32:05Zx",
        "1969-12-31T23:59:59Z",
        "1970-01-01T00:00:00+00:01",
        "02026-11-21T14:32:05Z",
        "2026-11-21T14:32:05+03:00 ",
    };
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_int_equal(parse(bad[i]), -1);
}

static void writes_what_it_reads(void **state)
{
    char text[STAMP_SIZE];
    (void)state;
    for (int64_t ms = 7; ms < INT64_C(253402300799000); ms += INT64_C(86399999) * 37) {
        stamp_format((struct wall){ ms }, text);
        assert_int_equal(parse(text), ms);
    }
    stamp_format((struct wall){ 1795260725250 }, text);
    assert_string_equal(text, "2026-11-21T11:32:05.250Z");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_rfc3339),
        cmocka_unit_test(refuses_everything_else),
        cmocka_unit_test(writes_what_it_reads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
