/*
 * Sample boards as text: what stands where, in which size and colour. Widths are those of
 * tests/display_kit.h, so the texts do not depend on fonts. UPDATE=1 writes them anew (look at the difference
 * before it is committed).
 */
#include "tests/display_kit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

struct golden {
    const char *name, *board;
    int w, h;
    const char *langs[2];
    int age_s, page;
    double distance_m; /* 0: 6 */
};

static const struct golden goldens[] = {
    { "empty", "empty", 1920, 1080, { "ru", "" }, 0, 0, 0 },
    { "empty-two-portrait", "empty", 1080, 1920, { "en", "ru" }, 0, 0, 0 },
    { "empty-stale", "empty", 1920, 1080, { "ru", "" }, 120, 0, 0 },
    { "one", "one", 1920, 1080, { "ru", "" }, 0, 0, 0 },
    { "one-ready", "one-ready", 1920, 1080, { "en", "" }, 0, 0, 0 },
    { "few", "few", 1920, 1080, { "ru", "" }, 0, 0, 0 },
    { "few-portrait", "few", 1080, 1920, { "ru", "" }, 0, 0, 0 },
    { "day", "day", 1920, 1080, { "ru", "" }, 0, 0, 0 },
    { "day-2", "day", 1920, 1080, { "ru", "" }, 0, 1, 0 },
    { "day-en", "day", 1280, 720, { "en", "" }, 0, 0, 0 },
    { "day-two", "day", 1920, 1080, { "ru", "en" }, 0, 0, 0 },
    { "day-4k", "day", 3840, 2160, { "ru", "" }, 0, 0, 0 },
    { "day-21-9", "day", 2560, 1080, { "ru", "" }, 0, 0, 0 },
    { "day-4-3", "day", 1440, 1080, { "ru", "" }, 0, 0, 0 },
    { "day-portrait", "day", 1080, 1920, { "ru", "" }, 0, 0, 0 },
    { "day-portrait-two", "day", 1080, 1920, { "ru", "en" }, 0, 0, 0 },
    { "day-near", "day", 1920, 1080, { "ru", "" }, 0, 0, 3.5 },
    { "stale", "day", 1920, 1080, { "ru", "" }, 120, 0, 0 },
    { "stale-two", "day", 1080, 1920, { "en", "ru" }, 11, 0, 0 },
    { "lost", "day", 1920, 1080, { "ru", "" }, 700, 0, 0 },
    { "cars-40", "cars-40", 1920, 1080, { "ru", "" }, 0, 1, 0 },
    { "cars-40-720", "cars-40", 1280, 720, { "ru", "" }, 0, 0, 0 },
    { "cars-40-far", "cars-40", 1920, 1080, { "ru", "" }, 0, 1, 8 },
    { "cars-40-portrait", "cars-40", 1080, 1920, { "ru", "" }, 0, 2, 0 },
    { "cars-80", "cars-80", 1920, 1080, { "en", "" }, 0, 3, 0 },
    { "cars-200", "cars-200", 1920, 1080, { "ru", "" }, 0, 17, 0 },
    { "ready-old", "ready-old", 1920, 1080, { "ru", "" }, 0, 0, 0 },
    { "ready-5", "ready-5", 1440, 1080, { "ru", "" }, 0, 0, 0 },
    { "late", "late", 1920, 1080, { "ru", "" }, 0, 1, 0 },
    { "late-two", "late", 1920, 1080, { "ru", "en" }, 0, 0, 0 },
    { "late-two-en", "late", 2080, 1080, { "en", "ru" }, 0, 0, 0 },
    { "days", "days", 1920, 1080, { "ru", "" }, 0, 0, 0 },
    { "days-two", "days", 1920, 1080, { "ru", "en" }, 0, 0, 0 },
    { "days-portrait-two", "days", 1080, 1920, { "en", "ru" }, 0, 0, 0 },
    { "days-lost-two", "days", 1920, 1080, { "ru", "en" }, 86400, 0, 0 },
    { "call", "call", 1920, 1080, { "ru", "" }, 0, 0, 0 },
    { "call-two", "call-two", 1080, 1920, { "ru", "en" }, 0, 0, 0 },
    { "bright-portrait", "bright", 1080, 1920, { "ru", "" }, 0, 0, 0 },
    { "bright-4-3", "bright", 1440, 1080, { "ru", "" }, 0, 0, 0 },
    { "bright-two", "bright-two", 1920, 1080, { "ru", "" }, 0, 0, 0 },
    { "long", "long", 1920, 1080, { "ru", "" }, 0, 0, 0 },
    { "long-two", "long", 1920, 1080, { "ru", "en" }, 0, 0, 0 },
    { "long-en", "long", 1280, 720, { "en", "" }, 0, 1, 0 },
    { "long-portrait-two", "long", 1080, 1920, { "en", "ru" }, 0, 0, 0 },
    { "day-4-3-two", "day", 1440, 1080, { "ru", "en" }, 0, 0, 0 },
    { "stale-4-3-two", "day", 1440, 1080, { "ru", "en" }, 20, 0, 0 },
    { "stale-far", "day", 1080, 1920, { "ru", "" }, 20, 0, 9 },
    { "hostile", "hostile", 1920, 1080, { "ru", "" }, 0, 0, 0 },
    { "hostile-portrait", "hostile", 720, 1280, { "en", "ru" }, 0, 1, 0 },
    { "plain", "plain", 1366, 768, { "en", "" }, 0, 0, 0 },
    { "floor", "floor", 1920, 1080, { "ru", "" }, 0, 0, 0 },
    { "floor-en", "floor", 1920, 1080, { "en", "ru" }, 0, 0, 0 },
    { "floor-720", "floor", 1280, 720, { "ru", "" }, 0, 0, 0 },
    { "floor-4k", "floor", 3840, 2160, { "ru", "" }, 0, 0, 0 },
    { "floor-4-3", "floor", 1440, 1080, { "ru", "" }, 0, 0, 0 },
    { "floor-portrait", "floor", 1080, 1920, { "ru", "" }, 0, 0, 0 },
    { "floor-21-9", "floor", 2560, 1080, { "en", "" }, 0, 0, 0 },
    { "floor-stale", "floor", 1920, 1080, { "ru", "" }, 120, 0, 0 },
    { "floor-lost", "floor", 1920, 1080, { "ru", "" }, 700, 0, 0 },
    { "floor-calm", "floor-calm", 1920, 1080, { "ru", "" }, 0, 0, 0 },
    { "floor-calls", "floor-calls", 1920, 1080, { "ru", "" }, 0, 0, 0 },
    { "floor-calls-portrait", "floor-calls", 1080, 1920, { "en", "" }, 0, 0, 0 },
    { "floor-calls-far", "floor-calls", 1080, 1920, { "ru", "" }, 0, 0, 9 },
    { "floor-0", "floor-0", 1920, 1080, { "ru", "" }, 0, 0, 0 },
    { "floor-3", "floor-3", 1920, 1080, { "ru", "" }, 0, 0, 0 },
    { "floor-12", "floor-12", 1920, 1080, { "ru", "" }, 0, 1, 0 },
    { "floor-12-portrait", "floor-12", 1080, 1920, { "ru", "" }, 0, 1, 0 },
    { "floor-20", "floor-20", 1920, 1080, { "ru", "" }, 0, 1, 0 },
    { "floor-20-4-3", "floor-20", 1440, 1080, { "en", "" }, 0, 2, 0 },
    { "floor-holds", "floor-holds", 1920, 1080, { "ru", "" }, 0, 2, 0 },
    { "floor-hostile", "floor-hostile", 1920, 1080, { "ru", "" }, 0, 0, 0 },
    { "floor-hostile-portrait", "floor-hostile", 720, 1280, { "en", "" }, 0, 0, 9 },
};

