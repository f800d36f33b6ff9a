/* The bus with a real broker: acknowledgement, sessions, wills, retained messages, refusals. */
#include "bus/bus.h"

#include "tests/broker.h"
#include "tests/bus_peer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static struct bus_options options(const struct broker *broker, const char *id, uint32_t session_s)
{
    return (struct bus_options){ .host = "127.0.0.1",
                                 .port = broker_port(broker),
                                 .client_id = id,
                                 .session_s = session_s,
                                 .receive_max = 1000 };
}

static void peer_to(struct peer *peer, const struct broker *broker, const char *id, uint32_t session_s)
{
    struct bus_options o = options(broker, id, session_s);
    assert_true(peer_make(peer, &o));
}

static void unwritten_is_redelivered(void **state)
{
    struct broker *broker = *state;
    struct peer in, desk;
    peer_to(&desk, broker, "desk", 0);
    assert_true(peer_connect(&desk));
    peer_to(&in, broker, "in", 300);
    assert_true(bus_subscribe(in.bus, "a/+", 1, false));
    assert_true(peer_connect(&in));
    assert_false(in.session_present);
    assert_true(peer_publish(&desk, "a/0", "first", false));
    assert_true(peer_until(&in, &in.messages, 1));
    while (bus_want_write(in.bus))
        bus_write(in.bus);
    in.hold = true;
    assert_true(peer_publish(&desk, "a/1", "second", false));
    assert_true(peer_until(&in, &in.messages, 2));
    assert_true(bus_want_write(in.bus));
    bus_destroy(in.bus);

    /* mosquitto_sub tells the DUP flag, which libmosquitto keeps from its users. */
    char command[256], out[4096] = "";
    snprintf(command, sizeof command,
             "timeout 20 mosquitto_sub -d -V 5 -c -x 300 -i in -h 127.0.0.1 -p %d -t none -q 1 -C 1 2>&1",
             broker_port(broker));
    FILE *sub = popen(command, "r");
    size_t n = fread(out, 1, sizeof out - 1, sub);
    out[n] = '\0';
    pclose(sub);
    assert_non_null(strstr(out, "(d1, q1, r0"));
    assert_non_null(strstr(out, "second"));
    assert_null(strstr(out, "first"));
    bus_destroy(desk.bus);
}

static void written_is_not_redelivered(void **state)
{
    struct broker *broker = *state;
    struct peer in, desk;
    peer_to(&desk, broker, "desk", 0);
    assert_true(peer_connect(&desk));
    peer_to(&in, broker, "in-written", 300);
    assert_true(bus_subscribe(in.bus, "b", 1, false));
    assert_true(peer_connect(&in));
    assert_true(peer_publish(&desk, "b", "one", false));
    assert_true(peer_until(&in, &in.messages, 1));
    while (bus_want_write(in.bus))
        bus_write(in.bus);
    bus_destroy(in.bus);

    peer_to(&in, broker, "in-written", 300);
    assert_true(bus_subscribe(in.bus, "b", 1, false));
    assert_true(peer_connect(&in));
    assert_true(in.session_present);
    assert_true(peer_publish(&desk, "b", "two", false));
    assert_true(peer_until(&in, &in.messages, 1));
    assert_string_equal(in.log[0].text, "two");
    bus_destroy(in.bus);
    bus_destroy(desk.bus);
}

static void session_keeps_offline_messages(void **state)
{
    struct broker *broker = *state;
    struct peer in, desk;
    peer_to(&desk, broker, "desk", 0);
    assert_true(peer_connect(&desk));
    peer_to(&in, broker, "in-offline", 300);
    assert_true(bus_subscribe(in.bus, "c", 1, false));
    assert_true(peer_connect(&in));
    assert_true(peer_publish(&desk, "c", "up", false));
    assert_true(peer_until(&in, &in.messages, 1));
    assert_true(peer_leave(&in)); /* also a clean goodbye keeps the session */
    assert_int_equal(in.downs, 0);
    assert_true(peer_publish(&desk, "c", "offline", false));
    assert_true(peer_connect(&in)); /* the same bus again */
    assert_true(in.session_present);
    assert_true(peer_until(&in, &in.messages, 2));
    assert_string_equal(in.log[1].text, "offline");
    assert_int_equal(in.log[1].qos, 1);
    assert_false(in.log[1].retained);
    bus_destroy(in.bus);
    bus_destroy(desk.bus);
}

static void no_session_without_expiry(void **state)
{
    struct broker *broker = *state;
    struct peer in;
    peer_to(&in, broker, "in-clean", 0);
    assert_true(peer_connect(&in));
    assert_true(peer_leave(&in));
    assert_true(peer_connect(&in));
    assert_false(in.session_present);
    bus_destroy(in.bus);
}

