/*
 * Any arrival: the events of a simulated day, each delivered one to five times, in any order that keeps what
 * a source, a job and a bay say one after the other, lead to the same tables and boards as once and in order.
 * And senders that keep no order at all lose nothing: one row, one decision for each event.
 *
 * A bay counts as said by each event of the car that stands in it: who drives into a bay sends its car away,
 * which is the business of both.
 *
 * $ARRIVAL_SEEDS days are tried (1,000; under sanitizers 40), from $ARRIVAL_FROM on, each up to some event of
 * its first 160, with $PITBOARD_LONG up to any.
 */
#include "app/hub.h"
#include "app/rebuild.h"
#include "base/stamp.h"
#include "core/sim.h"
#include "sys/clock.h"
#include "wire/msg.h"
#include "wire/topic.h"

#include <jansson.h>
#include <setjmp.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define SITE         "shop"
#define EVENTS_MAX   1500
#define SHORT_DAY    160
#define COPIES_MAX   5
#define KEYS_MAX     4096 /* sources, jobs and bays of a day */
#define KEYS_OF_MAX  6    /* of one event */
#define RESULT_BYTES (8 << 20)

#ifdef PITBOARD_CHECK
#define SEEDS 40
#else
#define SEEDS 1000
#endif

struct day {
    struct sim_event event[EVENTS_MAX];
    int n;
    struct wall end;
};

struct delivery {
    double place;
    int event;
};

struct scene {
    struct day day;
    int order[EVENTS_MAX];
    struct delivery delivery[EVENTS_MAX * COPIES_MAX];
    int n_deliveries;
    uint64_t random;

    struct conf conf;
    struct hub *hub;
    char dir[64], path[96], plan[96];
    /* What came of it. */
    int answers, decisions[EVENTS_MAX], unknown;
    struct receipt first[EVENTS_MAX];
    json_t *boards[2];
    struct text result, expected;
    long deliveries; /* in all */
};

/* ---- the day and its shuffles ---- */

static uint64_t roll(struct scene *s, uint64_t below)
{
    s->random = s->random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (s->random >> 33) % below;
}

/* A day up to some moment: until the evening the house is full. */
static void make_day(struct scene *s, uint64_t seed)
{
    struct day *day = &s->day;
    struct sim_options o = { .seed = seed,
                             .run = "d",
                             .rate = "lounge",
                             .midnight = { stamp_days(2026, 3, 2) * 86400000 },
                             .weekday = (int)(seed % 7),
                             .days = 1 };
    struct sim *sim = sim_create(&o);
    assert_non_null(sim);
    for (day->n = 0; day->n < EVENTS_MAX && sim_next(sim, &day->event[day->n]); day->n++)
        ;
    assert_in_range(day->n, 50, EVENTS_MAX - 1);
    int longest = !getenv("PITBOARD_LONG") && day->n > SHORT_DAY ? SHORT_DAY : day->n;
    day->n = 40 + (int)roll(s, (uint64_t)longest - 39);
    day->end = wall_plus(day->event[day->n - 1].at, 60000);
    sim_destroy(sim);
}

/* Names to small numbers. */
struct names {
    char name[KEYS_MAX][80];
    int n;
};

static int number(struct names *names, const char *kind, const char *name)
{
    char key[80];
    snprintf(key, sizeof key, "%s/%s", kind, name);
    for (int i = 0; i < names->n; i++)
        if (strcmp(names->name[i], key) == 0)
            return i;
    assert_true(names->n < KEYS_MAX);
    memcpy(names->name[names->n], key, sizeof key);
    return names->n++;
}

