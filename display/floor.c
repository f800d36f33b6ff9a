#include "display/floor.h"

#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HOUR_MIN 60
#define DAY_MIN  1440

static int64_t minute_of(struct wall at)
{
    return at.ms >= 0 ? at.ms / 60000 : (at.ms - 59999) / 60000;
}

/* Minutes between two readings of the clock on the wall; never negative. */
static int64_t minutes_between(struct wall from, struct wall to)
{
    int64_t n = minute_of(to) - minute_of(from);
    return n > 0 ? n : 0;
}

static void count(const struct words *w, enum word word, int64_t n, char out[WORDS_SIZE])
{
    char figure[24];
    snprintf(figure, sizeof figure, "%lld", (long long)n);
    words_count(w, word, n, figure, NULL, out);
}

/* "0:52", "27:05", from 100 hours on "5 дн". */
static void write_hours(const struct words *w, int64_t minutes, char out[WORDS_SIZE])
{
    if (minutes < 100 * HOUR_MIN)
        snprintf(out, WORDS_SIZE, "%d:%02d", (int)(minutes / HOUR_MIN), (int)(minutes % HOUR_MIN));
    else
        count(w, WORD_DAYS, minutes / DAY_MIN, out);
}

void floor_length(const struct words *w, int64_t minutes, char out[WORDS_SIZE])
{
    if (minutes < HOUR_MIN)
        count(w, WORD_MIN, minutes, out);
    else
        write_hours(w, minutes, out);
}

static enum lamp lamp_of(const char *name)
{
    static const char *const names[] = {
        [LAMP_OFF] = "off", [LAMP_GREEN] = "green", [LAMP_AMBER] = "amber", [LAMP_RED] = "red"
    };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strcmp(names[i], name) == 0)
            return (enum lamp)i;
    return LAMP_OFF;
}

/* In its row a bay goes without the word for a bay ("4" of "Пост 4"); where it stands alone it has it. */
static void name_bay(const struct view_bay *bay, const struct words *w, char shorter[LABEL_SIZE],
                     char whole[LABEL_SIZE])
{
    char name[LABEL_SIZE], word[WORDS_SIZE], full[WORDS_SIZE];
    words_bare(w, WORD_BAY, word);
    size_t n = strlen(word);
    model_clean(name, sizeof name, label_in(&bay->label, words_lang(w), bay->bay));
    if (!name[0])
        text_copy(name, sizeof name, bay->bay);
    const char *rest = name;
    if (strncmp(name, word, n) == 0 && name[n] == ' ' && name[n + 1] >= '0' && name[n + 1] <= '9')
        rest = name + n + 1;
    memmove(shorter, rest, strlen(rest) + 1);
    bool number = shorter[0] >= '0' && shorter[0] <= '9';
    words_fill(w, WORD_BAY, shorter, NULL, full);
    if (!number || !text_copy(whole, LABEL_SIZE, full))
        memcpy(whole, shorter, LABEL_SIZE);
}

/* The car's public label; a board that lists the car under no job still tells plate or code. */
static void name_car(const struct view *view, const struct view_bay *bay, char out[VIEW_LABEL_SIZE])
{
    for (int i = 0; i < view->n_jobs; i++)
        if (view->jobs[i].job[0] && strcmp(view->jobs[i].job, bay->job) == 0) {
            model_clean_label(out, view->jobs[i].label);
            return;
        }
    model_clean_label(out, bay->code[0] ? bay->code : bay->plate);
}

static void fill_time(struct floor_bay *row, const struct view_bay *bay, const struct words *w,
                      struct wall now)
{
    int64_t spent = 0, limit = bay->limit_s / 60;
    char text[WORDS_SIZE];
    row->share = -1;
    if (!wall_is_none(bay->since)) {
        spent = minutes_between(bay->since, now);
        write_hours(w, spent, text);
        text_copy(row->spent, sizeof row->spent, text);
    }
    if (limit <= 0)
        return;
    write_hours(w, limit, text);
    text_copy(row->limit, sizeof row->limit, text);
    row->share = spent >= limit ? 1000 : (int)(spent * 1000 / limit);
}

static void fill_bay(struct floor *floor, const struct view *view, int index, const struct words *w,
                     struct wall now)
{
    const struct view_bay *bay = &view->bays[index];
    struct floor_bay *row = &floor->bays[floor->n_bays++];
    char whole[LABEL_SIZE], text[WORDS_SIZE];
    *row = (struct floor_bay){ .lamp = lamp_of(bay->lamp),
                               .help = !wall_is_none(bay->help),
                               .silent = bay->online == 0,
                               .low = bay->low,
                               .free = bay->stage < 0,
                               .share = -1 };
    name_bay(bay, w, row->name, whole);
    if (row->help) {
        struct floor_help *help = &floor->help[floor->n_help++];
        *help = (struct floor_help){ .from = bay->help };
        memcpy(help->name, whole, sizeof help->name);
        memcpy(help->bay, row->name, sizeof help->bay);
        words_begin(w, bay->help, now, text);
        text_copy(help->since, sizeof help->since, text);
        floor_length(w, minutes_between(bay->help, now), help->length);
    }
    if (row->free)
        return;
    name_car(view, bay, row->label);
    row->kind = view->stages[bay->stage].kind;
    row->icon = model_icon(view->stages[bay->stage].id, row->kind);
    model_clean(row->stage, sizeof row->stage,
                label_in(&view->stages[bay->stage].label, words_lang(w), view->stages[bay->stage].id));
    fill_time(row, bay, w, now);
}

