/* pitboard check: is this configuration right? */
#include "app/cmd.h"
#include "app/opts.h"
#include "app/rows.h"
#include "base/exits.h"
#include "base/picture.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct opts_spec spec = {
    .name = "check",
    .usage = "",
    .about = "Reads a configuration as every program does, and says what is wrong with it:\n"
             "FILE:LINE: key: what is wrong, what would be right.\n",
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

int cmd_check(int argc, char **argv)
{
    struct opts opts = opts_begin(&spec);
    if (opts_next(&opts, argc, argv) == OPTS_STOP)
        return opts.code;
    if (opts.n_operands)
        return opts_fail(&opts, EXITS_USAGE, "\"%s\" is too much; the file goes after -c", opts.operands[0]);
    struct conf *conf = opts_conf(&opts, false);
    if (!conf)
        return EXITS_USAGE;
    bool there = opts.path || access(CONF_DEFAULT_PATH, F_OK) == 0;
    char fault[CONF_FAULT_SIZE];
    if (!files(conf, fault) || !buttons(conf, fault)) {
        fprintf(stderr, "%s\n", fault);
        conf_clear(conf);
        free(conf);
        return EXITS_USAGE;
    }
    summary(conf, opts.path ? opts.path : there ? CONF_DEFAULT_PATH : "built-in defaults");
    conf_clear(conf);
    free(conf);
    return EXITS_DONE;
}
