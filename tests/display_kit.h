/* What the display's tests share: a board file → model → layout, without a clock and without fonts. */
#pragma once

#include "base/text.h"
#include "display/layout.h"
#include "display/pager.h"
#include "sys/clock.h"
#include "wire/view.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Widths that depend on no font: figures are as wide as each other, everything else a little wider. */
static inline int kit_width(void *user, const char *text, int em, bool bold)
{
    const char *p = text, *end = text + strlen(text);
    int milli = 0;
    (void)user;
    while (p < end) {
        int32_t c = utf8_next(&p, end);
        milli += c == ' ' || c == 0xa0    ? 260
                 : c == 0x202f            ? 200
                 : (c >= '0' && c <= '9') ? 572
                 : c > 0x2e80             ? 1000
                 : bold                   ? 620
                                          : 580;
    }
    return (milli * em + 999) / 1000;
}

static const struct measure kit_measure = { .width = kit_width };

static inline struct view *kit_read(const char *name)
{
    char path[256], fault[200];
    static char bytes[1 << 20];
    snprintf(path, sizeof path, "tests/golden/boards/%s.json", name);
    FILE *f = fopen(path, "rb");
    if (!f)
        return NULL;
    size_t len = fread(bytes, 1, sizeof bytes, f);
    fclose(f);
    return view_decode(bytes, len, fault, sizeof fault);
}

/* A picture of a view: `age_s` after the last beat, in up to two languages. */
struct kit {
    struct view *view;
    struct trust trust;
    struct calls calls;
    struct model model;
    struct layout_setup setup;
    struct frame frame;
    struct layout *layout;
    struct wall now;
    struct boot up;
};

/* The words of the program; kept until it ends. */
static inline const struct words *kit_words(const char *lang)
{
    static struct words *open[2];
    char fault[200];
    int i = strcmp(lang, "ru") == 0;
    if (!lang[0])
        return NULL;
    if (!open[i])
        open[i] = words_open(lang, NULL, 0, fault, sizeof fault);
    return open[i];
}

static inline void kit_setup(struct model_setup *setup, const char *lang_a, const char *lang_b)
{
    *setup = (struct model_setup){ .ready_keep_ms = 30 * 60000 };
    setup->words[0] = kit_words(lang_a);
    setup->words[1] = kit_words(lang_b);
}

/* Takes the view over. False if it cannot be laid out. */
static inline bool kit_make(struct kit *kit, struct view *view, int w, int h, double distance_m,
                            const char *lang_a, const char *lang_b, int age_s, const struct measure *measure)
{
    struct model_setup setup;
    *kit = (struct kit){ .view = view, .now = wall_plus(view->time, age_s * 1000), .up = { 1000000000 } };
    kit_setup(&setup, lang_a, lang_b);
    setup.workshop = view->staff;
    kit->setup = (struct layout_setup){ .w = w, .h = h, .distance_m = distance_m, .measure = measure };
    clock_set_zone(view->zone[0] ? view->zone : "Europe/Minsk");
    trust_start(&kit->trust, boot_plus(kit->up, -age_s * 1000));
    trust_beat(&kit->trust, view->rev, view->time, boot_plus(kit->up, -age_s * 1000));
    trust_board(&kit->trust, view->rev, view->time);
    calls_start(&kit->calls);
    calls_board(&kit->calls, view, true, 10000, kit->up);
    calls_picture(&kit->calls, view, 10000, kit->now, kit->up);
    calls_tick(&kit->calls, trust_state(&kit->trust, kit->up) == TRUST_FRESH, kit->up);
    struct model_input in = {
        .view = view, .trust = &kit->trust, .calls = &kit->calls, .now = kit->now, .up = kit->up
    };
    model_free(&kit->model);
    kit->layout = layout_create();
    return kit->layout && model_make(&kit->model, &setup, &in) &&
           layout_frame(&kit->frame, &kit->setup, &kit->model);
}

/* Page `index` of the round; returns how many there are, 0 on failure. */
static inline int kit_page(struct kit *kit, int index, struct page *page)
{
    int pages = pager_split(&kit->frame, &kit->setup, &kit->model, index, page);
    return layout_make(kit->layout, &kit->frame, &kit->setup, &kit->model, page) ? pages : 0;
}

static inline void kit_free(struct kit *kit)
{
    layout_destroy(kit->layout);
    model_free(&kit->model);
    calls_free(&kit->calls);
    view_destroy(kit->view);
    *kit = (struct kit){ 0 };
}
