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
#define CONF_SOURCES_MAX  32 /* ids of one role */

struct conf_sources {
    char id[CONF_SOURCES_MAX][ID_SIZE];
    int n;
};

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
        char id[ID_SIZE];     /* empty: the host name */
        bool workshop;        /* view = "workshop" */
        char languages[2][4]; /* second one empty: one language */
        int ready_keep_min;
        double distance_m;
        int rotate; /* 0 90 180 270 */
        bool chime, speech;
        int call_delay_s;
        int quiet_from_min, quiet_to_min; /* minutes of the day; equal: no quiet hours */
        struct {
            char mode[8];  /* "dark" "light" "hours" */
            char brand[8]; /* "#RRGGBB" or empty */
            char logo[CONF_PATH], name[CONF_TEXT];
            struct {
                char slot[16], value[8]; /* overridden colours: slot name and "#RRGGBB" */
            } colours[24];
            int n_colours;
        } theme;
    } screen;
};

/* Built-in defaults only (no site). */
void conf_defaults(struct conf *conf);

/*
 * Reads `path` (NULL: CONF_DEFAULT_PATH if it exists, else defaults only), then the `n` settings "key=value"
 * of the command line, checks everything, fills the defaults in. False: `fault` says where, what and the
 * cure. A struct conf is large: keep it on the heap or static in main.
 */
bool conf_load(struct conf *conf, const char *path, const char *const *settings, int n,
               char fault[CONF_FAULT_SIZE]);

/* Reads the first line of broker.password_file into `out`; true with an empty text if none is configured.
 * A relative name "NAME" is looked up in $CREDENTIALS_DIRECTORY first. */
bool conf_password(const struct conf *conf, char *out, size_t size, char fault[CONF_FAULT_SIZE]);

/* Whether a source may speak: a configured bay, or a listed id of its role. */
bool conf_knows_source(const struct conf *conf, enum role role, const char *id);

/* Writes every key with type, default, bounds and help, for --help and the manual; the rows of the key table.
 */
void conf_print_keys(void (*line)(void *user, const char *text), void *user);
