#include "wire/topic.h"

#include "base/text.h"

#include <stdio.h>
#include <string.h>

#define PREFIX "pit/v1/"

/* Cuts the next level off *rest into a field; false if it is too long or nothing is left. */
static bool level(const char **rest, char *out, size_t size)
{
    if (!*rest)
        return false;
    size_t len = strcspn(*rest, "/");
    if (len >= size)
        return false;
    memcpy(out, *rest, len);
    out[len] = '\0';
    *rest = (*rest)[len] ? *rest + len + 1 : NULL;
    return true;
}

static enum topic_kind hub_topic(const char *first, const char *leaf)
{
    static const struct {
        const char *first, *leaf;
        enum topic_kind kind;
    } rows[] = {
        { "board", "public", TOPIC_BOARD_PUBLIC },
        { "board", "staff", TOPIC_BOARD_STAFF },
        { "hub", "status", TOPIC_HUB_STATUS },
        { "hub", "beat", TOPIC_HUB_BEAT },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (strcmp(rows[i].first, first) == 0 && strcmp(rows[i].leaf, leaf) == 0)
            return rows[i].kind;
    return TOPIC_OTHER;
}

static enum topic_kind source_topic(enum role role, const char *first, const char *leaf)
{
    if (strcmp(first, "screen") == 0)
        return strcmp(leaf, "status") == 0 ? TOPIC_SCREEN_STATUS : TOPIC_OTHER;
    if (role == ROLE_NONE || role == ROLE_HUB)
        return TOPIC_OTHER;
    if (strcmp(leaf, "event") == 0)
        return TOPIC_EVENT;
    if (strcmp(leaf, "receipt") == 0)
        return TOPIC_RECEIPT;
    if (strcmp(leaf, "status") == 0)
        return TOPIC_STATUS;
    return role == ROLE_BAY && strcmp(leaf, "state") == 0 ? TOPIC_BAY_STATE : TOPIC_OTHER;
}

struct topic topic_parse(const char *name)
{
    struct topic topic = { .kind = TOPIC_OTHER, .role = ROLE_NONE };
    char first[16], second[ID_SIZE], leaf[16];
    if (strncmp(name, PREFIX, sizeof PREFIX - 1) != 0)
        return topic;
    const char *rest = name + sizeof PREFIX - 1;
    if (!level(&rest, topic.site, sizeof topic.site) || !text_is_id(topic.site) ||
        !level(&rest, first, sizeof first) || !level(&rest, second, sizeof second))
        return topic;
    if (!rest) {
        topic.kind = hub_topic(first, second);
        return topic;
    }
    if (!level(&rest, leaf, sizeof leaf) || rest || !text_is_id(second))
        return topic;
    topic.role = role_find(first, strlen(first));
    memcpy(topic.id, second, sizeof topic.id);
    topic.kind = source_topic(topic.role, first, leaf);
    return topic;
}

void topic_build(char out[TOPIC_SIZE], const char *site, const char *tail)
{
    snprintf(out, TOPIC_SIZE, PREFIX "%s/%s", site, tail);
}

void topic_source(char out[TOPIC_SIZE], const char *site, enum role role, const char *id, const char *leaf)
{
    snprintf(out, TOPIC_SIZE, PREFIX "%s/%s/%s/%s", site, role_name(role), id, leaf);
}
