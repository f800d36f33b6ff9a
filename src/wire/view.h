/*
 * A board as a reader gets it: bytes of `board/public` or `board/staff` (CONTRACT 2, 3) decoded into plain
 * data. Pure. Strict on what it uses, tolerant of fields it does not know.
 */
#pragma once

#include "core/event.h"
#include "core/plan.h"

#define VIEW_BYTES_MAX    (4 * 1024 * 1024)
#define VIEW_JOBS_MAX     2000
#define VIEW_PROBLEMS_MAX 16
#define VIEW_LABEL_SIZE   (PLATE_SIZE + 16) /* "123 · К47" */

struct view_job {
    char key[32];
    char label[VIEW_LABEL_SIZE];
    char model[NAME_SIZE];
    uint8_t stage; /* index into view.stages */
    struct wall since;
    uint8_t route[ROUTE_STAGES_MAX], n_route; /* without its done stage */
    int step, steps;
    bool waiting;
    struct wall promised, promised_was, ready_at, called_at; /* WALL_NONE: not there */
    int calls;
    char pickup[NAME_SIZE]; /* empty: none */
    /* Staff board only, empty otherwise: */
    char job[EVENT_ID_SIZE], plate[PLATE_SIZE], advisor[NAME_SIZE], code[8], bay[ID_SIZE], by[NAME_SIZE];
    int reworks;
    int64_t late_by_s, limit_s; /* 0: none */
};

struct view_bay {
    char bay[ID_SIZE];
    struct label label;
    char job[EVENT_ID_SIZE], plate[PLATE_SIZE], code[8];
    int stage; /* index into view.stages, -1: empty bay */
    struct wall since;
    int64_t limit_s;
    char lamp[8];     /* off green amber red */
    struct wall help; /* WALL_NONE: nobody calls */
    char help_reason[CHARS_SIZE(200)];
    int online;  /* 1 yes, 0 no, -1 never seen */
    int battery; /* per cent, -1 unknown */
    bool low;    /* a battery is to be changed */
    struct wall silent_since;
};

struct view_stage {
    char id[ID_SIZE];
    enum kind kind;
    struct label label;
};

struct view_problem {
    char code[64], text[CHARS_SIZE(200)];
    struct wall since;
};

/* The lists have room for what the board has and no more: a public one is small. */
struct view {
    char site[ID_SIZE];
    struct label title;
    int64_t rev;
    struct wall time;
    char zone[65];
    struct view_stage *stages; /* PLAN_STAGES_MAX at most */
    int n_stages;
    int bays_total, bays_online; /* total -1: the board has no `bays` */
    struct view_job *jobs;       /* VIEW_JOBS_MAX at most */
    int n_jobs;
    /* Staff board only: */
    bool staff;
    struct view_bay *bays; /* CONFIG_BAYS_MAX at most */
    int n_bays;
    struct view_problem *problems;
    int n_problems;
    int opened, ready, handed_over;   /* today; -1 if absent */
    double on_time, right_first_time; /* 0…1; -1 if absent */
};

/* NULL, and a sentence in `fault`, if the bytes are no board of version 1. The caller frees it with
 * view_destroy. */
struct view *view_decode(const void *bytes, size_t len, char *fault, size_t fault_size);
void view_destroy(struct view *view); /* takes NULL */

/* `hub/beat`: its rev and time; false if the bytes are no beat. */
bool view_beat(const void *bytes, size_t len, int64_t *rev, struct wall *time);
