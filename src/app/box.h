/*
 * One bay's box: press in, outbox, events out, receipt in, lamp out. No socket, no device and no main: the
 * caller brings presses and messages and takes publications, so that tests drive it with a fake clock and no
 * broker. Times come from src/sys/clock. One thread; nothing is called back but `publish`.
 *
 * A press is on disk when box_press returns true, and only then the lamp says "saved". It leaves the outbox
 * when the hub's receipt came, after any number of restarts, power cuts, and days without a broker.
 */
#pragma once

#include "bay/lamp.h"
#include "bay/session.h"

#include <stdbool.h>
#include <stddef.h>

#define BOX_FAULT_SIZE 512

struct box;

struct box_ops {
    /* Publishes with QoS 1; false if the connection is not up (then it is not queued either). */
    bool (*publish)(void *user, const char *topic, const void *payload, size_t len, bool retain);
};

struct box_options {
    const char *site, *bay;
    const char *outbox;   /* path of its file */
    const char *language; /* of the lines for a small display: "ru", else English */
};

/* Opens (or makes) the outbox; a damaged one is set aside under a dated name, what is still right in it taken
 * over. NULL with a sentence in `fault`: the disk or the lock. The texts of the options are copied. */
struct box *box_create(const struct box_options *options, const struct box_ops *ops, void *user,
                       char fault[BOX_FAULT_SIZE]);
void box_destroy(struct box *box); /* takes NULL */

/* Pressed at `at`, not in the future. False: it could not be kept; the lamp says so. */
bool box_press(struct box *box, const struct session_press *press, struct boot at);
/* A scanner read something broken: the lamp says so; `why` is for the log. */
void box_misread(struct box *box, const char *why);

/* Any of the topics of box_topic. Others are ignored. */
void box_message(struct box *box, const char *topic, const void *payload, size_t len, bool retained);
/* The filters to subscribe to, from 0; false: there are no more. */
bool box_topic(const struct box *box, int i, char *topic, size_t size, int *qos, bool *retained_too);

/* The connection came up: says `online` and sends what waits. */
void box_connected(struct box *box);
void box_disconnected(struct box *box);
/* The clean goodbye: says `offline`. */
void box_goodbye(struct box *box);
/* Topic and payload of the connection's will. */
void box_will(const struct box *box, char *topic, size_t size, const char **payload);

/* Repeats, the question, the blinks: call it at box_deadline or later. */
void box_tick(struct box *box);
struct boot box_deadline(const struct box *box);

/* What the lamp shows now. */
struct lamp_look box_look(struct box *box);
/* Presses without a receipt. */
int box_waiting(const struct box *box);
