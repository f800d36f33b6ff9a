/*
 * A scanner that types: key codes of a US keyboard → the text of a bar code or QR code. Pure: time comes in
 * with each key (boot clock).
 *
 * A code ends with Enter. It is broken, told once and never guessed, by a key that types no character, by
 * more than SCAN_CHARS_MAX characters, or by SCAN_PAUSE_MS without a key. After a break everything up to
 * Enter is dropped, or up to a silence of SCAN_REST_MS: the late tail of a code is no code.
 *
 * What a HID scanner cannot do: it presses keys, so it can only say what a US keyboard has keys for, ASCII
 * 0x20 to 0x7e. Cyrillic or other UTF-8 in a QR code comes as nothing, as wrong letters, or as Alt+digits, by
 * maker; Alt+digits is refused here, the rest cannot be seen. So work orders that are to be scanned are
 * ASCII. The scanner itself has to be set to the US layout and to the suffix Enter.
 */
#pragma once

#include "base/tick.h"

#include <stdbool.h>

#define SCAN_CHARS_MAX 64
#define SCAN_PAUSE_MS  500
#define SCAN_REST_MS   2000

enum scan_result {
    SCAN_MORE,   /* nothing to tell */
    SCAN_CODE,   /* scan->text is a whole code, until the next call */
    SCAN_BROKEN, /* scan->why says why, in English, until the next call */
};

/* Plain data; all zero is the start. */
struct scan {
    char text[SCAN_CHARS_MAX + 1];
    int len;
    const char *why;
    unsigned shift;   /* bits: left, right */
    bool broken;      /* dropping up to Enter */
    struct boot last; /* the last key that went down */
};

/* A key with the value of its event: 0 up, 1 down, 2 autorepeat (ignored). Call scan_tick with the same time
 * first. */
enum scan_result scan_key(struct scan *scan, int code, int value, struct boot at);
/* A pause may have broken the code. */
enum scan_result scan_tick(struct scan *scan, struct boot now);
/* When scan_tick is due; BOOT_FAR: no code is under way. */
struct boot scan_deadline(const struct scan *scan);
/* Keys were lost: what comes up to Enter is no whole code. Shift is up. */
enum scan_result scan_lost(struct scan *scan, struct boot at);
