/*
 * The presses of one bay that wait for the hub's receipt, and the last few that have one. SQLite, synchronous
 * FULL: what outbox_add took is still there after a power cut, and leaves only by outbox_settle. One thread;
 * a lock file beside it keeps a second process out.
 *
 * After OUTBOX_FAILED nothing has changed in the file and outbox_error says why; if outbox_damaged, close it,
 * set the file aside, open a new one and give it what outbox_salvage can read of the old one.
 */
#pragma once

#include "core/parcel.h"

#include <stdint.h>

#define OUTBOX_MAX    10000 /* waiting presses */
#define OUTBOX_ALARM  9000  /* from here on somebody must be told */
#define OUTBOX_RECENT 10    /* decided ones that are kept */

enum outbox_result { OUTBOX_OK, OUTBOX_NONE, OUTBOX_FULL, OUTBOX_FAILED };

struct outbox;

/* Opens or makes it. `first`: where a new file begins to count; of 48 random bits, so that a file that was
 * begun anew in the same boot repeats no id. NULL with a sentence in `fault`; *damaged: for what is in the
 * file, not for the world. */
struct outbox *outbox_open(const char *path, int64_t first, bool *damaged, char *fault, size_t fault_size);
void outbox_close(struct outbox *box); /* takes NULL */
const char *outbox_error(const struct outbox *box);
bool outbox_damaged(const struct outbox *box);

int outbox_waiting(const struct outbox *box);

/* Keeps a press behind all others and writes its id; on disk when it returns OUTBOX_OK. */
enum outbox_result outbox_add(struct outbox *box, struct parcel *press);
/* The oldest that waits. */
enum outbox_result outbox_first(struct outbox *box, struct parcel *out);
/* The newest waiting one that is about a car; the newest waiting one of a type. */
enum outbox_result outbox_last_car(struct outbox *box, struct parcel *out);
enum outbox_result outbox_last_of(struct outbox *box, enum event_type type, struct parcel *out);

/* Decided: the oldest stops waiting, and the next one about a car takes job and stage if it follows an
 * applied one. In one transaction, so before that one is ever sent: under its id it stays what it is.
 * OUTBOX_NONE: the oldest is another one. */
enum outbox_result outbox_settle(struct outbox *box, const struct parcel_verdict *verdict);

/* The clock was synced: waiting presses of this boot without a wall time get it. */
enum outbox_result outbox_date(struct outbox *box, const struct parcel_now *now);

/* The car in the bay as last heard, so that a press after a restart without a connection still says what the
 * mechanic saw. Written only if it differs. outbox_seen: false if nothing was ever heard. */
bool outbox_see(struct outbox *box, const struct bay_view *view);
bool outbox_seen(struct outbox *box, struct bay_view *view);

/* Takes over what waits in a damaged file and is still right; ids are kept, and the hub knows them if it has
 * them. The number taken, or -1: this one cannot be written. */
int outbox_salvage(struct outbox *box, const char *damaged_path);
