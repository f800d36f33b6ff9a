/*
 * The workshop view: what it says of a staff's board, and random boards in all sizes: every bay and every
 * hold stands on some page, nothing overlaps, no text leaves the screen or its zone or is smaller than the
 * floor S, and no name is drawn. BOARDS=n tries n boards, SEED=n begins elsewhere.
 */
#include "display/floor.h"
#include "tests/display_random.h"

#define NB "\xc2\xa0"

/* ---- what it says ---- */

static struct floor *floor_of(const char *board, const char *lang, struct view **view)
{
    *view = kit_read(board);
    assert_non_null(*view);
    clock_set_zone((*view)->zone);
    struct floor *floor = floor_make(*view, kit_words(lang), (*view)->time);
    assert_non_null(floor);
    return floor;
}

static void bays_say_what_stands_in_them(void **state)
{
    struct view *view;
    struct floor *floor = floor_of("floor", "ru", &view);
    (void)state;
    assert_int_equal(floor->n_bays, 8);
    assert_string_equal(floor->bays[0].name, "1");
    assert_string_equal(floor->bays[0].label, "7702");
    assert_string_equal(floor->bays[0].stage, "В ремонте");
    assert_string_equal(floor->bays[0].spent, "0:52");
    assert_string_equal(floor->bays[0].limit, "2:00");
    assert_int_equal(floor->bays[0].share, 433);
    assert_int_equal(floor->bays[3].lamp, LAMP_AMBER);
    assert_true(floor->bays[3].help);
    assert_int_equal(floor->bays[4].lamp, LAMP_RED);
    assert_int_equal(floor->bays[4].share, 1000);
    assert_true(floor->bays[5].free);
    assert_int_equal(floor->bays[5].lamp, LAMP_OFF);
    assert_string_equal(floor->bays[7].name, "Мойка");
    assert_true(floor_busy(floor));
    floor_free(floor);
    view_destroy(view);
}

static void a_low_battery_is_shown_unless_the_box_is_silent(void **state)
{
    struct view *view;
    struct floor *floor = floor_of("floor", "ru", &view);
    (void)state;
    assert_false(floor->bays[0].low);
    floor_free(floor);
    view->bays[0].low = view->bays[1].low = true;
    view->bays[1].online = 0;
    floor = floor_make(view, kit_words("ru"), view->time);
    assert_true(floor->bays[0].low && !floor->bays[0].silent);
    assert_true(floor->bays[1].low && floor->bays[1].silent);
    floor_free(floor);
    view_destroy(view);
}

static void calls_holds_and_late_cars_are_in_order(void **state)
{
    struct view *view;
    struct floor *floor = floor_of("floor-calls", "ru", &view);
    (void)state;
    assert_int_equal(floor->n_help, 3);
    assert_string_equal(floor->help[0].name, "Пост" NB "1");
    assert_string_equal(floor->help[0].since, "13:20");
    assert_string_equal(floor->help[0].length, "1:12");
    assert_string_equal(floor->help[1].length, "6" NB "мин");
    assert_string_equal(floor->help[2].name, "ОТК");
    assert_int_equal(floor->n_holds, 2);
    assert_string_equal(floor->holds[0].label, "4456");
    assert_string_equal(floor->holds[0].since, "13:10");
    assert_int_equal(floor->n_late, 1);
    assert_string_equal(floor->late[0].label, "6120");
    assert_int_equal(floor->late[0].minutes, 12);
    floor_free(floor);
    view_destroy(view);
}

static void figures_are_five_and_never_flattered(void **state)
{
    struct view *view;
    struct floor *floor = floor_of("floor", "en", &view);
    static const char *const wanted[] = { "14", "9", "7", "86%", "96%" };
    (void)state;
    for (int i = 0; i < FLOOR_FIGURES; i++)
        assert_string_equal(floor->figures[i], wanted[i]);
    assert_string_equal(floor->help[0].name, "Bay" NB "4");
    floor_free(floor);
    view->on_time = 0.999;
    view->right_first_time = -1;
    floor = floor_make(view, kit_words("ru"), view->time);
    assert_string_equal(floor->figures[3], "99" NB "%");
    assert_string_equal(floor->figures[4], "–");
    floor_free(floor);
    view_destroy(view);
}

