#include "core/board.h"

#include "base/text.h"
#include "core/board_own.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct board *board_create(const struct plan *plan)
{
    struct board *board = calloc(1, sizeof *board);
    if (!board)
        return NULL;
    board->plan = *plan;
    for (int i = 0; i < PLAN_BAYS_MAX; i++) {
        board->bays[i].since = WALL_NONE;
        board->bays[i].help = WALL_NONE;
    }
    return board;
}

void board_destroy(struct board *board)
{
    if (!board)
        return;
    for (struct job *job = board->head, *next; job; job = next) {
        next = job->next;
        free(job);
    }
    free(board);
}

const struct plan *board_plan(const struct board *board)
{
    return &board->plan;
}

bool board_set_plan(struct board *board, const struct plan *next)
{
    return plan_merge(&board->plan, next);
}

static unsigned slot(const char *id)
{
    return (unsigned)(hash_bytes(HASH_START, id, strlen(id)) % BOARD_HASH);
}

struct job *board_job(struct board *board, const char *id)
{
    for (struct job *job = board->hash[slot(id)]; job; job = job->next_hash)
        if (strcmp(job->id, id) == 0)
            return job;
    return NULL;
}

static struct job *skip_closed(struct job *job)
{
    while (job && !wall_is_none(job->closed))
        job = job->next;
    return job;
}

struct job *board_first(const struct board *board)
{
    return skip_closed(board->head);
}

struct job *board_next(const struct job *job)
{
    return skip_closed(job->next);
}

int board_open_count(const struct board *board)
{
    return board->n_open;
}

struct bay *board_bay(struct board *board, uint8_t index)
{
    return &board->bays[index];
}

const struct bay *board_bay_const(const struct board *board, uint8_t index)
{
    return &board->bays[index];
}

const struct note *board_note(const struct board *board, int i)
{
    return i >= 0 && i < board->n_notes ? &board->notes[board->n_notes - 1 - i] : NULL;
}

void board_add_note(struct board *board, const struct note *note)
{
    if (board->n_notes == BOARD_NOTES_MAX)
        memmove(board->notes, board->notes + 1, sizeof board->notes[0] * --board->n_notes);
    board->notes[board->n_notes++] = *note;
}

struct job *job_create(void)
{
    struct job *job = calloc(1, sizeof *job);
    if (!job)
        return NULL;
    job->bay = NO_INDEX;
    job->first_promise = job->promise = job->called = job->closed = job->last = WALL_NONE;
    job->score = -1;
    return job;
}

void board_link(struct board *board, struct job *job)
{
    unsigned at = slot(job->id);
    job->next_hash = board->hash[at];
    board->hash[at] = job;
    struct job *before = board->tail; /* nearly always the newest: look from the end */
    while (before && before->order > job->order)
        before = before->prev;
    job->prev = before;
    job->next = before ? before->next : board->head;
    *(job->next ? &job->next->prev : &board->tail) = job;
    *(before ? &before->next : &board->head) = job;
    if (wall_is_none(job->closed))
        board->n_open++;
    else
        board->n_closed++;
}

bool board_adopt(struct board *board, struct job *job)
{
    if (!job || board_job(board, job->id)) {
        free(job);
        return false;
    }
    board_link(board, job);
    if (wall_is_none(job->closed) && job->bay != NO_INDEX) {
        board->bays[job->bay].job = job;
        board->bays[job->bay].since = job->stay.from.at;
    }
    return true;
}

static void unlink_job(struct board *board, struct job *job)
{
    struct job **p = &board->hash[slot(job->id)];
    while (*p != job)
        p = &(*p)->next_hash;
    *p = job->next_hash;
    *(job->prev ? &job->prev->next : &board->head) = job->next;
    *(job->next ? &job->next->prev : &board->tail) = job->prev;
}

void board_forget_closed(struct board *board)
{
    for (struct job *job = board->head, *next; job && board->n_closed > 0; job = next) {
        next = job->next;
        if (wall_is_none(job->closed) || job->dirty)
            continue;
        unlink_job(board, job);
        free(job);
        board->n_closed--;
    }
}

bool board_flush(struct board *board, const struct board_sink *sink, void *user)
{
    for (struct job *job = board->head; job; job = job->next) {
        if (!job->dirty)
            continue;
        if (!sink->job(user, job))
            return false;
        job->dirty = false;
    }
    for (int i = 0; i < board->plan.n_bays; i++) {
        if (!board->bays[i].dirty)
            continue;
        if (!sink->bay(user, (uint8_t)i, &board->bays[i]))
            return false;
        board->bays[i].dirty = false;
    }
    return true;
}

int job_route_position(const struct job *job, uint8_t stage)
{
    for (int i = 0; i < job->n_route; i++)
        if (job->route[i] == stage)
            return i;
    return -1;
}

int job_step(const struct job *job)
{
    return job->anchor + 1;
}

int job_steps(const struct job *job, const struct plan *plan)
{
    bool done = job->n_route > 0 && plan->stages[job->route[job->n_route - 1]].kind == KIND_DONE;
    return job->n_route - done;
}

/* One open job against the rest of the board; NULL if it is sound. */
static const char *job_fault(const struct board *board, const struct job *job)
{
    if (job->stage >= board->plan.n_stages)
        return "stage out of the plan";
    if (job->n_route == 0 || job->anchor >= job->n_route)
        return "position out of the route";
    if (job_route_position(job, job->stage) >= 0 && job->route[job->anchor] != job->stage)
        return "on-route stage and position differ";
    if (!wall_is_none(job->closed))
        return job->bay != NO_INDEX || job->stay.n ? "closed, but in a bay" : NULL;
    if (job->span.n == 0 || job->span.left_set || job->span.voided || job->span.stage != job->stage)
        return "no open span of its stage";
    if ((job->bay != NO_INDEX) != (job->stay.n != 0) || (job->stay.n && job->stay.bay != job->bay))
        return "bay and stay differ";
    if (job->bay != NO_INDEX && board->bays[job->bay].job != job)
        return "its bay holds another car";
    if (job->ready_set != (board->plan.stages[job->stage].kind == KIND_READY))
        return "ready time and stage differ";
    if (wall_is_none(job->first_promise) && !wall_is_none(job->promise))
        return "a promise without a first one";
    for (const struct job *other = board_next(job); other; other = board_next(other))
        if (strcmp(other->code, job->code) == 0)
            return "code given twice";
    return NULL;
}

bool board_check(const struct board *board, char *what, size_t size)
{
    int open = 0;
    for (const struct job *job = board->head; job; job = job->next) {
        const char *fault = job_fault(board, job);
        open += wall_is_none(job->closed);
        if (fault) {
            snprintf(what, size, "job %s: %s", job->id, fault);
            return false;
        }
    }
    for (int i = 0; i < PLAN_BAYS_MAX; i++) {
        const struct job *job = board->bays[i].job;
        if (job && (job->bay != i || !wall_is_none(job->closed))) {
            snprintf(what, size, "bay %s: holds a car that is not in it", board->plan.bays[i].id);
            return false;
        }
    }
    if (open != board->n_open)
        snprintf(what, size, "%d open jobs, counted %d", open, board->n_open);
    return open == board->n_open;
}
