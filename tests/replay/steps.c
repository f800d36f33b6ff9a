#include "app/hub.h"
#include "base/stamp.h"
#include "tests/replay/rules.h"
#include "tests/replay/script_own.h"

#include <stdlib.h>
#include <string.h>

static void settle(struct script *s)
{
    drive_settle(s->d);
    rules_boards(s->d);
}

/* ── time and life ── */

static void step_day(struct script *s, struct words *w, struct expect *expect)
{
    (void)expect;
    char full[64];
    snprintf(full, sizeof full, "%.20sT00:00:00Z", w->at[1]);
    if (!stamp_parse(full, strlen(full), &s->d->day))
        drive_fault(s->d, "not a day: %s", w->at[1]);
    drive_to(s->d, wall_plus(s->d->day, INT64_C(10) * 3600 * 1000));
}

static void step_at(struct script *s, struct words *w, struct expect *expect)
{
    (void)expect;
    struct wall at;
    if (!drive_parse_time(s->d, w->at[1], &at))
        drive_fault(s->d, "not a time: %s", w->at[1]);
    else if (wall_minus(at, s->d->wall) < 0)
        drive_fault(s->d, "%s is before now", w->at[1]);
    else
        drive_to(s->d, at);
}

static void step_after(struct script *s, struct words *w, struct expect *expect)
{
    (void)expect;
    char *unit;
    long long n = strtoll(w->at[1], &unit, 10);
    int64_t ms = strcmp(unit, "ms") == 0 ? 1
                 : *unit == 's'          ? 1000
                 : *unit == 'm'          ? 60000
                 : *unit == 'h'          ? 3600000
                                         : 0;
    if (!ms)
        drive_fault(s->d, "not a length: %s", w->at[1]);
    drive_to(s->d, wall_plus(s->d->wall, n * ms));
}

static void step_clock(struct script *s, struct words *w, struct expect *expect)
{
    (void)expect;
    struct wall at;
    if (drive_parse_time(s->d, w->at[1], &at))
        drive_step(s->d, at);
    else
        drive_fault(s->d, "not a time: %s", w->at[1]);
}

static void step_synced(struct script *s, struct words *w, struct expect *expect)
{
    (void)expect;
    drive_synced(s->d, strcmp(w->at[1], "on") == 0);
}

static void step_config(struct script *s, struct words *w, struct expect *expect)
{
    (void)expect;
    char setting[DRIVE_TEXT] = "";
    for (int i = 1; i < w->n; i++)
        snprintf(setting + strlen(setting), sizeof setting - strlen(setting), "%s%s", i > 1 ? " " : "",
                 w->at[i]);
    if (!drive_set(s->d, setting))
        drive_fault(s->d, "too many settings");
}

/* A file beside the shop's. */
static void step_plan(struct script *s, struct words *w, struct expect *expect)
{
    (void)expect;
    const char *slash = strrchr(s->shop, '/');
    snprintf(s->d->plan, sizeof s->d->plan, "%.*s%s", slash ? (int)(slash + 1 - s->shop) : 0, s->shop,
             w->at[1]);
}

static void step_restart(struct script *s, struct words *w, struct expect *expect)
{
    (void)w;
    (void)expect;
    drive_stop(s->d);
    drive_start(s->d);
}

static void strip(json_t *board)
{
    static const char *const by_time[] = { "rev", "time", "problems" };
    size_t i;
    json_t *item;
    for (i = 0; i < sizeof by_time / sizeof *by_time; i++)
        json_object_del(board, by_time[i]);
    json_array_foreach(json_object_get(board, "jobs"), i, item) json_object_del(item, "late_by_s");
    json_array_foreach(json_object_get(board, "baylist"), i, item) json_object_del(item, "lamp");
}

/* Both boards without what the time alone changes. */
static json_t *boards_now(struct drive *d)
{
    json_t *both = json_object();
    static const char *const names[] = { "board/public", "board/staff" };
    for (size_t i = 0; i < 2; i++) {
        struct drive_topic *topic = drive_topic(d, names[i]);
        json_t *board = topic ? json_deep_copy(topic->body) : json_null();
        strip(board);
        json_object_set_new(both, names[i], board);
    }
    return both;
}

static void name_difference(struct drive *d, const json_t *was, const json_t *is)
{
    char *a = json_dumps(was, JSON_COMPACT | JSON_SORT_KEYS),
         *b = json_dumps(is, JSON_COMPACT | JSON_SORT_KEYS);
    size_t n = 0;
    while (a && b && a[n] && a[n] == b[n])
        n++;
    size_t from = n > 120 ? n - 120 : 0;
    drive_fault(d, "after a restart the boards differ: %.180s, was %.180s", b ? b + from : "",
                a ? a + from : "");
    free(a);
    free(b);
}

