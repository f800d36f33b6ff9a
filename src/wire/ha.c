#include "wire/ha.h"

#include "wire/member.h"

#include <stdio.h>
#include <string.h>

/* Entities of a bay, from its state; an empty value means "None", which Home Assistant shows as unknown. */
static const struct entity {
    const char *component, *object, *name, *icon, *value;
    const char *more; /* further members, with a comma before them */
} bay_rows[] = {
    { "sensor", "stage", "Stage", "mdi:car-wrench", "{{ value_json.stage | default('free') }}",
      ",\"device_class\":\"enum\"" },
    { "sensor", "car", "Car", "mdi:car", "{{ value_json.code | default('None') }}", "" },
    { "binary_sensor", "help", "Help call", NULL, "{{ 'ON' if value_json.help else 'OFF' }}",
      ",\"device_class\":\"problem\",\"payload_on\":\"ON\",\"payload_off\":\"OFF\"" },
};

#define COUNT(kind) "{{ value_json.jobs | selectattr('kind', 'eq', '" kind "') | list | count }}"
#define MEASURED    ",\"state_class\":\"measurement\""

/* Entities of the workshop, from the public board. */
static const struct entity site_rows[] = {
    { "sensor", "cars", "Cars", "mdi:car-multiple", "{{ value_json.jobs | count }}", MEASURED },
    { "sensor", "cars_queue", "Cars waiting for the shop", "mdi:car-clock", COUNT("queue"), MEASURED },
    { "sensor", "cars_work", "Cars in work", "mdi:car-wrench", COUNT("work"), MEASURED },
    { "sensor", "cars_hold", "Cars on hold", "mdi:car-off", COUNT("hold"), MEASURED },
    { "sensor", "cars_check", "Cars in quality check", "mdi:car-search", COUNT("check"), MEASURED },
    { "sensor", "cars_ready", "Cars ready", "mdi:car-key", COUNT("ready"), MEASURED },
    { "sensor", "bays_online", "Bays on line", "mdi:lan-connect",
      "{{ value_json.bays.online if value_json.bays is defined else 'None' }}", MEASURED },
};
enum { BAY_ROWS = sizeof bay_rows / sizeof bay_rows[0], SITE_ROWS = sizeof site_rows / sizeof site_rows[0] };

/* Stages that a bay can show; retired ones too, as long as a car may be in them. */
static void put_options(struct text *out, const struct plan *plan)
{
    text_put(out, ",\"options\":[\"free\"");
    for (int i = 0; i < plan->n_stages; i++)
        text_fmt(out, ",\"%s\"", plan->stages[i].id);
    text_put(out, "]");
}

static void put_device(struct text *out, const struct ha_site *site, const struct bay_def *bay)
{
    text_fmt(out, ",\"device\":{\"identifiers\":[\"pitboard_%s", site->site);
    if (bay)
        text_fmt(out, "_bay_%s", bay->id);
    text_put(out, "\"]");
    member_text(out, "name",
                bay ? label_in(&bay->label, "en", bay->id) : label_in(site->title, "en", site->site));
    member_text(out, "manufacturer", "pitboard");
    member_text(out, "model", bay ? "Bay" : "Workshop");
    member_text(out, "sw_version", site->version);
    if (bay)
        text_fmt(out, ",\"via_device\":\"pitboard_%s\"", site->site);
    text_fmt(out, "},\"origin\":{\"name\":\"pitboard\"");
    member_text(out, "sw_version", site->version);
    text_put(out, "}");
}

static void put_entity(const struct ha_site *site, const struct entity *e, const struct bay_def *bay,
                       struct text *topic, struct text *payload)
{
    char object[ID_SIZE + 32];
    snprintf(object, sizeof object, "%s%s%s%s", bay ? "bay_" : "", bay ? bay->id : "", bay ? "_" : "",
             e->object);
    text_fmt(topic, "%s/%s/pitboard_%s/%s/config", site->prefix, e->component, site->site, object);
    text_fmt(payload, "{\"name\":\"%s\",\"unique_id\":\"pitboard_%s_%s\"", e->name, site->site, object);
    if (bay)
        text_fmt(payload, ",\"state_topic\":\"pit/v1/%s/bay/%s/state\"", site->site, bay->id);
    else
        text_fmt(payload, ",\"state_topic\":\"pit/v1/%s/board/public\"", site->site);
    member_text(payload, "value_template", e->value);
    text_put(payload, e->more);
    if (strstr(e->more, "\"enum\""))
        put_options(payload, site->plan);
    if (e->icon)
        member_text(payload, "icon", e->icon);
    text_fmt(payload,
             ",\"availability\":[{\"topic\":\"pit/v1/%s/hub/status\",\"value_template\":\"{{ "
             "value_json.state }}\","
             "\"payload_available\":\"online\",\"payload_not_available\":\"offline\"}]",
             site->site);
    put_device(payload, site, bay);
    text_put(payload, "}");
}

bool ha_entity(const struct ha_site *site, int i, struct text *topic, struct text *payload)
{
    const struct plan *plan = site->plan;
    if (i < SITE_ROWS) {
        put_entity(site, &site_rows[i], NULL, topic, payload);
        return true;
    }
    i -= SITE_ROWS;
    if (i / BAY_ROWS >= plan->n_bay_order)
        return false;
    put_entity(site, &bay_rows[i % BAY_ROWS], &plan->bays[plan->bay_order[i / BAY_ROWS]], topic, payload);
    return true;
}
