/* The rows of --by. */
#include "core/figures_own.h"

#include "base/stamp.h"
#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const by_names[BY_COUNT] = {
    [BY_STAGE] = "stage", [BY_BAY] = "bay",         [BY_ADVISOR] = "advisor",
    [BY_WORK] = "work",   [BY_WEEKDAY] = "weekday", [BY_HOUR] = "hour",
    [BY_DAY] = "day",     [BY_WEEK] = "week",       [BY_MONTH] = "month",
};

enum figures_by figures_by_find(const char *name)
{
    for (int i = BY_STAGE; i < BY_COUNT; i++)
        if (strcmp(by_names[i], name) == 0)
            return (enum figures_by)i;
    return BY_NONE;
}

const char *figures_by_name(enum figures_by by)
{
    return by_names[by];
}

/* A row's key: a day, week (by its Monday's day) or month (12 · year + month), an hour, a name. */

static int64_t month_of(int64_t day)
{
    int year;
    unsigned month, in_month;
    stamp_date(day, &year, &month, &in_month);
    return (int64_t)year * 12 + month - 1;
}

static int64_t key_of(const struct figures *f, const struct visit *v, int64_t at)
{
    struct hours_local local = figures_local(f, at);
    switch (f->sum.by) {
    case BY_ADVISOR:
        return v->advisor;
    case BY_WORK:
        return v->work;
    case BY_WEEKDAY:
        return local.weekday;
    case BY_HOUR:
        return local.hour;
    case BY_DAY:
        return local.day;
    case BY_WEEK:
        return local.day - local.weekday;
    default:
        return month_of(local.day);
    }
}

/* ISO 8601: the week belongs to the year of its Thursday. */
static void name_week(char *out, size_t size, int64_t monday)
{
    int year;
    unsigned month, day;
    stamp_date(monday + 3, &year, &month, &day);
    int64_t first = stamp_days(year, 1, 1);
    snprintf(out, size, "%04d-W%02d", year, (int)((monday + 3 - first) / 7) + 1);
}

static void name_day(char *out, size_t size, int64_t number)
{
    int year;
    unsigned month, day;
    stamp_date(number, &year, &month, &day);
    snprintf(out, size, "%04d-%02u-%02u", year, month, day);
}

static void name_group(const struct figures *f, struct figures_group *g)
{
    static const char *const weekdays[] = { "mon", "tue", "wed", "thu", "fri", "sat", "sun" };
    if (f->sum.by == BY_ADVISOR || f->sum.by == BY_WORK)
        snprintf(g->name, sizeof g->name, "%s", f->names.text[g->key]);
    else if (f->sum.by == BY_WEEKDAY)
        snprintf(g->name, sizeof g->name, "%s", weekdays[g->key]);
    else if (f->sum.by == BY_HOUR)
        snprintf(g->name, sizeof g->name, "%02d", (int)g->key);
    else if (f->sum.by == BY_DAY)
        name_day(g->name, sizeof g->name, g->key);
    else if (f->sum.by == BY_WEEK)
        name_week(g->name, sizeof g->name, g->key);
    else
        snprintf(g->name, sizeof g->name, "%04d-%02d", (int)(g->key / 12), (int)(g->key % 12) + 1);
}

static bool widen(struct figures *f)
{
    size_t slots = f->group_slots ? f->group_slots * 2 : 64;
    uint32_t *slot = calloc(slots, sizeof *slot);
    if (!slot)
        return false;
    for (size_t i = 0; i < f->n_groups; i++) {
        size_t at = (size_t)f->groups[i].row.key & (slots - 1);
        while (slot[at])
            at = (at + 1) & (slots - 1);
        slot[at] = (uint32_t)i + 1;
    }
    free(f->group_slot);
    f->group_slot = slot;
    f->group_slots = slots;
    return true;
}

static struct group *find_group(struct figures *f, int64_t key)
{
    void *data = f->groups;
    if (f->n_groups * 2 >= f->group_slots && !widen(f))
        return NULL;
    size_t at = (size_t)key & (f->group_slots - 1);
    for (; f->group_slot[at]; at = (at + 1) & (f->group_slots - 1))
        if (f->groups[f->group_slot[at] - 1].row.key == key)
            return &f->groups[f->group_slot[at] - 1];
    if (!figures_grow(&data, &f->groups_room, f->n_groups, FIGURES_GROUPS_MAX, sizeof *f->groups))
        return NULL;
    f->groups = data;
    struct group *g = &f->groups[f->n_groups];
    memset(g, 0, sizeof *g);
    g->row.key = key;
    f->group_slot[at] = (uint32_t)++f->n_groups;
    return g;
}

