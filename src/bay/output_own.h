/* The drivers of outputs, one row each. Internal to src/bay. */
#pragma once

#include "bay/output.h"

struct output_driver;

struct output {
    const struct output_driver *driver;
    char path[OUTPUT_PATH_SIZE], topic[OUTPUT_TOPIC_SIZE];
    char on[OUTPUT_PAYLOAD_SIZE], off[OUTPUT_PAYLOAD_SIZE];
    enum lamp_colour colour;
    int line;
    bool active_low;
    bool (*publish)(void *user, const char *topic, const char *payload);
    void *user;
    int fd;        /* what the driver keeps open; -1: nothing */
    char full[16]; /* led: max_brightness */

    bool works, known;         /* known: it shows the two below */
    enum lamp_colour shown;    /* LAMP_OFF: this output is dark */
    char text[LAMP_LINE_SIZE]; /* of a driver that takes it */
    int fault;                 /* the errno that was logged */
};

struct output_driver {
    const char *name;
    bool needs_path, takes_line, remote; /* remote: the other end may have forgotten it */
    int line_min, line_max;              /* -1: it may be left out */
    /* Both: false with errno. `open` may be NULL. */
    bool (*open)(struct output *output);
    bool (*show)(struct output *output, enum lamp_colour colour, const char *line);
};

/* NULL if there is none of that name. */
const struct output_driver *output_driver_find(const char *name);
/* Fills {colour} and {rgb} in; false if it does not fit. */
bool output_fill(char out[OUTPUT_PAYLOAD_SIZE], const char *text, enum lamp_colour colour);
