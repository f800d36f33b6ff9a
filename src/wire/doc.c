#include "wire/doc.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

struct doc {
    json_t *json; /* the texts are its */
    struct doc_node *nodes;
    size_t n;
};

/* How many nodes there are below and with this one; 0: it nests too deep. */
static size_t count(const json_t *json, int depth)
{
    size_t n = 1, i, below;
    const char *name;
    json_t *member;
    if (depth > DOC_DEPTH_MAX)
        return 0;
    if (json_is_object(json)) {
        json_object_foreach((json_t *)(size_t)json, name, member)
        {
            below = count(member, depth + 1);
            if (!below)
                return 0;
            n += below;
        }
    }
    json_array_foreach((json_t *)(size_t)json, i, member)
    {
        below = count(member, depth + 1);
        if (!below)
            return 0;
        n += below;
    }
    return n;
}

static struct doc_node *fill(struct doc *doc, json_t *json, const char *name)
{
    struct doc_node *node = &doc->nodes[doc->n++], **last = &node->first;
    size_t i;
    json_t *member;
    const char *key;
    *node = (struct doc_node){ .name = name };
    switch (json_typeof(json)) {
    case JSON_OBJECT:
        node->type = DOC_GROUP;
        json_object_foreach(json, key, member)
        {
            *last = fill(doc, member, key);
            last = &(*last)->next;
        }
        break;
    case JSON_ARRAY:
        node->type = DOC_LIST;
        json_array_foreach(json, i, member)
        {
            *last = fill(doc, member, NULL);
            last = &(*last)->next;
        }
        break;
    case JSON_STRING:
        node->type = DOC_TEXT;
        node->text = json_string_value(json);
        node->len = json_string_length(json);
        break;
    case JSON_INTEGER:
    case JSON_REAL:
        node->type = DOC_NUMBER;
        node->number = json_number_value(json);
        break;
    case JSON_TRUE:
    case JSON_FALSE:
        node->type = DOC_FLAG;
        node->number = json_is_true(json);
        break;
    case JSON_NULL:
        break;
    }
    return node;
}

struct doc *doc_read(const void *bytes, size_t len, char fault[DOC_FAULT])
{
    json_error_t error;
    struct doc *doc = calloc(1, sizeof *doc);
    snprintf(fault, DOC_FAULT, "out of memory");
    if (!doc)
        return NULL;
    doc->json = json_loadb(bytes, len, JSON_REJECT_DUPLICATES, &error);
    size_t n = doc->json ? count(doc->json, 1) : 0;
    if (!doc->json)
        snprintf(fault, DOC_FAULT, "line %d: %.100s", error.line, error.text);
    else if (!n)
        snprintf(fault, DOC_FAULT, "it nests deeper than %d", DOC_DEPTH_MAX);
    else if ((doc->nodes = calloc(n, sizeof *doc->nodes))) {
        fill(doc, doc->json, NULL);
        return doc;
    }
    doc_destroy(doc);
    return NULL;
}

void doc_destroy(struct doc *doc)
{
    if (!doc)
        return;
    json_decref(doc->json);
    free(doc->nodes);
    free(doc);
}

const struct doc_node *doc_root(const struct doc *doc)
{
    return &doc->nodes[0];
}
