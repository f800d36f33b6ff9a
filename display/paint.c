#include "display/paint.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The surface as the layout sees it: strides make the turn. */
struct canvas {
    uint32_t *base;
    ptrdiff_t xstep, ystep; /* in pixels */
    int w, h;
    struct box clip;
};

#define JOIN_PX 2000 /* painted in vain rather than having a rectangle more */

/* Boxes that do not overlap. */
struct dirt {
    struct box box[PAINT_RECTS_MAX];
    int n;
};

struct paint {
    struct glyphs *glyphs;
    struct icons *icons;
    struct logo *logo;
    struct theme theme;  /* the colours of what is on the surface */
    struct layout *last; /* what is on the surface */
    bool all;            /* nothing on it is known */
    struct dirt dirt;    /* what paint_changes found */
};

struct paint *paint_create(struct glyphs *glyphs, struct icons *icons)
{
    struct paint *p = calloc(1, sizeof *p);
    if (!p)
        return NULL;
    *p = (struct paint){ .glyphs = glyphs, .icons = icons, .last = layout_create(), .all = true };
    if (!p->last) {
        free(p);
        return NULL;
    }
    return p;
}

void paint_destroy(struct paint *p)
{
    if (p)
        layout_destroy(p->last);
    free(p);
}

void paint_logo(struct paint *p, struct logo *logo)
{
    p->logo = logo;
    p->all = true;
}

void paint_forget(struct paint *p)
{
    p->all = true;
}

static struct canvas canvas_of(SDL_Surface *s, int rotate)
{
    ptrdiff_t pitch = s->pitch / 4;
    uint32_t *origin = s->pixels;
    switch (rotate) {
    case 90:
        return (struct canvas){ origin + s->w - 1, pitch, -1, s->h, s->w, { 0 } };
    case 180:
        return (struct canvas){ origin + (s->h - 1) * pitch + s->w - 1, -1, -pitch, s->w, s->h, { 0 } };
    case 270:
        return (struct canvas){ origin + (s->h - 1) * pitch, -pitch, 1, s->h, s->w, { 0 } };
    default:
        return (struct canvas){ origin, 1, pitch, s->w, s->h, { 0 } };
    }
}

static struct box box_cut(struct box a, struct box b)
{
    int x = a.x > b.x ? a.x : b.x, y = a.y > b.y ? a.y : b.y;
    int right = a.x + a.w < b.x + b.w ? a.x + a.w : b.x + b.w,
        low = a.y + a.h < b.y + b.h ? a.y + a.h : b.y + b.h;
    return (struct box){ x, y, right > x ? right - x : 0, low > y ? low - y : 0 };
}

static bool box_meets(struct box a, struct box b)
{
    struct box c = box_cut(a, b);
    return c.w > 0 && c.h > 0;
}

static struct box box_join(struct box a, struct box b)
{
    int x = a.x < b.x ? a.x : b.x, y = a.y < b.y ? a.y : b.y;
    int right = a.x + a.w > b.x + b.w ? a.x + a.w : b.x + b.w,
        low = a.y + a.h > b.y + b.h ? a.y + a.h : b.y + b.h;
    return (struct box){ x, y, right - x, low - y };
}

static uint32_t *pixel(const struct canvas *c, int x, int y)
{
    return c->base + x * c->xstep + y * c->ystep;
}

/* One run of pixels that lie side by side in memory, and copies of it. */
static void fill_box(const struct canvas *c, struct box box, uint32_t rgb)
{
    box = box_cut(box, c->clip);
    bool along_x = c->xstep == 1 || c->xstep == -1;
    int length = along_x ? box.w : box.h, runs = along_x ? box.h : box.w;
    ptrdiff_t inner = along_x ? c->xstep : c->ystep, outer = along_x ? c->ystep : c->xstep;
    if (length == 0 || runs == 0)
        return;
    uint32_t *first = pixel(c, box.x, box.y) - (inner < 0 ? length - 1 : 0);
    for (int i = 0; i < length; i++)
        first[i] = rgb;
    for (int i = 1; i < runs; i++)
        memcpy(first + i * outer, first, (size_t)length * sizeof *first);
}

