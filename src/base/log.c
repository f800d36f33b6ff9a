#include "base/log.h"

#include "base/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static enum log_level log_level = LOG_NOTE_LEVEL;
static void (*log_sink)(enum log_level, const char *, const char *);

void log_set_level(enum log_level level)
{
    log_level = level;
}

void log_set_sink(void (*sink)(enum log_level, const char *, const char *))
{
    log_sink = sink;
}

static void to_stderr(enum log_level level, const char *tag, const char *line)
{
    if (getenv("JOURNAL_STREAM"))
        fprintf(stderr, "<%d>%s: %s\n", (int)level, tag, line);
    else
        fprintf(stderr, "%s: %s\n", tag, line);
}

void log_write(enum log_level level, const char *tag, const char *format, ...)
{
    if (level > log_level)
        return;
    char raw[LOG_LINE_MAX], line[LOG_LINE_MAX];
    va_list args;
    va_start(args, format);
    vsnprintf(raw, sizeof raw, format, args);
    va_end(args);
    struct text safe = text_over(line, sizeof line);
    text_safe(&safe, raw, strlen(raw));
    (log_sink ? log_sink : to_stderr)(level, tag, line);
}
