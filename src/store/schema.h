/* The database's layout (CONTRACT 5) as numbered steps, one transaction each; user_version counts them. */
#pragma once

#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>

int schema_newest(void);
/* What the file says of itself; -1 if it cannot be read. */
int schema_version(sqlite3 *db);

/* Brings an empty or older database to the newest step. False with a sentence in `fault`, also for a newer
 * one. */
bool schema_upgrade(sqlite3 *db, char *fault, size_t size);

/* The same for another kind of file, by its own `n` steps. */
bool schema_raise(sqlite3 *db, const char *const *steps, int n, char *fault, size_t size);

/* Whether a reader understands this database; false with a sentence in `fault`. */
bool schema_check(sqlite3 *db, char *fault, size_t size);
