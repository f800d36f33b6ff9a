/* What the hub publishes: receipts, bay states, boards, beat and status. */
#include "app/hub_own.h"
#include "base/exits.h"
#include "base/stamp.h"
#include "sys/clock.h"
#include "wire/member.h"

#include <stdio.h>
#include <string.h>

#define LOG_TAG "hub"
#include "base/log.h"

#define BOARD_GAP_MS 33 /* at most 30 boards a second */
#define BEAT_MS      3000
#define BEAT_SOON_MS 250  /* after the last one, when a screen has come */
#define AGAIN_MS     1000 /* after a board for which memory was out */
#define QUIET_MS     50   /* after the last round; a board that was held back is out by then */

static bool publish(struct hub *hub, const char *topic, const struct text *payload, int qos, bool retain)
{
    return !payload->failed && hub->ops->publish(hub->user, topic, payload->data, payload->len, qos, retain);
}

void hub_publish_receipt(struct hub *hub, const struct pending *pending)
{
    char topic[TOPIC_SIZE];
    topic_source(topic, hub->conf->site, pending->role, pending->id, "receipt");
    text_clear(&hub->message);
    receipt_encode(&pending->receipt, &hub->message);
    publish(hub, topic, &hub->message, 1, false);
}

/* Problems and figures of the day. */

static void add_problem(struct snapshot_info *info, const char *code, const char *text, struct wall since)
{
    if (info->n_problems == SNAPSHOT_PROBLEMS_MAX)
        return;
    struct snapshot_problem *p = &info->problems[info->n_problems++];
    snprintf(p->code, sizeof p->code, "%s", code);
    snprintf(p->text, sizeof p->text, "%s", text);
    p->since = since;
}

/* Before the board is full and the next car cannot be opened. */
static void look_at_room(struct hub *hub)
{
    char text[240];
    int open = board_open_count(hub->board);
    if (open < BOARD_JOBS_MAX / 10 * 9) {
        hub->crowded_since = WALL_NONE;
        return;
    }
    if (wall_is_none(hub->crowded_since))
        hub->crowded_since = hub->info.now.at;
    snprintf(
        text, sizeof text,
        "Открыто заказов: %d, больше %d нельзя; закройте старые · %d open jobs, %d is the most; close old "
        "ones",
        open, BOARD_JOBS_MAX, open, BOARD_JOBS_MAX);
    add_problem(&hub->info, "jobs", text, hub->crowded_since);
}

static void look_at_batteries(struct hub *hub)
{
    char list[160], text[400];
    struct text t = text_over(list, sizeof list - 4);
    struct wall since;
    if (!hub_low_batteries(hub, &t, &since))
        return;
    snprintf(text, sizeof text, "Заменить батарею кнопки: %s%s · Change the button's battery: %s%s", list,
             t.failed ? "…" : "", list, t.failed ? "…" : "");
    add_problem(&hub->info, "battery", text, since);
}

static void update_problems(struct hub *hub)
{
    char text[200];
    hub->info.n_problems = 0;
    if (hub->sick) {
        snprintf(text, sizeof text, "События не записываются · Events are not being recorded: %.120s",
                 hub->sick_why);
        add_problem(&hub->info, "storage", text, hub->sick_since);
    }
    if (hub->damage[0])
        add_problem(&hub->info, "damage", hub->damage, hub->damage_since);
    if (hub->backup_why[0])
        add_problem(&hub->info, "backup", hub->backup_why, hub->backup_since);
    look_at_room(hub);
    bool synced = clock_synced();
    if (synced)
        hub->unsynced_since = WALL_NONE;
    else if (wall_is_none(hub->unsynced_since))
        hub->unsynced_since = hub->info.now.at;
    if (!synced)
        add_problem(&hub->info, "clock", "Часы не синхронизированы · The clock is not synchronised",
                    hub->unsynced_since);
    look_at_batteries(hub);
}

static void update_info(struct hub *hub)
{
    struct snapshot_info *info = &hub->info;
    info->now = (struct moment){ .at = clock_wall(), .up = clock_boot() };
    snprintf(info->now.boot, sizeof info->now.boot, "%s", clock_boot_id());
    hub->midnight = clock_midnight(info->now.at);
    struct store_today today;
    if (!hub->sick && store_today(hub->store, hub->midnight, &today)) {
        info->today.opened = today.opened;
        info->today.ready = today.ready;
        info->today.handed_over = today.handed_over;
        info->today.promised = today.promised;
        info->today.kept = today.kept;
        info->today.reworked = today.reworked;
    }
    update_problems(hub);
}

/* Bay states and boards. */

static uint64_t hash_text(const struct text *t)
{
    return hash_bytes(HASH_START, t->data, t->len);
}

