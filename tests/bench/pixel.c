/*
 * Looks at one place of an X screen with shared memory, as somebody in front of it would: how long until its
 * colour follows a message, and how long until a program that is started shows its first picture.
 *
 *   pixel flip PORT SAMPLES X Y W H RGB_A RGB_B TOPIC MESSAGE_A MESSAGE_B [FILE]
 *   pixel start PORT RUNS X Y W H RGB TOPIC MESSAGE PROGRAM ARGUMENT...
 *
 * flip: shows A; MESSAGE_B is published and B awaited, and so on in turn; prints a line of milliseconds each.
 * A sample during which the place shows neither colour (a page turned) does not count; how many there were
 * is said on stderr. "@" in a message becomes a number that never comes twice. With FILE a second number
 * stands beside each: what the disk alone needs for as much as a commit writes, in place, in the pause after
 * the sample.
 * start: from exec until the place is no longer black, and until it shows RGB; two numbers a line. MESSAGE
 * goes out every 10 ms meanwhile.
 */
#include <X11/Xlib.h>
#include <X11/Xutil.h>
#include <X11/extensions/XShm.h>
#include <fcntl.h>
#include <mosquitto.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/prctl.h>
#include <sys/shm.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define ENOUGH    60      /* pixels of a colour: more than its soft edges */
#define LATE_MS   400.0   /* no screen that works needs so long */
#define LIMIT_MS  90000.0 /* a round of pages */
#define REST_MS   100.0   /* between two samples: the hub makes at most 30 boards a second */
#define BEAT_MS   10.0
#define TEXT_SIZE 512
#define PAGES     10 /* of a commit of one event */
#define PAGE_SIZE 4120
#define LOG_PAGES 1000 /* of SQLite's write-ahead log before it begins anew */

struct look {
    Display *display;
    XImage *image;
    XShmSegmentInfo shm;
    int x, y;
};

static double now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static void fail(const char *sentence)
{
    fprintf(stderr, "pixel: %s\n", sentence);
    exit(1);
}

static void look_open(struct look *l, char **place)
{
    l->display = XOpenDisplay(NULL);
    if (!l->display || !XShmQueryExtension(l->display))
        fail("no X server with shared memory at $DISPLAY");
    l->x = atoi(place[0]);
    l->y = atoi(place[1]);
    int screen = DefaultScreen(l->display);
    l->image = XShmCreateImage(l->display, DefaultVisual(l->display, screen), 24, ZPixmap, NULL, &l->shm,
                               (unsigned)atoi(place[2]), (unsigned)atoi(place[3]));
    if (!l->image || l->image->bits_per_pixel != 32)
        fail("the X server has not 32 bits a pixel");
    l->shm.shmid =
        shmget(IPC_PRIVATE, (size_t)(l->image->bytes_per_line * l->image->height), IPC_CREAT | 0600);
    l->shm.shmaddr = l->image->data = shmat(l->shm.shmid, NULL, 0);
    XShmAttach(l->display, &l->shm);
    XSync(l->display, False);
    shmctl(l->shm.shmid, IPC_RMID, NULL);
}

static int count(const struct look *l, uint32_t rgb, bool equal)
{
    const uint32_t *p = (const uint32_t *)(const void *)l->image->data;
    int n = 0;
    for (int i = 0; i < l->image->width * l->image->height; i++)
        n += ((p[i] & 0xffffff) == rgb) == equal;
    return n;
}

static void look_again(struct look *l)
{
    if (!XShmGetImage(l->display, DefaultRootWindow(l->display), l->image, l->x, l->y, AllPlanes))
        fail("the X server gives no picture");
}

static bool shows(struct look *l, uint32_t rgb)
{
    look_again(l);
    return count(l, rgb, true) >= ENOUGH;
}

static void say(struct mosquitto *m, const char *topic, const char *message)
{
    static int number;
    char text[TEXT_SIZE];
    const char *at = strchr(message, '@');
    int n = at ? snprintf(text, sizeof text, "%.*s%d-%d%s", (int)(at - message), message, (int)getpid(),
                          ++number, at + 1)
               : snprintf(text, sizeof text, "%s", message);
    if (n < 0 || n >= (int)sizeof text || mosquitto_publish(m, NULL, topic, n, text, at ? 1 : 0, false))
        fail("publishing failed");
    while (mosquitto_want_write(m))
        mosquitto_loop_write(m, 1);
}

static void pause_ms(struct mosquitto *m, double ms)
{
    for (double end = now_ms() + ms; now_ms() < end;)
        mosquitto_loop(m, 5, 1);
}

