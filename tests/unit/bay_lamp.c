/*
 * The lamp over fake time: what happens when, and what is then seen, as text. A scene is a list of happenings
 * "ms what"; the outcome is each change of colour or line, "ms colour" or "ms colour "line"", followed by "…"
 * if it goes on changing.
 */
#include "bay/lamp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define START_MS 100000

struct scene {
    const char *name;
    const char *happens; /* "at what[=text]; …": bay=amber help calm saved=N accepted refused=why ask=why
                            asked line=text */
    int until_ms;
    const char *seen;
};

static const struct scene scenes[] = {
    { "nothing known", "", 5000, "0 off" },
    { "off", "0 bay=off", 5000, "0 off" },
    { "the bay's colour", "0 bay=green; 1000 bay=amber; 2000 bay=red; 3000 bay=off", 5000,
      "0 green\n1000 amber\n2000 red\n3000 off" },
    { "the car's line", "0 bay=green; 0 line=K47 repair", 5000, "0 green \"K47 repair\"" },
    { "saved, dark lamp: lit at once", "100 saved=1", 2200,
      "0 off\n100 green\n600 off\n1100 green\n1600 off\n2100 green …" },
    { "saved, lit lamp: dark at once", "0 bay=red; 100 saved=1; 1200 saved=0", 3000,
      "0 red\n100 off\n600 green\n1100 off\n1200 red" },
    { "another press changes the blink at once", "100 saved=1; 300 saved=2; 1000 saved=1", 2000,
      "0 off\n100 green\n300 off\n800 green\n1300 off\n1800 green …" },
    { "accepted, dark lamp", "100 accepted", 3000, "0 off\n100 green\n1100 off" },
    { "accepted, green on green is seen", "0 bay=green; 100 accepted", 3000,
      "0 green\n100 off\n250 green\n1250 off\n1400 green" },
    { "accepted soon after saved: dark for 150 ms in all",
      "0 bay=green; 100 saved=1; 110 saved=0; 110 accepted", 3000,
      "0 green\n100 off\n250 green\n1250 off\n1400 green" },
    { "two presses accepted one after another", "100 accepted; 600 saved=1; 620 saved=0; 620 accepted", 3000,
      "0 off\n100 green\n600 off\n750 green\n1750 off" },
    { "refused, with its reason", "100 refused=moved on", 10000,
      "0 off\n100 red \"moved on\"\n400 off \"moved on\"\n600 red \"moved on\"\n900 off \"moved on\"\n8100 "
      "off" },
    { "refused, late car: red on red is seen", "0 bay=red; 100 refused=at ready", 1500,
      "0 red\n100 off \"at ready\"\n250 red \"at ready\"\n550 off \"at ready\"\n750 red \"at ready\"\n"
      "1050 off \"at ready\"\n1250 red \"at ready\" …" },
    { "a refusal is shown to its end, then what was accepted", "100 refused=no; 200 accepted; 300 accepted",
      9000,
      "0 off\n100 red \"no\"\n400 off \"no\"\n600 red \"no\"\n900 off \"no\"\n1100 green \"no\"\n2100 off "
      "\"no\"\n"
      "8100 off" },
    { "a refusal breaks into accepted", "100 accepted; 300 refused=no; 1000 accepted; 2000 accepted", 5000,
      "0 off\n100 green\n300 off \"no\"\n450 red \"no\"\n750 off \"no\"\n950 red \"no\"\n1250 off \"no\"\n"
      "1450 green \"no\"\n2000 off\n2150 green\n3150 off" },
    { "the next refusal has its own reason", "100 refused=one; 500 refused=two", 1600,
      "0 off\n100 red \"one\"\n400 off \"one\"\n500 off \"two\"\n550 red \"two\"\n850 off \"two\"\n1050 red "
      "\"two\"\n"
      "1350 off \"two\" …" },
    { "saved goes on behind a refusal", "100 saved=2; 400 saved=1; 400 refused=no", 2200,
      "0 off\n100 green\n400 off \"no\"\n550 red \"no\"\n850 off \"no\"\n1050 red \"no\"\n1350 off \"no\"\n"
      "1550 green \"no\"\n2050 off \"no\" …" },
    { "help", "0 bay=green; 100 help; 1800 calm", 3000,
      "0 green\n100 red\n600 amber\n1100 red\n1600 amber\n1800 green" },
    { "help told again goes on", "100 help; 400 help; 700 calm", 1000, "0 off\n100 red\n600 amber\n700 off" },
    { "asking", "0 bay=red; 100 ask=Still working?; 1800 asked", 3000,
      "0 red\n100 amber \"Still working?\"\n250 off \"Still working?\"\n400 amber \"Still working?\"\n"
      "550 off \"Still working?\"\n1600 amber \"Still working?\"\n1750 off \"Still working?\"\n1800 red" },
    { "help hides the question's light, not its line", "100 ask=?; 300 help; 500 calm", 600,
      "0 off\n100 amber \"?\"\n250 off \"?\"\n300 red \"?\"\n500 amber \"?\"\n550 off \"?\" …" },
    { "the answer is saved, accepted, and the question gone",
      "0 bay=red; 100 ask=?; 500 saved=1; 500 asked; 510 saved=0; "
      "510 accepted",
      3000,
      "0 red\n100 amber \"?\"\n250 off \"?\"\n400 amber \"?\"\n500 off\n650 green\n1650 off\n1800 red" },
};

