#include "app/which.h"

#include "base/exits.h"
#include "base/text.h"
#include "report/lang.h"
#include "sys/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void which_drop(struct which *which)
{
    conf_clear(which->conf);
    free(which->conf);
    which->conf = NULL;
}

static enum which_state state_of(const struct which *which, bool file)
{
    return which->conf->hours.given ? WHICH_HOURS : file ? WHICH_NO_HOURS : WHICH_NONE;
}

/* The usual file, if it will do. */
static void try_usual(struct which *which, const struct opts *opts)
{
    char fault[CONF_FAULT_SIZE];
    struct conf *conf = calloc(1, sizeof *conf);
    which->conf = conf;
    if (conf && conf_load(conf, NULL, NULL, 0, fault)) {
        which->state = state_of(which, true);
        return;
    }
    if (conf)
        opts_fail(opts, 0, "%s; the log is read without it", fault);
    which_drop(which);
    which->state = WHICH_BROKEN;
}

bool which_read(struct which *which, const struct opts *opts, bool free_choice)
{
    bool usual = !opts->path && access(CONF_DEFAULT_PATH, F_OK) == 0;
    *which = (struct which){ .state = WHICH_NONE, .path = opts->path ? opts->path : CONF_DEFAULT_PATH };
    if (!free_choice || opts->path || opts->n_settings) {
        which->conf = opts_conf(opts, false);
        if (which->conf)
            which->state = state_of(which, opts->path || usual);
        return which->conf;
    }
    which->free_choice = true;
    if (usual)
        try_usual(which, opts);
    return true;
}

/* The same time zone and the same stages: then its hours are those of this log. */
static bool fits(const struct plan *plan, const struct query_plan *log)
{
    int n = 0;
    if (!log->n_stages || (log->zone[0] && strcmp(log->zone, plan->zone) != 0))
        return false;
    for (int i = 0; i < log->n_stages; i++)
        n += plan_stage(plan, log->stages[i].id) != NO_INDEX;
    return n == log->n_stages && n == plan->n_stage_order;
}

void which_fit(struct which *which, const struct query_plan *log)
{
    if (!which->conf || !which->free_choice || fits(&which->conf->plan, log))
        return;
    which_drop(which);
    which->state = WHICH_OTHER;
}

void which_say(const struct which *which, const char *lang, struct text *out)
{
    static const char *const said[] = {
        [WHICH_HOURS] = "Times in hours:minutes; opening hours as {0} has them.",
        [WHICH_NO_HOURS] =
            "Times in hours:minutes, nights included: {0} has no opening hours (the group hours).",
        [WHICH_NONE] =
            "Times in hours:minutes, nights included: opening hours are not known, as there is no {0} "
            "and no -c FILE.",
        [WHICH_BROKEN] = "Times in hours:minutes, nights included: {0} cannot be used.",
        [WHICH_OTHER] =
            "Times in hours:minutes, nights included: {0} belongs to another log (other stages or time "
            "zone); -c FILE names the one with the opening hours.",
    };
    lang_say(out, lang, said[which->state], &which->path, 1);
}
