#include "display/icon.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define GRID      24.0F
#define CACHE_MAX 96
#define PRIMS_MAX 8
#define COORDS    18

enum prim_kind {
    PRIM_END,
    PRIM_LINE, /* open line through points, round joins and ends */
    PRIM_LOOP, /* closed line */
    PRIM_FILL, /* filled polygon */
    PRIM_RING, /* cx cy r */
    PRIM_DISC, /* cx cy r */
    PRIM_ARC,  /* cx cy r, from, to: in degrees, clockwise from the right */
    PRIM_CUT,  /* as PRIM_LINE, taken away from what came before */
};

struct prim {
    enum prim_kind kind;
    float stroke;
    int n; /* numbers in v */
    float v[COORDS];
};

static const struct prim drawings[ICON_COUNT][PRIMS_MAX] = {
    [ICON_CHECKIN] = { { PRIM_LOOP, 1.7F, 8, { 8.4F, 7.4F, 15.6F, 7.4F, 15.6F, 17.4F, 8.4F, 17.4F } },
                       { PRIM_LINE, 2.4F, 4, { 10.9F, 6.9F, 13.1F, 6.9F } },
                       { PRIM_LINE, 1.5F, 4, { 10.7F, 11.4F, 13.3F, 11.4F } },
                       { PRIM_LINE, 1.5F, 4, { 10.7F, 14.3F, 13.3F, 14.3F } } },
    [ICON_DIAGNOSIS] = { { PRIM_RING, 2.1F, 3, { 10.9F, 10.9F, 3.9F } },
                         { PRIM_LINE, 2.5F, 4, { 14.0F, 14.0F, 17.2F, 17.2F } } },
    [ICON_REPAIR] = { { PRIM_DISC, 0, 3, { 14.3F, 9.7F, 4.2F } },
                      { PRIM_CUT, 2.9F, 4, { 15.1F, 8.9F, 20.0F, 4.0F } },
                      { PRIM_LINE, 3.1F, 4, { 12.4F, 11.6F, 7.6F, 16.4F } } },
    [ICON_QUALITY] = { { PRIM_LOOP,
                         1.8F,
                         18,
                         { 12.0F, 5.8F, 17.0F, 7.6F, 17.0F, 11.6F, 16.1F, 14.4F, 14.3F, 16.8F, 12.0F, 18.2F,
                           8.6F, 15.6F, 7.0F, 11.6F, 7.0F, 7.6F } },
                       { PRIM_LINE, 1.9F, 6, { 9.8F, 11.9F, 11.4F, 13.5F, 14.3F, 10.2F } } },
    [ICON_WASH] = { { PRIM_DISC, 0, 3, { 12.0F, 13.7F, 4.1F } },
                    { PRIM_FILL,
                      0,
                      10,
                      { 12.0F, 5.6F, 14.3F, 9.0F, 15.75F, 12.1F, 8.25F, 12.1F, 9.7F, 9.0F } } },
    [ICON_PARTS] = { { PRIM_LOOP,
                       1.7F,
                       12,
                       { 12.0F, 6.5F, 16.7F, 9.2F, 16.7F, 14.8F, 12.0F, 17.5F, 7.3F, 14.8F, 7.3F, 9.2F } },
                     { PRIM_LINE, 1.7F, 6, { 7.3F, 9.2F, 12.0F, 11.9F, 16.7F, 9.2F } },
                     { PRIM_LINE, 1.7F, 4, { 12.0F, 11.9F, 12.0F, 17.5F } } },
    [ICON_APPROVAL] = { { PRIM_LOOP,
                          1.7F,
                          14,
                          { 7.3F, 8.2F, 16.7F, 8.2F, 16.7F, 14.4F, 12.4F, 14.4F, 9.8F, 16.9F, 9.8F, 14.4F,
                            7.3F, 14.4F } },
                        { PRIM_LINE, 1.7F, 4, { 10.2F, 11.3F, 13.8F, 11.3F } } },
    [ICON_READY] = { { PRIM_LINE, 2.4F, 6, { 7.4F, 12.4F, 10.6F, 15.6F, 16.7F, 9.0F } } },
    [ICON_PAUSE] = { { PRIM_LINE, 2.4F, 4, { 10.0F, 9.0F, 10.0F, 15.0F } },
                     { PRIM_LINE, 2.4F, 4, { 14.0F, 9.0F, 14.0F, 15.0F } } },
    [ICON_DOTS] = { { PRIM_DISC, 0, 3, { 7.4F, 12.0F, 1.6F } },
                    { PRIM_DISC, 0, 3, { 12.0F, 12.0F, 1.6F } },
                    { PRIM_DISC, 0, 3, { 16.6F, 12.0F, 1.6F } } },
    [ICON_WAIT] = { { PRIM_LINE, 2.2F, 6, { 12.0F, 7.2F, 12.0F, 12.2F, 15.4F, 14.2F } } },
    [ICON_CHAIR] = { { PRIM_LINE,
                       2.5F,
                       12,
                       { 7.0F, 9.6F, 7.0F, 6.2F, 8.8F, 4.2F, 15.2F, 4.2F, 17.0F, 6.2F, 17.0F, 9.6F } },
                     { PRIM_LINE, 3.8F, 4, { 4.4F, 11.6F, 4.4F, 16.0F } },
                     { PRIM_LINE, 3.8F, 4, { 19.6F, 11.6F, 19.6F, 16.0F } },
                     { PRIM_LINE, 3.8F, 4, { 4.4F, 16.0F, 19.6F, 16.0F } },
                     { PRIM_LINE, 2.4F, 4, { 5.6F, 17.8F, 5.6F, 20.4F } },
                     { PRIM_LINE, 2.4F, 4, { 18.4F, 17.8F, 18.4F, 20.4F } } },
    [ICON_ARROW] = { { PRIM_LINE, 2.6F, 4, { 4.4F, 12.0F, 19.6F, 12.0F } },
                     { PRIM_LINE, 2.6F, 6, { 13.6F, 6.0F, 19.6F, 12.0F, 13.6F, 18.0F } } },
    [ICON_CLOCK] = { { PRIM_RING, 2.5F, 3, { 12.0F, 12.0F, 9.6F } },
                     { PRIM_LINE, 2.4F, 6, { 12.0F, 6.8F, 12.0F, 12.2F, 15.6F, 14.4F } } },
    [ICON_OFFLINE] = { { PRIM_ARC, 2.5F, 5, { 12.0F, 19.0F, 6.4F, -142.0F, -38.0F } },
                       { PRIM_ARC, 2.5F, 5, { 12.0F, 19.0F, 12.4F, -142.0F, -38.0F } },
                       { PRIM_DISC, 0, 3, { 12.0F, 19.0F, 2.0F } },
                       { PRIM_CUT, 5.6F, 4, { 6.4F, 2.6F, 19.8F, 18.6F } },
                       { PRIM_LINE, 2.5F, 4, { 6.4F, 2.6F, 19.8F, 18.6F } } },
    [ICON_BATTERY] = { { PRIM_LOOP, 2.2F, 8, { 2.4F, 7.0F, 19.4F, 7.0F, 19.4F, 17.0F, 2.4F, 17.0F } },
                       { PRIM_LINE, 2.8F, 4, { 22.0F, 10.8F, 22.0F, 13.2F } },
                       { PRIM_LINE, 3.0F, 4, { 6.4F, 10.8F, 6.4F, 13.2F } } },
    [ICON_HELP] = { { PRIM_FILL, 0, 6, { 12.0F, 3.0F, 21.8F, 20.6F, 2.2F, 20.6F } },
                    { PRIM_LOOP, 2.4F, 6, { 12.0F, 3.0F, 21.8F, 20.6F, 2.2F, 20.6F } },
                    { PRIM_CUT, 2.4F, 4, { 12.0F, 9.2F, 12.0F, 13.6F } },
                    { PRIM_CUT, 2.7F, 4, { 12.0F, 17.3F, 12.0F, 17.3F } } },
    [ICON_LAMP_OFF] = { { PRIM_RING, 2.2F, 3, { 12.0F, 12.0F, 9.4F } } },
    [ICON_LAMP_GREEN] = { { PRIM_DISC, 0, 3, { 12.0F, 12.0F, 10.6F } } },
    [ICON_LAMP_AMBER] = { { PRIM_FILL, 0, 6, { 12.0F, 2.4F, 22.4F, 21.4F, 1.6F, 21.4F } } },
    [ICON_LAMP_RED] = { { PRIM_FILL, 0, 8, { 2.0F, 2.0F, 22.0F, 2.0F, 22.0F, 22.0F, 2.0F, 22.0F } },
                        { PRIM_CUT, 3.2F, 4, { 12.0F, 6.8F, 12.0F, 12.8F } },
                        { PRIM_CUT, 3.5F, 4, { 12.0F, 17.2F, 12.0F, 17.2F } } },
};

