/* Which devices are there, and how their batteries are: the bays' own boxes and other people's buttons. */
#include "app/hub_own.h"
#include "store/devices.h"
#include "sys/clock.h"

#include <stdio.h>
#include <string.h>

#define LOG_TAG "hub"
#include "base/log.h"

#define LOW_PERCENT  15 /* a battery to be changed; shown until it is above the other */
#define GOOD_PERCENT 20
#define LINK_STEP    10    /* smaller changes of the radio link are noise, and would be a new board each */
#define SAVE_MS      60000 /* what devices say is written this often at most: it can be asked again */

static struct hub_feed *find_feed(struct hub *hub, const char *topic)
{
    const char *name;
    for (int i = 0; (name = buttons_feed(hub->rows->table, i)); i++)
        if (strcmp(name, topic) == 0)
            return &hub->feeds[i];
    return NULL;
}

/* The box of the bay whose status topic it is. */
static struct hub_feed *find_box(struct hub *hub, const char *name)
{
    struct topic topic = topic_parse(name);
    if (topic.kind != TOPIC_STATUS || topic.role != ROLE_BAY || strcmp(topic.site, hub->conf->site) != 0)
        return NULL;
    uint8_t bay = plan_bay(board_plan(hub->board), topic.id);
    return bay == NO_INDEX ? NULL : &hub->boxes[bay];
}

static void take_device(void *user, const struct store_device *device)
{
    struct hub_feed *feed = find_feed(user, device->name);
    if (!feed)
        feed = find_box(user, device->name);
    if (!feed)
        return;
    feed->battery = device->battery;
    feed->link = device->link;
    feed->low = device->low;
    feed->silent = device->silent;
    feed->seen = !wall_is_none(device->silent); /* whether others are there, they have to say themselves */
}

/* One device's word on its bay. */
static void add_device(struct hub *hub, uint8_t bay, const struct hub_feed *feed)
{
    if (feed->seen) {
        bool first = !hub->info.bays[bay].seen;
        struct wall *since = &hub->info.bays[bay].silent_since;
        bool silent = !wall_is_none(feed->silent);
        hub->info.bays[bay].seen = true;
        hub->info.bays[bay].online = (first || hub->info.bays[bay].online) && !silent;
        if (silent && (wall_is_none(*since) || feed->silent.ms < since->ms))
            *since = feed->silent;
    }
    if (feed->battery >= 0 &&
        (hub->info.bays[bay].battery < 0 || feed->battery < hub->info.bays[bay].battery))
        hub->info.bays[bay].battery = feed->battery;
    if (feed->link >= 0 && (hub->info.bays[bay].link < 0 || feed->link < hub->info.bays[bay].link))
        hub->info.bays[bay].link = feed->link;
    if (!wall_is_none(feed->low) &&
        (wall_is_none(hub->info.bays[bay].low_since) || feed->low.ms < hub->info.bays[bay].low_since.ms))
        hub->info.bays[bay].low_since = feed->low;
}

/* A bay is on line when all its devices are, and as well off as the worst of them. */
static void look_at_bays(struct hub *hub)
{
    const struct plan *plan = board_plan(hub->board);
    int feeds[BUTTON_FEEDS];
    for (uint8_t i = 0; i < plan->n_bays; i++) {
        hub->info.bays[i].seen = hub->info.bays[i].online = false;
        hub->info.bays[i].silent_since = hub->info.bays[i].low_since = WALL_NONE;
        hub->info.bays[i].battery = hub->info.bays[i].link = -1;
        add_device(hub, i, &hub->boxes[i]);
    }
    for (int row = 0; row < hub->rows->n; row++) {
        uint8_t bay = plan_bay(plan, hub->rows->row[row].bay);
        int n = bay == NO_INDEX ? 0 : buttons_row_feeds(hub->rows->table, row, feeds);
        for (int i = 0; i < n; i++)
            add_device(hub, bay, &hub->feeds[feeds[i]]);
    }
    hub->dirty = true;
}

void hub_forget_devices(struct hub *hub)
{
    static const struct hub_feed nothing = {
        .battery = -1, .link = -1, .low = { INT64_MIN }, .silent = { INT64_MIN }
    };
    for (int i = 0; i < BUTTON_FEEDS_MAX; i++)
        hub->feeds[i] = nothing;
    for (int i = 0; i < PLAN_BAYS_MAX; i++)
        hub->boxes[i] = nothing;
}

bool hub_restore_devices(struct hub *hub)
{
    if (!store_load_devices(hub->store, take_device, hub))
        return false;
    look_at_bays(hub);
    return true;
}

