#include "app/rows.h"

#include <stdio.h>
#include <stdlib.h>

static void take(struct button *row, const struct conf_button *from)
{
    static const enum button_profile profiles[] = {
        [CONF_GENERAL] = BUTTON_GENERAL, [CONF_ZIGBEE2MQTT] = BUTTON_ZIGBEE2MQTT,
        [CONF_TASMOTA] = BUTTON_TASMOTA, [CONF_SHELLY1] = BUTTON_SHELLY1,
        [CONF_SHELLY2] = BUTTON_SHELLY2, [CONF_ESPHOME] = BUTTON_ESPHOME,
    };
    static const int on[] = { [CONF_TOGGLE] = -1, [CONF_ON] = 1, [CONF_OFF] = 0 };
    *row = (struct button){ .profile = profiles[from->profile],
                            .topic = from->topic,
                            .pointer = from->pointer,
                            .value = from->value,
                            .bay = from->bay,
                            .type = conf_type_event(from->act.type),
                            .reason = from->act.reason,
                            .text = from->act.text,
                            .on = on[from->on],
                            .gap_ms = from->gap_ms };
}

struct rows *rows_create(const struct conf *conf, bool *wrong, char *fault, size_t size)
{
    struct rows *rows = calloc(1, sizeof *rows);
    char why[400] = "out of memory";
    int at = -1;
    *wrong = false;
    if (rows) {
        rows->n = conf->n_buttons;
        for (int i = 0; i < rows->n; i++)
            take(&rows->row[i], &conf->buttons[i]);
        rows->table = buttons_create(rows->row, rows->n, &at, why, sizeof why);
        if (rows->table)
            return rows;
        *wrong = at >= 0;
    }
    if (*wrong)
        snprintf(fault, size, "buttons[%d].topic: \"%.200s\" %s", at, conf->buttons[at].topic, why);
    else
        snprintf(fault, size, "%s", why);
    rows_destroy(rows);
    return NULL;
}

void rows_destroy(struct rows *rows)
{
    if (!rows)
        return;
    buttons_destroy(rows->table);
    free(rows);
}
