/* Shared by hub.c, hub_state.c and hub_out.c only. */
#pragma once

#include "app/guard.h"
#include "app/hub.h"
#include "core/board.h"
#include "store/store.h"
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

    /* What goes out. */
    struct snapshot_info info;
    struct wall unsynced_since, crowded_since;
    struct wall midnight; /* start of the day that info.today counts */
    bool connected, dirty;
    struct text public_body, staff_body, message;
    uint64_t public_hash, staff_hash;
    uint64_t bay_hash[PLAN_BAYS_MAX];
    struct boot published, next_beat, next_change, next_forget;
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
void hub_publish_receipt(struct hub *hub, const struct pending *pending);
void hub_publish_beat(struct hub *hub);
/* A bay's device came or went. */
void hub_bay_status(struct hub *hub, const char *bay, const void *payload, size_t len);
