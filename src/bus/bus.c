#include "bus/bus_own.h"

#include "base/text.h"

#include <errno.h>
#include <mqtt_protocol.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define CONNACK_MS     10000
#define BACKOFF_MIN_MS 200
#define BACKOFF_MAX_MS 30000
/* A connection that held this long was a good one: the next back-off starts small. Not at once at up, as two
 * clients with one id would then throw each other out five times a second. */
#define GOOD_MS    30000
#define HEADER_MAX 16 /* fixed header, packet id, lengths and no properties */

/* ---- states ---- */

static void enter(struct bus *bus, enum state state)
{
    bus->state = state;
    bus->since.ms = -1;
}

static void stamp(struct bus *bus, struct boot now)
{
    if (bus->since.ms >= 0)
        return;
    bus->since = now;
    bus->beat_at = boot_plus(now, bus->beat_ms);
}

struct boot bus_deadline(const struct bus *bus)
{
    bool timed = bus->state == WAITING || bus->state == CONNECTING || bus->state == UP;
    if (!timed)
        return BOOT_FAR;
    if (bus->since.ms < 0)
        return (struct boot){ 0 }; /* at once: a tick has to tell the time */
    return bus->state == WAITING      ? boot_plus(bus->since, bus->wait_ms)
           : bus->state == CONNECTING ? boot_plus(bus->since, CONNACK_MS)
                                      : bus->beat_at;
}

bool bus_up(const struct bus *bus)
{
    return bus->state == UP && !bus->lost;
}

int bus_fd(const struct bus *bus)
{
    if (bus->state == LOOKING)
        return dial_fd(bus->dial);
    return bus->state >= CONNECTING ? mosquitto_socket(bus->m) : -1;
}

bool bus_want_write(const struct bus *bus)
{
    if (bus->state < CONNECTING)
        return false;
    /* While TLS shakes hands the library's answer is stuck at yes. */
    if (bus->state == CONNECTING && bus->tls)
        return bus->try_write;
    return mosquitto_want_write(bus->m);
}

bool bus_unread(const struct bus *bus)
{
    return bus->unread && bus->state == UP;
}

static void tell_changed(struct bus *bus)
{
    int fd = bus_fd(bus);
    bool want = bus_want_write(bus);
    if (fd == bus->told_fd && want == bus->told_want)
        return;
    bus->told_fd = fd;
    bus->told_want = want;
    if (bus->ops.changed)
        bus->ops.changed(bus->user);
}

/* 0.2 s doubling to 30 s; half of it fixed, half spread, so that a workshop's devices do not come back in
 * step. */
static int64_t backoff_ms(struct bus *bus)
{
    int doublings = bus->failures < 8 ? bus->failures : 8;
    int64_t whole = (int64_t)BACKOFF_MIN_MS << doublings;
    if (whole > BACKOFF_MAX_MS)
        whole = BACKOFF_MAX_MS;
    bus->failures++;
    bus->seed = hash_bytes(bus->seed, &bus->failures, sizeof bus->failures);
    return whole / 2 + (int64_t)((bus->seed >> 16) % (uint64_t)(whole / 2 + 1));
}

/* The library keeps a socket that we gave up until the next attempt; to the broker it ends now. */
static void hang_up(struct bus *bus)
{
    int fd = mosquitto_socket(bus->m);
    if (fd >= 0)
        shutdown(fd, SHUT_RDWR);
}

static void settle_lost(struct bus *bus)
{
    bus->lost = bus->connack = bus->unread = false;
    hang_up(bus);
    bus->unwritten = 0; /* the library drops what was only for the wire, and keeps QoS 1 */
    bus->unwritten_bytes = 0;
    if (bus->state == LEAVING || bus->state == IDLE) {
        enter(bus, IDLE);
        tell_changed(bus);
        return;
    }
    bus->wait_ms = backoff_ms(bus);
    enter(bus, WAITING);
    tell_changed(bus); /* first: the number of the closed socket may be given out again soon */
    bus->ops.down(bus->user, bus->why);
}

static bool send_subscription(struct bus *bus, struct subscription *s)
{
    int options = s->retained_too ? MQTT_SUB_OPT_SEND_RETAIN_ALWAYS : MQTT_SUB_OPT_SEND_RETAIN_NEVER;
    return mosquitto_subscribe_v5(bus->m, &s->mid, s->filter, s->qos, options, NULL) == MOSQ_ERR_SUCCESS;
}

static void settle_up(struct bus *bus)
{
    bus->connack = false;
    enter(bus, UP);
    dial_reached(bus->dial);
    for (int i = 0; i < bus->subscription_count; i++)
        if (!send_subscription(bus, &bus->subscriptions[i]))
            bus_lose(bus, "out of memory");
    if (!bus->lost)
        bus->ops.up(bus->user, bus->session_present);
}

