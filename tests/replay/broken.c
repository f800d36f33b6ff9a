#include "tests/replay/broken.h"

#include "base/text.h"
#include "tests/replay/rules.h"
#include "tests/replay/state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KEPT 8192 /* bytes of a rejected event that are kept */

struct corpus {
    struct drive *d;
    struct tally *tally;
    struct state_mark mark;
    int n;
};

/* Written out as they are; @ stands for an id of its own. */
static const struct {
    const char *reason; /* with "!": the receipt names the id */
    const char *bytes;
    size_t len; /* 0: up to the NUL */
} TEXTS[] = {
    { "bad-json", "", 0 },
    { "bad-json", " ", 0 },
    { "bad-json", "null", 0 },
    { "bad-json", "true", 0 },
    { "bad-json", "42", 0 },
    { "bad-json", "\"next\"", 0 },
    { "bad-json", "[]", 0 },
    { "bad-json", "[{\"id\":\"@\",\"type\":\"next\",\"job\":\"A\"}]", 0 },
    { "bad-json", "{", 0 },
    { "bad-json", "{}{}", 0 },
    { "bad-json", "{\"id\":\"@\",\"type\":\"next\",\"job\":\"A\"", 0 },
    { "bad-json", "{\"id\":\"@\",\"type\":\"next\",\"job\":\"A\"} x", 0 },
    { "bad-json", "{\"id\":\"@\",\"type\":\"next\",\"job\":\"A\",}", 0 },
    { "bad-json", "{'id':'@','type':'next','job':'A'}", 0 },
    { "bad-json", "{id:\"@\",type:\"next\",job:\"A\"}", 0 },
    { "bad-json",
      "{\"id\":\"@\",\"type\":\"next\",\"job\":\"A\"}\n{\"id\":\"@2\",\"type\":\"next\",\"job\":\"A\"}", 0 },
    { "bad-json", "/* */{\"id\":\"@\",\"type\":\"next\",\"job\":\"A\"}", 0 },
    /* byte order marks, other encodings */
    { "bad-json", "\xef\xbb\xbf{\"id\":\"@\",\"type\":\"next\",\"job\":\"A\"}", 0 },
    { "bad-json", "\xff\xfe{\0}\0", 6 },
    { "bad-json", "\xfe\xff\0{\0}", 6 },
    /* broken UTF-8: lone continuation, cut short, overlong, surrogate, beyond U+10FFFF, Latin-1, windows-1251
     */
    { "bad-json", "{\"id\":\"@\",\"type\":\"note\",\"text\":\"\x80\"}", 0 },
    { "bad-json", "{\"id\":\"@\",\"type\":\"note\",\"text\":\"\xd0\"}", 0 },
    { "bad-json", "{\"id\":\"@\",\"type\":\"note\",\"text\":\"\xc0\xaf\"}", 0 },
    { "bad-json", "{\"id\":\"@\",\"type\":\"note\",\"text\":\"\xed\xa0\x80\"}", 0 },
    { "bad-json", "{\"id\":\"@\",\"type\":\"note\",\"text\":\"\xf4\x90\x80\x80\"}", 0 },
    { "bad-json", "{\"id\":\"@\",\"type\":\"note\",\"text\":\"caf\xe9\"}", 0 },
    { "bad-json", "{\"id\":\"@\",\"type\":\"note\",\"text\":\"\xcf\xf0\xe8\xe2\xe5\xf2\"}", 0 },
    { "bad-json", "{\"id\":\"@\",\"type\":\"note\",\"text\":\"x\",\"\xff\":1}", 0 },
    { "bad-json", "{\"id\":\"@\",\"type\":\"note\",\"text\":\"\\ud800\"}", 0 },
    { "bad-json", "{\"id\":\"@\",\"type\":\"note\",\"text\":\"\\udc00\\ud800\"}", 0 },
    { "bad-json", "{\"id\":\"@\",\"type\":\"note\",\"text\":\"\\x41\"}", 0 },
    /* duplicate keys: known, equal, unknown, nested, written differently */
    { "bad-json", "{\"id\":\"@\",\"type\":\"next\",\"job\":\"A\",\"job\":\"B\"}", 0 },
    { "bad-json", "{\"id\":\"@\",\"type\":\"next\",\"job\":\"A\",\"job\":\"A\"}", 0 },
    { "bad-json", "{\"id\":\"@\",\"type\":\"next\",\"job\":\"A\",\"x\":1,\"x\":2}", 0 },
    { "bad-json", "{\"id\":\"@\",\"type\":\"next\",\"job\":\"A\",\"x\":{\"y\":1,\"y\":2}}", 0 },
    { "bad-json", "{\"id\":\"@\",\"type\":\"next\",\"job\":\"A\",\"\\u006aob\":\"B\"}", 0 },
    /* NULs and raw control characters */
    { "bad-json", "\0", 1 },
    { "bad-json", "{\"id\":\"z1\",\"type\":\"next\",\"job\":\"A\"}\0", 37 },
    { "bad-json", "{\"id\":\"z2\",\"type\":\"note\",\"text\":\"a\0b\"}", 38 },
    { "bad-json", "{\"id\":\"@\",\"type\":\"note\",\"text\":\"a\nb\"}", 0 },
    { "bad-json", "{\"id\":\"@\",\"type\":\"note\",\"text\":\"a\x01\"}", 0 },
    { "bad-field:text!", "{\"id\":\"@\",\"type\":\"note\",\"text\":\"a\\u0000b\"}", 0 },
    { "bad-field:text!", "{\"id\":\"@\",\"type\":\"note\",\"text\":\"a\\u0001b\"}", 0 },
    { "bad-field:text!", "{\"id\":\"@\",\"type\":\"note\",\"text\":\"a\\nb\"}", 0 },
    { "bad-field:text!", "{\"id\":\"@\",\"type\":\"note\",\"text\":\"a\\u007fb\"}", 0 },
    { "bad-field:text!", "{\"id\":\"@\",\"type\":\"note\",\"text\":\"a\\u0085b\"}", 0 },
    /* numbers */
    { "bad-json", "{\"id\":\"@\",\"type\":\"next\",\"job\":\"A\",\"age_ms\":1e400}", 0 },
    { "bad-json", "{\"id\":\"@\",\"type\":\"next\",\"job\":\"A\",\"age_ms\":99999999999999999999}", 0 },
    { "bad-json", "{\"id\":\"@\",\"type\":\"next\",\"job\":\"A\",\"age_ms\":01}", 0 },
    { "bad-json", "{\"id\":\"@\",\"type\":\"next\",\"job\":\"A\",\"age_ms\":+1}", 0 },
    { "bad-json", "{\"id\":\"@\",\"type\":\"next\",\"job\":\"A\",\"age_ms\":.5}", 0 },
    { "bad-json", "{\"id\":\"@\",\"type\":\"next\",\"job\":\"A\",\"age_ms\":NaN}", 0 },
    { "bad-json", "{\"id\":\"@\",\"type\":\"next\",\"job\":\"A\",\"age_ms\":Infinity}", 0 },
    { "bad-json", "{\"id\":\"@\",\"type\":\"next\",\"job\":\"A\",\"age_ms\":0x10}", 0 },
    { "too-old!", "{\"id\":\"@\",\"type\":\"next\",\"job\":\"A\",\"age_ms\":9007199254740993}", 0 },
    { "too-old!", "{\"id\":\"@\",\"type\":\"next\",\"job\":\"A\",\"age_ms\":9223372036854775807}", 0 },
    { "bad-json", "{\"id\":\"@\",\"type\":\"next\",\"job\":\"A\",\"age_ms\":9223372036854775808}", 0 },
    { "bad-field:age_ms!", "{\"id\":\"@\",\"type\":\"next\",\"job\":\"A\",\"age_ms\":-1}", 0 },
    { "bad-field:age_ms!", "{\"id\":\"@\",\"type\":\"next\",\"job\":\"A\",\"age_ms\":-9223372036854775808}",
      0 },
    { "bad-field:age_ms!", "{\"id\":\"@\",\"type\":\"next\",\"job\":\"A\",\"age_ms\":1.5}", 0 },
    { "bad-field:age_ms!", "{\"id\":\"@\",\"type\":\"next\",\"job\":\"A\",\"age_ms\":1e300}", 0 },
    { "bad-field:score!", "{\"id\":\"@\",\"type\":\"rate\",\"job\":\"A\",\"score\":11}", 0 },
    { "bad-field:score!", "{\"id\":\"@\",\"type\":\"rate\",\"job\":\"A\",\"score\":-1}", 0 },
    { "bad-field:score!", "{\"id\":\"@\",\"type\":\"rate\",\"job\":\"A\",\"score\":7.5}", 0 },
    { "bad-field:score!", "{\"id\":\"@\",\"type\":\"rate\",\"job\":\"A\",\"score\":4294967301}", 0 },
    { "bad-field:score!", "{\"id\":\"@\",\"type\":\"rate\",\"job\":\"A\",\"score\":9007199254740993}", 0 },
    /* no usable id: the receipt has none */
    { "unknown-type", "{}", 0 },
    { "bad-field:id", "{\"type\":\"next\",\"job\":\"A\"}", 0 },
    { "bad-field:id", "{\"id\":null,\"type\":\"next\",\"job\":\"A\"}", 0 },
    { "bad-field:id", "{\"id\":7,\"type\":\"next\",\"job\":\"A\"}", 0 },
    { "bad-field:id", "{\"id\":\"\",\"type\":\"next\",\"job\":\"A\"}", 0 },
    { "bad-field:id", "{\"id\":[\"@\"],\"type\":\"next\",\"job\":\"A\"}", 0 },
    { "bad-field:id", "{\"id\":\"a\\nb\",\"type\":\"next\",\"job\":\"A\"}", 0 },
    { "unknown-type!", "{\"id\":\"@\",\"job\":\"A\"}", 0 },
    { "unknown-type!", "{\"id\":\"@\",\"type\":\"jump\",\"job\":\"A\"}", 0 },
    { "unknown-type!", "{\"id\":\"@\",\"type\":\"\",\"job\":\"A\"}", 0 },
    { "unknown-type!", "{\"id\":\"@\",\"type\":\"NEXT\",\"job\":\"A\"}", 0 },
};

