#include "conf/keys.h"

#include "base/text.h"
#include "conf/checks.h"

#include <stdio.h>
#include <string.h>

#define IN(type, field)   offsetof(struct type, field), sizeof(((struct type *)0)->field)
#define LIST(type, field) offsetof(struct type, field), sizeof(*((struct type *)0)->field)
#define AT(field)         IN(conf, field)
#define IN_ITEM(field)    IN(conf_item, field)

/* What a press asks for: the same keys in each struct that holds a conf_act. */
#define ACT_ROWS(list, type_, types, always, more)                                                           \
    { list "type",                                                                                           \
      KEY_CHOICE,                                                                                            \
      IN(type_, act.type),                                                                                   \
      .choices = types,                                                                                      \
      .example = "\"next\"",                                                                                 \
      .need = always,                                                                                        \
      .help = "What a press asks for." more },                                                               \
        { list "reason",                                                                                     \
          KEY_TEXT,                                                                                          \
          IN(type_, act.reason),                                                                             \
          0,                                                                                                 \
          200,                                                                                               \
          "\"\"",                                                                                            \
          .example = "\"parts\"",                                                                            \
          .help = "Why. Of type hold: the id of a hold stage, needed." },                                    \
    {                                                                                                        \
        list "text", KEY_TEXT, IN(type_, act.text), 0, 200, "\"\"",                                          \
            .example = "\"Масло заканчивается\"", .help = "What a note says; needed for type note."          \
    }

