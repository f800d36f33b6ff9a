#include "wire/msg.h"

#include "base/stamp.h"
#include "wire/load.h"
#include "wire/member.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define T(type)    (1u << EV_##type)
#define ALL        (~0u)
#define AGE_MAX_MS (INT64_C(100) * 366 * 86400 * 1000) /* anything older is as old as this */

enum form { FORM_TEXT, FORM_ID, FORM_JOB, FORM_BOOL, FORM_TIME, FORM_SCORE, FORM_PRIVACY };

/* One row per known field: for which types it counts, for which it is required, its form and place in struct
 * event. */
static const struct row {
    const char *name;
    enum field field;
    unsigned types, required;
    enum form form;
    unsigned chars; /* most characters of a FORM_TEXT */
    size_t offset;
    bool personal; /* taken out when a job is old */
} rows[] = {
    { "job", FIELD_JOB, ALL, T(OPEN) | T(ASSIGN), FORM_JOB, 0, offsetof(struct event, job), false },
    { "from", FIELD_FROM, ALL, 0, FORM_ID, 0, offsetof(struct event, from), false },
    { "by", FIELD_BY, ALL, 0, FORM_TEXT, 64, offsetof(struct event, by), true },
    { "plate", FIELD_PLATE, T(OPEN) | T(UPDATE), T(OPEN), FORM_TEXT, 16, offsetof(struct event, plate),
      true },
    { "model", FIELD_MODEL, T(OPEN) | T(UPDATE), 0, FORM_TEXT, 64, offsetof(struct event, model), false },
    { "work", FIELD_WORK, T(OPEN) | T(UPDATE), 0, FORM_ID, 0, offsetof(struct event, work), false },
    { "advisor", FIELD_ADVISOR, T(OPEN) | T(UPDATE), 0, FORM_TEXT, 64, offsetof(struct event, advisor),
      false },
    { "promised", FIELD_PROMISED, T(OPEN) | T(UPDATE), 0, FORM_TIME, 0, offsetof(struct event, promised),
      false },
    { "bay", FIELD_BAY, T(OPEN) | T(UPDATE) | T(ASSIGN) | T(HELP), 0, FORM_ID, 0, offsetof(struct event, bay),
      false },
    { "waiting", FIELD_WAITING, T(OPEN) | T(UPDATE), 0, FORM_BOOL, 0, offsetof(struct event, waiting),
      false },
    { "privacy", FIELD_PRIVACY, T(OPEN) | T(UPDATE), 0, FORM_PRIVACY, 0, offsetof(struct event, privacy),
      false },
    { "pickup", FIELD_PICKUP, T(OPEN) | T(UPDATE), 0, FORM_TEXT, 64, offsetof(struct event, pickup), false },
    { "reason", FIELD_REASON, T(UPDATE) | T(HOLD) | T(REWORK) | T(STAGE) | T(HELP) | T(CANCEL), T(HOLD),
      FORM_TEXT, 200, offsetof(struct event, reason), true },
    { "stage", FIELD_STAGE, T(STAGE), T(STAGE), FORM_ID, 0, offsetof(struct event, stage), false },
    { "force", FIELD_FORCE, T(STAGE), 0, FORM_BOOL, 0, offsetof(struct event, force), false },
    { "on", FIELD_ON, T(HELP), 0, FORM_BOOL, 0, offsetof(struct event, on), false },
    { "score", FIELD_SCORE, T(RATE), T(RATE), FORM_SCORE, 0, offsetof(struct event, score), false },
    { "comment", FIELD_COMMENT, T(RATE), 0, FORM_TEXT, 500, offsetof(struct event, comment), true },
    { "text", FIELD_TEXT, T(NOTE), T(NOTE), FORM_TEXT, 500, offsetof(struct event, text), true },
};
enum { ROWS = sizeof rows / sizeof rows[0] };

static json_t *object_only(json_t *root)
{
    if (!root || json_is_object(root))
        return root;
    json_decref(root);
    return NULL;
}

static json_t *load(const void *bytes, size_t len, size_t flags)
{
    json_error_t error;
    return object_only(json_loadb(bytes, len, flags, &error));
}

