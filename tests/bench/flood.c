/*
 * A publisher that costs little itself: one connection, MQTT 3.1.1 by hand, many packets a write. Publishes a
 * tape in its order with QoS 1, WINDOW messages ahead of the broker's PUBACKs, and takes the receipts.
 *
 *   flood PORT SITE TAPE WINDOW RECEIPTS
 *
 * TAPE has lines of topic (after the site), tab, payload. Ends when RECEIPTS receipts came and all is
 * acknowledged; prints: start and end (monotonic ns), receipts, how many of them were "applied".
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define QUIET_MS  30000 /* without a byte: something is lost */
#define OUT_MAX   (1 << 20)
#define IN_MAX    (1 << 18)
#define OUT_SPARE (1 << 16) /* room for one message and the PUBACKs of one read */

struct flood {
    int fd;
    const char *site;
    char *tape, *next;
    unsigned char out[OUT_MAX], in[IN_MAX];
    size_t out_len, in_len;
    long sent, acked, receipts, applied, window, goal;
    bool subscribed;
};

static void fail(const char *what)
{
    fprintf(stderr, "flood: %s: %s\n", what, strerror(errno));
    exit(1);
}

static int64_t now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* ---- packets out ---- */

static void put(struct flood *f, const void *bytes, size_t len)
{
    memcpy(f->out + f->out_len, bytes, len);
    f->out_len += len;
}

static void put_16(struct flood *f, unsigned value)
{
    put(f, (unsigned char[]){ (unsigned char)(value >> 8), (unsigned char)value }, 2);
}

static void put_head(struct flood *f, unsigned char type, size_t len)
{
    put(f, &type, 1);
    do {
        unsigned char byte = len & 127;
        len >>= 7;
        byte |= len ? 128 : 0;
        put(f, &byte, 1);
    } while (len);
}

static void put_connect(struct flood *f)
{
    put_head(f, 0x10, 10 + 2 + 5);
    put(f, "\0\4MQTT\4\2\0\0\0\5flood", 17);
}

static void put_subscribe(struct flood *f)
{
    char filter[128];
    size_t len = (size_t)snprintf(filter, sizeof filter, "pit/v1/%s/+/+/receipt", f->site);
    put_head(f, 0x82, 2 + 2 + len + 1);
    put_16(f, 1);
    put_16(f, (unsigned)len);
    put(f, filter, len);
    put(f, "\1", 1);
}

static void put_event(struct flood *f)
{
    char topic[256], *tab = strchr(f->next, '\t'), *end = tab ? strchr(tab, '\n') : NULL;
    if (!end)
        fail("the tape has a line without a payload");
    size_t len =
        (size_t)snprintf(topic, sizeof topic, "pit/v1/%s/%.*s", f->site, (int)(tab - f->next), f->next);
    size_t payload = (size_t)(end - tab - 1);
    put_head(f, 0x32, 2 + len + 2 + payload);
    put_16(f, (unsigned)len);
    put(f, topic, len);
    put_16(f, (unsigned)(f->sent % 65535 + 1));
    put(f, tab + 1, payload);
    f->next = end + 1;
    f->sent++;
}

static void fill(struct flood *f)
{
    while (f->subscribed && *f->next && f->sent - f->acked < f->window && f->out_len < OUT_MAX - OUT_SPARE)
        put_event(f);
}

/* ---- packets in ---- */

static void take_receipt(struct flood *f, const unsigned char *body, size_t len)
{
    size_t topic = (size_t)body[0] << 8 | body[1];
    put_head(f, 0x40, 2);
    put(f, body + 2 + topic, 2);
    f->receipts++;
    f->applied += memmem(body, len, "\"result\":\"applied\"", 18) != NULL;
}

static void take(struct flood *f, unsigned char type, const unsigned char *body, size_t len)
{
    if (type >> 4 == 2)
        put_subscribe(f);
    else if (type >> 4 == 9)
        f->subscribed = true;
    else if (type >> 4 == 4)
        f->acked++;
    else if (type >> 4 == 3)
        take_receipt(f, body, len);
}

/* The length of the packet at `at`, 0 if it is not whole yet. */
static size_t packet(const unsigned char *at, size_t len, size_t *head)
{
    size_t rest = 0, i = 1;
    for (int shift = 0; i < len; shift += 7) {
        rest |= (size_t)(at[i] & 127) << shift;
        if (!(at[i++] & 128)) {
            *head = i;
            return i + rest <= len ? i + rest : 0;
        }
    }
    return 0;
}

static void receive(struct flood *f)
{
    if (f->out_len > OUT_MAX / 2)
        return; /* the broker is to read first */
    ssize_t n = read(f->fd, f->in + f->in_len, OUT_SPARE / 2);
    if (n == 0 || (n < 0 && errno != EAGAIN))
        fail("read");
    f->in_len += n > 0 ? (size_t)n : 0;
    size_t at = 0, head = 0, len;
    while ((len = packet(f->in + at, f->in_len - at, &head))) {
        take(f, f->in[at], f->in + at + head, len - head);
        at += len;
    }
    memmove(f->in, f->in + at, f->in_len - at);
    f->in_len -= at;
}

static void send_out(struct flood *f)
{
    ssize_t n = f->out_len ? write(f->fd, f->out, f->out_len) : 0;
    if (n < 0 && errno != EAGAIN)
        fail("write");
    if (n > 0) {
        memmove(f->out, f->out + n, f->out_len - (size_t)n);
        f->out_len -= (size_t)n;
    }
}

/* ---- */

static char *load(const char *path)
{
    struct stat st;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &st) != 0)
        fail(path);
    char *text = calloc((size_t)st.st_size + 1, 1);
    if (!text || read(fd, text, (size_t)st.st_size) != st.st_size)
        fail(path);
    close(fd);
    return text;
}

static int dial(int port)
{
    struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons((unsigned short)port) };
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), one = 1;
    if (fd < 0 || connect(fd, (struct sockaddr *)&to, sizeof to) != 0)
        fail("connect");
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    fcntl(fd, F_SETFL, O_NONBLOCK);
    return fd;
}

static bool busy(const struct flood *f)
{
    return !f->subscribed || *f->next || f->acked < f->sent || f->receipts < f->goal || f->out_len;
}

static void step(struct flood *f)
{
    struct pollfd p = { .fd = f->fd, .events = POLLIN };
    fill(f);
    send_out(f);
    if (f->out_len)
        p.events |= POLLOUT;
    if (!busy(f))
        return;
    if (poll(&p, 1, QUIET_MS) == 0) {
        fprintf(stderr, "flood: silence after %ld sent, %ld acknowledged, %ld receipts\n", f->sent, f->acked,
                f->receipts);
        exit(1);
    }
    if (p.revents & ~POLLOUT)
        receive(f);
}

int main(int argc, char **argv)
{
    static struct flood f;
    if (argc != 6)
        return 2;
    f.fd = dial(atoi(argv[1]));
    f.site = argv[2];
    f.tape = f.next = load(argv[3]);
    f.window = atol(argv[4]);
    f.goal = atol(argv[5]);
    put_connect(&f);
    while (!f.subscribed)
        step(&f);
    int64_t start = now_ns();
    while (busy(&f))
        step(&f);
    printf("%lld %lld %ld %ld\n", (long long)start, (long long)now_ns(), f.receipts, f.applied);
    free(f.tape);
    close(f.fd);
    return 0;
}
