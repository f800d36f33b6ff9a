/*
 * The durable round (DESIGN 2): messages → one transaction → commit → receipts. Whatever fails on the way
 * loses the whole round; the broker or the senders bring its events again, and (source, id) says which were
 * decided already.
 */
#include "app/hub.h"

#include "app/hub_own.h"
#include "base/exits.h"
#include "sys/clock.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LOG_TAG "hub"
#include "base/log.h"

/* Everything about one message on its way through. */
struct intake {
    struct hub *hub;
    struct receipt_info info;
    char source[SOURCE_SIZE];
    const void *bytes;
    size_t len;
    struct event event;
    struct verdict verdict;
    struct pending *pending;
};

static void init_info(struct hub *hub)
{
    struct snapshot_info *info = &hub->info;
    info->site = hub->conf->site;
    info->title = &hub->conf->title;
    info->privacy = hub->conf->privacy;
    info->pickup = hub->conf->pickup;
    info->forgotten_ms = (int64_t)hub->conf->forgotten_h * 3600000;
    for (int i = 0; i < PLAN_BAYS_MAX; i++) {
        info->bays[i].battery = info->bays[i].link = -1;
        info->bays[i].low_since = WALL_NONE;
        info->bays[i].silent_since = WALL_NONE;
    }
}

enum trouble { NONE, WORLD, SUSPECT, SURE };

/* What a start reads, and whether it can be true. `trusting`: it was all checked. */
static enum trouble open_state(struct hub *hub, bool trusting, char *fault, size_t size)
{
    bool damaged;
    hub->store = store_open_telling(hub->conf->store.path, false, &damaged, fault, size);
    if (!hub->store)
        return damaged ? SURE : WORLD;
    if (!hub_restore(hub, fault, size))
        return store_damaged(hub->store) ? SURE : trusting ? WORLD : SUSPECT;
    if (store_tally(hub->store) > hub->next_seq - 1) {
        snprintf(fault, size, "the log ends with event %lld, but %lld were committed",
                 (long long)hub->next_seq - 1, (long long)store_tally(hub->store));
        return SURE;
    }
    if (!trusting && !board_check(hub->board, fault, size))
        return SUSPECT;
    if (!hub_log_config(hub, fault, size))
        return store_damaged(hub->store) ? SURE : WORLD;
    if (!hub_restore_devices(hub)) {
        snprintf(fault, size, "%s", store_error(hub->store));
        return store_damaged(hub->store) ? SURE : WORLD;
    }
    store_keep_tally(hub->store, hub->next_seq - 1);
    return NONE;
}

static void close_state(struct hub *hub)
{
    board_destroy(hub->board);
    store_close(hub->store);
    hub->board = NULL;
    hub->store = NULL;
}

static bool open_mended(struct hub *hub, char *fault, size_t size)
{
    char why[200] = "the last run found it damaged";
    enum trouble trouble = guard_marked(hub->conf->store.path) ? SURE : open_state(hub, false, fault, size);
    if (trouble == NONE)
        return true;
    if (trouble == WORLD)
        return false;
    if (hub->store || !guard_marked(hub->conf->store.path))
        snprintf(why, sizeof why, "%.190s", fault);
    close_state(hub);
    switch (guard_mend(hub->conf, trouble == SURE, why, fault, size)) {
    case GUARD_MENDED:
        return open_state(hub, false, fault, size) == NONE;
    case GUARD_SOUND:
        return open_state(hub, true, fault, size) == NONE;
    default:
        return false;
    }
}

static bool open_rows(struct hub *hub, bool *wrong, char *fault, size_t size)
{
    hub_forget_devices(hub);
    if (!(hub->rows = rows_create(hub->conf, wrong, fault, size)))
        return false;
    if (hub->conf->homeassistant.discovery)
        snprintf(hub->ha_status, sizeof hub->ha_status, "%s/status", hub->conf->homeassistant.prefix);
    if ((hub->inputs = calloc(HUB_INPUTS_MAX, sizeof *hub->inputs)))
        return true;
    snprintf(fault, size, "out of memory");
    return false;
}

const char *hub_filter(const struct hub *hub, enum hub_side side, int i)
{
    if (side == HUB_PRESSES)
        return buttons_filter(hub->rows->table, i);
    if (!hub->ha_status[0])
        return buttons_feed(hub->rows->table, i);
    return i == 0 ? hub->ha_status : buttons_feed(hub->rows->table, i - 1);
}

