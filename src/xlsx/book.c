#include "xlsx/book.h"

#include "base/stamp.h"
#include "base/text.h"
#include "sys/clock.h"
#include "xlsx/words.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xlsxwriter.h>

#define NAME_MAX_CHARS 31 /* of a sheet */
#define NAME_SIZE      (NAME_MAX_CHARS * 4 + 1)
#define TITLE_SIZE     128
#define WIDTH_LEAST    8
#define WIDTH_MOST     60
#define CELL_CHARS_MAX 32767
#define STAMP_LEN      24 /* what stamp_format writes */

enum sort { SORT_TEXT, SORT_NUMBER, SORT_LENGTH, SORT_SHARE, SORT_TIME };

struct column {
    char name[TITLE_SIZE];
    int width;
};

struct sheet {
    char name[TITLE_SIZE * 2];
    struct column column[BOOK_COLUMNS_MAX];
    int n_columns;
    lxw_worksheet *sheet;
    uint32_t row; /* the next one to be written, 0 the head */
    int part;     /* 1 if it goes on on a further one */
};

struct book {
    const char *lang;
    char name[TITLE_SIZE], fault[BOOK_FAULT], path[1024];
    lxw_workbook *workbook;
    lxw_format *head, *time, *length, *share;
    struct sheet *sheets[BOOK_SHEETS_MAX];
    int n_sheets;
    bool writing;
    struct text text; /* of a cell */
};

static bool fail(struct book *book, const char *why)
{
    snprintf(book->fault, sizeof book->fault, "%s", why);
    return false;
}

/* Names and kinds. */

static enum sort sort_of(const char *name, const struct doc_node *value)
{
    size_t n = strlen(name);
    struct wall at;
    if (value->type == DOC_TEXT)
        return value->len == STAMP_LEN && stamp_parse(value->text, value->len, &at) ? SORT_TIME : SORT_TEXT;
    if (n > 2 && strcmp(name + n - 2, "_s") == 0)
        return SORT_LENGTH;
    return n >= 5 && strcmp(name + n - 5, "share") == 0 ? SORT_SHARE : SORT_NUMBER;
}

/* Without a word for it "mean_s" is headed "mean", "kept_share" "kept share". */
static void title_of(const struct book *book, const struct sheet *sheet, const char *name,
                     char out[TITLE_SIZE])
{
    size_t n = strlen(name);
    const char *word = words_say(book->lang, sheet->name, name);
    if (word) {
        snprintf(out, TITLE_SIZE, "%s", word);
        return;
    }
    snprintf(out, TITLE_SIZE, "%.*s", (int)(n > 2 && strcmp(name + n - 2, "_s") == 0 ? n - 2 : n), name);
    for (char *p = out; *p; p++)
        *p = *p == '_' ? ' ' : *p;
}

static int width_of(const char *name, const struct doc_node *value)
{
    size_t n;
    switch (sort_of(name, value)) {
    case SORT_TIME:
        return 19;
    case SORT_TEXT:
        n = value->type == DOC_TEXT ? utf8_length(value->text, value->len) : 5;
        return n > WIDTH_MOST ? WIDTH_MOST : (int)n;
    default:
        return 10;
    }
}

/* Sheets. */

/* Excel's rule for names: 31 characters with what stands `behind` it, none of []:*?/\ and no apostrophe at an end. */
static void sheet_name(const char *name, const char *behind, char out[NAME_SIZE])
{
    struct text t = text_over(out, NAME_SIZE);
    const char *end = name + strlen(name);
    for (size_t n = strlen(behind); n < NAME_MAX_CHARS && name < end; n++) {
        const char *at = name;
        int32_t c = utf8_next(&name, end);
        bool plain = c >= 0x80 ? utf8_plain(at, (size_t)(name - at)) : c >= ' ' && !strchr("[]:*?/\\'", c);
        text_add(&t, plain ? at : "-", plain ? (size_t)(name - at) : 1);
    }
    text_put(&t, behind);
}

static struct sheet *sheet_for(struct book *book, const char *name)
{
    for (int i = 0; i < book->n_sheets; i++)
        if (strcmp(book->sheets[i]->name, name) == 0)
            return book->sheets[i];
    struct sheet *sheet = book->n_sheets < BOOK_SHEETS_MAX ? calloc(1, sizeof *sheet) : NULL;
    if (!sheet || book->writing) {
        free(sheet);
        fail(book, "more parts than a workbook can have, or out of memory");
        return NULL;
    }
    snprintf(sheet->name, sizeof sheet->name, "%s", name);
    return book->sheets[book->n_sheets++] = sheet;
}