struct cached {
    int shape, size; /* shape: an icon, or SHAPE_OUTLINE + … */
    unsigned used;
    uint8_t *cover;
};

#define SHAPE_OUTLINE ((int)ICON_COUNT)

struct icons {
    struct cached cache[CACHE_MAX];
    int n;
    unsigned clock;
};

struct icons *icons_create(void)
{
    return calloc(1, sizeof(struct icons));
}

void icons_destroy(struct icons *icons)
{
    if (!icons)
        return;
    for (int i = 0; i < icons->n; i++)
        free(icons->cache[i].cover);
    free(icons);
}

/* Distances in grid units, negative inside. */
static float to_segment(float x, float y, const float *a, const float *b)
{
    float dx = b[0] - a[0], dy = b[1] - a[1], px = x - a[0], py = y - a[1];
    float len = dx * dx + dy * dy, t = len > 0 ? (px * dx + py * dy) / len : 0;
    t = t < 0 ? 0 : t > 1 ? 1 : t;
    return hypotf(px - t * dx, py - t * dy);
}

static float to_line(float x, float y, const float *v, int n, bool closed)
{
    float d = 1e9F;
    for (int i = 0; i + 3 < n; i += 2)
        d = fminf(d, to_segment(x, y, v + i, v + i + 2));
    return closed ? fminf(d, to_segment(x, y, v + n - 2, v)) : d;
}

