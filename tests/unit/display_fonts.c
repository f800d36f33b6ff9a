/*
 * Names in other scripts: which font shows each character, of the system's and of folders made here; what no
 * font has is told once, and becomes a dot; emoji become a space.
 */
#include "base/log.h"
#include "base/text.h"
#include "display/fonts.h"
#include "display/glyph.h"
#include "display/model.h"
#include "tests/folder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static int warnings;

static void count_warnings(enum log_level level, const char *tag, const char *line)
{
    (void)tag;
    warnings += level <= LOG_WARN_LEVEL && strstr(line, "no font has") != NULL;
}

static struct fonts *system_fonts(void)
{
    char fault[300];
    struct fonts *f = fonts_create(NULL, 0, fault, sizeof fault);
    if (!f)
        fail_msg("%s", fault);
    return f;
}

/* Every character of the text in a font whose name has the word. */
static void served_by(struct fonts *f, const char *text, const char *word)
{
    TTF_Font *ttf;
    const char *p = text, *end = text + strlen(text);
    while (p < end) {
        int32_t c = utf8_next(&p, end);
        int face = c == ' ' ? 0 : fonts_face(f, c, false);
        /* What is set in bold has a font as well, and that has the character. */
        int bold = c == ' ' ? 0 : fonts_face(f, c, true);
        ttf = bold < 0 ? NULL : fonts_open(f, bold, true, 40);
        if (!ttf || (c != ' ' && !TTF_GlyphIsProvided32(ttf, (Uint32)c)))
            fail_msg("U+%04X of \"%s\" has no bold font", (unsigned)c, text);
        if (face < 0 || (c != ' ' && !strstr(fonts_path(f, face), word)))
            fail_msg("U+%04X of \"%s\" is in %s, not in %s", (unsigned)c, text,
                     face < 0 ? "no font" : fonts_path(f, face), word);
    }
}

static void each_script_has_its_font(void **state)
{
    struct fonts *f = system_fonts();
    (void)state;
    served_by(f, "Škoda Octavia Ťřůéñßøłąęğışžŵ Việt", "NotoSans-Regular");
    served_by(f, "Приёмка Ўў Іі Її Ґґ Ђђ Ћћ Қазақстан ӘәҒғҚқҢңӨөҰұҮүҺһІі Ҷҷ Ӯӯ", "NotoSans-Regular");
    served_by(f, "Πεζό Αυτοκίνητο", "NotoSans-Regular");
    served_by(f, "საქართველო ლადა", "DejaVuSans");
    served_by(f, "Հայաստան Նիվա և", "DejaVuSans");
    served_by(f, "تويوتا", "DejaVuSans");
    served_by(f, "भारत", "Devanagari");
    served_by(f, "日産 ノート 小型 宝马", "Droid");
    assert_int_equal(fonts_missing(f, NULL), 0);
    fonts_destroy(f);
}

static void what_no_font_has_is_told_once(void **state)
{
    struct fonts *f = system_fonts();
    int32_t first = 0;
    (void)state;
    warnings = 0;
    for (int round = 0; round < 3; round++)
        assert_int_equal(fonts_face(f, 0x10fffd, false), -1);
    assert_int_equal(fonts_missing(f, &first), 1);
    assert_int_equal(first, 0x10fffd);
    assert_int_equal(warnings, 1);
    for (int32_t c = 0xf0000; c < 0xf0000 + 2 * FONTS_MISSING_MAX; c++)
        assert_int_equal(fonts_face(f, c, false), -1);
    assert_int_equal(fonts_missing(f, &first), 2 * FONTS_MISSING_MAX + 1);
    assert_int_equal(first, 0x10fffd);
    assert_int_equal(warnings, FONTS_MISSING_MAX + 1); /* the last says that there are more */
    assert_false(fonts_next_picture(f));
    served_by(f, "日産", "Droid"); /* what another font has is still found … */
    assert_true(fonts_face(f, 0x10d0, false) >= 0);
    fonts_destroy(f);
}

