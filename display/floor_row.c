/* A row of the workshop view: a bay with its car, or a car on hold (design, "Workshop view"). */
#include "display/draw.h"
#include "display/floor.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Axes of a row from the left edge of the list, for S = 67. In a narrow list a bay's name is short. */
#define AXIS_LAMP        234
#define AXIS_LAMP_NARROW 150
#define LAMP_SIZE        46
#define LAMP_LARGE       58
#define LAMP_TO_LABEL    68
#define LABEL_TO_ICON    173
#define ICON_SIZE        58
#define ICON_TO_WORD     77
#define HOLD_TO_WORD     84
#define GAP              24
#define GAP_LEAST        14 /* before a word is cut */
#define NAME_LEAST       3  /* letters of a bay's name before its number; fewer say nothing */

static int least(int a, int b)
{
    return a < b ? a : b;
}

static int most(int a, int b)
{
    return a > b ? a : b;
}

struct line {
    struct draw *d;
    const struct frame *f;
    struct box box;
    int right, s;
    int em;       /* of label and time */
    int one, two; /* baselines; the same where a row is one line */
    int lamp;     /* axis */
};

static struct line line_of(struct draw *d, int row)
{
    const struct frame *f = d->f;
    double pitch = (double)f->list.h / f->units;
    int top = f->list.y + (int)lround(row * pitch), end = f->list.y + (int)lround((row + 1) * pitch);
    struct line l = { .d = d, .f = f, .box = { f->list.x, top, f->list.w, end - top }, .s = f->s };
    l.em = f->format == FORMAT_NORMAL ? px(f, 92) : f->s;
    int block = caps(l.em) + (f->wide ? 0 : px(f, 26) + caps(f->s));
    l.right = f->list.x + f->list.w;
    l.one = top + (end - top - block) / 2 + caps(l.em) - px(f, f->wide ? 6 : 5);
    l.two = l.one + block - caps(l.em);
    l.lamp = l.box.x + px(f, f->list.w < 12 * f->s ? AXIS_LAMP_NARROW : AXIS_LAMP);
    return l;
}

static enum slot lamp_slot(const struct draw *d, enum lamp lamp)
{
    static const enum slot slots[] = {
        [LAMP_OFF] = SLOT_TEXT2, [LAMP_GREEN] = SLOT_READY, [LAMP_AMBER] = SLOT_HOLD, [LAMP_RED] = SLOT_LATE
    };
    return draw_aged(d, slots[lamp]);
}

/* Bays are told apart by the numbers at the end of their names ("Подъёмник 12"): a name that is cut keeps its own. */
static void fit_bay(const struct line *l, const char *text, bool bold, int room, char out[FIT_SIZE])
{
    const char *number = strrchr(text, ' ');
    char front[FIT_SIZE], cut[FIT_SIZE];
    struct text t = text_over(front, sizeof front), whole = text_over(cut, sizeof cut);
    fit_text(l->d, text, l->s, bold, room, out);
    if (!number || number[1] < '0' || number[1] > '9' || strcmp(out, text) == 0)
        return;
    int left = room - width(l->d, number, l->s, bold);
    text_add(&t, text, (size_t)(number - text));
    if (fit_text(l->d, front, l->s, bold, left, out) >= NAME_LEAST && text_put(&whole, out) &&
        text_put(&whole, number))
        text_copy(out, FIT_SIZE, cut);
    else
        fit_text(l->d, number + 1, l->s, bold, room, out);
}

/* Whether the name of another bay of this kind finds only room for its number: then they all stand as numbers. */
static bool stands_as_number(const struct line *l, const char *name, int room)
{
    char text[FIT_SIZE];
    const struct floor *floor = l->d->m->floor;
    const char *number = strrchr(name, ' ');
    size_t front = number ? (size_t)(number + 1 - name) : 0;
    for (int i = 0; front && i < floor->n_bays; i++) {
        const char *other = floor->bays[i].name;
        if (strncmp(other, name, front) != 0 || strchr(other + front, ' '))
            continue;
        fit_bay(l, other, false, room, text);
        if (strcmp(text, other + front) == 0)
            return true;
    }
    return false;
}

/* "4". Who calls from there gets the field of the strip; beside the name of a bay whose box is silent, or has
 * a battery that is nearly empty, stands that, as far as there is room. */
