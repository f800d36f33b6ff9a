/* The bus and its connection: broker away, killed, frozen, refusing; back-off; names. */
#include "bus/bus.h"

#include "tests/broker.h"
#include "tests/bus_peer.h"

#include <glob.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static void peer_to_port(struct peer *peer, const char *host, int port, const char *password)
{
    struct bus_options o = { .host = host,
                             .port = port,
                             .client_id = "tester",
                             .username = password ? "hub" : NULL,
                             .password = password,
                             .session_s = 60,
                             .keepalive_s = 5 };
    assert_true(peer_make(peer, &o));
}

/* A label of 64 letters is no name: no server is asked, whatever the machine's network is like. */
#define NOWHERE "no-such-host-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.invalid"

/* Writes and reads, without ticks, until the counter is there. */
static bool io_until(struct peer *peer, const int *counter, int goal)
{
    for (int64_t end = peer_real_ms() + PEER_TIMEOUT_MS; *counter < goal && peer_real_ms() < end;) {
        bool write = bus_want_write(peer->bus);
        struct pollfd fd = { .fd = bus_fd(peer->bus), .events = (short)(POLLIN | (write ? POLLOUT : 0)) };
        poll(&fd, 1, 10);
        bus_read(peer->bus, 0);
        bus_write(peer->bus);
    }
    return *counter >= goal;
}

/* Ticks at exactly the deadline the bus names, where an attempt is made and refused. */
static int64_t next_attempt(struct peer *peer, struct boot *now)
{
    bus_tick(peer->bus, *now); /* tells the time of the loss */
    struct boot due = bus_deadline(peer->bus);
    int before = peer->downs;
    int64_t waited = boot_minus(due, *now);
    bus_tick(peer->bus, boot_plus(due, -1));
    assert_int_equal(bus_fd(peer->bus), -1); /* not a millisecond early */
    *now = due;
    bus_tick(peer->bus, *now);
    assert_true(io_until(peer, &peer->downs, before + 1));
    assert_int_equal(peer->downs, before + 1);
    return waited;
}

static void backoff_grows_to_its_ceiling(void **state)
{
    struct peer peer;
    struct boot now = { 1000000 };
    (void)state;
    peer_to_port(&peer, "127.0.0.1", broker_free_port(), NULL);
    assert_int_equal(bus_deadline(peer.bus).ms, INT64_MAX);
    bus_start(peer.bus, now);
    assert_true(io_until(&peer, &peer.downs, 1));
    assert_int_equal(peer.downs, 1);
    assert_string_equal(peer.why, "Connection refused");
    assert_int_equal(bus_fd(peer.bus), -1);
    int64_t whole = 200, last = 0;
    for (int i = 0; i < 12; i++) {
        int64_t waited = next_attempt(&peer, &now);
        assert_in_range(waited, whole / 2, whole);
        assert_true(whole == 30000 || waited >= last);
        last = waited;
        whole = whole * 2 < 30000 ? whole * 2 : 30000;
    }
    assert_int_equal(whole, 30000);
    bus_stop(peer.bus);
    assert_int_equal(bus_deadline(peer.bus).ms, INT64_MAX);
    bus_destroy(peer.bus);
}

/* Up at `now`, then the broker dies `held_ms` later: how long the next attempt waits. */
static int64_t wait_after(int64_t held_ms)
{
    struct broker *broker = broker_start(NULL);
    assert_non_null(broker);
    struct peer peer;
    struct boot now = { 1000000 };
    int port = broker_port(broker);
    broker_kill(broker);
    peer_to_port(&peer, "127.0.0.1", port, NULL);
    bus_start(peer.bus, now);
    assert_true(io_until(&peer, &peer.downs, 1));
    for (int i = 0; i < 7; i++)
        next_attempt(&peer, &now);
    assert_true(broker_again(broker));
    bus_tick(peer.bus, now);
    now = bus_deadline(peer.bus);
    bus_tick(peer.bus, now);
    assert_true(io_until(&peer, &peer.ups, 1));
    assert_int_equal(bus_deadline(peer.bus).ms, 0); /* wants to be told the time */
    bus_tick(peer.bus, now);
    bus_tick(peer.bus, boot_plus(now, held_ms));
    broker_kill(broker);
    assert_true(io_until(&peer, &peer.downs, 9));
    now = boot_plus(now, held_ms);
    bus_tick(peer.bus, now);
    int64_t waits = boot_minus(bus_deadline(peer.bus), now);
    bus_destroy(peer.bus);
    broker_stop(broker);
    return waits;
}

static void backoff_starts_small_after_a_good_connection_only(void **state)
{
    (void)state;
    assert_in_range(wait_after(30000), 100, 200);
    assert_in_range(wait_after(29999), 15000, 30000);
}

