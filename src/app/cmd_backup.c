/* pitboard backup: a verified copy of the database, beside a running hub. */
#include "app/backup.h"
#include "app/cmd.h"
#include "app/opts.h"
#include "base/exits.h"

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

enum { KEY_DB = 300, KEY_TO, KEY_KEEP, KEY_CHECK, KEY_IDLE };

static const struct opts_row rows[] = {
    { "db", KEY_DB, "FILE", "the database (default: store.path of the configuration)" },
    { "to", KEY_TO, "FILE|DIR", "where the copy goes (default: backup.dir)" },
    { "keep", KEY_KEEP, "N", "then remove all copies in the folder but the newest N" },
    { "check", KEY_CHECK, NULL, "only say whether the database is sound" },
    { "idle", KEY_IDLE, NULL, "at the lowest priority" },
    { 0 },
};

static const struct opts_spec spec = {
    .name = "backup",
    .usage = "",
    .about =
        "Checks the whole database, copies it and checks the copy, beside a running hub. The copy gets its\n"
        "name only when it is sound and on the disk: in a folder NAME-20260301T030000Z.db, in UTC.\n",
    .codes = "Exit codes: 0 done, 1 the database is damaged, 2 wrong use, 3 disk or folder failed.\n",
    .rows = rows,
};

struct job {
    const char *db, *to;
    int64_t keep;
    bool check, idle;
};

static int run(const struct opts *opts, const struct job *job, const char *db, const char *to)
{
    char made[BACKUP_PATH], what[600] = "";
    if (job->idle) {
        struct sched_param none = { 0 };
        setpriority(PRIO_PROCESS, 0, 19);
        sched_setscheduler(0, SCHED_IDLE, &none);
    }
    switch (backup_make(db, job->check ? NULL : to, made, what, sizeof what)) {
    case BACKUP_DONE:
        break;
    case BACKUP_DAMAGED:
        return opts_fail(opts, EXITS_NO, "%s is damaged: %s", db, what);
    default:
        return opts_fail(opts, EXITS_WORLD, "%s: %s", db, what);
    }
    if (job->check) {
        printf("%s is sound\n", db);
        return EXITS_DONE;
    }
    puts(made);
    if (job->keep > 0)
        backup_prune(to, db, (int)job->keep);
    return EXITS_DONE;
}

/* Paths from the configuration where the command line has none. */
static int run_configured(const struct opts *opts, const struct job *job)
{
    char dir[BACKUP_PATH];
    struct conf *conf = job->db && (job->to || job->check) ? calloc(1, sizeof *conf) : opts_conf(opts, false);
    if (!conf)
        return EXITS_USAGE;
    const char *db = job->db ? job->db : conf->store.path;
    backup_dir(db, conf->backup.dir, dir);
    int code = EXITS_WORLD;
    if (!job->to && !job->check && !backup_folder(dir))
        opts_fail(opts, code, "%s: %s", dir, strerror(errno));
    else
        code = run(opts, job, db, job->to ? job->to : dir);
    conf_clear(conf);
    free(conf);
    return code;
}

int cmd_backup(int argc, char **argv)
{
    struct opts opts = opts_begin(&spec);
    struct job job = { 0 };
    int key;
    while ((key = opts_next(&opts, argc, argv)) != OPTS_END) {
        if (key == OPTS_STOP)
            return opts.code;
        if (key == KEY_DB)
            job.db = opts.value;
        else if (key == KEY_TO)
            job.to = opts.value;
        else if (key == KEY_CHECK)
            job.check = true;
        else if (key == KEY_IDLE)
            job.idle = true;
        else if (!opts_number(&opts, "keep", 1, BACKUPS_MAX, &job.keep))
            return opts.code;
    }
    if (opts.n_operands)
        return opts_fail(&opts, EXITS_USAGE, "\"%s\" is too much", opts.operands[0]);
    return run_configured(&opts, &job);
}