static const struct key rows[] = {
    { "site", KEY_ID, AT(site), .low = 1, .example = "\"minsk-1\"",
      .help =
          "Name of this workshop in topics. The hub needs it; a screen without it takes the only site of the "
          "broker." },
    { "title", KEY_LABEL, AT(title),
      .help = "Name of the workshop on the screen, per language. Left out: the site." },
    { "timezone", KEY_ZONE, AT(plan.zone), .example = "\"Europe/Minsk\"",
      .help = "IANA time zone of the workshop. Left out: the zone of the machine." },
    { "privacy", KEY_CHOICE, AT(privacy), .usual = "\"tail\"", .choices = "tail|code|plate",
      .help = "What the public screen calls a car: the digits of its plate, the code of the visit, or the "
              "whole plate." },
    { "pickup", KEY_TEXT, AT(pickup), 0, 64, "\"\"", .example = "\"Касса\"",
      .help = "Where customers go when their car is ready." },
    { "forgotten_h", KEY_INT, AT(forgotten_h), 1, 8760, "72",
      .help = "Hours after its last event and its promise when a car leaves the public screen." },
    { "retention_days", KEY_INT, AT(retention_days), 0, 36500, "400",
      .help = "Days after closing when a job loses plate, names and texts; 0 keeps them for ever." },

    { "broker.host", KEY_TEXT, AT(broker.host), 1, 253, "\"127.0.0.1\"",
      .help = "Name or address of the MQTT broker." },
    { "broker.port", KEY_INT, AT(broker.port), 1, 65535, "1883",
      .help = "Its port; 8883 is usual with TLS." },
    { "broker.username", KEY_TEXT, AT(broker.username), 0, 64, "\"\"", .example = "\"hub\"",
      .help = "User at the broker, <role>-<id>. The hub's second connection adds -in to it." },
    { "broker.password_file", KEY_FILE, AT(broker.password_file), 0, CONF_PATH - 1, "\"\"",
      .example = "\"/etc/pitboard/mqtt-password\"",
      .help = "File whose first line is the password. A bare name is looked up among the service's "
              "credentials first." },
    { "broker.tls.ca", KEY_FILE, AT(broker.ca), 0, CONF_PATH - 1, "\"\"",
      .example = "\"/etc/pitboard/ca.crt\"",
      .help = "Certificate of the authority that signed the broker's; turns TLS on." },
    { "broker.tls.cert", KEY_FILE, AT(broker.cert), 0, CONF_PATH - 1, "\"\"",
      .example = "\"/etc/pitboard/hub.crt\"", .help = "Own certificate, for brokers that ask for one." },
    { "broker.tls.key", KEY_FILE, AT(broker.key), 0, CONF_PATH - 1, "\"\"",
      .example = "\"/etc/pitboard/hub.key\"", .help = "Private key of that certificate." },

    { "store.path", KEY_FILE, AT(store.path), 1, CONF_PATH - 1, "\"/var/lib/pitboard/pitboard.db\"",
      .help = "The database. The hub alone writes it." },

    { "backup.dir", KEY_FILE, AT(backup.dir), 0, CONF_PATH - 1, "\"\"", .example = "\"/mnt/usb/pitboard\"",
      .help =
          "Folder for copies of the database; on another disk it outlives this one. Left out: backup beside "
          "the database." },
    { "backup.keep", KEY_INT, AT(backup.keep), 1, 1000, "14", .help = "How many copies are kept." },
    { "backup.at", KEY_TIME, AT(backup.at_min), .usual = "\"03:00\"",
      .help = "When the hub makes one every day; a time that was missed is made up for after the next start. "
              "Empty: never." },

    { "events.max_age_h", KEY_INT, AT(events.max_age_h), 0, 87600, "168",
      .help = "Hours after which an event is refused as too old; 0 takes any age." },
    { "events.undo_window_s", KEY_INT, AT(events.undo_window_s), 0, 86400, "600",
      .help = "Seconds within which a change can be undone." },

    { "stages", KEY_PLAN, 0, sizeof(struct conf_item), 1, CONFIG_STAGES_MAX,
      .help =
          "The steps of a visit, in the order of reports. Left out: check-in to handover, nine of them." },
    { "stages[].id", KEY_ID, IN_ITEM(id), .low = 1, .example = "\"repair\"", .need = true, .unique = true,
      .help = "Name in events and figures." },
    { "stages[].kind", KEY_CHOICE, IN_ITEM(kind), .choices = "queue|work|hold|check|ready|done",
      .example = "\"work\"", .need = true,
      .help = "queue waits for the shop, work is hands on the car, hold waits for somebody else, check is a "
              "quality "
              "gate, ready can be collected, done is handed over." },
    { "stages[].label", KEY_LABEL, IN_ITEM(label),
      .help = "What people read, per language. Left out: the id." },
    { "stages[].limit_min", KEY_INT, IN_ITEM(limit_min), 0, 43200, "0", .example = "120",
      .help = "Minutes after which the lamp of the bay is red; amber from 80 %. 0: no limit." },

    { "routes", KEY_PLAN, 0, sizeof(struct conf_item), 1, CONFIG_ROUTES_MAX,
      .help = "Kinds of work. Left out: maintenance and repair, which fit the default stages only." },
    { "routes[].id", KEY_ID, IN_ITEM(id), .low = 1, .example = "\"maintenance\"", .need = true,
      .unique = true, .help = "Name in events and figures." },
    { "routes[].label", KEY_LABEL, IN_ITEM(label),
      .help = "What people read, per language. Left out: the id." },
    { "routes[].stages", KEY_NAMES, 0, 0, 2, ROUTE_STAGES_MAX,
      .example = "[ \"checkin\", \"repair\", \"handover\" ]", .need = true,
      .help =
          "Its stages in order, each once, without holds; the last one, and only that, is of kind done." },

    { "bays", KEY_PLAN, 0, sizeof(struct conf_item), 1, CONFIG_BAYS_MAX,
      .help = "The working places. Left out: 1 to 6, quality and wash." },
    { "bays[].id", KEY_ID, IN_ITEM(id), .low = 1, .example = "\"1\"", .need = true, .unique = true,
      .help = "Name in topics, events and figures." },
    { "bays[].label", KEY_LABEL, IN_ITEM(label),
      .help = "What people read, per language. Left out: the id." },

    { "sources.desk", KEY_IDS, AT(desk), 0, CONF_SOURCES_MAX, "[ \"front\", \"web\" ]",
      .help = "Front desks that may send events. With any key of sources given, nobody else is known but the "
              "bays." },
    { "sources.dms", KEY_IDS, AT(dms), 0, CONF_SOURCES_MAX, "[]", .example = "[ \"dms\" ]",
      .help = "Dealer systems that may send events." },
    { "sources.rate", KEY_IDS, AT(rate), 0, CONF_SOURCES_MAX, "[]", .example = "[ \"lounge\" ]",
      .help = "Rating terminals that may send events." },

    { "screen.id", KEY_ID, AT(screen.id), .low = 0, .usual = "\"\"", .example = "\"lounge\"",
      .help = "Name of this screen in topics. Left out: the host name and six signs of the machine, as "
              "lounge-3fa90c; "
              "the log tells it." },
    { "screen.view", KEY_SWITCH, AT(screen.workshop), .usual = "\"lounge\"", .choices = "lounge|workshop",
      .help = "What it shows: the public board, or the staff's." },
    { "screen.languages", KEY_LANGUAGES, AT(screen.languages), .usual = "[ \"ru\" ]",
      .example = "[ \"ru\", \"en\" ]", .help = "One or two languages, both shown at once." },
    { "screen.ready_keep_min", KEY_INT, AT(screen.ready_keep_min), 0, 1440, "30",
      .help = "Minutes for which a ready car keeps its large card." },
    { "screen.distance_m", KEY_REAL, AT(screen.distance_m), 3, 9, "6.0",
      .why = "letters must be distance / 200 tall, so farther away too few cars fit on a page, and nearer "
             "than 3 m "
             "nobody sees the whole screen; for another diagonal than 55 inches set true distance * 55 / "
             "diagonal",
      .help = "Metres from which the screen must be readable; type size follows from it." },
    { "screen.rotate", KEY_INT, AT(screen.rotate), 0, 270, "0", .choices = "0|90|180|270",
      .help = "Degrees clockwise by which the picture is turned." },
    { "screen.fade_pages", KEY_BOOL, AT(screen.fade_pages), .usual = "false",
      .help = "Whether a page turn fades; it costs the processor three times as much as a cut." },
    { "screen.chime", KEY_BOOL, AT(screen.chime), .usual = "true", .help = "Whether a ready call sounds." },
    { "screen.speech", KEY_BOOL, AT(screen.speech), .usual = "false",
      .help = "Whether a ready call is spoken too." },
    { "screen.call_delay_s", KEY_INT, AT(screen.call_delay_s), 0, 600, "10",
      .help = "Seconds between ready and its call, so that a wrong press can be undone unheard." },
    { "screen.quiet", KEY_QUIET, AT(screen.quiet_from_min), .usual = "[]",
      .example = "[ \"21:00\", \"08:00\" ]",
      .help = "From when to when the screen is dimmed and silent. Left out: never." },
    { "screen.theme.mode", KEY_WORD, AT(screen.theme.mode), .usual = "\"dark\"",
      .choices = "dark|light|hours", .help = "Dark, light, or light from 08:00 to 18:00." },
    { "screen.theme.brand", KEY_COLOUR, AT(screen.theme.brand), .usual = "\"\"", .example = "\"#E2574C\"",
      .help = "Colour of the brand's tile; never under text." },
    { "screen.theme.logo", KEY_FILE, AT(screen.theme.logo), 0, CONF_PATH - 1, "\"\"",
      .example = "\"/etc/pitboard/logo.png\"",
      .help = "PNG or SVG at the top left, never distorted; of 1 MiB at most." },
    { "screen.theme.name", KEY_TEXT, AT(screen.theme.name), 0, 64, "\"\"", .example = "\"Автосервис\"",
      .help = "Name beside it. Left out: the title." },
    { "screen.theme.colours", KEY_COLOURS, AT(screen.theme.colours), .example = "{ hold = \"#FFC04A\"; }",
      .help = "Single colours of the theme by slot. The screen refuses one that is hard to read." },
    { "screen.theme.dark", KEY_COLOURS, AT(screen.theme.dark), .example = "{ text = \"#FFF4E0\"; }",
      .help = "The same in mode dark alone, and at night in mode hours." },
    { "screen.theme.light", KEY_COLOURS, AT(screen.theme.light), .example = "{ text = \"#2A1E10\"; }",
      .help = "The same in mode light alone, and by day in mode hours." },

    { "buttons", KEY_LIST, LIST(conf, buttons), 0, CONF_BUTTONS_MAX,
      .count = offsetof(struct conf, n_buttons),
      .help = "Other people's buttons at the broker, one row for each press that counts." },
    { "buttons[].topic", KEY_TEXT, IN(conf_button, topic), 1, CONF_TEXT - 1,
      .example = "\"zigbee2mqtt/bay3\"", .need = true, .check = check_filter,
      .help = "MQTT topic or filter with + and # of what the button sends." },
    { "buttons[].profile", KEY_CHOICE, IN(conf_button, profile), .usual = "\"\"",
      .choices = "|zigbee2mqtt|tasmota|shelly1|shelly2|esphome", .example = "\"zigbee2mqtt\"",
      .help =
          "Whose button it is. Left out: any that sends JSON or plain text, by topic, pointer and value." },
    { "buttons[].pointer", KEY_TEXT, IN(conf_button, pointer), 0, CONF_TEXT - 1, "\"\"",
      .example = "\"/button/0/action\"", .check = check_pointer,
      .help =
          "Where the value is found in the JSON payload (RFC 6901), without a profile only. Left out: the "
          "whole payload." },
    { "buttons[].value", KEY_TEXT, IN(conf_button, value), 1, CONF_TEXT - 1, .example = "\"single\"",
      .need = true, .help = "The press that this row is for, as the button says it." },
    { "buttons[].bay", KEY_ID, IN(conf_button, bay), .low = 1, .example = "\"3\"", .need = true,
      .help = "The bay that the press is for." },
    ACT_ROWS("buttons[].", conf_button, "next|hold|rework|undo|help|note", true, ""),
    { "buttons[].on", KEY_CHOICE, IN(conf_button, on), .usual = "\"toggle\"", .choices = "toggle|on|off",
      .help = "Whether a press of type help calls, ends the call, or does one after the other." },
    { "buttons[].gap_ms", KEY_INT, IN(conf_button, gap_ms), 0, 60000, "500",
      .help = "Milliseconds within which another press of this row counts as the same one: bounce, a nervous "
              "finger, a floating input." },

    { "boxes", KEY_LIST, LIST(conf, boxes), 0, CONF_BOXES_MAX, .count = offsetof(struct conf, n_boxes),
      .help = "Button boxes with their lamps, one for each bay that has one." },
    { "boxes[].bay", KEY_ID, IN(conf_box, bay), .low = 1, .example = "\"3\"", .need = true, .unique = true,
      .help = "The bay it speaks for." },
    { "boxes[].username", KEY_TEXT, IN(conf_box, username), 0, 64, "\"\"", .example = "\"bay-3\"",
      .help = "User at the broker. Left out: bay-<bay> if broker.username is set, as the files of pitboard "
              "broker-config have it." },
    { "boxes[].password_file", KEY_FILE, IN(conf_box, password_file), 0, CONF_PATH - 1, "\"\"",
      .example = "\"/etc/pitboard/bay-3.password\"",
      .help = "As broker.password_file, for this user. Left out: that one." },
    { "boxes[].outbox", KEY_FILE, IN(conf_box, outbox), 0, CONF_PATH - 1, "\"\"",
      .example = "\"/var/lib/pitboard/bay-3.db\"", .unique = true,
      .help = "File that keeps presses until the hub has them. Left out: /var/lib/pitboard/bay-<bay>.db." },
    { "boxes[].debounce_ms", KEY_INT, IN(conf_box, debounce_ms), 0, 1000, "30",
      .help = "Milliseconds for which a contact has to be quiet." },
    { "boxes[].long_ms", KEY_INT, IN(conf_box, long_ms), 300, 5000, "800",
      .help = "Milliseconds from which a press is a long one." },
    { "boxes[].display", KEY_FILE, IN(conf_box, display), 0, CONF_PATH - 1, "\"\"",
      .example = "\"/run/pitboard/bay-3.line\"",
      .help = "File or device that gets a short line of text, for instance why a press was refused. Empty: "
              "none." },
    { "boxes[].inputs", KEY_LIST, LIST(conf_box, inputs), 0, CONF_INPUTS_MAX,
      .count = offsetof(struct conf_box, n_inputs), .help = "Keypads, pedals, buttons and scanners." },
    { "boxes[].inputs[].device", KEY_FILE, IN(conf_input, device), 1, CONF_PATH - 1,
      .example = "\"/dev/input/by-path/…-event-kbd\"", .need = true, .unique = true,
      .help = "Event device; names below /dev/input/by-path stay with their socket." },
    { "boxes[].inputs[].scanner", KEY_BOOL, IN(conf_input, scanner), .usual = "false",
      .help = "Whether it is a barcode or QR scanner that types work orders." },
    { "boxes[].inputs[].grab", KEY_BOOL, IN(conf_input, grab), .usual = "true",
      .help = "Whether its keys are kept from the console and everybody else." },
    { "boxes[].inputs[].keys", KEY_LIST, LIST(conf_input, keys), 0, CONF_KEYS_MAX,
      .count = offsetof(struct conf_input, n_keys),
      .help = "What its keys mean; only a scanner may have none, and a key that is bound there types no "
              "character." },
    { "boxes[].inputs[].keys[].code", KEY_TEXT, IN(conf_key, code), 1, 32, .example = "\"KEY_F13\"",
      .need = true, .check = check_code,
      .help = "Name of the key in linux/input-event-codes.h, for instance KEY_F13 or BTN_0. KEY_POWER would "
              "switch the machine off and is refused." },
    { "boxes[].inputs[].keys[].press", KEY_SWITCH, IN(conf_key, long_press), .usual = "\"short\"",
      .choices = "short|long",
      .help = "Which press of it. A key may have both; then the short one counts when the key is let go." },
    ACT_ROWS("boxes[].inputs[].keys[].", conf_key, "next|hold|rework|undo|help|note|confirm", false,
             " confirm says that work goes on. What a scanner reads is always an assign and needs no row. "
             "Left out "
             "for a long press: undo."),
    { "boxes[].outputs", KEY_LIST, LIST(conf_box, outputs), 0, CONF_OUTPUTS_MAX,
      .count = offsetof(struct conf_box, n_outputs), .help = "Lamps, or the colours of one." },
    { "boxes[].outputs[].driver", KEY_CHOICE, IN(conf_output, driver),
      .choices = "led|gpio|mqtt|keyboard|file", .example = "\"led\"", .need = true,
      .help = "LED of the system, GPIO line, smart lamp at the broker, LED of a keyboard, or a file." },
    { "boxes[].outputs[].colour", KEY_CHOICE, IN(conf_output, colour), .usual = "\"all\"",
      .choices = "red|amber|green|all", .help = "Which colour this output is; all shows any." },
    { "boxes[].outputs[].path", KEY_FILE, IN(conf_output, path), 1, CONF_PATH - 1,
      .example = "\"/sys/class/leds/red\"",
      .help = "Of led a folder below /sys/class/leds, of gpio the device /dev/gpiochip0 or the label of the "
              "chip, "
              "of keyboard its event device, of file its name." },
    { "boxes[].outputs[].line", KEY_INT, IN(conf_output, line), 0, 1023, .example = "17",
      .help = "Line of driver gpio; LED of driver keyboard (0 Num, 1 Caps, 2 Scroll Lock, which is usual)." },
    { "boxes[].outputs[].active_low", KEY_BOOL, IN(conf_output, active_low), .usual = "false",
      .help = "Whether the lamp of driver gpio is on while its line is low." },
    { "boxes[].outputs[].topic", KEY_TEXT, IN(conf_output, topic), 1, CONF_TEXT - 1,
      .example = "\"cmnd/lamp3/POWER\"", .check = check_topic, .help = "Where driver mqtt publishes." },
    { "boxes[].outputs[].on", KEY_TEXT, IN(conf_output, on), 0, CONF_TEXT - 1, .example = "\"ON\"",
      .help = "Payload of driver mqtt that turns the lamp on; {colour} in it stands for red, amber or green, "
              "{rgb} "
              "for FF0000, FF9000 or 00FF00." },
    { "boxes[].outputs[].off", KEY_TEXT, IN(conf_output, off), 0, CONF_TEXT - 1, .example = "\"OFF\"",
      .help = "Payload of driver mqtt that turns it off." },

    { "hours.mon", KEY_HOURS, AT(hours.day[0]), .example = "[ \"09:00\", \"18:00\" ]",
      .help = "Opening and closing times of Monday, up to three of each. [] or left out: closed. Without the "
              "group hours the workshop is always open." },
    { "hours.tue", KEY_HOURS, AT(hours.day[1]), .example = "[ \"09:00\", \"18:00\" ]",
      .help = "The same of Tuesday." },
    { "hours.wed", KEY_HOURS, AT(hours.day[2]), .example = "[ \"09:00\", \"18:00\" ]",
      .help = "The same of Wednesday." },
    { "hours.thu", KEY_HOURS, AT(hours.day[3]), .example = "[ \"09:00\", \"18:00\" ]",
      .help = "The same of Thursday." },
    { "hours.fri", KEY_HOURS, AT(hours.day[4]), .example = "[ \"09:00\", \"18:00\" ]",
      .help = "The same of Friday." },
    { "hours.sat", KEY_HOURS, AT(hours.day[5]), .example = "[ \"09:00\", \"18:00\" ]",
      .help = "The same of Saturday." },
    { "hours.sun", KEY_HOURS, AT(hours.day[6]), .example = "[ \"09:00\", \"18:00\" ]",
      .help = "The same of Sunday." },
    { "holidays", KEY_DATES, AT(holidays), 0, CONF_HOLIDAYS_MAX, .usual = "[]",
      .example = "[ \"2027-05-10\", \"01-01\" ]", .count = offsetof(struct conf, n_holidays),
      .help = "Days on which the workshop is closed: \"YYYY-MM-DD\", or \"MM-DD\" for every year." },

    { "mail.to", KEY_TEXTS, AT(mail.to), 0, CONF_MAIL_MAX, .usual = "[]",
      .example = "[ \"chief@example.com\" ]", .count = offsetof(struct conf, mail.n_to),
      .check = check_address, .help = "Who gets the daily report by mail." },
    { "mail.from", KEY_TEXT, AT(mail.from), 0, CONF_TEXT - 1, "\"\"", .example = "\"pitboard@example.com\"",
      .check = check_address, .help = "Its sender. Left out: the mail program's." },
    { "mail.program", KEY_FILE, AT(mail.program), 1, CONF_PATH - 1, "\"/usr/sbin/sendmail\"",
      .help = "Takes the finished message as sendmail does; msmtp and the like bring one." },

    { "daily.dir", KEY_FILE, AT(daily.dir), 0, CONF_PATH - 1, "\"\"", .example = "\"/srv/pitboard/reports\"",
      .help = "Folder of the daily report. Left out: reports beside the database." },
    { "daily.at", KEY_TIME, AT(daily.at_min), .usual = "\"\"", .example = "\"19:00\"",
      .help =
          "When it is written every day, best after closing time. Before noon it is that of the day before: "
          "\"00:30\" tells of the day that ended at midnight. Empty: never." },

    { "homeassistant.discovery", KEY_BOOL, AT(homeassistant.discovery), .usual = "false",
      .help = "Whether bays, job counts and help calls appear in Home Assistant by themselves." },
    { "homeassistant.prefix", KEY_TEXT, AT(homeassistant.prefix), 1, 64, "\"homeassistant\"",
      .check = check_topic, .help = "Its discovery prefix." },

    { "report.repeat_days", KEY_INT, AT(report.repeat_days), 1, 365, "30",
      .help = "Days within which another visit of the same plate counts as a repeat visit." },

    { "web", KEY_LATER, 0, 0, .help = "Taken for the web pages." },
    { "metrics", KEY_LATER, 0, 0, .help = "Taken for figures for monitoring." },
};