/* What each event must stay in order with: its source, its job, its bay, and the bays its car was last in. */
static int keys_of(struct names *names, const struct sim_event *e, int bays_of[KEYS_MAX][2],
                   int key[KEYS_OF_MAX])
{
    int n = 0, job = e->job[0] ? number(names, "job", e->job) : -1;
    int bay = e->bay[0] ? number(names, "bay", e->bay) : -1;
    char source[80];
    snprintf(source, sizeof source, "%s/%.40s", role_name(e->role), e->source);
    key[n++] = number(names, "source", source);
    if (job >= 0) {
        key[n++] = job;
        for (int i = 0; i < 2; i++)
            if (bays_of[job][i])
                key[n++] = bays_of[job][i] - 1;
    }
    if (bay >= 0)
        key[n++] = bay;
    if (job >= 0 && bay >= 0 && bays_of[job][0] != bay + 1) {
        bays_of[job][1] = bays_of[job][0];
        bays_of[job][0] = bay + 1;
    }
    return n;
}

/* A random order in which each event comes after those before it with a key in common. */
static void shuffle_kept(struct scene *s)
{
    static int bays_of[KEYS_MAX][2], keys[EVENTS_MAX][KEYS_OF_MAX], n_keys[EVENTS_MAX], last[KEYS_MAX];
    static int before[EVENTS_MAX][KEYS_OF_MAX];
    struct names *names = calloc(1, sizeof *names);
    bool done[EVENTS_MAX] = { false };
    assert_non_null(names);
    memset(bays_of, 0, sizeof bays_of);
    memset(last, 0xff, sizeof last);
    for (int i = 0; i < s->day.n; i++) {
        n_keys[i] = keys_of(names, &s->day.event[i], bays_of, keys[i]);
        for (int k = 0; k < n_keys[i]; k++) {
            before[i][k] = last[keys[i][k]] == i ? -1 : last[keys[i][k]];
            last[keys[i][k]] = i;
        }
    }
    for (int at = 0, first = 0; at < s->day.n; at++) {
        int ready[256], n = 0;
        while (done[first])
            first++;
        for (int i = first; i < s->day.n && n < 256; i++) {
            bool free = !done[i];
            for (int k = 0; free && k < n_keys[i]; k++)
                free = before[i][k] < 0 || done[before[i][k]];
            if (free)
                ready[n++] = i;
        }
        s->order[at] = ready[roll(s, (uint64_t)n)];
        done[s->order[at]] = true;
    }
    free(names);
}

static void shuffle_all(struct scene *s)
{
    for (int i = 0; i < s->day.n; i++) {
        int at = (int)roll(s, (uint64_t)i + 1);
        s->order[i] = s->order[at];
        s->order[at] = i;
    }
}

static int by_place(const void *a, const void *b)
{
    const struct delivery *x = a, *y = b;
    return (x->place > y->place) - (x->place < y->place);
}

/* The first copies in the order laid, up to four more of each anywhere behind. */
static void lay_deliveries(struct scene *s, bool repeated)
{
    s->n_deliveries = 0;
    for (int at = 0; at < s->day.n; at++) {
        uint64_t copies = repeated ? 1 + roll(s, COPIES_MAX) : 1;
        for (uint64_t c = 0; c < copies; c++) {
            double behind = c ? (double)roll(s, 1000) / 1000 * (s->day.n - at) + 0.5 : 0;
            s->delivery[s->n_deliveries++] = (struct delivery){ at + behind, s->order[at] };
        }
    }
    qsort(s->delivery, (size_t)s->n_deliveries, sizeof s->delivery[0], by_place);
}

/* ---- the hub ---- */

static void take_receipt(struct scene *s, const struct receipt *r)
{
    int serial = strncmp(r->id, "d-e", 3) == 0 ? atoi(r->id + 3) - 1 : -1;
    s->answers++;
    if (serial < 0 || serial >= s->day.n) {
        s->unknown++;
        return;
    }
    struct receipt *first = &s->first[serial];
    if (r->result != MSG_DUPLICATE) {
        if (s->decisions[serial]++ == 0)
            *first = *r;
        return;
    }
    assert_int_equal(s->decisions[serial], 1); /* a repeat says what was decided */
    assert_string_equal(r->reason, first->result == MSG_REJECTED ? first->reason : "");
    assert_string_equal(r->job, first->job);
    assert_string_equal(r->stage, first->stage);
    assert_string_equal(r->code, first->code);
    assert_true(r->at.ms == first->at.ms);
}

