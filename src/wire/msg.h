/*
 * Bytes ↔ event, receipt and the texts the log keeps (CONTRACT 3). The only folder that knows jansson; pure.
 */
#pragma once

#include "base/text.h"
#include "core/board.h"

/*
 * Decodes a payload. REASON_TOO_LARGE or REASON_BAD_JSON: nothing of it can be used. REASON_STORAGE: memory
 * is out, nothing is known of it. REASON_NONE: `event` is filled; `event->fault` may still name an unknown
 * type or a bad field, and `event->id` may be empty.
 */
enum reason msg_decode(const void *bytes, size_t len, struct event *event);

enum msg_result { MSG_APPLIED, MSG_REJECTED, MSG_DUPLICATE };

/* A receipt; empty texts and WALL_NONE are left out. */
struct receipt {
    enum msg_result result;
    char id[EVENT_ID_SIZE];
    char reason[REASON_SIZE];
    char job[EVENT_ID_SIZE];
    char code[CODE_SIZE], token[TOKEN_SIZE];
    char stage[ID_SIZE];
    struct wall at;
};
bool receipt_encode(const struct receipt *receipt, struct text *out);
/* False if the bytes are no receipt. */
bool receipt_decode(const void *bytes, size_t len, struct receipt *receipt);

/* What the hub made up, as the log's column `given` keeps it; empty text if nothing was. */
bool given_encode(const struct given *given, struct text *out);
void given_decode(const char *text, struct given *given);

/* The body of a `config` event, and back (false: it is none). */
#define CONFIG_BYTES_MAX (512 * 1024)
bool config_encode(const struct plan *plan, struct text *out);
bool config_decode(const void *bytes, size_t len, struct plan *plan);

/* A body without plate, `by` and free texts, and without fields we do not know; what the fold needs for the
 * timings stays. False: it is no event. */
bool msg_redact(const void *bytes, size_t len, char *out, size_t size);