/* Mixes two colours channel by channel, a of 255 parts of `over`. */
static uint32_t mix(uint32_t under, uint32_t over, uint32_t a)
{
    uint32_t rb = under & 0xff00ff, g = under & 0x00ff00, b = 255 - a;
    uint32_t rb2 = (over & 0xff00ff) * a + rb * b + 0x800080, g2 = (over & 0x00ff00) * a + g * b + 0x008000;
    rb2 = (rb2 + (rb2 >> 8 & 0xff00ff)) >> 8 & 0xff00ff;
    g2 = (g2 + (g2 >> 8 & 0x00ff00)) >> 8 & 0x00ff00;
    return rb2 | g2;
}

static void blend_run(uint32_t *p, ptrdiff_t xstep, const uint8_t *cover, int n, uint32_t rgb)
{
    for (int i = 0; i < n; i++, p += xstep)
        if (cover[i] == 255)
            *p = rgb;
        else if (cover[i])
            *p = mix(*p, rgb, cover[i]);
}

/* Most of a mask is empty: eight pixels at a time are passed over. */
static void blend_mask(const struct canvas *c, const struct mask *m, int x0, int y0, struct box clip,
                       uint32_t rgb)
{
    struct box box = box_cut(box_cut((struct box){ x0, y0, m->w, m->h }, clip), c->clip);
    for (int y = box.y; y < box.y + box.h; y++) {
        const uint8_t *cover = m->cover + (size_t)(y - y0) * (size_t)m->w + (box.x - x0);
        uint32_t *p = pixel(c, box.x, y);
        for (int x = 0, step; x < box.w; x += step, p += step * c->xstep) {
            uint64_t eight = 1;
            step = box.w - x < 8 ? box.w - x : 8;
            if (step == 8)
                memcpy(&eight, cover + x, sizeof eight);
            if (eight)
                blend_run(p, c->xstep, cover + x, step, rgb);
        }
    }
}

/* Coverage of the pixel at (x, y) from a rounded box's corner: 0 … 255. */
static uint32_t round_cover(struct box box, int radius, int x, int y)
{
    float cx = (float)x + 0.5F - (float)box.x - (float)box.w / 2,
          cy = (float)y + 0.5F - (float)box.y - (float)box.h / 2;
    float dx = fabsf(cx) - (float)box.w / 2 + (float)radius,
          dy = fabsf(cy) - (float)box.h / 2 + (float)radius;
    float d = hypotf(fmaxf(dx, 0), fmaxf(dy, 0)) + fminf(fmaxf(dx, dy), 0) - (float)radius, cover = 0.5F - d;
    return cover <= 0 ? 0 : cover >= 1 ? 255 : (uint32_t)(cover * 255);
}

static struct box box_inset(struct box box, int by)
{
    return (struct box){ box.x + by, box.y + by, box.w - 2 * by, box.h - 2 * by };
}

/* The four corners, pixel by pixel; `line` > 0: only a frame of that thickness. */
static void round_pixels(const struct canvas *c, struct box part, struct box box, int radius, int line,
                         uint32_t rgb)
{
    part = box_cut(part, c->clip);
    for (int y = part.y; y < part.y + part.h; y++)
        for (int x = part.x; x < part.x + part.w; x++) {
            uint32_t a = round_cover(box, radius, x, y);
            if (line > 0)
                a -= a * round_cover(box_inset(box, line), radius > line ? radius - line : 0, x, y) / 255;
            uint32_t *p = pixel(c, x, y);
            *p = mix(*p, rgb, a);
        }
}

static void corners(const struct canvas *c, struct box b, int radius, int line, uint32_t rgb)
{
    int right = b.x + b.w - radius, low = b.y + b.h - radius;
    round_pixels(c, (struct box){ b.x, b.y, radius, radius }, b, radius, line, rgb);
    round_pixels(c, (struct box){ right, b.y, radius, radius }, b, radius, line, rgb);
    round_pixels(c, (struct box){ b.x, low, radius, radius }, b, radius, line, rgb);
    round_pixels(c, (struct box){ right, low, radius, radius }, b, radius, line, rgb);
}

static int radius_of(const struct item *item)
{
    int most = (item->box.w < item->box.h ? item->box.w : item->box.h) / 2;
    return item->radius < most ? item->radius : most;
}

