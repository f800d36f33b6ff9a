#include "report/mail.h"

#include <string.h>

#define WORD_BYTES 42                  /* of a text in one encoded word: 75 characters with its frame */
#define LINE_BYTES 57                  /* of a base64 line of 76 characters */
#define BOUNDARY   "=_pitboard_report" /* = and _ together are in no base64 */

static void put_base64(struct text *out, const unsigned char *bytes, size_t len)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t i = 0; i < len; i += 3) {
        uint32_t n = (uint32_t)bytes[i] << 16 | (i + 1 < len ? (uint32_t)bytes[i + 1] << 8 : 0) |
                     (i + 2 < len ? bytes[i + 2] : 0);
        char four[4] = { digits[n >> 18], digits[n >> 12 & 63], i + 1 < len ? digits[n >> 6 & 63] : '=',
                         i + 2 < len ? digits[n & 63] : '=' };
        text_add(out, four, 4);
    }
}

static void put_lines(struct text *out, const struct mail_part *part)
{
    for (size_t at = 0; at < part->len; at += LINE_BYTES) {
        size_t n = part->len - at < LINE_BYTES ? part->len - at : LINE_BYTES;
        put_base64(out, (const unsigned char *)part->bytes + at, n);
        text_put(out, "\n");
    }
}

/* A header of encoded words, broken between characters. */
static void put_subject(struct text *out, const char *subject)
{
    const char *at = subject, *end = subject + strlen(subject);
    text_put(out, "Subject:");
    while (at < end) {
        const char *stop = at, *next = at;
        while (next < end && next - at <= WORD_BYTES) {
            stop = next;
            utf8_next(&next, end);
        }
        if (next - at <= WORD_BYTES)
            stop = next;
        text_put(out, at == subject ? " =?UTF-8?B?" : "\n =?UTF-8?B?");
        put_base64(out, (const unsigned char *)at, (size_t)(stop - at));
        text_put(out, "?=");
        at = stop;
    }
    text_put(out, "\n");
}

static bool put_addresses(struct text *out, const struct mail *mail)
{
    if (mail->n_to < 1 || mail->n_to > MAIL_TO_MAX || (mail->from[0] && !text_is_address(mail->from)))
        return false;
    if (mail->from[0])
        text_fmt(out, "From: %s\n", mail->from);
    for (int i = 0; i < mail->n_to; i++) {
        if (!text_is_address(mail->to[i]))
            return false;
        text_fmt(out, "%s%s", i ? ",\n " : "To: ", mail->to[i]);
    }
    return text_put(out, "\n");
}

bool mail_compose(struct text *out, const struct mail *mail)
{
    if (!put_addresses(out, mail))
        return false;
    put_subject(out, mail->subject);
    text_fmt(
        out,
        "Date: %s\nMessage-ID: <%s@pitboard.invalid>\nMIME-Version: 1.0\nAuto-Submitted: auto-generated\n",
        mail->date, mail->id);
    text_put(out, "Content-Type: multipart/mixed; boundary=\"" BOUNDARY "\"\n\n--" BOUNDARY "\n"
                  "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: base64\n\n");
    put_lines(out, &mail->body);
    if (mail->attachment.bytes) {
        text_fmt(out,
                 "--" BOUNDARY "\nContent-Type: text/html; charset=utf-8; name=\"%s\"\n"
                 "Content-Disposition: attachment; filename=\"%s\"\n"
                 "Content-Transfer-Encoding: base64\n\n",
                 mail->file, mail->file);
        put_lines(out, &mail->attachment);
    }
    return text_put(out, "--" BOUNDARY "--\n") && !out->failed;
}
