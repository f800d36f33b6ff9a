#include "display/glyph.h"

#include "base/text.h"
#include "display/fonts.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#define BUCKETS 512 /* a power of two */
#define RUN_MAX 1024
#define DOT     "\xc2\xb7" /* stands for what no font has */

/* One run of text at one size. `cover` is NULL until it is drawn for the first time. */
struct entry {
    struct entry *next;          /* in the bucket */
    struct entry *newer, *older; /* by use */
    uint64_t hash;
    int em, width;
    bool bold, drawn;
    int w, h, top;
    uint8_t *cover;
    size_t bytes;
    char text[];
};

struct glyphs {
    struct fonts *fonts;
    struct entry *bucket[BUCKETS];
    struct entry *newest, *oldest;
    size_t bytes, limit;
};

struct glyphs *glyphs_create(size_t cache_bytes, char *fault, size_t fault_size)
{
    struct glyphs *g = calloc(1, sizeof *g);
    if (!g) {
        snprintf(fault, fault_size, "memory is out");
        return NULL;
    }
    g->limit = cache_bytes;
    g->fonts = fonts_create(NULL, 0, fault, fault_size);
    if (g->fonts)
        return g;
    free(g);
    return NULL;
}

static void drop(struct glyphs *g, struct entry *e)
{
    struct entry **at = &g->bucket[e->hash & (BUCKETS - 1)];
    while (*at != e)
        at = &(*at)->next;
    *at = e->next;
    *(e->newer ? &e->newer->older : &g->newest) = e->older;
    *(e->older ? &e->older->newer : &g->oldest) = e->newer;
    g->bytes -= e->bytes;
    free(e->cover);
    free(e);
}

void glyphs_destroy(struct glyphs *g)
{
    if (!g)
        return;
    while (g->newest)
        drop(g, g->newest);
    fonts_destroy(g->fonts);
    free(g);
}

size_t glyphs_cached(const struct glyphs *g)
{
    return g->bytes;
}

bool glyphs_next_picture(struct glyphs *g)
{
    bool put_off = fonts_next_picture(g->fonts);
    while (put_off && g->newest)
        drop(g, g->newest);
    return put_off;
}

int glyphs_missing(const struct glyphs *g, int32_t *first)
{
    return fonts_missing(g->fonts, first);
}

enum script { SCRIPT_PLAIN, SCRIPT_HEBREW, SCRIPT_ARABIC };

static enum script script_of(int32_t c)
{
    if (c >= 0x590 && c <= 0x5ff)
        return SCRIPT_HEBREW;
    return (c >= 0x600 && c <= 0x6ff) || (c >= 0x750 && c <= 0x77f) || (c >= 0xfb50 && c <= 0xfeff)
               ? SCRIPT_ARABIC
               : SCRIPT_PLAIN;
}

static bool is_joined(int32_t c)
{
    return (c >= 0x300 && c <= 0x36f) || c == 0x200d || (c >= 0xfe00 && c <= 0xfe0f);
}

struct run {
    char text[RUN_MAX];
    TTF_Font *font;
};

/* Moves behind the piece that one face and one script can set; `*face` -1: a character that none has, with
 * the marks that belong to it. */
static const char *piece_end(struct glyphs *g, const char *p, const char *end, bool bold, int *face,
                             enum script *script)
{
    const char *from = p;
    *face = -1;
    while (p < end && (size_t)(p - from) < RUN_MAX - 8) {
        const char *next = p;
        int32_t c = utf8_next(&next, end);
        bool space = c == ' ' || c == 0xa0;
        if (p == from || (!space && !is_joined(c))) {
            int own = fonts_face(g->fonts, c < 0 ? 0xfffd : c, bold);
            if (p > from && (own != *face || own < 0 || script_of(c) != *script))
                break;
            *face = own;
            *script = script_of(c);
        } else if (space && *face < 0) {
            break;
        }
        p = next;
    }
    return p;
}

/* Cuts the next piece off; false at the end, or if there is no font any more. */
static bool next_run(struct glyphs *g, const char **p, const char *end, bool bold, int em, struct run *run)
{
    int face;
    enum script script = SCRIPT_PLAIN;
    const char *from = *p;
    *p = piece_end(g, from, end, bold, &face, &script);
    if (*p == from)
        return false;
    if (face >= 0) {
        memcpy(run->text, from, (size_t)(*p - from));
        run->text[*p - from] = '\0';
    } else {
        memcpy(run->text, DOT, sizeof DOT);
        face = 0;
    }
    run->font = fonts_open(g->fonts, face, bold, em);
    if (!run->font)
        return false;
    TTF_SetFontDirection(run->font, script == SCRIPT_PLAIN ? TTF_DIRECTION_LTR : TTF_DIRECTION_RTL);
    TTF_SetFontScriptName(run->font, script == SCRIPT_ARABIC   ? "Arab"
                                     : script == SCRIPT_HEBREW ? "Hebr"
                                                               : "Zyyy");
    return true;
}