#define N_ROWS       (sizeof rows / sizeof rows[0])
#define PATH_MAX_LEN 64 /* longest path that is compared */

const struct key *key_rows(size_t *n)
{
    *n = N_ROWS;
    return rows;
}

const struct key *key_find(const char *path)
{
    for (size_t i = 0; i < N_ROWS; i++)
        if (strcmp(rows[i].path, path) == 0)
            return &rows[i];
    return NULL;
}

bool key_is_group(const char *path)
{
    size_t len = strlen(path);
    for (size_t i = 0; i < N_ROWS; i++)
        if (strncmp(rows[i].path, path, len) == 0 && rows[i].path[len] == '.')
            return true;
    return false;
}

int key_choice(const char *choices, const char *word)
{
    size_t len = strlen(word);
    for (int i = 0;; i++) {
        size_t n = strcspn(choices, "|");
        if (n == len && memcmp(choices, word, n) == 0)
            return i;
        if (!choices[n])
            return -1;
        choices += n + 1;
    }
}

static unsigned least(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

/* Edit distance that counts two swapped letters as one mistake; both texts at most PATH_MAX_LEN long. */
static unsigned mistakes(const char *a, size_t na, const char *b, size_t nb)
{
    unsigned d[3][PATH_MAX_LEN + 1];
    for (unsigned j = 0; j <= nb; j++)
        d[0][j] = j;
    for (size_t i = 1; i <= na; i++) {
        unsigned *row = d[i % 3], *above = d[(i + 2) % 3], *above2 = d[(i + 1) % 3];
        row[0] = (unsigned)i;
        for (size_t j = 1; j <= nb; j++) {
            unsigned change = above[j - 1] + (a[i - 1] != b[j - 1]);
            row[j] = least(change, least(above[j], row[j - 1]) + 1);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                row[j] = least(row[j], above2[j - 2] + 1);
        }
    }
    return d[na % 3][nb];
}

static size_t parent_len(const char *path)
{
    const char *dot = strrchr(path, '.');
    return dot ? (size_t)(dot - path) + 1 : 0;
}

/* A key or group below the same group, at most a third of its letters wrong. */
static bool nearest_sibling(const char *path, char *out, size_t size)
{
    size_t parent = parent_len(path), word = strlen(path) - parent;
    unsigned best = (unsigned)(word / 3 > 2 ? word / 3 : word > 2 ? 2 : 1) + 1;
    for (size_t i = 0; i < N_ROWS && word <= PATH_MAX_LEN; i++) {
        if (strncmp(rows[i].path, path, parent) != 0)
            continue;
        const char *other = rows[i].path + parent;
        size_t len = strcspn(other, ".[");
        unsigned n = mistakes(path + parent, word, other, len);
        if (n < best && n < len) {
            best = n;
            snprintf(out, size, "%.*s", (int)(parent + len), rows[i].path);
        }
    }
    return out[0] != '\0';
}

/* The right key in the wrong group; within a list that would mislead. */
static bool same_elsewhere(const char *path, char *out, size_t size)
{
    const char *word = path + parent_len(path);
    for (size_t i = 0; i < N_ROWS && !strchr(path, '['); i++) {
        if (strchr(rows[i].path, '[') || strcmp(rows[i].path + parent_len(rows[i].path), word) != 0)
            continue;
        snprintf(out, size, "%s", rows[i].path);
        return true;
    }
    return false;
}

bool key_nearest(const char *path, char *out, size_t size)
{
    out[0] = '\0';
    return same_elsewhere(path, out, size) || nearest_sibling(path, out, size);
}

static void choices_text(const char *choices, struct text *t)
{
    while (*choices) {
        size_t n = strcspn(choices, "|");
        text_add(t, n ? choices : "empty", n ? n : strlen("empty"));
        choices += n;
        if (*choices++ != '|')
            return;
        text_put(t, strchr(choices, '|') ? ", " : " or ");
    }
}

const char *key_first(const struct key *list)
{
    return list[1].path + strlen(list->path) + strlen("[].");
}

void key_type_text(const struct key *key, char *out, size_t size)
{
    static const char *const plain[] = {
        [KEY_ID] = "an id of 1 to 32 letters a-z, digits and -",
        [KEY_BOOL] = "true or false",
        [KEY_ZONE] = "a time zone",
        [KEY_COLOUR] = "a colour \"#RRGGBB\"",
        [KEY_COLOURS] = "a group { slot = \"#RRGGBB\"; … }",
        [KEY_LABEL] = "a group { ru = \"…\"; en = \"…\"; }",
        [KEY_LANGUAGES] = "an array of one or two language codes",
        [KEY_TIME] = "a time of day \"HH:MM\", or empty",
        [KEY_QUIET] = "an array [ \"HH:MM\", \"HH:MM\" ]",
        [KEY_HOURS] = "an array of up to three pairs \"HH:MM\", \"HH:MM\"",
        [KEY_LATER] = "anything; this version does not use it",
    };
    struct text t = text_over(out, size);
    if (key->choices)
        choices_text(key->choices, &t);
    else if (key->type == KEY_INT || key->type == KEY_REAL)
        text_fmt(&t, "a %s from %.0f to %.0f", key->type == KEY_INT ? "whole number" : "number", key->low,
                 key->high);
    else if (key->type == KEY_TEXT || key->type == KEY_FILE)
        text_fmt(&t, "a %s of at most %.0f characters", key->type == KEY_TEXT ? "text" : "file name",
                 key->high);
    else if (key->type == KEY_IDS || key->type == KEY_NAMES)
        text_fmt(&t, "an array of at most %.0f ids", key->high);
    else if (key->type == KEY_TEXTS || key->type == KEY_DATES)
        text_fmt(&t, "an array of at most %.0f %s", key->high, key->type == KEY_TEXTS ? "texts" : "dates");
    else if (key->type == KEY_LIST || key->type == KEY_PLAN)
        text_fmt(&t, "a list ( { %s = \"…\"; … }, … ) of at most %.0f", key_first(key), key->high);
    else
        text_put(&t, plain[key->type]);
}

void conf_print_keys(void (*line)(void *user, const char *text), void *user)
{
    for (size_t i = 0; i < N_ROWS; i++) {
        char type[160], buf[640];
        key_type_text(&rows[i], type, sizeof type);
        const char *usual = rows[i].usual && strcmp(rows[i].usual, "\"\"") != 0 ? rows[i].usual : NULL;
        snprintf(buf, sizeof buf, "%s: %s%s%s", rows[i].path, type, usual ? "; default " : "",
                 usual ? usual : "");
        line(user, buf);
        snprintf(buf, sizeof buf, "    %s", rows[i].help);
        line(user, buf);
    }
}
