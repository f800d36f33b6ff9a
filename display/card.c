#include "display/card.h"

#include <ctype.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int card_number(const char *connector)
{
    char *end;
    if (strncmp(connector, "card", 4) != 0 || !isdigit((unsigned char)connector[4]))
        return -1;
    long n = strtol(connector + 4, &end, 10);
    return *end == '-' && n < 256 ? (int)n : -1;
}

static bool is_connected(const char *folder, const char *connector)
{
    char path[512], state[16] = "";
    int n = snprintf(path, sizeof path, "%s/%s/status", folder, connector);
    FILE *f = n > 0 && n < (int)sizeof path ? fopen(path, "re") : NULL;
    if (!f)
        return false;
    bool read = fgets(state, sizeof state, f) != NULL;
    fclose(f);
    return read && strcmp(state, "connected\n") == 0;
}

/* A connector somebody can look at: not the one that writes the picture back into memory. */
static bool shows(const char *folder, const char *name)
{
    return card_number(name) >= 0 && strlen(name) < CARD_NAME_MAX && !strstr(name, "Writeback") &&
           is_connected(folder, name);
}

void card_find(const char *folder, const char *before, char out[CARD_NAME_MAX])
{
    struct dirent **names = NULL;
    out[0] = '\0';
    if (before[0] && shows(folder, before)) {
        snprintf(out, CARD_NAME_MAX, "%s", before);
        return;
    }
    int n = scandir(folder, &names, NULL, versionsort);
    for (int i = 0; i < n; i++) {
        if (!out[0] && shows(folder, names[i]->d_name))
            snprintf(out, CARD_NAME_MAX, "%.63s", names[i]->d_name);
        free(names[i]);
    }
    free(names);
}
