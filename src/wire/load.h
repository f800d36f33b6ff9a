/* JSON from bytes that tells "this is none" from "memory is out". Internal to src/wire. */
#pragma once

#include <jansson.h>
#include <stdbool.h>

/* NULL if it is no JSON, or (*room false) if nothing is known because memory is out. */
json_t *load_json(const void *bytes, size_t len, size_t flags, bool *room);
