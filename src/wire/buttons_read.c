/* What a message says: actions of inputs, and the state of a device. One reader per profile. */
#include "wire/buttons_own.h"
#include "wire/load.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EVENTS_MAX 64 /* of one Shelly message that are looked at */

/* One message while it is read. */
struct reader {
    const char *topic, *bytes;
    size_t len;
    json_t *root; /* NULL: it is no JSON */
    struct button_actions *out;
};

/* What a reader found: the input within the device, its button, the word. */
struct found {
    const char *what, *part, *action;
    enum button_mark kind;
    const char *mark;
};

/* The text of a string without a NUL in it; NULL otherwise. */
static const char *text_of(const json_t *value)
{
    const char *text = json_string_value(value);
    return text && strlen(text) == json_string_length(value) ? text : NULL;
}

static const char *member_text(const json_t *object, const char *name)
{
    return text_of(json_object_get(object, name));
}

/* Names are what:part:action, any of the first two left out. */
static bool is_named(const char *value, const struct found *f)
{
    if (strcmp(value, f->action) == 0)
        return true;
    size_t n = strlen(f->what), m = strlen(f->part);
    if (n == 0 || strncmp(value, f->what, n) != 0 || value[n] != ':')
        return false;
    value += n + 1;
    if (strcmp(value, f->action) == 0)
        return true;
    return m > 0 && strncmp(value, f->part, m) == 0 && value[m] == ':' &&
           strcmp(value + m + 1, f->action) == 0;
}

static void add(struct reader *r, const struct buttons *b, const struct button *like, const struct found *f)
{
    if (r->out->n == BUTTON_ACTIONS_MAX)
        return;
    struct button_action *a = &r->out->at[r->out->n];
    *a = (struct button_action){ .kind = f->kind };
    bool fits =
        text_copy(a->action, sizeof a->action, f->action) && text_copy(a->mark, sizeof a->mark, f->mark);
    struct text input = text_over(a->input, sizeof a->input);
    text_fmt(&input, "%s%s%s%s%s", r->topic, f->what[0] ? "#" : "", f->what, f->part[0] ? ":" : "", f->part);
    if (f->kind == MARK_TIME)
        text_fmt(&input, ":%s", f->action);
    if (!fits || input.failed)
        return;
    for (int i = 0; i < b->n_rows && f->action[0] && a->n_rows < BUTTON_ROWS_MAX; i++) {
        const struct button *row = &b->rows[i];
        if (row->profile == like->profile && strcmp(row->pointer, like->pointer) == 0 &&
            filter_matches(row->topic, r->topic) && is_named(row->value, f))
            a->row[a->n_rows++] = i;
    }
    if (a->n_rows > 0 || f->kind == MARK_CHANGE || f->kind == MARK_LEVEL)
        r->out->n++;
}

static bool topic_ends(const struct reader *r, const char *with)
{
    size_t n = strlen(r->topic), m = strlen(with);
    return n >= m && strcmp(r->topic + n - m, with) == 0;
}

/* The payload as a text of its own; false if it is none, or too long for a word. */
static bool bare(const struct reader *r, char word[BUTTON_TOPIC_SIZE])
{
    if (r->len == 0 || r->len >= BUTTON_TOPIC_SIZE || !utf8_plain(r->bytes, r->len))
        return false;
    memcpy(word, r->bytes, r->len);
    word[r->len] = '\0';
    return true;
}

/* "Button12" for the stem "Button". */
static bool is_numbered(const char *name, const char *stem)
{
    size_t n = strlen(stem), digits = 0;
    if (strncmp(name, stem, n) != 0)
        return false;
    while (isdigit((unsigned char)name[n + digits]))
        digits++;
    return digits >= 1 && digits <= 2 && !name[n + digits];
}

/* Profiles. */

static void read_zigbee2mqtt(struct reader *r, const struct buttons *b, const struct button *row)
{
    char word[BUTTON_TOPIC_SIZE];
    const char *action = member_text(r->root, "action");
    if (!action && !json_is_object(r->root) && topic_ends(r, "/action") && bare(r, word))
        action = word;
    if (action)
        add(r, b, row, &(struct found){ "", "", action, MARK_NONE, "" });
}

