/*
 * The one decision on an event: the reasons of CONTRACT 3 in the order they are checked.
 *
 *                 next (route order)                              next, stage (desk)
 *   [queue|work|check] ──────────▶ [queue|work|check] ──▶ [ready] ──────────▶ [done] = handed over, closed
 *       │  ▲   ▲  rework: check → last work before             │  ▲
 *   hold│  │next                                               │  └─ undo by its own source
 *       ▼  │   └──────────────── stage + force (desk, dms) ◀───┘
 *     [hold] ── hold ──▶ [other hold]              cancel: any stage → closed
 */
#include "core/board_own.h"

#include <stdio.h>
#include <string.h>

#define TYPE(t) (1u << EV_##t)

/* Types that mean nothing without a car; the rest may stand without. */
#define NEEDS_JOB                                                                                            \
    (TYPE(OPEN) | TYPE(UPDATE) | TYPE(ASSIGN) | TYPE(NEXT) | TYPE(HOLD) | TYPE(REWORK) | TYPE(STAGE) |       \
     TYPE(UNDO) | TYPE(CALL) | TYPE(CANCEL) | TYPE(RATE))
#define ON_CLOSED_TOO (TYPE(UNDO) | TYPE(RATE) | TYPE(NOTE) | TYPE(HELP))
#define IGNORES_FROM  (TYPE(OPEN) | TYPE(RATE) | TYPE(NOTE) | TYPE(HELP))
#define LEAVES_STAGE  (TYPE(NEXT) | TYPE(HOLD) | TYPE(REWORK))
#define CLAMPED_TYPES (TYPE(NEXT) | TYPE(HOLD) | TYPE(REWORK) | TYPE(STAGE) | TYPE(ASSIGN) | TYPE(CANCEL))

#define FUTURE_MS 2000 /* how far a sender's clock may be ahead */
#define LATE_MS   60000

static bool is(const struct event *event, unsigned types)
{
    return event->type < EV_UNKNOWN && types & (1u << event->type);
}

uint8_t job_next_stage(const struct board *board, const struct job *job)
{
    (void)board;
    if (job->stage != job->route[job->anchor])
        return job->route[job->anchor];
    return job->anchor + 1 < job->n_route ? job->route[job->anchor + 1] : NO_INDEX;
}

int job_rework_position(const struct board *board, const struct job *job)
{
    int at = job_route_position(job, job->stage);
    for (int i = at >= 0 ? at - 1 : job->anchor; i >= 0; i--)
        if (board->plan.stages[job->route[i]].kind == KIND_WORK)
            return i;
    return -1;
}

/* Going to `target` leaves out a check that still had to be done. */
static bool skips_check(const struct board *board, const struct job *job, uint8_t target)
{
    int to = job_route_position(job, target);
    if (target == job_next_stage(board, job))
        return false;
    for (int i = job->anchor; i < to; i++)
        if (board->plan.stages[job->route[i]].kind == KIND_CHECK)
            return true;
    return false;
}

uint8_t event_target_bay(const struct board *board, const struct event *event,
                         const struct receipt_info *info)
{
    if (event_clears(event, FIELD_BAY))
        return NO_INDEX;
    if (event_has(event, FIELD_BAY))
        return plan_any_bay(&board->plan, event->bay);
    return info->role == ROLE_BAY ? plan_any_bay(&board->plan, info->id) : NO_INDEX;
}

static bool forbidden(const struct event *event, const struct receipt_info *info)
{
    if (!info->known || (event->type != EV_UNKNOWN && !event_allowed(info->role, event->type)))
        return true;
    return info->role == ROLE_BAY && is(event, TYPE(ASSIGN) | TYPE(HELP)) && event_has(event, FIELD_BAY) &&
           strcmp(event->bay, info->id) != 0;
}

/* A field that is needed from this role only; NULL if nothing is missing. */
static const char *missing(const struct event *event, const struct receipt_info *info)
{
    bool bay = info->role == ROLE_BAY;
    if (is(event, NEEDS_JOB) && !event_has(event, FIELD_JOB) && (!bay || is(event, TYPE(ASSIGN))))
        return "job";
    if (event->type == EV_ASSIGN && !bay && !event_has(event, FIELD_BAY) && !event_clears(event, FIELD_BAY))
        return "bay";
    if (event->type == EV_HELP && !bay && !event_has(event, FIELD_BAY))
        return "bay";
    return NULL;
}

