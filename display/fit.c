/* Fitting texts into widths: ellipsis, line breaks and sizes. */
#include "display/draw.h"

#include <string.h>

#define ELLIPSIS "\xe2\x80\xa6"

static bool is_flag(int32_t c)
{
    return c >= 0x1f1e6 && c <= 0x1f1ff;
}

/* The end of the grapheme that begins at `p`. */
static const char *grapheme_end(const char *p, const char *end)
{
    int32_t first = utf8_next(&p, end), last = first;
    bool flag_open = is_flag(first);
    while (p < end) {
        const char *next = p;
        int32_t c = utf8_next(&next, end);
        if (!utf8_is_mark(c) && last != 0x200d && !(flag_open && is_flag(c)))
            break;
        flag_open = flag_open && !is_flag(c);
        last = c;
        p = next;
    }
    return p;
}

#define GRAPHEMES_MAX 256

/* Ends of the graphemes of a text; what is beyond the limit counts as one. */
static int split(const char *text, size_t ends[GRAPHEMES_MAX])
{
    const char *p = text, *end = text + strlen(text);
    int n = 0;
    while (p < end && n < GRAPHEMES_MAX) {
        p = grapheme_end(p, end);
        ends[n++] = (size_t)(p - text);
    }
    return n;
}

/* The first `len` bytes without trailing spaces, and `tail`. */
static void head(char out[FIT_SIZE], const char *text, size_t len, const char *tail)
{
    struct text t = text_over(out, FIT_SIZE);
    while (len > 0 && text[len - 1] == ' ')
        len--;
    text_add(&t, text, len);
    text_put(&t, tail);
}

/* The largest number of graphemes that fits with `tail` behind them. */
static int most(const struct draw *d, const char *text, const size_t ends[], int n, const char *tail, int em,
                bool bold, int room)
{
    char out[FIT_SIZE];
    int low = 0, high = n;
    while (low < high) {
        int mid = (low + high + 1) / 2;
        head(out, text, ends[mid - 1], tail);
        if (width(d, out, em, bold) <= room)
            low = mid;
        else
            high = mid - 1;
    }
    return low;
}

int fit_text(const struct draw *d, const char *text, int em, bool bold, int room, char out[FIT_SIZE])
{
    size_t ends[GRAPHEMES_MAX], len = strlen(text);
    int n = split(text, ends);
    out[0] = '\0';
    if (n == 0)
        return 0;
    if (ends[n - 1] == len && len < FIT_SIZE && width(d, text, em, bold) <= room) {
        memcpy(out, text, len + 1);
        return n;
    }
    int kept = most(d, text, ends, n, ELLIPSIS, em, bold, room);
    if (kept > 0)
        head(out, text, ends[kept - 1], ELLIPSIS);
    return kept;
}

const char *fit_form(const struct draw *d, const char *const forms[], int n, int em, bool bold, int room)
{
    int i = 0;
    while (i < n - 1 && width(d, forms[i], em, bold) > room)
        i++;
    return forms[i];
}

int fit_word(const struct draw *d, const struct words *w, const char *text, int em, bool bold, int room,
             char out[FIT_SIZE])
{
    for (const char *form = text; form; form = words_shorter(w, form)) {
        text = form;
        if (width(d, form, em, bold) <= room)
            break;
    }
    return fit_text(d, text, em, bold, room, out);
}

int fit_em(const struct draw *d, const char *text, int high, int low, bool bold, int room)
{
    if (width(d, text, high, bold) <= room)
        return high;
    while (low < high - 1) {
        int mid = (low + high) / 2;
        if (width(d, text, mid, bold) <= room)
            low = mid;
        else
            high = mid;
    }
    return low;
}

static bool is_figure(char c)
{
    return c >= '0' && c <= '9';
}

/* Where the first line ends: behind the last space that fits, else between letters and figures ("А123ВС" and
 * "777"), else behind the last grapheme. */
static size_t break_at(const char *text, const size_t ends[], int kept)
{
    for (int i = kept; i > 0; i--)
        if (text[ends[i - 1]] == ' ' || text[ends[i - 1]] == '\0')
            return ends[i - 1];
    for (int i = kept; i > 1; i--)
        if (is_figure(text[ends[i - 1]]) != is_figure(text[ends[i - 1] - 1]))
            return ends[i - 1];
    return kept > 0 ? ends[kept - 1] : ends[0];
}

