#include "app/access.h"

#include "core/plan.h"

#include <string.h>

static const char *const head =
    "# Mosquitto for a pitboard workshop: a drop-in for /etc/mosquitto/conf.d/ beside Debian's "
    "mosquitto.conf, which\n"
    "# already sets persistence, its place and the log. Made by: pitboard broker-config\n"
    "#\n"
    "#   install -m 644 pitboard.conf /etc/mosquitto/conf.d/\n"
    "#   install -m 640 -g mosquitto pitboard.acl /etc/mosquitto/\n";

static const char *const plain =
    "#   mosquitto_passwd -c /etc/mosquitto/pitboard.passwd hub       then hub-in, bay-1, desk-front, … (see "
    "pitboard.acl)\n"
    "#   chown root:mosquitto /etc/mosquitto/pitboard.passwd; chmod 640 /etc/mosquitto/pitboard.passwd\n"
    "#   systemctl restart mosquitto\n"
    "\n"
    "# This machine alone. For bays and screens on other machines make these files with --tls: passwords "
    "would travel in\n"
    "# the clear.\n"
    "listener %d 127.0.0.1\n"
    "\n"
    "# Everybody has a name, and the name says where he may write: a source's identity is its topic.\n"
    "allow_anonymous false\n"
    "password_file /etc/mosquitto/pitboard.passwd\n"
    "acl_file /etc/mosquitto/pitboard.acl\n";

static const char *const secure =
    "#   install -m 640 -g mosquitto ca.crt broker.crt broker.key /etc/mosquitto/\n"
    "#   systemctl restart mosquitto\n"
    "# Each device has a certificate of its own, signed by ca.crt; its common name (CN) is the user in "
    "pitboard.acl. The hub\n"
    "# needs two: hub.crt, and hub-in.crt beside it, which it finds by itself.\n"
    "\n"
    "listener %d\n"
    "cafile /etc/mosquitto/ca.crt\n"
    "certfile /etc/mosquitto/broker.crt\n"
    "keyfile /etc/mosquitto/broker.key\n"
    "# A stolen device: put its certificate on this list and restart the broker.\n"
    "#crlfile /etc/mosquitto/ca.crl\n"
    "tls_version tlsv1.2\n"
    "\n"
    "# Everybody has a name, and the name says where he may write: a source's identity is its topic.\n"
    "allow_anonymous false\n"
    "require_certificate true\n"
    "use_identity_as_username true\n"
    "acl_file /etc/mosquitto/pitboard.acl\n";

static const char *const tail =
    "\n"
    "# The user name is the client id. Otherwise any known device could connect as \"hub\" and throw the hub "
    "off its session,\n"
    "# with all that is queued in it. So every connection needs a user of its own: give each person at the "
    "tool one.\n"
    "use_username_as_clientid true\n"
    "\n"
    "# The hub works in batches: it reads many events, commits them once and acknowledges them together. The "
    "default of 20\n"
    "# in flight would make that 20 events a round.\n"
    "max_inflight_messages 1000\n"
    "# While the hub is away its session waits here. The default of 1000 drops the newest silently. Senders "
    "keep an event\n"
    "# until the hub's receipt all the same, so the limit costs time, not events.\n"
    "max_queued_messages 100000\n"
    "max_queued_bytes 268435456\n"
    "\n"
    "# Events are 8 KiB at most and the hub refuses larger ones with a receipt, but the limit is one for all "
    "clients, and the\n"
    "# boards pass too: about 1.5 KiB a car, 2000 open cars at most. 4 MiB holds the largest board and stops "
    "anything absurd.\n"
    "message_size_limit 4194304\n"
    "\n"
    "# Saved every five minutes and when the broker stops, which is kind to SD cards. Nothing depends on it: "
    "an event counts\n"
    "# when the hub has committed it, and the hub publishes its retained topics again on every connect.\n"
    "autosave_interval 300\n"
    "autosave_on_changes false\n"
    "\n"
    "# Sessions of devices that are gone for good.\n"
    "persistent_client_expiration 14d\n"
    "\n"
    "# A press should light its lamp at once.\n"
    "set_tcp_nodelay true\n";

