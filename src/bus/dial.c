#include "bus/dial.h"

#include "base/text.h"

#include <arpa/inet.h>
#include <errno.h>
#include <mqtt_protocol.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define FAULT_SIZE 200

struct dial {
    struct mosquitto *m;
    void *owner;
    char *host;
    int port, keepalive_s;
    uint32_t expiry_s;
    bool address;      /* not a name */
    bool local;        /* a name that needs no thread: "localhost" is in the hosts file */
    bool busy;         /* the thread has the handle */
    unsigned attempts; /* failed ones, by name */
    bool reached;      /* the last attempt came to a CONNACK */
    int done_fd;
    pthread_t thread;
    pthread_mutex_t lock; /* of the four below */
    bool done, abandoned;
    int rc, error;
    bool misused; /* the options are at fault */
    char fault[FAULT_SIZE];
};

static bool is_address(const char *host)
{
    struct in6_addr address;
    return inet_pton(AF_INET, host, &address) == 1 || inet_pton(AF_INET6, host, &address) == 1;
}

static void on_log(struct mosquitto *m, void *user, int level, const char *line)
{
    struct dial *dial = user;
    (void)m;
    if (level == MOSQ_LOG_ERR)
        snprintf(dial->fault, sizeof dial->fault, "%s", line);
}

/* The library would ask for the pass phrase of a key on the terminal. */
static int no_pass_phrase(char *buf, int size, int rwflag, void *user)
{
    (void)buf, (void)size, (void)rwflag, (void)user;
    return 0;
}

static bool readable(const char *what, const char *path, char *why, size_t size)
{
    if (!path || access(path, R_OK) == 0)
        return true;
    snprintf(why, size, "TLS %s file %s: %s", what, path, strerror(errno));
    return false;
}

static bool set_tls(struct dial *dial, const struct bus_options *o, char *why, size_t size)
{
    if (!o->ca)
        return true;
    dial->misused = !readable("ca", o->ca, why, size) || !readable("cert", o->cert, why, size) ||
                    !readable("key", o->key, why, size);
    if (dial->misused)
        return false;
    int rc = mosquitto_tls_set(dial->m, o->ca, NULL, o->cert, o->key, no_pass_phrase);
    dial->misused = rc == MOSQ_ERR_INVAL;
    if (rc == MOSQ_ERR_INVAL)
        snprintf(why, size, "TLS needs cert and key together, or neither");
    return rc == MOSQ_ERR_SUCCESS;
}

static bool set_options(struct dial *dial, const struct bus_options *o, char *why, size_t size)
{
    struct mosquitto *m = dial->m;
    mosquitto_threaded_set(m, true); /* and never a thread: packets then wait for mosquitto_loop_write */
    mosquitto_int_option(m, MOSQ_OPT_PROTOCOL_VERSION, MQTT_PROTOCOL_V5);
    mosquitto_int_option(m, MOSQ_OPT_TCP_NODELAY, 1);
    if (o->receive_max > 0 && mosquitto_int_option(m, MOSQ_OPT_RECEIVE_MAXIMUM, o->receive_max))
        return false;
    if (o->send_max > 0 && mosquitto_int_option(m, MOSQ_OPT_SEND_MAXIMUM, o->send_max))
        return false;
    if (o->username && mosquitto_username_pw_set(m, o->username, o->password))
        return false;
    if (o->will_topic &&
        mosquitto_will_set(m, o->will_topic, o->will ? (int)strlen(o->will) : 0, o->will, 1, true))
        return false;
    return set_tls(dial, o, why, size);
}

/* A loopback port that refuses: bound, so that nobody else gets it, and not listening. */
static int refusing_socket(int *port)
{
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t size = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || bind(fd, (struct sockaddr *)&address, size) != 0 ||
        getsockname(fd, (struct sockaddr *)&address, &size) != 0) {
        if (fd >= 0)
            close(fd);
        return -1;
    }
    *port = ntohs(address.sin_port);
    return fd;
}

/* Only the library's blocking connect takes properties, and it keeps them for the asynchronous ones. So it is
 * called once, towards a port that refuses at once. */
static bool store_properties(struct dial *dial, uint32_t session_s, char *why, size_t size)
{
    if (session_s == 0)
        return true;
    mosquitto_property *properties = NULL;
    int port = 0, fd = refusing_socket(&port);
    bool kept = fd >= 0 && mosquitto_property_add_int32(&properties, MQTT_PROP_SESSION_EXPIRY_INTERVAL,
                                                        session_s) == MOSQ_ERR_SUCCESS;
    if (kept)
        kept = mosquitto_connect_bind_v5(dial->m, "127.0.0.1", port, dial->keepalive_s, NULL, properties) ==
               MOSQ_ERR_ERRNO;
    mosquitto_property_free_all(&properties);
    if (fd >= 0)
        close(fd);
    if (!kept)
        snprintf(why, size, "the MQTT library did not keep the session's properties");
    return kept;
}

static void release(struct dial *dial, bool cleanup)
{
    mosquitto_destroy(dial->m);
    if (dial->done_fd >= 0)
        close(dial->done_fd);
    pthread_mutex_destroy(&dial->lock);
    free(dial->host);
    free(dial);
    if (cleanup)
        mosquitto_lib_cleanup(); /* counts without a lock: never from the thread */
}

