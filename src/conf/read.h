/*
 * Turns libconfig settings into fields by the key table, and says what is wrong with them and where. Internal
 * to src/conf. Nothing here outlives conf_load.
 */
#pragma once

#include "conf/keys.h"

#include <libconfig.h>

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

/* Reads every member of a group into `base` (a struct conf, or a struct conf_item for an element of a list);
 * `prefix` is what stands before a member's name in the key table, "" or "screen." or "stages[].". */
bool read_group(struct reading *r, void *base, const char *prefix, const config_setting_t *group);

/* One value into the field its row names. */
bool read_key(struct reading *r, void *base, const struct key *key, const config_setting_t *at);

/* The value of a setting for a fault, short and on one line. */
void read_value_text(const config_setting_t *at, char *out, size_t size);

/* When all layers are read: stages, routes and bays into conf->plan, with the defaults; checked. */
bool read_plan(struct reading *r);

/* A valid time zone name whose data is on this machine. */
bool zone_exists(const char *name);
