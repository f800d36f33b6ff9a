#include "conf/read.h"

#include "base/text.h"

#include <stdio.h>
#include <string.h>

/* The member `name`, or the whole element if it is left out: where a fault points. */
static const config_setting_t *member_or(const config_setting_t *at, const char *name)
{
    const config_setting_t *member = config_setting_get_member(at, name);
    return member ? member : at;
}

/* The ids of the configured hold stages, "approval, parts"; as many as fit. */
static void holds_text(const struct plan *plan, struct text *t)
{
    for (int i = 0; i < plan->n_stage_order; i++) {
        const struct stage *stage = &plan->stages[plan->stage_order[i]];
        if (stage->kind == KIND_HOLD)
            text_fmt(t, "%s%s", t->len ? ", " : "", stage->id);
    }
}

static bool check_hold(const struct reading *r, const config_setting_t *at, const char *reason)
{
    const struct plan *plan = &r->conf->plan;
    char holds[200] = "", shown[200];
    struct text t = text_over(holds, sizeof holds);
    uint8_t stage = plan_stage(plan, reason);
    if (stage != NO_INDEX && plan->stages[stage].kind == KIND_HOLD)
        return true;
    holds_text(plan, &t);
    if (!holds[0])
        return read_fault(r, member_or(at, "type"), "no stage is of kind hold; add one to stages");
    if (!reason[0])
        return read_fault(r, at, "reason is missing, which type hold needs; name a hold stage: %s", holds);
    const config_setting_t *given = config_setting_get_member(at, "reason");
    read_value_text(given, shown, sizeof shown);
    return read_fault(r, given, "there is no hold stage %s; name one of: %s", shown, holds);
}

/* What a press sends, of a button or a key. */
static bool check_act(const struct reading *r, const config_setting_t *at, const struct conf_act *act)
{
    bool says = act->type == CONF_NOTE || act->type == CONF_CONFIRM;
    if (act->type == CONF_HOLD && !check_hold(r, at, act->reason))
        return false;
    if (act->type == CONF_NOTE && !act->text[0])
        return read_fault(r, at,
                          "text is missing, which type note needs; write for instance "
                          "text = \"Масло заканчивается\";");
    if (act->text[0] && !says)
        return read_fault(r, member_or(at, "text"),
                          "only a note has a text; leave it out, or choose type note");
    return true;
}

static bool check_bay(const struct reading *r, const config_setting_t *at, const char *bay)
{
    if (plan_bay(&r->conf->plan, bay) != NO_INDEX)
        return true;
    return read_fault(r, member_or(at, "bay"), "there is no bay \"%s\"; name the id of one in bays", bay);
}

static bool check_button(const struct reading *r, const config_setting_t *at, const struct conf_button *b)
{
    if (!check_bay(r, at, b->bay))
        return false;
    if (b->pointer[0] && b->profile != CONF_GENERAL)
        return read_fault(r, member_or(at, "pointer"),
                          "the profile knows where the value is; leave out pointer or profile");
    if (config_setting_get_member(at, "on") && b->act.type != CONF_HELP)
        return read_fault(r, member_or(at, "on"), "is for type help alone; leave it out");
    return check_act(r, at, &b->act);
}

bool read_buttons(struct reading *r)
{
    const config_setting_t *list = read_where(r, "buttons");
    for (int i = 0; i < r->conf->n_buttons; i++)
        if (!check_button(r, config_setting_get_elem(list, (unsigned)i), &r->conf->buttons[i]))
            return false;
    return true;
}

static bool check_key(const struct reading *r, const config_setting_t *list, int i,
                      const struct conf_input *input)
{
    struct conf_key *key = &input->keys[i];
    const config_setting_t *at = config_setting_get_elem(list, (unsigned)i);
    bool typed = config_setting_get_member(at, "type") != NULL;
    if (!typed && !key->long_press)
        return read_fault(r, at, "type is missing; write for instance type = \"next\";");
    if (!typed)
        key->act.type = CONF_UNDO;
    for (int j = 0; j < i; j++)
        if (key->long_press == input->keys[j].long_press && strcmp(key->code, input->keys[j].code) == 0)
            return read_fault(r, at, "the %s press of %s is bound in line %u already; leave one out",
                              key->long_press ? "long" : "short", key->code,
                              config_setting_source_line(config_setting_get_elem(list, (unsigned)j)));
    return check_act(r, at, &key->act);
}

static bool check_input(const struct reading *r, const config_setting_t *at, const struct conf_input *input)
{
    const config_setting_t *keys = config_setting_get_member(at, "keys");
    if (!input->n_keys && !input->scanner)
        return read_fault(r, keys ? keys : at,
                          "no key is bound; write keys = ( { code = \"KEY_F13\"; type = \"next\"; } ), or "
                          "scanner = true");
    for (int i = 0; i < input->n_keys; i++)
        if (!check_key(r, keys, i, input))
            return false;
    return true;
}

