/* Folds decided events into the board. Nothing in here refuses; board_check says what must hold afterwards.
 */
#include "base/text.h"
#include "core/board_own.h"
#include "core/plate.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Everything one fold works on. */
struct fold {
    struct board *board;
    const struct event *event;
    const struct receipt_info *info;
    const struct verdict *verdict;
    struct changes *changes;
    struct job *job;
    int64_t seq;
};

static void emit_span(struct fold *f, struct job *job, const struct span *span)
{
    assert(f->changes->n_spans < (int)(sizeof f->changes->spans / sizeof f->changes->spans[0]));
    f->changes->spans[f->changes->n_spans].job = job;
    f->changes->spans[f->changes->n_spans++].span = *span;
}

static void emit_stay(struct fold *f, struct job *job, const struct stay *stay)
{
    assert(f->changes->n_stays < (int)(sizeof f->changes->stays / sizeof f->changes->stays[0]));
    f->changes->stays[f->changes->n_stays].job = job;
    f->changes->stays[f->changes->n_stays++].stay = *stay;
}

static void emit_undo(struct fold *f, const struct change *change, bool gone)
{
    assert(f->changes->n_undo < (int)(sizeof f->changes->undo / sizeof f->changes->undo[0]));
    f->changes->undo[f->changes->n_undo].job = f->job;
    f->changes->undo[f->changes->n_undo].change = *change;
    f->changes->undo[f->changes->n_undo++].gone = gone;
}

static enum kind kind_of(const struct fold *f, uint8_t stage)
{
    return f->board->plan.stages[stage].kind;
}

/* Bays. */

static void take_bay(struct fold *f, struct job *job, const struct stay *stay)
{
    struct bay *bay = &f->board->bays[stay->bay];
    job->bay = stay->bay;
    job->stay = *stay;
    job->parked = 0;
    job->dirty = true;
    bay->job = job;
    bay->since = stay->from.at;
    bay->dirty = true;
    emit_stay(f, job, stay);
}

/* Ends the job's stay, if it is in a bay, and gives back the ended one (n = 0 if it was in none). */
static struct stay leave_bay(struct fold *f, struct job *job)
{
    struct stay ended = job->stay;
    if (job->bay == NO_INDEX)
        return (struct stay){ 0 };
    struct bay *bay = &f->board->bays[job->bay];
    ended.to = f->verdict->at.at.ms > ended.from.at.ms ? f->verdict->at.at : ended.from.at;
    ended.to_set = true;
    bay->job = NULL;
    bay->since = WALL_NONE;
    bay->dirty = true;
    job->bay = NO_INDEX;
    job->stay = (struct stay){ 0 };
    job->dirty = true;
    emit_stay(f, job, &ended);
    return ended;
}

/* Moves the car into `bay` (NO_INDEX: out) and notes in `change` what it takes to undo that. */
static void move_to_bay(struct fold *f, uint8_t bay, struct change *change)
{
    change->ended_stay = leave_bay(f, f->job);
    if (bay == NO_INDEX)
        return;
    struct job *there = f->board->bays[bay].job;
    if (there) {
        memcpy(change->displaced, there->id, sizeof change->displaced);
        change->displaced_stay = leave_bay(f, there);
        there->parked = change->displaced_stay.n;
    }
    change->opened_stay = (struct stay){ .n = ++f->job->stays, .bay = bay, .from = f->verdict->at };
    take_bay(f, f->job, &change->opened_stay);
}

/* Stages. */

static void enter_span(struct fold *f, uint8_t stage)
{
    f->job->span =
        (struct span){ .n = ++f->job->spans, .stage = stage, .bay = NO_INDEX, .entered = f->verdict->at };
    emit_span(f, f->job, &f->job->span);
}

static struct span leave_span(struct fold *f)
{
    struct span *span = &f->job->span;
    span->left = f->verdict->at;
    span->left_set = true;
    span->bay = f->job->bay;
    span->elapsed_ms = moment_length(&span->entered, &span->left);
    emit_span(f, f->job, span);
    struct span left = *span;
    *span = (struct span){ 0 };
    return left;
}

static void clear_ready(struct job *job)
{
    job->ready_set = false;
    job->ready = (struct moment){ 0 };
    job->calls = 0;
    job->called = WALL_NONE;
}

