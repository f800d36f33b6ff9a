#include "app/post.h"

#include "app/box.h"
#include "app/identity.h"
#include "app/pump.h"
#include "base/exits.h"
#include "bay/input.h"
#include "bay/keys.h"
#include "bay/output.h"
#include "bus/bus.h"
#include "sys/clock.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LOG_TAG "bay"
#include "base/log.h"

#define AGAIN_MS    500     /* before a connection that was made anew is tried */
#define EXPIRY_S    10      /* so long the broker may keep an event for a hub that is away */
#define SAME_WHY_MS 3600000 /* a broker that stays away is named once an hour, not at each attempt */
#define TOPIC_ROOM  192

struct post {
    struct loop *loop;
    const struct conf *conf;
    const struct conf_box *place;
    struct box *box;
    struct inputs *inputs;
    struct outputs *outputs;
    struct bus *bus;
    struct pump *pump;
    char password[CONF_TEXT];
    bool renew;        /* the connection ended with something under way */
    struct boot start; /* of the new one; BOOT_FAR: it is started */
    bool stopping;
    char why[200]; /* what was last said of the broker, and when to say the same again */
    struct boot why_next;
};

/* The connection. */

static void up(void *user, bool session_present)
{
    struct post *post = user;
    (void)session_present;
    post->why[0] = '\0';
    log_note("bay %s: connected to the broker", post->place->bay);
    box_connected(post->box);
    outputs_again(post->outputs);
}

/*
 * What the library holds of a lost connection it would send again as it was, with an age that is wrong by
 * then; the outbox has it. So the connection goes as a whole.
 */
static void down(void *user, const char *why)
{
    struct post *post = user;
    struct boot now = clock_boot();
    post->renew = bus_unconfirmed(post->bus) > 0;
    box_disconnected(post->box);
    if (post->stopping || (strcmp(post->why, why) == 0 && now.ms < post->why_next.ms))
        return;
    snprintf(post->why, sizeof post->why, "%s", why);
    post->why_next = boot_plus(now, SAME_WHY_MS);
    log_warn("bay %s: broker: %s", post->place->bay, why);
}

static void message(void *user, const struct bus_message *m)
{
    struct post *post = user;
    box_message(post->box, m->topic, m->payload, m->len, m->retained);
}

static void taken(void *user, int mid, bool refused, const char *why)
{
    struct post *post = user;
    (void)mid;
    if (refused)
        log_error(
            "bay %s: the broker refused a publication: %s; check its access rules (pitboard broker-config)",
            post->place->bay, why);
}

static void refused(void *user, const char *filter, const char *why)
{
    struct post *post = user;
    log_error(
        "bay %s: the broker does not let it read %s: %s; check its access rules (pitboard broker-config)",
        post->place->bay, filter, why);
}

static void changed(void *user)
{
    pump_look(((struct post *)user)->pump);
}

static const char *or_null(const char *text)
{
    return text[0] ? text : NULL;
}

static void subscribe(struct post *post)
{
    char topic[TOPIC_ROOM];
    int qos;
    bool retained_too;
    for (int i = 0; box_topic(post->box, i, topic, sizeof topic, &qos, &retained_too); i++)
        bus_subscribe(post->bus, topic, qos, retained_too);
}

static bool open_bus(struct post *post, char *fault, size_t size)
{
    static const struct bus_ops ops = {
        .up = up, .down = down, .message = message, .taken = taken, .refused = refused, .changed = changed
    };
    const struct conf *c = post->conf;
    char id[2 * ID_SIZE + 8], who[ID_SIZE + 8], cert[IDENTITY_PATH], key[IDENTITY_PATH], will[TOPIC_ROOM];
    const char *will_text;
    snprintf(who, sizeof who, "bay-%s", post->place->bay);
    snprintf(id, sizeof id, "%s-%s", c->site, who);
    box_will(post->box, will, sizeof will, &will_text);
    struct bus_options o = { .host = c->broker.host,
                             .port = c->broker.port,
                             .client_id = id,
                             .username = or_null(post->place->username),
                             .password = or_null(post->password),
                             .ca = or_null(c->broker.ca),
                             .cert = or_null(c->broker.cert),
                             .key = or_null(c->broker.key),
                             .will_topic = will,
                             .will = will_text,
                             .expiry_s = EXPIRY_S };
    if (o.cert && identity_file(o.cert, who, cert) && identity_file(o.key, who, key)) {
        o.cert = cert;
        o.key = key;
    }
    post->bus = bus_create(&o, &ops, post, fault, size);
    if (post->bus)
        subscribe(post);
    return post->bus;
}

