#include "tests/replay/script.h"

#include "app/hub.h"
#include "tests/replay/script_own.h"

#include <stdlib.h>
#include <string.h>

/* ── lines ── */

bool script_read_line(struct script *s)
{
    if (!fgets(s->line, sizeof s->line, s->file))
        return false;
    s->number++;
    size_t n = strlen(s->line);
    while (n && (s->line[n - 1] == '\n' || s->line[n - 1] == ' '))
        s->line[--n] = '\0';
    return true;
}

static void report(struct script *s, int number)
{
    for (int i = 0; i < s->d->n_faults; i++)
        printf("%s:%d: %s\n", s->path, number, s->d->faults[i]);
    if (s->d->n_faults && !s->failed)
        printf("  in case: %s\n", s->title);
    s->failed |= s->d->n_faults > 0;
    s->d->n_faults = 0;
}

/* Cuts "=> …" off the line and keeps it in `expect`. */
static void cut_expectation(char *line, struct expect *expect)
{
    *expect = (struct expect){ 0 };
    char *arrow = strstr(line, " =>");
    if (!arrow)
        return;
    snprintf(expect->line, sizeof expect->line, "%s", arrow + 3);
    *arrow = '\0';
    words_split(expect->line, &expect->words);
}

/* ── events ── */

static void end_round(struct script *s)
{
    int next = 0;
    s->round = false;
    if (!drive_commit(s->d))
        drive_fault(s->d, "the commit failed");
    for (int i = 0; i < s->n_pending; i++) {
        s->pending[i].words.n = 0;
        words_split(s->pending[i].line, &s->pending[i].words);
        check_receipt(s->d, &s->pending[i], &next);
    }
    if (next < s->d->n_receipts)
        drive_fault(s->d, "%d receipts too many", s->d->n_receipts - next);
    s->n_pending = 0;
    drive_forget_receipts(s->d);
}

static void await(struct script *s, const struct expect *expect)
{
    if (s->n_pending == ROUND_MAX) {
        drive_fault(s->d, "more than %d events in a round", ROUND_MAX);
        return;
    }
    /* The words point into the line: they are made again from the kept copy. */
    struct expect *kept = &s->pending[s->n_pending++];
    *kept = *expect;
    kept->line[0] = '\0';
    for (int i = 0; i < expect->words.n; i++)
        snprintf(kept->line + strlen(kept->line), sizeof kept->line - strlen(kept->line), "%s ",
                 expect->words.at[i]);
    snprintf(kept->source, sizeof kept->source, "%s", s->last_source);
    snprintf(kept->id, sizeof kept->id, "%s", s->last_id);
    if (!s->round)
        end_round(s);
}

static void send_bytes(struct script *s, const struct expect *expect, bool retained)
{
    char tail[128];
    snprintf(tail, sizeof tail, "%s/event", s->last_source);
    if (!drive_start(s->d))
        return;
    if (!drive_message(s->d, tail, s->last_bytes, s->last_len, retained))
        drive_fault(s->d, "the round failed");
    await(s, expect);
}

static void keep_bytes(struct script *s, const char *source, char *bytes, size_t len, const char *id)
{
    free(s->last_bytes);
    s->last_bytes = bytes;
    s->last_len = len;
    snprintf(s->last_source, sizeof s->last_source, "%s", source);
    snprintf(s->last_id, sizeof s->last_id, "%s", id);
}

static void do_event(struct script *s, struct words *w, int from, struct expect *expect, bool retained)
{
    char id[32];
    snprintf(id, sizeof id, "e%d", ++s->ids);
    json_t *event = words_event(s->d, w, from + 1, id);
    if (!event)
        return;
    char *bytes = json_dumps(event, JSON_COMPACT);
    const char *sent = json_string_value(json_object_get(event, "id"));
    keep_bytes(s, w->at[from], bytes, bytes ? strlen(bytes) : 0, sent ? sent : "");
    json_decref(event);
    if (bytes)
        send_bytes(s, expect, retained);
}

static void step_retained(struct script *s, struct words *w, struct expect *expect)
{
    do_event(s, w, 1, expect, true);
}

