/*
 * What a reader must find on the wall, in every size and language: the strip says all it has to, usual words are
 * whole, the called car is bright, cut texts end in whole characters, and nothing private stands there.
 */
#include "display/discreet.h"
#include "tests/display_kit.h"
#include "tests/real_fonts.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static const int sizes[][2] = { { 1920, 1080 }, { 1280, 720 },  { 3840, 2160 }, { 1080, 1920 }, { 720, 1280 },
                                { 1440, 1080 }, { 1024, 768 },  { 1280, 1024 }, { 2560, 1080 }, { 1366, 768 },
                                { 2160, 3840 }, { 1200, 1200 }, { 1600, 900 },  { 1920, 1200 } };
static const char *const langs[][2] = { { "ru", "" }, { "en", "" }, { "ru", "en" }, { "en", "ru" } };

#define SIZES (sizeof sizes / sizeof sizes[0])
#define LANGS (sizeof langs / sizeof langs[0])

/* All texts of a part on a line of their own. */
static void texts_of(const struct kit *kit, enum part part, char out[4096])
{
    struct text t = text_over(out, 4096);
    out[0] = '\0';
    for (int i = 0; i < kit->layout->n; i++)
        if (kit->layout->items[i].kind == ITEM_TEXT && kit->layout->items[i].part == part)
            text_fmt(&t, "%s\n", layout_text(kit->layout, &kit->layout->items[i]));
}

struct look {
    const char *board;
    size_t size, lang;
    int age_s;
    double distance_m;
};

static int look_at(struct kit *kit, const struct look *l, int index, struct page *page)
{
    struct view *view = kit_read(l->board);
    assert_non_null(view);
    assert_true(kit_make(kit, view, sizes[l->size][0], sizes[l->size][1], l->distance_m, langs[l->lang][0],
                         langs[l->lang][1], l->age_s, &real));
    int pages = kit_page(kit, index, page);
    assert_true(pages > 0);
    return pages;
}

static void must_hold(const struct look *l, const char *where, const char *word)
{
    if (!strstr(where, word))
        fail_msg("%s at %dx%d in %s,%s: \"%s\" is not in \"%s\"", l->board, sizes[l->size][0],
                 sizes[l->size][1], langs[l->lang][0], langs[l->lang][1], word, where);
}

/* The word of a language must be there if that language is shown. */
static void must_hold_each(const struct look *l, const char *where, const char *ru, const char *en)
{
    for (int i = 0; i < 2; i++)
        if (langs[l->lang][i][0])
            must_hold(l, where, strcmp(langs[l->lang][i], "ru") == 0 ? ru : en);
}

/* Clock, age of the data, bays on line; with the page in so many pages that its number has two figures. */
static void the_strip_says_all(void **state)
{
    static const struct {
        const char *board, *clock, *bays;
    } boards[] = { { "day", "14:32", "6" }, { "cars-40", "17:28", "5" }, { "cars-200", "17:28", "6" } };
    (void)state;
    for (size_t b = 0; b < 3; b++)
        for (size_t size = 0; size < SIZES; size++)
            for (size_t lang = 0; lang < LANGS; lang++) {
                struct look l = { boards[b].board, size, lang, 0, 6 };
                struct kit kit;
                struct page page;
                char text[4096];
                look_at(&kit, &l, 0, &page);
                texts_of(&kit, PART_CLOCK, text);
                must_hold(&l, text, boards[b].clock);
                texts_of(&kit, PART_DATA, text);
                must_hold(&l, text, boards[b].clock);
                must_hold_each(&l, text, "Данные", "Data");
                texts_of(&kit, PART_BAYS, text);
                must_hold(&l, text, boards[b].bays);
                must_hold_each(&l, text,
                               kit.model.languages == 2 || strstr(text, "Посты") ? "Посты" : "постов",
                               kit.model.languages == 2 || strstr(text, "Bays") ? "Bays" : "bays");
                kit_free(&kit);
            }
}

/* In every language from the usual distance; from farther at least in the first, and nowhere cut. */
static void old_data_is_said_in_every_language(void **state)
{
    (void)state;
    for (size_t size = 0; size < SIZES; size++)
        for (size_t lang = 0; lang < LANGS; lang++)
            for (int distance = 6; distance <= 9; distance++) {
                struct look l = { "day", size, lang, 20, distance };
                struct kit kit;
                struct page page;
                char text[4096];
                look_at(&kit, &l, 0, &page);
                texts_of(&kit, PART_DATA, text);
                must_hold(&l, text, "14:32");
                if (distance == 6)
                    must_hold_each(&l, text, "Нет", "No");
                if (strstr(text, "…"))
                    fail_msg("%dx%d: \"%s\" is cut", sizes[size][0], sizes[size][1], text);
                kit_free(&kit);
            }
}

