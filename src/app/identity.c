#include "app/identity.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

bool identity_file(const char *path, const char *who, char out[IDENTITY_PATH])
{
    const char *slash = strrchr(path, '/'), *dot = strrchr(slash ? slash : path, '.');
    size_t stem = dot ? (size_t)(dot - path) : strlen(path);
    snprintf(out, IDENTITY_PATH, "%.*s-%s%s", (int)stem, path, who, path + stem);
    return access(out, R_OK) == 0;
}
