#include "app/outfile.h"

#include "sys/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

bool outfile_open(struct outfile *out, const char *path)
{
    *out = (struct outfile){ .file = path ? NULL : stdout };
    if (!path)
        return true;
    if (strlen(path) >= sizeof out->path) {
        errno = ENAMETOOLONG;
        return false;
    }
    struct stat st;
    snprintf(out->path, sizeof out->path, "%s", path);
    if (stat(path, &st) == 0 && !S_ISREG(st.st_mode)) { /* a device, a pipe: nothing to rename over */
        out->file = fopen(path, "wbe");
        return out->file != NULL;
    }
    snprintf(out->temporary, sizeof out->temporary, "%s.XXXXXX", path);
    int fd = mkostemp(out->temporary, O_CLOEXEC);
    if (fd < 0)
        return false;
    mode_t mask = umask(0);
    umask(mask);
    if (fchmod(fd, 0666 & ~mask) == 0 && (out->file = fdopen(fd, "wb")))
        return true;
    int fault = errno;
    close(fd);
    unlink(out->temporary);
    errno = fault;
    return false;
}

bool outfile_start(struct outfile *out, const char *const *argv)
{
    int ends[2];
    *out = (struct outfile){ 0 };
    if (pipe2(ends, O_CLOEXEC) != 0)
        return false;
    out->pid = spawn_start(&(struct spawn){ .argv = argv, .keep_output = true, .input = ends[0] });
    int fault = errno;
    close(ends[0]);
    if (out->pid > 0 && (out->file = fdopen(ends[1], "wb"))) {
        signal(SIGPIPE, SIG_IGN); /* a program that ends early shows as a failed write */
        return true;
    }
    if (out->pid > 0)
        spawn_stop(out->pid, 0);
    close(ends[1]);
    errno = fault;
    return false;
}

static bool end_program(struct outfile *out, bool keep, bool written, int *code)
{
    int status = -1;
    if (!keep)
        kill(out->pid, SIGKILL);
    while (waitpid(out->pid, &status, 0) < 0 && errno == EINTR)
        ;
    out->pid = 0;
    *code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    return keep && written && *code == 0;
}

bool outfile_close(struct outfile *out, bool keep, int *code)
{
    bool ok = out->file && fflush(out->file) == 0 && !ferror(out->file);
    int fault = errno;
    *code = 0;
    if (out->file && out->temporary[0])
        ok = ok && fsync(fileno(out->file)) == 0;
    if (out->file && out->file != stdout)
        ok = fclose(out->file) == 0 && ok;
    out->file = NULL;
    if (out->pid)
        return end_program(out, keep, ok, code);
    if (out->temporary[0]) {
        ok = ok && (!keep || rename(out->temporary, out->path) == 0);
        fault = ok ? 0 : errno ? errno : fault;
        if (!ok || !keep)
            unlink(out->temporary);
        out->temporary[0] = '\0';
    }
    errno = fault;
    return ok;
}

bool outfile_put(const char *path, const char *bytes, size_t len)
{
    struct outfile out;
    int code;
    if (!outfile_open(&out, path))
        return false;
    bool ok = fwrite(bytes, 1, len, out.file) == len;
    return outfile_close(&out, ok, &code) && ok;
}
