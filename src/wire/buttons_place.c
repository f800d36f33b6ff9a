/* Where the topics of a row's device are. */
#include "wire/buttons_own.h"

#include <stdio.h>
#include <string.h>

#define LEVELS_MAX 32

/* A topic cut into levels. */
struct levels {
    const char *at[LEVELS_MAX];
    size_t len[LEVELS_MAX];
    int n;
};

static bool cut(const char *topic, struct levels *out)
{
    out->n = 0;
    for (const char *at = topic;; at++) {
        if (out->n == LEVELS_MAX)
            return false;
        out->at[out->n] = at;
        out->len[out->n] = strcspn(at, "/");
        at += out->len[out->n++];
        if (!*at)
            return true;
    }
}

/* Level `i`, counted from the end if negative. */
static bool is(const struct levels *l, int i, const char *word)
{
    i = i < 0 ? l->n + i : i;
    return i >= 0 && i < l->n && strlen(word) == l->len[i] && memcmp(l->at[i], word, l->len[i]) == 0;
}

/* The first `n` levels, or all but the last -n. */
static void head(const struct levels *l, int n, char *out, size_t size)
{
    int last = (n > 0 ? n : l->n + n) - 1;
    snprintf(out, size, "%.*s", last < 0 ? 0 : (int)(l->at[last] + l->len[last] - l->at[0]), l->at[0]);
}

static void add(struct place *place, enum feed_kind kind, const char *base, const char *leaf)
{
    struct feed *feed = &place->feed[place->n++];
    feed->kind = kind;
    snprintf(feed->topic, sizeof feed->topic, "%s%s", base, leaf);
}

static bool misfit(char *fault, size_t size, const char *what)
{
    snprintf(fault, size, "%s", what);
    return false;
}

static bool zigbee2mqtt(const struct levels *l, struct place *place, char *fault, size_t size)
{
    char base[BUTTON_TOPIC_SIZE], root[BUTTON_TOPIC_SIZE];
    if (l->n < 2)
        return misfit(
            fault, size,
            "is no device of zigbee2mqtt; its base topic and its friendly name, as in zigbee2mqtt/bay3");
    if (is(l, -1, "availability") || (is(l, -2, "bridge") && is(l, -1, "state")))
        return misfit(fault, size, "carries no presses; name the device itself, as in zigbee2mqtt/bay3");
    head(l, l->n > 2 && is(l, -1, "action") ? -1 : l->n, base, sizeof base);
    head(l, 1, root, sizeof root);
    add(place, FEED_ALIVE, base, "/availability");
    add(place, FEED_ALIVE, root, "/bridge/state");
    add(place, FEED_LEVELS, base, "");
    return true;
}

/* Level of the prefix: users may put it anywhere, but it is mostly the first one or the one before the last.
 */
static int tasmota_prefix(const struct levels *l)
{
    const char *word = is(l, -1, "SENSOR") ? "tele" : "stat";
    if (is(l, 0, word))
        return 0;
    for (int i = l->n - 2; i > 0; i--)
        if (is(l, i, word))
            return i;
    return -1;
}

static bool tasmota(const struct levels *l, struct place *place, char *fault, size_t size)
{
    char lwt[BUTTON_TOPIC_SIZE + 8] = "";
    struct text t = text_over(lwt, sizeof lwt);
    int prefix = tasmota_prefix(l);
    if (l->n < 3 || prefix < 0 || !(is(l, -1, "RESULT") || is(l, -1, "SENSOR")))
        return misfit(
            fault, size,
            "is no topic of presses of Tasmota; stat/NAME/RESULT, or tele/NAME/SENSOR with SwitchMode15 "
            "(with the other order tasmota/NAME/stat/RESULT)");
    for (int i = 0; i < l->n - 1; i++)
        text_fmt(&t, "%.*s/", i == prefix ? 4 : (int)l->len[i], i == prefix ? "tele" : l->at[i]);
    text_put(&t, "LWT");
    add(place, FEED_ALIVE, lwt, "");
    return true;
}

static bool shelly1(const struct levels *l, struct place *place, char *fault, size_t size)
{
    char base[BUTTON_TOPIC_SIZE];
    if (l->n < 3 || !is(l, -2, "input_event"))
        return misfit(fault, size,
                      "is no input of a Shelly of the first generation; shellies/ID/input_event/0");
    head(l, -2, base, sizeof base);
    add(place, FEED_ALIVE, base, "/online");
    add(place, FEED_BATTERY, base, "/sensor/battery");
    return true;
}

