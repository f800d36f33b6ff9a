/* The card that has the cable, over a tree as the kernel makes it. */
#include "display/card.h"
#include "tests/folder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static char folder[64];
static char out[CARD_NAME_MAX];

static int start(void **state)
{
    (void)state;
    strcpy(folder, "/tmp/pitboard-card-XXXXXX");
    return mkdtemp(folder) ? 0 : -1;
}

static int stop(void **state)
{
    (void)state;
    return folder_remove(folder);
}

/* A connector, or with no status a card, a render node, the version. */
static void plug(const char *name, const char *status)
{
    char path[256];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    mkdir(path, 0700);
    if (!status)
        return;
    snprintf(path, sizeof path, "%s/%s/status", folder, name);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fprintf(f, "%s\n", status);
    fclose(f);
}

static const char *found(const char *before)
{
    card_find(folder, before, out);
    return out;
}

/* A Pi 5: the display is on one card, the 3D core, without a connector, is another; numbers change. */
static void the_card_with_the_cable(void **state)
{
    (void)state;
    plug("version", NULL);
    plug("renderD128", NULL);
    plug("card0", NULL);
    plug("card1", NULL);
    plug("card1-HDMI-A-1", "disconnected");
    plug("card1-HDMI-A-2", "connected");
    plug("card1-Writeback-1", "connected");
    plug("card2", NULL);
    plug("card2-DP-1", "disconnected");
    assert_string_equal(found(""), "card1-HDMI-A-2");
    assert_int_equal(card_number(out), 1);
    plug("card0-DSI-1", "connected");
    assert_string_equal(found(""), "card0-DSI-1");
    assert_int_equal(card_number(out), 0);
}

static void nothing_is_plugged_in(void **state)
{
    (void)state;
    assert_string_equal(found(""), "");
    plug("card0-HDMI-A-1", "disconnected");
    plug("card0-HDMI-A-2", "unknown");
    plug("card0-Writeback-1", "connected");
    assert_string_equal(found(""), "");
    strcat(folder, "/away");
    assert_string_equal(found(""), "");
    folder[strlen(folder) - 5] = '\0';
    assert_int_equal(card_number(""), -1);
}

/* A second screen that is plugged in later takes nothing away; when the first one goes, it takes over. */
static void what_served_serves_on(void **state)
{
    char before[CARD_NAME_MAX];
    (void)state;
    plug("card10-HDMI-A-1", "connected");
    assert_string_equal(found(""), "card10-HDMI-A-1");
    assert_int_equal(card_number(out), 10);
    strcpy(before, out);
    plug("card9-HDMI-A-1", "connected");
    assert_string_equal(found(before), "card10-HDMI-A-1");
    assert_string_equal(found(""), "card9-HDMI-A-1"); /* by number, not by letter */
    plug("card10-HDMI-A-1", "disconnected");
    assert_string_equal(found(before), "card9-HDMI-A-1");
}

static void what_is_no_connector(void **state)
{
    (void)state;
    assert_int_equal(card_number("card"), -1);
    assert_int_equal(card_number("card1"), -1);
    assert_int_equal(card_number("cardX-HDMI-A-1"), -1);
    assert_int_equal(card_number("card99999999999-HDMI-A-1"), -1);
    plug("card-HDMI-A-1", "connected");
    plug("cable", "connected");
    assert_string_equal(found(""), "");
}

int main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, start, stop)
    const struct CMUnitTest tests[] = { CASE(the_card_with_the_cable), CASE(nothing_is_plugged_in),
                                        CASE(what_served_serves_on), CASE(what_is_no_connector) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
