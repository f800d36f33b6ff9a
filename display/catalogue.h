/*
 * A gettext catalogue as msgfmt writes it (GNU gettext manual, "The Format of GNU MO Files"), read without
 * libintl: that knows one language at a time for the whole process, and only locales the system has. Pure;
 * nothing is copied, so the bytes must outlive it. Damaged bytes are refused as a whole.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CATALOGUE_BYTES_MAX (256 * 1024)
#define CATALOGUE_TEXTS_MAX 4096
#define CATALOGUE_FORMS_MAX 6
#define CATALOGUE_RULE_SIZE 200

struct catalogue {
    const uint8_t *bytes;
    size_t len;
    bool swapped;                   /* written on a machine of the other byte order */
    uint32_t n, ids, texts;         /* entries; where the two tables begin */
    int forms;                      /* plural forms; 0: the header names none */
    char rule[CATALOGUE_RULE_SIZE]; /* which one: "n != 1" */
};

/* False, and why in `fault`, if the bytes are no catalogue in UTF-8. */
bool catalogue_read(struct catalogue *catalogue, const void *bytes, size_t len, char *fault,
                    size_t fault_size);

/* The translation of `id` in `context` (NULL: none); of a plural (`plural` not NULL) the form `form`. NULL if
 * there is none. */
const char *catalogue_find(const struct catalogue *catalogue, const char *context, const char *id,
                           const char *plural, int form);

/* The value of a rule as in a Plural-Forms header (the integer expressions of C, one variable n) at `n`; -1
 * if it is none. */
int catalogue_plural(const char *rule, unsigned n);
