/*
 * The hub at its limits: messages of a round, open jobs with the longest texts, packets of any size. What is
 * too much is refused by name, staff are told, nothing else suffers.
 */
#include "app/feed.h"
#include "app/hub.h"
#include "base/stamp.h"
#include "core/board.h"
#include "sys/clock.h"
#include "tests/folder.h"
#include "wire/msg.h"
#include "wire/snapshot.h"
#include "wire/topic.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define SITE "shop"

struct scene {
    struct conf conf;
    struct hub *hub;
    char dir[64], path[96], plan[96];
    struct wall wall;
    struct boot boot;
    int applied, rejected, storage;
    char reason[REASON_SIZE];
    size_t board[2];
    char beat[4000];
};

static bool publish(void *user, const char *name, const void *payload, size_t len, int qos, bool retain)
{
    struct scene *s = user;
    struct receipt receipt;
    (void)qos, (void)retain;
    if (strstr(name, "/board/"))
        s->board[strstr(name, "/board/staff") != NULL] = len;
    if (strstr(name, "/hub/beat"))
        snprintf(s->beat, sizeof s->beat, "%.*s", (int)len, (const char *)payload);
    if (topic_parse(name).kind != TOPIC_RECEIPT || !receipt_decode(payload, len, &receipt))
        return true;
    s->applied += receipt.result == MSG_APPLIED;
    s->rejected += receipt.result == MSG_REJECTED;
    s->storage += strcmp(receipt.reason, "storage") == 0;
    memcpy(s->reason, receipt.reason, sizeof s->reason);
    return true;
}

static void pass(struct scene *s, int64_t ms)
{
    s->wall = wall_plus(s->wall, ms);
    s->boot = boot_plus(s->boot, ms);
    clock_fake(s->wall, s->boot, "boot", true);
    if (s->hub)
        hub_tick(s->hub);
}

static int set_up(void **state)
{
    static const struct hub_ops ops = { .publish = publish };
    struct scene *s = calloc(1, sizeof *s);
    char fault[CONF_FAULT_SIZE], store[120];
    const char *settings[] = { "site=\"" SITE "\"", store };
    int code;
    if (!s)
        return -1;
    *state = s;
    snprintf(s->dir, sizeof s->dir, "/tmp/limits-XXXXXX");
    if (!mkdtemp(s->dir))
        return -1;
    snprintf(s->path, sizeof s->path, "%s/hub.db", s->dir);
    snprintf(s->plan, sizeof s->plan, "%s/empty.cfg", s->dir);
    snprintf(store, sizeof store, "store.path=\"%s\"", s->path);
    FILE *empty = fopen(s->plan, "we"); /* all defaults */
    s->wall = (struct wall){ stamp_days(2026, 3, 2) * 86400000 };
    s->boot = (struct boot){ 50000 };
    pass(s, 0);
    if (!empty || fclose(empty) != 0 || !conf_load(&s->conf, s->plan, settings, 2, fault) ||
        !(s->hub = hub_create(&s->conf, &ops, s, fault, sizeof fault, &code)))
        return -1;
    hub_connected(s->hub);
    return 0;
}

static int tear_down(void **state)
{
    struct scene *s = *state;
    hub_destroy(s->hub);
    int code = folder_remove(s->dir);
    free(s);
    clock_real();
    return code;
}

static bool give(struct scene *s, const char *payload, size_t len)
{
    char topic[TOPIC_SIZE];
    topic_source(topic, SITE, ROLE_DESK, "front", "event");
    return hub_message(s->hub, topic, payload, len, false);
}

static bool note(struct scene *s, int n)
{
    char payload[100];
    int len = snprintf(payload, sizeof payload, "{\"id\":\"n%d\",\"type\":\"note\",\"text\":\"x\"}", n);
    return give(s, payload, (size_t)len);
}

