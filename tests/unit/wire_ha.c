/* What Home Assistant is told: JSON with the keys its MQTT discovery demands, names it takes, in any shop. */
#include "wire/ha.h"

#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char *member(const json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));
    if (!text || !*text)
        fail_msg("%s is not there", name);
    return text;
}

/* <prefix>/<component>/<node_id>/<object_id>/config, ids of [a-zA-Z0-9_-] */
static void check_topic(const char *topic)
{
    static const char ok[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";
    int level = 0;
    for (const char *at = topic;; level++) {
        size_t n = strcspn(at, "/");
        assert_true(n > 0 && strspn(at, ok) == n);
        if (level == 1)
            assert_true(strncmp(at, "sensor/", 7) == 0 || strncmp(at, "binary_sensor/", 14) == 0);
        if (!at[n])
            break;
        at += n + 1;
    }
    assert_int_equal(level, 4);
}

static void check_entity(const char *topic, const struct text *payload)
{
    json_error_t error;
    json_t *root = json_loadb(payload->data, payload->len, JSON_REJECT_DUPLICATES, &error);
    assert_non_null(root);
    member(root, "name");
    member(root, "unique_id");
    member(root, "value_template");
    assert_true(strncmp(member(root, "state_topic"), "pit/v1/shop/", 12) == 0);
    const json_t *where = json_array_get(json_object_get(root, "availability"), 0);
    assert_string_equal(member(where, "topic"), "pit/v1/shop/hub/status");
    assert_string_equal(member(where, "value_template"), "{{ value_json.state }}");
    assert_string_equal(member(where, "payload_available"), "online");
    const json_t *device = json_object_get(root, "device");
    assert_int_equal(json_array_size(json_object_get(device, "identifiers")), 1);
    member(device, "name");
    member(json_object_get(root, "origin"), "name"); /* the one key that an origin must have */
    const char *class = json_string_value(json_object_get(root, "device_class"));
    if (class && strcmp(class, "enum") == 0)
        assert_true(json_array_size(json_object_get(root, "options")) > 1);
    else
        assert_null(json_object_get(root, "options"));
    if (strstr(topic, "/binary_sensor/"))
        assert_string_equal(member(root, "payload_on"), "ON");
    json_decref(root);
}

static int check_all(const struct ha_site *site)
{
    static char topics[512][HA_TOPIC_MAX];
    char bytes[HA_PAYLOAD_MAX];
    for (int i = 0;; i++) {
        assert_true(i < 512);
        struct text topic = text_over(topics[i], HA_TOPIC_MAX), payload = text_over(bytes, sizeof bytes);
        if (!ha_entity(site, i, &topic, &payload))
            return i;
        assert_false(topic.failed || payload.failed);
        check_topic(topics[i]);
        check_entity(topics[i], &payload);
        for (int k = 0; k < i; k++)
            assert_string_not_equal(topics[k], topics[i]);
    }
}

static void the_default_shop(void **state)
{
    static struct plan plan;
    struct label title = { 0 };
    (void)state;
    plan_clear(&plan);
    assert_true(plan_defaults(&plan));
    struct ha_site site = { "homeassistant", "shop", &title, &plan, "1.0" };
    assert_int_equal(check_all(&site), 7 + 3 * 8);
}

static void the_largest_shop_with_the_longest_names(void **state)
{
    static struct plan plan;
    char id[ID_SIZE], text[200];
    struct label label = { 0 };
    (void)state;
    memset(text, '"', sizeof text);
    for (size_t n = sizeof text - 1; n > 0; n--) {
        text[n] = '\0';
        if (label_set(&label, "en", text))
            break;
    }
    plan_clear(&plan);
    for (int i = 0; i < CONFIG_BAYS_MAX; i++) {
        snprintf(id, sizeof id, "%032d", i);
        assert_true(plan_add_bay(&plan, id, &label) != NO_INDEX);
    }
    for (int i = 0; i < CONFIG_STAGES_MAX; i++) {
        snprintf(id, sizeof id, "s%031d", i);
        plan_add_stage(&plan, id, KIND_WORK, &label, 0);
    }
    char prefix[65];
    memset(prefix, 'p', 64);
    prefix[64] = '\0';
    struct ha_site site = { prefix, "shop", &label, &plan, "1.0" };
    assert_int_equal(check_all(&site), 7 + 3 * CONFIG_BAYS_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_default_shop),
        cmocka_unit_test(the_largest_shop_with_the_longest_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