static void publish_bay(struct hub *hub, uint8_t bay, bool again)
{
    const struct plan *plan = board_plan(hub->board);
    char topic[TOPIC_SIZE];
    topic_source(topic, hub->conf->site, ROLE_BAY, plan->bays[bay].id, "state");
    if (plan->bays[bay].retired) {
        if (again)
            hub->ops->publish(hub->user, topic, "", 0, 1, true); /* takes the old state out of the broker */
        return;
    }
    text_clear(&hub->message);
    snapshot_bay(hub->board, bay, &hub->info.now, &hub->message);
    uint64_t hash = hash_text(&hub->message);
    if (!again && hash == hub->bay_hash[bay])
        return;
    if (publish(hub, topic, &hub->message, 1, true))
        hub->bay_hash[bay] = hash;
}

/* False: it could not be written. That nobody takes it is no fault: hub_connected publishes again. */
static bool publish_board(struct hub *hub, const char *tail, const struct text *body)
{
    char topic[TOPIC_SIZE];
    topic_build(topic, hub->conf->site, tail);
    text_clear(&hub->message);
    snapshot_message(&hub->info, body, &hub->message);
    if (publish(hub, topic, &hub->message, 1, true) || !hub->connected)
        return !hub->message.failed; /* without a connection the next one brings it */
    log_error("%s could not be published: it is over %d bytes, or the way to the broker is full", tail,
              SNAPSHOT_BYTES_MAX);
    return false;
}

static void set_next_change(struct hub *hub)
{
    struct wall next = snapshot_next(hub->board, &hub->info),
                midnight = clock_next_midnight(hub->info.now.at);
    if (wall_is_none(next) || midnight.ms < next.ms)
        next = midnight;
    hub->next_change_wall = next;
    hub->next_change = boot_plus(hub->info.now.up, wall_minus(next, hub->info.now.at));
}

static bool make_body(struct hub *hub, bool staff, struct text *body, uint64_t *hash)
{
    uint64_t before = *hash;
    text_clear(body);
    snapshot_body(hub->board, &hub->info, staff, body);
    *hash = hash_text(body);
    return *hash != before;
}

/* Both boards have one revision. The public one goes out before the other is made: people look at it. */
static bool publish_boards(struct hub *hub, bool again)
{
    bool public = make_body(hub, false, &hub->public_body, &hub->public_hash), whole = true;
    if (public) {
        hub->info.rev++;
        whole = publish_board(hub, "board/public", &hub->public_body);
        if (!again)
            hub_flush(hub);
    }
    bool staff = make_body(hub, true, &hub->staff_body, &hub->staff_hash);
    if (!public && !staff && !again)
        return true;
    if (!public) {
        hub->info.rev += staff;
        whole = publish_board(hub, "board/public", &hub->public_body);
    }
    return publish_board(hub, "board/staff", &hub->staff_body) && whole;
}

void hub_flush(struct hub *hub)
{
    if (hub->ops->flush)
        hub->ops->flush(hub->user);
}

void hub_publish_state(struct hub *hub, bool again)
{
    hub->dirty = false;
    if (hub->ahead)
        return; /* hub_writable publishes when the database can be read again */
    update_info(hub);
    bool whole = true;
    for (uint8_t i = 0; i < board_plan(hub->board)->n_bays; i++) {
        publish_bay(hub, i, again);
        whole &= !hub->message.failed;
    }
    whole &= publish_boards(hub, again);
    hub->published = hub->info.now.up;
    set_next_change(hub);
    if (whole)
        return;
    hub->public_hash = 0; /* counts as changed */
    hub->next_change = boot_first(hub->next_change, boot_plus(hub->published, AGAIN_MS));
}

static bool crowded(const struct hub *hub)
{
    return hub->ops->crowded && hub->ops->crowded(hub->user);
}

void hub_changed(struct hub *hub)
{
    hub->dirty = true;
    if (boot_minus(clock_boot(), hub->published) >= BOARD_GAP_MS && !crowded(hub))
        hub_publish_state(hub, false);
}

static void publish_status(struct hub *hub, bool online)
{
    char topic[TOPIC_SIZE], stamp[STAMP_SIZE];
    topic_build(topic, hub->conf->site, "hub/status");
    text_clear(&hub->message);
    stamp_format(clock_wall(), stamp);
    text_fmt(&hub->message, "{\"state\":\"%s\"", online ? "online" : "offline");
    if (online)
        text_fmt(&hub->message, ",\"time\":\"%s\",\"version\":\"%s\"", stamp, PITBOARD_VERSION);
    if (online)
        member_text(&hub->message, "problem", hub->damage);
    text_put(&hub->message, "}");
    publish(hub, topic, &hub->message, 1, true);
}

void hub_publish_beat(struct hub *hub)
{
    char topic[TOPIC_SIZE], stamp[STAMP_SIZE];
    const struct hub_counters *c = &hub->counters;
    topic_build(topic, hub->conf->site, "hub/beat");
    text_clear(&hub->message);
    stamp_format(clock_wall(), stamp);
    text_fmt(&hub->message, "{\"time\":\"%s\",\"rev\":%lld,\"problems\":", stamp, (long long)hub->info.rev);
    snapshot_problems(&hub->info, &hub->message);
    text_fmt(&hub->message,
             ",\"counters\":{\"applied\":%lld,\"rejected\":%lld,\"duplicate\":%lld,\"retained\":%lld,"
             "\"storage\":%lld,\"rounds\":%lld}}",
             (long long)c->applied, (long long)c->rejected, (long long)c->duplicate, (long long)c->retained,
             (long long)c->storage, (long long)c->rounds);
    publish(hub, topic, &hub->message, 0, false);
    hub->beat = clock_boot();
}