static void step_times(struct script *s, struct words *w, struct expect *expect)
{
    int n = atoi(w->at[1]);
    char line[LINE_SIZE];
    line[0] = '\0';
    for (int i = 2; i < w->n; i++)
        snprintf(line + strlen(line), sizeof line - strlen(line), "%s ", w->at[i]);
    for (int i = 0; i < n && s->d->n_faults == 0; i++) {
        char copy[LINE_SIZE];
        struct words words;
        memcpy(copy, line, strlen(line) + 1);
        words_split(copy, &words);
        do_event(s, &words, 0, expect, false);
    }
}

static void step_repeat(struct script *s, struct words *w, struct expect *expect)
{
    (void)w;
    if (s->last_bytes)
        send_bytes(s, expect, false);
    else
        drive_fault(s->d, "there is nothing to repeat");
}

static size_t unescape(const char *from, char *to)
{
    size_t n = 0;
    for (; *from; from++) {
        unsigned byte;
        if (*from == '%' && sscanf(from + 1, "%2x", &byte) == 1) {
            to[n++] = (char)byte;
            from += 2;
        } else {
            to[n++] = *from;
        }
    }
    return n;
}

/* raw desk/front BYTES; the line is taken before it is split. */
static void do_raw(struct script *s, char *line)
{
    struct expect expect;
    char source[80] = "", id[200] = "";
    int used = 0;
    cut_expectation(line, &expect);
    sscanf(line, "raw %79s %n", source, &used);
    for (int i = 0; i < expect.words.n; i++) {
        if (strncmp(expect.words.at[i], "id=", 3) == 0) {
            snprintf(id, sizeof id, "%s", expect.words.at[i] + 3);
            memmove(&expect.words.at[i], &expect.words.at[i + 1],
                    (size_t)(--expect.words.n - i) * sizeof(char *));
        }
    }
    char *bytes = malloc(strlen(line) + 1);
    if (bytes) {
        size_t len = unescape(line + used, bytes);
        keep_bytes(s, source, bytes, len, id);
        send_bytes(s, &expect, false);
    }
}

/* ── other people's devices ── */

/* press bay/3 TOPIC BYTES, old …, again …; the line is taken before it is split. */
static void do_press(struct script *s, char *line)
{
    struct expect expect;
    char word[16] = "", source[80] = "", topic[300] = "";
    int used = 0;
    cut_expectation(line, &expect);
    if (sscanf(line, "%15s %79s %299s %n", word, source, topic, &used) < 3) {
        drive_fault(s->d, "words are missing");
        return;
    }
    snprintf(s->last_source, sizeof s->last_source, "%s", source);
    snprintf(s->last_id, sizeof s->last_id, "*");
    bool old = strcmp(word, "old") == 0;
    s->packet += strcmp(word, "again") != 0;
    if (!drive_start(s->d))
        return;
    size_t len = unescape(line + used, line + used);
    topic[unescape(topic, topic)] = '\0';
    if (!hub_press(s->d->hub, topic, line + used, len, old, s->packet))
        drive_fault(s->d, "the round failed");
    await(s, &expect);
}

/* device TOPIC BYTES */
static void do_device(struct script *s, char *line)
{
    char topic[300] = "";
    int used = 0;
    if (sscanf(line, "device %299s %n", topic, &used) < 1 || !drive_start(s->d))
        return;
    size_t len = unescape(line + used, line + used);
    hub_device(s->d->hub, topic, line + used, len, false);
    drive_commit(s->d);
}

static void step_session(struct script *s, struct words *w, struct expect *expect)
{
    (void)expect;
    if (strcmp(w->at[1], "read") == 0)
        hub_caught_up(s->d->hub);
    else
        hub_listening(s->d->hub, strcmp(w->at[1], "kept") == 0);
}

static void step_packet(struct script *s, struct words *w, struct expect *expect)
{
    (void)expect;
    s->packet = atoi(w->at[1]) - 1;
}

static void step_round(struct script *s, struct words *w, struct expect *expect)
{
    (void)w;
    (void)expect;
    s->round = true;
}

static void step_end(struct script *s, struct words *w, struct expect *expect)
{
    (void)w;
    (void)expect;
    end_round(s);
}

static void step_status(struct script *s, struct words *w, struct expect *expect)
{
    (void)expect;
    char tail[128];
    snprintf(tail, sizeof tail, "%s/status", w->at[1]);
    if (drive_start(s->d)) {
        drive_message(s->d, tail, w->at[2], strlen(w->at[2]), false);
        drive_commit(s->d);
    }
}

/* ── running ── */