/* By the hour: quiet hours, the picture stepped aside. */
static const struct by_hour {
    struct golden golden;
    struct night_setup night;
} by_hour[] = {
    { { "night", "empty", 1920, 1080, { "ru", "" }, 0, 0, 0 }, { 480, 600, false } },
    { { "night-portrait", "empty", 1080, 1920, { "en", "" }, 0, 0, 0 }, { 480, 600, true } },
    { { "dim-lost", "day", 1920, 1080, { "ru", "" }, 700, 0, 0 }, { 840, 960, false } },
    { { "dim", "day", 1920, 1080, { "ru", "" }, 0, 0, 0 }, { 840, 960, true } },
    { { "aside", "few", 1920, 1080, { "ru", "" }, 0, 0, 0 }, { 0, 0, true } },
    { { "aside-stale", "day", 1080, 1920, { "ru", "" }, 120, 0, 0 }, { 0, 0, true } },
};

static const char *const kinds[] = { "fill", "frame", "text", "icon", "logo" };
static const char *const parts[] = { "back",    "panel",   "field",  "rule",  "name",    "clock",   "page",
                                     "column",  "heading", "card",   "label", "model",   "stage",   "since",
                                     "promise", "was",     "strike", "ask",   "waiting", "step",    "place",
                                     "call",    "strip",   "data",   "bays",  "date",    "message", "brand",
                                     "bay",     "lamp",    "spent",  "limit", "share",   "free",    "help",
                                     "late",    "figure",  "logo" };
