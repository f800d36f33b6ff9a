#include "core/plan.h"

#include "base/text.h"

#include <stdio.h>
#include <string.h>

static const char *const kinds[KIND_COUNT] = { "queue", "work", "hold", "check", "ready", "done" };

const char *kind_name(enum kind kind)
{
    return kinds[kind];
}

int kind_find(const char *name)
{
    for (int i = 0; i < KIND_COUNT; i++)
        if (strcmp(kinds[i], name) == 0)
            return i;
    return -1;
}

const char *label_in(const struct label *label, const char *lang, const char *fallback)
{
    for (int i = 0; i < LABEL_LANGS; i++)
        if (label->in[i].lang[0] && strcmp(label->in[i].lang, lang) == 0)
            return label->in[i].text;
    return label->in[0].lang[0] ? label->in[0].text : fallback;
}

bool label_set(struct label *label, const char *lang, const char *text)
{
    for (int i = 0; i < LABEL_LANGS; i++) {
        if (label->in[i].lang[0] && strcmp(label->in[i].lang, lang) != 0)
            continue;
        return text_copy(label->in[i].lang, sizeof label->in[i].lang, lang) &&
               text_copy(label->in[i].text, sizeof label->in[i].text, text);
    }
    return false;
}

static bool same_label(const struct label *a, const struct label *b)
{
    for (int i = 0; i < LABEL_LANGS; i++)
        if (strcmp(a->in[i].lang, b->in[i].lang) != 0 || strcmp(a->in[i].text, b->in[i].text) != 0)
            return false;
    return true;
}

void plan_clear(struct plan *plan)
{
    memset(plan, 0, sizeof *plan);
}

uint8_t plan_any_stage(const struct plan *plan, const char *id)
{
    for (uint8_t i = 0; i < plan->n_stages; i++)
        if (strcmp(plan->stages[i].id, id) == 0)
            return i;
    return NO_INDEX;
}

static uint8_t any_route(const struct plan *plan, const char *id)
{
    for (uint8_t i = 0; i < plan->n_routes; i++)
        if (strcmp(plan->routes[i].id, id) == 0)
            return i;
    return NO_INDEX;
}

uint8_t plan_any_bay(const struct plan *plan, const char *id)
{
    for (uint8_t i = 0; i < plan->n_bays; i++)
        if (strcmp(plan->bays[i].id, id) == 0)
            return i;
    return NO_INDEX;
}

uint8_t plan_stage(const struct plan *plan, const char *id)
{
    uint8_t i = plan_any_stage(plan, id);
    return i != NO_INDEX && !plan->stages[i].retired ? i : NO_INDEX;
}

uint8_t plan_route(const struct plan *plan, const char *id)
{
    uint8_t i = any_route(plan, id);
    return i != NO_INDEX && !plan->routes[i].retired ? i : NO_INDEX;
}

uint8_t plan_bay(const struct plan *plan, const char *id)
{
    uint8_t i = plan_any_bay(plan, id);
    return i != NO_INDEX && !plan->bays[i].retired ? i : NO_INDEX;
}

uint8_t plan_add_stage(struct plan *plan, const char *id, enum kind kind, const struct label *label,
                       int32_t limit_min)
{
    struct stage *s = &plan->stages[plan->n_stages];
    if (plan->n_stages == PLAN_STAGES_MAX || plan->n_stage_order == CONFIG_STAGES_MAX ||
        plan_any_stage(plan, id) != NO_INDEX || !text_copy(s->id, sizeof s->id, id))
        return NO_INDEX;
    s->kind = kind;
    s->label = *label;
    s->limit_min = limit_min;
    s->retired = false;
    plan->stage_order[plan->n_stage_order++] = plan->n_stages;
    return plan->n_stages++;
}

uint8_t plan_add_route(struct plan *plan, const char *id, const struct label *label)
{
    struct route *r = &plan->routes[plan->n_routes];
    if (plan->n_routes == PLAN_ROUTES_MAX || plan->n_route_order == CONFIG_ROUTES_MAX ||
        any_route(plan, id) != NO_INDEX || !text_copy(r->id, sizeof r->id, id))
        return NO_INDEX;
    r->label = *label;
    r->n = 0;
    r->retired = false;
    plan->route_order[plan->n_route_order++] = plan->n_routes;
    return plan->n_routes++;
}

bool plan_route_push(struct plan *plan, uint8_t route, uint8_t stage)
{
    struct route *r = &plan->routes[route];
    if (r->n == ROUTE_STAGES_MAX)
        return false;
    r->stage[r->n++] = stage;
    return true;
}

