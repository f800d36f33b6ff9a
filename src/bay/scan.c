#include "bay/scan.h"

#include <linux/input-event-codes.h>
#include <stddef.h>

/* The US layout: plain and with shift. */
static const char layout[][2] = {
    [KEY_1] = "1!",          [KEY_2] = "2@",          [KEY_3] = "3#",           [KEY_4] = "4$",
    [KEY_5] = "5%",          [KEY_6] = "6^",          [KEY_7] = "7&",           [KEY_8] = "8*",
    [KEY_9] = "9(",          [KEY_0] = "0)",          [KEY_MINUS] = "-_",       [KEY_EQUAL] = "=+",
    [KEY_Q] = "qQ",          [KEY_W] = "wW",          [KEY_E] = "eE",           [KEY_R] = "rR",
    [KEY_T] = "tT",          [KEY_Y] = "yY",          [KEY_U] = "uU",           [KEY_I] = "iI",
    [KEY_O] = "oO",          [KEY_P] = "pP",          [KEY_LEFTBRACE] = "[{",   [KEY_RIGHTBRACE] = "]}",
    [KEY_A] = "aA",          [KEY_S] = "sS",          [KEY_D] = "dD",           [KEY_F] = "fF",
    [KEY_G] = "gG",          [KEY_H] = "hH",          [KEY_J] = "jJ",           [KEY_K] = "kK",
    [KEY_L] = "lL",          [KEY_SEMICOLON] = ";:",  [KEY_APOSTROPHE] = "'\"", [KEY_GRAVE] = "`~",
    [KEY_BACKSLASH] = "\\|", [KEY_Z] = "zZ",          [KEY_X] = "xX",           [KEY_C] = "cC",
    [KEY_V] = "vV",          [KEY_B] = "bB",          [KEY_N] = "nN",           [KEY_M] = "mM",
    [KEY_COMMA] = ",<",      [KEY_DOT] = ".>",        [KEY_SLASH] = "/?",       [KEY_SPACE] = "  ",
    [KEY_KP0] = "00",        [KEY_KP1] = "11",        [KEY_KP2] = "22",         [KEY_KP3] = "33",
    [KEY_KP4] = "44",        [KEY_KP5] = "55",        [KEY_KP6] = "66",         [KEY_KP7] = "77",
    [KEY_KP8] = "88",        [KEY_KP9] = "99",        [KEY_KPDOT] = "..",       [KEY_KPMINUS] = "--",
    [KEY_KPPLUS] = "++",     [KEY_KPASTERISK] = "**", [KEY_KPSLASH] = "//",
};

static char character(int code, bool shifted)
{
    return code >= 0 && (size_t)code < sizeof layout / sizeof *layout ? layout[code][shifted] : '\0';
}

static bool is_shift(int code)
{
    return code == KEY_LEFTSHIFT || code == KEY_RIGHTSHIFT;
}

static enum scan_result give_up(struct scan *scan, const char *why)
{
    scan->broken = true;
    scan->len = 0;
    scan->why = why;
    return SCAN_BROKEN;
}

static enum scan_result enter(struct scan *scan)
{
    bool whole = scan->len > 0; /* broken: it is 0 */
    scan->text[scan->len] = '\0';
    scan->len = 0;
    scan->broken = false;
    return whole ? SCAN_CODE : SCAN_MORE;
}

static enum scan_result add(struct scan *scan, char c)
{
    if (c == '\0')
        return give_up(scan, "a key that is no character of the US layout");
    if (scan->len >= SCAN_CHARS_MAX)
        return give_up(scan, "more than 64 characters");
    scan->text[scan->len++] = c;
    return SCAN_MORE;
}

enum scan_result scan_key(struct scan *scan, int code, int value, struct boot at)
{
    if (is_shift(code)) {
        unsigned bit = code == KEY_LEFTSHIFT ? 1u : 2u;
        scan->shift = value ? scan->shift | bit : scan->shift & ~bit;
        return SCAN_MORE;
    }
    if (value != 1)
        return SCAN_MORE;
    scan->last = at;
    if (code == KEY_ENTER || code == KEY_KPENTER)
        return enter(scan);
    return scan->broken ? SCAN_MORE : add(scan, character(code, scan->shift != 0));
}

struct boot scan_deadline(const struct scan *scan)
{
    if (scan->broken)
        return boot_plus(scan->last, SCAN_REST_MS);
    return scan->len > 0 ? boot_plus(scan->last, SCAN_PAUSE_MS + 1) : BOOT_FAR;
}

enum scan_result scan_tick(struct scan *scan, struct boot now)
{
    if (now.ms < scan_deadline(scan).ms)
        return SCAN_MORE;
    enum scan_result result = scan->broken ? SCAN_MORE : give_up(scan, "a pause within the code");
    scan->broken = boot_minus(now, scan->last) < SCAN_REST_MS;
    return result;
}

enum scan_result scan_lost(struct scan *scan, struct boot at)
{
    scan->shift = 0;
    scan->last = at;
    return scan->broken ? SCAN_MORE : give_up(scan, "keys of the code were lost");
}
