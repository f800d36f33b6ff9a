/*
 * Random boards in all sizes: every car of the list stands on exactly one page, every ready car somewhere,
 * nothing overlaps, no text leaves its card or the screen or is smaller than the floor, and nothing private
 * is drawn. BOARDS=n tries n boards, FONT_BOARDS=n with real fonts, SEED=n begins elsewhere.
 */
#include "display/draw.h"
#include "tests/display_random.h"

/* Sanitizers are ten times slower and look for something else. */
#ifdef PITBOARD_CHECK
#define BOARDS_USUAL      700
#define FONT_BOARDS_USUAL 30
#else
#define BOARDS_USUAL      10000
#define FONT_BOARDS_USUAL 150
#endif

static void random_text(char *out, size_t size, unsigned most)
{
    static const char *const bits[] = { "A",
                                        "W",
                                        "i",
                                        "1",
                                        "0",
                                        "7",
                                        "К",
                                        "Щ",
                                        "ё",
                                        "й",
                                        " ",
                                        "-",
                                        "é",
                                        "Ž",
                                        "g",
                                        "日",
                                        "e\xcc\x81\xcc\x82\xcc\x83",
                                        "\xe2\x80\xae",
                                        "ქ",
                                        "👨\xe2\x80\x8d👩",
                                        "م",
                                        " · ",
                                        "\xc2\xa0" };
    struct text t = text_over(out, size);
    for (unsigned n = roll(most + 1), easy = roll(3); n > 0; n--)
        text_put(&t, bits[roll(easy ? 12 : sizeof bits / sizeof bits[0])]);
}

static void random_label(char out[VIEW_LABEL_SIZE])
{
    switch (roll(8)) {
    case 0:
        random_text(out, VIEW_LABEL_SIZE, 16);
        if (!out[0])
            text_copy(out, VIEW_LABEL_SIZE, "7");
        break;
    case 1:
        snprintf(out, VIEW_LABEL_SIZE, "%c%u%u%u AB-%u · К%02u", 'A' + (char)roll(26), roll(999), roll(999),
                 roll(99), roll(10), roll(100));
        break;
    case 2:
        snprintf(out, VIEW_LABEL_SIZE, "%u · К%02u", roll(1000), roll(100));
        break;
    default:
        snprintf(out, VIEW_LABEL_SIZE, "%04u", roll(10000));
        break;
    }
}

static void random_stages(struct view *v)
{
    static const struct {
        const char *id, *ru, *en;
        enum kind kind;
    } stages[] = {
        { "checkin", "Приёмка", "Check-in", KIND_QUEUE },
        { "repair", "В ремонте", "In repair", KIND_WORK },
        { "parts", "Ожидание запчастей", "Waiting for parts", KIND_HOLD },
        { "quality", "Контроль качества", "Quality check", KIND_CHECK },
        { "lift", "Ждёт освобождения подъёмника в соседнем цеху", "Waiting for the lift next door",
          KIND_QUEUE },
        { "legal", "Другое", "Other", KIND_HOLD },
        { "ready", "Готов", "Ready", KIND_READY },
    };
    v->n_stages = (int)(sizeof stages / sizeof stages[0]);
    v->stages = calloc((size_t)v->n_stages, sizeof *v->stages);
    assert_non_null(v->stages);
    for (int i = 0; i < v->n_stages; i++) {
        text_copy(v->stages[i].id, ID_SIZE, stages[i].id);
        v->stages[i].kind = stages[i].kind;
        label_set(&v->stages[i].label, "ru", stages[i].ru);
        label_set(&v->stages[i].label, "en", stages[i].en);
    }
}

static struct wall near(struct wall now, int64_t span_min)
{
    return wall_plus(now, ((int64_t)roll((unsigned)span_min * 2) - span_min) * 60000);
}