struct hub *hub_create(const struct conf *conf, const struct hub_ops *ops, void *user, char *fault,
                       size_t fault_size, int *code)
{
    struct hub *hub = calloc(1, sizeof *hub);
    *code = EXITS_WORLD;
    if (!hub) {
        snprintf(fault, fault_size, "out of memory");
        return NULL;
    }
    hub->conf = conf;
    hub->ops = ops;
    hub->user = user;
    hub->rules = (struct rules){ (int64_t)conf->events.max_age_h * 3600000,
                                 (int64_t)conf->events.undo_window_s * 1000 };
    hub->public_body = hub->staff_body = hub->message = text_grow(SNAPSHOT_BYTES_MAX);
    hub->unsynced_since = hub->crowded_since = WALL_NONE;
    hub->synced = clock_synced();
    hub->next_beat = clock_boot();
    hub->next_change = hub->next_upkeep = BOOT_FAR;
    hub->next_change_wall = (struct wall){ INT64_MAX };
    hub->published = boot_plus(clock_boot(), -1000);
    init_info(hub);
    bool wrong;
    if (!open_rows(hub, &wrong, fault, fault_size)) {
        *code = wrong ? EXITS_USAGE : EXITS_WORLD;
    } else if (open_mended(hub, fault, fault_size)) {
        hub_read_notice(hub);
        *code = EXITS_DONE;
        return hub;
    }
    hub_destroy(hub);
    return NULL;
}

void hub_destroy(struct hub *hub)
{
    if (!hub)
        return;
    board_destroy(hub->board);
    store_close(hub->store);
    rows_destroy(hub->rows);
    free(hub->inputs);
    text_free(&hub->public_body);
    text_free(&hub->staff_body);
    text_free(&hub->message);
    free(hub);
}

/* Decisions. */

static void write_row(const struct intake *in, const char *id, const char *reason, const char *given,
                      struct store_event *row)
{
    const struct event *e = &in->event;
    const struct verdict *v = &in->verdict;
    const struct job *job = board_job(in->hub->board, v->job);
    *row = (struct store_event){ .source = in->source,
                                 .id = id,
                                 .type = e->type_text,
                                 .job = job ? job->id : NULL,
                                 .at = v->at.at,
                                 .claimed = e->claimed,
                                 .received = in->info.received,
                                 .boot = in->info.boot,
                                 .up = in->info.up,
                                 .synced = in->info.synced,
                                 .late = v->late,
                                 .clamped = v->clamped,
                                 .applied = !reason,
                                 .reason = reason,
                                 .by = event_has(e, FIELD_BY) ? e->by : NULL,
                                 .given = given,
                                 .body = in->bytes,
                                 .body_len = in->len < STORE_BODY_MAX ? in->len : STORE_BODY_MAX,
                                 .digest = e->digest,
                                 .stage = job ? board_plan(in->hub->board)->stages[job->stage].id : NULL,
                                 .skipped = v->skips };
    /* SQLite's text ends at a NUL for most tools: such bytes are kept as a blob, like broken UTF-8. */
    row->body_is_text =
        utf8_length(in->bytes, row->body_len) != SIZE_MAX && !memchr(in->bytes, 0, row->body_len);
}

static void fill_receipt(struct intake *in, enum msg_result result, const char *reason)
{
    const struct job *job = board_job(in->hub->board, in->verdict.job);
    struct receipt *r = &in->pending->receipt;
    r->result = result;
    r->at = in->verdict.at.at;
    snprintf(r->reason, sizeof r->reason, "%s", reason ? reason : "");
    if (job) {
        memcpy(r->job, job->id, sizeof r->job);
        snprintf(r->stage, sizeof r->stage, "%s", board_plan(in->hub->board)->stages[job->stage].id);
    }
}

/* Keeps a refused event with its bytes, as long as the source's day has room. `id` NULL: it is not
 * remembered. */
static bool refuse(struct intake *in, const char *id, const char *reason)
{
    struct hub *hub = in->hub;
    bool keep = false;
    /* Unknown sources share one day's room: topics are free to invent. */
    const char *account = in->info.known ? in->source : "unknown";
    fill_receipt(in, MSG_REJECTED, reason);
    hub->counters.rejected++;
    if (!store_count_reject(hub->store, account, in->info.received, &keep))
        return false;
    if (!keep)
        return true;
    struct store_event row;
    write_row(in, id, reason, NULL, &row);
    return store_append(hub->store, &row) == hub->next_seq++;
}

