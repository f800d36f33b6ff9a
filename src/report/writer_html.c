/*
 * HTML: the tables of a report, a section each, to stand inside a page (page.c). Well-formed XML; every text
 * is escaped. A section of a report is a table whose first column carries its rows' names; rows are held
 * until the section ends, because only then its columns are known.
 */
#include "report/lang.h"
#include "report/writer_own.h"

#include <stdlib.h>
#include <string.h>

#define ROWS_MAX 5000 /* of one section */

struct state {
    const char *column[WRITER_COLUMNS_MAX];
    bool right[WRITER_COLUMNS_MAX];
    int n_columns;
    char *(*cell)[WRITER_COLUMNS_MAX]; /* n_rows of them; escaped; column 0 is the row's name */
    int n_rows, room;
    bool in_row, names;
    const char *title;
    struct text human;
};

static const char *word(const struct writer *w, const char *english)
{
    return writer_word(w, english);
}

static bool begin_row(struct writer *w)
{
    struct state *s = w->state;
    if (s->n_rows == s->room) {
        int room = s->room ? s->room * 2 : 16;
        void *grown = s->n_rows < ROWS_MAX ? realloc(s->cell, (size_t)room * sizeof *s->cell) : NULL;
        if (!grown) {
            w->failed = true;
            return false;
        }
        s->cell = grown;
        s->room = room;
    }
    memset(s->cell[s->n_rows++], 0, sizeof *s->cell);
    s->in_row = true;
    return true;
}

static int column_of(struct state *s, const char *title)
{
    for (int i = 1; i < s->n_columns; i++)
        if (strcmp(s->column[i], title) == 0)
            return i;
    if (s->n_columns == WRITER_COLUMNS_MAX)
        return -1;
    s->column[s->n_columns] = title;
    return s->n_columns++;
}

static void set_cell(struct writer *w, int column, const char *text)
{
    struct state *s = w->state;
    struct text escaped = text_grow(WRITER_PIECE_MAX);
    text_xml(&escaped, text, strlen(text));
    char **cell = column < 0 || !s->n_rows ? NULL : &s->cell[s->n_rows - 1][column];
    if (!cell || *cell || escaped.failed || !(*cell = strdup(escaped.data ? escaped.data : "")))
        w->failed = true;
    text_free(&escaped);
}

static void clear_rows(struct state *s)
{
    for (int r = 0; r < s->n_rows; r++)
        for (int i = 0; i < WRITER_COLUMNS_MAX; i++)
            free(s->cell[r][i]);
    s->n_rows = 0;
}

static void put_cell(struct writer *w, const char *element, int column, const char *text)
{
    struct state *s = w->state;
    text_fmt(&w->piece, "<%s%s>%s</%s>", element, s->right[column] ? " class=\"num\"" : "", text ? text : "",
             element);
}

static void put_section(struct writer *w)
{
    struct state *s = w->state;
    text_fmt(&w->piece, "<section class=\"table\"><table>\n<thead><tr><th scope=\"col\">%s</th>",
             word(w, s->title));
    for (int i = 1; i < s->n_columns; i++)
        put_cell(w, "th", i, word(w, s->column[i]));
    text_put(&w->piece, "</tr></thead>\n<tbody>\n");
    for (int r = 0; r < s->n_rows; r++) {
        text_put(&w->piece, "<tr>");
        for (int i = 0; i < s->n_columns; i++)
            put_cell(w, i ? "td" : "th", i, s->cell[r][i]);
        text_put(&w->piece, "</tr>\n");
        writer_put_piece(w);
    }
    if (!s->n_rows)
        text_fmt(&w->piece, "<tr><td>%s</td></tr>\n", word(w, "none"));
    text_put(&w->piece, "</tbody></table></section>\n");
    writer_put_piece(w);
    clear_rows(s);
}

static void html_start(struct writer *w, enum writer_shape shape, const struct tag *tag)
{
    struct state *s = w->state;
    if (w->depth == 0 && shape == WRITER_LIST)
        w->failed = true; /* bare rows are no report */
    if (w->depth == 1) {
        memset(s->right, 0, sizeof s->right);
        s->title = tag->title;
        s->n_columns = 1;
        s->in_row = false;
    } else if (w->depth >= 2 && shape != WRITER_LIST && begin_row(w) && tag->title) {
        set_cell(w, 0, word(w, tag->title));
    }
}

static void html_attr(struct writer *w, const struct tag *tag, const struct datum *value)
{
    struct state *s = w->state;
    if (!tag->title || value->type == DATUM_NONE || value->type == DATUM_BAR || w->depth < 2 ||
        (!s->in_row && !begin_row(w)))
        return;
    bool names_row = w->shape[w->depth - 1] == WRITER_ROW && !s->cell[s->n_rows - 1][0];
    int column = names_row ? 0 : column_of(s, tag->title);
    s->human = s->human.max ? s->human : text_grow(WRITER_PIECE_MAX);
    text_clear(&s->human);
    datum_human(w, value, &s->human);
    w->failed |= s->human.failed;
    if (column > 0)
        s->right[column] = value->type != DATUM_TEXT && value->type != DATUM_TIME;
    const char *text = s->human.data ? s->human.data : "";
    set_cell(w, column, value->type == DATUM_FLAG ? word(w, text) : text);
}

static void html_end(struct writer *w)
{
    struct state *s = w->state;
    if (w->depth == 2)
        s->in_row = false;
    if (w->depth == 1)
        put_section(w);
}

static void html_destroy(struct writer *w)
{
    struct state *s = w->state;
    clear_rows(s);
    free(s->cell);
    text_free(&s->human);
}

const struct writer_ops writer_html = {
    .for_people = true,
    .state_size = sizeof(struct state),
    .start = html_start,
    .attr = html_attr,
    .end = html_end,
    .destroy = html_destroy,
};