static bool group_ready(struct figures *f, const struct visit *v)
{
    struct group *g = find_group(f, key_of(f, v, v->ready));
    if (!g)
        return false;
    struct figures_group *row = &g->row;
    row->ready++;
    row->reworks += v->reworks > 0;
    if (v->first_promise != WALL_NONE.ms) {
        row->promised++;
        row->kept += v->ready <= v->first_promise;
        row->moved += v->moves > 0;
    }
    row->touch_ms += v->length[CYCLE_TOUCH];
    row->wait_ms += v->length[CYCLE_WAIT];
    row->hold_ms += v->length[CYCLE_HOLD];
    row->working_to_ready_ms += v->working[CYCLE_TO_READY];
    row->working_wait_ms += v->working[CYCLE_WAIT];
    row->working_hold_ms += v->working[CYCLE_HOLD];
    return samples_add(&g->to_ready, f->values_max, v->length[CYCLE_TO_READY]);
}

static bool group_closed(struct figures *f, const struct visit *v)
{
    struct group *g = find_group(f, key_of(f, v, v->closed));
    if (!g)
        return false;
    struct figures_group *row = &g->row;
    if (v->score >= 0) {
        row->rating.n++;
        row->rating.total += v->score;
        row->rating.promoters += v->score >= 9;
        row->rating.detractors += v->score <= 6;
    }
    if (v->outcome == OUTCOME_CANCELLED) {
        row->cancelled++;
        return true;
    }
    row->closed++;
    row->working_lead_ms += v->working[CYCLE_LEAD];
    return samples_add(&g->lead, f->values_max, v->length[CYCLE_LEAD]);
}

bool figures_by_visit(enum figures_by by)
{
    return by != BY_NONE && by != BY_STAGE && by != BY_BAY;
}

bool figures_group_visit(struct figures *f, const struct visit *v)
{
    if (!figures_by_visit(f->sum.by))
        return true;
    if (figures_within(f, v->opened)) {
        struct group *g = find_group(f, key_of(f, v, v->opened));
        if (!g)
            return false;
        g->row.opened++;
    }
    return (!figures_within(f, v->ready) || group_ready(f, v)) &&
           (!figures_within(f, v->closed) || group_closed(f, v));
}

/* Stages and bays have their figures already: their rows are made of them. */

static bool rows_of_stages(struct figures *f)
{
    for (int i = 0; i < f->sum.n_stages; i++) {
        const struct figures_stage *stage = &f->stages[i];
        if (stage->retired && stage->spread.n == 0)
            continue;
        struct group *g = find_group(f, i);
        if (!g)
            return false;
        text_copy(g->row.name, sizeof g->row.name, stage->id);
        g->row.dwell = stage->spread;
        g->row.working_ms = stage->working_ms;
        g->row.limit_ms = stage->limit_ms;
        g->row.over = stage->over;
    }
    return true;
}

static bool rows_of_bays(struct figures *f)
{
    for (int i = 0; i < f->sum.n_bays; i++) {
        struct group *g = find_group(f, i);
        if (!g)
            return false;
        text_copy(g->row.name, sizeof g->row.name, f->bays[i].id);
        g->row.dwell.n = f->bays[i].jobs;
        g->row.dwell.total_ms = f->bays[i].occupied_ms;
        g->row.working_ms = f->bays[i].working_ms;
    }
    return true;
}

static int by_key(const void *a, const void *b)
{
    const struct figures_group *x = a, *y = b;
    return x->key < y->key ? -1 : x->key > y->key;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct figures_group *)a)->name, ((const struct figures_group *)b)->name);
}

bool figures_finish_groups(struct figures *f)
{
    enum figures_by by = f->sum.by;
    if (by == BY_NONE)
        return true;
    if ((by == BY_STAGE && !rows_of_stages(f)) || (by == BY_BAY && !rows_of_bays(f)))
        return false;
    f->group_rows = calloc(f->n_groups ? f->n_groups : 1, sizeof *f->group_rows);
    if (!f->group_rows)
        return false;
    for (size_t i = 0; i < f->n_groups; i++) {
        struct group *g = &f->groups[i];
        if (by != BY_STAGE && by != BY_BAY) {
            name_group(f, &g->row);
            g->row.lead = samples_spread(&g->lead);
            g->row.to_ready = samples_spread(&g->to_ready);
        }
        f->group_rows[i] = g->row;
    }
    bool named = by == BY_ADVISOR || by == BY_WORK || by == BY_BAY;
    qsort(f->group_rows, f->n_groups, sizeof *f->group_rows, named ? by_name : by_key);
    f->sum.groups = f->group_rows;
    f->sum.n_groups = (int)f->n_groups;
    return true;
}