/* Which of the two colours shows; waits for one of them, as another page may be up. */
static int shown(struct look *l, struct mosquitto *m, const uint32_t rgb[2])
{
    for (double limit = now_ms() + LIMIT_MS; now_ms() < limit; pause_ms(m, 20)) {
        look_again(l);
        for (int i = 0; i < 2; i++)
            if (count(l, rgb[i], true) >= ENOUGH)
                return i;
    }
    fail("the place shows neither colour");
    return -1;
}

/* Milliseconds until `want` shows, or -1 if it does not: the page turned in between. */
static double one_flip(struct look *l, struct mosquitto *m, uint32_t want, const char *topic,
                       const char *message)
{
    double from = now_ms();
    say(m, topic, message);
    while (!shows(l, want))
        if (now_ms() > from + LATE_MS)
            return -1;
    return now_ms() - from;
}

static int open_log(const char *path)
{
    static const char page[PAGE_SIZE];
    int fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);
    for (int i = 0; fd >= 0 && i < LOG_PAGES; i++)
        if (write(fd, page, sizeof page) != (ssize_t)sizeof page)
            fail("the file cannot be written");
    if (fd < 0 || fsync(fd) != 0)
        fail("the file cannot be written");
    return fd;
}

static double one_sync(int fd, int i)
{
    static const char page[PAGE_SIZE];
    double from = now_ms();
    for (int k = 0; k < PAGES; k++)
        if (pwrite(fd, page, sizeof page, (off_t)((i * PAGES + k) % LOG_PAGES) * PAGE_SIZE) < 0)
            fail("the file cannot be written");
    if (fdatasync(fd) != 0)
        fail("the file cannot be synced");
    return now_ms() - from;
}

static void flip(struct look *l, struct mosquitto *m, int samples, char **v)
{
    uint32_t rgb[2] = { (uint32_t)strtoul(v[0], NULL, 16), (uint32_t)strtoul(v[1], NULL, 16) };
    int n_void = 0, fd = v[5] ? open_log(v[5]) : -1;
    for (int i = 0; i < samples;) {
        int to = !shown(l, m, rgb);
        double ms = one_flip(l, m, rgb[to], v[2], v[3 + to]);
        if (ms < 0 && ++n_void > 50)
            fail("the colour does not follow the messages");
        pause_ms(m, REST_MS / 2);
        if (ms >= 0)
            printf("%.3f %.3f\n", ms, fd >= 0 ? one_sync(fd, i) : 0);
        i += ms >= 0;
        pause_ms(m, REST_MS / 2 + i % 7 * 7);
    }
    if (n_void > 0)
        fprintf(stderr, "pixel: %d more were cut by a page turn and do not count\n", n_void);
}

static void one_start(struct look *l, struct mosquitto *m, char **v)
{
    uint32_t rgb = (uint32_t)strtoul(v[0], NULL, 16);
    double first = 0, from = now_ms(), beat = from;
    pid_t pid = fork();
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        execv(v[3], v + 3);
        _exit(127);
    }
    for (bool done = false; !done;) {
        look_again(l);
        double now = now_ms();
        if (!first && count(l, 0, false) > l->image->width * l->image->height / 2)
            first = now;
        done = count(l, rgb, true) >= ENOUGH;
        if (done)
            printf("%.3f %.3f\n", first - from, now - from);
        else if (now > from + LIMIT_MS)
            fail("no picture");
        if (now > beat + BEAT_MS)
            say(m, v[1], v[2]), beat = now;
        mosquitto_loop(m, 0, 1);
    }
    kill(pid, SIGTERM);
    waitpid(pid, NULL, 0);
    while (look_again(l), count(l, 0, false) > 0)
        pause_ms(m, 10);
}

int main(int argc, char **argv)
{
    struct look look = { 0 };
    if (argc < 13)
        fail("see the top of pixel.c");
    mosquitto_lib_init();
    struct mosquitto *m = mosquitto_new("pixel", true, NULL);
    mosquitto_int_option(m, MOSQ_OPT_TCP_NODELAY, 1);
    if (mosquitto_connect(m, "127.0.0.1", atoi(argv[2]), 60))
        fail("no broker");
    pause_ms(m, 200);
    look_open(&look, argv + 4);
    if (strcmp(argv[1], "flip") == 0)
        flip(&look, m, atoi(argv[3]), argv + 8);
    for (int i = 0; strcmp(argv[1], "start") == 0 && i < atoi(argv[3]); i++)
        one_start(&look, m, argv + 8);
    mosquitto_destroy(m);
    mosquitto_lib_cleanup();
    return 0;
}
