#include "sys/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static bool is_set_in(const char *const *list, const char *entry)
{
    size_t name = strcspn(entry, "=");
    for (; list && *list; list++)
        if (strncmp(*list, entry, name) == 0 && (*list)[name] == '=')
            return true;
    return false;
}

/* The environment with `added` in place of what it overrides. Freed by the caller; the texts are not copied.
 */
static char **merged_env(const char *const *added)
{
    size_t n = 0, have = 0, more = 0;
    while (environ && environ[have])
        have++;
    while (added && added[more])
        more++;
    char **env = calloc(have + more + 1, sizeof *env);
    if (!env)
        return NULL;
    for (size_t i = 0; i < have; i++)
        if (!is_set_in(added, environ[i]))
            env[n++] = environ[i];
    for (size_t i = 0; i < more; i++)
        env[n++] = (char *)(size_t)added[i];
    return env;
}

static bool redirect(const struct spawn *what)
{
    if (what->input > STDIN_FILENO && dup2(what->input, STDIN_FILENO) < 0)
        return false;
    if (!what->output && what->keep_output)
        return true;
    int fd = open(what->output ? what->output : "/dev/null", O_WRONLY | O_APPEND | O_CREAT, 0644);
    if (fd < 0 || dup2(fd, STDOUT_FILENO) < 0 || dup2(fd, STDERR_FILENO) < 0)
        return false;
    return fd <= STDERR_FILENO || close(fd) == 0;
}

/* What the parent blocks and ignores for its own loop is not the child's business. */
static void reset_signals(void)
{
    sigset_t none;
    sigemptyset(&none);
    signal(SIGPIPE, SIG_DFL);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

/* In the child: only calls that are safe after fork. Comes back if it fails. */
static void become(const struct spawn *what, char **env, pid_t parent)
{
    if (setpgid(0, 0) != 0 || prctl(PR_SET_PDEATHSIG, SIGTERM) != 0)
        return;
    if (getppid() != parent) { /* it died before the line above: no signal will come */
        errno = ESRCH;
        return;
    }
    reset_signals();
    if (!redirect(what))
        return;
    /* Marked rather than closed: the pipe to the parent is needed until exec succeeds. */
    if (close_range(STDERR_FILENO + 1, ~0U, CLOSE_RANGE_CLOEXEC) != 0)
        return;
    execvpe(what->argv[0], (char *const *)(size_t)what->argv, env);
}

/* What the child said went wrong; 0 when exec closed the pipe. */
static int read_fault(int fd)
{
    int fault = 0;
    ssize_t n;
    do
        n = read(fd, &fault, sizeof fault);
    while (n < 0 && errno == EINTR);
    return n == (ssize_t)sizeof fault ? fault : 0;
}

static pid_t start(const struct spawn *what, char **env, const int fault_pipe[2])
{
    pid_t parent = getpid(), pid = fork();
    if (pid != 0)
        return pid;
    become(what, env, parent);
    int fault = errno;
    (void)!write(fault_pipe[1], &fault, sizeof fault);
    _exit(127);
}

pid_t spawn_start(const struct spawn *what)
{
    int fault_pipe[2];
    char **env = merged_env(what->env);
    if (!env)
        return -1;
    if (pipe2(fault_pipe, O_CLOEXEC) != 0) {
        free(env);
        return -1;
    }
    pid_t pid = start(what, env, fault_pipe);
    int fault = pid < 0 ? errno : 0;
    close(fault_pipe[1]);
    if (pid > 0) {
        fault = read_fault(fault_pipe[0]);
        if (fault)
            while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
                ;
    }
    close(fault_pipe[0]);
    free(env);
    if (fault)
        errno = fault;
    return fault ? -1 : pid;
}

/* Whether it ended within `wait_ms`; it stays a zombie, so that its group's number is not given away yet. */
static bool ended(pid_t pid, int64_t wait_ms)
{
    int fd = (int)syscall(SYS_pidfd_open, pid, 0);
    if (fd < 0)
        return true; /* nothing to wait for */
    struct pollfd end = { .fd = fd, .events = POLLIN };
    int n;
    do
        n = poll(&end, 1, wait_ms > INT32_MAX ? INT32_MAX : (int)wait_ms);
    while (n < 0 && errno == EINTR);
    close(fd);
    return n != 0;
}

int spawn_stop(pid_t pid, int64_t grace_ms)
{
    int status = -1;
    if (pid <= 0)
        return status;
    kill(pid, SIGTERM);
    kill(pid, SIGCONT); /* a stopped child could not take it */
    if (!ended(pid, grace_ms))
        kill(pid, SIGKILL);
    ended(pid, -1);
    kill(-pid, SIGKILL); /* what it left behind in its group */
    while (waitpid(pid, &status, 0) < 0)
        if (errno != EINTR)
            return -1;
    return status;
}