static void check_board(const struct board *board)
{
#ifdef PITBOARD_CHECK
    char what[160];
    if (!board_check(board, what, sizeof what)) {
        log_error("board check: %s", what);
        assert(!"board_check");
    }
#else
    (void)board;
#endif
}

static bool apply(struct intake *in)
{
    struct hub *hub = in->hub;
    struct changes changes;
    struct store_event row;
    char given_room[160];
    struct text given = text_over(given_room, sizeof given_room);
    board_apply(hub->board, &in->event, &in->info, &in->verdict, hub->next_seq, &changes);
    check_board(hub->board);
    if (in->event.type == EV_OPEN && !board_job(hub->board, in->verdict.job))
        return false; /* memory is out: there is no such car, so there must be no such event */
    given_encode(&in->verdict.given, &given);
    write_row(in, in->event.id, NULL, given_room, &row);
    fill_receipt(in, MSG_APPLIED, NULL);
    if (in->event.type == EV_OPEN) {
        memcpy(in->pending->receipt.code, in->verdict.given.code, CODE_SIZE);
        memcpy(in->pending->receipt.token, in->verdict.given.token, TOKEN_SIZE);
    }
    hub->counters.applied++;
    hub->resent = false; /* what comes again comes first */
    hub->touched = true;
    return store_append(hub->store, &row) == hub->next_seq++ &&
           store_put_changes(hub->store, board_plan(hub->board), &changes);
}

/* A (source, id) that was decided before: the same again, or something else under its name. */
static bool repeat(struct intake *in, const struct store_decision *old)
{
    struct receipt *r = &in->pending->receipt;
    if (old->digest != in->event.digest)
        return refuse(in, NULL, "id-reused");
    struct given given;
    given_decode(old->given, &given);
    r->result = MSG_DUPLICATE;
    r->at = old->at;
    snprintf(r->reason, sizeof r->reason, "%s", old->applied ? "" : old->reason);
    memcpy(r->job, old->job, sizeof r->job);
    memcpy(r->stage, old->stage, sizeof r->stage);
    if (in->event.type == EV_OPEN && old->applied) {
        memcpy(r->code, given.code, sizeof r->code);
        memcpy(r->token, given.token, sizeof r->token);
    }
    in->hub->counters.duplicate++;
    return true;
}

static bool decide(struct intake *in)
{
    struct hub *hub = in->hub;
    char reason[REASON_SIZE];
    struct store_decision old = { 0 };
    enum reason unusable = msg_decode(in->bytes, in->len, &in->event);
    in->verdict.at.at = in->info.received;
    if (unusable == REASON_STORAGE)
        return false;
    if (unusable != REASON_NONE) {
        reason_text(unusable, NULL, reason);
        return refuse(in, NULL, reason);
    }
    memcpy(in->pending->receipt.id, in->event.id, sizeof in->pending->receipt.id);
    if (in->event.id[0] && !store_decided(hub->store, in->source, in->event.id, &old))
        return false;
    if (old.found)
        return repeat(in, &old);
    if (event_has(&in->event, FIELD_JOB) && !hub_fetch_job(hub, in->event.job))
        return false;
    unsigned char random[32] = { 0 };
    if ((in->event.type == EV_OPEN || in->event.type == EV_UNDO) && !clock_random(random, sizeof random))
        return false;
    board_judge(hub->board, &in->event, &in->info, &hub->rules, random, &in->verdict);
    if (in->verdict.reason == REASON_NONE)
        return apply(in);
    reason_text(in->verdict.reason, in->verdict.field, reason);
    if (in->verdict.reason != REASON_STORAGE)
        return refuse(in, in->event.id[0] ? in->event.id : NULL, reason);
    fill_receipt(in, MSG_REJECTED, reason); /* no room for another open job: not recorded */
    return true;
}

