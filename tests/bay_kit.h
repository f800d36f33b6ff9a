/*
 * Stand-ins for the devices of a bay: a folder for them, and a kernel for ioctl. This program's ioctl answers
 * for evdev and GPIO as a test says; everything else goes to the real one. One test program includes it once.
 */
#pragma once

#include "base/log.h"
#include "sys/clock.h"
#include "sys/loop.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/gpio.h>
#include <linux/input.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

/* What the pretended kernel knows and was asked. */
static struct {
    bool evdev;             /* the descriptor is an event device */
    bool no_clock;          /* that cannot stamp by the boot clock */
    bool grabbed_elsewhere; /* and is another's */
    int clock, grabs;
    unsigned char keys[KEY_MAX / 8 + 1]; /* that are down */
    unsigned char leds[LED_MAX / 8 + 1]; /* that it has */

    const char *chip; /* label of the GPIO chip */
    int gpio_fault;   /* errno of a request for a line */
    struct gpio_v2_line_request request;
    int value; /* the line's; -1: never set */
    int sets;
} kernel;

static int fail_with(int error)
{
    errno = error;
    return -1;
}

static int evdev_ioctl(unsigned long request, void *arg)
{
    if (!kernel.evdev)
        return fail_with(ENOTTY);
    if (request == EVIOCGVERSION)
        return 0;
    if (request == EVIOCSCLOCKID) {
        kernel.clock = *(int *)arg;
        return kernel.no_clock ? fail_with(EINVAL) : 0;
    }
    if (request == EVIOCGRAB) {
        kernel.grabs++;
        return kernel.grabbed_elsewhere ? fail_with(EBUSY) : 0;
    }
    if (_IOC_NR(request) == _IOC_NR(EVIOCGKEY(0))) {
        memcpy(arg, kernel.keys, sizeof kernel.keys);
        return (int)sizeof kernel.keys;
    }
    if (_IOC_NR(request) == _IOC_NR(EVIOCGBIT(EV_LED, 0))) {
        memcpy(arg, kernel.leds, sizeof kernel.leds);
        return (int)sizeof kernel.leds;
    }
    return fail_with(EINVAL);
}

static int gpio_ioctl(unsigned long request, void *arg)
{
    if (!kernel.chip)
        return fail_with(ENOTTY);
    if (request == GPIO_GET_CHIPINFO_IOCTL) {
        struct gpiochip_info *info = arg;
        snprintf(info->label, sizeof info->label, "%s", kernel.chip);
        return 0;
    }
    if (request == GPIO_V2_GET_LINE_IOCTL) {
        if (kernel.gpio_fault)
            return fail_with(kernel.gpio_fault);
        struct gpio_v2_line_request *wish = arg;
        wish->fd = open("/dev/null", O_RDWR | O_CLOEXEC);
        kernel.request = *wish;
        return 0;
    }
    if (request == GPIO_V2_LINE_SET_VALUES_IOCTL) {
        const struct gpio_v2_line_values *values = arg;
        kernel.sets++;
        if (kernel.gpio_fault)
            return fail_with(kernel.gpio_fault);
        kernel.value = values->mask == 1 ? (int)(values->bits & 1) : -2;
        return 0;
    }
    return fail_with(EINVAL);
}

int ioctl(int fd, unsigned long request, ...)
{
    va_list list;
    va_start(list, request);
    void *arg = va_arg(list, void *);
    va_end(list);
    if (_IOC_TYPE(request) == 'E')
        return evdev_ioctl(request, arg);
    if (_IOC_TYPE(request) == 0xB4)
        return gpio_ioctl(request, arg);
    return (int)syscall(SYS_ioctl, fd, request, arg);
}

/* ---- a folder, a clock, a loop, a log ---- */

static struct {
    char folder[64];
    struct loop *loop;
    int64_t now;
    char log[4096];
} kit;

static void kit_log(enum log_level level, const char *tag, const char *line)
{
    size_t len = strlen(kit.log);
    (void)level, (void)tag;
    snprintf(kit.log + len, sizeof kit.log - len, "%s\n", line);
}

static inline void kit_time(int64_t ms)
{
    kit.now = ms;
    clock_fake((struct wall){ 0 }, (struct boot){ ms }, "test", true);
}

/* The loop goes round until nothing is ready, at `ms`. */
static inline void kit_run(int64_t ms)
{
    kit_time(ms);
    for (int i = 0; i < 8; i++)
        assert_true(loop_once(kit.loop, 0));
}

static inline void kit_start(void)
{
    memset(&kernel, 0, sizeof kernel);
    memset(&kit, 0, sizeof kit);
    kernel.value = -1;
    snprintf(kit.folder, sizeof kit.folder, "%s/bay-XXXXXX", getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp");
    assert_non_null(mkdtemp(kit.folder));
    kit.loop = loop_create();
    assert_non_null(kit.loop);
    kit_time(1000000);
    log_set_sink(kit_log);
}

static inline void kit_stop(void)
{
    char command[128];
    log_set_sink(NULL);
    clock_real();
    loop_destroy(kit.loop);
    snprintf(command, sizeof command, "rm -rf '%s'", kit.folder);
    assert_int_equal(system(command), 0);
}

/* "<folder>/<name>", good for 8 calls. */
static inline const char *kit_path(const char *name)
{
    static char paths[8][128];
    static int next;
    char *path = paths[next++ % 8];
    snprintf(path, sizeof paths[0], "%s/%s", kit.folder, name);
    return path;
}

static inline void kit_write(const char *name, const char *text)
{
    FILE *f = fopen(kit_path(name), "we");
    assert_non_null(f);
    fputs(text, f);
    assert_int_equal(fclose(f), 0);
}

static inline const char *kit_read(const char *name)
{
    static char text[4096];
    FILE *f = fopen(kit_path(name), "re");
    assert_non_null(f);
    text[fread(text, 1, sizeof text - 1, f)] = '\0';
    fclose(f);
    return text;
}
