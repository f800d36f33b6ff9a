/* From edges to presses: recordings, generated presses with bounce and noise, keys held, devices lost. */
#include "bay/press.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define DEBOUNCE_MS 30
#define LONG_MS     800
#define EDGES_MAX   512
#define TOLD_MAX    64

struct edge {
    int64_t ms;
    int code;
    bool down;
};

struct told {
    struct press_event list[TOLD_MAX];
    int n;
};

static void drain(struct press *press, int64_t ms, struct told *told)
{
    struct press_event event;
    while (press_next(press, (struct boot){ ms }, &event)) {
        assert_true(told->n < TOLD_MAX);
        assert_true(event.at.ms <= ms);
        told->list[told->n++] = event;
    }
}

/* How the loop got round to it: told at each deadline, or late, together with the next edge. */
enum style { AT_DEADLINES, LATE, STYLES };

static void feed(struct press *press, const struct edge *edges, int n, enum style style, struct told *told)
{
    for (int i = 0; i < n; i++) {
        while (style == AT_DEADLINES && press_deadline(press).ms <= edges[i].ms)
            drain(press, press_deadline(press).ms, told);
        drain(press, edges[i].ms, told);
        press_edge(press, edges[i].code, edges[i].down, (struct boot){ edges[i].ms });
    }
}

static void finish(struct press *press, struct told *told)
{
    for (int i = 0; i < 1000 && press_deadline(press).ms != BOOT_FAR.ms; i++)
        drain(press, press_deadline(press).ms, told);
    assert_true(press_deadline(press).ms == BOOT_FAR.ms);
}

static void start(struct press *press, unsigned bound)
{
    press_init(press, DEBOUNCE_MS, LONG_MS);
    assert_true(press_bind(press, 1, bound));
}

/* "short@100 long@2000" of what one key's edges tell. */
static const char *tell(unsigned bound, const struct edge *edges, int n, enum style style)
{
    static char text[512];
    struct press press;
    struct told told = { .n = 0 };
    size_t len = 0;
    start(&press, bound);
    feed(&press, edges, n, style, &told);
    finish(&press, &told);
    text[0] = '\0';
    for (int i = 0; i < told.n; i++)
        len += (size_t)snprintf(text + len, sizeof text - len, "%s%s@%lld", i ? " " : "",
                                told.list[i].is_long ? "long" : "short", (long long)told.list[i].at.ms);
    return text;
}

/* ---- recordings ---- */

struct sample {
    int64_t at;
    int level; /* 0: contact closed, by a pull-up */
};

/* From github.com/adamfk/bouncy-button-data, issue 12 (an old switch, Arduino Uno, CC0): the first and the
 * last part of what is printed there of one closing, in ns. */
static const struct sample closing[] = {
    { 188812, 0 },  { 196062, 1 },  { 421812, 0 },  { 424437, 0 },  { 428125, 1 },  { 431812, 0 },
    { 437875, 1 },  { 500937, 0 },  { 507000, 1 },  { 547500, 0 },  { 559500, 1 },  { 635625, 0 },
    { 642875, 1 },  { 645375, 0 },  { 650250, 1 },  { 652750, 0 },  { 671875, 1 },  { 674375, 0 },
    { 684125, 0 },  { 696125, 1 },  { 702187, 0 },  { 713000, 1 },  { 716687, 0 },  { 3961250, 0 },
    { 4016125, 0 }, { 4081812, 1 }, { 4084312, 0 }, { 4379250, 1 }, { 4387687, 0 }, { 4420125, 1 },
    { 4422625, 0 }, { 4472875, 1 }, { 4476562, 0 }, { 4485000, 1 }, { 4487500, 0 }, { 4528000, 1 },
    { 4532875, 0 }, { 4597125, 1 }, { 4599625, 0 },
};

/* Shapes as the same collection's titles report them (1.1 ms a rocker, 14 ms a tactile switch, 89 ms a worn
 * push button): times made up, in µs. */
static const struct sample rocker[] = { { 0, 0 }, { 300, 1 }, { 420, 0 }, { 900, 1 }, { 1100, 0 } };
static const struct sample tactile[] = { { 0, 0 },     { 2100, 1 },  { 2400, 0 }, { 6000, 1 },
                                         { 11500, 0 }, { 12800, 1 }, { 14000, 0 } };