static bool publish(void *user, const char *name, const void *payload, size_t len, int qos, bool retain)
{
    struct scene *s = user;
    struct receipt receipt;
    (void)qos;
    if (topic_parse(name).kind == TOPIC_RECEIPT) {
        assert_true(receipt_decode(payload, len, &receipt));
        take_receipt(s, &receipt);
    }
    int which = strstr(name, "/board/staff") ? 1 : strstr(name, "/board/public") ? 0 : -1;
    if (retain && which >= 0 && s->hub && clock_wall().ms >= s->day.end.ms + 60000) {
        json_decref(s->boards[which]);
        s->boards[which] = json_loadb(payload, len, 0, NULL);
        assert_non_null(s->boards[which]);
    }
    return true;
}

static void set_clock(struct scene *s, struct wall at)
{
    clock_fake(at, (struct boot){ wall_minus(at, s->day.event[0].at) + 1000000 }, "boot", true);
}

static void start_hub(struct scene *s)
{
    static const struct hub_ops ops = { .publish = publish };
    char fault[512];
    int code;
    s->hub = hub_create(&s->conf, &ops, s, fault, sizeof fault, &code);
    if (!s->hub)
        fail_msg("%s", fault);
}

static void remove_database(const struct scene *s)
{
    static const char *const tails[] = { "", "-wal", "-shm", "-journal", ".lock" };
    for (int i = 0; i < 5; i++) {
        char name[128];
        snprintf(name, sizeof name, "%s%s", s->path, tails[i]);
        unlink(name);
    }
}

static void deliver(struct scene *s, const struct sim_event *e)
{
    char topic[TOPIC_SIZE];
    topic_source(topic, SITE, e->role, e->source, "event");
    assert_true(hub_message(s->hub, topic, e->payload, e->len, false));
}

/* Delivers all, in rounds of any size; `live`: each at its time, else all after the day. */
static void run_day(struct scene *s, bool live)
{
    memset(s->decisions, 0, sizeof s->decisions);
    s->answers = s->unknown = 0;
    remove_database(s);
    set_clock(s, live ? s->day.event[0].at : s->day.end);
    start_hub(s);
    uint64_t round = 1;
    for (int i = 0; i < s->n_deliveries; i++) {
        const struct sim_event *e = &s->day.event[s->delivery[i].event];
        if (live)
            set_clock(s, e->at);
        deliver(s, e);
        if (--round == 0 || i + 1 == s->n_deliveries) {
            assert_true(hub_commit(s->hub));
            round = 1 + roll(s, 160);
        }
    }
    s->deliveries += s->n_deliveries;
    assert_int_equal(s->answers, s->n_deliveries);
    assert_int_equal(s->unknown, 0);
    for (int i = 0; i < s->day.n; i++)
        assert_int_equal(s->decisions[i], 1);
}

/* ---- what came of it ---- */

/* Takes out what the hub makes up by chance, what counts publications, and what is in order of arrival. */
static void strip(json_t *value)
{
    static const char *const made_up[] = { "code", "token", "key", "rev", "time", "notes" };
    const char *name;
    json_t *member;
    size_t i;
    if (json_is_object(value))
        for (size_t k = 0; k < sizeof made_up / sizeof made_up[0]; k++)
            json_object_del(value, made_up[k]);
    json_object_foreach(value, name, member)
    {
        const char *text = strcmp(name, "label") == 0 ? json_string_value(member) : NULL;
        if (text) /* the tail of the plate; behind it, or without one, the code */
            json_string_setn(member, text, strspn(text, "0123456789"));
        else
            strip(member);
    }
    if (json_is_array(value))
        json_array_foreach(value, i, member) strip(member);
}

