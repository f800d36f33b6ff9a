/*
 * Which ready car is called, when and for how long (design, "The call"). Remembers what was called; pure
 * otherwise: time comes in. What was ready on the first trusted board is never called. A car that leaves ready
 * is forgotten, but for one thing: the readiness that was called, or was there before the start, is not called
 * when a handover that was pressed by mistake is taken back. A call that the room did not hear and see to its end is no call: it is made
 * again from its beginning once the picture can be trusted.
 */
#pragma once

#include "base/tick.h"
#include "wire/view.h"

#define CALLS_LONG_MS     8000 /* nobody else waits */
#define CALLS_SHORT_MS    6000
#define CALLS_GAP_MS      500
#define CALLS_BRIGHT_MS   60000 /* the card after the call */
#define CALLS_REMIND_1_MS 300000
#define CALLS_REMIND_2_MS 900000
#define CALLS_REMIND_MS   6000
#define CALLS_LEFT_MAX    64 /* the newest that left and are not to be called again */

/* What a change is to be heard by. */
enum call_cue { CUE_NONE, CUE_REMINDER, CUE_CALL };

enum call_phase { CALL_QUIET, CALL_WAITS, CALL_SHOWN, CALL_PAST };

struct call_entry {
    char key[32];
    struct wall ready_at;
    int calls; /* of the board, as last seen */
    enum call_phase phase;
    struct boot at; /* WAITS: due; SHOWN: began; PAST: ended */
    int reminded;   /* reminders made since */
};

struct call_left {
    char key[32];
    struct wall ready_at;
    int calls;
};

struct calls {
    struct call_entry *entries; /* one per ready car of the last board */
    int n;
    bool began;          /* a trusted board was seen */
    bool trusted;        /* the picture is, as far as calls_tick was told */
    int current;         /* entry that is shown, -1: none */
    int done;            /* calls of this run that are over; the run ends with a call that none follows */
    struct boot free_at; /* not before this the next one */
    struct call_left left[CALLS_LEFT_MAX];
    unsigned n_left;   /* ever; the newest overwrite the oldest */
    enum call_cue cue; /* since it was last asked for */
};

void calls_start(struct calls *calls);
void calls_free(struct calls *calls);

/* Takes a board's ready cars in. `trusted`: the picture is fresh; the first such board (or tick) is the start. Begins
 * no call, and ends one only with its car: see calls_tick. False if memory is out (then nothing changed). */
bool calls_board(struct calls *calls, const struct view *view, bool trusted, int64_t delay_ms,
                 struct boot now);

/* For a single picture of a board: as if the screen had run all the time and had called each car once, and
 * again at its `called_at`. */
void calls_picture(struct calls *calls, const struct view *view, int64_t delay_ms, struct wall now,
                   struct boot up);

/* Begins and ends calls; to be asked at calls_deadline or later. A call that is shown when the picture cannot be
 * trusted any more is cut off. */
void calls_tick(struct calls *calls, bool trusted, struct boot now);
struct boot calls_deadline(const struct calls *calls, struct boot now);
/* Nobody sees the call that is shown, if one is: it waits to be made again. */
void calls_cut(struct calls *calls);

/* What began since the last time this was asked, the louder of two. */
enum call_cue calls_cue(struct calls *calls);

/* The key of the car that is called now, or NULL; its number in this run and how many there are, as far as they
 * are known: each begins before the one before it is over. */
const char *calls_current(const struct calls *calls, int *number, int *of);
/* When the call of this car that is shown began, or the one of the last minute ended: the latest stands first.
 * BOOT_FAR: neither. */
struct boot calls_last(const struct calls *calls, const char *key, struct boot now);
/* Whether it is reminded of: bright where it stands. */
bool calls_reminds(const struct calls *calls, const char *key, struct boot now);
