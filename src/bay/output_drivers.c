#include "bay/output_own.h"

#include "base/text.h"
#include "sys/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/gpio.h>
#include <linux/input.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#define CHIPS_MAX 64 /* /dev/gpiochipN looked through for a label */
#define CLEAR     "\033[H\033[2J"

/* Whole or not at all; a short write is an error. */
static bool put(int fd, const void *bytes, size_t len)
{
    ssize_t n = write(fd, bytes, len);
    if (n >= 0 && (size_t)n < len)
        errno = EIO;
    return n == (ssize_t)len;
}

static bool put_file(const char *path, int flags, const char *text)
{
    int fd = open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY | flags, 0644);
    if (fd < 0)
        return false;
    bool done = put(fd, text, strlen(text));
    int kept = errno;
    close(fd);
    errno = kept;
    return done;
}

static bool is_lit(const struct output *output, enum lamp_colour colour)
{
    return (colour != LAMP_OFF) != output->active_low;
}

/* ---- led: /sys/class/leds/NAME ---- */

static bool led_path(const struct output *output, const char *leaf, char path[OUTPUT_PATH_SIZE + 32])
{
    struct text t = text_over(path, OUTPUT_PATH_SIZE + 32);
    return text_fmt(&t, "%s/%s", output->path, leaf);
}

static void read_full(struct output *output)
{
    char path[OUTPUT_PATH_SIZE + 32];
    ssize_t n = -1;
    led_path(output, "max_brightness", path);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd >= 0) {
        n = read(fd, output->full, sizeof output->full - 1);
        close(fd);
    }
    output->full[n > 0 ? n : 0] = '\0';
    output->full[strspn(output->full, "0123456789")] = '\0';
    if (!output->full[0])
        text_copy(output->full, sizeof output->full, "1");
}

/* An LED without triggers, or one whose trigger may not be changed, still has its brightness. */
static bool led_open(struct output *output)
{
    char path[OUTPUT_PATH_SIZE + 32];
    led_path(output, "trigger", path);
    (void)put_file(path, O_TRUNC, "none");
    read_full(output);
    return true;
}

static bool led_show(struct output *output, enum lamp_colour colour, const char *line)
{
    char path[OUTPUT_PATH_SIZE + 32];
    (void)line;
    led_path(output, "brightness", path);
    return put_file(path, O_TRUNC, is_lit(output, colour) ? output->full : "0");
}

/* ---- gpio: a line of a chip, uAPI v2 ---- */

static bool has_label(int chip, const char *label)
{
    struct gpiochip_info info;
    memset(&info, 0, sizeof info);
    return ioctl(chip, GPIO_GET_CHIPINFO_IOCTL, &info) == 0 &&
           (strncmp(info.label, label, sizeof info.label) == 0 ||
            strncmp(info.name, label, sizeof info.name) == 0);
}

/* A path, or a chip's label ("pinctrl-rp1"): the numbers of chips change from boot to boot. */
static int open_chip(const char *name)
{
    if (strchr(name, '/'))
        return open(name, O_RDWR | O_CLOEXEC);
    for (int i = 0; i < CHIPS_MAX; i++) {
        char path[32];
        snprintf(path, sizeof path, "/dev/gpiochip%d", i);
        int chip = open(path, O_RDWR | O_CLOEXEC);
        if (chip >= 0 && has_label(chip, name))
            return chip;
        if (chip >= 0)
            close(chip);
    }
    errno = ENODEV;
    return -1;
}

static bool gpio_open(struct output *output)
{
    struct gpio_v2_line_request request;
    int chip = open_chip(output->path);
    if (chip < 0)
        return false;
    memset(&request, 0, sizeof request);
    request.offsets[0] = (unsigned)output->line;
    request.num_lines = 1;
    request.config.flags = GPIO_V2_LINE_FLAG_OUTPUT;
    if (output->active_low)
        request.config.flags |= GPIO_V2_LINE_FLAG_ACTIVE_LOW;
    text_copy(request.consumer, sizeof request.consumer, "pitboard-bay");
    bool done = ioctl(chip, GPIO_V2_GET_LINE_IOCTL, &request) == 0;
    int kept = errno;
    close(chip);
    errno = kept;
    if (done)
        output->fd = request.fd;
    return done;
}

