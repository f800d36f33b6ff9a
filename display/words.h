/*
 * The words of the screen (design, "Words") in one language, and how they inflect. They come from gettext
 * catalogues: display/po/LANG.po is built into the program, and a file LANG/LC_MESSAGES/pitboard.mo beside it
 * adds a language or replaces words of one. A word that neither has, or that has other holes than the English
 * one, is the built-in or the English one. Texts live as long as the words. Times of day and dates are those
 * of the process's zone (sys/clock).
 */
#pragma once

#include "base/tick.h"

#include <stdbool.h>
#include <stddef.h>

enum word {
    WORD_BY,  /* hole: a promised time */
    WORD_WAS, /* hole: the first promise */
    WORD_SINCE,
    WORD_ASK,        /* instead of a promise that has passed */
    WORD_ASK_SHORT,  /* the same where two languages share the row */
    WORD_READY_LIST, /* heading of the ready cars */
    WORD_READY,      /* the call */
    WORD_TO_DESK,    /* where to go if the board names no place */
    WORD_DESK,       /* the same behind an arrow */
    WORD_OF,         /* holes: which call, of how many */
    WORD_DATA_AT,
    WORD_DATA,      /* the same, short, no hole */
    WORD_BAYS,      /* short, before "6/6" */
    WORD_BAYS_LINE, /* plural by the second hole: on line, of how many */
    WORD_NO_LINK,   /* hole: since when */
    WORD_NO_DATA,   /* the same, after ten minutes */
    WORD_PLEASE_ASK,
    WORD_CONNECTING,
    WORD_NOT_CONNECTED,
    WORD_COMES_BACK,
    WORD_WELCOME,
    WORD_NO_CARS,
    WORD_WILL_APPEAR,
    WORD_OFFLINE, /* short, before a time: since then there are no data */
    /* The usual stages' labels, and what stands for them where there is little room: */
    WORD_PARTS,
    WORD_PARTS_SHORT,
    WORD_PARTS_SHORTEST,
    WORD_APPROVAL,
    WORD_APPROVAL_SHORT,
    WORD_QUALITY,
    WORD_QUALITY_SHORT,
    /* The workshop's: */
    WORD_BAY, /* hole: its number */
    WORD_HELP,
    WORD_LIMIT, /* hole: the time a stage may take */
    WORD_MIN,   /* plural */
    WORD_DAYS,  /* plural */
    WORD_FREE,
    WORD_LATE,       /* hole: one car */
    WORD_LATE_MANY,  /* hole: several */
    WORD_LATE_BY,    /* holes: one car, how long */
    WORD_LATE_SHORT, /* hole: one car or several */
    WORD_OPENED,
    WORD_DONE,
    WORD_HANDED_OVER,
    WORD_ON_TIME,
    WORD_RIGHT_FIRST,
    WORD_RIGHT_FIRST_SHORT, /* the same in column 4 */
    WORD_PERCENT,
    WORD_NO_BAYS,
    WORD_BAYS_APPEAR,
    /* Dates: */
    WORD_DATE,       /* holes: day, month */
    WORD_SHORT_DATE, /* the same with the short month */
    WORD_DAY_TIME,   /* holes: weekday, time */
    WORD_MONTH,      /* twelve, as they stand behind a day */
    WORD_MONTH_LAST = WORD_MONTH + 11,
    WORD_SHORT_MONTH,
    WORD_SHORT_MONTH_LAST = WORD_SHORT_MONTH + 11,
    WORD_WEEKDAY, /* seven, short, Monday first */
    WORD_WEEKDAY_LAST = WORD_WEEKDAY + 6,
    WORD_COUNT,
};

#define WORDS_SIZE     160 /* room for any text made here, NUL included */
#define WORDS_TEXT_MAX 120 /* bytes of a word; a longer translation is not used */
#define WORDS_DIRS_MAX 4

struct words;

/*
 * The words of `lang` ("ru"), from the program and from the first of `dirs` (`n_dirs` of them) that has a
 * file for it. NULL if there is neither, or memory is out. `fault` then, and when a file or a word of it is
 * not used, says why; else it is empty.
 */
struct words *words_open(const char *lang, const char *const *dirs, int n_dirs, char *fault,
                         size_t fault_size);
void words_close(struct words *words); /* takes NULL */

/* The code they were opened with. */
const char *words_lang(const struct words *words);

/* A word without holes, or its first plural form as it stands. */
const char *words_get(const struct words *words, enum word word);

/* The next shorter form of a text that is one of these words; NULL if there is none, or it is another text (a
 * label of the shop's own). */
const char *words_shorter(const struct words *words, const char *text);

/* Fills the holes of a word; NULL for those that are not there. What does not fit is left out. */
void words_fill(const struct words *words, enum word word, const char *a, const char *b,
                char out[WORDS_SIZE]);

/* The same with the plural form that belongs to `n`. */
void words_count(const struct words *words, enum word word, int64_t n, const char *a, const char *b,
                 char out[WORDS_SIZE]);

/* What stands before and behind the hole of a word with one, with its spaces: "by ", "". */
void words_around(const struct words *words, enum word word, char before[WORDS_SIZE], char after[WORDS_SIZE]);

/* Such a word without its hole: "by". */
void words_bare(const struct words *words, enum word word, char out[WORDS_SIZE]);

/* "На связи 6 из 6 постов" */
void words_bays(const struct words *words, int online, int total, char out[WORDS_SIZE]);

/* "14:32" */
void words_clock(struct wall at, char out[WORDS_SIZE]);

/*
 * Dates. `words` NULL: figures alone ("21.11.2026", "21.11", "24.11 12:00", "20.11"), for a place that two
 * languages share: a word of one must not stand there alone.
 *
 * "21 ноября"
 */
void words_date(const struct words *words, struct wall at, char out[WORDS_SIZE]);

/* "21 ноя" */
void words_short_date(const struct words *words, struct wall at, char out[WORDS_SIZE]);

/* A promise as seen at `now`: "16:30"; on another day "пн 12:00", "24 ноя". */
void words_promise(const struct words *words, struct wall at, struct wall now, char out[WORDS_SIZE]);

/* The beginning of something that lasts: "13:10", "пт", "14 ноя". */
void words_begin(const struct words *words, struct wall at, struct wall now, char out[WORDS_SIZE]);

/* What the program brings with it: catalogues made from display/po (display/po/embed); the last has no
 * language. */
struct words_builtin {
    char lang[4];
    const unsigned char *bytes;
    size_t len;
};
extern const struct words_builtin words_builtin[];
