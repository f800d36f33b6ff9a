#include "sys/loop.h"

#include "sys/clock.h"

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

struct trace {
    struct loop *loop;
    char text[64];
    struct loop_fd *a, *b;
    struct loop_timer *timer, *other;
    struct boot again;
};

struct mark {
    struct trace *trace;
    char letter;
};

static void put(struct trace *trace, char letter)
{
    size_t n = strlen(trace->text);
    assert_true(n + 1 < sizeof trace->text);
    trace->text[n] = letter;
}

static void mark(void *user)
{
    struct mark *m = user;
    put(m->trace, m->letter);
}

static void mark_fd(void *user, unsigned ready)
{
    struct trace *trace = user;
    put(trace, (char)('0' + ready));
}

static void set_clock(int64_t boot_ms)
{
    clock_fake((struct wall){ 0 }, (struct boot){ boot_ms }, "test", true);
}

static int start(void **state)
{
    static struct trace trace;
    memset(&trace, 0, sizeof trace);
    trace.loop = loop_create();
    *state = &trace;
    set_clock(1000);
    return trace.loop ? 0 : -1;
}

static int stop(void **state)
{
    struct trace *trace = *state;
    loop_destroy(trace->loop);
    clock_real();
    return 0;
}

static void reads_and_writes_are_told_apart(void **state)
{
    struct trace *trace = *state;
    int pair[2];
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    trace->a = loop_add_fd(trace->loop, pair[0], LOOP_READ, mark_fd, trace);
    assert_non_null(trace->a);
    assert_true(loop_once(trace->loop, 0));
    assert_string_equal(trace->text, "");
    assert_int_equal(write(pair[1], "x", 1), 1);
    assert_true(loop_once(trace->loop, 0));
    assert_string_equal(trace->text, "1");
    assert_true(loop_want(trace->a, LOOP_READ | LOOP_WRITE));
    assert_true(loop_once(trace->loop, 0));
    assert_string_equal(trace->text, "13");
    assert_true(loop_want(trace->a, LOOP_WRITE));
    assert_true(loop_once(trace->loop, 0));
    assert_string_equal(trace->text, "132");
    close(pair[1]);
    assert_true(loop_want(trace->a, 0));
    assert_true(loop_once(trace->loop, 0)); /* a hang-up nobody waits for is not told */
    assert_string_equal(trace->text, "132");
    assert_true(loop_want(trace->a, LOOP_WRITE));
    assert_true(loop_once(trace->loop, 0));
    assert_string_equal(trace->text, "1323"); /* as readable */
    loop_remove_fd(trace->a);
    assert_true(loop_once(trace->loop, 0));
    assert_string_equal(trace->text, "1323");
    close(pair[0]);
}

static void remove_both(void *user, unsigned ready)
{
    struct trace *trace = user;
    (void)ready;
    put(trace, 'x');
    loop_remove_fd(trace->a);
    loop_remove_fd(trace->b);
    loop_remove_timer(trace->timer);
}

static void removal_from_a_callback_holds_at_once(void **state)
{
    struct trace *trace = *state;
    struct mark m = { trace, 't' };
    int one[2], two[2];
    assert_int_equal(pipe(one), 0);
    assert_int_equal(pipe(two), 0);
    trace->a = loop_add_fd(trace->loop, one[0], LOOP_READ, remove_both, trace);
    trace->b = loop_add_fd(trace->loop, two[0], LOOP_READ, remove_both, trace);
    trace->timer = loop_add_timer(trace->loop, mark, &m);
    loop_arm(trace->timer, (struct boot){ 1000 });
    assert_int_equal(write(one[1], "x", 1), 1);
    assert_int_equal(write(two[1], "x", 1), 1);
    assert_true(loop_once(trace->loop, 0));
    assert_true(loop_once(trace->loop, 0));
    assert_string_equal(trace->text, "x");
    for (int i = 0; i < 2; i++) {
        close(one[i]);
        close(two[i]);
    }
    loop_remove_fd(NULL);
    loop_remove_timer(NULL);
}

static void removal_after_close_is_harmless(void **state)
{
    struct trace *trace = *state;
    int one[2], two[2];
    assert_int_equal(pipe(one), 0);
    trace->a = loop_add_fd(trace->loop, one[0], LOOP_READ, mark_fd, trace);
    close(one[0]);
    loop_remove_fd(trace->a);
    assert_int_equal(pipe(two), 0); /* takes the number again */
    trace->b = loop_add_fd(trace->loop, two[0], LOOP_READ, mark_fd, trace);
    assert_non_null(trace->b);
    assert_int_equal(write(two[1], "x", 1), 1);
    assert_true(loop_once(trace->loop, 0));
    assert_string_equal(trace->text, "1");
    loop_remove_fd(trace->b);
    close(one[1]);
    close(two[0]);
    close(two[1]);
}

static void timers_fire_once_in_order_of_time(void **state)
{
    struct trace *trace = *state;
    struct mark a = { trace, 'a' }, b = { trace, 'b' };
    struct loop_timer *late = loop_add_timer(trace->loop, mark, &b);
    struct loop_timer *early = loop_add_timer(trace->loop, mark, &a);
    loop_arm(late, (struct boot){ 1200 });
    loop_arm(early, (struct boot){ 1100 });
    assert_true(loop_once(trace->loop, 0));
    assert_string_equal(trace->text, "");
    assert_int_equal(loop_armed(late).ms, 1200);
    set_clock(1099);
    assert_true(loop_once(trace->loop, 0));
    assert_string_equal(trace->text, "");
    set_clock(5000);
    assert_true(loop_once(trace->loop, -1)); /* due: does not wait */
    assert_string_equal(trace->text, "ab");
    assert_int_equal(loop_armed(late).ms, INT64_MAX);
    assert_true(loop_once(trace->loop, 0));
    assert_string_equal(trace->text, "ab");
    loop_arm(early, (struct boot){ 5000 });
    loop_arm(early, BOOT_FAR);
    assert_true(loop_once(trace->loop, 0));
    assert_string_equal(trace->text, "ab");
    loop_remove_timer(late);
    loop_remove_timer(early);
}

