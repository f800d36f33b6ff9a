/* What tests of random boards share: numbers from a seed, sizes of screens, and checks that name the board they failed on. */
#pragma once

#include "display/glyph.h"
#include "tests/display_kit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define SECRET "SECRET" /* stands in all that no screen may show */

static const int random_sizes[][2] = { { 1920, 1080 }, { 1280, 720 },  { 3840, 2160 }, { 1080, 1920 },
                                       { 720, 1280 },  { 1440, 1080 }, { 1024, 768 },  { 1280, 1024 },
                                       { 2560, 1080 }, { 1366, 768 },  { 800, 600 },   { 2160, 3840 },
                                       { 1200, 1200 }, { 1600, 900 },  { 1920, 1200 }, { 1620, 1080 },
                                       { 360, 360 } };
#define RANDOM_SIZES (sizeof random_sizes / sizeof random_sizes[0])

static uint64_t random_seed;
static char random_where[200]; /* the board that is tried */

#define CHECK(condition, ...)                                                                                \
    do {                                                                                                     \
        if (!(condition)) {                                                                                  \
            char what[400];                                                                                  \
            snprintf(what, sizeof what, __VA_ARGS__);                                                        \
            fail_msg("%s: %s", random_where, what);                                                          \
        }                                                                                                    \
    } while (0)

static inline unsigned roll(unsigned n)
{
    random_seed ^= random_seed << 13;
    random_seed ^= random_seed >> 7;
    random_seed ^= random_seed << 17;
    return (unsigned)(random_seed >> 33) % n;
}

/* $SEED, so that a failure can be met again. */
static inline void random_start(void)
{
    const char *given = getenv("SEED");
    random_seed = given ? strtoull(given, NULL, 10) : 88172645463325252ULL;
}

static inline int random_boards_n(const char *variable, int usual)
{
    const char *given = getenv(variable);
    return given ? atoi(given) : usual;
}

/* Runs `try` with the real fonts' widths. */
static inline void random_with_fonts(void (*try)(int n, const struct measure *measure), int n)
{
    char fault[300];
    struct glyphs *glyphs = glyphs_create(8 << 20, fault, sizeof fault);
    if (!glyphs)
        fail_msg("%s", fault);
    struct measure real = { .width = glyphs_width, .user = glyphs };
    random_start();
    try(n, &real);
    glyphs_destroy(glyphs);
}

static inline bool meets(struct box a, struct box b)
{
    return a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;
}

static inline bool holds(struct box outer, struct box inner)
{
    return inner.x >= outer.x && inner.y >= outer.y && inner.x + inner.w <= outer.x + outer.w &&
           inner.y + inner.h <= outer.y + outer.h;
}

/* Of two items at once. */
static inline const char *name_of(const struct layout *l, const struct item *item)
{
    static char out[2][160];
    static int turn;
    turn = !turn;
    snprintf(out[turn], sizeof out[turn], "part %d %d of %d [%d %d %d %d] \"%.60s\"", (int)item->part,
             (int)item->owner, item->index, item->box.x, item->box.y, item->box.w, item->box.h,
             item->kind == ITEM_TEXT ? layout_text(l, item) : "icon");
    return out[turn];
}

static inline bool is_content(const struct item *item)
{
    return item->kind == ITEM_TEXT || item->kind == ITEM_ICON || item->kind == ITEM_LOGO;
}

/* What holds for every item: on the screen, of a size, not too small to read, nothing private. */
static inline void check_item(const struct kit *kit, const struct item *item)
{
    const struct layout *l = kit->layout;
    CHECK(holds((struct box){ 0, 0, kit->frame.w, kit->frame.h }, item->box), "off the screen: %s",
          name_of(l, item));
    CHECK(item->box.w > 0 && item->box.h > 0, "empty: %s", name_of(l, item));
    if (item->kind != ITEM_TEXT)
        return;
    CHECK(item->em >= kit->frame.s, "em %d below the floor %d: %s", item->em, kit->frame.s, name_of(l, item));
    CHECK(!strstr(layout_text(l, item), SECRET), "private: %s", name_of(l, item));
}

/* No text or sign lies over one before it. */
static inline void check_overlaps(const struct layout *l, int i)
{
    const struct item *a = &l->items[i];
    for (int k = 0; k < i && is_content(a); k++)
        CHECK(!is_content(&l->items[k]) || !meets(a->box, l->items[k].box), "%s meets %s", name_of(l, a),
              name_of(l, &l->items[k]));
}
