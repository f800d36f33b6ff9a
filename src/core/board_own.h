/* Shared by board.c, judge.c and fold.c only. */
#pragma once

#include "core/board.h"

#define BOARD_HASH 4096

struct board {
    struct plan plan;
    struct bay bays[PLAN_BAYS_MAX];
    struct job *hash[BOARD_HASH];
    struct job *head, *tail; /* by order of opening; adopted closed jobs too */
    int n_open, n_closed;
    struct note notes[BOARD_NOTES_MAX]; /* newest at n_notes - 1 */
    int n_notes;
};

/* Where a job goes by `next` (from a hold or off-route stage: back to the last on-route stage). NO_INDEX at
 * the end. */
uint8_t job_next_stage(const struct board *board, const struct job *job);

/* Position of a stage in the job's route, -1 if it is not on it. */
int job_route_position(const struct job *job, uint8_t stage);

/* Position of the last work stage before the check where the car is; -1 if there is none. */
int job_rework_position(const struct board *board, const struct job *job);

/* The bay an event moves the car into; NO_INDEX: out of its bay. */
uint8_t event_target_bay(const struct board *board, const struct event *event,
                         const struct receipt_info *info);

void board_link(struct board *board, struct job *job);