struct dial *dial_create(const struct bus_options *options, void *owner, char *why, size_t why_size)
{
    struct dial *dial = calloc(1, sizeof *dial);
    if (!dial || mosquitto_lib_init() != MOSQ_ERR_SUCCESS) {
        free(dial);
        errno = ENOMEM;
        return NULL;
    }
    pthread_mutex_init(&dial->lock, NULL);
    dial->owner = owner;
    dial->port = options->port;
    dial->expiry_s = options->expiry_s;
    dial->keepalive_s = options->keepalive_s == 0 ? 10 : options->keepalive_s < 5 ? 5 : options->keepalive_s;
    dial->address = is_address(options->host);
    dial->local = strcmp(options->host, "localhost") == 0;
    dial->done_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    dial->host = strdup(options->host);
    dial->m = mosquitto_new(options->client_id, options->session_s == 0, dial);
    if (!dial->host || !dial->m || dial->done_fd < 0 || !set_options(dial, options, why, why_size) ||
        !store_properties(dial, options->session_s, why, why_size)) {
        bool misused = dial->misused;
        release(dial, true);
        errno = misused ? EINVAL : ENOMEM;
        return NULL;
    }
    return dial;
}

void dial_destroy(struct dial *dial)
{
    if (!dial)
        return;
    if (dial->busy) {
        pthread_mutex_lock(&dial->lock);
        bool done = dial->done;
        dial->abandoned = true;
        pthread_t thread = dial->thread;
        pthread_mutex_unlock(&dial->lock);
        if (!done) {
            pthread_detach(thread);
            return;
        }
        pthread_join(thread, NULL);
    }
    release(dial, true);
}

struct mosquitto *dial_handle(struct dial *dial)
{
    return dial->m;
}

void *dial_owner(void *user_data)
{
    return ((struct dial *)user_data)->owner;
}

static int dial_now(struct dial *dial)
{
    return mosquitto_connect_bind_async(dial->m, dial->host, dial->port, dial->keepalive_s, NULL);
}

static void *look_up_and_dial(void *arg)
{
    struct dial *dial = arg;
    int rc = dial_now(dial), error = errno;
    pthread_mutex_lock(&dial->lock);
    dial->rc = rc;
    dial->error = error;
    dial->done = true;
    bool abandoned = dial->abandoned;
    if (!abandoned)
        (void)!write(dial->done_fd, &(uint64_t){ 1 }, sizeof(uint64_t));
    pthread_mutex_unlock(&dial->lock);
    if (abandoned)
        release(dial, false);
    return NULL;
}

/* With all signals blocked, so that they go on reaching the loop's signalfd alone. */
static bool start_thread(struct dial *dial)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int error = pthread_create(&dial->thread, NULL, look_up_and_dial, dial);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    errno = error;
    return error == 0;
}

static enum dial_result verdict(struct dial *dial, int rc, int error)
{
    if (rc == MOSQ_ERR_SUCCESS)
        return DIAL_STARTED;
    errno = error;
    if (!dial->fault[0] && rc == MOSQ_ERR_EAI)
        snprintf(dial->fault, sizeof dial->fault, "the name %.120s cannot be resolved", dial->host);
    dial_fault(dial, rc);
    return DIAL_FAILED;
}

/* The library takes the first address that does not fail at once, so a broker deaf on the IPv6 address it
 * announces would never be reached: after a failure the other family gets its turn. What worked is kept.
 * (Back to "any" is not possible: the library frees the old text twice if it is unset.) */
static void choose_family(struct dial *dial)
{
    if (dial->attempts > 0 && !dial->reached)
        mosquitto_string_option(dial->m, MOSQ_OPT_BIND_ADDRESS, dial->attempts % 2 ? "0.0.0.0" : "::");
    if (!dial->reached)
        dial->attempts++;
    dial->reached = false;
}

enum dial_result dial_begin(struct dial *dial)
{
    mosquitto_log_callback_set(dial->m, on_log);
    dial->fault[0] = '\0';
    if (!dial->address)
        choose_family(dial);
    if (dial->address || dial->local) {
        int rc = dial_now(dial);
        return verdict(dial, rc, errno);
    }
    dial->done = false;
    dial->busy = start_thread(dial);
    return dial->busy ? DIAL_BUSY : verdict(dial, MOSQ_ERR_ERRNO, errno);
}

bool dial_busy(const struct dial *dial)
{
    return dial->busy;
}

int dial_fd(const struct dial *dial)
{
    return dial->done_fd;
}

enum dial_result dial_end(struct dial *dial)
{
    pthread_mutex_lock(&dial->lock);
    bool done = dial->done;
    pthread_mutex_unlock(&dial->lock);
    if (!done)
        return DIAL_BUSY;
    uint64_t count;
    (void)!read(dial->done_fd, &count, sizeof count);
    pthread_join(dial->thread, NULL);
    dial->busy = false;
    return verdict(dial, dial->rc, dial->error);
}

int dial_publish(struct dial *dial, int *mid, const char *topic, const void *payload, size_t len, int qos,
                 bool retain)
{
    mosquitto_property *properties = NULL;
    int rc = MOSQ_ERR_SUCCESS;
    if (dial->expiry_s && qos && !retain)
        rc = mosquitto_property_add_int32(&properties, MQTT_PROP_MESSAGE_EXPIRY_INTERVAL, dial->expiry_s);
    if (rc == MOSQ_ERR_SUCCESS)
        rc = mosquitto_publish_v5(dial->m, mid, topic, (int)len, payload, qos, retain, properties);
    mosquitto_property_free_all(&properties);
    return rc;
}

const char *dial_fault(struct dial *dial, int rc)
{
    if (!dial->fault[0])
        snprintf(dial->fault, sizeof dial->fault, "%s", mosquitto_strerror(rc));
    return dial->fault;
}

void dial_reached(struct dial *dial)
{
    mosquitto_log_callback_set(dial->m, NULL);
    dial->reached = true;
    dial->fault[0] = '\0';
}