static bool inside(float x, float y, const float *v, int n)
{
    bool in = false;
    for (int i = 0, j = n - 2; i < n; j = i, i += 2)
        if ((v[i + 1] > y) != (v[j + 1] > y) &&
            x < (v[j] - v[i]) * (y - v[i + 1]) / (v[j + 1] - v[i + 1]) + v[i])
            in = !in;
    return in;
}

static float to_arc(float x, float y, const float *v)
{
    float angle = atan2f(y - v[1], x - v[0]), from = v[3] * (float)M_PI / 180, to = v[4] * (float)M_PI / 180;
    if (angle >= from && angle <= to)
        return fabsf(hypotf(x - v[0], y - v[1]) - v[2]);
    float a = hypotf(x - v[0] - v[2] * cosf(from), y - v[1] - v[2] * sinf(from));
    float b = hypotf(x - v[0] - v[2] * cosf(to), y - v[1] - v[2] * sinf(to));
    return fminf(a, b);
}

static float prim_distance(const struct prim *p, float x, float y)
{
    float half = p->stroke / 2, line;
    switch (p->kind) {
    case PRIM_LINE:
    case PRIM_CUT:
        return to_line(x, y, p->v, p->n, false) - half;
    case PRIM_LOOP:
        return to_line(x, y, p->v, p->n, true) - half;
    case PRIM_FILL:
        line = to_line(x, y, p->v, p->n, true);
        return inside(x, y, p->v, p->n) ? -line : line;
    case PRIM_RING:
        return fabsf(hypotf(x - p->v[0], y - p->v[1]) - p->v[2]) - half;
    case PRIM_DISC:
        return hypotf(x - p->v[0], y - p->v[1]) - p->v[2];
    case PRIM_ARC:
        return to_arc(x, y, p->v) - half;
    case PRIM_END:
        break;
    }
    return 1e9F;
}

