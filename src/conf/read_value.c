/* One value of a configuration: what each type of key takes, and where it keeps it. */
#include "conf/read.h"

#include "base/text.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

void *read_field(void *base, const struct key *key)
{
    return (char *)base + key->offset;
}

bool read_is_series(const config_setting_t *at)
{
    return config_setting_is_array(at) || config_setting_is_list(at);
}

bool read_count(const struct reading *r, const struct key *key, const config_setting_t *at)
{
    int n = config_setting_length(at);
    if (n < key->low || n > key->high)
        return read_fault(r, at, "%d are listed; from %.0f to %.0f are possible", n, key->low, key->high);
    return true;
}

bool read_set_count(void *base, const struct key *key, int n)
{
    memcpy((char *)base + key->count, &n, sizeof n);
    return true;
}

/* A text without control characters, `low` to `high` characters long, that fits the field. */
static bool check_text(const struct reading *r, const config_setting_t *at, double low, double high,
                       size_t size)
{
    const char *str = config_setting_get_string(at);
    size_t len = strlen(str);
    if (!utf8_plain(str, len))
        return read_fault(r, at,
                          "the text is not plain UTF-8; save the file as UTF-8, without control characters");
    size_t n = utf8_length(str, len);
    if ((double)n < low)
        return read_fault(r, at, "the text is empty; at least %.0f character is needed", low);
    if ((double)n > high || len >= size)
        return read_fault(r, at, "the text has %zu characters; at most %.0f fit", n, high);
    return true;
}

/* The same, and of the form that its key wants. */
static bool check_form(const struct reading *r, const struct key *key, const config_setting_t *at,
                       size_t size)
{
    const char *str = config_setting_get_string(at);
    if (!check_text(r, at, key->low, key->type == KEY_TEXTS ? (double)size - 1 : key->high, size))
        return false;
    const char *wrong = key->check && *str ? key->check(str) : NULL;
    if (!wrong)
        return true;
    char shown[200];
    read_value_text(at, shown, sizeof shown);
    return read_fault(r, at, "%s %s", shown, wrong);
}

static bool read_text(struct reading *r, void *base, const struct key *key, const config_setting_t *at)
{
    if (config_setting_type(at) != CONFIG_TYPE_STRING)
        return read_fault_type(r, at, key);
    return check_form(r, key, at, key->size) &&
           text_copy(read_field(base, key), key->size, config_setting_get_string(at));
}

/* Element `i` of an array of texts, into `to`; those before it are another. */
static bool read_one_text(struct reading *r, char (*to)[CONF_TEXT], const struct key *key,
                          const config_setting_t *array, int i)
{
    const config_setting_t *at = config_setting_get_elem(array, (unsigned)i);
    char shown[200];
    read_value_text(at, shown, sizeof shown);
    if (config_setting_type(at) != CONFIG_TYPE_STRING || !*config_setting_get_string(at))
        return read_fault(r, array, "%s is not a text; write for instance %s", shown, key->example);
    if (!check_form(r, key, at, CONF_TEXT))
        return false;
    for (int j = 0; j < i; j++)
        if (strcmp(to[j], config_setting_get_string(at)) == 0)
            return read_fault(r, array, "%s stands twice; leave one out", shown);
    return text_copy(to[i], CONF_TEXT, config_setting_get_string(at));
}

static bool read_texts(struct reading *r, void *base, const struct key *key, const config_setting_t *at)
{
    if (!read_is_series(at))
        return read_fault_type(r, at, key);
    if (!read_count(r, key, at))
        return false;
    memset(read_field(base, key), 0, key->size);
    for (int i = 0; i < config_setting_length(at); i++)
        if (!read_one_text(r, read_field(base, key), key, at, i))
            return false;
    return read_set_count(base, key, config_setting_length(at));
}

static bool read_id(struct reading *r, void *base, const struct key *key, const config_setting_t *at)
{
    const char *str = config_setting_get_string(at); /* NULL if it is no text */
    bool none = str && !*str && key->low == 0;
    if (!none && (!str || !text_is_id(str)))
        return read_fault_type(r, at, key);
    return text_copy(read_field(base, key), key->size, str);
}

static bool read_int(struct reading *r, void *base, const struct key *key, const config_setting_t *at)
{
    int type = config_setting_type(at);
    if (type != CONFIG_TYPE_INT && type != CONFIG_TYPE_INT64)
        return read_fault_type(r, at, key);
    long long n = config_setting_get_int64(at);
    char word[24], between[96];
    snprintf(word, sizeof word, "%lld", n);
    if (key->choices && key_choice(key->choices, word) < 0)
        return read_fault_type(r, at, key);
    snprintf(between, sizeof between, "between %.0f and %.0f", key->low, key->high);
    if ((double)n < key->low || (double)n > key->high)
        return read_fault_value(r, at, key, between);
    *(int *)read_field(base, key) = (int)n;
    return true;
}