/* The job an event is about, by name or as the car in the bay that sent it; NULL if there is none. */
static struct job *find_job(struct board *board, const struct event *event, const struct receipt_info *info)
{
    if (event_has(event, FIELD_JOB))
        return board_job(board, event->job);
    uint8_t bay = info->role == ROLE_BAY ? plan_any_bay(&board->plan, info->id) : NO_INDEX;
    return bay == NO_INDEX ? NULL : board->bays[bay].job;
}

static enum reason judge_names(const struct board *board, const struct event *event, const struct job *job,
                               const struct receipt_info *info)
{
    const struct plan *plan = &board->plan;
    if (is(event, NEEDS_JOB) && !event_has(event, FIELD_JOB) && !job)
        return REASON_NO_JOB_IN_BAY;
    if (event_has(event, FIELD_JOB) && event->type != EV_OPEN && !job)
        return REASON_UNKNOWN_JOB;
    if (is(event, TYPE(OPEN) | TYPE(UPDATE) | TYPE(ASSIGN) | TYPE(HELP)) && event_has(event, FIELD_BAY) &&
        plan_bay(plan, event->bay) == NO_INDEX)
        return REASON_UNKNOWN_BAY;
    if (is(event, TYPE(ASSIGN) | TYPE(HELP)) && info->role == ROLE_BAY &&
        plan_bay(plan, info->id) == NO_INDEX)
        return REASON_UNKNOWN_BAY;
    if (event->type == EV_HOLD) {
        uint8_t hold = plan_stage(plan, event->reason);
        if (hold == NO_INDEX || plan->stages[hold].kind != KIND_HOLD)
            return REASON_UNKNOWN_STAGE;
    }
    if (event->type == EV_STAGE && plan_stage(plan, event->stage) == NO_INDEX)
        return REASON_UNKNOWN_STAGE;
    if (is(event, TYPE(OPEN) | TYPE(UPDATE)) && event_has(event, FIELD_WORK) &&
        plan_route(plan, event->work) == NO_INDEX)
        return REASON_UNKNOWN_WORK;
    return event->type == EV_OPEN && job ? REASON_JOB_EXISTS : REASON_NONE;
}

static bool too_old(const struct moment *at, const struct receipt_info *info, const struct rules *rules)
{
    return info->synced && rules->max_age_ms > 0 && wall_minus(info->received, at->at) > rules->max_age_ms;
}

/* Another kind of work must have the stage where the car stands; so never in a hold. */
static bool update_legal(const struct board *board, const struct event *event, const struct job *job)
{
    if (!event_has(event, FIELD_WORK))
        return true;
    const struct route *route = &board->plan.routes[plan_route(&board->plan, event->work)];
    return memchr(route->stage, job->stage, route->n);
}

static bool stage_legal(const struct board *board, const struct event *event, const struct job *job)
{
    uint8_t target = plan_stage(&board->plan, event->stage);
    if (target == job->stage)
        return false;
    if (target == job_next_stage(board, job))
        return true;
    bool forced = event_has(event, FIELD_FORCE) && event->force;
    return forced &&
           (!skips_check(board, job, target) || (event_has(event, FIELD_REASON) && event->reason[0]));
}

static bool step_legal(const struct board *board, const struct event *event, const struct job *job)
{
    enum kind kind = board->plan.stages[job->stage].kind;
    switch (event->type) {
    case EV_UPDATE:
        return update_legal(board, event, job);
    case EV_NEXT:
        return job_next_stage(board, job) != NO_INDEX;
    case EV_HOLD:
        return kind != KIND_READY && kind != KIND_DONE &&
               plan_stage(&board->plan, event->reason) != job->stage;
    case EV_REWORK:
        return kind == KIND_CHECK && job_rework_position(board, job) >= 0;
    case EV_STAGE:
        return stage_legal(board, event, job);
    case EV_CALL:
        return kind == KIND_READY;
    default:
        return true;
    }
}

static void source_text(const struct receipt_info *info, char out[SOURCE_SIZE])
{
    snprintf(out, SOURCE_SIZE, "%s/%s", role_name(info->role), info->id);
}