static void paint_fill(const struct canvas *c, const struct item *item, uint32_t rgb)
{
    struct box b = item->box;
    int r = radius_of(item);
    if (r == 0) {
        fill_box(c, b, rgb);
        return;
    }
    fill_box(c, (struct box){ b.x + r, b.y, b.w - 2 * r, r }, rgb);
    fill_box(c, (struct box){ b.x, b.y + r, b.w, b.h - 2 * r }, rgb);
    fill_box(c, (struct box){ b.x + r, b.y + b.h - r, b.w - 2 * r, r }, rgb);
    corners(c, b, r, 0, rgb);
}

static void paint_frame(const struct canvas *c, const struct item *item, uint32_t rgb)
{
    struct box b = item->box;
    int r = radius_of(item), line = item->line;
    fill_box(c, (struct box){ b.x + r, b.y, b.w - 2 * r, line }, rgb);
    fill_box(c, (struct box){ b.x + r, b.y + b.h - line, b.w - 2 * r, line }, rgb);
    fill_box(c, (struct box){ b.x, b.y + r, line, b.h - 2 * r }, rgb);
    fill_box(c, (struct box){ b.x + b.w - line, b.y + r, line, b.h - 2 * r }, rgb);
    corners(c, b, r, line, rgb);
}

/* What a text may touch: accents above the capitals, descenders below; anything taller is cut, not its
 * neighbours. */
static struct box text_reach(const struct item *item)
{
    int em = item->em, side = em / 16 + 1;
    return (struct box){ item->box.x - side, item->baseline - em * 105 / 100, item->box.w + 2 * side,
                         em * 105 / 100 + em * 30 / 100 };
}

static void paint_text(struct paint *p, const struct canvas *c, const struct layout *l,
                       const struct item *item)
{
    struct mask m;
    if (glyphs_mask(p->glyphs, layout_text(l, item), item->em, item->bold, &m))
        blend_mask(c, &m, item->box.x, item->baseline + m.top, text_reach(item), p->theme.rgb[item->colour]);
}

static void paint_icon(struct paint *p, const struct canvas *c, const struct item *item)
{
    struct mask m;
    struct box b = item->box;
    bool edged = item->outline == OUTLINE_DIAMOND && p->theme.rgb[item->third] != p->theme.rgb[item->colour];
    if (item->outline != OUTLINE_NONE && icons_outline(p->icons, item->outline, false, b.w, &m))
        blend_mask(c, &m, b.x, b.y, b, p->theme.rgb[edged ? item->third : item->colour]);
    if (edged && icons_outline(p->icons, item->outline, true, b.w, &m))
        blend_mask(c, &m, b.x, b.y, b, p->theme.rgb[item->colour]);
    if (item->icon != ICON_NONE && icons_glyph(p->icons, item->icon, b.w, &m))
        blend_mask(c, &m, b.x, b.y, b, p->theme.rgb[item->second]);
}

/* The mark over what is there; its colours come multiplied by their alpha. Dimmed like the rest. */
static void paint_mark(struct paint *p, const struct canvas *c, const struct item *item, uint32_t percent)
{
    const SDL_Surface *s = p->logo ? logo_at(p->logo, item->box.w, item->box.h) : NULL;
    if (!s)
        return;
    struct box all = { item->box.x, item->box.y, s->w, s->h };
    struct box box = box_cut(box_cut(all, item->box), c->clip);
    for (int y = box.y; y < box.y + box.h; y++) {
        const uint32_t *from =
            (const uint32_t *)((const uint8_t *)s->pixels + (ptrdiff_t)(y - all.y) * s->pitch) - all.x;
        for (int x = box.x; x < box.x + box.w; x++) {
            uint32_t *to = pixel(c, x, y), under = 255 - (from[x] >> 24), out = 0;
            for (int shift = 0; shift <= 16; shift += 8)
                out |= (((from[x] >> shift & 255) * percent + 50) / 100 +
                        ((*to >> shift & 255) * under + 127) / 255)
                       << shift;
            *to = out;
        }
    }
}

static struct box reach(const struct item *item)
{
    return item->kind == ITEM_TEXT ? text_reach(item) : item->box;
}

