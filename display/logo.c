#include "display/logo.h"

#include "base/picture.h"
#include "display/theme.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LIBRARY "libSDL2_image-2.0.so.0"
/* A first look, for the proportions: four times the room of a screen of 1080. */
#define LOOK_W     1280
#define LOOK_H     256
#define SIDE_LEAST 8 /* of the look: thinner is a stroke, no mark */

struct logo {
    void *bytes;
    size_t len;
    struct picture picture;
    int w, h;
    unsigned mean;   /* colour of what is visible of it */
    SDL_Surface *at; /* as it was asked for last */
    int at_w, at_h;
};

/* From SDL_image.h (zlib licence), which need not be installed to build this. */
struct decoder {
    void *library;
    SDL_Surface *(*png)(SDL_RWops *);
    SDL_Surface *(*svg)(SDL_RWops *, int, int);
};

static bool load(struct decoder *d)
{
    *d = (struct decoder){ .library = SDL_LoadObject(LIBRARY) };
    if (!d->library)
        return false;
    *(void **)&d->png = SDL_LoadFunction(d->library, "IMG_LoadPNG_RW");
    *(void **)&d->svg = SDL_LoadFunction(d->library, "IMG_LoadSizedSVG_RW");
    return d->png && d->svg;
}

/* The PNG as it is, the SVG within w x h; ARGB8888 with colours multiplied by alpha. NULL if it cannot be
 * decoded or memory is out. */
static SDL_Surface *decode(const struct logo *logo, int w, int h)
{
    struct decoder d;
    SDL_Surface *raw = NULL, *out = NULL;
    SDL_RWops *from = SDL_RWFromConstMem(logo->bytes, (int)logo->len);
    if (load(&d) && from)
        raw = logo->picture.kind == PICTURE_PNG ? d.png(from) : d.svg(from, w, h);
    if (raw)
        out = SDL_ConvertSurfaceFormat(raw, SDL_PIXELFORMAT_ARGB8888, 0);
    if (out)
        SDL_PremultiplyAlpha(out->w, out->h, SDL_PIXELFORMAT_ARGB8888, out->pixels, out->pitch,
                             SDL_PIXELFORMAT_ARGB8888, out->pixels, out->pitch);
    SDL_FreeSurface(raw);
    if (from)
        SDL_RWclose(from);
    if (d.library)
        SDL_UnloadObject(d.library);
    return out;
}

static uint32_t *row_of(const SDL_Surface *s, int y)
{
    return (uint32_t *)((uint8_t *)s->pixels + (size_t)y * (size_t)s->pitch);
}

/* ---- scaling: each pixel is the mean of what it covers; enlarged, of its two nearest ---- */

/* Weights of the pixels from `*first` on for target pixel `i` of `n` over `from` source pixels. */
static int weights(int i, int n, int from, int *first, float *weight, int most)
{
    float scale = (float)from / (float)n, middle = ((float)i + 0.5F) * scale,
          reach = scale > 1 ? scale / 2 + 0.5F : 1, sum = 0;
    int begin = (int)floorf(middle - reach), end = (int)ceilf(middle + reach), k = 0;
    begin = begin < 0 ? 0 : begin;
    end = end > from ? from : end;
    for (int x = begin; x < end && k < most; x++) {
        float far = fabsf((float)x + 0.5F - middle), left = reach - far;
        weight[k] = left <= 0 ? 0 : scale > 1 && left > 1 ? 1 : left;
        sum += weight[k++];
    }
    for (int j = 0; j < k && sum > 0; j++)
        weight[j] /= sum;
    *first = begin;
    return k;
}

#define WEIGHTS_MAX 1024

static uint32_t blend(const uint32_t *p, ptrdiff_t step, const float *weight, int n)
{
    float a = 0.5F, r = 0.5F, g = 0.5F, b = 0.5F;
    for (int i = 0; i < n; i++, p += step) {
        a += weight[i] * (float)(*p >> 24);
        r += weight[i] * (float)(*p >> 16 & 255);
        g += weight[i] * (float)(*p >> 8 & 255);
        b += weight[i] * (float)(*p & 255);
    }
    return (uint32_t)a << 24 | (uint32_t)r << 16 | (uint32_t)g << 8 | (uint32_t)b;
}

