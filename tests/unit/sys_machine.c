/* What tells machines of one host name apart, in roots made here. */
#include "base/text.h"
#include "sys/machine.h"
#include "tests/folder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define ID_A   "0123456789abcdef0123456789abcdef\n"
#define ID_B   "0123456789abcdef0123456789abcdee\n"
#define SERIAL "sys/firmware/devicetree/base/serial-number"

static char dir[] = "/tmp/pitboard-machine-XXXXXX";

static void put(const char *path, const char *text)
{
    char command[400], name[300];
    snprintf(name, sizeof name, "%s/%s", dir, path);
    snprintf(command, sizeof command, "mkdir -p \"$(dirname '%s')\"", name);
    assert_int_equal(system(command), 0);
    FILE *f = fopen(name, "w");
    assert_non_null(f);
    assert_true(fputs(text, f) >= 0 && fclose(f) == 0);
}

static void take(const char *path)
{
    char name[300];
    snprintf(name, sizeof name, "%s/%s", dir, path);
    assert_int_equal(remove(name), 0);
}

static void mark(char out[MACHINE_MARK_SIZE])
{
    char again[MACHINE_MARK_SIZE];
    machine_mark(dir, out);
    machine_mark(dir, again);
    assert_string_equal(out, again);
    assert_int_equal(strlen(out), MACHINE_MARK_SIZE - 1);
    assert_int_equal(strspn(out, "0123456789abcdef"), MACHINE_MARK_SIZE - 1);
}

static void machines_differ(void **state)
{
    char a[MACHINE_MARK_SIZE], b[MACHINE_MARK_SIZE], copied[MACHINE_MARK_SIZE], out[MACHINE_MARK_SIZE];
    (void)state;
    put("etc/machine-id", ID_A);
    mark(a);
    assert_null(strstr(ID_A, a)); /* it is no part of what must not be shown */
    put("etc/machine-id", ID_B);
    mark(b);
    assert_string_not_equal(a, b);
    /* Two boards with the same memory card. */
    put(SERIAL, "10000000abcdef01");
    mark(a);
    put(SERIAL, "10000000abcdef02");
    mark(copied);
    assert_string_not_equal(a, copied);
    take(SERIAL);
    mark(out);
    assert_string_equal(out, b);
}

static void network_cards_stand_in(void **state)
{
    char a[MACHINE_MARK_SIZE], b[MACHINE_MARK_SIZE], none[MACHINE_MARK_SIZE];
    (void)state;
    take("etc/machine-id");
    machine_mark(dir, none);
    assert_string_equal(none, "");
    put("sys/class/net/eth0/addr_assign_type", "0\n");
    put("sys/class/net/eth0/address", "dc:a6:32:00:00:01\n");
    mark(a);
    /* A bridge has a new address at every start. */
    put("sys/class/net/br0/addr_assign_type", "3\n");
    put("sys/class/net/br0/address", "02:42:00:00:00:09\n");
    mark(b);
    assert_string_equal(a, b);
    put("sys/class/net/eth0/address", "dc:a6:32:00:00:02\n");
    mark(b);
    assert_string_not_equal(a, b);
}

static int clean(void **state)
{
    (void)state;
    return folder_remove(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(machines_differ),
        cmocka_unit_test(network_cards_stand_in),
    };
    return mkdtemp(dir) ? cmocka_run_group_tests(tests, NULL, clean) : 1;
}
