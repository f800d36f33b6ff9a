/* What a picture file is, from its bytes: enough to refuse a wrong one before anything decodes it. Pure. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#define PICTURE_BYTES_MAX  (1024 * 1024)
#define PICTURE_SIDE_MAX   4096
#define PICTURE_PIXELS_MAX (4 * 1024 * 1024)

enum picture_kind { PICTURE_PNG, PICTURE_SVG };

struct picture {
    enum picture_kind kind;
    int w, h; /* of a PNG; 0 of an SVG */
};

/* False, with what is wrong and the cure in `fault`, for anything but a PNG (W3C PNG, "IHDR") or an SVG
 * within the limits above. `len` may be PICTURE_BYTES_MAX + 1: then it is too large. */
bool picture_read(const void *bytes, size_t len, struct picture *picture, char *fault, size_t fault_size);

/* The bytes of a file that is such a picture, `*len` of them; the caller frees them. NULL with a sentence in
 * `fault` that does not name the file. */
void *picture_load(const char *path, size_t *len, struct picture *picture, char *fault, size_t fault_size);