uint8_t plan_add_bay(struct plan *plan, const char *id, const struct label *label)
{
    struct bay_def *b = &plan->bays[plan->n_bays];
    if (plan->n_bays == PLAN_BAYS_MAX || plan->n_bay_order == CONFIG_BAYS_MAX ||
        plan_any_bay(plan, id) != NO_INDEX || !text_copy(b->id, sizeof b->id, id))
        return NO_INDEX;
    b->label = *label;
    b->retired = false;
    plan->bay_order[plan->n_bay_order++] = plan->n_bays;
    return plan->n_bays++;
}

static struct label two_labels(const char *ru, const char *en)
{
    struct label label = { 0 };
    label_set(&label, "ru", ru);
    label_set(&label, "en", en);
    return label;
}

static void default_stages(struct plan *plan)
{
    static const struct {
        const char *id, *ru, *en;
        enum kind kind;
    } rows[] = {
        { "checkin", "Приёмка", "Check-in", KIND_QUEUE },
        { "diagnosis", "Диагностика", "Diagnosis", KIND_WORK },
        { "approval", "Согласование", "Approval", KIND_HOLD },
        { "parts", "Ожидание запчастей", "Waiting for parts", KIND_HOLD },
        { "repair", "В ремонте", "In repair", KIND_WORK },
        { "quality", "Контроль качества", "Quality check", KIND_CHECK },
        { "wash", "Мойка", "Wash", KIND_WORK },
        { "ready", "Готов к выдаче", "Ready", KIND_READY },
        { "handover", "Выдан", "Handed over", KIND_DONE },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct label label = two_labels(rows[i].ru, rows[i].en);
        plan_add_stage(plan, rows[i].id, rows[i].kind, &label, 0);
    }
}

static bool default_route(struct plan *plan, const char *id, const struct label *label,
                          const char *const *stages)
{
    uint8_t route = plan_add_route(plan, id, label);
    for (; *stages; stages++) {
        uint8_t stage = plan_stage(plan, *stages);
        if (route == NO_INDEX || stage == NO_INDEX || !plan_route_push(plan, route, stage))
            return false;
    }
    return true;
}

static bool default_routes(struct plan *plan)
{
    static const char *const maintenance[] = { "checkin", "repair",   "quality", "wash",
                                               "ready",   "handover", NULL };
    static const char *const repair[] = { "checkin", "diagnosis", "repair",   "quality",
                                          "wash",    "ready",     "handover", NULL };
    struct label to = two_labels("Техобслуживание", "Maintenance"), re = two_labels("Ремонт", "Repair");
    return default_route(plan, "maintenance", &to, maintenance) && default_route(plan, "repair", &re, repair);
}

static void default_bays(struct plan *plan)
{
    for (int i = 1; i <= 6; i++) {
        char id[4], ru[24], en[16];
        snprintf(id, sizeof id, "%d", i);
        snprintf(ru, sizeof ru, "Пост %d", i);
        snprintf(en, sizeof en, "Bay %d", i);
        struct label label = two_labels(ru, en);
        plan_add_bay(plan, id, &label);
    }
    struct label quality = two_labels("Контроль", "Quality"), wash = two_labels("Мойка", "Wash");
    plan_add_bay(plan, "quality", &quality);
    plan_add_bay(plan, "wash", &wash);
}

bool plan_defaults(struct plan *plan)
{
    if (plan->n_stages == 0)
        default_stages(plan);
    if (plan->n_bays == 0)
        default_bays(plan);
    return plan->n_routes > 0 || default_routes(plan);
}

uint8_t plan_default_route(const struct plan *plan)
{
    uint8_t i = plan_route(plan, "maintenance");
    return i != NO_INDEX ? i : plan->n_route_order ? plan->route_order[0] : NO_INDEX;
}

/* How many ids of `next` the plan has no place for yet. */
static bool merge_fits(const struct plan *plan, const struct plan *next)
{
    int stages = plan->n_stages, routes = plan->n_routes, bays = plan->n_bays;
    for (int i = 0; i < next->n_stage_order; i++)
        stages += plan_any_stage(plan, next->stages[next->stage_order[i]].id) == NO_INDEX;
    for (int i = 0; i < next->n_route_order; i++)
        routes += any_route(plan, next->routes[next->route_order[i]].id) == NO_INDEX;
    for (int i = 0; i < next->n_bay_order; i++)
        bays += plan_any_bay(plan, next->bays[next->bay_order[i]].id) == NO_INDEX;
    return stages <= PLAN_STAGES_MAX && routes <= PLAN_ROUTES_MAX && bays <= PLAN_BAYS_MAX;
}

