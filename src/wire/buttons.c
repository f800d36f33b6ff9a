/* The table of rows: what to listen to, and the events it makes. */
#include "wire/buttons.h"

#include "wire/buttons_own.h"
#include "wire/member.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DAY_MS 86400000

/* Filters. */

/* The next level of *rest, which moves behind it; NULL when nothing is left. */
static const char *level(const char **rest, size_t *len)
{
    const char *at = *rest;
    if (!at)
        return NULL;
    *len = strcspn(at, "/");
    *rest = at[*len] ? at + *len + 1 : NULL;
    return at;
}

static bool is_wild(const char *at, size_t len, char wild)
{
    return at && len == 1 && at[0] == wild;
}

bool filter_covers(const char *filter, const char *other)
{
    size_t n = 0, m = 0;
    for (;;) {
        const char *a = level(&filter, &n), *b = level(&other, &m);
        if (is_wild(a, n, '#') || (!a && !b))
            return true;
        if (!a || !b || is_wild(b, m, '#'))
            return false;
        if (!is_wild(a, n, '+') && (n != m || memcmp(a, b, n) != 0))
            return false;
    }
}

bool filter_matches(const char *filter, const char *topic)
{
    /* A name has no wildcards; if its sender says otherwise, it is none of ours. */
    return !topic[strcspn(topic, "+#")] && filter_covers(filter, topic);
}

bool filter_overlaps(const char *filter, const char *other)
{
    size_t n = 0, m = 0;
    for (;;) {
        const char *a = level(&filter, &n), *b = level(&other, &m);
        if (is_wild(a, n, '#') || is_wild(b, m, '#') || (!a && !b))
            return true;
        if (!a || !b)
            return false;
        if (!is_wild(a, n, '+') && !is_wild(b, m, '+') && (n != m || memcmp(a, b, n) != 0))
            return false;
    }
}

/* The table. */

static void add_filter(struct buttons *b, const char *filter)
{
    int kept = 0;
    for (int i = 0; i < b->n_filters; i++)
        if (filter_covers(b->filter[i], filter))
            return;
    for (int i = 0; i < b->n_filters; i++)
        if (!filter_covers(filter, b->filter[i]))
            b->filter[kept++] = b->filter[i];
    b->filter[kept++] = filter;
    b->n_filters = kept;
}

/* The broker brings a message once per filter that matches, so two filters must never match the same one. */
static bool check_overlap(const struct buttons *b, int row, char *fault, size_t size)
{
    const char *topic = b->rows[row].topic;
    for (int i = 0; i < row; i++) {
        const char *other = b->rows[i].topic;
        if (!filter_overlaps(topic, other) || filter_covers(topic, other) || filter_covers(other, topic))
            continue;
        snprintf(
            fault, size,
            "\"%.120s\" and \"%.120s\" match some of the same topics, and a press would come twice; name the "
            "topics in full",
            topic, other);
        return false;
    }
    return true;
}

static int add_feed(struct buttons *b, const struct feed *feed)
{
    for (int i = 0; i < b->n_feeds; i++)
        if (b->feed[i].kind == feed->kind && strcmp(b->feed[i].topic, feed->topic) == 0)
            return i;
    b->feed[b->n_feeds] = *feed;
    return b->n_feeds++;
}

static bool add_row(struct buttons *b, int row, char *fault, size_t size)
{
    struct place place;
    if (!place_row(&b->rows[row], &place, fault, size) || !check_overlap(b, row, fault, size))
        return false;
    add_filter(b, b->rows[row].topic);
    for (int i = 0; i < place.n; i++)
        b->of_row[row].feed[i] = add_feed(b, &place.feed[i]);
    b->of_row[row].n = place.n;
    return true;
}

struct buttons *buttons_create(const struct button *rows, int n, int *row, char *fault, size_t size)
{
    struct buttons *b = calloc(1, sizeof *b);
    *row = -1;
    snprintf(fault, size, "out of memory");
    if (!b)
        return NULL;
    b->rows = rows;
    b->n_rows = n;
    for (int i = 0; i < n; i++) {
        if (i < BUTTONS_MAX && add_row(b, i, fault, size))
            continue;
        if (i == BUTTONS_MAX)
            snprintf(fault, size, "there are more than %d rows", BUTTONS_MAX);
        *row = i;
        buttons_destroy(b);
        return NULL;
    }
    return b;
}

void buttons_destroy(struct buttons *buttons)
{
    free(buttons);
}

const char *buttons_filter(const struct buttons *buttons, int i)
{
    return i < buttons->n_filters ? buttons->filter[i] : NULL;
}

const char *buttons_feed(const struct buttons *buttons, int i)
{
    return i < buttons->n_feeds ? buttons->feed[i].topic : NULL;
}

int buttons_row_feeds(const struct buttons *buttons, int row, int feeds[BUTTON_FEEDS])
{
    for (int i = 0; i < buttons->of_row[row].n; i++)
        feeds[i] = buttons->of_row[row].feed[i];
    return buttons->of_row[row].n;
}

/* Presses. */

bool button_mark_new(enum button_mark kind, const char *mark, const char *last)
{
    int64_t now, before;
    switch (kind) {
    case MARK_NONE:
        return true;
    case MARK_CHANGE:
        return last && strcmp(mark, last) != 0;
    case MARK_LEVEL:
        return !last || strcmp(mark, last) != 0;
    case MARK_TIME:
        return !last || !text_int(mark, INT64_MIN, INT64_MAX, &now) ||
               !text_int(last, INT64_MIN, INT64_MAX, &before) || now > before || before - now >= DAY_MS;
    }
    return true;
}

/* What others sent: not every byte of it is text. */
static void put_plain(struct text *out, const char *name, const char *value)
{
    if (utf8_plain(value, strlen(value)))
        member_text(out, name, value);
}

bool button_event(const struct button *row, const char *id, const char *topic,
                  const struct button_action *action, struct text *out)
{
    text_fmt(out, "{\"id\":\"%s\",\"type\":\"%s\"", id, event_type_name(row->type));
    put_plain(out, "reason", row->reason);
    put_plain(out, "text", row->text);
    if (row->type == EV_HELP && row->on >= 0)
        text_fmt(out, ",\"on\":%s", row->on ? "true" : "false");
    text_put(out, ",\"via\":{\"button\":true");
    put_plain(out, "topic", topic);
    put_plain(out, "action", action->action);
    if (action->kind == MARK_TIME)
        text_fmt(out, ",\"device_ms\":%s", action->mark);
    return text_put(out, "}}");
}
