#include "tests/fault/yard.h"

#include "sys/clock.h"
#include "tests/fault/disk.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void yard_fault(struct yard *w, int *counter, const char *format, ...)
{
    va_list args;
    ++*counter;
    if (w->fault[0])
        return;
    int n = snprintf(w->fault, sizeof w->fault, "schedule %d: ", w->schedule);
    va_start(args, format);
    vsnprintf(w->fault + n, sizeof w->fault - (size_t)n, format, args);
    va_end(args);
}

bool yard_chance(int percent)
{
    return disk_random(100) < (uint32_t)percent;
}

/* ── clocks: one machine each ── */

void yard_at_hub(const struct yard *w)
{
    clock_fake((struct wall){ WALL0 + w->now }, (struct boot){ w->now }, "hub", true);
}

void yard_at_box(const struct yard *w)
{
    char id[17];
    snprintf(id, sizeof id, "box%d-%d", w->schedule, w->n_boots);
    int64_t up = w->now - w->boots[w->n_boots - 1];
    /* Before NTP it shows 1970. */
    clock_fake((struct wall){ w->synced ? WALL0 + w->now : up }, (struct boot){ up }, id, w->synced);
}

/* ── the broker ── */

static void put(struct yard *w, struct queue *q, const char *topic, const void *body, size_t len,
                bool retained, int64_t expires)
{
    if (q->n == QUEUE || len >= BODY) {
        w->lost_messages++;
        return;
    }
    struct message *m = &q->list[q->n++];
    *m = (struct message){ .len = len, .retained = retained, .expires = expires };
    snprintf(m->topic, sizeof m->topic, "%s", topic);
    memcpy(m->body, body, len);
    m->body[len] = '\0';
}

static void drop(struct queue *q, int i)
{
    memmove(&q->list[i], &q->list[i + 1], (size_t)(--q->n - i) * sizeof q->list[0]);
}

static void to_box(struct yard *w, const char *topic, const void *body, size_t len)
{
    if (!w->linked || !w->box)
        return;
    bool receipt = topic_parse(topic).kind == TOPIC_RECEIPT;
    if (receipt && yard_chance(12)) {
        w->lost_messages++;
        return;
    }
    put(w, &w->to_box, topic, body, len, false, 0);
    if (receipt && yard_chance(8))
        put(w, &w->to_box, topic, body, len, false, 0);
}

static void keep(char *kept, size_t size, const void *body, size_t len)
{
    snprintf(kept, size, "%.*s", (int)len, (const char *)body);
}

static bool hub_says(void *user, const char *topic, const void *body, size_t len, int qos, bool retain)
{
    struct yard *w = user;
    struct topic name = topic_parse(topic);
    (void)qos, (void)retain;
    if (!w->broker)
        return false;
    bool ours = name.role == ROLE_BAY && strcmp(name.id, "3") == 0;
    if (name.kind == TOPIC_BAY_STATE && ours)
        keep(w->state, sizeof w->state, body, len);
    if (name.kind == TOPIC_HUB_STATUS)
        keep(w->status, sizeof w->status, body, len);
    if (name.kind == TOPIC_HUB_STATUS || name.kind == TOPIC_HUB_BEAT ||
        (ours && (name.kind == TOPIC_RECEIPT || name.kind == TOPIC_BAY_STATE)))
        to_box(w, topic, body, name.kind == TOPIC_HUB_BEAT ? 0 : len);
    return true;
}

static bool box_says(void *user, const char *topic, const void *body, size_t len, bool retain)
{
    struct yard *w = user;
    if (!w->broker || !w->linked)
        return false;
    if (retain || disk_is_cut())
        return true;
    if (yard_chance(10)) {
        w->lost_messages++;
        return true;
    }
    put(w, &w->to_hub, topic, body, len, false, w->now + EXPIRY_MS);
    if (yard_chance(15)) {
        put(w, &w->to_hub, topic, body, len, false, w->now + EXPIRY_MS);
        w->twice++;
    }
    return true;
}

void yard_link(struct yard *w, bool up)
{
    if (w->linked == up || !w->box || (up && !w->broker))
        return;
    w->linked = up;
    w->to_box.n = 0;
    yard_at_box(w);
    if (!up) {
        box_disconnected(w->box);
        return;
    }
    box_connected(w->box);
    if (w->status[0])
        put(w, &w->to_box, "pit/v1/shop/hub/status", w->status, strlen(w->status), true, 0);
    if (w->state[0])
        put(w, &w->to_box, "pit/v1/shop/bay/3/state", w->state, strlen(w->state), true, 0);
}

