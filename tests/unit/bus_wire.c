/* The bus byte by byte, against a broker that is a listening socket in this test. */
#include "bus/bus.h"

#include "tests/bus_peer.h"

#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

struct fake {
    int listener, fd, port;
    struct peer peer;
};

static const struct boot start_at = { 1000 };

static int start(void **state)
{
    struct fake *fake = calloc(1, sizeof *fake);
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t size = sizeof address;
    fake->fd = -1;
    fake->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (bind(fake->listener, (struct sockaddr *)&address, size) != 0 || listen(fake->listener, 4) != 0)
        return -1;
    getsockname(fake->listener, (struct sockaddr *)&address, &size);
    fake->port = ntohs(address.sin_port);
    struct bus_options o = { .host = "127.0.0.1",
                             .port = fake->port,
                             .client_id = "hub-in",
                             .session_s = 0x01020304,
                             .receive_max = 777 };
    *state = fake;
    return peer_make(&fake->peer, &o) ? 0 : -1;
}

static int stop(void **state)
{
    struct fake *fake = *state;
    bus_destroy(fake->peer.bus);
    close(fake->listener);
    if (fake->fd >= 0)
        close(fake->fd);
    free(fake);
    return 0;
}

static bool readable(int fd, int wait_ms)
{
    struct pollfd p = { .fd = fd, .events = POLLIN };
    return poll(&p, 1, wait_ms) == 1;
}

/* What the bus sent, at least `least` bytes. */
static size_t take(struct fake *fake, unsigned char *out, size_t size, size_t least)
{
    size_t n = 0;
    while (n < least && readable(fake->fd, PEER_TIMEOUT_MS)) {
        ssize_t got = recv(fake->fd, out + n, size - n, 0);
        if (got <= 0)
            break;
        n += (size_t)got;
    }
    return n;
}

static void give(struct fake *fake, const void *bytes, size_t len)
{
    assert_int_equal(send(fake->fd, bytes, len, MSG_NOSIGNAL), len);
    assert_true(readable(bus_fd(fake->peer.bus), PEER_TIMEOUT_MS));
}

/* Starts the bus and takes its CONNECT. */
static void accept_bus(struct fake *fake)
{
    unsigned char connect[256];
    bus_start(fake->peer.bus, start_at);
    fake->fd = accept4(fake->listener, NULL, NULL, SOCK_CLOEXEC);
    assert_true(fake->fd >= 0);
    assert_false(readable(fake->fd, 50)); /* CONNECT too waits for bus_write */
    assert_true(bus_want_write(fake->peer.bus));
    bus_write(fake->peer.bus);
    assert_false(bus_want_write(fake->peer.bus));
    size_t n = take(fake, connect, sizeof connect, 29);
    assert_int_equal(connect[0], 0x10);
    assert_memory_equal(connect + 4, "MQTT\x05", 5);
    assert_int_equal(connect[9], 0); /* flags: no clean start, no will */
    /* keepalive 10, properties: session expiry, receive maximum */
    assert_memory_equal(connect + 10, "\0\x0a\x08\x11\x01\x02\x03\x04\x21\x03\x09\0\x06hub-in", 19);
    assert_int_equal(n, 29);
}

static void connack(struct fake *fake, int present, int code)
{
    unsigned char packet[] = { 0x20, 3, (unsigned char)present, (unsigned char)code, 0 };
    give(fake, packet, sizeof packet);
    bus_read(fake->peer.bus, 0);
}

static void nothing_leaves_before_write(void **state)
{
    struct fake *fake = *state;
    unsigned char out[256];
    accept_bus(fake);
    assert_true(bus_subscribe(fake->peer.bus, "a/b", 1, false));
    connack(fake, 1, 0);
    assert_true(fake->peer.session_present);
    assert_false(readable(fake->fd, 50)); /* SUBSCRIBE waits */
    bus_write(fake->peer.bus);
    assert_int_equal(take(fake, out, sizeof out, 11), 11);
    assert_memory_equal(out,
                        "\x82\x09\0\x01\0\0\x03"
                        "a/b\x21",
                        11); /* QoS 1, retain handling 2: never */

    static const char publishes[] = "\x32\x07\0\x01t\0\x05\0A\x32\x07\0\x01t\0\x06\0B";
    give(fake, publishes, sizeof publishes - 1);
    assert_int_equal(bus_read(fake->peer.bus, 0), 2);
    assert_string_equal(fake->peer.log[1].text, "B");
    bus_tick(fake->peer.bus, start_at);
    assert_true(bus_want_write(fake->peer.bus));
    assert_false(readable(fake->fd, 50)); /* PUBACKs wait */
    assert_true(bus_publish(fake->peer.bus, "r", "x", 1, 1, false, NULL));
    assert_false(readable(fake->fd, 50));
    bus_write(fake->peer.bus);
    assert_int_equal(take(fake, out, sizeof out, 17), 17);
    assert_memory_equal(out, "\x40\x02\0\x05\x40\x02\0\x06\x32\x07\0\x01r\0\x02\0x",
                        17); /* in order, acks first */
}

