/*
 * One hub under test: a temporary database, a fake clock, what it published, and a read-only look into its
 * tables. One at a time (the fake clock is the process's). Faults found on the way (a topic with a wrong
 * retain flag, a private member on the public board, …) are kept as sentences until drive_fault takes them.
 */
#pragma once

#include "base/tick.h"

#include <jansson.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DRIVE_SETTINGS_MAX 32
#define DRIVE_RECEIPTS_MAX 1100
#define DRIVE_TOPICS_MAX   128
#define DRIVE_FAULTS_MAX   8
#define DRIVE_TEXT         512

struct drive_receipt {
    char source[80]; /* "desk/front" */
    json_t *body;
};

struct drive_topic {
    char name[200]; /* without "pit/v1/<site>/" */
    char *bytes;
    size_t len;
    json_t *body; /* NULL if it is no JSON */
    int64_t count;
};

struct drive {
    struct hub *hub;
    struct conf *conf;
    sqlite3 *db; /* read only; opened again after each start of the hub */
    char dir[64], path[96];
    char plan[DRIVE_TEXT]; /* configuration file */
    char setting[DRIVE_SETTINGS_MAX][DRIVE_TEXT];
    int n_settings;

    struct wall day, wall;
    struct boot boot;
    char boot_id[16];
    int boots;
    bool synced;

    struct drive_receipt receipts[DRIVE_RECEIPTS_MAX];
    int n_receipts;
    struct drive_topic topics[DRIVE_TOPICS_MAX];
    int n_topics;
    char faults[DRIVE_FAULTS_MAX][DRIVE_TEXT];
    int n_faults;
};

/* A clean start: new directory, default day and clock, no hub yet. False if the directory cannot be made. */
bool drive_begin(struct drive *d, const char *plan);
/* Ends the hub, compares the tables with a fresh fold, checks the file, removes everything. Faults tell. */
void drive_end(struct drive *d);

/* Adds "key=value" for the next start of the hub. */
bool drive_set(struct drive *d, const char *setting);
/* Starts the hub if it is not running, with the settings so far. */
bool drive_start(struct drive *d);
void drive_stop(struct drive *d);

/* Moves the wall clock to `at` and the boot clock by as much; then lets the hub do what is due. */
void drive_to(struct drive *d, struct wall at);
/* Steps the wall clock alone. */
void drive_step(struct drive *d, struct wall at);
void drive_synced(struct drive *d, bool synced);
/* A new boot of the machine: new id, the boot clock starts again. The hub must be stopped. */
void drive_reboot(struct drive *d);
/* Lets boards out that wait for the limit of 30 a second. */
void drive_settle(struct drive *d);

bool drive_message(struct drive *d, const char *tail, const void *bytes, size_t len, bool retained);
bool drive_commit(struct drive *d);
void drive_forget_receipts(struct drive *d);
void drive_forget_topics(struct drive *d);

/* The last publication on a topic; NULL if there was none. */
struct drive_topic *drive_topic(struct drive *d, const char *name);

/* "10:00", "10:00:05.250" on the case's day (hours up to 99), or a full RFC 3339 time. */
bool drive_parse_time(const struct drive *d, const char *text, struct wall *out);
/* The reverse; other days are written in full. */
void drive_format_time(const struct drive *d, struct wall at, char out[32]);

/* Text of the whole result, a row per line, columns joined by '|', NULL as '-'. The caller frees it; NULL and
 * a fault on an error. hm(ms) writes a time, sec(ms) a length, in SQL. `arg` is bound to ?1 if not NULL. */
char *drive_sql(struct drive *d, const char *sql, const char *arg);

void drive_fault(struct drive *d, const char *format, ...) __attribute__((format(printf, 2, 3)));
