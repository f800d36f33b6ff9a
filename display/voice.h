/*
 * Makes a call heard: the chime with its picture, then, if wanted, label and place spoken by a program that
 * is there (espeak-ng, or RHVoice). Whatever fails is said once in the log, and the picture goes on. Driven
 * by the loop; one thread.
 */
#pragma once

#include "display/calls.h"
#include "sys/loop.h"

#define VOICE_SPEECH_AFTER_MS 900
#define VOICE_SPEECH_MOST_MS  12000 /* a program that goes on for longer is ended */

struct voice;

struct voice_setup {
    bool chime, speech;
    char lang[4]; /* that is spoken */
};

/* NULL if memory is out or the system refuses. */
struct voice *voice_create(struct loop *loop, const struct voice_setup *setup);
/* Before the loop. False if a sound driver does not return: then SDL must not be told to quit. Takes NULL. */
bool voice_destroy(struct voice *voice);

/* To be called with the picture that explains it on the screen. Speech that still runs is ended: there are
 * never two at once. */
void voice_cue(struct voice *voice, enum call_cue cue, const char *label, const char *place);
