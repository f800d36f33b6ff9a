#include "app/outfile.h"

#include "sys/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

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

static bool end_whole(struct outfile *out, bool keep)
{
    struct whole *w = out->whole;
    out->whole = NULL;
    if (keep)
        return whole_keep(w, out->fault);
    whole_drop(w);
    return true;
}

bool outfile_close(struct outfile *out, bool keep, int *code)
{
    FILE *file = out->file;
    *code = 0;
    out->file = NULL;
    if (out->whole)
        return end_whole(out, keep);
    bool ok = file && fflush(file) == 0 && !ferror(file);
    if (file && file != stdout)
        ok = fclose(file) == 0 && ok;
    if (!ok)
        fail(out, "the answer could not be written");
    return out->pid ? end_program(out, keep, ok, code) : ok;
}
