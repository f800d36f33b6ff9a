/* Reads the state back from the derived tables: what a start costs does not grow with history. */
#include "store/own.h"

#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Reading by running position. */
struct reader {
    sqlite3_stmt *stmt;
    int at;
};

/* Empty, too, when memory is out: the next step or the reset of the statement tells. */
static const char *read_text(struct reader *r)
{
    const char *text = (const char *)sqlite3_column_text(r->stmt, r->at++);
    return text ? text : "";
}

static void copy_text(struct reader *r, char *out, size_t size)
{
    snprintf(out, size, "%s", read_text(r));
}

static int64_t read_int(struct reader *r)
{
    return sqlite3_column_int64(r->stmt, r->at++);
}

static struct wall read_wall(struct reader *r)
{
    int at = r->at++;
    return sqlite3_column_type(r->stmt, at) == SQLITE_NULL
               ? WALL_NONE
               : (struct wall){ sqlite3_column_int64(r->stmt, at) };
}

static void read_boot(struct reader *r, struct moment *m)
{
    copy_text(r, m->boot, sizeof m->boot);
    m->up.ms = read_int(r);
}

/* False if the three columns are NULL. */
static bool read_moment(struct reader *r, struct moment *m)
{
    *m = (struct moment){ .at = read_wall(r) };
    read_boot(r, m);
    if (!wall_is_none(m->at))
        return true;
    *m = (struct moment){ 0 };
    return false;
}

/* A current or named span or stay of a job. Sets n = 0 if there is none. */
static bool load_span(struct store *store, const struct plan *plan, enum statement which, const char *job,
                      int64_t n, struct span *out)
{
    struct reader r = { store_statement(store, which), 0 };
    *out = (struct span){ 0 };
    if (!r.stmt)
        return false;
    sqlite3_bind_text(r.stmt, 1, job, -1, SQLITE_STATIC);
    if (which == ST_LOAD_SPAN)
        sqlite3_bind_int64(r.stmt, 2, n);
    if (sqlite3_step(r.stmt) == SQLITE_ROW) {
        out->n = (int32_t)read_int(&r);
        out->stage = plan_any_stage(plan, read_text(&r));
        out->bay = NO_INDEX;
        out->entered.at = read_wall(&r);
        read_boot(&r, &out->entered);
    }
    return sqlite3_reset(r.stmt) == SQLITE_OK || store_fail(store, "read a span");
}

static bool load_stay(struct store *store, const struct plan *plan, enum statement which, const char *job,
                      int64_t n, struct stay *out)
{
    struct reader r = { store_statement(store, which), 0 };
    *out = (struct stay){ 0 };
    if (!r.stmt)
        return false;
    sqlite3_bind_text(r.stmt, 1, job, -1, SQLITE_STATIC);
    if (which == ST_LOAD_STAY)
        sqlite3_bind_int64(r.stmt, 2, n);
    if (sqlite3_step(r.stmt) == SQLITE_ROW) {
        out->n = (int32_t)read_int(&r);
        out->bay = plan_any_bay(plan, read_text(&r));
        out->from.at = read_wall(&r);
        read_boot(&r, &out->from);
    }
    return sqlite3_reset(r.stmt) == SQLITE_OK || store_fail(store, "read a stay");
}

static void read_change(struct reader *r, const struct plan *plan, struct change *c)
{
    r->at = 1;
    c->n = (int32_t)read_int(r);
    c->type = event_type_find(read_text(r));
    copy_text(r, c->source, sizeof c->source);
    read_moment(r, &c->at);
    read_moment(r, &c->prev);
    copy_text(r, c->prev_source, sizeof c->prev_source);
    c->stage_changed = read_int(r);
    c->closes = read_int(r);
    c->reworks = read_int(r);
    c->skips = read_int(r);
    c->stage = plan_any_stage(plan, read_text(r));
    c->anchor_stage = plan_any_stage(plan, read_text(r));
    c->opened_span.n = (int32_t)read_int(r);
    c->ended_span.n = (int32_t)read_int(r);
    c->ready_set = read_moment(r, &c->ready);
    c->calls = (int32_t)read_int(r);
    c->called = read_wall(r);
    c->opened_stay.n = (int32_t)read_int(r);
    c->ended_stay.n = (int32_t)read_int(r);
    copy_text(r, c->displaced, sizeof c->displaced);
    c->displaced_stay.n = (int32_t)read_int(r);
}

