/* JSON documents as trees; a tree can be walked, no deeper than it may be, written and read again the same. */
#include "wire/doc.h"

#include "base/text.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define OUT_MAX (1 << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void put(const struct doc_node *node, int depth, struct text *out)
{
    static const char *const brackets[] = { [DOC_GROUP] = "{}", [DOC_LIST] = "[]" };
    bool branches = node->type == DOC_GROUP || node->type == DOC_LIST;
    if (depth > DOC_DEPTH_MAX || (!branches && node->first))
        abort();
    if (node->name) {
        text_json_str(out, node->name);
        text_put(out, ":");
    }
    if (node->type == DOC_TEXT)
        text_json(out, node->text, node->len);
    else if (node->type == DOC_NUMBER)
        text_fmt(out, "%.17g", node->number);
    else if (!branches)
        text_put(out, node->type == DOC_NULL ? "null" : node->number != 0 ? "true" : "false");
    if (!branches)
        return;
    text_add(out, brackets[node->type], 1);
    for (const struct doc_node *member = node->first; member; member = member->next) {
        if (!member->name != (node->type == DOC_LIST))
            abort();
        put(member, depth + 1, out);
        text_put(out, member->next ? "," : "");
    }
    text_add(out, brackets[node->type] + 1, 1);
}

static bool same(const struct doc_node *a, const struct doc_node *b)
{
    const struct doc_node *x = a->first, *y = b->first;
    if (a->type != b->type || a->len != b->len || (a->len && memcmp(a->text, b->text, a->len) != 0) ||
        !a->name != !b->name || (a->name && strcmp(a->name, b->name) != 0) || a->number != b->number)
        return false;
    for (; x && y; x = x->next, y = y->next)
        if (!same(x, y))
            return false;
    return !x && !y;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char fault[DOC_FAULT];
    struct doc *doc = doc_read(data, size, fault);
    if (!doc) {
        if (!fault[0] || strlen(fault) >= DOC_FAULT)
            abort();
        return 0;
    }
    struct text out = text_grow(OUT_MAX);
    put(doc_root(doc), 1, &out);
    struct doc *again = out.failed ? NULL : doc_read(out.data, out.len, fault);
    if (!out.failed && (!again || !same(doc_root(doc), doc_root(again))))
        abort();
    doc_destroy(again);
    doc_destroy(doc);
    text_free(&out);
    return 0;
}