static void a_round_has_a_limit(void **state)
{
    struct scene *s = *state;
    for (int i = 0; i < HUB_ROUND_MAX; i++)
        assert_true(note(s, i));
    assert_true(hub_commit(s->hub));
    assert_int_equal(s->applied, HUB_ROUND_MAX);
    for (int i = 0; i < HUB_ROUND_MAX; i++)
        assert_true(note(s, HUB_ROUND_MAX + i));
    assert_false(note(s, 2 * HUB_ROUND_MAX)); /* the round is lost: nobody is told that it counts */
    assert_false(hub_commit(s->hub));
    assert_int_equal(s->applied, HUB_ROUND_MAX);
    assert_int_equal(s->storage, HUB_ROUND_MAX);
    assert_true(hub_writable(s->hub));
    assert_true(note(s, HUB_ROUND_MAX));
    assert_true(hub_commit(s->hub));
    assert_int_equal(s->applied, HUB_ROUND_MAX + 1);
}

/* Texts of the longest kind: 64 characters of four bytes, plates of 16. */
static void open_job(struct scene *s, int n, const char *wide)
{
    static char payload[EVENT_BYTES_MAX];
    int len = snprintf(
        payload, sizeof payload,
        "{\"id\":\"o%d\",\"type\":\"open\",\"job\":\"%060d\",\"plate\":\"%.44s%05d\",\"model\":\"%s\","
        "\"advisor\":\"%s\",\"pickup\":\"%s\",\"by\":\"%s\",\"work\":\"repair\",\"waiting\":true,"
        "\"privacy\":\"plate\",\"promised\":\"2026-03-02T%02d:00:00Z\"}",
        n, n, wide, n, wide, wide, wide, wide, 10 + n % 10);
    assert_in_range(len, 1, EVENT_BYTES_MAX);
    assert_true(give(s, payload, (size_t)len));
    if (n % 512 == 511)
        assert_true(hub_commit(s->hub));
}

static void cancel_job(struct scene *s, int n)
{
    char payload[200];
    int len =
        snprintf(payload, sizeof payload, "{\"id\":\"c%d\",\"type\":\"cancel\",\"job\":\"%060d\"}", n, n);
    assert_true(give(s, payload, (size_t)len) && hub_commit(s->hub));
}

static void open_jobs_have_a_limit_and_staff_are_told(void **state)
{
    struct scene *s = *state;
#ifdef PITBOARD_CHECK
    skip(); /* the board checks itself after each of 2,000 events: minutes */
#endif
    char wide[64 * 4 + 1] = "";
    for (int i = 0; i < 64; i++)
        memcpy(wide + (ptrdiff_t)i * 4, "\U0001F697", 5);
    for (int i = 0; i < BOARD_JOBS_MAX; i++) {
        open_job(s, i, wide);
        if (i == BOARD_JOBS_MAX * 9 / 10 - 2) {
            assert_true(hub_commit(s->hub));
            pass(s, 3000);
            assert_null(strstr(s->beat, "\"jobs\""));
        }
    }
    assert_true(hub_commit(s->hub));
    assert_int_equal(s->applied, BOARD_JOBS_MAX);
    memset(s->board, 0, sizeof s->board);
    pass(s, 3000);
    hub_connected(s->hub);
    print_message("%d jobs with the longest texts: public %zu, staff %zu bytes\n", BOARD_JOBS_MAX,
                  s->board[0], s->board[1]);
    assert_in_range(s->board[0], 1000000, SNAPSHOT_BYTES_MAX);
    assert_in_range(s->board[1], s->board[0], SNAPSHOT_BYTES_MAX);
    assert_non_null(strstr(s->beat, "\"jobs\""));

    open_job(s, BOARD_JOBS_MAX, wide);
    assert_true(hub_commit(s->hub));
    assert_string_equal(s->reason, "storage");
    cancel_job(s, 7);
    open_job(s, BOARD_JOBS_MAX, wide); /* the same event again, as senders do */
    assert_true(hub_commit(s->hub));
    assert_int_equal(s->applied, BOARD_JOBS_MAX + 2);
}

