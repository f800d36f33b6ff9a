#include "conf/read.h"

#include "base/text.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool zone_exists(const char *name)
{
    static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_+-/";
    if (!*name || *name == '/' || strlen(name) > 64 || name[strspn(name, allowed)])
        return false;
    int dir = open("/usr/share/zoneinfo", O_PATH | O_DIRECTORY | O_CLOEXEC);
    int fd = dir < 0 ? -1 : openat(dir, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    char magic[4] = "";
    bool is_zone = fd >= 0 && read(fd, magic, sizeof magic) == sizeof magic && memcmp(magic, "TZif", 4) == 0;
    if (fd >= 0)
        close(fd);
    if (dir >= 0)
        close(dir);
    return is_zone;
}

/* The elements of a list of the plan; NULL with a fault. */
static const struct conf_item *read_items(struct reading *r, const config_setting_t *list)
{
    return read_elements(r, key_find(config_setting_name(list)), list);
}

static bool read_stages(struct reading *r, const config_setting_t *list)
{
    const struct conf_item *items = read_items(r, list);
    for (int i = 0; items && i < config_setting_length(list); i++)
        plan_add_stage(&r->conf->plan, items[i].id, (enum kind)items[i].kind, &items[i].label,
                       items[i].limit_min);
    if (items)
        read_drop(r);
    return items != NULL;
}

/* The last stage of a route must be of kind done, and only that one. */
static const char *misplaced(const struct stage *stage, bool last)
{
    if (stage->kind == KIND_HOLD)
        return "is a hold, and holds belong to no route; a car goes there from any stage";
    if (stage->kind == KIND_DONE && !last)
        return "is of kind done and must be the last of the route";
    if (stage->kind != KIND_DONE && last)
        return "is the last of the route, which must be of kind done";
    return NULL;
}

/* Stage `i` of a route. */
static bool push_stage(struct reading *r, uint8_t route, const config_setting_t *names, int i)
{
    struct plan *plan = &r->conf->plan;
    const config_setting_t *at = config_setting_get_elem(names, (unsigned)i);
    char shown[200];
    read_value_text(at, shown, sizeof shown);
    const char *id = config_setting_get_string(at);
    uint8_t stage = id ? plan_stage(plan, id) : NO_INDEX;
    if (stage == NO_INDEX)
        return read_fault(r, names, "there is no stage %s; name the id of one in stages", shown);
    const char *wrong = misplaced(&plan->stages[stage], i == config_setting_length(names) - 1);
    if (wrong)
        return read_fault(r, names, "%s %s", shown, wrong);
    const struct route *to = &plan->routes[route];
    if (memchr(to->stage, stage, to->n))
        return read_fault(r, names, "%s stands twice; a route has each stage once", shown);
    return plan_route_push(plan, route, stage);
}

static bool read_route(struct reading *r, const config_setting_t *at, const struct conf_item *item)
{
    const config_setting_t *names = config_setting_get_member(at, "stages");
    int n = config_setting_length(names);
    if (!read_count(r, key_find("routes[].stages"), names))
        return false;
    uint8_t route = plan_add_route(&r->conf->plan, item->id, &item->label);
    for (int k = 0; k < n; k++)
        if (!push_stage(r, route, names, k))
            return false;
    return true;
}

static bool read_routes(struct reading *r, const config_setting_t *list)
{
    const struct conf_item *items = read_items(r, list);
    for (int i = 0; items && i < config_setting_length(list); i++)
        if (!read_route(r, config_setting_get_elem(list, (unsigned)i), &items[i]))
            return false;
    if (items)
        read_drop(r);
    return items != NULL;
}

static bool read_bays(struct reading *r, const config_setting_t *list)
{
    const struct conf_item *items = read_items(r, list);
    for (int i = 0; items && i < config_setting_length(list); i++)
        plan_add_bay(&r->conf->plan, items[i].id, &items[i].label);
    if (items)
        read_drop(r);
    return items != NULL;
}

/* The default stages alone: configured routes are made of them. */
static bool default_stages(struct reading *r)
{
    struct plan *all = calloc(1, sizeof *all), *plan = &r->conf->plan;
    if (!all || !plan_defaults(all)) {
        free(all);
        return read_fault(r, NULL, "out of memory");
    }
    for (int i = 0; i < all->n_stages; i++)
        plan_add_stage(plan, all->stages[i].id, all->stages[i].kind, &all->stages[i].label,
                       all->stages[i].limit_min);
    free(all);
    return true;
}

bool read_plan(struct reading *r)
{
    struct plan *plan = &r->conf->plan;
    char what[256];
    const config_setting_t *stages = read_where(r, "stages");
    if (stages ? !read_stages(r, stages) : !default_stages(r))
        return false;
    const config_setting_t *routes = read_where(r, "routes");
    if (routes && !read_routes(r, routes))
        return false;
    const config_setting_t *bays = read_where(r, "bays");
    if (bays && !read_bays(r, bays))
        return false;
    if (plan_defaults(plan) && plan_check(plan, what, sizeof what))
        return true;
    return read_fault(r, read_where(r, "stages"),
                      "the default routes do not fit these stages; write routes = ( … ) made of them");
}
