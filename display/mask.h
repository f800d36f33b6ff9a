/* A rectangle of coverage, 0 … 255 a pixel: what a glyph run or an icon leaves on the picture, whatever its
 * colour. */
#pragma once

#include <stdint.h>

struct mask {
    int w, h;
    int top;              /* of the first row, against the baseline (icons: 0) */
    const uint8_t *cover; /* w * h bytes */
};
