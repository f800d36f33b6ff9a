/*
 * The parts of one row of the list. Only row*.c include this. `baseline` and x in pixels of the picture; what
 * returns a width returns 0 for what is not there.
 *
 *   row.c          the forms: one line, two, three
 *   row_first.c    the first line
 *   row_promise.c  its right end: "было 15:30  до 17:00"
 *   row_stage.c    icon, word of the stage, since
 *   row_steps.c    steps as segments or icons
 *   row_two.c      the lines that two languages share
 */
#pragma once

#include "display/draw.h"

/* Axes from the left edge of the list. */
#define AXIS_ICON 252
#define AXIS_TEXT 338
#define LABEL_W   204
#define STEPS_GAP 14 /* at least, between steps and icon */

struct row {
    struct draw *d;
    const struct frame *f;
    const struct model_car *car;
    struct box box;
    int right; /* right edge */
    int s;
    bool two;             /* two languages */
    const char *stage[2]; /* its word in each language, in the form that is tried */
    bool *cut;            /* [2]: this form lost letters */
    int less;             /* LESS_: what has given way so that a word stays whole */
};

/* What goes before a letter of a usual word does, when its shortest form is too wide; each with those before it. */
enum {
    LESS_NOTHING,
    LESS_WAS,    /* the first promise, the advice in the second language */
    LESS_SINCE,  /* "since": a clock stands before the time */
    LESS_SECOND, /* the second language: the row is laid out as with one */
    LESS_CLOCK,  /* the clock: the time is bare */
    LESS_TIME,   /* since when; never of a hold */
};

/* The right block of a row: "было 15:30  до 17:00", or the advice once the promise has passed. */
struct promise {
    char by[2 * WORDS_SIZE + 8], after[WORDS_SIZE]; /* the words before and behind the time */
    char was[WORDS_SIZE];
    const char *time;
    int by_w, time_w, after_w, was_w; /* 0: not there */
    const char *ask;
    bool struck; /* `was` is a bare time, struck through */
};

void promise_words(const struct row *r, struct promise *p);
int promise_w(const struct row *r, const struct promise *p);
/* The words around the time give way: those of the second language, then all. False if none are left. */
bool promise_fewer_words(const struct row *r, struct promise *p, bool *both);
/* The struck first promise stands directly before the new one. */
void promise_strike_beside(const struct row *r, struct promise *p);
void row_promise(const struct row *r, const struct promise *p, int baseline);
/* The first promise struck through, ending at `right`; returns its width and the gap before it. */
int row_struck(const struct row *r, int right, int baseline);

/* The label, from `em` down to S if `room` asks for it; returns where the next thing may begin. */
int row_label(const struct row *r, int baseline, int em, int room);
void row_chair(const struct row *r, int x, int baseline);
/* Label · chair · model · promise. True if the first promise found no place and must stand elsewhere. */
bool row_first_line(const struct row *r, int baseline, int em, bool model, bool chair);

/* A hold says what it waits for and since when: there the time never gives way. */
bool row_is_hold(const struct row *r);
/* "с 13:10", or the time behind a clock; returns its width. With `x` < 0 it is only measured. */
int row_since(const struct row *r, int x, int baseline);
/* How wide that is, for the split of pages. */
int layout_since_w(const struct draw *d, const struct model_car *car);
/* Icon and word of the stage within `room` from `x_icon`; returns the width from the icon. */
int row_stage(const struct row *r, int x_icon, int baseline, int room);
/* The word of language `i` up to `room`, to be drawn in `text`. */
void row_stage_word(const struct row *r, int i, int room, char text[FIT_SIZE]);
/* Both up to `right`; with `since_first` a long word moves towards the steps or loses letters for the time. */
void row_stage_and_since(const struct row *r, int x, int baseline, int right, bool since_first);

/* `middle` is their axis. Icons that find no room become segments. */
void row_segments(const struct row *r, int x, int middle, int w);
void row_step_icons(const struct row *r, int x, int middle, int w);

void row_wide_two_languages(const struct row *r, int one, int two, int em);
void row_narrow_two_languages(const struct row *r, int two, int three, bool struck);
