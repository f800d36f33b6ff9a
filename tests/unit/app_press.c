/* Presses of other people's buttons at the hub's limits: more events than a round takes, more inputs than it knows. */
#include "app/hub.h"
#include "base/stamp.h"
#include "base/text.h"
#include "sys/clock.h"
#include "tests/folder.h"
#include "wire/msg.h"
#include "wire/topic.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define TOPIC "s/events/rpc"

struct scene {
    struct conf conf;
    struct hub *hub;
    char dir[64], path[96], file[96];
    int applied, others;
};

static bool publish(void *user, const char *name, const void *payload, size_t len, int qos, bool retain)
{
    struct scene *s = user;
    struct receipt receipt;
    (void)qos, (void)retain;
    if (topic_parse(name).kind != TOPIC_RECEIPT || !receipt_decode(payload, len, &receipt))
        return true;
    s->applied += receipt.result == MSG_APPLIED;
    s->others += receipt.result != MSG_APPLIED;
    return true;
}

static const struct hub_ops ops = { .publish = publish };

static bool open_hub(struct scene *s)
{
    char fault[CONF_FAULT_SIZE];
    int code;
    s->hub = hub_create(&s->conf, &ops, s, fault, sizeof fault, &code);
    if (s->hub)
        hub_connected(s->hub);
    return s->hub;
}

/* Eight rows for one press. */
static int set_up(void **state)
{
    struct scene *s = calloc(1, sizeof *s);
    char fault[CONF_FAULT_SIZE], store[120];
    const char *settings[] = { "site=\"shop\"", store };
    *state = s;
    if (!s)
        return -1;
    snprintf(s->dir, sizeof s->dir, "/tmp/press-XXXXXX");
    if (!mkdtemp(s->dir))
        return -1;
    snprintf(s->path, sizeof s->path, "%s/hub.db", s->dir);
    snprintf(s->file, sizeof s->file, "%s/shop.cfg", s->dir);
    snprintf(store, sizeof store, "store.path=\"%s\"", s->path);
    FILE *f = fopen(s->file, "we");
    if (!f)
        return -1;
    fputs("buttons = (", f);
    for (int i = 0; i < 8; i++)
        fprintf(f,
                "%s{ profile = \"shelly2\"; topic = \"" TOPIC
                "\"; value = \"single_push\"; bay = \"%d\"; gap_ms = 0;"
                " type = \"note\"; text = \"%d\"; }",
                i ? "," : "", i % 6 + 1, i);
    fputs(");\n", f);
    if (fclose(f) != 0)
        return -1;
    clock_fake((struct wall){ stamp_days(2026, 3, 2) * 86400000 }, (struct boot){ 50000 }, "boot", true);
    if (!conf_load(&s->conf, s->file, settings, 2, fault)) {
        print_error("%s\n", fault);
        return -1;
    }
    return open_hub(s) ? 0 : -1;
}

static int tear_down(void **state)
{
    struct scene *s = *state;
    hub_destroy(s->hub);
    int code = folder_remove(s->dir);
    conf_clear(&s->conf);
    free(s);
    clock_real();
    return code;
}

/* `ts` 0: the device tells no time. */
static bool press(struct scene *s, int input, int ts, int packet)
{
    char payload[200];
    int len = snprintf(payload, sizeof payload,
                       "{\"method\":\"NotifyEvent\",\"params\":{\"events\":[{\"component\":\"input:%d\","
                       "\"event\":\"single_push\",\"%s\":%d}]}}",
                       input, ts ? "ts" : "id", ts);
    return hub_press(s->hub, TOPIC, payload, (size_t)len, false, packet);
}

static void more_events_than_a_round_takes(void **state)
{
    struct scene *s = *state;
    int n = HUB_ROUND_MAX / 8 + 50;
    for (int i = 1; i <= n; i++)
        assert_true(press(s, 0, i, i));
    assert_true(hub_commit(s->hub));
    assert_int_equal(s->applied, 8 * n);
    assert_int_equal(s->others, 0);
}

/* What lies beyond the limit cannot be told from its repeats, and counts. What was known stays so. */
static void more_inputs_than_are_known(void **state)
{
    struct scene *s = *state;
    enum { KNOWN = 1024, MORE = 10 };
    for (int i = 0; i < KNOWN + MORE; i++) {
        assert_true(press(s, i, 100, i + 1));
        assert_true(hub_commit(s->hub));
    }
    assert_int_equal(s->applied, 8 * (KNOWN + MORE));
    for (int life = 0; life < 2; life++) {
        s->applied = 0;
        assert_true(press(s, 0, 100, 2000));
        assert_true(press(s, KNOWN - 1, 100, 2001));
        assert_true(hub_commit(s->hub));
        assert_int_equal(s->applied, 0);
        assert_true(press(s, KNOWN + MORE - 1, 100, 2002));
        assert_true(hub_commit(s->hub));
        assert_int_equal(s->applied, 8);
        hub_destroy(s->hub);
        assert_true(open_hub(s));
    }
}

/* Without a time of its own nothing but the packet tells it. The newest 1,000 deliveries are known, across a restart; older ones are not. */
static void deliveries_that_are_known(void **state)
{
    struct scene *s = *state;
    enum { KNOWN = 1000 };
    hub_listening(s->hub, false);
    for (int i = 1; i <= KNOWN + 1; i++)
        assert_true(press(s, 0, 0, i));
    assert_true(hub_commit(s->hub));
    hub_destroy(s->hub);
    assert_true(open_hub(s));
    hub_listening(s->hub, true);
    s->applied = 0;
    for (int i = 2; i <= KNOWN + 1; i++)
        assert_true(press(s, 0, 0, i));
    assert_true(hub_commit(s->hub));
    assert_int_equal(s->applied, 0);
    assert_true(press(s, 0, 0, 1)); /* fell out */
    assert_true(hub_commit(s->hub));
    assert_int_equal(s->applied, 8);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(more_events_than_a_round_takes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(more_inputs_than_are_known, set_up, tear_down),
        cmocka_unit_test_setup_teardown(deliveries_that_are_known, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
