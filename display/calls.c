#include "display/calls.h"

#include <stdlib.h>
#include <string.h>

void calls_start(struct calls *calls)
{
    *calls = (struct calls){ .current = -1 };
}

void calls_free(struct calls *calls)
{
    free(calls->entries);
    calls_start(calls);
}

static struct call_entry *find(const struct calls *calls, const char *key)
{
    for (int i = 0; i < calls->n; i++)
        if (strcmp(calls->entries[i].key, key) == 0)
            return &calls->entries[i];
    return NULL;
}

static bool is_ready(const struct view *view, const struct view_job *job)
{
    return view->stages[job->stage].kind == KIND_READY;
}

static bool was_called(const struct calls *calls, const struct view_job *job)
{
    for (int i = 0; i < CALLS_LEFT_MAX; i++)
        if (strcmp(calls->left[i].key, job->key) == 0 && calls->left[i].ready_at.ms == job->ready_at.ms &&
            calls->left[i].calls >= job->calls)
            return true;
    return false;
}

/* Remembers those that are ready no more: all but the ones whose call was still to come. */
static void note_left(struct calls *calls, const struct call_entry *entries, int n)
{
    for (int i = 0; i < calls->n; i++) {
        const struct call_entry *e = &calls->entries[i];
        bool stays = false;
        for (int k = 0; k < n && !stays; k++)
            stays = strcmp(entries[k].key, e->key) == 0;
        if (stays || e->phase == CALL_WAITS)
            continue;
        struct call_left *left = &calls->left[calls->n_left++ % CALLS_LEFT_MAX];
        memcpy(left->key, e->key, sizeof left->key);
        left->ready_at = e->ready_at;
        left->calls = e->calls;
    }
}

/* The entry of one ready car, from what was known about it. */
static struct call_entry make(const struct calls *calls, const struct view_job *job, int64_t delay_ms,
                              struct boot now)
{
    const struct call_entry *old = find(calls, job->key);
    struct call_entry e = { .ready_at = job->ready_at, .calls = job->calls, .phase = CALL_QUIET };
    memcpy(e.key, job->key, sizeof e.key);
    if (old && old->ready_at.ms == job->ready_at.ms) {
        e.phase = old->phase;
        e.at = old->at;
        e.reminded = old->reminded;
        if (job->calls > old->calls && e.phase != CALL_SHOWN) {
            e.phase = CALL_WAITS;
            e.at = now;
        }
    } else if (calls->began && !was_called(calls, job)) {
        e.phase = CALL_WAITS;
        e.at = job->calls > 0 ? now : boot_plus(now, delay_ms);
    }
    return e;
}

static int next_waiting(const struct calls *calls)
{
    int next = -1;
    for (int i = 0; i < calls->n; i++)
        if (calls->entries[i].phase == CALL_WAITS &&
            (next < 0 || calls->entries[i].at.ms < calls->entries[next].at.ms))
            next = i;
    return next;
}

static int due_count(const struct calls *calls, struct boot at)
{
    int n = 0;
    for (int i = 0; i < calls->n; i++)
        n += calls->entries[i].phase == CALL_WAITS && calls->entries[i].at.ms <= at.ms;
    return n;
}

static struct boot ends_at(const struct calls *calls)
{
    const struct call_entry *e = &calls->entries[calls->current];
    struct boot soon = boot_plus(e->at, CALLS_SHORT_MS);
    int next = next_waiting(calls);
    bool other = next >= 0 && calls->entries[next].at.ms <= soon.ms;
    return other ? soon : boot_plus(e->at, CALLS_LONG_MS);
}

/* How many follow the one that is shown: each is due before the one before it is over. */
static int following(const struct calls *calls)
{
    struct boot end = ends_at(calls);
    int n = 0;
    for (int due = due_count(calls, end); due > n; due = due_count(calls, end)) {
        n = due;
        end = boot_plus(ends_at(calls), n * (CALLS_GAP_MS + CALLS_SHORT_MS) + CALLS_LONG_MS - CALLS_SHORT_MS);
    }
    return n;
}

/* The call that is shown is over; if nobody follows, so is its run. */
static void close_call(struct calls *calls, struct boot now)
{
    calls->done = following(calls) > 0 ? calls->done + 1 : 0;
    calls->free_at = boot_plus(now, CALLS_GAP_MS);
}

bool calls_board(struct calls *calls, const struct view *view, bool trusted, int64_t delay_ms,
                 struct boot now)
{
    int n = 0;
    for (int i = 0; i < view->n_jobs; i++)
        n += is_ready(view, &view->jobs[i]);
    struct call_entry *entries = calloc((size_t)n + 1, sizeof *entries);
    if (!entries)
        return false;
    int current = -1;
    for (int i = 0, k = 0; i < view->n_jobs; i++) {
        if (!is_ready(view, &view->jobs[i]))
            continue;
        entries[k] = make(calls, &view->jobs[i], delay_ms, now);
        if (entries[k].phase == CALL_SHOWN)
            current = k;
        k++;
    }
    if (calls->current >= 0 && current < 0)
        close_call(calls, now);
    note_left(calls, entries, n);
    free(calls->entries);
    calls->entries = entries;
    calls->n = n;
    calls->current = current;
    calls->began = calls->began || trusted;
    return true;
}