static enum reason judge_undo(const struct job *job, const struct receipt_info *info,
                              const struct rules *rules, const struct moment *at)
{
    char source[SOURCE_SIZE];
    source_text(info, source);
    if (!job->changed_by[0] || strcmp(job->changed_by, source) != 0)
        return REASON_NOTHING_TO_UNDO;
    if (moment_gap(&job->changed, at) > rules->undo_window_ms)
        return REASON_UNDO_EXPIRED;
    /* Within the window, but older than what the ring keeps. */
    return job->n_ring > 0 ? REASON_NONE : REASON_NOTHING_TO_UNDO;
}

static enum reason judge_job(const struct board *board, const struct event *event, const struct job *job,
                             const struct receipt_info *info, const struct rules *rules,
                             const struct moment *at)
{
    if (!wall_is_none(job->closed) && !is(event, ON_CLOSED_TOO))
        return REASON_CLOSED;
    const struct stage *stage = &board->plan.stages[job->stage];
    if (event_has(event, FIELD_FROM) && !is(event, IGNORES_FROM) && strcmp(event->from, stage->id) != 0)
        return REASON_MOVED_ON;
    if (info->role == ROLE_BAY && stage->kind == KIND_READY && is(event, LEAVES_STAGE))
        return REASON_AT_READY;
    if (!step_legal(board, event, job))
        return REASON_ILLEGAL_STEP;
    return event->type == EV_UNDO ? judge_undo(job, info, rules, at) : REASON_NONE;
}

static enum reason judge(struct board *board, const struct event *event, const struct receipt_info *info,
                         const struct rules *rules, struct verdict *verdict)
{
    if (forbidden(event, info))
        return REASON_FORBIDDEN;
    if (event->type == EV_UNKNOWN)
        return REASON_UNKNOWN_TYPE;
    const char *field = event->fault == REASON_BAD_FIELD ? event->fault_field : missing(event, info);
    if (field) {
        snprintf(verdict->field, sizeof verdict->field, "%s", field);
        return REASON_BAD_FIELD;
    }
    struct job *job = find_job(board, event, info);
    if (job)
        memcpy(verdict->job, job->id, sizeof verdict->job);
    enum reason reason = judge_names(board, event, job, info);
    if (reason)
        return reason;
    if (too_old(&verdict->at, info, rules))
        return REASON_TOO_OLD;
    if (job)
        return judge_job(board, event, job, info, rules, &verdict->at);
    if (event->type == EV_OPEN) {
        memcpy(verdict->job, event->job, sizeof verdict->job);
        return board->n_open >= BOARD_JOBS_MAX ? REASON_STORAGE : REASON_NONE;
    }
    return REASON_NONE;
}

/* The effective time before clamping (CONTRACT 3). */
static void effective_time(const struct event *event, const struct receipt_info *info, struct moment *out)
{
    *out = (struct moment){ .at = event->claimed };
    if (!wall_is_none(event->claimed) &&
        (!info->synced || wall_minus(event->claimed, info->received) <= FUTURE_MS))
        return;
    int64_t age = event->age_ms > 0 ? event->age_ms : 0;
    out->at = wall_plus(info->received, -age);
    if (out->at.ms < 0)
        out->at.ms = 0;
    out->up = boot_plus(info->up, -age);
    memcpy(out->boot, info->boot, sizeof out->boot);
}

/*
 * Not earlier than `floor`. "Earlier" is what the boot clock says where it can: after a step of the wall
 * clock back, only the wall time is lifted and the length of the span stays true. Nor does a wall clock that
 * is not `synced` (1970 after a boot) say anything against a floor of another boot: the boot time is kept,
 * and what follows in this boot is measured by it.
 */
static bool clamp_to(struct moment *at, const struct moment *floor, bool synced)
{
    bool comparable = synced || !at->boot[0] || strcmp(at->boot, floor->boot) == 0;
    if (comparable && moment_gap(floor, at) < 0) {
        *at = *floor;
        return true;
    }
    if (at->at.ms >= floor->at.ms)
        return false;
    at->at = floor->at;
    return true;
}

static bool clamp(struct board *board, const struct event *event, const struct receipt_info *info,
                  const struct job *job, struct moment *at)
{
    if (!job || !is(event, CLAMPED_TYPES))
        return false;
    bool clamped = clamp_to(at, &job->changed, info->synced);
    uint8_t bay = event->type == EV_ASSIGN ? event_target_bay(board, event, info) : NO_INDEX;
    const struct job *displaced = bay == NO_INDEX ? NULL : board->bays[bay].job;
    if (displaced && displaced != job)
        clamped |= clamp_to(at, &displaced->changed, info->synced);
    return clamped;
}

