#include "display/model.h"

#include "base/text.h"
#include "display/discreet.h"
#include "display/floor.h"
#include "sys/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PASSED_AFTER_MS 60000

/* Marks that turn or hide text: they have no place on a public board. */
static bool is_hidden(int32_t c)
{
    return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0xad || c == 0x61c ||
           (c >= 0x200b && c <= 0x200f && c != 0x200d) || (c >= 0x2028 && c <= 0x202e) ||
           (c >= 0x2060 && c <= 0x206f) || c == 0xfeff || (c >= 0xfff0 && c <= 0xfffb);
}

/* Little pictures (Unicode emoji and their parts), signs of private use: no font has them in one colour, and
 * a box would stand there. */
static bool is_picture(int32_t c)
{
    return c >= 0x1f000 ? c < 0x20000 || c >= 0xe0000
                        : (c >= 0xe000 && c <= 0xf8ff) || (c >= 0xfe00 && c <= 0xfe0f) || c == 0x20e3;
}

/* Accents pile up; the signs of the scripts of India stand around their letter, and words have three of them. */
static int marks_most(int32_t c)
{
    return c >= 0x900 && c < 0xe00 ? 3 : 2;
}

void model_clean(char *out, size_t size, const char *in)
{
    struct text t = text_over(out, size);
    const char *p = in, *end = in + strlen(in);
    int marks = 0;
    bool gap = false, joined = false;
    while (p < end) {
        const char *from = p;
        int32_t c = utf8_next(&p, end);
        bool picture = is_picture(c) || (joined && c == 0x200d);
        joined = picture;
        if (picture || c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == 0x3000 ||
            (c >= 0x2000 && c <= 0x200a)) {
            gap = t.len > 0;
            continue;
        }
        if (c < 0 || is_hidden(c))
            continue;
        marks = utf8_is_mark(c) ? marks + 1 : 0;
        if (marks > marks_most(c) || (marks && !t.len))
            continue;
        if (gap)
            text_put(&t, " ");
        gap = false;
        text_add(&t, from, (size_t)(p - from));
    }
}

void model_clean_label(char out[VIEW_LABEL_SIZE], const char *in)
{
    model_clean(out, VIEW_LABEL_SIZE, in);
    if (!out[0])
        text_copy(out, VIEW_LABEL_SIZE, "—");
}

enum icon model_icon(const char *id, enum kind kind)
{
    static const struct {
        const char *id;
        enum icon icon;
    } known[] = {
        { "checkin", ICON_CHECKIN }, { "diagnosis", ICON_DIAGNOSIS }, { "repair", ICON_REPAIR },
        { "quality", ICON_QUALITY }, { "test", ICON_QUALITY },        { "wash", ICON_WASH },
        { "parts", ICON_PARTS },     { "approval", ICON_APPROVAL },   { "ready", ICON_READY },
    };
    static const enum icon of_kind[KIND_COUNT] = {
        [KIND_QUEUE] = ICON_WAIT,    [KIND_WORK] = ICON_DOTS,   [KIND_HOLD] = ICON_PAUSE,
        [KIND_CHECK] = ICON_QUALITY, [KIND_READY] = ICON_READY, [KIND_DONE] = ICON_READY
    };
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (strcmp(known[i].id, id) == 0)
            return known[i].icon;
    return of_kind[kind];
}

bool model_exceptional(const struct model_car *car)
{
    return car->kind == KIND_HOLD || car->was[0] || car->passed || car->waiting;
}

static void sooner(struct model *m, struct wall at, struct wall now)
{
    if (at.ms > now.ms && (wall_is_none(m->next) || at.ms < m->next.ms))
        m->next = at;
}

/* What dates are made of where all languages share one place; NULL: figures. */
static const struct words *shared(const struct model *m)
{
    return m->languages == 2 ? NULL : m->words[0];
}

