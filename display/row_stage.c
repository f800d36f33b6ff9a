/* Icon and word of the stage, and since when. */
#include "display/row.h"

#include <stdio.h>
#include <string.h>

/* A hold says what it waits for and since when: there the time never gives way. */
bool row_is_hold(const struct row *r)
{
    return r->car->kind == KIND_HOLD;
}

/* Its text, and the width of the clock before it: two languages have no word there, nor has a row that lacks room. */
static int since_text(const struct draw *d, const struct model_car *car, int less, char text[WORDS_SIZE])
{
    bool clock = d->m->languages == 2 || less >= LESS_SINCE;
    if (clock)
        snprintf(text, WORDS_SIZE, "%s", car->since);
    else
        words_fill(d->m->words[0], WORD_SINCE, car->since, NULL, text);
    return clock && less < LESS_CLOCK ? px(d->f, 46) + px(d->f, 18) : 0;
}

static int since_w(const struct draw *d, const struct model_car *car, int less)
{
    char text[WORDS_SIZE];
    if (!car->since[0] || less >= LESS_TIME)
        return 0;
    int icon = since_text(d, car, less, text);
    return icon + width(d, text, d->f->s, false);
}

int layout_since_w(const struct draw *d, const struct model_car *car)
{
    return since_w(d, car, LESS_NOTHING);
}

/* "с 13:10", or the time behind a clock; returns its width. With `x` < 0 it is only measured. */
int row_since(const struct row *r, int x, int baseline)
{
    char text[WORDS_SIZE];
    struct draw *d = r->d;
    int w = since_w(d, r->car, r->less);
    if (x < 0 || !w)
        return w;
    int icon = since_text(d, r->car, r->less, text);
    enum slot colour = draw_aged(d, SLOT_TEXT);
    if (icon)
        draw_icon(d, PART_SINCE, x, baseline - caps(r->s) / 2, px(r->f, 46), ICON_CLOCK, colour);
    return icon + draw_text(d, PART_SINCE, x + icon, baseline, r->s, false, colour, text);
}

void row_stage_word(const struct row *r, int i, int room, char text[FIT_SIZE])
{
    fit_text(r->d, r->stage[i], r->s, i == 0, room, text);
    if (strcmp(text, r->stage[i]) != 0)
        r->cut[i] = true;
}

/* Icon and word of the stage within `room` from `x_icon`; returns the width from the icon. */
int row_stage(const struct row *r, int x_icon, int baseline, int room)
{
    char text[FIT_SIZE];
    int indent = px(r->f, AXIS_TEXT - AXIS_ICON);
    draw_kind(r->d, PART_STAGE, x_icon, baseline - caps(r->s) / 2, px(r->f, 64), r->car->icon, r->car->kind);
    row_stage_word(r, 0, room - indent, text);
    return indent + draw_text(r->d, PART_STAGE, x_icon + indent, baseline, r->s, true,
                              draw_hue(r->d, r->car->kind), text);
}

/* Stage and since up to `right`. Since goes when the stage would lose more than a third of its word, but never that
 * of a hold; before a letter of it goes, both move towards the steps. */
void row_stage_and_since(const struct row *r, int x, int baseline, int right, bool since_first)
{
    int gap = px(r->f, 24), since = row_since(r, -1, 0), room = right - x;
    int word = px(r->f, AXIS_TEXT - AXIS_ICON) + width(r->d, r->stage[0], r->s, true);
    /* A few pixels are no reason to cut a word: whole font sizes make it a little wider at 720p than at
     * 1080p. */
    if (since && word + gap + since > room && word + gap / 2 + since <= room)
        gap = room - word - since;
    int lacks = word + gap / 2 + since - room;
    if (since_first && since && lacks > 0 && lacks <= px(r->f, AXIS_ICON - LABEL_W - STEPS_GAP)) {
        x -= lacks;
        room += lacks;
        gap /= 2;
    }
    bool both = since && word + gap + since <= room;
    if (since_first && since && !both)
        both = (room - gap - since) * 3 >= word * 2;
    both = both || (since && row_is_hold(r));
    int used = row_stage(r, x, baseline, both ? room - gap - since : room);
    if (both)
        row_since(r, x + used + gap, baseline);
}
