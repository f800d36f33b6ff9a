/* The page of words that stands instead of rows: welcome, connecting, no data. */
#include "display/draw.h"

#include <string.h>

#define LINES_MAX    24
#define SENTENCE_MAX 4 /* lines of one sentence: in a narrow picture for a far reader */

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

struct text_lines {
    struct text_line line[LINES_MAX];
    int n;
};

/* Lines of about the same length, so that no word stands alone below a full line. Returns their number. */
static int even_lines(const struct draw *d, const char *text, int em, bool bold, int room,
                      char lines[SENTENCE_MAX][FIT_SIZE])
{
    int n = fit_lines(d, text, em, bold, room, SENTENCE_MAX, lines), low = room / 2, high = room;
    while (n > 1 && high - low > em / 4) {
        int mid = (low + high) / 2, most = fit_lines(d, text, em, bold, mid, SENTENCE_MAX, lines);
        bool cut = strstr(lines[most - 1], "…") && !strstr(text, "…");
        if (most <= n && !cut)
            high = mid;
        else
            low = mid;
    }
    return n > 1 ? fit_lines(d, text, em, bold, high, SENTENCE_MAX, lines) : n;
}

static void add_lines(const struct draw *d, struct text_lines *t, const char *text, struct text_line like,
                      int room)
{
    char lines[SENTENCE_MAX][FIT_SIZE];
    int n = even_lines(d, text, like.em, like.bold, room, lines),
        within = like.heading ? like.em * 6 / 5 : px(d->f, 80);
    for (int i = 0; i < n && t->n < LINES_MAX; i++, t->n++) {
        t->line[t->n] = like;
        if (i > 0)
            t->line[t->n].gap = within;
        memcpy(t->line[t->n].text, lines[i], FIT_SIZE);
    }
}

/* The headings, then as many sentences of each language as `most`; returns the height. */
static int collect(const struct draw *d, const struct words_page *p, int room, int most, struct text_lines *t)
{
    int em = heading_em(d, p, room), each = p->n_lines / d->m->languages, h = 0;
    t->n = 0;
    for (int i = 0; i < d->m->languages; i++) {
        struct text_line like = {
            .em = em, .gap = i ? em * 6 / 5 : caps(em), .bold = i == 0, .heading = true
        };
        add_lines(d, t, p->heading[i], like, room);
    }
    for (int i = 0; i < p->n_lines; i++) {
        int gap = t->line[t->n - 1].heading ? px(d->f, 184) : px(d->f, 97);
        if (i % each < most)
            add_lines(d, t, p->lines[i], (struct text_line){ .em = d->f->s, .gap = gap }, room);
    }
    for (int i = 0; i < t->n; i++)
        h += t->line[i].gap;
    return h;
}

void layout_message(struct draw *d, struct box box)
{
    struct words_page p;
    struct text_lines t;
    const struct text_line *lines = t.line;
    choose(d->m, &p);
    int most = p.n_lines / d->m->languages, h = collect(d, &p, box.w, most, &t);
    /* Where the page is too low for everything, whole sentences go, the last of each language first. */
    while (most > 0 && h + px(d->f, 40) > box.h)
        h = collect(d, &p, box.w, --most, &t);
    while (t.n > 1 && h + px(d->f, 40) > box.h)
        h -= t.line[--t.n].gap;
    int n = t.n, y = box.y + (box.h - h) / 2;
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
