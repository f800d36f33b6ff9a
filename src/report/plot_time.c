/* Hours of the week, and the bays through a day. */
#include "report/lang.h"
#include "report/plot.h"
#include "report/svg.h"

#include "base/text.h"

#include <inttypes.h>
#include <string.h>

#define HOUR_MS   3600000
#define LEFT_WIDE 84
#define LANE_HIGH 30
#define LANES_MAX 64
#define SHADES    6 /* classes h0 … h5 */

static const char *word(const struct plot *p, const char *english)
{
    return lang_word(p->lang, english);
}

/* Heat maps. */

struct range {
    int first, last; /* hours that have anything; first > last: none */
};

static void widen(struct range *r, const int64_t table[7][24])
{
    for (int d = 0; d < 7; d++)
        for (int h = 0; h < 24; h++)
            if (table[d][h]) {
                r->first = h < r->first ? h : r->first;
                r->last = h > r->last ? h : r->last;
            }
}

/* On how many weekdays anything happened: of one day the hours alone say nothing about the week. */
static int weekdays(const int64_t table[7][24])
{
    int n = 0;
    for (int d = 0; d < 7; d++)
        for (int h = 0; h < 24; h++)
            if (table[d][h]) {
                n++;
                break;
            }
    return n;
}

static int shade_of(int64_t count, int64_t most)
{
    return count ? 1 + (int)((count * (SHADES - 1) - 1) / most) : 0;
}

static void put_cells(const struct plot *p, const int64_t table[7][24], int64_t most, const struct range *r,
                      int day, double x, double y, double wide)
{
    for (int h = r->first; h <= r->last; h++) {
        char number[32], shade[16];
        int depth = shade_of(table[day][h], most);
        struct text n = text_over(number, sizeof number), s = text_over(shade, sizeof shade);
        text_fmt(&s, "h%d", depth);
        svg_rect(p->out, shade, x + (h - r->first) * wide, y, wide - 1.5, 18.5);
        if (!table[day][h])
            continue;
        text_fmt(&n, "%" PRId64, table[day][h]);
        svg_text(p->out, depth > 3 ? "on-dark" : "on-light", SVG_MIDDLE,
                 x + (h - r->first + 0.5) * wide - 0.7, y + 13.5, number);
    }
}

static double put_heat(const struct plot *p, const char *english, const int64_t table[7][24],
                       const struct range *r, double y)
{
    static const char *const days[] = { "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun" };
    double wide = (double)(PLOT_WIDE - LEFT_WIDE) / (r->last - r->first + 1);
    int64_t most = 1;
    for (int i = 0; i < 7 * 24; i++)
        most = table[i / 24][i % 24] > most ? table[i / 24][i % 24] : most;
    wide = wide > 64 ? 64 : wide;
    svg_text(p->out, "strong", SVG_LEFT, 0, y + 12, word(p, english));
    for (int h = r->first; h <= r->last; h++) {
        char hour[16];
        struct text t = text_over(hour, sizeof hour);
        text_fmt(&t, "%d", h);
        svg_text(p->out, "small", SVG_MIDDLE, LEFT_WIDE + (h - r->first + 0.5) * wide, y + 12, hour);
    }
    for (int d = 0; d < 7; d++) {
        svg_text(p->out, "name", SVG_RIGHT, LEFT_WIDE - 8, y + 32 + d * 20, word(p, days[d]));
        put_cells(p, table, most, r, d, LEFT_WIDE, y + 18 + d * 20, wide);
    }
    return y + 18 + 7 * 20 + 16;
}

bool plot_heat(const struct plot *p, const struct figures_sum *sum)
{
    struct range r = { 24, -1 };
    widen(&r, sum->heat.opened);
    widen(&r, sum->heat.ready);
    widen(&r, sum->heat.closed);
    if (r.first > r.last || weekdays(sum->heat.closed) + weekdays(sum->heat.opened) <= 2)
        return false;
    svg_begin(p->out, PLOT_WIDE, 3 * 174, word(p, "When cars came and went"));
    double y = put_heat(p, "came in", sum->heat.opened, &r, 0);
    y = put_heat(p, "became ready", sum->heat.ready, &r, y);
    put_heat(p, "left", sum->heat.closed, &r, y);
    svg_end(p->out);
    return true;
}

/* The bays through a day. */

struct lanes {
    const struct plot *p;
    const struct figures_day *day;
    const char *bay[LANES_MAX];
    int n;
    int64_t from_ms, to_ms; /* shown */
};