/* A field and the kinds of value it may have; every other kind is a bad field, whatever else the event says.
 */
static const struct {
    const char *field, *event, *right; /* right: of s string, n number, b bool */
} FIELDS[] = {
    { "type", "\"job\":\"A\"", "s" },
    { "time", "\"type\":\"next\",\"job\":\"A\"", "s" },
    { "age_ms", "\"type\":\"next\",\"job\":\"A\"", "n" },
    { "job", "\"type\":\"next\"", "s" },
    { "from", "\"type\":\"next\",\"job\":\"A\"", "s" },
    { "by", "\"type\":\"next\",\"job\":\"A\"", "s" },
    { "plate", "\"type\":\"open\",\"job\":\"N\"", "s" },
    { "model", "\"type\":\"update\",\"job\":\"A\"", "s" },
    { "work", "\"type\":\"update\",\"job\":\"A\"", "s" },
    { "advisor", "\"type\":\"update\",\"job\":\"A\"", "s" },
    { "promised", "\"type\":\"update\",\"job\":\"A\"", "s" },
    { "bay", "\"type\":\"assign\",\"job\":\"A\"", "s" },
    { "waiting", "\"type\":\"update\",\"job\":\"A\"", "b" },
    { "privacy", "\"type\":\"update\",\"job\":\"A\"", "s" },
    { "pickup", "\"type\":\"update\",\"job\":\"A\"", "s" },
    { "reason", "\"type\":\"hold\",\"job\":\"A\"", "s" },
    { "stage", "\"type\":\"stage\",\"job\":\"A\"", "s" },
    { "force", "\"type\":\"stage\",\"job\":\"A\",\"stage\":\"repair\"", "b" },
    { "on", "\"type\":\"help\",\"bay\":\"1\"", "b" },
    { "score", "\"type\":\"rate\",\"job\":\"A\"", "n" },
    { "comment", "\"type\":\"rate\",\"job\":\"A\",\"score\":5", "s" },
    { "text", "\"type\":\"note\"", "s" },
};

