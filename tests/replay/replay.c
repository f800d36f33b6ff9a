/* Runs case files (see script.h) and the corpus of broken payloads against the hub, without a broker. */
#include "tests/replay/broken.h"
#include "tests/replay/script.h"

#include <stdio.h>
#include <string.h>

int main(int argc, char **argv)
{
    struct tally tally = { 0 };
    const char *shop = "tests/replay/shop.cfg";
    if (argc < 2) {
        fputs("usage: replay [--shop FILE] broken|FILE.case…\n", stderr);
        return 2;
    }
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--shop") == 0 && i + 1 < argc)
            shop = argv[++i];
        else if (strcmp(argv[i], "broken") == 0)
            broken_run(shop, &tally);
        else
            script_run(argv[i], shop, &tally);
    }
    printf("%d passed, %d failed\n", tally.passed, tally.failed);
    return tally.failed ? 1 : 0;
}
