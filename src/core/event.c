#include "core/event.h"

#include <stdio.h>
#include <string.h>

#define MAY(role) (1u << ROLE_##role)

/* Name of each type and who may send it (CONTRACT 3). */
static const struct {
    const char *name;
    unsigned roles;
} types[] = {
    [EV_OPEN] = { "open", MAY(DESK) | MAY(DMS) },
    [EV_UPDATE] = { "update", MAY(DESK) | MAY(DMS) },
    [EV_ASSIGN] = { "assign", MAY(BAY) | MAY(DESK) | MAY(DMS) },
    [EV_NEXT] = { "next", MAY(BAY) | MAY(DESK) | MAY(DMS) },
    [EV_HOLD] = { "hold", MAY(BAY) | MAY(DESK) | MAY(DMS) },
    [EV_REWORK] = { "rework", MAY(BAY) | MAY(DESK) | MAY(DMS) },
    [EV_STAGE] = { "stage", MAY(DESK) | MAY(DMS) },
    [EV_UNDO] = { "undo", MAY(BAY) | MAY(DESK) | MAY(DMS) },
    [EV_HELP] = { "help", MAY(BAY) | MAY(DESK) },
    [EV_CALL] = { "call", MAY(DESK) },
    [EV_CANCEL] = { "cancel", MAY(DESK) | MAY(DMS) },
    [EV_RATE] = { "rate", MAY(RATE) | MAY(DESK) },
    [EV_NOTE] = { "note", MAY(BAY) | MAY(DESK) | MAY(RATE) },
    [EV_CONFIG] = { "config", MAY(HUB) },
};

static const char *const reasons[] = {
    [REASON_NONE] = "",
    [REASON_TOO_LARGE] = "too-large",
    [REASON_BAD_JSON] = "bad-json",
    [REASON_ID_REUSED] = "id-reused",
    [REASON_FORBIDDEN] = "forbidden",
    [REASON_UNKNOWN_TYPE] = "unknown-type",
    [REASON_BAD_FIELD] = "bad-field",
    [REASON_NO_JOB_IN_BAY] = "no-job-in-bay",
    [REASON_UNKNOWN_JOB] = "unknown-job",
    [REASON_UNKNOWN_BAY] = "unknown-bay",
    [REASON_UNKNOWN_STAGE] = "unknown-stage",
    [REASON_UNKNOWN_WORK] = "unknown-work",
    [REASON_JOB_EXISTS] = "job-exists",
    [REASON_TOO_OLD] = "too-old",
    [REASON_CLOSED] = "closed",
    [REASON_MOVED_ON] = "moved-on",
    [REASON_AT_READY] = "at-ready",
    [REASON_ILLEGAL_STEP] = "illegal-step",
    [REASON_NOTHING_TO_UNDO] = "nothing-to-undo",
    [REASON_UNDO_EXPIRED] = "undo-expired",
    [REASON_STORAGE] = "storage",
};

static const char *const roles[] = { "bay", "desk", "dms", "rate", "hub" };
static const char *const privacies[] = { "tail", "code", "plate" };

const char *event_type_name(enum event_type type)
{
    return type < EV_UNKNOWN ? types[type].name : "unknown";
}

enum event_type event_type_find(const char *name)
{
    for (int i = 0; i < EV_UNKNOWN; i++)
        if (strcmp(types[i].name, name) == 0)
            return (enum event_type)i;
    return EV_UNKNOWN;
}

const char *role_name(enum role role)
{
    return role < ROLE_NONE ? roles[role] : "?";
}

enum role role_find(const char *name, size_t len)
{
    for (int i = 0; i < ROLE_NONE; i++)
        if (strlen(roles[i]) == len && memcmp(roles[i], name, len) == 0)
            return (enum role)i;
    return ROLE_NONE;
}

bool event_allowed(enum role role, enum event_type type)
{
    return type < EV_UNKNOWN && types[type].roles & (1u << role);
}

void reason_text(enum reason reason, const char *field, char out[REASON_SIZE])
{
    if (reason == REASON_BAD_FIELD)
        snprintf(out, REASON_SIZE, "bad-field:%s", field);
    else
        snprintf(out, REASON_SIZE, "%s", reasons[reason]);
}

const char *privacy_name(enum privacy privacy)
{
    return privacies[privacy];
}

int privacy_find(const char *name)
{
    for (int i = 0; i < 3; i++)
        if (strcmp(privacies[i], name) == 0)
            return i;
    return -1;
}
