#include "bay/session.h"

#include "base/text.h"

#include <string.h>

#define ABOUT_BAY(type) ((type) == EV_HELP || (type) == EV_NOTE)

static void begin(struct session *s, struct boot now)
{
    s->sent = false;
    s->wait_ms = SESSION_REPEAT_MIN_MS;
    s->from = now;
}

void session_start(struct session *s, const struct bay_view *seen, struct boot now)
{
    *s = (struct session){ .view = { .since = WALL_NONE }, .heard = now };
    if (seen) {
        s->view = *seen;
        s->seen = true;
    }
    begin(s, now);
}

bool session_hub_there(const struct session *s, struct boot now)
{
    return s->link && s->hub && boot_minus(now, s->heard) < SESSION_SILENCE_MS;
}

void session_link(struct session *s, bool up, struct boot now)
{
    s->link = up;
    s->hub = false; /* until it says something on this connection */
    begin(s, now);
}

void session_hub(struct session *s, bool online, struct boot now)
{
    bool was = session_hub_there(s, now);
    s->hub = online;
    s->heard = now;
    if (online && !was)
        begin(s, now);
}

void session_view(struct session *s, const struct bay_view *view)
{
    s->view = *view;
    s->seen = true;
}

void session_queue(struct session *s, const struct parcel *head, struct boot now)
{
    bool same = s->waiting && head && strcmp(s->head.id, head->id) == 0;
    s->waiting = head != NULL;
    if (head)
        s->head = *head;
    if (!same)
        begin(s, now);
}

/* Meaning. */

static void put(char *out, size_t size, const char *text)
{
    text_copy(out, size, text ? text : "");
}

/* Explicit and not a toggle: who calls while the desk has just answered still calls. */
static int help_wanted(const struct session *s, const struct parcel *help)
{
    int now = help ? help->on : s->seen ? s->view.help : -1;
    return now < 0 ? -1 : !now;
}

void session_parcel(const struct session *s, const struct session_press *press, const struct parcel *car,
                    const struct parcel *help, struct parcel *out)
{
    *out = (struct parcel){ .type = press->type, .on = -1, .made = WALL_NONE };
    put(out->reason, sizeof out->reason, press->reason);
    put(out->text, sizeof out->text, press->text);
    if (press->type == EV_ASSIGN) {
        out->chain = PARCEL_OWN; /* the stage of a car from elsewhere is not known here */
        put(out->job, sizeof out->job, press->job);
        return;
    }
    memcpy(out->job, s->view.job, sizeof out->job);
    memcpy(out->from, s->view.stage, sizeof out->from);
    if (ABOUT_BAY(press->type)) {
        out->chain = PARCEL_APART;
        out->on = press->type == EV_HELP ? help_wanted(s, help) : -1;
        return;
    }
    out->chain = car ? PARCEL_FOLLOWS : PARCEL_OWN;
    if (!car)
        return;
    /* If the one before it is refused, so must this one be: about the same car, from where that was seen. */
    memcpy(out->job, car->job, sizeof out->job);
    if (car->from[0])
        memcpy(out->from, car->from, sizeof out->from);
}

/* Sending. */

/* When the head is due on a connection that stands. */
static struct boot due_at(const struct session *s, struct boot now)
{
    if (!session_hub_there(s, now))
        return boot_plus(s->from, SESSION_REPEAT_MAX_MS);
    return s->sent ? boot_plus(s->from, s->wait_ms) : now;
}

bool session_due(const struct session *s, struct boot now)
{
    return s->waiting && s->link && boot_minus(due_at(s, now), now) <= 0;
}

void session_sent(struct session *s, struct boot now)
{
    if (s->sent && session_hub_there(s, now))
        s->wait_ms = s->wait_ms * 2 < SESSION_REPEAT_MAX_MS ? s->wait_ms * 2 : SESSION_REPEAT_MAX_MS;
    s->sent = true;
    s->from = now;
}

/* A fresh decision is newer than the state that was told before it. That of a repeat may be older. */
static void learn(struct session *s, const struct parcel_verdict *receipt)
{
    bool here = s->head.type == EV_ASSIGN || strcmp(receipt->job, s->view.job) == 0;
    if (s->head.chain == PARCEL_APART || !here || !receipt->job[0] ||
        strcmp(s->view.stage, receipt->stage) == 0)
        return;
    memcpy(s->view.job, receipt->job, sizeof s->view.job);
    memcpy(s->view.stage, receipt->stage, sizeof s->view.stage);
    s->view.since = WALL_NONE; /* and its limit: the state says, in a moment */
    s->view.limit_s = 0;
}

enum session_answer session_receipt(struct session *s, const struct parcel_verdict *receipt, bool repeat)
{
    if (!s->waiting || strcmp(s->head.id, receipt->id) != 0)
        return SESSION_OTHER;
    if (strcmp(receipt->reason, "storage") == 0)
        return SESSION_LATER;
    if (receipt->reason[0])
        return SESSION_REFUSED;
    if (!repeat)
        learn(s, receipt);
    return SESSION_APPLIED;
}

/* The question. */

static bool said(const struct session *s)
{
    return s->answered && strcmp(s->answered_job, s->view.job) == 0 &&
           strcmp(s->answered_stage, s->view.stage) == 0;
}

/* When it is asked; BOOT_FAR: never. */
static struct boot asks_at(const struct session *s, const struct parcel_now *now)
{
    const struct bay_view *v = &s->view;
    if (!v->job[0] || v->limit_s <= 0)
        return BOOT_FAR;
    if (said(s))
        return boot_plus(s->answered_at, v->limit_s * 1000);
    if (v->colour == BAY_RED)
        return now->up;
    if (wall_is_none(now->wall) || wall_is_none(v->since))
        return BOOT_FAR; /* the hub's colour will tell */
    return boot_plus(now->up, wall_minus(v->since, now->wall) + v->limit_s * 1000);
}

bool session_asks(const struct session *s, const struct parcel_now *now)
{
    return boot_minus(asks_at(s, now), now->up) <= 0;
}

void session_confirmed(struct session *s, struct boot now)
{
    s->answered = true;
    s->answered_at = now;
    memcpy(s->answered_job, s->view.job, sizeof s->answered_job);
    memcpy(s->answered_stage, s->view.stage, sizeof s->answered_stage);
}

struct boot session_deadline(const struct session *s, const struct parcel_now *now)
{
    struct boot next = asks_at(s, now);
    if (boot_minus(next, now->up) <= 0)
        next = BOOT_FAR; /* being asked */
    if (s->waiting && s->link)
        next = boot_first(next, due_at(s, now->up));
    if (session_hub_there(s, now->up))
        next = boot_first(next, boot_plus(s->heard, SESSION_SILENCE_MS));
    return next;
}
