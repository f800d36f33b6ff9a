/*
 * What the workshop screen says at one moment (design, "Workshop view"): help calls, bays, holds, what is
 * late against its promise, today's five figures. From `board/staff`; labels only, no names. Times are
 * those of the clock on the wall: minutes of day are subtracted, so nothing moves between two of them. Pure.
 */
#pragma once

#include "display/model.h"

#define FLOOR_FIGURES 5

enum lamp { LAMP_OFF, LAMP_GREEN, LAMP_AMBER, LAMP_RED };

struct floor_bay {
    char name[LABEL_SIZE]; /* "4" of "Пост 4", "Мойка" */
    enum lamp lamp;
    bool help, silent, low;      /* somebody calls; its box is off line; a battery is low */
    bool free;                   /* no car: the rest is empty */
    char label[VIEW_LABEL_SIZE]; /* of the car */
    char stage[LABEL_SIZE];
    enum kind kind;
    enum icon icon;
    char spent[24], limit[24]; /* "0:52", "2:00"; empty: not known, none */
    int share;                 /* of the limit, 0 … 1000; -1: there is no limit */
};

struct floor_hold {
    char label[VIEW_LABEL_SIZE], stage[LABEL_SIZE];
    enum icon icon;
    char since[24]; /* "13:10"; empty: unknown */
    struct wall from;
};

struct floor_help {
    char name[LABEL_SIZE]; /* "Пост 4" */
    char bay[LABEL_SIZE];  /* "4" */
    char since[24], length[WORDS_SIZE];
    struct wall from;
};

struct floor_late {
    char label[VIEW_LABEL_SIZE];
    int64_t minutes;
};

struct floor {
    struct floor_bay bays[CONFIG_BAYS_MAX];
    int n_bays;
    struct floor_help help[CONFIG_BAYS_MAX]; /* oldest first */
    int n_help;
    struct floor_hold *holds; /* oldest first */
    int n_holds;
    struct floor_late *late; /* the latest first */
    int n_late;
    char figures[FLOOR_FIGURES][WORDS_SIZE]; /* "14", "86 %"; "–": none today */
};

/* The floor of a board in one language as of `now`; NULL if memory is out. */
struct floor *floor_make(const struct view *view, const struct words *words, struct wall now);
void floor_free(struct floor *floor); /* takes NULL */

/* Whether anybody is at work: a car in a bay, or somebody who calls. */
bool floor_busy(const struct floor *floor);

/* How long: "12 мин", from an hour on "1:12", from 100 hours on "5 дн". */
void floor_length(const struct words *words, int64_t minutes, char out[WORDS_SIZE]);

/* What stands under a figure. */
enum word floor_figure_word(int figure);
