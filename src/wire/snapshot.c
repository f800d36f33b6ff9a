#include "wire/snapshot.h"

#include "base/stamp.h"
#include "core/plate.h"
#include "wire/member.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LABEL_MAX (PLATE_SIZE + CODE_SIZE + 8)

static void put_label(struct text *out, const struct label *label, const char *fallback)
{
    if (member_label(out, label))
        return;
    text_put(out, "\"ru\":");
    text_json_str(out, fallback);
    text_put(out, ",\"en\":");
    text_json_str(out, fallback);
}

/* Public labels. */

static void base_label(const struct job *job, enum privacy site, char out[LABEL_MAX])
{
    enum privacy level = job->has_privacy ? job->privacy : site;
    char tail[PLATE_SIZE] = "";
    if (level == PRIVACY_TAIL)
        plate_tail(job->plate_key, tail);
    const char *label = level == PRIVACY_PLATE ? job->plate : tail;
    snprintf(out, LABEL_MAX, "%s", label[0] ? label : job->code);
}

static bool forgotten(const struct job *job, const struct snapshot_info *info)
{
    int64_t edge = info->now.at.ms - info->forgotten_ms;
    return job->last.ms < edge && (wall_is_none(job->promise) || job->promise.ms < edge);
}

/* How many listed cars have each label: open addressing over the label texts. */
enum { LABEL_SLOTS = 8192 };
struct labels {
    struct {
        char text[LABEL_MAX];
        int n;
    } slot[LABEL_SLOTS];
};

static int *label_count(struct labels *labels, const char *label)
{
    unsigned at = (unsigned)(hash_bytes(HASH_START, label, strlen(label)) % LABEL_SLOTS);
    while (labels->slot[at].n && strcmp(labels->slot[at].text, label) != 0)
        at = (at + 1) % LABEL_SLOTS;
    if (!labels->slot[at].n)
        snprintf(labels->slot[at].text, sizeof labels->slot[at].text, "%s", label);
    return &labels->slot[at].n;
}

static struct labels *count_labels(const struct board *board, const struct snapshot_info *info)
{
    struct labels *labels = calloc(1, sizeof *labels);
    for (const struct job *job = board_first(board); labels && job; job = board_next(job)) {
        char label[LABEL_MAX];
        base_label(job, info->privacy, label);
        if (!forgotten(job, info))
            ++*label_count(labels, label);
    }
    return labels;
}

static void put_public_label(struct text *out, const struct job *job, const struct snapshot_info *info,
                             struct labels *labels)
{
    char label[LABEL_MAX], full[LABEL_MAX + CODE_SIZE + 4];
    base_label(job, info->privacy, label);
    bool twice = *label_count(labels, label) + forgotten(job, info) > 1;
    snprintf(full, sizeof full, twice && strcmp(label, job->code) != 0 ? "%s · %s" : "%s", label, job->code);
    member_text(out, "label", full);
}

/* Jobs. */

static void put_route(struct text *out, const struct plan *plan, const struct job *job)
{
    text_put(out, ",\"route\":[");
    for (int i = 0; i < job_steps(job, plan); i++)
        text_fmt(out, "%s\"%s\"", i ? "," : "", plan->stages[job->route[i]].id);
    text_fmt(out, "],\"step\":%d,\"steps\":%d", job_step(job), job_steps(job, plan));
}

static void put_staff(struct text *out, const struct plan *plan, const struct job *job,
                      const struct snapshot_info *info)
{
    member_text(out, "job", job->id);
    member_text(out, "plate", job->plate);
    member_text(out, "advisor", job->advisor);
    member_text(out, "token", job->token);
    member_text(out, "code", job->code);
    text_fmt(out, ",\"reworks\":%d", (int)job->reworks);
    bool waits = plan->stages[job->stage].kind != KIND_READY;
    if (waits && !wall_is_none(job->promise) && wall_minus(info->now.at, job->promise) > 0)
        text_fmt(out, ",\"late_by_s\":%lld", (long long)(wall_minus(info->now.at, job->promise) / 1000));
    if (plan->stages[job->stage].limit_min)
        text_fmt(out, ",\"limit_s\":%d", (int)plan->stages[job->stage].limit_min * 60);
    if (job->bay != NO_INDEX)
        member_text(out, "bay", plan->bays[job->bay].id);
    member_text(out, "by", job->by);
}