static const struct sample worn[] = { { 0, 0 },     { 1000, 1 },  { 21000, 0 }, { 24000, 1 }, { 50000, 0 },
                                      { 52000, 1 }, { 77000, 0 }, { 78000, 1 }, { 89000, 0 } };

#define RECORDING(name)                                                                                      \
    {                                                                                                        \
#name, name, sizeof name / sizeof *name                                                              \
    }
static const struct {
    const char *name;
    const struct sample *samples;
    size_t n;
} recordings[] = { RECORDING(closing), RECORDING(rocker), RECORDING(tactile), RECORDING(worn) };

/* A recording is a closing; turned round it stands for the opening. `per_ms`: its units in a millisecond. */
static int play(const struct sample *samples, size_t n, int64_t from_ms, int64_t per_ms, bool closes,
                struct edge *edges)
{
    for (size_t i = 0; i < n; i++)
        edges[i] = (struct edge){ from_ms + samples[i].at / per_ms, 1, (samples[i].level == 0) == closes };
    return (int)n;
}

static void recorded_bounce_is_one_press(void **state)
{
    (void)state;
    for (size_t r = 0; r < sizeof recordings / sizeof *recordings; r++) {
        /* The Arduino's are ns: 4.6 ms in all, and five times slower. */
        int64_t per_ms[2] = { recordings[r].samples == closing ? 1000000 : 1000,
                              recordings[r].samples == closing ? 200000 : 1000 };
        for (int slow = 0; slow < 2; slow++) {
            struct edge edges[EDGES_MAX];
            int n = play(recordings[r].samples, recordings[r].n, 1000, per_ms[slow], true, edges);
            n += play(recordings[r].samples, recordings[r].n, 1400, per_ms[slow], false, edges + n);
            n += play(recordings[r].samples, recordings[r].n, 3000, per_ms[slow], true, edges + n);
            n += play(recordings[r].samples, recordings[r].n, 5000, per_ms[slow], false, edges + n);
            int64_t settles = recordings[r].samples[recordings[r].n - 1].at /
                              per_ms[slow]; /* the last edge's time counts */
            char one[64], both[64];
            snprintf(one, sizeof one, "short@%lld short@%lld", (long long)(1000 + settles),
                     (long long)(3000 + settles));
            snprintf(both, sizeof both, "short@%lld long@%lld", (long long)(1000 + settles),
                     (long long)(3000 + settles));
            for (enum style style = AT_DEADLINES; style < STYLES; style++) {
                assert_string_equal(tell(PRESS_SHORT, edges, n, style), one);
                assert_string_equal(tell(PRESS_SHORT | PRESS_LONG, edges, n, style), both);
                assert_string_equal(tell(PRESS_LONG, edges, n, style), both + strcspn(both, " ") + 1);
            }
        }
    }
}

/* ---- generated presses, of which the truth is known ---- */

#define SEQUENCES 10000

static unsigned roll(unsigned *seed, unsigned below)
{
    *seed = *seed * 1664525u + 1013904223u;
    return (*seed >> 8) % below;
}

struct truth {
    struct edge edges[EDGES_MAX];
    int n;
    int64_t now;
    unsigned seed;
    struct {
        int64_t down_ms, settled_ms;
        bool is_long;
    } presses[8];
    int n_presses;
};

static void edge(struct truth *t, bool down)
{
    assert_true(t->n < EDGES_MAX);
    t->edges[t->n++] = (struct edge){ t->now, 1, down };
}

/* Toggles away from `level` and back, each for less than the debounce time; ends on `level`. */
static void rattle(struct truth *t, bool level, unsigned most)
{
    for (unsigned i = roll(&t->seed, most + 1); i > 0; i--) {
        t->now += roll(&t->seed, DEBOUNCE_MS);
        edge(t, !level);
        t->now += roll(&t->seed, DEBOUNCE_MS);
        edge(t, level);
    }
}

/* Quiet for a while, with spikes or drop-outs now and then. */
static void stay(struct truth *t, bool level, int64_t for_ms)
{
    int64_t end = t->now + for_ms;
    while (t->now + 200 < end && roll(&t->seed, 3) == 0) {
        t->now += DEBOUNCE_MS + roll(&t->seed, 100);
        rattle(t, level, 2);
    }
    t->now = t->now + DEBOUNCE_MS > end ? t->now + DEBOUNCE_MS : end;
}