static bool shelly2(const struct levels *l, struct place *place, char *fault, size_t size)
{
    char base[BUTTON_TOPIC_SIZE];
    if (l->n < 3 || !is(l, -2, "events") || !is(l, -1, "rpc"))
        return misfit(
            fault, size,
            "is no topic of events of a Shelly of the second generation; shellyplusi4-ID/events/rpc");
    head(l, -2, base, sizeof base);
    add(place, FEED_ALIVE, base, "/online");
    return true;
}

static bool esphome(const struct levels *l, struct place *place, char *fault, size_t size)
{
    char base[BUTTON_TOPIC_SIZE];
    if (l->n < 4 || !is(l, -1, "state") || !(is(l, -3, "event") || is(l, -3, "binary_sensor")))
        return misfit(fault, size,
                      "is no button of ESPHome; NODE/event/NAME/state or NODE/binary_sensor/NAME/state");
    head(l, -3, base, sizeof base);
    add(place, FEED_ALIVE, base, "/status");
    return true;
}

/* One row per profile: its topics, and how many levels from the start or the end make the device's own part.
 */
static const struct {
    bool (*place)(const struct levels *l, struct place *place, char *fault, size_t size);
    int root;
} profiles[] = {
    [BUTTON_GENERAL] = { NULL, 0 },     [BUTTON_ZIGBEE2MQTT] = { zigbee2mqtt, 1 },
    [BUTTON_TASMOTA] = { tasmota, 0 }, /* see tasmota_rights */
    [BUTTON_SHELLY1] = { shelly1, -2 }, [BUTTON_SHELLY2] = { shelly2, -2 },
    [BUTTON_ESPHOME] = { esphome, -3 },
};

bool place_row(const struct button *row, struct place *place, char *fault, size_t size)
{
    struct levels l;
    place->n = 0;
    if (!cut(row->topic, &l) || strlen(row->topic) >= BUTTON_TOPIC_SIZE)
        return misfit(fault, size, "is too long");
    if (row->topic[0] == '$' || is(&l, 0, "+") || is(&l, 0, "#"))
        return misfit(fault, size,
                      "matches topics of everybody; begin with the name of the device or of its gateway");
    if (row->profile == BUTTON_GENERAL)
        return true;
    if (row->topic[strcspn(row->topic, "+#")])
        return misfit(fault, size, "is a filter; a row with a profile names the topic of one device in full");
    return profiles[row->profile].place(&l, place, fault, size);
}

/* Tasmota's topics of one device: NAME/PREFIX/… lie together, PREFIX/NAME/… do not. */
static bool tasmota_rights(const struct levels *l, int i, char *user, char *filter)
{
    static const char *const prefixes[] = { "stat", "tele", "cmnd" };
    int prefix = tasmota_prefix(l);
    bool behind = prefix == l->n - 2 && prefix > 0;
    int name = behind ? prefix - 1 : prefix + 1;
    if (prefix < 0 || name >= l->n - 1 || i >= (behind ? 1 : 3))
        return false;
    snprintf(user, BUTTON_TOPIC_SIZE, "%.*s", (int)l->len[name], l->at[name]);
    struct text t = text_over(filter, BUTTON_TOPIC_SIZE);
    for (int k = 0; k < l->n - 1; k++)
        if (k != prefix)
            text_fmt(&t, "%.*s/", (int)l->len[k], l->at[k]);
        else if (!behind)
            text_fmt(&t, "%s/", prefixes[i]);
    return text_put(&t, "#");
}

bool button_rights(const struct button *row, int i, char user[BUTTON_TOPIC_SIZE],
                   char filter[BUTTON_TOPIC_SIZE])
{
    struct levels l;
    if (row->profile == BUTTON_GENERAL || !cut(row->topic, &l))
        return false;
    if (row->profile == BUTTON_TASMOTA)
        return tasmota_rights(&l, i, user, filter);
    if (i > 0)
        return false;
    head(&l, profiles[row->profile].root, filter, BUTTON_TOPIC_SIZE - 2);
    const char *slash = strrchr(filter, '/');
    snprintf(user, BUTTON_TOPIC_SIZE, "%s", slash ? slash + 1 : filter);
    strncat(filter, "/#", 3);
    return user[0];
}
