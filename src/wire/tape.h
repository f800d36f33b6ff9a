/*
 * Recorded traffic: JSON lines {"time":…,"topic":"desk/front/event","payload":{…}}. Pure.
 */
#pragma once

#include "base/text.h"
#include "core/event.h"

#define TAPE_LINE_MAX (EVENT_BYTES_MAX + 512)

/* What a sender has to know of a payload to keep things in order. Fields that are absent, no texts or too
 * long are empty. */
struct tape_keys {
    char id[EVENT_ID_SIZE];
    char job[EVENT_ID_SIZE];
    char bay[ID_SIZE];
};

struct tape_line {
    struct wall time;
    enum role role;
    char source[ID_SIZE];
    const char *payload; /* points into the line: the bytes as they stand there */
    size_t len;
    struct tape_keys keys;
};

/* Reads one line (its end may be left on). False, and a sentence in `fault`, if it is none; an event that the
 * hub would call broken JSON is none. */
bool tape_read(const char *bytes, size_t len, struct tape_line *line, char *fault, size_t fault_size);

/* Appends a line with its "\n" to `out`. False if the payload is no JSON object that tape_read takes, or it
 * does not fit. */
bool tape_write(struct text *out, struct wall time, enum role role, const char *source, const void *payload,
                size_t len);

/* The keys of a single payload; false, and a sentence in `fault`, if it is no JSON object. */
bool tape_keys(const void *payload, size_t len, struct tape_keys *keys, char *fault, size_t fault_size);

/* The payload with `id` put in (or in place of an unusable one), on the heap; NULL if it is no JSON object or
 * memory is out. */
char *tape_with_id(const void *payload, size_t len, const char *id);