/* The spans and stays a change names only by number. */
static bool complete_change(struct store *store, const struct plan *plan, const struct job *job,
                            struct change *c)
{
    return (!c->ended_span.n ||
            load_span(store, plan, ST_LOAD_SPAN, job->id, c->ended_span.n, &c->ended_span)) &&
           (!c->opened_stay.n ||
            load_stay(store, plan, ST_LOAD_STAY, job->id, c->opened_stay.n, &c->opened_stay)) &&
           (!c->ended_stay.n ||
            load_stay(store, plan, ST_LOAD_STAY, job->id, c->ended_stay.n, &c->ended_stay)) &&
           (!c->displaced_stay.n ||
            load_stay(store, plan, ST_LOAD_STAY, c->displaced, c->displaced_stay.n, &c->displaced_stay));
}

static bool load_changes(struct store *store, const struct plan *plan, struct job *job)
{
    struct reader r = { store_statement(store, ST_LOAD_CHANGES), 0 };
    if (!r.stmt)
        return false;
    sqlite3_bind_text(r.stmt, 1, job->id, -1, SQLITE_STATIC);
    while (sqlite3_step(r.stmt) == SQLITE_ROW && job->n_ring < JOB_CHANGES_MAX)
        read_change(&r, plan, &job->ring[job->n_ring++]);
    if (sqlite3_reset(r.stmt) != SQLITE_OK)
        return store_fail(store, "read changes");
    for (int i = 0; i < job->n_ring; i++)
        if (!complete_change(store, plan, job, &job->ring[i]))
            return false;
    return true;
}

static void read_route(const struct plan *plan, const char *text, struct job *job)
{
    char ids[ROUTE_STAGES_MAX * ID_SIZE], *save = NULL;
    snprintf(ids, sizeof ids, "%s", text);
    for (char *id = strtok_r(ids, " ", &save); id && job->n_route < ROUTE_STAGES_MAX;
         id = strtok_r(NULL, " ", &save))
        job->route[job->n_route++] = plan_any_stage(plan, id);
}

static enum outcome outcome_of(const char *name)
{
    return name[0] == 'h' ? OUTCOME_HANDED_OVER : name[0] == 'c' ? OUTCOME_CANCELLED : OUTCOME_OPEN;
}

static void read_job(struct reader *r, const struct plan *plan, struct job *job)
{
    copy_text(r, job->id, sizeof job->id);
    copy_text(r, job->code, sizeof job->code);
    copy_text(r, job->key, sizeof job->key);
    copy_text(r, job->token, sizeof job->token);
    copy_text(r, job->plate, sizeof job->plate);
    copy_text(r, job->plate_key, sizeof job->plate_key);
    copy_text(r, job->model, sizeof job->model);
    copy_text(r, job->work, sizeof job->work);
    read_route(plan, read_text(r), job);
    copy_text(r, job->advisor, sizeof job->advisor);
    job->waiting = read_int(r);
    int privacy = privacy_find(read_text(r));
    job->has_privacy = privacy >= 0;
    job->privacy = privacy >= 0 ? (enum privacy)privacy : PRIVACY_TAIL;
    job->stage = plan_any_stage(plan, read_text(r));
    job->bay = plan_any_bay(plan, read_text(r));
    job->opened.at = read_wall(r);
    job->first_promise = read_wall(r);
    job->promise = read_wall(r);
    job->promise_moves = (int32_t)read_int(r);
    job->ready.at = read_wall(r);
    job->ready_set = !wall_is_none(job->ready.at);
    job->closed = read_wall(r);
    job->outcome = outcome_of(read_text(r));
    job->reworks = (int32_t)read_int(r);
    job->score = sqlite3_column_type(r->stmt, r->at) == SQLITE_NULL ? -1 : sqlite3_column_int(r->stmt, r->at);
    r->at++;
    job->skips = (int32_t)read_int(r);
    copy_text(r, job->pickup, sizeof job->pickup);
    copy_text(r, job->by, sizeof job->by);
    job->anchor = (uint8_t)read_int(r);
    job->calls = (int32_t)read_int(r);
    job->called = read_wall(r);
    job->last = read_wall(r);
    job->order = read_int(r);
    read_boot(r, &job->opened);
    read_boot(r, &job->ready);
    if (!job->ready_set)
        job->ready = (struct moment){ 0 };
    read_moment(r, &job->changed);
    copy_text(r, job->changed_by, sizeof job->changed_by);
    job->spans = (int32_t)read_int(r);
    job->stays = (int32_t)read_int(r);
    job->changes = (int32_t)read_int(r);
    job->parked = (int32_t)read_int(r);
}