void calls_picture(struct calls *calls, const struct view *view, int64_t delay_ms, struct wall now,
                   struct boot up)
{
    for (int i = 0, k = 0; i < view->n_jobs && k < calls->n; i++) {
        const struct view_job *job = &view->jobs[i];
        if (!is_ready(view, job))
            continue;
        struct call_entry *e = &calls->entries[k++];
        if (wall_is_none(job->ready_at))
            continue;
        struct wall began = wall_plus(job->ready_at, delay_ms);
        if (!wall_is_none(job->called_at) && job->called_at.ms > began.ms)
            began = job->called_at;
        int64_t age = wall_minus(now, began);
        e->phase = age < CALLS_LONG_MS ? CALL_WAITS : CALL_PAST;
        e->at = boot_plus(up, age < CALLS_LONG_MS ? -age : CALLS_LONG_MS - age);
    }
}

static void end_current(struct calls *calls, struct boot now)
{
    close_call(calls, now);
    calls->entries[calls->current].phase = CALL_PAST;
    calls->entries[calls->current].at = now;
    calls->entries[calls->current].reminded = 0;
    calls->current = -1;
}

/* `at` stays, so that of those that wait it is the first. */
void calls_cut(struct calls *calls)
{
    if (calls->current >= 0)
        calls->entries[calls->current].phase = CALL_WAITS;
    calls->current = -1;
    calls->done = 0;
}

/* The reminder whose six seconds run now: 1 or 2; 0: none. */
static int reminder_of(const struct call_entry *e, struct boot now)
{
    int64_t age = boot_minus(now, e->at);
    if (e->phase != CALL_PAST)
        return 0;
    if (age >= CALLS_REMIND_1_MS && age < CALLS_REMIND_1_MS + CALLS_REMIND_MS)
        return 1;
    return age >= CALLS_REMIND_2_MS && age < CALLS_REMIND_2_MS + CALLS_REMIND_MS ? 2 : 0;
}

static void remind(struct calls *calls, struct boot now)
{
    for (int i = 0; i < calls->n; i++) {
        int reminder = reminder_of(&calls->entries[i], now);
        if (reminder <= calls->entries[i].reminded)
            continue;
        calls->entries[i].reminded = reminder;
        if (calls->cue == CUE_NONE)
            calls->cue = CUE_REMINDER;
    }
}

enum call_cue calls_cue(struct calls *calls)
{
    enum call_cue cue = calls->cue;
    calls->cue = CUE_NONE;
    return cue;
}

void calls_tick(struct calls *calls, bool trusted, struct boot now)
{
    calls->began = calls->began || trusted;
    calls->trusted = trusted;
    if (calls->current >= 0 && now.ms >= ends_at(calls).ms)
        end_current(calls, now);
    if (trusted)
        remind(calls, now);
    else
        calls_cut(calls);
    int next = next_waiting(calls);
    bool due = next >= 0 && calls->entries[next].at.ms <= now.ms;
    if (calls->current >= 0 || !trusted)
        return;
    if (!due) {
        calls->done = 0;
        return;
    }
    if (now.ms < calls->free_at.ms)
        return;
    calls->current = next;
    calls->entries[next].phase = CALL_SHOWN;
    calls->entries[next].at = now;
    calls->cue = CUE_CALL;
}

/* The moments at which a card turns bright or normal again, counted from the end of its call. */
static const int64_t turns[] = { CALLS_BRIGHT_MS, CALLS_REMIND_1_MS, CALLS_REMIND_1_MS + CALLS_REMIND_MS,
                                 CALLS_REMIND_2_MS, CALLS_REMIND_2_MS + CALLS_REMIND_MS };

struct boot calls_deadline(const struct calls *calls, struct boot now)
{
    struct boot first = BOOT_FAR;
    if (calls->current >= 0)
        first = ends_at(calls);
    for (int i = 0; i < calls->n; i++) {
        const struct call_entry *e = &calls->entries[i];
        if (e->phase == CALL_WAITS && calls->current < 0 && calls->trusted)
            first = boot_first(first, e->at.ms > calls->free_at.ms ? e->at : calls->free_at);
        for (size_t k = 0; e->phase == CALL_PAST && k < sizeof turns / sizeof turns[0]; k++)
            if (e->at.ms + turns[k] > now.ms)
                first = boot_first(first, boot_plus(e->at, turns[k]));
    }
    return first;
}

const char *calls_current(const struct calls *calls, int *number, int *of)
{
    if (calls->current < 0)
        return NULL;
    *number = calls->done + 1;
    *of = *number + following(calls);
    return calls->entries[calls->current].key;
}

struct boot calls_last(const struct calls *calls, const char *key, struct boot now)
{
    const struct call_entry *e = find(calls, key);
    bool over = e && e->phase == CALL_PAST && boot_minus(now, e->at) < CALLS_BRIGHT_MS;
    return over || (e && e->phase == CALL_SHOWN) ? e->at : BOOT_FAR;
}

bool calls_reminds(const struct calls *calls, const char *key, struct boot now)
{
    const struct call_entry *e = find(calls, key);
    return e && reminder_of(e, now) > 0;
}