static void retained_comes_when_wanted(void **state)
{
    struct broker *broker = *state;
    struct peer desk, with, without;
    peer_to(&desk, broker, "desk", 0);
    assert_true(peer_connect(&desk));
    assert_true(peer_publish(&desk, "d/kept", "board", true));
    peer_to(&with, broker, "with", 0);
    assert_true(bus_subscribe(with.bus, "d/#", 1, true));
    assert_true(peer_connect(&with));
    assert_true(peer_until(&with, &with.messages, 1));
    assert_true(with.log[0].retained);
    assert_string_equal(with.log[0].topic, "d/kept");
    peer_to(&without, broker, "without", 0);
    assert_true(bus_subscribe(without.bus, "d/#", 1, false));
    assert_true(peer_connect(&without));
    assert_true(
        peer_publish(&without, "d/live", "now", true)); /* its own, as proof that the subscription stands */
    assert_true(peer_until(&without, &without.messages, 1));
    assert_string_equal(without.log[0].text, "now");
    assert_false(without.log[0].retained); /* live, though published with the flag */
    assert_true(peer_publish(&desk, "d/kept", "", true));
    assert_true(peer_publish(&desk, "d/live", "", true));
    bus_destroy(with.bus);
    bus_destroy(without.bus);
    bus_destroy(desk.bus);
}

static void will_speaks_after_death_only(void **state)
{
    struct broker *broker = *state;
    struct peer watch, hub;
    peer_to(&watch, broker, "watch", 0);
    assert_true(bus_subscribe(watch.bus, "e/status", 1, true));
    assert_true(peer_connect(&watch));
    struct bus_options o = options(broker, "willing", 0);
    o.will_topic = "e/status";
    o.will = "dead";
    assert_true(peer_make(&hub, &o));
    assert_true(peer_connect(&hub));
    assert_true(peer_leave(&hub));
    assert_true(peer_connect(&hub));
    assert_true(peer_publish(&hub, "e/status", "alive", false));
    assert_true(peer_until(&watch, &watch.messages, 1));
    assert_string_equal(watch.log[0].text, "alive"); /* not "dead" from the goodbye before */
    bus_destroy(hub.bus);
    assert_true(peer_until(&watch, &watch.messages, 2));
    assert_string_equal(watch.log[1].text, "dead");
    bus_destroy(watch.bus);

    peer_to(&watch, broker, "watch", 0);
    assert_true(bus_subscribe(watch.bus, "e/status", 1, true));
    assert_true(peer_connect(&watch));
    assert_true(peer_until(&watch, &watch.messages, 1));
    assert_string_equal(watch.log[0].text, "dead");
    assert_true(watch.log[0].retained);
    bus_destroy(watch.bus);
}

static void publish_while_down_is_refused_for_good(void **state)
{
    struct broker *broker = *state;
    struct peer watch, hub;
    peer_to(&watch, broker, "watch", 0);
    assert_true(bus_subscribe(watch.bus, "f", 1, false));
    assert_true(peer_connect(&watch));
    peer_to(&hub, broker, "hub", 300);
    assert_false(bus_publish(hub.bus, "f", "idle", 4, 1, false, NULL));
    bus_start(hub.bus, (struct boot){ peer_real_ms() });
    assert_false(bus_publish(hub.bus, "f", "connecting", 10, 1, false, NULL));
    assert_true(peer_until(&hub, &hub.ups, 1));
    assert_int_equal(bus_unconfirmed(hub.bus), 0);
    assert_true(peer_publish(&hub, "f", "up", false));
    assert_true(peer_until(&watch, &watch.messages, 1));
    assert_string_equal(watch.log[0].text, "up");
    bus_stop(hub.bus);
    assert_false(bus_up(hub.bus));
    assert_false(bus_publish(hub.bus, "f", "stopping", 8, 1, false, NULL));
    bus_destroy(hub.bus);
    bus_destroy(watch.bus);
}

static void queued_before_a_loss_comes_after_it_in_order(void **state)
{
    struct broker *broker = *state;
    struct peer watch, hub;
    peer_to(&hub, broker, "hub-order", 300);
    assert_true(peer_connect(&hub));
    assert_true(bus_publish(hub.bus, "g", "old", 3, 1, false, NULL));
    assert_int_equal(bus_unconfirmed(hub.bus), 1);
    broker_kill(broker);
    assert_true(peer_until(&hub, &hub.downs, 1));
    assert_true(broker_again(broker));
    peer_to(&watch, broker, "watch", 0);
    assert_true(bus_subscribe(watch.bus, "g", 1, false));
    assert_true(peer_connect(&watch));
    assert_true(peer_until(&hub, &hub.ups, 2));
    assert_false(hub.session_present); /* the broker forgot it */
    assert_true(peer_publish(&hub, "g", "new", false));
    struct peer *both[] = { &hub, &watch };
    assert_true(peers_until(both, 2, &watch.messages, 2));
    assert_true(peer_until(&hub, &hub.taken, 3)); /* old, new and the one of peer_connect */
    assert_string_equal(watch.log[0].text, "old");
    assert_string_equal(watch.log[1].text, "new");
    assert_int_equal(bus_unconfirmed(hub.bus), 0);
    bus_destroy(hub.bus);
    bus_destroy(watch.bus);
}

