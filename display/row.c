/* One car in the list (design, "A car in the list"): which lines its form has and what stands on them. */
#include "display/row.h"

static int draw_was(const struct row *r, int baseline)
{
    char words[WORDS_SIZE];
    words_fill(r->d->m->words[0], WORD_WAS, r->car->was, NULL, words);
    return draw_right(r->d, PART_WAS, r->right, baseline, r->s, false, SLOT_TEXT2, words) + px(r->f, 40);
}

/* The first promise in words, else struck through, ending at the right edge, if that leaves `text` and since their
 * room; 0 if not. */
static int was_behind(const struct row *r, int text, int baseline)
{
    char words[WORDS_SIZE];
    int room = r->right - text - row_since(r, -1, 0);
    words_fill(r->d->m->words[0], WORD_WAS, r->car->was, NULL, words);
    if (width(r->d, words, r->s, false) + px(r->f, 40) <= room)
        return draw_was(r, baseline);
    if (width(r->d, r->car->was, r->s, false) + px(r->f, 30) <= room)
        return row_struck(r, r->right, baseline);
    return 0;
}

static bool has_was(const struct row *r)
{
    return r->car->was[0] && !r->car->passed;
}

/* The first promise beside the time since, which only that of a hold is never dropped for. */
static int was_beside_since(const struct row *r, int text, int baseline)
{
    if (!has_was(r))
        return 0;
    return row_is_hold(r) ? was_behind(r, text, baseline) : draw_was(r, baseline);
}

/* The first promise on the line of the stage, which begins at `x`: beside its whole word if it can. */
static int was_beside_stage(const struct row *r, int x, int baseline)
{
    int word = width(r->d, r->stage[0], r->s, true), letters = 3 * r->s, w = 0;
    if (!has_was(r))
        return 0;
    x += px(r->f, AXIS_TEXT - AXIS_ICON + 24);
    w = was_behind(r, x + word, baseline);
    if (!w)
        w = was_beside_since(r, x + (word < letters ? word : letters), baseline);
    return w;
}

/* Two lines: label · chair · model · promise / steps · icon · stage · since. */
static void wide_row(const struct row *r)
{
    bool tight = r->f->strip_lines > 1;
    int em = tight ? px(r->f, 82) : em_l(r->f), s = r->s, below = px(r->f, 16),
        roomy = r->f->format == FORMAT_ROOMY;
    int block = caps(em) + px(r->f, 26) + caps(s) + below;
    int top = roomy ? px(r->f, 25) + (r->box.h - px(r->f, 296)) / 3 : (r->box.h - block) / 2 + px(r->f, 4);
    int one = r->box.y + top + caps(em), two = one + px(r->f, 26) + caps(s),
        x = r->box.x + px(r->f, AXIS_ICON);
    if (r->two) {
        row_wide_two_languages(r, one, two, em);
    } else {
        bool moved = row_first_line(r, one, em, true, r->car->waiting);
        int right = r->right;
        if (moved)
            right -= was_beside_stage(r, x, two);
        row_stage_and_since(r, x, two, right, true);
        if (!roomy)
            row_segments(r, r->box.x, two - caps(s) / 2, px(r->f, LABEL_W));
    }
    if (roomy)
        row_step_icons(r, x - px(r->f, 6), two + px(r->f, 70), r->right - x + px(r->f, 6));
}

/* One line: label · icon · stage · since if it fits whole · promise. */
static void single_row(const struct row *r)
{
    struct promise p;
    int baseline = r->box.y + (r->box.h - caps(em_l(r->f))) / 2 + caps(em_l(r->f)) - px(r->f, 3);
    promise_words(r, &p);
    p.was_w = 0;
    int block = promise_w(r, &p), end = r->right - (block ? block + px(r->f, 40) : 0);
    int em = fit_em(r->d, r->car->label, em_l(r->f), r->s, true, px(r->f, LABEL_W));
    int x = row_label(r, baseline, em, (end - r->box.x) / 2);
    row_stage_and_since(r, x, baseline, end, false);
    row_promise(r, &p, baseline);
}

/* Since · steps · first promise. */
static void third_line(const struct row *r, int text, int baseline)
{
    int was = was_beside_since(r, text, baseline);
    int steps = r->box.x + px(r->f, AXIS_TEXT), end = text;
    if (text + row_since(r, -1, 0) <= r->right - was)
        end = text + row_since(r, text, baseline) + px(r->f, 24);
    if (end > steps)
        steps = end;
    int room = r->right - was - steps, most = px(r->f, 250);
    if (r->f->format != FORMAT_ROOMY && room >= px(r->f, 120))
        row_segments(r, steps, baseline - caps(r->s) / 2, room < most ? room : most);
}

/* Whether the time since and `ask` share a line from `text` on. */
static bool ask_fits(const struct row *r, int text, const char *ask)
{
    return text + row_since(r, -1, 0) + px(r->f, 30) + width(r->d, ask, r->s, true) <= r->right;
}

