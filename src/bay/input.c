#include "bay/input.h"

#include "base/text.h"
#include "bay/evdev.h"
#include "bay/keys.h"
#include "bay/scan.h"
#include "sys/clock.h"
#include "sys/loop.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define LOG_TAG "bay"
#include "base/log.h"

#define BINDS_MAX (2 * PRESS_KEYS_MAX) /* short and long of each key */
#define READS_MAX 16                   /* of one device before the others get their turn */
#define GONE_WHY  ENODEV

enum kind { KIND_EVDEV, KIND_FIFO, KIND_FILE };

struct device {
    struct inputs *inputs;
    int number;
    char path[INPUT_PATH_SIZE];
    bool scanner, grab;
    struct input_bind binds[BINDS_MAX];
    int n_binds;

    int fd; /* -1: absent */
    enum kind kind;
    bool clocked; /* stamps are by the boot clock */
    bool unread;  /* the last reading ended at READS_MAX */
    struct loop_fd *source;
    int fault; /* the errno that was logged; 0: none */

    struct evdev evdev;
    struct press press;
    struct scan scan;
};

struct inputs {
    struct loop *loop;
    struct input_ops ops;
    void *user;
    int debounce_ms, long_ms;
    struct device *devices[INPUT_DEVICES_MAX];
    int n;
    int notify_fd; /* -1: the timer alone looks for devices */
    struct loop_fd *notify_source;
    struct loop_timer *retry, *due;
};

/* ---- what the keys mean ---- */

static void tell_press(struct device *d, const struct press_event *event)
{
    for (int i = 0; i < d->n_binds; i++)
        if (d->binds[i].code == event->code && d->binds[i].is_long == event->is_long)
            d->inputs->ops.pressed(d->inputs->user, d->number, d->binds[i].action, event->at);
}

static void tell_scan(struct device *d, enum scan_result result, struct boot at)
{
    const struct input_ops *ops = &d->inputs->ops;
    if (result == SCAN_CODE && ops->scanned)
        ops->scanned(d->inputs->user, d->number, d->scan.text, at);
    if (result == SCAN_BROKEN && ops->misread)
        ops->misread(d->inputs->user, d->number, d->scan.why, at);
}

/* What has become due by `at`. */
static void tick(struct device *d, struct boot at)
{
    struct press_event event;
    while (press_next(&d->press, at, &event))
        tell_press(d, &event);
    tell_scan(d, scan_tick(&d->scan, at), at);
}

/* The time of an event: its stamp where that can be believed. */
static struct boot when(const struct device *d, struct boot stamp)
{
    struct boot now = clock_boot();
    bool past = stamp.ms <= now.ms && (d->clocked || boot_minus(now, stamp) <= INPUT_BELIEF_MS);
    return past ? stamp : now;
}

static bool is_bound(const struct device *d, int code)
{
    for (int i = 0; i < d->n_binds; i++)
        if (d->binds[i].code == code)
            return true;
    return false;
}

static void take_key(struct device *d, const struct evdev_key *key)
{
    struct boot at = when(d, key->stamp);
    tick(d, at);
    if (d->scanner && !is_bound(d, key->code))
        tell_scan(d, scan_key(&d->scan, key->code, key->value, at), at);
    else if (key->value == 0 || key->value == 1)
        press_edge(&d->press, key->code, key->value == 1, at);
}

/* ---- the state of the keys ---- */

struct key_bits {
    unsigned char bits[KEY_MAX / 8 + 1];
};

static bool ask_keys(const struct device *d, struct key_bits *keys)
{
    memset(keys, 0, sizeof *keys);
    return ioctl(d->fd, EVIOCGKEY(sizeof keys->bits), keys->bits) >= 0;
}

static bool is_down(const struct key_bits *keys, int code)
{
    return keys->bits[code / 8] >> (code % 8) & 1;
}