static void add_boards(struct scene *s)
{
    set_clock(s, wall_plus(s->day.end, 60000));
    hub_connected(s->hub);
    for (int i = 0; i < 2; i++) {
        assert_non_null(s->boards[i]);
        strip(s->boards[i]);
        char *line = json_dumps(s->boards[i], JSON_SORT_KEYS | JSON_INDENT(1));
        assert_true(text_fmt(&s->result, "board %d: ", i) && text_put(&s->result, line));
        free(line);
    }
}

static void add_table(struct scene *s, sqlite3 *db, const char *sql)
{
    sqlite3_stmt *stmt;
    assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &stmt, NULL), SQLITE_OK);
    while (sqlite3_step(stmt) == SQLITE_ROW) {
        for (int i = 0; i < sqlite3_column_count(stmt); i++) {
            const char *value = (const char *)sqlite3_column_text(stmt, i);
            assert_true(text_fmt(&s->result, "%s|", value ? value : "-"));
        }
        text_put(&s->result, "\n");
    }
    sqlite3_finalize(stmt);
}

/* All but what the hub makes up, what names the receipt (when, in what order), and the marks `late` of it. */
static const char *const tables[] = {
    "SELECT source, id, type, job, at_ms, claimed_ms, clamped, result, reason, by, body, digest, stage, "
    "skipped "
    "FROM event WHERE type <> 'config' ORDER BY source, id",
    "SELECT job, plate, plate_key, model, work, route, advisor, waiting, privacy, stage, bay, opened_ms,"
    " first_promise_ms, promise_ms, promise_moves, ready_ms, closed_ms, outcome, reworks, score, skips, "
    "pickup, by,"
    " anchor, calls, called_ms, last_ms, changed_ms, changed_by, spans, stays, changes, parked FROM job "
    "ORDER BY 1",
    "SELECT job, n, stage, kind, bay, entered_ms, left_ms, elapsed_ms, voided FROM span ORDER BY 1, 2",
    "SELECT job, n, bay, from_ms, to_ms, voided FROM stay ORDER BY 1, 2",
    "SELECT bay, job, since_ms, help_ms, help_reason FROM bay ORDER BY 1",
};

