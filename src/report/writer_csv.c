/*
 * CSV (RFC 4180, UTF-8, CRLF). A root list is a table with a head. A report has many shapes, so it is written
 * long, one figure a line: group, row, figure, value; the row's name is its group's, or the first value of a
 * list's row. A text that a spreadsheet would take for a formula gets an apostrophe in front.
 *
 * The form for Excel where numbers have a comma: a byte order mark, semicolons, decimal commas, times as
 * people of the site read them.
 */
#include "report/writer_own.h"

#include <string.h>

struct state {
    int n_cells; /* put so far in the row being fed */
    const char *group;
    struct text row; /* name of the row being fed */
    bool has_row;
    struct text valid;
};

static bool for_excel(const struct writer *w)
{
    return w->ops == &writer_csv_excel;
}

static const char *between(const struct writer *w)
{
    return for_excel(w) ? ";" : ",";
}

static bool is_table(const struct writer *w)
{
    return w->depth > 0 && w->shape[0] == WRITER_LIST;
}

/* Valid UTF-8 without what no spreadsheet reads or a terminal obeys: controls other than tab and line
 * ends. */
static bool is_tame(const char *bytes, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)bytes[i];
        bool c1 = c == 0xc2 && i + 1 < len && ((unsigned char)bytes[i + 1] & 0xe0) == 0x80;
        if ((c < 0x20 && c != '\t' && c != '\n' && c != '\r') || c == 0x7f || c1)
            return false;
    }
    return utf8_length(bytes, len) != SIZE_MAX;
}

/* How a formula begins; spreadsheets take the full-width signs for the same. */
static bool is_formula(const char *bytes, size_t len)
{
    static const char *const wide[] = { "\uff1d", "\uff0b", "\uff0d", "\uff20" };
    if (len && memchr("=+-@\t\r\n", bytes[0], 7))
        return true;
    for (size_t i = 0; i < sizeof wide / sizeof wide[0]; i++)
        if (len >= 3 && memcmp(bytes, wide[i], 3) == 0)
            return true;
    return false;
}

static void put_field(struct text *out, const char *bytes, size_t len)
{
    bool formula = is_formula(bytes, len), quoted = false;
    for (size_t i = 0; i < len && !quoted; i++)
        quoted = strchr("\",;\r\n", bytes[i]) && bytes[i];
    text_put(out, quoted ? "\"" : "");
    text_put(out, formula ? "'" : "");
    if (!quoted) {
        text_add(out, bytes, len);
        return;
    }
    for (size_t i = 0; i < len; i++)
        text_add(out, bytes[i] == '"' ? "\"\"" : &bytes[i], bytes[i] == '"' ? 2 : 1);
    text_put(out, "\"");
}

static void put_plain(struct writer *w, const struct datum *value)
{
    size_t from = w->piece.len;
    if (for_excel(w) && value->type == DATUM_TIME) {
        datum_human(w, value, &w->piece);
        return;
    }
    datum_plain(value, &w->piece);
    char *point = for_excel(w) && !w->piece.failed && value->type != DATUM_TIME && w->piece.data
                      ? strchr(w->piece.data + from, '.')
                      : NULL;
    if (point)
        *point = ',';
}

static void put_value(struct writer *w, const struct datum *value)
{
    struct state *s = w->state;
    if (value->type != DATUM_TEXT) {
        put_plain(w, value);
        return;
    }
    if (is_tame(value->text, value->len)) {
        put_field(&w->piece, value->text, value->len);
        return;
    }
    s->valid = s->valid.max ? s->valid : text_grow(WRITER_PIECE_MAX);
    text_clear(&s->valid);
    text_safe(&s->valid, value->text, value->len);
    w->failed |= s->valid.failed;
    put_field(&w->piece, s->valid.data ? s->valid.data : "", s->valid.len);
}

static void put_name(struct writer *w, const char *name)
{
    if (name)
        put_field(&w->piece, name, strlen(name));
}

static void end_line(struct writer *w)
{
    text_put(&w->piece, "\r\n");
    writer_put_piece(w);
}

static void csv_start(struct writer *w, enum writer_shape shape, const struct tag *tag)
{
    struct state *s = w->state;
    s->row = s->row.max ? s->row : text_grow(WRITER_PIECE_MAX);
    if (w->depth == 0 && for_excel(w))
        text_put(&w->piece, "\ufeff");
    if (w->depth == 0 && shape == WRITER_GROUP) {
        text_put(&w->piece, for_excel(w) ? "group;row;figure;value" : "group,row,figure,value");
        end_line(w);
    }
    if (w->depth == 1)
        s->group = tag->name;
    if (w->depth == 2) {
        text_clear(&s->row);
        s->has_row = tag->name != NULL;
        if (s->has_row)
            text_put(&s->row, tag->name);
    }
    s->n_cells = 0;
}

static void csv_columns(struct writer *w, const struct tag *tags, int n)
{
    for (int i = 0; i < n; i++) {
        text_put(&w->piece, i ? between(w) : "");
        put_name(w, tags[i].name);
    }
    end_line(w);
}

static void put_figure(struct writer *w, const struct tag *tag, const struct datum *value)
{
    struct state *s = w->state;
    if (w->depth > 2 && !s->has_row) {
        s->has_row = true;
        text_add(&s->row, value->text, value->len);
        return;
    }
    put_name(w, w->depth > 1 ? s->group : NULL);
    text_put(&w->piece, between(w));
    if (w->depth > 2)
        put_value(w, &(struct datum){
                         .type = DATUM_TEXT, .text = s->row.data ? s->row.data : "", .len = s->row.len });
    text_put(&w->piece, between(w));
    put_name(w, tag->name);
    text_put(&w->piece, between(w));
    put_value(w, value);
    end_line(w);
}

static void csv_attr(struct writer *w, const struct tag *tag, const struct datum *value)
{
    struct state *s = w->state;
    if (is_table(w)) {
        text_put(&w->piece, s->n_cells++ ? between(w) : "");
        put_value(w, value);
    } else if (value->type != DATUM_NONE && tag->name) {
        put_figure(w, tag, value);
    }
}

static void csv_end(struct writer *w)
{
    if (w->depth == 1 && w->shape[0] == WRITER_LIST)
        end_line(w);
}

static void csv_destroy(struct writer *w)
{
    struct state *s = w->state;
    text_free(&s->row);
    text_free(&s->valid);
}

const struct writer_ops writer_csv = {
    .state_size = sizeof(struct state),
    .start = csv_start,
    .columns = csv_columns,
    .attr = csv_attr,
    .end = csv_end,
    .destroy = csv_destroy,
};

const struct writer_ops writer_csv_excel = {
    .state_size = sizeof(struct state),
    .start = csv_start,
    .columns = csv_columns,
    .attr = csv_attr,
    .end = csv_end,
    .destroy = csv_destroy,
};
