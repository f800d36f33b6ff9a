/* The steps of a car: segments or icons. */
#include "display/row.h"

/* Steps as segments: done, current (in the colour of the kind), ahead. `middle` is their axis. */
void row_segments(const struct row *r, int x, int middle, int w)
{
    int n = r->car->steps, gap = px(r->f, 7);
    if (n < 1)
        return;
    if (gap > w / n / 3)
        gap = w / n / 3;
    for (int i = 0; i < n; i++) {
        int from = x + (w + gap) * i / n, to = x + (w + gap) * (i + 1) / n - gap;
        bool done = i + 1 < r->car->step, now = i + 1 == r->car->step;
        int h = px(r->f, now ? 26 : done ? 14 : 6);
        enum slot colour = now ? draw_hue(r->d, r->car->kind) : done ? SLOT_TEXT2 : SLOT_STEP;
        if (now && r->car->kind == KIND_QUEUE)
            colour = draw_aged(r->d, SLOT_TEXT);
        draw_fill(r->d, PART_STEP, (struct box){ from, middle - h / 2, to - from, h },
                  px(r->f, done || now ? 4 : 2), colour);
    }
}

/* Steps as a line with an icon for each: done filled grey, the current one large in its shape, ahead as
 * rings. */
void row_step_icons(const struct row *r, int x, int middle, int w)
{
    int n = r->car->steps, size = px(r->f, 60), big = px(r->f, 76);
    if (n < 2 || (w - big) / (n - 1) < big + px(r->f, 16)) {
        row_segments(r, x, middle, w);
        return;
    }
    for (int i = 0; i < n; i++) {
        int c = x + big / 2 + (w - big) * i / (n - 1);
        bool done = i + 1 < r->car->step, now = i + 1 == r->car->step;
        if (i + 1 < n) {
            int next = x + big / 2 + (w - big) * (i + 1) / (n - 1), h = px(r->f, done ? 5 : 3);
            int from = c + (now ? big : size) / 2 + px(r->f, done ? 0 : 6);
            int to = next - (i + 2 == r->car->step ? big : size) / 2 - px(r->f, done ? 6 : 4);
            draw_fill(r->d, PART_STEP, (struct box){ from, middle - h / 2, to - from, h }, 0,
                      done ? SLOT_TEXT2 : SLOT_STEP);
        }
        if (now)
            draw_kind(r->d, PART_STEP, c - big / 2, middle, big, r->car->icon, r->car->kind);
        else
            draw_step(r->d, c - size / 2, middle, size, r->car->step_icon[i], done);
    }
}