static void read_tasmota(struct reader *r, const struct buttons *b, const struct button *row)
{
    bool telemetry = topic_ends(r, "/SENSOR");
    const char *name;
    json_t *value;
    json_object_foreach(r->root, name, value)
    {
        const char *action = telemetry ? text_of(value) : member_text(value, "Action");
        if (!action || !(is_numbered(name, "Switch") || (!telemetry && is_numbered(name, "Button"))))
            continue;
        /* Telemetry tells the position every few minutes, moved or not. */
        add(r, b, row,
            &(struct found){ name, "", action, telemetry ? MARK_CHANGE : MARK_NONE,
                             telemetry ? action : "" });
    }
}

static void read_shelly1(struct reader *r, const struct buttons *b, const struct button *row)
{
    char mark[BUTTON_MARK_SIZE];
    const char *action = member_text(r->root, "event");
    const json_t *count = json_object_get(r->root, "event_cnt");
    if (!action || !json_is_integer(count))
        return; /* without the count a press cannot be told from its repeats every 30 s */
    snprintf(mark, sizeof mark, "%lld", (long long)json_integer_value(count));
    add(r, b, row, &(struct found){ "", "", action, MARK_CHANGE, mark });
}

static void read_shelly2_event(struct reader *r, const struct buttons *b, const struct button *row,
                               const json_t *event)
{
    char part[24] = "", mark[BUTTON_MARK_SIZE] = "";
    const char *component = member_text(event, "component"), *action = member_text(event, "event");
    const json_t *index = json_object_get(event, "idx"), *ts = json_object_get(event, "ts");
    if (!component || !action || strlen(component) > 40 ||
        (strncmp(component, "input:", 6) != 0 && strncmp(component, "bthomedevice:", 13) != 0))
        return;
    if (json_is_integer(index))
        snprintf(part, sizeof part, "%lld", (long long)json_integer_value(index));
    bool timed = json_is_number(ts) && fabs(json_number_value(ts)) < 1e12;
    if (timed)
        snprintf(mark, sizeof mark, "%.0f", json_number_value(ts) * 1000);
    add(r, b, row, &(struct found){ component, part, action, timed ? MARK_TIME : MARK_NONE, mark });
}

static void read_shelly2(struct reader *r, const struct buttons *b, const struct button *row)
{
    const char *method = member_text(r->root, "method");
    const json_t *events = json_object_get(json_object_get(r->root, "params"), "events");
    if (!method || strcmp(method, "NotifyEvent") != 0)
        return;
    for (size_t i = 0; i < json_array_size(events) && i < EVENTS_MAX; i++)
        read_shelly2_event(r, b, row, json_array_get(events, i));
}

static void read_esphome(struct reader *r, const struct buttons *b, const struct button *row)
{
    char word[BUTTON_TOPIC_SIZE];
    const char *type = member_text(r->root, "event_type");
    if (type)
        add(r, b, row, &(struct found){ "", "", type, MARK_NONE, "" });
    else if (!json_is_object(r->root) && bare(r, word))
        /* The position is said again at each connect of the node. */
        add(r, b, row, &(struct found){ "", "", word, MARK_LEVEL, strcmp(word, "ON") == 0 ? "ON" : "OFF" });
}

/* One step of an RFC 6901 pointer: `token` without its slash, still escaped. */
static const json_t *step(const json_t *at, const char *token, size_t len)
{
    char name[BUTTON_TOPIC_SIZE];
    size_t n = 0;
    int64_t index;
    for (size_t i = 0; i < len && n + 1 < sizeof name; i++) {
        char c = token[i];
        if (c == '~' && i + 1 < len && (token[i + 1] == '0' || token[i + 1] == '1'))
            c = token[++i] == '0' ? '~' : '/';
        name[n++] = c;
    }
    name[n] = '\0';
    if (json_is_object(at))
        return json_object_get(at, name);
    bool number = isdigit((unsigned char)name[0]) && (n == 1 || name[0] != '0');
    return json_is_array(at) && number && text_int(name, 0, INT32_MAX, &index)
               ? json_array_get(at, (size_t)index)
               : NULL;
}

static const json_t *follow(const json_t *at, const char *pointer)
{
    while (at && *pointer == '/') {
        size_t len = strcspn(++pointer, "/");
        at = step(at, pointer, len);
        pointer += len;
    }
    return *pointer ? NULL : at;
}

/* A number, a text or a truth as the text of it. */
static bool scalar(const json_t *value, char out[BUTTON_TOPIC_SIZE])
{
    if (json_is_string(value))
        return text_of(value) && text_copy(out, BUTTON_TOPIC_SIZE, text_of(value));
    if (json_is_integer(value))
        snprintf(out, BUTTON_TOPIC_SIZE, "%lld", (long long)json_integer_value(value));
    else if (json_is_real(value))
        snprintf(out, BUTTON_TOPIC_SIZE, "%.15g", json_real_value(value));
    else if (json_is_boolean(value))
        snprintf(out, BUTTON_TOPIC_SIZE, "%s", json_is_true(value) ? "true" : "false");
    else
        return false;
    return true;
}

