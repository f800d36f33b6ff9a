/* The folder of a test, and all that lies in it, gone when the test ends. */
#pragma once

#include <stdio.h>
#include <stdlib.h>

/* 0: it is gone. `path` is what mkdtemp made. */
static inline int folder_remove(const char *path)
{
    char command[160];
    snprintf(command, sizeof command, "rm -rf '%s'", path);
    return system(command);
}