/* Acts on what callbacks noted. Outside of the library's call: it holds locks there, and sends an old
 * session's messages only after its CONNACK callback, which would put them behind new ones. */
static void settle(struct bus *bus)
{
    if (!bus->lost && bus->connack && bus->state == CONNECTING)
        settle_up(bus);
    if (bus->lost)
        settle_lost(bus);
    tell_changed(bus);
}

static void check(struct bus *bus, int rc)
{
    if (rc != MOSQ_ERR_SUCCESS)
        bus_lose(bus, "%s", dial_fault(bus->dial, rc));
}

/* ---- life ---- */

struct bus *bus_create(const struct bus_options *options, const struct bus_ops *ops, void *user, char *why,
                       size_t why_size)
{
    char unasked[BUS_WHY_SIZE];
    if (!why || why_size == 0) {
        why = unasked;
        why_size = sizeof unasked;
    }
    snprintf(why, why_size, "out of memory, or an option out of bounds");
    struct bus *bus = calloc(1, sizeof *bus);
    if (!bus)
        return NULL;
    bus->ops = *ops;
    bus->user = user;
    bus->tls = options->ca != NULL;
    bus->told_fd = -1;
    bus->seed = hash_bytes(HASH_START, options->client_id, strlen(options->client_id));
    int keepalive_s = options->keepalive_s > 0 ? options->keepalive_s : 10;
    bus->beat_ms = keepalive_s >= 5 ? keepalive_s * 200 : 1000;
    bus->dial = dial_create(options, bus, why, why_size);
    if (!bus->dial) {
        int kept = errno;
        free(bus);
        errno = kept;
        return NULL;
    }
    why[0] = '\0';
    bus->m = dial_handle(bus->dial);
    bus_hear(bus);
    return bus;
}

void bus_destroy(struct bus *bus)
{
    if (!bus)
        return;
    dial_destroy(bus->dial);
    for (int i = 0; i < bus->subscription_count; i++)
        free(bus->subscriptions[i].filter);
    free(bus);
}

bool bus_subscribe(struct bus *bus, const char *filter, int qos, bool retained_too)
{
    if (bus->subscription_count >= BUS_SUBSCRIPTIONS_MAX || qos < 0 || qos > 1 ||
        mosquitto_sub_topic_check(filter) != MOSQ_ERR_SUCCESS)
        return false;
    struct subscription *s = &bus->subscriptions[bus->subscription_count];
    if (strlen(filter) >= BUS_TOPIC_MAX || !(s->filter = strdup(filter)))
        return false;
    s->qos = qos;
    s->retained_too = retained_too;
    s->mid = 0;
    bus->subscription_count++;
    if (bus_up(bus) && send_subscription(bus, s) && !bus->inside)
        tell_changed(bus);
    return true;
}

/* ---- connecting ---- */

static void dialled(struct bus *bus, enum dial_result result)
{
    if (result == DIAL_BUSY) {
        enter(bus, LOOKING);
        return;
    }
    enter(bus, CONNECTING);
    bus->try_write = true;
    if (result == DIAL_FAILED)
        bus_lose(bus, "%s", dial_fault(bus->dial, MOSQ_ERR_ERRNO));
}

void bus_start(struct bus *bus, struct boot now)
{
    if (bus->state != IDLE)
        return;
    bus->wait_ms = 0;
    enter(bus, dial_busy(bus->dial) ? LOOKING : WAITING); /* a look-up from before bus_stop is taken over */
    bus_tick(bus, now);
}

void bus_stop(struct bus *bus)
{
    if (bus_up(bus) && mosquitto_disconnect(bus->m) == MOSQ_ERR_SUCCESS) {
        enter(bus, LEAVING);
    } else if (!bus->lost) {
        if (!dial_busy(bus->dial))
            hang_up(bus);
        enter(bus, IDLE);
    } else {
        enter(bus, IDLE); /* settle sees to the rest */
    }
    if (!bus->inside)
        tell_changed(bus);
}

static void look_at_keepalive(struct bus *bus, struct boot now)
{
    if (boot_minus(now, bus->since) >= GOOD_MS)
        bus->failures = 0;
    if (now.ms < bus->beat_at.ms)
        return;
    bus->beat_at = boot_plus(now, bus->beat_ms);
    check(bus, mosquitto_loop_misc(bus->m));
}