static void base32(const unsigned char *bytes, int n, char *out)
{
    static const char digits[] = "0123456789abcdefghjkmnpqrstvwxyz"; /* Crockford: no i l o u */
    unsigned buffer = 0, bits = 0;
    for (int i = 0; i < n; i++) {
        buffer = buffer << 8 | bytes[i];
        for (bits += 8; bits >= 5; bits -= 5)
            *out++ = digits[buffer >> (bits - 5) & 31];
    }
    if (bits)
        *out++ = digits[buffer << (5 - bits) & 31];
    *out = '\0';
}

/* A letter and two digits that no open job has. The first eleven letters look the same in Cyrillic and Latin
 * and are used up first; letters like digits (З, О, Ч) are left out. False only when all 2,400 are taken. */
static bool free_code(const struct board *board, unsigned random, char code[CODE_SIZE])
{
    static const char *const letters[] = { "А", "В", "Е", "К", "М", "Н", "Р", "С", "Т", "У", "Х", "Б",
                                           "Г", "Д", "Ж", "И", "Л", "П", "Ф", "Ц", "Ш", "Э", "Ю", "Я" };
    enum { LETTERS = sizeof letters / sizeof letters[0], TWINS = 11 };
    unsigned char used[LETTERS * 100] = { 0 };
    for (const struct job *job = board_first(board); job; job = board_next(job))
        for (int i = 0; i < LETTERS; i++)
            if (strncmp(job->code, letters[i], strlen(letters[i])) == 0) {
                const char *d = job->code + strlen(letters[i]);
                used[i * 100 + (d[0] - '0') * 10 + d[1] - '0'] = 1;
            }
    for (unsigned k = 0; k < LETTERS * 100; k++) {
        unsigned at = k < TWINS * 100 ? (random + k) % (TWINS * 100) : k;
        if (used[at])
            continue;
        snprintf(code, CODE_SIZE, "%s%02u", letters[at / 100], at % 100);
        return true;
    }
    return false;
}

static bool code_taken(const struct board *board, const struct job *by_other_than)
{
    for (const struct job *job = board_first(board); job; job = board_next(job))
        if (job != by_other_than && strcmp(job->code, by_other_than->code) == 0)
            return true;
    return false;
}

static void give(struct board *board, const struct event *event, const unsigned char random[32],
                 struct verdict *verdict)
{
    unsigned seed = (unsigned)random[0] << 8 | random[1];
    struct job *job = board_job(board, verdict->job);
    if (event->type == EV_OPEN) {
        free_code(board, seed, verdict->given.code);
        base32(random + 2, 7, verdict->given.key);
        base32(random + 9, 16, verdict->given.token);
    } else if (event->type == EV_UNDO && job && !wall_is_none(job->closed) && code_taken(board, job)) {
        free_code(board, seed, verdict->given.code);
    }
}

static void finish_times(const struct receipt_info *info, struct verdict *verdict)
{
    verdict->late = wall_minus(info->received, verdict->at.at) > LATE_MS;
}

void board_judge(struct board *board, const struct event *event, const struct receipt_info *info,
                 const struct rules *rules, const unsigned char random[32], struct verdict *verdict)
{
    memset(verdict, 0, sizeof *verdict);
    effective_time(event, info, &verdict->at);
    verdict->reason = judge(board, event, info, rules, verdict);
    struct job *job = board_job(board, verdict->job);
    if (verdict->reason == REASON_NONE) {
        verdict->clamped = clamp(board, event, info, job, &verdict->at);
        verdict->skips =
            event->type == EV_STAGE && skips_check(board, job, plan_stage(&board->plan, event->stage));
        give(board, event, random, verdict);
    }
    finish_times(info, verdict);
}

void board_recall(struct board *board, const struct event *event, const struct receipt_info *info,
                  const struct logged *logged, struct verdict *verdict)
{
    memset(verdict, 0, sizeof *verdict);
    effective_time(event, info, &verdict->at);
    snprintf(verdict->job, sizeof verdict->job, "%s", logged->job);
    struct job *job = board_job(board, logged->job);
    if (logged->clamped)
        clamp(board, event, info, job, &verdict->at);
    verdict->at.at = logged->at;
    verdict->late = logged->late;
    verdict->clamped = logged->clamped;
    verdict->given = logged->given;
    verdict->skips =
        event->type == EV_STAGE && job && skips_check(board, job, plan_any_stage(&board->plan, event->stage));
}
