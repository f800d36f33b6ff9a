/*
 * Pixels: painting what changed leaves the same picture as painting all of it, turned pictures are turned,
 * colours stand where the layout says, and a PNG holds what was drawn.
 */
#include "display/paint.h"
#include "display/png.h"
#include "tests/display_kit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <unistd.h>
#include <zlib.h>

#include <cmocka.h>

struct rig {
    struct glyphs *glyphs;
    struct icons *icons;
    struct theme theme;
    struct measure measure;
};

static struct rig rig;

static int start(void **state)
{
    char fault[300];
    (void)state;
    rig.glyphs = glyphs_create(4 << 20, fault, sizeof fault);
    rig.icons = icons_create();
    rig.measure = (struct measure){ .width = glyphs_width, .user = rig.glyphs };
    theme_dark(&rig.theme);
    return rig.glyphs && rig.icons ? 0 : -1;
}

static int stop(void **state)
{
    (void)state;
    glyphs_destroy(rig.glyphs);
    icons_destroy(rig.icons);
    return 0;
}

static SDL_Surface *surface(int w, int h)
{
    SDL_Surface *s = SDL_CreateRGBSurfaceWithFormat(0, w, h, 32, SDL_PIXELFORMAT_RGB888);
    assert_non_null(s);
    return s;
}

static uint32_t pixel(const SDL_Surface *s, int x, int y)
{
    return ((const uint32_t *)(const void *)((const char *)s->pixels + (ptrdiff_t)y * s->pitch))[x] &
           0xffffff;
}

static void make(struct kit *kit, const char *board, int w, int h, int age_s, int index)
{
    struct page page;
    assert_true(kit_make(kit, kit_read(board), w, h, 6, "ru", "", age_s, &rig.measure));
    assert_true(kit_page(kit, index, &page) > 0);
}

static void assert_same(const SDL_Surface *a, const SDL_Surface *b, const char *what)
{
    for (int y = 0; y < a->h; y++)
        for (int x = 0; x < a->w; x++)
            if (pixel(a, x, y) != pixel(b, x, y))
                fail_msg("%s: %06x and %06x at %d,%d", what, (unsigned)pixel(a, x, y),
                         (unsigned)pixel(b, x, y), x, y);
}

/* From each picture to each other one, with only the changes painted. */
static void changes_are_enough(void **state)
{
    static const struct {
        const char *board;
        int age_s, index;
    } steps[] = { { "day", 0, 0 },     { "day", 0, 1 },         { "day", 60, 0 },         { "day", 120, 0 },
                  { "call", 0, 0 },    { "day", 0, 0 },         { "empty", 0, 0 },        { "cars-40", 0, 1 },
                  { "late", 0, 0 },    { "hostile", 0, 0 },     { "call-two", 0, 0 },     { "few", 0, 0 },
                  { "floor", 0, 0 },   { "floor-calls", 0, 0 }, { "floor-calls", 60, 0 }, { "floor-3", 0, 0 },
                  { "floor-20", 0, 1 } };
    SDL_Rect rects[PAINT_RECTS_MAX];
    SDL_Surface *bit = surface(1280, 720), *whole = surface(1280, 720);
    struct paint *p = paint_create(rig.glyphs, rig.icons), *q = paint_create(rig.glyphs, rig.icons);
    (void)state;
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        struct kit kit;
        make(&kit, steps[i].board, 1280, 720, steps[i].age_s, steps[i].index);
        assert_true(paint_update(p, bit, kit.layout, &rig.theme, 0, rects) > 0);
        paint_forget(q);
        assert_int_equal(paint_update(q, whole, kit.layout, &rig.theme, 0, rects), 1);
        assert_same(bit, whole, steps[i].board);
        assert_int_equal(paint_update(p, bit, kit.layout, &rig.theme, 0, rects), 0);
        kit_free(&kit);
    }
    paint_destroy(p);
    paint_destroy(q);
    SDL_FreeSurface(bit);
    SDL_FreeSurface(whole);
}