static void happen(struct lamp *lamp, const char *what, const char *text, struct boot now)
{
    if (strcmp(what, "bay") == 0)
        lamp_bay(lamp, (enum lamp_colour)lamp_colour_find(text), lamp->help, now);
    else if (strcmp(what, "help") == 0 || strcmp(what, "calm") == 0)
        lamp_bay(lamp, lamp->bay, what[0] == 'h', now);
    else if (strcmp(what, "saved") == 0)
        lamp_saved(lamp, atoi(text), now);
    else if (strcmp(what, "accepted") == 0)
        lamp_accepted(lamp, now);
    else if (strcmp(what, "refused") == 0)
        lamp_refused(lamp, text, now);
    else if (strcmp(what, "ask") == 0)
        lamp_ask(lamp, text, now);
    else if (strcmp(what, "asked") == 0)
        lamp_ask(lamp, NULL, now);
    else if (strcmp(what, "line") == 0)
        lamp_line(lamp, text);
    else
        fail_msg("what is %s?", what);
}

struct view {
    char text[4096];
    size_t len;
    struct lamp_look last;
    char last_line[LAMP_LINE_SIZE];
    int looks;
};

static void look(struct lamp *lamp, struct boot now, struct view *view)
{
    struct lamp_look look = lamp_look(lamp, now);
    bool same =
        view->looks++ > 0 && look.colour == view->last.colour && strcmp(look.line, view->last_line) == 0;
    assert_true(look.until.ms > now.ms); /* or it would spin */
    if (!same) {
        view->len += (size_t)snprintf(view->text + view->len, sizeof view->text - view->len, "%s%lld %s",
                                      view->len ? "\n" : "", (long long)(now.ms - START_MS),
                                      lamp_colour_name(look.colour));
        if (look.line[0])
            view->len +=
                (size_t)snprintf(view->text + view->len, sizeof view->text - view->len, " \"%s\"", look.line);
    }
    view->last = look;
    snprintf(view->last_line, sizeof view->last_line, "%s", look.line);
}

static void look_until(struct lamp *lamp, int64_t ms, struct view *view)
{
    for (int i = 0; i < 1000 && view->last.until.ms < START_MS + ms; i++)
        look(lamp, view->last.until, view);
}