void access_conf(const struct conf *conf, bool tls, struct text *out)
{
    bool own_port = conf->broker.port != 1883;
    text_put(out, head);
    if (tls)
        text_fmt(out, secure, own_port ? conf->broker.port : 8883);
    else
        text_fmt(out, plain, conf->broker.port);
    text_put(out, tail);
}

/* Rules. */

static void rule(const struct conf *conf, struct text *out, const char *what, const char *topic)
{
    text_fmt(out, "topic %s pit/v1/%s/%s\n", what, conf->site, topic);
}

static void user(struct text *out, const char *role, const char *id)
{
    text_fmt(out, "\nuser %s%s%s\n", role, id[0] ? "-" : "", id);
}

/* `path` is "<role>/<id>". */
static void own_rule(const struct conf *conf, struct text *out, const char *what, const char *path,
                     const char *leaf)
{
    text_fmt(out, "topic %s pit/v1/%s/%s/%s\n", what, conf->site, path, leaf);
}

static void hears_hub(const struct conf *conf, struct text *out)
{
    rule(conf, out, "read", "hub/status");
    rule(conf, out, "read", "hub/beat");
}

static void add_source(const struct conf *conf, struct text *out, const char *role, const char *id)
{
    char path[2 * ID_SIZE];
    struct text p = text_over(path, sizeof path);
    bool bay = role == role_name(ROLE_BAY),
         office = role == role_name(ROLE_DESK) || role == role_name(ROLE_DMS);
    text_fmt(&p, "%s/%s", role, id);
    user(out, role, id);
    own_rule(conf, out, "write", path, "event");
    own_rule(conf, out, "write", path, "status");
    own_rule(conf, out, "read", path, "receipt");
    if (bay)
        own_rule(conf, out, "read", path, "state");
    if (office)
        rule(conf, out, "read", "board/staff");
    hears_hub(conf, out);
}

/* Smart lamps are commanded by the box of their bay. */
static void add_lamps(const struct conf *conf, struct text *out, const char *bay)
{
    for (int i = 0; i < conf->n_boxes; i++) {
        const struct conf_box *box = &conf->boxes[i];
        for (int k = 0; k < box->n_outputs && strcmp(box->bay, bay) == 0; k++)
            if (box->outputs[k].driver == CONF_MQTT)
                text_fmt(out, "topic write %s\n", box->outputs[k].topic);
    }
}

static void add_sources(const struct conf *conf, struct text *out, enum role role,
                        const struct conf_sources *sources)
{
    for (int i = 0; i < sources->n; i++)
        add_source(conf, out, role_name(role), sources->id[i]);
}

/* What the hub hears and says outside of pit/. What it told Home Assistant it must be able to take back, so
 * that rule is there with the discovery off, too. */
static void add_hub_outside(const struct conf *conf, const struct rows *rows, struct text *out)
{
    const char *prefix = conf->homeassistant.prefix, *topic;
    text_fmt(out, "topic write %s/+/pitboard_%s/+/config\n", prefix, conf->site);
    if (conf->homeassistant.discovery)
        text_fmt(out, "topic read %s/status\n", prefix);
    for (int i = 0; (topic = buttons_feed(rows->table, i)); i++)
        text_fmt(out, "topic read %s\n", topic);
}

static void add_hub(const struct conf *conf, const struct rows *rows, struct text *out)
{
    const char *topic;
    text_put(out,
             "\n# The hub's speaking connection: receipts, states, boards, beat. It reads who is on line.");
    user(out, "hub", "");
    rule(conf, out, "write", "+/+/receipt");
    rule(conf, out, "write", "bay/+/state");
    rule(conf, out, "write", "board/public");
    rule(conf, out, "write", "board/staff");
    rule(conf, out, "write", "hub/status");
    rule(conf, out, "write", "hub/beat");
    rule(conf, out, "read", "+/+/status");
    add_hub_outside(conf, rows, out);
    text_put(out, "\n# Its listening connection: events and presses of buttons, nothing else. It "
                  "acknowledges them only after they are "
                  "committed.");
    user(out, "hub-in", "");
    rule(conf, out, "read", "+/+/event");
    for (int i = 0; (topic = buttons_filter(rows->table, i)); i++)
        text_fmt(out, "topic read %s\n", topic);
}

