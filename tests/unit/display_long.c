/*
 * A screen that runs for years: after any number of boards, each with cars that were never seen before, it
 * holds what it held at the beginning. 2,000 changes; 100,000 with PITBOARD_LONG.
 */
#include "display/show.h"
#include "tests/display_kit.h"

#include <dirent.h>
#include <malloc.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define CACHE       1000000
#define WARM        1000         /* changes until every table has its size */
#define GROWTH      (256 * 1024) /* a text more or less in the cache */
#define GROWTH_PAGE 2048         /* KiB */

static size_t heap(void)
{
    struct mallinfo2 info = mallinfo2();
    return info.uordblks + info.hblkhd;
}

static long resident_kib(void)
{
    char line[128];
    long kib = 0;
    FILE *f = fopen("/proc/self/status", "r");
    assert_non_null(f);
    while (fgets(line, sizeof line, f))
        if (strncmp(line, "VmRSS:", 6) == 0)
            kib = strtol(line + 6, NULL, 10);
    fclose(f);
    return kib;
}

static int open_files(void)
{
    int n = 0;
    DIR *d = opendir("/proc/self/fd");
    assert_non_null(d);
    while (readdir(d))
        n++;
    closedir(d);
    return n;
}

/* The i-th board: another car becomes ready, goes, or is held, and each has a label of its own. */
static struct view *board(int i, struct wall time)
{
    struct view *view = kit_read(i % 3 ? "day" : "ready-5");
    assert_non_null(view);
    for (int k = 0; k < view->n_jobs; k++) {
        struct view_job *job = &view->jobs[k];
        snprintf(job->label, sizeof job->label, "%c%06d-%02d", 'A' + i % 26, i, k);
        snprintf(job->key, sizeof job->key, "%d-%d", i / 5, k);
        if (i % 7 == k % 7)
            job->stage = (uint8_t)(i % view->n_stages);
        if (view->stages[job->stage].kind == KIND_READY)
            job->ready_at = wall_plus(time, -i % 5 * 60000);
    }
    view->rev = i + 2;
    view->time = time;
    return view;
}

struct rig {
    struct show *show;
    SDL_Surface *surface;
    struct boot now;
    struct wall time;
};

static void change(struct rig *r, int i)
{
    SDL_Rect rects[PAINT_RECTS_MAX];
    int64_t ms = i % 11 ? 400 : 16000;
    r->now = boot_plus(r->now, ms);
    r->time = wall_plus(r->time, ms);
    show_beat(r->show, i + 2, r->time, r->now);
    show_board(r->show, board(i, r->time), r->now);
    for (int frame = 0; frame < 3; frame++) {
        assert_true(show_draw(r->show, r->surface, r->time, r->now, rects) >= 0);
        r->now = boot_plus(r->now, 40);
        r->time = wall_plus(r->time, 40);
    }
}

static void a_screen_stays_as_it_is(void **state)
{
    struct show_setup setup = { .distance_m = 6, .call_delay_ms = 1000, .motion = true };
    struct rig r = { .now = { 1000000 } };
    char fault[300];
    int n = getenv("PITBOARD_LONG") ? 100000 : 2000, files = 0;
    size_t bytes = 0;
    long pages = 0;
    (void)state;
    kit_setup(&setup.model, "ru", "en");
    theme_dark(&setup.theme);
    r.show = show_create(&setup, CACHE, r.now, fault, sizeof fault);
    r.surface = SDL_CreateRGBSurfaceWithFormat(0, 640, 360, 32, SDL_PIXELFORMAT_RGB888);
    assert_true(r.show && r.surface);
    struct view *view = kit_read("day");
    clock_set_zone(view->zone);
    r.time = view->time;
    view_destroy(view);
    for (int i = 0; i < n; i++) {
        change(&r, i);
        if (i == WARM) {
            bytes = heap();
            pages = resident_kib();
            files = open_files();
        }
    }
    size_t bytes_now = heap();
    long pages_now = resident_kib();
    printf("%d boards: %zu bytes in use, then %zu; %ld KiB resident, then %ld; %d files, then %d\n", n, bytes,
           bytes_now, pages, pages_now, files, open_files());
    assert_in_range(bytes_now, 0, bytes + GROWTH);
    assert_int_equal(open_files(), files);
#ifndef PITBOARD_CHECK /* a sanitizer keeps what was freed */
    assert_in_range(pages_now, 0, pages + GROWTH_PAGE);
#endif
    show_destroy(r.show);
    SDL_FreeSurface(r.surface);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(a_screen_stays_as_it_is) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