static void rearm_now(void *user)
{
    struct trace *trace = user;
    put(trace, 'r');
    loop_arm(trace->timer, (struct boot){ 0 });
}

static void a_timer_for_now_does_not_starve_the_round(void **state)
{
    struct trace *trace = *state;
    struct mark m = { trace, 'o' };
    trace->timer = loop_add_timer(trace->loop, rearm_now, trace);
    trace->other = loop_add_timer(trace->loop, mark, &m);
    loop_arm(trace->timer, (struct boot){ 1 });
    loop_arm(trace->other, (struct boot){ 2 });
    assert_true(loop_once(trace->loop, -1));
    assert_string_equal(trace->text, "ro");
    assert_true(loop_once(trace->loop, -1));
    assert_string_equal(trace->text, "ror");
    loop_remove_timer(trace->timer);
    loop_remove_timer(trace->other);
}

static void quit_with_7(void *user)
{
    struct trace *trace = user;
    put(trace, 'q');
    loop_quit(trace->loop, 7);
}

static void the_real_clock_wakes_the_loop(void **state)
{
    struct trace *trace = *state;
    clock_real();
    struct boot from = clock_boot();
    trace->timer = loop_add_timer(trace->loop, quit_with_7, trace);
    loop_arm(trace->timer, boot_plus(from, 30));
    assert_int_equal(loop_run(trace->loop), 7);
    assert_true(boot_minus(clock_boot(), from) >= 30);
    loop_arm(trace->timer, boot_plus(clock_boot(), 5)); /* runs again after a quit */
    assert_int_equal(loop_run(trace->loop), 7);
    loop_remove_timer(trace->timer);
}

static void hooks_run_last_by_rank(void **state)
{
    struct trace *trace = *state;
    struct mark m[] = { { trace, '1' }, { trace, '2' }, { trace, '3' }, { trace, 't' } };
    assert_true(loop_before_sleep(trace->loop, 20, mark, &m[1]));
    assert_true(loop_before_sleep(trace->loop, 30, mark, &m[2]));
    assert_true(loop_before_sleep(trace->loop, 10, mark, &m[0]));
    trace->timer = loop_add_timer(trace->loop, mark, &m[3]);
    loop_arm(trace->timer, (struct boot){ 1 });
    assert_true(loop_once(trace->loop, 0));
    assert_string_equal(trace->text, "t123");
    for (int i = 3; i < 72; i++)
        assert_true(loop_before_sleep(trace->loop, 40, mark, &m[2]));
    assert_false(loop_before_sleep(trace->loop, 40, mark, &m[2]));
    loop_remove_timer(trace->timer);
}

static void on_signal(void *user, int signal)
{
    struct trace *trace = user;
    put(trace, signal == SIGUSR1 ? 'u' : signal == SIGTERM ? 'T' : '?');
}

static void signals_come_from_the_loop(void **state)
{
    struct trace *trace = *state;
    static const int signals[] = { SIGUSR1, SIGTERM, 0 };
    assert_true(loop_signals(trace->loop, signals, on_signal, trace));
    assert_false(loop_signals(trace->loop, signals, on_signal, trace));
    raise(SIGUSR1);
    assert_string_equal(trace->text, "");
    raise(SIGTERM);
    assert_true(loop_once(trace->loop, 0));
    assert_true(strchr(trace->text, 'u') && strchr(trace->text, 'T'));
    assert_int_equal(strlen(trace->text), 2);
}

static void sources_are_limited(void **state)
{
    struct trace *trace = *state;
    struct loop_timer *timers[300];
    int n = 0;
    while (n < 300 && (timers[n] = loop_add_timer(trace->loop, mark, NULL)))
        n++;
    assert_int_equal(n, 256);
    while (n > 0)
        loop_remove_timer(timers[--n]);
    timers[0] = loop_add_timer(trace->loop, mark, NULL);
    assert_non_null(timers[0]);
    loop_remove_timer(timers[0]);
    assert_null(loop_add_fd(trace->loop, -1, LOOP_READ, mark_fd, trace));
    assert_int_equal(errno, EBADF);
    loop_destroy(NULL);
}

static void mark_nothing(void *user)
{
    (void)user;
}

static void hooks_are_limited(void **state)
{
    struct trace *trace = *state;
    int n = 0;
    while (n < 100 && loop_before_sleep(trace->loop, n, mark_nothing, NULL))
        n++;
    assert_int_equal(n, 72);
    assert_true(loop_once(trace->loop, 0));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(reads_and_writes_are_told_apart),
        TEST(removal_from_a_callback_holds_at_once),
        TEST(removal_after_close_is_harmless),
        TEST(timers_fire_once_in_order_of_time),
        TEST(a_timer_for_now_does_not_starve_the_round),
        TEST(the_real_clock_wakes_the_loop),
        TEST(hooks_run_last_by_rank),
        TEST(signals_come_from_the_loop),
        TEST(sources_are_limited),
        TEST(hooks_are_limited),
    };
    return cmocka_run_group_tests_name("sys_loop", tests, NULL, NULL);
}