/* A string of at most `chars` characters without control characters, copied to a field of `size` bytes. */
static bool read_string(const json_t *value, char *out, size_t size, size_t chars)
{
    const char *text = json_string_value(value);
    size_t len = json_string_length(value);
    if (!text || len >= size || !utf8_plain(text, len) || utf8_length(text, len) > chars)
        return false;
    memcpy(out, text, len + 1);
    return true;
}

/* The text of a string without a NUL in it; NULL otherwise. */
static const char *whole_string(const json_t *value)
{
    const char *text = json_string_value(value);
    return text && strlen(text) == json_string_length(value) ? text : NULL;
}

/* A name to look up. One too long for any id is no fault of form, it is just unknown: it becomes one that no
 * configuration can have. */
static bool read_id(const json_t *value, char *out)
{
    const char *text = json_string_value(value);
    size_t len = json_string_length(value);
    if (!text || !utf8_plain(text, len))
        return false;
    if (len < ID_SIZE)
        memcpy(out, text, len + 1);
    else
        snprintf(out, ID_SIZE, "~%016llx", (unsigned long long)hash_bytes(HASH_START, text, len));
    return true;
}

static bool read_time(const json_t *value, struct wall *out)
{
    return json_is_string(value) && stamp_parse(json_string_value(value), json_string_length(value), out);
}

static bool read_value(const struct row *row, const json_t *value, struct event *event)
{
    char *at = (char *)event + row->offset;
    switch (row->form) {
    case FORM_TEXT:
        return read_string(value, at, row->chars * 4 + 1, row->chars);
    case FORM_ID:
        return read_id(value, at);
    case FORM_JOB:
        return read_string(value, at, EVENT_ID_SIZE, EVENT_ID_SIZE) && at[0];
    case FORM_BOOL:
        *(bool *)at = json_is_true(value);
        return json_is_boolean(value);
    case FORM_TIME:
        return read_time(value, (struct wall *)at);
    case FORM_SCORE:
        *(int *)at =
            json_is_integer(value) && json_integer_value(value) >= 0 && json_integer_value(value) <= 10
                ? (int)json_integer_value(value)
                : -1;
        return *(int *)at >= 0;
    case FORM_PRIVACY: {
        int level = whole_string(value) ? privacy_find(whole_string(value)) : -1;
        *(enum privacy *)at = level >= 0 ? (enum privacy)level : PRIVACY_TAIL;
        return level >= 0;
    }
    }
    return false;
}

static void bad_field(struct event *event, const char *name)
{
    if (event->fault != REASON_NONE)
        return;
    event->fault = REASON_BAD_FIELD;
    snprintf(event->fault_field, sizeof event->fault_field, "%s", name);
}

static void read_row(const struct row *row, const json_t *root, struct event *event)
{
    const json_t *value = json_object_get(root, row->name);
    unsigned type = event->type < EV_UNKNOWN ? 1u << event->type : 0;
    if (!(row->types & type))
        return;
    if (json_is_null(value))
        event->cleared |= 1u << row->field;
    else if (value && read_value(row, value, event))
        event->given |= 1u << row->field;
    else if (value)
        bad_field(event, row->name);
    bool empty = row->form == FORM_TEXT && event_has(event, row->field) && !((char *)event)[row->offset];
    if (row->required & type && (!event_has(event, row->field) || empty))
        bad_field(event, row->name);
    /* A plate and a kind of work can be changed, not taken away. */
    if (event->type == EV_UPDATE && (row->field == FIELD_PLATE || row->field == FIELD_WORK) &&
        (event_clears(event, row->field) || empty))
        bad_field(event, row->name);
}

