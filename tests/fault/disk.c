#include "tests/fault/disk_own.h"

#include "tests/fault/heap.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct disk disk;

uint32_t disk_random(uint32_t n)
{
    disk.random = disk.random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(disk.random >> 33) % n;
}

/* ── what goes wrong ── */

int disk_fate(enum disk_call call, int code)
{
    if (disk.cut)
        return code;
    if (!(disk.fail_calls & call) || disk.fail_in == 0)
        return SQLITE_OK;
    if (disk.fail_in > 1) {
        disk.fail_in--;
        return SQLITE_OK;
    }
    disk.failed = true;
    disk.fail_in = disk.fail_on;
    return disk.fail_code;
}

bool disk_goes_out(const struct inode *inode)
{
    if (disk.cut || disk.cut_in == 0 || (disk.checkpoint && strcmp(inode->name, disk.path) != 0))
        return false;
    disk.cut = --disk.cut_in == 0;
    return disk.cut;
}

void disk_cut_at(int n, bool checkpoint)
{
    disk.cut_in = n;
    disk.checkpoint = checkpoint;
}

void disk_cut(void)
{
    disk.cut = true;
}

bool disk_is_cut(void)
{
    return disk.cut;
}

void disk_fail_at(unsigned calls, int n, bool on, int code)
{
    disk.fail_calls = calls;
    disk.fail_in = n;
    disk.fail_on = on;
    disk.fail_code = code;
    disk.failed = false;
}

bool disk_failed(void)
{
    return disk.failed;
}

void disk_weaken(bool weaken)
{
    disk.weaken = weaken;
}

void disk_last_cut(int64_t *unsynced, int64_t *lost)
{
    *unsynced = disk.unsynced;
    *lost = disk.lost;
}

/* ── images ── */

void *disk_grown(void *old, size_t size)
{
    heap_exempt(true);
    void *data = realloc(old, size);
    heap_exempt(false);
    if (!data)
        abort(); /* the test's own memory */
    return data;
}

static void image_put(struct image *image, int64_t at, const void *bytes, int64_t len)
{
    if (at + len > image->room) {
        image->room = (at + len) * 2 + 4096;
        image->bytes = disk_grown(image->bytes, (size_t)image->room);
    }
    if (at > image->len)
        memset(image->bytes + image->len, 0, (size_t)(at - image->len));
    memcpy(image->bytes + at, bytes, (size_t)len);
    if (at + len > image->len)
        image->len = at + len;
}

void disk_image_apply(struct image *image, const struct pending *p)
{
    if (p->bytes)
        image_put(image, p->at, p->bytes, p->len);
    else if (p->at < image->len)
        image->len = p->at;
}

static void image_copy(struct image *to, const struct image *from)
{
    to->len = 0;
    if (from->len)
        image_put(to, 0, from->bytes, from->len);
}

void disk_remember(struct inode *inode, int64_t at, const void *bytes, int len)
{
    if (inode->n_pending == inode->room_pending) {
        inode->room_pending = inode->room_pending * 2 + 16;
        inode->pending = disk_grown(inode->pending, (size_t)inode->room_pending * sizeof *inode->pending);
    }
    struct pending *p = &inode->pending[inode->n_pending++];
    *p = (struct pending){ .at = at, .len = len };
    if (bytes) {
        p->bytes = disk_grown(NULL, (size_t)len + 1);
        memcpy(p->bytes, bytes, (size_t)len);
    }
}

void disk_drop_pending(struct inode *inode)
{
    for (int i = 0; i < inode->n_pending; i++)
        free(inode->pending[i].bytes);
    inode->n_pending = 0;
}

void disk_drop_regions(struct inode *inode)
{
    for (int i = 0; i < REGIONS; i++) {
        free(inode->region[i]);
        inode->region[i] = NULL;
    }
}

/* ── the power ── */

/* One piece that the disk writes as a whole, or not at all. */
struct piece {
    const struct pending *of;
    int64_t at;
    int from, len;
};

