/* The simulated workshop: same seed, same events; in time order; sane figures; well-formed payloads; bounded.
 */
#include "core/sim.h"

#include "base/stamp.h"
#include "base/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct sim_options options(uint64_t seed, int days)
{
    /* Monday 2026-03-02, Minsk. */
    return (struct sim_options){
        .seed = seed, .run = "t1", .midnight = { stamp_days(2026, 3, 2) * 86400000 - 10800000 }, .days = days
    };
}

/* A strict little JSON reader: one object of strings, whole numbers, true, false and null, no spaces. */
static bool string(const char **p, const char *end)
{
    if (*p == end || *(*p)++ != '"')
        return false;
    const char *from = *p;
    while (*p < end && **p != '"') {
        if (**p == '\\' || (unsigned char)**p < 0x20)
            return false;
        (*p)++;
    }
    return *p < end && utf8_plain(from, (size_t)((*p)++ - from));
}

static bool value(const char **p, const char *end)
{
    static const char *const words[] = { "true", "false", "null" };
    if (*p < end && **p == '"')
        return string(p, end);
    for (int i = 0; i < 3; i++)
        if ((size_t)(end - *p) > strlen(words[i]) && memcmp(*p, words[i], strlen(words[i])) == 0) {
            *p += strlen(words[i]);
            return true;
        }
    const char *from = *p;
    while (*p < end && **p >= '0' && **p <= '9')
        (*p)++;
    return *p > from;
}

static bool object(const char *p, size_t len)
{
    const char *end = p + len;
    if (p == end || *p++ != '{')
        return false;
    for (;;) {
        if (!string(&p, end) || p == end || *p++ != ':' || !value(&p, end) || p == end)
            return false;
        if (*p == '}')
            return p + 1 == end;
        if (*p++ != ',')
            return false;
    }
}

/* Finds "name":"…" and copies what is between the quotes. */
static bool field(const struct sim_event *e, const char *name, char *out, size_t size)
{
    char key[40];
    snprintf(key, sizeof(key), "\"%s\":\"", name);
    const char *p = strstr(e->payload, key);
    out[0] = 0;
    if (!p)
        return false;
    p += strlen(key);
    size_t n = (size_t)(strchr(p, '"') - p);
    assert_true(n < size);
    memcpy(out, p, n);
    out[n] = 0;
    return true;
}

static void the_checker_can_refuse(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "", "{", "{}", "{\"a\":}", "{\"a\":1,}", "{\"a\":\"\n\"}", "{\"a\":1}x", "{\"a\":\"\xff\"}", "{a:1}"
    };
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_false(object(bad[i], strlen(bad[i])));
    static const char good[] = "{\"a\":1,\"b\":\"x\",\"c\":null}";
    assert_true(object(good, sizeof(good) - 1));
}

static uint64_t digest(uint64_t seed, int days, int *n)
{
    struct sim_options o = options(seed, days);
    struct sim *sim = sim_create(&o);
    struct sim_event e;
    uint64_t hash = HASH_START;
    for (*n = 0; sim_next(sim, &e); ++*n)
        hash = hash_bytes(hash, e.payload, e.len);
    sim_destroy(sim);
    return hash;
}

static void one_seed_one_history(void **state)
{
    (void)state;
    int a, b, c;
    uint64_t first = digest(7, 5, &a);
    assert_true(first == digest(7, 5, &b));
    assert_int_equal(a, b);
    assert_true(first != digest(8, 5, &c));
}

static void in_order_and_well_formed(void **state)
{
    (void)state;
    struct sim_options o = options(3, 20);
    struct sim *sim = sim_create(&o);
    struct sim_event e;
    struct wall last = o.midnight;
    unsigned serial = 0;
    while (sim_next(sim, &e)) {
        char text[600], expected[32];
        struct wall time;
        assert_true(e.at.ms >= last.ms);
        last = e.at;
        assert_true(e.len < sizeof(e.payload) && object(e.payload, e.len));
        assert_true(field(&e, "type", text, sizeof(text)));
        assert_string_equal(text, event_type_name(e.type));
        assert_true(field(&e, "time", text, sizeof(text)) && stamp_parse(text, strlen(text), &time));
        assert_true(time.ms == e.at.ms);
        snprintf(expected, sizeof(expected), "t1-e%u", ++serial); /* never the same id twice */
        assert_string_equal(e.id, expected);
        field(&e, "job", text, sizeof(text));
        assert_string_equal(text, e.job);
        assert_true(event_allowed(e.role, e.type));
        assert_true(!e.job[0] || strncmp(e.job, "t1-", 3) == 0);
        if (e.role == ROLE_BAY) /* boxes always say which car and what they saw */
            assert_true(!e.job[0] || e.type == EV_NOTE || field(&e, "from", text, sizeof(text)));
    }
    sim_destroy(sim);
}

struct figures {
    int opened[70], handed, cancelled, rework, hold[2], undo, mistakes, moves, calls, rated, waiting, help,
        notes, n;
    int most;
};

static void count(struct figures *f, const struct sim_event *e, struct wall midnight)
{
    f->n++;
    if (e->expect != REASON_NONE) {
        f->mistakes++;
        return;
    }
    f->opened[wall_minus(e->shop, midnight) / 86400000] += e->type == EV_OPEN;
    f->waiting += e->type == EV_OPEN && strstr(e->payload, "\"waiting\":true") != NULL;
    f->handed += e->type == EV_NEXT && strstr(e->payload, "\"from\":\"ready\"") != NULL;
    f->cancelled += e->type == EV_CANCEL;
    f->rework += e->type == EV_REWORK;
    f->undo += e->type == EV_UNDO;
    f->hold[e->type == EV_HOLD && strstr(e->payload, "approval") != NULL] += e->type == EV_HOLD;
    f->moves += e->type == EV_UPDATE && strstr(e->payload, "promised") != NULL;
    f->calls += e->type == EV_CALL;
    f->rated += e->type == EV_RATE;
    f->help += e->type == EV_HELP;
    f->notes += e->type == EV_NOTE;
}