static void device_user(const struct button *row, int i, char user_name[BUTTON_TOPIC_SIZE],
                        char filter[BUTTON_TOPIC_SIZE])
{
    static const char plain_letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-";
    if (!button_rights(row, i, user_name, filter))
        filter[0] = '\0';
    for (char *at = user_name; filter[0] && *(at += strspn(at, plain_letters));)
        *at++ = '-';
}

/* Each device or gateway once, with its own topics; rows of one device lie anywhere. */
static void add_devices(const struct rows *rows, struct text *out)
{
    char name[BUTTON_TOPIC_SIZE], filter[BUTTON_TOPIC_SIZE], other[BUTTON_TOPIC_SIZE],
        ignored[BUTTON_TOPIC_SIZE];
    bool any = false;
    for (int i = 0; i < rows->n; i++) {
        bool seen = false;
        device_user(&rows->row[i], 0, name, filter);
        for (int k = 0; k < i && filter[0] && !seen; k++) {
            device_user(&rows->row[k], 0, other, ignored);
            seen = ignored[0] && strcmp(name, other) == 0;
        }
        if (!filter[0] || seen)
            continue;
        if (!any)
            text_put(out,
                     "\n# Other people's buttons: each device, or its gateway, has its own topics. What rows "
                     "without a profile name is not\n# here: whose topics those are, only you know.");
        any = true;
        user(out, "device", name);
        for (int k = 0; filter[0]; device_user(&rows->row[i], ++k, name, filter))
            text_fmt(out, "topic readwrite %s\n", filter);
    }
}

static void add_homeassistant(const struct conf *conf, struct text *out)
{
    if (!conf->homeassistant.discovery)
        return;
    text_put(out, "\n# Home Assistant: bays and the public board.");
    user(out, "homeassistant", "");
    text_fmt(out, "topic readwrite %s/#\n", conf->homeassistant.prefix);
    rule(conf, out, "read", "bay/+/state");
    rule(conf, out, "read", "board/public");
    hears_hub(conf, out);
}

static void add_screens(const struct conf *conf, const struct access_screens *screens, struct text *out)
{
    char path[2 * ID_SIZE];
    text_put(
        out,
        "\n# Screens. One in the lounge reads the public board: who steals the box learns nothing private.");
    for (int i = 0; i < screens->n; i++) {
        struct text p = text_over(path, sizeof path);
        text_fmt(&p, "screen/%s", screens->id[i]);
        user(out, "screen", screens->id[i]);
        own_rule(conf, out, "write", path, "status");
        rule(conf, out, "read", screens->workshop[i] ? "board/staff" : "board/public");
        hears_hub(conf, out);
    }
}

void access_acl(const struct conf *conf, const struct rows *rows, const struct access_screens *screens,
                struct text *out)
{
    const struct plan *plan = &conf->plan;
    text_put(
        out,
        "# Who may read and write what (Mosquitto acl_file). A user is <role>-<id>, and nothing is allowed "
        "that "
        "is not listed.\n# Made from pitboard.cfg by: pitboard broker-config. After a change there make it "
        "again.\n# A line without a user above it would hold for everybody; there is none.\n");
    add_hub(conf, rows, out);
    text_put(out, "\n# Bays: their own events, receipts and state, and whether the hub is there. Desks and "
                  "dealer systems "
                  "also see\n# the staff's board; rating terminals nothing private.");
    for (int i = 0; i < plan->n_bay_order; i++) {
        const char *bay = plan->bays[plan->bay_order[i]].id;
        add_source(conf, out, role_name(ROLE_BAY), bay);
        add_lamps(conf, out, bay);
    }
    add_sources(conf, out, ROLE_DESK, &conf->desk);
    add_sources(conf, out, ROLE_DMS, &conf->dms);
    add_sources(conf, out, ROLE_RATE, &conf->rate);
    add_screens(conf, screens, out);
    add_devices(rows, out);
    add_homeassistant(conf, out);
    text_put(out,
             "\n# The hand tool (pitboard send, replay, record): reads all and may speak for every source, "
             "but not say that one\n# is on line: a bay shown as alive has to be. Keep its password like the "
             "keys of the house, or leave this block out.");
    user(out, "tool", "");
    rule(conf, out, "write", "+/+/event");
    rule(conf, out, "read", "#");
}
