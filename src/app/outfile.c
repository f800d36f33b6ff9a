#include "app/outfile.h"

#include "sys/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* Keeps the first reason: what follows fails for others. */
static bool blame(struct outfile *out)
{
    out->error = out->error ? out->error : errno ? errno : EIO;
    return false;
}

bool outfile_write(struct outfile *out, const char *bytes, size_t len)
{
    return fwrite(bytes, 1, len, out->file) == len || blame(out);
}

bool outfile_flush(struct outfile *out)
{
    return !out->error && (fflush(out->file) == 0 || blame(out));
}

static bool fail(struct outfile *out, const char *what)
{
    snprintf(out->fault, sizeof out->fault, "%.400s: %s", what, strerror(errno));
    return false;
}

bool outfile_open(struct outfile *out, const char *path)
{
    *out = (struct outfile){ .file = path ? NULL : stdout };
    if (!path)
        return true;
    if (whole_is_stream(path)) { /* nothing to rename over */
        out->file = fopen(path, "wbe");
        return out->file || fail(out, path);
    }
    out->whole = whole_open(path, WHOLE_DURABLE, out->fault);
    out->file = out->whole ? whole_stream(out->whole) : NULL;
    return out->whole != NULL;
}

bool outfile_start(struct outfile *out, const char *const *argv)
{
    int ends[2];
    *out = (struct outfile){ 0 };
    if (pipe2(ends, O_CLOEXEC) != 0)
        return fail(out, argv[0]);
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
    return fail(out, argv[0]);
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
    if (keep && *code < 0)
        snprintf(out->fault, sizeof out->fault, "the program that makes the file was ended by a signal");
    return keep && written && *code == 0;
}

/* Says what failed first. */
static bool unwritten(struct outfile *out)
{
    errno = out->error;
    return fail(out, "the answer could not be written");
}

static bool end_whole(struct outfile *out, bool keep)
{
    struct whole *w = out->whole;
    out->whole = NULL;
    if (keep && !out->error)
        return whole_keep(w, out->fault);
    whole_drop(w);
    return out->error ? unwritten(out) : true;
}

bool outfile_close(struct outfile *out, bool keep, int *code)
{
    FILE *file = out->file;
    *code = 0;
    if (out->whole) {
        out->file = NULL;
        return end_whole(out, keep);
    }
    bool ok = outfile_flush(out);
    out->file = NULL;
    if (file != stdout && fclose(file) != 0)
        ok = blame(out);
    if (!ok)
        unwritten(out);
    return out->pid ? end_program(out, keep, ok, code) : ok;
}
