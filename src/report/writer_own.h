/* Shared by writer.c and the writer_*.c only. */
#pragma once

#include "base/text.h"
#include "report/writer.h"

#define WRITER_PIECE_MAX (256 * 1024) /* longest line or cell that is put together */

struct writer_ops {
    bool for_people; /* goes by titles; else by names */
    size_t state_size;
    void (*say)(struct writer *w, const char *line);
    void (*start)(struct writer *w, enum writer_shape shape, const struct tag *tag);
    void (*columns)(struct writer *w, const struct tag *tags, int n);
    void (*attr)(struct writer *w, const struct tag *tag, const struct datum *value);
    void (*end)(struct writer *w);
    void (*finish)(struct writer *w);
    void (*destroy)(struct writer *w);
};

struct writer {
    const struct writer_ops *ops;
    struct writer_setup setup;
    enum writer_shape shape[WRITER_DEPTH_MAX]; /* what is open; the newest at depth - 1 */
    int depth;
    int muted; /* depth of what is left out, 0: nothing */
    bool failed;
    struct text piece; /* for putting a line or a cell together */
    void *state;       /* ops->state_size zeroed bytes */
};

extern const struct writer_ops writer_text, writer_json, writer_jsonl, writer_csv, writer_csv_excel,
    writer_xes, writer_html;

/* Puts w->piece and empties it. */
void writer_put_piece(struct writer *w);

/* A value as programs read it, without quotes: 3995.34, true, 2026-03-01T06:20:00.000Z. Not for texts. */
void datum_plain(const struct datum *value, struct text *out);
/* The same, as people read it; texts too, made safe for terminals. */
void datum_human(const struct writer *w, const struct datum *value, struct text *out);
/* A text that is valid UTF-8: as it is, or what is broken as \xNN. */
void datum_valid(const struct datum *value, struct text *out);
