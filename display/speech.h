/*
 * What is said after the chime of a call: label and place, never a name (design, "Words"). Pure. Figures are
 * said in pairs in Russian and one by one otherwise, letters by their names.
 */
#pragma once

#include <stddef.h>

#define SPEECH_SIZE 2048

/* "Автомобиль 12 05 готов. Касса." in Russian, "Car 1 2 0 5 is ready. Касса." in any other language. `place`
 * is said without marks that a speech program could take for orders; it may be empty. */
void speech_text(const char *lang, const char *label, const char *place, char out[SPEECH_SIZE]);
