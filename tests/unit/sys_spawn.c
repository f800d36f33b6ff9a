#include "sys/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define PATIENCE_MS 20000

static char output[] = "/tmp/pitboard-spawn-XXXXXX";

/* Runs a shell script to its end, output to the file; its wait status. */
static int sh(const char *script, const char *const *env)
{
    const char *const argv[] = { "sh", "-c", script, NULL };
    int status = -1;
    assert_int_equal(truncate(output, 0), 0);
    pid_t pid = spawn_start(&(struct spawn){ .argv = argv, .env = env, .output = output });
    assert_true(pid > 0);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return status;
}

static const char *said(void)
{
    static char text[4096];
    int fd = open(output, O_RDONLY | O_CLOEXEC);
    ssize_t n = read(fd, text, sizeof text - 1);
    close(fd);
    text[n > 0 ? n : 0] = '\0';
    return text;
}

static void output_goes_to_the_file(void **state)
{
    (void)state;
    int status = sh("echo out; echo err >&2; exit 5", NULL);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 5);
    assert_string_equal(said(), "out\nerr\n");
}

static void environment_is_added_and_overridden(void **state)
{
    const char *const env[] = { "PIT_NEW=1", "PIT_OLD=new", NULL };
    (void)state;
    setenv("PIT_OLD", "old", 1);
    setenv("PIT_OLDER", "kept", 1);
    sh("echo $PIT_NEW $PIT_OLD $PIT_OLDER; env | grep -c ^PIT_OLD=", env);
    assert_string_equal(said(), "1 new kept\n1\n");
    assert_string_equal(getenv("PIT_OLD"), "old");
}

static void nothing_else_is_inherited(void **state)
{
    sigset_t set;
    (void)state;
    int leak = open("/dev/null", O_RDONLY); /* without O_CLOEXEC */
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigprocmask(SIG_BLOCK, &set, NULL);
    signal(SIGPIPE, SIG_IGN);
    /* The C library keeps signals 32 and 33 for itself: whether those are ignored nobody can change. */
    sh("ls /proc/self/fd | wc -l; while read name bits; do case $name in SigBlk:|SigIgn:)"
       " echo $name $((0x$bits & 0x7fffffff));; esac; done </proc/self/status",
       NULL);
    signal(SIGPIPE, SIG_DFL);
    sigprocmask(SIG_UNBLOCK, &set, NULL);
    close(leak);
    /* 0, 1, 2 and the directory ls reads; its stdout is a pipe */
    assert_string_equal(said(), "4\nSigBlk: 0\nSigIgn: 0\n");
}

static void own_process_group(void **state)
{
    const char *const argv[] = { "sleep", "1000", NULL };
    (void)state;
    pid_t pid = spawn_start(&(struct spawn){ .argv = argv });
    assert_true(pid > 0);
    assert_int_equal(getpgid(pid), pid);
    int status = spawn_stop(pid, PATIENCE_MS);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), SIGTERM);
    assert_int_equal(kill(pid, 0), -1);
}

static void what_is_not_there_is_an_error(void **state)
{
    const char *const missing[] = { "no-such-program-of-ours", NULL };
    const char *const dir[] = { "/tmp", NULL };
    const char *const fine[] = { "true", NULL };
    (void)state;
    errno = 0;
    assert_int_equal(spawn_start(&(struct spawn){ .argv = missing }), -1);
    assert_int_equal(errno, ENOENT);
    assert_int_equal(spawn_start(&(struct spawn){ .argv = dir }), -1);
    assert_int_equal(errno, EACCES);
    assert_int_equal(spawn_start(&(struct spawn){ .argv = fine, .output = "/nowhere/log" }), -1);
    assert_int_equal(errno, ENOENT);
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1); /* no zombie is left */
    assert_int_equal(errno, ECHILD);
}

/* Waits until the script has written its first line. */
static void await_output(void)
{
    for (int waited = 0; waited < PATIENCE_MS && !*said(); waited += 5)
        poll(NULL, 0, 5);
    assert_true(*said());
}

static void stubborn_children_are_killed(void **state)
{
    const char *const argv[] = { "sh", "-c", "trap '' TERM; sleep 1000 & echo $!; while :; do wait; done",
                                 NULL };
    (void)state;
    assert_int_equal(truncate(output, 0), 0);
    pid_t pid = spawn_start(&(struct spawn){ .argv = argv, .output = output });
    assert_true(pid > 0);
    await_output();
    int end = (int)syscall(SYS_pidfd_open, atoi(said()), 0);
    assert_true(end >= 0);
    int status = spawn_stop(pid, 50);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), SIGKILL);
    struct pollfd gone = { .fd = end, .events = POLLIN };
    assert_int_equal(poll(&gone, 1, PATIENCE_MS), 1); /* and what it left behind */
    close(end);
}

static void stopped_children_end(void **state)
{
    const char *const argv[] = { "sleep", "1000", NULL };
    (void)state;
    pid_t pid = spawn_start(&(struct spawn){ .argv = argv });
    assert_true(pid > 0);
    kill(pid, SIGSTOP);
    int status = spawn_stop(pid, PATIENCE_MS);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), SIGTERM);
}

/* A parent that dies takes its child along. */
static void parent_death_ends_the_child(void **state)
{
    int pipes[2];
    pid_t child = 0;
    (void)state;
    assert_int_equal(pipe2(pipes, O_CLOEXEC), 0);
    pid_t parent = fork();
    if (parent == 0) {
        const char *const argv[] = { "sleep", "1000", NULL };
        pid_t pid = spawn_start(&(struct spawn){ .argv = argv });
        (void)!write(pipes[1], &pid, sizeof pid);
        pause();
        _exit(0);
    }
    assert_int_equal(read(pipes[0], &child, sizeof child), sizeof child);
    assert_true(child > 0);
    int end = (int)syscall(SYS_pidfd_open, child, 0);
    assert_true(end >= 0);
    kill(parent, SIGKILL);
    waitpid(parent, NULL, 0);
    struct pollfd gone = { .fd = end, .events = POLLIN };
    assert_int_equal(poll(&gone, 1, PATIENCE_MS), 1);
    close(end);
    close(pipes[0]);
    close(pipes[1]);
}

static void stopping_nobody(void **state)
{
    (void)state;
    assert_int_equal(spawn_stop(-1, 0), -1);
    assert_int_equal(spawn_stop(0, 0), -1);
}

static int make_output(void **state)
{
    (void)state;
    int fd = mkstemp(output);
    return fd < 0 ? -1 : close(fd);
}

static int remove_output(void **state)
{
    (void)state;
    return unlink(output);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(output_goes_to_the_file),
        cmocka_unit_test(environment_is_added_and_overridden),
        cmocka_unit_test(nothing_else_is_inherited),
        cmocka_unit_test(own_process_group),
        cmocka_unit_test(what_is_not_there_is_an_error),
        cmocka_unit_test(stubborn_children_are_killed),
        cmocka_unit_test(stopped_children_end),
        cmocka_unit_test(parent_death_ends_the_child),
        cmocka_unit_test(stopping_nobody),
    };
    return cmocka_run_group_tests_name("sys_spawn", tests, make_output, remove_output);
}