/* A minute that turns is a small change. */
static void little_changes_touch_little(void **state)
{
    SDL_Rect rects[PAINT_RECTS_MAX];
    SDL_Surface *s = surface(1920, 1080);
    struct paint *p = paint_create(rig.glyphs, rig.icons);
    struct kit kit;
    int n, area = 0;
    (void)state;
    make(&kit, "day", 1920, 1080, 0, 0);
    paint_update(p, s, kit.layout, &rig.theme, 0, rects);
    kit_free(&kit);
    struct view *view = kit_read("day");
    struct page page;
    view->time = wall_plus(view->time, 60000);
    assert_true(kit_make(&kit, view, 1920, 1080, 6, "ru", "", 0, &rig.measure));
    assert_true(kit_page(&kit, 0, &page) > 0);
    n = paint_update(p, s, kit.layout, &rig.theme, 0, rects);
    for (int i = 0; i < n; i++)
        area += rects[i].w * rects[i].h;
    assert_true(n >= 2 && area < 1920 * 1080 / 20);
    kit_free(&kit);
    paint_destroy(p);
    SDL_FreeSurface(s);
}

/* A page turn paints the words that change, not the page; no pixel twice. */
static void a_page_turn_leaves_the_rest(void **state)
{
    static const char *const boards[] = { "day", "cars-40", "cars-200", "hostile" };
    SDL_Rect rects[PAINT_RECTS_MAX];
    SDL_Surface *s = surface(1920, 1080);
    struct paint *p = paint_create(rig.glyphs, rig.icons);
    (void)state;
    for (size_t b = 0; b < sizeof boards / sizeof boards[0]; b++) {
        int n = 0, area = 0;
        for (int page = 0; page < 2; page++) {
            struct kit kit;
            make(&kit, boards[b], 1920, 1080, 0, page);
            n = paint_update(p, s, kit.layout, &rig.theme, 0, rects);
            kit_free(&kit);
        }
        assert_in_range(n, 1, PAINT_RECTS_MAX);
        for (int i = 0; i < n; i++) {
            area += rects[i].w * rects[i].h;
            for (int k = 0; k < i; k++)
                assert_false(SDL_HasIntersection(&rects[i], &rects[k]));
        }
        assert_true(area < 1920 * 1080 / 2);
    }
    paint_destroy(p);
    SDL_FreeSurface(s);
}

static void a_turned_picture_is_the_same_picture(void **state)
{
    SDL_Rect rects[PAINT_RECTS_MAX];
    SDL_Surface *flat = surface(1280, 720);
    struct paint *p = paint_create(rig.glyphs, rig.icons);
    struct kit kit;
    (void)state;
    make(&kit, "day", 1280, 720, 0, 0);
    paint_update(p, flat, kit.layout, &rig.theme, 0, rects);
    for (int rotate = 90; rotate < 360; rotate += 90) {
        SDL_Surface *s = rotate == 180 ? surface(1280, 720) : surface(720, 1280);
        paint_forget(p);
        assert_int_equal(paint_update(p, s, kit.layout, &rig.theme, rotate, rects), 1);
        assert_true(rects[0].x == 0 && rects[0].y == 0 && rects[0].w == s->w && rects[0].h == s->h);
        for (int y = 0; y < 720; y++)
            for (int x = 0; x < 1280; x++) {
                int sx = rotate == 90 ? 719 - y : rotate == 180 ? 1279 - x : y;
                int sy = rotate == 90 ? x : rotate == 180 ? 719 - y : 1279 - x;
                assert_int_equal(pixel(flat, x, y), pixel(s, sx, sy));
            }
        SDL_FreeSurface(s);
    }
    kit_free(&kit);
    paint_destroy(p);
    SDL_FreeSurface(flat);
}

/* A coarse picture, 48 x 27 fields of mean brightness 0 to 9, against tests/golden/text/pixels.txt; fonts of
 * other versions may differ by one step here and there. */
