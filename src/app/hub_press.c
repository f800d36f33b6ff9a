/*
 * Presses of other people's buttons (CONTRACT 4). They come without an id and often more than once: what
 * tells a repeat is kept in the same transaction as the events, so that neither a crash nor a lost round
 * parts them.
 *
 *   delivery ─► read ─► known delivery? ─► mark says new? ─► soon after the last? ─► event of bay/<id>
 */
#include "app/hub_own.h"
#include "store/devices.h"
#include "sys/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LOG_TAG "hub"
#include "base/log.h"

#define RESENT_MS 30000 /* after a connect; the broker sends what it has no PUBACK for at once, and first */

/* Memory of inputs. */

static struct input *find_input(struct hub *hub, const char *name)
{
    for (int i = 0; i < hub->n_inputs; i++)
        if (strcmp(hub->inputs[i].name, name) == 0)
            return &hub->inputs[i];
    return NULL;
}

static struct input *get_input(struct hub *hub, const char *name)
{
    struct input *input = find_input(hub, name);
    if (input)
        return input;
    if (hub->n_inputs == HUB_INPUTS_MAX) {
        if (!hub->full)
            log_warn("more than %d inputs of buttons: repeats on %.200s are not told from presses",
                     HUB_INPUTS_MAX, name);
        hub->full = true;
        return NULL;
    }
    input = &hub->inputs[hub->n_inputs++];
    *input = (struct input){ .mark = "" };
    snprintf(input->name, sizeof input->name, "%s", name);
    return input;
}

static bool put_input(struct hub *hub, const struct input *input)
{
    const struct store_button row = { input->name, input->mark, input->boot, input->up };
    return store_put_button(hub->store, &row);
}

/* A name of a row by what it is, not where it stands: rows may be moved in the file. */
static void row_name(const struct button *row, char out[BUTTON_INPUT_SIZE])
{
    uint64_t hash = HASH_START;
    const char *const parts[] = { row->topic, row->pointer, row->value, row->bay,
                                  event_type_name(row->type) };
    for (int i = 0; i < 5; i++)
        hash = hash_bytes(hash, parts[i], strlen(parts[i]) + 1);
    snprintf(out, BUTTON_INPUT_SIZE, "row#%016llx", (unsigned long long)hash);
}

static bool is_ours(const struct hub *hub, const char *name)
{
    char topic[BUTTON_INPUT_SIZE], row[BUTTON_INPUT_SIZE];
    snprintf(topic, sizeof topic, "%.*s", (int)strcspn(name, "#"), name);
    for (int i = 0; i < hub->rows->n; i++) {
        row_name(&hub->rows->row[i], row);
        if (filter_matches(hub->rows->row[i].topic, topic) || strcmp(row, name) == 0)
            return true;
    }
    return false;
}

static void take_input(void *user, const struct store_button *button)
{
    struct hub *hub = user;
    struct input *input = is_ours(hub, button->name) ? get_input(hub, button->name) : NULL;
    if (!input)
        return;
    snprintf(input->mark, sizeof input->mark, "%s", button->mark);
    snprintf(input->boot, sizeof input->boot, "%s", button->boot);
    input->up = button->up;
}

/* Deliveries. */

static void take_delivery(void *user, int64_t n, int packet, uint64_t hash)
{
    struct hub *hub = user;
    hub->delivery[n % STORE_DELIVERIES_MAX] = (struct delivery){ packet, hash };
    hub->deliveries = n + 1;
}

bool hub_restore_presses(struct hub *hub)
{
    hub->n_inputs = 0;
    hub->deliveries = 0;
    memset(hub->delivery, 0, sizeof hub->delivery);
    return store_load_buttons(hub->store, take_input, hub) &&
           store_load_deliveries(hub->store, take_delivery, hub);
}

void hub_listening(struct hub *hub, bool session_present)
{
    hub->resent = hub->behind = session_present;
    hub->resent_until = boot_plus(clock_boot(), RESENT_MS);
    if (session_present || hub->deliveries == 0)
        return;
    /* Another session: its packets have other numbers. */
    memset(hub->delivery, 0, sizeof hub->delivery);
    bool within = store_in_transaction(hub->store);
    if ((within || store_begin(hub->store)) && store_drop_deliveries(hub->store) &&
        (within || store_commit(hub->store)))
        return;
    log_error("old deliveries could not be forgotten: %s", store_error(hub->store));
    if (within)
        hub->lost = true;
    else
        store_rollback(hub->store);
}

void hub_caught_up(struct hub *hub)
{
    hub->behind = false;
}

