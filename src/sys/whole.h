/*
 * A file that appears whole: it is written under another name beside its own and renamed when it is complete. Whoever
 * reads `path` finds what was there before or all of the new, never a part; what fails leaves what was there.
 *
 *   whole_open → write to whole_stream (or, by name, to whole_part) → whole_keep or whole_drop
 *
 * What is at `path`:
 *   nothing            the file gets the rights that the umask leaves of 0666
 *   a file             is replaced; its mode stays, and its owner and group where that is allowed. Other names of it
 *                      (hard links) go on showing the old one
 *   a symbolic link    is followed, as the system would (not in a folder like /tmp if it is somebody else's): the file
 *                      it points to is replaced, the link stays. One that points to nothing is refused
 *   a folder, a device, a pipe, a socket: refused. See whole_is_stream
 *
 * The other name is "<name>.pitboard-part-<pid>". Nothing of it stays behind but after a kill or a power cut; the next
 * whole_open of the same path removes what processes left that are no more. One process opens one path once at a time;
 * of two processes the last to finish wins. No state of its own; a `struct whole` belongs to one thread.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#define WHOLE_PATH  4096
#define WHOLE_FAULT 700 /* room for a sentence: the place (its first 400 bytes), what is wrong, what to do */

enum whole_wish {
    WHOLE_QUICK,   /* what is soon written again: after a power cut it may be empty */
    WHOLE_DURABLE, /* on the disk under its name, through a power cut too, when whole_keep says so */
};

struct whole;

/* NULL: nothing was begun; `fault` says why, errno too. */
struct whole *whole_open(const char *path, enum whole_wish wish, char fault[WHOLE_FAULT]);

/* To write to; closed by whole_keep and whole_drop. After a failed write call one of them at once: errno tells why. */
FILE *whole_stream(struct whole *w);

/* The name it has as yet, for what writes by name into the file that is there. Lives as long as `w`. */
const char *whole_part(const struct whole *w);

/* Gives it its name, and ends `w` in any case. False: `fault` says why, errno too; what was there is there. (Alone where
 * only the folder could not be synced, the new one is there, and may be gone after a power cut.) */
bool whole_keep(struct whole *w, char fault[WHOLE_FAULT]);

/* As if it had never been; keeps errno. Takes NULL. */
void whole_drop(struct whole *w);

/* All of it at once. False as whole_open and whole_keep. */
bool whole_put(const char *path, const char *bytes, size_t len, enum whole_wish wish,
               char fault[WHOLE_FAULT]);

/* Whether `path` is there and not a thing to be replaced, but one to be opened and written to: a device, a pipe, a
 * socket, or an open file by its name in /proc (/dev/stdout). */
bool whole_is_stream(const char *path);

/* Whether both are there and one file, under whatever names: what is read must not be replaced by what is made of it. */
bool whole_is_same(const char *a, const char *b);

/* Removes what dead processes left in `folder`: "<stem>….pitboard-part-<pid>", and what SQLite puts beside a file of that name. */
void whole_sweep(const char *folder, const char *stem);
