#include "app/box.h"

#include "app/aside.h"
#include "app/box_words.h"
#include "base/text.h"
#include "store/outbox.h"
#include "sys/clock.h"
#include "wire/msg.h"
#include "wire/parcel.h"
#include "wire/topic.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LOG_TAG "bay"
#include "base/log.h"

#define RETRY_MS 1000 /* a disk that refuses is asked again */
#define SYNC_MS  5000 /* between two looks whether the clock is synced by now */

struct box {
    char site[ID_SIZE], bay[ID_SIZE], language[8];
    char path[ASIDE_PATH - 200];
    const struct box_ops *ops;
    void *user;
    struct outbox *outbox; /* NULL: could not be opened again */
    struct session session;
    bool live; /* the hub itself spoke on this connection; what the broker had kept tells no age */
    struct lamp lamp;
    struct boot retry; /* of the outbox; BOOT_FAR: it works */
    struct boot next_sync;
    bool undated; /* something waits that was pressed while the clock was not synced */
    bool alarmed; /* the log has said that it fills */
};

static struct parcel_now now_of(void)
{
    return (struct parcel_now){ clock_boot_id(), clock_boot(), clock_synced() ? clock_wall() : WALL_NONE };
}

static const char *word(const struct box *box, enum box_word which)
{
    return box_word(which, box->language);
}

/* The outbox. */

static struct outbox *open_outbox(const char *path, bool *damaged, char fault[BOX_FAULT_SIZE])
{
    int64_t first = 0;
    unsigned char random[6] = { 0 };
    if (!clock_random(random, sizeof random)) {
        *damaged = false;
        snprintf(fault, BOX_FAULT_SIZE, "the system has no random numbers");
        return NULL;
    }
    for (size_t i = 0; i < sizeof random; i++)
        first = first << 8 | random[i];
    return outbox_open(path, first, damaged, fault, BOX_FAULT_SIZE);
}

static bool move_aside(const char *path, char aside[ASIDE_PATH])
{
    static const char *const rest[] = { "-wal", "-shm" };
    char stamp[ASIDE_STAMP], name[ASIDE_PATH];
    aside_stamp(path, stamp);
    aside_name(path, stamp, "", aside);
    /* The log stays in place as well until the file itself is gone: half of the way loses nothing. */
    if (!aside_move(path, stamp, "-wal", true) || !aside_move(path, stamp, "", false))
        return false;
    for (size_t i = 0; i < sizeof rest / sizeof rest[0]; i++) {
        snprintf(name, sizeof name, "%.4000s%s", path, rest[i]);
        unlink(name);
    }
    aside_sync(path);
    return true;
}

/* The staff reads in the shift log what happened. */
static void leave_note(struct outbox *outbox, int saved)
{
    struct parcel_now now = now_of();
    struct parcel note = { .type = EV_NOTE, .on = -1, .up = now.up, .made = now.wall };
    snprintf(note.boot, sizeof note.boot, "%s", now.boot);
    snprintf(note.text, sizeof note.text, "%s: %d", box_word(BOX_DAMAGED, "ru"), saved);
    if (outbox_add(outbox, &note) != OUTBOX_OK)
        log_error("the note for the staff could not be kept: %s", outbox_error(outbox));
}

/* A damaged file makes room for a new one. */
static struct outbox *begin_anew(const char *path, const char *why, char fault[BOX_FAULT_SIZE])
{
    char aside[ASIDE_PATH];
    bool damaged;
    if (!move_aside(path, aside)) {
        snprintf(fault, BOX_FAULT_SIZE, "%.200s; it cannot be set aside, look at its folder", why);
        return NULL;
    }
    struct outbox *fresh = open_outbox(path, &damaged, fault);
    if (!fresh)
        return NULL;
    int saved = outbox_salvage(fresh, aside);
    log_error("the outbox was damaged: %s; it is %s now, %d presses were taken over from it", why, aside,
              saved < 0 ? 0 : saved);
    leave_note(fresh, saved < 0 ? 0 : saved);
    return fresh;
}

static struct outbox *open_or_mend(const char *path, char fault[BOX_FAULT_SIZE])
{
    bool damaged;
    char why[BOX_FAULT_SIZE];
    struct outbox *outbox = open_outbox(path, &damaged, fault);
    if (outbox || !damaged)
        return outbox;
    snprintf(why, sizeof why, "%s", fault);
    return begin_anew(path, why, fault);
}

