/* The sound of a call and of a reminder: how long, how loud, which notes when. */
#include "display/chime.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

static int16_t call[CHIME_SAMPLES], reminder[CHIME_SAMPLES];

static int start(void **state)
{
    (void)state;
    chime_fill(CHIME_CALL, call);
    chime_fill(CHIME_REMINDER, reminder);
    return 0;
}

static double peak_db(const int16_t *sound, size_t from, size_t to)
{
    int most = 0;
    for (size_t i = from; i < to; i++)
        most = abs(sound[i]) > most ? abs(sound[i]) : most;
    return 20 * log10(most / 32767.0);
}

static size_t at_ms(size_t ms)
{
    return ms * CHIME_RATE / 1000;
}

/* How much of one frequency is in 200 ms from `ms` on (Goertzel, Hann window). */
static double share(const int16_t *sound, size_t ms, double hz)
{
    size_t n = at_ms(200);
    const int16_t *from = sound + at_ms(ms);
    double c = 2 * cos(2 * M_PI * hz / CHIME_RATE), s1 = 0, s2 = 0;
    for (size_t i = 0; i < n; i++) {
        double window = 0.5 - 0.5 * cos(2 * M_PI * (double)i / (double)n);
        double s = from[i] * window + c * s1 - s2;
        s2 = s1;
        s1 = s;
    }
    return sqrt(s1 * s1 + s2 * s2 - c * s1 * s2) / (double)n;
}

/* The note between 200 and 1000 Hz that is strongest. */
static double note(const int16_t *sound, size_t ms)
{
    double best = 0, most = 0;
    for (double hz = 200; hz <= 1000; hz += 0.5)
        if (share(sound, ms, hz) > most) {
            most = share(sound, ms, hz);
            best = hz;
        }
    return best;
}

static void it_is_as_long_and_as_loud_as_said(void **state)
{
    (void)state;
    assert_int_equal(CHIME_SAMPLES, 67200);
    assert_float_equal(peak_db(call, 0, CHIME_SAMPLES), -12, 0.02);
    assert_float_equal(peak_db(reminder, 0, CHIME_SAMPLES), -18, 0.02);
}

static void it_begins_and_ends_without_a_click(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        const int16_t *sound = i ? reminder : call;
        assert_true(abs(sound[0]) < 10);
        assert_true(abs(sound[CHIME_SAMPLES - 1]) < 10);
        for (size_t k = 1; k < CHIME_SAMPLES; k++)
            assert_true(abs(sound[k] - sound[k - 1]) < 1200);
    }
}

static void the_second_bar_is_the_lower_one(void **state)
{
    (void)state;
    assert_float_equal(note(call, 50), 523.25, 1);
    assert_float_equal(note(call, 900), 392, 1);
    assert_true(share(call, 50, 392) < share(call, 50, 523.25) / 20);
    /* Struck at 320 ms, not before. */
    assert_true(share(call, 110, 392) < share(call, 330, 392) / 10);
    assert_float_equal(note(reminder, 50), 392, 1);
    assert_true(share(reminder, 50, 523.25) < share(reminder, 50, 392) / 20);
}

static void partials_and_decay_are_those_of_a_bar(void **state)
{
    (void)state;
    double one = share(reminder, 100, 391.995);
    assert_float_equal(share(reminder, 100, 783.99) / one, 0.25, 0.01);
    assert_float_equal(share(reminder, 100, 1175.985) / one, 0.1, 0.01);
    /* 350 ms later e times quieter. */
    assert_float_equal(share(reminder, 450, 391.995) / one, exp(-1), 0.01);
    assert_true(peak_db(reminder, 0, at_ms(2)) < peak_db(reminder, 0, at_ms(12)) - 8);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_as_long_and_as_loud_as_said),
        cmocka_unit_test(it_begins_and_ends_without_a_click),
        cmocka_unit_test(the_second_bar_is_the_lower_one),
        cmocka_unit_test(partials_and_decay_are_those_of_a_bar),
    };
    return cmocka_run_group_tests(tests, start, NULL);
}