static void refused_publish_shows_in_taken(void **state)
{
    (void)state;
    struct broker *broker = broker_prepare();
    assert_non_null(broker);
    assert_true(broker_file(broker, "acl", "topic readwrite open/#\ntopic readwrite peer/#\n"));
    assert_true(broker_run(broker, "acl_file %D/acl\nmax_packet_size 2000\n"));
    struct peer hub;
    peer_to(&hub, broker, "hub", 0);
    assert_true(peer_connect(&hub));
    assert_true(peer_publish(&hub, "open/a", "x", false));
    char big[2000] = "";
    for (size_t len = 1900; len < sizeof big; len++) /* no size near the limit gets stuck in the library */
        bus_publish(hub.bus, "open/a", big, len, 1, false, NULL);
    assert_false(bus_publish(hub.bus, "open/a", big, sizeof big, 1, false, NULL));
    assert_true(peer_until(&hub, &hub.taken, hub.taken + bus_unconfirmed(hub.bus)));
    assert_int_equal(bus_unconfirmed(hub.bus), 0);
    assert_int_equal(hub.downs, 0);
    assert_int_equal(hub.taken_refused, 0);

    /* Debian 12's broker also closes the connection after such a PUBACK. */
    assert_true(peer_publish(&hub, "closed/a", "x", false));
    assert_int_equal(hub.taken_refused, 1);
    assert_string_equal(hub.taken_why, "Not authorized");
    assert_int_equal(bus_unconfirmed(hub.bus), 0);
    bus_destroy(hub.bus);
    broker_stop(broker);
}

static void limits_hold(void **state)
{
    struct broker *broker = *state;
    struct peer hub;
    peer_to(&hub, broker, "hub-limits", 0);
    for (int i = 0; i < BUS_SUBSCRIPTIONS_MAX; i++)
        assert_true(bus_subscribe(hub.bus, "h", 1, false));
    assert_false(bus_subscribe(hub.bus, "h", 1, false));
    assert_true(peer_connect(&hub));
    hub.hold = true;
    for (int i = 0; i < BUS_QUEUE_MAX; i++)
        assert_true(bus_publish(hub.bus, "h", "x", 1, i % 2, false, NULL));
    assert_false(bus_publish(hub.bus, "h", "x", 1, 0, false, NULL));
    assert_false(bus_publish(hub.bus, "h", "x", 1, 1, false, NULL));
    assert_int_equal(bus_unconfirmed(hub.bus), BUS_QUEUE_MAX / 2);
    hub.hold = false;
    assert_true(peer_until(&hub, &hub.taken, hub.taken + BUS_QUEUE_MAX / 2));
    assert_int_equal(bus_unconfirmed(hub.bus), 0);
    assert_true(peer_publish(&hub, "h", "room again", false));
    size_t huge = BUS_QUEUE_BYTES_MAX / 4;
    char *payload = calloc(1, huge);
    hub.hold = true;
    int fit = 0;
    while (fit < 10 && bus_publish(hub.bus, "none", payload, huge, 1, false, NULL))
        fit++;
    assert_int_equal(fit, 3);
    free(payload);
    bus_destroy(hub.bus);
}

static void read_stops_at_its_limit(void **state)
{
    struct broker *broker = *state;
    struct peer in, desk;
    peer_to(&desk, broker, "desk", 0);
    assert_true(peer_connect(&desk));
    peer_to(&in, broker, "in-limit", 0);
    assert_true(bus_subscribe(in.bus, "i", 1, false));
    assert_true(peer_connect(&in));
    assert_true(peer_publish(&desk, "i", "subscribed", false));
    assert_true(peer_until(&in, &in.messages, 1));
    int taken = desk.taken;
    for (int i = 0; i < 50; i++)
        assert_true(bus_publish(desk.bus, "i", "x", 1, 1, false, NULL));
    assert_true(peer_until(&desk, &desk.taken, taken + 50));
    int total = 0;
    for (int64_t end = peer_real_ms() + PEER_TIMEOUT_MS; total < 50 && peer_real_ms() < end;) {
        struct pollfd fd = { .fd = bus_fd(in.bus), .events = POLLIN };
        poll(&fd, 1, 100);
        int n = bus_read(in.bus, 7);
        assert_true(n <= 7);
        assert_int_equal(bus_unread(in.bus), n == 7);
        total += n;
    }
    assert_int_equal(total, 50);
    bus_destroy(in.bus);
    bus_destroy(desk.bus);
}

static int start(void **state)
{
    *state = broker_start(NULL);
    return *state ? 0 : -1;
}

static int stop(void **state)
{
    broker_stop(*state);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(unwritten_is_redelivered),
        cmocka_unit_test(written_is_not_redelivered),
        cmocka_unit_test(session_keeps_offline_messages),
        cmocka_unit_test(no_session_without_expiry),
        cmocka_unit_test(retained_comes_when_wanted),
        cmocka_unit_test(will_speaks_after_death_only),
        cmocka_unit_test(publish_while_down_is_refused_for_good),
        cmocka_unit_test(queued_before_a_loss_comes_after_it_in_order),
        cmocka_unit_test(refused_publish_shows_in_taken),
        cmocka_unit_test(limits_hold),
        cmocka_unit_test(read_stops_at_its_limit),
    };
    return cmocka_run_group_tests_name("bus_ack", tests, start, stop);
}