/* After OUTBOX_FAILED. */
static void outbox_failed(struct box *box, const char *doing)
{
    char fault[BOX_FAULT_SIZE];
    log_error("bay %s: %s: %s", box->bay, doing, outbox_error(box->outbox));
    box->retry = boot_plus(clock_boot(), RETRY_MS);
    if (!outbox_damaged(box->outbox))
        return;
    snprintf(fault, sizeof fault, "%s", outbox_error(box->outbox));
    outbox_close(box->outbox);
    char why[BOX_FAULT_SIZE];
    snprintf(why, sizeof why, "%s", fault);
    box->outbox = begin_anew(box->path, why, fault);
    if (!box->outbox)
        log_error("bay %s: %s", box->bay, fault);
}

static void watch_filling(struct box *box, int waiting)
{
    if (waiting >= OUTBOX_ALARM && !box->alarmed)
        log_warn("bay %s: %d of at most %d presses wait for the hub; when it is full no press is taken",
                 box->bay, waiting, OUTBOX_MAX);
    box->alarmed = waiting >= OUTBOX_ALARM;
}

/* The session and the lamp follow what the outbox holds. */
static void refresh(struct box *box)
{
    struct parcel head;
    struct boot now = clock_boot();
    enum outbox_result result = OUTBOX_FAILED;
    if (box->outbox) {
        result = outbox_first(box->outbox, &head);
        if (result == OUTBOX_FAILED)
            outbox_failed(box, "reading the outbox");
        else
            box->retry = BOOT_FAR;
    }
    session_queue(&box->session, result == OUTBOX_OK ? &head : NULL, now);
    int waiting = box_waiting(box);
    lamp_saved(&box->lamp, waiting, now);
    watch_filling(box, waiting);
}

static void retry(struct box *box)
{
    char fault[BOX_FAULT_SIZE];
    box->retry = boot_plus(clock_boot(), RETRY_MS);
    if (!box->outbox)
        box->outbox = open_or_mend(box->path, fault);
    refresh(box);
}

int box_waiting(const struct box *box)
{
    return box->outbox ? outbox_waiting(box->outbox) : 0;
}

/* Sending. */

static void publish_status(struct box *box, const char *status)
{
    char topic[TOPIC_SIZE];
    topic_source(topic, box->site, ROLE_BAY, box->bay, "status");
    box->ops->publish(box->user, topic, status, strlen(status), true);
}

static void send_due(struct box *box)
{
    struct parcel_now now = now_of();
    char topic[TOPIC_SIZE], room[EVENT_BYTES_MAX];
    struct text body = text_over(room, sizeof room);
    if (!session_due(&box->session, now.up))
        return;
    topic_source(topic, box->site, ROLE_BAY, box->bay, "event");
    if (parcel_encode(&box->session.head, &now, &body))
        box->ops->publish(box->user, topic, body.data, body.len, false);
    session_sent(&box->session, now.up); /* also if it was not: it is tried again in its turn */
}

/* Presses. */

/* The newest parcels that decide what the next one means; false: the disk. */
static bool look_back(struct box *box, struct parcel *car, bool *has_car, struct parcel *help, bool *has_help)
{
    enum outbox_result c = outbox_last_car(box->outbox, car), h = outbox_last_of(box->outbox, EV_HELP, help);
    *has_car = c == OUTBOX_OK;
    *has_help = h == OUTBOX_OK;
    return c != OUTBOX_FAILED && h != OUTBOX_FAILED;
}

static enum outbox_result keep(struct box *box, const struct session_press *press, struct boot at,
                               struct parcel *out)
{
    struct parcel car, help;
    struct parcel_now now = now_of();
    bool has_car, has_help;
    if (!box->outbox || !look_back(box, &car, &has_car, &help, &has_help))
        return OUTBOX_FAILED;
    session_parcel(&box->session, press, has_car ? &car : NULL, has_help ? &help : NULL, out);
    snprintf(out->boot, sizeof out->boot, "%s", now.boot);
    out->up = at;
    out->made = wall_is_none(now.wall) ? WALL_NONE : wall_plus(now.wall, -boot_minus(now.up, at));
    return outbox_add(box->outbox, out);
}

