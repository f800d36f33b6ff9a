#include "wire/view.h"

#include "base/stamp.h"
#include "base/text.h"

#include <jansson.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Readers below set `fault` once and return false; a missing or null field is "not there", never a fault. */
struct decode {
    struct view *view;
    char *fault;
    size_t fault_size;
};

static bool refuse(struct decode *d, const char *what, const char *field)
{
    if (d->fault && d->fault_size)
        snprintf(d->fault, d->fault_size, "%s%s%s", what, field[0] ? ": " : "", field);
    return false;
}

static const json_t *member(const json_t *object, const char *name)
{
    const json_t *value = json_object_get(object, name);
    return value && !json_is_null(value) ? value : NULL;
}

static bool read_text(struct decode *d, const json_t *object, const char *name, char *out, size_t size)
{
    const json_t *value = member(object, name);
    if (!value)
        return true;
    if (!json_is_string(value) || strlen(json_string_value(value)) != json_string_length(value) ||
        !text_copy(out, size, json_string_value(value)))
        return refuse(d, "not a text of the right length", name);
    return true;
}

static bool read_int(struct decode *d, const json_t *object, const char *name, int64_t low, int64_t high,
                     int64_t *out)
{
    const json_t *value = member(object, name);
    if (!value)
        return true;
    if (!json_is_integer(value) || json_integer_value(value) < low || json_integer_value(value) > high)
        return refuse(d, "not a number in range", name);
    *out = json_integer_value(value);
    return true;
}

static bool read_count(struct decode *d, const json_t *object, const char *name, int *out)
{
    int64_t n = *out;
    if (!read_int(d, object, name, 0, INT_MAX, &n))
        return false;
    *out = (int)n;
    return true;
}

static bool read_share(struct decode *d, const json_t *object, const char *name, double *out)
{
    const json_t *value = member(object, name);
    if (!value)
        return true;
    if (!json_is_number(value))
        return refuse(d, "not a number", name);
    *out = json_number_value(value);
    return true;
}

static bool read_time(struct decode *d, const json_t *object, const char *name, struct wall *out)
{
    const json_t *value = member(object, name);
    *out = WALL_NONE;
    if (!value)
        return true;
    if (!json_is_string(value) || !stamp_parse(json_string_value(value), json_string_length(value), out))
        return refuse(d, "not a date-time", name);
    return true;
}

static bool is_lang(const char *name)
{
    return strlen(name) >= 2 && strlen(name) <= 3 && name[strspn(name, "abcdefghijklmnopqrstuvwxyz")] == '\0';
}

/* The members of `object` that are named like a language; what else is in there ("kind") is skipped. */
static bool read_label(struct decode *d, const json_t *object, struct label *out)
{
    const char *name;
    json_t *value;
    int n = 0;
    json_object_foreach((json_t *)object, name, value)
    {
        if (!is_lang(name) || !json_is_string(value) || n == LABEL_LANGS)
            continue;
        memcpy(out->in[n].lang, name, strlen(name) + 1);
        if (!text_copy(out->in[n].text, sizeof out->in[n].text, json_string_value(value)))
            return refuse(d, "label too long", name);
        n++;
    }
    return true;
}

/* Room for a list, for an empty one too. NULL: refused. */
static void *make_room(struct decode *d, size_t n, size_t size)
{
    void *room = calloc(n ? n : 1, size);
    if (!room)
        refuse(d, "memory is out", "");
    return room;
}

static int find_stage(const struct view *view, const char *id)
{
    for (int i = 0; i < view->n_stages; i++)
        if (strcmp(view->stages[i].id, id) == 0)
            return i;
    return -1;
}

static bool read_stages(struct decode *d, const json_t *root)
{
    const json_t *stages = member(root, "stages");
    const char *id;
    json_t *value;
    if (!json_is_object(stages) || json_object_size(stages) > PLAN_STAGES_MAX)
        return refuse(d, "no stages, or too many", "stages");
    if (!(d->view->stages = make_room(d, json_object_size(stages), sizeof *d->view->stages)))
        return false;
    json_object_foreach((json_t *)stages, id, value)
    {
        const char *kind = json_string_value(member(value, "kind"));
        int found = kind ? kind_find(kind) : -1;
        if (!text_is_id(id) || found < 0)
            return refuse(d, "a stage without a known kind", "stages");
        int i = d->view->n_stages++;
        memcpy(d->view->stages[i].id, id, strlen(id) + 1);
        d->view->stages[i].kind = (enum kind)found;
        if (!read_label(d, value, &d->view->stages[i].label))
            return false;
    }
    return true;
}