static struct change begin_change(const struct fold *f, bool stage_changed)
{
    const struct job *job = f->job;
    struct change c = { .type = f->event->type,
                        .at = f->verdict->at,
                        .stage_changed = stage_changed,
                        .stage = job->stage,
                        .anchor_stage = job->route[job->anchor],
                        .ready_set = job->ready_set,
                        .ready = job->ready,
                        .calls = job->calls,
                        .called = job->called,
                        .prev = job->changed };
    snprintf(c.source, sizeof c.source, "%s/%s", role_name(f->info->role), f->info->id);
    memcpy(c.prev_source, job->changed_by, sizeof c.prev_source);
    return c;
}

static void push_change(struct fold *f, struct change *change)
{
    struct job *job = f->job;
    if (job->n_ring == JOB_CHANGES_MAX) {
        emit_undo(f, &job->ring[0], true);
        memmove(job->ring, job->ring + 1, sizeof job->ring[0] * (size_t)--job->n_ring);
    }
    change->n = ++job->changes;
    job->ring[job->n_ring++] = *change;
    job->changed = change->at;
    memcpy(job->changed_by, change->source, sizeof job->changed_by);
    emit_undo(f, change, false);
}

static void close_job(struct fold *f, enum outcome outcome, struct change *change)
{
    change->closes = true;
    change->ended_stay = leave_bay(f, f->job);
    f->job->closed = f->verdict->at.at;
    f->job->outcome = outcome;
    f->board->n_open--;
    f->board->n_closed++;
}

static void set_position(struct job *job, uint8_t stage)
{
    int at = job_route_position(job, stage);
    if (at >= 0)
        job->anchor = (uint8_t)at;
}

static void enter_stage(struct fold *f, uint8_t stage, bool rework)
{
    struct job *job = f->job;
    struct change change = begin_change(f, true);
    change.ended_span = leave_span(f);
    change.reworks = rework;
    change.skips = f->verdict->skips;
    job->reworks += rework;
    job->skips += f->verdict->skips;
    job->stage = stage;
    set_position(job, stage);
    if (kind_of(f, stage) == KIND_DONE) {
        close_job(f, OUTCOME_HANDED_OVER, &change);
    } else {
        enter_span(f, stage);
        change.opened_span = job->span;
        clear_ready(job);
        if (kind_of(f, stage) == KIND_READY) {
            job->ready_set = true;
            job->ready = f->verdict->at;
        }
    }
    push_change(f, &change);
}

static void fold_cancel(struct fold *f)
{
    struct change change = begin_change(f, true);
    change.ended_span = leave_span(f);
    close_job(f, OUTCOME_CANCELLED, &change);
    push_change(f, &change);
}

static void fold_assign(struct fold *f)
{
    uint8_t bay = event_target_bay(f->board, f->event, f->info);
    if (bay == f->job->bay)
        return; /* already there: nothing to undo */
    struct change change = begin_change(f, false);
    move_to_bay(f, bay, &change);
    push_change(f, &change);
}

/* Undo. */

static void undo_stage(struct fold *f, const struct change *c)
{
    struct job *job = f->job;
    if (c->opened_span.n) {
        struct span voided = job->span;
        voided.voided = true;
        emit_span(f, job, &voided);
    }
    job->span = c->ended_span;
    job->span.left_set = false;
    job->span.left = (struct moment){ 0 };
    job->span.elapsed_ms = 0;
    job->span.bay = NO_INDEX;
    emit_span(f, job, &job->span);
    job->stage = c->stage;
    set_position(job, c->anchor_stage); /* the route may be another one by now: then the position stays */
    set_position(job, c->stage);
    job->ready_set = c->ready_set;
    job->ready = c->ready;
    job->calls = c->calls;
    job->called = c->called;
    job->reworks -= c->reworks;
    job->skips -= c->skips;
    if (!c->closes)
        return;
    job->closed = WALL_NONE;
    job->outcome = OUTCOME_OPEN;
    f->board->n_open++;
    f->board->n_closed--;
    if (f->verdict->given.code[0])
        memcpy(job->code, f->verdict->given.code, sizeof job->code);
}

