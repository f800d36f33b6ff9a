#include "display/discreet.h"

#include "base/text.h"

#include <stddef.h>
#include <string.h>

#define SIGNS_MAX     256
#define LABEL_FIGURES 3
#define PHONE_TIGHT   7 /* figures without a space */
#define PHONE_LOOSE   9
#define VIN_SIGNS     17
#define VIN_FIGURES   5

/* A text as signs: 'D' a figure, 'L' a letter, the character itself if it may stand within a number, '.' anything
 * else. `figure` holds the figures. */
struct signs {
    char sign[SIGNS_MAX], figure[SIGNS_MAX];
    int n;
};

static char sign_of(int32_t c)
{
    if (c >= '0' && c <= '9')
        return 'D';
    if ((c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= 0xc0 && (c < 0x2010 || c > 0x2015)))
        return 'L';
    if (c == 0xa0)
        return ' ';
    if (c >= 0x2010 && c <= 0x2015) /* hyphens and dashes */
        return '-';
    return c > 0 && c < 0x80 && strchr(" -()+", (int)c) ? (char)c : '.';
}

static void read_signs(const char *text, struct signs *s)
{
    const char *p = text, *end = text + strlen(text);
    s->n = 0;
    while (p < end && s->n < SIGNS_MAX) {
        int32_t c = utf8_next(&p, end);
        s->sign[s->n] = sign_of(c);
        s->figure[s->n] = s->sign[s->n] == 'D' || c == '.' || c == '/' ? (char)c : '\0';
        s->n++;
    }
}

/* Whether a dot or slash stands between numbers as a space may; not in "1.6", which is an engine's. */
static bool parts_numbers(const struct signs *s, int i)
{
    if (i < 1 || i + 1 >= s->n || s->sign[i - 1] != 'D' || s->sign[i + 1] != 'D')
        return false;
    bool one = i < 2 || s->sign[i - 2] != 'D', other = i + 2 >= s->n || s->sign[i + 2] != 'D';
    return s->figure[i] == '/' || (s->figure[i] == '.' && !(one && other));
}

/* A run of figures and what may stand between them. */
static bool has_phone(const struct signs *s)
{
    int figures = 0;
    bool space = false, plus = false, gap = false;
    for (int i = 0; i <= s->n; i++) {
        char c = i < s->n ? s->sign[i] : '.';
        if (c == 'D') {
            space = space || (gap && figures > 0);
            gap = false;
            figures++;
        } else if (c == ' ' || (c == '.' && parts_numbers(s, i))) {
            gap = true;
        } else if (c == 'L' || c == '.' || c == '+') {
            figures = 0;
            space = gap = false;
            plus = c == '+';
        }
        if (figures >= PHONE_LOOSE || (figures >= PHONE_TIGHT && (plus || !space)))
            return true;
    }
    return false;
}

/* Whether a plate of these kinds begins at `i`; a space or hyphen may stand where letters and figures meet. */
static bool plate_at(const struct signs *s, int i, const char *kinds)
{
    char before = i > 0 ? s->sign[i - 1] : '.';
    if (before == kinds[0])
        return false;
    for (; *kinds; kinds++, i++) {
        bool meets = before != *kinds;
        if (meets && *kinds != '-' && i < s->n && (s->sign[i] == ' ' || s->sign[i] == '-'))
            i++;
        if (i >= s->n || s->sign[i] != *kinds)
            return false;
        before = *kinds;
    }
    return i >= s->n || (s->sign[i] != 'D' && s->sign[i] != 'L');
}

static bool has_plate(const struct signs *s)
{
    static const char *const plates[] = { "DDDDLLD",   "LLDDDD-D", "LDDDLLDD",
                                          "LDDDLLDDD", "DDDLLLDD", "LLDDDDLL" };
    for (int i = 0; i < s->n; i++)
        for (size_t k = 0; k < sizeof plates / sizeof plates[0]; k++)
            if (plate_at(s, i, plates[k]))
                return true;
    return false;
}

/* A run of exactly 17 letters and figures, five figures at least among them. */
static bool has_vin(const struct signs *s)
{
    int run = 0, figures = 0;
    for (int i = 0; i <= s->n; i++) {
        char c = i < s->n ? s->sign[i] : '.';
        if (c == 'D' || c == 'L') {
            run++;
            figures += c == 'D';
        } else if (run == VIN_SIGNS && figures >= VIN_FIGURES) {
            return true;
        } else {
            run = figures = 0;
        }
    }
    return false;
}

/* The figures of the label as a run of their own. */
static bool has_label(const struct signs *s, const char *label)
{
    size_t len = strspn(label, "0123456789");
    if (len < LABEL_FIGURES || label[len])
        return false;
    for (int i = 0; i + (int)len <= s->n; i++) {
        bool alone =
            (i == 0 || s->sign[i - 1] != 'D') && (i + (int)len == s->n || s->sign[i + (int)len] != 'D');
        if (alone && memcmp(s->figure + i, label, len) == 0)
            return true;
    }
    return false;
}

static bool has_figures(const char *text)
{
    int n = 0;
    for (; *text && n < LABEL_FIGURES; text++)
        n += *text >= '0' && *text <= '9';
    return n == LABEL_FIGURES;
}

bool discreet_tells(const char *text, const char *label)
{
    struct signs s;
    if (strchr(text, '@'))
        return true;
    if (!has_figures(text)) /* most are none of the rest */
        return false;
    read_signs(text, &s);
    return has_phone(&s) || has_plate(&s) || has_vin(&s) || has_label(&s, label);
}