/* Not from a callback of the bus. */
static void renew_bus(struct post *post)
{
    struct bus *old = post->bus;
    char fault[CONF_FAULT_SIZE];
    post->renew = false;
    if (!open_bus(post, fault, sizeof fault)) {
        log_error("bay %s: %s", post->place->bay, fault);
        post->bus = old; /* better a wrong age than no connection */
        return;
    }
    pump_switch(post->pump, post->bus);
    bus_destroy(old);
    post->start = boot_plus(clock_boot(), AGAIN_MS);
}

static bool publish(void *user, const char *topic, const void *payload, size_t len, bool retain)
{
    struct post *post = user;
    return post->bus && bus_publish(post->bus, topic, payload, len, 1, retain, NULL);
}

static bool publish_lamp(void *user, const char *topic, const char *payload)
{
    struct post *post = user;
    return post->bus && bus_publish(post->bus, topic, payload, strlen(payload), 0, false, NULL);
}

/* The devices. */

static void pressed(void *user, int input, int action, struct boot at)
{
    struct post *post = user;
    const struct conf_act *act = &post->place->inputs[input].keys[action].act;
    struct session_press what = { .type = conf_type_event(act->type),
                                  .reason = act->reason,
                                  .text = act->text,
                                  .confirm = act->type == CONF_CONFIRM };
    box_press(post->box, &what, at);
}

static void scanned(void *user, int input, const char *code, struct boot at)
{
    (void)input;
    box_press(((struct post *)user)->box, &(struct session_press){ .type = EV_ASSIGN, .job = code }, at);
}

static void misread(void *user, int input, const char *why, struct boot at)
{
    (void)input, (void)at;
    box_misread(((struct post *)user)->box, why);
}

static bool add_input(struct post *post, const struct conf_input *in, char *why, size_t size)
{
    struct input_bind binds[CONF_KEYS_MAX];
    for (int i = 0; i < in->n_keys; i++) {
        const struct conf_key *key = &in->keys[i];
        binds[i] = (struct input_bind){ keys_find(key->code), key->long_press, i };
        if (binds[i].code < 0) {
            snprintf(why, size, "%s is no key of linux/input-event-codes.h", key->code);
            return false;
        }
    }
    struct input_options o = { in->device, in->scanner, in->grab, binds, in->n_keys };
    return inputs_add(post->inputs, &o, why, size);
}

static enum lamp_colour colour_of(enum conf_colour colour)
{
    return colour == CONF_RED     ? LAMP_RED
           : colour == CONF_AMBER ? LAMP_AMBER
           : colour == CONF_GREEN ? LAMP_GREEN
                                  : LAMP_OFF;
}

/* A keyboard's Num Lock is green, Caps Lock amber, Scroll Lock red. */
static int line_of(const struct conf_output *out)
{
    if (out->driver != CONF_KEYBOARD)
        return out->driver == CONF_GPIO ? out->line : 0;
    return out->colour == CONF_RED ? 2 : out->colour == CONF_AMBER;
}

static bool add_output(struct post *post, const struct conf_output *out, char *why, size_t size)
{
    static const char *const drivers[] = { [CONF_LED] = "led",
                                           [CONF_GPIO] = "gpio",
                                           [CONF_MQTT] = "mqtt",
                                           [CONF_KEYBOARD] = "keyboard",
                                           [CONF_FILE] = "file" };
    struct output_options o = { .driver = drivers[out->driver],
                                .path = out->path,
                                .colour = colour_of(out->colour),
                                .line = line_of(out),
                                .active_low = out->active_low,
                                .topic = out->topic,
                                .on = out->on,
                                .off = out->off };
    return outputs_add(post->outputs, &o, why, size);
}