/* Events were lost. A key that is down now went down; one that is up did nobody knows what. */
static void compare_keys(struct device *d)
{
    struct key_bits keys;
    struct boot now = clock_boot();
    log_warn("input %s: the kernel dropped events; the keys were read again", d->path);
    if (d->scanner)
        tell_scan(d, scan_lost(&d->scan, now), now);
    if (!ask_keys(d, &keys))
        press_lost(&d->press);
    for (int i = 0; i < d->press.n; i++) {
        int code = d->press.keys[i].code;
        if (is_down(&keys, code))
            press_edge(&d->press, code, true, now);
        else
            press_forget(&d->press, code);
    }
}

static void note_held_keys(struct device *d)
{
    struct key_bits keys;
    if (!ask_keys(d, &keys))
        return;
    for (int i = 0; i < d->press.n; i++)
        if (is_down(&keys, d->press.keys[i].code))
            press_held(&d->press, d->press.keys[i].code);
}

/* ---- coming and going ---- */

/* For the log; once for each different fault in a row. */
static void mark_fault(struct device *d, int fault)
{
    if (fault != d->fault && fault == GONE_WHY)
        log_warn("input %s: gone; waiting for it", d->path);
    else if (fault != d->fault && fault)
        log_warn("input %s: %s; trying again", d->path, strerror(fault));
    else if (fault != d->fault)
        log_note("input %s: there", d->path);
    d->fault = fault;
}

static void set_retry(struct inputs *inputs, int64_t in_ms)
{
    loop_arm(inputs->retry, boot_first(loop_armed(inputs->retry), boot_plus(clock_boot(), in_ms)));
}

static void let_go(struct device *d)
{
    loop_remove_fd(d->source);
    d->source = NULL;
    if (d->fd >= 0)
        close(d->fd);
    d->fd = -1;
}

/* A FIFO is opened again at once: that cannot spin, as it takes another writer to end it again. */
static void lose(struct device *d, int fault)
{
    struct boot now = clock_boot();
    let_go(d);
    d->unread = false;
    d->evdev = (struct evdev){ 0 };
    press_lost(&d->press);
    if (d->scan.len > 0)
        tell_scan(d, scan_lost(&d->scan, now), now);
    d->scan = (struct scan){ 0 };
    mark_fault(d, fault);
    set_retry(d->inputs, d->kind == KIND_FIFO ? 0 : INPUT_RETRY_MS);
}

static void take_bytes(struct device *d, const char *data, size_t len)
{
    struct evdev_key key;
    for (enum evdev_result r; (r = evdev_take(&d->evdev, &data, &len, &key)) != EVDEV_MORE;) {
        if (r == EVDEV_KEY)
            take_key(d, &key);
        else
            compare_keys(d);
    }
}

/* Reads what is there, then tells what is due: never the other way round, or a release that lies unread would
 * come too late. */
static void read_device(struct device *d)
{
    struct input_event events[64];
    ssize_t n = 0;
    d->unread = false;
    for (int i = 0; i < READS_MAX; i++) {
        n = read(d->fd, events, sizeof events);
        if (n <= 0)
            break;
        take_bytes(d, (const char *)events, (size_t)n);
    }
    if (n < 0 && errno != EAGAIN && errno != EINTR) {
        lose(d, errno);
    } else if (n == 0 && d->kind != KIND_FILE) {
        lose(d, GONE_WHY);
    } else {
        d->unread = n > 0;
        if (!d->unread)
            tick(d, clock_boot());
    }
}

static void arm_due(struct inputs *inputs)
{
    struct boot first = BOOT_FAR;
    for (int i = 0; i < inputs->n; i++) {
        const struct device *d = inputs->devices[i];
        if (d->fd >= 0 && !d->unread)
            first = boot_first(first, boot_first(press_deadline(&d->press), scan_deadline(&d->scan)));
    }
    loop_arm(inputs->due, first);
}

