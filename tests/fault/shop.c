#include "tests/fault/shop.h"

#include "sys/clock.h"
#include "tests/fault/disk.h"
#include "tests/fault/heap.h"
#include "wire/msg.h"
#include "wire/topic.h"
#include "wire/view.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PREFIX "pit/v1/shop/"

/* What happens to each car, and the stage it is in then; an event applied twice or not at all shows. */
static const struct step {
    bool desk;
    const char *type, *more, *stage;
} steps[] = {
    { true, "open", "\"plate\":\"A 123 BC\",\"by\":\"Anna\"", "checkin" },
    { true, "assign", "\"bay\":\"%d\"", "checkin" },
    { false, "next", "\"by\":\"Ivan\"", "repair" },
    { false, "hold", "\"reason\":\"parts\"", "parts" },
    { false, "next", "\"from\":\"parts\"", "repair" },
    { false, "next", "\"from\":\"repair\"", "quality" },
    { false, "rework", "\"reason\":\"noise\"", "repair" },
    { false, "next", "\"age_ms\":20", "quality" },
    { false, "next", "\"from\":\"quality\"", "wash" },
    { false, "undo", "\"by\":\"Ivan\"", "quality" },
    { false, "next", "\"by\":\"Ivan\"", "wash" },
    { false, "next", "\"from\":\"wash\"", "ready" },
    { true, "next", "\"from\":\"ready\"", "handover" },
};
enum { STEPS = sizeof steps / sizeof steps[0], TALKER = SHOP_CARS };

void shop_fault(struct shop *shop, int *counter, const char *format, ...)
{
    va_list args;
    ++*counter;
    if (shop->fault[0])
        return;
    va_start(args, format);
    vsnprintf(shop->fault, sizeof shop->fault, format, args);
    va_end(args);
}

static void job_name(const struct shop *shop, int slot, char out[32])
{
    snprintf(out, 32, "W-%d-%d", slot + 1, shop->slots[slot].serial);
}

/* ── receipts ── */

static void next_step(struct shop_slot *slot)
{
    slot->event = 0;
    if (++slot->step < STEPS)
        return;
    slot->step = 0;
    slot->serial++;
}

static void take_receipt(struct shop *shop, const struct receipt *r)
{
    int number = atoi(r->id + (r->id[0] != '\0')), at = 0;
    shop->receipts++;
    if (r->result == MSG_REJECTED && strcmp(r->reason, "storage") == 0) {
        shop->refused++;
        return;
    }
    while (at < SHOP_SLOTS && shop->slots[at].event != number)
        at++;
    if (at == SHOP_SLOTS || number == 0) {
        shop_fault(shop, &shop->wrong, "a receipt nobody waits for: id '%s' result %d reason '%s'", r->id,
                   r->result, r->reason);
        return;
    }
    struct shop_slot *slot = &shop->slots[at];
    bool nonsense = at == TALKER && slot->step % 2;
    bool refused = r->result == MSG_REJECTED || (r->result == MSG_DUPLICATE && r->reason[0]);
    if (refused != nonsense || (nonsense && strcmp(r->reason, "unknown-job") != 0))
        shop_fault(shop, &shop->wrong, "%s of slot %d step %d: result %d, reason '%s'", r->id, at, slot->step,
                   r->result, r->reason);
    if (at != TALKER && !refused && strcmp(r->stage, steps[slot->step].stage) != 0)
        shop_fault(shop, &shop->doubled, "%s of slot %d step %d: stage %s, expected %s", r->id, at,
                   slot->step, r->stage, steps[slot->step].stage);
    shop->acknowledged[number] = refused ? SHOP_REJECTED : SHOP_APPLIED;
    next_step(slot);
}

static void keep_staff(struct shop *shop, const void *payload, size_t len)
{
    char *copy = malloc(len + 1);
    if (!copy)
        abort(); /* the test's own memory */
    memcpy(copy, payload, len);
    free(shop->staff);
    shop->staff = copy;
    shop->staff_len = len;
}

