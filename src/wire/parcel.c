#include "wire/parcel.h"

#include "base/stamp.h"
#include "wire/member.h"

#include <jansson.h>
#include <string.h>

bool parcel_encode(const struct parcel *parcel, const struct parcel_now *now, struct text *out)
{
    struct wall time = parcel_time(parcel, now);
    text_put(out, "{\"id\":");
    text_json_str(out, parcel->id);
    member_text(out, "type", event_type_name(parcel->type));
    member_time(out, "time", time);
    text_fmt(out, ",\"age_ms\":%lld", (long long)parcel_age_ms(parcel, now));
    member_text(out, "job", parcel->job);
    member_text(out, "from", parcel->from);
    member_text(out, "by", parcel->by);
    member_text(out, "reason", parcel->reason);
    member_text(out, "text", parcel->text);
    if (parcel->on >= 0)
        text_put(out, parcel->on ? ",\"on\":true" : ",\"on\":false");
    return text_put(out, "}") && !out->failed;
}

static bool get(const json_t *root, const char *name, char *out, size_t size)
{
    const char *text = json_string_value(json_object_get(root, name));
    return text_copy(out, size, text ? text : "");
}

static enum bay_colour colour_of(const char *name)
{
    static const char *const names[] = { "off", "green", "amber", "red" };
    for (int i = 0; name && i < 4; i++)
        if (strcmp(names[i], name) == 0)
            return (enum bay_colour)i;
    return BAY_OFF;
}

bool bay_view_decode(const void *bytes, size_t len, struct bay_view *view)
{
    json_error_t error;
    json_t *root = json_loadb(bytes, len, JSON_REJECT_DUPLICATES, &error);
    *view = (struct bay_view){ .since = WALL_NONE };
    bool ok = json_is_string(json_object_get(root, "bay")) && get(root, "job", view->job, sizeof view->job) &&
              get(root, "code", view->code, sizeof view->code) &&
              get(root, "stage", view->stage, sizeof view->stage);
    const json_t *since = json_object_get(root, "since"), *limit = json_object_get(root, "limit_s");
    if (json_is_string(since))
        stamp_parse(json_string_value(since), json_string_length(since), &view->since);
    if (json_integer_value(limit) > 0)
        view->limit_s = json_integer_value(limit);
    view->colour = colour_of(json_string_value(json_object_get(root, "lamp")));
    view->help = json_is_object(json_object_get(root, "help"));
    json_decref(root);
    return ok;
}

bool hub_status_decode(const void *bytes, size_t len, bool *online)
{
    json_error_t error;
    json_t *root = json_loadb(bytes, len, JSON_REJECT_DUPLICATES, &error);
    const char *state = json_string_value(json_object_get(root, "state"));
    bool known = state && (strcmp(state, "online") == 0 || strcmp(state, "offline") == 0);
    *online = known && strcmp(state, "online") == 0;
    json_decref(root);
    return known;
}