static int column_for(struct book *book, struct sheet *sheet, const char *name)
{
    for (int i = 0; i < sheet->n_columns; i++)
        if (strcmp(sheet->column[i].name, name) == 0)
            return i;
    if (sheet->n_columns == BOOK_COLUMNS_MAX || book->writing || strlen(name) >= TITLE_SIZE) {
        fail(book, "a row has more columns than a sheet can have");
        return -1;
    }
    struct column *column = &sheet->column[sheet->n_columns];
    char title[TITLE_SIZE];
    title_of(book, sheet, name, title);
    snprintf(column->name, sizeof column->name, "%s", name);
    column->width = (int)utf8_length(title, strlen(title)) + 3; /* the filter's arrow */
    return sheet->n_columns++;
}

static void put_head(struct book *book, struct sheet *sheet)
{
    char title[TITLE_SIZE];
    for (int i = 0; i < sheet->n_columns; i++) {
        struct column *column = &sheet->column[i];
        int width = column->width < WIDTH_LEAST  ? WIDTH_LEAST
                    : column->width > WIDTH_MOST ? WIDTH_MOST
                                                 : column->width;
        title_of(book, sheet, column->name, title);
        worksheet_set_column(sheet->sheet, (lxw_col_t)i, (lxw_col_t)i, width + 1, NULL);
        worksheet_write_string(sheet->sheet, 0, (lxw_col_t)i, title, book->head);
    }
    worksheet_freeze_panes(sheet->sheet, 1, 0);
    worksheet_set_landscape(sheet->sheet);
    worksheet_set_paper(sheet->sheet, 9); /* A4 */
    worksheet_fit_to_pages(sheet->sheet, 1, 0);
    worksheet_repeat_rows(sheet->sheet, 0, 0);
    sheet->row = 1;
}

static bool add_sheet(struct book *book, struct sheet *sheet)
{
    char name[NAME_SIZE], behind[8] = "";
    const char *word = words_say(book->lang, sheet->name, NULL);
    if (sheet->part)
        snprintf(behind, sizeof behind, " (%d)", (sheet->part + 1) % 1000);
    sheet_name(word ? word : sheet->name, behind, name);
    sheet->sheet = workbook_add_worksheet(book->workbook, name);
    if (!sheet->sheet)
        return fail(book, "the sheet could not be made");
    put_head(book, sheet);
    return true;
}

static void end_sheet(struct sheet *sheet)
{
    if (sheet->sheet && sheet->row > 1 && sheet->n_columns)
        worksheet_autofilter(sheet->sheet, 0, 0, sheet->row - 1, (lxw_col_t)(sheet->n_columns - 1));
}

/* Cells. */

static void write_time(struct book *book, struct sheet *sheet, int column, const struct doc_node *value)
{
    struct wall at = WALL_NONE;
    stamp_parse(value->text, value->len, &at);
    struct clock_parts p = clock_local(at);
    lxw_datetime when = {
        .year = p.year, .month = p.month, .day = p.day, .hour = p.hour, .min = p.minute, .sec = p.second
    };
    worksheet_write_datetime(sheet->sheet, sheet->row, (lxw_col_t)column, &when, book->time);
}

/* What the product says, not its users, in the reader's words: all of it, or what stands before a hyphen ("mon-08").
 * False: it stays as it is. */
static bool put_word(struct book *book, const struct sheet *sheet, const char *column, const char *text)
{
    static const char *const columns[] = { "figure", "outcome", "result", "hour" };
    char first[TITLE_SIZE];
    bool ours = false;
    for (size_t i = 0; i < sizeof columns / sizeof columns[0]; i++)
        ours |= strcmp(column, columns[i]) == 0;
    const char *word = ours ? words_say(book->lang, sheet->name, text) : NULL, *rest = "";
    if (ours && !word && strchr(text, '-')) {
        snprintf(first, sizeof first, "%.*s", (int)strcspn(text, "-"), text);
        word = words_say(book->lang, sheet->name, first);
        rest = strchr(text, '-') + 1;
    }
    return word && text_fmt(&book->text, rest[0] ? "%s %s" : "%s", word, rest);
}

