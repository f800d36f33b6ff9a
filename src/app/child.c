#include "app/child.h"

#include "base/text.h"
#include "sys/spawn.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define TAIL_BYTES 500

/* The folder of this program, with its last slash. */
static bool own_folder(char *out, size_t size)
{
    ssize_t n = readlink("/proc/self/exe", out, size - 1);
    if (n <= 0)
        return false;
    out[n] = '\0';
    char *slash = strrchr(out, '/');
    if (!slash)
        return false;
    slash[1] = '\0';
    return true;
}

static bool in_path(const char *program)
{
    const char *path = getenv("PATH");
    char name[CHILD_PATH * 2];
    while (path && *path) {
        int n = (int)strcspn(path, ":");
        snprintf(name, sizeof name, "%.*s/%s", n, path, program);
        if (n > 0 && access(name, X_OK) == 0)
            return true;
        path += n + (path[n] == ':');
    }
    return false;
}

void child_find(const char *program, char *out, size_t size)
{
    static const char *const sbin[] = { "/usr/sbin", "/usr/local/sbin", "/sbin" };
    char folder[CHILD_PATH];
    if (own_folder(folder, sizeof folder)) {
        snprintf(out, size, "%s%s", folder, program);
        if (access(out, X_OK) == 0)
            return;
    }
    for (int i = 0; i < 3 && !in_path(program); i++) { /* where Debian has mosquitto, and users no PATH */
        snprintf(out, size, "%s/%s", sbin[i], program);
        if (access(out, X_OK) == 0)
            return;
    }
    snprintf(out, size, "%s", program);
}

void child_init(struct child *child, const char *title, const char *program, const char *log_folder)
{
    char path[CHILD_PATH * 2];
    *child = (struct child){ .title = title, .again_at = BOOT_FAR };
    snprintf(child->log, sizeof child->log, "%.*s/%s.log", CHILD_PATH, log_folder, title);
    child_find(program, path, sizeof path);
    child_arg(child, "%s", path);
}

void child_free(struct child *child)
{
    for (int i = 0; i < child->n_args; i++)
        free(child->args[i]);
    child->n_args = 0;
}

void child_arg(struct child *child, const char *format, ...)
{
    va_list args;
    char *text = NULL;
    va_start(args, format);
    int n = child->n_args < CHILD_ARGS_MAX ? vasprintf(&text, format, args) : -1;
    va_end(args);
    if (n < 0) {
        child->bad_args = true;
        return;
    }
    child->args[child->n_args++] = text;
}

void child_setting(struct child *child, const char *key, const char *value)
{
    char quoted[2 * CHILD_PATH + 64];
    struct text text = text_over(quoted, sizeof quoted);
    text_fmt(&text, "%s=\"", key);
    for (; *value; value++) {
        if (*value == '"' || *value == '\\')
            text_put(&text, "\\");
        text_add(&text, value, 1);
    }
    text_put(&text, "\"");
    child->bad_args = child->bad_args || text.failed;
    child_arg(child, "-o");
    child_arg(child, "%s", quoted);
}

bool child_start(struct child *child, struct boot now)
{
    if (child->bad_args || child->pid > 0)
        return false;
    struct spawn what = { .argv = (const char *const *)child->args, .output = child->log };
    pid_t pid = spawn_start(&what);
    child->pid = pid > 0 ? pid : 0;
    child->started = now;
    child->again_at = BOOT_FAR;
    return child->pid > 0;
}

void child_stop(struct child *child, int64_t grace_ms)
{
    child->again_at = BOOT_FAR;
    if (child->pid <= 0)
        return;
    spawn_stop(child->pid, grace_ms);
    child->pid = 0;
}

bool child_ended(struct child *child, int *status)
{
    if (child->pid <= 0 || waitpid(child->pid, status, WNOHANG) != child->pid)
        return false;
    child->pid = 0;
    return true;
}

void child_tail(const struct child *child, char *out, size_t size)
{
    char bytes[TAIL_BYTES];
    struct text text = text_over(out, size);
    FILE *file = fopen(child->log, "re");
    if (!file)
        return;
    bool cut = fseek(file, -TAIL_BYTES, SEEK_END) == 0;
    if (!cut)
        rewind(file);
    size_t n = fread(bytes, 1, sizeof bytes, file), from = 0;
    fclose(file);
    while (cut && from < n && bytes[from++] != '\n')
        ;
    while (from < n) {
        const char *end = memchr(bytes + from, '\n', n - from);
        size_t len = end ? (size_t)(end - bytes) - from : n - from;
        text_put(&text, "\n  ");
        text_safe(&text, bytes + from, len);
        from += len + 1;
    }
}

void child_way(int status, char *out, size_t size)
{
    if (WIFSIGNALED(status))
        snprintf(out, size, "by signal %d", WTERMSIG(status));
    else
        snprintf(out, size, "with code %d", WEXITSTATUS(status));
}