static void destroy_writes_nothing(void **state)
{
    struct fake *fake = *state;
    unsigned char out[16];
    accept_bus(fake);
    connack(fake, 0, 0);
    give(fake, "\x32\x07\0\x01t\0\x05\0A", 9);
    assert_int_equal(bus_read(fake->peer.bus, 0), 1);
    bus_destroy(fake->peer.bus);
    fake->peer.bus = NULL;
    assert_true(readable(fake->fd, PEER_TIMEOUT_MS));
    assert_int_equal(recv(fake->fd, out, sizeof out, 0), 0);
}

static void goodbye_is_written(void **state)
{
    struct fake *fake = *state;
    unsigned char out[16];
    accept_bus(fake);
    connack(fake, 0, 0);
    give(fake, "\x32\x07\0\x01t\0\x05\0A", 9);
    assert_int_equal(bus_read(fake->peer.bus, 0), 1);
    bus_stop(fake->peer.bus);
    assert_false(bus_up(fake->peer.bus));
    assert_false(readable(fake->fd, 50));
    bus_write(fake->peer.bus);
    assert_int_equal(bus_fd(fake->peer.bus), -1);
    assert_int_equal(take(fake, out, sizeof out, 6), 6);
    assert_memory_equal(out, "\x40\x02\0\x05\xe0\0", 6);
    assert_int_equal(fake->peer.downs, 0);
}

static void up_comes_before_messages(void **state)
{
    struct fake *fake = *state;
    accept_bus(fake);
    give(fake, "\x20\x03\x01\0\0\x32\x07\0\x01t\0\x05\0A", 14);
    assert_int_equal(bus_read(fake->peer.bus, 0), 1);
    assert_int_equal(fake->peer.ups_at_first_message, 1);
}

static void refusals_have_names(void **state)
{
    struct fake *fake = *state;
    accept_bus(fake);
    connack(fake, 0, 0x88);
    assert_int_equal(fake->peer.downs, 1);
    assert_string_equal(fake->peer.why, "the broker refused the connection: Server unavailable");
    assert_int_equal(bus_fd(fake->peer.bus), -1);
}

static void disconnects_have_names(void **state)
{
    struct fake *fake = *state;
    accept_bus(fake);
    connack(fake, 0, 0);
    give(fake, "\xe0\x01\x8e", 3);
    bus_read(fake->peer.bus, 0);
    bus_read(fake->peer.bus, 0);
    assert_int_equal(fake->peer.downs, 1);
    assert_string_equal(fake->peer.why, "the broker ended the connection: Session taken over");
}

static void lose_and_reconnect(struct fake *fake)
{
    unsigned char out[64];
    int downs = fake->peer.downs;
    close(fake->fd);
    assert_true(readable(bus_fd(fake->peer.bus), PEER_TIMEOUT_MS));
    bus_read(fake->peer.bus, 0);
    assert_int_equal(fake->peer.downs, downs + 1);
    bus_tick(fake->peer.bus, start_at);
    bus_tick(fake->peer.bus, bus_deadline(fake->peer.bus));
    fake->fd = accept4(fake->listener, NULL, NULL, SOCK_CLOEXEC);
    bus_write(fake->peer.bus);
    assert_int_equal(take(fake, out, sizeof out, 29), 29);
}

static void unsent_is_repeated_before_newer(void **state)
{
    struct fake *fake = *state;
    unsigned char out[64];
    accept_bus(fake);
    connack(fake, 0, 0);
    assert_true(bus_publish(fake->peer.bus, "r", "1", 1, 1, false, NULL));
    assert_true(
        bus_publish(fake->peer.bus, "r", "q", 1, 0, false, NULL)); /* QoS 0 dies with the connection */
    lose_and_reconnect(fake);
    assert_int_equal(bus_unconfirmed(fake->peer.bus), 1);
    fake->peer.greet = "2";
    give(fake, "\x20\x03\x01\0\0\x32\x07\0\x01t\0\x05\0A", 14); /* CONNACK and a message in one go */
    assert_int_equal(bus_read(fake->peer.bus, 0), 1);
    assert_int_equal(fake->peer.ups_at_first_message, 2);
    bus_write(fake->peer.bus);
    assert_int_equal(take(fake, out, sizeof out, 22), 22);
    assert_memory_equal(out, "\x3a\x07\0\x01r\0\x01\0\x31", 9);     /* with DUP */
    assert_memory_equal(out + 9, "\x32\x07\0\x01r\0\x03\0\x32", 9); /* what `up` published */
    assert_memory_equal(out + 18, "\x40\x02\0\x05", 4);
    give(fake, "\x40\x02\0\x01\x40\x03\0\x03\x97", 9);
    bus_read(fake->peer.bus, 0);
    assert_int_equal(fake->peer.taken, 2);
    assert_int_equal(fake->peer.taken_refused, 1);
    assert_string_equal(fake->peer.taken_why, "Quota exceeded");
    assert_int_equal(bus_unconfirmed(fake->peer.bus), 0);
}

