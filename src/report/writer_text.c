/*
 * Text for a terminal: aligned tables, each cell safe to show, no line wider than the terminal. A section of
 * a report is a table whose first column carries the section's title and its rows' names. Long tables are
 * aligned by blocks, so that rows can stream.
 */
#include "report/lang.h"
#include "report/lines.h"
#include "report/writer_own.h"

#include <stdlib.h>
#include <string.h>

#define GAP       2
#define NAME_WIDE 14 /* first column of a section: sections stand below each other */
#define NARROW    8  /* texts give way down to this before times do */
#define NARROWEST 4  /* a column that must give way keeps so much */

struct column {
    const char *key; /* its title in English: two may be the same word in another language */
    const char *title;
    int width; /* in columns */
    bool right, time;
};

struct state {
    struct column column[WRITER_COLUMNS_MAX];
    int n_columns;
    char *cell[WRITER_BLOCK_ROWS][WRITER_COLUMNS_MAX]; /* NULL: empty */
    int n_rows;                                        /* finished ones and the one being fed */
    bool in_row, has_head, has_rows;
    const char *section;
    struct text human;
};

static const char *word(const struct writer *w, const char *title)
{
    return writer_word(w, title);
}

/* Lines. */

static void put_spaces(struct writer *w, int n)
{
    for (; n > 0; n--)
        text_put(&w->piece, " ");
}

static void put_line(struct writer *w, const char *const *cells)
{
    struct state *s = w->state;
    int owed = 0; /* blanks, put only when something follows */
    for (int i = 0; i < s->n_columns; i++) {
        const struct column *c = &s->column[i];
        const char *text = cells[i] ? cells[i] : "";
        int wide = lines_width(text), blank = wide < c->width ? c->width - wide : 0;
        if (wide) {
            put_spaces(w, owed + (c->right ? blank : 0));
            int put = lines_cut(&w->piece, text, c->width, w->setup.ascii ? "~" : "…");
            owed = c->width - put - (c->right ? blank : 0) + GAP;
        } else {
            owed += c->width + GAP;
        }
    }
    text_put(&w->piece, "\n");
    writer_put_piece(w);
}

/* Tables. */

/* The widest column that may give way, -1: none. */
static int widest(const struct state *s, bool times_too, int least)
{
    int found = -1;
    for (int i = 0; i < s->n_columns; i++) {
        const struct column *c = &s->column[i];
        if (!c->right && (times_too || !c->time) && c->width > least &&
            (found < 0 || c->width > s->column[found].width))
            found = i;
    }
    return found;
}

static int line_width(const struct state *s)
{
    int total = -GAP;
    for (int i = 0; i < s->n_columns; i++)
        total += s->column[i].width + GAP;
    return total;
}

/* Takes from the widest columns until the line fits: half a time says less than half a name. */
static void fit(struct writer *w)
{
    struct state *s = w->state;
    while (w->setup.columns && line_width(s) > w->setup.columns) {
        int i = widest(s, false, NARROW);
        i = i < 0 ? widest(s, true, NARROWEST) : i;
        if (i < 0)
            return;
        s->column[i].width--;
    }
}

static void measure(struct state *s)
{
    for (int i = 0; i < s->n_columns; i++) {
        struct column *c = &s->column[i];
        int title = c->title ? lines_width(c->title) : 0;
        c->width = title > c->width ? title : c->width;
        for (int r = 0; r < s->n_rows; r++) {
            int cell = s->cell[r][i] ? lines_width(s->cell[r][i]) : 0;
            c->width = cell > c->width ? cell : c->width;
        }
    }
}

static void put_head(struct writer *w)
{
    struct state *s = w->state;
    const char *titles[WRITER_COLUMNS_MAX];
    for (int i = 0; i < s->n_columns; i++)
        titles[i] = s->column[i].title;
    put_line(w, titles);
    s->has_head = true;
}

static void flush_rows(struct writer *w)
{
    struct state *s = w->state;
    measure(s);
    fit(w);
    if (!s->has_head && s->n_columns)
        put_head(w);
    for (int r = 0; r < s->n_rows; r++) {
        put_line(w, (const char *const *)s->cell[r]);
        for (int i = 0; i < s->n_columns; i++) {
            free(s->cell[r][i]);
            s->cell[r][i] = NULL;
        }
    }
    s->n_rows = 0;
}