static void comes_back_after_a_kill(void **state)
{
    struct broker *broker = broker_start(NULL);
    struct peer peer;
    (void)state;
    assert_non_null(broker);
    int port = broker_port(broker);
    broker_kill(broker);
    peer_to_port(&peer, "localhost", port, NULL);
    bus_start(peer.bus, (struct boot){ peer_real_ms() });
    assert_true(peer_until(&peer, &peer.downs, 2));
    assert_true(broker_again(broker));
    assert_true(peer_until(&peer, &peer.ups, 1));
    int downs = peer.downs;
    broker_kill(broker);
    assert_true(peer_until(&peer, &peer.downs, downs + 1));
    assert_false(bus_up(peer.bus));
    assert_true(broker_again(broker));
    assert_true(peer_until(&peer, &peer.ups, 2));
    bus_destroy(peer.bus);
    broker_stop(broker);
}

static void frozen_broker_is_noticed(void **state)
{
    struct broker *broker = broker_start(NULL);
    struct peer peer;
    (void)state;
    assert_non_null(broker);
    peer_to_port(&peer, "127.0.0.1", broker_port(broker), NULL);
    assert_true(peer_connect(&peer));
    broker_freeze(broker, true);
    /* libmosquitto asks the real clock: this one test takes about twice the shortest keepalive. */
    assert_true(peer_until(&peer, &peer.downs, 1));
    assert_string_equal(peer.why, "the broker does not answer (keepalive)");
    broker_freeze(broker, false);
    assert_true(peer_until(&peer, &peer.ups, 2));
    assert_true(peer.session_present);
    bus_destroy(peer.bus);
    broker_stop(broker);
}

static void connack_that_does_not_come(void **state)
{
    struct broker *broker = broker_start(NULL);
    struct peer peer;
    struct boot now = { 5000 };
    (void)state;
    assert_non_null(broker);
    broker_freeze(broker, true); /* the kernel still accepts for it */
    peer_to_port(&peer, "127.0.0.1", broker_port(broker), NULL);
    bus_start(peer.bus, now);
    bus_write(peer.bus);
    assert_int_equal(bus_deadline(peer.bus).ms, 15000);
    bus_tick(peer.bus, (struct boot){ 14999 });
    assert_int_equal(peer.downs, 0);
    bus_tick(peer.bus, (struct boot){ 15000 });
    assert_int_equal(peer.downs, 1);
    assert_string_equal(peer.why, "no answer to CONNECT within 10 s");
    assert_int_equal(bus_fd(peer.bus), -1);
    broker_freeze(broker, false);
    now = bus_deadline(peer.bus);
    bus_tick(peer.bus, now);
    for (int64_t end = peer_real_ms() + PEER_TIMEOUT_MS; !peer.ups && peer_real_ms() < end;)
        peer_round((struct peer *const[]){ &peer }, 1, now.ms - peer_real_ms(), 10);
    assert_int_equal(peer.ups, 1);
    bus_destroy(peer.bus);
    broker_stop(broker);
}

static void wrong_password_is_named(void **state)
{
    struct broker *broker = broker_prepare();
    struct peer peer;
    char command[200];
    (void)state;
    assert_non_null(broker);
    snprintf(command, sizeof command, "mosquitto_passwd -b -c %s/passwd hub secret 2>&1", broker_dir(broker));
    assert_int_equal(system(command), 0);
    assert_true(broker_run(broker, "allow_anonymous false\npassword_file %D/passwd\n"));
    peer_to_port(&peer, "127.0.0.1", broker_port(broker), "wrong");
    bus_start(peer.bus, (struct boot){ peer_real_ms() });
    assert_true(peer_until(&peer, &peer.downs, 3)); /* keeps trying, one `down` an attempt */
    assert_string_equal(peer.why, "the broker refused the connection: Not authorized");
    assert_int_equal(peer.ups, 0);
    bus_destroy(peer.bus);
    peer_to_port(&peer, "127.0.0.1", broker_port(broker), "secret");
    assert_true(peer_connect(&peer));
    bus_destroy(peer.bus);
    broker_stop(broker);
}

/* The dynamic security plugin refuses subscriptions; acl_file lets them pass in Debian 12's broker. */
static void refused_subscription_is_told(void **state)
{
    struct broker *broker = broker_prepare();
    struct peer peer;
    (void)state;
    assert_non_null(broker);
    assert_true(broker_file(broker, "rights",
                            "{\"defaultACLAccess\":{\"publishClientSend\":true,"
                            "\"publishClientReceive\":true,\"subscribe\":false}}"));
    glob_t found; /* the directory has the machine's name in it */
    char lines[400];
    assert_int_equal(glob("/usr/lib/*/mosquitto_dynamic_security.so", 0, NULL, &found), 0);
    snprintf(lines, sizeof lines, "plugin %s\nplugin_opt_config_file %%D/rights\n", found.gl_pathv[0]);
    globfree(&found);
    assert_true(broker_run(broker, lines));
    peer_to_port(&peer, "127.0.0.1", broker_port(broker), NULL);
    assert_true(bus_subscribe(peer.bus, "a/#", 1, false));
    assert_true(peer_connect(&peer));
    assert_true(peer_until(&peer, &peer.refusals, 1));
    assert_string_equal(peer.refused_filter, "a/#");
    assert_string_equal(peer.why, "Not authorized");
    assert_true(bus_up(peer.bus));
    bus_destroy(peer.bus);

    struct bus_ops ops = peer_ops();
    struct bus_options o = { .host = "127.0.0.1", .port = broker_port(broker), .client_id = "x" };
    ops.refused = NULL;
    memset(&peer, 0, sizeof peer);
    peer.bus = bus_create(&o, &ops, &peer, NULL, 0);
    assert_true(bus_subscribe(peer.bus, "a/#", 1, false));
    bus_start(peer.bus, (struct boot){ peer_real_ms() });
    assert_true(peer_until(&peer, &peer.downs, 1));
    assert_string_equal(peer.why, "the broker refused the subscription to a/#: Not authorized");
    bus_destroy(peer.bus);
    broker_stop(broker);
}

