#include "core/plate.h"

#include "base/text.h"

#include <string.h>

/* Upper case of Latin and Russian/Belarusian/Ukrainian Cyrillic; other letters stay. */
static int32_t upper(int32_t c)
{
    if ((c >= 'a' && c <= 'z') || (c >= 0xe0 && c <= 0xfe && c != 0xf7))
        return c - 32;
    if (c >= 0x430 && c <= 0x44f)
        return c - 32;
    if (c >= 0x450 && c <= 0x45f)
        return c - 80;
    return c;
}

/* The Cyrillic capitals that look like Latin ones, А В Е К М Н О Р С Т У Х І. */
static int32_t fold(int32_t c)
{
    static const struct {
        int32_t cyrillic;
        char latin;
    } twins[] = { { 0x410, 'A' }, { 0x412, 'B' }, { 0x415, 'E' }, { 0x41a, 'K' }, { 0x41c, 'M' },
                  { 0x41d, 'H' }, { 0x41e, 'O' }, { 0x420, 'P' }, { 0x421, 'C' }, { 0x422, 'T' },
                  { 0x423, 'Y' }, { 0x425, 'X' }, { 0x406, 'I' } };
    for (size_t i = 0; i < sizeof twins / sizeof twins[0]; i++)
        if (twins[i].cyrillic == c)
            return twins[i].latin;
    return c;
}

static bool dropped(int32_t c)
{
    return c == ' ' || c == '-' || c == 0xa0 || (c >= 0x2000 && c <= 0x2015) || c == 0x202f || c == 0x2212;
}

static size_t put(char *to, int32_t c)
{
    if (c < 0x80) {
        to[0] = (char)c;
        return 1;
    }
    if (c < 0x800) {
        to[0] = (char)(0xc0 | c >> 6);
        to[1] = (char)(0x80 | (c & 63));
        return 2;
    }
    if (c < 0x10000) {
        to[0] = (char)(0xe0 | c >> 12);
        to[1] = (char)(0x80 | (c >> 6 & 63));
        to[2] = (char)(0x80 | (c & 63));
        return 3;
    }
    to[0] = (char)(0xf0 | c >> 18);
    to[1] = (char)(0x80 | (c >> 12 & 63));
    to[2] = (char)(0x80 | (c >> 6 & 63));
    to[3] = (char)(0x80 | (c & 63));
    return 4;
}

void plate_key(const char *plate, char key[PLATE_SIZE])
{
    const char *p = plate, *end = plate + strlen(plate);
    size_t n = 0;
    while (p < end) {
        int32_t c = utf8_next(&p, end);
        if (c < 0 || dropped(c))
            continue;
        if (n + 4 < PLATE_SIZE)
            n += put(key + n, fold(upper(c)));
    }
    key[n] = '\0';
}

void plate_tail(const char *key, char tail[PLATE_SIZE])
{
    size_t best = 0;
    tail[0] = '\0';
    for (const char *p = key; *p;) {
        size_t n = strspn(p, "0123456789");
        if (n > best) {
            best = n;
            memcpy(tail, p, n);
            tail[n] = '\0';
        }
        p += n ? n : 1;
    }
}
