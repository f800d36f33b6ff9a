#include "app/rebuild.h"

#include "app/hub_own.h"
#include "sys/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FLUSH_EVERY 2000 /* events between two flushes of jobs and bays */

/* One fold of the whole log into a scratch database. */
struct rebuild {
    struct store *to;
    struct board *board;
    struct event event;
    struct plan plan;
    int64_t done, total, since_flush;
    const struct rebuild_progress *progress;
    struct boot next_step;
    const char *fault;
};

static bool put_job(void *user, const struct job *job)
{
    struct rebuild *r = user;
    return store_put_job(r->to, board_plan(r->board), job);
}

static bool put_bay(void *user, uint8_t index, const struct bay *bay)
{
    struct rebuild *r = user;
    return store_put_bay(r->to, board_plan(r->board), index, bay);
}

static bool flush(struct rebuild *r)
{
    static const struct board_sink sink = { put_job, put_bay };
    r->since_flush = 0;
    if (!board_flush(r->board, &sink, r))
        return false;
    board_forget_closed(r->board);
    return true;
}

static bool fold_config(struct rebuild *r, const struct store_event *row)
{
    if (!config_decode(row->body, row->body_len, &r->plan)) {
        r->fault = "a config event cannot be read";
        return false;
    }
    if (r->board)
        return board_set_plan(r->board, &r->plan);
    return (r->board = board_create(&r->plan));
}

/* A closed job that is not on the board any more is read back from what was folded so far. */
static bool fetch(struct rebuild *r, const char *id)
{
    struct job *job = NULL;
    if (!id[0] || board_job(r->board, id))
        return true;
    return store_load_job(r->to, board_plan(r->board), id, &job) && (!job || board_adopt(r->board, job));
}

static struct receipt_info recall_info(const struct store_event *row)
{
    const char *slash = strchr(row->source, '/');
    struct receipt_info info = { .role = ROLE_NONE,
                                 .id = slash ? slash + 1 : "",
                                 .known = true,
                                 .received = row->received,
                                 .up = row->up,
                                 .synced = row->synced };
    if (slash)
        info.role = role_find(row->source, (size_t)(slash - row->source));
    snprintf(info.boot, sizeof info.boot, "%s", row->boot);
    return info;
}

static bool fold_event(struct rebuild *r, const struct store_event *row)
{
    struct receipt_info info = recall_info(row);
    struct logged logged = { .job = row->job, .at = row->at, .late = row->late, .clamped = row->clamped };
    struct verdict verdict;
    struct changes changes;
    if (!r->board) {
        r->fault = "the log does not begin with its configuration";
        return false;
    }
    if (msg_decode(row->body, row->body_len, &r->event) != REASON_NONE) {
        r->fault = "an applied event cannot be read";
        return false;
    }
    if (!fetch(r, row->job))
        return false;
    given_decode(row->given, &logged.given);
    board_recall(r->board, &r->event, &info, &logged, &verdict);
    board_apply(r->board, &r->event, &info, &verdict, row->seq, &changes);
    if (r->event.type == EV_OPEN && !board_job(r->board, verdict.job)) {
        r->fault = "out of memory";
        return false;
    }
    return store_put_changes(r->to, board_plan(r->board), &changes);
}

static bool fold_row(void *user, const struct store_event *row)
{
    struct rebuild *r = user;
    bool config = strcmp(row->type, "config") == 0;
    if (!(config ? fold_config(r, row) : fold_event(r, row)))
        return false;
    r->done = row->seq;
    if (++r->since_flush < FLUSH_EVERY)
        return true;
    if (r->progress && r->progress->step && clock_boot().ms >= r->next_step.ms) {
        r->progress->step(r->progress->user, r->done, r->total);
        r->next_step = boot_plus(clock_boot(), 100);
    }
    return flush(r);
}

static bool fold_log(struct rebuild *r, struct store *from)
{
    struct wall received;
    return store_newest(from, &r->total, &received) && store_begin(r->to) &&
           store_each(from, STORE_ALL, 0, fold_row, r) && (!r->board || flush(r)) && store_commit(r->to);
}

static void remove_scratch(const char *name)
{
    char other[4200];
    unlink(name);
    snprintf(other, sizeof other, "%s-journal", name);
    unlink(other);
}

static enum rebuild_result compare(const char *path, const char *scratch, char *what, size_t size)
{
    enum store_state state = store_same_derived(path, scratch, what, size);
    if (state != STORE_SOUND)
        return state == STORE_DAMAGED ? REBUILD_DIFFERS : REBUILD_FAILED;
    state = store_same_rollups(path, NULL, what, size);
    return state == STORE_SOUND ? REBUILD_SAME : state == STORE_DAMAGED ? REBUILD_ROLLUPS : REBUILD_FAILED;
}

enum rebuild_result rebuild_run(const char *path, bool replace, const struct rebuild_progress *progress,
                                char *what, size_t size)
{
    char scratch[4200];
    enum rebuild_result result = REBUILD_FAILED;
    struct rebuild *r = calloc(1, sizeof *r);
    struct store *from = NULL;
    snprintf(scratch, sizeof scratch, "%s.rebuild-%d", path, (int)getpid());
    remove_scratch(scratch);
    if (!r) {
        snprintf(what, size, "out of memory");
        return REBUILD_FAILED;
    }
    r->progress = progress;
    from = replace ? store_open(path, false, what, size) : store_open_reader(path, what, size);
    if (!from || !(r->to = store_open(scratch, true, what, size)))
        goto out;
    if (!fold_log(r, from)) {
        const char *error = store_error(r->to)[0] ? store_error(r->to) : store_error(from);
        snprintf(what, size, "event %lld: %s", (long long)r->done + 1, r->fault ? r->fault : error);
        goto out;
    }
    result = compare(path, scratch, what, size);
    if (replace && result != REBUILD_FAILED && !store_take_derived(from, scratch)) {
        snprintf(what, size, "%s", store_error(from));
        result = REBUILD_FAILED;
    }
out:
    board_destroy(r->board);
    store_close(r->to);
    store_close(from);
    remove_scratch(scratch);
    free(r);
    return result;
}

bool rebuild_check(const char *path, char *what, size_t size)
{
    return rebuild_run(path, false, NULL, what, size) == REBUILD_SAME;
}