static void a_packet_of_any_size_is_answered(void **state)
{
    struct scene *s = *state;
    size_t sizes[] = { EVENT_BYTES_MAX + 1, 65536, 4 << 20, 64 << 20 };
    for (int i = 0; i < 4; i++) {
        char *payload = malloc(sizes[i]);
        assert_non_null(payload);
        memset(payload, '[', sizes[i]);
        assert_true(give(s, payload, sizes[i]) && hub_commit(s->hub));
        free(payload);
        assert_string_equal(s->reason, "too-large");
        assert_int_equal(s->rejected, i + 1);
    }
}

/* Starts the hub with 64 bays of its own names: k0 … k63. */
static bool start_with(struct scene *s, char letter, char *fault, size_t size)
{
    static const struct hub_ops ops = { .publish = publish };
    char bays[4000] = "bays=(", store[120];
    const char *settings[] = { "site=\"" SITE "\"", store, bays };
    int code;
    snprintf(store, sizeof store, "store.path=\"%s\"", s->path);
    size_t n = strlen(bays);
    for (int i = 0; i < CONFIG_BAYS_MAX; i++)
        n += (size_t)snprintf(bays + n, sizeof bays - n, "%s{id=\"%c%d\";}", i ? "," : "", letter, i);
    snprintf(bays + n, sizeof bays - n, ")");
    hub_destroy(s->hub);
    assert_true(conf_load(&s->conf, s->plan, settings, 3, fault));
    fault[0] = '\0';
    s->hub = hub_create(&s->conf, &ops, s, fault, size, &code);
    return s->hub != NULL;
}

static void too_many_plans_are_refused_and_earlier_ones_still_start(void **state)
{
    struct scene *s = *state;
    char fault[CONF_FAULT_SIZE];
    int known = 8; /* the default ones */
    char letter = 'a';
    for (; known + CONFIG_BAYS_MAX <= PLAN_BAYS_MAX; known += CONFIG_BAYS_MAX, letter++)
        assert_true(start_with(s, letter, fault, sizeof fault));
    assert_false(start_with(s, letter, fault, sizeof fault));
    assert_non_null(strstr(fault, "too many different"));
    assert_true(start_with(s, 'a', fault, sizeof fault)); /* nothing of it was recorded */
    assert_true(note(s, 1) && hub_commit(s->hub));
}

static void reasons_beyond_the_limit_count_in_the_sum(void **state)
{
    struct feed_counts counts = { .receipts = 0 };
    struct receipt receipt = { .result = MSG_REJECTED };
    (void)state;
    for (int i = 0; i < FEED_REASONS_MAX + 5; i++) {
        snprintf(receipt.reason, sizeof receipt.reason, "reason-%d", i);
        feed_count(&counts, &(struct client_answer){ .receipt = &receipt });
        feed_count(&counts, &(struct client_answer){ .receipt = &receipt });
    }
    assert_int_equal(counts.n_reasons, FEED_REASONS_MAX);
    assert_int_equal(counts.reasons[FEED_REASONS_MAX - 1].n, 2);
    assert_int_equal(counts.rejected, 2 * (FEED_REASONS_MAX + 5));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_round_has_a_limit, set_up, tear_down),
        cmocka_unit_test_setup_teardown(open_jobs_have_a_limit_and_staff_are_told, set_up, tear_down),
        cmocka_unit_test_setup_teardown(too_many_plans_are_refused_and_earlier_ones_still_start, set_up,
                                        tear_down),
        cmocka_unit_test(reasons_beyond_the_limit_count_in_the_sum),
        cmocka_unit_test_setup_teardown(a_packet_of_any_size_is_answered, set_up, tear_down),
    };
    return cmocka_run_group_tests_name("app_limits", tests, NULL, NULL);
}
