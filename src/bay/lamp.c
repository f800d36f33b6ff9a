#include "bay/lamp.h"

#include "base/text.h"

#include <stddef.h>
#include <string.h>

#define LEAD_MS 150 /* dark before a flash */

enum flash { FLASH_NONE, FLASH_ACCEPTED, FLASH_REFUSED };

struct pattern {
    struct {
        enum lamp_colour colour;
        int ms;
    } steps[5];
    int n;
};

static const struct pattern accepted = { { { LAMP_OFF, LEAD_MS }, { LAMP_GREEN, 1000 }, { LAMP_OFF, 150 } },
                                         3 };
static const struct pattern refused = {
    { { LAMP_OFF, LEAD_MS }, { LAMP_RED, 300 }, { LAMP_OFF, 200 }, { LAMP_RED, 300 }, { LAMP_OFF, 200 } }, 5
};
static const struct pattern saved = { { { LAMP_GREEN, 500 }, { LAMP_OFF, 500 } }, 2 };
static const struct pattern help = { { { LAMP_RED, 500 }, { LAMP_AMBER, 500 } }, 2 };
static const struct pattern asking = {
    { { LAMP_AMBER, 150 }, { LAMP_OFF, 150 }, { LAMP_AMBER, 150 }, { LAMP_OFF, 1050 } }, 4
};

static const char *const names[] = { "off", "green", "amber", "red" };

const char *lamp_colour_name(enum lamp_colour colour)
{
    return names[colour];
}

int lamp_colour_find(const char *name)
{
    for (int i = 0; i < (int)(sizeof names / sizeof *names); i++)
        if (strcmp(names[i], name) == 0)
            return i;
    return -1;
}

static int64_t length_ms(const struct pattern *pattern)
{
    int64_t sum = 0;
    for (int i = 0; i < pattern->n; i++)
        sum += pattern->steps[i].ms;
    return sum;
}

/* Where an endless pattern stands that began at `from`. */
static void play(const struct pattern *pattern, struct boot from, struct boot now, struct lamp_look *look)
{
    int64_t at = now.ms > from.ms ? boot_minus(now, from) % length_ms(pattern) : 0;
    int i = 0;
    for (; at >= pattern->steps[i].ms; i++)
        at -= pattern->steps[i].ms;
    look->colour = pattern->steps[i].colour;
    look->until = boot_plus(now, pattern->steps[i].ms - at);
}

static const struct pattern *flash_pattern(const struct lamp *lamp)
{
    return lamp->flash == FLASH_REFUSED ? &refused : &accepted;
}

/* The dark before the flash is as long as is missing of it. */
static void begin_flash(struct lamp *lamp, enum flash flash, struct boot now)
{
    int64_t dark_ms = lamp->lit ? 0 : boot_minus(now, lamp->dark_since);
    lamp->flash = flash;
    lamp->flash_from = boot_plus(now, dark_ms > LEAD_MS ? -LEAD_MS : -dark_ms);
}

static void end_flash(struct lamp *lamp, struct boot now)
{
    if (lamp->flash == FLASH_NONE || boot_minus(now, lamp->flash_from) < length_ms(flash_pattern(lamp)))
        return;
    lamp->flash = FLASH_NONE;
    lamp->waiting_from = now;
    if (lamp->accepted_next)
        begin_flash(lamp, FLASH_ACCEPTED, now);
    lamp->accepted_next = false;
}

static void choose(const struct lamp *lamp, struct boot now, struct lamp_look *look)
{
    if (lamp->flash != FLASH_NONE)
        play(flash_pattern(lamp), lamp->flash_from, now, look);
    else if (lamp->waiting > 0)
        play(&saved, lamp->waiting_from, now, look);
    else if (lamp->help)
        play(&help, lamp->help_from, now, look);
    else if (lamp->asking)
        play(&asking, lamp->asking_from, now, look);
    else
        *look = (struct lamp_look){ .colour = lamp->bay, .until = BOOT_FAR };
}

struct lamp_look lamp_look(struct lamp *lamp, struct boot now)
{
    struct lamp_look look;
    end_flash(lamp, now);
    choose(lamp, now, &look);
    if (lamp->lit && look.colour == LAMP_OFF)
        lamp->dark_since = now;
    lamp->lit = look.colour != LAMP_OFF;
    look.line = lamp->asking ? lamp->question : lamp->line;
    if (now.ms < lamp->reason_until.ms) {
        look.line = lamp->reason;
        look.until = boot_first(look.until, lamp->reason_until);
    }
    return look;
}

/* As much as fits, cut between characters. */
static void keep(char to[LAMP_LINE_SIZE], const char *from)
{
    size_t len = strnlen(from, LAMP_LINE_SIZE);
    if (len == LAMP_LINE_SIZE)
        for (len--; len > 0 && ((unsigned char)from[len] & 0xc0) == 0x80;)
            len--;
    memcpy(to, from, len);
    to[len] = '\0';
}

void lamp_bay(struct lamp *lamp, enum lamp_colour colour, bool help_called, struct boot now)
{
    if (help_called && !lamp->help)
        lamp->help_from = now;
    lamp->bay = colour;
    lamp->help = help_called;
}

void lamp_line(struct lamp *lamp, const char *line)
{
    keep(lamp->line, line);
}

void lamp_saved(struct lamp *lamp, int waiting, struct boot now)
{
    if (waiting > lamp->waiting) {
        if (lamp->flash == FLASH_ACCEPTED)
            lamp->flash = FLASH_NONE;
        /* Whatever it showed, it changes at once. */
        lamp->waiting_from = boot_plus(now, lamp->lit ? -saved.steps[0].ms : 0);
    }
    lamp->waiting = waiting;
}

void lamp_accepted(struct lamp *lamp, struct boot now)
{
    end_flash(lamp, now);
    if (lamp->flash == FLASH_REFUSED) {
        lamp->accepted_next = true;
        return;
    }
    lamp->reason_until = now;
    begin_flash(lamp, FLASH_ACCEPTED, now);
}

void lamp_refused(struct lamp *lamp, const char *reason, struct boot now)
{
    keep(lamp->reason, reason);
    lamp->reason_until = boot_plus(now, LAMP_REASON_MS);
    begin_flash(lamp, FLASH_REFUSED, now);
}

void lamp_ask(struct lamp *lamp, const char *question, struct boot now)
{
    if (question && !lamp->asking)
        lamp->asking_from = now;
    lamp->asking = question != NULL;
    keep(lamp->question, question ? question : "");
}