static float drawing_distance(enum icon icon, float x, float y)
{
    float d = 1e9F;
    for (int i = 0; i < PRIMS_MAX && drawings[icon][i].kind != PRIM_END; i++) {
        const struct prim *p = &drawings[icon][i];
        float own = prim_distance(p, x, y);
        d = p->kind == PRIM_CUT ? fmaxf(d, -own) : fminf(d, own);
    }
    return d;
}

/* A square with rounded corners around the middle. */
static float to_square(float x, float y, float half, float radius)
{
    float dx = fabsf(x) - half + radius, dy = fabsf(y) - half + radius;
    return hypotf(fmaxf(dx, 0), fmaxf(dy, 0)) + fminf(fmaxf(dx, dy), 0) - radius;
}

static float outline_distance(enum outline outline, bool inset, float x, float y)
{
    const float turn = 0.70710678F;
    float less = inset ? 1.7F : 0;
    x -= GRID / 2;
    y -= GRID / 2;
    switch (outline) {
    case OUTLINE_RING:
        return fabsf(hypotf(x, y) - 10.9F) - 0.9F;
    case OUTLINE_DISC:
        return hypotf(x, y) - 11.8F;
    case OUTLINE_SQUARE:
        return to_square(x, y, 10.9F, 4.2F);
    case OUTLINE_DIAMOND:
        return to_square((x + y) * turn, (x - y) * turn, 8.9F - less, 1.8F - less / 2);
    case OUTLINE_NONE:
        break;
    }
    return 1e9F;
}

static float shape_distance(int shape, float x, float y)
{
    if (shape < ICON_COUNT)
        return drawing_distance((enum icon)shape, x, y);
    return outline_distance((enum outline)((shape - SHAPE_OUTLINE) / 2), (shape - SHAPE_OUTLINE) % 2, x, y);
}

static void draw(uint8_t *cover, int shape, int size)
{
    float unit = GRID / (float)size, scale = (float)size / GRID;
    for (int y = 0; y < size; y++)
        for (int x = 0; x < size; x++) {
            float d = shape_distance(shape, ((float)x + 0.5F) * unit, ((float)y + 0.5F) * unit) * scale;
            float c = 0.5F - d;
            cover[y * size + x] = (uint8_t)(c <= 0 ? 0 : c >= 1 ? 255 : lrintf(c * 255));
        }
}

static bool get(struct icons *icons, int shape, int size, struct mask *out)
{
    struct cached *slot = &icons->cache[0];
    for (int i = 0; i < icons->n; i++) {
        struct cached *c = &icons->cache[i];
        if (c->shape == shape && c->size == size) {
            c->used = ++icons->clock;
            *out = (struct mask){ .w = size, .h = size, .cover = c->cover };
            return true;
        }
        if (c->used < slot->used)
            slot = c;
    }
    uint8_t *cover = size > 0 && size <= LAYOUT_SIDE_MAX ? malloc((size_t)size * (size_t)size) : NULL;
    if (!cover)
        return false;
    draw(cover, shape, size);
    if (icons->n < CACHE_MAX)
        slot = &icons->cache[icons->n++];
    else
        free(slot->cover);
    *slot = (struct cached){ .shape = shape, .size = size, .used = ++icons->clock, .cover = cover };
    *out = (struct mask){ .w = size, .h = size, .cover = cover };
    return true;
}

bool icons_glyph(struct icons *icons, enum icon icon, int size, struct mask *out)
{
    return get(icons, (int)icon, size, out);
}

bool icons_outline(struct icons *icons, enum outline outline, bool inset, int size, struct mask *out)
{
    return get(icons, SHAPE_OUTLINE + 2 * (int)outline + inset, size, out);
}