/* A stay that the undone event ended goes on, if its bay is empty and the car has no other place by now. */
static void continue_stay(struct fold *f, struct job *job, struct stay stay)
{
    if (!stay.n || !job || !wall_is_none(job->closed) || job->bay != NO_INDEX || job->parked != stay.n ||
        f->board->bays[stay.bay].job)
        return;
    stay.to_set = false;
    take_bay(f, job, &stay);
}

static void undo_bay(struct fold *f, const struct change *c)
{
    struct job *job = f->job;
    if (c->opened_stay.n) {
        struct stay voided = c->opened_stay;
        if (job->stay.n == voided.n)
            leave_bay(f, job);
        if (job->parked == voided.n)
            job->parked = 0;
        voided.voided = true;
        emit_stay(f, job, &voided);
    }
    struct stay own = c->ended_stay;
    if (own.n && job->bay == NO_INDEX && !f->board->bays[own.bay].job) {
        own.to_set = false;
        take_bay(f, job, &own);
    }
    if (c->displaced[0])
        continue_stay(f, board_job(f->board, c->displaced), c->displaced_stay);
}

static void fold_undo(struct fold *f)
{
    struct job *job = f->job;
    if (job->n_ring == 0)
        return;
    struct change c = job->ring[--job->n_ring];
    if (c.stage_changed)
        undo_stage(f, &c);
    undo_bay(f, &c);
    job->changed = c.prev;
    memcpy(job->changed_by, c.prev_source, sizeof job->changed_by);
    emit_undo(f, &c, true);
}

/* Jobs. */

static void set_route(struct fold *f, const char *work)
{
    struct job *job = f->job;
    const struct plan *plan = &f->board->plan;
    uint8_t index = NO_INDEX;
    for (uint8_t i = 0; work && i < plan->n_routes; i++)
        if (strcmp(plan->routes[i].id, work) == 0)
            index = i;
    if (index == NO_INDEX)
        index = plan_default_route(plan);
    const struct route *route = &plan->routes[index];
    uint8_t anchor_stage = job->n_route ? job->route[job->anchor] : route->stage[0];
    memcpy(job->work, route->id, sizeof job->work);
    memcpy(job->route, route->stage, sizeof job->route);
    job->n_route = route->n;
    if (job->anchor >= job->n_route)
        job->anchor = 0;
    set_position(job, anchor_stage);
    if (job->spans)
        set_position(job, job->stage);
}

static void set_promise(struct job *job, struct wall promise)
{
    if (wall_is_none(job->first_promise)) {
        job->first_promise = job->promise = promise;
    } else if (promise.ms != job->promise.ms) {
        job->promise = promise;
        job->promise_moves++;
    }
}

static void set_text(const struct event *e, enum field field, char *to, size_t size, const char *from)
{
    if (event_has(e, field))
        text_copy(to, size, from);
    else if (event_clears(e, field))
        to[0] = '\0';
}

/* The fields that `open` and `update` share, but work and bay. */
static void set_fields(struct fold *f)
{
    struct job *job = f->job;
    const struct event *e = f->event;
    if (event_has(e, FIELD_PLATE)) {
        memcpy(job->plate, e->plate, sizeof job->plate);
        plate_key(job->plate, job->plate_key);
    }
    set_text(e, FIELD_MODEL, job->model, sizeof job->model, e->model);
    set_text(e, FIELD_ADVISOR, job->advisor, sizeof job->advisor, e->advisor);
    set_text(e, FIELD_PICKUP, job->pickup, sizeof job->pickup, e->pickup);
    if (event_has(e, FIELD_PROMISED) || event_clears(e, FIELD_PROMISED))
        set_promise(job, event_has(e, FIELD_PROMISED) ? e->promised : WALL_NONE);
    if (event_has(e, FIELD_WAITING) || event_clears(e, FIELD_WAITING))
        job->waiting = event_has(e, FIELD_WAITING) && e->waiting;
    if (event_has(e, FIELD_PRIVACY) || event_clears(e, FIELD_PRIVACY)) {
        job->has_privacy = event_has(e, FIELD_PRIVACY);
        job->privacy = e->privacy;
    }
}

