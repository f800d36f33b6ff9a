/*
 * Verified copies of the database, in a folder of their own: <name>-20260301T030000Z.db, the time in UTC. No
 * state; one thread. A copy carries its final name only when it was verified and is on the disk.
 */
#pragma once

#include "base/tick.h"

#include <stdbool.h>
#include <stddef.h>

#define BACKUP_PATH 1024
#define BACKUPS_MAX 1000 /* copies in the folder that are looked at, newest first */

enum backup_result {
    BACKUP_DONE,
    BACKUP_DAMAGED, /* the database itself is damaged: nothing was copied */
    BACKUP_FAILED,  /* disk, folder, rights */
};

/* Checks all of `db`, copies it and checks the copy: structure, checksums, and the derived tables against a
 * fresh fold of the log. `to` is a file, or a folder (where a name is made from the time), or NULL: the copy
 * is only a check, made beside the database and removed. `made`: the copy's path. `what`: why not, at least
 * 200 bytes. */
enum backup_result backup_make(const char *db, const char *to, char made[BACKUP_PATH], char *what,
                               size_t size);

/* Makes the folder if it is not there. */
bool backup_folder(const char *dir);
/* Where a hub with this configuration keeps its copies: `dir`, or "backup" beside the database if it is
 * empty.
 */
void backup_dir(const char *db, const char *dir, char out[BACKUP_PATH]);

/* The newest copy of `db` in the folder that was made before the one named `than` (NULL: the newest of all).
 * False: there is none. */
bool backup_before(const char *dir, const char *db, const char *than, char path[BACKUP_PATH]);
/* When a copy was made, by its name. */
struct wall backup_time(const char *path);
/* Removes all copies of `db` but the newest `keep`, and what an interrupted backup left. */
void backup_prune(const char *dir, const char *db, int keep);
