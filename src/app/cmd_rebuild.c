/* pitboard rebuild: derive job, span, stay and bay again from the log, or only compare. */
#include "app/cmd.h"
#include "app/rebuild.h"
#include "base/exits.h"
#include "conf/conf.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static void usage(FILE *to)
{
    fputs("Usage: pitboard rebuild [--check] [--db FILE] [-c FILE] [-o KEY=VALUE]...\n"
          "Derives jobs, spans, stays and bays again from the log of events and replaces the tables by the "
          "result.\n"
          "The hub must be stopped.\n\n"
          "  --check        only compare; works beside a running hub\n"
          "  --db FILE      the database (default: store.path of the configuration)\n"
          "  -c FILE, -o KEY=VALUE, --help\n\n"
          "Exit codes: 0 the tables were what the log says, 1 they differed, 2 wrong use, 3 the database "
          "failed.\n",
          to);
}

static void show(void *user, int64_t done, int64_t total)
{
    (void)user;
    fprintf(stderr, "\r%lld of %lld events", (long long)done, (long long)total);
}

static int rebuild(const char *path, bool check)
{
    char what[600];
    bool terminal = isatty(STDERR_FILENO);
    struct rebuild_progress progress = { .step = terminal ? show : NULL };
    enum rebuild_result result = rebuild_run(path, !check, &progress, what, sizeof what);
    if (terminal)
        fputs("\r\033[K", stderr);
    switch (result) {
    case REBUILD_SAME:
        printf("%s: the tables are what the log says\n", path);
        return EXITS_DONE;
    case REBUILD_DIFFERS:
        printf("%s: %s: %s\n", path,
               check ? "the tables differ from the log" : "the tables differed and were replaced", what);
        return EXITS_NO;
    default:
        fprintf(stderr, "pitboard rebuild: %s\n", what);
        return EXITS_WORLD;
    }
}

int cmd_rebuild(int argc, char **argv)
{
    static const struct option longs[] = {
        { "check", 0, 0, 'k' }, { "db", 1, 0, 'd' }, { "help", 0, 0, 'h' }, { 0 }
    };
    const char *path = NULL, *file = NULL, *settings[64];
    bool check = false;
    int c, n = 0;
    while ((c = getopt_long(argc, argv, "c:o:", longs, NULL)) != -1) {
        if (c == 'k')
            check = true;
        else if (c == 'd')
            path = optarg;
        else if (c == 'c')
            file = optarg;
        else if (c == 'o' && n < 64)
            settings[n++] = optarg;
        else
            return usage(c == 'h' ? stdout : stderr), c == 'h' ? EXITS_DONE : EXITS_USAGE;
    }
    if (optind < argc)
        return usage(stderr), EXITS_USAGE;
    if (path)
        return rebuild(path, check);
    struct conf *conf = malloc(sizeof *conf);
    char fault[CONF_FAULT_SIZE] = "out of memory";
    int code = EXITS_USAGE;
    if (conf && conf_load(conf, file, settings, n, fault))
        code = rebuild(conf->store.path, check);
    else
        fprintf(stderr, "%s\n", fault);
    free(conf);
    return code;
}
