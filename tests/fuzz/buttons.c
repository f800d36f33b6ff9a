/* Payloads of other people's devices: a line with the topic, then the payload. Rows of every profile are
 * waiting for them; with "pointer TEXT" as topic the text is a pointer of a general row, with "rows A|B" the
 * topics of two rows. */
#include "wire/buttons.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define ROW(profile, topic, value)                                                                           \
    {                                                                                                        \
        profile, topic, "", value, "1", EV_NEXT, "", "", -1, 0                                               \
    }

static void look(const struct button *rows, int n, const char *topic, const uint8_t *bytes, size_t len)
{
    struct button_actions found;
    struct button_state state;
    char fault[400], event[EVENT_BYTES_MAX];
    int row;
    struct buttons *b = buttons_create(rows, n, &row, fault, sizeof fault);
    if (!b)
        return;
    if (!buttons_read(b, topic, bytes, len, &found))
        abort();
    for (int i = 0; i < found.n; i++)
        for (int k = 0; k < found.at[i].n_rows; k++) {
            struct text out = text_over(event, sizeof event);
            const struct button *pressed = &rows[found.at[i].row[k]];
            if (!found.at[i].action[0] || !filter_matches(pressed->topic, topic) ||
                !button_event(pressed, "x", topic, &found.at[i], &out))
                abort();
        }
    if (buttons_state(b, topic, bytes, len, &state) && (state.battery > 100 || state.link > 255))
        abort();
    buttons_destroy(b);
}

static void look_at_rows(char *topics, const uint8_t *bytes, size_t len)
{
    char user[BUTTON_TOPIC_SIZE], filter[BUTTON_TOPIC_SIZE];
    char *other = strchr(topics, '|');
    if (!other)
        return;
    *other++ = '\0';
    if (filter_covers(topics, other) && !filter_overlaps(topics, other))
        abort();
    for (int p = BUTTON_GENERAL; p <= BUTTON_ESPHOME; p++) {
        struct button rows[] = { ROW((enum button_profile)p, topics, "1"),
                                 ROW((enum button_profile)p, other, "1") };
        button_rights(&rows[0], 0, user, filter);
        look(rows, 2, other, bytes, len);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct button rows[] = { ROW(BUTTON_ZIGBEE2MQTT, "z/bay", "single"),
                             ROW(BUTTON_ZIGBEE2MQTT, "z/bay/action", "single"),
                             ROW(BUTTON_TASMOTA, "stat/t/RESULT", "Button1:SINGLE"),
                             ROW(BUTTON_TASMOTA, "tele/t/SENSOR", "ON"),
                             ROW(BUTTON_SHELLY1, "s/1/input_event/0", "S"),
                             ROW(BUTTON_SHELLY2, "s2/events/rpc", "input:0:single_push"),
                             ROW(BUTTON_SHELLY2, "s2/events/rpc", "bthomedevice:200:1:single_push"),
                             ROW(BUTTON_ESPHOME, "n/event/b/state", "press"),
                             ROW(BUTTON_ESPHOME, "n/binary_sensor/b/state", "ON"),
                             ROW(BUTTON_GENERAL, "g/+/x", "2"),
                             ROW(BUTTON_GENERAL, "p", "2") };
    const uint8_t *end = memchr(data, '\n', size);
    if (!end)
        return 0;
    size_t len = (size_t)(end - data);
    char *topic = malloc(len + 1);
    memcpy(topic, data, len);
    topic[len] = '\0';
    const uint8_t *payload = end + 1;
    size_t rest = size - len - 1;
    if (strncmp(topic, "pointer ", 8) == 0) {
        rows[10].pointer = topic + 8;
        look(rows, 11, "p", payload, rest);
    } else if (strncmp(topic, "rows ", 5) == 0) {
        look_at_rows(topic + 5, payload, rest);
    } else {
        look(rows, 11, topic, payload, rest);
    }
    free(topic);
    return 0;
}
