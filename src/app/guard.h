/*
 * What is done about a damaged database. The hub serves at once and reads only what it needs; the whole file
 * is checked by a child beside it (src/app/nightly.h), after every start and every night. Whoever finds
 * damage calls guard_mark and ends the hub; the next start finds the mark and mends before it serves:
 *
 *   a sound database is made beside the old one: a copy of the damaged file itself if all its events are
 * still right (the other tables are derived anew), else the newest backup that is sound, else an empty one →
 * the damaged files are set aside under a dated name, never deleted → the new one takes their place → a
 * notice stays beside the database, shown to the staff until somebody removes it.
 *
 * Every step can be interrupted: the next start goes on. No state but these files.
 */
#pragma once

#include "base/tick.h"
#include "conf/conf.h"

#define GUARD_TEXT 380

/* Leaves a mark that the next start must mend. */
void guard_mark(const char *db, const char *why);
bool guard_marked(const char *db);

enum guard_result {
    GUARD_MENDED,
    GUARD_SOUND,  /* a full check found nothing: nothing was changed */
    GUARD_FAILED, /* the disk or the lock: nothing was lost, `fault` says why */
};

/* Mends as above, holding the lock. `sure`: damage was seen; otherwise it is only suspected, and all is
 * checked first. */
enum guard_result guard_mend(const struct conf *conf, bool sure, const char *why, char *fault, size_t size);

/* The notice of the last mending: what to tell the staff and when it happened. False: there is none. */
bool guard_notice(const char *db, char text[GUARD_TEXT], struct wall *since);