static void press_once(struct truth *t)
{
    int64_t down_ms = t->now;
    bool is_long = roll(&t->seed, 3) == 0;
    edge(t, true);
    rattle(t, true, 4);
    int64_t settled_ms = t->now;
    /* Not so near to LONG_MS that bounce decides. */
    stay(t, true, is_long ? LONG_MS + 1 + roll(&t->seed, 3000) : DEBOUNCE_MS + roll(&t->seed, 300));
    edge(t, false);
    rattle(t, false, 4);
    is_long = t->edges[t->n - 1].ms - settled_ms >= LONG_MS;
    t->presses[t->n_presses].down_ms = down_ms;
    t->presses[t->n_presses].settled_ms = settled_ms;
    t->presses[t->n_presses++].is_long = is_long;
}

static void make_truth(struct truth *t, unsigned seed)
{
    memset(t, 0, sizeof *t);
    t->seed = seed * 2654435761u + 1;
    t->now = 1000;
    for (unsigned i = roll(&t->seed, 6) + 1; i > 0; i--) {
        stay(t, false, DEBOUNCE_MS + roll(&t->seed, 500));
        press_once(t);
    }
    stay(t, false, 500);
}

/* What a key with these bindings has to tell of the presses. */
static void compare(const struct truth *t, unsigned bound, const struct told *told, unsigned seed)
{
    int n = 0;
    for (int i = 0; i < t->n_presses; i++) {
        bool is_long = t->presses[i].is_long && bound & PRESS_LONG;
        if (!(bound & (is_long ? PRESS_LONG : PRESS_SHORT)))
            continue;
        if (n >= told->n || told->list[n].is_long != is_long || told->list[n].at.ms < t->presses[i].down_ms ||
            told->list[n].at.ms > t->presses[i].settled_ms)
            fail_msg("sequence %u, bindings %u: press %d at %lld is told wrongly", seed, bound, i,
                     (long long)t->presses[i].down_ms);
        n++;
    }
    if (n != told->n)
        fail_msg("sequence %u, bindings %u: %d presses, %d told", seed, bound, n, told->n);
}

static void generated_presses_are_each_told_once(void **state)
{
    static struct truth t;
    int64_t presses = 0, edges = 0;
    (void)state;
    for (unsigned seed = 0; seed < SEQUENCES; seed++) {
        make_truth(&t, seed);
        presses += t.n_presses;
        edges += t.n;
        for (unsigned bound = PRESS_SHORT; bound <= (PRESS_SHORT | PRESS_LONG); bound++) {
            struct press press;
            struct told told = { .n = 0 };
            start(&press, bound);
            feed(&press, t.edges, t.n, (enum style)(seed % STYLES), &told);
            finish(&press, &told);
            compare(&t, bound, &told, seed);
        }
    }
    print_message("%d sequences, %lld edges, %lld presses\n", SEQUENCES, (long long)edges,
                  (long long)presses);
    assert_true(presses > SEQUENCES && edges > 4 * presses);
}

/* Spikes alone, any number of them, tell nothing. */
static void noise_is_no_press(void **state)
{
    static struct truth t;
    (void)state;
    for (unsigned seed = 0; seed < 1000; seed++) {
        struct press press;
        struct told told = { .n = 0 };
        memset(&t, 0, sizeof t);
        t.seed = seed + 7;
        rattle(&t, false, 200);
        start(&press, PRESS_SHORT | PRESS_LONG);
        feed(&press, t.edges, t.n, (enum style)(seed % STYLES), &told);
        finish(&press, &told);
        assert_int_equal(told.n, 0);
    }
}

/* ---- what bindings mean ---- */

static void a_key_held_for_a_minute_is_one_press(void **state)
{
    static const struct edge edges[] = { { 100, 1, true }, { 60100, 1, false } };
    (void)state;
    for (enum style style = AT_DEADLINES; style < STYLES; style++) {
        assert_string_equal(tell(PRESS_SHORT, edges, 2, style), "short@100");
        assert_string_equal(tell(PRESS_LONG, edges, 2, style), "long@100");
        assert_string_equal(tell(PRESS_SHORT | PRESS_LONG, edges, 2, style), "long@100");
    }
}

