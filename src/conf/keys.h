/*
 * The key table: one row per key of the configuration file. The file's reader, the settings of the command
 * line, the defaults, --help and the manual all come from these rows. Internal to src/conf; knows no
 * libconfig.
 */
#pragma once

#include "conf/conf.h"

enum key_type {
    KEY_ID,   /* text_is_id, or empty if `low` is 0 */
    KEY_TEXT, /* low to high characters */
    KEY_FILE, /* the same, of a file name */
    KEY_INT,  /* low to high, and one of `choices` if there are any */
    KEY_REAL,
    KEY_BOOL,
    KEY_CHOICE,    /* one of `choices`; keeps its place as int */
    KEY_SWITCH,    /* one of two `choices`; keeps its place as bool */
    KEY_WORD,      /* one of `choices`; keeps the word */
    KEY_ZONE,      /* a name below /usr/share/zoneinfo */
    KEY_COLOUR,    /* "#RRGGBB", or empty */
    KEY_COLOURS,   /* group of slot = colour */
    KEY_LABEL,     /* group of language = text */
    KEY_LANGUAGES, /* one or two language codes */
    KEY_QUIET,     /* [ "HH:MM", "HH:MM" ], or [] */
    KEY_TIME,      /* "HH:MM" as minutes of the day; empty: -1 */
    KEY_IDS,       /* array of at most CONF_SOURCES_MAX ids, none twice */
    KEY_NAMES,     /* array of ids that are looked up later */
    KEY_TEXTS,     /* array of low to high texts of CONF_TEXT bytes, none twice; their number at `count` */
    KEY_HOURS,     /* array of up to CONF_SPANS_MAX pairs "HH:MM", "HH:MM" */
    KEY_DATES,     /* array of low to high dates; their number at `count` */
    KEY_LIST, /* list of low to high groups; the keys of one follow as "<path>[].…". A pointer to elements of
                 `size` bytes at `offset`, their number at `count` */
    KEY_PLAN,  /* the same, read into struct plan when all layers are known */
    KEY_LATER, /* taken for a later version: accepted, not looked into */
};

struct key {
    const char *path; /* "broker.port"; "stages[].kind" for a key of each element of a list */
    enum key_type type;
    size_t offset, size; /* of the field in struct conf, or in the element that a list is made of */
    double low, high;
    const char *usual;   /* default as written in the file; NULL: none, or found out elsewhere */
    const char *choices; /* "tail|code|plate" */
    const char *example; /* for a cure if there is no `usual` */
    const char *why;     /* reason of the bounds, said in the fault; may be NULL */
    const char *help;    /* one or two sentences */
    size_t count;        /* offset of the number of elements beside `offset` */
    bool need;           /* each element of its list gives it */
    bool unique;         /* a text that no two elements of a list share */
    const char *(*check)(const char *text); /* of KEY_TEXT, KEY_FILE and each of KEY_TEXTS; see checks.h */
};

/* Memory of a list; the elements follow. */
struct conf_block {
    struct conf_block *next;
    max_align_t elements[];
};

/* One element of stages, routes or bays while it is read. */
struct conf_item {
    char id[ID_SIZE];
    struct label label;
    int kind;
    int limit_min;
};

/* The rows in the order of the manual. */
const struct key *key_rows(size_t *n);

/* The row of a path; NULL if there is none. */
const struct key *key_find(const char *path);

/* Whether `path` is a group that keys are in ("broker", "screen.theme"). */
bool key_is_group(const char *path);

/* The known key or group nearest to an unknown one, as `path` could be mended; false if nothing is close. */
bool key_nearest(const char *path, char *out, size_t size);

/* The first key of a list's elements, by its bare name. */
const char *key_first(const struct key *list);

/* What a key takes, in words: "a whole number from 1 to 65535". */
void key_type_text(const struct key *key, char *out, size_t size);

/* Place of `word` in "a|b|c"; -1 if it is none of them. */
int key_choice(const char *choices, const char *word);