static void fill_hold(struct floor *floor, const struct view *view, const struct view_job *job,
                      const struct words *w, struct wall now)
{
    struct floor_hold *hold = &floor->holds[floor->n_holds++];
    char text[WORDS_SIZE];
    *hold =
        (struct floor_hold){ .icon = model_icon(view->stages[job->stage].id, KIND_HOLD), .from = job->since };
    model_clean_label(hold->label, job->label);
    model_clean(hold->stage, sizeof hold->stage,
                label_in(&view->stages[job->stage].label, words_lang(w), view->stages[job->stage].id));
    if (wall_is_none(job->since))
        return;
    words_begin(w, job->since, now, text);
    text_copy(hold->since, sizeof hold->since, text);
}

static void fill_late(struct floor *floor, const struct view_job *job, struct wall now)
{
    int64_t minutes = wall_is_none(job->promised) ? 0 : minutes_between(job->promised, now);
    if (minutes < 1)
        return;
    struct floor_late *late = &floor->late[floor->n_late++];
    *late = (struct floor_late){ .minutes = minutes };
    model_clean_label(late->label, job->label);
}

static void fill_figures(struct floor *floor, const struct view *view, const struct words *w)
{
    const int counts[] = { view->opened, view->ready, view->handed_over };
    const double shares[] = { view->on_time, view->right_first_time };
    for (int i = 0; i < FLOOR_FIGURES; i++)
        text_copy(floor->figures[i], WORDS_SIZE, "–");
    for (int i = 0; i < 3; i++)
        if (counts[i] >= 0)
            snprintf(floor->figures[i], WORDS_SIZE, "%d", counts[i]);
    for (int i = 0; i < 2; i++)
        /* Cut, not rounded: one late car of three hundred is no 100 %. */
        if (shares[i] >= 0)
            count(w, WORD_PERCENT, shares[i] >= 1 ? 100 : (int)(shares[i] * 100 + 1e-9),
                  floor->figures[3 + i]);
}

/* -1, 0, 1; what has no time stands last. */
static int older(struct wall x, struct wall y)
{
    if (wall_is_none(x) != wall_is_none(y))
        return wall_is_none(x) ? 1 : -1;
    return x.ms < y.ms ? -1 : x.ms > y.ms;
}

static int by_help(const void *a, const void *b)
{
    const struct floor_help *x = a, *y = b;
    int order = older(x->from, y->from);
    return order ? order : strcmp(x->name, y->name);
}

static int by_hold(const void *a, const void *b)
{
    const struct floor_hold *x = a, *y = b;
    int order = older(x->from, y->from);
    return order ? order : strcmp(x->label, y->label);
}

static int by_late(const void *a, const void *b)
{
    const struct floor_late *x = a, *y = b;
    if (x->minutes != y->minutes)
        return x->minutes > y->minutes ? -1 : 1;
    return strcmp(x->label, y->label);
}

struct floor *floor_make(const struct view *view, const struct words *w, struct wall now)
{
    struct floor *floor = calloc(1, sizeof *floor);
    size_t room = view->n_jobs > 0 ? (size_t)view->n_jobs : 1;
    if (!floor)
        return NULL;
    floor->holds = calloc(room, sizeof *floor->holds);
    floor->late = calloc(room, sizeof *floor->late);
    if (!floor->holds || !floor->late) {
        floor_free(floor);
        return NULL;
    }
    for (int i = 0; i < view->n_bays; i++)
        fill_bay(floor, view, i, w, now);
    for (int i = 0; i < view->n_jobs; i++) {
        enum kind kind = view->stages[view->jobs[i].stage].kind;
        if (kind == KIND_HOLD)
            fill_hold(floor, view, &view->jobs[i], w, now);
        if (kind != KIND_READY && kind != KIND_DONE)
            fill_late(floor, &view->jobs[i], now);
    }
    fill_figures(floor, view, w);
    qsort(floor->help, (size_t)floor->n_help, sizeof *floor->help, by_help);
    qsort(floor->holds, (size_t)floor->n_holds, sizeof *floor->holds, by_hold);
    qsort(floor->late, (size_t)floor->n_late, sizeof *floor->late, by_late);
    return floor;
}

void floor_free(struct floor *floor)
{
    if (!floor)
        return;
    free(floor->holds);
    free(floor->late);
    free(floor);
}

enum word floor_figure_word(int figure)
{
    static const enum word words[FLOOR_FIGURES] = { WORD_OPENED, WORD_DONE, WORD_HANDED_OVER, WORD_ON_TIME,
                                                    WORD_RIGHT_FIRST };
    return words[figure];
}

bool floor_busy(const struct floor *floor)
{
    for (int i = 0; i < floor->n_bays; i++)
        if (!floor->bays[i].free)
            return true;
    return floor->n_help > 0;
}