static bool read_route(struct decode *d, const json_t *row, struct view_job *job)
{
    const json_t *route = member(row, "route");
    if (!route)
        return true;
    if (!json_is_array(route) || json_array_size(route) > ROUTE_STAGES_MAX)
        return refuse(d, "not a list of stages", "route");
    for (size_t i = 0; i < json_array_size(route); i++) {
        const char *id = json_string_value(json_array_get(route, i));
        int stage = id ? find_stage(d->view, id) : -1;
        if (stage < 0)
            return refuse(d, "names a stage the board does not list", "route");
        job->route[job->n_route++] = (uint8_t)stage;
    }
    return true;
}

static bool read_staff_job(struct decode *d, const json_t *row, struct view_job *job)
{
    int64_t reworks = 0;
    if (!read_text(d, row, "job", job->job, sizeof job->job) ||
        !read_text(d, row, "plate", job->plate, sizeof job->plate) ||
        !read_text(d, row, "advisor", job->advisor, sizeof job->advisor) ||
        !read_text(d, row, "code", job->code, sizeof job->code) ||
        !read_text(d, row, "bay", job->bay, sizeof job->bay) ||
        !read_text(d, row, "by", job->by, sizeof job->by) ||
        !read_int(d, row, "reworks", 0, INT_MAX, &reworks) ||
        !read_int(d, row, "late_by_s", INT64_MIN, INT64_MAX, &job->late_by_s) ||
        !read_int(d, row, "limit_s", 0, INT64_MAX, &job->limit_s))
        return false;
    job->reworks = (int)reworks;
    return true;
}

static bool read_job(struct decode *d, const json_t *row, struct view_job *job)
{
    char stage[ID_SIZE] = "";
    if (!json_is_object(row))
        return refuse(d, "not an object", "jobs");
    if (!read_text(d, row, "key", job->key, sizeof job->key) ||
        !read_text(d, row, "label", job->label, sizeof job->label) ||
        !read_text(d, row, "model", job->model, sizeof job->model) ||
        !read_text(d, row, "pickup", job->pickup, sizeof job->pickup) ||
        !read_text(d, row, "stage", stage, sizeof stage) || !read_time(d, row, "since", &job->since) ||
        !read_time(d, row, "promised", &job->promised) ||
        !read_time(d, row, "promised_was", &job->promised_was) ||
        !read_time(d, row, "ready_at", &job->ready_at) || !read_time(d, row, "called_at", &job->called_at) ||
        !read_count(d, row, "step", &job->step) || !read_count(d, row, "steps", &job->steps) ||
        !read_count(d, row, "calls", &job->calls) || !read_route(d, row, job))
        return false;
    int found = find_stage(d->view, stage);
    if (!job->key[0] || found < 0)
        return refuse(d, "a car without key or with an unlisted stage", "jobs");
    job->stage = (uint8_t)found;
    job->waiting = json_is_true(member(row, "waiting"));
    return !d->view->staff || read_staff_job(d, row, job);
}

static bool read_jobs(struct decode *d, const json_t *root)
{
    const json_t *jobs = member(root, "jobs");
    if (!json_is_array(jobs) || json_array_size(jobs) > VIEW_JOBS_MAX)
        return refuse(d, "no list of cars, or too many", "jobs");
    size_t n = json_array_size(jobs);
    if (!(d->view->jobs = make_room(d, n, sizeof *d->view->jobs)))
        return false;
    for (size_t i = 0; i < n; i++)
        if (!read_job(d, json_array_get(jobs, i), &d->view->jobs[d->view->n_jobs++]))
            return false;
    return true;
}

static bool read_bay(struct decode *d, const json_t *row, struct view_bay *bay)
{
    char stage[ID_SIZE] = "";
    const json_t *help = member(row, "help"), *online = member(row, "online"), *label = member(row, "label");
    int64_t battery = -1;
    bay->help = WALL_NONE;
    if (!read_text(d, row, "bay", bay->bay, sizeof bay->bay) ||
        !read_text(d, row, "job", bay->job, sizeof bay->job) ||
        !read_text(d, row, "plate", bay->plate, sizeof bay->plate) ||
        !read_text(d, row, "code", bay->code, sizeof bay->code) ||
        !read_text(d, row, "stage", stage, sizeof stage) ||
        !read_text(d, row, "lamp", bay->lamp, sizeof bay->lamp) || !read_time(d, row, "since", &bay->since) ||
        !read_time(d, row, "silent_since", &bay->silent_since) ||
        !read_int(d, row, "limit_s", 0, INT64_MAX, &bay->limit_s) ||
        !read_int(d, row, "battery", 0, 100, &battery) || (label && !read_label(d, label, &bay->label)))
        return false;
    if (help && (!read_time(d, help, "since", &bay->help) ||
                 !read_text(d, help, "reason", bay->help_reason, sizeof bay->help_reason)))
        return false;
    bay->stage = find_stage(d->view, stage);
    bay->online = online ? json_is_true(online) : -1;
    bay->battery = (int)battery;
    bay->low = json_is_true(member(row, "battery_low"));
    return true;
}

