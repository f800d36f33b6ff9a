/* A board out of a file (--board), as the hub publishes it. */
#pragma once

#include "wire/view.h"

#include <stddef.h>

/* The board; view_destroy is the caller's. NULL with a sentence that names the file in `fault`. */
struct view *board_file_read(const char *path, char *fault, size_t size);
