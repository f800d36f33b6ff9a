#include "base/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct text text_over(char *buf, size_t size)
{
    buf[0] = '\0';
    return (struct text){ .data = buf, .room = size, .max = size };
}

struct text text_grow(size_t max)
{
    return (struct text){ .max = max, .heap = true };
}

void text_free(struct text *t)
{
    if (t->heap)
        free(t->data);
    *t = (struct text){ .heap = t->heap, .max = t->max };
}

void text_clear(struct text *t)
{
    t->len = 0;
    t->failed = false;
    if (t->data)
        t->data[0] = '\0';
}

/* Makes room for `more` bytes and the NUL. */
static bool reserve(struct text *t, size_t more)
{
    if (t->failed || more >= t->max - t->len) {
        t->failed = true;
        return false;
    }
    size_t need = t->len + more + 1;
    if (need <= t->room)
        return true;
    size_t room = t->room ? t->room : 256;
    while (room < need)
        room *= 2;
    if (room > t->max)
        room = t->max;
    char *data = t->heap ? realloc(t->data, room) : NULL;
    if (!data) {
        t->failed = true;
        return false;
    }
    t->data = data;
    t->room = room;
    return true;
}

bool text_add(struct text *t, const char *bytes, size_t len)
{
    if (!reserve(t, len))
        return false;
    memcpy(t->data + t->len, bytes, len);
    t->len += len;
    t->data[t->len] = '\0';
    return true;
}

bool text_put(struct text *t, const char *str)
{
    return text_add(t, str, strlen(str));
}

bool text_fmt(struct text *t, const char *format, ...)
{
    va_list args;
    size_t room = t->room - t->len;
    if (t->failed)
        return false;
    va_start(args, format);
    int n = vsnprintf(room ? t->data + t->len : NULL, room, format, args);
    va_end(args);
    if (n >= 0 && (size_t)n < room) {
        t->len += (size_t)n;
        return true;
    }
    if (room)
        t->data[t->len] = '\0';
    if (n < 0 || !reserve(t, (size_t)n)) {
        t->failed = true;
        return false;
    }
    va_start(args, format);
    vsnprintf(t->data + t->len, (size_t)n + 1, format, args);
    va_end(args);
    t->len += (size_t)n;
    return true;
}

bool text_json(struct text *t, const char *bytes, size_t len)
{
    static const char hex[] = "0123456789abcdef";
    text_add(t, "\"", 1);
    size_t from = 0;
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)bytes[i];
        /* C1 controls, as UTF-8: terminals obey them too. */
        bool c1 = c == 0xc2 && i + 1 < len && ((unsigned char)bytes[i + 1] & 0xe0) == 0x80;
        if (c >= 0x20 && c != '"' && c != '\\' && c != 0x7f && !c1)
            continue;
        text_add(t, bytes + from, i - from);
        if (c1)
            c = (unsigned char)bytes[++i];
        from = i + 1;
        if (c == '"' || c == '\\')
            text_add(t, (char[]){ '\\', (char)c }, 2);
        else
            text_add(t, (char[]){ '\\', 'u', '0', '0', hex[c >> 4], hex[c & 15] }, 6);
    }
    text_add(t, bytes + from, len - from);
    return text_add(t, "\"", 1);
}

bool text_json_str(struct text *t, const char *str)
{
    return text_json(t, str, strlen(str));
}

static bool is_control(int32_t c)
{
    return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x2028 || c == 0x2029;
}

/* Marks that turn the direction of the text around them (Unicode UAX #9). */
static bool is_bidi_control(int32_t c)
{
    return c == 0x61c || c == 0x200e || c == 0x200f || (c >= 0x202a && c <= 0x202e) ||
           (c >= 0x2066 && c <= 0x2069);
}

static void add_hex(struct text *t, const char *from, const char *end)
{
    for (; from < end; from++)
        text_fmt(t, "\\x%02x", (unsigned)(unsigned char)*from);
}

bool text_safe(struct text *t, const char *bytes, size_t len)
{
    const char *p = bytes, *end = bytes + len;
    while (p < end) {
        const char *from = p;
        int32_t c = utf8_next(&p, end);
        if (c < 0 || is_control(c) || is_bidi_control(c))
            add_hex(t, from, p);
        else
            text_add(t, from, (size_t)(p - from));
    }
    return !t->failed;
}

static const char *entity(int32_t c)
{
    switch (c) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    default:
        return NULL;
    }
}

static bool is_no_character(int32_t c)
{
    return c < 0 || (c & 0xfffe) == 0xfffe || (c >= 0xfdd0 && c <= 0xfdef);
}

bool text_xml(struct text *t, const char *bytes, size_t len)
{
    const char *p = bytes, *end = bytes + len;
    while (p < end) {
        const char *from = p;
        int32_t c = utf8_next(&p, end);
        if (is_no_character(c) || is_control(c) || is_bidi_control(c))
            add_hex(t, from, p);
        else if (entity(c))
            text_put(t, entity(c));
        else
            text_add(t, from, (size_t)(p - from));
    }
    return !t->failed;
}

