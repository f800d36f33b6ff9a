#include "base/stamp.h"
#include "core/sim_parts.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

static struct wall shop_time(const struct sim *sim, int64_t at)
{
    return wall_plus(sim->midnight, at);
}

static struct wall mapped(const struct sim *sim, int64_t at)
{
    struct wall shop = shop_time(sim, at);
    return sim->map ? sim->map(sim->map_user, shop) : shop;
}

static struct sim_event *spoken(struct sim *sim)
{
    return &sim->out[sim->n_out];
}

static void set_source(struct sim *sim, struct sim_event *e, int who)
{
    bool terminal = who == WHO_RATE && sim->rate[0];
    e->role = who >= 0 ? ROLE_BAY : terminal ? ROLE_RATE : ROLE_DESK;
    text_copy(e->source, sizeof(e->source), who >= 0 ? sim_bay_name(who) : terminal ? sim->rate : sim->desk);
    if (who >= 0)
        text_copy(e->bay, sizeof(e->bay), e->source);
}

void sim_field(struct sim *sim, const char *name, const char *value)
{
    text_fmt(&sim->text, ",\"%s\":", name);
    if (value)
        text_json_str(&sim->text, value);
    else
        text_put(&sim->text, "null");
}

void sim_flag(struct sim *sim, const char *name, bool value)
{
    text_fmt(&sim->text, ",\"%s\":%s", name, value ? "true" : "false");
}

void sim_number(struct sim *sim, const char *name, int value)
{
    text_fmt(&sim->text, ",\"%s\":%d", name, value);
}

void sim_time(struct sim *sim, const char *name, int64_t at)
{
    char stamp[STAMP_SIZE];
    stamp_format(mapped(sim, at), stamp);
    sim_field(sim, name, stamp);
}

void sim_bay(struct sim *sim, const char *bay)
{
    sim_field(sim, "bay", bay);
    if (bay && !spoken(sim)->bay[0])
        text_copy(spoken(sim)->bay, sizeof(spoken(sim)->bay), bay);
}

void sim_say(struct sim *sim, int who, enum event_type type, const char *job, const char *from)
{
    assert(sim->n_out < SIM_OUT_MAX);
    struct sim_event *e = spoken(sim);
    memset(e, 0, offsetof(struct sim_event, payload));
    e->shop = shop_time(sim, sim->now);
    e->at = mapped(sim, sim->now);
    e->type = type;
    set_source(sim, e, who);
    snprintf(e->id, sizeof(e->id), "%s-e%u", sim->run, ++sim->events);
    sim->text = text_over(e->payload, sizeof(e->payload));
    text_fmt(&sim->text, "{\"id\":\"%s\",\"type\":\"%s\"", e->id, event_type_name(type));
    sim_time(sim, "time", sim->now);
    if (job) {
        text_copy(e->job, sizeof(e->job), job);
        sim_field(sim, "job", job);
    }
    if (from)
        sim_field(sim, "from", from);
    if (who >= 0)
        sim_field(sim, "by", sim_mechanic(who));
}

void sim_said(struct sim *sim, enum reason expect)
{
    struct sim_event *e = spoken(sim);
    text_put(&sim->text, "}");
    assert(!sim->text.failed);
    e->len = sim->text.len;
    e->expect = expect;
    sim->n_out++;
}