static const struct {
    char kind;
    const char *value;
} VALUES[] = {
    { 's', "\"\\ud83d\\ude00\"" },
    { 'n', "1" },
    { 'n', "1.5" },
    { 'b', "true" },
    { 'a', "[]" },
    { 'a', "[\"A\"]" },
    { 'o', "{}" },
};

/* Texts that are too long by one character, ids by one byte, and words that are none of the allowed. */
static const struct {
    const char *field, *event, *unit;
    int n;
} LENGTHS[] = {
    { "job", "\"type\":\"open\",\"plate\":\"X1\"", "a", 65 },
    { "job", "\"type\":\"open\",\"plate\":\"X1\"", "Ж", 33 },
    { "plate", "\"type\":\"open\",\"job\":\"N\"", "Ж", 17 },
    { "model", "\"type\":\"update\",\"job\":\"A\"", "Ж", 65 },
    { "advisor", "\"type\":\"update\",\"job\":\"A\"", "Ж", 65 },
    { "by", "\"type\":\"update\",\"job\":\"A\"", "Ж", 65 },
    { "pickup", "\"type\":\"update\",\"job\":\"A\"", "Ж", 65 },
    { "reason", "\"type\":\"cancel\",\"job\":\"A\"", "Ж", 201 },
    { "comment", "\"type\":\"rate\",\"job\":\"A\",\"score\":5", "Ж", 501 },
    { "text", "\"type\":\"note\"", "Ж", 501 },
    { "privacy", "\"type\":\"update\",\"job\":\"A\"", "tail", 2 },
    { "time", "\"type\":\"next\",\"job\":\"A\"", "2026-03-02T10:00:00", 1 },
    { "time", "\"type\":\"next\",\"job\":\"A\"", "2026-02-29T10:00:00Z", 1 },
    { "time", "\"type\":\"next\",\"job\":\"A\"", "yesterday", 1 },
    { "promised", "\"type\":\"update\",\"job\":\"A\"", "2026-03-02", 1 },
    { "promised", "\"type\":\"update\",\"job\":\"A\"", "2026-03-02T25:00:00Z", 1 },
};

