/*
 * Home Assistant's discovery: what it was told is kept in the table `announced` before it is told, so that it
 * can be taken back when the discovery is switched off, a bay goes or the prefix changes, however long that
 * takes.
 *
 *   connect ─► note all that is wanted ─► take back what is not ─► tell ─► (boards)
 *                                             └─ forgotten when the boards behind it have arrived
 */
#include "app/hub_own.h"
#include "base/exits.h"
#include "store/devices.h"
#include "wire/ha.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LOG_TAG "hub"
#include "base/log.h"

struct ha {
    struct hub *hub;
    struct ha_site site;
    uint64_t wanted[HUB_ANNOUNCED_MAX];
    int n_wanted;
    struct {
        char topic[HA_TOPIC_MAX];
    } gone[HUB_ANNOUNCED_MAX];
    int n_gone;
};

static uint64_t hash_topic(const char *topic)
{
    return hash_bytes(HASH_START, topic, strlen(topic));
}

/* Calls back with each entity that is wanted. */
static bool each_entity(struct ha *ha,
                        bool (*one)(struct ha *ha, const char *topic, const struct text *payload))
{
    char name[HA_TOPIC_MAX], bytes[HA_PAYLOAD_MAX];
    bool ok = true;
    for (int i = 0; ok && ha->hub->conf->homeassistant.discovery; i++) {
        struct text topic = text_over(name, sizeof name), payload = text_over(bytes, sizeof bytes);
        if (!ha_entity(&ha->site, i, &topic, &payload))
            break;
        if (topic.failed || payload.failed)
            log_error("too long for Home Assistant: %.200s", name);
        else
            ok = one(ha, name, &payload);
    }
    return ok;
}

static bool want(struct ha *ha, const char *topic, const struct text *payload)
{
    (void)payload;
    if (ha->n_wanted < HUB_ANNOUNCED_MAX)
        ha->wanted[ha->n_wanted++] = hash_topic(topic);
    return store_put_announced(ha->hub->store, topic);
}

static bool tell(struct ha *ha, const char *topic, const struct text *payload)
{
    return ha->hub->ops->publish(ha->hub->user, topic, payload->data, payload->len, 1, true);
}

static void look_at(void *user, const char *topic)
{
    struct ha *ha = user;
    uint64_t hash = hash_topic(topic);
    for (int i = 0; i < ha->n_wanted; i++)
        if (ha->wanted[i] == hash)
            return;
    if (ha->n_gone < HUB_ANNOUNCED_MAX) /* more are taken back on the next connect */
        snprintf(ha->gone[ha->n_gone++].topic, HA_TOPIC_MAX, "%s", topic);
}

static struct ha *begin(struct hub *hub)
{
    struct ha *ha = calloc(1, sizeof *ha);
    if (!ha)
        return NULL;
    ha->hub = hub;
    ha->site = (struct ha_site){ hub->conf->homeassistant.prefix, hub->conf->site, &hub->conf->title,
                                 board_plan(hub->board), PITBOARD_VERSION };
    return ha;
}

/* Notes what is wanted and finds what is not any more. False: storage failed. */
static bool compare(struct ha *ha)
{
    struct store *store = ha->hub->store;
    if (ha->hub->sick || store_in_transaction(store) || !store_begin(store))
        return false;
    if (each_entity(ha, want) && store_commit(store) && store_load_announced(store, look_at, ha))
        return true;
    log_error("what Home Assistant is told could not be noted: %s", store_error(store));
    store_rollback(store);
    return false;
}

void hub_ha_connected(struct hub *hub)
{
    struct ha *ha = begin(hub);
    hub->ha_due = !ha || !compare(ha);
    hub->ha_gone = false;
    if (hub->ha_due) {
        free(ha);
        return; /* hub_ha_tick tries again */
    }
    for (int i = 0; i < ha->n_gone; i++)
        hub->ha_gone |= hub->ops->publish(hub->user, ha->gone[i].topic, "", 0, 1, true);
    each_entity(ha, tell);
    if (ha->n_gone)
        log_note("%d entities are taken back from Home Assistant", ha->n_gone);
    free(ha);
}

/* What was published before the boards has arrived when they have: the broker takes one after the other. */
static void forget_gone(struct hub *hub)
{
    struct ha *ha = begin(hub);
    if (!ha || !compare(ha)) {
        free(ha);
        return;
    }
    hub->ha_gone = false;
    bool ok = store_begin(hub->store);
    for (int i = 0; i < ha->n_gone && ok; i++)
        ok = store_drop_announced(hub->store, ha->gone[i].topic);
    if (!ok || !store_commit(hub->store))
        store_rollback(hub->store); /* they are taken back once more on the next connect */
    free(ha);
}

void hub_ha_tick(struct hub *hub)
{
    if (!hub->connected || hub->sick)
        return;
    if (hub->ha_due)
        hub_ha_connected(hub);
    else if (hub->ha_gone && !(hub->ops->crowded && hub->ops->crowded(hub->user)))
        forget_gone(hub);
}

void hub_ha_heard(struct hub *hub, const char *topic, const void *payload, size_t len, bool retained)
{
    if (!retained && hub->ha_status[0] && strcmp(topic, hub->ha_status) == 0 && len == 6 &&
        memcmp(payload, "online", 6) == 0)
        hub->ha_due = true; /* it has just started and may know nothing */
}