static void begin_row(struct writer *w)
{
    struct state *s = w->state;
    if (s->n_rows == WRITER_BLOCK_ROWS)
        flush_rows(w);
    s->n_rows++;
    s->in_row = s->has_rows = true;
}

static int column_of(const struct writer *w, const char *key)
{
    struct state *s = w->state;
    int first = s->section ? 1 : 0;
    for (int i = first; i < s->n_columns; i++)
        if (strcmp(s->column[i].key, key) == 0)
            return i;
    if (s->n_columns == WRITER_COLUMNS_MAX)
        return -1;
    s->column[s->n_columns] = (struct column){ .key = key, .title = word(w, key) };
    return s->n_columns++;
}

static void set_cell(struct writer *w, int column, const char *text)
{
    struct state *s = w->state;
    char **cell = column < 0 ? NULL : &s->cell[s->n_rows - 1][column];
    if (!cell || *cell || !(*cell = strdup(text)))
        w->failed = true;
}

static void begin_section(struct writer *w, const struct tag *tag)
{
    struct state *s = w->state;
    memset(s->column, 0, sizeof s->column);
    s->section = word(w, tag->title);
    s->column[0] = (struct column){ .title = s->section, .width = NAME_WIDE };
    s->n_columns = 1;
    s->has_head = s->has_rows = s->in_row = false;
}

static void end_section(struct writer *w)
{
    struct state *s = w->state;
    flush_rows(w);
    if (!s->has_rows)
        text_fmt(&w->piece, "  %s\n", word(w, "none"));
    text_put(&w->piece, "\n");
    writer_put_piece(w);
    s->n_columns = 0;
    s->section = NULL;
}

/* The writer. */

static void text_say(struct writer *w, const char *line)
{
    text_put(&w->piece, line);
    text_put(&w->piece, "\n");
    writer_put_piece(w);
}

static void text_start(struct writer *w, enum writer_shape shape, const struct tag *tag)
{
    bool rows = w->depth > 0 && w->shape[0] == WRITER_LIST;
    if (rows && w->depth == 1) {
        begin_row(w);
    } else if (!rows && w->depth == 1) {
        begin_section(w, tag);
    } else if (!rows && w->depth == 2) {
        begin_row(w);
        if (shape == WRITER_GROUP)
            set_cell(w, 0, word(w, tag->title));
    }
}

static void text_columns(struct writer *w, const struct tag *tags, int n)
{
    for (int i = 0; i < n; i++)
        if (tags[i].title)
            column_of(w, tags[i].title);
}

static void text_attr(struct writer *w, const struct tag *tag, const struct datum *value)
{
    struct state *s = w->state;
    if (!tag->title || value->type == DATUM_NONE || (w->depth == 1 && w->shape[0] == WRITER_GROUP))
        return;
    if (!s->in_row)
        begin_row(w);
    bool names_row = s->section && w->shape[w->depth - 1] == WRITER_ROW && !s->cell[s->n_rows - 1][0];
    int column = names_row ? 0 : column_of(w, tag->title);
    s->human = s->human.max ? s->human : text_grow(WRITER_PIECE_MAX);
    text_clear(&s->human);
    datum_human(w, value, &s->human);
    w->failed |= s->human.failed;
    set_cell(w, column, s->human.data ? s->human.data : "");
    if (column >= (s->section ? 1 : 0)) {
        s->column[column].time = value->type == DATUM_TIME;
        s->column[column].right =
            value->type != DATUM_TEXT && value->type != DATUM_TIME && value->type != DATUM_BAR;
    }
}

static void text_end(struct writer *w)
{
    struct state *s = w->state;
    bool rows = w->shape[0] == WRITER_LIST;
    if (w->depth == (rows ? 1 : 2))
        s->in_row = false;
    if (w->depth == 1 && !rows)
        end_section(w);
    if (w->depth == 0 && rows)
        flush_rows(w);
}

static void text_destroy(struct writer *w)
{
    struct state *s = w->state;
    for (int r = 0; r < s->n_rows; r++)
        for (int i = 0; i < WRITER_COLUMNS_MAX; i++)
            free(s->cell[r][i]);
    text_free(&s->human);
}

const struct writer_ops writer_text = {
    .for_people = true,
    .state_size = sizeof(struct state),
    .say = text_say,
    .start = text_start,
    .columns = text_columns,
    .attr = text_attr,
    .end = text_end,
    .destroy = text_destroy,
};