static void check_kept(struct corpus *c, const char *bytes, size_t len, const char *reason)
{
    sqlite3_stmt *stmt = NULL;
    size_t want = len < KEPT ? len : KEPT;
    sqlite3_prepare_v2(c->d->db, "SELECT body, result, reason FROM event ORDER BY seq DESC LIMIT 1", -1,
                       &stmt, NULL);
    if (!stmt || sqlite3_step(stmt) != SQLITE_ROW) {
        drive_fault(c->d, "no row");
    } else {
        const void *body = sqlite3_column_blob(stmt, 0);
        size_t n = (size_t)sqlite3_column_bytes(stmt, 0);
        const char *result = (const char *)sqlite3_column_text(stmt, 1);
        const char *why = (const char *)sqlite3_column_text(stmt, 2);
        if (n != want || (n && memcmp(body, bytes, n) != 0))
            drive_fault(c->d, "kept %zu bytes, expected the first %zu as they came", n, want);
        if (!result || strcmp(result, "rejected") != 0 || !why || strcmp(why, reason) != 0)
            drive_fault(c->d, "row says %s %s", result ? result : "-", why ? why : "-");
    }
    sqlite3_finalize(stmt);
}

static void check_answer(struct corpus *c, const char *reason, const char *id)
{
    if (c->d->n_receipts != 1) {
        drive_fault(c->d, "%d receipts", c->d->n_receipts);
        return;
    }
    json_t *body = c->d->receipts[0].body;
    const char *got = json_string_value(json_object_get(body, "id"));
    const char *why = json_string_value(json_object_get(body, "reason"));
    const char *result = json_string_value(json_object_get(body, "result"));
    if (!why || strcmp(why, reason) != 0)
        drive_fault(c->d, "reason is %s", why ? why : "absent");
    if (!result || strcmp(result, "rejected") != 0)
        drive_fault(c->d, "result is %s", result ? result : "absent");
    if (!id != !got || (id && strcmp(id, got) != 0))
        drive_fault(c->d, "receipt's id is %s, expected %s", got ? got : "absent", id ? id : "none");
}

static void print_faults(struct corpus *c, const char *bytes, size_t len, const char *reason)
{
    struct text shown = text_grow(1024);
    text_safe(&shown, bytes, len < 100 ? len : 100);
    for (int i = 0; i < c->d->n_faults; i++)
        printf("broken %d: %s → %s: %s\n", c->n, shown.data ? shown.data : "", reason, c->d->faults[i]);
    c->d->n_faults = 0;
    text_free(&shown);
}