static SDL_Surface *scaled(const SDL_Surface *s, int w, int h)
{
    float weight[WEIGHTS_MAX];
    SDL_Surface *wide = SDL_CreateRGBSurfaceWithFormat(0, w, s->h, 32, SDL_PIXELFORMAT_ARGB8888);
    SDL_Surface *out = SDL_CreateRGBSurfaceWithFormat(0, w, h, 32, SDL_PIXELFORMAT_ARGB8888);
    for (int x = 0; x < w && wide && out; x++) {
        int first, n = weights(x, w, s->w, &first, weight, WEIGHTS_MAX);
        for (int y = 0; y < s->h; y++)
            row_of(wide, y)[x] = blend(row_of(s, y) + first, 1, weight, n);
    }
    for (int y = 0; y < h && wide && out; y++) {
        int first, n = weights(y, h, s->h, &first, weight, WEIGHTS_MAX);
        for (int x = 0; x < w; x++)
            row_of(out, y)[x] = blend(row_of(wide, first) + x, wide->pitch / 4, weight, n);
    }
    SDL_FreeSurface(wide);
    return out;
}

/* ---- the mark ---- */

/* Mean colour of what is visible; false if nothing is. */
static bool take_mean(struct logo *logo, const SDL_Surface *s)
{
    uint64_t a = 0, r = 0, g = 0, b = 0;
    for (int y = 0; y < s->h; y++)
        for (int x = 0; x < s->w; x++) {
            uint32_t p = row_of(s, y)[x];
            a += p >> 24;
            r += p >> 16 & 255;
            g += p >> 8 & 255;
            b += p & 255;
        }
    if (a < 255)
        return false;
    logo->mean = (unsigned)(r * 255 / a << 16 | g * 255 / a << 8 | b * 255 / a);
    return true;
}

static bool inspect(struct logo *logo, char *why, size_t size)
{
    struct decoder d;
    bool there = load(&d);
    if (d.library)
        SDL_UnloadObject(d.library);
    if (!there) {
        snprintf(why, size, "pictures need libsdl2-image-2.0-0; install it");
        return false;
    }
    SDL_Surface *look = decode(logo, LOOK_W, LOOK_H);
    if (!look) {
        snprintf(why, size, "it cannot be decoded; export it again");
        return false;
    }
    logo->w = look->w;
    logo->h = look->h;
    bool visible = take_mean(logo, look);
    SDL_FreeSurface(look);
    if (!visible)
        snprintf(why, size, "nothing of it can be seen; texts in an SVG must be turned into paths");
    else if (logo->w * LOOK_H < SIDE_LEAST * logo->h || logo->h * LOOK_W < SIDE_LEAST * logo->w)
        snprintf(why, size, "%d x %d is thinner than a mark can be", logo->w, logo->h);
    else
        return true;
    return false;
}

struct logo *logo_open(const char *path, char *fault, size_t fault_size)
{
    char why[200] = "memory is out";
    struct logo *logo = calloc(1, sizeof *logo);
    if (logo)
        logo->bytes = picture_load(path, &logo->len, &logo->picture, why, sizeof why);
    if (logo && logo->bytes && inspect(logo, why, sizeof why))
        return logo;
    snprintf(fault, fault_size, "%.300s: %s", path, why);
    logo_destroy(logo);
    return NULL;
}

void logo_destroy(struct logo *logo)
{
    if (!logo)
        return;
    SDL_FreeSurface(logo->at);
    free(logo->bytes);
    free(logo);
}

int logo_w(const struct logo *logo)
{
    return logo->w;
}

int logo_h(const struct logo *logo)
{
    return logo->h;
}

double logo_contrast(const struct logo *logo, unsigned rgb)
{
    return theme_contrast(logo->mean, rgb);
}

const SDL_Surface *logo_at(struct logo *logo, int w, int h)
{
    if (logo->at && logo->at_w == w && logo->at_h == h)
        return logo->at;
    SDL_FreeSurface(logo->at);
    logo->at = decode(logo, w, h);
    logo->at_w = w;
    logo->at_h = h;
    /* An SVG comes as asked for, but for a rounded pixel, which is no reason to make it soft. */
    if (logo->at && logo->picture.kind == PICTURE_PNG && (logo->at->w != w || logo->at->h != h)) {
        SDL_Surface *fit = scaled(logo->at, w, h);
        SDL_FreeSurface(logo->at);
        logo->at = fit;
    }
    return logo->at;
}