static void step_restored(struct script *s, struct words *w, struct expect *expect)
{
    drive_to(s->d, wall_plus(s->d->wall, 3000)); /* a step of the clock is seen at the next beat */
    settle(s);
    json_t *was = boards_now(s->d);
    step_restart(s, w, expect);
    settle(s);
    json_t *is = boards_now(s->d);
    if (!json_equal(was, is))
        name_difference(s->d, was, is);
    json_decref(was);
    json_decref(is);
}

static void step_reboot(struct script *s, struct words *w, struct expect *expect)
{
    drive_stop(s->d);
    drive_reboot(s->d);
    if (w->n > 1)
        step_clock(s, w, expect);
    drive_start(s->d);
}

static void step_connected(struct script *s, struct words *w, struct expect *expect)
{
    (void)w;
    (void)expect;
    if (!drive_start(s->d))
        return;
    drive_forget_topics(s->d);
    hub_connected(s->d->hub);
}

/* topic NAME PATH …, or topic NAME cleared */
static void step_topic(struct script *s, struct words *w, struct expect *expect)
{
    (void)expect;
    struct drive_topic *topic = drive_topic(s->d, w->at[1]);
    if (strcmp(w->at[2], "cleared") == 0) {
        if (!topic || topic->len != 0)
            drive_fault(s->d, "%s was not cleared", w->at[1]);
    } else if (strncmp(w->at[2], "count=", 6) == 0) {
        if (!topic || topic->count != atoi(w->at[2] + 6))
            drive_fault(s->d, "%s was published %d times", w->at[1], topic ? (int)topic->count : 0);
    } else if (strcmp(w->at[2], "never") == 0) {
        if (topic)
            drive_fault(s->d, "something was published on %s", w->at[1]);
    } else {
        check_board(s->d, w->at[1], w->at[2], w, 3);
    }
}

static void step_goodbye(struct script *s, struct words *w, struct expect *expect)
{
    (void)w;
    (void)expect;
    hub_goodbye(s->d->hub);
}

/* ── rows ── */

/* The expected rows follow, each behind '|'; the first line that is none is looked at again. */
static void compare_rows(struct script *s, char *got)
{
    char *rest = NULL, *row = got ? strtok_r(got, "\n", &rest) : NULL;
    long place = ftell(s->file);
    for (; script_read_line(s) && s->line[0] == '|'; place = ftell(s->file)) {
        const char *want = s->line + 1 + (s->line[1] == ' ');
        if (!row)
            drive_fault(s->d, "row is missing: %s", want);
        else if (strcmp(row, want) != 0)
            drive_fault(s->d, "row is %s, expected %s", row, want);
        row = row ? strtok_r(NULL, "\n", &rest) : NULL;
    }
    if (!feof(s->file)) {
        fseek(s->file, place, SEEK_SET);
        s->number--;
    }
    for (; row; row = strtok_r(NULL, "\n", &rest))
        drive_fault(s->d, "row too many: %s", row);
    free(got);
}

static void step_spans(struct script *s, struct words *w, struct expect *expect)
{
    (void)expect;
    compare_rows(s,
                 drive_sql(s->d,
                           "SELECT n || ' ' || stage || ' ' || kind || ' ' || coalesce(bay, '-') || ' ' || "
                           "hm(entered_ms) || '..' || coalesce(hm(left_ms), '') || ' ' || "
                           "coalesce(sec(elapsed_ms), '-') || iif(voided, ' void', '') "
                           "FROM span WHERE job = ?1 ORDER BY n",
                           w->at[1]));
}

static void step_stays(struct script *s, struct words *w, struct expect *expect)
{
    (void)expect;
    compare_rows(
        s, drive_sql(s->d,
                     "SELECT n || ' ' || bay || ' ' || hm(from_ms) || '..' || coalesce(hm(to_ms), '') || "
                     "iif(voided, ' void', '') FROM stay WHERE job = ?1 ORDER BY n",
                     w->at[1]));
}

static void step_bays(struct script *s, struct words *w, struct expect *expect)
{
    (void)w;
    (void)expect;
    compare_rows(s,
                 drive_sql(s->d,
                           "SELECT bay || ' ' || coalesce(job, '-') || ' ' || coalesce(hm(since_ms), '-') || "
                           "iif(help_ms IS NULL, '', ' help ' || hm(help_ms) || "
                           "coalesce(' ' || help_reason, '')) "
                           "FROM bay WHERE job IS NOT NULL OR help_ms IS NOT NULL ORDER BY bay",
                           NULL));
}