/* `reason` as in TEXTS. */
static void try(struct corpus *c, const char *bytes, size_t len, const char *wanted, const char *id)
{
    char reason[64];
    bool named = strchr(wanted, '!') != NULL;
    snprintf(reason, sizeof reason, "%.*s", (int)strcspn(wanted, "!"), wanted);
    c->n++;
    drive_to(c->d, wall_plus(c->d->wall, 100));
    drive_forget_receipts(c->d);
    if (!drive_message(c->d, "desk/front/event", bytes, len, false) || !drive_commit(c->d))
        drive_fault(c->d, "the round failed");
    check_answer(c, reason, named ? id : NULL);
    check_kept(c, bytes, len, reason);
    drive_settle(c->d);
    state_unchanged(c->d, &c->mark);
    *(c->d->n_faults ? &c->tally->failed : &c->tally->passed) += 1;
    print_faults(c, bytes, len, reason);
}

/* @ → an id of its own. */
static void try_text(struct corpus *c, const char *reason, const char *from, size_t len)
{
    char id[16], bytes[1024];
    size_t n = 0;
    snprintf(id, sizeof id, "bad-%d", c->n);
    for (size_t i = 0; i < len; i++) {
        if (from[i] == '@') {
            memcpy(bytes + n, id, strlen(id));
            n += strlen(id);
        } else {
            bytes[n++] = from[i];
        }
    }
    try(c, bytes, n, reason, id);
}

static void try_fields(struct corpus *c)
{
    for (size_t f = 0; f < sizeof FIELDS / sizeof *FIELDS; f++) {
        for (size_t v = 0; v < sizeof VALUES / sizeof *VALUES; v++) {
            char bytes[256], reason[64], id[16];
            if (strchr(FIELDS[f].right, VALUES[v].kind))
                continue;
            snprintf(id, sizeof id, "bad-%d", c->n);
            snprintf(reason, sizeof reason, "bad-field:%s!", FIELDS[f].field);
            if (strcmp(FIELDS[f].field, "type") == 0)
                snprintf(reason, sizeof reason, "unknown-type!"); /* it comes before the fields */
            snprintf(bytes, sizeof bytes, "{\"id\":\"%s\",%s,\"%s\":%s}", id, FIELDS[f].event,
                     FIELDS[f].field, VALUES[v].value);
            try(c, bytes, strlen(bytes), reason, id);
        }
    }
}

static void try_lengths(struct corpus *c)
{
    for (size_t i = 0; i < sizeof LENGTHS / sizeof *LENGTHS; i++) {
        char reason[64], id[16];
        struct text bytes = text_grow(4096);
        snprintf(id, sizeof id, "bad-%d", c->n);
        snprintf(reason, sizeof reason, "bad-field:%s!", LENGTHS[i].field);
        text_fmt(&bytes, "{\"id\":\"%s\",%s,\"%s\":\"", id, LENGTHS[i].event, LENGTHS[i].field);
        for (int n = 0; n < LENGTHS[i].n; n++)
            text_put(&bytes, LENGTHS[i].unit);
        text_put(&bytes, "\"}");
        try(c, bytes.data, bytes.len, reason, id);
        text_free(&bytes);
    }
}

/* head, then `n` times `unit`, then tail. */
static void try_long(struct corpus *c, const char *reason, const char *head, char unit, size_t n,
                     const char *tail)
{
    struct text bytes = text_grow(2 * 1024 * 1024);
    text_put(&bytes, head);
    for (size_t i = 0; i < n; i++)
        text_add(&bytes, &unit, 1);
    text_put(&bytes, tail);
    try(c, bytes.data, bytes.len, reason, "long");
    text_free(&bytes);
}