static void random_job(struct view *v, struct view_job *job, int i, bool ready)
{
    static const char *const places[] = { "", "Касса", "Стойка 2", "Окно выдачи номер два", "Каса", "E" };
    /* what somebody typed where it does not belong */
    static const char *const typed[] = { (SECRET " +375 29 123-45-67"), (SECRET " 375.29.123.45.67"),
                                         (SECRET "@example.com"),       (SECRET " 1205 AB-7"),
                                         (SECRET " А123ВС777"),         ("XTA21099XY2766389 " SECRET) };
    snprintf(job->key, sizeof job->key, "k%d", i);
    random_label(job->label);
    random_text(job->model, sizeof job->model, roll(4) ? 14 : 40);
    job->stage = (uint8_t)(ready ? 6 : roll(6));
    job->since = wall_plus(v->time, -(int64_t)roll(roll(5) ? 600 : 30000) * 60000);
    job->promised = job->promised_was = job->ready_at = job->called_at = WALL_NONE;
    if (roll(5))
        job->promised = near(v->time, roll(4) ? 400 : 20000);
    if (!roll(4) && !wall_is_none(job->promised))
        job->promised_was = near(v->time, roll(4) ? 400 : 20000);
    job->n_route = (uint8_t)(1 + roll(roll(4) ? 7 : ROUTE_STAGES_MAX));
    for (int k = 0; k < job->n_route; k++)
        job->route[k] = (uint8_t)roll(7);
    job->steps = job->n_route;
    job->step = (int)roll((unsigned)job->steps + 1);
    job->waiting = !roll(6);
    if (ready)
        job->ready_at = wall_plus(v->time, -(int64_t)roll(roll(2) ? 40 * 60 : 300 * 60) * 1000);
    text_copy(job->pickup, sizeof job->pickup, places[roll(roll(2) ? 3 : 6)]);
    if (!roll(6))
        text_copy(job->model, sizeof job->model, typed[roll(sizeof typed / sizeof typed[0])]);
    if (!roll(6))
        text_copy(job->pickup, sizeof job->pickup, typed[roll(sizeof typed / sizeof typed[0])]);
    text_copy(job->job, sizeof job->job, SECRET);
    text_copy(job->plate, sizeof job->plate, SECRET);
    text_copy(job->advisor, sizeof job->advisor, SECRET);
    text_copy(job->by, sizeof job->by, SECRET);
}

static struct view *random_view(void)
{
    struct view *v = calloc(1, sizeof *v);
    assert_non_null(v);
    unsigned n = roll(10) ? roll(roll(2) ? 8 : 50) : roll(220), share = roll(5);
    bool plain = roll(2);
    text_copy(v->site, sizeof v->site, "site");
    label_set(&v->title, "ru", roll(2) ? "Автоцентр" : "Официальный дилерский центр на проспекте");
    v->rev = 1;
    v->time = (struct wall){ INT64_C(1795250000000) + (int64_t)roll(86400) * 1000 };
    v->bays_total = roll(3) ? (int)roll(40) : -1;
    v->bays_online = (int)roll(40);
    random_stages(v);
    v->n_jobs = (int)n;
    v->jobs = calloc(n + 1, sizeof *v->jobs);
    assert_non_null(v->jobs);
    for (unsigned i = 0; i < n; i++) {
        random_job(v, &v->jobs[i], (int)i, roll(5) < share);
        if (plain)
            snprintf(v->jobs[i].label, VIEW_LABEL_SIZE, "%04u", i);
    }
    return v;
}

/* ---- the checks ---- */

/* A text that belongs to a card stands in one. */
static void check_card(const struct layout *l, const struct item *item)
{
    if (item->owner != OWNER_READY)
        return;
    for (int k = 0; k < l->n; k++)
        if (l->items[k].part == PART_CARD && holds(l->items[k].box, item->box))
            return;
    CHECK(false, "outside of every card: %s", name_of(l, item));
}

static void check_items(const struct kit *kit)
{
    const struct layout *l = kit->layout;
    struct box list = kit->frame.list, wide = { 0, list.y, list.x + list.w, list.h };
    for (int i = 0; i < l->n; i++) {
        const struct item *a = &l->items[i];
        check_item(kit, a);
        check_overlaps(l, i);
        if (a->kind == ITEM_TEXT)
            check_card(l, a);
        if (a->owner == OWNER_CAR && is_content(a))
            CHECK(holds(wide, a->box), "outside of the list: %s", name_of(l, a));
    }
}

static void count_labels(const struct kit *kit, int *cars, int *ready, bool *here)
{
    memset(here, 0, (size_t)kit->model.n_ready * sizeof *here);
    for (int i = 0; i < kit->layout->n; i++) {
        const struct item *item = &kit->layout->items[i];
        if (item->kind != ITEM_TEXT || item->part != PART_LABEL)
            continue;
        if (item->owner == OWNER_CAR)
            cars[item->index]++;
        else if (!here[item->index]) { /* a long label takes two lines */
            ready[item->index]++;
            here[item->index] = true;
        }
    }
}

/* A hold says since when, in every format; whole, as every time. */
static void check_holds(const struct kit *kit, const struct page *page)
{
    for (int i = 0; i < page->n && kit->model.call < 0; i++) {
        const struct model_car *car = &kit->model.cars[page->row[i].car];
        bool found = car->kind != KIND_HOLD || !car->since[0];
        for (int k = 0; k < kit->layout->n && !found; k++) {
            const struct item *item = &kit->layout->items[k];
            found = item->kind == ITEM_TEXT && item->part == PART_SINCE && item->owner == OWNER_CAR &&
                    item->index == page->row[i].car && strstr(layout_text(kit->layout, item), car->since);
        }
        CHECK(found, "hold %d \"%s\" %s (was %s, by %s) does not say since %s in %d units, format %d",
              page->row[i].car, car->label, car->stage[0], car->was, car->promise, car->since,
              page->row[i].units, (int)kit->frame.format);
    }
}

