/*
 * Which graphics card has something plugged in, by what the kernel says below /sys/class/drm. SDL 2.26
 * forgets a good card when another one follows it, and numbers change between boots: so it is told, each
 * time.
 */
#pragma once

#include <stdbool.h>

#define CARD_FOLDER   "/sys/class/drm"
#define CARD_NAME_MAX 64

/* The first connector, by name, with something plugged in: "card1-HDMI-A-1"; empty if there is none. The last
 * one that served, `before`, is taken again as long as it is connected (empty: none). */
void card_find(const char *folder, const char *before, char out[CARD_NAME_MAX]);

/* The number of the connector's card, -1 if `connector` is none. */
int card_number(const char *connector);
