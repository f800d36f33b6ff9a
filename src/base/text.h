/* Bounded text building, UTF-8 and strict number parsing. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * A text builder that never writes past `max` bytes. What does not fit is dropped and `failed` stays true
 * until text_clear. The text is always NUL-terminated. Either over the caller's memory (text_over) or on the
 * heap (text_grow: starts empty, grows to at most `max`, freed by text_free).
 */
struct text {
    char *data;
    size_t len;  /* bytes, without the NUL */
    size_t room; /* bytes allocated */
    size_t max;  /* bytes it may hold, NUL included */
    bool heap;
    bool failed; /* something did not fit, or memory ran out */
};

struct text text_over(char *buf, size_t size);
struct text text_grow(size_t max);
void text_free(struct text *t);
void text_clear(struct text *t);

bool text_add(struct text *t, const char *bytes, size_t len);
bool text_put(struct text *t, const char *str);
bool text_fmt(struct text *t, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Adds `bytes` as a JSON string with its quotes. Expects valid UTF-8; escapes what JSON demands, DEL and the
 * C1 controls. */
bool text_json(struct text *t, const char *bytes, size_t len);
bool text_json_str(struct text *t, const char *str);

/* Adds `bytes` made safe for terminals and logs: control characters (C0, DEL, C1), bidi controls and broken
 * UTF-8 appear as \xNN. */
bool text_safe(struct text *t, const char *bytes, size_t len);

/* The same, and with what XML and HTML would take for markup as entities: for text between tags and in quoted
 * attributes. What XML 1.0 cannot hold appears as \xNN too. */
bool text_xml(struct text *t, const char *bytes, size_t len);
/* For the cell of a workbook, whose library sees to markup and to control characters below the blank: only what no XML
 * can hold appears as \xNN. */
bool text_xml_cell(struct text *t, const char *bytes, size_t len);

/* Decodes one code point and moves *p behind it; -1 on broken UTF-8 (overlong, surrogates and > U+10FFFF
 * included), *p then moves by one byte. Call only with *p < end. */
int32_t utf8_next(const char **p, const char *end);

/* Length in characters, or SIZE_MAX if it is not valid UTF-8. */
size_t utf8_length(const char *bytes, size_t len);

/* Whether a character belongs to the one before it: marks, vowel signs, joiners (the extending ones of Unicode
 * UAX #29, of the scripts that names and plates may come from). */
bool utf8_is_mark(int32_t c);

/* Columns of a terminal that a character takes: 0 (marks on the one before it, what is invisible), 1, or 2
 * (Unicode UAX #11, W and F). */
int utf8_columns_of(int32_t c);
/* The same of a text, or SIZE_MAX if it is not valid UTF-8. */
size_t utf8_columns(const char *bytes, size_t len);

/* Valid UTF-8 without control characters (C0, DEL, C1, U+2028, U+2029). */
bool utf8_plain(const char *bytes, size_t len);

/* Whole text is one decimal integer within [low, high]. */
bool text_int(const char *str, int64_t low, int64_t high, int64_t *out);

/* Copies a NUL-terminated text into a fixed field; false (and an empty field) if it does not fit. */
bool text_copy(char *to, size_t size, const char *from);

/* Whether `str` is an id as topics allow it: [a-z0-9-]{1,32}. */
bool text_is_id(const char *str);

/* Whether `str` is a bare mail address that can stand in a header (RFC 5322 addr-spec without quotes and comments): at
 * most 254 printable ASCII characters with one @ between a name and a host, nothing that ends or adds a header, and no
 * option of a program. */
bool text_is_address(const char *str);

/* FNV-1a, 64 bit (Fowler, Noll, Vo). Start with HASH_START; not for secrets. */
#define HASH_START UINT64_C(0xcbf29ce484222325)
uint64_t hash_bytes(uint64_t hash, const void *bytes, size_t len);
