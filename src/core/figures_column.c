#include "core/figures_column.h"

#include <endian.h>
#include <string.h>

void column_byte(struct text *out, uint8_t value)
{
    text_add(out, (const char *)&value, 1);
}

static void put_bytes(struct text *out, uint64_t value, int width)
{
    unsigned char bytes[8];
    for (int i = 0; i < width; i++)
        bytes[i] = (unsigned char)(value >> 8 * i);
    text_add(out, (const char *)bytes, (size_t)width);
}

void column_number(struct text *out, int64_t value)
{
    put_bytes(out, (uint64_t)value, 8);
}

void column_text(struct text *out, const char *value)
{
    size_t len = strlen(value);
    out->failed |= len > UINT16_MAX;
    put_bytes(out, len, 2);
    text_add(out, value, len);
}

static int width_for(uint64_t most)
{
    return most == 0 ? 0 : most <= UINT8_MAX ? 1 : most <= UINT16_MAX ? 2 : most <= UINT32_MAX ? 4 : 8;
}

/* Some hundreds at a time: adding each by itself to the text would cost more than all the rest. */
static void put_values(struct text *out, const int64_t *values, size_t n, int64_t low, int width)
{
    unsigned char bytes[8 * 512];
    size_t len = 0;
    column_byte(out, (uint8_t)width);
    column_number(out, low);
    for (size_t i = 0; i < n && width; i++) {
        uint64_t value = htole64((uint64_t)values[i] - (uint64_t)low);
        memcpy(bytes + len, &value, sizeof value); /* what is too much is written over */
        len += (size_t)width;
        if (len > sizeof bytes - sizeof value || i + 1 == n) {
            text_add(out, (const char *)bytes, len);
            len = 0;
        }
    }
}

void column_put(struct text *out, const int64_t *values, size_t n)
{
    int64_t low = n ? values[0] : 0;
    uint64_t most = 0;
    for (size_t i = 0; i < n; i++)
        low = values[i] < low ? values[i] : low;
    for (size_t i = 0; i < n; i++)
        most |= (uint64_t)values[i] - (uint64_t)low;
    put_values(out, values, n, low, width_for(most));
}

static const unsigned char *take(struct column_reader *r, size_t n)
{
    const unsigned char *at = r->at;
    if (r->failed || (size_t)(r->end - at) < n) {
        r->failed = true;
        return NULL;
    }
    r->at += n;
    return at;
}

static uint64_t get_bytes(const unsigned char *at, int width)
{
    uint64_t value = 0;
    for (int i = 0; i < width; i++)
        value |= (uint64_t)at[i] << 8 * i;
    return value;
}

uint8_t column_take_byte(struct column_reader *r)
{
    const unsigned char *at = take(r, 1);
    return at ? *at : 0;
}

int64_t column_take_number(struct column_reader *r)
{
    const unsigned char *at = take(r, 8);
    return at ? (int64_t)get_bytes(at, 8) : 0;
}

bool column_take_text(struct column_reader *r, char *out, size_t size)
{
    const unsigned char *at = take(r, 2);
    size_t len = at ? (size_t)get_bytes(at, 2) : 0;
    at = take(r, len);
    if (!at || len >= size || memchr(at, 0, len)) {
        r->failed = true;
        return false;
    }
    memcpy(out, at, len);
    out[len] = '\0';
    return true;
}

static int64_t get_2(const unsigned char *at)
{
    uint16_t value;
    memcpy(&value, at, sizeof value);
    return le16toh(value);
}

static int64_t get_4(const unsigned char *at)
{
    uint32_t value;
    memcpy(&value, at, sizeof value);
    return le32toh(value);
}

static int64_t get_8(const unsigned char *at)
{
    uint64_t value;
    memcpy(&value, at, sizeof value);
    return (int64_t)le64toh(value);
}

/* The sum of two, which was the difference of two numbers before: it wraps back. */
static int64_t above(int64_t low, int64_t by)
{
    return (int64_t)((uint64_t)low + (uint64_t)by);
}

bool column_see(struct column_reader *r, struct column *column, size_t n)
{
    int width = column_take_byte(r);
    int64_t low = column_take_number(r);
    if (width > 8 || (width & (width - 1)) || n > SIZE_MAX / 8)
        r->failed = true;
    const unsigned char *at = take(r, n * (size_t)width);
    *column = (struct column){ at, n, low, width };
    return at;
}

int64_t column_value(const struct column *c, size_t i)
{
    switch (c->width) {
    case 0:
        return c->low;
    case 1:
        return above(c->low, c->at[i]);
    case 2:
        return above(c->low, get_2(c->at + 2 * i));
    case 4:
        return above(c->low, get_4(c->at + 4 * i));
    default:
        return above(c->low, get_8(c->at + 8 * i));
    }
}

/* One loop per width, so that each compiles to plain loads. */
void column_get(const struct column *c, int64_t *values)
{
    for (size_t i = 0; i < c->n && c->width == 0; i++)
        values[i] = c->low;
    for (size_t i = 0; i < c->n && c->width == 1; i++)
        values[i] = above(c->low, c->at[i]);
    for (size_t i = 0; i < c->n && c->width == 2; i++)
        values[i] = above(c->low, get_2(c->at + 2 * i));
    for (size_t i = 0; i < c->n && c->width == 4; i++)
        values[i] = above(c->low, get_4(c->at + 4 * i));
    for (size_t i = 0; i < c->n && c->width == 8; i++)
        values[i] = above(c->low, get_8(c->at + 8 * i));
}

bool column_take(struct column_reader *r, int64_t *values, size_t n)
{
    struct column c;
    if (!column_see(r, &c, n))
        return false;
    column_get(&c, values);
    return true;
}
