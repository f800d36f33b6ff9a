#include "wire/tape.h"

#include "base/stamp.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool fail(char *fault, size_t size, const char *what)
{
    snprintf(fault, size, "%s", what);
    return false;
}

static json_t *load(const void *bytes, size_t len, char *fault, size_t size)
{
    json_error_t error;
    json_t *root = json_loadb(bytes, len, JSON_REJECT_DUPLICATES, &error);
    if (!root) {
        struct text why = text_over(fault, size);
        text_put(&why, "not JSON: ");
        text_safe(&why, error.text, strlen(error.text));
    } else if (!json_is_object(root)) {
        fail(fault, size, "not a JSON object");
        json_decref(root);
        root = NULL;
    }
    return root;
}

static void copy_field(const json_t *object, const char *name, char *out, size_t size)
{
    const json_t *value = json_object_get(object, name);
    const char *text = json_string_value(value);
    out[0] = '\0';
    if (text && strlen(text) == json_string_length(value))
        text_copy(out, size, text);
}

static void read_keys(const json_t *payload, struct tape_keys *keys)
{
    copy_field(payload, "id", keys->id, sizeof keys->id);
    copy_field(payload, "job", keys->job, sizeof keys->job);
    copy_field(payload, "bay", keys->bay, sizeof keys->bay);
}

bool tape_keys(const void *payload, size_t len, struct tape_keys *keys, char *fault, size_t fault_size)
{
    json_t *root = load(payload, len, fault, fault_size);
    if (!root)
        return false;
    read_keys(root, keys);
    json_decref(root);
    return true;
}

/* ---- finding the payload's bytes in a line that is known to be well-formed ---- */

static const char *skip_string(const char *p)
{
    for (p++; *p != '"'; p++)
        if (*p == '\\')
            p++;
    return p + 1;
}

static const char *skip_space(const char *p)
{
    return p + strspn(p, " \t\r\n");
}

static const char *skip_value(const char *p)
{
    if (*p == '"')
        return skip_string(p);
    if (*p != '{' && *p != '[')
        return p + strcspn(p, ",}] \t\r\n");
    int depth = 0;
    do {
        if (*p == '"') {
            p = skip_string(p);
            continue;
        }
        depth += (*p == '{' || *p == '[') - (*p == '}' || *p == ']');
        p++;
    } while (depth > 0);
    return p;
}

/* The member `payload` of the outermost object. */
static bool find_payload(const char *line, struct tape_line *out)
{
    static const char name[] = "\"payload\"";
    const char *p = skip_space(strchr(line, '{') + 1);
    while (*p == '"') {
        const char *key = p;
        p = skip_string(p);
        bool hit = (size_t)(p - key) == sizeof name - 1 && memcmp(key, name, sizeof name - 1) == 0;
        p = skip_space(skip_space(p) + 1);
        const char *value = p;
        p = skip_value(p);
        if (hit) {
            out->payload = value;
            out->len = (size_t)(p - value);
            return true;
        }
        p = skip_space(p);
        p = *p == ',' ? skip_space(p + 1) : p;
    }
    return false; /* the key is written with escapes */
}

/* "desk/front/event" */
static bool read_topic(const char *topic, struct tape_line *line)
{
    size_t role = topic ? strcspn(topic, "/") : 0;
    if (!role || !topic[role])
        return false;
    line->role = role_find(topic, role);
    const char *source = topic + role + 1;
    size_t len = strcspn(source, "/");
    if (line->role == ROLE_NONE || line->role == ROLE_HUB || len >= ID_SIZE ||
        strcmp(source + len, "/event") != 0)
        return false;
    memcpy(line->source, source, len);
    line->source[len] = '\0';
    return text_is_id(line->source);
}

static bool read_line(const json_t *root, struct tape_line *line, char *fault, size_t size)
{
    const json_t *time = json_object_get(root, "time"), *payload = json_object_get(root, "payload");
    if (!json_is_string(time) || !stamp_parse(json_string_value(time), json_string_length(time), &line->time))
        return fail(fault, size, "no \"time\" like \"2026-03-01T09:20:00+03:00\"");
    if (!read_topic(json_string_value(json_object_get(root, "topic")), line))
        return fail(fault, size, "no \"topic\" like \"desk/front/event\"");
    if (!json_is_object(payload))
        return fail(fault, size, "no \"payload\" that is a JSON object");
    read_keys(payload, &line->keys);
    return true;
}

/* `bytes` end in a NUL. */
static bool read_text(const char *bytes, size_t len, struct tape_line *line, char *fault, size_t size)
{
    json_t *root = load(bytes, len, fault, size);
    if (!root)
        return false;
    bool done = read_line(root, line, fault, size);
    json_decref(root);
    if (done && !find_payload(bytes, line))
        return fail(fault, size, "\"payload\" written with escapes");
    return done;
}

bool tape_read(const char *bytes, size_t len, struct tape_line *line, char *fault, size_t fault_size)
{
    char copy[TAPE_LINE_MAX + 1];
    if (len > TAPE_LINE_MAX)
        return fail(fault, fault_size, "line longer than an event can be");
    memcpy(copy, bytes, len);
    copy[len] = '\0';
    if (!read_text(copy, len, line, fault, fault_size))
        return false;
    line->payload = bytes + (line->payload - copy);
    return true;
}

bool tape_write(struct text *out, struct wall time, enum role role, const char *source, const void *payload,
                size_t len)
{
    char fault[64], stamp[STAMP_SIZE];
    struct tape_keys keys;
    if (len > EVENT_BYTES_MAX || !tape_keys(payload, len, &keys, fault, sizeof fault))
        return false;
    stamp_format(time, stamp);
    text_fmt(out, "{\"time\":\"%s\",\"topic\":\"%s/%s/event\",\"payload\":", stamp, role_name(role), source);
    size_t from = out->len;
    text_add(out, payload, len);
    for (size_t i = from; i < out->len; i++) /* only white space between values can be a line end */
        if (out->data[i] == '\n' || out->data[i] == '\r')
            out->data[i] = ' ';
    return text_put(out, "}\n") && !out->failed;
}

char *tape_with_id(const void *payload, size_t len, const char *id)
{
    char fault[64];
    json_t *root = load(payload, len, fault, sizeof fault);
    char *text = NULL;
    if (root && json_object_set_new(root, "id", json_string(id)) == 0)
        text = json_dumps(root, JSON_COMPACT | JSON_PRESERVE_ORDER | JSON_REAL_PRECISION(17));
    json_decref(root);
    return text;
}
