/*
 * Other people's buttons (CONTRACT 4): the payloads of zigbee2mqtt, Tasmota, Shelly and ESPHome, and of
 * anything else by topic filter, JSON pointer and value. One table of profiles, one table of rows; pure, no
 * clock.
 *
 *   topic and bytes ──► buttons_read  ──► actions: which rows they are a press of, and the mark that tells a
 * new press from the same one said again ──► buttons_state ──► a device is there or not, its battery, its
 * radio link
 *
 * A value is one action word ("single", "SINGLE", "S", "single_push", "press", "ON"). On devices with several
 * inputs it may name the input before it: "Button2:SINGLE", "input:1:single_push",
 * "bthomedevice:200:3:long_push" (the third number is the button of a BLU remote).
 *
 * Payloads: zigbee2mqtt.io (MQTT topics and messages), tasmota.github.io (Buttons and Switches, MQTT),
 * shelly-api-docs.shelly.cloud (Gen1 MQTT, Gen2 notifications, BTHomeDevice), esphome.io (MQTT client
 * component). Not thread-safe; a table is never changed after buttons_create.
 */
#pragma once

#include "base/text.h"
#include "core/event.h"

#define BUTTONS_MAX         256 /* rows */
#define BUTTON_FEEDS        3   /* topics of one row that tell about its device */
#define BUTTON_FEEDS_MAX    (BUTTONS_MAX * BUTTON_FEEDS)
#define BUTTON_TOPIC_SIZE   257
#define BUTTON_INPUT_SIZE   400
#define BUTTON_MARK_SIZE    32
#define BUTTON_ACTIONS_MAX  8     /* of one message; what comes behind them is not read */
#define BUTTON_ROWS_MAX     8     /* rows that one action is a press of */
#define BUTTONS_PAYLOAD_MAX 32768 /* bytes; a longer payload is none of a button */

enum button_profile {
    BUTTON_GENERAL,
    BUTTON_ZIGBEE2MQTT,
    BUTTON_TASMOTA,
    BUTTON_SHELLY1,
    BUTTON_SHELLY2,
    BUTTON_ESPHOME,
};

/* One row: what counts as a press, and the event it becomes. The texts are the caller's and outlive the
 * table.
 */
struct button {
    enum button_profile profile;
    const char *topic; /* a filter for BUTTON_GENERAL, else the name of the topic that carries the presses */
    const char *pointer; /* RFC 6901, BUTTON_GENERAL only; empty: the payload is the value */
    const char *value;   /* not empty */
    const char *bay;
    enum event_type type;
    const char *reason, *text; /* empty: none */
    int on;                    /* of a help: 1, 0, or -1: toggle */
    int gap_ms;                /* the least between two presses of this row; 0: none */
};

/* How a repeat is told. */
enum button_mark {
    MARK_NONE,   /* every delivery is a press */
    MARK_CHANGE, /* a press if the mark is another than the input's last; the first one only sets the base */
    MARK_LEVEL,  /* the same, but the first one counts */
    MARK_TIME,   /* the device's clock in ms: one that is not newer than the input's last is a repeat, unless
                    it lies a day back (then the device has lost its clock) */
};
/* Whether `mark` says that this is a new press, `last` being the input's last (NULL: there was none). */
bool button_mark_new(enum button_mark kind, const char *mark, const char *last);

/* One action of an input. With MARK_CHANGE and MARK_LEVEL the mark counts also if it is no row's press. */
struct button_action {
    char input[BUTTON_INPUT_SIZE];  /* the topic, and what of the device; marks are kept by it */
    char action[BUTTON_TOPIC_SIZE]; /* the device's word; empty: none, the mark still counts */
    enum button_mark kind;
    char mark[BUTTON_MARK_SIZE];
    int row[BUTTON_ROWS_MAX]; /* indexes into the rows */
    int n_rows;
};

struct button_actions {
    struct button_action at[BUTTON_ACTIONS_MAX];
    int n;
};

/* What a device says about itself; -1 where it says nothing. */
struct button_state {
    int feed;
    int alive;   /* 1 or 0 */
    int battery; /* per cent */
    int low;     /* 1 or 0: it calls its battery low */
    int link;    /* as the device counts it: zigbee 0 to 255 */
};

struct buttons;

/* Checks the rows and works out their topics. NULL with a sentence in `fault` and the row in *row: the topic
 * does not fit the profile, two filters overlap, or (*row -1) memory is out. `n` may be 0. */
struct buttons *buttons_create(const struct button *rows, int n, int *row, char *fault, size_t size);
void buttons_destroy(struct buttons *buttons); /* takes NULL */

/* Filters to listen to for presses: no topic matches two of them. NULL from `i` on that does not exist. */
const char *buttons_filter(const struct buttons *buttons, int i);
/* Topics that tell about devices, each once; NULL from `i` on that does not exist. */
const char *buttons_feed(const struct buttons *buttons, int i);
/* The feeds of a row. */
int buttons_row_feeds(const struct buttons *buttons, int row, int feeds[BUTTON_FEEDS]);

/* False if memory is out. Anything that is no press gives no action. */
bool buttons_read(const struct buttons *buttons, const char *topic, const void *bytes, size_t len,
                  struct button_actions *out);
/* False if it says nothing that is known. */
bool buttons_state(const struct buttons *buttons, const char *topic, const void *bytes, size_t len,
                   struct button_state *out);

/* The event of a press, as the log keeps it; `via` tells what was pressed, and when by the device's own clock, which
 * counts for nothing. */
bool button_event(const struct button *row, const char *id, const char *topic,
                  const struct button_action *action, struct text *out);

/* What the device of a row needs at the broker: a user name, and the `i`th filter of topics that are its own.
 * False from the `i` on that does not exist; general rows have none. */
bool button_rights(const struct button *row, int i, char user[BUTTON_TOPIC_SIZE],
                   char filter[BUTTON_TOPIC_SIZE]);

/* MQTT filters (MQTT 5, 4.7). */
bool filter_matches(const char *filter, const char *topic);
bool filter_covers(const char *filter, const char *other); /* every topic of `other` */
bool filter_overlaps(const char *filter, const char *other);