/* The stages every shop begins with; a shop's own long label may end in an ellipsis. */
static void usual_stages_are_whole(void **state)
{
    static const char *const boards[] = { "day", "late", "long", "cars-40", "cars-80" };
    (void)state;
    for (size_t b = 0; b < sizeof boards / sizeof boards[0]; b++)
        for (size_t size = 0; size < SIZES; size++)
            for (size_t lang = 0; lang < LANGS; lang++) {
                struct look l = { boards[b], size, lang, 0, 6 };
                for (int i = 0, pages = 1; i < pages && i < 12; i++) {
                    struct kit kit;
                    struct page page;
                    char text[4096];
                    pages = look_at(&kit, &l, i, &page);
                    texts_of(&kit, PART_STAGE, text);
                    if (strstr(text, "…"))
                        fail_msg("%s at %dx%d in %s,%s, page %d: %s", boards[b], sizes[size][0],
                                 sizes[size][1], langs[lang][0], langs[lang][1], i, text);
                    kit_free(&kit);
                }
            }
}

/* Words that are the shop's own are nobody's to shorten. */
static void own_words_keep_their_letters(void **state)
{
    (void)state;
    const struct words *ru = kit_words("ru"), *en = kit_words("en");
    assert_string_equal(words_shorter(ru, "Ожидание запчастей"), "Ждёт запчасти");
    assert_string_equal(words_shorter(ru, "Ждёт запчасти"), "Запчасти");
    assert_null(words_shorter(ru, "Запчасти"));
    assert_null(words_shorter(ru, "Ожидание деталей"));
    assert_null(words_shorter(ru, "Waiting for parts"));
    assert_null(words_shorter(en, "Approval")); /* there it has no shorter form */
    /* The same word, not another one. */
    assert_string_equal(words_shorter(ru, "Согласование"), "Согласов.");
    assert_null(words_shorter(ru, "Согласов."));
    for (int w = 0; w < WORD_COUNT; w++)
        for (const char *t = words_get(ru, (enum word)w), *less; t; t = less) {
            less = words_shorter(ru, t);
            assert_true(!less || strlen(less) < strlen(t));
        }
}

static bool within(struct box outer, struct box inner)
{
    return inner.x >= outer.x && inner.y >= outer.y && inner.x + inner.w <= outer.x + outer.w &&
           inner.y + inner.h <= outer.y + outer.h;
}

/* Whether the label of a ready car stands on something bright. */
static bool is_bright(const struct kit *kit, int ready)
{
    for (int i = 0; i < kit->layout->n; i++) {
        const struct item *label = &kit->layout->items[i];
        if (label->kind != ITEM_TEXT || label->part != PART_LABEL || label->owner != OWNER_READY ||
            label->index != ready || label->colour != SLOT_CALL_TEXT)
            continue;
        for (int k = 0; k < i; k++)
            if (kit->layout->items[k].part == PART_CARD && kit->layout->items[k].colour == SLOT_CALL &&
                within(kit->layout->items[k].box, label->box))
                return true;
    }
    return false;
}

/* On every page of the round, whatever stands beside it. */
static void who_was_called_is_bright(void **state)
{
    static const char *const boards[] = { "bright", "bright-two" };
    (void)state;
    for (int b = 0; b < 2; b++)
        for (size_t size = 0; size < SIZES; size++)
            for (size_t lang = 0; lang < LANGS; lang++)
                for (int i = 0, pages = 1; i < pages; i++) {
                    struct look l = { boards[b], size, lang, 0, 6 };
                    struct kit kit;
                    struct page page;
                    pages = look_at(&kit, &l, i, &page);
                    assert_true(kit.model.call < 0 && kit.model.n_ready == 5 + b);
                    for (int k = 0; k < kit.model.n_ready; k++) {
                        assert_int_equal(kit.model.ready[k].bright, k <= b);
                        bool must = k == 0, may = k <= b;
                        if ((must && !is_bright(&kit, k)) || (!may && is_bright(&kit, k)))
                            fail_msg("%s at %dx%d in %s,%s, page %d: car %d", boards[b], sizes[size][0],
                                     sizes[size][1], langs[lang][0], langs[lang][1], i, k);
                    }
                    kit_free(&kit);
                }
}

