/*
 * Log lines for people and for the journal: "<prefix>tag: text". Level and sink are the one allowed global.
 * Control characters in the text are escaped; a line is at most LOG_LINE_MAX bytes.
 * Each file defines LOG_TAG before it includes this header.
 */
#pragma once

enum log_level {
    LOG_ERROR_LEVEL = 3,
    LOG_WARN_LEVEL = 4,
    LOG_NOTE_LEVEL = 5,
    LOG_INFO_LEVEL = 6,
    LOG_DEBUG_LEVEL = 7
};

#define LOG_LINE_MAX 1024

/* Lines above this level are dropped; LOG_NOTE_LEVEL at start. */
void log_set_level(enum log_level level);

/* Gets every line that passes the level; NULL restores stderr. With $JOURNAL_STREAM set, stderr lines carry
 * the journal's <N> prefix. */
void log_set_sink(void (*sink)(enum log_level level, const char *tag, const char *line));

void log_write(enum log_level level, const char *tag, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#define log_error(...) log_write(LOG_ERROR_LEVEL, LOG_TAG, __VA_ARGS__)
#define log_warn(...)  log_write(LOG_WARN_LEVEL, LOG_TAG, __VA_ARGS__)
#define log_note(...)  log_write(LOG_NOTE_LEVEL, LOG_TAG, __VA_ARGS__)
#define log_info(...)  log_write(LOG_INFO_LEVEL, LOG_TAG, __VA_ARGS__)
#define log_debug(...) log_write(LOG_DEBUG_LEVEL, LOG_TAG, __VA_ARGS__)
