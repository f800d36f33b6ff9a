/* Shared by disk.c (what a disk keeps and loses) and disk_vfs.c (how SQLite reaches it). */
#pragma once

#include "tests/fault/disk.h"

#include <sqlite3.h>
#include <stddef.h>

enum { FILES = 4, SECTOR = 512, REGIONS = 64, LOCKS = 8 };

/* Written, not yet synced; `bytes` NULL: the file was cut to `at`. */
struct pending {
    int64_t at;
    int len;
    unsigned char *bytes;
};

struct image {
    unsigned char *bytes;
    int64_t len, room;
};

struct inode {
    char name[256];
    bool there; /* in the folder, as programs see it */
    bool lasts; /* the folder's entry is on the disk */
    struct image now, synced, kept;
    bool kept_there;
    struct pending *pending;
    int n_pending, room_pending;
    int users, shared;
    const void *reserved, *exclusive;
    unsigned char *region[REGIONS];
    int mapped; /* handles that use the regions */
    int lock_shared[LOCKS];
    const void *lock_owner[LOCKS];
};

struct handle {
    sqlite3_file base;
    struct inode *inode;
    int lock;
    unsigned held; /* shared memory locks, one bit each */
    bool mapped;
};

struct disk {
    sqlite3_vfs vfs, *real;
    char path[200];
    struct inode files[FILES];
    uint64_t random;
    int cut_in;
    bool checkpoint, cut;
    unsigned fail_calls;
    int fail_in, fail_code;
    bool fail_on, failed, weaken;
    int64_t unsynced, lost;
};
extern struct disk disk;

/* What becomes of a call: SQLITE_OK, or `code` without power, or the armed failure. */
int disk_fate(enum disk_call call, int code);
/* The countdown to the cut; true if this is the call. */
bool disk_goes_out(const struct inode *inode);
void *disk_grown(void *old, size_t size);
void disk_image_apply(struct image *image, const struct pending *p);
void disk_remember(struct inode *inode, int64_t at, const void *bytes, int len);
void disk_drop_pending(struct inode *inode);
void disk_drop_regions(struct inode *inode);