bool text_xml_cell(struct text *t, const char *bytes, size_t len)
{
    const char *p = bytes, *end = bytes + len;
    while (p < end) {
        const char *from = p;
        int32_t c = utf8_next(&p, end);
        if (is_no_character(c) || (is_control(c) && c > ' '))
            add_hex(t, from, p);
        else
            text_add(t, from, (size_t)(p - from));
    }
    return !t->failed;
}

int32_t utf8_next(const char **p, const char *end)
{
    const unsigned char *s = (const unsigned char *)*p;
    size_t left = (size_t)(end - *p);
    (*p)++;
    if (s[0] < 0x80)
        return s[0];
    size_t n = s[0] >= 0xc2 && s[0] <= 0xdf   ? 2
               : (s[0] & 0xf0) == 0xe0        ? 3
               : s[0] >= 0xf0 && s[0] <= 0xf4 ? 4
                                              : 0;
    if (n == 0 || n > left)
        return -1;
    int32_t c = s[0] & (0x7f >> n);
    for (size_t i = 1; i < n; i++) {
        if ((s[i] & 0xc0) != 0x80)
            return -1;
        c = c << 6 | (s[i] & 0x3f);
    }
    if ((n == 3 && c < 0x800) || (n == 4 && c < 0x10000) || c > 0x10ffff || (c >= 0xd800 && c < 0xe000))
        return -1;
    *p += n - 1;
    return c;
}

size_t utf8_length(const char *bytes, size_t len)
{
    const char *p = bytes, *end = bytes + len;
    size_t n = 0;
    for (; p < end; n++)
        if (utf8_next(&p, end) < 0)
            return SIZE_MAX;
    return n;
}

bool utf8_is_mark(int32_t c)
{
    static const struct {
        int32_t from, to;
    } marks[] = {
        { 0x300, 0x36f },   { 0x483, 0x489 },     { 0x591, 0x5bd },     { 0x5bf, 0x5bf },
        { 0x5c1, 0x5c2 },   { 0x5c4, 0x5c5 },     { 0x5c7, 0x5c7 },     { 0x610, 0x61a },
        { 0x64b, 0x65f },   { 0x670, 0x670 },     { 0x6d6, 0x6dc },     { 0x6df, 0x6e4 },
        { 0x6e7, 0x6e8 },   { 0x6ea, 0x6ed },     { 0x711, 0x711 },     { 0x730, 0x74a },
        { 0x7a6, 0x7b0 },   { 0x8ca, 0x8e1 },     { 0x8e3, 0x903 },     { 0x93a, 0x93c },
        { 0x93e, 0x94f },   { 0x951, 0x957 },     { 0x962, 0x963 },     { 0x981, 0x983 },
        { 0x9bc, 0x9bc },   { 0x9be, 0x9cd },     { 0x9d7, 0x9d7 },     { 0x9e2, 0x9e3 },
        { 0xa01, 0xa03 },   { 0xa3c, 0xa51 },     { 0xa70, 0xa71 },     { 0xa75, 0xa75 },
        { 0xa81, 0xa83 },   { 0xabc, 0xabc },     { 0xabe, 0xacd },     { 0xae2, 0xae3 },
        { 0xafa, 0xaff },   { 0xb01, 0xb03 },     { 0xb3c, 0xb3c },     { 0xb3e, 0xb57 },
        { 0xb62, 0xb63 },   { 0xb82, 0xb82 },     { 0xbbe, 0xbcd },     { 0xbd7, 0xbd7 },
        { 0xc00, 0xc04 },   { 0xc3c, 0xc3c },     { 0xc3e, 0xc56 },     { 0xc62, 0xc63 },
        { 0xc81, 0xc83 },   { 0xcbc, 0xcbc },     { 0xcbe, 0xcd6 },     { 0xce2, 0xce3 },
        { 0xd00, 0xd03 },   { 0xd3b, 0xd3c },     { 0xd3e, 0xd4d },     { 0xd57, 0xd57 },
        { 0xd62, 0xd63 },   { 0xd81, 0xd83 },     { 0xdca, 0xddf },     { 0xdf2, 0xdf3 },
        { 0xe31, 0xe31 },   { 0xe34, 0xe3a },     { 0xe47, 0xe4e },     { 0xeb1, 0xeb1 },
        { 0xeb4, 0xebc },   { 0xec8, 0xece },     { 0xf18, 0xf19 },     { 0xf35, 0xf35 },
        { 0xf37, 0xf37 },   { 0xf39, 0xf39 },     { 0xf3e, 0xf3f },     { 0xf71, 0xf84 },
        { 0xf86, 0xf87 },   { 0xf8d, 0xfbc },     { 0x102b, 0x103e },   { 0x1056, 0x1059 },
        { 0x105e, 0x1060 }, { 0x1062, 0x1064 },   { 0x1067, 0x106d },   { 0x1071, 0x1074 },
        { 0x1082, 0x108d }, { 0x108f, 0x108f },   { 0x109a, 0x109d },   { 0x1160, 0x11ff },
        { 0x135d, 0x135f }, { 0x17b4, 0x17d3 },   { 0x17dd, 0x17dd },   { 0x180b, 0x180d },
        { 0x180f, 0x180f }, { 0x1ab0, 0x1aff },   { 0x1dc0, 0x1dff },   { 0x200d, 0x200d },
        { 0x20d0, 0x20ff }, { 0x302a, 0x302f },   { 0x3099, 0x309a },   { 0xfe00, 0xfe0f },
        { 0xfe20, 0xfe2f }, { 0x1f3fb, 0x1f3ff }, { 0xe0020, 0xe007f }, { 0xe0100, 0xe01ef },
    };
    size_t low = 0, high = sizeof marks / sizeof marks[0];
    while (low < high) {
        size_t mid = (low + high) / 2;
        if (c > marks[mid].to)
            low = mid + 1;
        else
            high = mid;
    }
    return low < sizeof marks / sizeof marks[0] && c >= marks[low].from;
}

