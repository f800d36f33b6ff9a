/*
 * Connecting without blocking: the library's handle with its connect properties stored, and a short-lived
 * thread for host names. The thread runs the library's own connect call with the name, so that TLS checks the
 * certificate against the name that was configured, not against an address.
 *
 * Owned by one bus; all calls from its thread. While dial_busy, nobody else may touch the handle.
 */
#pragma once

#include "bus/bus.h"

#include <mosquitto.h>

enum dial_result {
    DIAL_STARTED, /* the socket exists and CONNECT is queued */
    DIAL_BUSY,    /* the name is being looked up; dial_fd gets readable when that ends */
    DIAL_FAILED,  /* dial_fault says why */
};

struct dial;

/* `owner` is what dial_owner gives the library's callbacks back. NULL, with `why` written, as bus_create. */
struct dial *dial_create(const struct bus_options *options, void *owner, char *why, size_t why_size);
/* Closes the socket. A look-up under way is left to its thread, which then frees everything. Takes NULL. */
void dial_destroy(struct dial *dial);

struct mosquitto *dial_handle(struct dial *dial);
void *dial_owner(void *user_data); /* from a callback's user data */

enum dial_result dial_begin(struct dial *dial);
bool dial_busy(const struct dial *dial);
int dial_fd(const struct dial *dial);
enum dial_result dial_end(struct dial *dial);

/* mosquitto_publish with the connection's properties of a message; an MQTT error code. */
int dial_publish(struct dial *dial, int *mid, const char *topic, const void *payload, size_t len, int qos,
                 bool retain);

/* What went wrong last, from the library's own error lines if there were any; `rc` and errno else. */
const char *dial_fault(struct dial *dial, int rc);
/* The broker answered: from here on the library formats no log lines (it would do so for each packet). */
void dial_reached(struct dial *dial);
