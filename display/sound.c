#include "display/sound.h"

#include <SDL2/SDL.h>
#include <dlfcn.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define LOOK_MS    20   /* between two looks at the queue */
#define REST_MS    150  /* what the device holds when the queue is empty */
#define LONGEST_MS 4000 /* a device that takes no samples is given up */
#define CLOSE_MS   500  /* for the thread to return at the end of the program */

/* Written by the thread before the eventfd, read by the others after it; `stop` is the other way round. */
struct sound {
    pthread_t thread;
    bool busy; /* there is a thread to join */
    int fd;
    enum chime chime;
    atomic_bool stop;
    char fault[SOUND_FAULT_SIZE]; /* empty: it was heard */
    int16_t samples[CHIME_SAMPLES];
};

struct sound *sound_create(void)
{
    struct sound *s = calloc(1, sizeof *s);
    if (!s)
        return NULL;
    s->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (s->fd >= 0)
        return s;
    free(s);
    return NULL;
}

int sound_fd(const struct sound *s)
{
    return s->fd;
}

static void no_words(const char *file, int line, const char *function, int err, const char *format, ...)
{
    (void)file, (void)line, (void)function, (void)err, (void)format;
}

/* ALSA says a dozen lines on stderr for each device that is not there; one of ours is enough. */
static void hush_alsa(void)
{
    typedef void handler(const char *, int, const char *, int, const char *, ...);
    int (*set)(handler *);
    void *alsa = dlopen("libasound.so.2", RTLD_LAZY | RTLD_NOLOAD);
    void *symbol = alsa ? dlsym(alsa, "snd_lib_error_set_handler") : NULL;
    if (symbol) {
        memcpy(&set, &symbol, sizeof set);
        set(no_words);
    }
    if (alsa)
        dlclose(alsa);
}

static void fail(struct sound *s, const char *what)
{
    snprintf(s->fault, sizeof s->fault, "%s: %.120s", what, SDL_GetError());
}

/* Until the queue is empty. */
static void wait_for_end(struct sound *s, SDL_AudioDeviceID device)
{
    int left = LONGEST_MS / LOOK_MS;
    while (SDL_GetQueuedAudioSize(device) > 0 && !atomic_load(&s->stop) && left-- > 0) {
        if (SDL_GetAudioDeviceStatus(device) == SDL_AUDIO_STOPPED) {
            snprintf(s->fault, sizeof s->fault, "the sound device was lost");
            return;
        }
        SDL_Delay(LOOK_MS);
    }
    if (left < 0)
        snprintf(s->fault, sizeof s->fault, "the sound device takes no samples");
    else if (!atomic_load(&s->stop))
        SDL_Delay(REST_MS);
}

static void play(struct sound *s)
{
    SDL_AudioSpec want = { .freq = CHIME_RATE, .format = AUDIO_S16SYS, .channels = 1, .samples = 1024 };
    SDL_AudioDeviceID device = SDL_OpenAudioDevice(NULL, 0, &want, NULL, 0);
    if (device == 0) {
        fail(s, "the sound device does not open");
        return;
    }
    if (SDL_QueueAudio(device, s->samples, sizeof s->samples) == 0) {
        SDL_PauseAudioDevice(device, 0);
        wait_for_end(s, device);
    } else {
        fail(s, "the sound device takes no samples");
    }
    SDL_CloseAudioDevice(device);
}

/* SDL's own counting of subsystems belongs to the main thread; SDL_AudioInit stays outside of it. */
static void *run(void *user)
{
    struct sound *s = user;
    uint64_t one = 1;
    chime_fill(s->chime, s->samples);
    hush_alsa();
    if (SDL_AudioInit(NULL) == 0) {
        play(s);
        SDL_AudioQuit();
    } else {
        fail(s, "there is no sound device");
    }
    SDL_TLSCleanup(); /* what SDL remembers of this thread's errors */
    (void)!write(s->fd, &one, sizeof one);
    return NULL;
}

bool sound_play(struct sound *s, enum chime chime, char fault[SOUND_FAULT_SIZE])
{
    if (s->busy) {
        snprintf(fault, SOUND_FAULT_SIZE, "the sound device does not return from the chime before");
        return false;
    }
    s->chime = chime;
    s->fault[0] = '\0';
    atomic_store(&s->stop, false);
    int error = pthread_create(&s->thread, NULL, run, s);
    s->busy = error == 0;
    if (error)
        snprintf(fault, SOUND_FAULT_SIZE, "no thread for the chime: %s", strerror(error));
    return s->busy;
}

bool sound_end(struct sound *s, char fault[SOUND_FAULT_SIZE])
{
    uint64_t count;
    if (!s->busy || read(s->fd, &count, sizeof count) != sizeof count)
        return true;
    pthread_join(s->thread, NULL);
    s->busy = false;
    memcpy(fault, s->fault, sizeof s->fault);
    return !s->fault[0];
}

bool sound_destroy(struct sound *s)
{
    char fault[SOUND_FAULT_SIZE];
    if (!s)
        return true;
    struct pollfd end = { .fd = s->fd, .events = POLLIN };
    atomic_store(&s->stop, true);
    if (s->busy && poll(&end, 1, CLOSE_MS) <= 0) {
        /* It may still write to what it knows: that stays. */
        pthread_detach(s->thread);
        return false;
    }
    sound_end(s, fault);
    close(s->fd);
    free(s);
    return true;
}
