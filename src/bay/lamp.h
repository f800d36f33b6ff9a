/*
 * What the lamp of a bay shows when. Pure: time comes in with each change (boot clock), out come a colour, a
 * line for a small display, and the time of the next change; in between nothing need run.
 *
 *   refused    red, twice 300 ms, 200 ms dark between and after; line: the reason, for LAMP_REASON_MS,
 *              or until something later is accepted
 *   accepted   green for 1 s, then 150 ms dark
 *   saved      green, slow blink: 500 ms on, 500 ms off; as long as presses wait for their receipt
 *   help       red and amber in turn, 500 ms each; as long as help is called
 *   asking     "still working?": amber, two short flashes every 1.5 s; line: the question
 *   otherwise  the colour of the bay's state, steadily
 *
 * The upper hides the lower. A refusal is always shown to its end; what is accepted meanwhile is shown after
 * it (once). Refused and accepted begin with 150 ms of dark if the lamp is lit: green on green would not be
 * seen. Where one lamp has one colour only, the rhythms tell the states apart.
 */
#pragma once

#include "base/tick.h"

#include <stdbool.h>

#define LAMP_LINE_SIZE 256 /* bytes of UTF-8 with NUL; longer lines are cut between characters */
#define LAMP_REASON_MS 8000

enum lamp_colour { LAMP_OFF, LAMP_GREEN, LAMP_AMBER, LAMP_RED };

/* "off" "green" "amber" "red", as in the bay's state; -1 if it is none of them. */
const char *lamp_colour_name(enum lamp_colour colour);
int lamp_colour_find(const char *name);

/* Plain data; all zero is a dark lamp that knows nothing. */
struct lamp {
    enum lamp_colour bay;
    bool help, asking;
    int waiting;
    struct boot waiting_from, help_from, asking_from; /* the blinks' starts */
    int flash;                                        /* what is being shown once; lamp.c's */
    struct boot flash_from;
    bool accepted_next; /* when the refusal is over */
    bool lit;           /* by the last look */
    struct boot dark_since;
    struct boot reason_until;
    char reason[LAMP_LINE_SIZE], question[LAMP_LINE_SIZE], line[LAMP_LINE_SIZE];
};

struct lamp_look {
    enum lamp_colour colour;
    const char *line;  /* "" : nothing to say; valid until the lamp's next call */
    struct boot until; /* look again then; BOOT_FAR: it stays so */
};

/* The bay's state as the hub last told it; LAMP_OFF while it is not known. */
void lamp_bay(struct lamp *lamp, enum lamp_colour colour, bool help, struct boot now);
/* The line when there is nothing more important: the car in the bay. */
void lamp_line(struct lamp *lamp, const char *line);
/* Presses that are on disk and have no receipt yet. Each call with more than before begins the blink anew. */
void lamp_saved(struct lamp *lamp, int waiting, struct boot now);
void lamp_accepted(struct lamp *lamp, struct boot now);
void lamp_refused(struct lamp *lamp, const char *reason, struct boot now);
/* NULL: no question any more. */
void lamp_ask(struct lamp *lamp, const char *question, struct boot now);

/* What to show at `now`; call it after the changes of each moment, too, so that the lamp knows what was seen.
 * Times must not run backwards. */
struct lamp_look lamp_look(struct lamp *lamp, struct boot now);
