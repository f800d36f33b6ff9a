#include "tests/replay/drive.h"

#include "app/hub.h"
#include "app/rebuild.h"
#include "base/stamp.h"
#include "base/text.h"
#include "sys/clock.h"
#include "tests/replay/rules.h"

#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SITE   "shop"
#define PREFIX "pit/v1/" SITE "/"

void drive_fault(struct drive *d, const char *format, ...)
{
    if (d->n_faults == DRIVE_FAULTS_MAX)
        return;
    va_list args;
    va_start(args, format);
    vsnprintf(d->faults[d->n_faults++], DRIVE_TEXT, format, args);
    va_end(args);
}

/* ── time ── */

static void set_clock(const struct drive *d)
{
    clock_fake(d->wall, d->boot, d->boot_id, d->synced);
}

static bool parse_hours(const char *text, int64_t *ms)
{
    int hour, minute, second = 0, milli = 0, used = 0;
    if (sscanf(text, "%d:%2d%n", &hour, &minute, &used) < 2)
        return false;
    text += used;
    used = 0;
    if (*text == ':' && sscanf(text, ":%2d%n", &second, &used) == 1)
        text += used;
    used = 0;
    if (*text == '.' && sscanf(text, ".%3d%n", &milli, &used) == 1)
        text += used;
    *ms = ((hour * INT64_C(60) + minute) * 60 + second) * 1000 + milli;
    return *text == '\0';
}

bool drive_parse_time(const struct drive *d, const char *text, struct wall *out)
{
    int64_t ms;
    if (strchr(text, 'T'))
        return stamp_parse(text, strlen(text), out);
    if (!parse_hours(text, &ms))
        return false;
    *out = wall_plus(d->day, ms);
    return true;
}

void drive_format_time(const struct drive *d, struct wall at, char out[32])
{
    int64_t ms = wall_minus(at, d->day);
    if (ms < 0 || ms >= INT64_C(100) * 3600 * 1000) {
        char full[STAMP_SIZE];
        stamp_format(at, full);
        snprintf(out, 32, "%.31s", full);
        return;
    }
    int n = snprintf(out, 32, "%02d:%02d", (int)(ms / 3600000), (int)(ms / 60000 % 60));
    if (ms % 60000)
        n += snprintf(out + n, 32 - (size_t)n, ":%02d", (int)(ms / 1000 % 60));
    if (ms % 1000)
        snprintf(out + n, 32 - (size_t)n, ".%03d", (int)(ms % 1000));
}

void drive_to(struct drive *d, struct wall at)
{
    d->boot = boot_plus(d->boot, wall_minus(at, d->wall));
    d->wall = at;
    set_clock(d);
    if (!d->hub || hub_deadline(d->hub).ms > d->boot.ms)
        return;
    hub_tick(d->hub);
    if (hub_deadline(d->hub).ms <= d->boot.ms)
        drive_fault(d, "after hub_tick the deadline is not ahead: the loop would spin");
}

void drive_step(struct drive *d, struct wall at)
{
    d->wall = at;
    set_clock(d);
}

void drive_synced(struct drive *d, bool synced)
{
    d->synced = synced;
    set_clock(d);
}

void drive_reboot(struct drive *d)
{
    snprintf(d->boot_id, sizeof d->boot_id, "boot-%d", ++d->boots % 1000);
    d->boot = (struct boot){ 20000 };
    set_clock(d);
}

void drive_settle(struct drive *d)
{
    for (int i = 0; i < 3 && hub_deadline(d->hub).ms <= d->boot.ms + 40; i++) {
        int64_t ahead = hub_deadline(d->hub).ms - d->boot.ms;
        drive_to(d, wall_plus(d->wall, ahead > 0 ? ahead : 40));
    }
}

/* ── publications ── */

void drive_forget_receipts(struct drive *d)
{
    for (int i = 0; i < d->n_receipts; i++)
        json_decref(d->receipts[i].body);
    d->n_receipts = 0;
}

void drive_forget_topics(struct drive *d)
{
    for (int i = 0; i < d->n_topics; i++) {
        free(d->topics[i].bytes);
        json_decref(d->topics[i].body);
    }
    d->n_topics = 0;
}

struct drive_topic *drive_topic(struct drive *d, const char *name)
{
    for (int i = 0; i < d->n_topics; i++)
        if (strcmp(d->topics[i].name, name) == 0)
            return &d->topics[i];
    return NULL;
}

/* A receipt may exist only after the commit: another connection must see the row already (but for the
 * refusals beyond 1,000 a day, which are only counted). */
static void check_committed(struct drive *d, const struct drive_receipt *receipt)
{
    const char *id = json_string_value(json_object_get(receipt->body, "id"));
    const char *result = json_string_value(json_object_get(receipt->body, "result"));
    const char *reason = json_string_value(json_object_get(receipt->body, "reason"));
    if (!id || !result || strcmp(result, "duplicate") == 0 || (reason && strcmp(reason, "storage") == 0))
        return;
    char *count = drive_sql(d, "SELECT count(*) > 0 FROM event WHERE id = ?1 OR seq > 1000", id);
    if (count && strcmp(count, "1\n") != 0)
        drive_fault(d, "a receipt for %s came before its row was committed", id);
    free(count);
}