/* A workbook is XML: what that cannot hold appears as \xNN. No field of ours fills a cell. */
static void write_text(struct book *book, struct sheet *sheet, int column, const struct doc_node *value)
{
    text_clear(&book->text);
    if (!put_word(book, sheet, sheet->column[column].name, value->text))
        text_xml_cell(&book->text, value->text, value->len);
    worksheet_write_string(sheet->sheet, sheet->row, (lxw_col_t)column,
                           book->text.data ? book->text.data : "", NULL);
}

/* Spreadsheets show no time below zero: then it is a text. */
static void write_length(struct book *book, struct sheet *sheet, int column, double seconds)
{
    char said[32];
    if (seconds >= 0) {
        worksheet_write_number(sheet->sheet, sheet->row, (lxw_col_t)column, seconds / 86400, book->length);
        return;
    }
    double minutes = floor(-seconds / 60 + 0.5);
    snprintf(said, sizeof said, "-%.0f:%02.0f", floor(minutes / 60), fmod(minutes, 60));
    worksheet_write_string(sheet->sheet, sheet->row, (lxw_col_t)column, said, NULL);
}

static void write_cell(struct book *book, struct sheet *sheet, int column, const char *name,
                       const struct doc_node *value)
{
    lxw_col_t col = (lxw_col_t)column;
    switch (sort_of(name, value)) {
    case SORT_TIME:
        write_time(book, sheet, column, value);
        break;
    case SORT_TEXT:
        write_text(book, sheet, column, value);
        break;
    case SORT_LENGTH:
        write_length(book, sheet, column, value->number);
        break;
    case SORT_SHARE:
        worksheet_write_number(sheet->sheet, sheet->row, col, value->number, book->share);
        break;
    case SORT_NUMBER:
        if (value->type == DOC_FLAG)
            worksheet_write_boolean(sheet->sheet, sheet->row, col, (int)value->number, NULL);
        else
            worksheet_write_number(sheet->sheet, sheet->row, col, value->number, NULL);
        break;
    }
}

/* A value into the row under way: looked at, or written. Its name says how it is shown. */
static bool put(struct book *book, struct sheet *sheet, const char *heading, const char *name,
                const struct doc_node *value)
{
    if (value->type == DOC_NULL || value->type == DOC_GROUP || value->type == DOC_LIST)
        return true;
    int column = column_for(book, sheet, heading);
    if (column < 0)
        return false;
    int width = width_of(name, value);
    if (book->writing)
        write_cell(book, sheet, column, name, value);
    else if (sheet->column[column].width < width)
        sheet->column[column].width = width;
    return true;
}

static bool begin_row(struct book *book, struct sheet *sheet)
{
    if (!book->writing)
        return true;
    if (sheet->row <= BOOK_ROWS_MAX)
        return sheet->sheet != NULL;
    end_sheet(sheet);
    sheet->part++;
    return add_sheet(book, sheet);
}

static void end_row(struct book *book, struct sheet *sheet)
{
    sheet->row += book->writing;
}

/* Documents. */

/* In a row that compares one figure, that figure's name says how its numbers are shown. */
static const char *figure_of(const struct doc_node *group)
{
    for (const struct doc_node *v = group->first; v; v = v->next)
        if (v->type == DOC_TEXT && strcmp(v->name, "figure") == 0)
            return v->text;
    return NULL;
}

/* The values of a group as cells; those of groups inside it with a dot between the names. */
static bool put_values(struct book *book, struct sheet *sheet, const char *prefix,
                       const struct doc_node *group)
{
    char name[TITLE_SIZE * 2];
    const char *figure = figure_of(group);
    for (const struct doc_node *v = group->first; v; v = v->next) {
        snprintf(name, sizeof name, "%s%s%s", prefix, prefix[0] ? "." : "", v->name);
        const char *sort = figure && v->type == DOC_NUMBER ? figure : name;
        if (v->type == DOC_GROUP ? !put_values(book, sheet, name, v) : !put(book, sheet, name, sort, v))
            return false;
    }
    return true;
}

static bool put_row(struct book *book, const char *sheet_title, const char *row_name,
                    const struct doc_node *group)
{
    struct doc_node name = { .type = DOC_TEXT, .text = row_name, .len = row_name ? strlen(row_name) : 0 };
    struct sheet *sheet = sheet_for(book, sheet_title);
    if (!sheet || !begin_row(book, sheet))
        return false;
    bool ok = (!row_name || put(book, sheet, "figure", "figure", &name)) &&
              (group->type == DOC_GROUP ? put_values(book, sheet, "", group)
                                        : put(book, sheet, "value", row_name ? row_name : "value", group));
    end_row(book, sheet);
    return ok;
}