static void a_short_press_does_not_wait_for_the_release(void **state)
{
    struct press press;
    struct told told = { .n = 0 };
    (void)state;
    start(&press, PRESS_SHORT);
    press_edge(&press, 1, true, (struct boot){ 100 });
    assert_int_equal(press_deadline(&press).ms, 130);
    drain(&press, 129, &told);
    assert_int_equal(told.n, 0);
    drain(&press, 130, &told);
    assert_int_equal(told.n, 1);
    assert_int_equal(press_deadline(&press).ms, BOOT_FAR.ms); /* idle costs nothing, held or not */
}

static void a_long_press_is_told_while_the_key_is_down(void **state)
{
    struct press press;
    struct told told = { .n = 0 };
    (void)state;
    start(&press, PRESS_SHORT | PRESS_LONG);
    press_edge(&press, 1, true, (struct boot){ 100 });
    drain(&press, 899, &told);
    assert_int_equal(told.n, 0);
    assert_int_equal(press_deadline(&press).ms, 900);
    drain(&press, 900, &told);
    assert_int_equal(told.n, 1);
    assert_true(told.list[0].is_long);
    press_edge(&press, 1, false, (struct boot){ 950 });
    finish(&press, &told);
    assert_int_equal(told.n, 1);
}

static void the_border_of_a_long_press(void **state)
{
    struct edge edges[] = { { 100, 1, true }, { 899, 1, false } };
    (void)state;
    assert_string_equal(tell(PRESS_SHORT | PRESS_LONG, edges, 2, AT_DEADLINES), "short@100");
    assert_string_equal(tell(PRESS_LONG, edges, 2, AT_DEADLINES), "");
    edges[1].ms = 900;
    assert_string_equal(tell(PRESS_SHORT | PRESS_LONG, edges, 2, AT_DEADLINES), "long@100");
    assert_string_equal(tell(PRESS_SHORT | PRESS_LONG, edges, 2, LATE), "long@100");
}

/* A contact that opens for 10 ms just when the press turns long: once, either way. */
static void a_drop_out_at_the_border_tells_once(void **state)
{
    static const struct edge edges[] = {
        { 100, 1, true }, { 895, 1, false }, { 905, 1, true }, { 3000, 1, false }
    };
    (void)state;
    assert_string_equal(tell(PRESS_SHORT | PRESS_LONG, edges, 4, AT_DEADLINES), "long@100");
    assert_string_equal(tell(PRESS_SHORT | PRESS_LONG, edges, 2, AT_DEADLINES), "short@100");
}

/* Let go at the border with bounce over it: the last edge decides. */
static void a_bounce_over_the_border_tells_once(void **state)
{
    struct edge edges[] = { { 100, 1, true }, { 895, 1, false }, { 898, 1, true }, { 900, 1, false } };
    (void)state;
    for (enum style style = AT_DEADLINES; style < STYLES; style++) {
        edges[3].ms = 899;
        assert_string_equal(tell(PRESS_SHORT | PRESS_LONG, edges, 4, style), "short@100");
        edges[3].ms = 900;
        assert_string_equal(tell(PRESS_SHORT | PRESS_LONG, edges, 4, style), "long@100");
    }
}

static void without_debouncing_each_edge_counts(void **state)
{
    struct press press;
    struct told told = { .n = 0 };
    static const struct edge edges[] = { { 5, 1, true }, { 5, 1, false }, { 6, 1, true }, { 9, 1, false } };
    (void)state;
    press_init(&press, 0, LONG_MS);
    press_bind(&press, 1, PRESS_SHORT);
    feed(&press, edges, 4, AT_DEADLINES, &told);
    finish(&press, &told);
    assert_int_equal(told.n, 2);
}

static void two_keys_are_told_in_the_order_of_time(void **state)
{
    struct press press;
    struct told told = { .n = 0 };
    static const struct edge edges[] = {
        { 100, 2, true }, { 110, 1, true }, { 200, 2, false }, { 220, 1, false }, { 400, 3, true }
    };
    (void)state;
    start(&press, PRESS_SHORT);
    press_bind(&press, 2, PRESS_SHORT);
    feed(&press, edges, 5, LATE, &told);
    finish(&press, &told);
    assert_int_equal(told.n, 2); /* key 3 is not bound */
    assert_int_equal(told.list[0].code, 2);
    assert_int_equal(told.list[1].code, 1);
}