static void the_picture_in_the_large(void **state)
{
    SDL_Rect rects[PAINT_RECTS_MAX];
    SDL_Surface *s = surface(1920, 1080);
    struct paint *p = paint_create(rig.glyphs, rig.icons);
    struct kit kit;
    char now[27 * 49 + 1], old[27 * 49 + 1] = "", *to = now;
    (void)state;
    make(&kit, "day", 1920, 1080, 0, 0);
    paint_update(p, s, kit.layout, &rig.theme, 0, rects);
    for (int y = 0; y < 27; y++, *to++ = '\n')
        for (int x = 0; x < 48; x++) {
            uint32_t sum = 0;
            for (int k = 0; k < 1600; k++) {
                uint32_t c = pixel(s, x * 40 + k % 40, y * 40 + k / 40);
                sum += (c >> 16 & 255) + (c >> 8 & 255) + (c & 255);
            }
            *to++ = (char)('0' + sum / 1600 * 10 / 766);
        }
    *to = '\0';
    FILE *f = fopen("tests/golden/text/pixels.txt", getenv("UPDATE") ? "w+" : "r");
    assert_non_null(f);
    if (getenv("UPDATE")) {
        fputs(now, f);
        rewind(f);
    }
    assert_int_equal(fread(old, 1, sizeof old - 1, f), sizeof old - 1);
    fclose(f);
    for (size_t i = 0; i < sizeof old - 1; i++)
        if (abs(old[i] - now[i]) > 1)
            fail_msg("field %zu,%zu is %c, was %c", i % 49, i / 49, now[i], old[i]);
    /* Places that hold no glyph. */
    assert_int_equal(pixel(s, 1000, 130), rig.theme.rgb[SLOT_RAISED]);
    assert_int_equal(pixel(s, 1700, 430), rig.theme.rgb[SLOT_CARD]);
    assert_int_equal(pixel(s, 1450, 500), rig.theme.rgb[SLOT_PANEL]);
    assert_int_equal(pixel(s, 10, 10), rig.theme.rgb[SLOT_BG]);
    kit_free(&kit);
    paint_destroy(p);
    SDL_FreeSurface(s);
}

static uint32_t get32(const unsigned char *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static void a_png_holds_the_pixels(void **state)
{
    static unsigned char bytes[1 << 16], packed[1 << 16], rows[33 * (1 + 3 * 50)];
    char path[] = "/tmp/pitboard-png-XXXXXX", fault[WHOLE_FAULT];
    SDL_Surface *s = surface(50, 33);
    size_t at = 8, n_packed = 0;
    (void)state;
    for (int y = 0; y < 33; y++)
        for (int x = 0; x < 50; x++)
            ((uint32_t *)(void *)((char *)s->pixels + (ptrdiff_t)y * s->pitch))[x] =
                (uint32_t)(x * 5 << 16 | y * 7 << 8 | (x ^ y));
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    close(fd);
    assert_true(png_write(path, s, WHOLE_QUICK, fault));
    FILE *f = fopen(path, "rb");
    size_t len = fread(bytes, 1, sizeof bytes, f);
    fclose(f);
    unlink(path);
    while (at + 12 <= len) {
        uint32_t n = get32(bytes + at);
        assert_true(at + 12 + n <= len);
        assert_int_equal(get32(bytes + at + 8 + n), (uint32_t)crc32(0, bytes + at + 4, n + 4));
        if (memcmp(bytes + at + 4, "IDAT", 4) == 0) {
            memcpy(packed + n_packed, bytes + at + 8, n);
            n_packed += n;
        }
        at += 12 + n;
    }
    uLongf size = sizeof rows;
    assert_int_equal(at, len);
    assert_int_equal(uncompress(rows, &size, packed, n_packed), Z_OK);
    assert_int_equal(size, sizeof rows);
    for (int y = 0; y < 33; y++)
        for (int x = 0; x < 50; x++) {
            const unsigned char *p = rows + y * 151 + 1 + 3 * x;
            assert_int_equal((uint32_t)p[0] << 16 | (uint32_t)p[1] << 8 | p[2], pixel(s, x, y));
        }
    assert_false(png_write("/nonexistent/x.png", s, WHOLE_QUICK, fault));
    SDL_FreeSurface(s);
}

/* However many texts come by, the cache stays within its limit. */
static void the_cache_is_bounded(void **state)
{
    char text[32], fault[300];
    struct mask mask;
    struct glyphs *g = glyphs_create(200000, fault, sizeof fault);
    (void)state;
    assert_non_null(g);
    for (int i = 0; i < 2000; i++) {
        snprintf(text, sizeof text, "car %d", i);
        assert_true(glyphs_mask(g, text, 67, i % 2, &mask));
        assert_true(glyphs_cached(g) <= 200000);
    }
    glyphs_destroy(g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(changes_are_enough),          cmocka_unit_test(little_changes_touch_little),
        cmocka_unit_test(a_page_turn_leaves_the_rest), cmocka_unit_test(a_turned_picture_is_the_same_picture),
        cmocka_unit_test(the_picture_in_the_large),    cmocka_unit_test(a_png_holds_the_pixels),
        cmocka_unit_test(the_cache_is_bounded),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