static void paint_item(struct paint *p, const struct canvas *c, const struct layout *l,
                       const struct item *item)
{
    if (!box_meets(reach(item), c->clip))
        return;
    switch (item->kind) {
    case ITEM_FILL:
        paint_fill(c, item, p->theme.rgb[item->colour]);
        break;
    case ITEM_FRAME:
        paint_frame(c, item, p->theme.rgb[item->colour]);
        break;
    case ITEM_TEXT:
        paint_text(p, c, l, item);
        break;
    case ITEM_ICON:
        paint_icon(p, c, item);
        break;
    case ITEM_LOGO:
        paint_mark(p, c, item, l->shade == SHADE_DIM ? THEME_DIM_PERCENT : 100);
        break;
    }
}

static bool box_holds(struct box a, struct box b)
{
    return b.x >= a.x && b.y >= a.y && b.x + b.w <= a.x + a.w && b.y + b.h <= a.y + a.h;
}

/* The last fill that hides everything before it from all of the clip. */
static int first_seen(const struct layout *l, struct box clip)
{
    for (int i = l->n - 1; i > 0; i--) {
        const struct item *item = &l->items[i];
        struct box b = item->box;
        int r = radius_of(item);
        if (item->kind == ITEM_FILL && (box_holds((struct box){ b.x, b.y + r, b.w, b.h - 2 * r }, clip) ||
                                        box_holds((struct box){ b.x + r, b.y, b.w - 2 * r, b.h }, clip)))
            return i;
    }
    return 0;
}

/* Whether two items leave the same pixels. */
static bool looks_same(const struct layout *la, const struct item *a, const struct layout *lb,
                       const struct item *b)
{
    return a->kind == b->kind && memcmp(&a->box, &b->box, sizeof a->box) == 0 && a->colour == b->colour &&
           a->second == b->second && a->third == b->third && a->radius == b->radius && a->line == b->line &&
           a->baseline == b->baseline && a->em == b->em && a->bold == b->bold && a->icon == b->icon &&
           a->outline == b->outline &&
           (a->kind != ITEM_TEXT || strcmp(layout_text(la, a), layout_text(lb, b)) == 0);
}

/* What an item really covers. Of a text that is less than its reach: rows keep apart from each other, and
 * the room between them is not painted again. */
static struct box ink(struct paint *p, const struct layout *l, const struct item *item)
{
    struct mask m;
    if (item->kind != ITEM_TEXT)
        return item->box;
    if (!glyphs_mask(p->glyphs, layout_text(l, item), item->em, item->bold, &m))
        return (struct box){ item->box.x, item->baseline, 0, 0 };
    return box_cut((struct box){ item->box.x, item->baseline + m.top, m.w, m.h }, text_reach(item));
}

/* Pixels that joining two boxes adds to both; less than nothing if they overlap a good deal. */
static long join_cost(struct box a, struct box b)
{
    struct box c = box_join(a, b);
    return (long)c.w * c.h - (long)a.w * a.h - (long)b.w * b.h;
}

/* The box that is cheapest to join with. */
static int nearest(const struct dirt *d, struct box box)
{
    int best = 0;
    for (int i = 1; i < d->n; i++)
        if (join_cost(d->box[i], box) < join_cost(d->box[best], box))
            best = i;
    return best;
}

/* Adds a box. Joined are those that overlap, those that joining makes no larger, and, when places run out,
 * the two that lie nearest. */
static void dirty(struct dirt *d, struct box box)
{
    if (box.w <= 0 || box.h <= 0)
        return;
    while (d->n > 0) {
        int i = nearest(d, box), k = 0;
        while (k < d->n && !box_meets(d->box[k], box))
            k++;
        if (k == d->n && d->n < PAINT_RECTS_MAX && join_cost(d->box[i], box) > JOIN_PX)
            break;
        i = k < d->n ? k : i;
        box = box_join(d->box[i], box);
        d->box[i] = d->box[--d->n];
    }
    d->box[d->n++] = box;
}

/* Items of `a` that are not in `b`. Both lists keep their order, so the search goes on where it last found
 * one. */
static void differences(struct paint *p, struct dirt *d, const struct layout *a, const struct layout *b)
{
    int at = 0;
    for (int i = 0; i < a->n; i++) {
        int k = 0;
        while (k < b->n && !looks_same(a, &a->items[i], b, &b->items[(at + k) % b->n]))
            k++;
        if (k < b->n)
            at = (at + k + 1) % b->n;
        else
            dirty(d, ink(p, a, &a->items[i]));
    }
}

