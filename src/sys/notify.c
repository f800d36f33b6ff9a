#include "sys/notify.h"

#include "base/text.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

void notify_send(const char *state)
{
    const char *name = getenv("NOTIFY_SOCKET");
    struct sockaddr_un to = { .sun_family = AF_UNIX };
    if (!name || (*name != '/' && *name != '@') || !text_copy(to.sun_path, sizeof to.sun_path, name))
        return;
    socklen_t size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(name));
    if (*name == '@')
        to.sun_path[0] = '\0'; /* abstract */
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return;
    /* Not blocking and not checked: a busy manager must not hold up the loop; the next beat comes soon. */
    (void)!sendto(fd, state, strlen(state), MSG_NOSIGNAL, (struct sockaddr *)&to, size);
    close(fd);
}

int64_t notify_watchdog_ms(void)
{
    const char *text = getenv("WATCHDOG_USEC"), *whose = getenv("WATCHDOG_PID");
    int64_t period_us, pid;
    if (!text || !text_int(text, 1, INT64_MAX, &period_us))
        return 0;
    if (whose && (!text_int(whose, 1, INT32_MAX, &pid) || pid != getpid()))
        return 0; /* meant for another process */
    return period_us >= 2000 ? period_us / 2000 : 1;
}