static void play(const struct scene *scene, struct view *view)
{
    struct lamp lamp = { .bay = LAMP_OFF };
    char happens[512], *save = NULL;
    snprintf(happens, sizeof happens, "%s", scene->happens);
    view->last.until = BOOT_FAR;
    if (strncmp(happens, "0 ", 2) != 0)
        look(&lamp, (struct boot){ START_MS }, view);
    for (char *one = strtok_r(happens, ";", &save); one; one = strtok_r(NULL, ";", &save)) {
        int at, used = 0;
        char what[16];
        assert_int_equal(sscanf(one, " %d %15[a-z]%n", &at, what, &used), 2);
        look_until(&lamp, at, view);
        happen(&lamp, what, one[used] == '=' ? one + used + 1 : "", (struct boot){ START_MS + at });
        if (atoi(save) != at || !*save) /* all of one moment, then a look */
            look(&lamp, (struct boot){ START_MS + at }, view);
    }
    look_until(&lamp, scene->until_ms, view);
    if (view->last.until.ms != BOOT_FAR.ms)
        snprintf(view->text + view->len, sizeof view->text - view->len, " …");
}

static void every_state_has_its_rhythm(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof scenes / sizeof *scenes; i++) {
        struct view view = { .len = 0 };
        play(&scenes[i], &view);
        if (strcmp(view.text, scenes[i].seen) != 0)
            fail_msg("%s:\n%s\ninstead of\n%s", scenes[i].name, view.text, scenes[i].seen);
    }
}

/* Whatever happens in whatever order: the lamp comes to rest, with the bay's colour, and never spins. */
static void any_order_comes_to_rest(void **state)
{
    static const char *const what[] = {
        "accepted", "refused", "help", "calm", "ask", "asked", "saved", "bay"
    };
    static const char *const text[] = { "", "no", "", "", "?", "", "1", "amber" };
    unsigned seed = 1;
    (void)state;
    for (int run = 0; run < 2000; run++) {
        struct lamp lamp = { .bay = LAMP_OFF };
        struct view view = { .len = 0 };
        struct boot now = { START_MS };
        for (int i = 0; i < 12; i++) {
            seed = seed * 1664525u + 1013904223u;
            int n = (int)(seed >> 8) % 8;
            now.ms += (seed >> 16) % 700;
            happen(&lamp, what[n], text[n], now);
            struct lamp_look seen = lamp_look(&lamp, now);
            assert_true(seen.until.ms > now.ms);
        }
        happen(&lamp, "calm", "", now);
        happen(&lamp, "asked", "", now);
        happen(&lamp, "saved", "0", now);
        look(&lamp, now, &view);
        look_until(&lamp, now.ms - START_MS + 20000, &view);
        assert_true(view.last.until.ms == BOOT_FAR.ms);
        assert_true(view.last.colour == lamp.bay && !view.last.line[0]);
        assert_true(view.looks < 30);
    }
}

static void long_lines_are_cut_between_characters(void **state)
{
    struct lamp lamp = { .bay = LAMP_OFF };
    char line[LAMP_LINE_SIZE + 10] = "x";
    (void)state;
    for (size_t i = 1; i + 1 < sizeof line; i += 2)
        memcpy(line + i, "Ж", 3);
    lamp_line(&lamp, line);
    assert_int_equal(strlen(lamp.line), LAMP_LINE_SIZE - 1);
    assert_memory_equal(lamp.line, line, LAMP_LINE_SIZE - 1);
    lamp_line(&lamp, line + 1); /* now the last one would be cut in two */
    assert_int_equal(strlen(lamp.line), LAMP_LINE_SIZE - 2);
}

static void colours_have_names(void **state)
{
    (void)state;
    for (int c = LAMP_OFF; c <= LAMP_RED; c++)
        assert_int_equal(lamp_colour_find(lamp_colour_name((enum lamp_colour)c)), c);
    assert_int_equal(lamp_colour_find("blue"), -1);
    assert_int_equal(lamp_colour_find(""), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_state_has_its_rhythm),
        cmocka_unit_test(any_order_comes_to_rest),
        cmocka_unit_test(long_lines_are_cut_between_characters),
        cmocka_unit_test(colours_have_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
