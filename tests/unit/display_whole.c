/*
 * No word of the screen's own is ever cut: all words of both catalogues and the usual stages, in every form, size and
 * distance. Names, models, places and stages that a shop has written itself may end in an ellipsis.
 */
#include "tests/display_kit.h"
#include "tests/real_fonts.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static const int sizes[][2] = { { 1920, 1080 }, { 1280, 720 },  { 3840, 2160 }, { 1080, 1920 }, { 720, 1280 },
                                { 1440, 1080 }, { 1024, 768 },  { 1280, 1024 }, { 2560, 1080 }, { 1366, 768 },
                                { 480, 640 },   { 1200, 1200 }, { 480, 800 },   { 640, 360 } };
static const char *const langs[][2] = { { "ru", "" }, { "en", "" }, { "ru", "en" }, { "en", "ru" } };
static const int distances[] = { 4, 6, 9 };

/* Labels of the stages that every shop begins with, as far as they are no words of the catalogues. */
static const char *const stages[] = { "Приёмка",  "Диагностика", "В ремонте", "Мойка", "Готов к выдаче",
                                      "Check-in", "Diagnosis",   "In repair", "Wash" };

/* Whether `part` of `len` bytes is the beginning of a word of `text`, but not the whole of it. */
static bool begins_word(const char *text, const char *part, size_t len)
{
    for (const char *p = text; p; p = strchr(p, ' ') ? strchr(p, ' ') + 1 : NULL)
        if (strncmp(p, part, len) == 0 && p[len] && p[len] != ' ')
            return true;
    return false;
}

/* The word of our own that was cut, NULL if what stands before the ellipsis is somebody else's. */
static const char *cut_word(const char *text)
{
    const char *dots = strstr(text, "…"), *from = dots;
    if (!dots || dots == text)
        return dots;
    while (from > text && from[-1] != ' ')
        from--;
    for (int i = 0; i < 2; i++)
        for (int w = 0; w < WORD_COUNT; w++) {
            const char *word = words_get(kit_words(i ? "ru" : "en"), (enum word)w);
            if (strcmp(word, text) != 0 && begins_word(word, from, (size_t)(dots - from)))
                return word;
        }
    for (size_t i = 0; i < sizeof stages / sizeof stages[0]; i++)
        if (begins_word(stages[i], from, (size_t)(dots - from)))
            return stages[i];
    return NULL;
}

static bool is_ours(enum part part)
{
    return part != PART_LABEL && part != PART_MODEL && part != PART_PLACE && part != PART_NAME &&
           part != PART_BAY;
}

static void check_page(const struct kit *kit, const char *where)
{
    for (int i = 0; i < kit->layout->n; i++) {
        const struct item *item = &kit->layout->items[i];
        const char *text = layout_text(kit->layout, item), *word;
        if (item->kind == ITEM_TEXT && is_ours(item->part) && (word = cut_word(text)) != NULL)
            fail_msg("%s: \"%s\" was \"%s\"", where, text, word);
    }
}

static void check_board(const char *board, size_t size, int age_s)
{
    for (size_t d = 0; d < sizeof distances / sizeof distances[0]; d++)
        for (size_t lang = 0; lang < sizeof langs / sizeof langs[0]; lang++)
            for (int i = 0, pages = 1; i < pages && i < 6; i++) {
                char where[200];
                struct kit kit;
                struct page page;
                struct view *view = kit_read(board);
                assert_non_null(view);
                if (view->staff && lang > 1) {
                    view_destroy(view);
                    break;
                }
                snprintf(where, sizeof where, "%s after %d s at %dx%d from %d m in %s,%s, page %d", board,
                         age_s, sizes[size][0], sizes[size][1], distances[d], langs[lang][0], langs[lang][1],
                         i);
                assert_true(kit_make(&kit, view, sizes[size][0], sizes[size][1], distances[d], langs[lang][0],
                                     langs[lang][1], age_s, &real));
                pages = kit_page(&kit, i, &page);
                assert_true(pages > 0);
                check_page(&kit, where);
                kit_free(&kit);
            }
}

static void no_word_of_ours_is_cut(void **state)
{
    static const struct {
        const char *board;
        int age_s;
    } looks[] = {
        { "empty", 0 },    { "one-ready", 0 },   { "few", 0 },         { "day", 0 },     { "day", 20 },
        { "day", 700 },    { "late", 0 },        { "long", 0 },        { "cars-40", 0 }, { "call-two", 0 },
        { "floor", 0 },    { "floor", 20 },      { "floor", 700 },     { "floor-0", 0 }, { "floor-3", 0 },
        { "floor-20", 0 }, { "floor-calls", 0 }, { "floor-holds", 0 },
    };
    (void)state;
    for (size_t l = 0; l < sizeof looks / sizeof looks[0]; l++)
        for (size_t size = 0; size < sizeof sizes / sizeof sizes[0]; size++)
            check_board(looks[l].board, size, looks[l].age_s);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(no_word_of_ours_is_cut) };
    return cmocka_run_group_tests(tests, open_fonts, close_fonts);
}
