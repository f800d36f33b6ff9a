/*
 * The event loop: epoll, one timerfd for all timers (boot clock), signalfd. One thread.
 *
 * A round: wait → fd callbacks → due timers → before-sleep hooks in order of their rank. Sources may be
 * removed from any callback, their own included; a removed source is never called again. Nesting loop_run is
 * a caller's bug.
 */
#pragma once

#include "base/tick.h"

#include <stdbool.h>
#include <stdint.h>

struct loop;
struct loop_fd;
struct loop_timer;

enum { LOOP_READ = 1, LOOP_WRITE = 2 };

/* NULL when the system refuses (errno says why). */
struct loop *loop_create(void);
/* All sources must have been removed. Takes NULL. */
void loop_destroy(struct loop *loop);

/* Calls `ready` with the LOOP_ bits that are ready (errors and hang-ups show as LOOP_READ). `fd` stays the
 * caller's. NULL when memory or the system refuses. */
struct loop_fd *loop_add_fd(struct loop *loop, int fd, unsigned want,
                            void (*ready)(void *user, unsigned ready), void *user);
bool loop_want(struct loop_fd *source, unsigned want);
void loop_remove_fd(struct loop_fd *source); /* takes NULL */

/* A timer that sleeps until armed; it fires once for each arming. NULL when memory is out. */
struct loop_timer *loop_add_timer(struct loop *loop, void (*fire)(void *user), void *user);
void loop_arm(struct loop_timer *timer, struct boot at); /* BOOT_FAR disarms */
struct boot loop_armed(const struct loop_timer *timer);  /* BOOT_FAR if it sleeps */
void loop_remove_timer(struct loop_timer *timer);        /* takes NULL */

/* Called at the end of every round, lowest rank first; at most 72 (a bay box has one a connection). */
bool loop_before_sleep(struct loop *loop, int rank, void (*hook)(void *user), void *user);

/* Blocks the `signals` (0 ends the list) and calls `hit` for each that comes, from the loop. Once per loop. */
bool loop_signals(struct loop *loop, const int *signals, void (*hit)(void *user, int signal), void *user);
extern const int loop_ends[]; /* INT and TERM, which ask a program to end */

/* Runs until loop_quit; returns its code. One round only: loop_once, waiting at most `wait_ms` (-1: without
 * end). */
int loop_run(struct loop *loop);
bool loop_once(struct loop *loop, int wait_ms);
void loop_quit(struct loop *loop, int code);
