#include "wire/load.h"

#include <stdlib.h>

/* jansson calls it a fault of syntax, too, when memory is out. So what was refused is read again, with room
 * for all of it. */
json_t *load_json(const void *bytes, size_t len, size_t flags, bool *room)
{
    json_error_t error;
    json_t *root = json_loadb(bytes, len, flags, &error);
    *room = true;
    if (root)
        return root;
    void *block = malloc(32 * len + 4096);
    *room = block != NULL;
    free(block);
    return *room ? json_loadb(bytes, len, flags, &error) : NULL;
}