static struct figures run(uint64_t seed, int days)
{
    struct figures f = { .n = 0 };
    struct sim_options o = options(seed, days);
    struct sim *sim = sim_create(&o);
    struct sim_event e;
    while (sim_next(sim, &e)) {
        count(&f, &e, o.midnight);
        if (sim_in_house(sim) > f.most)
            f.most = sim_in_house(sim);
    }
    sim_destroy(sim);
    return f;
}

static void between(int low, int value, int high, const char *what)
{
    if (value < low || value > high)
        fail_msg("%s: %d is not between %d and %d", what, value, low, high);
}

static void figures_are_sane(void **state)
{
    (void)state;
    struct figures f = run(11, 56);
    int week = 0, end = 0, all = 0;
    for (int d = 0; d < 56; d++) {
        between(3, f.opened[d], 75, "cars of a day");
        *(d % 7 < 5 ? &week : &end) += f.opened[d];
        all += f.opened[d];
    }
    between(36 * 40, week, 50 * 40, "cars on 40 weekdays");
    between(12 * 16, end, 32 * 16, "cars on 16 weekend days");
    between(all * 40 / 1000, f.rework, all * 85 / 1000, "rework");
    between(all * 25 / 100, f.waiting, all * 42 / 100, "customers who wait");
    between(all * 90 / 100, f.handed, all, "handed over");
    between(all / 200, f.cancelled, all * 6 / 100, "cancelled");
    between(all * 7 / 100, f.hold[1], all * 20 / 100, "held for approval");
    between(all * 7 / 100, f.hold[0], all * 20 / 100, "held for parts");
    between(all * 5 / 100, f.moves, all * 50 / 100, "promises moved");
    between(all * 15 / 100, f.rated, all * 45 / 100, "answers");
    between(all * 5 / 100, f.calls, all, "calls");
    between(10, f.undo, all * 10 / 100, "undone");
    between(50, f.mistakes, f.n / 50, "mistakes");
    between(56, f.help, 56 * 12, "help calls");
    between(56, f.notes, 56 * 12, "notes");
}

/* At any hour of the working day the house is neither empty nor overfull, whatever the seed. */
static void a_screenful_of_cars(void **state)
{
    (void)state;
    int low = 0, n = 0, sum = 0;
    for (uint64_t seed = 1; seed <= 40; seed++) {
        struct sim_options o = options(seed, 3);
        struct sim *sim = sim_create(&o);
        struct sim_event e;
        int64_t probe = 24 + 11;
        while (sim_next(sim, &e) && probe < 24 + 18) {
            if (wall_minus(e.shop, o.midnight) < probe * 3600000)
                continue;
            int cars = sim_in_house(sim);
            between(3, cars, 34, "cars in house");
            low += cars < 9;
            sum += cars;
            n++;
            probe += 2;
        }
        sim_destroy(sim);
    }
    between(10, sum / n, 19, "cars in house on average");
    between(0, low, n / 8, "times with few cars");
}

static void never_more_than_the_limit(void **state)
{
    (void)state;
    for (uint64_t seed = 100; seed < 110; seed++) {
        struct figures f = run(seed, 60);
        between(12, f.most, SIM_CARS_MAX - 8, "most cars in house");
    }
}

static struct wall quick(void *user, struct wall shop)
{
    const struct wall *zero = user;
    return wall_plus(*zero, wall_minus(shop, *zero) / 10);
}

static void mapped_times_everywhere(void **state)
{
    (void)state;
    struct sim_options o = options(5, 2);
    struct wall zero = o.midnight;
    o.map = quick;
    o.map_user = &zero;
    struct sim *sim = sim_create(&o);
    struct sim_event e;
    int promises = 0;
    while (sim_next(sim, &e)) {
        char text[64];
        struct wall promised;
        assert_true(e.at.ms == quick(&zero, e.shop).ms);
        if (!field(&e, "promised", text, sizeof(text)))
            continue;
        assert_true(stamp_parse(text, strlen(text), &promised));
        assert_true(promised.ms > e.at.ms && wall_minus(promised, e.at) < 4 * 8640000);
        assert_int_equal((promised.ms - zero.ms) % 90000, 0); /* quarters of an hour, ten times as fast */
        promises++;
    }
    assert_true(promises > 30);
    sim_destroy(sim);
}

static void names_are_checked(void **state)
{
    (void)state;
    struct sim_options o = options(1, 1);
    o.run = "Bad id";
    assert_null(sim_create(&o));
    o.run = "0123456789012345678901234"; /* 25 */
    assert_null(sim_create(&o));
    o.run = "012345678901234567890123";
    struct sim *sim = sim_create(&o);
    assert_non_null(sim);
    sim_destroy(sim);
    sim_destroy(NULL);
    o.desk = "no spaces";
    assert_null(sim_create(&o));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_checker_can_refuse),   cmocka_unit_test(one_seed_one_history),
        cmocka_unit_test(in_order_and_well_formed), cmocka_unit_test(figures_are_sane),
        cmocka_unit_test(a_screenful_of_cars),      cmocka_unit_test(never_more_than_the_limit),
        cmocka_unit_test(mapped_times_everywhere),  cmocka_unit_test(names_are_checked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
