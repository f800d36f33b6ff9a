/*
 * A workbook of what `pitboard report, jobs, spans, events --format json or jsonl` print: a sheet per part,
 * dates as dates in the process's time zone, lengths as [h]:mm, shares as per cent, texts never as formulas.
 * One thread.
 *
 * Rows are looked at twice, first for the columns and their widths, then to be written, so that a workbook of
 * millions of rows needs no memory for them:
 *
 *   book_create → book_look (every line) … → book_begin → book_line (every line again) … → book_close
 */
#pragma once

#include "wire/doc.h"

#define BOOK_COLUMNS_MAX 200
#define BOOK_SHEETS_MAX  200
#define BOOK_ROWS_MAX    1048575 /* of a sheet, without its head; what is more goes to the next one */
#define BOOK_FAULT       256

struct book;

/* `path`: the file to write. `name`: of the sheet of bare rows. `lang`: of sheets, heads and figures, "ru" or, as the
 * JSON calls them, "en"; outlives the book. NULL: memory is out. */
struct book *book_create(const char *path, const char *name, const char *lang);

/* A line's document: a row, a list of rows, or a report. False, and book_fault says it: limits, memory. */
bool book_look(struct book *book, const struct doc_node *line);
bool book_begin(struct book *book);
bool book_line(struct book *book, const struct doc_node *line);

/* Writes the file; false: book_fault says why. The book is then only good for book_destroy. */
bool book_close(struct book *book);
void book_destroy(struct book *book); /* takes NULL */

const char *book_fault(const struct book *book);
