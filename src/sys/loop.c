#include "sys/loop.h"

#include "base/exits.h"
#include "sys/clock.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#define HOOKS_MAX   72
#define SOURCES_MAX 256 /* descriptors; as many timers */
#define BATCH       64

struct loop_fd {
    struct loop *loop;
    struct loop_fd *next_dead;
    int fd;
    unsigned want; /* 0: not in the epoll set, so that a hang-up nobody waits for cannot spin */
    void (*ready)(void *, unsigned); /* NULL: removed */
    void *user;
};

struct loop_timer {
    struct loop *loop;
    struct loop_timer *next;
    struct boot at;
    uint64_t fired_in;    /* the round it last fired in */
    void (*fire)(void *); /* NULL: removed */
    void *user;
};

struct hook {
    int rank;
    void (*call)(void *);
    void *user;
};

struct loop {
    int epoll, timer_fd, signal_fd;
    struct loop_fd *timer_source, *signal_source;
    struct loop_timer *timers;
    struct loop_fd *dead_fds; /* freed at the end of the round */
    struct boot armed;        /* what timer_fd waits for */
    struct hook hooks[HOOKS_MAX];
    int hook_count, fd_count, timer_count;
    bool dead_timers;
    bool in_round;
    bool quit;
    int code;
    uint64_t round;
    void (*hit)(void *, int);
    void *hit_user;
};

/* ---- descriptors ---- */

static bool change(struct loop_fd *source, int op, unsigned want)
{
    struct epoll_event event = { .data.ptr = source };
    event.events = (want & LOOP_READ ? EPOLLIN : 0u) | (want & LOOP_WRITE ? EPOLLOUT : 0u);
    return epoll_ctl(source->loop->epoll, op, source->fd, &event) == 0;
}

struct loop_fd *loop_add_fd(struct loop *loop, int fd, unsigned want, void (*ready)(void *, unsigned),
                            void *user)
{
    if (loop->fd_count >= SOURCES_MAX) {
        errno = ENOSPC;
        return NULL;
    }
    struct loop_fd *source = calloc(1, sizeof *source);
    if (!source)
        return NULL;
    *source = (struct loop_fd){ .loop = loop, .fd = fd, .ready = ready, .user = user };
    if (!loop_want(source, want)) {
        free(source);
        return NULL;
    }
    loop->fd_count++;
    return source;
}

bool loop_want(struct loop_fd *source, unsigned want)
{
    if (want == source->want)
        return true;
    int op = !source->want ? EPOLL_CTL_ADD : want ? EPOLL_CTL_MOD : EPOLL_CTL_DEL;
    if (!change(source, op, want))
        return false;
    source->want = want;
    return true;
}

void loop_remove_fd(struct loop_fd *source)
{
    if (!source)
        return;
    struct loop *loop = source->loop;
    int kept = errno;
    if (source->want)
        change(source, EPOLL_CTL_DEL, 0); /* fails if the caller closed it first: then it is gone already */
    errno = kept;
    loop->fd_count--;
    source->ready = NULL;
    if (!loop->in_round) {
        free(source);
        return;
    }
    source->next_dead = loop->dead_fds;
    loop->dead_fds = source;
}

static void call_fd(struct loop_fd *source, unsigned events)
{
    if (!source->ready)
        return;
    unsigned ready =
        (events & (EPOLLIN | EPOLLERR | EPOLLHUP) ? LOOP_READ : 0u) | (events & EPOLLOUT ? LOOP_WRITE : 0u);
    source->ready(source->user, ready);
}

/* ---- timers ---- */

struct loop_timer *loop_add_timer(struct loop *loop, void (*fire)(void *), void *user)
{
    if (loop->timer_count >= SOURCES_MAX)
        return NULL;
    struct loop_timer *timer = calloc(1, sizeof *timer);
    if (!timer)
        return NULL;
    *timer =
        (struct loop_timer){ .loop = loop, .next = loop->timers, .at = BOOT_FAR, .fire = fire, .user = user };
    loop->timers = timer;
    loop->timer_count++;
    return timer;
}

void loop_arm(struct loop_timer *timer, struct boot at)
{
    timer->at = at;
}

struct boot loop_armed(const struct loop_timer *timer)
{
    return timer->at;
}

static void sweep_timers(struct loop *loop)
{
    for (struct loop_timer **at = &loop->timers; *at;) {
        struct loop_timer *timer = *at;
        if (timer->fire) {
            at = &timer->next;
            continue;
        }
        *at = timer->next;
        free(timer);
    }
    loop->dead_timers = false;
}

void loop_remove_timer(struct loop_timer *timer)
{
    if (!timer)
        return;
    struct loop *loop = timer->loop;
    timer->fire = NULL;
    timer->at = BOOT_FAR;
    loop->timer_count--;
    loop->dead_timers = true;
    if (!loop->in_round)
        sweep_timers(loop);
}

/* The earliest timer that did not fire in this round yet. */
static struct loop_timer *earliest(const struct loop *loop)
{
    struct loop_timer *first = NULL;
    for (struct loop_timer *timer = loop->timers; timer; timer = timer->next)
        if (timer->at.ms != INT64_MAX && timer->fired_in != loop->round &&
            (!first || timer->at.ms < first->at.ms))
            first = timer;
    return first;
}

/* In order of their times, each at most once a round: a timer that re-arms itself for "now" cannot starve the
 * rest. */
