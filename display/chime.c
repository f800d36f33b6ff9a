#include "display/chime.h"

#include <math.h>

#define C5_HZ     523.251
#define G4_HZ     391.995
#define APART_MS  320
#define ATTACK_MS 8.0
#define DECAY_MS  350.0
#define END_MS    40.0 /* the rest of the second bar fades out, so that the end does not click */
#define TAU       6.283185307179586

/* dBFS as a share of full scale: -12 and -18. */
static const double peaks[] = { [CHIME_CALL] = 0.251188643, [CHIME_REMINDER] = 0.125892541 };

/* A bar `ms` after it was struck. */
static double bar(double hz, double ms)
{
    if (ms < 0)
        return 0;
    double turn = TAU * hz * ms / 1000;
    double sound = sin(turn) + 0.25 * sin(2 * turn) + 0.1 * sin(3 * turn);
    return sound * fmin(ms / ATTACK_MS, 1) * exp(-ms / DECAY_MS);
}

static double chime_at(enum chime chime, size_t sample)
{
    double ms = (double)sample * 1000 / CHIME_RATE, end = fmin((CHIME_MS - ms) / END_MS, 1);
    return end * (chime == CHIME_CALL ? bar(C5_HZ, ms) + bar(G4_HZ, ms - APART_MS) : bar(G4_HZ, ms));
}

void chime_fill(enum chime chime, int16_t out[CHIME_SAMPLES])
{
    double most = 0;
    for (size_t i = 0; i < CHIME_SAMPLES; i++)
        most = fmax(most, fabs(chime_at(chime, i)));
    for (size_t i = 0; i < CHIME_SAMPLES; i++)
        out[i] = (int16_t)lrint(chime_at(chime, i) / most * peaks[chime] * INT16_MAX);
}