bool box_press(struct box *box, const struct session_press *given, struct boot at)
{
    struct session_press press = *given;
    struct parcel parcel;
    struct boot now = clock_boot();
    if (press.confirm && (!press.text || !press.text[0]))
        press.text = word(box, BOX_GOES_ON);
    enum outbox_result result = keep(box, &press, at, &parcel);
    if (result == OUTBOX_FAILED && box->outbox) {
        outbox_failed(box, "keeping a press");
        result = keep(box, &press, at, &parcel); /* a new file may have taken the place of a damaged one */
    }
    if (result != OUTBOX_OK) {
        log_error("bay %s: %s is NOT saved: %s", box->bay, event_type_name(press.type),
                  result == OUTBOX_FULL ? "the outbox is full"
                  : box->outbox         ? outbox_error(box->outbox)
                                        : "there is no outbox");
        lamp_refused(&box->lamp, word(box, result == OUTBOX_FULL ? BOX_FULL : BOX_NOT_SAVED), now);
        return false;
    }
    box->undated |= wall_is_none(parcel.made);
    if (press.confirm)
        session_confirmed(&box->session, now);
    refresh(box);
    send_due(box);
    return true;
}

void box_misread(struct box *box, const char *why)
{
    log_note("bay %s: scanner: %s", box->bay, why);
    lamp_refused(&box->lamp, word(box, BOX_MISREAD), clock_boot());
}

/* Messages. */

static void take_receipt(struct box *box, const void *payload, size_t len)
{
    struct receipt r;
    if (!receipt_decode(payload, len, &r))
        return;
    struct parcel_verdict v = { .at = r.at };
    memcpy(v.id, r.id, sizeof v.id);
    memcpy(v.reason, r.reason, sizeof v.reason);
    memcpy(v.job, r.job, sizeof v.job);
    memcpy(v.stage, r.stage, sizeof v.stage);
    v.type = box->session.head.type;
    if (r.result == MSG_REJECTED && !v.reason[0])
        snprintf(v.reason, sizeof v.reason, "rejected"); /* never green for a refusal that does not say why */
    enum session_answer answer = session_receipt(&box->session, &v, r.result == MSG_DUPLICATE);
    if (answer == SESSION_OTHER || answer == SESSION_LATER || !box->outbox)
        return;
    v.applied = answer == SESSION_APPLIED;
    if (outbox_settle(box->outbox, &v) == OUTBOX_FAILED) {
        outbox_failed(box, "noting a receipt"); /* it comes again after the next repeat */
        refresh(box);
        return;
    }
    if (v.applied)
        lamp_accepted(&box->lamp, clock_boot());
    else
        lamp_refused(&box->lamp, box_reason(v.reason, box->language), clock_boot());
    if (!v.applied)
        log_note("bay %s: %s %s is refused: %s", box->bay, event_type_name(v.type), v.id, v.reason);
    refresh(box);
}

static void take_view(struct box *box, const void *payload, size_t len)
{
    struct bay_view view;
    if (!bay_view_decode(payload, len, &view))
        return;
    session_view(&box->session, &view);
    if (box->outbox && !outbox_see(box->outbox, &view))
        outbox_failed(box, "remembering the bay");
}

static void hear_hub(struct box *box, bool online, bool retained)
{
    session_hub(&box->session, online, clock_boot());
    box->live = online && (box->live || !retained);
}

void box_message(struct box *box, const char *name, const void *payload, size_t len, bool retained)
{
    struct topic topic = topic_parse(name);
    bool online, own = topic.role == ROLE_BAY && strcmp(topic.id, box->bay) == 0;
    if (strcmp(topic.site, box->site) != 0)
        return;
    if (topic.kind == TOPIC_RECEIPT && own && !retained)
        take_receipt(box, payload, len);
    else if (topic.kind == TOPIC_BAY_STATE && own)
        take_view(box, payload, len);
    else if (topic.kind == TOPIC_HUB_BEAT && !retained)
        hear_hub(box, true, retained);
    else if (topic.kind == TOPIC_HUB_STATUS && hub_status_decode(payload, len, &online))
        hear_hub(box, online, retained);
    send_due(box);
}

bool box_topic(const struct box *box, int i, char *topic, size_t size, int *qos, bool *retained_too)
{
    static const struct {
        const char *own, *hub;
        int qos;
        bool retained_too;
    } rows[] = {
        { "receipt", NULL, 1, false },
        { "state", NULL, 1, true },
        { NULL, "hub/status", 1, true },
        { NULL, "hub/beat", 0, false },
    };
    char name[TOPIC_SIZE];
    if (i < 0 || (size_t)i >= sizeof rows / sizeof rows[0])
        return false;
    if (rows[i].own)
        topic_source(name, box->site, ROLE_BAY, box->bay, rows[i].own);
    else
        topic_build(name, box->site, rows[i].hub);
    *qos = rows[i].qos;
    *retained_too = rows[i].retained_too;
    return text_copy(topic, size, name);
}