static bool read_real(struct reading *r, void *base, const struct key *key, const config_setting_t *at)
{
    if (!config_setting_is_number(at))
        return read_fault_type(r, at, key);
    bool real = config_setting_type(at) == CONFIG_TYPE_FLOAT;
    double x = real ? config_setting_get_float(at) : (double)config_setting_get_int64(at);
    char between[96];
    snprintf(between, sizeof between, "between %.0f and %.0f", key->low, key->high);
    if (!isfinite(x) || x < key->low || x > key->high)
        return read_fault_value(r, at, key, between);
    *(double *)read_field(base, key) = x;
    return true;
}

static bool read_bool(struct reading *r, void *base, const struct key *key, const config_setting_t *at)
{
    if (config_setting_type(at) != CONFIG_TYPE_BOOL)
        return read_fault_type(r, at, key);
    *(bool *)read_field(base, key) = config_setting_get_bool(at);
    return true;
}

static bool read_choice(struct reading *r, void *base, const struct key *key, const config_setting_t *at)
{
    const char *word = config_setting_get_string(at);
    int place = word ? key_choice(key->choices, word) : -1;
    if (place < 0)
        return read_fault_type(r, at, key);
    if (key->type == KEY_CHOICE)
        memcpy(read_field(base, key), &place, sizeof place);
    else if (key->type == KEY_SWITCH)
        *(bool *)read_field(base, key) = place == 1;
    else
        return text_copy(read_field(base, key), key->size, word);
    return true;
}

static bool read_zone(struct reading *r, void *base, const struct key *key, const config_setting_t *at)
{
    const char *name = config_setting_get_string(at);
    if (!name)
        return read_fault_type(r, at, key);
    if (!zone_exists(name))
        return read_fault_value(r, at, key, "a time zone below /usr/share/zoneinfo");
    return text_copy(read_field(base, key), key->size, name);
}

static bool is_colour(const char *str)
{
    return str && str[0] == '#' && strlen(str) == 7 && strspn(str + 1, "0123456789abcdefABCDEF") == 6;
}

static bool read_colour(struct reading *r, void *base, const struct key *key, const config_setting_t *at)
{
    const char *str = config_setting_get_string(at);
    if (!is_colour(str) && !(str && !*str))
        return read_fault_type(r, at, key);
    return text_copy(read_field(base, key), key->size, str);
}

static bool set_colour(struct reading *r, struct conf_colours *colours, const config_setting_t *at)
{
    const char *slot = config_setting_name(at), *value = config_setting_get_string(at);
    char shown[200];
    int i = 0;
    read_value_text(at, shown, sizeof shown);
    if (!is_colour(value))
        return read_fault(r, at, "%s is not a colour; write for instance \"#FFC04A\"", shown);
    while (i < colours->n && strcmp(colours->of[i].slot, slot) != 0)
        i++;
    if (i == CONF_SLOTS_MAX)
        return read_fault(r, at, "more than %d colours; leave out those you do not change", CONF_SLOTS_MAX);
    if (!text_copy(colours->of[i].slot, sizeof colours->of[i].slot, slot))
        return read_fault(r, at, "there is no such colour; pitboard.cfg(5) lists them");
    colours->n += i == colours->n;
    return text_copy(colours->of[i].value, sizeof colours->of[i].value, value);
}

static bool read_colours(struct reading *r, void *base, const struct key *key, const config_setting_t *at)
{
    if (!config_setting_is_group(at))
        return read_fault_type(r, at, key);
    for (int i = 0; i < config_setting_length(at); i++)
        if (!set_colour(r, read_field(base, key), config_setting_get_elem(at, (unsigned)i)))
            return false;
    return true;
}

static bool is_language(const char *str)
{
    return str && strlen(str) == 2 && strspn(str, "abcdefghijklmnopqrstuvwxyz") == 2;
}

static bool set_label(struct reading *r, struct label *label, const config_setting_t *at)
{
    if (!is_language(config_setting_name(at)))
        return read_fault(r, at, "is not a language; use two letters, for instance ru or en");
    if (config_setting_type(at) != CONFIG_TYPE_STRING)
        return read_fault(r, at, "the value is not a text; write it in quotes");
    if (!check_text(r, at, 1, 64, LABEL_SIZE))
        return false;
    if (!label_set(label, config_setting_name(at), config_setting_get_string(at)))
        return read_fault(r, at, "more than %d languages; leave one out", LABEL_LANGS);
    return true;
}

