#include "base/picture.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define SVG_LOOK_BYTES 4096 /* where its first tag has to stand */

static uint32_t big32(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static bool read_png(const uint8_t *p, size_t len, struct picture *picture, char *fault, size_t fault_size)
{
    uint32_t w = 0, h = 0;
    if (len >= 33 && memcmp(p + 12, "IHDR", 4) == 0) {
        w = big32(p + 16);
        h = big32(p + 20);
    }
    if (w < 1 || h < 1) {
        snprintf(fault, fault_size, "this PNG is damaged; export it again");
        return false;
    }
    if (w > PICTURE_SIDE_MAX || h > PICTURE_SIDE_MAX || (uint64_t)w * h > PICTURE_PIXELS_MAX) {
        snprintf(fault, fault_size, "%u x %u pixels are too many; 1280 x 256 are enough for any screen",
                 (unsigned)w, (unsigned)h);
        return false;
    }
    *picture = (struct picture){ .kind = PICTURE_PNG, .w = (int)w, .h = (int)h };
    return true;
}

static bool is_svg(const char *p, size_t len)
{
    size_t look = len < SVG_LOOK_BYTES ? len : SVG_LOOK_BYTES;
    return memchr(p, '<', look) && memmem(p, look, "<svg", 4) && !memchr(p, '\0', len);
}

/* Any dashes but "none", which drawing programs write by themselves. */
static bool has_dashes(const char *p, const char *end)
{
    static const char name[] = "stroke-dasharray", none[] = "none";
    while ((p = memmem(p, (size_t)(end - p), name, sizeof name - 1))) {
        p += sizeof name - 1;
        while (p < end && strchr(" \t\r\n:=\"'", *p))
            p++;
        if ((size_t)(end - p) < sizeof none - 1 || memcmp(p, none, sizeof none - 1) != 0)
            return true;
    }
    return false;
}

bool picture_read(const void *bytes, size_t len, struct picture *picture, char *fault, size_t fault_size)
{
    static const uint8_t png[] = { 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n' };
    if (len > PICTURE_BYTES_MAX) {
        snprintf(fault, fault_size, "it is larger than %d KiB; export it smaller", PICTURE_BYTES_MAX / 1024);
        return false;
    }
    if (len >= sizeof png && memcmp(bytes, png, sizeof png) == 0)
        return read_png(bytes, len, picture, fault, fault_size);
    if (!is_svg(bytes, len)) {
        snprintf(fault, fault_size, "it is neither a PNG nor an SVG; export it as one of them");
        return false;
    }
    /* Decoders cut a stroke dash by dash: a long one with short dashes keeps them busy for ever. */
    if (has_dashes(bytes, (const char *)bytes + len)) {
        snprintf(fault, fault_size, "it has dashed strokes; turn them into paths and export it again");
        return false;
    }
    *picture = (struct picture){ .kind = PICTURE_SVG };
    return true;
}

void *picture_load(const char *path, size_t *len, struct picture *picture, char *fault, size_t fault_size)
{
    struct stat st;
    FILE *f = NULL;
    void *bytes = NULL;
    /* Anything else might never end, or wait for a writer. */
    if (stat(path, &st) == 0 && !S_ISREG(st.st_mode)) {
        snprintf(fault, fault_size, "it is no file; name a PNG or an SVG");
        return NULL;
    }
    if (!(f = fopen(path, "rb")) || !(bytes = malloc(PICTURE_BYTES_MAX + 1))) {
        snprintf(fault, fault_size, "%s; name a file that this user may read", strerror(errno));
        goto out;
    }
    *len = fread(bytes, 1, PICTURE_BYTES_MAX + 1, f);
    if (!picture_read(bytes, *len, picture, fault, fault_size)) {
        free(bytes);
        bytes = NULL;
        goto out;
    }
    void *less = realloc(bytes, *len);
    bytes = less ? less : bytes;
out:
    if (f)
        fclose(f);
    return bytes;
}
