#include "display/pager.h"

#include <stdlib.h>
#include <string.h>

/* How many of the cars `list` (indexes) go on a page that holds `capacity` lines. */
static int take(const struct frame *f, const struct layout_setup *setup, const struct model *m,
                const int *list, int n, int capacity)
{
    int used = 0, k = 0;
    for (; k < n && k < PAGE_ROWS_MAX; k++) {
        int units = layout_units(f, setup, m, list[k]);
        if (used + units > capacity && k > 0)
            break;
        used += units;
    }
    return k;
}

static int count_pages(const struct frame *f, const struct layout_setup *setup, const struct model *m,
                       const int *list, int n, int capacity)
{
    int pages = 0;
    while (n > 0) {
        int k = take(f, setup, m, list, n, capacity);
        list += k;
        n -= k;
        pages++;
    }
    return pages;
}

/* The smallest capacity that needs no more pages than the full one: pages of even length. */
static int even_capacity(const struct frame *f, const struct layout_setup *setup, const struct model *m,
                         const int *list, int n, int *pages)
{
    int low = 1, high = f->units;
    *pages = count_pages(f, setup, m, list, n, f->units);
    while (low < high) {
        int mid = (low + high) / 2;
        if (count_pages(f, setup, m, list, n, mid) <= *pages)
            high = mid;
        else
            low = mid + 1;
    }
    return high;
}

static void fill(struct page *page, const struct frame *f, const struct layout_setup *setup,
                 const struct model *m, const int *list, int n)
{
    page->n = 0;
    for (int i = 0; i < n; i++) {
        page->row[page->n].car = list[i];
        page->row[page->n++].units = layout_units(f, setup, m, list[i]);
    }
}

int pager_split(const struct frame *f, const struct layout_setup *setup, const struct model *m, int index,
                struct page *page)
{
    if (m->workshop) {
        int of = floor_pages(f, m);
        *page = (struct page){ .number = index % of + 1, .of = of, .turn = index };
        return of;
    }
    int ready = layout_ready_pages(f, setup, m), pages = 0;
    int *list = malloc(((size_t)m->n_cars + 1) * sizeof *list);
    if (!list)
        return 0;
    for (int i = 0; i < m->n_cars; i++)
        list[i] = i;
    int capacity = even_capacity(f, setup, m, list, m->n_cars, &pages), from = 0;
    *page = (struct page){ .of = pages > 1 ? pages : 1, .turn = index };
    page->number = index % page->of + 1;
    for (int i = 1; i < page->number; i++)
        from += take(f, setup, m, list + from, m->n_cars - from, capacity);
    fill(page, f, setup, m, list + from, take(f, setup, m, list + from, m->n_cars - from, capacity));
    free(list);
    return page->of > ready ? page->of : ready;
}

void pager_start(struct pager *pager)
{
    *pager = (struct pager){ .turn_at = BOOT_FAR, .held = BOOT_FAR };
}

void pager_free(struct pager *pager)
{
    free(pager->shown);
    pager_start(pager);
}

static bool was_shown(const struct pager *p, const char *key)
{
    for (int i = 0; i < p->n_shown; i++)
        if (strcmp(p->shown[i], key) == 0)
            return true;
    return false;
}

static int find_car(const struct model *m, const char *key)
{
    for (int i = 0; i < m->n_cars; i++)
        if (strcmp(m->cars[i].key, key) == 0)
            return i;
    return -1;
}

/* Where cars come faster than a round ends, it never ends: those that are gone need not be known. */
static void forget_gone(struct pager *p, const struct model *m)
{
    int n = 0;
    for (int i = 0; i < p->n_shown; i++)
        if (find_car(m, p->shown[i]) >= 0)
            memmove(p->shown[n++], p->shown[i], sizeof *p->shown);
    p->n_shown = n;
}

/* Adds the page that is shown to what this round has shown. */
static bool remember(struct pager *p, const struct model *m)
{
    if (p->n == 0)
        return true;
    forget_gone(p, m);
    if (p->n_shown + p->n > p->room) {
        int room = 2 * (p->n_shown + p->n);
        char(*shown)[32] = realloc(p->shown, (size_t)room * sizeof *shown);
        if (!shown)
            return false;
        p->shown = shown;
        p->room = room;
    }
    memcpy(p->shown + p->n_shown, p->keys, (size_t)p->n * sizeof *p->keys);
    p->n_shown += p->n;
    return true;
}

static int still_to_show(const struct pager *p, const struct model *m, int *list)
{
    int n = 0;
    for (int i = 0; i < m->n_cars; i++)
        if (!was_shown(p, m->cars[i].key))
            list[n++] = i;
    return n;
}

