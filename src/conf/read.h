/*
 * Turns libconfig settings into fields by the key table, and says what is wrong with them and where. Internal
 * to src/conf. Nothing here outlives conf_load.
 */
#pragma once

#include "conf/keys.h"

#include <libconfig.h>

#define READ_PATH_SIZE 256

/* One parsed text: the file, or a setting of the command line. */
struct layer {
    const char *file;    /* NULL: a setting of the command line */
    const char *setting; /* "broker.port=99999" */
    const char *path;    /* its key, "broker.port" */
    config_t tree;
};

struct reading {
    struct conf *conf;
    struct layer *layers; /* later ones win */
    int n;
    const struct layer *layer; /* the one that is read now */
    char later[160];           /* keys that this version does not use */
    char *fault;               /* CONF_FAULT_SIZE */
};

/* Where a key was set last, and `layer` turned to it; NULL if it was left out. */
const config_setting_t *read_where(struct reading *r, const char *path);

/* Writes "FILE:LINE: key: <format>" and returns false. `at` may be NULL: then about the whole file. */
bool read_fault(const struct reading *r, const config_setting_t *at, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The same with "<value> is not <what>; <cure>", and with what the key takes. */
bool read_fault_value(const struct reading *r, const config_setting_t *at, const struct key *key,
                      const char *what);
bool read_fault_type(const struct reading *r, const config_setting_t *at, const struct key *key);

/* Where a key keeps its value in `base`. */
void *read_field(void *base, const struct key *key);

/* An array, or a list in its place. */
bool read_is_series(const config_setting_t *at);

/* Whether as many are listed as the key allows; notes that there are `n` of them and returns true. */
bool read_count(const struct reading *r, const struct key *key, const config_setting_t *at);
bool read_set_count(void *base, const struct key *key, int n);

/* Reads every member of a group into `base` (a struct conf, or an element of a list);
 * `prefix` is what stands before a member's name in the key table, "" or "screen." or "stages[].". */
bool read_group(struct reading *r, void *base, const char *prefix, const config_setting_t *group);

/* One value into the field its row names. */
bool read_key(struct reading *r, void *base, const struct key *key, const config_setting_t *at);

/* Times of day, opening hours and dates. */
bool read_times(struct reading *r, void *base, const struct key *key, const config_setting_t *at);

/* The defaults of the keys right below `prefix`, from the table's own texts. */
bool read_defaults(struct reading *r, void *base, const char *prefix);

/* Whether `at` is a list of as many groups as the key allows. */
bool read_list_bounds(const struct reading *r, const struct key *key, const config_setting_t *at);

/* Its elements, checked one by one, into memory of the configuration; NULL with a fault (or without one:
 * there are none). */
void *read_elements(struct reading *r, const struct key *key, const config_setting_t *at);

/* Frees the elements that were read last, if they hold no lists and are no longer needed. */
void read_drop(struct reading *r);

/* Both, into the pointer and the count of a KEY_LIST; lists within are read the same way. */
bool read_list(struct reading *r, void *base, const struct key *key, const config_setting_t *at);

/* The value of a setting for a fault, short and on one line. */
void read_value_text(const config_setting_t *at, char *out, size_t size);

/* When all layers are read: stages, routes and bays into conf->plan, with the defaults; checked. */
bool read_plan(struct reading *r);

/* When the plan is known: what buttons and boxes say about it and about each other; fills in what boxes leave
 * out. */
bool read_buttons(struct reading *r);
bool read_boxes(struct reading *r);

/* A valid time zone name whose data is on this machine. */
bool zone_exists(const char *name);
