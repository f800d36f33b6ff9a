/*
 * The hub: events in, database, boards out. No socket and no main: the caller brings messages and takes
 * publications, so that tests drive it with a fake clock and no broker. Times come from src/sys/clock.
 *
 *   hub_message … hub_message → hub_commit
 *
 * is one durable round: all messages go into one transaction; receipts, bay states and boards are published
 * by hub_commit, after the commit. The caller lets PUBACKs go only when hub_commit said true.
 */
#pragma once

#include "base/tick.h"
#include "conf/conf.h"

#include <stdbool.h>
#include <stddef.h>

#define HUB_ROUND_MAX 1024 /* messages in one round */

struct hub;

struct hub_ops {
    /* Publishes on the hub's own connection; false if it is not up (then it is not queued either). */
    bool (*publish)(void *user, const char *topic, const void *payload, size_t len, int qos, bool retain);
    /* An earlier board is still on its way to the broker: the next one waits, so that a slow link carries the
     * newest board and not a queue of old ones. NULL: never. */
    bool (*crowded)(void *user);
    /* What was published goes out now: what comes next takes its time. NULL: it goes out soon anyway. */
    void (*flush)(void *user);
};

/*
 * Opens (or makes) the database, takes its lock, restores the board from the derived tables and appends a
 * `config` event if the plan differs from the last logged. NULL with a sentence in `fault` and the exit code
 * in `code`. `conf` and `ops` must outlive the hub.
 */
struct hub *hub_create(const struct conf *conf, const struct hub_ops *ops, void *user, char *fault,
                       size_t fault_size, int *code);
void hub_destroy(struct hub *hub); /* takes NULL; commits nothing that is open */

/* An event topic ("pit/v1/<site>/<role>/<id>/event") or a device's status topic. Other topics are ignored. At
 * most HUB_ROUND_MAX events between two hub_commit. False: storage failed, the round is lost; call hub_commit
 * next. */
bool hub_message(struct hub *hub, const char *topic, const void *payload, size_t len, bool retained);

/*
 * Other people's topics (CONTRACT 4): filters to listen to, NULL from `i` on that does not exist. HUB_PRESSES
 * on the connection whose PUBACKs wait for the commit, HUB_DEVICES on the other, retained messages too.
 */
enum hub_side { HUB_PRESSES, HUB_DEVICES };
const char *hub_filter(const struct hub *hub, enum hub_side side, int i);
/* A message on one of them, as hub_message. `packet` is its packet id, 0 with QoS 0. */
bool hub_press(struct hub *hub, const char *topic, const void *payload, size_t len, bool retained,
               int packet);
void hub_device(struct hub *hub, const char *topic, const void *payload, size_t len, bool retained);
/* The listening connection came up. With its session the broker sends again what it has no PUBACK for. */
void hub_listening(struct hub *hub, bool session_present);
/* What waited in the session has come: from here on messages come when they are sent. */
void hub_caught_up(struct hub *hub);

/*
 * Ends the round. True: everything is on disk (or there was nothing) and receipts are published.
 * False: the round was rolled back, the senders got `storage`, the state was read again from the database.
 * The caller must drop the incoming connection unwritten, and may open it again when hub_writable says so.
 */
bool hub_commit(struct hub *hub);

/* After a failed round: a probe write worked, recording goes on. Always true otherwise. */
bool hub_writable(struct hub *hub);

/* The hub's connection came up: publishes status, boards and bay states again. */
void hub_connected(struct hub *hub);
/* The connection is gone: nothing is published, or tried again, until hub_connected. */
void hub_disconnected(struct hub *hub);
/* The clean goodbye: publishes the hub's status as offline. */
void hub_goodbye(struct hub *hub);

/* Beat, boards held back by the 30-a-second limit, lamps that turn, midnight, upkeep of the database: call at
 * hub_deadline or later,
 * after hub_commit (within a round it does nothing). */
void hub_tick(struct hub *hub);
struct boot hub_deadline(const struct hub *hub);

/* Makes the next of the roll-ups that reports over years are quick with; *more: there are more. The hub does
 * it by itself in hub_tick, this is for a database that is made at one go. Not within a round. False: it
 * failed. */
bool hub_roll_up(struct hub *hub, bool *more);

/* What is in the database cannot be trusted: end; the next start mends it (src/app/guard.h). */
bool hub_damaged(const struct hub *hub);
/* Tells the staff that the daily backup failed; NULL: it was made. */
void hub_backup_failed(struct hub *hub, const char *why);

/* What the wills of the two connections are made of. */
void hub_will(const struct hub *hub, char *topic, size_t topic_size, char *payload, size_t payload_size);