static bool read_label(struct reading *r, void *base, const struct key *key, const config_setting_t *at)
{
    if (!config_setting_is_group(at))
        return read_fault_type(r, at, key);
    for (int i = 0; i < config_setting_length(at); i++)
        if (!set_label(r, read_field(base, key), config_setting_get_elem(at, (unsigned)i)))
            return false;
    return true;
}

static bool read_languages(struct reading *r, void *base, const struct key *key, const config_setting_t *at)
{
    char(*languages)[4] = read_field(base, key);
    int n = config_setting_length(at);
    if (!read_is_series(at) || n < 1 || n > 2)
        return read_fault_type(r, at, key);
    memset(languages, 0, key->size);
    for (int i = 0; i < n; i++) {
        const char *code = config_setting_get_string_elem(at, i);
        if (!is_language(code))
            return read_fault(r, at, "%s is not a language; use two letters, for instance \"ru\"",
                              code ? code : "a value that is no text");
        snprintf(languages[i], sizeof languages[i], "%s", code);
    }
    if (strcmp(languages[0], languages[1]) == 0)
        return read_fault(r, at, "%s stands twice; leave one out", languages[0]);
    return true;
}

static bool read_ids(struct reading *r, void *base, const struct key *key, const config_setting_t *at)
{
    struct conf_sources *to = read_field(base, key);
    int n = config_setting_length(at);
    if (!read_is_series(at))
        return read_fault_type(r, at, key);
    if (n > CONF_SOURCES_MAX)
        return read_fault(r, at, "%d ids are listed; at most %d fit", n, CONF_SOURCES_MAX);
    memset(to, 0, sizeof *to);
    for (int i = 0; i < n; i++) {
        const config_setting_t *elem = config_setting_get_elem(at, (unsigned)i);
        const char *id = config_setting_get_string(elem);
        char shown[200];
        read_value_text(elem, shown, sizeof shown);
        if (!id || !text_is_id(id))
            return read_fault(r, at, "%s is not an id of 1 to 32 letters a-z, digits and -", shown);
        for (int j = 0; j < i; j++)
            if (strcmp(to->id[j], id) == 0)
                return read_fault(r, at, "%s stands twice; leave one out", shown);
        snprintf(to->id[to->n++], ID_SIZE, "%s", id);
    }
    return true;
}

/* Looked up when the stages are known. */
static bool read_names(struct reading *r, void *base, const struct key *key, const config_setting_t *at)
{
    (void)base;
    return read_is_series(at) || read_fault_type(r, at, key);
}

/* Its elements are read when all layers are known. */
static bool read_plan_bounds(struct reading *r, void *base, const struct key *key, const config_setting_t *at)
{
    (void)base;
    return read_list_bounds(r, key, at);
}

static bool keep_later(struct reading *r, void *base, const struct key *key, const config_setting_t *at)
{
    size_t len = strlen(r->later);
    (void)base;
    (void)at;
    snprintf(r->later + len, sizeof r->later - len, "%s%s", len ? ", " : "", key->path);
    return true;
}

bool read_key(struct reading *r, void *base, const struct key *key, const config_setting_t *at)
{
    static bool (*const readers[])(struct reading *, void *, const struct key *, const config_setting_t *) = {
        [KEY_ID] = read_id,         [KEY_TEXT] = read_text,
        [KEY_FILE] = read_text,     [KEY_INT] = read_int,
        [KEY_REAL] = read_real,     [KEY_BOOL] = read_bool,
        [KEY_CHOICE] = read_choice, [KEY_SWITCH] = read_choice,
        [KEY_WORD] = read_choice,   [KEY_ZONE] = read_zone,
        [KEY_COLOUR] = read_colour, [KEY_COLOURS] = read_colours,
        [KEY_LABEL] = read_label,   [KEY_LANGUAGES] = read_languages,
        [KEY_TIME] = read_times,    [KEY_QUIET] = read_times,
        [KEY_HOURS] = read_times,   [KEY_DATES] = read_times,
        [KEY_TEXTS] = read_texts,   [KEY_IDS] = read_ids,
        [KEY_LIST] = read_list,     [KEY_PLAN] = read_plan_bounds,
        [KEY_NAMES] = read_names,   [KEY_LATER] = keep_later,
    };
    return readers[key->type](r, base, key, at);
}
