/*
 * The words of the screen (design, "Words") in the languages it knows, and how they inflect. Pure; texts are
 * static. Times of day and dates are those of the process's zone (sys/clock).
 */
#pragma once

#include "base/tick.h"

#include <stdbool.h>
#include <stddef.h>

enum word {
    WORD_BY,  /* before a promised time */
    WORD_WAS, /* before the first promise */
    WORD_SINCE,
    WORD_ASK,        /* instead of a promise that has passed */
    WORD_ASK_SHORT,  /* the same where two languages share the row */
    WORD_READY_LIST, /* heading of the ready cars */
    WORD_READY,      /* the call */
    WORD_TO_DESK,    /* where to go if the board names no place */
    WORD_DESK,       /* the same behind an arrow */
    WORD_OF,         /* "1 of 2" */
    WORD_DATA_AT,    /* before a time */
    WORD_DATA,       /* the same, short */
    WORD_BAYS,       /* short, before "6/6" */
    WORD_NO_LINK,    /* "%s": since when */
    WORD_NO_DATA,    /* "%s": since when; after ten minutes */
    WORD_PLEASE_ASK,
    WORD_CONNECTING,
    WORD_NOT_CONNECTED,
    WORD_COMES_BACK,
    WORD_WELCOME,
    WORD_NO_CARS,
    WORD_WILL_APPEAR,
    /* The workshop's: */
    WORD_BAY,
    WORD_HELP,
    WORD_MIN,
    WORD_DAYS,
    WORD_FREE,
    WORD_LATE,      /* one car */
    WORD_LATE_MANY, /* several */
    WORD_LATE_BY,   /* before a length of time */
    WORD_OPENED,
    WORD_DONE,
    WORD_HANDED_OVER,
    WORD_ON_TIME,
    WORD_RIGHT_FIRST,
    WORD_RIGHT_FIRST_SHORT, /* the same in column 4 */
    WORD_NO_BAYS,
    WORD_BAYS_APPEAR,
    WORD_COUNT,
};

#define WORDS_SIZE 96 /* room for any text made here, NUL included */

/* Whether there are words in this language. */
bool words_known(const char *lang);

/* The word; in English if `lang` is unknown. Formats ("%s") are for words_since only. */
const char *words_get(const char *lang, enum word word);

/* Which of the Russian plural forms a number takes: 0 пост, 1 поста, 2 постов. */
int words_plural_ru(int n);

/* "На связи 6 из 6 постов" */
void words_bays(const char *lang, int online, int total, char out[WORDS_SIZE]);

/* "14:32" */
void words_clock(struct wall at, char out[WORDS_SIZE]);

/* "21 ноября" */
void words_date(const char *lang, struct wall at, char out[WORDS_SIZE]);

/* A promise as seen at `now`: "16:30"; on another day "пн 12:00", "24 ноя". */
void words_promise(const char *lang, struct wall at, struct wall now, char out[WORDS_SIZE]);

/* The beginning of something that lasts: "13:10", "пт", "14 ноя". */
void words_begin(const char *lang, struct wall at, struct wall now, char out[WORDS_SIZE]);

/* WORD_NO_LINK or WORD_NO_DATA with its time. */
void words_since(const char *lang, enum word word, const char *time, char out[WORDS_SIZE]);
