#include "display/theme.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *name;
    uint32_t dark, light;
} slots[SLOT_COUNT] = {
    [SLOT_BG] = { "bg", 0x0f141b, 0xf7f6f2 },
    [SLOT_PANEL] = { "panel", 0x171e28, 0xeae8e1 },
    [SLOT_RAISED] = { "raised", 0x1b2430, 0xffffff },
    [SLOT_TEXT] = { "text", 0xf4f6f8, 0x14181d },
    [SLOT_TEXT2] = { "text2", 0xb9c3cf, 0x454c55 },
    [SLOT_WORK] = { "work", 0x8cc8ff, 0x0a4a8c },
    [SLOT_HOLD] = { "hold", 0xffc04a, 0x6b4200 },
    [SLOT_READY] = { "ready", 0x7fe3b4, 0x0b5238 },
    [SLOT_LATE] = { "late", 0xff9c93, 0x8c160f },
    [SLOT_CARD] = { "card", 0x0c4a38, 0x0b5238 },
    [SLOT_CARD_TEXT] = { "card_text", 0xffffff, 0xffffff },
    [SLOT_CARD_MARK] = { "card_mark", 0x7fe3b4, 0x7fe3b4 },
    [SLOT_CALL] = { "call", 0x7fe3b4, 0x0b5238 },
    [SLOT_CALL_TEXT] = { "call_text", 0x08241b, 0xffffff },
    [SLOT_STRIP] = { "strip", 0xffc04a, 0x6b4200 },
    [SLOT_STRIP_TEXT] = { "strip_text", 0x1d1400, 0xffffff },
    [SLOT_GLYPH] = { "glyph", 0x0f141b, 0xffffff },
    [SLOT_HOLD_FILL] = { "hold_fill", 0xffc04a, 0xffb81c },
    [SLOT_HOLD_GLYPH] = { "hold_glyph", 0x0f141b, 0x3a2400 },
    [SLOT_HOLD_EDGE] = { "hold_edge", 0xffc04a, 0x6b4200 },
    [SLOT_STEP] = { "step", 0x6b7889, 0x8b887e },
    [SLOT_RULE] = { "rule", 0x364251, 0xbdbab0 },
    [SLOT_BRAND] = { "brand", 0x364251, 0xbdbab0 },
};

void theme_dark(struct theme *theme)
{
    for (int i = 0; i < SLOT_COUNT; i++)
        theme->rgb[i] = slots[i].dark;
}

void theme_light(struct theme *theme)
{
    for (int i = 0; i < SLOT_COUNT; i++)
        theme->rgb[i] = slots[i].light;
}

const char *theme_slot_name(enum slot slot)
{
    return slots[slot].name;
}

bool theme_set(struct theme *theme, const char *slot, const char *value, char fault[THEME_FAULT_SIZE])
{
    if (value[0] != '#' || strlen(value) != 7 || strspn(value + 1, "0123456789abcdefABCDEF") != 6) {
        snprintf(fault, THEME_FAULT_SIZE, "%.20s: \"%.20s\" is no colour; write it as \"#RRGGBB\"", slot,
                 value);
        return false;
    }
    for (int i = 0; i < SLOT_COUNT; i++)
        if (strcmp(slots[i].name, slot) == 0) {
            theme->rgb[i] = (uint32_t)strtoul(value + 1, NULL, 16);
            return true;
        }
    snprintf(fault, THEME_FAULT_SIZE,
             "there is no colour \"%.20s\"; there are bg, panel, raised, text, text2, work, "
             "hold, ready, card, call, strip and so on",
             slot);
    return false;
}

static double linear(unsigned channel)
{
    double c = channel / 255.0;
    return c <= 0.04045 ? c / 12.92 : pow((c + 0.055) / 1.055, 2.4);
}

static double luminance(uint32_t rgb)
{
    return 0.2126 * linear(rgb >> 16 & 255) + 0.7152 * linear(rgb >> 8 & 255) + 0.0722 * linear(rgb & 255);
}

double theme_contrast(uint32_t a, uint32_t b)
{
    double x = luminance(a), y = luminance(b);
    return x > y ? (x + 0.05) / (y + 0.05) : (y + 0.05) / (x + 0.05);
}

#define TEXT_RATIO 7.0
#define ICON_RATIO 3.0

