/* The key table against what people read: the example file and the manual show every key. */
#include "conf/conf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define KEYS_MAX 160

struct keys {
    char path[KEYS_MAX][64], line[KEYS_MAX][640];
    int n;
};

static void keep(void *user, const char *text)
{
    struct keys *keys = user;
    if (text[0] == ' ')
        return;
    assert_in_range(keys->n, 0, KEYS_MAX - 1);
    snprintf(keys->path[keys->n], sizeof keys->path[0], "%.*s", (int)strcspn(text, ":"), text);
    snprintf(keys->line[keys->n++], sizeof keys->line[0], "%s", text);
}

static struct keys *all_keys(void)
{
    struct keys *keys = calloc(1, sizeof *keys);
    conf_print_keys(keep, keys);
    assert_true(keys->n > 40);
    return keys;
}

static char *read_all(const char *path)
{
    FILE *f = fopen(path, "r");
    if (!f)
        fail_msg("no %s", path);
    char *text = calloc(1, 65536);
    assert_true(fread(text, 1, 65535, f) < 65535);
    fclose(f);
    return text;
}

static void test_lines(void **state)
{
    (void)state;
    struct keys *keys = all_keys();
    int seen = 0;
    for (int i = 0; i < keys->n; i++) {
        seen += !strcmp(keys->line[i], "broker.port: a whole number from 1 to 65535; default 1883");
        seen += !strcmp(keys->line[i], "screen.rotate: 0, 90, 180 or 270; default 0");
        seen += !strcmp(keys->line[i], "bays: a list ( { id = \"…\"; … }, … ) of at most 64");
        for (int k = 0; k < i; k++)
            assert_string_not_equal(keys->path[i], keys->path[k]);
    }
    assert_int_equal(seen, 3);
    free(keys);
}

static void test_manual_names_every_key(void **state)
{
    (void)state;
    struct keys *keys = all_keys();
    char *manual = read_all("config/man/pitboard.cfg.5");
    for (int i = 0; i < keys->n; i++) {
        char item[80];
        snprintf(item, sizeof item, "\n.It Ic %s\n", keys->path[i]);
        if (!strstr(manual, item))
            fail_msg("pitboard.cfg.5 has no %s", keys->path[i]);
    }
    free(manual);
    free(keys);
}

/* Each key as a whole word before a "=", in use or commented out; those for later versions by name only. */
static void test_example_shows_every_key(void **state)
{
    (void)state;
    struct keys *keys = all_keys();
    char *example = read_all("config/pitboard.cfg");
    for (int i = 0; i < keys->n; i++) {
        const char *dot = strrchr(keys->path[i], '.');
        const char *name = dot ? dot + 1 : keys->path[i];
        const char *at = example;
        bool found = false;
        while (!found && (at = strstr(at, name))) {
            size_t len = strlen(name);
            found = strspn(at + len, " ") < 20 && strchr("=,\n", at[len + strspn(at + len, " ")]);
            at += len;
        }
        if (!found)
            fail_msg("config/pitboard.cfg does not show %s", keys->path[i]);
    }
    free(example);
    free(keys);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lines),
        cmocka_unit_test(test_manual_names_every_key),
        cmocka_unit_test(test_example_shows_every_key),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
