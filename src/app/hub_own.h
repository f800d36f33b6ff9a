/* Shared by the hub's own files (hub*.c, rebuild.c) only. */
#pragma once

#include "app/guard.h"
#include "app/hub.h"
#include "app/rows.h"
#include "core/board.h"
#include "store/devices.h"
#include "wire/msg.h"
#include "wire/snapshot.h"
#include "wire/topic.h"

/* A receipt that waits for the commit. */
struct pending {
    enum role role;
    char id[ID_SIZE];
    struct receipt receipt;
};

struct hub_counters {
    int64_t applied, rejected, duplicate, retained, storage, rounds;
};

#define HUB_INPUTS_MAX    1024 /* inputs of other people's buttons whose repeats are told */
#define HUB_ANNOUNCED_MAX 512  /* entities of Home Assistant */

/* What tells a repeat: the input's last mark; a row's last press. */
struct input {
    char name[BUTTON_INPUT_SIZE], mark[BUTTON_MARK_SIZE], boot[BOOT_ID_SIZE];
    struct boot up;
};

/* A committed delivery: packet 0 is none. */
struct delivery {
    int packet;
    uint64_t hash;
};

/* What a device's topic said last. */
struct hub_feed {
    bool seen, unsaved;
    int battery, link;       /* -1 unknown */
    struct wall low, silent; /* since then; WALL_NONE: it is not */
};

struct hub {
    const struct conf *conf;
    const struct hub_ops *ops;
    void *user;
    struct store *store;
    struct board *board;
    struct rules rules;
    int64_t next_seq;
    struct hub_counters counters;

    /* The round. */
    struct pending pending[HUB_ROUND_MAX];
    int n_pending;
    bool synced;  /* the clock, at the round's first event: asking is a system call */
    bool lost;    /* storage failed within this round */
    bool touched; /* something was applied in this round */

    /* Storage failed and no probe has worked since. */
    bool sick;
    bool ahead; /* the fold is ahead of the database and could not be read back: publish no board */
    char sick_why[200];
    struct wall sick_since;

    /* What the staff must know. */
    char damage[GUARD_TEXT], backup_why[160]; /* empty: nothing */
    struct wall damage_since, backup_since;

    /* Other people's buttons; the boxes are the bays' own. */
    struct rows *rows;
    struct input *inputs; /* HUB_INPUTS_MAX */
    int n_inputs;
    bool full; /* said that there are HUB_INPUTS_MAX */
    struct delivery delivery[STORE_DELIVERIES_MAX];
    int64_t deliveries; /* so far */
    bool resent;        /* until a new delivery, or `resent_until`, known ones may come again */
    struct boot resent_until;
    bool behind; /* what comes now has waited at the broker: its arrival says nothing of its time */
    struct hub_feed feeds[BUTTON_FEEDS_MAX], boxes[PLAN_BAYS_MAX]; /* by feed, by plan index */
    struct boot next_save;

    /* Home Assistant. */
    bool ha_due, ha_gone;          /* to be told all; something was taken back and is not forgotten yet */
    char ha_status[CONF_TEXT + 8]; /* topic; empty: discovery is off */

    /* What goes out. */
    struct snapshot_info info;
    struct wall unsynced_since, crowded_since;
    struct wall midnight; /* start of the day that info.today counts */
    bool connected, dirty;
    struct text public_body, staff_body, message;
    uint64_t public_hash, staff_hash;
    uint64_t bay_hash[PLAN_BAYS_MAX];
    struct boot published, beat, next_beat, next_change, next_forget, next_roll, next_upkeep;
    struct wall next_change_wall;
};

/* Restores board, notes, help calls and sequence from the database. False: why is in store_error or `fault`.
 */
bool hub_restore(struct hub *hub, char *fault, size_t size);
/* The notice of a mended database, as long as it lies beside it. True: it came or went. */
bool hub_read_notice(struct hub *hub);
/* Appends a `config` event if the configured plan differs from the board's, and takes it over. */
bool hub_log_config(struct hub *hub, char *fault, size_t size);
/* The clock columns of something received now. */
struct receipt_info hub_info_now(const struct hub *hub, enum role role, const char *id);
/* Puts a closed or unknown job on the board if the database has it. False: storage failed. */
bool hub_fetch_job(struct hub *hub, const char *id);

/* The state went stale: publish at once if the last board is old enough, else when it is. */
void hub_changed(struct hub *hub);
void hub_publish_state(struct hub *hub, bool again);
/* What was published goes out before the rest of the work. */
void hub_flush(struct hub *hub);
/* Looks after the database's files: at once if that cannot wait, else in the next quiet moment. */
void hub_look_after(struct hub *hub);
void hub_publish_receipt(struct hub *hub, const struct pending *pending);
void hub_publish_beat(struct hub *hub);
/* A screen came: it shows nothing before it has heard a beat. */
void hub_beat_soon(struct hub *hub);
/* One event of a source, into the round. False: the round is lost. */
bool hub_take_event(struct hub *hub, const struct topic *topic, const void *payload, size_t len);

/* Reads back what tells repeats, and what devices said. False: storage failed. */
bool hub_restore_presses(struct hub *hub);
bool hub_restore_devices(struct hub *hub);
/* No device has said anything yet. */
void hub_forget_devices(struct hub *hub);
/* Writes what devices said, if it is time or `now`; not within a round. */
void hub_save_devices(struct hub *hub, bool now);
/* "3 (12 %), 5": bays with a battery that is low; false if there is none. */
bool hub_low_batteries(const struct hub *hub, struct text *out, struct wall *since);

/* Tells Home Assistant all and takes back what is not wanted any more. */
void hub_ha_connected(struct hub *hub);
void hub_ha_tick(struct hub *hub);
void hub_ha_heard(struct hub *hub, const char *topic, const void *payload, size_t len, bool retained);

/* A bay's device came or went. */
void hub_bay_status(struct hub *hub, const char *bay, const void *payload, size_t len);

/* Makes a roll-up if one is due. */
void hub_roll_tick(struct hub *hub, struct boot now);