/* What has to be told from what it stands on. */
static const struct {
    unsigned char front, back;
    double least;
} pairs[] = {
    { SLOT_TEXT, SLOT_BG, TEXT_RATIO },          { SLOT_TEXT, SLOT_PANEL, TEXT_RATIO },
    { SLOT_TEXT, SLOT_RAISED, TEXT_RATIO },      { SLOT_TEXT2, SLOT_BG, TEXT_RATIO },
    { SLOT_TEXT2, SLOT_PANEL, TEXT_RATIO },      { SLOT_TEXT2, SLOT_RAISED, TEXT_RATIO },
    { SLOT_WORK, SLOT_BG, TEXT_RATIO },          { SLOT_WORK, SLOT_PANEL, TEXT_RATIO },
    { SLOT_WORK, SLOT_RAISED, TEXT_RATIO },      { SLOT_HOLD, SLOT_BG, TEXT_RATIO },
    { SLOT_HOLD, SLOT_PANEL, TEXT_RATIO },       { SLOT_HOLD, SLOT_RAISED, TEXT_RATIO },
    { SLOT_LATE, SLOT_BG, TEXT_RATIO },          { SLOT_LATE, SLOT_PANEL, TEXT_RATIO },
    { SLOT_CARD_TEXT, SLOT_CARD, TEXT_RATIO },   { SLOT_CALL_TEXT, SLOT_CALL, TEXT_RATIO },
    { SLOT_STRIP_TEXT, SLOT_STRIP, TEXT_RATIO }, { SLOT_READY, SLOT_PANEL, ICON_RATIO },
    { SLOT_READY, SLOT_BG, ICON_RATIO },         { SLOT_CARD_MARK, SLOT_CARD, ICON_RATIO },
    { SLOT_GLYPH, SLOT_WORK, ICON_RATIO },       { SLOT_GLYPH, SLOT_READY, ICON_RATIO },
    { SLOT_GLYPH, SLOT_TEXT2, ICON_RATIO },      { SLOT_HOLD_GLYPH, SLOT_HOLD_FILL, ICON_RATIO },
    { SLOT_HOLD_EDGE, SLOT_BG, ICON_RATIO },     { SLOT_HOLD_EDGE, SLOT_RAISED, ICON_RATIO },
    { SLOT_STEP, SLOT_BG, ICON_RATIO },          { SLOT_STEP, SLOT_RAISED, ICON_RATIO },
};
#define PAIRS (sizeof pairs / sizeof pairs[0])

static uint32_t mix(uint32_t from, uint32_t to, unsigned percent)
{
    uint32_t out = 0;
    for (int shift = 0; shift <= 16; shift += 8)
        out |= ((from >> shift & 255) * (100 - percent) + (to >> shift & 255) * percent + 50) / 100 << shift;
    return out;
}

/* Black over a picture brings bright and dark nearer to each other: what was dimmed goes on towards white or
 * black until it can be read again. Mixing is linear in every channel: dark colours give the same picture as
 * black over a bright one. */
static void dim(struct theme *out, const struct theme *theme)
{
    for (int i = 0; i < SLOT_COUNT; i++)
        out->rgb[i] = mix(0, theme->rgb[i], THEME_DIM_PERCENT);
    struct theme dimmed = *out;
    for (size_t i = 0; i < PAIRS; i++) {
        uint32_t *front = &out->rgb[pairs[i].front], *back = &out->rgb[pairs[i].back];
        uint32_t from = dimmed.rgb[pairs[i].front], end = luminance(from) > luminance(*back) ? 0xffffff : 0;
        for (unsigned percent = 0; percent <= 100 && theme_contrast(*front, *back) < pairs[i].least;
             percent++)
            *front = mix(from, end, percent);
        /* Neither black nor white will do: then it is less dimmed. */
        for (unsigned percent = 0; percent <= 100 && theme_contrast(*front, *back) < pairs[i].least;
             percent++)
            *back = mix(dimmed.rgb[pairs[i].back], theme->rgb[pairs[i].back], percent);
    }
}

struct theme theme_shade(const struct theme *theme, enum shade shade)
{
    struct theme out = *theme;
    if (shade == SHADE_DIM)
        dim(&out, theme);
    if (shade == SHADE_NIGHT) {
        out.rgb[SLOT_BG] = 0;
        if (theme_contrast(out.rgb[SLOT_TEXT2], 0) < TEXT_RATIO)
            out.rgb[SLOT_TEXT2] = slots[SLOT_TEXT2].dark;
    }
    return out;
}

bool theme_check(const struct theme *theme, char fault[THEME_FAULT_SIZE])
{
    for (size_t i = 0; i < PAIRS; i++) {
        double ratio = theme_contrast(theme->rgb[pairs[i].front], theme->rgb[pairs[i].back]);
        if (ratio >= pairs[i].least)
            continue;
        /* Cut, not rounded: 6.96 must not read as 7.0. */
        snprintf(fault, THEME_FAULT_SIZE,
                 "%s #%06X on %s #%06X has a contrast of %.2f:1, less than %.0f:1; "
                 "take colours that lie further apart",
                 slots[pairs[i].front].name, (unsigned)theme->rgb[pairs[i].front], slots[pairs[i].back].name,
                 (unsigned)theme->rgb[pairs[i].back], floor(ratio * 100) / 100, pairs[i].least);
        return false;
    }
    return true;
}

static bool lay_over(struct theme *theme, const struct conf_colours *colours, char fault[THEME_FAULT_SIZE])
{
    for (int i = 0; i < colours->n; i++)
        if (!theme_set(theme, colours->of[i].slot, colours->of[i].value, fault))
            return false;
    return true;
}

bool theme_make(struct theme *theme, const struct conf *conf, bool light, char fault[THEME_FAULT_SIZE])
{
    const char *brand = conf->screen.theme.brand;
    if (light)
        theme_light(theme);
    else
        theme_dark(theme);
    return (!brand[0] || theme_set(theme, "brand", brand, fault)) &&
           lay_over(theme, &conf->screen.theme.colours, fault) &&
           lay_over(theme, light ? &conf->screen.theme.light : &conf->screen.theme.dark, fault) &&
           theme_check(theme, fault);
}
