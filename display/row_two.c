/* The lines of a row that two languages share. */
#include "display/row.h"

/* The advice that stands on the second line, NULL if none does. */
static const char *second_advice(const struct row *r)
{
    const char *ask = words_get(r->d->m->words[1], WORD_ASK_SHORT);
    int since = row_is_hold(r) ? row_since(r, -1, 0) : 0,
        text = r->f->wide ? AXIS_TEXT : AXIS_TEXT - AXIS_ICON;
    bool fits = px(r->f, text) + since + px(r->f, 40) + width(r->d, ask, r->s, false) <= r->box.w;
    return r->car->passed && r->less < LESS_WAS && fits ? ask : NULL;
}

/* The advice or the struck first promise at the end of the second line; returns its width and the gap. */
static int second_right(const struct row *r, int baseline, bool struck)
{
    struct draw *d = r->d;
    const char *ask = second_advice(r);
    if (!r->car->passed)
        return struck ? row_struck(r, r->right, baseline) : 0;
    if (!ask)
        return 0;
    return draw_right(d, PART_ASK, r->right, baseline, r->s, false, draw_aged(d, SLOT_TEXT), ask) +
           px(r->f, 40);
}

/* What of the second line that takes. */
static int second_takes(const struct row *r, bool struck)
{
    const char *ask = second_advice(r);
    if (ask)
        return width(r->d, ask, r->s, false) + px(r->f, 40);
    return struck && r->car->was[0] ? width(r->d, r->car->was, r->s, false) + px(r->f, 30) : 0;
}

/* Whether next to nothing would be left of a hold's second word beside since and what else stands there. */
static bool hold_is_cramped(const struct row *r, int text, bool struck)
{
    int word = width(r->d, r->stage[1], r->s, false), letters = 3 * r->s;
    int room = r->right - text - px(r->f, 24) - row_since(r, -1, 0) - second_takes(r, struck);
    return row_is_hold(r) && r->car->since[0] && room < (word < letters ? word : letters);
}

/* Whether it loses letters at all. */
static bool hold_is_cut(const struct row *r, int text, bool struck)
{
    int word = width(r->d, r->stage[1], r->s, false) + px(r->f, 24) + row_since(r, -1, 0);
    return row_is_hold(r) && text + word + second_takes(r, struck) > r->right;
}

/* The second language's word for the stage, and the time since. The struck promise goes where it would leave
 * a hold less than a few letters. */
static void second_language(const struct row *r, int x, int baseline, bool struck, bool since_too)
{
    char text[FIT_SIZE];
    struct draw *d = r->d;
    int gap = px(r->f, 24), since = since_too ? row_since(r, -1, 0) : 0, right = r->right;
    int word = width(r->d, r->stage[1], r->s, false);
    struck = struck && !(since && hold_is_cramped(r, x, true));
    right -= second_right(r, baseline, struck);
    bool both = since && (row_is_hold(r) || word + gap + since <= right - x);
    row_stage_word(r, 1, right - x - (both ? gap + since : 0), text);
    int w = draw_text(d, PART_STAGE, x, baseline, r->s, false, draw_hue(d, r->car->kind), text);
    if (both)
        row_since(r, w ? x + w + gap : x, baseline);
}

/* Where label and word of the stage leave room for the promise; its words give way before a letter of the
 * stage does. */
static void wide_give_way(const struct row *r, struct promise *p)
{
    bool both = true;
    int label = width(r->d, r->car->label, r->s, true) + px(r->f, 24), axis = px(r->f, AXIS_ICON);
    int word = px(r->f, AXIS_TEXT - AXIS_ICON) + px(r->f, 40) + width(r->d, r->stage[0], r->s, true);
    while ((label > axis ? label : axis) + word + promise_w(r, p) > r->box.w &&
           promise_fewer_words(r, p, &both))
        ;
}

/* Whether the time since of a hold stands beside the stage, because beside its translation that would be cut
 * and before `end` there is room. */
static bool since_moves_up(const struct row *r, int text, int end, bool struck)
{
    int gap = px(r->f, 24) + row_since(r, -1, 0);
    int one = width(r->d, r->stage[0], r->s, true), two = width(r->d, r->stage[1], r->s, false);
    return row_is_hold(r) && text + two + gap + second_takes(r, struck) > r->right && text + one + gap <= end;
}

/* Where the second line has no room for it, the struck first promise stands on the first, if that has. */
static bool strike_moves_up(const struct row *r, int text, struct promise *p)
{
    struct promise with = *p;
    int second = width(r->d, r->stage[1], r->s, false) + px(r->f, 24) + row_since(r, -1, 0);
    int first = width(r->d, r->stage[0], r->s, true) + px(r->f, 40);
    bool pushed = width(r->d, r->car->label, r->s, true) > px(r->f, LABEL_W);
    if (!r->car->was[0] || r->car->passed || pushed || text + second + second_takes(r, true) <= r->right)
        return false;
    promise_strike_beside(r, &with);
    for (bool both = true; text + first + promise_w(r, &with) > r->right;)
        if (!promise_fewer_words(r, &with, &both))
            return false;
    *p = with;
    return true;
}

/* A long label gets smaller, down to S, before the word of the stage behind it is cut. */
static int label_room(const struct row *r, int block)
{
    /* Each rounded by itself, as where they are drawn: one pixel less would cost the word two letters. */
    int white = px(r->f, 24) + px(r->f, AXIS_TEXT - AXIS_ICON) + px(r->f, 40);
    int word = white + width(r->d, r->stage[0], r->s, true);
    int half = (r->box.w - block) / 2, room = r->box.w - block - word;
    int least = width(r->d, r->car->label, r->s, true);
    room = room > least ? room : least;
    return room < half ? room : half;
}

void row_wide_two_languages(const struct row *r, int one, int two, int em)
{
    struct promise p;
    int indent = px(r->f, AXIS_TEXT - AXIS_ICON), axis = r->box.x + px(r->f, AXIS_ICON);
    promise_words(r, &p);
    wide_give_way(r, &p);
    bool struck = !strike_moves_up(r, axis + indent, &p);
    int block = promise_w(r, &p), end = r->right - (block ? block + px(r->f, 40) : 0);
    int x = row_label(r, one, em, label_room(r, block));
    bool up = since_moves_up(r, x + indent, end, struck);
    if (up)
        row_stage_and_since(r, x, one, end, false);
    else
        row_stage(r, x, one, end - x);
    row_promise(r, &p, one);
    bool meets = r->car->waiting && x + px(r->f, 64) > r->right - second_takes(r, struck);
    if (meets || (!up && hold_is_cut(r, x + indent, struck)))
        x = axis; /* a long label pushes the first line only */
    if (r->car->waiting)
        row_chair(r, x, two);
    second_language(r, x + indent, two, struck, !up);
    if (r->f->format != FORMAT_ROOMY)
        row_segments(r, r->box.x, two - caps(r->s) / 2, px(r->f, LABEL_W));
}

/* Icon · stage / its translation · since · struck first promise. */
void row_narrow_two_languages(const struct row *r, int two, int three, bool struck)
{
    int text = r->box.x + px(r->f, AXIS_TEXT - AXIS_ICON);
    bool up = since_moves_up(r, text, r->right, struck) || hold_is_cramped(r, text, struck);
    if (up)
        row_stage_and_since(r, r->box.x, two, r->right, false);
    else
        row_stage(r, r->box.x, two, r->box.w);
    second_language(r, text, three, struck, !up);
}