/* ---- reminders ---- */

/* Ready cars in the order in which they became so; number `which` is `age_s` old, and none of the others was
 * called within a minute or is reminded of. */
static void age_ready(struct view *view, int which, int age_s)
{
    for (int i = 0, k = 0; i < view->n_jobs; i++) {
        if (view->stages[view->jobs[i].stage].kind != KIND_READY)
            continue;
        int own = k < which ? 300 - 5 * (which - k) : 330 + 7 * (k - which);
        view->jobs[i].ready_at = wall_plus(view->time, -1000 * (int64_t)(k == which ? age_s : own));
        view->jobs[i].called_at = WALL_NONE;
        k++;
    }
}

#define CALLED_S (int)(10 + CALLS_LONG_MS / 1000) /* from ready to the end of the call */

static void make_aged(struct kit *kit, const struct look *l, int which, int age_s)
{
    struct view *view = kit_read(l->board);
    assert_non_null(view);
    age_ready(view, which, age_s);
    assert_true(kit_make(kit, view, sizes[l->size][0], sizes[l->size][1], l->distance_m, langs[l->lang][0],
                         langs[l->lang][1], 0, &real));
    assert_int_equal(kit->model.call, -1);
}

/* Everything of `before` stands in `after` at the same place; a bright field may have come below one label. */
static void check_same_places(const struct look *l, const struct kit *before, const struct kit *after,
                              int which)
{
    const struct layout *a = before->layout, *b = after->layout;
    int k = 0;
    for (int i = 0; i < b->n; i++) {
        const struct item *now = &b->items[i], *was = k < a->n ? &a->items[k] : NULL;
        bool own = now->owner == OWNER_READY && now->index == which;
        bool same = was && was->kind == now->kind && was->part == now->part && was->em == now->em &&
                    memcmp(&was->box, &now->box, sizeof now->box) == 0 &&
                    (own || was->colour == now->colour) &&
                    (now->kind != ITEM_TEXT || strcmp(layout_text(a, was), layout_text(b, now)) == 0);
        if (!same && own && now->part == PART_CARD && now->colour == SLOT_CALL)
            continue;
        if (!same)
            fail_msg("%s at %dx%d in %s,%s: the reminder of car %d moves part %d", l->board,
                     sizes[l->size][0], sizes[l->size][1], langs[l->lang][0], langs[l->lang][1], which,
                     (int)now->part);
        k++;
    }
    assert_int_equal(k, a->n);
}

static void check_reminder(const struct look *l, int which)
{
    struct kit before, after;
    struct page page;
    int pages = 1, found = 0;
    make_aged(&before, l, which, CALLED_S + 297);
    make_aged(&after, l, which, CALLED_S + 303);
    assert_true(after.model.ready[which].bright && !before.model.ready[which].bright);
    for (int i = 0; i < pages; i++) {
        pages = kit_page(&before, i, &page);
        assert_int_equal(kit_page(&after, i, &page), pages);
        check_same_places(l, &before, &after, which);
        found += is_bright(&after, which);
    }
    assert_true(found > 0);
    kit_free(&before);
    kit_free(&after);
}

/* It lights up where it stands: on a card, or as a label of a group. */
static void a_reminder_moves_nothing(void **state)
{
    static const struct {
        const char *board;
        int n;
    } boards[] = { { "one-ready", 1 }, { "day", 3 }, { "ready-5", 5 }, { "cars-40", 12 } };
    (void)state;
    for (size_t b = 0; b < sizeof boards / sizeof boards[0]; b++)
        for (size_t size = 0; size < SIZES; size++)
            for (size_t lang = 0; lang < LANGS; lang++)
                for (int which = 0; which < boards[b].n; which += 2)
                    check_reminder(&(struct look){ boards[b].board, size, lang, 0, 6 }, which);
}

/* ---- names ---- */

/* The title as it stands in a picture of this size. */
static void name_in(const char *title, int w, int h, char out[4096])
{
    struct kit kit;
    struct page page;
    struct view *view = kit_read("day");
    assert_non_null(view);
    label_set(&view->title, "ru", title);
    assert_true(kit_make(&kit, view, w, h, 6, "ru", "", 0, &real));
    assert_true(kit_page(&kit, 0, &page) > 0);
    texts_of(&kit, PART_NAME, out);
    out[strcspn(out, "\n")] = '\0';
    kit_free(&kit);
}