static void fold_open(struct fold *f)
{
    const struct verdict *v = f->verdict;
    struct job *job = f->job = job_create();
    if (!job)
        return;
    memcpy(job->id, v->job, sizeof job->id);
    memcpy(job->code, v->given.code, sizeof job->code);
    memcpy(job->key, v->given.key, sizeof job->key);
    memcpy(job->token, v->given.token, sizeof job->token);
    job->order = f->seq;
    job->opened = job->changed = v->at;
    board_link(f->board, job);
    set_route(f, event_has(f->event, FIELD_WORK) ? f->event->work : NULL);
    set_fields(f);
    job->stage = job->route[0];
    enter_span(f, job->stage);
    if (kind_of(f, job->stage) == KIND_READY) {
        job->ready_set = true;
        job->ready = v->at;
    }
    struct change unused = { 0 };
    if (event_has(f->event, FIELD_BAY))
        move_to_bay(f, event_target_bay(f->board, f->event, f->info), &unused);
}

static void fold_update(struct fold *f)
{
    set_fields(f);
    if (event_has(f->event, FIELD_WORK))
        set_route(f, f->event->work);
    if (!event_has(f->event, FIELD_BAY) && !event_clears(f->event, FIELD_BAY))
        return;
    uint8_t bay = event_target_bay(f->board, f->event, f->info);
    struct change unused = { 0 };
    if (bay != f->job->bay)
        move_to_bay(f, bay, &unused);
}

static void fold_help(struct fold *f)
{
    uint8_t index = event_target_bay(f->board, f->event, f->info);
    if (index == NO_INDEX)
        return;
    struct bay *bay = &f->board->bays[index];
    bool on = event_has(f->event, FIELD_ON) ? f->event->on : wall_is_none(bay->help);
    bay->dirty = true;
    if (on && wall_is_none(bay->help))
        bay->help = f->verdict->at.at;
    if (!on)
        bay->help = WALL_NONE;
    if (!on || event_has(f->event, FIELD_REASON))
        text_copy(bay->help_reason, sizeof bay->help_reason, on ? f->event->reason : "");
}

static void fold_note(struct fold *f)
{
    struct note note = { .at = f->verdict->at.at };
    snprintf(note.source, sizeof note.source, "%s/%s", role_name(f->info->role), f->info->id);
    memcpy(note.job, f->verdict->job, sizeof note.job);
    memcpy(note.by, f->event->by, sizeof note.by);
    memcpy(note.text, f->event->text, sizeof note.text);
    board_add_note(f->board, &note);
}

static void fold_call(struct fold *f)
{
    f->job->calls++;
    f->job->called = f->verdict->at.at;
}

static void fold_job(struct fold *f)
{
    const struct plan *plan = &f->board->plan;
    switch (f->event->type) {
    case EV_UPDATE:
        fold_update(f);
        break;
    case EV_ASSIGN:
        fold_assign(f);
        break;
    case EV_NEXT:
        enter_stage(f, job_next_stage(f->board, f->job), false);
        break;
    case EV_HOLD:
        enter_stage(f, plan_any_stage(plan, f->event->reason), false);
        break;
    case EV_REWORK:
        enter_stage(f, f->job->route[job_rework_position(f->board, f->job)], true);
        break;
    case EV_STAGE:
        enter_stage(f, plan_any_stage(plan, f->event->stage), false);
        break;
    case EV_UNDO:
        fold_undo(f);
        break;
    case EV_CALL:
        fold_call(f);
        break;
    case EV_CANCEL:
        fold_cancel(f);
        break;
    case EV_RATE:
        f->job->score = f->event->score;
        break;
    default:
        break;
    }
}

void board_apply(struct board *board, const struct event *event, const struct receipt_info *info,
                 const struct verdict *verdict, int64_t seq, struct changes *changes)
{
    struct fold f = { .board = board,
                      .event = event,
                      .info = info,
                      .verdict = verdict,
                      .changes = changes,
                      .seq = seq,
                      .job = board_job(board, verdict->job) };
    memset(changes, 0, sizeof *changes);
    if (event->type == EV_OPEN)
        fold_open(&f);
    else if (f.job)
        fold_job(&f);
    if (event->type == EV_HELP)
        fold_help(&f);
    if (event->type == EV_NOTE)
        fold_note(&f);
    if (!f.job)
        return;
    if (wall_is_none(f.job->last) || f.job->last.ms < verdict->at.at.ms)
        f.job->last = verdict->at.at;
    if (event_has(event, FIELD_BY))
        memcpy(f.job->by, event->by, sizeof f.job->by);
    f.job->dirty = true;
}