static const char *const icons[] = { "none",     "checkin",    "diagnosis",  "repair",  "quality", "wash",
                                     "parts",    "approval",   "ready",      "pause",   "dots",    "wait",
                                     "chair",    "arrow",      "clock",      "offline", "battery", "help",
                                     "lamp off", "lamp green", "lamp amber", "lamp red" };
static const char *const shades[] = { "day", "dim", "night" };
static const char *const outlines[] = { "", " ring", " disc", " square", " diamond" };

static void write_item(struct text *out, const struct layout *l, const struct item *item)
{
    static const char *const owners[] = { "", " car ", " ready ", " bay ", " hold " };
    text_fmt(out, "%s %s%s", kinds[item->kind], parts[item->part], owners[item->owner]);
    if (item->owner != OWNER_NONE)
        text_fmt(out, "%d", item->index);
    text_fmt(out, " [%d %d %d %d] %s", item->box.x, item->box.y, item->box.w, item->box.h,
             theme_slot_name(item->colour));
    if (item->kind == ITEM_TEXT)
        text_fmt(out, " %d%s \"%s\"", item->em, item->bold ? " bold" : "", layout_text(l, item));
    else if (item->kind == ITEM_ICON)
        text_fmt(out, " %s%s", icons[item->icon], outlines[item->outline]);
    else if (item->radius)
        text_fmt(out, " r%d", item->radius);
    text_put(out, "\n");
}

static struct text picture(const struct golden *g, const struct night_setup *hour)
{
    struct text out = text_grow(1 << 20);
    struct kit kit;
    struct page page;
    struct view *view = kit_read(g->board);
    assert_non_null(view);
    assert_true(kit_make(&kit, view, g->w, g->h, g->distance_m > 0 ? g->distance_m : 6, g->langs[0],
                         g->langs[1], g->age_s, &kit_measure));
    if (hour)
        kit.setup.night = night_at(hour, night_deserted(&kit.model), kit.now);
    int pages = kit_page(&kit, g->page, &page);
    assert_true(pages > g->page);
    text_fmt(&out, "%s, %d x %d, S %d, turn %d of %d, page %d/%d, %d cars, %d ready\n", g->board, g->w, g->h,
             kit.frame.s, g->page + 1, pages, page.number, page.of, kit.model.n_cars, kit.model.n_ready);
    if (hour)
        text_fmt(&out, "%s, step %d\n", shades[kit.layout->shade], kit.setup.night.step);
    for (int i = 0; i < kit.layout->n; i++)
        write_item(&out, kit.layout, &kit.layout->items[i]);
    kit_free(&kit);
    assert_false(out.failed);
    return out;
}

static void compare(const struct golden *g, const struct night_setup *hour)
{
    static char old[1 << 20];
    char path[256];
    struct text now = picture(g, hour);
    snprintf(path, sizeof path, "tests/golden/text/%s.txt", g->name);
    if (getenv("UPDATE")) {
        FILE *f = fopen(path, "w");
        assert_non_null(f);
        assert_int_equal(fwrite(now.data, 1, now.len, f), now.len);
        assert_int_equal(fclose(f), 0);
        text_free(&now);
        return;
    }
    FILE *f = fopen(path, "r");
    if (!f)
        fail_msg("%s is missing; UPDATE=1 writes it", path);
    size_t len = fread(old, 1, sizeof old - 1, f);
    old[len] = '\0';
    fclose(f);
    size_t line = 1, at = 0;
    for (; old[at] && old[at] == now.data[at]; at++)
        line += old[at] == '\n';
    if (old[at] != now.data[at]) {
        size_t from = at;
        while (from > 0 && now.data[from - 1] != '\n')
            from--;
        fail_msg("%s:%zu is now: %.*s", path, line, (int)strcspn(now.data + from, "\n"), now.data + from);
    }
    text_free(&now);
}

static void boards_look_as_they_did(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof goldens / sizeof goldens[0]; i++)
        compare(&goldens[i], NULL);
    for (size_t i = 0; i < sizeof by_hour / sizeof by_hour[0]; i++)
        compare(&by_hour[i].golden, &by_hour[i].night);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(boards_look_as_they_did) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
