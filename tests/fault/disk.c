#include "tests/fault/disk.h"

#include "tests/fault/heap.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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

static struct {
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
} disk;

uint32_t disk_random(uint32_t n)
{
    disk.random = disk.random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(disk.random >> 33) % n;
}

/* ── what goes wrong ── */

static int fate(enum disk_call call, int code)
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

/* The countdown to the cut; true if this is the call. */
static bool goes_out(const struct inode *inode)
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

static void *grown(void *old, size_t size)
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
        image->bytes = grown(image->bytes, (size_t)image->room);
    }
    if (at > image->len)
        memset(image->bytes + image->len, 0, (size_t)(at - image->len));
    memcpy(image->bytes + at, bytes, (size_t)len);
    if (at + len > image->len)
        image->len = at + len;
}

static void image_apply(struct image *image, const struct pending *p)
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

static void remember(struct inode *inode, int64_t at, const void *bytes, int len)
{
    if (inode->n_pending == inode->room_pending) {
        inode->room_pending = inode->room_pending * 2 + 16;
        inode->pending = grown(inode->pending, (size_t)inode->room_pending * sizeof *inode->pending);
    }
    struct pending *p = &inode->pending[inode->n_pending++];
    *p = (struct pending){ .at = at, .len = len };
    if (bytes) {
        p->bytes = grown(NULL, (size_t)len + 1);
        memcpy(p->bytes, bytes, (size_t)len);
    }
}

static void drop_pending(struct inode *inode)
{
    for (int i = 0; i < inode->n_pending; i++)
        free(inode->pending[i].bytes);
    inode->n_pending = 0;
}

static void drop_regions(struct inode *inode)
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
    struct piece *pieces = grown(NULL, ((size_t)count_pieces(inode) + 1) * sizeof *pieces);
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
            image_apply(&inode->synced, p->of);
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
        drop_pending(inode);
        drop_regions(inode);
        if (!inode->lasts)
            inode->synced.len = 0;
        inode->there = inode->lasts;
        image_copy(&inode->now, &inode->synced);
    }
}

void disk_format(unsigned seed)
{
    for (int i = 0; i < FILES; i++) {
        drop_pending(&disk.files[i]);
        drop_regions(&disk.files[i]);
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
        drop_pending(inode);
        drop_regions(inode);
        image_copy(&inode->now, &inode->kept);
        image_copy(&inode->synced, &inode->kept);
        inode->there = inode->lasts = inode->kept_there;
    }
}

/* ── files ── */

static struct handle *handle_of(sqlite3_file *file)
{
    return (struct handle *)file;
}

static int file_lock(sqlite3_file *file, int level);
static int file_unlock(sqlite3_file *file, int level);
static int shm_lock(sqlite3_file *file, int at, int n, int flags);

static int file_close(sqlite3_file *file)
{
    file_unlock(file, SQLITE_LOCK_NONE);
    handle_of(file)->inode->users--;
    return SQLITE_OK;
}

static int file_read(sqlite3_file *file, void *out, int len, sqlite3_int64 at)
{
    const struct image *image = &handle_of(file)->inode->now;
    int rc = fate(DISK_READ, SQLITE_IOERR_READ);
    if (rc != SQLITE_OK)
        return rc;
    int64_t n = at >= image->len ? 0 : image->len - at < len ? image->len - at : len;
    if (n > 0)
        memcpy(out, image->bytes + at, (size_t)n);
    memset((char *)out + n, 0, (size_t)(len - n));
    return n == len ? SQLITE_OK : SQLITE_IOERR_SHORT_READ;
}

static int change(struct inode *inode, int64_t at, const void *bytes, int len)
{
    int rc = fate(DISK_WRITE, SQLITE_IOERR_WRITE);
    if (rc != SQLITE_OK && !disk.cut && bytes && len > 1)
        len = len / 2; /* a failing write has done half of it */
    else if (rc != SQLITE_OK)
        return rc;
    remember(inode, at, bytes, len);
    image_apply(&inode->now, &inode->pending[inode->n_pending - 1]);
    return goes_out(inode) ? SQLITE_IOERR_WRITE : rc;
}

static int file_write(sqlite3_file *file, const void *bytes, int len, sqlite3_int64 at)
{
    return change(handle_of(file)->inode, at, bytes, len);
}

static int file_truncate(sqlite3_file *file, sqlite3_int64 size)
{
    return change(handle_of(file)->inode, size, NULL, 0);
}

