/* Words of a line of a case file, and JSON made from them. */
#pragma once

#include "tests/replay/drive.h"

#define WORDS_MAX 64

struct words {
    char *at[WORDS_MAX]; /* point into the split line */
    int n;
};

/* Splits at spaces outside of "…", in place. False if there are too many. */
bool words_split(char *line, struct words *out);

/* The value of "name=value" (or NULL): *name is cut off at its '='. */
char *words_value(char *word);

/*
 * The event of a line: type, then the job's id, then fields:
 *   name=text   a text; "…" is a JSON string, {65Ж} stands for 65 times Ж; `time` and `promised` take 10:05
 *   name:=JSON  any JSON value
 *   -name       takes the member away (`-id`)
 * The caller frees it; NULL and a fault if the line is wrong.
 */
json_t *words_event(struct drive *d, const struct words *words, int from, const char *id);

/* A text as a case file writes it: "…" is a JSON string, {65Ж} stands for 65 times Ж. Heap; NULL if it is
 * neither. */
char *words_text(const char *word);

/* A value as a case file writes it: times as 10:05, texts bare, numbers short, NULL (absent) as '-'. Heap. */
char *words_show(const struct drive *d, const json_t *value);