static const struct step EVENT_STEPS[] = {
    { "retained", 2, false, step_retained },
    { "times", 3, false, step_times },
    { "repeat", 0, true, step_repeat },
    { "round", 0, true, step_round },
    { "end", 0, true, step_end },
    { "status", 2, false, step_status },
    { "session", 1, true, step_session },
    { "packet", 1, false, step_packet },
    { NULL, 0, false, NULL },
};

static const struct step *find_step(const char *name)
{
    for (const struct step *step = EVENT_STEPS; step->name; step++)
        if (strcmp(step->name, name) == 0)
            return step;
    for (const struct step *step = STEPS; step->name; step++)
        if (strcmp(step->name, name) == 0)
            return step;
    return NULL;
}

static void run_words(struct script *s, struct words *w, struct expect *expect)
{
    const struct step *step = find_step(w->at[0]);
    if (!step && strchr(w->at[0], '/'))
        do_event(s, w, 0, expect, false);
    else if (!step)
        drive_fault(s->d, "no such step: %s", w->at[0]);
    else if (w->n <= step->least)
        drive_fault(s->d, "%s: words are missing", w->at[0]);
    else if (!step->needs_hub || drive_start(s->d))
        step->run(s, w, expect);
}

/* $code(A) and $token(A) become what the hub gave to the job. */
static void fill_in(struct script *s, char *line)
{
    static const char *const names[] = { "$code(", "$token(" };
    for (size_t i = 0; i < 2; i++) {
        char *at, job[80], rest[LINE_SIZE];
        while ((at = strstr(line, names[i])) != NULL && s->d->hub) {
            size_t n = strlen(names[i]);
            snprintf(job, sizeof job, "%.*s", (int)strcspn(at + n, ")"), at + n);
            snprintf(rest, sizeof rest, "%s", at + n + strlen(job) + 1);
            drive_settle(s->d);
            char *given = check_given(s->d, i == 0 ? "code" : "token", job);
            snprintf(at, LINE_SIZE - (size_t)(at - line), "%s%s", given ? given : "?", rest);
            free(given);
        }
    }
}

static void run_line(struct script *s)
{
    char line[LINE_SIZE];
    struct words words;
    struct expect expect;
    memcpy(line, s->line, strlen(s->line) + 1);
    fill_in(s, line);
    if (strncmp(line, "raw ", 4) == 0) {
        do_raw(s, line);
        return;
    }
    if (strncmp(line, "press ", 6) == 0 || strncmp(line, "old ", 4) == 0 || strncmp(line, "again ", 6) == 0) {
        do_press(s, line);
        return;
    }
    if (strncmp(line, "device ", 7) == 0) {
        do_device(s, line);
        return;
    }
    cut_expectation(line, &expect);
    if (words_split(line, &words) && words.n)
        run_words(s, &words, &expect);
}

static void end_case(struct script *s, struct tally *tally)
{
    if (!*s->title)
        return;
    drive_end(s->d);
    report(s, s->number);
    if (s->failed)
        tally->failed++;
    else
        tally->passed++;
    state_forget(&s->mark);
    free(s->last_bytes);
    s->last_bytes = NULL;
    *s->title = '\0';
}

static void begin_case(struct script *s)
{
    snprintf(s->title, sizeof s->title, "%s", s->line + 5);
    s->failed = s->round = false;
    s->ids = s->n_pending = s->packet = 0;
    if (!drive_begin(s->d, s->shop))
        drive_fault(s->d, "no temporary directory");
}

static void run_file(struct script *s, struct tally *tally)
{
    while (script_read_line(s)) {
        int number = s->number;
        const char *start = s->line + strspn(s->line, " ");
        if (!*start || *start == '#')
            continue;
        if (strncmp(s->line, "case ", 5) == 0) {
            end_case(s, tally);
            begin_case(s);
        } else {
            memmove(s->line, start, strlen(start) + 1);
            run_line(s);
        }
        report(s, number);
    }
    end_case(s, tally);
}

void script_run(const char *path, const char *shop, struct tally *tally)
{
    struct script *s = calloc(1, sizeof *s);
    struct drive *d = calloc(1, sizeof *d);
    if (s && d) {
        *s = (struct script){ .d = d, .path = path, .shop = shop, .file = fopen(path, "r") };
    }
    if (s && d && s->file) {
        run_file(s, tally);
        fclose(s->file);
    } else {
        printf("%s: cannot be read\n", path);
        tally->failed++;
    }
    free(d);
    free(s);
}
