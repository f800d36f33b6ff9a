/*
 * A JSON document as a tree of plain nodes, for programs that only look at it. Pure. Strict as everywhere: no
 * duplicate keys, no broken UTF-8. Nodes live until doc_destroy.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#define DOC_DEPTH_MAX 16
#define DOC_FAULT     160

enum doc_type { DOC_NULL, DOC_GROUP, DOC_LIST, DOC_TEXT, DOC_NUMBER, DOC_FLAG };

struct doc_node {
    enum doc_type type;
    const char *name; /* in a group, else NULL */
    const char *text; /* DOC_TEXT */
    size_t len;
    double number;                 /* DOC_NUMBER; DOC_FLAG: 0 or 1 */
    struct doc_node *first, *next; /* members in the order of the document */
};

struct doc;

/* NULL, and a sentence in `fault`, if it is no JSON object or array or nests deeper than DOC_DEPTH_MAX. */
struct doc *doc_read(const void *bytes, size_t len, char fault[DOC_FAULT]);
void doc_destroy(struct doc *doc); /* takes NULL */
const struct doc_node *doc_root(const struct doc *doc);