static void lengths_read_as_people_say_them(void **state)
{
    static const struct {
        int64_t minutes;
        const char *ru, *en;
    } rows[] = { { 0, "0" NB "мин", "0" NB "min" },
                 { 59, "59" NB "мин", "59" NB "min" },
                 { 60, "1:00", "1:00" },
                 { 5999, "99:59", "99:59" },
                 { 6000, "4" NB "дн", "4" NB "d" },
                 { 20160, "14" NB "дн", "14" NB "d" } };
    char out[WORDS_SIZE];
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        floor_length(kit_words("ru"), rows[i].minutes, out);
        assert_string_equal(out, rows[i].ru);
        floor_length(kit_words("en"), rows[i].minutes, out);
        assert_string_equal(out, rows[i].en);
    }
}

/* Within a minute of the clock nothing moves, whatever the seconds of the things it counts from. */
static void nothing_moves_between_two_minutes(void **state)
{
    struct view *view;
    struct floor *a = floor_of("floor", "ru", &view), *b;
    (void)state;
    for (int i = 0; i < view->n_bays; i++)
        view->bays[i].since = wall_plus(view->bays[i].since, 31000);
    floor_free(a);
    a = floor_make(view, kit_words("ru"), view->time);
    b = floor_make(view, kit_words("ru"), wall_plus(view->time, 59999));
    for (int i = 0; i < a->n_bays; i++)
        assert_string_equal(a->bays[i].spent, b->bays[i].spent);
    assert_int_equal(a->late[0].minutes, b->late[0].minutes);
    floor_free(b);
    b = floor_make(view, kit_words("ru"), wall_plus(view->time, 60000));
    assert_string_equal(b->bays[0].spent, "0:53");
    floor_free(a);
    floor_free(b);
    view_destroy(view);
}

/* Times of old data are those of the data. */
static void old_data_stand_still(void **state)
{
    struct kit kit;
    (void)state;
    assert_true(kit_make(&kit, kit_read("floor"), 1920, 1080, 6, "ru", "en", 300, &kit_measure));
    assert_int_equal(kit.model.trust, TRUST_STALE);
    assert_int_equal(kit.model.languages, 1);
    assert_string_equal(kit.model.clock, "14:37");
    assert_string_equal(kit.model.floor->bays[0].spent, "0:52");
    kit_free(&kit);
    assert_true(kit_make(&kit, kit_read("floor"), 1920, 1080, 6, "ru", "", 700, &kit_measure));
    assert_null(kit.model.floor);
    kit_free(&kit);
}

/* ---- random boards ---- */

static void random_text(char *out, size_t size, unsigned most)
{
    static const char *const bits[] = { "A",   "W", "i",  "1", "7",
                                        "К",   "Щ", "ё",  " ", "-",
                                        "Ž",   "g", "日", "ქ", "e\xcc\x81\xcc\x82\xcc\x83",
                                        " · ", "م", "👩",  NB,  "\xe2\x80\xae" };
    struct text t = text_over(out, size);
    for (unsigned n = 1 + roll(most); n > 0; n--)
        text_put(&t, bits[roll(sizeof bits / sizeof bits[0])]);
}

static struct wall before(const struct view *v, unsigned minutes)
{
    return wall_plus(v->time, -(int64_t)roll(minutes) * 1000 * 60);
}