static void try_sizes(struct corpus *c)
{
    static const char valid[] = "{\"id\":\"long\",\"type\":\"next\",\"job\":\"A\"}";
    try_long(c, "too-large", "", '[', 200000, "");
    try_long(c, "too-large", "{\"id\":\"long\",\"type\":\"next\",\"job\":\"A\",\"x\":", '[', 200000, "");
    try_long(c, "bad-json", "", '[', 8000, "");
    try_long(c, "bad-json", "{\"id\":\"long\",\"type\":\"next\",\"job\":\"A\",\"x\":", '[', 8000, "");
    try_long(c, "too-large", "", 'x', 1024 * 1024, "");
    try_long(c, "too-large", "", '\0', 1024 * 1024, "");
    try_long(c, "too-large", valid, ' ', 1024 * 1024, "");
    try_long(c, "too-large", valid, ' ', KEPT + 1 - strlen(valid), "");
    try_long(c, "bad-json", "", '\0', KEPT, "");
    try_long(c, "bad-json", "", ' ', KEPT, "");
    try_long(c, "bad-json", "{\"id\":\"", 'a', KEPT - 7, "");
    try_long(c, "bad-field:id", "{\"id\":\"", 'a', 65, "\",\"type\":\"next\",\"job\":\"A\"}");
    try_long(c, "bad-field:id", "{\"id\":\"", 'a', 8000, "\",\"type\":\"next\",\"job\":\"A\"}");
}

/* A deep but complete nesting of 4,000 lists in 8 KiB. */
static void try_nested(struct corpus *c)
{
    struct text bytes = text_grow(KEPT + 1);
    text_put(&bytes, "{\"x\":");
    for (int i = 0; i < 4000; i++)
        text_put(&bytes, "[");
    for (int i = 0; i < 4000; i++)
        text_put(&bytes, "]");
    text_put(&bytes, "}");
    try(c, bytes.data, bytes.len, "bad-json", NULL);
    text_free(&bytes);
}

static void send_good(struct corpus *c, const char *event)
{
    drive_forget_receipts(c->d);
    drive_message(c->d, "desk/front/event", event, strlen(event), false);
    drive_commit(c->d);
    const char *result =
        c->d->n_receipts ? json_string_value(json_object_get(c->d->receipts[0].body, "result")) : NULL;
    if (!result || strcmp(result, "applied") != 0)
        drive_fault(c->d, "not applied: %s", event);
}

static void seed(struct corpus *c)
{
    static const char *const good[] = {
        "{\"id\":\"g1\",\"type\":\"open\",\"job\":\"A\",\"plate\":\"A123BC\",\"bay\":\"1\"}",
        "{\"id\":\"g2\",\"type\":\"open\",\"job\":\"B\",\"plate\":\"B777CC\",\"work\":\"repair\"}",
        "{\"id\":\"g3\",\"type\":\"next\",\"job\":\"B\"}",
        "{\"id\":\"g4\",\"type\":\"hold\",\"job\":\"B\",\"reason\":\"parts\"}",
        "{\"id\":\"g5\",\"type\":\"help\",\"bay\":\"1\",\"on\":true,\"reason\":\"lift\"}",
    };
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        drive_to(c->d, wall_plus(c->d->wall, 60000));
        send_good(c, good[i]);
    }
    drive_settle(c->d);
    state_mark(c->d, &c->mark);
}

/* As long as it may be: this one is read. */
static void send_longest(struct corpus *c)
{
    struct text bytes = text_grow(2 * KEPT);
    text_put(&bytes, "{\"id\":\"long\",\"type\":\"next\",\"job\":\"A\"}");
    while (bytes.len < KEPT)
        text_put(&bytes, " ");
    send_good(c, bytes.data);
    text_free(&bytes);
}

static void run_all(struct corpus *c)
{
    seed(c);
    for (size_t i = 0; i < sizeof TEXTS / sizeof *TEXTS; i++)
        try_text(c, TEXTS[i].reason, TEXTS[i].bytes, TEXTS[i].len ? TEXTS[i].len : strlen(TEXTS[i].bytes));
    try_sizes(c);
    try_nested(c);
    try_fields(c);
    try_lengths(c);
    /* None of the ids was remembered where the receipt had none: this one is decided for the first time. */
    send_longest(c);
}

void broken_run(const char *shop, struct tally *tally)
{
    struct drive *d = calloc(1, sizeof *d);
    struct corpus c = { .d = d, .tally = tally };
    if (d && drive_begin(d, shop) && drive_start(d))
        run_all(&c);
    if (d)
        drive_end(d);
    *(!d || d->n_faults ? &tally->failed : &tally->passed) += 1;
    if (d)
        print_faults(&c, "", 0, "the end");
    state_forget(&c.mark);
    free(d);
}
