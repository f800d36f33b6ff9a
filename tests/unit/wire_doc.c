/* JSON documents as trees. */
#include "wire/doc.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct doc *read_text(const char *text, char fault[DOC_FAULT])
{
    return doc_read(text, strlen(text), fault);
}

static void members_in_their_order(void **state)
{
    char fault[DOC_FAULT];
    struct doc *doc = read_text("{\"b\":1.5,\"a\":[true,null,\"x\"],\"c\":{}}", fault);
    (void)state;
    assert_non_null(doc);
    const struct doc_node *b = doc_root(doc)->first, *a = b->next, *c = a->next;
    assert_string_equal(b->name, "b");
    assert_true(b->type == DOC_NUMBER && b->number == 1.5);
    assert_true(a->type == DOC_LIST && a->first->type == DOC_FLAG && a->first->number == 1);
    assert_int_equal(a->first->next->type, DOC_NULL);
    assert_string_equal(a->first->next->next->text, "x");
    assert_int_equal(a->first->next->next->len, 1);
    assert_null(a->first->next->next->next);
    assert_true(c->type == DOC_GROUP && !c->first && !c->next);
    doc_destroy(doc);
    doc_destroy(NULL);
}

static void what_is_none(void **state)
{
    static const char *const bad[] = { "", "x", "{", "{\"a\":1,\"a\":2}", "[1] 2", "\"text\"", "[\"\xff\"]" };
    char fault[DOC_FAULT];
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_null(read_text(bad[i], fault));
        assert_true(strlen(fault) > 8);
    }
}

static void as_deep_as_it_may(void **state)
{
    char text[DOC_DEPTH_MAX * 2 + 3] = "", fault[DOC_FAULT];
    (void)state;
    memset(text, '[', DOC_DEPTH_MAX);
    memset(text + DOC_DEPTH_MAX, ']', DOC_DEPTH_MAX);
    struct doc *doc = read_text(text, fault);
    assert_non_null(doc);
    doc_destroy(doc);
    memset(text, '[', DOC_DEPTH_MAX + 1);
    memset(text + DOC_DEPTH_MAX + 1, ']', DOC_DEPTH_MAX + 1);
    assert_null(read_text(text, fault));
    assert_string_equal(fault, "it nests deeper than 16");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(members_in_their_order),
        cmocka_unit_test(what_is_none),
        cmocka_unit_test(as_deep_as_it_may),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
