/*
 * How long from exec to the first board: starts the hub with a broker up, RUNS times.
 *
 *   start PORT SITE RUNS HUB ARGUMENT...
 *
 * Prints one line of milliseconds a run. The hub is ended by its pid.
 */
#include <mosquitto.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define TIMEOUT_S 60

struct watch {
    bool subscribed, seen;
    struct timespec at;
};

static void on_subscribe(struct mosquitto *m, void *user, int mid, int n, const int *granted)
{
    (void)m, (void)mid, (void)n, (void)granted;
    ((struct watch *)user)->subscribed = true;
}

/* A retained one is the run's before. */
static void on_message(struct mosquitto *m, void *user, const struct mosquitto_message *message)
{
    struct watch *w = user;
    (void)m;
    if (message->retain || w->seen)
        return;
    clock_gettime(CLOCK_MONOTONIC, &w->at);
    w->seen = true;
}

static bool until(struct mosquitto *m, const bool *yes)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    for (time_t end = t.tv_sec + TIMEOUT_S; !*yes && t.tv_sec < end; clock_gettime(CLOCK_MONOTONIC, &t))
        if (mosquitto_loop(m, 100, 1) != MOSQ_ERR_SUCCESS)
            return false;
    return *yes;
}

static bool one_run(struct mosquitto *m, struct watch *w, char **hub)
{
    struct timespec from;
    w->seen = false;
    clock_gettime(CLOCK_MONOTONIC, &from);
    pid_t pid = fork();
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        execv(hub[0], hub);
        _exit(127);
    }
    bool ok = pid > 0 && until(m, &w->seen);
    if (pid > 0) {
        kill(pid, SIGTERM);
        waitpid(pid, NULL, 0);
    }
    if (ok)
        printf("%.3f\n",
               (double)(w->at.tv_sec - from.tv_sec) * 1e3 + (double)(w->at.tv_nsec - from.tv_nsec) / 1e6);
    return ok;
}

int main(int argc, char **argv)
{
    struct watch w = { .seen = false };
    char topic[128];
    if (argc < 5)
        return 2;
    mosquitto_lib_init();
    struct mosquitto *m = mosquitto_new("start", true, &w);
    mosquitto_subscribe_callback_set(m, on_subscribe);
    mosquitto_message_callback_set(m, on_message);
    snprintf(topic, sizeof topic, "pit/v1/%s/board/public", argv[2]);
    bool ok = mosquitto_connect(m, "127.0.0.1", atoi(argv[1]), 60) == MOSQ_ERR_SUCCESS &&
              mosquitto_subscribe(m, NULL, topic, 1) == MOSQ_ERR_SUCCESS && until(m, &w.subscribed);
    for (int i = 0; i < atoi(argv[3]) && ok; i++)
        ok = one_run(m, &w, argv + 4);
    mosquitto_destroy(m);
    mosquitto_lib_cleanup();
    return ok ? 0 : 1;
}
