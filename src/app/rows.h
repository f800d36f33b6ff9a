/* The rows of `buttons` in the configuration as the adapter reads them. Owner: the caller; one thread. */
#pragma once

#include "conf/conf.h"
#include "wire/buttons.h"

struct rows {
    struct button row[CONF_BUTTONS_MAX]; /* texts are the configuration's, which must outlive this */
    int n;
    struct buttons *table;
};

/* NULL with a sentence in `fault`: a topic does not fit its profile (*wrong true), or memory is out. */
struct rows *rows_create(const struct conf *conf, bool *wrong, char *fault, size_t size);
void rows_destroy(struct rows *rows); /* takes NULL */
