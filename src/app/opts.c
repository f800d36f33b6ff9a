#include "app/opts.h"

#include "base/exits.h"
#include "base/text.h"
#include "sys/clock.h"

#include <getopt.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LOG_TAG "opts"
#include "base/log.h"

#define LETTERS_SIZE (OPTS_ROWS_MAX * 2 + 6)

enum { KEY_HELP = 200, KEY_VERSION };

static char dash(const struct opts_spec *spec)
{
    return spec->daemon ? '-' : ' ';
}

static void put_row(FILE *to, const char *left, const char *help)
{
    fprintf(to, "  %-18s %s\n", left, help);
}

static void usage(const struct opts_spec *spec, FILE *to)
{
    fprintf(to, "Usage: pitboard%c%s [OPTION]...%s%s\n\n%s\n", dash(spec), spec->name,
            spec->usage[0] ? " " : "", spec->usage, spec->about);
    for (const struct opts_row *r = spec->rows; r && r->name; r++) {
        char left[48];
        char letter[8] = "";
        if (r->key < 128)
            snprintf(letter, sizeof letter, "-%c, ", r->key);
        snprintf(left, sizeof left, "%s--%s%s%s", letter, r->name, r->arg ? " " : "", r->arg ? r->arg : "");
        put_row(to, left, r->help);
    }
    if (spec->daemon)
        put_row(to, "-v", "say more in the log");
    put_row(to, "-c FILE", "configuration (default " CONF_DEFAULT_PATH ")");
    put_row(to, "-o KEY=VALUE", "set one key after the file, e.g. -o broker.port=18830; may be repeated");
    fprintf(to, "  --help, --version\n\n%s", spec->codes);
}

struct opts opts_begin(const struct opts_spec *spec)
{
    optind = 0; /* from the start, also when a test parses twice */
    return (struct opts){ .spec = spec, .code = EXITS_DONE };
}

int opts_fail(const struct opts *opts, int code, const char *format, ...)
{
    va_list args;
    fprintf(stderr, "pitboard%c%s: ", dash(opts->spec), opts->spec->name);
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fputc('\n', stderr);
    return code;
}

static void fill(const struct opts_spec *spec, struct option longs[OPTS_ROWS_MAX + 5])
{
    static const struct option common[] = { { "config", required_argument, NULL, 'c' },
                                            { "option", required_argument, NULL, 'o' },
                                            { "help", no_argument, NULL, KEY_HELP },
                                            { "version", no_argument, NULL, KEY_VERSION } };
    int n = 0;
    for (const struct opts_row *r = spec->rows; r && r->name && n < OPTS_ROWS_MAX; r++)
        longs[n++] = (struct option){ r->name, r->arg ? required_argument : no_argument, NULL, r->key };
    memcpy(longs + n, common, sizeof common);
    memset(longs + n + 4, 0, sizeof longs[0]);
}

/* The short forms as getopt takes them. */
static void fill_short(const struct opts_spec *spec, char letters[LETTERS_SIZE])
{
    struct text t = text_over(letters, LETTERS_SIZE);
    text_put(&t, spec->daemon ? "vc:o:" : "c:o:");
    for (const struct opts_row *r = spec->rows; r && r->name; r++)
        if (r->key < 128)
            text_fmt(&t, "%c%s", r->key, r->arg ? ":" : "");
}

static bool is_own(const struct opts_spec *spec, int key)
{
    for (const struct opts_row *r = spec->rows; r && r->name; r++)
        if (r->key == key)
            return true;
    return false;
}

static int stop(struct opts *opts, int code)
{
    opts->code = code;
    return OPTS_STOP;
}

static int common(struct opts *opts, int key)
{
    if (key == KEY_HELP) {
        usage(opts->spec, stdout);
        return stop(opts, EXITS_DONE);
    }
    if (key == KEY_VERSION) {
        printf("pitboard%s%s " PITBOARD_VERSION "\n", opts->spec->daemon ? "-" : "",
               opts->spec->daemon ? opts->spec->name : "");
        return stop(opts, EXITS_DONE);
    }
    if (key == 'o' && opts->n_settings == OPTS_SETTINGS_MAX)
        return stop(opts, opts_fail(opts, EXITS_USAGE, "more than %d times -o", OPTS_SETTINGS_MAX));
    fprintf(stderr, "Try: pitboard%c%s --help\n", dash(opts->spec), opts->spec->name);
    return stop(opts, EXITS_USAGE);
}

int opts_next(struct opts *opts, int argc, char **argv)
{
    struct option longs[OPTS_ROWS_MAX + 5];
    char letters[LETTERS_SIZE];
    fill(opts->spec, longs);
    fill_short(opts->spec, letters);
    for (;;) {
        int key = getopt_long(argc, argv, letters, longs, NULL);
        opts->value = optarg;
        if (is_own(opts->spec, key))
            return key;
        if (key < 0) {
            opts->operands = argv + optind;
            opts->n_operands = argc - optind;
            return OPTS_END;
        }
        if (key == 'c')
            opts->path = optarg;
        else if (key == 'o' && opts->n_settings < OPTS_SETTINGS_MAX)
            opts->settings[opts->n_settings++] = optarg;
        else if (key == 'v')
            log_set_level(LOG_DEBUG_LEVEL);
        else
            return common(opts, key);
    }
}

bool opts_number(struct opts *opts, const char *name, int64_t low, int64_t high, int64_t *out)
{
    if (text_int(opts->value, low, high, out))
        return true;
    stop(opts, opts_fail(opts, EXITS_USAGE, "--%s %s: not a whole number from %lld to %lld", name,
                         opts->value, (long long)low, (long long)high));
    return false;
}

bool opts_decimal(struct opts *opts, const char *name, double low, double high, double *out)
{
    char *end;
    *out = strtod(opts->value, &end);
    if (end != opts->value && !*end && isfinite(*out) && *out >= low && *out <= high)
        return true;
    stop(opts,
         opts_fail(opts, EXITS_USAGE, "--%s %s: not a number from %g to %g", name, opts->value, low, high));
    return false;
}

struct conf *opts_conf(const struct opts *opts, bool site)
{
    char fault[CONF_FAULT_SIZE];
    struct conf *conf = calloc(1, sizeof *conf);
    if (!conf)
        return NULL;
    if (!conf_load(conf, opts->path, opts->settings, opts->n_settings, fault)) {
        fprintf(stderr, "%s\n", fault);
    } else if (site && !conf->site[0]) {
        opts_fail(opts, EXITS_USAGE,
                  "%s: site is not set; give this workshop a short name there, site = \"minsk-1\";, or with "
                  "-o 'site=\"minsk-1\"'",
                  opts->path ? opts->path : CONF_DEFAULT_PATH);
    } else {
        clock_set_zone(conf->plan.zone);
        return conf;
    }
    conf_clear(conf);
    free(conf);
    return NULL;
}