static bool take(void *user, const char *topic, const void *payload, size_t len, int qos, bool retain)
{
    struct shop *shop = user;
    struct topic name = topic_parse(topic);
    struct receipt receipt;
    (void)qos;
    (void)retain;
    if (disk_is_cut())
        return true; /* without power nobody says a thing */
    heap_exempt(true);
    if (name.kind == TOPIC_BOARD_STAFF)
        keep_staff(shop, payload, len);
    else if (name.kind == TOPIC_RECEIPT && receipt_decode(payload, len, &receipt))
        take_receipt(shop, &receipt);
    else if (name.kind == TOPIC_RECEIPT)
        shop_fault(shop, &shop->wrong, "a receipt that is none: %.*s", (int)len, (const char *)payload);
    heap_exempt(false);
    return true;
}

/* ── senders ── */

static void send(struct shop *shop, int at)
{
    struct shop_slot *slot = &shop->slots[at];
    const struct step *step = &steps[slot->step];
    char topic[64], body[300], more[60], job[32];
    if (!slot->event && shop->events + 1 < SHOP_EVENTS_MAX)
        slot->event = ++shop->events;
    job_name(shop, at, job);
    snprintf(more, sizeof more, "%s", step->more);
    if (strcmp(step->type, "assign") == 0)
        snprintf(more, sizeof more, "\"bay\":\"%d\"", at + 1);
    if (at == TALKER && slot->step % 2)
        snprintf(body, sizeof body, "{\"id\":\"e%d\",\"type\":\"next\",\"job\":\"nowhere\"}", slot->event);
    else if (at == TALKER)
        snprintf(body, sizeof body, "{\"id\":\"e%d\",\"type\":\"note\",\"text\":\"note %d\"}", slot->event,
                 slot->event);
    else
        snprintf(body, sizeof body, "{\"id\":\"e%d\",\"type\":\"%s\",\"job\":\"%s\",%s}", slot->event,
                 step->type, job, more);
    if (step->desk || at == TALKER)
        snprintf(topic, sizeof topic, PREFIX "desk/front/event");
    else
        snprintf(topic, sizeof topic, PREFIX "bay/%d/event", at + 1);
    hub_message(shop->hub, topic, body, strlen(body), false);
}

static void pass_time(struct shop *shop, int64_t ms)
{
    char id[17];
    shop->wall = wall_plus(shop->wall, ms);
    shop->boot = boot_plus(shop->boot, ms);
    snprintf(id, sizeof id, "boot-%d", shop->boots);
    clock_fake(shop->wall, shop->boot, id, true);
    if (shop->hub && hub_deadline(shop->hub).ms <= shop->boot.ms)
        hub_tick(shop->hub);
}

static bool round_of(struct shop *shop, unsigned senders)
{
    pass_time(shop, shop->pace_ms);
    if (!hub_writable(shop->hub)) {
        shop->sick_rounds++;
        return false;
    }
    for (int i = 0; i < SHOP_SLOTS; i++)
        if (senders & 1u << i)
            send(shop, i);
    return hub_commit(shop->hub);
}

bool shop_round(struct shop *shop)
{
    return round_of(shop, 1 + disk_random((1u << SHOP_SLOTS) - 1));
}

void shop_tick(struct shop *shop)
{
    for (int i = 0; i < 3; i++)
        pass_time(shop, 2000);
}

bool shop_settle(struct shop *shop)
{
    for (int i = 0; i < 10; i++) {
        unsigned waiting = 0;
        for (int k = 0; k < SHOP_SLOTS; k++)
            waiting |= shop->slots[k].event ? 1u << k : 0;
        if (!waiting)
            return true;
        round_of(shop, waiting);
    }
    return false;
}

/* ── life ── */

