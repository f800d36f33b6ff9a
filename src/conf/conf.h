/*
 * The configuration file (CONTRACT 8) as one plain struct. The only folder that knows libconfig.
 * One file serves all programs; an unknown key is a fault. A fault names FILE:LINE: key: what is wrong, what
 * would be right, for instance pitboard.cfg:12: broker.port: 99999 is not between 1 and 65535; 1883 is usual
 */
#pragma once

#include "core/event.h"
#include "core/plan.h"

#include <stdbool.h>
#include <stddef.h>

#define CONF_DEFAULT_PATH "/etc/pitboard/pitboard.cfg"
#define CONF_FAULT_SIZE   512
#define CONF_TEXT         257
#define CONF_PATH         512
#define CONF_REASON       CHARS_SIZE(200)
#define CONF_SOURCES_MAX  32 /* ids of one role */
#define CONF_BUTTONS_MAX  256
#define CONF_BOXES_MAX    64
#define CONF_INPUTS_MAX   8  /* of one box */
#define CONF_KEYS_MAX     64 /* of one input */
#define CONF_OUTPUTS_MAX  8  /* of one box */
#define CONF_SPANS_MAX    3  /* opening times of one day */
#define CONF_HOLIDAYS_MAX 128
#define CONF_MAIL_MAX     8

struct conf_sources {
    char id[CONF_SOURCES_MAX][ID_SIZE];
    int n;
};

/* What a press asks for. A button has those up to CONF_NOTE, the key of a box has all. */
enum conf_type {
    CONF_NEXT,
    CONF_HOLD, /* `reason` is the id of a configured hold stage */
    CONF_REWORK,
    CONF_UNDO,
    CONF_HELP,
    CONF_NOTE,    /* `text` is not empty */
    CONF_CONFIRM, /* "still working": a note event */
};

/* What one button or key sends. */
struct conf_act {
    enum conf_type type;
    char reason[CONF_REASON]; /* empty: none */
    char text[CONF_REASON];   /* of CONF_NOTE; CONF_CONFIRM may have one */
};

enum conf_profile {
    CONF_GENERAL, /* topic, pointer and value say all */
    CONF_ZIGBEE2MQTT,
    CONF_TASMOTA,
    CONF_SHELLY1,
    CONF_SHELLY2,
    CONF_ESPHOME,
};

/* Somebody else's button at the broker: one press of it that counts. */
struct conf_button {
    enum conf_profile profile;
    char topic[CONF_TEXT];   /* MQTT filter; never matches a topic below pit/v1/ */
    char pointer[CONF_TEXT]; /* RFC 6901; empty: the whole payload, or a built-in profile */
    char value[CONF_TEXT];   /* not empty */
    char bay[ID_SIZE];       /* configured */
    struct conf_act act;     /* CONF_NEXT to CONF_NOTE */
    enum { CONF_TOGGLE, CONF_ON, CONF_OFF } on; /* of help */
    int gap_ms;                                 /* 0 to 60000: what comes sooner is no press of its own */
};

/* One row of the key map: no two of an input have the same code and press. */
struct conf_key {
    char code[33]; /* "KEY_F13", "BTN_0": a name of linux/input-event-codes.h, not looked up; not KEY_POWER */
    bool long_press;
    struct conf_act act;
};

struct conf_input {
    char device[CONF_PATH];
    bool scanner; /* types work orders */
    bool grab;    /* EVIOCGRAB */
    struct conf_key *keys;
    int n_keys; /* 0 only for a scanner */
};

enum conf_driver { CONF_LED, CONF_GPIO, CONF_MQTT, CONF_KEYBOARD, CONF_FILE };

#define CONF_SLOTS_MAX 24

/* Overridden colours of the theme: slot name and "#RRGGBB". */
struct conf_colours {
    struct {
        char slot[16], value[8];
    } of[CONF_SLOTS_MAX];
    int n;
};

enum conf_colour { CONF_RED, CONF_AMBER, CONF_GREEN, CONF_ALL };

/* A lamp or a part of one. What its driver needs is set, and nothing else (empty). */
struct conf_output {
    enum conf_driver driver;
    enum conf_colour colour; /* of this lamp; CONF_ALL: it shows any */
    char path[CONF_PATH]; /* led: /sys/class/leds/…; gpio: /dev/gpiochip…; keyboard: event device; file */
    int line;             /* gpio: 0 to 1023; keyboard: which LED; -1: left out */
    bool active_low;      /* gpio */
    char topic[CONF_TEXT];              /* mqtt: a name, no filter; not below pit/v1/ */
    char on[CONF_TEXT], off[CONF_TEXT]; /* mqtt: payloads; "{colour}" stands for the word of the colour */
};

/* The button box and lamp of a bay. */
struct conf_box {
    char bay[ID_SIZE];                                  /* configured; one box each */
    char username[CONF_TEXT], password_file[CONF_PATH]; /* empty: none; else filled in */
    char outbox[CONF_PATH];                             /* filled in */
    int debounce_ms;                                    /* 0 to 1000 */
    int long_ms;             /* 300 to 5000: a press of this length is a long one */
    char display[CONF_PATH]; /* empty: none */
    struct conf_input *inputs;
    int n_inputs;
    struct conf_output *outputs;
    int n_outputs;
};

