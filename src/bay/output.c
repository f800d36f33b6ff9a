#include "bay/output_own.h"

#include "base/text.h"
#include "sys/clock.h"
#include "sys/loop.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LOG_TAG "bay"
#include "base/log.h"

struct outputs {
    bool (*publish)(void *user, const char *topic, const char *payload);
    void *user;
    struct loop_timer *retry;
    enum lamp_colour colour;
    char line[LAMP_LINE_SIZE];
    struct output *list[OUTPUT_MAX];
    int n;
};

/* ---- one output ---- */

static const char *name_of(const struct output *output)
{
    return output->path[0] ? output->path : output->topic;
}

static void let_go(struct output *output)
{
    if (output->fd >= 0)
        close(output->fd);
    output->fd = -1;
    output->works = output->known = false;
}

/* For the log; once for each different fault in a row. */
static void mark(struct output *output, int fault)
{
    if (fault != output->fault && fault)
        log_warn("output %s %s: %s; trying again", output->driver->name, name_of(output), strerror(fault));
    else if (fault != output->fault)
        log_note("output %s %s: works", output->driver->name, name_of(output));
    output->fault = fault;
}

static bool shows(const struct output *output, enum lamp_colour colour, const char *line)
{
    return output->known &&
           (output->driver->takes_line ? strcmp(output->text, line) == 0 : output->shown == colour);
}

static void show(struct output *output, enum lamp_colour lamp, const char *line)
{
    enum lamp_colour colour = output->colour == LAMP_OFF || output->colour == lamp ? lamp : LAMP_OFF;
    if (!output->works || shows(output, colour, line))
        return;
    if (!output->driver->show(output, colour, line)) {
        mark(output, errno);
        let_go(output);
        return;
    }
    output->known = true;
    output->shown = colour;
    text_copy(output->text, sizeof output->text, line);
}

static void open_output(struct output *output)
{
    output->works = !output->driver->open || output->driver->open(output);
    if (!output->works) {
        mark(output, errno);
        let_go(output);
    }
}

/* ---- all of them ---- */

static void show_all(struct outputs *outputs)
{
    bool all_work = true;
    for (int i = 0; i < outputs->n; i++) {
        show(outputs->list[i], outputs->colour, outputs->line);
        all_work = all_work && outputs->list[i]->works;
    }
    if (!all_work && loop_armed(outputs->retry).ms == BOOT_FAR.ms)
        loop_arm(outputs->retry, boot_plus(clock_boot(), OUTPUT_RETRY_MS));
}

static void on_retry(void *user)
{
    struct outputs *outputs = user;
    for (int i = 0; i < outputs->n; i++) {
        struct output *output = outputs->list[i];
        if (output->works)
            continue;
        open_output(output);
        show(output, outputs->colour, outputs->line);
        if (output->works)
            mark(output, 0);
    }
    show_all(outputs);
}

struct outputs *outputs_create(struct loop *loop, bool (*publish)(void *, const char *, const char *),
                               void *user)
{
    struct outputs *outputs = calloc(1, sizeof *outputs);
    if (!outputs)
        return NULL;
    outputs->publish = publish;
    outputs->user = user;
    outputs->retry = loop_add_timer(loop, on_retry, outputs);
    if (!outputs->retry) {
        free(outputs);
        return NULL;
    }
    return outputs;
}

void outputs_destroy(struct outputs *outputs)
{
    if (!outputs)
        return;
    outputs_show(outputs, LAMP_OFF, "");
    for (int i = 0; i < outputs->n; i++) {
        let_go(outputs->list[i]);
        free(outputs->list[i]);
    }
    loop_remove_timer(outputs->retry);
    free(outputs);
}

void outputs_show(struct outputs *outputs, enum lamp_colour colour, const char *line)
{
    struct text t = text_over(outputs->line, sizeof outputs->line);
    text_put(&t, line);
    outputs->colour = colour;
    show_all(outputs);
}

void outputs_again(struct outputs *outputs)
{
    for (int i = 0; i < outputs->n; i++)
        if (outputs->list[i]->driver->remote)
            outputs->list[i]->known = false;
    show_all(outputs);
}

int outputs_count(const struct outputs *outputs)
{
    return outputs->n;
}

bool outputs_works(const struct outputs *outputs, int output)
{
    return outputs->list[output]->works;
}

/* ---- making one ---- */

static bool refuse(char *why, size_t size, const char *text)
{
    if (why)
        snprintf(why, size, "%s", text);
    return false;
}

static const char *or_empty(const char *text)
{
    return text ? text : "";
}

static bool check_mqtt(const struct output_options *o, char *why, size_t size)
{
    const char *topic = or_empty(o->topic);
    char filled[OUTPUT_PAYLOAD_SIZE];
    if (!topic[0] || strlen(topic) >= OUTPUT_TOPIC_SIZE || strpbrk(topic, "+#"))
        return refuse(why, size, "mqtt needs a topic of at most 256 bytes without + and #");
    if (!o->on || !o->off)
        return refuse(why, size, "mqtt needs the texts on and off");
    if (!output_fill(filled, o->on, LAMP_GREEN) || !output_fill(filled, o->off, LAMP_GREEN) ||
        strlen(o->on) >= OUTPUT_PAYLOAD_SIZE || strlen(o->off) >= OUTPUT_PAYLOAD_SIZE)
        return refuse(why, size, "on or off is longer than 511 bytes");
    return true;
}

bool output_check(const struct output_options *o, char *why, size_t why_size)
{
    const struct output_driver *driver = output_driver_find(or_empty(o->driver));
    if (!driver)
        return refuse(why, why_size, "no such driver; there are " OUTPUT_DRIVERS);
    if (!driver->needs_path)
        return check_mqtt(o, why, why_size);
    if (!or_empty(o->path)[0] || strlen(o->path) >= OUTPUT_PATH_SIZE)
        return refuse(why, why_size, "needs a path of at most 511 bytes");
    if (o->line > driver->line_max || o->line < driver->line_min)
        return refuse(why, why_size, "no such line: gpio has 0 to 1023, keyboard 0 to 15, the others none");
    return true;
}

bool outputs_add(struct outputs *outputs, const struct output_options *o, char *why, size_t why_size)
{
    if (!output_check(o, why, why_size))
        return false;
    if (outputs->n >= OUTPUT_MAX)
        return refuse(why, why_size, "more outputs than one bay may have");
    struct output *output = calloc(1, sizeof *output);
    if (!output)
        return refuse(why, why_size, strerror(ENOMEM));
    *output = (struct output){ .driver = output_driver_find(o->driver), .colour = o->colour, .fd = -1 };
    output->line = o->line;
    output->active_low = o->active_low;
    output->publish = outputs->publish;
    output->user = outputs->user;
    text_copy(output->path, sizeof output->path, or_empty(o->path));
    text_copy(output->topic, sizeof output->topic, or_empty(o->topic));
    text_copy(output->on, sizeof output->on, or_empty(o->on));
    text_copy(output->off, sizeof output->off, or_empty(o->off));
    outputs->list[outputs->n++] = output;
    open_output(output);
    show_all(outputs);
    return true;
}