static int measure(struct glyphs *g, const char *text, int em, bool bold)
{
    const char *p = text, *end = text + strlen(text);
    struct run run;
    int width = 0, w;
    while (next_run(g, &p, end, bold, em, &run))
        if (TTF_SizeUTF8(run.font, run.text, &w, NULL) == 0)
            width += w;
    return width;
}

static void touch(struct glyphs *g, struct entry *e)
{
    if (g->newest == e)
        return;
    e->newer->older = e->older;
    *(e->older ? &e->older->newer : &g->oldest) = e->newer;
    e->newer = NULL;
    e->older = g->newest;
    g->newest->newer = e;
    g->newest = e;
}

static void shrink(struct glyphs *g, const struct entry *keep)
{
    while (g->bytes > g->limit && g->oldest != keep)
        drop(g, g->oldest);
}

static struct entry *find(struct glyphs *g, const char *text, int em, bool bold)
{
    uint64_t hash = hash_bytes(HASH_START, text, strlen(text));
    hash = hash_bytes(hash, &(int){ em * 2 + bold }, sizeof(int));
    for (struct entry *e = g->bucket[hash & (BUCKETS - 1)]; e; e = e->next)
        if (e->hash == hash && e->em == em && e->bold == bold && strcmp(e->text, text) == 0) {
            touch(g, e);
            return e;
        }
    struct entry *e = calloc(1, sizeof *e + strlen(text) + 1);
    if (!e)
        return NULL;
    memcpy(e->text, text, strlen(text) + 1);
    e->hash = hash;
    e->em = em;
    e->bold = bold;
    e->width = measure(g, text, em, bold);
    e->bytes = sizeof *e + strlen(text) + 1;
    e->next = g->bucket[hash & (BUCKETS - 1)];
    g->bucket[hash & (BUCKETS - 1)] = e;
    e->older = g->newest;
    *(g->newest ? &g->newest->newer : &g->oldest) = e;
    g->newest = e;
    g->bytes += e->bytes;
    shrink(g, e);
    return e;
}

int glyphs_width(void *user, const char *text, int em, bool bold)
{
    struct entry *e = find(user, text, em, bold);
    return e ? e->width : INT_MAX / 4;
}

/* Copies one run into the entry at `x`, aligned on the baseline. */
static void stamp(struct entry *e, SDL_Surface *s, int x, int ascent)
{
    for (int y = 0; y < s->h; y++) {
        int to_y = y - ascent - e->top;
        if (to_y < 0 || to_y >= e->h)
            continue;
        int n = s->w < e->w - x ? s->w : e->w - x;
        if (n > 0)
            memcpy(e->cover + (size_t)to_y * (size_t)e->w + x,
                   (uint8_t *)s->pixels + (size_t)y * (size_t)s->pitch, (size_t)n);
    }
}

static bool empty_row(const struct entry *e, int row)
{
    const uint8_t *p = e->cover + (size_t)row * (size_t)e->w;
    return p[0] == 0 && memcmp(p, p + 1, (size_t)e->w - 1) == 0;
}

/* Drops empty rows above and below: half of a line's height is air. */
static void crop(struct entry *e)
{
    int first = 0, last = e->h - 1;
    size_t w = (size_t)e->w;
    while (first <= last && empty_row(e, first))
        first++;
    while (last > first && empty_row(e, last))
        last--;
    e->h = last - first + 1;
    e->top += first;
    if (e->h <= 0) {
        free(e->cover);
        e->cover = NULL;
        return;
    }
    memmove(e->cover, e->cover + (size_t)first * w, (size_t)e->h * w);
    uint8_t *less = realloc(e->cover, (size_t)e->h * w);
    if (less)
        e->cover = less;
}

static void draw(struct glyphs *g, struct entry *e)
{
    const char *p = e->text, *end = p + strlen(p);
    struct run run;
    int x = 0, w;
    e->drawn = true;
    e->w = e->width;
    e->top = -(e->em * 5 / 4);
    e->h = e->em * 5 / 4 + e->em / 2;
    if (e->w < 1 || !(e->cover = calloc((size_t)e->w, (size_t)e->h)))
        return;
    while (next_run(g, &p, end, e->bold, e->em, &run)) {
        /* Shaded white on black: the palette index is the coverage. */
        SDL_Surface *s = TTF_RenderUTF8_Shaded(run.font, run.text, (SDL_Color){ 255, 255, 255, 255 },
                                               (SDL_Color){ 0, 0, 0, 255 });
        if (s) {
            stamp(e, s, x, TTF_FontAscent(run.font));
            SDL_FreeSurface(s);
        }
        if (TTF_SizeUTF8(run.font, run.text, &w, NULL) == 0)
            x += w;
    }
    crop(e);
    if (e->cover) {
        size_t more = (size_t)e->w * (size_t)e->h;
        e->bytes += more;
        g->bytes += more;
        shrink(g, e);
    }
}

bool glyphs_mask(struct glyphs *g, const char *text, int em, bool bold, struct mask *out)
{
    struct entry *e = find(g, text, em, bold);
    if (!e)
        return false;
    if (!e->drawn)
        draw(g, e);
    *out = (struct mask){ .w = e->w, .h = e->h, .top = e->top, .cover = e->cover };
    return e->cover != NULL;
}