static void put_job(struct text *out, const struct plan *plan, const struct job *job,
                    const struct snapshot_info *info, struct labels *labels, bool staff)
{
    const struct stage *stage = &plan->stages[job->stage];
    text_fmt(out, "{\"key\":\"%s\"", job->key);
    put_public_label(out, job, info, labels);
    member_text(out, "model", job->model);
    member_text(out, "stage", stage->id);
    member_text(out, "kind", kind_name(stage->kind));
    member_time(out, "since", job->span.entered.at);
    put_route(out, plan, job);
    text_fmt(out, ",\"waiting\":%s", job->waiting ? "true" : "false");
    member_time(out, "promised", job->promise);
    if (!wall_is_none(job->promise) && job->promise.ms != job->first_promise.ms)
        member_time(out, "promised_was", job->first_promise);
    member_time(out, "ready_at", job->ready_set ? job->ready.at : WALL_NONE);
    member_time(out, "called_at", job->called);
    if (job->calls)
        text_fmt(out, ",\"calls\":%d", (int)job->calls);
    member_text(out, "pickup", job->pickup[0] ? job->pickup : info->pickup);
    if (staff)
        put_staff(out, plan, job, info);
    text_put(out, "}");
}

static void put_jobs(struct text *out, const struct board *board, const struct snapshot_info *info,
                     bool staff)
{
    struct labels *labels = count_labels(board, info);
    int n = 0;
    text_put(out, ",\"jobs\":[");
    if (!labels)
        out->failed = true; /* memory is out: no board is better than a wrong one */
    for (const struct job *job = board_first(board); labels && job; job = board_next(job)) {
        if (!staff && forgotten(job, info))
            continue;
        text_put(out, n++ ? "," : "");
        put_job(out, board_plan(board), job, info, labels, staff);
    }
    text_put(out, "]");
    free(labels);
}

/* Stages: the configured ones, and retired ones that an open job still has. */

static bool stage_used(const struct board *board, uint8_t stage)
{
    for (const struct job *job = board_first(board); job; job = board_next(job))
        if (job->stage == stage || memchr(job->route, stage, job->n_route))
            return true;
    return false;
}

static void put_stage(struct text *out, const struct stage *stage, bool first)
{
    text_fmt(out, "%s\"%s\":{\"kind\":\"%s\",", first ? "" : ",", stage->id, kind_name(stage->kind));
    put_label(out, &stage->label, stage->id);
    text_put(out, "}");
}

static void put_stages(struct text *out, const struct board *board)
{
    const struct plan *plan = board_plan(board);
    text_put(out, ",\"stages\":{");
    for (int i = 0; i < plan->n_stage_order; i++)
        put_stage(out, &plan->stages[plan->stage_order[i]], i == 0);
    for (uint8_t i = 0; i < plan->n_stages; i++)
        if (plan->stages[i].retired && stage_used(board, i))
            put_stage(out, &plan->stages[i], false);
    text_put(out, "}");
}

/* Bays. */

static const char *lamp(const struct stage *stage, const struct job *job, const struct moment *now)
{
    if (!job)
        return "off";
    int64_t limit_ms = (int64_t)stage->limit_min * 60000, spent_ms = moment_length(&job->span.entered, now);
    if (!limit_ms || spent_ms * 5 < limit_ms * 4)
        return "green";
    return spent_ms < limit_ms ? "amber" : "red";
}

static void put_bay(struct text *out, const struct board *board, uint8_t index, const struct moment *now)
{
    const struct plan *plan = board_plan(board);
    const struct bay *bay = board_bay_const(board, index);
    const struct job *job = bay->job;
    const struct stage *stage = job ? &plan->stages[job->stage] : NULL;
    text_fmt(out, "{\"bay\":\"%s\"", plan->bays[index].id);
    if (job) {
        member_text(out, "job", job->id);
        member_text(out, "code", job->code);
        member_text(out, "plate", job->plate);
        member_text(out, "stage", stage->id);
        member_text(out, "kind", kind_name(stage->kind));
        member_time(out, "since", job->span.entered.at);
        if (stage->limit_min)
            text_fmt(out, ",\"limit_s\":%d", (int)stage->limit_min * 60);
    }
    text_fmt(out, ",\"lamp\":\"%s\",\"help\":", lamp(stage, job, now));
    if (wall_is_none(bay->help)) {
        text_put(out, "null");
        return;
    }
    char stamp[STAMP_SIZE];
    stamp_format(bay->help, stamp);
    text_fmt(out, "{\"since\":\"%s\"", stamp);
    member_text(out, "reason", bay->help_reason);
    text_put(out, "}");
}

void snapshot_bay(const struct board *board, uint8_t bay, const struct moment *now, struct text *out)
{
    put_bay(out, board, bay, now);
    text_put(out, "}");
}

static void put_baylist(struct text *out, const struct board *board, const struct snapshot_info *info)
{
    const struct plan *plan = board_plan(board);
    text_put(out, ",\"baylist\":[");
    for (int i = 0; i < plan->n_bay_order; i++) {
        uint8_t bay = plan->bay_order[i];
        text_put(out, i ? "," : "");
        put_bay(out, board, bay, &info->now);
        text_put(out, ",\"label\":{");
        put_label(out, &plan->bays[bay].label, plan->bays[bay].id);
        text_put(out, "}");
        if (info->bays[bay].seen)
            text_fmt(out, ",\"online\":%s", info->bays[bay].online ? "true" : "false");
        if (info->bays[bay].battery >= 0)
            text_fmt(out, ",\"battery\":%d", info->bays[bay].battery);
        if (!wall_is_none(info->bays[bay].low_since))
            text_put(out, ",\"battery_low\":true");
        if (info->bays[bay].link >= 0)
            text_fmt(out, ",\"linkquality\":%d", info->bays[bay].link);
        member_time(out, "silent_since", info->bays[bay].silent_since);
        text_put(out, "}");
    }
    text_put(out, "]");
}

