/* The hub's state from the database, and the configuration as an event. */
#include "app/hub_own.h"
#include "sys/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LOG_TAG "hub"
#include "base/log.h"

struct restore {
    struct hub *hub;
    struct plan *plan; /* of the log so far */
    struct board *board;
    bool have_plan;
};

static bool take_config(void *user, const struct store_event *row)
{
    struct restore *r = user;
    struct plan *next = malloc(sizeof *next);
    bool ok = next && config_decode(row->body, row->body_len, next);
    if (ok && r->have_plan)
        ok = plan_merge(r->plan, next);
    else if (ok)
        *r->plan = *next;
    r->have_plan |= ok;
    free(next);
    return ok;
}

static bool take_job(void *user, struct job *job)
{
    return board_adopt(((struct restore *)user)->board, job);
}

static void take_bay(void *user, uint8_t index, struct wall help, const char *reason)
{
    struct bay *bay = board_bay(((struct restore *)user)->board, index);
    bay->help = help;
    snprintf(bay->help_reason, sizeof bay->help_reason, "%s", reason);
}

static bool take_note(void *user, const struct store_event *row)
{
    struct restore *r = user;
    struct event *event = malloc(sizeof *event);
    if (event && msg_decode(row->body, row->body_len, event) == REASON_NONE) {
        struct note note = { .at = row->at };
        snprintf(note.source, sizeof note.source, "%s", row->source);
        snprintf(note.job, sizeof note.job, "%s", row->job);
        memcpy(note.by, event->by, sizeof note.by);
        memcpy(note.text, event->text, sizeof note.text);
        board_add_note(r->board, &note);
    }
    free(event);
    return true;
}

/*
 * Higher than what an earlier run can have reached: those began with their wall clock in ms too and rise by
 * at most 30 a second. With a clock that went back since, a wide step above the last event instead.
 */
static void raise_rev(struct hub *hub, struct wall received)
{
    int64_t now = clock_wall().ms;
    bool behind = !wall_is_none(received) && now <= received.ms;
    int64_t rev = behind ? received.ms + 3600000 : now;
    if (hub->info.rev < rev)
        hub->info.rev = rev;
}

/* Fills r->board. False: storage failed, or memory is out. */
static bool read_state(struct restore *r)
{
    struct store *store = r->hub->store;
    *r->plan = r->hub->conf->plan;
    if (!store_each(store, STORE_CONFIGS, 0, take_config, r) || !(r->board = board_create(r->plan)))
        return false;
    int64_t newest;
    struct wall received;
    if (!store_newest(store, &newest, &received))
        return false;
    r->hub->next_seq = newest + 1;
    raise_rev(r->hub, received);
    return store_load_open(store, r->plan, take_job, r) && store_load_bays(store, r->plan, take_bay, r) &&
           store_each(store, STORE_NOTES, BOARD_NOTES_MAX, take_note, r);
}

bool hub_restore(struct hub *hub, char *fault, size_t size)
{
    struct restore r = { .hub = hub, .plan = malloc(sizeof *r.plan) };
    /* What a failed rollback left open is not what the database holds. */
    bool ok = r.plan && !store_in_transaction(hub->store) && read_state(&r) && hub_restore_presses(hub);
    free(r.plan);
    hub->ahead = !ok;
    if (ok) {
        board_destroy(hub->board);
        hub->board = r.board;
        return true;
    }
    board_destroy(r.board);
    snprintf(fault, size, "the state cannot be read from the database: %s", store_error(hub->store));
    return false;
}

struct receipt_info hub_info_now(const struct hub *hub, enum role role, const char *id)
{
    struct receipt_info info = { .role = role,
                                 .id = id,
                                 .known = role == ROLE_HUB || conf_knows_source(hub->conf, role, id),
                                 .received = clock_wall(),
                                 .up = clock_boot(),
                                 .synced = hub->synced };
    snprintf(info.boot, sizeof info.boot, "%s", clock_boot_id());
    return info;
}

bool hub_read_notice(struct hub *hub)
{
    char text[GUARD_TEXT] = "";
    if (!guard_notice(hub->conf->store.path, text, &hub->damage_since))
        text[0] = '\0';
    bool turned = strcmp(text, hub->damage) != 0;
    memcpy(hub->damage, text, sizeof hub->damage);
    return turned;
}

static bool append_config(struct hub *hub, const struct text *body)
{
    struct receipt_info info = hub_info_now(hub, ROLE_HUB, "config");
    char id[48];
    snprintf(id, sizeof id, "config-%lld", (long long)hub->next_seq);
    struct store_event row = { .source = "hub/config",
                               .id = id,
                               .type = "config",
                               .at = info.received,
                               .claimed = WALL_NONE,
                               .received = info.received,
                               .boot = info.boot,
                               .up = info.up,
                               .synced = info.synced,
                               .applied = true,
                               .body = body->data,
                               .body_len = body->len,
                               .body_is_text = true,
                               .digest = hash_bytes(HASH_START, body->data, body->len) };
    return store_append(hub->store, &row) == hub->next_seq++;
}

/* Before it is recorded: a configuration that cannot be merged would keep the log from ever being read again.
 */
static bool fits(const struct hub *hub)
{
    struct plan *all = malloc(sizeof *all);
    if (all)
        *all = *board_plan(hub->board);
    bool done = all && plan_merge(all, &hub->conf->plan);
    free(all);
    return done;
}

bool hub_log_config(struct hub *hub, char *fault, size_t size)
{
    if (hub->next_seq > 1 && plan_same(board_plan(hub->board), &hub->conf->plan))
        return true;
    if (!fits(hub)) {
        snprintf(fault, size,
                 "the log already knows too many different stages, routes or bays; use earlier ids again");
        return false;
    }
    struct text body = text_grow(CONFIG_BYTES_MAX);
    bool ok = config_encode(&hub->conf->plan, &body) && store_begin(hub->store) &&
              append_config(hub, &body) && store_commit(hub->store);
    text_free(&body);
    if (!ok) {
        store_rollback(hub->store);
        snprintf(fault, size, "cannot record the configuration: %s", store_error(hub->store));
        return false;
    }
    snprintf(fault, size, "out of memory");
    return board_set_plan(hub->board, &hub->conf->plan);
}

bool hub_fetch_job(struct hub *hub, const char *id)
{
    struct job *job = NULL;
    if (board_job(hub->board, id))
        return true;
    if (!store_load_job(hub->store, board_plan(hub->board), id, &job))
        return false;
    return !job || board_adopt(hub->board, job);
}