/* ---- devices that go, keys that are unknown ---- */

static void what_was_told_stays_and_the_rest_is_dropped(void **state)
{
    struct press press;
    struct told told = { .n = 0 };
    (void)state;
    start(&press, PRESS_SHORT);
    press_bind(&press, 2, PRESS_SHORT | PRESS_LONG);
    press_edge(&press, 1, true, (struct boot){ 100 });
    press_edge(&press, 2, true, (struct boot){ 100 });
    drain(&press, 500, &told);
    assert_int_equal(told.n, 1);
    press_lost(&press);
    finish(&press, &told);
    assert_int_equal(told.n, 1); /* no long press of a key that is gone */
    press_edge(&press, 1, false, (struct boot){ 600 });
    press_edge(&press, 1, true, (struct boot){ 700 });
    press_edge(&press, 2, true, (struct boot){ 700 });
    press_forget(&press, 2);
    finish(&press, &told);
    assert_int_equal(told.n, 2); /* and no stuck key */
    assert_int_equal(told.list[1].at.ms, 700);
}

static void a_key_held_at_the_start_is_no_press(void **state)
{
    struct press press;
    struct told told = { .n = 0 };
    (void)state;
    start(&press, PRESS_SHORT | PRESS_LONG);
    press_held(&press, 1);
    press_held(&press, 77);
    drain(&press, 5000, &told);
    press_edge(&press, 1, true, (struct boot){ 5000 });
    drain(&press, 6000, &told);
    press_edge(&press, 1, false, (struct boot){ 6000 });
    finish(&press, &told);
    assert_int_equal(told.n, 0);
    press_edge(&press, 1, true, (struct boot){ 8000 });
    drain(&press, 8100, &told);
    press_edge(&press, 1, false, (struct boot){ 8100 });
    finish(&press, &told);
    assert_int_equal(told.n, 1);
}

static void a_clock_that_jumps_back_does_no_harm(void **state)
{
    static const struct edge edges[] = {
        { 1000, 1, true }, { 900, 1, false }, { 2000, 1, true }, { 2100, 1, false }
    };
    (void)state;
    assert_string_equal(tell(PRESS_SHORT, edges, 4, LATE), "short@2000");
}

static void the_limits_hold(void **state)
{
    struct press press;
    (void)state;
    press_init(&press, -5, 0);
    assert_int_equal(press.debounce_ms, 0);
    assert_int_equal(press.long_ms, 1);
    press_init(&press, 1 << 30, 1 << 30);
    assert_int_equal(press.debounce_ms, PRESS_DEBOUNCE_MAX);
    assert_int_equal(press.long_ms, PRESS_LONG_MAX);
    for (int i = 0; i < PRESS_KEYS_MAX; i++)
        assert_true(press_bind(&press, i, PRESS_SHORT));
    assert_true(press_bind(&press, 0, PRESS_LONG));
    assert_false(press_bind(&press, PRESS_KEYS_MAX, PRESS_SHORT));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(recorded_bounce_is_one_press),
        cmocka_unit_test(generated_presses_are_each_told_once),
        cmocka_unit_test(noise_is_no_press),
        cmocka_unit_test(a_key_held_for_a_minute_is_one_press),
        cmocka_unit_test(a_short_press_does_not_wait_for_the_release),
        cmocka_unit_test(a_long_press_is_told_while_the_key_is_down),
        cmocka_unit_test(the_border_of_a_long_press),
        cmocka_unit_test(a_drop_out_at_the_border_tells_once),
        cmocka_unit_test(a_bounce_over_the_border_tells_once),
        cmocka_unit_test(without_debouncing_each_edge_counts),
        cmocka_unit_test(two_keys_are_told_in_the_order_of_time),
        cmocka_unit_test(what_was_told_stays_and_the_rest_is_dropped),
        cmocka_unit_test(a_key_held_at_the_start_is_no_press),
        cmocka_unit_test(a_clock_that_jumps_back_does_no_harm),
        cmocka_unit_test(the_limits_hold),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
