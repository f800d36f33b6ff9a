#include "display/png.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#define OUT_SIZE 65536

struct writer {
    FILE *file;
    z_stream z;
    unsigned char out[OUT_SIZE];
};

static void put32(unsigned char *p, uint32_t v)
{
    p[0] = (unsigned char)(v >> 24);
    p[1] = (unsigned char)(v >> 16);
    p[2] = (unsigned char)(v >> 8);
    p[3] = (unsigned char)v;
}

static bool chunk(FILE *file, const char type[4], const unsigned char *data, uint32_t len)
{
    unsigned char head[8], tail[4];
    put32(head, len);
    memcpy(head + 4, type, 4);
    uLong crc = crc32(crc32(0, head + 4, 4), data, len);
    put32(tail, (uint32_t)crc);
    return fwrite(head, 1, 8, file) == 8 && fwrite(data, 1, len, file) == len &&
           fwrite(tail, 1, 4, file) == 4;
}

/* Feeds one row (or the end) to the compressor and writes what comes out as IDAT chunks. */
static bool compress_row(struct writer *w, unsigned char *row, size_t len, int flush)
{
    int state;
    w->z.next_in = row;
    w->z.avail_in = (uInt)len;
    do {
        w->z.next_out = w->out;
        w->z.avail_out = OUT_SIZE;
        state = deflate(&w->z, flush);
        uint32_t made = OUT_SIZE - w->z.avail_out;
        if (state == Z_STREAM_ERROR || (made > 0 && !chunk(w->file, "IDAT", w->out, made)))
            return false;
    } while (w->z.avail_out == 0);
    return flush != Z_FINISH || state == Z_STREAM_END;
}

static bool write_rows(struct writer *w, const SDL_Surface *s)
{
    size_t len = (size_t)s->w * 3 + 1;
    unsigned char *row = malloc(len);
    bool good = row != NULL;
    for (int y = 0; y < s->h && good; y++) {
        const uint32_t *p =
            (const uint32_t *)(const void *)((const char *)s->pixels + (ptrdiff_t)y * s->pitch);
        row[0] = 0; /* no filter: flat colours compress well as they are */
        for (int x = 0; x < s->w; x++) {
            row[1 + 3 * x] = (unsigned char)(p[x] >> 16);
            row[2 + 3 * x] = (unsigned char)(p[x] >> 8);
            row[3 + 3 * x] = (unsigned char)p[x];
        }
        good = compress_row(w, row, len, Z_NO_FLUSH);
    }
    good = good && compress_row(w, row, 0, Z_FINISH);
    free(row);
    return good;
}

static bool write_file(FILE *file, const SDL_Surface *s)
{
    static const unsigned char magic[8] = { 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n' };
    unsigned char head[13] = { [8] = 8, [9] = 2 }; /* 8 bits, RGB */
    struct writer *w = calloc(1, sizeof *w);
    if (!w)
        return false;
    w->file = file;
    put32(head, (uint32_t)s->w);
    put32(head + 4, (uint32_t)s->h);
    bool good = deflateInit(&w->z, 6) == Z_OK;
    if (good) {
        good = fwrite(magic, 1, 8, file) == 8 && chunk(file, "IHDR", head, 13) && write_rows(w, s) &&
               chunk(file, "IEND", magic, 0);
        deflateEnd(&w->z);
    }
    free(w);
    return good;
}

bool png_write(const char *path, const SDL_Surface *surface, enum whole_wish wish, char fault[WHOLE_FAULT])
{
    struct whole *w = whole_open(path, wish, fault);
    if (!w)
        return false;
    if (write_file(whole_stream(w), surface) || ferror(whole_stream(w)))
        return whole_keep(w, fault);
    whole_drop(w);
    snprintf(fault, WHOLE_FAULT, "%.400s: out of memory", path);
    return false;
}
