/* What the library calls: a connection came or went, something was heard, taken or granted. */
#include "bus/bus_own.h"

#define LOG_TAG "bus"
#include "base/log.h"

#include <errno.h>
#include <mqtt_protocol.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define REFUSED_MIN 0x80 /* MQTT 5: reason codes from here on are failures */

void bus_lose(struct bus *bus, const char *format, ...)
{
    if (bus->lost)
        return; /* the first reason is the true one */
    bus->lost = true;
    va_list args;
    va_start(args, format);
    vsnprintf(bus->why, sizeof bus->why, format, args);
    va_end(args);
}

static void on_connect(struct mosquitto *m, void *user, int code, int flags,
                       const mosquitto_property *properties)
{
    struct bus *bus = dial_owner(user);
    (void)m;
    bus->events++;
    if (code != MQTT_RC_SUCCESS) {
        bus_lose(bus, "the broker refused the connection: %s", mosquitto_reason_string(code));
        return;
    }
    uint32_t max = 0;
    mosquitto_property_read_int32(properties, MQTT_PROP_MAXIMUM_PACKET_SIZE, &max, false);
    bus->packet_max = max;
    bus->session_present = flags & 1;
    bus->connack = true;
    errno = EAGAIN; /* makes mosquitto_loop_read return: `up` comes before the first message */
}

static void on_disconnect(struct mosquitto *m, void *user, int code, const mosquitto_property *properties)
{
    struct bus *bus = dial_owner(user);
    int error = errno;
    (void)m, (void)properties;
    bus->events++;
    if (code >= REFUSED_MIN)
        bus_lose(bus, "the broker ended the connection: %s", mosquitto_reason_string(code));
    else if (code == MOSQ_ERR_CONN_LOST || code == MOSQ_ERR_SUCCESS)
        bus_lose(bus, "the broker closed the connection");
    else if (code == MOSQ_ERR_KEEPALIVE)
        bus_lose(bus, "the broker does not answer (keepalive)");
    else if (code == MOSQ_ERR_ERRNO && error != EPROTO)
        bus_lose(bus, "%s", strerror(error));
    else
        bus_lose(bus, "%s", dial_fault(bus->dial, code));
}

static void on_message(struct mosquitto *m, void *user, const struct mosquitto_message *message,
                       const mosquitto_property *properties)
{
    struct bus *bus = dial_owner(user);
    (void)m, (void)properties;
    bus->events++;
    if (bus->lost || bus->state == LEAVING)
        return; /* its PUBACK will not leave any more: it comes again */
    bus->delivered++;
    bus->ops.message(bus->user, &(struct bus_message){ .topic = message->topic,
                                                       .payload = message->payload,
                                                       .len = (size_t)message->payloadlen,
                                                       .retained = message->retain,
                                                       .qos = message->qos,
                                                       .packet = message->mid });
    if (bus->delivered == bus->limit)
        errno = EAGAIN; /* mosquitto_loop_read goes on reading unless it sees this */
}

static void on_publish(struct mosquitto *m, void *user, int mid, int code,
                       const mosquitto_property *properties)
{
    struct bus *bus = dial_owner(user);
    uint32_t size = bus->sizes[mid & UINT16_MAX];
    (void)m, (void)properties;
    bus->events++;
    bus->sizes[mid & UINT16_MAX] = 0;
    if (!size)
        return;
    if (!(size & 1)) { /* QoS 0: only written */
        bus->unwritten--;
        bus->unwritten_bytes -= size >> 1;
        return;
    }
    bus->unconfirmed--;
    bus->unconfirmed_bytes -= size >> 1;
    if (bus->ops.taken)
        bus->ops.taken(bus->user, mid, code >= REFUSED_MIN, mosquitto_reason_string(code));
}

static void on_subscribe(struct mosquitto *m, void *user, int mid, int count, const int *codes,
                         const mosquitto_property *properties)
{
    struct bus *bus = dial_owner(user);
    (void)m, (void)properties;
    bus->events++;
    for (int i = 0; i < bus->subscription_count && count > 0; i++) {
        const struct subscription *s = &bus->subscriptions[i];
        if (s->mid != mid)
            continue;
        if (codes[0] < REFUSED_MIN) {
            if (codes[0] < s->qos)
                log_warn("the broker grants %s only QoS %d", s->filter, codes[0]);
            if (bus->ops.granted)
                bus->ops.granted(bus->user, s->filter);
        } else if (bus->ops.refused) {
            bus->ops.refused(bus->user, s->filter, mosquitto_reason_string(codes[0]));
        } else {
            bus_lose(bus, "the broker refused the subscription to %.160s: %s", s->filter,
                     mosquitto_reason_string(codes[0]));
        }
    }
}

void bus_hear(struct bus *bus)
{
    mosquitto_connect_v5_callback_set(bus->m, on_connect);
    mosquitto_disconnect_v5_callback_set(bus->m, on_disconnect);
    mosquitto_message_v5_callback_set(bus->m, on_message);
    mosquitto_publish_v5_callback_set(bus->m, on_publish);
    mosquitto_subscribe_v5_callback_set(bus->m, on_subscribe);
}