/* Icon · stage / since · advice. For a hold the advice gets shorter, then since moves up, rather than go. */
static void narrow_advice(const struct row *r, int two, int three)
{
    int text = r->box.x + px(r->f, AXIS_TEXT - AXIS_ICON);
    const char *ask = words_get(r->d->m->words[0], WORD_ASK);
    if (row_is_hold(r) && !ask_fits(r, text, ask))
        ask = words_get(r->d->m->words[0], WORD_ASK_SHORT);
    bool beside = ask_fits(r, text, ask);
    if (!beside)
        row_stage_and_since(r, r->box.x, two, r->right, false);
    else
        row_stage(r, r->box.x, two, r->box.w);
    if (beside)
        row_since(r, text, three);
    draw_right(r->d, PART_ASK, r->right, three, r->s, true, draw_aged(r->d, SLOT_TEXT), ask);
}

/* Three lines: label · chair · model · promise / icon · stage / since · steps · first promise. The advice is
 * nearly as wide as the screen and takes the third. Compact drops that line where nothing needs it. */
static void narrow_row(const struct row *r, int units)
{
    bool compact = r->f->format == FORMAT_COMPACT, roomy = r->f->format == FORMAT_ROOMY;
    bool tight = r->f->strip_lines > 1; /* the third line as near to the second as descenders let it */
    int em = px(r->f, compact ? 76
                      : tight ? 84
                              : 92),
        s = r->s, lines = compact ? units : 3, pitch = px(r->f, 26) + caps(s),
        less = tight ? pitch - s - 1 : 0;
    int block = caps(em) + (lines - 1) * pitch - less + px(r->f, 16) + (roomy ? px(r->f, 116) : 0);
    int one = r->box.y + (r->box.h - block) / 2 + px(r->f, tight ? 3 : 4) + caps(em), two = one + pitch,
        three = two + pitch - less;
    int text = r->box.x + px(r->f, AXIS_TEXT - AXIS_ICON);
    bool advice = r->car->passed && lines == 3 && !r->two;
    struct model_car car = *r->car;
    struct row first = *r;
    first.car = &car;
    if (!r->two && lines == 3)
        car.was[0] = '\0';
    car.passed = car.passed && !advice;
    bool moved = row_first_line(&first, one, em, !r->two, car.waiting);
    if (lines < 3) {
        row_stage_and_since(r, r->box.x, two,
                            r->right - (moved && !r->two ? was_beside_stage(r, r->box.x, two) : 0), false);
        return;
    }
    if (r->two) {
        row_narrow_two_languages(r, two, three, moved);
    } else if (advice) {
        narrow_advice(r, two, three);
    } else {
        row_stage(r, r->box.x, two, r->box.w);
        third_line(r, text, three);
    }
    if (roomy)
        row_step_icons(r, r->box.x - px(r->f, 6), three + px(r->f, 76), r->box.w + px(r->f, 6));
}

bool layout_row_fits_two(const struct draw *d, int car)
{
    const struct model_car *c = &d->m->cars[car];
    int word = px(d->f, AXIS_TEXT - AXIS_ICON) + width(d, c->stage[0], d->f->s, true);
    return c->kind != KIND_HOLD || word + px(d->f, 12) + layout_since_w(d, c) <= d->f->list.w;
}

/* The next shorter form of a word that was cut, for each language; false if there is none. */
static bool shorten(struct row *r)
{
    bool any = false;
    for (int i = 0; i < r->d->m->languages; i++) {
        const char *less = r->cut[i] ? words_shorter(r->d->m->words[i], r->stage[i]) : NULL;
        r->cut[i] = false;
        if (less)
            r->stage[i] = less;
        any = any || less;
    }
    return any;
}

/* Up to this width a text is one word, which is read whole or not at all; longer ones may end in an ellipsis. */
#define WORD_W 7 /* S */

static bool loses_word(const struct row *r)
{
    for (int i = 0; i < r->d->m->languages; i++)
        if (r->cut[i] && width(r->d, r->stage[i], r->s, i == 0) <= WORD_W * r->s)
            return true;
    return false;
}

/* The next thing gives way; false if nothing is left. `car` becomes the row's, without its first promise. */
static bool give_way(struct row *r, struct model_car *car)
{
    if (r->less == (row_is_hold(r) ? LESS_CLOCK : LESS_TIME))
        return false;
    if (r->less++ == LESS_NOTHING)
        *car = *r->car;
    car->was[0] = '\0';
    r->car = car;
    r->two = r->two && r->less < LESS_SECOND;
    return true;
}

void layout_row(struct draw *d, int car, struct box box, int units)
{
    bool cut[2] = { false, false }, again;
    struct model_car less;
    struct row r = { .d = d,
                     .f = d->f,
                     .car = &d->m->cars[car],
                     .box = box,
                     .right = box.x + box.w,
                     .s = d->f->s,
                     .two = d->m->languages == 2,
                     .cut = cut };
    struct draw_mark begin = draw_mark(d);
    draw_own(d, OWNER_CAR, car);
    for (int i = 0; i < 2; i++)
        r.stage[i] = r.car->stage[i];
    do {
        draw_back(d, begin);
        if (!d->f->wide)
            narrow_row(&r, units);
        else if (d->f->format == FORMAT_COMPACT && units == 1)
            single_row(&r);
        else
            wide_row(&r);
        bool lost = loses_word(&r);
        again = shorten(&r) || (lost && give_way(&r, &less));
    } while (again);
}