void yard_broker(struct yard *w, bool up)
{
    if (w->broker == up)
        return;
    w->broker_downs += !up;
    if (!up) {
        yard_link(w, false);
        w->broker = false;
        yard_at_hub(w);
        if (w->hub)
            hub_disconnected(w->hub);
        if (yard_chance(50))
            w->to_hub.n = 0; /* nothing of it was on its disk */
        if (yard_chance(30))
            w->status[0] = w->state[0] = '\0';
        return;
    }
    w->broker = true;
    yard_at_hub(w);
    if (w->hub)
        hub_connected(w->hub);
}

/* ── the hub ── */

void yard_start_hub(struct yard *w)
{
    static const struct hub_ops ops = { .publish = hub_says };
    char why[600];
    int code;
    if (w->hub)
        return;
    yard_at_hub(w);
    w->hub = hub_create(&w->conf, &ops, w, why, sizeof why, &code);
    if (!w->hub)
        yard_fault(w, &w->wrong, "the hub does not start: %.300s", why);
    else if (w->broker)
        hub_connected(w->hub);
}

void yard_kill_hub(struct yard *w)
{
    static const char will[] = "{\"state\":\"offline\"}";
    if (!w->hub)
        return;
    w->hub_kills++;
    yard_at_hub(w);
    hub_destroy(w->hub);
    w->hub = NULL;
    if (w->broker)
        hub_says(w, "pit/v1/shop/hub/status", will, sizeof will - 1, 1, true);
}

/* A round of what the broker has for it; some rounds it does not survive, then the broker brings them again.
 */
void yard_serve(struct yard *w)
{
    int n = 0;
    if (!w->hub || !w->broker)
        return;
    yard_at_hub(w);
    for (int i = w->to_hub.n - 1; i >= 0; i--)
        if (w->to_hub.list[i].expires && w->to_hub.list[i].expires < w->now)
            drop(&w->to_hub, i);
    for (; n < w->to_hub.n && n < 4; n++)
        hub_message(w->hub, w->to_hub.list[n].topic, w->to_hub.list[n].body, w->to_hub.list[n].len, false);
    if (n && yard_chance(3)) {
        yard_kill_hub(w);
        return;
    }
    if (!hub_commit(w->hub))
        yard_fault(w, &w->wrong, "the hub cannot commit");
    if (yard_chance(3))
        n = 0; /* the acknowledgements are lost: all comes again */
    while (n-- > 0)
        drop(&w->to_hub, 0);
    if (hub_deadline(w->hub).ms <= w->now)
        hub_tick(w->hub);
}

void yard_desk(struct yard *w, const char *format, ...)
{
    char body[400];
    va_list args;
    int n = snprintf(body, sizeof body, "{\"id\":\"d%d-%d\",", w->schedule, ++w->desk_ids);
    va_start(args, format);
    vsnprintf(body + n, sizeof body - (size_t)n, format, args);
    va_end(args);
    yard_at_hub(w);
    if (w->hub && w->broker) {
        hub_message(w->hub, "pit/v1/shop/desk/front/event", body, strlen(body), false);
        hub_commit(w->hub);
    }
}

/* ── the box ── */

void yard_start_box(struct yard *w)
{
    static const struct box_ops ops = { box_says };
    struct box_options o = { "shop", "3", w->box_path, "ru" };
    char why[BOX_FAULT_SIZE];
    yard_at_box(w);
    w->box = box_create(&o, &ops, w, why);
    if (!w->box && !disk_is_cut())
        yard_fault(w, &w->wrong, "the box does not start: %.300s", why);
}

void yard_end_box(struct yard *w)
{
    w->linked = false;
    w->to_box.n = 0;
    box_destroy(w->box);
    w->box = NULL;
}

/* Off and on again: another boot, a clock that knows nothing yet. */
void yard_power_cut(struct yard *w)
{
    disk_cut();
    yard_end_box(w);
    disk_power_on();
    w->cuts++;
    w->now += 3000;
    if (w->n_boots == BOOTS_MAX)
        yard_fault(w, &w->wrong, "more boots than the test has room for");
    else
        w->boots[w->n_boots++] = w->now;
    w->synced = yard_chance(60);
}

void yard_hear(struct yard *w)
{
    if (!w->box)
        return;
    yard_at_box(w);
    w->heard |= w->to_box.n > 0;
    for (int i = 0; i < w->to_box.n && !disk_is_cut(); i++)
        box_message(w->box, w->to_box.list[i].topic, w->to_box.list[i].body, w->to_box.list[i].len,
                    w->to_box.list[i].retained);
    w->to_box.n = 0;
    if (!disk_is_cut() && box_deadline(w->box).ms <= clock_boot().ms)
        box_tick(w->box);
    box_look(w->box);
}