/* One look answers for a block of Unicode; those that are too many for one picture are put off to the next. */
static void looks_are_bounded(void **state)
{
    struct fonts *f = system_fonts();
    (void)state;
    for (int32_t block = 0; block < FONTS_LOOKS_MAX; block++)
        assert_int_equal(fonts_face(f, 0xf0000 + block * 256, false), -1);
    assert_int_equal(fonts_missing(f, NULL), FONTS_LOOKS_MAX);
    assert_int_equal(fonts_face(f, 0xf00ff, false), -1); /* of the first of them: that is known */
    assert_int_equal(fonts_missing(f, NULL), FONTS_LOOKS_MAX + 1);
    assert_int_equal(fonts_face(f, 0x65e5, false), -1); /* nobody has looked, and it is not told as missing */
    assert_int_equal(fonts_missing(f, NULL), FONTS_LOOKS_MAX + 1);
    assert_true(fonts_next_picture(f));
    assert_false(fonts_next_picture(f));
    served_by(f, "日", "Droid");
    fonts_destroy(f);
}

/* ---- folders of our own ---- */

static char dir[] = "/tmp/pitboard-fonts-XXXXXX";

static void in_dir(char out[300], const char *name)
{
    snprintf(out, 300, "%s/%s", dir, name);
}

static void link_font(const char *from, const char *name)
{
    char path[300];
    in_dir(path, name);
    if (access(from, R_OK) != 0)
        fail_msg("%s is missing; make deps installs it", from);
    assert_int_equal(symlink(from, path), 0);
}

static void make_dir(const char *name)
{
    char path[300];
    in_dir(path, name);
    assert_int_equal(mkdir(path, 0700), 0);
}

static void folders_are_searched_by_name(void **state)
{
    const char *dirs[] = { "/nowhere", dir };
    char fault[300], bad[300];
    (void)state;
    assert_null(fonts_create(dirs, 2, fault, sizeof fault));
    assert_non_null(strstr(fault, "install fonts-noto-core"));
    make_dir("a");
    make_dir("a/b");
    link_font("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf", "a/Plain.ttf");
    link_font("/usr/share/fonts/truetype/noto/NotoSansGeorgian-Regular.ttf", "a/b/Georgian-Regular.ttf");
    link_font("/usr/share/fonts/truetype/noto/NotoSansEthiopic-Regular.ttf", "a/b/Other.otf");
    in_dir(bad, "a/Sans-Broken.ttf");
    FILE *file = fopen(bad, "w");
    assert_non_null(file);
    assert_true(fputs("no font", file) >= 0 && fclose(file) == 0);
    make_dir("a/b/c");
    in_dir(bad, "a/b/c/loop");
    assert_int_equal(symlink(dir, bad), 0);
    struct fonts *f = fonts_create(dirs, 2, fault, sizeof fault);
    if (!f)
        fail_msg("%s", fault);
    served_by(f, "Lada Нива", "a/Plain.ttf");
    served_by(f, "Ა", "Georgian-Regular.ttf"); /* the new capitals: DejaVu lacks them */
    served_by(f, "ኢት", "a/b/Other.otf");
    assert_int_equal(fonts_face(f, 0x65e5, false), -1);
    /* No bold one lies beside it: it is made. */
    int face = fonts_face(f, 'A', false);
    assert_int_equal(TTF_GetFontStyle(fonts_open(f, face, true, 40)), TTF_STYLE_BOLD);
    assert_int_equal(TTF_GetFontStyle(fonts_open(f, face, false, 40)), TTF_STYLE_NORMAL);
    fonts_destroy(f);
}

/* Two characters of private use. */
#define GONE_1 "\xf3\xb0\x80\x80"
#define GONE_2 "\xf3\xb0\x80\x81"

