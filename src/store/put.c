/* Writes what the fold says: rows of job, span, stay, change and bay. */
#include "base/text.h"
#include "store/own.h"

#include <string.h>

static const char *stage_id(const struct plan *plan, uint8_t stage)
{
    return plan->stages[stage].id;
}

static const char *bay_id(const struct plan *plan, uint8_t bay)
{
    return bay == NO_INDEX ? NULL : plan->bays[bay].id;
}

static const char *outcome_name(enum outcome outcome)
{
    return outcome == OUTCOME_HANDED_OVER ? "handed-over" : outcome == OUTCOME_CANCELLED ? "cancelled" : NULL;
}

static void bind_boot(struct binder *b, const struct moment *m, bool set)
{
    bind_text(b, set ? m->boot : NULL);
    if (set && m->boot[0])
        bind_int(b, m->up.ms);
    else
        bind_null(b);
}

static void bind_number(struct binder *b, int64_t value, bool set)
{
    if (set)
        bind_int(b, value);
    else
        bind_null(b);
}

bool store_put_job(struct store *store, const struct plan *plan, const struct job *job)
{
    struct binder b = { store_statement(store, ST_PUT_JOB), 1 };
    char room[ROUTE_STAGES_MAX * ID_SIZE];
    struct text route = text_over(room, sizeof room);
    if (!b.stmt)
        return false;
    for (int i = 0; i < job->n_route; i++)
        text_fmt(&route, "%s%s", i ? " " : "", stage_id(plan, job->route[i]));
    bind_text(&b, job->id);
    bind_text(&b, job->code);
    bind_text(&b, job->key);
    bind_text(&b, job->token);
    bind_text(&b, job->plate);
    bind_text(&b, job->plate_key);
    bind_text(&b, job->model);
    bind_text(&b, job->work);
    bind_text(&b, room);
    bind_text(&b, job->advisor);
    bind_int(&b, job->waiting);
    bind_text(&b, job->has_privacy ? privacy_name(job->privacy) : NULL);
    bind_text(&b, stage_id(plan, job->stage));
    bind_text(&b, bay_id(plan, job->bay));
    bind_wall(&b, job->opened.at);
    bind_wall(&b, job->first_promise);
    bind_wall(&b, job->promise);
    bind_int(&b, job->promise_moves);
    bind_wall(&b, job->ready_set ? job->ready.at : WALL_NONE);
    bind_wall(&b, job->closed);
    bind_text(&b, outcome_name(job->outcome));
    bind_int(&b, job->reworks);
    bind_number(&b, job->score, job->score >= 0);
    bind_int(&b, job->skips);
    bind_text(&b, job->pickup);
    bind_text(&b, job->by);
    bind_int(&b, job->anchor);
    bind_int(&b, job->calls);
    bind_wall(&b, job->called);
    bind_wall(&b, job->last);
    bind_int(&b, job->order);
    bind_boot(&b, &job->opened, true);
    bind_boot(&b, &job->ready, job->ready_set);
    bind_moment(&b, &job->changed, true);
    bind_text(&b, job->changed_by);
    bind_int(&b, job->spans);
    bind_int(&b, job->stays);
    bind_int(&b, job->changes);
    bind_int(&b, job->parked);
    return store_run(store, b.stmt);
}

bool store_put_bay(struct store *store, const struct plan *plan, uint8_t index, const struct bay *bay)
{
    struct binder b = { store_statement(store, ST_PUT_BAY), 1 };
    if (!b.stmt)
        return false;
    bind_text(&b, plan->bays[index].id);
    bind_text(&b, bay->job ? bay->job->id : NULL);
    bind_wall(&b, bay->job ? bay->since : WALL_NONE);
    bind_wall(&b, bay->help);
    bind_text(&b, bay->help_reason);
    return store_run(store, b.stmt);
}