/* Whether all of these ready cars find room on one page, if they stand in groups as those of the kit do. */
static bool on_one_page(const struct kit *kit, const bool *chosen)
{
    struct model part = kit->model;
    part.ready = calloc((size_t)part.n_ready + 1, sizeof *part.ready);
    part.n_ready = 0;
    assert_non_null(part.ready);
    for (int i = 0; i < kit->model.n_ready; i++)
        if (chosen[i])
            part.ready[part.n_ready++] = kit->model.ready[i];
    bool one = part.n_ready > READY_CARDS_MAX && layout_ready_pages(&kit->frame, &kit->setup, &part) == 1;
    free(part.ready);
    return one;
}

static bool is_young(const struct model *m, int i)
{
    return m->ready[i].fresh || m->ready[i].called;
}

/* Young ready cars stand on every page as far as they fit: where one is missing, it would not fit beside the young ones
 * that are there and one of the others, whose turn it is. Labels of different widths fill lines in other ways. */
static void check_young(const struct kit *kit, const bool *here, int page)
{
    const struct model *m = &kit->model;
    bool *chosen = calloc((size_t)m->n_ready + 1, sizeof *chosen);
    assert_non_null(chosen);
    for (int i = 0, young = 0; i < m->n_ready && young < READY_GROUPS_MAX; i++) {
        bool others = false, room = true;
        young += is_young(m, i);
        if (here[i] || !is_young(m, i))
            continue;
        for (int k = 0; k < m->n_ready; k++)
            chosen[k] = k == i || (here[k] && is_young(m, k));
        for (int k = 0; k < m->n_ready && room; k++) {
            if (!here[k] || is_young(m, k))
                continue;
            others = chosen[k] = true;
            room = on_one_page(kit, chosen);
            chosen[k] = false;
        }
        CHECK(others ? !room : !on_one_page(kit, chosen), "young ready car %d \"%s\" is not on page %d", i,
              m->ready[i].label, page);
    }
    free(chosen);
}

static void check_round(struct kit *kit)
{
    int pages = 1, of = 1;
    int *cars = calloc((size_t)kit->model.n_cars + 1, sizeof *cars),
        *ready = calloc((size_t)kit->model.n_ready + 1, sizeof *ready);
    bool *here = calloc((size_t)kit->model.n_ready + 1, sizeof *here), plain = kit->model.call < 0;
    bool rows = kit->model.call < 0 && kit->model.n_cars > 0 && kit->model.trust != TRUST_LOST;
    assert_non_null(cars);
    assert_non_null(ready);
    assert_non_null(here);
    for (int i = 0; i < kit->model.n_ready; i++)
        plain = plain && strlen(kit->model.ready[i].label) == 4;
    for (int i = 0; i < pages; i++) {
        struct page page;
        int *seen = i < of ? cars : calloc((size_t)kit->model.n_cars + 1, sizeof *seen);
        pages = kit_page(kit, i, &page);
        CHECK(pages > 0, "no page %d", i);
        of = page.of;
        check_items(kit);
        if (rows)
            check_holds(kit, &page);
        count_labels(kit, seen, ready, here);
        if (plain)
            check_young(kit, here, i);
        if (seen != cars)
            free(seen);
    }
    for (int i = 0; i < kit->model.n_cars && rows; i++)
        CHECK(cars[i] == 1, "car %d of %d \"%s\" stands on %d pages of %d", i, kit->model.n_cars,
              kit->model.cars[i].label, cars[i], of);
    for (int i = 0; i < kit->model.n_ready && kit->model.call < 0; i++)
        CHECK(ready[i] >= 1, "ready car %d \"%s\" is nowhere on %d pages", i, kit->model.ready[i].label,
              pages);
    free(here);
    free(cars);
    free(ready);
}

static void try_boards(int n, const struct measure *measure)
{
    static const char *const langs[][2] = { { "ru", "" }, { "en", "" }, { "ru", "en" }, { "en", "ru" } };
    for (int i = 0; i < n; i++) {
        uint64_t own = random_seed;
        const int *size = random_sizes[roll(RANDOM_SIZES - 1)]; /* all but the least */
        unsigned lang = roll(4), distance = roll(3) ? 60 : 30 + roll(61);
        int age = roll(8) ? 0 : roll(2) ? 20 : 900;
        struct kit kit;
        snprintf(random_where, sizeof random_where, "board %d (SEED=%llu), %dx%d from %u.%u m in %s,%s", i,
                 (unsigned long long)own, size[0], size[1], distance / 10, distance % 10, langs[lang][0],
                 langs[lang][1]);
        assert_true(kit_make(&kit, random_view(), size[0], size[1], distance / 10.0, langs[lang][0],
                             langs[lang][1], age, measure));
        if (roll(2)) {
            kit.setup.logo_w = 1 + (int)roll(600);
            kit.setup.logo_h = 1 + (int)roll(300);
        }
        check_round(&kit);
        kit_free(&kit);
    }
}

