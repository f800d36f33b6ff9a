/* The body of a `config` event: the plan as the log keeps it. */
#include "wire/msg.h"

#include "wire/member.h"

#include <jansson.h>
#include <string.h>

static void put_labels(struct text *out, const struct label *label)
{
    text_put(out, ",\"labels\":{");
    member_label(out, label);
    text_put(out, "}");
}

static void put_id(struct text *out, bool first, const char *id)
{
    text_put(out, first ? "{\"id\":" : ",{\"id\":");
    text_json_str(out, id);
}

static void put_route(struct text *out, const struct plan *plan, const struct route *route)
{
    put_labels(out, &route->label);
    text_put(out, ",\"stages\":[");
    for (int i = 0; i < route->n; i++)
        text_fmt(out, "%s\"%s\"", i ? "," : "", plan->stages[route->stage[i]].id);
    text_put(out, "]}");
}

bool config_encode(const struct plan *plan, struct text *out)
{
    text_put(out, "{\"type\":\"config\",\"zone\":");
    text_json_str(out, plan->zone);
    text_put(out, ",\"stages\":[");
    for (int i = 0; i < plan->n_stage_order; i++) {
        const struct stage *stage = &plan->stages[plan->stage_order[i]];
        put_id(out, i == 0, stage->id);
        text_fmt(out, ",\"kind\":\"%s\",\"limit_min\":%d", kind_name(stage->kind), (int)stage->limit_min);
        put_labels(out, &stage->label);
        text_put(out, "}");
    }
    text_put(out, "],\"routes\":[");
    for (int i = 0; i < plan->n_route_order; i++) {
        const struct route *route = &plan->routes[plan->route_order[i]];
        put_id(out, i == 0, route->id);
        put_route(out, plan, route);
    }
    text_put(out, "],\"bays\":[");
    for (int i = 0; i < plan->n_bay_order; i++) {
        const struct bay_def *bay = &plan->bays[plan->bay_order[i]];
        put_id(out, i == 0, bay->id);
        put_labels(out, &bay->label);
        text_put(out, "}");
    }
    return text_put(out, "]}");
}

static bool get_labels(const json_t *row, struct label *label)
{
    const char *lang;
    json_t *text;
    memset(label, 0, sizeof *label);
    json_object_foreach(json_object_get(row, "labels"), lang, text)
    {
        if (!json_is_string(text) || !label_set(label, lang, json_string_value(text)))
            return false;
    }
    return true;
}

static const char *get_id(const json_t *row)
{
    const char *id = json_string_value(json_object_get(row, "id"));
    return id ? id : "";
}

static bool get_stages(const json_t *rows, struct plan *plan)
{
    size_t i;
    json_t *row;
    json_array_foreach(rows, i, row)
    {
        const char *name = json_string_value(json_object_get(row, "kind"));
        int kind = name ? kind_find(name) : -1;
        struct label label;
        if (kind < 0 || !get_labels(row, &label) ||
            plan_add_stage(plan, get_id(row), (enum kind)kind, &label,
                           (int32_t)json_integer_value(json_object_get(row, "limit_min"))) == NO_INDEX)
            return false;
    }
    return plan->n_stages > 0;
}

static bool get_routes(const json_t *rows, struct plan *plan)
{
    size_t i, k;
    json_t *row, *name;
    json_array_foreach(rows, i, row)
    {
        struct label label;
        uint8_t route = get_labels(row, &label) ? plan_add_route(plan, get_id(row), &label) : NO_INDEX;
        if (route == NO_INDEX)
            return false;
        json_array_foreach(json_object_get(row, "stages"), k, name)
        {
            uint8_t stage = json_is_string(name) ? plan_stage(plan, json_string_value(name)) : NO_INDEX;
            if (stage == NO_INDEX || !plan_route_push(plan, route, stage))
                return false;
        }
    }
    return plan->n_routes > 0;
}

static bool get_bays(const json_t *rows, struct plan *plan)
{
    size_t i;
    json_t *row;
    json_array_foreach(rows, i, row)
    {
        struct label label;
        if (!get_labels(row, &label) || plan_add_bay(plan, get_id(row), &label) == NO_INDEX)
            return false;
    }
    return true;
}

bool config_decode(const void *bytes, size_t len, struct plan *plan)
{
    json_error_t error;
    json_t *root = json_loadb(bytes, len, JSON_REJECT_DUPLICATES, &error);
    const char *zone = json_string_value(json_object_get(root, "zone"));
    char what[128];
    plan_clear(plan);
    bool ok = zone && text_copy(plan->zone, sizeof plan->zone, zone) &&
              get_stages(json_object_get(root, "stages"), plan) &&
              get_routes(json_object_get(root, "routes"), plan) &&
              get_bays(json_object_get(root, "bays"), plan) && plan_check(plan, what, sizeof what);
    json_decref(root);
    return ok;
}