static void random_stages(struct view *v)
{
    static const struct {
        const char *id, *ru, *en;
        enum kind kind;
    } stages[] = { { "repair", "В ремонте", "In repair", KIND_WORK },
                   { "parts", "Ожидание запчастей", "Waiting for parts", KIND_HOLD },
                   { "quality", "Контроль качества", "Quality check", KIND_CHECK },
                   { "lift", "Ждёт освобождения подъёмника в соседнем цеху", "Waits", KIND_QUEUE },
                   { "ready", "Готов", "Ready", KIND_READY } };
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

static void random_job(struct view *v, int i)
{
    struct view_job *job = &v->jobs[i];
    snprintf(job->key, sizeof job->key, "k%d", i);
    snprintf(job->job, sizeof job->job, SECRET "%d", i);
    if (roll(5))
        snprintf(job->label, sizeof job->label, "%04u", roll(10000));
    else
        random_text(job->label, sizeof job->label, 20);
    job->stage = (uint8_t)roll(5);
    job->since = roll(10) ? before(v, roll(4) ? 600 : 20000) : WALL_NONE;
    job->promised = roll(2) ? wall_plus(before(v, 600), 200 * 60000) : WALL_NONE;
    job->promised_was = job->ready_at = job->called_at = WALL_NONE;
    text_copy(job->plate, sizeof job->plate, SECRET);
    text_copy(job->advisor, sizeof job->advisor, SECRET);
    text_copy(job->by, sizeof job->by, SECRET);
}

static void random_bay(struct view *v, int i)
{
    static const char *const lamps[] = { "green", "amber", "red", "off", "?" };
    struct view_bay *bay = &v->bays[i];
    char name[LABEL_SIZE];
    snprintf(bay->bay, sizeof bay->bay, "b%d", i);
    snprintf(name, sizeof name, "Пост %d", i + 1);
    if (!roll(4))
        random_text(name, sizeof name, 12);
    label_set(&bay->label, "ru", name);
    text_copy(bay->plate, sizeof bay->plate, SECRET);
    bay->stage = v->n_jobs && roll(4) ? (int)roll(4) : -1;
    bay->since = bay->help = bay->silent_since = WALL_NONE;
    bay->online = (int)roll(3) - 1;
    bay->low = !roll(4);
    if (!roll(6))
        bay->help = before(v, roll(4) ? 90 : 9000);
    if (bay->stage < 0)
        return;
    text_copy(bay->job, sizeof bay->job, v->jobs[roll((unsigned)v->n_jobs)].job);
    text_copy(bay->lamp, sizeof bay->lamp, lamps[roll(5)]);
    bay->since = before(v, roll(4) ? 600 : 20000);
    bay->limit_s = roll(3) ? (int64_t)roll(roll(4) ? 300 : 30000) * 60 : 0;
}

static struct view *random_view(void)
{
    struct view *v = calloc(1, sizeof *v);
    assert_non_null(v);
    text_copy(v->site, sizeof v->site, "site");
    label_set(&v->title, "ru", roll(2) ? "Автоцентр" : "Официальный дилерский центр на проспекте");
    v->rev = 1;
    v->staff = true;
    v->time = (struct wall){ INT64_C(1795250000000) + (int64_t)roll(86400) * 1000 };
    v->bays_total = roll(3) ? (int)roll(40) : -1;
    random_stages(v);
    v->n_jobs = (int)roll(roll(3) ? 12 : 80);
    v->jobs = calloc((size_t)v->n_jobs + 1, sizeof *v->jobs);
    assert_non_null(v->jobs);
    for (int i = 0; i < v->n_jobs; i++)
        random_job(v, i);
    v->n_bays = (int)roll(roll(4) ? 14 : CONFIG_BAYS_MAX + 1);
    v->bays = calloc((size_t)v->n_bays + 1, sizeof *v->bays);
    assert_non_null(v->bays);
    for (int i = 0; i < v->n_bays; i++)
        random_bay(v, i);
    v->opened = (int)roll(roll(4) ? 100 : 1000000) - 1;
    v->ready = (int)roll(100);
    v->handed_over = (int)roll(100);
    v->on_time = roll(4) ? (double)roll(1001) / 1000 : -1;
    v->right_first_time = roll(4) ? (double)roll(1001) / 1000 : -1;
    return v;
}

static void check_items(const struct kit *kit)
{
    const struct layout *l = kit->layout;
    const struct frame *f = &kit->frame;
    for (int i = 0; i < l->n; i++) {
        const struct item *a = &l->items[i];
        bool row = is_content(a) && (a->owner == OWNER_BAY || a->owner == OWNER_HOLD);
        check_item(kit, a);
        check_overlaps(l, i);
        CHECK(!row || holds(f->list, a->box), "outside of the list: %s", name_of(l, a));
        CHECK(a->part != PART_FIGURE || holds(f->panel, a->box), "outside of its zone: %s", name_of(l, a));
    }
}

static void check_round(struct kit *kit)
{
    static int bays[CONFIG_BAYS_MAX], held[VIEW_JOBS_MAX], since[VIEW_JOBS_MAX];
    const struct floor *floor = kit->model.floor;
    int pages = 1;
    memset(bays, 0, sizeof bays);
    memset(held, 0, sizeof held);
    memset(since, 0, sizeof since);
    for (int i = 0; i < pages; i++) {
        struct page page;
        pages = kit_page(kit, i, &page);
        CHECK(pages > 0, "no page %d", i);
        check_items(kit);
        for (int k = 0; k < kit->layout->n; k++) {
            const struct item *item = &kit->layout->items[k];
            bays[item->index >= 0 ? item->index : 0] += item->owner == OWNER_BAY && item->part == PART_LAMP;
            held[item->index >= 0 ? item->index : 0] += item->owner == OWNER_HOLD && item->part == PART_LABEL;
            since[item->index >= 0 ? item->index : 0] +=
                item->owner == OWNER_HOLD && item->part == PART_SINCE;
        }
    }
    for (int i = 0; floor && i < floor->n_bays; i++)
        CHECK(bays[i] >= 1, "bay %d of %d is nowhere on %d pages", i, floor->n_bays, pages);
    for (int i = 0; floor && i < floor->n_holds; i++)
        CHECK(held[i] >= 1 && (since[i] >= 1 || !floor->holds[i].since[0]),
              "hold %d of %d: %d labels and %d times since on %d pages", i, floor->n_holds, held[i], since[i],
              pages);
}

static void try_boards(int n, const struct measure *measure)
{
    for (int i = 0; i < n; i++) {
        uint64_t own = random_seed;
        const int *size = random_sizes[roll(RANDOM_SIZES)];
        unsigned distance = roll(3) ? 60 : 30 + roll(61);
        const char *lang = roll(2) ? "ru" : "en";
        int age = roll(8) ? 0 : roll(2) ? 20 : 900;
        struct kit kit;
        snprintf(random_where, sizeof random_where,
                 "board %d (SEED=%llu), %dx%d from %u.%u m in %s, %d s old", i, (unsigned long long)own,
                 size[0], size[1], distance / 10, distance % 10, lang, age);
        assert_true(kit_make(&kit, random_view(), size[0], size[1], distance / 10.0, lang, "", age, measure));
        check_round(&kit);
        kit_free(&kit);
    }
}

static void random_boards(void **state)
{
    (void)state;
    random_start();
    try_boards(random_boards_n("BOARDS", 2000), &kit_measure);
}

static void random_boards_with_fonts(void **state)
{
    (void)state;
    random_with_fonts(try_boards, random_boards_n("BOARDS", 150));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bays_say_what_stands_in_them),
        cmocka_unit_test(a_low_battery_is_shown_unless_the_box_is_silent),
        cmocka_unit_test(calls_holds_and_late_cars_are_in_order),
        cmocka_unit_test(figures_are_five_and_never_flattered),
        cmocka_unit_test(lengths_read_as_people_say_them),
        cmocka_unit_test(nothing_moves_between_two_minutes),
        cmocka_unit_test(old_data_stand_still),
        cmocka_unit_test(random_boards),
        cmocka_unit_test(random_boards_with_fonts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