static void draw_bay(const struct line *l, const struct floor_bay *bay)
{
    char name[FIT_SIZE];
    const struct frame *f = l->f;
    int room = l->lamp - px(f, 14) - l->box.x, middle = l->one - caps(l->s) / 2, out = px(f, 16);
    bool field = bay->help && !l->d->old, bold = bay->help && width(l->d, bay->name, l->s, true) <= room;
    fit_bay(l, bay->name, bold, room, name);
    if (stands_as_number(l, bay->name, room))
        fit_text(l->d, strrchr(bay->name, ' ') + 1, l->s, bold, room, name);
    int w = width(l->d, name, l->s, bold);
    int cell_w = least(w + 2 * out, l->lamp - px(f, 6) - l->box.x + out);
    struct box cell = { l->box.x - out, middle - px(f, 35), cell_w, px(f, 70) };
    if (field)
        draw_fill(l->d, PART_HELP, cell, px(f, 14), SLOT_STRIP);
    else if (bay->help)
        draw_frame(l->d, PART_HELP, cell, px(f, 14), most(2, px(f, 4)), SLOT_TEXT2);
    draw_text(l->d, PART_BAY, l->box.x, l->one, l->s, bold, field ? SLOT_STRIP_TEXT : SLOT_TEXT2, name);
    if ((bay->silent || bay->low) && !bay->help && w + px(f, 14 + LAMP_SIZE) <= room)
        draw_icon(l->d, PART_BAY, l->box.x + w + px(f, 14), middle, px(f, LAMP_SIZE),
                  bay->silent ? ICON_OFFLINE : ICON_BATTERY, SLOT_TEXT2);
}

static void draw_lamp(const struct line *l, enum lamp lamp, int beside)
{
    static const enum icon icons[] = { [LAMP_OFF] = ICON_LAMP_OFF,
                                       [LAMP_GREEN] = ICON_LAMP_GREEN,
                                       [LAMP_AMBER] = ICON_LAMP_AMBER,
                                       [LAMP_RED] = ICON_LAMP_RED };
    int size = px(l->f, l->em > l->s ? LAMP_LARGE : LAMP_SIZE),
        x = l->lamp - (size - px(l->f, LAMP_SIZE)) / 2;
    draw_icon(l->d, PART_LAMP, x, l->one - caps(beside) / 2, size, l->d->old ? ICON_LAMP_OFF : icons[lamp],
              lamp_slot(l->d, lamp));
}

/* A descender must not reach what stands below. */
static int em_of(const struct line *l, const char *text)
{
    if (!descends(text))
        return l->em;
    return l->s < 40 ? l->s : least(l->em, px(l->f, 72)); /* in small type rounding takes the rest */
}

/* "0:52 из 2:00" at the right edge: the limit goes if `room` is too small for both. Returns the width. */
static int draw_time(const struct line *l, const struct floor_bay *bay, int room)
{
    char limit[WORDS_SIZE] = "";
    struct draw *d = l->d;
    int em = em_of(l, bay->spent), spent = width(d, bay->spent, em, true), right = l->right, more = 0;
    if (!spent)
        return 0;
    if (bay->limit[0]) {
        words_fill(d->m->words[0], WORD_LIMIT, bay->limit, NULL, limit);
        more = width(d, limit, l->s, false) + px(l->f, 20);
    }
    if (more && spent + more <= room) {
        draw_right(d, PART_LIMIT, right, l->one, l->s, false, SLOT_TEXT2, limit);
        right -= more;
    }
    bool plain = bay->lamp == LAMP_OFF || bay->lamp == LAMP_GREEN;
    draw_right(d, PART_SPENT, right, l->one, em, true,
               plain ? draw_aged(d, SLOT_TEXT) : lamp_slot(d, bay->lamp), bay->spent);
    return l->right - right + spent;
}

/* Label of the car up to `room`; returns where it ends. */
static int draw_car(const struct line *l, const char *label, int x, int room)
{
    char text[FIT_SIZE];
    int em = fit_em(l->d, label, em_of(l, label), l->s, true, room);
    fit_label(l->d, label, em, room, text);
    return x + draw_text(l->d, PART_LABEL, x, l->one, em, true, draw_aged(l->d, SLOT_TEXT), text);
}

static void draw_stage_of(const struct line *l, const struct floor_bay *bay, int x, int right)
{
    char text[FIT_SIZE];
    draw_kind(l->d, PART_STAGE, x, l->two - caps(l->s) / 2, px(l->f, ICON_SIZE), bay->icon, bay->kind);
    x += px(l->f, ICON_TO_WORD);
    fit_word(l->d, l->d->m->words[0], bay->stage, l->s, false, right - x, text);
    draw_text(l->d, PART_STAGE, x, l->two, l->s, false, draw_aged(l->d, SLOT_TEXT), text);
}

