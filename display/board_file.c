#include "display/board_file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The whole file; `why` says what is wrong otherwise. */
static struct view *read_view(FILE *f, char *bytes, char *why, size_t size)
{
    size_t len = fread(bytes, 1, VIEW_BYTES_MAX + 1, f);
    if (ferror(f))
        snprintf(why, size, "%s", strerror(errno));
    else if (len > VIEW_BYTES_MAX)
        snprintf(why, size, "it is larger than a board may be, %d bytes", VIEW_BYTES_MAX);
    else
        return view_decode(bytes, len, why, size);
    return NULL;
}

struct view *board_file_read(const char *path, char *fault, size_t size)
{
    char why[200] = "";
    FILE *f = fopen(path, "rb");
    char *bytes = f ? malloc(VIEW_BYTES_MAX + 1) : NULL;
    struct view *view = NULL;
    if (bytes)
        view = read_view(f, bytes, why, sizeof why);
    else
        snprintf(why, sizeof why, "%s", strerror(errno));
    if (!view)
        snprintf(fault, size, "%.300s: %s", path, why);
    free(bytes);
    if (f)
        fclose(f);
    return view;
}