static void a_dot_stands_for_what_is_missing(void **state)
{
    char fault[300];
    struct glyphs *g = glyphs_create(1 << 20, fault, sizeof fault);
    (void)state;
    assert_non_null(g);
    int dots = glyphs_width(g, "A··B", 67, false);
    int made = glyphs_width(g, "A" GONE_1 GONE_2 "B", 67, false);
    assert_in_range(made, dots - 4, dots + 4); /* without kerning */
    /* Marks go with the character that is missing. */
    assert_int_equal(glyphs_width(g, "A" GONE_1 "\xcc\x81" GONE_2 "B", 67, false), made);
    assert_int_equal(glyphs_missing(g, NULL), 2);
    glyphs_destroy(g);
}

/* A width that was measured with a dot is not kept. */
static void put_off_is_drawn_later(void **state)
{
    char fault[300], text[8 * FONTS_LOOKS_MAX];
    struct text t = text_over(text, sizeof text);
    struct glyphs *g = glyphs_create(1 << 20, fault, sizeof fault);
    (void)state;
    assert_non_null(g);
    for (int block = 0; block < FONTS_LOOKS_MAX; block++)
        text_add(
            &t,
            (char[]){ (char)0xf3, (char)(0xb0 | block >> 4), (char)(0x80 | (block & 15) << 2), (char)0x80 },
            4);
    glyphs_width(g, text, 67, false);
    int dot = glyphs_width(g, "日", 67, false);
    assert_true(glyphs_next_picture(g));
    assert_true(glyphs_width(g, "日", 67, false) > dot);
    assert_false(glyphs_next_picture(g));
    glyphs_destroy(g);
}

static void expect_clean(const char *const rows[][2], size_t n)
{
    char out[200];
    for (size_t i = 0; i < n; i++) {
        model_clean(out, sizeof out, rows[i][0]);
        assert_string_equal(out, rows[i][1]);
    }
}

static void emoji_become_a_space(void **state)
{
    static const char *const rows[][2] = {
        { "Kia 🚗🔥 Rio", "Kia Rio" },
        { "Kia👨\xe2\x80\x8d👩\xe2\x80\x8d👧Rio", "Kia Rio" },
        { "🇧🇾 Geely", "Geely" },
        { "Ford ☎\xef\xb8\x8f", "Ford ☎" },
        { "👍🏽", "" },
        { "\xee\x80\x80Lada", "Lada" },
        { "Ĳ № ½ 小型 𠮷", "Ĳ № ½ 小型 𠮷" },
    };
    (void)state;
    expect_clean(rows, sizeof rows / sizeof rows[0]);
}

/* More than a line has room for; but every sign that a word of its language has stays. */
static void marks_do_not_pile_up(void **state)
{
#define TONE "\xe0\xb9\x89"
    static const char *const rows[][2] = {
        { "ก" TONE TONE TONE TONE TONE TONE TONE TONE TONE TONE TONE TONE, "ก" TONE TONE },
        { "น" TONE "ำ", "น" TONE "ำ" },
        { "e\xcc\x81\xcc\x82\xcc\x83\xcc\x84", "e\xcc\x81\xcc\x82" },
        { "गाड़ियाँ बड़ों", "गाड़ियाँ बड़ों" },
        { "क्\xe2\x80\x8dष", "क्\xe2\x80\x8dष" },
        { TONE "\xe2\x80\x8d", "" },
        { "שָׁלוֹם", "שָׁלוֹם" },
    };
    (void)state;
    expect_clean(rows, sizeof rows / sizeof rows[0]);
}

static int clean(void **state)
{
    (void)state;
    return folder_remove(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_script_has_its_font),
        cmocka_unit_test(what_no_font_has_is_told_once),
        cmocka_unit_test(folders_are_searched_by_name),
        cmocka_unit_test(a_dot_stands_for_what_is_missing),
        cmocka_unit_test(looks_are_bounded),
        cmocka_unit_test(put_off_is_drawn_later),
        cmocka_unit_test(emoji_become_a_space),
        cmocka_unit_test(marks_do_not_pile_up),
    };
    log_set_sink(count_warnings);
    return mkdtemp(dir) ? cmocka_run_group_tests(tests, NULL, clean) : 1;
}