/* Label · stage · time in one line. */
static void car_in_line(const struct line *l, const struct floor_bay *bay)
{
    const struct frame *f = l->f;
    int x = l->lamp + px(f, LAMP_TO_LABEL), gap = px(f, GAP);
    int end = draw_car(l, bay->label, x, 5 * l->s) + px(f, 16);
    int icon = most(x + px(f, LABEL_TO_ICON), end), word = icon + px(f, ICON_TO_WORD);
    int time = draw_time(l, bay, l->right - word - gap - width(l->d, bay->stage, l->s, false));
    draw_stage_of(l, bay, icon, l->right - (time ? time + px(f, GAP_LEAST) : 0));
}

/* Label · time / stage. */
static void car_in_pair(const struct line *l, const struct floor_bay *bay)
{
    const struct frame *f = l->f;
    int x = l->lamp + px(f, LAMP_TO_LABEL), gap = px(f, GAP);
    int label = width(l->d, bay->label, em_of(l, bay->label), true);
    int time = draw_time(l, bay, l->right - x - gap - label);
    draw_car(l, bay->label, x, l->right - x - (time ? time + gap : 0));
    draw_stage_of(l, bay, x - px(f, ICON_TO_WORD), l->right);
}

/* How much of the limit is used; a time line is right here: the staff set the limit. */
static void draw_used(const struct line *l, const struct floor_bay *bay)
{
    int y = l->box.y + l->box.h, h = most(2, px(l->f, 7)), w = (int)((int64_t)l->box.w * bay->share / 1000);
    layout_rule(l->d, l->box.x, y, l->box.w);
    if (bay->share >= 0)
        draw_fill(l->d, PART_SHARE, (struct box){ l->box.x, y - h, most(w, h), h }, 0,
                  l->d->old ? SLOT_STEP : lamp_slot(l->d, bay->lamp));
}

void floor_bay_row(struct draw *d, int index, int row)
{
    const struct floor_bay *bay = &d->m->floor->bays[index];
    struct line l = line_of(d, row);
    draw_used(&l, bay);
    draw_own(d, OWNER_BAY, index);
    draw_bay(&l, bay);
    draw_lamp(&l, bay->lamp, bay->free ? l.s : l.em);
    if (bay->free)
        draw_text(d, PART_FREE, l.lamp + px(l.f, LAMP_TO_LABEL), l.one, l.s, false, SLOT_TEXT2,
                  words_get(d->m->words[0], WORD_FREE));
    else if (l.f->wide)
        car_in_line(&l, bay);
    else
        car_in_pair(&l, bay);
}

/* The reason, and since when: the reason is cut first. */
static void draw_reason(const struct line *l, const struct floor_hold *hold, int x, bool with_since)
{
    char since[WORDS_SIZE] = "", text[FIT_SIZE];
    struct draw *d = l->d;
    int word = x + px(l->f, HOLD_TO_WORD), room = l->right - word, w = 0;
    if (hold->since[0])
        words_fill(d->m->words[0], WORD_SINCE, hold->since, NULL, since);
    if (with_since && since[0])
        w = width(d, since, l->s, false) + px(l->f, GAP);
    draw_kind(d, PART_STAGE, x, l->two - caps(l->s) / 2, px(l->f, 64), hold->icon, KIND_HOLD);
    fit_word(d, d->m->words[0], hold->stage, l->s, true, room - w, text);
    draw_text(d, PART_STAGE, word, l->two, l->s, true, draw_hue(d, KIND_HOLD), text);
    if (w)
        draw_right(d, PART_SINCE, l->right, l->two, l->s, false, draw_aged(d, SLOT_TEXT), since);
}

void floor_hold_row(struct draw *d, int index, int row)
{
    const struct floor_hold *hold = &d->m->floor->holds[index];
    struct line l = line_of(d, row);
    const struct frame *f = d->f;
    char since[WORDS_SIZE] = "";
    int axis = l.lamp + px(f, LAMP_TO_LABEL - HOLD_TO_WORD), w = 0;
    draw_own(d, OWNER_HOLD, index);
    if (f->wide) {
        int end = draw_car(&l, hold->label, l.box.x, 5 * l.s);
        draw_reason(&l, hold, most(axis, end + px(f, 20)), true);
        return;
    }
    if (hold->since[0]) {
        words_fill(d->m->words[0], WORD_SINCE, hold->since, NULL, since);
        w = draw_right(d, PART_SINCE, l.right, l.one, l.s, false, draw_aged(d, SLOT_TEXT), since) +
            px(f, GAP);
    }
    draw_car(&l, hold->label, l.box.x, l.box.w - w);
    draw_reason(&l, hold, l.box.w >= (int)lround(19.7 * l.s) ? axis : l.box.x, false);
}
