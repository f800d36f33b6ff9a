#include "report/lines.h"

#include <string.h>

#define LEAST_WIDE 20 /* a narrower column is not worth keeping to */

int lines_width(const char *text)
{
    size_t n = utf8_columns(text, strlen(text));
    return n == SIZE_MAX ? (int)strlen(text) : (int)n;
}

void lines_blank(struct text *out, int n)
{
    for (; n > 0; n--)
        text_put(out, " ");
}

void lines_cell(struct text *out, const char *text, int width)
{
    int wide = lines_width(text);
    text_put(out, text);
    lines_blank(out, wide < width ? width - wide : 1);
}

/* Moves behind the next character if it fits into what is left of `room`, and takes it from there. */
static bool take(const char **p, const char *end, int *room)
{
    const char *next = *p;
    int wide = next < end ? utf8_columns_of(utf8_next(&next, end)) : 0;
    if (*p == end || wide > *room)
        return false;
    *p = next;
    *room -= wide;
    return true;
}

int lines_cut(struct text *out, const char *text, int width, const char *mark)
{
    const char *p = text, *end = text + strlen(text);
    int room = width - 1, wide = lines_width(text);
    if (wide <= width) {
        text_put(out, text);
        return wide;
    }
    while (take(&p, end, &room))
        ;
    text_add(out, text, (size_t)(p - text));
    text_put(out, mark);
    return width - room;
}

/* How many bytes of `text` fit into `room` columns: whole words, or a part of a word that is too long. */
static size_t fit(const char *text, int room)
{
    const char *p = text, *from = text, *end = text + strlen(text);
    size_t words = 0;
    while (take(&p, end, &room)) {
        if (*from == ' ')
            words = (size_t)(from - text);
        from = p;
    }
    if (p == end || *p == ' ')
        return (size_t)(p - text);
    return words ? words : (size_t)(p - text);
}

void lines_wrap(struct text *out, const char *text, int at, int columns)
{
    int room = columns ? columns - at : 0;
    if (columns && room < LEAST_WIDE)
        room = LEAST_WIDE;
    while (room && lines_width(text) > room) {
        size_t n = fit(text, room);
        text_add(out, text, n);
        text_put(out, "\n");
        lines_blank(out, at);
        text += n + strspn(text + n, " ");
    }
    text_put(out, text);
    text_put(out, "\n");
}

void lines_bar(struct text *out, int64_t part, int64_t whole, int width)
{
    static const char *const eighths[] = { "", "▏", "▎", "▍", "▌", "▋", "▊", "▉" };
    int64_t n = whole > 0 && part > 0 ? (int64_t)((double)part / (double)whole * width * 8 + 0.5) : 0;
    if (part > 0 && n == 0)
        n = 1;
    if (n > (int64_t)width * 8)
        n = (int64_t)width * 8;
    for (; n >= 8; n -= 8)
        text_put(out, "█");
    text_put(out, eighths[n]);
}
