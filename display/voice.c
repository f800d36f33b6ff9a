#include "display/voice.h"

#include "base/log.h"
#include "base/text.h"
#include "display/sound.h"
#include "display/speech.h"
#include "sys/clock.h"
#include "sys/spawn.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define LOG_TAG "voice"

#define STOP_MS    300 /* for the program to end by itself */
#define NO_PROGRAM 127 /* of the shell */

static const char nothing_speaks[] = "nothing speaks here; install espeak-ng, or set screen.speech = false";

struct voice {
    struct voice_setup setup;
    struct loop *loop;
    struct sound *sound;
    struct loop_fd *sound_source, *speech_source;
    struct loop_timer *speak, *limit;
    pid_t pid;    /* of the program that speaks, 0: none */
    int pid_fd;   /* readable when it has ended */
    bool waiting; /* `text` is due, and the one before has not ended */
    char text[SPEECH_SIZE];
    bool told_sound, told_speech;
};

static void tell(bool *told, const char *what)
{
    if (!*told)
        log_warn("%s", what);
    *told = true;
}

static void on_sound_end(void *user, unsigned ready)
{
    struct voice *v = user;
    char fault[SOUND_FAULT_SIZE], sentence[SOUND_FAULT_SIZE + 64];
    (void)ready;
    if (sound_end(v->sound, fault)) {
        v->told_sound = false;
        return;
    }
    snprintf(sentence, sizeof sentence, "no chime was heard: %s", fault);
    tell(&v->told_sound, sentence);
}

/* The program's group: whatever it started speaks no longer either. */
static void end_speech(struct voice *v, int signal)
{
    if (v->pid > 0)
        kill(-v->pid, signal);
}

static void close_speech(struct voice *v)
{
    loop_remove_fd(v->speech_source);
    v->speech_source = NULL;
    if (v->pid_fd >= 0)
        close(v->pid_fd);
    v->pid_fd = -1;
    v->pid = 0;
    if (v->limit)
        loop_arm(v->limit, BOOT_FAR);
}

static void speak(struct voice *v);

static void on_speech_end(void *user, unsigned ready)
{
    struct voice *v = user;
    int status = 0;
    (void)ready;
    if (v->pid > 0 && waitpid(v->pid, &status, WNOHANG) == 0)
        return;
    if (WIFEXITED(status) && WEXITSTATUS(status) == NO_PROGRAM)
        tell(&v->told_speech, nothing_speaks);
    else if (WIFEXITED(status) && WEXITSTATUS(status) != 0)
        tell(&v->told_speech, "the speech program failed; does it know the language, and is there a sound "
                              "device?");
    close_speech(v);
    if (v->waiting)
        speak(v);
}

/* Tries what may be there in turn; the text is an argument, never part of a command. */
static pid_t start_program(const struct voice *v)
{
    bool ru = strcmp(v->setup.lang, "ru") == 0;
    const char *const espeak[] = { "espeak-ng", "-v", v->setup.lang, "-s", "140", "--", v->text, NULL };
    const char *const rhvoice[] = {
        "sh",
        "-c",
        "command -v RHVoice-client >/dev/null || exit 127; "
        "printf '%s\\n' \"$1\" | RHVoice-client -s \"$2\" | aplay -q",
        "speech",
        v->text,
        ru ? "Anna+CLB" : "CLB",
        NULL,
    };
    struct spawn what = { .argv = espeak };
    pid_t pid = spawn_start(&what);
    if (pid > 0 || errno != ENOENT)
        return pid;
    what.argv = rhvoice;
    return spawn_start(&what);
}

static void speak(struct voice *v)
{
    v->waiting = false;
    v->pid = start_program(v);
    if (v->pid <= 0) {
        v->pid = 0;
        tell(&v->told_speech, nothing_speaks);
        return;
    }
    v->pid_fd = (int)syscall(SYS_pidfd_open, v->pid, 0);
    v->speech_source = v->pid_fd >= 0 ? loop_add_fd(v->loop, v->pid_fd, LOOP_READ, on_speech_end, v) : NULL;
    if (v->speech_source) {
        loop_arm(v->limit, boot_plus(clock_boot(), VOICE_SPEECH_MOST_MS));
        return;
    }
    spawn_stop(v->pid, 0);
    close_speech(v);
}

static void on_speak(void *user)
{
    struct voice *v = user;
    v->waiting = v->pid > 0;
    if (!v->waiting)
        speak(v);
}

static void on_limit(void *user)
{
    end_speech(user, SIGKILL);
}

struct voice *voice_create(struct loop *loop, const struct voice_setup *setup)
{
    struct voice *v = calloc(1, sizeof *v);
    if (!v)
        return NULL;
    *v = (struct voice){ .setup = *setup, .loop = loop, .pid_fd = -1 };
    v->sound = sound_create();
    v->speak = loop_add_timer(loop, on_speak, v);
    v->limit = loop_add_timer(loop, on_limit, v);
    v->sound_source = v->sound ? loop_add_fd(loop, sound_fd(v->sound), LOOP_READ, on_sound_end, v) : NULL;
    if (v->sound_source && v->speak && v->limit)
        return v;
    voice_destroy(v);
    return NULL;
}

bool voice_destroy(struct voice *v)
{
    if (!v)
        return true;
    if (v->pid > 0)
        spawn_stop(v->pid, STOP_MS);
    close_speech(v);
    loop_remove_fd(v->sound_source);
    loop_remove_timer(v->speak);
    loop_remove_timer(v->limit);
    bool free_to_quit = sound_destroy(v->sound);
    free(v);
    return free_to_quit;
}

void voice_cue(struct voice *v, enum call_cue cue, const char *label, const char *place)
{
    char fault[SOUND_FAULT_SIZE], sentence[SOUND_FAULT_SIZE + 64];
    if (cue == CUE_NONE)
        return;
    end_speech(v, SIGTERM);
    v->waiting = false;
    loop_arm(v->speak, BOOT_FAR);
    if (v->setup.chime && !sound_play(v->sound, cue == CUE_CALL ? CHIME_CALL : CHIME_REMINDER, fault)) {
        snprintf(sentence, sizeof sentence, "no chime was heard: %s", fault);
        tell(&v->told_sound, sentence);
    }
    if (!v->setup.speech || cue != CUE_CALL)
        return;
    speech_text(v->setup.lang, label, place, v->text);
    loop_arm(v->speak, boot_plus(clock_boot(), VOICE_SPEECH_AFTER_MS));
}
