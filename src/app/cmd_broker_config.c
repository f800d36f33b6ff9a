/* pitboard broker-config: Mosquitto's files for this workshop. */
#include "app/access.h"
#include "app/cmd.h"
#include "app/opts.h"
#include "base/exits.h"
#include "sys/whole.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { KEY_DIR = 300, KEY_TLS, KEY_SCREEN, KEY_WORKSHOP };

static const struct opts_row rows[] = {
    { "dir", KEY_DIR, "DIR", "where the files are written (default: here)" },
    { "tls", KEY_TLS, NULL, "a listener that takes TLS with client certificates only" },
    { "screen", KEY_SCREEN, "ID", "a lounge screen; may be repeated (default: lounge)" },
    { "workshop", KEY_WORKSHOP, "ID", "a workshop screen; may be repeated (default: workshop)" },
    { 0 },
};

static const struct opts_spec spec = {
    .name = "broker-config",
    .usage = "",
    .about = "Writes pitboard.conf and pitboard.acl for Mosquitto: who may read and write what, from the "
             "bays and\n"
             "sources of the configuration. Both say at the top how they are installed.\n",
    .codes = "Exit codes: 0 done, 2 wrong use or configuration, 3 a file cannot be written.\n",
    .rows = rows,
};

static bool write_file(const struct opts *opts, const char *dir, const char *name, const struct text *text)
{
    char path[4200], fault[WHOLE_FAULT];
    snprintf(path, sizeof path, "%.4000s/%s", dir, name);
    bool ok = !text->failed && whole_put(path, text->data, text->len, WHOLE_DURABLE, fault);
    if (ok)
        printf("%s\n", path);
    else if (text->failed)
        opts_fail(opts, EXITS_WORLD, "%s: out of memory", path);
    else
        opts_fail(opts, EXITS_WORLD, "%s", fault);
    return ok;
}

static int write_files(const struct opts *opts, const char *dir, bool tls,
                       const struct access_screens *screens)
{
    struct conf *conf = opts_conf(opts, true);
    struct text text = text_grow(ACCESS_BYTES_MAX);
    struct rows *buttons = NULL;
    char fault[CONF_FAULT_SIZE];
    bool ok = false, wrong = !conf;
    if (conf && !(buttons = rows_create(conf, &wrong, fault, sizeof fault))) {
        opts_fail(opts, EXITS_USAGE, "%s", fault);
    } else if (conf) {
        access_conf(conf, tls, &text);
        ok = write_file(opts, dir, "pitboard.conf", &text);
        text_clear(&text);
        access_acl(conf, buttons, screens, &text);
        ok = ok && write_file(opts, dir, "pitboard.acl", &text);
    }
    text_free(&text);
    rows_destroy(buttons);
    int code = wrong ? EXITS_USAGE : ok ? EXITS_DONE : EXITS_WORLD;
    conf_clear(conf);
    free(conf);
    return code;
}

static bool add_screen(struct opts *opts, struct access_screens *screens, bool workshop)
{
    if (screens->n < ACCESS_SCREENS && text_is_id(opts->value)) {
        screens->workshop[screens->n] = workshop;
        screens->id[screens->n++] = opts->value;
        return true;
    }
    opts->code =
        opts_fail(opts, EXITS_USAGE,
                  "\"%s\": not an id of 1 to 32 letters a-z, digits and -, or one too many", opts->value);
    return false;
}

int cmd_broker_config(int argc, char **argv)
{
    struct opts opts = opts_begin(&spec);
    struct access_screens screens = { .n = 0 };
    const char *dir = ".";
    bool tls = false;
    int key;
    while ((key = opts_next(&opts, argc, argv)) != OPTS_END) {
        if (key == OPTS_STOP)
            return opts.code;
        if (key == KEY_DIR)
            dir = opts.value;
        else if (key == KEY_TLS)
            tls = true;
        else if (!add_screen(&opts, &screens, key == KEY_WORKSHOP))
            return opts.code;
    }
    if (opts.n_operands)
        return opts_fail(&opts, EXITS_USAGE, "\"%s\" is too much", opts.operands[0]);
    if (screens.n == 0)
        screens = (struct access_screens){ { "lounge", "workshop" }, { false, true }, 2 };
    return write_files(&opts, dir, tls, &screens);
}
