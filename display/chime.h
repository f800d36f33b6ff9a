/*
 * The sound of a call: two struck bars, C5 then G4, falling; of a reminder: the lower one alone, quieter
 * (design, "The call"). Made here, from sines. Pure.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define CHIME_RATE    48000 /* samples per second, one channel, 16 bits, this machine's byte order */
#define CHIME_MS      1400
#define CHIME_SAMPLES ((size_t)CHIME_RATE * CHIME_MS / 1000)

enum chime { CHIME_CALL, CHIME_REMINDER };

/* Fills all CHIME_SAMPLES; always the same. */
void chime_fill(enum chime chime, int16_t out[CHIME_SAMPLES]);
