/* pitboard-xlsx: JSON of `pitboard report`, `jobs`, `spans`, `events` on standard input → a workbook. */
#include "base/exits.h"
#include "base/text.h"
#include "sys/clock.h"
#include "sys/whole.h"
#include "xlsx/book.h"

#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WHOLE_MAX (64 * 1024 * 1024) /* a document that is not one row a line */

static const char usage[] =
    "Usage: pitboard report --format json | pitboard-xlsx [OPTION]... -O FILE.xlsx\n\n"
    "Makes a workbook of what pitboard report, jobs, spans or events print as json or jsonl:\n"
    "a sheet per part, dates as dates, lengths as hours:minutes.\n\n"
    "  -O, --output FILE  the workbook; it appears only when it is whole\n"
    "  --zone NAME        time zone of the dates, Europe/Minsk (default UTC)\n"
    "  --name NAME        of the sheet of rows (default rows)\n"
    "  --lang LANG        of sheets and heads, ru or en (default en: as the JSON has them)\n"
    "  --help, --version\n\n"
    "Exit codes: 0 done, 2 wrong use or no such JSON, 3 the workbook could not be written.\n";

static int fail(int code, const char *format, ...) __attribute__((format(printf, 2, 3)));
static int fail(int code, const char *format, ...)
{
    va_list args;
    fputs("pitboard-xlsx: ", stderr);
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fputc('\n', stderr);
    return code;
}

/* The line without what makes rows an array: brackets on a line of their own, a comma at the end. */
static size_t strip(const char **line, size_t len)
{
    while (len && strchr(" \t\r\n,", (*line)[len - 1]))
        len--;
    while (len && strchr(" \t", **line)) {
        (*line)++;
        len--;
    }
    return len == 1 && strchr("[]", **line) ? 0 : len;
}

static int take(struct book *book, const char *bytes, size_t len,
                bool (*feed)(struct book *, const struct doc_node *), char fault[DOC_FAULT])
{
    struct doc *doc = doc_read(bytes, len, fault);
    if (!doc)
        return EXITS_USAGE;
    bool ok = feed(book, doc_root(doc));
    snprintf(fault, DOC_FAULT, "%.150s", book_fault(book));
    doc_destroy(doc);
    return ok ? EXITS_DONE : EXITS_WORLD;
}

/* Everything as one document. */
static int take_whole(struct book *book, FILE *from, bool (*feed)(struct book *, const struct doc_node *))
{
    char fault[DOC_FAULT], piece[65536];
    struct text all = text_grow(WHOLE_MAX);
    size_t n;
    rewind(from);
    while ((n = fread(piece, 1, sizeof piece, from)) > 0)
        text_add(&all, piece, n);
    int code = EXITS_USAGE;
    if (all.failed)
        fail(code, "it is neither a row a line nor smaller than %d MiB", WHOLE_MAX / 1024 / 1024);
    else if (all.len == 0)
        fail(code, "there is nothing on standard input");
    else if ((code = take(book, all.data, all.len, feed, fault)) != EXITS_DONE)
        fail(code, "%s", fault);
    text_free(&all);
    return code;
}

/* A row a line, as pitboard prints them; -1 if it is one document of many lines. */
static int take_lines(struct book *book, FILE *from, bool (*feed)(struct book *, const struct doc_node *))
{
    char *line = NULL, fault[DOC_FAULT];
    size_t room = 0;
    ssize_t got;
    long n = 0, taken = 0;
    int code = EXITS_DONE;
    rewind(from);
    while (code == EXITS_DONE && (got = getline(&line, &room, from)) > 0) {
        const char *at = line;
        size_t len = strip(&at, (size_t)got);
        n++;
        code = len ? take(book, at, len, feed, fault) : EXITS_DONE;
        taken += len && code == EXITS_DONE;
    }
    free(line);
    if (code == EXITS_USAGE && taken == 0)
        return -1;
    if (code != EXITS_DONE)
        return fail(code, "line %ld: %s", n, fault);
    return n ? EXITS_DONE : -1; /* an empty list is a book too */
}

static int write_book(struct book *book, FILE *from)
{
    int (*way)(struct book *, FILE *, bool (*)(struct book *, const struct doc_node *)) = take_lines;
    int code = take_lines(book, from, book_look);
    if (code < 0) {
        way = take_whole;
        code = take_whole(book, from, book_look);
    }
    if (code != EXITS_DONE)
        return code;
    if (!book_begin(book))
        return fail(EXITS_WORLD, "%s", book_fault(book));
    code = way(book, from, book_line);
    if (code == EXITS_DONE && !book_close(book))
        code = fail(EXITS_WORLD, "%s", book_fault(book));
    return code;
}

/* Standard input, kept in a file without a name: it is read twice. */
static FILE *spool(void)
{
    char piece[65536];
    size_t n;
    FILE *to = tmpfile();
    while (to && (n = fread(piece, 1, sizeof piece, stdin)) > 0)
        if (fwrite(piece, 1, n, to) != n)
            break;
    if (to && (ferror(to) || ferror(stdin) || fflush(to) != 0)) {
        fclose(to);
        to = NULL;
    }
    return to;
}

static int fill(const char *path, const char *name, const char *lang)
{
    FILE *from = spool();
    if (!from)
        return fail(EXITS_WORLD, "standard input cannot be kept: %s", strerror(errno));
    struct book *book = book_create(path, name, lang);
    int code = book ? write_book(book, from) : fail(EXITS_WORLD, "out of memory");
    book_destroy(book);
    fclose(from);
    return code;
}

static int make(const char *path, const char *name, const char *lang)
{
    char fault[WHOLE_FAULT];
    struct whole *w = whole_open(path, WHOLE_DURABLE, fault);
    if (!w)
        return fail(EXITS_WORLD, "%s", fault);
    int code = fill(whole_part(w), name, lang);
    if (code != EXITS_DONE)
        whole_drop(w);
    else if (!whole_keep(w, fault))
        code = fail(EXITS_WORLD, "%s", fault);
    return code;
}

int main(int argc, char **argv)
{
    static const struct option options[] = { { "output", required_argument, NULL, 'O' },
                                             { "zone", required_argument, NULL, 'z' },
                                             { "name", required_argument, NULL, 'n' },
                                             { "lang", required_argument, NULL, 'l' },
                                             { "help", no_argument, NULL, 'h' },
                                             { "version", no_argument, NULL, 'v' },
                                             { 0 } };
    const char *path = NULL, *name = "rows", *zone = "UTC", *lang = "en";
    int key;
    while ((key = getopt_long(argc, argv, "O:h", options, NULL)) >= 0) {
        if (key == 'O')
            path = optarg;
        else if (key == 'z')
            zone = optarg;
        else if (key == 'n')
            name = optarg;
        else if (key == 'l')
            lang = optarg;
        else if (key == 'h' || key == 'v')
            return fputs(key == 'h' ? usage : "pitboard-xlsx " PITBOARD_VERSION "\n", stdout) < 0
                       ? EXITS_WORLD
                       : EXITS_DONE;
        else
            return fail(EXITS_USAGE, "try --help");
    }
    if (optind < argc || !path || !path[0])
        return fail(EXITS_USAGE, "-O FILE.xlsx is missing; try --help");
    if (!clock_set_zone(zone))
        return fail(EXITS_USAGE, "--zone %s: this machine knows no such time zone", zone);
    if (strcmp(lang, "en") != 0 && strcmp(lang, "ru") != 0)
        return fail(EXITS_USAGE, "--lang %s: there are en and ru", lang);
    return make(path, name, lang);
}