/* The blocks that names and plates may come from, not each character of Unicode. */
int utf8_columns_of(int32_t c)
{
    static const struct {
        int32_t from, to;
        int columns;
    } block[] = {
        { 0x300, 0x36f, 0 },     { 0x483, 0x489, 0 },     { 0x591, 0x5bd, 0 },     { 0x64b, 0x65f, 0 },
        { 0x1100, 0x115f, 2 },   { 0x1ab0, 0x1aff, 0 },   { 0x1dc0, 0x1dff, 0 },   { 0x200b, 0x200f, 0 },
        { 0x2060, 0x2064, 0 },   { 0x20d0, 0x20ff, 0 },   { 0x2e80, 0x303e, 2 },   { 0x3041, 0xa4cf, 2 },
        { 0xac00, 0xd7a3, 2 },   { 0xf900, 0xfaff, 2 },   { 0xfe00, 0xfe0f, 0 },   { 0xfe20, 0xfe2f, 0 },
        { 0xfe30, 0xfe6f, 2 },   { 0xfeff, 0xfeff, 0 },   { 0xff01, 0xff60, 2 },   { 0xffe0, 0xffe6, 2 },
        { 0x1f300, 0x1f64f, 2 }, { 0x1f680, 0x1f6ff, 2 }, { 0x1f900, 0x1faff, 2 }, { 0x20000, 0x3fffd, 2 },
        { 0xe0000, 0xe01ef, 0 },
    };
    for (size_t i = 0; c >= block[0].from && i < sizeof block / sizeof block[0]; i++)
        if (c <= block[i].to)
            return c >= block[i].from ? block[i].columns : 1;
    return 1;
}

size_t utf8_columns(const char *bytes, size_t len)
{
    const char *p = bytes, *end = bytes + len;
    size_t n = 0;
    while (p < end) {
        int32_t c = utf8_next(&p, end);
        if (c < 0)
            return SIZE_MAX;
        n += (size_t)utf8_columns_of(c);
    }
    return n;
}

bool utf8_plain(const char *bytes, size_t len)
{
    const char *p = bytes, *end = bytes + len;
    while (p < end) {
        int32_t c = utf8_next(&p, end);
        if (c < 0 || is_control(c))
            return false;
    }
    return true;
}

bool text_int(const char *str, int64_t low, int64_t high, int64_t *out)
{
    const char *p = str + (*str == '-');
    if (*p < '0' || *p > '9')
        return false;
    int64_t n = 0;
    for (; *p >= '0' && *p <= '9'; p++)
        if (__builtin_mul_overflow(n, 10, &n) || __builtin_add_overflow(n, *p - '0', &n))
            return false;
    if (*p)
        return false;
    *out = *str == '-' ? -n : n;
    return *out >= low && *out <= high;
}

bool text_copy(char *to, size_t size, const char *from)
{
    size_t len = strlen(from);
    if (len >= size) {
        to[0] = '\0';
        return false;
    }
    memcpy(to, from, len + 1);
    return true;
}

bool text_is_id(const char *str)
{
    size_t n = strspn(str, "abcdefghijklmnopqrstuvwxyz0123456789-");
    return n >= 1 && n <= 32 && !str[n];
}

bool text_is_address(const char *str)
{
    const char *at = strchr(str, '@');
    size_t n = strlen(str);
    for (size_t i = 0; i < n; i++)
        if (str[i] <= ' ' || str[i] > '~' || strchr(",;:<>()[]\"\\", str[i]))
            return false;
    return at && at != str && at[1] && !strchr(at + 1, '@') && *str != '-' && n < 255;
}

uint64_t hash_bytes(uint64_t hash, const void *bytes, size_t len)
{
    const unsigned char *p = bytes;
    for (size_t i = 0; i < len; i++)
        hash = (hash ^ p[i]) * UINT64_C(0x100000001b3);
    return hash;
}
