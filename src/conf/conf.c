#include "conf/conf.h"

#include "base/text.h"
#include "conf/read.h"

#define LOG_TAG "conf"
#include "base/log.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_BYTES_MAX    (1 << 20)
#define SETTING_BYTES_MAX 4096
#define DEPTH_MAX         8 /* of a key given on the command line */

static const char *skip_comment(const char *p)
{
    if (*p == '#' || (p[0] == '/' && p[1] == '/'))
        return p + strcspn(p, "\n");
    if (p[0] != '/' || p[1] != '*')
        return p;
    const char *end = strstr(p + 2, "*/");
    return end ? end + 2 : p + strlen(p);
}

static const char *skip_text(const char *p)
{
    for (p++; *p && *p != '"'; p++)
        if (*p == '\\' && p[1])
            p++;
    return *p ? p + 1 : p;
}

/* libconfig 1.5 cuts numbers beyond 32 bits down without a word; finds the first such number, or NULL. */
static const char *find_huge(const char *p, size_t *len)
{
    static const char word[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.*+-";
    while (*p) {
        const char *next = skip_comment(p);
        if (next == p && *p == '"')
            next = skip_text(p);
        if (next != p) {
            p = next;
            continue;
        }
        *len = strspn(p, word);
        const char *digits = p + (*p == '-' || *p == '+');
        bool number = *len > 0 && digits[strspn(digits, "0123456789")] == p[*len];
        errno = 0;
        long long n = number ? strtoll(p, NULL, 10) : 0;
        if (errno || n > INT_MAX || n < INT_MIN)
            return p;
        p += *len ? *len : 1;
    }
    return NULL;
}

static unsigned line_of(const char *text, const char *p)
{
    unsigned line = 1;
    for (; text < p; text++)
        line += *text == '\n';
    return line;
}

/* A fault found before or while libconfig reads a layer: no setting to point at, but a line. */
static bool fault_at_line(struct reading *r, unsigned line, const char *what)
{
    struct layer here = *r->layer;
    char place[PATH_MAX + 16];
    if (here.file) {
        snprintf(place, sizeof place, "%s:%u", here.file, line);
        here.file = place;
    }
    struct reading at_line = *r;
    at_line.layer = &here;
    return read_fault(&at_line, NULL, "%s", what);
}

static bool parse(struct reading *r, struct layer *layer, const char *text)
{
    char what[CONF_FAULT_SIZE];
    size_t len = 0;
    const char *huge = find_huge(text, &len);
    r->layer = layer;
    if (huge) {
        snprintf(what, sizeof what, "the number %.*s is too large; no key takes such a one",
                 len < 40 ? (int)len : 40, huge);
        return fault_at_line(r, line_of(text, huge), what);
    }
    if (config_read_string(&layer->tree, text))
        return true;
    const char *cure = layer->file
                           ? "look also at the end of the line before: a missing ; or bracket, or a text "
                             "without quotes"
                           : "write the value as in the file, texts in quotes: -o 'site=\"x\"'";
    if (strstr(config_error_text(&layer->tree), "duplicate"))
        cure = "the key stands twice in its group";
    snprintf(what, sizeof what, "%s; %s", config_error_text(&layer->tree), cure);
    return fault_at_line(r, (unsigned)config_error_line(&layer->tree), what);
}

/* The whole file as text, to be freed by the caller; NULL with `what`. */
static char *read_file(const char *path, const char **what)
{
    struct stat st;
    FILE *f = fopen(path, "re");
    char *data = NULL;
    *what = NULL;
    if (!f || fstat(fileno(f), &st) != 0)
        *what = strerror(errno);
    else if (!S_ISREG(st.st_mode))
        *what = "is not a file";
    else if (st.st_size > FILE_BYTES_MAX)
        *what = "is larger than 1 MiB, so it is no configuration";
    else if (!(data = calloc(1, (size_t)st.st_size + 1)))
        *what = "out of memory";
    else if (fread(data, 1, (size_t)st.st_size, f) != (size_t)st.st_size)
        *what = "cannot be read to its end";
    else if (strlen(data) != (size_t)st.st_size)
        *what = "holds a NUL byte, so it is no text; restore it from a copy";
    if (f)
        fclose(f);
    if (*what) {
        free(data);
        data = NULL;
    }
    return data;
}

static bool load_file(struct reading *r, struct layer *layer, const char *path)
{
    const char *what;
    layer->file = path;
    r->layer = layer;
    char *text = read_file(path, &what);
    if (!text)
        return read_fault(r, NULL, "%s", what);
    const char *start =
        strncmp(text, "\xef\xbb\xbf", 3) == 0 ? text + 3 : text; /* byte order mark of some editors */
    bool fine = parse(r, layer, start) && read_group(r, r->conf, "", config_root_setting(&layer->tree));
    free(text);
    return fine;
}

/* "a.b.c" as the text "a={b={c=<value>\n;};};"; the line end closes a comment in the value. False: it is no
 * key. */
static bool setting_text(const char *path, const char *value, struct text *t)
{
    int depth = 0;
    for (const char *p = path; *p; depth++) {
        size_t n = strspn(p, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-*");
        if (n == 0 || (p[n] && (p[n] != '.' || !p[n + 1])) || depth == DEPTH_MAX)
            return false;
        text_add(t, p, n);
        text_put(t, p[n] ? "={" : "=");
        p += n + (p[n] == '.');
    }
    text_put(t, value);
    text_put(t, "\n;");
    while (--depth > 0)
        text_put(t, "};");
    return depth == 0 && !t->failed;
}

/* Down to where `path` ends, each group has the one member that `path` names. */
static bool is_single(const config_setting_t *at, const char *path)
{
    for (const char *p = path; p; p = strchr(p, '.')) {
        p += *p == '.';
        if (config_setting_length(at) != 1)
            return false;
        at = config_setting_get_elem(at, 0);
    }
    return true;
}

/* `path` is the layer's own copy of the key; `value` what stands behind the first "=". */
static bool load_setting(struct reading *r, struct layer *layer, const char *path, const char *value)
{
    char buf[SETTING_BYTES_MAX * 2];
    struct text t = text_over(buf, sizeof buf);
    layer->path = path;
    if (!setting_text(path, value, &t))
        return read_fault(
            r, NULL, "there is no such key; a list is set whole, for instance -o 'bays=( { id=\"1\"; } )'");
    if (!parse(r, layer, buf))
        return false;
    if (!is_single(config_root_setting(&layer->tree), path))
        return read_fault(r, NULL, "more than one value; give each its own -o");
    return read_group(r, r->conf, "", config_root_setting(&layer->tree));
}

static bool split_setting(struct reading *r, struct layer *layer, const char *setting,
                          char path[SETTING_BYTES_MAX])
{
    const char *equal = strchr(setting, '=');
    size_t len = equal ? (size_t)(equal - setting) : 0;
    layer->setting = setting;
    layer->path = "";
    r->layer = layer;
    if (!equal)
        return read_fault(r, NULL, "there is no value; write for instance -o broker.port=1883");
    if (strlen(setting) >= SETTING_BYTES_MAX)
        return read_fault(r, NULL, "it is longer than %d bytes; write it into the file",
                          SETTING_BYTES_MAX - 1);
    while (len > 0 && setting[len - 1] == ' ')
        len--;
    memcpy(path, setting, len);
    path[len] = '\0';
    return load_setting(r, layer, path, equal + 1);
}

/* The defaults are the table's own texts, read like a file. */
void conf_defaults(struct conf *conf)
{
    char fault[CONF_FAULT_SIZE];
    struct reading r = { .conf = conf, .fault = fault };
    memset(conf, 0, sizeof *conf);
    plan_clear(&conf->plan);
    if (!read_defaults(&r, conf, ""))
        log_error("default of %s", fault);
    snprintf(conf->plan.zone, sizeof conf->plan.zone, "UTC");
    plan_defaults(&conf->plan);
}

/* The zone of this machine, where /etc/localtime points. */
static void local_zone(char *out, size_t size)
{
    char target[PATH_MAX];
    ssize_t n = readlink("/etc/localtime", target, sizeof target - 1);
    target[n < 0 ? 0 : n] = '\0';
    const char *name = strstr(target, "zoneinfo/");
    if (name && zone_exists(name + strlen("zoneinfo/")))
        text_copy(out, size, name + strlen("zoneinfo/"));
}

/* What one key says about another. */
static bool check_together(struct reading *r)
{
    const struct conf *c = r->conf;
    if (!c->broker.cert[0] != !c->broker.key[0]) {
        const char *given = c->broker.cert[0] ? "broker.tls.cert" : "broker.tls.key";
        return read_fault(r, read_where(r, given),
                          "the other one of cert and key is missing; give both or none");
    }
    if (c->broker.cert[0] && !c->broker.ca[0])
        return read_fault(r, read_where(r, "broker.tls.cert"), "ca is missing; TLS needs broker.tls.ca");
    if (c->broker.password_file[0] && !c->broker.username[0])
        return read_fault(r, read_where(r, "broker.password_file"),
                          "a password needs a name; set broker.username");
    bool open = !read_where(r, "hours");
    for (int i = 0; i < 7; i++)
        open = open || c->hours.day[i].n > 0;
    if (!open)
        return read_fault(r, read_where(r, "hours"),
                          "no day has opening hours; name them, or leave hours out for always open");
    return true;
}

static bool load_layers(struct reading *r, const char *path, const char *const *settings, char *copies)
{
    if (path && !load_file(r, &r->layers[0], path))
        return false;
    for (int i = 1; i < r->n; i++)
        if (!split_setting(r, &r->layers[i], settings[i - 1], copies + (size_t)(i - 1) * SETTING_BYTES_MAX))
            return false;
    if (!read_where(r, "timezone"))
        local_zone(r->conf->plan.zone, sizeof r->conf->plan.zone);
    r->conf->hours.given = read_where(r, "hours");
    return read_plan(r) && check_together(r) && read_buttons(r) && read_boxes(r);
}

/* Keys of `sources` replace all of the default ones, wherever they are given. */
static void drop_default_sources(struct reading *r)
{
    const struct kept {
        const char *path;
        struct conf_sources *to;
    } all[] = { { "sources.desk", &r->conf->desk },
                { "sources.dms", &r->conf->dms },
                { "sources.rate", &r->conf->rate } };
    if (!read_where(r, "sources"))
        return;
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        if (!read_where(r, all[i].path))
            memset(all[i].to, 0, sizeof *all[i].to);
}

bool conf_load(struct conf *conf, const char *path, const char *const *settings, int n,
               char fault[CONF_FAULT_SIZE])
{
    struct reading r = { .conf = conf, .n = n + 1, .fault = fault };
    bool fine = false;
    conf_defaults(conf);
    plan_clear(&conf->plan);
    snprintf(conf->plan.zone, sizeof conf->plan.zone, "UTC");
    fault[0] = '\0';
    r.layers = calloc((size_t)n + 1, sizeof *r.layers);
    char *copies = calloc((size_t)n + 1, SETTING_BYTES_MAX);
    if (!r.layers || !copies) {
        snprintf(fault, CONF_FAULT_SIZE, "out of memory");
        goto out;
    }
    for (int i = 0; i <= n; i++)
        config_init(&r.layers[i].tree);
    r.layer = &r.layers[0];
    r.layers[0].file = CONF_DEFAULT_PATH;
    if (!path && access(CONF_DEFAULT_PATH, F_OK) == 0)
        path = CONF_DEFAULT_PATH;
    fine = load_layers(&r, path, settings, copies);
    if (!fine)
        conf_clear(conf);
    drop_default_sources(&r);
    if (fine && r.later[0])
        log_note("%s: accepted, but this version does not use it", r.later);
    for (int i = 0; i <= n; i++)
        config_destroy(&r.layers[i].tree);
out:
    free(copies);
    free(r.layers);
    return fine;
}

/* A bare name is one of the service's credentials, if it has that. */
static void password_path(const char *name, char out[PATH_MAX])
{
    const char *dir = getenv("CREDENTIALS_DIRECTORY");
    snprintf(out, PATH_MAX, "%s", name);
    if (!dir || strchr(name, '/'))
        return;
    char credential[PATH_MAX];
    int n = snprintf(credential, sizeof credential, "%s/%s", dir, name);
    if (n < (int)sizeof credential && access(credential, R_OK) == 0)
        memcpy(out, credential, (size_t)n + 1);
}

/* The first line of a file; `key` is named in a fault. */
static bool read_password(const char *key, const char *name, char *out, size_t size,
                          char fault[CONF_FAULT_SIZE])
{
    out[0] = fault[0] = '\0';
    if (!name[0])
        return true;
    char path[PATH_MAX], line[1024];
    password_path(name, path);
    FILE *f = fopen(path, "re");
    const char *what = NULL;
    if (!f)
        what = strerror(errno);
    else if (!fgets(line, sizeof line, f))
        what = "is empty; its first line is the password";
    else if (strlen(line) == sizeof line - 1 ||
             (line[strcspn(line, "\r\n")] = '\0', !text_copy(out, size, line)))
        what = "its first line is too long for a password";
    else if (!out[0])
        what = "its first line is empty; that line is the password";
    if (f)
        fclose(f);
    explicit_bzero(line, sizeof line);
    if (what)
        snprintf(fault, CONF_FAULT_SIZE, "%s: %.300s: %s", key, path, what);
    return !what;
}

bool conf_password(const struct conf *conf, char *out, size_t size, char fault[CONF_FAULT_SIZE])
{
    return read_password("broker.password_file", conf->broker.password_file, out, size, fault);
}

bool conf_box_password(const struct conf_box *box, char *out, size_t size, char fault[CONF_FAULT_SIZE])
{
    char key[80];
    snprintf(key, sizeof key, "password_file of the box of bay %s", box->bay);
    return read_password(key, box->password_file, out, size, fault);
}

void conf_clear(struct conf *conf)
{
    if (!conf)
        return;
    while (conf->blocks) {
        struct conf_block *next = conf->blocks->next;
        free(conf->blocks);
        conf->blocks = next;
    }
    conf->buttons = NULL;
    conf->boxes = NULL;
    conf->n_buttons = conf->n_boxes = 0;
}

enum event_type conf_type_event(enum conf_type type)
{
    static const enum event_type events[] = {
        [CONF_NEXT] = EV_NEXT, [CONF_HOLD] = EV_HOLD, [CONF_REWORK] = EV_REWORK, [CONF_UNDO] = EV_UNDO,
        [CONF_HELP] = EV_HELP, [CONF_NOTE] = EV_NOTE, [CONF_CONFIRM] = EV_NOTE,
    };
    return events[type];
}

static bool lists(const struct conf_sources *sources, const char *id)
{
    for (int i = 0; i < sources->n; i++)
        if (strcmp(sources->id[i], id) == 0)
            return true;
    return false;
}

bool conf_knows_source(const struct conf *conf, enum role role, const char *id)
{
    switch (role) {
    case ROLE_BAY:
        return plan_bay(&conf->plan, id) != NO_INDEX;
    case ROLE_DESK:
        return lists(&conf->desk, id);
    case ROLE_DMS:
        return lists(&conf->dms, id);
    case ROLE_RATE:
        return lists(&conf->rate, id);
    default:
        return false;
    }
}
