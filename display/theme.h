/*
 * Colours (design, "Colours"): named slots, a dark and a light set, single slots replaced by the
 * configuration, and the check that everything can be read. Pure.
 */
#pragma once

#include "conf/conf.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum slot {
    SLOT_BG,
    SLOT_PANEL,
    SLOT_RAISED,
    SLOT_TEXT,
    SLOT_TEXT2,
    SLOT_WORK,
    SLOT_HOLD,
    SLOT_READY,
    SLOT_LATE,
    SLOT_CARD,
    SLOT_CARD_TEXT,
    SLOT_CARD_MARK, /* the arrow on a card */
    SLOT_CALL,
    SLOT_CALL_TEXT,
    SLOT_STRIP,
    SLOT_STRIP_TEXT,
    SLOT_GLYPH, /* inside a filled icon */
    SLOT_HOLD_FILL,
    SLOT_HOLD_GLYPH,
    SLOT_HOLD_EDGE,
    SLOT_STEP, /* steps ahead */
    SLOT_RULE,
    SLOT_BRAND,
    SLOT_COUNT,
};

#define THEME_FAULT_SIZE  256
#define THEME_DIM_PERCENT 70 /* what is left of each colour in quiet hours */

struct theme {
    uint32_t rgb[SLOT_COUNT]; /* 0xRRGGBB */
};

/* The picture by day, in quiet hours with somebody there, in quiet hours with nobody there. */
enum shade { SHADE_DAY, SHADE_DIM, SHADE_NIGHT };

void theme_dark(struct theme *theme);
void theme_light(struct theme *theme);

const char *theme_slot_name(enum slot slot);

/* Replaces one slot: its name and "#RRGGBB". False with a sentence in `fault`. */
bool theme_set(struct theme *theme, const char *slot, const char *value, char fault[THEME_FAULT_SIZE]);

/* The theme as it is shown: with 30 % black over it (texts no darker than theme_check allows), or helper text
 * on black. */
struct theme theme_shade(const struct theme *theme, enum shade shade);

/* The contrast ratio of two colours by WCAG 2, 1 … 21. */
double theme_contrast(uint32_t a, uint32_t b);

/* Every pair that carries text has 7:1 or more (WCAG AAA), icons and steps 3:1; else false, and `fault` names
 * the pair with its ratio. */
bool theme_check(const struct theme *theme, char fault[THEME_FAULT_SIZE]);

/* A mode as it is configured: its brand, the colours of both modes, over them its own; checked. */
bool theme_make(struct theme *theme, const struct conf *conf, bool light, char fault[THEME_FAULT_SIZE]);
