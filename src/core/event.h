/*
 * One event as a source sent it (CONTRACT 3), decoded. Plain data without pointers: copy freely.
 * src/wire/msg makes it from bytes; the board judges and folds it.
 */
#pragma once

#include "base/tick.h"
#include "core/plan.h"

#include <stddef.h>

#define EVENT_BYTES_MAX 8192 /* largest payload that is read */

enum event_type {
    EV_OPEN,
    EV_UPDATE,
    EV_ASSIGN,
    EV_NEXT,
    EV_HOLD,
    EV_REWORK,
    EV_STAGE,
    EV_UNDO,
    EV_HELP,
    EV_CALL,
    EV_CANCEL,
    EV_RATE,
    EV_NOTE,
    EV_CONFIG,
    EV_UNKNOWN,
};

/* In the order checked. REASON_STORAGE may come at any time. */
enum reason {
    REASON_NONE,
    REASON_TOO_LARGE,
    REASON_BAD_JSON,
    REASON_ID_REUSED,
    REASON_FORBIDDEN,
    REASON_UNKNOWN_TYPE,
    REASON_BAD_FIELD, /* "bad-field:<name>" */
    REASON_NO_JOB_IN_BAY,
    REASON_UNKNOWN_JOB,
    REASON_UNKNOWN_BAY,
    REASON_UNKNOWN_STAGE,
    REASON_UNKNOWN_WORK,
    REASON_JOB_EXISTS,
    REASON_TOO_OLD,
    REASON_CLOSED,
    REASON_MOVED_ON,
    REASON_AT_READY,
    REASON_ILLEGAL_STEP,
    REASON_NOTHING_TO_UNDO,
    REASON_UNDO_EXPIRED,
    REASON_STORAGE,
};
#define REASON_SIZE 48 /* any reason as text, NUL included */

enum role { ROLE_BAY, ROLE_DESK, ROLE_DMS, ROLE_RATE, ROLE_HUB, ROLE_NONE };

enum privacy { PRIVACY_TAIL, PRIVACY_CODE, PRIVACY_PLATE };

/* Fields that may be absent, null or given; bit numbers of event.given and event.cleared. */
enum field {
    FIELD_JOB,
    FIELD_FROM,
    FIELD_BY,
    FIELD_PLATE,
    FIELD_MODEL,
    FIELD_WORK,
    FIELD_ADVISOR,
    FIELD_PROMISED,
    FIELD_BAY,
    FIELD_WAITING,
    FIELD_PRIVACY,
    FIELD_PICKUP,
    FIELD_REASON,
    FIELD_STAGE,
    FIELD_FORCE,
    FIELD_ON,
    FIELD_SCORE,
    FIELD_COMMENT,
    FIELD_TEXT,
    FIELD_COUNT,
};

#define EVENT_ID_SIZE 65          /* 64 bytes and NUL: event ids and job ids */
#define CHARS_SIZE(n) ((n)*4 + 1) /* n characters of UTF-8 and NUL */
#define PLATE_SIZE    CHARS_SIZE(16)
#define NAME_SIZE     CHARS_SIZE(64) /* model, advisor, by, pickup */

struct event {
    char id[EVENT_ID_SIZE]; /* empty: the message had no usable id */
    enum event_type type;
    char type_text[33];      /* as sent, cut; for the log */
    struct wall claimed;     /* `time`, or WALL_NONE */
    int64_t age_ms;          /* `age_ms`, or -1 */
    enum reason fault;       /* REASON_NONE, or why it cannot be judged: BAD_FIELD, UNKNOWN_TYPE */
    char fault_field[24];    /* name of the bad field */
    uint64_t digest;         /* of the known fields but time and age_ms */
    uint32_t given, cleared; /* bits 1u << enum field: has a value / is null */

    char job[EVENT_ID_SIZE];
    char from[ID_SIZE];
    char by[NAME_SIZE];
    char plate[PLATE_SIZE];
    char model[NAME_SIZE];
    char work[ID_SIZE];
    char advisor[NAME_SIZE];
    struct wall promised;
    char bay[ID_SIZE];
    char pickup[NAME_SIZE];
    char stage[ID_SIZE];
    char reason[CHARS_SIZE(200)];
    char comment[CHARS_SIZE(500)];
    char text[CHARS_SIZE(500)];
    enum privacy privacy;
    bool waiting, force, on;
    int score;
};

static inline bool event_has(const struct event *e, enum field f)
{
    return e->given & (1u << f);
}

static inline bool event_clears(const struct event *e, enum field f)
{
    return e->cleared & (1u << f);
}

/* "open" … ; EV_UNKNOWN if there is no such type. */
const char *event_type_name(enum event_type type);
enum event_type event_type_find(const char *name);

/* "bay" "desk" "dms" "rate" "hub"; ROLE_NONE if there is no such role. */
const char *role_name(enum role role);
enum role role_find(const char *name, size_t len);

/* Whether a source of this role may send this type at all. */
bool event_allowed(enum role role, enum event_type type);

/* "moved-on", "bad-field:plate", …; "" for REASON_NONE. */
void reason_text(enum reason reason, const char *field, char out[REASON_SIZE]);

const char *privacy_name(enum privacy privacy);
/* -1 if there is no such level. */
int privacy_find(const char *name);