static void on_ready(void *user, unsigned ready)
{
    struct device *d = user;
    (void)ready;
    read_device(d);
    arm_due(d->inputs);
}

static void on_due(void *user)
{
    struct inputs *inputs = user;
    struct boot now = clock_boot();
    for (int i = 0; i < inputs->n; i++) {
        struct device *d = inputs->devices[i];
        if (d->fd >= 0 && boot_first(press_deadline(&d->press), scan_deadline(&d->scan)).ms <= now.ms)
            read_device(d);
    }
    arm_due(inputs);
}

/* 0, or the errno that tells why this can be no input. */
static int examine(struct device *d)
{
    struct stat st;
    int version;
    if (fstat(d->fd, &st) != 0)
        return errno;
    if (ioctl(d->fd, EVIOCGVERSION, &version) == 0)
        d->kind = KIND_EVDEV;
    else if (S_ISFIFO(st.st_mode) || S_ISREG(st.st_mode))
        d->kind = S_ISFIFO(st.st_mode) ? KIND_FIFO : KIND_FILE;
    else
        return errno;
    if (d->kind != KIND_FILE) {
        d->source = loop_add_fd(d->inputs->loop, d->fd, LOOP_READ, on_ready, d);
        if (!d->source)
            return errno;
    }
    return 0;
}

static void set_up(struct device *d)
{
    int clock = CLOCK_BOOTTIME;
    d->clocked = d->kind == KIND_EVDEV && ioctl(d->fd, EVIOCSCLOCKID, &clock) == 0;
    if (d->kind == KIND_EVDEV && d->grab && ioctl(d->fd, EVIOCGRAB, 1) != 0)
        log_warn("input %s: cannot be had alone (%s); another program may get its keys, or all of them",
                 d->path, strerror(errno));
    note_held_keys(d);
}

/* The folder is watched first, so that nothing can come between the look and the watch. */
static void watch_folder(struct inputs *inputs, const char *path)
{
    char folder[INPUT_PATH_SIZE];
    const char *slash = strrchr(path, '/');
    size_t len = slash ? (size_t)(slash - path) : 0;
    if (inputs->notify_fd < 0)
        return;
    memcpy(folder, path, len);
    folder[len] = '\0';
    (void)inotify_add_watch(inputs->notify_fd,
                            len     ? folder
                            : slash ? "/"
                                    : ".",
                            IN_CREATE | IN_MOVED_TO | IN_ATTRIB | IN_MODIFY | IN_DELETE);
}

