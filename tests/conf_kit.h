/* A configuration file of its own for each test of a list: written, read, and the fault in its words. */
#pragma once

#include "tests/conf_bare.h"

#include <unistd.h>

#define FILE_NAME "t.cfg"

static char before[128]; /* the folder we came from */
static char dir[] = "/tmp/conf_kit_XXXXXX";

static inline int set_up(void **state)
{
    snprintf(dir, sizeof dir, "/tmp/conf_kit_XXXXXX");
    return make_conf(state) == 0 && getcwd(before, sizeof before) && mkdtemp(dir) && chdir(dir) == 0 ? 0 : -1;
}

static inline int tear_down(void **state)
{
    unlink(FILE_NAME);
    drop_conf(state);
    return chdir(before) == 0 && rmdir(dir) == 0 ? 0 : -1;
}

static inline bool load(const char *text)
{
    FILE *f = fopen(FILE_NAME, "w");
    assert_non_null(f);
    assert_true(fputs(text, f) >= 0);
    assert_int_equal(fclose(f), 0);
    conf_clear(conf);
    return conf_load(conf, FILE_NAME, NULL, 0, fault);
}

static inline void expect_load(const char *text)
{
    if (!load(text))
        fail_msg("%s\n%s", text, fault);
}

/* Refused in these words; what was read so far is freed. */
static inline void expect_fault(const char *text, const char *words)
{
    if (load(text))
        fail_msg("taken, though wrong: %s", text);
    assert_string_equal(fault, words);
    assert_null(conf->blocks);
    assert_int_equal(conf->n_buttons + conf->n_boxes, 0);
}

struct fault_case {
    const char *text, *fault;
};

/* Each text stands between `head` and `tail`. */
static inline void run_cases(const char *head, const char *tail, const struct fault_case *cases, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        char text[4096];
        snprintf(text, sizeof text, "%s%s%s", head, cases[i].text, tail);
        expect_fault(text, cases[i].fault);
    }
}

/* "<head>" and then `n` times "<before><number><after>", and "<tail>". */
static inline char *repeated(const char *const part[4], int n)
{
    size_t room =
        strlen(part[0]) + strlen(part[3]) + (strlen(part[1]) + strlen(part[2]) + 16) * (size_t)n + 1;
    char *text = malloc(room), *p = text;
    p += sprintf(p, "%s", part[0]);
    for (int i = 0; i < n; i++)
        p += sprintf(p, "%s%s%d%s", i ? ",\n" : "", part[1], i, part[2]);
    sprintf(p, "%s", part[3]);
    return text;
}

static inline void check_limit(const char *const part[4], int most, const char *words)
{
    char *text = repeated(part, most);
    expect_load(text);
    free(text);
    text = repeated(part, most + 1);
    expect_fault(text, words);
    free(text);
}