/* What the keys of an output are for. */
static const struct driver {
    const char *name, *needs, *takes;
    bool device; /* `path` is one, and no label */
} drivers[] = {
    [CONF_LED] = { "led", "path", "path", true },
    [CONF_GPIO] = { "gpio", "path|line", "path|line|active_low", false },
    [CONF_MQTT] = { "mqtt", "topic|on|off", "topic|on|off", false },
    [CONF_KEYBOARD] = { "keyboard", "path", "path|line", true },
    [CONF_FILE] = { "file", "path", "path", false },
};

static bool check_output(const struct reading *r, const config_setting_t *at, struct conf_output *output)
{
    static const char *const names[] = { "path", "line", "active_low", "topic", "on", "off" };
    const struct driver *driver = &drivers[output->driver];
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char path[64];
        const config_setting_t *given = config_setting_get_member(at, names[i]);
        snprintf(path, sizeof path, "boxes[].outputs[].%s", names[i]);
        if (given && key_choice(driver->takes, names[i]) < 0)
            return read_fault(r, given, "driver %s has no use for it; leave it out", driver->name);
        if (!given && key_choice(driver->needs, names[i]) >= 0)
            return read_fault(r, at, "%s is missing, which driver %s needs; write for instance %s = %s;",
                              names[i], driver->name, names[i], key_find(path)->example);
    }
    if (!config_setting_get_member(at, "line"))
        output->line = -1;
    if (driver->device && output->path[0] != '/')
        return read_fault(r, member_or(at, "path"), "driver %s needs the whole path, from / on",
                          driver->name);
    return true;
}

/* A device that one input grabs is dead for all others; within one box it is named by the list itself. */
static bool check_shared(const struct reading *r, const config_setting_t *at, const struct conf_box *box,
                         const struct conf_input *input)
{
    for (const struct conf_box *other = r->conf->boxes; other < box; other++)
        for (int i = 0; i < other->n_inputs; i++)
            if ((input->grab || other->inputs[i].grab) && strcmp(input->device, other->inputs[i].device) == 0)
                return read_fault(
                    r, member_or(at, "device"),
                    "the box of bay %s reads it too; set grab = false in both, or give each its "
                    "own",
                    other->bay);
    return true;
}

/* What a box leaves out, after its bay; the user is the one in the files of `pitboard broker-config`. */
static bool fill_box(struct reading *r, const config_setting_t *at, struct conf_box *box)
{
    const struct conf *c = r->conf;
    if (!box->username[0] && c->broker.username[0])
        snprintf(box->username, sizeof box->username, "bay-%s", box->bay);
    if (box->password_file[0] && !box->username[0])
        return read_fault(r, member_or(at, "password_file"), "a password needs a name; set username");
    if (!box->password_file[0] && box->username[0])
        memcpy(box->password_file, c->broker.password_file, sizeof box->password_file);
    if (!box->outbox[0])
        snprintf(box->outbox, sizeof box->outbox, "/var/lib/pitboard/bay-%s.db", box->bay);
    return true;
}

/* The presses of two bays in one file could not be told apart. */
static bool check_outbox(const struct reading *r, const config_setting_t *at, const struct conf_box *box)
{
    for (const struct conf_box *other = r->conf->boxes; other < box; other++)
        if (strcmp(other->outbox, box->outbox) == 0)
            return read_fault(r, member_or(at, "outbox"),
                              "is the file of bay %s already; leave it out, or give each box its own",
                              other->bay);
    return true;
}

static bool check_box(struct reading *r, const config_setting_t *at, struct conf_box *box)
{
    const config_setting_t *inputs = config_setting_get_member(at, "inputs");
    const config_setting_t *outputs = config_setting_get_member(at, "outputs");
    if (!check_bay(r, at, box->bay) || !fill_box(r, at, box) || !check_outbox(r, at, box))
        return false;
    for (int i = 0; i < box->n_inputs; i++) {
        const config_setting_t *input = config_setting_get_elem(inputs, (unsigned)i);
        if (!check_input(r, input, &box->inputs[i]) || !check_shared(r, input, box, &box->inputs[i]))
            return false;
    }
    for (int i = 0; i < box->n_outputs; i++)
        if (!check_output(r, config_setting_get_elem(outputs, (unsigned)i), &box->outputs[i]))
            return false;
    return true;
}

bool read_boxes(struct reading *r)
{
    const config_setting_t *list = read_where(r, "boxes");
    for (int i = 0; i < r->conf->n_boxes; i++)
        if (!check_box(r, config_setting_get_elem(list, (unsigned)i), &r->conf->boxes[i]))
            return false;
    return true;
}