static bool read_bays(struct decode *d, const json_t *root)
{
    const json_t *list = member(root, "baylist");
    if (!list)
        return true;
    if (!json_is_array(list) || json_array_size(list) > CONFIG_BAYS_MAX)
        return refuse(d, "not a list of bays, or too many", "baylist");
    if (!(d->view->bays = make_room(d, json_array_size(list), sizeof *d->view->bays)))
        return false;
    for (size_t i = 0; i < json_array_size(list); i++)
        if (!read_bay(d, json_array_get(list, i), &d->view->bays[d->view->n_bays++]))
            return false;
    return true;
}

/* Problems beyond the room there is are left out: the list is for people, the first ones matter. */
static bool read_problems(struct decode *d, const json_t *root)
{
    const json_t *list = member(root, "problems");
    struct view *view = d->view;
    size_t all = json_array_size(list), room = all < VIEW_PROBLEMS_MAX ? all : VIEW_PROBLEMS_MAX;
    if (!(view->problems = make_room(d, room, sizeof *view->problems)))
        return false;
    for (size_t i = 0; i < room; i++) {
        const json_t *row = json_array_get(list, i);
        int n = view->n_problems++;
        if (!read_text(d, row, "code", view->problems[n].code, sizeof view->problems[n].code) ||
            !read_text(d, row, "text", view->problems[n].text, sizeof view->problems[n].text) ||
            !read_time(d, row, "since", &view->problems[n].since))
            return false;
    }
    return true;
}

static bool read_today(struct decode *d, const json_t *root)
{
    struct view *view = d->view;
    const json_t *today = member(root, "today");
    view->opened = view->ready = view->handed_over = -1;
    view->on_time = view->right_first_time = -1;
    return read_count(d, today, "opened", &view->opened) && read_count(d, today, "ready", &view->ready) &&
           read_count(d, today, "handed_over", &view->handed_over) &&
           read_share(d, today, "on_time", &view->on_time) &&
           read_share(d, today, "right_first_time", &view->right_first_time);
}

static bool read_staff(struct decode *d, const json_t *root)
{
    return read_today(d, root) && (!d->view->staff || (read_bays(d, root) && read_problems(d, root)));
}

static bool read_board(struct decode *d, const json_t *root)
{
    struct view *view = d->view;
    const json_t *bays = member(root, "bays"), *title = member(root, "title");
    int64_t version = 0;
    if (!json_is_object(root) || !read_int(d, root, "v", 1, 1, &version) || version != 1)
        return refuse(d, "not a board of version 1", "v");
    view->rev = -1;
    view->bays_total = -1;
    view->staff = member(root, "baylist") != NULL;
    if (!read_text(d, root, "site", view->site, sizeof view->site) ||
        (title && !read_label(d, title, &view->title)) ||
        !read_int(d, root, "rev", 0, INT64_MAX, &view->rev) || !read_time(d, root, "time", &view->time) ||
        !read_text(d, root, "zone", view->zone, sizeof view->zone) ||
        !read_count(d, bays, "total", &view->bays_total) ||
        !read_count(d, bays, "online", &view->bays_online))
        return false;
    if (view->rev < 0 || wall_is_none(view->time))
        return refuse(d, "missing", view->rev < 0 ? "rev" : "time");
    return read_stages(d, root) && read_jobs(d, root) && read_staff(d, root);
}

struct view *view_decode(const void *bytes, size_t len, char *fault, size_t fault_size)
{
    struct decode d = { .fault = fault, .fault_size = fault_size };
    json_error_t error;
    if (len > VIEW_BYTES_MAX) {
        refuse(&d, "larger than a board may be", "");
        return NULL;
    }
    json_t *root = json_loadb(bytes, len, JSON_REJECT_DUPLICATES, &error);
    if (!root) {
        refuse(&d, "not JSON", error.text);
        return NULL;
    }
    d.view = calloc(1, sizeof *d.view);
    if (!d.view)
        refuse(&d, "memory is out", "");
    else if (!read_board(&d, root)) {
        view_destroy(d.view);
        d.view = NULL;
    }
    json_decref(root);
    return d.view;
}

void view_destroy(struct view *view)
{
    if (!view)
        return;
    free(view->stages);
    free(view->jobs);
    free(view->bays);
    free(view->problems);
    free(view);
}

bool view_beat(const void *bytes, size_t len, int64_t *rev, struct wall *time)
{
    struct decode d = { 0 };
    *rev = -1;
    *time = WALL_NONE;
    json_t *root = len <= VIEW_BYTES_MAX ? json_loadb(bytes, len, JSON_REJECT_DUPLICATES, NULL) : NULL;
    bool good = json_is_object(root) && read_int(&d, root, "rev", 0, INT64_MAX, rev) &&
                read_time(&d, root, "time", time) && *rev >= 0 && !wall_is_none(*time);
    json_decref(root);
    return good;
}