static int file_sync(sqlite3_file *file, int flags)
{
    struct inode *inode = handle_of(file)->inode;
    (void)flags;
    int rc = fate(DISK_SYNC, SQLITE_IOERR_FSYNC);
    if (rc == SQLITE_OK && goes_out(inode))
        rc = SQLITE_IOERR_FSYNC;
    if (rc != SQLITE_OK)
        return rc;
    for (int i = 0; i < inode->n_pending; i++)
        image_apply(&inode->synced, &inode->pending[i]);
    drop_pending(inode);
    inode->lasts = inode->there;
    return SQLITE_OK;
}

static int file_size(sqlite3_file *file, sqlite3_int64 *size)
{
    *size = handle_of(file)->inode->now.len;
    return SQLITE_OK;
}

static int file_lock(sqlite3_file *file, int level)
{
    struct handle *h = handle_of(file);
    struct inode *inode = h->inode;
    if (level <= h->lock)
        return SQLITE_OK;
    if ((inode->exclusive && inode->exclusive != h) ||
        (level >= SQLITE_LOCK_RESERVED && inode->reserved && inode->reserved != h) ||
        (level == SQLITE_LOCK_EXCLUSIVE && inode->shared > (h->lock >= SQLITE_LOCK_SHARED)))
        return SQLITE_BUSY;
    if (h->lock < SQLITE_LOCK_SHARED)
        inode->shared++;
    if (level >= SQLITE_LOCK_RESERVED)
        inode->reserved = h;
    if (level == SQLITE_LOCK_EXCLUSIVE)
        inode->exclusive = h;
    h->lock = level;
    return SQLITE_OK;
}

static int file_unlock(sqlite3_file *file, int level)
{
    struct handle *h = handle_of(file);
    if (level >= h->lock)
        return SQLITE_OK;
    if (level < SQLITE_LOCK_SHARED && h->lock >= SQLITE_LOCK_SHARED)
        h->inode->shared--;
    if (h->inode->reserved == h)
        h->inode->reserved = NULL;
    if (h->inode->exclusive == h)
        h->inode->exclusive = NULL;
    h->lock = level;
    return SQLITE_OK;
}

static int file_check_reserved(sqlite3_file *file, int *out)
{
    *out = handle_of(file)->inode->reserved != NULL;
    return SQLITE_OK;
}

/* `PRAGMA synchronous = FULL` passes by here before SQLite reads its value. */
static int file_control(sqlite3_file *file, int op, void *arg)
{
    char **pragma = arg;
    (void)file;
    if (op == SQLITE_FCNTL_PRAGMA && disk.weaken && pragma[2] && strcmp(pragma[1], "synchronous") == 0 &&
        strcmp(pragma[2], "FULL") == 0)
        strcpy(pragma[2], "1");
    return SQLITE_NOTFOUND;
}

static int file_sector_size(sqlite3_file *file)
{
    (void)file;
    return 4096;
}

/* As SQLite's own VFS says of Linux: bytes beside those written stay. */
static int file_traits(sqlite3_file *file)
{
    (void)file;
    return SQLITE_IOCAP_POWERSAFE_OVERWRITE;
}

/* ── shared memory of the WAL: gone with the power ── */

static int shm_map(sqlite3_file *file, int at, int size, int extend, void volatile **out)
{
    struct inode *inode = handle_of(file)->inode;
    struct handle *h = handle_of(file);
    *out = NULL;
    if (at >= REGIONS || disk.cut)
        return SQLITE_IOERR_SHMMAP;
    inode->mapped += !h->mapped;
    h->mapped = true;
    if (!inode->region[at] && extend) {
        inode->region[at] = grown(NULL, (size_t)size);
        memset(inode->region[at], 0, (size_t)size);
    }
    *out = inode->region[at];
    return SQLITE_OK;
}

static int shm_lock(sqlite3_file *file, int at, int n, int flags)
{
    struct handle *h = handle_of(file);
    struct inode *inode = h->inode;
    for (int i = at; i < at + n; i++) {
        bool mine = h->held & (1u << i);
        if (flags & SQLITE_SHM_UNLOCK) {
            if (mine && inode->lock_owner[i] == h)
                inode->lock_owner[i] = NULL;
            else if (mine)
                inode->lock_shared[i]--;
            h->held &= ~(1u << i);
            continue;
        }
        if (inode->lock_owner[i] && inode->lock_owner[i] != h)
            return SQLITE_BUSY;
        if (flags & SQLITE_SHM_EXCLUSIVE && inode->lock_shared[i] > 0)
            return SQLITE_BUSY;
    }
    for (int i = at; i < at + n && flags & SQLITE_SHM_LOCK; i++) {
        if (h->held & (1u << i))
            continue;
        if (flags & SQLITE_SHM_EXCLUSIVE)
            inode->lock_owner[i] = h;
        else
            inode->lock_shared[i]++;
        h->held |= 1u << i;
    }
    return SQLITE_OK;
}

