/*
 * Whether a database file is sound, and copies of it (CONTRACT 6, `pitboard backup`). Both open the file
 * read-only beside a running hub and hold nothing when they return. One thread per call.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum store_state {
    STORE_SOUND,
    STORE_DAMAGED,    /* what is in the file is wrong; `what` says where */
    STORE_UNREADABLE, /* it could not be found out: no such file, no memory, no room, … */
};

/* Reads all of it: SQLite's own structure, the schema, every event's checksum, that no event is missing
 * between the first and the last. *events: how many there are (0 unless sound). Costs as much as the file is
 * long. */
enum store_state store_check(const char *path, int64_t *events, char *what, size_t size);

/* Writes what `path` holds to a new file, defragmented and synced to the disk. Not sound by itself: check it.
 * On failure nothing is left of it. */
enum store_state store_copy(const char *path, const char *to, char *what, size_t size);

/* The received time of the first event, in ms; 0 if there is none or it cannot be read. */
int64_t store_first(const char *path);