/* The defaults and nothing else: an empty file. */
static bool load_conf(struct conf *conf, const char *path)
{
    char store[300], empty[300], fault[CONF_FAULT_SIZE] = "";
    snprintf(store, sizeof store, "store.path=\"%s\"", path);
    snprintf(empty, sizeof empty, "%s-empty.cfg", path);
    const char *settings[] = { "site=\"shop\"", "timezone=\"Etc/UTC\"", store };
    FILE *file = fopen(empty, "w");
    bool ok = file && fclose(file) == 0 && conf_load(conf, empty, settings, 3, fault);
    if (!ok)
        fprintf(stderr, "%s: %s\n", empty, fault);
    unlink(empty);
    return ok;
}

struct shop *shop_create(const char *path)
{
    struct shop *shop = calloc(1, sizeof *shop);
    if (!shop || !load_conf(&shop->conf, path)) {
        free(shop);
        return NULL;
    }
    shop_forget(shop);
    return shop;
}

static void drop_lock(const struct shop *shop)
{
    char lock[600];
    snprintf(lock, sizeof lock, "%s.lock", shop->conf.store.path); /* the one file that is not on the disk */
    unlink(lock);
}

void shop_forget(struct shop *shop)
{
    drop_lock(shop);
    memset(shop->slots, 0, sizeof shop->slots);
    memset(shop->acknowledged, 0, sizeof shop->acknowledged);
    shop->events = 0;
    shop->pace_ms = 700;
    shop->wall = (struct wall){ INT64_C(1772442000000) };
    shop->boot = (struct boot){ 20000 };
}

void shop_keep(struct shop *shop)
{
    memcpy(shop->kept_slots, shop->slots, sizeof shop->slots);
    shop->kept_events = shop->events;
    shop->kept_wall = shop->wall;
    disk_keep();
}

void shop_put_back(struct shop *shop)
{
    memcpy(shop->slots, shop->kept_slots, sizeof shop->slots);
    memset(shop->acknowledged + shop->kept_events + 1, 0, (size_t)(SHOP_EVENTS_MAX - shop->kept_events - 1));
    shop->events = shop->kept_events;
    shop->wall = shop->kept_wall;
    disk_put_back();
    drop_lock(shop);
}

void shop_destroy(struct shop *shop)
{
    if (!shop)
        return;
    shop_close(shop);
    free(shop->staff);
    free(shop);
}

bool shop_open(struct shop *shop, char *why, size_t size)
{
    static const struct hub_ops ops = { .publish = take };
    int code;
    shop->boots++;
    shop->boot = (struct boot){ 20000 };
    pass_time(shop, 5000);
    shop->hub = hub_create(&shop->conf, &ops, shop, why, size, &code);
    if (shop->hub)
        hub_connected(shop->hub);
    return shop->hub;
}

void shop_close(struct shop *shop)
{
    hub_destroy(shop->hub);
    shop->hub = NULL;
}

/* ── against the database ── */

static void verify_events(struct shop *shop, sqlite3 *db)
{
    sqlite3_stmt *stmt = NULL;
    memset(shop->held, 0, sizeof shop->held);
    sqlite3_prepare_v2(db, "SELECT id, result FROM event NOT INDEXED WHERE source <> 'hub/config'", -1, &stmt,
                       NULL);
    while (sqlite3_step(stmt) == SQLITE_ROW) {
        int number = atoi((const char *)sqlite3_column_text(stmt, 0) + 1);
        bool applied = sqlite3_column_text(stmt, 1)[0] == 'a';
        if (number < 1 || number > shop->events)
            shop_fault(shop, &shop->wrong, "a row e%d that nobody sent", number);
        else if (shop->held[number])
            shop_fault(shop, &shop->doubled, "e%d has two rows", number);
        else
            shop->held[number] = applied ? SHOP_APPLIED : SHOP_REJECTED;
    }
    if (sqlite3_finalize(stmt) != SQLITE_OK)
        shop_fault(shop, &shop->wrong, "reading events: %s", sqlite3_errmsg(db));
    for (int i = 1; i <= shop->events; i++)
        if (shop->acknowledged[i] && shop->acknowledged[i] != shop->held[i])
            shop_fault(shop, &shop->lost, "e%d was acknowledged and is not in the database", i);
}