static void read_head(const json_t *root, struct event *event)
{
    const json_t *id = json_object_get(root, "id"), *type = json_object_get(root, "type");
    const json_t *time = json_object_get(root, "time"), *age = json_object_get(root, "age_ms");
    if (!read_string(id, event->id, sizeof event->id, sizeof event->id) || !event->id[0]) {
        event->id[0] = '\0';
        bad_field(event, "id");
    }
    event->type = whole_string(type) ? event_type_find(whole_string(type)) : EV_UNKNOWN;
    if (json_is_string(type))
        read_string(type, event->type_text, sizeof event->type_text, sizeof event->type_text);
    else
        bad_field(event, "type");
    if (time && !json_is_null(time) && !read_time(time, &event->claimed))
        bad_field(event, "time");
    if (!age || json_is_null(age))
        return;
    event->age_ms = json_is_integer(age) ? json_integer_value(age) : -1;
    if (event->age_ms > AGE_MAX_MS)
        event->age_ms = AGE_MAX_MS;
    if (event->age_ms < 0) {
        event->age_ms = -1;
        bad_field(event, "age_ms");
    }
}

static uint64_t digest_field(const struct event *event, const struct row *row)
{
    const char *at = (const char *)event + row->offset;
    uint64_t hash = hash_bytes(HASH_START, row->name, strlen(row->name) + 1);
    if (event_clears(event, row->field))
        return hash_bytes(hash, "null", 5);
    if (row->form == FORM_PRIVACY)
        at = privacy_name(*(const enum privacy *)at);
    else if (row->form >= FORM_BOOL) {
        int64_t number = row->form == FORM_BOOL   ? *(const bool *)at
                         : row->form == FORM_TIME ? ((const struct wall *)at)->ms
                                                  : *(const int *)at;
        return hash_bytes(hash, &number, sizeof number);
    }
    return hash_bytes(hash, at, strlen(at) + 1);
}

/* The known fields as parsed, without time and age_ms. Kept for ever: so by names, which are the contract's,
 * not by the places of our enums. */
static uint64_t digest_parsed(const struct event *event)
{
    const char *type = event_type_name(event->type);
    uint64_t sum = hash_bytes(HASH_START, type, strlen(type));
    for (int i = 0; i < ROWS; i++) {
        const struct row *row = &rows[i];
        if (event_has(event, row->field) || event_clears(event, row->field))
            sum += digest_field(event, row); /* a sum: the order of the rows does not matter either */
    }
    return sum;
}

static int hash_chunk(const char *bytes, size_t len, void *hash)
{
    *(uint64_t *)hash = hash_bytes(*(uint64_t *)hash, bytes, len);
    return 0;
}

static bool hash_value(uint64_t *hash, const json_t *value)
{
    return !value ||
           json_dump_callback(value, hash_chunk, hash, JSON_ENCODE_ANY | JSON_COMPACT | JSON_SORT_KEYS) == 0;
}

/* What could not be parsed is compared as JSON values. False: memory is out, and the digest is not the one.
 */
static bool digest_raw(const json_t *root, uint64_t *hash)
{
    *hash = HASH_START;
    bool ok = hash_value(hash, json_object_get(root, "type"));
    for (int i = 0; ok && i < ROWS; i++) {
        const json_t *value = json_object_get(root, rows[i].name);
        if (!value)
            continue;
        *hash = hash_bytes(*hash, rows[i].name, strlen(rows[i].name));
        ok = hash_value(hash, value);
    }
    return ok;
}

enum reason msg_decode(const void *bytes, size_t len, struct event *event)
{
    memset(event, 0, sizeof *event);
    event->type = EV_UNKNOWN;
    event->claimed = event->promised = WALL_NONE;
    event->age_ms = -1;
    if (len > EVENT_BYTES_MAX)
        return REASON_TOO_LARGE;
    /* A NUL in a text is a fault of that field, so that the sender gets its answer by id. */
    const size_t flags = JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL;
    bool room = true;
    json_t *root = object_only(load_json(bytes, len, flags, &room));
    if (!root)
        return room ? REASON_BAD_JSON : REASON_STORAGE;
    read_head(root, event);
    for (int i = 0; i < ROWS; i++)
        read_row(&rows[i], root, event);
    if (event->type == EV_UNKNOWN && event->fault == REASON_NONE)
        event->fault = REASON_UNKNOWN_TYPE;
    if (event->fault == REASON_NONE)
        event->digest = digest_parsed(event);
    else
        room = digest_raw(root, &event->digest);
    json_decref(root);
    return room ? REASON_NONE : REASON_STORAGE;
}