static void try_open(struct device *d)
{
    watch_folder(d->inputs, d->path);
    d->fd = open(d->path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
    int fault = d->fd < 0 ? errno : examine(d);
    mark_fault(d, fault);
    if (fault) {
        let_go(d);
        set_retry(d->inputs, INPUT_RETRY_MS);
        return;
    }
    set_up(d);
    if (d->kind == KIND_FILE)
        read_device(d);
}

/* A file that stands in for a device cannot be waited for, so it is looked at. */
static void look_at_file(struct device *d)
{
    struct stat st;
    if (fstat(d->fd, &st) == 0 && st.st_nlink > 0)
        read_device(d);
    else
        lose(d, GONE_WHY);
    set_retry(d->inputs, INPUT_RETRY_MS);
}

static void look_round(struct inputs *inputs)
{
    for (int i = 0; i < inputs->n; i++) {
        struct device *d = inputs->devices[i];
        if (d->fd < 0)
            try_open(d);
        else if (d->kind == KIND_FILE)
            look_at_file(d);
    }
    arm_due(inputs);
}

static void on_retry(void *user)
{
    look_round(user);
}

static void on_notify(void *user, unsigned ready)
{
    struct inputs *inputs = user;
    char buf[4096];
    (void)ready;
    for (int i = 0; i < READS_MAX && read(inputs->notify_fd, buf, sizeof buf) > 0; i++)
        continue;
    look_round(inputs);
}

/* ---- the table ---- */

struct inputs *inputs_create(struct loop *loop, int debounce_ms, int long_ms, const struct input_ops *ops,
                             void *user)
{
    struct inputs *inputs = calloc(1, sizeof *inputs);
    if (!inputs)
        return NULL;
    *inputs = (struct inputs){ .loop = loop, .ops = *ops, .user = user, .debounce_ms = debounce_ms };
    inputs->long_ms = long_ms;
    inputs->retry = loop_add_timer(loop, on_retry, inputs);
    inputs->due = loop_add_timer(loop, on_due, inputs);
    inputs->notify_fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
    if (inputs->notify_fd >= 0)
        inputs->notify_source = loop_add_fd(loop, inputs->notify_fd, LOOP_READ, on_notify, inputs);
    if (!inputs->retry || !inputs->due) {
        inputs_destroy(inputs);
        return NULL;
    }
    return inputs;
}

void inputs_destroy(struct inputs *inputs)
{
    if (!inputs)
        return;
    for (int i = 0; i < inputs->n; i++) {
        let_go(inputs->devices[i]);
        free(inputs->devices[i]);
    }
    loop_remove_fd(inputs->notify_source);
    if (inputs->notify_fd >= 0)
        close(inputs->notify_fd);
    loop_remove_timer(inputs->retry);
    loop_remove_timer(inputs->due);
    free(inputs);
}

static bool refuse(char *why, size_t size, const char *what, const char *text)
{
    if (why)
        snprintf(why, size, "%.100s: %s", what, text);
    return false;
}

static bool same_press(const struct input_bind *a, const struct input_bind *b)
{
    return a->code == b->code && a->is_long == b->is_long;
}

static bool add_bind(struct device *d, const struct input_bind *bind, char *why, size_t size)
{
    char name[32];
    const char *known = keys_name(bind->code), *refused = keys_refused(bind->code);
    snprintf(name, sizeof name, "%d", bind->code);
    if (known)
        text_copy(name, sizeof name, known);
    if (bind->code < 0 || bind->code > KEY_MAX)
        return refuse(why, size, name, "no such key");
    if (refused)
        return refuse(why, size, name, refused);
    for (int i = 0; i < d->n_binds; i++)
        if (same_press(&d->binds[i], bind))
            return refuse(why, size, name, "two rows for the same press");
    if (d->n_binds >= BINDS_MAX ||
        !press_bind(&d->press, bind->code, bind->is_long ? PRESS_LONG : PRESS_SHORT))
        return refuse(why, size, name, "more keys than one device may have");
    d->binds[d->n_binds++] = *bind;
    return true;
}

bool inputs_add(struct inputs *inputs, const struct input_options *options, char *why, size_t why_size)
{
    if (inputs->n >= INPUT_DEVICES_MAX)
        return refuse(why, why_size, options->device, "more devices than one bay may have");
    struct device *d = calloc(1, sizeof *d);
    if (!d)
        return refuse(why, why_size, options->device, strerror(ENOMEM));
    *d = (struct device){ .inputs = inputs, .number = inputs->n, .fd = -1, .scanner = options->scanner };
    d->grab = options->grab;
    press_init(&d->press, inputs->debounce_ms, inputs->long_ms);
    bool good = options->device[0] && text_copy(d->path, sizeof d->path, options->device);
    if (!good)
        refuse(why, why_size, options->device, "the path is empty or too long");
    for (int i = 0; good && i < options->n_binds; i++)
        good = add_bind(d, &options->binds[i], why, why_size);
    if (!good) {
        free(d);
        return false;
    }
    inputs->devices[inputs->n++] = d;
    try_open(d);
    arm_due(inputs);
    return true;
}

int inputs_count(const struct inputs *inputs)
{
    return inputs->n;
}

bool inputs_present(const struct inputs *inputs, int input)
{
    return inputs->devices[input]->fd >= 0;
}