static void read_general(struct reader *r, const struct buttons *b, const struct button *row)
{
    char word[BUTTON_TOPIC_SIZE];
    if (row->pointer[0] ? scalar(follow(r->root, row->pointer), word) : bare(r, word))
        add(r, b, row, &(struct found){ "", "", word, MARK_NONE, "" });
}

static void (*const readers[])(struct reader *r, const struct buttons *b, const struct button *row) = {
    [BUTTON_GENERAL] = read_general, [BUTTON_ZIGBEE2MQTT] = read_zigbee2mqtt, [BUTTON_TASMOTA] = read_tasmota,
    [BUTTON_SHELLY1] = read_shelly1, [BUTTON_SHELLY2] = read_shelly2,         [BUTTON_ESPHOME] = read_esphome,
};

/* The first row of those that read this message alike. */
static bool is_first(const struct buttons *b, int row, const char *topic)
{
    for (int i = 0; i < row; i++)
        if (b->rows[i].profile == b->rows[row].profile &&
            strcmp(b->rows[i].pointer, b->rows[row].pointer) == 0 && filter_matches(b->rows[i].topic, topic))
            return false;
    return true;
}

/* False: memory is out. */
static bool load(const void *bytes, size_t len, json_t **root)
{
    bool room;
    *root = load_json(bytes, len, JSON_DECODE_ANY | JSON_ALLOW_NUL, &room);
    return room;
}

bool buttons_read(const struct buttons *b, const char *topic, const void *bytes, size_t len,
                  struct button_actions *out)
{
    struct reader r = { topic, bytes, len, NULL, out };
    bool loaded = false;
    out->n = 0;
    if (len == 0 || len > BUTTONS_PAYLOAD_MAX || strlen(topic) >= BUTTON_TOPIC_SIZE)
        return true;
    for (int i = 0; i < b->n_rows; i++) {
        if (!filter_matches(b->rows[i].topic, topic) || !is_first(b, i, topic))
            continue;
        if (!loaded && !load(bytes, len, &r.root))
            return false;
        loaded = true;
        readers[b->rows[i].profile](&r, b, &b->rows[i]);
    }
    json_decref(r.root);
    return true;
}

/* State. */

static int word_alive(const char *word)
{
    static const char *const there[] = { "online", "Online", "true" };
    static const char *const gone[] = { "offline", "Offline", "false" };
    for (int i = 0; word && i < 3; i++)
        if (strcmp(word, there[i]) == 0 || strcmp(word, gone[i]) == 0)
            return strcmp(word, there[i]) == 0;
    return -1;
}

static int read_alive(const json_t *root, const char *bytes, size_t len)
{
    char word[16] = "";
    if (json_is_object(root))
        return word_alive(member_text(root, "state"));
    if (len < sizeof word)
        memcpy(word, bytes, len);
    return word_alive(word);
}

static int number(const json_t *value, int high)
{
    double n = json_is_number(value) ? json_number_value(value) : -1;
    return n >= 0 && n <= high ? (int)n : -1;
}

bool buttons_state(const struct buttons *b, const char *topic, const void *bytes, size_t len,
                   struct button_state *out)
{
    json_t *root = NULL;
    *out = (struct button_state){ -1, -1, -1, -1, -1 };
    for (int i = 0; i < b->n_feeds && out->feed < 0; i++)
        if (strcmp(b->feed[i].topic, topic) == 0)
            out->feed = i;
    if (out->feed < 0 || len == 0 || len > BUTTONS_PAYLOAD_MAX)
        return false;
    load(bytes, len, &root); /* without memory it says nothing; the next one will */
    const json_t *low = json_object_get(root, "battery_low");
    switch (b->feed[out->feed].kind) {
    case FEED_ALIVE:
        out->alive = read_alive(root, bytes, len);
        break;
    case FEED_LEVELS:
        out->battery = number(json_object_get(root, "battery"), 100);
        out->link = number(json_object_get(root, "linkquality"), 255);
        out->low = json_is_boolean(low) ? json_is_true(low) : -1;
        break;
    case FEED_BATTERY:
        out->battery = number(root, 100);
        break;
    }
    json_decref(root);
    return out->alive >= 0 || out->battery >= 0 || out->low >= 0 || out->link >= 0;
}
