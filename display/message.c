/* The page of words that stands instead of rows: welcome, connecting, no data. */
#include "display/draw.h"

#include <string.h>

#define LINES_MAX 8

struct words_page {
    char heading[2][WORDS_SIZE];
    const char *lines[4];
    int n_lines;
    bool brand;
};

/* Which words, for each language in turn. */
static void choose(const struct model *m, struct words_page *p)
{
    *p = (struct words_page){ 0 };
    for (int i = 0; i < m->languages; i++) {
        const struct words *w = m->words[i];
        enum word heading = WORD_WELCOME, lines[2] = { WORD_NO_CARS, WORD_WILL_APPEAR };
        int n = 2;
        if (m->trust == TRUST_CONNECTING) {
            heading = WORD_CONNECTING;
            n = 0;
        } else if (m->trust == TRUST_NEVER) {
            heading = WORD_NOT_CONNECTED;
            lines[0] = WORD_COMES_BACK;
            n = 1;
        } else if (m->trust == TRUST_LOST) {
            heading = WORD_NO_DATA;
            lines[0] = WORD_PLEASE_ASK;
            n = 1;
        } else if (m->workshop) {
            heading = WORD_NO_BAYS;
            lines[0] = WORD_BAYS_APPEAR;
            n = 1;
        } else if (m->trust == TRUST_STALE) {
            n = 0; /* "no cars at the moment" is more than anybody knows */
        } else if (m->n_ready > 0) {
            lines[0] = WORD_WILL_APPEAR;
            n = 1;
        }
        words_fill(w, heading, m->data_in[i], NULL, p->heading[i]);
        for (int k = 0; k < n; k++)
            p->lines[p->n_lines++] = words_get(w, lines[k]);
        p->brand = heading == WORD_WELCOME;
    }
}

/* The heading's size: one line if it can be at least L, else two. */
static int heading_em(const struct draw *d, const struct words_page *p, int room)
{
    int high = px(d->f, d->m->languages == 2 ? 120 : 148), low = px(d->f, 92);
    for (int i = 0; i < d->m->languages; i++)
        high = fit_em(d, p->heading[i], high, low, i == 0, room);
    return high;
}

struct text_line {
    char text[FIT_SIZE];
    int em, gap; /* gap: from the baseline above to this one */
    bool bold, heading;
};

static int collect(const struct draw *d, const struct words_page *p, int room,
                   struct text_line out[2 * LINES_MAX])
{
    char lines[2][FIT_SIZE];
    int n = 0, em = heading_em(d, p, room), s = d->f->s;
    for (int i = 0; i < d->m->languages; i++) {
        int k = fit_lines(d, p->heading[i], em, i == 0, room, 2, lines);
        for (int j = 0; j < k; j++, n++) {
            out[n] = (struct text_line){
                .em = em, .gap = n ? em * 6 / 5 : caps(em), .bold = i == 0, .heading = true
            };
            memcpy(out[n].text, lines[j], FIT_SIZE);
        }
    }
    for (int i = 0; i < p->n_lines; i++) {
        int k = fit_lines(d, p->lines[i], s, false, room, 2, lines);
        for (int j = 0; j < k; j++, n++) {
            int gap = out[n - 1].heading ? px(d->f, 184) : px(d->f, j ? 80 : 97);
            out[n] = (struct text_line){ .em = s, .gap = gap };
            memcpy(out[n].text, lines[j], FIT_SIZE);
        }
    }
    return n;
}

void layout_message(struct draw *d, struct box box)
{
    struct words_page p;
    struct text_line lines[2 * LINES_MAX];
    choose(d->m, &p);
    int n = collect(d, &p, box.w, lines), h = 0;
    for (int i = 0; i < n; i++)
        h += lines[i].gap;
    /* Where the page is too low for everything, the sentences at the end go. */
    while (n > 1 && h + px(d->f, 40) > box.h)
        h -= lines[--n].gap;
    int y = box.y + (box.h - h) / 2;
    draw_own(d, OWNER_NONE, -1);
    for (int i = 0; i < n; i++) {
        y += lines[i].gap;
        draw_text(d, PART_MESSAGE, box.x, y, lines[i].em, lines[i].bold,
                  lines[i].heading ? SLOT_TEXT : SLOT_TEXT2, lines[i].text);
        bool last_heading = lines[i].heading && (i + 1 == n || !lines[i + 1].heading);
        if (p.brand && last_heading && i + 1 < n)
            draw_fill(d, PART_BRAND, (struct box){ box.x, y + px(d->f, 62), px(d->f, 132), px(d->f, 8) }, 0,
                      SLOT_BRAND);
    }
}