void bus_tick(struct bus *bus, struct boot now)
{
    if (bus->inside)
        return;
    bus->inside = true;
    stamp(bus, now);
    int64_t age_ms = boot_minus(now, bus->since);
    if (bus->state == WAITING && age_ms >= bus->wait_ms)
        dialled(bus, dial_begin(bus->dial));
    else if (bus->state == CONNECTING && age_ms >= CONNACK_MS)
        bus_lose(bus, "no answer to CONNECT within %d s", CONNACK_MS / 1000);
    else if (bus->state == UP)
        look_at_keepalive(bus, now);
    bus->inside = false;
    settle(bus);
    stamp(bus, now);
}

/* ---- reading and writing ---- */

/* During its TLS handshake the library takes a closed or refused socket for one that needs more time, and may
 * have eaten the error. */
static bool broken_off(struct bus *bus)
{
    char byte;
    int fd = mosquitto_socket(bus->m), error = 0;
    socklen_t size = sizeof error;
    if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) == 0 && error != 0)
        bus_lose(bus, "%s", strerror(error));
    else if (recv(fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0)
        bus_lose(bus, "the broker refused the connection, or closed it during the TLS handshake");
    return bus->lost;
}

/* One call; true if there may be more to read. */
static bool read_some(struct bus *bus)
{
    unsigned before = bus->events;
    bool shaking_hands = bus->state == CONNECTING && bus->tls;
    if (shaking_hands) {
        bus->try_write = true;
        if (broken_off(bus))
            return false;
    }
    bus->inside = true;
    errno = 0;
    int rc = mosquitto_loop_read(bus->m, 1);
    bool dry = bus->events == before && (errno == EAGAIN || shaking_hands);
    bus->inside = false;
    check(bus, rc);
    return !bus->lost && !dry;
}

/*
 * A broker without set_tcp_nodelay (Debian's as it comes) holds a second small packet back until the first is
 * acknowledged by TCP, which the kernel likes to put off by 40 ms: a receipt would come that late. The wish
 * lasts for one acknowledgement, so it is renewed after each reading.
 */
static void answer_at_once(struct bus *bus)
{
    int fd = bus_fd(bus), yes = 1;
    if (fd >= 0)
        setsockopt(fd, IPPROTO_TCP, TCP_QUICKACK, &yes, sizeof yes);
}

int bus_read(struct bus *bus, int limit)
{
    if (bus->inside || bus->state < LOOKING)
        return 0;
    bus->delivered = 0;
    bus->limit = limit > 0 ? limit : -1;
    bus->unread = false;
    if (bus->state == LOOKING) {
        enum dial_result result = dial_end(bus->dial);
        if (result != DIAL_BUSY)
            dialled(bus, result);
    } else {
        bool more;
        do {
            more = read_some(bus);
            if (more && bus->connack)
                settle(bus);
        } while (more && bus->state >= CONNECTING && bus->delivered != bus->limit);
        bus->unread = more;
        answer_at_once(bus);
    }
    settle(bus);
    return bus->delivered;
}

void bus_write(struct bus *bus)
{
    if (bus->inside || bus->state < CONNECTING)
        return;
    if (bus->state == CONNECTING && bus->tls) {
        read_some(bus); /* it is reading that drives the handshake */
        bus->try_write = false;
    }
    if (!bus->lost) {
        bus->inside = true;
        int rc = mosquitto_loop_write(bus->m, 1);
        bus->inside = false;
        check(bus, rc);
    }
    settle(bus);
}

/* ---- publishing ---- */

static bool has_room(const struct bus *bus, size_t size)
{
    if (bus->packet_max && size > bus->packet_max)
        return false;
    return bus->unconfirmed + bus->unwritten < BUS_QUEUE_MAX &&
           bus->unconfirmed_bytes + bus->unwritten_bytes + size <= BUS_QUEUE_BYTES_MAX;
}

bool bus_publish(struct bus *bus, const char *topic, const void *payload, size_t len, int qos, bool retain,
                 int *mid)
{
    size_t topic_len = strlen(topic), size = topic_len + len + HEADER_MAX;
    int id = 0;
    if (!bus_up(bus) || qos < 0 || qos > 1 || topic_len >= BUS_TOPIC_MAX || len > BUS_QUEUE_BYTES_MAX ||
        !has_room(bus, size))
        return false;
    if (dial_publish(bus->dial, &id, topic, payload, len, qos, retain) != MOSQ_ERR_SUCCESS)
        return false;
    bus->sizes[id & UINT16_MAX] = (uint32_t)size << 1 | (unsigned)qos;
    if (qos) {
        bus->unconfirmed++;
        bus->unconfirmed_bytes += size;
    } else {
        bus->unwritten++;
        bus->unwritten_bytes += size;
    }
    if (mid)
        *mid = id;
    if (!bus->inside)
        tell_changed(bus);
    return true;
}

int bus_unconfirmed(const struct bus *bus)
{
    return bus->unconfirmed;
}
