#include "tests/fault/disk_own.h"

#include <stdio.h>
#include <string.h>

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
    int rc = disk_fate(DISK_READ, SQLITE_IOERR_READ);
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
    int rc = disk_fate(DISK_WRITE, SQLITE_IOERR_WRITE);
    if (rc != SQLITE_OK && !disk.cut && bytes && len > 1)
        len = len / 2; /* a failing write has done half of it */
    else if (rc != SQLITE_OK)
        return rc;
    disk_remember(inode, at, bytes, len);
    disk_image_apply(&inode->now, &inode->pending[inode->n_pending - 1]);
    return disk_goes_out(inode) ? SQLITE_IOERR_WRITE : rc;
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
    int rc = disk_fate(DISK_SYNC, SQLITE_IOERR_FSYNC);
    if (rc == SQLITE_OK && disk_goes_out(inode))
        rc = SQLITE_IOERR_FSYNC;
    if (rc != SQLITE_OK)
        return rc;
    for (int i = 0; i < inode->n_pending; i++)
        disk_image_apply(&inode->synced, &inode->pending[i]);
    disk_drop_pending(inode);
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
        inode->region[at] = disk_grown(NULL, (size_t)size);
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
        disk_drop_regions(h->inode);
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
    int rc = disk_fate(DISK_OPEN, SQLITE_CANTOPEN);
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
    int rc = disk_fate(DISK_WRITE, SQLITE_IOERR_DELETE);
    if (rc != SQLITE_OK)
        return rc;
    inode->there = false;
    disk_remember(inode, 0, NULL, 0);
    inode->now.len = 0;
    if (sync || disk_random(2) == 0)
        inode->lasts = false;
    return disk_goes_out(inode) ? SQLITE_IOERR_DELETE : SQLITE_OK;
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