static bool came_before(const struct hub *hub, int packet, uint64_t hash)
{
    if (!hub->resent || clock_boot().ms > hub->resent_until.ms)
        return false;
    for (int i = 0; i < STORE_DELIVERIES_MAX; i++)
        if (hub->delivery[i].packet == packet && hub->delivery[i].hash == hash)
            return true;
    return false;
}

static bool keep_delivery(struct hub *hub, int packet, uint64_t hash)
{
    int64_t n = hub->deliveries++;
    hub->delivery[n % STORE_DELIVERIES_MAX] = (struct delivery){ packet, hash };
    return store_put_delivery(hub->store, n, packet, hash);
}

/* Presses. */

/* Notes the mark. *fresh: it is no repeat. False: storage failed. */
static bool look_at_mark(struct hub *hub, const struct button_action *action, bool *fresh)
{
    const struct input *known = action->kind == MARK_NONE ? NULL : find_input(hub, action->input);
    *fresh = button_mark_new(action->kind, action->mark, known ? known->mark : NULL);
    if (action->kind == MARK_NONE || (known && strcmp(known->mark, action->mark) == 0) ||
        (action->kind == MARK_TIME && !*fresh))
        return true;
    struct input *input = get_input(hub, action->input);
    if (!input)
        return true;
    memcpy(input->mark, action->mark, sizeof input->mark);
    return put_input(hub, input);
}

/* *soon: this row's last press was less than its gap ago. False: storage failed. */
static bool look_at_gap(struct hub *hub, const struct button *row, bool *soon)
{
    char name[BUTTON_INPUT_SIZE];
    struct boot now = clock_boot();
    *soon = false;
    if (row->gap_ms == 0)
        return true;
    row_name(row, name);
    struct input *input = get_input(hub, name);
    if (!input)
        return true;
    *soon =
        !hub->behind && strcmp(input->boot, clock_boot_id()) == 0 && boot_minus(now, input->up) < row->gap_ms;
    if (*soon)
        return true;
    snprintf(input->boot, sizeof input->boot, "%s", clock_boot_id());
    input->up = now;
    return put_input(hub, input);
}

static bool press(struct hub *hub, const struct button *row, const char *topic,
                  const struct button_action *action)
{
    char body[EVENT_BYTES_MAX], id[48];
    struct text text = text_over(body, sizeof body);
    struct topic source = { .kind = TOPIC_EVENT, .role = ROLE_BAY };
    snprintf(source.id, sizeof source.id, "%s", row->bay);
    snprintf(id, sizeof id, "button-%lld", (long long)hub->next_seq);
    return button_event(row, id, topic, action, &text) && hub_take_event(hub, &source, text.data, text.len);
}

static bool take_action(struct hub *hub, const char *topic, const struct button_action *action)
{
    bool fresh, soon;
    if (!look_at_mark(hub, action, &fresh))
        return false;
    if (!fresh) {
        hub->counters.duplicate += action->n_rows > 0;
        return true;
    }
    for (int i = 0; i < action->n_rows; i++) {
        const struct button *row = &hub->rows->row[action->row[i]];
        if (!look_at_gap(hub, row, &soon))
            return false;
        hub->counters.duplicate += soon;
        if (!soon && !press(hub, row, topic, action))
            return false;
    }
    return true;
}

static bool take_actions(struct hub *hub, const char *topic, const struct button_actions *found, int packet,
                         uint64_t hash)
{
    bool pressed = false;
    if (hub->sick || hub->lost || !(store_in_transaction(hub->store) || store_begin(hub->store)))
        return false;
    for (int i = 0; i < found->n; i++) {
        if (!take_action(hub, topic, &found->at[i]))
            return false;
        pressed |= found->at[i].n_rows > 0;
    }
    return !pressed || packet == 0 || keep_delivery(hub, packet, hash);
}

bool hub_press(struct hub *hub, const char *topic, const void *payload, size_t len, bool retained, int packet)
{
    struct button_actions found;
    found.n = 0;
    if (!buttons_read(hub->rows->table, topic, payload, len, &found)) {
        hub->lost = true;
        return false;
    }
    if (found.n == 0)
        return true;
    if (retained) {
        hub->counters.retained++; /* an old press must never move a car */
        return true;
    }
    /* One message may be several events: the round ends early rather than over its limit. */
    if (hub->n_pending > HUB_ROUND_MAX - BUTTON_ACTIONS_MAX * BUTTON_ROWS_MAX && !hub_commit(hub))
        return false;
    uint64_t hash = hash_bytes(hash_bytes(HASH_START, topic, strlen(topic) + 1), payload, len);
    if (packet > 0 && came_before(hub, packet, hash)) {
        hub->counters.duplicate++;
        return true;
    }
    if (take_actions(hub, topic, &found, packet, hash))
        return true;
    hub->lost = true;
    return false;
}
