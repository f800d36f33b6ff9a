#include "conf/read.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What stands behind `prefix`, if the key is right below it and not in a list of its own. */
static const char *below(const struct key *key, const char *prefix)
{
    size_t len = strlen(prefix);
    bool in = strncmp(key->path, prefix, len) == 0 && !strchr(key->path + len, '[');
    return in ? key->path + len : NULL;
}

static bool read_default(const struct reading *r, void *base, const struct key *key)
{
    char text[512];
    struct layer layer = { .setting = key->path, .path = "" };
    struct reading own = { .conf = r->conf, .layer = &layer, .fault = r->fault };
    config_init(&layer.tree);
    snprintf(text, sizeof text, "usual=%s;", key->usual);
    bool fine = config_read_string(&layer.tree, text) &&
                read_key(&own, base, key, config_lookup(&layer.tree, "usual"));
    config_destroy(&layer.tree);
    return fine;
}

bool read_defaults(struct reading *r, void *base, const char *prefix)
{
    size_t n;
    const struct key *rows = key_rows(&n);
    for (size_t i = 0; i < n; i++)
        if (below(&rows[i], prefix) && rows[i].usual && !read_default(r, base, &rows[i]))
            return false;
    return true;
}

bool read_list_bounds(const struct reading *r, const struct key *key, const config_setting_t *at)
{
    if (!config_setting_is_list(at))
        return read_fault_type(r, at, key);
    return read_count(r, key, at);
}

static void *add_block(struct conf *conf, size_t n, size_t size)
{
    struct conf_block *block = calloc(1, sizeof *block + n * size);
    if (!block)
        return NULL;
    block->next = conf->blocks;
    conf->blocks = block;
    return block->elements;
}

void read_drop(struct reading *r)
{
    struct conf_block *block = r->conf->blocks;
    r->conf->blocks = block->next;
    free(block);
}

/* An earlier element of the list with the same text there. */
static const config_setting_t *same_before(const config_setting_t *list, int before, const char *name,
                                           const char *text)
{
    for (int i = 0; i < before; i++) {
        const char *other = NULL;
        const config_setting_t *at = config_setting_get_elem(list, (unsigned)i);
        if (config_setting_lookup_string(at, name, &other) && strcmp(other, text) == 0)
            return at;
    }
    return NULL;
}

/* What a key of element `i` asks of the element and of those before it. */
static bool check_key(struct reading *r, const struct key *key, const char *name,
                      const config_setting_t *list, int i)
{
    const config_setting_t *at = config_setting_get_elem(list, (unsigned)i);
    const config_setting_t *value = config_setting_get_member(at, name);
    if (key->need && !value)
        return read_fault(r, at, "%s is missing; write for instance %s = %s;", name, name, key->example);
    const char *text = key->unique && value ? config_setting_get_string(value) : NULL;
    const config_setting_t *other = text ? same_before(list, i, name, text) : NULL;
    if (!other)
        return true;
    char shown[200];
    read_value_text(value, shown, sizeof shown);
    return read_fault(r, at, "the %s %s stands in line %u already; give each its own", name, shown,
                      config_setting_source_line(other));
}

static bool read_element(struct reading *r, void *element, const struct key *key, const char *prefix,
                         const config_setting_t *list, int i)
{
    size_t n;
    const struct key *rows = key_rows(&n);
    const config_setting_t *at = config_setting_get_elem(list, (unsigned)i);
    if (!config_setting_is_group(at))
        return read_fault(r, at, "is not a group; write { %s = \"…\"; … }", key_first(key));
    if (!read_group(r, element, prefix, at))
        return false;
    for (size_t k = 0; k < n; k++) {
        const char *name = below(&rows[k], prefix);
        if (name && !check_key(r, &rows[k], name, list, i))
            return false;
    }
    return true;
}

void *read_elements(struct reading *r, const struct key *key, const config_setting_t *at)
{
    char prefix[READ_PATH_SIZE];
    size_t n = (size_t)config_setting_length(at);
    char *first = n ? add_block(r->conf, n, key->size) : NULL;
    if (!first) {
        if (n)
            read_fault(r, at, "out of memory");
        return NULL;
    }
    snprintf(prefix, sizeof prefix, "%s[].", key->path);
    if (!read_defaults(r, first, prefix))
        return NULL;
    for (size_t i = 1; i < n; i++)
        memcpy(first + i * key->size, first, key->size);
    for (size_t i = 0; i < n; i++)
        if (!read_element(r, first + i * key->size, key, prefix, at, (int)i))
            return NULL;
    return first;
}

bool read_list(struct reading *r, void *base, const struct key *key, const config_setting_t *at)
{
    if (!read_list_bounds(r, key, at))
        return false;
    int n = config_setting_length(at);
    void *elements = read_elements(r, key, at);
    if (n && !elements)
        return false;
    memcpy(read_field(base, key), &elements, sizeof elements);
    return read_set_count(base, key, n);
}