static bool keep(struct paint *p, const struct layout *layout)
{
    memcpy(p->last->items, layout->items, (size_t)layout->n * sizeof *layout->items);
    p->last->n = layout->n;
    text_clear(&p->last->text);
    return layout->text.len == 0 || text_add(&p->last->text, layout->text.data, layout->text.len);
}

SDL_Rect paint_rect(const SDL_Surface *s, int rotate, struct box b)
{
    switch (rotate) {
    case 90:
        return (SDL_Rect){ s->w - b.y - b.h, b.x, b.h, b.w };
    case 180:
        return (SDL_Rect){ s->w - b.x - b.w, s->h - b.y - b.h, b.w, b.h };
    case 270:
        return (SDL_Rect){ b.y, s->h - b.x - b.w, b.h, b.w };
    default:
        return (SDL_Rect){ b.x, b.y, b.w, b.h };
    }
}

int paint_changes(struct paint *p, const SDL_Surface *surface, const struct layout *layout,
                  const struct theme *theme, int rotate, SDL_Rect rects[PAINT_RECTS_MAX])
{
    bool upright = rotate == 0 || rotate == 180;
    struct box whole = { 0, 0, upright ? surface->w : surface->h, upright ? surface->h : surface->w };
    struct dirt found = { .n = 0 };
    p->all = p->all || memcmp(&p->theme, theme, sizeof *theme) != 0;
    p->theme = *theme;
    p->dirt.n = 0;
    if (p->all) {
        dirty(&found, whole);
    } else {
        differences(p, &found, layout, p->last);
        differences(p, &found, p->last, layout);
    }
    for (int i = 0; i < found.n; i++) {
        struct box box = box_cut(found.box[i], whole);
        if (box.w > 0 && box.h > 0) {
            rects[p->dirt.n] = paint_rect(surface, rotate, box);
            p->dirt.box[p->dirt.n++] = box;
        }
    }
    return p->dirt.n;
}

/* The rounded fill that covers all of the clip but its own corners, or NULL. */
static const struct item *nearly_covers(const struct layout *l, struct box clip, int from)
{
    for (int i = l->n - 1; i > from; i--)
        if (l->items[i].kind == ITEM_FILL && l->items[i].radius > 0 && box_holds(l->items[i].box, clip) &&
            clip.h > 4 * l->items[i].radius)
            return &l->items[i];
    return NULL;
}

static void paint_clip(struct paint *p, struct canvas *c, const struct layout *layout, struct box clip)
{
    c->clip = clip;
    for (int i = first_seen(layout, clip); i < layout->n; i++)
        paint_item(p, c, layout, &layout->items[i]);
}

/* Where a rounded fill covers a clip, what lies below is painted in the bands of its corners alone. */
static void paint_box(struct paint *p, struct canvas *c, const struct layout *layout, struct box box)
{
    const struct item *item = nearly_covers(layout, box, first_seen(layout, box));
    if (!item) {
        paint_clip(p, c, layout, box);
        return;
    }
    int top = item->box.y + radius_of(item), low = item->box.y + item->box.h - radius_of(item);
    int end = box.y + box.h;
    top = top < box.y ? box.y : top;
    low = low > end ? end : low;
    if (top > box.y)
        paint_clip(p, c, layout, (struct box){ box.x, box.y, box.w, top - box.y });
    paint_clip(p, c, layout, (struct box){ box.x, top, box.w, low - top });
    if (end > low)
        paint_clip(p, c, layout, (struct box){ box.x, low, box.w, end - low });
}

void paint_draw(struct paint *p, SDL_Surface *surface, const struct layout *layout, int rotate)
{
    struct canvas c = canvas_of(surface, rotate);
    for (int i = 0; i < p->dirt.n; i++)
        paint_box(p, &c, layout, p->dirt.box[i]);
    p->dirt.n = 0;
    p->all = !keep(p, layout);
}

int paint_update(struct paint *p, SDL_Surface *surface, const struct layout *layout,
                 const struct theme *theme, int rotate, SDL_Rect rects[PAINT_RECTS_MAX])
{
    int n = paint_changes(p, surface, layout, theme, rotate, rects);
    paint_draw(p, surface, layout, rotate);
    return n;
}
