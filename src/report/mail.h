/*
 * A mail as sendmail -t takes it: RFC 5322 with MIME, ASCII only. Headers are encoded (RFC 2047), texts are
 * base64, so nothing in a title or a report can become a header or end the message. Pure.
 */
#pragma once

#include "base/text.h"
#include "base/tick.h"

#define MAIL_TO_MAX 32

struct mail_part {
    const char *bytes;
    size_t len;
};

struct mail {
    const char *from; /* "": the mail program fills it in */
    const char *to[MAIL_TO_MAX];
    int n_to;
    const char *subject;         /* any UTF-8 */
    const char *date;            /* RFC 5322: "Sat, 21 Nov 2026 19:00:00 +0300" */
    const char *id;              /* unique; letters, digits, dots, hyphens */
    struct mail_part body;       /* text/plain */
    struct mail_part attachment; /* text/html; bytes NULL: none */
    const char *file;            /* its name: letters, digits, dots, hyphens */
};

/* False: an address is none (text_is_address), or it does not fit into `out`. */
bool mail_compose(struct text *out, const struct mail *mail);
