/* Bytes of a bay box: its press as an event, the bay's state as the hub tells it (CONTRACT 3). Pure. */
#pragma once

#include "base/text.h"
#include "core/parcel.h"

/* The event as it is sent now; false if it does not fit. */
bool parcel_encode(const struct parcel *parcel, const struct parcel_now *now, struct text *out);

/* `bay/<id>/state`; false if the bytes are none. */
bool bay_view_decode(const void *bytes, size_t len, struct bay_view *view);

/* `hub/status`; false if the bytes are none. */
bool hub_status_decode(const void *bytes, size_t len, bool *online);
