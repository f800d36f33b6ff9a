/* The logo: both kinds, sharp and undistorted at every size, dimmed and turned with the picture, and what is
 * wrong with a bad one. */
#include "display/logo.h"
#include "display/paint.h"
#include "display/png.h"
#include "tests/display_kit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <unistd.h>

#include <cmocka.h>

static char path[] = "/tmp/pitboard-logo-XXXXXX";

static void put(const char *bytes, size_t len)
{
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(bytes, 1, len, f), len);
    assert_int_equal(fclose(f), 0);
}

/* Three tiles of 100 x 100, red, clear, blue. */
static void put_svg(void)
{
    static const char svg[] = "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"300\" height=\"100\">"
                              "<rect width=\"100\" height=\"100\" fill=\"#e00000\"/>"
                              "<rect x=\"200\" width=\"100\" height=\"100\" fill=\"#0000e0\"/></svg>";
    put(svg, sizeof svg - 1);
}

static void put_png(int w, int h)
{
    char fault[WHOLE_FAULT];
    SDL_Surface *s = SDL_CreateRGBSurfaceWithFormat(0, w, h, 32, SDL_PIXELFORMAT_RGB888);
    assert_non_null(s);
    SDL_FillRect(s, NULL, 0xe00000);
    SDL_FillRect(s, &(SDL_Rect){ w * 2 / 3, 0, w, h }, 0x0000e0);
    assert_true(png_write(path, s, WHOLE_QUICK, fault));
    SDL_FreeSurface(s);
}

static struct logo *open_good(void)
{
    char fault[600];
    struct logo *logo = logo_open(path, fault, sizeof fault);
    if (!logo)
        fail_msg("%s", fault);
    return logo;
}

static uint32_t pixel(const SDL_Surface *s, int x, int y)
{
    return ((const uint32_t *)(const void *)((const char *)s->pixels + (ptrdiff_t)y * s->pitch))[x];
}

static void an_svg_is_sharp_at_every_size(void **state)
{
    static const int heights[] = { 43, 64, 129, 500 };
    (void)state;
    put_svg();
    struct logo *logo = open_good();
    assert_int_equal(logo_w(logo), 3 * logo_h(logo));
    for (size_t i = 0; i < sizeof heights / sizeof heights[0]; i++) {
        int h = heights[i];
        const SDL_Surface *s = logo_at(logo, 3 * h, h);
        assert_non_null(s);
        assert_in_range(s->w, 3 * h, 3 * h + 1);
        assert_int_equal(pixel(s, h - 2, h / 2), 0xffe00000);
        assert_int_equal(pixel(s, h + 2, h / 2), 0);
        assert_int_equal(pixel(s, 2 * h - 3, h / 2), 0);
        assert_int_equal(pixel(s, 2 * h + 2, h / 2), 0xff0000e0);
    }
    logo_destroy(logo);
}

static void a_png_is_scaled_by_the_mean(void **state)
{
    (void)state;
    put_png(960, 300);
    struct logo *logo = open_good();
    assert_int_equal(logo_w(logo), 960);
    const SDL_Surface *s = logo_at(logo, 96, 30);
    assert_non_null(s);
    assert_int_equal(s->w, 96);
    assert_int_equal(s->h, 30);
    assert_int_equal(pixel(s, 10, 15), 0xffe00000);
    assert_int_equal(pixel(s, 90, 15), 0xff0000e0);
    s = logo_at(logo, 1920, 600); /* larger than it is */
    assert_int_equal(pixel(s, 100, 5), 0xffe00000);
    assert_true(logo_contrast(logo, 0xffffff) > 5);
    assert_true(logo_contrast(logo, 0x800040) < 2);
    logo_destroy(logo);
}

static void check_fault(const char *bytes, size_t len, const char *words)
{
    char fault[600] = "";
    put(bytes, len);
    struct logo *logo = logo_open(path, fault, sizeof fault);
    assert_null(logo);
    assert_non_null(strstr(fault, path));
    if (!strstr(fault, words))
        fail_msg("\"%s\" does not say \"%s\"", fault, words);
}

static void a_bad_file_is_named_with_the_cure(void **state)
{
    static const char broken[] = "<svg width=\"10\" height=\"10\"><rect <<<",
                      empty[] = "<svg width=\"9\" height=\"9\"></svg>",
                      text[] = "<svg width=\"90\" height=\"9\"><text y=\"9\">Mark</text></svg>",
                      thin[] = "<svg width=\"9000\" height=\"1\"><rect width=\"9000\" height=\"1\"/></svg>",
                      huge[] = "<svg width=\"1e9\" height=\"1e9\"><rect width=\"9e8\" height=\"9e8\"/></svg>";
    char half[200];
    (void)state;
    check_fault(broken, sizeof broken - 1, "it ");
    check_fault(empty, sizeof empty - 1, "it ");
    check_fault(text, sizeof text - 1, "paths");
    check_fault(thin, sizeof thin - 1, "thinner");
    check_fault("GIF89a", 6, "neither a PNG nor an SVG");
    /* A size that nobody has memory for is no fault of an SVG: it is drawn at the one that is needed. */
    put(huge, sizeof huge - 1);
    logo_destroy(open_good());
    put_png(200, 64);
    FILE *f = fopen(path, "rb");
    assert_non_null(f);
    assert_true(fread(half, 1, 60, f) == 60);
    fclose(f);
    check_fault(half, 60, "export it again");
}