/* An id that the log's configurations do not know: the row was changed by something else. */
static bool sound_ids(struct store *store, const struct job *job)
{
    bool sound = job->stage != NO_INDEX && job->n_route > 0 && job->anchor < job->n_route;
    for (int i = 0; i < job->n_route; i++)
        sound = sound && job->route[i] != NO_INDEX;
    for (int i = 0; i < job->n_ring; i++)
        sound = sound && job->ring[i].stage != NO_INDEX && job->ring[i].type < EV_UNKNOWN;
    if (sound)
        return true;
    snprintf(store->error, sizeof store->error, "a row of a job is damaged");
    store->damaged = true;
    return false;
}

static bool complete_job(struct store *store, const struct plan *plan, struct job *job)
{
    return load_span(store, plan, ST_OPEN_SPAN, job->id, 0, &job->span) &&
           load_stay(store, plan, ST_OPEN_STAY, job->id, 0, &job->stay) && load_changes(store, plan, job) &&
           sound_ids(store, job);
}

bool store_load_job(struct store *store, const struct plan *plan, const char *id, struct job **out)
{
    struct reader r = { store_statement(store, ST_LOAD_JOB), 0 };
    *out = NULL;
    if (!r.stmt)
        return false;
    sqlite3_bind_text(r.stmt, 1, id, -1, SQLITE_STATIC);
    int rc = sqlite3_step(r.stmt);
    if (rc == SQLITE_ROW && (*out = job_create()))
        read_job(&r, plan, *out);
    bool ok = sqlite3_reset(r.stmt) == SQLITE_OK || store_fail(store, "read a job");
    if (ok && (rc == SQLITE_DONE || (*out && complete_job(store, plan, *out))))
        return true;
    free(*out);
    *out = NULL;
    return false;
}

bool store_load_open(struct store *store, const struct plan *plan, bool (*each)(void *user, struct job *job),
                     void *user)
{
    struct reader r = { store_statement(store, ST_LOAD_OPEN), 0 };
    if (!r.stmt)
        return false;
    int rc;
    bool ok = true;
    while (ok && (rc = sqlite3_step(r.stmt)) == SQLITE_ROW) {
        struct job *job = job_create();
        r.at = 0;
        ok = job;
        if (!job)
            break;
        read_job(&r, plan, job);
        ok = complete_job(store, plan, job);
        if (ok)
            ok = each(user, job);
        else
            free(job);
    }
    sqlite3_reset(r.stmt);
    return ok && (rc == SQLITE_DONE || store_fail(store, "read open jobs"));
}

bool store_load_bays(struct store *store, const struct plan *plan,
                     void (*each)(void *user, uint8_t index, struct wall help, const char *reason),
                     void *user)
{
    struct reader r = { store_statement(store, ST_LOAD_BAYS), 0 };
    if (!r.stmt)
        return false;
    int rc;
    while ((rc = sqlite3_step(r.stmt)) == SQLITE_ROW) {
        r.at = 0;
        uint8_t bay = plan_any_bay(plan, read_text(&r));
        struct wall help = read_wall(&r);
        if (bay != NO_INDEX)
            each(user, bay, help, read_text(&r));
    }
    sqlite3_reset(r.stmt);
    return rc == SQLITE_DONE || store_fail(store, "read bays");
}