static void merge_stages(struct plan *plan, const struct plan *next)
{
    for (int i = 0; i < plan->n_stages; i++)
        plan->stages[i].retired = true;
    plan->n_stage_order = 0;
    for (int i = 0; i < next->n_stage_order; i++) {
        const struct stage *from = &next->stages[next->stage_order[i]];
        uint8_t at = plan_any_stage(plan, from->id);
        if (at == NO_INDEX)
            at = plan->n_stages++;
        plan->stages[at] = *from;
        plan->stage_order[plan->n_stage_order++] = at;
    }
}

static void merge_routes(struct plan *plan, const struct plan *next)
{
    for (int i = 0; i < plan->n_routes; i++)
        plan->routes[i].retired = true;
    plan->n_route_order = 0;
    for (int i = 0; i < next->n_route_order; i++) {
        const struct route *from = &next->routes[next->route_order[i]];
        uint8_t at = any_route(plan, from->id);
        if (at == NO_INDEX)
            at = plan->n_routes++;
        plan->routes[at] = *from;
        for (int k = 0; k < from->n; k++)
            plan->routes[at].stage[k] = plan_stage(plan, next->stages[from->stage[k]].id);
        plan->route_order[plan->n_route_order++] = at;
    }
}

static void merge_bays(struct plan *plan, const struct plan *next)
{
    for (int i = 0; i < plan->n_bays; i++)
        plan->bays[i].retired = true;
    plan->n_bay_order = 0;
    for (int i = 0; i < next->n_bay_order; i++) {
        const struct bay_def *from = &next->bays[next->bay_order[i]];
        uint8_t at = plan_any_bay(plan, from->id);
        if (at == NO_INDEX)
            at = plan->n_bays++;
        plan->bays[at] = *from;
        plan->bay_order[plan->n_bay_order++] = at;
    }
}

bool plan_merge(struct plan *plan, const struct plan *next)
{
    if (!merge_fits(plan, next))
        return false;
    merge_stages(plan, next);
    merge_routes(plan, next);
    merge_bays(plan, next);
    memcpy(plan->zone, next->zone, sizeof plan->zone);
    return true;
}

static bool same_route(const struct plan *a, const struct route *ra, const struct plan *b,
                       const struct route *rb)
{
    if (strcmp(ra->id, rb->id) != 0 || ra->n != rb->n || !same_label(&ra->label, &rb->label))
        return false;
    for (int i = 0; i < ra->n; i++)
        if (strcmp(a->stages[ra->stage[i]].id, b->stages[rb->stage[i]].id) != 0)
            return false;
    return true;
}

static bool same_stage(const struct stage *a, const struct stage *b)
{
    return strcmp(a->id, b->id) == 0 && a->kind == b->kind && a->limit_min == b->limit_min &&
           same_label(&a->label, &b->label);
}

bool plan_same(const struct plan *a, const struct plan *b)
{
    if (a->n_stage_order != b->n_stage_order || a->n_route_order != b->n_route_order ||
        a->n_bay_order != b->n_bay_order || strcmp(a->zone, b->zone) != 0)
        return false;
    for (int i = 0; i < a->n_stage_order; i++)
        if (!same_stage(&a->stages[a->stage_order[i]], &b->stages[b->stage_order[i]]))
            return false;
    for (int i = 0; i < a->n_route_order; i++)
        if (!same_route(a, &a->routes[a->route_order[i]], b, &b->routes[b->route_order[i]]))
            return false;
    for (int i = 0; i < a->n_bay_order; i++) {
        const struct bay_def *x = &a->bays[a->bay_order[i]], *y = &b->bays[b->bay_order[i]];
        if (strcmp(x->id, y->id) != 0 || !same_label(&x->label, &y->label))
            return false;
    }
    return true;
}

static bool check_route(const struct plan *plan, const struct route *r, char *what, unsigned size)
{
    const char *wrong = NULL;
    if (r->n < 2)
        wrong = "needs at least a first stage and a done stage";
    for (int i = 0; i < r->n && !wrong; i++) {
        enum kind kind = plan->stages[r->stage[i]].kind;
        if (kind == KIND_HOLD)
            wrong = "has a hold in it; holds belong to no route";
        else if ((kind == KIND_DONE) != (i == r->n - 1))
            wrong = "must end with its only stage of kind done";
        for (int k = 0; k < i; k++)
            if (r->stage[k] == r->stage[i])
                wrong = "has a stage twice";
    }
    if (wrong)
        snprintf(what, size, "route \"%s\" %s", r->id, wrong);
    return !wrong;
}

bool plan_check(const struct plan *plan, char *what, unsigned size)
{
    if (plan->n_stage_order == 0 || plan->n_route_order == 0) {
        snprintf(what, size, "there must be at least one stage and one route");
        return false;
    }
    for (int i = 0; i < plan->n_route_order; i++)
        if (!check_route(plan, &plan->routes[plan->route_order[i]], what, size))
            return false;
    return true;
}