static void taken_over_is_a_loss(void **state)
{
    struct broker *broker = broker_start(NULL);
    struct peer first, second;
    (void)state;
    assert_non_null(broker);
    peer_to_port(&first, "127.0.0.1", broker_port(broker), NULL);
    assert_true(peer_connect(&first));
    peer_to_port(&second, "127.0.0.1", broker_port(broker), NULL);
    assert_true(peer_connect(&second));
    struct pollfd fd = { .fd = bus_fd(first.bus), .events = POLLIN };
    assert_int_equal(poll(&fd, 1, PEER_TIMEOUT_MS), 1);
    bus_read(first.bus, 0);
    assert_int_equal(first.downs, 1);
    assert_string_equal(first.why, "the broker closed the connection"); /* Debian 12's says no more */
    bus_destroy(first.bus);
    bus_destroy(second.bus);
    broker_stop(broker);
}

/* A name that is no address goes through the thread: the machine's own name is in the hosts file or is not
 * known; both must end, and starting must not wait for it. */
static void names_are_looked_up_beside(void **state)
{
    struct peer peer;
    (void)state;
    peer_to_port(&peer, NOWHERE, 1883, NULL);
    bus_start(peer.bus, (struct boot){ peer_real_ms() });
    assert_int_equal(peer.downs, 0);
    assert_true(bus_fd(peer.bus) >= 0);
    assert_false(bus_want_write(peer.bus));
    assert_true(peer_until(&peer, &peer.downs, 1));
    assert_string_equal(peer.why, "the name " NOWHERE " cannot be resolved");
    bus_destroy(peer.bus);

    peer_to_port(&peer, NOWHERE, 1883, NULL);
    bus_start(peer.bus, (struct boot){ peer_real_ms() });
    bus_stop(peer.bus); /* during the look-up */
    assert_int_equal(bus_fd(peer.bus), -1);
    bus_start(peer.bus, (struct boot){ peer_real_ms() });
    assert_true(peer_until(&peer, &peer.downs, 1));
    bus_start(peer.bus, (struct boot){ peer_real_ms() });
    bus_destroy(peer.bus);

    peer_to_port(&peer, NOWHERE, 1883, NULL);
    bus_start(peer.bus, (struct boot){ peer_real_ms() });
    bus_destroy(peer.bus); /* the thread frees what is left */
}

static void names_that_are_known_connect(void **state)
{
    struct broker *broker = broker_start(NULL);
    struct peer peer;
    (void)state;
    assert_non_null(broker);
    peer_to_port(&peer, "LOCALHOST", broker_port(broker),
                 NULL); /* in the hosts file, and not the short cut */
    assert_true(peer_connect(&peer));
    assert_true(peer_leave(&peer));
    assert_true(peer_connect(&peer));
    assert_true(peer.session_present);
    bus_destroy(peer.bus);
    broker_stop(broker);
}

static void unreadable_tls_file_is_named(void **state)
{
    char why[200];
    struct bus_ops ops = peer_ops();
    struct bus_options o = { .host = "127.0.0.1", .port = 1, .client_id = "x", .ca = "/nowhere/ca.pem" };
    (void)state;
    assert_null(bus_create(&o, &ops, NULL, why, sizeof why));
    assert_string_equal(why, "TLS ca file /nowhere/ca.pem: No such file or directory");
    bus_destroy(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(backoff_grows_to_its_ceiling),
        cmocka_unit_test(backoff_starts_small_after_a_good_connection_only),
        cmocka_unit_test(comes_back_after_a_kill),
        cmocka_unit_test(frozen_broker_is_noticed),
        cmocka_unit_test(connack_that_does_not_come),
        cmocka_unit_test(wrong_password_is_named),
        cmocka_unit_test(refused_subscription_is_told),
        cmocka_unit_test(taken_over_is_a_loss),
        cmocka_unit_test(names_are_looked_up_beside),
        cmocka_unit_test(names_that_are_known_connect),
        cmocka_unit_test(unreadable_tls_file_is_named),
    };
    return cmocka_run_group_tests_name("bus_connect", tests, NULL, NULL);
}
