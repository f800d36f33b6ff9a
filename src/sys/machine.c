#include "sys/machine.h"

#include "base/text.h"

#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PATH_SIZE 512
#define LINE_SIZE 128
#define CARDS_MAX 64
#define SECRET    "pitboard-screen 1" /* the same machine has other marks elsewhere */

/* Adds the first line of a file to the hash; false if there is none. */
static bool add_line(const char *root, const char *path, uint64_t *hash)
{
    char name[PATH_SIZE], line[LINE_SIZE];
    if (snprintf(name, sizeof name, "%s%s", root, path) >= (int)sizeof name)
        return false;
    FILE *f = fopen(name, "r");
    size_t n = f ? fread(line, 1, sizeof line - 1, f) : 0;
    if (f)
        fclose(f);
    line[n] = '\0';
    n = strcspn(line, "\r\n");
    *hash = hash_bytes(*hash, line, n);
    return n > 0;
}

/* The order of the folder means nothing: the hashes are added up. Those of "lo" and of bridges made at every start
 * differ in nothing or always. */
static bool add_cards(const char *root, uint64_t *hash)
{
    char dir[PATH_SIZE], path[PATH_SIZE];
    bool any = false;
    uint64_t sum = 0;
    snprintf(dir, sizeof dir, "%.400s/sys/class/net", root);
    DIR *d = opendir(dir);
    struct dirent *e;
    for (int i = 0; d && i < CARDS_MAX && (e = readdir(d)); i++) {
        uint64_t kind = HASH_START, own = HASH_START, constant = hash_bytes(HASH_START, "0", 1);
        snprintf(path, sizeof path, "/sys/class/net/%.200s/addr_assign_type", e->d_name);
        if (strcmp(e->d_name, "lo") == 0 || !add_line(root, path, &kind) || kind != constant)
            continue;
        snprintf(path, sizeof path, "/sys/class/net/%.200s/address", e->d_name);
        if (add_line(root, path, &own)) {
            sum += own;
            any = true;
        }
    }
    if (d)
        closedir(d);
    *hash = hash_bytes(*hash, &sum, sizeof sum);
    return any;
}

void machine_mark(const char *root, char out[MACHINE_MARK_SIZE])
{
    uint64_t hash = hash_bytes(HASH_START, SECRET, sizeof SECRET);
    bool id = add_line(root, "/etc/machine-id", &hash);
    bool serial = add_line(root, "/sys/firmware/devicetree/base/serial-number", &hash);
    bool any = id || serial || add_cards(root, &hash);
    hash ^= hash >> 24 ^ hash >> 48;
    out[0] = '\0';
    if (any)
        snprintf(out, MACHINE_MARK_SIZE, "%06x", (unsigned)(hash & 0xffffff));
}