static void step_sql(struct script *s, struct words *w, struct expect *expect)
{
    (void)expect;
    char sql[2048] = "";
    for (int i = 1; i < w->n; i++)
        snprintf(sql + strlen(sql), sizeof sql - strlen(sql), "%s ", w->at[i]);
    compare_rows(s, drive_sql(s->d, sql, NULL));
}

static void step_job(struct script *s, struct words *w, struct expect *expect)
{
    (void)expect;
    check_row(s->d, "job", "job = ?1", w->at[1], w, 2);
}

static void step_row(struct script *s, struct words *w, struct expect *expect)
{
    (void)expect;
    bool newest = strcmp(w->at[1], ".") == 0;
    check_row(s->d, "event",
              newest ? "seq = (SELECT max(seq) FROM event)" : "id = ?1 ORDER BY seq DESC LIMIT 1",
              newest ? NULL : w->at[1], w, 2);
}

static void step_rows(struct script *s, struct words *w, struct expect *expect)
{
    (void)expect;
    char sql[128];
    snprintf(sql, sizeof sql, "SELECT count(*) FROM %.60s", w->at[1]);
    char *got = drive_sql(s->d, sql, NULL);
    if (got && atoi(got) != atoi(w->at[2]))
        drive_fault(s->d, "%s has %d rows, expected %s", w->at[1], atoi(got), w->at[2]);
    free(got);
}

/* ── boards ── */

static void step_public(struct script *s, struct words *w, struct expect *expect)
{
    (void)expect;
    settle(s);
    check_board(s->d, "board/public", w->at[1], w, 2);
}

static void step_staff(struct script *s, struct words *w, struct expect *expect)
{
    (void)expect;
    settle(s);
    check_board(s->d, "board/staff", w->at[1], w, 2);
}

static void step_state(struct script *s, struct words *w, struct expect *expect)
{
    (void)expect;
    char topic[64];
    snprintf(topic, sizeof topic, "bay/%.32s/state", w->at[1]);
    settle(s);
    check_board(s->d, topic, ".", w, 2);
}

static void step_beat(struct script *s, struct words *w, struct expect *expect)
{
    (void)expect;
    settle(s);
    check_board(s->d, "hub/beat", ".", w, 1);
}

static void step_hub(struct script *s, struct words *w, struct expect *expect)
{
    (void)expect;
    check_board(s->d, "hub/status", ".", w, 1);
}

static void step_mark(struct script *s, struct words *w, struct expect *expect)
{
    (void)w;
    (void)expect;
    settle(s);
    state_mark(s->d, &s->mark);
}

static void step_unchanged(struct script *s, struct words *w, struct expect *expect)
{
    (void)w;
    (void)expect;
    settle(s);
    state_unchanged(s->d, &s->mark);
}

static void step_revised(struct script *s, struct words *w, struct expect *expect)
{
    (void)w;
    (void)expect;
    settle(s);
    state_revised(s->d, &s->mark);
}

/* ── the table ── */

const struct step STEPS[] = {
    { "day", 1, false, step_day },
    { "at", 1, false, step_at },
    { "after", 1, false, step_after },
    { "clock", 1, false, step_clock },
    { "synced", 1, false, step_synced },
    { "config", 1, false, step_config },
    { "plan", 1, false, step_plan },
    { "restart", 0, false, step_restart },
    { "restored", 0, true, step_restored },
    { "reboot", 0, false, step_reboot },
    { "connected", 0, false, step_connected },
    { "goodbye", 0, true, step_goodbye },
    { "topic", 2, true, step_topic },
    { "spans", 1, true, step_spans },
    { "stays", 1, true, step_stays },
    { "bays", 0, true, step_bays },
    { "sql", 1, true, step_sql },
    { "job", 2, true, step_job },
    { "row", 2, true, step_row },
    { "rows", 2, true, step_rows },
    { "public", 2, true, step_public },
    { "staff", 2, true, step_staff },
    { "state", 2, true, step_state },
    { "beat", 1, true, step_beat },
    { "hub", 1, true, step_hub },
    { "mark", 0, true, step_mark },
    { "unchanged", 0, true, step_unchanged },
    { "revised", 0, true, step_revised },
    { NULL, 0, false, NULL },
};
