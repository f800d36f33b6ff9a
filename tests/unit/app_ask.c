/* What --since and --until take, in zones with and without summer time; and the exit codes of the commands.
 */
#include "app/ask.h"

#include "app/cmd.h"
#include "base/exits.h"
#include "base/stamp.h"
#include "store/schema.h"
#include "sys/clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static void time_is(const char *text, const char *utc)
{
    char out[STAMP_SIZE];
    struct wall at;
    if (!ask_time(text, &at))
        fail_msg("%s is refused", text);
    stamp_format(at, out);
    assert_string_equal(out, utc);
}

static void times_in_the_zone(void **state)
{
    (void)state;
    assert_true(clock_set_zone("Europe/Minsk")); /* +03:00 all year */
    time_is("2026-03-01", "2026-02-28T21:00:00.000Z");
    time_is("2026-03-01T12:00", "2026-03-01T09:00:00.000Z");
    time_is("2026-03-01T12:00:30", "2026-03-01T09:00:30.000Z");
    time_is("2026-03-01T12:00:30.5+05:00", "2026-03-01T07:00:30.500Z"); /* an offset says it all */
    time_is("2026-03-01T12:00:00Z", "2026-03-01T12:00:00.000Z");
    assert_true(clock_set_zone("Europe/Berlin")); /* the 29th has 23 hours, 25 October 25 */
    time_is("2026-03-29", "2026-03-28T23:00:00.000Z");
    time_is("2026-03-30", "2026-03-29T22:00:00.000Z");
    time_is("2026-10-25", "2026-10-24T22:00:00.000Z");
    time_is("2026-10-26", "2026-10-25T23:00:00.000Z");
    assert_true(clock_set_zone("America/Halifax"));
    time_is("1971-01-01", "1971-01-01T04:00:00.000Z");
}

static void what_is_no_time(void **state)
{
    (void)state;
    static const char *const wrong[] = { "",
                                         "now",
                                         "2026",
                                         "2026-03",
                                         "2026-3-1",
                                         "2026-02-30",
                                         "2026-13-01",
                                         "01.03.2026",
                                         "2026-03-01T24:00",
                                         "2026-03-01T12",
                                         "2026-03-01 ",
                                         "2026-03-01T12:00+03:00",
                                         "2026-03-01T12:00:00+99:00" };
    struct wall at;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        if (ask_time(wrong[i], &at))
            fail_msg("\"%s\" is taken", wrong[i]);
}

static void times_for_people(void **state)
{
    (void)state;
    char out[WRITER_TIME_SIZE];
    assert_true(clock_set_zone("Europe/Minsk"));
    ask_local((struct wall){ INT64_C(1772312400000) }, out); /* 2026-02-28T21:00Z */
    assert_string_equal(out, "2026-03-01 00:00");
}

/* Runs a command with its output thrown away. */
static int run(int (*command)(int, char **), char **argv)
{
    int argc = 0, kept[2] = { dup(1), dup(2) };
    while (argv[argc])
        argc++;
    assert_non_null(freopen("/dev/null", "w", stdout));
    assert_non_null(freopen("/dev/null", "w", stderr));
    int code = command(argc, argv);
    fflush(stdout);
    fflush(stderr);
    dup2(kept[0], 1);
    dup2(kept[1], 2);
    close(kept[0]);
    close(kept[1]);
    return code;
}

static void exit_codes(void **state)
{
    (void)state;
    char dir[] = "/tmp/ask-XXXXXX", path[64], fault[128], setting[96];
    sqlite3 *db;
    assert_non_null(mkdtemp(dir));
    snprintf(path, sizeof path, "%s/p.db", dir);
    snprintf(setting, sizeof setting, "store.path=\"%s\"", path);
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_true(schema_upgrade(db, fault, sizeof fault));
    sqlite3_close(db);
    struct {
        int code;
        const char *argv[8];
    } cases[] = {
        { EXITS_DONE, { "x", "--db", path } },
        { EXITS_DONE, { "x", "--db", path, "--since", "2026-01-01", "--until", "2026-01-02" } },
        { EXITS_DONE, { "x", "--db", path, "--format", "json" } },
        { EXITS_DONE, { "x", "--db", path, "--format", "csv" } },
        { EXITS_DONE, { "x", "-o", setting } },
        { EXITS_DONE, { "x", "--help" } },
        { EXITS_USAGE, { "x", "--db", path, "--format", "xml" } },
        { EXITS_USAGE, { "x", "--db", path, "--since", "tomorrow" } },
        { EXITS_USAGE, { "x", "--db", path, "--since", "2026-01-01", "--until", "2026-01-01" } },
        { EXITS_DONE, { "x", "--db", path, "--since", "2026-W01", "--until", "2026" } },
        { EXITS_DONE, { "x", "--db", path, "--period", "last-month" } },
        { EXITS_USAGE, { "x", "--db", path, "--period", "next-month" } },
        { EXITS_USAGE, { "x", "--db", path, "--period", "2026", "--since", "2026" } },
        { EXITS_USAGE, { "x", "--db", path, "more" } },
        { EXITS_USAGE, { "x", "--db" } },
        { EXITS_USAGE, { "x", "--nonsense" } },
        { EXITS_USAGE, { "x", "-c", "/nowhere/pitboard.cfg" } },
        { EXITS_WORLD, { "x", "--db", "/nowhere/p.db" } },
        { EXITS_WORLD, { "x", "--db", dir } },
    };
    int (*const commands[])(int, char **) = { cmd_report, cmd_jobs, cmd_spans, cmd_events };
    for (size_t c = 0; c < sizeof commands / sizeof commands[0]; c++)
        for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
            if (run(commands[c], (char **)cases[i].argv) != cases[i].code)
                fail_msg("command %zu, case %zu: not exit code %d", c, i, cases[i].code);
    unlink(path);
    rmdir(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(times_in_the_zone),
        cmocka_unit_test(what_is_no_time),
        cmocka_unit_test(times_for_people),
        cmocka_unit_test(exit_codes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
