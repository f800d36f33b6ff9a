/*
 * What a bay box says to the hub, and when: the sender's side of CONTRACT 3 for one bay. Pure: no clock, no
 * file, no socket. The owner keeps the outbox and the connection, tells here what happened, and does what
 * the answers say.
 *
 *   a press        session_parcel says what it means → outbox → session_queue
 *   after each     session_due? → publish → session_sent
 *   a receipt      session_receipt says what became of it → outbox → session_queue
 *
 * One parcel at a time is under way, the oldest. It is sent again after 2 s, doubling to 60 s, and at once
 * when the connection or the hub comes back. While the hub is silent it waits: the broker would keep the
 * event for it, and its age would be wrong when it arrives. But every 60 s it is tried all the same, for a
 * broker that lets nobody read hub/status.
 */
#pragma once

#include "core/parcel.h"

#define SESSION_REPEAT_MIN_MS 2000
#define SESSION_REPEAT_MAX_MS 60000
#define SESSION_SILENCE_MS    10000 /* a hub that says nothing for so long is not there */

/* Plain data; session_start sets it up. */
struct session {
    struct bay_view view; /* of the bay, from its state and from receipts */
    bool seen;            /* view was ever told */
    bool link;            /* to the broker */
    bool hub;             /* it said so, and … */
    struct boot heard;    /* … last then */

    bool waiting; /* `head` is the oldest parcel of the outbox */
    struct parcel head;
    bool sent; /* since it is the head and the connection stands */
    int64_t wait_ms;
    struct boot from; /* when it was sent, or became the head */

    bool answered; /* "still working" was said of this job and stage … */
    struct boot answered_at;
    char answered_job[EVENT_ID_SIZE], answered_stage[ID_SIZE];
};

/* `seen` is what the outbox remembers of the bay; NULL: nothing. */
void session_start(struct session *session, const struct bay_view *seen, struct boot now);

void session_link(struct session *session, bool up, struct boot now);
/* hub/status, and hub/beat as `online`. */
void session_hub(struct session *session, bool online, struct boot now);
/* bay/<id>/state. */
void session_view(struct session *session, const struct bay_view *view);
/* Connected, and the hub was heard within SESSION_SILENCE_MS. */
bool session_hub_there(const struct session *session, struct boot now);

/* The oldest parcel of the outbox, NULL: it is empty. Whenever that may have changed. */
void session_queue(struct session *session, const struct parcel *head, struct boot now);

/* What was pressed. Texts may be NULL. */
struct session_press {
    enum event_type type;
    const char *reason, *text;
    const char *job; /* of an assign: what the scanner read */
    bool confirm;    /* a note that answers "still working?" */
};
/* What it means now. `car` and `help`: the newest parcels in the outbox that are about a car, and that call
 * for help; NULL: none. The parcel has no id and no time yet. */
void session_parcel(const struct session *session, const struct session_press *press,
                    const struct parcel *car, const struct parcel *help, struct parcel *out);

/* The head is to be sent now. */
bool session_due(const struct session *session, struct boot now);
void session_sent(struct session *session, struct boot now);

enum session_answer {
    SESSION_OTHER, /* not of the head: nothing to do */
    SESSION_LATER, /* the hub could not record it: it stays, and is sent again */
    SESSION_APPLIED,
    SESSION_REFUSED,
};
/* A receipt. `repeat`: it says "duplicate". A reason is a refusal, also of a duplicate. */
enum session_answer session_receipt(struct session *session, const struct parcel_verdict *receipt,
                                    bool repeat);

/* The stage has passed its limit, and nobody said within another one that the work goes on. */
bool session_asks(const struct session *session, const struct parcel_now *now);
/* It was said, and is on disk. */
void session_confirmed(struct session *session, struct boot now);

/* When to look again at what is due, at the hub and at the question. */
struct boot session_deadline(const struct session *session, const struct parcel_now *now);
