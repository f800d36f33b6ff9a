#include "app/nightly.h"

#include "app/backup.h"
#include "base/exits.h"
#include "store/check.h"
#include "sys/clock.h"
#include "sys/spawn.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define LOG_TAG "hub"
#include "base/log.h"

#define AFTER_START_MS 10000   /* the boards first */
#define LOOK_MS        60000   /* how often the time of day is looked at */
#define AGAIN_MS       3600000 /* after a failure */
#define CHILD_MS       7200000 /* a child that takes longer hangs */

struct nightly {
    struct loop *loop;
    const struct conf *conf;
    const struct nightly_ops *ops;
    void *user;
    char dir[BACKUP_PATH], program[BACKUP_PATH];
    struct wall last; /* the newest backup, or where the log begins */
    bool checked, copying;
    pid_t pid; /* 0: none runs */
    int pidfd;
    struct loop_fd *fd;
    struct boot next;
};

/* The hand tool that lies beside this program, else the one in PATH. */
static void find_program(char out[BACKUP_PATH])
{
    char self[BACKUP_PATH - 16];
    ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
    self[n < 0 ? 0 : n] = '\0';
    char *slash = strrchr(self, '/');
    if (slash)
        *slash = '\0';
    snprintf(out, BACKUP_PATH, "%s/pitboard", self);
    if (!slash || access(out, X_OK) != 0)
        snprintf(out, BACKUP_PATH, "pitboard");
}

/* The last time of day `at_min` that is not after `now`, in the process's zone. */
static struct wall last_due(struct wall now, int at_min)
{
    struct clock_parts p = clock_local(now);
    struct wall due = clock_from_local(p.year, p.month, p.day, at_min / 60, at_min % 60, 0);
    return due.ms <= now.ms ? due : clock_from_local(p.year, p.month, p.day - 1, at_min / 60, at_min % 60, 0);
}

/* A copy from the future tells nothing: a clock was wrong once. */
static struct wall last_backup(const struct nightly *n)
{
    char path[BACKUP_PATH];
    struct wall at = backup_before(n->dir, n->conf->store.path, NULL, path) ? backup_time(path) : WALL_NONE;
    if (wall_is_none(at) || at.ms > clock_wall().ms + 86400000)
        at.ms = store_first(n->conf->store.path);
    return at;
}

struct nightly *nightly_create(struct loop *loop, const struct conf *conf, const struct nightly_ops *ops,
                               void *user)
{
    struct nightly *n = calloc(1, sizeof *n);
    if (!n)
        return NULL;
    n->loop = loop;
    n->conf = conf;
    n->ops = ops;
    n->user = user;
    n->pidfd = -1;
    n->next = boot_plus(clock_boot(), AFTER_START_MS);
    backup_dir(conf->store.path, conf->backup.dir, n->dir);
    find_program(n->program);
    n->last = last_backup(n);
    return n;
}

static void forget_child(struct nightly *n)
{
    loop_remove_fd(n->fd);
    if (n->pidfd >= 0)
        close(n->pidfd);
    n->fd = NULL;
    n->pidfd = -1;
    n->pid = 0;
}

void nightly_destroy(struct nightly *nightly)
{
    if (!nightly)
        return;
    spawn_stop(nightly->pid, 1000);
    forget_child(nightly);
    free(nightly);
}

static void failed(struct nightly *n, const char *why)
{
    log_error("the database could not be %s: %s", n->copying ? "backed up" : "checked", why);
    n->ops->backed_up(n->user, why);
    n->next = boot_plus(clock_boot(), AGAIN_MS);
}

static void child_ended(void *user, unsigned ready)
{
    struct nightly *n = user;
    int status = spawn_stop(n->pid, 0), code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    (void)ready;
    forget_child(n);
    n->next = boot_plus(clock_boot(), LOOK_MS);
    if (code == EXITS_NO) {
        n->ops->damaged(n->user);
    } else if (code != EXITS_DONE) {
        failed(n, "see the log");
    } else {
        n->checked = true;
        if (n->copying) {
            log_note("the database was checked and copied to %s", n->dir);
            n->last = clock_wall();
            n->ops->backed_up(n->user, NULL);
        }
    }
}

static void start_child(struct nightly *n, bool copying)
{
    char keep[16];
    snprintf(keep, sizeof keep, "%d", n->conf->backup.keep);
    const char *const copy[] = { n->program, "backup", "--idle", "--db", n->conf->store.path,
                                 "--to",     n->dir,   "--keep", keep,   NULL };
    const char *const check[] = {
        n->program, "backup", "--idle", "--db", n->conf->store.path, "--check", NULL
    };
    struct spawn what = { .argv = copying ? copy : check, .keep_output = true };
    n->copying = copying;
    if (copying && !backup_folder(n->dir)) {
        failed(n, strerror(errno));
        return;
    }
    n->pid = spawn_start(&what);
    if (n->pid <= 0) {
        n->pid = 0;
        failed(n, strerror(errno));
        return;
    }
    n->pidfd = (int)syscall(SYS_pidfd_open, n->pid, 0);
    n->fd = n->pidfd >= 0 ? loop_add_fd(n->loop, n->pidfd, LOOP_READ, child_ended, n) : NULL;
    n->next = boot_plus(clock_boot(), CHILD_MS);
    if (n->fd)
        return;
    spawn_stop(n->pid, 0);
    forget_child(n);
    failed(n, "it cannot be watched");
}

void nightly_tick(struct nightly *n, struct boot now)
{
    if (now.ms < n->next.ms)
        return;
    if (n->pid > 0) {
        kill(n->pid, SIGKILL); /* child_ended reaps it */
        n->next = boot_plus(now, CHILD_MS);
        return;
    }
    n->next = boot_plus(now, LOOK_MS);
    struct wall wall = clock_wall();
    bool due = n->conf->backup.at_min >= 0 && n->last.ms < last_due(wall, n->conf->backup.at_min).ms;
    if (due || !n->checked)
        start_child(n, due);
}

struct boot nightly_deadline(const struct nightly *n)
{
    return n->next;
}