static int lane_of(struct lanes *l, const char *bay)
{
    for (int i = 0; i < l->n; i++)
        if (strcmp(l->bay[i], bay) == 0)
            return i;
    if (l->n == LANES_MAX)
        return -1;
    l->bay[l->n] = bay;
    return l->n++;
}

/* Whole hours around all that began or ended within the day: what stood here all night does not make it longer. */
static void find_lanes(struct lanes *l)
{
    int64_t begin = l->day->from.ms, end = l->day->to.ms, first = INT64_MAX, last = INT64_MIN;
    for (int i = 0; i < l->day->n; i++) {
        const struct figures_stretch *s = &l->day->stretch[i];
        const int64_t edges[2] = { s->from.ms, s->to.ms };
        lane_of(l, s->bay);
        for (int e = 0; e < 2; e++) {
            if (edges[e] <= begin || edges[e] >= end)
                continue;
            first = edges[e] < first ? edges[e] : first;
            last = edges[e] > last ? edges[e] : last;
        }
    }
    l->from_ms = first > last ? begin : begin + (first - begin) / HOUR_MS * HOUR_MS;
    l->to_ms = first > last ? end : begin + (last - begin + HOUR_MS - 1) / HOUR_MS * HOUR_MS;
    if (l->to_ms <= l->from_ms)
        l->to_ms = l->from_ms + HOUR_MS;
}

static double x_of(const struct lanes *l, int64_t ms)
{
    ms = ms < l->from_ms ? l->from_ms : ms > l->to_ms ? l->to_ms : ms;
    return LEFT_WIDE +
           (double)(ms - l->from_ms) / (double)(l->to_ms - l->from_ms) * (PLOT_WIDE - LEFT_WIDE - 4);
}

static void put_hours_axis(const struct lanes *l, double bottom)
{
    int64_t hours = (l->to_ms - l->from_ms) / HOUR_MS, step = hours > 14 ? 2 : 1;
    for (int64_t h = 0; h <= hours; h += step) {
        char local[WRITER_TIME_SIZE];
        double x = x_of(l, l->from_ms + h * HOUR_MS);
        l->p->local((struct wall){ l->from_ms + h * HOUR_MS }, local);
        svg_line(l->p->out, "grid", x, 18, x, bottom);
        svg_text(l->p->out, "small", SVG_MIDDLE, x < PLOT_WIDE - 16 ? x : PLOT_WIDE - 16, 12,
                 strlen(local) > 11 ? local + 11 : local);
    }
}

static void put_stretch(struct lanes *l, const struct figures_stretch *s)
{
    int lane = lane_of(l, s->bay);
    bool works = s->stage[0];
    double x = x_of(l, s->from.ms), wide = x_of(l, s->to.ms) - x - 1, y = 22 + lane * LANE_HIGH;
    if (lane < 0)
        return;
    svg_rect(l->p->out, works ? "good" : "stay", x, works ? y + 13 : y, wide > 1 ? wide : 1, works ? 9 : 22);
    if (!works && svg_width(s->job, 10) < wide - 4)
        svg_text(l->p->out, "tiny", SVG_LEFT, x + 3, y + 10, s->job);
}

bool plot_day(const struct plot *p, const struct figures_sum *sum)
{
    struct lanes l = { .p = p, .day = p->day };
    (void)sum;
    if (!p->day || !p->day->n)
        return false;
    find_lanes(&l);
    double bottom = 22 + l.n * LANE_HIGH;
    svg_begin(p->out, PLOT_WIDE, bottom + 20, word(p, "The bays through the day"));
    put_hours_axis(&l, bottom - 4);
    for (int i = 0; i < l.n; i++)
        svg_text(p->out, "name", SVG_RIGHT, LEFT_WIDE - 8, 22 + i * LANE_HIGH + 15, plot_bay(p, l.bay[i]));
    for (int works = 0; works < 2; works++)
        for (int i = 0; i < p->day->n; i++)
            if ((p->day->stretch[i].stage[0] != '\0') == works)
                put_stretch(&l, &p->day->stretch[i]);
    svg_rect(p->out, "stay", LEFT_WIDE, bottom + 4, 11, 11);
    svg_text(p->out, "small", SVG_LEFT, LEFT_WIDE + 16, bottom + 13.5, word(p, "in the bay"));
    svg_rect(p->out, "good", LEFT_WIDE + 110, bottom + 4, 11, 11);
    svg_text(p->out, "small", SVG_LEFT, LEFT_WIDE + 126, bottom + 13.5, word(p, "work"));
    svg_end(p->out);
    return true;
}