static void put_bay_counts(struct text *out, const struct board *board, const struct snapshot_info *info)
{
    const struct plan *plan = board_plan(board);
    int total = 0, online = 0;
    for (int i = 0; i < plan->n_bay_order; i++) {
        total += info->bays[plan->bay_order[i]].seen;
        online += info->bays[plan->bay_order[i]].seen && info->bays[plan->bay_order[i]].online;
    }
    if (total)
        text_fmt(out, ",\"bays\":{\"total\":%d,\"online\":%d}", total, online);
}

/* Staff only: problems, the day, notes. */

void snapshot_problems(const struct snapshot_info *info, struct text *out)
{
    text_put(out, "[");
    for (int i = 0; i < info->n_problems; i++) {
        const struct snapshot_problem *p = &info->problems[i];
        text_fmt(out, "%s{\"code\":\"%s\"", i ? "," : "", p->code);
        member_text(out, "text", p->text);
        member_time(out, "since", p->since);
        text_put(out, "}");
    }
    text_put(out, "]");
}

static void put_today(struct text *out, const struct snapshot_info *info)
{
    text_fmt(out, ",\"today\":{\"opened\":%lld,\"ready\":%lld,\"handed_over\":%lld",
             (long long)info->today.opened, (long long)info->today.ready, (long long)info->today.handed_over);
    if (info->today.promised)
        text_fmt(out, ",\"on_time\":%.3f", (double)info->today.kept / (double)info->today.promised);
    if (info->today.ready)
        text_fmt(out, ",\"right_first_time\":%.3f",
                 1 - (double)info->today.reworked / (double)info->today.ready);
    text_put(out, "}");
}

static void put_notes(struct text *out, const struct board *board)
{
    const struct note *note;
    text_put(out, ",\"notes\":[");
    for (int i = 0; (note = board_note(board, i)); i++) {
        char stamp[STAMP_SIZE];
        stamp_format(note->at, stamp);
        text_fmt(out, "%s{\"time\":\"%s\",\"source\":\"%s\"", i ? "," : "", stamp, note->source);
        member_text(out, "by", note->by);
        member_text(out, "job", note->job);
        member_text(out, "text", note->text);
        text_put(out, "}");
    }
    text_put(out, "]");
}

void snapshot_body(const struct board *board, const struct snapshot_info *info, bool staff, struct text *out)
{
    text_put(out, "\"zone\":");
    text_json_str(out, board_plan(board)->zone);
    put_stages(out, board);
    put_bay_counts(out, board, info);
    put_jobs(out, board, info, staff);
    if (!staff)
        return;
    put_baylist(out, board, info);
    text_put(out, ",\"problems\":");
    snapshot_problems(info, out);
    put_today(out, info);
    put_notes(out, board);
}

void snapshot_message(const struct snapshot_info *info, const struct text *body, struct text *out)
{
    char stamp[STAMP_SIZE];
    stamp_format(info->now.at, stamp);
    text_fmt(out, "{\"v\":1,\"site\":\"%s\",\"title\":{", info->site);
    put_label(out, info->title, info->site);
    text_fmt(out, "},\"rev\":%lld,\"time\":\"%s\",", (long long)info->rev, stamp);
    if (body->len > 0)
        text_add(out, body->data, body->len);
    text_put(out, "}");
    out->failed |= body->failed;
}

/* Changes that come with time alone. */

static void sooner(struct wall *next, int64_t at_ms, int64_t now_ms)
{
    if (at_ms > now_ms && (wall_is_none(*next) || at_ms < next->ms))
        next->ms = at_ms;
}

struct wall snapshot_next(const struct board *board, const struct snapshot_info *info)
{
    const struct plan *plan = board_plan(board);
    struct wall next = WALL_NONE;
    int64_t now = info->now.at.ms;
    for (const struct job *job = board_first(board); job; job = board_next(job)) {
        int64_t limit_ms = (int64_t)plan->stages[job->stage].limit_min * 60000;
        int64_t entered = now - moment_length(&job->span.entered, &info->now);
        int64_t quiet = job->last.ms;
        if (!wall_is_none(job->promise)) {
            sooner(&next, job->promise.ms + 1, now);
            quiet = quiet > job->promise.ms ? quiet : job->promise.ms;
        }
        sooner(&next, quiet + info->forgotten_ms + 1, now);
        if (limit_ms && job->bay != NO_INDEX) {
            sooner(&next, entered + limit_ms * 4 / 5, now);
            sooner(&next, entered + limit_ms, now);
        }
    }
    return next;
}
