/*
 * What Home Assistant is told of a workshop: one configuration message per entity, in the form of its MQTT
 * discovery (home-assistant.io, integrations/mqtt: <prefix>/<component>/<node>/<object>/config, retained; an
 * empty one takes it back). The entities read the contract's own topics: bay states and the public board,
 * nothing private but the code of a visit. Pure.
 */
#pragma once

#include "base/text.h"
#include "core/plan.h"

#define HA_PAYLOAD_MAX 16384
#define HA_TOPIC_MAX   256

struct ha_site {
    const char *prefix; /* "homeassistant" */
    const char *site;
    const struct label *title;
    const struct plan *plan;
    const char *version;
};

/* The `i`th entity. False from the `i` on that does not exist. A text that did not fit is `failed`. */
bool ha_entity(const struct ha_site *site, int i, struct text *topic, struct text *payload);
