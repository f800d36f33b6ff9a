/* Topic names "pit/v1/<site>/…" (CONTRACT 2): built here, split here, nowhere else. */
#pragma once

#include "core/event.h"

#define TOPIC_SIZE 192

enum topic_kind {
    TOPIC_OTHER,
    TOPIC_EVENT,         /* <role>/<id>/event */
    TOPIC_RECEIPT,       /* <role>/<id>/receipt */
    TOPIC_BAY_STATE,     /* bay/<id>/state */
    TOPIC_STATUS,        /* <role>/<id>/status */
    TOPIC_SCREEN_STATUS, /* screen/<id>/status */
    TOPIC_BOARD_PUBLIC,
    TOPIC_BOARD_STAFF,
    TOPIC_HUB_STATUS,
    TOPIC_HUB_BEAT,
};

struct topic {
    enum topic_kind kind;
    char site[ID_SIZE];
    enum role role;   /* for EVENT, RECEIPT, STATUS */
    char id[ID_SIZE]; /* source, bay or screen; not checked against the configuration, but a valid id */
};

/* TOPIC_OTHER if it is none of ours (a source id that is no valid id included). */
struct topic topic_parse(const char *name);

/* Writes "pit/v1/<site>/<tail>", e.g. tail "board/public", "+/+/event". */
void topic_build(char out[TOPIC_SIZE], const char *site, const char *tail);
/* "pit/v1/<site>/<role>/<id>/<leaf>" */
void topic_source(char out[TOPIC_SIZE], const char *site, enum role role, const char *id, const char *leaf);