/* Puts the next page up: the rest of this round, or the first page of the next. */
static bool turn_page(struct pager *p, const struct frame *f, const struct layout_setup *setup,
                      const struct model *m)
{
    int *list = malloc(((size_t)m->n_cars + 1) * sizeof *list), rest = 0;
    struct page page;
    if (!list || !remember(p, m)) {
        free(list);
        return false;
    }
    int n = still_to_show(p, m, list);
    if (n == 0 || !p->began) {
        p->n_shown = 0;
        p->number = 0;
        n = still_to_show(p, m, list);
    }
    int capacity = even_capacity(f, setup, m, list, n, &rest);
    fill(&page, f, setup, m, list, take(f, setup, m, list, n, capacity));
    p->n = page.n;
    for (int i = 0; i < page.n; i++) {
        memcpy(p->keys[i], m->cars[page.row[i].car].key, sizeof p->keys[i]);
        p->units[i] = page.row[i].units;
    }
    p->number++;
    p->of = p->number - 1 + (rest > 1 ? rest : 1);
    if (p->number == 1) {
        int64_t dwell = p->n * PAGER_ROW_MS;
        p->dwell_ms = dwell < PAGER_LEAST_MS ? PAGER_LEAST_MS : dwell > PAGER_MOST_MS ? PAGER_MOST_MS : dwell;
    }
    p->began = true;
    p->turn++;
    free(list);
    return true;
}

static void show(const struct pager *p, const struct model *m, struct page *page)
{
    *page = (struct page){ .number = p->number, .of = p->of, .turn = p->turn, .n = p->n };
    for (int i = 0; i < p->n; i++) {
        page->row[i].car = find_car(m, p->keys[i]);
        page->row[i].units = p->units[i];
    }
}

/* A call holds the page: its time stands still. */
static void hold(struct pager *p, bool held, struct boot now)
{
    if (held && p->held.ms == BOOT_FAR.ms)
        p->held = now;
    if (!held && p->held.ms != BOOT_FAR.ms) {
        if (p->turn_at.ms != BOOT_FAR.ms)
            p->turn_at = boot_plus(p->turn_at, boot_minus(now, p->held));
        p->held = BOOT_FAR;
    }
}

/* The workshop: bays keep their places, so a turn is a number. */
static void turn_floor(struct pager *p, const struct frame *f, const struct model *m, struct boot now,
                       struct page *page)
{
    int of = floor_pages(f, m);
    int64_t dwell = f->units * PAGER_ROW_MS;
    dwell = dwell < PAGER_LEAST_MS ? PAGER_LEAST_MS : dwell > PAGER_MOST_MS ? PAGER_MOST_MS : dwell;
    if (of < 2) {
        p->turn_at = BOOT_FAR;
    } else if (p->turn_at.ms == BOOT_FAR.ms) {
        p->turn_at = boot_plus(now, dwell);
    } else if (now.ms >= p->turn_at.ms) {
        p->turn++;
        p->turn_at = boot_plus(now, dwell);
    }
    *page = (struct page){ .number = p->turn % of + 1, .of = of, .turn = p->turn };
}

bool pager_page(struct pager *p, const struct frame *f, const struct layout_setup *setup,
                const struct model *m, struct boot now, struct page *page)
{
    struct page all;
    if (m->workshop) {
        turn_floor(p, f, m, now, page);
        return true;
    }
    hold(p, m->call >= 0, now);
    int pages = pager_split(f, setup, m, 0, &all);
    if (pages == 0)
        return false;
    bool turns = pages > 1 || p->of > 1;
    /* The places of a page belong to its format: with another format the round begins anew. */
    if (p->began && p->format != (int)f->format + 8 * f->units)
        p->began = false;
    bool due = p->held.ms == BOOT_FAR.ms && now.ms >= p->turn_at.ms;
    /* A page that never turns has no turn to wait for: it follows the board at once. */
    if (!p->began || !turns || due) {
        if (!turns)
            p->began = false;
        if (!p->began) {
            p->n = p->n_shown = 0;
            p->turn = -1; /* the ready cars begin with their first page, too */
        }
        p->format = (int)f->format + 8 * f->units;
        if (!turn_page(p, f, setup, m))
            return false;
        turns = p->of > 1 || layout_ready_pages(f, setup, m) > 1;
        p->turn_at = turns ? boot_plus(now, p->dwell_ms) : BOOT_FAR;
        if (p->held.ms != BOOT_FAR.ms)
            p->held = now;
    }
    show(p, m, page);
    return true;
}
