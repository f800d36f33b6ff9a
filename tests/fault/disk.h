/*
 * A disk in memory, as SQLite's default VFS: what was not synced stays apart, and a cut of the power drops
 * or tears it; or the n-th call of a kind fails. Files whose name does not begin with the disk's path, and
 * scratch files of a rebuild, go to the real VFS. One disk at a time, one thread.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum disk_call {
    DISK_OPEN = 1,
    DISK_READ = 2,
    DISK_WRITE = 4, /* truncating too */
    DISK_SYNC = 8,
};

/* Registers it; `path` is the database's. False: SQLite refuses. */
bool disk_register(const char *path);
/* All files are gone, nothing is armed; no file may be open. `seed` drives what a cut leaves. */
void disk_format(unsigned seed);

/* Keeps the files as they are now; puts them back, everything synced. No file may be open. */
void disk_keep(void);
void disk_put_back(void);

/* Power goes at the n-th write or sync from now (n from 1); with `checkpoint` only writes to the database
 * itself count. From then on every call fails. 0: no cut. */
void disk_cut_at(int n, bool checkpoint);
/* At once, if it has not come yet. */
void disk_cut(void);
bool disk_is_cut(void);
/* Power is back: each file is what was synced plus a random part of the rest, in sectors of 512 bytes. No
 * file may be open. */
void disk_power_on(void);

/* The n-th of these calls from now fails, `on` true: and all after it too. n = 0: none does. `code` is an
 * SQLite result. */
void disk_fail_at(unsigned calls, int n, bool on, int code);
bool disk_failed(void); /* whether it came to that since disk_fail_at */

/* From now on every connection that asks for synchronous FULL gets NORMAL. */
void disk_weaken(bool weaken);

/* Bytes that were written but not synced at the last cut, and those of them that were lost. */
void disk_last_cut(int64_t *unsynced, int64_t *lost);

/* A number below `n` from the disk's own sequence. */
uint32_t disk_random(uint32_t n);
