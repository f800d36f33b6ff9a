#include "display/catalogue.h"

#include "base/text.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAGIC        0x950412deU
#define HEADER_BYTES 28
#define DEPTH_MAX    32
#define CONTEXT_GLUE "\004" /* between context and id */
#define ID_SIZE_MAX  512

static uint32_t word_at(const struct catalogue *c, size_t at)
{
    uint32_t v;
    memcpy(&v, c->bytes + at, sizeof v);
    return c->swapped ? __builtin_bswap32(v) : v;
}

/* A row of one of the tables: length and place; the text ends with a NUL that the length leaves out. */
static const char *text_at(const struct catalogue *c, uint32_t table, uint32_t row, size_t *len)
{
    size_t place = table + (size_t)row * 8;
    *len = word_at(c, place);
    return (const char *)c->bytes + word_at(c, place + 4);
}

static bool row_is_sound(const struct catalogue *c, uint32_t table, uint32_t row)
{
    size_t place = table + (size_t)row * 8, len = word_at(c, place), from = word_at(c, place + 4);
    return from < c->len && len < c->len - from && c->bytes[from + len] == '\0';
}

static bool tables_are_sound(const struct catalogue *c)
{
    size_t need = (size_t)c->n * 8;
    if (c->n > CATALOGUE_TEXTS_MAX || c->ids > c->len || c->texts > c->len || need > c->len - c->ids ||
        need > c->len - c->texts)
        return false;
    for (uint32_t i = 0; i < c->n; i++)
        if (!row_is_sound(c, c->ids, i) || !row_is_sound(c, c->texts, i))
            return false;
    return true;
}

/* "nplurals=3; plural=(…);" of the header. True if there is none or it is one that can be used. */
static bool read_rule(struct catalogue *c, const char *header)
{
    const char *line = strstr(header, "Plural-Forms:"), *forms = line ? strstr(line, "nplurals=") : NULL,
               *rule = line ? strstr(line, " plural=") : NULL;
    c->forms = 0;
    if (!line)
        return true;
    if (!forms || !rule)
        return false;
    c->forms = atoi(forms + strlen("nplurals="));
    rule += strlen(" plural=");
    struct text t = text_over(c->rule, sizeof c->rule);
    if (!text_add(&t, rule, strcspn(rule, ";\n")) || c->forms < 1 || c->forms > CATALOGUE_FORMS_MAX)
        return false;
    for (unsigned n = 0; n <= 1000; n++) {
        int form = catalogue_plural(c->rule, n);
        if (form < 0 || form >= c->forms)
            return false;
    }
    return true;
}

bool catalogue_read(struct catalogue *c, const void *bytes, size_t len, char *fault, size_t fault_size)
{
    *c = (struct catalogue){ .bytes = bytes, .len = len };
    if (len < HEADER_BYTES || len > CATALOGUE_BYTES_MAX) {
        snprintf(fault, fault_size, "%zu bytes are no catalogue; msgfmt makes them", len);
        return false;
    }
    c->swapped = word_at(c, 0) != MAGIC;
    if (word_at(c, 0) != MAGIC || word_at(c, 4) >> 16 > 1) {
        snprintf(fault, fault_size, "this is no catalogue; msgfmt makes them from a .po file");
        return false;
    }
    c->n = word_at(c, 8);
    c->ids = word_at(c, 12);
    c->texts = word_at(c, 16);
    if (!tables_are_sound(c)) {
        snprintf(fault, fault_size, "the catalogue is damaged; make it again with msgfmt");
        return false;
    }
    const char *header = catalogue_find(c, NULL, "", NULL, 0);
    if (!header || !strstr(header, "charset=UTF-8")) {
        snprintf(fault, fault_size, "the catalogue is not in UTF-8; msgconv -t UTF-8 makes it so");
        return false;
    }
    if (!read_rule(c, header)) {
        snprintf(fault, fault_size, "its Plural-Forms header cannot be used; see the GNU gettext manual");
        return false;
    }
    return true;
}