/* Where the car of a slot must be, NULL: not there at all. */
static const char *due_stage(const struct shop *shop, int at)
{
    const struct shop_slot *slot = &shop->slots[at];
    int done = slot->step + (slot->event && shop->held[slot->event] == SHOP_APPLIED);
    return done ? steps[done - 1].stage : NULL;
}

static void verify_cars(struct shop *shop, sqlite3 *db)
{
    sqlite3_stmt *stmt = NULL;
    sqlite3_prepare_v2(db, "SELECT stage FROM job WHERE job = ?", -1, &stmt, NULL);
    for (int i = 0; i < SHOP_CARS; i++) {
        char job[32];
        job_name(shop, i, job);
        sqlite3_reset(stmt);
        sqlite3_bind_text(stmt, 1, job, -1, SQLITE_STATIC);
        bool there = sqlite3_step(stmt) == SQLITE_ROW;
        const char *stage = there ? (const char *)sqlite3_column_text(stmt, 0) : NULL,
                   *due = due_stage(shop, i);
        if ((stage == NULL) != (due == NULL) || (stage && strcmp(stage, due) != 0))
            shop_fault(shop, &shop->doubled, "%s is in %s, expected %s", job, stage ? stage : "no row",
                       due ? due : "no row");
    }
    if (sqlite3_finalize(stmt) != SQLITE_OK)
        shop_fault(shop, &shop->wrong, "reading jobs: %s", sqlite3_errmsg(db));
}

static void verify_file(struct shop *shop, sqlite3 *db)
{
    sqlite3_stmt *stmt = NULL;
    sqlite3_prepare_v2(db, "PRAGMA integrity_check", -1, &stmt, NULL);
    const char *said = sqlite3_step(stmt) == SQLITE_ROW ? (const char *)sqlite3_column_text(stmt, 0) : NULL;
    if (!said || strcmp(said, "ok") != 0)
        shop_fault(shop, &shop->wrong, "integrity_check: %s", said ? said : sqlite3_errmsg(db));
    sqlite3_finalize(stmt);
}

bool shop_verify(struct shop *shop)
{
    sqlite3 *db = NULL;
    int before = shop->lost + shop->doubled + shop->wrong;
    heap_exempt(true);
    if (sqlite3_open_v2(shop->conf.store.path, &db, SQLITE_OPEN_READONLY, NULL) == SQLITE_OK) {
        verify_file(shop, db);
        verify_events(shop, db);
        verify_cars(shop, db);
    } else {
        shop_fault(shop, &shop->wrong, "the database cannot be opened: %s", sqlite3_errmsg(db));
    }
    sqlite3_close(db);
    heap_exempt(false);
    return shop->lost + shop->doubled + shop->wrong == before;
}

static const char *shown_stage(const struct view *view, const char *job)
{
    for (int i = 0; i < view->n_jobs; i++)
        if (strcmp(view->jobs[i].job, job) == 0)
            return view->stages[view->jobs[i].stage].id;
    return NULL;
}

bool shop_verify_board(struct shop *shop)
{
    char fault[200] = "none was published", job[32];
    int before = shop->wrong;
    heap_exempt(true);
    struct view *view = shop->staff ? view_decode(shop->staff, shop->staff_len, fault, sizeof fault) : NULL;
    if (!view)
        shop_fault(shop, &shop->wrong, "board/staff: %s", fault);
    for (int i = 0; i < SHOP_CARS && view; i++) {
        job_name(shop, i, job);
        const char *shown = shown_stage(view, job), *due = due_stage(shop, i);
        due = due && strcmp(due, "handover") == 0 ? NULL : due;
        if ((shown == NULL) != (due == NULL) || (shown && strcmp(shown, due) != 0))
            shop_fault(shop, &shop->wrong, "the board shows %s in %s, the database in %s", job,
                       shown ? shown : "nothing", due ? due : "nothing");
    }
    view_destroy(view);
    heap_exempt(false);
    return shop->wrong == before;
}