static void shm_barrier(sqlite3_file *file)
{
    (void)file;
}

static int shm_unmap(sqlite3_file *file, int gone)
{
    struct handle *h = handle_of(file);
    shm_lock(file, 0, LOCKS, SQLITE_SHM_UNLOCK);
    h->inode->mapped -= h->mapped;
    h->mapped = false;
    if (gone && h->inode->mapped == 0)
        drop_regions(h->inode);
    return SQLITE_OK;
}

static const sqlite3_io_methods methods = {
    .iVersion = 2,
    .xClose = file_close,
    .xRead = file_read,
    .xWrite = file_write,
    .xTruncate = file_truncate,
    .xSync = file_sync,
    .xFileSize = file_size,
    .xLock = file_lock,
    .xUnlock = file_unlock,
    .xCheckReservedLock = file_check_reserved,
    .xFileControl = file_control,
    .xSectorSize = file_sector_size,
    .xDeviceCharacteristics = file_traits,
    .xShmMap = shm_map,
    .xShmLock = shm_lock,
    .xShmBarrier = shm_barrier,
    .xShmUnmap = shm_unmap,
};

/* ── the folder ── */

static bool is_ours(const char *name)
{
    return name && strncmp(name, disk.path, strlen(disk.path)) == 0 && !strstr(name, ".rebuild-");
}

static struct inode *find(const char *name)
{
    for (int i = 0; i < FILES; i++)
        if (strcmp(disk.files[i].name, name) == 0)
            return &disk.files[i];
    return NULL;
}

static struct inode *find_or_make(const char *name)
{
    struct inode *inode = find(name);
    for (int i = 0; i < FILES && !inode; i++)
        if (!disk.files[i].name[0])
            inode = &disk.files[i];
    if (inode)
        snprintf(inode->name, sizeof inode->name, "%s", name);
    return inode;
}

static int vfs_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *out)
{
    (void)vfs;
    if (!is_ours(name))
        return disk.real->xOpen(disk.real, name, file, flags, out);
    file->pMethods = NULL;
    int rc = fate(DISK_OPEN, SQLITE_CANTOPEN);
    struct inode *inode = rc == SQLITE_OK ? find_or_make(name) : NULL;
    if (!inode || (!inode->there && !(flags & SQLITE_OPEN_CREATE)))
        return SQLITE_CANTOPEN;
    inode->there = true;
    inode->users++;
    *handle_of(file) = (struct handle){ .base.pMethods = &methods, .inode = inode };
    if (out)
        *out = flags;
    return SQLITE_OK;
}

static int vfs_delete(sqlite3_vfs *vfs, const char *name, int sync)
{
    (void)vfs;
    struct inode *inode = is_ours(name) ? find(name) : NULL;
    if (!is_ours(name))
        return disk.real->xDelete(disk.real, name, sync);
    if (!inode || !inode->there)
        return SQLITE_IOERR_DELETE_NOENT;
    int rc = fate(DISK_WRITE, SQLITE_IOERR_DELETE);
    if (rc != SQLITE_OK)
        return rc;
    inode->there = false;
    remember(inode, 0, NULL, 0);
    inode->now.len = 0;
    if (sync || disk_random(2) == 0)
        inode->lasts = false;
    return goes_out(inode) ? SQLITE_IOERR_DELETE : SQLITE_OK;
}

static int vfs_access(sqlite3_vfs *vfs, const char *name, int flags, int *out)
{
    (void)vfs;
    if (!is_ours(name))
        return disk.real->xAccess(disk.real, name, flags, out);
    const struct inode *inode = find(name);
    *out = inode && inode->there && (flags != SQLITE_ACCESS_EXISTS || inode->now.len > 0);
    return SQLITE_OK;
}

static int vfs_full_path(sqlite3_vfs *vfs, const char *name, int size, char *out)
{
    (void)vfs;
    return disk.real->xFullPathname(disk.real, name, size, out);
}

bool disk_register(const char *path)
{
    disk.real = sqlite3_vfs_find(NULL);
    if (!disk.real)
        return false;
    disk.vfs = *disk.real;
    snprintf(disk.path, sizeof disk.path, "%s", path);
    disk.vfs.pNext = NULL;
    disk.vfs.zName = "disk";
    if (disk.vfs.szOsFile < (int)sizeof(struct handle))
        disk.vfs.szOsFile = sizeof(struct handle);
    disk.vfs.xOpen = vfs_open;
    disk.vfs.xDelete = vfs_delete;
    disk.vfs.xAccess = vfs_access;
    disk.vfs.xFullPathname = vfs_full_path;
    return sqlite3_vfs_register(&disk.vfs, 1) == SQLITE_OK;
}
