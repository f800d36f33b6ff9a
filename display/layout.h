/*
 * A model and a size in pixels → a flat list of fills, texts and icons (design, "Grid" to "The call"). Pure:
 * widths of texts come from a function table, so tests bring their own. Decides everything; paint decides
 * nothing.
 *
 * Nothing is cut by an edge, overlaps or is smaller than the legibility floor S; what does not fit gives way
 * in the order of the design, and ends in an ellipsis at a grapheme boundary at the very last.
 */
#pragma once

#include "base/text.h"
#include "display/model.h"
#include "display/night.h"
#include "display/theme.h"

#define LAYOUT_ITEMS_MAX 2048
#define LAYOUT_TEXT_MAX  (256 * 1024)
#define PAGE_ROWS_MAX    96
#define LAYOUT_SIDE_MIN  360 /* smallest width and height that is laid out: letters of fewer pixels blur */
#define LAYOUT_SIDE_MAX  8192

struct measure {
    /* Advance width in px of a line of UTF-8 at `em` px per em. */
    int (*width)(void *user, const char *text, int em, bool bold);
    void *user;
};

struct box {
    int x, y, w, h;
};

enum item_kind { ITEM_FILL, ITEM_FRAME, ITEM_TEXT, ITEM_ICON, ITEM_LOGO };

/* What an item is there for. */
enum part {
    PART_BACK,
    PART_PANEL,
    PART_FIELD,
    PART_RULE,
    PART_NAME,
    PART_CLOCK,
    PART_PAGE,
    PART_COLUMN, /* "до · by" over the times */
    PART_HEADING,
    PART_CARD,
    PART_LABEL,
    PART_MODEL,
    PART_STAGE,
    PART_SINCE,
    PART_PROMISE,
    PART_WAS,
    PART_STRIKE,
    PART_ASK,
    PART_WAITING,
    PART_STEP,
    PART_PLACE,
    PART_CALL,
    PART_STRIP,
    PART_DATA,
    PART_BAYS,
    PART_DATE,
    PART_MESSAGE,
    PART_BRAND,
    PART_BAY,
    PART_LAMP,
    PART_SPENT,
    PART_LIMIT,
    PART_SHARE,
    PART_FREE,
    PART_HELP,
    PART_LATE,
    PART_FIGURE,
    PART_LOGO,
};

enum outline { OUTLINE_NONE, OUTLINE_RING, OUTLINE_DISC, OUTLINE_SQUARE, OUTLINE_DIAMOND };

enum owner { OWNER_NONE, OWNER_CAR, OWNER_READY, OWNER_BAY, OWNER_HOLD };

struct item {
    enum item_kind kind;
    enum part part;
    enum owner owner;
    int index;      /* in model.cars, model.ready, floor.bays or floor.holds */
    struct box box; /* of a text: from above the capitals to below the descenders */
    enum slot colour;
    enum slot second, third; /* icon: glyph, edge */
    int radius, line;        /* fill, frame: corner; frame: thickness; in px */
    int baseline, em;        /* text */
    bool bold;
    uint32_t text; /* offset into layout.text */
    enum icon icon;
    enum outline outline;
};

struct layout {
    struct item items[LAYOUT_ITEMS_MAX];
    int n;
    struct text text;
    enum shade shade; /* of the theme it is to be painted with */
};

enum form { FORM_SIDE, FORM_STACK };
enum format { FORMAT_ROOMY, FORMAT_NORMAL, FORMAT_COMPACT };

/* The geometry that is the same for every page of a round. */
struct frame {
    int w, h; /* of the picture */
    int s;    /* S: the smallest em */
    int margin;
    enum form form;
    enum format format;
    bool wide;        /* rows of one or two lines; else two or three */
    struct box body;  /* between header and strip */
    struct box list;  /* the rows, from text edge to text edge */
    struct box panel; /* column 4 (side), the ready zone (stack) */
    struct box ready; /* the cards in it */
    int strip_lines;  /* of words below the body: 2 where one does not hold them */
    bool flat;        /* place and labels of a group share their lines */
    int units;        /* capacity of a page in lines (roomy: in cars) */
};

struct page {
    int number, of; /* from 1 */
    int turn;       /* counts page turns; chooses among the pages of ready cars */
    int n;
    struct {
        int car;   /* in model.cars, -1: the car that stood here has left */
        int units; /* lines it was given */
    } row[PAGE_ROWS_MAX];
};

struct layout_setup {
    int w, h;
    double distance_m; /* 3 … 9 */
    const struct measure *measure;
    int logo_w, logo_h; /* proportions of the mark; 0: there is none */
    struct night night; /* zero: by day, not moved */
};

/* The legibility floor: capitals of at least D/200 on a 55-inch screen, whose short side is 685 mm (see
 * layout.c). */
int layout_floor(int short_px, double distance_m);

/* Geometry for a model. False if the size or the distance is out of bounds. */
bool layout_frame(struct frame *frame, const struct layout_setup *setup, const struct model *model);

/* Lines (roomy: cars) that the row of a car takes on a page. */
int layout_units(const struct frame *frame, const struct layout_setup *setup, const struct model *model,
                 int car);

/* How many pages the ready cars need; they turn in step with the list. */
int layout_ready_pages(const struct frame *frame, const struct layout_setup *setup,
                       const struct model *model);

/* How many pages the workshop view has: bays and holds turn together. */
int floor_pages(const struct frame *frame, const struct model *model);

struct layout *layout_create(void); /* NULL if memory is out */
void layout_destroy(struct layout *layout);

/* Fills `layout` anew. False if something did not fit into its limits. */
bool layout_make(struct layout *layout, const struct frame *frame, const struct layout_setup *setup,
                 const struct model *model, const struct page *page);

static inline const char *layout_text(const struct layout *layout, const struct item *item)
{
    return layout->text.data + item->text;
}
