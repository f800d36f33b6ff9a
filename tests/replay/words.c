#include "tests/replay/words.h"

#include "base/stamp.h"
#include "base/text.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool words_split(char *line, struct words *out)
{
    out->n = 0;
    while (*line) {
        while (*line == ' ')
            line++;
        if (!*line)
            break;
        if (out->n == WORDS_MAX)
            return false;
        out->at[out->n++] = line;
        bool quoted = false;
        for (; *line && (quoted || *line != ' '); line++) {
            if (quoted && *line == '\\' && line[1])
                line++;
            else if (*line == '"')
                quoted = !quoted;
        }
        if (*line)
            *line++ = '\0';
    }
    return true;
}

char *words_value(char *word)
{
    char *equal = strchr(word, '=');
    if (!equal)
        return NULL;
    *equal = '\0';
    return equal + 1;
}

/* {65Ж} → Ж 65 times. */
static void expand(const char *from, struct text *out)
{
    while (*from) {
        const char *end = *from == '{' && isdigit((unsigned char)from[1]) ? strchr(from, '}') : NULL;
        if (!end) {
            text_add(out, from++, 1);
            continue;
        }
        char *unit;
        long n = strtol(from + 1, &unit, 10);
        for (long i = 0; i < n; i++)
            text_add(out, unit, (size_t)(end - unit));
        from = end + 1;
    }
}

char *words_text(const char *word)
{
    if (*word == '"') {
        json_t *value = json_loads(word, JSON_DECODE_ANY, NULL);
        const char *text = json_string_value(value);
        char *copy = text ? strdup(text) : NULL;
        json_decref(value);
        return copy;
    }
    struct text out = text_grow(16384);
    expand(word, &out);
    char *copy = strdup(out.data ? out.data : "");
    text_free(&out);
    return copy;
}

static json_t *text_value(const struct drive *d, const char *name, const char *word)
{
    struct wall at;
    char buf[STAMP_SIZE];
    if ((strcmp(name, "time") == 0 || strcmp(name, "promised") == 0) && !strchr(word, 'T') &&
        drive_parse_time(d, word, &at)) {
        stamp_format(at, buf);
        return json_string(buf);
    }
    char *text = words_text(word);
    json_t *value = text ? json_string(text) : NULL;
    free(text);
    return value;
}

static bool add_field(struct drive *d, json_t *event, char *word)
{
    if (*word == '-' && !strchr(word, '=')) {
        json_object_del(event, word + 1);
        return true;
    }
    char *text = words_value(word);
    if (!text)
        return false;
    size_t n = strlen(word);
    if (n && word[n - 1] == ':') {
        word[n - 1] = '\0';
        return json_object_set_new(event, word, json_loads(text, JSON_DECODE_ANY, NULL)) == 0;
    }
    return json_object_set_new(event, word, text_value(d, word, text)) == 0;
}

json_t *words_event(struct drive *d, const struct words *words, int from, const char *id)
{
    json_t *event = json_object();
    json_object_set_new(event, "id", json_string(id));
    if (from < words->n)
        json_object_set_new(event, "type", json_string(words->at[from++]));
    if (from < words->n && !strchr(words->at[from], '=') && words->at[from][0] != '-')
        json_object_set_new(event, "job", json_string(words->at[from++]));
    for (; from < words->n; from++) {
        if (!add_field(d, event, words->at[from])) {
            drive_fault(d, "not a field: %s", words->at[from]);
            json_decref(event);
            return NULL;
        }
    }
    return event;
}

static char *show_text(const struct drive *d, const char *text)
{
    struct wall at;
    char buf[32];
    if (strchr(text, 'T') && stamp_parse(text, strlen(text), &at)) {
        drive_format_time(d, at, buf);
        return strdup(buf);
    }
    return strdup(text);
}

char *words_show(const struct drive *d, const json_t *value)
{
    char buf[40];
    if (!value)
        return strdup("-");
    if (json_is_string(value))
        return show_text(d, json_string_value(value));
    if (json_is_real(value)) {
        snprintf(buf, sizeof buf, "%.6g", json_real_value(value));
        return strdup(buf);
    }
    return json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY | JSON_SORT_KEYS);
}