static void fire_due(struct loop *loop)
{
    struct loop_timer *timer = earliest(loop);
    if (!timer)
        return;
    struct boot now = clock_boot();
    for (; timer && timer->at.ms <= now.ms; timer = earliest(loop)) {
        timer->at = BOOT_FAR;
        timer->fired_in = loop->round;
        timer->fire(timer->user);
    }
}

static void timer_ready(void *user, unsigned ready)
{
    struct loop *loop = user;
    uint64_t expirations;
    (void)ready;
    if (read(loop->timer_fd, &expirations, sizeof expirations) > 0)
        loop->armed = BOOT_FAR;
}

/* Sets the timerfd for the earliest timer; returns how long the round may wait. */
static int prepare_wait(struct loop *loop, int wait_ms)
{
    const struct loop_timer *timer = earliest(loop);
    struct boot at = timer ? timer->at : BOOT_FAR;
    int64_t left_ms = 0;
    if (timer) {
        left_ms = boot_minus(at, clock_boot());
        if (left_ms <= 0)
            return 0;
    }
    if (at.ms == loop->armed.ms)
        return wait_ms;
    /* Relative, as the clock may be a test's; the boot clock counts sleep all the same. All zero disarms. */
    struct itimerspec spec = { .it_value = { .tv_sec = left_ms / 1000,
                                             .tv_nsec = left_ms % 1000 * 1000000 } };
    if (timerfd_settime(loop->timer_fd, 0, &spec, NULL) == 0)
        loop->armed = at;
    return wait_ms;
}

/* ---- signals and hooks ---- */

static void signal_ready(void *user, unsigned ready)
{
    struct loop *loop = user;
    struct signalfd_siginfo info;
    (void)ready;
    while (read(loop->signal_fd, &info, sizeof info) == (ssize_t)sizeof info)
        loop->hit(loop->hit_user, (int)info.ssi_signo);
}

const int loop_ends[] = { SIGINT, SIGTERM, 0 };

bool loop_signals(struct loop *loop, const int *signals, void (*hit)(void *, int), void *user)
{
    sigset_t set;
    sigemptyset(&set);
    for (; *signals; signals++)
        sigaddset(&set, *signals);
    if (loop->signal_fd >= 0 || pthread_sigmask(SIG_BLOCK, &set, NULL) != 0)
        return false;
    loop->hit = hit;
    loop->hit_user = user;
    loop->signal_fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    if (loop->signal_fd < 0)
        return false;
    loop->signal_source = loop_add_fd(loop, loop->signal_fd, LOOP_READ, signal_ready, loop);
    return loop->signal_source != NULL;
}

bool loop_before_sleep(struct loop *loop, int rank, void (*hook)(void *), void *user)
{
    if (loop->hook_count >= HOOKS_MAX)
        return false;
    int i = loop->hook_count++;
    for (; i > 0 && loop->hooks[i - 1].rank > rank; i--)
        loop->hooks[i] = loop->hooks[i - 1];
    loop->hooks[i] = (struct hook){ rank, hook, user };
    return true;
}

/* ---- the loop ---- */

struct loop *loop_create(void)
{
    struct loop *loop = calloc(1, sizeof *loop);
    if (!loop)
        return NULL;
    loop->signal_fd = -1;
    loop->armed = BOOT_FAR;
    loop->epoll = epoll_create1(EPOLL_CLOEXEC);
    loop->timer_fd = timerfd_create(CLOCK_BOOTTIME, TFD_CLOEXEC | TFD_NONBLOCK);
    if (loop->epoll >= 0 && loop->timer_fd >= 0)
        loop->timer_source = loop_add_fd(loop, loop->timer_fd, LOOP_READ, timer_ready, loop);
    if (!loop->timer_source) {
        int kept = errno;
        loop_destroy(loop);
        errno = kept;
        return NULL;
    }
    return loop;
}

void loop_destroy(struct loop *loop)
{
    if (!loop)
        return;
    loop_remove_fd(loop->signal_source);
    loop_remove_fd(loop->timer_source);
    if (loop->signal_fd >= 0)
        close(loop->signal_fd);
    if (loop->timer_fd >= 0)
        close(loop->timer_fd);
    if (loop->epoll >= 0)
        close(loop->epoll);
    free(loop);
}

static void end_round(struct loop *loop)
{
    loop->in_round = false;
    while (loop->dead_fds) {
        struct loop_fd *dead = loop->dead_fds;
        loop->dead_fds = dead->next_dead;
        free(dead);
    }
    if (loop->dead_timers)
        sweep_timers(loop);
}

bool loop_once(struct loop *loop, int wait_ms)
{
    struct epoll_event events[BATCH];
    loop->round++;
    int n = epoll_wait(loop->epoll, events, BATCH, prepare_wait(loop, wait_ms));
    if (n < 0 && errno != EINTR)
        return false;
    loop->in_round = true;
    for (int i = 0; i < n; i++)
        call_fd(events[i].data.ptr, events[i].events);
    fire_due(loop);
    for (int i = 0; i < loop->hook_count; i++)
        loop->hooks[i].call(loop->hooks[i].user);
    end_round(loop);
    return true;
}

int loop_run(struct loop *loop)
{
    while (!loop->quit)
        if (!loop_once(loop, -1))
            return EXITS_WORLD;
    loop->quit = false;
    return loop->code;
}

void loop_quit(struct loop *loop, int code)
{
    loop->quit = true;
    loop->code = code;
}
