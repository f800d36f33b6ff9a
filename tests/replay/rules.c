#include "tests/replay/rules.h"

#include <string.h>

static const char *const PUBLIC_ROOT[] = { "v",    "site",   "title", "rev",  "time",
                                           "zone", "stages", "bays",  "jobs", NULL };
static const char *const PUBLIC_JOB[] = {
    "key",     "label",    "model",        "stage",    "kind",      "since", "route",  "step", "steps",
    "waiting", "promised", "promised_was", "ready_at", "called_at", "calls", "pickup", NULL,
};
static const char *const STAFF_ROOT[] = { "v",    "site", "title",   "rev",      "time",  "zone",  "stages",
                                          "bays", "jobs", "baylist", "problems", "today", "notes", NULL };
static const char *const STAFF_JOB[] = {
    "key",     "label",    "model",        "stage",    "kind",      "since",   "route",  "step", "steps",
    "waiting", "promised", "promised_was", "ready_at", "called_at", "calls",   "pickup", "job",  "plate",
    "advisor", "token",    "code",         "reworks",  "late_by_s", "limit_s", "bay",    "by",   NULL,
};
static const char *const RECEIPT[] = {
    "id", "result", "reason", "job", "code", "token", "stage", "time", NULL
};
static const char *const BAY_STATE[] = { "bay",   "job",     "code", "plate", "stage", "kind",
                                         "since", "limit_s", "lamp", "help",  NULL };

static bool listed(const char *const *list, const char *name)
{
    for (; *list; list++)
        if (strcmp(*list, name) == 0)
            return true;
    return false;
}

static void only(struct drive *d, const char *topic, const json_t *object, const char *const *list)
{
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)object, key, value)
    {
        if (!listed(list, key))
            drive_fault(d, "%s has a member the contract does not name: %s", topic, key);
        if (json_is_null(value) && !(list == BAY_STATE && strcmp(key, "help") == 0))
            drive_fault(d, "%s: an absent %s is written as null", topic, key);
    }
}

static void board(struct drive *d, const char *name, const json_t *body, bool staff)
{
    only(d, name, body, staff ? STAFF_ROOT : PUBLIC_ROOT);
    size_t i;
    json_t *job;
    json_array_foreach(json_object_get(body, "jobs"), i, job)
        only(d, name, job, staff ? STAFF_JOB : PUBLIC_JOB);
}

static bool ends(const char *name, const char *tail)
{
    size_t n = strlen(name), m = strlen(tail);
    return n >= m && strcmp(name + n - m, tail) == 0;
}

static void flags(struct drive *d, const char *name, int qos, bool retain, int want_qos, bool want_retain)
{
    if (qos != want_qos || retain != want_retain)
        drive_fault(d, "%s published with QoS %d%s", name, qos, retain ? ", retained" : "");
}

static void beat(struct drive *d, const json_t *body)
{
    struct drive_topic *public = drive_topic(d, "board/public");
    json_int_t rev = json_integer_value(json_object_get(body, "rev"));
    if (public && rev != json_integer_value(json_object_get(public->body, "rev")))
        drive_fault(d, "the beat carries rev %lld, not the last published one", (long long)rev);
}

void rules_publication(struct drive *d, const char *name, const json_t *body, int qos, bool retain)
{
    if (!body) { /* a bay that is gone: its state is taken out of the broker */
        flags(d, name, qos, retain, 1, true);
        return;
    }
    bool is_beat = strcmp(name, "hub/beat") == 0, receipt = ends(name, "/receipt");
    flags(d, name, qos, retain, is_beat ? 0 : 1, !is_beat && !receipt);
    if (is_beat)
        beat(d, body);
    else if (receipt)
        only(d, name, body, RECEIPT);
    else if (strcmp(name, "board/public") == 0)
        board(d, name, body, false);
    else if (strcmp(name, "board/staff") == 0)
        board(d, name, body, true);
    else if (strncmp(name, "bay/", 4) == 0 && ends(name, "/state"))
        only(d, name, body, BAY_STATE);
    else if (strcmp(name, "hub/status") != 0)
        drive_fault(d, "the hub has no business on %s", name);
}

void rules_boards(struct drive *d)
{
    struct drive_topic *public = drive_topic(d, "board/public"), *staff = drive_topic(d, "board/staff");
    if (!public || !staff) {
        drive_fault(d, "no board was published");
        return;
    }
    json_int_t a = json_integer_value(json_object_get(public->body, "rev"));
    json_int_t b = json_integer_value(json_object_get(staff->body, "rev"));
    if (a != b)
        drive_fault(d, "rev differs: public %lld, staff %lld", (long long)a, (long long)b);
}
