/*
 * The chime through SDL: into a file, without any device, and with a driver that never returns; and the voice
 * around it with speech programs of the test. Waits are for events, with generous limits.
 */
#include "base/log.h"
#include "display/sound.h"
#include "display/voice.h"
#include "sys/clock.h"
#include "tests/folder.h"

#include <SDL2/SDL.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define LIMIT_MS 60000

static char folder[64];
static int warnings;

static const char *in_folder(const char *name)
{
    static char path[128];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static void count_warnings(enum log_level level, const char *tag, const char *line)
{
    (void)tag, (void)line;
    warnings += level == LOG_WARN_LEVEL;
}

static int start(void **state)
{
    (void)state;
    snprintf(folder, sizeof folder, "/tmp/pitboard-sound-XXXXXX");
    log_set_sink(count_warnings);
    return mkdtemp(folder) && setenv("SDL_DISKAUDIOFILE", in_folder("audio"), 1) == 0 ? 0 : -1;
}

static int stop(void **state)
{
    (void)state;
    log_set_sink(NULL);
    return folder_remove(folder);
}

static bool heard(struct sound *sound, char fault[SOUND_FAULT_SIZE])
{
    struct pollfd end = { .fd = sound_fd(sound), .events = POLLIN };
    assert_int_equal(poll(&end, 1, LIMIT_MS), 1);
    return sound_end(sound, fault);
}

static void the_samples_reach_the_device(void **state)
{
    static int16_t want[CHIME_SAMPLES], got[CHIME_SAMPLES];
    char fault[SOUND_FAULT_SIZE];
    (void)state;
    setenv("SDL_AUDIODRIVER", "disk", 1);
    struct sound *sound = sound_create();
    for (int i = 0; i < 2; i++) {
        assert_true(sound_play(sound, i ? CHIME_REMINDER : CHIME_CALL, fault));
        assert_false(sound_play(sound, CHIME_CALL, fault)); /* never two at once */
        assert_true(heard(sound, fault));
        chime_fill(i ? CHIME_REMINDER : CHIME_CALL, want);
        FILE *f = fopen(in_folder("audio"), "rb");
        assert_non_null(f);
        size_t n = fread(got, sizeof *got, CHIME_SAMPLES, f);
        fclose(f);
        assert_true(n > CHIME_SAMPLES * 9 / 10);
        size_t from = 0;
        while (from < n && got[from] == 0)
            from++;
        assert_memory_equal(got + from, want + 1, (n - from - 4096) * sizeof *got);
    }
    assert_true(sound_destroy(sound));
}

static void no_device_is_a_sentence(void **state)
{
    char fault[SOUND_FAULT_SIZE] = "";
    (void)state;
    setenv("SDL_AUDIODRIVER", "nothere", 1);
    struct sound *sound = sound_create();
    assert_true(sound_play(sound, CHIME_CALL, fault));
    assert_false(heard(sound, fault));
    assert_non_null(strstr(fault, "no sound device"));
    assert_true(sound_destroy(sound));
}

/* Opening a FIFO that nobody reads blocks for ever, like a driver that hangs. */
static void a_driver_that_hangs_holds_nothing_up(void **state)
{
    char fault[SOUND_FAULT_SIZE];
    (void)state;
    setenv("SDL_AUDIODRIVER", "disk", 1);
    assert_int_equal(mkfifo(in_folder("fifo"), 0600), 0);
    setenv("SDL_DISKAUDIOFILE", in_folder("fifo"), 1);
    static struct sound *sound; /* it stays, and is no leak */
    sound = sound_create();
    struct boot before = clock_boot();
    assert_true(sound_play(sound, CHIME_CALL, fault));
    assert_false(sound_play(sound, CHIME_CALL, fault));
    assert_non_null(strstr(fault, "does not return"));
    assert_true(boot_minus(clock_boot(), before) < 10000); /* on a busy machine; it would be for ever */
    assert_false(sound_destroy(sound));
    setenv("SDL_DISKAUDIOFILE", in_folder("audio"), 1);
}

static void write_program(const char *name, const char *script)
{
    FILE *f = fopen(in_folder(name), "w");
    assert_non_null(f);
    fprintf(f, "#!/bin/sh\nPATH=/usr/bin:/bin\n%s\n", script);
    assert_int_equal(fclose(f), 0);
    assert_int_equal(chmod(in_folder(name), 0755), 0);
}

/* Runs the loop until the file has `lines` lines; returns its text. */
static const char *said(struct loop *loop, int lines)
{
    static char text[2000];
    struct boot end = boot_plus(clock_boot(), LIMIT_MS);
    for (int n = 0; n < lines && boot_minus(end, clock_boot()) > 0;) {
        loop_once(loop, 20);
        FILE *f = fopen(in_folder("said"), "r");
        size_t len = f ? fread(text, 1, sizeof text - 1, f) : 0;
        text[len] = '\0';
        if (f)
            fclose(f);
        n = 0;
        for (const char *p = text; *p; p++)
            n += *p == '\n';
    }
    return text;
}

static struct voice *make_voice(struct loop *loop, const char *path)
{
    struct voice_setup setup = { .speech = true, .lang = "ru" };
    setenv("PATH", path, 1);
    struct voice *voice = voice_create(loop, &setup);
    assert_non_null(voice);
    return voice;
}

static void one_speaks_at_a_time(void **state)
{
    char script[300], *path = strdup(getenv("PATH"));
    (void)state;
    snprintf(script, sizeof script,
             "trap 'echo cut >>%s/said; exit 1' TERM\nfor a; do t=$a; done\necho \"$t\" >>%s/said\n"
             "case $t in *12*) while :; do sleep 0.05; done;; esac",
             folder, folder);
    write_program("espeak-ng", script);
    struct loop *loop = loop_create();
    struct voice *voice = make_voice(loop, folder);
    struct boot before = clock_boot();
    voice_cue(voice, CUE_CALL, "1205", "Касса");
    assert_string_equal(said(loop, 1), "Автомобиль 12 05 готов. Касса.\n");
    assert_true(boot_minus(clock_boot(), before) >= VOICE_SPEECH_AFTER_MS - 1);
    voice_cue(voice, CUE_CALL, "47", "");
    assert_string_equal(said(loop, 3), "Автомобиль 12 05 готов. Касса.\ncut\nАвтомобиль 47 готов.\n");
    voice_cue(voice, CUE_REMINDER, "", "");
    voice_cue(voice, CUE_NONE, "", "");
    assert_true(voice_destroy(voice));
    loop_destroy(loop);
    setenv("PATH", path, 1);
    free(path);
}

static void a_missing_program_is_told_once(void **state)
{
    char *path = strdup(getenv("PATH"));
    (void)state;
    unlink(in_folder("espeak-ng"));
    struct loop *loop = loop_create();
    struct voice *voice = make_voice(loop, folder);
    warnings = 0;
    for (int i = 0; i < 2; i++) {
        struct boot end = boot_plus(clock_boot(), VOICE_SPEECH_AFTER_MS + 600),
                    limit = boot_plus(end, i ? 0 : LIMIT_MS);
        voice_cue(voice, CUE_CALL, "1205", "Касса");
        while (boot_minus(end, clock_boot()) > 0 || (!warnings && boot_minus(limit, clock_boot()) > 0))
            loop_once(loop, 20);
    }
    assert_int_equal(warnings, 1);
    assert_true(voice_destroy(voice));
    loop_destroy(loop);
    setenv("PATH", path, 1);
    free(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_samples_reach_the_device),
        cmocka_unit_test(no_device_is_a_sentence),
        cmocka_unit_test(one_speaks_at_a_time),
        cmocka_unit_test(a_missing_program_is_told_once),
        cmocka_unit_test(a_driver_that_hangs_holds_nothing_up),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