static bool put_span(struct store *store, const struct plan *plan, const struct job *job,
                     const struct span *span)
{
    struct binder b = { store_statement(store, ST_PUT_SPAN), 1 };
    if (!b.stmt)
        return false;
    bool left = span->left_set && !span->voided;
    bind_text(&b, job->id);
    bind_int(&b, span->n);
    bind_text(&b, stage_id(plan, span->stage));
    bind_text(&b, kind_name(plan->stages[span->stage].kind));
    bind_text(&b, left ? bay_id(plan, span->bay) : NULL);
    bind_wall(&b, span->entered.at);
    bind_wall(&b, left ? span->left.at : WALL_NONE);
    bind_number(&b, span->elapsed_ms, left);
    bind_int(&b, span->voided);
    bind_boot(&b, &span->entered, true);
    return store_run(store, b.stmt);
}

static bool put_stay(struct store *store, const struct plan *plan, const struct job *job,
                     const struct stay *stay)
{
    struct binder b = { store_statement(store, ST_PUT_STAY), 1 };
    if (!b.stmt)
        return false;
    bind_text(&b, job->id);
    bind_int(&b, stay->n);
    bind_text(&b, bay_id(plan, stay->bay));
    bind_wall(&b, stay->from.at);
    bind_wall(&b, stay->to_set && !stay->voided ? stay->to : WALL_NONE);
    bind_int(&b, stay->voided);
    bind_boot(&b, &stay->from, true);
    return store_run(store, b.stmt);
}

static bool drop_change(struct store *store, const struct job *job, const struct change *change)
{
    struct binder b = { store_statement(store, ST_DROP_CHANGE), 1 };
    if (!b.stmt)
        return false;
    bind_text(&b, job->id);
    bind_int(&b, change->n);
    return store_run(store, b.stmt);
}

static bool put_change(struct store *store, const struct plan *plan, const struct job *job,
                       const struct change *c)
{
    struct binder b = { store_statement(store, ST_PUT_CHANGE), 1 };
    if (!b.stmt)
        return false;
    bind_text(&b, job->id);
    bind_int(&b, c->n);
    bind_text(&b, event_type_name(c->type));
    bind_text(&b, c->source);
    bind_moment(&b, &c->at, true);
    bind_moment(&b, &c->prev, true);
    sqlite3_bind_text(b.stmt, b.at++, c->prev_source, -1, SQLITE_STATIC); /* empty: the opening */
    bind_int(&b, c->stage_changed);
    bind_int(&b, c->closes);
    bind_int(&b, c->reworks);
    bind_int(&b, c->skips);
    bind_text(&b, stage_id(plan, c->stage));
    bind_text(&b, stage_id(plan, c->anchor_stage));
    bind_number(&b, c->opened_span.n, c->opened_span.n);
    bind_number(&b, c->ended_span.n, c->ended_span.n);
    bind_moment(&b, &c->ready, c->ready_set);
    bind_int(&b, c->calls);
    bind_wall(&b, c->called);
    bind_number(&b, c->opened_stay.n, c->opened_stay.n);
    bind_number(&b, c->ended_stay.n, c->ended_stay.n);
    bind_text(&b, c->displaced);
    bind_number(&b, c->displaced_stay.n, c->displaced_stay.n);
    return store_run(store, b.stmt);
}

bool store_put_changes(struct store *store, const struct plan *plan, const struct changes *changes)
{
    for (int i = 0; i < changes->n_spans; i++)
        if (!put_span(store, plan, changes->spans[i].job, &changes->spans[i].span))
            return false;
    for (int i = 0; i < changes->n_stays; i++)
        if (!put_stay(store, plan, changes->stays[i].job, &changes->stays[i].stay))
            return false;
    for (int i = 0; i < changes->n_undo; i++) {
        const struct job *job = changes->undo[i].job;
        const struct change *change = &changes->undo[i].change;
        if (!(changes->undo[i].gone ? drop_change(store, job, change) : put_change(store, plan, job, change)))
            return false;
    }
    return true;
}