static void a_long_name_keeps_what_tells_it_apart(void **state)
{
    static const struct {
        const char *title;
        int w, h;
        const char *shown;
    } rows[] = {
        { "Автоцентр «Север»", 720, 1280, "Автоцентр «Север»" },
        { "Официальный дилерский центр «Север»", 1080, 1920, "«Север»" },
        { "«Север» — ремонт и обслуживание автомобилей", 1080, 1920, "«Север»" },
        { "Дилерский центр \"Волга\" на проспекте", 1080, 1920, "\"Волга\"" },
        { "ООО «Автомобильный Альянс Севера»", 1080, 1920, "Автомобильный…" },
        { "Официальный дилерский центр на проспекте", 1080, 1920, "Официальный…" },
        { "Донаудампфшиффартсгезельшафт", 1080, 1920, "Донаудампфшиффа…" },
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char name[4096];
        name_in(rows[i].title, rows[i].w, rows[i].h, name);
        assert_string_equal(name, rows[i].shown);
    }
}

/* ---- whole characters ---- */

/* Units between which a text may be cut; each is one character to its reader. */
static const char *const scripts[][12] = {
    { "e\xcc\x81", "й", "и\xcc\x86", "o\xcc\x82\xcc\x81", "Ё", "n\xcc\x83" },
    { "ქ", "ა", "რ", "თ", "უ", "ლ", "ი" },
    { "Հ", "ա", "յ", "ե", "ր", "ե", "ն" },
    { "日", "産", "キ", "ャ", "シ", "か\xe3\x82\x99", "は\xe3\x82\x9a" },
    { "नि", "मा", "क\xe0\xa5\x8d\xe2\x80\x8d", "दि", "पु" },
    { "한", "\xe1\x84\x92\xe1\x85\xa1\xe1\x86\xab", "국" },
};

/* A text of such units, at every width: what stands before the ellipsis is whole units. */
static void check_script(const char *const units[12])
{
    char model[NAME_SIZE] = "Q";
    struct text t = text_over(model, sizeof model);
    size_t ends[64];
    int n = 0;
    text_put(&t, "Q");
    for (int i = 0; n < 14; i++) {
        ends[n++] = t.len;
        text_put(&t, units[units[i % 12] ? i % 12 : 0]);
        i = units[(i + 1) % 12] ? i : -1;
    }
    assert_false(t.failed);
    int cuts = 0;
    for (int w = 1750; w < 2400; w += 10) {
        struct kit kit;
        struct page page;
        char text[4096];
        struct view *view = kit_read("one");
        assert_non_null(view);
        text_copy(view->jobs[0].model, sizeof view->jobs[0].model, model);
        text_copy(view->jobs[0].label, sizeof view->jobs[0].label, "MMMMMMMM");
        assert_true(kit_make(&kit, view, w, 1080, 6, "ru", "", 0, &real));
        assert_true(kit_page(&kit, 0, &page) > 0);
        texts_of(&kit, PART_MODEL, text);
        kit_free(&kit);
        char *dots = strstr(text, "…");
        if (!dots)
            continue;
        cuts++;
        bool whole = false;
        for (int i = 0; i < n; i++)
            whole = whole || ends[i] == (size_t)(dots - text);
        if (!whole || strncmp(text, model, (size_t)(dots - text)) != 0)
            fail_msg("\"%s\" is cut within a character of \"%s\"", text, model);
    }
    assert_true(cuts > 10);
}

static void a_cut_ends_a_character(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof scripts / sizeof scripts[0]; i++)
        check_script(scripts[i]);
}

/* ---- nothing private ---- */

