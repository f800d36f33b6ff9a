/* Exit codes of every program (CONTRACT 6). */
#pragma once

enum exits {
    EXITS_DONE = 0,  /* it was done */
    EXITS_NO = 1,    /* the answer is no */
    EXITS_USAGE = 2, /* wrong use or configuration */
    EXITS_WORLD = 3, /* the world failed: broker, disk, screen, lock */
};

#define PITBOARD_VERSION "0.1.0"
