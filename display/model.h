/*
 * What the lounge screen says at one moment: a board, how far it can be trusted and the time → rows, words,
 * order. Pure; the next moment at which it would say something else is part of it. Knows nothing of pixels.
 */
#pragma once

#include "display/calls.h"
#include "display/trust.h"
#include "display/words.h"
#include "wire/view.h"

/* Pictures and the outlines that stand for the kind of a stage. */
enum icon {
    ICON_NONE,
    ICON_CHECKIN,
    ICON_DIAGNOSIS,
    ICON_REPAIR,
    ICON_QUALITY,
    ICON_WASH,
    ICON_PARTS,
    ICON_APPROVAL,
    ICON_READY,
    ICON_PAUSE,
    ICON_DOTS,
    ICON_WAIT,
    ICON_CHAIR,
    ICON_ARROW,
    ICON_CLOCK,
    ICON_OFFLINE,
    ICON_BATTERY, /* nearly empty */
    ICON_HELP,    /* a triangle with an exclamation mark */
    ICON_LAMP_OFF,
    ICON_LAMP_GREEN,
    ICON_LAMP_AMBER,
    ICON_LAMP_RED,
    ICON_COUNT,
};

struct model_setup {
    const struct words *words[2]; /* they outlive the models; second NULL: one language */
    int64_t ready_keep_ms;
    char name[LABEL_SIZE]; /* instead of the board's title; empty: that */
    bool workshop;         /* the staff's view: model.floor instead of cars and ready */
};

struct floor;

/* A car that is in work. Texts are cleaned: one line, no control or direction marks. */
struct model_car {
    int job; /* in view.jobs */
    char key[32], label[VIEW_LABEL_SIZE], model[NAME_SIZE];
    char stage[2][LABEL_SIZE]; /* in the first, in the second language */
    enum kind kind;
    enum icon icon;
    char since[24];            /* "13:10", "пт", of two languages "20.11"; empty: unknown */
    char promise[24], was[24]; /* "17:00", "15:30"; empty: none */
    bool passed;               /* the promise lies behind us */
    bool waiting;              /* its owner is here */
    int step, steps;           /* steps 0: not shown */
    enum icon step_icon[ROUTE_STAGES_MAX];
    struct wall promised; /* for the order */
};

struct model_ready {
    int job;
    char key[32], label[VIEW_LABEL_SIZE], model[NAME_SIZE];
    char place[NAME_SIZE], place_long[NAME_SIZE]; /* on a card behind an arrow, in the call */
    bool fresh;                                   /* younger than ready_keep_min: on every page */
    bool called;                                  /* now, or a minute ago: it stands first */
    struct boot call_at;                          /* of that: the latest is the very first */
    bool bright; /* that, or it is reminded of where it stands; while one is called, that one alone */
    struct wall ready_at;
};

struct model {
    int languages; /* 1 or 2 */
    const struct words *words[2];
    enum trust_state trust;
    char name[LABEL_SIZE];
    char clock[8], date[WORDS_SIZE], short_date[WORDS_SIZE];
    char data_at[WORDS_SIZE];    /* "14:32", "пт", of two languages "20.11"; empty: no data */
    char data_in[2][WORDS_SIZE]; /* the same in a sentence of each language: "пт", "Fri" */
    int bays_total, bays_online; /* total -1: not known */
    struct model_car *cars;      /* in the order of the list */
    int n_cars;
    struct model_ready *ready; /* the called ones first, the latest call before all; then the newest */
    int n_ready;
    int call; /* in ready, -1: none */
    int call_number, call_of;
    bool workshop;
    struct floor *floor; /* the workshop's view; NULL in the lounge and where no row is shown */
    struct wall next;    /* changes by itself at this wall time; silence and calls have their own deadlines */
};

struct model_input {
    const struct view *view; /* NULL: none yet */
    const struct trust *trust;
    const struct calls *calls;
    struct wall now; /* on the hub's clock, as well as it is known */
    struct boot up;
};

/* Fills `model` anew (start with a zeroed one); false if memory is out. Free it with model_free. */
bool model_make(struct model *model, const struct model_setup *setup, const struct model_input *in);
void model_free(struct model *model);

/* Whether the row of this car needs a second line in the compact format. */
bool model_exceptional(const struct model_car *car);

/* One line of visible text: hidden marks go, white space and emoji become single spaces, accents pile up no
 * higher than two (signs of Indian scripts: three). */
void model_clean(char *out, size_t size, const char *in);
/* The same for a label; one with nothing visible in it still keeps its place. */
void model_clean_label(char out[VIEW_LABEL_SIZE], const char *in);
enum icon model_icon(const char *stage, enum kind kind);
