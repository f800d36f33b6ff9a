#include "display/motion.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct piece {
    SDL_Rect rect;
    uint32_t *from, *to; /* rect.w * rect.h each, in one piece of memory */
};

struct motion {
    struct piece pieces[MOTION_PIECES_MAX];
    int n;
    enum motion_kind kind; /* MOTION_CUT: nothing moves */
    int rise_px, rotate;
    struct boot began, next;
};

struct motion *motion_create(void)
{
    struct motion *m = calloc(1, sizeof *m);
    if (m)
        m->next = BOOT_FAR;
    return m;
}

void motion_drop(struct motion *m)
{
    for (int i = 0; i < m->n; i++)
        free(m->pieces[i].from);
    m->n = 0;
    m->kind = MOTION_CUT;
    m->next = BOOT_FAR;
}

void motion_destroy(struct motion *m)
{
    if (m)
        motion_drop(m);
    free(m);
}

static uint32_t *row(const SDL_Surface *s, SDL_Rect rect, int y)
{
    return (uint32_t *)(void *)((char *)s->pixels + (ptrdiff_t)(rect.y + y) * s->pitch) + rect.x;
}

static void copy_out(uint32_t *to, const SDL_Surface *s, SDL_Rect rect)
{
    for (int y = 0; y < rect.h; y++)
        memcpy(to + (size_t)y * (size_t)rect.w, row(s, rect, y), (size_t)rect.w * sizeof *to);
}

void motion_keep(struct motion *m, const SDL_Surface *surface, SDL_Rect rect)
{
    size_t pixels = (size_t)rect.w * (size_t)rect.h;
    if (m->n == MOTION_PIECES_MAX || rect.w < 1 || rect.h < 1)
        return;
    struct piece piece = { .rect = rect, .from = malloc(2 * pixels * sizeof *piece.from) };
    if (!piece.from)
        return;
    piece.to = piece.from + pixels;
    copy_out(piece.from, surface, rect);
    m->pieces[m->n++] = piece;
}

void motion_start(struct motion *m, enum motion_kind kind, const SDL_Surface *surface, int rise_px,
                  int rotate, struct boot now)
{
    for (int i = 0; i < m->n; i++)
        copy_out(m->pieces[i].to, surface, m->pieces[i].rect);
    m->kind = kind;
    m->rise_px = kind == MOTION_RISE ? rise_px : 0;
    m->rotate = rotate;
    m->began = m->next = now;
    if (m->n == 0 || kind == MOTION_CUT)
        motion_drop(m);
}

bool motion_runs(const struct motion *m)
{
    return m->kind != MOTION_CUT;
}

struct boot motion_next(const struct motion *m)
{
    return m->next;
}

/* Two pixels at a time, four channels each: `a` of 256 parts of `to`. Where both are the same the surface
 * has it already. */
static void mix_row(uint32_t *out, const uint32_t *from, const uint32_t *to, int n, unsigned a)
{
    const uint64_t even = 0x00ff00ff00ff00ff;
    uint64_t f, t, b = 256 - a;
    int i = 0;
    for (; i + 1 < n; i += 2) {
        memcpy(&f, from + i, sizeof f);
        memcpy(&t, to + i, sizeof t);
        if (f == t)
            continue;
        f = (((f & even) * b + (t & even) * a) >> 8 & even) |
            (((f >> 8 & even) * b + (t >> 8 & even) * a) & ~even);
        memcpy(out + i, &f, sizeof f);
    }
    for (; i < n; i++) {
        f = from[i], t = to[i];
        out[i] = (uint32_t)((((f & even) * b + (t & even) * a) >> 8 & even) |
                            (((f >> 8 & even) * b + (t >> 8 & even) * a) & ~even));
    }
}

/* One frame of a piece whose coming picture lies `dx`, `dy` beside its place; where it has not come, what
 * stood there stays. */
static void mix_piece(const struct piece *p, SDL_Surface *s, int dx, int dy, unsigned a)
{
    int w = p->rect.w, x0 = dx > 0 ? dx : 0, x1 = dx < 0 ? w + dx : w;
    for (int y = 0; y < p->rect.h; y++) {
        const uint32_t *from = p->from + (size_t)y * (size_t)w;
        uint32_t *out = row(s, p->rect, y);
        int y_to = y - dy;
        if (dx || dy)
            memcpy(out, from, (size_t)w * sizeof *out);
        if (y_to >= 0 && y_to < p->rect.h && x1 > x0)
            mix_row(out + x0, from + x0, p->to + (size_t)y_to * (size_t)w + x0 - dx, x1 - x0, a);
    }
}

static void settle_piece(const struct piece *p, SDL_Surface *s)
{
    for (int y = 0; y < p->rect.h; y++)
        memcpy(row(s, p->rect, y), p->to + (size_t)y * (size_t)p->rect.w, (size_t)p->rect.w * sizeof *p->to);
}

/* How far it has come, 0 … 256, by the curve of its kind. */
static unsigned progress(const struct motion *m, struct boot now)
{
    static const int lasts_ms[] = {
        [MOTION_TURN] = MOTION_TURN_MS, [MOTION_RISE] = MOTION_RISE_MS, [MOTION_CARD] = MOTION_CARD_MS
    };
    int64_t lasts = lasts_ms[m->kind], past = boot_minus(now, m->began) + MOTION_FRAME_MS;
    if (past >= lasts || past < 0)
        return 256;
    if (m->kind != MOTION_RISE)
        return (unsigned)(256 * past / lasts);
    int64_t left = lasts - past;
    return (unsigned)(256 - 256 * left * left * left / (lasts * lasts * lasts));
}

int motion_draw(struct motion *m, SDL_Surface *surface, struct boot now, SDL_Rect rects[MOTION_PIECES_MAX])
{
    static const signed char below[4][2] = { { 0, 1 }, { -1, 0 }, { 0, -1 }, { 1, 0 } };
    if (m->kind == MOTION_CUT)
        return 0;
    unsigned a = progress(m, now);
    int n = m->n, off = m->rise_px * (int)(256 - a) / 256;
    const signed char *way = below[m->rotate / 90 % 4];
    for (int i = 0; i < n; i++) {
        rects[i] = m->pieces[i].rect;
        if (a < 256)
            mix_piece(&m->pieces[i], surface, way[0] * off, way[1] * off, a);
        else
            settle_piece(&m->pieces[i], surface);
    }
    m->next = boot_plus(now, MOTION_FRAME_MS);
    if (a == 256)
        motion_drop(m);
    return n;
}
