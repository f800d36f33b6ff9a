/*
 * Where the lamp of a bay shines: one row per driver.
 *
 *   driver     path                         lit is
 *   led        /sys/class/leds/NAME         brightness = max_brightness (trigger "none")
 *   gpio       /dev/gpiochipN or a label    line `line` active (GPIO character device, uAPI v2)
 *   keyboard   /dev/input/by-path/…         LED `line`: 0 Num, 1 Caps, 2 Scroll Lock (the default)
 *   mqtt       –                            the text `on` to `topic`, dark the text `off`
 *   file       a file                       a line per change: "<boot clock in ms> <colour or off>"
 *   display    a tty, an LCD's device       the line of text, not the colour
 *
 * An output with a colour is lit while the lamp shows that colour; one without, whenever the lamp is lit. In
 * `on`, {colour} becomes green, amber or red, and {rgb} 00FF00, FF9000 or FF0000.
 *
 * An output that fails (unplugged, no permission) is logged once, tried again every OUTPUT_RETRY_MS, and
 * shows what it should when it is back. It never stops the others. One thread. Writes do not block, except as
 * long as the kernel's driver of an LED takes.
 */
#pragma once

#include "bay/lamp.h"

#include <stddef.h>

#define OUTPUT_MAX          16 /* of one bay */
#define OUTPUT_PATH_SIZE    512
#define OUTPUT_TOPIC_SIZE   257
#define OUTPUT_PAYLOAD_SIZE 512 /* with the placeholders filled in, NUL included */
#define OUTPUT_RETRY_MS     5000
#define OUTPUT_DRIVERS      "led, gpio, keyboard, mqtt, file, display"

struct loop;
struct outputs;

struct output_options {
    const char *driver, *path; /* all texts are copied; NULL is "" */
    enum lamp_colour colour;   /* LAMP_OFF: any */
    int line;                  /* -1: left out */
    bool active_low;           /* dark and lit change places */
    const char *topic, *on, *off;
};

/* `publish` sends for mqtt outputs, not retained, never kept for later; false: not connected, then
 * outputs_again makes it up. NULL: mqtt outputs stay dark. Returns NULL when memory is out. */
struct outputs *outputs_create(struct loop *loop,
                               bool (*publish)(void *user, const char *topic, const char *payload),
                               void *user);
/* Puts all out and closes. Takes NULL. */
void outputs_destroy(struct outputs *outputs);

/* Whether such an output can be, without opening anything; a sentence in `why` if not. For the check of a
 * configuration. */
bool output_check(const struct output_options *options, char *why, size_t why_size);
/* Opens it, or tries later. False, with `why`: output_check's faults, or OUTPUT_MAX are there. */
bool outputs_add(struct outputs *outputs, const struct output_options *options, char *why, size_t why_size);

/* Shows a colour and a line (control characters are made visible); does nothing for what is shown already. */
void outputs_show(struct outputs *outputs, enum lamp_colour colour, const char *line);
/* The broker is back: mqtt outputs say again what they should show. */
void outputs_again(struct outputs *outputs);

int outputs_count(const struct outputs *outputs);
bool outputs_works(const struct outputs *outputs, int output); /* as of the last try */
