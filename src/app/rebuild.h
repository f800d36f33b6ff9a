/* Derives job, span, stay and bay again from the log (CONTRACT 6, `pitboard rebuild`). */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct rebuild_progress {
    void (*step)(void *user, int64_t done, int64_t total); /* about ten times a second at most; may be NULL */
    void *user;
};

/* Compares the derived tables with a fresh fold of the log; works beside a running hub on a quiet database.
 * False: the first difference, or what failed, in `what`. */
bool rebuild_check(const char *path, char *what, size_t size);

enum rebuild_result {
    REBUILD_SAME,
    REBUILD_ROLLUPS, /* the tables are the same, the roll-ups for reports are not: no damage */
    REBUILD_DIFFERS,
    REBUILD_FAILED,
};

/* Folds the log into a scratch file beside the database and compares; with `replace` the derived tables are
 * replaced by the fold's (the hub must be stopped). `what`: the first difference, or what failed. */
enum rebuild_result rebuild_run(const char *path, bool replace, const struct rebuild_progress *progress,
                                char *what, size_t size);