/* The connection. */

void box_connected(struct box *box)
{
    session_link(&box->session, true, clock_boot());
    box->live = false;
    publish_status(box, "online");
    send_due(box);
}

void box_disconnected(struct box *box)
{
    session_link(&box->session, false, clock_boot());
}

void box_goodbye(struct box *box)
{
    publish_status(box, "offline");
}

void box_will(const struct box *box, char *topic, size_t size, const char **payload)
{
    char name[TOPIC_SIZE];
    topic_source(name, box->site, ROLE_BAY, box->bay, "status");
    text_copy(topic, size, name);
    *payload = "offline";
}

/* Time. */

/* Presses from before the clock was set get their time while it can still be told: in this boot. */
static void watch_clock(struct box *box, const struct parcel_now *now)
{
    if (!box->undated || !box->outbox || now->up.ms < box->next_sync.ms)
        return;
    box->next_sync = boot_plus(now->up, SYNC_MS);
    if (wall_is_none(now->wall))
        return;
    if (outbox_date(box->outbox, now) == OUTBOX_FAILED)
        outbox_failed(box, "dating the presses");
    else
        box->undated = false;
    refresh(box);
}

void box_tick(struct box *box)
{
    struct parcel_now now = now_of();
    if (now.up.ms >= box->retry.ms)
        retry(box);
    watch_clock(box, &now);
    send_due(box);
}

struct lamp_look box_look(struct box *box)
{
    struct parcel_now now = now_of();
    const struct session *s = &box->session;
    bool there = box->live && session_hub_there(s, now.up);
    char line[64];
    /* A hub that is silent may have moved the car: no colour rather than an old one. */
    lamp_bay(&box->lamp, there ? (enum lamp_colour)s->view.colour : LAMP_OFF, there && s->view.help, now.up);
    lamp_ask(&box->lamp, session_asks(s, &now) ? word(box, BOX_STILL_WORKING) : NULL, now.up);
    snprintf(line, sizeof line, "%s", s->view.code);
    if (box_waiting(box) > 0)
        snprintf(line, sizeof line, "%s: %d", word(box, box->alarmed ? BOX_FILLS : BOX_WAITING),
                 box_waiting(box));
    lamp_line(&box->lamp, line);
    return lamp_look(&box->lamp, now.up);
}

struct boot box_deadline(const struct box *box)
{
    struct parcel_now now = now_of();
    struct boot next = boot_first(session_deadline(&box->session, &now), box->retry);
    return box->undated && box->outbox ? boot_first(next, box->next_sync) : next;
}

/* Life. */

static bool set_up(struct box *box, const struct box_options *o, char fault[BOX_FAULT_SIZE])
{
    struct bay_view seen;
    snprintf(fault, BOX_FAULT_SIZE, "%s: the name of the outbox is too long", o->outbox);
    if (!text_copy(box->path, sizeof box->path, o->outbox))
        return false;
    text_copy(box->site, sizeof box->site, o->site);
    text_copy(box->bay, sizeof box->bay, o->bay);
    text_copy(box->language, sizeof box->language, o->language);
    box->retry = BOOT_FAR;
    box->outbox = open_or_mend(box->path, fault);
    if (!box->outbox)
        return false;
    box->undated = outbox_waiting(box->outbox) > 0;
    session_start(&box->session, outbox_seen(box->outbox, &seen) ? &seen : NULL, clock_boot());
    refresh(box);
    return true;
}

struct box *box_create(const struct box_options *options, const struct box_ops *ops, void *user,
                       char fault[BOX_FAULT_SIZE])
{
    struct box *box = calloc(1, sizeof *box);
    if (!box) {
        snprintf(fault, BOX_FAULT_SIZE, "out of memory");
        return NULL;
    }
    box->ops = ops;
    box->user = user;
    if (set_up(box, options, fault))
        return box;
    box_destroy(box);
    return NULL;
}

void box_destroy(struct box *box)
{
    if (!box)
        return;
    outbox_close(box->outbox);
    free(box);
}