/* Opening times of a weekday, ascending, apart; minutes from 0 to 1440. n 0: closed. */
struct conf_day {
    struct {
        int from_min, to_min; /* [from, to) */
    } span[CONF_SPANS_MAX];
    int n;
};

struct conf_date {
    int year; /* 0: every year */
    int month, day;
};

/* Lists behind pointers live in `blocks` until conf_clear. Do not copy it by assignment. */
struct conf {
    char site[ID_SIZE]; /* empty if not set (the screen finds it, the hub refuses) */
    struct label title;
    enum privacy privacy;
    char pickup[NAME_SIZE]; /* empty: none */
    int forgotten_h, retention_days;
    struct plan plan; /* stages, routes, bays, zone; defaults filled in */

    struct {
        char host[CONF_TEXT];
        int port;
        char username[CONF_TEXT], password_file[CONF_PATH]; /* empty: none */
        char ca[CONF_PATH], cert[CONF_PATH], key[CONF_PATH];
    } broker;
    struct {
        char path[CONF_PATH];
    } store;
    struct {
        char dir[CONF_PATH]; /* empty: "backup" beside the database */
        int keep, at_min;    /* at_min: minutes of the day, -1 never */
    } backup;
    struct {
        int max_age_h, undo_window_s;
    } events;
    struct conf_sources desk, dms, rate;
    struct {
        char id[ID_SIZE];     /* empty: host name and machine's mark (sys/machine.h) */
        bool workshop;        /* view = "workshop" */
        char languages[2][4]; /* second one empty: one language */
        int ready_keep_min;
        double distance_m;
        int rotate; /* 0 90 180 270 */
        bool chime, speech;
        bool fade_pages;
        int call_delay_s;
        int quiet_from_min, quiet_to_min; /* minutes of the day; equal: no quiet hours */
        struct {
            char mode[8];  /* "dark" "light" "hours" */
            char brand[8]; /* "#RRGGBB" or empty */
            char logo[CONF_PATH], name[CONF_TEXT];
            struct conf_colours colours, dark, light; /* of both modes, of one */
        } theme;
    } screen;

    struct conf_button *buttons; /* in the order of the file */
    int n_buttons;
    struct conf_box *boxes;
    int n_boxes;
    struct {
        bool given;             /* false: always open */
        struct conf_day day[7]; /* Monday first */
    } hours;
    struct conf_date holidays[CONF_HOLIDAYS_MAX];
    int n_holidays;
    struct {
        char to[CONF_MAIL_MAX][CONF_TEXT];
        int n_to;
        char from[CONF_TEXT]; /* empty: the program's own */
        char program[CONF_PATH];
    } mail;
    struct {
        char dir[CONF_PATH]; /* empty: "reports" beside the database */
        int at_min;          /* minutes of the day, -1 never */
    } daily;
    struct {
        bool discovery;
        char prefix[CONF_TEXT]; /* topic levels, no "/" at its ends */
    } homeassistant;
    struct {
        int repeat_days;
    } report;

    struct conf_block *blocks; /* memory of the lists; internal */
};

/* Built-in defaults only (no site). `conf` may hold anything but lists: those are lost without conf_clear. */
void conf_defaults(struct conf *conf);

/*
 * Reads `path` (NULL: CONF_DEFAULT_PATH if it exists, else defaults only), then the `n` settings "key=value"
 * of the command line, checks everything, fills the defaults in. False: `fault` says where, what and the
 * cure, and `conf` holds no lists. A struct conf is large: keep it on the heap or static in main. Loaded
 * again it has to be cleared before.
 */
bool conf_load(struct conf *conf, const char *path, const char *const *settings, int n,
               char fault[CONF_FAULT_SIZE]);

/* Frees the lists of a loaded `conf`, which has none then; what is not a list stays. Takes NULL. */
void conf_clear(struct conf *conf);

/* Reads the first line of broker.password_file into `out`; true with an empty text if none is configured.
 * A relative name "NAME" is looked up in $CREDENTIALS_DIRECTORY first. */
bool conf_password(const struct conf *conf, char *out, size_t size, char fault[CONF_FAULT_SIZE]);

/* The same for the connection of a box: its password_file. */
bool conf_box_password(const struct conf_box *box, char *out, size_t size, char fault[CONF_FAULT_SIZE]);

/* The event that a press of this type sends; EV_NOTE for CONF_CONFIRM. */
enum event_type conf_type_event(enum conf_type type);

/* Whether a source may speak: a configured bay, or a listed id of its role. */
bool conf_knows_source(const struct conf *conf, enum role role, const char *id);

/* Writes every key with type, default, bounds and help, for --help and the manual; the rows of the key table.
 */
void conf_print_keys(void (*line)(void *user, const char *text), void *user);