void hub_beat_soon(struct hub *hub)
{
    hub->next_beat = boot_first(hub->next_beat, boot_plus(hub->beat, BEAT_SOON_MS));
}

void hub_connected(struct hub *hub)
{
    hub->connected = true;
    publish_status(hub, true);
    hub_ha_connected(hub); /* before the boards: see hub_ha.c */
    hub_publish_state(hub, true);
    hub_publish_beat(hub); /* so that a reader need not wait for the first one */
    hub->next_beat = boot_plus(clock_boot(), BEAT_MS);
}

void hub_disconnected(struct hub *hub)
{
    hub->connected = hub->ha_due = hub->ha_gone = false; /* all is told again on the next connection */
}

void hub_goodbye(struct hub *hub)
{
    hub_save_devices(hub, true);
    publish_status(hub, false);
}

void hub_will(const struct hub *hub, char *topic, size_t topic_size, char *payload, size_t payload_size)
{
    char name[TOPIC_SIZE];
    topic_build(name, hub->conf->site, "hub/status");
    snprintf(topic, topic_size, "%s", name);
    snprintf(payload, payload_size, "{\"state\":\"offline\"}");
}

void hub_backup_failed(struct hub *hub, const char *why)
{
    if (why && !hub->backup_why[0])
        hub->backup_since = clock_wall();
    hub->backup_why[0] = '\0';
    if (why)
        snprintf(hub->backup_why, sizeof hub->backup_why,
                 "Резервная копия не сделана · The backup was not made: %.60s", why);
    hub->dirty = true;
}

/* Time. */

static bool problems_turned(struct hub *hub)
{
    return clock_synced() != wall_is_none(hub->unsynced_since);
}

/* Once an hour by the boot clock, and only by a wall clock that is sure of itself: what is gone is gone. */
static void forget_old(struct hub *hub, struct boot now)
{
    if (hub->conf->retention_days == 0 || hub->sick || now.ms < hub->next_forget.ms || !clock_synced())
        return;
    int done = 0;
    struct wall edge = wall_plus(clock_wall(), -(int64_t)hub->conf->retention_days * 86400000);
    if (!store_forget(hub->store, edge, 50, msg_redact, &done))
        log_error("personal data of old jobs could not be taken out: %s", store_error(hub->store));
    hub->next_forget = boot_plus(now, done == 50 ? 0 : 3600000);
}

void hub_look_after(struct hub *hub)
{
    enum store_upkeep upkeep = hub->sick ? STORE_UPKEEP_NONE : store_upkeep(hub->store);
    hub->next_upkeep = upkeep == STORE_UPKEEP_NONE ? BOOT_FAR : boot_plus(clock_boot(), QUIET_MS);
    if (upkeep != STORE_UPKEEP_NOW)
        return;
    hub_flush(hub);
    store_keep_up(hub->store);
}

void hub_tick(struct hub *hub)
{
    struct boot now = clock_boot();
    if (hub->n_pending > 0 || (!hub->sick && store_in_transaction(hub->store)))
        return; /* a round is open: its state is not in the database yet */
    hub_ha_tick(hub);
    if (now.ms >= hub->next_beat.ms) {
        hub->next_beat = boot_plus(now, BEAT_MS);
        if (problems_turned(hub) || clock_wall().ms >= hub->next_change_wall.ms ||
            clock_midnight(clock_wall()).ms != hub->midnight.ms)
            hub->dirty = true;
        forget_old(hub, now);
        hub_roll_tick(hub, now);
        hub_save_devices(hub, false);
        if (hub_read_notice(hub)) {
            hub->dirty = true;
            publish_status(hub, true);
        }
        if (hub->ahead)
            update_problems(hub);
        hub_publish_beat(hub);
        hub_look_after(hub);
    }
    if (now.ms >= hub->next_change.ms) {
        hub->dirty = true;
        hub->next_change = BOOT_FAR; /* set anew by the publication */
    }
    if (hub->dirty && boot_minus(now, hub->published) >= BOARD_GAP_MS && !crowded(hub))
        hub_publish_state(hub, false);
    if (now.ms < hub->next_upkeep.ms)
        return;
    hub->next_upkeep = BOOT_FAR;
    hub_flush(hub);
    store_keep_up(hub->store);
}

struct boot hub_deadline(const struct hub *hub)
{
    struct boot next = boot_first(boot_first(hub->next_beat, hub->next_change), hub->next_upkeep);
    return hub->dirty && !crowded(hub) ? boot_first(next, boot_plus(hub->published, BOARD_GAP_MS)) : next;
}
