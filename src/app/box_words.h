/* What a box says on a small display, in Russian or English. Texts live as long as the process. */
#pragma once

enum box_word {
    BOX_STILL_WORKING, /* the question … */
    BOX_GOES_ON,       /* … and the answer, a note for the staff in both languages */
    BOX_WAITING,       /* a number follows */
    BOX_FILLS,         /* a number follows */
    BOX_FULL,
    BOX_NOT_SAVED,
    BOX_MISREAD,
    BOX_DAMAGED, /* a note for the staff in both languages; a number follows */
};

/* `language`: "ru", else English. */
const char *box_word(enum box_word word, const char *language);
/* A reason of a receipt as a mechanic reads it; one that is not known as it is. */
const char *box_reason(const char *reason, const char *language);
