#include "tests/replay/checks.h"

#include "base/stamp.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool text_differs(const char *got, const char *want)
{
    if (strcmp(want, "*") == 0)
        return strcmp(got, "-") == 0;
    char *text = words_text(want);
    bool differ = !text || strcmp(text, got) != 0;
    free(text);
    return differ;
}

static bool differs(const struct drive *d, const json_t *value, const char *want, char **got)
{
    *got = words_show(d, value);
    return !*got || text_differs(*got, want);
}

/* ── receipts ── */

static void want_member(struct drive *d, json_t *body, const char *name, const char *want)
{
    char *got;
    if (differs(d, json_object_get(body, name), want, &got))
        drive_fault(d, "receipt: %s is %s, expected %s", name, got ? got : "?", want);
    free(got);
    json_object_del(body, name);
}

static void want_result(struct drive *d, json_t *body, char *word)
{
    char *reason = strchr(word, ':');
    if (reason)
        *reason++ = '\0';
    want_member(d, body, "result", word);
    want_member(d, body, "reason", reason ? reason : "-");
}

static void want_time(struct drive *d, json_t *body)
{
    const char *time = json_string_value(json_object_get(body, "time"));
    struct wall at;
    if (!time || strlen(time) != 24 || !stamp_parse(time, 24, &at) || time[23] != 'Z')
        drive_fault(d, "receipt: time is %s, not RFC 3339 in UTC with ms", time ? time : "absent");
    json_object_del(body, "time");
}

static void want_nothing_else(struct drive *d, json_t *body)
{
    if (json_object_size(body) == 0)
        return;
    char *rest = json_dumps(body, JSON_COMPACT);
    drive_fault(d, "receipt: not expected: %s", rest ? rest : "?");
    free(rest);
}

/* applied A repair code=* … */
static void compare_receipt(struct drive *d, struct expect *e, json_t *body)
{
    static const char *const place[] = { "job", "stage" };
    struct words *w = &e->words;
    bool partial = false;
    want_member(d, body, "id", *e->id ? e->id : "-");
    want_time(d, body);
    want_result(d, body, w->at[0]);
    for (int i = 1, n = 0; i < w->n; i++) {
        char *value;
        if (strcmp(w->at[i], "…") == 0)
            partial = true;
        else if ((value = words_value(w->at[i])) != NULL)
            want_member(d, body, w->at[i], value);
        else if (n < 2)
            want_member(d, body, place[n++], w->at[i]);
        else
            drive_fault(d, "not understood: %s", w->at[i]);
    }
    if (!partial)
        want_nothing_else(d, body);
}

void check_receipt(struct drive *d, struct expect *e, int *next)
{
    if (e->words.n == 0) {
        snprintf(e->line, sizeof e->line, "applied …");
        words_split(e->line, &e->words);
    }
    bool none = strcmp(e->words.at[0], "none") == 0, any = strcmp(e->words.at[0], "any") == 0;
    if (*next >= d->n_receipts) {
        if (!none)
            drive_fault(d, "no receipt, expected %s", e->words.at[0]);
        return;
    }
    struct drive_receipt *receipt = &d->receipts[*next];
    if (none) {
        char *body = json_dumps(receipt->body, JSON_COMPACT);
        drive_fault(d, "a receipt where none is expected: %s", body ? body : "?");
        free(body);
        return;
    }
    ++*next;
    if (any)
        return;
    if (strcmp(receipt->source, e->source) != 0)
        drive_fault(d, "receipt went to %s, expected %s", receipt->source, e->source);
    json_t *copy = json_copy(receipt->body);
    compare_receipt(d, e, copy);
    json_decref(copy);
}

/* ── rows ── */

static char *column(struct drive *d, const char *table, const char *where, const char *arg, const char *name)
{
    char sql[512];
    size_t n = strlen(name);
    bool time = n > 3 && strcmp(name + n - 3, "_ms") == 0 && strcmp(name, "elapsed_ms") != 0 &&
                strcmp(name, "hub_boot_ms") != 0;
    snprintf(sql, sizeof sql, time ? "SELECT hm(%s) FROM %s WHERE %s" : "SELECT %s FROM %s WHERE %s", name,
             table, where);
    char *got = drive_sql(d, sql, arg);
    if (got && *got)
        got[strlen(got) - 1] = '\0';
    return got;
}

void check_row(struct drive *d, const char *table, const char *where, const char *arg, struct words *words,
               int from)
{
    for (int i = from; i < words->n; i++) {
        char *want = words_value(words->at[i]);
        if (!want) {
            drive_fault(d, "not column=value: %s", words->at[i]);
            continue;
        }
        char *got = column(d, table, where, arg, words->at[i]);
        if (got && !*got)
            drive_fault(d, "%s: there is no row %s", table, arg ? arg : "");
        else if (got && text_differs(got, want))
            drive_fault(d, "%s.%s is %s, expected %s", table, words->at[i], got, want);
        free(got);
    }
}

/* ── boards ── */

/* The job whose random key stands on the board. */
static char *key_of(struct drive *d, const char *job)
{
    char *key = drive_sql(d, "SELECT key FROM job WHERE job = ?1", job);
    if (key)
        key[strcspn(key, "\n")] = '\0';
    return key;
}

