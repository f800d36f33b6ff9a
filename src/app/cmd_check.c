/* pitboard check: is this configuration right? */
#include "app/child.h"
#include "app/cmd.h"
#include "app/opts.h"
#include "app/rows.h"
#include "base/exits.h"
#include "base/picture.h"
#include "sys/spawn.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static const struct opts_spec spec = {
    .name = "check",
    .usage = "",
    .about = "Reads a configuration as every program does, and says what is wrong with it:\n"
             "FILE:LINE: key: what is wrong, what would be right. Asks pitboard-screen, where it is\n"
             "installed, about languages, colours and labels too long for it.\n",
    .codes = "Exit codes: 0 it is right, 2 it is not.\n",
};

static void summary(const struct conf *conf, const char *path)
{
    const struct plan *plan = &conf->plan;
    printf("%s: ok\n", path);
    printf("site %s, broker %s:%d, database %s\n",
           conf->site[0] ? conf->site : "(not set: the hub needs one)", conf->broker.host, conf->broker.port,
           conf->store.path);
    printf("%d stages, %d routes, %d bays, %d sources beside them\n", plan->n_stage_order,
           plan->n_route_order, plan->n_bay_order, conf->desk.n + conf->dms.n + conf->rate.n);
    if (conf->n_buttons || conf->n_boxes)
        printf("%d buttons, %d boxes\n", conf->n_buttons, conf->n_boxes);
}

/* The screen goes on without its logo; better to learn of it here. */
static bool logo(const struct conf *conf, char fault[CONF_FAULT_SIZE])
{
    struct picture picture;
    char why[200];
    size_t len;
    const char *path = conf->screen.theme.logo;
    void *bytes = path[0] ? picture_load(path, &len, &picture, why, sizeof why) : NULL;
    if (path[0] && !bytes)
        snprintf(fault, CONF_FAULT_SIZE, "screen.theme.logo: %.300s: %s", path, why);
    free(bytes);
    return !path[0] || bytes;
}

/* The files a program needs at its start; a hub that cannot read them does not come up. */
static bool files(const struct conf *conf, char fault[CONF_FAULT_SIZE])
{
    char password[CONF_TEXT];
    const char *const keys[] = { "ca", "cert", "key" };
    const char *const names[] = { conf->broker.ca, conf->broker.cert, conf->broker.key };
    if (!conf_password(conf, password, sizeof password, fault))
        return false;
    for (int i = 0; i < 3; i++)
        if (names[i][0] && access(names[i], R_OK) != 0) {
            snprintf(fault, CONF_FAULT_SIZE, "broker.tls.%s: %.300s: %s; name a file that this user may read",
                     keys[i], names[i], strerror(errno));
            return false;
        }
    return logo(conf, fault);
}

/* Topics that do not fit their profile: what the hub would not start with. */
static bool buttons(const struct conf *conf, char fault[CONF_FAULT_SIZE])
{
    bool wrong;
    struct rows *rows = rows_create(conf, &wrong, fault, CONF_FAULT_SIZE);
    rows_destroy(rows);
    return rows;
}

/* What the screen alone can tell (languages, colours, widths of labels), where it is installed; it says what is wrong. */
static bool screen(const struct opts *opts)
{
    const char *argv[2 * OPTS_SETTINGS_MAX + 5] = { NULL, "--check" };
    char program[CHILD_PATH * 2];
    int n = 2, status = 0;
    child_find("pitboard-screen", program, sizeof program);
    argv[0] = program;
    if (opts->path) {
        argv[n++] = "-c";
        argv[n++] = opts->path;
    }
    for (int i = 0; i < opts->n_settings; i++) {
        argv[n++] = "-o";
        argv[n++] = opts->settings[i];
    }
    fflush(stdout);
    pid_t pid = spawn_start(&(struct spawn){ .argv = argv, .keep_output = true });
    while (pid > 0 && waitpid(pid, &status, 0) < 0)
        if (errno != EINTR)
            return true;
    return pid < 0 || !WIFEXITED(status) || WEXITSTATUS(status) != EXITS_USAGE;
}

int cmd_check(int argc, char **argv)
{
    struct opts opts = opts_begin(&spec);
    if (opts_next(&opts, argc, argv) == OPTS_STOP)
        return opts.code;
    if (opts.n_operands)
        return opts_fail(&opts, EXITS_USAGE, "\"%s\" is too much; the file goes after -c", opts.operands[0]);
    struct conf *conf = opts_conf(&opts, false);
    bool wrong = false;
    if (!conf)
        return EXITS_USAGE;
    bool there = opts.path || access(CONF_DEFAULT_PATH, F_OK) == 0;
    char fault[CONF_FAULT_SIZE];
    if (!files(conf, fault) || !buttons(conf, fault)) {
        fprintf(stderr, "%s\n", fault);
        wrong = true;
    } else if (!screen(&opts)) {
        wrong = true;
    }
    if (wrong) {
        conf_clear(conf);
        free(conf);
        return EXITS_USAGE;
    }
    summary(conf, opts.path ? opts.path : there ? CONF_DEFAULT_PATH : "built-in defaults");
    conf_clear(conf);
    free(conf);
    return EXITS_DONE;
}