static void keep_receipt(struct drive *d, const char *name, json_t *body)
{
    if (d->n_receipts == DRIVE_RECEIPTS_MAX) {
        drive_fault(d, "more than %d receipts", DRIVE_RECEIPTS_MAX);
        json_decref(body);
        return;
    }
    struct drive_receipt *receipt = &d->receipts[d->n_receipts++];
    snprintf(receipt->source, sizeof receipt->source, "%.*s", (int)(strlen(name) - strlen("/receipt")), name);
    receipt->body = body;
    check_committed(d, receipt);
}

static void drop_body(struct drive_topic *topic)
{
    free(topic->bytes);
    json_decref(topic->body);
    topic->bytes = NULL;
    topic->body = NULL;
}

static void keep_topic(struct drive *d, const char *name, const void *bytes, size_t len, json_t *body)
{
    struct drive_topic *topic = drive_topic(d, name);
    if (!topic && d->n_topics == DRIVE_TOPICS_MAX) {
        drive_fault(d, "more than %d topics", DRIVE_TOPICS_MAX);
        json_decref(body);
        return;
    }
    if (!topic) {
        topic = &d->topics[d->n_topics++];
        *topic = (struct drive_topic){ 0 };
        snprintf(topic->name, sizeof topic->name, "%s", name);
    }
    drop_body(topic);
    topic->bytes = malloc(len + 1);
    if (topic->bytes) {
        memcpy(topic->bytes, bytes, len);
        topic->bytes[len] = '\0';
    }
    topic->len = len;
    topic->body = body;
    topic->count++;
}

static bool take(void *user, const char *name, const void *bytes, size_t len, int qos, bool retain)
{
    struct drive *d = user;
    if (strncmp(name, "homeassistant/", 14) == 0 || strncmp(name, "ha2/", 4) == 0) {
        keep_topic(d, name, bytes, len, json_loadb(bytes, len, JSON_REJECT_DUPLICATES, NULL));
        return true;
    }
    if (strncmp(name, PREFIX, strlen(PREFIX)) != 0) {
        drive_fault(d, "published outside of the prefix: %s", name);
        return true;
    }
    name += strlen(PREFIX);
    json_t *body = json_loadb(bytes, len, JSON_REJECT_DUPLICATES, NULL);
    if (!body && len > 0)
        drive_fault(d, "%s is no JSON: %.*s", name, (int)(len < 200 ? len : 200), (const char *)bytes);
    rules_publication(d, name, body, qos, retain);
    size_t n = strlen(name);
    if (n > 8 && strcmp(name + n - 8, "/receipt") == 0)
        keep_receipt(d, name, body);
    else
        keep_topic(d, name, bytes, len, body);
    return true;
}

/* ── the database ── */

static void sql_hm(sqlite3_context *ctx, int n, sqlite3_value **args)
{
    (void)n;
    char out[32];
    if (sqlite3_value_type(args[0]) == SQLITE_NULL)
        return;
    drive_format_time(sqlite3_user_data(ctx), (struct wall){ sqlite3_value_int64(args[0]) }, out);
    sqlite3_result_text(ctx, out, -1, SQLITE_TRANSIENT);
}

/* Seconds; the fraction only if there is one. */
static void sql_sec(sqlite3_context *ctx, int n, sqlite3_value **args)
{
    (void)n;
    char out[32];
    if (sqlite3_value_type(args[0]) == SQLITE_NULL)
        return;
    int64_t ms = sqlite3_value_int64(args[0]);
    if (ms % 1000)
        snprintf(out, sizeof out, "%" PRId64 ".%03d", ms / 1000, (int)(ms % 1000));
    else
        snprintf(out, sizeof out, "%" PRId64, ms / 1000);
    sqlite3_result_text(ctx, out, -1, SQLITE_TRANSIENT);
}

static bool open_db(struct drive *d)
{
    if (sqlite3_open_v2(d->path, &d->db, SQLITE_OPEN_READONLY, NULL) != SQLITE_OK) {
        drive_fault(d, "cannot read the database: %s", sqlite3_errmsg(d->db));
        return false;
    }
    sqlite3_busy_timeout(d->db, 5000);
    sqlite3_create_function(d->db, "hm", 1, SQLITE_UTF8, d, sql_hm, NULL, NULL);
    sqlite3_create_function(d->db, "sec", 1, SQLITE_UTF8, d, sql_sec, NULL, NULL);
    return true;
}

static void add_row(struct text *out, sqlite3_stmt *stmt)
{
    for (int i = 0; i < sqlite3_column_count(stmt); i++) {
        const char *value = (const char *)sqlite3_column_text(stmt, i);
        text_fmt(out, "%s%s", i ? "|" : "", value ? value : "-");
    }
    text_put(out, "\n");
}

