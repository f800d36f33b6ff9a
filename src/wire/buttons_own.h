/* Shared by buttons.c, buttons_place.c and buttons_read.c only. */
#pragma once

#include "wire/buttons.h"

/* What a topic tells about a device. */
enum feed_kind {
    FEED_ALIVE,   /* online, offline, true, false, or {"state":"online"} */
    FEED_LEVELS,  /* battery and link quality in an object */
    FEED_BATTERY, /* a bare number */
};

struct feed {
    char topic[BUTTON_TOPIC_SIZE + 24];
    enum feed_kind kind;
};

struct place {
    struct feed feed[BUTTON_FEEDS];
    int n;
};

/* The topics that belong to a row. False: its topic does not fit its profile; `fault` says what would. */
bool place_row(const struct button *row, struct place *place, char *fault, size_t size);

struct buttons {
    const struct button *rows;
    int n_rows;
    const char *filter[BUTTONS_MAX]; /* the covering ones */
    int n_filters;
    struct feed feed[BUTTON_FEEDS_MAX];
    int n_feeds;
    struct {
        int feed[BUTTON_FEEDS], n;
    } of_row[BUTTONS_MAX];
};
