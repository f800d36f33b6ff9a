/* The bus over TLS: a broker with a certificate of a private authority. */
#include "bus/bus.h"

#include "tests/broker.h"
#include "tests/bus_peer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static char ca[128], other_ca[128];

static int make_authority(const char *dir, const char *name)
{
    char command[600];
    snprintf(
        command, sizeof command,
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj '/CN=%s' "
        "-keyout %s/%s.key -out %s/%s.pem >/dev/null 2>&1",
        name, dir, name, dir, name);
    return system(command);
}

/* For the names localhost and LOCALHOST (compared without case) and for no address. */
static int make_certificate(const char *dir)
{
    char command[900];
    snprintf(
        command, sizeof command,
        "cd %s && printf 'subjectAltName=DNS:localhost' > ext && "
        "openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN=broker -keyout "
        "broker.key "
        "-out broker.csr >/dev/null 2>&1 && openssl x509 -req -in broker.csr -CA ours.pem -CAkey ours.key "
        "-CAcreateserial -days 2 -extfile ext -out broker.pem >/dev/null 2>&1",
        dir);
    return system(command);
}

static int start(void **state)
{
    struct broker *broker = broker_prepare();
    if (!broker)
        return -1;
    *state = broker;
    const char *dir = broker_dir(broker);
    if (make_authority(dir, "ours") || make_authority(dir, "other") || make_certificate(dir))
        return -1;
    snprintf(ca, sizeof ca, "%s/ours.pem", dir);
    snprintf(other_ca, sizeof other_ca, "%s/other.pem", dir);
    return broker_run(broker, "certfile %D/broker.pem\nkeyfile %D/broker.key\n") ? 0 : -1;
}

static int stop(void **state)
{
    broker_stop(*state);
    return 0;
}

static void peer_to(struct peer *peer, const struct broker *broker, const char *host, const char *authority)
{
    struct bus_options o = { .host = host,
                             .port = broker_port(broker),
                             .client_id = "tls",
                             .ca = authority,
                             .session_s = 60,
                             .receive_max = 500,
                             .send_max = 500 };
    assert_true(peer_make(peer, &o));
}

static void messages_pass_both_ways(void **state)
{
    struct peer peer;
    peer_to(&peer, *state, "localhost", ca);
    assert_true(bus_subscribe(peer.bus, "a", 1, false));
    assert_true(peer_connect(&peer));
    for (int i = 0; i < 2000; i++)
        assert_true(bus_publish(peer.bus, "a", "xxxxxxxxxxxxxxxxxxxxxxxx", 24, 1, false, NULL));
    assert_true(peer_until(&peer, &peer.messages, 2000));
    assert_true(peer_until(&peer, &peer.taken, 2001));
    assert_int_equal(peer.downs, 0);
    bus_destroy(peer.bus);
}

/* What was read from the socket may lie in the library: nothing may be left there, and no limit be passed. */
static void limits_hold_and_nothing_is_left(void **state)
{
    struct peer in, out;
    peer_to(&in, *state, "localhost", ca);
    assert_true(bus_subscribe(in.bus, "b", 1, false));
    assert_true(peer_connect(&in));
    peer_to(&out, *state, "localhost", ca);
    struct bus_options o = {
        .host = "localhost", .port = broker_port(*state), .client_id = "tls-out", .ca = ca
    };
    bus_destroy(out.bus);
    assert_true(peer_make(&out, &o));
    assert_true(peer_connect(&out));
    for (int i = 0; i < 200; i++)
        assert_true(bus_publish(out.bus, "b", "x", 1, 1, false, NULL));
    assert_true(peer_until(&out, &out.taken, 201));
    int total = 0;
    for (int64_t end = peer_real_ms() + PEER_TIMEOUT_MS; total < 200 && peer_real_ms() < end;) {
        struct pollfd fd = { .fd = bus_fd(in.bus), .events = POLLIN };
        if (!bus_unread(in.bus))
            poll(&fd, 1, 1000);
        int n = bus_read(in.bus, 7);
        assert_true(n <= 7);
        total += n;
    }
    assert_int_equal(total, 200);
    bus_destroy(in.bus);
    bus_destroy(out.bus);
}

static void sessions_come_back(void **state)
{
    struct peer peer;
    peer_to(&peer, *state, "localhost", ca);
    assert_true(peer_connect(&peer));
    assert_true(peer_leave(&peer));
    assert_true(peer_connect(&peer));
    assert_true(peer.session_present);
    bus_destroy(peer.bus);
}

/* A looked-up name is what the certificate is checked against, not the address behind it. */
static void looked_up_names_are_checked(void **state)
{
    struct peer peer;
    peer_to(&peer, *state, "LOCALHOST", ca);
    assert_true(peer_connect(&peer));
    bus_destroy(peer.bus);
}

static void assert_refused(const struct broker *broker, const char *host, const char *authority,
                           const char *word)
{
    struct peer peer;
    peer_to(&peer, broker, host, authority);
    bus_start(peer.bus, (struct boot){ peer_real_ms() });
    assert_true(peer_until(&peer, &peer.downs, 1));
    assert_int_equal(peer.ups, 0);
    if (!strstr(peer.why, word))
        print_error("%s\n", peer.why);
    assert_non_null(strstr(peer.why, word));
    bus_destroy(peer.bus);
}

static void wrong_certificates_are_refused(void **state)
{
    assert_refused(*state, "127.0.0.1", ca, "certificate verify failed"); /* not a name it was made for */
    assert_refused(*state, "localhost", other_ca, "certificate verify failed");
}

/* A handshake that stands still must neither spin nor last. */
static void frozen_handshake_ends_quietly(void **state)
{
    struct peer peer;
    struct boot now = { 1000 };
    broker_freeze(*state, true);
    peer_to(&peer, *state, "localhost", ca);
    bus_start(peer.bus, now);
    int64_t began = peer_real_ms();
    for (int rounds = 0; rounds < 10; rounds++)
        peer_round((struct peer *const[]){ &peer }, 1, now.ms - peer_real_ms(), 100);
    assert_true(peer_real_ms() - began >= 300); /* most of them slept */
    bus_tick(peer.bus, boot_plus(now, 10000));
    assert_int_equal(peer.downs, 1);
    broker_freeze(*state, false);
    bus_destroy(peer.bus);
}

static void refused_and_closed_sockets_are_noticed(void **state)
{
    struct peer peer;
    struct bus_options o = { .host = "127.0.0.1", .port = broker_free_port(), .client_id = "x", .ca = ca };
    (void)state;
    assert_true(peer_make(&peer, &o));
    bus_start(peer.bus, (struct boot){ peer_real_ms() });
    assert_true(peer_until(&peer, &peer.downs, 1));
    assert_non_null(strstr(peer.why, "refused"));
    bus_destroy(peer.bus);
    struct broker *plain = broker_start(NULL); /* takes the handshake for a broken CONNECT, and hangs up */
    assert_non_null(plain);
    assert_refused(plain, "127.0.0.1", ca, "");
    broker_stop(plain);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(messages_pass_both_ways),
        cmocka_unit_test(limits_hold_and_nothing_is_left),
        cmocka_unit_test(sessions_come_back),
        cmocka_unit_test(looked_up_names_are_checked),
        cmocka_unit_test(wrong_certificates_are_refused),
        cmocka_unit_test(frozen_handshake_ends_quietly),
        cmocka_unit_test(refused_and_closed_sockets_are_noticed),
    };
    return cmocka_run_group_tests_name("bus_tls", tests, start, stop);
}
