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

#define SEAL 8 /* bytes */

/* FNV-1a, but by eight bytes: by one it would take longer than all the rest of a report. Each step can be turned back,
 * so that two contents that differ in one word never have the same sum. */
static uint64_t sum_of(const unsigned char *bytes, size_t len)
{
    uint64_t sum = HASH_START, word;
    size_t at = 0;
    for (; len - at >= sizeof word; at += sizeof word) {
        memcpy(&word, bytes + at, sizeof word);
        sum = (sum ^ le64toh(word)) * UINT64_C(0x100000001b3);
        sum ^= sum >> 32;
    }
    return hash_bytes(sum, bytes + at, len - at);
}

void column_seal(struct text *out)
{
    if (!out->failed)
        put_bytes(out, sum_of((const unsigned char *)out->data, out->len), SEAL);
}

struct column_reader column_open(const void *bytes, size_t len)
{
    struct column_reader r = { bytes, bytes, len > 0 };
    uint64_t sum;
    if (len < SEAL)
        return r;
    r.end = r.at + len - SEAL;
    memcpy(&sum, r.end, sizeof sum);
    r.failed = le64toh(sum) != sum_of(r.at, len - SEAL);
    return r;
}

static int width_for(uint64_t most)
{
    return most == 0 ? 0 : most <= UINT8_MAX ? 1 : most <= UINT16_MAX ? 2 : most <= UINT32_MAX ? 4 : 8;
}

/* Some hundreds at a time: adding each by itself to the text would cost more than all the rest. */
static void put_above(struct text *out, const int64_t *values, size_t n, int64_t low, int width)
{
    unsigned char bytes[8 * 512];
    size_t len = 0;
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
    column_byte(out, (uint8_t)width_for(most));
    column_number(out, low);
    put_above(out, values, n, low, width_for(most));
}

/* Ordered ones: a head for each block (the lowest value, eight bytes; where its values lie behind the heads, four;
 * their width), then the values. */
#define BLOCK ((size_t)64)
#define HEAD  ((size_t)13)

static size_t in_block(size_t n, size_t from)
{
    return n - from < BLOCK ? n - from : BLOCK;
}

static int block_width(const int64_t *values, size_t n)
{
    return width_for((uint64_t)values[n - 1] - (uint64_t)values[0]);
}

void column_put_ordered(struct text *out, const int64_t *values, size_t n)
{
    size_t at = 0;
    for (size_t from = 0; from < n; from += BLOCK) {
        int width = block_width(values + from, in_block(n, from));
        column_number(out, values[from]);
        put_bytes(out, at, 4);
        column_byte(out, (uint8_t)width);
        at += in_block(n, from) * (size_t)width;
    }
    for (size_t from = 0; from < n; from += BLOCK)
        put_above(out, values + from, in_block(n, from), values[from],
                  block_width(values + from, in_block(n, from)));
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

static bool is_width(int width)
{
    return width <= 8 && (width & (width - 1)) == 0;
}

bool column_see(struct column_reader *r, struct column *column, size_t n)
{
    int width = column_take_byte(r);
    int64_t low = column_take_number(r);
    r->failed |= !is_width(width) || n > SIZE_MAX / 8;
    const unsigned char *at = take(r, n * (size_t)width);
    *column = (struct column){ .at = at, .n = n, .low = low, .width = width };
    return at;
}

/* A block as a column of its own. */
static struct column block_at(const struct column *c, size_t block)
{
    const unsigned char *head = c->heads + block * HEAD;
    return (struct column){ .at = c->at + get_4(head + 8),
                            .n = in_block(c->n, block * BLOCK),
                            .low = get_8(head),
                            .width = head[12] };
}

bool column_see_ordered(struct column_reader *r, struct column *column, size_t n)
{
    size_t blocks = n / BLOCK + (n % BLOCK != 0), size = 0;
    r->failed |= n > UINT32_MAX / 8;
    const unsigned char *heads = take(r, r->failed ? 0 : blocks * HEAD);
    for (size_t i = 0; heads && i < blocks; i++) {
        const unsigned char *head = heads + i * HEAD;
        r->failed |= get_4(head + 8) != (int64_t)size || !is_width(head[12]);
        size += in_block(n, i * BLOCK) * head[12];
    }
    const unsigned char *at = take(r, size);
    *column = (struct column){ .at = at, .heads = heads, .n = n };
    return at;
}

static int64_t plain_value(const struct column *c, size_t i)
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

int64_t column_value(const struct column *c, size_t i)
{
    if (!c->heads)
        return plain_value(c, i);
    struct column block = block_at(c, i / BLOCK);
    return plain_value(&block, i % BLOCK);
}

/* One loop per width, so that each compiles to plain loads. */
static void plain_get(const struct column *c, int64_t *values)
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

void column_get(const struct column *c, int64_t *values)
{
    if (!c->heads) {
        plain_get(c, values);
        return;
    }
    for (size_t from = 0; from < c->n; from += BLOCK) {
        struct column block = block_at(c, from / BLOCK);
        plain_get(&block, values + from);
    }
}

bool column_take(struct column_reader *r, int64_t *values, size_t n)
{
    struct column c;
    if (!column_see(r, &c, n))
        return false;
    plain_get(&c, values);
    return true;
}
