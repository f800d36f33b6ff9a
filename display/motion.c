#include "display/motion.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* Pixels of a row that go from one colour to another, side by side. */
struct run {
    uint16_t x, n;
    uint32_t from, to;
};

/* What changes of a rectangle. A field that rises needs all of both pictures; anything else only the pixels
 * that differ, and most of a page does not. */
struct piece {
    SDL_Rect rect;
    uint32_t *from, *to; /* rect.w * rect.h; NULL when there are runs */
    struct run *runs;
    uint32_t *ends; /* of each row, in `runs` */
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
    for (int i = 0; i < m->n; i++) {
        free(m->pieces[i].from);
        free(m->pieces[i].to);
        free(m->pieces[i].runs);
        free(m->pieces[i].ends);
    }
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

static uint32_t *pixels_of(SDL_Rect rect)
{
    return malloc((size_t)rect.w * (size_t)rect.h * sizeof(uint32_t));
}

void motion_keep(struct motion *m, const SDL_Surface *surface, SDL_Rect rect)
{
    if (m->n == MOTION_PIECES_MAX || rect.w < 1 || rect.h < 1)
        return;
    struct piece piece = { .rect = rect, .from = pixels_of(rect) };
    if (!piece.from)
        return;
    copy_out(piece.from, surface, rect);
    m->pieces[m->n++] = piece;
}

/* Pixels from `x` on that are the same in both. */
static int same_run(const uint32_t *from, const uint32_t *to, int x, int w)
{
    int at = x;
    while (at + 8 <= w && memcmp(from + at, to + at, 8 * sizeof *from) == 0)
        at += 8;
    while (at < w && from[at] == to[at])
        at++;
    return at - x;
}

/* The runs of one row, at most `w` of them; returns their number. */
static uint32_t row_runs(const uint32_t *from, const uint32_t *to, int w, struct run *out)
{
    uint32_t count = 0;
    for (int x = same_run(from, to, 0, w), n; x < w; x += same_run(from, to, x, w)) {
        for (n = 1; x + n < w && from[x + n] == from[x] && to[x + n] == to[x]; n++)
            continue;
        out[count++] = (struct run){ (uint16_t)x, (uint16_t)n, from[x], to[x] };
        x += n;
    }
    return count;
}

/* Room for the runs of another row. */
static bool grow(struct piece *p, size_t *room, uint32_t n)
{
    size_t need = n + (size_t)p->rect.w;
    if (need <= *room)
        return true;
    *room = 2 * need;
    struct run *more = realloc(p->runs, *room * sizeof *more);
    if (!more)
        return false;
    p->runs = more;
    return true;
}

/* The pixels that differ between what was kept and what stands there now. */
static bool find_runs(struct piece *p, const SDL_Surface *s)
{
    size_t w = (size_t)p->rect.w, room = 0;
    uint32_t n = 0;
    p->ends = malloc((size_t)p->rect.h * sizeof *p->ends);
    bool good = p->ends != NULL;
    for (int y = 0; y < p->rect.h && good; y++) {
        good = grow(p, &room, n);
        if (good)
            p->ends[y] = n += row_runs(p->from + (size_t)y * w, row(s, p->rect, y), p->rect.w, p->runs + n);
    }
    free(p->from);
    p->from = NULL;
    return good;
}

static bool keep_both(struct piece *p, const SDL_Surface *s)
{
    p->to = pixels_of(p->rect);
    if (p->to)
        copy_out(p->to, s, p->rect);
    return p->to != NULL;
}

void motion_start(struct motion *m, enum motion_kind kind, const SDL_Surface *surface, int rise_px,
                  int rotate, struct boot now)
{
    bool good = m->n > 0 && kind != MOTION_CUT;
    for (int i = 0; i < m->n && good; i++)
        good = kind == MOTION_RISE ? keep_both(&m->pieces[i], surface) : find_runs(&m->pieces[i], surface);
    m->kind = kind;
    m->rise_px = rise_px;
    m->rotate = rotate;
    m->began = m->next = now;
    if (!good)
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

/* Two pixels (or one), four channels each: `a` of 256 parts of `to`. */
static uint64_t mix_two(uint64_t from, uint64_t to, uint64_t a)
{
    const uint64_t even = 0x00ff00ff00ff00ff;
    uint64_t b = 256 - a;
    return (((from & even) * b + (to & even) * a) >> 8 & even) |
           (((from >> 8 & even) * b + (to >> 8 & even) * a) & ~even);
}

static void mix_row(uint32_t *out, const uint32_t *from, const uint32_t *to, int n, unsigned a)
{
    uint64_t f, t;
    int i = 0;
    for (; i + 1 < n; i += 2) {
        memcpy(&f, from + i, sizeof f);
        memcpy(&t, to + i, sizeof t);
        if (f != t)
            f = mix_two(f, t, a);
        memcpy(out + i, &f, sizeof f);
    }
    if (i < n)
        out[i] = (uint32_t)mix_two(from[i], to[i], a);
}

static void mix_runs(const struct piece *p, SDL_Surface *s, unsigned a)
{
    for (int y = 0; y < p->rect.h; y++) {
        uint32_t *out = row(s, p->rect, y);
        for (uint32_t i = y ? p->ends[y - 1] : 0; i < p->ends[y]; i++) {
            const struct run *r = &p->runs[i];
            uint32_t rgb = (uint32_t)mix_two(r->from, r->to, a);
            for (int x = r->x, end = r->x + r->n; x < end; x++)
                out[x] = rgb;
        }
    }
}

/* One frame of a rising piece whose coming picture lies `dx`, `dy` beside its place; where it has not come, what
 * stood there stays. */
static void mix_piece(const struct piece *p, SDL_Surface *s, int dx, int dy, unsigned a)
{
    int w = p->rect.w, x0 = dx > 0 ? dx : 0, x1 = dx < 0 ? w + dx : w;
    for (int y = 0; y < p->rect.h; y++) {
        const uint32_t *from = p->from + (size_t)y * (size_t)w;
        uint32_t *out = row(s, p->rect, y);
        int y_to = y - dy;
        memcpy(out, from, (size_t)w * sizeof *out);
        if (y_to >= 0 && y_to < p->rect.h && x1 > x0)
            mix_row(out + x0, from + x0, p->to + (size_t)y_to * (size_t)w + x0 - dx, x1 - x0, a);
    }
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
        if (m->kind == MOTION_RISE)
            mix_piece(&m->pieces[i], surface, way[0] * off, way[1] * off, a);
        else
            mix_runs(&m->pieces[i], surface, a);
    }
    m->next = boot_plus(now, MOTION_FRAME_MS);
    if (a == 256)
        motion_drop(m);
    return n;
}