static bool add_devices(struct post *post, char *why, size_t size)
{
    const struct conf_box *place = post->place;
    for (int i = 0; i < place->n_inputs; i++)
        if (!add_input(post, &place->inputs[i], why, size))
            return false;
    for (int i = 0; i < place->n_outputs; i++)
        if (!add_output(post, &place->outputs[i], why, size))
            return false;
    struct output_options display = { .driver = "display", .path = place->display };
    return !place->display[0] || outputs_add(post->outputs, &display, why, size);
}

/* Rounds. */

struct boot post_round(struct post *post)
{
    struct boot now = clock_boot();
    if (post->renew && !post->stopping)
        renew_bus(post);
    if (now.ms >= post->start.ms) {
        post->start = BOOT_FAR;
        bus_start(post->bus, now);
    }
    if (now.ms >= box_deadline(post->box).ms)
        box_tick(post->box);
    struct lamp_look look = box_look(post->box);
    outputs_show(post->outputs, look.colour, look.line);
    return boot_first(post->start, boot_first(box_deadline(post->box), look.until));
}

void post_stop(struct post *post)
{
    post->stopping = true;
    box_goodbye(post->box);
    bus_stop(post->bus);
}

bool post_gone(const struct post *post)
{
    return bus_fd(post->bus) < 0 || (bus_unconfirmed(post->bus) == 0 && !bus_want_write(post->bus));
}

bool post_up(const struct post *post)
{
    return bus_up(post->bus);
}

int post_waiting(const struct post *post)
{
    return box_waiting(post->box);
}

/* Life. */

static bool open_box(struct post *post, char fault[CONF_FAULT_SIZE])
{
    static const struct box_ops ops = { publish };
    struct box_options o = { post->conf->site, post->place->bay, post->place->outbox,
                             post->conf->screen.languages[0] };
    return (post->box = box_create(&o, &ops, post, fault));
}

static bool set_up(struct post *post, char fault[CONF_FAULT_SIZE], int *code)
{
    static const struct input_ops ops = { pressed, scanned, misread };
    char why[CONF_FAULT_SIZE - 100];
    *code = EXITS_USAGE;
    if (!conf_box_password(post->place, post->password, sizeof post->password, fault))
        return false;
    *code = EXITS_WORLD;
    if (!open_box(post, fault))
        return false;
    snprintf(fault, CONF_FAULT_SIZE, "out of memory");
    post->inputs = inputs_create(post->loop, post->place->debounce_ms, post->place->long_ms, &ops, post);
    post->outputs = outputs_create(post->loop, publish_lamp, post);
    if (!post->inputs || !post->outputs)
        return false;
    errno = 0;
    if (!open_bus(post, why, sizeof why)) {
        *code = errno == EINVAL ? EXITS_USAGE : EXITS_WORLD;
        snprintf(fault, CONF_FAULT_SIZE, "bay %s: %s", post->place->bay, why);
        return false;
    }
    if (!(post->pump = pump_create(post->loop, post->bus)))
        return false;
    if (!add_devices(post, why, sizeof why)) {
        *code = EXITS_USAGE;
        snprintf(fault, CONF_FAULT_SIZE, "boxes: bay %s: %s", post->place->bay, why);
        return false;
    }
    post->start = clock_boot();
    return true;
}

struct post *post_create(struct loop *loop, const struct conf *conf, const struct conf_box *place,
                         char fault[CONF_FAULT_SIZE], int *code)
{
    struct post *post = calloc(1, sizeof *post);
    *code = EXITS_WORLD;
    if (!post) {
        snprintf(fault, CONF_FAULT_SIZE, "out of memory");
        return NULL;
    }
    post->loop = loop;
    post->conf = conf;
    post->place = place;
    post->start = BOOT_FAR;
    if (set_up(post, fault, code))
        return post;
    post_destroy(post);
    return NULL;
}

void post_destroy(struct post *post)
{
    if (!post)
        return;
    inputs_destroy(post->inputs);
    outputs_destroy(post->outputs);
    pump_destroy(post->pump);
    post->pump = NULL;
    bus_destroy(post->bus);
    box_destroy(post->box);
    explicit_bzero(post->password, sizeof post->password);
    free(post);
}