static void what_is_private_is_known(void **state)
{
    static const struct {
        const char *text, *label;
        bool tells;
    } rows[] = {
        { "", "1205", false },
        { "Kia Sportage", "1205", false },
        { "Toyota RAV4", "4", false },
        { "Mercedes-Benz Sprinter 316 CDI 4x4", "1205", false },
        { "Audi 100 2.8 1994", "1205", false },
        { "Volvo 850 1995", "1205", false },
        { "ВАЗ-21099", "1205", false },
        { "BMW 520d xDrive (G30)", "1205", false },
        { "Стойка 2", "0471", false },
        { "Окно 12", "12", false },
        { "Kia 1205 AB-7", "К61", true },
        { "Kia 1205AB7", "К61", true },
        { "Kia 1205 ав-7", "К61", true },
        { "А123ВС 77", "К61", true },
        { "у123вс777 Granta", "К61", true },
        { "Lada А 123 ВС 777", "К61", true },
        { "+375 29 123-45-67", "К61", true },
        { "Иван 8 029 1234567", "К61", true },
        { "звонить 123-45-67", "К61", true },
        { "(017) 200-10-20", "К61", true },
        { "+1 2345678", "К61", true },
        { "KZ 123 ABC 02", "123", true },
        { "BMW AB 4471-7", "К61", true },
        { "MAN AB44717", "К61", false },
        { "448ABC02", "К61", true },
        { "Audi AA 1449 BB", "К61", true },
        { "XTA21099XY2766389", "К61", true },
        { "XTA21099XY2766AB1C", "К61", false },
        { "ivan@example.com", "К61", true },
        { "Volkswagen Transporter", "К61", false },
        { "Mercedes ML 350 CDI", "К61", false },
        { "BMW 320 iA 2015", "К61", false },
        { "Kia 11205", "1205", false },
        { "375.29.123.45.67", "К61", true },
        { "29/123/45/67", "К61", true },
        { "Kia 8 029.123.45.67", "К61", true },
        { "29–123–45–67", "К61", true },
        { "BMW 3/15", "К61", false },
        { "Peugeot 3008 1.6", "К61", false },
        { "Peugeot 3008 1.6 2019", "К61", false },
        { "Lada 2107 1.5/1.6 1995", "К61", false },
        { "2.0 TDI 190", "К61", false },
        { "GAZ-3302", "К61", false },
        { "ГАЗ-3302 2.9", "К61", false },
        { "Golf 2015/2016", "К61", false },
        { "Касса до 21.11.2026", "К61", false },
        { "ab1205cd", "1205", true },
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (discreet_tells(rows[i].text, rows[i].label) != rows[i].tells)
            fail_msg("\"%s\" beside \"%s\" %s", rows[i].text, rows[i].label,
                     rows[i].tells ? "passes" : "is held back");
}

/* Typed into a model or a place, it is in no text of the lounge, called or not. */
static void nobody_reads_what_is_private(void **state)
{
    static const char *const typed[] = { "Kia 1205 AB-7", "А123ВС 777", "Иван +375 29 123-45-67" };
    static const char *const boards[] = { "day", "few", "call", "ready-5", "cars-40" };
    (void)state;
    for (size_t b = 0; b < sizeof boards / sizeof boards[0]; b++)
        for (size_t size = 0; size < SIZES; size++)
            for (size_t k = 0; k < 3; k++) {
                struct kit kit;
                struct page page;
                struct view *view = kit_read(boards[b]);
                assert_non_null(view);
                for (int i = 0; i < view->n_jobs; i++) {
                    text_copy(view->jobs[i].model, sizeof view->jobs[i].model, typed[k]);
                    text_copy(view->jobs[i].pickup, sizeof view->jobs[i].pickup, typed[k]);
                }
                assert_true(kit_make(&kit, view, sizes[size][0], sizes[size][1], 6, "ru", "", 0, &real));
                assert_true(kit_page(&kit, 0, &page) > 0);
                for (int i = 0; i < kit.layout->n; i++) {
                    const char *text = layout_text(kit.layout, &kit.layout->items[i]);
                    if (kit.layout->items[i].kind == ITEM_TEXT &&
                        (strstr(text, "AB") || strstr(text, "ВС") || strstr(text, "375") ||
                         strstr(text, "Иван")))
                        fail_msg("%s: \"%s\"", boards[b], text);
                }
                kit_free(&kit);
            }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_strip_says_all),
        cmocka_unit_test(old_data_is_said_in_every_language),
        cmocka_unit_test(usual_stages_are_whole),
        cmocka_unit_test(own_words_keep_their_letters),
        cmocka_unit_test(who_was_called_is_bright),
        cmocka_unit_test(a_reminder_moves_nothing),
        cmocka_unit_test(a_long_name_keeps_what_tells_it_apart),
        cmocka_unit_test(a_cut_ends_a_character),
        cmocka_unit_test(what_is_private_is_known),
        cmocka_unit_test(nobody_reads_what_is_private),
    };
    return cmocka_run_group_tests(tests, open_fonts, close_fonts);
}