static void random_boards(void **state)
{
    (void)state;
    random_start();
    try_boards(random_boards_n("BOARDS", BOARDS_USUAL), &kit_measure);
}

static void random_boards_with_fonts(void **state)
{
    (void)state;
    random_with_fonts(try_boards, random_boards_n("FONT_BOARDS", FONT_BOARDS_USUAL));
}

/* Of `fresh` young and `old` other ready cars at `places` places each young one stands on every page but the number given,
 * each old one on one at least. */
static void young_ready_cars_stay(void **state)
{
    static const struct {
        unsigned fresh, old, places;
        int w, h, missing;
    } boards[] = { { 6, 10, 1, 1920, 1080, 0 }, { 10, 10, 1, 1920, 1080, 0 }, { 12, 9, 1, 1920, 1080, 0 },
                   { 4, 10, 2, 1920, 1080, 0 }, { 6, 20, 3, 1920, 1080, 0 },  { 6, 20, 4, 1920, 1080, 1 },
                   { 6, 20, 1, 1080, 1920, 0 }, { 4, 20, 2, 3840, 2160, 0 } };
    static const char *const places[] = { "Касса", "Стойка 2", "Окно 3", "Бокс 4" };
    (void)state;
    for (size_t i = 0; i < sizeof boards / sizeof boards[0]; i++) {
        struct view *view = kit_read("cars-40");
        int cars[8] = { 0 }, ready[32] = { 0 }, pages = 1, n = (int)(boards[i].fresh + boards[i].old);
        bool here[32];
        struct kit kit;
        assert_non_null(view);
        struct view_job one = view->jobs[0];
        for (int k = 0; k < view->n_stages; k++)
            one.stage = view->stages[k].kind == KIND_READY ? (uint8_t)k : one.stage;
        for (unsigned k = 0; k < (unsigned)n; k++) {
            struct view_job *job = &view->jobs[k];
            *job = one;
            snprintf(job->key, sizeof job->key, "r%u", k);
            snprintf(job->label, sizeof job->label, "%04u", k);
            text_copy(job->pickup, sizeof job->pickup, places[k % boards[i].places]);
            job->ready_at = wall_plus(view->time, -(int64_t)(k < boards[i].fresh ? 2 + k : 60 + k) * 60000);
        }
        view->n_jobs = n;
        snprintf(random_where, sizeof random_where, "board %zu", i);
        assert_true(kit_make(&kit, view, boards[i].w, boards[i].h, 6, "ru", "", 0, &kit_measure));
        for (int k = 0; k < pages; k++) {
            struct page page;
            int missing = 0;
            pages = kit_page(&kit, k, &page);
            count_labels(&kit, cars, ready, here);
            for (unsigned c = 0; c < boards[i].fresh; c++)
                missing += !here[c];
            CHECK(missing == boards[i].missing, "%d young cars are not on page %d", missing, k);
        }
        CHECK(pages > 1, "one page");
        for (int k = 0; k < n; k++)
            CHECK(ready[k] > 0, "car %d is nowhere", k);
        kit_free(&kit);
    }
}

static void floor_follows_the_rule(void **state)
{
    (void)state;
    assert_int_equal(layout_floor(1080, 6), 67);
    assert_int_equal(layout_floor(720, 6), 45);
    assert_int_equal(layout_floor(2160, 6), 133);
    /* Capitals of S at 6 m on a 55-inch screen: at least 30 mm. */
    assert_true(layout_floor(1080, 6) * 0.714 * 685 / 1080 >= 30.0);
}

static void out_of_bounds_is_refused(void **state)
{
    static const struct {
        int w, h;
        double distance_m;
    } bad[] = {
        { 359, 1080, 6 }, { 1920, 359, 6 }, { 8193, 1080, 6 }, { 1920, 1080, 2.9 }, { 1920, 1080, 9.1 }
    };
    (void)state;
    struct model model = { 0 };
    struct frame frame;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct layout_setup setup = {
            .w = bad[i].w, .h = bad[i].h, .distance_m = bad[i].distance_m, .measure = &kit_measure
        };
        assert_false(layout_frame(&frame, &setup, &model));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(floor_follows_the_rule),   cmocka_unit_test(out_of_bounds_is_refused),
        cmocka_unit_test(young_ready_cars_stay),    cmocka_unit_test(random_boards),
        cmocka_unit_test(random_boards_with_fonts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
