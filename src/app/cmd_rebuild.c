/* pitboard rebuild: derive job, span, stay and bay again from the log, or only compare. */
#include "app/cmd.h"
#include "app/opts.h"
#include "app/rebuild.h"
#include "base/exits.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { KEY_CHECK = 256, KEY_DB };

static const struct opts_row rows[] = {
    { "check", KEY_CHECK, NULL, "only compare; works beside a running hub" },
    { "db", KEY_DB, "FILE", "the database (default: store.path of the configuration)" },
    { 0 },
};

static const struct opts_spec spec = {
    .name = "rebuild",
    .usage = "",
    .about = "Derives jobs, spans, stays and bays again from the log of events and replaces the tables by "
             "the result.\n"
             "The hub must be stopped.\n",
    .codes =
        "Exit codes: 0 done; with --check 0 the tables are what the log says, 1 they are not; 2 wrong use,\n"
        "3 the database failed.\n",
    .rows = rows,
};

static void show(void *user, int64_t done, int64_t total)
{
    (void)user;
    fprintf(stderr, "\r%lld of %lld events", (long long)done, (long long)total);
}

static int rebuild(const char *path, bool check)
{
    char what[600];
    bool terminal = isatty(STDERR_FILENO);
    if (access(path, F_OK) != 0) {
        fprintf(stderr, "pitboard rebuild: %s: there is no such database\n", path);
        return EXITS_WORLD;
    }
    struct rebuild_progress progress = { .step = terminal ? show : NULL };
    enum rebuild_result result = rebuild_run(path, !check, &progress, what, sizeof what);
    if (terminal)
        fputs("\r\033[K", stderr);
    switch (result) {
    case REBUILD_SAME:
        printf("%s: the tables are what the log says\n", path);
        return EXITS_DONE;
    case REBUILD_ROLLUPS:
    case REBUILD_DIFFERS:
        printf("%s: %s: %s\n", path,
               check ? "the tables differ from the log" : "the tables differed and were replaced", what);
        return check ? EXITS_NO : EXITS_DONE;
    default:
        fprintf(stderr, "pitboard rebuild: %s\n", what);
        return EXITS_WORLD;
    }
}

int cmd_rebuild(int argc, char **argv)
{
    struct opts opts = opts_begin(&spec);
    const char *path = NULL;
    bool check = false;
    int key;
    while ((key = opts_next(&opts, argc, argv)) >= KEY_CHECK) {
        check |= key == KEY_CHECK;
        path = key == KEY_DB ? opts.value : path;
    }
    if (key == OPTS_STOP)
        return opts.code;
    if (opts.n_operands)
        return opts_fail(&opts, EXITS_USAGE, "\"%s\" is too much; the database goes after --db",
                         opts.operands[0]);
    if (path)
        return rebuild(path, check);
    struct conf *conf = opts_conf(&opts, false);
    int code = conf ? rebuild(conf->store.path, check) : EXITS_USAGE;
    conf_clear(conf);
    free(conf);
    return code;
}
