/*
 * Plays a chime through SDL. The device is opened for the chime and closed after it, in a thread of its own:
 * no driver, however slow, holds the picture up. Main thread only; the thread inside touches nothing else.
 */
#pragma once

#include "display/chime.h"

#include <stdbool.h>

#define SOUND_FAULT_SIZE 200

struct sound;

struct sound *sound_create(void); /* NULL if memory is out or the system refuses */
/* Cuts a chime short. False if the driver does not return: then SDL must not be told to quit. Takes NULL. */
bool sound_destroy(struct sound *sound);

/* Starts it at once; false with a sentence in `fault` if it cannot be heard (the one before has not ended).
 */
bool sound_play(struct sound *sound, enum chime chime, char fault[SOUND_FAULT_SIZE]);

/* Readable when a chime has ended; then ask sound_end how: false with a sentence in `fault` if nothing could
 * be heard, true otherwise. */
int sound_fd(const struct sound *sound);
bool sound_end(struct sound *sound, char fault[SOUND_FAULT_SIZE]);
