/* Helpers of the layout: adding items, fitting texts. Only layout*.c include this. */
#pragma once

#include "display/layout.h"

struct draw {
    struct layout *to;
    const struct frame *f;
    const struct model *m;
    const struct measure *measure;
    int logo_w, logo_h; /* proportions of the mark; 0: none */
    bool old;           /* the picture is stale: every hue turns to helper grey */
    enum owner owner;   /* of what is added next */
    int index;
    bool failed;
    struct item spill; /* takes what is beyond the limit */
};

/* Pixels of a length given for S = 67 (a short side of 1080 at 6 m). */
int px(const struct frame *f, double v);
int em_l(const struct frame *f);
int em_xl(const struct frame *f);
/* Height of capitals. */
int caps(int em);

/* Whether anything in it reaches below the baseline; figures and most capitals do not. */
bool descends(const char *text);

int width(const struct draw *d, const char *text, int em, bool bold);

/* How far the list has come, and back to there: for what is tried until it fits. */
struct draw_mark {
    int n;
    size_t text;
};
struct draw_mark draw_mark(const struct draw *d);
void draw_back(struct draw *d, struct draw_mark mark);

void draw_own(struct draw *d, enum owner owner, int index);
void draw_fill(struct draw *d, enum part part, struct box box, int radius, enum slot colour);
void draw_frame(struct draw *d, enum part part, struct box box, int radius, int line, enum slot colour);
/* Both return the width. */
int draw_text(struct draw *d, enum part part, int x, int baseline, int em, bool bold, enum slot colour,
              const char *text);
int draw_right(struct draw *d, enum part part, int right, int baseline, int em, bool bold, enum slot colour,
               const char *text);
/* `middle` is the vertical centre. Colours follow the kind, or the picture's age. */
void draw_kind(struct draw *d, enum part part, int x, int middle, int size, enum icon icon, enum kind kind);
/* A step that is done (filled) or ahead (a ring). */
void draw_step(struct draw *d, int x, int middle, int size, enum icon icon, bool done);
/* The mark and the name of the house from the margin up to `right`. */
void layout_name(struct draw *d, int right, int baseline);
void draw_logo(struct draw *d, struct box box);
void draw_icon(struct draw *d, enum part part, int x, int middle, int size, enum icon icon, enum slot colour);

/* The colour of a kind's words; helper grey in a stale picture. */
enum slot draw_hue(const struct draw *d, enum kind kind);
/* `colour`, or helper grey in a stale picture. */
enum slot draw_aged(const struct draw *d, enum slot colour);

#define READY_CARDS_MAX  3  /* ready cars that stand as cards; more are grouped */
#define READY_GROUPS_MAX 64 /* cars on one page of groups, and so many young ones are tried for it */

#define FIT_SIZE 600 /* room for any fitted text */

/* Copies `text`, with an ellipsis at a grapheme boundary if it is wider than `room`; returns the number of
 * characters that were kept whole (0: nothing fits, `out` is empty). */
int fit_text(const struct draw *d, const char *text, int em, bool bold, int room, char out[FIT_SIZE]);
/* The first of `n` forms of a text, longest first, that fits into `room`; the last if none does. */
const char *fit_form(const struct draw *d, const char *const forms[], int n, int em, bool bold, int room);
/* A word of the catalogue in its longest form that fits, then as fit_text. */
int fit_word(const struct draw *d, const struct words *w, const char *text, int em, bool bold, int room,
             char out[FIT_SIZE]);
/* The largest em in [low, high] at which `text` is no wider than `room`; `low` if none is. */
int fit_em(const struct draw *d, const char *text, int high, int low, bool bold, int room);
/* Breaks at spaces, else at grapheme boundaries, into at most `max` lines; the last one may end in an
 * ellipsis. Returns the number of lines. */
int fit_lines(const struct draw *d, const char *text, int em, bool bold, int room, int max,
              char out[][FIT_SIZE]);
/* A label that is too wide keeps the code behind its last " · ": that is what tells cars apart. */
void fit_label(const struct draw *d, const char *text, int em, int room, char out[FIT_SIZE]);
/* The same in up to two lines; returns their number. */
int fit_label_lines(const struct draw *d, const char *text, int em, int room, char out[2][FIT_SIZE]);
/* A model gives way: whole, without its first word, an ellipsis after at least four letters, nothing. */
void fit_model(const struct draw *d, const char *text, int em, int room, char out[FIT_SIZE]);

/* The name of a house gives way: whole, up to or only what stands in quotation marks, whole words and an
 * ellipsis. */
void fit_name(const struct draw *d, const char *text, int em, int room, char out[FIT_SIZE]);

/* Parts of the picture, each in a file of its own. */
void layout_row(struct draw *d, int car, struct box row, int units);
/* Whether a narrow row needs no third line for the time that a hold lasts. */
bool layout_row_fits_two(const struct draw *d, int car);
void layout_ready(struct draw *d, int turn);
void layout_call(struct draw *d, struct box field);
void layout_message(struct draw *d, struct box box);
/* 60 px of icon, then the heading of the ready cars. */
void layout_ready_heading(struct draw *d);
int layout_ready_heading_h(const struct frame *f, const struct model *m);

/* Whether rows, or anything that came with a board, are shown. */
bool layout_has_rows(const struct draw *d);
void layout_rule(struct draw *d, int x, int y, int w);

/* The strip. Whether one line holds its words, in all languages; the geometry beside the list is that of one
 * line already. */
bool layout_strip_fits(const struct draw *d);
void layout_strip(struct draw *d, const struct page *page);
/* Its parts that the workshop view has as well: the field that says how old the data are, and their words. */
void layout_strip_stale(struct draw *d);
void layout_strip_data(struct draw *d, int x, int room, int baseline, bool to_the_right);

/* The workshop view. */
void floor_frame(struct frame *f, const struct layout_setup *setup, const struct model *m);
void floor_draw(struct draw *d, const struct page *page);
/* A bay, a car on hold: index and row of the page. */
void floor_bay_row(struct draw *d, int index, int row);
void floor_hold_row(struct draw *d, int index, int row);
