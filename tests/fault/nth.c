/*
 * Preloaded into one process: one call fails, the n-th of its kind from its start on.
 * FAIL_CALL=write FAIL_WITH=104 FAIL_AT=7 FAIL_NOTE=file: the 7th write to a socket says ECONNRESET, and
 * `file` is made when it comes to that. Kinds: socket socketpair connect read write setsockopt fcntl (on
 * sockets only), epoll_ctl, mosq (memory asked for by libmosquitto) and malloc (memory asked for by anybody
 * once there is an event loop: libconfig, which is done by then, gives way to no memory by ending the
 * process).
 */
#undef _FILE_OFFSET_BITS /* the calls by the names that libmosquitto has for them */
#undef _TIME_BITS
#undef _FORTIFY_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *old, size_t size);

struct range {
    uintptr_t from, to;
};

static struct {
    const char *call, *note;
    int error, left; /* left: calls to go, 0: done */
    struct range mosq;
} nth;

static void take_code(struct range *range, const struct dl_phdr_info *info)
{
    for (int i = 0; i < info->dlpi_phnum; i++)
        if (info->dlpi_phdr[i].p_type == PT_LOAD && info->dlpi_phdr[i].p_flags & PF_X) {
            range->from = info->dlpi_addr + info->dlpi_phdr[i].p_vaddr;
            range->to = range->from + info->dlpi_phdr[i].p_memsz;
        }
}

static int find_libraries(struct dl_phdr_info *info, size_t size, void *user)
{
    (void)size;
    (void)user;
    if (info->dlpi_name && strstr(info->dlpi_name, "libmosquitto.so"))
        take_code(&nth.mosq, info);
    return 0;
}

static int number(const char *name)
{
    const char *text = getenv(name);
    return text ? atoi(text) : 0;
}

static void arm(void)
{
    __atomic_store_n(&nth.left, number("FAIL_AT"), __ATOMIC_RELEASE);
}

__attribute__((constructor)) static void begin(void)
{
    dl_iterate_phdr(find_libraries, NULL);
    nth.call = getenv("FAIL_CALL");
    nth.note = getenv("FAIL_NOTE");
    nth.error = number("FAIL_WITH");
    if (nth.call && strcmp(nth.call, "malloc") != 0)
        arm();
}

/* Whether this call of that kind is the one. */
static bool is_it(const char *call)
{
    if (__atomic_load_n(&nth.left, __ATOMIC_ACQUIRE) <= 0 || strcmp(call, nth.call) != 0 ||
        __atomic_sub_fetch(&nth.left, 1, __ATOMIC_ACQ_REL) != 0)
        return false;
    if (nth.note)
        close(open(nth.note, O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
    errno = nth.error;
    return true;
}

static bool is_socket(int fd)
{
    int kept = errno;
    struct stat st;
    bool is = fstat(fd, &st) == 0 && S_ISSOCK(st.st_mode);
    errno = kept;
    return is;
}

static bool hits(const char *call, int fd)
{
    return is_socket(fd) && is_it(call);
}

static bool is_in(const struct range *range, uintptr_t at)
{
    return at >= range->from && at < range->to;
}

static bool is_out(const void *from)
{
    uintptr_t at = (uintptr_t)from;
    return (is_in(&nth.mosq, at) && is_it("mosq")) || is_it("malloc");
}

#define NEXT(name)                                                                                           \
    __typeof__(name) *call = NULL;                                                                           \
    *(void **)&call = dlsym(RTLD_NEXT, #name)

void *malloc(size_t size)
{
    return is_out(__builtin_return_address(0)) ? NULL : __libc_malloc(size);
}

void *calloc(size_t n, size_t size)
{
    return is_out(__builtin_return_address(0)) ? NULL : __libc_calloc(n, size);
}

void *realloc(void *old, size_t size)
{
    return is_out(__builtin_return_address(0)) ? NULL : __libc_realloc(old, size);
}

char *strdup(const char *text)
{
    size_t size = strlen(text) + 1;
    char *copy = is_out(__builtin_return_address(0)) ? NULL : __libc_malloc(size);
    return copy ? memcpy(copy, text, size) : NULL;
}

int socket(int domain, int type, int protocol)
{
    NEXT(socket);
    return is_it("socket") ? -1 : call(domain, type, protocol);
}

int socketpair(int domain, int type, int protocol, int fds[2])
{
    NEXT(socketpair);
    return is_it("socketpair") ? -1 : call(domain, type, protocol, fds);
}

int connect(int fd, __CONST_SOCKADDR_ARG address, socklen_t len)
{
    NEXT(connect);
    return is_it("connect") ? -1 : call(fd, address, len);
}

ssize_t read(int fd, void *to, size_t len)
{
    NEXT(read);
    return hits("read", fd) ? -1 : call(fd, to, len);
}

ssize_t write(int fd, const void *from, size_t len)
{
    NEXT(write);
    return hits("write", fd) ? -1 : call(fd, from, len);
}

int setsockopt(int fd, int level, int name, const void *value, socklen_t len)
{
    NEXT(setsockopt);
    return is_it("setsockopt") ? -1 : call(fd, level, name, value, len);
}

int epoll_create1(int flags)
{
    NEXT(epoll_create1);
    if (nth.call && strcmp(nth.call, "malloc") == 0)
        arm();
    return call(flags);
}

int epoll_ctl(int epoll, int op, int fd, struct epoll_event *event)
{
    NEXT(epoll_ctl);
    return is_it("epoll_ctl") ? -1 : call(epoll, op, fd, event);
}

int fcntl(int fd, int command, ...)
{
    NEXT(fcntl);
    va_list more;
    va_start(more, command);
    void *value = va_arg(more, void *);
    va_end(more);
    return hits("fcntl", fd) ? -1 : call(fd, command, value);
}
