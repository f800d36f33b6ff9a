/* Which files may be a logo: kinds, limits, and what is no file. */
#include "base/picture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const uint8_t start[16] = { 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n',
                                   0,    0,   0,   13,  'I',  'H',  'D',  'R' };

static bool png(uint32_t w, uint32_t h, char *fault, struct picture *picture)
{
    uint8_t bytes[33] = { 0 };
    memcpy(bytes, start, sizeof start);
    for (int i = 0; i < 4; i++) {
        bytes[16 + i] = (uint8_t)(w >> (24 - 8 * i));
        bytes[20 + i] = (uint8_t)(h >> (24 - 8 * i));
    }
    return picture_read(bytes, sizeof bytes, picture, fault, 200);
}

static void pngs_are_read_to_the_limit(void **state)
{
    struct picture p;
    char fault[200];
    (void)state;
    assert_true(png(PICTURE_SIDE_MAX, PICTURE_PIXELS_MAX / PICTURE_SIDE_MAX, fault, &p));
    assert_int_equal(p.kind, PICTURE_PNG);
    assert_int_equal(p.w, PICTURE_SIDE_MAX);
    assert_false(png(PICTURE_SIDE_MAX, PICTURE_PIXELS_MAX / PICTURE_SIDE_MAX + 1, fault, &p));
    assert_non_null(strstr(fault, "4096 x 1025 pixels are too many"));
    assert_false(png(PICTURE_SIDE_MAX + 1, 1, fault, &p));
    assert_false(png(UINT32_MAX, UINT32_MAX, fault, &p));
    assert_false(png(0, 64, fault, &p));
    assert_non_null(strstr(fault, "damaged"));
    assert_false(picture_read(start, sizeof start, &p, fault, sizeof fault));
}

static void svgs_are_known_by_their_tag(void **state)
{
    static const char good[] = "<?xml version=\"1.0\"?>\n<!-- a mark -->\n<svg viewBox=\"0 0 9 9\"/>",
                      html[] = "<html><body>404</body></html>", zero[] = "<svg>\0</svg>";
    struct picture p;
    char fault[200];
    (void)state;
    assert_true(picture_read(good, sizeof good - 1, &p, fault, sizeof fault));
    assert_int_equal(p.kind, PICTURE_SVG);
    assert_false(picture_read(html, sizeof html - 1, &p, fault, sizeof fault));
    assert_false(picture_read(zero, sizeof zero - 1, &p, fault, sizeof fault));
    assert_false(picture_read("", 0, &p, fault, sizeof fault));
    assert_non_null(strstr(fault, "neither a PNG nor an SVG"));
}

/* 200 bytes of them keep a decoder busy for ever. */
static void dashes_are_refused(void **state)
{
    static const char
        *const with[] = { "<svg><path stroke-dasharray=\"0.00001\"/></svg>",
                          "<svg><path style='stroke-dasharray:none'/><g style='stroke-dasharray: 1'/></svg>",
                          "<svg stroke-dasharray" },
               *const without[] = { "<svg><path style=\"stroke-dasharray:none;fill:red\"/></svg>",
                                    "<svg><path stroke-dasharray = 'none'/></svg>" };
    struct picture p;
    char fault[200];
    (void)state;
    for (size_t i = 0; i < sizeof with / sizeof with[0]; i++) {
        assert_false(picture_read(with[i], strlen(with[i]), &p, fault, sizeof fault));
        assert_non_null(strstr(fault, "dashed strokes"));
    }
    for (size_t i = 0; i < sizeof without / sizeof without[0]; i++)
        assert_true(picture_read(without[i], strlen(without[i]), &p, fault, sizeof fault));
}

static void a_large_file_is_refused(void **state)
{
    char fault[200], *bytes = malloc(PICTURE_BYTES_MAX + 1);
    struct picture p;
    (void)state;
    assert_non_null(bytes);
    memset(bytes, ' ', PICTURE_BYTES_MAX + 1);
    memcpy(bytes, "<svg>", 5);
    assert_true(picture_read(bytes, PICTURE_BYTES_MAX, &p, fault, sizeof fault));
    assert_false(picture_read(bytes, PICTURE_BYTES_MAX + 1, &p, fault, sizeof fault));
    assert_non_null(strstr(fault, "larger than 1024 KiB"));
    free(bytes);
}

static void what_is_no_file_is_refused(void **state)
{
    static const char *const paths[] = { "/dev/zero", "/", "/nowhere/logo.png", "/proc/self/status" };
    struct picture p;
    char fault[200];
    size_t len;
    (void)state;
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        fault[0] = '\0';
        assert_null(picture_load(paths[i], &len, &p, fault, sizeof fault));
        assert_true(strlen(fault) > 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pngs_are_read_to_the_limit), cmocka_unit_test(svgs_are_known_by_their_tag),
        cmocka_unit_test(dashes_are_refused),         cmocka_unit_test(a_large_file_is_refused),
        cmocka_unit_test(what_is_no_file_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