static bool set_alive(struct hub_feed *feed, bool alive)
{
    if (feed->seen && alive == wall_is_none(feed->silent))
        return false;
    feed->seen = true;
    feed->silent = alive ? WALL_NONE : clock_wall();
    return true;
}

static bool set_battery(struct hub_feed *feed, const struct button_state *state)
{
    int battery = state->battery >= 0 ? state->battery : feed->battery;
    bool was_low = !wall_is_none(feed->low);
    bool low = state->low == 1 || (battery >= 0 && battery <= (was_low ? GOOD_PERCENT : LOW_PERCENT));
    if (state->battery < 0 && state->low < 0)
        return false;
    bool turned = low != was_low || battery != feed->battery;
    feed->battery = battery;
    if (low != was_low)
        feed->low = low ? clock_wall() : WALL_NONE;
    return turned;
}

static bool set_link(struct hub_feed *feed, int link)
{
    if (link < 0 || (feed->link >= 0 && link - feed->link < LINK_STEP && feed->link - link < LINK_STEP))
        return false;
    feed->link = link;
    return true;
}

void hub_device(struct hub *hub, const char *topic, const void *payload, size_t len, bool retained)
{
    struct button_state state;
    hub_ha_heard(hub, topic, payload, len, retained);
    if (!buttons_state(hub->rows->table, topic, payload, len, &state))
        return;
    struct hub_feed *feed = &hub->feeds[state.feed];
    bool turned = state.alive >= 0 && set_alive(feed, state.alive);
    turned |= set_battery(feed, &state);
    turned |= set_link(feed, state.link);
    feed->unsaved |= turned;
    if (turned)
        look_at_bays(hub);
}

void hub_bay_status(struct hub *hub, const char *id, const void *payload, size_t len)
{
    uint8_t bay = plan_bay(board_plan(hub->board), id);
    if (bay == NO_INDEX || len == 0)
        return;
    if (!set_alive(&hub->boxes[bay], len == 6 && memcmp(payload, "online", 6) == 0))
        return;
    hub->boxes[bay].unsaved = true;
    look_at_bays(hub);
}

static bool save_one(struct hub *hub, const char *name, const struct hub_feed *f, bool *any)
{
    const struct store_device device = { name, f->battery, f->link, f->low, f->silent };
    if (!f->unsaved)
        return true;
    if (!*any && !store_begin(hub->store))
        return false;
    *any = true;
    return store_put_device(hub->store, &device);
}

static bool save(struct hub *hub)
{
    const struct plan *plan = board_plan(hub->board);
    const char *name;
    char topic[TOPIC_SIZE];
    bool any = false;
    for (int i = 0; (name = buttons_feed(hub->rows->table, i)); i++)
        if (!save_one(hub, name, &hub->feeds[i], &any))
            return false;
    for (int i = 0; i < plan->n_bays; i++) {
        topic_source(topic, hub->conf->site, ROLE_BAY, plan->bays[i].id, "status");
        if (!save_one(hub, topic, &hub->boxes[i], &any))
            return false;
    }
    return !any || store_commit(hub->store);
}

void hub_save_devices(struct hub *hub, bool now)
{
    struct boot up = clock_boot();
    if (hub->sick || store_in_transaction(hub->store) || (!now && up.ms < hub->next_save.ms))
        return;
    hub->next_save = boot_plus(up, SAVE_MS);
    if (!save(hub)) {
        log_error("what devices said could not be written: %s", store_error(hub->store));
        store_rollback(hub->store);
        return;
    }
    for (int i = 0; i < BUTTON_FEEDS_MAX; i++)
        hub->feeds[i].unsaved = false;
    for (int i = 0; i < PLAN_BAYS_MAX; i++)
        hub->boxes[i].unsaved = false;
}

bool hub_low_batteries(const struct hub *hub, struct text *out, struct wall *since)
{
    const struct plan *plan = board_plan(hub->board);
    *since = WALL_NONE;
    for (int i = 0; i < plan->n_bay_order; i++) {
        uint8_t bay = plan->bay_order[i];
        struct wall low = hub->info.bays[bay].low_since;
        if (wall_is_none(low))
            continue;
        text_fmt(out, "%s%s", wall_is_none(*since) ? "" : ", ", plan->bays[bay].id);
        if (hub->info.bays[bay].battery >= 0)
            text_fmt(out, " (%d %%)", hub->info.bays[bay].battery);
        if (wall_is_none(*since) || low.ms < since->ms)
            *since = low;
    }
    return !wall_is_none(*since);
}