static bool put_list(struct book *book, const char *title, const struct doc_node *list)
{
    for (const struct doc_node *row = list->first; row; row = row->next)
        if (!put_row(book, title, NULL, row))
            return false;
    return true;
}

static bool has_list(const struct doc_node *group)
{
    for (const struct doc_node *v = group->first; v; v = v->next)
        if (v->type == DOC_LIST)
            return true;
    return false;
}

/* A part of a report: its lists get sheets of their own, the rest is a row each. */
static bool put_part(struct book *book, const char *title, const struct doc_node *part, int depth)
{
    char below[TITLE_SIZE * 2];
    if (part->type == DOC_LIST)
        return put_list(book, title, part);
    for (const struct doc_node *v = part->first; v; v = v->next) {
        bool deep = v->type == DOC_LIST || (v->type == DOC_GROUP && depth < 4 && has_list(v));
        snprintf(below, sizeof below, "%s %s", title, v->name);
        if (deep ? !put_part(book, below, v, depth + 1) : !put_row(book, title, v->name, v))
            return false;
    }
    return true;
}

static bool is_report(const struct doc_node *group)
{
    for (const struct doc_node *v = group->first; v; v = v->next)
        if (v->type == DOC_GROUP || v->type == DOC_LIST)
            return true;
    return false;
}

static bool take(struct book *book, const struct doc_node *line)
{
    if (line->type == DOC_LIST)
        return put_list(book, book->name, line);
    if (!is_report(line))
        return put_row(book, book->name, NULL, line);
    for (const struct doc_node *v = line->first; v; v = v->next)
        if (v->type == DOC_GROUP || v->type == DOC_LIST ? !put_part(book, v->name, v, 1)
                                                        : !put_row(book, book->name, v->name, v))
            return false;
    return true;
}

/* The book. */

struct book *book_create(const char *path, const char *name, const char *lang)
{
    struct book *book = calloc(1, sizeof *book);
    if (!book)
        return NULL;
    book->text = text_grow(CELL_CHARS_MAX + 1);
    snprintf(book->path, sizeof book->path, "%s", path);
    snprintf(book->name, sizeof book->name, "%s", name[0] ? name : "rows");
    book->lang = lang;
    return book;
}

bool book_look(struct book *book, const struct doc_node *line)
{
    return take(book, line);
}

static lxw_format *format(struct book *book, const char *number)
{
    lxw_format *made = workbook_add_format(book->workbook);
    if (made && number)
        format_set_num_format(made, number);
    return made;
}

bool book_begin(struct book *book)
{
    lxw_workbook_options options = { .constant_memory = LXW_TRUE };
    book->workbook = workbook_new_opt(book->path, &options);
    if (!book->workbook)
        return fail(book, "out of memory");
    book->head = format(book, NULL);
    book->time = format(book, "yyyy-mm-dd hh:mm:ss");
    book->length = format(book, "[h]:mm");
    book->share = format(book, "0.0%");
    if (!book->head || !book->time || !book->length || !book->share)
        return fail(book, "out of memory");
    format_set_bold(book->head);
    format_set_bottom(book->head, LXW_BORDER_THIN);
    if (!book->n_sheets && !sheet_for(book, book->name))
        return false;
    for (int i = 0; i < book->n_sheets; i++)
        if (!add_sheet(book, book->sheets[i]))
            return false;
    book->writing = true;
    return true;
}

bool book_line(struct book *book, const struct doc_node *line)
{
    return take(book, line);
}

bool book_close(struct book *book)
{
    for (int i = 0; i < book->n_sheets; i++)
        end_sheet(book->sheets[i]);
    lxw_error error = workbook_close(book->workbook); /* frees it too */
    book->workbook = NULL;
    return error == LXW_NO_ERROR || fail(book, lxw_strerror(error));
}

void book_destroy(struct book *book)
{
    if (!book)
        return;
    if (book->workbook)
        lxw_workbook_free(book->workbook);
    for (int i = 0; i < book->n_sheets; i++)
        free(book->sheets[i]);
    text_free(&book->text);
    free(book);
}

const char *book_fault(const struct book *book)
{
    return book->fault;
}