static void fill_promise(struct model *m, struct model_car *car, const struct view_job *job, struct wall now)
{
    char text[WORDS_SIZE];
    car->promised = job->promised;
    if (wall_is_none(job->promised))
        return;
    sooner(m, wall_plus(job->promised, PASSED_AFTER_MS), now);
    car->passed = wall_minus(now, job->promised) >= PASSED_AFTER_MS;
    if (car->passed)
        return;
    words_promise(shared(m), job->promised, now, text);
    text_copy(car->promise, sizeof car->promise, text);
    if (wall_is_none(job->promised_was))
        return;
    words_promise(shared(m), job->promised_was, now, text);
    /* A move within the minute, or back to the same one, reads as no move. */
    if (strcmp(text, car->promise) != 0)
        text_copy(car->was, sizeof car->was, text);
}

static void fill_steps(struct model_car *car, const struct view *view, const struct view_job *job)
{
    int n = job->steps < job->n_route ? job->steps : job->n_route;
    if (job->step < 1 || job->step > n)
        return;
    car->step = job->step;
    car->steps = n;
    for (int i = 0; i < n; i++)
        car->step_icon[i] = model_icon(view->stages[job->route[i]].id, view->stages[job->route[i]].kind);
}

/* What somebody typed, if it may stand in public; else nothing. */
static void clean_discreet(char out[NAME_SIZE], const char *in, const char *label)
{
    model_clean(out, NAME_SIZE, in);
    if (discreet_tells(out, label))
        out[0] = '\0';
}

static void fill_car(struct model *m, struct model_car *car, const struct view *view, int index,
                     struct wall now)
{
    const struct view_job *job = &view->jobs[index];
    char text[WORDS_SIZE];
    *car = (struct model_car){ .job = index, .kind = view->stages[job->stage].kind, .waiting = job->waiting };
    memcpy(car->key, job->key, sizeof car->key);
    model_clean_label(car->label, job->label);
    clean_discreet(car->model, job->model, car->label);
    for (int i = 0; i < m->languages; i++)
        model_clean(
            car->stage[i], sizeof car->stage[i],
            label_in(&view->stages[job->stage].label, words_lang(m->words[i]), view->stages[job->stage].id));
    car->icon = model_icon(view->stages[job->stage].id, car->kind);
    if (!wall_is_none(job->since)) {
        words_begin(shared(m), job->since, now, text);
        text_copy(car->since, sizeof car->since, text);
    }
    fill_promise(m, car, job, now);
    fill_steps(car, view, job);
}

static void fill_ready(struct model *m, struct model_ready *ready, const struct model_setup *setup,
                       const struct model_input *in, int index)
{
    const struct view_job *job = &in->view->jobs[index];
    *ready = (struct model_ready){ .job = index, .ready_at = job->ready_at };
    memcpy(ready->key, job->key, sizeof ready->key);
    model_clean_label(ready->label, job->label);
    clean_discreet(ready->model, job->model, ready->label);
    clean_discreet(ready->place, job->pickup, ready->label);
    memcpy(ready->place_long, ready->place, sizeof ready->place_long);
    if (!ready->place[0]) {
        text_copy(ready->place, sizeof ready->place, words_get(m->words[0], WORD_DESK));
        text_copy(ready->place_long, sizeof ready->place_long, words_get(m->words[0], WORD_TO_DESK));
    }
    struct wall old =
        wall_is_none(job->ready_at) ? WALL_NONE : wall_plus(job->ready_at, setup->ready_keep_ms);
    ready->fresh = !wall_is_none(old) && old.ms > in->now.ms;
    if (ready->fresh)
        sooner(m, old, in->now);
    ready->call_at = calls_last(in->calls, job->key, in->up);
    ready->called = m->trust == TRUST_FRESH && ready->call_at.ms != BOOT_FAR.ms;
    ready->bright = ready->called || (m->trust == TRUST_FRESH && calls_reminds(in->calls, job->key, in->up));
}

static int by_order(const void *a, const void *b)
{
    const struct model_car *x = a, *y = b;
    if (x->waiting != y->waiting)
        return x->waiting ? -1 : 1;
    bool no_x = wall_is_none(x->promised), no_y = wall_is_none(y->promised);
    if (no_x != no_y)
        return no_x ? 1 : -1;
    if (x->promised.ms != y->promised.ms)
        return x->promised.ms < y->promised.ms ? -1 : 1;
    return x->job - y->job;
}