const char *catalogue_find(const struct catalogue *c, const char *context, const char *id, const char *plural,
                           int form)
{
    char key[ID_SIZE_MAX];
    struct text t = text_over(key, sizeof key);
    if (context)
        text_fmt(&t, "%s" CONTEXT_GLUE, context);
    text_put(&t, id);
    for (uint32_t i = 0; i < c->n && !t.failed; i++) {
        size_t len;
        const char *found = text_at(c, c->ids, i, &len);
        /* The id of a plural is both English forms, a NUL between them. */
        if (strcmp(found, key) != 0 || (strlen(key) < len) != (plural != NULL))
            continue;
        const char *text = text_at(c, c->texts, i, &len), *end = text + len;
        for (int k = 0; k < form && text <= end; k++)
            text += strlen(text) + 1;
        return text <= end && text[0] ? text : NULL;
    }
    return NULL;
}

/* ---- plural rules ---- */

struct rule {
    const char *at;
    long n;
    int depth;
    bool bad;
};

static long ternary(struct rule *r);

static void skip(struct rule *r)
{
    r->at += strspn(r->at, " \t");
}

static bool take(struct rule *r, const char *sign)
{
    size_t len = strlen(sign);
    skip(r);
    if (strncmp(r->at, sign, len) != 0)
        return false;
    r->at += len;
    return true;
}

static long primary(struct rule *r)
{
    if (r->bad || ++r->depth > DEPTH_MAX) {
        r->bad = true;
        return 0;
    }
    long v = 0;
    skip(r);
    if (take(r, "!")) {
        v = !primary(r);
    } else if (take(r, "(")) {
        v = ternary(r);
        r->bad = !take(r, ")") || r->bad;
    } else if (take(r, "n")) {
        v = r->n;
    } else if (isdigit((unsigned char)*r->at)) {
        while (isdigit((unsigned char)*r->at) && v < 1000000)
            v = v * 10 + (*r->at++ - '0');
    } else {
        r->bad = true;
    }
    r->depth--;
    return v;
}

static long apply(struct rule *r, const char *sign, long a, long b)
{
    switch (sign[0]) {
    case '*':
        return a < 1000000 && b < 1000000 ? a * b : 0;
    case '/':
    case '%':
        r->bad = r->bad || b == 0;
        return b == 0 ? 0 : sign[0] == '/' ? a / b : a % b;
    case '+':
        return a + b;
    case '-':
        return a - b;
    case '<':
        return sign[1] ? a <= b : a < b;
    case '>':
        return sign[1] ? a >= b : a > b;
    case '=':
        return a == b;
    case '!':
        return a != b;
    case '&':
        return a && b;
    default:
        return a || b;
    }
}

/* Signs by how strongly they bind, the weakest first; of signs that begin alike the longer one first. */
static long binary(struct rule *r, int level)
{
    static const char *const signs[][5] = { { "||" },       { "&&" },
                                            { "==", "!=" }, { "<=", ">=", "<", ">" },
                                            { "+", "-" },   { "*", "/", "%" } };
    if (level == (int)(sizeof signs / sizeof signs[0]))
        return primary(r);
    long v = binary(r, level + 1);
    for (int i = 0; i < 5 && signs[level][i] && !r->bad;)
        if (take(r, signs[level][i])) {
            v = apply(r, signs[level][i], v, binary(r, level + 1));
            i = 0;
        } else {
            i++;
        }
    return v;
}

static long ternary(struct rule *r)
{
    long v = binary(r, 0);
    if (!take(r, "?") || r->bad || ++r->depth > DEPTH_MAX)
        return v;
    long yes = ternary(r);
    r->bad = !take(r, ":") || r->bad;
    long no = r->bad ? 0 : ternary(r);
    r->depth--;
    return v ? yes : no;
}

int catalogue_plural(const char *rule, unsigned n)
{
    struct rule r = { .at = rule, .n = (long)(n % 1000000) };
    long v = ternary(&r);
    skip(&r);
    return r.bad || *r.at || v < 0 || v > 100 ? -1 : (int)v;
}