char *drive_sql(struct drive *d, const char *sql, const char *arg)
{
    sqlite3_stmt *stmt = NULL;
    struct text out = text_grow(4 * 1024 * 1024);
    int rc = sqlite3_prepare_v2(d->db, sql, -1, &stmt, NULL);
    if (rc == SQLITE_OK && arg)
        sqlite3_bind_text(stmt, 1, arg, -1, SQLITE_STATIC);
    while (rc == SQLITE_OK && (rc = sqlite3_step(stmt)) == SQLITE_ROW) {
        add_row(&out, stmt);
        rc = SQLITE_OK;
    }
    if (rc != SQLITE_DONE)
        drive_fault(d, "%s: %s", sql, sqlite3_errmsg(d->db));
    sqlite3_finalize(stmt);
    char *copy = rc == SQLITE_DONE ? strdup(out.data ? out.data : "") : NULL;
    text_free(&out);
    return copy;
}

/* ── life ── */

bool drive_set(struct drive *d, const char *setting)
{
    if (d->n_settings == DRIVE_SETTINGS_MAX || strlen(setting) >= DRIVE_TEXT)
        return false;
    snprintf(d->setting[d->n_settings++], DRIVE_TEXT, "%s", setting);
    return true;
}

static bool load_conf(struct drive *d)
{
    char fault[CONF_FAULT_SIZE], path[DRIVE_TEXT];
    const char *settings[DRIVE_SETTINGS_MAX + 2];
    int n = 0;
    snprintf(path, sizeof path, "store.path=\"%s\"", d->path);
    settings[n++] = "site=\"" SITE "\"";
    settings[n++] = path;
    for (int i = 0; i < d->n_settings; i++)
        settings[n++] = d->setting[i];
    conf_clear(d->conf); /* of the hub before */
    if (conf_load(d->conf, d->plan, settings, n, fault))
        return true;
    drive_fault(d, "configuration: %s", fault);
    return false;
}

bool drive_start(struct drive *d)
{
    static const struct hub_ops ops = { .publish = take };
    char fault[512];
    int code = 0;
    if (d->hub)
        return true;
    if (!load_conf(d))
        return false;
    clock_set_zone(d->conf->plan.zone);
    set_clock(d);
    d->hub = hub_create(d->conf, &ops, d, fault, sizeof fault, &code);
    if (!d->hub) {
        drive_fault(d, "the hub does not start (%d): %s", code, fault);
        return false;
    }
    if (!open_db(d))
        return false;
    hub_connected(d->hub);
    return true;
}

void drive_stop(struct drive *d)
{
    sqlite3_close(d->db);
    d->db = NULL;
    hub_destroy(d->hub);
    d->hub = NULL;
}

bool drive_begin(struct drive *d, const char *plan)
{
    *d = (struct drive){ .synced = true, .boot = { 1000000 }, .boots = 1 };
    const char *tmp = getenv("TMPDIR");
    snprintf(d->dir, sizeof d->dir, "%.40s/replay-XXXXXX", tmp ? tmp : "/tmp");
    snprintf(d->plan, sizeof d->plan, "%s", plan);
    snprintf(d->boot_id, sizeof d->boot_id, "boot-1");
    d->day = (struct wall){ stamp_days(2026, 3, 2) * 86400000 };
    d->wall = wall_plus(d->day, INT64_C(10) * 3600 * 1000);
    d->conf = calloc(1, sizeof *d->conf);
    if (!d->conf || !mkdtemp(d->dir))
        return false;
    snprintf(d->path, sizeof d->path, "%s/hub.db", d->dir);
    return true;
}

static void check_file(struct drive *d)
{
    char what[512] = "";
    if (!rebuild_check(d->path, what, sizeof what))
        drive_fault(d, "rebuild differs: %s", what);
    if (!open_db(d))
        return;
    char *answer = drive_sql(d, "PRAGMA integrity_check", NULL);
    if (answer && strcmp(answer, "ok\n") != 0)
        drive_fault(d, "integrity: %s", answer);
    free(answer);
    sqlite3_close(d->db);
    d->db = NULL;
}

static void remove_files(const struct drive *d)
{
    DIR *dir = opendir(d->dir);
    for (struct dirent *entry; dir && (entry = readdir(dir)) != NULL;)
        if (entry->d_name[0] != '.')
            unlinkat(dirfd(dir), entry->d_name, 0);
    if (dir)
        closedir(dir);
    rmdir(d->dir);
}

void drive_end(struct drive *d)
{
    bool ran = d->hub;
    drive_stop(d);
    if (ran)
        check_file(d);
    remove_files(d);
    drive_forget_receipts(d);
    drive_forget_topics(d);
    conf_clear(d->conf);
    free(d->conf);
    d->conf = NULL;
    clock_real();
}

bool drive_message(struct drive *d, const char *tail, const void *bytes, size_t len, bool retained)
{
    char topic[256];
    snprintf(topic, sizeof topic, PREFIX "%s", tail);
    return hub_message(d->hub, topic, bytes, len, retained);
}

bool drive_commit(struct drive *d)
{
    return hub_commit(d->hub);
}
