#include "conf/read.h"

#include "base/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* "stages[repair].kind"; an element without a usable id shows its place, counted from 1. */
static void path_text(const config_setting_t *at, struct text *t)
{
    const config_setting_t *parent = config_setting_parent(at);
    if (!parent)
        return;
    path_text(parent, t);
    const char *name = config_setting_name(at), *id = NULL;
    if (name) {
        text_fmt(t, "%s%s", t->len ? "." : "", name);
        return;
    }
    if (config_setting_is_group(at))
        config_setting_lookup_string(at, "id", &id);
    if (id && text_is_id(id))
        text_fmt(t, "[%s]", id);
    else
        text_fmt(t, "[%d]", config_setting_index(at) + 1);
}

static void place_text(const struct layer *layer, const config_setting_t *at, struct text *t)
{
    char path[READ_PATH_SIZE];
    struct text p = text_over(path, sizeof path);
    if (at)
        path_text(at, &p);
    if (!layer->file) {
        text_put(t, "-o ");
        text_safe(t, layer->setting, strlen(layer->setting) < 120 ? strlen(layer->setting) : 120);
        text_put(t, ": ");
        if (path[0] && strcmp(path, layer->path) != 0)
            text_fmt(t, "%s: ", path);
        return;
    }
    const char *file = at && config_setting_source_file(at) ? config_setting_source_file(at) : layer->file;
    text_put(t, file);
    if (at && config_setting_source_line(at))
        text_fmt(t, ":%u", config_setting_source_line(at));
    text_put(t, ": ");
    if (path[0])
        text_fmt(t, "%s: ", path);
}

const config_setting_t *read_where(struct reading *r, const char *path)
{
    for (int i = r->n - 1; i >= 0; i--) {
        const config_setting_t *at = config_lookup(&r->layers[i].tree, path);
        if (at) {
            r->layer = &r->layers[i];
            return at;
        }
    }
    return NULL;
}

bool read_fault(const struct reading *r, const config_setting_t *at, const char *format, ...)
{
    char what[CONF_FAULT_SIZE];
    va_list args;
    va_start(args, format);
    vsnprintf(what, sizeof what, format, args);
    va_end(args);
    struct text t = text_over(r->fault, CONF_FAULT_SIZE);
    place_text(r->layer, at, &t);
    size_t room = CONF_FAULT_SIZE - 1 - t.len, len = strlen(what);
    text_add(&t, what, len < room ? len : room);
    return false;
}

void read_value_text(const config_setting_t *at, char *out, size_t size)
{
    struct text t = text_over(out, size);
    switch (config_setting_type(at)) {
    case CONFIG_TYPE_INT:
    case CONFIG_TYPE_INT64:
        text_fmt(&t, "%lld", config_setting_get_int64(at));
        return;
    case CONFIG_TYPE_FLOAT:
        text_fmt(&t, "%.10g", config_setting_get_float(at));
        return;
    case CONFIG_TYPE_BOOL:
        text_put(&t, config_setting_get_bool(at) ? "true" : "false");
        return;
    case CONFIG_TYPE_STRING: {
        const char *str = config_setting_get_string(at);
        if (!str) /* the library had no memory for it */
            return;
        size_t len = strlen(str), shown = len < 40 ? len : 40;
        /* Not within a character; no character is longer than four bytes, whatever these are. */
        for (int i = 0; i < 3 && shown < len && ((unsigned char)str[shown] & 0xc0) == 0x80; i++)
            shown--;
        text_put(&t, "\"");
        text_safe(&t, str, shown);
        text_put(&t, shown < len ? "…\"" : "\"");
        return;
    }
    case CONFIG_TYPE_GROUP:
        text_put(&t, "a group { … }");
        return;
    case CONFIG_TYPE_LIST:
        text_put(&t, "a list ( … )");
        return;
    default:
        text_put(&t, "an array [ … ]");
    }
}

/* "<value> is not <what>; <cure>" */
bool read_fault_value(const struct reading *r, const config_setting_t *at, const struct key *key,
                      const char *what)
{
    char value[200], cure[160] = "";
    read_value_text(at, value, sizeof value);
    if (key->why)
        snprintf(cure, sizeof cure, "; %s is usual", key->usual);
    else if (key->usual && strcmp(key->usual, "\"\"") != 0 && strcmp(key->usual, "[]") != 0)
        snprintf(cure, sizeof cure, "; %s is usual", key->usual);
    else if (key->example)
        snprintf(cure, sizeof cure, "; write for instance %s", key->example);
    return read_fault(r, at, "%s is not %s%s%s%s", value, what, key->why ? ": " : "",
                      key->why ? key->why : "", cure);
}

bool read_fault_type(const struct reading *r, const config_setting_t *at, const struct key *key)
{
    char what[160];
    key_type_text(key, what, sizeof what);
    return read_fault_value(r, at, key, what);
}

static bool fault_unknown(const struct reading *r, const config_setting_t *at, const char *path)
{
    char near[READ_PATH_SIZE], *shown = near;
    if (!key_nearest(path, near, sizeof near))
        return read_fault(r, at, "there is no such key; pitboard.cfg(5) lists them all");
    if (strchr(near, '[')) /* "stages[].kind": the place is said already */
        shown = strrchr(near, '.') + 1;
    return read_fault(r, at, "there is no such key; did you mean %s?", shown);
}

static bool read_member(struct reading *r, void *base, const char *path, const config_setting_t *at)
{
    const struct key *key = key_find(path);
    if (key)
        return read_key(r, base, key, at);
    if (!key_is_group(path))
        return fault_unknown(r, at, path);
    char value[200], prefix[READ_PATH_SIZE + 1];
    read_value_text(at, value, sizeof value);
    if (!config_setting_is_group(at))
        return read_fault(r, at, "%s is not a group; write { key = value; … }", value);
    snprintf(prefix, sizeof prefix, "%s.", path);
    return read_group(r, base, prefix, at);
}

bool read_group(struct reading *r, void *base, const char *prefix, const config_setting_t *group)
{
    for (int i = 0; i < config_setting_length(group); i++) {
        const config_setting_t *at = config_setting_get_elem(group, (unsigned)i);
        char path[READ_PATH_SIZE];
        int n = snprintf(path, sizeof path, "%s%s", prefix, config_setting_name(at));
        if (n >= (int)sizeof path)
            return read_fault(r, at, "there is no such key; pitboard.cfg(5) lists them all");
        if (!read_member(r, base, path, at))
            return false;
    }
    return true;
}