static int count_pieces(const struct inode *inode)
{
    int n = 0;
    for (int i = 0; i < inode->n_pending; i++)
        n += inode->pending[i].len / SECTOR + 2;
    return n;
}

static int split(const struct inode *inode, struct piece *out)
{
    int n = 0;
    for (int i = 0; i < inode->n_pending; i++) {
        const struct pending *p = &inode->pending[i];
        if (!p->bytes)
            out[n++] = (struct piece){ .of = p };
        for (int from = 0, len; p->bytes && from < p->len; from += len) {
            len = SECTOR - (int)((p->at + from) % SECTOR);
            len = len < p->len - from ? len : p->len - from;
            out[n++] = (struct piece){ p, p->at + from, from, len };
        }
    }
    return n;
}

static void shuffle(struct piece *pieces, int n)
{
    for (int i = n - 1; i > 0; i--) {
        int k = (int)disk_random((uint32_t)i + 1);
        struct piece swap = pieces[i];
        pieces[i] = pieces[k];
        pieces[k] = swap;
    }
}

/* The rest reached the disk in part: none, some or nearly all of it, in any order or in the order written. */
static void settle(struct inode *inode)
{
    struct piece *pieces = disk_grown(NULL, ((size_t)count_pieces(inode) + 1) * sizeof *pieces);
    int n = split(inode, pieces);
    uint32_t percent = (uint32_t[]){ 0, 15, 50, 50, 85, 97 }[disk_random(6)];
    if (disk_random(4) > 0)
        shuffle(pieces, n);
    for (int i = 0; i < n; i++) {
        const struct piece *p = &pieces[i];
        bool kept = disk_random(100) < percent;
        disk.unsynced += p->len;
        disk.lost += kept ? 0 : p->len;
        if (kept && p->of->bytes)
            image_put(&inode->synced, p->at, p->of->bytes + p->from, p->len);
        else if (kept)
            disk_image_apply(&inode->synced, p->of);
    }
    if (percent > 0)
        inode->lasts |= inode->there;
    free(pieces);
}

void disk_power_on(void)
{
    disk.cut = false;
    disk.cut_in = 0;
    disk.unsynced = disk.lost = 0;
    for (int i = 0; i < FILES; i++) {
        struct inode *inode = &disk.files[i];
        if (!inode->name[0])
            continue;
        settle(inode);
        disk_drop_pending(inode);
        disk_drop_regions(inode);
        if (!inode->lasts)
            inode->synced.len = 0;
        inode->there = inode->lasts;
        image_copy(&inode->now, &inode->synced);
    }
}

void disk_format(unsigned seed)
{
    for (int i = 0; i < FILES; i++) {
        disk_drop_pending(&disk.files[i]);
        disk_drop_regions(&disk.files[i]);
        free(disk.files[i].pending);
        free(disk.files[i].now.bytes);
        free(disk.files[i].synced.bytes);
        free(disk.files[i].kept.bytes);
        disk.files[i] = (struct inode){ 0 };
    }
    /* The lock file lies on the real disk and remembers what the old one held. */
    char lock[sizeof disk.path + 8];
    snprintf(lock, sizeof lock, "%s.lock", disk.path);
    unlink(lock);
    disk.random = seed;
    disk.cut = false;
    disk_cut_at(0, false);
    disk_fail_at(0, 0, false, 0);
    for (int i = 0; i < 8; i++)
        disk_random(2);
}

void disk_keep(void)
{
    for (int i = 0; i < FILES; i++) {
        image_copy(&disk.files[i].kept, &disk.files[i].now);
        disk.files[i].kept_there = disk.files[i].there;
    }
}

void disk_put_back(void)
{
    for (int i = 0; i < FILES; i++) {
        struct inode *inode = &disk.files[i];
        disk_drop_pending(inode);
        disk_drop_regions(inode);
        image_copy(&inode->now, &inode->kept);
        image_copy(&inode->synced, &inode->kept);
        inode->there = inode->lasts = inode->kept_there;
    }
}