/* ---- in the picture ---- */

struct rig {
    struct kit kit;
    struct glyphs *glyphs;
    struct icons *icons;
    struct paint *paint;
    struct logo *logo;
    SDL_Surface *surface;
    struct box box;
};

static void draw(struct rig *r, int w, int h, int rotate, enum shade shade)
{
    char fault[300];
    struct page page;
    struct theme theme;
    SDL_Rect rects[PAINT_RECTS_MAX];
    *r = (struct rig){ .icons = icons_create(), .logo = open_good() };
    r->glyphs = glyphs_create(1 << 20, fault, sizeof fault);
    r->paint = paint_create(r->glyphs, r->icons);
    assert_true(kit_make(&r->kit, kit_read("day"), w, h, 6, "ru", "", 0, &kit_measure));
    r->kit.setup.logo_w = logo_w(r->logo);
    r->kit.setup.logo_h = logo_h(r->logo);
    r->kit.setup.night.shade = shade;
    assert_true(kit_page(&r->kit, 0, &page) > 0);
    for (int i = 0; i < r->kit.layout->n; i++)
        if (r->kit.layout->items[i].kind == ITEM_LOGO)
            r->box = r->kit.layout->items[i].box;
    r->surface = SDL_CreateRGBSurfaceWithFormat(0, rotate % 180 ? h : w, rotate % 180 ? w : h, 32,
                                                SDL_PIXELFORMAT_RGB888);
    assert_non_null(r->surface);
    theme_dark(&theme);
    theme = theme_shade(&theme, shade);
    paint_logo(r->paint, r->logo);
    assert_true(paint_update(r->paint, r->surface, r->kit.layout, &theme, rotate, rects) > 0);
}

static void end(struct rig *r)
{
    SDL_FreeSurface(r->surface);
    paint_destroy(r->paint);
    icons_destroy(r->icons);
    glyphs_destroy(r->glyphs);
    logo_destroy(r->logo);
    kit_free(&r->kit);
}

static void it_stands_in_the_head_undistorted(void **state)
{
    static const int sizes[][2] = { { 1280, 720 },  { 1920, 1080 }, { 3840, 2160 },
                                    { 1080, 1920 }, { 1440, 1080 }, { 2560, 1080 } };
    (void)state;
    put_svg();
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        struct rig r;
        draw(&r, sizes[i][0], sizes[i][1], 0, SHADE_DAY);
        assert_int_equal(r.box.x, r.kit.frame.margin);
        assert_true(r.box.y > 0 && r.box.y + r.box.h < r.kit.frame.body.y);
        assert_true(abs(r.box.w - 3 * r.box.h) <= 3);
        assert_true(r.box.h * 67 >= 60 * r.kit.frame.s);
        int y = r.box.y + r.box.h / 2;
        assert_int_equal(pixel(r.surface, r.box.x + r.box.h / 2, y) & 0xffffff, 0xe00000);
        assert_int_equal(pixel(r.surface, r.box.x + r.box.h * 3 / 2, y) & 0xffffff, 0x0f141b);
        assert_int_equal(pixel(r.surface, r.box.x + r.box.h * 5 / 2, y) & 0xffffff, 0x0000e0);
        end(&r);
    }
}

static void it_turns_and_dims_with_the_picture(void **state)
{
    struct rig r;
    (void)state;
    put_svg();
    draw(&r, 1920, 1080, 90, SHADE_DAY);
    int x = r.box.x + r.box.h / 2, y = r.box.y + r.box.h / 2;
    assert_int_equal(pixel(r.surface, r.surface->w - 1 - y, x) & 0xffffff, 0xe00000);
    end(&r);
    draw(&r, 1920, 1080, 0, SHADE_DIM);
    assert_int_equal(pixel(r.surface, x, y) & 0xffffff, 0x9d0000);
    end(&r);
}

static int start(void **state)
{
    (void)state;
    int fd = mkstemp(path);
    return fd < 0 ? -1 : close(fd);
}

static int stop(void **state)
{
    (void)state;
    return unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_svg_is_sharp_at_every_size),
        cmocka_unit_test(a_png_is_scaled_by_the_mean),
        cmocka_unit_test(a_bad_file_is_named_with_the_cure),
        cmocka_unit_test(it_stands_in_the_head_undistorted),
        cmocka_unit_test(it_turns_and_dims_with_the_picture),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