int64_t store_event_sum(const struct store_event *e)
{
    const char *const texts[] = { e->source, e->id, e->type,  e->job,  e->boot,
                                  e->reason, e->by, e->given, e->stage };
    const int64_t numbers[] = { e->at.ms,           e->claimed.ms, e->received.ms,      e->up.ms,
                                e->synced,          e->late,       e->clamped,          e->applied,
                                (int64_t)e->digest, e->skipped,    (int64_t)e->body_len };
    uint64_t hash = HASH_START;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        hash = hash_bytes(hash, texts[i] ? texts[i] : "", texts[i] ? strlen(texts[i]) + 1 : 1);
    hash = hash_bytes(hash, numbers, sizeof numbers);
    if (e->body_len > 0)
        hash = hash_bytes(hash, e->body, e->body_len);
    return (int64_t)(hash ^ e->body_is_text);
}

bool store_read_event(sqlite3_stmt *stmt, struct store_event *e)
{
    struct reader here = { stmt, 0 }, *r = &here;
    e->seq = read_int(r);
    e->source = read_text(r);
    e->id = read_text(r);
    e->type = read_text(r);
    e->job = read_text(r);
    e->at = read_wall(r);
    e->claimed = read_wall(r);
    e->received = read_wall(r);
    e->boot = read_text(r);
    e->up.ms = read_int(r);
    e->synced = read_int(r);
    e->late = read_int(r);
    e->clamped = read_int(r);
    e->applied = strcmp(read_text(r), "applied") == 0;
    e->reason = read_text(r);
    e->by = read_text(r);
    e->given = read_text(r);
    e->body_is_text = sqlite3_column_type(r->stmt, r->at) == SQLITE_TEXT;
    e->body = sqlite3_column_blob(r->stmt, r->at);
    e->body_len = (size_t)sqlite3_column_bytes(r->stmt, r->at++);
    e->digest = (uint64_t)read_int(r);
    e->stage = read_text(r);
    e->skipped = read_int(r);
    /* Rows from before there was a checksum have none. */
    return sqlite3_column_type(stmt, r->at) == SQLITE_NULL || read_int(r) == store_event_sum(e);
}

bool store_each(struct store *store, enum store_which which, int limit,
                bool (*each)(void *user, const struct store_event *event), void *user)
{
    static const char *const queries[] = {
        [STORE_ALL] = "SELECT * FROM event WHERE result = 'applied' ORDER BY seq LIMIT ?",
        [STORE_CONFIGS] = ("SELECT * FROM event WHERE type = 'config'"
                           " AND result = 'applied' ORDER BY seq LIMIT ?"),
        [STORE_NOTES] = ("SELECT * FROM (SELECT * FROM event WHERE type = 'note'"
                         " AND result = 'applied' ORDER BY seq DESC LIMIT ?) ORDER BY seq"),
    };
    struct reader r = { NULL, 0 };
    if (sqlite3_prepare_v2(store->db, queries[which], -1, &r.stmt, NULL) != SQLITE_OK)
        return store_fail(store, "read the log");
    sqlite3_bind_int(r.stmt, 1, limit > 0 ? limit : -1);
    struct store_event event;
    int rc;
    bool ok = true;
    while (ok && (rc = sqlite3_step(r.stmt)) == SQLITE_ROW) {
        if (!store_read_event(r.stmt, &event)) {
            snprintf(store->error, sizeof store->error, "event %lld is damaged: its checksum is wrong",
                     (long long)event.seq);
            store->damaged = true;
            sqlite3_finalize(r.stmt);
            return false;
        }
        ok = each(user, &event);
    }
    if (ok && rc != SQLITE_DONE)
        ok = store_fail(store, "read the log");
    sqlite3_finalize(r.stmt);
    return ok;
}

bool store_newest(struct store *store, int64_t *seq, struct wall *received)
{
    sqlite3_stmt *stmt = NULL;
    const char *query = "SELECT seq, received_ms FROM event ORDER BY seq DESC LIMIT 1";
    *seq = 0;
    *received = WALL_NONE;
    int rc = sqlite3_prepare_v2(store->db, query, -1, &stmt, NULL);
    if (rc == SQLITE_OK && (rc = sqlite3_step(stmt)) == SQLITE_ROW) {
        *seq = sqlite3_column_int64(stmt, 0);
        received->ms = sqlite3_column_int64(stmt, 1);
    }
    sqlite3_finalize(stmt);
    return rc == SQLITE_ROW || rc == SQLITE_DONE || store_fail(store, "read the end of the log");
}