int fit_lines(const struct draw *d, const char *text, int em, bool bold, int room, int max,
              char out[][FIT_SIZE])
{
    int lines = 0;
    while (*text && lines < max) {
        size_t ends[GRAPHEMES_MAX];
        int n = split(text, ends);
        int kept = most(d, text, ends, n, "", em, bold, room);
        if (lines == max - 1 || (kept == n && text[ends[n - 1]] == '\0')) {
            fit_text(d, text, em, bold, room, out[lines]);
            return lines + (out[lines][0] != '\0');
        }
        size_t len = break_at(text, ends, kept);
        head(out[lines++], text, len, "");
        text += len + strspn(text + len, " ");
    }
    return lines;
}

void fit_model(const struct draw *d, const char *text, int em, int room, char out[FIT_SIZE])
{
    int kept = fit_text(d, text, em, false, room, out);
    if (kept > 0 && strcmp(out, text) == 0)
        return;
    const char *space = strchr(text, ' '), *rest = space ? space + 1 : text;
    kept = fit_text(d, rest, em, false, room, out);
    if (kept < 4 && strcmp(out, rest) != 0)
        out[0] = '\0';
}

/* What stands in quotation marks (of `open`, `close` bytes), with them; false if nothing does. */
static bool quoted(const char *text, const char **from, const char **end, size_t *open, size_t *close)
{
    static const char *const marks[][2] = { { "«", "»" }, { "“", "”" }, { "„", "“" }, { "\"", "\"" } };
    for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++) {
        *from = strstr(text, marks[i][0]);
        const char *last = *from ? strstr(*from + strlen(marks[i][0]), marks[i][1]) : NULL;
        *open = strlen(marks[i][0]);
        *close = strlen(marks[i][1]);
        *end = last ? last + *close : NULL;
        if (last)
            return true;
    }
    return false;
}

/* Whole words and an ellipsis, if they are at least half of what fits. */
static void fit_words(const struct draw *d, const char *text, int em, int room, char out[FIT_SIZE])
{
    fit_text(d, text, em, false, room, out);
    char *space = strrchr(out, ' ');
    size_t len = strlen(out), kept = space ? (size_t)(space - out) : 0;
    if (strcmp(out, text) != 0 && 2 * kept >= len && kept + sizeof ELLIPSIS <= FIT_SIZE)
        memcpy(space, ELLIPSIS, sizeof ELLIPSIS);
}

void fit_name(const struct draw *d, const char *text, int em, int room, char out[FIT_SIZE])
{
    char to[FIT_SIZE] = "", only[FIT_SIZE] = "", bare[FIT_SIZE] = "";
    const char *from, *end, *forms[] = { text, to, only, bare };
    size_t open, close;
    if (quoted(text, &from, &end, &open, &close) && end - text < FIT_SIZE) {
        size_t len = (size_t)(end - from);
        head(to, text, (size_t)(end - text), "");
        head(only, from, len, "");
        head(bare, from + open, len - open - close, "");
        text = fit_form(d, forms, 4, em, false, room);
    }
    fit_words(d, text, em, room, out);
}

#define DOT " · "

/* The code behind the last dot, or NULL. */
static const char *code_of(const char *text)
{
    const char *code = NULL;
    for (const char *p = strstr(text, DOT); p; p = strstr(p + 1, DOT))
        code = p + strlen(DOT);
    return code;
}

void fit_label(const struct draw *d, const char *text, int em, int room, char out[FIT_SIZE])
{
    char whole[FIT_SIZE], plate[FIT_SIZE];
    const char *code = code_of(text);
    struct text t = text_over(whole, sizeof whole);
    if (code && width(d, text, em, true) > room) {
        text_add(&t, text, (size_t)(code - text) - strlen(DOT));
        int rest = room - width(d, DOT, em, true) - width(d, code, em, true);
        if (fit_text(d, whole, em, true, rest, plate) > 0) {
            text_clear(&t);
            text_put(&t, plate);
            text_put(&t, DOT);
            text = text_put(&t, code) ? whole : text;
        }
    }
    fit_text(d, text, em, true, room, out);
}

int fit_label_lines(const struct draw *d, const char *text, int em, int room, char out[2][FIT_SIZE])
{
    char plate[FIT_SIZE];
    const char *code = code_of(text);
    struct text t = text_over(plate, sizeof plate);
    if (!code || width(d, text, em, true) <= room)
        return fit_lines(d, text, em, true, room, 2, out);
    text_add(&t, text, (size_t)(code - text) - strlen(DOT));
    fit_text(d, plate, em, true, room, out[0]);
    fit_text(d, code, em, true, room, out[1]);
    return out[0][0] && out[1][0] ? 2 : fit_lines(d, text, em, true, room, 2, out);
}