static int by_newest(const void *a, const void *b)
{
    const struct model_ready *x = a, *y = b;
    if (x->called != y->called)
        return x->called ? -1 : 1;
    if (x->called && x->call_at.ms != y->call_at.ms)
        return x->call_at.ms > y->call_at.ms ? -1 : 1;
    if (x->ready_at.ms != y->ready_at.ms)
        return x->ready_at.ms > y->ready_at.ms ? -1 : 1;
    return x->job - y->job;
}

static bool fill_lists(struct model *m, const struct model_setup *setup, const struct model_input *in)
{
    const struct view *view = in->view;
    size_t room = view->n_jobs > 0 ? (size_t)view->n_jobs : 1;
    m->cars = calloc(room, sizeof *m->cars);
    m->ready = calloc(room, sizeof *m->ready);
    if (!m->cars || !m->ready)
        return false;
    for (int i = 0; i < view->n_jobs; i++) {
        enum kind kind = view->stages[view->jobs[i].stage].kind;
        if (kind == KIND_READY)
            fill_ready(m, &m->ready[m->n_ready++], setup, in, i);
        else if (kind != KIND_DONE)
            fill_car(m, &m->cars[m->n_cars++], view, i, in->now);
    }
    qsort(m->cars, (size_t)m->n_cars, sizeof *m->cars, by_order);
    qsort(m->ready, (size_t)m->n_ready, sizeof *m->ready, by_newest);
    return true;
}

/* Beside the call nothing is bright but its own car. */
static void fill_call(struct model *m, const struct calls *calls)
{
    const char *key = calls_current(calls, &m->call_number, &m->call_of);
    for (int i = 0; key && m->trust == TRUST_FRESH && i < m->n_ready; i++)
        if (strcmp(m->ready[i].key, key) == 0)
            m->call = i;
    for (int i = 0; m->call >= 0 && i < m->n_ready; i++)
        m->ready[i].bright = i == m->call;
}

/* Old data stay as they were: their times stand still with them. */
static bool fill_floor(struct model *m, const struct model_input *in)
{
    bool old = m->trust == TRUST_STALE && !wall_is_none(trust_since(in->trust));
    m->floor = floor_make(in->view, m->words[0], old ? trust_since(in->trust) : in->now);
    return m->floor != NULL;
}

static void fill_head(struct model *m, const struct model_setup *setup, const struct model_input *in)
{
    char text[WORDS_SIZE];
    memcpy(m->words, setup->words, sizeof m->words);
    /* A bay has one line, which two languages would not share. */
    m->languages = setup->words[1] && !setup->workshop ? 2 : 1;
    m->workshop = setup->workshop;
    m->trust = trust_state(in->trust, in->up);
    words_clock(in->now, text);
    text_copy(m->clock, sizeof m->clock, text);
    words_date(shared(m), in->now, m->date);
    words_short_date(shared(m), in->now, m->short_date);
    if (!wall_is_none(trust_since(in->trust))) {
        words_begin(shared(m), trust_since(in->trust), in->now, m->data_at);
        for (int i = 0; i < m->languages; i++)
            words_begin(m->words[i], trust_since(in->trust), in->now, m->data_in[i]);
    }
    const char *title = in->view ? label_in(&in->view->title, words_lang(m->words[0]), in->view->site) : "";
    model_clean(m->name, sizeof m->name, setup->name[0] ? setup->name : title);
    m->bays_total = in->view ? in->view->bays_total : -1;
    m->bays_online = in->view ? in->view->bays_online : 0;
    if (m->bays_online > m->bays_total) /* "7 of 6" is never true */
        m->bays_online = m->bays_total;
    int64_t minute = in->now.ms - ((in->now.ms % 60000) + 60000) % 60000 + 60000;
    m->next = (struct wall){ minute };
}

bool model_make(struct model *model, const struct model_setup *setup, const struct model_input *in)
{
    model_free(model);
    model->call = -1;
    fill_head(model, setup, in);
    if (in->view && (model->trust == TRUST_FRESH || model->trust == TRUST_STALE)) {
        bool good = setup->workshop ? fill_floor(model, in) : fill_lists(model, setup, in);
        if (!good) {
            model_free(model);
            return false;
        }
        fill_call(model, in->calls);
    }
    return true;
}

void model_free(struct model *model)
{
    free(model->cars);
    free(model->ready);
    floor_free(model->floor);
    *model = (struct model){ .next = WALL_NONE, .call = -1 };
}
