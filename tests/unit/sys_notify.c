#include "sys/notify.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

/* A manager's socket under `name` ('@' for abstract). */
static int manager(const char *name)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    snprintf(address.sun_path, sizeof address.sun_path, "%s", name);
    socklen_t size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(name));
    if (*name == '@')
        address.sun_path[0] = '\0';
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, size), 0);
    setenv("NOTIFY_SOCKET", name, 1);
    return fd;
}

static void assert_told(int fd, const char *expected)
{
    char text[64];
    ssize_t n = recv(fd, text, sizeof text - 1, 0);
    assert_true(n >= 0);
    text[n] = '\0';
    assert_string_equal(text, expected);
}

static void state_reaches_the_manager(void **state)
{
    char dir[] = "/tmp/pitboard-notify-XXXXXX", path[64];
    (void)state;
    assert_non_null(mkdtemp(dir));
    snprintf(path, sizeof path, "%s/socket", dir);
    int fd = manager(path);
    notify_send("READY=1\nSTATUS=up");
    assert_told(fd, "READY=1\nSTATUS=up");
    close(fd);
    notify_send("READY=1"); /* nobody there: silent */
    unlink(path);
    rmdir(dir);
    notify_send("READY=1");
}

static void abstract_names_work(void **state)
{
    char name[64];
    (void)state;
    snprintf(name, sizeof name, "@pitboard-notify-%d", (int)getpid());
    int fd = manager(name);
    notify_send("WATCHDOG=1");
    assert_told(fd, "WATCHDOG=1");
    close(fd);
}

static void nothing_without_a_manager(void **state)
{
    char longest[200];
    (void)state;
    unsetenv("NOTIFY_SOCKET");
    notify_send("READY=1");
    setenv("NOTIFY_SOCKET", "vsock:2:1234", 1);
    notify_send("READY=1");
    memset(longest, 'x', sizeof longest - 1);
    longest[0] = '/';
    longest[sizeof longest - 1] = '\0';
    setenv("NOTIFY_SOCKET", longest, 1);
    notify_send("READY=1");
    unsetenv("NOTIFY_SOCKET");
}

static void a_full_manager_does_not_block(void **state)
{
    char name[64];
    (void)state;
    snprintf(name, sizeof name, "@pitboard-busy-%d", (int)getpid());
    int fd = manager(name);
    alarm(20);
    for (int i = 0; i < 5000; i++)
        notify_send("WATCHDOG=1");
    alarm(0);
    assert_told(fd, "WATCHDOG=1");
    close(fd);
}

static void watchdog_beats_at_half_time(void **state)
{
    char pid[16];
    (void)state;
    unsetenv("WATCHDOG_USEC");
    assert_int_equal(notify_watchdog_ms(), 0);
    setenv("WATCHDOG_USEC", "10000000", 1);
    unsetenv("WATCHDOG_PID");
    assert_int_equal(notify_watchdog_ms(), 5000);
    setenv("WATCHDOG_PID", "1", 1);
    assert_int_equal(notify_watchdog_ms(), 0); /* another process's */
    snprintf(pid, sizeof pid, "%d", (int)getpid());
    setenv("WATCHDOG_PID", pid, 1);
    assert_int_equal(notify_watchdog_ms(), 5000);
    setenv("WATCHDOG_USEC", "1000", 1);
    assert_int_equal(notify_watchdog_ms(), 1);
    setenv("WATCHDOG_USEC", "soon", 1);
    assert_int_equal(notify_watchdog_ms(), 0);
    setenv("WATCHDOG_USEC", "-5", 1);
    assert_int_equal(notify_watchdog_ms(), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(state_reaches_the_manager),   cmocka_unit_test(abstract_names_work),
        cmocka_unit_test(nothing_without_a_manager),   cmocka_unit_test(a_full_manager_does_not_block),
        cmocka_unit_test(watchdog_beats_at_half_time),
    };
    return cmocka_run_group_tests_name("sys_notify", tests, NULL, NULL);
}