static sqlite3 *open_db(const struct scene *s)
{
    sqlite3 *db;
    assert_int_equal(sqlite3_open_v2(s->path, &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
    return db;
}

static void look(struct scene *s)
{
    text_clear(&s->result);
    sqlite3 *db = open_db(s);
    for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++)
        add_table(s, db, tables[i]);
    sqlite3_close(db);
    add_boards(s);
    assert_false(s->result.failed);
}

static void must_be_expected(const struct scene *s, uint64_t seed)
{
    const char *a = s->expected.data, *b = s->result.data;
    if (strcmp(a, b) == 0)
        return;
    size_t at = 0, line = 0;
    for (; a[at] == b[at]; at++)
        if (a[at] == '\n')
            line = at + 1;
    fail_msg("seed %llu: in order   %.300s\nshuffled   %.300s", (unsigned long long)seed, a + line, b + line);
}

static void end_hub(struct scene *s)
{
    hub_destroy(s->hub);
    s->hub = NULL;
}

/* ---- the tests ---- */

static int set_up(void **state)
{
    struct scene *s = calloc(1, sizeof *s);
    char fault[CONF_FAULT_SIZE], store[120];
    const char *settings[] = { "site=\"" SITE "\"", store, "sources.rate=[\"lounge\"]",
                               "sources.desk=[\"front\"]" };
    if (!s)
        return -1;
    *state = s;
    snprintf(s->dir, sizeof s->dir, "%s/arrival-XXXXXX", access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
    if (!mkdtemp(s->dir))
        return -1;
    snprintf(s->path, sizeof s->path, "%s/hub.db", s->dir);
    snprintf(store, sizeof store, "store.path=\"%s\"", s->path);
    s->result = s->expected = text_grow(RESULT_BYTES);
    snprintf(s->plan, sizeof s->plan, "%s/empty.cfg", s->dir);
    FILE *empty = fopen(s->plan, "we"); /* all defaults */
    if (!empty || fclose(empty) != 0 || !conf_load(&s->conf, s->plan, settings, 4, fault)) {
        print_error("%s\n", fault);
        return -1;
    }
    return clock_set_zone("Europe/Minsk") ? 0 : -1;
}

static int tear_down(void **state)
{
    struct scene *s = *state;
    end_hub(s);
    remove_database(s);
    unlink(s->plan);
    rmdir(s->dir);
    json_decref(s->boards[0]);
    json_decref(s->boards[1]);
    text_free(&s->result);
    text_free(&s->expected);
    free(s);
    clock_real();
    return 0;
}

static uint64_t setting(const char *name, uint64_t otherwise)
{
    const char *given = getenv(name);
    return given && *given ? strtoull(given, NULL, 10) : otherwise;
}

static void expect_day(struct scene *s, uint64_t seed)
{
    s->random = seed * UINT64_C(0x9e3779b97f4a7c15) + 1;
    make_day(s, seed);
    for (int i = 0; i < s->day.n; i++)
        s->order[i] = i;
    lay_deliveries(s, false);
    run_day(s, true);
    look(s);
    end_hub(s);
    struct text swap = s->expected;
    s->expected = s->result;
    s->result = swap;
}

static void any_arrival_the_same_board(void **state)
{
    struct scene *s = *state;
    uint64_t from = setting("ARRIVAL_FROM", 1), seeds = setting("ARRIVAL_SEEDS", SEEDS);
    for (uint64_t seed = from; seed < from + seeds; seed++) {
        expect_day(s, seed);
        shuffle_kept(s);
        lay_deliveries(s, true);
        run_day(s, false);
        look(s);
        must_be_expected(s, seed);
        end_hub(s);
    }
    print_message("%llu days, %ld deliveries, 0 differences\n", (unsigned long long)seeds, s->deliveries);
}

static int64_t ask(const struct scene *s, const char *sql)
{
    sqlite3 *db = open_db(s);
    sqlite3_stmt *stmt;
    assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &stmt, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
    int64_t value = sqlite3_column_int64(stmt, 0);
    sqlite3_finalize(stmt);
    sqlite3_close(db);
    return value;
}

/* The state read back from the tables is the one the fold had in memory. */
static void must_survive_a_restart(struct scene *s, uint64_t seed)
{
    look(s);
    struct text swap = s->expected;
    s->expected = s->result;
    s->result = swap;
    end_hub(s);
    start_hub(s);
    look(s);
    must_be_expected(s, seed);
}

static void senders_without_order_lose_nothing(void **state)
{
    struct scene *s = *state;
    uint64_t from = setting("ARRIVAL_FROM", 1), seeds = setting("ARRIVAL_SEEDS", SEEDS) / 5;
    for (uint64_t seed = from; seed < from + seeds; seed++) {
        char what[256];
        s->random = seed + 77;
        make_day(s, seed);
        shuffle_all(s);
        lay_deliveries(s, true);
        run_day(s, false);
        assert_int_equal(ask(s, "SELECT count(*) FROM event WHERE type <> 'config'"), s->day.n);
        assert_int_equal(
            ask(s, "SELECT count(DISTINCT source || ' ' || id) FROM event WHERE type <> 'config'"), s->day.n);
        assert_int_equal(ask(s, "SELECT count(*) FROM event WHERE result = 'rejected' AND reason IS NULL"),
                         0);
        assert_int_equal(ask(s, "SELECT count(*) FROM span WHERE elapsed_ms < 0 OR left_ms < entered_ms"), 0);
        must_survive_a_restart(s, seed);
        end_hub(s);
        if (!rebuild_check(s->path, what, sizeof what))
            fail_msg("seed %llu: %s", (unsigned long long)seed, what);
    }
    print_message("%llu days without order, %ld deliveries\n", (unsigned long long)seeds, s->deliveries);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(any_arrival_the_same_board, set_up, tear_down),
        cmocka_unit_test_setup_teardown(senders_without_order_lose_nothing, set_up, tear_down),
    };
    return cmocka_run_group_tests_name("app_arrival", tests, NULL, NULL);
}
