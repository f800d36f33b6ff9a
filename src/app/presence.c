#include "app/presence.h"

#include "app/pump.h"
#include "bus/bus.h"
#include "sys/clock.h"
#include "wire/topic.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char online[] = "online", offline[] = "offline";

struct bay {
    struct presence *of;
    char topic[TOPIC_SIZE];
    struct bus *bus;
    struct pump *pump;
};

struct presence {
    struct presence_ops ops;
    void *user;
    bool told;
    struct bay bays[CONFIG_BAYS_MAX];
    int n;
};

static void up(void *user, bool session_present)
{
    struct bay *bay = user;
    (void)session_present;
    bus_publish(bay->bus, bay->topic, online, strlen(online), 1, true, NULL);
}

static void down(void *user, const char *why)
{
    (void)user;
    (void)why; /* it connects again, and whoever sends the events says that there is no broker */
}

static void message(void *user, const struct bus_message *m)
{
    (void)user;
    (void)m; /* it subscribes to nothing */
}

static void taken(void *user, int mid, bool refused, const char *why)
{
    struct bay *bay = user;
    struct presence *p = bay->of;
    char text[TOPIC_SIZE + 200];
    (void)mid;
    if (!refused || p->told)
        return;
    p->told = true;
    snprintf(text, sizeof text,
             "the broker does not let this account write %s (%.60s), so the bays stay silent", bay->topic,
             why);
    p->ops.refused(p->user, text);
}

static void changed(void *user)
{
    struct bay *bay = user;
    pump_look(bay->pump);
}

static const char *or_null(const char *text)
{
    return text[0] ? text : NULL;
}

static bool start_bay(struct loop *loop, struct bay *bay, const struct conf *conf, const char *id,
                      const char *password, char *fault, size_t size)
{
    static const struct bus_ops ops = {
        .up = up, .down = down, .message = message, .taken = taken, .changed = changed
    };
    char client[96];
    snprintf(client, sizeof client, "%s-simulate-%s-%d", conf->site, id, (int)getpid());
    topic_source(bay->topic, conf->site, ROLE_BAY, id, "status");
    struct bus_options o = { .host = conf->broker.host,
                             .port = conf->broker.port,
                             .client_id = client,
                             .username = or_null(conf->broker.username),
                             .password = or_null(password),
                             .ca = or_null(conf->broker.ca),
                             .cert = or_null(conf->broker.cert),
                             .key = or_null(conf->broker.key),
                             .will_topic = bay->topic,
                             .will = offline };
    bay->bus = bus_create(&o, &ops, bay, fault, size);
    bay->pump = bay->bus ? pump_create(loop, bay->bus) : NULL;
    if (!bay->pump)
        return false;
    bus_start(bay->bus, clock_boot());
    pump_look(bay->pump);
    return true;
}

struct presence *presence_create(struct loop *loop, const struct conf *conf, const struct presence_ops *ops,
                                 void *user, char *fault, size_t fault_size)
{
    char password[CONF_TEXT], why[CONF_FAULT_SIZE];
    snprintf(fault, fault_size, "out of memory");
    struct presence *p = calloc(1, sizeof *p);
    if (!p)
        return NULL;
    p->ops = *ops;
    p->user = user;
    bool good = conf_password(conf, password, sizeof password, why);
    if (!good)
        snprintf(fault, fault_size, "%s", why);
    for (int i = 0; i < conf->plan.n_bay_order && good; i++) {
        struct bay *bay = &p->bays[p->n++];
        bay->of = p;
        good = start_bay(loop, bay, conf, conf->plan.bays[conf->plan.bay_order[i]].id, password, fault,
                         fault_size);
    }
    memset(password, 0, sizeof password);
    if (good)
        return p;
    presence_destroy(p);
    return NULL;
}

void presence_destroy(struct presence *p)
{
    for (int i = 0; p && i < p->n; i++) {
        pump_destroy(p->bays[i].pump);
        p->bays[i].pump = NULL; /* `changed` may come once more */
        bus_destroy(p->bays[i].bus);
    }
    free(p);
}