static json_t *in_list(const json_t *list, const char *member, const char *want)
{
    size_t i;
    json_t *item;
    json_array_foreach(list, i, item)
    {
        const char *got = json_string_value(json_object_get(item, member));
        if (got && strcmp(got, want) == 0)
            return item;
    }
    return NULL;
}

/* One step of a path: "name", "3" in a list, "jobs[A]", "baylist[3]", "problems[code]". */
static json_t *step(struct drive *d, json_t *from, char *name)
{
    if (json_is_array(from))
        return json_array_get(from, (size_t)atoi(name));
    char *open = strchr(name, '[');
    if (!open)
        return json_object_get(from, name);
    *open++ = '\0';
    open[strcspn(open, "]")] = '\0';
    json_t *list = json_object_get(from, name);
    if (strcmp(name, "jobs") == 0) {
        char *key = key_of(d, open);
        json_t *found = key ? in_list(list, "key", key) : NULL;
        free(key);
        return found;
    }
    return in_list(list, strcmp(name, "baylist") == 0 ? "bay" : "code", open);
}

static json_t *find(struct drive *d, json_t *root, const char *path)
{
    char copy[256], *rest = NULL;
    snprintf(copy, sizeof copy, "%s", path);
    json_t *at = root;
    if (strcmp(path, ".") == 0)
        return root;
    for (char *name = strtok_r(copy, ".", &rest); name && at; name = strtok_r(NULL, ".", &rest))
        at = step(d, at, name);
    return at;
}

static void want_order(struct drive *d, const json_t *list, char *want)
{
    char *rest = NULL;
    size_t n = 0;
    for (char *job = strtok_r(want, ",", &rest); job; job = strtok_r(NULL, ",", &rest), n++) {
        char *key = key_of(d, job);
        const char *got = json_string_value(json_object_get(json_array_get(list, n), "key"));
        if (!key || !got || strcmp(key, got) != 0)
            drive_fault(d, "place %zu is not %s", n, job);
        free(key);
    }
    if (json_array_size(list) != n)
        drive_fault(d, "%zu in the list, expected %zu", json_array_size(list), n);
}

static void want_members(struct drive *d, const char *path, json_t *object, struct words *words, int from)
{
    json_t *copy = json_copy(object);
    for (int i = from; i < words->n; i++)
        if (json_object_del(copy, words->at[i]) != 0)
            drive_fault(d, "%s lacks %s", path, words->at[i]);
    const char *key;
    json_t *value;
    json_object_foreach(copy, key, value) drive_fault(d, "%s has %s, which is not expected", path, key);
    json_decref(copy);
}

static void want_on_board(struct drive *d, const char *topic, const char *path, json_t *at, char *word)
{
    char *want = words_value(word), *got = NULL, number[24];
    struct drive_topic *board = drive_topic(d, topic);
    if (!want) {
        drive_fault(d, "not member=value: %s", word);
        return;
    }
    if (strcmp(word, "lacks") == 0 || strcmp(word, "has") == 0) {
        if (!strstr(board->bytes, want) != (*word == 'l'))
            drive_fault(d, "%s: expected that it %s %s", topic, word, want);
    } else if (strcmp(word, "order") == 0) {
        want_order(d, at, want);
    } else if (strcmp(word, "n") == 0) {
        snprintf(number, sizeof number, "%zu",
                 json_is_array(at) ? json_array_size(at) : json_object_size(at));
        if (strcmp(number, want) != 0)
            drive_fault(d, "%s %s has %s members, expected %s", topic, path, number, want);
    } else if (differs(d, find(d, at, word), want, &got)) {
        drive_fault(d, "%s %s: %s is %s, expected %s", topic, path, word, got ? got : "?", want);
    }
    free(got);
}

void check_board(struct drive *d, const char *topic, const char *path, struct words *words, int from)
{
    struct drive_topic *board = drive_topic(d, topic);
    if (!board) {
        drive_fault(d, "nothing was published on %s", topic);
        return;
    }
    json_t *at = find(d, board->body, path);
    if (from < words->n && strcmp(words->at[from], "absent") == 0) {
        if (at)
            drive_fault(d, "%s: %s is there", topic, path);
        return;
    }
    if (!at) {
        drive_fault(d, "%s: there is no %s", topic, path);
        return;
    }
    if (from < words->n && strcmp(words->at[from], "members") == 0) {
        want_members(d, path, at, words, from + 1);
        return;
    }
    for (int i = from; i < words->n; i++)
        want_on_board(d, topic, path, at, words->at[i]);
}

char *check_given(struct drive *d, const char *what, const char *job)
{
    struct drive_topic *staff = drive_topic(d, "board/staff");
    char path[96];
    if (strcmp(what, "code") == 0) {
        char *code = drive_sql(d, "SELECT code FROM job WHERE job = ?1", job);
        if (code)
            code[strcspn(code, "\n")] = '\0';
        return code;
    }
    snprintf(path, sizeof path, "jobs[%.64s]", job);
    const json_t *found = staff ? find(d, staff->body, path) : NULL;
    const char *token = json_string_value(json_object_get(found, "token"));
    return token ? strdup(token) : NULL;
}
