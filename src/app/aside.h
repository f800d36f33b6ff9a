/* Setting the files of a damaged database aside: under a dated name beside it, never deleted. */
#pragma once

#include <stdbool.h>

#define ASIDE_STAMP 24
#define ASIDE_PATH  4200

/* "aside-20261122", or with a number behind if that name is taken: a second damage must not lose the first
 * one's files. */
void aside_stamp(const char *db, char stamp[ASIDE_STAMP]);
/* "<db>.<stamp><tail>" */
void aside_name(const char *db, const char *stamp, const char *tail, char out[ASIDE_PATH]);
/* Moves "<db><tail>" there; `keep`: leaves it in place, too, where the file system can. True also if there is
 * no such file. */
bool aside_move(const char *db, const char *stamp, const char *tail, bool keep);
/* The folder of a file, synced: names that were moved stay so after a power cut. */
void aside_sync(const char *db);