/* The kernel turns it round for active_low. */
static bool gpio_show(struct output *output, enum lamp_colour colour, const char *line)
{
    struct gpio_v2_line_values values = { .bits = colour != LAMP_OFF, .mask = 1 };
    (void)line;
    return ioctl(output->fd, GPIO_V2_LINE_SET_VALUES_IOCTL, &values) == 0;
}

/* ---- keyboard: an LED of an input device ---- */

static bool keyboard_open(struct output *output)
{
    unsigned char leds[LED_MAX / 8 + 1] = { 0 };
    if (output->line < 0)
        output->line = LED_SCROLLL; /* the one that nobody else uses */
    output->fd = open(output->path, O_WRONLY | O_NONBLOCK | O_CLOEXEC);
    if (output->fd < 0)
        return false;
    if (ioctl(output->fd, EVIOCGBIT(EV_LED, sizeof leds), leds) < 0)
        return true; /* a file that stands in */
    errno = ENXIO;
    return leds[output->line / 8] >> (output->line % 8) & 1;
}

static bool keyboard_show(struct output *output, enum lamp_colour colour, const char *line)
{
    struct input_event events[2];
    (void)line;
    memset(events, 0, sizeof events);
    events[0].type = EV_LED;
    events[0].code = (unsigned short)output->line;
    events[0].value = is_lit(output, colour);
    events[1].type = EV_SYN;
    events[1].code = SYN_REPORT;
    return put(output->fd, events, sizeof events);
}

/* ---- mqtt: a command to a smart lamp ---- */

static const char *placeholder(const char *at, enum lamp_colour colour, size_t *len)
{
    static const char *const rgb[] = { "000000", "00FF00", "FF9000", "FF0000" };
    *len = 1;
    if (strncmp(at, "{colour}", 8) == 0)
        return *len = 8, lamp_colour_name(colour);
    if (strncmp(at, "{rgb}", 5) == 0)
        return *len = 5, rgb[colour];
    return NULL;
}

bool output_fill(char out[OUTPUT_PAYLOAD_SIZE], const char *text, enum lamp_colour colour)
{
    struct text t = text_over(out, OUTPUT_PAYLOAD_SIZE);
    for (size_t len; *text; text += len) {
        const char *word = placeholder(text, colour, &len);
        if (word)
            text_put(&t, word);
        else
            text_add(&t, text, 1);
    }
    return !t.failed;
}

/* Not connected is no fault of the lamp. */
static bool mqtt_show(struct output *output, enum lamp_colour colour, const char *line)
{
    char payload[OUTPUT_PAYLOAD_SIZE];
    (void)line;
    if (output_fill(payload, colour != LAMP_OFF ? output->on : output->off, colour) && output->publish)
        output->publish(output->user, output->topic, payload);
    return true;
}

/* ---- file, display ---- */

static bool file_show(struct output *output, enum lamp_colour colour, const char *line)
{
    char buf[64];
    (void)line;
    snprintf(buf, sizeof buf, "%lld %s\n", (long long)clock_boot().ms, lamp_colour_name(colour));
    return put_file(output->path, O_APPEND | O_CREAT, buf);
}

/* A terminal, and an LCD by the kernel's charlcd, are cleared by the same two sequences; a file is written
 * anew. */
static bool display_show(struct output *output, enum lamp_colour colour, const char *line)
{
    char buf[4 * LAMP_LINE_SIZE + 16];
    struct text t = text_over(buf, sizeof buf);
    struct stat st;
    (void)colour;
    if (stat(output->path, &st) != 0)
        return false;
    if (S_ISCHR(st.st_mode))
        text_put(&t, CLEAR);
    text_safe(&t, line, strlen(line));
    if (!S_ISCHR(st.st_mode))
        text_put(&t, "\n");
    return put_file(output->path, O_TRUNC, buf);
}

/* ---- the table ---- */

static const struct output_driver drivers[] = {
    { "led", true, false, false, -1, 0, led_open, led_show },
    { "gpio", true, false, false, 0, 1023, gpio_open, gpio_show },
    { "keyboard", true, false, false, -1, LED_MAX, keyboard_open, keyboard_show },
    { "mqtt", false, false, true, -1, 0, NULL, mqtt_show },
    { "file", true, false, false, -1, 0, NULL, file_show },
    { "display", true, true, false, -1, 0, NULL, display_show },
};

const struct output_driver *output_driver_find(const char *name)
{
    for (size_t i = 0; i < sizeof drivers / sizeof *drivers; i++)
        if (strcmp(drivers[i].name, name) == 0)
            return &drivers[i];
    return NULL;
}