/* Receipts. */

bool receipt_encode(const struct receipt *receipt, struct text *out)
{
    static const char *const results[] = { "applied", "rejected", "duplicate" };
    text_put(out, "{");
    if (receipt->id[0]) {
        text_put(out, "\"id\":");
        text_json_str(out, receipt->id);
        text_put(out, ",");
    }
    text_fmt(out, "\"result\":\"%s\"", results[receipt->result]);
    member_text(out, "reason", receipt->reason);
    member_text(out, "job", receipt->job);
    member_text(out, "code", receipt->code);
    member_text(out, "token", receipt->token);
    member_text(out, "stage", receipt->stage);
    member_time(out, "time", receipt->at);
    return text_put(out, "}");
}

static void get_member(const json_t *root, const char *name, char *out, size_t size)
{
    const char *text = json_string_value(json_object_get(root, name));
    text_copy(out, size, text ? text : "");
}

bool receipt_decode(const void *bytes, size_t len, struct receipt *receipt)
{
    json_t *root = load(bytes, len, JSON_REJECT_DUPLICATES);
    const char *result = json_string_value(json_object_get(root, "result"));
    memset(receipt, 0, sizeof *receipt);
    receipt->at = WALL_NONE;
    bool ok = result;
    if (ok && strcmp(result, "applied") == 0)
        receipt->result = MSG_APPLIED;
    else if (ok && strcmp(result, "rejected") == 0)
        receipt->result = MSG_REJECTED;
    else if (ok && strcmp(result, "duplicate") == 0)
        receipt->result = MSG_DUPLICATE;
    else
        ok = false;
    get_member(root, "id", receipt->id, sizeof receipt->id);
    get_member(root, "reason", receipt->reason, sizeof receipt->reason);
    get_member(root, "job", receipt->job, sizeof receipt->job);
    get_member(root, "code", receipt->code, sizeof receipt->code);
    get_member(root, "token", receipt->token, sizeof receipt->token);
    get_member(root, "stage", receipt->stage, sizeof receipt->stage);
    read_time(json_object_get(root, "time"), &receipt->at);
    json_decref(root);
    return ok;
}

bool given_encode(const struct given *given, struct text *out)
{
    if (!given->code[0])
        return true;
    text_put(out, "{\"code\":");
    text_json_str(out, given->code);
    member_text(out, "key", given->key);
    member_text(out, "token", given->token);
    return text_put(out, "}");
}

void given_decode(const char *text, struct given *given)
{
    memset(given, 0, sizeof *given);
    json_t *root = text[0] ? load(text, strlen(text), 0) : NULL;
    get_member(root, "code", given->code, sizeof given->code);
    get_member(root, "key", given->key, sizeof given->key);
    get_member(root, "token", given->token, sizeof given->token);
    json_decref(root);
}

bool msg_redact(const void *bytes, size_t len, char *out, size_t size)
{
    json_t *root = load(bytes, len, JSON_REJECT_DUPLICATES);
    const char *type = json_string_value(json_object_get(root, "type"));
    if (!type) {
        json_decref(root);
        return false;
    }
    static const char *const heads[] = { "id", "type", "time", "age_ms" };
    json_t *kept = json_object();
    for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++)
        if (json_object_get(root, heads[i]))
            json_object_set(kept, heads[i], json_object_get(root, heads[i]));
    for (int i = 0; i < ROWS; i++) {
        /* The reason of a hold is a stage, not a text. */
        bool stays = !rows[i].personal || (rows[i].field == FIELD_REASON && strcmp(type, "hold") == 0);
        if (stays && json_object_get(root, rows[i].name))
            json_object_set(kept, rows[i].name, json_object_get(root, rows[i].name));
    }
    size_t n = json_dumpb(kept, out, size - 1, JSON_COMPACT);
    bool ok = n > 0 && n < size;
    if (ok)
        out[n] = '\0';
    json_decref(kept);
    json_decref(root);
    return ok;
}