/* The library reads on while publishes are under way; neither the order nor the limit may suffer. */
static void reading_stops_where_it_should(void **state)
{
    struct fake *fake = *state;
    accept_bus(fake);
    connack(fake, 0, 0);
    for (int i = 0; i < 10; i++)
        assert_true(bus_publish(fake->peer.bus, "r", "x", 1, 1, false, NULL));
    static const char three[] = "\x32\x07\0\x01t\0\x05\0A\x32\x07\0\x01t\0\x06\0B\x32\x07\0\x01t\0\x07\0C";
    give(fake, three, sizeof three - 1);
    assert_int_equal(bus_read(fake->peer.bus, 2), 2);
    assert_true(bus_unread(fake->peer.bus));
    assert_int_equal(bus_read(fake->peer.bus, 2), 1);
    assert_false(bus_unread(fake->peer.bus));
    lose_and_reconnect(fake);
    fake->peer.messages = 0;
    give(fake, "\x20\x03\x01\0\0\x32\x07\0\x01t\0\x05\0A", 14);
    assert_int_equal(bus_read(fake->peer.bus, 0), 1);
    assert_int_equal(fake->peer.ups_at_first_message, 2);
}

/* What was only for the wire is forgotten with the connection, and no longer counted. */
static void a_loss_makes_room(void **state)
{
    struct fake *fake = *state;
    accept_bus(fake);
    connack(fake, 0, 0);
    for (int i = 0; i < BUS_QUEUE_MAX; i++)
        assert_true(bus_publish(fake->peer.bus, "r", "x", 1, 0, false, NULL));
    assert_false(bus_publish(fake->peer.bus, "r", "x", 1, 0, false, NULL));
    lose_and_reconnect(fake);
    connack(fake, 0, 0);
    assert_true(bus_publish(fake->peer.bus, "r", "x", 1, 0, false, NULL));
}

static void a_late_connack_is_hung_up_on(void **state)
{
    struct fake *fake = *state;
    unsigned char out[8];
    accept_bus(fake);
    bus_tick(fake->peer.bus, boot_plus(start_at, 10000));
    assert_int_equal(fake->peer.downs, 1);
    assert_true(readable(fake->fd, PEER_TIMEOUT_MS)); /* the broker learns it now, not at the next attempt */
    assert_int_equal(recv(fake->fd, out, sizeof out, 0), 0);
}

static void garbage_is_a_loss(void **state)
{
    struct fake *fake = *state;
    accept_bus(fake);
    give(fake, "\xff\xff\xff\xff\xff\xff\xff", 7);
    bus_read(fake->peer.bus, 0);
    assert_int_equal(fake->peer.downs, 1);
    assert_int_equal(fake->peer.ups, 0);
}

static void partial_packets_wait(void **state)
{
    struct fake *fake = *state;
    static const char publish[] = "\x32\x07\0\x01t\0\x05\0A";
    accept_bus(fake);
    connack(fake, 0, 0);
    for (size_t i = 0; i + 1 < sizeof publish - 1; i++) {
        give(fake, publish + i, 1);
        assert_int_equal(bus_read(fake->peer.bus, 0), 0);
    }
    give(fake, publish + sizeof publish - 2, 1);
    assert_int_equal(bus_read(fake->peer.bus, 0), 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(nothing_leaves_before_write),
        TEST(destroy_writes_nothing),
        TEST(goodbye_is_written),
        TEST(up_comes_before_messages),
        TEST(refusals_have_names),
        TEST(disconnects_have_names),
        TEST(unsent_is_repeated_before_newer),
        TEST(garbage_is_a_loss),
        TEST(partial_packets_wait),
        TEST(reading_stops_where_it_should),
        TEST(a_loss_makes_room),
        TEST(a_late_connack_is_hung_up_on),
    };
    return cmocka_run_group_tests_name("bus_wire", tests, NULL, NULL);
}