bool hub_take_event(struct hub *hub, const struct topic *topic, const void *payload, size_t len)
{
    if (hub->n_pending == HUB_ROUND_MAX || hub->sick || hub->lost) {
        hub->lost = true;
        return false;
    }
    if (hub->n_pending == 0)
        hub->synced = clock_synced();
    struct pending *pending = &hub->pending[hub->n_pending++];
    *pending = (struct pending){ .role = topic->role, .receipt = { .at = WALL_NONE } };
    memcpy(pending->id, topic->id, sizeof pending->id);
    struct intake in = { .hub = hub, .bytes = payload ? payload : "", .len = len, .pending = pending };
    in.info = hub_info_now(hub, topic->role, pending->id);
    snprintf(in.source, sizeof in.source, "%s/%s", role_name(topic->role), topic->id);
    if ((store_in_transaction(hub->store) || store_begin(hub->store)) && decide(&in))
        return true;
    hub->lost = true;
    return false;
}

bool hub_message(struct hub *hub, const char *name, const void *payload, size_t len, bool retained)
{
    struct topic topic = topic_parse(name);
    if (topic.kind == TOPIC_OTHER || strcmp(topic.site, hub->conf->site) != 0)
        return true;
    if (topic.kind == TOPIC_STATUS && topic.role == ROLE_BAY)
        hub_bay_status(hub, topic.id, payload, len);
    if (topic.kind == TOPIC_SCREEN_STATUS && !retained && len == 6 && memcmp(payload, "online", 6) == 0)
        hub_beat_soon(hub);
    if (topic.kind != TOPIC_EVENT)
        return true;
    if (retained) {
        hub->counters.retained++; /* an old press must never move a car */
        return true;
    }
    return hub_take_event(hub, &topic, payload, len);
}

/* Rounds. */

static bool put_job(void *user, const struct job *job)
{
    struct hub *hub = user;
    return store_put_job(hub->store, board_plan(hub->board), job);
}

static bool put_bay(void *user, uint8_t index, const struct bay *bay)
{
    struct hub *hub = user;
    return store_put_bay(hub->store, board_plan(hub->board), index, bay);
}

static bool write_round(struct hub *hub)
{
    static const struct board_sink sink = { put_job, put_bay };
    return !hub->lost && board_flush(hub->board, &sink, hub) && store_commit(hub->store);
}

static void lose_round(struct hub *hub)
{
    char fault[256];
    /* Not everything that loses a round is the disk: memory, randomness and the round's own limit have no
     * SQLite text. */
    const char *why =
        store_error(hub->store)[0] ? store_error(hub->store) : "no room in memory for the round";
    log_error("events are not recorded: %s", why);
    snprintf(hub->sick_why, sizeof hub->sick_why, "%s", why);
    store_rollback(hub->store);
    if (!hub->sick)
        hub->sick_since = clock_wall();
    hub->sick = true;
    hub->counters.storage++;
    for (int i = 0; i < hub->n_pending; i++) {
        struct pending *p = &hub->pending[i];
        struct receipt storage = { .result = MSG_REJECTED, .reason = "storage", .at = WALL_NONE };
        memcpy(storage.id, p->receipt.id, sizeof storage.id);
        p->receipt = storage;
        hub_publish_receipt(hub, p);
    }
    /* The fold is ahead of the database: what the board must show is what the database holds. */
    if (!hub_restore(hub, fault, sizeof fault))
        log_error("%s", fault);
    hub->n_pending = 0;
    hub->lost = hub->touched = false;
    hub_changed(hub);
}

bool hub_commit(struct hub *hub)
{
    /* Presses that count for nothing may have left their marks. */
    if (hub->n_pending == 0 && !hub->lost && (hub->sick || !store_in_transaction(hub->store))) {
        if (hub->dirty)
            hub_changed(hub);
        return !hub->sick;
    }
    if (!write_round(hub)) {
        lose_round(hub);
        return false;
    }
    hub->counters.rounds++;
    store_keep_tally(hub->store, hub->next_seq - 1);
    for (int i = 0; i < hub->n_pending; i++)
        hub_publish_receipt(hub, &hub->pending[i]);
    hub->n_pending = 0;
    board_forget_closed(hub->board);
    if (hub->touched)
        hub_changed(hub);
    hub->touched = false;
    hub_look_after(hub);
    return true;
}

bool hub_writable(struct hub *hub)
{
    char fault[256];
    if (!hub->sick)
        return true;
    if (!store_probe(hub->store) || !hub_restore(hub, fault, sizeof fault))
        return false;
    log_note("events are recorded again");
    hub->sick = false;
    hub_changed(hub);
    return true;
}

bool hub_damaged(const struct hub *hub)
{
    return store_damaged(hub->store);
}
