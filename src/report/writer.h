/*
 * Where figures and rows go: the report says what (start, attribute, end), a writer says how. One interface;
 * another format is one more row in the table of writer.c and one more file.
 *
 *   writer_create → writer_start(root) → … → writer_end → writer_finish → writer_destroy
 *
 * The root is a group (a report: groups of figures and lists of them) or a list (rows). One thread. Texts
 * passed in are copied or written at once; the strings of a tag must outlive the writer.
 */
#pragma once

#include "base/tick.h"
#include "core/plan.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define WRITER_DEPTH_MAX   8
#define WRITER_COLUMNS_MAX 32
#define WRITER_BLOCK_ROWS  200 /* rows that are aligned with each other in a long text table */
#define WRITER_TIME_SIZE   40

enum writer_format {
    WRITER_TEXT,
    WRITER_JSON,
    WRITER_JSONL, /* a root list: one object a line */
    WRITER_CSV,
    WRITER_CSV_EXCEL, /* for spreadsheets that read semicolons and decimal commas */
    WRITER_XES,       /* a root list of jobs, each with a list of spans; nothing else */
    WRITER_HTML,      /* a report's tables, to stand inside a page; no root list */
};

enum writer_shape {
    WRITER_GROUP, /* named values: an object, a line */
    WRITER_LIST,  /* rows: an array, a table */
    WRITER_ROW,   /* one of them; has no name */
};

/* The name of something for programs and for people. A group or list below the root that has no name (no title) is left
 * out with all that is in it by programs' formats (by text and HTML). */
struct tag {
    const char *name;  /* in JSON and CSV; NULL for a row; of a value: not written there */
    const char *title; /* in text and HTML; NULL: not shown there */
};

enum datum_type {
    DATUM_NONE, /* nothing is known */
    DATUM_TEXT,
    DATUM_INT,
    DATUM_FLAG,   /* 0 or 1 */
    DATUM_TIME,   /* wall ms */
    DATUM_LENGTH, /* ms; seconds for programs, hours:minutes for people */
    DATUM_SHARE,  /* thousandths; per cent for people */
    DATUM_POINTS, /* thousandths; hundredths of the whole for people: a difference of shares, a net promoter score */
    DATUM_MEAN, /* thousandths */
    DATUM_BAR,  /* thousandths of the longest bar; in text only */
};

/* What a text is, for those formats that people read; programs' formats write it as it is. */
enum datum_name {
    NAME_NONE,  /* said as it is */
    NAME_WORD,  /* an English word of the report, said in the reader's language (report/lang) */
    NAME_STAGE, /* an id of the plan, said by its label */
    NAME_BAY,
    NAME_ROUTE,
};

struct datum {
    enum datum_type type;
    enum datum_name name; /* of a text */
    int64_t number;
    const char *text; /* any bytes */
    size_t len;
};

struct writer_setup {
    bool (*put)(void *user, const char *bytes, size_t len); /* false: cannot be written */
    void *user;
    /* A time as people of the site read it. */
    void (*local)(struct wall at, char out[WRITER_TIME_SIZE]);
    int columns;             /* of the terminal; text is cut to it; 0: none, nothing is cut */
    const char *lang;        /* of titles in HTML and text: "en" (also NULL) or "ru" */
    const struct plan *plan; /* for the names of stages, bays and routes; NULL: their ids */
    bool ascii;              /* bars of signs that every terminal has */
    bool
        said; /* JSON for a table that people read: what has a name in the reader's language is called by it */
};

struct writer;

struct writer *writer_create(enum writer_format format,
                             const struct writer_setup *setup); /* NULL: memory is out */
void writer_destroy(struct writer *w);                          /* takes NULL */

/* An English word of the report in the reader's language. */
const char *writer_word(const struct writer *w, const char *english);

/* What the writer was set up with; its language, "en" if none was given. */
const struct writer_setup *writer_setting(const struct writer *w);
const char *writer_lang(const struct writer *w);
/* Whether people read the format, or programs. */
bool writer_is_for_people(const struct writer *w);

/* A line for people, outside of the data; other formats leave it out. */
void writer_say(struct writer *w, const char *line);

void writer_start(struct writer *w, enum writer_shape shape, const struct tag *tag);
/* The columns of a root list, right after its start, so that a table without rows has its head too. */
void writer_columns(struct writer *w, const struct tag *tags, int n);
void writer_attr(struct writer *w, const struct tag *tag, struct datum value);
void writer_end(struct writer *w);

/* Whether everything could be written so far: otherwise there is no need to go on. */
bool writer_is_well(const struct writer *w);

/* Writes what is held back. False if anything could not be written or memory ran out. */
bool writer_finish(struct writer *w);

static inline struct datum datum_int(int64_t n)
{
    return (struct datum){ .type = DATUM_INT, .number = n };
}

static inline struct datum datum_length(int64_t ms)
{
    return (struct datum){ .type = DATUM_LENGTH, .number = ms };
}

static inline struct datum datum_time(struct wall at)
{
    return (struct datum){ .type = wall_is_none(at) ? DATUM_NONE : DATUM_TIME, .number = at.ms };
}

/* text must outlive the call that writes it. */
static inline struct datum datum_text(const char *text)
{
    return (struct datum){ .type = DATUM_TEXT, .text = text, .len = strlen(text) };
}

static inline struct datum datum_flag(bool set)
{
    return (struct datum){ .type = DATUM_FLAG, .number = set };
}
