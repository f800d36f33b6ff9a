#include "tests/broker.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#define READY_MS 60000
#define LOOK_MS  5

/* Below those that the kernel gives to clients. */
#define PORT_FIRST 10240
#define PORT_STEP  8
#define PORTS      2720

struct broker {
    pid_t pid;
    int port;
    char dir[64], conf[80];
};

static struct sockaddr_in loopback(int port)
{
    return (struct sockaddr_in){ .sin_family = AF_INET,
                                 .sin_port = htons((unsigned short)port),
                                 .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
}

/* Until this process ends, among all tests on this machine. As in tests/system/rig.py. */
static bool reserve(int port)
{
    struct sockaddr_un name = { .sun_family = AF_UNIX };
    int n = snprintf(name.sun_path + 1, sizeof name.sun_path - 1, "pitboard-test-port-%d", port);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd >= 0 && bind(fd, (struct sockaddr *)&name,
                        (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + (size_t)n)) == 0)
        return true;
    if (fd >= 0)
        close(fd);
    return false;
}

static bool is_free(int port)
{
    struct sockaddr_in address = loopback(port);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool yes = fd >= 0 && bind(fd, (struct sockaddr *)&address, sizeof address) == 0;
    if (fd >= 0)
        close(fd);
    return yes;
}

int broker_free_port(void)
{
    int from = getpid() % PORTS;
    for (int i = 0; i < PORTS; i++) {
        int port = PORT_FIRST + (from + i) % PORTS * PORT_STEP;
        if (reserve(port) && is_free(port))
            return port;
    }
    return 0;
}

static bool accepts(int port)
{
    struct sockaddr_in address = loopback(port);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool yes = fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof address) == 0;
    if (fd >= 0)
        close(fd);
    return yes;
}

static void become_mosquitto(const struct broker *broker)
{
    char out[80];
    sigset_t none;
    sigemptyset(&none);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    sigprocmask(SIG_SETMASK, &none, NULL);
    snprintf(out, sizeof out, "%s/log", broker->dir);
    int fd = open(out, O_WRONLY | O_CREAT | O_APPEND, 0644);
    dup2(fd, STDOUT_FILENO);
    dup2(fd, STDERR_FILENO);
    execlp("mosquitto", "mosquitto", "-c", broker->conf, (char *)NULL);
    execl("/usr/sbin/mosquitto", "mosquitto", "-c", broker->conf, (char *)NULL);
    _exit(127);
}

/* Ready, or ended (the port was taken, the configuration is wrong). */
static bool wait_ready(struct broker *broker)
{
    int end = (int)syscall(SYS_pidfd_open, broker->pid, 0);
    bool ready = false;
    for (int waited = 0; waited < READY_MS && !ready; waited += LOOK_MS) {
        struct pollfd ended = { .fd = end, .events = POLLIN };
        if (poll(&ended, 1, LOOK_MS) != 0)
            break;
        ready = accepts(broker->port);
    }
    close(end);
    return ready;
}

static bool launch(struct broker *broker)
{
    broker->pid = fork();
    if (broker->pid == 0)
        become_mosquitto(broker);
    if (broker->pid > 0 && wait_ready(broker))
        return true;
    broker_kill(broker);
    return false;
}

static void put_lines(FILE *f, const struct broker *broker, const char *lines)
{
    for (const char *p = lines; *p; p++) {
        if (p[0] == '%' && p[1] == 'D') {
            fputs(broker->dir, f);
            p++;
        } else {
            fputc(*p, f);
        }
    }
    fputc('\n', f);
}

static bool write_conf(struct broker *broker, const char *lines)
{
    FILE *f = fopen(broker->conf, "w");
    if (!f)
        return false;
    fputs("persistence false\nlog_dest stderr\nuser root\nset_tcp_nodelay true\n"
          "max_queued_messages 0\nmax_inflight_messages 0\n",
          f);
    fprintf(f, "listener %d 127.0.0.1\n", broker->port);
    if (!lines || !strstr(lines, "allow_anonymous"))
        fputs("allow_anonymous true\n", f);
    if (lines)
        put_lines(f, broker, lines);
    return fclose(f) == 0;
}

struct broker *broker_prepare(void)
{
    struct broker *broker = calloc(1, sizeof *broker);
    if (!broker)
        return NULL;
    snprintf(broker->dir, sizeof broker->dir, "/tmp/pitboard-broker-XXXXXX");
    if (!mkdtemp(broker->dir)) {
        free(broker);
        return NULL;
    }
    snprintf(broker->conf, sizeof broker->conf, "%s/conf", broker->dir);
    return broker;
}

bool broker_file(const struct broker *broker, const char *name, const char *text)
{
    char path[160];
    snprintf(path, sizeof path, "%s/%s", broker->dir, name);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    FILE *f = fd >= 0 ? fdopen(fd, "w") : NULL;
    if (!f)
        return false;
    fputs(text, f);
    return fclose(f) == 0;
}

/* Somebody who is no test may take the free port before the broker: then another. */
bool broker_run(struct broker *broker, const char *lines)
{
    for (int i = 0; i < 3; i++) {
        broker->port = broker_free_port();
        if (write_conf(broker, lines) && launch(broker))
            return true;
    }
    return false;
}

struct broker *broker_start(const char *lines)
{
    struct broker *broker = broker_prepare();
    if (broker && !broker_run(broker, lines)) {
        broker_stop(broker);
        return NULL;
    }
    return broker;
}

int broker_port(const struct broker *broker)
{
    return broker->port;
}

const char *broker_dir(const struct broker *broker)
{
    return broker->dir;
}

void broker_kill(struct broker *broker)
{
    if (broker->pid <= 0)
        return;
    kill(broker->pid, SIGKILL);
    while (waitpid(broker->pid, NULL, 0) < 0 && errno == EINTR)
        ;
    broker->pid = 0;
}

bool broker_again(struct broker *broker)
{
    return launch(broker);
}

void broker_freeze(struct broker *broker, bool frozen)
{
    kill(broker->pid, frozen ? SIGSTOP : SIGCONT);
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *at)
{
    (void)st, (void)type, (void)at;
    return remove(path);
}

void broker_stop(struct broker *broker)
{
    if (!broker)
        return;
    broker_kill(broker);
    nftw(broker->dir, remove_one, 8, FTW_DEPTH | FTW_PHYS);
    free(broker);
}
